package web

import (
	"context"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/duty"
	"zhixing/ledger"
	"zhixing/publication"
)

// intakeRoutes is how duties come onto the ledger: from the text, by hand, from a spreadsheet; and how they leave it as one.
var intakeRoutes = []route{
	{"GET /intake", editLedger, false, false, (*Server).intakes, "任务确认：哪些公文有待确认、待交办的任务；?show=all 全部"},
	{"GET /intake/{key...}", editLedger, false, false, (*Server).intake, "一件公文的任务逐条确认，左为原文右为读出；other 是没有公文依据的"},
	{"POST /ledger/bulk/confirm", editLedger, false, false, bulk("confirm"), "确认所选任务"},
	{"POST /ledger/bulk/issue", editLedger, false, false, bulk("issue"), "交办所选或查出的任务"},
	{"GET /ledger/new", editLedger, false, false, (*Server).enterForm, "手工新增任务"},
	{"POST /ledger/new", editLedger, false, false, (*Server).enterDuty, "手工新增任务"},
	{"GET /ledger.xlsx", exportLedger, false, false, (*Server).ledgerSheet, "台账导出 Excel，可修改后导入；?full=1 附全过程"},
	{"GET /ledger/import", editLedger, false, false, (*Server).importForm, "导入台账：上传表格"},
	{"POST /ledger/import", editLedger, false, true, (*Server).importFile, "导入台账：核对表格，不写台账"},
	{"GET /ledger/imports", editLedger, false, false, (*Server).imports, "历次导入"},
	{"GET /ledger/imports/{id}", editLedger, false, false, (*Server).importPage, "一次导入：预览，或做了什么"},
	{"POST /ledger/imports/{id}/apply", editLedger, false, false, (*Server).applyImport, "导入无误的行"},
	{"POST /ledger/imports/{id}/drop", editLedger, false, false, (*Server).dropImport, "放弃一次导入"},
	{"POST /ledger/imports/{id}/undo", editLedger, false, false, (*Server).undoImport, "撤销一次导入"},
	{"POST /ledger/views", seeLedger, false, false, (*Server).saveView, "保存常用查询"},
	{"POST /ledger/views/drop", seeLedger, false, false, (*Server).dropView, "删去常用查询"},
}

func init() {
	maps.Copy(flashes, map[string]string{
		"bulkconfirm": "所选任务已确认。", "bulkissue": "所选任务已交办，各单位已收到签收通知。", "entered": "任务已列入台账。", "enteredconfirmed": "任务已列入台账并确认。",
		"imported": "已导入。", "undone": "导入已撤销。", "dropped": "已放弃这次导入，台账没有改动。", "view": "查询已保存。", "viewdrop": "已删去常用查询。",
	})
}

// intakeRow is one document of the list.
type intakeRow struct {
	ledger.Intake
	Title, No string
}

