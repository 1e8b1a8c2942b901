package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/publication"
	"zhixing/warning"
)

// home is the first crumb of every public page.
var home = Link{Text: "首页", URL: "/"}

// editionKept is for how long the number of the edition is believed without asking the database again. Another server
// on the same database may publish meanwhile; our own publications are seen at once.
const editionKept = 20 * time.Millisecond

// lastEdition is the edition as it was last asked for. Its age is measured on the machine's own clock: it is about
// load, not about any record.
type lastEdition struct {
	mu sync.Mutex
	moment
	at time.Time
}

// moment is what cached pages are good for: n changes with every publication, correction and withdrawal, ledger with every
// step on the ledger, warned with what is in force of warnings.
type moment struct {
	n      int64
	ledger string
	warned string
}

// edition is the moment of now, or of editionKept ago.
func (s *Server) edition(ctx context.Context) (moment, error) {
	s.last.mu.Lock()
	defer s.last.mu.Unlock()
	if time.Since(s.last.at) < editionKept {
		return s.last.moment, nil
	}
	e, err := s.askEdition(ctx)
	if err == nil {
		s.last.moment, s.last.at = e, time.Now()
	}
	return e, err
}

// published forgets the edition, so that whoever is sent to the page of what was just published sees it.
func (s *Server) published() {
	s.last.mu.Lock()
	defer s.last.mu.Unlock()
	s.last.at = time.Time{}
}

func (s *Server) askEdition(ctx context.Context) (e moment, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if e.n, err = s.Log.Size(ctx, tx); err == nil {
			e.ledger, err = ledger.PublicMark(ctx, tx, s.countyCode)
		}
		if err == nil {
			var list []warning.Public
			list, err = warning.InForce(ctx, tx, s.countyCode, s.now())
			e.warned = standingMark(list)
		}
		return err
	})
	return e, err
}

// read runs a handler's questions in one transaction, so that a page is of one moment.
func (s *Server) read(r *http.Request, do func(context.Context, *db.Tx) error) error {
	return s.DB.Read(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx) })
}

// waysToWrite is the number of a document as people type it: 某政发〔2023〕8号, 某政发[2023]8号, 2023-8. Nil where it is no such number.
func waysToWrite(no string) []string {
	code, rest, ok := strings.Cut(no, "〔")
	year, number, ok2 := strings.Cut(rest, "〕")
	number, ok3 := strings.CutSuffix(number, "号")
	if !ok || !ok2 || !ok3 {
		return nil
	}
	return []string{no, code + "[" + year + "]" + number + "号", year + "-" + number}
}

func (s *Server) front(w http.ResponseWriter, r *http.Request) error {
	var data struct {
		publication.Front
		Newest  *publication.Issue
		Warned  []publicWarning // in force
		Numbers []string        // ways to write the number of a document of the newest issue
	}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		now := s.now()
		warned, err := warning.InForce(ctx, tx, s.countyCode, now)
		if err != nil {
			return err
		}
		data.Warned = nil
		for _, x := range warned {
			data.Warned = append(data.Warned, publicWarning{Public: x, Now: now, Newest: x.N})
		}
		if data.Front, err = publication.FrontOf(ctx, tx, s.countyCode); err != nil || len(data.Issues) == 0 {
			return err
		}
		newest, err := publication.IssueOf(ctx, tx, s.countyCode, data.Issues[0].IssueNo)
		data.Newest = &newest
		for _, h := range newest.Documents {
			if data.Numbers = waysToWrite(h.No); data.Numbers != nil {
				break
			}
		}
		earlier := data.Documents[:0]
		for _, h := range data.Documents { // the newest issue's own stand in its contents
			if h.Issue != newest.IssueNo || h.Version > 1 {
				earlier = append(earlier, h)
			}
		}
		data.Documents = earlier
		return err
	})
	if err != nil {
		return err
	}
	p := s.page(r, "首页")
	p.Canonical = s.BaseURL + "/"
	p.Description = s.countyName + "人民政府公报：检索、下载、验证每一件公开公文。"
	p.Alternates = []Alternate{{"application/atom+xml", p.Site, "/feed.atom"}}
	for _, f := range data.Freshness {
		if t := f.LastRecorded.In(calendar.Zone).Format("2006-01-02 15:04"); t > p.Fresh {
			p.Fresh = t
		}
	}
	p.Data = data
	return s.render(w, http.StatusOK, "front.html", p)
}

func (s *Server) issues(w http.ResponseWriter, r *http.Request) error {
	var list []publication.Issue
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Issues(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	p := s.page(r, "历期公报", home, Link{Text: "历期公报"})
	p.Data = list
	return s.render(w, http.StatusOK, "issues.html", p)
}

func (s *Server) issue(w http.ResponseWriter, r *http.Request) error {
	name, asJSON := strings.CutSuffix(r.PathValue("no"), ".json")
	is, err := s.issueOf(r, name)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(w, http.StatusOK, is)
	}
	p := s.page(r, is.Title+" "+is.Chinese(), home, Link{Text: "历期公报", URL: "/issues"}, Link{Text: is.Chinese()})
	p.Alternates = []Alternate{{"application/json", "本期数据", "/issues/" + is.IssueNo.String() + ".json"}}
	p.Canonical = s.BaseURL + is.Path()
	p.Data = is
	return s.render(w, http.StatusOK, "issue.html", p)
}

func (s *Server) issueOf(r *http.Request, name string) (is publication.Issue, err error) {
	no, err := publication.ParseIssueNo(name)
	if err != nil {
		return is, notFound("没有这一期。期次写作 2023-3，即 2023 年第 3 期；历期见“历期公报”。")
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		is, err = publication.IssueOf(ctx, tx, s.countyCode, no)
		return err
	})
	return is, err
}

// writeJSON answers with data, one object, Chinese unescaped.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// writeProblem is RFC 9457: what went wrong, for a program.
func writeProblem(w http.ResponseWriter, he *httpError) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(he.status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(map[string]any{"type": "about:blank", "title": titleOf(he.status), "status": he.status, "detail": he.message})
}
