package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
)

// The county's towns with the villages that it has; the demonstration's own twelve are among them.
const villagesCalled = 132

// TestOneStorm takes one storm through a real browser: gauges send what they measure, that proposes a warning, one person drafts it for the
// whole county and sees how many are inside, another approves it, 142 posts are called and all but three answer, the next rung comes at
// its minute, a plan is started, work is stopped and units say so, the warning is cancelled and its orders with it, and the page of
// quality scores it. Each step names the clause that orders it.
func TestOneStorm(t *testing.T) {
	b := openBrowser(t)
	data := toldFolder(t, beforeTheStorm)
	settle(t, data)
	base, stop := start(t, "demo", "--data", data, "--on", "2023-09-23T14:05:00+08:00")

	// A gauge, and a program that sends what it measures.
	b.enter(base, "示例气象经办")
	b.open(base + "/lists/wx-stations/new")
	b.do(chromedp.SetValue(`[name="f.站号"]`, "Q0009"), chromedp.SetValue(`[name="f.名称"]`, "示例沟口站"), chromedp.SetValue(`[name="f.类别"]`, "区域站"), chromedp.SetValue(`[name="f.行业"]`, "气象"),
		chromedp.SetValue(`[name="f.责任单位"]`, "县气象局"), chromedp.SetValue(`[name="f.位置"]`, "111.70 35.42"), chromedp.Click(`[name="f.测降水"][value="是"]`))
	b.click(`form[action="/lists/wx-stations/new"] > button.btn`, "示例沟口站")
	b.orders("绛政发〔2023〕15号", "二/(二)/3")
	b.leave()
	b.enter(base, "示例督查甲")
	b.open(base + "/devices")
	b.do(chromedp.Click(`#senders details > summary`), chromedp.SetValue(`#sender`, "雨量站网关（演示）"), chromedp.SetValue(`#series`, "wx-rain"))
	b.click(`form[action="/senders"] button`, "令牌")
	token := b.token()
	b.leave()
	rain := func(from string, mm ...float64) {
		t.Helper()
		b.send(base, token, "wx-rain", "Q0009", from, mm...)
	}
	rain("2023-09-23T08:00:00+08:00", 4, 6, 8, 10, 10, 12) // fifty in six hours

	// The proposal, and a draft of it for the whole county at a higher level.
	b.enter(base, "示例气象经办")
	b.open(base + "/warnings/desk")
	b.see("6小时雨量50.0毫米")
	b.shot("storm-proposal")
	b.click(`form[action$="/take"] button`, "已拟稿")
	b.see("6小时雨量50.0毫米")
	draft := b.address()
	b.do(chromedp.SetValue(`#wlevel`, "橙"), chromedp.SetValue(`#wtext`, "示例沟口站6小时雨量已达50毫米，未来3小时雨量将达50毫米以上。（演示）"))
	b.do(chromedp.Click(`[name=towns][value=county]`))
	b.until(`/将告知 \d+ 个，其中职务人员 1[4-9]\d 个/.test((document.querySelector('[data-areacount]') || {}).textContent || '')`, 20*time.Second)
	b.until(`document.querySelector('#wwords').value === '全县' && document.querySelectorAll('[name=towns]:checked').length === 1`, 10*time.Second)
	b.shot("storm-area")
	b.click(`form[action$="/edit"] button.btn.plain:not(.small)`, "已修改")
	b.see("全县")
	b.click(`form[action$="/submit"] button`, "已送签")
	b.see("待签发")
	if ok, _ := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!document.querySelector('form[action$="/publish"]')`)); ok {
		t.Error("who drafts may publish")
	}
	b.leave()

	b.enter(base, "示例气象局长")
	b.open(base + "/warnings/desk")
	b.see("待签发")
	b.open(draft)
	b.shot("storm-approve")
	b.click(`form[action$="/publish"] button`, "预警已发布")
	b.see("停工：县住房和城乡建设管理局")
	b.orders("绛政发〔2023〕15号", "二/(三)/5")
	b.see("危险区的人做好转移准备") // of the level that it has become
	b.see("50毫米以上。（演示）停止户外作业")
	b.shot("storm-published")
	event := regexp.MustCompile(`/warnings/desk/(\d+)/`).FindStringSubmatch(draft)[1]
	public := base + "/warnings/" + event
	cap := save(t, t.TempDir(), public+"/1.xml")
	zhixing("cap", "check", cap).must(t)
	b.leave()

	// What anybody reads, on a telephone too.
	b.open(public)
	b.see("发布暴雨橙色预警")
	b.see("生效中")
	b.lacks("涉及乡镇") // the one in which it began
	b.phone()
	b.shot("storm-public-phone")
	b.desk()

	// The calls: all but three answer.
	b.enter(base, "示例督查甲")
	b.open(base + "/callups")
	b.see("发布暴雨橙色预警")
	b.do(chromedp.Click(`td[data-is=题] a[href^="/callups/"]`))
	b.see("应叫")
	board := b.address()
	path := strings.TrimPrefix(board, base)
	b.tiles(board, 60*time.Second, "142应叫", "139已应答", "3未应答")
	b.shot("storm-calls")
	b.phone()
	b.open(board)
	b.shot("storm-calls-phone")
	b.desk()
	called := visit(t, base, "示例督查甲").calls(path)
	if len(called) != 142 {
		t.Errorf("%d posts are called", len(called))
	}
	for post, times := range called {
		if times != "1" {
			t.Errorf("%s was called %s times", post, times)
		}
	}
	b.leave()
	stop()

	// The next rung: who has answered is left alone, the others are rung up, and one of them answers that.
	base, stop = start(t, "demo", "--data", data, "--on", "2023-09-23T14:13:00+08:00")
	b.enter(base, "示例督查甲")
	b.tiles(base+path, 60*time.Second, "142应叫", "140已应答", "2未应答")
	again := 0
	for post, times := range visit(t, base, "示例督查甲").calls(path) {
		if times != "1" {
			again++
			t.Logf("%s: %s", post, times)
		}
	}
	if again != 3 {
		t.Errorf("%d posts were called again, want 3", again)
	}
	b.shot("storm-next-rung")
	b.leave()
	stop()

	// A quarter of an hour: the town's head is told to see to them; the office notes what one of them said when it found him.
	base, stop = start(t, "demo", "--data", data, "--on", "2023-09-23T14:24:00+08:00")
	b.enter(base, "示例督查甲")
	b.open(base + path)
	b.see("督促")
	b.do(chromedp.Click(`#missing tr:has(.late) details.act > summary`), chromedp.SetValue(`#missing details.act[open] input[name=words]`, "乡里派人到家，本人已带人巡查沟口。（演示）"))
	b.click(`#missing details.act[open] button`, "已登记")
	b.tiles(base+path, 10*time.Second, "141已应答", "1未应答")
	b.shot("storm-superior")
	b.leave()

	// A plan is started of the warning.
	b.enter(base, "示例县长")
	b.open(base + "/emergencies")
	b.see("绛县防汛抗旱应急预案")
	b.see("发布暴雨橙色预警")
	b.shot("storm-plan-proposed")
	b.click(`a.btn[href*="/emergencies/plans/flood?proposal="]`, "按建议启动")
	b.do(chromedp.Click(`[name=drill][value="0"]`), chromedp.SetValue(`#level`, "3"), chromedp.SetValue(`#title`, "“9·23”强降雨（演示）"), chromedp.SetValue(`#area`, "全县"),
		chromedp.SetValue(`#says`, "暴雨橙色预警，沟口雨势仍在加强。（演示）"))
	b.click(`form[action="/emergencies"] button.btn.red`, "响应已启动")
	b.see("绛政办发〔2023〕9号")
	b.see("组织危险区群众转移")
	response := strings.TrimPrefix(b.address(), base)
	b.shot("storm-response")
	b.leave()

	// Work is stopped; one site does not.
	b.enter(base, "示例住建局长")
	b.open(base + "/warnings/desk")
	b.see("停止室外施工，基坑、塔吊人员撤离")
	stops, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('.order')].find(e => e.textContent.includes('停工')).id`))
	if err != nil {
		t.Fatal(err)
	}
	order := strings.TrimPrefix(stops, "order")
	form := func(act string) string { return `form[action="/warnings/orders/` + order + `/` + act + `"]` }
	b.press(form("see")+` button`, "已签收")
	for _, x := range [][3]string{{"示例工地一", "yes", ""}, {"示例工地二", "no", "抢浇筑，已派人到场。（演示）"}} {
		b.do(chromedp.Click(`#`+stops+` details > summary`), chromedp.SetValue(form("comply")+` [name=subject]`, x[0]), chromedp.SetValue(form("comply")+` [name=complied]`, x[1]))
		if x[2] != "" {
			b.do(chromedp.SetValue(form("comply")+` [name=words]`, x[2]))
		}
		b.press(form("comply")+` button`, "已登记")
	}
	b.see("未执行")
	b.do(chromedp.SetValue(form("do")+` textarea`, "全县七处在建工地已停，一处正在劝停。（演示）"))
	b.press(form("do")+` button`, "已报告执行情况")
	b.orders("绛政发〔2023〕15号", "二/(三)/5")
	b.shot("storm-stopped")
	b.leave()
	b.phone()
	b.enter(base, "示例应急局长")
	b.see("应急队伍集结待命")
	b.shot("storm-unit-phone")
	b.desk()
	b.leave()
	stop()

	// It comes as it was said, and ends.
	base, stop = start(t, "demo", "--data", data, "--on", "2023-09-23T18:05:00+08:00")
	rain = func(from string, mm ...float64) { t.Helper(); b.send(base, token, "wx-rain", "Q0009", from, mm...) }
	rain("2023-09-23T14:00:00+08:00", 16, 24) // fifty-two in three hours
	rain("2023-09-23T16:00:00+08:00", 0.6, 0)
	b.enter(base, "示例气象经办")
	b.open(base + "/warnings/desk/" + event + "/1")
	b.see("送达")
	told := b.told()
	b.do(chromedp.Click(`details.act:has(#cancel) > summary`), chromedp.SetValue(`#cancel`, "降雨过程结束。（演示）"))
	b.click(`form[action$="/cancel"] button`, "已拟稿")
	end := b.address()
	b.click(`form[action$="/submit"] button`, "已送签")
	b.leave()
	b.enter(base, "示例气象局长")
	b.open(end)
	b.click(`form[action$="/publish"] button`, "预警已发布")
	b.see("解除：预警解除")
	b.until(`/告知接收对象 \d+ 个/.test(document.body.textContent) || (location.reload(), false)`, 30*time.Second)
	if got := b.told(); got != told || got == "" {
		t.Errorf("the end was told to %s, the beginning to %s", got, told)
	}
	b.shot("storm-cancelled")
	b.open(base + "/warnings/" + event)
	b.see("这次预警已解除")
	b.shot("storm-over-public")
	b.open(base + path)
	b.see("已解除")
	b.leave()
	b.enter(base, "示例县长")
	b.open(base + response)
	b.do(chromedp.Click(`details.act:has(#end-words) > summary`), chromedp.SetValue(`#end-words`, "雨停，群众已返家。（演示）"))
	b.click(`form[action$="/end"] button`, "响应已终止")
	b.shot("storm-response-ended")
	b.leave()

	// How good it was.
	b.enter(base, "示例气象局长")
	b.open(base + "/warnings/quality?from=2023-09-23&to=2023-09-23")
	b.see("要求准确率 85%，提前 45分钟")
	b.orders("绛政发〔2023〕15号", "二/(二)/4")
	row, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('tbody tr')].find(r => r.textContent.startsWith('橙色')).textContent.replace(/\s+/g, ' ')`))
	if err != nil || !regexp.MustCompile(`^橙色 ?1 ?0 ?0 ?0 ?0 ?100\.0% ?0\.0% ?100\.0% ?100\.0% ?达到 ?5[0-9]分钟 ?达到`).MatchString(row) {
		t.Errorf("the warning is scored %q, %v", row, err)
	}
	b.shot("storm-quality")
	b.phone()
	b.shot("storm-quality-phone")
}

// settle brings in the heads of those villages that the demonstration does not name, all of whom answer
// the first message.
func settle(t *testing.T, data string) {
	t.Helper()
	s, err := shownOn(t, []string{"--data", data}, beforeTheStorm)
	if err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	var table bytes.Buffer
	table.WriteString("编号,类别,名称,乡镇,村,角色,手机\n")
	towns := s.works().Audience.Towns
	n := 0
	for i := 12; i < villagesCalled; i++ {
		phone := ""
		for phone == "" || channel.SwitchedOff(phone) || hearsOnly(phone) {
			n++
			phone = fmt.Sprintf("1390000%04d", n)
		}
		fmt.Fprintf(&table, "V%d,职务,示例村主任%d,%s,示例%d号村,村主任,%s\n", i, i, towns[i%len(towns)], i, phone)
	}
	err = s.db.Write(context.Background(), func(tx *db.Tx) error {
		by := audience.Actor{Account: "示例气象经办", Keeps: true}
		b, wrong, err := s.works().Audience.Offer(context.Background(), tx, by, audience.Table{List: "各村负责人", File: "各村.csv", Content: table.Bytes()})
		if err == nil && len(wrong) > 0 {
			err = fmt.Errorf("line %d: %s", wrong[0].Line, wrong[0].Why)
		}
		if err == nil {
			_, err = s.works().Audience.Apply(context.Background(), tx, by, b.ID, false)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// send brings hourly readings as a program does.
func (b *browser) send(base, token, series, of, from string, values ...float64) {
	b.t.Helper()
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		b.t.Fatal(err)
	}
	type reading struct {
		Series string    `json:"series"`
		Of     string    `json:"of"`
		At     time.Time `json:"at"`
		Value  float64   `json:"value"`
	}
	var list []reading
	for i, v := range values {
		list = append(list, reading{series, of, at.Add(time.Duration(i) * time.Hour), v})
	}
	body, _ := json.Marshal(map[string]any{"readings": list})
	req, _ := http.NewRequest(http.MethodPost, base+"/api/readings", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	var got struct{ Taken int }
	said, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(said, &got)
	}
	if err != nil || got.Taken != len(values) {
		b.t.Fatalf("%s %s %v", r.Status, said, err)
	}
}

// token is what the page of devices shows this once.
func (b *browser) token() string {
	b.t.Helper()
	body, err := chromedp.Run(b.ctx, chromedp.Text("main"))
	m := regexp.MustCompile(`[A-Za-z0-9_-]{30,}`).FindString(body)
	if err != nil || m == "" {
		b.t.Fatalf("no token on the page: %v\n%s", err, body)
	}
	return m
}

// until waits for something to become true on the page.
func (b *browser) until(js string, within time.Duration) {
	b.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && ok {
			return
		}
	}
	b.shot("failed")
	b.t.Fatalf("never came true: %s", js)
}

// tiles waits until a board counts so, opening it again and again as somebody does who waits.
func (b *browser) tiles(board string, within time.Duration, want ...string) {
	b.t.Helper()
	got := ""
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(time.Second) {
		b.open(board)
		got, _ = chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('.tiles a')].map(a => a.textContent.trim()).join(' ')`))
		all := true
		for _, w := range want {
			all = all && strings.Contains(" "+got+" ", " "+w+" ")
		}
		if all {
			return
		}
	}
	b.shot("failed")
	b.t.Fatalf("the board counts %q, want %q", got, want)
}

