package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const (
	plant   = "示例城东污水处理厂"
	plantMN = "88888880000201"
)

// TestTheLoopFromAPlantToAScore takes a plant that exceeds through the whole loop in a real browser: its station sends over TCP, the
// rule finds it and opens a case, the bureau feeds it back, the unit accepts it, lets its time run out, puts it right with a photo, the
// readings come back, the bureau checks on the spot with a telephone that has no signal, closes, and the unit's score tells of the
// delay. Each page names the clause that ordered its step.
func TestTheLoopFromAPlantToAScore(t *testing.T) {
	b := openBrowser(t)
	data, listen := demoFolder(t), freePort(t)
	base, stop := start(t, "demo", "--data", data, "--hj212", listen, "--on", "2023-11-02T11:30:00+08:00")

	b.enter(base, "示例环境局长")
	b.open(base + "/lists/plants/new")
	b.do(chromedp.SetValue(`[name="f.名称"]`, plant), chromedp.SetValue(`[name="f.类型"]`, "城镇"), chromedp.SetValue(`[name="f.责任单位"]`, "县住建局"),
		chromedp.SetValue(`[name="f.位置"]`, "111.57 35.48"), chromedp.SetValue(`[name="f.设计能力"]`, "10000"), chromedp.SetValue(`[name="f.在线监控安装"]`, "2023-10-20"),
		chromedp.SetValue(`[name="f.联网日期"]`, "2023-10-25"))
	b.shot("loop-register")
	b.click(`form[action="/lists/plants/new"] > button.btn`, plant)
	b.orders("绛政办发〔2023〕10号", "二/(三)")
	b.leave()

	b.enter(base, "示例督查甲")
	b.open(base + "/devices")
	b.do(chromedp.SetValue(`#mn`, plantMN), chromedp.SetValue(`#name`, "出水在线监测仪（演示）"), chromedp.SetValue(`#register`, "plants"), chromedp.SetValue(`#entry`, plant), chromedp.SetValue(`#password`, "123456"))
	b.click(`form[action="/devices"] button`, plantMN)
	b.leave()

	// Three hours over the limit; from the second on it is a finding.
	station := func(from, hours, until string) {
		t.Helper()
		out := zhixing("simulate", "hj212", "--to", listen, "--mn", plantMN, "--kind", "hour", "--rate", "500", "--frames", hours, "--start", from, "--step", "1h",
			"--factors", "w01018,w21003,w21011", "--exceed", plantMN+":w01018:66.4@2023-11-02T09:00/"+until,
			"--exceed", plantMN+":w01018:23.5@"+until, "--exceed", plantMN+":w21003:0.8", "--exceed", plantMN+":w21011:0.21").must(t)
		if !strings.Contains(out, "refused 0, not heard 0, still waiting 0") { // the centre may ask for what it missed, too
			t.Fatal(out)
		}
	}
	station("2023-11-02T09:00", "3", "2023-11-20T07:00")
	b.enter(base, "示例环境局长")
	b.open(base + "/findings?rule=plant-cod-over&state=未恢复")
	b.see("出水化学需氧量66.4mg/L，连续两次超标")
	b.shot("loop-findings")
	b.do(chromedp.Click(`td[data-is=题] a[href^="/findings/"]`))
	b.see("看到的事实")
	b.orders("绛政办发〔2023〕10号", "二/(三)")
	b.shot("loop-finding")
	b.do(chromedp.Click(`dd a[href^="/cases/"]`))
	b.see("反馈")
	kase := b.address()
	b.orders("绛政办发〔2023〕10号", "二/(三)")
	b.shot("loop-case")
	b.do(chromedp.SetValue(`#feed-words`, "请立即排查进水和曝气，逐时报送出水数据。（演示）"))
	b.click(`form[action$="/feed"] button`, "受理")
	b.leave()

	b.enter(base, "示例住建局长")
	b.see(plant)
	b.shot("loop-desk")
	b.open(kase)
	b.click(`form[action$="/accept"] button`, "整改")
	b.leave()
	stop()

	// Eighteen days later the time for putting it right is over; the outflow has just come back.
	base, _ = start(t, "demo", "--data", data, "--hj212", listen, "--on", "2023-11-20T09:20:00+08:00")
	kase = base + regexp.MustCompile(`/cases/\d+`).FindString(kase)
	station("2023-11-02T12:00", "429", "2023-11-20T07:00") // up to 2023-11-20 08:00
	dir := t.TempDir()
	photo := filepath.Join(dir, "曝气池.jpg")
	if err := os.WriteFile(photo, drawn(t), 0o600); err != nil {
		t.Fatal(err)
	}
	b.phone()
	b.enter(base, "示例住建局长")
	b.open(kase)
	b.see("逾期")
	b.shot("loop-case-late-phone")
	b.open(kase + "/phone/putright")
	b.do(chromedp.SetUploadFiles(`#camera`, []string{photo}), chromedp.SendKeys(`#words`, "更换两台曝气风机，20日7时起出水回到限值以内。（演示）"))
	b.shot("loop-putright-phone")
	b.click(`#send`, "已办理：报告整改情况")
	b.open(kase)
	b.see("核查")
	b.see("2023年11月20日08时起恢复")
	b.leave()

	b.enter(base, "示例环境局长")
	b.stands(base, 111.57, 35.48)
	b.open(kase + "/phone/check")
	b.click(`#here`, "已取得现在的位置")
	onSite := filepath.Join(dir, "出水口.jpg")
	if err := os.WriteFile(onSite, drawnAs(t, 40), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(`#camera`, []string{onSite}), chromedp.SendKeys(`#words`, "到现场看过，风机已更换，在线数据和人工比对一致。（演示）"))
	b.signal(false)
	b.click(`#send`, "现在发送")
	b.shot("loop-check-phone-no-signal")
	b.signal(true)
	b.see("已办理：核查")
	b.desk()
	b.open(kase)
	b.once("ol.life", "到现场看过，风机已更换")
	b.see("位置 111.57000、35.48000")
	b.do(chromedp.SetValue(`#close-result`, "风机已更换，出水连续达标。（演示）"))
	b.shot("loop-close")
	b.click(`form[action$="/close"] button`, "已办结")
	b.see("恢复")
	b.orders("绛政办发〔2023〕10号", "二/(三)")
	b.shot("loop-closed")
	b.leave()

	b.enter(base, "示例住建局长")
	b.open(base + "/scores/units/" + url.PathEscape("县住房和城乡建设管理局") + "?period=2023-Q4")
	b.see("闭环事项逾期")
	b.see("第十六条")
	b.shot("loop-score")
	b.do(chromedp.Click(`section.panel td[data-is=题] a[href*="` + strings.TrimPrefix(kase, base) + `"]`))
	b.see("各环节由谁办、用了多久")
}

