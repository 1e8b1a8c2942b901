package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestConditionalRequests(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		for _, path := range []string{"/", "/issues", firstKey, firstKey + ".txt", "/duties.csv", "/api/v1/documents", "/feed.atom", "/search?q=x"} {
			path = escape(strings.Split(path, "?")[0]) + path[len(strings.Split(path, "?")[0]):]
			a := s.get("", path)
			tag := a.header.Get("ETag")
			if a.status != 200 || tag == "" || a.header.Get("Cache-Control") != "public, no-cache" || !strings.Contains(a.header.Get("Vary"), "Cookie") {
				s.t.Fatalf("%s: %d %v", path, a.status, a.header)
			}
			again := s.send("", http.MethodGet, path, map[string]string{"If-None-Match": `"other", ` + tag})
			if again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
				s.t.Errorf("%s asked again: %d %q", path, again.status, again.body)
			}
			if other := s.send("", http.MethodGet, path+"x", map[string]string{"If-None-Match": tag}); other.status == http.StatusNotModified {
				s.t.Errorf("%sx has the mark of another page", path)
			}
			if mine := s.send("编辑甲", http.MethodGet, path, map[string]string{"If-None-Match": tag}); mine.status == http.StatusNotModified || mine.header.Get("Cache-Control") != "no-store" {
				s.t.Errorf("%s signed in: %d %v: the page of a person may be kept", path, mine.status, mine.header)
			}
		}
		tag := s.get("", "/").header.Get("ETag")
		s.publishText(repealIssue)
		s.clock.Advance(time.Second)
		a := s.send("", http.MethodGet, "/", map[string]string{"If-None-Match": tag})
		a.check(s.t, "/ after a publication", 200, "2031年第2期")
	})
}

func TestCacheNeverServesWhatIsOver(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		for range 2 {
			s.sees("/", 200, "2031年第1期", "!第2期")
			s.sees(firstKey, 200, "!已废止")
			s.sees("/search?q="+url.QueryEscape("废止"), 200, "没有找到")
		}
		s.publishText(repealIssue)
		s.clock.Advance(time.Second)
		s.sees("/", 200, "2031年第2期")
		s.sees(firstKey, 200, "已废止")
		s.sees("/search?q="+url.QueryEscape("废止"), 200, "!没有找到")
	})
}

func TestGzip(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		for _, as := range []string{"", "编辑甲"} {
			for range 2 { // made, then kept
				plain := s.send(as, http.MethodGet, "/", nil)
				packed := s.send(as, http.MethodGet, "/", map[string]string{"Accept-Encoding": "br, gzip;q=0.8"})
				zr, err := gzip.NewReader(strings.NewReader(packed.body))
				if err != nil || packed.header.Get("Content-Encoding") != "gzip" {
					s.t.Fatalf("as %q: not packed: %v %v", as, err, packed.header)
				}
				if b, err := io.ReadAll(zr); err != nil || string(b) != plain.body {
					s.t.Errorf("as %q: packed and plain differ: %v", as, err)
				}
				if refused := s.send(as, http.MethodGet, "/", map[string]string{"Accept-Encoding": "gzip;q=0"}); refused.body != plain.body {
					s.t.Errorf("as %q: packed though refused", as)
				}
			}
		}
	})
}

