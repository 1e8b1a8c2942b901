package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/register"
)

// inspectionRoutes are the checks by a checklist: planned, drawn by lot, filled in on the spot.
var inspectionRoutes = []route{
	{"GET /inspections", seated, false, false, (*Server).inspectionsPage, "检查：检查表、安排的、做过的、随机抽取记录；?checklist= ?planned=1"},
	{"POST /inspections/plan", seated, false, false, (*Server).planInspections, "安排检查"},
	{"POST /inspections/draw", seated, false, false, (*Server).drawInspections, "随机抽取检查对象和人员（双随机），记下种子"},
	{"GET /inspections/at/{checklist}", seated, false, false, (*Server).inspectionEntries, "选检查对象；?q= 查找"},
	{"GET /inspections/at/{checklist}/{key}", seated, false, false, (*Server).inspectionForm, "一个对象的检查表，手机填写：没有信号也能填"},
	{"POST /inspections/at/{checklist}/{key}", seated, false, true, (*Server).inspect, "提交检查表"},
	{"GET /inspections/{id}", seated, false, false, (*Server).inspection, "一次检查：安排的可填写，做过的看结果"},
	{"GET /inspection-files/{id}/{sha}", seated, false, false, (*Server).inspectionFile, "一次合格检查的照片；不合格的照片在事项里"},
}

func init() {
	flashes["inspected"], flashes["planned"], flashes["drawn"] = "检查表已提交。", "已安排检查。", "已抽取，种子已记入操作留痕。"
}

func (s *Server) inspectionsPage(w http.ResponseWriter, r *http.Request) error {
	return s.inspectionList(w, r, nil)
}

func (s *Server) inspectionList(w http.ResponseWriter, r *http.Request, no *refused) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q := cases.InspectionQuery{Checklist: asked.Get("checklist"), Unit: strings.TrimSpace(asked.Get("unit")), Planned: asked.Get("planned") == "1", Late: asked.Get("late") == "1"}
	if q.Unit != "" {
		q.Unit = s.canonicalUnit(q.Unit)
	}
	if b := asked.Get("before"); b != "" {
		if q.Before, err = strconv.ParseInt(b, 10, 64); err != nil {
			return badRequest("没有这一页。")
		}
	}
	var list []cases.Inspection
	var draws []cases.Draw
	var names map[string]string
	var people []personnel.Person
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = works.Cases.Inspections(ctx, tx, by, q); err != nil {
			return err
		}
		if draws, err = works.Cases.Draws(ctx, tx, by, 20); err != nil {
			return err
		}
		if people, err = personnel.Persons(ctx, tx, s.countyCode, ""); err != nil {
			return err
		}
		if docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		names, err = s.caseNames(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(p personnel.Person) bool { return p.Account == "" })
	type listed struct {
		cases.Checklist
		Cite cited
		Of   string
	}
	var lists []listed
	for _, l := range works.Cases.Checklists {
		x := listed{Checklist: l, Cite: docs.cite(l.Basis)}
		if sc, ok := works.Registers.Schema(l.Register); ok {
			x.Of = sc.Title
		}
		lists = append(lists, x)
	}
	next := ""
	if len(list) == 100 && !q.Planned {
		asked.Set("before", strconv.FormatInt(list[len(list)-1].ID, 10))
		next = "/inspections?" + asked.Encode()
	}
	p := s.office(r, "检查", Link{Text: "检查"})
	if no == nil {
		no = &refused{Typed: url.Values{}}
	}
	p.Data = map[string]any{"Lists": lists, "Rows": list, "Draws": draws, "Names": names, "People": people, "Q": q, "Next": next, "No": no, "Typed": no.Typed, "Today": s.today(),
		"May": cases.May(by, cases.ActPlan), "Due": s.today().AddDays(30), "Title": func(id string) string { l, _ := works.Cases.ChecklistOf(id); return l.Title }}
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "inspections.html", p)
}

func (s *Server) planInspections(w http.ResponseWriter, r *http.Request) error {
	return s.inspectionAct(w, r, "planned", "plan", func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, f *form) error {
		due := f.date("due")
		if f.bad != nil {
			return f.bad
		}
		_, err := c.Plan(ctx, tx, by, f.Get("checklist"), f.names("entries"), due)
		return err
	})
}

