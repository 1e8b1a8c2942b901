package web

import (
	"bytes"
	"context"
	"image"
	"image/color"
	jpg "image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/db"
	"zhixing/internal/peertest"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// line is what lies between the telephone and the server.
type line struct {
	site *site
	as   string
	down atomic.Bool // nothing comes through, neither of the page nor of its worker
	lose atomic.Bool // what is posted arrives, and its answer is lost
	out  atomic.Bool // the log-in has ended
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cut := func() {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			c.Close()
		}
	}
	if l.down.Load() {
		cut()
		return
	}
	if !l.out.Load() {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(l.site.users[l.as])})
	}
	if r.Method == http.MethodPost && l.lose.Load() {
		l.site.srv.ServeHTTP(httptest.NewRecorder(), r)
		l.lose.Store(false)
		cut()
		return
	}
	l.site.srv.ServeHTTP(w, r)
}

// photograph is a picture as large as a telephone makes them.
func photograph(t *testing.T) string {
	img := image.NewRGBA(image.Rect(0, 0, 2400, 1800))
	for y := range 1800 {
		for x := range 2400 {
			img.Set(x, y, color.RGBA{uint8(x * 255 / 2400), uint8(y * 255 / 1800), uint8(x*y/97) % 64, 255})
		}
	}
	var b bytes.Buffer
	if err := jpg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "现场.jpg")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestATownReportsFromATelephone goes the whole way in a real browser of 390 by 844: three taps, no signal, an answer that is
