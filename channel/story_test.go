package channel

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/gateway"
)

const noon = "2023-07-20T12:00:00+08:00"

func TestOneMessageForOneRecipient(t *testing.T) {
	stories(t, noon, func(s *story) {
		one, two := s.text("warning/1/1", 1), s.text("warning/1/1", 2)
		same := one
		same.To = "+86 138-0000-0001"
		if n := s.put(one, two, same); n != 2 {
			t.Errorf("%d are new, want 2: one number written in two ways is one telephone", n)
		}
		if n := s.put(two, s.text("warning/1/1", 3)); n != 1 {
			t.Errorf("%d are new, want 1", n)
		}
		s.wantPass("短信甲:1 短信甲:2 短信甲:3")
		if n := s.put(one, two); n != 0 {
			t.Errorf("%d are new after they were sent, want 0", n)
		}
		s.wantPass("")
		// The next version is another purpose.
		if n := s.put(s.text("warning/1/2", 1)); n != 1 {
			t.Errorf("the next version is not new")
		}
		s.wantPass("短信甲:1")
		// Two persons behind one telephone, each of whom must be told.
		a, b := s.text("call/1/1", 1), s.text("call/1/1", 1)
		a.Key, b.Key, a.Code, b.Code = "甲", "乙", "31", "47"
		s.put(a, b)
		s.wantPass("短信甲:1 短信甲:1")
		if sent := s.stubs["短信甲"].Sent(); sent[0].Code != "31" || sent[1].Code != "47" {
			t.Error(sent)
		}
	})
}

func TestWhatCannotBePut(t *testing.T) {
	stories(t, noon, func(s *story) {
		with := func(change func(*Message)) Message {
			m := s.text("warning/1/1", 1)
			change(&m)
			return m
		}
		s.refused(NotFound, with(func(m *Message) { m.Channel = "pigeon" }))
		for name, m := range map[string]Message{
			"no purpose":             with(func(m *Message) { m.Purpose = "" }),
			"no address":             with(func(m *Message) { m.To = "" }),
			"no text":                with(func(m *Message) { m.Text = "" }),
			"a line end in a number": with(func(m *Message) { m.To = "138\n" }),
			"no end":                 with(func(m *Message) { m.Expires = time.Time{} }),
			"over already":           with(func(m *Message) { m.Expires = s.clock.Now() }),
			"never over":             with(func(m *Message) { m.Expires = s.clock.Now().AddDate(1, 0, 0) }),
			"a drill without marks":  with(func(m *Message) { m.Drill = true }),
			"a mark in front only":   with(func(m *Message) { m.Drill, m.Text = true, "【演练】暴雨。" }),
			"one mark for both":      with(func(m *Message) { m.Drill, m.Text = true, "【演练】" }),
			"a title without marks":  with(func(m *Message) { m.Drill, m.Title, m.Text = true, "暴雨", "【演练】暴雨。【演练】" }),
			"real, marked as drill":  with(func(m *Message) { m.Text = "【演练】暴雨。【演练】" }),
		} {
			t.Run(name, func(t *testing.T) { s.refused(Invalid, m) })
		}
		drill := with(func(m *Message) { m.Drill, m.Text = true, "【演练】暴雨。【演练】" })
		s.refused(Conflict, s.text("warning/1/1", 2), drill)
		s.put(drill)
		s.refused(Conflict, s.text("warning/1/1", 2))
	})
}

func TestRealGoesBeforeDrillAndCallsFirst(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.drivers = func(_ string, d *Driver) { d.Batch = 1 }
		drill := s.text("call/9/1", 1)
		drill.Urgency, drill.Drill, drill.Text = Call, true, "【演练】请回复31。【演练】"
		notice := s.text("notice/1", 2)
		notice.Urgency = Notice
		call := s.text("call/1/1", 4)
		call.Urgency = Call
		s.put(drill, notice, s.text("warning/1/1", 3), call)
		s.wantPass("短信甲:4 短信甲:3 短信甲:2 短信甲:1")
	})
}

