package standard

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"zhixing/quantity"
)

func judgeAQIDaily(q question) (fields, error) { return q.aqi(AQIDaily, EightHours, false) }

// A case of this kind says that something is missing: what it does not name is missing too.
func judgeAQIMissing(q question) (fields, error) { return q.aqi(AQIDaily, EightHours, true) }

func judgeAQIHourly(q question) (fields, error) { return q.aqi(AQIHourly, Hour, false) }

// aqi answers with the keys of the question: O3_8h stays O3_8h.
func (q question) aqi(index func(Edition, []Concentration) (AQI, error), ozone Average, all bool) (fields, error) {
	e, err := q.aqiEdition()
	if err != nil {
		return nil, err
	}
	var in []Concentration
	for _, m := range q.input {
		if m.key == "date" {
			continue
		}
		c, err := readConcentration(m, ozone)
		if err != nil {
			return nil, err
		}
		in = append(in, c)
	}
	if all {
		for _, p := range []string{"PM2.5", "PM10", "SO2", "NO2", "CO", "O3"} {
			if !slices.ContainsFunc(in, func(c Concentration) bool { return c.Pollutant == Code(p) }) {
				key, average := p, Day
				if p == "O3" {
					key, average = "O3_8h", EightHours
				}
				in = append(in, Concentration{Key: key, Pollutant: Code(p), Average: average})
			}
		}
	}
	a, err := index(e, in)
	if err != nil {
		return nil, err
	}
	var parts, instead, capped fields
	for _, p := range a.Parts {
		if p.Unplanned {
			parts = append(parts, field{p.Key, "/"})
		} else {
			parts = append(parts, field{p.Key, p.Index})
		}
		if p.Instead != nil {
			instead = append(instead, field{p.Key, p.Instead.String()})
		}
		if p.Capped {
			capped = append(capped, field{p.Key, *p.Index})
		}
	}
	out := fields{{"aqi", a.Index}, {"class", wordOrNull(a.Level.Class)}, {"primary", list(a.Primary)}, {"iaqi", parts}, {"edition", a.Edition}}
	if a.Index != nil {
		out = append(out, field{"level", a.Level.Level}, field{"colour", a.Level.Colour})
	}
	if e != roundsFirst {
		out = append(out, field{"over_limit", list(a.Over)})
	}
	if len(a.Missing) > 0 {
		out = append(out, field{"missing", a.Missing})
	}
	if instead != nil {
		out = append(out, field{"use_instead", instead})
	}
	if capped != nil {
		out = append(out, field{"over_top", capped})
	}
	return out, nil
}

// aqiEdition takes the name of the limits' standard too: GB 3095-2012 came with HJ 633-2012.
func (q question) aqiEdition() (Edition, error) {
	if year, ok := strings.CutPrefix(bare(q.standard), "3095"); ok {
		q.standard = "HJ 633" + year
	}
	return q.edition(AQIFamily)
}

// readConcentration reads a member such as "O3_8h": 160.
func readConcentration(m member, ozone Average) (Concentration, error) {
	c := Concentration{Key: m.key, Average: Day}
	if ozone == Hour {
		c.Average = Hour
	}
	name, suffix, found := strings.Cut(strings.ReplaceAll(m.key, "-", "_"), "_")
	if code, ok := AirPollutant(name); ok {
		c.Pollutant = code
	}
	if c.Pollutant == "O3" {
		c.Average = ozone
	}
	if found {
		a, ok := averageOf(suffix)
		if !ok {
			return c, bad(m.key, "不认识的平均时间“%s”", short(suffix))
		}
		c.Average = a
	}
	if !slices.Contains([]Code{"SO2", "NO2", "PM10", "PM2.5", "CO", "O3"}, c.Pollutant) {
		return c, bad(m.key, "不是空气质量指数的污染物")
	}
	v, err := readCell(m.key, m.raw)
	if err != nil {
		return c, err
	}
	if v.word == "/" {
		c.Unplanned = true
		return c, nil
	}
	c.Value, err = readDecimal(m.key, m.raw)
	return c, err
}

