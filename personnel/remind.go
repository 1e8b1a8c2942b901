package personnel

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Reminder is something about posts that somebody has to see to: a probation that nobody has decided, or (without a
// tenure) a single post that is vacant.
type Reminder struct {
	Post    Post
	Tenure  Tenure // its ID is 0 for a vacancy
	Overdue bool   // the probation is over
}

// Vacancy reports whether the reminder is one of a vacant post.
func (r Reminder) Vacancy() bool { return r.Tenure.ID == 0 }

// Reminders are, on a day, the probations that end within so many days or are over, undecided, the soonest first, and
// the vacant single posts in the order of the book. They count from what is believed now.
func Reminders(ctx context.Context, tx *db.Tx, p *Book, county string, on calendar.Date, within int) ([]Reminder, error) {
	held, err := Tenures(ctx, tx, county, TenureFilter{On: on}, time.Time{})
	if err != nil {
		return nil, wrap("Reminders", err)
	}
	r, err := rollOf(ctx, tx, p, county)
	if err != nil {
		return nil, wrap("Reminders", err)
	}
	last := on.AddDays(within)
	taken := map[PostID]bool{}
	var out []Reminder
	for _, t := range held {
		taken[t.Post] = true
		if t.OnProbation(on) && !last.Before(t.ProbationUntil) {
			out = append(out, Reminder{r.post(t.Post), t, t.ProbationUntil.Before(on)})
		}
	}
	slices.SortStableFunc(out, func(a, b Reminder) int {
		return strings.Compare(a.Tenure.ProbationUntil.String(), b.Tenure.ProbationUntil.String())
	})
	for _, post := range r.all() {
		if post.Seats == 1 && !taken[post.ID] {
			out = append(out, Reminder{Post: post})
		}
	}
	return out, nil
}
