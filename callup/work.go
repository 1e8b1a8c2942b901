package callup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// system is who does what the clock does.
const system = "system"

// work is a round with its calls in one transaction. What is done to it is gathered and kept by finish: the calls that changed, a
// fact for each thing done, and the messages that go out.
type work struct {
	c     *Callup
	r     *Round
	calls []*Call // all of the round; or the one that is answered, with part
	part  bool
	now   time.Time

	changed  []*Call
	facts    []Fact
	seen     []Seen
	messages []Message
	withdraw []string
}

// What facts say happened.
const (
	wasOpened    = "opened"      // the round, or a call of it
	wasUpdated   = "updated"     // the round has a new version
	wasEnded     = "ended"       // the round
	wasFired     = "fired"       // a rung
	wasSeated    = "seated"      // a call has one post more
	wasDelivered = "delivered"   // a message arrived
	wasFailed    = "failed"      // one did not
	wasAnswered  = "answered"    //
	wasActed     = "acted"       //
	wasReported  = "reported"    //
	wasConfirmed = "confirmed"   // somebody says that he answered him
	wasOther     = "other"       // the code came from another number
	wasHanded    = "handed_over" // at the end of a shift
	wasTold      = "told"        // without an answer being asked for
	wasListed    = "listed"      // the county office was told
)

var factChinese = map[string]string{
	wasOpened: "开始叫应", wasUpdated: "更新", wasEnded: "结束", wasFired: "到时处置", wasSeated: "兼任", wasDelivered: "送达", wasFailed: "未送达",
	wasAnswered: "应答", wasActed: "办好", wasReported: "回报", wasConfirmed: "登记答复", wasOther: "其他号码回复", wasHanded: "交接班", wasTold: "告知", wasListed: "未应答名单报县里",
}

// Fact is one thing that happened in a round. Facts are never changed.
type Fact struct {
	N    int64 // the round's revision after it
	Call int   // 0: the round as a whole
	What string
	At   time.Time
	Who  string // account, person, or system
	Key  string // what happens once has one
	Text string // in words, without addresses
}

// Chinese is what pages call the deed.
func (f Fact) Chinese() string { return factChinese[f.What] }

func (w *work) fact(call int, what, who, key, format string, args ...any) {
	w.r.Revision++
	w.facts = append(w.facts, Fact{N: w.r.Revision, Call: call, What: what, At: w.now, Who: who, Key: key, Text: cut(fmt.Sprintf(format, args...), maxText)})
}

func (w *work) change(c *Call) {
	if !slices.Contains(w.changed, c) {
		w.changed = append(w.changed, c)
	}
}

func (w *work) call(n int) *Call {
	i := slices.IndexFunc(w.calls, func(c *Call) bool { return c.N == n })
	if i < 0 {
		return nil
	}
	return w.calls[i]
}

