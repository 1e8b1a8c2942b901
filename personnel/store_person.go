package personnel

import (
	"context"
	"fmt"
	"strings"

	"zhixing/db"
)

// placed puts the number of a parameter where $? stands.
func placed(sql string, n int) string { return strings.ReplaceAll(sql, "$?", fmt.Sprintf("$%d", n)) }

const personColumns = `p.id, p.name, p.note, p.recorded_at, p.recorded_by,
	COALESCE((SELECT a.account FROM person_account a WHERE a.county = p.county AND a.person = p.id AND NOT EXISTS (
		SELECT 1 FROM person_account b WHERE b.county = a.county AND b.account = a.account AND b.n > a.n) ORDER BY a.account LIMIT 1), '')
	FROM person p`

func queryPersons(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Person, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Person
	for rows.Next() {
		var p Person
		var at int64
		if err := rows.Scan(&p.ID, &p.Name, &p.Note, &at, &p.RecordedBy, &p.Account); err != nil {
			return nil, err
		}
		p.RecordedAt = db.FromMicros(at)
		out = append(out, p)
	}
	return out, rows.Err()
}

// Persons are all persons, or those with this very name, in the order in which they were recorded.
func Persons(ctx context.Context, tx *db.Tx, county, name string) ([]Person, error) {
	if !writable(name) {
		return nil, nil
	}
	out, err := queryPersons(ctx, tx, `/* personnel.Persons */ SELECT `+personColumns+`
		WHERE p.county = $1 AND ($2 = '' OR p.name = $2) ORDER BY p.id`, county, name)
	return out, wrap("Persons", err)
}

// PersonBy is one person.
func PersonBy(ctx context.Context, tx *db.Tx, county string, id int64) (Person, error) {
	all, err := queryPersons(ctx, tx, `/* personnel.PersonBy */ SELECT `+personColumns+` WHERE p.county = $1 AND p.id = $2`, county, id)
	if err != nil {
		return Person{}, wrap("PersonBy", err)
	}
	if len(all) == 0 {
		return Person{}, refuse(NotFound, "PersonBy", "没有编号为%d的人员。", id)
	}
	return all[0], nil
}

func insertPerson(ctx context.Context, tx *db.Tx, county string, p Person) (id int64, err error) {
	err = tx.QueryRow(ctx, `/* personnel.lastPerson */ SELECT COALESCE(max(id), 0) + 1 FROM person WHERE county = $1`, county).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `/* personnel.insertPerson */ INSERT INTO person (county, id, name, note, recorded_at, recorded_by)
		VALUES ($1, $2, $3, $4, $5, $6)`, county, id, p.Name, p.Note, db.Micros(p.RecordedAt), p.RecordedBy)
	return id, err
}

func insertBinding(ctx context.Context, tx *db.Tx, county, by string, person int64, account string) error {
	var n int64
	err := tx.QueryRow(ctx, `/* personnel.lastBinding */ SELECT COALESCE(max(n), 0) + 1 FROM person_account
		WHERE county = $1 AND account = $2`, county, account).Scan(&n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* personnel.insertBinding */
		INSERT INTO person_account (county, account, n, person, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		county, account, n, person, db.Micros(tx.Now()), by)
	return err
}

// PersonOf is the number of the person whose account it is now; 0 where it is nobody's.
func PersonOf(ctx context.Context, tx *db.Tx, county, account string) (int64, error) {
	person, err := personOf(ctx, tx, county, account)
	return person, wrap("PersonOf", err)
}

// NameOf is the name of the person whose account it is now; empty where it is nobody's.
func NameOf(ctx context.Context, tx *db.Tx, county, account string) (string, error) {
	person, err := personOf(ctx, tx, county, account)
	if err != nil || person == 0 {
		return "", wrap("NameOf", err)
	}
	p, err := PersonBy(ctx, tx, county, person)
	return p.Name, err
}
