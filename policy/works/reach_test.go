package works

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// A warning that is published is in the outbox for everybody in its area and calls the head of the town, who answers from his telephone; the cancel
// reaches whoever the warning reached, and nobody else.
func TestAWarningReachesPeople(t *testing.T) {
	ctx := context.Background()
	c, problems, _ := policy.Lint(policytest.Storm(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const start = "2031-07-01T13:00:00+08:00"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		out := &channel.Outbox{DB: d, County: string(c.Place.Code), Replied: w.Replied, Arrived: w.Arrived}
		sms, voice := &gateway.Stub{Keep: 100}, &gateway.Stub{Keep: 100}
		out.Channels = []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "a", Gateway: sms}}}, {Name: "voice", Drivers: []channel.Driver{{Name: "b", Gateway: voice}}}}
		w.Connect(out)
		write := func(act func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		send := func() {
			t.Helper()
			if _, err := out.Once(ctx, clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		towns := townNames(&c)
		tel := func(n string) []audience.Address { return []audience.Address{{Channel: audience.SMS, To: n}} }
		agreed := audience.Consent{Given: clock.Now().Add(-time.Hour), How: "当面"}
		write(func(tx *db.Tx) error {
			_, err := w.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{
				{Key: "1", Kind: audience.Post, Name: "示例镇长", Place: audience.Place{Town: towns[0]}, Roles: []string{"镇长"}, Addresses: tel("13800000001")},
				{Key: "2", Kind: audience.Person, Name: "示例居民", Place: audience.Place{Town: towns[0]}, Addresses: tel("13800000002"), Consent: agreed},
				{Key: "3", Kind: audience.Person, Name: "示例外乡", Place: audience.Place{Town: towns[1]}, Addresses: tel("13800000003"), Consent: agreed},
			}, true)
			return err
		})
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县应急局", Title: title, Post: personnel.ID("县应急局", title), Role: personnel.Head}}}
		}
		publish := func(x warning.Draft) {
			t.Helper()
			write(func(tx *db.Tx) error {
				v, err := w.Warnings.Draft(ctx, tx, as("示例甲", "值班长"), x)
				if err == nil {
					_, err = w.Warnings.Submit(ctx, tx, as("示例甲", "值班长"), v.Event, v.N)
				}
				if err == nil {
					_, err = w.Warnings.Publish(ctx, tx, as("示例乙", "局长"), v.Event, v.N)
				}
				return err
			})
		}
		x := warning.Draft{Hazard: "storm", Level: "橙"}
		x.Description, x.Area.Places = "将有强降雨。", []warning.Place{{Town: towns[0]}}
		publish(x)
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
			t.Errorf("the warning went to %v", got)
		}
		var call gateway.Message
		for _, m := range sms.Sent() {
			if m.Code != "" {
				call = m
			}
		}
		if call.To != "13800000001" || !strings.Contains(call.Text, "将有强降雨") || !strings.Contains(call.Text, call.Code) {
			t.Fatalf("the call is %+v", call)
		}
		board := func() (b *callup.Board) {
			t.Helper()
			write(func(tx *db.Tx) error {
				r, err := w.Callup.RoundOf(ctx, tx, "warning/1")
				if err != nil {
					return err
				}
				b, err = w.Callup.BoardOf(ctx, tx, r.ID)
				return err
			})
			return b
		}
		if b := board(); b.All.Told != 0 || b.All.Answered != 0 || b.All.Posts != 1 {
			t.Errorf("the board before anything is heard: %+v", b)
		}
		if err := out.Hear("sms", "a").Receipt(ctx, gateway.Receipt{Ref: "stub-" + call.ID, To: call.To, State: gateway.Delivered, At: clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if b := board(); b.All.Told != 1 || b.All.Answered != 0 {
			t.Errorf("the board when the message has come: %+v", b)
		}
		var inbox int
		write(func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM notice WHERE county = $1 AND about = 'warning/1' AND kind = 'warning'`, string(c.Place.Code)).Scan(&inbox)
		})
		if inbox != 4 { // submitted, to two posts; two orders
			t.Errorf("%d notices of the warning", inbox)
		}
		// Five minutes later he is rung up on the same number.
		clock.Advance(5*time.Minute + time.Second)
		write(func(tx *db.Tx) error { _, err := w.Callup.Tick(ctx, tx, tx.Now()); return err })
		send()
		if list := voice.Sent(); len(list) != 1 || list[0].To != "13800000001" {
			t.Errorf("rung up: %+v", list)
		}
		if err := out.Hear("sms", "a").Reply(ctx, gateway.Reply{From: "13800000001", Text: call.Code + " 已转移12人", At: clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if b := board(); b.All.Answered != 1 {
			t.Errorf("the board after the answer: %+v", b)
		}
		sms.Forget()
		x = warning.Draft{Hazard: "storm", Event: 1, Kind: warning.Cancel}
		x.Reason, x.Description = "降雨结束。", "降雨结束。"
		publish(x)
		send()
		if got := told(); !slices.Equal(got, []string{"13800000001", "13800000001", "13800000002"}) && !slices.Equal(got, []string{"13800000001", "13800000002"}) {
			t.Errorf("the cancel went to %v", got)
		}
		if b := board(); b.Round.State != callup.Cancelled {
			t.Errorf("the calls are %s", b.Round.State)
		}
	})
}

// Loudspeakers are woken by a siren for orange and red, and never for a drill: a siren cannot say that it is one.
func TestDrillsHaveNoSiren(t *testing.T) {
	ctx := context.Background()
	c, problems, _ := policy.Lint(policytest.Storm(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	clock := dbtest.At("2031-07-01T13:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		horns := &gateway.Stub{Keep: 10}
		out := &channel.Outbox{DB: d, County: string(c.Place.Code), Channels: []channel.Channel{{Name: "speaker", Drivers: []channel.Driver{{Name: "a", Gateway: horns}}}}}
		w.Connect(out)
		town := townNames(&c)[0]
		tell := func(key string, level int, drill bool) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := w.Audience.Put(ctx, tx, audience.System, audience.SourcePosts, []audience.Recipient{
					{Key: "1", Kind: audience.Device, Name: "示例喇叭", Place: audience.Place{Town: town}, Addresses: []audience.Address{{Channel: audience.Speaker, To: "DL-1"}}}}, true); err != nil {
					return err
				}
				told, err := w.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{County: true}, Level: audience.Level(level)})
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
				return w.tell(ctx, tx, x)
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := out.Once(ctx, clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		tell("warning/1/1", 2, false)
		tell("warning/2/1", 1, true)
		tell("warning/3/1", 3, false)
		var got []bool
		for _, m := range horns.Sent() {
			got = append(got, m.Siren)
		}
		if !slices.Equal(got, []bool{true, false, false}) {
			t.Errorf("sirens of orange, a red drill, yellow: %v", got)
		}
	})
}
