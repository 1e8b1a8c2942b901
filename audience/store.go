package audience

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
)

// bulk runs an INSERT for many rows, some a statement. query ends in VALUES.
type bulk struct {
	query   string
	columns int
	args    []any
}

func (b *bulk) add(args ...any) { b.args = append(b.args, args...) }

// portions are how many rows one statement takes: few different texts, so that they are kept prepared. On PostgreSQL each call is a
// round trip; SQLite gains nothing from more than a dozen rows.
func portions(d db.Dialect) []int {
	if d == db.SQLite {
		return []int{12, 1}
	}
	return []int{100, 10, 1}
}

func (b *bulk) run(ctx context.Context, tx *db.Tx) error {
	for _, rows := range portions(tx.Dialect) {
		n := rows * b.columns
		if len(b.args) < n {
			continue
		}
		var text strings.Builder
		text.WriteString(b.query)
		for i := range rows {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString(" " + in(tx, 1+i*b.columns, b.columns))
		}
		for ; len(b.args) >= n; b.args = b.args[n:] {
			if _, err := tx.Exec(ctx, text.String(), b.args[:n]...); err != nil {
				return err
			}
		}
	}
	b.args = nil
	return nil
}

// in is db.In for many parameters, the last of a statement: on SQLite without names, each of which the driver would look up among all.
func in(tx *db.Tx, first, n int) string {
	if tx.Dialect == db.SQLite && n > 0 {
		return "(?" + strings.Repeat(",?", n-1) + ")"
	}
	return db.In(first, n)
}

