package hj212

import (
	"crypto/subtle"
	"time"
)

// Timers are how long a centre waits for a device. The standard gives 10 seconds and three resends (table 1); how long a
// device may take to carry a command out it does not say.
type Timers struct {
	Answer  time.Duration // for 9011 or 9013, 10 s where 0
	Resends int           // with the same QN before the link counts as dead, 3 where 0
	Execute time.Duration // for 9012 since the last sign of life of the exchange, five minutes where 0
}

// Session is the state of one connection: which exchanges the centre has begun with its devices. It does no I/O and asks
// no clock: Receive what came, write what Due gives, call again at Deadline.
//
// A command waits until the one before it to the same device is over.
type Session struct {
	timers  Timers
	lookup  func(MN) (Address, bool)
	waiting []queued
	open    map[MN]*Exchange
	last    QN
}

type queued struct {
	ID  int64
	to  Address
	cmd Command
}

// Exchange is one command on its way.
type Exchange struct {
	ID      int64 // the caller's own name for it
	MN      MN
	CN      CN
	QN      QN
	State   ExchangeState
	QnRtn   QnRtn  // of 9011
	ExeRtn  ExeRtn // of 9012
	Frames  int    // data frames that came for it
	Reply   []Item // what a question was answered with
	Resends int
	Sent    time.Time // last

	out      []byte
	cmd      Command
	deadline time.Time
}

// ExchangeState is how far an exchange is.
type ExchangeState string

const (
	Sent     ExchangeState = "sent"     // waiting for 9011 or 9013
	Working  ExchangeState = "working"  // 9011 said yes
	Finished ExchangeState = "finished" // 9012 came, or 9013
	Denied   ExchangeState = "denied"   // 9011 said no
	Silent   ExchangeState = "silent"   // no answer after all resends: the link is dead
	Stuck    ExchangeState = "stuck"    // accepted, and never finished
)

// Over says that nothing more will happen.
func (s ExchangeState) Over() bool { return s != Sent && s != Working }

// NewSession is a session for a new connection. lookup tells what the registry says of a device; where it is nil every
// device is welcome.
func NewSession(timers Timers, lookup func(MN) (Address, bool)) *Session {
	if timers.Answer <= 0 {
		timers.Answer = 10 * time.Second
	}
	if timers.Resends <= 0 {
		timers.Resends = 3
	}
	if timers.Execute <= 0 {
		timers.Execute = 5 * time.Minute
	}
	return &Session{timers: timers, lookup: lookup, open: map[MN]*Exchange{}}
}

// Event is what a frame is to the centre.
type Event struct {
	Act Act
	// Answer is to be sent at once where Act is not Store, and else only when the data are durable; nil where nothing is
	// to be answered.
	Answer []byte
	// Exchange is a copy of the exchange that the frame belongs to, as it now stands; nil where there is none.
	Exchange *Exchange
	Why      QnRtn // of Refused: WrongPassword or WrongMN
}

// Act is what to do with a frame.
type Act uint8

const (
	Nothing  Act = iota // an answer, a heartbeat
	Store               // keep the data, then answer
	TellTime            // the device wants its clock set: queue SetTime
	Deny                // not a device that is known: keep nothing
)

// Receive takes a frame in. Several devices may speak over one connection.
func (s *Session) Receive(f *Frame, now time.Time) Event {
	if why, ok := s.welcome(f); !ok {
		return Event{Act: Deny, Why: why, Answer: encoded(Refuse(f, why))}
	}
	ev := Event{Act: Nothing, Exchange: s.advance(f, now), Answer: encoded(Answer(f))}
	switch f.CN {
	case CNTimeWanted:
		ev.Act = TellTime
	case CNRequestAnswer, CNResult, CNNotifyAnswer, CNDataAnswer, CNHeartbeat, CNLoginHeartbeat:
	default:
		ev.Act = Store
	}
	return ev
}

func encoded(f Frame, ok bool) []byte {
	if !ok {
		return nil
	}
	return f.Encode()
}

