package policy

import (
	"context"
	"fmt"

	"zhixing/db"
	"zhixing/emergency"
	"zhixing/finding"
	"zhixing/warning"
)

// What proposes that an emergency plan be started: a finding of a rule that the plan names, and a warning.

func findingCause(id finding.ID) string { return fmt.Sprintf("finding/%d", id) }

func warningCause(id warning.EventID) string { return fmt.Sprintf("warning/%d", id) }

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
