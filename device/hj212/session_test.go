package hj212

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var station = Address{MN: "S1", PW: "123456", ST: "32", Edition: Edition2017}

// play is a session with its clock.
type play struct {
	t *testing.T
	*Session
	now time.Time
}

func newPlay(t *testing.T) *play {
	return &play{t, NewSession(Timers{}, func(mn MN) (Address, bool) { return station, mn == station.MN }), time.Date(2026, 3, 1, 8, 0, 0, 123e6, Zone)}
}

// due wants the segments of the frames that are written, and the states that are told.
func (p *play) due(segments []string, states ...ExchangeState) []Exchange {
	p.t.Helper()
	write, changed := p.Due(p.now)
	var got []string
	for _, b := range write {
		f, why := decode(p.t, Options{}, b)
		if len(f) != 1 {
			p.t.Fatalf("%q: %v", b, why)
		}
		got = append(got, f[0].Segment)
	}
	var told []ExchangeState
	for _, x := range changed {
		told = append(told, x.State)
	}
	if fmt.Sprint(got) != fmt.Sprint(segments) || fmt.Sprint(told) != fmt.Sprint(states) {
		p.t.Fatalf("at %s written %q, told %v\nwant %q, %v", p.now.Format(time.TimeOnly), got, told, segments, states)
	}
	return changed
}

func (p *play) receive(segment string) Event {
	p.t.Helper()
	f := one(p.t, segment)
	return p.Receive(&f, p.now)
}

// TestExchange plays 6.2 for a question, an order and a notice, each waiting for the one before.
func TestExchange(t *testing.T) {
	p := newPlay(t)
	p.Queue(1, station, AskTime(""))
	p.Queue(2, station, SetTime(""))
	p.Queue(3, station, StopRealtime())
	const ask = "QN=20260301080000123;ST=32;CN=1011;PW=123456;MN=S1;Flag=5;CP=&&&&"
	p.due([]string{ask}, Sent)
	p.due(nil)
	p.now = p.now.Add(9 * time.Second)
	p.due(nil)
	p.now = p.now.Add(time.Second)
	p.due([]string{ask}) // the same number
	if ev := p.receive("QN=20260301080000999;ST=91;CN=9011;PW=123456;MN=S1;Flag=4;CP=&&QnRtn=1&&"); ev.Exchange != nil || ev.Answer != nil {
		t.Errorf("another number is another exchange: %+v", ev)
	}
	if ev := p.receive("QN=20260301080000123;ST=91;CN=9011;PW=123456;MN=S1;Flag=4;CP=&&QnRtn=1&&"); ev.Exchange.State != Working || ev.Act != Nothing {
		t.Errorf("%+v", ev)
	}
	if ev := p.receive("QN=20260301080000123;ST=32;CN=1011;PW=123456;MN=S1;Flag=4;CP=&&SystemTime=20260301080011&&"); ev.Exchange.Reply[0].Value != "20260301080011" || ev.Exchange.Frames != 1 {
		t.Errorf("%+v", ev.Exchange)
	}
	ev := p.receive("QN=20260301080000123;ST=91;CN=9012;PW=123456;MN=S1;Flag=4;CP=&&ExeRtn=1&&")
	if x := ev.Exchange; x.State != Finished || x.ExeRtn != Done || x.ID != 1 || x.Resends != 1 {
		t.Errorf("%+v", x)
	}
	// The clock is set to the time at which the order goes out, ten seconds after it was given.
	p.due([]string{"QN=20260301080010123;ST=32;CN=1012;PW=123456;MN=S1;Flag=5;CP=&&SystemTime=20260301080010&&"}, Sent)
	if ev := p.receive("QN=20260301080010123;ST=91;CN=9011;PW=123456;MN=S1;Flag=4;CP=&&QnRtn=3&&"); ev.Exchange.State != Denied || ev.Exchange.QnRtn.Words() != "密码错误" {
		t.Errorf("%+v", ev.Exchange)
	}
	p.due([]string{"QN=20260301080010124;ST=32;CN=2012;PW=123456;MN=S1;Flag=5;CP=&&&&"}, Sent) // a number of its own in the same millisecond
	if ev := p.receive("QN=20260301080010124;ST=91;CN=9013;PW=123456;MN=S1;Flag=4;CP=&&&&"); ev.Exchange.State != Finished {
		t.Errorf("%+v", ev.Exchange)
	}
	if _, ok := p.Deadline(); ok {
		t.Error("nothing waits")
	}
}

