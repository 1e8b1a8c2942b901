package register

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Places are the boundaries of the county's towns and villages. The zero value, and nil, know none.
type Places struct {
	List []Place
}

// Place is a town or a village.
type Place struct {
	Name  string
	Kind  string // town or village
	Town  string // of a village
	Note  string // what the county says of the outline; may be empty
	Shape *Geometry
	box   Box
}

// The kinds of place.
const (
	TownPlace    = "town"
	VillagePlace = "village"
)

// maxPlaces bounds a file of boundaries.
const maxPlaces = 5000

// ParsePlaces reads a GeoJSON FeatureCollection whose features have the properties name, kind (town or village) and, of
// a village, town. All that is wrong is said at once.
func ParsePlaces(b []byte) ([]Place, error) {
	var file struct {
		Type     string `json:"type"`
		Features []struct {
			Properties struct {
				Name, Kind, Town, Note string
			} `json:"properties"`
			Geometry json.RawMessage `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("不是 GeoJSON：%w", err)
	}
	if file.Type != "FeatureCollection" {
		return nil, errors.New("应是 GeoJSON 的 FeatureCollection")
	}
	if len(file.Features) > maxPlaces {
		return nil, fmt.Errorf("有%d个图形，最多%d个", len(file.Features), maxPlaces)
	}
	var out []Place
	var bad []error
	for i, f := range file.Features {
		p := Place{Name: f.Properties.Name, Kind: f.Properties.Kind, Town: f.Properties.Town, Note: cut(f.Properties.Note, 120)}
		wrong := func(format string, args ...any) {
			bad = append(bad, fmt.Errorf("第%d个图形“%s”："+format, append([]any{i + 1, cut(p.Name, 60)}, args...)...))
		}
		g, why := ParseGeoJSON(f.Geometry)
		if why == "" {
			why = g.check()
		}
		switch {
		case p.Name == "" || !readable(p.Name) || len(p.Name) > maxKey:
			wrong("没有名称（name）")
		case p.Kind != TownPlace && p.Kind != VillagePlace:
			wrong("类别（kind）写 town 或 village，不是“%s”", cut(p.Kind, 30))
		case p.Kind == VillagePlace && p.Town == "":
			wrong("没有写明所属乡镇（town）")
		case why != "":
			wrong("%s", why)
		case g.Kind != Polygon:
			wrong("边界应是面，给的是%s", geoChinese[g.Kind])
		default:
			p.Shape, p.box = g, g.Box()
			out = append(out, p)
		}
	}
	return out, errors.Join(bad...)
}

// Find is the town and the village that a point lies in, empty where it lies in none. Where only the village is drawn, the
// town is the one that it names. On a boundary the first in the list has it.
func (p *Places) Find(at XY) (town, village string) {
	if p == nil {
		return "", ""
	}
	of := ""
	for i := range p.List {
		x := &p.List[i]
		if x.Kind == TownPlace && town != "" || x.Kind == VillagePlace && village != "" || !x.bounds().Holds(at) || !x.Shape.Contains(at) {
			continue
		}
		if x.Kind == TownPlace {
			town = x.Name
		} else {
			village, of = x.Name, x.Town
		}
	}
	if town == "" {
		town = of
	}
	return town, village
}

func (p *Place) bounds() Box {
	if p.box == (Box{}) {
		return p.Shape.Box()
	}
	return p.box
}

// Named is a town or village by its name.
func (p *Places) Named(kind, name string) (*Place, bool) {
	if p == nil {
		return nil, false
	}
	i := slices.IndexFunc(p.List, func(x Place) bool { return x.Kind == kind && x.Name == name })
	if i < 0 {
		return nil, false
	}
	return &p.List[i], true
}
