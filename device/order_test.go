package device

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device/hj212"
	"zhixing/device/simulator"
	"zhixing/observation"
)

// orders are those of device 1 as text, oldest first.
func (s *station) orders() string {
	s.Helper()
	var out []string
	s.read(func(tx *db.Tx) error {
		list, err := s.s.Devices.Orders(ctx, tx, 1)
		for i := range list {
			o := list[len(list)-1-i]
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", o.What, o.State, o.Result)))
		}
		return err
	})
	return strings.Join(out, ", ")
}

func (s *station) wantSoon(what string, get func() string, want string) {
	s.Helper()
	deadline := time.Now().Add(10 * time.Second)
	got := get()
	for got != want && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
		got = get()
	}
	if got != want {
		s.Errorf("%s:\n got %s\nwant %s\nlog %s", what, got, want, s.logged())
	}
}

// younger makes the device's registration older than it is, so that there are hours that should be there.
func (s *station) since(t time.Time) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE device SET created_at = $1`, db.Micros(t))
		return err
	})
	if err := s.s.Devices.Load(ctx, s.d); err != nil {
		s.Fatal(err)
	}
}

func TestMissingHoursAreAskedFor(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		now := time.Now()
		first := observation.Hour.Start(now.Add(-10 * time.Hour))
		s.since(first)
		// Three of ten hours are there, so there are two gaps.
		s.write(func(tx *db.Tx) error {
			var list []observation.Reading
			for _, h := range []int{3, 4, 5} {
				list = append(list, observation.Reading{Name: "cod-hour", Key: "P0", At: first.Add(time.Duration(h) * time.Hour), Value: observation.Value{Flag: observation.Normal}})
			}
			_, err := s.o.Record(ctx, tx, list)
			return err
		})
		report, err := simulator.Run(ctx, simulator.Options{To: s.addr, Devices: 1, Rate: 2, Frames: 8, Codes: []string{"w01018"}, Edition: hj212.Edition2017, Start: now, Step: time.Second})
		if err != nil || report.Waiting > 0 {
			t.Fatalf("%v %s %s", err, report, s.logged())
		}
		orders := s.orders()
		if strings.Count(orders, "backfill finished") < 2 {
			t.Errorf("orders: %s\n%s", orders, s.logged())
		}
		s.read(func(tx *db.Tx) error {
			have, err := s.o.Instants(ctx, tx, "outlets", "P0", observation.Hour, first, now.Add(-30*time.Minute))
			to := observation.Hour.Start(now.Add(-lookGrace))
			if gaps := missing(have, first, to); len(gaps) > 0 {
				t.Errorf("still missing: %v of %v", gaps, have)
			}
			if gaps, err := s.s.Devices.gaps(ctx, tx, s.o, &Device{ID: 1, Register: "outlets", Entry: "P0", Since: first}, now); err != nil || len(gaps) > 0 && gaps[0].Args.Kind == observation.Hour {
				t.Errorf("asked again: %+v %v", gaps, err)
			}
			return err
		})
	})
}

func TestOrdersWaitForTheDevice(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		give := func(o Order) {
			s.Helper()
			o.Device = 1
			s.write(func(tx *db.Tx) error {
				_, err := s.s.Devices.Give(ctx, tx, "示例甲", o)
				return err
			})
			s.s.Wake(1)
		}
		give(Order{What: SetClock})
		if err := s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := s.s.Devices.Give(ctx, tx, "示例甲", Order{Device: 1, What: SetMinute, Args: Args{N: 7}})
			return err
		}); err == nil {
			t.Error("seven minutes do not divide the hour")
		}
		s.wantSoon("not connected", s.orders, "clock waiting")
		l := s.dial()
		l.send(realtime(0, qn1, "DataTime=20230920090000;w01018-Rtd=1"))
		answer := func(want hj212.CN, items string) {
			s.Helper()
			for {
				f, ok := l.next(5 * time.Second)
				if !ok {
					t.Fatalf("no %s: %s", want, s.logged())
				}
				if f.CN != want {
					continue
				}
				l.send(hj212.Seal(fmt.Sprintf("QN=%s;ST=91;CN=9011;PW=123456;MN=%s;Flag=4;CP=&&QnRtn=1&&", f.QN, f.MN)))
				l.send(hj212.Seal(fmt.Sprintf("QN=%s;ST=91;CN=9012;PW=123456;MN=%s;Flag=4;CP=&&%s&&", f.QN, f.MN, items)))
				return
			}
		}
		answer(hj212.CNSetTime, "ExeRtn=1")
		s.wantSoon("done", s.orders, "clock finished 执行成功")
		give(Order{What: SetRealtime, Args: Args{N: 60}})
		answer(hj212.CNSetRealtime, "ExeRtn=3")
		s.wantSoon("failed", func() string { return strings.Join(strings.Fields(strings.Split(s.orders(), ", ")[1])[:2], " ") }, "realtime failed")
		give(Order{What: SetPassword, Args: Args{Text: "654321"}})
		answer(hj212.CNSetPassword, "ExeRtn=1")
		s.wantSoon("the new password is known", func() string {
			d, _ := s.s.Devices.find(simulator.MN(0, hj212.Edition2017))
			return d.Password
		}, "654321")
		give(Order{What: AskClock}) // nobody answers
		s.wantSoon("silent", func() string { o := strings.Split(s.orders(), ", "); return o[len(o)-1] }, "ask-clock silent")
		give(Order{What: Start})
		s.wantSoon("sent", func() string { o := strings.Split(s.orders(), ", "); return o[len(o)-1] }, "start sent")
		l.Close()
		s.wantSoon("lost", func() string { o := strings.Split(s.orders(), ", "); return o[len(o)-1] }, "start lost")
	})
}

// A clock that is wrong is set, once.
func TestClockIsKept(t *testing.T) {
	serving(t, 0, Limits{}, func(s *station) {
		s.add(Device{MN: simulator.MN(0, hj212.Edition2017), Password: "123456", Register: "outlets", Entry: "P0", KeepClock: true})
		l := s.dial()
		wrong := time.Now().Add(-20 * time.Minute)
		for i := range 15 {
			l.send(realtime(0, hj212.NewQN(wrong.Add(time.Duration(i)*time.Second)), "DataTime="+hj212.FormatTime(wrong.Add(time.Duration(i)*time.Second))+";w01018-Rtd=1"))
		}
		for {
			f, ok := l.next(5 * time.Second)
			if !ok {
				t.Fatal("the clock is not set", s.logged())
			}
			if f.CN == hj212.CNSetTime {
				v, _ := f.Value("SystemTime")
				if at, ok := hj212.ParseTime(v); !ok || time.Since(at).Abs() > time.Minute {
					t.Error(v)
				}
				break
			}
		}
		s.wantSoon("offset", func() string {
			offset := ""
			s.read(func(tx *db.Tx) error {
				x, err := s.s.Devices.StatusOf(ctx, tx, 1)
				offset = x.Offset.Round(time.Minute).String()
				return err
			})
			return offset
		}, "-20m0s")
	})
}

func TestMissing(t *testing.T) {
	h := func(n int) time.Time { return time.Date(2023, 9, 20, n, 0, 0, 0, calendar.Zone).UTC() }
	show := func(list []stretch) string {
		var out []string
		for _, s := range list {
			out = append(out, s.from.In(calendar.Zone).Format("15")+"-"+s.to.In(calendar.Zone).Format("15"))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		have []time.Time
		want string
	}{
		{nil, "00-09"},
		{[]time.Time{h(0), h(1), h(2), h(3), h(4), h(5), h(6), h(7), h(8), h(9)}, ""},
		{[]time.Time{h(3), h(4).Add(10 * time.Minute)}, "05-09 00-02"},
		{[]time.Time{h(0), h(9)}, "01-08"},
		{[]time.Time{h(1), h(8)}, "09-09 02-07 00-00"},
	} {
		if got := show(missing(c.have, h(0), h(10))); got != c.want {
			t.Errorf("%v: %s, want %s", c.have, got, c.want)
		}
	}
}
