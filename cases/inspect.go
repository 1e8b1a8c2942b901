package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/register"
)

// Inspection is a check of one entry by a checklist (检查): planned, and done.
type Inspection struct {
	ID        int64
	Checklist string
	Register  register.Name
	Entry     string // key
	Label     string
	Unit      string        // that inspects
	Account   string        // who inspects, where that is fixed (by a draw)
	Due       calendar.Date // last day of a planned one
	Draw      int64         // by which it was planned; 0: by hand
	DoneOn    calendar.Date // zero: not yet
	DoneAt    time.Time
	DoneBy    string
	Failed    int
	Checked
}

// Checked is what an inspection found.
type Checked struct {
	Results []Result `json:"results,omitempty"`
	Words   string   `json:"words,omitempty"`
	Place   *Point   `json:"place,omitempty"`
	Cases   []ID     `json:"cases,omitempty"` // that carry what failed
	Files   []File   `json:"files,omitempty"` // where no case keeps them
}

// Result is what one item gave.
type Result struct {
	Item  string `json:"item"`
	Pass  bool   `json:"pass"`
	Skip  bool   `json:"skip,omitempty"` // does not apply
	Words string `json:"words,omitempty"`
}

// Inspecting is an inspection as it is sent from the spot.
type Inspecting struct {
	Checklist string
	Entry     string // key
	Planned   int64  // the inspection that was planned; 0: none
	Results   []Result
	Words     string
	Place     *Point
	Files     []Upload
	Once      string
}

// ChecklistOf is the checklist of an id.
func (c *Cases) ChecklistOf(id string) (Checklist, bool) {
	i := slices.IndexFunc(c.Checklists, func(l Checklist) bool { return l.ID == id })
	if i < 0 {
		return Checklist{}, false
	}
	return c.Checklists[i], true
}

// Inspect records an inspection. Each item that fails is a finding, which the judge raises and a case takes up; each that passes is
// evidence that an earlier finding of it is over. Evidence is kept with the case of what failed, or with the inspection where nothing did.
func (c *Cases) Inspect(ctx context.Context, tx *db.Tx, by Actor, in Inspecting) (Inspection, error) {
	const op = "Inspect"
	seat, err := can(op, by, ActInspect)
	if err != nil {
		return Inspection{}, err
	}
	if done, err := c.inspectedOnce(ctx, tx, by, in.Once); done.ID != 0 || err != nil {
		return done, err
	}
	l, ok := c.ChecklistOf(in.Checklist)
	if !ok || c.Judge == nil {
		return Inspection{}, refuse(ledger.NotFound, op, "没有这张检查表。")
	}
	if err := c.checkResults(op, l, &in); err != nil {
		return Inspection{}, err
	}
	e, err := c.Judge.Registers.Get(ctx, tx, register.Inside, l.Register, in.Entry, register.AsOf{})
	if err != nil {
		return Inspection{}, wrap(op, err)
	}
	n := Inspection{Checklist: l.ID, Register: l.Register, Entry: e.Key, Label: e.Label, Unit: seat.Unit}
	if in.Planned != 0 {
		if n, err = loadInspection(ctx, tx, c.county(), in.Planned); err != nil {
			return n, wrap(op, err)
		}
		switch {
		case !n.DoneOn.IsZero():
			return n, refuse(ledger.WrongState, op, "这次检查已经完成。")
		case n.Checklist != l.ID || n.Entry != e.Key:
			return n, wrong(op, "entry", "安排检查的是“%s”。", n.Label)
		case n.Account != "" && n.Account != by.Account:
			return n, refuse(ledger.NotAllowed, op, "这次检查由抽取到的人员进行。")
		}
	}
	n.DoneOn, n.DoneAt, n.DoneBy, n.Checked = today(tx), tx.Now(), by.Account, Checked{Results: in.Results, Words: in.Words, Place: in.Place}
	place := placeOf(c.Judge.Registers, e)
	for _, r := range in.Results {
		if r.Skip {
			continue
		}
		if r.Pass {
			_, err := c.Judge.Recover(ctx, tx, l.ID+"/"+r.Item, e.Address(), fmt.Sprintf("%s检查“%s”合格", today(tx).Chinese(), r.Item),
				[]finding.Seen{{Name: r.Item, Value: "合格", Source: l.Title + " " + today(tx).String()}})
			if err != nil {
				return n, wrap(op, err)
			}
			continue
		}
		n.Failed++
		id, err := c.raise(ctx, tx, l, e, r, place)
		if err != nil {
			return n, wrap(op, err)
		}
		if id != 0 && !slices.Contains(n.Cases, id) {
			n.Cases = append(n.Cases, id)
		}
	}
	if len(n.Cases) == 0 {
		if n.Files, err = c.keepFiles(ctx, tx, op, Sending{Place: in.Place, Files: in.Files}, place); err != nil {
			return n, err
		}
	}
	if err := putInspection(ctx, tx, c.county(), &n, in.Once); err != nil {
		return n, wrap(op, err)
	}
	for i, id := range n.Cases {
		k, err := load(ctx, tx, c.county(), id)
		if err != nil {
			return n, wrap(op, err)
		}
		s := Sending{Place: in.Place}
		if i == 0 {
			s.Files = in.Files // once: the same picture in two cases would look like a cheat
		}
		files, err := c.keep(ctx, tx, op, by, seat, k, s)
		if err != nil {
			return n, wrap(op, err)
		}
		words := fmt.Sprintf("%s（第%d次检查）%s", l.Title, n.ID, in.Words)
		if err := c.do(ctx, tx, by, seat, k, DidAdd, "", Data{Words: words, Files: files, Place: in.Place, Flags: c.farOff("检查位置", place, in.Place)}); err != nil {
			return n, wrap(op, err)
		}
	}
	_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.inspect", Subject: e.Address(), Basis: l.Basis.String(),
		Detail: fmt.Sprintf("第%d次检查 %s 不合格%d项", n.ID, l.ID, n.Failed)})
	return n, wrap(op, err)
}

