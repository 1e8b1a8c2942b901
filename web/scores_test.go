package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/score"
	"zhixing/sheet"
)

// markedIssue orders four invented duties of one real unit, so that it can do everything wrong once. Its number is
// coalKey, by which winter finds duties.
const markedIssue = `绛县人民政府公报

2023年第9期

2023年9月20日出版

绛县人民政府办公室 主管主办

绛县人民政府办公室
关于印发绛县锅炉整治方案的通知

绛政办发〔2023〕903号

各乡（镇）人民政府，县直各有关单位：

《绛县锅炉整治方案》（虚构演示）已经县政府同意，现印发给你们，请认真组织实施。

绛县人民政府办公室

2023年9月10日

（此件公开发布）

绛县锅炉整治方案

一、任务

1.散煤清零。禁煤区逐户排查，2023年10月底前完成。（县能源局牵头，县农业农村局配合）

2.更换锅炉。2023年10月底前完成更换。（县能源局负责）

3.巡查烟囱。每月巡查一次。（县能源局负责）

4.建设储煤棚。2023年11月底前建成。（县能源局负责）

5.改造管网。2023年底前完成改造。（县住房和城乡建设管理局负责）
`

// quarters runs a story on a site at the beginning of 2024: in the last quarter of 2023 one unit has come by every deduction.
func quarters(t *testing.T, tell func(w *winter)) {
	clock := dbtest.At("2023-10-09")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-10-09")
		w := &winter{site: newSite(t, d, clock)}
		w.publishText(markedIssue)
		w.tick()
		for _, c := range [][3]string{{"督查", "绛县人民政府办公室", "督查员"}, {"主任", "绛县人民政府办公室", "副主任"}, {"县长", "绛县人民政府", "县长"},
			{"能源局长", "县能源局", "局长"}, {"能源经办", "县能源局", "经办人"}, {"住建局长", "县住房和城乡建设管理局", "局长"}, {"审计", "县审计局", "审计员"}} {
			w.placed(c[0], c[1], c[2])
		}
		var boilers, sheds ledger.ID
		for title, id := range map[string]*ledger.ID{"散煤清零": &w.late, "更换锅炉": &boilers, "巡查烟囱": &w.rounds, "建设储煤棚": &sheds, "改造管网": &w.pipes} {
			*id = w.dutyOf(title)
			w.act("督查", *id, "confirm", nil)
			w.act("督查", *id, "issue", nil)
		}
		w.at("2023-10-10")
		for _, id := range []ledger.ID{w.late, boilers, w.rounds} { // not sheds
			w.act("能源局长", id, "sign", nil)
		}
		w.act("住建局长", w.pipes, "sign", nil)
		w.at("2023-10-26") // bare
		w.act("能源经办", w.rounds, "report", url.Values{"text": {"已巡查。"}})
		w.act("能源局长", sheds, "ask", url.Values{"due": {"2024-01-31"}, "reason": {"工期顺延"}})
		w.act("督查", sheds, "extend", url.Values{"grant": {"1"}})
		w.at("2023-11-02")
		if a := w.post("主任", w.letterOf(letter.Warn, ledger.LetterDrafted).Path()+"/sign", nil); a.status != http.StatusSeeOther {
			t.Fatalf("sign: %d %s", a.status, around2(a.body, "alert"))
		}
		w.claim("能源局长", boilers, "已更换。", "锅炉.jpg")
		w.act("督查", boilers, "sendback", url.Values{"reason": {"照片看不清"}})
		w.claim("能源局长", boilers, "已更换，补充照片。", "锅炉.jpg")
		w.act("督查", boilers, "check", url.Values{"words": {"属实"}})
		w.act("督查", boilers, "close", url.Values{"result": {"完成"}})
		tell(w)
	})
}

const energyURL = "/scores/units/县能源局"

