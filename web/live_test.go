package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// listener is an open page.
type listener struct {
	t      testing.TB
	status int
	header http.Header
	events chan news // closed at the end of the stream
	cancel func()
}

type news struct {
	id, name string
	Duties   []ledger.ID
	Cases    []cases.ID
	Unread   int
}

// listen opens a stream as somebody whose page showed the ledger as it was at seen.
func (s *site) listen(server *httptest.Server, as, seen, last string) *listener {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live?seen="+seen, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	req.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users[as])})
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	l := &listener{s.t, resp.StatusCode, resp.Header, make(chan news, 100), cancel}
	go func() {
		defer close(l.events)
		defer resp.Body.Close()
		var n news
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			key, value, _ := strings.Cut(lines.Text(), ": ")
			switch key {
			case "id":
				n.id = value
			case "event":
				n.name = value
			case "data":
				json.Unmarshal([]byte(value), &n)
			case "":
				if n.name != "" {
					l.events <- n
				}
				n = news{}
			}
		}
	}()
	s.t.Cleanup(cancel)
	return l
}

// next is the next event; false at the end of the stream, or where none comes.
func (l *listener) next() (news, bool) {
	select {
	case n, ok := <-l.events:
		return n, ok
	case <-time.After(5 * time.Second):
		return news{}, false
	}
}

// quiet checks that nothing comes.
func (l *listener) quiet() {
	l.t.Helper()
	select {
	case n, ok := <-l.events:
		l.t.Errorf("told of %+v (open: %v)", n, ok)
	case <-time.After(300 * time.Millisecond):
	}
}

// stage is a served site with people at work.
func (s *site) stage() *httptest.Server {
	s.t.Helper()
	s.office()
	s.sits("农业己", "县农业农村局", "局长")
	s.sits("能源庚", "县能源局", "局长")
	return s.serve()
}

// serve lets the site be listened to; nobody waits long.
func (s *site) serve() *httptest.Server {
	s.t.Helper()
	s.srv.live.beat, s.srv.live.look = 50*time.Millisecond, 50*time.Millisecond
	server := httptest.NewUnstartedServer(s.srv)
	server.Config.ReadTimeout = 400 * time.Millisecond // of a request, not of its answer
	server.Config.RegisterOnShutdown(s.srv.EndStreams)
	server.Start()
	s.t.Cleanup(func() { s.srv.EndStreams(); server.Close() })
	return server
}

// seen is how new the ledger was that a page shows.
func (s *site) seen(as, page string) string {
	s.t.Helper()
	m := regexp.MustCompile(`data-seen="(\d+\.\d+)"`).FindStringSubmatch(s.get(as, page).body)
	if m == nil {
		s.t.Fatalf("%s as %s does not say how new it is", page, as)
	}
	return m[1]
}

