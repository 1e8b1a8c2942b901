package channel

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		fmt.Println("error", child(dsn, os.Getenv(childPeer)))
		return
	}
	dbtest.Main(m)
}

var ctx = context.Background()

const county = "990101"

// story is a county with a clock and stubs for gateways: 短信甲 and 短信乙 for sms, neither of which tells doubles, and 喇叭 for speaker, which
// does. Every pass is made by an outbox of its own, as after a restart.
type story struct {
	*testing.T
	db      *db.DB
	clock   *dbtest.Clock
	stubs   map[string]*gateway.Stub
	answers map[string]func(gateway.Message) gateway.Outcome
	drivers func(name string, d *Driver) // changes the usual ones
	quiet   func(u Urgency, channel string, t time.Time) time.Time
	replied func(context.Context, *db.Tx, []Reply) error
	box     *Outbox // of this life; nil: the next pass makes a new one
	log     bytes.Buffer
	mu      sync.Mutex
}

func stories(t *testing.T, from string, tell func(s *story)) {
	t.Helper()
	clock := dbtest.At(from)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(from)
		s := &story{T: t, db: d, clock: clock, stubs: map[string]*gateway.Stub{}, answers: map[string]func(gateway.Message) gateway.Outcome{}}
		for _, name := range []string{"短信甲", "短信乙", "喇叭"} {
			s.stubs[name] = &gateway.Stub{Answer: func(m gateway.Message) gateway.Outcome {
				if a := s.answers[name]; a != nil {
					return a(m)
				}
				return gateway.Outcome{State: gateway.Accepted, Ref: name + m.ID}
			}}
		}
		tell(s)
		if strings.Contains(s.log.String(), "1380000") {
			t.Errorf("the log holds a number: %s", s.log.String())
		}
	})
}

func (s *story) outbox() *Outbox {
	if s.box != nil {
		return s.box
	}
	driver := func(name string, tells bool) Driver {
		d := Driver{Name: name, Gateway: s.stubs[name], TellsDoubles: tells}
		if s.drivers != nil {
			s.drivers(name, &d)
		}
		return d
	}
	s.box = &Outbox{DB: s.db, County: county, Quiet: s.quiet, Replied: s.replied, Log: slog.New(slog.NewTextHandler(s, nil)),
		Channels: []Channel{{"sms", []Driver{driver("短信甲", false), driver("短信乙", false)}}, {"speaker", []Driver{driver("喇叭", true)}}}}
	return s.box
}

// Write is the log.
func (s *story) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

// restart forgets what only the process knew.
func (s *story) restart() { s.box = nil }

// text is a message of a purpose by SMS to a number of one digit.
func (s *story) text(purpose string, n int) Message {
	return Message{Purpose: purpose, Channel: "sms", To: fmt.Sprintf("1380000000%d", n), Place: fmt.Sprintf("示例镇/示例%d村", n), Urgency: Warning,
		Text: "暴雨橙色预警。", Expires: s.clock.Now().Add(2 * time.Hour)}
}

func (s *story) put(list ...Message) (fresh int) {
	s.Helper()
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) { fresh, err = s.outbox().PutAll(ctx, tx, list); return err })
	if err != nil {
		s.Fatal(err)
	}
	return fresh
}

func (s *story) refused(kind Kind, list ...Message) {
	s.Helper()
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) { _, err = s.outbox().PutAll(ctx, tx, list); return err })
	if KindOf(err) != kind {
		s.Errorf("want a refusal of kind %d, got %v", kind, err)
	}
}

// pass makes a pass and gives what the gateways got, as “短信甲:13800000001”.
func (s *story) pass() string {
	s.Helper()
	for _, g := range s.stubs {
		g.Forget()
	}
	if _, err := s.outbox().Once(ctx, s.clock.Now()); err != nil {
		s.Fatal(err)
	}
	var got []string
	for _, name := range []string{"短信甲", "短信乙", "喇叭"} {
		for _, m := range s.stubs[name].Sent() {
			got = append(got, name+":"+strings.TrimPrefix(m.To, "1380000000"))
		}
	}
	return strings.Join(got, " ")
}

func (s *story) wantPass(want string) {
	s.Helper()
	if got := s.pass(); got != want {
		s.Errorf("the gateways got %q, want %q", got, want)
	}
}

func (s *story) messages(purpose string) (list []Sent) {
	s.Helper()
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = s.outbox().Messages(ctx, tx, Query{Purpose: purpose})
		return err
	}); err != nil {
		s.Fatal(err)
	}
	return list
}

// states wants each message of a purpose, in order, in these states.
func (s *story) states(purpose string, want ...State) {
	s.Helper()
	var got []State
	for _, m := range s.messages(purpose) {
		got = append(got, m.State)
	}
	if !slices.Equal(got, want) {
		s.Errorf("%s: %v, want %v", purpose, got, want)
	}
}

func (s *story) receive(name string, list ...gateway.Receipt) {
	s.Helper()
	channel := "sms"
	if name == "喇叭" {
		channel = "speaker"
	}
	if err := s.outbox().Hear(channel, name).Receipt(ctx, list...); err != nil {
		s.Fatal(err)
	}
}

func (s *story) withdraw(purpose string) (n int, untold []string) {
	s.Helper()
	if err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		n, untold, err = s.outbox().Withdraw(ctx, tx, purpose, "预警已解除")
		return err
	}); err != nil {
		s.Fatal(err)
	}
	return n, untold
}

func (s *story) sum(purpose string) Count {
	s.Helper()
	var list []Count
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = s.outbox().Tally(ctx, tx, purpose); return err }); err != nil {
		s.Fatal(err)
	}
	list = Sum(list, func(Count) (string, string) { return "", "" })
	if len(list) == 0 {
		return Count{}
	}
	return list[0]
}
