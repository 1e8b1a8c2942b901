package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/chromedp"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/internal/peertest"
	"zhixing/ledger"
	"zhixing/personnel"
)

const planIssue = `绛县人民政府公报

2031年第3期

2031年6月1日出版

绛县人民政府办公室 主管主办

绛县人民政府办公室
关于印发绛县河道保洁行动计划的通知

绛政办发〔2031〕912号

各乡（镇）人民政府，县直各有关单位：

《绛县河道保洁行动计划》（虚构演示）已经县政府同意，现印发给你们，请认真组织实施。

绛县人民政府办公室

2031年5月20日

（此件公开发布）

绛县河道保洁行动计划

一、任务

1.清捞漂浮物。每月清捞一次，2031年10月底前完成首轮。（县水务局牵头，县农业农村局配合。以下均需各乡（镇）人民政府落实，不再列出）

2.建立巡查台账。逐段登记问题，2031年12月底前完成。（县水务局牵头）

3.治理排污口。2031年底前治理率不低于95%。（市生态环境局绛县分局牵头，县水务局配合）

4.开展宣传。2031年9月底前完成。（县河长制服务中心牵头）
`

const planKey = "绛政办发/2031/912"

// sits gives a person with an account a post from the beginning of the year.
func (s *site) sits(account, unit, title string) {
	s.t.Helper()
	ctx := context.Background()
	s.login(account)
	err := s.srv.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := personnel.AddPerson(ctx, tx, s.srv.countyCode, "test", "示例"+account, "虚构")
		if err != nil {
			return err
		}
		if err := personnel.BindAccount(ctx, tx, s.srv.countyCode, "test", id, account); err != nil {
			return err
		}
		_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, s.srv.countyCode, "test",
			personnel.Move{Person: id, Post: personnel.ID(unit, title), On: calendar.Date{Year: 2031, Month: 1, Day: 1}, Reason: "虚构"})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// office publishes the plan and gives the county office and a department their people.
func (s *site) office() {
	s.t.Helper()
	s.sits("督查丁", "绛县人民政府办公室", "督查员")
	s.sits("水务戊", "县水务局", "局长")
	s.publishText(planIssue)
	if _, err := s.srv.Ledger.Tick(context.Background(), s.srv.DB); err != nil {
		s.t.Fatal(err)
	}
}

// dutyNamed is the duty whose title begins with these words.
func (s *site) dutyNamed(title string) *ledger.Duty {
	s.t.Helper()
	var found *ledger.Duty
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		all := ledger.Actor{Seats: []personnel.Seat{{Role: personnel.Office}}}
		rows, err := s.srv.Ledger.Rows(ctx, tx, all, ledger.Query{Lines: ledger.Whole}, s.srv.today())
		for _, r := range rows {
			if strings.HasPrefix(r.Title, title) {
				found = r.Duty
			}
		}
		return err
	})
	if found == nil {
		s.t.Fatalf("no duty is called %s", title)
	}
	return found
}

func (s *site) wantState(title string, want ledger.State) *ledger.Duty {
	s.t.Helper()
	d := s.dutyNamed(title)
	if d.State != want {
		s.t.Errorf("%s is %s, want %s", title, d.State.Chinese(), want.Chinese())
	}
	return d
}

