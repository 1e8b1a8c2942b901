package web

import (
	"net"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/time/rate"
)

// limits slows down whoever asks too often: one bucket an address for costly or guessable things (search, log-in).
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

const maxBuckets = 50_000

func newLimits() *limits { return &limits{buckets: map[string]*rate.Limiter{}} }

// allow takes one token of the bucket of what and who.
func (l *limits) allow(what, who string, perSecond rate.Limit, burst int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := what + " " + who
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			clear(l.buckets) // forgetting is better than growing without end
		}
		b = rate.NewLimiter(perSecond, burst)
		l.buckets[key] = b
	}
	return b.Allow()
}

// clientAddress is where a request came from. Behind a proxy on this host, the last address that the proxy added.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if last := strings.TrimSpace(hops[len(hops)-1]); net.ParseIP(last) != nil {
		return last
	}
	return host
}