// press clicks what leads to another page, where the one before may say the same, and waits until that says something.
func (b *browser) press(selector, says string) {
	b.t.Helper()
	b.until(`window.before = true`, 10*time.Second)
	b.do(chromedp.Click(selector))
	b.until(`!window.before && document.readyState === 'complete'`, 10*time.Second)
	b.see(says)
}

// lacks looks for what must not stand on the page.
func (b *browser) lacks(text string) {
	b.t.Helper()
	body, err := chromedp.Run(b.ctx, chromedp.Text("main"))
	if err != nil || strings.Contains(body, text) {
		b.shot("failed")
		b.t.Errorf("the page says %q: %v\n%s", text, err, body)
	}
}

// told is how many the page of a version says were told.
func (b *browser) told() string {
	b.t.Helper()
	body, err := chromedp.Run(b.ctx, chromedp.Text("main"))
	m := regexp.MustCompile(`告知接收对象 (\d+) 个`).FindStringSubmatch(body)
	if err != nil || m == nil {
		return ""
	}
	return m[1]
}

// calls is how often each post was called, by the table of a board.
func (v visitor) calls(path string) map[string]string {
	v.t.Helper()
	out := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(v.get(path+".csv"))), "\n") {
		if f := strings.Split(strings.TrimSpace(line), ","); i > 0 && len(f) > 10 {
			out[f[1]+f[2]+f[4]] = f[10]
		}
	}
	return out
}
