package channel

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhixing/db"
)

// Count is how far the messages of a purpose have come, of one channel in one place or of several together.
type Count struct {
	Channel, Place string

	Put       int // all of them
	Waiting   int // not gone yet, those in hand included
	Handed    int // a gateway has or had it
	In10      int // handed over within 10 seconds
	In60      int // within 60
	Delivered int // the far side says so
	Failed    int
	Unknown   int
	Expired   int
	Withdrawn int
}

func (c *Count) add(d Count) {
	for into, n := range map[*int]int{&c.Put: d.Put, &c.Waiting: d.Waiting, &c.Handed: d.Handed, &c.In10: d.In10, &c.In60: d.In60, &c.Delivered: d.Delivered,
		&c.Failed: d.Failed, &c.Unknown: d.Unknown, &c.Expired: d.Expired, &c.Withdrawn: d.Withdrawn} {
		*into += n
	}
}

// Tally counts what became of a purpose, by channel and place. Sum puts lines together.
func (o *Outbox) Tally(ctx context.Context, tx *db.Tx, purpose string) ([]Count, error) {
	list, err := tally(ctx, tx, o.County, purpose)
	return list, wrap("Tally", err)
}

// Sum puts together the lines that by gives the same words for; Channel and Place of each sum are those words.
//
//	channel.Sum(list, func(c channel.Count) (string, string) { return c.Channel, channel.Town(c.Place) })
func Sum(list []Count, by func(Count) (channel, place string)) []Count {
	type key struct{ channel, place string }
	sums := map[key]*Count{}
	for _, c := range list {
		ch, place := by(c)
		k := key{ch, place}
		if sums[k] == nil {
			sums[k] = &Count{Channel: ch, Place: place}
		}
		sums[k].add(c)
	}
	out := make([]Count, 0, len(sums))
	for _, c := range sums {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int {
		if c := strings.Compare(a.Channel, b.Channel); c != 0 {
			return c
		}
		return strings.Compare(a.Place, b.Place)
	})
	return out
}

// Town is the larger part of a place: 示例镇 of 示例镇/示例村.
func Town(place string) string {
	town, _, _ := strings.Cut(place, "/")
	return town
}

// Sent is a message with what became of it, for people who may see addresses.
type Sent struct {
	ID                             ID
	Purpose, Channel               string
	Key, Recipient                 string
	Address, Place                 string
	State                          State
	Gateway, Reason                string
	Tries                          int
	Made, Next, Handed, Done, Ends time.Time // Next: of those that wait
}

// Query asks for messages; what is empty asks nothing.
type Query struct {
	Purpose, Channel, Place string // Place with all that is in it
	State                   State
	After                   ID  // the last of the page before
	Limit                   int // 0: 100
}

// Messages gives messages in the order in which they were put.
func (o *Outbox) Messages(ctx context.Context, tx *db.Tx, q Query) ([]Sent, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	list, err := messages(ctx, tx, o.County, q)
	return list, wrap("Messages", err)
}
