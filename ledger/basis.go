package ledger

import (
	"context"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// SourceOf reads a basis as people write it. What begins with the number of a published document leads to it, and to
// the clause where it names one that the document has; all else is a basis in words: 县政府第12次常务会议纪要.
func (l *Ledger) SourceOf(ctx context.Context, tx *db.Tx, words string) (Source, error) {
	words = strings.TrimSpace(words)
	if err := checkWords("SourceOf", "words", "依据（文件、会议或批示）", words, false); err != nil {
		return Source{}, err
	}
	no, clause, _ := strings.Cut(words, " ")
	key, ok := publication.ParseKey(no)
	if !ok {
		return Source{Words: words}, nil
	}
	s, err := l.ClauseOf(ctx, tx, key, strings.TrimSpace(clause))
	if publication.KindOf(err) == publication.NotFound {
		return Source{Words: words}, nil
	}
	return s, err
}

// ClauseOf is a clause of a published document as the source of a duty. An empty clause is the document as a whole.
func (l *Ledger) ClauseOf(ctx context.Context, tx *db.Tx, key publication.Key, clause string) (Source, error) {
	const op = "ClauseOf"
	doc, err := publication.DocumentOn(ctx, tx, l.County, key, calendar.Date{})
	switch {
	case err != nil:
		return Source{}, err
	case doc.Withdrawn:
		return Source{}, wrong(op, "words", "《%s》已经撤回，不能作依据。", doc.Title)
	case clause != "" && !doc.Text.Has(clause):
		return Source{}, wrong(op, "words", "《%s》里没有“%s”这一条。请照公文页面上的条款地址填写，或只写文号。", doc.Title, clause)
	}
	return Source{Doc: doc.Key, Version: doc.Version, DocNo: doc.No, Clause: clause, Plan: doc.Title}, nil
}
