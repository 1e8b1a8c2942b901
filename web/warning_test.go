package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// warned publishes a version as the county's folder has it: one person writes, another publishes.
func (s *site) warned(d warning.Draft) *warning.Version {
	s.t.Helper()
	var v *warning.Version
	s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		w := s.works.Warnings
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县气象局", Title: title, Post: personnel.ID("县气象局", title), Role: personnel.Head}}}
		}
		if v, err = w.Draft(ctx, tx, as("拟稿丁", "副局长"), d); err != nil {
			return err
		}
		if _, err = w.Submit(ctx, tx, as("拟稿丁", "副局长"), v.Event, v.N); err != nil {
			return err
		}
		v, err = w.Publish(ctx, tx, as("签发戊", "局长"), v.Event, v.N)
		return err
	})
	return v
}

func storm(words string) warning.Draft {
	d := warning.Draft{Hazard: "rainstorm", Level: "橙"}
	d.Description, d.Area.Places = words, []warning.Place{{Town: "古绛镇"}}
	return d
}

// What the public reads of a warning from its first version to its end, and that a drill is nowhere.
func TestWarningsInPublic(t *testing.T) {
	sites(t, func(s *site) {
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "还没有过去的预警", "/warnings/feed.xml")
		empty := s.get("", "/warnings/feed.xml")
		s.want(empty, 200, "<feed")
		if strings.Contains(s.get("", "/").body, "暴雨") {
			t.Error("the front page warns of nothing")
		}
		drilled := storm("金丝雀演练。")
		drilled.Drill = "金丝雀演习"
		n := s.warned(drilled).Event
		v := s.warned(storm("预计有强降雨。"))
		s.clock.Set("2031-06-08T09:30:00+08:00")

		s.want(s.get("", "/"), 200, "发布暴雨橙色预警", warningPath(v.Event))
		s.want(s.get("", "/warnings"), 200, "发布暴雨橙色预警", "warning orange", "古绛镇", "预计有强降雨。", "怎样防范")
		s.want(s.get("", "/warnings.json"), 200, `"in_force":true`, `"level":"橙"`, v.Identifier)
		s.want(s.get("", warningPath(v.Event)), 200, "生效中", "预计有强降雨。", "古绛镇", v.Identifier, "1.xml")
		doc := s.get("", warningPath(v.Event)+"/1.xml")
		s.want(doc, 200)
		var kept []byte
		s.caseWrite(func(ctx context.Context, tx *db.Tx) (err error) {
			kept, err = s.works.Warnings.Document(ctx, tx, v.Event, 1)
			return err
		})
		if doc.body != string(kept) || doc.header.Get("Content-Type") != cap.MediaType || doc.header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("the document is not as it was published: %v", doc.header)
		}
		again := httptest.NewRequest(http.MethodGet, warningPath(v.Event)+"/1.xml", nil)
		again.Header.Set("If-None-Match", doc.header.Get("ETag"))
		if a := s.do("", again); a.status != http.StatusNotModified || a.body != "" {
			t.Errorf("the same again: %d", a.status)
		}
		feed := s.get("", "/warnings/feed.xml")
		items, err := cap.ReadFeed([]byte(feed.body), "http://gazette.test/warnings/feed.xml")
		if err != nil || len(items) != 1 || items[0].URL != "http://gazette.test"+warningPath(v.Event)+"/1.xml" {
			t.Errorf("the feed: %v %v", items, err)
		}
		if later := s.get("", "/warnings/feed.xml"); later.body != feed.body || later.header.Get("ETag") == empty.header.Get("ETag") {
			t.Error("a feed without news changes, or one with news does not")
		}

		up := warning.Draft{Event: v.Event, Kind: warning.Update, Level: "红"}
		up.Description = "雨还要更大。"
		s.warned(up)
		a := s.get("", warningPath(v.Event))
		s.want(a, 200, "雨还要更大。", "已由第 2 版替代", "红色", "2.xml")
		off := warning.Draft{Event: v.Event, Kind: warning.Cancel}
		off.Reason = "降雨结束。"
		s.warned(off)
		s.want(s.get("", warningPath(v.Event)), 200, "这次预警已解除", "降雨结束。", "3.xml")
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "已解除")
		s.want(s.get("", "/warnings/feed.xml"), 200, "3.xml", "Cancel")
		if strings.Contains(s.get("", "/").body, "暴雨橙色预警") {
			t.Error("the front page still warns")
		}

		gone := s.warned(storm("又有强降雨。"))
		s.clock.Set("2031-06-08T23:30:00+08:00") // its time is over, and no clock has noted it
		s.want(s.get("", warningPath(gone.Event)), 200, "这次预警已失效", "没有延续")
		s.want(s.get("", "/warnings"), 200, "现在没有生效的预警", "已失效")
		if strings.Contains(s.get("", "/").body, "暴雨橙色预警") {
			t.Error("the front page shows what has run out")
		}

		for _, target := range []string{warningPath(n), warningPath(n) + ".json", warningPath(n) + "/1.xml", "/warnings/999", "/warnings/x", warningPath(v.Event) + "/9.xml", warningPath(v.Event) + "/01.xml", warningPath(v.Event) + "/1"} {
			s.want(s.get("", target), 404)
		}
		for _, target := range []string{"/", "/warnings", "/warnings.json", "/warnings/feed.xml"} {
			if strings.Contains(s.get("", target).body, "金丝雀") {
				t.Errorf("%s: a drill came out", target)
			}
		}
	})
}
