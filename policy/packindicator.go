package policy

import (
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/standard"
)

// Indicators: how they are computed and what they must reach.

var (
	howWords      = []string{"mean", "max", "min", "last", "total", "count", "percentile"}
	standardWords = []string{"GB 3838", "GB/T 14848", "HJ 633", "HJ 663", "GB 3095"}
	givesWords    = []string{"class", "index", "worst"}
	forecastWords = []string{"linear", "total"}
	targetShape   = regexp.MustCompile(`^(<=|>=|<|>|=|≤|≥)\s*(.+)$`)
	classWords    = []string{"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ", "优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"}
	latinClasses  = map[string]string{"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ", "V": "Ⅴ", "劣V": "劣Ⅴ"}
)

func (k *pack) indicator(i in[indicatorFile]) finding.Indicator {
	y := i.v
	out := finding.Indicator{ID: i.item.ID, Title: i.item.Title, Policy: k.p.ID, Basis: i.item.Basis, Mechanisms: i.item.Mechanisms,
		Unit: k.measure(i.file, y.Unit), Period: k.every(i.file, y.Period), Places: k.count(i.file, y.Places, 0, 9),
		Forecast: oneOf(k.folder, i.file, "forecast", y.Forecast, forecastWords...), Public: y.Public, From: maxDate(i.item.From, k.p.From), File: i.file, LineNo: i.item.Line}
	each := k.register(i.file, y.Each, i.item)
	if each != nil {
		out.Each = register.Name(each.item.ID)
	} else if y.Each.s != "" {
		return out // which has been told; the rest would only say the same again
	}
	if y.When.s != "" && each == nil {
		k.bad(i.file, y.When.line, "写了 when，指标要写 each")
	} else {
		out.When = k.condition(i.file, y.When, seen{kind: anEntry, of: each, item: i.item})
	}
	ways := 0
	way := func(is bool) bool {
		if is {
			ways++
		}
		return is
	}
	c := &out.Compute
	if way(y.Count != selectFile{}) {
		c.Count = k.selects(i, y.Count, each, "count", out.Period)
	}
	if way(y.Sum != selectFile{}) {
		c.Sum = k.selects(i, y.Sum, each, "sum", out.Period)
	}
	if way(y.Share != shareFile{}) {
		s := y.Share
		part := k.selects(i, selectFile{s.Register, s.Where, s.Field, s.On, s.Tie}, each, "share", out.Period)
		of := k.selects(i, selectFile{s.Register, s.Of, s.Field, s.On, s.Tie}, each, "share", out.Period)
		if part != nil && of != nil {
			c.Share = &finding.Share{Part: *part, Of: *of}
		}
		if s.Where.s == "" {
			k.bad(i.file, i.item.Line, "指标“%s”的 share 要写 where：哪一部分", i.item.ID)
		}
	}
	if way(y.Readings != measureFile{}) {
		c.Readings = k.readings(i, each)
	}
	if way(y.Class.Standard.s != "" || len(y.Class.Series) > 0) {
		c.Class = k.classes(i, each)
	}
	if way(y.Formula.s != "") {
		c.Formula = k.expr(i.file, y.Formula, seen{kind: anAggregate, of: each, item: i.item}, typeOf(y))
	}
	if way(y.Change.s != "") {
		k.find(IndicatorItem, i.file, y.Change, i.item)
		c.Change = y.Change.s
		if y.Change.s == i.item.ID {
			k.bad(i.file, y.Change.line, "指标“%s”与自己相比", i.item.ID)
		}
	}
	if way(y.Times != timesFile{}) {
		c.Times = k.times(i, each)
	}
	if ways != 1 {
		k.bad(i.file, i.item.Line, "指标“%s”怎么算：count、sum、share、readings、class、formula、change、times 里写一种，只写一种", i.item.ID)
	}
	k.targets(i, &out, each)
	return out
}

// times reads which periods of another indicator are counted.
func (k *pack) times(i in[indicatorFile], each *form) *finding.Times {
	y := i.v.Times
	line := max(y.Of.line, y.Where.line)
	if y.Of.s == "" || y.Where.s == "" {
		k.bad(i.file, line, "times 要写 of（哪个指标）和 where（怎样的一期）")
	}
	item := k.find(IndicatorItem, i.file, y.Of, i.item)
	if item == nil {
		return nil
	}
	over := seen{kind: anIndicator, item: i.item}
	name, of, value := k.eachOf(item)
	if over.of, over.value = of, value; name.s != "" && of == nil {
		return nil // which has been told
	}
	if of != each {
		k.bad(i.file, y.Of.line, "times 数“%s”的期数，两个指标要按同一本台账逐条算，或者都是全县的", y.Of.s)
	}
	if mine, other := length(k.every(i.file, i.v.Period)), length(k.periodOf(item)); mine == 0 || other == 0 || other >= mine {
		k.bad(i.file, y.Of.line, "times 数“%s”的期数，两个指标都要写 period，那个指标的要更短", y.Of.s)
	}
	return &finding.Times{Of: y.Of.s, Where: k.condition(i.file, y.Where, over)}
}

