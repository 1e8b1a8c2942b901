package relay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhixing/db"
)

const (
	perBatch  = 500
	tryFor    = 30 * time.Second
	leaseFor  = 2 * time.Minute // much longer than tryFor: while it runs nobody else posts the batch
	maxAnswer = 64 << 10
	every     = 2 * time.Second
)

// pauses between tries; the last is kept to.
var pauses = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// Only the operator's addresses are called: an answer that leads elsewhere is not followed.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Parcel is what is posted.
type Parcel struct {
	County string `json:"county"`
	Send   string `json:"send"`
	Title  string `json:"title"`
	Basis  string `json:"basis"`
	Batch  int64  `json:"batch"`
	Items  []Item `json:"items"`
}

// Run carries until ctx ends.
func Run(ctx context.Context, d *db.DB, relay func() *Relay, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		for {
			n, err := relay().Carry(ctx, d)
			if err != nil && ctx.Err() == nil {
				log.Error("relay", "error", err)
			}
			if n == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Carry makes one pass: of each send at most one batch is posted. It says how many were taken.
func (r *Relay) Carry(ctx context.Context, d *db.DB) (taken int, err error) {
	for _, s := range r.Sends {
		to, ok := r.Destinations[s.To]
		if !ok {
			continue
		}
		ok, err := r.carry(ctx, d, s, to)
		if err != nil {
			return taken, fmt.Errorf("relay.Carry: %s: %w", s.ID, err)
		}
		if ok {
			taken++
		}
	}
	return taken, nil
}

func (r *Relay) carry(ctx context.Context, d *db.DB, s *Send, to Destination) (taken bool, err error) {
	var due bool
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { due, err = isDue(ctx, tx, r.County, s.ID, tx.Now()); return err }); err != nil || !due {
		return false, err
	}
	var b Batch
	var items []Item
	err = d.Write(ctx, func(tx *db.Tx) (err error) {
		b, items, err = leaseBatch(ctx, tx, r.County, s.ID)
		return err
	})
	if err != nil || len(items) == 0 {
		return false, err
	}
	body, err := json.Marshal(Parcel{r.County, s.ID, s.Title, s.Basis.String(), b.ID, items})
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(body)
	b.Hash = hex.EncodeToString(sum[:])
	receipt, failed := post(ctx, to, fmt.Sprintf("%s/%s/%d", r.County, s.ID, b.ID), body)
	if failed != nil && ctx.Err() != nil {
		return false, nil // we are stopping: the lease ends by itself, then it is tried again
	}
	return failed == nil, d.Write(ctx, func(tx *db.Tx) error {
		if failed != nil {
			return failBatch(ctx, tx, r.County, b, tx.Now().Add(pauses[min(b.Tries, len(pauses))-1]), failed.Error())
		}
		return settleBatch(ctx, tx, r.County, b, receipt)
	})
}

// post hands a parcel over and gives the receipt.
func post(ctx context.Context, to Destination, key string, body []byte) (receipt string, err error) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return "", errors.New("平台地址配置不对")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Idempotency-Key", key)
	if to.Token != "" {
		req.Header.Set("Authorization", "Bearer "+to.Token)
	}
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return "", errors.New("平台超过时限未答复")
		}
		var at *url.Error // names the address, which may hold a secret
		if errors.As(err, &at) {
			err = at.Err
		}
		return "", fmt.Errorf("连接出错：%w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return "", errors.New("平台的答复没有收完")
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", fmt.Errorf("平台答复 HTTP %d", resp.StatusCode)
	}
	var said struct {
		Receipt string `json:"receipt"`
	}
	if json.Unmarshal(answer, &said) == nil && said.Receipt != "" {
		return cut(said.Receipt, 200), nil
	}
	return fmt.Sprintf("HTTP %d", resp.StatusCode), nil
}

func cut(s string, most int) string {
	if r := []rune(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")); len(r) > most {
		return string(r[:most])
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}
