package finding

import "time"

// look is one look of a rule at its subject: at a reading, on a day, at the result of a period.
type look struct {
	at     time.Time
	holds  bool
	clears bool
	lacks  string // it could not tell, for want of this
}

// track is where a rule stands with a subject after the looks so far, in the order of their time.
type track struct {
	open   bool
	holds  int       // looks that hold, one after another, until it is open
	clears int       // looks that clear, one after another, while it is open
	since  time.Time // first look of the run
	last   time.Time
	lacks  string // of the last look, where it could not tell
	lackAt time.Time

	finding ID // that is open
}

// idle says that there is nothing to remember.
func (t *track) idle() bool { return !t.open && t.holds == 0 && t.lacks == "" }

// turn is what a look brought about.
type turn byte

const (
	nothing  turn = iota
	raised        // it holds, so many times one after another as the rule says
	again         // it is open and holds
	overcome      // it is open and was cleared, so many times as the rule says
)

// step takes the next look. A look that cannot tell counts neither way and breaks no run; between holding and clearing, where
// a rule leaves room there, a run of clears is broken.
func (t *track) step(l look, holds, clears int) turn {
	t.last = l.at
	if l.lacks != "" {
		if t.lacks == "" {
			t.lackAt = l.at
		}
		t.lacks = l.lacks
		return nothing
	}
	t.lacks, t.lackAt = "", time.Time{}
	switch {
	case !t.open && !l.holds:
		t.holds = 0
	case !t.open:
		if t.holds == 0 {
			t.since = l.at
		}
		if t.holds++; t.holds >= max(holds, 1) {
			t.open, t.clears = true, 0
			return raised
		}
	case l.holds:
		t.clears = 0
		return again
	case l.clears:
		if t.clears++; t.clears >= max(clears, 1) {
			*t = track{last: t.last}
			return overcome
		}
	default:
		t.clears = 0
	}
	return nothing
}

// episode is a stretch of time for which a rule was open on a subject.
type episode struct {
	since   time.Time // first look of the run
	raiseAt time.Time // the look that raised it
	lastAt  time.Time // the last look that held
	overAt  time.Time // the look by which it was over; zero: it is open
	times   int       // looks that held, from the one that raised it
	finding ID
}

// end is when the episode was over; far in the future where it is not.
func (e *episode) end() time.Time {
	if e.overAt.IsZero() {
		return forever
	}
	return e.overAt
}

var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// meets reports whether two episodes share a moment. One that begins with the look after another's end does not meet it.
func (e *episode) meets(f *episode) bool { return !e.since.After(f.end()) && !f.since.After(e.end()) }

// take notes the turn in the list of episodes, of which the last one is open or over.
func take(list []episode, t *track, l look, what turn) []episode {
	switch what {
	case raised:
		return append(list, episode{since: t.since, raiseAt: l.at, lastAt: l.at, times: 1})
	case again:
		e := &list[len(list)-1]
		e.times++
		e.lastAt = l.at
	case overcome:
		list[len(list)-1].overAt = l.at
	}
	return list
}

// pair finds for each new episode the old one that it is: the first that it meets and that is not taken. left are old
// ones that nothing is any more.
func pair(now, old []episode) (was []int, left []int) {
	taken := make([]bool, len(old))
	was = make([]int, len(now))
	for i := range now {
		was[i] = -1
		for k := range old {
			if !taken[k] && now[i].meets(&old[k]) {
				was[i], taken[k] = k, true
				break
			}
		}
	}
	for k := range old {
		if !taken[k] {
			left = append(left, k)
		}
	}
	return was, left
}
