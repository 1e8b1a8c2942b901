package warning

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/finding"
)

// What findings and forecasts propose.

// Found makes a proposal of a finding whose rule warns; of others nothing comes. It is to be called in the finding's transaction.
func (w *Warnings) Found(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	h, s := w.ByRule(f.Rule)
	if h == nil {
		return nil
	}
	g := Suggestion{Hazard: h.ID, Level: s.Level, Origin: ByReadings, Reason: Reason{Cause: causeOf(f.ID), Says: f.Says, At: f.LastAt, Facts: f.Facts}}
	if g.Says == "" {
		g.Says = f.Label + " " + f.Title
	}
	if f.Town != "" {
		g.Place = &Place{Town: f.Town}
	}
	g.Point = pointOf(f)
	_, err := w.Propose(ctx, tx, g)
	return err
}

// Over says that a finding is over; a proposal that stands on nothing else any more is over too.
func (w *Warnings) Over(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	if h, _ := w.ByRule(f.Rule); h == nil {
		return nil
	}
	const op = "Over"
	cause := causeOf(f.ID)
	ids, err := w.proposalsOf(ctx, tx, cause)
	if err != nil {
		return wrap(op, err)
	}
	for _, id := range ids {
		p, err := w.proposal(ctx, tx, op, id)
		if err != nil {
			return wrap(op, err)
		}
		live := false
		for i := range p.Reasons {
			if p.Reasons[i].Cause == cause {
				p.Reasons[i].Over = true
			}
			live = live || !p.Reasons[i].Over
		}
		if !live && p.State == ProposalOpen {
			p.State, p.Ended, p.Why = ProposalOver, tx.Now(), "依据的监测值已经恢复"
		}
		if err := w.updateProposal(ctx, tx, p); err != nil {
			return wrap(op, err)
		}
		if err := w.cause(ctx, tx, id, cause, false); err != nil {
			return wrap(op, err)
		}
	}
	return nil
}

// pointOf is where the entry of a finding is; nil where nobody said.
func pointOf(f finding.Finding) *Point {
	lon, lat, ok := strings.Cut(f.Place, " ")
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if !ok || errX != nil || errY != nil {
		return nil
	}
	return &Point{Lat: y, Lon: x}
}

// ReachedBy is what a finding of a rule that warns says of the criterion of a level: when and where it was reached.
func ReachedBy(f finding.Finding, l Level) Reached {
	out := Reached{Level: l, Subject: f.Subject, Name: f.Label, Town: f.Town, Point: pointOf(f), At: f.Since, To: f.LastAt}
	if out.Name == "" {
		out.Name = f.Subject
	}
	return out
}

func causeOf(id finding.ID) string { return fmt.Sprintf("finding/%d", id) }

// Exceeded is where and when a forecast exceeds a threshold.
type Exceeded struct {
	Product string // the run: its name and time
	Run     int64  // its number
	Place   Place
	From    time.Time
	Worst   string // 62.5 mm
	Cells   int
	Says    string // why, in a sentence
}

// Look makes proposals of what forecasts show, of each hazard the highest level that is exceeded, and ends those that the newest forecast no
// longer bears out. Call it when a product has come, and from time to time: what was far ahead comes nearer. Asked again about the same run
// it does nothing, whatever became of the proposal.
func (w *Warnings) Look(ctx context.Context, tx *db.Tx) error {
	if w.Exceed == nil {
		return nil
	}
	for _, h := range w.Hazards {
		if err := w.lookAt(ctx, tx, h); err != nil {
			return wrap("Look", err)
		}
	}
	return nil
}

func (w *Warnings) lookAt(ctx context.Context, tx *db.Tx, h *Hazard) error {
	signals := slices.Clone(h.Signals)
	slices.SortFunc(signals, func(a, b Signal) int { return Rank(b.Level) - Rank(a.Level) })
	all := false // every threshold was looked at
	for _, s := range signals {
		if s.Forecast == nil {
			continue
		}
		list, looked, err := w.Exceed(ctx, tx, s.Forecast)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := w.foretell(ctx, tx, h, s, x); err != nil {
				return err
			}
		}
		if all = looked; len(list) > 0 || !looked {
			return nil
		}
	}
	if !all {
		return nil
	}
	open, err := w.openProposals(ctx, tx, h.ID, ByForecast)
	for i := range open {
		p := &open[i]
		p.State, p.Ended, p.Why = ProposalOver, tx.Now(), "最新的预报已达不到标准"
		if err := w.updateProposal(ctx, tx, p); err != nil {
			return err
		}
	}
	return err
}

// foretell proposes a level for a place, once for a run.
func (w *Warnings) foretell(ctx context.Context, tx *db.Tx, h *Hazard, s Signal, x Exceeded) error {
	cause := x.Product + "/" + x.Place.Name() + "/" + string(s.Level)
	known, err := w.knows(ctx, tx, cause)
	if err != nil || known {
		return err
	}
	says := x.Says
	if says == "" {
		says = fmt.Sprintf("%s：%s%s起%s%s%s", x.Product, x.Place.Name(), clockWords(x.From), s.Forecast.Element, map[bool]string{false: "最大", true: "最小"}[s.Forecast.Most], x.Worst)
	} else {
		says = x.Place.Name() + "：" + strings.TrimRight(says, "。")
	}
	_, err = w.Propose(ctx, tx, Suggestion{Hazard: h.ID, Level: s.Level, Origin: ByForecast, Place: &x.Place, Onset: x.From,
		Reason: Reason{Cause: cause, Says: says + "，达到" + s.Criteria, At: tx.Now(), Run: x.Run,
			Facts: []Fact{{Name: s.Forecast.Element, Value: x.Worst, Source: x.Product}, {Name: "格点", Value: fmt.Sprint(x.Cells), Source: x.Product}}}})
	return err
}