// periodOf is the period of an indicator that may be read later.
func (k *pack) periodOf(indicator *Item) calendar.Every {
	for _, p := range k.all {
		for _, i := range p.indicators {
			if i.item == indicator {
				return calendar.Every(i.v.Period.s)
			}
		}
	}
	return ""
}

// length orders the periods of indicators, from 1; 0 is none.
func length(e calendar.Every) int {
	return 1 + slices.Index([]calendar.Every{calendar.Day, calendar.Month, calendar.Quarter, calendar.Year}, e)
}

// selects reads which entries are counted or added up.
func (k *pack) selects(i in[indicatorFile], y selectFile, each *form, word string, period calendar.Every) *finding.Select {
	line := max(y.Register.line, y.Where.line, y.Field.line)
	if y.Register.s == "" {
		k.bad(i.file, line, "%s 要写 register：哪本台账", word)
	}
	x := k.register(i.file, y.Register, i.item)
	out := &finding.Select{Register: register.Name(y.Register.s), Where: k.condition(i.file, y.Where, seen{kind: anEntry, of: x, item: i.item}), Field: y.Field.s, Each: y.Tie.s, On: y.On.s}
	k.field(i.file, y.Field, x, register.Number, register.Money)
	k.field(i.file, y.On, x, register.Day)
	switch {
	case word == "sum" && y.Field.s == "":
		k.bad(i.file, line, "sum 要写 field：加哪一格")
	case word == "count" && y.Field.s != "":
		k.bad(i.file, y.Field.line, "count 数条目，不写 field；要加总用 sum")
	case y.On.s != "" && period == "":
		k.bad(i.file, y.On.line, "写了 on（期内），指标要写 period")
	}
	f, ok := k.field(i.file, y.Tie, x, register.Ref, register.Unit, register.Choice, register.Text)
	switch {
	case y.Tie.s != "" && each == nil:
		k.bad(i.file, y.Tie.line, "写了 tie，指标要写 each")
	case ok && each != nil && f.Type == register.Ref && string(f.Register) != each.item.ID:
		k.bad(i.file, y.Tie.line, "字段“%s”指向台账“%s”，不是“%s”", y.Tie.s, f.Register, each.item.ID)
	case y.Tie.s == "" && each != nil && x != nil && x != each:
		k.bad(i.file, line, "指标按台账“%s”逐条算，要用 tie 写明“%s”的哪一格指向它", each.item.ID, x.item.ID)
	}
	return out
}

func (k *pack) readings(i in[indicatorFile], each *form) *finding.Measure {
	y := i.v.Readings
	out := &finding.Measure{Series: observation.SeriesName(y.Series.s), How: oneOf(k.folder, i.file, "how", y.How, howWords...), P: k.count(i.file, y.P, 1, 100)}
	if y.Series.s == "" || y.How.s == "" {
		k.bad(i.file, max(y.Series.line, y.How.line), "readings 要写 series 和 how")
	}
	if (y.How.s == "percentile") != (y.P.s != "") {
		k.bad(i.file, max(y.How.line, y.P.line), "how: percentile 要写 p，别的不写")
	}
	if i.v.Period.s == "" {
		k.bad(i.file, y.Series.line, "读数要有期限，请写 period")
	}
	if s := k.find(SeriesItem, i.file, y.Series, i.item); s != nil {
		x := k.placeOf(s)
		k.sameRegister(i, y.Series, x, each)
		out.Where = k.condition(i.file, y.Where, seen{kind: anEntry, of: x, item: i.item})
	}
	return out
}

// sameRegister checks that readings are taken where the indicator is computed.
func (k *pack) sameRegister(i in[indicatorFile], t text, x, each *form) {
	if x != nil && each != nil && x != each {
		k.bad(i.file, t.line, "“%s”测在台账“%s”上，指标却按“%s”逐条算", t.s, x.item.ID, each.item.ID)
	}
}

