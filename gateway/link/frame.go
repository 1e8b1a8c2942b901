package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Answer is the bit that an answer's ID has and its request's has not.
const Answer = 0x80000000

// Frame is one request or answer. Status is 0 where the protocol has none in its head.
type Frame struct {
	ID, Status, Seq uint32
	Body            []byte
}

// Wire is how a protocol frames: big-endian, the length of the whole first, then ID, Status and Seq.
type Wire struct {
	Name   string // in errors and logs
	Status bool   // the head has one: 16 bytes instead of 12
	Max    int    // the longest frame
}

// ErrFrame says that what came is no frame. The stream is of no use behind it.
var ErrFrame = errors.New("not a frame")

func (w Wire) head() int {
	if w.Status {
		return 16
	}
	return 12
}

// Append writes a frame.
func (w Wire) Append(dst []byte, f Frame) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(w.head()+len(f.Body)))
	dst = binary.BigEndian.AppendUint32(dst, f.ID)
	if w.Status {
		dst = binary.BigEndian.AppendUint32(dst, f.Status)
	}
	dst = binary.BigEndian.AppendUint32(dst, f.Seq)
	return append(dst, f.Body...)
}

// Read reads a frame, however the bytes were cut on their way. A length that cannot be costs no memory.
func (w Wire) Read(r io.Reader) (f Frame, err error) {
	var head [16]byte
	h := head[:w.head()]
	if _, err = io.ReadFull(r, h); err != nil {
		return f, err
	}
	n := int64(binary.BigEndian.Uint32(h))
	if n < int64(len(h)) || n > int64(w.Max) {
		return f, fmt.Errorf("%s: length %d: %w", w.Name, n, ErrFrame)
	}
	f.ID = binary.BigEndian.Uint32(h[4:])
	if w.Status {
		f.Status = binary.BigEndian.Uint32(h[8:])
	}
	f.Seq = binary.BigEndian.Uint32(h[len(h)-4:])
	f.Body = make([]byte, n-int64(len(h)))
	_, err = io.ReadFull(r, f.Body)
	return f, err
}
