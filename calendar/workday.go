package calendar

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Workdays tells working days from days off: weekends are off, and the State Council's arrangement for each year frees
// holidays and calls in weekends to make up for them (调休). A year whose arrangement is not known counts as plain weekdays;
// Warning says so. The value never changes; a nil *Workdays knows weekends only.
type Workdays struct {
	rows []arranged // by day
	sums []int32    // sums[i]: by how much rows[:i] change the number of plain weekdays
}

type arranged struct {
	day int // see number
	Arrangement
}

// Arrangement is what a notice says of one day.
type Arrangement struct {
	Date   Date
	Off    bool   // a day off; otherwise a weekend on which people work
	Name   string // the holiday that it belongs to: 国庆节
	Source string // the notice's number: 国办发明电〔2023〕7号
}

//go:embed holidays.csv
var holidays []byte

var national = sync.OnceValue(func() *Workdays {
	rows, err := ParseHolidays(holidays)
	if err != nil {
		panic("calendar/holidays.csv: " + err.Error())
	}
	w, err := (*Workdays)(nil).With(rows)
	if err != nil {
		panic("calendar/holidays.csv: " + err.Error())
	}
	return w
})

// National is the State Council's arrangements as far as they are known to the program: holidays.csv.
func National() *Workdays { return national() }

// With is a copy that knows the rows too. A row takes the place of an earlier one for the same day; rows that contradict each
// other are an error.
func (w *Workdays) With(rows []Arrangement) (*Workdays, error) {
	added := make([]arranged, 0, len(rows))
	for _, r := range rows {
		if _, ok := NewDate(r.Date.Year, r.Date.Month, r.Date.Day); !ok {
			return nil, fmt.Errorf("放假安排中的%d年%d月%d日不存在", r.Date.Year, r.Date.Month, r.Date.Day)
		}
		added = append(added, arranged{r.Date.number(), r})
	}
	byDay := func(a, b arranged) int { return a.day - b.day }
	slices.SortStableFunc(added, byDay)
	for i := 1; i < len(added); i++ {
		if a, b := added[i-1], added[i]; a.day == b.day && a.Off != b.Off {
			return nil, fmt.Errorf("放假安排自相矛盾：%s既放假又上班", b.Date.Chinese())
		}
	}
	all := added
	if w != nil {
		all = slices.Concat(added, w.rows) // what was added stands first among equals
		slices.SortStableFunc(all, byDay)
	}
	all = slices.CompactFunc(all, func(a, b arranged) bool { return a.day == b.day })
	out := &Workdays{rows: all, sums: make([]int32, len(all)+1)}
	for i, r := range all {
		out.sums[i+1] = out.sums[i] + r.change()
	}
	return out, nil
}

// change is what the row does to the number of plain weekdays.
func (r arranged) change() int32 {
	switch {
	case r.Off && !weekend(r.day):
		return -1
	case !r.Off && weekend(r.day):
		return 1
	}
	return 0
}

// upTo is the number of rows for days up to the day.
func (w *Workdays) upTo(day int) int {
	if w == nil {
		return 0
	}
	lo, hi := 0, len(w.rows)
	for lo < hi {
		if mid := (lo + hi) / 2; w.rows[mid].day <= day {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// row is what is arranged for the day, or nil.
func (w *Workdays) row(day int) *arranged {
	if i := w.upTo(day); i > 0 && w.rows[i-1].day == day {
		return &w.rows[i-1]
	}
	return nil
}

func (w *Workdays) works(day int) bool {
	if r := w.row(day); r != nil {
		return !r.Off
	}
	return !weekend(day)
}

// worked is the number of working days up to the day, from a fixed one on.
func (w *Workdays) worked(day int) int {
	weeks, rest := floorDiv(day-firstMonday, 7)
	n := 5*weeks + min(rest+1, 5)
	if w != nil {
		n += int(w.sums[w.upTo(day)])
	}
	return n
}

// Works reports whether d is a working day.
func (w *Workdays) Works(d Date) bool { return w.works(d.number()) }

// Add is the n-th working day after d, or before it where n is negative. Add(d, 0) is d itself, working day or not.
func (w *Workdays) Add(d Date, n int) Date {
	from := d.number()
	day := from
	// k days hold at most k working days, so no step goes too far.
	if n > 0 {
		for base := w.worked(from); ; {
			short := n - (w.worked(day) - base)
			if short <= 0 {
				break
			}
			day += short
		}
	} else {
		for base := w.worked(from - 1); ; {
			short := -n - (base - w.worked(day-1))
			if short <= 0 {
				break
			}
			day -= short
		}
	}
	return numbered(day)
}

// Count is the number of working days after the one day up to the other, which is counted too; negative when upto is
// before after. Count(d, Add(d, n)) is n for every n > 0.
func (w *Workdays) Count(after, upto Date) int {
	return w.worked(upto.number()) - w.worked(after.number())
}

// Announced reports whether the year's arrangement is known. Every arrangement frees 1 January and 1 October; a single
// day that a county adds does not make a year known.
func (w *Workdays) Announced(year int) bool {
	a := w.row(Date{year, time.January, 1}.number())
	b := w.row(Date{year, time.October, 1}.number())
	return a != nil && b != nil
}

// Warning is a sentence that names the years between the two days, both included, whose arrangement is not known; empty
// if all are.
func (w *Workdays) Warning(from, to Date) string {
	if to.Before(from) {
		from, to = to, from
	}
	var years []string
	for y := from.Year; y <= to.Year; y++ {
		if w.Announced(y) {
			continue
		}
		first := y
		for y < to.Year && !w.Announced(y+1) {
			y++
		}
		switch {
		case first == y:
			years = append(years, fmt.Sprintf("%d年", y))
		case first+1 == y:
			years = append(years, fmt.Sprintf("%d年、%d年", first, y))
		default:
			years = append(years, fmt.Sprintf("%d年至%d年", first, y))
		}
	}
	if years == nil {
		return ""
	}
	return strings.Join(years, "、") + "的放假调休安排尚未公布或者尚未录入，工作日暂按周一至周五计算，公布后可能变动。"
}

// Why says in words what makes d a working day or a day off: 国庆节放假, 国庆节调休上班, 周末, 工作日.
func (w *Workdays) Why(d Date) string {
	day := d.number()
	switch r := w.row(day); {
	case r != nil && r.Off:
		return r.Name + "放假"
	case r != nil:
		return r.Name + "调休上班"
	case weekend(day):
		return "周末"
	}
	return "工作日"
}

// number counts days from 1 January 1970; numbered is its inverse.
func (d Date) number() int {
	n, _ := floorDiv(int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix()), 24*60*60)
	return n
}

func numbered(day int) Date {
	y, m, d := time.Unix(int64(day)*24*60*60, 0).UTC().Date()
	return Date{y, m, d}
}

const firstMonday = 4 // 5 January 1970

// weekday is 1 for Monday to 7 for Sunday.
func weekday(day int) int {
	_, rest := floorDiv(day-firstMonday, 7)
	return rest + 1
}

func weekend(day int) bool { return weekday(day) > 5 }

func floorDiv(a, b int) (quotient, rest int) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		return quotient - 1, rest + b
	}
	return quotient, rest
}

// Fingerprint tells this calendar of working days from others.
func (w *Workdays) Fingerprint() string {
	if w == nil {
		return ""
	}
	h := sha256.New()
	for _, r := range w.rows {
		fmt.Fprintln(h, r.day, r.Off)
	}
	return hex.EncodeToString(h.Sum(nil))
}
