package pdf

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
	"zhixing/internal/peertest"
)

// TestSubsetKeepsGlyphs takes the subset apart again: outlines, advances and bearings are the font's own.
func TestSubsetKeepsGlyphs(t *testing.T) {
	b, err := os.ReadFile("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
	if err != nil {
		peertest.Missing(t, "no TrueType collection is installed (Debian: fonts-wqy-microhei)")
	}
	f, err := ParseFont(b)
	if err != nil {
		t.Fatal(err)
	}
	s := newSubset(f)
	text := []rune("县政府（2024）é修")
	for _, r := range text {
		s.id(r)
	}
	out := s.file()
	if checksum(out) != 0xb1b0afba {
		t.Errorf("the file's sum is %x", checksum(out))
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(out[4:])) {
		e := out[12+16*i:]
		at, n := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		tables[string(e[:4])] = out[at : at+n]
		if name := string(e[:4]); name != "head" && checksum(out[at:at+n]) != binary.BigEndian.Uint32(e[4:]) {
			t.Errorf("sum of %s", name)
		}
	}
	got := Font{tables: tables, unit: f.unit, longLoca: true,
		metrics: int(binary.BigEndian.Uint16(tables["hhea"][34:])), glyphs: int(binary.BigEndian.Uint16(tables["maxp"][4:]))}
	for id, g := range s.glyphs {
		if got.advance(id) != f.advance(g) || got.bearing(id) != f.bearing(g) {
			t.Errorf("%c: advance %d, %d; bearing %d, %d", s.runes[id], got.advance(id), f.advance(g), got.bearing(id), f.bearing(g))
		}
		want, have := f.outline(g), got.outline(id)
		composed := len(want) > 1 && want[0] == 0xff
		if !composed && !bytes.Equal(have[:len(want)], want) {
			t.Errorf("%c: another outline", s.runes[id])
		}
		eachPart(have, func(at int) {
			if part := int(binary.BigEndian.Uint16(have[at:])); part >= got.glyphs || len(got.outline(part)) == 0 {
				t.Errorf("%c: its part %d is not there", s.runes[id], part)
			}
		})
	}
}
