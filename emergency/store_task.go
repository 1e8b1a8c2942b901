package emergency

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

const taskColumns = `activation, n, what, unit, level, opened_at, due_at, received_at, done_at, lifted_at, late, data`

func scanTask(scan func(...any) error) (*Todo, error) {
	t := &Todo{}
	var opened, due, received, done, lifted int64
	var data string
	if err := scan(&t.Activation, &t.N, &t.What, &t.Unit, &t.Level, &opened, &due, &received, &done, &lifted, &t.Late, &data); err != nil {
		return nil, err
	}
	t.Opened, t.Due, t.Received, t.Done, t.Lifted = moment(opened), moment(due), moment(received), moment(done), moment(lifted)
	return t, json.Unmarshal([]byte(data), &t.Doing)
}

func (e *Emergencies) task(ctx context.Context, tx *db.Tx, op string, id TaskID) (*Todo, error) {
	t, err := scanTask(tx.QueryRow(ctx, `/* emergency.task */ SELECT `+taskColumns+` FROM emergency_task WHERE county = $1 AND activation = $2 AND n = $3`,
		e.County, int64(id.Activation), id.N).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, op, "没有这项应急任务。")
	}
	return t, wrap(op, err)
}

// insertTasks numbers tasks and writes them.
func (e *Emergencies) insertTasks(ctx context.Context, tx *db.Tx, list []*Todo) error {
	if len(list) == 0 {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, `/* emergency.lastTask */ SELECT coalesce(max(n), 0) FROM emergency_task WHERE county = $1 AND activation = $2`, e.County, int64(list[0].Activation)).Scan(&n); err != nil {
		return err
	}
	for _, t := range list {
		n++
		t.N = n
		if _, err := tx.Exec(ctx, `/* emergency.insertTask */ INSERT INTO emergency_task (county, `+taskColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			e.County, int64(t.Activation), t.N, t.What, t.Unit, t.Level, micros(t.Opened), micros(t.Due), micros(t.Received), micros(t.Done), micros(t.Lifted), t.Late, encode(t.Doing)); err != nil {
			return err
		}
	}
	return nil
}

func (e *Emergencies) saveTask(ctx context.Context, tx *db.Tx, t *Todo) error {
	_, err := tx.Exec(ctx, `/* emergency.saveTask */ UPDATE emergency_task SET due_at = $4, received_at = $5, done_at = $6, lifted_at = $7, late = $8, data = $9 WHERE county = $1 AND activation = $2 AND n = $3`,
		e.County, int64(t.Activation), t.N, micros(t.Due), micros(t.Received), micros(t.Done), micros(t.Lifted), t.Late, encode(t.Doing))
	return err
}

// Tasks are all tasks of an activation, in the order in which they were opened.
func (e *Emergencies) Tasks(ctx context.Context, tx *db.Tx, id ID) ([]*Todo, error) {
	out, err := collect(ctx, tx, scanTask, `/* emergency.Tasks */ SELECT `+taskColumns+` FROM emergency_task WHERE county = $1 AND activation = $2 ORDER BY n`, e.County, int64(id))
	return out, wrap("Tasks", err)
}

// TasksOf are the tasks that a unit has to do now, in the order in which they are due.
func (e *Emergencies) TasksOf(ctx context.Context, tx *db.Tx, unit string) ([]*Todo, error) {
	out, err := collect(ctx, tx, scanTask, `/* emergency.TasksOf */ SELECT `+taskColumns+` FROM emergency_task WHERE county = $1 AND unit = $2 AND done_at = 0 AND lifted_at = 0 ORDER BY due_at, activation, n`,
		e.County, unit)
	return out, wrap("TasksOf", err)
}

// dueTasks are tasks that are late and of which nobody was told, the longest late first.
func (e *Emergencies) dueTasks(ctx context.Context, tx *db.Tx, now time.Time, limit int) ([]*Todo, error) {
	return collect(ctx, tx, scanTask, `/* emergency.dueTasks */ SELECT `+taskColumns+` FROM emergency_task WHERE county = $1 AND due_at < $2 AND done_at = 0 AND lifted_at = 0 AND NOT late
		ORDER BY due_at, activation, n LIMIT $3`, e.County, micros(now), limit)
}
