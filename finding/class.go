package finding

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/standard"
)

// classed asks package standard. The edition is that of the period's last day.
func (w *world) classed(ctx context.Context, ind *Indicator, c *Classes, key string, p calendar.Period) (raw, error) {
	var v raw
	var err error
	switch {
	case strings.HasPrefix(c.Standard, "GB 3838"):
		v, err = w.surface(ctx, ind, c, key, p)
	case strings.HasPrefix(c.Standard, "GB/T 14848"):
		v, err = w.ground(ctx, c, key, p)
	case strings.HasPrefix(c.Standard, "HJ 633"):
		v, err = w.airIndex(ctx, c, key, p)
	case strings.HasPrefix(c.Standard, "HJ 663"):
		v, err = w.composite(ctx, c, key, p)
	case strings.HasPrefix(c.Standard, "GB 3095"):
		v, err = w.airGrade(ctx, c, key, p)
	default:
		return raw{lacks: "标准" + c.Standard}, nil
	}
	var cannot *standard.Error
	if errors.As(err, &cannot) {
		v.lacks, v.class, v.number = cannot.Error(), "", nil
		return v, nil
	}
	return v, err
}

// samples are the valid readings of the series of a class, by item, in the item's unit.
func (w *world) samples(ctx context.Context, c *Classes, key string, p calendar.Period, item func(string) (standard.Item, bool)) (map[standard.Code]standard.Measured, raw, error) {
	out := map[standard.Code]standard.Measured{}
	var v raw
	var lacks []string
	for _, name := range c.Series {
		d := w.j.Observations.Definition(name)
		if d == nil {
			lacks = append(lacks, string(name))
			continue
		}
		it, ok := item(d.Item)
		if !ok {
			return nil, v, &standard.Error{Item: d.Item, Message: "不是" + c.Standard + "的项目"}
		}
		var list []standard.Measured
		bad := 0
		_, err := w.readingsOf(ctx, name, key, p, func(r observation.Reading) error {
			if !r.Counts() {
				bad++
				return nil
			}
			m, err := it.In(r.Sample, d.Unit)
			list = append(list, m)
			return err
		})
		if err != nil {
			return nil, v, err
		}
		from := Source{Address: string(name) + "/" + key, Count: len(list)}
		if bad > 0 {
			from.Note = fmt.Sprintf("另有%d个无效或缺测", bad)
		}
		v.from = append(v.from, from)
		if len(list) == 0 {
			lacks = append(lacks, d.Title)
			continue
		}
		if len(list) == 1 {
			out[it.Code] = list[0]
			continue
		}
		if out[it.Code], err = standard.Mean(list); err != nil {
			return nil, v, err
		}
	}
	// Items that were not measured are named, and the others judged: a section is judged by what was measured of it.
	if len(out) == 0 {
		v.lacks = strings.Join(lacks, "、") + "的有效读数"
	} else if len(lacks) > 0 {
		v.from = append(v.from, Source{Address: c.Standard, Note: "没有测：" + strings.Join(lacks, "、")})
	}
	return out, v, nil
}

func (w *world) surface(ctx context.Context, ind *Indicator, c *Classes, key string, p calendar.Period) (raw, error) {
	site := standard.Site{Body: standard.River}
	body := c.Body
	if body != "" && body != "river" && body != "lake" { // a field of the entry
		e, err := w.entry(ctx, ind.Each, key, w.stands(p))
		if err != nil {
			return raw{}, err
		}
		if e == nil || e.Values[body] == "" {
			return raw{lacks: body}, nil
		}
		body = e.Values[body]
	}
	if body == "lake" || strings.ContainsAny(body, "湖库") {
		site.Body = standard.Lake
	}
	if t := ind.aims(key, p.To); len(t) == 1 {
		text, _, err := w.aim(ctx, ind, &Result{Key: key, Period: p, Class: "?"}, t[0])
		if err != nil {
			return raw{}, err
		}
		if class, ok := standard.ParseClass(text); ok && class <= standard.V {
			site.Target = class
		}
	}
	items, v, err := w.samples(ctx, c, key, p, func(name string) (standard.Item, bool) { return standard.SurfaceItem(name, site.Body) })
	if err != nil || v.lacks != "" {
		return v, err
	}
	verdict, err := standard.SurfaceWater(site, items)
	if err != nil {
		return v, err
	}
	v.class = verdict.Class.String()
	var worst []string
	for _, j := range verdict.Worst {
		worst = append(worst, j.Item.Name)
	}
	return v.give(c.Gives, worst, verdict.Class), nil
}

