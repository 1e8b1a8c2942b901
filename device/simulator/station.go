package simulator

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"time"

	"zhixing/device/hj212"
)

// maxStored is how many reports a station keeps while it is not heard; then the oldest goes.
const maxStored = 10_000

// station is one simulated device.
type station struct {
	opt     *Options
	c       *counts
	no      int
	mn      hj212.MN
	pw      string
	factors []named
	rnd     *rand.Rand

	waiting  []*sent // what is not acknowledged, in order
	inFlight int     // how many of them were sent on this connection
	lastQN   hj212.QN
	made     int // reports
	next     time.Time
	data     time.Time // of the next report
	off      bool      // told to stop real-time data
	settings settings
	skew     time.Duration // clock that the centre has set, minus the machine's
	out      []byte
}

// settings are what a centre can set.
type settings struct {
	timeout          time.Duration
	resends          int
	realtime, minute int
}

// sent is a frame that waits for its 9014.
type sent struct {
	qn       hj212.QN
	cn       hj212.CN
	at       time.Time
	bytes    []byte
	readings int
	sentAt   time.Time // zero: not on this connection
	tries    int
	counted  bool
	then     []byte // what is said when it is acknowledged: that an order is carried out
}

func newStation(opt *Options, c *counts, no int) *station {
	s := &station{opt: opt, c: c, no: no, mn: opt.MNs[no], pw: opt.PW, rnd: rand.New(rand.NewPCG(opt.Seed, uint64(no))),
		settings: settings{opt.Timeout, opt.Resends, 60, 10}}
	for _, code := range opt.Codes {
		s.factors = append(s.factors, newNamed(factorOf(code), opt.Edition))
	}
	return s
}

// play connects, and connects anew when the line breaks, until everything is done.
func (s *station) play(ctx context.Context) {
	s.next, s.data = time.Now(), s.opt.Start
	s.store()
	for pause := 50 * time.Millisecond; ctx.Err() == nil && !s.done(); pause = min(2*pause, 5*time.Second) {
		conn, err := s.opt.Dial(ctx)
		if err != nil {
			s.c.lastError.Store(err.Error())
			sleep(ctx, pause)
			continue
		}
		s.c.connected.Add(1)
		begun := time.Now()
		stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
		s.talk(ctx, conn)
		stop()
		conn.Close()
		if time.Since(begun) > time.Second {
			pause = 50 * time.Millisecond
		}
		if ctx.Err() == nil && !s.done() {
			sleep(ctx, pause)
		}
	}
	s.c.waiting.Add(uint64(len(s.waiting)))
}

// store puts the hour data of the hours before aside, as a station does that was cut off.
func (s *station) store() {
	last := s.data.Truncate(time.Hour)
	for h := s.opt.Backfill; h > 0; h-- {
		s.report(hj212.Hour, last.Add(-time.Duration(h)*time.Hour), true)
	}
}

func (s *station) done() bool {
	return s.opt.Frames > 0 && s.made >= s.opt.Frames && len(s.waiting) == 0
}

