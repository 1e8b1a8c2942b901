package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/register"
)

// findingRoutes are what the rules found, what they cannot tell, and which of them are silenced. A finding is its unit's to see, and
// of those who see the whole county.
var findingRoutes = []route{
	{"GET /findings", seated, false, false, (*Server).findings, "问题：按规则、严重程度、单位、状态查询"},
	{"GET /findings.csv", seated, false, false, (*Server).findings, "问题导出 CSV，同样的参数"},
	{"GET /findings/unknown", seated, false, false, (*Server).findingsUnknown, "规则不能判定的，缺什么"},
	{"GET /findings/silences", seated, false, false, (*Server).silences, "静默的规则"},
	{"POST /findings/silences", seated, false, false, (*Server).putSilence, "静默一条规则，写明理由和期限"},
	{"POST /findings/silences/{id}/end", seated, false, false, (*Server).endSilence, "提前结束静默"},
	{"GET /findings/{id}", seated, false, false, (*Server).finding, "一个问题：看到的事实、历次发生、恢复的证据、补到数据后的变化"},
}

func init() {
	flashes["silenced"], flashes["unsilenced"] = "已静默，理由已记入操作留痕。", "已提前结束静默。"
}

// findingRows is how many findings stand on one page, and in one table that is taken out.
const (
	findingRows  = 50
	findingTable = 10_000
)

// caseSubject is the address of the page about what a finding is about; empty where there is none.
func caseSubject(w *works.Works, address string) string {
	name, key, ok := strings.Cut(address, "/")
	if !ok {
		return ""
	}
	if _, ok := w.Registers.Schema(register.Name(name)); ok {
		return "/lists/" + name + "/e/" + url.PathEscape(key)
	}
	if w.Observations.Definition(observation.SeriesName(name)) != nil {
		return "/series/" + name + "/" + url.PathEscape(key)
	}
	return ""
}

// caseSeer is the signed-in person, if he may see cases and findings at all.
func (s *Server) caseSeer(r *http.Request) (ledger.Actor, *works.Works, error) {
	by, err := s.member(r)
	if err != nil {
		return by, nil, err
	}
	if !cases.May(by, cases.ActSee) {
		return by, nil, forbidden("您的职务不能查看问题和闭环事项。")
	}
	w, err := s.works()
	return by, w, err
}

// findingQuery is the question of a findings address.
type findingQuery struct {
	finding.Query
	Policy   string
	Severity finding.Severity
}

func (s *Server) findingQuery(w *works.Works, q url.Values) (findingQuery, error) {
	out := findingQuery{Policy: q.Get("policy"), Severity: finding.Severity(q.Get("severity"))}
	out.Query = finding.Query{Rule: q.Get("rule"), Subject: q.Get("subject"), Entry: q.Get("entry"), State: finding.State(q.Get("state")), Unit: strings.TrimSpace(q.Get("unit")),
		Inhibited: q.Get("behind") == "1", Size: findingRows}
	switch out.State {
	case "", finding.Open, finding.Recovered, finding.Void:
	default:
		return out, badRequest("没有这种状态。")
	}
	if out.Severity != "" && !slices.Contains([]finding.Severity{finding.Minor, finding.Serious, finding.Grave}, out.Severity) {
		return out, badRequest("没有这种严重程度。")
	}
	for _, d := range []struct {
		to   *time.Time
		name string
		more int
	}{{&out.From, "from", 0}, {&out.To, "to", 1}} {
		var day calendar.Date
		if err := day.UnmarshalText([]byte(q.Get(d.name))); err != nil {
			return out, badRequest("日期写作 2023-10-31 的样子。")
		}
		if !day.IsZero() {
			*d.to = day.AddDays(d.more).Time()
		}
	}
	if a := q.Get("after"); a != "" {
		n, err := strconv.ParseInt(a, 10, 64)
		if err != nil || n < 1 {
			return out, badRequest("没有这一页。")
		}
		out.After = finding.ID(n)
	}
	if out.Policy != "" {
		for _, r := range w.Judge.Rules {
			if r.Policy == out.Policy {
				out.Rules = append(out.Rules, r.ID)
			}
		}
		if len(out.Rules) == 0 {
			out.Rules = []string{"-"} // none
		}
	}
	return out, nil
}

