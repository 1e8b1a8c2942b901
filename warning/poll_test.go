package warning

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zhixing/warning/cap"
)

// The city's feed is read again and again: what is new is taken in once, in the order of time; what is broken is told once and hinders nothing;
// what has gone from the feed stays.
func TestPoll(t *testing.T) {
	stories(t, "2023-07-28T13:05:00+08:00", func(s *story) {
		documents := map[string][]byte{"/1": city(t, "C1", cap.MsgAlert, "28 13:00"), "/2": city(t, "C2", cap.MsgUpdate, "28 13:04", triple("C1", "28 13:00")), "/3": []byte("<alert")}
		listed := []string{"/3", "/2", "/1"}
		asked := map[string]int{}
		down := map[string]bool{}
		elsewhere := false
		var srv *httptest.Server
		srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked[r.URL.Path]++
			if down[r.URL.Path] {
				http.Error(w, "down", 503)
				return
			}
			if b, ok := documents[r.URL.Path]; ok {
				w.Write(b)
				return
			}
			f := cap.Feed{ID: srv.URL, Title: "预警", Self: srv.URL + "/feed", Author: "云台市气象台", Updated: time.Unix(0, 0)}
			for _, p := range listed {
				f.Entries = append(f.Entries, cap.Entry{URL: srv.URL + p, Alert: &cap.Alert{Identifier: p, Sender: "x", Sent: day("28 13:00")}})
			}
			if elsewhere {
				f.Entries = append(f.Entries, cap.Entry{URL: "http://169.254.0.1/secret", Alert: &cap.Alert{Identifier: "e", Sender: "x", Sent: day("28 13:00")}})
			}
			w.Write(f.Atom())
		}))
		defer srv.Close()
		p := &Poll{Warnings: func() *Warnings { return s.w }, From: s.w.Hazards[0].Sources[0], URL: srv.URL + "/feed"}
		down["/2"] = true
		n, err := p.Once(ctx, s.db)
		if n != 1 || err == nil || !strings.Contains(err.Error(), "/3") || !strings.Contains(err.Error(), "503") {
			t.Errorf("took %d, %v", n, err)
		}
		down["/2"] = false
		if n, err := p.Once(ctx, s.db); n != 1 || err != nil {
			t.Errorf("took %d, %v", n, err)
		}
		listed = nil
		if n, err := p.Once(ctx, s.db); n != 0 || err != nil {
			t.Errorf("took %d, %v", n, err)
		}
		if asked["/1"] != 1 || asked["/2"] != 2 || asked["/3"] != 1 {
			t.Errorf("asked %v", asked)
		}
		if open := s.open(); len(open) != 1 || open[0].Source.Identifier != "C2" {
			t.Errorf("proposals %+v", open)
		}
		elsewhere = true
		if _, err := p.Once(ctx, s.db); err == nil || !strings.Contains(err.Error(), "不在订阅源的主机上") {
			t.Errorf("asked another host: %v", err)
		}
		// A new process reads all again, and nothing comes of it.
		elsewhere, listed = false, []string{"/2", "/1"}
		q := &Poll{Warnings: p.Warnings, From: p.From, URL: p.URL}
		if n, err := q.Once(ctx, s.db); n != 0 || err != nil || len(s.open()) != 1 {
			t.Errorf("took %d, %v", n, err)
		}
	})
}