// list reads all rows.
func list[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) (out []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// found tells no row from an error.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// head is what is counted for the county.
type head struct {
	next, rev int64
	secret    []byte
}

// newest is the number of the newest change.
func newest(ctx context.Context, tx *db.Tx, county string) (rev int64, err error) {
	_, err = found(tx.QueryRow(ctx, `/* audience.newest */ SELECT rev FROM audience_head WHERE county = $1`, county).Scan(&rev))
	return rev, err
}

// loadHead reads what is counted, and begins counting where nothing was.
func loadHead(ctx context.Context, tx *db.Tx, county string) (h head, err error) {
	h, ok, err := headIfAny(ctx, tx, county)
	if ok || err != nil {
		return h, err
	}
	h = head{next: 1, secret: make([]byte, 32)}
	if _, err := rand.Read(h.secret); err != nil {
		return h, err
	}
	_, err = tx.Exec(ctx, `/* audience.begin */ INSERT INTO audience_head (county, next_id, rev, secret) VALUES ($1, $2, $3, $4)`,
		county, h.next, h.rev, h.secret)
	return h, err
}

func headIfAny(ctx context.Context, tx *db.Tx, county string) (h head, ok bool, err error) {
	ok, err = found(tx.QueryRow(ctx, `/* audience.head */ SELECT next_id, rev, secret FROM audience_head WHERE county = $1`, county).
		Scan(&h.next, &h.rev, &h.secret))
	return h, ok, err
}

func (h head) keep(ctx context.Context, tx *db.Tx, county string) error {
	_, err := tx.Exec(ctx, `/* audience.counted */ UPDATE audience_head SET next_id = $2, rev = $3 WHERE county = $1`, county, h.next, h.rev)
	return err
}

// changes are the recipients that changed after rev, as the index holds them; after 0 all that there are.
func (a *Audience) changes(ctx context.Context, tx *db.Tx, rev int64) ([]record, error) {
	only, args := `AND rev > $2 ORDER BY rev, id`, []any{a.County, rev}
	if rev == 0 { // everybody, in the order in which they stand
		only, args = `AND source <> ''`, args[:1]
	}
	rows, err := tx.Query(ctx, `/* audience.changes */
		SELECT id, source, town, village, placed, x, y, terms FROM audience WHERE county = $1 `+only, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []record
	var source, town, village, spelt sql.RawBytes
	for rows.Next() {
		var r record
		var id int64
		if err := rows.Scan(&id, &source, &town, &village, &r.placed, &r.at.X, &r.at.Y, &spelt); err != nil {
			return nil, err
		}
		r.id, r.gone = uint32(id), len(source) == 0
		if !r.gone {
			r.place = a.memory().terms.ofPlace(Place{string(town), string(village)})
			var t *terms
			if r.terms, t, err = a.memory().terms.of(string(spelt)); err != nil {
				return nil, err
			}
			r.far = t.far()
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// stored is a recipient as it stands on record.
type stored struct {
	id          ID
	source, key string
	place       Place
	placed      bool
	at          XY
	terms, data string
	until       string
	batch, rev  int64
	addresses   []Address
}

const columns = `id, source, key, town, village, placed, x, y, terms, data, until_on, batch, rev`

func scanStored(rows *sql.Rows) (s stored, err error) {
	return s, rows.Scan(&s.id, &s.source, &s.key, &s.place.Town, &s.place.Village, &s.placed, &s.at.X, &s.at.Y, &s.terms, &s.data, &s.until, &s.batch, &s.rev)
}

// recipients are those that the condition names, by number, with their addresses. Those that are gone are left out.
func recipients(ctx context.Context, tx *db.Tx, county, cond string, args ...any) ([]stored, error) {
	rows, err := tx.Query(ctx, `/* audience.recipients */
		SELECT `+columns+` FROM audience WHERE county = $1 AND source <> '' `+cond+` ORDER BY id`, append([]any{county}, args...)...)
	out, err := list(rows, err, scanStored)
	if err != nil {
		return nil, err
	}
	at := make(map[ID]int, len(out))
	for i := range out {
		at[out[i].id] = i
	}
	for rest := out; len(rest) > 0; rest = rest[min(chunk, len(rest)):] {
		part := rest[:min(chunk, len(rest))]
		args := []any{county}
		for i := range part {
			args = append(args, int64(part[i].id))
		}
		rows, err := tx.Query(ctx, `/* audience.addresses */
			SELECT recipient, channel, address FROM audience_address WHERE county = $1 AND recipient IN `+in(tx, 2, len(part))+` ORDER BY recipient, n`, args...)
		_, err = list(rows, err, func(r *sql.Rows) (struct{}, error) {
			var id ID
			var addr Address
			if err := r.Scan(&id, &addr.Channel, &addr.To); err != nil {
				return struct{}{}, err
			}
			s := &out[at[id]]
			s.addresses = append(s.addresses, addr)
			return struct{}{}, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// byID are the recipients of a chunk of numbers.
func (a *Audience) byID(ctx context.Context, tx *db.Tx, ids []ID) ([]Recipient, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	list, err := recipients(ctx, tx, a.County, `AND id IN `+in(tx, 2, len(ids)), args...)
	if err != nil {
		return nil, err
	}
	return a.read(list)
}

// byKeys are the recipients of a source by their keys, at most a chunk. Each key is looked up by itself: asked for all at once, both
// databases would rather walk through everybody, as long as they have not been told how many there are.
func byKeys(ctx context.Context, tx *db.Tx, county, source string, keys []string) (map[string]*stored, error) {
	args := []any{county, source}
	for _, k := range keys {
		args = append(args, k)
	}
	rows, err := tx.Query(ctx, numbersOf(len(keys)), args...)
	ids, err := list(rows, err, func(r *sql.Rows) (id sql.NullInt64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	var known []any
	for _, id := range ids {
		if id.Valid {
			known = append(known, id.Int64)
		}
	}
	out := make(map[string]*stored, len(known))
	if len(known) == 0 {
		return out, nil
	}
	list, err := recipients(ctx, tx, county, `AND id IN `+in(tx, 2, len(known)), known...)
	if err != nil {
		return nil, err
	}
	for i := range list {
		out[list[i].key] = &list[i]
	}
	return out, nil
}

// numbersOf asks for the numbers of n keys, null for one that nobody has.
func numbersOf(n int) string {
	values := strings.NewReplacer(",", "),(").Replace(db.In(3, n))
	return `/* audience.numbersOf */ WITH want (k) AS (VALUES ` + values + `)
		SELECT (SELECT id FROM audience WHERE county = $1 AND source <> '' AND source = $2 AND key = k) FROM want`
}

// analyze tells PostgreSQL what the tables hold, after much has changed; it would find out by itself within a minute or so. SQLite
// needs no telling.
func analyze(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect == db.SQLite {
		return nil
	}
	_, err := tx.Exec(ctx, `/* audience.analyze */ ANALYZE audience, audience_address`)
	return err
}

// viewSources are the registers that have recipients, as sources.
func viewSources(ctx context.Context, tx *db.Tx, county string) ([]string, error) {
	rows, err := tx.Query(ctx, `/* audience.viewSources */
		SELECT DISTINCT source FROM audience WHERE county = $1 AND source <> '' AND source > $2 AND source < $3 ORDER BY source`,
		county, viewSource, strings.TrimSuffix(viewSource, ":")+";") // which follows the colon
	return list(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// read makes recipients of what is on record.
func (a *Audience) read(list []stored) ([]Recipient, error) {
	out := make([]Recipient, len(list))
	for i := range list {
		if err := a.readOne(&list[i], &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *Audience) readOne(s *stored, r *Recipient) error {
	t, err := a.memory().terms.read(s.terms)
	if err != nil {
		return err
	}
	var rest about
	if err := json.Unmarshal([]byte(s.data), &rest); err != nil {
		return err
	}
	*r = Recipient{ID: s.id, Source: s.source, Key: s.key, Kind: t.Kind, Name: rest.Name, Unit: rest.Unit, Place: s.place, Grid: rest.Grid,
		Roles: slices.Clone(t.Roles), Addresses: s.addresses, Wants: slices.Clone(t.Wants), Consent: rest.Consent, Quiet: rest.Quiet, From: t.From, Until: t.Until, Rev: s.rev, Batch: s.batch}
	if s.placed {
		at := s.at
		r.At = &at
	}
	return nil
}

// filtered are the recipients that a filter asks for.
func filtered(ctx context.Context, tx *db.Tx, county string, f Filter) ([]stored, error) {
	args := []any{county, int64(f.After), f.Size}
	cond := ``
	and := func(text string, v any) {
		args = append(args, v)
		cond += ` AND ` + text + ` $` + strconv.Itoa(len(args))
	}
	if f.Address != "" {
		args = append(args, Spelt(f.Address))
		cond += ` AND id IN (SELECT recipient FROM audience_address WHERE county = $1 AND address = $4)`
	}
	if f.Source != "" {
		and(`source =`, f.Source)
	}
	if f.Kind != "" { // terms stand in one spelling, which begins with the kind
		and(`terms LIKE`, `{"kind":"`+string(f.Kind)+`"%`)
	}
	if f.Place.Town != "" {
		and(`town =`, f.Place.Town)
	}
	if f.Place.Village != "" {
		and(`village =`, f.Place.Village)
	}
	return recipients(ctx, tx, county, `AND id IN (SELECT id FROM audience WHERE county = $1 AND source <> '' AND id > $2`+cond+` ORDER BY id LIMIT $3)`, args[1:]...)
}
