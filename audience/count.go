package audience

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
)

// Tally is how many are in an area, and how many are told.
type Tally struct{ Inside, Told int }

func (t *Tally) add(in, told bool) {
	if in {
		t.Inside++
	}
	if told {
		t.Told++
	}
}

// Counts are the recipients of a query. Inside counts whoever is in the area, wants and consent aside; Told also those outside of it,
// who hold a post of the county or asked to be told. A recipient is one, however many addresses it has.
type Counts struct {
	Tally
	ByKind    map[Kind]Tally
	ByTown    map[string]Tally // "" are those of no town
	ByVillage map[Place]Tally
	ByRole    map[string]Tally
	ByChannel map[Channel]Tally
	ByWhy     map[Why]int
}

// Count counts, as the record stands at this moment.
func (a *Audience) Count(ctx context.Context, d *db.DB, q Query) (*Counts, error) {
	const op = "Count"
	if err := checkQuery(op, q); err != nil {
		return nil, err
	}
	var r *reach
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = a.resolve(ctx, tx, q.Area)
		return err
	})
	if err != nil {
		return nil, wrap(op, err)
	}
	x, err := a.current(ctx, d)
	if err != nil {
		return nil, wrap(op, err)
	}
	return a.count(x, r, &question{q, calendar.DateOf(d.Now())}), nil
}

func checkQuery(op string, q Query) error {
	if !q.Level.Known() {
		return refuse(Invalid, op, "请先选定预警等级。")
	}
	return nil
}

// asking walks an index with one question.
type asking struct {
	a        *Audience
	x        *index
	r        *reach
	q        *question
	terms    []*terms
	places   []Place
	named    []bool // by place: the area names it
	met      []int8 // by place: the area meets it (1), does not (-1), or that was not asked
	in       marks
	also     marks // rows that are told in any case
	alsoLate marks // of those that wait beside the order
	answer   []Why // see ways
	known    []bool
	wide     []bool // by terms
}

func (a *Audience) ask(x *index, r *reach, q *question) *asking {
	k := &asking{a: a, x: x, r: r, q: q, in: newMarks(len(x.ids)), also: newMarks(len(x.ids)), alsoLate: newMarks(len(x.late))}
	k.terms, k.places = a.memory().terms.known()
	k.answer, k.known, k.wide = make([]Why, ways*len(k.terms)), make([]bool, ways*len(k.terms)), make([]bool, len(k.terms))
	for i, t := range k.terms {
		k.wide[i] = t.wide()
	}
	k.named, k.met = make([]bool, len(k.places)), make([]int8, len(k.places))
	some := false
	for i, p := range k.places {
		k.named[i] = r.named(p)
		some = some || k.named[i]
	}
	if some {
		for i, p := range x.places[:x.points] {
			if k.named[p] {
				k.in.set(i)
			}
		}
	}
	for i := x.points; i < len(x.places); i++ {
		if p := x.places[i]; k.named[p] || k.places[p].Village != "" && k.meets(p) {
			k.in.set(i)
		}
	}
	for _, s := range r.shapes() {
		x.mark(k.in, s)
	}
	for _, id := range q.Also {
		if row, ok := x.row(uint32(id)); ok {
			k.also.set(row)
		}
		i, ok := slices.BinarySearchFunc(x.late, uint32(id), func(r record, id uint32) int { return cmp.Compare(r.id, id) })
		if ok {
			k.alsoLate.set(i)
		}
	}
	return k
}

// each gives every recipient that is in the area or is told, with the number of the answer that says why.
func (k *asking) each(yield func(r *record, in bool, answer uint32)) {
	x := k.x
	var r record
	for word := range k.in {
		for rest := (k.in[word] | x.far[word] | k.also[word]) &^ x.dead[word]; rest != 0; rest &= rest - 1 {
			i := word*64 + bits.TrailingZeros64(rest)
			r.id, r.place, r.terms = x.ids[i], x.places[i], x.terms[i]
			in := k.in.has(i)
			if n := k.why(&r, in, k.also.has(i)); in || k.answer[n] != "" {
				yield(&r, in, n)
			}
		}
	}
	for i := range x.late {
		r := &x.late[i]
		if r.gone {
			continue
		}
		in := k.a.holds(k.r, k.places[r.place], r.at, r.placed)
		if n := k.why(r, in, k.alsoLate.has(i)); in || k.answer[n] != "" {
			yield(r, in, n)
		}
	}
}

