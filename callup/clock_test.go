package callup

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// looks is how often the clocks are looked at; `make clocks` does it a million times.
func looks() int {
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_CASES")); err == nil {
		return n
	}
	return 60_000
}

// randomStep is any step that Check lets pass.
func randomStep(r *rand.Rand) Step {
	s := Step{Name: "村", Of: Village, Posts: []string{"村主任"}, Deputies: []string{"副主任"}, Superior: "镇"}
	for i, at := 0, 0; i < 1+r.IntN(8); i++ {
		g := Rung{After: at, By: []string{"sms", Voice}[:1+r.IntN(2)]}
		if i > 0 {
			g.Do = []Do{DoCall, "", DoStandIn, DoSuperior, DoOffice}[r.IntN(5)]
		}
		s.Rungs = append(s.Rungs, g)
		at += 1 + r.IntN(20)
	}
	s.Rungs = append(s.Rungs, Rung{After: s.Rungs[len(s.Rungs)-1].After + 1 + r.IntN(20), Do: DoOffice})
	if r.IntN(2) == 0 {
		s.Again = Again{Every: 1 + r.IntN(30), Times: r.IntN(6), By: []string{Voice}}
	}
	return s
}

// want is when a key is due, counted from the ladder by itself.
func want(s Step, k *Call, key string) time.Time {
	var i int64
	last := s.Rungs[len(s.Rungs)-1].After
	switch {
	case scan(key, "rung/%d", &i):
		return k.Began.Add(time.Duration(s.Rungs[i].After) * time.Minute)
	case scan(key, "again/%d", &i):
		return k.Began.Add(time.Duration(last+int(i)*s.Again.Every) * time.Minute)
	case scan(key, "shift/%d", &i):
		return time.Unix(i, 0).UTC()
	}
	panic(key)
}

func scan(key, format string, i *int64) bool { _, err := fmt.Sscanf(key, format, i); return err == nil }

// Random lives: a call is answered, handed over, cancelled at random moments while a clock looks at random moments and forgets all but
// the record. After each look nothing is left whose time has come, nothing came before its time, nothing came twice, and all that was
// not answered had all its rungs.
func TestClocksNeverEarlyLateOrTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	fired, whole := 0, 0
	for n := 0; n < looks(); {
		now := time.Date(2023, 7, 20, 14, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(86400)) * time.Second)
		round := &Round{State: Open, Ladder: Ladder{Steps: []Step{randomStep(r), {Name: "镇", Of: Town}}}}
		step := round.Ladder.Steps[0]
		if why := step.check(map[string]Scope{"镇": Town}); why != "" {
			t.Fatal(why)
		}
		if r.IntN(3) == 0 {
			round.Until = now.Add(time.Duration(r.IntN(120)) * time.Minute)
		}
		k := &Call{N: 1, Kind: []Kind{Own, Own, StandIn, Urge}[r.IntN(4)], Person: "p", State: Calling, Began: now, Current: true}
		if r.IntN(8) == 0 {
			k.Person, k.Kind = "", Own
		}
		if r.IntN(3) == 0 {
			k.Shift = now.Add(time.Duration(r.IntN(240)) * time.Minute)
		}
		seen := map[string]bool{}
		for range 24 {
			n++
			for {
				pending := round.Pending(k)
				if len(pending) == 0 || now.Before(pending[0].At) {
					break
				}
				f := pending[0]
				due := want(step, k, f.Key)
				switch {
				case seen[f.Key]:
					t.Fatalf("seed %d: %s comes twice", seed, f.Key)
				case now.Before(due) || !f.At.Equal(due):
					t.Fatalf("seed %d: %s comes for %s at %s, due %s", seed, f.Key, f.At, now, due)
				case !round.Until.IsZero() && !f.At.Before(round.Until):
					t.Fatalf("seed %d: %s comes after the end", seed, f.Key)
				case f.Do == DoCall && k.Vacant():
					t.Fatalf("seed %d: nobody is called", seed)
				}
				seen[f.Key] = true
				fired++
				switch {
				case f.Do == "" && r.IntN(2) == 0: // he stays on
					k.Shift = k.Shift.Add(time.Duration(1+r.IntN(200)) * time.Minute)
				case f.Do == "":
					k.Shift = time.Time{}
				case f.Rung >= 0:
					k.Rungs = f.Rung + 1
				default:
					k.Agains++
				}
			}
			next := round.next([]*Call{k})
			if p := round.Pending(k); len(p) > 0 && (next.After(p[0].At) || !now.Before(p[0].At)) {
				t.Fatalf("seed %d: next is %s, pending %s", seed, next, p[0].At)
			}
			now = now.Add(time.Duration(r.IntN(40*60)) * time.Second)
			switch r.IntN(60) {
			case 0:
				k.State = Answered
			case 1:
				k.Current = false
			case 2:
				round.State = Cancelled
			}
			left := round.Pending(k)
			if k.Current && round.State == Open { // the end of his time on duty comes to what is answered, too
				left = slices.DeleteFunc(left, func(f Firing) bool { return f.Do == "" })
			}
			if (k.State != Calling || !k.Current || round.State != Open) && len(left) > 0 {
				t.Fatalf("seed %d: %s is left of what is over", seed, left[0].Key)
			}
		}
		if k.State == Calling && k.Current && round.State == Open && round.Until.IsZero() {
			whole++
			for i, g := range step.Rungs {
				if at := want(step, k, fmt.Sprintf("rung/%d", i)); k.takes(g.what()) && at.Before(now.Add(-41*time.Minute)) && !seen[fmt.Sprintf("rung/%d", i)] {
					t.Fatalf("seed %d: rung %d never came", seed, i)
				}
			}
		}
	}
	if fired < looks()/10 || whole < looks()/200 {
		t.Errorf("only %d came in %d looks, only %d lives were whole", fired, looks(), whole)
	}
}

