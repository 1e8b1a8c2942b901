package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/ledger"
)

// bulkChunk is how many duties one transaction takes.
const bulkChunk = 50

// bulkItem is one duty of a bulk act; saw is the revision that the person saw, 0 where the page did not say.
type bulkItem struct {
	id  ledger.ID
	saw ledger.Saw
}

// bulkFailure is a duty that was left as it was, and why.
type bulkFailure struct {
	*ledger.Duty
	Message string
}

// bulkActs are what can be done to many duties at once, from which state.
var bulkActs = map[string]struct {
	title string
	from  ledger.State
	do    func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, x bulkItem) error
}{
	"confirm": {"确认", ledger.Drafted, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, x bulkItem) error {
		_, err := l.Confirm(ctx, tx, by, x.id, x.saw, nil, "")
		return err
	}},
	"issue": {"交办", ledger.Confirmed, func(ctx context.Context, tx *db.Tx, l *ledger.Ledger, by ledger.Actor, x bulkItem) error {
		_, err := l.Issue(ctx, tx, by, x.id)
		return err
	}},
}

// bulk does one act on the duties that were ticked, or on all that a question to the ledger finds.
func bulk(name string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		act := bulkActs[name]
		by, err := s.member(r)
		if err != nil {
			return err
		}
		items, err := s.bulkItems(r, by, act.from)
		if err != nil {
			return err
		}
		back := firstText(localPath(r.PostFormValue("back")), "/ledger")
		if len(items) == 0 {
			return badRequest("没有选中任务。请先勾选要" + act.title + "的任务。")
		}
		done, failed, err := s.bulkDo(r, by, items, func(ctx context.Context, tx *db.Tx, x bulkItem) error { return act.do(ctx, tx, s.Ledger, by, x) })
		if err != nil {
			return err
		}
		s.changed()
		if len(failed) == 0 {
			return &redirectError{withDone(back, "bulk"+name)}
		}
		p := s.office(r, act.title+"结果", Link{Text: "任务台账", URL: "/ledger"}, Link{Text: act.title + "结果"})
		p.Data = map[string]any{"Act": act.title, "Done": done, "Failed": failed, "Back": back}
		return s.render(w, http.StatusOK, "bulk.html", p)
	}
}

// bulkDo does something to each duty, fifty in one transaction; where one of them is refused, those fifty are done one by
// one, so that the others still are.
func (s *Server) bulkDo(r *http.Request, by ledger.Actor, items []bulkItem, do func(context.Context, *db.Tx, bulkItem) error) (done int, failed []bulkFailure, err error) {
	together := func(list []bulkItem) error {
		return s.DB.Write(r.Context(), func(tx *db.Tx) error {
			for _, x := range list {
				if err := do(r.Context(), tx, x); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for ; len(items) > 0; items = items[min(bulkChunk, len(items)):] {
		chunk := items[:min(bulkChunk, len(items))]
		err := together(chunk)
		if err == nil {
			done += len(chunk)
			continue
		}
		if ledger.KindOf(err) == 0 {
			return done, failed, err
		}
		for _, x := range chunk {
			err := together([]bulkItem{x})
			var le *ledger.Error
			switch {
			case err == nil:
				done++
			case errors.As(err, &le):
				failed = append(failed, s.bulkFailed(r, by, x.id, le.Message))
			default:
				return done, failed, err
			}
		}
	}
	return done, failed, nil
}

// bulkItems are the ticked duties (ids=42 or, with the revision that was seen, ids=42.7), or all that the question in
// "all" finds in the state.
func (s *Server) bulkItems(r *http.Request, by ledger.Actor, from ledger.State) ([]bulkItem, error) {
	if err := r.ParseForm(); err != nil {
		return nil, &httpError{http.StatusBadRequest, "表单不完整，请重新提交。", err}
	}
	var out []bulkItem
	for _, text := range r.PostForm["ids"] {
		id, saw, _ := strings.Cut(text, ".")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, badRequest("表单不完整，请重新提交。")
		}
		seen, _ := strconv.ParseInt(saw, 10, 64)
		out = append(out, bulkItem{ledger.ID(n), ledger.Saw(seen)})
	}
	if !r.PostForm.Has("all") {
		return out, nil
	}
	asked, err := url.ParseQuery(r.PostForm.Get("all"))
	if err != nil {
		return nil, badRequest("查询条件不完整，请从台账页面重新查询。")
	}
	q, err := s.ledgerQuery(asked)
	if err != nil {
		return nil, err
	}
	q.State = from
	var rows []ledger.Row
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = s.Ledger.Rows(ctx, tx, by, q, s.today())
		return err
	})
	for _, d := range rows {
		out = append(out, bulkItem{d.ID, ledger.Saw(d.Revision)})
	}
	return out, err
}

func (s *Server) bulkFailed(r *http.Request, by ledger.Actor, id ledger.ID, message string) bulkFailure {
	f := bulkFailure{&ledger.Duty{ID: id}, message}
	_ = s.read(r, func(ctx context.Context, tx *db.Tx) error { // its title is a help, no more
		d, err := s.Ledger.Of(ctx, tx, by, id)
		if err == nil {
			f.Duty = d
		}
		return err
	})
	return f
}

// withDone says on the page that comes next what was done.
func withDone(to, done string) string {
	if strings.Contains(to, "?") {
		return to + "&done=" + done
	}
	return to + "?done=" + done
}
