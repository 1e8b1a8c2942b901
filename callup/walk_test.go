package callup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// Random lives of whole rounds: people answer, are asked back, go on leave and off duty; versions come; the clock looks at random
// moments, as new processes do. Whatever happens, what is on record is whole, and once all is quiet each person has answered, or was
// called as often as the ladder says and is on the list. ZHIXING_CASES says how many rounds there are.
func TestRandomRounds(t *testing.T) {
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_CASES")); err == nil {
		rounds = min(n, 200)
	}
	for i := range rounds {
		seed := uint64(time.Now().UnixNano()) + uint64(i)
		if rounds > 10 { // one database is enough for the many
			clock := dbtest.At("2023-07-20T21:00:00+08:00")
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				randomRound(newWorld(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock), seed)
			})
			continue
		}
		stories(t, "2023-07-20 21:00", func(w *world) { randomRound(w, seed) })
	}
}

func randomRound(w *world, seed uint64) {
	w.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	places := w.settle()
	for _, name := range []string{"甲", "乙", "丙"} {
		w.hold(name)
	}
	for i := range 12 {
		from := w.db.Now().Add(time.Duration(i-2) * 40 * time.Minute)
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.AddShift(ctx, tx, "示例办公室", Shift{Seat: Seat{Post: leader}, Person: []PersonID{"p-甲", "p-乙", "p-丙"}[r.IntN(3)], From: from, To: from.Add(40 * time.Minute)})
			return err
		}))
	}
	o := w.opening(places[:1+r.IntN(4)])
	o.Level, o.Drill, o.Until = 3, r.IntN(2) == 0, w.db.Now().Add(5*time.Hour)
	round := w.open(o)
	names := keys(w.people)
	for range 120 {
		w.leap(time.Duration(r.IntN(180)) * time.Second)
		w.sound(round)
		name := strings.TrimPrefix(string(names[r.IntN(len(names))]), "p-")
		switch r.IntN(12) {
		case 0, 1:
			w.says(name, []string{"收到", "办", "您好", "ABC12", ""}[r.IntN(5)])
		case 2, 3, 4:
			b := w.board(round)
			k := b.Rows[r.IntN(len(b.Rows))].Call
			if !k.Vacant() {
				w.says(strings.TrimPrefix(string(k.Person), "p-"), k.Code+[]string{"", "办", "水大，转移5人"}[r.IntN(3)])
			}
		case 5:
			cur := w.board(round).Round
			v := Version{N: cur.Version + 1, Title: "暴雨预警", Text: "更新", Level: 1 + r.IntN(3), Places: places[:1+r.IntN(4)], Until: cur.Until}
			if r.IntN(2) == 0 {
				l := testLadder()
				l.Name, l.Steps = fmt.Sprint(l.Name, v.N), l.Steps[:1+r.IntN(3)]
				v.Ladder = &l
			}
			w.must(w.write(func(tx *db.Tx) error { _, err := w.c.Update(ctx, tx, "示例值班", o.Purpose, v); return err }))
		case 6:
			from := w.db.Now()
			err := w.write(func(tx *db.Tx) error {
				_, err := w.c.AddLeave(ctx, tx, "示例办公室", Leave{Person: PersonID("p-" + name), StandIn: names[r.IntN(len(names))], From: from, To: from.Add(time.Hour), Reason: "事假"})
				return err
			})
			if err != nil && KindOf(err) == 0 {
				w.Fatal(err)
			}
		}
		w.sound(round)
		if w.Failed() {
			w.FailNow()
		}
	}
	w.leap(6 * time.Hour)
	w.sound(round)
	w.must(w.db.Read(ctx, func(tx *db.Tx) error {
		k, err := w.c.load(ctx, tx, round.ID, tx.Now())
		if err != nil {
			return err
		}
		for _, c := range k.calls {
			if c.State == Calling {
				w.Errorf("call %d is still open", c.N)
			}
			if c.State == Answered && c.Answered.IsZero() || c.State != Answered && !c.Answered.IsZero() || c.Answered.Before(c.Began) && !c.Answered.IsZero() {
				w.Errorf("call %d: %s, answered %s, began %s", c.N, c.State, c.Answered, c.Began)
			}
			if !c.Current && c.Ended.IsZero() {
				w.Errorf("call %d was taken over and has not ended", c.N)
			}
			for _, s := range c.Seats {
				if c.Current == false && c.Kind == Own && !w.seated(k, s) {
					w.Errorf("nobody has %s any more", s)
				}
			}
		}
		return nil
	}))
}

// seated reports whether a call has the seat now.
func (w *world) seated(k *work, s Seat) bool {
	for _, c := range k.calls {
		for _, o := range c.Seats {
			if c.Current && c.Kind == Own && o == s {
				return true
			}
		}
	}
	return false
}

