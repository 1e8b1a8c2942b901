package channel

import (
	"slices"
	"sync"
	"time"

	"zhixing/gateway"
)

// gate is a driver at work: its place among those of its channel, how fast it may go and how it fares. What it knows is its own
// process's; another one learns it anew.
type gate struct {
	Driver
	channel string
	place   int
	all     []*gate // of its channel, in the order in which they are tried
	wake    chan struct{}

	mu      sync.Mutex
	tokens  float64
	filled  time.Time
	trouble int       // Sends on end that came to nothing
	down    time.Time // not tried again before
}

// usable says whether the gateway may be tried.
func (g *gate) usable(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !now.Before(g.down)
}

// turns are the gates whose messages it takes: its own, those that are bound to it, and those of gateways before it that are out of
// order.
func (g *gate) turns(now time.Time) []int {
	list := []int{bound(g.place), g.place}
	for i := g.place - 1; i >= 0 && !g.all[i].usable(now); i-- {
		list = append(list, i)
	}
	return list
}

// last says that there is no other gateway after it.
func (g *gate) last() bool { return g.place == len(g.all)-1 }

// another says that some other gateway of the channel may be tried.
func (g *gate) another(now time.Time) bool {
	return slices.ContainsFunc(g.all, func(o *gate) bool { return o != g && o.usable(now) })
}

// bound is the gate of a message that a gateway may have, and no other knows whether it does.
func bound(place int) int { return -1 - place }

// take says how many messages may be sent now, and counts them as sent. After trouble it is one, to see.
func (g *gate) take(now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	most := g.Batch
	if g.trouble > 0 {
		most = 1
	}
	if g.Rate <= 0 {
		return most
	}
	room := max(g.Rate/2, 1)
	if g.filled.IsZero() {
		g.tokens = room
	} else if since := now.Sub(g.filled); since > 0 {
		g.tokens = min(room, g.tokens+since.Seconds()*g.Rate)
	}
	g.filled = now
	n := min(most, int(g.tokens))
	g.tokens -= float64(n)
	return n
}

// back takes back what was not sent after all.
func (g *gate) back(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Rate > 0 {
		g.tokens += float64(n)
	}
}

// fares learns from what became of a Send. A gateway that took nothing is left alone for a while.
func (g *gate) fares(out []gateway.Outcome, now time.Time) (sick bool) {
	answered := false
	for _, o := range out {
		answered = answered || o.State == gateway.Accepted || o.State == gateway.Refused
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if answered {
		g.trouble = 0
		return false
	}
	g.trouble++
	g.down = now.Add(pause(g.trouble, maxDown))
	return true
}

const (
	minPause = time.Second
	maxPause = time.Minute      // between tries of one message
	maxDown  = 15 * time.Second // between tries of one gateway
)

// pause is how long to wait after so many tries: 1, 2, 4 … seconds.
func pause(tries int, most time.Duration) time.Duration {
	if tries < 1 {
		tries = 1
	}
	if tries > 10 {
		return most
	}
	return min(minPause<<(tries-1), most)
}
