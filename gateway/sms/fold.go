package sms

import (
	"slices"
	"sync"

	"zhixing/gateway"
)

// Fold makes one receipt of the many that come for a long text's parts, and gives back at once what is no part of one.
// A receipt can come before the answer that names the part: as long as a text is being handed over, receipts that fit
// nothing wait. What is not known any more, after a restart or after very many texts, passes as it is: the
// first part's receipt then speaks for the whole.
type Fold struct {
	mu    sync.Mutex
	begun int
	open  map[*Long]int // being handed over, and how many had begun before
	parts map[string]*Long
	order []*Long // ended ones, the oldest first
	stray []stray
}

// stray is a receipt that fits nothing yet, and how many texts had begun when it came: later ones it cannot be of.
type stray struct {
	gateway.Receipt
	begun int
}

// Long is a long text to one or several numbers, on its way.
type Long struct {
	refs  []string
	got   map[string]uint32 // by number: the parts that came, a bit each; all once it was passed on
	early []gateway.Receipt // came before all parts were taken
	lost  bool              // not all parts were taken
}

// The most texts whose parts are remembered, and receipts that wait.
const mostLong, mostStray = 1 << 16, 1 << 12

// Begin says that a text of several parts is about to be handed over.
func (f *Fold) Begin() *Long {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open, f.parts = map[*Long]int{}, map[string]*Long{}
	}
	l := &Long{got: map[string]uint32{}}
	f.open[l] = f.begun
	f.begun++
	return l
}

// Took says under which name a part was taken.
func (f *Fold) Took(l *Long, ref string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parts[ref] = l
	l.refs = append(l.refs, ref)
	f.stray = slices.DeleteFunc(f.stray, func(r stray) bool {
		if r.Ref == ref {
			l.early = append(l.early, r.Receipt)
		}
		return r.Ref == ref
	})
}

// End says that there are no more parts: all were taken, or it was given up, and then nothing is said of it. It gives the
// receipts that waited for it.
func (f *Fold) End(l *Long, whole bool) []gateway.Receipt {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, l)
	var out []gateway.Receipt
	if whole {
		for _, r := range l.early {
			out = l.take(out, r)
		}
	}
	l.early, l.lost = nil, !whole
	f.order = append(f.order, l)
	if len(f.order) > mostLong {
		f.forget(f.order[0])
		f.order = f.order[1:]
	}
	eldest := f.begun
	for _, n := range f.open {
		eldest = min(eldest, n)
	}
	f.stray = slices.DeleteFunc(f.stray, func(r stray) bool {
		if r.begun <= eldest {
			out = append(out, r.Receipt)
		}
		return r.begun <= eldest
	})
	return out
}

// Take gives what is to be passed on for a receipt, mostly the receipt itself, or nothing yet. Where it says that the
// receipt is held, the fold has taken note of it and wants it no second time.
func (f *Fold) Take(r gateway.Receipt) (list []gateway.Receipt, held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.parts[r.Ref]
	if l == nil {
		if len(f.open) == 0 || len(f.stray) == mostStray {
			return []gateway.Receipt{r}, false
		}
		f.stray = append(f.stray, stray{r, f.begun})
		return nil, true
	}
	if _, open := f.open[l]; open {
		l.early = append(l.early, r)
		return nil, true
	}
	if l.lost {
		return nil, true
	}
	return l.take(nil, r), true
}

const told = ^uint32(0)

func (l *Long) take(out []gateway.Receipt, r gateway.Receipt) []gateway.Receipt {
	if l.got[r.To] == told {
		return out
	}
	l.got[r.To] |= 1 << slices.Index(l.refs, r.Ref) // a receipt may come twice
	if r.State == gateway.Delivered && l.got[r.To] != 1<<len(l.refs)-1 {
		return out
	}
	l.got[r.To] = told
	r.Ref = l.refs[0]
	return append(out, r)
}

func (f *Fold) forget(l *Long) {
	for _, ref := range l.refs {
		if f.parts[ref] == l {
			delete(f.parts, ref)
		}
	}
}
