package register

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhixing/quantity"
)

// XY is a place: longitude and latitude in 1e-7 degree, WGS 84, which is about a centimetre.
type XY struct{ X, Y int32 }

// Box is a rectangle, its edges included.
type Box struct{ MinX, MinY, MaxX, MaxY int32 }

// Geometry is a point, or lines, or surfaces. Parts are its lines, each of one ring, or its surfaces, each an outer ring and
// holes; a ring of a surface ends where it begins.
type Geometry struct {
	Kind  FieldType // Point, Line or Polygon
	Parts [][][]XY
}

const (
	degree      = 10_000_000
	maxVertices = 50_000
)

// At is the point.
func At(p XY) *Geometry { return &Geometry{Point, [][][]XY{{{p}}}} }

// Points counts the vertices.
func (g *Geometry) Points() (n int) {
	for _, part := range g.Parts {
		for _, ring := range part {
			n += len(ring)
		}
	}
	return n
}

// Box is the smallest rectangle around the geometry.
func (g *Geometry) Box() Box {
	b := Box{1<<31 - 1, 1<<31 - 1, -1 << 31, -1 << 31}
	for _, part := range g.Parts {
		for _, ring := range part {
			for _, p := range ring {
				b.MinX, b.MaxX = min(b.MinX, p.X), max(b.MaxX, p.X)
				b.MinY, b.MaxY = min(b.MinY, p.Y), max(b.MaxY, p.Y)
			}
		}
	}
	return b
}

// Meets reports whether two rectangles have a point in common.
func (b Box) Meets(c Box) bool {
	return b.MinX <= c.MaxX && c.MinX <= b.MaxX && b.MinY <= c.MaxY && c.MinY <= b.MaxY
}

// Holds reports whether the point is in the rectangle.
func (b Box) Holds(p XY) bool {
	return b.MinX <= p.X && p.X <= b.MaxX && b.MinY <= p.Y && p.Y <= b.MaxY
}

// Contains reports whether the point lies in a surface, its edge included.
func (g *Geometry) Contains(p XY) bool {
	if g.Kind != Polygon {
		return false
	}
	for _, part := range g.Parts {
		inside := false
		for _, ring := range part {
			in, edge := inRing(ring, p)
			if edge {
				return true
			}
			inside = inside != in
		}
		if inside {
			return true
		}
	}
	return false
}

// inRing is the even-odd rule in whole numbers: exact, whatever the shape.
func inRing(ring []XY, p XY) (inside, edge bool) {
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.Y > p.Y) == (b.Y > p.Y) {
			if a.Y == p.Y && b.Y == p.Y && between(a.X, p.X, b.X) {
				return false, true
			}
			if (a == p) || (b == p) {
				return false, true
			}
			continue
		}
		// Which side of the edge from the lower to the upper end the point lies on.
		if a.Y > b.Y {
			a, b = b, a
		}
		side := cross(a, b, p)
		if side == 0 {
			return false, true
		}
		if side > 0 {
			inside = !inside
		}
	}
	return inside, false
}

func between(a, x, b int32) bool { return min(a, b) <= x && x <= max(a, b) }

