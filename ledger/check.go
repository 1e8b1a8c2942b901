package ledger

import (
	"context"
	"math/big"
	"regexp"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// Check agrees with a claim (复核). It is done by another than the one who claimed, and not by his unit.
func (l *Ledger) Check(ctx context.Context, tx *db.Tx, by Actor, id ID, words string) (*Duty, error) {
	const op = "Check"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Claimed)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "复核意见", words, true); err != nil {
		return nil, err
	}
	if by.Account == d.ClaimedBy || seat.Unit == d.ClaimUnit && d.ClaimUnit != l.Office { // the office's own duty is checked by another of the office
		return nil, refuse(NotAllowed, op, "申请销号的本人和本单位不能复核，请换一位复核人。")
	}
	return d, wrap(op, l.do(ctx, tx, by, seat, d, DidCheck, "", Data{Reason: words, Day: today(tx)}))
}

// Close takes a checked duty off the list of what is to be done (销号). result is what the public is told.
func (l *Ledger) Close(ctx context.Context, tx *db.Tx, by Actor, id ID, result string) (*Duty, error) {
	const op = "Close"
	d, seat, err := l.begin(ctx, tx, op, by, ActClose, id, Checked)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "result", "办理结果（向社会公开）", result, true); err != nil {
		return nil, err
	}
	if by.Account == d.ClaimedBy {
		return nil, refuse(NotAllowed, op, "申请销号的本人不能销号。")
	}
	if err := l.do(ctx, tx, by, seat, d, DidClose, "", Data{Result: result, Day: today(tx)}); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "close", Subject: "已销号", Text: result}))
}

// SendBack returns a claim (退回) with what is wanting.
func (l *Ledger) SendBack(ctx context.Context, tx *db.Tx, by Actor, id ID, reason string) (*Duty, error) {
	const op = "SendBack"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Claimed, Checked)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "退回原因", reason, true); err != nil {
		return nil, err
	}
	if err := l.do(ctx, tx, by, seat, d, DidSendBack, "", Data{Reason: reason, Day: today(tx)}); err != nil {
		return nil, wrap(op, err)
	}
	until := l.Rules.PutRight.Span.After(d.SentBack, l.Rules.Workdays)
	n := notice.Notice{Kind: "sent_back", Subject: "退回，请改正", Basis: l.Rules.PutRight.Rule.Cite(), Text: reason + "（请于" + until.Chinese() + "前改正后重新申请）"}
	return d, wrap(op, l.tellLeads(ctx, tx, d, n))
}

// AskExtension asks for a later last day (申请延期).
func (l *Ledger) AskExtension(ctx context.Context, tx *db.Tx, by Actor, id ID, due calendar.Date, reason string) (*Duty, error) {
	const op = "AskExtension"
	d, seat, err := l.begin(ctx, tx, op, by, ActClaim, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "延期理由", reason, true); err != nil {
		return nil, err
	}
	switch {
	case d.Asked != nil:
		return nil, refuse(WrongState, op, "已有一份延期申请等待批复。")
	case d.Due.IsZero():
		return nil, refuse(WrongState, op, "这项任务没有写明完成时限，不必申请延期。")
	case !d.Due.Before(due) || due.Before(today(tx)):
		return nil, wrong(op, "due", "申请的时限应晚于原时限 %s 和今天。", d.Due)
	case d.Due.AddDays(3 * 366).Before(due):
		return nil, wrong(op, "due", "申请的时限 %s 超过原时限三年，请核对。", due)
	}
	if err := l.do(ctx, tx, by, seat, d, DidAsk, "", Data{Due: due, Reason: reason, Day: today(tx)}); err != nil {
		return nil, wrap(op, err)
	}
	n := notice.Notice{Kind: "ask", Subject: "申请延期至" + due.Chinese(), Basis: l.Rules.Decide.Rule.Cite(), Text: reason}
	return d, wrap(op, l.tellOffice(ctx, tx, d, n))
}

// DecideExtension grants what was asked, to a day that the office may set otherwise, or refuses it.
func (l *Ledger) DecideExtension(ctx context.Context, tx *db.Tx, by Actor, id ID, grant bool, due calendar.Date, reason string) (*Duty, error) {
	const op = "DecideExtension"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	if d.Asked == nil {
		return nil, refuse(WrongState, op, "没有等待批复的延期申请。")
	}
	if by.Account == d.Asked.By {
		return nil, refuse(NotAllowed, op, "申请人本人不能批复。")
	}
	if err := checkWords(op, "reason", "批复意见", reason, !grant); err != nil {
		return nil, err
	}
	what, data, subject := DidRefuse, Data{Reason: reason, Day: today(tx)}, "延期申请未获同意"
	if grant {
		if due.IsZero() {
			due = d.Asked.Due
		}
		if !d.Due.Before(due) {
			return nil, wrong(op, "due", "同意的时限应晚于原时限 %s。", d.Due)
		}
		what, data.Due, subject = DidExtend, due, "同意延期至"+due.Chinese()
	}
	if err := l.do(ctx, tx, by, seat, d, what, "", data); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "extension", Subject: subject, Text: reason}))
}

