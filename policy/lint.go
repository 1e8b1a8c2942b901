package policy

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"zhixing/register"
)

// Lint is what LoadCounty says of a folder, whole, and what is only odd: a value that nobody uses, a rule that no example
// touches. The county is empty where there are problems.
func Lint(county fs.FS) (c County, problems, warnings []*Problem) {
	f, c := load(county)
	if len(f.problems) > 0 {
		return County{}, f.problems, nil
	}
	w := &folder{}
	if c.Policies != nil {
		c.Policies.odd(w)
	}
	sortProblems(w.problems)
	return c, nil, w.problems
}

// LoadForDraft is LoadCounty for who drafts a policy: a ladder that services.yaml names may be one that is still to be written.
func LoadForDraft(county fs.FS) (County, error) {
	f, c := load(county)
	f.problems = slices.DeleteFunc(f.problems, func(p *Problem) bool { return p.File == servicesYAML })
	if err := join(f.problems); err != nil {
		return County{}, err
	}
	return c, nil
}

// odd says what is right and yet hardly meant.
func (s *Set) odd(w *folder) {
	for _, p := range s.Policies {
		file := path.Join(policiesDir, p.ID, policyYAML)
		if p.About == "" {
			w.bad(file, 0, "没有 about：用自己的话写两三句，这份公文要做什么")
		}
		if !p.published {
			w.bad(file, 0, "本县 gazette/ 里没有 %s，条款地址没有核对", p.Basis.Document)
		}
	}
	for _, i := range s.Items {
		if i.used {
			continue
		}
		switch i.Kind {
		case ValueItem, LadderItem:
			w.bad(i.File, i.Line, "%s“%s”没有谁用到", i.Kind, i.ID)
		}
	}
	w.problems = append(w.problems, s.hints...)
	s.bare(w)
	s.endless(w)
	s.untested(func(i *Item) {
		w.bad(i.File, i.Line, "%s没有例子用到", i)
	})
}

// bare tells how many fields have nothing beside them that says what to fill in.
func (s *Set) bare(w *folder) {
	for _, p := range s.Policies {
		n, fields := 0, 0
		var in []string
		for _, r := range s.Registers {
			if r.Policy != p.ID {
				continue
			}
			before := n
			for _, f := range r.Fields {
				if fields++; f.Hint == "" {
					n++
				}
			}
			if n > before {
				in = append(in, string(r.Name))
			}
		}
		if 2*n > fields {
			w.bad(path.Join(policiesDir, p.ID, policyYAML), 0, "台账的 %d 格里有 %d 格没有填写说明（hint），在 %s", fields, n, cutLine(in, 5))
		}
	}
}

// endless tells of states that entries do not leave any more, in which what comes round is owed for ever.
func (s *Set) endless(w *folder) {
	for _, r := range s.Registers {
		i := slices.IndexFunc(r.Obligations, func(o register.Obligation) bool {
			return (o.Every.Every != "" || o.Again.N > 0) && o.Start.State == "" && (o.When == nil || !slices.Contains(o.When.Names(), "状态"))
		})
		last := slices.DeleteFunc(slices.Clone(r.States), func(state string) bool {
			return slices.ContainsFunc(r.Moves, func(m register.Move) bool { return slices.Contains(m.From, state) })
		})
		if r.End == nil && i >= 0 && len(r.Moves) > 0 && len(last) > 0 {
			w.bad(r.File, r.Obligations[i].LineNo, "到了“%s”也还欠“%s”：不再要求的写 end: [%s]，照样要求的写 end: []", cutLine(last, 5), r.Obligations[i].Name, cutLine(last, 5))
		}
	}
}

// String names the definition in a message: 规则“outlet-over”（入河排污口超标）.
func (i *Item) String() string {
	if i.Title == "" || i.Title == i.ID || i.Kind == DutyItem {
		return fmt.Sprintf("%s“%s”", i.Kind, i.ID)
	}
	return fmt.Sprintf("%s“%s”（%s）", i.Kind, i.ID, i.Title)
}
