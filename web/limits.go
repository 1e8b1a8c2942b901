package web

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits slows down whoever asks too often: one bucket a network for costly or guessable things (search, log-in).
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	dumps   chan struct{} // one a dump that is going out
}

// A dump holds one of the few readers of the database until its last byte is taken, so few go out at once, and whoever
// takes nothing for a minute, or all too long in all, loses his.
const (
	maxDumps = 2
	dumpWait = time.Minute
	dumpLong = 30 * time.Minute
)

const maxBuckets = 50_000

func newLimits() *limits {
	return &limits{buckets: map[string]*rate.Limiter{}, dumps: make(chan struct{}, maxDumps)}
}

// allow takes one token of the bucket of what and who.
func (l *limits) allow(what, who string, perSecond rate.Limit, burst int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := what + " " + networkOf(who)
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

// networkOf is what an address is counted by: an IPv4 address, or the network of an IPv6 one, of which everybody has many.
func networkOf(address string) string {
	ip := net.ParseIP(address)
	if ip == nil || ip.To4() != nil {
		return address
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

// clientAddress is where a request came from. Behind a proxy on this host, the last address that the proxy added; some
// proxies add it as one more header line, so the last of all lines counts: those before it anybody may have sent.
func clientAddress(r *http.Request) string {
	host := peer(r)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if last := strings.TrimSpace(hops[len(hops)-1]); net.ParseIP(last) != nil {
		return last
	}
	return host
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// fromThisHost reports a request that was made on this host and did not come through a proxy on it.
func fromThisHost(r *http.Request) bool {
	for _, h := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	ip := net.ParseIP(peer(r))
	return ip != nil && ip.IsLoopback()
}

// hurried gives the reader of a long answer dumpWait for each piece, and until end for all.
type hurried struct {
	http.ResponseWriter
	end time.Time
}

func (h hurried) Write(b []byte) (int, error) {
	by := time.Now().Add(dumpWait) // of the connection, not of any record
	if h.end.Before(by) {
		by = h.end
	}
	// A connection that knows no deadline has none to keep.
	_ = http.NewResponseController(h.ResponseWriter).SetWriteDeadline(by)
	return h.ResponseWriter.Write(b)
}
