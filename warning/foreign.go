package warning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/warning/cap"
)

// ForeignState says how a document of another issuer stands.
type ForeignState string

// The states.
const (
	ForeignNew       ForeignState = "new"
	ForeignTaken     ForeignState = "taken"
	ForeignDismissed ForeignState = "dismissed"
	ForeignReplaced  ForeignState = "replaced" // by a later one of theirs, which may have come first
	ForeignHeld      ForeignState = "held"     // kept, and nothing comes of it: Why says why
)

var foreignChinese = map[ForeignState]string{ForeignNew: "待研判", ForeignTaken: "已转发", ForeignDismissed: "不转发", ForeignReplaced: "已被替代", ForeignHeld: "留存"}

// Chinese is what pages call the state.
func (s ForeignState) Chinese() string { return foreignChinese[s] }

// Foreign is a document of another issuer.
type Foreign struct {
	N      int64
	Source string
	State  ForeignState
	Kind   Kind
	Hazard string  // of ours; empty: none that we know
	Event  EventID // of ours that passes it on; 0: none
	Came   time.Time
	Lineage
	ForeignText

	elsewhere bool // by its codes
}

// ForeignText is what it says.
type ForeignText struct {
	Headline    string    `json:"headline"`
	Description string    `json:"description,omitempty"`
	Instruction string    `json:"instruction,omitempty"`
	Level       Level     `json:"level,omitempty"`
	Area        Area      `json:"area"`
	Onset       time.Time `json:"onset,omitzero"`
	Ends        time.Time `json:"ends,omitzero"`
	Lost        []string  `json:"lost,omitempty"` // what of it could not be read
	Why         string    `json:"why,omitempty"`  // it is held
}

// SourceOf is the issuer whose documents carry a sender; false where none is registered, for which nothing is taken in.
func (w *Warnings) SourceOf(sender string) (Source, bool) {
	for _, h := range w.Hazards {
		for _, s := range h.Sources {
			if s.Sender == sender {
				return s, true
			}
		}
	}
	return Source{}, false
}

// Receive takes in a document that came from a source. The same one again is nothing: it gives what is kept, and false. What can be passed on
// becomes a proposal, a later document of a series one about the event of ours that passes it on.
func (w *Warnings) Receive(ctx context.Context, tx *db.Tx, from Source, b []byte) (f *Foreign, fresh bool, err error) {
	const op = "Receive"
	a, lost, unknown, err := w.read(ctx, tx, from, b)
	if err != nil {
		return nil, false, err
	}
	f = &Foreign{Source: from.Name, State: ForeignNew, Kind: Kind(a.MsgType), Came: tx.Now(),
		Lineage: Lineage{Name: from.Name, Identifier: a.Identifier, Sender: a.Sender, Sent: a.Sent}}
	f.Lost = lost
	w.understand(f, a)
	have, err := w.foreignOf(ctx, tx, a.Triple())
	if err != nil || have != nil {
		return have, false, wrap(op, err)
	}
	f.hold(a, from, unknown)
	if err := w.follow(ctx, tx, f, a); err != nil {
		return nil, false, wrap(op, err)
	}
	if err := w.insertForeign(ctx, tx, f, b); err != nil {
		return nil, false, wrap(op, err)
	}
	if err := w.ends(ctx, tx, f, a); err != nil {
		return nil, false, wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, w.County, journal.Entry{Who: "system", What: "warning.receive", Subject: fmt.Sprintf("warning-foreign/%d", f.N),
		Detail: from.Name + "：" + f.Headline + " " + a.Triple().String()})
	if err != nil || f.State != ForeignNew {
		return f, true, wrap(op, err)
	}
	return f, true, wrap(op, w.pass(ctx, tx, f))
}

// read is the document in CAP, with what could not be carried over and what it refers to that never came.
func (w *Warnings) read(ctx context.Context, tx *db.Tx, from Source, b []byte) (*cap.Alert, []string, []string, error) {
	const op = "Receive"
	if from.Dialect != "national" {
		a, problems := cap.Parse(b)
		if a == nil {
			return nil, nil, nil, refuse(ledger.Invalid, op, "%s的文件不是有效的 CAP 1.2：%s", from.Name, firstReason(problems))
		}
		return a, nil, nil, nil
	}
	var failed error
	_, domain, _ := strings.Cut(from.Sender, "@")
	n, problems := cap.FromNational(b, cap.Rules{Domain: domain, Find: func(identifier string) (cap.Triple, bool) {
		t, ok, err := w.foreignNamed(ctx, tx, identifier)
		failed = err
		return t, ok
	}})
	switch {
	case failed != nil:
		return nil, nil, nil, wrap(op, failed)
	case n == nil:
		return nil, nil, nil, refuse(ledger.Invalid, op, "%s的文件读不了：%s", from.Name, firstReason(problems))
	}
	return &n.Alert, n.Lost, n.Unknown, nil
}

func firstReason(problems []cap.Problem) string {
	for _, p := range problems {
		if !p.Advice {
			return p.String()
		}
	}
	return "原因不明"
}