// raise finds what failed, and gives the case that carries it.
func (c *Cases) raise(ctx context.Context, tx *db.Tx, l Checklist, e *register.Entry, r Result, place *Point) (ID, error) {
	i := slices.IndexFunc(l.Items, func(x CheckItem) bool { return x.Name == r.Item })
	item := l.Items[i]
	basis := item.Basis
	if basis.Document == "" {
		basis = l.Basis
	}
	unit, err := c.Judge.Registers.UnitOf(ctx, tx, l.To, e)
	if err != nil {
		return 0, err
	}
	says := fmt.Sprintf("%s：%s“%s”不合格", l.Title, e.Label, r.Item)
	if r.Words != "" {
		says += "，" + r.Words
	}
	d := finding.Detail{Title: l.Title + "“" + r.Item + "”不合格", Policy: l.Policy, Basis: basis, Says: says, Label: e.Label, Town: e.Town, Ladder: l.Ladder,
		Facts: []finding.Seen{{Name: r.Item, Value: "不合格", Source: l.Title + " " + today(tx).String()}}}
	if place != nil {
		d.Place = fmt.Sprintf("%.7f %.7f", place.Lon, place.Lat)
	}
	severity := l.Severity
	if severity == "" {
		severity = finding.Minor
	}
	f, err := c.Judge.Raise(ctx, tx, finding.Raised{Rule: l.ID + "/" + r.Item, Subject: e.Address(), Entry: e.Address(), Unit: unit, Severity: severity, At: tx.Now(), Detail: d})
	if err != nil {
		return 0, err
	}
	return caseOf(ctx, tx, c.county(), int64(f.ID))
}

// placeOf is where an entry is, where it is a point.
func placeOf(r *register.Registers, e *register.Entry) *Point {
	s, ok := r.Schema(e.Register)
	if !ok {
		return nil
	}
	for _, f := range s.Fields {
		if f.Type == register.Point {
			return pointOf(e.Values[f.Name])
		}
	}
	return nil
}

