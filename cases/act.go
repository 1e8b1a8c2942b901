package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// Of reads one case for somebody who may see it.
func (c *Cases) Of(ctx context.Context, tx *db.Tx, by Actor, id ID) (*Case, error) {
	k, err := load(ctx, tx, c.county(), id)
	if err != nil {
		return nil, wrap("Of", err)
	}
	if _, err := c.must("Of", by, ActSee, k); err != nil {
		return nil, err
	}
	return k, nil
}

// On is the case as it stood at the end of a day; nil where it was not opened yet.
func (c *Cases) On(ctx context.Context, tx *db.Tx, by Actor, id ID, day calendar.Date) (*Case, []Step, error) {
	if _, err := c.Of(ctx, tx, by, id); err != nil {
		return nil, nil, err
	}
	steps, err := c.StepsOf(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	end := day.AddDays(1).Time()
	if i := slices.IndexFunc(steps, func(s Step) bool { return !s.At.Before(end) }); i >= 0 {
		steps = steps[:i]
	}
	if len(steps) == 0 {
		return nil, nil, nil
	}
	k, err := Fold(c.county(), id, steps)
	return k, steps, wrap("On", err)
}

// begin reads the case, asks whether the actor may do the act, and whether the case is in one of the states.
func (c *Cases) begin(ctx context.Context, tx *db.Tx, op string, by Actor, a Act, id ID, in ...State) (*Case, personnel.Seat, error) {
	k, err := load(ctx, tx, c.county(), id)
	if err != nil {
		return nil, personnel.Seat{}, wrap(op, err)
	}
	if _, err := c.must(op, by, ActSee, k); err != nil {
		return nil, personnel.Seat{}, err
	}
	if len(in) > 0 && !slices.Contains(in, k.State) { // before the right: who has it depends on the state
		return nil, personnel.Seat{}, wrongState(op, k, in)
	}
	seat, err := c.must(op, by, a, k)
	return k, seat, err
}

func wrongState(op string, k *Case, in []State) error {
	var names []string
	for _, s := range in {
		names = append(names, string(s))
	}
	return refuse(ledger.WrongState, op, "第%s号事项现在处于“%s”，只有处于“%s”的事项能办这一项。可能有人刚办过，请刷新后再看。", k.ID.Number(), k.State, strings.Join(names, "”或“"))
}

// again finds a deed that the same person sent before with the same token: then the case is given as it is now, and nothing done.
func (c *Cases) again(ctx context.Context, tx *db.Tx, op string, by Actor, id ID, once string) (*Case, bool, error) {
	if len(once) > 100 || !readable(once) {
		return nil, false, refuse(ledger.Invalid, op, "提交标识不合规定，请刷新页面后重新提交。")
	}
	on, who, done, err := doneOnce(ctx, tx, c.county(), once)
	if err != nil || !done {
		return nil, false, wrap(op, err)
	}
	if who != by.Account {
		return nil, false, refuse(ledger.Conflict, op, "提交标识已被使用，请刷新页面后重新提交。")
	}
	if id != 0 && on != id {
		return nil, false, refuse(ledger.Conflict, op, "这份内容已经提交到第%s号事项，不能再提交到另一项。", on.Number())
	}
	k, err := load(ctx, tx, c.county(), on)
	return k, true, wrap(op, err)
}

// do records one step: applied, saved with all that lists, clocks and the public need, journaled where a person did it.
func (c *Cases) do(ctx context.Context, tx *db.Tx, by Actor, seat personnel.Seat, k *Case, what Deed, once string, data Data) error {
	data.Day = today(tx)
	s := Step{N: k.Revision + 1, What: what, At: tx.Now(), By: by.Account, Post: seat.Post, Unit: seat.Unit, Once: once, Data: data}
	if err := k.apply(s); err != nil {
		return err
	}
	if err := c.save(ctx, tx, k, s.N == 1); err != nil {
		return err
	}
	written, err := insertStep(ctx, tx, k, s)
	if err != nil {
		return err
	}
	if what == DidJoin || what == DidRecur || what == DidRecover { // what machines find is in their own record
		return nil
	}
	sum := sha256.Sum256([]byte(written))
	_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case." + string(what), Subject: k.ID.About(), Basis: k.Basis,
		Detail: fmt.Sprintf("第%d步 %s sha256:%s", s.N, firstOf(cut(data.Reason, 60), seat.Unit), hex.EncodeToString(sum[:]))})
	return err
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// tell puts a notice for a unit's people, in the transaction of the step that it is about.
func (c *Cases) tell(ctx context.Context, tx *db.Tx, k *Case, unit string, n notice.Notice, roles ...personnel.Role) error {
	if unit = c.speaker(k, unit); unit == "" {
		return nil
	}
	if len(roles) == 0 {
		roles = []personnel.Role{personnel.Head, personnel.Member}
		if unit == c.Ledger.Office {
			roles = []personnel.Role{personnel.Office}
		}
	}
	n.To.Unit = unit
	for _, r := range roles {
		n.To.Roles = append(n.To.Roles, string(r))
	}
	n.About = k.ID.About()
	if n.Path == "" {
		n.Path = k.ID.Path()
	}
	if n.Basis == "" {
		n.Basis = k.Basis
	}
	n.Subject += "：" + cut(k.Title, 60)
	n.Key = fmt.Sprintf("%s %d %s %s", n.About, k.Revision, n.Kind, unit)
	if n.Grade == "" && k.Severity == finding.Grave {
		n.Grade = notice.Urgent
	}
	_, err := notice.Put(ctx, tx, c.county(), n)
	return err
}

