package policy

import (
	"zhixing/audience"
	"zhixing/register"
)

// passedFile says that a register is where it is kept who passed warnings on, and in which field stands what.
type passedFile struct {
	Who   text `yaml:"who"`
	What  text `yaml:"what"`
	Day   text `yaml:"day"`
	After text `yaml:"after"`
	Reach text `yaml:"reach"`
}

// PassedFields are the fields of a register in which it stands who passed a warning on. Of is the register that Who refers to. Key is the
// number of the warning's document with the re-broadcaster.
type PassedFields struct {
	Key, Who, What, Day, After, Reach string
	Of                                register.Name
}

// passed reads into which fields of a register it goes who passed a warning on.
func (k *pack) passed(r in[registerFile], x *form) {
	y := r.v.Passed
	if y == nil {
		return
	}
	out := &PassedFields{Who: y.Who.s, What: y.What.s, Day: y.Day.s, After: y.After.s, Reach: y.Reach.s}
	out.Key = k.filled(r, x, "passed", max(y.Who.line, r.item.Line), []filledField{{"who", y.Who, register.Ref, "", nil}, {"what", y.What, register.Text, "", nil},
		{"day", y.Day, register.Day, "", nil}, {"after", y.After, register.Number, "min", nil}, {"reach", y.Reach, register.Number, "人次", nil}})
	if f, ok := x.find(y.Who.s); ok {
		out.Of = f.Register
	}
	if f, ok := x.find(y.Reach.s); ok && f.Required {
		k.bad(r.file, y.Reach.line, "“%s”不能是 required：传播单位不一定知道有多少人收到", f.Name)
	}
	if k.set.Passed == nil {
		k.set.Passed = map[*register.Schema]*PassedFields{}
	}
	k.set.Passed[&x.schema] = out
}

// passedOn holds the registers of who passed warnings on against those of who may: known when all are read.
func (s *Set) passedOn(f *folder) {
	for _, x := range s.Registers {
		p := s.Passed[x]
		if p == nil || p.Of == "" {
			continue
		}
		for _, o := range s.Registers {
			if o.Name == p.Of && (s.Views[o] == nil || s.Views[o].Kind != audience.Media) {
				f.bad(x.File, x.LineNo, "passed 的 who 指向“%s”，它没有写 audience: { kind: 媒体 }", o.Title)
			}
		}
	}
}
