package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/db"
)

// Put makes an entry findable, in place of the one of the same county and key if there is one.
func Put(ctx context.Context, tx *db.Tx, e Entry) error {
	if err := put(ctx, tx, e); err != nil {
		return fmt.Errorf("search.Put %s: %w", e.Key, err)
	}
	return nil
}

func put(ctx context.Context, tx *db.Tx, e Entry) error {
	if e.Key == "" {
		return errors.New("an entry must have a key")
	}
	if len(e.Body) > MaxBody {
		return fmt.Errorf("the text has %d bytes, at most %d can be searched", len(e.Body), MaxBody)
	}
	e.Title, e.Body = clean(e.Title), clean(e.Body)
	if err := remove(ctx, tx, e.County, e.Key); err != nil {
		return err
	}
	var id int64
	err := tx.QueryRow(ctx, `/* search.Put */ SELECT coalesce(max(id), 0) + 1 FROM search_entry`).Scan(&id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* search.Put */ INSERT INTO search_entry (county, id, key, version, kind, issuer, signed_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, e.County, id, e.Key, e.Version, e.Kind, e.Issuer, e.SignedOn.String())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* search.Put */ INSERT INTO search_source (county, id, title, body) VALUES ($1, $2, $3, $4)`,
		e.County, id, e.Title, e.Body)
	if err != nil {
		return err
	}
	for _, unit := range e.Units {
		_, err = tx.Exec(ctx, `/* search.Put */ INSERT INTO search_unit (county, unit, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			e.County, unit, id)
		if err != nil {
			return err
		}
	}
	title, body := plain(e.Title), plain(e.Body)
	text := append(append(append([]rune(nil), title...), between), body...)
	if tx.Dialect == db.SQLite {
		_, err = tx.Exec(ctx, `/* search.Put */ INSERT INTO search_gram (rowid, title, text, often) VALUES ($1, $2, $3, $4)`,
			id, grams(title), grams(text), often(text))
		return err
	}
	return putParts(ctx, tx, e.County, id, title, text)
}

// A part of a long text is so long that its grams fit into one tsvector, and the next begins so far before its end
// that no word of a query is cut.
const (
	partRunes    = 60000
	overlapRunes = MaxText * 8 // one character can spell several letters
)

// putParts is the full-text index on PostgreSQL.
func putParts(ctx context.Context, tx *db.Tx, county string, id int64, title, text []rune) error {
	frequent := strings.Fields(often(text))
	for part, from := 0, 0; part == 0 || from < len(text); part++ {
		to := min(from+partRunes, len(text))
		heading := title
		if part > 0 {
			heading = nil
		}
		// The words that come often, too, may be too many for one row.
		lo, hi := min(part*partRunes, len(frequent)), min((part+1)*partRunes, len(frequent))
		_, err := tx.Exec(ctx, `/* search.Put */
			INSERT INTO search_gram (county, id, part, title, text, often, heading, letters)
			VALUES ($1, $2, $3, array_to_tsvector($4::text[]), array_to_tsvector($5::text[]), array_to_tsvector($6::text[]), $7, $8)`,
			county, id, part, strings.Fields(grams(heading)), strings.Fields(grams(text[from:to])), frequent[lo:hi],
			string(heading), string(text[from:to]))
		if err != nil {
			return err
		}
		if to == len(text) {
			break
		}
		from = to - overlapRunes
	}
	return nil
}

// clean makes a text that both databases store: no zero bytes, and nothing that is not UTF-8.
func clean(s string) string {
	if utf8.ValidString(s) && !strings.ContainsRune(s, 0) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", " ")
}

// Remove makes the county's entry with the key unfindable. That there is none is no error.
func Remove(ctx context.Context, tx *db.Tx, county, key string) error {
	if err := remove(ctx, tx, county, key); err != nil {
		return fmt.Errorf("search.Remove %s: %w", key, err)
	}
	return nil
}

