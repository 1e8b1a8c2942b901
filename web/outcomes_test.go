package web

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// coalIssue orders invented duties of real units, of which one ends with October 2023.
const coalIssue = `绛县人民政府公报

2023年第9期

2023年9月20日出版

绛县人民政府办公室 主管主办

绛县人民政府办公室
关于印发绛县清洁取暖行动计划的通知

绛政办发〔2023〕903号

各乡（镇）人民政府，县直各有关单位：

《绛县清洁取暖行动计划》（虚构演示）已经县政府同意，现印发给你们，请认真组织实施。

绛县人民政府办公室

2023年9月10日

（此件公开发布）

绛县清洁取暖行动计划

一、任务

1.散煤清零。禁煤区逐户排查，2023年10月底前完成。（县能源局牵头，县农业农村局配合）

2.改造供热管网。2023年底前完成改造。（县住房和城乡建设管理局牵头，各乡（镇）人民政府落实）

3.巡查烟囱。每月巡查一次。（县能源局负责）
`

const coalKey = "绛政办发/2023/903"

// winter is a site in the autumn of 2023: persons in their posts, three duties of one document issued.
type winter struct {
	*site
	late, pipes, rounds ledger.ID
}

func winters(t *testing.T, tell func(w *winter)) {
	clock := dbtest.At("2023-09-20")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-09-20")
		tell(newWinter(newSite(t, d, clock)))
	})
}

func newWinter(s *site) *winter {
	s.t.Helper()
	w := &winter{site: s}
	s.publishText(coalIssue)
	w.tick()
	for _, c := range [][3]string{{"督查", "绛县人民政府办公室", "督查员"}, {"主任", "绛县人民政府办公室", "副主任"}, {"县长", "绛县人民政府", "县长"},
		{"能源局长", "县能源局", "局长"}, {"能源经办", "县能源局", "经办人"}, {"住建局长", "县住房和城乡建设管理局", "局长"},
		{"农业局长", "县农业农村局", "局长"}, {"古绛镇长", "古绛镇", "镇长"}, {"审计", "县审计局", "审计员"}} {
		s.placed(c[0], c[1], c[2])
	}
	for title, id := range map[string]*ledger.ID{"散煤清零": &w.late, "改造供热管网": &w.pipes, "巡查烟囱": &w.rounds} {
		*id = w.dutyOf(title)
		w.act("督查", *id, "confirm", nil)
		w.act("督查", *id, "issue", nil)
	}
	w.at("2023-09-21")
	w.act("能源局长", w.late, "sign", nil)
	w.act("能源局长", w.rounds, "sign", nil)
	w.act("住建局长", w.pipes, "sign", nil)
	return w
}

// placed gives a new account a person and a post.
func (s *site) placed(account, unit, title string) {
	s.t.Helper()
	s.login(account)
	code, ctx := s.srv.countyCode, context.Background()
	err := s.srv.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := personnel.AddPerson(ctx, tx, code, "test", "示例"+account, "虚构")
		if err == nil {
			err = personnel.BindAccount(ctx, tx, code, "test", id, account)
		}
		if err == nil {
			_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, code, "test",
				personnel.Move{Person: id, Post: personnel.ID(unit, title), On: calendar.Date{Year: 2023, Month: 1, Day: 1}, Reason: "虚构"})
		}
		return err
	})
	if err != nil {
		s.t.Fatalf("%s in %s/%s: %v", account, unit, title, err)
	}
}

func (w *winter) dutyOf(title string) ledger.ID {
	w.t.Helper()
	var page ledger.Page
	err := w.srv.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		office := ledger.Actor{Seats: []personnel.Seat{{Role: personnel.Auditor}}}
		page, err = w.srv.Ledger.List(context.Background(), tx, office, ledger.Query{Text: title, Doc: coalKey, Lines: ledger.Whole}, w.srv.today())
		return err
	})
	if err != nil || len(page.Rows) != 1 {
		w.t.Fatalf("%s: %d duties, %v", title, len(page.Rows), err)
	}
	return page.Rows[0].ID
}

func (w *winter) act(as string, id ledger.ID, act string, form url.Values) {
	w.t.Helper()
	if a := w.post(as, id.Path()+"/"+act, form); a.status != http.StatusSeeOther {
		w.t.Fatalf("%s as %s on %d: %d %s", act, as, id, a.status, around2(a.body, "alert"))
	}
}

