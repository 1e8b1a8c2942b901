package finding

import (
	"context"
	"sync"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
)

// Judge judges the facts of a county by the rules in force. It is safe for use by many goroutines and keeps nothing but an
// index of its definitions; when the policies are loaded again it is replaced whole.
type Judge struct {
	County       string
	Registers    *register.Registers
	Observations *observation.Observations
	Rules        []Rule
	Indicators   []Indicator
	Values       []Value
	Workdays     *calendar.Workdays

	// Opened is called in the transaction that finds something: when it is new, when it comes again after it was over, and when
	// nothing stands before it any more. nil: nobody takes it up.
	Opened func(ctx context.Context, tx *db.Tx, f Finding) error
	// Over is called when a finding is recovered or void; evidence is a sentence.
	Over func(ctx context.Context, tx *db.Tx, f Finding, evidence string) error
	// CaseOpen says whether an open case carries the finding: then what comes again is one more occurrence of it, else a new
	// finding. nil: no case does.
	CaseOpen func(ctx context.Context, tx *db.Tx, id ID) (bool, error)

	once sync.Once
	index
}

// index finds definitions by what they look at.
type index struct {
	byID        map[string]*Rule
	byEntry     map[register.Name][]*Rule
	byReading   map[observation.SeriesName][]*Rule
	byBeside    map[observation.SeriesName][]*Rule // that ask about a series besides the one that they look at
	bySilence   map[observation.SeriesName][]*Rule
	byIndicator map[string][]*Rule
	inhibitors  map[string][]string // rules that stand before a rule
	indicators  map[string]*Indicator
	values      map[string]*Value
}

func (j *Judge) ready() {
	j.once.Do(func() {
		j.index = index{map[string]*Rule{}, map[register.Name][]*Rule{}, map[observation.SeriesName][]*Rule{}, map[observation.SeriesName][]*Rule{},
			map[observation.SeriesName][]*Rule{},
			map[string][]*Rule{}, map[string][]string{}, map[string]*Indicator{}, map[string]*Value{}}
		for i := range j.Rules {
			r := &j.Rules[i]
			j.byID[r.ID] = r
			switch {
			case r.Entry != "":
				j.byEntry[r.Entry] = append(j.byEntry[r.Entry], r)
			case r.Indicator != "":
				j.byIndicator[r.Indicator] = append(j.byIndicator[r.Indicator], r)
			}
			for _, s := range r.Readings {
				j.byReading[s] = append(j.byReading[s], r)
			}
			if len(r.Readings) > 0 {
				for _, s := range beside(r) {
					j.byBeside[s] = append(j.byBeside[s], r)
				}
			}
			for _, s := range r.Silent {
				j.bySilence[s] = append(j.bySilence[s], r)
			}
			for _, other := range r.Inhibits {
				j.inhibitors[other] = append(j.inhibitors[other], r.ID)
			}
		}
		for i := range j.Indicators {
			j.indicators[j.Indicators[i].ID] = &j.Indicators[i]
		}
		for i := range j.Values {
			j.values[j.Values[i].Name] = &j.Values[i]
		}
	})
}

// Rule is the rule with this id; nil where there is none.
func (j *Judge) Rule(id string) *Rule { j.ready(); return j.byID[id] }

// Indicator is the indicator with this id; nil where there is none.
func (j *Judge) Indicator(id string) *Indicator { j.ready(); return j.indicators[id] }

// Value is what a document decides of the name on a day; false where it decides nothing then.
func (j *Judge) Value(name string, on calendar.Date) (Dated, bool) {
	j.ready()
	v := j.values[name]
	if v == nil {
		return Dated{}, false
	}
	return v.On(on)
}

// On is what the value is on a day: the last that begins by then.
func (v *Value) On(on calendar.Date) (Dated, bool) {
	for i := len(v.Dated) - 1; i >= 0; i-- {
		d := v.Dated[i]
		if !on.Before(d.From) {
			return d, d.To.IsZero() || on.Before(d.To)
		}
	}
	return Dated{}, false
}
