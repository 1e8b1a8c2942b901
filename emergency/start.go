package emergency

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/register"
	"zhixing/rule"
)

// Opening is what somebody says who starts a plan.
type Opening struct {
	Plan     string
	Level    int
	Title    string // of what happens
	Area     string // in words
	Places   []Place
	Says     string // why
	Drill    bool
	Proposal int64 // that is taken up; 0: none
}

// Activate starts a plan at a level: tasks are opened, the command is called, the log begins.
func (e *Emergencies) Activate(ctx context.Context, tx *db.Tx, by Actor, in Opening) (*Activation, error) {
	const op = "Activate"
	p := e.Plan(in.Plan)
	if p == nil {
		return nil, refuse(ledger.NotFound, op, "没有这个应急预案。")
	}
	l := p.Level(in.Level)
	if l == nil {
		return nil, wrong(op, "level", "《%s》没有%s响应。", p.Title, LevelName(in.Level))
	}
	seat, err := p.must(op, by, in.Level)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		field, name, s string
		most           int
	}{{"title", "事件名称", in.Title, 60}, {"area", "影响范围", in.Area, 200}, {"says", "启动理由", in.Says, 1000}} {
		if err := checkWords(op, c.field, c.name, c.s, c.most, true); err != nil {
			return nil, err
		}
	}
	before, err := e.running(ctx, tx, p.ID, in.Drill)
	if err != nil {
		return nil, wrap(op, err)
	}
	if before != nil {
		return nil, refuse(ledger.Conflict, op, "《%s》已于%s启动%s响应（%s），要改变级别请在那里调整。", p.Title, clock(before.Began), LevelName(before.Level), before.Title)
	}
	a := &Activation{Plan: p.ID, Level: in.Level, Drill: in.Drill, State: Active, Began: tx.Now()}
	a.Facts = Facts{PlanName: p.Title, Edition: p.Edition, Template: p.Template, Basis: p.Basis, Area: in.Area, Places: in.Places, By: named(by, seat), Since: tx.Now()}
	a.Title, a.Says = a.marked(in.Title), a.marked(in.Says)
	if in.Proposal != 0 {
		if a.Cause, err = e.take(ctx, tx, op, in); err != nil {
			return nil, err
		}
	}
	if err := e.followed(ctx, tx, a); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.insertActivation(ctx, tx, a); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.write(ctx, tx, a, by, Started, Said{Name: a.By, Words: fmt.Sprintf("启动《%s》%s响应：%s。%s", p.Title, LevelName(a.Level), in.Title, in.Says)}); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.level(ctx, tx, p, a); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.journal(ctx, tx, by, "emergency.start", a, LevelName(a.Level)+" "+a.Title); err != nil {
		return nil, wrap(op, err)
	}
	return a, nil
}

// Relevel raises or lowers the level. Tasks that both levels have go on; what only the new one has is opened, what it has no more
// is not asked for any longer. Who may start the higher of both decides.
func (e *Emergencies) Relevel(ctx context.Context, tx *db.Tx, by Actor, id ID, to int, why string) (*Activation, error) {
	const op = "Relevel"
	a, p, err := e.begun(ctx, tx, op, id)
	if err != nil {
		return nil, err
	}
	if p.Level(to) == nil || to == a.Level {
		return nil, wrong(op, "level", "请选择与现在（%s）不同的级别。", LevelName(a.Level))
	}
	seat, err := p.must(op, by, min(a.Level, to))
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "why", "调整理由", why, 1000, true); err != nil {
		return nil, err
	}
	word := "提升"
	if to > a.Level {
		word = "降低"
	}
	a.Level, a.Since = to, tx.Now()
	if err := e.followed(ctx, tx, a); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.write(ctx, tx, a, by, Levelled, Said{Name: named(by, seat), Words: fmt.Sprintf("响应%s为%s。%s", word, LevelName(to), why)}); err != nil {
		return nil, wrap(op, err)
	}
	if err := e.level(ctx, tx, p, a); err != nil {
		return nil, wrap(op, err)
	}
	return a, wrap(op, e.journal(ctx, tx, by, "emergency.level", a, LevelName(to)+" "+why))
}

// begun is an activation under way, with its plan.
func (e *Emergencies) begun(ctx context.Context, tx *db.Tx, op string, id ID) (*Activation, *Plan, error) {
	a, err := e.activation(ctx, tx, op, id)
	if err != nil {
		return nil, nil, err
	}
	p := e.Plan(a.Plan)
	switch {
	case p == nil:
		return nil, nil, refuse(ledger.WrongState, op, "现行政策包里已经没有《%s》，请先恢复。", a.PlanName)
	case a.State != Active:
		return nil, nil, refuse(ledger.WrongState, op, "这次响应已于%s终止。", clock(a.Ended))
	}
	return a, p, nil
}

