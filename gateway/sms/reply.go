package sms

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The codings of a text, by the same numbers in CMPP (Msg_Fmt) and SMPP (data_coding).
const (
	ASCII  = 0 // in SMPP the centre's own alphabet, which for digits and Latin letters is the same
	Latin1 = 3
	Binary = 4
	UCS2   = 8
	GBK    = 15
)

// Text reads what a telephone sent, without its head.
func Text(coding byte, b []byte) string {
	switch coding {
	case UCS2:
		return FromUCS2(b)
	case GBK:
		if out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b); err == nil {
			return Clean(string(out))
		}
	case Latin1:
		var s strings.Builder
		for _, c := range b {
			s.WriteRune(rune(c))
		}
		return Clean(s.String())
	case Binary:
		return ""
	}
	return Clean(string(b))
}

// Part is one part of a long text as its head describes it.
type Part struct {
	ID         string // the far side's, "" where it has none
	Reference  int
	Total, No  int // No from 1
	Body       []byte
	From       string
	Coding     byte
	ReceivedAt time.Time
}

// Head takes the head off a text that has one. Without a head that joins parts it is the only part.
func Head(b []byte) (p Part) {
	p = Part{Total: 1, No: 1, Body: b}
	if len(b) == 0 || int(b[0]) >= len(b) {
		return p
	}
	head := b[1 : 1+int(b[0])]
	p.Body = b[1+int(b[0]):]
	for len(head) >= 2 && int(head[1]) <= len(head)-2 {
		kind, v := head[0], head[2:2+int(head[1])]
		head = head[2+len(v):]
		n := len(v)
		if kind == 0 && n == 3 || kind == 8 && n == 4 {
			p.Reference = int(v[0])
			if n == 4 {
				p.Reference = p.Reference<<8 | int(v[1])
			}
			p.Total, p.No = int(v[n-2]), int(v[n-1])
		}
	}
	if p.Total < 1 || p.No < 1 || p.No > p.Total {
		p.Total, p.No = 1, 1
	}
	return p
}

// Joiner puts the parts of long replies together. It is bounded: of parts whose rest does not come, what there is is
// given out, for a person wrote it.
type Joiner struct {
	waiting []*joining // the oldest first
}

type joining struct {
	from             string
	reference, total int
	parts            []Part
}

const (
	mostJoining = 256
	joinWithin  = 2 * time.Minute
)

// Joined is a whole text, or what came of it.
type Joined struct {
	ID         string // of its first part
	From, Text string
	At         time.Time // of the last part
}

// Add takes a part and gives the texts that are done, or have waited too long by then.
func (j *Joiner) Add(p Part) []Joined {
	out := j.Expire(p.ReceivedAt)
	if p.Total == 1 {
		return append(out, Joined{p.ID, p.From, Text(p.Coding, p.Body), p.ReceivedAt})
	}
	i := slices.IndexFunc(j.waiting, func(w *joining) bool {
		return w.from == p.From && w.reference == p.Reference && w.total == p.Total
	})
	if i < 0 {
		if len(j.waiting) == mostJoining {
			out = append(out, j.waiting[0].text())
			j.waiting = j.waiting[1:]
		}
		i = len(j.waiting)
		j.waiting = append(j.waiting, &joining{from: p.From, reference: p.Reference, total: p.Total})
	}
	w := j.waiting[i]
	at, found := slices.BinarySearchFunc(w.parts, p.No, func(a Part, no int) int { return a.No - no })
	if found {
		return out
	}
	p.Body = slices.Clone(p.Body)
	w.parts = slices.Insert(w.parts, at, p)
	if len(w.parts) == w.total {
		out = append(out, w.text())
		j.waiting = slices.Delete(j.waiting, i, i+1)
	}
	return out
}

// Expire gives what has waited too long for its rest.
func (j *Joiner) Expire(now time.Time) (out []Joined) {
	j.waiting = slices.DeleteFunc(j.waiting, func(w *joining) bool {
		over := now.Sub(w.parts[0].ReceivedAt) > joinWithin
		if over {
			out = append(out, w.text())
		}
		return over
	})
	return out
}

// text joins bytes first where the coding is one for all: a sender may have cut a surrogate pair.
func (w *joining) text() Joined {
	var body []byte
	last := w.parts[0]
	for _, p := range w.parts {
		body = append(body, p.Body...)
		if p.ReceivedAt.After(last.ReceivedAt) {
			last = p
		}
	}
	return Joined{w.parts[0].ID, w.from, Text(w.parts[0].Coding, body), last.ReceivedAt}
}
