package standard

import (
	"math/big"
	"slices"

	"zhixing/quantity"
)

// Grade is a word for a section, a river, or the nutrition of a lake: 优 良好 轻度污染, with its colour on maps.
type Grade struct {
	Word, Colour string
	Order        int // 1 is best
	Row
}

var grades = each("water-grades.csv", func(r record) struct {
	scope string
	when  condition
	Grade
} {
	return struct {
		scope string
		when  condition
		Grade
	}{r.text("scope"), r.condition("condition"), Grade{r.text("grade"), r.text("colour"), r.count("order"), r.row("")}}
})

// grade is the first grade of the scope whose condition holds.
func grade(scope, name string, v *big.Rat) Grade {
	return gradeOf(scope, func(n, _ string) *big.Rat {
		if n == name {
			return v
		}
		return nil
	})
}

func gradeOf(scope string, f facts) Grade {
	for _, g := range grades {
		if g.scope == scope && g.when.met(f) {
			return g.Grade
		}
	}
	return Grade{}
}

// Shares is how many sections of a river or basin have which class, and what that says of it.
type Shares struct {
	Counts  map[Class]int
	Total   int
	Good    *big.Rat // percent of Ⅰ to Ⅲ, exact
	Worse   *big.Rat // percent of worse than Ⅴ
	Grade   Grade    // zero for fewer than five sections: there the means are graded, see RiverGrade
	ByShare Grade    // the grade by shares whatever the number, as bulletins print it that have no concentrations
}

// fewSections: below this number a river is graded by the means of its sections.
const fewSections = 5

// RiverShares grades a river or basin by the shares of its sections (环办〔2011〕22号): five or more.
func RiverShares(counts map[Class]int) (Shares, error) {
	s := Shares{Counts: counts}
	good := 0
	for c, n := range counts {
		if n < 0 || n > 1_000_000 || c == 0 || c == WorseThanIII || c > WorseThanV {
			return Shares{}, bad(c.String(), "断面个数 %d 不对", n)
		}
		s.Total += n
		if c <= III {
			good += n
		}
	}
	if s.Total == 0 {
		return Shares{}, bad("", "没有断面")
	}
	percent := func(n int) *big.Rat { return big.NewRat(int64(n)*100, int64(s.Total)) }
	s.Good, s.Worse = percent(good), percent(counts[WorseThanV])
	s.ByShare = gradeOf("river", func(name, _ string) *big.Rat {
		switch name {
		case "good":
			return s.Good
		case "worse":
			return s.Worse
		}
		return nil
	})
	if s.Total >= fewSections {
		s.Grade = s.ByShare
	}
	return s, nil
}

// Means averages each item over sections of a river or points of a lake: each over those that measured it. Points of a lake are
// first averaged over time, each for itself, then by this.
func Means(places []map[Code]Measured) (map[Code]Measured, error) {
	all := map[Code][]Measured{}
	for _, p := range places {
		for code, m := range p {
			all[code] = append(all[code], m)
		}
	}
	out := map[Code]Measured{}
	for code, samples := range all {
		m, err := Mean(samples)
		if err != nil {
			return nil, bad(string(code), "%v", err)
		}
		out[code] = m
	}
	return out, nil
}

// RiverGrade grades a river or basin by its sections: fewer than five by the means of each item over the sections, graded as one section;
// five or more by the shares of classes, and the verdict is zero. The points of a lake are always averaged.
func RiverGrade(s Site, sections []map[Code]Measured) (Shares, Verdict, error) {
	if len(sections) == 0 {
		return Shares{}, Verdict{}, bad("", "没有断面")
	}
	counts := map[Class]int{}
	for _, items := range sections {
		v, err := SurfaceWater(s, items)
		if err != nil {
			return Shares{}, Verdict{}, err
		}
		counts[v.Class]++
	}
	shares, err := RiverShares(counts)
	if err != nil || len(sections) >= fewSections && s.Body != Lake {
		return shares, Verdict{}, err
	}
	means, err := Means(sections)
	if err != nil {
		return Shares{}, Verdict{}, err
	}
	v, err := SurfaceWater(s, means)
	return shares, v, err
}

// Enough is how many samples or months a mean of a period needs: one for a week or month, two for a quarter, twelve months for a year,
// eight where ice stops sampling. Year and quarter are from memory.
func Enough(period Average, n int, ice bool) bool {
	switch period {
	case Quarter:
		return n >= 2
	case Annual:
		return n >= 12 || ice && n >= 8
	}
	return n >= 1
}

// Trophic is the comprehensive trophic level index of a lake.
type Trophic struct {
	Index quantity.Decimal // two places
	Parts []TrophicPart
	Grade Grade
}

// TrophicPart is the index of one item with its weight.
type TrophicPart struct {
	Code   Code
	Name   string
	Index  quantity.Decimal // two places
	Weight *big.Rat
	Row
}

type trophicRow struct {
	code    Code
	name    string
	unit    quantity.Unit
	a, b, r quantity.Decimal
	Row
}

var trophicRows = each("trophic.csv", func(r record) trophicRow {
	return trophicRow{Code(r.text("code")), r.text("zh"), r.unit("unit"), r.must("a"), r.must("b"), r.must("r"), r.row("")}
})

// TrophicIndex is TLI of chlorophyll a (CHLA, mg/m3), total phosphorus, total nitrogen, transparency (SD, m) and permanganate index.
// All five are needed: an index from fewer is not comparable.
func TrophicIndex(items map[Code]Measured) (Trophic, error) {
	for code := range items {
		if !slices.ContainsFunc(trophicRows, func(t trophicRow) bool { return t.code == code }) {
			return Trophic{}, bad(string(code), "不参加营养状态指数计算")
		}
	}
	var out Trophic
	squares, sum := new(big.Rat), new(big.Rat)
	for _, t := range trophicRows {
		m, ok := items[t.code]
		if !ok || m.Value == nil {
			return Trophic{}, bad(t.name, "缺少数值，综合营养状态指数要五项齐全")
		}
		if m.Value.Sign() <= 0 {
			return Trophic{}, bad(t.name, "数值应大于 0，才能取对数")
		}
		part := ln(m.Value)
		part.Mul(part, t.b.Rat())
		part.Add(part, t.a.Rat())
		part.Mul(part, big.NewRat(10, 1))
		index, err := quantity.Round(part, 2)
		if err != nil {
			return Trophic{}, bad(t.name, "%v", err)
		}
		w := new(big.Rat).Mul(t.r.Rat(), t.r.Rat())
		squares.Add(squares, w)
		sum.Add(sum, new(big.Rat).Mul(w, part))
		out.Parts = append(out.Parts, TrophicPart{t.code, t.name, index, w, t.Row})
	}
	for i := range out.Parts {
		out.Parts[i].Weight = new(big.Rat).Quo(out.Parts[i].Weight, squares)
	}
	sum.Quo(sum, squares)
	out.Grade = grade("trophic", "tli", sum)
	var err error
	out.Index, err = quantity.Round(sum, 2)
	return out, err
}

// TrophicGrade is the word for an index: 贫营养 中营养 轻度富营养 …
func TrophicGrade(index quantity.Decimal) Grade { return grade("trophic", "tli", index.Rat()) }
