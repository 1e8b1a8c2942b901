package cases

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// load reads one case.
func load(ctx context.Context, tx *db.Tx, county string, id ID) (*Case, error) {
	k := &Case{County: county, ID: id}
	var data string
	err := tx.QueryRow(ctx, `/* cases.load */ SELECT revision, data FROM case_record WHERE county = $1 AND id = $2`, county, int64(id)).Scan(&k.Revision, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(ledger.NotFound, "load", "没有第%s号事项。", id.Number())
	}
	if err != nil {
		return nil, err
	}
	return k, k.decode(data)
}

func (k *Case) decode(data string) error {
	if err := json.Unmarshal([]byte(data), k); err != nil {
		return fmt.Errorf("case %d: %w", k.ID, err)
	}
	return nil
}

// nextID is the next free number of a table that counts from 1 within a county. Writers queue, so nobody else takes it.
func nextID(ctx context.Context, tx *db.Tx, table, county string) (n int64, err error) {
	column := "id"
	if table == "case_evidence" || table == "case_reporter" {
		column = "n"
	}
	err = tx.QueryRow(ctx, `/* cases.nextID */ SELECT COALESCE(max(`+column+`), 0) + 1 FROM `+table+` WHERE county = $1`, county).Scan(&n)
	return n, err
}

// save writes the case as it now is. created says that it is not on record yet.
func (c *Cases) save(ctx context.Context, tx *db.Tx, k *Case, created bool) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	next := int64(0)
	if t := c.next(k); !t.IsZero() {
		next = db.Micros(t)
	}
	group := ""
	if slices.Contains([]State{Feedback, Acceptance, PuttingIt}, k.State) {
		group = k.Group
	}
	rule, subject := "", ""
	if len(k.Findings) > 0 {
		rule, subject = k.Findings[0].Rule, k.Findings[0].Subject
	}
	lon, lat := e7(k.Place)
	words := strings.Join([]string{k.Title, k.Text, k.Summary, k.Address, k.Town, subject}, "\n")
	args := []any{k.County, int64(k.ID), k.Revision, string(k.State), string(k.Source), k.Ladder, k.Service, rule, subject, string(k.Severity), k.Owner,
		joined(k.Units()), joined(k.Holders()), k.Due().String(), group, k.Town, lon, lat, k.Place != nil, k.Open(), k.Listed.String(), k.Decided != "",
		calendar.DateOf(k.OpenedAt).String(), k.ClosedOn.String(), db.Micros(k.OpenedAt), db.Micros(k.ChangedAt), next, k.Backs, k.Recurs, words, string(b)}
	if created {
		_, err = tx.Exec(ctx, `/* cases.save */ INSERT INTO case_record (county, id, revision, state, source, ladder, service, rule, subject, severity, owner, units,
			holders, due, grp, town, lon_e7, lat_e7, placed, open, listed_on, decided, opened_on, closed_on, opened_at, changed_at, next_at, backs, recurs, words, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)`, args...)
	} else {
		_, err = tx.Exec(ctx, `/* cases.save */ UPDATE case_record SET revision = $3, state = $4, source = $5, ladder = $6, service = $7, rule = $8, subject = $9,
			severity = $10, owner = $11, units = $12, holders = $13, due = $14, grp = $15, town = $16, lon_e7 = $17, lat_e7 = $18, placed = $19, open = $20,
			listed_on = $21, decided = $22, opened_on = $23, closed_on = $24, opened_at = $25, changed_at = $26, next_at = $27, backs = $28, recurs = $29,
			words = $30, data = $31 WHERE county = $1 AND id = $2`, args...)
	}
	if err != nil {
		return err
	}
	if err := saveStays(ctx, tx, k); err != nil {
		return err
	}
	for _, u := range append(append([]string{k.Owner}, k.Units()...), k.Holders()...) {
		_, err := tx.Exec(ctx, `/* cases.save */ INSERT INTO case_party (county, unit, id) VALUES ($1, $2, $3) ON CONFLICT (county, unit, id) DO NOTHING`,
			k.County, u, int64(k.ID))
		if err != nil {
			return err
		}
	}
	return c.savePublic(ctx, tx, k)
}

// e7 is a place in ten-millionths of a degree.
func e7(p *Point) (lon, lat int64) {
	if p == nil {
		return 0, 0
	}
	return int64(math.Round(p.Lon * 1e7)), int64(math.Round(p.Lat * 1e7))
}

