package web

import (
	"cmp"
	"context"
	"fmt"
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
	"zhixing/rule"
)

// indicatorData is what the page of one indicator shows.
type indicatorData struct {
	*seriesBase
	Ind     *finding.Indicator
	Every   string
	How     []string // how it is computed, in sentences
	Each    *register.Schema
	Rows    []resultView // of the period that is shown, by entry; those that are not met first
	Shown   int
	Of      string // one entry; empty: all, or the county
	One     *resultView
	Sources []sourceView
	History []resultView // of One, newest first
	Before  []resultView // that One's result replaced
	Chart   *chartView
	Period  string
	Prev    string
	Next    string
	Targets []targetView
	Met     map[string]int
}

// Root is empty for the offices, /open for the public.
func (d *indicatorData) Root() string { return d.root() }

// Export is the file of what is shown.
func (d *indicatorData) Export(form string) string {
	u := d.root() + "/indicators/" + d.Ind.ID + "." + form
	if d.Of != "" {
		u += "?" + url.Values{"of": {d.Of}}.Encode()
	}
	return u
}

// sourceView is what went into a result, with where it is found.
type sourceView struct {
	finding.Source
	Name, URL string
}

// targetView is a target with the days on which it holds.
type targetView struct {
	Words, Subject string
	Cite           cited
	From, To       calendar.Date // To inclusive
}

const indicatorRowsShown = 300

func (s *Server) indicator(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := !strings.HasPrefix(r.URL.Path, "/open/")
	id, form := cutForm(r.PathValue("id"), "csv", "json")
	d := &indicatorData{seriesBase: &seriesBase{Inside: inside, works: works}, Ind: works.Judge.Indicator(id), Of: r.URL.Query().Get("of"), Met: map[string]int{}}
	if d.Ind == nil || !d.sees(d.Ind) {
		return notFound("没有这个指标，或者它不公开。")
	}
	on, err := day(r, "on")
	if err != nil {
		return err
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		return d.fill(ctx, tx, on, s.today())
	})
	if err != nil {
		return told(err)
	}
	switch form {
	case "csv":
		return writeCSV(w, d.Ind.Title+".csv", d.table())
	case "json":
		return writeJSON(w, http.StatusOK, d.data())
	}
	title := d.Ind.Title
	p := s.page(r, title, home, Link{Text: "指标", URL: "/open/indicators"}, Link{Text: title})
	if inside {
		p = s.office(r, title, Link{Text: "指标", URL: "/indicators"}, Link{Text: title})
	}
	p.Canonical = s.BaseURL + d.root() + "/indicators/" + d.Ind.ID
	p.Alternates = []Alternate{{"text/csv", title, d.Export("csv")}, {"application/json", title, d.Export("json")}}
	d.Shown = min(len(d.Rows), indicatorRowsShown)
	p.Data = d
	return s.render(w, http.StatusOK, "indicator.html", p)
}

// fill asks for the results of the period that is wanted: the newest that is over, or the one of a day.
func (d *indicatorData) fill(ctx context.Context, tx *db.Tx, on, today calendar.Date) error {
	d.Every = periodWords[d.Ind.Period]
	if d.Ind.Each != "" {
		d.Each, _ = d.works.Registers.Schema(d.Ind.Each)
		if d.Of != "" {
			if _, err := d.works.Registers.Get(ctx, tx, d.viewer(), d.Ind.Each, d.Of, register.AsOf{}); err != nil {
				return err
			}
		}
	} else {
		d.Of = ""
	}
	d.How = d.how()
	d.targets()
	results, err := d.results(ctx, tx, on, today)
	if err != nil {
		return err
	}
	for _, res := range results {
		v := d.view(d.Ind, res)
		d.Met[v.MetWord()]++
		if d.Of == "" || res.Key == d.Of {
			d.Rows = append(d.Rows, v)
		}
	}
	order := map[string]int{"未达标": 0, "不能判定": 1, "达标": 2, "没有目标": 3}
	slices.SortStableFunc(d.Rows, func(a, b resultView) int { return order[a.MetWord()] - order[b.MetWord()] })
	if len(results) > 0 {
		d.Period = d.view(d.Ind, results[0]).Span
		if d.Ind.Period != "" {
			d.Prev, d.Next = d.at(results[0].Period.From.AddDays(-1)), d.at(results[0].Period.To.AddDays(1))
			if !results[0].Period.To.Before(today) {
				d.Next = ""
			}
		}
	}
	if d.Ind.Each != "" && d.Of == "" || len(d.Rows) == 0 {
		return nil
	}
	d.One = &d.Rows[0]
	d.sources()
	return d.past(ctx, tx)
}

