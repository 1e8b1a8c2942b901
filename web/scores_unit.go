package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/score"
)

// scoreUnitView is all that the page of a unit's mark shows.
type scoreUnitView struct {
	M      marks
	Unit   string
	Line   score.Unit
	Has    bool // the unit had something to do in the period
	Rules  []ruleSum
	Taken  score.Points // base less mark
	Names  map[string]string
	Export string
	Others []string // of the person's other units
	No     *refusedAppeal
}

// ruleSum is one rule of the sum: how often, times what, and what was taken of that.
type ruleSum struct {
	score.Deduction
	Sum    score.Deducted
	N      int // of the rule
	Raw    score.Points
	Waived int
	Hits   []scoreHit
	Argued bool // some of them are, or may be, appealed against
}

// MostText is the limit of the rule in words.
func (s ruleSum) MostText() string { return mostText(s.Deduction) }

// scoreHit is one deduction with what the person may do about it.
type scoreHit struct {
	score.Hit
	MayAppeal bool
	Later     bool // may be appealed against when the period is over
	Wrong     *ledger.Error
	Typed     string
}

// URL is where the fact stands: the step of the duty or case, or the duty where the fact is a day that passed.
func (h scoreHit) URL() string {
	if h.Step > 0 {
		return h.Key.Path() + "#step-" + strconv.FormatInt(h.Step, 10)
	}
	return h.Key.Path()
}

// refusedAppeal is an appeal that was refused, for the page that offers it again.
type refusedAppeal struct {
	Key   score.Key
	Err   *ledger.Error
	Typed string
}

// scoreUnit shows how the mark of one unit is made up.
func (s *Server) scoreUnit(w http.ResponseWriter, r *http.Request) error {
	name := s.canonicalUnit(r.PathValue("name"))
	if name != r.PathValue("name") {
		return &redirectError{strings.TrimSuffix("/scores/units/"+url.PathEscape(name)+"?"+r.URL.RawQuery, "?")}
	}
	m, names, err := s.askedMarks(r)
	if wrongPeriod(err) != nil {
		return &redirectError{strings.TrimSuffix("/scores?"+r.URL.RawQuery, "?")} // its form says what is wrong
	}
	if err != nil {
		return err
	}
	return s.showScoreUnit(w, r, name, m, names, nil)
}

func (s *Server) showScoreUnit(w http.ResponseWriter, r *http.Request, unit string, m marks, names map[string]string, no *refusedAppeal) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	if !by.SeesUnit(unit) {
		return forbidden("您只能查看本单位的得分明细。")
	}
	v := scoreUnitView{M: m, Unit: unit, Names: names, Export: "/scores/details.csv?unit=" + url.QueryEscape(unit) + "&" + m.ask(), No: no}
	if v.Line, v.Has = m.Line(unit); !v.Has {
		if _, known := s.County.Directory.Resolve(unit); !known {
			return notFound("没有这个单位。到“考核”里查找。")
		}
	}
	for _, u := range by.Units(ledger.ActSee) {
		if _, has := m.Line(u); has && u != unit {
			v.Others = append(v.Others, u)
		}
	}
	v.sum(slices.Contains(by.Units(ledger.ActAppeal), unit))
	p := s.office(r, unit, Link{Text: "考核", URL: "/scores"}, Link{Text: m.Name(), URL: "/scores" + m.Ask()}, Link{Text: unit})
	p.Data = v
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "score_unit.html", p)
}

// sum puts the unit's deductions under the rules that took them. A kept table is not argued with: what is appealed
// against is what would be computed now.
func (v *scoreUnitView) sum(head bool) {
	v.Taken = v.Line.Base - v.Line.Points
	for i, d := range v.M.Rules.Deduct {
		sum := ruleSum{Deduction: d, N: i}
		if i < len(v.Line.Deducted) {
			sum.Sum = v.Line.Deducted[i]
		}
		sum.Raw = d.Points * score.Points(sum.Sum.Times)
		for _, h := range v.Line.Hits {
			if h.By != i {
				continue
			}
			if h.Waived() {
				sum.Waived++
			}
			hit := scoreHit{Hit: h}
			if head && h.Appeal == nil && v.M.Kept == nil {
				hit.Later = h.Fact == score.Overdue && !v.M.Over
				hit.MayAppeal = !hit.Later
			}
			if v.No != nil && v.No.Key == h.Key {
				hit.Wrong, hit.Typed = v.No.Err, v.No.Typed
			}
			sum.Argued = sum.Argued || h.Appeal != nil || hit.MayAppeal || hit.Later
			sum.Hits = append(sum.Hits, hit)
		}
		v.Rules = append(v.Rules, sum)
	}
}

// Stray is a refusal of an appeal that the page does not offer any more.
func (v scoreUnitView) Stray() *ledger.Error {
	if v.No == nil {
		return nil
	}
	for _, sum := range v.Rules {
		for _, h := range sum.Hits {
			if h.Wrong != nil && h.MayAppeal {
				return nil
			}
		}
	}
	return v.No.Err
}

// Path is the page of one of the person's other units in the same period.
func (v scoreUnitView) Path(unit string) string { return scoreUnitURL(unit, v.M) }

// readKey reads the deduction that a form is about.
func readKey(f form) (score.Key, score.Period, error) {
	duty, err := strconv.ParseInt(f.Get("duty"), 10, 64)
	step, err2 := strconv.ParseInt(f.Get("step"), 10, 64)
	k := score.Key{Unit: f.Get("unit"), Fact: score.Fact(f.Get("fact")), Duty: ledger.ID(duty), Step: step}
	if c := f.Get("case"); c != "" {
		id, bad := strconv.ParseInt(c, 10, 64)
		k.Case, err2 = cases.ID(id), errors.Join(err2, bad)
	}
	var p score.Period
	var err3, err4, err5 error
	k.Day, err3 = calendar.ParseDate(f.Get("day"))
	p.From, err4 = calendar.ParseDate(f.Get("from"))
	p.To, err5 = calendar.ParseDate(f.Get("to"))
	if errors.Join(err, err2, err3, err4, err5) != nil {
		return k, p, badRequest("表单不完整，请从考核页面重新申诉。")
	}
	return k, p, nil
}

// makeAppeal appeals against one deduction and goes back to the unit's mark.
func (s *Server) makeAppeal(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	if s.County.Scores == nil {
		return notFound("本县的督办规则没有写明怎样计分，不能考核。")
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	k, p, err := readKey(f)
	if err != nil {
		return err
	}
	var made score.Appeal
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		made, err = score.MakeAppeal(r.Context(), tx, s.Ledger, s.County.Scores, by, p, k, strings.TrimSpace(f.Get("reason")))
		return err
	})
	if err == nil {
		s.changed()
		if wantsJSON(r) {
			return writeJSON(w, http.StatusOK, map[string]any{"done": "score_appeal", "appeal": made.ID})
		}
		return &redirectError{"/scores/units/" + url.PathEscape(k.Unit) + "?" + periodAsk(p) + "&now=1&done=score_appeal"}
	}
	var le *ledger.Error
	if !errors.As(err, &le) || le.Kind == ledger.NotFound || le.Kind == ledger.NotAllowed || wantsJSON(r) {
		return err
	}
	var m marks
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = s.marksFor(ctx, tx, 0, p, true); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return le // what was wrong with the form is wrong with the page too
	}
	return s.showScoreUnit(w, r, k.Unit, m, names, &refusedAppeal{k, le, f.Get("reason")})
}