// intakes lists the documents that have duties to confirm or to issue.
func (s *Server) intakes(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	all := r.URL.Query().Get("show") == "all"
	var rows []intakeRow
	rest := 0
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := s.Ledger.Intakes(ctx, tx, by)
		if err != nil {
			return err
		}
		for _, in := range list {
			if !all && !in.Open() {
				rest++
				continue
			}
			row := intakeRow{Intake: in, Title: "没有公文依据的任务", No: "手工录入、导入"}
			if in.Doc != "" {
				row.Title, row.No = string(in.Doc), in.Doc.No()
				heads, err := publication.Heads(ctx, tx, s.countyCode, []publication.Key{in.Doc})
				if err != nil {
					return err
				}
				if len(heads) > 0 {
					row.Title, row.No = heads[0].Title, heads[0].No
				} else {
					row.No += "（已撤回）"
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := s.office(r, "任务确认", Link{Text: "任务确认"})
	p.Data = map[string]any{"Rows": rows, "All": all, "Rest": rest}
	return s.render(w, http.StatusOK, "intakes.html", p)
}

// URL is the address of the document's confirmation page.
func (i intakeRow) URL() string { return intakeURL(i.Doc) }

// intakeOther stands in the place of a key for duties without a published basis.
const intakeOther = "other"

func intakeURL(key publication.Key) string {
	if key == "" {
		key = intakeOther
	}
	return (&url.URL{Path: "/intake/" + string(key)}).EscapedPath()
}

// intakeCards is how many drafted duties stand on one page.
const intakeCards = 40

// take is one drafted duty beside the clause that it was read from.
type take struct {
	*ledger.Duty
	Said      template.HTML // the clause, with what was read marked; empty where the text has no such clause
	Proposed  bool
	Inherited []string // 以下均需…: units that an earlier sentence adds
	Making    ledger.Making
	Doubts    []string
}

// Clear reports whether the duty may be confirmed with others at one press.
func (t take) Clear() bool { return len(t.Doubts) == 0 && len(t.Unknown) == 0 }

// TargetLines are the targets as the form shows them, one a line.
func (t take) TargetLines() string {
	var out []string
	for _, x := range t.Targets {
		out = append(out, x.Raw)
	}
	return strings.Join(out, "\n")
}

// intake is the confirmation page of one document.
func (s *Server) intake(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	name := r.PathValue("key")
	key := publication.Key("")
	if name != intakeOther {
		k, ok := publication.ParseKey(name)
		if !ok {
			return notFound("没有这件公文。")
		}
		key = k
	}
	page := 1
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 1 {
		page = n
	}
	sort := intakeSort{page: page, title: "没有公文依据的任务"}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.sortIntake(ctx, tx, by, key, &sort) })
	if err != nil {
		return err
	}
	all := pages(sort.Drafted, intakeCards)
	if page > all && sort.Drafted > 0 {
		return &redirectError{intakeURL(key)}
	}
	back := intakeURL(key)
	p := s.office(r, "任务确认："+sort.title, Link{Text: "任务确认", URL: "/intake"}, Link{Text: firstText(key.No(), sort.title)})
	p.Data = map[string]any{"Key": key, "Title": sort.title, "S": sort, "Takes": sort.takes, "Confirmed": sort.confirmed, "Back": back,
		"Pager": pagerOf(back, url.Values{}, page, all), "Asked": intakeQuery(key)}
	return s.render(w, http.StatusOK, "intake.html", p)
}

// intakeSort is the duties of one document by how far they have come.
type intakeSort struct {
	page      int // of the drafted ones
	title     string
	takes     []take
	confirmed []ledger.Row

	Withdrawn                  bool
	Drafted, Issued, Cancelled int
	Clear                      int // of the page's, those that may be confirmed at one press
	Lines                      int // that issuing the confirmed ones would make
}

func (s *Server) sortIntake(ctx context.Context, tx *db.Tx, by ledger.Actor, key publication.Key, out *intakeSort) error {
	list, err := s.Ledger.DutiesOf(ctx, tx, by, key)
	if err != nil {
		return err
	}
	texts := clauses{s: s, ctx: ctx, tx: tx, docs: map[docVersion]*clauseDoc{}}
	for _, d := range list {
		switch d.State {
		case ledger.Drafted:
			out.Drafted++
			if out.Drafted <= (out.page-1)*intakeCards || out.Drafted > out.page*intakeCards {
				continue
			}
			t, err := texts.take(d)
			if err != nil {
				return err
			}
			if out.takes = append(out.takes, t); t.Clear() {
				out.Clear++
			}
		case ledger.Confirmed:
			out.confirmed = append(out.confirmed, ledger.Row{Duty: d, Status: s.Ledger.Rules.Status(d, s.today())})
			out.Lines += len(s.Ledger.Making(d.Fields).Lines)
		case ledger.Cancelled:
			out.Cancelled++
		default:
			out.Issued++
		}
	}
	if key == "" {
		return nil
	}
	heads, err := publication.Heads(ctx, tx, s.countyCode, []publication.Key{key})
	switch {
	case err != nil:
		return err
	case len(heads) > 0:
		out.title = heads[0].Title
	case len(list) == 0:
		return notFound("没有这件公文。")
	default:
		out.title, out.Withdrawn = key.No(), true
	}
	return nil
}

// intakeQuery asks the ledger for the confirmed duties of a document.
func intakeQuery(key publication.Key) string {
	if key == "" {
		return ""
	}
	return url.Values{"doc": {string(key)}, "state": {string(ledger.Confirmed)}}.Encode()
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// more reads what the confirmation page lets a person put right beside the fields of every form: targets, one a line, and
// registers. A list of names that was left as it stood stays as it is: a name as printed may hold the sign that parts names.
func (f *form) more(was ledger.Fields, out *ledger.Fields) {
	if f.Has("registers") {
		out.Registers = ledger.NamesOf(f.Get("registers"))
	}
	for name, list := range map[string]struct {
		was []string
		out *[]string
	}{"lead": {was.Lead, &out.Lead}, "support": {was.Support, &out.Support}, "implement": {was.Implement, &out.Implement}, "registers": {was.Registers, &out.Registers}} {
		if f.Get(name) == strings.Join(list.was, "、") {
			*list.out = list.was
		}
	}
	if !f.Has("targets") {
		return
	}
	var targets []duty.Target
	for line := range strings.Lines(f.Get("targets")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if i := slices.IndexFunc(out.Targets, func(t duty.Target) bool { return t.Raw == line }); i >= 0 {
			targets = append(targets, out.Targets[i])
			continue
		}
		read := duty.Targets(line)
		if len(read) == 0 && f.bad == nil {
			f.bad = &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: "targets", Message: "“" + line + "”里没有读出目标，请写成“优良天数比例不低于85%”的样子；不是目标的请写进任务内容。"}
		}
		targets = append(targets, read...)
	}
	out.Targets = targets
}
