package personnel

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/org"
	"zhixing/publication"
)

// Choice is what the county office answers.
type Choice string

// The choices; which of them a question takes is said by Choices.
const (
	SameUnit  Choice = "same-unit"  // the name means Unit, in every document or in this one only
	NewUnit   Choice = "new-unit"   // a unit of this name and UnitKind, which the folder does not have yet
	SamePost  Choice = "same-post"  // the title is another word for Title
	NewPost   Choice = "new-post"   // a post with Role and Seats
	Displace  Choice = "displace"   // the one who sits there stops on the day on which the new one begins
	HeldSince Choice = "held-since" // he did hold it, since a day, or nobody knows since when
	IsPerson  Choice = "is-person"  // it is Person; 0: somebody new
	FromDay   Choice = "from-day"   // it holds from Day
	Undo      Choice = "undo"       // what rested on the notice never was
	Dismiss   Choice = "dismiss"    // nothing follows from it, for Reason
	Settled   Choice = "settled"    // it was settled in another way; the system itself says so
)

var choiceChinese = map[Choice]string{SameUnit: "就是已有的单位", NewUnit: "新单位", SamePost: "就是已有的职务", NewPost: "新职务",
	Displace: "由新任接替，原任同日免去", HeldSince: "补记此前任职", IsPerson: "指明是谁", FromDay: "自某日起", Undo: "有关任免作废", Dismiss: "不采用",
	Settled: "已另行解决"}

// Chinese is what the pages call the choice.
func (c Choice) Chinese() string { return choiceChinese[c] }

// Choices are the answers that a question of the kind takes.
func (k QuestionKind) Choices() []Choice {
	return map[QuestionKind][]Choice{
		UnknownName: {SameUnit, NewUnit, Dismiss}, UnknownPost: {SamePost, NewPost, Dismiss}, Occupied: {Displace, Dismiss},
		NoHolder: {HeldSince, Dismiss}, Namesakes: {IsPerson, Dismiss}, Unfounded: {Undo, Dismiss}, NoDay: {FromDay, Dismiss},
	}[k]
}

// Answer is what was answered, by whom and when. Only the fields of its Choice are set.
type Answer struct {
	Choice   Choice        `json:"-"`
	Unit     string        `json:"unit,omitempty"`
	OnlyHere bool          `json:"only_here,omitempty"`
	UnitKind org.Kind      `json:"unit_kind,omitempty"`
	Title    string        `json:"title,omitempty"`
	Role     Role          `json:"role,omitempty"`
	Seats    int           `json:"seats,omitempty"`
	Person   int64         `json:"person,omitempty"`
	Day      calendar.Date `json:"day,omitzero"`
	Reason   string        `json:"-"`
	By       string        `json:"-"`
	At       time.Time     `json:"-"`
}

// Settle answers a question, once. What waited for the answer takes effect in the same transaction, and where
// something stands in its way, nothing is changed and the error says what. A name or a post is remembered for every
// document; open questions on the same one elsewhere are answered with it.
func Settle(ctx context.Context, tx *db.Tx, p *Book, county, by string, id QuestionID, a Answer) error {
	const op = "Settle"
	q, err := QuestionBy(ctx, tx, county, id)
	switch {
	case err != nil:
		return wrap(op, err)
	case q.Answer != nil:
		return refuse(Conflict, op, "这个问题已由%s答复：%s。", q.Answer.By, q.Answer.Choice.Chinese())
	case !slices.Contains(q.Kind.Choices(), a.Choice):
		return refuse(Invalid, op, "请从列出的办法中选择一种。")
	case !writable(a.Unit, a.Title, a.Reason):
		return refuse(Invalid, op, "文字太长，或有控制字符。")
	}
	a.By, a.At, a.Reason = by, tx.Now(), strings.TrimSpace(a.Reason)
	k := &taker{ctx: ctx, tx: tx, book: p, county: county, by: by, strict: q.Doc, now: id}
	if err := k.apply(q, &a); err != nil {
		return wrap(op, err)
	}
	if err := insertAnswer(ctx, tx, county, id, a); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: by, What: "personnel.answer", Subject: q.subject(), Basis: basis(q.Doc, q.Clause),
		Detail: strings.TrimSuffix(q.Kind.Chinese()+"“"+q.Name+"”："+a.Chinese()+"；"+a.Reason, "；")})
	if err != nil {
		return wrap(op, err)
	}
	if err := k.alike(q, a); err != nil {
		return wrap(op, err)
	}
	return wrap(op, k.all())
}

// Chinese is the answer in words.
func (a Answer) Chinese() string {
	s := a.Choice.Chinese()
	switch a.Choice {
	case SameUnit:
		s += "“" + a.Unit + "”"
	case NewUnit:
		s += "（" + a.UnitKind.Chinese() + "）"
	case SamePost:
		s += "“" + a.Title + "”"
	case NewPost:
		s += "（" + a.Role.Chinese() + "）"
	case HeldSince:
		if a.Day.IsZero() {
			return s + "，起始日期不详"
		}
		return s + "，自" + a.Day.Chinese() + "起"
	case FromDay:
		s += "：" + a.Day.Chinese()
	}
	return s
}

