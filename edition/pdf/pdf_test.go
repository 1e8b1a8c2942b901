package pdf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/edition/pdf"
	"zhixing/internal/peertest"
)

// face is a font of the system.
func face(t testing.TB) []byte {
	t.Helper()
	for _, name := range []string{"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"} {
		if b, err := os.ReadFile(name); err == nil {
			return b
		}
	}
	peertest.Missing(t, "no TrueType font is installed (Debian: fonts-wqy-microhei)")
	return nil
}

func small(t testing.TB) []byte {
	f, err := pdf.ParseFont(face(t))
	if err != nil {
		t.Fatal(err)
	}
	d := pdf.New(f, pdf.Info{Title: "通知 <&>", Author: "甲县", Lang: "zh-CN", Created: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}, 595.28, 841.89)
	d.Page()
	d.Begin("H1")
	d.Outline(1, "标题", 90)
	d.Text(72, 100, pdf.Style{Size: 22, Weight: 0.02}, "Title 标题")
	d.End()
	d.Begin("P")
	d.Outline(2, "段", 140)
	d.Text(72, 150, pdf.Style{Size: 16, Spacing: 0.5, Colour: pdf.Colour{1, 0, 0}}, "é fi (text) \\ 𠮷👍")
	d.Page()
	d.Text(72, 100, pdf.Style{Size: 16}, "second page")
	d.Link(72, 84, 100, 16, "https://x.cn/(a)")
	d.End()
	d.Outline(1, "尾", 200)
	d.Text(500, 800, pdf.Style{Size: 14}, "— 2 —")
	d.Line(72, 120, 300, 120, 1, pdf.Colour{})
	return d.Bytes()
}

// TestObjectsAreWhereTheTableSaysTheyAre reads the cross-reference table as a viewer does.
func TestObjectsAreWhereTheTableSaysTheyAre(t *testing.T) {
	b := small(t)
	i := bytes.LastIndex(b, []byte("startxref\n"))
	at, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(string(b[i+10:]), "%%EOF\n")))
	if err != nil || !bytes.HasPrefix(b[at:], []byte("xref\n0 ")) {
		t.Fatal(err)
	}
	lines := strings.Split(string(b[at:]), "\n")
	n, _ := strconv.Atoi(strings.TrimPrefix(lines[1], "0 "))
	for k := 1; k < n; k++ {
		offset, err := strconv.Atoi(lines[2+k][:10])
		if err != nil || len(lines[2+k]) != 19 || !bytes.HasPrefix(b[offset:], []byte(fmt.Sprintf("%d 0 obj\n", k))) {
			t.Errorf("object %d: %q", k, lines[2+k])
		}
	}
	if !bytes.Equal(b, small(t)) {
		t.Error("not the same twice")
	}
}

func TestPopplerReadsIt(t *testing.T) {
	run := func(name string, args ...string) string {
		cmd := exec.Command(peertest.Program(t, name, "poppler-utils"), args...)
		cmd.Stdin = bytes.NewReader(small(t))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || stderr.Len() > 0 {
			t.Fatalf("%s: %v %s", name, err, stderr.String())
		}
		return string(out)
	}
	text := run("pdftotext", "-layout", "-", "-")
	for _, want := range []string{"Title 标题", "é fi (text) \\ 𠮷👍", "second page", "2—"} {
		if !strings.Contains(text, want) {
			t.Errorf("lost %q of %q", want, text)
		}
	}
	info := run("pdfinfo", "-")
	for _, want := range []string{"通知 <&>", "甲县", "Tagged:          yes", "Pages:           2"} {
		if !strings.Contains(info, want) {
			t.Errorf("lacks %q:\n%s", want, info)
		}
	}
	structure := run("pdfinfo", "-struct-text", "-")
	if !strings.Contains(structure, "H1 (block)") || !strings.Contains(structure, `"second page"`) || strings.Contains(structure, "— 2 —") {
		t.Error(structure)
	}
	if fonts := run("pdffonts", "-"); !strings.Contains(fonts, "CID TrueType") || !strings.Contains(fonts, "yes yes yes") {
		t.Error(fonts)
	}
}