// at sets the clock and lets the ledger do what has come due. Sessions of the accounts begin anew.
func (w *winter) at(day string) {
	w.t.Helper()
	w.clock.Set(day)
	w.tick()
	w.srv.published()
	for name := range w.users {
		w.freshLogin(name)
	}
}

func (w *winter) tick() {
	w.t.Helper()
	if _, err := w.srv.Ledger.Tick(context.Background(), w.srv.DB); err != nil {
		w.t.Fatal(err)
	}
}

// claim claims a duty as done, with a photo.
func (w *winter) claim(as string, id ledger.ID, text, photo string) {
	w.t.Helper()
	if a := w.sendFile(as, id.Path()+"/claim", map[string]string{"text": text}, photo); a.status != http.StatusSeeOther {
		w.t.Fatalf("claim: %d %s", a.status, around2(a.body, "alert"))
	}
}

// letterOf is the newest letter of a kind in a state about the duty that is late.
func (w *winter) letterOf(k letter.Kind, state ledger.LetterState) ledger.Paper {
	w.t.Helper()
	var list ledger.Docket
	err := w.srv.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		office := ledger.Actor{Seats: []personnel.Seat{{Role: personnel.Auditor}}}
		list, err = w.srv.Ledger.LettersOf(context.Background(), tx, office, ledger.LetterQuery{Kind: k, State: state, Unit: "县能源局", Page: 1, Size: 500})
		return err
	})
	for _, p := range list.Papers {
		if p.Duty == w.late {
			return p
		}
	}
	w.t.Fatalf("no %s that is %s: %v", k.Chinese(), state.Chinese(), err)
	return ledger.Paper{}
}

// TestWhatBecameOfADocument follows one document from its publication to a closed duty, as the public sees it.
func TestWhatBecameOfADocument(t *testing.T) {
	winters(t, func(w *winter) {
		w.sees("/outcomes", 200, "绛政办发〔2023〕903号", "截至 2023年9月21日")
		w.sees("/outcomes/"+coalKey, 200, "交办任务 <b>3</b> 项", "10 个单位，已完成 0 个", "古绛镇：", "2023-10-31", "!其中逾期", `!">逾期<`, "只有可以公开的内容")
		doc := w.sees("/documents/"+coalKey, 200, "落实情况：<a href=", "办理中，时限2023-10-31", `/outcomes/`, "!已逾期")
		if same := w.sees("/documents/"+coalKey, 200); same.header.Get("ETag") != doc.header.Get("ETag") || doc.header.Get("ETag") == "" {
			t.Error("the page changed by itself")
		}
		w.at("2023-11-01")
		w.sees("/documents/"+coalKey, 200, "办理中，时限2023-10-31，已逾期") // by the day alone
		w.sees("/outcomes/"+coalKey, 200, "其中逾期 <b class=\"late\">1</b> 项", "截至 2023年11月1日")
		w.claim("能源局长", w.late, "暗号完成情况", "暗号照片.jpg")
		w.act("督查", w.late, "check", url.Values{"words": {"暗号复核意见"}})
		w.act("督查", w.late, "close", url.Values{"result": {"禁煤区全部完成清零"}})
		w.srv.published()
		w.sees("/documents/"+coalKey, 200, "已销号，2023-11-01", "!已逾期")
		w.sees("/outcomes/"+coalKey, 200, "禁煤区全部完成清零", "已销号 <b>1</b> 项", "!暗号", "!其中逾期")
		w.sees("/outcomes/"+coalKey+".csv", 200, "禁煤区全部完成清零", "改造供热管网", "古绛镇", "!暗号")
		if a := w.sees("/outcomes/绛政办发〔2023〕903号", 303); a.location != escape("/outcomes/"+coalKey) {
			t.Errorf("as people type it: %s", a.location)
		}
		w.sees("/outcomes/乱写", 404)
		w.sees("/outcomes/绛政办发/2023/999", 404)
		w.sees("/api/v1/outcomes/"+coalKey+"?x=1", 400, "没有参数")

		schema := strictSchemas(t)["Outcomes"]
		for _, path := range []string{"/api/v1/outcomes/" + coalKey, "/outcomes/" + coalKey + ".json"} {
			a := w.sees(path, 200)
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			var got struct {
				On    string
				Items []struct {
					State, Lead string
					Parent      int
				}
			}
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Items) != 13 || got.On != "2023-11-01" {
				t.Errorf("%s: %v %+v", path, err, got)
			}
		}
		w.post("签发乙", "/desk/withdraw", url.Values{"key": {coalKey}, "note": {"公布有误"}})
		w.sees("/outcomes/"+coalKey, 410, "已撤回", "!散煤")
		w.sees("/outcomes/"+coalKey+".json", 410, "!散煤")
		w.sees("/outcomes", 200, "还没有交办的任务", "!903号")
	})
}

