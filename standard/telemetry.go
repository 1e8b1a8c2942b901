package standard

import (
	"slices"

	"zhixing/quantity"
)

// Factor is a code of HJ 212: what an instrument's number is.
type Factor struct {
	Code         string // w21003
	Table        string // B.1 water, B.2 air, B.3 noise; else the standard that has it
	Name         string
	English      string
	OldCode      string        // of HJ/T 212-2005
	Unit         quantity.Unit // default; what stands on the wire is what the site agreed
	EmissionUnit quantity.Unit
	Format       string // N4.2: four digits before the point, two behind
	Name2025     string // where HJ 212-2025 is known to differ
	Unit2025     quantity.Unit
	Format2025   string
	Row
}

var factors = each("telemetry.csv", func(r record) Factor {
	f := Factor{Code: r.text("code"), Table: r.text("table"), Name: r.text("zh"), English: r.text("en"), OldCode: r.text("old_code"), Unit: r.unit("unit"),
		EmissionUnit: r.unit("emission_unit"), Format: r.text("format"), Name2025: r.text("zh_2025"), Unit2025: r.unit("unit_2025"), Format2025: r.text("format_2025")}
	standard := "HJ 212-2017"
	if len(f.Table) > 3 {
		standard = ""
	}
	f.Row = r.row(standard)
	return f
})

var factorsByCode = func() map[string]Factor {
	m := map[string]Factor{}
	for _, f := range factors {
		m[f.Code] = f
		if f.OldCode != "" {
			m[f.OldCode] = f
		}
	}
	return m
}()

// FactorOf finds a telemetry code, of 2017 or of 2005.
func FactorOf(code string) (Factor, bool) {
	f, ok := factorsByCode[code]
	return f, ok
}

// Factors are all codes, as the annex has them.
func Factors() []Factor { return slices.Clone(factors) }
