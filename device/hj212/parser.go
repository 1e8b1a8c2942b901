package hj212

import (
	"bytes"
	"errors"
	"strings"
)

// Options are the limits of a Parser and what it knows of devices.
type Options struct {
	MaxSegment int // longest data segment, 9999 where 0; the standard allows 1024, the field does not keep to it
	MaxBuffer  int // most bytes held for one connection, 64 KiB where 0

	// Profile tells how a device departs from the standard. It is asked only for frames whose standard CRC fails.
	Profile func(MN) Profile
}

// Profile is how one device departs from the standard.
type Profile struct {
	CRC CRC
	Key []byte // 16 bytes of SM4 with which the device encrypts its data areas (2025)
}

// Reason is why bytes were dropped.
type Reason string

const (
	BadLength  Reason = "length"     // no four digits, or no end of a segment where they say
	BadCRC     Reason = "crc"        // the segment ends where it should, its CRC is another
	BadContent Reason = "structure"  // length and CRC hold, but there is no data segment in it
	TooLong    Reason = "too long"   // longer than MaxSegment
	CutOff     Reason = "incomplete" // the rest of a frame did not come
	Stray      Reason = "noise"      // bytes before the head of a frame
	BadTail    Reason = "tail"       // bytes behind a frame that are not CR LF
)

// Rejected is a stretch of the stream that became no frame.
type Rejected struct {
	Reason Reason
	At     int64  // where in the stream it begins
	Text   string // how it begins, for the operator; a database can keep it
}

// ErrFull is returned by Feed when nobody takes the frames out.
var ErrFull = errors.New("hj212: the parser is full: call Next until it says false before feeding more")

const (
	headLen    = 6 // ## and the length
	crcLen     = 4
	shownLen   = 120
	maxPending = 64 // rejected stretches kept until somebody asks
)

// bogusLength is written by some loggers on every frame, however long it is.
const bogusLength = 400

// Parser cuts one connection's bytes into frames. What comes out does not depend on how the bytes were cut into reads.
//
// A frame is given out as soon as its CRC is there: some devices never send the CR LF, and wait for the answer.
type Parser struct {
	opt      Options
	buf      []byte
	r        int   // what is before is done with
	at       int64 // place in the stream of buf[0]
	state    state
	last     bool // no more bytes are to be waited for
	rejected []Rejected
	lost     int // rejected stretches that found no room
}

type state uint8

const (
	between state = iota // nothing since the last frame but what may stand between frames
	behind               // directly behind a CRC
	dropping
)

// NewParser is a parser for a new connection.
func NewParser(opt Options) *Parser {
	if opt.MaxSegment <= 0 || opt.MaxSegment > 9999 {
		opt.MaxSegment = 9999
	}
	if opt.MaxBuffer <= 0 {
		opt.MaxBuffer = 64 << 10
	}
	return &Parser{opt: opt}
}

// Feed takes the bytes of one read and copies them. When Next has said false there is room for MaxBuffer less the frame that
// has begun: reads of some KiB always find room.
func (p *Parser) Feed(b []byte) error {
	if p.r > 0 {
		n := copy(p.buf, p.buf[p.r:])
		p.buf = p.buf[:n]
		p.at += int64(p.r)
		p.r = 0
	}
	if len(p.buf)+len(b) > p.opt.MaxBuffer {
		return ErrFull
	}
	p.buf = append(p.buf, b...)
	return nil
}

// Next is the next whole frame, false where more bytes are needed.
func (p *Parser) Next() (f Frame, ok bool) {
	for p.skip() {
		v := p.look(p.buf[p.r:], &f)
		if v.need && !p.last {
			break
		}
		p.last = false
		switch {
		case v.need:
			p.drop(CutOff)
		case v.why != "":
			p.drop(v.why)
		default:
			p.r += v.size
			p.state = behind
			return f, true
		}
	}
	p.last = false
	return Frame{}, false
}

// Pending says that a frame has begun, and where in the stream. Where that stays the same for ten seconds, or the
// connection ends, call Expire.
func (p *Parser) Pending() (at int64, ok bool) {
	return p.at + int64(p.r), len(p.buf)-p.r > 1
}

// Expire gives up waiting for the rest of the frame that has begun: the next call of Next looks into what there is of it
// for other frames. It says false when nothing had begun.
//
//	for p.Expire() { for f, ok := p.Next(); ok; f, ok = p.Next() { … } } // at the end of a connection
func (p *Parser) Expire() bool {
	_, p.last = p.Pending()
	return p.last
}

// Rejected are the stretches dropped since it was last called, and how many more there were than it keeps.
func (p *Parser) Rejected() (stretches []Rejected, more int) {
	stretches, more = p.rejected, p.lost
	p.rejected, p.lost = nil, 0
	return stretches, more
}

// drop gives one byte up. Not two: ###0101 hides a head.
func (p *Parser) drop(why Reason) {
	p.reject(why)
	p.r++
	p.state = dropping
}

func (p *Parser) reject(why Reason) {
	if len(p.rejected) >= maxPending {
		p.lost++
		return
	}
	b := p.buf[p.r:]
	shown := strings.ReplaceAll(text(b[:min(len(b), shownLen)]), "\x00", "\uFFFD")
	p.rejected = append(p.rejected, Rejected{why, p.at + int64(p.r), shown})
}

// skip goes to the next ## with a byte behind it. What stands before it is dropped, and reported unless it is part of a
// stretch that has been reported or may stand between frames.
func (p *Parser) skip() bool {
	for p.r < len(p.buf) {
		b := p.buf[p.r:]
		c := b[0]
		switch {
		case c == '#' && len(b) < 3 && !p.last:
			return false
		case c == '#' && len(b) == 2 && b[1] == '#':
			p.last = false
			p.drop(CutOff)
		case c == '#' && len(b) > 2 && b[1] == '#' && b[2] != '#':
			return true
		case c == '#' && len(b) > 1 && b[1] == '#': // of more than two, the last two are the head
			p.r++
		case p.state == dropping:
			n := bytes.IndexByte(b[1:], '#')
			if n < 0 {
				n = len(b) - 1
			}
			p.r += n + 1
		case c == '\n':
			p.r++
			p.state = between
		case c == '\r' || c == ' ' || c == '*' && p.state == behind:
			p.r++
		case p.state == behind:
			p.drop(BadTail)
		default:
			p.drop(Stray)
		}
	}
	return false
}
