package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/letter"
)

func insertPaper(ctx context.Context, tx *db.Tx, p Paper) error {
	data, err := p.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* ledger.insertPaper */ INSERT INTO ledger_letter (county, id, duty, kind, state, code, year, no, drafted_at, signed_at, answer_by,
		data, docx, pdf, about) VALUES ($1, $2, $3, $4, $5, '', 0, 0, $6, 0, '', $7, $8, $8, $9)`,
		p.County, p.ID, int64(p.Duty), string(p.Letter.Kind), string(p.State), db.Micros(p.DraftedAt), data, []byte{}, p.About)
	return err
}

// updatePaper changes state and data; what was signed stays.
func updatePaper(ctx context.Context, tx *db.Tx, p Paper) error {
	data, err := p.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* ledger.updatePaper */ UPDATE ledger_letter SET state = $3, data = $4 WHERE county = $1 AND id = $2`,
		p.County, p.ID, string(p.State), data)
	return err
}

// sealPaper keeps a letter as it was signed.
func sealPaper(ctx context.Context, tx *db.Tx, p Paper, code string, year, no int, docx, pdf []byte) error {
	data, err := p.encode()
	if err != nil {
		return err
	}
	if pdf == nil {
		pdf = []byte{}
	}
	_, err = tx.Exec(ctx, `/* ledger.sealPaper */ UPDATE ledger_letter SET state = $3, code = $4, year = $5, no = $6, signed_at = $7, answer_by = $8, data = $9,
		docx = $10, pdf = $11 WHERE county = $1 AND id = $2`,
		p.County, p.ID, string(p.State), code, year, no, db.Micros(p.SignedAt), p.AnswerBy.String(), data, docx, pdf)
	return err
}

// nextNumber is the next running number of a series in a year.
func nextNumber(ctx context.Context, tx *db.Tx, county, code string, year int) (n int, err error) {
	err = tx.QueryRow(ctx, `/* ledger.nextNumber */ SELECT COALESCE(max(no), 0) + 1 FROM ledger_letter WHERE county = $1 AND code = $2 AND year = $3 AND no > 0`,
		county, code, year).Scan(&n)
	return n, err
}

const paperColumns = `id, duty, state, drafted_at, signed_at, answer_by, data, length(pdf)`

func scanPaper(county string, scan func(...any) error) (Paper, error) {
	p := Paper{County: county}
	var duty, drafted, signed, pdf int64
	var state, answer, data string
	if err := scan(&p.ID, &duty, &state, &drafted, &signed, &answer, &data, &pdf); err != nil {
		return p, err
	}
	p.Duty, p.State, p.DraftedAt, p.HasPDF = ID(duty), LetterState(state), db.FromMicros(drafted), pdf > 0
	if signed > 0 {
		p.SignedAt = db.FromMicros(signed)
	}
	var err error
	if p.AnswerBy, err = calendar.ParseDate(answer); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(data), &p)
}