// saveStays writes the clocks that run, and those that stopped with the newest step.
func saveStays(ctx context.Context, tx *db.Tx, k *Case) error {
	put := func(s Stay, to int64, day calendar.Date) error {
		_, err := tx.Exec(ctx, `/* cases.saveStays */ INSERT INTO case_stay (county, id, n, part, state, unit, level, from_at, to_at, due, late_on, to_on, began, ended)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (county, id, n) DO UPDATE SET to_at = excluded.to_at, to_on = excluded.to_on, ended = excluded.ended`,
			k.County, int64(k.ID), s.N, s.Part, string(s.State), s.Unit, int64(s.Level), db.Micros(s.From), to, s.Due.String(),
			lateOn(s.Due, s.From).String(), day.String(), s.Began, s.Ended)
		return err
	}
	for _, s := range k.Stays {
		if s.Ended == k.Revision {
			if err := put(s, db.Micros(s.To), calendar.DateOf(s.To)); err != nil {
				return err
			}
		}
	}
	for _, c := range k.Clocks {
		if !c.Since.Equal(k.ChangedAt) {
			continue
		}
		s := Stay{N: c.Stood, Part: c.Part, State: c.State, Unit: c.Unit, Level: c.Level, From: c.Since, Due: c.Due, Began: c.N}
		if err := put(s, 0, calendar.Date{}); err != nil {
			return err
		}
	}
	return nil
}

const stepColumns = `n, what, at, who, post, unit, once, data`

func insertStep(ctx context.Context, tx *db.Tx, k *Case, s Step) (string, error) {
	data, err := s.Data.encode()
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `/* cases.insertStep */ INSERT INTO case_step (county, id, `+stepColumns+`, held) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		k.County, int64(k.ID), s.N, string(s.What), db.Micros(s.At), s.By, string(s.Post), s.Unit, s.Once, data, len(s.Data.Held) > 0)
	return data, err
}

func scanStep(scan func(...any) error, before ...any) (Step, error) {
	var s Step
	var what, post, data string
	var at int64
	if err := scan(append(before, &s.N, &what, &at, &s.By, &post, &s.Unit, &s.Once, &data)...); err != nil {
		return s, err
	}
	s.What, s.Post, s.At = Deed(what), personnel.PostID(post), db.FromMicros(at)
	return s, json.Unmarshal([]byte(data), &s.Data)
}

// StepsOf is everything that was done to a case, oldest first.
func (c *Cases) StepsOf(ctx context.Context, tx *db.Tx, id ID) ([]Step, error) {
	rows, err := tx.Query(ctx, `/* cases.StepsOf */ SELECT `+stepColumns+` FROM case_step WHERE county = $1 AND id = $2 ORDER BY n`, c.county(), int64(id))
	if err != nil {
		return nil, wrap("StepsOf", err)
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		s, err := scanStep(rows.Scan)
		if err != nil {
			return nil, wrap("StepsOf", err)
		}
		out = append(out, s)
	}
	return out, wrap("StepsOf", rows.Err())
}

// doneOnce finds the case on which a deed with this token was done before, and who did it.
func doneOnce(ctx context.Context, tx *db.Tx, county, once string) (on ID, who string, done bool, err error) {
	if once == "" {
		return 0, "", false, nil
	}
	err = tx.QueryRow(ctx, `/* cases.doneOnce */ SELECT id, who FROM case_step WHERE county = $1 AND once = $2 AND once <> ''`, county, once).Scan(&on, &who)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", false, nil
	}
	return on, who, err == nil, err
}

// listCases reads whole cases: query gives id, revision and data.
func listCases(ctx context.Context, tx *db.Tx, county, query string, args ...any) ([]*Case, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Case
	for rows.Next() {
		k := &Case{County: county}
		var data string
		if err := rows.Scan(&k.ID, &k.Revision, &data); err != nil {
			return nil, err
		}
		if err := k.decode(data); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// dueCases are the cases whose clock has something to do, the longest waiting first.
func dueCases(ctx context.Context, tx *db.Tx, county string, now time.Time, limit int) ([]*Case, error) {
	return listCases(ctx, tx, county, `/* cases.dueCases */ SELECT id, revision, data FROM case_record
		WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $3`, county, db.Micros(now), limit)
}

// openAfter are the open cases with a number behind the given one.
func openAfter(ctx context.Context, tx *db.Tx, county string, last ID, limit int) ([]*Case, error) {
	return listCases(ctx, tx, county, `/* cases.openAfter */ SELECT id, revision, data FROM case_record WHERE county = $1 AND open AND id > $2 ORDER BY id LIMIT $3`,
		county, int64(last), limit)
}

// setNext writes when the case's clock has something to do.
func setNext(ctx context.Context, tx *db.Tx, k *Case, next time.Time) error {
	at := int64(0)
	if !next.IsZero() {
		at = db.Micros(next)
	}
	_, err := tx.Exec(ctx, `/* cases.setNext */ UPDATE case_record SET next_at = $3 WHERE county = $1 AND id = $2`, k.County, int64(k.ID), at)
	return err
}