// TestSubsetIsSmall: of a face of some megabytes only what is used goes into the file.
func TestSubsetIsSmall(t *testing.T) {
	if n := len(small(t)); n > 64<<10 {
		t.Errorf("%d bytes for two dozen characters", n)
	}
}

func TestAdvance(t *testing.T) {
	f, err := pdf.ParseFont(face(t))
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := f.Advance('A'); !ok || w < 0.4 || w > 0.9 {
		t.Errorf("A is %v em wide, %v", w, ok)
	}
	if w, ok := f.Advance('\U000fffff'); ok || w != 1 {
		t.Errorf("a character that no font has: %v, %v", w, ok)
	}
}

func TestNotAFont(t *testing.T) {
	good := face(t)
	forbidden := func() []byte { // a licence that forbids embedding stands in OS/2
		b := bytes.Clone(good)
		dir := 0
		if string(b[:4]) == "ttcf" {
			dir = int(binary.BigEndian.Uint32(b[12:]))
		}
		for i := range int(binary.BigEndian.Uint16(b[dir+4:])) {
			if e := b[dir+12+16*i:]; string(e[:4]) == "OS/2" {
				binary.BigEndian.PutUint16(b[binary.BigEndian.Uint32(e[8:])+8:], 2)
			}
		}
		return b
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("not a font, only some text"), "postscript": []byte("OTTO" + strings.Repeat("\x00", 40)),
		"cut off": good[:len(good)/2], "cut in the directory": good[:60], "ttc pointing out": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff"),
		"forbidden": forbidden(),
	} {
		if _, err := pdf.ParseFont(b); !errors.Is(err, pdf.ErrFont) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseFont(f *testing.F) {
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"))
	f.Add([]byte("\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00headxxxx\x00\x00\x00\x00\x00\x00\x00\x04"))
	f.Add(tiny())
	f.Fuzz(func(t *testing.T, b []byte) {
		font, err := pdf.ParseFont(b)
		if err != nil {
			return
		}
		d := pdf.New(font, pdf.Info{}, 100, 100)
		d.Page()
		for _, r := range "Aé文𠮷" {
			font.Advance(r)
			d.Text(0, 0, pdf.Style{Size: 1}, string(r))
		}
		d.Bytes()
	})
}

// tiny is a font of two glyphs, the second composed of itself, for the fuzzer to start from.
func tiny() []byte {
	tables := []struct {
		tag string
		b   []byte
	}{
		{"cmap", []byte("\x00\x00\x00\x01\x00\x03\x00\x0a\x00\x00\x00\x0c\x00\x0c\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00A\x00\x00\x00Z\x00\x00\x00\x01")},
		{"glyf", []byte("\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x20\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00")},
		{"head", append(make([]byte, 18), append([]byte{4, 0}, make([]byte, 34)...)...)},
		{"hhea", append(make([]byte, 34), 0, 1)}, {"hmtx", []byte{2, 0, 0, 0, 0, 0}},
		{"loca", []byte{0, 0, 0, 0, 0, 12}}, {"maxp", []byte{0, 1, 0, 0, 0, 2}},
	}
	out := append([]byte{0, 1, 0, 0, 0, byte(len(tables))}, make([]byte, 6)...)
	at := 12 + 16*len(tables)
	var data []byte
	for _, t := range tables {
		out = append(out, t.tag...)
		out = append(out, 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(data)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.b)))
		data = append(data, t.b...)
	}
	return append(out, data...)
}

func TestTinyFontParses(t *testing.T) {
	if f, err := pdf.ParseFont(tiny()); err != nil {
		t.Error(err)
	} else if w, ok := f.Advance('A'); !ok || w != 0.5 {
		t.Error(w, ok)
	}
}
