package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/personnel"
)

// LetterState says where a letter stands.
type LetterState string

// The states of a letter.
const (
	LetterDrafted  LetterState = "drafted"  // 待签发
	LetterSent     LetterState = "sent"     // 已发出
	LetterAnswered LetterState = "answered" // 已反馈
	LetterDropped  LetterState = "dropped"  // 不予发出
)

var letterChinese = map[LetterState]string{LetterDrafted: "待签发", LetterSent: "已发出", LetterAnswered: "已反馈", LetterDropped: "不予发出"}

// Chinese is what pages call the state.
func (s LetterState) Chinese() string { return letterChinese[s] }

// Paper is a letter about a duty (文书), from its draft to its answer.
type Paper struct {
	County    string         `json:"-"`
	ID        int64          `json:"-"`
	Duty      ID             `json:"-"`
	About     string         `json:"about,omitempty"` // what else it is about, where it is no duty: case/12
	State     LetterState    `json:"-"`
	Letter    letter.Letter  `json:"letter"`
	Sign      personnel.Role `json:"sign"`             // who signs it
	Answer    int            `json:"answer,omitempty"` // working days for a written answer, from the day of signing; 0: none
	Rule      Rule           `json:"rule"`
	Cause     string         `json:"cause,omitempty"`
	Causes    []string       `json:"causes,omitempty"` // keys of the causes for which the ladder drafted it
	DraftedBy string         `json:"drafted_by"`
	DraftedAt time.Time      `json:"-"`
	SignedBy  string         `json:"signed_by,omitempty"`
	SignedAt  time.Time      `json:"-"`
	AnswerBy  calendar.Date  `json:"-"`
	Reply     string         `json:"reply,omitempty"` // what the unit answered
	RepliedBy string         `json:"replied_by,omitempty"`
	RepliedOn calendar.Date  `json:"replied_on,omitzero"`
	Dropped   string         `json:"dropped,omitempty"` // why it was not sent
	HasPDF    bool           `json:"-"`
}

// Path is the address of the letter's page: below that of the case that it is about, if it is.
func (p Paper) Path() string {
	if kase, ok := strings.CutPrefix(p.About, "case/"); ok {
		return fmt.Sprintf("/cases/%s/letters/%d", kase, p.ID)
	}
	return fmt.Sprintf("/letters/%d", p.ID)
}

// draftLetter drafts the letter of a rung. Where one of its kind to the same units waits for signature already, that one
// takes up the new cause: nobody is sent two letters about one duty in one day.
func (l *Ledger) draftLetter(ctx context.Context, tx *db.Tx, d *Duty, f Firing) (int64, error) {
	to := d.Leads()
	if f.Cause.Unit != "" {
		to = []string{f.Cause.Unit}
	}
	waiting, err := draftsOf(ctx, tx, l.County, d.ID, f.Rung.Letter)
	if err != nil {
		return 0, err
	}
	for _, p := range waiting {
		if p.DraftedBy == System.Account && p.Sign == f.Rung.Sign && slices.Equal(p.Letter.To, to) {
			p.Causes = append(p.Causes, f.Cause.key())
			p.Rule, p.Answer = f.Rung.Rule, max(p.Answer, f.Rung.Answer)
			l.fill(&p, d, today(tx))
			return p.ID, updatePaper(ctx, tx, p)
		}
	}
	p := Paper{Letter: letter.Letter{Kind: f.Rung.Letter, To: to}, Sign: f.Rung.Sign, Answer: f.Rung.Answer, Rule: f.Rung.Rule, Causes: []string{f.Cause.key()},
		DraftedBy: System.Account}
	for _, r := range f.Rung.Copy {
		p.Letter.CopyTo = append(p.Letter.CopyTo, l.seatOf(r))
	}
	l.fill(&p, d, today(tx))
	return l.putDraft(ctx, tx, d, p)
}

// fill writes into a letter of the ladder what the record shows on a day. It is false where none of its causes stands any
// more; then the letter stays as it was.
func (l *Ledger) fill(p *Paper, d *Duty, on calendar.Date) bool {
	var words, found []string
	for _, c := range l.Rules.Causes(d) {
		if slices.Contains(p.Causes, c.key()) && !on.Before(c.On) {
			words, found = append(words, c.Words), append(found, c.Words+"，自"+c.On.Chinese()+"起")
		}
	}
	if len(words) == 0 {
		return false
	}
	p.Cause = strings.Join(words, "；")
	copyTo := p.Letter.CopyTo
	p.Letter = l.letterOf(d, p.Letter.Kind, p.Letter.To, strings.Join(found, "；"), on)
	p.Letter.CopyTo, p.Letter.Rule = copyTo, strings.TrimSpace(l.Rules.Name+p.Rule.ID)
	return true
}

