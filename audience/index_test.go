package audience

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/register"
)

// star is a surface of n corners around a place, as wide as size units at most. It does not cross itself.
func star(r *rand.Rand, centre XY, n int, size float64) *register.Geometry {
	ring := make([]XY, 0, n+1)
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		d := size * (0.3 + 0.7*r.Float64())
		ring = append(ring, XY{X: centre.X + int32(d*math.Cos(angle)), Y: centre.Y + int32(d*math.Sin(angle))})
	}
	return &register.Geometry{Kind: register.Polygon, Parts: [][][]XY{{append(ring, ring[0])}}}
}

// someShape is a surface, a circle or a band near the county, now and then with corners on whole thousandths, where people stand too.
func someShape(r *rand.Rand) shape {
	c := scattered(r)
	switch r.IntN(4) {
	case 0:
		return newCircle(c, 10+20_000*r.Float64()*r.Float64())
	case 1:
		line := []XY{c}
		for range r.IntN(30) {
			c = XY{X: c.X + int32(r.IntN(200_000)) - 100_000, Y: c.Y + int32(r.IntN(200_000)) - 100_000}
			line = append(line, c)
		}
		return newBand(line, 10+3000*r.Float64())
	case 2: // stairs: edges that run along parallels and meridians, points on them
		var ring []XY
		for i := range 1 + r.IntN(10) {
			ring = append(ring, XY{X: c.X + int32(i)*10_000, Y: c.Y + int32(i)*10_000}, XY{X: c.X + int32(i+1)*10_000, Y: c.Y + int32(i)*10_000})
		}
		end := ring[len(ring)-1]
		ring = append(ring, XY{X: end.X, Y: end.Y + 50_000}, XY{X: c.X, Y: end.Y + 50_000}, c)
		return newPolygon([][]XY{ring})
	}
	outer := star(r, c, 3+r.IntN(200), 1_000_000*r.Float64())
	inner := star(r, c, 3+r.IntN(20), 100_000*r.Float64())
	return newPolygon([][]XY{outer.Parts[0][0], inner.Parts[0][0]})
}

// scattered is a place in the county, one in four on whole thousandths of a degree, one in a thousand far away.
func scattered(r *rand.Rand) XY {
	p := XY{X: 1_115_000_000 + int32(r.IntN(3_000_000)), Y: 353_000_000 + int32(r.IntN(3_000_000))}
	switch r.IntN(1000) {
	case 0:
		return XY{X: int32(r.IntN(3_600_000_000) - 1_800_000_000), Y: int32(r.IntN(1_600_000_000) - 800_000_000)}
	case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10:
		return XY{X: 1_116_000_000, Y: 354_000_000} // a block of flats
	}
	if r.IntN(4) == 0 {
		return XY{X: p.X / 10_000 * 10_000, Y: p.Y / 10_000 * 10_000}
	}
	return p
}

// crowd is an index of n recipients of some dozens of terms and villages.
func (a *Audience) crowd(r *rand.Rand, n int) []record {
	villages := make([]uint32, 133)
	for i := range villages {
		villages[i] = a.memory().terms.ofPlace(Place{Town: fmt.Sprintf("%d镇", i%10), Village: fmt.Sprintf("%d村", i)})
	}
	for i, p := range []Place{east, west, {Town: "东镇"}} { // which have outlines
		villages[i] = a.memory().terms.ofPlace(p)
	}
	villages[132] = a.memory().terms.ofPlace(Place{})
	var kinds []uint32
	var far []bool
	for i := range 40 {
		t := terms{Kind: Kinds[i%5], Channels: []Channel{Channels[i%3]}, Agreed: i%2 == 0}
		if i%3 == 0 {
			t.Roles = []string{"学校"}
		}
		if i%7 == 0 {
			t.Wants = []Want{{Hazard: "暴雨", Level: Yellow, Place: Place{Town: "1镇"}}}
		}
		k, shared, err := a.memory().terms.of(spelling(t))
		if err != nil {
			panic(err)
		}
		kinds, far = append(kinds, k), append(far, shared.far())
	}
	out := make([]record, n)
	for i := range out {
		k := r.IntN(len(kinds))
		out[i] = record{id: uint32(i + 1), place: villages[r.IntN(len(villages))], terms: kinds[k], far: far[k], at: scattered(r), placed: r.IntN(20) > 0}
	}
	return out
}

