package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/callup"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/ledger"
	"zhixing/policy/works"
)

// callupMineRoutes are the calls of the person himself, for the telephone: 12-3 is the third call of round 12. Whose a call is, package callup decides: nobody answers for another.
var callupMineRoutes = []route{
	{"GET /callups/mine", seated, false, false, (*Server).myCalls, "我的叫应：叫本人的、还没有结束的，一按应答"},
	{"GET /callups/mine/{call}", seated, false, false, (*Server).myCall, "叫本人的一项叫应，手机应答：收到、办好，报情况、照片、位置，没有信号也能填"},
	{"POST /callups/mine/{call}", seated, false, true, (*Server).answerCall, "应答叫应、回报情况；限本人"},
}

func init() {
	flashes["call-ack"], flashes["call-done"], flashes["call-told"] = "已应答，不再叫您。", "已报办好。", "已收到您报的情况。"
	flashes["call-late"] = "叫应已结束，您报的已记录在案。险情仍在的，请马上打电话报告。"
}

// myCall is a call as the person who is called sees it.
type myCall struct {
	*callup.Call
	R    *callup.Round
	Over bool // nobody waits for the answer any more
}

// URL is its own page.
func (c myCall) URL() string {
	return fmt.Sprintf("/callups/mine/%d-%d", c.R.ID, c.N)
}

// Headline is what is called for, marked where it is a drill.
func (c myCall) Headline() string {
	if c.R.Drill {
		return drill.Marked(drill.Unmarked(c.R.Title))
	}
	return c.R.Title
}

// Colour is that of the level.
func (c myCall) Colour() string { return callLevels[max(0, min(c.R.Level, 4))] }

// callsOf are the calls of the person of an account that take answers: those without one first.
func (s *Server) callsOf(ctx context.Context, tx *db.Tx, works *works.Works, account string) (out []myCall, err error) {
	ids, err := works.CalledAs(ctx, tx, account, s.now())
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		calls, rounds, err := works.Callup.Mine(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		for i, k := range calls {
			out = append(out, myCall{Call: k, R: rounds[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b myCall) int {
		if a.Answered.IsZero() != b.Answered.IsZero() {
			if a.Answered.IsZero() {
				return -1
			}
			return 1
		}
		return b.Began.Compare(a.Began)
	})
	return out, nil
}

func (s *Server) myCalls(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	var list []myCall
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = s.callsOf(ctx, tx, works, by.Account)
		return err
	})
	if err != nil {
		return err
	}
	now := s.now()
	p := s.page(r, "我的叫应")
	p.Data = map[string]any{"List": list, "Title": "我的叫应", "Back": "/work", "Flash": flashes[r.URL.Query().Get("done")], "At": func(t time.Time) string { return hourMinute(t, now) }}
	return s.render(w, http.StatusOK, "callupmine.html", p)
}

// myCallAt is the call of an address, if it is the person's own; one that has ended too, for what he has still to tell.
func (s *Server) myCallAt(ctx context.Context, tx *db.Tx, works *works.Works, account string, id callup.ID, n int) (*myCall, error) {
	people, err := works.CalledAs(ctx, tx, account, s.now())
	if err != nil {
		return nil, err
	}
	for _, person := range people {
		k, r, takes, err := works.Callup.MineAt(ctx, tx, person, id, n)
		if callup.KindOf(err) == callup.NotFound {
			continue
		}
		return &myCall{k, r, !takes}, err
	}
	return nil, notFound("没有叫您的这一项叫应。")
}

func callID(r *http.Request) (callup.ID, int, error) {
	round, call, _ := strings.Cut(r.PathValue("call"), "-")
	id, err := strconv.ParseInt(round, 10, 64)
	n, err2 := strconv.Atoi(call)
	if err != nil || err2 != nil || id < 1 || n < 1 {
		return 0, 0, notFound("没有这一项叫应。")
	}
	return callup.ID(id), n, nil
}

func (s *Server) myCall(w http.ResponseWriter, r *http.Request) error {
	return s.myCallPage(w, r, http.StatusOK, url.Values{}, "")
}

func (s *Server) myCallPage(w http.ResponseWriter, r *http.Request, status int, typed url.Values, wrong string) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	id, n, err := callID(r)
	if err != nil {
		return err
	}
	var c *myCall
	var seen []callup.Seen
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = s.myCallAt(ctx, tx, works, by.Account, id, n); err == nil {
			seen, err = works.Callup.Reports(ctx, tx, id, n, callReports)
		}
		return err
	})
	if err != nil {
		return err
	}
	now := s.now()
	once := typed.Get("once")
	if once == "" {
		once = newOnce()
	}
	p := s.page(r, "叫应")
	p.Data = map[string]any{"C": c, "Seen": seen, "Typed": typed, "Wrong": wrong, "Once": once, "MaxFiles": ledger.MaxFiles, "Title": "叫应", "Back": "/callups/mine",
		"Photos": fmt.Sprintf("/callups/%d/photos/", id), "Flash": flashes[r.URL.Query().Get("done")], "At": func(t time.Time) string { return hourMinute(t, now) }}
	return s.render(w, status, "callupanswer.html", p)
}

