package example

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

// What wants say of entries, what they owe, indicators and series.

func (p *Player) entry(ctx context.Context, tx *db.Tx, w policy.Want) (*register.Entry, error) {
	e, err := p.Works.Registers.Get(ctx, tx, register.Inside, register.Name(w.ID), p.key(w.ID, w.Key), register.AsOf{})
	if register.KindOf(err) == register.NotFound {
		return nil, nil
	}
	return e, err
}

func (p *Player) lookEntry(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	e, err := p.entry(ctx, tx, w)
	if err != nil {
		return "", err
	}
	there := e != nil && !e.Removed()
	if w.None == there {
		return fmt.Sprintf("%s：应当%s在册，现在%s在册", name(w), not(!w.None), not(there)), nil
	}
	if !there {
		return "", nil
	}
	d, s := differ{name: name(w)}, p.schema(w.ID)
	for _, is := range w.Is {
		if field, ok := strings.CutPrefix(is.Name, "fields."); ok {
			now := shown(s, e, field)
			d.want(policy.Is{Name: field, Value: is.Value}, now, p.alike(now, is.Value))
			continue
		}
		switch is.Name {
		case "state":
			d.want(is, e.State, e.State == is.Value)
		case "stale":
			stale := s.Stale(e, dayOf(tx.Now()))
			d.want(is, yesNo(stale), truth(is.Value) == stale)
		}
	}
	return d.String(), nil
}

func not(is bool) string { return map[bool]string{true: "", false: "不"}[is] }

func (p *Player) schema(id string) *register.Schema {
	s, _ := p.Works.Registers.Schema(register.Name(id))
	return s
}

// shown is a field as people write it: money in the field's unit.
func shown(s *register.Schema, e *register.Entry, field string) string {
	v := e.Values[field]
	f, ok := s.Field(field)
	if !ok || v == "" {
		return v
	}
	if f.Type == register.Number || f.Type == register.Money {
		if d, ok := f.Number(v); ok {
			return d.String()
		}
	}
	return v
}

// alike compares what is with what an author wrote: numbers by their value, units by any of their names.
func (p *Player) alike(now, want string) bool {
	if now == want {
		return true
	}
	a, err := quantity.Parse(now)
	b, err2 := quantity.Parse(want)
	if err == nil && err2 == nil {
		return a.Equal(b)
	}
	if want == "true" || want == "false" {
		return now == yesNo(truth(want))
	}
	u, ok := p.County.Directory.Resolve(want)
	return ok && u.Name == now
}

func (p *Player) lookCount(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	s := p.schema(w.ID)
	if s == nil {
		return name(w) + "：没有这本台账", nil
	}
	n, today := 0, dayOf(tx.Now())
	for e, err := range p.Works.Registers.Each(ctx, tx, register.Inside, register.Query{Register: s.Name}) {
		if err != nil {
			return "", err
		}
		in, err := w.Where.Holds(ctx, p.Works.Registers.Facts(ctx, tx, s, e, today))
		if _, undecided := rule.Undecided(err); err != nil && !undecided {
			return "", err
		}
		if in && err == nil {
			n++
		}
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		d.want(is, fmt.Sprint(n), fmt.Sprint(n) == is.Value)
	}
	return d.String(), nil
}

func (p *Player) lookOwes(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	of, obligation, _ := strings.Cut(w.ID, "/")
	list, _, err := p.Works.Registers.Owed(ctx, tx, register.OwedQuery{Register: register.Name(of), Key: p.key(of, w.Key), Obligation: obligation, Size: 100})
	if err != nil {
		return "", err
	}
	switch {
	case w.None && len(list) > 0:
		return fmt.Sprintf("%s：应当不欠，现在有一笔到期日是 %s 的", name(w), list[0].Due), nil
	case w.None:
		return "", nil
	case len(list) == 0:
		return name(w) + "：应当有，现在没有", nil
	}
	var best *differ
	for _, o := range list { // of several turns, the one that is meant
		d := &differ{name: name(w)}
		for _, is := range w.Is {
			switch is.Name {
			case "due":
				d.want(is, o.Due.String(), o.Due.String() == is.Value)
			case "done":
				done := o.State == register.Done
				d.want(is, yesNo(done), truth(is.Value) == done)
			}
		}
		if best == nil || len(d.all) <= len(best.all) {
			best = d
		}
	}
	return best.String(), nil
}

