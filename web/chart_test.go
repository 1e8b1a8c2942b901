package web

import (
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
)

// A chart joins no points between which nothing came, draws a limit for the time for which it holds, and says limits of one height
// in one line.
func TestChart(t *testing.T) {
	day := calendar.Date{Year: 2031, Month: 6, Day: 1}.Time()
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	c := chart{From: day, To: at(24), Joined: 90 * time.Minute, Dots: []chartDot{{At: at(0), V: 1}, {At: at(1), V: 2}, {At: at(5), V: 3}, {At: at(6), V: 4}, {At: at(7), V: 9, Hollow: true}, {At: at(12), V: 5}},
		Limits: []chartLimit{{V: 3, Words: "甲", Faint: true}, {V: 3, Words: "乙"}, {V: 6, Words: "丙", From: at(12)}}}
	v := c.draw()
	if len(v.Lines) != 2 {
		t.Errorf("lines %v, want two, with nothing between", v.Lines)
	}
	if len(v.Dots) != 6 || !v.Hollow {
		t.Errorf("dots %v, want six, one hollow", v.Dots)
	}
	if len(v.Limits) != 2 || v.Limits[0].Words != "甲；乙" || v.Limits[0].Faint || v.Limits[0].X1 != px(chartLeft) || v.Limits[1].X1 != px(chartLeft+(chartWidth-chartLeft-chartRight)/2) {
		t.Errorf("limits %+v", v.Limits)
	}
	if len(v.Rows) < 3 || v.Rows[0].Text != "0" {
		t.Errorf("rows %v, want round numbers from 0", v.Rows)
	}
	if e := (&chart{From: day, To: at(24)}).draw(); !e.Empty {
		t.Error("nothing is drawn as something")
	}
	levels := (&chart{From: day, To: at(24), Levels: []string{"Ⅰ", "Ⅱ", "Ⅲ"}, Dots: []chartDot{{At: at(1), V: 2}}}).draw()
	if len(levels.Rows) != 3 || levels.Rows[1].Text != "Ⅱ" || levels.Rows[1].At != levels.Dots[0].Y {
		t.Errorf("a class is not at its height: %+v %+v", levels.Rows, levels.Dots)
	}
}

// TestLimitComparison holds which conditions of rules are limits of values that can be drawn.
func TestLimitComparison(t *testing.T) {
	for src, want := range map[string]string{
		`值 > 参数.排口限值`: "值 > 参数.排口限值",
		`次数("24小时") >= 12 && 均值("24小时") > 参数.断面限值`: `均值("24小时") > 参数.断面限值`,
		`条目.状态 == "已消除" && 值 < 参数.界限`:              "值 < 参数.界限",
		`值 >= 12.5`:                "值 >= 12.5",
		`值 > 条目.许可限值`:              "值 > 条目.许可限值",
		`值 > 参数.倍数 * 均值("24小时")`:   "",
		`最大("24小时") == 最小("24小时")`: "",
	} {
		got := ""
		if m := comparison.FindStringSubmatch(src); m != nil {
			got = strings.Join(m[1:4], " ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}
