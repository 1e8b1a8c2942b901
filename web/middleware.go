package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxBody bounds every request body but uploads, which say their own bound.
const maxBody = 1 << 20

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
		if rt.cached && r.Method == http.MethodGet && sessionOf(r) == nil {
			s.serveCached(w, r, rt)
			return
		}
		if !rt.cached {
			w.Header().Set("Cache-Control", "no-store")
		}
		if err := rt.handle(s, w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// serveCached answers a public page from memory when the public record has not changed since it was made.
func (s *Server) serveCached(w http.ResponseWriter, r *http.Request, rt route) {
	edition, err := s.edition(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	key := strconv.FormatInt(edition, 10) + " " + r.URL.RequestURI()
	w.Header().Set("Cache-Control", "public, no-cache")
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, edition))
	if hit, ok := s.cache.get(key); ok {
		h := w.Header()
		for k, v := range hit.header {
			h[k] = v
		}
		w.WriteHeader(hit.status)
		_, _ = w.Write(hit.body)
		return
	}
	rec := &recorder{ResponseWriter: w, max: 4 << 20}
	if err := rt.handle(s, rec, r); err != nil {
		s.fail(w, r, err)
		return
	}
	if rec.status == http.StatusOK && !rec.over {
		s.cache.put(&cached{key: key, status: rec.status, header: w.Header().Clone(), body: rec.body})
	}
}

// secureHeaders is the same for every answer: nothing from elsewhere, no frames, no guessing of types.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
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
				s.Logger.Error("panic", "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if sw.status == 0 {
					s.fail(sw, r, fmt.Errorf("panic: %v", p))
				}
			}
			took := time.Since(start)
			s.metrics.seen(r, sw.status, took)
			s.Logger.Debug("request", "method", r.Method, "path", r.URL.Path, "status", sw.status, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(sw, r)
	})
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
	m.seconds.Observe(took.Seconds())
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

// serveHealth says whether the database answers.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := s.edition(ctx); err != nil {
		s.Logger.Error("healthz", "error", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return nil
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}
