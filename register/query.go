package register

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/quantity"
)

// AsOf asks for a past day, and for what was known of it at an instant.
type AsOf struct {
	On    calendar.Date // zero: today
	Known time.Time     // zero: all that is known now
}

// Now reports whether no past is asked for.
func (a AsOf) Now() bool { return a.On.IsZero() && a.Known.IsZero() }

// Query asks for entries that fit everything that it gives.
type Query struct {
	Register Name
	AsOf     AsOf
	State    string
	Unit     string // named in some unit field
	Town     string
	Village  string
	Text     string // words, all of them
	Where    []Filter
	Box      *Box      // whose place meets the rectangle
	Area     *Geometry // whose place, or its middle, lies in the surface
	Stale    bool      // not looked at for longer than the register allows
	Removed  bool      // those that left too
	Sort     string    // field, 更新日期 or 编号; empty: as they were entered. A leading - turns it
	Size     int       // 1 to MaxSize
	After    string    // Page.Next of the page before

	Uncounted bool // Page.Total is -1, in the order in which they were entered: to count is to look at them all
}

// Filter is a condition on one field.
type Filter struct {
	Field string
	Op    Op
	Value string // as people type it
}

// Op is how a field is held against a value.
type Op string

// The operators. Is, Not and the orders are by number, amount, date or text as the field's type says.
const (
	Is     Op = "="
	Not    Op = "<>"
	Less   Op = "<"
	Most   Op = "<="
	More   Op = ">"
	Least  Op = ">="
	Holds  Op = "has"   // holds something
	Lacks  Op = "lacks" // is empty
	InText Op = "in"    // its text holds the value
)

// What a query may ask for.
const (
	MaxSize   = 1000
	maxFilter = 20
	// maxSorted is how many entries may be put in the order of a field, or counted by one.
	maxSorted = 200_000
)

// Page is a page of a list.
type Page struct {
	Entries []*Entry
	Total   int // -1 where it is not counted: lists of a past day, and of surfaces, and where nobody asks
	Next    string
}

// SortChanged and SortKey are what a list may be sorted by besides fields.
const (
	SortChanged = nameChanged
	SortKey     = "编号"
)

// filter is a Filter whose value was read.
type filter struct {
	field *Field
	op    Op
	value string
}

// check reads the conditions and refuses what may not be asked. What the viewer may not see he may not ask for either.
func (r *Registers) check(op string, v Viewer, q Query, most int) (*Schema, []filter, error) {
	s, err := r.schema(op, q.Register)
	if err != nil {
		return nil, nil, err
	}
	if !v.Inside && !s.Public {
		return nil, nil, refuse(NotFound, op, "没有这本台账。")
	}
	for _, t := range []string{q.Text, q.State, q.Unit, q.Town, q.Village, q.Sort} {
		if utf8.RuneCountInString(t) > 100 || !readable(t) {
			return nil, nil, refuse(Invalid, op, "查询的文字最多100字。")
		}
	}
	switch {
	case q.Size < 1 || q.Size > most:
		return nil, nil, refuse(TooLarge, op, "每页%d条不行，可以是1至%d条；更多请翻页，或导出全部。", q.Size, most)
	case q.State != "" && !s.HasState(q.State):
		return nil, nil, refuse(Invalid, op, "《%s》没有“%s”这种状态。", s.Title, q.State)
	case strings.TrimSpace(q.Text) != "" && len(searchWords(q.Text)) == 0:
		return nil, nil, refuse(Invalid, op, "检索词里没有文字或数字。")
	case len(q.Where) > maxFilter:
		return nil, nil, refuse(TooLarge, op, "条件有%d个，最多%d个。", len(q.Where), maxFilter)
	case q.Area != nil && (q.Area.Kind != Polygon || q.Area.Points() > maxVertices):
		return nil, nil, refuse(Invalid, op, "查询范围应是一个面，最多%d个点。", maxVertices)
	}
	if name := strings.TrimPrefix(q.Sort, "-"); name != "" && name != SortChanged && name != SortKey {
		if f, ok := s.Field(name); !ok || !v.Inside && f.Hidden() || f.Geo() || f.Type == File {
			return nil, nil, refuse(Invalid, op, "不能按“%s”排序。", name)
		}
	}
	var out []filter
	for _, w := range q.Where {
		f, ok := s.Field(w.Field)
		if !ok || !v.Inside && f.Hidden() {
			return nil, nil, refuse(Invalid, op, "《%s》没有“%s”这一格。", s.Title, cut(w.Field, 60))
		}
		x, bad := r.readFilter(f, w)
		if bad != "" {
			return nil, nil, refuse(Invalid, op, "条件“%s”：%s", f.Name, bad)
		}
		out = append(out, x)
	}
	return s, out, nil
}

