package warning

import (
	"context"
	"time"

	"zhixing/db"
)

// Who is to be told, and who was.

const partColumns = `event, n, part, hazard, drill, state, due_at, told_at, key, recipients`

func scanPart(scan func(...any) error) (p part, err error) {
	var due, at int64
	var packed []byte
	if err = scan(&p.Event, &p.N, &p.No, &p.Hazard, &p.Drill, &p.State, &due, &at, &p.Key, &packed); err != nil {
		return p, err
	}
	p.Due, p.Told = moment(due), moment(at)
	p.To, err = unpack(packed)
	return p, err
}

// insertPart numbers and writes a row.
func (w *Warnings) insertPart(ctx context.Context, tx *db.Tx, p *part) error {
	err := tx.QueryRow(ctx, `/* warning.nextPart */ SELECT coalesce(max(part), -1) + 1 FROM warning_telling WHERE county = $1 AND event = $2 AND n = $3`,
		w.County, int64(p.Event), p.N).Scan(&p.No)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* warning.insertPart */ INSERT INTO warning_telling (county, `+partColumns+`, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		w.County, int64(p.Event), p.N, p.No, p.Hazard, p.Drill, string(p.State), micros(p.Due), micros(p.Told), p.Key, pack(p.To), len(p.To))
	return err
}

func (w *Warnings) updatePart(ctx context.Context, tx *db.Tx, p *part) error {
	_, err := tx.Exec(ctx, `/* warning.updatePart */ UPDATE warning_telling SET state = $5, told_at = $6, recipients = $7, size = $8, due_at = $9 WHERE county = $1 AND event = $2 AND n = $3 AND part = $4`,
		w.County, int64(p.Event), p.N, p.No, string(p.State), micros(p.Told), pack(p.To), len(p.To), micros(p.Due))
	return err
}

func (w *Warnings) parts(ctx context.Context, tx *db.Tx, id EventID) ([]part, error) {
	return collect(ctx, tx, scanPart, `/* warning.parts */ SELECT `+partColumns+` FROM warning_telling WHERE county = $1 AND event = $2 ORDER BY n, part`, w.County, int64(id))
}

func (w *Warnings) partsOfKey(ctx context.Context, tx *db.Tx, key string) ([]part, error) {
	return collect(ctx, tx, scanPart, `/* warning.partsOfKey */ SELECT `+partColumns+` FROM warning_telling WHERE county = $1 AND key = $2 ORDER BY event, n, part`, w.County, key)
}

func (w *Warnings) partsDue(ctx context.Context, tx *db.Tx, now time.Time, most int) ([]part, error) {
	return collect(ctx, tx, scanPart, `/* warning.partsDue */ SELECT `+partColumns+` FROM warning_telling WHERE county = $1 AND state = 'waits' AND due_at <= $2
		ORDER BY hazard, drill, due_at, event, n LIMIT $3`, w.County, micros(now), most)
}

// firstWaiting is when the first telling of a hazard that still waits is due; zero: none waits.
func (w *Warnings) firstWaiting(ctx context.Context, tx *db.Tx, hazard, drill string) (time.Time, error) {
	var us int64
	err := tx.QueryRow(ctx, `/* warning.firstWaiting */ SELECT coalesce(min(due_at), 0) FROM warning_telling WHERE county = $1 AND state = 'waits' AND hazard = $2 AND drill = $3`,
		w.County, hazard, drill).Scan(&us)
	return moment(us), err
}
