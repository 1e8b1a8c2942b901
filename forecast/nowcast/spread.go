package nowcast

import (
	"math"
	"slices"

	"zhixing/forecast/grid"
)

// agreeing leaves out what differs from the weighted median of its nearest fellows by more than they differ among each other.
func agreeing(seen []sight) []sight {
	const fellows = 9
	if len(seen) < 3 {
		return seen
	}
	var out []sight
	order := make([]int, len(seen))
	for i, s := range seen {
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int {
			da, db := apart(s, seen[a]), apart(s, seen[b])
			switch {
			case da < db:
				return -1
			case da > db:
				return 1
			}
			return a - b
		})
		near := order[:min(fellows, len(order))]
		u, v := median(seen, near, func(s sight) float64 { return s.u }), median(seen, near, func(s sight) float64 { return s.v })
		off := median(seen, near, func(s sight) float64 { return math.Abs(s.u-u) + math.Abs(s.v-v) })
		if d := math.Abs(seen[i].u-u) + math.Abs(seen[i].v-v); d <= 1+3*off {
			out = append(out, s)
		}
	}
	return out
}

func apart(a, b sight) float64 {
	return float64((a.x-b.x)*(a.x-b.x)) + float64((a.y-b.y)*(a.y-b.y))
}

// median is the value at which half of the weight lies below.
func median(seen []sight, of []int, what func(sight) float64) float64 {
	list := slices.Clone(of)
	slices.SortStableFunc(list, func(a, b int) int {
		switch x, y := what(seen[a]), what(seen[b]); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return a - b
	})
	total := 0.0
	for _, i := range list {
		total += seen[i].weight
	}
	sum := 0.0
	for _, i := range list {
		if sum += seen[i].weight; 2*sum >= total {
			return what(seen[i])
		}
	}
	return what(seen[list[len(list)-1]])
}

// spread fills the grid: a plane through all sights, and to it what the sights nearby show beside it, fading over two windows.
func (m *Motion) spread(seen []sight, reach float64) {
	pu, pv := fit(seen, func(s sight) float64 { return s.u }), fit(seen, func(s sight) float64 { return s.v })
	// One cell in four each way is reckoned and stands for its neighbours: sights are six cells apart anyway.
	const coarse = 4
	for r := 0; r < m.NY; r += coarse {
		for c := 0; c < m.NX; c += coarse {
			x, y := float64(c)+1.5, float64(r)+1.5
			var u, v, total float64
			const fade = half * half
			for _, s := range seen {
				near := 1 / (1 + apart(sight{x: x, y: y}, s)/fade)
				w := s.weight * float64(near*near)
				u += float64(w * (s.u - pu.at(s.x, s.y)))
				v += float64(w * (s.v - pv.at(s.x, s.y)))
				total += w
			}
			// A little weight stands for the plane, so that far from all sights it is the plane alone.
			total += levels / 200
			u, v = u/total+pu.at(x, y), v/total+pv.at(x, y)
			iu, iv := part(u, reach), part(v, reach)
			for y := r; y < min(r+coarse, m.NY); y++ {
				for x := c; x < min(c+coarse, m.NX); x++ {
					m.U[m.Index(x, y)], m.V[m.Index(x, y)] = iu, iv
				}
			}
		}
	}
}

func part(cells, reach float64) int32 {
	return int32(math.RoundToEven(max(-reach, min(reach, cells)) * grid.Part))
}

// plane is a + b·(x-x0) + c·(y-y0).
type plane struct{ a, b, c, x0, y0 float64 }

func (p plane) at(x, y float64) float64 {
	return p.a + float64(p.b*(x-p.x0)) + float64(p.c*(y-p.y0))
}

// fit is the plane of least squares, its slope held back (ridge): few sights, or sights close together, say little about it.
func fit(seen []sight, what func(sight) float64) plane {
	var p plane
	total := 0.0
	for _, s := range seen {
		total += s.weight
		p.x0 += float64(s.weight * s.x)
		p.y0 += float64(s.weight * s.y)
		p.a += float64(s.weight * what(s))
	}
	p.x0, p.y0, p.a = p.x0/total, p.y0/total, p.a/total
	var xx, xy, yy, xz, yz float64
	for _, s := range seen {
		dx, dy, dz := s.x-p.x0, s.y-p.y0, what(s)-p.a
		xx += float64(s.weight * float64(dx*dx))
		xy += float64(s.weight * float64(dx*dy))
		yy += float64(s.weight * float64(dy*dy))
		xz += float64(s.weight * float64(dx*dz))
		yz += float64(s.weight * float64(dy*dz))
	}
	ridge := float64(total * half * half / 16)
	xx, yy = xx+ridge, yy+ridge
	det := float64(xx*yy) - float64(xy*xy)
	p.b = (float64(xz*yy) - float64(yz*xy)) / det
	p.c = (float64(yz*xx) - float64(xz*xy)) / det
	return p
}
