package web

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
	"zhixing/forecast"
	"zhixing/forecast/grid"
	"zhixing/policy/works"
	"zhixing/register"
)

// forecastView is a run of a product as its page shows it.
type forecastView struct {
	D        *forecast.Definition
	Ask      askedForecast
	Method   string
	Now      time.Time
	Late     bool
	Problems []string
	Wants    []string // nothing is there yet: what to put where
	Run      *forecast.Run
	Newest   bool
	Over     bool // all of its hours have passed
	Runs     []runRow
	Hours    []forecastHour
	Groups   []forecastGroup
	Of       []Link // registers whose places can be looked at
	Outlines string
	Truth    *forecast.Definition
	Scores   []forecastScore
	Limits   []Link

	works *works.Works
}

// runRow is a run in the list.
type runRow struct {
	*forecast.Run
	Max, URL string
	Shown    bool
}

// load reads the run that is asked for; else the newest. whole: also what stands on the page beside its values.
func (v *forecastView) load(ctx context.Context, tx *db.Tx, whole bool) error {
	p := v.works.Forecasts
	runs, err := p.Runs(ctx, tx, v.D.Name, forecastRuns)
	if err != nil {
		return err
	}
	if len(runs) == 0 && v.Ask.Run == 0 {
		v.Wants, v.Late = wantsOf(p, v.D), true
		return nil
	}
	id := int64(v.Ask.Run)
	if id == 0 {
		id = runs[0].ID
	}
	if v.Run, err = p.Get(ctx, tx, id); err != nil {
		return err
	}
	if v.Run.Product != v.D.Name || len(v.Run.Fields) == 0 {
		return notFound("这个产品没有这次起报。")
	}
	v.Newest = len(runs) > 0 && runs[0].ID == v.Run.ID
	v.Late = v.Newest && v.Now.After(v.Run.At.Add(v.D.Every+v.D.Latency))
	v.Over = v.D.Horizon > 0 && !v.Run.Fields[len(v.Run.Fields)-1].End.After(v.Now)
	v.Problems = v.D.Check(v.Run)
	v.pickHour()
	v.Hours = v.hours(p)
	if err := v.places(ctx, tx); err != nil || !whole {
		return err
	}
	v.Outlines = outlines(p.Places)
	for _, x := range runs {
		a := v.Ask
		a.Run, a.Hour = int(x.ID), 0
		v.Runs = append(v.Runs, runRow{x, highest(v.D, x), a.URL(v.D, ""), x.ID == v.Run.ID})
	}
	return v.score(ctx, tx, p)
}

// Latency is how long after its time a run may come.
func (v *forecastView) Latency() string { return spanWords(v.D.Latency) }

// pickHour is the hour that is shown: the one asked for, the one that runs now, or that with the greatest value.
func (v *forecastView) pickHour() {
	fields := v.Run.Fields
	if v.Ask.Hour >= 1 && v.Ask.Hour <= len(fields) {
		return
	}
	v.Ask.Hour = 1
	for i, f := range fields {
		if v.Over && f.High > fields[v.Ask.Hour-1].High {
			v.Ask.Hour = i + 1
		}
		if !v.Over && f.End.After(v.Now) {
			v.Ask.Hour = i + 1
			return
		}
	}
}

