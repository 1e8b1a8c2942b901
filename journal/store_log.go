package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// OpenLog opens the county's log and makes it if there is none: then origin becomes its name for ever, even when
// the site moves, and an Ed25519 key is made and kept in the database. Where the key is to be kept elsewhere,
// signer is the private key (PRIVATE+KEY+origin+…), which is then never stored and must be given each time.
func OpenLog(ctx context.Context, d *db.DB, county, origin, signer string) (*Log, error) {
	var l *Log
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		l, err = openLog(ctx, tx, county, origin, signer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("journal.OpenLog: %w", err)
	}
	return l, nil
}

func openLog(ctx context.Context, tx *db.Tx, county, origin, signer string) (*Log, error) {
	var skey, vkey string
	err := tx.QueryRow(ctx, `/* journal.OpenLog */ SELECT signer, verifier FROM log_key WHERE county = $1`, county).Scan(&skey, &vkey)
	made := errors.Is(err, sql.ErrNoRows)
	switch {
	case made:
		if skey, vkey, err = newSigner(signer, origin); err != nil {
			return nil, err
		}
		kept := skey
		if signer != "" {
			kept = ""
		}
		_, err = tx.Exec(ctx, `/* journal.OpenLog */ INSERT INTO log_key (county, signer, verifier, made_at) VALUES ($1, $2, $3, $4)`,
			county, kept, vkey, db.Micros(tx.Now()))
	case err == nil && signer != "":
		given, err := publicKey(signer)
		if err != nil {
			return nil, err
		}
		if given != vkey {
			return nil, fmt.Errorf("the private key given belongs to %s, the log to %s: give the log's own", given, vkey)
		}
		skey = signer
	case err == nil && skey == "":
		return nil, fmt.Errorf("the private key of %s is kept outside the database: give it", vkey)
	}
	if err != nil {
		return nil, err
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		return nil, err
	}
	l := &Log{county: county, origin: s.Name(), key: vkey, signer: s}
	if made { // so that there is a checkpoint from the first day
		err = l.putCheckpoint(ctx, tx, new(compact).tree())
	}
	return l, err
}

// Add adds entries, each of at most MaxLogEntry bytes, and signs the checkpoint of the log that holds them, all in
// tx: they are in the log when tx commits. It gives the index of the first.
func (l *Log) Add(ctx context.Context, tx *db.Tx, entries ...[]byte) (first int64, err error) {
	if first, err = l.add(ctx, tx, entries); err != nil {
		return 0, fmt.Errorf("journal.Log.Add: %w", err)
	}
	return first, nil
}

func (l *Log) add(ctx context.Context, tx *db.Tx, entries [][]byte) (int64, error) {
	for i, e := range entries {
		if len(e) > MaxLogEntry {
			return 0, fmt.Errorf("entry %d of %d has %d bytes, at most %d go into the log: add its hash instead", i+1, len(entries), len(e), MaxLogEntry)
		}
	}
	size, err := l.Size(ctx, tx)
	if err != nil || len(entries) == 0 {
		return size, err
	}
	tree, err := l.edge(ctx, tx, size)
	if err != nil {
		return 0, err
	}
	putEntry, err := tx.Prepare(ctx, `/* journal.Add */ INSERT INTO log_entry (county, idx, entry) VALUES ($1, $2, $3)`)
	if err != nil {
		return 0, err
	}
	defer putEntry.Close()
	putHash, err := tx.Prepare(ctx, `/* journal.Add */ INSERT INTO log_hash (county, idx, hash) VALUES ($1, $2, $3)`)
	if err != nil {
		return 0, err
	}
	defer putHash.Close()
	next := tlog.StoredHashCount(size)
	for _, e := range entries {
		if e == nil {
			e = []byte{} // nil would be stored as NULL
		}
		if _, err := putEntry.ExecContext(ctx, l.county, tree.size, e); err != nil {
			return 0, err
		}
		for _, h := range tree.add(e) {
			if _, err := putHash.ExecContext(ctx, l.county, next, h[:]); err != nil {
				return 0, err
			}
			next++
		}
	}
	return size, l.putCheckpoint(ctx, tx, tree.tree())
}

