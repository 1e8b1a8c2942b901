package web

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
)

// seriesData is what the page of one series shows.
type seriesData struct {
	*seriesBase
	D      *observation.Definition
	Schema *register.Schema
	Entry  *register.Entry
	Series observation.Series
	Newest newest
	Kind   string
	Limits []limit
	Span   string // day, month, year
	On     calendar.Date
	First  calendar.Date // of the span
	Last   calendar.Date
	Chart  *chartView
	Months []seriesMonth
	Parts  []seriesPart  // where the table is of days or months
	Rows   []readingView // where it is of readings
	More   string
	Sums   seriesSums
	Silent []observation.Silence
	Late   []finding.Rejudged
	Found  []finding.Finding
	Now    time.Time
	Others []Link // what else is measured there
}

// seriesSums are the span in figures.
type seriesSums struct {
	Valid, Invalid, Missing, Gaps, Over, Below int
	Mean, Min, Max                             string
	Counted                                    bool // it is known how many there should be
}

// readingView is a reading in the table.
type readingView struct {
	observation.Reading
	Over    string
	Came    string                // 补报
	Earlier []observation.Reading // that it replaced, oldest first
}

// Title is what the series is called: 刘家桥 氨氮.
func (d *seriesData) Title() string { return labelOf(d.Entry) + " " + d.D.Title }

// Here is the page of another span or day.
func (d *seriesData) Here(span string, on calendar.Date) string {
	return d.URL(d.D.Name, d.Entry.Key) + "?" + url.Values{"span": {span}, "on": {on.String()}}.Encode()
}

// Export is the file of the span.
func (d *seriesData) Export(form string) string {
	return d.root() + "/series/" + string(d.D.Name) + "/" + url.PathEscape(d.Entry.Key+"."+form) + "?" + url.Values{"from": {d.First.String()}, "to": {d.Last.String()}}.Encode()
}

// Prev and Next are the spans beside.
func (d *seriesData) Prev() string { return d.Here(d.Span, d.First.AddDays(-1)) }

// Next is empty where the span reaches today.
func (d *seriesData) Next() string {
	if !d.Last.Before(calendar.DateOf(d.Now)) {
		return ""
	}
	return d.Here(d.Span, d.Last.AddDays(1))
}

// Label is what people call the span.
func (d *seriesData) Label() string {
	switch d.Span {
	case "day":
		return d.First.Chinese()
	case "year":
		return fmt.Sprintf("%d年", d.First.Year)
	}
	return fmt.Sprintf("%d年%d月", d.First.Year, d.First.Month)
}

var spanNames = map[string]string{"day": "日", "month": "月", "year": "年"}

// Spans are the three spans around the same day.
func (d *seriesData) Spans() (out []Link) {
	for _, span := range []string{"day", "month", "year"} {
		out = append(out, Link{Text: spanNames[span], URL: d.Here(span, d.On), Current: span == d.Span})
	}
	return out
}

func spanOf(span string, on calendar.Date) (first, last calendar.Date) {
	switch span {
	case "day":
		return on, on
	case "year":
		return calendar.Date{Year: on.Year, Month: 1, Day: 1}, calendar.Date{Year: on.Year, Month: 12, Day: 31}
	}
	return calendar.Date{Year: on.Year, Month: on.Month, Day: 1}, calendar.LastOfMonth(on.Year, on.Month)
}

func (s *Server) seriesPage(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := !strings.HasPrefix(r.URL.Path, "/open/")
	key, form := cutForm(r.PathValue("of"), "csv", "json")
	d := &seriesData{Now: s.now()}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.seriesBase, err = s.beginSeries(ctx, tx, works, inside); err != nil {
			return err
		}
		if err = d.find(ctx, tx, r.PathValue("name"), key); err != nil {
			return err
		}
		if form != "" {
			return s.seriesFile(ctx, tx, w, r, d, form)
		}
		if err = d.ask(r, s.today()); err != nil {
			return err
		}
		return d.fill(ctx, tx, r.URL.Query().Get("after"))
	})
	if err != nil || form != "" {
		return told(err)
	}
	p := s.seriesFrame(r, inside, d.Title(), Link{Text: d.Schema.Title + " " + d.D.Title, URL: d.root() + "/series/" + string(d.D.Name)})
	p.Canonical = s.BaseURL + d.URL(d.D.Name, d.Entry.Key)
	p.Alternates = []Alternate{{"text/csv", d.Title(), d.Export("csv")}, {"application/json", d.Title(), d.Export("json")}}
	p.Data = d
	return s.render(w, http.StatusOK, "seriesone.html", p)
}

