package publication

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

func insertAppointment(ctx context.Context, tx *db.Tx, county string, key Key, version int, a Appointment) error {
	_, err := tx.Exec(ctx, `/* publication.insertAppointment */
		INSERT INTO published_appointment (county, doc, version, n, clause, person, action, unit, post, rank, probation_months, decided_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, county, string(key), version, a.N, a.Clause, a.Person, a.Action,
		a.Unit, a.Post, a.Rank, a.ProbationMonths, a.DecidedOn.String())
	return err
}

const appointmentColumns = `p.doc, p.n, p.clause, p.person, p.action, p.unit, p.post, p.rank, p.probation_months, p.decided_on`

// readAppointments are the moves of one version.
func readAppointments(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]Appointment, error) {
	return queryAppointments(ctx, tx, `/* publication.readAppointments */ SELECT `+appointmentColumns+` FROM published_appointment p
		WHERE p.county = $1 AND p.doc = $2 AND p.version = $3 ORDER BY p.n`, county, string(key), version)
}

// newestAppointments are the moves of the newest versions; key narrows them to one document where it is not empty.
func newestAppointments(ctx context.Context, tx *db.Tx, county string, key Key) ([]Appointment, error) {
	return queryAppointments(ctx, tx, `/* publication.Appointments */ SELECT `+appointmentColumns+` FROM document d
		JOIN published_appointment p ON p.county = d.county AND p.doc = d.doc AND p.version = d.version
		WHERE d.county = $1 AND NOT d.withdrawn AND ($2 = '' OR d.doc = $2) ORDER BY d.signed_on, d.ordinal, p.n`, county, string(key))
}

func queryAppointments(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Appointment, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Appointment
	for rows.Next() {
		var a Appointment
		var key, decided string
		if err := rows.Scan(&key, &a.N, &a.Clause, &a.Person, &a.Action, &a.Unit, &a.Post, &a.Rank, &a.ProbationMonths, &decided); err != nil {
			return nil, err
		}
		a.Key = Key(key)
		if a.DecidedOn, err = calendar.ParseDate(decided); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
