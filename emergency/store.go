package emergency

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

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

const activationColumns = `id, plan, level, drill, state, cause, began_at, ended_at, settled_at, revision, data`

func scanActivation(scan func(...any) error) (*Activation, error) {
	a := &Activation{}
	var began, ended, settled int64
	var data string
	if err := scan(&a.ID, &a.Plan, &a.Level, &a.Drill, &a.State, &a.Cause, &began, &ended, &settled, &a.Revision, &data); err != nil {
		return nil, err
	}
	a.Began, a.Ended, a.Settled = moment(began), moment(ended), moment(settled)
	return a, json.Unmarshal([]byte(data), &a.Facts)
}

func (e *Emergencies) activation(ctx context.Context, tx *db.Tx, op string, id ID) (*Activation, error) {
	a, err := scanActivation(tx.QueryRow(ctx, `/* emergency.activation */ SELECT `+activationColumns+` FROM emergency_activation WHERE county = $1 AND id = $2`, e.County, int64(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有第 %d 次启动。", id)
	}
	return a, wrap(op, err)
}

// running is the activation of a plan under way; nil: there is none.
func (e *Emergencies) running(ctx context.Context, tx *db.Tx, plan string, drill bool) (*Activation, error) {
	a, err := scanActivation(tx.QueryRow(ctx, `/* emergency.running */ SELECT `+activationColumns+` FROM emergency_activation WHERE county = $1 AND plan = $2 AND drill = $3 AND state = 'active'`,
		e.County, plan, drill).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

func (e *Emergencies) insertActivation(ctx context.Context, tx *db.Tx, a *Activation) error {
	if err := tx.QueryRow(ctx, `/* emergency.nextActivation */ SELECT coalesce(max(id), 0) + 1 FROM emergency_activation WHERE county = $1`, e.County).Scan(&a.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* emergency.insertActivation */ INSERT INTO emergency_activation (county, `+activationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.County, int64(a.ID), a.Plan, a.Level, a.Drill, string(a.State), a.Cause, micros(a.Began), micros(a.Ended), micros(a.Settled), a.Revision, encode(a.Facts))
	return err
}

// save writes what changed of an activation and counts the change.
func (e *Emergencies) save(ctx context.Context, tx *db.Tx, a *Activation) error {
	a.Revision++
	_, err := tx.Exec(ctx, `/* emergency.save */ UPDATE emergency_activation SET level = $3, state = $4, ended_at = $5, settled_at = $6, revision = $7, data = $8 WHERE county = $1 AND id = $2`,
		e.County, int64(a.ID), a.Level, string(a.State), micros(a.Ended), micros(a.Settled), a.Revision, encode(a.Facts))
	return err
}

// Activations are those in a state, or all where it is empty, the newest first.
func (e *Emergencies) Activations(ctx context.Context, tx *db.Tx, by Actor, state State, limit int) ([]*Activation, error) {
	const op = "Activations"
	if !maySee(by) {
		return nil, refuse(ledger.NotAllowed, op, "您不能查看应急响应。")
	}
	out, err := collect(ctx, tx, scanActivation, `/* emergency.Activations */ SELECT `+activationColumns+` FROM emergency_activation
		WHERE county = $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3`, e.County, string(state), limit)
	return out, wrap(op, err)
}

// About are the activations that a key names, the newest first: emergency/3 is one, warning/12 are all that it started.
func (e *Emergencies) About(ctx context.Context, tx *db.Tx, key string) ([]*Activation, error) {
	var id int64
	if n, ok := strings.CutPrefix(key, keyPrefix); ok {
		id, _ = strconv.ParseInt(n, 10, 64) // of what is no number there is none
	}
	out, err := collect(ctx, tx, scanActivation, `/* emergency.About */ SELECT `+activationColumns+` FROM emergency_activation
		WHERE county = $1 AND (id = $2 OR cause = $3 AND cause <> '') ORDER BY id DESC`, e.County, id, key)
	return out, wrap("About", err)
}

// Of is one activation.
func (e *Emergencies) Of(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Activation, error) {
	if !maySee(by) {
		return nil, refuse(ledger.NotAllowed, "Of", "您不能查看应急响应。")
	}
	return e.activation(ctx, tx, "Of", id)
}

// write adds a line to the log.
func (e *Emergencies) write(ctx context.Context, tx *db.Tx, a *Activation, by Actor, kind LineKind, s Said) error {
	var n int
	if err := tx.QueryRow(ctx, `/* emergency.nextLine */ SELECT coalesce(max(n), 0) + 1 FROM emergency_log WHERE county = $1 AND activation = $2`, e.County, int64(a.ID)).Scan(&n); err != nil {
		return err
	}
	s.Words = a.marked(s.Words)
	_, err := tx.Exec(ctx, `/* emergency.write */ INSERT INTO emergency_log (county, activation, n, at, kind, who, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.County, int64(a.ID), n, micros(tx.Now()), string(kind), by.Account, encode(s))
	return err
}

// maxLines is more than any log has.
const maxLines = 1_000_000

// Log is what was written of an activation, the newest first, after so many lines.
func (e *Emergencies) Log(ctx context.Context, tx *db.Tx, by Actor, id ID, limit, skip int) ([]Line, error) {
	const op = "Log"
	if !maySee(by) {
		return nil, refuse(ledger.NotAllowed, op, "您不能查看应急响应。")
	}
	out, err := collect(ctx, tx, func(scan func(...any) error) (l Line, err error) {
		var at int64
		var data string
		if err = scan(&l.N, &at, &l.Kind, &l.Who, &data); err != nil {
			return l, err
		}
		l.At = moment(at)
		return l, json.Unmarshal([]byte(data), &l.Said)
	}, `/* emergency.Log */ SELECT n, at, kind, who, data FROM emergency_log WHERE county = $1 AND activation = $2 ORDER BY n DESC LIMIT $3 OFFSET $4`, e.County, int64(id), limit, skip)
	return out, wrap(op, err)
}

func (e *Emergencies) insertLesson(ctx context.Context, tx *db.Tx, id ID, l Lesson) error {
	_, err := tx.Exec(ctx, `/* emergency.insertLesson */ INSERT INTO emergency_lesson (county, activation, n, unit, due_at, ref, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.County, int64(id), l.N, l.Unit, micros(l.Due), l.Ref, l.Do)
	return err
}

// Lessons are what the review of an activation says must be done better.
func (e *Emergencies) Lessons(ctx context.Context, tx *db.Tx, id ID) ([]Lesson, error) {
	out, err := collect(ctx, tx, func(scan func(...any) error) (l Lesson, err error) {
		var due int64
		err = scan(&l.N, &l.Unit, &due, &l.Ref, &l.Do)
		l.Due = moment(due)
		return l, err
	}, `/* emergency.Lessons */ SELECT n, unit, due_at, ref, words FROM emergency_lesson WHERE county = $1 AND activation = $2 ORDER BY n`, e.County, int64(id))
	return out, wrap("Lessons", err)
}