// markOf is the mark on the page of the energy office, which has to add up.
func (w *winter) markOf(as, query string, texts ...string) string {
	w.t.Helper()
	page := w.seesAs(as, energyURL+query, 200, texts...).body
	total := regexp.MustCompile(`([\d.]+) − ([\d.]+) = ([\d.]+)`).FindStringSubmatch(page)
	if total == nil {
		w.t.Fatalf("%s: no sum", query)
	}
	points := func(text string) score.Points {
		p, err := score.ParsePoints(text)
		if err != nil {
			w.t.Fatal(err)
		}
		return p
	}
	var rules, hits score.Points
	for _, m := range regexp.MustCompile(`data-is="实扣">(−?)([\d.]+)`).FindAllStringSubmatch(page, -1) {
		if m[1] != "" {
			rules += points(m[2])
		} else {
			hits += points(m[2])
		}
	}
	if want := points(total[2]); rules != want || hits != want || points(total[1])-want != points(total[3]) {
		w.t.Errorf("%s: taken %s, by rules %s, by deductions %s, mark %s", query, want, rules, hits, total[3])
	}
	return total[3]
}

// appealForm is what the page's form about a deduction sends.
func (w *winter) appealForm(as, query string, fact score.Fact, duty ledger.ID) url.Values {
	w.t.Helper()
	for _, form := range strings.Split(w.seesAs(as, energyURL+query, 200).body, `action="/scores/appeals"`)[1:] {
		v := url.Values{}
		for _, m := range regexp.MustCompile(`type="hidden" name="([a-z]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
			if !v.Has(m[1]) {
				v.Set(m[1], m[2])
			}
		}
		if v.Get("fact") == string(fact) && v.Get("duty") == strconv.FormatInt(int64(duty), 10) {
			return v
		}
	}
	w.t.Fatalf("no form to appeal against %s of %d", fact, duty)
	return nil
}

func TestAUnitSeesEachDeduction(t *testing.T) {
	quarters(t, func(w *winter) {
		w.seesAs("能源局长", "/scores?period=2023-Q4", 200, "考核期未满，至2023年12月31日", "县能源局", "本单位", "个部门和单位中列第", "逐项看扣分、申诉", "县住房和城乡建设管理局", "没有牵头任务的单位", "第十三条",
			"第五条", "还没有定稿", "超过当时的时限才申请销号", "!/scores/keep", "!units/县住房")
		w.seesAs("能源局长", energyURL+"?period=2023-Q4", 200, "2023年12月31日以后可申诉")
		if a := w.post("督查", "/scores/keep", url.Values{"period": {"2023-Q4"}}); a.status != http.StatusConflict || !strings.Contains(a.body, "才能定稿") {
			t.Errorf("kept before the period was over: %d", a.status)
		}
		w.at("2024-01-05")
		q4 := "?period=2023-Q4"
		mark := w.markOf("能源局长", q4, "未按时签收", "申请销号被退回：照片看不清", "时限由2023年11月30日延至2024年1月31日", "未附证明材料", "2023年11月2日填报", "未填报",
			"时限2023年10月31日，2023年11月2日申请销号", "截至2023年12月31日未申请销号", "预警函", w.late.Path()+`"`, "#step-", "提出申诉")
		for _, d := range w.srv.County.Scores.Deduct {
			if slices.Contains([]score.Fact{score.CaseOverdue, score.CaseSentBack, score.CaseRecurred}, d.Fact) { // no cases here; TestLoopInBrowser has them
				w.seesAs("能源局长", energyURL+q4, 200, d.Name)
				continue
			}
			if a := w.get("能源局长", escape(energyURL)+q4); !regexp.MustCompile(`<a href="#rule\d+">` + d.Name + `</a>`).MatchString(a.body) {
				t.Errorf("the unit does not see %s", d.Name)
			}
		}
		table := w.seesAs("县长", "/scores"+q4, 200, ">"+mark+"</b>")
		if anchors := regexp.MustCompile(`/scores/units/[^"]*#(rule\d+)"`).FindAllStringSubmatch(table.body, -1); len(anchors) < 9 {
			t.Errorf("only %d figures lead to deductions", len(anchors))
		}
		for _, as := range []string{"督查", "县长", "审计", "能源经办"} {
			w.seesAs(as, energyURL+q4, 200, "!提出申诉")
		}
		w.seesAs("住建局长", energyURL+q4, 403, "只能查看本单位")
		w.seesAs("住建局长", "/scores"+q4, 200, ">"+mark+"</b>", "!"+escape(energyURL))
		w.seesAs("住建局长", "/scores/details.csv"+q4, 200, "!县能源局")
		w.seesAs("住建局长", "/scores/details.csv"+q4+"&unit=县能源局", 403)
		w.seesAs("能源局长", "/scores"+q4+"&unit=县能源局", 303)
		w.seesAs("县长", "/scores/units/查无此局"+q4, 404)
		w.seesAs("县长", "/scores/units/古绛镇"+q4, 200, "没有得分")
		w.sees("/scores", 303)

		for query, says := range map[string]string{"?period=2023-13": "2023-Q4", "?period=x": "2023-10 的样子", "?from=2023-1&to=2023-12-31": "开始日期", "?from=2023-12-01&to=2023-11-01": "不能早于",
			"?period=2024-02": "还没有开始"} {
			w.seesAs("能源局长", "/scores"+query, 400, `role="alert"`, says)
		}
		w.seesAs("能源局长", "/scores?from=2023-1&to=2023-12-31", 400, `value="2023-1"`)
		w.seesAs("能源局长", "/scores?from=2023-10-01&to=2023-11-15", 200, "2023年10月1日至2023年11月15日")
		w.seesAs("能源局长", "/scores.csv?period=x", 400)
		w.seesAs("能源局长", "/scores", 200, "2024年", "考核期未满")
	})
}

