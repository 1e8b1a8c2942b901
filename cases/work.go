package cases

import (
	"context"
	"fmt"
	"slices"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// Sending is what is sent with an act: words, evidence, the place where it was done, and the token by which what is sent twice is
// known.
type Sending struct {
	Words string
	Files []Upload
	Place *Point
	Once  string
}

// Feeding tells the units that have to put a case right (反馈). Several make a joint case: each has a part of its own.
type Feeding struct {
	Units []string // none: the unit that the finding names
	Words string
	Once  string
}

// maxParts bounds a joint case.
const maxParts = 20

// Feed feeds a case back to the units that have to put it right, or again one part that a unit has declined.
func (c *Cases) Feed(ctx context.Context, tx *db.Tx, by Actor, id ID, f Feeding) (*Case, error) {
	const op = "Feed"
	if k, done, err := c.again(ctx, tx, op, by, id, f.Once); done || err != nil {
		return k, err
	}
	k, seat, err := c.begin(ctx, tx, op, by, ActFeed, id, Feedback)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "要求", f.Words, false); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(k.Parts, func(p Part) bool { return p.State == Feedback })
	if len(f.Units) == 0 && k.Parts[i].Unit != "" {
		f.Units = []string{k.Parts[i].Unit}
	}
	parts := slices.Clone(k.Parts)
	data := Data{Words: f.Words}
	var names []string
	for n, name := range f.Units {
		unit, err := c.canonical(op, "units", name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(names, unit) || slices.ContainsFunc(k.Parts, func(p Part) bool { return p.Unit == unit && p.State != Feedback }) {
			return nil, wrong(op, "units", "“%s”已经有这个事项。", unit)
		}
		names = append(names, unit)
		at := i
		if n > 0 {
			at = len(parts)
			parts = append(parts, Part{})
		}
		parts[at] = Part{Unit: unit, State: Acceptance, Words: f.Words}
		data.Begin = append(data.Begin, c.start(k, at, Acceptance, unit, today(tx)))
	}
	switch {
	case len(names) == 0:
		return nil, wrong(op, "units", "请写明由哪个单位整改。")
	case len(parts) > maxParts:
		return nil, wrong(op, "units", "一个事项最多由 %d 个单位共同整改，请分案办理。", maxParts)
	}
	data.Parts, data.State = parts, stateOf(parts)
	if err := c.do(ctx, tx, by, seat, k, DidFeed, f.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, "请受理", f.Words))
}

// stateOf is where a case stands while its parts are under way: at the least of them.
func stateOf(parts []Part) State {
	least := Checking
	for _, p := range parts {
		if slices.Index(States, p.State) < slices.Index(States, least) {
			least = p.State
		}
	}
	return least
}

// mine are the clocks of a state that the actor may act on, with the seat in which he does.
func (c *Cases) mine(op string, by Actor, a Act, k *Case, s State) ([]Clock, personnel.Seat, error) {
	var out []Clock
	var seat personnel.Seat
	row := Acts[actIndex(a)]
	for _, clock := range k.Clocks {
		if clock.State != s {
			continue
		}
		for _, have := range by.Seats {
			if scope := row.Roles[have.Role]; scope == ledger.All || scope == ledger.Own && c.speaks(have, k, clock.Unit) {
				if seat = have; scope == ledger.Own {
					seat.Unit = clock.Unit
				}
				out = append(out, clock)
				break
			}
		}
	}
	if len(out) == 0 {
		return nil, seat, refuse(ledger.NotAllowed, op, "%s", row.No)
	}
	return out, seat, nil
}

// Accept accepts a case (受理), for each unit of the actor that has it to accept.
func (c *Cases) Accept(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Case, error) {
	const op = "Accept"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActAccept, id, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(k.Parts, func(p Part) bool { return p.State == Acceptance }) {
		return nil, wrongState(op, k, []State{Acceptance})
	}
	clocks, seat, err := c.mine(op, by, ActAccept, k, Acceptance)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "说明", s.Words, false); err != nil {
		return nil, err
	}
	data := Data{Words: s.Words, Parts: slices.Clone(k.Parts)}
	for _, clock := range clocks {
		data.Parts[clock.Part].State = PuttingIt
		data.Begin = append(data.Begin, c.start(k, clock.Part, PuttingIt, clock.Unit, today(tx)))
	}
	data.State = stateOf(data.Parts)
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidAccept, s.Once, data))
}