// places are the towns, the roads, and the places of the register that was chosen.
func (v *forecastView) places(ctx context.Context, tx *db.Tx) error {
	towns := forecastGroup{Title: "各乡镇", Says: "一个时次内辖区各格的最大值"}
	if places := v.works.Forecasts.Places; places != nil {
		for i := range places.List {
			if x := &places.List[i]; x.Kind == register.TownPlace {
				v.add(&towns, forecastRow{Name: x.Name, Kind: "乡镇"}, x.Shape)
			}
		}
	}
	v.Groups = []forecastGroup{towns}
	lines, others := listsOf(v.works)
	for _, x := range lines {
		g := forecastGroup{Title: x.Title, URL: "/lists/" + string(x.Name), Says: fmt.Sprintf("每%d公里一段，取这一段碰到的各格的最大值", forecastSection/1000)}
		if err := v.list(ctx, tx, &g, x); err != nil {
			return err
		}
		if len(g.Rows) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	for _, x := range others {
		a := v.Ask
		a.Of = string(x.Name)
		v.Of = append(v.Of, Link{Text: x.Title, URL: a.Of, Current: v.Ask.Of == a.Of})
		if v.Ask.Of != a.Of {
			continue
		}
		g := forecastGroup{Title: x.Title, URL: "/lists/" + a.Of, Says: "地点取最近格点，范围取所碰到的各格的最大值"}
		if err := v.list(ctx, tx, &g, x); err != nil {
			return err
		}
		v.Groups = append(v.Groups, g)
	}
	return nil
}

// list adds the entries of a register, lines cut into sections.
func (v *forecastView) list(ctx context.Context, tx *db.Tx, g *forecastGroup, x *register.Schema) error {
	regs := v.works.Registers
	for e, err := range regs.Each(ctx, tx, register.Inside, register.Query{Register: x.Name}) {
		if err != nil {
			return err
		}
		shape, err := regs.Geometry(ctx, tx, register.Inside, x, e)
		if err != nil {
			return err
		}
		if shape == nil {
			continue
		}
		parts := forecast.Cut(shape, forecastSection)
		for i, part := range parts {
			if len(g.Rows) >= forecastPlaces {
				g.More = true
				return nil
			}
			row := forecastRow{Name: e.Label, URL: e.Link(), Kind: x.Title}
			if len(parts) > 1 {
				row.Note = fmt.Sprintf("第%d段，自%d公里起", i+1, i*forecastSection/1000)
			}
			v.add(g, row, part)
		}
	}
	return nil
}

// add is a row with what the run says of its shape.
func (v *forecastView) add(g *forecastGroup, row forecastRow, shape *register.Geometry) {
	row.values = v.D.Series(v.Run, shape)
	most := -1
	for i, x := range row.values {
		cell := forecastCell{Hour: v.Hours[i]}
		if x.Known {
			cell.Value, cell.Class = x.Max.String(), v.class(v.D.ClassOf(x.Max))
			if most < 0 || x.Max.Cmp(row.values[most].Max) > 0 {
				most = i
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	if most >= 0 {
		row.Cells[most].Most = row.Cells[most].Class != ""
		row.Whole, row.Class = row.Cells[most].Value, row.Cells[most].Class
	}
	if sum := v.D.Whole(v.Run); sum != nil {
		row.Whole = ""
		if x, ok := v.D.Over(sum, shape, nil); ok && x.Unknown == 0 {
			row.Whole = x.Max.String()
		}
	}
	g.Rows, g.shapes = append(g.Rows, row), append(g.shapes, shape)
}

// wholeGrid is all of a grid as a surface.
func wholeGrid(g grid.Grid) *register.Geometry {
	a := register.XY{X: g.West - g.DX/2, Y: g.South - g.DY/2}
	b := register.XY{X: int32(g.East() + int64(g.DX)/2), Y: int32(g.North() + int64(g.DY)/2)}
	return &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}, a}}}}
}

// table is the values for a sheet.
func (v *forecastView) table() [][]string {
	rows := [][]string{{"产品", "起报", "类别", "名称", "起", "止", "最大", "最小", "平均", "单位"}}
	for _, g := range v.Groups {
		for _, r := range g.Rows {
			name := r.Name
			if r.Note != "" {
				name += "（" + r.Note + "）"
			}
			for _, x := range r.values {
				line := []string{v.D.Title, stamp(v.Run.At), r.Kind, name, stamp(x.Start), stamp(x.End), "", "", "", string(v.D.Unit)}
				if x.Known {
					line[6], line[7], line[8] = x.Max.String(), x.Min.String(), x.Mean.String()
				}
				rows = append(rows, line)
			}
		}
	}
	return rows
}
