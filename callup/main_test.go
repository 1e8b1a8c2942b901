package callup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/drill"
)

const (
	county = "990001"
	leader = "青禾县人民政府/县长"
	duty   = "青禾县人民政府办公室/值班员"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		fmt.Println("error", child(dsn))
		return
	}
	dbtest.Main(m)
}

// testLadder is that of the stories.
func testLadder() Ladder {
	rungs := func(more ...Rung) []Rung {
		return slices.Concat([]Rung{{After: 0, By: []string{"sms"}}, {After: 2, By: []string{Voice}}, {After: 5, By: []string{"sms", Voice}}}, more,
			[]Rung{{After: 15, Do: DoOffice}})
	}
	return Ladder{Name: "暴雨叫应", Office: []string{duty}, Tell: []string{"sms"}, Steps: []Step{
		{Name: "县领导", Of: County, Posts: []string{leader}, Rungs: rungs()},
		{Name: "乡镇主官", Of: Town, Posts: []string{"镇长|乡长"}, Deputies: []string{"副镇长"}, Superior: "县领导",
			Rungs: rungs(Rung{After: 8, Do: DoStandIn}, Rung{After: 10, Do: DoSuperior}), Again: Again{Every: 10, Times: 2, By: []string{Voice}}},
		{Name: "村主任", Of: Village, Posts: []string{"村主任"}, Deputies: []string{"副主任"}, Superior: "乡镇主官",
			Rungs: rungs(Rung{After: 8, Do: DoStandIn}, Rung{After: 10, Do: DoSuperior}), Again: Again{Every: 10, Times: 3, By: []string{"sms", Voice}}},
	}}
}

// world is a county of invented persons with what was sent to them.
type world struct {
	testing.TB
	db      *db.DB
	clock   *dbtest.Clock
	c       *Callup
	people  map[PersonID]Person
	posts   map[string][]PersonID // by Seat.key
	sent    []Message
	when    map[string]time.Time // by key
	took    []string
	reports []Report
	listed  [][]string
}

func newWorld(t testing.TB, d *db.DB, clock *dbtest.Clock) *world {
	w := &world{TB: t, db: d, clock: clock, people: map[PersonID]Person{}, posts: map[string][]PersonID{}, when: map[string]time.Time{}}
	w.c = &Callup{County: county,
		Send: func(_ context.Context, tx *db.Tx, list []Message) error {
			for _, m := range list {
				if _, twice := w.when[m.Key]; twice {
					w.Errorf("%s is sent twice", m.Key)
				}
				w.when[m.Key] = tx.Now()
				for _, s := range []string{m.Title, m.Text} {
					if m.Drill != (strings.HasPrefix(s, drill.Mark) && strings.HasSuffix(s, drill.Mark) && len(s) > 2*len(drill.Mark)) || m.Drill == (strings.Count(s, "演练") == 0) {
						w.Errorf("drill %v: %q", m.Drill, s)
					}
				}
				if m.To == "" || m.Key == "" || m.Purpose == "" || len(m.Title) > 300 || strings.ContainsFunc(m.Title+m.To, unicode.IsControl) || len(m.Key) > 300 ||
					len(m.Text) > 8<<10 || !m.Expires.After(tx.Now()) || m.Level < 0 || m.Level > 4 { // as package channel has it
					w.Errorf("not to be sent: %+v", m)
				}
			}
			w.sent = append(w.sent, list...)
			return nil
		},
		Withdraw: func(_ context.Context, _ *db.Tx, calls []string) error { w.took = append(w.took, calls...); return nil },
		Holders: func(_ context.Context, _ *db.Tx, s Seat, _ time.Time) ([]Person, error) {
			var out []Person
			for _, id := range w.posts[s.key()] {
				out = append(out, w.people[id])
			}
			return out, nil
		},
		Person: func(_ context.Context, _ *db.Tx, id PersonID) (Person, bool, error) {
			p, ok := w.people[id]
			return p, ok, nil
		},
		Reported: func(_ context.Context, _ *db.Tx, r Report) error { w.reports = append(w.reports, r); return nil },
		Listed: func(_ context.Context, _ *db.Tx, _ *Round, list []*Call) error {
			w.listed = append(w.listed, strings.Split(names(list), "、"))
			return nil
		}}
	w.hold("县长", Seat{Post: leader})
	w.hold("值班员", Seat{Post: duty})
	return w
}

