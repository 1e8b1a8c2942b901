package callup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
)

// A reply counts for the call that it says, from the number that was called. What is in doubt is asked back, never guessed.
func TestRepliesAreNeverGuessed(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()
		r := w.open(w.opening(places))
		code := func(r *Round, name string) string { return w.call(r, name).Code }
		heard := func(want Heard, got Result) {
			w.Helper()
			if got.Heard != want {
				w.Errorf("%+v, want %s", got, want)
			}
		}
		// One call: plain words count, others do not, nor does a code that is not quite one.
		heard(HeardAsked, w.says("柳村主任", "您好，我正在开会"))
		heard(HeardAsked, w.says("柳村主任", code(r, "柳村主任")[:4]+"收到"))
		if s := w.last("柳村主任"); s != "您的回复无法对应到叫应，未作应答。“暴雨红色预警”（示例柳村主任）请回复"+code(r, "柳村主任")+"。" {
			w.Error(s)
		}
		if w.call(r, "柳村主任").State != Calling {
			w.Error("guessed")
		}
		heard(HeardAnswer, w.says("柳村主任", "收到"))

		// Another's code from his number: neither has answered.
		heard(HeardAsked, w.says("桥村主任", code(r, "岭村主任")))
		if k := w.call(r, "岭村主任"); k.State != Calling || !strings.Contains(k.Trouble, "（尾号"+w.phone("桥村主任")[7:]+"）") {
			w.Errorf("%+v", k)
		}
		if w.call(r, "桥村主任").State != Calling {
			w.Error("guessed")
		}
		// The right code from a stranger.
		heard(HeardStranger, w.in(Incoming{Channel: "sms", From: "13900000000", Text: code(r, "沟村主任")}))
		if w.call(r, "沟村主任").State != Calling {
			w.Error("a stranger answered")
		}
		heard(HeardStranger, w.in(Incoming{Channel: "sms", From: "13900000000", Text: "收到"}))
		heard(HeardStranger, w.in(Incoming{Channel: "sms", Text: "收到"}))
		for _, m := range w.sent {
			if m.To == "13900000000" {
				w.Error("a stranger is told", m.Text)
			}
		}

		// Two calls: no answer without a code; two codes are none; each code is its own call's.
		o := w.opening(places)
		o.Purpose, o.Title = "warning/13", "山洪橙色预警"
		r2 := w.open(o)
		w.got()
		heard(HeardAsked, w.says("桥村主任", "收到"))
		if s := w.last("桥村主任"); !strings.Contains(s, "“暴雨红色预警”（示例桥村主任）请回复"+code(r, "桥村主任")+"；“山洪橙色预警”（示例桥村主任）请回复"+code(r2, "桥村主任")) {
			w.Error(s)
		}
		heard(HeardAsked, w.says("桥村主任", code(r, "桥村主任")+" "+code(r2, "桥村主任")))
		got := w.says("桥村主任", code(r2, "桥村主任"))
		heard(HeardAnswer, got)
		if got.Round != r2.ID || w.call(r, "桥村主任").State != Calling || w.call(r2, "桥村主任").State != Answered {
			w.Errorf("%+v", got)
		}
		// He who has answered one still has two.
		heard(HeardAsked, w.says("桥村主任", "收到"))
		// On a channel that tells what is answered no code is needed.
		heard(HeardAnswer, w.in(Incoming{Channel: Voice, From: w.phone("桥村主任"), Text: "2", Ref: fmt.Sprintf("callup/%d/%d/rung/1/voice", r.ID, w.call(r, "桥村主任").N)}))
		if k := w.call(r, "桥村主任"); k.Acted.IsZero() || k.By != Voice {
			w.Errorf("%+v", k)
		}
		heard(HeardAsked, w.in(Incoming{Channel: Voice, From: w.phone("沟村主任"), Text: "7", Ref: fmt.Sprintf("callup/%d/%d/rung/1/voice", r.ID, w.call(r, "沟村主任").N)}))
		heard(HeardAsked, w.in(Incoming{Channel: Voice, From: w.phone("沟村主任"), Text: "1", Ref: fmt.Sprintf("callup/%d/%d/rung/1/voice", r.ID, w.call(r, "桥村主任").N)}))

		// What comes twice is one; what comes again adds.
		in := Incoming{ID: "mo-1", Channel: "sms", From: w.phone("柳村主任"), Text: code(r, "柳村主任") + "河水上涨，转移12人"}
		heard(HeardAnswer, w.in(in))
		heard(HeardTwice, w.in(in))
		if len(w.reports) != 1 || w.reports[0].Count != 12 || w.reports[0].Seat.Village != "柳村" {
			w.Errorf("%+v", w.reports)
		}

		// A machine that answers is not answered for ever.
		w.got()
		for i := range 20 {
			w.says("沟村主任", fmt.Sprint("自动回复", i))
		}
		if n := len(w.got()); n > maxAsked {
			w.Error(n, "questions to a machine")
		}

		// Once ended: on the record, no more; and for a while nothing without a code counts for another.
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Cancel(ctx, tx, "示例值班", "warning/12", "暴雨红色预警", "解除", "")
			return err
		}))
		w.got()
		heard(HeardAsked, w.says("岭村主任", "收到"))
		heard(HeardLate, w.says("岭村主任", code(r, "岭村主任")))
		if s := w.last("岭村主任"); !strings.HasPrefix(s, "叫应“暴雨红色预警”已结束") || !strings.Contains(s, code(r2, "岭村主任")) {
			w.Error(s)
		}
		if k := w.call(r, "岭村主任"); k.State != Dropped || w.call(r2, "岭村主任").State != Calling {
			w.Errorf("%+v", k)
		}
		w.clock.Advance(ambiguousFor)
		heard(HeardAnswer, w.says("岭村主任", "收到"))
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Cancel(ctx, tx, "示例值班", "warning/13", "山洪橙色预警", "解除", "")
			return err
		}))
		heard(HeardLate, w.says("岭村主任", "收到"))
		w.leap(0)
		w.sound(r)
		w.sound(r2)
		if !slices.Contains(w.took, w.call(r2, "岭村主任").ref()) {
			w.Error("what waited for him was not withdrawn")
		}
	})
}

