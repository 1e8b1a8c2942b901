// Package gateway says what goes out to people and their devices, and what comes back: one text to one address, what
// became of handing it over, what the far side says later, and what a person answers. The wire clients beside it (mas,
// cmpp, smpp, speaker, voice) speak these words and know nothing of warnings and of no database; package channel keeps
// what waits and decides what is tried again.
//
//	out := gw.Send(ctx, []gateway.Message{{ID: "7", To: "13800000000", Text: "…", Expires: until}})
//	out[0].State // accepted, refused, busy or unknown
//
// Two drivers need no far side: Files writes what would have gone out into a folder and is what a house begins with;
// Stub does as it is told, for tests and demonstrations.
package gateway

import (
	"context"
	"fmt"
	"time"
)

// Message is one text to one address by one channel.
type Message struct {
	ID      string // ours: the same whenever the same message is tried again, so that a far side can tell doubles
	To      string // a telephone number, the id of a device, a mail address
	Title   string // for channels that have one
	Text    string // as it is to be read or heard, signature and 【演练】 already in it
	Expires time.Time
	Level   int    // 1 特别重大 (red) … 4 一般 (blue), 0 unspecified
	Code    string // what a person answers with; "" wants no answer
	Drill   bool
	Siren   bool // loudspeakers only, as are Volume and Repeats
	Volume  int  // 0 to 100; 0 leaves the device as it is
	Repeats int  // 0 leaves it to the driver
}

// State is what became of a message, or what is heard of it later.
type State string

// What Send says.
const (
	Accepted State = "accepted" // the gateway has it; no more than that
	Refused  State = "refused"  // and will be whenever it is tried again here
	Busy     State = "busy"     // not taken now: flow control, no connection, not begun before the context ended
	Unknown  State = "unknown"  // may have gone: written, but not answered in time
)

// What a Receipt says.
const (
	Delivered State = "delivered"
	Failed    State = "failed"
)

// Outcome is what became of handing one message over.
type Outcome struct {
	State State
	// Ref is the gateway's name for an accepted message, the one that its receipts carry. A client that cuts a text in
	// parts answers for the whole: Ref is the first part's; Failed is passed on under it as soon as one part fails,
	// Delivered when none is outstanding.
	Ref string
	// Reason is why it was not accepted, in Chinese for the operator, with the far side's own code: “签名未报备（NoSignId）”.
	Reason string
}

// Gateway hands messages over. Send never panics, keeps to ctx, and gives exactly one outcome a message, in their
// order. It is called by several workers at once.
//
// The difference between Busy and Unknown is the one that matters: Busy promises that the far side has nothing of it,
// so it is tried again; when in doubt say Unknown.
type Gateway interface {
	Send(ctx context.Context, list []Message) []Outcome
}

// Receipt is what the far side says of a message later. It may come before Send has returned.
type Receipt struct {
	Ref, To string // To as the far side writes it, with or without +86; "" where the Ref alone tells
	State   State  // Delivered or Failed
	Reason  string
	At      time.Time
}

// Reply is what a person sends back: the text of an SMS, the key pressed during a call.
type Reply struct {
	ID         string // the far side's, by which one that comes twice is known; "" where it has none
	From, Text string
	Ref        string // of the message answered, where the channel tells
	At         time.Time
}

// Health is what a device says of itself, or its broker of it.
type Health struct {
	Device string
	Online bool
	Detail string // as the device said it
	At     time.Time
}

// Hear is where a client brings what the far side says. An error means that it was not kept: the client must not
// acknowledge it, so that it comes again. A nil function hears nothing.
type Hear struct {
	Receipts func(context.Context, []Receipt) error
	Replies  func(context.Context, []Reply) error
	Health   func(context.Context, []Health) error
}

// Receipt brings receipts, if anybody listens.
func (h Hear) Receipt(ctx context.Context, list ...Receipt) error {
	if h.Receipts == nil || len(list) == 0 {
		return nil
	}
	return h.Receipts(ctx, list)
}

// Reply brings replies, if anybody listens.
func (h Hear) Reply(ctx context.Context, list ...Reply) error {
	if h.Replies == nil || len(list) == 0 {
		return nil
	}
	return h.Replies(ctx, list)
}

// Device brings the health of devices, if anybody listens.
func (h Hear) Device(ctx context.Context, list ...Health) error {
	if h.Health == nil || len(list) == 0 {
		return nil
	}
	return h.Health(ctx, list)
}

// All gives n messages one and the same outcome.
func All(n int, state State, format string, args ...any) []Outcome {
	out := make([]Outcome, n)
	for i := range out {
		out[i] = Outcome{State: state, Reason: fmt.Sprintf(format, args...)}
	}
	return out
}
