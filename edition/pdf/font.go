package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// Font is one TrueType face, ready to be measured and embedded. It refers to the bytes that it was read from.
type Font struct {
	tables   map[string][]byte
	unit     float64 // units per em
	metrics  int     // glyphs with an advance of their own in hmtx
	glyphs   int
	longLoca bool
	cmap     cmap
}

// ErrFont says that the bytes are not a TrueType font that may be embedded.
var ErrFont = errors.New("not a TrueType font that can be embedded")

// ParseFont reads a .ttf, or the first face of a .ttc that collects several. Fonts with PostScript outlines (.otf,
// most Noto CJK) and fonts that forbid embedding are refused.
func ParseFont(b []byte) (*Font, error) {
	at := 0
	if len(b) >= 16 && string(b[:4]) == "ttcf" {
		at = int(binary.BigEndian.Uint32(b[12:]))
	}
	dir, ok := cut(b, at, 12)
	if !ok {
		return nil, fmt.Errorf("%w: it ends before its table of contents", ErrFont)
	}
	if tag := string(dir[:4]); tag != "\x00\x01\x00\x00" && tag != "true" {
		return nil, fmt.Errorf("%w: PostScript outlines or another format (it begins %q)", ErrFont, tag)
	}
	f := &Font{tables: map[string][]byte{}}
	for i := range int(binary.BigEndian.Uint16(dir[4:])) {
		e, ok := cut(b, at+12+16*i, 16)
		if !ok {
			return nil, fmt.Errorf("%w: its table of contents is cut off", ErrFont)
		}
		table, ok := cut(b, int(binary.BigEndian.Uint32(e[8:])), int(binary.BigEndian.Uint32(e[12:])))
		if !ok {
			return nil, fmt.Errorf("%w: table %q is cut off", ErrFont, e[:4])
		}
		f.tables[string(e[:4])] = table
	}
	return f, f.read()
}

// cut is b[at:at+n], and false where b does not hold it.
func cut(b []byte, at, n int) ([]byte, bool) {
	if at < 0 || n < 0 || at > len(b) || n > len(b)-at {
		return nil, false
	}
	return b[at : at+n], true
}

func (f *Font) read() error {
	for name, size := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 1, "cmap": 4} {
		if len(f.tables[name]) < size {
			return fmt.Errorf("%w: table %q is missing or too short", ErrFont, name)
		}
	}
	if os2 := f.tables["OS/2"]; len(os2) >= 10 && binary.BigEndian.Uint16(os2[8:])&0xf == 2 {
		return fmt.Errorf("%w: its licence forbids embedding", ErrFont)
	}
	head := f.tables["head"]
	f.unit = float64(binary.BigEndian.Uint16(head[18:]))
	f.longLoca = binary.BigEndian.Uint16(head[50:]) != 0
	f.metrics = int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	entry := 2
	if f.longLoca {
		entry = 4
	}
	if f.unit == 0 || f.metrics == 0 || f.glyphs == 0 || len(f.tables["hmtx"]) < 4*f.metrics || len(f.tables["loca"]) < entry*(f.glyphs+1) {
		return fmt.Errorf("%w: its measures do not fit together", ErrFont)
	}
	var err error
	f.cmap, err = readCmap(f.tables["cmap"])
	return err
}

// Advance is the width of r in parts of the em, and false where the font has no such character.
func (f *Font) Advance(r rune) (em float64, ok bool) {
	g := f.cmap.glyph(r)
	if g <= 0 || g >= f.glyphs {
		return 1, false
	}
	return float64(f.advance(g)) / f.unit, true
}

func (f *Font) advance(glyph int) int {
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(glyph, f.metrics-1):]))
}