// TestSilence: ten seconds, three resends, then the link counts as dead (table 1).
func TestSilence(t *testing.T) {
	p := newPlay(t)
	p.Queue(1, station, AskMinuteInterval())
	const ask = "QN=20260301080000123;ST=32;CN=1063;PW=123456;MN=S1;Flag=5;CP=&&&&"
	p.due([]string{ask}, Sent)
	for range 3 {
		at, ok := p.Deadline()
		if !ok || !at.Equal(p.now.Add(10*time.Second)) {
			t.Fatal(at, ok)
		}
		p.now = at
		p.due([]string{ask})
	}
	p.now = p.now.Add(10 * time.Second)
	p.due(nil, Silent)
	// Accepted and never finished is another thing.
	p.Queue(2, station, AskRealtimeInterval())
	write, _ := p.Due(p.now)
	f, _ := decode(t, Options{}, write[0])
	p.receive("ST=91;CN=9011;PW=123456;MN=S1;Flag=0;CP=&&QN=" + string(f[0].QN) + ";QnRtn=1&&") // as 2005 answers
	p.now = p.now.Add(5*time.Minute - time.Second)
	p.due(nil)
	if open, waiting := p.Open(); len(open) != 1 || waiting != 0 {
		t.Error(open, waiting)
	}
	p.now = p.now.Add(time.Second)
	p.due(nil, Stuck)
}

// TestBackfill: history comes under numbers of its own, and each frame of it is stored and answered.
func TestBackfill(t *testing.T) {
	p := newPlay(t)
	cmd, err := Backfill(Hour, time.Date(2026, 2, 28, 20, 0, 0, 0, Zone), time.Date(2026, 2, 28, 22, 0, 0, 0, Zone))
	if err != nil {
		t.Fatal(err)
	}
	p.Queue(7, station, cmd)
	p.due([]string{"QN=20260301080000123;ST=32;CN=2061;PW=123456;MN=S1;Flag=5;CP=&&BeginTime=20260228200000,EndTime=20260228220000&&"}, Sent)
	p.receive("QN=20260301080000123;ST=91;CN=9011;PW=123456;MN=S1;Flag=4;CP=&&QnRtn=1&&")
	for n, qn := range []string{"20260301080000123", "20260301080001001", "20260301080001002"} {
		ev := p.receive("QN=" + qn + ";ST=32;CN=2061;PW=123456;MN=S1;Flag=5;CP=&&DataTime=20260228200000;w01018-Avg=1&&")
		if ev.Act != Store || ev.Exchange == nil || ev.Exchange.Frames != n+1 || !strings.Contains(string(ev.Answer), "QN="+qn+";ST=91;CN=9014") {
			t.Errorf("%+v", ev)
		}
	}
	if ev := p.receive("QN=20260301080000123;ST=91;CN=9012;PW=123456;MN=S1;Flag=4;CP=&&ExeRtn=100&&"); ev.Exchange.ExeRtn != NoData || ev.Exchange.State != Finished {
		t.Errorf("%+v", ev.Exchange)
	}
}

