package web

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

func asked(peer string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.RemoteAddr = peer
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// TestClientAddress: what a visitor writes into headers himself never becomes his address.
func TestClientAddress(t *testing.T) {
	const xff = "X-Forwarded-For"
	for _, c := range []struct {
		r    *http.Request
		want string
		here bool
	}{
		{asked("127.0.0.1:4000"), "127.0.0.1", true},
		{asked("[::1]:4000"), "::1", true},
		{asked("203.0.113.9:4000"), "203.0.113.9", false},
		{asked("203.0.113.9:4000", xff, "127.0.0.1"), "203.0.113.9", false},
		{asked("127.0.0.1:4000", xff, "203.0.113.9"), "203.0.113.9", false},
		{asked("127.0.0.1:4000", xff, "127.0.0.1, 203.0.113.9"), "203.0.113.9", false},
		{asked("127.0.0.1:4000", xff, "127.0.0.1", xff, "203.0.113.9"), "203.0.113.9", false},
		{asked("127.0.0.1:4000", xff, "127.0.0.1"), "127.0.0.1", false},
		{asked("127.0.0.1:4000", xff, "unknown"), "127.0.0.1", false},
		{asked("127.0.0.1:4000", "X-Real-IP", "203.0.113.9"), "127.0.0.1", false},
	} {
		if got := clientAddress(c.r); got != c.want {
			t.Errorf("%s %v: client address %s, want %s", c.r.RemoteAddr, c.r.Header, got, c.want)
		}
		if got := fromThisHost(c.r); got != c.here {
			t.Errorf("%s %v: from this host %v, want %v", c.r.RemoteAddr, c.r.Header, got, c.here)
		}
	}
}

func TestNeighboursInOneIPv6NetworkShareABucket(t *testing.T) {
	l := newLimits()
	for i := range 5 {
		if ok := l.allow("dump", fmt.Sprintf("2001:db8:0:1::%d", i), 0, 4); ok != (i < 4) {
			t.Errorf("address %d of one network: %v", i, ok)
		}
	}
	if !l.allow("dump", "2001:db8:0:2::1", 0, 4) || !l.allow("dump", "192.0.2.1", 0, 4) || !l.allow("dump", "192.0.2.2", 0, 4) {
		t.Error("another network pays for it")
	}
}

// TestDumpsAreFew: readers of the dump that take their time cannot hold all readers of the database.
func TestDumpsAreFew(t *testing.T) {
	sites(t, func(s *site) {
		for range maxDumps {
			s.srv.limits.dumps <- struct{}{}
		}
		s.get("", "/api/v1/dump").wants(t, http.StatusServiceUnavailable, "正在下载全量数据的人较多")
		<-s.srv.limits.dumps
		s.get("", "/api/v1/dump").wants(t, http.StatusOK)
		if n := len(s.srv.limits.dumps); n != maxDumps-1 {
			t.Errorf("%d places taken after the dump, want %d", n, maxDumps-1)
		}
	})
}

// clocked is a connection that remembers its deadline.
type clocked struct {
	*httptest.ResponseRecorder
	by time.Time
}

func (c *clocked) SetWriteDeadline(t time.Time) error { c.by = t; return nil }

func TestHurried(t *testing.T) {
	c := &clocked{ResponseRecorder: httptest.NewRecorder()}
	long := hurried{&recorder{out: &statusWriter{ResponseWriter: c}, max: 3}, time.Now().Add(time.Hour)}
	if _, err := long.Write([]byte("text")); err != nil || c.Body.String() != "text" {
		t.Fatal(err, c.Body)
	}
	if left := time.Until(c.by); left <= 0 || left > dumpWait {
		t.Errorf("%v for one piece", left)
	}
	end := time.Now().Add(time.Second)
	if _, _ = (hurried{c, end}).Write([]byte("text")); !c.by.Equal(end) {
		t.Errorf("until %v, want %v", c.by, end)
	}
}

// TestUploadsLeaveNothingBehind: a manuscript that went through the folder for temporary files is gone from there.
func TestUploadsLeaveNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	sites(t, func(s *site) {
		big := bytes.Repeat([]byte("一、请各单位认真落实。\n"), 600_000) // more than is kept in memory, less than is refused
		if a := s.upload("编辑甲", "/desk/new", nil, "长稿.txt", big); a.status != http.StatusBadRequest && a.status != http.StatusRequestEntityTooLarge && a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		left, err := os.ReadDir(tmp)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range left {
			if strings.HasPrefix(f.Name(), "multipart") {
				t.Errorf("%s stays in the folder for temporary files", f.Name())
			}
		}
	})
}

// TestAnUnknownOutcomeIsSaidToBeUnknown: nobody is told that nothing was changed where that is not known.
func TestAnUnknownOutcomeIsSaidToBeUnknown(t *testing.T) {
	const nothing = "没有改动任何内容"
	if he := asHTTPError(fmt.Errorf("publication.Publish: %w: EOF", db.ErrOutcome)); he.status != 500 || strings.Contains(he.message, nothing) || !strings.Contains(he.message, "不能确定") {
		t.Errorf("%d %s", he.status, he.message)
	}
	if he := asHTTPError(errors.New("disk full")); !strings.Contains(he.message, nothing) {
		t.Errorf("%d %s", he.status, he.message)
	}
}

// TestTheCacheCountsAllItHolds: thousands of addresses with short answers fill no more memory than the cache may have.
func TestTheCacheCountsAllItHolds(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	dbtest.EachAt(t, time.Now, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, dbtest.At("2031-06-08"))
		s.logs = nil
		s.srv.Logger = slog.New(slog.DiscardHandler)
		before := heap()
		for i := range 3000 {
			w := httptest.NewRecorder()
			s.srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/robots.txt?x=%d", i), nil))
			if w.Code != http.StatusOK {
				t.Fatal(w.Code)
			}
		}
		if held, counted := heap()-before, int64(s.srv.cache.size); held > counted+counted/5 {
			t.Errorf("%d bytes are held, %d counted", held, counted)
		}
		runtime.KeepAlive(s)
	})
}
