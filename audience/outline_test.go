package audience

import (
	"math/rand/v2"
	"testing"

	"zhixing/register"
)

// What lies around a line is inside its rings, and what is farther away by a fifth is not; the rings are sound surfaces.
func TestAround(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for n, metres := range []float64{50, 500, 3000} {
		for range 30 {
			line := []XY{At(35.45, 111.55)}
			for range 2 + r.IntN(30) {
				last := line[len(line)-1]
				line = append(line, XY{X: last.X + int32(r.IntN(40_000)-12_000), Y: last.Y + int32(r.IntN(40_000)-18_000)})
			}
			rings := Around(line, metres)
			if len(rings) == 0 {
				t.Fatal("nothing lies around a line")
			}
			g := &register.Geometry{Kind: register.Polygon}
			for _, ring := range rings {
				g.Parts = append(g.Parts, [][]XY{ring})
			}
			if why := g.Check(); why != "" {
				t.Fatalf("%v metres: %s\n%v", metres, why, rings)
			}
			if points := g.Points(); points > 400 {
				t.Errorf("%v metres around %d points have %d corners", metres, len(line), points)
			}
			near := newBand(line, metres)
			wide := newBand(line, metres*1.2+200*float64(n)) // a net of 700 meshes around a long line is coarse
			if metres == 50 {
				wide = newBand(line, 150)
			}
			b := wide.bounds()
			for range 3000 {
				p := XY{X: b.MinX + int32(r.IntN(int(b.MaxX-b.MinX))), Y: b.MinY + int32(r.IntN(int(b.MaxY-b.MinY)))}
				if near.holds(p) && !g.Contains(p) {
					t.Fatalf("%v is within %v metres of the line and outside of its rings", p, metres)
				}
				if len(rings) == 1 && len(line) == 3 && !wide.holds(p) && g.Contains(p) { // longer ones close loops, which are filled
					t.Fatalf("%v is far from the line and inside", p)
				}
			}
		}
	}
	if ring := Around([]XY{At(35.45, 111.55)}, 500); len(ring) != 1 || len(ring[0]) < 12 {
		t.Errorf("around a point: %v", ring)
	}
	if Around(nil, 500) != nil || Around([]XY{At(35, 111)}, 0) != nil {
		t.Error("around nothing is something")
	}
}
