package sheet

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// workbook is what the sheets of an .xlsx share.
//
// Excelize writes our files but does not read them: a date is only known by its cell's style, a merge reaches over
// rows, and excelize tells of either only with the whole sheet in memory as a tree; large parts it puts on the disk.
type workbook struct {
	a        *archive
	shared   []string // texts, by number
	formats  []format // of cells, by style
	date1904 bool     // days are counted from 1904, as Excel on old Macs did
	limits   Limits
	left     int // cells that may still come
}

// decodeZip reads an .xlsx, and says what to do with the other files that are zip archives inside.
func decodeZip(data []byte, limits Limits) ([]*grid, error) {
	a, err := openArchive(data, limits)
	if err != nil {
		return nil, err
	}
	main := "xl/workbook.xml"
	root, err := a.relations("")
	if err != nil {
		return nil, err
	}
	for _, r := range root {
		if r.kind == "officedocument" {
			main = r.part
		}
	}
	switch {
	case a.hasUnder("", "vbaproject.bin"), a.hasUnder("xl/macrosheets/", ".xml"):
		return nil, refuse(Invalid, "文件里有宏，不能上传：请用 Excel 或 WPS 打开，另存为不含宏的 .xlsx 后再传。")
	case a.has("xl/workbook.bin"):
		return nil, refuse(Invalid, "文件是二进制表格（.xlsb）：%s", saveAs)
	case a.has("word/document.xml"):
		return nil, refuse(Invalid, "文件是 Word 文档，不是表格：请上传表格（.xlsx）。")
	case a.has("ppt/presentation.xml"):
		return nil, refuse(Invalid, "文件是演示文稿，不是表格：请上传表格（.xlsx）。")
	case a.has("ofd.xml"):
		return nil, refuse(Invalid, "文件是 OFD 版式文件，不是表格：请上传表格原件（.xlsx）。")
	case a.has("content.xml"):
		return nil, refuse(Invalid, "文件是 ODF 格式：%s", saveAs)
	case !a.has(main):
		return nil, refuse(Invalid, "文件是压缩包，里面没有表格：请解压后上传里面的 .xlsx。")
	}
	w := &workbook{a: a, limits: limits, left: limits.Cells}
	related, err := a.relations(main)
	if err != nil {
		return nil, err
	}
	sheets, err := w.list(main)
	if err != nil {
		return nil, err
	}
	for _, r := range related {
		switch r.kind {
		case "sharedstrings":
			err = w.readShared(r.part)
		case "styles":
			err = w.readStyles(r.part)
		}
		if err != nil {
			return nil, err
		}
	}
	var out []*grid
	for _, s := range sheets {
		r := related[s.id]
		if r.kind != "worksheet" { // a chart
			continue
		}
		g := &grid{name: s.name}
		if err := w.readSheet(g, r.part); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

type sheetRef struct{ name, id string }

// list is the sheets that can be seen, in order.
func (w *workbook) list(main string) (out []sheetRef, err error) {
	err = w.a.walk(main, func(_ *xml.Decoder, t xml.StartElement) error {
		switch t.Name.Local {
		case "workbookPr":
			v := attr(t, "date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			if state := attr(t, "state"); state == "hidden" || state == "veryHidden" {
				return nil
			}
			if len(out) >= w.limits.Sheets {
				return refuse(TooLarge, "工作表超过上限 %d 张：请只留要上传的。", w.limits.Sheets)
			}
			out = append(out, sheetRef{attr(t, "name"), attr(t, "id")})
		}
		return nil
	})
	return out, err
}

func (w *workbook) readShared(part string) error {
	if !w.a.has(part) {
		return nil
	}
	return w.a.walk(part, func(d *xml.Decoder, t xml.StartElement) error {
		if t.Name.Local != "si" {
			return nil
		}
		text, err := richText(d)
		w.shared = append(w.shared, text)
		return err
	})
}

// richText is the text up to the end of the element at hand: of all its runs, without the reading aids of phonetics.
func richText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	in := false
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			in = t.Name.Local == "t"
		case xml.EndElement:
			depth--
			in = false
		case xml.CharData:
			if in {
				b.Write(t)
			}
		}
	}
	return unescape(b.String()), nil
}

// unescape reads _x000D_, as Office writes what XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		if len(s) >= 7 && s[6] == '_' {
			if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil && (n < 0xD800 || n > 0xDFFF) {
				b.WriteRune(rune(n))
				s = s[7:]
				continue
			}
		}
		b.WriteString(s[:2])
		s = s[2:]
	}
	b.WriteString(s)
	return b.String()
}

func (w *workbook) readStyles(part string) error {
	if !w.a.has(part) {
		return nil
	}
	custom := map[int]format{}
	inCells := false // in cellXfs and not in cellStyleXfs before it, which holds elements of the same name
	return w.a.walk(part, func(_ *xml.Decoder, t xml.StartElement) error {
		switch t.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(t, "numFmtId")); err == nil {
				custom[id] = parseFormat(attr(t, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "xf":
			if !inCells {
				return nil
			}
			id, _ := strconv.Atoi(attr(t, "numFmtId"))
			f, ok := custom[id]
			if !ok {
				f = builtIn(id)
			}
			w.formats = append(w.formats, f)
		}
		return nil
	})
}
