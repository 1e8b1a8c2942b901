package publication

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
)

// insertDraft gives the draft the county's next number.
func insertDraft(ctx context.Context, tx *db.Tx, d Draft, raw []byte) (id int64, err error) {
	err = tx.QueryRow(ctx, `/* publication.insertDraft */
		INSERT INTO draft (county, id, state, revision, subject, corrects, filename, raw, raw_sha256, source, author, created_at, changed_at,
			published_as) SELECT CAST($1 AS text), COALESCE(max(id), 0) + 1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $10, ''
		FROM draft WHERE county = $1 RETURNING id`,
		d.County, string(d.State), d.Subject, string(d.Corrects), d.Filename, raw, d.RawSHA256, d.Source, d.Author, db.Micros(d.CreatedAt)).Scan(&id)
	return id, err
}

// insertStep moves the draft from the revision that d holds to the next one; false where somebody else was faster.
func insertStep(ctx context.Context, tx *db.Tx, d Draft, s Step) (bool, error) {
	data, err := json.Marshal(s.Data)
	if err != nil {
		return false, err
	}
	r, err := tx.Exec(ctx, `/* publication.insertStep */
		UPDATE draft SET revision = $4, state = $5, subject = $6, changed_at = $7, published_as = $8
		WHERE county = $1 AND id = $2 AND revision = $3`,
		d.County, d.ID, s.N-1, s.N, string(d.State), d.Subject, db.Micros(s.At), s.Data.As)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return false, err
	}
	_, err = tx.Exec(ctx, `/* publication.insertStep */
		INSERT INTO draft_step (county, draft, n, what, actor, done_at, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.County, d.ID, s.N, s.What, s.By, db.Micros(s.At), string(data))
	return true, err
}

const draftColumns = `county, id, state, revision, subject, corrects, filename, raw_sha256, author, created_at, changed_at`

func scanDraft(scan func(...any) error, more ...any) (Draft, error) {
	var d Draft
	var state, corrects string
	var created, changed int64
	err := scan(append([]any{&d.County, &d.ID, &state, &d.Revision, &d.Subject, &corrects, &d.Filename, &d.RawSHA256, &d.Author,
		&created, &changed}, more...)...)
	d.State, d.Corrects = State(state), Key(corrects)
	d.CreatedAt, d.ChangedAt = db.FromMicros(created), db.FromMicros(changed)
	return d, err
}

// loadDraft reads a draft with its steps.
func loadDraft(ctx context.Context, tx *db.Tx, county string, id int64) (Draft, error) {
	var source string
	d, err := scanDraft(tx.QueryRow(ctx, `/* publication.loadDraft */
		SELECT `+draftColumns+`, source FROM draft WHERE county = $1 AND id = $2`, county, id).Scan, &source)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, refuse(NotFound, "Draft", "没有编号为%d的稿件。", id)
	} else if err != nil {
		return Draft{}, err
	}
	d.Source = source
	rows, err := tx.Query(ctx, `/* publication.loadDraft */
		SELECT n, what, actor, done_at, data FROM draft_step WHERE county = $1 AND draft = $2 ORDER BY n`, county, id)
	if err != nil {
		return Draft{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Step
		var at int64
		var data string
		if err := rows.Scan(&s.N, &s.What, &s.By, &at, &data); err != nil {
			return Draft{}, err
		}
		if err := json.Unmarshal([]byte(data), &s.Data); err != nil {
			return Draft{}, err
		}
		s.At = db.FromMicros(at)
		d.Steps = append(d.Steps, s)
	}
	d.fold()
	return d, rows.Err()
}

// maxDrafts bounds a list of drafts; the desk of a county has some dozens open.
const maxDrafts = 500

func listDrafts(ctx context.Context, tx *db.Tx, county string, states []State) ([]Draft, error) {
	query := `/* publication.listDrafts */ SELECT ` + draftColumns + ` FROM draft WHERE county = $1`
	args := []any{county, maxDrafts}
	if len(states) > 0 {
		query += ` AND state IN ` + db.In(3, len(states))
		for _, s := range states {
			args = append(args, string(s))
		}
	}
	rows, err := tx.Query(ctx, query+` ORDER BY changed_at DESC, id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Draft
	for rows.Next() {
		d, err := scanDraft(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

func draftRaw(ctx context.Context, tx *db.Tx, county string, id int64) (m Manuscript, err error) {
	err = tx.QueryRow(ctx, `/* publication.draftRaw */
		SELECT filename, raw, source FROM draft WHERE county = $1 AND id = $2`, county, id).Scan(&m.Filename, &m.Raw, &m.Source)
	if errors.Is(err, sql.ErrNoRows) {
		return m, refuse(NotFound, "Original", "没有编号为%d的稿件。", id)
	}
	return m, err
}

// putDraftFile keeps the bytes of a file; the same content twice is kept once.
func putDraftFile(ctx context.Context, tx *db.Tx, d Draft, f DraftFile, content []byte) error {
	_, err := tx.Exec(ctx, `/* publication.putDraftFile */
		INSERT INTO draft_file (county, draft, sha256, media_type, bytes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, draft, sha256) DO NOTHING`, d.County, d.ID, f.SHA256, f.MediaType, content)
	return err
}

func draftBytes(ctx context.Context, tx *db.Tx, d Draft, f DraftFile) (b []byte, err error) {
	err = tx.QueryRow(ctx, `/* publication.draftBytes */
		SELECT bytes FROM draft_file WHERE county = $1 AND draft = $2 AND sha256 = $3`, d.County, d.ID, f.SHA256).Scan(&b)
	return b, err
}

// openCorrection is the number of a draft under way that corrects the document, 0 for none.
func openCorrection(ctx context.Context, tx *db.Tx, county string, key Key, but int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `/* publication.openCorrection */
		SELECT COALESCE(min(id), 0) FROM draft WHERE county = $1 AND corrects = $2 AND id <> $3 AND state IN ('drafting', 'submitted')`,
		county, string(key), but).Scan(&id)
	return id, err
}

// publishedDraft is the number of the draft from which the document's newest version was published; 0 where the record
// came from a dump.
func publishedDraft(ctx context.Context, tx *db.Tx, county string, issue IssueNo, key Key) (id int64, err error) {
	err = tx.QueryRow(ctx, `/* publication.publishedDraft */
		SELECT COALESCE(max(id), 0) FROM draft WHERE county = $1 AND state = 'published' AND published_as IN ($2, $3)`,
		county, issue.String(), string(key)).Scan(&id)
	return id, err
}
