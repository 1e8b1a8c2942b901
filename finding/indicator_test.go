package finding

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

func day(t testing.TB, s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// indicators of the county: classes of sections with targets by date, shares, counts, sums.
func indicators() []Indicator {
	outlets, samples := schemas()[1], schemas()[2]
	d := func(s string) calendar.Date { x, _ := calendar.ParseDate(s); return x }
	return []Indicator{
		{ID: "class", Title: "断面水质类别", Each: "sections", Period: calendar.Month, Compute: Compute{Class: &Classes{Standard: "GB 3838", Series: names("nh3", "tp"), Body: "river"}},
			Targets: []Target{{Op: "<=", Class: "Ⅳ", To: d("2024-06-01"), Subject: "甲桥"}, {Op: "<=", Class: "Ⅲ", From: d("2024-06-01"), Subject: "甲桥"}, {Op: "<=", Field: "目标类别"}}},
		{ID: "traced", Title: "溯源率", Unit: "%", Compute: Compute{Share: &Share{Part: Select{Register: "outlets", Where: compile("有(溯源日期)", entryScope(outlets), rule.OfBool)}, Of: Select{Register: "outlets"}}},
			Targets: []Target{{Op: ">=", Number: quantity.Int(90)}}},
		{ID: "big-traced", Title: "大排口溯源率", Unit: "%", Compute: Compute{Share: &Share{Part: Select{Register: "outlets", Where: compile("有(溯源日期)", entryScope(outlets), rule.OfBool)},
			Of: Select{Register: "outlets", Where: compile("日排水量 > 50", entryScope(outlets), rule.OfBool)}}}},
		{ID: "sampled", Title: "采样次数", Each: "outlets", Period: calendar.Month, Compute: Compute{Count: &Select{Register: "samples", Each: "排口", On: "采样日期",
			Where: compile("缺(合格) || 合格", entryScope(samples), rule.OfBool)}}, Targets: []Target{{Op: ">=", Number: quantity.Int(2)}}},
		{ID: "drained", Title: "排水量", Unit: "m3/d", Compute: Compute{Sum: &Select{Register: "outlets", Field: "日排水量"}}},
		{ID: "nh3-mean", Title: "氨氮均值", Each: "sections", Unit: "ug/L", Period: calendar.Month, Places: 1, Forecast: "linear", Compute: Compute{Readings: &Measure{Series: "nh3", How: "mean"}}},
		{ID: "double", Title: "两倍", Each: "sections", Period: calendar.Month, Compute: Compute{Formula: compile(`指标("nh3-mean") * 2`, resultScope(rule.OfNumber), rule.OfNumber)}},
		{ID: "change", Title: "同比", Unit: "%", Each: "sections", Period: calendar.Month, Places: 1, Compute: Compute{Change: "nh3-mean"}, Targets: []Target{{Op: "<", Number: quantity.Int(0)}}},
		{ID: "cod-day", Title: "化学需氧量日均值", Each: "outlets", Unit: "mg/L", Period: calendar.Day, Compute: Compute{Readings: &Measure{Series: "cod", How: "mean"}}},
		{ID: "good-days", Title: "达标天数", Each: "outlets", Unit: "d", Period: calendar.Month, Compute: Compute{Times: &Times{Of: "cod-day", Where: compile("值 <= 50", resultScope(rule.OfNumber), rule.OfBool)}},
			Targets: []Target{{Op: ">=", Number: quantity.Int(2)}}},
		{ID: "samples-total", Title: "全年采样", Period: calendar.Year, Forecast: "total", Compute: Compute{Count: &Select{Register: "samples", On: "采样日期"}}},
	}
}

func (s *story) result(id, key, on string) (r Result) {
	s.Helper()
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = s.j.Compute(ctx, tx, id, key, day(s, on))
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func short(r Result) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", r.String(), r.Target, r.Met, r.Distance, r.Lacks))
}

func TestClassesAgainstTargetsByDate(t *testing.T) {
	tell(t, "2023-09-25 08:00", []Rule{{ID: "bad-section", Title: "断面不达标", Indicator: "class", To: register.Whose{Field: "责任单位"}, For: 2,
		Says: template("{条目.名称}{值}，目标{目标}", resultScope(rule.OfText))}}, indicators(), func(s *story) {
		s.entry("sections", "名称=甲桥", "责任单位=甲镇人民政府")
		s.entry("sections", "名称=乙桥", "目标类别=Ⅲ类", "责任单位=乙镇人民政府")
		s.entry("sections", "名称=丙桥")
		s.give("nh3/甲桥 2023-09-05 10:00 1.24", "tp/甲桥 2023-09-05 10:00 150", "nh3/乙桥 2023-09-05 10:00 1.24", "nh3/丙桥 2023-09-05 10:00 0.2")
		s.want("target for it alone", short(s.result("class", "甲桥", "2023-09-25")), "Ⅳ <= Ⅳ 达标")
		s.want("target in a field", short(s.result("class", "乙桥", "2023-09-25")), "Ⅳ <= Ⅲ 未达标 差1个类别")
		s.want("no target", short(s.result("class", "丙桥", "2023-09-25")), "Ⅱ  不能判定  字段“目标类别”里的目标")
		s.want("nothing measured", short(s.result("class", "甲桥", "2023-08-25")), "不能判定 <= Ⅳ 不能判定  氨氮、总磷的有效读数")
		s.at("2023-10-01")
		s.wantAll("one month is not enough", "")
		s.at("2023-10-20")
		s.give("nh3/甲桥 2023-10-05 10:00 2.24", "nh3/乙桥 2023-10-05 10:00 1.6")
		s.at("2023-11-01")
		s.wantAll("two are", "1 bad-section sections/乙桥 未恢复 ×1")
		f := s.findings(Query{})[0]
		s.want("said", f.Unit+" "+f.Says+" "+f.Since.In(calendar.Zone).Format("01-02"), "乙镇人民政府 乙桥Ⅴ，目标Ⅲ 10-01")
		s.want("trend", s.kept("class", "乙桥"), "2023-10 Ⅴ 未达标 恶化 v1; 2023-09 Ⅳ 未达标  v1")
		// A result of September comes in November: the month is computed again, and the rule looks again.
		s.now("2023-11-05")
		s.give("nh3/乙桥 2023-09-20 10:00 0.1")
		s.tick()
		s.want("computed again", s.kept("class", "乙桥"), "2023-10 Ⅴ 未达标 恶化 v1; 2023-09 Ⅲ 达标  v2")
		s.wantAll("so it was one bad month", "1 bad-section sections/乙桥 不成立 ×1")
		s.at("2023-12-01")
		s.want("nothing measured in November", s.unknown(), "bad-section sections/丙桥 缺氨氮、总磷的有效读数; bad-section sections/乙桥 缺氨氮、总磷的有效读数; bad-section sections/甲桥 缺氨氮、总磷的有效读数")
		s.now("2024-07-10")
		s.give("nh3/甲桥 2024-05-05 10:00 1.3", "nh3/甲桥 2024-06-05 10:00 1.3")
		s.want("before the day", short(s.result("class", "甲桥", "2024-05-25")), "Ⅳ <= Ⅳ 达标")
		s.want("from the day on", short(s.result("class", "甲桥", "2024-06-25")), "Ⅳ <= Ⅲ 未达标 差1个类别")
	})
}

func (s *story) kept(id, key string) string {
	s.Helper()
	var out []string
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		list, err := s.j.Kept(ctx, tx, id, key, 12)
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s %s %s %s v%d", r.Period.From.String()[:7], r.String(), r.Met, r.Trend, r.N))
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return strings.Join(out, "; ")
}

// The part is counted among the whole only: two small outlets that were traced are not 200 % of one large one that was not.
func TestNoShareIsAboveTheWhole(t *testing.T) {
	tell(t, "2023-09-20 08:00", nil, indicators(), func(s *story) {
		big := func() string { return short(s.result("big-traced", "", "2023-09-20")) }
		s.entry("outlets", "编号=P1", "名称=一号", "日排水量=10", "溯源日期=2023-09-01")
		s.entry("outlets", "编号=P2", "名称=二号", "日排水量=20", "溯源日期=2023-09-01")
		s.want("of nothing", big(), "不能判定    “排污口台账”里没有作分母的条目")
		s.entry("outlets", "编号=P3", "名称=三号", "日排水量=100")
		s.want("small ones do not count", big(), "0")
		s.entry("outlets", "编号=P4", "名称=四号", "日排水量=100", "溯源日期=2023-09-01")
		s.want("one of two", big(), "50")
		s.entry("outlets", "编号=P5", "名称=五号", "溯源日期=2023-09-01")
		s.want("nobody knows whether it is large", big(), "50")
	})
}

func TestSharesCountsAndSums(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{{ID: "untraced", Title: "溯源率不够", Indicator: "traced", Says: template("{名称}{值}%，目标{目标}%", resultScope(rule.OfNumber))},
		{ID: "unsampled", Title: "采样不够", Indicator: "sampled"}}, indicators(), func(s *story) {
		s.want("of nothing", short(s.result("traced", "", "2023-09-20")), "不能判定 >= 90 不能判定  “排污口台账”里没有作分母的条目")
		s.entry("outlets", "编号=P1", "名称=一号", "溯源日期=2023-09-01", "日排水量=100.5")
		s.entry("outlets", "编号=P2", "名称=二号", "日排水量=20")
		s.entry("outlets", "编号=P3", "名称=三号", "溯源日期=2023-09-01")
		s.want("two of three", short(s.result("traced", "", "2023-09-20")), "66.67 >= 90 未达标 差23.33个百分点")
		s.want("sum", short(s.result("drained", "", "2023-09-20")), "120.5")
		s.tick()
		s.wantAll("every day", "1 untraced  未恢复 ×1")
		s.want("said", s.findings(Query{})[0].Says, "溯源率66.67%，目标90%")
		s.at("2023-09-21")
		s.entry("outlets", "编号=P2", "溯源日期=2023-09-21")
		s.at("2023-09-22")
		s.wantAll("met", "1 untraced  已恢复 ×1")
		s.entry("samples", "排口=P1", "采样日期=2023-09-01")
		s.entry("samples", "排口=P1", "采样日期=2023-09-30")
		s.entry("samples", "排口=P1", "采样日期=2023-10-01")
		s.entry("samples", "排口=P1", "采样日期=2023-09-10", "合格=否")
		s.entry("samples", "排口=P2", "采样日期=2023-09-10")
		s.want("in the month", short(s.result("sampled", "P1", "2023-09-20")), "2 >= 2 达标")
		s.want("one", short(s.result("sampled", "P2", "2023-09-20")), "1 >= 2 未达标 差1")
		s.at("2023-10-01")
		s.want("after the month", s.unnumbered(), "unsampled outlets/P2 未恢复 ×1; unsampled outlets/P3 未恢复 ×1; untraced  已恢复 ×1")
		s.entry("samples", "排口=P2", "采样日期=2023-09-29") // written down late
		s.tick()
		s.want("written down late", s.unnumbered(), "unsampled outlets/P2 不成立 ×1; unsampled outlets/P3 未恢复 ×1; untraced  已恢复 ×1")
		r := s.result("samples-total", "", "2023-10-01")
		s.want("forecast of the year", r.String()+" "+r.Forecast, "6 8") // 274 of 365 days
	})
}

