// Package speaker drives loudspeakers in villages over MQTT (大喇叭, 4G 音柱). It is for speakers that a county or a village bought; those of
// the official emergency broadcast are driven by the media centre's platform, which wants signed commands (decision 39).
//
//	s, err := speaker.New(speaker.Config{
//		Broker:  "ssl://mqtt.example.cn:8883",
//		Command: "speaker/{id}/cmd", Ack: "speaker/{id}/ack", Status: "speaker/{id}/status",
//		Body:    `{"cmd": "play", "seq": "{seq}", "tts": "{text}", "volume": "{volume}", "until": "{expires}"}`,
//	}, hear)
//	go s.Run(ctx)
//	out := s.Send(ctx, messages) // To is the device's id
//
// A command is sent with QoS 1 and never retained: a retained one would be played after each power cut. It carries seq, the message's own
// id, by which a device does nothing when it comes again, and expires, after which a device that was off plays it no more. Accepted is
// what the broker has taken; delivered is what the device has acknowledged:
//
//	speaker/d1/ack     {"seq": "7", "result": "ok"}
//	speaker/d1/status  {"state": "online", "volume": 60}, or the last will: offline
package speaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"zhixing/gateway"
	"zhixing/gateway/speech"
)

// Config is a broker and how its devices are spoken to.
type Config struct {
	Broker         string // tcp://127.0.0.1:1883, ssl://…
	User, Password string
	ClientID       string // empty: zhixing-speaker; two with one name throw each other out

	Command, Body string // templates; see template.go
	Ack, Status   string // templates of topics; empty: the devices have none

	// What an acknowledgement says: the key of the seq (seq) and of the result (result), and the results that mean played (ok, 0, done,
	// finished, success; none at all means it too) and failed (error, fail, failed, expired). Others are on the way.
	AckSeq, AckResult string
	Played, Failed    []string

	Offline []string // what a status says of a device that is off: offline

	Verbatim bool // the text as it is, for devices that prepare it themselves; otherwise speech.Of
	MaxBytes int  // of a command, 4096: modems have small buffers

	Now func() time.Time // stamps what is heard
	Log *slog.Logger     // nil: silent
}

// Speakers is a gateway.
type Speakers struct {
	Config
	command, ack, status topic
	body                 body
	hear                 gateway.Hear

	mu     sync.Mutex
	client mqtt.Client   // nil: not connected
	lost   chan struct{} // closed when the connection of client is
	seen   map[string]gateway.Health
}

// New checks the templates. What devices say goes to hear.
func New(c Config, hear gateway.Hear) (*Speakers, error) {
	defaults(&c.ClientID, "zhixing-speaker")
	defaults(&c.AckSeq, "seq")
	defaults(&c.AckResult, "result")
	if c.Played == nil {
		c.Played = []string{"", "ok", "0", "done", "finished", "success"}
	}
	if c.Failed == nil {
		c.Failed = []string{"error", "fail", "failed", "expired"}
	}
	if c.Offline == nil {
		c.Offline = []string{"offline"}
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 4096
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Speakers{Config: c, hear: hear, seen: map[string]gateway.Health{}}
	var errs [4]error
	s.command, errs[0] = parseTopic(c.Command)
	s.body, errs[1] = parseBody(c.Body)
	if c.Ack != "" {
		s.ack, errs[2] = parseTopic(c.Ack)
	}
	if c.Status != "" {
		s.status, errs[3] = parseTopic(c.Status)
	}
	if c.Broker == "" || c.Now == nil {
		return nil, errors.New("speaker.New: want a broker and a clock")
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("speaker.New: %w", err)
	}
	return s, nil
}

func defaults(s *string, v string) {
	if *s == "" {
		*s = v
	}
}

// Send publishes the commands and waits until the broker has them.
func (s *Speakers) Send(ctx context.Context, list []gateway.Message) []gateway.Outcome {
	s.mu.Lock()
	client, lost := s.client, s.lost
	s.mu.Unlock()
	if client == nil || !client.IsConnectionOpen() {
		return gateway.All(len(list), gateway.Busy, "未连上消息服务器")
	}
	out := make([]gateway.Outcome, len(list))
	payloads := make([][]byte, len(list))
	for i, m := range list {
		p, err := s.payload(m)
		if err != nil {
			out[i] = gateway.Outcome{State: gateway.Refused, Reason: err.Error()}
			continue
		}
		payloads[i] = p
	}
	// Beside us, as Publish waits for a connection that has just been lost and cannot be told not to.
	tokens := make([]chan mqtt.Token, len(list))
	for i := range list {
		tokens[i] = make(chan mqtt.Token, 1)
	}
	go func() {
		for i, p := range payloads {
			if p != nil && ctx.Err() == nil && !closed(lost) {
				tokens[i] <- client.Publish(s.command.of(list[i].To), 1, false, p)
			}
			close(tokens[i])
		}
	}()
	for i, p := range payloads {
		if p != nil {
			out[i] = settle(ctx, tokens[i], lost)
			out[i].Ref = list[i].ID // what the device answers with, whether or not we heard the broker
		}
	}
	return out
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// settle waits for the broker's word. What was given to the connection and not answered may have gone.
func settle(ctx context.Context, published <-chan mqtt.Token, lost <-chan struct{}) gateway.Outcome {
	unknown := gateway.Outcome{State: gateway.Unknown, Reason: "消息服务器未确认"}
	var t mqtt.Token
	select {
	case t = <-published:
	case <-lost:
		return unknown
	case <-ctx.Done():
		return unknown
	}
	if t == nil {
		return gateway.Outcome{State: gateway.Busy, Reason: "未及送出"}
	}
	select {
	case <-t.Done():
	case <-lost:
	case <-ctx.Done():
	}
	if !closed(t.Done()) {
		return unknown
	}
	switch err := t.Error(); {
	case err == nil:
		return gateway.Outcome{State: gateway.Accepted}
	case errors.Is(err, mqtt.ErrNotConnected):
		return gateway.Outcome{State: gateway.Busy, Reason: "未连上消息服务器"}
	default:
		unknown.Reason += "：" + err.Error()
		return unknown
	}
}

// payload is the command for one device.
func (s *Speakers) payload(m gateway.Message) ([]byte, error) {
	if err := checkID(m.To); err != nil {
		return nil, err
	}
	text := m.Text
	if !s.Verbatim {
		text = speech.Of(text)
	}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("没有可播的文字")
	}
	values := map[string]any{"id": m.To, "seq": m.ID, "text": text, "title": m.Title, "level": m.Level, "siren": m.Siren, "drill": m.Drill,
		"expires": m.Expires.Unix(), "code": m.Code, "volume": nil, "repeats": nil}
	if m.Volume > 0 {
		values["volume"] = m.Volume
	}
	if m.Repeats > 0 {
		values["repeats"] = m.Repeats
	}
	b, err := s.body.fill(values)
	if err == nil && len(b) > s.MaxBytes {
		err = fmt.Errorf("指令%d字节，设备只收%d字节", len(b), s.MaxBytes)
	}
	return b, err
}