func (w *world) ground(ctx context.Context, c *Classes, key string, p calendar.Period) (raw, error) {
	items, v, err := w.samples(ctx, c, key, p, standard.GroundItem)
	if err != nil || v.lacks != "" {
		return v, err
	}
	verdict, err := standard.Groundwater(items)
	if err != nil {
		return v, err
	}
	v.class = verdict.Class.String()
	var worst []string
	for _, j := range verdict.Worst {
		worst = append(worst, j.Item.Name)
	}
	return v.give(c.Gives, worst, verdict.Class), nil
}

// give turns a class into what is asked for: the class, the items that decide it, or its number.
func (v raw) give(gives string, worst []string, class standard.Class) raw {
	words := "评价为" + v.class
	if len(worst) > 0 {
		words += "，最差因子" + strings.Join(worst, "、")
	}
	v.from = append(v.from, Source{Address: "评价", Count: 1, Note: words})
	switch gives {
	case "worst":
		if v.class = strings.Join(worst, "、"); v.class == "" {
			v.class = "无"
		}
	case "index":
		v.class, v.number = "", new(big.Rat).SetInt64(int64(class))
	}
	return v
}

// airMean is a pollutant's mean over a day: a reading of day data, or made of hours; ozone is the largest mean of eight hours.
func (w *world) airMean(ctx context.Context, d *observation.Definition, code standard.Code, key string, day calendar.Date) (*quantity.Decimal, error) {
	var values []*big.Rat
	hours := map[int]*big.Rat{}
	_, err := w.readingsOf(ctx, d.Name, key, calendar.Period{From: day, To: day}, func(r observation.Reading) error {
		if r.Counts() {
			v, err := inUnit(r.Sample.Mean(), d.Unit, airUnit(code))
			if err != nil {
				return err
			}
			values = append(values, v)
			hours[r.At.In(calendar.Zone).Hour()] = v
		}
		return nil
	})
	if err != nil || len(values) == 0 {
		return nil, err
	}
	mean := values[len(values)-1]
	switch {
	case d.Kind == observation.Hour && code == "O3":
		mean = eightHours(hours)
	case d.Kind == observation.Hour:
		mean = nil
		if standard.ValidMean(standard.Day, len(values), time.Month(day.Month)) {
			mean = meanOf(values)
		}
	case d.Kind != observation.Day:
		mean = meanOf(values)
	}
	if mean == nil {
		return nil, nil
	}
	places := 0 // as means are reported: whole ug/m3, CO with one place
	if code == "CO" {
		places = 1
	}
	out, err := quantity.Round(mean, places)
	return &out, err
}

func airUnit(code standard.Code) quantity.Unit {
	if code == "CO" {
		return "mg/m3"
	}
	return "ug/m3"
}

func meanOf(values []*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, v)
	}
	return sum.Quo(sum, new(big.Rat).SetInt64(int64(len(values))))
}

// eightHours is the largest mean of eight hours one after another, of which six were measured; nil where there are fewer than 14.
func eightHours(hours map[int]*big.Rat) *big.Rat {
	var largest *big.Rat
	n := 0
	for end := 7; end < 24; end++ {
		var list []*big.Rat
		for h := end - 7; h <= end; h++ {
			if v := hours[h]; v != nil {
				list = append(list, v)
			}
		}
		if len(list) < 6 {
			continue
		}
		n++
		if m := meanOf(list); largest == nil || m.Cmp(largest) > 0 {
			largest = m
		}
	}
	if n < 14 {
		return nil
	}
	return largest
}

// pollutants are the series of a class by pollutant.
func (w *world) pollutants(c *Classes) (map[standard.Code]*observation.Definition, error) {
	out := map[standard.Code]*observation.Definition{}
	for _, name := range c.Series {
		d := w.j.Observations.Definition(name)
		if d == nil {
			return nil, &standard.Error{Item: string(name), Message: "没有这个监测项目"}
		}
		code, ok := standard.AirPollutant(strings.TrimSuffix(d.Item, "_8h"))
		if !ok {
			return nil, &standard.Error{Item: d.Item, Message: "不是环境空气的项目"}
		}
		out[code] = d
	}
	return out, nil
}

