package warning

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/drill"
)

// world is an outbox that carries when it likes, and what people have got.
type world struct {
	testing.TB
	w     *Warnings
	queue map[string]map[Recipient]Telling
	got   map[Recipient][]string // 12/3, in order
}

func (o *world) carry(r *rand.Rand, all bool) {
	for _, key := range sortedKeys(o.queue) {
		for _, to := range sortedKeys(o.queue[key]) {
			if all || r.IntN(2) == 0 {
				for _, v := range o.queue[key][to].Versions {
					o.got[to] = append(o.got[to], fmt.Sprint(v.Event, "/", v.N))
				}
				delete(o.queue[key], to)
			}
		}
	}
}

func sortedKeys[K ~string | ~int64, V any](m map[K]V) []K {
	var out []K
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Random lives: events begin, are updated and cancelled or run out, by day and by night; the outbox carries some of what it has before it is
// asked to take it back. Then nobody hears of a version twice, nobody hears of an end who never heard of a beginning, everybody who heard of a
// beginning hears of the cancel, and by night nobody is told of a low level.
func TestLives(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { live(t, seed) })
	}
}

func live(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	clock := dbtest.At("2023-07-28T12:00:00+08:00")
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now)
	h := rainstorm()
	h.Night = Night{}
	o := &world{TB: t, queue: map[string]map[Recipient]Telling{}, got: map[Recipient][]string{}}
	o.w = &Warnings{County: county, Place: "青禾县", Hazards: []*Hazard{h}}
	o.w.Audience = func(context.Context, *db.Tx, *Version) ([]Recipient, error) {
		var out []Recipient
		for i := range Recipient(8) {
			if r.IntN(3) > 0 {
				out = append(out, i)
			}
		}
		return out, nil
	}
	o.w.Tell = func(_ context.Context, tx *db.Tx, g Telling) error {
		if o.queue[g.Key] != nil {
			t.Errorf("asked twice for %s", g.Key)
		}
		o.queue[g.Key] = map[Recipient]Telling{}
		for _, to := range g.To {
			o.queue[g.Key][to] = g
		}
		high := false
		for _, v := range g.Versions {
			high = high || v.Level == orange
			if (v.Drill != "") != g.Drill {
				t.Errorf("%s mixes drills with the real thing", g.Key)
			}
		}
		if within(tx.Now(), h.Quiet.From, h.Quiet.To) && !high {
			t.Errorf("%s was told at %v", g.Key, tx.Now())
		}
		if g.Drill != drill.Is(g.Text) || !g.Drill && drill.Has(g.Text) || !g.Expires.After(tx.Now()) {
			t.Errorf("%s: %q until %v", g.Key, g.Text, g.Expires)
		}
		return nil
	}
	o.w.Withdraw = func(_ context.Context, _ *db.Tx, key string) ([]Recipient, error) {
		out := sortedKeys(o.queue[key])
		o.queue[key] = map[Recipient]Telling{}
		return out, nil
	}
	write := func(act func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(ctx, act); err != nil {
			t.Fatal(err)
		}
	}
	tick := func() {
		for more := true; more; {
			write(func(tx *db.Tx) (err error) { more, err = o.w.Tick(ctx, tx, tx.Now()); return err })
		}
	}
	publish := func(x Draft) {
		write(func(tx *db.Tx) error {
			v, err := o.w.Draft(ctx, tx, as("预报员甲"), x)
			if err == nil {
				_, err = o.w.Submit(ctx, tx, as("预报员甲"), v.Event, v.N)
			}
			if err == nil {
				_, err = o.w.Publish(ctx, tx, as("局长"), v.Event, v.N)
			}
			return err
		})
	}
	for range 40 {
		clock.Advance(time.Duration(r.IntN(90)) * time.Minute)
		if r.IntN(3) > 0 {
			tick()
		}
		o.carry(r, false)
		var active []*Version
		write(func(tx *db.Tx) (err error) { active, err = o.w.Active(ctx, tx); return err })
		active = slices.DeleteFunc(active, func(v *Version) bool { return !v.Ends.After(clock.Now()) })
		x := Draft{Hazard: "rainstorm", Level: Levels[1+r.IntN(2)], Content: Content{Area: hekou(), Description: "有雨。", Valid: Duration(time.Duration(1+r.IntN(12)) * time.Hour)}}
		switch n := r.IntN(5); {
		case n < 2 || len(active) == 0:
			if r.IntN(4) == 0 {
				x.Drill = "演练"
			}
		case n < 4:
			x.Event, x.Kind = active[r.IntN(len(active))].Event, Update
		default:
			x = Draft{Event: active[r.IntN(len(active))].Event, Kind: Cancel, Content: Content{Reason: "雨停。"}}
		}
		publish(x)
	}
	o.carry(r, true)
	for range 4 {
		clock.Advance(9 * time.Hour)
		tick()
		o.carry(r, true)
	}
	o.settled(d)
}

// settled holds what people got against what was published.
func (o *world) settled(d *db.DB) {
	o.Helper()
	var events []Event
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { events, err = o.w.Events(ctx, tx, 0, 200); return err }); err != nil {
		o.Fatal(err)
	}
	for to, list := range o.got {
		for i, x := range list {
			if slices.Contains(list[:i], x) {
				o.Errorf("%d got %s twice: %q", to, x, list)
			}
		}
		for _, e := range events {
			heard := slices.ContainsFunc(list, func(x string) bool {
				var id, n int
				fmt.Sscanf(x, "%d/%d", &id, &n)
				return EventID(id) == e.ID && n < e.N
			})
			end := slices.Contains(list, fmt.Sprint(e.ID, "/", e.N))
			switch {
			case e.State == Published || e.State == Drafted:
				o.Errorf("event %d is %s after all that time", e.ID, e.State)
			case e.State == Cancelled && heard != end:
				o.Errorf("%d heard of event %d: %v, of its cancel: %v (%q)", to, e.ID, heard, end, list)
			}
		}
	}
	if len(o.got) == 0 {
		o.Error("nobody heard of anything")
	}
}
