package cases

import (
	"context"
	"slices"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/notice"
)

// Merge puts a case into another that is about the same (并案). Its findings and reporters go with it; its own way ends there.
func (c *Cases) Merge(ctx context.Context, tx *db.Tx, by Actor, id, into ID, reason string) (*Case, error) {
	const op = "Merge"
	k, seat, err := c.begin(ctx, tx, op, by, ActJoin, id, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, err
	}
	if id == into {
		return nil, wrong(op, "into", "不能并入自身。")
	}
	w, wseat, err := c.begin(ctx, tx, op, by, ActJoin, into, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "并案理由", reason, true); err != nil {
		return nil, err
	}
	for _, u := range k.Units() { // or a unit would be rid of what it has accepted
		if !slices.Contains(w.Units(), u) && k.State != Feedback {
			return nil, refuse(ledger.WrongState, op, "%s已经收到第%s号事项，而第%s号事项不由它整改，不能并案。", u, k.ID.Number(), w.ID.Number())
		}
	}
	if err := c.do(ctx, tx, by, seat, k, DidMerge, "", Data{State: Merged, Halt: true, Case: into, Words: reason, Reason: "重复反映"}); err != nil {
		return nil, wrap(op, err)
	}
	if err := moveLinks(ctx, tx, c.county(), id, into); err != nil {
		return nil, wrap(op, err)
	}
	data := Data{Case: id, Words: reason, Findings: k.Findings, Severity: worse(w.Severity, k.Severity)}
	if err := c.do(ctx, tx, by, wseat, w, DidTakeIn, "", data); err != nil {
		return nil, wrap(op, err)
	}
	for _, u := range w.Units() {
		if err := c.tell(ctx, tx, w, u, notice.Notice{Kind: "case", Subject: "并案", Text: "第" + id.Number() + "号事项并入。" + reason}); err != nil {
			return nil, wrap(op, err)
		}
	}
	return w, nil
}

// Splitting is one case that is split off.
type Splitting struct {
	Title string
	Unit  string // that has to put it right; may be empty
	Words string
}

// Split makes several cases of one (分案): each goes its own way from 反馈 on, and the first goes on beside them.
func (c *Cases) Split(ctx context.Context, tx *db.Tx, by Actor, id ID, into []Splitting, reason string) (*Case, []ID, error) {
	const op = "Split"
	k, seat, err := c.begin(ctx, tx, op, by, ActJoin, id, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, nil, err
	}
	if len(into) == 0 || len(into) > maxParts {
		return nil, nil, wrong(op, "into", "一次分出 1 至 %d 个事项。", maxParts)
	}
	if err := checkWords(op, "reason", "分案理由", reason, true); err != nil {
		return nil, nil, err
	}
	var kids []ID
	for _, s := range into {
		if err := checkLength(op, "title", "事项名称", s.Title, 100, true); err != nil {
			return nil, nil, err
		}
		if err := checkWords(op, "words", "说明", s.Words, false); err != nil {
			return nil, nil, err
		}
		if s.Unit != "" {
			if s.Unit, err = c.canonical(op, "unit", s.Unit); err != nil {
				return nil, nil, err
			}
		}
		o := Opening{Source: BySplit, Ladder: k.Ladder, Service: k.Service, Title: s.Title, Text: firstOf(s.Words, k.Text), Basis: k.Basis, Severity: k.Severity,
			Place: k.Place, Address: k.Address, Town: k.Town, Owner: k.Owner, Split: id}
		kid, err := c.open(ctx, tx, by, seat, o, s.Unit, Data{Words: reason}, "")
		if err != nil {
			return nil, nil, wrap(op, err)
		}
		kids = append(kids, kid.ID)
	}
	return k, kids, wrap(op, c.do(ctx, tx, by, seat, k, DidSplit, "", Data{Kids: kids, Words: reason}))
}

var severities = []finding.Severity{"", finding.Minor, finding.Serious, finding.Grave}

// worse is the graver of two severities.
func worse(a, b finding.Severity) finding.Severity {
	if slices.Index(severities, b) > slices.Index(severities, a) {
		return b
	}
	return a
}