func TestStrangers(t *testing.T) {
	p := newPlay(t)
	const upload = "QN=20260301080000001;ST=32;CN=2011;PW=%s;MN=%s;Flag=%s;CP=&&DataTime=20260301080000;w01018-Rtd=1&&"
	ev := p.receive(fmt.Sprintf(upload, "123456", "S2", "5"))
	if ev.Act != Deny || ev.Why != WrongMN || !strings.Contains(string(ev.Answer), "ST=91;CN=9011;PW=123456;MN=S2;Flag=4;CP=&&QnRtn=4&&") {
		t.Errorf("%+v", ev)
	}
	ev = p.receive(fmt.Sprintf(upload, "654321", "S1", "1"))
	if ev.Act != Deny || ev.Why != WrongPassword || !strings.Contains(string(ev.Answer), "CP=&&QN=20260301080000001;QnRtn=3&&") {
		t.Errorf("%+v %s", ev, ev.Answer)
	}
	if ev = p.receive(fmt.Sprintf(upload, "654321", "S1", "4")); ev.Act != Deny || ev.Answer != nil {
		t.Errorf("%+v", ev)
	}
	if ev = p.receive("ST=32;CN=2011;MN=S1;CP=&&&&"); ev.Act != Deny || ev.Why != WrongPassword {
		t.Errorf("no password: %+v", ev)
	}
	if ev = p.receive("QN=20260301080000001;ST=91;CN=9013;MN=S1;Flag=4;CP=&&&&"); ev.Act != Nothing {
		t.Errorf("an answer without a password: %+v", ev)
	}
	if ev = p.receive("QN=20260301080000001;ST=32;CN=1013;PW=123456;MN=S1;Flag=5;CP=&&&&"); ev.Act != TellTime || !strings.Contains(string(ev.Answer), "CN=9013") {
		t.Errorf("%+v", ev)
	}
	if ev = p.receive("QN=20260301080000001;ST=91;CN=9015;PW=123456;MN=S1;Flag=9;CP=&&&&"); ev.Act != Nothing || !strings.Contains(string(ev.Answer), "CN=9013") {
		t.Errorf("%+v", ev)
	}
}

// TestOpenDoor: a registry that knows no password asks for none; no registry at all knows everybody.
func TestOpenDoor(t *testing.T) {
	f := one(t, "ST=32;CN=2011;PW=anything;MN=S9;CP=&&&&")
	for _, s := range []*Session{NewSession(Timers{}, nil), NewSession(Timers{}, func(mn MN) (Address, bool) { return Address{MN: mn}, true })} {
		if ev := s.Receive(&f, time.Time{}); ev.Act != Store || ev.Answer != nil {
			t.Errorf("%+v", ev)
		}
	}
}

// TestFirstConnection: the order of 6.7.
func TestFirstConnection(t *testing.T) {
	cmds, err := FirstConnection(Settings{TimeoutSeconds: 10, Resends: 3, RealtimeSeconds: 60, MinuteMinutes: 10, Realtime: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range cmds {
		f := c.frame(station, "1", time.Date(2026, 3, 1, 8, 0, 0, 0, Zone))
		got = append(got, show(&f)[len("frame 0 edition 2017"):])
		got[len(got)-1] = string(f.CN) + got[len(got)-1]
	}
	want := []string{`1012 | SystemTime="20260301080000"`, `1000 | OverTime="10" ReCount="3"`, `1062 | RtdInterval="60"`, `1064 | MinInterval="10"`, `2011`, `2022`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	// What is switched on has no end, and the exchange is over with 9011.
	p := newPlay(t)
	p.Queue(1, station, StartRealtime())
	p.Due(p.now)
	if ev := p.receive("QN=20260301080000123;ST=91;CN=9011;PW=123456;MN=S1;Flag=4;CP=&&QnRtn=1&&"); ev.Exchange.State != Finished {
		t.Errorf("%+v", ev.Exchange)
	}
}

func TestCommandLimits(t *testing.T) {
	_, e1 := SetTimeout(0, 3)
	_, e2 := SetRealtimeInterval(29)
	_, e3 := SetRealtimeInterval(3601)
	_, e4 := SetMinuteInterval(7)
	_, e5 := SetPassword("12345")
	_, e6 := SetPassword("123;56")
	_, e7 := Backfill(Realtime, time.Now(), time.Now())
	_, e8 := Backfill(Hour, time.Now(), time.Now().Add(-time.Hour))
	_, e9 := FirstConnection(Settings{MinuteMinutes: 7})
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, e9} {
		var f *Fault
		if !errors.As(err, &f) || f.Message == "" {
			t.Errorf("%d: %v", i+1, err)
		}
	}
	for _, ok := range []func() (Command, error){
		func() (Command, error) { return SetRealtimeInterval(30) }, func() (Command, error) { return SetRealtimeInterval(3600) },
		func() (Command, error) { return SetMinuteInterval(30) }, func() (Command, error) { return SetPassword("aB3$56") },
	} {
		if _, err := ok(); err != nil {
			t.Error(err)
		}
	}
}