// welcome checks device number and password. Some devices send no password with their answers; data without one are not taken.
func (s *Session) welcome(f *Frame) (QnRtn, bool) {
	if s.lookup == nil {
		return 0, true
	}
	known, ok := s.lookup(f.MN)
	switch {
	case !ok:
		return WrongMN, false
	case known.PW != "" && subtle.ConstantTimeCompare([]byte(known.PW), []byte(f.PW)) == 0:
		if f.ST == STInteraction && !f.Has(FieldPW) {
			return 0, true
		}
		return WrongPassword, false
	}
	return 0, true
}

// advance moves the exchange on that the frame belongs to and returns a copy.
func (s *Session) advance(f *Frame, now time.Time) *Exchange {
	x := s.open[f.MN]
	if x == nil {
		return nil
	}
	mine := f.ExchangeQN() == x.QN
	switch {
	case f.CN == CNRequestAnswer && mine:
		v, _ := f.Value("QnRtn")
		x.QnRtn = QnRtn(number(v))
		switch {
		case x.QnRtn != Accepted:
			x.State = Denied
		case x.cmd.Switch:
			x.State = Finished
		default:
			s.works(x, now)
		}
	case f.CN == CNResult && mine:
		v, _ := f.Value("ExeRtn")
		x.ExeRtn, x.State = ExeRtn(number(v)), Finished
	case f.CN == CNNotifyAnswer && mine:
		x.State = Finished
	case f.CN == x.CN && !x.cmd.Notify && (mine || x.State == Working): // history may come under numbers of its own
		x.Frames++
		if mine && x.Reply == nil {
			x.Reply = f.Items
		}
		s.works(x, now)
	default:
		return nil
	}
	if x.State.Over() {
		delete(s.open, x.MN)
	}
	return x.copy()
}

// works notes a sign of life: data may overtake the 9011.
func (s *Session) works(x *Exchange, now time.Time) {
	x.State, x.deadline = Working, now.Add(s.timers.Execute)
}

func (x *Exchange) copy() *Exchange {
	c := *x
	return &c
}

// Queue has a command sent as soon as the device is free; id is the caller's name for it.
func (s *Session) Queue(id int64, to Address, cmd Command) {
	s.waiting = append(s.waiting, queued{id, to, cmd})
}

// Due gives the frames to write now, and the exchanges that began or ended without a frame: sent, silent, stuck.
func (s *Session) Due(now time.Time) (write [][]byte, changed []Exchange) {
	for mn, x := range s.open {
		if now.Before(x.deadline) {
			continue
		}
		switch {
		case x.State == Working:
			x.State = Stuck
		case x.Resends >= s.timers.Resends:
			x.State = Silent
		default:
			x.Resends++
			x.Sent, x.deadline = now, now.Add(s.timers.Answer)
			write = append(write, x.out)
			continue
		}
		delete(s.open, mn)
		changed = append(changed, *x)
	}
	keep := s.waiting[:0]
	for _, q := range s.waiting {
		if s.open[q.to.MN] != nil {
			keep = append(keep, q)
			continue
		}
		x := s.begin(q, now)
		write = append(write, x.out)
		changed = append(changed, *x)
	}
	s.waiting = keep
	return write, changed
}

func (s *Session) begin(q queued, now time.Time) *Exchange {
	qn := NewQN(now)
	for n := 1; qn <= s.last; n++ { // a number names one exchange
		qn = NewQN(now.Add(time.Duration(n) * time.Millisecond))
	}
	s.last = qn
	f := q.cmd.frame(q.to, qn, now)
	x := &Exchange{ID: q.ID, MN: q.to.MN, CN: q.cmd.CN, QN: qn, State: Sent, Sent: now, out: f.Encode(), cmd: q.cmd,
		deadline: now.Add(s.timers.Answer)}
	s.open[x.MN] = x
	return x
}

// Deadline is when Due should be called next, false where nothing waits for a time.
func (s *Session) Deadline() (at time.Time, ok bool) {
	for _, x := range s.open {
		if !ok || x.deadline.Before(at) {
			at, ok = x.deadline, true
		}
	}
	return at, ok
}

// Open are the exchanges that are not over, and how many commands wait behind them: what is lost with the connection.
func (s *Session) Open() (open []Exchange, waiting int) {
	for _, x := range s.open {
		open = append(open, *x)
	}
	return open, len(s.waiting)
}
