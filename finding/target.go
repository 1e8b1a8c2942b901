package finding

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/quantity"
	"zhixing/rule"
)

// judged rounds a value, holds it against the target of the period's last day, and says where it is going.
func (w *world) judged(ctx context.Context, ind *Indicator, key string, p calendar.Period, v raw) (Result, error) {
	res := Result{Indicator: ind.ID, Key: key, Period: p, Over: p.To.Before(w.today()), Class: v.class, Lacks: v.lacks, From: v.from, Computed: w.tx.Now()}
	if ind.Each != "" {
		e, err := w.entry(ctx, ind.Each, key, w.stands(p))
		if err != nil {
			return res, err
		}
		if e != nil {
			res.Label = e.Label
		}
	}
	exact := v.number
	if v.number != nil && v.lacks == "" {
		d, err := rounded(v.number, ind.Places)
		if err != nil {
			return res, err
		}
		res.Number = &d
		if ind.Places > 0 { // the rounded value is compared, as GB/T 8170 has it where the digits are ordered
			exact = d.Rat()
		}
	}
	if err := w.held(ctx, ind, &res, exact); err != nil {
		return res, err
	}
	return res, w.heading(ctx, ind, &res)
}

// rounded is a value for people: with the places that are ordered, or exactly where at most four do, else with two.
func rounded(v *big.Rat, places int) (quantity.Decimal, error) {
	if places > 0 {
		return quantity.Round(v, places)
	}
	if n, exact := v.FloatPrec(); exact && n <= 4 {
		return quantity.Round(v, n)
	}
	return quantity.Round(v, 2)
}

// aims are the targets in force for a key on a day: those for the key alone, else those in a field of the entry, else those for all.
func (ind *Indicator) aims(key string, on calendar.Date) []Target {
	var out []Target
	rank := 0
	for _, t := range ind.Targets {
		if on.Before(t.From) || !t.To.IsZero() && !on.Before(t.To) || t.Subject != "" && t.Subject != key {
			continue
		}
		r := 1
		if t.Field != "" {
			r = 2
		}
		if t.Subject != "" {
			r = 3
		}
		if r > rank {
			rank, out = r, nil
		}
		if r == rank {
			out = append(out, t)
		}
	}
	return out
}

// held holds a result against its targets.
func (w *world) held(ctx context.Context, ind *Indicator, res *Result, exact *big.Rat) error {
	for _, t := range ind.aims(res.Key, res.Period.To) {
		text, number, err := w.aim(ctx, ind, res, t)
		if err != nil {
			return err
		}
		if text == "" {
			res.Target, res.Met = "", CantTell
			if res.Lacks == "" {
				res.Lacks = "字段“" + t.Field + "”里的目标"
			}
			return nil
		}
		if res.Target != "" {
			res.Target += "，"
		}
		res.Target += t.Op + " " + text
		if res.Lacks != "" || res.Number == nil && res.Class == "" {
			res.Met = CantTell
			continue
		}
		met, distance, ok := compare(ind, res, exact, t.Op, text, number)
		switch {
		case !ok:
			res.Met, res.Lacks = CantTell, "“"+res.String()+"”和“"+text+"”不能比"
		case !met:
			res.Met, res.Distance = NotMet, distance
		case res.Met == NoTarget:
			res.Met, res.Distance = IsMet, distance
		}
	}
	return nil
}

// aim is what a target wants: a class or a number; empty where the entry's field is.
func (w *world) aim(ctx context.Context, ind *Indicator, res *Result, t Target) (string, *big.Rat, error) {
	switch {
	case t.Field != "":
		e, err := w.entry(ctx, ind.Each, res.Key, w.stands(res.Period))
		if err != nil || e == nil {
			return "", nil, err
		}
		s, _ := w.j.Registers.Schema(e.Register)
		f, ok := s.Field(t.Field)
		if !ok || e.Values[t.Field] == "" {
			return "", nil, nil
		}
		if d, ok := f.Number(e.Values[t.Field]); ok && res.Class == "" {
			return d.String(), d.Rat(), nil
		}
		return strings.TrimSuffix(e.Values[t.Field], "类"), nil, nil
	case t.Class != "":
		return t.Class, nil, nil
	}
	return t.Number.String(), t.Number.Rat(), nil
}

// airWords are the classes of the air index from the best.
var airWords = []string{"优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"}

// levelOf orders classes of one kind from the best; 0 is no class.
func levelsOf(a, b string) (i, j int) {
	if _, ok := rule.CompareClasses(a, b); ok {
		water := []string{"", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"}
		for n, c := range water[1:] {
			if d, _ := rule.CompareClasses(a, c); d == 0 {
				i = n + 1
			}
			if d, _ := rule.CompareClasses(b, c); d == 0 {
				j = n + 1
			}
		}
		return i, j
	}
	return 1 + slices.Index(airWords, a), 1 + slices.Index(airWords, b)
}

func compare(ind *Indicator, res *Result, exact *big.Rat, op, text string, number *big.Rat) (met bool, distance string, ok bool) {
	if res.Class != "" {
		i, j := levelsOf(res.Class, text)
		if i == 0 || j == 0 {
			return op == "=" && res.Class == text, "", op == "="
		}
		return keeps(op, i-j), classDistance(i-j, keeps(op, i-j)), true
	}
	if number == nil || exact == nil {
		return false, "", false
	}
	met = keeps(op, exact.Cmp(number))
	gap := new(big.Rat).Sub(exact, number)
	gap.Abs(gap)
	if gap.Sign() == 0 {
		return met, "", true
	}
	d, err := rounded(gap, ind.Places)
	if err != nil {
		return met, "", true
	}
	unit := string(ind.Unit)
	if unit == "%" {
		unit = "个百分点"
	}
	if met {
		return met, "富余" + d.String() + unit, true
	}
	return met, "差" + d.String() + unit, true
}

func classDistance(n int, met bool) string {
	switch {
	case n == 0:
		return ""
	case met:
		return fmt.Sprintf("好%d个类别", max(n, -n))
	}
	return fmt.Sprintf("差%d个类别", max(n, -n))
}

func keeps(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	}
	return c == 0
}

