package cases

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// savePublic writes what anybody may see of a case, or takes it away.
func (c *Cases) savePublic(ctx context.Context, tx *db.Tx, k *Case) error {
	if !c.toldOf(k) {
		_, err := tx.Exec(ctx, `/* cases.savePublic */ DELETE FROM case_public WHERE county = $1 AND id = $2`, k.County, int64(k.ID))
		return err
	}
	p := c.shown(k)
	lon, lat := e7(p.Place)
	_, err := tx.Exec(ctx, `/* cases.savePublic */ INSERT INTO case_public (county, id, title, summary, source, service, basis, owner, units, holders, state, due,
		opened_on, closed_on, reason, result, despite, checked_by, closed_by, confirmed, into_case, town, placed, lon_e7, lat_e7, exposed, exposure, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
		ON CONFLICT (county, id) DO UPDATE SET title = excluded.title, summary = excluded.summary, basis = excluded.basis, owner = excluded.owner,
		units = excluded.units, holders = excluded.holders, state = excluded.state, due = excluded.due, closed_on = excluded.closed_on, reason = excluded.reason,
		result = excluded.result, despite = excluded.despite, checked_by = excluded.checked_by, closed_by = excluded.closed_by, confirmed = excluded.confirmed,
		into_case = excluded.into_case, town = excluded.town, placed = excluded.placed, lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7,
		exposed = excluded.exposed, exposure = excluded.exposure, changed_at = excluded.changed_at`,
		k.County, int64(k.ID), p.Title, p.Summary, string(p.Source), p.Service, p.Basis, p.Owner, p.Units, p.Holders, string(p.State), p.Due.String(),
		p.OpenedOn.String(), p.ClosedOn.String(), p.Reason, p.Result, p.Despite, p.CheckedBy, p.ClosedBy, p.Confirmed, int64(p.Into), p.Town, p.Place != nil, lon, lat,
		p.Exposed, p.Exposure, p.ChangedAt)
	return err
}

// unpublish takes cases of ladders and services that are not public, open and closed, out of the public table; those that a leader
// exposes stay.
func (c *Cases) unpublish(ctx context.Context, tx *db.Tx) error {
	for _, l := range c.Ladders {
		if l.Public {
			continue
		}
		if _, err := tx.Exec(ctx, `/* cases.unpublish */ DELETE FROM case_public WHERE county = $1 AND NOT exposed AND service = ''
			AND id IN (SELECT k.id FROM case_record k WHERE k.county = $1 AND k.ladder = $2)`, c.county(), l.ID); err != nil {
			return err
		}
	}
	for _, s := range c.Services {
		if s.Public {
			continue
		}
		if _, err := tx.Exec(ctx, `/* cases.unpublish */ DELETE FROM case_public WHERE county = $1 AND NOT exposed AND service = $2`, c.county(), s.Code); err != nil {
			return err
		}
	}
	return nil
}

type picture struct {
	sha, was, media string
	bytes           []byte
}

// putPictures makes the pictures those that are shown of the case.
func putPictures(ctx context.Context, tx *db.Tx, k *Case, list []picture) error {
	if _, err := tx.Exec(ctx, `/* cases.putPictures */ DELETE FROM case_picture WHERE county = $1 AND id = $2`, k.County, int64(k.ID)); err != nil {
		return err
	}
	for _, p := range list {
		if _, err := tx.Exec(ctx, `/* cases.putPictures */ INSERT INTO case_picture (county, id, sha256, was, media, bytes) VALUES ($1, $2, $3, $4, $5, $6)`,
			k.County, int64(k.ID), p.sha, p.was, p.media, p.bytes); err != nil {
			return err
		}
	}
	return nil
}

func pictureOf(ctx context.Context, tx *db.Tx, county string, id ID, sha string) (media string, b []byte, err error) {
	err = tx.QueryRow(ctx, `/* cases.pictureOf */ SELECT media, bytes FROM case_picture WHERE county = $1 AND id = $2 AND sha256 = $3`, county, int64(id), sha).Scan(&media, &b)
	if errors.Is(err, sql.ErrNoRows) || !readable(sha) {
		err = refuse(ledger.NotFound, "Picture", "没有这张照片。")
	}
	return media, b, err
}

