package warning

import (
	"context"
	"log/slog"
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

// Sources with a feed are listened to by themselves; those who issue are told, once, when nothing was heard of one for half an hour.
func TestListen(t *testing.T) {
	stories(t, "2023-07-28T13:05:00+08:00", func(s *story) {
		document, down := city(t, "C1", cap.MsgAlert, "28 13:00"), false
		var srv *httptest.Server
		srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down {
				http.Error(w, "down", 503)
				return
			}
			if r.URL.Path == "/1" {
				w.Write(document)
				return
			}
			f := cap.Feed{ID: srv.URL, Title: "预警", Self: srv.URL + "/feed", Author: "云台市气象台", Updated: time.Unix(0, 0)}
			f.Entries = append(f.Entries, cap.Entry{URL: srv.URL + "/1", Alert: &cap.Alert{Identifier: "C1", Sender: "x", Sent: day("28 13:00")}})
			w.Write(f.Atom())
		}))
		defer srv.Close()
		from := &s.w.Hazards[0].Sources[0]
		from.Feed = srv.URL + "/feed"
		listening, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			Listen(listening, s.db, func() *Warnings { return s.w }, slog.New(slog.DiscardHandler))
		}()
		for range 200 {
			if len(s.open()) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		<-done
		if open := s.open(); len(open) != 1 || open[0].Origin != ByFeed || open[0].Source.Identifier != "C1" || open[0].Source.Name != from.Name {
			t.Fatalf("proposals %+v", open)
		}
		deaf := func() (n int) {
			for _, k := range s.notes {
				if k == string(NoteDeaf) {
					n++
				}
			}
			return n
		}
		e := &ear{Poll: Poll{Warnings: func() *Warnings { return s.w }, From: *from, URL: from.Feed}, log: slog.New(slog.DiscardHandler)}
		for _, x := range []struct {
			down bool
			want int
		}{{false, 0}, {true, 0}, {true, 0}, {true, 1}, {true, 1}, {false, 1}, {true, 1}, {true, 1}, {true, 2}} {
			down = x.down
			if e.turn(ctx, s.db); deaf() != x.want {
				t.Errorf("at %s, down %v: told %d times, want %d", s.clock.Now(), down, deaf(), x.want)
			}
			s.clock.Advance(12 * time.Minute)
		}
	})
}