// Transfer gives a duty to other units (移交), who sign for it anew.
func (l *Ledger) Transfer(ctx context.Context, tx *db.Tx, by Actor, id ID, leads, supports []string, reason string) (*Duty, error) {
	const op = "Transfer"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "移交理由", reason, true); err != nil {
		return nil, err
	}
	f := d.Fields
	f.Lead, f.Support = leads, supports
	if f, err = l.checkFields(ctx, tx, op, f, d.Source.DocNo); err != nil {
		return nil, err
	}
	leads, open := l.expand(f.Lead)
	supports, open2 := l.expand(f.Support)
	switch {
	case len(leads) == 0:
		return nil, wrong(op, "lead", "请写明移交给哪个单位。")
	case len(f.Unknown) > 0 || len(open)+len(open2) > 0:
		return nil, wrong(op, "lead", "“%s”对不上具体的单位。", firstOf(append(append(f.Unknown, open...), open2...)...))
	}
	before := d.Leads()
	parties := partiesOf(leads, without(supports, leads))
	for i := range parties { // who keeps the same part has signed for it
		for _, p := range d.Parties {
			if p.Unit == parties[i].Unit && p.Role == parties[i].Role {
				parties[i] = p
			}
		}
	}
	if len(without(leads, before)) == 0 && len(without(before, leads)) == 0 {
		return nil, wrong(op, "lead", "移交前后的牵头单位相同。")
	}
	data := Data{Party: parties, Reason: reason, Day: today(tx), Diff: []Difference{{Field: "牵头单位", Was: joined(before), Now: joined(leads)}}}
	if err := l.do(ctx, tx, by, seat, d, DidTransfer, "", data); err != nil {
		return nil, wrap(op, err)
	}
	for _, u := range without(before, leads) {
		n := notice.Notice{Kind: "transfer", Subject: "已移交" + joined(leads), Text: reason}
		if err := l.tell(ctx, tx, d, u, n, personnel.Head, personnel.Member); err != nil {
			return nil, wrap(op, err)
		}
	}
	return d, wrap(op, l.tellIssued(ctx, tx, d))
}

// Suspend stops the clocks (中止), until a day where one is known.
func (l *Ledger) Suspend(ctx context.Context, tx *db.Tx, by Actor, id ID, until calendar.Date, reason string) (*Duty, error) {
	const op = "Suspend"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "中止理由", reason, true); err != nil {
		return nil, err
	}
	if !until.IsZero() && !today(tx).Before(until) {
		return nil, wrong(op, "until", "恢复日期应晚于今天。")
	}
	if err := l.do(ctx, tx, by, seat, d, DidSuspend, "", Data{Reason: reason, Day: today(tx), Due: until}); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "suspend", Subject: "中止办理", Text: reason}))
}

// Resume lets a suspended duty go on. Its last day moves by the days that it stood still, unless keep says that it stays.
func (l *Ledger) Resume(ctx context.Context, tx *db.Tx, by Actor, id ID, keep bool, reason string) (*Duty, error) {
	const op = "Resume"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Suspended)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "说明", reason, false); err != nil {
		return nil, err
	}
	data := Data{Reason: reason, Day: today(tx)}
	if !keep && !d.Due.IsZero() {
		data.Due = d.Due.AddDays(daysBetween(d.Suspended, today(tx)))
	}
	if err := l.do(ctx, tx, by, seat, d, DidResume, "", data); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "resume", Subject: "恢复办理", Text: dueWords(d) + reason}))
}

// Reopen brings a closed or cancelled duty back (重新办理), with a new last day.
func (l *Ledger) Reopen(ctx context.Context, tx *db.Tx, by Actor, id ID, due calendar.Date, reason string) (*Duty, error) {
	const op = "Reopen"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Closed, Cancelled)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "reason", "重新办理的理由", reason, true); err != nil {
		return nil, err
	}
	switch {
	case len(d.Parties) == 0:
		return nil, refuse(WrongState, op, "这项任务还没有交办过就终止了。请另行列入台账。")
	case due.IsZero() && !d.Standing, !due.IsZero() && !today(tx).Before(due):
		return nil, wrong(op, "due", "请写明新的完成时限，须晚于今天。")
	}
	if err := l.do(ctx, tx, by, seat, d, DidReopen, "", Data{Due: due, Reason: reason, Day: today(tx)}); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "reopen", Subject: "重新办理", Text: dueWords(d) + reason}))
}

// Cancel takes a duty off the ledger without its having been done (终止), with the reason that the public is told.
func (l *Ledger) Cancel(ctx context.Context, tx *db.Tx, by Actor, id ID, result string) (*Duty, error) {
	const op = "Cancel"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id, Drafted, Confirmed, Issued, Working, Suspended)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "result", "终止理由（向社会公开）", result, true); err != nil {
		return nil, err
	}
	return d, wrap(op, l.drop(ctx, tx, by, seat, d, result))
}

// Note is a leader's instruction (批示) on a duty.
func (l *Ledger) Note(ctx context.Context, tx *db.Tx, by Actor, id ID, words string) (*Duty, error) {
	const op = "Note"
	d, seat, err := l.begin(ctx, tx, op, by, ActNote, id)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "批示", words, true); err != nil {
		return nil, err
	}
	if err := l.do(ctx, tx, by, seat, d, DidNote, "", Data{Reason: words, Day: today(tx)}); err != nil {
		return nil, wrap(op, err)
	}
	n := notice.Notice{Kind: "note", Subject: seat.Title + "批示", Text: words}
	if err := l.tellOffice(ctx, tx, d, n); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellLeads(ctx, tx, d, n))
}

var decimalForm = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,10})?$`)

// decimal reads an exact decimal.
func decimal(s string) (*big.Rat, bool) {
	if !decimalForm.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
