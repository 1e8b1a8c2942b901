package quantity

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Unit is a unit of measure by its symbol: mg/L, ug/m3, 亩. Units of one dimension convert into each other exactly.
type Unit string

// measure is a unit: one of it is factor times the first unit of its dimension.
type measure struct {
	dimension string
	factor    string // exact, as a fraction or decimal
	names     []string
}

// measures are the units that gazettes, instruments and lists of a county use. One 亩 is 10000/15 m² (《全面推行我国法定
// 计量单位的意见》 kept it for land); a standard coal equivalent and a carbon factor are no units and do not stand here.
var measures = map[Unit]measure{
	"1": {"number", "1", nil}, "%": {"number", "1/100", []string{"％", "百分比"}}, "‰": {"number", "1/1000", nil},
	"个": {"count", "1", nil}, "家": {"count", "1", nil}, "户": {"count", "1", nil}, "台": {"count", "1", nil}, "处": {"count", "1", nil},
	"次": {"count", "1", nil}, "人": {"count", "1", nil}, "座": {"count", "1", nil}, "眼": {"count", "1", nil}, "块": {"count", "1", nil},
	"辆": {"count", "1", nil}, "条": {"count", "1", nil}, "份": {"count", "1", nil}, "件": {"count", "1", nil}, "项": {"count", "1", nil},
	"套": {"count", "1", nil}, "批": {"count", "1", nil}, "宗": {"count", "1", nil},
	"g/L": {"water concentration", "1", nil}, "mg/L": {"water concentration", "1/1000", []string{"毫克/升"}},
	"ug/L": {"water concentration", "1/1000000", []string{"μg/L", "µg/L", "微克/升"}},
	"ng/L": {"water concentration", "1/1000000000", nil},
	"g/m3": {"air concentration", "1", nil}, "mg/m3": {"air concentration", "1/1000", []string{"mg/m³", "毫克/立方米"}},
	"ug/m3": {"air concentration", "1/1000000", []string{"μg/m3", "μg/m³", "µg/m³", "微克/立方米"}},
	"ng/m3": {"air concentration", "1/1000000000", []string{"ng/m³"}},
	"mg/kg": {"content", "1", nil}, "g/kg": {"content", "1000", nil}, "ug/kg": {"content", "1/1000", []string{"μg/kg"}},
	"m": {"length", "1", []string{"米"}}, "km": {"length", "1000", []string{"公里", "千米"}}, "cm": {"length", "1/100", []string{"厘米"}},
	"mm": {"length", "1/1000", []string{"毫米"}},
	"m2": {"area", "1", []string{"m²", "平方米"}}, "亩": {"area", "2000/3", nil}, "万亩": {"area", "20000000/3", nil},
	"hm2": {"area", "10000", []string{"hm²", "公顷"}}, "km2": {"area", "1000000", []string{"km²", "平方公里"}},
	"L": {"volume", "1/1000", []string{"升"}}, "m3": {"volume", "1", []string{"m³", "立方米"}}, "万m3": {"volume", "10000", []string{"万立方米", "万m³"}},
	"L/s": {"flow", "1/1000", nil}, "m3/s": {"flow", "1", []string{"m³/s"}}, "m3/h": {"flow", "1/3600", []string{"m³/h"}},
	"m3/d": {"flow", "1/86400", []string{"m³/d", "吨/日", "t/d"}}, "万m3/d": {"flow", "10000/86400", []string{"万吨/日", "万m³/d"}},
	"kg": {"mass", "1", []string{"千克", "公斤"}}, "g": {"mass", "1/1000", []string{"克"}}, "mg": {"mass", "1/1000000", nil},
	"t": {"mass", "1000", []string{"吨"}}, "万t": {"mass", "10000000", []string{"万吨"}}, "蒸吨/h": {"steam", "1", []string{"蒸吨", "蒸吨/小时", "t/h"}},
	"s": {"time", "1", []string{"秒"}}, "min": {"time", "60", []string{"分钟"}}, "h": {"time", "3600", []string{"小时"}}, "d": {"time", "86400", []string{"天", "日"}},
	"kW": {"power", "1000", []string{"千瓦"}}, "MW": {"power", "1000000", []string{"兆瓦"}},
	"kWh": {"energy", "1", []string{"kW·h", "千瓦时", "度"}}, "万kWh": {"energy", "10000", []string{"万千瓦时"}},
	"元": {"money", "1", nil}, "万元": {"money", "10000", nil}, "亿元": {"money", "100000000", nil},
	"℃": {"temperature", "1", []string{"°C"}}, "pH": {"acidity", "1", []string{"无量纲"}},
	"dB": {"sound", "1", []string{"dB(A)"}}, "kPa": {"pressure", "1000", nil}, "Pa": {"pressure", "1", nil}, "hPa": {"pressure", "100", nil},
	"m/s": {"speed", "1", nil}, "km/h": {"speed", "5/18", nil}, "uS/cm": {"conductivity", "1", []string{"μS/cm"}},
	"NTU": {"turbidity", "1", nil}, "度(色度)": {"colour", "1", nil}, "个/L": {"germs", "1", []string{"MPN/L", "CFU/L"}},
	"CFU/mL": {"germs", "1000", nil}, "MPN/100mL": {"germs", "10", []string{"CFU/100mL"}}, "Bq/L": {"activity", "1", nil},
	"mm/h": {"rain", "1", nil}, "分": {"mark", "1", nil},
}

var unitByName = func() map[string]Unit {
	m := map[string]Unit{}
	for u, x := range measures {
		for _, n := range append([]string{string(u)}, x.names...) {
			if other, taken := m[n]; taken {
				panic(fmt.Sprintf("unit %s and %s share the name %s", u, other, n))
			}
			m[n] = u
		}
	}
	return m
}()

// ParseUnit finds a unit by its symbol or another name of it. The error names what may be written.
func ParseUnit(s string) (Unit, error) {
	if u, ok := unitByName[strings.TrimSpace(s)]; ok {
		return u, nil
	}
	all := make([]string, 0, len(measures))
	for u := range measures {
		all = append(all, string(u))
	}
	slices.Sort(all)
	return "", fmt.Errorf("计量单位“%s”不在规定之内，可写：%s", s, strings.Join(all, "、"))
}

// Same reports whether the units measure the same thing, so that one converts into the other.
func (u Unit) Same(v Unit) bool {
	a, ok := measures[u]
	b, ok2 := measures[v]
	return ok && ok2 && a.dimension == b.dimension
}

// Convert is d in another unit of the same dimension, exactly.
func Convert(d Decimal, from, to Unit) (*big.Rat, error) {
	if from == to {
		return d.Rat(), nil
	}
	if !from.Same(to) {
		return nil, fmt.Errorf("“%s”不能换算成“%s”：不是同一种量", from, to)
	}
	r := d.Rat()
	r.Mul(r, measures[from].rat())
	return r.Quo(r, measures[to].rat()), nil
}

func (m measure) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(m.factor)
	if !ok {
		panic("factor " + m.factor)
	}
	return r
}