func TestMeansFormulasChanges(t *testing.T) {
	tell(t, "2023-01-31 08:00", nil, indicators(), func(s *story) {
		s.entry("sections", "名称=甲桥")
		for m := 1; m <= 5; m++ {
			s.at(fmt.Sprintf("2023-%02d-28", m))
			s.give(fmt.Sprintf("nh3/甲桥 2023-%02d-05 10:00 %s", m, []string{"", "1.0", "1.1", "1.2", "1.3", "1.45"}[m]), fmt.Sprintf("nh3/甲桥 2023-%02d-06 10:00 99 D", m))
		}
		s.at("2023-06-01")
		r := s.result("nh3-mean", "甲桥", "2023-05-20")
		s.want("in the unit of the indicator", r.String(), "1450.0")
		s.want("what went in", fmt.Sprint(r.From), "[{nh3/甲桥 1 另有1个无效或缺测}]")
		if r.Trend != "上升" || !strings.HasPrefix(r.Forecast, "22") {
			t.Errorf("trend %s, forecast %s", r.Trend, r.Forecast)
		}
		s.want("formula", short(s.result("double", "甲桥", "2023-05-20")), "2900")
		s.want("no year before", short(s.result("change", "甲桥", "2023-05-20")), "不能判定 < 0 不能判定  上年同期的氨氮均值")
		s.at("2024-05-28")
		s.give("nh3/甲桥 2024-05-05 10:00 1.16")
		s.want("change", short(s.result("change", "甲桥", "2024-05-28")), "-20.0 < 0 达标 富余20.0个百分点")
		s.at("2024-06-02")
		s.give("nh3/甲桥 2023-05-07 10:00 1.0")
		s.tick()
		s.tick()
		s.want("a late reading of the year before", s.kept("change", "甲桥")[:30], "2024-05 -5.3 达标  v2; 2024-04 "[:30])
	})
}