// findingsOf are the findings that the question asks for and the person may see, newest first; more says that others follow.
func (s *Server) findingsOf(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor, q findingQuery, most int) (out []finding.Finding, more bool, err error) {
	all := []string{""}
	if q.Unit != "" {
		all = s.caseUnitNames(ledger.Actor{}, q.Unit)
	}
	units := all
	if !cases.Everywhere(by, cases.ActSee) {
		units = s.caseUnitNames(by, q.Unit)
		if len(s.leads(w, by)) > 0 { // those of every unit, looked through below
			units = append(units, all...)
		}
	}
	const batch = 1000
	for _, u := range units {
		ask := q.Query
		ask.Unit, ask.Size = u, batch
		for got := 0; got <= most; {
			list, err := w.Judge.Findings(ctx, tx, ask)
			if err != nil {
				return nil, false, err
			}
			for _, f := range list {
				if (q.Severity == "" || f.Severity == q.Severity) && s.findingMine(w, by, f) {
					out = append(out, f)
					got++
				}
			}
			if len(list) < batch {
				break
			}
			ask.After = list[len(list)-1].ID
		}
	}
	slices.SortFunc(out, func(a, b finding.Finding) int { return int(b.ID - a.ID) })
	out = slices.CompactFunc(out, func(a, b finding.Finding) bool { return a.ID == b.ID })
	if len(out) > most {
		return out[:most], true, nil
	}
	return out, false, nil
}

// caseUnitNames are the names under which policies may know a unit: its own and its others; without a unit, those of all units of the
// person. A unit that is not the person's gives none of its names.
func (s *Server) caseUnitNames(by ledger.Actor, unit string) []string {
	units := cases.Units(by, cases.ActSee)
	if unit != "" {
		unit = s.canonicalUnit(unit)
		if len(by.Seats) > 0 && !slices.Contains(units, unit) {
			return nil
		}
		units = []string{unit}
	}
	var out []string
	for _, u := range units {
		out = append(out, u)
		for _, name := range s.aliases(u) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// findingView is a finding in a list.
type findingView struct {
	finding.Finding
	Cite    cited
	About   string // address
	Case    cases.ID
	Rule    string
	RuleURL string
}

func findingViewOf(w *works.Works, docs addresses, f finding.Finding) findingView {
	v := findingView{Finding: f, Cite: docs.cite(f.Basis), About: caseSubject(w, f.Entry), Rule: f.Title}
	if v.About == "" {
		v.About = caseSubject(w, f.Subject)
	}
	if r := w.Judge.Rule(f.Rule); r != nil {
		v.Rule, v.RuleURL = r.Title, "/findings?rule="+url.QueryEscape(r.ID)
	}
	return v
}

// Name is what people call what the finding is about.
func (v findingView) Name() string {
	switch {
	case v.Label != "":
		return v.Label
	case v.Subject != "":
		return v.Subject
	}
	return "全县"
}

func (s *Server) findings(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, err := s.findingQuery(works, asked)
	if err != nil {
		return err
	}
	table := strings.HasSuffix(r.URL.Path, ".csv")
	most := findingRows
	if table {
		most = findingTable
	}
	var rows []findingView
	var more bool
	var tally finding.Tally
	unknown := 0
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		var list []finding.Finding
		if list, more, err = s.findingsOf(ctx, tx, works, by, q, most); err != nil {
			return err
		}
		for _, f := range list {
			v := findingViewOf(works, docs, f)
			if v.Case, err = works.Cases.CaseOf(ctx, tx, int64(f.ID)); err != nil {
				return err
			}
			rows = append(rows, v)
		}
		if table || !cases.Everywhere(by, cases.ActSee) {
			return nil
		}
		if tally, err = works.Judge.Tallies(ctx, tx); err != nil {
			return err
		}
		dark, err := works.Judge.Unknown(ctx, tx, "")
		unknown = len(dark)
		return err
	})
	if err != nil {
		return err
	}
	if table {
		if more {
			return badRequest("问题太多，一张表放不下。请按规则、单位或日期缩小范围。")
		}
		return writeCSV(w, "问题"+s.today().String()+".csv", findingSheet(rows))
	}
	asked.Del("done")
	next := ""
	if more {
		n := url.Values{}
		for k, v := range asked {
			n[k] = v
		}
		n.Set("after", strconv.FormatInt(int64(rows[len(rows)-1].ID), 10))
		next = "/findings?" + n.Encode()
	}
	open := 0
	for _, n := range tally.Open {
		open += n
	}
	p := s.office(r, "问题", Link{Text: "问题"})
	p.Data = map[string]any{"Rows": rows, "Next": next, "Q": q, "Asked": asked, "Rules": works.Judge.Rules, "Policies": works.Set.Policies, "Open": open, "Grave": tally.Grave,
		"Unknown": unknown, "All": cases.Everywhere(by, cases.ActSee), "Export": "/findings.csv?" + asked.Encode(), "Units": s.unitNames(), "Tally": tally.Open,
		"States": []finding.State{finding.Open, finding.Recovered, finding.Void}, "Severities": []finding.Severity{finding.Minor, finding.Serious, finding.Grave}}
	return s.render(w, http.StatusOK, "findings.html", p)
}

