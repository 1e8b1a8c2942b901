package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
)

// caseAct is one thing that can be done to a case on its page: POST /cases/{id}/name.
type caseAct struct {
	name   string
	act    cases.Act
	title  string
	states []cases.State // in which it is offered; nil: in all
	files  bool
	main   bool // moves the case on; the page shows it open, the others folded
	do     func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error
}

var (
	caseDoing = []cases.State{cases.Feedback, cases.Acceptance, cases.PuttingIt}
	caseOnWay = []cases.State{cases.Feedback, cases.Acceptance, cases.PuttingIt, cases.Checking, cases.Closing}
)

// caseActs are all acts, in the order in which the page offers them.
var caseActs = []caseAct{
	{"feed", cases.ActFeed, "反馈给责任单位", []cases.State{cases.Feedback}, false, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Feed(ctx, tx, by, id, cases.Feeding{Units: f.names("units"), Words: f.words("words"), Once: f.Get("once")})
		return err
	}},
	{"accept", cases.ActAccept, "受理", caseDoing, false, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Accept(ctx, tx, by, id, f.sending())
		return err
	}},
	{"putright", cases.ActPutRight, "报告整改情况", caseDoing, true, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.PutRight(ctx, tx, by, id, f.sending())
		return err
	}},
	{"check", cases.ActCheck, "核查通过", []cases.State{cases.Checking}, true, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Check(ctx, tx, by, id, f.sending())
		return err
	}},
	{"close", cases.ActClose, "办结", []cases.State{cases.Closing}, false, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Close(ctx, tx, by, id, cases.Closure{Reason: f.words("reason"), Result: f.words("result"), Despite: f.words("despite"), Once: f.Get("once")})
		return err
	}},
	{"receipt", cases.ActHandOver, "登记移送回执", []cases.State{cases.HandingOver}, false, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		on := f.date("on")
		if f.bad != nil {
			return f.bad
		}
		_, err := c.Receipt(ctx, tx, by, id, f.words("no"), on)
		return err
	}},
	{"decide", cases.ActDecide, "作出问责决定", nil, false, true, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Decide(ctx, tx, by, id, f.words("words"))
		return err
	}},
	{"decline", cases.ActAccept, "退回（非本单位职责）", caseDoing, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Decline(ctx, tx, by, id, f.sending())
		return err
	}},
	{"sendback", cases.ActCheck, "退回整改", []cases.State{cases.Checking, cases.Closing}, true, false, caseSendBack},
	{"reopen", cases.ActReopen, "已办结的退回整改", []cases.State{cases.Closed}, true, false, caseSendBack},
	{"up", cases.ActHand, "上交", caseOnWay[:4], false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.HandUp(ctx, tx, by, id, f.handing())
		return err
	}},
	{"down", cases.ActHand, "下交", caseOnWay[:4], false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.HandDown(ctx, tx, by, id, f.handing())
		return err
	}},
	{"add", cases.ActAdd, "补充材料", cases.Limited, true, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Add(ctx, tx, by, id, f.sending())
		return err
	}},
	{"merge", cases.ActJoin, "并入另一个事项", caseDoing, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		into := f.id("into")
		if f.bad != nil {
			return f.bad
		}
		_, err := c.Merge(ctx, tx, by, id, into, f.words("words"))
		return err
	}},
	{"split", cases.ActJoin, "分案", caseDoing, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, _, err := c.Split(ctx, tx, by, id, f.splitting(), f.words("words"))
		return err
	}},
	{"handover", cases.ActHandOver, "移送公安、检察机关", caseOnWay, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.HandOver(ctx, tx, by, id, f.words("to"), f.words("words"))
		return err
	}},
	{"takeback", cases.ActHandOver, "收回移送", []cases.State{cases.HandingOver, cases.HandedOver}, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.TakeBack(ctx, tx, by, id, f.words("words"))
		return err
	}},
	{"refuse", cases.ActRefuse, "不予受理", caseOnWay[:2], false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Refuse(ctx, tx, by, id, f.words("reason"), f.words("words"))
		return err
	}},
	{"summarise", cases.ActPublish, "拟定公开内容", nil, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Summarise(ctx, tx, by, id, f.words("title"), f.words("summary"))
		return err
	}},
	{"expose", cases.ActExpose, "批准曝光", nil, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Expose(ctx, tx, by, id, f.words("words"), f.Values["pictures"])
		return err
	}},
	{"conceal", cases.ActExpose, "停止曝光", nil, false, false, func(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
		_, err := c.Conceal(ctx, tx, by, id, f.words("words"))
		return err
	}},
}