// Many processes look at once while everybody answers: each rung fires once, each answer counts.
func TestManyAtOnce(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			clock, dsn := dbtest.At("2023-07-20T22:00:00+08:00"), dbtest.DSN(t, dialect)
			w := newWorld(t, dbtest.Open(t, dsn, clock.Now), clock)
			var mu sync.Mutex
			sent := map[string]bool{}
			// On PostgreSQL a transaction that met another is run again, so what Send saw of it does not count; its keys do.
			w.c.Send = func(_ context.Context, _ *db.Tx, list []Message) error {
				mu.Lock()
				defer mu.Unlock()
				for _, m := range list {
					sent[m.Key] = true
				}
				return nil
			}
			w.c.Withdraw, w.c.Listed = nil, nil
			var places []Place
			for i := range 30 {
				p := village("河口镇", fmt.Sprintf("示例%d村", i))
				places = append(places, p)
				w.hold(p.Village, Seat{p, "村主任"})
			}
			w.hold("河口镇长", Seat{town("河口镇"), "镇长|乡长"})
			r := w.open(w.opening(places))
			calls := w.board(r).Rows
			clock.Advance(2 * time.Minute)
			var wg sync.WaitGroup
			for range 3 {
				d := dbtest.Open(t, dsn, clock.Now)
				wg.Go(func() {
					for range 5 {
						if _, err := w.c.Run(ctx, d); err != nil {
							t.Error(err)
						}
					}
				})
			}
			d := dbtest.Open(t, dsn, clock.Now)
			for _, row := range calls {
				wg.Go(func() {
					err := d.Write(ctx, func(tx *db.Tx) error {
						got, err := w.c.Reply(ctx, tx, Incoming{Channel: "sms", From: row.Call.Addresses["sms"], Text: row.Call.Code, At: tx.Now()})
						if err == nil && got.Heard != HeardAnswer {
							t.Errorf("%+v", got)
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if _, err := w.c.Run(ctx, w.db); err != nil {
				t.Fatal(err)
			}
			w.sound(r)
			if all := w.board(r).All; all.Answered != 32 || all.Posts != 32 {
				t.Errorf("%+v", all)
			}
		})
	}
}

// A round whose people cannot be found holds up no other, and goes on when they can.
func TestOneRoundHoldsUpNoOther(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()
		first := w.opening(places[:1])
		r1 := w.open(first)
		second := w.opening(places[2:])
		second.Purpose = "warning/13"
		r2 := w.open(second)
		holders := w.c.Holders
		w.c.Holders = func(ctx context.Context, tx *db.Tx, s Seat, at time.Time) ([]Person, error) {
			if s.Village == "柳村" {
				return nil, errors.New("no such table")
			}
			return holders(ctx, tx, s, at)
		}
		w.clock.Advance(8 * time.Minute)
		if _, err := w.c.Run(ctx, w.db); err == nil || !strings.Contains(err.Error(), "round 1: no such table") {
			w.Error(err)
		}
		w.sound(r2)
		w.c.Holders = holders
		w.leap(time.Second)
		w.sound(r1)
	})
}

// A post that was vacant is called once it has a holder, at the next version.
func TestVacancyIsFilled(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()
		delete(w.posts, Seat{places[3], "村主任"}.key())
		r := w.open(w.opening(places))
		update := func(n int) {
			w.must(w.write(func(tx *db.Tx) error {
				_, err := w.c.Update(ctx, tx, "示例值班", "warning/12", Version{N: n, Title: "暴雨", Text: "更新", Level: 1, Places: places})
				return err
			}))
		}
		update(2)
		if all := w.board(r).All; all.Vacant != 1 || all.Posts != 7 {
			w.Errorf("%+v", all)
		}
		w.hold("新主任", Seat{places[3], "村主任"})
		w.got()
		update(3)
		if s := w.last("新主任"); !strings.HasPrefix(s, "暴雨。更新。") {
			w.Error(s)
		}
		if all := w.board(r).All; all.Vacant != 0 || all.Posts != 7 {
			w.Errorf("%+v", all)
		}
		w.leap(0)
		w.sound(r)
	})
}

// One person with two posts is called once, and stands on the board for both.
func TestOnePersonOneCall(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()[:2]
		w.posts[Seat{places[1], "村主任"}.key()] = []PersonID{"p-柳村主任"}
		r := w.open(w.opening(places))
		w.want("县长 sms", "河口镇长 sms", "柳村主任 sms")
		w.says("柳村主任", "收到")
		if all := w.board(r).All; all.Posts != 4 || all.Answered != 2 {
			w.Errorf("%+v", all)
		}
		w.leap(5 * time.Minute)
		w.sound(r)
	})
}

