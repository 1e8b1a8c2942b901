package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

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
		if s.Text == "" && f.Get("quick") == "1" && len(s.Evidence) > 0 {
			s.Text = photoSays
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
		if err == nil {
			s.changed()
		}
		if wantsJSON(r) && err == nil {
			return writeJSON(w, http.StatusOK, map[string]any{"done": a.name, "duty": id})
		}
		if err == nil {
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

func init() {
	for _, a := range dutyActs {
		flashes[a.name] = "已办理：" + a.title + "。"
	}
}
