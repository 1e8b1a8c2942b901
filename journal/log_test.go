package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
)

const origin = "gazette.example.org/log"

func openLog(t *testing.T, d *db.DB) *journal.Log {
	t.Helper()
	l, err := journal.OpenLog(ctx, d, county, origin, "")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// entry is the text of the i-th entry; some are empty, some long.
func entry(i int64) []byte {
	switch i % 50 {
	case 7:
		return nil
	case 9:
		return bytes.Repeat([]byte{byte(i)}, 3000)
	}
	return fmt.Appendf(nil, "entry %d", i)
}

// grow adds entries until the log has the given size.
func grow(t *testing.T, d *db.DB, l *journal.Log, size int64) {
	t.Helper()
	err := d.Write(ctx, func(tx *db.Tx) error {
		have, err := l.Size(ctx, tx)
		if err != nil {
			return err
		}
		var more [][]byte
		for i := have; i < size; i++ {
			more = append(more, entry(i))
		}
		first, err := l.Add(ctx, tx, more...)
		if first != have {
			t.Errorf("added at %d, want %d", first, have)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, d *db.DB, do func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(ctx, do); err != nil {
		t.Fatal(err)
	}
}

func checkpoint(t *testing.T, d *db.DB, l *journal.Log) (c []byte) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		c, err = l.Checkpoint(ctx, tx)
		return err
	})
	return c
}

// proves checks the proof of entry i, which must fit no other entry.
func proves(t *testing.T, d *db.DB, l *journal.Log, i int64) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		proof, err := l.Proof(ctx, tx, i)
		if err != nil {
			return err
		}
		if err := journal.VerifyProof(entry(i), proof, l.Key()); err != nil {
			t.Errorf("entry %d: %v\n%s", i, err, proof)
		}
		if err := journal.VerifyProof(append(entry(i), '!'), proof, l.Key()); !errors.Is(err, journal.ErrNotIncluded) {
			t.Errorf("entry %d: another text: %v", i, err)
		}
		return nil
	})
}

func TestProofsAtEverySize(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		rnd := rand.New(rand.NewPCG(1, 2))
		for size := int64(1); size <= 600; size++ {
			grow(t, d, l, size)
			switch {
			case size <= 20, size >= 255 && size <= 257, size == 512, size == 600:
				for i := range size {
					proves(t, d, l, i)
				}
			default:
				for _, i := range []int64{0, size - 1, rnd.Int64N(size)} {
					proves(t, d, l, i)
				}
			}
		}
		read(t, d, func(tx *db.Tx) error {
			for _, i := range []int64{-1, 600, 1 << 40} {
				if _, err := l.Proof(ctx, tx, i); err == nil {
					t.Error("a proof for entry", i)
				}
			}
			return nil
		})
		if tree, err := l.Verify(ctx, d); err != nil || tree.Size != 600 {
			t.Error(tree, err)
		}
	})
}

func TestProofsAroundTheThirdLevel(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: 65,538 entries take a few seconds; not in -short")
	}
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	l := openLog(t, d)
	for _, size := range []int64{65535, 65536, 65537, 65538} {
		grow(t, d, l, size)
		for _, i := range []int64{0, 1, 255, 256, 257, 32767, 32768, 65279, 65280, 65534, 65535, 65536, 65537} {
			if i < size {
				proves(t, d, l, i)
			}
		}
		client(t, d, l)
	}
	if _, err := l.Verify(ctx, d); err != nil {
		t.Error(err)
	}
}

func TestConsistencyOfEveryTwoSizes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		const most = 40
		checkpoints := [][]byte{checkpoint(t, d, l)}
		for size := int64(1); size <= most; size++ {
			grow(t, d, l, size)
			checkpoints = append(checkpoints, checkpoint(t, d, l))
		}
		read(t, d, func(tx *db.Tx) error {
			for older := range int64(most + 1) {
				for newer := older; newer <= most; newer++ {
					proof, err := l.Consistency(ctx, tx, older, newer)
					if err != nil {
						return err
					}
					if err := journal.VerifyConsistency(checkpoints[older], checkpoints[newer], proof, l.Key()); err != nil {
						t.Errorf("%d → %d: %v", older, newer, err)
					}
					if newer == older {
						continue
					}
					if err := journal.VerifyConsistency(checkpoints[newer], checkpoints[older], proof, l.Key()); !errors.Is(err, journal.ErrInconsistent) {
						t.Errorf("%d → %d, a log that shrinks: %v", newer, older, err)
					}
					if older == 0 {
						continue
					}
					if err := journal.VerifyConsistency(checkpoints[older-1], checkpoints[newer], proof, l.Key()); older > 1 && !errors.Is(err, journal.ErrInconsistent) {
						t.Errorf("%d → %d by the proof from %d: %v", older-1, newer, older, err)
					}
				}
			}
			return nil
		})
	})
}

func TestAddRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := l.Add(ctx, tx, make([]byte, journal.MaxLogEntry)); err != nil {
				t.Error("the longest entry:", err)
			}
			_, err := l.Add(ctx, tx, []byte("a"), make([]byte, journal.MaxLogEntry+1))
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "65536 bytes, at most 65535") {
			t.Error("an entry that is too long:", err)
		}
		if tree, err := l.Verify(ctx, d); err != nil || tree.Size != 0 {
			t.Error("something of a refused transaction stayed:", tree, err)
		}
	})
}

func TestLogKeepsItsNameAndKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		again, err := journal.OpenLog(ctx, d, county, "moved.example.org/log", "")
		if err != nil || again.Origin() != origin || again.Key() != l.Key() {
			t.Error("after the site moved:", again, err)
		}
		other, err := journal.OpenLog(ctx, d, "200000", "other.example.org/log", "")
		if err != nil || other.Key() == l.Key() {
			t.Error("another county:", other, err)
		}
		for _, bad := range []string{"", "a b", "a+b", "a\nb"} {
			if _, err := journal.OpenLog(ctx, d, "300000", bad, ""); err == nil || !strings.Contains(err.Error(), "want a name") {
				t.Errorf("origin %q: %v", bad, err)
			}
		}
	})
}

func TestKeyKeptOutside(t *testing.T) {
	mine, key, err := note.GenerateKey(nil, origin)
	if err != nil {
		t.Fatal(err)
	}
	another, _, err := note.GenerateKey(nil, origin)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, bad := range []string{"secret", "PRIVATE+KEY+a+00000000+secret", mine + "secret"} {
			if _, err := journal.OpenLog(ctx, d, county, origin, bad); err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("want a refusal that does not repeat the key, got %v", err)
			}
		}
		l, err := journal.OpenLog(ctx, d, county, origin, mine+"\n")
		if err != nil || l.Key() != key {
			t.Fatal("want the public half of the key given, got", l, err)
		}
		grow(t, d, l, 3)
		if _, err := journal.OpenLog(ctx, d, county, origin, ""); err == nil || !strings.Contains(err.Error(), "give it") {
			t.Error("without its key:", err)
		}
		if _, err := journal.OpenLog(ctx, d, county, origin, another); err == nil || !strings.Contains(err.Error(), "the log's own") {
			t.Error("with another key:", err)
		}
		if l, err = journal.OpenLog(ctx, d, county, origin, mine); err != nil {
			t.Fatal(err)
		}
		proves(t, d, l, 2)
		read(t, d, func(tx *db.Tx) error {
			var kept string
			if err := tx.QueryRow(ctx, `SELECT signer FROM log_key WHERE county = $1`, county).Scan(&kept); err != nil || kept != "" {
				t.Errorf("the database holds the key %q, %v", kept, err)
			}
			return nil
		})
	})
}

