package warning

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/warning/cap"
)

// Draft is what a person writes. What is left empty is filled from the hazard's data.
type Draft struct {
	Event    EventID // 0: a new one, of Hazard
	Hazard   string
	Drill    string // name of the exercise, of a new event
	Kind     Kind   // Update or Cancel of an event; a new one is an Alert
	Stage    Stage  // empty: 预警信号, or as the event has it
	Level    Level
	Proposal int64 // that it comes from; 0: none
	Content
}

// Draft begins a version: the first of a new event, or the next of one that is in force.
func (w *Warnings) Draft(ctx context.Context, tx *db.Tx, by Actor, d Draft) (*Version, error) {
	const op = "Draft"
	e := &Event{Hazard: d.Hazard, Drill: strings.TrimSpace(d.Drill), State: Drafted}
	var was *Version
	var err error
	if d.Event != 0 {
		if e, was, err = w.current(ctx, tx, op, d.Event); err != nil {
			return nil, err
		}
	}
	h := w.Hazard(e.Hazard)
	switch {
	case h == nil && e.Hazard == "":
		return nil, wrong(op, "hazard", "请选择预警的种类。")
	case h == nil:
		return nil, wrong(op, "hazard", "没有“%.60s”这种预警，请从列表里选。", e.Hazard)
	}
	seat, err := h.must(op, by)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "drill", "演练名称", e.Drill, 100, false); err != nil {
		return nil, err
	}
	v := &Version{Event: e.ID, N: e.Last + 1, Hazard: h.ID, Drill: e.Drill, State: Drafted}
	if err := w.fill(op, h, e, was, v, d); err != nil {
		return nil, err
	}
	v.did(tx, DidDraft, by, seat, "")
	if e.ID == 0 {
		e.Last = 1
		err = w.insertEvent(ctx, tx, e)
		v.Event = e.ID
	} else {
		e.Last++
		err = w.updateEvent(ctx, tx, e)
	}
	if err == nil {
		err = w.insertVersion(ctx, tx, v)
	}
	if err == nil && d.Proposal != 0 {
		err = w.taken(ctx, tx, by, d.Proposal, v)
	}
	if err == nil {
		err = w.record(ctx, tx, by.Account, "warning.draft", v, h, v.Headline)
	}
	return v, wrap(op, err)
}

// current is an event in force that no other draft is under way for, with its version in force.
func (w *Warnings) current(ctx context.Context, tx *db.Tx, op string, id EventID) (*Event, *Version, error) {
	e, err := w.event(ctx, tx, op, id)
	if err != nil {
		return nil, nil, err
	}
	if !e.Active() {
		return nil, nil, refuse(ledger.WrongState, op, "这次预警%s，不能再更新或解除；需要时另拟一次新的预警。", e.State)
	}
	if last, err := w.version(ctx, tx, op, id, e.Last); err != nil {
		return nil, nil, err
	} else if last.State == Drafted || last.State == Submitted {
		return nil, nil, refuse(ledger.Conflict, op, "第 %d 稿还是%s，请先办完或弃用那一稿。", last.N, last.State)
	}
	was, err := w.version(ctx, tx, op, id, e.N)
	return e, was, err
}

// fill takes what the person wrote and what he left to the data, and checks it.
func (w *Warnings) fill(op string, h *Hazard, e *Event, was *Version, v *Version, d Draft) error {
	v.Content, v.Stage, v.Level, v.Kind = d.Content, d.Stage, d.Level, Alert
	if v.From = ""; was != nil {
		v.From = was.Level
		if v.Kind = d.Kind; v.Kind != Update && v.Kind != Cancel {
			return wrong(op, "kind", "正在生效的预警只能更新或解除。")
		}
		if v.Area.Empty() && v.Area.Words == "" {
			v.Area = was.Area
		}
		if v.Stage == "" {
			v.Stage = was.Stage
		}
		if v.Kind == Cancel {
			v.Stage, v.Level, v.Area, v.Source = was.Stage, was.Level, was.Area, was.Source
		}
	}
	if v.Stage == "" {
		v.Stage = Signals
	}
	at := slices.Index(Stages, v.Stage)
	switch {
	case at < 0:
		return wrong(op, "stage", "没有“%s”这个阶段，可选：展望、预报、预警信号、临近预警。", v.Stage)
	case was != nil && at < slices.Index(Stages, was.Stage):
		return wrong(op, "stage", "这次预警已经到了%s，不能退回%s；情况缓解的请降低级别或解除。", was.Stage, v.Stage)
	case v.Stage.levelled() && h.Signal(v.Level) == nil:
		return wrong(op, "level", "%s没有“%s”这一级，可选：%s。", h.Name, v.Level, h.levelList())
	case v.Level != "" && h.Signal(v.Level) == nil:
		return wrong(op, "level", "%s没有“%s”这一级，可选：%s。", h.Name, v.Level, h.levelList())
	}
	v.Area.Places = slices.Clone(v.Area.Places)
	for i := range v.Area.Places {
		if p := &v.Area.Places[i]; p.Code == "" && w.CodeOf != nil {
			p.Code = w.CodeOf(p.Town, p.Village)
		}
	}
	w.defaults(h, v)
	return v.check(op, h)
}