func (s *Server) drawInspections(w http.ResponseWriter, r *http.Request) error {
	return s.inspectionAct(w, r, "drawn", "draw", func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, f *form) error {
		d := cases.Drawing{Checklist: f.Get("checklist"), Entries: f.number("entries"), Each: f.number("each"), Inspectors: f.Values["inspectors"], Due: f.date("due")}
		d.Where.Town = strings.TrimSpace(f.Get("town"))
		if f.bad != nil {
			return f.bad
		}
		_, err := c.Draw(ctx, tx, by, d)
		return err
	})
}

func (s *Server) inspectionAct(w http.ResponseWriter, r *http.Request, done, name string, do func(context.Context, *db.Tx, *cases.Cases, ledger.Actor, *form) error) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		attempt := f
		return do(r.Context(), tx, works.Cases, by, &attempt)
	})
	if err == nil {
		return &redirectError{"/inspections?planned=1&done=" + done}
	}
	if le := caseRefusal(err); le != nil && le.Kind != ledger.NotAllowed {
		return s.inspectionList(w, r, &refused{name, le, f.Values})
	}
	return err
}

// caseRefusal is the refusal in an error, be it the cases' or a register's; nil where it is the operator's.
func caseRefusal(err error) *ledger.Error {
	var le *ledger.Error
	if errors.As(err, &le) {
		return le
	}
	var re *register.Error
	if errors.As(err, &re) {
		return &ledger.Error{Kind: ledger.Invalid, Op: "register", Message: register.Message(err), Err: err}
	}
	return nil
}

func (s *Server) checklistAt(w *works.Works, r *http.Request) (cases.Checklist, error) {
	l, ok := w.Cases.ChecklistOf(r.PathValue("checklist"))
	if !ok {
		return l, notFound("没有这张检查表。")
	}
	return l, nil
}

// inspectionEntries lets an inspector choose what he stands before.
func (s *Server) inspectionEntries(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	l, err := s.checklistAt(works, r)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.URL.Query().Get("q"))
	var page register.Page
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = works.Registers.List(ctx, tx, register.Inside, register.Query{Register: l.Register, Text: text, Size: 100})
		return err
	})
	if err != nil {
		if le := caseRefusal(err); le != nil {
			return badRequest(le.Message)
		}
		return err
	}
	p := s.office(r, l.Title, Link{Text: "检查", URL: "/inspections"}, Link{Text: l.Title})
	of, _ := works.Registers.Schema(l.Register)
	p.Data = map[string]any{"L": l, "Of": of, "Rows": page.Entries, "Q": text, "More": page.Next != ""}
	return s.render(w, http.StatusOK, "inspection_entries.html", p)
}

func (s *Server) inspectionForm(w http.ResponseWriter, r *http.Request) error {
	return s.inspectionPage(w, r, http.StatusOK, cases.Inspection{}, url.Values{}, nil)
}

// inspectionPage is the checklist of one entry, to be filled in.
func (s *Server) inspectionPage(w http.ResponseWriter, r *http.Request, status int, planned cases.Inspection, typed url.Values, no *ledger.Error) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	if !cases.May(by, cases.ActInspect) {
		return forbidden("您的职务不能提交检查表。")
	}
	id, key := r.PathValue("checklist"), r.PathValue("key")
	if planned.ID != 0 {
		id, key = planned.Checklist, planned.Entry
	}
	l, ok := works.Cases.ChecklistOf(id)
	if !ok {
		return notFound("没有这张检查表。")
	}
	var e *register.Entry
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if e, err = works.Registers.Get(ctx, tx, register.Inside, l.Register, key, register.AsOf{}); err != nil {
			return err
		}
		docs, err = s.addresses(ctx, tx, works)
		return err
	})
	if err != nil {
		if caseRefusal(err) != nil {
			return notFound("台账里没有这个检查对象。")
		}
		return err
	}
	type item struct {
		cases.CheckItem
		Cite      cited
		N         string
		Got, Said string
	}
	var items []item
	for n, x := range l.Items {
		at := strconv.Itoa(n)
		b := x.Basis
		if b.Document == "" {
			b = l.Basis
		}
		items = append(items, item{x, docs.cite(b), at, typed.Get("item" + at), typed.Get("said" + at)})
	}
	if typed.Get("planned") != "" && planned.ID == 0 {
		planned.ID, _ = strconv.ParseInt(typed.Get("planned"), 10, 64)
	}
	p := s.page(r, l.Title)
	p.Data = map[string]any{"L": l, "E": e, "Items": items, "Planned": planned, "Typed": typed, "Wrong": no, "Once": newOnce(), "MaxFiles": ledger.MaxFiles, "Title": "检查", "Back": "/inspections",
		"Action": "/inspections/at/" + url.PathEscape(l.ID) + "/" + url.PathEscape(e.Key)}
	return s.render(w, status, "inspectphone.html", p)
}

