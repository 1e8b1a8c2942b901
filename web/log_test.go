package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
	"zhixing/journal"
)

// watcher follows the public log as a stranger would: by what the site serves and golang.org/x/mod/sumdb alone.
type watcher struct {
	s        *site
	verifier note.Verifier
}

func (w watcher) fetch(path string) ([]byte, error) {
	a := w.s.get("", path)
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("%s: %d", path, a.status)
	}
	return []byte(a.body), nil
}

// checkpoint is the newest signed tree.
func (w watcher) checkpoint() (tlog.Tree, error) {
	b, err := w.fetch("/checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	n, err := note.Open(b, note.VerifierList(w.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != w.verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", w.verifier.Name(), n.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// Height, ReadTiles and SaveTiles make it a tlog.TileReader.
func (w watcher) Height() int { return 8 }

func (w watcher) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		b, err := w.fetch("/" + strings.Replace(t.Path(), "tile/8/", "tile/", 1)) // C2SP leaves the height out
		if err != nil {
			return nil, err
		}
		data = append(data, b)
	}
	return data, nil
}

func (w watcher) SaveTiles([]tlog.Tile, [][]byte) {}

// entries are all entries of a tree.
func (w watcher) entries(size int64) (all [][]byte, err error) {
	for n := int64(0); n*256 < size; n++ {
		path := fmt.Sprintf("/tile/entries/%03d", n)
		if width := size - n*256; width < 256 {
			path += fmt.Sprintf(".p/%d", width)
		}
		b, err := w.fetch(path)
		if err != nil {
			return nil, err
		}
		some, err := journal.ParseBundle(b)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// root works the root out from nothing but entries.
func root(entries [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for i, e := range entries {
		h, err := tlog.StoredHashes(int64(i), e, read)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, h...)
	}
	return tlog.TreeHash(int64(len(entries)), read)
}

// TestStrangersFollowTheLog: over all that happens to a site, whoever keeps checkpoints sees that nothing was taken
// back, and finds every version of every document.
func TestStrangersFollowTheLog(t *testing.T) {
	sites(t, func(s *site) {
		v, err := note.NewVerifier(s.srv.Log.Key())
		if err != nil {
			t.Fatal(err)
		}
		w := watcher{s, v}
		var kept []tlog.Tree
		look := func() {
			t.Helper()
			tree, err := w.checkpoint()
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, tree)
		}
		look()
		s.publishText(secretIssue)
		look()
		s.publishText(secondIssue)
		look()
		// Enough of anything to fill tiles and begin those of the second level.
		err = s.srv.DB.Write(context.Background(), func(tx *db.Tx) error {
			var many [][]byte
			for i := range 520 {
				many = append(many, fmt.Appendf(nil, "entry %d", i))
			}
			_, err := s.srv.Log.Add(context.Background(), tx, many...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		look()
		s.post("签发乙", "/desk/withdraw", url.Values{"key": {"某政发/2031/2"}, "note": {"公布有误"}})
		look()

		newest := kept[len(kept)-1]
		entries, err := w.entries(newest.N)
		if err != nil {
			t.Fatal(err)
		}
		hashes := tlog.TileHashReader(newest, w) // checks every tile against the signed root
		for i, was := range kept {
			if i > 0 && was.N <= kept[i-1].N {
				t.Errorf("checkpoint %d has %d entries, the one before %d", i, was.N, kept[i-1].N)
			}
			if h, err := root(entries[:was.N]); err != nil || h != was.Hash {
				t.Errorf("the first %d entries have another root than was signed: %v", was.N, err)
			}
			if was.N == 0 {
				continue
			}
			proof, err := tlog.ProveTree(newest.N, was.N, hashes)
			if err == nil {
				err = tlog.CheckTree(proof, newest.N, newest.Hash, was.N, was.Hash)
			}
			if err != nil {
				t.Errorf("from %d to %d entries: %v", was.N, newest.N, err)
			}
		}
		for _, key := range []string{"某政办发/2031/1", "某政发/2031/2"} {
			w.findVersions(key, newest, hashes)
		}
		// A signed head over another history does not pass.
		forged := tlog.Tree{N: newest.N, Hash: tlog.RecordHash([]byte("another"))}
		if _, err := tlog.ProveRecord(newest.N, 0, tlog.TileHashReader(forged, w)); err == nil {
			t.Error("tiles fit a root that is not theirs: the test shows nothing")
		}
	})
}

// findVersions checks that what the site says of each version of a document stands in the log where it says.
func (w watcher) findVersions(key string, tree tlog.Tree, hashes tlog.HashReader) {
	t := w.s.t
	t.Helper()
	var d struct {
		Versions []struct {
			Leaf     int64
			Manifest string
		}
	}
	b, err := w.fetch((&url.URL{Path: "/api/v1/documents/" + key}).EscapedPath())
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err == nil && len(d.Versions) == 0 {
		err = errors.New("no versions")
	}
	if err != nil {
		t.Errorf("%s: %v", key, err)
	}
	for _, v := range d.Versions {
		proof, err := tlog.ProveRecord(tree.N, v.Leaf, hashes)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, v.Leaf, tlog.RecordHash([]byte(v.Manifest)))
		}
		if err != nil {
			t.Errorf("%s, leaf %d: %v", key, v.Leaf, err)
		}
		if !strings.Contains(v.Manifest, "\nkey: "+key+"\n") {
			t.Errorf("%s: the manifest is of another document:\n%s", key, v.Manifest)
		}
	}
}