func caseSendBack(ctx context.Context, tx *db.Tx, c *cases.Cases, by ledger.Actor, id cases.ID, f *caseForm) error {
	_, err := c.SendBack(ctx, tx, by, id, f.Values["parts"], f.sending())
	return err
}

// caseOffer is one act as the page offers it.
type caseOffer struct {
	Name, Title string
	Files, Main bool
	Open        bool // was refused just now
	Wrong       *ledger.Error
	Typed       url.Values
}

// caseOffers are the acts that the person may do on the case as it is now.
func caseOffers(c *cases.Cases, by ledger.Actor, k *cases.Case, no *refused) []caseOffer {
	var out []caseOffer
	for _, a := range caseActs {
		if a.states != nil && !slices.Contains(a.states, k.State) || !c.MayOn(by, a.act, k) {
			continue
		}
		in := func(st cases.State) bool {
			return slices.ContainsFunc(k.Parts, func(p cases.Part) bool { return p.State == st })
		}
		switch a.name {
		case "accept", "decline":
			if !in(cases.Acceptance) {
				continue
			}
		case "putright":
			if !in(cases.PuttingIt) {
				continue
			}
		case "check":
			if slices.ContainsFunc(k.Parts, func(p cases.Part) bool { return p.DoneBy == by.Account }) {
				continue
			}
		case "decide":
			if k.Listed.IsZero() || k.Decided != "" {
				continue
			}
		case "conceal":
			if k.Sight == nil {
				continue
			}
		}
		o := caseOffer{Name: a.name, Title: a.title, Files: a.files, Main: a.main, Typed: url.Values{}}
		if no != nil && no.Act == a.name {
			o.Open, o.Wrong, o.Typed = true, no.Err, no.Typed
		}
		out = append(out, o)
	}
	return out
}

// caseActRoutes are the addresses of the acts.
func caseActRoutes() []route {
	var out []route
	for _, a := range caseActs {
		out = append(out, route{"POST /cases/{id}/" + a.name, seated, false, a.files, caseActOn(a), "事项：" + a.title})
	}
	return out
}

// caseActOn does one act and goes back to the case. What a person can put right is said on the case's page, beside what he typed.
func caseActOn(a caseAct) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id, err := caseID(r)
		if err != nil {
			return err
		}
		by, works, err := s.caseSeer(r)
		if err != nil {
			return err
		}
		f, err := readCaseForm(r, a.files)
		if err != nil {
			return err
		}
		if err = f.bad; err == nil {
			err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
				attempt := f // a write may run twice
				if err := a.do(r.Context(), tx, works.Cases, by, id, &attempt); err != nil {
					return err
				}
				return attempt.bad
			})
		}
		if err == nil {
			s.changed()
		}
		switch {
		case err == nil && wantsJSON(r):
			return writeJSON(w, http.StatusOK, map[string]any{"done": a.name, "case": id})
		case err == nil:
			return &redirectError{withDone(caseBack(f.Get("back"), id.Path()), "case-"+a.name)}
		}
		var le *ledger.Error
		if !errors.As(err, &le) || le.Kind == ledger.NotFound || le.Kind == ledger.NotAllowed || wantsJSON(r) {
			return err
		}
		return s.caseShow(w, r, id, &refused{a.name, le, f.Values})
	}
}

// caseBack is where a form wants to go afterwards, if that is one of this site's pages.
func caseBack(to, otherwise string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
		return otherwise
	}
	return to
}

func init() {
	for _, a := range caseActs {
		flashes["case-"+a.name] = "已办理：" + a.title + "。"
	}
}