func TestOpenRefuses(t *testing.T) {
	w := newWorld(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), dbtest.At("2023-07-20").Now), nil)
	places := w.settle()
	for name, c := range map[string]struct {
		spoil func(*Opening)
		want  ErrorKind
	}{
		"no purpose":           {func(o *Opening) { o.Purpose = "" }, Invalid},
		"no version":           {func(o *Opening) { o.Version = 0 }, Invalid},
		"no title":             {func(o *Opening) { o.Title = " " }, Invalid},
		"a title of two lines": {func(o *Opening) { o.Title = "a\nb" }, Invalid},
		"a long title":         {func(o *Opening) { o.Title = strings.Repeat("长", maxTitle+1) }, Invalid},
		"no text":              {func(o *Opening) { o.Text = "" }, Invalid},
		"not UTF-8":            {func(o *Opening) { o.Text = "\xff" }, Invalid},
		"a level of none":      {func(o *Opening) { o.Level = 0 }, Invalid},
		"a drill that is none": {func(o *Opening) { o.Text = "这是【演练】" }, Invalid},
		"what is over":         {func(o *Opening) { o.Until = w.db.Now() }, Conflict},
		"a bad ladder":         {func(o *Opening) { o.Ladder.Office = nil }, Invalid},
		"too many places":      {func(o *Opening) { o.Places = make([]Place, maxPlaces+1) }, Invalid},
	} {
		o := w.opening(places)
		c.spoil(&o)
		if err := w.write(func(tx *db.Tx) error { _, err := w.c.Open(ctx, tx, "示例值班", o); return err }); KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.sent) > 0 {
		t.Error("somebody was called")
	}
}

// What no gateway takes keeps nobody else from being called: a broken number, a channel that is not there, the longest texts.
func TestWhatCannotBeSentIsSeen(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()
		w.people["p-柳村主任"].Addresses["sms"] = "138\n0"
		w.c.Has = func(channel string) bool { return channel == "sms" }
		o := w.opening(places)
		o.Title, o.Text = strings.Repeat("长", maxTitle), strings.Repeat("文", maxText)
		r := w.open(o)
		if s := w.last("值班员"); !strings.Contains(s, "柳村村主任示例柳村主任") {
			w.Error(s)
		}
		w.leap(40 * time.Minute)
		for _, m := range w.sent {
			if m.Channel != "sms" || m.Name == "示例柳村主任" {
				w.Errorf("%+v", m)
			}
		}
		if k := w.call(r, "柳村主任"); k.Trouble == "" {
			w.Errorf("%+v", k)
		}
		w.sound(r)
	})
}

// Numbers go when their time is over; what happened stays.
func TestForget(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		r := w.open(w.opening(w.settle()))
		w.says("柳村主任", "收到")
		w.leap(7 * time.Hour)
		forget := func(before time.Time) (n int, err error) {
			err = w.write(func(tx *db.Tx) (err error) { n, err = w.c.Forget(ctx, tx, "示例办公室", before); return err })
			return n, err
		}
		if _, err := forget(w.db.Now()); KindOf(err) != Invalid {
			w.Error(err)
		}
		w.clock.Advance(100 * 24 * time.Hour)
		if n, err := forget(w.db.Now().Add(-codeRest)); err != nil || n != 15 { // 7 persons by two channels, one reply
			w.Error(n, err)
		}
		if k := w.call(r, "柳村主任"); k.State != Answered || len(k.Addresses) != 0 {
			w.Errorf("%+v", k)
		}
	})
}

func TestReadLadders(t *testing.T) {
	b, err := os.ReadFile("../counties/jiangxian/callup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	list, err := ReadLadders(b)
	if err != nil || len(list) < 2 || list[0].Steps[1].Rungs[3].Do != DoStandIn {
		t.Error(list, err)
	}
	for name, text := range map[string]string{"an unknown word": "ladders:\n  - name: 甲\n    ofice: [a/b]\n", "twice": strings.Replace(string(b), "橙色预警", "红色预警", 1),
		"no list": "ladders: 3\n", "no rungs": "ladders:\n  - { name: 甲, office: [a/b], tell: [sms], steps: [{ name: 乙, of: town, posts: [镇长] }] }\n"} {
		if _, err := ReadLadders([]byte(text)); err == nil {
			t.Error(name)
		}
	}
	if list, err := ReadLadders(nil); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
}

func FuzzReadLadders(f *testing.F) {
	b, err := os.ReadFile("../counties/jiangxian/callup.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("ladders:\n  - &a { name: 甲, steps: [*a] }\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := ReadLadders(b)
		if err != nil {
			return
		}
		for _, l := range list {
			if err := l.Check(); err != nil {
				t.Error("read and refused:", err)
			}
		}
	})
}
