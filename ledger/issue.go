package ledger

import (
	"context"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/org"
	"zhixing/personnel"
)

// Enter puts a duty on the ledger that no published document holds, or that the reader missed, with its basis in words.
func (l *Ledger) Enter(ctx context.Context, tx *db.Tx, by Actor, f Fields, s Source) (*Duty, error) {
	const op = "Enter"
	if !by.May(ActEdit) {
		return nil, refuse(NotAllowed, op, "%s", noRight[ActEdit])
	}
	if s.Doc == "" {
		if err := checkWords(op, "words", "依据（文件、会议或批示）", s.Words, true); err != nil {
			return nil, err
		}
	}
	f, err := l.checkFields(ctx, tx, op, f, s.DocNo)
	if err != nil {
		return nil, err
	}
	d, err := l.draft(ctx, tx, by, Data{Source: &s, Fields: &f})
	return d, wrap(op, err)
}

// Suggest puts a draft on the ledger that another record asks for, such as the review of an emergency, with its basis in words. Like what
// is read from a document it waits for the office to confirm it.
func (l *Ledger) Suggest(ctx context.Context, tx *db.Tx, f Fields, words string) (*Duty, error) {
	const op = "Suggest"
	f, err := l.checkFields(ctx, tx, op, f, "")
	if err != nil {
		return nil, err
	}
	d, err := l.draft(ctx, tx, System, Data{Source: &Source{Words: words}, Fields: &f})
	return d, wrap(op, err)
}

// draft makes a new duty with its first step.
func (l *Ledger) draft(ctx context.Context, tx *db.Tx, by Actor, data Data) (*Duty, error) {
	id, err := nextID(ctx, tx, "ledger_duty", l.County)
	if err != nil {
		return nil, err
	}
	d := &Duty{County: l.County, ID: ID(id)}
	seat, _ := by.seatFor(ActEdit, d, "")
	return d, l.do(ctx, tx, by, seat, d, DidDraft, "", data)
}

// Confirm accepts what was read, as f says it where f differs, which then needs a reason.
func (l *Ledger) Confirm(ctx context.Context, tx *db.Tx, by Actor, id ID, saw Saw, f *Fields, reason string) (*Duty, error) {
	const op = "Confirm"
	d, seat, err := l.begin(ctx, tx, op, by, ActEdit, id, Drafted)
	if err != nil {
		return nil, err
	}
	data, err := l.amendment(ctx, tx, op, d, saw, f, reason)
	if err != nil {
		return nil, err
	}
	if len(d.with(Lead)) == 0 && len(merge(d.Fields, data.Fields).Lead) == 0 {
		return nil, wrong(op, "lead", "没有牵头单位，请补上后再确认。")
	}
	return d, wrap(op, l.do(ctx, tx, by, seat, d, DidConfirm, "", data))
}

func merge(old Fields, f *Fields) Fields {
	if f != nil {
		return *f
	}
	return old
}

// Amend changes what a duty says, with a reason. Who has the duty is changed by Transfer once it is issued, its last day
// by an extension.
func (l *Ledger) Amend(ctx context.Context, tx *db.Tx, by Actor, id ID, saw Saw, f Fields, reason string) (*Duty, error) {
	const op = "Amend"
	d, seat, err := l.begin(ctx, tx, op, by, ActEdit, id, Drafted, Confirmed, Issued, Working)
	if err != nil {
		return nil, err
	}
	if d.State != Drafted && d.State != Confirmed {
		f.Lead, f.Support, f.Implement, f.Due, f.DueRaw = d.Lead, d.Support, d.Implement, d.Due, d.DueRaw
	}
	data, err := l.amendment(ctx, tx, op, d, saw, &f, reason)
	if err != nil {
		return nil, err
	}
	if data.Fields == nil {
		return d, nil
	}
	return d, wrap(op, l.do(ctx, tx, by, seat, d, DidAmend, "", data))
}

// amendment is the step data of a change of fields: empty where f says what the duty says already.
func (l *Ledger) amendment(ctx context.Context, tx *db.Tx, op string, d *Duty, saw Saw, f *Fields, reason string) (Data, error) {
	if err := saw.check(op, d); err != nil {
		return Data{}, err
	}
	if f == nil {
		return Data{}, nil
	}
	if f.Due != d.Due && f.DueRaw == d.DueRaw {
		f.DueRaw = "" // the words are those of another day
	}
	checked, err := l.checkFields(ctx, tx, op, *f, d.Source.DocNo)
	if err != nil {
		return Data{}, err
	}
	diff := Differences(d.Fields, checked)
	if len(diff) == 0 {
		return Data{}, nil
	}
	if err := checkWords(op, "reason", "修改理由", reason, true); err != nil {
		return Data{}, err
	}
	return Data{Fields: &checked, Reason: reason, Diff: diff}, nil
}

