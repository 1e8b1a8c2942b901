package personnel

import (
	"context"

	"zhixing/db"
)

// PhoneOf is the number of a person; the zero Phone where none was ever entered.
func PhoneOf(ctx context.Context, tx *db.Tx, county string, person int64) (out Phone, err error) {
	rows, err := tx.Query(ctx, `/* personnel.PhoneOf */ SELECT number, recorded_at, recorded_by FROM person_phone WHERE county = $1 AND person = $2`, county, person)
	if err != nil {
		return out, wrap("PhoneOf", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&out.Number, &at, &out.RecordedBy); err != nil {
			return out, wrap("PhoneOf", err)
		}
		out.RecordedAt = db.FromMicros(at)
	}
	return out, wrap("PhoneOf", rows.Err())
}

// Phones are the numbers of all persons who have one.
func Phones(ctx context.Context, tx *db.Tx, county string) (map[int64]string, error) {
	rows, err := tx.Query(ctx, `/* personnel.Phones */ SELECT person, number FROM person_phone WHERE county = $1 AND number <> ''`, county)
	if err != nil {
		return nil, wrap("Phones", err)
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var person int64
		var number string
		if err := rows.Scan(&person, &number); err != nil {
			return nil, wrap("Phones", err)
		}
		out[person] = number
	}
	return out, wrap("Phones", rows.Err())
}

func keepPhone(ctx context.Context, tx *db.Tx, county, by string, person int64, number string) error {
	_, err := tx.Exec(ctx, `/* personnel.keepPhone */
		INSERT INTO person_phone (county, person, number, rev, recorded_at, recorded_by)
			VALUES ($1, $2, $3, (SELECT COALESCE(max(rev), 0) + 1 FROM person_phone WHERE county = $1), $4, $5)
		ON CONFLICT (county, person) DO UPDATE SET number = excluded.number, rev = excluded.rev, recorded_at = excluded.recorded_at,
			recorded_by = excluded.recorded_by`, county, person, number, db.Micros(tx.Now()), by)
	return err
}

// Revision grows with every change of who holds which post and under which number he is called.
func Revision(ctx context.Context, tx *db.Tx, county string) (n int64, err error) {
	err = tx.QueryRow(ctx, `/* personnel.Revision */ SELECT (SELECT count(*) FROM tenure WHERE county = $1) +
		(SELECT COALESCE(max(rev), 0) FROM person_phone WHERE county = $1)`, county).Scan(&n)
	return n, wrap("Revision", err)
}
