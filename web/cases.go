package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy/works"
)

// caseRoutes are the cases: what has to be put right, by whom and by when, and all that is done about it.
var caseRoutes = slicesConcat([]route{
	{"GET /cases", seated, false, false, (*Server).caseList, "闭环事项：查询、本单位待办（?mine=1）；?on= 看某天的情形"},
	{"GET /cases.csv", seated, false, false, (*Server).caseList, "闭环事项导出 CSV，同样的参数"},
	{"GET /cases.json", seated, false, false, (*Server).caseList, "闭环事项数据，同样的参数"},
	{"GET /cases/{id}", seated, false, false, (*Server).caseOne, "一个事项的全过程和办理；?on= 看某天的情形"},
	{"GET /cases/{id}/files/{sha}", seated, false, false, (*Server).caseFile, "事项的证据"},
}, caseActRoutes(), casePhoneRoutes, inspectionRoutes, hotlineRoutes, caseLetterRoutes)

// caseDesk is what waits for the person's units, for the page that he opens in the morning.
func (s *Server) caseDesk(r *http.Request, by ledger.Actor) (desk cases.Desk, err error) {
	w, err := s.works()
	if err != nil || !cases.May(by, cases.ActSee) {
		return desk, nil // a county without policies has no cases
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		desk, err = w.Cases.DeskOf(ctx, tx, by, 20)
		return err
	})
	return desk, err
}

// caseUnits are units that a case may go to, for the forms.
func (s *Server) caseUnits(w *works.Works) []string {
	out := s.unitNames()
	for _, b := range w.Cases.Below {
		out = append(out, b.Name)
	}
	return out
}

// caseQuery reads the question of a cases address.
func (s *Server) caseQuery(q url.Values) (cases.Query, error) {
	out := cases.Query{State: cases.State(q.Get("state")), Open: q.Get("open") == "1", Late: q.Get("late") == "1", Rule: q.Get("rule"), Subject: q.Get("subject"),
		Ladder: q.Get("ladder"), Service: q.Get("service"), Source: cases.Source(q.Get("source")), Severity: finding.Severity(q.Get("severity")),
		Listed: q.Get("listed") == "1", Text: strings.TrimSpace(q.Get("q")), Sort: cases.Sort(q.Get("sort")), After: q.Get("after")}
	for _, u := range []struct {
		to   *string
		name string
	}{{&out.Unit, "unit"}, {&out.Holder, "holder"}, {&out.Town, "town"}} {
		if *u.to = strings.TrimSpace(q.Get(u.name)); *u.to != "" {
			*u.to = s.canonicalUnit(*u.to)
		}
	}
	for _, d := range []struct {
		to   *calendar.Date
		name string
	}{{&out.From, "from"}, {&out.To, "to"}, {&out.On, "on"}} {
		if err := d.to.UnmarshalText([]byte(q.Get(d.name))); err != nil {
			return out, badRequest("日期写作 2023-10-31 的样子。")
		}
	}
	if s.today().Before(out.On) {
		return out, badRequest("?on= 应为今天或以前的日期。")
	}
	if out.State != "" && !slices.Contains(cases.States, out.State) {
		return out, badRequest("没有这种状态。")
	}
	if out.Sort != cases.Newest && out.Sort != cases.ByDue {
		return out, badRequest("没有这种排序。")
	}
	return out, nil
}

// caseSources are the sources in the order in which forms offer them.
var caseSources = []cases.Source{cases.ByFinding, cases.ByCheck, cases.ByCitizen, cases.ByHotline, cases.ByGrid, cases.ByOpen311, cases.BySplit}

