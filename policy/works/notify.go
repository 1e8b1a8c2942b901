package works

import (
	"context"
	"fmt"
	"strings"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/warning"
)

// What officials are told of warnings and responses stands in their inboxes, and leaves the house at any hour.

// notify puts one notice for each of those it is for.
func (w *Works) notify(ctx context.Context, tx *db.Tx, to []notice.To, n notice.Notice) error {
	n.Grade = notice.Urgent
	key := n.Key
	for _, t := range to {
		n.To, n.Key = t, key+" "+t.Post+t.Unit
		if _, err := notice.Put(ctx, tx, string(w.County.Place.Code), n); err != nil {
			return err
		}
	}
	return nil
}

func toPosts[T ~string](posts []T) (out []notice.To) {
	for _, p := range posts {
		out = append(out, notice.To{Post: string(p)})
	}
	return out
}

// workers of a unit are told of what it has to do.
func toUnit(unit string) notice.To {
	return notice.To{Unit: unit, Roles: []string{string(personnel.Head), string(personnel.Member)}}
}

// subject is what is said as one line of an inbox.
func subject(marked bool, says string) string {
	s := strings.Join(strings.Fields(drill.Unmarked(says)), " ")
	if r := []rune(s); len(r) > 80 {
		s = string(r[:79]) + "…"
	}
	if marked {
		return drill.Marked(s)
	}
	return s
}

// noteWarning tells those who issue what they should know.
func (w *Works) noteWarning(ctx context.Context, tx *db.Tx, n warning.Note) error {
	path, about := "/warnings/desk", "warnings"
	if n.Event != 0 {
		about = warningCause(n.Event)
	}
	return w.notify(ctx, tx, toPosts(n.Posts), notice.Notice{Kind: "warning", Subject: subject(drill.Is(n.Says), n.Says), Text: n.Says, Path: path, About: about, Basis: n.Hazard.Basis.String(),
		Key: fmt.Sprintf("warning/%s/%d/%d/%s/%s", n.Kind, n.Event, n.N, n.Hazard.ID, tx.Now().Format("20060102T1504"))})
}

// orderedByWarning tells units what a warning orders of them.
func (w *Works) orderedByWarning(ctx context.Context, tx *db.Tx, v *warning.Version, orders []warning.Order) error {
	for _, o := range orders {
		n := notice.Notice{Kind: "warning", Subject: subject(v.Drill != "", string(o.Kind)+"："+drill.Unmarked(o.Says)), Text: v.Headline + "\n" + o.Says, Path: "/work", About: warningCause(v.Event), Basis: o.Basis.String(),
			Key: fmt.Sprintf("warning-order/%d", o.ID)}
		if err := w.notify(ctx, tx, []notice.To{toUnit(o.Unit)}, n); err != nil {
			return err
		}
	}
	return nil
}

func (w *Works) liftedByWarning(ctx context.Context, tx *db.Tx, v *warning.Version, orders []warning.Order) error {
	for _, o := range orders {
		n := notice.Notice{Kind: "warning", Subject: subject(v.Drill != "", "解除"+string(o.Kind)+"："+drill.Unmarked(o.Says)), Text: v.Headline + "\n" + o.Why, Path: "/work", About: warningCause(v.Event), Basis: o.Basis.String(),
			Key: fmt.Sprintf("warning-lift/%d", o.ID)}
		if err := w.notify(ctx, tx, []notice.To{toUnit(o.Unit)}, n); err != nil {
			return err
		}
	}
	return nil
}

// noteEmergency tells those who decide, and the heads of units, what they should know.
func (w *Works) noteEmergency(ctx context.Context, tx *db.Tx, n emergency.Note) error {
	to := toPosts(n.Posts)
	for _, u := range n.Units {
		to = append(to, toUnit(u))
	}
	path := "/emergencies"
	if n.Activation != 0 {
		path = fmt.Sprintf("/emergencies/%d", n.Activation)
	}
	return w.notify(ctx, tx, to, notice.Notice{Kind: "emergency", Subject: subject(drill.Is(n.Says), n.Says), Text: n.Says, Path: path, About: strings.TrimPrefix(path, "/"), Key: n.Key})
}

// orderedByPlan tells units their tasks.
func (w *Works) orderedByPlan(ctx context.Context, tx *db.Tx, a *emergency.Activation, tasks []*emergency.Todo) error {
	for _, t := range tasks {
		n := notice.Notice{Kind: "emergency", Subject: subject(a.Drill, "应急任务："+drill.Unmarked(t.Do)), Text: a.Title + "\n" + t.Do, Path: fmt.Sprintf("/emergencies/%d/tasks/%d", a.ID, t.N), About: a.Key(), Basis: t.Basis.String(),
			Key: fmt.Sprintf("%s/task/%d", a.Key(), t.N)}
		if err := w.notify(ctx, tx, []notice.To{toUnit(t.Unit)}, n); err != nil {
			return err
		}
	}
	return nil
}
