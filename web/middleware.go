package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zhixing/policy/works"
)

// maxBody bounds every request body but uploads, which say their own bound; maxAddress an address with its query.
const (
	maxBody    = 1 << 20
	maxAddress = 8 << 10
)

// guard checks who may use a route, serves public pages from the cache, and turns a handler's error into a page.
func (s *Server) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxBody)
		if rt.upload {
			limit = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		r, err := s.withSession(r)
		if err == nil {
			err = s.mayUse(r, rt)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if rt.cached && sessionOf(r) == nil {
			s.serveCached(w, r, rt)
			return
		}
		w.Header().Set("Cache-Control", "no-store") // a handler whose answer may be kept says so itself
		if c := s.run(w, r, rt); c != nil {
			c.send(w, r)
		}
	})
}

// serveCached answers a public page from memory when neither the public record nor what policies order has changed since it was
// made; one that also tells what became of duties, when neither the ledger nor the day has.
func (s *Server) serveCached(w http.ResponseWriter, r *http.Request, rt route) {
	edition, err := s.edition(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	key := strconv.FormatInt(edition.n, 10) + " " + r.URL.RequestURI()
	if rt.pattern == "GET /{$}" { // it shows the warnings in force
		key = edition.warned + key
	}
	if tellsOfLedger(rt, r) {
		key = edition.ledger + " " + s.today().String() + " " + key
	}
	if w, err := s.works(); err == nil {
		key = s.ordered.now(w) + " " + key
	}
	if s.Demo { // every page says which day is shown
		key = s.today().String() + " " + key
	}
	tag := s.etag(key)
	h := w.Header()
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding, Cookie")
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	c, ok := s.cache.get(key)
	if !ok {
		if c = s.run(w, r, rt); c == nil {
			return
		}
		if c.status == http.StatusOK {
			c.key = key
			c.compress()
			s.cache.put(c)
		} else {
			h.Del("ETag")
		}
	}
	c.send(w, r)
}

// run lets a handler answer and keeps what it said, so that an error half-way leaves no half page. It is nil where the
// answer is out already: an error, or more than is worth keeping.
func (s *Server) run(w http.ResponseWriter, r *http.Request, rt route) *cached {
	rec := &recorder{out: w, max: maxKept}
	if err := rt.handle(s, rec, r); err != nil {
		if rec.over {
			s.Logger.Error("answer broken off", "path", loggedPath(r), "error", err)
			panic(http.ErrAbortHandler) // the reader must see that it is not whole
		}
		for _, name := range []string{"Content-Disposition", "Content-Length", "Repr-Digest"} {
			w.Header().Del(name)
		}
		s.fail(w, r, err)
		return nil
	}
	if rec.over {
		return nil
	}
	return &cached{status: max(rec.status, http.StatusOK), header: w.Header().Clone(), body: rec.body}
}

// dispatch answers in our own words where no route fits: 404, or 405 with the methods that do.
func (s *Server) dispatch(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.RequestURI()) > maxAddress {
			s.fail(w, r, &httpError{status: http.StatusRequestURITooLong, message: "地址太长，请减少查询条件。"})
			return
		}
		if !strings.HasPrefix(r.URL.Path, "/open311/") && !readableQuery(r.URL.RawQuery) { // which refuses in its own format
			s.fail(w, r, badRequest("网址里的查询条件不是 UTF-8 文字，请在页面上重新查询。"))
			return
		}
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		try := &recorder{out: nowhere(http.Header{}), max: maxKept}
		h.ServeHTTP(try, r)
		r2, err := s.withSession(r)
		switch {
		case err != nil:
			s.fail(w, r, err)
		case try.status == http.StatusNotFound:
			s.fail(w, r2, notFound("没有这个页面。地址可能打错了，或者页面已经移走。"))
		case try.status == http.StatusMethodNotAllowed:
			w.Header().Set("Allow", try.Header().Get("Allow"))
			s.fail(w, r2, &httpError{status: try.status, message: "这个地址不能用 " + shortMethod(r.Method) + " 方法访问。"})
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// readableQuery reports whether a query holds what a database takes for text. Old browsers send GBK; PostgreSQL fails on it.
func readableQuery(raw string) bool {
	q, _ := url.ParseQuery(raw) // what cannot be read is left out, as handlers leave it out
	for k, values := range q {
		for _, v := range append(values, k) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}

func shortMethod(m string) string {
	if len(m) > 12 {
		return "这种"
	}
	return m
}

// secureHeaders is the same for every answer: nothing from elsewhere, no frames, no guessing of types.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if strings.HasPrefix(r.URL.Path, "/api/") { // open data: any page anywhere may read it, as the public
			h.Set("Access-Control-Allow-Origin", "*")
		}
		next.ServeHTTP(w, r)
	})
}

// observe counts and logs a request, and answers when a handler panics. The log has the path but never the query:
// what a citizen searched for is his own business.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now() // wall time of the request itself, not of any record
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Logger.Error("panic", "path", loggedPath(r), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if sw.status == 0 {
					s.fail(sw, r, fmt.Errorf("panic: %v", p))
				}
			}
			took := time.Since(start)
			s.metrics.seen(r, sw.status, took)
			s.Logger.Debug("request", "method", r.Method, "path", loggedPath(r), "status", sw.status, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(sw, r)
	})
}

// loggedPath is the path without what opens a calendar or answers a call: whoever reads the log must not have everybody's keys.
func loggedPath(r *http.Request) string {
	for _, keyed := range []string{feedPath, works.LinkPath} {
		if strings.HasPrefix(r.URL.Path, keyed) {
			return keyed + "…"
		}
	}
	return r.URL.Path
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// metrics is what an operator watches.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zhixing_requests_total", Help: "Requests answered, by status class.",
		}, []string{"method", "class"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "zhixing_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .005, .025, .1, .5, 2, 10},
		}),
	}
	m.registry.MustRegister(m.requests, m.seconds)
	return m
}

func (m *metrics) seen(r *http.Request, status int, took time.Duration) {
	method := r.Method
	if method != http.MethodGet && method != http.MethodPost && method != http.MethodHead {
		method = "other"
	}
	m.requests.WithLabelValues(method, strconv.Itoa(status/100)+"xx").Inc()
	if r.URL.Path != livePath { // lasts as long as its page is open
		m.seconds.Observe(took.Seconds())
	}
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

// serveHealth says whether the database answers and the ledger's clock runs.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := s.askEdition(ctx); err != nil {
		s.Logger.Error("healthz", "error", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return nil
	}
	if since, err := s.clockStands(r); err != nil || !since.IsZero() {
		s.Logger.Error("healthz: the ledger's clock stands still", "since", since, "error", err)
		http.Error(w, "the ledger's clock stands still", http.StatusServiceUnavailable)
		return nil
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}
