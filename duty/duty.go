// Package duty reads the duties out of a gazette: which unit shall do what, with whom, until when.
//
// A duty is a numbered item, a table row or a sentence that gives work to a named unit. Where one task carries
// several responsibility statements, each is a part of its own. Reading is pure: an issue as gazette.Read gives it
// goes in, duties come out, in the order of the text, with the units named as printed:
//
//	issue, err := gazette.Read(source)
//	for _, d := range duty.Read(issue) {
//		fmt.Println(d.Clause, d.Lead, d.Support, d.Deadlines)
//	}
package duty

import (
	"bufio"
	"encoding/json"
	"io"

	"zhixing/calendar"
	"zhixing/gazette"
)

// Duty is one piece of work that a document gives to named units, as read. Names, numbers and phrases are as printed;
// folding names to units of a county is a later step.
type Duty struct {
	Doc            string     `json:"doc"`     // 发文字号; empty where the document has none
	Plan           string     `json:"plan"`    // title of the plan, or of the document where it issues none
	Section        string     `json:"section"` // headings above the duty, joined by /
	No             string     `json:"no"`      // number without its stop: 1, (一), 五
	Part           int        `json:"part"`    // which of the statements of this number it is, from 1
	Title          string     `json:"title"`
	BodyHead       string     `json:"body_head"`      // first 15 characters of the text after the title, white space removed
	Responsibility string     `json:"responsibility"` // the statement as printed; empty for a proposed duty
	Lead           []string   `json:"lead"`           // 牵头
	Support        []string   `json:"support"`        // 配合
	Implement      []string   `json:"implement"`      // 落实
	Guide          []string   `json:"guide"`          // 指导
	Inherited      []string   `json:"inherited"`      // units that an earlier sentence adds to all later tasks
	Deadlines      []Deadline `json:"deadlines"`
	Cadence        []Cadence  `json:"cadence"`
	Targets        []Target   `json:"targets"`
	Registers      []string   `json:"registers"` // lists and plans that it orders to be made or kept

	Clause   string         `json:"clause"`   // address in the document, as in gazette.Node.Path
	Proposed bool           `json:"proposed"` // read from a plain sentence: a person has to confirm it
	Text     string         `json:"-"`        // the part's own text, statement excluded
	Spans    []gazette.Span `json:"-"`        // where it stands in the source, statement included
}

// Deadline is a date by which a duty is to be done; Date is zero (null in JSON) where the words name none.
type Deadline struct {
	Raw  string
	Date calendar.Date
}

// MarshalJSON writes {"raw":"2023年底前","date":"2023-12-31"}, the date null where there is none.
func (d Deadline) MarshalJSON() ([]byte, error) {
	out := struct {
		Raw  string         `json:"raw"`
		Date *calendar.Date `json:"date"`
	}{Raw: d.Raw}
	if !d.Date.IsZero() {
		out.Date = &d.Date
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Deadline) UnmarshalJSON(b []byte) error {
	var in struct {
		Raw  string
		Date *calendar.Date
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	d.Raw = in.Raw
	if in.Date != nil {
		d.Date = *in.Date
	}
	return nil
}

// Cadence is how often a duty is to be done.
type Cadence struct {
	Raw   string         `json:"raw"`
	Every calendar.Every `json:"every"`
	Note  string         `json:"note"`
}

// Read reads the duties of all documents of an issue.
func Read(issue *gazette.Issue) []Duty {
	var out []Duty
	for _, d := range issue.Documents {
		out = append(out, ReadDocument(issue, d)...)
	}
	return out
}

// ReadDocument reads the duties of one document: those of its own text and those of the plans that it issues.
func ReadDocument(issue *gazette.Issue, d *gazette.Document) []Duty {
	r := reader{issue: issue, doc: d, year: year(issue, d)}
	out := r.plan(d.Title, d.Nodes)
	for _, p := range d.Plans {
		out = append(out, r.plan(p.Title, p.Nodes)...)
	}
	return out
}

// WriteJSON writes the duties as JSON lines.
func WriteJSON(w io.Writer, duties []Duty) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for i := range duties {
		if err := enc.Encode(duties[i].whole()); err != nil {
			return err
		}
	}
	return b.Flush()
}

// whole gives every list a value, so that JSON shows [] rather than null.
func (d Duty) whole() Duty {
	for _, l := range []*[]string{&d.Lead, &d.Support, &d.Implement, &d.Guide, &d.Inherited, &d.Registers} {
		if *l == nil {
			*l = []string{}
		}
	}
	if d.Deadlines == nil {
		d.Deadlines = []Deadline{}
	}
	if d.Cadence == nil {
		d.Cadence = []Cadence{}
	}
	if d.Targets == nil {
		d.Targets = []Target{}
	}
	return d
}
