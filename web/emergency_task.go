package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/ledger"
)

// emergencyTaskRoutes are a unit's own task, for the telephone.
var emergencyTaskRoutes = []route{
	{"GET /emergencies/{id}/tasks/{n}", seated, false, false, (*Server).emergencyTask, "一项应急任务，手机办理：签收、拍照反馈、报完成，没有信号也能填"},
	{"POST /emergencies/{id}/tasks/{n}", seated, false, true, (*Server).reportEmergencyTask, "反馈进展，报完成；限承担单位"},
	{"POST /emergencies/{id}/tasks/{n}/receive", seated, false, false, (*Server).receiveEmergencyTask, "签收；限承担单位"},
}

func init() {
	flashes["emergency-received"], flashes["emergency-reported"] = "已签收。", "反馈已送达指挥机构。"
}

func emergencyTaskID(r *http.Request) (emergency.TaskID, error) {
	id, err := emergencyID(r)
	if err != nil {
		return emergency.TaskID{}, err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return emergency.TaskID{}, notFound("没有这项应急任务。")
	}
	return emergency.TaskID{Activation: id, N: n}, nil
}

// taskOf is one task of an activation.
func taskOf(ctx context.Context, tx *db.Tx, e *emergency.Emergencies, id emergency.TaskID) (*emergency.Todo, error) {
	list, err := e.Tasks(ctx, tx, id.Activation)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(t *emergency.Todo) bool { return t.N == id.N })
	if i < 0 {
		return nil, notFound("没有这项应急任务。")
	}
	return list[i], nil
}

func (s *Server) emergencyTask(w http.ResponseWriter, r *http.Request) error {
	id, err := emergencyTaskID(r)
	if err != nil {
		return err
	}
	return s.emergencyTaskPage(w, r, http.StatusOK, id, url.Values{}, nil)
}

func (s *Server) emergencyTaskPage(w http.ResponseWriter, r *http.Request, status int, id emergency.TaskID, typed url.Values, no *ledger.Error) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	var a *emergency.Activation
	var t *emergency.Todo
	var docs addresses
	var said []emergency.Line
	verdict := ""
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if a, err = works.Emergencies.Of(ctx, tx, by, id.Activation); err != nil {
			return err
		}
		if t, err = taskOf(ctx, tx, works.Emergencies, id); err != nil {
			return err
		}
		if t.Series != "" {
			v, err := works.Emergencies.Verify(ctx, tx, a, t)
			if err != nil {
				return err
			}
			verdict = v.String()
		}
		if said, err = works.Emergencies.Log(ctx, tx, by, id.Activation, 1_000_000, 0); err != nil {
			return err
		}
		docs, err = s.addresses(ctx, tx, works)
		return err
	})
	if err != nil {
		return err
	}
	said = slices.DeleteFunc(said, func(l emergency.Line) bool { return l.Task != id.N })
	v := todo(t, by, docs, s.now())
	v.Verdict = verdict
	title := "应急任务"
	if a.Drill {
		title = drill.Mark + title
	}
	p := s.page(r, title)
	p.Data = map[string]any{"A": a, "T": v, "Said": said, "May": v.Mine && t.Lifted.IsZero(), "Typed": typed, "Wrong": no, "MaxFiles": ledger.MaxFiles, "Level": emergency.LevelName, "URL": emergencyURL(a.ID),
		"Title": title, "Back": "/work", "Flash": flashes[r.URL.Query().Get("done")]}
	return s.render(w, status, "emergencytask.html", p)
}

func (s *Server) receiveEmergencyTask(w http.ResponseWriter, r *http.Request) error {
	id, err := emergencyTaskID(r)
	if err != nil {
		return err
	}
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return works.Emergencies.Receive(r.Context(), tx, by, id) })
	if err != nil {
		return err
	}
	return &redirectError{taskURL(id) + "?done=emergency-received"}
}

func (s *Server) reportEmergencyTask(w http.ResponseWriter, r *http.Request) error {
	id, err := emergencyTaskID(r)
	if err != nil {
		return err
	}
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, true)
	if err != nil {
		return err
	}
	in := emergency.Reporting{Words: strings.TrimSpace(f.Get("words")), Files: f.evidence, Done: f.Get("state") == "done"}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		// A telephone that did not hear the answer sends again: what already stands there is not written twice.
		if t, err := taskOf(r.Context(), tx, works.Emergencies, id); err != nil || speaksFor(by, t.Unit) && stands(t, in) {
			return err
		}
		return works.Emergencies.Report(r.Context(), tx, by, id, in)
	})
	le := caseRefusal(err)
	switch {
	case err == nil && wantsJSON(r):
		return writeJSON(w, http.StatusOK, map[string]any{"done": "reported", "task": id.N})
	case err == nil:
		return &redirectError{taskURL(id) + "?done=emergency-reported"}
	case le != nil && (le.Kind == ledger.Invalid || le.Kind == ledger.WrongState) && !wantsJSON(r):
		return s.emergencyTaskPage(w, r, ledgerStatus[le.Kind], id, f.Values, le)
	}
	return err
}

// stands reports whether a task already says what a report says.
func stands(t *emergency.Todo, in emergency.Reporting) bool {
	if t.Words != in.Words || in.Words == "" || in.Done == t.Done.IsZero() {
		return false
	}
	for _, f := range in.Files {
		b := sha256.Sum256(f.Content)
		sum := hex.EncodeToString(b[:])
		if !slices.ContainsFunc(t.Files, func(k ledger.File) bool { return k.SHA256 == sum }) {
			return false
		}
	}
	return true
}

// emergencyWork are the open emergency tasks of somebody's units, what is due first, and what runs in the county.
type emergencyWork struct {
	Tasks   []todoView
	Running []*emergency.Activation
}

func (s *Server) emergencyWork(r *http.Request, by ledger.Actor) (out emergencyWork, err error) {
	works, err := s.works()
	if err != nil {
		return out, nil // a county without policies has no plans
	}
	var units []string
	for _, seat := range by.Seats {
		for _, u := range append([]string{seat.Unit}, seat.Groups...) {
			if speaksFor(by, u) && !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	now := s.now()
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		for _, u := range units {
			list, err := works.Emergencies.TasksOf(ctx, tx, u)
			if err != nil {
				return err
			}
			for _, t := range list {
				out.Tasks = append(out.Tasks, todo(t, by, nil, now))
			}
		}
		out.Running, err = works.Emergencies.Activations(ctx, tx, by, emergency.Active, 50)
		return err
	})
	slices.SortStableFunc(out.Tasks, func(a, b todoView) int { return a.Due.Compare(b.Due) })
	return out, err
}
