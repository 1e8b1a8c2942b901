package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/letter"
	"zhixing/personnel"
)

// Dated is one day in somebody's agenda. Key is the same for as long as it is the same thing: when the day moves, the
// entry in a calendar moves with it.
type Dated struct {
	Key     string // 42-due
	Kind    DatedKind
	Day     calendar.Date
	Duty    *Duty
	Role    Role   // of the unit in the duty; empty where the date is the office's
	Words   string // what is due, for people: 9月进展填报
	Path    string
	Changed time.Time
	Off     bool // fallen away not long ago: a calendar that keeps what it has read strikes it out
}

// DatedKind sorts an agenda.
type DatedKind string

// The kinds.
const (
	DueDay     DatedKind = "due"     // 完成时限
	ReportDay  DatedKind = "report"  // 填报
	AnswerDay  DatedKind = "answer"  // 文书反馈
	MeetingDay DatedKind = "meeting" // 约谈
	OfficeDay  DatedKind = "office"  // 复核、批复、恢复: what the county office owes
)

var datedChinese = map[DatedKind]string{DueDay: "完成时限", ReportDay: "进展填报", AnswerDay: "文书反馈", MeetingDay: "约谈", OfficeDay: "督查办理"}

// Chinese is what calendars call the kind.
func (k DatedKind) Chinese() string { return datedChinese[k] }

// offFor is how many days something that has fallen away is still told of.
const offFor = 30

// Agenda is what the days to come hold for whoever has a role in some units: dates of their duties, of letters to them,
// and for the roles office and leader those that the county's office and leaders keep themselves. The earliest day comes
// first.
func (l *Ledger) Agenda(ctx context.Context, tx *db.Tx, units []string, roles []personnel.Role, on calendar.Date) ([]Dated, error) {
	const op = "Agenda"
	var out []Dated
	if len(units) > 0 {
		list, err := agendaDuties(ctx, tx, l.County, units, on.AddDays(-offFor).Time())
		if err != nil {
			return nil, wrap(op, err)
		}
		for _, d := range list {
			out = append(out, l.datesOf(d, units)...)
		}
	}
	sent, err := openLetters(ctx, tx, l.County, on.AddDays(-offFor))
	if err != nil {
		return nil, wrap(op, err)
	}
	for _, p := range sent {
		if p.to(units) || p.Letter.Kind == letter.Interview && (slices.Contains(roles, personnel.Leader) || slices.Contains(roles, personnel.Office)) {
			out = append(out, datesOfLetter(p, p.to(units))...)
		}
	}
	if slices.Contains(roles, personnel.Office) {
		list, err := waitingForOffice(ctx, tx, l.County)
		if err != nil {
			return nil, wrap(op, err)
		}
		for _, d := range list {
			out = append(out, l.officeDates(d)...)
		}
	}
	slices.SortFunc(out, func(a, b Dated) int { return cmp.Or(compareDates(a.Day, b.Day), cmp.Compare(a.Key, b.Key)) })
	return out, nil
}

// datesOf are the dates that a duty has for some of its units.
func (l *Ledger) datesOf(d *Duty, units []string) []Dated {
	role := Role("")
	for _, u := range units {
		if r, ok := d.RoleOf(u); ok && role != Lead {
			role = r
		}
	}
	id := itoa(int64(d.ID))
	off := !d.State.Running() && d.State != Claimed && d.State != Checked
	var out []Dated
	if !d.Due.IsZero() {
		out = append(out, Dated{Key: id + "-due", Kind: DueDay, Day: d.Due, Duty: d, Role: role, Words: DueDay.Chinese(), Path: d.ID.Path(), Changed: d.ChangedAt, Off: off})
	}
	if p, ok := l.Rules.NextPeriod(d); ok && d.State == Working && role == Lead {
		out = append(out, Dated{Key: id + "-report-" + p.From.String(), Kind: ReportDay, Day: l.graced(p), Duty: d, Role: role,
			Words: l.Rules.PeriodLabel(d, p) + "进展填报", Path: d.ID.Path() + "/report", Changed: d.ChangedAt})
	}
	return out
}

// datesOfLetter are the day by which a letter is answered and the one of an interview. Its day is read out of the words
// that the signer wrote; words that name no day are in the letter and in no calendar.
func datesOfLetter(p Paper, mine bool) []Dated {
	d := &Duty{ID: p.Duty, Fields: Fields{Title: p.Letter.Items[0].Title}, Source: Source{Words: p.Letter.Items[0].Basis}}
	name := p.Letter.Kind.Chinese() + p.Letter.No
	var out []Dated
	add := func(k DatedKind, day calendar.Date, words string) {
		out = append(out, Dated{Key: fmt.Sprintf("letter-%d-%s", p.ID, k), Kind: k, Day: day, Duty: d, Words: words, Path: p.Path(), Changed: p.SignedAt})
	}
	if mine && p.State == LetterSent && !p.AnswerBy.IsZero() {
		add(AnswerDay, p.AnswerBy, "反馈"+name)
	}
	if p.Letter.Kind == letter.Interview {
		for _, t := range calendar.Terms(p.Letter.When, calendar.DateOf(p.SignedAt).Year) {
			if t.Kind == calendar.ByDate && !t.Date.IsZero() {
				words := "约谈 " + p.Letter.When
				if p.Letter.Where != "" {
					words += "，" + p.Letter.Where
				}
				add(MeetingDay, t.Date, words)
				break
			}
		}
	}
	return out
}

// officeDates are the last days on which the county office does its part in time.
func (l *Ledger) officeDates(d *Duty) []Dated {
	var out []Dated
	for _, c := range l.Rules.Causes(d) {
		day := c.On.AddDays(-1) // the clock begins when the last day is over
		switch c.Kind {
		case CauseResume:
			day = c.On
		case CauseCheck, CauseAsk:
		default:
			continue
		}
		out = append(out, Dated{Key: itoa(int64(d.ID)) + "-" + string(c.Kind), Kind: OfficeDay, Day: day, Duty: d, Words: c.Words, Path: d.ID.Path(), Changed: d.ChangedAt})
	}
	return out
}

// Newest says when the ledger was last changed; zero for an empty one. Each change is later than all before it.
func (l *Ledger) Newest(ctx context.Context, tx *db.Tx) (time.Time, error) {
	t, err := newestStep(ctx, tx, l.County)
	return t, wrap("Newest", err)
}

// ChangedSince are the duties that were changed later than a time, of those that the actor may see: at most limit, the
// newest change first.
func (l *Ledger) ChangedSince(ctx context.Context, tx *db.Tx, by Actor, since time.Time, limit int) ([]ID, error) {
	ids, err := changedSince(ctx, tx, l.where(by, Query{}, calendar.Date{}, false), since, limit)
	return ids, wrap("ChangedSince", err)
}
