package audience

import (
	"cmp"
	"math/bits"
	"slices"
)

// index is all recipients of the county in memory as they stood at a change. It never changes; the next one is made of it by with.
//
// Those with a point stand in Z order, in which whatever lies in a square of the world's halvings stands together: a shape is
// answered by going down from the whole world, taking squares that lie wholly inside without looking at anybody, and testing
// single points only along its edge. Those without follow.
type index struct {
	rev    int64
	at     []XY
	ids    []uint32
	places []uint32
	terms  []uint32
	far    marks    // rows that may be told of what happens elsewhere
	points int      // how many stand in Z order, and have a point
	byID   []uint32 // their rows by the number of the recipient
	dead   marks    // rows that changed since
	late   []record // what they became, and newcomers, by number
}

// record is a recipient in the index.
type record struct {
	id, place, terms uint32
	at               XY
	placed, gone     bool
	far              bool // see terms.far
}

// maxLate is how many may wait beside the order before it is made anew.
const maxLate = 4096

// with is the index after changes, of which none is older than it.
func (x *index) with(changed []record, rev int64) *index {
	if len(x.ids)+len(x.late) == 0 {
		return (&index{rev: rev, late: changed}).ordered()
	}
	late := make(map[uint32]record, len(x.late)+len(changed))
	for _, list := range [][]record{x.late, changed} {
		for _, r := range list {
			late[r.id] = r
		}
	}
	out := *x
	out.rev = rev
	out.dead = slices.Clone(x.dead)
	for _, r := range changed {
		if row, ok := x.row(r.id); ok {
			out.dead.set(row)
		}
	}
	out.late = make([]record, 0, len(late))
	for _, r := range late {
		if _, base := x.row(r.id); !r.gone || base { // a newcomer that is gone again is nobody
			out.late = append(out.late, r)
		}
	}
	slices.SortFunc(out.late, func(a, b record) int { return cmp.Compare(a.id, b.id) })
	if len(out.late) > maxLate {
		return out.ordered()
	}
	return &out
}

func (x *index) row(id uint32) (int, bool) {
	i, ok := slices.BinarySearchFunc(x.byID, id, func(row, id uint32) int { return cmp.Compare(x.ids[row], id) })
	if !ok {
		return 0, false
	}
	return int(x.byID[i]), true
}

// ordered is the index with nobody waiting beside it.
func (x *index) ordered() *index {
	all := make([]record, 0, len(x.ids)+len(x.late))
	for i := range x.ids {
		if !x.dead.has(i) {
			all = append(all, x.record(i))
		}
	}
	for _, r := range x.late {
		if !r.gone {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b record) int {
		if a.placed != b.placed {
			if a.placed {
				return -1
			}
			return 1
		}
		if a.placed {
			if c := cmp.Compare(zOrder(a.at), zOrder(b.at)); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.id, b.id)
	})
	n := len(all)
	out := &index{rev: x.rev, at: make([]XY, n), ids: make([]uint32, n), places: make([]uint32, n), terms: make([]uint32, n), byID: make([]uint32, n),
		far: newMarks(n), dead: newMarks(n)}
	for i, r := range all {
		out.at[i], out.ids[i], out.places[i], out.terms[i], out.byID[i] = r.at, r.id, r.place, r.terms, uint32(i)
		if r.placed {
			out.points++
		}
		if r.far {
			out.far.set(i)
		}
	}
	slices.SortFunc(out.byID, func(a, b uint32) int { return cmp.Compare(out.ids[a], out.ids[b]) })
	return out
}

func (x *index) record(i int) record {
	return record{id: x.ids[i], place: x.places[i], terms: x.terms[i], at: x.at[i], placed: i < x.points, far: x.far.has(i)}
}

// zOrder mixes the bits of longitude and latitude, both counted from the south-west corner of the world.
func zOrder(p XY) uint64 { return spread(shifted(p.X)) | spread(shifted(p.Y))<<1 }

func shifted(v int32) uint32 { return uint32(v) ^ 1<<31 }

// spread puts a zero before each bit.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

// marks are rows of an index, a bit each.
type marks []uint64

func newMarks(n int) marks { return make(marks, (n+63)/64) }

func (m marks) set(i int) { m[i/64] |= 1 << (i % 64) }

func (m marks) has(i int) bool { return m[i/64]>>(i%64)&1 == 1 }

// setAll marks the rows from lo up to, not including, hi.
func (m marks) setAll(lo, hi int) {
	for lo < hi && lo%64 != 0 {
		m.set(lo)
		lo++
	}
	for ; hi-lo >= 64; lo += 64 {
		m[lo/64] = ^uint64(0)
	}
	for ; lo < hi; lo++ {
		m.set(lo)
	}
}

func (m marks) count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// leaf is from how few points on each is asked by itself.
const leaf = 12

// mark marks the rows whose point lies in the shape.
func (x *index) mark(m marks, s shape) { x.descend(m, s, 0, x.points, 0, 0, 32) }

// descend looks at the rows from lo to hi, all of which lie in the square of 1<<level units with that corner.
func (x *index) descend(m marks, s shape, lo, hi int, left, low uint32, level int) {
	if lo == hi {
		return
	}
	size := uint32(1)<<level - 1 // of 1<<32: all ones
	b := box{MinX: int32(left ^ 1<<31), MinY: int32(low ^ 1<<31), MaxX: int32((left + size) ^ 1<<31), MaxY: int32((low + size) ^ 1<<31)}
	switch s.side(b) {
	case outside:
		return
	case inside:
		m.setAll(lo, hi)
		return
	}
	if hi-lo <= leaf || level == 0 {
		for i := lo; i < hi; i++ {
			if s.holds(x.at[i]) {
				m.set(i)
			}
		}
		return
	}
	s = s.within(b)
	level--
	half := uint32(1) << level
	from := lo
	for quarter := range uint32(4) {
		l, d := left+half*(quarter&1), low+half*(quarter>>1)
		to := hi
		if quarter < 3 {
			next := quarter + 1
			limit := spread(left+half*(next&1)) | spread(low+half*(next>>1))<<1
			to = from + firstFrom(x.at[from:hi], limit)
		}
		x.descend(m, s, from, to, l, d, level)
		from = to
	}
}

// firstFrom is how many points of a stretch in Z order come before the limit.
func firstFrom(at []XY, limit uint64) int {
	lo, hi := 0, len(at)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if zOrder(at[mid]) < limit {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
