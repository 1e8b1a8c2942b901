package works

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/register"
	"zhixing/warning"
)

// What proposes that an emergency plan be started: a finding of a rule that the plan names, and a warning.

func findingCause(id finding.ID) string { return fmt.Sprintf("finding/%d", id) }

func warningCause(id warning.EventID) string { return fmt.Sprintf("warning/%d", id) }

// propose proposes the warning and the plan that a finding asks for, unless its rule is silenced for it: a gauge that is known to be
// broken asks for neither.
func (w *Works) propose(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	h, _ := w.Warnings.ByRule(f.Rule)
	if p, _ := w.Emergencies.ByRule(f.Rule); h == nil && p == nil {
		return nil
	}
	quiet, err := w.Cases.Quiet(ctx, tx, f.Rule, cmp.Or(f.Entry, f.Subject))
	if err != nil || quiet != nil {
		return err
	}
	if err := w.Warnings.Found(ctx, tx, f); err != nil {
		return err
	}
	return w.respond(ctx, tx, f)
}

// woken proposes what a finding asks for that still stands when its silence ends.
func (w *Works) woken(ctx context.Context, tx *db.Tx, id finding.ID) error {
	f, ok, err := w.Judge.Finding(ctx, tx, id)
	if err != nil || !ok || f.State != finding.Open || f.Inhibited != "" {
		return err
	}
	return w.propose(ctx, tx, f)
}

// respond proposes the level of a plan that names the rule of a finding.
func (w *Works) respond(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	p, l := w.Emergencies.ByRule(f.Rule)
	if p == nil {
		return nil
	}
	return w.Emergencies.Propose(ctx, tx, p.ID, l.N, emergency.Cause{Key: findingCause(f.ID), Says: f.Says})
}

// start proposes the levels of plans at which a warning starts them, and withdraws what a cancelled one proposed.
func (w *Works) start(ctx context.Context, tx *db.Tx, v *warning.Version) error {
	cause := emergency.Cause{Key: warningCause(v.Event), Says: v.Headline, Drill: v.Drill != ""}
	if v.Kind == warning.Cancel {
		return w.Emergencies.Withdraw(ctx, tx, cause.Key, v.Headline)
	}
	for _, p := range w.Emergencies.Plans {
		if n := p.Proposed(v.Hazard, v.Level); n > 0 {
			if err := w.Emergencies.Propose(ctx, tx, p.ID, n, cause); err != nil {
				return err
			}
		}
	}
	return nil
}

// heard writes what somebody who was called tells into the log of the response about which he was called.
func (w *Works) heard(ctx context.Context, tx *db.Tx, r callup.Report) error {
	s := emergency.Said{Name: r.Seat.String() + r.Name, Words: cmp.Or(r.Text, fmt.Sprintf("照片%d张", len(r.Photos)))}
	if r.Spot != nil {
		town, village := w.Set.Places.Find(register.XY{X: tenMillionths(r.Spot.Lon), Y: tenMillionths(r.Spot.Lat)})
		place := fmt.Sprintf("东经%.5f°北纬%.5f°", r.Spot.Lon, r.Spot.Lat)
		if town+village != "" {
			place = town + village + "，" + place
		}
		s.Words += "（在" + place + "）"
	}
	if r.Late {
		s.Words = "叫应结束后回报：" + s.Words
	}
	for _, p := range r.Photos {
		s.Files = append(s.Files, ledger.File{SHA256: p.SHA256, Name: p.Name, MediaType: p.MediaType})
	}
	return w.Emergencies.Hear(ctx, tx, r.Purpose, r.By, s)
}

// lesson makes a lesson of a review a draft on the ledger, for the county office to confirm.
func (w *Works) lesson(ctx context.Context, tx *db.Tx, _ emergency.Actor, a *emergency.Activation, l emergency.Lesson) (string, error) {
	d, err := w.Ledger.Suggest(ctx, tx, ledger.Fields{Title: l.Do, Text: l.Do, Lead: []string{l.Unit}, Due: calendar.DateOf(l.Due.Add(-time.Second))},
		fmt.Sprintf("《%s》响应总结评估（%s）", a.PlanName, a.Title))
	if err != nil {
		return "", err
	}
	return d.ID.Path(), nil
}