// The index marks whoever a shape holds, and nobody else.
func TestMarksAreThoseOfEachPointAskedByItself(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	x := (&index{}).with((&Audience{}).crowd(r, 20_000), 1)
	hits := 0
	for i := range 300 {
		s := someShape(r)
		m := newMarks(len(x.ids))
		x.mark(m, s)
		for row := range x.ids {
			if want := row < x.points && s.holds(x.at[row]); m.has(row) != want {
				t.Fatalf("shape %d, %T: row %d at %v is marked %v, want %v", i, s, row, x.at[row], m.has(row), want)
			}
		}
		hits += m.count()
	}
	if hits < 10_000 {
		t.Fatal("hardly anybody was in a shape:", hits)
	}
}

// What a polygon of ours holds is what the registers' geometry holds.
func TestPolygonsAgreeWithRegisters(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		g := star(r, scattered(r), 3+r.IntN(40), 300_000)
		c := g.Parts[0][0][0]
		p := newPolygon(g.Parts[0])
		for range 500 {
			q := XY{X: c.X + int32(r.IntN(800_000)) - 400_000, Y: c.Y + int32(r.IntN(800_000)) - 400_000}
			if r.IntN(4) == 0 {
				q.Y = g.Parts[0][0][r.IntN(len(g.Parts[0][0]))].Y // at the height of a corner
			}
			if p.holds(q) != g.Contains(q) {
				t.Fatalf("%v in %v: %v", q, g.Parts[0][0], p.holds(q))
			}
		}
		for _, corner := range g.Parts[0][0] {
			if !p.holds(corner) {
				t.Fatalf("corner %v is not in %v", corner, g.Parts[0][0])
			}
		}
	}
}

// What side says of a rectangle holds of every point of it, and within changes nothing inside of it.
func TestSidesAreNeverWrong(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	sure := 0
	for range 2000 {
		s := someShape(r)
		c := s.bounds()
		w, h := int64(c.MaxX)-int64(c.MinX), int64(c.MaxY)-int64(c.MinY)
		b := box{MinX: c.MinX + int32(r.Int64N(w+1)), MinY: c.MinY + int32(r.Int64N(h+1))}
		b.MaxX, b.MaxY = b.MinX+int32(r.Int64N(w/4+1)), b.MinY+int32(r.Int64N(h/4+1))
		said, near := s.side(b), s.within(b)
		if said != unsure {
			sure++
		}
		for i := range 200 {
			p := XY{X: b.MinX + int32(r.Int64N(int64(b.MaxX)-int64(b.MinX)+1)), Y: b.MinY + int32(r.Int64N(int64(b.MaxY)-int64(b.MinY)+1))}
			if i < 4 {
				p = XY{X: []int32{b.MinX, b.MaxX}[i%2], Y: []int32{b.MinY, b.MaxY}[i/2]}
			}
			in := s.holds(p)
			if said == inside && !in || said == outside && in || near.holds(p) != in {
				t.Fatalf("%T, %v in %v: holds %v, side %d, within %v", s, p, b, in, said, near.holds(p))
			}
		}
	}
	if sure < 200 {
		t.Fatal("side was sure of", sure)
	}
}

