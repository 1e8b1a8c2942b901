package policy

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"zhixing/standard"
)

// Limits that a document orders or encourages beyond the law stand in its folder, in standards/, in the form of the tables of package
// standard.
const (
	standardsDir = "standards"
	kilnsCSV     = "brick-kiln.csv"
)

// KilnLimits are the limits of brick kilns that the county's documents give. Nothing else of the folder is read: to judge one case
// does not take reading a county.
func KilnLimits(county fs.FS) ([]standard.KilnLimit, error) {
	f := &folder{fsys: county}
	files, err := fs.Glob(county, path.Join(policiesDir, "*", standardsDir, kilnsCSV))
	if err != nil {
		return nil, err
	}
	var out []standard.KilnLimit
	for _, file := range files {
		out = append(out, f.kilns(file)...)
	}
	return out, join(f.problems)
}

// kilns reads one table of them.
func (f *folder) kilns(file string) []standard.KilnLimit {
	b, ok := f.read(file, maxYAML)
	if !ok {
		return nil
	}
	limits, err := standard.ParseKilnLimits(b)
	var wrong standard.TableError
	switch {
	case errors.As(err, &wrong):
		for _, p := range wrong {
			f.bad(file, p.Line, "%s", p.Message)
		}
	case err != nil:
		f.bad(file, 0, "%v", err)
	}
	return limits
}

// standards checks the tables of the policy's folder.
func (k *pack) standards() {
	dir := path.Join(k.dir, standardsDir)
	entries, err := fs.ReadDir(k.fsys, dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.EqualFold(e.Name(), "README.md"):
		case e.Name() == kilnsCSV && !e.IsDir():
			k.kilns(file)
		default:
			k.bad(file, 0, "standards/ 里只放 %s：砖瓦窑排放限值", kilnsCSV)
		}
	}
}
