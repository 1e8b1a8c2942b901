package personnel

import (
	"context"
	"math"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// TenureFilter narrows a list of tenures. Zero fields do not narrow it.
type TenureFilter struct {
	ID     TenureID
	Unit   string
	Post   PostID
	Person int64
	Name   string          // of the person
	On     calendar.Date   // held on this day
	Doc    publication.Key // begun or ended by this document

	Cancelled bool // with those that never were
}

// Tenures are the tenures as they were believed at an instant, or now where asRecorded is zero, in the order of unit,
// post and first day.
func Tenures(ctx context.Context, tx *db.Tx, county string, f TenureFilter, asRecorded time.Time) ([]Tenure, error) {
	at := int64(math.MaxInt64)
	if !asRecorded.IsZero() {
		at = db.Micros(asRecorded)
	}
	unit, title := f.Unit, ""
	if f.Post != "" {
		unit, title = f.Post.Unit(), f.Post.Title()
	}
	query, args := `/* personnel.Tenures */
		SELECT t.id, t.version, t.person, p.name, t.unit, t.title, t.rank, t.holds_from, t.holds_until, t.probation_until, t.decision,
			t.decided_on, t.from_doc, t.from_clause, t.until_doc, t.until_clause, t.cancelled, t.reason, t.recorded_at, t.recorded_by
		FROM tenure t JOIN person p ON p.county = t.county AND p.id = t.person
		WHERE t.county = $1 AND t.recorded_at <= $2 AND NOT EXISTS (SELECT 1 FROM tenure l WHERE l.county = t.county AND l.id = t.id
			AND l.version > t.version AND l.recorded_at <= $2)`, []any{county, at}
	narrow := func(given bool, sql string, value any) {
		if given {
			args = append(args, value)
			query += " AND " + placed(sql, len(args))
		}
	}
	narrow(f.ID != 0, "t.id = $?", int64(f.ID))
	narrow(unit != "", "t.unit = $?", unit)
	narrow(title != "", "t.title = $?", title)
	narrow(f.Person != 0, "t.person = $?", f.Person)
	narrow(f.Name != "", "p.name = $?", f.Name)
	narrow(f.Doc != "", "(t.from_doc = $? OR t.until_doc = $?)", string(f.Doc))
	narrow(!f.On.IsZero(), "t.holds_from <= $? AND (t.holds_until = '' OR t.holds_until > $?)", f.On.String())
	if !f.Cancelled {
		query += " AND NOT t.cancelled"
	}
	out, err := queryTenures(ctx, tx, query+` ORDER BY t.unit, t.title, t.holds_from, t.id`, args...)
	return out, wrap("Tenures", err)
}

// Versions are all versions of a tenure, oldest first.
func Versions(ctx context.Context, tx *db.Tx, county string, id TenureID) ([]Tenure, error) {
	out, err := queryTenures(ctx, tx, `/* personnel.Versions */
		SELECT t.id, t.version, t.person, p.name, t.unit, t.title, t.rank, t.holds_from, t.holds_until, t.probation_until, t.decision,
			t.decided_on, t.from_doc, t.from_clause, t.until_doc, t.until_clause, t.cancelled, t.reason, t.recorded_at, t.recorded_by
		FROM tenure t JOIN person p ON p.county = t.county AND p.id = t.person
		WHERE t.county = $1 AND t.id = $2 ORDER BY t.version`, county, int64(id))
	return out, wrap("Versions", err)
}

// TenureBy is one tenure as it is believed now.
func TenureBy(ctx context.Context, tx *db.Tx, county string, id TenureID) (Tenure, error) {
	all, err := Tenures(ctx, tx, county, TenureFilter{ID: id, Cancelled: true}, time.Time{})
	if err != nil || id == 0 || len(all) == 0 {
		if err == nil {
			err = refuse(NotFound, "TenureBy", "没有编号为%d的任职记录。", id)
		}
		return Tenure{}, err
	}
	return all[0], nil
}

func queryTenures(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Tenure, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Tenure
	for rows.Next() {
		var t Tenure
		var unit, title, from, until, probation, decided, fromDoc, untilDoc string
		var at int64
		err := rows.Scan(&t.ID, &t.Version, &t.Person, &t.Name, &unit, &title, &t.Rank, &from, &until, &probation, &t.Decision, &decided,
			&fromDoc, &t.FromBasis.Clause, &untilDoc, &t.UntilBasis.Clause, &t.Cancelled, &t.Reason, &at, &t.RecordedBy)
		if err != nil {
			return nil, err
		}
		t.Post, t.RecordedAt = ID(unit, title), db.FromMicros(at)
		t.FromBasis.Doc, t.UntilBasis.Doc = publication.Key(fromDoc), publication.Key(untilDoc)
		for _, d := range []struct {
			to   *calendar.Date
			text string
		}{{&t.From, from}, {&t.Until, until}, {&t.ProbationUntil, probation}, {&t.DecidedOn, decided}} {
			if *d.to, err = calendar.ParseDate(d.text); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func lastTenure(ctx context.Context, tx *db.Tx, county string) (id TenureID, err error) {
	err = tx.QueryRow(ctx, `/* personnel.lastTenure */ SELECT COALESCE(max(id), 0) FROM tenure WHERE county = $1`, county).Scan(&id)
	return id, err
}

func insertTenure(ctx context.Context, tx *db.Tx, county string, t Tenure) error {
	_, err := tx.Exec(ctx, `/* personnel.insertTenure */
		INSERT INTO tenure (county, id, version, person, unit, title, rank, holds_from, holds_until, probation_until, decision, decided_on,
			from_doc, from_clause, until_doc, until_clause, cancelled, reason, recorded_at, recorded_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		county, int64(t.ID), t.Version, t.Person, t.Post.Unit(), t.Post.Title(), t.Rank, t.From.String(), t.Until.String(),
		t.ProbationUntil.String(), string(t.Decision), t.DecidedOn.String(), string(t.FromBasis.Doc), t.FromBasis.Clause,
		string(t.UntilBasis.Doc), t.UntilBasis.Clause, t.Cancelled, t.Reason, db.Micros(t.RecordedAt), t.RecordedBy)
	return err
}
