package web

import (
	"container/list"
	"net/http"
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

type cached struct {
	key    string
	status int
	header http.Header
	body   []byte
}

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
	cost := len(v.body) + len(v.key) + 512
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
		c.size -= len(old.body) + len(old.key) + 512
	}
}

// recorder collects a response so that it can be kept. Past max it stops keeping and only passes on.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte
	max    int
	over   bool
}

func (r *recorder) WriteHeader(code int) {
	if r.status == 0 {
		r.status = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if len(r.body)+len(b) > r.max {
		r.over, r.body = true, nil
	} else if !r.over {
		r.body = append(r.body, b...)
	}
	return r.ResponseWriter.Write(b)
}
