package warning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/finding"
	"zhixing/journal"
	"zhixing/ledger"
)

// Origin is what made a proposal.
type Origin string

// The origins.
const (
	ByReadings Origin = "rule"     // findings of rules that warn
	ByForecast Origin = "forecast" // a gridded forecast
	ByFeed     Origin = "feed"     // another issuer's document
)

// ProposalState says how a proposal stands.
type ProposalState string

// The states.
const (
	ProposalOpen      ProposalState = "open"
	ProposalTaken     ProposalState = "taken"
	ProposalDismissed ProposalState = "dismissed"
	ProposalOver      ProposalState = "over"
)

var proposalChinese = map[ProposalState]string{ProposalOpen: "待研判", ProposalTaken: "已拟稿", ProposalDismissed: "不采纳", ProposalOver: "已不成立"}

// Chinese is what pages call the state.
func (s ProposalState) Chinese() string { return proposalChinese[s] }

// Proposal is a warning that facts ask for. Persons decide.
type Proposal struct {
	ID     int64
	Hazard string
	Level  Level
	Origin Origin
	State  ProposalState
	Made   time.Time
	Last   time.Time // the latest fact
	Ended  time.Time
	Who    string  // account that took or dismissed it
	Event  EventID // that it belongs to; 0: none
	ProposalText
}

// ProposalText is what a proposal says.
type ProposalText struct {
	Reasons []Reason  `json:"reasons"`
	Area    Area      `json:"area"`
	Onset   time.Time `json:"onset,omitzero"`
	Kind    Kind      `json:"kind,omitempty"` // of another's document
	Source  *Lineage  `json:"source,omitempty"`
	Says    string    `json:"says,omitempty"`        // the other's description
	Advice  string    `json:"instruction,omitempty"` // and instruction
	Why     string    `json:"why,omitempty"`         // it was dismissed, or is over
}

// Reason is one thing that a proposal stands on, with the facts that were seen.
type Reason struct {
	Cause string    `json:"cause"` // finding/17
	Says  string    `json:"says"`
	At    time.Time `json:"at"`
	Facts []Fact    `json:"facts,omitempty"`
	Over  bool      `json:"over,omitempty"`
	Run   int64     `json:"run,omitempty"` // of a forecast
}

// Fact is a value with its source.
type Fact = finding.Seen

// Suggestion asks for a proposal.
type Suggestion struct {
	Hazard string
	Level  Level
	Origin Origin
	Reason
	Place *Place // where; nil: not known
	Point *Point
	Onset time.Time
}

// maxReasons are kept of a proposal.
const maxReasons = 100

// Propose makes a proposal, or adds to the one that is open: one of the highest level for each hazard and origin. What is warned of there
// already, at that level or a higher one, is not proposed again; then there is none.
func (w *Warnings) Propose(ctx context.Context, tx *db.Tx, s Suggestion) (*Proposal, error) {
	const op = "Propose"
	h := w.Hazard(s.Hazard)
	if h == nil || h.Signal(s.Level) == nil {
		return nil, refuse(ledger.Invalid, op, "没有“%s”%s这种预警。", s.Hazard, s.Level)
	}
	warned, err := w.warned(ctx, tx, h.ID, s)
	if err != nil || warned {
		return nil, wrap(op, err)
	}
	open, err := w.openProposals(ctx, tx, h.ID, s.Origin)
	if err != nil {
		return nil, wrap(op, err)
	}
	for i := range open {
		p := &open[i]
		if Rank(p.Level) >= Rank(s.Level) {
			p.add(s)
			return p, wrap(op, w.keepProposal(ctx, tx, p, s.Cause))
		}
	}
	p := &Proposal{Hazard: h.ID, Level: s.Level, Origin: s.Origin, State: ProposalOpen, Made: tx.Now()}
	for i := range open { // lower ones: what they stand on goes along
		low := &open[i]
		p.Reasons, p.Area = append(p.Reasons, low.Reasons...), low.Area
		low.State, low.Ended, low.Why = ProposalOver, tx.Now(), "由更高一级的建议代替"
		if err := w.updateProposal(ctx, tx, low); err != nil {
			return nil, wrap(op, err)
		}
	}
	p.add(s)
	if err := w.insertProposal(ctx, tx, p); err != nil {
		return nil, wrap(op, err)
	}
	for _, r := range p.Reasons {
		if err := w.cause(ctx, tx, p.ID, r.Cause, !r.Over); err != nil {
			return nil, wrap(op, err)
		}
	}
	says := fmt.Sprintf("建议发布%s%s色预警：%s", h.Name, s.Level, s.Says)
	return p, wrap(op, w.note(ctx, tx, Note{Kind: NoteProposal, Hazard: h, Event: p.Event, Says: says}))
}

