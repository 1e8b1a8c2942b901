package web

import (
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
	clock := dbtest.At("2031-06-08")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	caseSeats(s)
	id, other := s.caseFound(1, unitA, "河边堆放垃圾"), s.caseFound(2, unitB, "工地没有围挡")
	s.srv.live.look = 50 * time.Millisecond
	v := s.browse("局长", 1200, 900)
	open := func(page string) {
		t.Helper()
		v.open(page)
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
	if v.is(`document.querySelector(".livebar")`) {
		t.Error("the page of a case speaks of another")
	}
	act(id.Path()+"/feed", url.Values{"units": {unitA}, "words": {"请清理"}})
	v.until(`document.querySelector(".livebar a").textContent === "内容有更新，点此刷新"`)
	v.do(chromedp.Click(".livebar a"))
	v.until(`location.pathname === "` + id.Path() + `" && document.body.textContent.includes("请清理") && !document.querySelector(".livebar")`)

	open("/cases")
	act(other.Path()+"/add", url.Values{"words": {"补充"}})
	time.Sleep(500 * time.Millisecond)
	if v.is(`document.querySelector(".livebar")`) {
		t.Error("the list speaks of a case that is not in it")
	}
	act(id.Path()+"/add", url.Values{"words": {"再补充"}})
	v.until(`document.querySelector(".livebar")`)
}
