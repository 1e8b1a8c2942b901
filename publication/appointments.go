package publication

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

// Appointment is one move of a published 任免 notice, as read, with the clause that makes it.
type Appointment struct {
	Key             Key           `json:"document"`
	N               int           `json:"n"` // from 1, in order of the text
	Clause          string        `json:"clause,omitempty"`
	Person          string        `json:"person"`
	Action          string        `json:"action"` // appoint or remove
	Unit            string        `json:"unit"`   // as printed
	Post            string        `json:"post"`
	Rank            string        `json:"rank,omitempty"`
	ProbationMonths int           `json:"probation_months,omitempty"`
	DecidedOn       calendar.Date `json:"decided_on,omitzero"`
}

// Appointments are the moves of the documents that are public now, in the order in which these were signed; those of
// one document where key is not empty. A county makes some hundred a year, so they come all at once.
func Appointments(ctx context.Context, tx *db.Tx, county string, key Key) ([]Appointment, error) {
	if !askable(string(key)) {
		return nil, refuse(NotFound, "Appointments", "没有查到这份文件。请核对文号。")
	}
	out, err := newestAppointments(ctx, tx, county, key)
	return out, wrap("Appointments", err)
}
