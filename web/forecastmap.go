package web

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"zhixing/register"
)

// forecastMapWidth is that of the drawing, in its own units.
const forecastMapWidth = 640

// Map draws the run over the county, an hour a group of which one is shown: forecast.js shows another, and without it the links of the hours do. Towns
// carry their greatest value. It is made of numbers, checked colours and escaped names only.
func (v *forecastView) Map() template.HTML {
	f := v.frame()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="fieldmap" viewBox="0 0 %d %d" role="img" aria-labelledby="fieldsays">`, f.W, f.H)
	path := func(class string, g *register.Geometry, closed bool) {
		b.WriteString(`<path class="` + class + `" d="`)
		for _, part := range g.Parts {
			for _, ring := range part {
				for i, p := range ring {
					x, y := f.pixel(float64(p.X)/degree, float64(p.Y)/degree)
					fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
				}
				if closed {
					b.WriteByte('Z')
				}
			}
		}
		b.WriteString(`"/>`)
	}
	hour := func(n int, draw func()) {
		off := ""
		if n != v.Ask.Hour {
			off = " off"
		}
		fmt.Fprintf(&b, `<g class="hour%s" data-hour="%d">`, off, n)
		draw()
		b.WriteString(`</g>`)
	}
	for i := range v.Run.Fields {
		hour(i+1, func() {
			blocks, err := v.D.Blocks(v.Run.Fields[i].Data)
			if err != nil {
				return // the legend was checked with the county's folder
			}
			for _, x := range blocks {
				west, north := f.pixel(float64(x.Box.MinX)/degree, float64(x.Box.MaxY)/degree)
				east, south := f.pixel(float64(x.Box.MaxX)/degree, float64(x.Box.MinY)/degree)
				fill := `class="unknown"`
				if x.Class >= 0 {
					fill = `fill="` + v.D.Legend[x.Class].Colour + `"`
				}
				fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" %s/>`, west, north, east-west, south-north, fill)
			}
		})
	}
	for k, g := range v.Groups {
		for _, shape := range g.shapes {
			switch {
			case k == 0:
				path("town", shape, true)
			case shape.Kind == register.Line:
				path("road", shape, false)
			case shape.Kind == register.Polygon:
				path("area", shape, true)
			default:
				x, y := f.pixel(float64(shape.Middle().X)/degree, float64(shape.Middle().Y)/degree)
				fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4"/>`, x, y)
			}
		}
	}
	towns := v.Groups[0]
	for i, r := range towns.Rows {
		m := towns.shapes[i].Middle()
		x, y := f.pixel(float64(m.X)/degree, float64(m.Y)/degree)
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f">%s</text>`, x, y-4, html.EscapeString(r.Name))
	}
	for n := range v.Hours {
		hour(n+1, func() {
			for i, r := range towns.Rows {
				m := towns.shapes[i].Middle()
				x, y := f.pixel(float64(m.X)/degree, float64(m.Y)/degree)
				if value := r.Cells[n].Value; value != "" {
					fmt.Fprintf(&b, `<text class="figure" x="%.1f" y="%.1f">%s</text>`, x, y+16, value)
				}
			}
		})
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// frame is where the county lies in the drawing; without outlines, the grid.
func (v *forecastView) frame() casePick {
	box := wholeGrid(v.Run.Grid).Box()
	west, south, east, north := float64(box.MinX)/degree, float64(box.MinY)/degree, float64(box.MaxX)/degree, float64(box.MaxY)/degree
	if p := v.works.Forecasts.Places; p != nil && len(p.List) > 0 {
		c := countyBox(p)
		west, south, east, north = c[0], c[1], c[2], c[3]
	}
	f := casePick{W: forecastMapWidth, X: (west + east) / 2, Y: (south + north) / 2}
	f.Squeeze = math.Cos(f.Y * math.Pi / 180)
	f.Scale = .96 * forecastMapWidth / ((east-west)*f.Squeeze + 1e-9)
	f.H = int(min(max((north-south)*f.Scale/.96, 200), 2*forecastMapWidth))
	f.Scale = min(f.Scale, .96*float64(f.H)/(north-south+1e-9))
	return f
}

// Swatch is a colour of the legend; its word stands beside it.
func (v *forecastView) Swatch(colour string) template.HTML {
	return template.HTML(`<svg class="swatch" viewBox="0 0 18 12" aria-hidden="true"><rect width="18" height="12" fill="` + colour + `"/></svg>`) // #rrggbb, checked with the county's folder
}
