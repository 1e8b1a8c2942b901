// Package screen shows warnings on public displays (显示屏): any device with a browser, in a hall, at a gate, beside a road. A display asks
// every few seconds what it has to show, so it may stand behind any router, and says what stands on it: that is the receipt.
//
//	s, err := screen.New(screen.Config{County: "示例县", Secret: "…", Showing: showing, Now: db.Now}, hear)
//	go s.Run(ctx)
//	http.Handle("/gateways/screen/", http.StripPrefix("/gateways/screen", s.Handler()))
//	out := s.Send(ctx, messages) // To is the number of the display
//
// Whoever puts up a display opens the address on it once and types its number and the secret; from then on the browser proves itself by a
// cookie that is good for this number alone. Accepted says that the display will find the message when it asks; delivered, that it has shown it. A display
// whose line is cut goes on showing what it has until that expires; one that is off finds, when it comes back, what is still valid then.
package screen

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"zhixing/gateway"
)

// Config is what the displays of a house have in common.
type Config struct {
	County string // stands at the top of every display
	Secret string // that whoever puts up a display types once; 16 characters at least

	// Showing gives what a display has to show now: what was sent to it and has neither expired nor been taken back.
	Showing func(ctx context.Context, display string) ([]gateway.Message, error)

	Now func() time.Time
	Log *slog.Logger // nil: silent
}

// Screens is a gateway.
type Screens struct {
	Config
	hear gateway.Hear

	mu   sync.Mutex
	seen map[string]*display
}

// display is one of them, since this process began.
type display struct {
	asked time.Time       // last
	told  time.Time       // when its health was last passed on
	off   bool            // and said that it was off
	shown map[string]bool // ids whose receipts were kept
}

const (
	minSecret = 16
	silence   = 2 * time.Minute // after which a display is off
	heartbeat = 5 * time.Minute // between two that are passed on of a display that has nothing new to say
	maxShown  = 100             // ids in one word of a display
)

// New checks the configuration. What displays say goes to hear.
func New(c Config, hear gateway.Hear) (*Screens, error) {
	if len(c.Secret) < minSecret || c.Showing == nil || c.Now == nil {
		return nil, errors.New("screen.New: want a secret of at least 16 characters, what is to be shown, and a clock")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Screens{Config: c, hear: hear, seen: map[string]*display{}}, nil
}

// Send accepts: the displays come for it.
func (s *Screens) Send(_ context.Context, list []gateway.Message) []gateway.Outcome {
	out := make([]gateway.Outcome, len(list))
	for i, m := range list {
		out[i] = gateway.Outcome{State: gateway.Accepted, Ref: m.ID}
		if !valid(m.To) {
			out[i] = gateway.Outcome{State: gateway.Refused, Reason: "显示屏编号为空、过长或含不能用的字符"}
		}
	}
	return out
}

// valid reports whether a display can have the number: it stands in a cookie.
func valid(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// proof is what the browser of a display keeps.
func (s *Screens) proof(id string) string {
	h := hmac.New(sha256.New, []byte(s.Secret))
	h.Write([]byte("zhixing screen " + id))
	return hex.EncodeToString(h.Sum(nil))
}

// show is what a display has to show: what is real before drills, the gravest first, then the newest.
func (s *Screens) show(ctx context.Context, id string) ([]gateway.Message, error) {
	list, err := s.Showing(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	list = slices.DeleteFunc(list, func(m gateway.Message) bool { return !m.Expires.After(now) })
	rank := func(m gateway.Message) int {
		n := m.Level
		if n == 0 {
			n = 5
		}
		if m.Drill {
			n += 10
		}
		return n
	}
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b gateway.Message) int { return rank(a) - rank(b) })
	return list, nil
}

// asked notes that a display has asked, and passes on that it is there, now and then.
func (s *Screens) asked(ctx context.Context, id, detail string) error {
	now := s.Now()
	s.mu.Lock()
	d := s.seen[id]
	if d == nil {
		d = &display{shown: map[string]bool{}}
		s.seen[id] = d
	}
	d.asked = now
	due := d.off || now.Sub(d.told) >= heartbeat
	if due {
		d.told, d.off = now, false
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	err := s.hear.Device(ctx, gateway.Health{Device: id, Online: true, Detail: detail, At: now})
	if err != nil {
		s.mu.Lock()
		d.told = time.Time{}
		s.mu.Unlock()
	}
	return err
}

// shown passes on what stands on a display, each once.
func (s *Screens) shown(ctx context.Context, id string, ids []string) error {
	list, err := s.show(ctx, id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	d := s.seen[id]
	if d == nil {
		d = &display{shown: map[string]bool{}}
		s.seen[id] = d
	}
	var receipts []gateway.Receipt
	for _, m := range list {
		if slices.Contains(ids, m.ID) && !d.shown[m.ID] { // a display speaks for itself alone
			receipts = append(receipts, gateway.Receipt{Ref: m.ID, State: gateway.Delivered, At: s.Now()})
		}
	}
	s.mu.Unlock()
	if err := s.hear.Receipt(ctx, receipts...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range receipts {
		d.shown[r.Ref] = true
	}
	for ref := range d.shown { // what is over is forgotten
		if !slices.ContainsFunc(list, func(m gateway.Message) bool { return m.ID == ref }) {
			delete(d.shown, ref)
		}
	}
	return nil
}

// Run says of displays that they are off, until ctx ends.
func (s *Screens) Run(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("screen: that displays are off was not kept", "error", err)
		}
	}
}

// look finds the displays that have been silent for too long.
func (s *Screens) look(ctx context.Context) error {
	var list []gateway.Health
	s.mu.Lock()
	for id, d := range s.seen {
		if !d.off && s.Now().Sub(d.asked) > silence {
			d.off = true
			list = append(list, gateway.Health{Device: id, Detail: "没有来取信息", At: d.asked.Add(silence)})
		}
	}
	s.mu.Unlock()
	err := s.hear.Device(ctx, list...)
	if err != nil {
		s.mu.Lock()
		for _, h := range list {
			s.seen[h.Device].off = false
		}
		s.mu.Unlock()
	}
	return err
}
