package cases

import (
	"context"
	"database/sql"
	"errors"
	"time"

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

// foreignCase is a case with the number that it has in another system, and what that last said of it.
type foreignCase struct {
	number, digest, status, notes string
	id                            ID
	heard                         time.Time
}

// foreignOf is what is known of another system's number; with id 0 where it was not taken in.
func foreignOf(ctx context.Context, tx *db.Tx, county, source, number string) (foreignCase, error) {
	f := foreignCase{number: number}
	var heard int64
	err := tx.QueryRow(ctx, `/* cases.foreignOf */ SELECT id, digest, status, notes, heard_at FROM case_foreign WHERE county = $1 AND source = $2 AND number = $3`,
		county, source, number).Scan(&f.id, &f.digest, &f.status, &f.notes, &heard)
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	f.heard = db.FromMicros(heard)
	return f, err
}

// heardForeign writes what the other system says now.
func heardForeign(ctx context.Context, tx *db.Tx, county, source string, f foreignCase) error {
	_, err := tx.Exec(ctx, `/* cases.heardForeign */ UPDATE case_foreign SET digest = $4, status = $5, notes = $6, heard_at = $7 WHERE county = $1 AND source = $2 AND number = $3`,
		county, source, f.number, f.digest, f.status, f.notes, db.Micros(tx.Now()))
	return err
}

// unheard are numbers of another system whose cases are open here, not over there when we last heard, and that was before a time: the
// longest ago first.
func unheard(ctx context.Context, tx *db.Tx, county, source string, before time.Time, limit int) (out []string, err error) {
	rows, err := tx.Query(ctx, `/* cases.unheard */ SELECT f.number FROM case_foreign f JOIN case_record k ON k.county = f.county AND k.id = f.id
		WHERE f.county = $1 AND f.source = $2 AND f.heard_at < $3 AND f.status <> 'closed' AND k.open ORDER BY f.heard_at, f.number LIMIT $4`,
		county, source, db.Micros(before), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// waitForeign puts numbers behind those that have waited longer: they were asked for.
func waitForeign(ctx context.Context, tx *db.Tx, county, source string, numbers []string) error {
	for _, n := range numbers {
		_, err := tx.Exec(ctx, `/* cases.waitForeign */ UPDATE case_foreign SET heard_at = $4 WHERE county = $1 AND source = $2 AND number = $3`, county, source, n, db.Micros(tx.Now()))
		if err != nil {
			return err
		}
	}
	return nil
}

// serverOf is how far a server of others has been asked.
func serverOf(ctx context.Context, tx *db.Tx, county, name string) (s Standing311, err error) {
	list, err := servers(ctx, tx, `/* cases.serverOf */ SELECT `+serverColumns+` FROM case_server v WHERE v.county = $1 AND v.name = $2`, county, name)
	if len(list) > 0 {
		return list[0], err
	}
	return Standing311{Name: name}, err
}

// Standings311 are the servers of others that were asked so far, by name.
func (c *Cases) Standings311(ctx context.Context, tx *db.Tx) ([]Standing311, error) {
	list, err := servers(ctx, tx, `/* cases.Standings311 */ SELECT `+serverColumns+` FROM case_server v WHERE v.county = $1 ORDER BY v.name`, c.county())
	return list, wrap("Standings311", err)
}

const serverColumns = `v.name, v.upto, v.asked_at, v.next_at, v.fails, v.trouble, v.skipped,
	(SELECT count(*) FROM case_foreign f WHERE f.county = v.county AND f.source = v.name)`

func servers(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Standing311, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Standing311
	for rows.Next() {
		var s Standing311
		var upto, asked, next int64
		if err := rows.Scan(&s.Name, &upto, &asked, &next, &s.Fails, &s.Trouble, &s.Skipped, &s.Cases); err != nil {
			return nil, err
		}
		s.UpTo, s.Asked, s.next = instant(upto), instant(asked), instant(next)
		out = append(out, s)
	}
	return out, rows.Err()
}

// instant is a time on record, where 0 is none.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return db.FromMicros(micros)
}

func saveServer(ctx context.Context, tx *db.Tx, county string, s Standing311) error {
	micros := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return db.Micros(t)
	}
	_, err := tx.Exec(ctx, `/* cases.saveServer */ INSERT INTO case_server (county, name, upto, asked_at, next_at, fails, trouble, skipped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (county, name) DO UPDATE SET upto = excluded.upto, asked_at = excluded.asked_at, next_at = excluded.next_at, fails = excluded.fails,
			trouble = excluded.trouble, skipped = excluded.skipped`,
		county, s.Name, micros(s.UpTo), micros(s.Asked), micros(s.next), s.Fails, s.Trouble, s.Skipped)
	return err
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