func remove(ctx context.Context, tx *db.Tx, county, key string) error {
	var id int64
	err := tx.QueryRow(ctx, `/* search.Remove */ SELECT id FROM search_entry WHERE county = $1 AND key = $2`, county, key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	for _, table := range []string{"search_entry", "search_source", "search_unit"} {
		if _, err := tx.Exec(ctx, `/* search.Remove */ DELETE FROM `+table+` WHERE county = $1 AND id = $2`, county, id); err != nil {
			return err
		}
	}
	if tx.Dialect == db.SQLite {
		_, err = tx.Exec(ctx, `/* search.Remove */ DELETE FROM search_gram WHERE rowid = $1`, id)
	} else {
		_, err = tx.Exec(ctx, `/* search.Remove */ DELETE FROM search_gram WHERE county = $1 AND id = $2`, county, id)
	}
	return err
}

// Find gives a page of the entries that fit the query, and how many fit it in all. The error is a *TooWide where
// the query may not be asked.
func Find(ctx context.Context, tx *db.Tx, q Query) (Results, error) {
	words, after, err := q.parse()
	if err != nil {
		return Results{}, err
	}
	res, err := find(ctx, tx, q, words, after)
	if err != nil {
		return Results{}, fmt.Errorf("search.Find: %w", err)
	}
	return res, nil
}

func find(ctx context.Context, tx *db.Tx, q Query, words []string, after *cursor) (res Results, err error) {
	c := &conds{dialect: tx.Dialect, args: []any{q.County}}
	where := c.where(q, words)
	err = tx.QueryRow(ctx, `/* search.Find count */ SELECT count(*) FROM search_entry e WHERE `+where, c.args...).Scan(&res.Total)
	if err != nil || res.Total == 0 {
		return res, err
	}
	rank, order := c.rank(words), `rank DESC, signed_on DESC, key DESC`
	if q.Sort == ByDate {
		order = `signed_on DESC, key DESC`
	}
	page := ``
	if after != nil {
		page = c.after(q.Sort, *after)
	}
	rows, err := tx.Query(ctx, `/* search.Find */
		SELECT h.id, h.rank, h.key, h.version, h.kind, h.issuer, h.signed_on, s.title, s.body
		FROM (SELECT * FROM (SELECT e.*, `+rank+` AS rank FROM search_entry e WHERE `+where+`) r `+page+`
			ORDER BY `+order+` LIMIT `+c.arg(q.Limit+1)+`) h
		JOIN search_source s ON s.county = h.county AND s.id = h.id
		ORDER BY `+order, c.args...)
	if err != nil {
		return res, err
	}
	defer rows.Close()
	for rows.Next() {
		if len(res.Hits) == q.Limit { // there is one more: the page is full
			last := res.Hits[q.Limit-1]
			res.Next = cursor{last.Rank, last.SignedOn.String(), last.Key}.String()
			break
		}
		h, err := scanHit(rows, words)
		if err != nil {
			return res, err
		}
		res.Hits = append(res.Hits, h)
	}
	return res, rows.Err()
}

func scanHit(rows *sql.Rows, words []string) (h Hit, err error) {
	var id int64
	var day, title, body string
	if err := rows.Scan(&id, &h.Rank, &h.Key, &h.Version, &h.Kind, &h.Issuer, &day, &title, &body); err != nil {
		return h, err
	}
	h.Title, h.Snippet = mark(title, words), snippet(body, words)
	h.SignedOn, err = calendar.ParseDate(day)
	return h, err
}

// conds writes conditions and keeps their arguments; the county is $1.
type conds struct {
	dialect db.Dialect
	args    []any
}

func (c *conds) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// where is the condition of a hit e, without its place in the order.
func (c *conds) where(q Query, words []string) string {
	all := []string{`e.county = $1`}
	add := func(cond string) { all = append(all, cond) }
	if q.Kind != "" {
		add(`e.kind = ` + c.arg(clean(q.Kind)))
	}
	if q.Issuer != "" {
		add(`e.issuer = ` + c.arg(clean(q.Issuer)))
	}
	if q.Unit != "" {
		add(`e.id IN (SELECT id FROM search_unit WHERE county = $1 AND unit = ` + c.arg(clean(q.Unit)) + `)`)
	}
	if !q.From.IsZero() {
		add(`e.signed_on >= ` + c.arg(q.From.String()))
	}
	if !q.To.IsZero() {
		add(`e.signed_on <= ` + c.arg(q.To.String()) + ` AND e.signed_on <> ''`)
	}
	if len(words) > 0 {
		add(c.holds("text", words, true))
	}
	return strings.Join(all, ` AND `)
}

// rank is the Rank of a hit e.
func (c *conds) rank(words []string) string {
	if len(words) == 0 {
		return `0`
	}
	return `CASE WHEN ` + c.holds("title", words, true) + ` THEN 3` +
		` WHEN ` + c.holds("title", words, false) + ` THEN 2` +
		` WHEN ` + c.holds("often", words, true) + ` THEN 1 ELSE 0 END`
}

// after is the condition of what follows the cursor.
func (c *conds) after(sort Sort, at cursor) string {
	day, key := c.arg(at.day), c.arg(at.key)
	later := `(signed_on < ` + day + ` OR signed_on = ` + day + ` AND key < ` + key + `)`
	if sort == ByDate {
		return `WHERE ` + later
	}
	rank := c.arg(at.rank)
	return `WHERE (rank < ` + rank + ` OR rank = ` + rank + ` AND ` + later + `)`
}

// holds is the condition that a column of the full-text index of e holds all of the words, or any. In title and
// text a word must stand letter by letter; in often its pairs of letters suffice.
func (c *conds) holds(column string, words []string, all bool) string {
	join := ` OR `
	if all {
		join = ` AND `
	}
	var parts []string
	for _, w := range words {
		if c.dialect == db.SQLite {
			parts = append(parts, liteMatch(column, w))
		} else {
			parts = append(parts, c.pgMatch(column, w))
		}
	}
	if c.dialect == db.SQLite {
		return `e.id IN (SELECT rowid FROM search_gram WHERE search_gram MATCH ` + c.arg(strings.Join(parts, join)) + `)`
	}
	return `(` + strings.Join(parts, join) + `)`
}

// liteMatch is one word in the query language of FTS5.
func liteMatch(column, word string) string {
	sep := ` `
	if column == "often" {
		sep = `" AND ` + column + ` : "`
	}
	return `(` + column + ` : "` + strings.Join(gramsOf(word), sep) + `")`
}

// pgMatch is one word in SQL: by the index, and letter by letter where the index is not enough.
func (c *conds) pgMatch(column, word string) string {
	g := gramsOf(word)
	cond := column + ` @@ ` + c.arg(`'`+strings.Join(g, `' & '`)+`'`) + `::text::tsquery`
	if len(g) > 1 && column != "often" {
		letters := map[string]string{"title": "heading", "text": "letters"}[column]
		cond += ` AND ` + c.dialect.Contains(letters, c.arg(word))
	}
	return `e.id IN (SELECT id FROM search_gram WHERE county = $1 AND ` + cond + `)`
}