// finish keeps what was done. who is the author in the journal; an empty deed leaves none there.
func (w *work) finish(ctx context.Context, tx *db.Tx, deed, who, basis string) error {
	c := w.c
	if len(w.withdraw) > 0 && c.Withdraw != nil { // before what is said now
		if err := c.Withdraw(ctx, tx, w.withdraw); err != nil {
			return err
		}
	}
	if len(w.messages) > 0 {
		if err := c.Send(ctx, tx, w.messages); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	if err := saveRound(ctx, tx, c.County, w); err != nil {
		return err
	}
	for _, k := range w.changed {
		if err := saveCall(ctx, tx, c.County, k); err != nil {
			return err
		}
	}
	if err := insertFacts(ctx, tx, c.County, w.r.ID, w.facts); err != nil {
		return err
	}
	if err := insertSeen(ctx, tx, c.County, w.r.ID, w.seen); err != nil {
		return err
	}
	if deed == "" || len(w.facts) == 0 {
		return nil
	}
	_, err := journal.Append(ctx, tx, c.County, journal.Entry{Who: who, What: "callup." + deed, Subject: w.r.subject(), Basis: basis, Detail: w.summary()})
	return err
}

// summary is what the journal says of the facts: the facts themselves are on record beside it.
func (w *work) summary() string {
	if len(w.facts) == 1 {
		f := w.facts[0]
		if k := w.call(f.Call); k != nil {
			return fmt.Sprintf("第%d号叫应（%s）%s：%s", k.N, k.who(), f.Chinese(), f.Text)
		}
		return f.Chinese() + "：" + f.Text
	}
	count := map[string]int{}
	var order []string
	for _, f := range w.facts {
		if count[f.What]++; count[f.What] == 1 {
			order = append(order, f.What)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "“%s”第%d版，记录%d至%d", w.r.Title, w.r.Version, w.facts[0].N, w.facts[len(w.facts)-1].N)
	for _, what := range order {
		fmt.Fprintf(&b, "；%s%d项", factChinese[what], count[what])
	}
	return b.String()
}

// ask sends a call's text, asking for an answer, by the channels by which he has an address.
func (w *work) ask(c *Call, key string, by []string) {
	sent := false
	for _, ch := range by {
		if !w.c.reaches(c.Addresses, ch) {
			continue
		}
		m := w.message(c, key, ch, "叫应", w.r.Title, w.r.asking(c, ch))
		m.Code = c.Code
		w.messages = append(w.messages, m)
		sent = true
	}
	ever := w.r.Ladder.Steps[c.Step].sofar(c.Rungs)
	if !sent && !c.Vacant() && !slices.ContainsFunc(ever, func(ch string) bool { return w.c.reaches(c.Addresses, ch) }) {
		c.Trouble = "没有" + strings.Join(by, "、") + "联系方式"
		w.change(c)
	}
}

// tell sends a text that asks for no answer.
func (w *work) tell(c *Call, key, kind, title, text string) {
	for _, ch := range w.r.Ladder.Tell {
		if w.c.reaches(c.Addresses, ch) {
			m := w.message(c, key, ch, kind, title, text)
			m.Call = "" // it goes out whatever becomes of the call
			w.messages = append(w.messages, m)
		}
	}
}

func (w *work) message(c *Call, key, channel, kind, title, text string) Message {
	r := w.r
	expires := r.Until
	if r.State != Open || expires.IsZero() {
		expires = w.now.Add(24 * time.Hour)
	}
	return Message{Key: c.ref() + "/" + key + "/" + channel, Purpose: r.subject(), Call: c.ref(), Channel: channel, To: c.Addresses[channel], Person: c.Person,
		Name: c.Name, Place: c.seat().Place, Title: head(r.Drill, kind, title), Text: marked(r.Drill, text), Level: r.Level, Drill: r.Drill, Expires: expires}
}

// tellOffice tells those who hold the ladder's office posts.
func (w *work) tellOffice(ctx context.Context, tx *db.Tx, kind, text string) error {
	r, told := w.r, map[PersonID]bool{}
	for _, post := range r.Ladder.Office {
		found, err := w.c.resolve(ctx, tx, Seat{Post: post}, w.now)
		if err != nil {
			return err
		}
		for _, h := range found {
			if told[h.ID] {
				continue
			}
			told[h.ID] = true
			for _, ch := range r.Ladder.Tell {
				if w.c.reaches(h.Addresses, ch) {
					w.messages = append(w.messages, Message{Key: fmt.Sprintf("%s/office/%d/%s/%s", r.subject(), r.Revision, h.ID, ch), Purpose: r.subject(),
						Channel: ch, To: h.Addresses[ch], Person: h.ID, Name: h.Name, Title: head(r.Drill, kind, r.Title), Text: marked(r.Drill, text), Level: r.Level, Drill: r.Drill,
						Expires: w.now.Add(24 * time.Hour)})
				}
			}
		}
	}
	to := "已告知" + fmt.Sprint(len(told)) + "人"
	if len(told) == 0 {
		to = "县里没有可以告知的人"
	}
	w.fact(0, wasListed, system, "", "%s。%s", to, text)
	return nil
}
