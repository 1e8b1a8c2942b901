package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/calendar"
	"zhixing/db"
)

// head is the row of a register in register_head.
type head struct {
	edge    edge
	entries int64 // numbers given out
	levels  int64 // sizes of places, one bit each
	rules   string
	fresh   bool // there is no row yet
}

func loadHead(ctx context.Context, tx *db.Tx, county string, name Name) (head, error) {
	var h head
	var size int64
	var b []byte
	err := tx.QueryRow(ctx, `/* register.loadHead */ SELECT size, entries, edge, levels, rules FROM register_head WHERE county = $1 AND register = $2`,
		county, string(name)).Scan(&size, &h.entries, &b, &h.levels, &h.rules)
	if errors.Is(err, sql.ErrNoRows) {
		return head{fresh: true}, nil
	}
	if err != nil {
		return h, err
	}
	h.edge, err = decodeEdge(size, b)
	return h, err
}

func saveHead(ctx context.Context, tx *db.Tx, county string, name Name, h head) error {
	_, err := tx.Exec(ctx, `/* register.saveHead */ INSERT INTO register_head (county, register, size, entries, edge, levels, rules, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (county, register) DO UPDATE SET size = excluded.size, entries = excluded.entries,
		edge = excluded.edge, levels = excluded.levels, rules = excluded.rules, changed_at = excluded.changed_at`,
		county, string(name), h.edge.size, h.entries, h.edge.encode(), h.levels, h.rules, db.Micros(tx.Now()))
	return err
}

// Heads are where the trees of all registers of the county stand, by name; what public says of a register decides
// whether its head is of interest outside.
func (r *Registers) Heads(ctx context.Context, tx *db.Tx) ([]Head, error) {
	rows, err := tx.Query(ctx, `/* register.Heads */ SELECT register, size, edge FROM register_head WHERE county = $1 ORDER BY register`, r.County)
	if err != nil {
		return nil, wrap("Heads", err)
	}
	defer rows.Close()
	var out []Head
	for rows.Next() {
		var name string
		var size int64
		var b []byte
		if err := rows.Scan(&name, &size, &b); err != nil {
			return nil, wrap("Heads", err)
		}
		e, err := decodeEdge(size, b)
		if err != nil {
			return nil, wrap("Heads", err)
		}
		out = append(out, Head{Name(name), size, e.root()})
	}
	return out, wrap("Heads", rows.Err())
}

const recordColumns = `seq, entry, n, deed, holds, at, who, unit, why, basis, state, into_key, batch, once, data, seal, leaf`

func scanRecord(scan func(...any) error) (Record, error) {
	var rec Record
	var deed, holds, data, sealText string
	var at int64
	var leaf []byte
	err := scan(&rec.Seq, &rec.Entry, &rec.N, &deed, &holds, &at, &rec.By, &rec.Unit, &rec.Why, &rec.Basis, &rec.State, &rec.Into, &rec.Batch, &rec.Once,
		&data, &sealText, &leaf)
	if err != nil {
		return rec, err
	}
	rec.What, rec.At = Deed(deed), db.FromMicros(at)
	if rec.Holds, err = calendar.ParseDate(holds); err != nil {
		return rec, err
	}
	copy(rec.leaf[:], leaf)
	if rec.seal, err = decodeSeal(sealText); err != nil {
		return rec, err
	}
	return rec, json.Unmarshal([]byte(data), &rec.Set)
}

