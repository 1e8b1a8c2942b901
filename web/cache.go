package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"hash/fnv"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// cacheBytes bounds what the page cache may hold.
const cacheBytes = 192 << 20

// cache keeps whole public responses. Its keys hold the edition number of the public record, so an entry is never
// stale; the least recently used give way.
type cache struct {
	mu    sync.Mutex
	max   int
	size  int
	order *list.List // of *cached, most recently used first
	byKey map[string]*list.Element
}

// maxKept is the longest answer that is kept whole; a longer one goes out as it is made.
const maxKept = 4 << 20

// cached is one whole answer.
type cached struct {
	key    string
	status int
	header http.Header
	body   []byte
	packed []byte // body as gzip, where that is worth it
}

// cost is what an answer takes in memory, its header and its place in the cache included.
func (c *cached) cost() int { return cap(c.body) + cap(c.packed) + len(c.key) + 1024 }

func newCache(max int) *cache {
	return &cache{max: max, order: list.New(), byKey: map[string]*list.Element{}}
}

func (c *cache) get(key string) (*cached, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached), true
}

func (c *cache) put(v *cached) {
	cost := v.cost()
	if cost > c.max/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[v.key]; ok {
		return
	}
	c.byKey[v.key] = c.order.PushFront(v)
	c.size += cost
	for c.size > c.max {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.byKey, old.key)
		c.size -= old.cost()
	}
}

// compress packs a text that is long enough to gain by it. A download whose digest is told stays as it is.
func (c *cached) compress() {
	kind, _, _ := strings.Cut(c.header.Get("Content-Type"), ";")
	text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml")
	if c.packed != nil || len(c.body) < 1024 || !text || c.header.Get("Repr-Digest") != "" {
		return
	}
	c.packed = pack(c.body)
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// send writes the answer, packed where the reader takes that.
func (c *cached) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for k, v := range c.header {
		if h.Get(k) == "" {
			h[k] = v
		}
	}
	body := c.body
	if takesGzip(r) {
		if c.compress(); c.packed != nil {
			body = c.packed
			h.Set("Content-Encoding", "gzip")
		}
	}
	if len(body) > 0 {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(c.status)
	_, _ = w.Write(body) // whoever is gone needs no answer
}

// takesGzip reads Accept-Encoding: gzip, or anything, and not with a weight of nothing.
func takesGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q := strings.TrimRight(strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q="), "0.")
			return weight == "" || q != ""
		}
	}
	return false
}

// etag marks an answer: the same mark, the same page. Its key holds the edition of the public record; s.build tells
// one version of the program from another.
func (s *Server) etag(key string) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, s.build+key)
	return `W/"` + strconv.FormatUint(h.Sum64(), 36) + `"`
}

// matches reports whether If-None-Match names the mark.
func matches(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimSpace(one); one == tag || "W/"+one == tag {
			return true
		}
	}
	return false
}

// recorder collects an answer so that it can be kept, packed or dropped. Past max it passes everything on.
type recorder struct {
	out    http.ResponseWriter
	status int
	body   []byte
	max    int
	over   bool
}

func (r *recorder) Header() http.Header { return r.out.Header() }

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.out }

// direct is the connection itself, for an answer that goes on without end. It must not end in an error.
func (r *recorder) direct() http.ResponseWriter {
	r.over = true
	return r.out
}

func (r *recorder) WriteHeader(code int) {
	if r.status == 0 {
		r.status = code
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if !r.over && len(r.body)+len(b) <= r.max {
		r.body = append(r.body, b...)
		return len(b), nil
	}
	if !r.over {
		r.over = true
		r.out.WriteHeader(r.status)
		if _, err := r.out.Write(r.body); err != nil {
			return 0, err
		}
		r.body = nil
	}
	return r.out.Write(b)
}

// nowhere takes an answer of which only the head is wanted.
type nowhere http.Header

func (n nowhere) Header() http.Header         { return http.Header(n) }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
