package publication

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
)

// entry is one version of a document as it enters the public tables, from a draft or from a dump.
type entry struct {
	head     Head
	v        Version
	files    []Content
	cites    []citation
	duties   []Duty
	mentions []mentionRow
	moves    []Appointment
}

type citation struct {
	cited      Key
	no, title  string
	level      string
	implements bool
	effect     string
	path       string
}

func insertIssue(ctx context.Context, tx *db.Tx, county string, i Issue) error {
	_, err := tx.Exec(ctx, `/* publication.insertIssue */
		INSERT INTO issue (county, year, n, total_n, title, publish_date, organiser, address, tel, postcode, website, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		county, i.Year, i.No, i.TotalNo, i.Title, i.PublishDate.String(), i.Organiser, i.Address, i.Tel, i.Postcode, i.Website,
		db.Micros(i.RecordedAt))
	return err
}

// lastOrdinal is the ordinal of the county's newest document, 0 where there is none.
func lastOrdinal(ctx context.Context, tx *db.Tx, county string) (n int64, err error) {
	err = tx.QueryRow(ctx, `/* publication.lastOrdinal */
		SELECT COALESCE(max(ordinal), 0) FROM document WHERE county = $1`, county).Scan(&n)
	return n, err
}

func insertDocument(ctx context.Context, tx *db.Tx, county string, ordinal int64, h Head) error {
	_, err := tx.Exec(ctx, `/* publication.insertDocument */
		INSERT INTO document (county, doc, ordinal, issue_year, issue_n, seq, number, agency, title, title_key, issuer, kind, signed_on,
			version, holds_from, recorded_at, first_at, withdrawn)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		county, string(h.Key), ordinal, h.Issue.Year, h.Issue.No, h.Seq, h.No, h.Key.Agency(), h.Title, titleKey(h.Title), h.Issuer,
		h.Kind, h.SignedOn.String(), h.Version, h.HoldsFrom.String(), db.Micros(h.RecordedAt), db.Micros(h.FirstAt), h.Withdrawn)
	return err
}

