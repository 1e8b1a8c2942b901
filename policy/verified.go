package policy

import (
	"slices"
	"strings"

	"zhixing/register"
	"zhixing/warning"
)

// verifiedFile says that a register is where it is kept how good warnings were, and in which field stands what.
type verifiedFile struct {
	Hazard   text `yaml:"hazard"`
	Level    text `yaml:"level"`
	Day      text `yaml:"day"`
	Area     text `yaml:"area"`
	Outcome  text `yaml:"outcome"`
	Lead     text `yaml:"lead"`
	Measured text `yaml:"measured"`
}

// VerdictFields are the fields of a register in which it stands how good a warning was. Key is the number of the warning's document with
// the level.
type VerdictFields struct{ Key, Hazard, Level, Day, Area, Outcome, Lead, Measured string }

// verified reads into which fields of a register the verdicts on warnings go.
func (k *pack) verified(r in[registerFile], x *form) {
	y := r.v.Verified
	if y == nil {
		return
	}
	var key string
	line := max(y.Hazard.line, y.Outcome.line, r.item.Line)
	if f, ok := x.find(strings.Join(x.schema.Key, "|")); ok && f.Type == register.Text {
		key = f.Name
	} else {
		k.bad(r.file, line, "写了 verified 的台账，key 要是一格文字：预警的编号")
	}
	for _, w := range []struct {
		name    string
		field   text
		of      register.FieldType
		options []string
	}{{"hazard", y.Hazard, register.Choice, []string{OtherHazard}}, {"level", y.Level, register.Choice, []string{"蓝", "黄", "橙", "红"}}, {"day", y.Day, register.Day, nil}, {"area", y.Area, register.Text, nil},
		{"outcome", y.Outcome, register.Choice, []string{string(warning.Hit), string(warning.False), string(warning.Miss)}}, {"lead", y.Lead, register.Number, nil},
		{"measured", y.Measured, register.Text, nil}} {
		if w.field.s == "" {
			k.bad(r.file, line, "verified 要写 %s：写到哪一格", w.name)
			continue
		}
		f, ok := k.field(r.file, w.field, x, w.of)
		for _, o := range w.options {
			if ok && !slices.Contains(f.Options, o) {
				k.bad(r.file, w.field.line, "“%s”的 options 里要有“%s”", f.Name, o)
			}
		}
		if ok && w.name == "lead" && f.Unit != "min" {
			k.bad(r.file, w.field.line, "“%s”的 unit 要写 min", f.Name)
		}
	}
	if k.set.Verdicts == nil {
		k.set.Verdicts = map[*register.Schema]*VerdictFields{}
	}
	k.set.Verdicts[&x.schema] = &VerdictFields{key, y.Hazard.s, y.Level.s, y.Day.s, y.Area.s, y.Outcome.s, y.Lead.s, y.Measured.s}
}

// OtherHazard is what a register calls the hazards that are not among its own.
const OtherHazard = "其他"
