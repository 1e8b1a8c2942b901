package forecast

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/forecast/grid"
	"zhixing/quantity"
	"zhixing/register"
)

// Exceedance is where and when a run says that a limit will be reached.
type Exceedance struct {
	Product   *Definition
	Run       *Run
	Threshold Threshold
	Cells     []Cell    // that reach it, the earliest first
	Of        int       // cells that the area meets
	Unknown   int       // of them without any value: nobody can tell
	Share     int       // of the area's known part that reaches it, in thousandths
	First     time.Time // end of the first window that reaches it
	Worst     Cell      // with the greatest value, or the least where less is worse
	Towns     []string  // names of the places that it touches, the worst first
	Reason    string    // all of it in a sentence
}

// Cell is one that reaches a limit.
type Cell struct {
	At    register.XY
	First time.Time        // end of the first window that reaches the limit
	Value quantity.Decimal // the greatest of all windows, or the least
	When  time.Time        // end of that window
	index int
}

// Exceed looks in the newest run of a product for a limit that will be reached in an area between now and its end; nil where it will
// not, or where there is no run that reaches beyond now. A window that begins before the run counts with what the run knows of
// it: for rain that is at least so much.
func (p *Products) Exceed(ctx context.Context, tx *db.Tx, name Name, t Threshold, area *register.Geometry) (*Exceedance, error) {
	d, err := p.need("Exceed", name)
	if err != nil {
		return nil, err
	}
	if t.Unit == "" {
		t.Unit = d.Unit
	}
	r, err := p.Latest(ctx, tx, name, tx.Now())
	if err != nil || r == nil {
		return nil, err
	}
	if err := p.Load(ctx, tx, r); err != nil {
		return nil, err
	}
	return p.exceeds(d, r, t, area, tx.Now())
}

func (p *Products) exceeds(d *Definition, r *Run, t Threshold, area *register.Geometry, now time.Time) (*Exceedance, error) {
	windows, times, err := d.windows(r, t, now)
	if err != nil || len(windows) == 0 {
		return nil, err
	}
	limit, err := d.limit(t, times)
	if err != nil {
		return nil, err
	}
	cells := cover(r.Grid, area)
	e := &Exceedance{Product: d, Run: r, Threshold: t, Of: len(cells)}
	var known, reached int
	for _, c := range cells {
		cell := Cell{At: middle(r.Grid, c.cell), index: c.cell}
		worst, any := int64(0), false
		for _, w := range windows {
			v, ok := w.value(c.cell)
			if !ok {
				continue
			}
			if !any || limit.above() && v > worst || !limit.above() && v < worst {
				worst, cell.When, any = v, w.end, true
			}
			if limit.reached(v) && cell.First.IsZero() {
				cell.First = w.end
			}
		}
		if !any {
			e.Unknown++
			continue
		}
		known += c.points
		if cell.First.IsZero() {
			continue
		}
		reached += c.points
		cell.Value = d.folded(worst, times)
		e.Cells = append(e.Cells, cell)
	}
	if len(e.Cells) == 0 {
		return nil, nil
	}
	e.Share = max(1, reached*1000/known)
	slices.SortStableFunc(e.Cells, func(a, b Cell) int { return a.First.Compare(b.First) })
	e.First, e.Worst = e.Cells[0].First, e.Cells[0]
	for _, c := range e.Cells {
		if k := c.Value.Cmp(e.Worst.Value); limit.above() && k > 0 || !limit.above() && k < 0 {
			e.Worst = c
		}
	}
	e.Towns = p.towns(r.Grid, area, e.Cells, limit.above())
	e.Reason = e.reason()
	return e, nil
}

// folded is a value of a window with the product's places; means were multiplied.
func (d *Definition) folded(v, times int64) quantity.Decimal {
	if v >= 0 {
		v = (v + times/2) / times
	} else {
		v = -((-v + times/2) / times)
	}
	return quantity.New(v, d.Places)
}

// window is the fields that end within one stretch of time.
type window struct {
	end    time.Time
	fields []Field
	fold   Fold
}

