package policy

import (
	"slices"
	"strings"

	"zhixing/callup"
)

const callupYAML = "callup.yaml"

// callups reads the ladders of calls (叫应), which warnings and plans name.
func (f *folder) callups(c *County) {
	if !f.has(callupYAML) {
		return
	}
	var file struct {
		Ladders []callup.Ladder `yaml:"ladders"`
	}
	b, ok := f.read(callupYAML, maxYAML)
	if !ok || !f.decode(callupYAML, &file) {
		return
	}
	var err error
	if c.Callups, err = callup.ReadLadders(b); err != nil {
		f.bad(callupYAML, 0, "%v", err)
		return
	}
	if f.lost || c.Book == nil {
		return
	}
	for _, l := range c.Callups {
		posts := slices.Clone(l.Office)
		for _, s := range l.Steps {
			if s.Of == callup.County {
				posts = append(append(posts, s.Posts...), s.Deputies...)
			}
		}
		for _, p := range posts {
			for _, one := range strings.Split(p, "|") {
				unit, title, _ := strings.Cut(one, "/")
				u, ok := c.Directory.Resolve(unit)
				if !ok {
					f.bad(callupYAML, 0, "叫应阶梯“%s”：没有哪个单位叫“%s”", l.Name, unit)
				} else if _, ok := c.Book.Find(u.Name, title); !ok {
					f.bad(callupYAML, 0, "叫应阶梯“%s”：posts.yaml 里没有“%s”的职务“%s”", l.Name, u.Name, title)
				}
			}
		}
	}
}

// callupOf checks that a ladder of calls is there.
func (k *pack) callupOf(file string, t text) string {
	if t.s == "" || k.lost {
		return t.s
	}
	var names []string
	for _, l := range k.county.Callups {
		names = append(names, l.Name)
	}
	if !slices.Contains(names, t.s) {
		k.bad(file, t.line, "callup.yaml 里没有叫应阶梯“%s”%s", t.s, nearest(t.s, names))
	}
	return t.s
}