func TestRefusedGoesToTheNextGateway(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.answers["短信甲"] = func(m gateway.Message) gateway.Outcome {
			if strings.HasSuffix(m.To, "1") {
				return gateway.Outcome{State: gateway.Refused, Reason: "不服务该号码 " + m.To}
			}
			return gateway.Outcome{State: gateway.Accepted, Ref: "g" + m.ID}
		}
		s.put(s.text("w", 1), s.text("w", 2))
		s.wantPass("短信甲:1 短信甲:2 短信乙:1")
		s.states("w", Accepted, Accepted)
		// Both refuse.
		refuse := func(m gateway.Message) gateway.Outcome {
			return gateway.Outcome{State: gateway.Refused, Reason: "空号 " + m.To}
		}
		s.answers["短信甲"], s.answers["短信乙"] = refuse, refuse
		s.put(s.text("w2", 1))
		s.wantPass("短信甲:1 短信乙:1")
		s.states("w2", Failed)
		if m := s.messages("w2")[0]; m.Reason != "短信乙：空号 （地址）" || m.Gateway != "短信乙" {
			t.Errorf("%+v", m)
		}
		s.clock.Advance(time.Hour)
		s.wantPass("")
	})
}

func TestBusyIsTriedAgainAndAnotherGatewayHelps(t *testing.T) {
	stories(t, noon, func(s *story) {
		busy := func(gateway.Message) gateway.Outcome {
			return gateway.Outcome{State: gateway.Busy, Reason: "流量控制（8）"}
		}
		s.answers["短信甲"] = busy
		s.put(s.text("w", 1), s.text("w", 2))
		s.wantPass("短信甲:1 短信甲:2 短信乙:1 短信乙:2")
		s.states("w", Accepted, Accepted)
		s.put(s.text("w", 3))
		s.wantPass("短信乙:3") // the first is left alone for a while
		s.clock.Advance(time.Second)
		s.put(s.text("w", 4), s.text("w", 5))
		s.wantPass("短信甲:4 短信乙:4 短信乙:5") // then it gets one, to see
		// Both busy: pauses grow, and after three tries it has failed.
		s.drivers = func(_ string, d *Driver) { d.Tries = 3 }
		s.restart()
		s.answers["短信乙"] = busy
		s.put(s.text("w2", 3))
		s.wantPass("短信甲:3 短信乙:3")
		s.states("w2", Waiting)
		s.wantPass("")
		tried := 2
		for range 60 {
			s.clock.Advance(time.Second)
			if got := s.pass(); got != "" {
				tried += len(strings.Fields(got))
			}
		}
		if tried != 3 {
			t.Errorf("%d tries, want 3", tried)
		}
		s.states("w2", Failed)
		if m := s.messages("w2")[0]; !strings.Contains(m.Reason, "已试3次") || !strings.Contains(m.Reason, "流量控制（8）") {
			t.Error(m.Reason)
		}
	})
}

func TestUnknownIsNotSentAgainByItself(t *testing.T) {
	stories(t, noon, func(s *story) {
		silent := func(m gateway.Message) gateway.Outcome {
			return gateway.Outcome{State: gateway.Unknown, Reason: "应答超时"}
		}
		s.answers["短信甲"], s.answers["喇叭"] = silent, silent
		horn := s.text("w", 2)
		horn.Channel, horn.To = "speaker", "d1"
		s.put(s.text("w", 1), horn)
		s.wantPass("短信甲:1 喇叭:d1")
		s.states("w", Unknown, Waiting)
		// The loudspeaker knows its number again; the telephone does not.
		s.answers["喇叭"] = nil
		s.clock.Advance(time.Second)
		s.wantPass("喇叭:d1")
		s.states("w", Unknown, Accepted)
		s.clock.Advance(10 * time.Minute)
		s.wantPass("")
		// The one that was silent is left alone for a while, and the next one has what comes.
		s.restart()
		s.put(s.text("w2", 3))
		s.wantPass("短信甲:3")
		s.put(s.text("w2", 4))
		s.wantPass("短信乙:4")
		// A person decides.
		id := s.messages("w")[0].ID
		resend := func(id ID) error {
			return s.db.Write(ctx, func(tx *db.Tx) error { return s.outbox().Resend(ctx, tx, "示例甲", id, tx.Now().Add(time.Hour)) })
		}
		if err := resend(id); err != nil {
			t.Fatal(err)
		}
		if err := resend(id); KindOf(err) != Conflict {
			t.Error("sent again what waits:", err)
		}
		if err := resend(999); KindOf(err) != NotFound {
			t.Error(err)
		}
		s.answers["短信甲"] = nil
		s.wantPass("短信乙:1")
		s.states("w", Accepted, Accepted)
	})
}

