package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// Life is a duty with all that was done to it, put together outside the database: a ledger that a county brings along,
// or an invented one.
type Life struct {
	Duty   *Duty
	Steps  []Step
	Papers []Paper // letters about it, without the files; a sent one has its number in Letter.No
}

// NewLife begins the life of a duty; its first step drafts it.
func NewLife(county string, id ID) *Life { return &Life{Duty: &Duty{County: county, ID: id}} }

// Add does one more step and numbers it. It trusts the step as Fold does: who may do what when was asked elsewhere.
func (x *Life) Add(s Step) error {
	s.N = x.Duty.Revision + 1
	if err := x.Duty.apply(s); err != nil {
		return err
	}
	x.Steps = append(x.Steps, s)
	return nil
}

// Load puts many lives on the ledger at once, whose numbers must be free. It writes what the acts would have written, but
// for notices, which nobody should get for what is long over, and for the journal, which has one record for all of them.
func (l *Ledger) Load(ctx context.Context, tx *db.Tx, by string, lives []*Life) error {
	const op = "Load"
	var duties, parties, steps, public, letters rows
	for _, x := range lives {
		if x.Duty.County != l.County || len(x.Steps) == 0 {
			return fmt.Errorf("ledger.Load: duty %d of %s does not belong here", x.Duty.ID, x.Duty.County)
		}
		row, err := l.dutyRow(x.Duty)
		if err != nil {
			return wrap(op, err)
		}
		duties = append(duties, row)
		for _, p := range x.Duty.Parties {
			parties = append(parties, []any{x.Duty.County, p.Unit, int64(x.Duty.ID), string(p.Role), string(x.Duty.State), x.Duty.Due.String(), !p.SignedAt.IsZero()})
		}
		for _, s := range x.Steps {
			data, err := s.Data.encode()
			if err != nil {
				return wrap(op, err)
			}
			steps = append(steps, []any{x.Duty.County, int64(x.Duty.ID), s.N, string(s.What), db.Micros(s.At), s.By, string(s.Post), s.Unit, s.Once, data})
		}
		if x.Duty.Source.Doc != "" && !x.Duty.IssuedOn.IsZero() {
			public = append(public, publicRow(x.Duty))
		}
		for _, p := range x.Papers {
			row, err := letterRow(p)
			if err != nil {
				return wrap(op, err)
			}
			letters = append(letters, row)
		}
	}
	for _, t := range []struct {
		into string
		rows rows
	}{{"ledger_duty (" + dutyColumns + ")", duties}, {"ledger_party (county, unit, duty, role, state, due, signed)", parties},
		{"ledger_step (county, duty, " + stepColumns + ")", steps}, {"ledger_public (" + publicColumns + ")", public},
		{"ledger_letter (" + letterColumns + ")", letters}} {
		if err := t.rows.insert(ctx, tx, t.into); err != nil {
			return wrap(op, err)
		}
	}
	_, err := journal.Append(ctx, tx, l.County, journal.Entry{Who: by, What: "duty.import", Subject: "duty",
		Detail: fmt.Sprintf("载入%d项任务，%d步", len(duties), len(steps))})
	return wrap(op, err)
}

// The columns as save, savePublic and insertPaper write them; the test of Load holds them against what those write.
const (
	dutyColumns = `county, id, revision, parent, state, doc, doc_no, clause, version, n, title, lead, due, near_on, lag_on, late_on, issued_on,
		claimed_on, closed_on, progress, asked, flagged, sent_back, batch, next_at, changed_at, data`
	publicColumns = `county, id, doc, clause, n, parent, title, lead, support, due, due_raw, state, progress, extended, issued_on, closed_on, result,
		changed_on`
	letterColumns = `county, id, duty, kind, state, code, year, no, drafted_at, signed_at, answer_by, data, docx, pdf`
)

// dutyRow and publicRow are what stands in those columns.
func (l *Ledger) dutyRow(d *Duty) ([]any, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	near, lag, late := l.Rules.dates(d)
	next := int64(0)
	if t := l.Rules.next(d); !t.IsZero() {
		next = db.Micros(t)
	}
	return []any{d.County, int64(d.ID), d.Revision, int64(d.Parent), string(d.State), string(d.Source.Doc), d.Source.DocNo, d.Source.Clause,
		d.Source.Version, d.Source.N, d.Title, strings.Join(d.Lead, "、"), d.Due.String(), near.String(), lag.String(), late.String(),
		d.IssuedOn.String(), d.ClaimedOn.String(), d.ClosedOn.String(), d.Progress, d.Asked != nil, len(d.Flags) > 0, !d.SentBack.IsZero(),
		d.Batch, next, db.Micros(d.ChangedAt), string(b)}, nil
}

func publicRow(d *Duty) []any {
	return []any{d.County, int64(d.ID), string(d.Source.Doc), d.Source.Clause, d.Source.N, int64(d.Parent), d.Title, strings.Join(d.Leads(), "、"),
		strings.Join(d.Supports(), "、"), d.Due.String(), d.DueRaw, string(d.State), d.Progress, d.Extended, d.IssuedOn.String(), d.ClosedOn.String(),
		d.Result, calendar.DateOf(d.ChangedAt).String()}
}

func letterRow(p Paper) ([]any, error) {
	data, err := p.encode()
	if err != nil {
		return nil, err
	}
	var code, rest string
	var year, no int
	signed := int64(0)
	if p.State != LetterDrafted && p.State != LetterDropped {
		code, rest, _ = strings.Cut(p.Letter.No, "〔")
		if _, err := fmt.Sscanf(rest, "%d〕%d号", &year, &no); err != nil {
			return nil, fmt.Errorf("letter %d: its number is %q: %w", p.ID, p.Letter.No, err)
		}
		signed = db.Micros(p.SignedAt)
	}
	return []any{p.County, p.ID, int64(p.Duty), string(p.Letter.Kind), string(p.State), code, year, no, db.Micros(p.DraftedAt), signed, p.AnswerBy.String(),
		data, []byte{}, []byte{}}, nil
}

// rows wait to be written to one table.
type rows [][]any

// insert writes so many rows with one statement that the way to the server does not count; SQLite, which has no such way,
// looks for each parameter by its name among all others and wants few.
func (r rows) insert(ctx context.Context, tx *db.Tx, into string) error {
	n := 200
	if tx.Dialect == db.SQLite {
		n = 2
	}
	if len(r) >= n {
		whole, err := tx.Prepare(ctx, insertSQL(into, len(r[0]), n))
		if err != nil {
			return err
		}
		defer whole.Close()
		for ; len(r) >= n; r = r[n:] {
			if _, err := whole.ExecContext(ctx, r[:n].flat()...); err != nil {
				return err
			}
		}
	}
	if len(r) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, insertSQL(into, len(r[0]), len(r)), r.flat()...)
	return err
}

func (r rows) flat() []any {
	out := make([]any, 0, len(r)*len(r[0]))
	for _, row := range r {
		out = append(out, row...)
	}
	return out
}

// insertSQL inserts n rows: the parameters of the k-th follow those of the one before.
func insertSQL(into string, columns, n int) string {
	var b strings.Builder
	b.WriteString("/* ledger.Load */ INSERT INTO " + into + " VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(db.In(1+i*columns, columns))
	}
	return b.String()
}
