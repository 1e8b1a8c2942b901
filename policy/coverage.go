package policy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"zhixing/org"
)

// System is a row of a list of what documents order to be set up: a name that a document gives to a mechanism, with its clause.
//
//	{"id":"S088","policy":"甲政办发〔2023〕12号 水环境质量再提升2023年行动计划","name":"“一口一策”","clause":"甲政办发〔2023〕12号 水环境质量再提升 三(四)18"}
type System struct {
	ID     string `json:"id"`
	Policy string `json:"policy"` // document number, blank, title
	Name   string `json:"name"`
	Clause string `json:"clause"` // document number, plan where there are several, clause
	Verb   string `json:"verb"`
	Need   string `json:"need"`
}

// maxSystems bounds a list.
const maxSystems = 10_000

// ReadSystems reads JSON lines.
func ReadSystems(r io.Reader) ([]System, error) {
	var out []System
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var s System
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("第 %d 行：%w", n, err)
		}
		if s.Name == "" || s.Policy == "" {
			return nil, fmt.Errorf("第 %d 行没有写 name（公文起的名字）或 policy（文号、空格、公文名），键名要一字不差", n)
		}
		if out = append(out, s); len(out) > maxSystems {
			return nil, fmt.Errorf("超过 %d 行", maxSystems)
		}
	}
	return out, lines.Err()
}

// Document is the number of the document that the row is of.
func (s System) Document() string {
	no, _, _ := strings.Cut(strings.TrimSpace(s.Policy), " ")
	return no
}

// Cover says what carries a system out, and which examples show it.
type Cover struct {
	System   System
	Items    []*Item    // whose examples pass
	Idle     []*Item    // that name it, and that no passing example shows
	Examples []*Example // each once
}

// Near are names that items of the same document and plan give to their mechanisms and that contain the row's, or stand in it: what is
// missing may only be written otherwise.
func (s *Set) Near(r System) (out []string) {
	name := org.Fold(r.Name)
	for _, item := range s.Items {
		for _, m := range item.Mechanisms {
			x := r
			x.Name = m
			if f := org.Fold(m); f != name && (strings.Contains(f, name) || strings.Contains(name, f)) && x.names(item) && !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// Covered reports whether something carries the system out and an example shows it.
func (c Cover) Covered() bool { return len(c.Items) > 0 }

// Coverage holds a list against the set. passed says whether an example plays as its author wants.
func (s *Set) Coverage(rows []System, passed func(*Example) bool) []Cover {
	shown := map[*Item][]*Example{}
	for i := range s.Examples {
		e := &s.Examples[i]
		if !passed(e) {
			continue
		}
		for _, item := range e.Shows {
			shown[item] = append(shown[item], e)
		}
	}
	twice := map[string]int{}
	for _, r := range rows {
		twice[r.key()]++
	}
	out := make([]Cover, len(rows))
	for n, r := range rows {
		c := &out[n]
		c.System = r
		for _, item := range s.Items {
			if !r.names(item) || twice[r.key()] > 1 && !r.at(item) {
				continue
			}
			if len(shown[item]) == 0 {
				c.Idle = append(c.Idle, item)
				continue
			}
			c.Items = append(c.Items, item)
			for _, e := range shown[item] {
				if !slices.Contains(c.Examples, e) {
					c.Examples = append(c.Examples, e)
				}
			}
		}
	}
	return out
}

// key is the same for rows that only their clauses tell apart.
func (s System) key() string {
	return org.Fold(s.Document()) + "#" + s.plan() + "#" + org.Fold(s.Name)
}

// plan is what the row calls the plan; empty where its document has one.
func (s System) plan() string {
	words := strings.Fields(s.Clause)
	if len(words) < 3 {
		return ""
	}
	return org.Fold(strings.Join(words[1:len(words)-1], ""))
}

// names reports whether the item carries out what the row names: the same document and plan, and the name among its mechanisms.
func (s System) names(i *Item) bool {
	if org.Fold(i.Basis.Document) != org.Fold(s.Document()) {
		return false
	}
	plan, key := s.plan(), org.Fold(i.Basis.Plan)
	if plan != "" && key != "" && !strings.HasPrefix(plan, key) && !strings.HasPrefix(key, plan) {
		return false
	}
	name := org.Fold(s.Name)
	return slices.ContainsFunc(i.Mechanisms, func(m string) bool { return org.Fold(m) == name })
}

// at reports whether the item stands on the row's clause: 三(一)4 is 三/(一)/4.
func (s System) at(i *Item) bool {
	words := strings.Fields(s.Clause)
	return len(words) > 0 && org.Fold(strings.ReplaceAll(i.Basis.Clause, "/", "")) == org.Fold(words[len(words)-1])
}

// String is the line of the row: id, covered or missing, by what, exercised by what; two blanks between.
func (c Cover) String() string {
	if !c.Covered() {
		by := "—"
		if len(c.Idle) > 0 {
			by = firstOf(c.Idle, func(i *Item) string { return string(i.Kind) + " " + i.ID }) + "（没有通过的例子）"
		}
		return c.System.ID + "  missing  " + by + "  —"
	}
	return c.System.ID + "  covered  " + firstOf(c.Items, func(i *Item) string { return string(i.Kind) + " " + i.ID }) + "  " +
		firstOf(c.Examples, func(e *Example) string {
			return fmt.Sprintf("%s:%d", strings.TrimPrefix(e.File, policiesDir+"/"), e.Line)
		})
}

// firstOf names the first three.
func firstOf[T any](all []T, name func(T) string) string {
	var out []string
	for _, x := range all[:min(3, len(all))] {
		out = append(out, name(x))
	}
	if len(all) > 3 {
		return strings.Join(out, "、") + fmt.Sprintf(" 等%d项", len(all))
	}
	return strings.Join(out, "、")
}
