package warning

import (
	"fmt"
	"slices"
	"strings"

	"zhixing/warning/cap"
)

// Area is where a warning holds: all of its places and shapes together.
type Area struct {
	Words    string    `json:"words"` // 甲县南部山区
	Places   []Place   `json:"places,omitempty"`
	Polygons [][]Point `json:"polygons,omitempty"` // WGS 84, closed: the first point is the last
	Circles  []Circle  `json:"circles,omitempty"`
}

// Place is a county, a town or a village by name and code.
type Place struct {
	Code    string `json:"code,omitempty"` // six digits of a county, nine or twelve below
	County  bool   `json:"county,omitempty"`
	Town    string `json:"town,omitempty"`
	Village string `json:"village,omitempty"` // empty: the whole town
}

// Point is a place on the earth, WGS 84, in degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Circle has its radius in kilometres.
type Circle struct {
	Point
	Radius float64 `json:"radius"`
}

// Name is what people call the place.
func (p Place) Name() string {
	switch {
	case p.County:
		return "全县"
	case p.Village != "":
		return p.Town + p.Village
	}
	return p.Town
}

// Empty reports whether the area has no place and no shape: its words decide nothing by themselves.
func (a Area) Empty() bool { return len(a.Places)+len(a.Polygons)+len(a.Circles) == 0 }

// Covers reports whether something in a village of a town, or at a point, is in the area. What is not known is left empty.
func (a Area) Covers(town, village string, at *Point) bool {
	for _, p := range a.Places {
		if p.County || p.Town == town && town != "" && (p.Village == "" || p.Village == village) {
			return true
		}
	}
	if at == nil || len(a.Polygons)+len(a.Circles) == 0 {
		return false
	}
	return cap.NewRegion(a.cap("")).Contains(cap.Point(*at))
}

// TownNames are the towns that the area names, also by villages.
func (a Area) TownNames() []string {
	var out []string
	for _, p := range a.Places {
		if p.Town != "" && !slices.Contains(out, p.Town) {
			out = append(out, p.Town)
		}
	}
	return out
}

// touches reports whether the area names the town, one of its villages, or the whole county.
func (a Area) touches(town string) bool {
	return slices.ContainsFunc(a.Places, func(p Place) bool { return p.County || p.Town == town })
}

// add puts a place into the area unless it is in it already.
func (a *Area) add(p Place) {
	for _, have := range a.Places {
		if have.County || have.Town == p.Town && (have.Village == "" || have.Village == p.Village) {
			return
		}
	}
	if p.Village == "" {
		a.Places = slices.DeleteFunc(a.Places, func(have Place) bool { return p.County || have.Town == p.Town })
	}
	a.Places = append(a.Places, p)
}

// names are the area's places in a sentence, where nobody wrote better words.
func (a Area) names() string {
	if a.Words != "" {
		return a.Words
	}
	var all []string
	for _, p := range a.Places {
		all = append(all, p.Name())
	}
	return strings.Join(all, "、")
}

const (
	maxPlaces   = 500
	maxPolygons = 50
	maxPoints   = 2000
)

// check refuses an area that a document could not carry.
func (a Area) check(op string) error {
	if a.Empty() {
		return wrong(op, "area", "请划定预警区域：选乡镇、村，或在地图上画出范围。")
	}
	points := len(a.Circles)
	for i, p := range a.Polygons {
		points += len(p)
		if len(p) < 4 || p[0] != p[len(p)-1] {
			return wrong(op, "area", "第 %d 个多边形没有闭合，请至少画三个角并回到起点。", i+1)
		}
		ring := make(cap.Polygon, len(p))
		for k, x := range p {
			if err := x.check(op); err != nil {
				return err
			}
			ring[k] = cap.Point(x)
		}
		if ring.Crosses() {
			return wrong(op, "area", "第 %d 个多边形的边互相交叉，不少接收方不认，请重画。", i+1)
		}
	}
	for _, c := range a.Circles {
		if err := c.Point.check(op); err != nil {
			return err
		}
		if !(c.Radius >= 0 && c.Radius <= 500) {
			return wrong(op, "area", "圆的半径应在 0 到 500 公里之间。")
		}
	}
	for _, p := range a.Places {
		if p.County && (p.Town != "" || p.Village != "") || !p.County && p.Town == "" {
			return wrong(op, "area", "区域里有一处没有写明乡镇。")
		}
	}
	if len(a.Places) > maxPlaces || len(a.Polygons)+len(a.Circles) > maxPolygons || points > maxPoints {
		return wrong(op, "area", "区域太碎：最多 %d 个乡镇、村，%d 个图形，%d 个点，请合并。", maxPlaces, maxPolygons, maxPoints)
	}
	return nil
}

func (p Point) check(op string) error {
	if !(p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180) {
		return wrong(op, "area", "坐标 %s 不在地球上，纬度在前，经度在后。", fmt.Sprint(p.Lat, ",", p.Lon))
	}
	return nil
}