func TestABoundMessageStaysWithItsGateway(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.drivers = func(name string, d *Driver) { d.TellsDoubles = true }
		s.answers["短信甲"] = func(gateway.Message) gateway.Outcome { return gateway.Outcome{State: gateway.Unknown} }
		s.put(s.text("w", 1))
		s.wantPass("短信甲:1")
		s.clock.Advance(time.Second)
		s.outbox().gates[0].down = s.clock.Now().Add(time.Minute)
		s.wantPass("") // 乙 does not know what 甲 may have sent
		s.clock.Advance(2 * time.Hour)
		s.wantPass("")
		s.states("w", Unknown) // not “expired unsent”
	})
}

func TestNothingIsSentLate(t *testing.T) {
	stories(t, noon, func(s *story) {
		soon := s.text("w", 1)
		soon.Expires = s.clock.Now().Add(time.Minute)
		s.put(soon, s.text("w", 2))
		s.clock.Advance(time.Minute)
		if c := s.sum("w"); c.Expired != 1 || c.Waiting != 1 {
			t.Errorf("%+v", c) // told before anybody looked
		}
		s.wantPass("短信甲:2")
		s.states("w", Expired, Accepted)
		// Nor by a worker that meets it before the sweep does.
		soon.Purpose, soon.Expires = "w2", s.clock.Now().Add(time.Minute)
		s.put(soon)
		o := s.outbox()
		o.start()
		n, err := o.drain(ctx, o.gates[0], func() time.Time { return s.clock.Now().Add(time.Minute) })
		if n != 0 || err != nil {
			t.Error(n, err)
		}
		s.states("w2", Expired)
	})
}

func TestWithdrawn(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.answers["短信甲"] = func(m gateway.Message) gateway.Outcome {
			if strings.HasSuffix(m.To, "2") {
				s.withdraw("w") // while it is in hand
				return gateway.Outcome{State: gateway.Busy}
			}
			return gateway.Outcome{State: gateway.Accepted, Ref: m.ID}
		}
		s.drivers = func(_ string, d *Driver) { d.Batch = 2 }
		by := func(n int, who string) Message {
			m := s.text("w", n)
			m.Recipient = who
			return m
		}
		s.put(by(1, "r1"), by(2, "r2"), by(3, "r3"), by(4, "r1"))
		s.wantPass("短信甲:1 短信甲:2")
		s.states("w", Accepted, Withdrawn, Withdrawn, Withdrawn)
		if n, untold := s.withdraw("w"); n != 0 || !slices.Equal(untold, []string{"r2", "r3"}) {
			t.Error(n, untold) // r1 has heard it by one of his numbers
		}
		if n, untold := s.withdraw("never put"); n != 0 || len(untold) != 0 {
			t.Error(n, untold)
		}
		if c := s.sum("w"); c.Withdrawn != 3 || c.Handed != 1 || c.Put != 4 {
			t.Errorf("%+v", c)
		}
		// What failed on its way is not tried elsewhere any more.
		s.receive("短信甲", gateway.Receipt{Ref: s.messages("w")[0].ID.String(), State: gateway.Failed})
		s.states("w", Failed, Withdrawn, Withdrawn, Withdrawn)
		// Put again it stays taken back; what is new goes.
		s.clock.Advance(time.Second)
		s.answers["短信甲"] = nil
		s.put(by(3, "r3"), by(5, "r5"))
		s.wantPass("短信甲:5")
	})
}

