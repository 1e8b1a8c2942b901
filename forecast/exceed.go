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
	// Fallen is how much of a sum was measured, not forecast.
	Fallen quantity.Decimal
	index  int
}

// Exceed looks in the newest run of a product for a limit that will be reached in an area between now and its end; nil where it will
// not, or where there is no run that reaches beyond now. A window that begins before the run counts with what is known of it, which
// for rain is at least so much: where the product names what is measured before it, that is added.
func (p *Products) Exceed(ctx context.Context, tx *db.Tx, name Name, t Threshold, area *register.Geometry) (*Exceedance, error) {
	list, err := p.ExceedIn(ctx, tx, name, t, []register.Place{{Shape: area}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// ExceedIn is Exceed for each of several places, nil where one does not reach the limit.
func (p *Products) ExceedIn(ctx context.Context, tx *db.Tx, name Name, t Threshold, places []register.Place) ([]*Exceedance, error) {
	d, err := p.need("Exceed", name)
	if err != nil {
		return nil, err
	}
	if t.Unit == "" {
		t.Unit = d.Unit
	}
	r, err := p.newest(ctx, tx, name)
	if err != nil || r == nil {
		return nil, err
	}
	if err := p.Load(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := p.prepend(ctx, tx, d, r, t); err != nil {
		return nil, wrap("Exceed", err)
	}
	out := make([]*Exceedance, len(places))
	for i, x := range places {
		if out[i], err = p.exceeds(d, r, t, x.Shape, tx.Now()); err != nil {
			return nil, err
		}
	}
	return out, nil
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
		worst, fallen, any := int64(0), int64(0), false
		for _, w := range windows {
			v, ok := w.value(c.cell)
			if !ok {
				continue
			}
			if !any || limit.above() && v > worst || !limit.above() && v < worst {
				worst, cell.When, any = v, w.end, true
				fallen = w.measured(c.cell)
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
		cell.Value, cell.Fallen = d.folded(worst, times), quantity.New(fallen, d.Places)
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
	if e.Worst.Fallen.Sign() > 0 {
		fmt.Fprintf(&b, "，其中已测得%s%s", e.Worst.Fallen, d.Unit)
	}
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
