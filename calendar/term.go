package calendar

// Span is a length of time as policy counts it: 10个工作日, 15日, 一个月, 两年.
type Span struct {
	N    int
	Unit SpanUnit
}

// SpanUnit is what a Span counts.
type SpanUnit string

// The units. 小时 are whole days, rounded down: 48小时 is two days, 2小时 the same day. 半年 is six months, 半个月 fifteen days.
const (
	Days        SpanUnit = "days"
	WorkingDays SpanUnit = "workdays"
	Weeks       SpanUnit = "weeks"
	Months      SpanUnit = "months"
	Years       SpanUnit = "years"
)

// After is the last day of the span that begins with the day after d: the day of an event is not counted. A month or year
// ends on the same day of its last month, or on that month's last day where it has no such day. A negative span goes back.
func (s Span) After(d Date, w *Workdays) Date {
	switch s.Unit {
	case Days:
		return d.AddDays(s.N)
	case WorkingDays:
		return w.Add(d, s.N)
	case Weeks:
		return d.AddDays(7 * s.N)
	case Months:
		years, month := floorDiv(int(d.Month)-1+s.N, 12)
		return clamped(d.Year+years, month0(month), d.Day)
	case Years:
		return clamped(d.Year+s.N, d.Month, d.Day)
	}
	return d
}

// TermKind is how a term is fixed.
type TermKind string

// The kinds.
const (
	ByDate       TermKind = "date"          // 2023年底前
	Within       TermKind = "within"        // 收到之日起10个工作日内, 立即
	Recurring    TermKind = "recurring"     // 每季度, 每月5日前
	BeforeSeason TermKind = "before-season" // 采暖季前
	Standing     TermKind = "standing"      // 长期坚持, 常态化, 逢雨必查
)

// Term is one way in which a text says when something is to be done.
type Term struct {
	Raw    string // as printed, white space removed
	Kind   TermKind
	Date   Date       // of ByDate: the last day, zero where the year is not known. Of Within: the day of the event, where the words name it. Of BeforeSeason: the first day of the year meant, zero where it is not known
	Span   Span       // of Within
	Event  string     // of Within and Standing: the words for what it counts from or depends on: 自印发之日起, 收到通知后, 逢雨
	Recur  Recurrence // of Recurring
	Season string     // of BeforeSeason: as printed; the county's Seasons know what it is
	Start  int        // byte offsets into the text
	End    int
}

// Due is the last day of the term, and false where it cannot be known: a term that stands or recurs, an event without a
// day, a season that the county has not defined. Event is the day on which what the term counts from happened, zero if it has
// not; for BeforeSeason without a year, the day on which the duty was given.
func (t Term) Due(event Date, seasons Seasons, w *Workdays) (Date, bool) {
	switch t.Kind {
	case ByDate:
		return t.Date, !t.Date.IsZero()
	case Within:
		if event.IsZero() {
			event = t.Date
		}
		if event.IsZero() || t.Span.Unit == "" {
			return Date{}, false
		}
		return t.Span.After(event, w), true
	case BeforeSeason:
		s, ok := seasons.Find(t.Season)
		switch {
		case !ok:
		case !t.Date.IsZero():
			return s.From.in(t.Date.Year).AddDays(-1), true
		case !event.IsZero():
			return s.NextStart(event).AddDays(-1), true
		}
	}
	return Date{}, false
}