// Moot reports whether the reason of a letter that waits for signature is gone.
func (l *Ledger) Moot(p Paper, d *Duty, on calendar.Date) bool {
	return p.State == LetterDrafted && (!d.State.Running() || len(p.Causes) > 0 && !l.fill(&p, d, on))
}

// letterOf is a letter about one duty with what the record shows.
func (l *Ledger) letterOf(d *Duty, k letter.Kind, to []string, finding string, on calendar.Date) letter.Letter {
	item := letter.Item{No: d.ID.Number(), Title: d.Title, Unit: joined(d.Leads()), Basis: d.Source.Basis(), Due: d.Due, DueRaw: d.DueRaw,
		State: l.Rules.Status(d, on).Light.Chinese(), Finding: finding}
	if !d.Reported.IsZero() {
		item.Finding += fmt.Sprintf("；最近一次填报为%s，进度%d%%", d.Reported.Chinese(), d.Progress)
	} else {
		item.Finding += "；尚未填报过进展"
	}
	return letter.Letter{Kind: k, Agency: l.Rules.Letters.Agency, To: to, Items: []letter.Item{item}, AsOf: on, Contact: l.Rules.Letters.Contact, Demo: l.Demo}
}

func (l *Ledger) putDraft(ctx context.Context, tx *db.Tx, d *Duty, p Paper) (int64, error) {
	id, err := nextID(ctx, tx, "ledger_letter", l.County)
	if err != nil {
		return 0, err
	}
	p.County, p.ID, p.Duty, p.State, p.DraftedAt = l.County, id, d.ID, LetterDrafted, tx.Now()
	return id, insertPaper(ctx, tx, p)
}

func (l *Ledger) tellSigners(ctx context.Context, tx *db.Tx, d *Duty, g Rung, id int64) error {
	n := notice.Notice{Kind: "letter", Subject: "请签发" + g.Letter.Chinese(), Basis: g.Rule.Cite(), Text: "按" + g.Rule.Cite() + "起草，送" + joined(d.Leads()) + "。"}
	return l.tell(ctx, tx, d, l.seatOf(g.Sign), n, g.Sign)
}

// DraftLetter drafts a letter by hand; it is signed by another than the one who drafted it.
func (l *Ledger) DraftLetter(ctx context.Context, tx *db.Tx, by Actor, id ID, k letter.Kind, sign personnel.Role, answer int, finding string) (Paper, error) {
	const op = "DraftLetter"
	d, _, err := l.begin(ctx, tx, op, by, ActCheck, id, Issued, Working)
	if err != nil {
		return Paper{}, err
	}
	if err := checkWords(op, "finding", "事由", finding, true); err != nil {
		return Paper{}, err
	}
	if !k.Known() || l.Rules.Letters.Codes[k] == "" {
		return Paper{}, wrong(op, "kind", "没有这种文书。")
	}
	if sign != personnel.Office && sign != personnel.Leader {
		return Paper{}, wrong(op, "sign", "文书由县政府办公室或县领导签发。")
	}
	if answer < 0 || answer > 60 {
		return Paper{}, wrong(op, "answer", "反馈期限应为 0 至 60 个工作日。")
	}
	p := Paper{Letter: l.letterOf(d, k, d.Leads(), finding, today(tx)), Sign: sign, Answer: answer, DraftedBy: by.Account, Cause: finding,
		Rule: Rule{ID: "人工发起", Text: "县政府办公室根据工作需要发出。"}}
	p.ID, err = l.putDraft(ctx, tx, d, p)
	return p, wrap(op, err)
}

// LetterOf reads one letter with its duty, for those who see the whole county and for the units that it was sent to: also
// when the duty has gone to another since, and not for others that have a part in the duty.
func (l *Ledger) LetterOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (Paper, *Duty, error) {
	const op = "LetterOf"
	p, err := loadPaper(ctx, tx, l.County, id)
	if err != nil {
		return p, nil, wrap(op, err)
	}
	switch all := by.Everywhere(ActSee); {
	case !all && (p.State == LetterDrafted || p.State == LetterDropped):
		return Paper{}, nil, refuse(NotFound, op, "没有这份文书。")
	case !all && !p.sees(by.Units(ActSee)):
		return Paper{}, nil, refuse(NotAllowed, op, "这份文书不是送贵单位的，不能查看。")
	}
	d, err := load(ctx, tx, l.County, p.Duty)
	if err == nil && p.State == LetterDrafted && len(p.Causes) > 0 {
		l.fill(&p, d, today(tx)) // as it would be signed now
	}
	return p, d, wrap(op, err)
}

