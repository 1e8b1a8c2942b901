package emergency

import (
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
)

// follows is the level of what a plan asks for after it was stood down.
const follows = -1

// StandDown ends a response: calls end, open tasks are not asked for any longer, what follows is.
func (e *Emergencies) StandDown(ctx context.Context, tx *db.Tx, by Actor, id ID, why string) (*Activation, error) {
	const op = "StandDown"
	a, p, err := e.begun(ctx, tx, op, id)
	if err != nil {
		return nil, err
	}
	seat, err := p.must(op, by, a.Level)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "why", "终止理由", why, 1000, true); err != nil {
		return nil, err
	}
	tasks, err := e.Tasks(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	undone := 0
	for _, t := range tasks {
		if t.Open() {
			undone++
			t.Lifted, t.Why = tx.Now(), "响应终止"
			if err := e.saveTask(ctx, tx, t); err != nil {
				return nil, wrap(op, err)
			}
		}
	}
	a.State, a.Ended = Ended, tx.Now()
	words := "终止响应。" + why
	if undone > 0 {
		words += fmt.Sprintf("（未办完的%d项任务不再要求）", undone)
	}
	if err := e.write(ctx, tx, a, by, Stood, Said{Name: named(by, seat), Words: words}); err != nil {
		return nil, wrap(op, err)
	}
	var after []*Todo
	for _, t := range p.After {
		after = append(after, &Todo{TaskID: TaskID{Activation: a.ID}, What: "善后/" + t.Unit + "/" + t.Do, Unit: t.Unit, Level: follows, Opened: tx.Now(), Due: tx.Now().Add(t.Within),
			Doing: Doing{Do: t.Do, Group: t.Group, Basis: p.basis(t.Basis), Need: t.Proof}})
	}
	if err := e.order(ctx, tx, a, after); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.save(ctx, tx, a); err != nil {
		return nil, wrap(op, err)
	}
	if e.Call != nil {
		if err := e.Call(ctx, tx, a); err != nil {
			return nil, wrap(op, err)
		}
	}
	return a, wrap(op, e.journal(ctx, tx, by, "emergency.end", a, why))
}

// Review is what is said of a response once it is over.
type Review struct {
	Losses  string // people, houses, money; 无 where there were none
	Words   string // how it went, against the plan
	Lessons []Lesson
}

// Review records the review of a response; each lesson becomes a duty of a unit. It is written once: what is found later goes to the log.
func (e *Emergencies) Review(ctx context.Context, tx *db.Tx, by Actor, id ID, directory *org.Directory, in Review) error {
	const op = "Review"
	a, err := e.activation(ctx, tx, op, id)
	if err != nil {
		return err
	}
	p := e.Plan(a.Plan)
	switch {
	case p == nil:
		return refuse(ledger.WrongState, op, "现行政策包里已经没有《%s》，请先恢复。", a.PlanName)
	case a.State == Active:
		return refuse(ledger.WrongState, op, "响应还没有终止，终止以后再评估。")
	case a.Facts.Review != "":
		return refuse(ledger.WrongState, op, "这次响应已经评估过，补充的情况请记入日志。")
	}
	seat, ok := p.Commands(by)
	if !ok {
		return refuse(ledger.NotAllowed, op, "总结评估由指挥机构填写。")
	}
	if err := checkWords(op, "losses", "损失情况", in.Losses, 1000, true); err != nil {
		return err
	}
	if err := checkWords(op, "words", "评估意见", in.Words, 5000, true); err != nil {
		return err
	}
	for i := range in.Lessons {
		l := &in.Lessons[i]
		l.N = i + 1
		u, ok := directory.Resolve(l.Unit)
		switch {
		case !ok || u.Kind == org.Set:
			return wrong(op, fmt.Sprintf("unit%d", l.N), "第%d条改进措施：没有哪个单位叫“%s”。", l.N, l.Unit)
		case !l.Due.After(tx.Now()):
			return wrong(op, fmt.Sprintf("due%d", l.N), "第%d条改进措施：期限应在今天以后。", l.N)
		}
		l.Unit = u.Name
		if err := checkWords(op, fmt.Sprintf("do%d", l.N), fmt.Sprintf("第%d条改进措施", l.N), l.Do, 500, true); err != nil {
			return err
		}
		if e.Lesson != nil && !a.Drill {
			if l.Ref, err = e.Lesson(ctx, tx, by, a, *l); err != nil {
				return wrap(op, err)
			}
		}
		if err := e.insertLesson(ctx, tx, a.ID, *l); err != nil {
			return wrap(op, err)
		}
	}
	a.Losses, a.Facts.Review = in.Losses, a.marked(in.Words)
	if err := e.write(ctx, tx, a, by, Reviewed, Said{Name: named(by, seat), Words: fmt.Sprintf("评估：%s（改进措施%d条）", in.Words, len(in.Lessons))}); err != nil {
		return wrap(op, err)
	}
	if err := e.settle(ctx, tx, a); err != nil {
		return wrap(op, err)
	}
	if err := e.save(ctx, tx, a); err != nil {
		return wrap(op, err)
	}
	return wrap(op, e.journal(ctx, tx, by, "emergency.review", a, in.Losses))
}

// settle ends an activation that was reviewed and of which nothing is left to do. The caller saves it.
func (e *Emergencies) settle(ctx context.Context, tx *db.Tx, a *Activation) error {
	if a.State != Ended || a.Facts.Review == "" {
		return nil
	}
	tasks, err := e.Tasks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Open() {
			return nil
		}
	}
	a.State, a.Settled = Settled, tx.Now()
	return nil
}

// DueOn is the end of a day, as a due time.
func DueOn(d calendar.Date) time.Time { return d.AddDays(1).Time() }
