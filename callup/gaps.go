package callup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhixing/db"
)

// Gap is something about who is called in a stretch of time that somebody has to put right beforehand.
type Gap struct {
	Seat     Seat
	From, To time.Time
	Grave    bool   // nobody would be called, or nobody reached
	Wrong    string // in words
	Do       string // what to do about it
}

// Gaps are the posts of ladders at places of whom nobody would be called, or nobody could be reached, at some moment from one to
// another, and what on the roster contradicts itself. Moments are the beginning, and whenever a shift or a leave begins or ends.
func (c *Callup) Gaps(ctx context.Context, tx *db.Tx, ladders []Ladder, list []Place, from, to time.Time) (out []Gap, err error) {
	const op = "Gaps"
	shifts, err := readShifts(ctx, tx, c.County, "", from, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	leaves, err := readLeaves(ctx, tx, c.County, "", from, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	moments := []time.Time{from}
	add := func(t time.Time) {
		if t.After(from) && t.Before(to) && !slices.ContainsFunc(moments, t.Equal) {
			moments = append(moments, t)
		}
	}
	for _, l := range leaves {
		add(l.From)
		add(l.To)
	}
	away := len(moments) > 1
	for _, s := range shifts {
		add(s.From)
		add(s.To)
	}
	slices.SortFunc(moments, time.Time.Compare)
	seen := map[Seat]bool{}
	for _, l := range ladders {
		for i := range l.Steps {
			step := &l.Steps[i]
			for _, p := range append([]Place{{}}, list...) {
				if p = p.at(step.Of); !p.reaches(step.Of) {
					continue
				}
				for _, post := range step.Posts {
					seat := Seat{p, post}
					if seen[seat] {
						continue
					}
					seen[seat] = true
					at := moments
					if !away && !slices.ContainsFunc(shifts, func(s Shift) bool { return s.Seat == seat }) {
						at = moments[:1] // nothing changes for it
					}
					gaps, err := c.seatGaps(ctx, tx, step, seat, at, to)
					if err != nil {
						return nil, wrap(op, err)
					}
					out = append(out, gaps...)
				}
			}
		}
	}
	out = append(out, clashes(shifts, leaves)...)
	slices.SortStableFunc(out, func(a, b Gap) int {
		if a.Grave != b.Grave {
			if a.Grave {
				return -1
			}
			return 1
		}
		return a.From.Compare(b.From)
	})
	return out, nil
}

// seatGaps are the gaps of one seat; what stays as it is from one moment to the next is one.
func (c *Callup) seatGaps(ctx context.Context, tx *db.Tx, step *Step, seat Seat, at []time.Time, to time.Time) (out []Gap, err error) {
	for i, t := range at {
		end := to
		if i+1 < len(at) {
			end = at[i+1]
		}
		g, err := c.gapAt(ctx, tx, step, seat, t)
		if err != nil {
			return nil, err
		}
		if g == nil {
			continue
		}
		g.From, g.To = t, end
		if n := len(out); n > 0 && out[n-1].To.Equal(t) && out[n-1].Wrong == g.Wrong {
			out[n-1].To = end
			continue
		}
		out = append(out, *g)
	}
	return out, nil
}

// gapAt is what is wrong with a seat at a moment; nil: somebody would be called.
func (c *Callup) gapAt(ctx context.Context, tx *db.Tx, step *Step, seat Seat, at time.Time) (*Gap, error) {
	found, err := c.resolve(ctx, tx, seat, at)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		for _, deputy := range step.Deputies {
			if d, err := c.resolve(ctx, tx, Seat{seat.Place, deputy}, at); err != nil {
				return nil, err
			} else if len(d) > 0 {
				return &Gap{Seat: seat, Wrong: fmt.Sprintf("无人任职，由%s%s应答", Seat{Post: deputy}, d[0].Name), Do: "任职文件已出的，补录任职；没有出的不必处置"}, nil
			}
		}
		return &Gap{Seat: seat, Grave: true, Wrong: "没有人可叫", Do: "登记一班值班，或者补录任职和联系方式"}, nil
	}
	by := step.sofar(len(step.Rungs))
	for _, h := range found {
		if slices.ContainsFunc(by, func(ch string) bool { return c.reaches(h.Addresses, ch) }) {
			return nil, nil
		}
	}
	return &Gap{Seat: seat, Grave: true, Wrong: found[0].Name + "没有可用的联系方式", Do: "补录号码，或者改由他人值班"}, nil
}

// clashes are what contradicts itself on the roster.
func clashes(shifts []Shift, leaves []Leave) (out []Gap) {
	for i, a := range shifts {
		for _, b := range shifts[i+1:] {
			if a.Person == b.Person && a.Seat != b.Seat && a.From.Before(b.To) && b.From.Before(a.To) {
				out = append(out, Gap{Seat: a.Seat, From: later(a.From, b.From), To: earlier(a.To, b.To), Wrong: fmt.Sprintf("%s同时在%s值班", a.Name, b.Seat), Do: "撤销其中一班，或者改由他人值班"})
			}
		}
		for _, l := range leaves {
			if l.Person == a.Person && a.From.Before(l.To) && l.From.Before(a.To) {
				out = append(out, Gap{Seat: a.Seat, From: later(a.From, l.From), To: earlier(a.To, l.To), Wrong: fmt.Sprintf("%s值班时请假，改叫%s", a.Name, l.StandInName), Do: "换班；不换的请确认代班人知道"})
			}
		}
	}
	for _, l := range leaves {
		for _, o := range leaves {
			if o.Person == l.StandIn && l.From.Before(o.To) && o.From.Before(l.To) {
				out = append(out, Gap{From: later(l.From, o.From), To: earlier(l.To, o.To), Wrong: fmt.Sprintf("%s请假由%s代，而%s也请假", l.Name, o.Name, o.Name), Do: "改由不请假的人代"})
			}
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
