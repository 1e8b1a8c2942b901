package web

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
)

// In a browser, at two in the morning: the board of calls lies open, and within seconds of his short message a person is off the list of those who
// have not answered. The next rung comes at its minute and not a second before, and calls those who are left.
func TestCallupBoardInABrowser(t *testing.T) {
	clock := dbtest.At("2031-06-08T02:00:00+08:00")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	caseSeats(s)
	ctx := context.Background()
	sms, voice := &gateway.Stub{}, &gateway.Stub{}
	out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Replied: s.works.Replied, Arrived: s.works.Arrived}
	out.Channels = []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "短信", Gateway: sms}}}, {Name: "voice", Drivers: []channel.Driver{{Name: "电话", Gateway: voice}}}}
	s.works.Connect(out)
	run := func() { // what the program does each second
		t.Helper()
		if _, err := s.works.Callup.Run(ctx, s.srv.DB); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Once(ctx, clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	one, two := s.callTowns()
	villages := []callup.Place{{Town: one, Village: "示例甲村"}, {Town: one, Village: "示例乙村"}, {Town: two, Village: "示例丙村"}, {Town: two, Village: "示例丁村"}, {Town: two, Village: "示例戊村"}}
	people := []audience.Recipient{townHead("1", one), townHead("2", two)}
	places := []callup.Place{{Town: one}, {Town: two}}
	for i, v := range villages {
		places = append(places, v)
		if i < len(villages)-1 { // the last village has no head
			key := fmt.Sprint(3 + i)
			people = append(people, audience.Recipient{Key: key, Kind: audience.Post, Name: "示例村主任" + key, Place: audience.Place{Town: v.Town, Village: v.Village}, Roles: []string{"村主任"},
				Addresses: []audience.Address{{Channel: audience.SMS, To: "1380000000" + key}}})
		}
	}
	s.roll(people...)
	s.callOut(callup.Opening{Purpose: "warning/7", Version: 1, Title: "暴雨红色预警", Text: "三小时内雨量将达100毫米，请立即转移危险区群众。", Level: 1, Places: places, Ladder: callLadder(), Until: clock.Now().Add(6 * time.Hour)})
	run()
	codes := map[string]gateway.Message{}
	for _, m := range sms.Sent() {
		if m.Code != "" {
			codes[m.To] = m
		}
	}
	if len(codes) != len(people) {
		t.Fatalf("%d are called, want %d", len(codes), len(people))
	}
	hear := out.Hear("sms", "短信")
	if err := hear.Receipt(ctx, gateway.Receipt{Ref: "stub-" + codes["13800000001"].ID, To: "13800000001", State: gateway.Delivered}, gateway.Receipt{Ref: "stub-" + codes["13800000003"].ID,
		To: "13800000003", State: gateway.Delivered}, gateway.Receipt{Ref: "stub-" + codes["13800000005"].ID, To: "13800000005", State: gateway.Failed, Reason: "关机"}); err != nil {
		t.Fatal(err)
	}

	v := s.browse("督查", 1280, 1100)
	const (
		missing = `document.getElementById('missing').textContent`
		steps   = `document.querySelector('.nextsteps').textContent`
		seconds = 15 * time.Second // the page looks every three; the machine may be busy
	)
	v.open("/callups/1")
	v.within(time.Minute, `document.getElementById('follow').dataset.watch`)
	for i := range people {
		v.within(seconds, missing+`.includes('`+people[i].Name+`')`)
	}
	v.within(seconds, steps+`.includes('02:05 电话再叫 6 人')`)
	v.within(seconds, missing+`.includes('无人任职') && `+missing+`.includes('短信未送达')`)
	v.within(seconds, `document.querySelector('#missing .group').textContent.includes('`+one+`')`)
	v.within(seconds, `(document.querySelector('details[id="d0"]').open = true)`)
	v.shot("callup-0200")

	clock.Advance(90 * time.Second)
	code := codes["13800000003"].Code
	if err := hear.Reply(ctx, gateway.Reply{ID: "1", From: "13800000003", Text: code + " 收到，河水上涨，已转移32人", At: clock.Now()}); err != nil {
		t.Fatal(err)
	}
	v.within(seconds, `!`+missing+`.includes('示例村主任3') && `+missing+`.includes('示例村主任4')`)
	v.within(seconds, `document.getElementById('seen').textContent.includes('已转移32人') && document.getElementById('d0').textContent.includes('02:01') && document.getElementById('d0').open`)
	v.within(seconds, steps+`.includes('02:05 电话再叫 5 人')`)

	clock.Set("2031-06-08T02:04:59+08:00")
	run()
	if n := len(voice.Sent()); n != 0 {
		t.Errorf("%d are rung up before the minute", n)
	}
	clock.Advance(time.Second)
	run()
	rung := map[string]bool{}
	for _, m := range voice.Sent() {
		rung[m.To] = true
	}
	if len(rung) != 5 || rung["13800000003"] {
		t.Errorf("at the minute %v are rung up", rung)
	}
	v.within(seconds, missing+`.includes('2 次') && !`+steps+`.includes('02:05') && `+steps+`.includes('02:25')`)
	v.shot("callup-0205")
}
