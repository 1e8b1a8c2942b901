// Package web is what people and machines touch: the public gazette site, its open data, the desk where a
// manuscript becomes a publication, and accounts.
//
// All routes stand in one list (routes.go) with who may use them. Every page is rendered on the server, works
// without JavaScript and has an address that can be sent to a colleague. Nothing here decides what is public:
// public pages read only through package publication, whose public tables hold only what is public.
//
// To add a page: a row in routes.go, a handler in the file of its noun, a template in templates/.
//
//	srv, err := web.New(web.Config{DB: d, County: county, …})
//	http.ListenAndServe(addr, srv)
package web

import (
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"zhixing/account"
	"zhixing/db"
	"zhixing/device"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/observation"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/publication"
)

//go:embed static
var staticFiles embed.FS

// Config is what a server needs. All fields without a comment are required.
type Config struct {
	DB       *db.DB
	County   policy.County
	Log      *journal.Log
	Press    *publication.Press
	Accounts *account.Accounts
	Ledger   *ledger.Ledger // the duties ledger; nil where the county keeps none
	OIDC     *account.OIDC  // log-in through the county's own identity provider; may be nil
	Font     []byte         // TrueType face for PDF; without it no PDF is made and the pages say so
	// BaseURL is how the site is reached from outside, such as https://gazette.example.gov.cn; addresses in feeds,
	// downloads and proofs begin with it.
	BaseURL string
	Logger  *slog.Logger
	Notices notice.Config // the ways on which notices leave the house, for the pages that offer them
	Demo    bool          // show that this is a demonstration on every page

	Works    func() *works.Works // the policies in force; nil: the county's folder has none
	Live     *works.Live         // keeps them at work; nil: they cannot be loaded again here
	Devices  *device.Registry
	Stations *device.Server      // nil where stations are not listened to
	Writer   *observation.Writer // takes readings in

	Certificate *x509.Certificate // that warnings are signed with; nil: they are not
}

// Server answers all requests of one county.
type Server struct {
	Config
	countyCode string // of the county, six digits
	countyName string // of the county
	handler    http.Handler
	pages      *templates
	cache      *cache
	last       lastEdition
	ordered    policyMark
	static     map[string]asset
	build      string // tells this version of the program from others
	metrics    *metrics
	limits     *limits
	live       *live
}

type asset struct {
	body      []byte
	mediaType string
	sum       string // names the content in its address
}

// New wires a server. It reads nothing from the database yet.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, cache: newCache(cacheBytes), metrics: newMetrics(), limits: newLimits(), live: newLive(),
		countyCode: string(c.County.Place.Code), countyName: c.County.Place.County}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	s.BaseURL = strings.TrimRight(s.BaseURL, "/")
	var err error
	if s.static, err = loadStatic(); err != nil {
		return nil, err
	}
	if s.pages, err = loadTemplates(); err != nil {
		return nil, err
	}
	s.build = buildMark()
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, s.guard(r))
	}
	// The outermost comes last: what fails inside is still counted, logged and answered.
	h := s.dispatch(mux)
	sameSite := http.NewCrossOriginProtection()
	sameSite.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, forbidden("这个请求来自别的网站，已拒绝。请在本站页面上重新办理。"))
	}))
	h = sameSite.Handler(h)
	h = secureHeaders(h)
	h = s.observe(h)
	s.handler = h
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// loadStatic gives every asset an address with its checksum, so that it may be kept for ever; once for all servers of a program.
var loadStatic = sync.OnceValues(func() (map[string]asset, error) {
	static := map[string]asset{}
	err := fs.WalkDir(staticFiles, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		static[strings.TrimPrefix(p, "static/")] = asset{b, mime.TypeByExtension(path.Ext(p)), hex.EncodeToString(sum[:6])}
		return nil
	})
	return static, err
})

func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) error {
	a, ok := s.static[r.PathValue("name")]
	if !ok {
		return notFound("没有这个文件。")
	}
	w.Header().Set("Cache-Control", "no-cache") // another version's address: what is here now, and not for long
	if r.PathValue("sum") == a.sum {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", a.mediaType)
	_, err := w.Write(a.body)
	return err
}

// buildMark is made of what pages are made of: the program's version, templates and styles.
func buildMark() string {
	h := sha256.New()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, kv := range info.Settings {
			if strings.HasPrefix(kv.Key, "vcs.") {
				fmt.Fprintln(h, kv.Key, kv.Value)
			}
		}
		fmt.Fprintln(h, info.Main.Version)
	}
	for _, files := range []embed.FS{templateFiles, staticFiles} {
		_ = fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				b, _ := files.ReadFile(p) // embedded: it is there
				h.Write(b)
			}
			return err
		})
	}
	return hex.EncodeToString(h.Sum(nil)[:6]) + " "
}

// now is the server's only clock.
func (s *Server) now() time.Time { return s.DB.Now() }