// findingSheet is findings as offices keep them.
func findingSheet(rows []findingView) [][]string {
	out := [][]string{{"编号", "问题", "规则", "对象", "情况", "严重程度", "状态", "责任单位", "乡镇", "发现时间", "次数", "最近", "恢复时间", "依据", "闭环事项"}}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(calendar.Zone).Format("2006-01-02 15:04")
	}
	for _, v := range rows {
		number := ""
		if v.Case != 0 {
			number = v.Case.Number()
		}
		out = append(out, []string{strconv.FormatInt(int64(v.ID), 10), v.Title, v.Rule, v.Name(), v.Says, string(v.Severity), string(v.State), v.Unit, v.Town, at(v.RaisedAt),
			strconv.Itoa(v.Times), at(v.LastAt), at(v.OverAt), v.Basis.String(), number})
	}
	return out
}

// findingMine reports whether a finding is the person's to see: his unit has to put it right, or leads the policy that looks for it.
func (s *Server) findingMine(w *works.Works, by ledger.Actor, f finding.Finding) bool {
	return cases.Everywhere(by, cases.ActSee) || slices.Contains(cases.Units(by, cases.ActSee), s.canonicalUnit(f.Unit)) || slices.Contains(s.leads(w, by), f.Policy)
}

// leads are the policies that the person's units lead.
func (s *Server) leads(w *works.Works, by ledger.Actor) []string {
	units := cases.Units(by, cases.ActSee)
	var out []string
	for _, p := range w.Set.Policies {
		if slices.Contains(units, s.canonicalUnit(p.Owner)) {
			out = append(out, p.ID)
		}
	}
	return out
}

func (s *Server) finding(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return notFound("没有这个问题。")
	}
	var v findingView
	var facts, evidence []seenView
	var seen []timeView
	var late []finding.Rejudged
	var quiet *cases.Silence
	var k *cases.Case
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		f, ok, err := works.Judge.Finding(ctx, tx, finding.ID(n))
		if err != nil {
			return err
		}
		if ok {
			if v.Case, err = works.Cases.CaseOf(ctx, tx, n); err != nil {
				return err
			}
			if v.Case != 0 {
				if k, err = works.Cases.Of(ctx, tx, by, v.Case); ledger.KindOf(err) == ledger.NotAllowed {
					k, err = nil, nil
				}
				if err != nil {
					return err
				}
			}
		}
		if !ok || k == nil && !s.findingMine(works, by, f) { // who has the case sees what it came from
			return notFound("没有这个问题，或者它与您所在单位无关。")
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		number := v.Case
		v = findingViewOf(works, docs, f)
		v.Case = number
		times, err := works.Judge.Occurrences(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		if late, err = works.Judge.Rejudged(ctx, tx, f.Rule, f.Subject); err != nil {
			return err
		}
		if facts, evidence, seen, err = s.factsOf(ctx, tx, works, &f, times); err != nil {
			return err
		}
		quiet, err = works.Cases.Quiet(ctx, tx, f.Rule, f.Subject)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, v.Title, Link{Text: "问题", URL: "/findings"}, Link{Text: strconv.FormatInt(n, 10)})
	p.Data = map[string]any{"F": v, "Facts": facts, "Evidence": evidence, "Times": seen, "Late": late, "Quiet": quiet, "Case": k, "Silence": cases.May(by, cases.ActSilence), "Def": works.Judge.Rule(v.Finding.Rule),
		"Other": works.Judge.Rule(v.Inhibited)}
	return s.render(w, http.StatusOK, "finding.html", p)
}

