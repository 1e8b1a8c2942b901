package finding

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/rule"
)

func entryRule(id, when string) Rule {
	return Rule{ID: id, Title: id, Entry: "outlets", When: compile(when, entryScope(schemas()[1]), rule.OfBool), To: register.Whose{Field: "责任单位"},
		Says: template("{名称}：{日排水量}", entryScope(schemas()[1]))}
}

func TestEntriesAreJudgedWhenTheyChange(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{entryRule("much", "日排水量 > 100")}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.want("it cannot tell", s.unknown(), "much outlets/P1 缺日排水量")
		s.entry("outlets", "编号=P1", "日排水量=120")
		s.wantAll("too much", "1 much outlets/P1 未恢复 ×1")
		s.want("it can tell now", s.unknown(), "")
		f := s.findings(Query{})[0]
		s.want("whose", f.Unit+" "+f.Says+" "+f.Label, "甲镇人民政府 一号排口：120 一号排口")
		s.at("2023-09-22")
		s.entry("outlets", "编号=P1", "名称=一号大排口")
		s.wantAll("it goes on and is one thing", "1 much outlets/P1 未恢复 ×1")
		s.entry("outlets", "编号=P1", "日排水量=")
		s.wantAll("an empty field is no evidence", "1 much outlets/P1 未恢复 ×1")
		s.want("it cannot tell any more", s.unknown(), "much outlets/P1 缺日排水量")
		s.entry("outlets", "编号=P1", "日排水量=99.5")
		s.wantAll("over", "1 much outlets/P1 已恢复 ×1")
		s.want("evidence", s.findings(Query{})[0].Over, "2023年9月22日08时起恢复：日排水量 99.5")
		s.entry("outlets", "编号=P1", "日排水量=500")
		s.write(func(tx *db.Tx) error {
			_, err := s.j.Registers.Remove(ctx, tx, register.System, "outlets", "P1", register.Leave{Why: "已封堵"})
			return err
		})
		s.wantAll("it left", "1 much outlets/P1 已恢复 ×1; 2 much outlets/P1 已恢复 ×1")
		s.want("evidence", s.findings(Query{ID: 2})[0].Over, "条目已出册：已封堵")
	})
}

// A value is asked as of a day that the entry names: last year's row is judged, and checked, by last year's price.
func TestValueOfTheRowsDay(t *testing.T) {
	tell(t, "2024-02-01 08:00", []Rule{entryRule("dear", `日排水量 > 参数于("限值", 溯源日期)`)}, nil, func(s *story) {
		outlets, _ := s.j.Registers.Schema("outlets")
		outlets.Checks = []register.Check{{Must: compile(`限值 == 参数于("限值", 溯源日期)`, entryScope(outlets), rule.OfBool), Refusal: "不是那时的限值"}}
		s.entry("outlets", "编号=P1", "名称=一号", "责任单位=甲镇人民政府", "溯源日期=2023-12-31", "限值=50", "日排水量=40")
		s.entry("outlets", "编号=P2", "名称=二号", "责任单位=甲镇人民政府", "溯源日期=2024-01-01", "限值=30", "日排水量=40")
		s.wantAll("by the value of each day", "1 dear outlets/P2 未恢复 ×1")
		var from string
		for _, seen := range s.findings(Query{})[0].Facts {
			if strings.HasPrefix(seen.Name, "参数于") {
				from = seen.Value + " " + seen.Source
			}
		}
		s.want("what it was held against", from, "30 甲政办发〔2024〕1号 二(1)")
		s.entry("outlets", "编号=P3", "名称=三号", "责任单位=甲镇人民政府", "溯源日期=2022-12-31", "日排水量=40")
		s.want("before there was one", s.unknown(), `dear outlets/P3 缺参数于("限值", 溯源日期)`)
		err := s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := s.j.Registers.Amend(ctx, tx, register.System, "outlets", "P1", register.Input{Fields: map[string]string{"限值": "30"}})
			return err
		})
		s.want("today's is refused", register.Message(err), "不是那时的限值。")
	})
}