func (h *Hazard) levelList() string {
	var out []string
	for _, s := range h.Signals {
		out = append(out, string(s.Level))
	}
	return strings.Join(out, "、")
}

// defaults fills what was left empty. What a drill says is marked before anybody can copy it.
func (w *Warnings) defaults(h *Hazard, v *Version) {
	s := h.Signal(v.Level)
	if s == nil {
		s = &Signal{Urgency: string(cap.Future), Severity: string(cap.SeverityUnknown), Certainty: string(cap.Possible), Valid: 24 * time.Hour}
	}
	set := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	v.Ladder = s.Ladder
	if v.Kind == Cancel {
		v.Urgency, v.Severity, v.Certainty, v.Responses = string(cap.Past), string(cap.Minor), string(cap.Observed), []string{string(cap.AllClear)}
		v.Valid, v.Onset, v.Skips = Duration(afterCancel), time.Time{}, nil
		set(&v.Description, v.Reason)
	} else {
		set(&v.Urgency, s.Urgency)
		set(&v.Severity, s.Severity)
		set(&v.Certainty, s.Certainty)
		set(&v.Instruction, s.Instruction)
		if len(v.Responses) == 0 {
			v.Responses = s.Responses
		}
		if v.Valid == 0 {
			v.Valid = Duration(s.Valid)
		}
	}
	set(&v.Area.Words, v.Area.names())
	set(&v.Headline, w.headline(h, v.Kind, v.Stage, v.Level))
	for _, s := range []*string{&v.Headline, &v.Description, &v.Instruction} {
		*s = marked(v.Drill, strings.TrimSpace(*s))
	}
}

// maxValid bounds how long a version may hold: what lasts longer is renewed by a person.
const maxValid = 7 * 24 * time.Hour

// check refuses what could not be published.
func (v *Version) check(op string, h *Hazard) error {
	for _, f := range []struct {
		field, name, s string
		most           int
		needed         bool
	}{
		{"headline", "标题", v.Headline, 160, true}, {"description", "预警内容", v.Description, 1000, true}, {"instruction", "防御指南", v.Instruction, 1000, false},
		{"reason", "解除原因", v.Reason, 500, v.Kind == Cancel}, {"area", "区域名称", v.Area.Words, 300, true},
	} {
		if err := checkWords(op, f.field, f.name, f.s, f.most, f.needed); err != nil {
			return err
		}
	}
	if v.Drill == "" && slices.ContainsFunc([]string{v.Headline, v.Description, v.Instruction, v.Area.Words}, drill.Has) {
		return wrong(op, "description", "实际预警里不能有“%s”；是演练的，请填写演练名称。", drill.Mark)
	}
	if v.Valid <= 0 || time.Duration(v.Valid) > maxValid {
		return wrong(op, "valid", "有效时间应在 7 天以内，请填写。")
	}
	for _, x := range v.Skips {
		if !slices.ContainsFunc(h.Opens(v.Level), func(o Order) bool { return o.What == x.Order }) {
			return wrong(op, "skips", "这一级没有“%s”这一项，不必略去。", x.Order)
		}
		if err := checkWords(op, "skips", "不下达的理由", x.Why, 200, true); err != nil {
			return err
		}
	}
	return v.Area.check(op)
}

// Edit changes a draft.
func (w *Warnings) Edit(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int, d Draft) (*Version, error) {
	const op = "Edit"
	e, v, h, err := w.draft(ctx, tx, op, id, n, Drafted)
	if err != nil {
		return nil, err
	}
	seat, err := h.must(op, by)
	if err != nil {
		return nil, err
	}
	var was *Version
	if e.N > 0 {
		if was, err = w.version(ctx, tx, op, id, e.N); err != nil {
			return nil, err
		}
		if d.Kind == "" {
			d.Kind = v.Kind
		}
	}
	if d.Source == nil {
		d.Source = v.Source
	}
	if err := w.fill(op, h, e, was, v, d); err != nil {
		return nil, err
	}
	v.did(tx, DidEdit, by, seat, "")
	return v, wrap(op, w.saved(ctx, tx, by, "warning.edit", v, h, v.Headline))
}

