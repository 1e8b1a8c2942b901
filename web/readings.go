package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/observation"
	"zhixing/observation/sensorthings"
	"zhixing/policy/works"
	"zhixing/register"
)

// readingRoutes are how programs send readings and read them.
var readingRoutes = []route{
	{"POST /api/readings", everybody, false, true, (*Server).takeReadings, "程序报送读数（JSON），Authorization: Bearer 令牌；逐个读数说明收下与否"},
	{"GET /sensorthings/v1.1", everybody, false, false, (*Server).sensorThings, "公开监测数据，OGC SensorThings 1.1 的读取部分"},
	{"GET /sensorthings/v1.1/{rest...}", everybody, false, false, (*Server).sensorThings, "公开监测数据，OGC SensorThings 1.1 的读取部分"},
	{"GET /open/metrics", everybody, false, false, (*Server).openMetrics, "公开监测项目的最新值，Prometheus 文本格式"},
}

func registerName(s string) register.Name { return register.Name(s) }

// takeReadings takes what a program sends. It answers when the readings are on disk, and says of each that it did not take why.
func (s *Server) takeReadings(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	var sender *observation.Sender
	if ok {
		err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			sender, err = works.Observations.SenderOf(ctx, tx, strings.TrimSpace(token))
			return err
		})
		if err != nil {
			return err
		}
	}
	if sender == nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="readings"`)
		writeProblem(w, &httpError{status: http.StatusUnauthorized, message: "没有令牌，或者令牌不对、已停用。"})
		return nil
	}
	if err := works.Observations.Heard(r.Context(), s.DB, sender); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, observation.MaxIntake+1))
	if err != nil {
		return err
	}
	m, err := works.Observations.Admit(sender, body)
	if err != nil {
		return s.refuseReadings(w, err)
	}
	result, err := s.record(r.Context(), works, m.Readings)
	if err != nil {
		return s.refuseReadings(w, err)
	}
	type refusal struct {
		Index   int    `json:"index"`
		Message string `json:"message"`
	}
	refused := []refusal{}
	for _, x := range m.Refused(result) {
		refused = append(refused, refusal{x.Index, x.Message})
	}
	// The writer says of whom it refuses what, and not what of it was new: what is not refused is on disk.
	kept, status := len(m.Readings)-len(result.Refused), http.StatusOK
	if kept == 0 {
		status = http.StatusUnprocessableEntity
	}
	return writeJSON(w, status, map[string]any{"taken": kept - result.Same, "known": result.Same, "refused": refused})
}

// refuseReadings answers a program whose message was not taken at all.
func (s *Server) refuseReadings(w http.ResponseWriter, err error) error {
	var he *httpError
	if errors.As(told(err), &he) {
		writeProblem(w, he)
		return nil
	}
	if errors.Is(err, observation.ErrClosed) {
		writeProblem(w, &httpError{status: http.StatusServiceUnavailable, message: "系统正在停机，请稍后再送。"})
		return nil
	}
	return err
}

// record writes readings with those of others where there is a writer, else by itself.
func (s *Server) record(ctx context.Context, works *works.Works, list []observation.Reading) (result observation.Result, err error) {
	if len(list) == 0 {
		return result, nil
	}
	if s.Writer != nil {
		return s.Writer.Record(ctx, list)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		result, err = works.Observations.Record(ctx, tx, list)
		return err
	})
	return result, err
}

// sensorThings answers clients of that interface. It speaks English, as its clients do.
func (s *Server) sensorThings(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	service := &sensorthings.Service{Base: s.BaseURL + "/sensorthings/v1.1", Observations: works.Observations, Entry: publicEntry(works)}
	var status int
	var body []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		status, body = service.Get(ctx, tx, r.PathValue("rest"), r.URL.Query())
		return nil
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// publicEntry is what the public may know of a place.
func publicEntry(works *works.Works) func(context.Context, *db.Tx, string, string) (sensorthings.Entry, bool, error) {
	return func(ctx context.Context, tx *db.Tx, of, key string) (sensorthings.Entry, bool, error) {
		schema, ok := works.Registers.Schema(registerName(of))
		if !ok || !schema.Public {
			return sensorthings.Entry{}, false, nil
		}
		e, err := works.Registers.Get(ctx, tx, register.Viewer{}, schema.Name, key, register.AsOf{})
		if register.KindOf(err) == register.NotFound {
			return sensorthings.Entry{}, false, nil
		}
		if err != nil {
			return sensorthings.Entry{}, false, err
		}
		out := sensorthings.Entry{Name: labelOf(e), About: schema.Title}
		if g, err := works.Registers.Geometry(ctx, tx, register.Viewer{}, schema, e); err != nil {
			return out, false, err
		} else if g != nil {
			p := g.Middle()
			out.Point = &sensorthings.Point{Lon: float64(p.X) / 1e7, Lat: float64(p.Y) / 1e7}
		}
		return out, true, nil
	}
}

// openMetrics writes the newest public values of the registers that are public.
func (s *Server) openMetrics(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		seen := map[string]bool{}
		for _, d := range works.Observations.Definitions {
			schema, ok := works.Registers.Schema(registerName(d.Register))
			if !ok || !schema.Public || !d.Public || seen[d.Register] {
				continue
			}
			seen[d.Register] = true
			if err := works.Observations.WriteMetrics(ctx, tx, d.Register, &lines); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, err = w.Write(oneOfEach(lines.String()))
	return err
}

// oneOfEach puts the lines of each metric together, as the format wants them: registers are written one after another.
func oneOfEach(text string) []byte {
	var names []string
	of := map[string][]string{}
	for line := range strings.Lines(text) {
		rest, isType := strings.CutPrefix(line, "# TYPE ")
		name, _, _ := strings.Cut(rest, "{")
		if isType {
			name, _, _ = strings.Cut(rest, " ")
			if of[name] != nil {
				continue
			}
			names = append(names, name)
		}
		of[name] = append(of[name], line)
	}
	var b bytes.Buffer
	for _, name := range names {
		for _, line := range of[name] {
			b.WriteString(line)
		}
	}
	return b.Bytes()
}

// senderAdd makes a token for a program; the page shows it this once.
func (s *Server) senderAdd(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	sender := observation.Sender{Name: strings.TrimSpace(r.PostForm.Get("sender")), Reports: r.PostForm.Get("reports") != ""}
	for _, n := range r.PostForm["series"] {
		sender.Series = append(sender.Series, observation.SeriesName(n))
	}
	var token string
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		token, err = works.Observations.AddSender(r.Context(), tx, string(sessionOf(r).User.Name), sender)
		return err
	})
	if observation.KindOf(err) != 0 {
		return s.showDevices(w, r, http.StatusBadRequest, &deviceListData{Form: r.PostForm, Wrong2: told(err).(*httpError).message})
	}
	if err != nil {
		return err
	}
	return s.showDevices(w, r, http.StatusOK, &deviceListData{Token: token, Sender: sender})
}

func (s *Server) senderEnd(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这个令牌。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return works.Observations.EndSender(r.Context(), tx, string(sessionOf(r).User.Name), id)
	})
	if err != nil {
		return told(err)
	}
	return &redirectError{withDone("/devices", "sender-end")}
}
