package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// UnitCount is how the duties of one unit stand, lines that were split off for it among them.
type UnitCount struct {
	Unit          string
	Lead, Support Counts
}

// UnitCounts counts the issued duties of every unit that the actor may see, in no particular order.
func (l *Ledger) UnitCounts(ctx context.Context, tx *db.Tx, by Actor, on calendar.Date) (map[string]*UnitCount, error) {
	out, err := l.unitCounts(ctx, tx, by, on)
	return out, wrap("UnitCounts", err)
}

// SeesUnit reports whether the actor may look at all that one unit has to do.
func (a Actor) SeesUnit(unit string) bool {
	return a.Everywhere(ActSee) || contains(a.Units(ActSee), unit)
}

// DocumentProgress is how far the duties of one document have come. Lines that were split off are not counted.
type DocumentProgress struct {
	Doc                           publication.Key
	No, Title                     string
	Total, Done, Running, Overdue int
	Progress                      int // percent, the mean over all duties; a closed one counts 100
}

// DocumentProgresses are the documents with issued duties for those who see the whole county, most overdue first.
func (l *Ledger) DocumentProgresses(ctx context.Context, tx *db.Tx, on calendar.Date) ([]DocumentProgress, error) {
	out, err := l.documentProgresses(ctx, tx, on)
	return out, wrap("DocumentProgresses", err)
}

// DayCount is how many duties end on one day.
type DayCount struct{ Total, Running int }

// DueDays counts, day by day, the duties that q asks for, which bounds the days by From and To; its state, light and
// page are left out of the question.
func (l *Ledger) DueDays(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (map[calendar.Date]DayCount, error) {
	const op = "DueDays"
	if q.From.IsZero() || q.To.IsZero() {
		return nil, wrong(op, "from", "请写明起止日期。")
	}
	out, err := l.dueDays(ctx, tx, by, q, on)
	return out, wrap(op, err)
}