func (d *indicatorData) at(on calendar.Date) string {
	q := url.Values{"on": {on.String()}}
	if d.Of != "" {
		q.Set("of", d.Of)
	}
	return d.root() + "/indicators/" + d.Ind.ID + "?" + q.Encode()
}

// results are kept ones of a period that is over, else what it comes to now.
func (d *indicatorData) results(ctx context.Context, tx *db.Tx, on, today calendar.Date) ([]finding.Result, error) {
	j := d.works.Judge
	if d.Ind.Period != "" && on.IsZero() {
		// The newest period that is over is the one before the period of today.
		if now, ok := d.period(today); ok {
			on = now.From.AddDays(-1)
		}
	}
	if on.IsZero() {
		on = today
	}
	if d.Ind.Period != "" {
		if p, ok := d.period(on); ok && p.To.Before(today) {
			list, err := j.KeptAll(ctx, tx, d.Ind.ID, p.From)
			if err != nil || len(list) > 0 {
				return d.visible(ctx, tx, list, err)
			}
		}
	}
	if d.Ind.Each == "" || d.Of != "" {
		res, err := j.Compute(ctx, tx, d.Ind.ID, d.Of, on)
		return []finding.Result{res}, err
	}
	list, err := j.ComputeAll(ctx, tx, d.Ind.ID, on)
	return d.visible(ctx, tx, list, err)
}

