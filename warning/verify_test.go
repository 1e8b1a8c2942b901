package warning

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/standard"
)

const (
	blue, yellow, orange, red = standard.Blue, standard.Yellow, standard.Orange, standard.Red
)

// clock is a minute of the day of the storm: 14:30.
func clock(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2023-07-28 "+s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func inTown(names ...string) Area {
	var a Area
	for _, n := range names {
		a.add(Place{Town: n})
	}
	return a
}

func signal(event EventID, l Level, from, to string, towns ...string) Signalled {
	return Signalled{Event: event, Level: l, Issued: clock(from), Ended: clock(to), Parts: []Part{{clock(from), clock(to), inTown(towns...)}}}
}

func rain(l Level, town, at, to string) Reached {
	return Reached{Level: l, Subject: "rain/" + town, Name: town + "站", Town: town, At: clock(at), To: clock(to)}
}

// Each case was worked out by hand.
func TestVerify(t *testing.T) {
	q := Quality{Lead: 45 * time.Minute, Accuracy: 85, Gap: 3 * time.Hour, Least: blue}
	for name, x := range map[string]struct {
		signals []Signalled
		reached []Reached
		now     string // empty: 23:00
		want    []string
	}{
		"reached fifty minutes later":                 {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "14:50", "15:20")}, "", []string{"命中 1 橙 50m0s"}},
		"a higher criterion counts":                   {[]Signalled{signal(1, yellow, "14:00", "17:00", "甲镇")}, []Reached{rain(red, "甲镇", "14:50", "15:20")}, "", []string{"命中 1 黄 50m0s", "漏报 红 [1]"}},
		"a lower one does not":                        {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(yellow, "甲镇", "14:50", "15:20")}, "", []string{"空报 1 橙", "漏报 黄 []"}},
		"at the minute of issue":                      {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "14:00", "14:10")}, "", []string{"命中 1 橙 0s"}},
		"at the last minute":                          {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "17:00", "17:00")}, "", []string{"命中 1 橙 3h0m0s"}},
		"after the end":                               {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "17:01", "17:30")}, "", []string{"空报 1 橙", "漏报 橙 []"}},
		"late while it still rains":                   {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "13:40", "14:20")}, "", []string{"迟报 1 橙 -20m0s"}},
		"over before it was issued":                   {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "13:20", "13:59")}, "", []string{"空报 1 橙", "漏报 橙 []"}},
		"the first place decides":                     {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇", "乙镇")}, []Reached{rain(orange, "乙镇", "15:10", "15:20"), rain(orange, "甲镇", "14:30", "15:20")}, "", []string{"命中 1 橙 30m0s"}},
		"elsewhere":                                   {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "乙镇", "14:50", "15:20")}, "", []string{"空报 1 橙", "漏报 橙 []"}},
		"one place of an occurrence is enough":        {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "乙镇", "14:40", "15:20"), rain(orange, "甲镇", "15:00", "15:20")}, "", []string{"命中 1 橙 1h0m0s"}},
		"two occurrences, the second without a word":  {[]Signalled{signal(1, orange, "08:00", "11:00", "甲镇")}, []Reached{rain(orange, "甲镇", "09:00", "10:00"), rain(orange, "甲镇", "13:01", "14:00")}, "", []string{"命中 1 橙 1h0m0s", "漏报 橙 []"}},
		"no more than the gap apart they are one":     {[]Signalled{signal(1, orange, "08:00", "11:00", "甲镇")}, []Reached{rain(orange, "甲镇", "09:00", "10:00"), rain(orange, "甲镇", "13:00", "14:00")}, "", []string{"命中 1 橙 1h0m0s"}},
		"it still stands":                             {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, nil, "16:00", []string{"未到期 1 橙"}},
		"it still stands and was reached":             {[]Signalled{signal(1, orange, "14:00", "17:00", "甲镇")}, []Reached{rain(orange, "甲镇", "14:50", "15:20")}, "16:00", []string{"命中 1 橙 50m0s"}},
		"nothing at all":                              {nil, nil, "", nil},
		"two levels of one event are judged each":     {[]Signalled{signal(1, yellow, "13:00", "17:00", "甲镇"), signal(1, orange, "14:30", "17:00", "甲镇")}, []Reached{rain(yellow, "甲镇", "14:00", "16:00"), rain(orange, "甲镇", "15:00", "15:30")}, "", []string{"命中 1 黄 1h0m0s", "命中 1 橙 30m0s"}},
		"the area grew too late for one place":        {[]Signalled{{Event: 1, Level: orange, Issued: clock("14:00"), Ended: clock("17:00"), Parts: []Part{{clock("14:00"), clock("15:00"), inTown("甲镇")}, {clock("15:00"), clock("17:00"), inTown("甲镇", "乙镇")}}}}, []Reached{rain(orange, "乙镇", "14:50", "15:10")}, "", []string{"迟报 1 橙 -10m0s"}},
		"where it stood without a break, since then":  {[]Signalled{{Event: 1, Level: orange, Issued: clock("14:00"), Ended: clock("17:00"), Parts: []Part{{clock("14:00"), clock("15:00"), inTown("甲镇")}, {clock("15:00"), clock("17:00"), inTown("甲镇", "乙镇")}}}}, []Reached{rain(orange, "甲镇", "15:30", "15:40")}, "", []string{"命中 1 橙 1h30m0s"}},
		"taken away and given back it is a new start": {[]Signalled{{Event: 1, Level: orange, Issued: clock("14:00"), Ended: clock("17:00"), Parts: []Part{{clock("14:00"), clock("15:00"), inTown("甲镇")}, {clock("15:00"), clock("16:00"), inTown("乙镇")}, {clock("16:00"), clock("17:00"), inTown("甲镇")}}}}, []Reached{rain(orange, "甲镇", "16:30", "16:40")}, "", []string{"命中 1 橙 30m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			now := "23:00"
			if x.now != "" {
				now = x.now
			}
			var got []string
			for _, v := range Verify(x.signals, x.reached, q, clock(now)) {
				got = append(got, inShort(v))
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}

func inShort(v Verdict) string {
	s := string(v.Outcome)
	if v.Event != 0 {
		s += fmt.Sprintf(" %d", v.Event)
	}
	s += " " + string(v.Level)
	if v.Outcome == Miss {
		s += fmt.Sprint(" ", v.Under)
	}
	if v.Outcome == Hit || v.Outcome == Late {
		s += " " + v.Lead.String()
	}
	return s
}

// Thirteen hits, two of them short, one late, two false, one miss: POD 13/15, FAR 2/16, CSI 13/17, accuracy 13/16.
func TestCount(t *testing.T) {
	q := Quality{Lead: 45 * time.Minute, Accuracy: 85}
	var list []Verdict
	for i := range 13 {
		lead := 60 * time.Minute
		if i < 2 {
			lead = 30 * time.Minute
		}
		list = append(list, Verdict{Outcome: Hit, Event: 1, Lead: lead})
	}
	list = append(list, Verdict{Outcome: Late, Event: 2, Lead: -time.Minute}, Verdict{Outcome: False, Event: 3}, Verdict{Outcome: False, Event: 4}, Verdict{Outcome: Miss}, Verdict{Outcome: Waiting, Event: 5})
	c := Count(list, q)
	for _, x := range []struct{ name, got, want string }{
		{"POD", c.POD().Percent(), "86.7%"}, {"FAR", c.FAR().Percent(), "12.5%"}, {"CSI", c.CSI().Percent(), "76.5%"}, {"accuracy", c.Accuracy().Percent(), "81.2%"}, // 81.25 to the even digit
		{"in time", fmt.Sprint(c.InTime), "11"}, {"waiting", fmt.Sprint(c.Waiting), "1"},
	} {
		if x.got != x.want {
			t.Errorf("%s is %s, want %s", x.name, x.got, x.want)
		}
	}
	if lead, ok := c.MeanLead(); !ok || lead != 55*time.Minute { // (11*60+2*30)/13 = 55.38
		t.Errorf("mean lead %v", lead)
	}
	if accurate, early := c.Meets(q); accurate || !early {
		t.Errorf("meets %v, %v", accurate, early)
	}
	// 17 of 20 is just 85 %.
	twenty := Tally{Hits: 17, False: 3, Leads: []time.Duration{45 * time.Minute}}
	if accurate, early := twenty.Meets(q); !accurate || !early {
		t.Error("85 % and 45 minutes are met by 85 % and 45 minutes")
	}
	if both := c.Plus(twenty); both.Hits != 30 || both.False != 5 || len(both.Leads) != 14 || both.Leads[0] != 30*time.Minute || len(c.Leads) != 13 {
		t.Errorf("together %+v", both)
	}
	var none Tally
	if none.POD().Percent() != "—" || none.Accuracy().Percent() != "—" {
		t.Error("of nothing a share is said")
	}
	if _, ok := none.MeanLead(); ok {
		t.Error("of nothing a lead is said")
	}
	if accurate, early := none.Meets(q); accurate || early {
		t.Error("nothing meets a target")
	}
}

// Whatever happens: each signal has one verdict, the order of what is handed in means nothing, what is added to the readings makes no hit
// undone, and every share lies between nothing and all.
func TestVerifyHolds(t *testing.T) {
	q := Quality{Gap: time.Hour, Least: blue}
	towns := []string{"甲镇", "乙镇", "丙镇"}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		minute := func(n int) time.Time { return clock("00:00").Add(time.Duration(n) * time.Minute) }
		var signals []Signalled
		for i := range r.IntN(6) {
			from := r.IntN(1000)
			to := from + 1 + r.IntN(300)
			mid := from + r.IntN(to-from)
			signals = append(signals, Signalled{Event: EventID(i + 1), Level: Levels[r.IntN(4)], Issued: minute(from), Ended: minute(to),
				Parts: []Part{{minute(from), minute(mid), inTown(towns[r.IntN(3)])}, {minute(mid), minute(to), inTown(towns[r.IntN(3)], towns[r.IntN(3)])}}})
		}
		var reached []Reached
		for range r.IntN(8) {
			at := r.IntN(1300)
			town := towns[r.IntN(3)]
			reached = append(reached, Reached{Level: Levels[r.IntN(4)], Subject: town, Name: town, Town: town, At: minute(at), To: minute(at + r.IntN(90))})
		}
		now := minute(1440)
		list := Verify(signals, reached, q, now)
		c := Count(list, q)
		if n := c.Hits + c.Late + c.False + c.Waiting; n != len(signals) {
			t.Fatalf("seed %d: %d verdicts on %d signals", seed, n, len(signals))
		}
		if c.Misses > len(occurrences(reached, q.Gap)) && c.Misses > len(reached) {
			t.Fatalf("seed %d: %d misses of %d", seed, c.Misses, len(reached))
		}
		for _, x := range []Ratio{c.POD(), c.FAR(), c.CSI(), c.Accuracy()} {
			if x.Part < 0 || x.Part > x.Of {
				t.Fatalf("seed %d: %v", seed, x)
			}
		}
		if c.CSI().Part*max(c.POD().Of, 1) > c.POD().Part*max(c.CSI().Of, 1) {
			t.Fatalf("seed %d: CSI above POD", seed)
		}
		s2, r2 := slices.Clone(signals), slices.Clone(reached)
		r.Shuffle(len(s2), func(i, j int) { s2[i], s2[j] = s2[j], s2[i] })
		r.Shuffle(len(r2), func(i, j int) { r2[i], r2[j] = r2[j], r2[i] })
		if d := Count(Verify(s2, r2, q, now), q); fmt.Sprint(c) != fmt.Sprint(d) {
			t.Fatalf("seed %d: the order changes %v to %v", seed, c, d)
		}
		more := append(slices.Clone(reached), Reached{Level: red, Subject: "x", Name: "x", Town: towns[0], At: minute(1300), To: minute(1310)})
		if d := Count(Verify(signals, more, q, now), q); d.Hits+d.Late < c.Hits+c.Late {
			t.Fatalf("seed %d: a reading more makes %d of %d", seed, d.Hits+d.Late, c.Hits+c.Late)
		}
	}
}

// The levels of an event: yellow from 13:00, orange from 14:30 to 16:00 in two towns, then yellow again until it is cancelled.
func TestSignalsOf(t *testing.T) {
	v := func(n int, k Kind, l Level, sent, over string, towns ...string) *Version {
		return &Version{Event: 7, N: n, Kind: k, Stage: Signals, Level: l, Identifier: fmt.Sprint(n), Sent: clock(sent), Over: clock(over), Content: Content{Area: inTown(towns...)}}
	}
	outlook := &Version{Event: 7, N: 1, Kind: Alert, Stage: Outlook, Identifier: "1", Sent: clock("09:00"), Over: clock("13:00")}
	draft := &Version{Event: 7, N: 6, Kind: Update, Stage: Signals, Level: red}
	got := SignalsOf([]*Version{draft, v(3, Update, orange, "14:30", "16:00", "甲镇", "乙镇"), outlook, v(2, Update, yellow, "13:00", "14:30", "甲镇"), v(4, Update, yellow, "16:00", "18:00", "甲镇"),
		v(5, Cancel, yellow, "18:00", "20:00", "甲镇")})
	if len(got) != 2 {
		t.Fatalf("%d signals: %+v", len(got), got)
	}
	y, o := got[0], got[1]
	if y.Level != yellow || !y.Issued.Equal(clock("13:00")) || !y.Ended.Equal(clock("18:00")) || len(y.Parts) != 3 || !slices.Equal(y.Parts[1].Area.TownNames(), []string{"甲镇", "乙镇"}) {
		t.Errorf("yellow is %+v", y)
	}
	if o.Level != orange || !o.Issued.Equal(clock("14:30")) || !o.Ended.Equal(clock("16:00")) || len(o.Parts) != 1 {
		t.Errorf("orange is %+v", o)
	}
	drill := v(1, Alert, red, "13:00", "14:00", "甲镇")
	drill.Drill = "示例演练"
	if got := SignalsOf([]*Version{drill}); len(got) != 0 {
		t.Errorf("a drill is scored: %+v", got)
	}
}

// A town has the signals that name it, and those that are drawn around a place of it that was reached.
func TestInTown(t *testing.T) {
	drawn := Area{Words: "北部", Circles: []Circle{{Point{35.5, 111.5}, 5}}}
	signals := []Signalled{signal(1, orange, "14:00", "17:00", "甲镇"), signal(2, orange, "14:00", "17:00", "乙镇"),
		{Event: 3, Level: orange, Issued: clock("14:00"), Ended: clock("17:00"), Parts: []Part{{clock("14:00"), clock("17:00"), drawn}}},
		{Event: 4, Level: orange, Issued: clock("14:00"), Ended: clock("17:00"), Parts: []Part{{clock("14:00"), clock("17:00"), Area{Places: []Place{{County: true}}}}}}}
	near := rain(orange, "甲镇", "15:00", "15:30")
	near.Point = &Point{35.51, 111.5}
	for town, want := range map[string]string{"甲镇": "[1 3 4] 1", "乙镇": "[2 4] 0", "丙镇": "[4] 0"} {
		s, r := In(town, signals, []Reached{near})
		var ids []EventID
		for _, x := range s {
			ids = append(ids, x.Event)
		}
		if got := fmt.Sprint(ids, len(r)); got != want {
			t.Errorf("%s has %s, want %s", town, got, want)
		}
	}
}
