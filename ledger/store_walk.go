package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"zhixing/db"
)

// walked are the deeds that a walk reads: those on which a clock depends, or that a unit answers for.
const walked = `'draft', 'amend', 'confirm', 'issue', 'sign', 'report', 'claim', 'close', 'send_back', 'extend', 'transfer', 'suspend', 'resume', 'reopen',
	'cancel', 'decide', 'letter'`

// Walk gives every duty that was issued and not over before the stretch, with its steps up to the end of it, oldest
// first, by number. Steps say only what marks are made of (see lean). steps is good until do returns.
func (l *Ledger) Walk(ctx context.Context, tx *db.Tx, over Stretch, do func(id ID, steps []Step) error) error {
	const op = "Walk"
	rows, err := tx.Query(ctx, `/* ledger.Walk */ SELECT s.duty, s.n, s.what, s.at, s.who, s.data
		FROM ledger_duty d JOIN ledger_step s ON s.county = d.county AND s.duty = d.id
		WHERE d.county = $1 AND s.county = $1 AND ($2 = 0 OR d.id = $2) AND d.issued_on <> '' AND (d.closed_on = '' OR d.closed_on >= $3)
		AND s.at < $4 AND s.what IN (`+walked+`) ORDER BY d.id, s.n`,
		l.County, int64(over.Duty), over.From.String(), db.Micros(over.To.AddDays(1).Time()))
	if err != nil {
		return wrap(op, err)
	}
	defer rows.Close()
	var steps []Step
	var id ID
	for rows.Next() {
		var s Step
		var duty, at int64
		var data []byte
		if err := rows.Scan(&duty, &s.N, &s.What, &at, &s.By, &data); err != nil {
			return wrap(op, err)
		}
		if ID(duty) != id && len(steps) > 0 {
			if err := do(id, steps); err != nil {
				return err
			}
			steps = steps[:0]
		}
		id, s.At = ID(duty), db.FromMicros(at)
		if s.Data, err = decodeLean(data); err != nil {
			return fmt.Errorf("ledger.Walk: duty %d, step %d: %w", id, s.N, err)
		}
		steps = append(steps, s)
	}
	if err := rows.Err(); err != nil || len(steps) == 0 {
		return wrap(op, err)
	}
	return do(id, steps)
}

func decodeLean(b []byte) (Data, error) {
	var d Data
	err := json.Unmarshal(b, &d)
	return d, err
}

// Addressees are the units to which the letters of a stretch were sent, by the number of the letter.
func (l *Ledger) Addressees(ctx context.Context, tx *db.Tx, over Stretch) (map[int64][]string, error) {
	const op = "Addressees"
	rows, err := tx.Query(ctx, `/* ledger.Addressees */ SELECT id, data FROM ledger_letter
		WHERE county = $1 AND ($2 = 0 OR duty = $2) AND signed_at >= $3 AND signed_at < $4`,
		l.County, int64(over.Duty), db.Micros(over.From.Time()), db.Micros(over.To.AddDays(1).Time()))
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	out := map[int64][]string{}
	for rows.Next() {
		var id int64
		var data []byte
		var p struct {
			Letter struct {
				To []string
			} `json:"letter"`
		}
		if err := rows.Scan(&id, &data); err != nil {
			return nil, wrap(op, err)
		}
		if err := json.Unmarshal(data, &p); err != nil {
			return nil, fmt.Errorf("ledger.Addressees: letter %d: %w", id, err)
		}
		out[id] = p.Letter.To
	}
	return out, wrap(op, rows.Err())
}
