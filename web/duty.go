package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// dutyAct is one thing that can be done to a duty on its page: POST /ledger/{id}/name.
type dutyAct struct {
	name   string
	access access
	title  string
	states []ledger.State // in which it is offered; nil: in all
	files  bool
	do     func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error)
}

// form is what was typed.
type form struct {
	url.Values
	evidence []ledger.Evidence
	bad      error // of a date or number that is none
}

func (f *form) date(name string) calendar.Date {
	d, err := calendar.ParseDate(strings.TrimSpace(f.Get(name)))
	if err != nil && f.bad == nil {
		f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: name, Message: "日期写作 2023-10-31 的样子。"}
	}
	return d
}

func (f *form) number(name string) int {
	s := strings.TrimSpace(f.Get(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil && f.bad == nil {
		f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: name, Message: "“" + s + "”不是整数。"}
	}
	return n
}

// names are the units of a field: one a line, or between 、 ， and ；.
func (f *form) names(name string) []string {
	var out []string
	for _, part := range f.Values[name] {
		out = append(out, strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("、，,；;\n\r\t ", r) })...)
	}
	return out
}

func (f *form) sending() ledger.Sending {
	s := ledger.Sending{Report: ledger.Report{Text: strings.TrimSpace(f.Get("text")), Progress: f.number("progress"), Trouble: strings.TrimSpace(f.Get("trouble"))},
		Evidence: f.evidence, Once: f.Get("once")}
	for i := range 50 {
		if v := strings.TrimSpace(f.Get("value" + strconv.Itoa(i))); v != "" {
			s.Measured = append(s.Measured, ledger.Measure{Target: i, Value: v, AsOf: f.date("asof" + strconv.Itoa(i))})
		}
	}
	return s
}

func (f *form) saw() ledger.Saw {
	n, _ := strconv.ParseInt(f.Get("saw"), 10, 64)
	return ledger.Saw(n)
}

var workedOn = []ledger.State{ledger.Issued, ledger.Working}

// dutyActs are all acts, in the order in which the page offers them.
var dutyActs = []dutyAct{
	{"confirm", editLedger, "确认", []ledger.State{ledger.Drafted}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		fields, err := f.fields(ctx, tx, l, by, id)
		if err != nil {
			return nil, err
		}
		return l.Confirm(ctx, tx, by, id, f.saw(), fields, f.Get("reason"))
	}},
	{"issue", editLedger, "交办", []ledger.State{ledger.Confirmed}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Issue(ctx, tx, by, id)
	}},
	{"sign", signLedger, "签收", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Sign(ctx, tx, by, id, f.Get("once"))
	}},
	{"report", reportLedger, "填报进展", []ledger.State{ledger.Working}, true, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		s := f.sending()
		if f.bad != nil {
			return nil, f.bad
		}
		return l.Report(ctx, tx, by, id, s)
	}},
	{"claim", claimLedger, "申请销号", []ledger.State{ledger.Working}, true, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		s := f.sending()
		if f.bad != nil {
			return nil, f.bad
		}
		return l.Claim(ctx, tx, by, id, s)
	}},
	{"support", supportLedger, "填报配合情况", workedOn, true, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Contribute(ctx, tx, by, id, f.sending())
	}},
	{"check", checkLedger, "复核通过", []ledger.State{ledger.Claimed}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Check(ctx, tx, by, id, f.Get("words"))
	}},
	{"close", closeLedger, "销号", []ledger.State{ledger.Checked}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Close(ctx, tx, by, id, f.Get("result"))
	}},
	{"sendback", checkLedger, "退回", []ledger.State{ledger.Claimed, ledger.Checked}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.SendBack(ctx, tx, by, id, f.Get("reason"))
	}},
	{"extend", checkLedger, "批复延期", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		due := f.date("due")
		if f.bad != nil {
			return nil, f.bad
		}
		return l.DecideExtension(ctx, tx, by, id, f.Get("grant") == "1", due, f.Get("reason"))
	}},
	{"decide", checkLedger, "处理后续文件", nil, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Decide(ctx, tx, by, id, int64(f.number("flag")), ledger.Choice(f.Get("choice")), f.Get("reason"))
	}},
	{"ask", claimLedger, "申请延期", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		due := f.date("due")
		if f.bad != nil {
			return nil, f.bad
		}
		return l.AskExtension(ctx, tx, by, id, due, f.Get("reason"))
	}},
	{"split", splitLedger, "分解", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		due := f.date("due")
		if f.bad != nil {
			return nil, f.bad
		}
		return l.Split(ctx, tx, by, id, f.names("units"), due, f.Get("words"))
	}},
	{"note", noteLedger, "批示", nil, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Note(ctx, tx, by, id, f.Get("words"))
	}},
	{"letter", checkLedger, "起草文书", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		answer := f.number("answer")
		if f.bad != nil {
			return nil, f.bad
		}
		if _, err := l.DraftLetter(ctx, tx, by, id, letter.Kind(f.Get("kind")), personnel.Role(f.Get("sign")), answer, f.Get("finding")); err != nil {
			return nil, err
		}
		return l.Of(ctx, tx, by, id)
	}},
	{"amend", editLedger, "修改", []ledger.State{ledger.Drafted, ledger.Confirmed, ledger.Issued, ledger.Working}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		fields, err := f.fields(ctx, tx, l, by, id)
		if err != nil {
			return nil, err
		}
		return l.Amend(ctx, tx, by, id, f.saw(), *fields, f.Get("reason"))
	}},
	{"transfer", checkLedger, "移交", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Transfer(ctx, tx, by, id, f.names("lead"), f.names("support"), f.Get("reason"))
	}},
	{"suspend", checkLedger, "中止", workedOn, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		until := f.date("until")
		if f.bad != nil {
			return nil, f.bad
		}
		return l.Suspend(ctx, tx, by, id, until, f.Get("reason"))
	}},
	{"resume", checkLedger, "恢复办理", []ledger.State{ledger.Suspended}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Resume(ctx, tx, by, id, f.Get("keep") == "1", f.Get("reason"))
	}},
	{"reopen", checkLedger, "重新办理", []ledger.State{ledger.Closed, ledger.Cancelled}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		due := f.date("due")
		if f.bad != nil {
			return nil, f.bad
		}
		return l.Reopen(ctx, tx, by, id, due, f.Get("reason"))
	}},
	{"cancel", checkLedger, "终止", []ledger.State{ledger.Drafted, ledger.Confirmed, ledger.Issued, ledger.Working, ledger.Suspended}, false, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID, f form) (*ledger.Duty, error) {
		return l.Cancel(ctx, tx, by, id, f.Get("result"))
	}},
}

