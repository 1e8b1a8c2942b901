package ledger

import (
	"context"

	"zhixing/calendar"
	"zhixing/db"
)

// Query asks for duties. Zero fields do not narrow it.
type Query struct {
	Text    string // part of title, number of document or name of a lead
	State   State
	Running bool // Issued or Working
	Light   Light
	Unit    string // that has a role in it
	Role    Role   // of Unit
	Doc     string // key of the document
	From    calendar.Date
	To      calendar.Date // last day, both included
	Asked   bool          // an extension waits
	Flagged bool
	Back    bool // sent back and not put right
	Batch   int64
	Lines   Lines
	Sort    Sort
	Page    int // from 1
	Size    int // rows a page; 1 to MaxPage
}

// Lines says whether lines that were split off are asked for.
type Lines string

// The choices of lines.
const (
	AllLines  Lines = ""
	Whole     Lines = "whole" // duties that a clause orders
	SplitOnly Lines = "split"
)

// Sort is the order of a list.
type Sort string

// The orders. The zero Sort is ByNumber.
const (
	ByNumber Sort = ""
	ByDue    Sort = "due"
	ByChange Sort = "changed"
	ByLight  Sort = "light" // worst first
)

// MaxPage is how many rows a page may have, MaxRows how many an export.
const (
	MaxPage = 200
	MaxRows = 20_000
)

// Row is a duty in a list, with how it stands.
type Row struct {
	*Duty
	Status
}

// Page is one page of a list.
type Page struct {
	Rows  []Row
	Total int
}

