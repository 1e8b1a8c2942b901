package audience

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/sheet"
)

// column is one of a table of recipients: how a cell is read into a recipient, and written from one.
type column struct {
	title string
	read  func(r *Recipient, cell string) string
	write func(r *Recipient) string
}

// text is a column that holds one text.
func text(title string, field func(*Recipient) *string) column {
	return column{title, func(r *Recipient, cell string) string { *field(r) = cell; return "" }, func(r *Recipient) string { return *field(r) }}
}

// columnOf are the columns of addresses.
var columnOf = map[Channel]string{SMS: "手机", Voice: "电话", Mail: "邮箱", Speaker: "喇叭", Screen: "显示屏", Push: "网页推送", Hook: "系统对接"}

// address is a column that holds the addresses of a channel.
func address(c Channel) column {
	return column{columnOf[c],
		func(r *Recipient, cell string) string {
			for _, to := range split(cell) {
				r.Addresses = append(r.Addresses, Address{c, to})
			}
			return ""
		},
		func(r *Recipient) string {
			var out []string
			for _, addr := range r.Addresses {
				if addr.Channel == c {
					out = append(out, addr.To)
				}
			}
			return strings.Join(out, "；")
		}}
}

// day is a column that holds a day.
func day(title string, field func(*Recipient) *calendar.Date) column {
	return column{title,
		func(r *Recipient, cell string) string {
			d, ok := sheet.ParseDate(cell)
			if !ok {
				return "写成 2023-10-31。"
			}
			*field(r) = d
			return ""
		},
		func(r *Recipient) string { return field(r).String() }}
}

func split(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("；;，,、/\n", r) })
}

// tableColumns are those of the tables that come in and go out.
var tableColumns = []column{
	text("编号", func(r *Recipient) *string { return &r.Key }),
	{"类别", readKind, func(r *Recipient) string { return r.Kind.Chinese() }},
	text("名称", func(r *Recipient) *string { return &r.Name }),
	text("单位", func(r *Recipient) *string { return &r.Unit }),
	text("乡镇", func(r *Recipient) *string { return &r.Place.Town }),
	text("村", func(r *Recipient) *string { return &r.Place.Village }),
	text("网格", func(r *Recipient) *string { return &r.Grid }),
	{"经度", degreesInto(func(p *XY) *int32 { return &p.X }), degreesOf(func(p *XY) int32 { return p.X })},
	{"纬度", degreesInto(func(p *XY) *int32 { return &p.Y }), degreesOf(func(p *XY) int32 { return p.Y })},
	{"角色", func(r *Recipient, cell string) string { r.Roles = split(cell); return "" }, func(r *Recipient) string { return strings.Join(r.Roles, "；") }},
	address(SMS), address(Voice), address(Mail), address(Speaker), address(Screen), address(Push), address(Hook),
	{"订阅", func(r *Recipient, cell string) (why string) { r.Wants, why = ParseWants(cell); return why }, func(r *Recipient) string { return WantsText(r.Wants) }},
	{"免打扰", func(r *Recipient, cell string) (why string) { r.Quiet, why = ParseQuiet(cell); return why }, func(r *Recipient) string { return r.Quiet.Text() }},
	{"同意日期", readAgreed, func(r *Recipient) string {
		if !r.Consent.Stands() {
			return ""
		}
		return calendar.DateOf(r.Consent.Given).String()
	}},
	text("同意方式", func(r *Recipient) *string { return &r.Consent.How }),
	day("有效期起", func(r *Recipient) *calendar.Date { return &r.From }),
	day("有效期止", func(r *Recipient) *calendar.Date { return &r.Until }),
}

func readKind(r *Recipient, cell string) string {
	for _, k := range Kinds {
		if cell == k.Chinese() {
			r.Kind = k
			return ""
		}
	}
	return "写居民、经营主体、职务、喇叭和屏或媒体。"
}

func readAgreed(r *Recipient, cell string) string {
	d, ok := sheet.ParseDate(cell)
	if !ok {
		return "写成 2023-10-31。"
	}
	r.Consent.Given = d.Time().UTC()
	return ""
}

// degreesInto reads a cell of degrees. A point of which only half is given is found out by halfPoint.
func degreesInto(half func(*XY) *int32) func(*Recipient, string) string {
	return func(r *Recipient, cell string) string {
		f, err := strconv.ParseFloat(cell, 64)
		if err != nil || !(f >= -180 && f <= 180) {
			return "写以度为单位的小数，如 111.5712。"
		}
		if r.At == nil {
			r.At = &XY{X: nowhere, Y: nowhere}
		}
		*half(r.At) = int32(round(f * degree))
		return ""
	}
}