// fields is what a form says a duty says; nil where the form has none of it, so that a plain confirmation changes nothing.
func (f *form) fields(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, id ledger.ID) (*ledger.Fields, error) {
	if !f.Has("title") {
		return nil, nil
	}
	d, err := l.Of(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	out := d.Fields
	out.Title, out.Lead, out.Support, out.Implement = strings.TrimSpace(f.Get("title")), f.names("lead"), f.names("support"), f.names("implement")
	if f.Has("text") {
		out.Text = strings.TrimSpace(f.Get("text"))
	}
	out.Due, out.Standing = f.date("due"), f.Get("standing") == "1"
	f.more(d.Fields, &out)
	if raw := strings.TrimSpace(f.Get("recur")); raw != out.Recur.Raw {
		out.Recur = calendar.Recurrence{}
		if raw != "" {
			i := slices.IndexFunc(calendar.Terms(raw, 0), func(t calendar.Term) bool { return t.Kind == calendar.Recurring })
			if i < 0 {
				return nil, &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: "recur", Message: "填报频次应写作“每月25日前”“每季度”的样子，不写则按督办规则。"}
			}
			out.Recur = calendar.Terms(raw, 0)[i].Recur
		}
	}
	return &out, f.bad
}

// dutyActRoutes are the addresses of the acts.
func dutyActRoutes() []route {
	var out []route
	for _, a := range dutyActs {
		out = append(out, route{"POST /ledger/{id}/" + a.name, a.access, false, a.files, actOn(a), "任务：" + a.title})
	}
	return out
}

