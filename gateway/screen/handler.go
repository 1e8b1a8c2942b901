package screen

import (
	"crypto/subtle"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"zhixing/gateway"
)

//go:embed page.html
var pageHTML string

//go:embed page.js
var pageJS []byte

//go:embed page.css
var pageCSS []byte

var page = template.Must(template.New("page").Parse(pageHTML))

const (
	cookie  = "zhixing_screen"
	maxBody = 16 << 10
)

// Handler serves the displays: / is the page that stands on them, or asks for number and secret; /now is what there is to show; /shown takes what
// stands on it.
func (s *Screens) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("POST /{$}", s.enter)
	mux.HandleFunc("GET /now", s.now)
	mux.HandleFunc("POST /shown", s.take)
	for name, f := range map[string]struct {
		kind string
		b    []byte
	}{"page.js": {"text/javascript; charset=utf-8", pageJS}, "page.css": {"text/css; charset=utf-8", pageCSS}} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", f.kind)
			_, _ = w.Write(f.b)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		mux.ServeHTTP(w, r)
	})
}

// display is which display asks; empty where it has not proved itself.
func (s *Screens) display(r *http.Request) string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	id, proof, _ := strings.Cut(c.Value, ".")
	b, err := hexText(id)
	if err != nil || !valid(b) || subtle.ConstantTimeCompare([]byte(proof), []byte(s.proof(b))) != 1 {
		return ""
	}
	return b
}

func (s *Screens) page(w http.ResponseWriter, r *http.Request) {
	s.write(w, http.StatusOK, s.display(r), "")
}

func (s *Screens) write(w http.ResponseWriter, status int, id, wrong string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Execute(w, map[string]string{"County": s.County, "ID": id, "Wrong": wrong}); err != nil {
		s.Log.Error("screen: the page was not written", "error", err)
	}
}

// enter takes the number and the secret that whoever puts up the display has typed.
func (s *Screens) enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	id, secret := strings.TrimSpace(r.PostFormValue("id")), strings.TrimSpace(r.PostFormValue("secret"))
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" || !valid(id) || subtle.ConstantTimeCompare([]byte(secret), []byte(s.Secret)) != 1 {
		s.write(w, http.StatusForbidden, "", "编号或口令不对。编号只含字母、数字和 - _；口令见渠道配置。")
		return
	}
	// Without a path it is sent to the folder of this page alone.
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: hexOf(id) + "." + s.proof(id), MaxAge: int((5 * 365 * 24 * time.Hour).Seconds()), HttpOnly: true,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteStrictMode})
	w.Header().Set("Location", "./")
	w.WriteHeader(http.StatusSeeOther)
}

// notice is a message as the display's script gets it.
type notice struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Text    string    `json:"text"`
	Level   int       `json:"level"`
	Drill   bool      `json:"drill"`
	Expires time.Time `json:"expires"`
}

func (s *Screens) now(w http.ResponseWriter, r *http.Request) {
	id := s.display(r)
	if id == "" {
		http.Error(w, "the display has not proved itself", http.StatusForbidden)
		return
	}
	list, err := s.show(r.Context(), id)
	if err == nil {
		err = s.asked(r.Context(), id, "")
	}
	if err != nil {
		s.fail(w, err)
		return
	}
	out := struct {
		Now  time.Time `json:"now"` // clocks of displays go wrong
		Show []notice  `json:"show"`
	}{s.Now(), []notice{}}
	for _, m := range list {
		out.Show = append(out.Show, noticeOf(m))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(out)
}

func noticeOf(m gateway.Message) notice {
	return notice{ID: m.ID, Title: m.Title, Text: m.Text, Level: m.Level, Drill: m.Drill, Expires: m.Expires}
}

// take takes what stands on the display. The body must be JSON, which no form of another site can send.
func (s *Screens) take(w http.ResponseWriter, r *http.Request) {
	id := s.display(r)
	if id == "" || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		http.Error(w, "the display has not proved itself", http.StatusForbidden)
		return
	}
	var ids []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&ids); err != nil || len(ids) > maxShown {
		http.Error(w, "want a list of ids", http.StatusBadRequest)
		return
	}
	if err := s.shown(r.Context(), id, ids); err != nil {
		s.fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail lets the display come again.
func (s *Screens) fail(w http.ResponseWriter, err error) {
	s.Log.Error("screen: a display was not served", "error", err)
	http.Error(w, "not now, come again", http.StatusServiceUnavailable)
}

// hexOf writes a number for a cookie, which takes no Chinese.
func hexOf(id string) string { return hex.EncodeToString([]byte(id)) }

func hexText(s string) (string, error) {
	b, err := hex.DecodeString(s)
	return string(b), err
}