// cross is positive where c lies to the left of the way from a to b. The differences have 33 bits, their products 64 and
// a sign: -1, 0 and 1 are all that is kept.
func cross(a, b, c XY) int {
	x1, y1 := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	x2, y2 := int64(c.X)-int64(a.X), int64(c.Y)-int64(a.Y)
	const safe = 1 << 31
	if max(abs(x1), abs(y1), abs(x2), abs(y2)) < safe {
		return sign(x1*y2 - y1*x2)
	}
	return sign((x1>>2)*(y2>>2) - (y1>>2)*(x2>>2)) // half a globe apart: four times a centimetre is as good
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Middle is a point that stands for the geometry: itself, the middle vertex of a line, or a point inside the surface.
func (g *Geometry) Middle() XY {
	ring := g.Parts[0][0]
	if g.Kind != Polygon {
		return ring[len(ring)/2]
	}
	b := (&Geometry{Polygon, [][][]XY{{ring}}}).Box()
	mid := XY{int32((int64(b.MinX) + int64(b.MaxX)) / 2), int32((int64(b.MinY) + int64(b.MaxY)) / 2)}
	if g.Contains(mid) {
		return mid
	}
	// Across the middle from left to right: the middle of the widest stretch inside.
	var xs []int64
	for i := 1; i < len(ring); i++ {
		a, c := ring[i-1], ring[i]
		if (a.Y > mid.Y) != (c.Y > mid.Y) {
			xs = append(xs, int64(a.X)+(int64(mid.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))/(int64(c.Y)-int64(a.Y)))
		}
	}
	best, widest := ring[0], int64(-1)
	sortInts(xs)
	for i := 1; i < len(xs); i += 2 {
		p := XY{int32((xs[i-1] + xs[i]) / 2), mid.Y}
		if w := xs[i] - xs[i-1]; w > widest && g.Contains(p) {
			best, widest = p, w
		}
	}
	return best
}

func sortInts(xs []int64) {
	for i := 1; i < len(xs); i++ {
		for j := i; j > 0 && xs[j] < xs[j-1]; j-- {
			xs[j], xs[j-1] = xs[j-1], xs[j]
		}
	}
}

// pointText is the one spelling of a point.
func pointText(p XY) string { return degrees(p.X) + " " + degrees(p.Y) }

func degrees(v int32) string { return string(appendDegrees(nil, v)) }

func appendDegrees(b []byte, v int32) []byte {
	n := int64(v)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/degree, 10)
	if rest := n % degree; rest != 0 {
		at := len(b)
		b = strconv.AppendInt(b, degree+rest, 10)
		b[at] = '.' // in place of the one that kept the zeros
		b = bytes.TrimRight(b, "0")
	}
	return b
}

// parseDegrees reads decimal degrees, 111.5712345; more than seven places are rounded.
func parseDegrees(s string) (int32, bool) {
	d, err := quantity.Parse(s)
	if err != nil {
		f, err := strconv.ParseFloat(s, 64) // 1e2, or more digits than law needs
		if err != nil || f < -180 || f > 180 {
			return 0, false
		}
		if d, err = quantity.Parse(strconv.FormatFloat(f, 'f', 8, 64)); err != nil {
			return 0, false
		}
	}
	d = d.Round(7)
	coef := d.Coef()
	for range 7 - d.Scale() {
		if coef > 1<<40 || coef < -1<<40 {
			return 0, false
		}
		coef *= 10
	}
	if coef > 180*degree || coef < -180*degree {
		return 0, false
	}
	return int32(coef), true
}

// pointWords is what people write around a longitude and a latitude, and between them.
var pointWords = strings.NewReplacer("东经", "", "北纬", " ", "°", "", "(", "", ")", "", "、", " ", ",", " ", "，", " ", ";", " ")

// parsePoint reads a point as people write it: 111.57 35.49, 111.57,35.49, 东经111.57 北纬35.49.
func parsePoint(s string) (XY, string) {
	parts := strings.Fields(pointWords.Replace(tidy(s)))
	if len(parts) != 2 {
		return XY{}, "请写经度和纬度两个数，如 111.57 35.49。"
	}
	x, ok1 := parseDegrees(parts[0])
	y, ok2 := parseDegrees(parts[1])
	if !ok1 || !ok2 {
		return XY{}, "经度和纬度应是以度为单位的小数，如 111.57 35.49。"
	}
	return XY{x, y}, outside(XY{x, y})
}

func outside(p XY) string {
	if p.Y > 90*degree || p.Y < -90*degree {
		return fmt.Sprintf("纬度%s超出范围：经度在前，纬度在后，请核对是否写反。", degrees(p.Y))
	}
	if p.X > 180*degree || p.X < -180*degree {
		return fmt.Sprintf("经度%s超出范围，请核对。", degrees(p.X))
	}
	return ""
}