// draft is a version that is on its way, in one of the states.
func (w *Warnings) draft(ctx context.Context, tx *db.Tx, op string, id EventID, n int, states ...State) (*Event, *Version, *Hazard, error) {
	e, err := w.event(ctx, tx, op, id)
	if err != nil {
		return nil, nil, nil, err
	}
	v, err := w.version(ctx, tx, op, id, n)
	if err != nil {
		return nil, nil, nil, err
	}
	h := w.Hazard(e.Hazard)
	switch {
	case h == nil:
		return nil, nil, nil, refuse(ledger.WrongState, op, "现行政策包里已经没有“%s”这种预警，请先恢复其定义。", e.Hazard)
	case !slices.Contains(states, v.State):
		return nil, nil, nil, refuse(ledger.WrongState, op, "这一稿是%s，不能这样办理；请刷新页面看现在的情况。", v.State)
	}
	return e, v, h, nil
}

// Submit sends a draft to those who publish.
func (w *Warnings) Submit(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int) (*Version, error) {
	const op = "Submit"
	_, v, h, err := w.draft(ctx, tx, op, id, n, Drafted)
	if err != nil {
		return nil, err
	}
	seat, err := h.must(op, by)
	if err != nil {
		return nil, err
	}
	v.State = Submitted
	v.did(tx, DidSubmit, by, seat, "")
	if err := w.saved(ctx, tx, by, "warning.submit", v, h, v.Headline); err != nil {
		return nil, wrap(op, err)
	}
	return v, wrap(op, w.note(ctx, tx, Note{Kind: NoteSubmitted, Hazard: h, Event: id, N: n, Says: "待签发：" + v.Headline}))
}

// Return sends what was submitted back, with the reason.
func (w *Warnings) Return(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int, why string) (*Version, error) {
	const op = "Return"
	_, v, h, err := w.draft(ctx, tx, op, id, n, Submitted)
	if err != nil {
		return nil, err
	}
	seat, ok := h.approver(by, v.Decides())
	if !ok {
		return nil, refuse(ledger.NotAllowed, op, "只有%s可以退回。", postWords(h.Approvers(v.Decides())))
	}
	if err := checkWords(op, "why", "退回的理由", why, 500, true); err != nil {
		return nil, err
	}
	v.State = Drafted
	v.did(tx, DidReturn, by, seat, why)
	return v, wrap(op, w.saved(ctx, tx, by, "warning.return", v, h, why))
}

// Drop gives a draft up.
func (w *Warnings) Drop(ctx context.Context, tx *db.Tx, by Actor, id EventID, n int, why string) error {
	const op = "Drop"
	e, v, h, err := w.draft(ctx, tx, op, id, n, Drafted, Submitted)
	if err != nil {
		return err
	}
	seat, err := h.must(op, by)
	if err != nil {
		return err
	}
	if err := checkWords(op, "why", "弃用的理由", why, 500, true); err != nil {
		return err
	}
	v.State, v.Over = Dropped, tx.Now()
	v.did(tx, DidDrop, by, seat, why)
	if e.N == 0 {
		e.State, e.Ended = Dropped, tx.Now()
		if err := w.updateEvent(ctx, tx, e); err != nil {
			return wrap(op, err)
		}
	}
	return wrap(op, w.saved(ctx, tx, by, "warning.drop", v, h, why))
}

func (v *Version) did(tx *db.Tx, what Deed, by Actor, seat personnel.Seat, words string) {
	v.Steps = append(v.Steps, Did{what, by.Account, by.Name, string(seat.Post), tx.Now(), words})
}

// saved keeps a version and puts what was done on the journal.
func (w *Warnings) saved(ctx context.Context, tx *db.Tx, by Actor, what string, v *Version, h *Hazard, detail string) error {
	if err := w.updateVersion(ctx, tx, v); err != nil {
		return err
	}
	return w.record(ctx, tx, by.Account, what, v, h, detail)
}

func (w *Warnings) record(ctx context.Context, tx *db.Tx, who, what string, v *Version, h *Hazard, detail string) error {
	_, err := journal.Append(ctx, tx, w.County, journal.Entry{Who: who, What: what, Subject: v.Subject(), Basis: h.Basis.String(), Detail: detail})
	return err
}

// Deeds are the journal's words of this package in Chinese.
var Deeds = map[string]string{
	"warning.draft": "拟预警稿", "warning.edit": "修改预警稿", "warning.submit": "预警送签", "warning.return": "退回预警稿", "warning.drop": "弃用预警稿",
	"warning.publish": "发布预警", "warning.confirm": "复核确认夜间发布的预警", "warning.expire": "预警到期", "warning.dismiss": "不采纳预警建议",
	"warning.seen": "签收预警指令", "warning.done": "报告预警指令已执行", "warning.comply": "报告执行情况", "warning.lift": "解除预警指令",
	"warning.receive": "收到其他单位的预警", "warning.rebroadcast": "登记再传播", "warning.unconfirmed": "夜间发布的预警到时未复核", "warning.key": "启用预警签名密钥",
}