// airIndex is the index of a day; of a longer period, that of its last day with an index.
func (w *world) airIndex(ctx context.Context, c *Classes, key string, p calendar.Period) (raw, error) {
	series, err := w.pollutants(c)
	if err != nil {
		return raw{}, err
	}
	edition, err := standard.EditionOn(standard.AQIFamily, p.To)
	if err != nil {
		return raw{}, err
	}
	for day := w.stands(p); !day.Before(p.From); day = day.AddDays(-1) {
		var list []standard.Concentration
		some := false
		for code, d := range series {
			mean, err := w.airMean(ctx, d, code, key, day)
			if err != nil {
				return raw{}, err
			}
			average := standard.Day
			if code == "O3" {
				average = standard.EightHours
			}
			list = append(list, standard.Concentration{Pollutant: code, Average: average, Value: mean})
			some = some || mean != nil
		}
		if !some {
			continue
		}
		aqi, err := standard.AQIDaily(edition, list)
		if err != nil {
			return raw{}, err
		}
		v := raw{from: []Source{{Address: c.Standard, Count: len(list), Note: day.String()}}}
		switch {
		case aqi.Index == nil:
			v.lacks = strings.Join(aqi.Missing, "、")
		case c.Gives == "index":
			v.number = new(big.Rat).SetInt64(int64(*aqi.Index))
		case c.Gives == "worst":
			if v.class = strings.Join(aqi.Primary, "、"); v.class == "" {
				v.class = "无"
			}
		default:
			v.class = aqi.Level.Class
		}
		return v, nil
	}
	return raw{lacks: "有效日均值"}, nil
}

// dailyMeans are a pollutant's daily means in a period.
func (w *world) dailyMeans(ctx context.Context, d *observation.Definition, code standard.Code, key string, p calendar.Period) (out []*big.Rat, err error) {
	for day := p.From; !w.stands(p).Before(day); day = day.AddDays(1) {
		m, err := w.airMean(ctx, d, code, key, day)
		if err != nil {
			return nil, err
		}
		if m != nil {
			out = append(out, m.Rat())
		}
	}
	return out, nil
}

// composite is the composite index of a period.
func (w *world) composite(ctx context.Context, c *Classes, key string, p calendar.Period) (raw, error) {
	series, err := w.pollutants(c)
	if err != nil {
		return raw{}, err
	}
	edition, err := standard.EditionOn(standard.CompositeFamily, p.To)
	if err != nil {
		return raw{}, err
	}
	v := raw{}
	values := map[string]quantity.Decimal{}
	for code, d := range series {
		list, err := w.dailyMeans(ctx, d, code, key, p)
		if err != nil {
			return v, err
		}
		v.from = append(v.from, Source{Address: string(d.Name) + slash(key), Count: len(list)})
		if len(list) == 0 {
			v.lacks = d.Title + "的有效日均值"
			return v, nil
		}
		name, m, places := string(code), meanOf(list), 0
		switch code {
		case "CO":
			name, places = "CO_p95", 1
			m, err = standard.Percentile(list, big.NewRat(95, 100))
		case "O3":
			name = "O3_8h_p90"
			m, err = standard.Percentile(list, big.NewRat(90, 100))
		}
		if err != nil {
			return v, err
		}
		if values[name], err = quantity.Round(m, places); err != nil {
			return v, err
		}
	}
	index, err := standard.CompositeIndex(edition, values, false)
	if err != nil {
		return v, err
	}
	if c.Gives == "worst" {
		var names []string
		for _, s := range index.Largest {
			names = append(names, string(s.Pollutant))
		}
		v.class = strings.Join(names, "、")
		return v, nil
	}
	v.number = index.Index.Rat()
	return v, nil
}

// airGrade holds means of a period against GB 3095: 一级, 二级, 超二级, of the worst pollutant.
func (w *world) airGrade(ctx context.Context, c *Classes, key string, p calendar.Period) (raw, error) {
	series, err := w.pollutants(c)
	if err != nil {
		return raw{}, err
	}
	v := raw{}
	worst, names := 0, []string{}
	for code, d := range series {
		list, err := w.dailyMeans(ctx, d, code, key, p)
		if err != nil {
			return v, err
		}
		v.from = append(v.from, Source{Address: string(d.Name) + slash(key), Count: len(list)})
		if len(list) == 0 {
			v.lacks = d.Title + "的有效日均值"
			return v, nil
		}
		mean, average := meanOf(list), standard.Annual
		if p.From == p.To {
			average = standard.Day
		}
		if share, ok := standard.YearPercentile(code); ok && (code == "CO" || code == "O3") && average == standard.Annual {
			if mean, err = standard.Percentile(list, share); err != nil { // they have no annual limit
				return v, err
			}
			average = standard.Day
		}
		if code == "O3" && average == standard.Day {
			average = standard.EightHours
		}
		limit, err := standard.AirLimitOn(string(code), average, p.To)
		if err != nil {
			return v, err
		}
		grade := 3
		for g := 2; g >= 1; g-- {
			if limit.Keeps(mean, g) {
				grade = g
			}
		}
		if grade > worst {
			worst, names = grade, nil
		}
		if grade == worst {
			names = append(names, string(code))
		}
	}
	switch c.Gives {
	case "worst":
		v.class = strings.Join(names, "、")
	case "index":
		v.number = new(big.Rat).SetInt64(int64(worst))
	default:
		v.class = []string{"", "一级", "二级", "超二级"}[worst]
	}
	return v, nil
}
