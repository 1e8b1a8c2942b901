package device

import (
	"strings"
	"time"

	"zhixing/device/hj212"
	"zhixing/observation"
	"zhixing/quantity"
)

// kindOf is which kind of series takes a frame's data; empty: none does.
var kindOf = map[hj212.Kind]observation.Kind{hj212.Realtime: observation.RealTime, hj212.State: observation.RealTime, hj212.Minute: observation.Minute,
	hj212.Furnace: observation.Minute, hj212.Noise: observation.Minute, hj212.Hour: observation.Hour, hj212.Day: observation.Day, hj212.RunTime: observation.Day}

// measures are which of a factor's numbers is the reading, first come: Rtd of real-time data, Avg of the others.
var measures = map[hj212.Kind][]string{hj212.Realtime: {"Rtd"}, hj212.State: {"RS"}, hj212.Minute: {"Avg", "Rtd"}, hj212.Furnace: {"Avg", "Rtd"},
	hj212.Noise: {"Data", "Avg", "Rtd"}, hj212.Hour: {"Avg"}, hj212.Day: {"Avg", "Data", "DayData"}, hj212.RunTime: {"RT"}}

// oldCodes are the codes of HJ/T 212-2005 and what they became (column 原编码 of HJ 212-2017, annex B).
var oldCodes = map[string]string{"001": "w01001", "011": "w01018", "060": "w21003", "101": "w21011", "065": "w21001", "B01": "w00000", "B02": "a00000",
	"01": "a34013", "02": "a21026", "03": "a21002", "S01": "a19001", "S02": "a01011", "S03": "a01012", "S05": "a01014", "S08": "a01013"}

// plan is where a device's factors go, made once for the definitions in force.
type plan struct {
	o       *observation.Observations
	version int // of the registry
	device  *Device
	targets map[planKey][]target
	ignored map[string]bool
	alias   map[string]Factor
}

type planKey struct {
	kind observation.Kind
	code string
}

// target is a definition that takes a number of a factor. A definition's factor w01018 takes the measured value, a21026-Zs the
// one converted to reference oxygen, w00000-Cou the total, w01018-Max that measure.
type target struct {
	def     *observation.Definition
	variant string
}

func newPlan(o *observation.Observations, d *Device, version int) *plan {
	p := &plan{o: o, device: d, version: version, targets: map[planKey][]target{}, ignored: map[string]bool{}, alias: map[string]Factor{}}
	for _, def := range o.DefinitionsOf(d.Register) {
		if def.Factor != "" && def.MeanOf == "" {
			code, variant, _ := strings.Cut(def.Factor, "-")
			key := planKey{def.Kind, code}
			p.targets[key] = append(p.targets[key], target{def, variant})
		}
	}
	for _, f := range d.Factors {
		p.alias[f.Code] = f
		p.ignored[f.Code] = f.Ignored
		if def := o.Definition(f.Series); def != nil && def.Register == d.Register {
			p.targets[planKey{def.Kind, f.Code}] = []target{{def, ""}}
		}
	}
	return p
}

// find is what takes a factor, and what the registration says of it.
func (p *plan) find(kind observation.Kind, code string) ([]target, Factor) {
	f := p.alias[code]
	if t := p.targets[planKey{kind, code}]; t != nil {
		return t, f
	}
	as := f.As
	if as == "" {
		as = oldCodes[code]
	}
	if as == "" {
		return nil, f
	}
	return p.targets[planKey{kind, as}], f
}

// unplaced is what a device sent and no series takes.
type unplaced struct {
	device ID
	cn     hj212.CN
	factor string
	at     time.Time
	why    string
	data   string
}

// maxText bounds what is kept of one factor's text.
const maxText = 4000

// readings are what a frame says, and what of it no series takes.
func (p *plan) readings(f *hj212.Frame, now time.Time) (list []observation.Reading, rest []unplaced) {
	data := f.Data()
	kind := kindOf[data.Kind]
	at := data.Time
	if at.IsZero() && kind == observation.RealTime {
		if t, ok := hj212.ParseTime(string(f.QN)); ok { // the moment at which it was sent is the best that is known
			at = t
		}
	}
	source := p.device.source(f.QN)
	list = make([]observation.Reading, 0, len(data.Factors))
	for i := range data.Factors {
		factor := &data.Factors[i]
		if p.ignored[factor.Code] {
			continue
		}
		targets, how := p.find(kind, factor.Code)
		placed := false
		for _, t := range targets {
			v, ok := t.value(data.Kind, factor, how)
			if !ok || at.IsZero() {
				continue
			}
			placed = true
			list = append(list, observation.Reading{Name: t.def.Name, Key: p.device.Entry, At: at.UTC(), Value: v, Source: source})
		}
		if !placed && len(factor.Values) > 0 {
			why := "没有监测项目收这个因子"
			switch {
			case at.IsZero():
				why = "没有数据时间"
			case len(targets) > 0:
				why = "没有监测项目要的数，或者不是数"
			}
			when := at
			if when.IsZero() {
				when = now
			}
			rest = append(rest, unplaced{p.device.ID, f.CN, clip(factor.Code, 100), when, why, clip(textOf(factor), maxText)})
		}
	}
	return list, rest
}

// value is the number that the definition wants. ok is false where the frame says nothing of it, or what is no number.
func (t target) value(kind hj212.Kind, f *hj212.Factor, how Factor) (v observation.Value, ok bool) {
	text, found := "", false
	for _, m := range t.wanted(kind) {
		for _, value := range f.Values {
			if value.Measure == m {
				text, found = value.Text, true
				break
			}
		}
		if found {
			break
		}
	}
	if !found {
		return v, false
	}
	v.Flag = flagOf(f.Mark)
	if v.Flag == observation.Normal && f.Repeated() {
		v.Flag = observation.Other // nobody can say which is meant
	}
	if text == "" {
		v.Empty = true
		return v, true
	}
	d, err := quantity.Parse(text)
	if err != nil {
		return v, false
	}
	if how.Unit != "" {
		if d, err = observation.Convert(d, how.Unit, t.def.Unit); err != nil {
			return v, false
		}
	}
	v.Decimal = d
	return v, true
}

// wanted are the measures that the definition takes, by preference.
func (t target) wanted(kind hj212.Kind) []string {
	switch t.variant {
	case "":
		return measures[kind]
	case "Zs":
		out := make([]string, len(measures[kind]))
		for i, m := range measures[kind] {
			out[i] = "Zs" + m
		}
		return out
	}
	return []string{t.variant}
}

func flagOf(m hj212.Mark) observation.Flag {
	if m.Valid() {
		return observation.Normal
	}
	if len(m) == 1 {
		switch f := observation.Flag(m[0]); f {
		case observation.Stopped, observation.Maintenance, observation.SetByHand, observation.Fault, observation.Calibrating, observation.OverRange, observation.NoLink, observation.NoPower:
			return f
		}
	}
	return observation.Other
}

// textOf is a factor as it came, without its name: Rtd=2.2,Flag=N.
func textOf(f *hj212.Factor) string {
	var b strings.Builder
	for i, v := range f.Values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.Measure + "=" + v.Text)
	}
	if f.Mark != "" {
		b.WriteString(",Flag=" + string(f.Mark))
	}
	if f.EMark != "" {
		b.WriteString(",EFlag=" + f.EMark)
	}
	return b.String()
}

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}