// windows are those that end after now. times is by what their values are multiplied.
func (d *Definition) windows(r *Run, t Threshold, now time.Time) (out []window, times int64, err error) {
	switch {
	case t.Fold != Each && (t.Window < d.Step || t.Window > 10*24*time.Hour):
		return nil, 0, refuse(Invalid, "Exceed", "阈值的时段%s不合用：应不短于产品“%s”的%s，不长于10日。", span(t.Window), d.Title, span(d.Step))
	case t.Fold == Sum && !d.Amount:
		return nil, 0, refuse(Invalid, "Exceed", "“%s”不是累计量，不能按时段累加。", d.Title)
	case t.Fold == Sum && (t.Op == "<" || t.Op == "<="):
		return nil, 0, refuse(Invalid, "Exceed", "累计量只能与下限比较：预报之外的时段没有值，累计不到不能说明少于。")
	}
	times = 1
	if t.Fold == Mean {
		times = int64(t.Window / d.Step)
	}
	for i, f := range r.Fields {
		if !f.End.After(now) || t.Within > 0 && f.Start.After(now.Add(t.Within)) {
			continue
		}
		w := window{end: f.End, fold: t.Fold, fields: r.Fields[i : i+1]}
		if t.Fold != Each {
			k := i
			for k > 0 && !r.Fields[k-1].Start.Before(f.End.Add(-t.Window)) {
				k--
			}
			w.fields = r.Fields[k : i+1]
			if t.Fold == Mean && int64(len(w.fields)) != times { // not all of it is known
				continue
			}
		}
		out = append(out, w)
	}
	return out, times, nil
}

// value is the window's at a cell. A sum leaves out what is missing: what is known has fallen whatever else fell.
func (w *window) value(cell int) (int64, bool) {
	sum, any := int64(0), false
	last := w.fields[len(w.fields)-1].Data.Values[cell]
	if w.fold == Fall {
		high := int64(grid.Missing)
		for _, f := range w.fields {
			high = max(high, int64(f.Data.Values[cell]))
		}
		return high - int64(last), last != grid.Missing
	}
	for _, f := range w.fields {
		v := f.Data.Values[cell]
		if v == grid.Missing {
			if w.fold == Sum {
				continue
			}
			return 0, false
		}
		sum, any = sum+int64(v), true
	}
	return sum, any
}

// maxTowns bounds the names in a reason.
const maxTowns = 8

// towns are the townships that cells touch within the area, the worst first.
func (p *Products) towns(g grid.Grid, area *register.Geometry, cells []Cell, above bool) []string {
	if p.Places == nil {
		return nil
	}
	type named struct {
		name  string
		value quantity.Decimal
	}
	reached := map[int]quantity.Decimal{}
	for _, c := range cells {
		reached[c.index] = c.Value
	}
	var list []named
	box := area.Box()
	for _, x := range p.Places.List {
		if x.Kind != "town" || !x.Shape.Box().Meets(box) {
			continue
		}
		n := named{name: x.Name}
		found := false
		for _, c := range cover(g, x.Shape) {
			if v, ok := reached[c.cell]; ok {
				if k := v.Cmp(n.value); !found || above && k > 0 || !above && k < 0 {
					n.value, found = v, true
				}
			}
		}
		if found {
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b named) int {
		if above {
			return b.value.Cmp(a.value)
		}
		return a.value.Cmp(b.value)
	})
	var out []string
	for _, n := range list {
		out = append(out, n.name)
	}
	return out
}

func (e *Exceedance) reason() string {
	d := e.Product
	var b strings.Builder
	fmt.Fprintf(&b, "%s《%s》%s起报：%s%s，区域内%d个格点中%d个达到（占可知面积的%s），最早%s，", d.Source, d.Title, said(e.Run.At), d.Element, e.Threshold,
		e.Of, len(e.Cells), percent(e.Share), said(e.First))
	fmt.Fprintf(&b, "极值%s%s在%s，%s", e.Worst.Value, d.Unit, spot(e.Worst.At), said(e.Worst.When))
	if n := len(e.Towns); n > 0 {
		fmt.Fprintf(&b, "；涉及%s", strings.Join(e.Towns[:min(n, maxTowns)], "、"))
		if n > maxTowns {
			fmt.Fprintf(&b, "等%d个乡镇", n)
		}
	}
	if e.Unknown > 0 {
		fmt.Fprintf(&b, "；另有%d个格点没有预报值", e.Unknown)
	}
	return b.String() + "。"
}

// percent is thousandths as people read them: 41.7%.
func percent(thousandths int) string { return fmt.Sprintf("%d.%d%%", thousandths/10, thousandths%10) }

// said is a moment in a sentence: 7月20日8时, 7月20日8时10分.
func said(t time.Time) string {
	l := t.In(calendar.Zone)
	s := fmt.Sprintf("%d月%d日%d时", l.Month(), l.Day(), l.Hour())
	if l.Minute() > 0 {
		s += fmt.Sprintf("%02d分", l.Minute())
	}
	return s
}

// spot is a place in a sentence, to a hundredth of a degree.
func spot(p register.XY) string {
	return fmt.Sprintf("东经%.2f°北纬%.2f°", float64(p.X)/grid.Degree, float64(p.Y)/grid.Degree)
}
