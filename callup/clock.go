package callup

import (
	"fmt"
	"slices"
	"time"
)

// Firing is one thing that comes, or has come, on the clock of a call.
type Firing struct {
	Key  string // tells it from all others of the call, for ever
	At   time.Time
	Rung int // of the step, from 0; -1: none
	Do   Do  // empty: his time on duty ends
	By   []string
}

// Pending is what will come on the clock of a call, if nothing changes, by time: the rungs of its step, then the next call after
// the last of them, and the end of his time on duty. It is a pure function: what the call has on record says what has come
// already. Nothing comes once the round is over.
func (r *Round) Pending(c *Call) []Firing {
	if r.State != Open || !c.Current {
		return nil
	}
	var out []Firing
	add := func(f Firing) {
		if r.Until.IsZero() || f.At.Before(r.Until) {
			out = append(out, f)
		}
	}
	if !c.Shift.IsZero() && (c.State == Calling || c.State == Answered) {
		add(Firing{Key: fmt.Sprintf("shift/%d", c.Shift.Unix()), At: c.Shift, Rung: -1})
	}
	if c.State == Calling {
		step := &r.Ladder.Steps[c.Step]
		for i := c.Rungs; i < len(step.Rungs); i++ {
			if g := step.Rungs[i]; c.takes(g.what()) {
				add(Firing{Key: fmt.Sprintf("rung/%d", i), At: c.Began.Add(minutes(g.After)), Rung: i, Do: g.what(), By: g.By})
			}
		}
		if n := c.Agains + 1; n <= step.Again.Times && c.takes(DoCall) {
			last := step.Rungs[len(step.Rungs)-1].After
			add(Firing{Key: fmt.Sprintf("again/%d", n), At: c.Began.Add(minutes(last + n*step.Again.Every)), Rung: -1, Do: DoCall, By: step.Again.By})
		}
	}
	slices.SortStableFunc(out, func(a, b Firing) int { return a.At.Compare(b.At) })
	return out
}

// takes reports whether a rung is for this call. Where there is nobody to call, only those above hear of it. Of one who is called
// because others did not answer, no third is called in turn: those for whom he is called go up by themselves.
func (c *Call) takes(do Do) bool {
	switch do {
	case DoCall:
		return !c.Vacant()
	case DoStandIn:
		return !c.Vacant() && c.Kind == Own
	case DoSuperior:
		return c.Kind == Own
	}
	return true
}

// next is when the round has something to do; zero where nothing comes.
func (r *Round) next(calls []*Call) time.Time {
	if r.State != Open {
		return time.Time{}
	}
	next := r.Until
	for _, c := range calls {
		if p := r.Pending(c); len(p) > 0 && (next.IsZero() || p[0].At.Before(next)) {
			next = p[0].At
		}
	}
	return next
}

// sofar are the channels by which he was called up to now, in the order of the ladder.
func (s *Step) sofar(rungs int) []string {
	var out []string
	for _, g := range s.Rungs[:rungs] {
		if g.what() == DoCall {
			out = union(out, g.By)
		}
	}
	return out
}

// union adds what is not there yet.
func union(list, more []string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
