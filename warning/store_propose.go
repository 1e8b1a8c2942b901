package warning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/warning/cap"
)

// Proposals, and what other issuers published.

const proposalColumns = `id, hazard, level, origin, state, made_at, last_at, ended_at, who, event, data`

func scanProposal(scan func(...any) error) (p Proposal, err error) {
	var made, last, ended int64
	var data string
	if err = scan(&p.ID, &p.Hazard, &p.Level, &p.Origin, &p.State, &made, &last, &ended, &p.Who, &p.Event, &data); err != nil {
		return p, err
	}
	p.Made, p.Last, p.Ended = moment(made), moment(last), moment(ended)
	return p, json.Unmarshal([]byte(data), &p.ProposalText)
}

func (w *Warnings) insertProposal(ctx context.Context, tx *db.Tx, p *Proposal) error {
	if err := tx.QueryRow(ctx, `/* warning.nextProposal */ SELECT coalesce(max(id), 0) + 1 FROM warning_proposal WHERE county = $1`, w.County).Scan(&p.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* warning.insertProposal */ INSERT INTO warning_proposal (county, `+proposalColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		w.County, p.ID, p.Hazard, string(p.Level), string(p.Origin), string(p.State), micros(p.Made), micros(p.Last), micros(p.Ended), p.Who, int64(p.Event), encode(p.ProposalText))
	return err
}

func (w *Warnings) updateProposal(ctx context.Context, tx *db.Tx, p *Proposal) error {
	_, err := tx.Exec(ctx, `/* warning.updateProposal */ UPDATE warning_proposal SET state = $3, last_at = $4, ended_at = $5, who = $6, event = $7, data = $8 WHERE county = $1 AND id = $2`,
		w.County, p.ID, string(p.State), micros(p.Last), micros(p.Ended), p.Who, int64(p.Event), encode(p.ProposalText))
	return err
}

func (w *Warnings) proposal(ctx context.Context, tx *db.Tx, op string, id int64) (*Proposal, error) {
	p, err := scanProposal(tx.QueryRow(ctx, `/* warning.proposal */ SELECT `+proposalColumns+` FROM warning_proposal WHERE county = $1 AND id = $2`, w.County, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有第 %d 号预警建议。", id)
	}
	return &p, wrap(op, err)
}

func (w *Warnings) openProposals(ctx context.Context, tx *db.Tx, hazard string, o Origin) ([]Proposal, error) {
	return collect(ctx, tx, scanProposal, `/* warning.openProposals */ SELECT `+proposalColumns+` FROM warning_proposal
		WHERE county = $1 AND state = 'open' AND hazard = $2 AND origin = $3 ORDER BY id`, w.County, hazard, string(o))
}

// Proposals are those in a state, or all where it is empty, the newest first, at most limit.
func (w *Warnings) Proposals(ctx context.Context, tx *db.Tx, s ProposalState, limit int) ([]Proposal, error) {
	out, err := collect(ctx, tx, scanProposal, `/* warning.Proposals */ SELECT `+proposalColumns+` FROM warning_proposal WHERE county = $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3`,
		w.County, string(s), min(max(limit, 1), 500))
	return out, wrap("Proposals", err)
}

// cause notes what a proposal stands on.
func (w *Warnings) cause(ctx context.Context, tx *db.Tx, proposal int64, cause string, live bool) error {
	_, err := tx.Exec(ctx, `/* warning.cause */ INSERT INTO warning_cause (county, cause, proposal, live) VALUES ($1, $2, $3, $4)
		ON CONFLICT (county, cause, proposal) DO UPDATE SET live = excluded.live`, w.County, cause, proposal, live)
	return err
}

func (w *Warnings) proposalsOf(ctx context.Context, tx *db.Tx, cause string) ([]int64, error) {
	return collect(ctx, tx, func(scan func(...any) error) (id int64, err error) { err = scan(&id); return },
		`/* warning.proposalsOf */ SELECT proposal FROM warning_cause WHERE county = $1 AND cause = $2 AND live ORDER BY proposal`, w.County, cause)
}

// knows reports whether a proposal, whatever became of it, stands on a cause.
func (w *Warnings) knows(ctx context.Context, tx *db.Tx, cause string) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, `/* warning.knows */ SELECT count(*) FROM warning_cause WHERE county = $1 AND cause = $2`, w.County, cause).Scan(&n)
	return n > 0, err
}

const foreignColumns = `n, sender, identifier, sent_at, source, state, kind, hazard, event, came_at, data`

func scanForeign(scan func(...any) error) (f Foreign, err error) {
	var sent, came int64
	var data string
	if err = scan(&f.N, &f.Sender, &f.Identifier, &sent, &f.Source, &f.State, &f.Kind, &f.Hazard, &f.Event, &came, &data); err != nil {
		return f, err
	}
	f.Sent, f.Came, f.Name = moment(sent), moment(came), f.Source
	return f, json.Unmarshal([]byte(data), &f.ForeignText)
}

// foreignOf is what is kept of a message; nil where it never came.
func (w *Warnings) foreignOf(ctx context.Context, tx *db.Tx, t cap.Triple) (*Foreign, error) {
	f, err := scanForeign(tx.QueryRow(ctx, `/* warning.foreignOf */ SELECT `+foreignColumns+` FROM warning_foreign WHERE county = $1 AND sender = $2 AND identifier = $3 AND sent_at = $4`,
		w.County, t.Sender, t.Identifier, micros(t.Sent)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &f, err
}

// foreignNamed finds a message by its identifier alone, the newest of that name.
func (w *Warnings) foreignNamed(ctx context.Context, tx *db.Tx, identifier string) (cap.Triple, bool, error) {
	f, err := scanForeign(tx.QueryRow(ctx, `/* warning.foreignNamed */ SELECT `+foreignColumns+` FROM warning_foreign WHERE county = $1 AND identifier = $2 ORDER BY n DESC LIMIT 1`,
		w.County, identifier).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return cap.Triple{}, false, nil
	}
	return cap.Triple{Sender: f.Sender, Identifier: f.Identifier, Sent: second(f.Sent)}, err == nil, err
}

func (w *Warnings) insertForeign(ctx context.Context, tx *db.Tx, f *Foreign, b []byte) error {
	if err := tx.QueryRow(ctx, `/* warning.nextForeign */ SELECT coalesce(max(n), 0) + 1 FROM warning_foreign WHERE county = $1`, w.County).Scan(&f.N); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* warning.insertForeign */ INSERT INTO warning_foreign (county, `+foreignColumns+`, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		w.County, f.N, f.Sender, f.Identifier, micros(f.Sent), f.Source, string(f.State), string(f.Kind), f.Hazard, int64(f.Event), micros(f.Came), encode(f.ForeignText), b)
	return err
}

func (w *Warnings) setForeign(ctx context.Context, tx *db.Tx, l Lineage, s ForeignState, event EventID) error {
	_, err := tx.Exec(ctx, `/* warning.setForeign */ UPDATE warning_foreign SET state = $5, event = CASE WHEN $6 = 0 THEN event ELSE $6 END
		WHERE county = $1 AND sender = $2 AND identifier = $3 AND sent_at = $4`, w.County, l.Sender, l.Identifier, micros(l.Sent), string(s), int64(event))
	return err
}

// replaceForeign marks a message that a later one of its sender replaces, and ends the proposal that it made.
func (w *Warnings) replaceForeign(ctx context.Context, tx *db.Tx, t cap.Triple) error {
	f, err := w.foreignOf(ctx, tx, t)
	if err != nil || f == nil {
		return err
	}
	list, err := w.openProposals(ctx, tx, f.Hazard, ByFeed)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		if p.Source != nil && p.Source.Sender == f.Sender && p.Source.Identifier == f.Identifier && p.Source.Sent.Equal(f.Sent) {
			p.State, p.Ended, p.Why = ProposalOver, tx.Now(), "发布单位已有更新的文件"
			if err := w.updateProposal(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	return w.setForeign(ctx, tx, f.Lineage, ForeignReplaced, 0)
}

func (w *Warnings) insertEnd(ctx context.Context, tx *db.Tx, t cap.Triple, by int64) error {
	_, err := tx.Exec(ctx, `/* warning.insertEnd */ INSERT INTO warning_foreign_end (county, sender, identifier, sent_at, by_n) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		w.County, t.Sender, t.Identifier, micros(t.Sent), by)
	return err
}

func (w *Warnings) endedBy(ctx context.Context, tx *db.Tx, t cap.Triple) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, `/* warning.endedBy */ SELECT count(*) FROM warning_foreign_end WHERE county = $1 AND sender = $2 AND identifier = $3 AND sent_at = $4`,
		w.County, t.Sender, t.Identifier, micros(t.Sent)).Scan(&n)
	return n > 0, err
}

// Foreigns are the documents of other issuers, the newest first, at most limit.
func (w *Warnings) Foreigns(ctx context.Context, tx *db.Tx, limit int) ([]Foreign, error) {
	out, err := collect(ctx, tx, scanForeign, `/* warning.Foreigns */ SELECT `+foreignColumns+` FROM warning_foreign WHERE county = $1 ORDER BY n DESC LIMIT $2`,
		w.County, min(max(limit, 1), 500))
	return out, wrap("Foreigns", err)
}

// ForeignsOf are the documents of other issuers that an event of ours passes on, in the order in which they came.
func (w *Warnings) ForeignsOf(ctx context.Context, tx *db.Tx, id EventID) ([]Foreign, error) {
	out, err := collect(ctx, tx, scanForeign, `/* warning.ForeignsOf */ SELECT `+foreignColumns+` FROM warning_foreign WHERE county = $1 AND event = $2 ORDER BY n`, w.County, int64(id))
	return out, wrap("ForeignsOf", err)
}