// apply does what an answer does at once, and checks what it needs.
func (k *taker) apply(q Question, a *Answer) error {
	const op = "Settle"
	switch a.Choice {
	case Dismiss, Undo:
		if a.Reason == "" {
			return refuse(Invalid, op, "请写明理由。")
		}
		if a.Choice == Undo {
			return k.undo(q.Doc, a.Reason)
		}
		if q.Kind == Unfounded {
			return k.leave(q.Doc)
		}
	case SameUnit:
		doc := q.Doc
		if !a.OnlyHere {
			doc = ""
		}
		return RememberAlias(k.ctx, k.tx, k.book, k.county, k.by, Alias{Name: q.Name, Doc: doc, Unit: a.Unit, Reason: a.Reason})
	case NewUnit:
		if !a.UnitKind.Known() || a.UnitKind == org.Set || a.UnitKind == org.Group {
			return refuse(Invalid, op, "请选择单位类别；统称和议事协调机构请写进县文件夹。")
		}
		return insertUnit(k.ctx, k.tx, k.county, k.by, org.Unit{Name: strings.TrimSpace(q.Name), Kind: a.UnitKind, Source: string(q.Doc)})
	case SamePost, NewPost:
		return k.addPost(q, a)
	case FromDay:
		if a.Day.IsZero() {
			return refuse(Invalid, op, "请写明日期。")
		}
	case IsPerson:
		if a.Person != 0 {
			_, err := PersonBy(k.ctx, k.tx, k.county, a.Person)
			return err
		}
	}
	return nil
}

func (k *taker) addPost(q Question, a *Answer) error {
	const op = "Settle"
	id := PostID(q.Name)
	r, err := rollOf(k.ctx, k.tx, k.book, k.county)
	if err != nil {
		return err
	}
	u, ok := r.unit(id.Unit())
	if !ok {
		return refuse(NotFound, op, "没有哪个单位叫“%s”。", id.Unit())
	}
	post := Post{Unit: u.Name, Title: id.Title(), Role: a.Role, Seats: a.Seats, Source: string(q.Doc)}
	if a.Choice == SamePost {
		same, ok := r.find(u, a.Title)
		if !ok {
			return refuse(NotFound, op, "%s没有“%s”这一职务。", u.Name, a.Title)
		}
		return insertPost(k.ctx, k.tx, k.county, k.by, post, same.Title)
	}
	if !a.Role.Known() || a.Seats != 0 && a.Seats != 1 {
		return refuse(Invalid, op, "请选择这一职务在任务台账里的角色，并说明是否只能一人担任。")
	}
	return insertPost(k.ctx, k.tx, k.county, k.by, post, "")
}

// alike gives open questions on the same name or post in other documents the same answer.
func (k *taker) alike(q Question, a Answer) error {
	if q.Kind != UnknownName && q.Kind != UnknownPost || a.Choice == Dismiss || a.OnlyHere {
		return nil
	}
	open, err := Questions(k.ctx, k.tx, k.county, true)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Kind == q.Kind && org.Fold(o.Name) == org.Fold(q.Name) {
			if err := insertAnswer(k.ctx, k.tx, k.county, o.ID, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// Alias is a name that a unit goes by, in every document or in one.
type Alias struct {
	Name   string
	Doc    publication.Key // empty: in every document
	Unit   string          // any name of it; empty: the name means nothing any more
	Reason string
}

// RememberAlias records that a name means a unit. The newest record on a name holds; earlier ones stay readable.
func RememberAlias(ctx context.Context, tx *db.Tx, p *Book, county, by string, a Alias) error {
	const op = "RememberAlias"
	a.Name = strings.TrimSpace(a.Name)
	if org.Fold(a.Name) == "" || !writable(a.Name, string(a.Doc), a.Unit, a.Reason) {
		return refuse(Invalid, op, "名称是空的、太长，或有控制字符。")
	}
	if a.Unit != "" {
		r, err := rollOf(ctx, tx, p, county)
		if err != nil {
			return wrap(op, err)
		}
		u, ok := r.unit(a.Unit)
		if !ok {
			return refuse(NotFound, op, "没有哪个单位叫“%s”。请从单位名录里选择。", a.Unit)
		}
		a.Unit = u.Name
	}
	if err := insertAlias(ctx, tx, county, by, a); err != nil {
		return wrap(op, err)
	}
	_, err := journal.Append(ctx, tx, county, journal.Entry{Who: by, What: "personnel.alias", Subject: "unit/" + a.Unit,
		Basis: string(a.Doc), Detail: a.Name + "；" + a.Reason})
	return wrap(op, err)
}
