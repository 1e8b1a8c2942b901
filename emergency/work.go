package emergency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
)

// mine is an open task and the seat in which the actor speaks for its unit.
func (e *Emergencies) mine(ctx context.Context, tx *db.Tx, op string, by Actor, id TaskID) (*Activation, *Todo, personnel.Seat, error) {
	a, err := e.activation(ctx, tx, op, id.Activation)
	if err != nil {
		return nil, nil, personnel.Seat{}, err
	}
	t, err := e.task(ctx, tx, op, id)
	if err != nil {
		return nil, nil, personnel.Seat{}, err
	}
	seat, ok := speaks(by, t.Unit)
	switch {
	case !ok:
		return nil, nil, seat, refuse(ledger.NotAllowed, op, "这项任务由%s承担，只有该单位人员可以办理。", t.Unit)
	case !t.Lifted.IsZero():
		return nil, nil, seat, refuse(ledger.WrongState, op, "这项任务已经取消（%s），不必再办。", t.Why)
	}
	return a, t, seat, nil
}

// Receive says that the unit has the task.
func (e *Emergencies) Receive(ctx context.Context, tx *db.Tx, by Actor, id TaskID) error {
	const op = "Receive"
	a, t, seat, err := e.mine(ctx, tx, op, by, id)
	if err != nil || !t.Received.IsZero() {
		return err
	}
	t.Received, t.ReceivedBy = tx.Now(), by.Name
	return wrap(op, e.worked(ctx, tx, by, a, t, Received, Said{Name: named(by, seat), Words: "签收：" + t.Do, Task: t.N}))
}

// Reporting is what a unit says of a task.
type Reporting struct {
	Words string
	Files []ledger.Evidence
	Done  bool
}

// Report says how a task goes, or that it is done. Who reports has received. A task that needs a picture is not done without one.
func (e *Emergencies) Report(ctx context.Context, tx *db.Tx, by Actor, id TaskID, in Reporting) error {
	const op = "Report"
	a, t, seat, err := e.mine(ctx, tx, op, by, id)
	if err != nil {
		return err
	}
	if err := checkWords(op, "words", "办理情况", in.Words, 2000, true); err != nil {
		return err
	}
	var kept []ledger.File
	if len(in.Files) > 0 {
		if kept, err = e.Ledger.Keep(ctx, tx, "emergency."+op, in.Files); err != nil {
			return err
		}
	}
	all := append(slices.Clone(t.Files), kept...)
	picture := func(f ledger.File) bool { return strings.HasPrefix(f.MediaType, "image/") }
	if in.Done && t.Need == Picture && !slices.ContainsFunc(all, picture) {
		return wrong(op, "files", "这项任务要求有照片，请拍照后再报完成。")
	}
	if t.Received.IsZero() {
		t.Received, t.ReceivedBy = tx.Now(), by.Name
	}
	t.Files, t.Words = all, in.Words
	words := "进展：" + in.Words
	if in.Done {
		if t.Done.IsZero() {
			t.Done = tx.Now()
		}
		t.DoneBy = by.Name
		words = "完成：" + in.Words
	}
	return wrap(op, e.worked(ctx, tx, by, a, t, Reported, Said{Name: named(by, seat), Words: words, Task: t.N, Files: kept}))
}

// Picture is the Proof of a task that is not done without a photograph.
const Picture = "照片"

func (e *Emergencies) worked(ctx context.Context, tx *db.Tx, by Actor, a *Activation, t *Todo, kind LineKind, s Said) error {
	if err := e.saveTask(ctx, tx, t); err != nil {
		return err
	}
	if err := e.write(ctx, tx, a, by, kind, s); err != nil {
		return err
	}
	if err := e.settle(ctx, tx, a); err != nil {
		return err
	}
	if err := e.save(ctx, tx, a); err != nil {
		return err
	}
	return e.journal(ctx, tx, by, "emergency."+string(kind), a, fmt.Sprintf("任务%d %s", t.N, s.Words))
}

// Command is an order of the command to units, beyond what the plan says.
type Command struct {
	Units  []string
	Do     string
	Within time.Duration
	Need   string // Picture, or empty
	Once   string // token of the form: what is sent twice with it is one order; empty: every one is its own
}

const maxOnce = 100