func (r *Registers) readFilter(f *Field, w Filter) (filter, string) {
	x := filter{field: f, op: w.Op}
	switch w.Op {
	case Holds, Lacks:
		return x, ""
	case InText:
		if x.value = strings.TrimSpace(w.Value); x.value == "" || !readable(x.value) {
			return x, "请写要找的字。"
		}
		return x, ""
	case Is, Not, Less, Most, More, Least:
	default:
		return x, fmt.Sprintf("不认识“%s”。", cut(string(w.Op), 10))
	}
	if f.Geo() || f.Type == File {
		return x, "只能问有没有。"
	}
	loose := *f // a bound of the field is no bound of a question
	loose.Min, loose.Max = nil, nil
	value, _, bad := r.parse(&loose, w.Value)
	if bad == "" && value == "" {
		bad = "请写要比的值；要找空着的，用“空着”。"
	}
	x.value = value
	return x, bad
}

// numeric reports whether the field is compared as a number.
func (f *Field) numeric() bool { return f.Type == Number || f.Type == Money }

// matches holds an entry against a filter as SQL does.
func (x filter) matches(e *Entry) bool {
	v, given := e.Values[x.field.Name]
	switch x.op {
	case Holds:
		return given
	case Lacks:
		return !given
	case InText:
		return strings.Contains(v, x.value)
	case Not:
		return !given || x.compare(v) != 0
	}
	if !given {
		return false
	}
	n := x.compare(v)
	switch x.op {
	case Is:
		return n == 0
	case Less:
		return n < 0
	case Most:
		return n <= 0
	case More:
		return n > 0
	}
	return n >= 0
}

func (x filter) compare(v string) int {
	if x.field.numeric() {
		a, err1 := quantity.Parse(v)
		b, err2 := quantity.Parse(x.value)
		if err1 == nil && err2 == nil {
			return a.Cmp(b)
		}
	}
	return strings.Compare(v, x.value)
}

// matches holds an entry of a past day against the query, but for its surface.
func (r *Registers) matches(s *Schema, v Viewer, e *Entry, q Query, where []filter) bool {
	if e.Removed() && !q.Removed || q.State != "" && e.State != q.State || q.Town != "" && e.Town != q.Town || q.Village != "" && e.Village != q.Village {
		return false
	}
	if q.Unit != "" && !slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Type == Unit && e.Values[f.Name] == q.Unit }) {
		return false
	}
	for _, x := range where {
		if !x.matches(e) {
			return false
		}
	}
	if words := searchWords(q.Text); len(words) > 0 {
		open, inside := s.searched(e)
		for _, w := range words {
			if !strings.Contains(open, w) && (!v.Inside || !strings.Contains(inside, w)) {
				return false
			}
		}
	}
	return true
}

// ParseBox reads a rectangle as addresses of maps hold it: west,south,east,north in degrees.
func ParseBox(s string) (Box, bool) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return Box{}, false
	}
	var v [4]int32
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || f < -180 || f > 180 {
			return Box{}, false
		}
		v[i] = int32(f * degree)
	}
	b := Box{v[0], v[1], v[2], v[3]}
	return b, b.MinX <= b.MaxX && b.MinY <= b.MaxY
}
