package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"

	"zhixing/calendar"
	"zhixing/db"
)

// walked are the deeds that a walk reads: those on which a clock depends, or that a unit answers for.
const walked = `'draft', 'amend', 'confirm', 'issue', 'sign', 'report', 'claim', 'close', 'send_back', 'extend', 'transfer', 'suspend', 'resume', 'reopen',
	'cancel', 'decide', 'letter'`

// Walk gives every duty that was issued and not over before the stretch, with its steps up to the end of it, oldest
// first, by number. Steps say only what marks are made of (see lean). steps is good until do returns.
//
// The plus before s.at keeps both databases from sorting all steps by time first: they are read in the order of the key.
func (l *Ledger) Walk(ctx context.Context, tx *db.Tx, over Stretch, do func(id ID, steps []Step) error) error {
	const op = "Walk"
	first, last := over.ids()
	rows, err := tx.Query(ctx, `/* ledger.Walk */ SELECT s.duty, s.n, s.what, s.at, s.who, s.data
		FROM ledger_step s JOIN ledger_duty d ON d.county = s.county AND d.id = s.duty
		WHERE s.county = $1 AND s.duty BETWEEN $2 AND $3 AND +s.at < $4 AND s.what IN (`+walked+`)
		AND d.issued_on <> '' AND (d.closed_on = '' OR d.closed_on >= $5) ORDER BY s.duty, s.n`,
		l.County, first, last, db.Micros(over.To.AddDays(1).Time()), over.From.String())
	if err != nil {
		return wrap(op, err)
	}
	defer rows.Close()
	var steps []Step
	var id ID
	var data sql.RawBytes
	for rows.Next() {
		var s Step
		var duty, at int64
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

// ids are the numbers between which the duties of the stretch lie.
func (s Stretch) ids() (first, last int64) {
	if s.Duty != 0 {
		return int64(s.Duty), int64(s.Duty)
	}
	return 1, math.MaxInt64
}

// lean is what a walk reads of Data: a county's year is some hundred thousand steps, and most of their bytes are words.
// Of evidence only the number of files is known.
type lean struct {
	Reason string         `json:"reason"`
	Source *Source        `json:"source"`
	Fields *leanFields    `json:"fields"`
	Party  []Party        `json:"parties"`
	Day    calendar.Date  `json:"day"`
	Due    calendar.Date  `json:"due"`
	Unit   string         `json:"unit"`
	Report *leanReport    `json:"report"`
	Choice Choice         `json:"choice"`
	Letter *Letter        `json:"letter"`
	Files  []leanEvidence `json:"evidence"`
}

type leanFields struct {
	Title string              `json:"title"`
	Due   calendar.Date       `json:"due"`
	Recur calendar.Recurrence `json:"recur"`
}

type leanReport struct {
	Progress int           `json:"progress"`
	Period   calendar.Date `json:"period"`
	Label    string        `json:"label"`
	Late     bool          `json:"late"`
	Due      calendar.Date `json:"due"`
}

type leanEvidence struct{}

func decodeLean(b []byte) (Data, error) {
	var x lean
	if err := json.Unmarshal(b, &x); err != nil {
		return Data{}, err
	}
	d := Data{Reason: x.Reason, Source: x.Source, Party: x.Party, Day: x.Day, Due: x.Due, Unit: x.Unit, Choice: x.Choice, Letter: x.Letter}
	if f := x.Fields; f != nil {
		d.Fields = &Fields{Title: f.Title, Due: f.Due, Recur: f.Recur}
	}
	if r := x.Report; r != nil {
		d.Report = &Report{Progress: r.Progress, Period: r.Period, Label: r.Label, Late: r.Late, Due: r.Due}
	}
	if len(x.Files) > 0 {
		d.Files = make([]File, len(x.Files))
	}
	return d, nil
}