// encode is the geometry as bytes, the same for the same geometry: kind, then counts and steps from vertex to vertex.
func (g *Geometry) encode() []byte {
	b := []byte{map[FieldType]byte{Point: 'p', Line: 'l', Polygon: 's'}[g.Kind]}
	var last XY
	b = binary.AppendUvarint(b, uint64(len(g.Parts)))
	for _, part := range g.Parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		for _, ring := range part {
			b = binary.AppendUvarint(b, uint64(len(ring)))
			for _, p := range ring {
				b = binary.AppendVarint(b, int64(p.X)-int64(last.X))
				b = binary.AppendVarint(b, int64(p.Y)-int64(last.Y))
				last = p
			}
		}
	}
	return b
}

var errShape = errors.New("the bytes are no geometry")

func decodeGeometry(b []byte) (*Geometry, error) {
	if len(b) == 0 {
		return nil, errShape
	}
	g := &Geometry{}
	switch b[0] {
	case 'p':
		g.Kind = Point
	case 'l':
		g.Kind = Line
	case 's':
		g.Kind = Polygon
	default:
		return nil, errShape
	}
	b = b[1:]
	ok := true
	count := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)) {
			ok = false
			return 0
		}
		b = b[size:]
		return int(n)
	}
	step := func() int64 {
		n, size := binary.Varint(b)
		if size <= 0 {
			ok = false
			return 0
		}
		b = b[size:]
		return n
	}
	var x, y int64
	for n := count(); n > 0 && ok; n-- {
		var part [][]XY
		for m := count(); m > 0 && ok; m-- {
			k := count()
			ring := make([]XY, 0, k)
			for ; k > 0 && ok; k-- {
				x, y = x+step(), y+step()
				ring = append(ring, XY{int32(x), int32(y)})
			}
			part = append(part, ring)
		}
		g.Parts = append(g.Parts, part)
	}
	if !ok || len(b) > 0 || g.Points() == 0 || len(g.Parts[0]) == 0 || len(g.Parts[0][0]) == 0 {
		return nil, errShape
	}
	return g, nil
}

// shapeValue is the spelling of a line or a surface in a field: how many points it has and the hash of its bytes, under
// which they are kept.
func shapeValue(g *Geometry) string {
	sum := sha256.Sum256(g.encode())
	return fmt.Sprintf("shape:%d:%s", g.Points(), hex.EncodeToString(sum[:]))
}

func splitShape(value string) (points int, sha string, ok bool) {
	rest, ok := strings.CutPrefix(value, "shape:")
	n, sha, ok2 := strings.Cut(rest, ":")
	points, err := strconv.Atoi(n)
	return points, sha, ok && ok2 && err == nil && len(sha) == 64 && strings.Trim(sha, "0123456789abcdef") == ""
}

func shapePoints(value string) (int, bool) {
	n, _, ok := splitShape(value)
	return n, ok
}

// GeoJSON is the geometry as a GeoJSON geometry.
func (g *Geometry) GeoJSON() json.RawMessage { return g.appendGeoJSON(nil) }

func (g *Geometry) appendGeoJSON(b []byte) []byte {
	name := map[FieldType]string{Point: "Point", Line: "LineString", Polygon: "Polygon"}[g.Kind]
	if len(g.Parts) > 1 {
		name = "Multi" + name
	}
	b = append(b, `{"type":"`+name+`","coordinates":`...)
	open := func(many bool, n int, each func(int)) {
		if many {
			b = append(b, '[')
		}
		for i := range n {
			if i > 0 {
				b = append(b, ',')
			}
			each(i)
		}
		if many {
			b = append(b, ']')
		}
	}
	open(len(g.Parts) > 1, len(g.Parts), func(i int) {
		open(g.Kind == Polygon, len(g.Parts[i]), func(j int) {
			ring := g.Parts[i][j]
			open(g.Kind != Point, len(ring), func(k int) {
				b = append(b, '[')
				b = appendDegrees(b, ring[k].X)
				b = append(b, ',')
				b = appendDegrees(b, ring[k].Y)
				b = append(b, ']')
			})
		})
	})
	return append(b, '}')
}
