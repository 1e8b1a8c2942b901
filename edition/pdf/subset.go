package pdf

import (
	"bytes"
	"encoding/binary"
)

// subset is the part of a font that a document uses. Every character has a glyph of its own, numbered in the order of
// first use, so that the text can be read back from the file exactly, characters missing in the font included.
type subset struct {
	font   *Font
	ids    map[rune]int
	runes  []rune // of each id; 0 for .notdef and for parts of composed glyphs
	glyphs []int  // in the font, of each id
}

func newSubset(f *Font) *subset {
	return &subset{font: f, ids: map[rune]int{}, runes: []rune{0}, glyphs: []int{0}}
}

func (s *subset) id(r rune) int {
	if id, ok := s.ids[r]; ok {
		return id
	}
	g := s.font.cmap.glyph(r)
	if g >= s.font.glyphs {
		g = 0
	}
	id := len(s.glyphs)
	s.ids[r] = id
	s.runes, s.glyphs = append(s.runes, r), append(s.glyphs, g)
	return id
}

// width is the advance of an id in thousandths of the em.
func (s *subset) width(id int) int {
	if s.glyphs[id] == 0 && id > 0 {
		return 1000 // a box in place of a character that the font lacks
	}
	return int(float64(s.font.advance(s.glyphs[id]))*1000/s.font.unit + 0.5)
}

// file builds a TrueType file of the glyphs used.
func (s *subset) file() []byte {
	var glyf, loca, hmtx bytes.Buffer
	glyphs := append([]int{}, s.glyphs...)
	parts := map[int]int{} // glyph in the font → id, of parts of composed glyphs
	for id := 0; id < len(glyphs); id++ {
		binary.Write(&loca, binary.BigEndian, uint32(glyf.Len()))
		outline := bytes.Clone(s.font.outline(glyphs[id]))
		eachPart(outline, func(at int) {
			part := int(binary.BigEndian.Uint16(outline[at:]))
			if part >= s.font.glyphs || len(glyphs) > 0xfff0 {
				part = 0
			}
			to, ok := parts[part]
			if !ok {
				to = len(glyphs)
				parts[part] = to
				glyphs = append(glyphs, part)
			}
			binary.BigEndian.PutUint16(outline[at:], uint16(to))
		})
		glyf.Write(outline)
		glyf.Write(make([]byte, -glyf.Len()&3))
		hmtx.Write(binary.BigEndian.AppendUint16(nil, uint16(s.font.advance(glyphs[id]))))
		hmtx.Write(binary.BigEndian.AppendUint16(nil, s.font.bearing(glyphs[id])))
	}
	binary.Write(&loca, binary.BigEndian, uint32(glyf.Len()))

	head, hhea, maxp := bytes.Clone(s.font.tables["head"]), bytes.Clone(s.font.tables["hhea"]), bytes.Clone(s.font.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checksum of the whole, filled in last
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(glyphs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(glyphs)))
	return assemble([]table{
		{"cvt ", s.font.tables["cvt "]}, {"fpgm", s.font.tables["fpgm"]}, {"glyf", glyf.Bytes()}, {"head", head},
		{"hhea", hhea}, {"hmtx", hmtx.Bytes()}, {"loca", loca.Bytes()}, {"maxp", maxp}, {"prep", s.font.tables["prep"]},
	})
}

// eachPart visits the offsets of the glyph numbers in a composed glyph.
func eachPart(outline []byte, visit func(at int)) {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return
	}
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		visit(at + 2)
		at += 6
		if flags&0x1 != 0 { // arguments are words
			at += 2
		}
		switch {
		case flags&0x8 != 0: // one scale
			at += 2
		case flags&0x40 != 0: // two scales
			at += 4
		case flags&0x80 != 0: // a matrix
			at += 8
		}
		if flags&0x20 == 0 { // no more parts
			return
		}
	}
}

type table struct {
	tag string
	b   []byte
}

// assemble lays tables, sorted by tag, into a font file; empty ones are left out.
func assemble(all []table) []byte {
	var tables []table
	for _, t := range all {
		if len(t.b) > 0 {
			tables = append(tables, t)
		}
	}
	power, log := 1, 0
	for power*2 <= len(tables) {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(tables), power * 16, log, (len(tables) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at, headAt := 12+16*len(tables), 0
	for _, t := range tables {
		if t.tag == "head" {
			headAt = at
		}
		out = append(out, t.tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(t.b))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.b)))
		at += (len(t.b) + 3) &^ 3
	}
	for _, t := range tables {
		out = append(out, t.b...)
		out = append(out, make([]byte, -len(out)&3)...)
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xb1b0afba-checksum(out))
	return out
}

func checksum(b []byte) uint32 {
	var sum uint32
	for i := 0; i < len(b); i += 4 {
		var w [4]byte
		copy(w[:], b[i:])
		sum += binary.BigEndian.Uint32(w[:])
	}
	return sum
}
