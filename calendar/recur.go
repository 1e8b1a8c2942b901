package calendar

import "time"

// Recurrence is how a duty comes round: the interval, and by which day of it the duty is done.
//
//	每季度                Every Quarter
//	每月5日前             Every Month, By 5
//	次月5日前             Every Month, By 5, Next
//	每月前3个工作日内     Every Month, By 3, ByWorkdays
//	每月最后一个工作日    Every Month, ByWorkdays
//	每周五                Every Week, By 5
//	季度结束后10日内      Every Quarter, By 10, Next
//	每年6月底前           Every Year, ToMonth June
//	每年1月31日前         Every Year, ToMonth January, By 31
//	每年3-5月             Every Year, FromMonth March, ToMonth May: one period a year
//	5-9月每日10-16时      Every Day, FromMonth May, ToMonth September, FromMinute 600, ToMinute 960
//	每个工作日            Every Day, ByWorkdays
//	每两个月              Every Month, Each 2
//	每年两次              Every Year, Times 2
//	采暖季                Every Seasonal, Season 采暖季
//	汛期每周              Every Week, Season 汛期
//	每年采暖季前          Every Year, Season 采暖季: due on the day before it begins
type Recurrence struct {
	Every      Every      `json:"every,omitempty"`
	Each       int        `json:"each,omitempty"`       // units in one period, where more than one
	Times      int        `json:"times,omitempty"`      // how often in one period, where the words say
	By         int        `json:"by,omitempty"`         // day of the month or of the week; 0: the period's last day. Of a longer period the day of its last month, with Next of its first
	ByWorkdays bool       `json:"byWorkdays,omitempty"` // By counts working days; By 0: the last of them
	Next       bool       `json:"next,omitempty"`       // due in the period after
	FromMonth  time.Month `json:"fromMonth,omitempty"`  // the months in which it comes round; To before From: into the next year
	ToMonth    time.Month `json:"toMonth,omitempty"`    // of Every Year without FromMonth: the month in which it is due
	FromMinute int        `json:"fromMinute,omitempty"` // the hours of the day
	ToMinute   int        `json:"toMinute,omitempty"`
	Season     string     `json:"season,omitempty"` // as printed
	Raw        string     `json:"raw,omitempty"`
}

// Period is one turn of a recurrence: the days from From to To, for which the duty is due on Due.
type Period struct {
	From   Date   `json:"from"`
	To     Date   `json:"to"`
	Due    Date   `json:"due"`
	Season string `json:"season,omitempty"` // of Every Seasonal: the county's name for it
}

// Period is the period that contains d. It is false where d is in none: outside the months or the season, on a day off where
// only working days count, or where the recurrence names no interval.
func (r Recurrence) Period(d Date, seasons Seasons, w *Workdays) (Period, bool) {
	win, ok := r.window(d, seasons)
	if !ok {
		return Period{}, false
	}
	var p Period
	switch {
	case r.Every == Seasonal && r.Season == "", r.Every == Always, r.Every == "":
		return Period{}, false
	case r.Every == Seasonal, r.Every == Year && r.windowed():
		p = win
	default:
		if p, ok = r.unit(d); !ok {
			return Period{}, false
		}
		p.From, p.To = later(p.From, win.From), earlier(p.To, win.To)
	}
	if r.Every == Day && r.ByWorkdays && r.each() == 1 && !w.Works(d) {
		return Period{}, false
	}
	p.Season = win.Season
	if r.Every != Seasonal {
		p.Season = ""
	}
	p.Due = r.due(p, seasons, w)
	return p, true
}

// After is the period that follows p: the first one that begins after its last day. It is the zero Period where there is none.
// After(Period{To: d}) is the first period that ends after d.
func (r Recurrence) After(p Period, seasons Seasons, w *Workdays) Period {
	d := p.To.AddDays(1)
	for range 8 { // at most: out of the window, onto a day off
		if q, ok := r.Period(d, seasons, w); ok {
			return q
		}
		win, in := r.window(d, seasons)
		switch {
		case !in:
			next, ok := r.opens(d, seasons)
			if !ok {
				return Period{}
			}
			d = next
		case r.Every == Day && r.ByWorkdays:
			if d = w.Add(d, 1); win.To.Before(d) {
				d = win.To.AddDays(1)
			}
		default:
			return Period{}
		}
	}
	return Period{}
}

func (r Recurrence) each() int { return min(max(r.Each, 1), 1000) }

// windowed reports whether the recurrence has a part of the year of its own in which alone it comes round.
func (r Recurrence) windowed() bool {
	if r.Season != "" {
		return r.Every != Year
	}
	return r.FromMonth >= time.January && r.FromMonth <= time.December && r.ToMonth >= time.January && r.ToMonth <= time.December
}