// Distances, worked out by hand: a degree of the meridian is 111,195 m, one of the 60th parallel half of that.
func TestDistances(t *testing.T) {
	for _, c := range []struct {
		x, y, metres float64
		want         bool
	}{{0, 61, 111_300, true}, {0, 61, 111_100, false}, {1, 60, 55_700, true}, {1, 60, 55_500, false}} {
		if got := newCircle(*at(0, 60), c.metres).holds(*at(c.x, c.y)); got != c.want {
			t.Errorf("circle of %v m at %v, %v: %v", c.metres, c.x, c.y, got)
		}
	}
	road := newBand([]XY{*at(111.5, 35), *at(111.6, 35)}, 100)
	for _, c := range []struct {
		x, y float64
		want bool
	}{{111.55, 35.00089, true}, {111.55, 35.00091, false}, {111.49892, 35, true}, {111.49888, 35, false}, {111.6, 34.9995, true}} {
		if got := road.holds(*at(c.x, c.y)); got != c.want {
			t.Errorf("%v, %v: %v", c.x, c.y, got)
		}
	}
	if p := newBand([]XY{*at(111.5, 35)}, 100); !p.holds(*at(111.5, 35.0008)) || p.holds(*at(111.5, 35.001)) {
		t.Error("a line of one point is a circle")
	}
}

// Whatever changes in whatever order, the index says what one that is made at once says, and what everybody asked by himself says.
func TestCountsAreThoseOfEverybodyAsked(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	a := &Audience{Places: places(t)}
	now := a.crowd(r, 3000)
	x := (&index{}).with(slices.Clone(now[:2500]), 1)
	x = x.with(slices.Clone(now[2500:]), 2)
	for step := range 40 {
		var changed []record
		for range r.IntN(300) {
			i := r.IntN(len(now))
			fresh := a.crowd(r, 1)[0]
			fresh.id, fresh.gone = now[i].id, r.IntN(5) == 0
			if slices.ContainsFunc(changed, func(c record) bool { return c.id == fresh.id }) {
				continue
			}
			now[i] = fresh
			changed = append(changed, fresh)
		}
		if step%10 == 9 {
			more := a.crowd(r, maxLate)
			for i := range more {
				more[i].id += uint32(len(now))
			}
			now, changed = append(now, more...), append(changed, more...)
		}
		x = x.with(changed, int64(step+3))
		q := &question{Query{Hazard: "暴雨", Level: Level(1 + r.IntN(4))}, calendar.Date{Year: 2023, Month: 7, Day: 10}}
		for range r.IntN(50) {
			q.Also = append(q.Also, ID(1+r.IntN(len(now)+5)))
		}
		reach := &reach{towns: map[string]bool{"2镇": r.IntN(2) == 0}, villages: map[Place]bool{{"3镇", "3村"}: true}, outlines: map[Place]bool{}}
		for range r.IntN(4) {
			reach.drawn = append(reach.drawn, someShape(r))
		}
		got := a.count(x, reach, q)
		terms, places := a.memory().terms.known()
		var want Tally
		byVillage := map[Place]Tally{}
		for _, p := range now {
			if p.gone {
				continue
			}
			place := places[p.place]
			in := a.holds(reach, place, p.at, p.placed)
			told := slices.Contains(q.Also, ID(p.id)) || q.tells(terms[p.terms], in, terms[p.terms].wide() && (place == Place{} || a.meets(reach, place)), func(p Place) bool { return a.meets(reach, p) }) != ""
			want.add(in, told)
			if v := byVillage[place]; place.Village != "" && (in || told) {
				v.add(in, told)
				byVillage[place] = v
			}
		}
		if got.Tally != want {
			t.Fatalf("step %d: %v, want %v", step, got.Tally, want)
		}
		for p, n := range byVillage {
			if got.ByVillage[p] != n {
				t.Fatalf("step %d: %v: %v, want %v", step, p, got.ByVillage[p], n)
			}
		}
	}
}

