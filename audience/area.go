package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/register"
)

// Area is where people are told. All that is in it adds up; a person is in it once. The zero Area holds nobody.
type Area struct {
	County   bool                 `json:"county,omitempty"` // all of it, those without a place included
	Towns    []string             `json:"towns,omitempty"`
	Villages []Place              `json:"villages,omitempty"`
	Drawn    []*register.Geometry `json:"drawn,omitempty"` // surfaces
	Circles  []Circle             `json:"circles,omitempty"`
	Along    []Along              `json:"along,omitempty"`
	Named    []string             `json:"named,omitempty"` // areas that were drawn before
}

// At is a place by its degrees, WGS 84.
func At(lat, lon float64) XY {
	return XY{X: int32(math.Round(lon * degree)), Y: int32(math.Round(lat * degree))}
}

// Circle is what is at most so many metres away from a place, over the earth's surface. Of 0 metres it is the place itself.
type Circle struct {
	At     XY      `json:"at"`
	Metres float64 `json:"metres"`
}

// Along is what is at most so many metres away from the line of a register's entry: a reach of a river, a section of a road.
type Along struct {
	Register register.Name `json:"register"`
	Key      string        `json:"key"`
	Metres   float64       `json:"metres"`
}

// The bounds of an area.
const (
	maxVertices = 20_000
	maxParts    = 500
	maxMetres   = 500_000
	maxWide     = 20 * degree
	maxNested   = 4
)

// reach is an area made ready for being asked.
type reach struct {
	county   bool
	outlined []shape // of the places that it names
	drawn    []shape // all others: they may lie across places
	towns    map[string]bool
	villages map[Place]bool
	outlines map[Place]bool // answers of meets
}

// resolve makes an area ready. The errors are for who drew it.
func (a *Audience) resolve(ctx context.Context, tx *db.Tx, area Area) (*reach, error) {
	r := &reach{towns: map[string]bool{}, villages: map[Place]bool{}, outlines: map[Place]bool{}}
	if err := a.addTo(ctx, tx, r, area, 0); err != nil {
		return nil, err
	}
	if len(r.drawn) > maxParts {
		return nil, refuse(TooLarge, "Area", "范围有%d个部分，最多%d个：请合并后再试。", len(r.drawn), maxParts)
	}
	for _, s := range r.shapes() {
		if b := s.bounds(); int64(b.MaxX)-int64(b.MinX) > maxWide || int64(b.MaxY)-int64(b.MinY) > maxWide {
			return nil, refuse(Invalid, "Area", "范围的一个部分宽过20度，请核对经纬度。")
		}
	}
	return r, nil
}

func (a *Audience) addTo(ctx context.Context, tx *db.Tx, r *reach, area Area, depth int) error {
	r.county = r.county || area.County
	for _, t := range area.Towns {
		p, ok := a.Places.Named(register.TownPlace, t)
		if !a.town(t) {
			return refuse(Invalid, "Area", "没有“%s”这个乡镇。", cut(t, 60))
		}
		r.towns[t] = true
		if ok {
			r.outlined = append(r.outlined, surface(p.Shape)...)
		}
	}
	for _, v := range area.Villages {
		p, ok := a.village(v)
		if ok {
			v.Town = p.Town
			r.outlined = append(r.outlined, surface(p.Shape)...)
		}
		if v.Town == "" || v.Village == "" {
			return refuse(Invalid, "Area", "“%s”属于哪个乡镇？请连乡镇一起写。", cut(v.Village, 60))
		}
		r.villages[v] = true
	}
	for _, g := range area.Drawn {
		if err := checkDrawn(g); err != nil {
			return err
		}
		r.drawn = append(r.drawn, surface(g)...)
	}
	for _, c := range area.Circles {
		if !(c.Metres >= 0 && c.Metres <= maxMetres) || c.At.Y > 80*degree || c.At.Y < -80*degree || c.At.X > 179*degree || c.At.X < -179*degree {
			return refuse(Invalid, "Area", "圆的半径应在0到%d千米之间，圆心应在经纬度范围内。", maxMetres/1000)
		}
		r.drawn = append(r.drawn, newCircle(c.At, c.Metres))
	}
	for _, l := range area.Along {
		if err := a.along(ctx, tx, r, l); err != nil {
			return err
		}
	}
	return a.addNamed(ctx, tx, r, area.Named, depth)
}