func TestOutcomeWords(t *testing.T) {
	due, closed := calendar.Date{Year: 2023, Month: 10, Day: 31}, calendar.Date{Year: 2023, Month: 11, Day: 2}
	for want, o := range map[string]ledger.Outcome{
		"办理中，时限2023-10-31":     {State: ledger.Working, Due: due},
		"办理中，时限2023-10-31，已逾期": {State: ledger.Working, Due: due, Overdue: true},
		"办理中":            {State: ledger.Working},
		"待复核":            {State: ledger.Claimed, Due: due},
		"已销号，2023-11-02": {State: ledger.Closed, Due: due, ClosedOn: closed},
		"终止":             {State: ledger.Cancelled, Due: due, ClosedOn: closed},
	} {
		o.StateName = o.State.Chinese()
		if got := outcomeWords(o); got != want {
			t.Errorf("%+v: %s, want %s", o, got, want)
		}
	}
}

// TestLettersFromDraftToAnswer takes a warning letter from the ladder's draft through the office and the unit.
func TestLettersFromDraftToAnswer(t *testing.T) {
	winters(t, func(w *winter) {
		w.at("2023-11-23") // the ladder has come to the interview
		p := w.letterOf(letter.Warn, ledger.LetterDrafted)
		warn := p.Path()
		w.seesAs("督查", "/letters", 200, "待我签发", "预警函", warn, "第十", "!约谈通知</a>")
		w.seesAs("县长", "/letters", 200, "约谈通知")
		w.seesAs("能源局长", "/letters", 200, "这里还没有文书", "!待我签发", "!待签发")
		w.seesAs("审计", "/letters?queue=all&kind=interview", 200, "约谈通知", "!预警函</a>")
		w.seesAs("督查", warn, 200, "redhead", "绛县人民政府办公室", "散煤清零", "特此函告。", "签发时编号", "/rules#", `action="`+warn+`/sign"`, "不予发出", "!/docx")
		w.seesAs("能源局长", warn, 404)
		w.seesAs("农业局长", warn, 404)
		w.seesAs("住建局长", warn, 404)
		w.seesAs("审计", warn, 200, "!/sign", "!不予发出</button>")
		w.seesAs("督查", "/letters/99999", 404)
		w.seesAs("督查", "/letters/x", 404)
		w.seesAs("督查", warn+"/docx", 409, "签发后")
		for who, status := range map[string]int{"能源局长": 403, "审计": 403, "县长": 403} {
			if a := w.post(who, warn+"/sign", nil); a.status != status {
				t.Errorf("%s signs: %d, want %d", who, a.status, status)
			}
		}
		long := strings.Repeat("长", 5000)
		w.post("督查", warn+"/sign", url.Values{"demand": {long}}).check(t, "a demand without end", 400, `role="alert"`, long)
		if a := w.post("督查", warn+"/sign", url.Values{"demand": {"请三日内清零。"}}); a.location != warn+"?done=letter_sign" {
			t.Fatalf("sign: %d %s", a.status, around2(a.body, "alert"))
		}
		w.post("督查", warn+"/sign", nil).check(t, "signed twice", 409, `role="alert"`, "不能再签发")
		w.seesAs("督查", warn+"?done=letter_sign", 200, "文书已签发", "请三日内清零", "绛政督警〔2023〕1号", "示例督查", "2023年11月23日", "/docx", "没有 PDF", "!/sign\"")
		if a := w.seesAs("能源局长", warn+"/docx", 200); !strings.HasPrefix(a.body, "PK") || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("docx: %v", a.header)
		}
		w.seesAs("能源局长", warn+"/pdf", 404, "没有中文字体")
		w.seesAs("住建局长", warn+"/docx", 403)

		w.seesAs("能源局长", "/letters", 200, "绛政督警〔2023〕1号", "共 1 份", "2023-11-28")
		w.seesAs("能源经办", warn, 200, "请三日内清零", "!/answer")
		w.seesAs("能源局长", warn, 200, `action="`+warn+`/answer"`)
		w.post("能源经办", warn+"/answer", url.Values{"words": {"x"}}).check(t, "a member answers", 403)
		w.post("住建局长", warn+"/answer", url.Values{"words": {"x"}}).check(t, "another unit answers", 403)
		w.post("能源局长", warn+"/answer", url.Values{"words": {" "}}).check(t, "an empty answer", 400, `role="alert"`)
		if a := w.sendFile("能源局长", warn+"/answer", map[string]string{"words": "原因已查明，下周清零。"}, "整改.exe"); a.status != 400 || !strings.Contains(a.body, "原因已查明") {
			t.Errorf("a program as evidence: %d", a.status)
		}
		if a := w.sendFile("能源局长", warn+"/answer", map[string]string{"words": "原因已查明，下周清零。"}, "整改.jpg"); a.status != 303 {
			t.Fatalf("answer: %d %s", a.status, around2(a.body, "alert"))
		}
		page := w.seesAs("督查", warn, 200, "已反馈", "原因已查明，下周清零。", "整改.jpg", "示例能源局长")
		file := regexp.MustCompile(w.late.Path() + `/files/[0-9a-f]{64}`).FindString(page.body)
		if a := w.get("督查", file); file == "" || a.status != 200 {
			t.Errorf("the answer's file %q: %d", file, a.status)
		}

		interview := w.letterOf(letter.Interview, ledger.LetterDrafted).Path()
		w.seesAs("县长", interview, 200, "签发前还缺：约谈时间、约谈地点", "约谈地点")
		w.post("县长", interview+"/sign", url.Values{"when": {"2023年11月27日9时"}}).check(t, "no place", 400, `role="alert"`, "2023年11月27日9时", "签发前还缺：约谈地点")
		if a := w.post("县长", interview+"/sign", url.Values{"when": {"2023年11月27日9时"}, "where": {"县政府二楼会议室"}}); a.status != 303 {
			t.Fatalf("interview: %d %s", a.status, around2(a.body, "alert"))
		}
		w.seesAs("能源局长", interview, 200, "约谈时间：2023年11月27日9时", "约谈地点：县政府二楼会议室")

		order := w.letterOf(letter.Supervise, ledger.LetterDrafted).Path()
		w.seesAs("督查", order, 200, "lettergrid", "督办事项", "反馈情况")
		w.post("督查", order+"/drop", url.Values{"reason": {""}}).check(t, "no reason", 400, `role="alert"`)
		w.post("能源局长", order+"/drop", url.Values{"reason": {"x"}}).check(t, "a unit drops", 403)
		if a := w.post("督查", order+"/drop", url.Values{"reason": {"已发预警函，暂不发"}}); a.status != 303 {
			t.Fatalf("drop: %d", a.status)
		}
		w.seesAs("督查", order, 200, "不予发出", "已发预警函，暂不发")
		w.seesAs("督查", "/letters?queue=dropped", 200, order)
		w.seesAs("督查", "/letters.csv?queue=all", 200, "绛政督警〔2023〕1号", "已发预警函，暂不发", "原因已查明")
		w.seesAs("能源局长", "/letters.csv", 200, "绛政督警〔2023〕1号", "!已发预警函")
		w.seesAs("督查", "/letters?queue=x", 400)
		w.seesAs("督查", "/letters?page=0", 400)
		w.sees("/letters", 303)
	})
}

