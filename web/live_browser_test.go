package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// In a browser, the list of cases and a case that lie open say that somebody has done something, and lead to how it is now; what is
// another unit's business does not disturb.
func TestOpenCaseIsToldInABrowser(t *testing.T) {
	chromium := findChromium(t)
	clock := dbtest.At("2031-06-08")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	caseSeats(s)
	id, other := s.caseFound(1, unitA, "河边堆放垃圾"), s.caseFound(2, unitB, "工地没有围挡")
	s.srv.live.look = 50 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users["局长"])})
		s.srv.ServeHTTP(rw, r)
	}))
	defer server.Close()
	tab, shut := openTab(chromium, 1200, 900, 2*time.Minute)
	defer shut()
	defer s.srv.EndStreams()
	is := func(js string) bool {
		ok, err := chromedp.Run(tab, chromedp.Evaluate[bool]("!!("+js+")"))
		return err == nil && ok
	}
	until := func(js string) {
		t.Helper()
		for range 400 {
			if is(js) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("never came true: %s", js)
	}
	open := func(page string) {
		t.Helper()
		if err := chromedp.Do(tab, chromedp.Navigate(server.URL+page)); err != nil {
			t.Fatal(err)
		}
		for range 100 { // until the page listens
			s.srv.live.mu.Lock()
			n := s.srv.live.each["局长"]
			s.srv.live.mu.Unlock()
			if n > 0 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatal("the page does not listen")
	}
	act := func(path string, form url.Values) {
		t.Helper()
		clock.Advance(time.Minute)
		s.want(s.post("督查", path, form), 303)
	}
	open(id.Path())
	act(other.Path()+"/feed", url.Values{"units": {unitB}, "words": {"请围挡"}})
	time.Sleep(500 * time.Millisecond)
	if is(`document.querySelector(".livebar")`) {
		t.Error("the page of a case speaks of another")
	}
	act(id.Path()+"/feed", url.Values{"units": {unitA}, "words": {"请清理"}})
	until(`document.querySelector(".livebar a").textContent === "内容有更新，点此刷新"`)
	if err := chromedp.Do(tab, chromedp.Click(".livebar a")); err != nil {
		t.Fatal(err)
	}
	until(`location.pathname === "` + id.Path() + `" && document.body.textContent.includes("请清理") && !document.querySelector(".livebar")`)

	open("/cases")
	act(other.Path()+"/add", url.Values{"words": {"补充"}})
	time.Sleep(500 * time.Millisecond)
	if is(`document.querySelector(".livebar")`) {
		t.Error("the list speaks of a case that is not in it")
	}
	act(id.Path()+"/add", url.Values{"words": {"再补充"}})
	until(`document.querySelector(".livebar")`)
}
