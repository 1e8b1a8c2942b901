package finding

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/register"
	"zhixing/rule"
)

func overRule() Rule {
	return Rule{ID: "over", Title: "超标", Readings: names("cod"), When: compile("值 > 参数.限值", readingScope(), rule.OfBool), For: 2,
		Clears: compile("值 <= 参数.限值", readingScope(), rule.OfBool), ClearFor: 2, Severity: Serious, To: register.Whose{Field: "责任单位"}, Ladder: "outlet",
		Says: template("{条目.名称}{名称}{值}，超过限值{参数.限值}", readingScope()), Basis: rule.Basis{Document: "甲政办发〔2023〕1号", Clause: "二/1"}}
}

func TestReadingsRaiseOnceAndRecoverByEvidence(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{overRule()}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.now("2023-09-20 12:00")
		s.give("cod/P1 2023-09-20 08:00 61")
		s.wantAll("one is not enough", "")
		s.give("cod/P1 2023-09-20 09:00 63.0")
		s.wantAll("two", "1 over cod/P1 未恢复 ×1")
		f := s.findings(Query{Rule: "over"})[0]
		if f.Unit != "甲镇人民政府" || f.Says != "一号排口化学需氧量63.0，超过限值50" || f.Entry != "outlets/P1" || f.Severity != Serious || f.Ladder != "outlet" || !f.Reading {
			t.Errorf("%+v", f)
		}
		s.want("facts", fmt.Sprint(f.Facts), "[{值 63.0 cod/P1 2023年9月20日09时 test} {参数.限值 50 甲政办发〔2023〕1号 二(1)}]")
		s.give("cod/P1 2023-09-20 10:00 64")
		s.give("cod/P1 2023-09-20 11:00 50") // the limit itself clears
		s.wantAll("one good one is not enough", "1 over cod/P1 未恢复 ×2")
		s.give("cod/P1 2023-09-20 12:00 -")
		s.give("cod/P1 2023-09-20 13:00 12 D")
		s.wantAll("what is missing or invalid clears nothing", "1 over cod/P1 未恢复 ×2")
		s.now("2023-09-20 15:00")
		s.give("cod/P1 2023-09-20 14:00 30")
		s.wantAll("over", "1 over cod/P1 已恢复 ×2")
		f = s.findings(Query{ID: 1})[0]
		s.want("evidence", f.Over, "2023年9月20日14时起恢复：值 30，限值 50")
		s.want("told", s.said(), "opened 1 over cod/P1; over 1 已恢复")
	})
}

func TestWhatComesAgain(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{overRule()}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.now("2023-09-20 23:00")
		s.give("cod/P1 2023-09-20 01:00 61", "cod/P1 2023-09-20 02:00 61", "cod/P1 2023-09-20 03:00 1", "cod/P1 2023-09-20 04:00 1")
		s.cases[1] = true
		s.give("cod/P1 2023-09-20 05:00 61", "cod/P1 2023-09-20 06:00 61")
		s.wantAll("while its case is open it is the same finding", "1 over cod/P1 未恢复 ×2")
		s.give("cod/P1 2023-09-20 07:00 1", "cod/P1 2023-09-20 08:00 1")
		s.cases[1] = false
		s.give("cod/P1 2023-09-20 09:00 61", "cod/P1 2023-09-20 10:00 61")
		s.wantAll("after its case was closed it is another", "1 over cod/P1 已恢复 ×2; 2 over cod/P1 未恢复 ×1")
		s.want("told", s.said(), "opened 1 over cod/P1; over 1 已恢复; opened 1 over cod/P1; over 1 已恢复; opened 2 over cod/P1")
	})
}

func TestLateReadingsAreJudgedInTheirPlace(t *testing.T) {
	tell(t, "2023-09-20 08:00", []Rule{overRule()}, nil, func(s *story) {
		s.entry("outlets", "编号=P1", "名称=一号排口", "责任单位=甲镇人民政府")
		s.now("2023-09-20 23:00")
		s.give("cod/P1 2023-09-20 01:00 61", "cod/P1 2023-09-20 03:00 61")
		s.wantAll("as it came", "1 over cod/P1 未恢复 ×1")
		s.give("cod/P1 2023-09-20 02:00 10")
		s.wantAll("a good one lay between", "1 over cod/P1 不成立 ×1")
		s.give("cod/P1 2023-09-20 04:00 61")
		s.wantAll("two in a row now", "1 over cod/P1 不成立 ×1; 2 over cod/P1 未恢复 ×1")
		s.give("cod/P1 2023-09-20 02:00 70") // the good one was wrong
		s.wantAll("corrected", "1 over cod/P1 不成立 ×1; 2 over cod/P1 未恢复 ×3")
		s.now("2023-09-21 08:00")
		s.give("cod/P1 2023-09-20 04:30 1", "cod/P1 2023-09-20 05:00 1", "cod/P1 2023-09-20 00:00 1", "cod/P1 2023-09-19 22:00 99", "cod/P1 2023-09-19 23:00 99")
		s.wantAll("it began earlier and is over", "1 over cod/P1 不成立 ×1; 2 over cod/P1 已恢复 ×5")
		s.give("cod/P1 2023-09-20 01:30 1", "cod/P1 2023-09-20 01:00 1")
		s.wantAll("there were two", "1 over cod/P1 不成立 ×1; 2 over cod/P1 已恢复 ×1; 3 over cod/P1 已恢复 ×2")
		var words []string
		s.write(func(tx *db.Tx) error {
			list, err := s.j.Rejudged(ctx, tx, "over", "cod/P1")
			words = nil
			for _, r := range list {
				words = append(words, fmt.Sprintf("%s %d %s", r.On, r.Facts, strings.Join(r.Changed, "，")))
			}
			return err
		})
		s.want("what is said of it", strings.Join(words, "\n"), "2023-09-21 5 次数由3改为5，提出的时间由2023年9月20日02时改为2023年9月19日23时，次数由5改为1，2023年9月20日01时起恢复，2023年9月20日03时的问题当时没有提出\n"+
			"2023-09-20 2 2023年9月20日03时提出的问题不成立，次数由1改为3，提出的时间由2023年9月20日04时改为2023年9月20日02时")
	})
}