// answerCall takes the person's own answer: that he has heard, that it is done, what he sees.
func (s *Server) answerCall(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	id, n, err := callID(r)
	if err != nil {
		return err
	}
	f, err := readCaseForm(r, true)
	if err != nil {
		return err
	}
	said := callup.Said{Acted: f.Get("state") == "done", Text: f.words("words"), Once: f.Get("once")}
	if f.place != nil {
		said.Spot = &callup.Point{Lon: f.place.Lon, Lat: f.place.Lat}
	}
	if le := caseRefusal(f.bad); le != nil {
		return s.callRefused(w, r, f.Values, le.Message)
	}
	over := false
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		c, err := s.myCallAt(r.Context(), tx, works, by.Account, id, n)
		if err != nil {
			return err
		}
		over = c.Over
		kept, err := s.Ledger.Keep(r.Context(), tx, "callup.Answer", f.evidence)
		if err != nil {
			return err
		}
		said.Photos = nil
		for _, k := range kept {
			said.Photos = append(said.Photos, callup.Photo{SHA256: k.SHA256, Name: k.Name, MediaType: k.MediaType})
		}
		_, err = works.Callup.Answer(r.Context(), tx, c.Person, by.Account, id, n, callup.App, said)
		return err
	})
	var no *callup.Error
	var le *ledger.Error
	switch {
	case errors.As(err, &no) && no.Kind == callup.NotFound:
		return notFound(no.Message)
	case errors.As(err, &no):
		return s.callRefused(w, r, f.Values, no.Message)
	case errors.As(err, &le) && le.Kind == ledger.Invalid:
		return s.callRefused(w, r, f.Values, le.Message)
	case err != nil:
		return err
	case wantsJSON(r):
		return writeJSON(w, http.StatusOK, map[string]any{"done": "answered", "call": n})
	}
	done := "call-ack"
	switch {
	case over:
		done = "call-late"
	case said.Text != "" || len(said.Photos) > 0:
		done = "call-told"
	case said.Acted:
		done = "call-done"
	}
	return &redirectError{r.URL.Path + "?done=" + done}
}

// callRefused shows what is wrong beside what was typed.
func (s *Server) callRefused(w http.ResponseWriter, r *http.Request, typed url.Values, words string) error {
	if wantsJSON(r) {
		return badRequest(words)
	}
	return s.myCallPage(w, r, http.StatusBadRequest, typed, words)
}

// myWaitingCalls are the calls without an answer, for the page of the morning; a county without policies calls nobody.
func (s *Server) myWaitingCalls(r *http.Request, by ledger.Actor) (out []myCall, err error) {
	works, err := s.works()
	if err != nil {
		return nil, nil
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		list, err := s.callsOf(ctx, tx, works, by.Account)
		out = slices.DeleteFunc(list, func(c myCall) bool { return !c.Answered.IsZero() })
		return err
	})
	return out, err
}
