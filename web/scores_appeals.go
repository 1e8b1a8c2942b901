package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/score"
)

func init() {
	flashes["score_appeal"], flashes["score_decide"] = "申诉已提出，县政府办公室裁定后通知本单位。", "已裁定，并已通知单位。"
	flashes["score_keep"] = "考核结果已定稿。"
}

// maxAppeals is how many appeals a list shows.
const maxAppeals = 500

// appealView is one appeal with what the person may do about it.
type appealView struct {
	score.Appeal
	Period    string // in words
	UnitURL   string
	Asker     string
	Decider   string
	MayDecide bool
	OwnWord   bool // the person made it and may not decide on it
	Wrong     *ledger.Error
	Typed     url.Values
}

func viewAppeal(a score.Appeal, by ledger.Actor, names map[string]string) appealView {
	v := appealView{Appeal: a, Period: periodName(a.Period), Asker: cmp.Or(names[a.By], a.By), Typed: url.Values{},
		UnitURL: "/scores/units/" + url.PathEscape(a.Key.Unit) + "?" + periodAsk(a.Period) + "&now=1"}
	if a.Decision != nil {
		v.Decider = cmp.Or(names[a.Decision.By], a.Decision.By)
	} else if by.Everywhere(ledger.ActDecide) {
		v.OwnWord = a.By == by.Account
		v.MayDecide = !v.OwnWord
	}
	return v
}

// FactURL is where the fact stands in the duty's life.
func (v appealView) FactURL() string { return scoreHit{Hit: score.Hit{Key: v.Key}}.URL() }

// appeals lists what the person may see: what waits for a decision first, the oldest at the top.
func (s *Server) appeals(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var waiting, all []score.Appeal
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if waiting, err = score.Appeals(ctx, tx, s.Ledger, by, true, maxAppeals); err != nil {
			return err
		}
		if all, err = score.Appeals(ctx, tx, s.Ledger, by, false, maxAppeals); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(waiting)
	if strings.HasSuffix(r.URL.Path, ".csv") {
		if len(all) == maxAppeals {
			return badRequest("申诉太多，一张表放不下，请联系系统管理员。")
		}
		return writeCSV(w, "考核申诉"+s.today().String()+".csv", appealTable(all, names))
	}
	views := func(list []score.Appeal) (out []appealView) {
		for _, a := range list {
			out = append(out, viewAppeal(a, by, names))
		}
		return out
	}
	decided := slices.DeleteFunc(slices.Clone(all), func(a score.Appeal) bool { return a.Decision == nil })
	p := s.office(r, "考核申诉", Link{Text: "考核", URL: "/scores"}, Link{Text: "申诉"})
	p.Data = map[string]any{"Waiting": views(waiting), "Decided": views(decided), "Cut": len(all) == maxAppeals, "May": s.may(by)}
	return s.render(w, http.StatusOK, "appeals.html", p)
}

func appealTable(list []score.Appeal, names map[string]string) [][]string {
	out := [][]string{{"编号", "单位", "考核期", "扣分事项", "任务编号", "步骤", "日期", "事实", "申诉理由", "申诉人", "申诉时间", "结果", "裁定意见", "裁定人", "裁定时间"}}
	at := func(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }
	for _, a := range list {
		step := ""
		if a.Key.Step > 0 {
			step = strconv.FormatInt(a.Key.Step, 10)
		}
		row := []string{strconv.FormatInt(a.ID, 10), a.Key.Unit, periodName(a.Period), a.Name, a.Key.Number(), step, a.Key.Day.String(), a.Words, a.Reason,
			cmp.Or(names[a.By], a.By), at(a.At), a.State().Chinese(), "", "", ""}
		if d := a.Decision; d != nil {
			row[12], row[13], row[14] = d.Reason, cmp.Or(names[d.By], d.By), at(d.At)
		}
		out = append(out, row)
	}
	return out
}

func appealID(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这份申诉。")
	}
	return n, nil
}

func (s *Server) appealPage(w http.ResponseWriter, r *http.Request) error {
	id, err := appealID(r)
	if err != nil {
		return err
	}
	return s.showAppeal(w, r, id, nil)
}

func (s *Server) showAppeal(w http.ResponseWriter, r *http.Request, id int64, no *refused) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var a score.Appeal
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if a, err = score.AppealOf(ctx, tx, s.Ledger, by, id); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	v := viewAppeal(a, by, names)
	status := http.StatusOK
	if no != nil {
		v.Wrong, v.Typed, status = no.Err, no.Typed, ledgerStatus[no.Err.Kind]
	}
	p := s.office(r, a.Key.Unit+"申诉", Link{Text: "考核", URL: "/scores"}, Link{Text: "申诉", URL: "/scores/appeals"}, Link{Text: strconv.FormatInt(id, 10)})
	p.Data = v
	return s.render(w, status, "appeal.html", p)
}

// decideAppeal decides on an appeal and goes back to the list, where the next one waits.
func (s *Server) decideAppeal(w http.ResponseWriter, r *http.Request) error {
	id, err := appealID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		upheld := f.Get("upheld") == "1"
		if !upheld && f.Get("upheld") != "0" {
			return &ledger.Error{Kind: ledger.Invalid, Op: "decideAppeal", Field: "upheld", Message: "请选择申诉成立或不成立。"}
		}
		_, err := score.DecideAppeal(r.Context(), tx, s.Ledger, by, id, upheld, strings.TrimSpace(f.Get("reason")))
		return err
	})
	if err == nil {
		s.changed()
		return &redirectError{"/scores/appeals?done=score_decide"}
	}
	var le *ledger.Error
	if !errors.As(err, &le) || le.Kind == ledger.NotFound || le.Kind == ledger.NotAllowed || wantsJSON(r) {
		return err
	}
	return s.showAppeal(w, r, id, &refused{"decide", le, f.Values})
}
