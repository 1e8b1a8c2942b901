package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/ledger"
	"zhixing/publication"
)

// clauseChoice is one clause that a duty entered by hand may be based on.
type clauseChoice struct{ Path, Text string }

func (s *Server) enterForm(w http.ResponseWriter, r *http.Request) error {
	return s.enterPage(w, r, r.URL.Query(), nil)
}

// enterPage is the form for a duty that no reader found. Its basis is a clause of a published document, chosen from the
// document's clauses once its number was given, or words.
func (s *Server) enterPage(w http.ResponseWriter, r *http.Request, typed url.Values, wrong *ledger.Error) error {
	var recent []publication.Head
	var chosen *publication.Document
	var choices []clauseChoice
	noDoc := ""
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if recent, err = publication.Recent(ctx, tx, s.countyCode, publication.Filter{}, 50); err != nil || strings.TrimSpace(typed.Get("doc")) == "" {
			return err
		}
		key, ok := publication.ParseKey(typed.Get("doc"))
		if !ok {
			noDoc = "文号写作 甲政发〔2023〕1号 的样子。"
			return nil
		}
		d, err := publication.DocumentOn(ctx, tx, s.countyCode, key, calendar.Date{})
		switch {
		case publication.KindOf(err) == publication.NotFound:
			noDoc = "公开记录里没有这件公文。没有公布的文件，依据请用文字写明。"
			return nil
		case err != nil:
			return err
		case d.Withdrawn:
			noDoc = "这件公文已经撤回，不能作依据。"
			return nil
		}
		chosen = &d
		d.Text.Walk(func(_ edition.Part, b edition.Block, depth int) {
			if b.Path != "" && (b.Kind == edition.Heading || b.Kind == edition.Clause || b.Kind == edition.Row || b.Kind == "") && strings.TrimSpace(b.Text) != "" {
				choices = append(choices, clauseChoice{b.Path, strings.Repeat("　", depth) + cutRunes(strings.ReplaceAll(b.Text, "\t", "｜"), 36)})
			}
		})
		return nil
	})
	if err != nil {
		return err
	}
	p := s.office(r, "新增任务", Link{Text: "任务台账", URL: "/ledger"}, Link{Text: "新增任务"})
	status := http.StatusOK
	data := map[string]any{"T": typed, "Recent": recent, "Doc": chosen, "Choices": choices, "NoDoc": noDoc, "Units": s.unitNames(), "Bad": "", "Message": ""}
	if wrong != nil {
		status = ledgerStatus[wrong.Kind]
		data["Bad"], data["Message"] = wrong.Field, wrong.Message
	}
	p.Data = data
	return s.render(w, status, "enter.html", p)
}

func cutRunes(s string, n int) string {
	rs := []rune(strings.TrimSpace(s))
	if len(rs) <= n {
		return string(rs)
	}
	return string(rs[:n]) + "…"
}

// enterDuty puts a duty on the ledger by hand, and confirms it where the person asks.
func (s *Server) enterDuty(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	var d *ledger.Duty
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		attempt := f // a write may run twice
		d, err = s.entered(r.Context(), tx, by, attempt)
		return err
	})
	var le *ledger.Error
	if errors.As(err, &le) && le.Kind == ledger.Invalid {
		return s.enterPage(w, r, f.Values, le)
	}
	if err != nil {
		return err
	}
	s.changed()
	done := "entered"
	if d.State == ledger.Confirmed {
		done = "enteredconfirmed"
	}
	return &redirectError{withDone(d.ID.Path(), done)}
}

func (s *Server) entered(ctx context.Context, tx *db.Tx, by ledger.Actor, f form) (*ledger.Duty, error) {
	source, err := s.basisOf(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	fields := ledger.Fields{Title: strings.TrimSpace(f.Get("title")), Text: strings.TrimSpace(f.Get("text")), Lead: f.names("lead"), Support: f.names("support"),
		Implement: f.names("implement"), Due: f.date("due"), Standing: f.Get("standing") == "1"}
	if fields.Recur, err = ledger.CadenceOf(f.Get("recur")); err != nil {
		return nil, err
	}
	if f.more(ledger.Fields{}, &fields); f.bad != nil {
		return nil, f.bad
	}
	switch twin, ok, err := s.Ledger.Twin(ctx, tx, fields); {
	case err != nil:
		return nil, err
	case ok:
		return nil, formError("title", "台账上已有同名、同牵头单位的任务（第"+twin.Number()+"号）。确是另一项，请换一个名称。")
	}
	d, err := s.Ledger.Enter(ctx, tx, by, fields, source)
	switch {
	case err != nil:
		return nil, err
	case len(d.Unknown) > 0:
		return nil, formError("lead", "“"+strings.Join(d.Unknown, "”“")+"”对不上任何单位。请写单位名录里的全称或简称。")
	case len(d.Lead) == 0:
		return nil, formError("lead", "请写明牵头单位。")
	case f.Get("confirm") == "1":
		return s.Ledger.Confirm(ctx, tx, by, d.ID, 0, nil, "")
	}
	return d, nil
}

// basisOf is the clause that was chosen, or the basis in words.
func (s *Server) basisOf(ctx context.Context, tx *db.Tx, f form) (ledger.Source, error) {
	words, no := strings.TrimSpace(f.Get("words")), strings.TrimSpace(f.Get("doc"))
	if no == "" {
		return s.Ledger.SourceOf(ctx, tx, words)
	}
	key, ok := publication.ParseKey(no)
	if !ok {
		return ledger.Source{}, formError("doc", "文号写作 甲政发〔2023〕1号 的样子；没有公布的文件请用文字写明依据。")
	}
	source, err := s.Ledger.ClauseOf(ctx, tx, key, strings.TrimSpace(f.Get("clause")))
	if publication.KindOf(err) == publication.NotFound {
		err = formError("doc", "公开记录里没有这件公文。没有公布的文件，依据请用文字写明。")
	}
	source.Words = words
	return source, err
}

func formError(field, message string) error {
	return &ledger.Error{Kind: ledger.Invalid, Op: "form", Field: field, Message: message}
}
