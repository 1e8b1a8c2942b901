package register

import (
	"math"
	"strings"
)

// twinning holds entries against those that came before.
type twinning struct {
	r     *Registers
	s     *Schema
	apart map[[2]ID]bool
	by    map[string][]*Entry
	seen  map[[2]ID]bool
	out   []Twins
}

// codeEnds are what names of fields end in that hold an official code: no two things have the same.
var codeEnds = []string{"代码", "编码", "证号", "许可证号", "身份证号"}

// near is how far two places of one name may lie apart to be one, in metres.
const near = 300

// look holds an entry against those before, and remembers it. A mark that many entries share says nothing.
func (t *twinning) look(e *Entry) {
	place, _ := t.s.place()
	match := func(mark, why string, same func(o *Entry) bool) {
		list := t.by[mark]
		for _, o := range list[:min(len(list), 20)] {
			if same == nil || same(o) {
				t.pair(o, e, why)
			}
		}
		t.by[mark] = append(list, e)
	}
	if len(t.s.Key) > 0 {
		match("key "+skeleton(e.Key), "编号只差符号、大小写或前面的零", nil)
	}
	if t.s.Label != "" && e.Values[t.s.Label] != "" {
		match("label "+letters(e.Label), "名称相同，位置相近", func(o *Entry) bool {
			if place == nil || e.Values[place.Name] == "" || o.Values[place.Name] == "" {
				return true
			}
			p, bad1 := parsePoint(e.Values[place.Name])
			q, bad2 := parsePoint(o.Values[place.Name])
			if bad1 != "" || bad2 != "" { // lines and surfaces: the same village is near
				return e.Village == o.Village && e.Town == o.Town
			}
			return metres(p, q) <= near
		})
	}
	for i := range t.s.Fields {
		f := &t.s.Fields[i]
		v := letters(e.Values[f.Name])
		if f.Type != Text || len(v) < 6 {
			continue
		}
		for _, end := range codeEnds {
			if strings.HasSuffix(f.Name, end) {
				match("code "+f.Name+" "+v, "“"+f.Name+"”相同", nil)
				break
			}
		}
	}
}

func (t *twinning) pair(a, b *Entry, why string) {
	k := [2]ID{min(a.ID, b.ID), max(a.ID, b.ID)}
	if a.ID == b.ID || t.apart[k] || t.seen[k] || len(t.out) >= maxTwins {
		return
	}
	t.seen[k] = true
	t.out = append(t.out, Twins{a, b, why})
}

// skeleton is a key without signs, and without zeros in front of its numbers: P-001 and p1 are alike.
func skeleton(key string) string {
	var b strings.Builder
	digits := false
	for _, r := range letters(key) {
		if r == '0' && !digits {
			continue
		}
		digits = r >= '0' && r <= '9'
		b.WriteRune(r)
	}
	return b.String()
}

// metres is how far two points lie apart, well enough for neighbours.
func metres(p, q XY) float64 {
	const perDegree = 111_195.0
	y := (float64(p.Y) - float64(q.Y)) / degree * perDegree
	x := (float64(p.X) - float64(q.X)) / degree * perDegree * math.Cos(float64(p.Y)/degree*math.Pi/180)
	return math.Hypot(x, y)
}
