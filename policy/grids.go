package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"zhixing/forecast"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/warning"
)

// Gridded products: forecast.yaml names them.

const forecastYAML = "forecast.yaml"

// grids reads forecast.yaml.
func (f *folder) grids(c *County) {
	if !f.has(forecastYAML) {
		return
	}
	b, ok := f.read(forecastYAML, maxYAML)
	if !ok {
		return
	}
	defs, err := forecast.ReadDefinitions(forecastYAML, b)
	if err == nil {
		_, err = forecast.New(string(c.Place.Code), defs, nil)
	}
	if err != nil {
		f.badGrid(err)
		return
	}
	c.Grids = defs
}

// badGrid tells a mistake in its line: package forecast writes both in one sentence.
func (f *folder) badGrid(err error) {
	says, line := err.Error(), 0
	if rest, ok := strings.CutPrefix(says, forecastYAML+":"); ok {
		if n, words, ok := strings.Cut(rest, "："); ok {
			if k, err := strconv.Atoi(n); err == nil {
				says, line = words, k
			}
		}
	}
	f.bad(forecastYAML, line, "%s", strings.TrimPrefix(says, forecastYAML+"："))
}

// gauged holds the products that are made of gauges against the series of the policies.
func (f *folder) gauged(c *County) {
	for _, d := range c.Grids {
		if d.Gauges == "" {
			continue
		}
		var names []string
		var series *observation.Definition
		if c.Policies != nil {
			for _, s := range c.Policies.Series {
				if names = append(names, string(s.Name)); string(s.Name) == d.Gauges {
					series = s
				}
			}
		}
		switch {
		case series == nil:
			f.bad(forecastYAML, d.LineNo, "产品“%s”的 gauges“%s”不是哪个政策包的监测项目%s", d.Name, d.Gauges, nearest(d.Gauges, names))
		case !c.Policies.placed(series.Register):
			f.bad(forecastYAML, d.LineNo, "产品“%s”的 gauges“%s”测的是台账“%s”的条目，它没有位置字段", d.Name, d.Gauges, series.Register)
		default:
			if _, err := quantity.Convert(quantity.Int(1), series.Unit, d.Unit); err != nil {
				f.bad(forecastYAML, d.LineNo, "产品“%s”的单位是 %s，监测项目“%s”的是 %s，换算不了", d.Name, d.Unit, d.Gauges, series.Unit)
			}
		}
	}
}

// placed reports whether the entries of a register have a place.
func (s *Set) placed(name string) bool {
	return slices.ContainsFunc(s.Registers, func(x *register.Schema) bool {
		return string(x.Name) == name && slices.ContainsFunc(x.Fields, func(f register.Field) bool { return f.Geo() })
	})
}

// foretold holds the threshold of a level against the products: one of an element that no product forecasts, or that a product can say nothing
// to, would never be reached. A county without forecast.yaml takes no grids yet.
func (k *pack) foretold(file string, line int, element text, t *warning.Foreseen) {
	if len(k.county.Grids) == 0 {
		return
	}
	var names []string
	for i := range k.county.Grids {
		d := &k.county.Grids[i]
		if d.Horizon == 0 {
			continue
		}
		if names = append(names, d.Element); d.Element != element.s {
			continue
		}
		if _, err := d.Signal(t.Threshold, t.Unit, t.Window, t.Ahead, t.Most); err != nil {
			k.bad(file, max(line, element.line), "forecast.yaml 的产品“%s”用不上这个阈值：%s", d.Name, unwrapped(err))
		}
	}
	if !slices.Contains(names, element.s) {
		k.bad(file, max(line, element.line), "forecast.yaml 里没有哪个产品预报“%s”%s", element.s, nearest(element.s, names))
	}
}

// unwrapped is the sentence of a refusal without the name of the operation.
func unwrapped(err error) string {
	var e *forecast.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