// TestUnitsAndScreen looks at the units' pages and the leaders' screen, and holds the figures to the ledger's rows.
func TestUnitsAndScreen(t *testing.T) {
	winters(t, func(w *winter) {
		w.at("2023-11-01")
		w.seesAs("督查", "/ledger/units", 200, "县能源局", "古绛镇", "县农业农村局", "逾期")
		w.seesAs("督查", "/ledger/units?sort=overdue", 200, `aria-sort="descending"`)
		w.seesAs("督查", "/ledger/units?sort=x", 400)
		w.seesAs("督查", "/ledger/units.csv", 200, "县能源局", "逾期")
		w.seesAs("能源局长", "/ledger/units", 200, "县能源局", "!古绛镇")
		w.seesAs("能源局长", "/ledger/units/县能源局", 200, "示例能源局长", "散煤清零", "/scores?unit=", "订阅日历", "督办规则")
		w.seesAs("农业局长", "/ledger/units/县农业农村局", 200, "散煤清零", "没有牵头的在办任务")
		w.seesAs("能源局长", "/ledger/units/古绛镇", 403)
		w.seesAs("督查", "/ledger/units/古绛镇", 200, "改造供热管网", "示例古绛镇长", "!订阅日历")
		w.seesAs("督查", "/ledger/units/查无此局", 404)
		w.sees("/ledger/units", 303)

		screen := w.seesAs("县长", "/screen", 200, `http-equiv="refresh"`, "2023-11-01 09:00", "散煤清零", "县能源局", "绛政办发〔2023〕903号", `href="/rules"`, "!class=\"menu")
		w.seesAs("县长", "/screen?month=2023-12", 200, "2023年12月", "项</a>")
		w.seesAs("县长", "/screen?month=x", 400)
		for _, who := range []string{"能源局长", "古绛镇长"} {
			w.seesAs(who, "/screen", 403)
		}
		w.seesAs("审计", "/screen", 200)
		figures := regexp.MustCompile(`<a href="(/ledger\?[^"]*)"[^>]*><b>(\d+)</b>|href="(/ledger\?[^"]*)"[^>]*>(?:逾期|滞后|在办) (\d+)<`).FindAllStringSubmatch(screen.body, -1)
		if len(figures) < 6 {
			t.Fatalf("only %d figures on the screen", len(figures))
		}
		for _, f := range figures {
			target, n := f[1]+f[3], f[2]+f[4]
			if a := w.get("县长", strings.ReplaceAll(target, "&amp;", "&")); !strings.Contains(a.body, "共 "+n+" 项") {
				t.Errorf("%s leads to another number than %s: %s", target, n, around2(a.body, "共 ")[:40])
			}
		}
		units := w.get("督查", "/ledger/units")
		for _, f := range regexp.MustCompile(`href="(/ledger\?[^"]*)">(\d+)</a>`).FindAllStringSubmatch(units.body, -1) {
			if a := w.get("督查", strings.ReplaceAll(f[1], "&amp;", "&")); !strings.Contains(a.body, "共 "+f[2]+" 项") {
				t.Errorf("%s leads to another number than %s", f[1], f[2])
			}
		}
	})
}