// visible leaves out the entries that the reader may not see.
func (d *indicatorData) visible(ctx context.Context, tx *db.Tx, list []finding.Result, err error) ([]finding.Result, error) {
	if err != nil || d.Inside || d.Ind.Each == "" {
		return list, err
	}
	var out []finding.Result
	for _, res := range list {
		_, err := d.works.Registers.Get(ctx, tx, d.viewer(), d.Ind.Each, res.Key, register.AsOf{})
		if register.KindOf(err) == register.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

// period is the one of the indicator that a day lies in.
func (d *indicatorData) period(on calendar.Date) (calendar.Period, bool) {
	return calendar.Recurrence{Every: d.Ind.Period}.Period(on, d.works.Registers.Seasons, calendar.National())
}

// past are the results before, the chart of them, and what the result replaced.
func (d *indicatorData) past(ctx context.Context, tx *db.Tx) error {
	j := d.works.Judge
	kept, err := j.Kept(ctx, tx, d.Ind.ID, d.Of, 60)
	if err != nil {
		return err
	}
	for _, res := range kept {
		d.History = append(d.History, d.view(d.Ind, res))
	}
	if d.One.N > 1 {
		all, err := j.Versions(ctx, tx, d.Ind.ID, d.Of, d.One.Period.From)
		if err != nil {
			return err
		}
		for _, res := range all[:max(0, len(all)-1)] {
			d.Before = append(d.Before, d.view(d.Ind, res))
		}
	}
	d.Chart = d.draw(kept)
	return nil
}

// draw makes the chart of results with their targets as steps. Results are newest first.
func (d *indicatorData) draw(kept []finding.Result) *chartView {
	if len(kept) < 2 {
		return nil
	}
	c := chart{Title: d.Ind.Title, Unit: unitText(d.Ind.Unit), From: kept[len(kept)-1].Period.From.Time(), To: kept[0].Period.To.AddDays(1).Time()}
	if d.Of != "" {
		c.Title = d.One.Label + " " + c.Title
	}
	level := func(class string) (float64, bool) {
		i := slices.Index(c.Levels, class)
		return float64(i + 1), i >= 0
	}
	for _, words := range [][]string{{"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"}, {"优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"}} {
		if slices.ContainsFunc(kept, func(r finding.Result) bool { return slices.Contains(words, r.Class) }) {
			c.Levels = words
		}
	}
	var last *chartLimit
	for i := len(kept) - 1; i >= 0; i-- {
		r := &kept[i]
		from, to := r.Period.From.Time(), r.Period.To.AddDays(1).Time()
		var v float64
		ok := false
		if r.Number != nil && c.Levels == nil {
			v, ok = r.Number.Float(), true
		} else if c.Levels != nil {
			v, ok = level(r.Class)
		}
		view := d.view(d.Ind, *r)
		if ok && r.Lacks == "" {
			c.Dots = append(c.Dots, chartDot{At: from.Add(to.Sub(from) / 2), V: v, Says: view.Span + " " + view.Value() + " " + view.MetWord()})
		}
		// A target that goes on is one line.
		_, text, _ := strings.Cut(r.Target, " ")
		height, ok := 0.0, false
		if c.Levels != nil {
			height, ok = level(text)
		} else if n, err := quantity.Parse(text); err == nil {
			height, ok = n.Float(), true
		}
		switch {
		case !ok:
			last = nil
		case last != nil && last.V == height && last.To.Equal(from):
			last.To = to
		default:
			c.Limits = append(c.Limits, chartLimit{V: height, Words: "目标 " + view.TargetWords(), From: from, To: to})
			last = &c.Limits[len(c.Limits)-1]
		}
	}
	c.Joined = 24 * time.Hour * 400
	return c.draw()
}

func (d *indicatorData) sources() {
	for _, from := range d.One.From {
		v := sourceView{Source: from, Name: from.Address}
		name, key, two := strings.Cut(from.Address, "/")
		if def, schema, ok := d.shownDefinition(name); ok && two {
			v.Name, v.URL = schema.Title+" "+key+" "+def.Title, d.URL(def.Name, key)
		} else if schema, ok := d.works.Registers.Schema(register.Name(name)); ok {
			v.Name = schema.Title
			if d.Inside || schema.Public {
				v.URL = d.root() + "/lists/" + name
				if two {
					v.Name, v.URL = schema.Title+" "+key, d.EntryURL(name, key)
				}
			}
		} else if ind := d.works.Judge.Indicator(name); ind != nil {
			v.Name = "指标“" + ind.Title + "”"
			if d.sees(ind) {
				v.URL = d.root() + "/indicators/" + ind.ID
			}
		} else if two && !d.Inside {
			v.Name = "监测数据"
		}
		d.Sources = append(d.Sources, v)
	}
}

// how says in sentences how the indicator is computed.
func (d *indicatorData) how() (out []string) {
	c := d.Ind.Compute
	list := func(sel *finding.Select) string {
		s := string(sel.Register)
		if schema, ok := d.works.Registers.Schema(sel.Register); ok {
			s = "“" + schema.Title + "”"
		}
		if sel.Where != nil {
			s += "中 " + sel.Where.String()
		}
		s += " 的条目"
		if sel.On != "" {
			s += "（“" + sel.On + "”在期内）"
		}
		return s
	}
	title := func(name observation.SeriesName) string {
		if def := d.works.Observations.Definition(name); def != nil {
			return "“" + def.Title + "”"
		}
		return string(name)
	}
	switch {
	case c.Count != nil:
		out = append(out, list(c.Count)+"的条数。")
	case c.Sum != nil:
		out = append(out, list(c.Sum)+"的“"+c.Sum.Field+"”之和。")
	case c.Share != nil && c.Share.Part.Field != "":
		out = append(out, list(&c.Share.Part)+"的“"+c.Share.Part.Field+"”之和，占"+list(&c.Share.Of)+"的“"+c.Share.Of.Field+"”之和的百分比。")
	case c.Share != nil:
		out = append(out, list(&c.Share.Part)+"的条数，占"+list(&c.Share.Of)+"的条数的百分比。")
	case c.Readings != nil:
		how := map[string]string{"mean": "均值", "max": "最大值", "min": "最小值", "last": "最后一个", "total": "合计", "count": "个数", "percentile": fmt.Sprintf("第%d百分位数", c.Readings.P)}[c.Readings.How]
		out = append(out, title(c.Readings.Series)+"期内有效读数的"+how+"。无效、缺测的不算。")
	case c.Class != nil:
		var names []string
		for _, n := range c.Class.Series {
			names = append(names, title(n))
		}
		gives := map[string]string{"index": "指数", "worst": "最差因子"}[c.Class.Gives]
		out = append(out, "按 "+c.Class.Standard+"（当期有效的版本），由"+strings.Join(names, "、")+"期内有效读数的均值评价"+cmp.Or(gives, "类别")+"。")
	case c.Formula != nil:
		out = append(out, "按算式 "+c.Formula.String()+"。")
	case c.Change != "":
		name := c.Change
		if of := d.works.Judge.Indicator(c.Change); of != nil {
			name = "“" + of.Title + "”"
		}
		out = append(out, name+"与上年同期相比的变化百分比。")
	}
	if d.Ind.When != nil {
		out = append(out, "只对这样的条目算："+d.Ind.When.String()+"。")
	}
	if d.Ind.Places > 0 {
		out = append(out, fmt.Sprintf("保留%d位小数（四舍六入五成双），按修约后的值判定。", d.Ind.Places))
	}
	switch d.Ind.Forecast {
	case "linear":
		out = append(out, "年底预测按本年各期的直线趋势外推。")
	case "total":
		out = append(out, "年底预测按已过天数的进度推全年累计。")
	}
	return out
}

func (d *indicatorData) targets() {
	for _, t := range d.Ind.Targets {
		v := targetView{Subject: t.Subject, From: t.From}
		if !t.To.IsZero() {
			v.To = t.To.AddDays(-1)
		}
		basis := t.Basis
		if basis == (rule.Basis{}) {
			basis = d.Ind.Basis
		}
		v.Cite = d.Cite(basis)
		view := resultView{Unit: unitText(d.Ind.Unit)}
		switch {
		case t.Field != "":
			v.Words = t.Op + " 条目的“" + t.Field + "”"
			if word := opWords[t.Op]; word != "" {
				v.Words = word + "条目的“" + t.Field + "”"
			}
		case t.Class != "":
			view.Target, view.Class = t.Op+" "+t.Class, t.Class
			v.Words = view.TargetWords()
		default:
			n := t.Number
			view.Target, view.Number = t.Op+" "+t.Number.String(), &n
			v.Words = view.TargetWords()
		}
		d.Targets = append(d.Targets, v)
	}
}

// table is what is shown as a table for export: all entries of the period, or the past of one.
func (d *indicatorData) table() [][]string {
	out := [][]string{{"编号", "名称", "期", "值", "目标", "是否达标", "差距", "趋势", "年底预测", "缺什么"}}
	rows := d.Rows
	if d.One != nil && len(d.History) > 0 {
		rows = d.History
	}
	for _, v := range rows {
		out = append(out, []string{v.Key, v.Label, v.Span, v.Value(), v.TargetWords(), v.MetWord(), v.Distance, v.Trend, v.Forecast, v.Lacks})
	}
	return out
}

// data is the same for programs.
func (d *indicatorData) data() any {
	type item struct {
		Of       string      `json:"of,omitempty"`
		Name     string      `json:"name"`
		From     string      `json:"from"`
		To       string      `json:"to"`
		Over     bool        `json:"over"`
		Value    *string     `json:"value"`
		Class    string      `json:"class,omitempty"`
		Target   string      `json:"target,omitempty"`
		Met      finding.Met `json:"met,omitempty"`
		Distance string      `json:"distance,omitempty"`
		Trend    string      `json:"trend,omitempty"`
		Forecast string      `json:"forecast,omitempty"`
		Lacks    string      `json:"lacks,omitempty"`
	}
	items := []item{}
	rows := d.Rows
	if d.One != nil && len(d.History) > 0 {
		rows = d.History
	}
	for _, v := range rows {
		it := item{Of: v.Key, Name: v.Label, From: v.Period.From.String(), To: v.Period.To.String(), Over: v.Over, Class: v.Class, Target: v.Target, Met: v.Met, Distance: v.Distance,
			Trend: v.Trend, Forecast: v.Forecast, Lacks: v.Lacks}
		if v.Number != nil && v.Lacks == "" {
			n := v.Number.String()
			it.Value = &n
		}
		items = append(items, it)
	}
	return map[string]any{"id": d.Ind.ID, "title": d.Ind.Title, "unit": d.Ind.Unit, "basis": d.Ind.Basis.String(), "period": d.Ind.Period, "items": items}
}
