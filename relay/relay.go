// Package relay sends what a document orders to be shared with an upper platform (联网): new readings of some series, changed
// entries of some registers, each exactly as it was recorded, in order, until the platform has said that it has them.
//
//	r := &relay.Relay{County: "990101", Sends: sends, Destinations: map[string]relay.Destination{"某市平台": {URL: "https://…"}}}
//	observations.Recorded = … r.Recorded(ctx, tx, readings) // queued in the transaction of the reading itself
//	n, err := r.Carry(ctx, d)                                // packs, posts, keeps the receipt
//
// A batch is one POST of JSON (Parcel) with the header Idempotency-Key, the same at each try. An answer of 200 to 299 is the
// receipt: its field receipt, or the status. Any other answer, or none, is tried again after growing pauses without end; what
// comes later waits, so that the platform sees the order. A person may drop a batch that the platform will never take, with the
// reason. Where a destination is not configured, what is to go there waits and the page says so.
package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
)

// Send is one thing that goes to one platform.
type Send struct {
	ID         string // one in the county
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Series     []observation.SeriesName
	Registers  []register.Name
	To         string // name of the platform; its address is the operator's to give
	File       string
	LineNo     int
}

// Destination is where a platform is reached.
type Destination struct {
	URL   string
	Token string // sent as Bearer; a secret
}

// Relay is the sends of a county. It is safe for use by many goroutines.
type Relay struct {
	County       string
	Sends        []*Send
	Destinations map[string]Destination
}

// Find is the send with this id.
func (r *Relay) Find(id string) (*Send, bool) {
	i := slices.IndexFunc(r.Sends, func(s *Send) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return r.Sends[i], true
}

// Item is one thing in a parcel.
type Item struct {
	N       int64           `json:"n"`       // counts in the send, without a gap
	Subject string          `json:"subject"` // outlet-cod/P1, outlets/P1
	At      string          `json:"at"`      // RFC 3339, UTC+8: of the reading, or when the entry was written
	Body    json.RawMessage `json:"body"`    // Reading or Entry
}

// Reading is the body of a reading.
type Reading struct {
	Value string `json:"value,omitempty"` // with its digits; 0.0003L below detection; left out: missing at source
	Unit  string `json:"unit"`
	Flag  string `json:"flag"` // of HJ 212 and ours
	Again bool   `json:"again,omitempty"`
}

// Entry is the body of an entry.
type Entry struct {
	Deed   string            `json:"deed"`
	State  string            `json:"state"`
	Holds  string            `json:"holds"`
	Fields map[string]string `json:"fields"` // without private ones
	Gone   bool              `json:"gone,omitempty"`
}

// Recorded queues readings. It is to be called in their transaction.
func (r *Relay) Recorded(ctx context.Context, tx *db.Tx, readings []observation.Reading, unit func(observation.SeriesName) string) error {
	for _, s := range r.Sends {
		if len(s.Series) == 0 {
			continue
		}
		var items []Item
		for _, x := range readings {
			if !slices.Contains(s.Series, x.Name) {
				continue
			}
			b := Reading{Unit: unit(x.Name), Flag: x.Flag.Code(), Again: x.Version > 1}
			if !x.Empty {
				b.Value = x.Sample.String()
			}
			items = append(items, item(string(x.Name)+"/"+x.Key, x.At, b))
		}
		if err := putItems(ctx, tx, r.County, s.ID, items); err != nil {
			return fmt.Errorf("relay.Recorded: %s: %w", s.ID, err)
		}
	}
	return nil
}

// Changed queues a changed entry. It is to be called in the transaction of the change. Private fields do not leave.
func (r *Relay) Changed(ctx context.Context, tx *db.Tx, c register.Change) error {
	for _, s := range r.Sends {
		if !slices.Contains(s.Registers, c.Schema.Name) {
			continue
		}
		b := Entry{Deed: string(c.Record.What), State: c.After.State, Holds: c.Record.Holds.String(), Fields: map[string]string{}, Gone: c.After.Removed()}
		for i := range c.Schema.Fields {
			if f := &c.Schema.Fields[i]; !f.Hidden() && c.After.Values[f.Name] != "" {
				b.Fields[f.Name] = c.After.Values[f.Name]
			}
		}
		if err := putItems(ctx, tx, r.County, s.ID, []Item{item(c.After.Address(), c.Record.At, b)}); err != nil {
			return fmt.Errorf("relay.Changed: %s: %w", s.ID, err)
		}
	}
	return nil
}

func item(subject string, at time.Time, body any) Item {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts and booleans only
	}
	return Item{Subject: subject, At: at.In(calendar.Zone).Format(time.RFC3339), Body: b}
}