func TestAnUpheldAppealChangesTheMarkAndNotWhatWasKept(t *testing.T) {
	quarters(t, func(w *winter) {
		w.at("2024-01-05")
		q4, now := "?period=2023-Q4", "?period=2023-Q4&now=1"
		before := w.markOf("能源局长", q4)

		// The office keeps the quarter.
		w.seesAs("能源局长", "/scores/keep"+q4, 403)
		sum := regexp.MustCompile(`name="sum" value="([0-9a-f]{64})"`).FindStringSubmatch(w.seesAs("督查", "/scores/keep"+q4, 200, "确认定稿", "县能源局", before).body)
		if sum == nil {
			t.Fatal("nothing to confirm")
		}
		keep := url.Values{"from": {"2023-10-01"}, "to": {"2023-12-31"}, "sum": {strings.Repeat("0", 64)}}
		w.post("督查", "/scores/keep", keep).check(t, "another table than was shown", 409, "有变化，没有定稿", sum[1])
		w.seesAs("督查", "/scores"+q4, 200, "还没有定稿")
		keep.Set("sum", sum[1])
		w.post("住建局长", "/scores/keep", keep).check(t, "a unit keeps", 403)
		if a := w.post("督查", "/scores/keep", keep); a.location != "/scores/frozen/1?done=score_keep" {
			t.Fatalf("keep: %d %s %s", a.status, a.location, around2(a.body, "alert"))
		}
		w.seesAs("住建局长", "/scores/frozen/1?done=score_keep", 200, "已定稿。", "示例督查", "2024-01-05", "完全一致", before)
		w.post("督查", "/scores/keep", keep).check(t, "kept twice", 409, "没有变化")
		w.seesAs("督查", "/scores/frozen/2", 404)
		w.seesAs("督查", "/scores/frozen/x", 404)
		w.seesAs("能源局长", energyURL+q4, 200, "定稿", "!提出申诉")

		// The unit appeals.
		form := w.appealForm("能源局长", now, score.Overdue, w.late)
		w.post("能源局长", "/scores/appeals", form).check(t, "no reason", 400, `role="alert"`, "请填写申诉理由")
		long := strings.Repeat("因暴雪停工。", 500)
		form.Set("reason", long)
		w.post("能源局长", "/scores/appeals", form).check(t, "a reason without end", 400, "最多 2000 字", long)
		form.Set("reason", "暗号停工通知在案")
		for who, status := range map[string]int{"能源经办": 403, "住建局长": 403, "督查": 403, "县长": 403, "审计": 403, "": 401} {
			w.post(who, "/scores/appeals", form).check(t, who+" appeals", status)
		}
		if a := w.post("能源局长", "/scores/appeals", form); a.status != 303 || !strings.Contains(a.location, "done=score_appeal") {
			t.Fatalf("appeal: %d %s", a.status, around2(a.body, "alert"))
		}
		w.post("能源局长", "/scores/appeals", form).check(t, "appealed twice", 409, `role="alert"`, "只能申诉一次")
		w.post("能源局长", "/scores/appeals", url.Values{"duty": {"x"}}).check(t, "no form of ours", 400)
		if m := w.markOf("能源局长", now, "待裁定", "/scores/appeals/1"); m != before {
			t.Errorf("an appeal alone changed the mark from %s to %s", before, m)
		}

		// The office decides.
		w.seesAs("督查", "/scores", 200, "申诉（待裁定 1）")
		w.seesAs("督查", "/scores/appeals", 200, "待裁定 1 份", "暗号停工通知在案", `action="/scores/appeals/1"`, "示例能源局长")
		w.seesAs("能源局长", "/scores/appeals", 200, "暗号停工通知在案", "!裁定意见 <span")
		w.seesAs("审计", "/scores/appeals/1", 200, "暗号停工通知在案", "!裁定意见 <span")
		w.seesAs("住建局长", "/scores/appeals", 200, "没有待裁定的申诉", "!暗号")
		w.seesAs("住建局长", "/scores/appeals/1", 404, "!暗号")
		w.seesAs("督查", "/scores/appeals/9", 404)
		w.post("督查", "/scores/appeals/1", url.Values{"reason": {"打好的意见"}}).check(t, "no choice", 400, "请选择", "打好的意见")
		w.post("督查", "/scores/appeals/1", url.Values{"upheld": {"1"}, "reason": {" "}}).check(t, "no reason", 400, "请填写裁定意见", "checked")
		for _, who := range []string{"能源局长", "住建局长", "县长", "审计"} {
			w.post(who, "/scores/appeals/1", url.Values{"upheld": {"1"}, "reason": {"x"}}).check(t, who+" decides", 403)
		}
		if a := w.post("督查", "/scores/appeals/1", url.Values{"upheld": {"1"}, "reason": {"情况属实"}}); a.status != 303 {
			t.Fatalf("decide: %d %s", a.status, around2(a.body, "alert"))
		}
		w.post("督查", "/scores/appeals/1", url.Values{"upheld": {"0"}, "reason": {"x"}}).check(t, "decided twice", 409, "已经裁定")

		after := w.markOf("能源局长", now, "申诉成立", "情况属实", "<del>时限2023年10月31日，截至2023年12月31日未申请销号</del>", "另有 1 次申诉成立不扣")
		was, _ := score.ParsePoints(before)
		is, _ := score.ParsePoints(after)
		if is != was+300 {
			t.Errorf("the mark went from %s to %s, want 3 points more", before, after)
		}
		// What was announced stands; the difference is said.
		diff := "1 个单位得分与定稿不同：县能源局 " + before + " → " + after
		for _, page := range []string{"/scores" + q4, "/scores/frozen/1"} {
			w.seesAs("住建局长", page, 200, ">"+before+"</b>", "!>"+after+"</b>", diff, "示例督查")
		}
		w.seesAs("督查", "/scores"+now, 200, ">"+after+"</b>", diff, "重新定稿</a>")
		if m := w.markOf("能源局长", "?kept=1", "!情况属实"); m != before {
			t.Errorf("what was kept is marked %s now", m)
		}
		w.exportsOpen(q4, now, before, after)

		// Kept anew: the newest stands.
		sum = regexp.MustCompile(`name="sum" value="([0-9a-f]{64})"`).FindStringSubmatch(w.seesAs("主任", "/scores/keep"+q4, 200, "已由示例督查于").body)
		keep.Set("sum", sum[1])
		if a := w.post("主任", "/scores/keep", keep); a.location != "/scores/frozen/2?done=score_keep" {
			t.Fatalf("kept anew: %d %s", a.status, around2(a.body, "alert"))
		}
		w.seesAs("督查", "/scores"+q4, 200, ">"+after+"</b>", "完全一致", "已重新定稿")
		w.seesAs("督查", "/scores/frozen/1", 200, ">"+before+"</b>", "此后重新定稿过", "/scores/frozen/2")
		w.journalIsReadable("考核结果定稿", "对扣分申诉", "裁定申诉", "申诉 1", "考核定稿 2", "任务交办")
	})
}

