package journal

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// Verify reads the whole log and works everything out anew from its entries: each stored hash, and the root and
// signature of each checkpoint ever given out. It names the first thing that is wrong, or gives the tree.
func (l *Log) Verify(ctx context.Context, d *db.DB) (Tree, error) {
	var tree compact
	err := d.Read(ctx, func(tx *db.Tx) error {
		tree = compact{}
		return l.verify(ctx, tx, &tree)
	})
	if err != nil {
		return tree.tree(), fmt.Errorf("journal.Log.Verify: %w", err)
	}
	return tree.tree(), nil
}

func (l *Log) verify(ctx context.Context, tx *db.Tx, tree *compact) error {
	size, err := l.Size(ctx, tx)
	if err != nil {
		return err
	}
	if err := l.verifyCheckpoints(ctx, tx, *tree, nil); err != nil { // of the empty log
		return err
	}
	for {
		entries, err := l.Entries(ctx, tx, tree.size, maxEntries)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		before := compact{tree.size, append([]tlog.Hash(nil), tree.roots...)}
		if err := l.verifyHashes(ctx, tx, tree, entries); err != nil {
			return err
		}
		if err := l.verifyCheckpoints(ctx, tx, before, entries); err != nil {
			return err
		}
	}
	if tree.size != size {
		return fmt.Errorf("the newest checkpoint is for %d entries, there are %d", size, tree.size)
	}
	var beyond int64
	err = tx.QueryRow(ctx, `/* journal.verify */ SELECT count(*) FROM log_hash WHERE county = $1 AND (idx < 0 OR idx >= $2)`,
		l.county, tlog.StoredHashCount(size)).Scan(&beyond)
	if err == nil && beyond > 0 {
		err = fmt.Errorf("%d hashes belong to no entry", beyond)
	}
	return err
}

// verifyHashes adds entries to the tree and compares what that gives with the stored hashes.
func (l *Log) verifyHashes(ctx context.Context, tx *db.Tx, tree *compact, entries [][]byte) error {
	from := tlog.StoredHashCount(tree.size)
	want := []tlog.Hash{}
	for _, e := range entries {
		want = append(want, tree.add(e)...)
	}
	rows, err := tx.Query(ctx, `/* journal.verifyHashes */
		SELECT idx, hash FROM log_hash WHERE county = $1 AND idx >= $2 AND idx < $3 ORDER BY idx`, l.county, from, from+int64(len(want)))
	if err != nil {
		return err
	}
	defer rows.Close()
	no := int64(0)
	for ; rows.Next(); no++ {
		var idx int64
		var b []byte
		if err := rows.Scan(&idx, &b); err != nil {
			return err
		}
		if idx != from+no || string(b) != string(want[no][:]) {
			_, entry := tlog.SplitStoredHashIndex(from + no)
			return fmt.Errorf("hash %d is missing, or not that of the entries (at entry %d of its level)", from+no, entry)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if no != int64(len(want)) {
		return fmt.Errorf("hash %d is missing", from+no)
	}
	return nil
}

// verifyCheckpoints checks the checkpoints of the sizes that the tree has after each of the entries; without
// entries, that of the empty log.
func (l *Log) verifyCheckpoints(ctx context.Context, tx *db.Tx, tree compact, entries [][]byte) error {
	low, high := tree.size+1, tree.size+int64(len(entries))
	if entries == nil {
		low, high = 0, 0
	}
	rows, err := tx.Query(ctx, `/* journal.verifyCheckpoints */
		SELECT size, note FROM log_checkpoint WHERE county = $1 AND size >= $2 AND size <= $3 ORDER BY size`, l.county, low, high)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		var signed string
		if err := rows.Scan(&size, &signed); err != nil {
			return err
		}
		for tree.size < size {
			tree.add(entries[0])
			entries = entries[1:]
		}
		says, err := OpenCheckpoint([]byte(signed), l.key)
		if err == nil && says != tree.tree() {
			err = errors.New("it is not that of the entries")
		}
		if err != nil {
			return fmt.Errorf("the checkpoint of size %d: %w", size, err)
		}
	}
	return rows.Err()
}
