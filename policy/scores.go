package policy

import (
	"slices"

	"zhixing/letter"
	"zhixing/score"
)

// scoresFile is the part of supervision.yaml that marks units.
type scoresFile struct {
	Base   text `yaml:"base"`
	Rule   text `yaml:"rule"`
	Deduct []struct {
		Fact   text   `yaml:"fact"`
		Name   text   `yaml:"name"`
		Points text   `yaml:"points"`
		Most   text   `yaml:"most"`
		Kinds  []text `yaml:"kinds"` // of fact letter: which letters count; all of them where none is named
		Rule   text   `yaml:"rule"`
	} `yaml:"deduct"`
	Grades []struct {
		Name text `yaml:"name"`
		From text `yaml:"from"`
	} `yaml:"grades"`
}

func (s supervising) scores(file scoresFile) *score.Rules {
	out := &score.Rules{Base: s.points(file.Base), Rule: s.rule(file.Rule, text{"scores", file.Base.line})}
	for _, d := range file.Deduct {
		if !slices.Contains(score.Facts, score.Fact(d.Fact.s)) {
			s.bad(supervisionYAML, d.Fact.line, "没有“%s”这种扣分事实，可写：%s", d.Fact.s, listed(score.Facts))
		}
		var kinds []letter.Kind
		for _, k := range d.Kinds {
			if !letter.Kind(k.s).Known() {
				s.bad(supervisionYAML, k.line, "没有“%s”这种文书", k.s)
			}
			kinds = append(kinds, letter.Kind(k.s))
		}
		out.Deduct = append(out.Deduct, score.Deduction{Fact: score.Fact(d.Fact.s), Name: d.Name.s, Points: s.points(d.Points), Most: s.points(d.Most),
			Kinds: kinds, Rule: s.rule(d.Rule, d.Name)})
	}
	for i, g := range file.Grades {
		out.Grades = append(out.Grades, score.Grade{Name: g.Name.s, From: s.points(g.From)})
		if i > 0 && out.Grades[i].From >= out.Grades[i-1].From {
			s.bad(supervisionYAML, g.From.line, "等次应由高到低写")
		}
	}
	return out
}

func (s supervising) points(t text) score.Points {
	p, err := score.ParsePoints(t.s)
	if err != nil {
		s.bad(supervisionYAML, t.line, "%v", err)
	}
	return p
}
