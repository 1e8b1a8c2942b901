package ledger

import (
	"context"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/letter"
)

// agendaDuties are the duties of some units that run or wait for the office, and those that stopped since a time.
func agendaDuties(ctx context.Context, tx *db.Tx, county string, units []string, since time.Time) ([]*Duty, error) {
	args := []any{county, db.Micros(since)}
	for _, u := range units {
		args = append(args, u)
	}
	return listDuties(ctx, tx, county, `/* ledger.agendaDuties */ SELECT d.id, d.revision, d.data FROM ledger_duty d
		WHERE d.county = $1 AND d.id IN (SELECT p.duty FROM ledger_party p WHERE p.county = $1 AND p.unit IN `+db.In(3, len(units))+`)
			AND (d.state IN ('issued', 'working', 'claimed', 'checked') OR d.state IN ('closed', 'suspended', 'cancelled') AND d.changed_at >= $2)
		ORDER BY d.id`, args...)
}

// waitingForOffice are the duties that wait for an act of the county office.
func waitingForOffice(ctx context.Context, tx *db.Tx, county string) ([]*Duty, error) {
	return listDuties(ctx, tx, county, `/* ledger.waitingForOffice */ SELECT id, revision, data FROM ledger_duty
		WHERE county = $1 AND (state IN ('claimed', 'checked', 'suspended') OR asked) ORDER BY id`, county)
}

// openLetters are the letters that were sent and wait for an answer, and the interviews called since a day.
func openLetters(ctx context.Context, tx *db.Tx, county string, since calendar.Date) ([]Paper, error) {
	return listPapers(ctx, tx, county, `/* ledger.openLetters */ SELECT `+paperColumns+` FROM ledger_letter
		WHERE county = $1 AND about = '' AND (state = 'sent' AND answer_by <> '' OR state IN ('sent', 'answered') AND kind = $2 AND signed_at >= $3) ORDER BY id`,
		county, string(letter.Interview), db.Micros(since.AddDays(-offFor).Time()))
}

func newestStep(ctx context.Context, tx *db.Tx, county string) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, `/* ledger.newestStep */ SELECT COALESCE(max(at), 0) FROM ledger_step WHERE county = $1`, county).Scan(&at)
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return db.FromMicros(at), nil
}

func changedSince(ctx context.Context, tx *db.Tx, c *condition, since time.Time, limit int) ([]ID, error) {
	at := c.arg(db.Micros(since))
	rows, err := tx.Query(ctx, `/* ledger.changedSince */ SELECT d.id FROM ledger_duty d
		JOIN (SELECT county, duty, max(at) AS newest FROM ledger_step WHERE county = $1 AND at > `+at+` GROUP BY county, duty) s
			ON s.county = d.county AND s.duty = d.id
		WHERE `+c.sql.String()+` ORDER BY s.newest DESC, d.id LIMIT `+c.arg(limit), c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ID
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, ID(id))
	}
	return out, rows.Err()
}
