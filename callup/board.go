package callup

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/drill"
)

// Total counts the posts of a place: of a village, of a town with its villages, or of the county with all (Place is zero).
type Total struct {
	Place    Place
	Posts    int
	Told     int
	Answered int // by the person himself
	Acted    int
	Covered  int // not answered, but who stands in has
	Vacant   int
	Trouble  int // cannot be reached, as far as is known
}

// Missing are the posts whose person has not answered.
func (t Total) Missing() int { return t.Posts - t.Answered }

func (t *Total) add(o Total) {
	t.Posts += o.Posts
	t.Told += o.Told
	t.Answered += o.Answered
	t.Acted += o.Acted
	t.Covered += o.Covered
	t.Vacant += o.Vacant
	t.Trouble += o.Trouble
}

// Row is one post on the board, with the call of whoever holds it.
type Row struct {
	Call  *Call
	Seat  Seat
	Step  string
	Times int      // how often he was called
	Next  []Firing // what comes on its clock if he does not answer, by time
}

// Board is how a round stands: who has not answered comes first.
type Board struct {
	Round    *Round
	All      Total
	Towns    []Total // each town with its villages, in the order of the area; the county's own posts first
	Villages []Total // each village; of a town without a village, the town's own posts
	Rows     []Row
}

// Revision is the number of the newest fact of a round: while it is the same, its board is.
func (c *Callup) Revision(ctx context.Context, tx *db.Tx, id ID) (int64, error) {
	n, ok, err := readRevision(ctx, tx, c.County, id)
	if err == nil && !ok {
		err = refuse(NotFound, "Revision", "没有编号为%d的叫应。", id)
	}
	return n, wrap("Revision", err)
}

// totals counts the posts of calls by town and village, in the order in which they come.
func totals(calls []*Call) []Total {
	stands := map[int]bool{} // calls for which a stand-in has answered
	for _, k := range calls {
		if k.Kind == StandIn && k.Current && !k.Answered.IsZero() {
			stands[k.Of] = true
		}
	}
	one := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	var out []Total
	at := map[Place]int{}
	for _, k := range calls {
		if k.Kind != Own || !k.Current {
			continue
		}
		for _, s := range k.Seats {
			p := s.Place.at(Village)
			i, ok := at[p]
			if !ok {
				i = len(out)
				at[p], out = i, append(out, Total{Place: p})
			}
			answered := !k.Answered.IsZero()
			out[i].add(Total{Posts: 1, Told: one(!k.Told.IsZero()), Answered: one(answered), Acted: one(!k.Acted.IsZero()), Covered: one(!answered && stands[k.N]),
				Vacant: one(k.Vacant()), Trouble: one(k.Trouble != "")})
		}
	}
	return out
}

// sum adds what there is for each town, and for all. The county's own posts come first, then the towns in the order of the area.
func sum(list []Total, order []Place) (towns []Total, all Total) {
	rank := map[string]int{}
	for i, p := range order {
		if _, ok := rank[p.Town]; !ok && p.Town != "" {
			rank[p.Town] = i + 1
		}
	}
	for _, t := range list {
		all.add(t)
		i := slices.IndexFunc(towns, func(o Total) bool { return o.Place.Town == t.Place.Town })
		if i < 0 {
			i = len(towns)
			towns = append(towns, Total{Place: Place{Town: t.Place.Town}})
		}
		towns[i].add(t)
	}
	slices.SortStableFunc(towns, func(a, b Total) int { return rank[a.Place.Town] - rank[b.Place.Town] })
	return towns, all
}

// BoardOf is the board of a round.
func (c *Callup) BoardOf(ctx context.Context, tx *db.Tx, id ID) (*Board, error) {
	const op = "BoardOf"
	w, err := c.load(ctx, tx, id, tx.Now())
	if err != nil {
		return nil, wrap(op, err)
	}
	b := &Board{Round: w.r, Villages: totals(w.calls)}
	b.Towns, b.All = sum(b.Villages, w.r.Places)
	for _, k := range w.calls {
		for _, s := range k.Seats {
			if k.Current || k.State == HandedOver {
				row := Row{Call: k, Seat: s, Step: w.r.Ladder.Steps[k.Step].Name, Times: w.times(k)}
				if !w.r.over(w.now) {
					row.Next = w.r.Pending(k)
				}
				b.Rows = append(b.Rows, row)
			}
		}
	}
	slices.SortStableFunc(b.Rows, func(a, o Row) int {
		return cmp.Or(a.Call.rank()-o.Call.rank(), a.Call.Step-o.Call.Step, a.Call.N-o.Call.N)
	})
	return b, nil
}

// rank is the place of a call on the board: those that somebody has to see to come first.
func (k *Call) rank() int {
	switch {
	case k.State == Answered && k.Acted.IsZero():
		return 2
	case k.State == Answered:
		return 3
	case k.State == HandedOver:
		return 4
	case k.Vacant() || k.Trouble != "":
		return 0
	}
	return 1
}