// Decline gives a part back that is not the unit's (退回), with the reason; its owner feeds it back to another.
func (c *Cases) Decline(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Case, error) {
	const op = "Decline"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActAccept, id, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(k.Parts, func(p Part) bool { return p.State == Acceptance }) {
		return nil, wrongState(op, k, []State{Acceptance})
	}
	clocks, seat, err := c.mine(op, by, ActAccept, k, Acceptance)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "退回理由", s.Words, true); err != nil {
		return nil, err
	}
	data := Data{Words: s.Words, Reason: "非本单位职责", Parts: slices.Clone(k.Parts)}
	for _, clock := range clocks {
		data.Parts[clock.Part] = Part{State: Feedback}
		data.Begin = append(data.Begin, c.start(k, clock.Part, Feedback, k.Owner, today(tx)))
	}
	data.State = stateOf(data.Parts)
	if err := c.do(ctx, tx, by, seat, k, DidDecline, s.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, seat.Unit+"退回", s.Words))
}

// PutRight says that the actor's parts are put right (整改), with the evidence that the ladder asks for. When all parts are, the
// case goes to be checked.
func (c *Cases) PutRight(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Case, error) {
	const op = "PutRight"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActPutRight, id, Feedback, Acceptance, PuttingIt)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(k.Parts, func(p Part) bool { return p.State == PuttingIt }) {
		return nil, wrongState(op, k, []State{PuttingIt})
	}
	clocks, seat, err := c.mine(op, by, ActPutRight, k, PuttingIt)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "整改情况", s.Words, true); err != nil {
		return nil, err
	}
	l := c.LadderOf(k.Ladder)
	if l.Evidence && len(s.Files) == 0 {
		return nil, wrong(op, "files", "整改须附照片或文件（%s）。", firstOf(l.Basis.String(), l.Title))
	}
	files, err := c.keep(ctx, tx, op, by, seat, k, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	data := Data{Words: s.Words, Files: files, Place: s.Place, Parts: slices.Clone(k.Parts)}
	for _, clock := range clocks {
		p := &data.Parts[clock.Part]
		p.State, p.DoneUnit, p.DoneBy, p.DoneOn, p.DoneStep = Checking, clock.Unit, by.Account, today(tx), 0
		p.Limit = c.rest(l, PuttingIt, today(tx), clock.Due)
		data.End = append(data.End, clock.Part)
	}
	if data.State = stateOf(data.Parts); data.State == Checking {
		data.Begin = []Begin{c.start(k, Whole, Checking, c.checker(k, data.Parts), today(tx))}
	}
	if err := c.do(ctx, tx, by, seat, k, DidPutRight, s.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	if data.State != Checking {
		return k, nil
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, "请核查整改情况", s.Words))
}

// checker is the unit that looks whether a case is put right: its owner, or the county office where the owner itself put it right.
func (c *Cases) checker(k *Case, parts []Part) string {
	if slices.ContainsFunc(parts, func(p Part) bool { return p.DoneUnit == k.Owner || p.Unit == k.Owner }) {
		return c.Ledger.Office
	}
	return k.Owner
}

