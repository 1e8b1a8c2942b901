package standard

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/quantity"
)

//go:embed tables/*.csv
var files embed.FS

// Row is where a number of a table stands, when it holds and how sure it is.
type Row struct {
	Standard string // GB 3838-2002; empty where the clause names the document
	Clause   string // 表1 第7项
	Source   string // where the number was read
	Note     string
	From, To calendar.Date // days on which it holds, both included; zero: without end
	Checked  int           // sources that were read and agree; 0: from memory
}

// Verified reports whether the number was read somewhere and is not from memory alone.
func (r Row) Verified() bool { return r.Checked > 0 }

// String is the line that a page shows beside a verdict.
func (r Row) String() string {
	s := strings.TrimSpace(r.Standard + " " + r.Clause)
	if !r.Verified() {
		s += "（未核实）"
	}
	return s
}

// Holds reports whether the row is in force on the day; the zero day asks for what holds without end.
func (r Row) Holds(on calendar.Date) bool {
	if on.IsZero() {
		return r.To.IsZero()
	}
	return !on.Before(r.From) && (r.To.IsZero() || !r.To.Before(on))
}

// Family is what the editions of one standard have in common.
type Family string

// The families that have editions.
const (
	SurfaceWaterFamily Family = "surface-water"
	GroundwaterFamily  Family = "groundwater"
	AmbientAirFamily   Family = "ambient-air"
	AQIFamily          Family = "aqi"
	CompositeFamily    Family = "composite"
	KilnFamily         Family = "brick-kiln"
)

// Edition is the name of a standard with its year: HJ 633-2012.
type Edition string

// EditionRow is an edition with the days on which it is in force.
type EditionRow struct {
	Family Family
	Name   Edition
	Title  string
	Row
}

// Editions are all editions that have tables here, by family and date.
var Editions = each("editions.csv", func(r record) EditionRow {
	return EditionRow{Family(r.text("family")), Edition(r.text("name")), r.text("title"), r.row(r.text("name"))}
})

// EditionOn is the edition in force on the day of the measurement.
func EditionOn(f Family, on calendar.Date) (Edition, error) {
	for _, e := range Editions {
		if e.Family == f && e.Holds(on) {
			return e.Name, nil
		}
	}
	return "", bad("", "%s这一天没有可用的标准版本（%s）", on, f)
}

// record is one line of a table by its column names. What does not read is kept as a problem, so that a table is told all at once.
type record struct {
	cells    map[string]string
	line     int
	problems *TableError
}

func (r record) text(col string) string {
	s, ok := r.cells[col]
	if !ok {
		r.bad("缺少 %s 栏", col)
	}
	return s
}

func (r record) bad(format string, args ...any) {
	*r.problems = append(*r.problems, TableProblem{r.line, fmt.Sprintf(format, args...)})
}

func (r record) number(col string) *quantity.Decimal {
	s := r.text(col)
	if s == "" {
		return nil
	}
	d, err := quantity.Parse(s)
	if err != nil {
		r.bad("%s 栏%v", col, err)
	}
	return &d
}

func (r record) must(col string) quantity.Decimal {
	if d := r.number(col); d != nil {
		return *d
	}
	r.bad("%s 栏是空的", col)
	return quantity.Decimal{}
}

func (r record) count(col string) int {
	n, err := strconv.Atoi(r.text(col))
	if err != nil {
		r.bad("%s 栏不是整数", col)
	}
	return n
}

func (r record) date(col string) calendar.Date {
	d, err := calendar.ParseDate(r.text(col))
	if err != nil {
		r.bad("%s 栏不是日期", col)
	}
	return d
}

func (r record) unit(col string) quantity.Unit {
	if u, err := quantity.ParseUnit(r.text(col)); err == nil {
		return u
	}
	return quantity.Unit(r.text(col)) // a unit that converts into no other
}

func (r record) row(standard string) Row {
	row := Row{Standard: standard, Note: r.text("note"), From: r.date("effective_from"), To: r.date("effective_to"), Checked: r.count("checked")}
	if row.Clause = r.cells["clause"]; row.Checked < 0 {
		r.bad("checked 栏小于 0")
	}
	row.Source = r.cells["source"]
	return row
}

// maxTable bounds a table that is handed in.
const maxTable = 1 << 20

// parse reads a table; the error is a TableError with every line that does not read.
func parse[T any](b []byte, as func(record) T) ([]T, error) {
	if len(b) > maxTable {
		return nil, TableError{{0, fmt.Sprintf("表太大，最多 %d 字节", maxTable)}}
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	var titles []string
	var out []T
	var problems TableError
	for {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			at := 0
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				at, err = pe.Line, pe.Err
			}
			return nil, TableError{{at, fmt.Sprintf("不是可读的 CSV 表：%v", err)}}
		}
		if titles == nil {
			titles = cells
			continue
		}
		r := record{cells: map[string]string{}, problems: &problems}
		r.line, _ = in.FieldPos(0)
		for i, cell := range cells {
			r.cells[titles[i]] = cell
		}
		out = append(out, as(r))
	}
	if len(out) == 0 {
		return nil, TableError{{0, "表里没有行"}}
	}
	if len(problems) > 0 {
		return nil, problems[:min(len(problems), 20)]
	}
	return out, nil
}

// each reads one of our own tables.
func each[T any](name string, as func(record) T) []T {
	b, err := files.ReadFile("tables/" + name)
	if err == nil {
		var out []T
		if out, err = parse(b, as); err == nil {
			return slices.Clip(out)
		}
	}
	panic("standard: " + name + ": " + err.Error()) // a table of ours; a test reads them all
}
