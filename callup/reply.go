package callup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"zhixing/db"
)

// Incoming is what a person sends back.
type Incoming struct {
	ID      string // the gateway's, by which one that comes twice is known; empty where it has none
	Channel string
	From    string // address
	Text    string // what he wrote; on Voice the key that he pressed
	Ref     string // Message.Key of what he answers, where the channel tells
	At      time.Time
}

// Heard says what became of a reply.
type Heard string

// What becomes of replies.
const (
	HeardAnswer   Heard = "answer"   // it answered a call, or added to its answer
	HeardLate     Heard = "late"     // of a call that nobody waits for any more
	HeardAsked    Heard = "asked"    // it could be for more than one call, or for none: he is asked, nothing is guessed
	HeardStranger Heard = "stranger" // from an address that is not called
	HeardTwice    Heard = "twice"    // it was here before
)

// Result is what became of a reply, and of which call.
type Result struct {
	Heard Heard
	Round ID
	Call  int
}

// Reply takes what a person sent back. A code counts from the address that it was sent to alone. Without a code a reply counts where
// its sender has one call and no other that it could have been meant for, and says in plain words that it was received. What is in
// doubt is asked back.
func (c *Callup) Reply(ctx context.Context, tx *db.Tx, in Incoming) (Result, error) {
	const op = "Reply"
	in.From, in.Text = number(cut(in.From, 100)), cut(in.Text, maxReport)
	once := in.ID
	if once == "" || !storable(once) || len(once) > 200 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", in.ID, in.From, in.Text, in.At.UnixMicro()))
		once = hex.EncodeToString(sum[:])
	}
	fresh, n, err := insertReply(ctx, tx, c.County, once, in)
	if err != nil || !fresh {
		return Result{Heard: HeardTwice}, wrap(op, err)
	}
	mine, err := readAt(ctx, tx, c.County, in.From, tx.Now().Add(-codeRest))
	if err != nil {
		return Result{}, wrap(op, err)
	}
	m, err := c.match(ctx, tx, in, mine)
	if err != nil {
		return Result{}, wrap(op, err)
	}
	out := Result{Heard: m.heard}
	if m.to != nil {
		out.Round, out.Call = m.to.round, m.to.n
	}
	if err := settleReply(ctx, tx, c.County, n, out); err != nil {
		return out, wrap(op, err)
	}
	if m.to != nil {
		if err := c.takeReply(ctx, tx, m, in); err != nil {
			return out, wrap(op, err)
		}
	}
	if m.heard == HeardAsked || m.heard == HeardLate {
		err = c.askBack(ctx, tx, n, in, mine, m)
	}
	return out, wrap(op, err)
}

// Waits reports whether somebody at an address has a call, and no drill, that he has not answered.
func (c *Callup) Waits(ctx context.Context, tx *db.Tx, address string) (bool, error) {
	mine, err := readAt(ctx, tx, c.County, number(cut(address, 100)), tx.Now().Add(-codeRest))
	return slices.ContainsFunc(mine, func(o candidate) bool { return o.live && o.unheard && !o.drill }), wrap("Waits", err)
}

// candidate is a call as a reply sees it.
type candidate struct {
	round   ID
	n       int
	code    string
	title   string
	drill   bool
	person  PersonID
	name    string
	live    bool // it takes answers
	unheard bool // and has none
	ended   time.Time
}

// match is the call for which a reply is meant.
type match struct {
	heard Heard
	to    *candidate
	other bool // the code came from an address that it was not sent to
	a     answer
}

// ambiguousFor is how long a reply without a code may still be meant for a call that has ended.
const ambiguousFor = 10 * time.Minute

func (c *Callup) match(ctx context.Context, tx *db.Tx, in Incoming, mine []candidate) (match, error) {
	unknown := match{heard: HeardStranger}
	if len(mine) > 0 {
		unknown.heard = HeardAsked
	}
	hit := func(o *candidate, a answer) match {
		if o.live {
			return match{heard: HeardAnswer, to: o, a: a}
		}
		return match{heard: HeardLate, to: o, a: a}
	}
	if in.Ref != "" {
		var m match
		round, n, ok := parseKey(in.Ref)
		i := slices.IndexFunc(mine, func(o candidate) bool { return ok && o.round == round && o.n == n })
		if i < 0 {
			return unknown, nil
		}
		if in.Channel == Voice {
			acted, known := map[string]bool{"1": false, "2": true}[strings.TrimSpace(in.Text)]
			if !known {
				return unknown, nil
			}
			return hit(&mine[i], answer{acted: acted}), nil
		}
		if s := spell(in.Text); !s.wrong && (len(s.codes) == 0 || len(s.codes) == 1 && s.codes[0] == mine[i].code) {
			a, _ := read(s.rest)
			m = hit(&mine[i], a)
			return m, nil
		}
	}
	s := spell(in.Text)
	a, plain := read(s.rest)
	switch {
	case s.wrong || len(s.codes) > 1:
		return unknown, nil
	case len(s.codes) == 1:
		if i := slices.IndexFunc(mine, func(o candidate) bool { return o.code == s.codes[0] }); i >= 0 {
			return hit(&mine[i], a), nil
		}
		o, ok, err := readCode(ctx, tx, c.County, s.codes[0])
		if err == nil && ok && o.live {
			unknown.to, unknown.other = &o, true
		}
		return unknown, err
	}
	var could []*candidate
	for i, o := range mine {
		if o.live || tx.Now().Sub(o.ended) < ambiguousFor {
			could = append(could, &mine[i])
		}
	}
	switch {
	case len(could) == 0:
		return match{heard: HeardStranger}, nil
	case len(could) > 1 || !plain:
		return unknown, nil
	}
	return hit(could[0], a), nil
}