// find finds the series as the reader may see it.
func (d *seriesData) find(ctx context.Context, tx *db.Tx, name, key string) (err error) {
	none := notFound("没有这个点位的监测数据，或者它不公开。")
	var ok bool
	if d.D, d.Schema, ok = d.shownDefinition(name); !ok {
		return none
	}
	if d.Entry, err = d.works.Registers.Get(ctx, tx, d.viewer(), d.Schema.Name, key, register.AsOf{}); err != nil {
		if register.KindOf(err) == register.NotFound {
			return none
		}
		return err
	}
	list, err := d.works.Observations.Of(ctx, tx, d.D.Register, d.Entry.Key) // Find does not know that a series has ended
	if err != nil {
		return err
	}
	ok = false
	for _, x := range list {
		def, _, shown := d.shownDefinition(string(x.Name))
		switch {
		case x.Name == d.D.Name && x.Kind == d.D.Kind && x.Unit == string(d.D.Unit):
			d.Series, ok = x, true
		case shown && x.Name != d.D.Name:
			d.Others = append(d.Others, d.seriesLink(def, x))
		}
	}
	if !ok {
		return none
	}
	d.Kind = kindWords[d.D.Kind]
	return nil
}

// ask reads which span is wanted; without it the one that suits the kind.
func (d *seriesData) ask(r *http.Request, today calendar.Date) error {
	on, err := day(r, "on")
	if err != nil {
		return err
	}
	if on.IsZero() {
		on = today
	}
	d.On = on
	d.Span = r.URL.Query().Get("span")
	switch d.Span {
	case "day", "month", "year":
	case "":
		d.Span = map[observation.Kind]string{observation.RealTime: "day", observation.Minute: "day", observation.Hour: "month"}[d.D.Kind]
		if d.Span == "" {
			d.Span = "year"
		}
	default:
		return badRequest("参数 span 应为 day、month 或 year。")
	}
	d.First, d.Last = spanOf(d.Span, on)
	return nil
}

// seriesFile writes the readings of a stretch of days, as they are read.
func (s *Server) seriesFile(ctx context.Context, tx *db.Tx, w http.ResponseWriter, r *http.Request, d *seriesData, form string) error {
	if err := onlyKnown(r, "from", "to", "known"); err != nil {
		return err
	}
	q := observation.Query{Series: d.Series.ID}
	from, err := day(r, "from")
	if err != nil {
		return err
	}
	to, err := day(r, "to")
	if err != nil {
		return err
	}
	known, err := day(r, "known")
	if err != nil {
		return err
	}
	if !from.IsZero() {
		q.From = from.Time()
	}
	if !to.IsZero() {
		q.To = to.AddDays(1).Time()
	}
	if !known.IsZero() {
		q.AsOf = known.AddDays(1).Time()
	}
	if form == "json" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		return d.works.Observations.WriteJSON(ctx, tx, q, w)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(d.Title()+".csv"))
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	return d.works.Observations.WriteCSV(ctx, tx, q, w)
}

const (
	chartParts    = 400 // of a chart that is not of single readings
	readingsShown = 200
)

// fill asks for what the page shows of its span.
func (d *seriesData) fill(ctx context.Context, tx *db.Tx, after string) error {
	o := d.works.Observations
	latest, err := o.LatestAt(ctx, tx, d.D.Register, d.Entry.Key)
	if err != nil {
		return err
	}
	today := calendar.DateOf(d.Now)
	var newestOne *observation.Latest
	for i := range latest {
		if latest[i].Series == d.Series.ID {
			newestOne = &latest[i]
		}
	}
	d.Newest = d.newest(d.D, d.Schema, d.Entry, d.Series, newestOne, today)
	end := d.Last
	if today.Before(end) {
		end = today
	}
	ended := calendar.DateOf(d.Series.Ended)
	over := !d.Series.Ended.IsZero() && ended.Before(d.First)
	if !d.Series.Ended.IsZero() && ended.Before(end) { // what does not come after that is not missing
		end = ended
	}
	if end.Before(d.First) {
		end = d.First
	}
	d.Limits = limitsOf(d.works, d.D, d.Schema, d.Entry, d.Inside, end)
	more, err := classLimits(ctx, tx, d.works, d.D, d.Entry, d.Inside, end)
	if err != nil {
		return err
	}
	d.Limits = append(d.Limits, more...)
	var days []observation.DaySum
	if !over {
		if days, err = o.Days(ctx, tx, d.Series.ID, d.First, end, func(v observation.Value) bool { return overOf(d.Limits, v) != nil }); err != nil {
			return err
		}
	}
	if d.D.Kind != observation.Sample && d.D.Kind != observation.Month {
		d.Months = monthsOf(days, d.D.Step() > 0, func(on calendar.Date) string { return d.Here("day", on) })
	}
	d.Sums = sumsOf(days)
	if err := d.draw(ctx, tx, end); err != nil {
		return err
	}
	fine := d.D.Kind == observation.RealTime || d.D.Kind == observation.Minute || d.D.Kind == observation.Hour
	if fine && d.Span != "day" {
		d.parts(days)
	} else if err := d.table(ctx, tx, end, after); err != nil {
		return err
	}
	if d.Silent, err = o.Silences(ctx, tx, d.Series.ID); err != nil {
		return err
	}
	d.Silent = d.Silent[:min(len(d.Silent), 20)]
	if !d.Inside {
		return nil
	}
	subject := string(d.D.Name) + "/" + d.Entry.Key
	d.Found = d.open[subject]
	if d.Late, err = d.works.Judge.Rejudged(ctx, tx, "", subject); err != nil {
		return err
	}
	d.Late = d.Late[:min(len(d.Late), 20)]
	for i := range d.Late {
		if c := d.Late[i].Changed; len(c) > 3 {
			d.Late[i].Changed = append(slices.Clone(c[:3]), fmt.Sprintf("等 %d 处", len(c)))
		}
	}
	return nil
}