func judgeIAQI(q question) (fields, error) {
	e, err := q.aqiEdition()
	if err != nil {
		return nil, err
	}
	pollutant, err := q.text("pollutant")
	if err != nil {
		return nil, err
	}
	raw, ok := q.input.get("value")
	if !ok {
		return nil, bad("value", "缺少这项输入")
	}
	key := pollutant
	averaging, err := q.text("averaging")
	if err != nil {
		return nil, err
	}
	if averaging != "" {
		name, _, _ := strings.Cut(key, "_")
		a, ok := averageOf(averaging)
		if !ok {
			return nil, bad("averaging", "不认识的平均时间“%s”", short(averaging))
		}
		key = name + "_" + string(a)
	}
	c, err := readConcentration(member{key, raw}, EightHours)
	if err != nil {
		return nil, err
	}
	p, err := SingleIAQI(e, c)
	if err != nil {
		return nil, err
	}
	out := fields{{"iaqi", p.Index}}
	if p.Instead != nil {
		out = append(out, field{"use_instead", p.Instead.String()})
	}
	return append(out, field{"over_top", p.Capped || p.Instead != nil}, field{"edition", e}, field{"basis", p.Row.String()}), nil
}

// compositeKeys are the keys by which a statistic may be given.
var compositeKeys = map[string]string{"SO2": "SO2", "NO2": "NO2", "PM10": "PM10", "PM25": "PM2.5", "COP95": "CO_p95", "CO": "CO_p95", "CO95PER": "CO_p95", "O38HP90": "O3_8h_p90",
	"O3": "O3_8h_p90", "O38H": "O3_8h_p90", "O3P90": "O3_8h_p90", "O390PER": "O3_8h_p90", "O38H90PER": "O3_8h_p90"}

func judgeComposite(q question) (fields, error) {
	if err := q.fits("663", "3095", "排名", "综合指数", "COMPOSITE", "RANKING"); err != nil {
		return nil, err
	}
	e := Edition("HJ 663-2013")
	if strings.Contains(q.standard, "2026") {
		e = "HJ 663-2026"
	} else if q.standard == "" || !strings.Contains(q.standard, "20") {
		if !q.date.IsZero() {
			var err error
			if e, err = EditionOn(CompositeFamily, q.date); err != nil {
				return nil, err
			}
		}
	}
	values, asked := map[string]quantity.Decimal{}, map[string]string{}
	unverified := false
	for _, m := range q.input {
		switch m.key {
		case "date":
			continue
		case "unverified":
			unverified = string(m.raw) == "true"
			continue
		}
		key, ok := compositeKeys[plain(m.key)]
		if !ok {
			return nil, bad(m.key, "不参加综合指数计算")
		}
		if _, twice := values[key]; twice {
			return nil, bad(m.key, "给了两次")
		}
		d, err := readDecimal(m.key, m.raw)
		if err != nil {
			return nil, err
		}
		if d != nil {
			values[key], asked[key] = *d, m.key
		}
	}
	c, err := CompositeIndex(e, values, unverified)
	if err != nil {
		return nil, err
	}
	var singles fields
	for _, s := range c.Singles {
		singles = append(singles, field{asked[s.Key], number(s.Index, 10)})
	}
	return fields{{"index", c.Index}, {"largest_single", asked[c.Largest[0].Key]}, {"largest_single_index", number(c.Largest[0].Index, 2)},
		{"singles", singles}, {"edition", e}}, nil
}

func judgePercentile(q question) (fields, error) {
	if err := q.fits("663", "3095", "8170", "PERCENTILE", "百分位"); err != nil {
		return nil, err
	}
	raw, err := q.need("values")
	if err != nil {
		return nil, err
	}
	list, err := readArray("values", raw)
	if err != nil {
		return nil, err
	}
	var values []*big.Rat
	for _, x := range list {
		d, err := readDecimal("values", x)
		if err != nil {
			return nil, err
		}
		if d != nil {
			values = append(values, d.Rat())
		}
	}
	p, err := q.share("p")
	if err != nil {
		return nil, err
	}
	v, err := Percentile(values, p)
	if err != nil {
		return nil, err
	}
	return fields{{"value", number(v, 10)}, {"n", len(values)}}, nil
}

// share reads 0.95, 95 or 95%.
func (q question) share(name string) (*big.Rat, error) {
	raw, err := q.need(name)
	if err != nil {
		return nil, err
	}
	c, err := readCell(name, raw)
	if err != nil {
		return nil, err
	}
	percent := strings.HasSuffix(c.word, "%")
	d, err := quantity.Parse(strings.TrimSuffix(c.word, "%"))
	if err != nil {
		return nil, bad(name, "“%s”不是数", short(c.word))
	}
	r := d.Rat()
	if percent || r.Cmp(big.NewRat(1, 1)) > 0 {
		r.Quo(r, big.NewRat(100, 1))
	}
	return r, nil
}

// number is a JSON number of at most so many places.
func number(r *big.Rat, places int) json.Number { return json.Number(trim(r, places)) }

// list is never null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func wordOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