// The office looks at each duty beside its clause, puts one right, confirms the clear ones together and issues them.
func TestIntake(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		at := escape("/intake/" + planKey)
		s.says(s.get("督查丁", "/intake"), http.StatusOK, "河道保洁行动计划", "绛政办发〔2031〕912号", "1 项")
		s.says(s.get("督查丁", at), http.StatusOK, `<mark class="unit" title="单位">县水务局</mark>`, `<mark class="when" title="时限">2031年10月底前</mark>`,
			"县河长制服务中心", "去回答", "条分解任务", "前文统一规定")
		for _, target := range []string{"/intake", at, "/ledger/new", "/ledger/import", "/ledger/imports", "/ledger/imports/1"} {
			s.says(s.get("水务戊", target), http.StatusForbidden)
		}
		s.says(s.get("督查丁", "/intake/"+escape("绛政办发/2031/999")), http.StatusNotFound)

		// Putting right wants a reason; what was typed stays.
		first := s.dutyNamed("清捞")
		form := url.Values{"title": {first.Title}, "lead": {"县水务局"}, "support": {"县住房和城乡建设管理局"}, "implement": {strings.Join(first.Implement, "、")}, "due": {first.Due.String()},
			"recur": {first.Recur.Raw}, "targets": {"清捞率不低于90%"}, "registers": {""}, "saw": {strconv.FormatInt(first.Revision, 10)}, "back": {at}}
		s.says(s.post("督查丁", first.ID.Path()+"/confirm", form), http.StatusBadRequest, "请填写修改理由", "县住房和城乡建设管理局")
		form.Set("reason", "照文件附表")
		if a := s.post("督查丁", first.ID.Path()+"/confirm", form); a.status != http.StatusSeeOther || a.location != at+"?done=confirm" {
			t.Fatalf("confirm: %d %s %s", a.status, a.location, a.body)
		}
		if d := s.wantState("清捞", ledger.Confirmed); len(d.Targets) != 1 || d.Support[0] != "县住房和城乡建设管理局" {
			t.Errorf("not as it was put right: %+v", d.Fields)
		}

		// The clear ones together; one that somebody changed meanwhile is left and named.
		second, third := s.dutyNamed("建立巡查"), s.dutyNamed("治理排污口")
		stale := url.Values{"ids": {strconv.FormatInt(int64(second.ID), 10) + ".1", strconv.FormatInt(int64(third.ID), 10) + ".99"}, "back": {at}}
		s.says(s.post("督查丁", "/ledger/bulk/confirm", stale), http.StatusOK, "已确认 1 项", "1 项没有确认", third.Title, "又有了新的记录")
		s.wantState("建立巡查", ledger.Confirmed)
		s.wantState("治理排污口", ledger.Drafted)
		s.says(s.post("督查丁", "/ledger/bulk/confirm", url.Values{"back": {at}}), http.StatusBadRequest, "没有选中任务")
		if a := s.post("督查丁", "/ledger/bulk/confirm", url.Values{"ids": {strconv.FormatInt(int64(third.ID), 10)}, "back": {at}}); a.location != at+"?done=bulkconfirm" {
			t.Errorf("confirm: %d %s", a.status, a.location)
		}
		s.says(s.post("水务戊", "/ledger/bulk/issue", url.Values{"all": {""}}), http.StatusForbidden)

		// Issue all that is confirmed; the one with an unknown name is confirmed too and cannot be.
		fourth := s.dutyNamed("开展宣传")
		s.post("督查丁", "/ledger/bulk/confirm", url.Values{"ids": {strconv.FormatInt(int64(fourth.ID), 10)}})
		all := url.Values{"all": {"doc=" + planKey + "&state=confirmed"}, "back": {at}}
		s.says(s.post("督查丁", "/ledger/bulk/issue", all), http.StatusOK, "已交办 3 项", "对不上任何单位", "待确认事项")
		s.wantState("清捞", ledger.Issued)
		s.wantState("开展宣传", ledger.Confirmed)
		s.says(s.get("督查丁", at), http.StatusOK, "已交办 3 项")

		// Questions that are saved.
		if a := s.post("督查丁", "/ledger/views", url.Values{"name": {"本文件"}, "query": {"doc=" + url.QueryEscape(planKey)}}); a.status != http.StatusSeeOther {
			t.Errorf("view: %d %s", a.status, a.body)
		}
		s.says(s.get("督查丁", "/ledger"), http.StatusOK, "本文件")
		s.says(s.post("督查丁", "/ledger/views", url.Values{"name": {""}, "query": {"x"}}), http.StatusBadRequest, "1 至 20 个字")
		s.post("督查丁", "/ledger/views/drop", url.Values{"name": {"本文件"}})
		if strings.Contains(s.get("督查丁", "/ledger").body, "本文件") {
			t.Error("the saved question is still there")
		}
	})
}