// tellHolders tells those who have the clocks that began with the newest step what they have to do.
func (c *Cases) tellHolders(ctx context.Context, tx *db.Tx, k *Case, subject, words string) error {
	told := []string{}
	for _, clock := range k.Clocks {
		if !clock.Since.Equal(k.ChangedAt) || slices.Contains(told, clock.Unit) {
			continue
		}
		told = append(told, clock.Unit)
		text := words
		if !clock.Due.IsZero() {
			text = "请于" + clock.Due.Chinese() + "前办理（" + string(clock.State) + "）。" + text
		}
		if err := c.tell(ctx, tx, k, clock.Unit, notice.Notice{Kind: "case", Subject: subject, Text: cut(text, 1000)}); err != nil {
			return err
		}
	}
	return nil
}

// start is a clock that begins now for a unit in a state of the case's ladder.
func (c *Cases) start(k *Case, part int, s State, unit string, on calendar.Date) Begin {
	level, _ := c.levelOf(unit)
	return Begin{Part: part, State: s, Unit: unit, Level: level, Due: c.due(c.LadderOf(k.Ladder), s, on)}
}

// canonical is the one name of a unit that can have a case: one of the county's units, a village or a grid.
func (c *Cases) canonical(op, field, name string) (string, error) {
	name = strings.TrimSpace(name)
	if _, ok := c.below(name); ok {
		return name, nil
	}
	u, ok := c.Ledger.Book.Directory().Resolve(name)
	switch {
	case name == "":
		return "", wrong(op, field, "请写明单位。")
	case !ok && slices.ContainsFunc(c.Below, func(b Below) bool { return b.Name == name }):
		return "", wrong(op, field, "不止一个乡镇有“%s”，请连乡镇名称一起写。", name)
	case !ok:
		return "", wrong(op, field, "没有叫“%s”的单位。", cut(name, 60))
	case u.Kind == "set" || u.Kind == "class":
		return "", wrong(op, field, "“%s”是统称，请写明具体单位。", u.Name)
	}
	return u.Name, nil
}

func today(tx *db.Tx) calendar.Date { return calendar.DateOf(tx.Now()) }