func publicList(ctx context.Context, tx *db.Tx, county string, q PublicQuery) ([]Public, error) {
	c := &condition{}
	c.sql.WriteString("county = " + c.arg(county))
	if len(q.IDs) > 0 {
		first := len(c.args) + 1
		for _, id := range q.IDs {
			c.args = append(c.args, int64(id))
		}
		c.and("id IN %s", db.In(first, len(q.IDs)))
	}
	if q.Open {
		c.and("closed_on = ''")
	}
	if q.Exposed {
		c.and("exposed")
	}
	for _, f := range []struct{ column, value string }{{"service", q.Service}, {"town", q.Town}} {
		if f.value != "" {
			c.and(f.column+" = %s", c.arg(f.value))
		}
	}
	if !q.From.IsZero() {
		c.and("opened_on >= %s", c.arg(q.From.String()))
	}
	if !q.To.IsZero() {
		c.and("opened_on <= %s", c.arg(q.To.String()))
	}
	if q.Before != 0 {
		c.and("id < %s", c.arg(int64(q.Before)))
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		like := c.arg(pattern(t))
		c.and(`(title LIKE %[1]s ESCAPE '\' OR summary LIKE %[1]s ESCAPE '\')`, like)
	}
	rows, err := tx.Query(ctx, `/* cases.publicList */ SELECT id, title, summary, source, service, basis, owner, units, holders, state, due, opened_on, closed_on, reason,
		result, despite, checked_by, closed_by, confirmed, into_case, town, placed, lon_e7, lat_e7, exposed, exposure, changed_at FROM case_public
		WHERE `+c.sql.String()+` ORDER BY id DESC LIMIT `+c.arg(q.Size+1), c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Public
	for rows.Next() {
		var p Public
		var due, opened, closed string
		var lon, lat int64
		var placed bool
		if err := rows.Scan(&p.ID, &p.Title, &p.Summary, &p.Source, &p.Service, &p.Basis, &p.Owner, &p.Units, &p.Holders, &p.State, &due, &opened, &closed, &p.Reason,
			&p.Result, &p.Despite, &p.CheckedBy, &p.ClosedBy, &p.Confirmed, &p.Into, &p.Town, &placed, &lon, &lat, &p.Exposed, &p.Exposure, &p.ChangedAt); err != nil {
			return nil, err
		}
		if placed {
			p.Place = &Point{float64(lon) / 1e7, float64(lat) / 1e7}
		}
		for _, d := range []struct {
			into *calendar.Date
			text string
		}{{&p.Due, due}, {&p.OpenedOn, opened}, {&p.ClosedOn, closed}} {
			if *d.into, err = calendar.ParseDate(d.text); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		if out[i].Exposed {
			if out[i].Pictures, err = picturesOf(ctx, tx, county, out[i].ID); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func picturesOf(ctx context.Context, tx *db.Tx, county string, id ID) ([]string, error) {
	rows, err := tx.Query(ctx, `/* cases.picturesOf */ SELECT sha256 FROM case_picture WHERE county = $1 AND id = $2 ORDER BY sha256`, county, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func insertReporter(ctx context.Context, tx *db.Tx, county string, id ID, token string, source Source, who Contact) error {
	n, err := nextID(ctx, tx, "case_reporter", county)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* cases.insertReporter */ INSERT INTO case_reporter (county, n, id, was, token, source, name, phone, email, at)
		VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)`, county, n, int64(id), token, string(source), who.Name, who.Phone, who.Email, db.Micros(tx.Now()))
	return err
}

// reporterOf finds the case of a reporter by the hash of his code.
func reporterOf(ctx context.Context, tx *db.Tx, county, token string) (id, was ID, err error) {
	err = tx.QueryRow(ctx, `/* cases.reporterOf */ SELECT id, was FROM case_reporter WHERE county = $1 AND token = $2 AND token <> ''`, county, token).Scan(&id, &was)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(ledger.NotFound, "Track", "没有这个查询码对应的事项，请核对。")
	}
	return id, was, err
}

// countReporters counts those who hold a code for the case.
func countReporters(ctx context.Context, tx *db.Tx, county string, id ID) (n int, err error) {
	err = tx.QueryRow(ctx, `/* cases.countReporters */ SELECT count(*) FROM case_reporter WHERE county = $1 AND id = $2 AND token <> ''`, county, int64(id)).Scan(&n)
	return n, err
}

func reporters(ctx context.Context, tx *db.Tx, county string, id ID) ([]Contact, error) {
	rows, err := tx.Query(ctx, `/* cases.reporters */ SELECT name, phone, email FROM case_reporter WHERE county = $1 AND id = $2 ORDER BY n`, county, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Contact
	for rows.Next() {
		var w Contact
		if err := rows.Scan(&w.Name, &w.Phone, &w.Email); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, rows.Err()
}
