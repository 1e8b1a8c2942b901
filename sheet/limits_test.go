package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func zipped(parts ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, _ := z.Create(parts[i])
		fmt.Fprint(w, parts[i+1])
	}
	z.Close()
	return b.String()
}

// book is a small .xlsx with the given rows as XML, and what else stands beside them.
func book(rows string, more ...string) string {
	return zipped(append([]string{
		"_rels/.rels", `<Relationships><Relationship Id="1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="台账" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="b" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}, more...)...)
}

func text(ref, s string) string {
	return `<c r="` + ref + `" t="inlineStr"><is><t>` + s + `</t></is></c>`
}

const head = `<row r="1"><c r="A1" t="inlineStr"><is><t>序号</t></is></c><c r="B1" t="inlineStr"><is><t>任务</t></is></c></row>`

// oldFile is the beginning of a file of Office before 2007, with the name of one of its streams.
func oldFile(stream string) string {
	var b strings.Builder
	b.WriteString("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504))
	for _, r := range stream + "\x00" {
		b.WriteString(string(r) + "\x00")
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"empty", " \r\n", "文件是空的"},
		{"password", oldFile("EncryptedPackage"), "文件加了打开密码"},
		{"xls", oldFile("Workbook"), "文件是旧版 Excel 表格（.xls）"},
		{"xls of 1995", oldFile("Book"), "文件是旧版 Excel 表格（.xls）"},
		{"doc", oldFile("WordDocument"), "文件是 Word 文档"},
		{"other old file", oldFile("x"), "文件是旧版 Office 格式"},
		{"web page", "\xef\xbb\xbf\n<HTML><table>", "文件其实是网页"},
		{"xml", `<?xml version="1.0"?><Workbook>`, "文件是 XML 格式的表格"},
		{"pdf", "%PDF-1.7", "文件是 PDF"},
		{"macros", book(head, "xl/vbaProject.bin", "x"), "文件里有宏"},
		{"old macros", book(head, "xl/macrosheets/sheet1.xml", "<x/>"), "文件里有宏"},
		{"xlsb", zipped("xl/workbook.bin", "x"), "文件是二进制表格（.xlsb）"},
		{"docx", zipped("word/document.xml", "<x/>"), "文件是 Word 文档"},
		{"ods", zipped("content.xml", "<x/>"), "文件是 ODF 格式"},
		{"zip", zipped("a.txt", "x"), "文件是压缩包"},
		{"cut", book(head)[:600], "文件不完整或已损坏"},
		{"binary", "ab\x00cd", "文件不是表格"},
		{"garbled", "序号,任务\n1,\xff\xff", "第 2 行：有乱码"},
		{"quotes", "序号,任务\n1,\"散煤\n2,植树\n", "第 2 行：引号不成对"},
		{"broken xml", book(`<row r="1"><c`), "文件不完整或已损坏"},
		{"no such text", book(`<row r="1"><c r="A1" t="s"><v>5</v></c></row>`), "文件不完整或已损坏：文字表里没有第 5 条"},
		{"never computed", book(head + `<row r="2"><c r="B2"><f>1+1</f></c></row>`), "工作表“台账”第 2 行：B列是公式，文件里没有它的结果"},
		{"missing part", zipped("xl/workbook.xml", `<workbook xmlns:r="r"><sheet r:id="a"/></workbook>`, "xl/_rels/workbook.xml.rels", `<x><Relationship Id="a" Type="x/worksheet" Target="no.xml"/></x>`), "文件不完整或已损坏：缺少部件 xl/no.xml"},
		{"one column", "序号\n1\n", "没有找到表格"},
	} {
		tables, err := Read(strings.NewReader(c.data), int64(len(c.data)), Limits{})
		if err == nil || !strings.HasPrefix(Message(err), c.want) {
			t.Errorf("%s: got %v %v, want %s…", c.name, tables, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	csv := "序号,任务,备注\n1,a,b\n\n2,a,b\n"
	small := book(head + `<row r="2">` + text("A2", "1") + text("B2", "散煤") + `</row>`)
	wide := book(head + `<row r="2">` + text("XFD2", "1") + `</row>`)
	for _, c := range []struct {
		name, data string
		limits     Limits
		want       string
	}{
		{"bytes", strings.Repeat("a", 2<<20), Limits{Bytes: 1 << 20}, "文件超过上限 1 MB"},
		{"rows", csv, Limits{Rows: 2}, "第 4 行：内容超过上限 2 行"},
		{"columns", csv, Limits{Columns: 2}, "第 1 行：C列有内容，超过上限 2 列"},
		{"columns of xlsx", wide, Limits{}, "工作表“台账”第 2 行：XFD列有内容，超过上限 200 列"},
		{"cells", csv, Limits{Cells: 8}, "第 4 行：全部内容超过上限 8 格"},
		{"cells of xlsx", small, Limits{Cells: 3}, "工作表“台账”第 2 行：全部内容超过上限 3 格"},
		{"text", csv, Limits{Text: 5}, "第 1 行：A列的文字有 2 字，太长"},
		{"unzipped", book(head + strings.Repeat(`<row/>`, 1<<20)), Limits{Unzipped: 1 << 20}, "文件解开后超过上限 1 MB"},
		{"sheets", zipped("xl/workbook.xml", `<x><sheet/><sheet state="hidden"/><sheet/></x>`), Limits{Sheets: 1}, "工作表超过上限 1 张"},
	} {
		for _, size := range []int64{int64(len(c.data)), -1} {
			tables, err := Read(strings.NewReader(c.data), size, c.limits)
			if err == nil || !strings.HasPrefix(Message(err), c.want) || err.(*Error).Kind != TooLarge {
				t.Errorf("%s: got %v %v, want %s…", c.name, tables, err, c.want)
			}
		}
	}
	if _, err := Read(strings.NewReader(csv), int64(len(csv))+1, Limits{}); err == nil || !strings.Contains(Message(err), "没有传完") {
		t.Errorf("a file that ended early: %v", err)
	}
	if tables, err := Read(strings.NewReader(csv), -1, Limits{Rows: 3, Columns: 3, Cells: 9}); err != nil || len(tables[0].Rows) != 2 {
		t.Errorf("at the bounds: %v %v", tables, err)
	}
}

// TestManyMerges: merges that overlap take no longer than their number allows.
func TestManyMerges(t *testing.T) {
	var rows, merges strings.Builder
	for i := 2; i < 20_000; i++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>1</v></c></row>`, i, i, i)
		fmt.Fprintf(&merges, `<mergeCell ref="A%d:B20000"/>`, i)
	}
	data := book(head + rows.String() + `</sheetData><mergeCells>` + merges.String() + `</mergeCells><sheetData>`)
	start := time.Now()
	if _, err := Read(strings.NewReader(data), -1, Limits{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestXML(t *testing.T) {
	shared := `<sst xmlns:p="x"><p:si><p:r><p:t>禁煤区</p:t></p:r><p:rPh><p:t>jin</p:t></p:rPh><p:r><p:t xml:space="preserve">散煤 </p:t></p:r></p:si><p:si/></sst>`
	data := book(`<row>`+text("", "序号")+text("", "任务")+text("", "时限")+`</row>`+
		`<row><c><v>1</v></c><c t="s"><v>0</v></c><c t="d"><v>2023-10-31T00:00:00</v></c></row>`+
		`<row r="9"><c r="C9" t="str"><f>A1</f><v>长_x000D__xzz_期</v></c><c r="A9" t="b"><v>1</v></c><c r="B9" t="e"><v>#REF!</v></c></row>`+
		`<row><c t="s"><v>1</v></c></row>`, "xl/SharedStrings.xml", shared)
	tables, err := Read(strings.NewReader(data), -1, Limits{})
	want := `台账 第1行: 序号 | 任务 | 时限
2: 序号=1 任务=禁煤区散煤 时限=2023-10-31
9: 序号=TRUE 任务=#REF! 时限=长
_xzz_期
`
	if got := dump(tables, nil, err); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestCSV(t *testing.T) {
	const want = " 第2行: 序号 | 任务 | 时限\n3: 序号=1 任务=散煤，\"清零\"\n第二行 时限=2023/10/31\n"
	plain := "\"台账\",,\r\n序号,任务,时限\r\n1,\"散煤，\"\"清零\"\"\n第二行\",2023/10/31\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	must(t, err)
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(plain, ",", "\t"))
	must(t, err)
	for name, data := range map[string]string{
		"UTF-8": plain, "with mark": "\xef\xbb\xbf" + plain, "GB 18030": gb, "Unicode text": wide,
		"semicolons": strings.ReplaceAll(plain, ",", ";"), "old Mac lines": strings.ReplaceAll(strings.ReplaceAll(plain, "\n第", "\r\n第"), "\r\n", "\n"),
	} {
		tables, err := Read(strings.NewReader(data), int64(len(data)), Limits{}, "序号", "任务")
		if got := dump(tables, []string{"序号", "任务"}, err); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	must(f, Write(&b, ledger()))
	f.Add(b.Bytes())
	f.Add([]byte(book(head)))
	f.Add([]byte(oldFile("Workbook")))
	f.Add([]byte("序号,任务\n1,散煤\n"))
	f.Add([]byte("序号\t任务\n\"1\t散煤\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, data)
	})
}

// FuzzSheet gets at the XML without having to guess a zip archive.
func FuzzSheet(f *testing.F) {
	f.Add(head+`<row r="2"><c r="A2" s="1"><v>45230</v></c><c t="s"><v>0</v></c></row><mergeCell ref="A1:A2"/>`, `<sst><si><t>散煤_x000D_</t></si></sst>`, `<numFmt numFmtId="200" formatCode="yyyy/m/d"/><cellXfs><xf numFmtId="9"/><xf numFmtId="200"/></cellXfs>`)
	f.Fuzz(func(t *testing.T, rows, shared, styles string) {
		rels := `<x><Relationship Id="a" Type="/worksheet" Target="s.xml"/><Relationship Id="b" Type="/sharedStrings" Target="t.xml"/><Relationship Id="c" Type="/styles" Target="u.xml"/></x>`
		check(t, []byte(zipped("xl/workbook.xml", `<x><sheet name="台账" id="a"/></x>`, "xl/_rels/workbook.xml.rels", rels, "xl/s.xml", "<x>"+rows+"</x>", "xl/t.xml", shared, "xl/u.xml", "<x>"+styles+"</x>")))
	})
}

// check reads and holds what was read against what the package promises.
func check(t *testing.T, data []byte) {
	tables, err := Read(bytes.NewReader(data), int64(len(data)), Limits{Bytes: 1 << 20, Unzipped: 4 << 20, Rows: 1000, Cells: 5000}, "序号", "任务")
	if err != nil {
		if Message(err) == Message(nil) || tables != nil {
			t.Fatalf("no sentence for people, or tables beside an error: %v", err)
		}
		return
	}
	for _, table := range tables {
		seen := map[string]bool{}
		for _, h := range table.Header {
			if h == "" || seen[h] {
				t.Fatalf("header %q", table.Header)
			}
			seen[h] = true
		}
		line := table.Line
		for _, r := range table.Rows {
			if r.Line < line || len(r.Cells) == 0 {
				t.Fatalf("line %d after %d, %d cells", r.Line, line, len(r.Cells))
			}
			line = r.Line
			for h, v := range r.Cells {
				if !seen[h] || v == "" || v != strings.TrimSpace(v) {
					t.Fatalf("cell %q=%q under %q", h, v, table.Header)
				}
			}
			r.Date("序号")
		}
	}
}