func (a *Audience) addNamed(ctx context.Context, tx *db.Tx, r *reach, names []string, depth int) error {
	if depth == maxNested && len(names) > 0 {
		return refuse(Invalid, "Area", "预设范围互相套得太深：“%s”。", cut(names[0], 60))
	}
	for _, n := range names {
		body, ok, err := readArea(ctx, tx, a.County, n)
		if err != nil {
			return wrap("Area", err)
		}
		if !ok {
			return refuse(NotFound, "Area", "没有叫“%s”的预设范围。", cut(n, 60))
		}
		var inner Area
		if err := json.Unmarshal([]byte(body), &inner); err != nil {
			return wrap("Area", err)
		}
		if err := a.addTo(ctx, tx, r, inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (a *Audience) along(ctx context.Context, tx *db.Tx, r *reach, l Along) error {
	if !(l.Metres > 0 && l.Metres <= maxMetres) {
		return refuse(Invalid, "Area", "沿线的宽度应大于0、不超过%d千米。", maxMetres/1000)
	}
	if a.Line == nil {
		return refuse(Invalid, "Area", "没有河段、路段的台账，请在图上画出范围。")
	}
	g, err := a.Line(ctx, tx, l.Register, l.Key)
	if err != nil {
		return wrap("Area", err)
	}
	if g == nil || g.Kind != register.Line {
		return refuse(Invalid, "Area", "“%s”没有画线，请先在台账里补上。", cut(l.Key, 60))
	}
	for _, part := range g.Parts {
		for _, line := range part {
			for _, p := range line {
				if p.Y > 80*degree || p.Y < -80*degree {
					return refuse(Invalid, "Area", "“%s”的线超出范围，请在台账里核对经纬度。", cut(l.Key, 60))
				}
			}
			r.drawn = append(r.drawn, newBand(line, l.Metres))
		}
	}
	return nil
}

func checkDrawn(g *register.Geometry) error {
	if g == nil || g.Kind != register.Polygon {
		return refuse(Invalid, "Area", "画的范围应是面。")
	}
	if n := g.Points(); n > maxVertices {
		return refuse(TooLarge, "Area", "范围有%d个点，最多%d个：请简化。", n, maxVertices)
	}
	if why := g.Check(); why != "" {
		return refuse(Invalid, "Area", "%s", why)
	}
	return nil
}

// surface are the parts of a surface, each with its holes.
func surface(g *register.Geometry) (out []shape) {
	for _, rings := range g.Parts {
		out = append(out, newPolygon(rings))
	}
	return out
}

func (r *reach) shapes() []shape { return slices.Concat(r.outlined, r.drawn) }

// named reports whether the area names the place or all that it lies in.
func (r *reach) named(p Place) bool {
	return r.county || p.Town != "" && (r.towns[p.Town] || r.villages[p])
}

// holds reports whether somebody of that place, who is at that point where one is given, is in the area. One of whom only the village
// is known is in it where some of the village is: better told in vain than not. One of whom only the town is known is not: his
// town is two hours' walk across.
func (a *Audience) holds(r *reach, p Place, at XY, placed bool) bool {
	if placed {
		holds := func(s shape) bool { return s.holds(at) }
		return r.named(p) || slices.ContainsFunc(r.outlined, holds) || slices.ContainsFunc(r.drawn, holds)
	}
	return r.named(p) || p.Village != "" && a.meets(r, p)
}

// meets reports whether some of a town or a village is in the area. A place that is named is no part of its neighbours.
func (a *Audience) meets(r *reach, p Place) bool {
	if r.named(p) {
		return true
	}
	for v := range r.villages {
		if p.Village == "" && v.Town == p.Town {
			return true
		}
	}
	if out, known := r.outlines[p]; known {
		return out
	}
	outline, ok := a.village(p)
	if p.Village == "" {
		outline, ok = a.Places.Named(register.TownPlace, p.Town)
	}
	out := ok && slices.ContainsFunc(r.drawn, func(s shape) bool { return overlap(s, outline.Shape) })
	r.outlines[p] = out
	return out
}

// overlap reports whether a shape and an outline have more than a border in common. It looks at the hundred-and-twenty-eighth part of what
// their rectangles have in common, so a thinner sliver may be missed.
func overlap(s shape, outline *register.Geometry) bool {
	for _, rings := range outline.Parts {
		p := newPolygon(rings)
		b := p.box
		b.MinX, b.MinY = max(b.MinX, s.bounds().MinX), max(b.MinY, s.bounds().MinY)
		b.MaxX, b.MaxY = min(b.MaxX, s.bounds().MaxX), min(b.MaxY, s.bounds().MaxY)
		if b.MinX < b.MaxX && b.MinY < b.MaxY && common(s, p, b, 14) {
			return true
		}
	}
	return false
}

// common halves a rectangle until it lies in both, or outside one of them.
func common(s, t shape, b box, depth int) bool {
	in, too := s.side(b), t.side(b)
	switch {
	case in == outside || too == outside:
		return false
	case in == inside && too == inside:
		return true
	case depth == 0:
		m := XY{X: middle(b.MinX, b.MaxX), Y: middle(b.MinY, b.MaxY)}
		return s.holds(m) && t.holds(m)
	}
	s, t = s.within(b), t.within(b)
	left, right := b, b
	if int64(b.MaxX)-int64(b.MinX) >= int64(b.MaxY)-int64(b.MinY) {
		left.MaxX = middle(b.MinX, b.MaxX)
		right.MinX = left.MaxX
	} else {
		left.MaxY = middle(b.MinY, b.MaxY)
		right.MinY = left.MaxY
	}
	return common(s, t, left, depth-1) || common(s, t, right, depth-1)
}

func middle(a, b int32) int32 { return int32((int64(a) + int64(b)) / 2) }

// Chinese is the area in words, for the record and for 发布范围.
func (a Area) Chinese() string {
	var out []string
	if a.County {
		out = append(out, "全县")
	}
	out = append(out, a.Towns...)
	for _, v := range a.Villages {
		out = append(out, v.Town+v.Village)
	}
	out = append(out, a.Named...)
	if n := len(a.Drawn); n > 0 {
		out = append(out, fmt.Sprintf("所画范围%d处", n))
	}
	for _, c := range a.Circles {
		out = append(out, fmt.Sprintf("一点周围%s千米", kilometres(c.Metres)))
	}
	for _, l := range a.Along {
		out = append(out, fmt.Sprintf("%s沿线%s千米", l.Key, kilometres(l.Metres)))
	}
	return strings.Join(out, "、")
}

func kilometres(m float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", math.Round(m/10)/100), "0"), ".")
}

// Draw keeps an area under a name, to be used when there is no time to draw.
func (a *Audience) Draw(ctx context.Context, tx *db.Tx, by Actor, name string, area Area) error {
	const op = "Draw"
	if !by.Keeps {
		return refuse(Forbidden, op, "您不能设预设范围。")
	}
	if name = strings.TrimSpace(name); name == "" || len(name) > 120 || !readable(name) {
		return refuse(Invalid, op, "请给范围起一个名字，不超过40个字。")
	}
	if slices.Contains(area.Named, name) {
		return refuse(Invalid, op, "范围不能包含自己。")
	}
	if _, err := a.resolve(ctx, tx, area); err != nil {
		return err
	}
	if err := keepArea(ctx, tx, a.County, name, spelling(area), by.Account); err != nil {
		return wrap(op, err)
	}
	_, err := journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.draw", Subject: "area/" + name, Detail: area.Chinese()})
	return wrap(op, err)
}

// Undraw forgets a named area.
func (a *Audience) Undraw(ctx context.Context, tx *db.Tx, by Actor, name string) error {
	const op = "Undraw"
	if !by.Keeps {
		return refuse(Forbidden, op, "您不能删预设范围。")
	}
	was, err := dropArea(ctx, tx, a.County, name)
	if err != nil {
		return wrap(op, err)
	}
	if !was {
		return refuse(NotFound, op, "没有叫“%s”的预设范围。", cut(name, 60))
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.undraw", Subject: "area/" + name})
	return wrap(op, err)
}

// Areas are the named areas, by their names. They tell nothing of any person.
func (a *Audience) Areas(ctx context.Context, tx *db.Tx) (map[string]Area, error) {
	bodies, err := readAreas(ctx, tx, a.County)
	if err != nil {
		return nil, wrap("Areas", err)
	}
	out := make(map[string]Area, len(bodies))
	for name, body := range bodies {
		var area Area
		if err := json.Unmarshal([]byte(body), &area); err != nil {
			return nil, wrap("Areas", err)
		}
		out[name] = area
	}
	return out, nil
}
