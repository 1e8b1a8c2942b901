package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/personnel"
)

// load reads one duty.
func load(ctx context.Context, tx *db.Tx, county string, id ID) (*Duty, error) {
	d := &Duty{County: county, ID: id}
	var data string
	err := tx.QueryRow(ctx, `/* ledger.load */ SELECT revision, data FROM ledger_duty WHERE county = $1 AND id = $2`, county, int64(id)).
		Scan(&d.Revision, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(NotFound, "load", "台账上没有第%s号任务。", id.Number())
	}
	if err != nil {
		return nil, err
	}
	return d, d.decode(data)
}

func (d *Duty) decode(data string) error {
	if err := json.Unmarshal([]byte(data), d); err != nil {
		return fmt.Errorf("duty %d: %w", d.ID, err)
	}
	return nil
}

// nextID is the next free number of a table that counts from 1 within a county. Writers queue, so nobody else takes it.
func nextID(ctx context.Context, tx *db.Tx, table, county string) (int64, error) {
	var n int64
	err := tx.QueryRow(ctx, `/* ledger.nextID */ SELECT COALESCE(max(id), 0) + 1 FROM `+table+` WHERE county = $1`, county).Scan(&n)
	return n, err
}

// save writes the duty as it now is. created says that it is not on record yet.
func (l *Ledger) save(ctx context.Context, tx *db.Tx, d *Duty, created bool) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	near, lag, late := l.Rules.dates(d)
	next := int64(0)
	if t := l.Rules.next(d); !t.IsZero() {
		next = db.Micros(t)
	}
	args := []any{d.County, int64(d.ID), d.Revision, int64(d.Parent), string(d.State), string(d.Source.Doc), d.Source.DocNo, d.Source.Clause,
		d.Source.Version, d.Source.N, d.Title, strings.Join(d.Lead, "、"), d.Due.String(), near.String(), lag.String(), late.String(),
		d.IssuedOn.String(), d.ClaimedOn.String(), d.ClosedOn.String(), d.Progress, d.Asked != nil, len(d.Flags) > 0, !d.SentBack.IsZero(),
		d.Batch, next, db.Micros(d.ChangedAt), string(b)}
	if created {
		_, err = tx.Exec(ctx, `/* ledger.save */ INSERT INTO ledger_duty (county, id, revision, parent, state, doc, doc_no, clause, version, n, title, lead,
			due, near_on, lag_on, late_on, issued_on, claimed_on, closed_on, progress, asked, flagged, sent_back, batch, next_at, changed_at, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`, args...)
	} else {
		_, err = tx.Exec(ctx, `/* ledger.save */ UPDATE ledger_duty SET revision = $3, parent = $4, state = $5, doc = $6, doc_no = $7, clause = $8,
			version = $9, n = $10, title = $11, lead = $12, due = $13, near_on = $14, lag_on = $15, late_on = $16, issued_on = $17, claimed_on = $18,
			closed_on = $19, progress = $20, asked = $21, flagged = $22, sent_back = $23, batch = $24, next_at = $25, changed_at = $26, data = $27
			WHERE county = $1 AND id = $2`, args...)
	}
	if err != nil {
		return err
	}
	if err := saveParties(ctx, tx, d); err != nil {
		return err
	}
	return savePublic(ctx, tx, d)
}

