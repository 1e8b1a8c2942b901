package web

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"zhixing/register"
	"zhixing/warning"
)

// sketchOf draws an area of the county.
func (s *Server) sketchOf(a warning.Area) template.HTML {
	w, err := s.works()
	if err != nil {
		return ""
	}
	return areaSketch(w.Set.Places, a)
}

// areaSketch draws an area over the outlines of the towns, without a script. It is made of numbers and escaped names only; nothing where nobody drew
// the outlines.
func areaSketch(places *register.Places, a warning.Area) template.HTML {
	if places == nil || len(places.List) == 0 || a.Empty() {
		return ""
	}
	v := pickOf(places, nil, 0)
	var b strings.Builder
	path := func(class string, rings [][]warning.Point) {
		b.WriteString(`<path class="` + class + `" d="`)
		for _, ring := range rings {
			for i, p := range ring {
				x, y := v.pixel(p.Lon, p.Lat)
				fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
			}
			b.WriteByte('Z')
		}
		b.WriteString(`"/>`)
	}
	outline := func(g *register.Geometry) (out [][]warning.Point) {
		for _, part := range g.Parts {
			for _, ring := range part {
				line := make([]warning.Point, len(ring))
				for i, p := range ring {
					line[i] = warning.Point{Lat: float64(p.Y) / degree, Lon: float64(p.X) / degree}
				}
				out = append(out, line)
			}
		}
		return out
	}
	fmt.Fprintf(&b, `<svg class="areasketch" viewBox="0 0 %d %d" role="img" aria-label="预警区域示意图：%s">`, v.W, v.H, html.EscapeString(a.Words))
	for _, p := range places.List {
		if p.Kind == register.TownPlace {
			path("town", outline(p.Shape))
		}
	}
	for _, p := range places.List {
		named := func(x warning.Place) bool {
			if p.Kind == register.VillagePlace {
				return x.Village == p.Name && x.Town == p.Town
			}
			return x.County || x.Town == p.Name && x.Village == ""
		}
		for _, x := range a.Places {
			if named(x) {
				path("in", outline(p.Shape))
				break
			}
		}
	}
	for _, ring := range a.Polygons {
		path("in", [][]warning.Point{ring})
	}
	for _, c := range a.Circles {
		path("in", [][]warning.Point{ringAround(c)})
	}
	for _, p := range places.List {
		if p.Kind == register.TownPlace {
			m := p.Shape.Middle()
			x, y := v.pixel(float64(m.X)/degree, float64(m.Y)/degree)
			fmt.Fprintf(&b, `<text x="%.1f" y="%.1f">%s</text>`, x, y, html.EscapeString(p.Name))
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// ringAround is a circle by its corners, at least as large as a point that is seen.
func ringAround(c warning.Circle) (out []warning.Point) {
	up := max(c.Radius, .3) / 6371.0088 / math.Pi * 180
	across := up / math.Max(.1, math.Cos(c.Lat*math.Pi/180))
	for i := range 48 {
		sin, cos := math.Sincos(float64(i) / 24 * math.Pi)
		out = append(out, warning.Point{Lat: c.Lat + up*sin, Lon: c.Lon + across*cos})
	}
	return out
}