func (k *pack) classes(i in[indicatorFile], each *form) *finding.Classes {
	y := i.v.Class
	out := &finding.Classes{Standard: oneOf(k.folder, i.file, "standard", y.Standard, standardWords...), Body: y.Body.s, Gives: oneOf(k.folder, i.file, "gives", y.Gives, givesWords...)}
	if y.Standard.s == "" || len(y.Series) == 0 {
		k.bad(i.file, max(y.Standard.line, i.item.Line), "class 要写 standard 和 series")
	}
	if i.v.Period.s == "" {
		k.bad(i.file, y.Standard.line, "按标准评价要有期限，请写 period")
	}
	for _, t := range y.Series {
		s := k.find(SeriesItem, i.file, t, i.item)
		if s == nil {
			continue
		}
		k.sameRegister(i, t, k.placeOf(s), each)
		k.known(i.file, y.Standard.s, t, k.itemOf(s))
		out.Series = append(out.Series, observation.SeriesName(t.s))
	}
	if field, ok := cutWord(y.Body.s, "字段"); ok {
		k.field(i.file, text{field, y.Body.line}, each, register.Choice, register.Text)
		out.Body = field
	} else if f, ok := each.find(y.Body.s); ok { // the field's name alone
		out.Body = f.Name
	} else {
		oneOf(k.folder, i.file, "body", y.Body, "river", "lake")
	}
	return out
}

// known checks that the standard has what is measured.
func (k *pack) known(file, of string, series text, item string) {
	ok := true
	switch of {
	case "GB 3838":
		_, ok = standard.SurfaceItem(item, "")
	case "GB/T 14848":
		_, ok = standard.GroundItem(item)
	case "HJ 633", "HJ 663", "GB 3095":
		_, ok = standard.AirPollutant(item)
	}
	switch {
	case item == "":
		k.bad(file, series.line, "监测项目“%s”没有写 item，不知道是标准里的哪一项", series.s)
	case !ok:
		k.bad(file, series.line, "监测项目“%s”的 item“%s”不在 %s 里", series.s, item, of)
	}
}

// itemOf is the item of a standard that a series measures.
func (k *pack) itemOf(series *Item) string {
	for _, p := range k.all {
		for _, s := range p.series {
			if s.item == series {
				return s.v.Item.s
			}
		}
	}
	return ""
}

// targets reads what must be reached, and when.
func (k *pack) targets(i in[indicatorFile], out *finding.Indicator, each *form) {
	classed := out.Compute.Class != nil && out.Compute.Class.Gives != "index" || i.v.Formula.s != ""
	for _, y := range i.v.Targets {
		t := finding.Target{From: k.date(i.file, y.From), To: k.date(i.file, y.To), Subject: y.Subject.s, Basis: i.item.Basis}
		if y.Clause.s != "" {
			t.Basis = k.basis(i.file, y.Clause)
		}
		k.ordered(i.file, y.From.line, Dates{t.From, t.To})
		if y.Subject.s != "" && each == nil {
			k.bad(i.file, y.Subject.line, "写了 subject，指标要写 each")
		}
		m := targetShape.FindStringSubmatch(y.Want.s)
		if m == nil {
			k.bad(i.file, max(y.Want.line, y.From.line, i.item.Line), "目标“%s”应写作 \">= 90\"、\"<= Ⅳ\" 或 \"<= 字段:目标类别\"", y.Want.s)
			continue
		}
		t.Op = map[string]string{"≤": "<=", "≥": ">="}[m[1]]
		if t.Op == "" {
			t.Op = m[1]
		}
		k.reach(i.file, text{strings.TrimSpace(m[2]), y.Want.line}, &t, out.Unit, each, classed)
		for _, before := range out.Targets {
			if before.Subject == t.Subject && before.Op == t.Op && (Dates{before.From, before.To}).meet(Dates{t.From, t.To}) {
				k.bad(i.file, y.Want.line, "指标“%s”的目标在时间上重叠：%s 起有两个", i.item.ID, maxDate(before.From, t.From))
			}
		}
		out.Targets = append(out.Targets, t)
	}
}

func maxDate(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// reach reads the right side of a target: 90, 90%, Ⅲ, 字段:目标类别.
func (k *pack) reach(file string, t text, out *finding.Target, unit quantity.Unit, each *form, classed bool) {
	if field, ok := cutWord(t.s, "字段"); ok {
		out.Field = field
		if each == nil {
			k.bad(file, t.line, "目标取字段“%s”，指标要写 each", field)
		}
		k.field(file, text{field, t.line}, each, register.Number, register.Money, register.Choice, register.Text)
		return
	}
	if isClass(t.s) {
		if out.Class = classOf(t.s); !classed {
			k.bad(file, t.line, "指标不是按类别评价的，目标不能写“%s”", t.s)
		}
		return
	}
	number := t.s
	if unit != "" {
		number = strings.TrimSpace(strings.TrimSuffix(number, string(unit)))
	}
	if d := k.decimal(file, text{number, t.line}); d != nil {
		out.Number = *d
	}
}

// classOf writes a class as standards do: III类 is Ⅲ.
func classOf(s string) string {
	class := strings.TrimSuffix(strings.TrimSpace(s), "类")
	if c, ok := latinClasses[class]; ok {
		return c
	}
	return class
}

func isClass(s string) bool { return slices.Contains(classWords, classOf(s)) }