// actOn does one act and goes back to the duty. What a person can put right is said on the duty's page, beside what he typed.
func actOn(a dutyAct) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id, err := dutyID(r)
		if err != nil {
			return err
		}
		by, err := s.member(r)
		if err != nil {
			return err
		}
		f, err := readForm(r, a.files)
		if err != nil {
			return err
		}
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			attempt := f // a write may run twice
			_, err := a.do(r.Context(), tx, s.Ledger, by, id, attempt)
			return err
		})
		if wantsJSON(r) && err == nil {
			return writeJSON(w, http.StatusOK, map[string]any{"done": a.name, "duty": id})
		}
		if err == nil {
			s.changed()
			to := r.PostFormValue("back")
			if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
				to = id.Path()
			}
			sep := "?"
			if strings.Contains(to, "?") {
				sep = "&"
			}
			return &redirectError{to + sep + "done=" + a.name}
		}
		var le *ledger.Error
		if !errors.As(err, &le) || le.Kind == ledger.NotFound || le.Kind == ledger.NotAllowed || wantsJSON(r) {
			return err
		}
		return s.dutyPage(w, r, id, &refused{a.name, le, f.Values})
	}
}

// changed tells open pages that the ledger has moved on.
func (s *Server) changed() {}

// readForm reads a form, with its files where it may have some.
func readForm(r *http.Request, files bool) (form, error) {
	if !files || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseForm(); err != nil {
			return form{}, &httpError{http.StatusBadRequest, "表单不完整，请重新提交。", err}
		}
		return form{Values: r.PostForm}, nil
	}
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return form{}, err
		}
		return form{}, &httpError{http.StatusBadRequest, "表单没有传完，请重新提交。", err}
	}
	defer r.MultipartForm.RemoveAll()
	f := form{Values: url.Values(r.MultipartForm.Value)}
	for _, head := range r.MultipartForm.File["files"] {
		if head.Size == 0 {
			continue
		}
		if len(f.evidence) == ledger.MaxFiles || head.Size > ledger.MaxFile {
			return f, badRequest(fmt.Sprintf("一次最多附 %d 个文件，每个不超过 %d MB。", ledger.MaxFiles, ledger.MaxFile>>20))
		}
		file, err := head.Open()
		if err != nil {
			return f, &httpError{http.StatusBadRequest, "文件没有传完，请重新上传。", err}
		}
		b, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return f, &httpError{http.StatusBadRequest, "文件没有传完，请重新上传。", err}
		}
		f.evidence = append(f.evidence, ledger.Evidence{Name: filepath.Base(head.Filename), Content: b})
	}
	return f, nil
}

func dutyID(r *http.Request) (ledger.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这项任务。")
	}
	return ledger.ID(n), nil
}

// refused is an act that was refused, for the page that offers it again.
type refused struct {
	Act   string
	Err   *ledger.Error
	Typed url.Values
}

// duty is one duty with its whole life.
func (s *Server) duty(w http.ResponseWriter, r *http.Request) error {
	id, err := dutyID(r)
	if err != nil {
		return err
	}
	return s.dutyPage(w, r, id, nil)
}

// dutyPage is all that the page of a duty shows.
type dutyPage struct {
	*ledger.Duty
	Status  ledger.Status
	Steps   []ledger.Step
	Coming  []ledger.Firing // rungs that will fire if nothing happens
	Kids    []ledger.Row
	Parent  *ledger.Duty
	Letters []ledger.Paper
	Acts    []offered
	Next    *calendar.Period // for which a report is owed
	NextDue string
	On      calendar.Date // zero: today
	Seats   []personnel.Seat
	Names   map[string]string // account → name
}

// Lived are the steps, newest first.
func (v dutyPage) Lived() []ledger.Step {
	out := slices.Clone(v.Steps)
	slices.Reverse(out)
	return out
}

// offered is one act as the page offers it.
type offered struct {
	Name, Title string
	Files       bool
	Open        bool // was refused just now
	Wrong       *ledger.Error
	Typed       url.Values
	Main        bool
}