func (s *story) unknown() string {
	s.Helper()
	var out []string
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		list, err := s.j.Unknown(ctx, tx, "")
		for _, u := range list {
			out = append(out, u.Rule+" "+u.Subject+" 缺"+u.Lacks)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return strings.Join(out, "; ")
}

// Days pass with ticks and without: what is found is the same.
func TestDaysCountWhetherLookedAtOrNot(t *testing.T) {
	rules := func() []Rule {
		old, streak := entryRule("old", "天数(溯源日期, 今天) > 参数.天数上限"), entryRule("streak", "缺(日排水量)")
		streak.For, streak.ClearFor = 3, 2
		return []Rule{old, streak}
	}
	for _, days := range []string{"21 22 23 24 25 26", "21 21 21 22 26 26", "26", "22 25 26", ""} {
		tell(t, "2023-09-20 08:00", rules(), nil, func(s *story) {
			s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府", "溯源日期=2023-09-12")
			for _, d := range strings.Fields(days) {
				s.at("2023-09-" + d)
			}
			s.at("2023-09-27")
			s.want("after "+days, s.unnumbered(), "old outlets/P1 未恢复 ×1; streak outlets/P1 未恢复 ×1")
			since := map[string]string{}
			for _, f := range s.findings(Query{}) {
				since[f.Rule] = f.Since.Format("01-02")
			}
			// The day that began at midnight in China is the evening before by UTC, except today's.
			if since["streak"] != "09-20" || strings.HasPrefix(days, "21") && since["old"] != "09-22" && since["old"] != "09-23" {
				s.Errorf("after %q: since %v", days, since)
			}
			s.entry("outlets", "编号=P1", "日排水量=3", "溯源日期=2023-09-25")
			s.want("one day is not enough to clear", s.unnumbered(), "old outlets/P1 已恢复 ×1; streak outlets/P1 未恢复 ×1")
			s.at("2023-09-27 20:00")
			s.want("nor is the same day again", s.unnumbered(), "old outlets/P1 已恢复 ×1; streak outlets/P1 未恢复 ×1")
			s.at("2023-09-28")
			s.want("two are", s.unnumbered(), "old outlets/P1 已恢复 ×1; streak outlets/P1 已恢复 ×1")
		})
	}
}

// unnumbered is all without the numbers of findings.
func (s *story) unnumbered() string {
	s.Helper()
	lines := strings.Split(s.all(), "; ")
	for i, l := range lines {
		_, lines[i], _ = strings.Cut(l, " ")
	}
	sortLines(lines)
	return strings.Join(lines, "; ")
}

// A record of another register that refers to an entry has the entry looked at again.
func TestWhatRefersToAnEntryCounts(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{entryRule("unsampled", `条数("samples", "排口") < 2`)}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口")
		s.wantAll("no sample", "1 unsampled outlets/P1 未恢复 ×1")
		s.entry("samples", "排口=P1", "采样日期=2023-09-01")
		s.wantAll("one", "1 unsampled outlets/P1 未恢复 ×1")
		s.entry("samples", "排口=P1", "采样日期=2023-09-02")
		s.wantAll("two", "1 unsampled outlets/P1 已恢复 ×1")
	})
}

func TestInhibition(t *testing.T) {
	much, over := entryRule("much", "日排水量 > 100"), overRule()
	much.Inhibits, over.For, over.ClearFor = []string{"over"}, 1, 1
	tell(t, "2023-09-20 08:00", []Rule{much, over}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "日排水量=120")
		s.give("cod/P1 2023-09-20 01:00 61")
		s.wantAll("it stands behind", "1 much outlets/P1 未恢复 ×1; 2 over cod/P1 未恢复 ×1 behind much")
		s.want("told", s.said(), "opened 1 much outlets/P1")
		s.entry("outlets", "编号=P1", "日排水量=1")
		s.wantAll("nothing stands before it", "1 much outlets/P1 已恢复 ×1; 2 over cod/P1 未恢复 ×1")
		s.want("told", s.said(), "over 1 已恢复; opened 2 over cod/P1")
		s.entry("outlets", "编号=P1", "日排水量=120")
		s.wantAll("put behind", "1 much outlets/P1 已恢复 ×1; 2 over cod/P1 未恢复 ×1 behind much; 3 much outlets/P1 未恢复 ×1")
		s.give("cod/P1 2023-09-20 02:00 1")
		s.wantAll("over", "1 much outlets/P1 已恢复 ×1; 2 over cod/P1 已恢复 ×1; 3 much outlets/P1 未恢复 ×1")
	})
}

