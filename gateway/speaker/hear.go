package speaker

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/gateway"
)

const (
	wait      = 10 * time.Second // for the broker's answers
	firstRest = 500 * time.Millisecond
	lastRest  = 30 * time.Second
	again     = time.Second     // when what was heard could not be kept
	heartbeat = 5 * time.Minute // between two that are kept of a device that has nothing new to say
)

// Run keeps the connection until ctx ends. Each connection is a client of its own, so that nothing is sent again behind our back: what an
// old connection had in hand, Send has said to be unknown. The broker keeps acknowledgements while we are away, for the name stays.
func (s *Speakers) Run(ctx context.Context) error {
	rest := firstRest
	for ctx.Err() == nil {
		began := time.Now()
		if err := s.connect(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("speaker: no connection", "broker", s.Broker, "error", err)
		}
		if time.Since(began) > lastRest {
			rest = firstRest
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
		rest = min(2*rest, lastRest)
	}
	return nil
}

// connect connects, and returns when the connection is lost or ctx ends.
func (s *Speakers) connect(ctx context.Context) error {
	lost := make(chan struct{})
	opts := mqtt.NewClientOptions().AddBroker(s.Broker).SetClientID(s.ClientID).SetUsername(s.User).SetPassword(s.Password).
		SetCleanSession(false).SetAutoAckDisabled(true).SetOrderMatters(true).SetAutoReconnect(false).SetConnectTimeout(wait).SetWriteTimeout(wait)
	opts.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		s.Log.Warn("speaker: connection lost", "broker", s.Broker, "error", err)
		close(lost)
	})
	take := func(_ mqtt.Client, m mqtt.Message) { s.message(ctx, m, lost) }
	opts.SetDefaultPublishHandler(take) // what the broker kept comes before we have subscribed again
	client := mqtt.NewClient(opts)
	if err := done(client.Connect()); err != nil {
		return err
	}
	defer client.Disconnect(250)
	for _, t := range []topic{s.ack, s.status} {
		if t.levels == nil {
			continue
		}
		if err := done(client.Subscribe(t.all(), 1, take)); err != nil {
			return fmt.Errorf("subscribing to %s: %w", t.all(), err)
		}
	}
	s.Log.Info("speaker: connected", "broker", s.Broker)
	s.mu.Lock()
	s.client, s.lost = client, lost
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.client = nil
	}()
	select {
	case <-ctx.Done():
	case <-lost:
	}
	return nil
}

func done(t mqtt.Token) error {
	if !t.WaitTimeout(wait) {
		return fmt.Errorf("no answer in %v", wait)
	}
	return t.Error()
}

// message takes what a device said. It is acknowledged to the broker when it is kept.
func (s *Speakers) message(ctx context.Context, m mqtt.Message, lost <-chan struct{}) {
	keep := s.understand(ctx, m)
	for keep != nil {
		err := keep()
		if err == nil {
			break
		}
		s.Log.Error("speaker: what a device said was not kept", "topic", m.Topic(), "error", err)
		select {
		case <-ctx.Done():
			return // not acknowledged: the broker gives it again
		case <-lost:
			return
		case <-time.After(again):
		}
	}
	m.Ack()
}

// understand says what is to be kept of a message; nil: nothing.
func (s *Speakers) understand(ctx context.Context, m mqtt.Message) (keep func() error) {
	if s.ack.levels != nil {
		if id := s.ack.device(m.Topic()); id != "" {
			if r, ok := s.receipt(id, m.Payload()); ok {
				return func() error { return s.hear.Receipt(ctx, r) }
			}
			return nil
		}
	}
	if s.status.levels == nil {
		return nil
	}
	if id := s.status.device(m.Topic()); id != "" {
		h := s.health(id, m.Payload())
		if s.known(h) {
			return nil
		}
		return func() error {
			err := s.hear.Device(ctx, h)
			if err == nil {
				s.remember(h)
			}
			return err
		}
	}
	return nil
}

const maxDetail = 200 // bytes kept of what a device says

// receipt reads an acknowledgement.
func (s *Speakers) receipt(id string, payload []byte) (r gateway.Receipt, ok bool) {
	var said map[string]any
	dec := json.NewDecoder(strings.NewReader(string(payload)))
	dec.UseNumber()
	if err := dec.Decode(&said); err != nil {
		s.Log.Warn("speaker: an acknowledgement was not read", "device", id, "bytes", len(payload))
		return r, false
	}
	word := func(key string) string {
		if v, ok := said[key]; ok && v != nil {
			return fmt.Sprint(v)
		}
		return ""
	}
	r = gateway.Receipt{Ref: word(s.AckSeq), To: id, At: s.Now()}
	result := strings.ToLower(word(s.AckResult))
	switch {
	case r.Ref == "":
		return r, false
	case slices.Contains(s.Played, result):
		r.State = gateway.Delivered
	case slices.Contains(s.Failed, result):
		r.State, r.Reason = gateway.Failed, short(payload)
	default:
		return r, false // on its way
	}
	return r, true
}

// health reads a status: JSON of any kind, or a word.
func (s *Speakers) health(id string, payload []byte) gateway.Health {
	h := gateway.Health{Device: id, Online: true, Detail: short(payload), At: s.Now()}
	off := func(v any) bool { return slices.Contains(s.Offline, strings.ToLower(fmt.Sprint(v))) }
	var said any
	if json.Unmarshal(payload, &said) != nil {
		h.Online = !off(strings.TrimSpace(string(payload)))
		return h
	}
	if m, ok := said.(map[string]any); ok {
		for _, v := range m {
			h.Online = h.Online && !off(v)
		}
		return h
	}
	h.Online = !off(said)
	return h
}

func short(b []byte) string {
	s := strings.ToValidUTF8(string(b[:min(len(b), maxDetail)]), "")
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// known says that a device has said the same lately.
func (s *Speakers) known(h gateway.Health) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.seen[h.Device]
	return ok && last.Online == h.Online && h.At.Sub(last.At) < heartbeat
}

func (s *Speakers) remember(h gateway.Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) > 100_000 { // of ids that devices made up
		s.seen = map[string]gateway.Health{}
	}
	s.seen[h.Device] = h
}
