package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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
	if len(e.Title) > MaxTitle {
		return fmt.Errorf("the title has %d bytes, at most %d can be searched", len(e.Title), MaxTitle)
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
		_, err = tx.Exec(ctx, `/* search.Put */ INSERT INTO search_gram (rowid, grams) VALUES ($1, $2)`, id, liteGrams(title, text))
		return err
	}
	return putParts(ctx, tx, e.County, id, title, text)
}

// liteGrams is the grams of a document as FTS5 reads them: pairs in order, so that it finds phrases of them.
func liteGrams(title, text []rune) string {
	var b strings.Builder
	b.Grow(10 * (len(title) + len(text)))
	add := func(gram string) {
		b.WriteString(gram)
		b.WriteByte(' ')
	}
	for _, p := range []place{inText, inTitle} {
		of := map[place][]rune{inText: text, inTitle: title}[p]
		p.pairs(of, add)
		p.singles(of, add)
	}
	often(text, add)
	return b.String()
}

// A part of a long text is so long that its grams fit into one tsvector, and the next begins so far before its end
// that no word of a query is cut.
const (
	partRunes    = 40000
	overlapRunes = MaxText * 8 // one character can spell several letters
)

// putParts is the full-text index on PostgreSQL.
func putParts(ctx context.Context, tx *db.Tx, county string, id int64, title, text []rune) error {
	var frequent []string
	often(text, func(g string) { frequent = append(frequent, g) })
	for part, from := 0, 0; ; part++ {
		to := min(from+partRunes, len(text))
		var grams []string
		add := func(g string) { grams = append(grams, g) }
		inText.pairs(text[from:to], add)
		inText.singles(text[from:to], add)
		inTitle.pairs(title, add)
		inTitle.singles(title, add)
		some := min(len(frequent), partRunes) // they, too, may be too many for one part
		grams, frequent = append(grams, frequent[:some]...), frequent[some:]
		slices.Sort(grams)
		_, err := tx.Exec(ctx, `/* search.Put */ INSERT INTO search_gram (county, id, part, grams, heading, letters)
			VALUES ($1, $2, $3, array_to_tsvector($4::text[]), $5, $6)`,
			county, id, part, slices.Compact(grams), []byte(string(title)), []byte(string(text[from:to])))
		if err != nil || to == len(text) {
			return err
		}
		from, title = to-overlapRunes, nil
	}
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
	if tx.Dialect == db.PostgreSQL && len(words) > 0 {
		if err := advise(ctx, tx, "off", "force_custom_plan"); err != nil {
			return res, err
		}
		defer func() {
			if err == nil { // after an error the transaction is at its end
				err = advise(ctx, tx, "on", "auto")
			}
		}()
	}
	c := &conds{dialect: tx.Dialect, args: []any{q.County}}
	where := c.where(q, words)
	counting := len(c.args)
	rank, order := c.rank(words), `rank DESC, signed_on DESC, key DESC`
	if q.Sort == ByDate {
		order = `signed_on DESC, key DESC`
	}
	page := ``
	if after != nil {
		page = c.after(q.Sort, *after)
	}
	rows, err := tx.Query(ctx, `/* search.Find */
		SELECT h.total, h.rank, h.key, h.version, h.kind, h.issuer, h.signed_on, s.title, s.body
		FROM (SELECT * FROM (SELECT e.*, `+rank+` AS rank, count(*) OVER () AS total FROM search_entry e WHERE `+where+`) r `+page+`
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
		h, err := scanHit(rows, words, &res.Total)
		if err != nil {
			return res, err
		}
		res.Hits = append(res.Hits, h)
	}
	if err := rows.Err(); err != nil || len(res.Hits) > 0 || after == nil {
		return res, err
	}
	// Nothing follows the cursor, such as after a withdrawal; the total is asked for alone.
	err = tx.QueryRow(ctx, `/* search.Find */ SELECT count(*) FROM search_entry e WHERE `+where, c.args[:counting]...).Scan(&res.Total)
	return res, err
}

// advise tells PostgreSQL's planner, for this transaction, what it cannot know: that reading the letters of all rows
// is dear, and that a plan for one word is no plan for another.
func advise(ctx context.Context, tx *db.Tx, scan, plans string) error {
	_, err := tx.Exec(ctx, `/* search.Find */ SELECT set_config('enable_seqscan', $1, true), set_config('plan_cache_mode', $2, true)`, scan, plans)
	return err
}

func scanHit(rows *sql.Rows, words []string, total *int) (h Hit, err error) {
	var day, title, body string
	if err := rows.Scan(total, &h.Rank, &h.Key, &h.Version, &h.Kind, &h.Issuer, &day, &title, &body); err != nil {
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
		add(c.holds(inText, words, true))
	}
	return strings.Join(all, ` AND `)
}

// rank is the Rank of a hit e.
func (c *conds) rank(words []string) string {
	if len(words) == 0 {
		return `0`
	}
	return `CASE WHEN ` + c.holds(inTitle, words, true) + ` THEN 3` +
		` WHEN ` + c.holds(inTitle, words, false) + ` THEN 2` +
		` WHEN ` + c.holds(isOften, words, true) + ` THEN 1 ELSE 0 END`
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

// holds is the condition that all of the words, or any, stand in a place of e: letter by letter, but for isOften,
// where it is enough that each pair of letters is there.
func (c *conds) holds(in place, words []string, all bool) string {
	join := ` OR `
	if all {
		join = ` AND `
	}
	var parts []string
	for _, w := range words {
		if c.dialect == db.SQLite {
			parts = append(parts, liteMatch(in, w))
		} else {
			parts = append(parts, c.pgMatch(in, w))
		}
	}
	if c.dialect == db.SQLite {
		return `e.id IN (SELECT rowid FROM search_gram WHERE search_gram MATCH ` + c.arg(strings.Join(parts, join)) + `)`
	}
	return `(` + strings.Join(parts, join) + `)`
}

// liteMatch is one word in the query language of FTS5, in which a phrase is words between quotation marks.
func liteMatch(in place, word string) string {
	sep := ` `
	if in == isOften {
		sep = `" AND "`
	}
	return `("` + strings.Join(in.of(word), sep) + `")`
}

// pgMatch is one word in SQL: by the index, and letter by letter where the index is not enough.
func (c *conds) pgMatch(in place, word string) string {
	grams := in.of(word)
	cond := `grams @@ ` + c.arg(`'`+strings.Join(grams, `' & '`)+`'`) + `::text::tsquery`
	if len(grams) > 1 && in != isOften {
		letters := `letters`
		if in == inTitle {
			letters = `heading`
		}
		cond += ` AND position(` + c.arg([]byte(word)) + `::bytea IN ` + letters + `) > 0`
	}
	return `e.id IN (SELECT id FROM search_gram WHERE county = $1 AND ` + cond + `)`
}
