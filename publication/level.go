package publication

import (
	"strings"

	"zhixing/edition"
	"zhixing/org"
)

// provinces are the one-character names of the provinces, with which the letter codes of their numbers begin.
const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// national are letter codes and name beginnings of the national level.
var national = []string{"国发", "国办", "国函", "国令", "中发", "中办", "中共中央", "国务院", "中华人民共和国", "全国人", "国家"}

// levelOf guesses the level of government that issued a document from its number and title: who is known by the county's
// own list, then what every Chinese reader sees at once.
func levelOf(dir *org.Directory, no, title string) org.Level {
	if dir != nil {
		if a, ok := dir.AgencyOf(no); ok && no != "" && a.Level != org.NoLevel {
			return a.Level
		}
	}
	for _, s := range national {
		if strings.HasPrefix(no, s) || strings.HasPrefix(title, s) {
			return org.Nation
		}
	}
	issuer, _, _ := strings.Cut(title, "关于")
	if dir != nil {
		pl := dir.Place()
		for _, p := range []struct {
			name  string
			level org.Level
		}{{pl.County, org.County}, {pl.City, org.City}, {pl.Province, org.Province}} {
			if p.name != "" && strings.HasPrefix(issuer, p.name) {
				return p.level
			}
		}
		if first, _, _ := cutRune(pl.City); no != "" && first != "" && strings.HasPrefix(no, first) {
			return org.City
		}
		if first, _, _ := cutRune(pl.County); no != "" && first != "" && strings.HasPrefix(no, first) {
			return org.County
		}
	}
	switch first, _, _ := cutRune(no); {
	case first != "" && strings.Contains(provinces, first):
		return org.Province
	case strings.Contains(issuer, "县") || strings.Contains(issuer, "旗"):
		return org.County
	case strings.Contains(issuer, "市"):
		return org.City
	case strings.Contains(issuer, "省") || strings.Contains(issuer, "自治区"):
		return org.Province
	case strings.HasSuffix(issuer, "部") || strings.HasSuffix(issuer, "部办公厅"):
		return org.Nation
	case no != "" && dir != nil && dir.Place().City != "":
		return org.Nation // a code that begins with no place's name: a ministry's
	}
	return org.NoLevel
}

func cutRune(s string) (first, rest string, ok bool) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:], true
		}
	}
	return s, "", s != ""
}

// titleKey is the form in which titles are compared: no white space, no quotation marks, brackets of one width.
func titleKey(title string) string { return org.Fold(title) }

// mentioner collects the units that a document names, each role once.
type mentioner struct {
	dir  *org.Directory
	no   string
	seen map[mentionRow]bool
	rows []mentionRow
}

type mentionRow struct {
	unit, role string
	duty       int
}

// add notes a unit by any of its names. A set that stands for known units stands for each of them too.
func (m *mentioner) add(name, role string, duty int) {
	if name = strings.TrimSpace(name); name == "" || len(name) > 300 {
		return
	}
	if m.dir == nil {
		m.put(org.Fold(name), role, duty)
		return
	}
	u, ok := m.dir.ResolveIn(m.no, name)
	if !ok {
		m.put(org.Fold(name), role, duty)
		return
	}
	m.put(u.Name, role, duty)
	if u.Kind == org.Set && !u.Open {
		for _, e := range m.dir.Expand(u.Name) {
			m.put(e.Name, role, duty)
		}
	}
}

func (m *mentioner) put(unit, role string, duty int) {
	r := mentionRow{unit, role, duty}
	if unit != "" && !m.seen[r] {
		m.seen[r] = true
		m.rows = append(m.rows, r)
	}
}

// text notes every unit of the directory whose name stands in the public text and that has no other role there.
func (m *mentioner) text(p edition.Publication) {
	if m.dir == nil {
		return
	}
	var b strings.Builder
	p.Walk(func(_ edition.Part, n edition.Block, _ int) { b.WriteString(n.Text); b.WriteByte('\n') })
	said := org.Fold(b.String())
	named := map[string]bool{}
	for _, r := range m.rows {
		named[r.unit] = true
	}
	for _, u := range m.dir.Units() {
		if named[u.Name] || u.Kind == org.Class || u.Kind == org.Role {
			continue
		}
		for _, name := range append([]string{u.Name}, u.Aliases...) {
			if f := org.Fold(name); len(f) >= len("县政府") && strings.Contains(said, f) {
				m.put(u.Name, "text", 0)
				break
			}
		}
	}
}
