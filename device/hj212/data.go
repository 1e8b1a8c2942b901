package hj212

import (
	"strings"
	"time"

	"zhixing/quantity"
)

// Kind is what a frame's data are, by its command code.
type Kind uint8

const (
	Other    Kind = iota // nothing that is measured: parameters, answers, heartbeats
	Realtime             // 2011
	Minute               // 2051
	Hour                 // 2061
	Day                  // 2031
	State                // 2021, whether facilities run
	RunTime              // 2041, hours that facilities ran
	Raw                  // 2013 (2025)
	Noise                // 2052, one measurement of noise (2025)
	Check                // 2062, check with a standard sample (2025)
	Alarm                // 2071 (2005)
	Restart              // 2081, when the logger was started
	Furnace              // 2111, five-minute means of a furnace (2025)
	Info                 // 3020, log, state or parameter of an instrument
)

var kinds = map[CN]Kind{
	CNRealtime: Realtime, CNMinute: Minute, CNHour: Hour, CNDay: Day, CNState: State, CNRunTime: RunTime, CNRaw: Raw,
	CNNoise: Noise, CNCheck: Check, CNAlarm: Alarm, CNRestart: Restart, CNFurnace: Furnace, CNSiteInfo: Info,
}

// Kind is what the frame's data are.
func (f *Frame) Kind() Kind { return kinds[f.CN] }

// Period is how long the data are taken over; zero for a moment, and for minute data, whose length the device's minute
// interval says and the frame does not.
func (k Kind) Period() time.Duration {
	switch k {
	case Hour:
		return time.Hour
	case Day, RunTime:
		return 24 * time.Hour
	case Furnace:
		return 5 * time.Minute
	}
	return 0
}

// Data are what a frame reports.
type Data struct {
	Kind Kind
	// Time is the moment of sampling of real-time data and states, and the START of the period of minute, hour and day
	// data. Zero where the frame has no DataTime that is a time.
	Time    time.Time
	Resent  bool     // stored data that come later (2025)
	Factors []Factor // in the frame's order; the same code twice stays twice
	Other   []Item   // what belongs to no factor, such as RtdInterval
}

// Factor is one item group of a pollutant, a facility or an instrument.
type Factor struct {
	Code       string  // w01018, 011, SB01
	Values     []Value // all but what stands below, in order; a measure that comes twice stays twice
	Mark       Mark    // of -Flag
	EMark      string  // of -EFlag, as the vendor defines it
	SampleTime time.Time
}

// Value is one number of a factor, as text.
type Value struct {
	Measure string // Rtd, Min, Avg, Max, Cou, ZsRtd, ZsAvg, RS, RT, Info …
	Text    string // empty where the device sent none: missing, not zero
}

// Number is the value exactly, false where the text is missing or no number.
func (v Value) Number() (quantity.Decimal, bool) {
	if v.Text == "" {
		return quantity.Decimal{}, false
	}
	d, err := quantity.Parse(v.Text)
	return d, err == nil
}

// Log is the value without the // that enclose a log text.
func (v Value) Log() string {
	if n := logText(v.Text); n >= 4 && n == len(v.Text) {
		return v.Text[2 : n-2]
	}
	return v.Text
}

// Value is the first of that measure, false where there is none or an empty one.
func (f *Factor) Value(measure string) (Value, bool) {
	for _, v := range f.Values {
		if v.Measure == measure {
			return v, v.Text != ""
		}
	}
	return Value{}, false
}

// Repeated says that a measure came more than once, so that nobody can say which is meant.
func (f *Factor) Repeated() bool {
	for i, v := range f.Values {
		for _, w := range f.Values[:i] {
			if v.Measure == w.Measure {
				return true
			}
		}
	}
	return false
}

// Mark is the data flag of a value (table 8). Only Normal counts as valid; the others are kept with their label.
type Mark string

const (
	Normal       Mark = "N"
	Stopped      Mark = "F"
	Maintained   Mark = "M"
	SetByHand    Mark = "S"
	Faulty       Mark = "D"
	Calibrating  Mark = "C"
	AboveRange   Mark = "T"
	NotConnected Mark = "B" // no communication between instrument and logger
)

// Valid says that the value counts. A device that sends no mark means Normal.
func (m Mark) Valid() bool { return m == Normal || m == "" }

// Data are the frame's readings. A part of split data has those of its own factors, and is useful alone.
func (f *Frame) Data() Data {
	d := Data{Kind: f.Kind(), Resent: f.Resent, Factors: make([]Factor, 0, len(f.Items)/2+1)}
	values := make([]Value, 0, len(f.Items))
	group := -1
	for _, it := range f.Items {
		if it.Name == "DataTime" {
			if d.Time.IsZero() {
				d.Time, _ = ParseTime(it.Value)
			}
			continue
		}
		dash := strings.LastIndexByte(it.Name, '-')
		if dash < 1 {
			d.Other = append(d.Other, it)
			continue
		}
		code, measure := it.Name[:dash], it.Name[dash+1:]
		if n := len(d.Factors); n == 0 || it.Group != group || d.Factors[n-1].Code != code {
			d.Factors = append(d.Factors, Factor{Code: code})
			values, group = values[len(values):], it.Group
		}
		factor := &d.Factors[len(d.Factors)-1]
		switch measure {
		case "Flag":
			factor.Mark = Mark(it.Value)
		case "EFlag":
			factor.EMark = it.Value
		case "SampleTime":
			factor.SampleTime, _ = ParseTime(it.Value)
		default:
			values = append(values, Value{measure, it.Value})
			factor.Values = values[:len(values):len(values)]
		}
	}
	return d
}