// Check agrees that a case is put right (核查). It is done by another person than who put it right, and by another unit unless
// there is none.
func (c *Cases) Check(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Case, error) {
	const op = "Check"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActCheck, id, Checking)
	if err != nil {
		return nil, err
	}
	clocks, seat, err := c.mine(op, by, ActCheck, k, Checking)
	if err != nil {
		return nil, err
	}
	if err := c.independent(op, by, seat, k, clocks[0].Unit); err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "核查意见", s.Words, true); err != nil {
		return nil, err
	}
	if c.LadderOf(k.Ladder).Onsite && s.Place == nil {
		return nil, wrong(op, "place", "这类事项须到现场核查，请打开定位后提交。")
	}
	if err := checkPlace(op, s.Place); err != nil {
		return nil, err
	}
	files, err := c.keep(ctx, tx, op, by, seat, k, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	data := Data{Words: s.Words, Files: files, Place: s.Place, Flags: c.farOff("核查位置", k.Place, s.Place), State: Closing,
		End: []int{Whole}, Begin: []Begin{c.start(k, Whole, Closing, k.Owner, today(tx))}}
	if err := c.do(ctx, tx, by, seat, k, DidCheck, s.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, "请办结", s.Words))
}

// independent refuses a checker who put it right, or whose unit did while another has it to check.
func (c *Cases) independent(op string, by Actor, seat personnel.Seat, k *Case, holder string) error {
	for _, p := range k.Parts {
		if p.DoneBy == by.Account {
			return refuse(ledger.NotAllowed, op, "报告整改的本人不能核查、办结，请换一位。")
		}
		if (seat.Unit == p.DoneUnit || seat.Unit == p.Unit) && holder != seat.Unit {
			return refuse(ledger.NotAllowed, op, "责任单位不能核查自己的整改，请由%s核查。", holder)
		}
	}
	return nil
}

// SendBack returns what was said to be put right (退回整改): of all units, or of those that are named. Time that was used is used:
// the clock goes on with what was left.
func (c *Cases) SendBack(ctx context.Context, tx *db.Tx, by Actor, id ID, units []string, s Sending) (*Case, error) {
	const op = "SendBack"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, seat, err := c.begin(ctx, tx, op, by, ActSee, id, Checking, Closing, Closed)
	if err != nil {
		return nil, err
	}
	act := ActCheck
	if k.State == Closed {
		act = ActReopen
	}
	if seat, err = c.must(op, by, act, k); err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "退回原因", s.Words, true); err != nil {
		return nil, err
	}
	files, err := c.keep(ctx, tx, op, by, seat, k, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	data, err := c.backData(op, k, units, today(tx))
	if err != nil {
		return nil, err
	}
	data.Words, data.Files, data.Place = s.Words, files, s.Place
	if err := c.do(ctx, tx, by, seat, k, DidSendBack, s.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.tellHolders(ctx, tx, k, "退回整改", s.Words))
}

// backData is a step after which units put their parts right again.
func (c *Cases) backData(op string, k *Case, units []string, on calendar.Date) (Data, error) {
	l := c.LadderOf(k.Ladder)
	data := Data{Halt: true, Parts: slices.Clone(k.Parts)}
	for i := range data.Parts {
		p := &data.Parts[i]
		if len(units) > 0 && !slices.Contains(units, p.Unit) {
			continue
		}
		holder := firstOf(p.DoneUnit, p.Unit)
		b := c.start(k, i, PuttingIt, holder, on)
		b.Due = c.resumed(l, PuttingIt, on, p.Limit)
		*p = Part{Unit: p.Unit, State: PuttingIt, Words: p.Words, Backs: p.Backs + 1}
		data.Begin, data.Held = append(data.Begin, b), append(data.Held, holder)
	}
	if len(data.Begin) == 0 {
		return data, wrong(op, "units", "没有要退回的单位。")
	}
	data.State = stateOf(data.Parts)
	return data, nil
}

// Reasons are what a case is closed for, and refused for. Closed is not always put right.
var Reasons = []string{"已整改", "反映不属实", "已自行消除", "无法整改", "重复反映", "不属于本县职责", "其他"}

// Closure is how a case is closed.
type Closure struct {
	Reason  string // one of Reasons; empty: 已整改
	Result  string // for the public
	Despite string // why it is closed though a finding has not recovered; shown beside it
	Once    string
}

