package emergency

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/journal"
	"zhixing/ledger"
)

// Cause is what proposes that a plan be started.
type Cause struct {
	Key   string // warning/12, finding/7
	Says  string
	Drill bool
}

// Proposal is a plan that may be started. Persons decide.
type Proposal struct {
	ID    int64
	Plan  string
	Level int
	Cause string
	Drill bool
	State string // open, taken, dismissed, over
	Made  time.Time
	Ended time.Time
	Proposed
}

// Proposed is what a proposal says.
type Proposed struct {
	Says string `json:"says"`
	Who  string `json:"who,omitempty"` // took it up or dismissed it
	Why  string `json:"why,omitempty"`
}

// Propose says that a plan may be started, or set to a higher level, because of a warning or a finding, and tells those who decide. The
// same cause proposes once; another level of it changes the proposal. What was dismissed comes back only at a higher level, or when
// its cause was over and comes again.
func (e *Emergencies) Propose(ctx context.Context, tx *db.Tx, plan string, level int, c Cause) error {
	const op = "Propose"
	p := e.Plan(plan)
	if p == nil || p.Level(level) == nil {
		return fmt.Errorf("emergency.Propose: plan %q has no level %d", plan, level)
	}
	if c.Drill {
		c.Says = drill.Marked(c.Says)
	}
	a, err := e.running(ctx, tx, plan, c.Drill)
	if err != nil || a != nil && a.Level <= level {
		return wrap(op, err)
	}
	old, err := e.lastProposal(ctx, tx, plan, c.Key)
	switch {
	case err != nil:
		return wrap(op, err)
	case old != nil && old.State == "dismissed" && old.Level <= level: // a warning has a new version every ten minutes
		return nil
	case old != nil && old.State == "open" && old.Level == level:
		return nil
	case old != nil && old.State == "open":
		old.Level, old.Says = level, c.Says
		err = e.saveProposal(ctx, tx, old)
	default:
		old = &Proposal{Plan: plan, Level: level, Cause: c.Key, Drill: c.Drill, State: "open", Made: tx.Now(), Proposed: Proposed{Says: c.Says}}
		err = e.insertProposal(ctx, tx, old)
	}
	if err != nil || e.Note == nil {
		return wrap(op, err)
	}
	says := fmt.Sprintf("建议启动《%s》%s响应：%s", p.Title, LevelName(level), drill.Unmarked(c.Says))
	if a != nil {
		says = fmt.Sprintf("建议将《%s》响应提升为%s：%s", p.Title, LevelName(level), drill.Unmarked(c.Says))
	}
	if c.Drill {
		says = drill.Marked(says)
	}
	return wrap(op, e.Note(ctx, tx, Note{Says: says, Posts: p.Approvers(level), Key: fmt.Sprintf("emergency/proposal/%d/%d", old.ID, level)}))
}

// Withdraw ends what a cause proposed and nobody took up: the warning was cancelled.
func (e *Emergencies) Withdraw(ctx context.Context, tx *db.Tx, cause, why string) error {
	list, err := e.proposalsOf(ctx, tx, cause)
	if err != nil {
		return wrap("Withdraw", err)
	}
	for _, x := range list {
		if x.State == "open" { // who dismissed it, when and why, stays
			x.Ended, x.Why = tx.Now(), why
		}
		x.State = "over"
		if err := e.saveProposal(ctx, tx, x); err != nil {
			return wrap("Withdraw", err)
		}
	}
	return nil
}

// Dismiss says that a proposal is not followed, and why.
func (e *Emergencies) Dismiss(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) error {
	const op = "Dismiss"
	x, err := e.proposal(ctx, tx, op, id)
	if err != nil {
		return err
	}
	p := e.Plan(x.Plan)
	if p == nil {
		return refuse(ledger.WrongState, op, "现行政策包里已经没有这个预案。")
	}
	seat, err := p.must(op, by, x.Level)
	if err != nil {
		return err
	}
	if err := checkWords(op, "why", "不启动的理由", why, 500, true); err != nil {
		return err
	}
	x.State, x.Ended, x.Who, x.Why = "dismissed", tx.Now(), named(by, seat), why
	if err := e.saveProposal(ctx, tx, x); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, e.County, journal.Entry{Who: by.Account, What: "emergency.dismiss", Subject: fmt.Sprintf("emergency-proposal/%d", id), Basis: p.Basis.String(), Detail: why})
	return wrap(op, err)
}

// Proposals are what may be started, the newest first.
func (e *Emergencies) Proposals(ctx context.Context, tx *db.Tx, by Actor) ([]*Proposal, error) {
	if !maySee(by) {
		return nil, refuse(ledger.NotAllowed, "Proposals", "您不能查看应急响应。")
	}
	out, err := e.proposals(ctx, tx, "open")
	return out, wrap("Proposals", err)
}

// followed ends the proposals that an activation has done what they ask for.
func (e *Emergencies) followed(ctx context.Context, tx *db.Tx, a *Activation) error {
	list, err := e.proposals(ctx, tx, "open")
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Plan != a.Plan || x.Drill != a.Drill || x.Level < a.Level {
			continue
		}
		x.State, x.Ended, x.Who = "taken", tx.Now(), a.By
		if a.Cause == "" {
			a.Cause = x.Cause
		}
		if err := e.saveProposal(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

// take takes a proposal up and gives its cause.
func (e *Emergencies) take(ctx context.Context, tx *db.Tx, op string, in Opening) (string, error) {
	x, err := e.proposal(ctx, tx, op, in.Proposal)
	if err != nil {
		return "", err
	}
	switch {
	case x.Plan != in.Plan:
		return "", wrong(op, "plan", "这条建议是关于另一个预案的。")
	case x.Drill && !in.Drill:
		return "", wrong(op, "drill", "这条建议出自演练，只能启动演练。")
	}
	x.State, x.Ended = "taken", tx.Now()
	return x.Cause, wrap(op, e.saveProposal(ctx, tx, x))
}