func TestOpenPagesAreTold(t *testing.T) {
	sites(t, func(s *site) {
		server := s.stage()
		d := s.underWay("清捞") // led by the water bureau, supported by agriculture
		seen := map[string]string{}
		open := map[string]*listener{}
		for _, who := range []string{"督查丁", "水务戊", "农业己", "能源庚"} {
			seen[who] = s.seen(who, "/work")
			open[who] = s.listen(server, who, seen[who], "")
			if n, ok := open[who].next(); !ok || n.name != "change" || len(n.Duties) != 0 {
				t.Fatalf("%s: first told of %+v", who, n)
			}
		}
		if h := open["督查丁"].header; h.Get("Content-Type") != "text/event-stream; charset=utf-8" || h.Get("X-Accel-Buffering") != "no" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("header: %v", h)
		}
		s.clock.Advance(time.Minute)
		s.says(s.report("水务戊", d, "application/json", map[string]string{"text": "已清两处", "progress": "30", "once": "x"}, nil), 200)
		for _, who := range []string{"督查丁", "水务戊", "农业己"} {
			n, ok := open[who].next()
			if !ok || !slices.Equal(n.Duties, []ledger.ID{d.ID}) {
				t.Errorf("%s: told of %+v", who, n)
			}
			open[who].quiet() // once
		}
		open["能源庚"].quiet() // it is no duty of his

		// What another process or the clock does is found by looking.
		s.clock.Advance(time.Minute)
		err := s.srv.DB.Write(context.Background(), func(tx *db.Tx) error {
			by := ledger.Actor{Account: "x", Seats: []personnel.Seat{{Role: personnel.Leader, Unit: "绛县人民政府", Title: "副县长"}}}
			_, err := s.srv.Ledger.Note(context.Background(), tx, by, d.ID, "请加快")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := open["农业己"].next(); !ok || !slices.Equal(n.Duties, []ledger.ID{d.ID}) {
			t.Errorf("of another process: %+v", n)
		}
		// A page that lost its line is told at once of what it missed; one that is new of nothing.
		if n, ok := s.listen(server, "水务戊", seen["水务戊"], "").next(); !ok || !slices.Equal(n.Duties, []ledger.ID{d.ID}) {
			t.Errorf("a page that is old: %+v", n)
		}
		newest := s.seen("水务戊", d.ID.Path())
		if n, ok := s.listen(server, "水务戊", seen["水务戊"], newest).next(); !ok || len(n.Duties) != 0 {
			t.Errorf("Last-Event-ID: %+v", n)
		}
		// A message is counted without a change of the ledger.
		time.Sleep(500 * time.Millisecond) // longer than the server's ReadTimeout
		s.put(notice.Notice{To: notice.To{Account: "能源庚"}, Kind: "note", Subject: "请看", Key: "k"})
		s.carry()
		for {
			n, ok := open["能源庚"].next()
			if !ok {
				t.Fatal("the count of messages never came")
			}
			if n.Unread == 1 {
				break
			}
		}
	})
}

func TestStreamsEnd(t *testing.T) {
	sites(t, func(s *site) {
		server := s.stage()
		for _, c := range []struct {
			as, seen string
			want     int
		}{{"", "0", 401}, {"编辑甲", "0", 403}, {"水务戊", "", 400}, {"水务戊", "x", 400}} {
			req, _ := http.NewRequest(http.MethodGet, server.URL+"/live?seen="+c.seen, nil)
			req.Header.Set("Accept", "text/event-stream")
			req.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users[c.as])})
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.want && !(c.as == "" && resp.StatusCode == 303) {
				t.Errorf("%q seen=%q: %d", c.as, c.seen, resp.StatusCode)
			}
		}
		var open []*listener
		for range streamsEach {
			open = append(open, s.listen(server, "水务戊", "0", ""))
		}
		if l := s.listen(server, "水务戊", "0", ""); l.status != http.StatusTooManyRequests {
			t.Errorf("one stream too many: %d", l.status)
		}
		if l := s.listen(server, "督查丁", "0", ""); l.status != 200 {
			t.Errorf("another person: %d", l.status)
		}
		open[0].cancel() // a page is closed: its place is free again
		free := false
		for range 50 {
			l := s.listen(server, "水务戊", "0", "")
			if free = l.status == 200; free {
				open = append(open, l)
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if !free {
			t.Error("a closed page keeps its place")
		}

		// A page that nobody touches keeps nobody logged in, and who logs out is told no more.
		s.post("督查丁", "/logout", url.Values{})
		s.clock.Advance(29 * time.Minute)
		if a := s.get("水务戊", "/work"); a.status != 200 {
			t.Fatalf("29 minutes: %d", a.status)
		}
		s.clock.Advance(31 * time.Minute)
		out := false
		for n, ok := open[1].next(); ok; n, ok = open[1].next() {
			out = out || n.name == "out"
		}
		if !out {
			t.Error("the stream outlives the log-in")
		}

		// A stopping server does not wait for open pages.
		s.logInAgain("水务戊")
		l := s.listen(server, "水务戊", "0", "")
		l.next()
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := server.Config.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
		s.srv.live.mu.Lock()
		defer s.srv.live.mu.Unlock()
		if left := fmt.Sprint(s.srv.live.total, s.srv.live.each, s.srv.live.looker == nil); left != "0 map[] true" {
			t.Errorf("left behind: %s", left)
		}
	})
}

// Open pages of cases are told of what others do to them: those who may see the case, and nobody else.
func TestOpenCasePagesAreTold(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		server := s.serve()
		id := s.caseFound(1, unitA, "河边堆放垃圾")
		other := s.caseFound(2, unitB, "工地没有围挡")
		open := map[string]*listener{}
		for who, page := range map[string]string{"督查": "/cases", "副县长": id.Path(), "局长": id.Path(), "经办": "/work", "旁局": "/cases"} {
			open[who] = s.listen(server, who, s.seen(who, page), "")
			if n, ok := open[who].next(); !ok || len(n.Cases) != 0 || len(n.Duties) != 0 {
				t.Fatalf("%s: first told of %+v", who, n)
			}
		}
		old := s.seen("局长", "/cases")
		s.clock.Advance(time.Minute)
		s.want(s.post("督查", id.Path()+"/feed", url.Values{"units": {unitA}, "words": {"请清理"}}), 303)
		for _, who := range []string{"督查", "副县长", "局长", "经办"} {
			if n, ok := open[who].next(); !ok || !slices.Equal(n.Cases, []cases.ID{id}) || len(n.Duties) != 0 {
				t.Errorf("%s: told of %+v", who, n)
			}
			open[who].quiet() // once
		}
		open["旁局"].quiet() // it is no case of theirs
		if n, ok := s.listen(server, "局长", old, "").next(); !ok || !slices.Equal(n.Cases, []cases.ID{id}) {
			t.Errorf("a page that lost its line: %+v", n)
		}
		if n, ok := s.listen(server, "局长", old, s.seen("局长", id.Path())).next(); !ok || len(n.Cases) != 0 {
			t.Errorf("a page that is new: %+v", n)
		}

		// What the clock or another process does is found by looking.
		s.clock.Advance(time.Minute)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Cases.Add(ctx, tx, officer, other, cases.Sending{Words: "补充"})
			return err
		})
		if n, ok := open["旁局"].next(); !ok || !slices.Equal(n.Cases, []cases.ID{other}) {
			t.Errorf("of another process: %+v", n)
		}
		open["局长"].quiet()
	})
}
