package warning

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"zhixing/db"
	"zhixing/warning/cap"
)

// Poll reads the feed of another issuer. What is missing from a feed is no news, and no cancel; a document that was read once is not fetched
// again, for its address never changes its content. After a restart they are, and the same message again is nothing.
type Poll struct {
	Warnings func() *Warnings
	From     Source
	URL      string                                                // of the feed; the operator's to give
	Get      func(ctx context.Context, url string) ([]byte, error) // nil: by HTTP
	seen     map[string]bool
	heard    bool // the feed itself was read the last time
}

// Once reads the feed and takes in what is new, each document in a transaction of its own. It goes on after one that cannot be read, and tells
// of all of those.
func (p *Poll) Once(ctx context.Context, d *db.DB) (fresh int, err error) {
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.heard = false
	b, err := p.get(ctx, p.URL)
	if err != nil {
		return 0, fmt.Errorf("warning.Poll: %s: %w", p.From.Name, err)
	}
	items, err := cap.ReadFeed(b, p.URL)
	if err != nil {
		return 0, fmt.Errorf("warning.Poll: %s: %w", p.From.Name, err)
	}
	p.heard = true
	now := map[string]bool{}
	var failed []error
	for i := len(items) - 1; i >= 0; i-- { // feeds have the newest first
		it := items[i]
		key := it.URL
		if it.Document != nil {
			key = it.ID + it.Updated.String()
		}
		if now[key] = p.seen[key]; p.seen[key] {
			continue
		}
		b := it.Document
		if b == nil {
			if b, err = p.get(ctx, it.URL); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", it.URL, err))
				continue // tried again
			}
		}
		var is bool
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			_, is, err = p.Warnings().Receive(ctx, tx, p.From, b)
			return err
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", key, err))
		}
		if now[key] = err == nil || refused(err); is && err == nil {
			fresh++
		}
	}
	p.seen = now
	if len(failed) > 0 {
		return fresh, fmt.Errorf("warning.Poll: %s: %w", p.From.Name, errors.Join(failed...))
	}
	return fresh, nil
}

// get fetches from the host of the feed and from no other: a feed does not choose whom we ask.
func (p *Poll) get(ctx context.Context, address string) ([]byte, error) {
	own, err := url.Parse(p.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of the feed: %w", err)
	}
	if u, err := url.Parse(address); err != nil || u.Host != own.Host || u.Scheme != own.Scheme {
		return nil, errors.New("文件不在订阅源的主机上，不取")
	}
	if p.Get != nil {
		return p.Get(ctx, address)
	}
	return fetch(ctx, address)
}

const (
	fetchFor = 30 * time.Second
	maxFetch = 4 << 20 // of a fat feed; a document is bounded by its reader
)

// An answer that leads elsewhere is not followed.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxFetch+1))
	if err == nil && len(b) > maxFetch {
		err = fmt.Errorf("超过 %d 字节，不读", maxFetch)
	}
	return b, err
}