// seriesLink leads to a series.
func (b *seriesBase) seriesLink(d *observation.Definition, x observation.Series) Link {
	text := d.Title
	if !x.Ended.IsZero() {
		text += "（" + string(stateEnded) + "）"
	}
	return Link{Text: text, URL: b.URL(x.Name, x.Key)}
}

// seriesPart is a day of a month, or a month of a year.
type seriesPart struct {
	Label, URL string
	seriesSums
}

// parts makes the table of days or months, newest first.
func (d *seriesData) parts(days []observation.DaySum) {
	for len(days) > 0 {
		n, first := 1, days[0].Day
		p := seriesPart{Label: first.String(), URL: d.Here("day", first)}
		if d.Span == "year" {
			for n < len(days) && days[n].Day.Month == first.Month {
				n++
			}
			p.Label, p.URL = fmt.Sprintf("%d年%d月", first.Year, first.Month), d.Here("month", first)
		}
		if p.seriesSums = sumsOf(days[:n]); p.Valid+p.Invalid+p.Missing+p.Gaps > 0 {
			d.Parts = append(d.Parts, p)
		}
		days = days[n:]
	}
	slices.Reverse(d.Parts)
}

// sumsOf adds up days.
func sumsOf(days []observation.DaySum) (s seriesSums) {
	all := observation.Stats{Sum: new(big.Rat)}
	for _, x := range days {
		s.Valid += x.Valid
		s.Invalid += x.Invalid
		s.Missing += x.Missing
		s.Below += x.Below
		s.Over += x.Over
		s.Gaps += x.Gaps()
		s.Counted = s.Counted || x.Expected > 0
		if x.Valid == 0 {
			continue
		}
		if all.Valid == 0 || x.Min.Cmp(all.Min.Decimal) < 0 {
			all.Min = x.Min
		}
		if all.Valid == 0 || x.Max.Cmp(all.Max.Decimal) > 0 {
			all.Max = x.Max
		}
		all.Sum.Add(all.Sum, x.Sum)
		all.Valid += x.Valid
		all.Places = max(all.Places, x.Places)
	}
	if all.Valid > 0 {
		s.Min, s.Max, s.Mean = all.Min.String(), all.Max.String(), meanText(&all)
	}
	return s
}

// meanText is a mean with one place more than the values have.
func meanText(s *observation.Stats) string {
	m := s.Mean()
	if m == nil {
		return ""
	}
	d, err := quantity.Round(m, s.Places+1)
	if err != nil {
		return ""
	}
	return d.String()
}

// draw makes the chart: of single readings where they are few, else of parts.
func (d *seriesData) draw(ctx context.Context, tx *db.Tx, end calendar.Date) error {
	c := chart{Title: d.Title() + "，" + d.Label(), Unit: d.Newest.Unit, From: d.First.Time(), To: d.Last.AddDays(1).Time()}
	list, next, err := d.works.Observations.Range(ctx, tx, observation.Query{Series: d.Series.ID, From: c.From, To: c.To, Limit: 800})
	if err != nil {
		return err
	}
	step := d.D.Step()
	if next.IsZero() {
		for _, r := range list {
			if r.Empty {
				continue
			}
			says := r.At.In(calendar.Zone).Format("2006-01-02 15:04") + " " + r.Text() + " " + d.Newest.Unit
			if !r.Counts() {
				says += "，无效（" + r.Flag.String() + "）"
			}
			c.Dots = append(c.Dots, chartDot{At: r.At, V: r.Float(), Hollow: !r.Counts(), Says: says})
		}
		c.Joined = step * 3 / 2
	} else {
		parts, err := d.works.Observations.Buckets(ctx, tx, d.Series.ID, c.From, end.AddDays(1).Time(), chartParts)
		if err != nil {
			return err
		}
		var wide time.Duration
		for _, x := range parts {
			wide = max(wide, x.To.Sub(x.From))
			if m := x.Mean(); m != nil {
				v, _ := m.Float64()
				c.Dots = append(c.Dots, chartDot{At: x.From.Add(x.To.Sub(x.From) / 2), V: v, Low: x.Min.Float(), High: x.Max.Float(),
					Says: x.From.In(calendar.Zone).Format("2006-01-02 15:04") + " 均值 " + meanText(&x.Stats)})
			}
		}
		c.Joined = max(wide*3/2, step*3/2)
	}
	for _, l := range d.Limits {
		c.Limits = append(c.Limits, chartLimit{V: l.Number.Float(), Words: l.Title + " " + l.Words(), Faint: !l.Decides()})
	}
	d.Chart = c.draw()
	return nil
}

