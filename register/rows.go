package register

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhixing/sheet"
)

// Format is how a table of entries is written.
type Format string

// The formats.
const (
	CSV     Format = "csv"
	XLSX    Format = "xlsx"
	GeoJSON Format = "geojson"
)

// FormatOf tells a file's format by its first bytes; everything that is no workbook and no GeoJSON is a CSV.
func FormatOf(head []byte) Format {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return XLSX
	case bytes.HasPrefix(trimmed, []byte("{")):
		return GeoJSON
	}
	return CSV
}

// Columns of a table besides fields.
const (
	colKey     = "编号" // of a register whose entries are numbered, unless a field is called so
	colState   = nameState
	colEntered = nameEntered
	colEast    = "经度"
	colNorth   = "纬度"
)

// passive are columns that an export has and an import does not ask for.
var passive = []string{nameChanged, nameTown, nameVillage, "序号"}

// row is a line of a table.
type row struct {
	line   int
	fields map[string]string
	number string // of an entry of a numbered register
	state  string
	since  string // 入册日期
}

// tableRows reads a table: the rows one after the other, after the columns that nobody knows. It holds no more than a stretch
// of the file, but for a workbook.
func tableRows(s *Schema, format Format, from io.Reader) (rows iter.Seq2[*row, error], unknown []string, err error) {
	switch format {
	case CSV:
		return csvRows(s, from)
	case XLSX:
		return sheetRows(s, from)
	case GeoJSON:
		return geoRows(s, from), nil, nil
	}
	return nil, nil, refuse(Invalid, "Import", "只收 CSV、XLSX 和 GeoJSON。")
}

// columns says what the titles of a table mean: the name of each column, empty for one that is left out.
func (s *Schema) columns(titles []string) (names []string, unknown []string, err error) {
	byTitle := map[string]string{}
	for _, f := range s.Fields {
		byTitle[titleKey(f.Name)] = f.Name
	}
	point, _ := s.place()
	for _, c := range []string{colState, colEntered, colKey} {
		if _, taken := byTitle[titleKey(c)]; !taken {
			byTitle[titleKey(c)] = "\x00" + c
		}
	}
	if point != nil && point.Type == Point {
		for _, c := range []string{colEast, colNorth} {
			if _, taken := byTitle[titleKey(c)]; !taken {
				byTitle[titleKey(c)] = "\x00" + c
			}
		}
	}
	used := map[string]bool{}
	known := 0
	for _, t := range titles {
		name, ok := byTitle[titleKey(t)]
		switch {
		case !ok && titleKey(t) != "":
			skip := false
			for _, p := range passive {
				skip = skip || titleKey(p) == titleKey(t)
			}
			if !skip {
				unknown = append(unknown, cut(strings.TrimSpace(t), 60))
			}
		case ok && used[name]:
			return nil, nil, refuse(Invalid, "Import", "有两列的标题都是“%s”，分不清用哪一列：请删去或改名其中一列。", strings.TrimSpace(t))
		case ok:
			known++
		}
		used[name] = name != ""
		names = append(names, name)
	}
	if known == 0 {
		var want []string
		for _, f := range s.Fields[:min(len(s.Fields), 6)] {
			want = append(want, f.Name)
		}
		return nil, nil, refuse(Invalid, "Import", "没有找到表头：第一行应是列标题，如“%s”。", strings.Join(want, "、"))
	}
	return names, unknown, nil
}

// titleKey is what two spellings of a title have in common.
func titleKey(s string) string {
	return strings.Trim(strings.ReplaceAll(tidy(strings.ReplaceAll(s, "\n", "")), " ", ""), "*:")
}

// put gives a cell to a row.
func (r *row) put(s *Schema, name, cell string) {
	if name == "" {
		return
	}
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		cell = cell[1:] // as our own CSV keeps a text from becoming a formula
	}
	special, ok := strings.CutPrefix(name, "\x00")
	if !ok {
		r.fields[name] = cell
		return
	}
	switch special {
	case colState:
		r.state = tidy(cell)
	case colEntered:
		r.since = cell
	case colKey:
		r.number = tidy(cell)
	case colEast, colNorth:
		f, _ := s.place()
		if tidy(cell) == "" {
			return
		}
		have := r.fields[f.Name]
		switch {
		case have == "":
			r.fields[f.Name] = tidy(cell)
		case special == colNorth:
			r.fields[f.Name] = have + " " + tidy(cell)
		default:
			r.fields[f.Name] = tidy(cell) + " " + have
		}
	}
}