// On a page a person answers for himself alone; the office enters what it heard, under its own name.
func TestAnswerOnPages(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		r := w.open(w.opening(w.settle()))
		liu := w.call(r, "柳村主任")
		answer := func(p PersonID, n int, s Said) error {
			return w.write(func(tx *db.Tx) error { _, err := w.c.Answer(ctx, tx, p, "zh-甲", r.ID, n, "web", s); return err })
		}
		for name, c := range map[string]struct {
			err  error
			want ErrorKind
		}{
			"another's":   {answer("p-桥村主任", liu.N, Said{}), NotAllowed},
			"nobody's":    {answer("", liu.N, Said{}), NotAllowed},
			"none":        {answer("p-柳村主任", 999, Said{}), NotFound},
			"many photos": {answer("p-柳村主任", liu.N, Said{Photos: make([]Photo, maxPhotos+1)}), Invalid},
			"a long text": {answer("p-柳村主任", liu.N, Said{Text: strings.Repeat("长", maxReport+1)}), Invalid},
		} {
			if KindOf(c.err) != c.want {
				w.Errorf("%s: %v", name, c.err)
			}
		}
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			calls, rounds, err := w.c.Mine(ctx, tx, "p-柳村主任")
			if err != nil || len(calls) != 1 || calls[0].N != liu.N || rounds[0].ID != r.ID {
				w.Error(calls, err)
			}
			return err
		}))
		w.must(answer("p-柳村主任", liu.N, Said{Text: "水进院", Photos: []Photo{{SHA256: "f1"}}}))
		if k := w.call(r, "柳村主任"); k.State != Answered || k.By != "web" || !k.Acted.IsZero() {
			w.Errorf("%+v", k)
		}
		if len(w.reports) != 1 || len(w.reports[0].Photos) != 1 {
			w.Errorf("%+v", w.reports)
		}
		w.must(answer("p-柳村主任", liu.N, Said{Acted: true}))
		acted := w.call(r, "柳村主任").Acted
		w.clock.Advance(time.Minute)
		w.must(answer("p-柳村主任", liu.N, Said{Acted: true})) // pressed again
		if k := w.call(r, "柳村主任"); !k.Acted.Equal(acted) {
			w.Error("acted twice")
		}
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Confirm(ctx, tx, "示例值班", r.ID, w.call(r, "桥村主任").N, false, "本人电话答复已知")
			return err
		}))
		if k := w.call(r, "桥村主任"); k.State != Answered || k.By != "登记" {
			w.Errorf("%+v", k)
		}
		w.clock.Advance(7 * time.Hour)
		if err := answer("p-桥村主任", liu.N, Said{}); KindOf(err) != NotAllowed {
			w.Error("another's, after the end:", err)
		}
		// After the end an answer changes no state, and what is told is on record, once.
		before := w.board(r)
		heard := len(w.reports)
		for range 2 {
			w.must(answer("p-柳村主任", liu.N, Said{Text: "水退了", Acted: true, Once: "一张表单"}))
		}
		w.must(answer("p-岭村主任", w.call(r, "岭村主任").N, Said{}))
		if after := w.board(r); after.All != before.All {
			w.Errorf("%+v, before %+v", after.All, before.All)
		}
		if got := w.reports[heard:]; len(got) != 1 || got[0].Text != "水退了" || !got[0].Late {
			w.Errorf("passed on: %+v", got)
		}
		var told []string
		for _, f := range w.facts(r) {
			if s, ok := strings.CutPrefix(f.Text, "结束后回复："); ok {
				told = append(told, s)
			}
		}
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			seen, err := w.c.Reports(ctx, tx, r.ID, liu.N, 10)
			if !slices.Equal(told, []string{"已办好，水退了", "收到"}) || len(seen) != 2 || seen[0].Text != "水退了" {
				w.Errorf("%q, %+v", told, seen)
			}
			_, _, takes, err2 := w.c.MineAt(ctx, tx, "p-柳村主任", r.ID, liu.N)
			_, _, _, err3 := w.c.MineAt(ctx, tx, "p-桥村主任", r.ID, liu.N)
			if takes || err2 != nil || KindOf(err3) != NotFound {
				w.Error(takes, err2, err3)
			}
			return err
		}))
		w.leap(0)
		w.sound(r)
	})
}

