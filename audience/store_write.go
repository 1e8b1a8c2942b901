package audience

import (
	"context"
	"encoding/json"
	"slices"

	"zhixing/db"
)

// writing is one change of many recipients. Whatever it writes carries the next number of changes, by which indexes find it.
type writing struct {
	a     *Audience
	ctx   context.Context
	tx    *db.Tx
	head  head
	batch int64 // of an import; its undo is kept
	wrote int

	rows, addresses, before bulk
}

func (a *Audience) begin(ctx context.Context, tx *db.Tx, batch int64) (*writing, error) {
	h, err := loadHead(ctx, tx, a.County)
	if err != nil {
		return nil, err
	}
	h.rev++
	return &writing{a: a, ctx: ctx, tx: tx, head: h, batch: batch,
		rows: bulk{columns: 15, query: `/* audience.insert */ INSERT INTO audience (county, id, source, key, town, village, placed, x, y,
			terms, data, until_on, batch, rev, changed_at) VALUES`},
		addresses: bulk{columns: 5, query: `/* audience.insertAddress */ INSERT INTO audience_address (county, recipient, n, channel, address) VALUES`},
		before:    bulk{columns: 4, query: `/* audience.insertBefore */ INSERT INTO audience_before (county, batch, recipient, body) VALUES`}}, nil
}

// row is the recipient as it will stand on record.
func (w *writing) row(r *Recipient) stored {
	s := stored{id: r.ID, source: r.Source, key: r.Key, place: r.Place, terms: spelling(r.terms()), until: r.Until.String(), batch: w.batch,
		addresses: r.Addresses,
		data:      spelling(about{r.Name, r.Unit, r.Grid, r.Consent, r.Quiet})}
	if r.At != nil {
		s.at, s.placed = *r.At, true
	}
	return s
}

func (s *stored) same(t *stored) bool {
	return s.place == t.place && s.placed == t.placed && s.at == t.at && s.terms == t.terms && s.data == t.data && s.until == t.until &&
		slices.Equal(s.addresses, t.addresses)
}

// put writes a tidy recipient; before is what it was, nil for a new one. It says what became of it.
func (w *writing) put(r *Recipient, before *stored) (Fate, error) {
	s := w.row(r)
	if before == nil {
		s.id = ID(w.head.next)
		r.ID = s.id
		w.head.next++
		w.wrote++
		w.rows.add(append([]any{w.a.County, int64(s.id), s.source, s.key}, w.rest(&s)...)...)
		w.address(&s)
		w.keepBefore(s.id, nil)
		return FateNew, w.flush(chunk)
	}
	s.id = before.id
	r.ID = s.id
	if s.same(before) {
		return FateSame, nil
	}
	w.keepBefore(s.id, before)
	return FateChange, w.update(&s, !slices.Equal(s.addresses, before.addresses))
}

// rest are the columns of a row from town on.
func (w *writing) rest(s *stored) []any {
	return []any{s.place.Town, s.place.Village, s.placed, int64(s.at.X), int64(s.at.Y), s.terms, s.data, s.until, s.batch, w.head.rev, db.Micros(w.tx.Now())}
}

func (w *writing) address(s *stored) {
	for n, addr := range s.addresses {
		w.addresses.add(w.a.County, int64(s.id), n, string(addr.Channel), addr.To)
	}
}

func (w *writing) update(s *stored, addresses bool) error {
	_, err := w.tx.Exec(w.ctx, `/* audience.update */
		UPDATE audience SET source = $3, key = $4, town = $5, village = $6, placed = $7, x = $8, y = $9, terms = $10, data = $11, until_on = $12,
			batch = $13, rev = $14, changed_at = $15
		WHERE county = $1 AND id = $2`, append([]any{w.a.County, int64(s.id), s.source, s.key}, w.rest(s)...)...)
	if err != nil || !addresses {
		return err
	}
	if _, err := w.tx.Exec(w.ctx, `/* audience.dropAddresses */ DELETE FROM audience_address WHERE county = $1 AND recipient = $2`, w.a.County, int64(s.id)); err != nil {
		return err
	}
	w.address(s)
	return w.flush(chunk)
}

// remove leaves of a recipient nothing but its number.
func (w *writing) remove(s *stored) error {
	w.keepBefore(s.id, s)
	return w.update(&stored{id: s.id, batch: w.batch}, true)
}

// image is a recipient as an undo needs it; nil where there was none.
type image struct {
	Source, Key, Terms, Data, Until string
	Place                           Place
	Placed                          bool
	At                              XY
	Addresses                       []Address
}

func (w *writing) keepBefore(id ID, s *stored) {
	if w.batch == 0 {
		return
	}
	var was *image
	if s != nil {
		was = &image{s.source, s.key, s.terms, s.data, s.until, s.place, s.placed, s.at, s.addresses}
	}
	w.before.add(w.a.County, w.batch, int64(id), spelling(was))
}

// flush writes what waits, once there is enough of it.
func (w *writing) flush(most int) error {
	if len(w.rows.args) < most*w.rows.columns && len(w.addresses.args) < most*w.addresses.columns && most > 0 {
		return nil
	}
	for _, b := range []*bulk{&w.rows, &w.addresses, &w.before} {
		if err := b.run(w.ctx, w.tx); err != nil {
			return err
		}
	}
	return nil
}

// many is from how many rows on a change is told to the database.
const many = 5000

func (w *writing) end() error {
	if err := w.flush(0); err != nil {
		return err
	}
	if w.wrote >= many {
		if err := analyze(w.ctx, w.tx); err != nil {
			return err
		}
	}
	return w.head.keep(w.ctx, w.tx, w.a.County)
}

// imagesOf are what recipients were before a batch, by number: in portions, as there may be many.
func imagesOf(ctx context.Context, tx *db.Tx, county string, batch int64, after ID) (ids []ID, was []*image, err error) {
	rows, err := tx.Query(ctx, `/* audience.before */
		SELECT recipient, body FROM audience_before WHERE county = $1 AND batch = $2 AND recipient > $3 ORDER BY recipient LIMIT 500`, county, batch, int64(after))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id ID
		var body string
		var im *image
		if err := rows.Scan(&id, &body); err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal([]byte(body), &im); err != nil {
			return nil, nil, err
		}
		ids, was = append(ids, id), append(was, im)
	}
	return ids, was, rows.Err()
}

func readArea(ctx context.Context, tx *db.Tx, county, name string) (body string, ok bool, err error) {
	ok, err = found(tx.QueryRow(ctx, `/* audience.area */ SELECT body FROM audience_area WHERE county = $1 AND name = $2`, county, name).Scan(&body))
	return body, ok, err
}

func readAreas(ctx context.Context, tx *db.Tx, county string) (map[string]string, error) {
	rows, err := tx.Query(ctx, `/* audience.areas */ SELECT name, body FROM audience_area WHERE county = $1 ORDER BY name`, county)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, body string
		if err := rows.Scan(&name, &body); err != nil {
			return nil, err
		}
		out[name] = body
	}
	return out, rows.Err()
}

func keepArea(ctx context.Context, tx *db.Tx, county, name, body, who string) error {
	_, err := tx.Exec(ctx, `/* audience.draw */
		INSERT INTO audience_area (county, name, body, who, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, name) DO UPDATE SET body = excluded.body, who = excluded.who, at = excluded.at`, county, name, body, who, db.Micros(tx.Now()))
	return err
}

func dropArea(ctx context.Context, tx *db.Tx, county, name string) (bool, error) {
	res, err := tx.Exec(ctx, `/* audience.undraw */ DELETE FROM audience_area WHERE county = $1 AND name = $2`, county, name)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
