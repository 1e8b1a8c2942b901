package simulator

import (
	"strconv"
	"time"

	"zhixing/device/hj212"
)

// obey carries an order of the centre out as 6.2 has it: 9011, data where data are asked, 9012; a notice gets 9013.
func (s *station) obey(f *hj212.Frame, now time.Time) {
	say := func(a hj212.Frame) { s.out = a.AppendTo(s.out) }
	number := func(name string) int {
		v, _ := f.Value(name)
		n, err := strconv.Atoi(v)
		if err != nil {
			return -1
		}
		return n
	}
	tell := func(items ...hj212.Item) func() hj212.ExeRtn {
		return func() hj212.ExeRtn {
			a := hj212.Frame{QN: f.QN, ST: s.opt.ST, CN: f.CN, PW: s.pw, MN: s.mn, Flag: f.Flag.Plain(), Items: items}
			say(a)
			return hj212.Done
		}
	}
	var do func() hj212.ExeRtn
	begin, end := "", ""
	if v, ok := f.Value("BeginTime"); ok {
		begin = v
		end, _ = f.Value("EndTime")
	}
	switch f.CN {
	case hj212.CNAskTime:
		do = tell(hj212.Item{Name: "SystemTime", Value: hj212.FormatTime(now.Add(s.skew))})
	case hj212.CNAskRealtime:
		do = tell(hj212.Item{Name: "RtdInterval", Value: strconv.Itoa(s.settings.realtime)})
	case hj212.CNAskMinute:
		do = tell(hj212.Item{Name: "MinInterval", Value: strconv.Itoa(s.settings.minute)})
	case hj212.CNSetTime:
		do = func() hj212.ExeRtn {
			v, _ := f.Value("SystemTime")
			t, ok := hj212.ParseTime(v)
			if ok {
				s.skew = t.Sub(now).Truncate(time.Second)
			}
			return done(ok)
		}
	case hj212.CNSetTimeout:
		do = func() hj212.ExeRtn {
			over, count := number("OverTime"), number("ReCount")
			if over > 0 && count >= 0 {
				s.settings.timeout, s.settings.resends = time.Duration(over)*time.Second, count
			}
			return done(over > 0 && count >= 0)
		}
	case hj212.CNSetRealtime:
		do = func() hj212.ExeRtn { return set(&s.settings.realtime, number("RtdInterval")) }
	case hj212.CNSetMinute:
		do = func() hj212.ExeRtn { return set(&s.settings.minute, number("MinInterval")) }
	case hj212.CNSetPassword:
		do = func() hj212.ExeRtn {
			v, ok := f.Value("NewPW")
			if ok && len(v) == 6 {
				s.pw = v
			}
			return done(ok && len(v) == 6)
		}
	case hj212.CNMinute, hj212.CNHour, hj212.CNDay:
		if begin != "" {
			do = func() hj212.ExeRtn { return s.fetch(f.Kind(), begin, end) }
		}
	case hj212.CNRealtime:
		s.off = false
		do = func() hj212.ExeRtn { return hj212.Done }
	case hj212.CNState:
		do = func() hj212.ExeRtn { return hj212.Done }
	case hj212.CNStopRealtime, hj212.CNStopState:
		if f.PW == s.pw {
			s.off = s.off || f.CN == hj212.CNStopRealtime
			say(hj212.Reply(f, hj212.CNNotifyAnswer))
		}
		return
	}
	why := hj212.Accepted
	switch {
	case f.MN != s.mn:
		why = hj212.WrongMN
	case f.PW != s.pw:
		why = hj212.WrongPassword
	case do == nil:
		why = hj212.WrongCN
	}
	say(hj212.Reply(f, hj212.CNRequestAnswer, hj212.Item{Name: "QnRtn", Value: why.String()}))
	if why == hj212.Accepted {
		before := len(s.waiting)
		result := hj212.Reply(f, hj212.CNResult, hj212.Item{Name: "ExeRtn", Value: do().String()})
		if n := len(s.waiting); n > before { // what was fetched comes first
			s.waiting[n-1].then = result.Encode()
			return
		}
		say(result)
	}
}

func done(ok bool) hj212.ExeRtn {
	if ok {
		return hj212.Done
	}
	return hj212.WrongCondition
}

func set(to *int, v int) hj212.ExeRtn {
	if v > 0 {
		*to = v
	}
	return done(v > 0)
}

// fetch puts the reports of a time behind what waits, under numbers of their own.
func (s *station) fetch(kind hj212.Kind, begin, end string) hj212.ExeRtn {
	from, ok1 := hj212.ParseTime(begin)
	to, ok2 := hj212.ParseTime(end)
	step := kind.Period()
	if kind == hj212.Minute {
		step = time.Duration(s.settings.minute) * time.Minute
	}
	if !ok1 || !ok2 || to.Before(from) || to.Sub(from) > maxStored*step {
		return hj212.WrongCondition
	}
	for at := from; !at.After(to); at = at.Add(step) {
		s.report(kind, at, true)
	}
	return hj212.Done
}
