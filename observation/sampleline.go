package observation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
)

// understand fills in what a line means, or says what is wrong with it.
func (o *Observations) understand(ctx context.Context, tx *db.Tx, l *SampleLine, entry func(context.Context, *db.Tx, string, string) (string, error), fallback string) error {
	wrong := func(format string, args ...any) error {
		l.State, l.Message = LineWrong, fmt.Sprintf(format, args...)
		return nil
	}
	if l.Place == "" {
		return wrong("没有写点位")
	}
	d, why := o.sampleDefinition(l.Item, fallback)
	if d == nil {
		return wrong("%s", why)
	}
	l.Name, l.Key = d.Name, l.Place
	if entry != nil {
		key, err := entry(ctx, tx, d.Register, l.Place)
		if err != nil {
			return err
		}
		if key == "" {
			return wrong("台账里没有名为“%s”的点位", l.Place)
		}
		l.Key = key
	} else if o.Known != nil {
		known, err := o.Known(ctx, tx, d.Register, l.Key)
		if err != nil {
			return err
		}
		if !known {
			return wrong("台账里没有编号为“%s”的点位", l.Place)
		}
	}
	if o.Unwanted != nil {
		why, err := o.Unwanted(ctx, tx, d, l.Key)
		if err != nil {
			return err
		}
		if why != "" {
			return wrong("%s", strings.TrimSuffix(why, "。"))
		}
	}
	at, ok := parseMoment(l.Time)
	if !ok {
		return wrong("采样时间“%s”应写作 2023-09-20 09:00", l.Time)
	}
	if at.After(tx.Now().Add(maxAhead)) {
		return wrong("采样时间在一天以后")
	}
	l.At = at
	v, err := sampleValue(l.Result, l.Unit, d)
	if err != nil {
		return wrong("%s", err)
	}
	l.Value = v.String()
	return nil
}

// sampleDefinition finds what a line measures by the definition's title, item or name. A Sample series is preferred.
func (o *Observations) sampleDefinition(item, fallback string) (*Definition, string) {
	if item == "" {
		return nil, "没有写项目"
	}
	var found []*Definition
	for _, d := range o.Definitions {
		if d.MeanOf == "" && (d.Title == item || d.Item == item || string(d.Name) == item) {
			found = append(found, d)
		}
	}
	for _, fits := range []func(*Definition) bool{
		func(d *Definition) bool { return string(d.Name) == item },
		func(d *Definition) bool { return fallback == "" || d.Register == fallback },
		func(d *Definition) bool { return d.Kind == Sample },
	} {
		some := slices.DeleteFunc(slices.Clone(found), func(d *Definition) bool { return !fits(d) })
		if len(some) > 0 {
			found = some
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Sprintf("没有名为“%s”的监测项目", item)
	case 1:
		return found[0], ""
	}
	names := make([]string, len(found))
	for i, d := range found {
		names[i] = string(d.Name)
	}
	return nil, fmt.Sprintf("“%s”有几个监测项目，请写明是哪一个：%s", item, strings.Join(names, "、"))
}

// sampleValue reads a result as laboratories write it, in the unit given, and gives it in the series' unit. 未检出 without a limit
// is refused: a limit is what it says.
func sampleValue(result, unit string, d *Definition) (Value, error) {
	result = strings.TrimSpace(result)
	switch result {
	case "":
		return Value{}, fmt.Errorf("没有写结果；没有采到样的写“缺测”")
	case "缺测", "—", "-", "/":
		return Value{Empty: true, Flag: Normal}, nil
	case "未检出", "ND", "nd":
		return Value{}, fmt.Errorf("“%s”应写出检出限，如 0.0003L", result)
	}
	s, err := quantity.ParseSample(result)
	if err != nil {
		return Value{}, err
	}
	if unit != "" {
		from, err := quantity.ParseUnit(unit)
		if err != nil {
			return Value{}, err
		}
		if s.Decimal, err = Convert(s.Decimal, from, d.Unit); err != nil {
			return Value{}, err
		}
	}
	v := Measured(s)
	if outside(s.Decimal, d) {
		v.Flag = Outside
	}
	return v, nil
}

// parseMoment reads a time as people write it into a cell; a date alone is its beginning.
func parseMoment(s string) (time.Time, bool) {
	s = strings.TrimSpace(strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", "T", " ", "：", ":").Replace(s))
	for _, layout := range []string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2 15时", "2006-1-2"} {
		if t, err := time.ParseInLocation(layout, strings.Join(strings.Fields(s), " "), calendar.Zone); err == nil {
			return t.UTC(), t.Year() >= 1950 && t.Year() < 3000
		}
	}
	return time.Time{}, false
}