func TestRates(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.drivers = func(_ string, d *Driver) { d.Rate = 4 }
		s.put(s.text("w", 1), s.text("w", 2), s.text("w", 3), s.text("w", 4), s.text("w", 5), s.text("w", 6), s.text("w", 7))
		s.wantPass("短信甲:1 短信甲:2")
		s.wantPass("")
		s.clock.Advance(250 * time.Millisecond)
		s.wantPass("短信甲:3")
		s.clock.Advance(time.Hour)
		s.wantPass("短信甲:4 短信甲:5") // a pause is not saved up
	})
}

func TestQuietHours(t *testing.T) {
	stories(t, "2023-07-20T23:00:00+08:00", func(s *story) {
		morning := s.clock.Now().Add(8 * time.Hour)
		s.quiet = func(u Urgency, _ string, at time.Time) time.Time {
			if u == Notice && at.Before(morning) {
				return morning
			}
			return at
		}
		notice := s.text("n", 1)
		notice.Urgency, notice.Expires = Notice, morning.Add(time.Hour)
		late := s.text("n", 2)
		late.Urgency = Notice // over before the morning
		s.put(notice, late, s.text("w", 3))
		s.wantPass("短信甲:3")
		s.clock.Advance(8 * time.Hour)
		s.wantPass("短信甲:1")
		s.states("n", Accepted, Expired)
	})
}

func TestReceipts(t *testing.T) {
	stories(t, noon, func(s *story) {
		group := func(m gateway.Message) gateway.Outcome { return gateway.Outcome{State: gateway.Accepted, Ref: "G1"} } // one name for all
		s.answers["短信甲"] = group
		// One comes before the gateway has answered.
		s.receive("短信甲", gateway.Receipt{Ref: "G1", To: "+8613800000001", State: gateway.Delivered, At: s.clock.Now()})
		s.put(s.text("w", 1), s.text("w", 2), s.text("w", 3))
		s.clock.Advance(12 * time.Second)
		s.wantPass("短信甲:1 短信甲:2 短信甲:3")
		s.states("w", Delivered, Accepted, Accepted)
		s.receive("短信甲",
			gateway.Receipt{Ref: "G1", To: "13800000002", State: gateway.Failed, Reason: "MK:0001 13800000002"},
			gateway.Receipt{Ref: "G1", State: gateway.Delivered},                       // of whom?
			gateway.Receipt{Ref: "G2", To: "13800000003", State: gateway.Delivered},    // another's
			gateway.Receipt{Ref: "G1", To: "13800000003", State: "", Reason: "unread"}) // no word of ours
		s.receive("短信乙", gateway.Receipt{Ref: "G1", To: "13800000003", State: gateway.Delivered}) // another gateway's name
		s.states("w", Delivered, Waiting, Accepted)
		s.wantPass("短信乙:2") // what did not arrive by the one goes by the other
		s.receive("短信乙", gateway.Receipt{Ref: "短信乙" + s.messages("w")[1].ID.String(), State: gateway.Failed, Reason: "空号"})
		s.states("w", Delivered, Failed, Accepted)
		// Said twice, and contradicted.
		s.receive("短信甲", gateway.Receipt{Ref: "G1", To: "13800000001", State: gateway.Failed}, gateway.Receipt{Ref: "G1", To: "13800000001", State: gateway.Delivered})
		s.states("w", Delivered, Failed, Accepted)
		if c := s.sum("w"); c.Put != 3 || c.Handed != 3 || c.In10 != 0 || c.In60 != 3 || c.Delivered != 1 || c.Failed != 1 || c.Waiting != 0 {
			t.Errorf("%+v", c)
		}
		if m := s.messages("w")[1]; strings.Contains(m.Reason, "1380000") {
			t.Error("a reason holds a number:", m.Reason)
		}
	})
}