// A duty that no reader found is entered with a clause or with words, and stays typed while something is wrong.
func TestEnteringByHand(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		s.says(s.get("督查丁", "/ledger/new?doc="+url.QueryEscape("绛政办发〔2031〕912号")), http.StatusOK, "河道保洁行动计划", `<option value="`, "治理排污口")
		s.says(s.get("督查丁", "/ledger/new?doc=x"), http.StatusOK, "文号写作")
		form := url.Values{"title": {"修建拦污网"}, "lead": {"县水务局"}, "due": {"2031-11-30"}, "text": {"在入河口修建拦污网"}}
		s.says(s.post("督查丁", "/ledger/new", form), http.StatusBadRequest, "依据", "修建拦污网", "在入河口修建拦污网")
		form.Set("words", "县政府第12次常务会议纪要")
		form.Set("lead", "县无此局")
		s.says(s.post("督查丁", "/ledger/new", form), http.StatusBadRequest, "县无此局", "对不上任何单位")
		form.Set("lead", "县水务局")
		form.Set("due", "十一月")
		s.says(s.post("督查丁", "/ledger/new", form), http.StatusBadRequest, "2023-10-31 的样子")
		form.Set("due", "2031-11-30")
		form.Set("confirm", "1")
		if a := s.post("督查丁", "/ledger/new", form); a.status != http.StatusSeeOther || !strings.HasSuffix(a.location, "done=enteredconfirmed") {
			t.Fatalf("enter: %d %s %s", a.status, a.location, a.body)
		}
		if d := s.wantState("修建拦污网", ledger.Confirmed); d.Source.Basis() != "县政府第12次常务会议纪要" {
			t.Errorf("basis %q", d.Source.Basis())
		}
		s.says(s.post("督查丁", "/ledger/new", form), http.StatusBadRequest, "已有同名", "修建拦污网") // the same form, sent twice
		s.says(s.get("督查丁", "/intake/other"), http.StatusOK, "修建拦污网", "交办这 1 项")

		clause := s.dutyNamed("治理排污口").Source.Clause
		form = url.Values{"title": {"排查排污口"}, "lead": {"县水务局"}, "doc": {"绛政办发〔2031〕912号"}, "clause": {clause}}
		if a := s.post("督查丁", "/ledger/new", form); a.status != http.StatusSeeOther {
			t.Fatalf("enter: %d %s", a.status, a.body)
		}
		if d := s.wantState("排查排污口", ledger.Drafted); d.Source.Basis() != "绛政办发〔2031〕912号 "+clause {
			t.Errorf("basis %q", d.Source.Basis())
		}
		form.Set("clause", "九/99")
		s.says(s.post("督查丁", "/ledger/new", form), http.StatusBadRequest, "没有“九/99”这一条")
		s.says(s.post("水务戊", "/ledger/new", form), http.StatusForbidden)
	})
}

