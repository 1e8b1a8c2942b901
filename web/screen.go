package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// How much the screen shows of each list, so that it fits without scrolling.
const (
	screenOverdue = 8
	screenDocs    = 5
	screenUnits   = 5
)

// figure is a number of the screen with the ledger's rows behind it.
type figure struct {
	Text, URL, Colour, Rule string
	N                       int
}

// dayBox is one day of the screen's calendar.
type dayBox struct {
	Day     int // 0: of another month
	N       ledger.DayCount
	URL     string // of all duties that end on that day
	Running string // of those that still run
	Today   bool
	Past    bool
	Rest    bool // no working day
}

// docBar is one document of the screen.
type docBar struct {
	ledger.DocumentProgress
	URL, OverdueURL string
}

// worstUnit is one unit of the screen.
type worstUnit struct {
	Unit, URL              string
	Overdue, Lagging       int
	OverdueURL, LaggingURL string
}

// screenView is all that the leaders' screen shows.
type screenView struct {
	Alarms              []alarm
	Figures             []figure
	Overdue             []ledger.Row
	Lines               figure // overdue lines that were split off
	Weeks               [][]dayBox
	Month, Before, Next string
	MonthTitle          string
	Docs                []docBar
	Units               []worstUnit
	At                  time.Time
	On                  calendar.Date
}

// rowsURL is the ledger's address for the duties that clauses order, narrowed further.
func rowsURL(pairs ...string) string {
	q := url.Values{"lines": {"whole"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/ledger?" + q.Encode()
}

// screen is the leaders' read-only screen.
func (s *Server) screen(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	if !by.Everywhere(ledger.ActSee) {
		return forbidden("一屏总览只供县领导、县政府办公室和审计人员查看。")
	}
	on := s.today()
	first := calendar.Date{Year: on.Year, Month: on.Month, Day: 1}
	if m := r.URL.Query().Get("month"); m != "" {
		if err := first.UnmarshalText([]byte(m + "-01")); err != nil {
			return badRequest("月份写作 2023-11 的样子。")
		}
	}
	v := screenView{At: s.now(), On: on}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.fillScreen(ctx, tx, by, on, first, &v) })
	if err != nil {
		return err
	}
	p := s.page(r, "一屏总览")
	p.Data = v
	return s.render(w, http.StatusOK, "screen.html", p)
}

func (s *Server) fillScreen(ctx context.Context, tx *db.Tx, by ledger.Actor, on, first calendar.Date, v *screenView) error {
	var err error
	if v.Alarms, err = s.alarms(ctx, tx, by); err != nil {
		return err
	}
	whole := ledger.Query{Lines: ledger.Whole}
	c, err := s.Ledger.CountsOf(ctx, tx, by, whole, on)
	if err != nil {
		return err
	}
	v.Figures = []figure{{"在办", rowsURL("waits", "running"), "", "", c.States[ledger.Issued] + c.States[ledger.Working]}}
	for _, l := range []ledger.Light{ledger.Near, ledger.Lagging, ledger.Overdue} {
		v.Figures = append(v.Figures, figure{l.Chinese(), rowsURL("light", string(l)), string(l), s.Ledger.Rules.Lights[l].ID, c.Lights[l]})
	}
	late, err := s.Ledger.List(ctx, tx, by, ledger.Query{Lines: ledger.Whole, Light: ledger.Overdue, Sort: ledger.ByDue, Page: 1, Size: screenOverdue}, on)
	if err != nil {
		return err
	}
	v.Overdue = late.Rows
	lines, err := s.Ledger.CountsOf(ctx, tx, by, ledger.Query{Lines: ledger.SplitOnly}, on)
	if err != nil {
		return err
	}
	v.Lines = figure{N: lines.Lights[ledger.Overdue], URL: rowsURL("light", "overdue", "lines", "split")}
	last := calendar.LastOfMonth(first.Year, first.Month)
	whole.From, whole.To = first, last
	days, err := s.Ledger.DueDays(ctx, tx, by, whole, on)
	if err != nil {
		return err
	}
	s.fillMonth(v, days, first, last)
	docs, err := s.Ledger.DocumentProgresses(ctx, tx, on)
	if err != nil {
		return err
	}
	for _, d := range docs[:min(screenDocs, len(docs))] {
		v.Docs = append(v.Docs, docBar{d, rowsURL("doc", string(d.Doc)), rowsURL("doc", string(d.Doc), "light", "overdue")})
	}
	units, err := s.Ledger.UnitCounts(ctx, tx, by, on)
	v.Units = worstUnits(units)
	return err
}

// worstUnits are the units with most overdue duties, then with most lagging ones; none that has neither.
func worstUnits(counts map[string]*ledger.UnitCount) []worstUnit {
	var out []worstUnit
	for name, c := range counts {
		u := worstUnit{Unit: name, URL: ledgerUnitURL(name), Overdue: c.Lead.Lights[ledger.Overdue], Lagging: c.Lead.Lights[ledger.Lagging],
			OverdueURL: figureURL(name, "overdue"), LaggingURL: figureURL(name, "lagging")}
		if u.Overdue+u.Lagging > 0 {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b worstUnit) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Lagging, a.Lagging), strings.Compare(a.Unit, b.Unit))
	})
	return out[:min(screenUnits, len(out))]
}

// fillMonth lays out the month in weeks that begin on Monday.
func (s *Server) fillMonth(v *screenView, days map[calendar.Date]ledger.DayCount, first, last calendar.Date) {
	month := func(d calendar.Date) string { return d.String()[:7] }
	v.Month, v.Before, v.Next = month(first), month(first.AddDays(-1)), month(last.AddDays(1))
	v.MonthTitle, _, _ = strings.Cut(first.Chinese(), "月")
	v.MonthTitle += "月"
	week := make([]dayBox, (int(first.Time().Weekday())+6)%7)
	for d := first; !last.Before(d); d = d.AddDays(1) {
		day := d.String()
		week = append(week, dayBox{Day: d.Day, N: days[d], URL: rowsURL("from", day, "to", day), Running: rowsURL("from", day, "to", day, "waits", "running"),
			Today: d == v.On, Past: d.Before(v.On), Rest: !s.Ledger.Rules.Workdays.Works(d)})
		if len(week) == 7 {
			v.Weeks, week = append(v.Weeks, week), nil
		}
	}
	if len(week) > 0 {
		v.Weeks = append(v.Weeks, append(week, make([]dayBox, 7-len(week))...))
	}
}
