package observation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/quantity"
)

// Reading is a value of a series at an instant: the moment of sampling, or the start of an hour, day or month.
type Reading struct {
	// Which series: its number, or its name and the entry's key. Record fills in what is missing.
	Series SeriesID
	Name   SeriesName
	Key    string

	At time.Time
	Value
	Source Source

	// Set by Record.
	Version  int       // 1, 2 …: readings of the same instant replace each other
	Recorded time.Time // when it came
	Late     bool      // the series had a newer reading already
}

// Source is where a reading came from, at most 120 bytes: hj212/<device>/<QN>, import/<batch>, token/<source>, mean/<series>.
type Source string

// Value is what a reading says.
type Value struct {
	quantity.Sample
	Empty bool // the sender says that there is no value: missing at source
	Flag  Flag
}

// Measured is a good value.
func Measured(s quantity.Sample) Value { return Value{Sample: s, Flag: Normal} }

// Flag says what to think of a value: the letters of HJ 212 (2017 table 8), and some of our own.
type Flag byte

// The flags. Only Normal counts.
const (
	Normal      Flag = 'N'
	Stopped     Flag = 'F'
	Maintenance Flag = 'M'
	SetByHand   Flag = 'S'
	Fault       Flag = 'D'
	Calibrating Flag = 'C'
	OverRange   Flag = 'T'
	NoLink      Flag = 'B'
	NoPower     Flag = 'P' // 2005
	// Ours.
	Outside   Flag = 'R' // outside Low and High of the definition
	TooFew    Flag = 'I' // a mean of too few values
	Rejected  Flag = 'X' // a person says so
	Withdrawn Flag = 'V' // taken back: it counts as if nothing had come
	Other     Flag = 'U' // a letter that no edition names
)

var flagWords = map[Flag]string{Normal: "正常", Stopped: "停运", Maintenance: "维护", SetByHand: "手工输入", Fault: "故障", Calibrating: "校准",
	OverRange: "超测量上限", NoLink: "通讯中断", NoPower: "停电", Outside: "越界", TooFew: "有效数据不足", Rejected: "人工判为无效", Withdrawn: "撤回", Other: "未知标志"}

// String is the word that pages show.
func (f Flag) String() string { return flagWords[f] }

// Code is the letter.
func (f Flag) Code() string { return string(rune(f)) }

// ParseFlag reads a letter or a word; empty is Normal. Withdrawn and TooFew are not for senders to say.
func ParseFlag(s string) (Flag, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Normal, nil
	}
	for f, word := range flagWords {
		if f != Withdrawn && f != TooFew && (s == word || s == f.Code()) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("数据标志“%s”不认识：可写 N、F、M、S、D、C、T、B", s)
}

// State is what a period of a series is.
type State string

// The states.
const (
	Valid   State = "有效"
	Invalid State = "无效"
	Missing State = "源头缺测" // the sender says that there is none
	Gap     State = "未收到"  // nothing came
)

// State sorts a value.
func (v Value) State() State {
	switch {
	case v.Flag == Withdrawn:
		return Gap
	case v.Empty:
		return Missing
	case v.Flag != Normal:
		return Invalid
	}
	return Valid
}

// Counts says that the value counts for means and limits.
func (v Value) Counts() bool { return !v.Empty && v.Flag == Normal }

// Same says that a value tells nothing new: 61 after 61.0.
func (v Value) Same(w Value) bool {
	return v.Flag == w.Flag && v.Empty == w.Empty && (v.Empty || v.Below == w.Below && v.Decimal.Equal(w.Decimal))
}

// String is the value as the store has it and people may see it: 61.0, 0.0003L, 7.2/D, /M, and nothing for an empty one.
func (v Value) String() string { return string(v.append(nil)) }

func (v Value) append(b []byte) []byte {
	if !v.Empty {
		b = v.Decimal.Append(b)
		if v.Below {
			b = append(b, 'L')
		}
	}
	if v.Flag != Normal {
		b = append(b, '/', byte(v.Flag))
	}
	return b
}

// parseValue reads what append wrote.
func parseValue(s string) (Value, error) {
	v := Value{Flag: Normal}
	if n := len(s); n >= 2 && s[n-2] == '/' {
		v.Flag, s = Flag(s[n-1]), s[:n-2]
	}
	if s == "" {
		v.Empty = true
		return v, nil
	}
	if s[len(s)-1] == 'L' {
		v.Below, s = true, s[:len(s)-1]
	}
	var err error
	v.Decimal, err = quantity.Parse(s)
	return v, err
}

// A set is what one place gave for one instant, as text: 17=61.0;18=0.0003L;19=/M — series, value, flag.

func appendSet(b []byte, id SeriesID, v Value) []byte {
	if len(b) > 0 {
		b = append(b, ';')
	}
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, '=')
	return v.append(b)
}

// eachOfSet calls do with each part of a set until it says false.
func eachOfSet(s string, do func(id SeriesID, value string) bool) error {
	for s != "" {
		part, rest, _ := strings.Cut(s, ";")
		name, value, ok := strings.Cut(part, "=")
		id, err := strconv.ParseInt(name, 10, 64)
		if !ok || err != nil {
			return fmt.Errorf("observation: a stored set reads %q", part)
		}
		if !do(SeriesID(id), value) {
			return nil
		}
		s = rest
	}
	return nil
}

// ofSet is the value of one series in a set.
func ofSet(s string, id SeriesID) (v Value, ok bool, err error) {
	var name [20]byte
	want := append(strconv.AppendInt(name[:0], int64(id), 10), '=')
	for s != "" {
		part := s
		if i := strings.IndexByte(s, ';'); i >= 0 {
			part, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if len(part) >= len(want) && part[:len(want)] == string(want) {
			v, err = parseValue(part[len(want):])
			return v, err == nil, err
		}
	}
	return Value{}, false, nil
}

// byTime sorts readings by series and time, those of one time as they stand. Readings are large: their places are sorted, and each is
// moved once.
func byTime(list []Reading) {
	type place struct{ series, at, i int64 }
	places := make([]place, len(list))
	for i := range list {
		places[i] = place{int64(list[i].Series), list[i].At.UnixMicro(), int64(i)}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.at, b.at), cmp.Compare(a.i, b.i))
	})
	sorted := make([]Reading, len(list))
	for to, p := range places {
		sorted[to] = list[p.i]
	}
	copy(list, sorted)
}