// TestTheLedgerAsItStood asks the ledger for a day that is over.
func TestTheLedgerAsItStood(t *testing.T) {
	winters(t, func(w *winter) {
		w.at("2023-11-01")
		w.claim("能源局长", w.late, "完成", "现场.jpg")
		w.seesAs("督查", "/ledger?light=overdue", 200, "没有符合条件的任务", "!的情形，由当日")
		w.at("2023-11-02")
		w.seesAs("督查", "/ledger?state=claimed&lines=whole", 200, "共 1 项", "散煤清零")
		w.seesAs("督查", "/ledger?on=2023-10-31&state=claimed", 200, "没有符合条件的任务")
		w.seesAs("督查", "/ledger?on=2023-10-31&q=散煤", 200, "共 1 项", "这是 2023年10月31日 的情形", "办理中", "看现在的", "!ledger.xlsx")
		w.seesAs("能源局长", "/ledger?on=2023-10-31", 200, "散煤清零", "!供热管网")
		w.seesAs("督查", "/ledger?on=2023-09-19", 200, "没有符合条件的任务")
		w.seesAs("督查", "/ledger.csv?on=2023-10-31&q=散煤", 200, "办理中", "!待复核")
		w.seesAs("督查", "/ledger.json?on=2023-10-31", 200, `"on":"2023-10-31"`)
		for _, bad := range []string{"2023-11-03", "x", "2023-02-30"} {
			w.seesAs("督查", "/ledger?on="+bad, 400, "今天或以前")
		}
	})
}

// sendFile posts a form with one file.
func (s *site) sendFile(as, target string, fields map[string]string, name string) answer {
	content := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")
	if !slices.Contains([]string{".jpg"}, name[strings.LastIndexByte(name, '.'):]) {
		content = []byte("MZ\x90\x00")
	}
	return s.uploadAs(as, target, fields, "files", name, content)
}