func TestReplies(t *testing.T) {
	stories(t, noon, func(s *story) {
		var got []Reply
		var broken error
		s.replied = func(_ context.Context, _ *db.Tx, list []Reply) error {
			got = append(got, list...)
			return broken
		}
		call := s.text("call/1/1", 1)
		call.Recipient = "示例甲"
		s.put(call)
		s.pass()
		ref := "短信甲" + s.messages("call/1/1")[0].ID.String()
		hear := s.outbox().Hear("sms", "短信甲")
		say := func(r gateway.Reply) error { return hear.Reply(ctx, r) }
		if err := say(gateway.Reply{ID: "r1", From: "8613800000001", Text: "31", Ref: ref}); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].From != "13800000001" || got[0].Purpose != "call/1/1" || got[0].Key != "13800000001" || got[0].Recipient != "示例甲" || got[0].Channel != "sms" || !got[0].At.Equal(s.clock.Now()) {
			t.Errorf("%+v", got)
		}
		if err := say(gateway.Reply{ID: "r1", From: "8613800000001", Text: "31", Ref: ref}); err != nil || len(got) != 1 {
			t.Error("one reply was told twice:", got, err)
		}
		// What was not taken is not acknowledged, and comes again.
		broken = errors.New("the board is gone")
		if err := say(gateway.Reply{ID: "r2", From: "13800000002", Text: "收到"}); err == nil {
			t.Error("acknowledged what nobody took")
		}
		broken = nil
		if err := say(gateway.Reply{ID: "r2", From: "13800000002", Text: "收到"}); err != nil || len(got) != 3 || got[2].Purpose != "" {
			t.Error(got, err)
		}
	})
}

func TestDevices(t *testing.T) {
	stories(t, noon, func(s *story) {
		hear := s.outbox().Hear("speaker", "喇叭")
		say := func(online bool, detail string) {
			t.Helper()
			if err := hear.Device(ctx, gateway.Health{Device: "d1", Online: online, Detail: detail, At: s.clock.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		say(true, "音量 60")
		s.clock.Advance(time.Minute)
		say(true, "音量 80")
		var list []Device
		read := func() Device {
			if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = s.outbox().Devices(ctx, tx); return err }); err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			return list[0]
		}
		if d := read(); !d.Online || d.Detail != "音量 80" || d.Heard.Sub(d.Since) != time.Minute {
			t.Errorf("%+v", d)
		}
		s.clock.Advance(time.Minute)
		say(false, "offline")
		if d := read(); d.Online || !d.Since.Equal(s.clock.Now()) {
			t.Errorf("%+v", d)
		}
	})
}

// A worker that was killed leaves leases behind. What it had in hand is sent again where doubles are told, else it stands as unknown; a
// worker that was only slow is still believed.
func TestLeasesOfTheDead(t *testing.T) {
	stories(t, noon, func(s *story) {
		horn := s.text("w", 2)
		horn.Channel, horn.To = "speaker", "d1"
		s.put(s.text("w", 1), horn, s.text("w", 3))
		o := s.outbox()
		o.start()
		var slow *batch
		for _, g := range []*gate{o.gates[0], o.gates[2]} {
			b, _, err := o.exchange(ctx, g, nil, s.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			if g == o.gates[0] {
				slow = b
			}
		}
		s.restart()
		s.states("w", Leased, Leased, Leased)
		s.wantPass("")
		s.clock.Advance(10*time.Second + margin)
		s.wantPass("喇叭:d1")
		s.states("w", Unknown, Accepted, Unknown)
		// It was not dead.
		o.hand(ctx, o.gates[0], slow, s.clock.Now)
		if _, _, err := o.exchange(ctx, o.gates[0], slow, s.clock.Now()); err != nil {
			t.Fatal(err)
		}
		s.states("w", Accepted, Accepted, Accepted)
	})
}

func TestTallyByPlace(t *testing.T) {
	stories(t, noon, func(s *story) {
		horn := s.text("w", 1)
		horn.Channel, horn.To, horn.Place = "speaker", "d1", "别镇/别村"
		s.put(s.text("w", 1), s.text("w", 2), horn, s.text("other", 1))
		s.pass()
		var list []Count
		if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = s.outbox().Tally(ctx, tx, "w"); return err }); err != nil {
			t.Fatal(err)
		}
		if len(list) != 3 || list[0].Place != "示例镇/示例1村" || list[0].Handed != 1 || list[0].In10 != 1 {
			t.Errorf("%+v", list)
		}
		towns := Sum(list, func(c Count) (string, string) { return "", Town(c.Place) })
		if len(towns) != 2 || towns[1].Place != "示例镇" || towns[1].Handed != 2 {
			t.Errorf("%+v", towns)
		}
		var there []Sent
		if err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			there, err = s.outbox().Messages(ctx, tx, Query{Purpose: "w", Place: "示例镇", Channel: "sms", State: Accepted})
			return err
		}); err != nil || len(there) != 2 {
			t.Error(there, err)
		}
	})
}