func (c *Cases) checkResults(op string, l Checklist, in *Inspecting) error {
	seen := map[string]bool{}
	for _, r := range in.Results {
		if seen[r.Item] || !slices.ContainsFunc(l.Items, func(x CheckItem) bool { return x.Name == r.Item }) {
			return wrong(op, "results", "检查表里没有“%s”，或者填了两次。", cut(r.Item, 60))
		}
		seen[r.Item] = true
		if err := checkWords(op, "results", "“"+r.Item+"”的说明", r.Words, false); err != nil {
			return err
		}
	}
	var missing []string
	for _, x := range l.Items {
		if !seen[x.Name] {
			missing = append(missing, x.Name)
		}
	}
	if len(missing) > 0 {
		return wrong(op, "results", "还没有检查：%s。不涉及的请选“不涉及”。", strings.Join(missing, "、"))
	}
	if err := checkWords(op, "words", "检查说明", in.Words, false); err != nil {
		return err
	}
	return checkPlace(op, in.Place)
}

func (c *Cases) inspectedOnce(ctx context.Context, tx *db.Tx, by Actor, once string) (Inspection, error) {
	const op = "Inspect"
	if once == "" {
		return Inspection{}, nil
	}
	if len(once) > 100 || !readable(once) {
		return Inspection{}, refuse(ledger.Invalid, op, "提交标识不合规定，请刷新页面后重新提交。")
	}
	n, ok, err := inspectionOnce(ctx, tx, c.county(), once)
	if err == nil && ok && n.DoneBy != by.Account {
		return n, refuse(ledger.Conflict, op, "提交标识已被使用，请刷新页面后重新提交。")
	}
	return n, wrap(op, err)
}

// Plan plans inspections of entries by a day.
func (c *Cases) Plan(ctx context.Context, tx *db.Tx, by Actor, checklist string, keys []string, due calendar.Date) ([]Inspection, error) {
	const op = "Plan"
	seat, err := can(op, by, ActPlan)
	if err != nil {
		return nil, err
	}
	l, ok := c.ChecklistOf(checklist)
	switch {
	case !ok || c.Judge == nil:
		return nil, refuse(ledger.NotFound, op, "没有这张检查表。")
	case due.Before(today(tx)):
		return nil, wrong(op, "due", "完成日期应在今天以后。")
	case len(keys) == 0 || len(keys) > maxPage:
		return nil, wrong(op, "entries", "一次安排 1 至 %d 个对象。", maxPage)
	}
	var out []Inspection
	for _, key := range keys {
		e, err := c.Judge.Registers.Get(ctx, tx, register.Inside, l.Register, key, register.AsOf{})
		if err != nil {
			return nil, wrap(op, err)
		}
		n := Inspection{Checklist: l.ID, Register: l.Register, Entry: e.Key, Label: e.Label, Unit: seat.Unit, Due: due}
		if err := putInspection(ctx, tx, c.county(), &n, ""); err != nil {
			return nil, wrap(op, err)
		}
		out = append(out, n)
	}
	_, err = journal.Append(ctx, tx, c.county(), journal.Entry{Who: by.Account, What: "case.plan", Subject: "checklist/" + l.ID, Basis: l.Basis.String(),
		Detail: fmt.Sprintf("%d个对象，%s前", len(out), due)})
	return out, wrap(op, err)
}

// InspectionQuery narrows inspections.
type InspectionQuery struct {
	Checklist string
	Register  register.Name
	Entry     string
	Unit      string
	Planned   bool // not done yet
	Late      bool // and due before today
	Before    int64
	Size      int
}

// Inspections are inspections, newest first; planned ones by their last day.
func (c *Cases) Inspections(ctx context.Context, tx *db.Tx, by Actor, q InspectionQuery) ([]Inspection, error) {
	const op = "Inspections"
	if !May(by, ActSee) {
		return nil, refuse(ledger.NotAllowed, op, "您不能查看检查记录。")
	}
	if q.Size == 0 {
		q.Size = 100
	}
	if q.Size < 1 || q.Size > maxPage {
		return nil, wrong(op, "size", "一页 1 至 %d 条。", maxPage)
	}
	list, err := inspections(ctx, tx, c.county(), q, today(tx))
	return list, wrap(op, err)
}