// uploadAs posts a form with one file in the field that the form names.
func (s *site) uploadAs(as, target string, fields map[string]string, field, name string, content []byte) answer {
	s.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write(content)
	form.Close()
	req := httptest.NewRequest(http.MethodPost, target, &b)
	req.Header.Set("Content-Type", form.FormDataContentType())
	return s.do(as, req)
}

// freshLogin logs somebody in anew, after the clock has moved past the end of his session.
func (s *site) freshLogin(name string) {
	s.t.Helper()
	ctx := context.Background()
	token, sess, err := s.srv.Accounts.LogIn(ctx, name, testPassword, account.Client{Addr: "127.0.0.1"})
	if err == nil && sess.Stage == account.NeedsCode {
		var code string
		if code, err = s.srv.Accounts.DemoCode(ctx, name); err == nil {
			token, _, err = s.srv.Accounts.CheckCode(ctx, sess, code)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.users[name] = token
}

// TestWhatOfficialsWriteNeverLeaves fills a duty of a public document with words that only officials may read, in every
// place where one writes, and walks every route as the public.
func TestWhatOfficialsWriteNeverLeaves(t *testing.T) {
	winters(t, func(w *winter) {
		w.act("能源局长", w.late, "report", url.Values{"text": {"金丝雀填报"}, "progress": {"40"}, "trouble": {"金丝雀困难"}})
		w.act("农业局长", w.late, "support", url.Values{"text": {"金丝雀配合"}})
		w.act("县长", w.late, "note", url.Values{"words": {"金丝雀批示"}})
		w.act("能源局长", w.late, "ask", url.Values{"due": {"2023-11-30"}, "reason": {"金丝雀延期理由"}})
		w.act("督查", w.late, "extend", url.Values{"grant": {"0"}, "reason": {"金丝雀不同意"}})
		w.act("督查", w.pipes, "suspend", url.Values{"reason": {"金丝雀中止"}})
		w.claim("能源局长", w.late, "金丝雀完成情况", "金丝雀照片.jpg")
		w.act("督查", w.late, "sendback", url.Values{"reason": {"金丝雀退回"}})
		w.act("督查", w.late, "letter", url.Values{"kind": {"warn"}, "sign": {"office"}, "answer": {"3"}, "finding": {"金丝雀事由"}})
		path := w.letterOf(letter.Warn, ledger.LetterDrafted).Path()
		if a := w.post("主任", path+"/sign", url.Values{"demand": {"金丝雀要求"}}); a.status != http.StatusSeeOther {
			t.Fatalf("sign: %d %s", a.status, around2(a.body, "alert"))
		}
		if a := w.sendFile("能源局长", path+"/answer", map[string]string{"words": "金丝雀反馈"}, "金丝雀反馈.jpg"); a.status != http.StatusSeeOther {
			t.Fatalf("answer: %d %s", a.status, around2(a.body, "alert"))
		}
		w.seesAs("督查", w.late.Path(), 200, "金丝雀填报", "金丝雀困难", "金丝雀配合", "金丝雀批示", "金丝雀延期理由", "金丝雀不同意", "金丝雀照片", "金丝雀退回")
		w.seesAs("督查", path, 200, "金丝雀要求", "金丝雀反馈", "金丝雀事由")
		w.seesAs("督查", w.pipes.Path(), 200, "金丝雀中止")
		w.srv.published()
		walked := 0
		for _, r := range w.srv.routesForTest() {
			for _, target := range targets(r.pattern, []string{coalKey, "绛政办发/2023/1"}) {
				for _, accept := range []string{"", "application/json"} {
					req := httptest.NewRequest(strings.Fields(r.pattern)[0], target, nil)
					req.Header.Set("Accept", accept)
					a := w.do("", req)
					walked++
					if strings.Contains(a.body, "金丝雀") || strings.Contains(strings.Join(headerValues(a.header), " "), "金丝雀") {
						t.Errorf("%s %s: something not public came out:\n%.300s", r.pattern, target, around(a.body))
					}
				}
			}
		}
		for _, ext := range []string{"", ".json", ".csv"} {
			w.sees("/outcomes/"+coalKey+ext, 200, "散煤清零", "!金丝雀") // what is public of the same duty is there
		}
		if walked < 200 {
			t.Errorf("only %d requests", walked)
		}
		if strings.Contains(w.logs.String(), "金丝雀") {
			t.Errorf("the log holds what is not public:\n%s", around(w.logs.String()))
		}
	})
}
