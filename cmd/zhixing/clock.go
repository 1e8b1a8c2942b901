package main

import (
	"sync"
	"time"
)

// clock is the time of the record. It is the machine's, but where a demonstration is shown: there it stands at what is
// being told, and then goes on from the day that was asked for as fast as the machine's.
type clock struct {
	mu        sync.Mutex
	at, since time.Time // zero at: the machine's time; zero since: it stands still
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.at.IsZero():
		return time.Now()
	case c.since.IsZero():
		return c.at
	}
	return c.at.Add(time.Since(c.since))
}

// hold lets it stand at a time.
func (c *clock) hold(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = t, time.Time{}
}

// goOn lets it go on from a time.
func (c *clock) goOn(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = t, time.Now()
}
