package emergency

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
	"zhixing/ledger"
)

func (e *Emergencies) proposal(ctx context.Context, tx *db.Tx, op string, id int64) (*Proposal, error) {
	x, err := scanProposal(tx.QueryRow(ctx, `/* emergency.proposal */ SELECT `+proposalColumns+` FROM emergency_proposal WHERE county = $1 AND id = $2`, e.County, id).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, refuse(ledger.NotFound, op, "没有这条启动建议。")
	case err == nil && x.State != "open":
		return nil, refuse(ledger.WrongState, op, "这条启动建议已经办理过。")
	}
	return x, wrap(op, err)
}

const proposalColumns = `id, plan, level, cause, drill, state, made_at, ended_at, data`

func scanProposal(scan func(...any) error) (*Proposal, error) {
	x := &Proposal{}
	var made, ended int64
	var data string
	if err := scan(&x.ID, &x.Plan, &x.Level, &x.Cause, &x.Drill, &x.State, &made, &ended, &data); err != nil {
		return nil, err
	}
	x.Made, x.Ended = moment(made), moment(ended)
	return x, json.Unmarshal([]byte(data), &x.Proposed)
}

// lastProposal is the newest that a cause made of a plan, where it is open or was dismissed.
func (e *Emergencies) lastProposal(ctx context.Context, tx *db.Tx, plan, cause string) (*Proposal, error) {
	x, err := scanProposal(tx.QueryRow(ctx, `/* emergency.lastProposal */ SELECT `+proposalColumns+` FROM emergency_proposal
		WHERE county = $1 AND plan = $2 AND cause = $3 AND state IN ('open', 'dismissed') ORDER BY id DESC LIMIT 1`, e.County, plan, cause).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return x, err
}

// proposalsOf are those of a cause that are open or were dismissed.
func (e *Emergencies) proposalsOf(ctx context.Context, tx *db.Tx, cause string) ([]*Proposal, error) {
	return collect(ctx, tx, scanProposal, `/* emergency.proposalsOf */ SELECT `+proposalColumns+` FROM emergency_proposal
		WHERE county = $1 AND cause = $2 AND state IN ('open', 'dismissed') ORDER BY id`, e.County, cause)
}

func (e *Emergencies) proposals(ctx context.Context, tx *db.Tx, state string) ([]*Proposal, error) {
	return collect(ctx, tx, scanProposal, `/* emergency.proposals */ SELECT `+proposalColumns+` FROM emergency_proposal WHERE county = $1 AND state = $2 ORDER BY id DESC`, e.County, state)
}

func (e *Emergencies) insertProposal(ctx context.Context, tx *db.Tx, x *Proposal) error {
	if err := tx.QueryRow(ctx, `/* emergency.nextProposal */ SELECT coalesce(max(id), 0) + 1 FROM emergency_proposal WHERE county = $1`, e.County).Scan(&x.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* emergency.insertProposal */ INSERT INTO emergency_proposal (county, `+proposalColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.County, x.ID, x.Plan, x.Level, x.Cause, x.Drill, x.State, micros(x.Made), micros(x.Ended), encode(x.Proposed))
	return err
}

func (e *Emergencies) saveProposal(ctx context.Context, tx *db.Tx, x *Proposal) error {
	_, err := tx.Exec(ctx, `/* emergency.saveProposal */ UPDATE emergency_proposal SET level = $3, state = $4, ended_at = $5, data = $6 WHERE county = $1 AND id = $2`,
		e.County, x.ID, x.Level, x.State, micros(x.Ended), encode(x.Proposed))
	return err
}
