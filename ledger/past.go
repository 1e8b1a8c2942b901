package ledger

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
)

// PastPage is one page of the ledger as it stood at the end of a day, with its counts.
type PastPage struct {
	Page
	Counts Counts // of all that the question asks for, its state and light left out
}

// ListOn is the ledger as it stood at the end of a day: every duty is folded anew from the steps that had been done by
// then. Who may see a duty is asked of today's seats and of the duty as it is now; what was not issued then is the
// county's alone. It reads every step of the county up to the day.
func (l *Ledger) ListOn(ctx context.Context, tx *db.Tx, by Actor, q Query, day calendar.Date) (PastPage, error) {
	const op = "ListOn"
	out := PastPage{Counts: newCounts()}
	q.Page, q.Size = max(q.Page, 1), cmp.Or(q.Size, 50)
	if err := q.check(op, MaxRows); err != nil {
		return out, err
	}
	all := by.Everywhere(ActSee)
	var rows []Row
	err := l.eachPast(ctx, tx, by, day, func(d *Duty) {
		r := Row{d, l.Rules.Status(d, day)}
		if !all && !d.State.Public() || !q.asks(r) {
			return
		}
		out.Counts.add(r)
		if q.stands(r) {
			rows = append(rows, r)
		}
	})
	if err != nil {
		return out, wrap(op, err)
	}
	if len(rows) > MaxRows && q.Size == MaxRows {
		return out, refuse(Invalid, op, "符合条件的任务有 %d 项，一张表最多 %d 项。请按单位、公文或时限缩小范围。", len(rows), MaxRows)
	}
	q.Sort.sort(rows)
	out.Total = len(rows)
	from := min((q.Page-1)*q.Size, len(rows))
	out.Rows = rows[from:min(from+q.Size, len(rows))]
	return out, nil
}

func (c *Counts) add(r Row) {
	c.States[r.State]++
	c.Total++
	if r.Light != NoLight {
		c.Lights[r.Light]++
	}
}

// asks is Ledger.where in Go: whether the question asks for the duty, its state and light left out.
func (q Query) asks(r Row) bool {
	d := r.Duty
	if q.Unit != "" && !slices.ContainsFunc(d.Parties, func(p Party) bool { return p.Unit == q.Unit && (q.Role == "" || q.Role == p.Role) }) {
		return false
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		n, err := strconv.ParseInt(t, 10, 64)
		if !strings.Contains(d.Title, t) && !strings.Contains(joined(d.Lead), t) && !strings.Contains(d.Source.DocNo, t) && (err != nil || d.ID != ID(n)) {
			return false
		}
	}
	switch {
	case q.Doc != "" && string(d.Source.Doc) != q.Doc,
		!q.From.IsZero() && (d.Due.IsZero() || d.Due.Before(q.From)),
		!q.To.IsZero() && (d.Due.IsZero() || q.To.Before(d.Due)),
		q.Running && !d.State.Running(),
		q.Asked && d.Asked == nil,
		q.Flagged && len(d.Flags) == 0,
		q.Back && d.SentBack.IsZero(),
		q.Lines == Whole && d.Parent != 0,
		q.Lines == SplitOnly && d.Parent == 0,
		q.Batch != 0 && d.Batch != q.Batch:
		return false
	}
	return true
}

// stands reports whether the duty is in the state and under the light that the question asks for.
func (q Query) stands(r Row) bool {
	return (q.State == "" || q.State == r.State) && (q.Light == "" || q.Light == r.Light)
}

// sort puts rows that stand in the order of their numbers into the order that is asked for.
func (s Sort) sort(rows []Row) {
	due := func(a, b Row) int { return compareDates(a.Due, b.Due) }
	switch s {
	case ByDue:
		slices.SortStableFunc(rows, func(a, b Row) int {
			return cmp.Or(cmp.Compare(oneIf(a.Due.IsZero()), oneIf(b.Due.IsZero())), due(a, b))
		})
	case ByChange:
		slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), int(b.ID-a.ID)) })
	case ByLight:
		slices.SortStableFunc(rows, func(a, b Row) int {
			return cmp.Or(cmp.Compare(slices.Index(Lights, b.Light), slices.Index(Lights, a.Light)), due(a, b))
		})
	}
}
