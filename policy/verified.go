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
	line := max(y.Hazard.line, y.Outcome.line, r.item.Line)
	key := k.filled(r, x, "verified", line, []filledField{{"hazard", y.Hazard, register.Choice, "", []string{OtherHazard}}, {"level", y.Level, register.Choice, "", []string{"蓝", "黄", "橙", "红"}},
		{"day", y.Day, register.Day, "", nil}, {"area", y.Area, register.Text, "", nil},
		{"outcome", y.Outcome, register.Choice, "", []string{string(warning.Hit), string(warning.False), string(warning.Miss)}}, {"lead", y.Lead, register.Number, "min", nil},
		{"measured", y.Measured, register.Text, "", nil}})
	if k.set.Verdicts == nil {
		k.set.Verdicts = map[*register.Schema]*VerdictFields{}
	}
	k.set.Verdicts[&x.schema] = &VerdictFields{key, y.Hazard.s, y.Level.s, y.Day.s, y.Area.s, y.Outcome.s, y.Lead.s, y.Measured.s}
}

// filledField is a field of a register into which the program writes by itself: how the file names what goes there, and what the field has to be.
type filledField struct {
	name    string
	field   text
	of      register.FieldType
	unit    string   // of a number
	options []string // that a choice has to have
}

// filled checks the fields of a register into which the program writes by itself, and gives the one that is its key.
func (k *pack) filled(r in[registerFile], x *form, what string, line int, fields []filledField) (key string) {
	if f, ok := x.find(strings.Join(x.schema.Key, "|")); ok && f.Type == register.Text {
		key = f.Name
	} else {
		k.bad(r.file, line, "写了 %s 的台账，key 要是一格文字：由程序编号", what)
	}
	for _, w := range fields {
		if w.field.s == "" {
			k.bad(r.file, line, "%s 要写 %s：写到哪一格", what, w.name)
			continue
		}
		f, ok := k.field(r.file, w.field, x, w.of)
		if !ok {
			continue
		}
		for _, o := range w.options {
			if !slices.Contains(f.Options, o) {
				k.bad(r.file, w.field.line, "“%s”的 options 里要有“%s”", f.Name, o)
			}
		}
		if w.unit != "" && string(f.Unit) != w.unit {
			k.bad(r.file, w.field.line, "“%s”的 unit 要写 %s", f.Name, w.unit)
		}
	}
	return key
}

// OtherHazard is what a register calls the hazards that are not among its own.
const OtherHazard = "其他"