func (p *Player) lookMissing(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	of, complete, _ := strings.Cut(w.ID, "/")
	list, err := p.Works.Registers.Lacking(ctx, tx)
	if err != nil {
		return "", err
	}
	var now []string
	for _, l := range list {
		if string(l.Schema.Name) == of && l.Complete.ID == complete {
			now = append(now, l.Units...)
		}
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		d.want(is, strings.Join(now, "、"), sameSet(now, is.Values))
	}
	return d.String(), nil
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func (p *Player) lookIndicator(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	on := dayOf(tx.Now())
	for _, is := range w.Is {
		if is.Name == "on" {
			on, _ = calendar.ParseDate(is.Value)
		}
	}
	res, err := p.Works.Judge.Compute(ctx, tx, w.ID, w.Key, on)
	if err != nil {
		return "", err
	}
	value := res.Class
	if res.Number != nil {
		value = res.Number.String()
	}
	if w.None {
		if value != "" {
			return name(w) + "：应当没有值，现在是" + value, nil
		}
		return "", nil
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		switch is.Name {
		case "value":
			now := value
			if now == "" {
				now = "算不出，缺" + res.Lacks
			}
			d.want(is, now, p.alike(value, is.Value))
		case "met":
			met := is.Value == string(res.Met) || truth(is.Value) && res.Met == finding.IsMet || (is.Value == "false" || is.Value == "否") && res.Met == finding.NotMet
			d.want(is, string(res.Met), met)
		case "target":
			d.want(is, res.Target, plain(res.Target) == plain(is.Value) || strings.TrimLeft(plain(res.Target), "<>=") == plain(is.Value))
		case "forecast":
			d.want(is, res.Forecast, p.alike(res.Forecast, is.Value))
		case "trend":
			d.want(is, res.Trend, res.Trend == is.Value)
		case "lacks":
			d.want(is, res.Lacks, strings.Contains(res.Lacks, is.Value))
		}
	}
	return d.String(), nil
}

// plain leaves out what does not matter in a target.
func plain(s string) string { return strings.NewReplacer(" ", "", "≤", "<=", "≥", ">=").Replace(s) }

func (p *Player) lookSeries(ctx context.Context, tx *db.Tx, w policy.Want) (string, error) {
	s, ok, err := p.Works.Observations.Find(ctx, tx, observation.SeriesName(w.ID), w.Key)
	if err != nil {
		return "", err
	}
	now := "没有"
	if ok {
		if now, err = p.seriesState(ctx, tx, s, w); err != nil {
			return "", err
		}
	}
	d := differ{name: name(w)}
	for _, is := range w.Is {
		d.want(is, now, now == is.Value)
	}
	return d.String(), nil
}

// seriesState is 停用, 失联, 正常, or how the latest reading stands.
func (p *Player) seriesState(ctx context.Context, tx *db.Tx, s observation.Series, w policy.Want) (string, error) {
	all, err := p.Works.Observations.Of(ctx, tx, s.Register, w.Key) // Find may not know yet that it has ended
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(all, func(o observation.Series) bool { return o.ID == s.ID && !o.Ended.IsZero() }) {
		return "停用", nil
	}
	if silent, err := p.Works.Observations.IsSilent(ctx, tx, s.ID); err != nil || silent {
		return "失联", err
	}
	list, err := p.Works.Observations.LatestAt(ctx, tx, s.Register, w.Key)
	for _, l := range list {
		if l.Series == s.ID && l.State() != observation.Valid {
			return string(l.State()), err
		}
	}
	return "正常", err
}
