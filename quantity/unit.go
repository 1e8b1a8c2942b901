package quantity

import (
	"fmt"
	"math/big"
	"strings"
)

// Unit is a unit of measure by its symbol: mg/L, ug/m3, 亩.
type Unit string

// A dimension is units of one thing, the first of them the one that the others are told by. Units of one dimension convert into
// each other, except where they are apart: 3 户 are not 3 台.
type dimension struct {
	name  string
	apart bool
	units []measure
}

// A measure is one unit: one of it is factor, exactly, times the first unit of its dimension; names are other ways to write it.
type measure struct {
	unit   Unit
	factor string // a fraction or a whole number
	names  []string
}

// dimensions are the units that gazettes, instruments and lists of a county use. One 亩 is 10000/15 m² (《全面推行我国法定
// 计量单位的意见》 kept it for land); 月 and 年 are no number of days. A standard coal equivalent and a carbon factor are no
// units and do not stand here.
var dimensions = []dimension{
	{"比值", false, []measure{{"1", "1", nil}, {"%", "1/100", []string{"％", "百分比"}}, {"‰", "1/1000", nil}}},
	{"长度", false, []measure{{"m", "1", []string{"米"}}, {"km", "1000", []string{"公里", "千米"}}, {"cm", "1/100", []string{"厘米"}}, {"mm", "1/1000", []string{"毫米"}},
		{"um", "1/1000000", []string{"μm", "微米"}}}},
	{"面积", false, []measure{{"m2", "1", []string{"m²", "㎡", "平方米"}}, {"万m2", "10000", []string{"万m²", "万平方米"}}, {"亩", "2000/3", nil}, {"万亩", "20000000/3", nil},
		{"hm2", "10000", []string{"hm²", "公顷", "ha"}}, {"km2", "1000000", []string{"km²", "平方公里", "平方千米"}}}},
	{"体积", false, []measure{{"m3", "1", []string{"m³", "立方米", "方"}}, {"万m3", "10000", []string{"万立方米", "万m³", "万方"}}, {"亿m3", "100000000", []string{"亿立方米", "亿m³"}},
		{"L", "1/1000", []string{"升"}}, {"mL", "1/1000000", []string{"ml", "毫升"}}}},
	{"质量", false, []measure{{"kg", "1", []string{"千克", "公斤"}}, {"g", "1/1000", []string{"克"}}, {"mg", "1/1000000", []string{"毫克"}}, {"t", "1000", []string{"吨"}},
		{"万t", "10000000", []string{"万吨"}}}},
	{"时间", false, []measure{{"s", "1", []string{"秒"}}, {"ms", "1/1000", []string{"毫秒"}}, {"min", "60", []string{"分钟"}}, {"h", "3600", []string{"小时"}}, {"d", "86400", []string{"天", "日"}}}},
	{"年月", false, []measure{{"月", "1", []string{"个月"}}, {"年", "12", nil}}},
	{"金额", false, []measure{{"元", "1", nil}, {"万元", "10000", nil}, {"亿元", "100000000", nil}}},
	{"单位面积金额", false, []measure{{"元/亩", "1", nil}, {"万元/亩", "10000", nil}}},
	{"亩产量", false, []measure{{"kg/亩", "1", []string{"公斤/亩"}}}},
	{"速度", false, []measure{{"m/s", "1", []string{"米/秒"}}, {"cm/s", "1/100", []string{"厘米/秒"}}, {"mm/s", "1/1000", []string{"毫米/秒"}}, {"km/h", "5/18", []string{"公里/小时"}}}},
	{"加速度", false, []measure{{"m/s2", "1", []string{"m/s²"}}}},
	{"转速", false, []measure{{"r/min", "1", []string{"转/分"}}}},
	{"频率", false, []measure{{"Hz", "1", []string{"赫兹"}}, {"kHz", "1000", nil}}},
	{"力", false, []measure{{"N", "1", nil}, {"kN", "1000", nil}}},
	{"压力", false, []measure{{"Pa", "1", nil}, {"hPa", "100", nil}, {"kPa", "1000", []string{"千帕"}}, {"MPa", "1000000", []string{"兆帕"}}}},
	{"温度", false, []measure{{"℃", "1", []string{"°C", "摄氏度"}}}},
	{"电压", false, []measure{{"V", "1", []string{"伏"}}, {"mV", "1/1000", nil}, {"kV", "1000", []string{"千伏"}}}},
	{"电流", false, []measure{{"A", "1", []string{"安"}}, {"mA", "1/1000", nil}}},
	{"电阻", false, []measure{{"Ω", "1", []string{"欧"}}, {"MΩ", "1000000", nil}}},
	{"功率", false, []measure{{"W", "1", []string{"瓦"}}, {"kW", "1000", []string{"千瓦"}}, {"MW", "1000000", []string{"兆瓦"}}, {"万kW", "10000000", []string{"万千瓦"}}}},
	{"视在功率", false, []measure{{"kVA", "1", []string{"千伏安"}}}},
	{"电量", false, []measure{{"kWh", "1", []string{"kW·h", "千瓦时", "度"}}, {"万kWh", "10000", []string{"万千瓦时", "万度"}}, {"亿kWh", "100000000", []string{"亿千瓦时"}}}},
	{"热量", false, []measure{{"GJ", "1", []string{"吉焦"}}, {"MJ", "1/1000", []string{"兆焦"}}}},
	{"声级", false, []measure{{"dB", "1", []string{"dB(A)", "分贝"}}}},
	{"照度", false, []measure{{"lx", "1", []string{"勒克斯"}}}},
	{"流量", false, []measure{{"m3/s", "1", []string{"m³/s"}}, {"m3/h", "1/3600", []string{"m³/h"}}, {"L/s", "1/1000", nil}, {"L/min", "1/60000", nil},
		{"m3/d", "1/86400", []string{"m³/d", "吨/日", "t/d"}}, {"万m3/d", "10000/86400", []string{"万吨/日", "万m³/d"}}}},
	{"蒸汽量", false, []measure{{"蒸吨/h", "1", []string{"蒸吨", "蒸吨/小时", "t/h"}}}},
	{"雨强", false, []measure{{"mm/h", "1", nil}}},
	{"水中浓度", false, []measure{{"g/L", "1", nil}, {"mg/L", "1/1000", []string{"毫克/升"}}, {"ug/L", "1/1000000", []string{"μg/L", "微克/升"}}, {"ng/L", "1/1000000000", nil}}},
	{"气中浓度", false, []measure{{"g/m3", "1", nil}, {"mg/m3", "1/1000", []string{"mg/m³", "毫克/立方米"}}, {"ug/m3", "1/1000000", []string{"μg/m3", "μg/m³", "微克/立方米"}},
		{"ng/m3", "1/1000000000", []string{"ng/m³"}}}},
	{"体积分数", false, []measure{{"ppm", "1", nil}}},
	{"含量", false, []measure{{"mg/kg", "1", nil}, {"g/kg", "1000", nil}, {"ug/kg", "1/1000", []string{"μg/kg"}}}},
	{"酸碱度", false, []measure{{"pH", "1", []string{"无量纲"}}}},
	{"电导率", false, []measure{{"uS/cm", "1", []string{"μS/cm"}}}},
	{"浊度", false, []measure{{"NTU", "1", nil}}},
	{"色度", false, []measure{{"度(色度)", "1", nil}}},
	{"菌数", false, []measure{{"个/L", "1", []string{"MPN/L", "CFU/L"}}, {"CFU/mL", "1000", nil}, {"MPN/100mL", "10", []string{"CFU/100mL"}}}},
	{"放射性", false, []measure{{"Bq/L", "1", nil}}},
	{"剂量率", false, []measure{{"uSv/h", "1", []string{"μSv/h"}}}},
	{"人数", false, []measure{{"人", "1", nil}, {"万人", "10000", nil}}},
	{"人次", false, []measure{{"人次", "1", nil}, {"万人次", "10000", nil}}},
	{"户数", false, []measure{{"户", "1", nil}, {"万户", "10000", nil}}},
	{"分数", false, []measure{{"分", "1", nil}}},
	{"个数", true, counts("个 家 名 次 件 项 条 份 处 台 座 眼 块 辆 套 批 宗 所 起 例 场 间 栋 层 张 部 支 盏 根 棵 株 头 只 羽 口 组 班 本 期 篇 台次 户次 车次 班次")},
}