// warned reports whether an event in force covers what is suggested.
func (w *Warnings) warned(ctx context.Context, tx *db.Tx, hazard string, s Suggestion) (bool, error) {
	list, err := w.Active(ctx, tx)
	if err != nil || s.Place == nil && s.Point == nil {
		return false, err
	}
	var at Place
	if s.Place != nil {
		at = *s.Place
	}
	return slices.ContainsFunc(list, func(v *Version) bool {
		return v.Hazard == hazard && v.Drill == "" && v.Stage.levelled() && Rank(v.Level) >= Rank(s.Level) && v.Area.Covers(at.Town, at.Village, s.Point)
	}), nil
}

// add puts what a suggestion says into the proposal; the same cause again replaces what it said.
func (p *Proposal) add(s Suggestion) {
	i := slices.IndexFunc(p.Reasons, func(r Reason) bool { return r.Cause == s.Cause })
	switch {
	case i >= 0:
		p.Reasons[i] = s.Reason
	case len(p.Reasons) < maxReasons:
		p.Reasons = append(p.Reasons, s.Reason)
	}
	if s.Place != nil {
		p.Area.add(*s.Place)
	}
	if p.Last.Before(s.At) {
		p.Last = s.At
	}
	if !s.Onset.IsZero() && (p.Onset.IsZero() || s.Onset.Before(p.Onset)) {
		p.Onset = s.Onset
	}
}

func (w *Warnings) keepProposal(ctx context.Context, tx *db.Tx, p *Proposal, cause string) error {
	if err := w.updateProposal(ctx, tx, p); err != nil {
		return err
	}
	return w.cause(ctx, tx, p.ID, cause, true)
}

// Prepare is a draft as the proposal asks for it: of a new event, or of the one in force of that hazard.
func (w *Warnings) Prepare(ctx context.Context, tx *db.Tx, id int64) (Draft, error) {
	const op = "Prepare"
	p, err := w.proposal(ctx, tx, op, id)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Proposal: id, Hazard: p.Hazard, Level: p.Level, Stage: Signals, Kind: p.Kind, Event: p.Event}
	d.Area, d.Onset, d.Source, d.Description, d.Instruction = p.Area, p.Onset, p.Source, p.Says, p.Advice
	var says []string
	for _, r := range p.Reasons {
		says = append(says, strings.TrimRight(r.Says, "。"))
	}
	d.Basis = strings.Join(says, "；")
	if d.Event == 0 {
		active, err := w.Active(ctx, tx)
		if err != nil {
			return d, wrap(op, err)
		}
		for _, v := range active {
			if v.Hazard == p.Hazard && v.Drill == "" {
				d.Event, d.Kind = v.Event, Update
				area := v.Area
				for _, x := range p.Area.Places {
					area.add(x)
				}
				if area.Words = ""; len(area.Polygons)+len(area.Circles) > 0 {
					area.Words = v.Area.Words
				}
				d.Area = area
				break
			}
		}
	}
	if p.Kind == Cancel {
		d.Reason = p.Says
	}
	return d, nil
}

// Dismiss says that nothing comes of a proposal, and why.
func (w *Warnings) Dismiss(ctx context.Context, tx *db.Tx, by Actor, id int64, why string) error {
	const op = "Dismiss"
	p, err := w.proposal(ctx, tx, op, id)
	if err != nil {
		return err
	}
	h := w.Hazard(p.Hazard)
	switch {
	case h == nil || p.State != ProposalOpen:
		return refuse(ledger.WrongState, op, "这条建议%s，不必再办。", p.State.Chinese())
	case !h.MayDraft(by):
		return refuse(ledger.NotAllowed, op, "%s预警由%s研判，您不在其中。", h.Name, strings.Join(h.Draft, "、"))
	}
	if err := checkWords(op, "why", "不采纳的理由", why, 500, true); err != nil {
		return err
	}
	p.State, p.Ended, p.Who, p.Why = ProposalDismissed, tx.Now(), by.Account, why
	if err := w.updateProposal(ctx, tx, p); err != nil {
		return wrap(op, err)
	}
	if err := w.foreignState(ctx, tx, p, "dismissed", 0); err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, w.County, journal.Entry{Who: by.Account, What: "warning.dismiss", Subject: fmt.Sprintf("warning-proposal/%d", id), Basis: h.Basis.String(), Detail: why})
	return wrap(op, err)
}

// taken marks the proposal that a draft came from.
func (w *Warnings) taken(ctx context.Context, tx *db.Tx, by Actor, id int64, v *Version) error {
	p, err := w.proposal(ctx, tx, "Draft", id)
	if err != nil {
		return err
	}
	if p.State != ProposalOpen || p.Hazard != v.Hazard {
		return refuse(ledger.WrongState, "Draft", "这条建议%s，不能再据此拟稿。", p.State.Chinese())
	}
	rests := map[int64]bool{0: true}
	for _, r := range p.Reasons {
		if w.Rests == nil || rests[r.Run] {
			continue
		}
		rests[r.Run] = true
		if err := w.Rests(ctx, tx, v, r.Run); err != nil {
			return err
		}
	}
	p.State, p.Ended, p.Who, p.Event = ProposalTaken, tx.Now(), by.Account, v.Event
	if err := w.updateProposal(ctx, tx, p); err != nil {
		return err
	}
	return w.foreignState(ctx, tx, p, "taken", v.Event)
}