func loadPaper(ctx context.Context, tx *db.Tx, county string, id int64) (Paper, error) {
	p, err := scanPaper(county, tx.QueryRow(ctx, `/* ledger.loadPaper */ SELECT `+paperColumns+` FROM ledger_letter WHERE county = $1 AND id = $2 AND about = ''`, county, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(NotFound, "LetterOf", "没有这份文书。")
	}
	return p, err
}

// listPapers reads letters: query gives paperColumns.
func listPapers(ctx context.Context, tx *db.Tx, county, query string, args ...any) ([]Paper, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Paper
	for rows.Next() {
		p, err := scanPaper(county, rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// draftsOf are the letters of a kind about a duty that wait for signature.
func draftsOf(ctx context.Context, tx *db.Tx, county string, duty ID, kind letter.Kind) ([]Paper, error) {
	return listPapers(ctx, tx, county, `/* ledger.draftsOf */ SELECT `+paperColumns+` FROM ledger_letter
		WHERE county = $1 AND duty = $2 AND kind = $3 AND state = 'drafted' ORDER BY id`, county, int64(duty), string(kind))
}

// Letters are the newest letters in a state, or in any, of one duty, or of all and of cases, newest first: of those that the
// actor may see.
func (l *Ledger) Letters(ctx context.Context, tx *db.Tx, by Actor, state LetterState, duty ID, limit int) ([]Paper, error) {
	return l.lettersThat(ctx, tx, by, letterFilter{state: state, duty: duty}, limit, func(Paper) bool { return true })
}

// letterFilter narrows letters. Zero fields do not.
type letterFilter struct {
	state LetterState
	duty  ID
}

// lettersThat are Letters that are wanted. Letters of others do not count against the limit, so it reads on until there are
// enough.
func (l *Ledger) lettersThat(ctx context.Context, tx *db.Tx, by Actor, f letterFilter, limit int, want func(Paper) bool) ([]Paper, error) {
	const op = "Letters"
	all, mine := by.Everywhere(ActSee), by.Units(ActSee)
	var out []Paper
	for before := int64(math.MaxInt64); ; {
		list, err := lettersBefore(ctx, tx, l.County, f, before)
		if err != nil {
			return nil, wrap(op, err)
		}
		for _, p := range list {
			if before = p.ID; (all || p.sees(mine)) && want(p) {
				out = append(out, p)
			}
			if len(out) == limit {
				return out, nil
			}
		}
		if len(list) < lettersAtOnce {
			return out, nil
		}
	}
}

const lettersAtOnce = 100

func lettersBefore(ctx context.Context, tx *db.Tx, county string, f letterFilter, before int64) ([]Paper, error) {
	return listPapers(ctx, tx, county, `/* ledger.lettersBefore */ SELECT `+paperColumns+` FROM ledger_letter
		WHERE county = $1 AND ($2 = '' OR state = $2) AND (duty = $3 OR $3 = 0) AND id < $4 ORDER BY id DESC LIMIT $5`,
		county, string(f.state), int64(f.duty), before, lettersAtOnce)
}

// to reports whether the letter is to one of the units.
func (p Paper) to(units []string) bool {
	for _, u := range units {
		for _, t := range p.Letter.To {
			if t == u {
				return true
			}
		}
	}
	return false
}

// LetterFile is a signed letter as it went out: format is docx or pdf.
func (l *Ledger) LetterFile(ctx context.Context, tx *db.Tx, by Actor, id int64, format string) ([]byte, error) {
	const op = "LetterFile"
	p, _, err := l.LetterOf(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return l.printed(ctx, tx, op, p, format)
}

// printed is a signed letter as it went out.
func (l *Ledger) printed(ctx context.Context, tx *db.Tx, op string, p Paper, format string) ([]byte, error) {
	var docx, pdf []byte
	err := tx.QueryRow(ctx, `/* ledger.printed */ SELECT docx, pdf FROM ledger_letter WHERE county = $1 AND id = $2`, l.County, p.ID).Scan(&docx, &pdf)
	if err != nil {
		return nil, wrap(op, err)
	}
	switch {
	case p.State == LetterDrafted || p.State == LetterDropped:
		return nil, refuse(WrongState, op, "文书签发后才能下载。")
	case format == "pdf" && len(pdf) == 0:
		return nil, refuse(NotFound, op, "本机没有中文字体，没有生成 PDF，请下载 DOCX。")
	case format == "pdf":
		return pdf, nil
	}
	return docx, nil
}

func loadAbout(ctx context.Context, tx *db.Tx, county string, id int64) (Paper, error) {
	p, err := scanPaper(county, tx.QueryRow(ctx, `/* ledger.loadAbout */ SELECT `+paperColumns+` FROM ledger_letter WHERE county = $1 AND id = $2 AND about <> ''`,
		county, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = refuse(NotFound, "AboutOf", "没有这份文书。")
	}
	return p, err
}

func papersAbout(ctx context.Context, tx *db.Tx, county, about string, state LetterState) ([]Paper, error) {
	return listPapers(ctx, tx, county, `/* ledger.papersAbout */ SELECT `+paperColumns+` FROM ledger_letter
		WHERE county = $1 AND about = $2 AND about <> '' AND ($3 = '' OR state = $3) ORDER BY id`, county, about, string(state))
}

// aboutToAnswer are the letters about something else than a duty that were sent and wait for an answer.
func aboutToAnswer(ctx context.Context, tx *db.Tx, county string) ([]Paper, error) {
	return listPapers(ctx, tx, county, `/* ledger.aboutToAnswer */ SELECT `+paperColumns+` FROM ledger_letter
		WHERE county = $1 AND about <> '' AND state = 'sent' AND answer_by <> '' ORDER BY id`, county)
}
