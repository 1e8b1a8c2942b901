package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/policy/works"
)

// planTask is a task of a plan as its page shows it.
type planTask struct {
	Do, Unit, Group, Within, Proof, List, ListURL string
	Cite                                          cited
}

// planLevel is a level of a plan as its page shows it.
type planLevel struct {
	emergency.Level
	By     []Link
	Starts []string
	Tasks  []planTask
	May    bool
}

func (s *Server) emergencyPlan(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	typed := url.Values{"level": {q.Get("level")}, "proposal": {q.Get("proposal")}}
	return s.emergencyPlanPage(w, r, r.PathValue("id"), &refused{Typed: typed})
}

func (s *Server) emergencyPlanPage(w http.ResponseWriter, r *http.Request, id string, no *refused) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	plan := works.Emergencies.Plan(id)
	if plan == nil {
		return notFound("现行政策包里没有这个应急预案。")
	}
	var proposals []*emergency.Proposal
	var list []*emergency.Activation
	var docs addresses
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if docs, err = s.addresses(ctx, tx, works); err != nil {
			return err
		}
		if list, err = works.Emergencies.Activations(ctx, tx, by, "", 500); err != nil {
			return err
		}
		proposals, err = works.Emergencies.Proposals(ctx, tx, by)
		return err
	})
	if err != nil {
		return err
	}
	var taken *emergency.Proposal // that the form begins with
	for _, x := range proposals {
		if strconv.FormatInt(x.ID, 10) == no.Typed.Get("proposal") && x.Plan == plan.ID {
			taken = x
			if no.Err == nil {
				no.Typed.Set("level", strconv.Itoa(x.Level))
				no.Typed.Set("says", drill.Unmarked(x.Says))
				if x.Drill {
					no.Typed.Set("drill", "1")
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(a *emergency.Activation) bool { return a.Plan != plan.ID })
	may := false
	var levels []planLevel
	for _, l := range plan.Levels {
		v := s.planLevel(works, docs, plan, l)
		_, v.May = plan.MayStart(by, l.N)
		may = may || v.May
		levels = append(levels, v)
	}
	var seats []map[string]any
	for _, c := range plan.Command {
		seats = append(seats, map[string]any{"Role": c.Role, "By": postLinks(c.Posts)})
	}
	var means []Link
	for _, m := range plan.Means {
		l := Link{Text: m.What, URL: "/lists/" + string(m.Register)}
		if sc, ok := works.Registers.Schema(m.Register); ok && sc.Title != m.What {
			l.Text += "（" + sc.Title + "）"
		}
		means = append(means, l)
	}
	var towns []string
	for _, u := range s.County.Directory.Units() {
		if u.Kind == org.Town {
			towns = append(towns, u.Name)
		}
	}
	p := s.office(r, plan.Title, Link{Text: "应急响应", URL: "/emergencies"}, Link{Text: plan.Title})
	p.Data = map[string]any{"P": plan, "Cite": docs.cite(plan.Basis), "Levels": levels, "Seats": seats, "Means": means, "After": s.planTasks(docs, plan, plan.After), "List": list, "May": may,
		"Towns": towns, "No": no, "Typed": no.Typed, "Taken": taken, "Level": emergency.LevelName, "In": func(t string) bool { return slices.Contains(no.Typed["towns"], t) }}
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "emergencyplan.html", p)
}

func (s *Server) planLevel(works *works.Works, docs addresses, plan *emergency.Plan, l emergency.Level) planLevel {
	v := planLevel{Level: l, By: postLinks(l.Approve), Tasks: s.planTasks(docs, plan, l.Tasks)}
	titled := func(kind policy.ItemKind, id string) string {
		for _, i := range works.Set.Items {
			if i.Kind == kind && i.ID == id {
				return i.Title
			}
		}
		return id
	}
	for _, st := range l.Starts {
		v.Starts = append(v.Starts, titled(policy.HazardItem, st.Hazard)+string(st.Level)+"色以上预警")
	}
	for _, id := range l.Rules {
		v.Starts = append(v.Starts, "问题“"+titled(policy.RuleItem, id)+"”")
	}
	for _, e := range l.Each {
		t := planTask{Do: e.Do.String(), Unit: e.Unit.Unit, Group: e.Group, Within: spanWords(e.Within), Cite: docs.cite(e.Basis), List: string(e.Register), ListURL: "/lists/" + string(e.Register)}
		if e.Unit.Field != "" {
			t.Unit = "条目里的“" + e.Unit.Field + "”"
		}
		if sc, ok := works.Registers.Schema(e.Register); ok {
			t.List = sc.Title
		}
		if e.Proof != nil {
			t.Proof = "读数不超过“" + e.Proof.Limit + "”"
		}
		v.Tasks = append(v.Tasks, t)
	}
	return v
}

// planTasks are tasks as a page lists them: what several units do alike is one row.
func (s *Server) planTasks(docs addresses, plan *emergency.Plan, list []emergency.Task) (out []planTask) {
	for _, t := range list {
		b := t.Basis
		if b.Document == "" {
			b = plan.Basis
		}
		x := planTask{Do: t.Do, Unit: t.Unit, Group: t.Group, Within: spanWords(t.Within), Proof: t.Proof, Cite: docs.cite(b)}
		if n := len(out); n > 0 {
			last := out[n-1]
			if last.Unit = x.Unit; last == x {
				out[n-1].Unit += "、" + x.Unit
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

func postLinks(posts []personnel.PostID) (out []Link) {
	for _, p := range posts {
		out = append(out, Link{Text: p.Unit() + p.Title(), URL: (&url.URL{Path: "/posts/" + p.Unit()}).String()})
	}
	return out
}
