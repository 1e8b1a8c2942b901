package works

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/gateway"
	"zhixing/gateway/sms"
	"zhixing/journal"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// Words that mean leaving, and those that only look like it.
func TestLeaveWords(t *testing.T) {
	for text, want := range map[string]bool{"TD": true, "td": true, " ＴＤ。": true, "T": true, "退订": true, "“退订”": true, "回复TD退订": true, "T D": true,
		"": false, "收到": false, "TD 7K2MP": false, "退订不了": false, "我要退订短信，别的都要": false, "2": false, "TDX": false} {
		if leaves(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// How to leave comes inside the marks of a drill, and never makes a message that goes one that does not.
func TestLeavable(t *testing.T) {
	if got := leavable("暴雨。"); got != "暴雨。回复TD退订" {
		t.Error(got)
	}
	if got := leavable(drill.Marked("暴雨。")); got != drill.Marked("暴雨。回复TD退订") || !drill.Is(got) {
		t.Error(got)
	}
	most := strings.Repeat("雨", 20*sms.EachPart)
	if _, parts := sms.Size(most); parts != 20 || leavable(most) != most {
		t.Errorf("%d parts, and longer with how to leave", parts)
	}
	v := &warning.Version{}
	v.Headline, v.Description = "暴雨", strings.Repeat("雨", 50)
	plain, leaving := (&Works{}).SMSLengths(v)
	if leaving.Characters != plain.Characters+6 || plain.Parts != 1 || leaving.Parts != 2 {
		t.Errorf("%+v %+v", plain, leaving)
	}
}

// A resident who agreed is told how to leave and leaves by a reply: once, with an answer, on the journal. A holder of a post is not told so, and his
// reply neither answers his call nor ends it.
func TestLeavingByReply(t *testing.T) {
	stories(t, policytest.Storm(t), "2031-07-01T13:00:00+08:00", func(s *story) {
		stub := &gateway.Stub{Keep: 100}
		out := &channel.Outbox{DB: s.db, County: s.code(), Replied: s.Replied, Arrived: s.Arrived,
			Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "a", Gateway: stub}}}}}
		s.Connect(out)
		// sent is what has gone since it was asked last, by numbers.
		sent := func() map[string]string {
			s.Helper()
			if _, err := out.Once(ctx, s.clock.Now()); err != nil {
				s.Fatal(err)
			}
			got := map[string]string{}
			for _, m := range stub.Sent() {
				if m.Code == "" {
					got[m.To] += m.Text
				}
			}
			stub.Forget()
			return got
		}
		n := 0
		reply := func(from, text string) {
			s.Helper()
			n++
			s.clock.Advance(time.Second)
			if err := out.Hear("sms", "a").Reply(ctx, gateway.Reply{ID: fmt.Sprint(n), From: from, Text: text, At: s.clock.Now()}); err != nil {
				s.Fatal(err)
			}
		}
		town := townNames(s.c)[0]
		tel := func(n string) []audience.Address { return []audience.Address{{Channel: audience.SMS, To: n}} }
		agreed := audience.Consent{Given: s.clock.Now().Add(-time.Hour), How: "当面"}
		s.write(func(tx *db.Tx) error {
			_, err := s.Audience.Put(ctx, tx, audience.System, audience.SourceSelf, []audience.Recipient{
				{Key: "1", Kind: audience.Person, Name: "示例甲", Place: audience.Place{Town: town}, Addresses: tel("13800000001"), Consent: agreed}}, true)
			if err != nil {
				return err
			}
			_, err = s.Audience.Put(ctx, tx, audience.System, "import:住户", []audience.Recipient{
				{Key: "2", Kind: audience.Person, Name: "示例乙", Place: audience.Place{Town: town}, Addresses: tel("13800000002"), Consent: agreed},
				{Key: "3", Kind: audience.Person, Name: "示例丙", Place: audience.Place{Town: town}, Addresses: tel("13800000003")},
				{Key: "4", Kind: audience.Post, Name: "示例镇长", Place: audience.Place{Town: town}, Roles: []string{"镇长"}, Addresses: tel("13800000004")},
				{Key: "5", Kind: audience.Firm, Name: "示例工地", Place: audience.Place{Town: town}, Addresses: tel("13800000005")},
			}, true)
			return err
		})
		s.publish(storm(town))
		got := sent()
		for to, may := range map[string]bool{"13800000001": true, "13800000002": true, "13800000003": false, "13800000004": false, "13800000005": false} {
			if got[to] == "" || strings.HasSuffix(got[to], howToLeave) != may {
				s.Errorf("%s got %q", to, got[to])
			}
		}
		for _, x := range []struct{ from, says, not string }{
			{"13800000001", "已退订，不再给您发预警短信。", "担任职务"},
			{"13800000002", "红色、橙色预警仍依法告知", "不再给您发"},
			{"13800000003", "红色、橙色预警仍依法告知", ""},
			{"13800000004", "叫应还没有应答，请按叫应短信里的码回复", "您没有订阅预警短信。已退订"},
			{"13800000005", "请与县应急局联系更改", "已退订"},
			{"13800000009", "您没有订阅预警短信", "已退订"},
		} {
			reply(x.from, "td")
			if got := sent(); len(got) != 1 || !strings.Contains(got[x.from], x.says) || x.not != "" && strings.Contains(got[x.from], x.not) {
				s.Errorf("%s was answered %q", x.from, got)
			}
		}
		// The call of the post is as it was: TD answers nothing, and its code still does.
		var board *callup.Board
		look := func() {
			s.Helper()
			s.write(func(tx *db.Tx) error {
				r, err := s.Callup.RoundOf(ctx, tx, "warning/1")
				if err == nil {
					board, err = s.Callup.BoardOf(ctx, tx, r.ID)
				}
				return err
			})
		}
		if look(); board.All.Answered != 0 || board.Round.State != callup.Open {
			s.Errorf("TD was taken for an answer: %+v", board.All)
		}
		reply("13800000004", "收到")
		if look(); board.All.Answered != 1 {
			s.Errorf("after leaving, an answer is none: %+v", board.All)
		}
		sent()
		// Leaving again is no second withdrawal; it is answered once a day.
		proofs := func() (n int) {
			s.write(func(tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT count(*) FROM audience_proof WHERE county = $1`, s.code()).Scan(&n)
			})
			return n
		}
		before := proofs()
		reply("13800000001", "退订")
		if got := sent(); !strings.Contains(got["13800000001"], "没有订阅") {
			s.Errorf("the second time: %q", got)
		}
		reply("13800000001", "退订")
		reply("13800000002", "TD")
		reply("13800000002", "TD")
		if got := sent(); len(got) != 1 || strings.Count(got["13800000002"], "已退订") != 1 {
			s.Errorf("the third time: %q", got)
		}
		if after := proofs(); after != before {
			s.Errorf("%d proofs became %d", before, after)
		}
		s.write(func(tx *db.Tx) error {
			list, _, err := journal.List(ctx, tx, s.code(), journal.Query{What: "audience.withdraw", Limit: 50})
			if len(list) != 3 {
				s.Errorf("the journal says %+v", list)
			}
			for _, r := range list {
				if r.Basis != "短信回复" || strings.Contains(r.Detail+r.Subject, "138") {
					s.Errorf("the journal says %+v", r)
				}
			}
			return err
		})
		// A yellow update reaches the post, and neither who left nor who was never asked to be told; the end does the same.
		x := warning.Draft{Hazard: "storm", Event: 1, Kind: warning.Cancel}
		x.Reason, x.Description = "降雨结束。", "降雨结束。"
		s.publish(x)
		got = sent()
		if got["13800000001"] != "" || got["13800000004"] == "" || strings.Contains(got["13800000004"], howToLeave) {
			s.Errorf("the end went to %v", got)
		}
	})
}
