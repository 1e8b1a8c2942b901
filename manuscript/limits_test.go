package manuscript

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// measured decodes and fails where that took more time or memory than a linear reader may.
func measured(t *testing.T, name string, data []byte, work int) (string, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	text, err := Decode(name, data)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	mb := int(after.TotalAlloc-before.TotalAlloc) >> 20
	t.Logf("%s: %d MB, %v, %d MB allocated, %v", name, work>>20, took.Round(time.Millisecond), mb, err)
	if limit := 10*time.Second + time.Duration(work>>20)*time.Second/2; took > limit {
		t.Errorf("%s: took %v, limit %v", name, took, limit)
	}
	if limit := 64 + 150*work>>20; mb > limit {
		t.Errorf("%s: allocated %d MB in all, limit %d", name, mb, limit)
	}
	return text, err
}

// TestMuchOfOneThing gives every reader its worst: it answers soon, with text or with a refusal. 50 MB of one
// character, and less of what is slower, but enough to tell linear time from other.
func TestMuchOfOneThing(t *testing.T) {
	const much, size = 50 << 20, 5 << 20
	page := func(s string) string {
		return "<html><body>" + strings.Repeat(s, (size-12)/len(s))
	}
	for _, c := range []struct{ name, data, want string }{
		{"一种字符.txt", strings.Repeat("一", much/3), ""},
		{"一种字母.txt", strings.Repeat("a", much), ""},
		{"换行.txt", strings.Repeat("\r\n", much/2), "是空的"},
		{"空格.txt", strings.Repeat(" ", much), "是空的"},
		{"全角空格.txt", strings.Repeat("　", much/3), "是空的"},
		{"国标.txt", strings.Repeat("\xd2\xbb", much/2), "超过上限 64 MB"},
		{"零.txt", strings.Repeat("\x00", much), "第 1 行有空字节"},
		{"高位.txt", strings.Repeat("\xff", size), "乱码"},
		{"残字.txt", "一" + strings.Repeat("\xe4\xb8", size/2), ""},
		{"软连字符.txt", "一" + strings.Repeat("\u00ad", size/2), ""},
		{"部首.txt", strings.Repeat("⽔", size/3), ""},
		{"字.htm", page("一"), ""},
		{"小于号.htm", page("<"), ""},
		{"标签.htm", page("<b>"), "没有文字"},
		{"标签不完.htm", page("<b "), ""},
		{"引号不完.htm", page(`<b a="`), ""},
		{"引号.htm", page(`<b a='">`) + `">x`, ""},
		{"注释.htm", page("<!-->"), "没有文字"},
		{"注释不完.htm", page("<!--"), "注释没有结束"},
		{"表.htm", page("<table>"), "没有文字"},
		{"表套表.htm", page("<table><tr><td>一"), ""},
		{"格.htm", "<html><table>" + page("<td>一"), ""},
		{"宽格.htm", "<html><table>" + page("<td colspan=64>"), "没有文字"},
		{"高格.htm", "<html><table>" + page("<tr><td rowspan=999 colspan=64>一"), ""},
		{"列表.htm", page("<ol><li>一"), ""},
		{"列表项.htm", "<html><ol>" + page("<li>一"), ""},
		{"藏.htm", page("<div hidden>"), "没有文字"},
		{"藏字.htm", page("<p hidden>一"), "没有结束"},
		{"脚本.htm", page("<script>"), "没有结束"},
		{"实体.htm", page("&lt;"), ""},
		{"属性.htm", "<html><p " + strings.Repeat("a=1 ", size/4) + ">字", ""},
		{"属性问.htm", page("<p style=a hidden=0>字</p>"), "没有文字"},
		{"上标.htm", page("<sup>3"), ""},
		{"目录.zip", "PK\x03\x04" + strings.Repeat("PK\x01\x02", size/4-1), "个部件，超过上限"},
		{"花括号.rtf", `{\rtf1` + strings.Repeat("{", size), "RTF"},
	} {
		got, err := measured(t, c.name, []byte(c.data), len(c.data))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && strings.TrimSpace(got) == "":
			t.Errorf("%s: no text", c.name)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: want a refusal with %q, got %v", c.name, c.want, err)
		}
	}
}

// TestTooBig refuses before looking.
func TestTooBig(t *testing.T) {
	_, err := Decode("大.txt", make([]byte, MaxFile+1))
	if err == nil || !strings.Contains(err.Error(), "有 65 MB，超过上限 64 MB") {
		t.Error(err)
	}
}