func (l *Log) putCheckpoint(ctx context.Context, tx *db.Tx, t Tree) error {
	signed, err := l.checkpoint(t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* journal.putCheckpoint */ INSERT INTO log_checkpoint (county, size, at, note) VALUES ($1, $2, $3, $4)`,
		l.county, t.Size, db.Micros(tx.Now()), string(signed))
	return err
}

// edge reads back the roots of the full subtrees of a log of the given size.
func (l *Log) edge(ctx context.Context, tx *db.Tx, size int64) (*compact, error) {
	c := &compact{size: size}
	var at []int64
	for level, done := 62, int64(0); level >= 0; level-- {
		if size&(1<<level) != 0 {
			at = append(at, tlog.StoredHashIndex(level, done>>level))
			done += 1 << level
		}
	}
	var err error
	c.roots, err = l.hashes(ctx, tx).ReadHashes(at)
	return c, err
}

// Size is the number of entries in the log.
func (l *Log) Size(ctx context.Context, tx *db.Tx) (size int64, err error) {
	size, _, err = l.newest(ctx, tx)
	return size, err
}

// Checkpoint is the newest signed checkpoint.
func (l *Log) Checkpoint(ctx context.Context, tx *db.Tx) ([]byte, error) {
	_, signed, err := l.newest(ctx, tx)
	return []byte(signed), err
}

func (l *Log) newest(ctx context.Context, tx *db.Tx) (size int64, signed string, err error) {
	err = tx.QueryRow(ctx, `/* journal.Checkpoint */ SELECT size, note FROM log_checkpoint WHERE county = $1 ORDER BY size DESC LIMIT 1`,
		l.county).Scan(&size, &signed)
	if err != nil {
		err = fmt.Errorf("journal: the newest checkpoint: %w", err)
	}
	return size, signed, err
}

// Entries gives at most n entries (1 to 1,000) from index from; none when the log ends there.
func (l *Log) Entries(ctx context.Context, tx *db.Tx, from int64, n int) ([][]byte, error) {
	if n < 1 || n > maxEntries {
		return nil, fmt.Errorf("journal.Log.Entries: %d entries: allowed are 1 to %d", n, maxEntries)
	}
	rows, err := tx.Query(ctx, `/* journal.Entries */
		SELECT idx, entry FROM log_entry WHERE county = $1 AND idx >= $2 AND idx < $3 ORDER BY idx`, l.county, from, from+int64(n))
	if err != nil {
		return nil, fmt.Errorf("journal.Log.Entries: %w", err)
	}
	defer rows.Close()
	var out [][]byte
	for rows.Next() {
		var idx int64
		var e []byte
		if err := rows.Scan(&idx, &e); err != nil {
			return nil, fmt.Errorf("journal.Log.Entries: %w", err)
		}
		if want := from + int64(len(out)); idx != want {
			return nil, fmt.Errorf("journal.Log.Entries: entry %d is missing", want)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// maxEntries is how many entries are held in memory at once, 64 MB at the very most.
const maxEntries = 1000

// Proof proves that the entry at index stands in the log, against the newest checkpoint, as the text of a file
// (see Proof and VerifyProof).
func (l *Log) Proof(ctx context.Context, tx *db.Tx, index int64) ([]byte, error) {
	size, signed, err := l.newest(ctx, tx)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= size {
		return nil, fmt.Errorf("journal.Log.Proof: entry %d: the log has %d", index, size)
	}
	hashes, err := tlog.ProveRecord(size, index, l.hashes(ctx, tx))
	if err != nil {
		return nil, fmt.Errorf("journal.Log.Proof: %w", err)
	}
	return Proof{Index: index, Hashes: hashes, Checkpoint: []byte(signed)}.Text(), nil
}

// Consistency gives the hashes by which VerifyConsistency sees that the log of size newer continues that of size
// older. There are none to or from the empty log.
func (l *Log) Consistency(ctx context.Context, tx *db.Tx, older, newer int64) ([]tlog.Hash, error) {
	size, err := l.Size(ctx, tx)
	if err != nil {
		return nil, err
	}
	if older < 0 || older > newer || newer > size {
		return nil, fmt.Errorf("journal.Log.Consistency: from %d to %d: the log has %d entries", older, newer, size)
	}
	if older == 0 {
		return nil, nil
	}
	proof, err := tlog.ProveTree(newer, older, l.hashes(ctx, tx))
	if err != nil {
		return nil, fmt.Errorf("journal.Log.Consistency: %w", err)
	}
	return proof, nil
}

// hashes reads stored hashes by the numbers that tlog gives them, in one query for up to 300 of them.
func (l *Log) hashes(ctx context.Context, tx *db.Tx) tlog.HashReaderFunc {
	return func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, 0, len(at))
		found := make(map[int64]tlog.Hash, len(at))
		for lo := 0; lo < len(at); lo += 300 {
			if err := l.readHashes(ctx, tx, at[lo:min(lo+300, len(at))], found); err != nil {
				return nil, err
			}
		}
		for _, i := range at {
			h, ok := found[i]
			if !ok {
				return nil, fmt.Errorf("journal: hash %d of the log is missing", i)
			}
			out = append(out, h)
		}
		return out, nil
	}
}

func (l *Log) readHashes(ctx context.Context, tx *db.Tx, at []int64, found map[int64]tlog.Hash) error {
	args := make([]any, 1, len(at)+1)
	args[0] = l.county
	for _, i := range at {
		args = append(args, i)
	}
	rows, err := tx.Query(ctx, `/* journal.readHashes */ SELECT idx, hash FROM log_hash WHERE county = $1 AND idx IN `+db.In(2, len(at)), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var i int64
		var b []byte
		if err := rows.Scan(&i, &b); err != nil {
			return err
		}
		if len(b) != tlog.HashSize {
			return fmt.Errorf("journal: hash %d of the log has %d bytes", i, len(b))
		}
		found[i] = tlog.Hash(b)
	}
	return rows.Err()
}

// Counties are the counties that have a log here, by their codes.
func Counties(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `/* journal.Counties */ SELECT county FROM log_key ORDER BY county`)
	if err != nil {
		return nil, fmt.Errorf("journal.Counties: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, fmt.Errorf("journal.Counties: %w", err)
		}
		out = append(out, code)
	}
	return out, rows.Err()
}