// A pause of months gives what daily ticks give.
func TestIndicatorsAfterAPause(t *testing.T) {
	var got [2]string
	for i, daily := range []bool{true, false} {
		tell(t, "2023-09-20 08:00", []Rule{{ID: "bad-section", Title: "断面不达标", Indicator: "class"}}, indicators()[:1], func(s *story) {
			s.entry("sections", "名称=乙桥", "目标类别=Ⅲ")
			s.tick()
			for on := day(t, "2023-09-21"); on.Before(day(t, "2024-02-03")); on = on.AddDays(1) {
				s.now(on.String())
				if on.Day == 5 && on.Month%2 == 0 {
					s.give(fmt.Sprintf("nh3/乙桥 %s 07:00 1.3", on))
				} else if on.Day == 5 {
					s.give(fmt.Sprintf("nh3/乙桥 %s 07:00 0.3", on))
				}
				if daily {
					s.tick()
				}
			}
			s.tick()
			got[i] = s.kept("class", "乙桥") + "\n" + s.all()
		})
	}
	if got[0] != got[1] || !strings.Contains(got[0], "已恢复") {
		t.Errorf("day by day\n%s\nafter a pause\n%s", got[0], got[1])
	}
}

func TestTimesCountPeriodsOfAnotherIndicator(t *testing.T) {
	tell(t, "2023-09-01 08:00", []Rule{{ID: "few", Title: "达标天数不够", Indicator: "good-days"}}, indicators(), func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号")
		s.want("no day is over", short(s.result("good-days", "P1", "2023-09-01")), "不能判定 >= 2 不能判定  化学需氧量日均值")
		s.give("cod/P1 2023-09-01 10:00 50")
		s.want("today is not over", short(s.result("good-days", "P1", "2023-09-01")), "不能判定 >= 2 不能判定  化学需氧量日均值")
		s.at("2023-09-02 12:00")
		s.give("cod/P1 2023-09-02 10:00 50.1")
		s.at("2023-09-04 12:00")
		r := s.result("good-days", "P1", "2023-09-04")
		s.want("one good, one bad, one not measured", short(r)+" "+r.From[0].Note, "1 >= 2 未达标 差1d 另有1期不能判定")
		s.give("cod/P1 2023-09-03 10:00 20") // late
		s.want("a day that lacked something is asked again", short(s.result("good-days", "P1", "2023-09-04")), "2 >= 2 达标")
		s.at("2023-10-01 12:00")
		s.wantAll("enough in September", "")
		s.give("cod/P1 2023-09-01 11:00 90") // the first day was bad after all
		s.tick()
		s.tick()
		s.want("the month again, for one of its days is another", s.kept("good-days", "P1"), "2023-09 1 未达标  v2")
		s.wantAll("and its rule", "1 few outlets/P1 未恢复 ×1")
	})
}