// MayAnswer reports whether the actor may answer the letter: the head of a unit that it was sent to.
func (p Paper) MayAnswer(by Actor) bool {
	_, ok := p.answerer(by)
	return ok && p.State == LetterSent && !p.AnswerBy.IsZero()
}

func (p Paper) answerer(by Actor) (personnel.Seat, bool) {
	for _, s := range by.Seats {
		for _, u := range unitsOf(s) {
			if rights[ActClaim][s.Role] == Own && p.to([]string{u}) {
				s.Unit = u
				return s, true
			}
		}
	}
	return personnel.Seat{}, false
}

// MaySign reports whether the actor may sign the letter.
func (p Paper) MaySign(by Actor) bool {
	_, ok := p.signer(by)
	return ok
}

func (p Paper) signer(by Actor) (personnel.Seat, bool) {
	i := slices.IndexFunc(by.Seats, func(s personnel.Seat) bool { return s.Role == p.Sign })
	if i < 0 || p.State != LetterDrafted || p.DraftedBy == by.Account {
		return personnel.Seat{}, false
	}
	return by.Seats[i], true
}

// mustSign gives the seat in which the actor signs the letter, or the refusal.
func (p Paper) mustSign(op string, by Actor) (personnel.Seat, error) {
	seat, ok := p.signer(by)
	switch {
	case p.State != LetterDrafted:
		return seat, refuse(WrongState, op, "这份文书现在是“%s”，不能再签发。", p.State.Chinese())
	case !ok && p.DraftedBy == by.Account:
		return seat, refuse(NotAllowed, op, "起草人本人不能签发。")
	case !ok:
		return seat, refuse(NotAllowed, op, "这份文书由%s签发。", p.Sign.Chinese())
	}
	return seat, nil
}

// dictate writes into the letter what its signer says.
func (p *Paper) dictate(op, demand, when, where string) error {
	for _, f := range []struct{ field, name, text string }{{"demand", "要求", demand}, {"when", "时间", when}, {"where", "地点", where}} {
		needed := p.Letter.Kind == letter.Interview && f.field != "demand"
		if err := checkWords(op, f.field, f.name, f.text, needed); err != nil {
			return err
		}
	}
	p.Letter.Demand, p.Letter.When, p.Letter.Where = demand, when, where
	return nil
}

// SignLetter signs a letter (签发): it gets its number, is made up as it goes out, kept, and sent to its units. When and
// Where are those of an interview.
func (l *Ledger) SignLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, demand, when, where string) (Paper, error) {
	const op = "SignLetter"
	p, err := loadPaper(ctx, tx, l.County, id)
	if err != nil {
		return p, wrap(op, err)
	}
	seat, err := p.mustSign(op, by)
	if err != nil {
		return p, err
	}
	d, err := load(ctx, tx, l.County, p.Duty)
	if err != nil {
		return p, wrap(op, err)
	}
	if l.Moot(p, d, today(tx)) {
		return p, refuse(WrongState, op, "任务现在是“%s”，事由已经消失。请核对后撤销这份文书。", d.State.Chinese())
	}
	if len(p.Causes) > 0 {
		l.fill(&p, d, today(tx)) // the letter says what the record shows on the day on which it is signed
	}
	if err := p.dictate(op, demand, when, where); err != nil {
		return p, err
	}
	if err := l.print(ctx, tx, &p, by, seat); err != nil {
		return p, wrap(op, err)
	}
	ref := Letter{ID: p.ID, Kind: string(p.Letter.Kind), To: p.Letter.To, Sent: today(tx), AnswerBy: p.AnswerBy}
	if err := l.do(ctx, tx, by, seat, d, DidLetter, "", Data{Letter: &ref, Reason: p.Letter.No, Day: today(tx)}); err != nil {
		return p, wrap(op, err)
	}
	text := p.Letter.Kind.Chinese() + " " + p.Letter.No + "已发出。"
	if !p.AnswerBy.IsZero() {
		text += "请于" + p.AnswerBy.Chinese() + "前书面反馈。"
	}
	n := notice.Notice{Kind: "letter", Subject: p.Letter.Kind.Chinese(), Basis: p.Rule.Cite(), Text: text}
	for _, u := range p.Letter.To {
		if err := l.tell(ctx, tx, d, u, n, personnel.Head); err != nil {
			return p, wrap(op, err)
		}
	}
	return p, nil
}

