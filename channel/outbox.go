package channel

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"zhixing/db"
	"zhixing/gateway"
	"zhixing/journal"
)

// Outbox is what goes out of one county. What it knows stands in the database: after a crash another one goes on, and several may
// run at once. Its fields are set before anything is put, sent or heard.
type Outbox struct {
	DB       *db.DB
	County   string
	Channels []Channel

	// Quiet is when a message may leave at the earliest: t itself, or the end of the quiet hours. nil: always.
	Quiet func(u Urgency, channel string, t time.Time) time.Time
	// Replied is told of what people send back, in the transaction that keeps it. nil: it is only kept.
	Replied func(ctx context.Context, tx *db.Tx, list []Reply) error
	// Arrived is told of what the far side says of messages in the end, in the transaction that keeps it. nil: nobody is.
	Arrived func(ctx context.Context, tx *db.Tx, list []Arrival) error

	Log *slog.Logger // nil: silent; no address is ever written

	once  sync.Once
	gates []*gate // of all channels
	texts texts
	ear   ear
}

// Channel is a way to people, with the gateways that serve it in the order in which they are tried.
type Channel struct {
	Name    string
	Drivers []Driver
}

// Driver is a gateway with what must be known of it.
type Driver struct {
	Name string
	gateway.Gateway

	// TellsDoubles says that the far side knows a message by its id and does nothing when it comes again. Then what may have gone
	// is sent again; otherwise never by itself.
	TellsDoubles bool

	// Again is after how long what the far side has not acknowledged is sent to it again, each time longer; 0: never. Only where it
	// TellsDoubles and says Delivered.
	Again time.Duration

	Rate    float64       // messages a second, 0: no limit
	Batch   int           // at most in one Send, 100; what a crash leaves unknown is no more than this for each worker
	Workers int           // that send at once, 1
	Timeout time.Duration // of one Send, 10 s
	Tries   int           // of one message, 30

	Run     func(ctx context.Context) error // keeps a connection, nil: none to keep; Run ends with ctx
	Handler http.Handler                    // what the far side calls, nil: it does not; see Outbox.Handler
}

func (d Driver) withDefaults() Driver {
	if d.Batch == 0 {
		d.Batch = 100
	}
	if d.Workers == 0 {
		d.Workers = 1
	}
	if d.Timeout == 0 {
		d.Timeout = 10 * time.Second
	}
	if d.Tries == 0 {
		d.Tries = 30
	}
	return d
}

func (o *Outbox) start() {
	o.once.Do(func() {
		for _, c := range o.Channels {
			all := make([]*gate, len(c.Drivers))
			for i, d := range c.Drivers {
				all[i] = &gate{Driver: d.withDefaults(), channel: c.Name, place: i, all: all, wake: make(chan struct{}, 1)}
			}
			o.gates = append(o.gates, all...)
		}
	})
}

func (o *Outbox) has(channel string) bool {
	return slices.ContainsFunc(o.Channels, func(c Channel) bool { return c.Name == channel && len(c.Drivers) > 0 })
}

// PutAll keeps messages, to be sent when the transaction is done; fresh is how many were not there already. What expires is put with
// its time: there is no message that may be sent for ever.
func (o *Outbox) PutAll(ctx context.Context, tx *db.Tx, list []Message) (fresh int, err error) {
	const op = "PutAll"
	now := tx.Now()
	p := put{o: o, tx: tx, purposes: map[string]*purpose{}, texts: map[said]int64{}, leaves: map[slot]int64{}}
	known := ""
	for i := range list {
		m := &list[i]
		if err := m.check(now); err != nil {
			return 0, err
		}
		if m.Channel != known && !o.has(m.Channel) {
			return 0, refuse(NotFound, op, "没有配置渠道“%s”。", m.Channel)
		}
		known = m.Channel
		if err := p.add(ctx, m); err != nil {
			return 0, wrap(op, err)
		}
	}
	fresh, err = p.store(ctx)
	return fresh, wrap(op, err)
}

// leaves is when a message may leave at the earliest.
func (o *Outbox) leaves(u Urgency, channel string, t time.Time) time.Time {
	if o.Quiet == nil {
		return t
	}
	if q := o.Quiet(u, channel, t); q.After(t) {
		return q
	}
	return t
}

// Withdraw takes back what has not gone yet of a purpose, as when the warning is cancelled or another version takes its place. What is
// being handed over may still go; what fails from now on is not tried again. n is how many were taken back, untold are those recipients
// to whom nothing has gone by any channel. What is put for the purpose afterwards goes.
func (o *Outbox) Withdraw(ctx context.Context, tx *db.Tx, purpose, why string) (n int, untold []string, err error) {
	n, untold, err = withdraw(ctx, tx, o.County, purpose, why)
	return n, untold, wrap("Withdraw", err)
}

// Resend has a message sent again that failed, expired unsent or is unknown: a person takes it on himself.
func (o *Outbox) Resend(ctx context.Context, tx *db.Tx, who string, id ID, expires time.Time) error {
	const op = "Resend"
	if !expires.After(tx.Now()) {
		return refuse(Invalid, op, "重发须写明失效时间，且不早于现在。")
	}
	state, withdrawn, err := stateOf(ctx, tx, o.County, id)
	switch {
	case err != nil:
		return wrap(op, err)
	case state == "":
		return refuse(NotFound, op, "没有编号为%s的信息。", id)
	case withdrawn:
		return refuse(Conflict, op, "这批信息已撤回，不能重发。")
	case state != Failed && state != Unknown && state != Expired:
		return refuse(Conflict, op, "这条信息%s，不需重发。", state.Chinese())
	}
	if err := revive(ctx, tx, o.County, id, expires); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, o.County, journal.Entry{Who: who, What: "channel.resend", Subject: fmt.Sprintf("channel/message/%s", id), Detail: "原状态：" + state.Chinese()})
	return wrap(op, err)
}

// ForgetNumbers takes telephone numbers and names out of what is over and was put before a day; what became of it stays, and is tallied
// as before. It does some thousands at a time: n is how many, and 0 says that no more are left.
func (o *Outbox) ForgetNumbers(ctx context.Context, tx *db.Tx, before time.Time) (n int, err error) {
	n, err = forgetNumbers(ctx, tx, o.County, before)
	return n, wrap("ForgetNumbers", err)
}

// Handler serves what gateways call: /NAME/… goes to the handler of the driver NAME, as /….
func (o *Outbox) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		for _, c := range o.Channels {
			for _, d := range c.Drivers {
				if d.Name == name && d.Handler != nil {
					http.StripPrefix("/"+name, d.Handler).ServeHTTP(w, r)
					return
				}
			}
		}
		http.NotFound(w, r)
	})
}

// Wake lets the workers look at once. It is called after the commit of what was put; a call too many does no harm.
func (o *Outbox) Wake() {
	o.start()
	for _, g := range o.gates {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

func (o *Outbox) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}