// understand finds our hazard, our level and our places in the document.
func (w *Warnings) understand(f *Foreign, a *cap.Alert) {
	i := a.Info("zh")
	if i == nil {
		return
	}
	f.Headline, f.Description, f.Instruction = i.Headline, i.Description, i.Instruction
	f.Onset, f.Ends = i.Onset, i.Expires
	if f.Headline == "" {
		f.Headline = i.Event
	}
	code := i.EventCode(cap.EventList)
	for _, h := range w.Hazards {
		if h.Code != "" && h.Code == code || code == "" && h.Name == i.Event {
			f.Hazard = h.ID
		}
	}
	if c, ok := cap.ColourOf(i.Parameter("warningColour")); ok {
		f.Level = Level(c.Word)
	} else if k := slices.IndexFunc(cap.Colours, func(c cap.Colour) bool { return c.Severity == i.Severity }); k >= 0 {
		f.Level = Level(cap.Colours[k].Word)
	}
	var words []string
	codes, ours := 0, 0
	for _, x := range i.Areas {
		words = append(words, x.Desc)
		for _, p := range x.Polygons {
			if p.Crosses() {
				f.Lost = append(f.Lost, "“"+x.Desc+"”的多边形边互相交叉，没有取用")
				continue
			}
			var ring []Point
			for _, pt := range p {
				ring = append(ring, Point(pt))
			}
			f.Area.Polygons = append(f.Area.Polygons, ring)
		}
		for _, c := range x.Circles {
			f.Area.Circles = append(f.Area.Circles, Circle{Point(c.Center), c.Radius})
		}
		for _, g := range x.Geocodes {
			codes++
			switch {
			case strings.HasPrefix(strings.TrimRight(w.County, "0"), strings.TrimRight(g.Value, "0")): // the county, or what it is part of
				f.Area.Places = []Place{{County: true}}
				ours++
			case strings.HasPrefix(g.Value, w.County): // of a town: who drafts says of which
				ours++
			}
		}
	}
	f.Area.Words = strings.Join(words, "、")
	f.elsewhere = codes > 0 && ours == 0 && len(f.Area.Polygons)+len(f.Area.Circles) == 0
}

// hold keeps back what must not be passed on.
func (f *Foreign) hold(a *cap.Alert, from Source, unknown []string) {
	switch {
	case a.Sender != from.Sender:
		f.Why = fmt.Sprintf("发送方“%s”不是登记的“%s”", a.Sender, from.Sender)
	case a.Status != cap.Actual:
		f.Why = fmt.Sprintf("不是实际预警（%s），不转发", a.Status)
	case a.Scope != cap.Public:
		f.Why = "不是公开发布的预警，不转发"
	case a.MsgType != cap.MsgAlert && a.MsgType != cap.MsgUpdate && a.MsgType != cap.MsgCancel:
		f.Why = fmt.Sprintf("%s 不是预警", a.MsgType)
	case a.MsgType != cap.MsgAlert && len(a.References) == 0:
		f.Why = "引用的预警没有收到过：" + strings.Join(unknown, "、")
	case f.elsewhere:
		f.Why = "预警区域不含本县"
	case f.Hazard == "":
		f.Why = "没有对应的灾种，请人工研判"
	default:
		return
	}
	f.State = ForeignHeld
}

// follow finds the event of ours that passes on what the document acts on, and whether a later one has replaced it already.
func (w *Warnings) follow(ctx context.Context, tx *db.Tx, f *Foreign, a *cap.Alert) error {
	for _, t := range a.References {
		was, err := w.foreignOf(ctx, tx, t)
		if err != nil {
			return err
		}
		if was != nil && was.Event != 0 {
			f.Event = was.Event
		}
	}
	if f.Event != 0 {
		e, err := w.event(ctx, tx, "Receive", f.Event)
		if err != nil {
			return err
		}
		if !e.Active() {
			f.Event = 0
		}
	}
	if a.MsgType == cap.MsgCancel && f.State == ForeignNew && f.Event == 0 {
		f.State, f.Why = ForeignHeld, "解除的是本县没有转发、或者已经结束的预警"
	}
	ended, err := w.endedBy(ctx, tx, a.Triple())
	if ended && f.State == ForeignNew {
		f.State, f.Why = ForeignReplaced, "后来的文件先到，已经替代了它"
	}
	return err
}

// ends marks what the document replaces, whether it has come or not.
func (w *Warnings) ends(ctx context.Context, tx *db.Tx, f *Foreign, a *cap.Alert) error {
	if f.State == ForeignHeld && (a.Status != cap.Actual || f.Sender != a.Sender) {
		return nil
	}
	for _, t := range a.References {
		if t.Sender != a.Sender {
			continue // one sender does not end the warnings of another
		}
		if err := w.insertEnd(ctx, tx, t, f.N); err != nil {
			return err
		}
		if err := w.replaceForeign(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// pass makes a proposal of the document.
func (w *Warnings) pass(ctx context.Context, tx *db.Tx, f *Foreign) error {
	h := w.Hazard(f.Hazard)
	p := &Proposal{Hazard: f.Hazard, Level: f.Level, Origin: ByFeed, State: ProposalOpen, Made: tx.Now(), Last: f.Sent, Event: f.Event}
	p.Area, p.Onset, p.Kind, p.Source, p.Says, p.Advice = f.Area, f.Onset, f.Kind, &f.Lineage, f.Description, f.Instruction
	p.Reasons = []Reason{{Cause: fmt.Sprintf("foreign/%d", f.N), Says: f.Source + "：" + f.Headline, At: f.Sent}}
	if err := w.insertProposal(ctx, tx, p); err != nil {
		return err
	}
	return w.note(ctx, tx, Note{Kind: NoteForeign, Hazard: h, Event: f.Event, Says: f.Source + f.Kind.Chinese() + "：" + f.Headline})
}

// foreignState follows what became of the proposal that a document made.
func (w *Warnings) foreignState(ctx context.Context, tx *db.Tx, p *Proposal, state ForeignState, event EventID) error {
	if p.Origin != ByFeed || p.Source == nil {
		return nil
	}
	return w.setForeign(ctx, tx, *p.Source, state, event)
}