// hold gives a seat to a person, who is made where there is none of that name.
func (w *world) hold(name string, seats ...Seat) PersonID {
	id := PersonID("p-" + name)
	if _, ok := w.people[id]; !ok {
		phone := fmt.Sprintf("138%08d", len(w.people)+1)
		w.people[id] = Person{ID: id, Name: "示例" + name, Addresses: map[string]string{"sms": phone, Voice: phone}}
	}
	for _, s := range seats {
		w.posts[s.key()] = append(w.posts[s.key()], id)
	}
	return id
}

func (w *world) phone(name string) string { return w.people[PersonID("p-"+name)].Addresses["sms"] }

func town(t string) Place       { return Place{Town: t} }
func village(t, v string) Place { return Place{Town: t, Village: v} }

// settle makes the county of the stories: two towns with two villages each.
func (w *world) settle() []Place {
	w.hold("河口镇长", Seat{town("河口镇"), "镇长|乡长"})
	w.hold("河口副镇长", Seat{town("河口镇"), "副镇长"})
	w.hold("上岭乡长", Seat{town("上岭乡"), "镇长|乡长"})
	var out []Place
	for _, p := range []Place{village("河口镇", "柳村"), village("河口镇", "桥村"), village("上岭乡", "岭村"), village("上岭乡", "沟村")} {
		w.hold(p.Village+"主任", Seat{p, "村主任"})
		out = append(out, p)
	}
	w.hold("柳村副主任", Seat{village("河口镇", "柳村"), "副主任"})
	return out
}

func (w *world) write(do func(tx *db.Tx) error) error { return w.db.Write(ctx, do) }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) opening(places []Place) Opening {
	return Opening{Purpose: "warning/12", Version: 1, Title: "暴雨红色预警", Text: "三小时内雨量将达100毫米，请立即转移危险区群众", Level: 1, Ladder: testLadder(),
		Places: places, Until: w.db.Now().Add(6 * time.Hour), Basis: "青政发〔2023〕15号"}
}

func (w *world) open(o Opening) *Round {
	w.Helper()
	var r *Round
	w.must(w.write(func(tx *db.Tx) (err error) { r, err = w.c.Open(ctx, tx, "示例值班", o); return err }))
	return r
}

// run lets the clock tick each second until a time has passed.
func (w *world) run(d time.Duration) (done int) {
	w.Helper()
	for range int(d / time.Second) {
		w.clock.Advance(time.Second)
		n, err := w.c.Run(ctx, w.db)
		w.must(err)
		done += n
	}
	return done
}

// leap lets time pass in which nobody looks, and looks then.
func (w *world) leap(d time.Duration) int {
	w.Helper()
	w.clock.Advance(d)
	n, err := w.c.Run(ctx, w.db)
	w.must(err)
	return n
}

func (w *world) board(r *Round) *Board {
	w.Helper()
	var b *Board
	w.must(w.db.Read(ctx, func(tx *db.Tx) (err error) { b, err = w.c.BoardOf(ctx, tx, r.ID); return err }))
	return b
}

// call is the newest call of a person in the round.
func (w *world) call(r *Round, name string) *Call {
	w.Helper()
	var got *Call
	w.must(w.db.Read(ctx, func(tx *db.Tx) error {
		k, err := w.c.load(ctx, tx, r.ID, tx.Now())
		if err != nil {
			return err
		}
		for _, c := range k.calls {
			if c.Person == PersonID("p-"+name) {
				got = c
			}
		}
		return nil
	}))
	if got == nil {
		w.Fatalf("%s is not called", name)
	}
	return got
}