// What a broker has taken and no device has acknowledged goes again under its number, later each time, and stays what it was.
func TestDevicesThatSayNothingAreAskedAgain(t *testing.T) {
	stories(t, noon, func(s *story) {
		s.drivers = func(name string, d *Driver) {
			if name == "喇叭" {
				d.Again, d.Tries = time.Minute, 4
			}
		}
		loud := func(purpose string, n int) Message {
			m := s.text(purpose, n)
			m.Channel = "speaker"
			return m
		}
		at := func(after, want string) {
			s.Helper()
			d, _ := time.ParseDuration(after)
			s.clock.Set(noon)
			s.clock.Advance(d)
			s.restart()
			s.wantPass(want)
		}
		gone := loud("warning/2/1", 4)
		gone.Expires = s.clock.Now().Add(150 * time.Second)
		s.put(s.text("warning/1/1", 1), loud("warning/1/1", 2), loud("warning/1/1", 3), gone)
		at("0s", "短信甲:1 喇叭:2 喇叭:3 喇叭:4")
		first := s.stubs["喇叭"].Sent()[0].ID
		s.receive("喇叭", gateway.Receipt{Ref: "喇叭" + s.stubs["喇叭"].Sent()[1].ID, To: "13800000003", State: gateway.Delivered})
		at("59s", "")
		at("60s", "喇叭:2 喇叭:4")
		if again := s.stubs["喇叭"].Sent()[0].ID; again != first {
			t.Errorf("it went again as %s, not %s", again, first)
		}
		at("170s", "")
		s.answers["喇叭"] = func(gateway.Message) gateway.Outcome { return gateway.Outcome{State: gateway.Busy, Reason: "忙"} }
		at("180s", "喇叭:2") // two minutes later; the other has expired
		s.states("warning/1/1", Accepted, Accepted, Delivered)
		s.answers["喇叭"] = nil
		if got := s.sum("warning/1/1"); got.Handed != 3 || got.In10 != 3 {
			t.Errorf("%+v", got)
		}
		s.withdraw("warning/1/1")
		at("24m", "")
	})
}

// To be asked again costs the gateway what any message costs it, and no try where nobody may be told at the hour.
func TestAskingAgainKeepsRateAndHours(t *testing.T) {
	stories(t, "2023-07-20T21:58:00+08:00", func(s *story) {
		again := func(tries int, rate float64) {
			s.drivers = func(name string, d *Driver) {
				if name == "喇叭" {
					d.Again, d.Tries, d.Rate = time.Minute, tries, rate
				}
			}
			s.restart()
		}
		put := func(purpose string, u Urgency, numbers ...int) {
			for _, n := range numbers {
				m := s.text(purpose, n)
				m.Channel, m.Urgency, m.Expires = "speaker", u, s.clock.Now().Add(12*time.Hour)
				s.put(m)
			}
		}
		s.quiet = Hours{}.Keep
		again(2, 0)
		put("notice/1", Notice, 1)
		s.wantPass("喇叭:1")
		s.clock.Set("2023-07-20T22:05:00+08:00")
		s.wantPass("")
		s.clock.Set("2023-07-21T06:35:00+08:00")
		s.wantPass("喇叭:1")

		again(9, 4) // two at once
		put("warning/1/1", Warning, 1, 2, 3, 4)
		s.wantPass("喇叭:1 喇叭:2")
		s.clock.Advance(time.Second)
		s.wantPass("喇叭:3 喇叭:4")
		s.clock.Advance(2 * time.Minute)
		s.wantPass("喇叭:1 喇叭:2")
		s.clock.Advance(time.Second)
		s.wantPass("喇叭:3 喇叭:4")
	})
}