func (s *Server) caseList(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, err := s.caseQuery(asked)
	if err != nil {
		return err
	}
	if form := strings.TrimPrefix(r.URL.Path, "/cases"); form != "" {
		return s.caseExport(w, r, works, by, q, form)
	}
	var page cases.Page
	var desk cases.Desk
	var stats cases.Stats
	mine := asked.Get("mine") == "1"
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if mine {
			if desk, err = works.Cases.DeskOf(ctx, tx, by, 200); err != nil {
				return err
			}
			page.Rows, page.Total = desk.Waiting, desk.Total
		} else if page, err = works.Cases.List(ctx, tx, by, q); err != nil {
			return err
		}
		whole := q
		whole.State, whole.Open, whole.Late, whole.After = "", false, false, ""
		stats, err = works.Cases.StatsOf(ctx, tx, by, whole)
		return err
	})
	if err != nil {
		return err
	}
	asked.Del("done")
	change := func(k, v string) string { return caseWith(asked, k, v) }
	next := ""
	if page.Next != "" {
		next = change("after", page.Next)
	}
	tabs := []tab{{"本单位待办", "/cases?mine=1", "", desk.Total, mine}, {"未办结", change("open", "1"), "", stats.Open, q.Open && !q.Late}, {"逾期", change("late", "1"), "red", stats.Late, q.Late}}
	for _, st := range cases.Limited {
		tabs = append(tabs, tab{"待" + string(st), change("state", string(st)), "", stats.States[st], q.State == st})
	}
	tabs = append(tabs, tab{"已办结", change("state", string(cases.Closed)), "green", stats.States[cases.Closed], q.State == cases.Closed})
	if !mine {
		tabs = tabs[1:]
	}
	p := s.office(r, "闭环事项", Link{Text: "闭环事项"})
	p.Data = map[string]any{"Rows": page.Rows, "Total": page.Total, "Next": next, "Q": q, "Asked": asked, "Stats": stats, "Tabs": tabs, "Mine": mine,
		"Export": "?" + asked.Encode(), "States": cases.States, "Sources": caseSources, "Services": works.Cases.Services, "Ladders": works.Cases.Ladders, "Units": s.caseUnits(works),
		"Severities": []finding.Severity{finding.Minor, finding.Serious, finding.Grave}, "Narrowed": len(asked) > 0, "Now": caseWith(asked, "on", ""),
		"May": map[string]bool{"report": cases.May(by, cases.ActReport), "import": cases.May(by, cases.ActImport), "export": cases.May(by, cases.ActExport)}}
	return s.render(w, http.StatusOK, "cases.html", p)
}

// caseWith is the cases' address with one word of the question put in another way, from its first page.
func caseWith(q url.Values, k, v string) string {
	n := url.Values{}
	for key, vals := range q {
		if key != "after" && key != "mine" {
			n[key] = vals
		}
	}
	if k == "state" || k == "open" || k == "late" {
		n.Del("state")
		n.Del("open")
		n.Del("late")
	}
	n.Set(k, v)
	if v == "" {
		n.Del(k)
	}
	if len(n) == 0 {
		return "/cases"
	}
	return "/cases?" + n.Encode()
}

func (s *Server) caseExport(w http.ResponseWriter, r *http.Request, works *works.Works, by ledger.Actor, q cases.Query, form string) error {
	q.After = ""
	var table [][]string
	var rows []*cases.Case
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if !cases.May(by, cases.ActExport) {
			return forbidden("您的职务不能导出事项。")
		}
		if form == ".json" {
			return works.Cases.Each(ctx, tx, by, q, func(x cases.Row) error {
				rows = append(rows, x.Case)
				return nil
			})
		}
		table = [][]string{cases.Columns}
		return works.Cases.Export(ctx, tx, by, q, func(cells []string) error {
			table = append(table, cells)
			return nil
		})
	})
	if err != nil {
		return err
	}
	if form == ".json" {
		type item struct {
			ID     cases.ID      `json:"id"`
			Number string        `json:"number"`
			Due    calendar.Date `json:"due,omitzero"`
			*cases.Case
		}
		var out []item
		for _, k := range rows {
			out = append(out, item{k.ID, k.ID.Number(), k.Due(), k})
		}
		return writeJSON(w, http.StatusOK, map[string]any{"items": orEmpty(out)})
	}
	return writeCSV(w, "闭环事项"+s.today().String()+".csv", table)
}

func caseID(r *http.Request) (cases.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这个事项。")
	}
	return cases.ID(n), nil
}

// casePage is all that the page of a case shows.
type casePage struct {
	*cases.Case
	Steps    []cases.Step
	Coming   []cases.Firing
	Holdings []cases.Holding
	Letters  []ledger.Paper
	Matches  []cases.Match
	Contacts []cases.Contact // of those who reported, for those who may know
	Acts     []caseOffer
	Ladder   cases.Ladder
	Service  string
	Cite     cited
	Findings []caseFinding
	On       calendar.Date // zero: now
	Names    map[string]string
	Late     bool
	Files    []cases.File // pictures that may be exposed
}

// caseFinding is a finding that the case carries.
type caseFinding struct {
	cases.Link
	About string
	Times int // it was seen; the case itself was told only of some of them
}

// Lived are the steps, newest first.
func (v casePage) Lived() []cases.Step {
	out := slices.Clone(v.Steps)
	slices.Reverse(out)
	return out
}

func (s *Server) caseOne(w http.ResponseWriter, r *http.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	return s.caseShow(w, r, id, nil)
}

