package forecast

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"zhixing/db"
	"zhixing/forecast/grid"
	"zhixing/forecast/nowcast"
)

// Tick makes what the program makes itself and is due: fields of gauges, then nowcasts; and removes what is older than it is kept. The
// sums are done outside of transactions, and nothing is written where nothing is due.
func (p *Products) Tick(ctx context.Context, d *db.DB) error {
	for _, def := range p.defs {
		if def.Gauges == "" {
			continue
		}
		if err := p.gauge(ctx, d, def); err != nil {
			return wrap("Tick", err)
		}
	}
	for _, def := range p.defs {
		if def.Extrapolate == "" {
			continue
		}
		if err := p.cast(ctx, d, def); err != nil {
			return wrap("Tick", err)
		}
	}
	for _, def := range p.defs {
		old := false
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			old, err = p.oldRuns(ctx, tx, def)
			return err
		})
		if err == nil && old {
			err = d.Write(ctx, func(tx *db.Tx) error { return p.sweep(ctx, tx, def) })
		}
		if err != nil {
			return wrap("Tick", err)
		}
	}
	return nil
}

// fewest is how many gauges make a field.
const fewest = 3

// gauge makes the field of the newest period whose readings should be in by now.
func (p *Products) gauge(ctx context.Context, d *db.DB, def *Definition) error {
	if p.Readings == nil {
		return nil
	}
	var gauges []nowcast.Gauge
	var end time.Time
	err := d.Read(ctx, func(tx *db.Tx) error {
		gauges, end = nil, tx.Now().Add(-def.Latency).Truncate(def.Step)
		last, err := p.newest(ctx, tx, def.Name)
		if err != nil || last != nil && !last.At.Before(end) {
			return err
		}
		gauges, err = p.Readings(ctx, tx, def, end.Add(-def.Step), end)
		return err
	})
	if err != nil || len(gauges) < fewest {
		return err
	}
	slices.SortFunc(gauges, func(a, b nowcast.Gauge) int { // the same sum, in whatever order they were read
		if a.X != b.X {
			return int(a.X - b.X)
		}
		return int(a.Y - b.Y)
	})
	a, r := def.Area, def.Resolution
	g := grid.Grid{West: a.MinX, South: a.MinY, DX: r, DY: r, NX: int((int64(a.MaxX)-int64(a.MinX))/int64(r)) + 1, NY: int((int64(a.MaxY)-int64(a.MinY))/int64(r)) + 1}
	if err := g.Check(); err != nil {
		return refuse(Invalid, "Tick", "产品“%s”的格点：%s。", def.Name, err)
	}
	start := end
	if def.Amount {
		start = end.Add(-def.Step)
	}
	return p.put(ctx, d, &draft{d: def, at: end, made: true, note: fmt.Sprintf("由%d个站反距离平方加权插成，每站代表%d公里以内。", len(gauges), def.Radius/1000),
		fields: []Field{{Start: start, End: end, Data: nowcast.Spread(gauges, g, def.Places, def.Radius)}}})
}

// cast makes the nowcast from the newest measured fields, once for each of their times.
func (p *Products) cast(ctx context.Context, d *db.DB, def *Definition) error {
	of := p.byName[def.Extrapolate]
	var past []Field
	err := d.Read(ctx, func(tx *db.Tx) error {
		past = nil
		newest, err := p.measured(ctx, tx, of, tx.Now(), 1)
		if err != nil || len(newest) == 0 || tx.Now().Sub(newest[0].End) > of.Latency+of.Step+def.Every {
			return err // too old to be carried on from
		}
		fields, err := p.measured(ctx, tx, of, newest[0].End.Truncate(def.Every), nowcast.MaxPast)
		if err != nil || len(fields) == 0 {
			return err
		}
		last, err := p.newest(ctx, tx, def.Name)
		if err == nil && (last == nil || last.At.Before(fields[0].End)) {
			past = fields
		}
		return err
	})
	if err != nil {
		return err
	}
	past = unbroken(past, of.Step)
	if len(past) < 2 {
		return nil // nothing new, or a gap: Status tells that the nowcast is late
	}
	slices.Reverse(past)
	fields := make([]*grid.Field, len(past))
	for i, f := range past {
		fields[i] = f.Data
	}
	next, motion, err := nowcast.Cast(fields, of.Step, int(def.Horizon/of.Step))
	if err != nil {
		return refuse(Invalid, "Tick", "产品“%s”：%s。", def.Name, err)
	}
	at := past[len(past)-1].End
	return p.put(ctx, d, &draft{d: def, at: at, made: true, note: how(past, motion, of.Step), fields: def.fold(next, at, int(def.Step/of.Step))})
}

// unbroken are fields, newest first, up to the first gap or change of grid.
func unbroken(fields []Field, step time.Duration) []Field {
	for i := 1; i < len(fields); i++ {
		if fields[i-1].End.Sub(fields[i].End) != step || fields[i].Data.Grid != fields[0].Data.Grid {
			return fields[:i]
		}
	}
	return fields
}

// fold makes fields of the product's own step: of an amount the sum, where all of it is known; of anything else what stands at the end.
func (d *Definition) fold(next []*grid.Field, at time.Time, each int) []Field {
	var out []Field
	for i := 0; i+each <= len(next); i += each {
		f := next[i+each-1]
		end := at.Add(time.Duration(i/each+1) * d.Step)
		start := end
		if d.Amount {
			start = end.Add(-d.Step)
			sum := grid.New(f.Grid, f.Scale)
			for k := range sum.Values {
				sum.Values[k] = total(next[i:i+each], k)
			}
			f = sum
		}
		out = append(out, Field{Start: start, End: end, Data: f})
	}
	return out
}

func total(fields []*grid.Field, k int) int32 {
	sum := int64(0)
	for _, f := range fields {
		if f.Values[k] == grid.Missing {
			return grid.Missing
		}
		sum += int64(f.Values[k])
	}
	return int32(min(max(sum, -math.MaxInt32), math.MaxInt32))
}

// put keeps a run that was made here, unless another process made it meanwhile.
func (p *Products) put(ctx context.Context, d *db.DB, r *draft) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		last, err := p.newest(ctx, tx, r.d.Name)
		if err != nil || last != nil && !last.At.Before(r.at) {
			return err
		}
		_, err = p.keep(ctx, tx, r)
		return err
	})
}

// how says what a nowcast was made of, and which way it moves.
func how(past []Field, m *nowcast.Motion, step time.Duration) string {
	s := fmt.Sprintf("由%s至%s的%d个时次外推", said(past[0].End), said(past[len(past)-1].End), len(past))
	if m.Blocks == 0 {
		return s + "，没有可辨认的移动，按不动处理。"
	}
	east, north := m.Mean()
	g := m.Grid
	_, y := g.Node(0, g.NY/2)
	metres := 111_200.0 / grid.Degree
	dx := east * float64(g.DX) * metres * math.Cos(float64(y)/grid.Degree*math.Pi/180)
	dy := north * float64(g.DY) * metres
	speed := math.Hypot(dx, dy) / step.Hours() / 1000
	if speed < 1 {
		return s + fmt.Sprintf("，在%d处看到移动，总体少动。", m.Blocks)
	}
	words := []string{"东", "东北", "北", "西北", "西", "西南", "南", "东南"}
	towards := words[(int(math.Round(math.Atan2(dy, dx)/(math.Pi/4)))+8)%8]
	return s + fmt.Sprintf("，在%d处看到移动，总体向%s，每小时约%.0f公里。", m.Blocks, towards, speed)
}
