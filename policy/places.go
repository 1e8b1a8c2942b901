package policy

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"zhixing/org"
)

const (
	placesDir = "places"
	maxPlaces = 16 << 20
)

// places reads places/*.geojson, the outlines of townships and villages.
func (f *folder) places() []PlaceFile {
	entries, err := fs.ReadDir(f.fsys, placesDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.bad(placesDir, 0, "读不了：%v", err)
		return nil
	}
	var out []PlaceFile
	for _, e := range entries {
		file := path.Join(placesDir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"):
		case e.IsDir() || path.Ext(e.Name()) != ".geojson":
			f.bad(file, 0, "places/ 下只放 .geojson 文件")
		default:
			if b, ok := f.read(file, maxPlaces); ok {
				out = append(out, PlaceFile{file, b})
			}
		}
	}
	return out
}

// checkPlaces holds the outlines against the towns of the county.
func (f *folder) checkPlaces(c *County, files []PlaceFile) {
	towns := map[string]bool{}
	var names []string
	for _, u := range c.Directory.Units() {
		if u.Kind == org.Town {
			towns[u.Name] = true
			names = append(names, u.Name)
		}
	}
	for _, p := range files {
		var collection struct {
			Type     string `json:"type"`
			Features []struct {
				Properties struct {
					Name string `json:"name"`
					Kind string `json:"kind"`
					Town string `json:"town"`
				} `json:"properties"`
				Geometry struct {
					Type string `json:"type"`
				} `json:"geometry"`
			} `json:"features"`
		}
		if err := json.Unmarshal(p.Text, &collection); err != nil {
			f.bad(p.File, 0, "不是 GeoJSON：%v", err)
			continue
		}
		if collection.Type != "FeatureCollection" || len(collection.Features) == 0 {
			f.bad(p.File, 0, "应是 GeoJSON 的 FeatureCollection，里面至少有一个图形")
		}
		for i, x := range collection.Features {
			q, town := x.Properties, x.Properties.Town
			if q.Kind == "town" {
				town = q.Name
			}
			switch {
			case q.Name == "":
				f.bad(p.File, 0, "第 %d 个图形没有 name", i+1)
			case q.Kind != "town" && q.Kind != "village":
				f.bad(p.File, 0, "“%s”的 kind 应为 town 或 village", q.Name)
			case !towns[town] && len(towns) > 0:
				f.bad(p.File, 0, "“%s”所属的乡镇“%s”不在 county.yaml 的 towns 里%s", q.Name, town, nearest(town, names))
			case x.Geometry.Type != "Polygon" && x.Geometry.Type != "MultiPolygon":
				f.bad(p.File, 0, "“%s”的图形应是 Polygon 或 MultiPolygon", q.Name)
			}
		}
	}
}
