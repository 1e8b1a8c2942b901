package device

import (
	"slices"
	"sync"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
)

// counted is what happened to a device since it was last stored.
type counted struct {
	device                                         ID
	seen, connected                                int64 // microseconds
	address                                        string
	edition                                        hj212.Edition
	offset                                         time.Duration
	frames, readings, resent, rejected, incomplete int64
	changed                                        bool
	offsets                                        []time.Duration // of the newest frames
	clockSet                                       time.Time
	newest                                         hj212.QN
}

// states counts in memory what is stored every few seconds: a device that sends twice a second must not cost a row each time.
type states struct {
	mu        sync.Mutex
	byID      map[ID]*counted
	strangers map[strangerKey]*Stranger
	turned    int64 // connections that were over a limit
}

type strangerKey struct {
	mn  hj212.MN
	why string
}

func (s *states) with(id ID, do func(*counted)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byID[id]
	if c == nil {
		c = &counted{device: id}
		s.byID[id] = c
	}
	c.changed = true
	do(c)
}

// maxNoted bounds the strangers of one interval, so that a flood of invented numbers takes no memory.
const maxNoted = 200

func (s *states) stranger(f *hj212.Frame, why, address string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strangerKey{hj212.MN(clip(string(f.MN), 40)), why}
	x := s.strangers[key]
	if x == nil {
		if len(s.strangers) >= maxNoted {
			return
		}
		x = &Stranger{MN: key.mn, Why: why, First: now}
		s.strangers[key] = x
	}
	x.Address, x.Frame, x.Last = address, clip(f.Segment, maxText), now
	x.Frames++
}

// offsetsKept is of how many frames the clock's offset is taken. The one that was least delayed on its way is right.
const offsetsKept = 10

// heard notes a frame. The number of a real-time frame is the device's own time; one that comes again says nothing of the clock.
func (c *counted) heard(f *hj212.Frame, now time.Time) {
	c.seen = db.Micros(now)
	c.frames++
	c.edition = f.Flag.Edition()
	if f.Resent {
		c.resent++
		return
	}
	if f.CN != hj212.CNRealtime || f.QN <= c.newest {
		return
	}
	t, ok := hj212.ParseTime(string(f.QN))
	if !ok {
		return
	}
	c.newest = f.QN
	if len(c.offsets) == offsetsKept {
		c.offsets = slices.Delete(c.offsets, 0, 1)
	}
	c.offsets = append(c.offsets, t.Sub(now))
	c.offset = slices.Max(c.offsets)
}

// take gives what is to be stored and begins to count anew.
func (s *states) take() (list []counted, strangers []Stranger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.byID {
		if !c.changed {
			continue
		}
		out := *c
		out.offsets = nil
		list = append(list, out)
		c.frames, c.readings, c.resent, c.rejected, c.incomplete, c.changed = 0, 0, 0, 0, 0, false
	}
	slices.SortFunc(list, func(a, b counted) int { return int(a.device - b.device) })
	for _, x := range s.strangers {
		strangers = append(strangers, *x)
	}
	clear(s.strangers)
	return list, strangers
}
