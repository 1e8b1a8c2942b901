package publication

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
)

// readCites are the documents that a version names, with whether each is in the store. A citation without a number is
// found by its whole title.
func readCites(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]Link, error) {
	rows, err := tx.Query(ctx, `/* publication.readCites */
		SELECT c.cited, c.number, c.title, c.level, c.implements, c.effect, c.path, k.doc, t.doc
		FROM citation c
		LEFT JOIN document k ON k.county = c.county AND k.doc = c.cited AND NOT k.withdrawn
		LEFT JOIN document t ON t.county = c.county AND c.cited = '' AND t.title_key = c.title_key AND NOT t.withdrawn AND t.doc <> c.doc
		WHERE c.county = $1 AND c.doc = $2 AND c.version = $3 ORDER BY c.n, t.ordinal DESC`, county, string(key), version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Link
	for rows.Next() {
		var l Link
		var cited, level string
		var byKey, byTitle sql.NullString
		if err := rows.Scan(&cited, &l.No, &l.Title, &level, &l.CarryOut, &l.Effect, &l.Path, &byKey, &byTitle); err != nil {
			return nil, err
		}
		l.Key, l.Known = Key(cited), byKey.Valid
		if byTitle.Valid {
			l.Key, l.Known = Key(byTitle.String), true
		}
		l.setLevel(level)
		if n := len(out); n > 0 && byTitle.Valid && out[n-1].Path == l.Path && out[n-1].Title == l.Title {
			continue // two documents of one title: the newer one
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// readCitedBy are the documents whose newest version names this one, newest first; effects among them have Effect set.
func readCitedBy(ctx context.Context, tx *db.Tx, county string, h Head, on string) ([]Link, error) {
	rows, err := tx.Query(ctx, `/* publication.readCitedBy */
		SELECT d.doc, d.number, d.title, d.holds_from, c.implements, c.effect, c.path
		FROM citation c JOIN document d ON d.county = c.county AND d.doc = c.doc AND d.version = c.version
		WHERE c.county = $1 AND c.doc <> $2 AND NOT d.withdrawn AND ($4 = '' OR d.holds_from <= $4)
			AND (c.cited = $2 OR c.cited = '' AND c.title_key = $3)
		ORDER BY d.ordinal DESC, c.n`, county, string(h.Key), titleKey(h.Title), on)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Link
	for rows.Next() {
		l := Link{Known: true}
		var key, on string
		if err := rows.Scan(&key, &l.No, &l.Title, &on, &l.CarryOut, &l.Effect, &l.Path); err != nil {
			return nil, err
		}
		l.Key = Key(key)
		if l.On, err = calendar.ParseDate(on); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func (l *Link) setLevel(name string) {
	if v, err := org.ParseLevel(name); err == nil && v != org.NoLevel {
		l.Level, l.LevelName = v, name
	}
}

func readDuties(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]Duty, error) {
	rows, err := tx.Query(ctx, `/* publication.readDuties */
		SELECT n, clause, plan, title, proposed, data FROM published_duty WHERE county = $1 AND doc = $2 AND version = $3 ORDER BY n`,
		county, string(key), version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Duty
	for rows.Next() {
		d := Duty{Key: key}
		var data string
		if err := rows.Scan(&d.N, &d.Clause, &d.Plan, &d.Title, &d.Proposed, &data); err != nil {
			return nil, err
		}
		d.JSON = json.RawMessage(data)
		out = append(out, d)
	}
	return out, rows.Err()
}

// readMentions are all rows of a version, those of duties included.
func readMentions(ctx context.Context, tx *db.Tx, county string, key Key, version int) ([]mentionRow, error) {
	rows, err := tx.Query(ctx, `/* publication.readMentions */
		SELECT unit, role, duty FROM mention WHERE county = $1 AND doc = $2 AND version = $3 ORDER BY duty, role, unit`,
		county, string(key), version)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []mentionRow
	for rows.Next() {
		var m mentionRow
		if err := rows.Scan(&m.unit, &m.role, &m.duty); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// known are those of the keys that are in the store and not withdrawn.
func known(ctx context.Context, tx *db.Tx, county string, keys []Key) (map[Key]Head, error) {
	out := map[Key]Head{}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k Key) bool { return !askable(string(k)) })
	for len(keys) > 0 {
		n := min(len(keys), 500)
		args := []any{county}
		for _, k := range keys[:n] {
			args = append(args, string(k))
		}
		keys = keys[n:]
		heads, err := queryHeads(ctx, tx, `/* publication.known */ SELECT `+headColumns+` FROM document d
			WHERE d.county = $1 AND NOT d.withdrawn AND d.doc IN `+db.In(2, n), args...)
		if err != nil {
			return nil, err
		}
		for _, h := range heads {
			out[h.Key] = h
		}
	}
	return out, nil
}

func queryHeads(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Head, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Head
	for rows.Next() {
		h, err := scanHead(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}
