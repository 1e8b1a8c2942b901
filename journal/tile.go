package journal

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"zhixing/db"
)

// tileHeight is the height of a tile as C2SP tlog-tiles sets it; a whole tile is tileWidth hashes or entries wide.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// File is one of the log's static files.
type File struct {
	Body        []byte
	ContentType string
	Immutable   bool // may be kept for ever; the checkpoint changes with each entry
}

// Serve gives the file of the log at path, as C2SP tlog-tiles names them:
//
//	/checkpoint                the newest signed checkpoint
//	/tile/0/x001/x234/067      256 hashes of entries
//	/tile/1/000.p/17           17 hashes of whole tiles below
//	/tile/entries/000.p/112    112 entries, each after its length in two bytes
//
// A path in any other spelling, or beyond the end of the log, is not found.
func (l *Log) Serve(ctx context.Context, tx *db.Tx, path string) (f File, found bool, err error) {
	if path == "/checkpoint" {
		body, err := l.Checkpoint(ctx, tx)
		return File{body, "text/plain; charset=utf-8", false}, err == nil, err
	}
	t, ok := parseTilePath(path)
	if !ok {
		return File{}, false, nil
	}
	size, err := l.Size(ctx, tx)
	if err != nil || !t.within(size) {
		return File{}, false, err
	}
	f = File{ContentType: "application/octet-stream", Immutable: true}
	if t.entries {
		f.Body, err = l.Bundle(ctx, tx, t.n, t.width)
	} else {
		f.Body, err = l.Tile(ctx, tx, t.level, t.n, t.width)
	}
	return f, err == nil, err
}

// Tile gives hashes of the tree: width (1 to 256) of them from the n-th tile of a level. Those of level 0 are of
// entries, those above of whole tiles one level below.
func (l *Log) Tile(ctx context.Context, tx *db.Tx, level int, n int64, width int) ([]byte, error) {
	t := tilePath{level: level, n: n, width: width}
	if err := l.inside(ctx, tx, t); err != nil {
		return nil, err
	}
	data, err := tlog.ReadTileData(tlog.Tile{H: tileHeight, L: level, N: n, W: width}, l.hashes(ctx, tx))
	if err != nil {
		return nil, fmt.Errorf("journal.Tile: %w", err)
	}
	return data, nil
}

// Bundle gives width (1 to 256) entries from the n-th bundle of 256, each after its length in two bytes.
func (l *Log) Bundle(ctx context.Context, tx *db.Tx, n int64, width int) ([]byte, error) {
	if err := l.inside(ctx, tx, tilePath{entries: true, n: n, width: width}); err != nil {
		return nil, err
	}
	entries, err := l.Entries(ctx, tx, n*tileWidth, width)
	if err != nil {
		return nil, err
	}
	if len(entries) != width {
		return nil, fmt.Errorf("journal.Bundle: entries are missing after %d", n*tileWidth+int64(len(entries)))
	}
	var body []byte
	for _, e := range entries {
		body = binary.BigEndian.AppendUint16(body, uint16(len(e)))
		body = append(body, e...)
	}
	return body, nil
}

// ParseBundle takes a bundle apart. It is pure.
func ParseBundle(body []byte) (entries [][]byte, err error) {
	for len(body) > 0 {
		if len(body) < 2 || len(body)-2 < int(binary.BigEndian.Uint16(body)) {
			return nil, fmt.Errorf("the bundle ends inside entry %d", len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(body))
		entries = append(entries, body[2:end:end])
		body = body[end:]
		if len(entries) > tileWidth {
			return nil, fmt.Errorf("the bundle has more than %d entries", tileWidth)
		}
	}
	return entries, nil
}

func (l *Log) inside(ctx context.Context, tx *db.Tx, t tilePath) error {
	size, err := l.Size(ctx, tx)
	if err != nil {
		return err
	}
	if t.level < 0 || t.n < 0 || t.width < 1 || t.width > tileWidth || !t.within(size) {
		return fmt.Errorf("journal: %s is beyond the %d entries of the log", t, size)
	}
	return nil
}

// tilePath names a tile of hashes, or a bundle of entries.
type tilePath struct {
	entries bool
	level   int // 0 for entries
	n       int64
	width   int // 1 to 256
}

// within says that the tile is there in a log of the given size.
func (t tilePath) within(size int64) bool {
	if t.level >= 64/tileHeight {
		return false
	}
	have := size >> (tileHeight * t.level) // hashes on this level
	return t.n <= have>>tileHeight && t.n*tileWidth+int64(t.width) <= have
}

// String is the path: /tile/0/x001/067.p/112.
func (t tilePath) String() string {
	kind := "entries"
	if !t.entries {
		kind = strconv.Itoa(t.level)
	}
	n := fmt.Sprintf("%03d", t.n%1000)
	for rest := t.n / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	if t.width < tileWidth {
		n += ".p/" + strconv.Itoa(t.width)
	}
	return "/tile/" + kind + "/" + n
}

// parseTilePath reads a path in the one spelling that String gives it.
func parseTilePath(path string) (t tilePath, ok bool) {
	rest, ok := strings.CutPrefix(path, "/tile/")
	if !ok || len(path) > 100 {
		return t, false
	}
	kind, rest, _ := strings.Cut(rest, "/")
	if t.entries = kind == "entries"; !t.entries {
		level, err := strconv.Atoi(kind)
		if err != nil || level < 0 || level > 63 {
			return t, false
		}
		t.level = level
	}
	t.width = tileWidth
	n, width, partial := strings.Cut(rest, ".p/")
	if partial {
		w, err := strconv.Atoi(width)
		if err != nil || w < 1 || w >= tileWidth {
			return t, false
		}
		t.width = w
	}
	for part := range strings.SplitSeq(n, "/") {
		d, err := strconv.Atoi(strings.TrimPrefix(part, "x"))
		if err != nil || d < 0 || d > 999 || t.n > maxSize {
			return t, false
		}
		t.n = t.n*1000 + int64(d)
	}
	return t, t.String() == path
}