// part is that part of the year.
func (r Recurrence) part(seasons Seasons) (Season, bool) {
	if r.Season != "" {
		return seasons.Find(r.Season)
	}
	return Season{From: MonthDay{r.FromMonth, 1}, To: MonthDay{r.ToMonth, 31}}, true
}

// window is the time around d in which the recurrence comes round without a break.
func (r Recurrence) window(d Date, seasons Seasons) (Period, bool) {
	if !r.windowed() {
		return Period{From: Date{d.Year - 2000, 1, 1}, To: Date{d.Year + 2000, 12, 31}}, true
	}
	s, ok := r.part(seasons)
	if !ok {
		return Period{}, false
	}
	from, to, ok := s.holding(d)
	return Period{From: from, To: to, Season: s.Name}, ok
}

// opens is the first day of the next such time that begins on d or after it.
func (r Recurrence) opens(d Date, seasons Seasons) (Date, bool) {
	s, ok := r.part(seasons)
	if !ok {
		return Date{}, false
	}
	return s.NextStart(d.AddDays(-1)), true
}

// unit is the day, week, month … that contains d. Where a period has several, they are counted from fixed ones: months and
// years from the year 0, weeks and days from 1970; the words of a duty (每两年) seldom say from when.
func (r Recurrence) unit(d Date) (Period, bool) {
	n := r.each()
	months := func(length int) Period {
		length *= n
		first, _ := floorDiv(d.Year*12+int(d.Month)-1, length)
		first *= length
		return Period{From: monthNumbered(first), To: monthNumbered(first + length).AddDays(-1)}
	}
	days := func(length, origin int) Period {
		length *= n
		first, _ := floorDiv(d.number()-origin, length)
		first = first*length + origin
		return Period{From: numbered(first), To: numbered(first + length - 1)}
	}
	switch r.Every {
	case Day:
		return days(1, 0), true
	case Week:
		return days(7, firstMonday), true
	case Month:
		return months(1), true
	case Quarter:
		return months(3), true
	case HalfYear:
		return months(6), true
	case Year:
		return months(12), true
	}
	return Period{}, false
}

// due is the day on which the duty of the period is due; never before the period begins, nor, without Next, after it ends.
func (r Recurrence) due(p Period, seasons Seasons, w *Workdays) Date {
	span := p // the days among which By counts
	if r.Next {
		if q, ok := r.unit(p.To.AddDays(1)); ok && !r.windowed() {
			span = q
		} else {
			span.From = p.To.AddDays(1)
			span.To = Span{1, Months}.After(p.To, w) // a season is followed by a month
			if r.Every == Day || r.Every == Week {
				span.To = numbered(p.To.number() + map[Every]int{Day: 1, Week: 7}[r.Every])
			}
		}
	}
	due := r.day(span, w)
	switch {
	case r.Every == Year && r.Season != "":
		due = span.To
		if s, ok := seasons.Find(r.Season); ok {
			due = s.From.in(span.To.Year).AddDays(-1)
		}
	case r.Every == Year && !r.windowed() && r.ToMonth >= time.January && r.ToMonth <= time.December:
		first := Date{span.To.Year, r.ToMonth, 1}
		due = r.day(Period{From: first, To: LastOfMonth(first.Year, first.Month)}, w)
	}
	return later(due, span.From)
}

// day is the By-th day, or the last, of a period that is at most a month long, or of the month of a longer one that ends
// it, with Next of the one that begins it.
func (r Recurrence) day(p Period, w *Workdays) Date {
	from, to := p.From, p.To
	if r.Every != Day && r.Every != Week {
		if r.Next && r.By > 0 {
			from, to = Date{from.Year, from.Month, 1}, earlier(to, LastOfMonth(from.Year, from.Month))
		} else {
			from = Date{to.Year, to.Month, 1}
		}
	} else if r.Every == Week {
		from = to.AddDays(1 - weekday(to.number()))
	}
	switch {
	case r.ByWorkdays && r.By > 0:
		return earlier(w.Add(from.AddDays(-1), r.By), to)
	case r.ByWorkdays:
		return w.Add(to.AddDays(1), -1)
	case r.By > 0 && r.Every != Day:
		return earlier(from.AddDays(r.By-1), to)
	}
	return to
}

func later(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// month0 is the month with the number 0 for January.
func month0(n int) time.Month { return time.January + time.Month(n) }

// monthNumbered is the first day of the month with that number from January of the year 0.
func monthNumbered(n int) Date {
	year, month := floorDiv(n, 12)
	return Date{year, month0(month), 1}
}
