package ledger

import (
	"context"
	"encoding/hex"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/personnel"
)

// Letters about something else than a duty, such as a case, are drafted by the package of that noun, and numbered, signed, printed
// and kept here with all others: there is one series of numbers, and one list of what waits for whom. Duty is 0 in them, About says
// what they are about, and the functions that do something to letters about duties do not know them. The record of what was done stands
// with the noun.

// DraftAbout keeps a letter as a draft and gives its number in the county.
func (l *Ledger) DraftAbout(ctx context.Context, tx *db.Tx, p Paper) (int64, error) {
	const op = "DraftAbout"
	if p.About == "" {
		return 0, refuse(Invalid, op, "文书没有写明事项。")
	}
	id, err := l.putDraft(ctx, tx, &Duty{}, p)
	return id, wrap(op, err)
}

// AboutOf reads one letter that is about something else than a duty.
func (l *Ledger) AboutOf(ctx context.Context, tx *db.Tx, id int64) (Paper, error) {
	p, err := loadAbout(ctx, tx, l.County, id)
	return p, wrap("AboutOf", err)
}

// LettersAbout are the letters about one thing in the order in which they were drafted; with an empty state in any.
func (l *Ledger) LettersAbout(ctx context.Context, tx *db.Tx, about string, state LetterState) ([]Paper, error) {
	list, err := papersAbout(ctx, tx, l.County, about, state)
	return list, wrap("LettersAbout", err)
}

// RewriteAbout changes a draft.
func (l *Ledger) RewriteAbout(ctx context.Context, tx *db.Tx, p Paper) error {
	const op = "RewriteAbout"
	if p.State != LetterDrafted || p.About == "" {
		return refuse(WrongState, op, "这份文书现在是“%s”，不能再改。", p.State.Chinese())
	}
	return wrap(op, updatePaper(ctx, tx, p))
}

// SignAbout signs a letter (签发) as SignLetter does, but for the record of what it is about. It gives the seat in which it was signed.
func (l *Ledger) SignAbout(ctx context.Context, tx *db.Tx, by Actor, p Paper, demand, when, where string) (Paper, personnel.Seat, error) {
	const op = "SignAbout"
	seat, err := p.mustSign(op, by)
	if err != nil {
		return p, seat, err
	}
	if err := p.dictate(op, demand, when, where); err != nil {
		return p, seat, err
	}
	return p, seat, wrap(op, l.print(ctx, tx, &p, by, seat))
}

// DropAbout decides that a drafted letter is not sent, with the reason.
func (l *Ledger) DropAbout(ctx context.Context, tx *db.Tx, by Actor, id int64, what, reason string) (Paper, error) {
	const op = "DropAbout"
	p, err := loadAbout(ctx, tx, l.County, id)
	if err != nil {
		return p, wrap(op, err)
	}
	if err := p.drop(op, by, reason); err != nil {
		return p, err
	}
	if err := updatePaper(ctx, tx, p); err != nil {
		return p, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, l.County, journal.Entry{Who: by.Account, What: what, Subject: p.About, Basis: p.Rule.Cite(), Detail: cut(reason, 300)})
	return p, wrap(op, err)
}

// AnswerAbout notes a unit's written answer (反馈), and gives the seat in which it was given.
func (l *Ledger) AnswerAbout(ctx context.Context, tx *db.Tx, by Actor, id int64, words string) (Paper, personnel.Seat, error) {
	const op = "AnswerAbout"
	p, err := loadAbout(ctx, tx, l.County, id)
	if err != nil {
		return p, personnel.Seat{}, wrap(op, err)
	}
	seat, err := p.answer(op, by, words, today(tx))
	if err != nil {
		return p, seat, err
	}
	return p, seat, wrap(op, updatePaper(ctx, tx, p))
}

// AboutFile is a signed letter as it went out, for callers that have asked who may read it.
func (l *Ledger) AboutFile(ctx context.Context, tx *db.Tx, p Paper, format string) ([]byte, error) {
	return l.printed(ctx, tx, "AboutFile", p, format)
}

// Keep checks and stores files that come as evidence, for packages that keep their own record of them. It does not ask who sends
// them.
func (l *Ledger) Keep(ctx context.Context, tx *db.Tx, op string, files []Evidence) ([]File, error) {
	return l.keep(ctx, tx, op, files)
}

// Bytes are those of a kept file, for callers that have asked who may read it.
func (l *Ledger) Bytes(ctx context.Context, tx *db.Tx, sha256 string) ([]byte, error) {
	if b, err := hex.DecodeString(sha256); err != nil || len(b) != 32 {
		return nil, refuse(NotFound, "Bytes", "没有这个文件。")
	}
	return fileBytes(ctx, tx, l.County, sha256)
}