func TestSilence(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{{ID: "mute", Title: "失联", Silent: names("cod"), To: register.Whose{Field: "责任单位"}, Says: template("{条目.名称}{名称}没有数据", readingScope())}}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.at("2023-09-20 11:59")
		s.wantAll("not yet", "")
		s.at("2023-09-20 12:00")
		s.wantAll("silent", "1 mute cod/P1 未恢复 ×1")
		f := s.findings(Query{})[0]
		s.want("said", f.Unit+f.Says, "甲镇人民政府一号排口化学需氧量没有数据")
		s.want("what is seen where nothing ever came", fmt.Sprint(f.Facts), "[{最近读数 还没有过 cod/P1} {没有数据自 2023年9月20日08时 cod/P1} {最长允许没有数据 4小时 "+s.j.Observations.Definition("cod").Basis.String()+"}]")
		s.at("2023-09-25 12:00")
		s.wantAll("it is one silence", "1 mute cod/P1 未恢复 ×1")
		s.give("cod/P1 2023-09-25 11:00 20")
		s.tick()
		s.wantAll("heard again", "1 mute cod/P1 已恢复 ×1")
		s.at("2023-09-26 12:00")
		s.wantAll("and again", "1 mute cod/P1 已恢复 ×1; 2 mute cod/P1 未恢复 ×1")
		list := s.findings(Query{})
		for _, f := range list {
			if f.ID == 1 {
				s.want("what ended it", fmt.Sprint(f.Evidence), "[{最近读数 20 cod/P1 2023年9月25日11时 test}]")
			} else {
				s.want("what is seen", fmt.Sprint(f.Facts[:2]), "[{最近读数 20 cod/P1 2023年9月25日11时 test} {没有数据自 2023年9月25日12时 cod/P1}]")
			}
		}
	})
}

func TestObligationsAndLists(t *testing.T) {
	tell(t, "2023-09-20 08:00", nil, nil, func(s *story) {
		for _, sc := range s.j.Registers.Schemas {
			if sc.Name == "sections" {
				sc.Fields[2].Type = register.Unit
				sc.Complete = &register.Complete{ID: "all", Name: "每个乡镇都有断面", Field: "责任单位", Units: []string{"甲镇", "乙镇"}, Ladder: "list"}
				sc.Complete.By.Year, sc.Complete.By.Month, sc.Complete.By.Day = 2023, 9, 30
			}
		}
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.at("2023-09-30")
		s.wantAll("in time", "")
		s.at("2023-10-01")
		s.wantAll("the list", "1 sections/all 甲镇 未恢复 ×1; 2 sections/all 乙镇 未恢复 ×1")
		s.at("2023-10-20")
		s.wantAll("the last day", "1 sections/all 甲镇 未恢复 ×1; 2 sections/all 乙镇 未恢复 ×1")
		s.at("2023-10-21")
		f := s.findings(Query{Rule: "outlets/plan"})
		if len(f) != 1 || f[0].Subject != "outlets/P1" || f[0].Unit != "甲镇人民政府" || f[0].Severity != Serious || f[0].Ladder != "outlet" {
			s.Fatalf("%+v", f)
		}
		s.at("2023-10-25")
		s.entry("outlets", "编号=P1", "溯源日期=2023-10-25")
		f = s.findings(Query{Rule: "outlets/plan"})
		s.want("done", fmt.Sprint(f[0].State, f[0].Times, f[0].Over), "已恢复1制定方案于2023年10月25日做到")
	})
}

// Nothing is judged that the document does not ask for: the series is of large outlets alone.
func TestReadingsThatNobodyAskedForAreRefused(t *testing.T) {
	sc := &rule.Scope{Names: map[string]rule.Type{"值": rule.OfNumber}}
	over := Rule{ID: "over", Title: "超标", Readings: names("cod"), When: compile("值 > 50", sc, rule.OfBool), Says: template("{值}", sc)}
	tell(t, "2023-09-20 12:00", []Rule{over}, nil, func(s *story) {
		s.j.Observations.Definition("cod").When = compile("日排水量 > 50", entryScope(schemas()[1]), rule.OfBool)
		refused := func() string {
			var out []string
			err := s.d.Write(ctx, func(tx *db.Tx) error {
				r, err := s.j.Observations.Record(ctx, tx, []observation.Reading{
					{Name: "cod", Key: "P1", At: instant(t, "2023-09-20 10:00"), Value: observation.Measured(quantity.Sample{Decimal: quantity.Int(90)})}})
				out = nil
				for _, x := range r.Refused {
					out = append(out, x.Message)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(out, " ")
		}
		s.entry("outlets", "编号=P1", "名称=一号", "日排水量=10")
		s.want("a small one", refused(), "“P1”不测“化学需氧量”：只测符合“日排水量 > 50”的。确实要测的，先把台账里的条目改对，再补报。")
		s.wantAll("nothing is found", "")
		s.entry("outlets", "编号=P1", "日排水量=100")
		s.want("put right, and sent again", refused(), "")
		s.wantAll("and judged", "1 over cod/P1 未恢复 ×1")
	})
}
