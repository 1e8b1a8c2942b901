package quantity

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/units.md anew")

// TestUnitsDoc keeps docs/units.md, which lists every unit, what else it may be called and how it converts.
func TestUnitsDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# 计量单位

政策包、台账和报送读数里的计量单位只能写这里有的。同一行的几种写法是一个单位；同一种量的单位可以互相换算，换算不取近似值。
不认识的单位不猜：看着相近的两个符号往往差一千倍。本页由 ` + "`go test ./quantity -run UnitsDoc -update`" + ` 从程序生成。

| 量 | 单位 | 也可写 | 换算 |
|---|---|---|---|
`)
	apart := []string{}
	for _, d := range dimensions {
		if d.apart {
			for _, m := range d.units {
				apart = append(apart, string(m.unit))
			}
			continue
		}
		for i, m := range d.units {
			name, same := "", ""
			if i == 0 {
				name = d.name
			} else {
				same = fmt.Sprintf("1 %s = %s %s", m.unit, m.factor, strings.TrimSuffix(string(d.units[0].unit), "1"))
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, m.unit, strings.Join(m.names, "、"), strings.TrimSpace(same))
		}
	}
	b.WriteString("\n只计个数、互相不能换算的：" + strings.Join(apart, "、") + "。\n\n没有单位的数写 `unit: \"1\"`，页面上不显示。\n")
	const path = "../docs/units.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != b.String() {
		t.Errorf("%s is stale; run go test ./quantity -run UnitsDoc -update (%v)", path, err)
	}
}

// A unit that is one letter away is often of another size: mm/s was taken for m/s once. What is not known is not guessed at.
func TestUnitsAreNotGuessed(t *testing.T) {
	for _, in := range []string{"mW", "mpa", "KV", "Mm", "斤", "m/h", "hours", ""} {
		if u, err := ParseUnit(in); err == nil || strings.Contains(err.Error(), "是不是") {
			t.Errorf("%q reads as %q, %v", in, u, err)
		}
	}
	for in, want := range map[string]Unit{"mm/s": "mm/s", "dB（A）": "dB", "µg/m³": "ug/m3", "kW · h": "kWh", "小时": "h", "公里": "km", "个月": "月", " 人次": "人次"} {
		if u, err := ParseUnit(in); u != want || (err == nil) != (want != "") {
			t.Errorf("%q reads as %q, want %q: %v", in, u, want, err)
		}
	}
}

func TestWhatConverts(t *testing.T) {
	for _, c := range []struct{ from, to Unit }{{"户", "台"}, {"人", "人次"}, {"年", "d"}, {"个", "家"}, {"kW", "kWh"}, {"kW", "kVA"}, {"mm/h", "mm/s"}} {
		if c.from.Same(c.to) {
			t.Errorf("%s converts into %s", c.from, c.to)
		}
	}
	for _, c := range []struct {
		from, to Unit
		want     string
	}{{"mm/s", "m/s", "1/1000"}, {"MPa", "kPa", "1000"}, {"年", "月", "12"}, {"万人", "人", "10000"}, {"家", "家", "1"}, {"W", "kW", "1/1000"}} {
		if r, err := Convert(Int(1), c.from, c.to); err != nil || r.RatString() != c.want {
			t.Errorf("1 %s is %v %s, want %s: %v", c.from, r, c.to, c.want, err)
		}
	}
}
