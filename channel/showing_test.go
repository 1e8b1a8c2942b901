package channel

import (
	"slices"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

// A device that comes for its messages finds what was handed over for it and is still true: not another's, not what has expired, not what was
// withdrawn, and again what was put after that.
func TestShowing(t *testing.T) {
	stories(t, "2031-06-08", func(s *story) {
		speak := func(purpose, to, text string, life time.Duration) {
			s.Helper()
			s.put(Message{Purpose: purpose, Channel: "speaker", To: to, Urgency: Warning, Title: "预警", Text: text, Level: 2, Expires: s.clock.Now().Add(life)})
		}
		want := func(to string, texts ...string) {
			s.Helper()
			var got []string
			if err := s.db.Read(ctx, func(tx *db.Tx) error {
				list, err := s.outbox().Showing(ctx, tx, "speaker", to)
				for _, m := range list {
					got = append(got, m.Text)
					if m.To != to || m.ID == "" || m.Level != 2 || m.Title != "预警" || !m.Expires.After(s.clock.Now()) {
						t.Errorf("%+v", m)
					}
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, texts) {
				t.Errorf("%s shows %q, want %q", to, got, texts)
			}
		}
		pass := func() {
			s.Helper()
			if _, err := s.outbox().Once(ctx, s.clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		speak("warning/1/1", "甲", "暴雨", time.Hour)
		speak("warning/2/1", "甲", "大风", time.Minute)
		speak("warning/1/1", "乙", "暴雨", time.Hour)
		want("甲") // nothing is handed over
		pass()
		want("甲", "暴雨", "大风")
		want("乙", "暴雨")
		want("丙")
		s.clock.Advance(time.Minute)
		want("甲", "暴雨")
		if err := s.db.Write(ctx, func(tx *db.Tx) error { _, _, err := s.outbox().Withdraw(ctx, tx, "warning/1/1", "解除"); return err }); err != nil {
			t.Fatal(err)
		}
		want("甲")
		s.clock.Advance(time.Second)
		speak("warning/1/2", "甲", "暴雨升级", time.Hour)
		pass()
		want("甲", "暴雨升级")
		if err := s.outbox().Hear("speaker", "喇叭").Receipt(ctx, gateway.Receipt{Ref: "喇叭4", State: gateway.Delivered}); err != nil {
			t.Fatal(err)
		}
		want("甲", "暴雨升级")
		if err := s.db.Read(ctx, func(tx *db.Tx) error {
			list, err := s.outbox().LastTold(ctx, tx)
			if len(list) != 2 || list[1].Device != "甲" || list[1].State != Delivered || list[1].Text != "暴雨升级" || list[0].State != Accepted {
				t.Errorf("%+v", list)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