// findingsUnknown lists what rules cannot tell, with what lacks.
func (s *Server) findingsUnknown(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	type row struct {
		finding.Unknown
		Rule, About, Label string
	}
	var rows []row
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := works.Judge.Unknown(ctx, tx, r.URL.Query().Get("rule"))
		if err != nil {
			return err
		}
		mine, lead := s.caseUnitNames(by, ""), s.leads(works, by)
		words := s.seer(works)
		for _, u := range list {
			x := row{Unknown: u, Rule: u.Rule}
			at := u.Entry
			if at == "" {
				at = u.Subject
			}
			x.About, x.Lacks = caseSubject(works, at), works.Judge.InWords(u.Lacks)
			if x.Label, err = words.about(ctx, tx, u.Subject); err != nil {
				return err
			}
			if d := works.Judge.Rule(u.Rule); d != nil {
				x.Rule = d.Title
			}
			if d := works.Judge.Rule(u.Rule); !cases.Everywhere(by, cases.ActSee) && !slices.Contains(mine, u.Subject) && (d == nil || !slices.Contains(lead, d.Policy)) {
				continue
			}
			rows = append(rows, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := s.office(r, "不能判定", Link{Text: "问题", URL: "/findings"}, Link{Text: "不能判定"})
	p.Data = map[string]any{"Rows": rows, "Asked": r.URL.Query().Get("rule")}
	return s.render(w, http.StatusOK, "findings_unknown.html", p)
}

func (s *Server) silences(w http.ResponseWriter, r *http.Request) error {
	return s.silencePage(w, r, r.URL.Query(), nil)
}

func (s *Server) silencePage(w http.ResponseWriter, r *http.Request, typed url.Values, no *ledger.Error) error {
	by, works, err := s.caseSeer(r)
	if err != nil {
		return err
	}
	var list []cases.Silence
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = works.Cases.Silences(ctx, tx, by, s.now().AddDate(-1, 0, 0)); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "静默的规则", Link{Text: "问题", URL: "/findings"}, Link{Text: "静默"})
	p.Data = map[string]any{"List": list, "Names": names, "May": cases.May(by, cases.ActSilence), "Rules": works.Judge.Rules, "Typed": typed, "Wrong": no, "Now": s.now(),
		"Until": s.today().AddDays(7), "RuleName": func(id string) string {
			if d := works.Judge.Rule(id); d != nil {
				return d.Title
			}
			return id
		}}
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Kind]
	}
	return s.render(w, status, "silences.html", p)
}

func (s *Server) putSilence(w http.ResponseWriter, r *http.Request) error {
	return s.silenceAct(w, r, "silenced", func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, f *form) error {
		until := f.date("until")
		if f.bad != nil {
			return f.bad
		}
		x := cases.Silence{Rule: strings.TrimSpace(f.Get("rule")), Subject: strings.TrimSpace(f.Get("subject")), Reason: strings.TrimSpace(f.Get("reason"))}
		if !until.IsZero() {
			x.Until = until.AddDays(1).Time()
		}
		_, err := c.PutSilence(ctx, tx, by, x)
		return err
	})
}

func (s *Server) endSilence(w http.ResponseWriter, r *http.Request) error {
	return s.silenceAct(w, r, "unsilenced", func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, _ *form) error {
		n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			return notFound("没有这次静默。")
		}
		return c.EndSilence(ctx, tx, by, n)
	})
}

func (s *Server) silenceAct(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, *db.Tx, *cases.Cases, ledger.Actor, *form) error) error {
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
	var le *ledger.Error
	switch {
	case err == nil:
		return &redirectError{"/findings/silences?done=" + done}
	case errors.As(err, &le) && le.Kind == ledger.Invalid:
		return s.silencePage(w, r, f.Values, le)
	}
	return err
}
