package cap

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

//go:embed events.csv
var eventsCSV string

// EventList is the name of the national list of events in eventCode.
const EventList = "GB/T 35561"

// Event is a line of the table of events: a code, or the beginning of the codes of a class, whose name is empty.
type Event struct {
	Code, Name string
	Categories []Category
	Source     string // where the line was read
	Checked    int    // sources that were read and agree; 0: from memory
}

// Events is the table that FromNational goes by.
type Events []Event

// NationalEvents is the table of the national codes, as far as they are known; what provinces add is a table of theirs.
var NationalEvents = must(ParseEvents(strings.NewReader(eventsCSV)))

func must(e Events, err error) Events {
	if err != nil {
		panic("events.csv: " + err.Error())
	}
	return e
}

// ParseEvents reads a table: code, name, categories, source, checked.
func ParseEvents(in io.Reader) (Events, error) {
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], []string{"code", "name", "categories", "source", "checked"}) {
		return nil, fmt.Errorf("line 1: want the columns code,name,categories,source,checked")
	}
	var out Events
	for k, r := range rows[1:] {
		e := Event{Code: r[0], Name: r[1], Source: r[3]}
		if e.Checked, err = strconv.Atoi(r[4]); err != nil {
			return nil, fmt.Errorf("line %d: checked is a number", k+2)
		}
		for _, c := range strings.Fields(r[2]) {
			if !slices.Contains(words["category"], c) {
				return nil, fmt.Errorf("line %d: %q is no category of CAP", k+2, c)
			}
			e.Categories = append(e.Categories, Category(c))
		}
		if e.Code == "" || len(e.Categories) == 0 || e.Source == "" {
			return nil, fmt.Errorf("line %d: wants a code, a category and a source", k+2)
		}
		if slices.ContainsFunc(out, func(o Event) bool { return o.Code == e.Code }) {
			return nil, fmt.Errorf("line %d: %s stands here twice", k+2, e.Code)
		}
		out = append(out, e)
	}
	return out, nil
}

// Of gives the event of a code; known is false where only its class is known, or nothing.
func (t Events) Of(code string) (e Event, known bool) {
	e = Event{Code: code, Categories: []Category{Other}}
	longest := 0
	for _, row := range t {
		switch {
		case row.Code == code && row.Name != "":
			return row, true
		case row.Name == "" && len(row.Code) > longest && strings.HasPrefix(code, row.Code):
			longest, e.Categories, e.Source, e.Checked = len(row.Code), row.Categories, row.Source, row.Checked
		}
	}
	return e, false
}

// Colour is one of the four of the law.
type Colour struct {
	Code     string // as parameter warningColour has it
	Word     string // 红
	Level    string // Ⅰ级
	Roman    string // as parameter warningLevel has it
	Grade    string // 特别严重
	Severity Severity
}

// Colours from the worst. That blue is Minor was seen elsewhere; the others are the common reading of the four levels.
var Colours = []Colour{
	{"red", "红", "Ⅰ级", "I", "特别严重", Extreme},
	{"orange", "橙", "Ⅱ级", "II", "严重", Severe},
	{"yellow", "黄", "Ⅲ级", "III", "较重", Moderate},
	{"blue", "蓝", "Ⅳ级", "IV", "一般", Minor},
}

// ColourOf reads red, Red or 红.
func ColourOf(s string) (Colour, bool) {
	k := slices.IndexFunc(Colours, func(c Colour) bool { return strings.EqualFold(c.Code, s) || c.Word == s || c.Word+"色" == s })
	if k < 0 {
		return Colour{}, false
	}
	return Colours[k], true
}