// A receipt tells when a person was told; one that says no is seen on the board and changes no clock.
func TestReceipts(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		r := w.open(w.opening(w.settle()))
		liu, qiao := w.call(r, "柳村主任"), w.call(r, "桥村主任")
		w.run(10 * time.Second)
		w.must(w.write(func(tx *db.Tx) error {
			return w.c.Received(ctx, tx, []Receipt{{Key: liu.ref() + "/rung/0/sms", Arrived: true, At: tx.Now().Add(-3 * time.Second)},
				{Key: qiao.ref() + "/rung/0/sms", Reason: "号码" + w.phone("桥村主任") + "为空号"}, {Key: "callup/999/1/rung/0/sms", Arrived: true}, {Key: "warning/1"}})
		}))
		if k := w.call(r, "柳村主任"); !k.Told.Equal(w.db.Now().Add(-3*time.Second)) || k.State != Calling {
			w.Errorf("%+v", k)
		}
		if k := w.call(r, "桥村主任"); k.Trouble != "sms未送达：号码（号码）为空号" || !k.Told.IsZero() {
			w.Errorf("%+v", k)
		}
		if all := w.board(r).All; all.Told != 1 || all.Trouble != 1 {
			w.Errorf("%+v", all)
		}
		if first := w.board(r).Rows[0].Call; first.N != qiao.N {
			w.Errorf("first on the board is %s", first.who())
		}
		w.sound(r)
	})
}