// freePort is an address on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// orders looks for the clause that orders what the page shows, and follows the link to it.
func (b *browser) orders(doc, clause string) {
	b.t.Helper()
	href, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`([...document.querySelectorAll('main a[href*="/documents/"]')].find(a => decodeURIComponent(a.hash).includes('`+clause+`')) || {}).href || ''`))
	if err != nil {
		b.t.Fatal(err)
	}
	at, err := url.Parse(href)
	if err != nil || href == "" {
		b.shot("failed")
		b.t.Fatalf("the page names no clause %s: %v", clause, err)
	}
	page := get(b.t, at.Scheme+"://"+at.Host+at.EscapedPath())
	if !strings.Contains(page, doc) || !strings.Contains(page, `id="`+at.Fragment+`"`) {
		b.t.Errorf("%s is not %s of %s", href, clause, doc)
	}
}

// once looks for a text that stands in a part of the page once.
func (b *browser) once(part, text string) {
	b.t.Helper()
	b.see(text)
	body, err := chromedp.Run(b.ctx, chromedp.Text(part))
	if n := strings.Count(body, text); err != nil || n != 1 {
		b.t.Errorf("%q stands there %d times, %v", text, n, err)
	}
}

// stands gives the browser a place, and pages of base leave to ask for it.
func (b *browser) stands(base string, lon, lat float64) {
	b.t.Helper()
	exact := 8.0
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, permission.SetPermission, permission.SetPermissionParams{Permission: &permission.PermissionDescriptor{Name: "geolocation"}, Setting: "granted", Origin: base}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lon, Accuracy: &exact})
		return err
	}))
}

// signal lets the browser have a network, or none.
func (b *browser) signal(on bool) {
	b.t.Helper()
	none := network.Conditions{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&none}}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	}))
}
