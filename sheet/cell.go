package sheet

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// readSheet reads the cells that hold something and the merges that reach down.
func (w *workbook) readSheet(g *grid, part string) error {
	d, c, err := w.a.open(part)
	if err != nil {
		return err
	}
	defer c.Close()
	row, open := gridRow{}, false
	col := 0 // of the next cell that does not say where it is
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return asError(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				line := row.line + 1
				if n, err := strconv.Atoi(attr(t, "r")); err == nil && n > 0 && n <= maxSheetRows {
					line = n
				}
				row, open, col = gridRow{line: line}, true, 0
			case "c":
				if !open {
					continue
				}
				if at, _, ok := address(attr(t, "r")); ok {
					col = at
				}
				text, err := w.cell(d, t)
				if err == errNeverComputed {
					return at(g.name, row.line, refuse(Invalid, "%s列是公式，文件里没有它的结果：请用 Excel 或 WPS 打开，保存后再传。", columnName(col)))
				}
				if err != nil {
					return asError(err)
				}
				if err := row.put(g, col, text, w.limits, &w.left); err != nil {
					return err
				}
				col++
			case "mergeCell":
				if from, to, ok := strings.Cut(attr(t, "ref"), ":"); ok {
					col, first, ok := address(from)
					_, last, ok2 := address(to)
					if ok && ok2 && last > first && len(g.merges) < w.limits.Cells {
						g.merges = append(g.merges, merge{col, first, last})
					}
				}
			}
		case xml.EndElement:
			if t.Name.Local == "row" && open {
				open = false
				if err := g.add(row, w.limits); err != nil {
					return err
				}
			}
		}
	}
}

// address reads B12: the column from 0, the line from 1.
func address(s string) (col, line int, ok bool) {
	i := 0
	for ; i < len(s) && i < 3 && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z'; i++ {
		col = col*26 + int(s[i]|0x20-'a') + 1
	}
	line, err := strconv.Atoi(s[i:])
	return col - 1, line, err == nil && col > 0 && col <= maxColumns && line > 0 && line <= maxSheetRows
}

var errNeverComputed = refuse(Invalid, "公式没有结果。")

// cell is the text of a cell (ECMA-376 part 1, 18.3.1.4).
func (w *workbook) cell(d *xml.Decoder, start xml.StartElement) (string, error) {
	var value strings.Builder
	var inline string
	var formula, in bool
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "is" {
				if inline, err = richText(d); err != nil {
					return "", err
				}
				continue
			}
			depth++
			in = t.Name.Local == "v"
			formula = formula || t.Name.Local == "f"
		case xml.EndElement:
			depth--
			in = false
		case xml.CharData:
			if in {
				value.Write(t)
			}
		}
	}
	v := value.String()
	kind := attr(start, "t")
	switch kind {
	case "inlineStr":
		return inline, nil
	case "str":
		return unescape(v), nil
	}
	if v = strings.TrimSpace(v); v == "" {
		if formula {
			return "", errNeverComputed
		}
		return "", nil
	}
	switch kind {
	case "s":
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n >= len(w.shared) {
			return "", refuse(Invalid, "%s文字表里没有第 %.20s 条。%s", broken, v, saveAs)
		}
		return w.shared[n], nil
	case "b":
		if v == "1" || v == "true" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "d": // ISO 8601, which few programs write
		return strings.TrimSuffix(v, "T00:00:00"), nil
	case "e":
		return v, nil
	}
	style, _ := strconv.Atoi(attr(start, "s"))
	if style < 0 || style >= len(w.formats) {
		return format{}.show(v, w.date1904), nil
	}
	return w.formats[style].show(v, w.date1904), nil
}
