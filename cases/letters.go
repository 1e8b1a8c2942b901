package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/personnel"
)

// draftLetter drafts the letter of a rung. Where one of its kind to the same unit waits for signature already, that one is signed
// for both.
func (c *Cases) draftLetter(ctx context.Context, tx *db.Tx, k *Case, f Firing, basis string) (int64, error) {
	to := []string{c.speaker(k, f.Clock.Unit)}
	waiting, err := c.Ledger.LettersAbout(ctx, tx, k.ID.About(), ledger.LetterDrafted)
	if err != nil {
		return 0, err
	}
	p := ledger.Paper{About: k.ID.About(), Letter: letter.Letter{Kind: f.Rung.Letter, To: to}, Sign: personnel.Role(firstOf(f.Rung.Sign, string(personnel.Office))), Answer: f.Rung.Answer,
		DraftedBy: ledger.System.Account}
	for _, w := range waiting {
		if w.DraftedBy == ledger.System.Account && w.Letter.Kind == f.Rung.Letter && w.Sign == p.Sign && slices.Equal(w.Letter.To, to) {
			p = w
			break
		}
	}
	p.Rule, p.Cause, p.Causes = ledger.Rule{ID: firstOf(basis, c.LadderOf(k.Ladder).Title)}, "“"+string(f.Clock.State)+"”逾期", append(p.Causes, f.key())
	p.Letter.CopyTo = nil
	for _, r := range f.Rung.Copy {
		p.Letter.CopyTo = append(p.Letter.CopyTo, c.seatOf(personnel.Role(r)))
	}
	c.fill(&p, k, today(tx))
	if p.ID != 0 {
		return p.ID, c.Ledger.RewriteAbout(ctx, tx, p)
	}
	return c.Ledger.DraftAbout(ctx, tx, p)
}

// fill writes into a letter what the record shows on a day. It is false where none of the clocks stands any more for which the
// letter was drafted; then the letter stays as it was.
func (c *Cases) fill(p *ledger.Paper, k *Case, on calendar.Date) bool {
	var found []string
	var due calendar.Date
	for _, clock := range k.Clocks {
		if !clock.Due.Before(on) {
			continue
		}
		for _, g := range c.LadderOf(k.Ladder).Rungs {
			if f := (Firing{Rung: g, Clock: clock}); slices.Contains(p.Causes, f.key()) {
				due = clock.Due
				found = append(found, fmt.Sprintf("%s应于%s前办理“%s”，至今未办", clock.Unit, clock.Due.Chinese(), clock.State))
				break
			}
		}
	}
	if len(found) == 0 {
		return false
	}
	rules := c.Ledger.Rules.Letters
	p.Letter.Agency, p.Letter.Contact, p.Letter.AsOf, p.Letter.Demo, p.Letter.Rule = rules.Agency, rules.Contact, on, c.Ledger.Demo, p.Rule.ID
	item := letter.Item{Word: "事项", No: k.ID.Number(), Title: k.Title, Unit: joined(k.Units()), Basis: k.Basis, Due: due, State: "逾期", Finding: strings.Join(found, "；")}
	if open := k.standing(); len(open) > 0 {
		item.Finding += "；" + strings.TrimSuffix(firstOf(open[0].Says, open[0].Title), "。") + "，尚未恢复"
	}
	p.Letter.Items = []letter.Item{item}
	return true
}

func (c *Cases) tellSigner(ctx context.Context, tx *db.Tx, k *Case, g Rung, paper int64, n notice.Notice) error {
	role := personnel.Role(firstOf(g.Sign, string(personnel.Office)))
	n.Path = ledger.Paper{ID: paper, About: k.ID.About()}.Path()
	n.Kind, n.Subject, n.Text = "letter", "请签发"+g.Letter.Chinese(), "按"+firstOf(n.Basis, g.Name)+"起草。"+n.Text
	return c.tell(ctx, tx, k, c.seatOf(role), n, role)
}

// OfPaper is the case that a letter is about; 0 where it is about something else.
func OfPaper(p ledger.Paper) ID {
	n, err := strconv.ParseInt(strings.TrimPrefix(p.About, "case/"), 10, 64)
	if err != nil || !strings.HasPrefix(p.About, "case/") {
		return 0
	}
	return ID(n)
}

