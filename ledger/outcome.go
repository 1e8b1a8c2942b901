package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// DocumentOutcome is what became of one published document, in figures. Lines that were split off are not counted: the
// document ordered the duty once.
type DocumentOutcome struct {
	Doc       publication.Key `json:"document"`
	No        string          `json:"no,omitempty"`
	Title     string          `json:"title"`
	SignedOn  calendar.Date   `json:"signed_on,omitzero"`
	Duties    int             `json:"duties"`     // that were issued
	Done      int             `json:"done"`       // closed
	Running   int             `json:"running"`    // issued or worked on, whether in time or not
	Overdue   int             `json:"overdue"`    // of the running ones
	ChangedOn calendar.Date   `json:"changed_on"` // newest change
}

// OutcomeList is every published document of which duties were issued, the newest change first. It reads only what is
// public.
func OutcomeList(ctx context.Context, tx *db.Tx, county string, on calendar.Date) ([]DocumentOutcome, error) {
	out, err := documentOutcomes(ctx, tx, county, on)
	return out, wrap("OutcomeList", err)
}

// PublicMark changes with every step on the ledger of a county, so that a page that tells what became of something
// knows when it is out of date.
func PublicMark(ctx context.Context, tx *db.Tx, county string) (string, error) {
	s, err := stepMark(ctx, tx, county)
	return s, wrap("PublicMark", err)
}