const nowhere = -1 << 31

func degreesOf(half func(*XY) int32) func(*Recipient) string {
	return func(r *Recipient) string {
		if r.At == nil {
			return ""
		}
		return strconv.FormatFloat(float64(half(r.At))/degree, 'f', 7, 64)
	}
}

func round(f float64) int64 {
	if f < 0 {
		return -int64(-f + 0.5)
	}
	return int64(f + 0.5)
}

// RowReport says what an import makes of a row, and why.
type RowReport struct {
	Line int
	Fate Fate
	Name string
	Why  string // of a wrong one: what is wrong, and what to do
}

// row is a line of a table on its way.
type row struct {
	line int
	r    Recipient
	why  string
}

var limits = sheet.Limits{Bytes: MaxTable, Unzipped: 512 << 20, Rows: 200_000, Cells: 4_000_000, Text: 10_000}

// MaxTable bounds a table that is offered.
const MaxTable = 64 << 20

// readTable reads .xlsx and .csv.
func (a *Audience) readTable(content []byte, source string) ([]row, error) {
	titles := make([]string, len(tableColumns))
	for i := range tableColumns {
		titles[i] = tableColumns[i].title
	}
	tables, err := sheet.Read(bytes.NewReader(content), int64(len(content)), limits, titles...)
	if err != nil {
		return nil, &Error{Kind: Invalid, Op: "audience.Offer", Message: sheet.Message(err), Err: err}
	}
	var out []row
	lines := map[string]int{}
	for _, line := range tables[0].Rows {
		x := a.readRow(line, source)
		if first, twice := lines[x.r.Key]; twice && x.why == "" {
			x.why = fmt.Sprintf("与第%d行是同一个接收对象，请删去一行。", first)
		} else if x.why == "" {
			lines[x.r.Key] = x.line
		}
		out = append(out, x)
	}
	return out, nil
}

func (a *Audience) readRow(line sheet.Row, source string) row {
	x := row{line: line.Line, r: Recipient{Kind: Person, Source: source}}
	for i := range tableColumns {
		c := &tableColumns[i]
		cell := line.Cells[c.title]
		if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
			cell = cell[1:] // as our own tables keep a text from becoming a formula
		}
		if cell == "" {
			continue
		}
		if why := c.read(&x.r, cell); why != "" {
			x.why = fmt.Sprintf("“%s”：%s", c.title, why)
			return x
		}
	}
	if _, x.why = a.unfit(&x.r); x.why == "" && x.r.Key == "" {
		x.r.Key = keyBy(x.r.Addresses[0])
	}
	return x
}

// unfit says what is wrong with a recipient as a list has it, and in which column: besides what tidy looks at, that it can be told at all.
func (a *Audience) unfit(r *Recipient) (column, why string) {
	if p := r.At; p != nil && (p.X == nowhere || p.Y == nowhere) {
		return "经度", "经度和纬度要么都填，要么都空着。"
	}
	if column, why := a.fault(r); why != "" {
		return column, why
	}
	switch {
	case len(r.Addresses) == 0:
		return "手机", "没有联系方式：手机、电话、邮箱、喇叭、显示屏至少填一个。"
	case r.Consent.Given.IsZero() && r.Consent.How != "":
		return "同意日期", "同意日期和同意方式（如“书面”）要一起填。"
	case r.Kind == Person && r.Consent.How == "" && !r.Consent.Given.IsZero():
		return "同意方式", "同意日期和同意方式（如“书面”）要一起填。"
	}
	return "", ""
}

// keyBy is the key of a recipient of a list that gives it none.
func keyBy(first Address) string { return string(first.Channel) + ":" + first.To }

// sheetOf is a table of recipients.
func sheetOf(heading string, list []Recipient) sheet.Sheet {
	out := sheet.Sheet{Name: "预警接收对象", Heading: heading}
	for _, c := range tableColumns {
		out.Columns = append(out.Columns, sheet.Column{Title: c.title})
	}
	for i := range list {
		var cells []string
		for _, c := range tableColumns {
			cells = append(cells, c.write(&list[i]))
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

// Template is an empty table with its titles, to be filled in.
func Template() sheet.Book { return sheet.Book{Sheets: []sheet.Sheet{sheetOf("", nil)}} }