// takeReply does what the reply says.
func (c *Callup) takeReply(ctx context.Context, tx *db.Tx, m match, in Incoming) error {
	w, err := c.load(ctx, tx, m.to.round, tx.Now(), m.to.n)
	if err != nil {
		return err
	}
	k := w.calls[0]
	m.a.who, m.a.by = string(k.Person), in.Channel
	switch {
	case m.other:
		k.Trouble = "其他号码" + tail(in.From) + "回复了本人的码，请核实"
		w.change(k)
		w.fact(k.N, wasOther, system, "", "%s", k.Trouble)
		return w.finish(ctx, tx, "other", system, "")
	case m.heard == HeardLate:
		if err := w.late(ctx, tx, k, m.a, in.Text); err != nil {
			return err
		}
		return w.finish(ctx, tx, "answer", m.a.who, "")
	}
	if err := w.answer(ctx, tx, k, m.a); err != nil {
		return err
	}
	return w.finish(ctx, tx, "answer", m.a.who, "")
}

// tail are the last digits of an address: enough to look for it, too few to call it.
func tail(address string) string {
	if len(address) < 8 || strings.Trim(address, "0123456789") != "" {
		return ""
	}
	return "（尾号" + address[len(address)-4:] + "）"
}

// maxAsked is how often in an hour an address is asked back: it may be a machine that answers.
const maxAsked = 5

// askBack tells a person which codes are his. Drills are asked for in a message of their own.
func (c *Callup) askBack(ctx context.Context, tx *db.Tx, n int64, in Incoming, mine []candidate, m match) error {
	if in.Channel == Voice || len(mine) == 0 {
		return nil
	}
	asked, err := countAsked(ctx, tx, c.County, in.From, tx.Now().Add(-time.Hour))
	if err != nil || asked > maxAsked {
		return err
	}
	var out []Message
	for _, exercise := range []bool{false, true} {
		var lines []string
		for _, o := range mine {
			if o.live && o.drill == exercise {
				lines = append(lines, fmt.Sprintf("“%s”（%s）请回复%s", unmarked(o.title), o.name, o.code))
			}
		}
		text := "您的回复无法对应到叫应，未作应答。" + strings.Join(lines, "；") + "。"
		switch {
		case m.heard == HeardLate && m.to.drill == exercise:
			text = "叫应“" + unmarked(m.to.title) + "”已结束或已有新的版次，您的回复已记录。"
			if len(lines) > 0 {
				text += "另：" + strings.Join(lines, "；") + "。"
			}
		case len(lines) == 0 || m.heard == HeardLate:
			continue
		}
		out = append(out, Message{Key: fmt.Sprintf("callup/reply/%d/%v/%s", n, exercise, in.Channel), Purpose: "callup/reply", Channel: in.Channel, To: in.From,
			Person: mine[0].person, Name: mine[0].name, Title: marked(exercise, "请核对回复码"), Text: marked(exercise, text), Drill: exercise,
			Expires: tx.Now().Add(time.Hour)})
	}
	if len(out) == 0 {
		return nil
	}
	return c.Send(ctx, tx, out)
}

// number is a telephone number as it is kept, without blanks and the country's code; any other address as it is.
func number(s string) string {
	s = strings.TrimSpace(s)
	plain := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, s)
	digits := strings.TrimPrefix(plain, "+")
	if digits == "" || strings.ContainsFunc(digits, func(r rune) bool { return !unicode.IsDigit(r) }) {
		return s
	}
	digits = strings.TrimPrefix(digits, "00")
	if len(digits) == 13 && strings.HasPrefix(digits, "861") {
		return digits[2:]
	}
	if strings.HasPrefix(plain, "+") || strings.HasPrefix(plain, "00") {
		return digits
	}
	return plain
}

// parseKey reads the round and the call out of a message's key.
func parseKey(key string) (ID, int, bool) {
	var round ID
	var n int
	if _, err := fmt.Sscanf(key, "callup/%d/%d/", &round, &n); err != nil {
		return 0, 0, false
	}
	return round, n, true
}
