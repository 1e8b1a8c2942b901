package personnel

import (
	"context"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
)

// Appoint puts a person into a post from a day. A single post that somebody else holds on that day or later is a
// Conflict, never a silent replacement; so is a post that the person holds already.
func Appoint(ctx context.Context, tx *db.Tx, p *Book, county, by string, m Move) (TenureID, error) {
	const op = "Appoint"
	if err := m.wellFormed(op); err != nil {
		return 0, err
	}
	person, err := PersonBy(ctx, tx, county, m.Person)
	if err != nil {
		return 0, wrap(op, err)
	}
	t := Tenure{Person: m.Person, Name: person.Name, Post: m.Post, Rank: m.Rank, From: m.On,
		ProbationUntil: probationEnd(m.On, m.Months), FromBasis: m.Basis, Reason: m.Reason, Version: 1}
	if err := free(ctx, tx, p, county, op, t); err != nil {
		return 0, wrap(op, err)
	}
	if t.ID, err = lastTenure(ctx, tx, county); err != nil {
		return 0, wrap(op, err)
	}
	t.ID++
	return t.ID, wrap(op, record(ctx, tx, county, by, "personnel.appoint", t, t.FromBasis))
}

// Remove ends a person's tenure of a post: the day is the first on which he does not hold it any more.
func Remove(ctx context.Context, tx *db.Tx, p *Book, county, by string, m Move) (TenureID, error) {
	const op = "Remove"
	if err := m.wellFormed(op); err != nil {
		return 0, err
	}
	t, ok, err := heldBy(ctx, tx, county, m.Person, m.Post, m.On)
	if err != nil {
		return 0, wrap(op, err)
	}
	if !ok {
		return 0, refuse(NotFound, op, "记录里此人在%s之前没有担任%s，或已经免去。请核对人员、职务和日期。", m.On.Chinese(), m.Post.chinese())
	}
	t.Until, t.UntilBasis, t.Reason = m.On, m.Basis, m.Reason
	if t.OnProbation(t.Until.AddDays(-1)) {
		t.Decision, t.DecidedOn = Removed, m.On
	}
	return t.ID, wrap(op, record(ctx, tx, county, by, "personnel.remove", t, t.UntilBasis))
}

// heldBy is the person's tenure of the post that goes on up to a day.
func heldBy(ctx context.Context, tx *db.Tx, county string, person int64, post PostID, on calendar.Date) (Tenure, bool, error) {
	all, err := Tenures(ctx, tx, county, TenureFilter{Person: person, Post: post}, time.Time{})
	for _, t := range all {
		if t.Until.IsZero() && t.From.Before(on) {
			return t, true, nil
		}
	}
	return Tenure{}, false, err
}

// free refuses a tenure that meets another where it must not.
func free(ctx context.Context, tx *db.Tx, p *Book, county, op string, t Tenure) error {
	r, err := rollOf(ctx, tx, p, county)
	if err != nil {
		return err
	}
	u, ok := r.unit(t.Post.Unit())
	if !ok {
		return refuse(NotFound, op, "没有哪个单位叫“%s”。", t.Post.Unit())
	}
	post, ok := r.find(u, t.Post.Title())
	if !ok || post.ID != t.Post {
		return refuse(NotFound, op, "“%s”没有“%s”这一职务。请在县文件夹的 posts.yaml 里写上，或按待确认事项办理。", u.Name, t.Post.Title())
	}
	others, err := Tenures(ctx, tx, county, TenureFilter{Post: t.Post}, time.Time{})
	if err != nil {
		return err
	}
	for _, o := range others {
		switch {
		case o.ID == t.ID || !t.meets(o):
		case o.Person == t.Person:
			return refuse(Conflict, op, "%s已担任%s（%s）。", o.Name, t.Post.chinese(), o.span())
		case post.Seats == 1:
			return refuse(Conflict, op, "%s只能一人担任，现由%s担任（%s）。请先免去，再任命。", t.Post.chinese(), o.Name, o.span())
		}
	}
	return nil
}

// span is 自2023年9月8日起, 至2024年1月1日止 and the like; until is the first day after it.
func (t Tenure) span() string {
	from := "起始日期不详"
	if !t.From.IsZero() {
		from = "自" + t.From.Chinese() + "起"
	}
	if t.Until.IsZero() {
		return from
	}
	return from + "，" + t.Until.Chinese() + "免去"
}

// chinese is 县审计局局长.
func (id PostID) chinese() string { return id.Unit() + id.Title() }

