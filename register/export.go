package register

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/sheet"
)

// maxSheet is how many entries go into a workbook; more go into a CSV, which has no end.
const maxSheet = 100_000

// Export writes all entries that fit the query, in the order of entering, as the viewer may see them. What it writes, Offer
// reads; columns of files are for people.
func (r *Registers) Export(ctx context.Context, tx *db.Tx, v Viewer, q Query, format Format, to io.Writer) error {
	const op = "Export"
	q.Size = MaxSize
	s, _, err := r.check(op, v, q, MaxSize)
	if err != nil {
		return err
	}
	x := &exporting{r: r, ctx: ctx, tx: tx, s: s, v: v, q: q, fields: s.Columns(v)}
	switch format {
	case CSV:
		return wrap(op, x.csv(to))
	case XLSX:
		return wrap(op, x.xlsx(to))
	case GeoJSON:
		return wrap(op, x.geoJSON(to))
	}
	return refuse(Invalid, op, "只有 CSV、XLSX 和 GeoJSON 三种格式。")
}

type exporting struct {
	r      *Registers
	ctx    context.Context
	tx     *db.Tx
	s      *Schema
	v      Viewer
	q      Query
	fields []Field
}

// titles are the columns: the number of a numbered register, the fields, and what every entry has. A field that is called
// like one of the latter takes its place.
func (x *exporting) titles() []string {
	var out []string
	if len(x.s.Key) == 0 {
		out = append(out, colKey)
	}
	for _, f := range x.fields {
		out = append(out, f.Name)
	}
	for _, t := range []string{colState, colEntered, nameChanged, nameTown, nameVillage} {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// cell is what stands in a column. A place is written so that it can be read back: a point as degrees, others as GeoJSON.
func (x *exporting) cell(e *Entry, title string) (string, error) {
	if f, ok := x.s.Field(title); ok {
		value := e.Values[f.Name]
		if (f.Type == Line || f.Type == Polygon) && value != "" {
			g, err := shapeOf(x.ctx, x.tx, x.r.County, value)
			if err != nil {
				return "", err
			}
			return string(g.GeoJSON()), nil
		}
		return f.Written(value), nil
	}
	switch title {
	case colKey:
		return e.Key, nil
	case colState:
		return e.State, nil
	case colEntered:
		return e.EnteredOn.String(), nil
	case nameChanged:
		return calendar.DateOf(e.ChangedAt).String(), nil
	case nameTown:
		return e.Town, nil
	case nameVillage:
		return e.Village, nil
	}
	return "", nil
}

func (x *exporting) csv(to io.Writer) error {
	b := bufio.NewWriterSize(to, 1<<16)
	if _, err := b.WriteString("\ufeff"); err != nil { // Excel takes it for GBK otherwise
		return err
	}
	w := csv.NewWriter(b)
	titles := x.titles()
	if err := w.Write(titles); err != nil {
		return err
	}
	row := make([]string, len(titles))
	for e, err := range x.r.Each(x.ctx, x.tx, x.v, x.q) {
		if err != nil {
			return err
		}
		for i, t := range titles {
			cell, err := x.cell(e, t)
			if err != nil {
				return err
			}
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				if f, ok := x.s.Field(t); !ok || !f.numeric() && !f.Geo() {
					cell = "'" + cell // a text that Excel would take for a formula
				}
			}
			row[i] = cell
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return b.Flush()
}

func (x *exporting) xlsx(to io.Writer) error {
	titles := x.titles()
	book := sheet.Sheet{Name: x.s.Title, Heading: x.s.Title, Note: x.s.Basis.String()}
	for _, t := range titles {
		c := sheet.Column{Title: t}
		f, ok := x.s.Field(t)
		switch {
		case ok && f.numeric():
			c.Kind = sheet.Number
		case ok && f.Type == Day, t == colEntered, t == nameChanged:
			c.Kind = sheet.Date
		case ok && f.Type == Choice:
			c.Choices = f.Options
		case ok && f.Type == YesNo:
			c.Choices = []string{yesWord, noWord}
		case ok && f.Type == Text:
			c.Kind = sheet.Wrap
		case t == colState && len(x.s.States) > 0:
			c.Choices = x.s.States
		}
		book.Columns = append(book.Columns, c)
	}
	for e, err := range x.r.Each(x.ctx, x.tx, x.v, x.q) {
		if err != nil {
			return err
		}
		if len(book.Rows) == maxSheet {
			return refuse(TooLarge, "Export", "有%d条以上，一张工作表放不下：请导出 CSV，或先缩小范围。", maxSheet)
		}
		row := make([]string, len(titles))
		for i, t := range titles {
			if row[i], err = x.cell(e, t); err != nil {
				return err
			}
			if f, ok := x.s.Field(t); ok && f.Geo() && len(row[i]) > 30_000 { // more than a cell holds; its address reads back too
				row[i] = e.Values[t]
			}
		}
		book.Rows = append(book.Rows, row)
	}
	err := sheet.Write(to, sheet.Book{Sheets: []sheet.Sheet{book}})
	if err != nil {
		return &Error{Kind: Invalid, Op: "Export", Message: sheet.Message(err), Err: err}
	}
	return nil
}

// geoJSON writes a FeatureCollection, feature by feature; entries without a place have no geometry.
func (x *exporting) geoJSON(to io.Writer) error {
	place, ok := x.s.place()
	if !ok || !slices.ContainsFunc(x.fields, func(f Field) bool { return f.Name == place.Name }) {
		return refuse(Invalid, "Export", "《%s》没有可以公开的位置，请导出表格。", x.s.Title)
	}
	w := bufio.NewWriterSize(to, 1<<16)
	b := append([]byte(`{"type":"FeatureCollection","name":`), appendQuoted(nil, x.s.Title)...)
	b = append(b, `,"features":[`...)
	n := 0
	for e, err := range x.r.Each(x.ctx, x.tx, x.v, x.q) {
		if err != nil {
			return err
		}
		if n > 0 {
			b = append(b, ',')
		}
		n++
		b = append(b, "\n"+`{"type":"Feature","id":`...)
		b = append(appendQuoted(b, e.Key), `,"geometry":`...)
		if v := e.Values[place.Name]; v == "" {
			b = append(b, "null"...)
		} else {
			g, err := shapeOf(x.ctx, x.tx, x.r.County, v)
			if err != nil {
				return err
			}
			b = g.appendGeoJSON(b)
		}
		b = append(b, `,"properties":{`...)
		first := true
		for _, t := range x.titles() {
			f, isField := x.s.Field(t)
			cell := ""
			if !isField || !f.Geo() { // only the first place is on the map
				var err error
				if cell, err = x.cell(e, t); err != nil {
					return err
				}
			}
			if cell == "" {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendQuoted(b, t), ':')
			if isField && f.numeric() {
				b = append(b, jsonNumber(cell)...)
			} else {
				b = appendQuoted(b, cell)
			}
		}
		b = append(b, "}}"...)
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	b = append(b, "\n]}\n"...)
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Flush()
}

// jsonNumber is a decimal's text as a JSON number, which may not begin with a plus.
func jsonNumber(s string) string { return strings.TrimPrefix(s, "+") }
