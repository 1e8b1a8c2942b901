package hj212

import (
	"cmp"
	"slices"
	"time"
)

// Assembler puts split frames together. Parts come in any order and more than once, each with a QN of its own, so they
// are known by device, system, command, data time and number of parts (C.49, C.50). It is bounded and forgets: parts are
// useful alone, so a server stores each as it comes, and asks the Assembler only whether a report is whole.
type Assembler struct {
	opt       AssemblerOptions
	groups    map[groupKey]*group
	forgotten []Incomplete // for want of room
}

// AssemblerOptions are its limits.
type AssemblerOptions struct {
	MaxGroups int           // most reports that wait at a time, 64 where 0; the oldest goes for a new one
	MaxParts  int           // most parts of a report, 99 where 0
	Wait      time.Duration // how long the parts of a report are waited for, a minute where 0
}

type groupKey struct {
	mn   MN
	st   ST
	cn   CN
	time string
	pnum int
}

type group struct {
	since time.Time
	parts map[int]Frame
	whole bool // kept until it expires, so that resent parts do not begin it anew
}

// Incomplete is a report of which parts did not come.
type Incomplete struct {
	Parts   []Frame // those that did, by PNO
	Missing []int
}

// NewAssembler is an assembler for one connection.
func NewAssembler(opt AssemblerOptions) *Assembler {
	if opt.MaxGroups <= 0 {
		opt.MaxGroups = 64
	}
	if opt.MaxParts <= 0 {
		opt.MaxParts = 99
	}
	if opt.Wait <= 0 {
		opt.Wait = time.Minute
	}
	return &Assembler{opt: opt, groups: map[groupKey]*group{}}
}

// Part says that the frame is one of several. Some devices give PNUM and PNO without a Flag.
func (f *Frame) Part() bool { return f.PNUM > 1 }

// Add takes a frame. It gives the frame back as it is where it is whole by itself, and one frame with the items of all
// parts, in the order of PNO and with DataTime once, when the last part comes; else false.
func (a *Assembler) Add(f Frame, now time.Time) (Frame, bool) {
	if !f.Part() {
		return f, true
	}
	if f.PNO < 1 || f.PNO > f.PNUM || f.PNUM > a.opt.MaxParts {
		return Frame{}, false
	}
	key := groupKey{f.MN, f.ST, f.CN, f.DataTime(), f.PNUM}
	g := a.groups[key]
	if g == nil {
		a.makeRoom()
		g = &group{since: now, parts: map[int]Frame{}}
		a.groups[key] = g
	}
	if _, again := g.parts[f.PNO]; again || g.whole {
		return Frame{}, false
	}
	g.parts[f.PNO] = f
	if len(g.parts) < f.PNUM {
		return Frame{}, false
	}
	whole := join(g.sorted())
	g.whole, g.parts = true, nil
	return whole, true
}

// Expire forgets what has waited too long and gives the reports that stayed incomplete.
func (a *Assembler) Expire(now time.Time) []Incomplete {
	out := a.forgotten
	a.forgotten = nil
	for key, g := range a.groups {
		if now.Sub(g.since) >= a.opt.Wait {
			out = a.forget(out, key)
		}
	}
	slices.SortFunc(out, func(x, y Incomplete) int {
		return cmp.Or(cmp.Compare(x.Parts[0].MN, y.Parts[0].MN), cmp.Compare(x.Parts[0].DataTime(), y.Parts[0].DataTime()))
	})
	return out
}

func (a *Assembler) makeRoom() {
	if len(a.groups) < a.opt.MaxGroups {
		return
	}
	var oldest groupKey
	var since time.Time
	for key, g := range a.groups {
		if since.IsZero() || g.since.Before(since) {
			oldest, since = key, g.since
		}
	}
	if a.forgotten = a.forget(a.forgotten, oldest); len(a.forgotten) > a.opt.MaxGroups {
		a.forgotten = a.forgotten[1:]
	}
}

// forget drops a group and, where it is not whole, appends what there is of it.
func (a *Assembler) forget(to []Incomplete, key groupKey) []Incomplete {
	g := a.groups[key]
	delete(a.groups, key)
	if g.whole {
		return to
	}
	in := Incomplete{Parts: g.sorted()}
	for no := 1; no <= key.pnum; no++ {
		if _, ok := g.parts[no]; !ok {
			in.Missing = append(in.Missing, no)
		}
	}
	return append(to, in)
}

func (g *group) sorted() []Frame {
	out := make([]Frame, 0, len(g.parts))
	for _, f := range g.parts {
		out = append(out, f)
	}
	slices.SortFunc(out, func(x, y Frame) int { return x.PNO - y.PNO })
	return out
}

// join is the first part with the items of all.
func join(parts []Frame) Frame {
	f := parts[0]
	f.Items = slices.Clone(f.Items)
	f.Segment, f.Declared, f.CRC, f.PNUM, f.PNO = "", 0, 0, 0, 0
	f.Flag &^= flagSplit
	f.has &^= FieldPNUM | FieldPNO
	for _, p := range parts[1:] {
		shift := 0
		if n := len(f.Items); n > 0 {
			shift = f.Items[n-1].Group + 1
		}
		for _, it := range p.Items {
			if it.Name == "DataTime" {
				continue
			}
			it.Group += shift
			f.Items = append(f.Items, it)
		}
		f.Resent = f.Resent || p.Resent
	}
	return f
}