// exportsOpen opens every export of a quarter whose kept and present marks differ.
func (w *winter) exportsOpen(q4, now, before, after string) {
	w.t.Helper()
	w.seesAs("住建局长", "/scores.csv"+q4, 200, "县能源局", before, "!"+after, "逾期未完成")
	w.seesAs("住建局长", "/scores.csv"+now, 200, after)
	w.seesAs("督查", "/scores/details.csv"+now, 200, "县能源局", "申诉成立，不扣", "情况属实", "第五条")
	w.seesAs("能源局长", "/scores/appeals.csv", 200, "暗号停工通知在案", "情况属实", "2023年第四季度")
	w.seesAs("住建局长", "/scores/appeals.csv", 200, "!暗号")
	for _, c := range []struct {
		as   string
		seen bool
	}{{"督查", true}, {"住建局长", false}} {
		a := w.seesAs(c.as, "/scores.xlsx"+q4, 200)
		tables, err := sheet.Read(bytes.NewReader([]byte(a.body)), int64(len(a.body)), sheet.Usual)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(tables) != 3 || tables[0].Name != "汇总" || tables[1].Name != "扣分明细" || tables[2].Name != "计分办法" {
			w.t.Fatalf("sheets: %d", len(tables))
		}
		marked := false
		for _, row := range tables[0].Rows {
			marked = marked || row.Cells["单位"] == "县能源局" && row.Cells["得分"] == before
		}
		if !marked || strings.Contains(flat(tables[1]), "县能源局") != c.seen || !strings.Contains(flat(tables[2]), "逾期未完成") {
			w.t.Errorf("%s: marked %t; the details are %s", c.as, marked, flat(tables[1]))
		}
		var got struct{ Table score.Table }
		if err := json.Unmarshal([]byte(w.seesAs(c.as, "/scores.json"+q4, 200).body), &got); err != nil {
			w.t.Fatal(err)
		}
		if u, ok := got.Table.Line("县能源局"); !ok || u.Points.String() != before || (len(u.Hits) > 0) != c.seen {
			w.t.Errorf("%s: %t %s, %d hits", c.as, ok, u.Points, len(u.Hits))
		}
	}
}

