package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
)

// player plays one moment in a transaction.
type player struct {
	ctx context.Context
	tx  *db.Tx
	*teller
	moment
	who   ledger.Actor
	photo []ledger.Evidence
}

var errNoDuty = errors.New("任务台账上没有这件任务")

// run does the moment's act to every duty that it is about.
func (p *player) run() error {
	day := calendar.DateOf(p.tx.Now())
	seats, err := personnel.SeatsOf(p.ctx, p.tx, p.county.Book, p.ledger.County, p.by.Name, day)
	if err != nil {
		return err
	}
	p.who = ledger.Actor{Account: p.by.Name, Name: p.by.Name, Seats: seats}
	if p.scene.Act == "enter" {
		p.index = nil
		f := ledger.Fields{Title: p.scene.Title, Text: p.scene.Title, Lead: p.scene.Lead, Support: p.scene.Support, Due: p.scene.Due}
		_, err := p.ledger.Enter(p.ctx, p.tx, p.who, f, ledger.Source{Words: p.scene.Text})
		return err
	}
	if p.scene.Act == "recipients" {
		return p.recipients()
	}
	list, err := p.meant(day)
	if err != nil {
		return err
	}
	if p.scene.Act == "issue" || p.scene.Act == "split" {
		p.index = nil // new lines
	}
	for _, d := range list {
		if _, err := plays[p.scene.Act](p, p.scene, d); err != nil {
			return fmt.Errorf("%s %s: %w", d.ID.Number(), d.Title, err)
		}
	}
	return nil
}

// recipients brings the story's table of those who are to be warned in, as somebody of the weather bureau would.
func (p *player) recipients() error {
	by := audience.Actor{Account: p.by.Name, Keeps: true}
	a := p.works().Audience
	b, wrong, err := a.Offer(p.ctx, p.tx, by, audience.Table{List: p.scene.Text, File: "名单.csv", Content: []byte(p.story.Recipients)})
	if err != nil {
		return err
	}
	for _, r := range wrong {
		return fmt.Errorf("demo.yaml: recipients, line %d: %s", r.Line, r.Why)
	}
	_, err = a.Apply(p.ctx, p.tx, by, b.ID, false)
	return err
}

// meant are the duties that the moment is about. Of a scene that many units play, those with which the unit can do it.
func (p *player) meant(day calendar.Date) ([]*ledger.Duty, error) {
	wanted, err := p.find(p.scene.Duties)
	if err != nil {
		return nil, err
	}
	not, err := p.find(p.scene.Except)
	if err != nil {
		return nil, err
	}
	var out []*ledger.Duty
	if p.unit == "" {
		for _, id := range slices.Sorted(maps.Keys(wanted)) {
			if not[id] {
				continue
			}
			d, err := p.ledger.Of(p.ctx, p.tx, p.who, id)
			if err != nil {
				return nil, err
			}
			if from := begins[p.scene.Act]; len(wanted) > 1 && from != "" && d.State != from {
				continue // of many, what stands elsewhere already, or not there yet
			}
			out = append(out, d)
		}
		return out, nil
	}
	rows, err := p.ledger.Rows(p.ctx, p.tx, everything, ledger.Query{Unit: p.unit}, day)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if (len(p.scene.Duties) == 0 || wanted[r.ID]) && !not[r.ID] && p.ready(r.Duty, day) {
			out = append(out, r.Duty)
		}
	}
	return out, nil
}

// begins is where a duty stands before an act that is done to many at once.
var begins = map[string]ledger.State{"confirm": ledger.Drafted, "issue": ledger.Confirmed, "check": ledger.Claimed, "close": ledger.Checked}

// ready reports whether the unit would do the scene's act to the duty. One lead reports for all.
func (p *player) ready(d *ledger.Duty, day calendar.Date) bool {
	switch p.scene.Act {
	case "sign":
		return d.State.Running() && slices.ContainsFunc(d.Parties, func(x ledger.Party) bool { return x.Unit == p.unit && x.SignedAt.IsZero() })
	case "report", "claim":
		leads := d.Leads()
		if d.State != ledger.Working || len(leads) == 0 || leads[0] != p.unit {
			return false
		}
		owed, ok := p.ledger.Rules.NextPeriod(d)
		return len(p.scene.Duties) > 0 || ok && !day.Before(owed.From) && owed.Due.Before(calendar.DateOf(p.scene.Until).AddDays(8))
	}
	return false
}

// everything sees the whole ledger.
var everything = ledger.Actor{Account: storyBy, Seats: []personnel.Seat{{Role: personnel.Office}}}

// find looks references up.
func (p *player) find(refs []policy.DutyRef) (map[ledger.ID]bool, error) {
	out := map[ledger.ID]bool{}
	if len(refs) == 0 {
		return out, nil
	}
	if p.index == nil {
		rows, err := p.ledger.Rows(p.ctx, p.tx, everything, ledger.Query{}, calendar.DateOf(p.tx.Now()))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			d := listed{id: r.ID, parent: r.Parent, doc: r.Source.DocNo, plan: r.Source.Plan, clause: r.Source.Clause, no: org.Fold(r.Source.No),
				part: r.Source.Part, title: r.Title}
			if len(r.Lead) > 0 {
				d.first = r.Lead[0]
			}
			p.index = append(p.index, d)
		}
	}
	for _, ref := range refs {
		n := 0
		for _, d := range p.index {
			if !d.is(ref) {
				continue
			}
			if len(ref.Units) > 0 {
				for _, line := range p.index {
					if line.parent == d.id && slices.Contains(ref.Units, line.first) {
						out[line.id] = true
						n++
					}
				}
				continue
			}
			out[d.id] = true
			n++
		}
		if n == 0 || n > 1 && len(ref.Words) > 0 && len(ref.Units) == 0 {
			return nil, fmt.Errorf("demo.yaml:%d：“%s”对应 %d 件任务，要写到只对应一件：%w", ref.Line, ref.Raw, n, errNoDuty)
		}
	}
	return out, nil
}

// is reports whether the duty is what a reference names: never a line, which its unit names.
func (d listed) is(ref policy.DutyRef) bool {
	if d.parent != 0 || d.doc != ref.Doc || ref.Title != "" && d.title != ref.Title {
		return false
	}
	if ref.Doc == "" {
		return ref.Title != ""
	}
	for _, w := range ref.Words {
		no, part, _ := strings.Cut(w, "之")
		plan, _, _ := strings.Cut(d.clause, "/")
		if w != plan && no != d.clause && org.Fold(no) != d.no || part != "" && part != strconv.Itoa(d.part) {
			return false
		}
	}
	return true
}