// TestOverTheWire asks through a real connection: HEAD, odd methods, long addresses, other sites' forms.
func TestOverTheWire(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		wire := httptest.NewServer(s.srv)
		defer wire.Close()
		ask := func(method, path string, header ...string) (*http.Response, string) {
			s.t.Helper()
			req, err := http.NewRequest(method, wire.URL+path, nil)
			if err != nil {
				s.t.Fatal(err)
			}
			req.Header.Set("Accept-Encoding", "identity")
			for i := 0; i < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				s.t.Fatalf("%s %.60s: %v", method, path, err)
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				s.t.Fatalf("%s %.60s: %v", method, path, err)
			}
			return res, string(b)
		}
		for _, path := range []string{"/", escape(firstKey), escape(firstKey) + ".txt", "/api/v1/units", "/static/x/style.css", "/healthz"} {
			get, body := ask("GET", path)
			head, none := ask("HEAD", path)
			if head.StatusCode != 200 || none != "" || head.ContentLength != int64(len(body)) || head.Header.Get("ETag") != get.Header.Get("ETag") {
				s.t.Errorf("HEAD %s: %d, length %d of %d", path, head.StatusCode, head.ContentLength, len(body))
			}
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "POST", "QUATSCHMITSOSSE"} {
			res, body := ask(method, "/issues")
			if res.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(res.Header.Get("Allow"), "GET") || !strings.Contains(body, "不能这样访问") {
				s.t.Errorf("%s /issues: %d %v", method, res.StatusCode, res.Header)
			}
		}
		if res, body := ask("GET", "/nowhere"); res.StatusCode != 404 || !strings.Contains(body, "没有这个页面") || res.Header.Get("Cache-Control") != "no-store" {
			s.t.Errorf("/nowhere: %d %.200s", res.StatusCode, body)
		}
		if res, body := ask("GET", "/api/v1/nowhere"); res.StatusCode != 404 || res.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			s.t.Errorf("/api/v1/nowhere: %d %.200s", res.StatusCode, body)
		}
		for _, path := range []string{"/search?q=" + strings.Repeat("a", 20<<10), "/" + strings.Repeat("x", 9<<10), "/api/v1/documents?cursor=" + strings.Repeat("A", 100<<10)} {
			if res, _ := ask("GET", path); res.StatusCode != http.StatusRequestURITooLong {
				s.t.Errorf("%.20s…: %d", path, res.StatusCode)
			}
		}
		for _, path := range []string{"/search?q=%ff%fe", "/search?q=%00", "/units?q=%F0%9F", "/units/%00", "/documents/%ff", "/search?q=a&q=b;c", "/?%zz", "/issues/%2e%2e", "/documents/..%2f..%2fetc/passwd", "/documents/x/files/..%2f..%2fetc/passwd"} {
			if res, _ := ask("GET", path); res.StatusCode >= 500 {
				s.t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
		for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://evil.test"}} {
			for _, path := range []string{"/login", "/desk/new", "/desk/1/publish", "/logout"} {
				res, body := ask("POST", path, from...)
				if res.StatusCode != http.StatusForbidden || !strings.Contains(body, "别的网站") {
					s.t.Errorf("POST %s from %v: %d", path, from, res.StatusCode)
				}
			}
		}
	})
}

// TestEveryAnswerIsGuarded walks all routes, as nobody and as the editor, and looks at what the browser is told.
func TestEveryAnswerIsGuarded(t *testing.T) {
	sites(t, func(s *site) {
		s.publishText(secretIssue)
		for _, rt := range s.srv.routesForTest() {
			method, _, _ := strings.Cut(rt.pattern, " ")
			for _, target := range targets(rt.pattern, []string{"某政办发/2031/1"})[:1] {
				if rt.pattern == "POST /logout" {
					continue
				}
				for _, as := range []string{"", "编辑甲"} {
					a := s.send(as, method, target, nil)
					csp := a.header.Get("Content-Security-Policy")
					if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || a.header.Get("X-Content-Type-Options") != "nosniff" ||
						a.header.Get("X-Frame-Options") != "DENY" || a.header.Get("Referrer-Policy") == "" {
						s.t.Errorf("%s %s as %q: headers %v", method, target, as, a.header)
					}
					if a.status >= 500 {
						s.t.Errorf("%s %s as %q: %d", method, target, as, a.status)
					}
					if as == "" && rt.access != everybody && rt.access != thisHost {
						switch {
						case method == http.MethodGet && (a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/login?to=")):
							s.t.Errorf("%s %s: %d %s: want the log-in page", method, target, a.status, a.location)
						case method == http.MethodGet && !strings.Contains(a.location, url.QueryEscape(target)):
							s.t.Errorf("%s: the log-in page forgets where to go: %s", target, a.location)
						case method == http.MethodPost && a.status != http.StatusUnauthorized:
							s.t.Errorf("%s %s: %d", method, target, a.status)
						}
					}
					if as != "" && rt.cached && a.status == 200 && a.header.Get("Cache-Control") != "no-store" {
						s.t.Errorf("%s as %s may be kept: %v", target, as, a.header)
					}
				}
			}
		}
	})
}