// csvRows reads UTF-8 or GB 18030, with commas, tabs or semicolons, row by row.
func csvRows(s *Schema, from io.Reader) (iter.Seq2[*row, error], []string, error) {
	in := bufio.NewReaderSize(from, 1<<16)
	head, _ := in.Peek(1 << 14)
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
		head = head[3:]
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, nil, refuse(Invalid, "Import", "文件不是 CSV：请用 Excel 或 WPS 打开，另存为 .xlsx 后再传。")
	}
	var text io.Reader = in
	if !validStart(head) {
		text = simplifiedchinese.GB18030.NewDecoder().Reader(in)
	}
	c := csv.NewReader(text)
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	line, _, _ := bytes.Cut(head, []byte("\n"))
	for _, sep := range []rune{'\t', ';'} {
		if bytes.Count(line, []byte(string(sep))) > bytes.Count(line, []byte(string(c.Comma))) {
			c.Comma = sep
		}
	}
	titles, err := c.Read()
	if err != nil {
		return nil, nil, csvError(err)
	}
	names, unknown, err := s.columns(titles)
	if err != nil {
		return nil, nil, err
	}
	return func(yield func(*row, error) bool) {
		for {
			record, err := c.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, csvError(err))
				return
			}
			r := &row{fields: make(map[string]string, len(names))}
			r.line, _ = c.FieldPos(0)
			empty := true
			for i, cell := range record {
				if len(cell) > maxGeoJSON {
					yield(nil, refuse(TooLarge, "Import", "第%d行有一格太大。", r.line))
					return
				}
				empty = empty && strings.TrimSpace(cell) == ""
				if i < len(names) {
					r.put(s, names[i], cell)
				}
			}
			if !empty && !yield(r, nil) {
				return
			}
		}
	}, unknown, nil
}

// validStart reports whether the beginning of a file is UTF-8, the last letter of which may be cut.
func validStart(head []byte) bool {
	for cutOff := range 4 {
		if cutOff <= len(head) && utf8.Valid(head[:len(head)-cutOff]) {
			return true
		}
	}
	return false
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &Error{Kind: Invalid, Op: "Import", Err: err,
			Message: fmt.Sprintf("第%d行引号不成对，分不清格子：一格里有引号时，整格要加引号，里面的引号写两遍；或另存为 .xlsx 后再传。", parse.StartLine)}
	}
	if err == io.EOF {
		return refuse(Invalid, "Import", "文件是空的：请检查是否选错了文件。")
	}
	return &Error{Kind: Invalid, Op: "Import", Message: "文件没有读完：请重新上传。", Err: err}
}

// sheetLimits bound a workbook of entries: a hundred thousand rows, read whole.
var sheetLimits = sheet.Limits{Bytes: 64 << 20, Unzipped: 512 << 20, Rows: 100_000, Cells: 4_000_000, Text: maxGeoJSON}

func sheetRows(s *Schema, from io.Reader) (iter.Seq2[*row, error], []string, error) {
	var titles []string
	for _, f := range s.Fields {
		titles = append(titles, f.Name)
	}
	tables, err := sheet.Read(from, -1, sheetLimits, titles...)
	if err != nil {
		return nil, nil, &Error{Kind: Invalid, Op: "Import", Message: sheet.Message(err), Err: err}
	}
	t := tables[0]
	names, unknown, err := s.columns(t.Header)
	if err != nil {
		return nil, nil, err
	}
	return func(yield func(*row, error) bool) {
		for _, line := range t.Rows {
			r := &row{line: line.Line, fields: make(map[string]string, len(names))}
			for i, name := range names {
				// A cell that is missing is one that is empty: the column is there.
				r.put(s, name, line.Cells[t.Header[i]])
			}
			if !yield(r, nil) {
				return
			}
		}
	}, unknown, nil
}

// geoRows reads the features of a FeatureCollection one after the other: properties by the names of fields, the geometry for the
// first field that holds a place.
func geoRows(s *Schema, from io.Reader) iter.Seq2[*row, error] {
	bad := func(format string, args ...any) error { return refuse(Invalid, "Import", format, args...) }
	return func(yield func(*row, error) bool) {
		place, ok := s.place()
		if !ok {
			yield(nil, bad("《%s》没有位置字段，请用表格导入。", s.Title))
			return
		}
		d := json.NewDecoder(from)
		if err := seekFeatures(d); err != nil {
			yield(nil, err)
			return
		}
		for n := 1; d.More(); n++ {
			var f struct {
				ID         any                        `json:"id"`
				Properties map[string]json.RawMessage `json:"properties"`
				Geometry   json.RawMessage            `json:"geometry"`
			}
			if err := d.Decode(&f); err != nil {
				yield(nil, bad("第%d个图形不是 GeoJSON 的 Feature：请从地图软件重新导出。", n))
				return
			}
			r := &row{line: n, fields: map[string]string{}}
			for title, raw := range f.Properties {
				names, unknown, err := s.columns([]string{title})
				if err != nil || len(unknown) > 0 {
					continue
				}
				r.put(s, names[0], plainJSON(raw))
			}
			if len(f.Geometry) > 0 && f.Geometry[0] == '{' {
				r.fields[place.Name] = string(f.Geometry)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// seekFeatures reads up to the list of features.
func seekFeatures(d *json.Decoder) error {
	bad := refuse(Invalid, "Import", "不是 GeoJSON 的 FeatureCollection：请从地图软件重新导出。")
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return bad
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return bad
		}
		if t == "features" {
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return bad
			}
			return nil
		}
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil || len(skip) > 1<<20 {
			return bad
		}
	}
	return bad
}

// plainJSON is a JSON value as text: strings without quotes, numbers as written, null as nothing.
func plainJSON(raw json.RawMessage) string {
	s := strings.TrimSpace(string(raw))
	switch {
	case s == "null":
		return ""
	case s == "true":
		return yesWord
	case s == "false":
		return noWord
	case strings.HasPrefix(s, `"`):
		var text string
		_ = json.Unmarshal(raw, &text)
		return text
	}
	return s
}