// Decide says what becomes of a probation: Confirmed and Removed on a day, Extended until a last day. A removal ends
// the tenure on that day.
func Decide(ctx context.Context, tx *db.Tx, county, by string, id TenureID, d Decision, day calendar.Date, why Basis, reason string) error {
	const op = "Decide"
	t, err := TenureBy(ctx, tx, county, id)
	if err != nil {
		return wrap(op, err)
	}
	today := calendar.DateOf(tx.Now())
	switch {
	case day.IsZero():
		return refuse(Invalid, op, "请写明日期。")
	case !writable(string(why.Doc), why.Clause, reason):
		return refuse(Invalid, op, "文字太长，或有控制字符。")
	case why.Doc == "" && strings.TrimSpace(reason) == "":
		return refuse(Invalid, op, "请写明依据的文号；没有文件的，写明理由。")
	case t.Cancelled || !t.Until.IsZero() || t.ProbationUntil.IsZero() || t.Decision == Confirmed:
		return refuse(Conflict, op, "%s任%s没有待决定的试用期。", t.Name, t.Post.chinese())
	case day.Before(t.From):
		return refuse(Invalid, op, "日期早于任职之日（%s）。", t.From.Chinese())
	}
	switch d {
	case Confirmed:
		t.Decision, t.DecidedOn = d, day
	case Extended:
		if !t.ProbationUntil.Before(day) {
			return refuse(Invalid, op, "试用期原来就到%s，延长须到更晚的一天。", t.ProbationUntil.Chinese())
		}
		t.Decision, t.DecidedOn, t.ProbationUntil = d, today, day
	case Removed:
		if !t.From.Before(day) {
			return refuse(Invalid, op, "免职须在任职之日（%s）以后；任职本身有误的，请更正。", t.From.Chinese())
		}
		t.Decision, t.DecidedOn, t.Until, t.UntilBasis = d, day, day, why
	default:
		return refuse(Invalid, op, "试用期的决定只能是转正、延长试用期或免职。")
	}
	t.Reason = reason
	return wrap(op, record(ctx, tx, county, by, "personnel.probation", t, why))
}

// Fix is how a tenure that was recorded in error should have been. Nothing is overwritten: the corrected tenure is a
// new version, with the reason.
type Fix struct {
	Cancel      bool // it never was; the rest does not matter then
	From, Until calendar.Date
	Reason      string
}

// Correct records how a tenure should have been.
func Correct(ctx context.Context, tx *db.Tx, p *Book, county, by string, id TenureID, f Fix) error {
	const op = "Correct"
	t, err := TenureBy(ctx, tx, county, id)
	if err != nil {
		return wrap(op, err)
	}
	if strings.TrimSpace(f.Reason) == "" || !writable(f.Reason) {
		return refuse(Invalid, op, "请写明更正的理由，不超过1000个字。")
	}
	if t.Cancelled {
		return refuse(Conflict, op, "这条任职记录已经更正为无效。")
	}
	t.Reason = f.Reason
	if f.Cancel {
		t.Cancelled = true
		return wrap(op, record(ctx, tx, county, by, "personnel.correct", t, Basis{}))
	}
	if !f.Until.IsZero() && !f.From.Before(f.Until) {
		return refuse(Invalid, op, "免去之日须晚于任职之日。")
	}
	t.From, t.Until = f.From, f.Until
	if t.Until.IsZero() {
		t.UntilBasis = Basis{}
		if t.Decision == Removed {
			t.Decision, t.DecidedOn = Undecided, calendar.Date{}
		}
	}
	if err := free(ctx, tx, p, county, op, t); err != nil {
		return wrap(op, err)
	}
	return wrap(op, record(ctx, tx, county, by, "personnel.correct", t, Basis{}))
}

// record writes the next version of a tenure, and the deed into the journal.
func record(ctx context.Context, tx *db.Tx, county, by, what string, t Tenure, why Basis) error {
	t.RecordedAt, t.RecordedBy = tx.Now(), by
	if what != "personnel.appoint" {
		t.Version++
	}
	if err := insertTenure(ctx, tx, county, t); err != nil {
		return err
	}
	about := basis(why.Doc, why.Clause)
	if about == "" {
		about = t.Reason
	}
	_, err := journal.Append(ctx, tx, county, journal.Entry{Who: by, What: what, Subject: t.subject(), Basis: about, Detail: t.detail()})
	return err
}