// Answers are worked out once for each terms, and five ways: for who is in the area or not, for whom it concerns or not, and for whom an
// earlier version of the warning reached, as its end is told to whoever heard of its beginning.
const (
	ways    = 5
	earlier = 4
)

// why is the number of the answer.
func (k *asking) why(r *record, in, before bool) uint32 {
	n := ways * r.terms
	if in {
		n++
	}
	switch {
	case before:
		n = ways*r.terms + earlier
	case k.wide[r.terms] && (k.places[r.place] == Place{} || k.meets(r.place)):
		n += 2
	}
	if !k.known[n] {
		k.known[n] = true
		t, way := k.terms[r.terms], n%ways
		if way == earlier {
			k.answer[n] = when(k.q.reaches(t), WhyBefore)
		} else {
			k.answer[n] = k.q.tells(t, in, way >= 2, func(p Place) bool { return k.a.meets(k.r, p) })
		}
	}
	return n
}

func (k *asking) meets(place uint32) bool {
	if k.met[place] == 0 {
		k.met[place] = -1
		if k.a.meets(k.r, k.places[place]) {
			k.met[place] = 1
		}
	}
	return k.met[place] > 0
}

func (a *Audience) count(x *index, r *reach, q *question) *Counts {
	k := a.ask(x, r, q)
	byAnswer, byPlace := make([]Tally, len(k.answer)), make([]Tally, len(k.places))
	out := &Counts{ByKind: map[Kind]Tally{}, ByTown: map[string]Tally{}, ByVillage: map[Place]Tally{}, ByRole: map[string]Tally{},
		ByChannel: map[Channel]Tally{}, ByWhy: map[Why]int{}}
	k.each(func(r *record, in bool, answer uint32) {
		told := k.answer[answer] != ""
		byAnswer[answer].add(in, told)
		byPlace[r.place].add(in, told)
	})
	for i, n := range byAnswer {
		if n == (Tally{}) {
			continue
		}
		out.Inside, out.Told = out.Inside+n.Inside, out.Told+n.Told
		if why := k.answer[i]; why != "" {
			out.ByWhy[why] += n.Told
		}
		t := k.terms[i/ways]
		addTo(out.ByKind, t.Kind, n)
		for _, c := range t.Channels {
			if len(q.By) == 0 || slices.Contains(q.By, c) {
				addTo(out.ByChannel, c, n)
			}
		}
		for _, role := range t.Roles {
			addTo(out.ByRole, role, n)
		}
	}
	for i, n := range byPlace {
		if n == (Tally{}) {
			continue
		}
		addTo(out.ByTown, k.places[i].Town, n)
		if k.places[i].Village != "" {
			addTo(out.ByVillage, k.places[i], n)
		}
	}
	return out
}

func addTo[K comparable](m map[K]Tally, key K, n Tally) {
	t := m[key]
	m[key] = Tally{t.Inside + n.Inside, t.Told + n.Told}
}

// current is the index as the record stands; it reads what has changed since it was last asked.
func (a *Audience) current(ctx context.Context, d *db.DB) (*index, error) {
	a.memory().grow.Lock()
	defer a.memory().grow.Unlock()
	x := a.memory().now.Load()
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		x, err = a.asOf(ctx, tx, x)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.memory().now.Store(x)
	return x, nil
}

// Load brings the index in memory up to date; whoever starts a server calls it once, so that the first question need not wait.
func (a *Audience) Load(ctx context.Context, d *db.DB) error {
	_, err := a.current(ctx, d)
	return wrap("Load", err)
}

// asOf is the index that the transaction sees, made of one that may be older, newer or nil.
func (a *Audience) asOf(ctx context.Context, tx *db.Tx, x *index) (*index, error) {
	rev, err := newest(ctx, tx, a.County)
	if err != nil {
		return nil, err
	}
	if x == nil || x.rev > rev {
		x = &index{}
	}
	if x.rev == rev {
		return x, nil
	}
	changed, err := a.changes(ctx, tx, x.rev)
	if err != nil {
		return nil, err
	}
	return x.with(changed, rev), nil
}
