package score

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// Deeds gives what pages call this package's records in the journal.
var Deeds = map[string]string{"score.appeal": "对扣分申诉", "score.decide": "裁定申诉", "score.freeze": "考核结果定稿"}

// Path is the address of the appeal's page.
func (a Appeal) Path() string { return fmt.Sprintf("/scores/appeals/%d", a.ID) }

// About is the appeal's name in the journal and in notices.
func (a Appeal) About() string { return fmt.Sprintf("appeal/%d", a.ID) }

// MakeAppeal appeals against a deduction of a period's table (申诉), for the unit that was charged. There is one appeal for
// each fact; it holds in every period in which that fact counts.
func MakeAppeal(ctx context.Context, tx *db.Tx, led *ledger.Ledger, rules *Rules, by ledger.Actor, p Period, k Key, reason string) (Appeal, error) {
	const op = "MakeAppeal"
	if !slices.Contains(by.Units(ledger.ActAppeal), k.Unit) {
		return Appeal{}, refuse(ledger.NotAllowed, op, "只有“%s”的负责人可以对它的扣分申诉。", k.Unit)
	}
	if err := checkReason(op, "申诉理由", reason); err != nil {
		return Appeal{}, err
	}
	if k.Duty < 0 || k.Case < 0 || (k.Duty == 0) == (k.Case == 0) {
		return Appeal{}, refuse(ledger.NotFound, op, "没有这项扣分。")
	}
	t, err := of(ctx, tx, led, rules, p, calendar.DateOf(tx.Now()), k)
	if err != nil {
		return Appeal{}, wrap(op, err)
	}
	line, _ := t.Line(k.Unit)
	i := slices.IndexFunc(line.Hits, func(h Hit) bool { return h.Key == k })
	switch {
	case i < 0:
		return Appeal{}, refuse(ledger.NotFound, op, "这个考核期没有这项扣分。可能数据刚有变化，请刷新后再看。")
	case line.Hits[i].Appeal != nil:
		return Appeal{}, refuse(ledger.Conflict, op, "这项扣分已经申诉过（%s），同一项扣分只能申诉一次。", line.Hits[i].Appeal.State().Chinese())
	case k.Fact == Overdue && !t.Over:
		return Appeal{}, refuse(ledger.WrongState, op, "考核期还没有结束，是否逾期未完成以期末为准，请在%s之后申诉。", p.To.Chinese())
	}
	h := line.Hits[i]
	a := Appeal{Period: p, Key: k, Name: h.Name, Words: h.Words, Reason: reason, By: by.Account, At: tx.Now()}
	if a.ID, err = insertAppeal(ctx, tx, led.County, a); err != nil {
		return Appeal{}, wrap(op, err)
	}
	if err := record(ctx, tx, led.County, "score.appeal", by, a, reason); err != nil {
		return Appeal{}, wrap(op, err)
	}
	n := notice.Notice{To: notice.To{Unit: led.Office, Roles: []string{string(personnel.Office)}}, Kind: "appeal", Basis: h.Rule.Cite(),
		Subject: k.Unit + "申诉：" + h.Name, Text: h.Words + "\n申诉理由：" + brief(reason)}
	return a, wrap(op, told(ctx, tx, led.County, a, n))
}

// DecideAppeal decides on an appeal (裁定), by another than the one who made it. An upheld one waives the deduction.
func DecideAppeal(ctx context.Context, tx *db.Tx, led *ledger.Ledger, by ledger.Actor, id int64, upheld bool, reason string) (Appeal, error) {
	const op = "DecideAppeal"
	a, err := loadAppeal(ctx, tx, led.County, id)
	if err != nil {
		return a, wrap(op, err)
	}
	switch {
	case !by.Everywhere(ledger.ActDecide):
		return a, refuse(ledger.NotAllowed, op, "只有县政府办公室可以裁定申诉。")
	case by.Account == a.By:
		return a, refuse(ledger.NotAllowed, op, "申诉人本人不能裁定。")
	case a.Decision != nil:
		return a, refuse(ledger.WrongState, op, "这份申诉已经裁定：%s。", a.State().Chinese())
	}
	if err := checkReason(op, "裁定意见", reason); err != nil {
		return a, err
	}
	a.Decision = &Decision{Upheld: upheld, Reason: reason, By: by.Account, At: tx.Now()}
	if err := insertDecision(ctx, tx, led.County, a); err != nil {
		return a, wrap(op, err)
	}
	if err := record(ctx, tx, led.County, "score.decide", by, a, a.State().Chinese()+"："+reason); err != nil {
		return a, wrap(op, err)
	}
	n := notice.Notice{To: notice.To{Unit: a.Key.Unit, Roles: []string{string(personnel.Head)}}, Kind: "appeal",
		Subject: a.State().Chinese() + "：" + a.Name, Text: a.Words + "\n裁定意见：" + brief(reason)}
	return a, wrap(op, told(ctx, tx, led.County, a, n))
}

// record writes an appeal's deed into the journal: the words in short, and the hash of all of them.
func record(ctx context.Context, tx *db.Tx, county, what string, by ledger.Actor, a Appeal, words string) error {
	sum := sha256.Sum256([]byte(words))
	_, err := journal.Append(ctx, tx, county, journal.Entry{Who: by.Account, What: what, Subject: a.About(), Basis: brief(words),
		Detail: fmt.Sprintf("%s %s %s 第%d步 %s sha256:%s", a.Key.Unit, a.Key.Fact, a.Key.about(), a.Key.Step, a.Key.Day, hex.EncodeToString(sum[:]))})
	return err
}

func told(ctx context.Context, tx *db.Tx, county string, a Appeal, n notice.Notice) error {
	n.About, n.Path, n.Key = a.About(), a.Path(), a.About()+" "+string(a.State())
	_, err := notice.Put(ctx, tx, county, n)
	return err
}