func saveParties(ctx context.Context, tx *db.Tx, d *Duty) error {
	if len(d.Parties) == 0 {
		return nil // a duty that has had parties keeps some for ever
	}
	if _, err := tx.Exec(ctx, `/* ledger.saveParties */ DELETE FROM ledger_party WHERE county = $1 AND duty = $2`, d.County, int64(d.ID)); err != nil {
		return err
	}
	for _, p := range d.Parties {
		_, err := tx.Exec(ctx, `/* ledger.saveParties */ INSERT INTO ledger_party (county, unit, duty, role, state, due, signed)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, d.County, p.Unit, int64(d.ID), string(p.Role), string(d.State), d.Due.String(), !p.SignedAt.IsZero())
		if err != nil {
			return err
		}
	}
	return nil
}

// savePublic keeps what anybody may see of an issued duty that stands in a published document: what the document itself
// says, and where the duty stands. Its day is that of the newest step that changed any of this.
func savePublic(ctx context.Context, tx *db.Tx, d *Duty) error {
	if d.Source.Doc == "" || d.IssuedOn.IsZero() { // one that is cancelled before it was issued was never anybody's
		return nil
	}
	if out, err := withdrawn(ctx, tx, d.County, string(d.Source.Doc)); err != nil || out {
		return err
	}
	if d.Hidden {
		_, err := tx.Exec(ctx, `/* ledger.savePublic */ DELETE FROM ledger_public WHERE county = $1 AND id = $2`, d.County, int64(d.ID))
		return err
	}
	_, err := tx.Exec(ctx, `/* ledger.savePublic */ INSERT INTO ledger_public AS o (county, id, doc, clause, n, parent, title, lead, support, due, due_raw,
		state, progress, extended, issued_on, closed_on, result, changed_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (county, id) DO UPDATE SET doc = excluded.doc, clause = excluded.clause, n = excluded.n, title = excluded.title, lead = excluded.lead,
		support = excluded.support, due = excluded.due, due_raw = excluded.due_raw, state = excluded.state, progress = excluded.progress,
		extended = excluded.extended, issued_on = excluded.issued_on, closed_on = excluded.closed_on, result = excluded.result,
		changed_on = excluded.changed_on
		WHERE o.doc <> excluded.doc OR o.clause <> excluded.clause OR o.n <> excluded.n OR o.title <> excluded.title OR o.lead <> excluded.lead OR
		o.support <> excluded.support OR o.due <> excluded.due OR o.due_raw <> excluded.due_raw OR o.state <> excluded.state OR
		o.progress <> excluded.progress OR o.extended <> excluded.extended OR o.issued_on <> excluded.issued_on OR o.closed_on <> excluded.closed_on OR
		o.result <> excluded.result`,
		d.County, int64(d.ID), string(d.Source.Doc), d.Source.Clause, d.Source.N, int64(d.Parent), d.Title, strings.Join(d.Leads(), "、"),
		strings.Join(d.Supports(), "、"), d.Due.String(), d.DueRaw, string(d.State), d.Progress, d.Extended, d.IssuedOn.String(), d.ClosedOn.String(),
		d.Result, calendar.DateOf(d.ChangedAt).String())
	return err
}

// withdrawn reports whether a document was withdrawn: what is withdrawn leaves all public tables, and what it ordered with it.
func withdrawn(ctx context.Context, tx *db.Tx, county, doc string) (out bool, err error) {
	err = tx.QueryRow(ctx, `/* ledger.withdrawn */ SELECT withdrawn FROM document WHERE county = $1 AND doc = $2`, county, doc).Scan(&out)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return out, err
}

// unpublish takes what the public was told of a document's duties back.
func unpublish(ctx context.Context, tx *db.Tx, county, doc string) error {
	_, err := tx.Exec(ctx, `/* ledger.unpublish */ DELETE FROM ledger_public WHERE county = $1 AND doc = $2`, county, doc)
	return err
}

const stepColumns = `n, what, at, who, post, unit, once, data`

func insertStep(ctx context.Context, tx *db.Tx, d *Duty, s Step) (string, error) {
	data, err := s.Data.encode()
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `/* ledger.insertStep */ INSERT INTO ledger_step (county, duty, `+stepColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		d.County, int64(d.ID), s.N, string(s.What), db.Micros(s.At), s.By, string(s.Post), s.Unit, s.Once, data)
	return data, err
}

func scanStep(scan func(...any) error, before ...any) (Step, error) {
	var s Step
	var what, post, data string
	var at int64
	if err := scan(append(before, &s.N, &what, &at, &s.By, &post, &s.Unit, &s.Once, &data)...); err != nil {
		return s, err
	}
	s.What, s.Post, s.At = Deed(what), personnel.PostID(post), db.FromMicros(at)
	return s, json.Unmarshal([]byte(data), &s.Data)
}

// StepsOf is everything that was done to a duty, oldest first.
func (l *Ledger) StepsOf(ctx context.Context, tx *db.Tx, id ID) ([]Step, error) {
	rows, err := tx.Query(ctx, `/* ledger.StepsOf */ SELECT `+stepColumns+` FROM ledger_step WHERE county = $1 AND duty = $2 ORDER BY n`, l.County, int64(id))
	if err != nil {
		return nil, wrap("StepsOf", err)
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		s, err := scanStep(rows.Scan)
		if err != nil {
			return nil, wrap("StepsOf", err)
		}
		out = append(out, s)
	}
	return out, wrap("StepsOf", rows.Err())
}

// doneOnce finds the duty on which a deed with this token was done before, and who did it.
func doneOnce(ctx context.Context, tx *db.Tx, county, once string) (on ID, who string, done bool, err error) {
	if once == "" {
		return 0, "", false, nil
	}
	err = tx.QueryRow(ctx, `/* ledger.doneOnce */ SELECT duty, who FROM ledger_step WHERE county = $1 AND once = $2 AND once <> ''`, county, once).Scan(&on, &who)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", false, nil
	}
	return on, who, err == nil, err
}

// putFile keeps the bytes of a file, once.
func putFile(ctx context.Context, tx *db.Tx, county string, f File, content []byte) error {
	_, err := tx.Exec(ctx, `/* ledger.putFile */ INSERT INTO ledger_file (county, sha256, media_type, size, stored_at, bytes)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (county, sha256) DO NOTHING`, county, f.SHA256, f.MediaType, f.Size, db.Micros(tx.Now()), content)
	return err
}

func fileBytes(ctx context.Context, tx *db.Tx, county, sha256 string) (b []byte, err error) {
	err = tx.QueryRow(ctx, `/* ledger.fileBytes */ SELECT bytes FROM ledger_file WHERE county = $1 AND sha256 = $2`, county, sha256).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(NotFound, "FileOf", "没有这个文件。")
	}
	return b, err
}

// kidsOf are the lines that were split off a duty, by number.
func kidsOf(ctx context.Context, tx *db.Tx, county string, id ID) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.kidsOf */ SELECT id, revision, data FROM ledger_duty WHERE county = $1 AND parent = $2 ORDER BY id`, county, int64(id))
}

// ofDoc are the duties of a document that were not split off another.
func ofDoc(ctx context.Context, tx *db.Tx, county, doc string) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.ofDoc */ SELECT id, revision, data FROM ledger_duty
		WHERE county = $1 AND doc = $2 AND parent = 0 ORDER BY id`, county, doc)
}

// due are the duties whose clock has something to do, the longest waiting first.
func due(ctx context.Context, tx *db.Tx, county string, now time.Time, limit int) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.due */ SELECT id, revision, data FROM ledger_duty
		WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $3`, county, db.Micros(now), limit)
}

// listDuties reads whole duties: query gives id, revision and data.
func listDuties(ctx context.Context, tx *db.Tx, county, query string, args ...any) ([]*Duty, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Duty
	for rows.Next() {
		d := &Duty{County: county}
		var id int64
		var data string
		if err := rows.Scan(&id, &d.Revision, &data); err != nil {
			return nil, err
		}
		d.ID = ID(id)
		if err := d.decode(data); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}
