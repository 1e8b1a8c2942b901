package warning

import (
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/personnel"
	"zhixing/quantity"
	"zhixing/rule"
	"zhixing/standard"
	"zhixing/warning/cap"
)

// Level is a colour of warning, 蓝 黄 橙 红; empty for an outlook or a forecast that has none.
type Level = standard.Level

// Levels lists the levels, the lowest first.
var Levels = []Level{standard.Blue, standard.Yellow, standard.Orange, standard.Red}

// Rank is 1 for 蓝 to 4 for 红, 0 for none.
func Rank(l Level) int { return slices.Index(Levels, l) + 1 }

// colour is what the law and CAP call a level; false where there is none.
func colour(l Level) (cap.Colour, bool) {
	if l == "" {
		return cap.Colour{}, false
	}
	return cap.ColourOf(string(l))
}

// LevelChinese is 橙色（Ⅱ级/严重）.
func LevelChinese(l Level) string {
	c, ok := colour(l)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s色（%s/%s）", l, c.Level, c.Grade)
}

// Hazard is a kind of danger that a county warns of, with its levels.
type Hazard struct {
	ID         string // one in the county
	Name       string // 暴雨
	Code       string // of GB/T 35561: 11B03
	Category   string // of CAP: Met
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Issuing           // who issues, and how
	Scope      string // of the table of signals from which criteria are taken: 全国; empty: all stand in the folder
	Signals    []Signal
	Quality    Quality
	File       string
	LineNo     int
}

// Issuing says who warns (统一发布): one unit for a hazard, in whose name and by whose posts alone it is published.
type Issuing struct {
	Unit    string // canonical name of the unit in whose name it is published
	Sender  string // of CAP: qxj@example.gov.cn
	Code    string // eight digits after the county's, of the unit in identifiers; may be empty
	Contact string // 12379
	Web     string // address before the identifier; may be empty
	Draft   []string
	Approve []personnel.PostID
	Night   Night
	Quiet   Quiet
	Sources []Source
}

// Night is the stated way for when a second person cannot be had: who may publish what he wrote himself, and until when another has to
// confirm it.
type Night struct {
	From, To calendar.Clock // of the day; equal: there is no such way
	Alone    []personnel.PostID
	Confirm  calendar.Clock // the next one after publishing
	Basis    rule.Basis
}

// Quiet is when residents are not woken by low levels, and how long warnings of one hazard are gathered into one message.
type Quiet struct {
	From, To calendar.Clock
	Passes   Level         // this level and above are told at once, day and night
	Gather   time.Duration // 0: each by itself
}

// Source is another issuer whose warnings are taken in.
type Source struct {
	Name    string // 某市气象台
	Sender  string // of its documents
	Dialect string // cap, or national
	Feed    string // address of its feed; empty: nobody asks, its documents are handed in
}

// within reports whether the time of day of t is from one clock on and before the other, over midnight too.
func within(t time.Time, from, to calendar.Clock) bool {
	return from != to && calendar.DayPart{From: from, To: to}.Holds(calendar.ClockOf(t))
}

// Signal is one level of a hazard.
type Signal struct {
	Level       Level
	Criteria    string // in words
	Source      string // of the criteria
	Urgency     string // defaults of the document, in the words of CAP
	Severity    string
	Certainty   string
	Responses   []string
	Instruction string
	Valid       time.Duration      // how long it holds where the draft does not say
	Approve     []personnel.PostID // who publishes this level, where not those of the hazard
	Rules       []string           // whose findings propose it
	Duties      []Duty             // 联动
	Stops       []Stop             // 停工停课停业停运
	Ladder      string             // of calls (叫应); empty: nobody is called
	Forecast    *Foreseen          // what a forecast must show to propose it
	LineNo      int
}

// Foreseen is a threshold for gridded forecasts.
type Foreseen struct {
	Element   string // of the product: rain
	Window    time.Duration
	Ahead     time.Duration // only what begins so soon
	Most      bool          // at most the threshold, as of frost; else at least
	Threshold quantity.Decimal
	Unit      quantity.Unit
}

// Duty is what a unit has to do at a level, without being asked (联动).
type Duty struct {
	Unit   string
	Do     string
	Within time.Duration
	Basis  rule.Basis
}

// Stop is an order to stop work, school, business or transport at a level.
type Stop struct {
	Kind   OrderKind // 停工, 停课, 停业, 停运
	Sector string    // 在建工地
	Unit   string    // that sees to it
	Order  string    // what is to stop
	Within time.Duration
	Basis  rule.Basis
}

// Quality is what the warnings of a hazard are held against.
type Quality struct {
	Lead     time.Duration // 45 minutes
	Accuracy int           // 85 percent
	Gap      time.Duration // two times that a criterion is reached, further apart, are two occurrences; 0 is 6 hours
	Least    Level         // lower levels are not scored
	Basis    rule.Basis
}

// Signal finds a level; nil where the hazard has no such level.
func (h *Hazard) Signal(l Level) *Signal {
	i := slices.IndexFunc(h.Signals, func(s Signal) bool { return s.Level == l })
	if i < 0 {
		return nil
	}
	return &h.Signals[i]
}

// Approvers are the posts that may publish a level; for an outlook or forecast without one, those of the hazard.
func (h *Hazard) Approvers(l Level) []personnel.PostID {
	if s := h.Signal(l); s != nil && len(s.Approve) > 0 {
		return s.Approve
	}
	return h.Approve
}

// ByRule is the level that findings of a rule propose.
func (w *Warnings) ByRule(id string) (*Hazard, *Signal) {
	for _, h := range w.Hazards {
		for i := range h.Signals {
			if slices.Contains(h.Signals[i].Rules, id) {
				return h, &h.Signals[i]
			}
		}
	}
	return nil, nil
}
