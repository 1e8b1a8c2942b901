package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/publication"
	"zhixing/register"
	"zhixing/rule"
)

// policyRoutes are the policies: what each document orders to be kept, measured and met, and how that stands.
var policyRoutes = []route{
	{"GET /policies", seeLedger, false, false, (*Server).policies, "政策包：每份公文要求建的台账、测的数值、达的指标；重新载入"},
	{"GET /policies/{id}", seeLedger, false, false, (*Server).policy, "一个政策包：逐条列出由什么承担、现在怎样；数值、例子"},
	{"POST /policies/reload", editLedger, false, false, (*Server).reloadPolicies, "重新载入县文件夹里的政策包"},
	{"GET /open/policies", everybody, false, false, (*Server).openPolicies, "政策包，公开"},
	{"GET /open/policies/{id}", everybody, false, false, (*Server).openPolicy, "一个政策包：逐条列出由什么承担、现在怎样，公开"},
}

func init() { flashes["reloaded"] = "已重新载入，自现在起按新的政策包运行。" }

// policyRow is a policy in the list.
type policyRow struct {
	policy.Policy
	Cite   cited
	Counts map[string]int // by kind
	Open   int            // findings
	Late   int            // obligations
}

func (s *Server) policies(w http.ResponseWriter, r *http.Request) error {
	return s.policyList(w, r, s.office(r, "政策包", Link{Text: "政策包"}), true)
}

func (s *Server) openPolicies(w http.ResponseWriter, r *http.Request) error {
	return s.policyList(w, r, s.page(r, "政策包", home, Link{Text: "政策包"}), false)
}

