package warning

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"zhixing/db"
)

// How other issuers are listened to.
const (
	pollEvery = time.Minute
	lookAgain = 5 * time.Second // whether there are other sources, as when the county's folder was loaded again
	deafAfter = 30 * time.Minute
)

// Listen reads the feeds of all sources until ctx ends, each once a minute and by itself, so that one that does not answer holds up no other.
// warnings gives those that are at work. Those who issue are told, once, of a feed that could not be read for half an hour.
func Listen(ctx context.Context, d *db.DB, warnings func() *Warnings, log *slog.Logger) {
	var all sync.WaitGroup
	defer all.Wait()
	ears := map[Source]context.CancelFunc{}
	for {
		have := map[Source]bool{}
		for _, s := range warnings().feeds() {
			have[s] = true
			if ears[s] == nil {
				var own context.Context
				own, ears[s] = context.WithCancel(ctx)
				e := &ear{Poll: Poll{Warnings: warnings, From: s, URL: s.Feed}, log: log}
				all.Go(func() {
					for more := true; more; more = wait(own, pollEvery) {
						e.turn(own, d)
					}
				})
			}
		}
		for s, stop := range ears {
			if !have[s] {
				stop()
				delete(ears, s)
			}
		}
		if !wait(ctx, lookAgain) {
			return
		}
	}
}

// feeds are the sources that have one, each once.
func (w *Warnings) feeds() (out []Source) {
	seen := map[Source]bool{}
	for _, h := range w.Hazards {
		for _, s := range h.Sources {
			if s.Feed != "" && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// ear is how one feed is listened to.
type ear struct {
	Poll
	log   *slog.Logger
	last  time.Time // when the feed was read last
	lost  time.Time // since when it cannot be read; zero: it can
	tells bool      // those who issue know that it cannot
}

// turn reads the feed once. What fails is in the log, when it begins and when it is over.
func (e *ear) turn(ctx context.Context, d *db.DB) {
	now := d.Now()
	if e.last.IsZero() {
		e.last = now
	}
	fresh, err := e.Once(ctx, d)
	if ctx.Err() != nil {
		return
	}
	if err != nil && (e.heard || e.lost.IsZero()) {
		e.log.Warn("warnings of another issuer", "source", e.From.Name, "error", err)
	}
	switch {
	case e.heard && !e.lost.IsZero():
		e.log.Info("warnings of another issuer are read again", "source", e.From.Name, "lost", e.lost)
		e.lost, e.tells = time.Time{}, false
	case !e.heard && e.lost.IsZero():
		e.lost = e.last
	}
	if e.heard {
		e.last = now
	}
	if fresh > 0 {
		e.log.Info("warnings of another issuer", "source", e.From.Name, "fresh", fresh)
	}
	if e.lost.IsZero() || e.tells || now.Sub(e.lost) < deafAfter {
		return
	}
	err = d.Write(ctx, func(tx *db.Tx) error { return e.Warnings().deaf(ctx, tx, e.From, e.lost) })
	if e.tells = err == nil; err != nil {
		e.log.Error("warnings of another issuer", "source", e.From.Name, "error", err)
	}
}

// deaf tells those who issue that another issuer's warnings may be missed.
func (w *Warnings) deaf(ctx context.Context, tx *db.Tx, s Source, since time.Time) error {
	for _, h := range w.Hazards {
		for _, x := range h.Sources {
			if x == s {
				says := fmt.Sprintf("%s的预警订阅源自%s起读不到，请用电话等办法了解其预警，并检查网络", s.Name, clockWords(since))
				return w.note(ctx, tx, Note{Kind: NoteDeaf, Hazard: h, Says: says})
			}
		}
	}
	return nil
}

// wait reports whether the time went by before the end.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
