package works

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// A warning that is published is in the outbox for everybody in its area and calls the head of the town, who answers from his telephone; the cancel
// reaches whoever the warning reached, and nobody else.
func TestAWarningReachesPeople(t *testing.T) {
	stories(t, policytest.Storm(t), "2031-07-01T13:00:00+08:00", func(s *story) {
		out := &channel.Outbox{DB: s.db, County: s.code(), Replied: s.Replied, Arrived: s.Arrived}
		sms, voice := &gateway.Stub{Keep: 100}, &gateway.Stub{Keep: 100}
		out.Channels = []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "a", Gateway: sms}}}, {Name: "voice", Drivers: []channel.Driver{{Name: "b", Gateway: voice}}}}
		s.Connect(out)
		send := func() {
			s.Helper()
			if _, err := out.Once(ctx, s.clock.Now()); err != nil {
				s.Fatal(err)
			}
		}
		towns := townNames(s.c)
		tel := func(n string) []audience.Address { return []audience.Address{{Channel: audience.SMS, To: n}} }
		agreed := audience.Consent{Given: s.clock.Now().Add(-time.Hour), How: "当面"}
		s.write(func(tx *db.Tx) error {
			_, err := s.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{
				{Key: "1", Kind: audience.Post, Name: "示例镇长", Place: audience.Place{Town: towns[0]}, Roles: []string{"镇长"}, Addresses: tel("13800000001")},
				{Key: "2", Kind: audience.Person, Name: "示例居民", Place: audience.Place{Town: towns[0]}, Addresses: tel("13800000002"), Consent: agreed},
				{Key: "3", Kind: audience.Person, Name: "示例外乡", Place: audience.Place{Town: towns[1]}, Addresses: tel("13800000003"), Consent: agreed},
			}, true)
			return err
		})
		s.publish(storm(towns[0]))
		send()
		told := func() (to []string) {
			for _, m := range sms.Sent() {
				if m.Code == "" {
					to = append(to, m.To)
				}
			}
			slices.Sort(to)
			return to
		}
		if got := told(); !slices.Equal(got, []string{"13800000001", "13800000002"}) {
			s.Errorf("the warning went to %v", got)
		}
		var call gateway.Message
		for _, m := range sms.Sent() {
			if m.Code != "" {
				call = m
			}
		}
		if call.To != "13800000001" || !strings.Contains(call.Text, "将有强降雨") || !strings.Contains(call.Text, call.Code) {
			s.Fatalf("the call is %+v", call)
		}
		board := func() (b *callup.Board) {
			s.Helper()
			s.write(func(tx *db.Tx) error {
				r, err := s.Callup.RoundOf(ctx, tx, "warning/1")
				if err != nil {
					return err
				}
				b, err = s.Callup.BoardOf(ctx, tx, r.ID)
				return err
			})
			return b
		}
		if b := board(); b.All.Told != 0 || b.All.Answered != 0 || b.All.Posts != 1 {
			s.Errorf("the board before anything is heard: %+v", b)
		}
		if err := out.Hear("sms", "a").Receipt(ctx, gateway.Receipt{Ref: "stub-" + call.ID, To: call.To, State: gateway.Delivered, At: s.clock.Now()}); err != nil {
			s.Fatal(err)
		}
		if b := board(); b.All.Told != 1 || b.All.Answered != 0 {
			s.Errorf("the board when the message has come: %+v", b)
		}
		var inbox int
		s.write(func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM notice WHERE county = $1 AND about = 'warning/1' AND kind = 'warning'`, s.code()).Scan(&inbox)
		})
		if inbox != 4 { // submitted, to two posts; two orders
			s.Errorf("%d notices of the warning", inbox)
		}
		// Five minutes later he is rung up on the same number.
		s.clock.Advance(5*time.Minute + time.Second)
		s.write(func(tx *db.Tx) error { _, err := s.Callup.Tick(ctx, tx, tx.Now()); return err })
		send()
		if list := voice.Sent(); len(list) != 1 || list[0].To != "13800000001" {
			s.Errorf("rung up: %+v", list)
		}
		if err := out.Hear("sms", "a").Reply(ctx, gateway.Reply{From: "13800000001", Text: call.Code + " 已转移12人", At: s.clock.Now()}); err != nil {
			s.Fatal(err)
		}
		if b := board(); b.All.Answered != 1 {
			s.Errorf("the board after the answer: %+v", b)
		}
		sms.Forget()
		x := warning.Draft{Hazard: "storm", Event: 1, Kind: warning.Cancel}
		x.Reason, x.Description = "降雨结束。", "降雨结束。"
		s.publish(x)
		send()
		if got := told(); !slices.Equal(got, []string{"13800000001", "13800000001", "13800000002"}) && !slices.Equal(got, []string{"13800000001", "13800000002"}) {
			s.Errorf("the cancel went to %v", got)
		}
		if b := board(); b.Round.State != callup.Cancelled {
			s.Errorf("the calls are %s", b.Round.State)
		}
	})
}

// Loudspeakers are woken by a siren for orange and red, and never for a drill: a siren cannot say that it is one.
func TestDrillsHaveNoSiren(t *testing.T) {
	stories(t, policytest.Storm(t), "2031-07-01T13:00:00+08:00", func(s *story) {
		horns := &gateway.Stub{Keep: 10}
		out := &channel.Outbox{DB: s.db, County: s.code(), Channels: []channel.Channel{{Name: "speaker", Drivers: []channel.Driver{{Name: "a", Gateway: horns}}}}}
		s.Connect(out)
		town := townNames(s.c)[0]
		tell := func(key string, level int, drill bool) {
			s.Helper()
			s.write(func(tx *db.Tx) error {
				if _, err := s.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{
					{Key: "1", Kind: audience.Device, Name: "示例喇叭", Place: audience.Place{Town: town}, Addresses: []audience.Address{{Channel: audience.Speaker, To: "DL-1"}}}}, true); err != nil {
					return err
				}
				told, err := s.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{County: true}, Level: audience.Level(level)})
				if err != nil {
					return err
				}
				x := warning.Telling{Key: key, Title: "暴雨预警", Text: "请转移。", Level: level, Drill: drill, Expires: tx.Now().Add(time.Hour)}
				if drill {
					x.Title, x.Text = "【演练】暴雨预警【演练】", "【演练】请转移。【演练】"
				}
				for _, id := range told {
					x.To = append(x.To, warning.Recipient(id))
				}
				return s.tell(ctx, tx, x)
			})
			_, err := out.Once(ctx, s.clock.Now())
			s.must(err)
		}
		tell("warning/1/1", 2, false)
		tell("warning/2/1", 1, true)
		tell("warning/3/1", 3, false)
		var got []bool
		for _, m := range horns.Sent() {
			got = append(got, m.Siren)
		}
		if !slices.Equal(got, []bool{true, false, false}) {
			s.Errorf("sirens of orange, a red drill, yellow: %v", got)
		}
	})
}
