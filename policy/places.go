package policy

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"zhixing/org"
	"zhixing/register"
)

const (
	placesDir = "places"
	maxPlaces = 16 << 20
)

// places reads places/*.geojson, the outlines of townships and villages; nil where there are none.
func (f *folder) places(d *org.Directory) *register.Places {
	entries, err := fs.ReadDir(f.fsys, placesDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.bad(placesDir, 0, "读不了：%v", err)
		return nil
	}
	out := &register.Places{}
	for _, e := range entries {
		file := path.Join(placesDir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"):
		case e.IsDir() || path.Ext(e.Name()) != ".geojson":
			f.bad(file, 0, "places/ 下只放 .geojson 文件")
		default:
			b, ok := f.read(file, maxPlaces)
			if !ok {
				continue
			}
			list, err := register.ParsePlaces(b)
			if err != nil {
				f.bad(file, 0, "%v", err)
			}
			f.inTowns(d, file, list)
			out.List = append(out.List, list...)
		}
	}
	return out
}

// inTowns holds the outlines against the towns of the county.
func (f *folder) inTowns(d *org.Directory, file string, list []register.Place) {
	towns := map[string]bool{}
	var names []string
	for _, u := range d.Units() {
		if u.Kind == org.Town {
			towns[u.Name] = true
			names = append(names, u.Name)
		}
	}
	for _, p := range list {
		town := p.Town
		if p.Kind == register.TownPlace {
			town = p.Name
		}
		if !towns[town] && len(towns) > 0 {
			f.bad(file, 0, "“%s”所属的乡镇“%s”不在 county.yaml 的 towns 里%s", p.Name, town, nearest(town, names))
		}
	}
}