// Order gives units a task.
func (e *Emergencies) Order(ctx context.Context, tx *db.Tx, by Actor, id ID, directory *org.Directory, c Command) error {
	const op = "Order"
	a, p, err := e.begun(ctx, tx, op, id)
	if err != nil {
		return err
	}
	seat, ok := p.Commands(by)
	if !ok {
		return refuse(ledger.NotAllowed, op, "只有指挥机构成员可以下达指令。")
	}
	if err := checkWords(op, "do", "指令内容", c.Do, 500, true); err != nil {
		return err
	}
	if c.Within <= 0 || c.Within > 30*24*time.Hour {
		return wrong(op, "within", "时限请写在1分钟至30天之间。")
	}
	if len(c.Once) > maxOnce {
		return wrong(op, "once", "表单不对，请刷新页面后重新下达。")
	}
	was, err := e.Tasks(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.Once == "" {
		c.Once = fmt.Sprint(a.Revision)
	}
	again := false
	var list []*Todo
	for _, name := range c.Units {
		u, ok := directory.Resolve(name)
		if !ok || u.Kind == org.Set {
			return wrong(op, "units", "没有哪个单位叫“%s”，请写单位的名称。", name)
		}
		if slices.ContainsFunc(list, func(t *Todo) bool { return t.Unit == u.Name }) {
			continue
		}
		what := fmt.Sprintf("%s/%s/%s", u.Name, c.Do, c.Once)
		if slices.ContainsFunc(was, func(t *Todo) bool { return t.What == what }) {
			again = true
			continue
		}
		list = append(list, &Todo{TaskID: TaskID{Activation: a.ID}, What: what, Unit: u.Name, Opened: tx.Now(), Due: tx.Now().Add(c.Within),
			Doing: Doing{Do: c.Do, Basis: p.Basis, Need: c.Need, By: named(by, seat)}})
	}
	switch {
	case len(list) == 0 && again:
		return nil // the button was pressed twice
	case len(list) == 0:
		return wrong(op, "units", "请写明由哪个单位办理。")
	}
	if err := e.order(ctx, tx, a, list); err != nil {
		return wrap(op, err)
	}
	if err := e.write(ctx, tx, a, by, Ordered, Said{Name: named(by, seat), Words: "指令：" + c.Do}); err != nil {
		return wrap(op, err)
	}
	if err := e.save(ctx, tx, a); err != nil {
		return wrap(op, err)
	}
	return wrap(op, e.journal(ctx, tx, by, "emergency.order", a, c.Do))
}

// Jot writes a line of the log: what was seen, said or decided. Who has a part in the plan may.
func (e *Emergencies) Jot(ctx context.Context, tx *db.Tx, by Actor, id ID, words string, files []ledger.Evidence) error {
	const op = "Jot"
	a, err := e.activation(ctx, tx, op, id)
	if err != nil {
		return err
	}
	p := e.Plan(a.Plan)
	if p == nil {
		p = &Plan{}
	}
	tasks, err := e.Tasks(ctx, tx, id)
	if err != nil {
		return err
	}
	seat, ok := p.writes(by, tasks)
	switch {
	case !ok:
		return refuse(ledger.NotAllowed, op, "只有指挥机构、工作组成员单位和承担任务的单位可以记录。")
	case a.State == Settled:
		return refuse(ledger.WrongState, op, "这次响应已于%s办结，不再记录。", clock(a.Settled))
	}
	if err := checkWords(op, "words", "记录内容", words, 2000, true); err != nil {
		return err
	}
	s := Said{Name: named(by, seat), Words: words}
	if len(files) > 0 {
		if s.Files, err = e.Ledger.Keep(ctx, tx, "emergency."+op, files); err != nil {
			return err
		}
	}
	if err := e.write(ctx, tx, a, by, Noted, s); err != nil {
		return wrap(op, err)
	}
	if err := e.save(ctx, tx, a); err != nil {
		return wrap(op, err)
	}
	return wrap(op, e.journal(ctx, tx, by, "emergency.note", a, words))
}

// Hear writes down what somebody who was called tells, in the log of every response that his call is about: that which called him, or those that
// the same warning started. What was settled takes no more lines. account is his, as far as he has one.
func (e *Emergencies) Hear(ctx context.Context, tx *db.Tx, key, account string, s Said) error {
	const op = "Hear"
	list, err := e.About(ctx, tx, key)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.State == Settled {
			continue
		}
		if err := e.write(ctx, tx, a, Actor{Account: account}, Heard, s); err != nil {
			return wrap(op, err)
		}
		if err := e.save(ctx, tx, a); err != nil {
			return wrap(op, err)
		}
	}
	return nil
}

func today(tx *db.Tx) calendar.Date { return calendar.DateOf(tx.Now()) }

// clock is 2023年7月5日14时30分, as people read it.
func clock(t time.Time) string {
	l := t.In(calendar.Zone)
	return fmt.Sprintf("%s%d时%02d分", calendar.DateOf(l).Chinese(), l.Hour(), l.Minute())
}
