package cases

import (
	"context"
	"database/sql"
	"errors"

	"zhixing/calendar"
	"zhixing/db"
)

// foreign is the case that another system's number was taken in as; 0 where it was not.
func foreign(ctx context.Context, tx *db.Tx, county, source, number string) (id ID, digest string, err error) {
	err = tx.QueryRow(ctx, `/* cases.foreign */ SELECT id, digest FROM case_foreign WHERE county = $1 AND source = $2 AND number = $3`, county, source, number).Scan(&id, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, digest, err
}

func insertForeign(ctx context.Context, tx *db.Tx, county, source, number string, id ID, digest string) error {
	_, err := tx.Exec(ctx, `/* cases.insertForeign */ INSERT INTO case_foreign (county, source, number, id, digest, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		county, source, number, int64(id), digest, db.Micros(tx.Now()))
	return err
}

type foreignCase struct {
	number string
	id     ID
}

// foreignCases are the cases of another system that changed in a period, by its numbers.
func foreignCases(ctx context.Context, tx *db.Tx, county, source string, from, to calendar.Date) ([]foreignCase, error) {
	rows, err := tx.Query(ctx, `/* cases.foreignCases */ SELECT f.number, f.id FROM case_foreign f JOIN case_record k ON k.county = f.county AND k.id = f.id
		WHERE f.county = $1 AND f.source = $2 AND k.changed_at >= $3 AND k.changed_at < $4 ORDER BY f.number`,
		county, source, db.Micros(from.Time()), db.Micros(to.AddDays(1).Time()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []foreignCase
	for rows.Next() {
		var f foreignCase
		if err := rows.Scan(&f.number, &f.id); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
