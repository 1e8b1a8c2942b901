package works

import (
	"context"
	"math"
	"slices"
	"strings"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/register"
	"zhixing/warning"
)

// WarningArea is an area of the audience in the words of a warning, whole by itself: areas that were drawn before are taken apart, and what lies along
// a line becomes a surface. Either may be changed later; a warning holds where it was published.
func (w *Works) WarningArea(ctx context.Context, tx *db.Tx, area audience.Area) (warning.Area, error) {
	var out warning.Area
	var words []string
	if err := w.addArea(ctx, tx, &out, &words, area, 0); err != nil {
		return warning.Area{}, err
	}
	if touched := w.touched(area); len(touched) > 0 {
		words = append(words, strings.Join(touched, "、")+"部分地方")
	} else if len(area.Drawn)+len(area.Circles) > 0 {
		words = append(words, "图上划定的地方")
	}
	out.Words = strings.Join(words, "、")
	return out, nil
}

// nestedAreas is how deep areas that were drawn before may stand in each other, as package audience has it.
const nestedAreas = 4

func (w *Works) addArea(ctx context.Context, tx *db.Tx, out *warning.Area, words *[]string, area audience.Area, depth int) error {
	name := func(s string) {
		if depth == 0 {
			*words = append(*words, s)
		}
	}
	add := func(p warning.Place) {
		if !slices.Contains(out.Places, p) {
			out.Places = append(out.Places, p)
		}
		name(p.Name())
	}
	if area.County {
		add(warning.Place{County: true})
	}
	for _, t := range area.Towns {
		add(warning.Place{Town: t})
	}
	for _, v := range area.Villages {
		add(warning.Place{Town: v.Town, Village: v.Village})
	}
	for _, g := range area.Drawn {
		for _, part := range g.Parts {
			out.Polygons = append(out.Polygons, ringOf(part[0]))
		}
	}
	for _, c := range area.Circles {
		out.Circles = append(out.Circles, warning.Circle{Point: pointOf(c.At), Radius: c.Metres / 1000})
	}
	for _, l := range area.Along {
		if err := w.addAlong(ctx, tx, out, l, name); err != nil {
			return err
		}
	}
	if len(area.Named) == 0 || depth == nestedAreas {
		return nil
	}
	named, err := w.Audience.Areas(ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range area.Named {
		inner, ok := named[n]
		if !ok {
			return &audience.Error{Kind: audience.NotFound, Op: "works.WarningArea", Message: "没有叫“" + n + "”的预设范围，请重新选择。"}
		}
		name(n)
		if err := w.addArea(ctx, tx, out, words, inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *Works) addAlong(ctx context.Context, tx *db.Tx, out *warning.Area, l audience.Along, name func(string)) error {
	wrong := func(message string) error {
		return &audience.Error{Kind: audience.Invalid, Op: "works.WarningArea", Message: message}
	}
	if !(l.Metres >= minAlong && l.Metres <= maxAlong) {
		return wrong("沿线两侧的宽度应在20米到50千米之间。")
	}
	g, err := w.Audience.Line(ctx, tx, l.Register, l.Key)
	if err != nil {
		return err
	}
	if g == nil || g.Kind != register.Line {
		return wrong("“" + l.Key + "”没有画线，请先在台账里补上，或者在图上画出范围。")
	}
	for _, part := range g.Parts {
		for _, line := range part {
			for _, ring := range audience.Around(line, l.Metres) {
				out.Polygons = append(out.Polygons, ringOf(ring))
			}
		}
	}
	label := l.Key
	if e, err := w.Registers.Get(ctx, tx, register.Inside, l.Register, l.Key, register.AsOf{}); err == nil {
		label = e.Label
	}
	name((audience.Area{Along: []audience.Along{{Key: label, Metres: l.Metres}}}).Chinese())
	return nil
}

const minAlong, maxAlong = 20, 50_000 // metres

// touched are the towns in which what was drawn lies, by its corners and its middle.
func (w *Works) touched(area audience.Area) (out []string) {
	if w.Set.Places == nil {
		return nil
	}
	var spots []register.XY
	for _, g := range area.Drawn {
		spots = append(spots, g.Middle())
		for _, part := range g.Parts {
			for _, ring := range part {
				spots = append(spots, ring...)
			}
		}
	}
	for _, c := range area.Circles {
		up := c.Metres / 111_195 * 1e7
		across := up / math.Max(.1, math.Cos(float64(c.At.Y)/1e7*math.Pi/180))
		spots = append(spots, c.At, register.XY{X: c.At.X + int32(across), Y: c.At.Y}, register.XY{X: c.At.X - int32(across), Y: c.At.Y},
			register.XY{X: c.At.X, Y: c.At.Y + int32(up)}, register.XY{X: c.At.X, Y: c.At.Y - int32(up)})
	}
	for _, p := range w.Set.Places.List {
		if p.Kind != register.TownPlace {
			continue
		}
		middle := p.Shape.Middle()
		if slices.ContainsFunc(spots, p.Shape.Contains) || slices.ContainsFunc(area.Drawn, func(g *register.Geometry) bool { return g.Contains(middle) }) {
			out = append(out, p.Name)
		}
	}
	return out
}

func pointOf(p register.XY) warning.Point {
	return warning.Point{Lat: float64(p.Y) / 1e7, Lon: float64(p.X) / 1e7}
}

func ringOf(line []register.XY) []warning.Point {
	out := make([]warning.Point, len(line))
	for i, p := range line {
		out[i] = pointOf(p)
	}
	return out
}
