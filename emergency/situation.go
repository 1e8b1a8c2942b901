package emergency

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/quantity"
)

// Situation is how a response stands, for the command's page.
type Situation struct {
	*Activation
	Plan     *Plan // nil where it is no longer in force
	Groups   []GroupTasks
	Counts   Counts
	Units    []UnitTasks // the furthest behind first
	Verdicts map[int]Verdict
}

// GroupTasks are the tasks of a working group, in the order of their times.
type GroupTasks struct {
	Group string // empty: of no group
	Lead  string
	Tasks []*Todo
}

// UnitTasks is how a unit stands.
type UnitTasks struct {
	Unit string
	Counts
}

// Counts are how many tasks stand how. Lifted ones are in none but Lifted.
type Counts struct{ All, Received, Done, Late, Lifted int }

func (c *Counts) add(t *Todo, now time.Time) {
	if !t.Lifted.IsZero() {
		c.Lifted++
		return
	}
	c.All++
	if !t.Received.IsZero() {
		c.Received++
	}
	if !t.Done.IsZero() {
		c.Done++
	}
	if t.Overdue(now) {
		c.Late++
	}
}

// Situation puts together how an activation stands.
func (e *Emergencies) Situation(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Situation, error) {
	const op = "Situation"
	a, err := e.Of(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	tasks, err := e.Tasks(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	s := &Situation{Activation: a, Plan: e.Plan(a.Plan), Verdicts: map[int]Verdict{}}
	for _, t := range tasks {
		s.Counts.add(t, tx.Now())
		s.group(t)
		i := slices.IndexFunc(s.Units, func(u UnitTasks) bool { return u.Unit == t.Unit })
		if i < 0 {
			i = len(s.Units)
			s.Units = append(s.Units, UnitTasks{Unit: t.Unit})
		}
		s.Units[i].add(t, tx.Now())
		if t.Series != "" {
			if s.Verdicts[t.N], err = e.Verify(ctx, tx, a, t); err != nil {
				return nil, wrap(op, err)
			}
		}
	}
	slices.SortStableFunc(s.Units, func(a, b UnitTasks) int {
		if a.Late != b.Late {
			return b.Late - a.Late
		}
		return (b.All - b.Done) - (a.All - a.Done)
	})
	return s, nil
}

func (s *Situation) group(t *Todo) {
	i := slices.IndexFunc(s.Groups, func(g GroupTasks) bool { return g.Group == t.Group })
	if i < 0 {
		g := GroupTasks{Group: t.Group}
		if s.Plan != nil {
			if j := slices.IndexFunc(s.Plan.Groups, func(x Group) bool { return x.Name == t.Group }); j >= 0 {
				g.Lead = s.Plan.Groups[j].Lead
			}
		}
		i = len(s.Groups)
		s.Groups = append(s.Groups, g)
	}
	s.Groups[i].Tasks = append(s.Groups[i].Tasks, t)
}

// Verdict is what readings show of a measure.
type Verdict struct {
	Kind  VerdictKind
	Over  int       // readings above the limit
	Of    int       // readings
	Worst string    // the highest, in the unit of the series
	At    time.Time // of the highest
}

// VerdictKind says whether a measure is kept.
type VerdictKind string

// The kinds of verdicts.
const (
	NotYet  VerdictKind = "not_yet"  // 时限未到
	NoLimit VerdictKind = "no_limit" // 条目没有填限值
	NoData  VerdictKind = "no_data"  // 没有读数
	Kept    VerdictKind = "kept"     // 读数证明已落实
	Broken  VerdictKind = "broken"   // 读数超过限值
)

// Chinese is what pages call the verdict.
func (k VerdictKind) Chinese() string {
	return map[VerdictKind]string{NotYet: "时限未到", NoLimit: "清单没有填限值", NoData: "没有读数", Kept: "读数证明已落实", Broken: "读数超过限值"}[k]
}

// String is the verdict in a sentence.
func (v Verdict) String() string {
	switch v.Kind {
	case Kept:
		return fmt.Sprintf("%s（%d个读数，最大%s）", v.Kind.Chinese(), v.Of, v.Worst)
	case Broken:
		return fmt.Sprintf("%s（%d个读数中%d个超过，最大%s，%s）", v.Kind.Chinese(), v.Of, v.Over, v.Worst, clock(v.At))
	}
	return v.Kind.Chinese()
}

// Verify holds the readings of a measure, from when it was due until it was lifted or the response ended, against its limit. Readings that
// are not valid prove nothing.
func (e *Emergencies) Verify(ctx context.Context, tx *db.Tx, a *Activation, t *Todo) (Verdict, error) {
	const op = "Verify"
	if t.Limit == "" {
		return Verdict{Kind: NoLimit}, nil
	}
	limit, err := quantity.Parse(t.Limit)
	if err != nil {
		return Verdict{Kind: NoLimit}, nil // the list holds something else
	}
	end := tx.Now()
	for _, at := range []time.Time{t.Lifted, a.Ended} {
		if !at.IsZero() && at.Before(end) {
			end = at
		}
	}
	if !t.Due.Before(end) {
		return Verdict{Kind: NotYet}, nil
	}
	series, ok, err := e.Observations.Find(ctx, tx, observation.SeriesName(t.Series), t.Meter)
	if err != nil || !ok {
		return Verdict{Kind: NoData}, wrap(op, err)
	}
	v := Verdict{Kind: NoData}
	var worst quantity.Decimal
	err = e.Observations.Each(ctx, tx, observation.Query{Series: series.ID, From: t.Due, To: end}, func(r observation.Reading) error {
		if !r.Counts() {
			return nil
		}
		v.Of++
		if v.Of == 1 || r.Decimal.Cmp(worst) > 0 {
			worst, v.At = r.Decimal, r.At
		}
		if r.Decimal.Cmp(limit) > 0 {
			v.Over++
		}
		return nil
	})
	if err != nil {
		return v, wrap(op, err)
	}
	if v.Of > 0 {
		v.Kind, v.Worst = Kept, worst.String()
		if v.Over > 0 {
			v.Kind = Broken
		}
	}
	return v, nil
}

// FileOf is a file that was shown as proof of a task, or came with the log.
func (e *Emergencies) FileOf(ctx context.Context, tx *db.Tx, by Actor, id ID, sha string) (ledger.File, []byte, error) {
	const op = "FileOf"
	lines, err := e.Log(ctx, tx, by, id, maxLines, 0)
	if err != nil {
		return ledger.File{}, nil, err
	}
	for _, l := range lines {
		for _, f := range l.Files {
			if f.SHA256 == sha {
				b, err := e.Ledger.Bytes(ctx, tx, sha)
				return f, b, wrap(op, err)
			}
		}
	}
	return ledger.File{}, nil, refuse(ledger.NotFound, op, "这次响应没有这个文件。")
}