// Somebody with the database's own rights changes it; Verify sees it.
func TestVerifySeesChanges(t *testing.T) {
	for name, c := range map[string]struct{ table, change, why string }{
		"an entry":                  {"log_entry", `UPDATE log_entry SET entry = (SELECT entry FROM log_entry WHERE idx = 4) WHERE idx = 3`, "hash"},
		"an entry taken out":        {"log_entry", `DELETE FROM log_entry WHERE idx = 3`, "entry 3 is missing"},
		"the end cut off":           {"log_entry", `DELETE FROM log_entry WHERE idx >= 15`, "there are 15"},
		"a hash":                    {"log_hash", `UPDATE log_hash SET hash = (SELECT hash FROM log_hash WHERE idx = 5) WHERE idx = 12`, "hash 12"},
		"a hash taken out":          {"log_hash", `DELETE FROM log_hash WHERE idx = 12`, "hash 12"},
		"the last hashes taken out": {"log_hash", `DELETE FROM log_hash WHERE idx >= 30`, "hash 30 is missing"},
		"a hash too many":           {"log_hash", `INSERT INTO log_hash SELECT county, 1000, hash FROM log_hash WHERE idx = 1`, "belong to no entry"},
		"a checkpoint":              {"log_checkpoint", `UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint WHERE size = 11) WHERE size = 10`, "size 10"},
		"the first checkpoint":      {"log_checkpoint", `UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint WHERE size = 11) WHERE size = 0`, "size 0"},
		"a checkpoint's words":      {"log_checkpoint", `UPDATE log_checkpoint SET note = replace(note, 'gazette', 'gazotte') WHERE size = 10`, "not signed"},
		"the last checkpoint":       {"log_checkpoint", `DELETE FROM log_checkpoint WHERE size = 20`, "is for 19 entries, there are 20"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l := openLog(t, d)
				for size := int64(1); size <= 20; size++ {
					grow(t, d, l, size)
				}
				if err := run(d, c.change); err == nil && !strings.HasPrefix(c.change, "INSERT") {
					t.Error("changed in spite of the triggers")
				}
				unguard(t, d, c.table)
				if err := run(d, c.change); err != nil && !db.IsDuplicate(err) {
					t.Fatal(err)
				}
				if _, err := l.Verify(ctx, d); err == nil || !strings.Contains(err.Error(), c.why) {
					t.Errorf("want an error with %q, got %v", c.why, err)
				}
			})
		})
	}
}

// A dump is the entries in order; adding them anew, in steps of any size, gives the same root.
func TestSameRootFromTheEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		grow(t, d, l, 300)
		want, err := l.Verify(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := journal.OpenLog(ctx, d, "200000", "again.example.org/log", "")
		if err != nil {
			t.Fatal(err)
		}
		for from, step := int64(0), 1; from < 300; step = step%90 + 7 {
			var entries [][]byte
			read(t, d, func(tx *db.Tx) (err error) {
				entries, err = l.Entries(ctx, tx, from, step)
				return err
			})
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := again.Add(ctx, tx, entries...)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			from += int64(len(entries))
		}
		if got, err := again.Verify(ctx, d); err != nil || got != want {
			t.Errorf("want %v, got %v, %v", want, got, err)
		}
	})
}

// Many at once, in two processes: no gap, no double, and every one proved.
func TestAddFromManySides(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			processes := []*db.DB{dbtest.Open(t, dsn, time.Now), dbtest.Open(t, dsn, time.Now)}
			logs := []*journal.Log{openLog(t, processes[0]), openLog(t, processes[1])}
			const writers, times = 12, 12
			var mu sync.Mutex
			at := map[int64]string{}
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					for j := range times {
						text := fmt.Sprint(i, "/", j)
						var index int64
						err := processes[i%2].Write(ctx, func(tx *db.Tx) (err error) {
							if _, err = journal.Append(ctx, tx, county, deed(j)); err != nil {
								return err
							}
							index, err = logs[i%2].Add(ctx, tx, []byte(text))
							return err
						})
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						at[index] = text
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			tree, err := logs[0].Verify(ctx, processes[1])
			if err != nil || tree.Size != writers*times || len(at) != writers*times {
				t.Fatalf("want %d entries, got %d at %d places, %v", writers*times, tree.Size, len(at), err)
			}
			if _, err := journal.Verify(ctx, processes[0], county); err != nil {
				t.Error(err)
			}
			read(t, processes[0], func(tx *db.Tx) error {
				for index, text := range at {
					proof, err := logs[1].Proof(ctx, tx, index)
					if err != nil {
						return err
					}
					if err := journal.VerifyProof([]byte(text), proof, logs[0].Key()); err != nil {
						t.Errorf("%s at %d: %v", text, index, err)
					}
				}
				return nil
			})
		})
	}
}