func (s *Server) inspect(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	l, err := s.checklistAt(works, r)
	if err != nil {
		return err
	}
	f, err := readCaseForm(r, true)
	if err != nil {
		return err
	}
	in := cases.Inspecting{Checklist: l.ID, Entry: r.PathValue("key"), Words: f.words("words"), Place: f.place, Files: f.uploads, Once: f.Get("once")}
	in.Planned = int64(f.number("planned"))
	for n, x := range l.Items {
		at := strconv.Itoa(n)
		switch f.Get("item" + at) {
		case "pass":
			in.Results = append(in.Results, cases.Result{Item: x.Name, Pass: true, Words: f.words("said" + at)})
		case "fail":
			in.Results = append(in.Results, cases.Result{Item: x.Name, Words: f.words("said" + at)})
		case "skip":
			in.Results = append(in.Results, cases.Result{Item: x.Name, Skip: true, Words: f.words("said" + at)})
		}
	}
	var got cases.Inspection
	if err = f.bad; err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			got, err = works.Cases.Inspect(r.Context(), tx, by, in)
			return err
		})
	}
	le := caseRefusal(err)
	switch {
	case err == nil && wantsJSON(r):
		return writeJSON(w, http.StatusOK, map[string]any{"done": "inspected", "inspection": got.ID})
	case err == nil:
		return &redirectError{"/inspections/" + strconv.FormatInt(got.ID, 10) + "?done=inspected"}
	case le != nil && wantsJSON(r):
		return le
	case le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState):
		return s.inspectionPage(w, r, ledgerStatus[le.Kind], cases.Inspection{}, f.Values, le)
	}
	return err
}

// inspection is one check: planned, as the form; done, with what it found.
func (s *Server) inspection(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return notFound("没有这次检查。")
	}
	var n cases.Inspection
	var names map[string]string
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if n, err = works.Cases.InspectionOf(ctx, tx, by, id); err != nil {
			return err
		}
		if docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		names, err = s.caseNames(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if n.DoneOn.IsZero() && cases.May(by, cases.ActInspect) && (n.Account == "" || n.Account == by.Account) {
		return s.inspectionPage(w, r, http.StatusOK, n, url.Values{}, nil)
	}
	l, _ := works.Cases.ChecklistOf(n.Checklist)
	asks := map[string]string{} // what an item asks, as long as the checklist still has it
	for _, x := range l.Items {
		asks[x.Name] = x.Ask
	}
	p := s.office(r, l.Title, Link{Text: "检查", URL: "/inspections"}, Link{Text: l.Title + "：" + n.Label})
	p.Data = map[string]any{"N": n, "L": l, "Cite": docs.cite(l.Basis), "Asks": asks, "Names": names, "Today": s.today(), "About": caseSubject(works, string(n.Register)+"/"+n.Entry)}
	return s.render(w, http.StatusOK, "inspection.html", p)
}

func (s *Server) inspectionFile(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return notFound("没有这次检查。")
	}
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	var f cases.File
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = works.Cases.InspectionFile(ctx, tx, by, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	return caseSendFile(w, f.Name, f.MediaType, b)
}
