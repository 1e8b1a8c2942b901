package finding

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
)

// Findings and the times that they were seen.

const findingColumns = `id, rule, subject, entry, unit, state, severity, times, since, last_at, raised_at, over_at, inhibited, data`

func scanFinding(scan func(...any) error) (f Finding, err error) {
	var since, last, raised, over int64
	var data string
	if err := scan(&f.ID, &f.Rule, &f.Subject, &f.Entry, &f.Unit, &f.State, &f.Severity, &f.Times, &since, &last, &raised, &over, &f.Inhibited, &data); err != nil {
		return f, err
	}
	f.Since, f.LastAt, f.RaisedAt, f.OverAt = moment(since), moment(last), moment(raised), moment(over)
	return f, json.Unmarshal([]byte(data), &f.Detail)
}

// moment is a stored time; 0 is none.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Micros(t)
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types
	}
	return string(b)
}

func listFindings(ctx context.Context, tx *db.Tx, query string, args ...any) (out []Finding, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		f, err := scanFinding(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func one(list []Finding, err error) (*Finding, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// current is the finding of a rule and a subject that may be seen again; nil where there is none.
func (j *Judge) current(ctx context.Context, tx *db.Tx, rule, subject string) (*Finding, error) {
	return one(listFindings(ctx, tx, `/* finding.current */ SELECT `+findingColumns+` FROM finding WHERE county = $1 AND rule = $2 AND subject = $3 AND current`,
		j.County, rule, subject))
}

func (j *Judge) byNumber(ctx context.Context, tx *db.Tx, id ID) (*Finding, error) {
	return one(listFindings(ctx, tx, `/* finding.byNumber */ SELECT `+findingColumns+` FROM finding WHERE county = $1 AND id = $2`, j.County, int64(id)))
}

// openOf are the open findings about an entry, or about a subject where it has no entry.
func (j *Judge) openOf(ctx context.Context, tx *db.Tx, entry, subject string) ([]Finding, error) {
	if entry != "" {
		return listFindings(ctx, tx, `/* finding.openOf */ SELECT `+findingColumns+` FROM finding WHERE county = $1 AND entry = $2 AND state = $3 ORDER BY id`,
			j.County, entry, string(Open))
	}
	return listFindings(ctx, tx, `/* finding.openOf */ SELECT `+findingColumns+` FROM finding WHERE county = $1 AND subject = $2 AND entry = '' AND state = $3 ORDER BY id`,
		j.County, subject, string(Open))
}

// openLike are the open findings of a rule.
func (j *Judge) openLike(ctx context.Context, tx *db.Tx, rule string) ([]Finding, error) {
	return listFindings(ctx, tx, `/* finding.openLike */ SELECT `+findingColumns+` FROM finding WHERE county = $1 AND rule = $2 AND state = $3 AND current ORDER BY id`,
		j.County, rule, string(Open))
}

// rulesWithOpen are the rules of which something is open.
func (j *Judge) rulesWithOpen(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	rows, err := tx.Query(ctx, `/* finding.rulesWithOpen */ SELECT DISTINCT rule FROM finding WHERE county = $1 AND state = $2 AND current`, j.County, string(Open))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var rule string
		if err := rows.Scan(&rule); err != nil {
			return nil, err
		}
		out[rule] = true
	}
	return out, rows.Err()
}

// insertFinding numbers and writes a finding. current is false for one that lies before another.
func (j *Judge) insertFinding(ctx context.Context, tx *db.Tx, f *Finding, current bool) error {
	err := tx.QueryRow(ctx, `/* finding.next */ SELECT coalesce(max(id), 0) + 1 FROM finding WHERE county = $1`, j.County).Scan(&f.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* finding.insert */ INSERT INTO finding (county, current, `+findingColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		j.County, current, int64(f.ID), f.Rule, f.Subject, f.Entry, f.Unit, string(f.State), string(f.Severity), f.Times, micros(f.Since), micros(f.LastAt),
		micros(f.RaisedAt), micros(f.OverAt), f.Inhibited, encode(f.Detail))
	return err
}

// updateFinding writes what changes of a finding. current says whether it may be seen again.
func (j *Judge) updateFinding(ctx context.Context, tx *db.Tx, f *Finding, current bool) error {
	_, err := tx.Exec(ctx, `/* finding.update */ UPDATE finding SET unit = $3, state = $4, severity = $5, current = $6, times = $7, since = $8, last_at = $9, over_at = $10,
		inhibited = $11, data = $12 WHERE county = $1 AND id = $2`,
		j.County, int64(f.ID), f.Unit, string(f.State), string(f.Severity), current, f.Times, micros(f.Since), micros(f.LastAt), micros(f.OverAt), f.Inhibited, encode(f.Detail))
	return err
}

// renameSubject follows an entry whose key was changed.
func (j *Judge) renameSubject(ctx context.Context, tx *db.Tx, from, to string) error {
	for _, query := range []string{
		`/* finding.renameEntry */ UPDATE finding SET entry = $3, subject = CASE WHEN subject = $2 THEN $3 ELSE subject END WHERE county = $1 AND entry = $2`,
		`/* finding.renameEpisodes */ UPDATE finding_episode SET subject = $3 WHERE county = $1 AND subject = $2`,
		`/* finding.renameTrack */ UPDATE finding_track SET entry = $3, subject = CASE WHEN subject = $2 THEN $3 ELSE subject END WHERE county = $1 AND entry = $2`,
	} {
		if _, err := tx.Exec(ctx, query, j.County, from, to); err != nil {
			return err
		}
	}
	return nil
}

// maxKept is how many occurrences of a finding are kept beside the first.
const maxKept = 50

type occurrenceData struct {
	Says  string `json:"says,omitempty"`
	Facts []Seen `json:"facts,omitempty"`
}

// insertOccurrences adds times that a finding was seen; the last of them is number f.Times.
func (j *Judge) insertOccurrences(ctx context.Context, tx *db.Tx, f *Finding, list []Occurrence) error {
	for i := range list {
		list[i].N = f.Times - len(list) + i + 1
	}
	if err := j.writeOccurrences(ctx, tx, f.ID, list); err != nil || f.Times <= maxKept+1 {
		return err
	}
	return j.sweep(ctx, tx, f.ID, f.Times)
}

// countOn adds to what an open finding was seen, more times, of which the list are the last. It is what most violations come to, and
// asks for little: old occurrences are swept up now and then.
func (w *world) countOn(ctx context.Context, id ID, list []Occurrence, more int) error {
	count, err := w.prepared(ctx, `/* finding.countOn */ UPDATE finding SET times = times + $3, last_at = $4 WHERE county = $1 AND id = $2 RETURNING times`)
	if err != nil {
		return err
	}
	var times int
	if err := count.QueryRowContext(ctx, w.j.County, int64(id), more, micros(list[len(list)-1].At)).Scan(&times); err != nil {
		return err
	}
	insert, err := w.prepared(ctx, `/* finding.insertOccurrence */ INSERT INTO finding_occurrence (county, finding, n, at, recorded_at, data) VALUES ($1, $2, $3, $4, $5, $6)`)
	if err != nil {
		return err
	}
	for i, o := range list {
		_, err := insert.ExecContext(ctx, w.j.County, int64(id), times-len(list)+i+1, micros(o.At), micros(w.tx.Now()), encode(occurrenceData{o.Says, o.Facts}))
		if err != nil {
			return err
		}
	}
	if times <= maxKept+1 || (times-more)/sweepEvery == times/sweepEvery {
		return nil
	}
	return w.j.sweep(ctx, w.tx, id, times)
}

const sweepEvery = 20

// sweep forgets occurrences that are no longer among the latest.
func (j *Judge) sweep(ctx context.Context, tx *db.Tx, id ID, times int) error {
	_, err := tx.Exec(ctx, `/* finding.sweep */ DELETE FROM finding_occurrence WHERE county = $1 AND finding = $2 AND n > 1 AND n <= $3`, j.County, int64(id), times-maxKept)
	return err
}

// prepared is a statement that is prepared once for a transaction.
func (w *world) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.statements[query]; s != nil {
		return s, nil
	}
	s, err := w.tx.Prepare(ctx, query)
	if err == nil {
		w.statements[query] = s
	}
	return s, err
}

// writeOccurrences writes numbered ones. One that was not recorded before is recorded now.
func (j *Judge) writeOccurrences(ctx context.Context, tx *db.Tx, id ID, list []Occurrence) error {
	if len(list) == 0 {
		return nil
	}
	var values strings.Builder
	args := make([]any, 0, 6*len(list))
	for i, o := range list {
		if o.Recorded.IsZero() {
			o.Recorded = tx.Now()
		}
		if i > 0 {
			values.WriteString(", ")
		}
		values.WriteString(db.In(len(args)+1, 6)) // ($1,$2,…) is how a row is written too
		args = append(args, j.County, int64(id), o.N, micros(o.At), micros(o.Recorded), encode(occurrenceData{o.Says, o.Facts}))
	}
	_, err := tx.Exec(ctx, `/* finding.writeOccurrences */ INSERT INTO finding_occurrence (county, finding, n, at, recorded_at, data) VALUES `+values.String(), args...)
	return err
}

// dropOccurrences forgets when a finding was seen, to be written anew.
func (j *Judge) dropOccurrences(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := tx.Exec(ctx, `/* finding.dropOccurrences */ DELETE FROM finding_occurrence WHERE county = $1 AND finding = $2`, j.County, int64(id))
	return err
}

// Occurrences are the first and the latest times that a finding was seen, newest first.
func (j *Judge) Occurrences(ctx context.Context, tx *db.Tx, id ID) (out []Occurrence, err error) {
	rows, err := tx.Query(ctx, `/* finding.Occurrences */ SELECT n, at, recorded_at, data FROM finding_occurrence WHERE county = $1 AND finding = $2 ORDER BY n DESC`, j.County, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	newest := 0
	for rows.Next() {
		var o Occurrence
		var at, recorded int64
		var text string
		if err := rows.Scan(&o.N, &at, &recorded, &text); err != nil {
			return nil, err
		}
		var data occurrenceData
		if err := json.Unmarshal([]byte(text), &data); err != nil {
			return nil, err
		}
		if newest = max(newest, o.N); o.N > 1 && o.N <= newest-maxKept { // not swept up yet
			continue
		}
		o.At, o.Recorded, o.Says, o.Facts = moment(at), moment(recorded), data.Says, data.Facts
		out = append(out, o)
	}
	return out, rows.Err()
}

// Finding is one of them; false where there is none.
func (j *Judge) Finding(ctx context.Context, tx *db.Tx, id ID) (Finding, bool, error) {
	f, err := j.byNumber(ctx, tx, id)
	if err != nil || f == nil {
		return Finding{}, false, err
	}
	return *f, true, nil
}

// Findings is a page of findings.
func (j *Judge) Findings(ctx context.Context, tx *db.Tx, q Query) ([]Finding, error) {
	where, args := []string{"county = $1"}, []any{j.County}
	and := func(cond string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(cond, "?", "$"+strconv.Itoa(len(args))))
	}
	for _, c := range []struct{ column, v string }{{"rule", q.Rule}, {"subject", q.Subject}, {"entry", q.Entry}, {"unit", q.Unit}} {
		if c.v != "" {
			and(c.column+" = ?", c.v)
		}
	}
	if q.ID != 0 {
		and("id = ?", int64(q.ID))
	}
	if len(q.Rules) > 0 {
		where = append(where, "rule IN "+db.In(len(args)+1, len(q.Rules)))
		for _, r := range q.Rules {
			args = append(args, r)
		}
	}
	if q.State != "" {
		and("state = ?", string(q.State))
	} else {
		and("state <> ?", string(Void))
	}
	if !q.Inhibited {
		where = append(where, "inhibited = ''")
	}
	if !q.From.IsZero() {
		and("raised_at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		and("raised_at < ?", micros(q.To))
	}
	if q.After != 0 {
		and("id < ?", int64(q.After))
	}
	size := min(max(q.Size, 0), 1000)
	if size == 0 {
		size = 100
	}
	args = append(args, size)
	return listFindings(ctx, tx, `/* finding.Findings */ SELECT `+findingColumns+` FROM finding WHERE `+strings.Join(where, " AND ")+
		` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}

// none turns “no row” into nothing.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