// lost, a log-in that has ended. Nothing is recorded twice and nothing is lost.
func TestATownReportsFromATelephone(t *testing.T) {
	peertest.Program(t, "chromium", "chromium")
	once := false
	sites(t, func(s *site) {
		if once { // a browser looks at pages, not at databases
			return
		}
		once = true
		s.office()
		d := s.underWay("清捞")
		s.clock.Set("2031-06-25") // the report of June is nearly due
		s.logInAgain("水务戊")
		s.logInAgain("督查丁")
		s.carry()
		l := &line{site: s, as: "水务戊"}
		v := s.browseOver(l, 390, 844)
		run := func(js string) { t.Helper(); v.until("(function () { " + js + "; return true; })()") }
		says := func(words string) {
			t.Helper()
			v.until("document.body.innerText.includes('" + words + "')")
		}
		want := func(n int) {
			t.Helper()
			if got, _ := s.reports(d); got != n {
				t.Fatalf("%d reports are on record, want %d", got, n)
			}
		}
		here := v.base + d.ID.Path() + "/report"
		ready := "document.body.classList.contains('scripted') && !document.getElementById('steps').hidden"
		sent := "location.pathname === '/work' && document.readyState === 'complete'"
		file := photograph(t)
		photos := "document.querySelectorAll('#photos li').length"

		// Three taps from the desk: 报, 拍照, 提交 — the last one twice, as an impatient thumb does.
		v.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(v.base+"/work"))
		says("待填报")
		v.shot("phone-work")
		v.do(chromedp.Click("a.go"))
		v.until(ready)
		v.shot("phone-report")
		v.do(chromedp.SetUploadFiles("#camera", []string{file}))
		v.until(photos + " === 1")
		v.shot("phone-photo")
		run("document.getElementById('send').click(); document.getElementById('send').click()")
		v.until(sent)
		says("已办理：填报进展")
		want(1)
		_, step := s.reports(d)
		var kept []byte
		s.reading(func(ctx context.Context, tx *db.Tx) (err error) {
			officer := ledger.Actor{Seats: []personnel.Seat{{Role: personnel.Office}}}
			_, kept, err = s.srv.Ledger.FileOf(ctx, tx, officer, d.ID, step.Data.Files[0].SHA256)
			return err
		})
		if size, _, err := image.DecodeConfig(bytes.NewReader(kept)); err != nil || size.Width != 1600 || size.Height != 1200 || step.Data.Files[0].Name != "现场.jpg" {
			t.Errorf("the photograph arrived as %s, %dx%d, %v", step.Data.Files[0].Name, size.Width, size.Height, err)
		}

		// No signal: the page opens all the same, what was typed is there, and goes out once when the line is back.
		v.do(chromedp.Navigate(here))
		v.until(ready + " && navigator.serviceWorker.controller")
		v.do(chromedp.SendKeys("#text", "北岸已清完"))
		v.do(chromedp.Click(`#steps button[value="50"]`))
		v.until("document.getElementById('progress').value === '50'")
		l.down.Store(true)
		v.do(chromedp.Navigate(here))
		v.until(ready + " && document.getElementById('text').value === '北岸已清完' && document.getElementById('progress').value === '50'")
		says("这是本机上次存下")
		v.do(chromedp.SetUploadFiles("#album", []string{file}))
		v.until(photos + " === 1")
		v.do(chromedp.Click("#send"))
		says("已存在本机，有信号时自动发送")
		v.shot("phone-waiting")
		v.do(chromedp.Navigate(here))
		says("已存在本机，有信号时自动发送")
		v.until(photos + " === 1 && document.getElementById('send').disabled")
		want(1)
		l.down.Store(false)
		run("window.dispatchEvent(new Event('online'))")
		v.until(sent)
		want(2)
		if _, step := s.reports(d); step.Data.Report.Text != "北岸已清完" || step.Data.Report.Progress != 50 || len(step.Data.Files) != 1 {
			t.Errorf("sent: %+v", step.Data)
		}

		// The same page from the worker's copy makes a new report, not the old one again; an answer that is lost on the way is
		// asked for again with the same token.
		l.down.Store(true)
		v.do(chromedp.Navigate(here))
		v.until(ready)
		l.down.Store(false)
		v.do(chromedp.SendKeys("#text", "南岸开工"))
		l.lose.Store(true)
		v.do(chromedp.Click("#send"))
		v.until(sent)
		want(3)

		// A refusal shows the server's sentence and keeps what was typed.
		v.do(chromedp.Navigate(here))
		v.until(ready)
		v.do(chromedp.SendKeys("#text", "汛期停工"))
		s.says(s.post("督查丁", d.ID.Path()+"/suspend", url.Values{"reason": {"主汛期"}}), http.StatusSeeOther)
		v.do(chromedp.Click("#send"))
		says("只有“办理中”的任务能办这一项")
		v.until("document.getElementById('text').value === '汛期停工' && !document.getElementById('send').disabled")
		v.shot("phone-refused")
		want(3)
		s.says(s.post("督查丁", d.ID.Path()+"/resume", url.Values{}), http.StatusSeeOther)

		// The log-in has ended: kept, said, and sent from the desk after the next one.
		l.out.Store(true)
		v.do(chromedp.Click("#send"))
		says("登录已过期")
		v.shot("phone-login")
		want(3)
		l.out.Store(false)
		v.do(chromedp.Navigate(v.base + "/work"))
		for range 200 {
			if n, _ := s.reports(d); n == 4 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		want(4)
		v.until("document.getElementById('drafts').hidden")

		// Logging out takes the worker's copies of pages with it.
		run("document.querySelector('form[action=\"/logout\"] button').click()")
		l.out.Store(true)
		v.until("location.pathname === '/login'")
		if has, err := chromedp.Run(v.tab, chromedp.Evaluate[bool]("caches.has('zhixing-pages')", chromedp.EvalAwaitPromise)); err != nil || has {
			t.Errorf("pages of who logged out are kept: %v %v", has, err)
		}
		l.out.Store(false)
		if os.Getenv("ZHIXING_SCREENSHOTS") != "" {
			key, err := notice.LoadPushKey(context.Background(), s.srv.DB, s.srv.countyCode)
			if err != nil {
				t.Fatal(err)
			}
			s.srv.Notices = notice.Config{Site: v.base, Mail: &notice.Mail{Host: "127.0.0.1", Port: 1, Security: notice.PlainText, From: "a@example.cn"},
				Push: &notice.Push{Key: key, Contact: "mailto:a@example.cn", Hosts: notice.PushServices}}
			s.post("水务戊", "/notices/settings", url.Values{"email": {"shili@example.cn"}, "email-rung": {"1"}})
			s.put(notice.Notice{To: notice.To{Unit: "县水务局"}, Kind: "rung", Subject: "逾期提醒：清捞漂浮物", Text: "逾期，自2031年11月1日起。", Basis: "第5条（演示）", Grade: notice.Urgent, Key: "a"})
			s.put(notice.Notice{To: notice.To{Unit: "县财政局"}, Kind: "sign", Subject: "请签收（配合）：治理排污口", Key: "b"})
			s.carry()
			for name, at := range map[string]string{"notices": "/notices", "settings": "/notices/settings", "duty": d.ID.Path()} {
				v.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(v.base+at))
				v.shot(name + "-phone")
				v.do(chromedp.EmulateViewport(1366, 900), chromedp.Navigate(v.base+at))
				v.shot(name)
			}
			v.do(chromedp.Navigate(v.base + "/feeds"))
			run("document.querySelector('form[action=\"/feeds\"] button').click()")
			says("只显示这一次")
			v.shot("feeds")
			v.do(chromedp.EmulateViewport(390, 844))
			v.shot("feeds-phone")
			v.do(chromedp.Navigate(v.base + d.ID.Path()))
			s.clock.Advance(time.Minute)
			s.says(s.report("水务戊", d, "application/json", map[string]string{"text": "又一处", "progress": "80", "once": "z"}, nil), 200)
			says("内容有更新")
			v.shot("bar-phone")
			l.as = "督查丁"
			v.do(chromedp.Navigate(v.base + "/notices/deliveries?state=waiting"))
			v.shot("deliveries-phone")
			v.do(chromedp.EmulateViewport(1366, 900))
			v.shot("deliveries")
		}
		if strings.Contains(s.logs.String(), "level=ERROR") {
			t.Errorf("the log has errors:\n%s", s.logs)
		}
	})
}
