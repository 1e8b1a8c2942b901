package personnel

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/publication"
)

// Taken is what one TakeIn has done.
type Taken struct {
	Appointed, Removed int
	Waiting            int // moves that wait for an answer
}

// TakeIn takes in the moves of the published notices that were not taken in yet, in the order in which these were
// signed, removals first: a notice that replaces the holder of a single post names both. What is not certain becomes a
// question and is tried again each time. A notice that is gone, or was corrected, undoes nothing by itself: that is a
// question too. Calling it again does nothing more.
func TakeIn(ctx context.Context, tx *db.Tx, p *Book, county, by string) (Taken, error) {
	k := taker{ctx: ctx, tx: tx, book: p, county: county, by: by}
	err := k.all()
	return k.done, wrap("TakeIn", err)
}

type taker struct {
	ctx    context.Context
	tx     *db.Tx
	book   *Book
	county string
	by     string
	strict publication.Key // the document of which somebody is just answering a question: what stands in the way is told him
	now    QuestionID      // that question
	done   Taken
}

func (k *taker) all() error {
	moves, err := publication.Appointments(k.ctx, k.tx, k.county, "")
	if err != nil {
		return err
	}
	taken, err := readTaken(k.ctx, k.tx, k.county)
	if err != nil {
		return err
	}
	if err := k.askUnfounded(moves, taken); err != nil {
		return err
	}
	if err := k.settleGone(moves); err != nil {
		return err
	}
	for len(moves) > 0 {
		n := 1
		for n < len(moves) && moves[n].Key == moves[0].Key {
			n++
		}
		notice := moves[:n]
		moves = moves[n:]
		slices.SortStableFunc(notice, func(a, b publication.Appointment) int {
			return cmp.Compare(rankOf(a), rankOf(b))
		})
		for _, a := range notice {
			if _, ok := taken[takenMove{a.Key, moveKey(a)}]; ok {
				continue
			}
			err := k.take(a)
			if KindOf(err) != 0 && a.Key != k.strict {
				k.done.Waiting++ // an answer of earlier does not fit any more; the list of questions shows it
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func rankOf(a publication.Appointment) int {
	if a.Action == "remove" {
		return 0
	}
	return 1
}

// moveKey tells the moves of a document apart, over its versions.
func moveKey(a publication.Appointment) string {
	return strings.Join([]string{a.Action, nameOf(a.Person), org.Fold(a.Unit), org.Fold(a.Post), fmt.Sprint(a.ProbationMonths), a.DecidedOn.String()}, "|")
}

// moveText is the move in words, as a question names it.
func moveText(a publication.Appointment) string {
	if a.Action == "remove" {
		return "免去" + nameOf(a.Person) + "的" + a.Unit + a.Post + "职务"
	}
	return nameOf(a.Person) + "任" + a.Unit + a.Post
}

// take lets one move take effect, or leaves it to a question.
func (k *taker) take(a publication.Appointment) error {
	post, ok, err := k.post(a)
	if err != nil || !ok {
		return err
	}
	on := a.DecidedOn
	if on.IsZero() {
		answer, err := k.ask(NoDay, moveText(a), a)
		if err != nil || answer == nil {
			return err
		}
		on = answer.Day
	}
	m := Move{Post: post.ID, On: on, Months: min(a.ProbationMonths, maxProbation), Rank: a.Rank, Basis: Basis{a.Key, a.Clause}}
	var id TenureID
	if a.Action == "remove" {
		id, err = k.remove(a, m)
	} else {
		id, err = k.appoint(a, m, post)
	}
	if err != nil || id == 0 {
		return err
	}
	if a.Action == "remove" {
		k.done.Removed++
	} else {
		k.done.Appointed++
	}
	return k.settle(a, post, id)
}

// post is the post that the move means.
func (k *taker) post(a publication.Appointment) (Post, bool, error) {
	name := cmp.Or(a.Unit, a.Post) // 任副县长: the title alone may be a unit of kind role, or its question is answered with the unit
	u, ok, err := Resolve(k.ctx, k.tx, k.book, k.county, string(a.Key), name)
	if err != nil {
		return Post{}, false, err
	}
	if !ok {
		_, err := k.ask(UnknownName, name, a)
		return Post{}, false, err
	}
	if u.Kind == org.Role && a.Unit == "" {
		if ids := k.book.Stands(u.Name, a.DecidedOn); len(ids) == 1 {
			p, ok := k.book.Post(ids[0])
			return p, ok, nil
		}
	}
	r, err := rollOf(k.ctx, k.tx, k.book, k.county)
	if err != nil {
		return Post{}, false, err
	}
	if p, ok := r.find(u, a.Post); ok {
		return p, true, nil
	}
	_, err = k.ask(UnknownPost, string(ID(u.Name, a.Post)), a)
	return Post{}, false, err
}

// ask asks about a move. It gives the answer where there is one that lets the move go on.
func (k *taker) ask(kind QuestionKind, name string, a publication.Appointment, context ...string) (*Answer, error) {
	said := moveText(a)
	if len(context) > 0 {
		said = strings.Join(context, "")
	}
	q, err := Ask(k.ctx, k.tx, k.county, Question{Kind: kind, Name: name, Doc: a.Key, Clause: a.Clause, Context: said})
	if err != nil {
		return nil, err
	}
	if q.Answer != nil && q.Answer.Choice == Dismiss {
		return nil, insertTaken(k.ctx, k.tx, k.county, takenMove{a.Key, moveKey(a)}, 0)
	}
	if q.Answer == nil {
		k.done.Waiting++
		return nil, nil
	}
	// Who has to make way was answered for the one who sat there then. Should another sit there now, it is asked anew; so
	// is what was settled in another way and has come up again.
	if !slices.Contains(kind.Choices(), q.Answer.Choice) || kind == Occupied && q.ID != k.now {
		return k.ask(kind, name+again, a, context...)
	}
	return q.Answer, nil
}

// again marks the name of a question that was settled before.
const again = "（再次）"

// person is whom the move means: 0 where nobody has the name yet; false where a question was asked.
func (k *taker) person(a publication.Appointment) (int64, bool, error) {
	same, err := Persons(k.ctx, k.tx, k.county, nameOf(a.Person))
	switch {
	case err != nil:
		return 0, false, err
	case len(same) == 0:
		return 0, true, nil
	case len(same) == 1:
		return same[0].ID, true, nil
	}
	answer, err := k.ask(Namesakes, moveText(a), a, fmt.Sprintf("%s；叫这个名字的有%d人。", moveText(a), len(same)))
	if err != nil || answer == nil {
		return 0, false, err
	}
	return answer.Person, true, nil
}

func (k *taker) remove(a publication.Appointment, m Move) (TenureID, error) {
	held, err := Tenures(k.ctx, k.tx, k.county, TenureFilter{Post: m.Post, Name: nameOf(a.Person)}, time.Time{})
	if err != nil {
		return 0, err
	}
	held = slices.DeleteFunc(held, func(t Tenure) bool { return !t.From.Before(m.On) || !t.Until.IsZero() && t.Until != m.On })
	if len(held) == 1 {
		if held[0].Until == m.On { // somebody has recorded it before the notice came
			return held[0].ID, nil
		}
		m.Person = held[0].Person
		return Remove(k.ctx, k.tx, k.book, k.county, k.by, m)
	}
	if len(held) == 0 {
		answer, err := k.ask(NoHolder, moveText(a), a)
		if err != nil || answer == nil {
			return 0, err
		}
		return k.heldSince(a, m, answer.Day)
	}
	who, ok, err := k.person(a)
	if err != nil || !ok {
		return 0, err
	}
	m.Person = who
	return Remove(k.ctx, k.tx, k.book, k.county, k.by, m)
}

// heldSince records a tenure that only its end tells of.
func (k *taker) heldSince(a publication.Appointment, m Move, since calendar.Date) (TenureID, error) {
	who, ok, err := k.person(a)
	if err != nil || !ok {
		return 0, err
	}
	t := Tenure{Person: who, Name: nameOf(a.Person), Post: m.Post, From: since, Until: m.On, UntilBasis: m.Basis, Version: 1}
	if !since.Before(m.On) {
		return 0, refuse(Invalid, "Answer", "任职之日须早于免去之日（%s）。", m.On.Chinese())
	}
	if err := free(k.ctx, k.tx, k.book, k.county, "Answer", t); err != nil {
		return 0, err
	}
	if t.Person, err = k.known(who, a); err != nil {
		return 0, err
	}
	if t.ID, err = lastTenure(k.ctx, k.tx, k.county); err != nil {
		return 0, err
	}
	t.ID++
	return t.ID, record(k.ctx, k.tx, k.county, k.by, "personnel.appoint", t, m.Basis)
}

// known is the person's number; somebody new is recorded.
func (k *taker) known(who int64, a publication.Appointment) (int64, error) {
	if who != 0 {
		return who, nil
	}
	return AddPerson(k.ctx, k.tx, k.county, k.by, a.Person, "")
}

func (k *taker) appoint(a publication.Appointment, m Move, post Post) (TenureID, error) {
	who, ok, err := k.person(a)
	if err != nil || !ok {
		return 0, err
	}
	there, err := Tenures(k.ctx, k.tx, k.county, TenureFilter{Post: m.Post}, time.Time{})
	if err != nil {
		return 0, err
	}
	probe := Tenure{Person: who, From: m.On}
	for _, o := range there {
		if o.Person == who && o.From == m.On {
			return o.ID, nil // somebody has recorded it before the notice came
		}
		if !o.meets(probe) || post.Seats != 1 && o.Person != who {
			continue
		}
		answer, err := k.ask(Occupied, moveText(a), a, fmt.Sprintf("%s；该职务现由%s担任（%s）。", moveText(a), o.Name, o.span()))
		if err != nil || answer == nil {
			return 0, err
		}
		if o.Person == who || !o.Until.IsZero() || !o.From.Before(m.On) {
			return 0, refuse(Conflict, "Answer", "%s任%s（%s），不能由这份文件接替。请先更正这条任职记录。", o.Name, m.Post.chinese(), o.span())
		}
		out := m
		out.Person, out.Reason = o.Person, answer.Reason
		if _, err := Remove(k.ctx, k.tx, k.book, k.county, k.by, out); err != nil {
			return 0, err
		}
	}
	if m.Person, err = k.known(who, a); err != nil {
		return 0, err
	}
	return Appoint(k.ctx, k.tx, k.book, k.county, k.by, m)
}

// settle marks the move as taken in, and answers the questions about it that other ways have settled.
func (k *taker) settle(a publication.Appointment, post Post, id TenureID) error {
	if err := insertTaken(k.ctx, k.tx, k.county, takenMove{a.Key, moveKey(a)}, id); err != nil {
		return err
	}
	open, err := Questions(k.ctx, k.tx, k.county, true)
	if err != nil {
		return err
	}
	about := map[QuestionKind]string{UnknownName: cmp.Or(a.Unit, a.Post), UnknownPost: string(ID(post.Unit, a.Post)), Occupied: moveText(a),
		NoHolder: moveText(a), Namesakes: moveText(a), NoDay: moveText(a)}
	for _, q := range open {
		if q.Doc == a.Key && org.Fold(about[q.Kind]) == org.Fold(strings.ReplaceAll(q.Name, again, "")) {
			if err := k.moot(q, "已另行解决"); err != nil {
				return err
			}
		}
	}
	return nil
}

// moot answers a question that nobody needs to answer any more.
func (k *taker) moot(q Question, why string) error {
	return insertAnswer(k.ctx, k.tx, k.county, q.ID, Answer{Choice: Settled, Reason: why, By: "system", At: k.tx.Now()})
}
