package web

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/register"
)

// A map is a canvas that map.js draws: no tiles of anybody, the outlines of towns and villages beneath, layers of places above. A layer
// is an address that answers ?box=west,south,east,north&zoom=n with what Registers.Map writes. Without the script the page shows
// a drawing made here.

// mapLayer is a layer of a map.
type mapLayer struct {
	Title string `json:"title"`
	URL   string `json:"url"`   // of the data
	Entry string `json:"entry"` // address of a thing, with {id} for its number
	On    bool   `json:"on"`
}

// mapView is a map for the template part "map".
type mapView struct {
	Layers []mapLayer
	Box    [4]float64 // west, south, east, north, where it opens
	Places string     // address of the outlines
	Title  string
}

// Setup is what map.js reads.
func (m mapView) Setup() string {
	b, err := json.Marshal(map[string]any{"layers": m.Layers, "box": m.Box, "places": m.Places})
	if err != nil {
		return "{}" // it is made of text and numbers
	}
	return string(b)
}

const degree = 1e7 // of package register's places

// countyBox is the rectangle around the county's towns; where nobody drew them, all China.
func countyBox(p *register.Places) [4]float64 {
	if p == nil || len(p.List) == 0 {
		return [4]float64{73, 18, 135, 54}
	}
	b := p.List[0].Shape.Box()
	for _, x := range p.List[1:] {
		c := x.Shape.Box()
		b = register.Box{MinX: min(b.MinX, c.MinX), MinY: min(b.MinY, c.MinY), MaxX: max(b.MaxX, c.MaxX), MaxY: max(b.MaxY, c.MaxY)}
	}
	return [4]float64{float64(b.MinX) / degree, float64(b.MinY) / degree, float64(b.MaxX) / degree, float64(b.MaxY) / degree}
}

// outlines is what the county's files say of the outlines, each note once: 示意边界，不是勘界成果.
func outlines(p *register.Places) string {
	var notes []string
	if p != nil {
		for _, x := range p.List {
			if x.Note != "" && !slices.Contains(notes, x.Note) && len(notes) < 4 {
				notes = append(notes, x.Note)
			}
		}
	}
	return strings.Join(notes, "；")
}

// layerOf is a register's layer with a question; false where its places are none of the reader's business.
func layerOf(b listBase, query string) (mapLayer, bool) {
	placed := slices.ContainsFunc(b.S.Fields, func(f register.Field) bool { return f.Geo() })
	for _, f := range b.S.Fields { // the first that holds a place is the one on maps
		if f.Geo() {
			placed = b.Inside || !f.Hidden()
			break
		}
	}
	return mapLayer{Title: b.S.Title, URL: b.Here() + "/map.json" + query, Entry: b.Here() + "/e/%23{id}", On: true}, placed
}

// listMap is the map of one register.
func (s *Server) listMap(w http.ResponseWriter, r *http.Request) error {
	b, form, err := s.listOf(r)
	if err != nil {
		return err
	}
	if _, err := listQuery(b.S, b.viewer(), r.URL.Query()); err != nil || form != "" {
		return cmpErr(err, notFound("没有这本台账。"))
	}
	query := strings.TrimPrefix(askedWith("", r.URL.Query(), "after", ""), "/")
	layer, ok := layerOf(b, query)
	if !ok {
		return notFound("《" + b.S.Title + "》没有可以显示的位置。")
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		b.docs, err = s.addresses(ctx, tx, b.works)
		return err
	})
	if err != nil {
		return err
	}
	p := s.listFrame(r, b, b.S.Title+"：地图", Link{Text: "地图"})
	p.Data = map[string]any{"B": b, "Back": b.Here() + query, "Outlines": outlines(b.works.Registers.Places), "Map": mapView{Layers: []mapLayer{layer}, Box: countyBox(b.works.Registers.Places), Places: "/map/places.json", Title: b.S.Title}, "States": b.S.States}
	return s.render(w, http.StatusOK, "map.html", p)
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// countyMap is every public register on one map.
func (s *Server) countyMap(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	m := mapView{Box: countyBox(works.Registers.Places), Places: "/map/places.json", Title: s.countyName}
	for _, schema := range works.Registers.Schemas {
		if !schema.Public {
			continue
		}
		if layer, ok := layerOf(listBase{S: schema, works: works}, ""); ok {
			m.Layers = append(m.Layers, layer)
		}
	}
	p := s.page(r, "一张图", home, Link{Text: "一张图"})
	p.Canonical = s.BaseURL + "/map"
	p.Data = map[string]any{"B": nil, "Map": m, "Outlines": outlines(works.Registers.Places)}
	return s.render(w, http.StatusOK, "map.html", p)
}