func (s *Server) caseShow(w http.ResponseWriter, r *http.Request, id cases.ID, no *refused) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	c := works.Cases
	var v casePage
	var times map[int64]int
	var on calendar.Date
	if past := r.URL.Query().Get("on"); past != "" {
		if err := on.UnmarshalText([]byte(past)); err != nil || s.today().Before(on) {
			return badRequest("?on= 应为今天或以前的日期，写作 2023-09-07 的样子。")
		}
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Case, err = c.Of(ctx, tx, by, id); err != nil {
			return err
		}
		if !on.IsZero() {
			v.On = on
			if v.Case, v.Steps, err = c.On(ctx, tx, by, id, on); err != nil {
				return err
			}
			if v.Case == nil {
				return notFound("这一天还没有这个事项。")
			}
		} else if v.Steps, err = c.StepsOf(ctx, tx, id); err != nil {
			return err
		}
		if v.Letters, err = c.LettersOf(ctx, tx, by, id); err != nil {
			return err
		}
		if v.Matches, err = c.Matches(ctx, tx, by, id); err != nil {
			return err
		}
		if v.Contacts, err = c.ReporterOf(ctx, tx, by, id); ledger.KindOf(err) == ledger.NotAllowed || ledger.KindOf(err) == ledger.WrongState {
			v.Contacts, err = nil, nil
		}
		if err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		v.Cite = s.caseBasis(works, docs, v.Case)
		if times, err = caseTimes(ctx, tx, works, v.Case, v.On); err != nil {
			return err
		}
		v.Names, err = s.caseNames(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	v.Ladder, v.Holdings = c.LadderOf(v.Case.Ladder), c.Holdings(v.Case, s.now())
	if x, ok := c.ServiceOf(v.Case.Service); ok {
		v.Service = x.Name
	}
	for _, l := range v.Case.Findings {
		v.Findings = append(v.Findings, caseFinding{l, caseSubject(works, l.Subject), times[l.ID]})
	}
	for _, st := range v.Steps {
		if client, ok := strings.CutPrefix(st.By, "token/"); ok {
			v.Names[st.By] = client
		}
		for _, f := range st.Data.Files {
			if strings.HasPrefix(f.MediaType, "image/") {
				v.Files = append(v.Files, f)
			}
		}
	}
	v.Late = v.Open() && !v.Due().IsZero() && v.Due().Before(s.today())
	if on.IsZero() {
		v.Coming = c.Pending(v.Case)
		slices.Reverse(v.Coming)
		v.Acts = caseOffers(c, by, v.Case, no)
	}
	p := s.office(r, v.Title, Link{Text: "闭环事项", URL: "/cases"}, Link{Text: id.Number()})
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	p.Data = map[string]any{"K": v, "Units": s.caseUnits(works), "Once": newOnce(), "Reasons": cases.Reasons, "Today": s.today()}
	return s.render(w, status, "case.html", p)
}

// caseTimes is how often each finding of a case has been seen: by now, and of a past day as far as the case was told by then.
func caseTimes(ctx context.Context, tx *db.Tx, w *works.Works, k *cases.Case, on calendar.Date) (map[int64]int, error) {
	out := map[int64]int{}
	for _, l := range k.Findings {
		out[l.ID] = l.Times
		if !on.IsZero() {
			continue
		}
		f, ok, err := w.Judge.Finding(ctx, tx, finding.ID(l.ID))
		if err != nil {
			return nil, err
		}
		if ok {
			out[l.ID] = max(l.Times, f.Times)
		}
	}
	return out, nil
}

// caseBasis is the clause of a case with its address: that of the rule that found it, else that of its ladder.
func (s *Server) caseBasis(w *works.Works, docs addresses, k *cases.Case) cited {
	for _, l := range k.Findings {
		if d := w.Judge.Rule(l.Rule); d != nil && d.Basis.String() == k.Basis {
			return docs.cite(d.Basis)
		}
	}
	if l := w.Cases.LadderOf(k.Ladder); l.Basis.String() == k.Basis {
		return docs.cite(l.Basis)
	}
	return cited{Text: k.Basis}
}

// caseNames are the names of accounts, with those that are nobody's.
func (s *Server) caseNames(ctx context.Context, tx *db.Tx) (map[string]string, error) {
	out := map[string]string{ledger.System.Account: ledger.System.Name, "public": "反映人"}
	people, err := personnel.Persons(ctx, tx, s.countyCode, "")
	for _, p := range people {
		if p.Account != "" {
			out[p.Account] = p.Name
		}
	}
	return out, err
}

// caseFile is a piece of evidence, for those who may see the case.
func (s *Server) caseFile(w http.ResponseWriter, r *http.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	var f cases.File
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = works.Cases.FileOf(ctx, tx, by, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	return caseSendFile(w, f.Name, f.MediaType, b)
}

// caseSendFile answers with a file that somebody uploaded: pictures in the page, all else to be kept.
func caseSendFile(w http.ResponseWriter, name, media string, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", media)
	disposition := "attachment"
	if strings.HasPrefix(media, "image/") && media != "image/heic" {
		disposition = "inline"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err := w.Write(b)
	return err
}