// recordsWhere reads records: cond continues the WHERE behind county and register, which are $1 and $2.
func recordsWhere(ctx context.Context, tx *db.Tx, county string, name Name, cond string, args ...any) ([]Record, error) {
	rows, err := tx.Query(ctx, `/* register.records */ SELECT `+recordColumns+` FROM register_record WHERE county = $1 AND register = $2 `+cond,
		append([]any{county, string(name)}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		rec, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, rows.Err()
}

func recordsOf(ctx context.Context, tx *db.Tx, county string, name Name, id ID) ([]Record, error) {
	return recordsWhere(ctx, tx, county, name, `AND entry = $3 ORDER BY n`, int64(id))
}

const entryColumns = `e.id, e.key, e.label, e.state, e.n, e.entered_on, e.holds_on, e.changed_at, e.review_by, e.removed_on, e.into_key, e.town, e.village, e.data`

func scanEntry(name Name, scan func(...any) error, more ...any) (*Entry, error) {
	e := &Entry{Register: name}
	var at int64
	var entered, holds, review, removed string
	var data []byte
	err := scan(append([]any{&e.ID, &e.Key, &e.Label, &e.State, &e.N, &entered, &holds, &at, &review, &removed, &e.Into, &e.Town, &e.Village, &data}, more...)...)
	if err != nil {
		return nil, err
	}
	e.ChangedAt = db.FromMicros(at)
	for _, d := range []struct {
		text string
		to   *calendar.Date
	}{{entered, &e.EnteredOn}, {holds, &e.HoldsOn}, {review, &e.ReviewBy}, {removed, &e.RemovedOn}} {
		if *d.to, err = calendar.ParseDate(d.text); err != nil {
			return nil, err
		}
	}
	e.Values, err = decodeValues(data)
	return e, err
}

// entriesWhere reads entries as they stand: cond continues the WHERE behind county and register, which are $1 and $2.
func entriesWhere(ctx context.Context, tx *db.Tx, county string, name Name, cond string, args ...any) ([]*Entry, error) {
	rows, err := tx.Query(ctx, `/* register.entries */ SELECT `+entryColumns+` FROM register_entry e WHERE e.county = $1 AND e.register = $2 `+cond,
		append([]any{county, string(name)}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Entry
	for rows.Next() {
		e, err := scanEntry(name, rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func one(list []*Entry, err error) (*Entry, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// byKey is the entry with this key, removed or not; nil where there is none.
func byKey(ctx context.Context, tx *db.Tx, county string, name Name, key string) (*Entry, error) {
	return one(entriesWhere(ctx, tx, county, name, `AND e.key = $3`, key))
}

func byID(ctx context.Context, tx *db.Tx, county string, name Name, id ID) (*Entry, error) {
	return one(entriesWhere(ctx, tx, county, name, `AND e.id = $3`, int64(id)))
}

// byKeys are the entries with these keys, by key.
func byKeys(ctx context.Context, tx *db.Tx, county string, name Name, keys []string) (map[string]*Entry, error) {
	out := make(map[string]*Entry, len(keys))
	const most = 500
	for ; len(keys) > 0; keys = keys[min(most, len(keys)):] {
		var args []any
		for _, k := range keys[:min(most, len(keys))] {
			args = append(args, k)
		}
		list, err := entriesWhere(ctx, tx, county, name, `AND e.key IN `+db.In(3, len(args)), args...)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			out[e.Key] = e
		}
	}
	return out, nil
}

// keysAmong are those of the keys that entries in the register have.
func keysAmong(ctx context.Context, tx *db.Tx, county string, name Name, words []string) (map[string]bool, error) {
	keys := map[string]bool{}
	const most = 400
	for ; len(words) > 0; words = words[min(most, len(words)):] {
		args := []any{county, string(name)}
		for _, w := range words[:min(most, len(words))] {
			args = append(args, w)
		}
		list, err := texts(ctx, tx, `/* register.keysAmong */ SELECT key FROM register_entry WHERE county = $1 AND register = $2 AND removed_on = '' AND key IN `+
			db.In(3, len(args)-2), args...)
		if err != nil {
			return nil, err
		}
		for _, k := range list {
			keys[k] = true
		}
	}
	return keys, nil
}

// keysLabelled are the keys of entries that people call so.
func keysLabelled(ctx context.Context, tx *db.Tx, county string, name Name, label string) ([]string, error) {
	return texts(ctx, tx, `/* register.keysLabelled */ SELECT key FROM register_entry WHERE county = $1 AND register = $2 AND removed_on = '' AND label = $3
		ORDER BY id LIMIT 3`, county, string(name), label)
}

func texts(ctx context.Context, tx *db.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, query, args...)
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

// labelsOf are what people call the entries with these keys, by key.
func labelsOf(ctx context.Context, tx *db.Tx, county string, name Name, keys []string) (map[string]string, error) {
	out := make(map[string]string, len(keys))
	if len(keys) == 0 {
		return out, nil
	}
	c := &condition{}
	c.sql.WriteString("county = " + c.arg(county) + " AND register = " + c.arg(string(name)))
	at := make([]string, len(keys))
	for i, k := range keys {
		at[i] = c.arg(k)
	}
	rows, err := tx.Query(ctx, `/* register.labelsOf */ SELECT key, label FROM register_entry WHERE `+c.sql.String()+` AND key IN (`+strings.Join(at, ", ")+`)`, c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key, label string
		if err := rows.Scan(&key, &label); err != nil {
			return nil, err
		}
		out[key] = label
	}
	return out, rows.Err()
}

// onceDone is the entry on which a form with this token did its work before.
func onceDone(ctx context.Context, tx *db.Tx, county string, name Name, once string) (id ID, who string, err error) {
	err = tx.QueryRow(ctx, `/* register.onceDone */ SELECT entry, who FROM register_record WHERE county = $1 AND register = $2 AND once = $3 AND once <> ''`,
		county, string(name), once).Scan(&id, &who)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, who, err
}

// linksTo are entries of a register whose field names the target: ids by number.
func linksTo(ctx context.Context, tx *db.Tx, county string, target Name, key string, from Name, field string) ([]ID, error) {
	rows, err := tx.Query(ctx, `/* register.linksTo */ SELECT id FROM register_link WHERE county = $1 AND target = $2 AND key = $3 AND register = $4 AND field = $5
		ORDER BY id`, county, string(target), key, string(from), field)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ID
	for rows.Next() {
		var id ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Hashes of leaves and nodes for proofs.
func hashesWhere(ctx context.Context, tx *db.Tx, query string, args ...any) ([]tlog.Hash, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []tlog.Hash
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if len(b) != tlog.HashSize {
			return nil, errors.New("a hash has not 32 bytes")
		}
		out = append(out, tlog.Hash(b))
	}
	return out, rows.Err()
}

func storedHashes(ctx context.Context, tx *db.Tx, county string, name Name) stored {
	return stored{
		leaves: func(from, to int64) ([]tlog.Hash, error) {
			return hashesWhere(ctx, tx, `/* register.leaves */ SELECT leaf FROM register_record WHERE county = $1 AND register = $2 AND seq >= $3 AND seq < $4 ORDER BY seq`,
				county, string(name), from, to)
		},
		nodes: func(from, to int64) ([]tlog.Hash, error) {
			return hashesWhere(ctx, tx, `/* register.nodes */ SELECT hash FROM register_node WHERE county = $1 AND register = $2 AND n >= $3 AND n < $4 ORDER BY n`,
				county, string(name), from, to)
		},
	}
}

// putShape and putFile keep bytes once.
func putShape(ctx context.Context, tx *db.Tx, county string, sha string, b []byte) error {
	_, err := tx.Exec(ctx, `/* register.putShape */ INSERT INTO register_shape (county, sha256, bytes) VALUES ($1, $2, $3) ON CONFLICT (county, sha256) DO NOTHING`,
		county, sha, b)
	return err
}

func shapeOf(ctx context.Context, tx *db.Tx, county, value string) (*Geometry, error) {
	if p, bad := parsePoint(value); bad == "" {
		return At(p), nil
	}
	_, sha, ok := splitShape(value)
	if !ok {
		return nil, errShape
	}
	b, err := bytesOf(ctx, tx, `/* register.shapeOf */ SELECT bytes FROM register_shape WHERE county = $1 AND sha256 = $2`, county, sha)
	if err != nil {
		return nil, err
	}
	return decodeGeometry(b)
}

func putFile(ctx context.Context, tx *db.Tx, county, sha string, b []byte) error {
	_, err := tx.Exec(ctx, `/* register.putFile */ INSERT INTO register_file (county, sha256, size, stored_at, bytes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (county, sha256) DO NOTHING`, county, sha, len(b), db.Micros(tx.Now()), b)
	return err
}

func fileBytes(ctx context.Context, tx *db.Tx, county, sha string) ([]byte, error) {
	return bytesOf(ctx, tx, `/* register.fileBytes */ SELECT bytes FROM register_file WHERE county = $1 AND sha256 = $2`, county, sha)
}

func bytesOf(ctx context.Context, tx *db.Tx, query string, args ...any) (b []byte, err error) {
	err = tx.QueryRow(ctx, query, args...).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, refuse(NotFound, "File", "没有这个文件。")
	}
	return b, err
}

// insertSQL inserts n rows of so many columns. SQLite's driver looks for the name of each parameter among all others, so
// there they have none.
func insertSQL(dialect db.Dialect, into string, columns, n int) string {
	var b strings.Builder
	insert := "INSERT INTO "
	if dialect == db.SQLite { // one that fails ends the transaction, so SQLite need not keep what would undo it alone
		insert = "INSERT OR FAIL INTO "
	}
	b.WriteString("/* register.insert */ " + insert + into + " VALUES ")
	nameless := "(?" + strings.Repeat(",?", columns-1) + ")"
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if dialect == db.SQLite {
			b.WriteString(nameless)
		} else {
			b.WriteString(db.In(1+i*columns, columns))
		}
	}
	return b.String()
}

// referred reports whether some entry refers to this one.
func referred(ctx context.Context, tx *db.Tx, county string, name Name, key string) (bool, error) {
	var id int64
	err := tx.QueryRow(ctx, `/* register.referred */ SELECT id FROM register_link WHERE county = $1 AND target = $2 AND key = $3 ORDER BY register, field, id LIMIT 1`,
		county, string(name), key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