func flat(t sheet.Table) string {
	var b strings.Builder
	for _, row := range t.Rows {
		for _, c := range row.Cells {
			b.WriteString(c + "\t")
		}
	}
	return b.String()
}

// journalIsReadable checks that the journal's page has a Chinese name for everything that was done.
func (s *site) journalIsReadable(words ...string) {
	s.t.Helper()
	err := s.srv.DB.Read(context.Background(), func(tx *db.Tx) error {
		for before := int64(0); ; {
			recs, next, err := journal.List(context.Background(), tx, s.srv.countyCode, journal.Query{Limit: journal.MaxLimit, Before: before})
			for _, r := range recs {
				if deeds[r.What] == "" {
					s.t.Errorf("the journal has no name for %s", r.What)
				}
			}
			if err != nil || next == 0 {
				return err
			}
			before = next
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.freshLogin("管理丙")
	page := s.seesAs("管理丙", "/journal.csv", 200).body
	for _, w := range words {
		if !strings.Contains(page, w) {
			s.t.Errorf("the journal does not say %s", w)
		}
	}
}

func TestPeriods(t *testing.T) {
	for word, want := range map[string]string{
		"2023": "2023-01-01 2023-12-31 2023年", "2023-Q1": "2023-01-01 2023-03-31 2023年第一季度", "2023-Q4": "2023-10-01 2023-12-31 2023年第四季度",
		"2024-02": "2024-02-01 2024-02-29 2024年2月", "2023-12": "2023-12-01 2023-12-31 2023年12月",
		"2023-Q5": "", "2023-13": "", "2023-00": "", "2023-1": "", "2023-Q04": "", "23": "", "": "", "2023-": "", "-Q1": "", "+023": "", "2023-Q": "", "2023-+1": "", "2023-Q+": "",
	} {
		p, ok := parsePeriod(word)
		got := ""
		if ok {
			got = p.From.String() + " " + p.To.String() + " " + periodName(p)
			if periodWord(p) != word {
				t.Errorf("%s comes back as %s", word, periodWord(p))
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
	odd := score.Period{From: calendar.Date{Year: 2023, Month: 10, Day: 1}, To: calendar.Date{Year: 2023, Month: 11, Day: 15}}
	if got := periodName(odd) + " " + periodAsk(odd); got != "2023年10月1日至2023年11月15日 from=2023-10-01&to=2023-11-15" {
		t.Error(got)
	}
}