// A year that was over before the policy began is no year of it: nothing was counted then, and 0 would be no news.
func TestPeriodsBeforeTheIndicatorAreNotLookedAt(t *testing.T) {
	for from, want := range map[string]string{"2023-01-01": "2023-01 0   v1", "2024-02-01": ""} {
		list := indicators()
		for i := range list {
			if list[i].ID == "samples-total" {
				list[i].From, _ = calendar.ParseDate(from)
			}
		}
		tell(t, "2024-03-01 08:00", nil, list, func(s *story) {
			s.tick()
			s.want("the year before, policy from "+from, s.kept("samples-total", ""), want)
			s.now("2025-01-02")
			s.tick()
			if got := s.kept("samples-total", ""); !strings.HasPrefix(got, "2024-01 0") {
				t.Errorf("policy from %s: %q", from, got)
			}
		})
	}
}

func TestWhatLacksIsSaidInWords(t *testing.T) {
	tell(t, "2023-09-20 08:00", nil, indicators(), func(s *story) {
		for lacks, want := range map[string]string{"条目.日排水量": "日排水量", `指标("traced")`: "指标“溯源率”", `指标("traced", 断面)`: "指标“溯源率”", `指标("gone")`: `指标("gone")`,
			`最大("24小时", "flow")`: "流量24小时最大", `均值("3小时")`: "3小时均值",
			"“排污口台账”里没有作分母的条目": "“排污口台账”里没有作分母的条目"} {
			s.want("lacks "+lacks, s.j.InWords(lacks), want)
		}
	})
}
