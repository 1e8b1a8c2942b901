package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

func flagNotice(f Flag) notice.Notice {
	var b strings.Builder
	b.WriteString(f.Words + "，请决定维持、调整还是终止。")
	for _, x := range f.Diff {
		fmt.Fprintf(&b, "\n%s：%s → %s", x.Field, orNone(x.Was), orNone(x.Now))
	}
	return notice.Notice{Kind: "flag", Subject: "后续文件可能改变任务", Text: cut(b.String(), 1500)}
}

func orNone(s string) string {
	if s == "" {
		return "（无）"
	}
	return s
}

// Decide answers a flag: the duty stays, becomes what the new text says, or ends. A duty that is issued and gets other
// leads is signed for anew by those.
func (l *Ledger) Decide(ctx context.Context, tx *db.Tx, by Actor, id ID, flag int64, c Choice, reason string) (*Duty, error) {
	const op = "Decide"
	d, seat, err := l.begin(ctx, tx, op, by, ActCheck, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(d.Flags, func(f Flag) bool { return f.Step == flag })
	if i < 0 {
		return nil, refuse(Conflict, op, "这条提示已经处理过。")
	}
	f := d.Flags[i]
	if err := checkWords(op, "reason", "处理意见", reason, true); err != nil {
		return nil, err
	}
	data := Data{Flag: &Flag{Kind: f.Kind, Doc: f.Doc, Step: f.Step}, Choice: c, Reason: reason, Day: today(tx)}
	switch {
	case c.Chinese() == "":
		return nil, wrong(op, "choice", "请选择维持、调整或终止。")
	case c == Adopt && f.To == nil:
		return nil, wrong(op, "choice", "这条提示没有新的文本可以照改。请先维持，再按新文件修改任务；或终止。")
	case c == Keep:
		data.Fields = f.To // the same difference is not asked about again
	case c == Adopt:
		data.Diff, data.Source, data.Fields = f.Diff, f.Source, f.To
		if data.Party, err = l.adoptedParties(op, d, f); err != nil {
			return nil, err
		}
	}
	leads := d.Leads()
	if err := l.do(ctx, tx, by, seat, d, DidDecide, "", data); err != nil {
		return nil, wrap(op, err)
	}
	if c == Drop {
		return d, wrap(op, l.drop(ctx, tx, by, seat, d, reason))
	}
	if c == Adopt && d.State.Running() && len(without(d.Leads(), leads)) > 0 {
		moved := Data{Party: d.Parties, Reason: "按新文本调整牵头单位", Day: today(tx)}
		if err := l.do(ctx, tx, by, seat, d, DidTransfer, "", moved); err != nil {
			return nil, wrap(op, err)
		}
		return d, wrap(op, l.tellIssued(ctx, tx, d))
	}
	if c == Adopt && d.State.Running() {
		return d, wrap(op, l.tellLeads(ctx, tx, d, notice.Notice{Kind: "flag", Subject: "任务已按新文本调整", Text: reason}))
	}
	return d, nil
}

// drop ends a duty, whatever its state, if it is not over already, and the lines that were split off it.
func (l *Ledger) drop(ctx context.Context, tx *db.Tx, by Actor, seat personnel.Seat, d *Duty, reason string) error {
	if d.State == Closed || d.State == Cancelled {
		return nil
	}
	if err := l.do(ctx, tx, by, seat, d, DidCancel, "", Data{Result: reason, Reason: reason, Day: today(tx)}); err != nil {
		return err
	}
	if err := l.tellLeads(ctx, tx, d, notice.Notice{Kind: "cancel", Subject: "终止办理", Text: reason}); err != nil {
		return err
	}
	kids, err := kidsOf(ctx, tx, l.County, d.ID)
	for i := 0; err == nil && i < len(kids); i++ {
		err = l.drop(ctx, tx, by, seat, kids[i], "随第"+d.ID.Number()+"号任务终止："+reason)
	}
	return err
}

// adoptedParties are the units that have an issued duty when it becomes what a new text says; nil before it is issued.
func (l *Ledger) adoptedParties(op string, d *Duty, f Flag) ([]Party, error) {
	if len(d.Parties) == 0 {
		return nil, nil
	}
	if len(f.To.Unknown) > 0 {
		return nil, refuse(WrongState, op, "新文本里“%s”对不上任何单位，请先在“待确认事项”里回答。", strings.Join(f.To.Unknown, "”“"))
	}
	leads, open := l.expand(f.To.Lead)
	supports, open2 := l.expand(f.To.Support)
	if len(leads) == 0 || len(open)+len(open2) > 0 {
		return nil, refuse(WrongState, op, "新文本没有写明具体的牵头或配合单位，请先维持，再移交。")
	}
	parties := partiesOf(leads, without(supports, leads))
	for i := range parties {
		for _, p := range d.Parties {
			if p.Unit == parties[i].Unit && p.Role == parties[i].Role {
				parties[i] = p
			}
		}
	}
	return parties, nil
}

// Differences are the fields in which two readings of a duty differ, for people.
func Differences(a, b Fields) []Difference {
	var out []Difference
	add := func(field, was, now string) {
		if was != now {
			out = append(out, Difference{field, was, now})
		}
	}
	add("任务", a.Title, b.Title)
	add("内容", a.Text, b.Text)
	add("牵头单位", joined(a.Lead), joined(b.Lead))
	add("配合单位", joined(a.Support), joined(b.Support))
	add("落实单位", joined(a.Implement), joined(b.Implement))
	add("完成时限", dueText(a), dueText(b))
	add("填报频次", recurText(a.Recur), recurText(b.Recur))
	add("目标", targetText(a), targetText(b))
	add("清单", joined(a.Registers), joined(b.Registers))
	return out
}

func joined(names []string) string { return strings.Join(names, "、") }

func dueText(f Fields) string {
	switch {
	case f.Standing:
		return "长期坚持"
	case f.Due.IsZero():
		return f.DueRaw
	case f.DueRaw == "":
		return f.Due.String()
	}
	return f.Due.String() + "（" + f.DueRaw + "）"
}

var everyChinese = map[calendar.Every]string{calendar.Day: "每日", calendar.Week: "每周", calendar.Month: "每月", calendar.Quarter: "每季度",
	calendar.HalfYear: "每半年", calendar.Year: "每年", calendar.Seasonal: "每季节"}

func recurText(r calendar.Recurrence) string {
	if r.Raw != "" {
		return r.Raw
	}
	return everyChinese[r.Every]
}

func targetText(f Fields) string {
	var out []string
	for _, t := range f.Targets {
		out = append(out, t.Raw)
	}
	return strings.Join(out, "；")
}