// LetterOf reads a letter about a case with the case: for those who see the whole county, and once it is sent for those that it was
// sent to.
func (c *Cases) LetterOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (ledger.Paper, *Case, error) {
	const op = "LetterOf"
	p, err := c.Ledger.AboutOf(ctx, tx, id)
	if err != nil {
		return p, nil, wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), OfPaper(p))
	if err != nil {
		return p, nil, wrap(op, err)
	}
	if !Everywhere(by, ActSee) {
		sent := p.State == ledger.LetterSent || p.State == ledger.LetterAnswered
		mine := Units(by, ActSee)
		if !sent || !slices.ContainsFunc(p.Letter.To, func(u string) bool { return slices.Contains(mine, u) }) {
			return ledger.Paper{}, nil, refuse(ledger.NotFound, op, "没有这份文书。")
		}
	}
	if p.State == ledger.LetterDrafted {
		c.fill(&p, k, today(tx)) // as it would be signed now
	}
	return p, k, nil
}

// LettersOf are the letters about a case that the actor may see.
func (c *Cases) LettersOf(ctx context.Context, tx *db.Tx, by Actor, id ID) ([]ledger.Paper, error) {
	const op = "LettersOf"
	if _, err := c.Of(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := c.Ledger.LettersAbout(ctx, tx, id.About(), "")
	if !Everywhere(by, ActSee) {
		list = slices.DeleteFunc(list, func(p ledger.Paper) bool { return p.State == ledger.LetterDrafted || p.State == ledger.LetterDropped })
	}
	return list, wrap(op, err)
}

// SignLetter signs a letter about a case (签发). One whose reason is gone is dropped instead.
func (c *Cases) SignLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, demand, when, where string) (ledger.Paper, error) {
	const op = "SignLetter"
	p, err := c.Ledger.AboutOf(ctx, tx, id)
	if err != nil {
		return p, wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), OfPaper(p))
	if err != nil {
		return p, wrap(op, err)
	}
	if p.State == ledger.LetterDrafted && !c.fill(&p, k, today(tx)) {
		return p, refuse(ledger.WrongState, op, "事项现在处于“%s”，事由已经消失。请核对后撤销这份文书。", k.State)
	}
	p, seat, err := c.Ledger.SignAbout(ctx, tx, by, p, demand, when, where)
	if err != nil {
		return p, wrap(op, err)
	}
	ref := Paper{ID: p.ID, Kind: string(p.Letter.Kind), No: p.Letter.No, To: p.Letter.To, Sent: today(tx), AnswerBy: p.AnswerBy}
	if err := c.do(ctx, tx, by, seat, k, DidLetter, "", Data{Letter: &ref, Words: p.Letter.No}); err != nil {
		return p, wrap(op, err)
	}
	text := p.Letter.Kind.Chinese() + " " + p.Letter.No + "已发出。"
	if !p.AnswerBy.IsZero() {
		text += "请于" + p.AnswerBy.Chinese() + "前书面反馈。"
	}
	for _, u := range p.Letter.To {
		if err := c.tell(ctx, tx, k, u, notice.Notice{Kind: "letter", Subject: p.Letter.Kind.Chinese(), Text: text, Path: p.Path()}, personnel.Head, personnel.Office); err != nil {
			return p, wrap(op, err)
		}
	}
	return p, nil
}

// DropLetter decides that a drafted letter is not sent, with the reason.
func (c *Cases) DropLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, reason string) (ledger.Paper, error) {
	p, err := c.Ledger.DropAbout(ctx, tx, by, id, "case.letter_drop", reason)
	return p, wrap("DropLetter", err)
}

// AnswerLetter is the unit's written answer (反馈).
func (c *Cases) AnswerLetter(ctx context.Context, tx *db.Tx, by Actor, id int64, s Sending) (ledger.Paper, error) {
	const op = "AnswerLetter"
	p, seat, err := c.Ledger.AnswerAbout(ctx, tx, by, id, s.Words)
	if err != nil {
		return p, wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), OfPaper(p))
	if err != nil {
		return p, wrap(op, err)
	}
	files, err := c.keep(ctx, tx, op, by, seat, k, s)
	if err != nil {
		return p, wrap(op, err)
	}
	data := Data{Letter: &Paper{ID: p.ID, Kind: string(p.Letter.Kind)}, Words: s.Words, Files: files}
	if err := c.do(ctx, tx, by, seat, k, DidAnswer, s.Once, data); err != nil {
		return p, wrap(op, err)
	}
	n := notice.Notice{Kind: "letter", Subject: seat.Unit + "已反馈" + p.Letter.Kind.Chinese(), Text: cut(s.Words, 300), Path: p.Path()}
	return p, wrap(op, c.tell(ctx, tx, k, c.Ledger.Office, n, personnel.Office))
}

// LetterFile is a signed letter as it went out: format is docx or pdf.
func (c *Cases) LetterFile(ctx context.Context, tx *db.Tx, by Actor, id int64, format string) ([]byte, error) {
	p, _, err := c.LetterOf(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	b, err := c.Ledger.AboutFile(ctx, tx, p, format)
	return b, wrap("LetterFile", err)
}
