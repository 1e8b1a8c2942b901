package register

import (
	"encoding/json"
	"fmt"
	"strings"
)

// parsePlace reads a point, line or surface as a field holds it: degrees, GeoJSON or WKT. A line or a surface that is
// already kept may be given by its address.
func parsePlace(f *Field, raw string) (value string, shape *Geometry, bad string) {
	s := strings.TrimSpace(raw)
	if f.Type != Point {
		if _, _, ok := splitShape(s); ok {
			return s, nil, ""
		}
	}
	var g *Geometry
	switch {
	case strings.HasPrefix(s, "{"):
		g, bad = ParseGeoJSON([]byte(s))
	case f.Type == Point && !strings.HasPrefix(strings.ToUpper(s), "POINT"):
		var p XY
		if p, bad = parsePoint(s); bad == "" {
			g = At(p)
		}
	default:
		g, bad = parseWKT(s)
	}
	if bad != "" {
		return "", nil, bad
	}
	if g.Kind != f.Type {
		return "", nil, fmt.Sprintf("这一格应是%s，给的是%s。", geoChinese[f.Type], geoChinese[g.Kind])
	}
	if bad := g.check(); bad != "" {
		return "", nil, bad
	}
	if f.Type == Point {
		return pointText(g.Parts[0][0][0]), nil, ""
	}
	return shapeValue(g), g, ""
}

var geoChinese = map[FieldType]string{Point: "点", Line: "线", Polygon: "面"}

// maxGeoJSON bounds one geometry's text: fifty thousand vertices with all their digits.
const maxGeoJSON = 4 << 20