// List is one page of the duties that the actor may see.
func (l *Ledger) List(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (Page, error) {
	const op = "List"
	if q.Size == 0 {
		q.Size = 50
	}
	if q.Page == 0 {
		q.Page = 1
	}
	if err := q.check(op, MaxPage); err != nil {
		return Page{}, err
	}
	p, err := l.list(ctx, tx, by, q, on)
	return p, wrap(op, err)
}

// Rows is the whole list, for an export; one that is too long is refused, never cut.
func (l *Ledger) Rows(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) ([]Row, error) {
	const op = "Rows"
	q.Page, q.Size = 1, MaxRows
	if err := q.check(op, MaxRows); err != nil {
		return nil, err
	}
	p, err := l.list(ctx, tx, by, q, on)
	if err == nil && p.Total > MaxRows {
		return nil, refuse(Invalid, op, "符合条件的任务有 %d 项，一张表最多 %d 项。请按单位、公文或时限缩小范围。", p.Total, MaxRows)
	}
	return p.Rows, wrap(op, err)
}

func (q Query) check(op string, most int) error {
	switch {
	case q.Size < 1 || q.Size > most:
		return refuse(Invalid, op, "每页应为 1 至 %d 项。", most)
	case q.Page < 1 || q.Page > 1_000_000/q.Size:
		return refuse(Invalid, op, "没有这一页。")
	case q.State != "" && !q.State.Known():
		return wrong(op, "state", "没有这种状态。")
	case q.Light != "" && q.Light.Chinese() == "":
		return wrong(op, "light", "没有这种灯。")
	case q.Role != "" && q.Role != Lead && q.Role != Support:
		return wrong(op, "role", "单位在任务里只有牵头、配合两种角色。")
	case !q.From.IsZero() && !q.To.IsZero() && q.To.Before(q.From):
		return wrong(op, "to", "时限的止日早于起日。")
	}
	for _, s := range []string{q.Text, q.Unit, q.Doc} {
		if len(s) > 300 || !readable(s) {
			return wrong(op, "text", "查询的文字最多 100 字。")
		}
	}
	return nil
}

// Counts is how many duties stand how, of those that the actor may see and that q asks for; q's state and light are
// left out of the question.
type Counts struct {
	States map[State]int
	Lights map[Light]int
	Total  int
}

// Desk is what waits for a person in the morning.
type Desk struct {
	ToSign   []Row // for one of my units
	SentBack []Row // my units lead
	Late     []Row // overdue and lagging, my units lead
	DueSoon  []Row // due within a week, or near
	ToReport []ReportDue
	Support  []Row // signed, my units support
	Working  int   // running duties my units lead, in all

	Drafted, Confirmed int   // the office's
	ToCheck            []Row // claimed
	ToClose            []Row // checked
	Asked              []Row
	Flagged            []Row
	ToSignLetters      []Paper
	Answers            []Paper // letters sent to my units that wait for an answer
}

// ReportDue is a report that will be owed.
type ReportDue struct {
	Row
	Label string
	Due   calendar.Date
}

// deskRows bounds each list of a desk; the ledger shows the rest.
const deskRows = 30

// DeskOf is the desk of an actor on a day.
func (l *Ledger) DeskOf(ctx context.Context, tx *db.Tx, by Actor, on calendar.Date) (Desk, error) {
	const op = "DeskOf"
	var d Desk
	if units := by.Units(ActSign); len(units) > 0 {
		if err := l.unitDesk(ctx, tx, by, units, on, &d); err != nil {
			return d, wrap(op, err)
		}
	}
	if by.Everywhere(ActCheck) {
		if err := l.officeDesk(ctx, tx, by, on, &d); err != nil {
			return d, wrap(op, err)
		}
	}
	if by.May(ActSignLetter) {
		var err error
		if d.ToSignLetters, err = l.lettersThat(ctx, tx, by, letterFilter{state: LetterDrafted}, deskRows, func(p Paper) bool { return p.MaySign(by) }); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (l *Ledger) unitDesk(ctx context.Context, tx *db.Tx, by Actor, units []string, on calendar.Date, d *Desk) error {
	list, err := running(ctx, tx, l.County, units)
	if err != nil {
		return err
	}
	week := on.AddDays(7)
	var letters []int64
	for _, x := range list {
		r := Row{x, l.Rules.Status(x, on)}
		for _, q := range x.Letters {
			if !q.AnswerBy.IsZero() && !q.Answered {
				letters = append(letters, q.ID)
			}
		}
		lead := false
		for _, p := range x.Parties {
			if !contains(units, p.Unit) {
				continue
			}
			lead = lead || p.Role == Lead
			if p.SignedAt.IsZero() {
				d.ToSign = append(d.ToSign, r)
				break
			}
		}
		if !lead {
			d.Support = append(d.Support, r)
			continue
		}
		d.Working++
		switch {
		case !x.SentBack.IsZero():
			d.SentBack = append(d.SentBack, r)
		case r.Light == Overdue || r.Light == Lagging:
			d.Late = append(d.Late, r)
		case r.Light == Near || !x.Due.IsZero() && !week.Before(x.Due):
			d.DueSoon = append(d.DueSoon, r)
		}
		if p, ok := l.Rules.NextPeriod(x); ok && x.State == Working && !week.Before(p.Due) {
			d.ToReport = append(d.ToReport, ReportDue{r, p.Label(l.Rules.recurrence(x).Every), l.graced(p)})
		}
	}
	sent, err := papersOf(ctx, tx, l.County, letters)
	if err != nil {
		return err
	}
	about, err := aboutToAnswer(ctx, tx, l.County)
	for _, p := range append(sent, about...) {
		if p.State == LetterSent && p.to(units) {
			d.Answers = append(d.Answers, p)
		}
	}
	return err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (l *Ledger) officeDesk(ctx context.Context, tx *db.Tx, by Actor, on calendar.Date, d *Desk) error {
	c, err := l.CountsOf(ctx, tx, by, Query{Lines: Whole}, on)
	if err != nil {
		return err
	}
	d.Drafted, d.Confirmed = c.States[Drafted], c.States[Confirmed]
	for _, part := range []struct {
		to *[]Row
		q  Query
	}{
		{&d.ToCheck, Query{State: Claimed, Sort: ByChange}}, {&d.ToClose, Query{State: Checked, Sort: ByChange}},
		{&d.Asked, Query{Asked: true}}, {&d.Flagged, Query{Flagged: true}},
	} {
		part.q.Page, part.q.Size = 1, deskRows
		p, err := l.list(ctx, tx, by, part.q, on)
		if err != nil {
			return err
		}
		*part.to = p.Rows
	}
	return nil
}

// Days tells how long the status has lasted, or what is left, for people.
func (s Status) DaysText() string {
	n := itoa(int64(s.Days))
	switch {
	case s.Light.worse(Near):
		return "已" + n + "天"
	case s.Light == Near:
		return "剩" + n + "天"
	}
	return ""
}
