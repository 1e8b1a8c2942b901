package observation

import (
	"cmp"
	"context"
	"slices"

	"zhixing/db"
)

// instant is what is stored of one instant of a place and kind, with what this recording adds.
type instant struct {
	n      int // versions so far
	values []known
}

type known struct {
	series SeriesID
	n      int // versions of this series
	value  Value
}

func (in *instant) of(id SeriesID) (known, bool) {
	for _, k := range in.values {
		if k.series == id {
			return k, true
		}
	}
	return known{series: id}, false
}

func (in *instant) learn(id SeriesID, v Value) {
	for i := range in.values {
		if in.values[i].series == id {
			in.values[i].n++
			in.values[i].value = v
			return
		}
	}
	in.values = append(in.values, known{id, 1, v})
}

// merge compares the readings of a group with what is stored and makes new sets of what differs.
func (w *recording) merge(ctx context.Context, g *group) error {
	p := w.places[g.key.place]
	newest, some := p.newest(g.key.kind)
	if byInstant := func(a, b given) int { return cmp.Compare(a.at, b.at) }; !slices.IsSortedFunc(g.list, byInstant) {
		slices.SortStableFunc(g.list, byInstant)
	}
	stored := map[int64]*instant{}
	if some && len(g.list) > 0 && g.list[0].at <= newest {
		if err := w.loadInstants(ctx, g, newest, stored); err != nil {
			return err
		}
	}
	for start := 0; start < len(g.list); {
		end := start + 1
		for end < len(g.list) && g.list[end].at == g.list[start].at {
			end++
		}
		in := stored[g.list[start].at]
		if in == nil {
			in = &instant{}
		}
		w.mergeInstant(p, g.key, in, g.list[start:end])
		start = end
	}
	return nil
}

// mergeInstant takes the readings of one instant, in the order given: a series named twice, with another value, is
// superseded at once. A set holds what came together: the same instant from the same source, each series once.
func (w *recording) mergeInstant(p *place, key groupKey, in *instant, list []given) {
	var set []byte
	var source Source
	flush := func() {
		if len(set) > 0 {
			in.n++
			w.sets.add(w.o.County, int64(key.place), key.kind, list[0].at, in.n, db.Micros(w.now), string(source), string(set))
			set = nil
		}
	}
	inSet := make([]SeriesID, 0, len(list))
	for i := range list {
		r := list[i].Reading
		was, before := in.of(r.Series)
		if before && was.value.Same(r.Value) || !before && r.Flag == Withdrawn {
			w.result.Same++
			continue
		}
		if r.Source != source || slices.Contains(inSet, r.Series) {
			flush()
			inSet = inSet[:0]
		}
		source = r.Source
		set = appendSet(set, r.Series, r.Value)
		inSet = append(inSet, r.Series)
		r.Version = was.n + 1
		in.learn(r.Series, r.Value)
		s := w.series[r.Series]
		if l := p.of(r.Series); l != nil && list[i].at < l.at {
			r.Late = true
		}
		w.touch(p, s, list[i].at)
		p.see(s, list[i].at, r.Value)
		w.result.Changed = append(w.result.Changed, *r)
	}
	flush()
}

// touch notes which sums of days and which means a reading makes stale. A day that is not over has no sum yet: it is noted
// by its first reading, and that is known by the newest instant before.
func (w *recording) touch(p *place, s Series, at int64) {
	day := db.Micros(Day.Start(db.FromMicros(at)))
	today := db.Micros(Day.Start(w.now))
	newest, some := p.newest(s.Kind.code())
	if day < today || !some || newest < day {
		if w.days == nil {
			w.days = map[dayKey]bool{}
		}
		w.days[dayKey{groupKey{s.Place, s.Kind.code()}, day}] = true
	}
	for _, m := range w.o.means[s.Name] {
		start := m.Kind.Start(db.FromMicros(at))
		end := m.Kind.End(start, 0)
		l := p.of(s.ID)
		if l != nil && l.at >= db.Micros(start) && end.After(w.now) {
			continue // noted by the first reading of the period
		}
		if w.means == nil {
			w.means = map[meanKey]bool{}
		}
		w.means[meanKey{m, s.Key, db.Micros(start)}] = true
	}
}