// ParseGeoJSON reads a GeoJSON geometry, or a Feature for the sake of its geometry. The sentence says what is wrong.
func ParseGeoJSON(b []byte) (*Geometry, string) {
	if len(b) > maxGeoJSON {
		return nil, "图形太大：最多5万个点，请简化后再传。"
	}
	var raw struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
		Geometry    json.RawMessage `json:"geometry"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, "不是 GeoJSON，请从地图软件重新导出。"
	}
	if raw.Type == "Feature" && len(raw.Geometry) > 0 && raw.Geometry[0] == '{' {
		if err := json.Unmarshal(raw.Geometry, &raw); err != nil || raw.Type == "Feature" {
			return nil, "不是 GeoJSON，请从地图软件重新导出。"
		}
	}
	return fromCoordinates(raw.Type, raw.Coordinates)
}

type degreePair []json.Number

func fromCoordinates(kind string, raw json.RawMessage) (*Geometry, string) {
	var parts [][][]degreePair
	var err error
	g := &Geometry{}
	switch kind {
	case "Point":
		var p degreePair
		err = json.Unmarshal(raw, &p)
		g.Kind, parts = Point, [][][]degreePair{{{p}}}
	case "LineString":
		var line []degreePair
		err = json.Unmarshal(raw, &line)
		g.Kind, parts = Line, [][][]degreePair{{line}}
	case "MultiLineString":
		var lines [][]degreePair
		err = json.Unmarshal(raw, &lines)
		g.Kind = Line
		for _, l := range lines {
			parts = append(parts, [][]degreePair{l})
		}
	case "Polygon":
		var rings [][]degreePair
		err = json.Unmarshal(raw, &rings)
		g.Kind, parts = Polygon, [][][]degreePair{rings}
	case "MultiPolygon":
		err = json.Unmarshal(raw, &parts)
		g.Kind = Polygon
	default:
		return nil, fmt.Sprintf("图形类型“%s”不收，可以是点、线、面。", cut(kind, 30))
	}
	if err != nil {
		return nil, "坐标写得不对：应是 [经度, 纬度] 的数组，请从地图软件重新导出。"
	}
	for _, part := range parts {
		var rings [][]XY
		for _, line := range part {
			ring := make([]XY, 0, len(line))
			for _, pair := range line {
				if len(pair) < 2 || len(pair) > 4 {
					return nil, "每个点应是经度、纬度两个数。"
				}
				x, ok1 := parseDegrees(string(pair[0]))
				y, ok2 := parseDegrees(string(pair[1]))
				if !ok1 || !ok2 {
					return nil, fmt.Sprintf("坐标“%s,%s”不在经纬度范围内：请用 WGS 84 经纬度（度），不要用投影坐标（米）。", cut(string(pair[0]), 20), cut(string(pair[1]), 20))
				}
				ring = append(ring, XY{x, y})
			}
			rings = append(rings, ring)
		}
		g.Parts = append(g.Parts, rings)
	}
	if len(g.Parts) == 0 || len(g.Parts[0]) == 0 || len(g.Parts[0][0]) == 0 {
		return nil, "图形是空的。"
	}
	return g, ""
}

// parseWKT reads POINT, LINESTRING, POLYGON and their MULTI forms, as databases and spreadsheets hold them.
func parseWKT(s string) (*Geometry, string) {
	bad := "不是 GeoJSON，也不是 WKT：面写作 POLYGON((111.1 35.4, 111.2 35.4, 111.2 35.5, 111.1 35.4))。"
	if len(s) > maxGeoJSON {
		return nil, "图形太大：最多5万个点，请简化后再传。"
	}
	i := strings.IndexByte(s, '(')
	if i < 0 {
		return nil, bad
	}
	kind := strings.ToUpper(strings.TrimSpace(s[:i]))
	depth := map[string]int{"POINT": 1, "LINESTRING": 1, "POLYGON": 2, "MULTILINESTRING": 2, "MULTIPOLYGON": 3}[kind]
	if depth == 0 {
		return nil, bad
	}
	w := wkt{s: s[i:]}
	parts := w.parts(depth)
	if w.broken || strings.TrimSpace(w.s) != "" {
		return nil, bad
	}
	g := &Geometry{}
	switch kind {
	case "POINT":
		g.Kind, g.Parts = Point, [][][]XY{{w.flat}}
		if len(w.flat) != 1 {
			return nil, bad
		}
	case "LINESTRING":
		g.Kind, g.Parts = Line, [][][]XY{{w.flat}}
	case "MULTILINESTRING":
		g.Kind = Line
		for _, l := range w.rings {
			g.Parts = append(g.Parts, [][]XY{l})
		}
	case "POLYGON":
		g.Kind, g.Parts = Polygon, [][][]XY{w.rings}
	case "MULTIPOLYGON":
		g.Kind, g.Parts = Polygon, parts
	}
	if len(g.Parts) == 0 || len(g.Parts[0]) == 0 || len(g.Parts[0][0]) == 0 {
		return nil, bad
	}
	return g, ""
}

// wkt reads nested lists of points. flat is the last list read, rings the last list of lists.
type wkt struct {
	s      string
	flat   []XY
	rings  [][]XY
	broken bool
}

func (w *wkt) eat(c byte) bool {
	w.s = strings.TrimLeft(w.s, " \t\n")
	if w.s == "" || w.s[0] != c {
		return false
	}
	w.s = w.s[1:]
	return true
}

func (w *wkt) parts(depth int) (out [][][]XY) {
	if !w.eat('(') {
		w.broken = true
		return nil
	}
	if depth == 1 {
		w.flat = nil
	}
	if depth == 2 {
		w.rings = nil
	}
	for !w.broken {
		switch depth {
		case 1:
			w.point()
		case 2:
			w.parts(1)
			w.rings = append(w.rings, w.flat)
		case 3:
			w.parts(2)
			out = append(out, w.rings)
		}
		if w.broken || w.eat(')') {
			return out
		}
		if !w.eat(',') {
			w.broken = true
		}
	}
	return out
}

func (w *wkt) point() {
	end := strings.IndexAny(w.s, ",)")
	if end < 0 {
		w.broken = true
		return
	}
	parts := strings.Fields(w.s[:end])
	w.s = w.s[end:]
	if len(parts) < 2 || len(parts) > 4 {
		w.broken = true
		return
	}
	x, ok1 := parseDegrees(parts[0])
	y, ok2 := parseDegrees(parts[1])
	w.broken = !ok1 || !ok2
	w.flat = append(w.flat, XY{x, y})
}
