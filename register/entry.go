package register

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

// ID numbers the entries of a register, from 1, in the order in which they were entered. It never changes, the key may.
type ID int64

// Values are the fields of an entry that hold something, each in its one spelling (see Field.Parse): 12.50, 2023-10-31,
// 是, 甲镇人民政府, 111.5712345 35.4912345.
type Values map[string]string

// Entry is an entry (条目) as its records have made it.
type Entry struct {
	Register  Name
	ID        ID
	Key       string
	Label     string // what people call it
	State     string
	N         int // how many records it has; whoever writes may say which one he saw
	Values    Values
	EnteredOn calendar.Date // 入册日期
	HoldsOn   calendar.Date // since when it is as it is
	ChangedAt time.Time     // when it was last written; its day is 更新日期
	ReviewBy  calendar.Date // so long after it was last written as the register allows; ReviewOf says whether it is still wanted
	RemovedOn calendar.Date // 出册日期; zero: it is in the register
	Into      string        // key of the entry that it was merged into
	Town      string
	Village   string
}

// Address names an entry in the county: outlets/P1.
func (e *Entry) Address() string { return string(e.Register) + "/" + e.Key }

// Removed reports whether the entry has left the register.
func (e *Entry) Removed() bool { return !e.RemovedOn.IsZero() }

// ReviewOf is the day by which somebody has to look at the entry again; zero where nobody has to: the register does not ask for it, or
// the entry has left, or has come to an end. It is worked out here, not when the entry is written, so that it goes by the states that
// are ends now.
func (s *Schema) ReviewOf(e *Entry) calendar.Date {
	if e.Removed() || slices.Contains(s.End, e.State) {
		return calendar.Date{}
	}
	return e.ReviewBy
}

// Stale reports whether nobody has looked at the entry for longer than the register allows.
func (s *Schema) Stale(e *Entry, on calendar.Date) bool {
	by := s.ReviewOf(e)
	return !by.IsZero() && by.Before(on)
}

// Decimal is a number field's value, in the field's unit; money is in fen.
func (e *Entry) Decimal(field string) (quantity.Decimal, bool) {
	d, err := quantity.Parse(e.Values[field])
	return d, err == nil
}

// Date is a date field's value; zero where it is empty.
func (e *Entry) Date(field string) calendar.Date {
	d, _ := calendar.ParseDate(e.Values[field])
	return d
}

// Bool is a 是否 field's value.
func (e *Entry) Bool(field string) (yes, given bool) {
	v, ok := e.Values[field]
	return v == yesWord, ok
}

// Link is the address of an entry's page, below the site.
func (e *Entry) Link() string { return "/lists/" + string(e.Register) + "/e/" + url.PathEscape(e.Key) }

func (e *Entry) clone() *Entry {
	c := *e
	c.Values = make(Values, len(e.Values))
	for k, v := range e.Values {
		c.Values[k] = v
	}
	return &c
}

// Field finds a field by its name.
func (s *Schema) Field(name string) (*Field, bool) {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i], true
		}
	}
	return nil, false
}

// Hidden reports whether the field never leaves the offices.
func (f *Field) Hidden() bool { return f.Private || f.Type == Person }

// Geo reports whether the field holds a place.
func (f *Field) Geo() bool { return f.Type == Point || f.Type == Line || f.Type == Polygon }

// place is the field that says where an entry is: the first that holds a place.
func (s *Schema) place() (*Field, bool) {
	for i := range s.Fields {
		if s.Fields[i].Geo() {
			return &s.Fields[i], true
		}
	}
	return nil, false
}

// OnlyState is that of the entries of a register whose document knows no states.
const OnlyState = "在册"

// FirstState is that of a new entry.
func (s *Schema) FirstState() string {
	if len(s.States) == 0 {
		return OnlyState
	}
	return s.States[0]
}

// HasState reports whether entries of the register can be in this state.
func (s *Schema) HasState(state string) bool {
	return slices.Contains(s.States, state) || len(s.States) == 0 && state == OnlyState
}

// keyOf is the key that the values make, empty for a register whose entries are numbered.
func (s *Schema) keyOf(v Values) string {
	parts := make([]string, 0, 2)
	for _, k := range s.Key {
		parts = append(parts, v[k])
	}
	return strings.Join(parts, keySeparator)
}

const keySeparator = "|"

// Show is the one way out of the register: the entry as the viewer may see it, false where he may not. For the public
// it is without private fields, and there is none of a register that is not public.
func (s *Schema) Show(v Viewer, e *Entry) (*Entry, bool) {
	if v.Inside {
		return e, true
	}
	if !s.Public || e == nil {
		return nil, false
	}
	out := *e
	out.Values = make(Values, len(e.Values))
	for i := range s.Fields {
		f := &s.Fields[i]
		if val, ok := e.Values[f.Name]; ok && !f.Hidden() {
			out.Values[f.Name] = val
		}
	}
	if f, ok := s.Field(s.Label); ok && f.Hidden() {
		out.Label = s.named(out.Key)
	}
	if f, ok := s.place(); ok && f.Hidden() {
		out.Town, out.Village = "", ""
	}
	for _, k := range s.Key {
		if f, ok := s.Field(k); ok && f.Hidden() { // a key that is nobody's business is told by the number
			out.Key = "#" + itoa(int64(e.ID))
			if out.Label == e.Key || out.Label == s.named(e.Key) {
				out.Label = s.named(out.Key)
			}
		}
	}
	return &out, true
}

// Columns are the fields that the viewer may see, in order.
func (s *Schema) Columns(v Viewer) []Field {
	var out []Field
	for _, f := range s.Fields {
		if v.Inside || s.Public && !f.Hidden() {
			out = append(out, f)
		}
	}
	return out
}