// table lists the readings of the span, newest first; of long spans a page at a time.
func (d *seriesData) table(ctx context.Context, tx *db.Tx, end calendar.Date, after string) error {
	q := observation.Query{Series: d.Series.ID, From: d.First.Time(), To: end.AddDays(1).Time(), Limit: observation.MaxLimit}
	if t, err := time.Parse(time.RFC3339, after); err == nil && t.Before(q.To) && t.After(q.From) {
		q.To = t
	}
	if d.D.Kind == observation.RealTime && q.To.Sub(q.From) > 26*time.Hour { // many more than a page: the newest day
		q.From = q.To.Add(-24 * time.Hour)
	}
	list, _, err := d.works.Observations.Range(ctx, tx, q)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	if len(list) > readingsShown {
		list = list[:readingsShown]
		d.More = d.Here(d.Span, d.On) + "&after=" + url.QueryEscape(list[len(list)-1].At.Format(time.RFC3339))
	}
	for _, r := range list {
		v := readingView{Reading: r, Over: overWords(overOf(d.Limits, r.Value))}
		if r.Recorded.Sub(d.D.Kind.End(r.At, d.D.Interval)) > max(24*time.Hour, d.D.Silence) && d.D.Kind != observation.Sample {
			v.Came = "补报"
		}
		if r.Version > 1 {
			all, err := d.works.Observations.Versions(ctx, tx, d.Series.ID, r.At)
			if err != nil {
				return err
			}
			v.Earlier = all[:max(0, len(all)-1)]
		}
		d.Rows = append(d.Rows, v)
	}
	return nil
}

// seriesMonth is a line of the calendar.
type seriesMonth struct {
	Name  string
	Cells []seriesDay
}

// seriesDay is a day of the calendar: a letter, a colour beside it, and a sentence.
type seriesDay struct {
	Day              int
	Word, Class, Say string
	URL              string
}

// monthsOf lays days out as lines of months.
func monthsOf(days []observation.DaySum, counted bool, at func(calendar.Date) string) (out []seriesMonth) {
	for _, x := range days {
		name := fmt.Sprintf("%d年%d月", x.Day.Year, x.Day.Month)
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, seriesMonth{Name: name})
		}
		m := &out[len(out)-1]
		for len(m.Cells) < x.Day.Day-1 {
			m.Cells = append(m.Cells, seriesDay{})
		}
		m.Cells = append(m.Cells, dayCell(x, counted, at(x.Day)))
	}
	for i := range out {
		for len(out[i].Cells) < 31 {
			out[i].Cells = append(out[i].Cells, seriesDay{})
		}
	}
	return out
}

func dayCell(x observation.DaySum, counted bool, at string) seriesDay {
	c := seriesDay{Day: x.Day.Day, URL: at, Say: fmt.Sprintf("%s 有效%d个", x.Day, x.Valid)}
	for _, n := range []struct {
		n    int
		word string
	}{{x.Over, "超限"}, {x.Invalid, "无效"}, {x.Missing, "缺测"}, {x.Gaps(), "未收到"}} {
		if n.n > 0 {
			c.Say += fmt.Sprintf("，%s%d个", n.word, n.n)
		}
	}
	switch {
	case x.Over > 0:
		c.Word, c.Class = "超", "over"
	case x.Valid+x.Invalid+x.Missing == 0:
		c.Word, c.Class = "空", "gap"
		if !counted {
			c.Word = ""
		}
	case x.Valid == 0:
		c.Word, c.Class = "无", "invalid"
	case x.Expected > 0 && x.Valid*4 < x.Expected*3:
		c.Word, c.Class = "缺", "gap"
	default:
		c.Word, c.Class = "好", "fine"
	}
	return c
}