func counts(words string) (out []measure) {
	for _, w := range strings.Fields(words) {
		out = append(out, measure{Unit(w), "1", nil})
	}
	return out
}

// sized is a unit as Convert needs it.
type sized struct {
	of     int // in dimensions
	factor *big.Rat
}

var measures, unitByName = func() (map[Unit]sized, map[string]Unit) {
	units, names := map[Unit]sized{}, map[string]Unit{}
	for i, d := range dimensions {
		for _, m := range d.units {
			factor, ok := new(big.Rat).SetString(m.factor)
			if !ok {
				panic("factor " + m.factor)
			}
			units[m.unit] = sized{i, factor}
			for _, n := range append([]string{string(m.unit)}, m.names...) {
				n = spelling(n)
				if other, taken := names[n]; taken {
					panic(fmt.Sprintf("unit %s and %s share the name %s", m.unit, other, n))
				}
				names[n] = m.unit
			}
		}
	}
	return units, names
}()

// spelling takes away what is only print: two code points for µ, brackets of full width, a dot for a product, white space.
// Letters keep their case, for between mW and MW lie nine powers of ten.
func spelling(s string) string {
	return strings.NewReplacer("µ", "μ", "（", "(", "）", ")", "／", "/", " ", "", "\u00a0", "", "\u3000", "").Replace(strings.TrimSpace(s))
}

// ParseUnit finds a unit by its symbol or another name of it. The error lists all that may be written, and guesses at none: what
// looks alike is often of another size.
func ParseUnit(s string) (Unit, error) {
	if u, ok := unitByName[spelling(s)]; ok {
		return u, nil
	}
	return "", fmt.Errorf("计量单位“%s”不在规定之内，可写：%s", s, strings.Join(allUnits(), "、"))
}

func allUnits() (all []string) {
	for _, d := range dimensions {
		for _, m := range d.units {
			all = append(all, string(m.unit))
		}
	}
	return all
}

// Same reports whether the units measure the same thing, so that one converts into the other.
func (u Unit) Same(v Unit) bool {
	a, ok := measures[u]
	b, ok2 := measures[v]
	return ok && ok2 && (u == v || a.of == b.of && !dimensions[a.of].apart)
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
	r.Mul(r, measures[from].factor)
	return r.Quo(r, measures[to].factor), nil
}