// Table is the board as lines of text under a heading, for a file. It holds no address.
func (b *Board) Table() [][]string {
	out := [][]string{{"级", "乡镇", "村", "网格", "职务", "姓名", "代", "类别", "状态", "开始叫应", "叫应次数", "知晓", "应答", "办好", "应答方式", "问题"}}
	if b.Round.Drill {
		out[0][0] = drill.Mark + out[0][0]
	}
	for _, r := range b.Rows {
		k := r.Call
		line := []string{r.Step, r.Seat.Town, r.Seat.Village, r.Seat.Grid, Seat{Post: r.Seat.Post}.String(), k.Name, k.ForName, k.Kind.Chinese(), k.State.Chinese(),
			stamp(k.Began), strconv.Itoa(r.Times), stamp(k.Told), stamp(k.Answered), stamp(k.Acted), k.By, k.Trouble}
		if k.Vacant() {
			line[5], line[8] = "", "无人任职"
		}
		if b.Round.Drill {
			line[0] = drill.Mark + line[0]
		}
		out = append(out, line)
	}
	return out
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Zone).Format(time.DateTime)
}

// TotalOf is how a whole round stands.
func (c *Callup) TotalOf(ctx context.Context, tx *db.Tx, id ID) (Total, error) {
	w, err := c.load(ctx, tx, id, tx.Now())
	if err != nil {
		return Total{}, wrap("TotalOf", err)
	}
	_, all := sum(totals(w.calls), w.r.Places)
	return all, nil
}

// RoundBy is one round.
func (c *Callup) RoundBy(ctx context.Context, tx *db.Tx, id ID) (*Round, error) {
	r, err := readRound(ctx, tx, c.County, id)
	if err == nil && r == nil {
		err = refuse(NotFound, "RoundBy", "没有编号为%d的叫应。", id)
	}
	return r, wrap("RoundBy", err)
}

// RoundOf is the round of a purpose; nil where nobody was called for it.
func (c *Callup) RoundOf(ctx context.Context, tx *db.Tx, purpose string) (*Round, error) {
	r, err := readPurpose(ctx, tx, c.County, purpose)
	return r, wrap("RoundOf", err)
}

// Rounds are the newest rounds before one (0: the newest of all), those that are open or all.
func (c *Callup) Rounds(ctx context.Context, tx *db.Tx, open bool, before ID, limit int) ([]*Round, error) {
	out, err := readRounds(ctx, tx, c.County, open, before, limit)
	return out, wrap("Rounds", err)
}

// Facts are what happened in a round after a revision, or to one call of it, oldest first.
func (c *Callup) Facts(ctx context.Context, tx *db.Tx, id ID, call int, after int64, limit int) ([]Fact, error) {
	out, err := readFacts(ctx, tx, c.County, id, call, after, limit)
	return out, wrap("Facts", err)
}

// Mine are the calls of a person that take answers, with their rounds, for his own page.
func (c *Callup) Mine(ctx context.Context, tx *db.Tx, person PersonID) ([]*Call, []*Round, error) {
	ids, err := readMine(ctx, tx, c.County, person, tx.Now())
	if err != nil {
		return nil, nil, wrap("Mine", err)
	}
	var calls []*Call
	var rounds []*Round
	for _, at := range ids {
		w, err := c.load(ctx, tx, at.round, tx.Now(), at.n)
		if err != nil {
			return nil, nil, wrap("Mine", err)
		}
		calls, rounds = append(calls, w.calls[0]), append(rounds, w.r)
	}
	return calls, rounds, nil
}

// MineAt is one call of a person, with its round, and whether it still takes answers; what he says to one that does not is recorded as late.
func (c *Callup) MineAt(ctx context.Context, tx *db.Tx, person PersonID, id ID, n int) (k *Call, r *Round, takes bool, err error) {
	w, k, err := c.called(ctx, tx, "MineAt", id, n)
	if err == nil && k.Person != person {
		err = refuse(NotFound, "MineAt", "没有这一项叫应。")
	}
	if err != nil {
		return nil, nil, false, err
	}
	return k, w.r, w.takes(k), nil
}

// Linked is a call for whoever shows that he got its message, as MineAt.
func (c *Callup) Linked(ctx context.Context, tx *db.Tx, id ID, n int) (k *Call, r *Round, takes bool, err error) {
	w, k, err := c.called(ctx, tx, "Linked", id, n)
	if err != nil {
		return nil, nil, false, err
	}
	return k, w.r, w.takes(k), nil
}

// Deeds gives what pages call this package's records in the journal.
func Deeds() map[string]string {
	out := map[string]string{}
	for what, name := range map[string]string{"open": "开始叫应", "update": "按新版次叫应", "cancel": "解除叫应", "tick": "叫应到时处置", "answer": "应答叫应",
		"other": "其他号码回复叫应", "confirm": "登记叫应答复", "shift": "登记值班", "shift_drop": "撤销值班", "leave": "登记请假", "leave_end": "提前销假", "forget": "清除叫应号码"} {
		out["callup."+what] = name
	}
	return out
}