// The keys of the confirmation page, in a real browser: Enter accepts the card in focus and moves on, j and k move, e edits.
func TestIntakeByKeys(t *testing.T) {
	peertest.Program(t, "chromium", "chromium")
	once := false
	sites(t, func(s *site) {
		if once { // a browser looks at pages, not at databases
			return
		}
		once = true
		s.office()
		if os.Getenv("ZHIXING_SCREENSHOTS") != "" {
			s.publishText(s.demoIssue())
			if _, err := s.srv.Ledger.Tick(context.Background(), s.srv.DB); err != nil {
				t.Fatal(err)
			}
		}
		v := s.browse("督查丁", 1366, 900)
		shot := func(name string, width, height int64) {
			if os.Getenv("ZHIXING_SCREENSHOTS") == "" {
				return
			}
			v.do(chromedp.EmulateViewport(width, height))
			v.picture(name, chromedp.FullScreenshot(100))
			v.do(chromedp.EmulateViewport(1366, 900))
		}
		in := func(id ledger.ID) string {
			return "document.activeElement.id==='d" + strconv.FormatInt(int64(id), 10) + "'"
		}
		first, second, third := s.dutyNamed("清捞"), s.dutyNamed("建立巡查"), s.dutyNamed("治理排污口")
		v.do(chromedp.Navigate(v.base + escape("/intake/"+planKey)))
		v.until(in(first.ID))
		shot("intake", 1366, 900)
		shot("intake-phone", 390, 844)
		v.do(chromedp.KeyEvent("j"))
		v.until(in(second.ID))
		v.do(chromedp.KeyEvent("k"))
		v.until(in(first.ID))
		v.do(chromedp.KeyEvent("\r"))
		v.until(in(second.ID) + " && !document.getElementById('d" + strconv.FormatInt(int64(first.ID), 10) + "')")
		s.wantState("清捞", ledger.Confirmed)

		// Editing wants a reason: the card says so and keeps what was typed.
		card := "document.getElementById('d" + strconv.FormatInt(int64(second.ID), 10) + "')"
		v.do(chromedp.KeyEvent("e"))
		v.until("document.activeElement.name==='title'")
		v.until("(document.activeElement.value = '建立巡查台账改') !== ''")
		v.do(chromedp.KeyEvent("\r"))
		v.until(card + ".querySelector('.error[role=alert]').textContent.includes('修改理由') && document.activeElement.name==='reason'")
		shot("intake-edit", 1366, 900)
		v.do(chromedp.KeyEvent("名称照正文"), chromedp.KeyEvent("\r"))
		v.until(in(third.ID))
		if d := s.dutyNamed("建立巡查台账改"); d.State != ledger.Confirmed {
			t.Errorf("edited: %s", d.State.Chinese())
		}
		v.do(chromedp.KeyEvent("y"))
		v.until("!document.getElementById('d" + strconv.FormatInt(int64(third.ID), 10) + "')")
		s.wantState("治理排污口", ledger.Confirmed)
		for name, at := range map[string]string{"intakes": "/intake", "enter": "/ledger/new?doc=" + url.QueryEscape("绛政办发〔2031〕912号"), "import": "/ledger/import", "intake-rest": escape("/intake/" + planKey)} {
			if os.Getenv("ZHIXING_SCREENSHOTS") != "" {
				v.do(chromedp.Navigate(v.base + at))
				shot(name, 1366, 900)
				shot(name+"-phone", 390, 844)
			}
		}
	})
}

// Marking adds marks and nothing else: without them and unescaped it is the text again.
func FuzzMarkPhrases(f *testing.F) {
	f.Add("1.清捞。每月 清捞一次（县水务局牵头）", "每月清捞一次", "县水务局")
	f.Add("a<b>&\"c\"\nd", "<b>&", "b")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r") {
			return
		}
		got := string(markPhrases(text, addPhrases(nil, "unit", "单位", one, two)))
		got = strings.NewReplacer(`<mark class="unit" title="单位">`, "", "</mark>", "", "<br>", "\n").Replace(got)
		if strings.ContainsAny(got, "<>") || html.UnescapeString(got) != text {
			t.Errorf("%q with %q and %q became %q", text, one, two, got)
		}
	})
}

// A list that was left alone stays, though a name in it holds the sign that parts names; a changed one is parted.
func TestNamesLeftAloneStay(t *testing.T) {
	was := ledger.Fields{Lead: []string{"县水务局"}, Implement: []string{"服务主体、行业协会"}}
	f := form{Values: url.Values{"lead": {"县水务局、县农业农村局"}, "implement": {"服务主体、行业协会"}}}
	out := ledger.Fields{Lead: f.names("lead"), Implement: f.names("implement")}
	f.more(was, &out)
	if len(out.Lead) != 2 || len(out.Implement) != 1 {
		t.Errorf("%q %q", out.Lead, out.Implement)
	}
}
