package forecast

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/quantity"
	"zhixing/register"
)

// Status is how a product stands now.
type Status struct {
	Product  *Definition
	Run      *Run // the newest; nil where there is none
	Late     bool // the next one should have been here
	Due      time.Time
	Problems []string // of the newest run, in sentences
}

// Status looks at every product.
func (p *Products) Status(ctx context.Context, tx *db.Tx) ([]Status, error) {
	out := make([]Status, len(p.defs))
	for i, d := range p.defs {
		r, err := p.newest(ctx, tx, d.Name)
		if err != nil {
			return nil, err
		}
		s := Status{Product: d, Run: r, Late: true}
		if r != nil {
			s.Due = r.At.Add(d.Every + d.Latency)
			s.Late = tx.Now().After(s.Due)
			s.Problems = d.Check(r)
		}
		out[i] = s
	}
	return out, nil
}

// Check says what of a run is not as the product is defined: resolution, hours, delay, area, values.
func (d *Definition) Check(r *Run) (bad []string) {
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	g := r.Grid
	if d.Resolution > 0 && (g.DX > d.Resolution || g.DY > d.Resolution) {
		say("格距%s×%s度，要求不大于%s度。", angleText(g.DX), angleText(g.DY), angleText(d.Resolution))
	}
	if b := d.Area; b.MinX != b.MaxX {
		if have := boxOf(g, 0, 0, g.NX, g.NY); have.MinX > b.MinX || have.MinY > b.MinY || have.MaxX < b.MaxX || have.MaxY < b.MaxY {
			say("格点没有覆盖规定的范围。")
		}
	}
	if len(r.Fields) == 0 {
		return append(bad, "没有任何时次。")
	}
	before := r.At
	for i, f := range r.Fields {
		if gap := f.End.Sub(before); d.Horizon > 0 && gap > d.Step {
			say("%s之后到%s才有一场，相隔%s，要求%s一场。", said(before), said(f.End), span(gap), span(d.Step))
		}
		if d.Amount && f.End.Sub(f.Start) != d.Step {
			say("%s的场是%s的累计，要求%s。", said(f.End), span(f.End.Sub(f.Start)), span(d.Step))
		}
		before = f.End
		if f.Missing == g.Cells() {
			say("%s的场没有一个有值的格点。", said(f.End))
			continue
		}
		low, high := d.Decimal(f.Low), d.Decimal(f.High)
		if d.Low != nil && low.Cmp(*d.Low) < 0 || d.High != nil && high.Cmp(*d.High) > 0 {
			say("%s的场有值超出合理范围：从%s到%s%s。", said(f.End), low, high, d.Unit)
		}
		if len(bad) > maxProblems {
			return append(bad[:maxProblems], fmt.Sprintf("其余%d个时次不再列出。", len(r.Fields)-1-i))
		}
	}
	if until := r.At.Add(d.Horizon); d.Horizon > 0 && before.Before(until) {
		say("只到%s，要求%s，应到%s。", said(before), span(d.Horizon), said(until))
	}
	if delay := r.Received.Sub(r.At); d.Latency > 0 && !r.Made && delay > d.Latency {
		say("%s后%s才收到，要求%s以内。", said(r.At), span(delay.Truncate(time.Minute)), span(d.Latency))
	}
	return bad
}

const maxProblems = 20

func angleText(v int32) string {
	d := quantity.New(int64(v), 7)
	for d.Scale() > 0 && d.Coef()%10 == 0 {
		d = quantity.New(d.Coef()/10, d.Scale()-1)
	}
	return d.String()
}

// AreaValue is what a run says of an area for one period; Known is false where it says nothing.
type AreaValue struct {
	Start, End time.Time
	Known      bool
	Summary
}

// Series is a run over a point, line or surface, period by period. The run must have its data (Get, Load).
func (d *Definition) Series(r *Run, shape *register.Geometry) []AreaValue {
	cells := cover(r.Grid, shape)
	out := make([]AreaValue, len(r.Fields))
	for i, f := range r.Fields {
		out[i] = AreaValue{Start: f.Start, End: f.End}
		out[i].Summary, out[i].Known = d.over(f.Data, cells, nil)
	}
	return out
}

// Values is Series of the newest run of a product, from now on: what rules and pages ask. The run is nil where there is none that
// reaches beyond now.
func (p *Products) Values(ctx context.Context, tx *db.Tx, name Name, shape *register.Geometry) (*Run, []AreaValue, error) {
	d, err := p.need("Values", name)
	if err != nil {
		return nil, nil, err
	}
	r, err := p.newest(ctx, tx, name)
	if err != nil || r == nil {
		return nil, nil, err
	}
	if n := len(r.Fields); d.Horizon > 0 && (n == 0 || !r.Fields[n-1].End.After(tx.Now())) {
		return nil, nil, nil
	}
	if err := p.Load(ctx, tx, r); err != nil {
		return nil, nil, err
	}
	out := d.Series(r, shape)
	for d.Horizon > 0 && len(out) > 0 && !out[0].End.After(tx.Now()) {
		out = out[1:]
	}
	return r, out, nil
}

// Where is the cell of a value in words, with its township where the county's places know it: 示例镇（东经111.57°北纬35.49°）.
func (p *Products) Where(at register.XY) string {
	town, _ := p.Places.Find(at)
	if town == "" {
		return spot(at)
	}
	return town + "（" + spot(at) + "）"
}