// bomb is a .docx whose body repeats one piece of XML.
func bomb(t *testing.T, piece string, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "<w:document"+wordNames+"><w:body>")
	block := []byte(strings.Repeat(piece, 1+(1<<20)/len(piece)))
	for n := 0; n < size; n += len(block) {
		w.Write(block)
	}
	io.WriteString(w, "</w:body></w:document>")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestZipBombs(t *testing.T) {
	const most = 12 << 20
	for _, c := range []struct {
		name  string
		data  []byte
		work  int
		wants string
	}{
		{"大部件.docx", bomb(t, "<w:p><w:r><w:t>一</w:t></w:r></w:p>", maxUnpacked+1<<20), 0, "解开后大得不正常"},
		{"大段.docx", bomb(t, strings.Repeat("一", 30)+"<w:p/>", most), most, "没有文字"},
		{"空段.docx", bomb(t, "<w:p/>", most), most, "没有文字"},
		{"两个大部件.docx", pack(map[string]string{
			"word/footnotes.xml": "<w:footnotes" + wordNames + ">" + strings.Repeat(" ", maxUnpacked/2) + "</w:footnotes>",
			"word/document.xml":  "<w:document" + wordNames + ">" + strings.Repeat(" ", maxUnpacked/2) + "</w:document>",
		}), maxUnpacked, "解开后大得不正常"},
		{"嵌套.docx", bomb(t, "<w:p><w:r>", most), most / 2, "嵌套超过"},
		{"表.docx", bomb(t, "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>一</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", most), most / 2, ""},
		{"宽格.docx", bomb(t, `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="63"/></w:tcPr><w:p><w:r><w:t>一</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, most), most / 2, ""},
		{"域.docx", bomb(t, `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>`, most), most / 2, "没有文字"},
	} {
		_, err := measured(t, c.name, c.data, c.work)
		if c.wants == "" && err != nil || c.wants != "" && (err == nil || !strings.Contains(err.Error(), c.wants)) {
			t.Errorf("%s: want %q, got %v", c.name, c.wants, err)
		}
	}
}

// TestLyingArchive has a part that says it is small.
func TestLyingArchive(t *testing.T) {
	data := bomb(t, "<w:p><w:r><w:t>一</w:t></w:r></w:p>", maxUnpacked+1<<20)
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], 1000) // uncompressed size in the directory
	if got, err := Decode("谎报.docx", data); !errors.Is(err, zip.ErrFormat) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

// TestLongNumbers has a short file whose numbers would fill the memory.
func TestLongNumbers(t *testing.T) {
	numbering := func(text string) map[string]string {
		return map[string]string{"numbering": `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="` + text + `"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`}
	}
	body := strings.Repeat(`<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>一</w:t></w:r></w:p>`, 100_000)
	if _, err := measured(t, "长编号.docx", docx(body, numbering(strings.Repeat("%1", 1<<20))), len(body)); err != nil {
		t.Error(err)
	}
	if _, err := measured(t, "多编号.docx", docx(body, numbering(strings.Repeat("%1", 255))), 2*len(body)); err == nil || !strings.Contains(err.Error(), "超过上限") {
		t.Error(err)
	}
}

func TestManyEntries(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range maxEntries + 1 {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("word/%d.xml", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := measured(t, "多部件.docx", out.Bytes(), out.Len()); err == nil || !strings.Contains(err.Error(), "个部件，超过上限") {
		t.Error(err)
	}
}

// TestCutArchive cuts a .docx short at many places: never a part of its text.
func TestCutArchive(t *testing.T) {
	data := docx("<w:p><w:r><w:t>"+strings.Repeat("甲县人民政府", 500)+"</w:t></w:r></w:p>", nil)
	for n := 4; n < len(data); n += 7 {
		if got, err := Decode("断.docx", data[:n]); err == nil || !strings.Contains(err.Error(), "不完整或已损坏") {
			t.Fatalf("cut at %d of %d: got %d bytes, %v", n, len(data), len(got), err)
		}
	}
	for n := 40; n < len(data); n += 5 { // one byte wrong: whole text or refusal
		bad := bytes.Clone(data)
		bad[n] ^= 0x55
		if got, err := Decode("坏.docx", bad); err == nil && !strings.Contains(got, strings.Repeat("甲县人民政府", 500)) {
			t.Fatalf("byte %d wrong: got %.60q", n, got)
		}
	}
}