// client reads the log as a stranger's program would, by its tiles alone, and works out the root.
func client(t *testing.T, d *db.DB, l *journal.Log) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		get := func(path string) []byte {
			f, ok, err := l.Serve(ctx, tx, path)
			if err != nil || !ok {
				t.Fatalf("%s: found %v, %v", path, ok, err)
			}
			return f.Body
		}
		tree, err := journal.OpenCheckpoint(get("/checkpoint"), l.Key())
		if err != nil {
			return err
		}
		tiles := &tileClient{get: func(tile tlog.Tile) []byte { return get("/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1)) }}
		reader := tlog.TileHashReader(tlog.Tree{N: tree.Size, Hash: tree.Root}, tiles)
		if root, err := tlog.TreeHash(tree.Size, reader); err != nil || root != tree.Root {
			t.Errorf("size %d: the tiles give root %v, %v", tree.Size, root, err)
		}
		for n := int64(0); n*256 < tree.Size; n++ {
			width := min(256, tree.Size-n*256)
			path := strings.Replace(tlog.Tile{H: 8, L: 0, N: n, W: int(width)}.Path(), "tile/8/0/", "/tile/entries/", 1)
			entries, err := journal.ParseBundle(get(path))
			if err != nil || int64(len(entries)) != width {
				t.Fatalf("%s: %d entries, %v", path, len(entries), err)
			}
			for i, e := range entries {
				if !bytes.Equal(e, entry(n*256+int64(i))) {
					t.Fatalf("%s: entry %d is %q", path, i, e)
				}
			}
		}
		return nil
	})
}

type tileClient struct{ get func(tlog.Tile) []byte }

func (c *tileClient) Height() int                     { return 8 }
func (c *tileClient) SaveTiles([]tlog.Tile, [][]byte) {}
func (c *tileClient) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		data = append(data, c.get(t))
	}
	return data, nil
}

func TestStrangersReadTheTiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		for _, size := range []int64{1, 2, 255, 256, 257, 511, 512, 700} {
			grow(t, d, l, size)
			client(t, d, l)
		}
	})
}

func TestPathsThatAreNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := openLog(t, d)
		grow(t, d, l, 300)
		read(t, d, func(tx *db.Tx) error {
			for _, path := range []string{
				"/tile/0/000", "/tile/0/000.p/1", "/tile/0/000.p/255", "/tile/0/001.p/44", "/tile/1/000.p/1", "/tile/entries/000", "/tile/entries/001.p/44",
			} {
				if _, ok, err := l.Serve(ctx, tx, path); err != nil || !ok {
					t.Errorf("%s: found %v, %v", path, ok, err)
				}
			}
			for _, path := range []string{
				"", "/", "/tile", "/tile/", "/checkpoint/", "/CHECKPOINT", "checkpoint", "/tile/0/001", "/tile/0/001.p/45", "/tile/1/000", "/tile/1/000.p/2",
				"/tile/2/000.p/1", "/tile/8/000.p/1", "/tile/63/000.p/1", "/tile/64/000", "/tile/-1/000", "/tile/00/000", "/tile/0/0", "/tile/0/0000",
				"/tile/0/x000/000", "/tile/0/000.p/0", "/tile/0/000.p/01", "/tile/0/000.p/256", "/tile/0/000.p/-1", "/tile/0/000.p/", "/tile/0/000/", "/tile/0/+00",
				"/tile/entries/001", "/tile/entries/000.p/1/", "/tile/8/0/000", "/tile/0/" + strings.Repeat("x999/", 10) + "999", "/tile/0/../0/000", "/tile/entries/%30",
			} {
				if _, ok, err := l.Serve(ctx, tx, path); err != nil || ok {
					t.Errorf("%s: found %v, %v", path, ok, err)
				}
			}
			for _, bad := range []func() ([]byte, error){
				func() ([]byte, error) { return l.Tile(ctx, tx, -1, 0, 1) },
				func() ([]byte, error) { return l.Tile(ctx, tx, 0, -1, 1) },
				func() ([]byte, error) { return l.Tile(ctx, tx, 0, 0, 0) },
				func() ([]byte, error) { return l.Tile(ctx, tx, 0, 0, 257) },
				func() ([]byte, error) { return l.Tile(ctx, tx, 0, 1<<62, 1) },
				func() ([]byte, error) { return l.Bundle(ctx, tx, 1, 45) },
			} {
				if _, err := bad(); err == nil {
					t.Error("a tile beyond the log")
				}
			}
			return nil
		})
	})
}