// checkFields puts names into their canonical form and refuses what cannot be.
func (l *Ledger) checkFields(ctx context.Context, tx *db.Tx, op string, f Fields, docNo string) (Fields, error) {
	if err := checkWords(op, "title", "任务名称", f.Title, true); err != nil {
		return f, err
	}
	if err := checkWords(op, "text", "任务内容", f.Text, false); err != nil {
		return f, err
	}
	if err := checkWords(op, "due", "时限原文", f.DueRaw, false); err != nil {
		return f, err
	}
	if len(f.Lead)+len(f.Support)+len(f.Implement) > 200 {
		return f, wrong(op, "lead", "单位太多，一项任务最多 200 个。")
	}
	f.Unknown = nil
	for i, names := range []*[]string{&f.Lead, &f.Support, &f.Implement} {
		if err := checkNames(op, []string{"lead", "support", "implement"}[i], *names); err != nil {
			return f, err
		}
		out, unknown, err := l.canonical(ctx, tx, docNo, *names)
		if err != nil {
			return f, err
		}
		*names = out
		f.Unknown = append(f.Unknown, unknown...)
	}
	for _, u := range f.Lead {
		f.Support = slices.DeleteFunc(f.Support, func(s string) bool { return s == u })
	}
	if f.Standing && !f.Due.IsZero() {
		return f, wrong(op, "due", "“长期坚持”的任务没有完成时限，请二者选一。")
	}
	return f, nil
}

// checkNames refuses what cannot be the name of a unit that a person typed.
func checkNames(op, field string, names []string) error {
	for _, name := range names {
		if len(name) > maxName || !readable(name) {
			return wrong(op, field, "单位名称“%s”太长或有无法识别的字符，多个单位请用顿号隔开。", cut(strings.ToValidUTF8(name, "�"), 60))
		}
	}
	return nil
}

// canonical gives the canonical names, each once, and which of them fit no unit.
func (l *Ledger) canonical(ctx context.Context, tx *db.Tx, docNo string, names []string) (out, unknown []string, err error) {
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		u, ok, err := personnel.Resolve(ctx, tx, l.Book, l.County, docNo, name)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			name = u.Name
		} else if !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, unknown, nil
}

// Issue gives a confirmed duty to its units. Leads and supporters are told; every implementing unit, sets written out,
// gets a line of its own that is issued with it.
func (l *Ledger) Issue(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Duty, error) {
	const op = "Issue"
	d, seat, err := l.begin(ctx, tx, op, by, ActEdit, id, Confirmed)
	if err != nil {
		return nil, err
	}
	f, err := l.checkFields(ctx, tx, op, d.Fields, d.Source.DocNo) // a name may have been answered since
	if err != nil {
		return nil, err
	}
	if len(f.Unknown) > 0 {
		return nil, refuse(WrongState, op, "“%s”对不上任何单位，不能交办。请先在“待确认事项”里回答是哪个单位，或修改任务。", strings.Join(f.Unknown, "”“"))
	}
	if len(f.Lead) == 0 {
		return nil, refuse(WrongState, op, "没有牵头单位，不能交办。请先补上。")
	}
	if diff := Differences(d.Fields, f); len(diff) > 0 || len(d.Unknown) > 0 {
		if err := l.do(ctx, tx, by, seat, d, DidAmend, "", Data{Fields: &f, Reason: "名称已认定", Diff: diff}); err != nil {
			return nil, wrap(op, err)
		}
	}
	if !f.Due.IsZero() && f.Due.Before(today(tx)) { // units must not be late on the day on which they hear of it
		return nil, refuse(WrongState, op, "完成时限 %s 已经过去，不能交办。请先修改时限并写明理由，或终止这项任务。", f.Due)
	}
	leads, open := l.expand(f.Lead)
	supports, open2 := l.expand(f.Support)
	if open = append(open, open2...); len(open) > 0 {
		return nil, refuse(WrongState, op, "“%s”是统称，指哪些单位由交办人定。请修改任务，写明具体单位。", strings.Join(open, "”“"))
	}
	kids, err := l.split(ctx, tx, by, seat, d, without(first(l.expand(f.Implement)), leads), d.Due, "")
	if err != nil {
		return nil, wrap(op, err)
	}
	parties := partiesOf(leads, without(supports, leads))
	if err := l.do(ctx, tx, by, seat, d, DidIssue, "", Data{Party: parties, Day: today(tx), Kids: kids}); err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.tellIssued(ctx, tx, d))
}

func first(a, _ []string) []string { return a }

func without(units, not []string) []string {
	return slices.DeleteFunc(slices.Clone(units), func(u string) bool { return slices.Contains(not, u) })
}

func partiesOf(leads, supports []string) []Party {
	var out []Party
	for _, u := range leads {
		out = append(out, Party{Unit: u, Role: Lead})
	}
	for _, u := range supports {
		out = append(out, Party{Unit: u, Role: Support})
	}
	return out
}

