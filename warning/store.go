package warning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

// Events and their versions.

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

// collect reads all rows of a query.
func collect[T any](ctx context.Context, tx *db.Tx, scan func(func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		x, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

const eventColumns = `id, hazard, drill, state, stage, level, n, last, began_at, ends_at, ended_at`

func scanEvent(scan func(...any) error) (e Event, err error) {
	var began, ends, ended int64
	err = scan(&e.ID, &e.Hazard, &e.Drill, &e.State, &e.Stage, &e.Level, &e.N, &e.Last, &began, &ends, &ended)
	e.Began, e.Ends, e.Ended = moment(began), moment(ends), moment(ended)
	return e, err
}

// event is one event; who asks for one that is not there is told.
func (w *Warnings) event(ctx context.Context, tx *db.Tx, op string, id EventID) (*Event, error) {
	e, err := scanEvent(tx.QueryRow(ctx, `/* warning.event */ SELECT `+eventColumns+` FROM warning_event WHERE county = $1 AND id = $2`, w.County, int64(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有第 %d 号预警。", id)
	}
	return &e, wrap(op, err)
}

func (w *Warnings) insertEvent(ctx context.Context, tx *db.Tx, e *Event) error {
	err := tx.QueryRow(ctx, `/* warning.nextEvent */ SELECT coalesce(max(id), 0) + 1 FROM warning_event WHERE county = $1`, w.County).Scan(&e.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* warning.insertEvent */ INSERT INTO warning_event (county, `+eventColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		w.County, int64(e.ID), e.Hazard, e.Drill, string(e.State), string(e.Stage), string(e.Level), e.N, e.Last, micros(e.Began), micros(e.Ends), micros(e.Ended))
	return err
}

func (w *Warnings) updateEvent(ctx context.Context, tx *db.Tx, e *Event) error {
	_, err := tx.Exec(ctx, `/* warning.updateEvent */ UPDATE warning_event SET state = $3, stage = $4, level = $5, n = $6, last = $7, began_at = $8, ends_at = $9, ended_at = $10
		WHERE county = $1 AND id = $2`,
		w.County, int64(e.ID), string(e.State), string(e.Stage), string(e.Level), e.N, e.Last, micros(e.Began), micros(e.Ends), micros(e.Ended))
	return err
}

// endedBefore are events in force whose time is over, the earliest first.
func (w *Warnings) endedBefore(ctx context.Context, tx *db.Tx, now time.Time, most int) ([]Event, error) {
	return collect(ctx, tx, scanEvent, `/* warning.endedBefore */ SELECT `+eventColumns+` FROM warning_event
		WHERE county = $1 AND ends_at > 0 AND ends_at <= $2 ORDER BY ends_at, id LIMIT $3`, w.County, micros(now), most)
}

// began are the events of a hazard that were first published in a stretch of time, without drills.
func (w *Warnings) began(ctx context.Context, tx *db.Tx, hazard string, from, to time.Time) ([]Event, error) {
	return collect(ctx, tx, scanEvent, `/* warning.began */ SELECT `+eventColumns+` FROM warning_event
		WHERE county = $1 AND hazard = $2 AND began_at >= $3 AND began_at < $4 AND began_at > 0 AND drill = '' ORDER BY began_at, id`, w.County, hazard, micros(from), micros(to))
}

// Events are the newest events, at most limit, older than before where it is not 0.
func (w *Warnings) Events(ctx context.Context, tx *db.Tx, before EventID, limit int) ([]Event, error) {
	if before == 0 {
		before = 1 << 62
	}
	out, err := collect(ctx, tx, scanEvent, `/* warning.Events */ SELECT `+eventColumns+` FROM warning_event WHERE county = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		w.County, int64(before), min(max(limit, 1), 200))
	return out, wrap("Events", err)
}

const versionColumns = `event, n, hazard, drill, kind, stage, level, state, identifier, sender, sent_at, ends_at, over_at, alone, confirm_by, confirmed_at, note_at, data`

type versionData struct {
	Content
	Steps []Did `json:"steps"`
}

func scanVersion(scan func(...any) error) (*Version, error) {
	v := &Version{}
	var sent, ends, over, confirm, confirmed, note int64
	var data string
	err := scan(&v.Event, &v.N, &v.Hazard, &v.Drill, &v.Kind, &v.Stage, &v.Level, &v.State, &v.Identifier, &v.Sender, &sent, &ends, &over, &v.Alone, &confirm, &confirmed, &note, &data)
	if err != nil {
		return nil, err
	}
	v.Sent, v.Ends, v.Over, v.ConfirmBy, v.Confirmed, v.NoteAt = moment(sent), moment(ends), moment(over), moment(confirm), moment(confirmed), moment(note)
	var d versionData
	err = json.Unmarshal([]byte(data), &d)
	v.Content, v.Steps = d.Content, d.Steps
	return v, err
}

// version is one version; who asks for one that is not there is told.
func (w *Warnings) version(ctx context.Context, tx *db.Tx, op string, id EventID, n int) (*Version, error) {
	v, err := scanVersion(tx.QueryRow(ctx, `/* warning.version */ SELECT `+versionColumns+` FROM warning_version WHERE county = $1 AND event = $2 AND n = $3`,
		w.County, int64(id), n).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有第 %d 号预警的第 %d 版。", id, n)
	}
	return v, wrap(op, err)
}

func (w *Warnings) insertVersion(ctx context.Context, tx *db.Tx, v *Version) error {
	_, err := tx.Exec(ctx, `/* warning.insertVersion */ INSERT INTO warning_version (county, `+versionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		w.County, int64(v.Event), v.N, v.Hazard, v.Drill, string(v.Kind), string(v.Stage), string(v.Level), string(v.State), v.Identifier, v.Sender, micros(v.Sent),
		micros(v.Ends), micros(v.Over), v.Alone, micros(v.ConfirmBy), micros(v.Confirmed), micros(v.NoteAt), encode(versionData{v.Content, v.Steps}))
	return err
}

func (w *Warnings) updateVersion(ctx context.Context, tx *db.Tx, v *Version) error {
	_, err := tx.Exec(ctx, `/* warning.updateVersion */ UPDATE warning_version SET kind = $4, stage = $5, level = $6, state = $7, identifier = $8, sender = $9, sent_at = $10,
		ends_at = $11, over_at = $12, alone = $13, confirm_by = $14, confirmed_at = $15, note_at = $16, data = $17 WHERE county = $1 AND event = $2 AND n = $3`,
		w.County, int64(v.Event), v.N, string(v.Kind), string(v.Stage), string(v.Level), string(v.State), v.Identifier, v.Sender, micros(v.Sent),
		micros(v.Ends), micros(v.Over), v.Alone, micros(v.ConfirmBy), micros(v.Confirmed), micros(v.NoteAt), encode(versionData{v.Content, v.Steps}))
	return err
}

// Versions are all versions of an event, the first first, drafts too.
func (w *Warnings) Versions(ctx context.Context, tx *db.Tx, id EventID) ([]*Version, error) {
	out, err := collect(ctx, tx, scanVersion, `/* warning.Versions */ SELECT `+versionColumns+` FROM warning_version WHERE county = $1 AND event = $2 ORDER BY n`,
		w.County, int64(id))
	return out, wrap("Versions", err)
}

// Active are the versions in force, drills too, the earliest event first. A cancel is not one.
func (w *Warnings) Active(ctx context.Context, tx *db.Tx) ([]*Version, error) {
	return w.inState(ctx, tx, "Active", Published, string(Cancel))
}

// Waiting are the versions that wait for those who publish.
func (w *Warnings) Waiting(ctx context.Context, tx *db.Tx) ([]*Version, error) {
	return w.inState(ctx, tx, "Waiting", Submitted, "")
}

// Unconfirmed are the versions that one alone published by night and nobody has confirmed, the earliest first.
func (w *Warnings) Unconfirmed(ctx context.Context, tx *db.Tx) ([]*Version, error) {
	out, err := collect(ctx, tx, scanVersion, `/* warning.Unconfirmed */ SELECT `+versionColumns+` FROM warning_version WHERE county = $1 AND alone AND confirmed_at = 0 ORDER BY sent_at, event, n`,
		w.County)
	return out, wrap("Unconfirmed", err)
}

func (w *Warnings) inState(ctx context.Context, tx *db.Tx, op string, s State, without string) ([]*Version, error) {
	out, err := collect(ctx, tx, scanVersion, `/* warning.inState */ SELECT `+versionColumns+` FROM warning_version WHERE county = $1 AND state = $2 AND kind <> $3 ORDER BY event, n`,
		w.County, string(s), without)
	return out, wrap(op, err)
}

// noteBefore are versions of which somebody is to be told, the earliest first.
func (w *Warnings) noteBefore(ctx context.Context, tx *db.Tx, now time.Time, most int) ([]*Version, error) {
	return collect(ctx, tx, scanVersion, `/* warning.noteBefore */ SELECT `+versionColumns+` FROM warning_version WHERE county = $1 AND note_at > 0 AND note_at <= $2
		ORDER BY note_at, event, n LIMIT $3`, w.County, micros(now), most)
}