// renewDocument makes lists show a newer version; false where that version is not the next one.
func renewDocument(ctx context.Context, tx *db.Tx, county string, h Head) (bool, error) {
	r, err := tx.Exec(ctx, `/* publication.renewDocument */
		UPDATE document SET number = $3, title = $4, title_key = $5, issuer = $6, kind = $7, signed_on = $8, version = $9,
			holds_from = $10, recorded_at = $11, withdrawn = $12
		WHERE county = $1 AND doc = $2 AND version = $9 - 1`,
		county, string(h.Key), h.No, h.Title, titleKey(h.Title), h.Issuer, h.Kind, h.SignedOn.String(), h.Version,
		h.HoldsFrom.String(), db.Micros(h.RecordedAt), h.Withdrawn)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// insertVersion writes the version and all that hangs on it.
func insertVersion(ctx context.Context, tx *db.Tx, county string, e entry) error {
	key, n := string(e.head.Key), e.v.N
	_, err := tx.Exec(ctx, `/* publication.insertVersion */
		INSERT INTO document_version (county, doc, version, record, holds_from, recorded_at, note, basis, leaf, manifest, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, county, key, n, string(e.v.Record), e.v.HoldsFrom.String(),
		db.Micros(e.v.RecordedAt), e.v.Note, e.v.Basis, e.v.Leaf, e.v.Manifest, e.v.Removed)
	if err != nil {
		return err
	}
	for i, f := range e.files {
		if err := insertFile(ctx, tx, county, e.head.Key, n, i, f); err != nil {
			return err
		}
	}
	for i, c := range e.cites {
		if err := insertCitation(ctx, tx, county, e.head.Key, n, i+1, c); err != nil {
			return err
		}
	}
	for _, d := range e.duties {
		if err := insertDuty(ctx, tx, county, e.head.Key, n, d); err != nil {
			return err
		}
	}
	for _, m := range e.mentions {
		if err := insertMention(ctx, tx, county, e.head.Key, n, m); err != nil {
			return err
		}
	}
	for _, a := range e.moves {
		if err := insertAppointment(ctx, tx, county, e.head.Key, n, a); err != nil {
			return err
		}
	}
	return nil
}

func insertFile(ctx context.Context, tx *db.Tx, county string, key Key, version, ord int, f Content) error {
	_, err := tx.Exec(ctx, `/* publication.insertFile */
		INSERT INTO published_file (county, doc, version, name, ord, format, no, title, media_type, size, sha256, bytes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		county, string(key), version, f.Name, ord, f.Format, f.No, f.Title, f.MediaType, f.Size, f.SHA256, f.Bytes)
	return err
}

func insertCitation(ctx context.Context, tx *db.Tx, county string, key Key, version, n int, c citation) error {
	_, err := tx.Exec(ctx, `/* publication.insertCitation */
		INSERT INTO citation (county, doc, version, n, cited, number, title, title_key, level, implements, effect, path)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		county, string(key), version, n, string(c.cited), c.no, c.title, titleKey(c.title), c.level, c.implements, c.effect, c.path)
	return err
}

func insertDuty(ctx context.Context, tx *db.Tx, county string, key Key, version int, d Duty) error {
	_, err := tx.Exec(ctx, `/* publication.insertDuty */
		INSERT INTO published_duty (county, doc, version, n, clause, plan, title, proposed, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		county, string(key), version, d.N, d.Clause, d.Plan, d.Title, d.Proposed, string(d.JSON))
	return err
}

func insertMention(ctx context.Context, tx *db.Tx, county string, key Key, version int, m mentionRow) error {
	_, err := tx.Exec(ctx, `/* publication.insertMention */
		INSERT INTO mention (county, doc, version, unit, role, duty) VALUES ($1, $2, $3, $4, $5, $6)`,
		county, string(key), version, m.unit, m.role, m.duty)
	return err
}

// removeText moves the files of all versions of a document out of the public tables, and drops what was drawn from them.
func removeText(ctx context.Context, tx *db.Tx, county string, key Key) error {
	for _, q := range []string{
		`INSERT INTO withdrawn_file (county, doc, version, name, title, media_type, sha256, bytes, withdrawn_at)
			SELECT county, doc, version, name, title, media_type, sha256, bytes, CAST($3 AS bigint)
			FROM published_file WHERE county = $1 AND doc = $2`,
		`DELETE FROM published_file WHERE county = $1 AND doc = $2`,
		`DELETE FROM citation WHERE county = $1 AND doc = $2`,
		`DELETE FROM published_duty WHERE county = $1 AND doc = $2`,
		`DELETE FROM mention WHERE county = $1 AND doc = $2`,
		`DELETE FROM published_appointment WHERE county = $1 AND doc = $2`,
		`UPDATE document_version SET removed = true WHERE county = $1 AND doc = $2`,
	} {
		args := []any{county, string(key)}
		if q[0] == 'I' {
			args = append(args, db.Micros(tx.Now()))
		}
		if _, err := tx.Exec(ctx, `/* publication.removeText */ `+q, args...); err != nil {
			return err
		}
	}
	return nil
}

// lockCounty makes those who publish in one county wait for each other, so that ordinals and the log have no race.
// SQLite has one writer anyway.
func lockCounty(ctx context.Context, tx *db.Tx, county string) error {
	if tx.Dialect != db.PostgreSQL {
		return nil
	}
	_, err := tx.Exec(ctx, `/* publication.lockCounty */ SELECT pg_advisory_xact_lock(hashtext('publication ' || $1))`, county)
	return err
}

const headColumns = `d.doc, d.number, d.title, d.issuer, d.kind, d.signed_on, d.issue_year, d.issue_n, d.seq, d.version, d.holds_from,
	d.recorded_at, d.first_at, d.withdrawn`

// scanHead reads headColumns and whatever more the query asks for behind them.
func scanHead(scan func(...any) error, more ...any) (Head, error) {
	var h Head
	var key, signed, holds string
	var recorded, first int64
	err := scan(append([]any{&key, &h.No, &h.Title, &h.Issuer, &h.Kind, &signed, &h.Issue.Year, &h.Issue.No, &h.Seq, &h.Version, &holds,
		&recorded, &first, &h.Withdrawn}, more...)...)
	if err != nil {
		return h, err
	}
	h.Key, h.RecordedAt, h.FirstAt = Key(key), db.FromMicros(recorded), db.FromMicros(first)
	if h.SignedOn, err = calendar.ParseDate(signed); err != nil {
		return h, err
	}
	h.HoldsFrom, err = calendar.ParseDate(holds)
	return h, err
}

func documentHead(ctx context.Context, tx *db.Tx, county string, key Key) (Head, error) {
	notFound := refuse(NotFound, "Document", "没有查到这份文件。请核对文号；公报上没有的文件这里也没有。")
	if !askable(string(key)) {
		return Head{}, notFound
	}
	h, err := scanHead(tx.QueryRow(ctx, `/* publication.documentHead */
		SELECT `+headColumns+` FROM document d WHERE d.county = $1 AND d.doc = $2`, county, string(key)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return h, notFound
	}
	return h, err
}

func readVersions(ctx context.Context, tx *db.Tx, county string, key Key) ([]Version, error) {
	rows, err := tx.Query(ctx, `/* publication.readVersions */
		SELECT version, record, holds_from, recorded_at, note, basis, leaf, manifest, removed FROM document_version
		WHERE county = $1 AND doc = $2 ORDER BY version`, county, string(key))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Version
	for rows.Next() {
		var v Version
		var record, holds string
		var at int64
		if err := rows.Scan(&v.N, &record, &holds, &at, &v.Note, &v.Basis, &v.Leaf, &v.Manifest, &v.Removed); err != nil {
			return nil, err
		}
		v.Record, v.RecordedAt = edition.Record(record), db.FromMicros(at)
		if v.HoldsFrom, err = calendar.ParseDate(holds); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// readFile is one file with its bytes, not found where the version has none of that name.
func readFile(ctx context.Context, tx *db.Tx, county string, key Key, version int, name string) (Content, error) {
	notFound := refuse(NotFound, "File", "没有这个文件，或它已随公文撤回。")
	if !askable(name) {
		return Content{}, notFound
	}
	c := Content{File: File{Name: name}}
	err := tx.QueryRow(ctx, `/* publication.readFile */
		SELECT title, format, no, media_type, size, sha256, bytes FROM published_file
		WHERE county = $1 AND doc = $2 AND version = $3 AND name = $4`, county, string(key), version, name).
		Scan(&c.Title, &c.Format, &c.No, &c.MediaType, &c.Size, &c.SHA256, &c.Bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return c, notFound
	}
	return c, err
}

func readFiles(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]File, error) {
	rows, err := tx.Query(ctx, `/* publication.readFiles */
		SELECT name, title, format, no, media_type, size, sha256 FROM published_file
		WHERE county = $1 AND doc = $2 AND version = $3 ORDER BY ord`, county, string(key), version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []File
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.Name, &f.Title, &f.Format, &f.No, &f.MediaType, &f.Size, &f.SHA256); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
