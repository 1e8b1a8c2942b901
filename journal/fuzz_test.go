package journal

import "testing"

// A path is read in one spelling only, and never as a tile that no log has.
func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"/tile/0/x001/x234/067", "/tile/1/000.p/17", "/tile/entries/000.p/112", "/tile/0/x999/x999/x999/x999/x999/999", "/tile/entries/../000"} {
		f.Add(s, int64(300))
	}
	f.Fuzz(func(t *testing.T, path string, size int64) {
		tile, ok := parseTilePath(path)
		if !ok {
			return
		}
		if tile.String() != path || tile.n < 0 || tile.level < 0 || tile.width < 1 || tile.width > tileWidth {
			t.Errorf("%q is read as %+v", path, tile)
		}
		if size = size & (maxSize - 1); tile.within(size) && tile.n > size>>tileHeight {
			t.Errorf("%q is within a log of %d entries", path, size)
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	l := &Log{origin: "gazette.example.org/log"}
	skey, vkey, err := newSigner("", l.origin)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := publicKey(skey); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("gazette.example.org/log\n4\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— gazette.example.org/log hI2DJwAA\n"), vkey)
	f.Add([]byte("\n\n\n\n"), "a+b+c")
	f.Fuzz(func(t *testing.T, text []byte, key string) {
		if tree, err := OpenCheckpoint(text, key); err == nil && (tree.Size < 0 || tree.Size > maxSize) {
			t.Errorf("%q is read as %+v", text, tree)
		}
		parseCheckpoint(string(text), key)
	})
}