// talk is one connection, until it breaks or everything is done.
func (s *station) talk(ctx context.Context, conn net.Conn) {
	s.inFlight = 0
	for _, w := range s.waiting {
		w.sentAt, w.tries = time.Time{}, 0
	}
	p := hj212.NewParser(hj212.Options{})
	buf := make([]byte, 4096)
	for ctx.Err() == nil && !s.done() {
		now := time.Now()
		s.measureDue(now)
		wake, dead := s.send(now)
		if dead {
			return
		}
		if len(s.out) > 0 {
			if _, err := conn.Write(s.out); err != nil {
				return
			}
			s.out = s.out[:0]
		}
		conn.SetReadDeadline(wake)
		if ctx.Err() != nil {
			return
		}
		n, err := conn.Read(buf)
		if n > 0 {
			if p.Feed(buf[:n]) != nil {
				return
			}
			for f, ok := p.Next(); ok; f, ok = p.Next() {
				s.hear(&f, time.Now())
			}
			bad, more := p.Rejected()
			s.c.rejected.Add(uint64(len(bad) + more))
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// measureDue makes the reports whose time has come; a batch of them at a time.
func (s *station) measureDue(now time.Time) {
	if now.Before(s.next) {
		return
	}
	gap := time.Duration(float64(time.Second) / s.opt.Rate)
	for range s.opt.Batch {
		if s.opt.Frames > 0 && s.made >= s.opt.Frames {
			s.next = now.Add(time.Hour)
			return
		}
		if !s.off {
			s.report(s.opt.Kind, s.data, false)
		}
		s.made++
		s.data = s.data.Add(s.opt.Step)
		s.next = s.next.Add(gap)
	}
	if behind := now.Sub(s.next); behind > 5*time.Second { // a machine that is too slow does not catch up in one burst
		s.next = now
	}
}

// report makes the frames of a report and puts them behind what waits.
func (s *station) report(kind hj212.Kind, at time.Time, stored bool) {
	frames := s.frames(kind, at, stored)
	for i := range frames {
		f := &frames[i]
		f.QN = s.newQN()
		if len(s.waiting) >= maxStored && s.waiting[0].sentAt.IsZero() {
			s.waiting = s.waiting[1:]
		}
		s.waiting = append(s.waiting, &sent{qn: f.QN, cn: f.CN, at: at, bytes: f.Encode(), readings: readings(f)})
	}
}

func readings(f *hj212.Frame) int {
	return f.Items[len(f.Items)-1].Group
}

// newQN is a number of its own, a millisecond later than the last where the clock has not gone on.
func (s *station) newQN() hj212.QN {
	qn := hj212.NewQN(time.Now().Add(s.skew))
	if qn <= s.lastQN {
		last, _ := hj212.ParseTime(string(s.lastQN))
		qn = hj212.NewQN(last.Add(time.Millisecond))
	}
	s.lastQN = qn
	return qn
}

// send gathers what is to be written: what was never sent, as far as the window allows, and what was not answered. It
// gives the time to look again, and says that the line is dead after the last resend.
func (s *station) send(now time.Time) (wake time.Time, dead bool) {
	wake = s.next
	for i, w := range s.waiting {
		switch {
		case w.sentAt.IsZero():
			if s.inFlight >= s.opt.Window {
				return wake, false // those behind were not sent either
			}
			s.inFlight++
			if w.counted {
				s.c.resent.Add(1)
			} else {
				s.c.sent.Add(1)
				s.c.readings.Add(uint64(w.readings))
				w.counted = true
			}
		case now.Sub(w.sentAt) >= s.settings.timeout:
			if w.tries >= s.settings.resends {
				return wake, true
			}
			w.tries++
			s.c.resent.Add(1)
		default:
			if again := w.sentAt.Add(s.settings.timeout); again.Before(wake) {
				wake = again
			}
			if i >= s.opt.Window {
				return wake, false
			}
			continue
		}
		w.sentAt = now
		s.out = append(s.out, w.bytes...)
	}
	return wake, false
}

// hear takes a frame of the centre.
func (s *station) hear(f *hj212.Frame, now time.Time) {
	switch f.CN {
	case hj212.CNDataAnswer, hj212.CNNotifyAnswer:
		if s.opt.LoseAck > 0 && s.rnd.Float64() < s.opt.LoseAck {
			s.c.unheard.Add(1)
			return
		}
		s.acked(f.ExchangeQN(), now)
	case hj212.CNRequestAnswer:
		s.c.refused.Add(1)
	default:
		s.c.commands.Add(1)
		s.obey(f, now)
	}
}

func (s *station) acked(qn hj212.QN, now time.Time) {
	i := slices.IndexFunc(s.waiting, func(w *sent) bool { return w.qn == qn && !w.sentAt.IsZero() })
	if i < 0 {
		return // the second answer to a frame that was sent twice
	}
	w := s.waiting[i]
	s.waiting = slices.Delete(s.waiting, i, i+1)
	s.inFlight--
	s.out = append(s.out, w.then...)
	took := now.Sub(w.sentAt)
	s.c.ack(took)
	if s.opt.Acked != nil {
		s.opt.Acked(Ack{s.mn, w.cn, w.qn, w.at, took})
	}
}