// print numbers the letter without a gap, makes it up and keeps it.
func (l *Ledger) print(ctx context.Context, tx *db.Tx, p *Paper, by Actor, seat personnel.Seat) error {
	day := today(tx)
	code := l.Rules.Letters.Codes[p.Letter.Kind]
	no, err := nextNumber(ctx, tx, l.County, code, day.Year)
	if err != nil {
		return err
	}
	p.Letter.No, p.Letter.SignedOn, p.Letter.Signer = letter.Number{Code: code, Year: day.Year, N: no}.String(), day, by.Name
	p.State, p.SignedBy, p.SignedAt = LetterSent, by.Account, tx.Now()
	if p.Answer > 0 {
		p.AnswerBy = l.Rules.Workdays.Add(day, p.Answer)
		p.Letter.ReplyBy = p.AnswerBy
	}
	docx, err := p.Letter.DOCX()
	if err != nil {
		return err
	}
	var pdf []byte
	if l.Font != nil {
		if pdf, err = p.Letter.PDF(l.Font); err != nil {
			return err
		}
	}
	return sealPaper(ctx, tx, *p, code, day.Year, no, docx, pdf)
}

// drop notes that a drafted letter is not sent.
func (p *Paper) drop(op string, by Actor, reason string) error {
	if !by.Everywhere(ActSignLetter) {
		return refuse(NotAllowed, op, "%s", noRight[ActSignLetter])
	}
	if p.State != LetterDrafted {
		return refuse(WrongState, op, "这份文书现在是“%s”，不能撤销。", p.State.Chinese())
	}
	if err := checkWords(op, "reason", "不予发出的理由", reason, true); err != nil {
		return err
	}
	p.State, p.Dropped = LetterDropped, reason
	return nil
}

// DropLetter decides that a drafted letter is not sent, with the reason.
func (l *Ledger) DropLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, reason string) (Paper, error) {
	const op = "DropLetter"
	p, err := loadPaper(ctx, tx, l.County, id)
	if err != nil {
		return p, wrap(op, err)
	}
	if err := p.drop(op, by, reason); err != nil {
		return p, err
	}
	if err := updatePaper(ctx, tx, p); err != nil {
		return p, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, l.County, journal.Entry{Who: by.Account, What: "duty.letter_drop", Subject: p.Duty.About(), Basis: p.Rule.Cite(), Detail: cut(reason, 300)})
	return p, wrap(op, err)
}

// answer notes the answer of a unit that the letter was sent to.
func (p *Paper) answer(op string, by Actor, words string, on calendar.Date) (personnel.Seat, error) {
	seat, ok := p.answerer(by)
	if !ok {
		return seat, refuse(NotAllowed, op, "文书由收文单位的负责人反馈。")
	}
	if p.State != LetterSent || p.AnswerBy.IsZero() {
		return seat, refuse(WrongState, op, "这份文书现在是“%s”，不需要反馈。", p.State.Chinese())
	}
	if err := checkWords(op, "words", "反馈内容", words, true); err != nil {
		return seat, err
	}
	p.State, p.Reply, p.RepliedBy, p.RepliedOn = LetterAnswered, words, by.Account, on
	return seat, nil
}

// AnswerLetter is the unit's written answer (反馈).
func (l *Ledger) AnswerLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, words string, evidence []Evidence) (Paper, error) {
	const op = "AnswerLetter"
	p, err := loadPaper(ctx, tx, l.County, id)
	if err != nil {
		return p, wrap(op, err)
	}
	seat, err := p.answer(op, by, words, today(tx))
	if err != nil {
		return p, err
	}
	d, err := load(ctx, tx, l.County, p.Duty)
	if err != nil {
		return p, wrap(op, err)
	}
	files, err := l.keep(ctx, tx, op, evidence)
	if err != nil {
		return p, wrap(op, err)
	}
	if err := updatePaper(ctx, tx, p); err != nil {
		return p, wrap(op, err)
	}
	data := Data{Letter: &Letter{ID: p.ID, Kind: string(p.Letter.Kind)}, Reason: words, Day: today(tx), Files: files}
	if err := l.do(ctx, tx, by, seat, d, DidAnswer, "", data); err != nil {
		return p, wrap(op, err)
	}
	return p, wrap(op, l.tellOffice(ctx, tx, d, notice.Notice{Kind: "letter", Subject: seat.Unit + "已反馈" + p.Letter.Kind.Chinese(), Text: cut(words, 300)}))
}

func (p *Paper) encode() (string, error) {
	b, err := json.Marshal(p)
	return string(b), err
}