func (s *Server) policyList(w http.ResponseWriter, r *http.Request, p *Page, inside bool) error {
	ww, err := s.works()
	if err != nil {
		return err
	}
	var rows []policyRow
	var versions []works.Version
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if inside {
			if versions, err = works.Versions(ctx, tx, s.countyCode); err != nil {
				return err
			}
		}
		st, err := standings(ctx, tx, ww)
		if err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, ww)
		if err != nil {
			return err
		}
		for _, pol := range ww.Set.Policies {
			row := policyRow{Policy: pol, Cite: docs.cite(pol.Basis), Counts: map[string]int{}}
			for _, i := range ww.Set.Items {
				if i.Policy != pol.ID {
					continue
				}
				row.Counts[string(i.Kind)]++
				switch i.Kind {
				case policy.RuleItem:
					row.Open += st.findings.Open[i.ID]
				case policy.ObligationItem:
					row.Late += st.late[i.ID]
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	by, _ := s.member(r)
	var trouble error
	if inside && s.Live != nil {
		trouble = s.Live.Trouble()
	}
	p.Data = map[string]any{"Rows": rows, "Versions": versions, "Trouble": trouble, "Inside": inside, "Draft": inside && by.May(ledger.ActEdit), "Reload": inside && s.Live != nil && by.May(ledger.ActEdit), "Wrong": "",
		"Later": later(ww), "Day": ww.Day}
	return s.render(w, http.StatusOK, "policies.html", p)
}

// later are the policies of the folder that are not in force on the day.
func later(w *works.Works) (out []policy.Policy) {
	for _, p := range w.County.Policies.Policies {
		if !p.Hold(w.Day) {
			out = append(out, p)
		}
	}
	return out
}

// reloadPolicies reads the folder again. What is wrong with it is shown, with file and line, and the old policies stay in force.
func (s *Server) reloadPolicies(w http.ResponseWriter, r *http.Request) error {
	ww, err := s.works()
	if err != nil {
		return err
	}
	if s.Live == nil {
		return notFound("这个站点不能重新载入。")
	}
	if _, err := s.Live.Reload(r.Context(), string(sessionOf(r).User.Name)); err != nil {
		p := s.office(r, "政策包", Link{Text: "政策包", URL: "/policies"}, Link{Text: "没有载入"})
		p.Data = map[string]any{"Wrong": err.Error(), "Inside": true, "Draft": false, "Reload": true, "Day": ww.Day, "Rows": []policyRow(nil), "Versions": []works.Version(nil), "Trouble": nil, "Later": []policy.Policy(nil)}
		return s.render(w, http.StatusConflict, "policies.html", p)
	}
	http.Redirect(w, r, "/policies?done=reloaded", http.StatusSeeOther)
	return nil
}

// standing is how everything that policies define stands now, asked for once for a page.
type standing struct {
	works    *works.Works
	findings finding.Tally
	late     map[string]int // obligations, by register/obligation
	lacking  map[string]int // units without an entry, by register/complete
	silent   map[string]int // series, by definition
	places   map[string]int // series, by definition
}

func standings(ctx context.Context, tx *db.Tx, w *works.Works) (st standing, err error) {
	st = standing{works: w, lacking: map[string]int{}, silent: map[string]int{}, places: map[string]int{}}
	if st.findings, err = w.Judge.Tallies(ctx, tx); err != nil {
		return st, err
	}
	if st.late, err = w.Registers.LateCounts(ctx, tx); err != nil {
		return st, err
	}
	lacking, err := w.Registers.Lacking(ctx, tx)
	if err != nil {
		return st, err
	}
	for _, l := range lacking {
		st.lacking[string(l.Schema.Name)+"/"+l.Complete.ID] += len(l.Units)
	}
	silent, err := w.Observations.SilentNow(ctx, tx)
	if err != nil {
		return st, err
	}
	for _, x := range silent {
		st.silent[string(x.Series.Name)]++
	}
	return st, nil
}

// itemView is one definition under its clause, and how it stands.
type itemView struct {
	*policy.Item
	URL    string
	Stands string
	Bad    bool // something wants doing
}

// itemURL is the address of the page of an item, empty where there is none; false where the public has no business with the item.
func itemURL(w *works.Works, i *policy.Item, inside bool) (address string, shown bool) {
	b := &seriesBase{Inside: inside, works: w}
	name, _, _ := strings.Cut(i.ID, "/")
	switch i.Kind {
	case policy.RegisterItem, policy.ObligationItem, policy.CompleteItem:
		schema, ok := w.Registers.Schema(register.Name(name))
		return b.root() + "/lists/" + name, ok && (inside || schema.Public)
	case policy.SeriesItem:
		_, _, ok := b.shownDefinition(i.ID)
		return b.root() + "/series/" + i.ID, ok
	case policy.IndicatorItem:
		in := w.Judge.Indicator(i.ID)
		return b.root() + "/indicators/" + i.ID, in != nil && b.sees(in)
	case policy.DutyItem:
		if k, ok := publication.ParseKey(i.Basis.Document); ok {
			return outcomeURL(k), true
		}
	case policy.ValueItem:
		return "#value-" + i.ID, true
	case policy.ServiceItem:
		return "/open/report?service=" + url.QueryEscape(i.ID), true
	}
	if !inside {
		return "", true
	}
	switch i.Kind {
	case policy.RuleItem:
		return "/findings?rule=" + url.QueryEscape(i.ID), true
	case policy.LadderItem:
		return "/cases?ladder=" + i.ID, true
	case policy.ChecklistItem:
		return "/inspections?checklist=" + i.ID, true
	case policy.BulletinItem:
		return "/bulletins/" + i.ID, true
	case policy.SendItem:
		return "/sends#" + i.ID, true
	}
	return "", true
}

// view shows an item; false where the public has no business with it.
func (st standing) view(ctx context.Context, tx *db.Tx, i *policy.Item, inside bool) (itemView, bool, error) {
	v := itemView{Item: i}
	var shown bool
	if v.URL, shown = itemURL(st.works, i, inside); !shown {
		return v, false, nil
	}
	count := func(n int, words, none string) {
		if v.Stands, v.Bad = none, n > 0; v.Bad {
			v.Stands = fmt.Sprintf(words, n)
		}
	}
	switch i.Kind {
	case policy.ObligationItem:
		count(st.late[i.ID], "逾期 %d 件", "没有逾期")
	case policy.CompleteItem:
		count(st.lacking[i.ID], "还缺 %d 个单位", "不缺")
	case policy.RegisterItem:
		counts, err := st.works.Registers.CountsOf(ctx, tx, register.Viewer{Inside: inside}, register.Name(i.ID))
		if err != nil {
			return v, false, err
		}
		n := 0
		for _, c := range counts {
			n += c
		}
		v.Stands = fmt.Sprintf("%d 条", n)
	case policy.SeriesItem:
		count(st.silent[i.ID], "失联 %d 处", "没有失联")
	case policy.IndicatorItem:
		kept := st.findings.Kept[i.ID]
		switch met, not, dark := kept[finding.IsMet], kept[finding.NotMet], kept[finding.CantTell]; {
		case met+not+dark == 0 && st.works.Judge.Indicator(i.ID).Each == "": // as the page of indicators has it
			row, err := (&seriesBase{Inside: inside, works: st.works}).indicatorRow(ctx, tx, st.works.Judge.Indicator(i.ID), nil, calendar.DateOf(tx.Now()))
			if err != nil {
				return v, false, err
			}
			v.Stands, v.Bad = row.One.Span+" "+row.One.Value(), row.Bad
		case met+not+dark+kept[finding.NoTarget] == 0:
			v.Stands = "还没有完整的一期"
		default:
			var words []string
			for _, m := range []struct {
				word string
				n    int
			}{{"未达标", not}, {"达标", met}, {"不能判定", dark}, {"没有目标", kept[finding.NoTarget]}} {
				if m.n > 0 {
					words = append(words, fmt.Sprintf("%s %d", m.word, m.n))
				}
			}
			v.Stands, v.Bad = strings.Join(words, "，"), not > 0
		}
	case policy.RuleItem:
		count(st.findings.Open[i.ID], "未恢复 %d 个", "没有问题")
	case policy.DutyItem:
		v.Stands = "由任务台账承担"
	}
	return v, true, nil
}

// clauseView is a clause of the document with what carries it out.
type clauseView struct {
	Path  string
	Cite  string // 三(四)18
	Title string
	URL   string // in the document
	Items []itemView
}

func (s *Server) policy(w http.ResponseWriter, r *http.Request) error {
	return s.onePolicy(w, r, true)
}

func (s *Server) openPolicy(w http.ResponseWriter, r *http.Request) error {
	return s.onePolicy(w, r, false)
}

func (s *Server) onePolicy(w http.ResponseWriter, r *http.Request, inside bool) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	pol, ok := works.County.Policies.Find(r.PathValue("id"))
	if !ok {
		return notFound("没有这个政策包。")
	}
	var clauses []clauseView
	var doc string
	bare := 0
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		st, err := standings(ctx, tx, works)
		if err != nil {
			return err
		}
		under := map[string][]itemView{}
		for _, i := range works.Set.Items {
			if i.Policy != pol.ID {
				continue
			}
			v, ok, err := st.view(ctx, tx, i, inside)
			if err != nil {
				return err
			}
			if ok {
				under[i.Basis.Clause] = append(under[i.Basis.Clause], v)
			}
		}
		clauses, doc, err = s.clausesOf(ctx, tx, pol.Basis, under)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range clauses {
		if len(c.Items) == 0 {
			bare++
		}
	}
	p, crumb := s.page(r, pol.Title, home, Link{Text: "政策包", URL: "/open/policies"}, Link{Text: pol.Title}), "/open/policies/"
	if inside {
		p, crumb = s.office(r, pol.Title, Link{Text: "政策包", URL: "/policies"}, Link{Text: pol.Title}), "/policies/"
	}
	p.Canonical = s.BaseURL + crumb + pol.ID
	p.Data = map[string]any{"Policy": pol, "Clauses": clauses, "Doc": doc, "Bare": bare, "Inside": inside, "Values": valuesOf(works, pol.ID), "Day": works.Day,
		"InForce": pol.Hold(works.Day)}
	return s.render(w, http.StatusOK, "policy.html", p)
}

func valuesOf(w *works.Works, id string) (out []finding.Value) {
	for _, v := range w.Set.Values {
		if v.Policy == id {
			out = append(out, v)
		}
	}
	return out
}

// clausesOf puts definitions under their clauses in the order of the published document, with those clauses that duties stand in and
// nothing carries out; where the document is not published, in the order of the folder. What stands on the document as a whole
// comes first.
func (s *Server) clausesOf(ctx context.Context, tx *db.Tx, b rule.Basis, under map[string][]itemView) (out []clauseView, address string, err error) {
	seen := map[string]bool{}
	if key, ok := publication.ParseKey(b.Document); ok {
		doc, err := publication.DocumentOn(ctx, tx, s.countyCode, key, calendar.Date{})
		if err == nil {
			address = documentURL(key)
			ordered := map[string]bool{}
			for _, d := range doc.Duties {
				if x, err := d.Read(); err == nil {
					ordered[x.Clause] = true
				}
			}
			doc.Text.Walk(func(_ edition.Part, block edition.Block, _ int) {
				path := block.Path
				if b.Plan != "" {
					if path, ok = strings.CutPrefix(path, b.Plan+"/"); !ok {
						return
					}
				}
				if path == "" || seen[path] || len(under[path]) == 0 && !ordered[block.Path] {
					return
				}
				seen[path] = true
				_, title, rest := block.Split()
				if title == "" {
					title = rest
				}
				out = append(out, clauseView{path, cite(path), shorten(title, 40), address + "#" + block.Path, under[path]})
			})
		} else if publication.KindOf(err) != publication.NotFound {
			return nil, "", err
		}
	}
	var rest []string
	for path := range under {
		if !seen[path] {
			rest = append(rest, path)
		}
	}
	slices.Sort(rest)
	var first []clauseView
	for _, path := range rest {
		first = append(first, clauseView{path, cite(path), "", address, under[path]})
	}
	return append(first, out...), address, nil
}

func cite(path string) string {
	if path == "" {
		return "全文"
	}
	return strings.ReplaceAll(path, "/", "")
}

// shorten cuts a heading that is a whole paragraph.
func shorten(s string, most int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "……"
	}
	return s
}