func (s *Server) dutyPage(w http.ResponseWriter, r *http.Request, id ledger.ID, no *refused) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	on := s.today()
	past := r.URL.Query().Get("on")
	if past != "" {
		if err := on.UnmarshalText([]byte(past)); err != nil || s.today().Before(on) {
			return badRequest("?on= 应为今天或以前的日期，写作 2023-09-07 的样子。")
		}
	}
	v := dutyPage{Seats: by.Seats}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Duty, err = s.Ledger.Of(ctx, tx, by, id); err != nil {
			return err
		}
		if past != "" {
			v.On = on
			if v.Duty, v.Steps, err = s.Ledger.On(ctx, tx, by, id, on); err != nil {
				return err
			}
			if v.Duty == nil {
				return notFound("这一天这项任务还没有列入台账。")
			}
		} else if v.Steps, err = s.Ledger.StepsOf(ctx, tx, id); err != nil {
			return err
		}
		kids, err := s.Ledger.KidsOf(ctx, tx, v.Duty)
		if err != nil {
			return err
		}
		for _, k := range kids {
			v.Kids = append(v.Kids, ledger.Row{Duty: k, Status: s.Ledger.Rules.Status(k, on)})
		}
		if v.Duty.Parent != 0 {
			if v.Parent, err = s.Ledger.Of(ctx, tx, by, v.Duty.Parent); ledger.KindOf(err) == ledger.NotAllowed {
				v.Parent, err = nil, nil
			}
			if err != nil {
				return err
			}
		}
		if v.Letters, err = s.Ledger.Letters(ctx, tx, by, "", id, 50); err != nil {
			return err
		}
		v.Names, err = s.namesOf(ctx, tx, v.Steps)
		return err
	})
	if err != nil {
		return err
	}
	v.Status = s.Ledger.Rules.Status(v.Duty, on)
	if past == "" {
		v.Coming = s.Ledger.Rules.Pending(v.Duty)
		v.Acts = offers(by, v.Duty, no)
	}
	if p, ok := s.Ledger.Rules.NextPeriod(v.Duty); ok && v.State == ledger.Working {
		v.Next, v.NextDue = &p, s.Ledger.Rules.PeriodLabel(v.Duty, p)
	}
	p := s.office(r, v.Title, Link{Text: "任务台账", URL: "/ledger"}, Link{Text: id.Number()})
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	p.Data = map[string]any{"D": v, "Rules": s.Ledger.Rules, "Kinds": letter.Kinds, "Units": s.unitNames(), "Today": s.today(), "Once": newOnce()}
	return s.render(w, status, "duty.html", p)
}

// offers are the acts that the person may do on the duty as it is now.
func offers(by ledger.Actor, d *ledger.Duty, no *refused) []offered {
	var out []offered
	for _, a := range dutyActs {
		if a.states != nil && !slices.Contains(a.states, d.State) || !by.MayOn(acts[a.access], d) {
			continue
		}
		switch a.name {
		case "sign":
			if !slices.ContainsFunc(d.Parties, func(p ledger.Party) bool {
				return p.SignedAt.IsZero() && slices.Contains(by.Units(ledger.ActSign), p.Unit)
			}) {
				continue
			}
		case "ask":
			if d.Asked != nil || d.Due.IsZero() {
				continue
			}
		case "extend":
			if d.Asked == nil {
				continue
			}
		case "decide":
			if len(d.Flags) == 0 {
				continue
			}
		case "split":
			if d.Parent != 0 {
				continue
			}
		case "check":
			if by.Account == d.ClaimedBy {
				continue
			}
		}
		o := offered{Name: a.name, Title: a.title, Files: a.files, Typed: url.Values{}, Main: slices.Contains(mainActs, a.name)}
		if no != nil && no.Act == a.name {
			o.Open, o.Wrong, o.Typed = true, no.Err, no.Typed
		}
		out = append(out, o)
	}
	return out
}

// mainActs move a duty on; the page shows them open, the others folded.
var mainActs = []string{"confirm", "issue", "sign", "report", "check", "close", "extend", "decide", "resume"}

// evidence is a file of a duty, for those who may see the duty.
func (s *Server) evidence(w http.ResponseWriter, r *http.Request) error {
	id, err := dutyID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var f ledger.File
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = s.Ledger.FileOf(ctx, tx, by, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	disposition := "attachment"
	if strings.HasPrefix(f.MediaType, "image/") && f.MediaType != "image/heic" {
		disposition = "inline"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err = w.Write(b)
	return err
}

// namesOf are the names of the accounts that have done something.
func (s *Server) namesOf(ctx context.Context, tx *db.Tx, steps []ledger.Step) (map[string]string, error) {
	out := map[string]string{ledger.System.Account: ledger.System.Name}
	people, err := personnel.Persons(ctx, tx, s.countyCode, "")
	for _, p := range people {
		if p.Account != "" {
			out[p.Account] = p.Name
		}
	}
	return out, err
}

// unitNames are the units that a form may offer.
func (s *Server) unitNames() []string {
	var out []string
	for _, u := range s.County.Directory.Units() {
		switch u.Kind.Chinese() {
		case "一类主体", "企业", "职务和角色", "上级机关":
		default:
			out = append(out, u.Name)
		}
	}
	return out
}

func init() {
	for _, a := range dutyActs {
		flashes[a.name] = "已办理：" + a.title + "。"
	}
}