// expand writes sets out, each unit once. open are the sets that name only those who may be meant.
func (l *Ledger) expand(names []string) (units, open []string) {
	dir := l.Book.Directory()
	for _, name := range names {
		u, ok := dir.Resolve(name)
		if ok && u.Kind == org.Set {
			members := dir.Expand(name)
			if u.Open || len(members) == 0 {
				open = append(open, name)
				continue
			}
			for _, m := range members {
				if !slices.Contains(units, m.Name) {
					units = append(units, m.Name)
				}
			}
			continue
		}
		if !slices.Contains(units, name) {
			units = append(units, name)
		}
	}
	return units, open
}

func (l *Ledger) tellIssued(ctx context.Context, tx *db.Tx, d *Duty) error {
	by := l.Rules.Sign.Span.After(d.IssuedOn, l.Rules.Workdays)
	for _, p := range d.Parties {
		if !p.SignedAt.IsZero() {
			continue
		}
		n := notice.Notice{Kind: "sign", Subject: "请签收（" + p.Role.Chinese() + "）", Basis: l.Rules.Sign.Rule.Cite(),
			Text: "依据 " + d.Source.Basis() + " 交办，请于" + by.Chinese() + "前签收。" + dueWords(d)}
		if err := l.tell(ctx, tx, d, p.Unit, n, personnel.Head, personnel.Member); err != nil {
			return err
		}
	}
	return nil
}

func dueWords(d *Duty) string {
	switch {
	case !d.Due.IsZero():
		return "完成时限：" + d.Due.Chinese() + "。"
	case d.Standing:
		return "长期坚持。"
	}
	return ""
}

// Split gives units a line of their own under a duty that is issued. Their last day is not later than the duty's.
func (l *Ledger) Split(ctx context.Context, tx *db.Tx, by Actor, id ID, units []string, due calendar.Date, words string) (*Duty, error) {
	const op = "Split"
	d, seat, err := l.begin(ctx, tx, op, by, ActSplit, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	if d.Parent != 0 {
		return nil, refuse(WrongState, op, "这一项已经是分解出来的，不再往下分解。")
	}
	if err := checkNames(op, "units", units); err != nil {
		return nil, err
	}
	names, unknown, err := l.canonical(ctx, tx, d.Source.DocNo, units)
	switch {
	case err != nil:
		return nil, wrap(op, err)
	case len(names) == 0:
		return nil, wrong(op, "units", "请选择分解到哪些单位或乡镇。")
	case len(unknown) > 0:
		return nil, wrong(op, "units", "“%s”对不上任何单位。", strings.Join(unknown, "”“"))
	case !d.Due.IsZero() && d.Due.Before(due):
		return nil, wrong(op, "due", "分解任务的时限不能晚于本任务的时限 %s。", d.Due)
	}
	if err := checkWords(op, "words", "具体要求", words, false); err != nil {
		return nil, err
	}
	if due.IsZero() {
		due = d.Due
	}
	names, open := l.expand(names)
	if len(open) > 0 {
		return nil, wrong(op, "units", "“%s”是统称，请写明具体单位。", strings.Join(open, "”“"))
	}
	have, err := kidsOf(ctx, tx, l.County, id)
	if err != nil {
		return nil, wrap(op, err)
	}
	for _, k := range have {
		if k.State != Cancelled {
			names = without(names, k.Lead)
		}
	}
	if len(names) == 0 {
		return nil, wrong(op, "units", "所选单位都已经有自己的分解任务。")
	}
	kids, err := l.split(ctx, tx, by, seat, d, names, due, words)
	if err != nil {
		return nil, wrap(op, err)
	}
	return d, wrap(op, l.do(ctx, tx, by, seat, d, DidSplit, "", Data{Kids: kids, Due: due, Reason: words}))
}

// split drafts, confirms and issues a line for each unit.
func (l *Ledger) split(ctx context.Context, tx *db.Tx, by Actor, seat personnel.Seat, d *Duty, units []string, due calendar.Date, words string) ([]ID, error) {
	var kids []ID
	for _, u := range units {
		f := d.Fields
		f.Lead, f.Support, f.Implement, f.Unknown, f.Due = []string{u}, nil, nil, nil, due
		if words != "" {
			f.Text = words
		}
		src := d.Source
		k, err := l.draft(ctx, tx, by, Data{Source: &src, Fields: &f, Parent: d.ID})
		if err != nil {
			return nil, err
		}
		for _, s := range []struct {
			what Deed
			data Data
		}{{DidConfirm, Data{}}, {DidIssue, Data{Party: partiesOf(f.Lead, nil), Day: today(tx)}}} {
			if err := l.do(ctx, tx, by, seat, k, s.what, "", s.data); err != nil {
				return nil, err
			}
		}
		if err := l.tellIssued(ctx, tx, k); err != nil {
			return nil, err
		}
		kids = append(kids, k.ID)
	}
	return kids, nil
}
