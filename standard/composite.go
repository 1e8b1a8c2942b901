package standard

import (
	"math/big"
	"slices"

	"zhixing/quantity"
)

// Composite is the composite index of a period's air; smaller is better.
type Composite struct {
	Edition Edition
	Index   quantity.Decimal // two places
	Singles []Single         // in the order of the table
	Largest []Single         // the largest single indices name the main pollutant; ties give several
}

// Single is one pollutant's statistic over its grade-2 limit.
type Single struct {
	Key       string // SO2, CO_p95, O3_8h_p90
	Pollutant Code
	Statistic string // 日均值第95百分位数
	Value     quantity.Decimal
	Limit     quantity.Decimal
	Index     *big.Rat // weighed
	Row
}

type compositeRow struct {
	edition           Edition
	key               string
	pollutant         Code
	statistic         string
	unit              quantity.Unit
	denominator, mass quantity.Decimal
	Row
}

var compositeTable = each("composite.csv", func(r record) compositeRow {
	return compositeRow{Edition(r.text("edition")), r.text("key"), Code(r.text("pollutant")), r.text("statistic"), r.unit("unit"), r.must("denominator"), r.must("weight"), r.row(r.text("edition"))}
})

// CompositeIndex sums the six single indices: means of SO2, NO2, PM10 and PM2.5, the 95th percentile of CO (CO_p95, mg/m3) and the 90th of
// O3 (O3_8h_p90). The rule from 2026-03 on has been seen in one public program only: its edition is refused unless unverified is set.
func CompositeIndex(e Edition, values map[string]quantity.Decimal, unverified bool) (Composite, error) {
	out := Composite{Edition: e}
	sum := new(big.Rat)
	for _, row := range compositeTable {
		if row.edition != e {
			continue
		}
		if !row.Verified() && !unverified {
			return Composite{}, bad("", "%s 的综合指数算法未核实，没有启用；2026-03-01 以后的数据暂不能算", e)
		}
		v, ok := values[row.key]
		if !ok {
			return Composite{}, bad(row.key, "缺少数值，综合指数要六项齐全")
		}
		if v.Sign() < 0 {
			return Composite{}, bad(row.key, "浓度 %s 是负的", v)
		}
		index := v.Rat()
		index.Quo(index, row.denominator.Rat())
		index.Mul(index, row.mass.Rat())
		sum.Add(sum, index)
		out.Singles = append(out.Singles, Single{row.key, row.pollutant, row.statistic, v, row.denominator, index, row.Row})
	}
	if len(out.Singles) == 0 {
		return Composite{}, bad("", "没有 %s 的综合指数算法", e)
	}
	for key := range values {
		if !slices.ContainsFunc(out.Singles, func(s Single) bool { return s.Key == key }) {
			return Composite{}, bad(key, "不参加综合指数计算")
		}
	}
	largest := slices.MaxFunc(out.Singles, func(a, b Single) int { return a.Index.Cmp(b.Index) }).Index
	for _, s := range out.Singles {
		if s.Index.Cmp(largest) == 0 {
			out.Largest = append(out.Largest, s)
		}
	}
	var err error
	out.Index, err = quantity.Round(sum, 2)
	return out, err
}