func TestLadderCheck(t *testing.T) {
	l := testLadder()
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Ladder){
		"no name":                  func(l *Ladder) { l.Name = "" },
		"no office":                func(l *Ladder) { l.Office = nil },
		"an office without a unit": func(l *Ladder) { l.Office = []string{"值班员"} },
		"no way of telling":        func(l *Ladder) { l.Tell = nil },
		"no steps":                 func(l *Ladder) { l.Steps = nil },
		"two of one name":          func(l *Ladder) { l.Steps[1].Name = "县领导" },
		"another scope":            func(l *Ladder) { l.Steps[1].Of = "city" },
		"nobody":                   func(l *Ladder) { l.Steps[1].Posts = nil },
		"a unit below the county":  func(l *Ladder) { l.Steps[1].Posts = []string{"河口镇/镇长"} },
		"no unit at the county":    func(l *Ladder) { l.Steps[0].Posts = []string{"县长"} },
		"no rungs":                 func(l *Ladder) { l.Steps[1].Rungs = nil },
		"a late first rung":        func(l *Ladder) { l.Steps[1].Rungs[0].After = 1 },
		"no list at the end":       func(l *Ladder) { l.Steps[1].Rungs = l.Steps[1].Rungs[:3] },
		"rungs that go back":       func(l *Ladder) { l.Steps[1].Rungs[1].After = 0 },
		"a rung by nothing":        func(l *Ladder) { l.Steps[1].Rungs[1].By = nil },
		"an unknown deed":          func(l *Ladder) { l.Steps[1].Rungs[3].Do = "pray" },
		"no deputies":              func(l *Ladder) { l.Steps[1].Deputies = nil },
		"no superior":              func(l *Ladder) { l.Steps[1].Superior = "" },
		"a superior below":         func(l *Ladder) { l.Steps[1].Superior = "村主任" },
		"itself above itself":      func(l *Ladder) { l.Steps[1].Superior = "乡镇主官" },
		"again without a number":   func(l *Ladder) { l.Steps[1].Again.Every = 0 },
		"a rung after a whole day": func(l *Ladder) { l.Steps[1].Rungs[5].After = 24*60 + 1 },
		"a step that is never":     func(l *Ladder) { l.Steps[1].After = -1 },
	} {
		l := testLadder()
		spoil(&l)
		if err := l.Check(); KindOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