// BatchState says how far a batch is.
type BatchState string

// The states.
const (
	Open    BatchState = "open"
	Sent    BatchState = "sent"
	Dropped BatchState = "dropped"
)

var batchChinese = map[BatchState]string{Open: "待送达", Sent: "已送达", Dropped: "不再送"}

// Chinese is what pages call the state.
func (s BatchState) Chinese() string { return batchChinese[s] }

// Batch is what went, or is to go, in one request.
type Batch struct {
	Send        string
	ID          int64
	First, Last int64 // of the items
	State       BatchState
	Hash        string // SHA-256 of the body that was posted, hexadecimal
	Made, Next  time.Time
	Tries       int
	Done        time.Time
	Receipt     string // what the platform said when it took it
	Reason      string // why the last try failed, or why it was dropped
}

// Items is how many things the batch holds.
func (b Batch) Items() int64 { return b.Last - b.First + 1 }

// Standing is how a send stands.
type Standing struct {
	*Send
	Configured bool      // the operator has given the platform's address
	Waiting    int64     // things that have no receipt yet
	Oldest     time.Time // when the oldest of them was recorded
	Delivered  int64
	Last       *Batch // newest with a receipt
	Open       *Batch // under way
}

// Standings are all sends of the county as they stand.
func (r *Relay) Standings(ctx context.Context, tx *db.Tx) ([]Standing, error) {
	var out []Standing
	for _, s := range r.Sends {
		st, err := standing(ctx, tx, r.County, s.ID)
		if err != nil {
			return nil, fmt.Errorf("relay.Standings: %w", err)
		}
		st.Send = s
		_, st.Configured = r.Destinations[s.To]
		out = append(out, st)
	}
	return out, nil
}

// Batches are the newest batches of a send, at most limit, older than before where it is not 0.
func (r *Relay) Batches(ctx context.Context, tx *db.Tx, send string, before int64, limit int) ([]Batch, error) {
	return batches(ctx, tx, r.County, send, before, min(max(limit, 1), 200))
}

// ItemsOf says how many readings or entries of a subject were queued, and how many of them have a receipt.
func (r *Relay) ItemsOf(ctx context.Context, tx *db.Tx, send, subject string) (queued, delivered int64, err error) {
	return countItems(ctx, tx, r.County, send, subject)
}

// Drop gives a batch up that the platform will never take. The reason is kept.
func (r *Relay) Drop(ctx context.Context, tx *db.Tx, by, send string, batch int64, why string) error {
	s, ok := r.Find(send)
	switch {
	case !ok:
		return &Error{"没有这一项联网。"}
	case why == "":
		return &Error{"请写明为什么不再送。"}
	}
	done, err := dropBatch(ctx, tx, r.County, send, batch, why)
	if err != nil {
		return fmt.Errorf("relay.Drop: %w", err)
	}
	if !done {
		return &Error{"这一批已经送达，或者已经决定不再送。"}
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: by, What: "relay.drop", Subject: fmt.Sprintf("sends/%s/%d", send, batch), Basis: s.Basis.String(), Detail: why})
	return err
}

// Deeds are the journal's words of this package in Chinese.
var Deeds = map[string]string{"relay.drop": "不再送达"}

// Error is a refusal, with a sentence for people.
type Error struct{ Sentence string }

func (e *Error) Error() string { return e.Sentence }