func (w *world) says(name, text string) Result {
	w.Helper()
	return w.in(Incoming{Channel: "sms", From: "+86" + w.phone(name), Text: text})
}

func (w *world) in(in Incoming) Result {
	w.Helper()
	var out Result
	in.At = w.db.Now()
	w.must(w.write(func(tx *db.Tx) (err error) { out, err = w.c.Reply(ctx, tx, in); return err }))
	w.clock.Advance(time.Millisecond)
	return out
}

// got are the persons who got a message since the last question, as "name channel", sorted; each message once.
func (w *world) got() []string {
	var out []string
	for _, m := range w.sent {
		out = append(out, strings.TrimPrefix(m.Name, "示例")+" "+m.Channel)
	}
	w.sent = nil
	slices.Sort(out)
	return out
}

func (w *world) want(want ...string) {
	w.Helper()
	slices.Sort(want)
	if got := w.got(); !slices.Equal(got, want) {
		w.Errorf("sent %q, want %q", got, want)
	}
}

// last is the newest SMS to a person.
func (w *world) last(name string) string {
	for _, m := range slices.Backward(w.sent) {
		if m.Name == "示例"+name && m.Channel == "sms" {
			return m.Text
		}
	}
	return ""
}

func (w *world) facts(r *Round) []Fact {
	w.Helper()
	var out []Fact
	w.must(w.db.Read(ctx, func(tx *db.Tx) (err error) { out, err = w.c.Facts(ctx, tx, r.ID, 0, 0, 100000); return err }))
	return out
}

// sound checks what holds of every round at every moment: facts are numbered without a gap up to the revision, what happens once
// is there once, and nothing that is due is undone.
func (w *world) sound(r *Round) {
	w.Helper()
	w.must(w.db.Read(ctx, func(tx *db.Tx) error {
		k, err := w.c.load(ctx, tx, r.ID, tx.Now())
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		facts, err := w.c.Facts(ctx, tx, r.ID, 0, 0, 1000000)
		for i, f := range facts {
			if f.N != int64(i+1) {
				w.Fatalf("fact %d follows fact %d", f.N, i)
			}
			key := fmt.Sprint(f.Call, f.What, f.Key)
			if f.Key != "" && seen[key] {
				w.Fatalf("%s happened twice", key)
			}
			seen[key] = true
			if c := k.call(f.Call); c != nil && f.What == wasFired && f.Key != "" && f.At.Before(want(k.r.Ladder.Steps[c.Step], c, f.Key)) {
				w.Fatalf("%s of call %d came at %s, before its time", f.Key, f.Call, f.At)
			}
		}
		if int64(len(facts)) != k.r.Revision {
			w.Fatalf("%d facts, revision %d", len(facts), k.r.Revision)
		}
		codes := map[string]int{}
		for _, c := range k.calls {
			if p := k.r.Pending(c); len(p) > 0 && !tx.Now().Before(p[0].At) {
				w.Fatalf("call %d: %s was due at %s and is not done at %s", c.N, p[0].Key, p[0].At, tx.Now())
			}
			if c.Code != "" && (codes[c.Code] > 0 || !validCode(c.Code)) || c.Code == "" && !c.Vacant() {
				w.Fatalf("call %d has code %q, as call %d", c.N, c.Code, codes[c.Code])
			}
			codes[c.Code] = c.N
		}
		return err
	}))
}

// stories runs a story on both databases, beginning at a time in China.
func stories(t *testing.T, at string, do func(w *world)) {
	t.Helper()
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			start, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Zone)
			if err != nil {
				t.Fatal(err)
			}
			clock := dbtest.At(start.Format(time.RFC3339))
			do(newWorld(t, dbtest.Open(t, dbtest.DSN(t, dialect), clock.Now), clock))
		})
	}
}

func keys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