// listLayer is the data of a register's layer.
func (s *Server) listLayer(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, err := listQuery(b.S, b.viewer(), asked)
	if err != nil {
		return err
	}
	if _, ok := layerOf(b, ""); !ok {
		return notFound("《" + b.S.Title + "》没有可以显示的位置。")
	}
	q.After, q.Sort = "", ""
	zoom := 12
	if z := asked.Get("zoom"); z != "" {
		if zoom, err = strconv.Atoi(z); err != nil || zoom < 0 || zoom > 22 {
			return badRequest("zoom 应为 0 至 22 的整数。")
		}
	}
	var data json.RawMessage
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		data, err = b.works.Registers.Map(ctx, tx, b.viewer(), register.MapQuery{Query: q, Zoom: zoom})
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = w.Write(data)
	return err
}

// placesLayer is the outlines of towns and villages, in the form of a layer, its states being the kinds.
func (s *Server) placesLayer(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	items := []any{}
	if works.Registers.Places != nil {
		for i, p := range works.Registers.Places.List {
			kind := 0
			if p.Kind == register.VillagePlace {
				kind = 1
			}
			var rings [][]int32
			for _, part := range p.Shape.Parts {
				for _, ring := range part {
					var flat []int32
					last := register.XY{}
					for _, at := range ring {
						flat = append(flat, at.X-last.X, at.Y-last.Y)
						last = at
					}
					rings = append(rings, flat)
				}
			}
			items = append(items, []any{i, p.Name, kind, "s", rings})
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"n": len(items), "states": []string{register.TownPlace, register.VillagePlace}, "items": items})
}

// sketch draws where something is: towns around it with their names, and itself. It is made of numbers and escaped names only.
func sketch(places *register.Places, g *register.Geometry) template.HTML {
	const width, height = 560.0, 360.0
	var shapes []register.Place
	if places != nil {
		for _, p := range places.List {
			if p.Kind == register.TownPlace {
				shapes = append(shapes, p)
			}
		}
	}
	box := g.Box()
	all := countyBox(places)
	if len(shapes) == 0 {
		all = [4]float64{float64(box.MinX)/degree - .02, float64(box.MinY)/degree - .02, float64(box.MaxX)/degree + .02, float64(box.MaxY)/degree + .02}
	}
	squeeze := math.Cos((all[1] + all[3]) / 2 * math.Pi / 180)
	scale := min(width/((all[2]-all[0])*squeeze+1e-9), height/(all[3]-all[1]+1e-9)) * .96
	midX, midY := (all[0]+all[2])/2, (all[1]+all[3])/2
	at := func(p register.XY) (x, y float64) {
		return width/2 + (float64(p.X)/degree-midX)*squeeze*scale, height/2 - (float64(p.Y)/degree-midY)*scale
	}
	var b strings.Builder
	path := func(g *register.Geometry, class string, closed bool) {
		b.WriteString(`<path class="` + class + `" d="`)
		for _, part := range g.Parts {
			for _, ring := range part {
				for i, p := range ring {
					x, y := at(p)
					fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
				}
				if closed {
					b.WriteByte('Z')
				}
			}
		}
		b.WriteString(`"/>`)
	}
	fmt.Fprintf(&b, `<svg class="sketch" viewBox="0 0 %g %g" role="img" aria-label="位置示意图">`, width, height)
	for i := range shapes {
		path(shapes[i].Shape, "town", true)
	}
	for i := range shapes {
		x, y := at(shapes[i].Shape.Middle())
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f">%s</text>`, x, y, html.EscapeString(shapes[i].Name))
	}
	switch g.Kind {
	case register.Line:
		path(g, "line", false)
	case register.Polygon:
		path(g, "area", true)
	}
	x, y := at(g.Middle())
	fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="6"/></svg>`, x, y)
	return template.HTML(b.String())
}