// Close closes a checked case (办结). A case that still stands in its facts (a reading that has not come back under the limit) is
// closed only with the reason for that, which is shown.
func (c *Cases) Close(ctx context.Context, tx *db.Tx, by Actor, id ID, how Closure) (*Case, error) {
	const op = "Close"
	if k, done, err := c.again(ctx, tx, op, by, id, how.Once); done || err != nil {
		return k, err
	}
	k, _, err := c.begin(ctx, tx, op, by, ActClose, id, Closing)
	if err != nil {
		return nil, err
	}
	clocks, seat, err := c.mine(op, by, ActClose, k, Closing)
	if err != nil {
		return nil, err
	}
	if err := c.independent(op, by, seat, k, clocks[0].Unit); err != nil {
		return nil, err
	}
	if how.Reason == "" {
		how.Reason = Reasons[0]
	}
	if !slices.Contains(Reasons, how.Reason) {
		return nil, wrong(op, "reason", "请选择办结原因。")
	}
	if err := checkWords(op, "result", "办理结果（向社会公开）", how.Result, true); err != nil {
		return nil, err
	}
	if open := k.standing(); len(open) > 0 {
		if how.Despite == "" {
			return nil, refuse(ledger.WrongState, op, "“%s”还没有恢复正常（%s），不能办结。确需办结的，请由主管单位写明理由，理由随事项显示。", open[0].Title, firstOf(cut(open[0].Says, 60), open[0].Subject))
		}
		if err := checkWords(op, "despite", "未恢复而办结的理由", how.Despite, true); err != nil {
			return nil, err
		}
	} else {
		how.Despite = ""
	}
	data := Data{State: Closed, Halt: true, Reason: how.Reason, Words: how.Result, Despite: how.Despite}
	asked, err := c.askable(ctx, tx, k)
	if err != nil {
		return nil, wrap(op, err)
	}
	if asked {
		data.Until = today(tx).AddDays(askDays)
	}
	if err := c.do(ctx, tx, by, seat, k, DidClose, how.Once, data); err != nil {
		return nil, wrap(op, err)
	}
	for _, u := range k.Units() {
		if err := c.tell(ctx, tx, k, u, notice.Notice{Kind: "case", Subject: "已办结", Text: how.Result}); err != nil {
			return nil, wrap(op, err)
		}
	}
	return k, nil
}

// Refuse does not take a case up (不予受理), with the reason that its reporter is told.
func (c *Cases) Refuse(ctx context.Context, tx *db.Tx, by Actor, id ID, reason, words string) (*Case, error) {
	const op = "Refuse"
	k, seat, err := c.begin(ctx, tx, op, by, ActRefuse, id, Feedback, Acceptance)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Reasons[1:], reason) {
		return nil, wrong(op, "reason", "请选择不予受理的原因。")
	}
	if err := checkWords(op, "words", "不予受理的说明（告知反映人）", words, true); err != nil {
		return nil, err
	}
	if open := k.standing(); len(open) > 0 {
		return nil, refuse(ledger.WrongState, op, "事项来自“%s”，线索还没有恢复，不能不予受理。规则有误的，请静默这条规则并写明理由。", open[0].Title)
	}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidRefuse, "", Data{State: Refused, Halt: true, Reason: reason, Words: words}))
}

// Add puts evidence or a note with a case that is open (补充材料).
func (c *Cases) Add(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Case, error) {
	const op = "Add"
	if k, done, err := c.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return k, err
	}
	k, seat, err := c.begin(ctx, tx, op, by, ActAdd, id, Limited...)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "说明", s.Words, len(s.Files) == 0); err != nil {
		return nil, err
	}
	files, err := c.keep(ctx, tx, op, by, seat, k, s)
	if err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidAdd, s.Once, Data{Words: s.Words, Files: files, Place: s.Place}))
}

func checkPlace(op string, p *Point) error {
	if p != nil && (!(p.Lon >= -180 && p.Lon <= 180) || !(p.Lat >= -90 && p.Lat <= 90)) {
		return wrong(op, "place", "位置%s不是经纬度。", fmt.Sprint(*p))
	}
	return nil
}
