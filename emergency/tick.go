package emergency

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/ledger"
)

// atOnce is how many late tasks one Tick tells of.
const atOnce = 200

// Tick tells the heads of units, and the command, of tasks that are late: of each once. more: there are more to tell of.
func (e *Emergencies) Tick(ctx context.Context, tx *db.Tx, now time.Time) (more bool, err error) {
	list, err := e.dueTasks(ctx, tx, now, atOnce)
	if err != nil {
		return false, wrap("Tick", err)
	}
	seen := map[ID]*Activation{}
	for _, t := range list {
		a := seen[t.Activation]
		if a == nil {
			if a, err = e.activation(ctx, tx, "Tick", t.Activation); err != nil {
				return false, err
			}
			seen[t.Activation] = a
		}
		t.Late = true
		if err := e.saveTask(ctx, tx, t); err != nil {
			return false, wrap("Tick", err)
		}
		says := fmt.Sprintf("%s的任务“%s”应于%s完成，至今没有报完成。", t.Unit, drill.Unmarked(t.Do), clock(t.Due))
		if err := e.write(ctx, tx, a, ledger.System, TooLate, Said{Name: ledger.System.Name, Words: says, Task: t.N}); err != nil {
			return false, wrap("Tick", err)
		}
		if e.Note == nil {
			continue
		}
		n := Note{Activation: a.ID, Says: a.marked(says), Units: []string{t.Unit}, Key: fmt.Sprintf("%s/task/%d/late", a.Key(), t.N)}
		if p := e.Plan(a.Plan); p != nil {
			n.Posts = p.Approvers(a.Level)
		}
		if err := e.Note(ctx, tx, n); err != nil {
			return false, wrap("Tick", err)
		}
	}
	for _, a := range seen {
		if err := e.save(ctx, tx, a); err != nil {
			return false, wrap("Tick", err)
		}
	}
	return len(list) == atOnce, nil
}