// level opens the tasks of the level that are not open, ends those that it does not have, and calls.
func (e *Emergencies) level(ctx context.Context, tx *db.Tx, p *Plan, a *Activation) error {
	want, err := e.wanted(ctx, tx, p, a)
	if err != nil {
		return err
	}
	have, err := e.Tasks(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	have = slices.DeleteFunc(have, func(t *Todo) bool { return !t.Lifted.IsZero() || t.Level < 1 })
	same := func(t *Todo) func(*Todo) bool { return func(u *Todo) bool { return u.What == t.What } }
	for _, t := range have {
		if !slices.ContainsFunc(want, same(t)) && t.Open() {
			t.Lifted, t.Why = tx.Now(), "响应调整为"+LevelName(a.Level)+"，不再要求"
			if err := e.saveTask(ctx, tx, t); err != nil {
				return err
			}
		}
	}
	want = slices.DeleteFunc(want, func(t *Todo) bool { return slices.ContainsFunc(have, same(t)) })
	if err := e.order(ctx, tx, a, want); err != nil {
		return err
	}
	if err := e.save(ctx, tx, a); err != nil {
		return err
	}
	if e.Call == nil {
		return nil
	}
	return e.Call(ctx, tx, a)
}

// wanted are the tasks of an activation's level.
func (e *Emergencies) wanted(ctx context.Context, tx *db.Tx, p *Plan, a *Activation) ([]*Todo, error) {
	l := p.Level(a.Level)
	var out []*Todo
	for _, t := range l.Tasks {
		out = append(out, &Todo{TaskID: TaskID{Activation: a.ID}, What: t.Unit + "/" + t.Do, Unit: t.Unit, Level: a.Level, Opened: tx.Now(), Due: tx.Now().Add(t.Within),
			Doing: Doing{Do: t.Do, Group: t.Group, Basis: p.basis(t.Basis), Need: t.Proof}})
	}
	for _, each := range l.Each {
		list, err := e.entries(ctx, tx, p, a, each)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// entries are the tasks for the entries of a list.
func (e *Emergencies) entries(ctx context.Context, tx *db.Tx, p *Plan, a *Activation, each Each) ([]*Todo, error) {
	s, ok := e.Registers.Schema(each.Register)
	if !ok {
		return nil, nil
	}
	var out []*Todo
	unclear := 0
	for entry, err := range e.Registers.Each(ctx, tx, register.Inside, register.Query{Register: each.Register}) {
		if err != nil {
			return nil, err
		}
		if !a.reaches(entry.Town, entry.Village) {
			continue
		}
		facts := e.Registers.Facts(ctx, tx, s, entry, today(tx))
		if each.Where != nil {
			var missing *rule.Missing
			switch yes, err := each.Where.Holds(ctx, facts); {
			case errors.As(err, &missing):
				unclear++
				continue
			case err != nil:
				return nil, err
			case !yes:
				continue
			}
		}
		says, err := each.Do.Text(ctx, facts)
		if err != nil {
			return nil, err
		}
		unit, err := e.Registers.UnitOf(ctx, tx, each.Unit, entry)
		if err != nil {
			return nil, err
		}
		if unit == "" {
			unit = s.Custodian
		}
		t := &Todo{TaskID: TaskID{Activation: a.ID}, What: entry.Address() + "/" + each.Do.String(), Unit: unit, Level: a.Level, Opened: tx.Now(), Due: tx.Now().Add(each.Within),
			Doing: Doing{Do: says, Group: each.Group, Basis: p.basis(each.Basis), Entry: entry.Address(), Label: entry.Label}}
		if each.Proof != nil {
			t.Series, t.Meter, t.Limit = each.Proof.Series, entry.Key, entry.Values[each.Proof.Limit]
			if each.Proof.At != "" {
				t.Meter = entry.Values[each.Proof.At]
			}
		}
		out = append(out, t)
	}
	if unclear > 0 { // what cannot be told is not ordered, but it is said
		words := fmt.Sprintf("“%s”有%d条缺少内容，判断不了是否适用，没有下达任务，请核对。", s.Title, unclear)
		return out, e.write(ctx, tx, a, ledger.System, Noted, Said{Name: ledger.System.Name, Words: words})
	}
	return out, nil
}

// reaches reports whether a place lies in the area of the activation. What has no place is reached.
func (a *Activation) reaches(town, village string) bool {
	return len(a.Places) == 0 || town == "" || slices.ContainsFunc(a.Places, func(p Place) bool {
		return p.Town == town && (p.Village == "" || village == "" || p.Village == village)
	})
}

// order writes tasks down and hands them to their units.
func (e *Emergencies) order(ctx context.Context, tx *db.Tx, a *Activation, list []*Todo) error {
	if len(list) == 0 {
		return nil
	}
	for _, t := range list {
		t.Do = a.marked(t.Do)
	}
	if err := e.insertTasks(ctx, tx, list); err != nil {
		return err
	}
	var units []string
	for _, t := range list {
		if !slices.Contains(units, t.Unit) {
			units = append(units, t.Unit)
		}
	}
	words := fmt.Sprintf("向%d个单位下达任务%d项：%s。", len(units), len(list), strings.Join(units, "、"))
	if err := e.write(ctx, tx, a, ledger.System, Ordered, Said{Name: ledger.System.Name, Words: words}); err != nil {
		return err
	}
	if e.Ordered == nil {
		return nil
	}
	return e.Ordered(ctx, tx, a, list)
}

func (e *Emergencies) journal(ctx context.Context, tx *db.Tx, by Actor, what string, a *Activation, detail string) error {
	_, err := journal.Append(ctx, tx, e.County, journal.Entry{Who: by.Account, What: what, Subject: a.Key(), Basis: a.Basis.String(), Detail: detail})
	return err
}

// Key names the activation to other packages: emergency/3.
func (a *Activation) Key() string { return fmt.Sprint(keyPrefix, a.ID) }

const keyPrefix = "emergency/"