// bearing is the white space at the left of the glyph, which viewers shift its outline by.
func (f *Font) bearing(glyph int) uint16 {
	at := 4*glyph + 2
	if glyph >= f.metrics {
		at = 4*f.metrics + 2*(glyph-f.metrics)
	}
	b, ok := cut(f.tables["hmtx"], at, 2)
	if !ok {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// outline is the glyph's own bytes; empty for a blank.
func (f *Font) outline(glyph int) []byte {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	var from, to int
	if f.longLoca {
		from, to = int(binary.BigEndian.Uint32(loca[4*glyph:])), int(binary.BigEndian.Uint32(loca[4*glyph+4:]))
	} else {
		from, to = 2*int(binary.BigEndian.Uint16(loca[2*glyph:])), 2*int(binary.BigEndian.Uint16(loca[2*glyph+2:]))
	}
	b, _ := cut(glyf, from, to-from)
	return b
}

// cmap finds the glyph of a character: runs of characters, ascending.
type cmap struct {
	runs  []cmapRun
	bytes []byte // of the format 4 subtable, for glyph lists
}

type cmapRun struct {
	from, to rune
	delta    int
	list     int // offset into bytes of the glyph of from; 0 where glyph = character + delta
}

// readCmap takes the fullest Unicode subtable: format 12 before format 4.
func readCmap(b []byte) (cmap, error) {
	var best cmap
	for i := range int(binary.BigEndian.Uint16(b[2:])) {
		e, ok := cut(b, 4+8*i, 8)
		if !ok {
			break
		}
		platform, encoding := binary.BigEndian.Uint16(e), binary.BigEndian.Uint16(e[2:])
		if platform != 0 && (platform != 3 || encoding != 1 && encoding != 10) {
			continue
		}
		at := int(binary.BigEndian.Uint32(e[4:]))
		if at < 0 || at+2 > len(b) {
			continue
		}
		var c cmap
		switch sub := b[at:]; binary.BigEndian.Uint16(sub) {
		case 4:
			c = readCmap4(sub)
		case 12:
			c = readCmap12(sub)
		}
		if c.count() > best.count() {
			best = c
		}
	}
	if len(best.runs) == 0 {
		return best, fmt.Errorf("%w: it has no Unicode characters", ErrFont)
	}
	sort.SliceStable(best.runs, func(i, j int) bool { return best.runs[i].from < best.runs[j].from })
	return best, nil
}

func (c cmap) count() int {
	n := 0
	for _, r := range c.runs {
		n += int(r.to-r.from) + 1
	}
	return n
}

func readCmap4(b []byte) cmap {
	c := cmap{bytes: b}
	if len(b) < 16 {
		return c
	}
	n := int(binary.BigEndian.Uint16(b[6:])) / 2
	if len(b) < 16+8*n {
		return c
	}
	at := func(i int) int { return int(binary.BigEndian.Uint16(b[i:])) }
	for i := range n {
		end, start := at(14+2*i), at(16+2*n+2*i)
		delta, rangeAt := at(16+4*n+2*i), 16+6*n+2*i
		run := cmapRun{from: rune(start), to: rune(end), delta: delta}
		if offset := at(rangeAt); offset != 0 {
			run.list = rangeAt + offset
		}
		if start <= end && start != 0xffff {
			c.runs = append(c.runs, run)
		}
	}
	return c
}

func readCmap12(b []byte) cmap {
	var c cmap
	if len(b) < 16 {
		return c
	}
	n := int(binary.BigEndian.Uint32(b[12:]))
	for i := 0; i < n && 16+12*(i+1) <= len(b); i++ {
		e := b[16+12*i:]
		from, to, glyph := binary.BigEndian.Uint32(e), binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:])
		if from <= to && to <= 0x10ffff && glyph <= 0xffff {
			c.runs = append(c.runs, cmapRun{from: rune(from), to: rune(to), delta: int(glyph) - int(from)})
		}
	}
	return c
}

// glyph is 0 where the font has none.
func (c cmap) glyph(r rune) int {
	i := sort.Search(len(c.runs), func(i int) bool { return c.runs[i].to >= r })
	if i == len(c.runs) || r < c.runs[i].from {
		return 0
	}
	run := c.runs[i]
	if run.list == 0 {
		return (int(r) + run.delta) & 0xffff
	}
	g, ok := cut(c.bytes, run.list+2*int(r-run.from), 2)
	if !ok || binary.BigEndian.Uint16(g) == 0 {
		return 0
	}
	return (int(binary.BigEndian.Uint16(g)) + run.delta) & 0xffff
}