func cutOp(s string) (op, rest string) {
	for _, op := range []string{"<=", ">=", "<", ">", "="} {
		if r, ok := strings.CutPrefix(s, op); ok {
			return op, strings.TrimSpace(r)
		}
	}
	return "", s
}

// heading fills in the trend against the period before, and the forecast for the year's end.
func (w *world) heading(ctx context.Context, ind *Indicator, res *Result) error {
	if ind.Period == "" || res.Number == nil && res.Class == "" {
		return nil
	}
	kept, err := w.j.keptBefore(ctx, w.tx, ind.ID, res.Key, res.Period.From, 13)
	if err != nil {
		return err
	}
	before := res.Period.From.AddDays(-1)
	if len(kept) > 0 && kept[0].Period.To == before {
		res.Trend = trend(&kept[0], res)
	}
	switch ind.Forecast {
	case "linear":
		return w.linear(ind, res, kept)
	case "total":
		return w.total(ind, res, kept)
	}
	return nil
}

func trend(was, now *Result) string {
	switch {
	case was.Number != nil && now.Number != nil:
		return map[int]string{-1: "下降", 0: "持平", 1: "上升"}[now.Number.Cmp(*was.Number)]
	case was.Class != "" && now.Class != "":
		i, j := levelsOf(now.Class, was.Class)
		if i == 0 || j == 0 {
			return ""
		}
		return map[int]string{-1: "好转", 0: "持平", 1: "恶化"}[max(-1, min(1, i-j))]
	}
	return ""
}

// linear lays the straight line of least squares through the periods of the year, and follows it to the last one.
func (w *world) linear(ind *Indicator, res *Result, kept []Result) error {
	if res.Number == nil {
		return nil
	}
	year := res.Period.To.Year
	type point struct{ x, y *big.Rat }
	list := []point{{at(res.Period), res.Number.Rat()}}
	for _, k := range kept {
		if k.Period.To.Year == year && k.Number != nil {
			list = append(list, point{at(k.Period), k.Number.Rat()})
		}
	}
	if len(list) < 3 { // two points make a line, but no trend
		return nil
	}
	n := new(big.Rat).SetInt64(int64(len(list)))
	sx, sy, sxx, sxy := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for _, p := range list {
		sx.Add(sx, p.x)
		sy.Add(sy, p.y)
		sxx.Add(sxx, new(big.Rat).Mul(p.x, p.x))
		sxy.Add(sxy, new(big.Rat).Mul(p.x, p.y))
	}
	under := new(big.Rat).Sub(new(big.Rat).Mul(n, sxx), new(big.Rat).Mul(sx, sx))
	if under.Sign() == 0 {
		return nil
	}
	slope := new(big.Rat).Sub(new(big.Rat).Mul(n, sxy), new(big.Rat).Mul(sx, sy))
	slope.Quo(slope, under)
	base := new(big.Rat).Sub(sy, new(big.Rat).Mul(slope, sx))
	base.Quo(base, n)
	last, err := w.period(ind, calendar.Date{Year: year, Month: 12, Day: 31})
	if err != nil {
		return err
	}
	return res.forecast(ind, base.Add(base, slope.Mul(slope, at(last))))
}

// at is where a period lies in the year: its middle day.
func at(p calendar.Period) *big.Rat {
	return big.NewRat(int64(p.From.Time().YearDay()+p.To.Time().YearDay()), 2)
}

// total takes what the year has come to so far, and lets it go on in proportion to the days.
func (w *world) total(ind *Indicator, res *Result, kept []Result) error {
	if res.Number == nil {
		return nil
	}
	year := res.Period.To.Year
	sum := res.Number.Rat()
	if ind.Period != calendar.Year {
		for _, k := range kept {
			if k.Period.To.Year == year && k.Number != nil {
				sum.Add(sum, k.Number.Rat())
			}
		}
	}
	days := int64(calendar.Date{Year: year, Month: 12, Day: 31}.Time().YearDay())
	gone := int64(w.stands(res.Period).Time().YearDay())
	return res.forecast(ind, sum.Mul(sum, big.NewRat(days, gone)))
}

func (r *Result) forecast(ind *Indicator, v *big.Rat) error {
	places := ind.Places
	if places == 0 {
		places = r.Number.Scale()
	}
	d, err := quantity.Round(v, places)
	if err == nil {
		r.Forecast = d.String()
	}
	return err
}
