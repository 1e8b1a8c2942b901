package web

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/ledger"
)

// caseForm is what was typed about a case, with evidence and place.
type caseForm struct {
	form
	uploads []cases.Upload
	place   *cases.Point
}

// readCaseForm reads a form; pictures are looked at here, before any transaction.
func readCaseForm(r *http.Request, files bool) (caseForm, error) {
	f, err := readForm(r, files)
	if err != nil {
		return caseForm{form: f}, err
	}
	out := caseForm{form: f}
	out.place = out.point()
	for _, e := range f.evidence {
		u := cases.Upload{Name: e.Name, Content: e.Content, Place: out.place}
		u.Look()
		out.uploads = append(out.uploads, u)
	}
	return out, nil
}

// point is the place that a browser or a person gave in WGS 84; nil where none was given.
func (f *caseForm) point() *cases.Point {
	lon, lat := strings.TrimSpace(f.Get("lon")), strings.TrimSpace(f.Get("lat"))
	if lon == "" && lat == "" {
		return nil
	}
	x, err1 := strconv.ParseFloat(lon, 64)
	y, err2 := strconv.ParseFloat(lat, 64)
	if err1 != nil || err2 != nil || math.IsNaN(x) || math.IsNaN(y) || math.Abs(x) > 180 || math.Abs(y) > 90 {
		f.wrong("place", "位置写作经度、纬度两个数，如 111.56、35.49。")
		return nil
	}
	return &cases.Point{Lon: x, Lat: y}
}

func (f *form) wrong(field, message string) {
	if f.bad == nil {
		f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: field, Message: message}
	}
}

func (f *caseForm) words(name string) string { return strings.TrimSpace(f.Get(name)) }

func (f *caseForm) sending() cases.Sending {
	return cases.Sending{Words: f.words("words"), Files: f.uploads, Place: f.place, Once: f.Get("once")}
}

// span is a stretch of working time such as 3个工作日; zero where nothing is typed.
func (f *caseForm) span(name string) calendar.Span {
	t := f.words(name)
	if t == "" {
		return calendar.Span{}
	}
	if n, err := strconv.Atoi(t); err == nil {
		t = strconv.Itoa(n) + "个工作日"
	}
	s, err := calendar.ParseSpan(t)
	if err != nil {
		f.wrong(name, "时限写作“3个工作日”“10日”的样子。")
	}
	return s
}

// id is the number of a case, however it is written.
func (f *caseForm) id(name string) cases.ID {
	n, err := strconv.ParseInt(strings.TrimLeft(strings.Trim(f.words(name), "第号"), "0"), 10, 64)
	if err != nil || n < 1 {
		f.wrong(name, "请填写事项编号。")
	}
	return cases.ID(n)
}

func (f *caseForm) handing() cases.Handing {
	return cases.Handing{To: f.words("to"), Reason: f.words("words"), Within: f.span("within"), Once: f.Get("once")}
}

// splitting are the cases that are split off: title1, unit1, title2 …; rows without a title are none.
func (f *caseForm) splitting() (out []cases.Splitting) {
	for n := 1; n <= caseSplits; n++ {
		if t := f.words("title" + strconv.Itoa(n)); t != "" {
			out = append(out, cases.Splitting{Title: t, Unit: f.words("unit" + strconv.Itoa(n))})
		}
	}
	return out
}

// caseSplits is how many cases the form splits off at once.
const caseSplits = 4
