package personnel

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
)

// holding asks who sits where on a day: by person, by unit or by post, the first that is given.
type holding struct {
	person int64
	unit   string
	post   PostID
	on     calendar.Date
}

// holders are sorted by the book's order, then by unit, title and the person's number.
func holders(ctx context.Context, tx *db.Tx, p *Book, county string, ask holding) ([]Holder, error) {
	where, args := `t.person = $3`, []any{county, ask.on.String(), ask.person}
	switch {
	case ask.person != 0:
	case ask.unit != "":
		where, args = `t.unit = $3`, []any{county, ask.on.String(), ask.unit}
	default:
		where, args = `t.unit = $3 AND t.title = $4`, []any{county, ask.on.String(), ask.post.Unit(), ask.post.Title()}
	}
	rows, err := tx.Query(ctx, `/* personnel.holders */
		SELECT t.person, p.name, t.unit, t.title, COALESCE((SELECT a.account FROM person_account a
				WHERE a.county = t.county AND a.person = t.person AND NOT EXISTS (SELECT 1 FROM person_account b
					WHERE b.county = a.county AND b.account = a.account AND b.n > a.n) ORDER BY a.account LIMIT 1), '')
		FROM tenure t JOIN person p ON p.county = t.county AND p.id = t.person
		WHERE t.county = $1 AND t.holds_from <= $2 AND (t.holds_until = '' OR t.holds_until > $2) AND NOT t.cancelled
			AND NOT EXISTS (SELECT 1 FROM tenure l WHERE l.county = t.county AND l.id = t.id AND l.version > t.version)
			AND `+where+` ORDER BY t.unit, t.title, t.person`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Holder
	for rows.Next() {
		var h Holder
		if err := rows.Scan(&h.Person, &h.Name, &h.Unit, &h.Title, &h.Account); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return seated(ctx, tx, p, county, out, ask.on)
}

// seated fills in what the book knows of each seat. Posts that only the records have come last.
func seated(ctx context.Context, tx *db.Tx, p *Book, county string, out []Holder, on calendar.Date) ([]Holder, error) {
	last := len(p.posts)
	order := map[PostID]int{}
	var recorded *roll
	for i, h := range out {
		id := ID(h.Unit, h.Title)
		post, ok := p.Post(id)
		if !ok {
			if recorded == nil {
				var err error
				if recorded, err = rollOf(ctx, tx, p, county); err != nil {
					return nil, err
				}
			}
			post = recorded.post(id)
			post.Order = last
		}
		order[id] = post.Order
		out[i].Seat = p.seat(post, on)
	}
	slices.SortStableFunc(out, func(a, b Holder) int { return order[a.Post] - order[b.Post] })
	return out, nil
}

func withRoles(in []Holder, roles []Role) []Holder {
	if len(roles) == 0 {
		return in
	}
	return slices.DeleteFunc(in, func(h Holder) bool { return !slices.Contains(roles, h.Role) })
}

// personOf is the person whose account it is now, 0 where it is nobody's.
func personOf(ctx context.Context, tx *db.Tx, county, account string) (person int64, err error) {
	err = tx.QueryRow(ctx, `/* personnel.personOf */ SELECT person FROM person_account
		WHERE county = $1 AND account = $2 ORDER BY n DESC LIMIT 1`, county, account).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return person, err
}

// rollOf reads the units and posts of the records.
func rollOf(ctx context.Context, tx *db.Tx, p *Book, county string) (*roll, error) {
	r := &roll{book: p, units: map[string]org.Unit{}, posts: map[string][]recordedPost{}}
	rows, err := tx.Query(ctx, `/* personnel.recordedUnits */ SELECT name_key, name, kind, doc FROM recorded_unit
		WHERE county = $1 ORDER BY name_key`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var u org.Unit
		if err := rows.Scan(&key, &u.Name, &u.Kind, &u.Source); err != nil {
			return nil, err
		}
		u.Level = org.County
		r.units[key] = u
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	if rows, err = tx.Query(ctx, `/* personnel.recordedPosts */ SELECT unit, title, role, seats, same_as, doc FROM recorded_post
		WHERE county = $1 ORDER BY unit, title`, county); err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var q recordedPost
		if err := rows.Scan(&q.Unit, &q.Title, &q.Role, &q.Seats, &q.sameAs, &q.Source); err != nil {
			return nil, err
		}
		q.ID = ID(q.Unit, q.Title)
		r.posts[q.Unit] = append(r.posts[q.Unit], q)
	}
	return r, rows.Err()
}

// aliasOf is the unit that an answer gave a name to: in this document before everywhere. Empty where none did.
func aliasOf(ctx context.Context, tx *db.Tx, county, doc, name string) (unit string, err error) {
	err = tx.QueryRow(ctx, `/* personnel.aliasOf */ SELECT a.unit FROM unit_alias a
		WHERE a.county = $1 AND a.name_key = $2 AND a.doc IN ('', $3) AND a.unit <> '' AND NOT EXISTS (SELECT 1 FROM unit_alias b
			WHERE b.county = a.county AND b.name_key = a.name_key AND b.doc = a.doc AND b.n > a.n)
		ORDER BY a.doc DESC LIMIT 1`, county, org.Fold(name), doc).Scan(&unit)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return unit, err
}