// An area that covers a town meets it, and one beside it does not.
func TestMeets(t *testing.T) {
	a := &Audience{Places: places(t)}
	for name, c := range map[string]struct {
		s    shape
		want bool
	}{
		"inside it":     {newCircle(*at(111.55, 35.45), 100), true},
		"around it":     {newCircle(*at(111.55, 35.45), 50_000), true},
		"across it":     {newBand([]XY{*at(111.3, 35.45), *at(111.7, 35.45)}, 20), true},
		"at its border": {newPolygon([][]XY{{*at(111.6, 35.4), *at(111.7, 35.4), *at(111.7, 35.5), *at(111.6, 35.5), *at(111.6, 35.4)}}), false},
		"beside it":     {newCircle(*at(111.65, 35.45), 4000), false},
		"overlapped":    {newCircle(*at(111.65, 35.45), 5000), true},
	} {
		r := &reach{drawn: []shape{c.s}, outlines: map[Place]bool{}}
		if got := a.meets(r, Place{Town: "东镇"}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestLoadAudience fills the record with recipients and asks for what pages ask for: by make load-audience. ZHIXING_LOAD_AUDIENCE
// is how many. It fails for no duration.
func TestLoadAudience(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ZHIXING_LOAD_AUDIENCE"))
	if n == 0 {
		n = 500
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			d := dbtest.Open(t, dbtest.DSN(t, dialect), time.Now)
			a := &Audience{County: county, Places: places(t)}
			r := rand.New(rand.NewPCG(1, 1))
			took := func(what string, do func() error) {
				t.Helper()
				start := time.Now()
				if err := do(); err != nil {
					t.Fatal(err)
				}
				t.Logf("%-60s %8.1f ms", what, float64(time.Since(start).Microseconds())/1000)
			}
			list := make([]Recipient, n)
			for i := range list {
				p := XY{X: 1_114_000_000 + int32(r.IntN(2_000_000)), Y: 354_000_000 + int32(r.IntN(1_000_000))}
				list[i] = agreed(phone(strconv.Itoa(i), Person, Place{}, strconv.Itoa(13_000_000_000+i)))
				list[i].At, list[i].Roles = &p, []string{[]string{"危险区住户", "种植户", "学校"}[r.IntN(3)]}
			}
			took(fmt.Sprintf("%d recipients written", n), func() error {
				return d.Write(ctx, func(tx *db.Tx) error { _, err := a.Put(ctx, tx, office, "import:册", list, false); return err })
			})
			list = nil
			before := heap()
			took("the index read", func() error { return a.Load(ctx, d) })
			t.Logf("the index takes %.1f MB", float64(heap()-before)/1e6)
			area := Area{Drawn: []*register.Geometry{star(r, *at(111.5, 35.45), 200, 450_000)}}
			q := Query{Area: area, Hazard: "暴雨", Level: Orange}
			for range 3 {
				took("how many in a surface of 200 corners", func() error {
					c, err := a.Count(ctx, d, q)
					if err == nil {
						t.Logf("%d inside, %d told", c.Inside, c.Told)
					}
					return err
				})
			}
			took("who they are, with their numbers", func() error {
				return d.Read(ctx, func(tx *db.Tx) error {
					got := 0
					for _, err := range a.Select(ctx, tx, q) {
						if err != nil {
							return err
						}
						got++
					}
					t.Logf("%d addresses", got)
					return nil
				})
			})
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkCount: a million, in a surface of 200 corners that holds about half of them.
func BenchmarkCount(b *testing.B) {
	a := &Audience{}
	r := rand.New(rand.NewPCG(1, 1))
	x := (&index{}).with(a.crowd(r, 1_000_000), 1)
	g := star(r, XY{X: 1_116_500_000, Y: 354_500_000}, 200, 1_500_000)
	q := &question{Query{Hazard: "暴雨", Level: Orange}, calendar.Date{Year: 2023, Month: 7, Day: 10}}
	b.Run("tree", func(b *testing.B) {
		for b.Loop() {
			a.count(x, &reach{drawn: []shape{newPolygon(g.Parts[0])}, outlines: map[Place]bool{}}, q)
		}
	})
	b.Run("everybody", func(b *testing.B) {
		p := newPolygon(g.Parts[0])
		for b.Loop() {
			n := 0
			for _, at := range x.at[:x.points] {
				if p.holds(at) {
					n++
				}
			}
		}
	})
}
