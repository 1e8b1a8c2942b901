package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/counties"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/device"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/publication"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// site is a whole server over a database of its own, with the demonstration county, its accounts and a fake clock.
type site struct {
	t     testing.TB
	srv   *Server
	clock *dbtest.Clock
	logs  *bytes.Buffer
	users map[string]account.Token
	works *works.Works

	issues int // made by nextIssue
}

const (
	testPassword = "jiaoben-kouling-1"
	testSecret   = "MRSW23ZAMFSG22LONFZXI4TBORXXEIDL"
)

// sites runs a story on either database.
func sites(t *testing.T, tell func(s *site)) {
	clock := dbtest.At("2031-06-08")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) { tell(newSite(t, d, clock)) })
}

// demonstrationCounty is read once: its policies are many.
var demonstrationCounty = sync.OnceValues(func() (policy.County, error) { return policy.LoadCounty(counties.Demonstration()) })

func newSite(t testing.TB, d *db.DB, clock *dbtest.Clock) *site {
	t.Helper()
	ctx := context.Background()
	county, err := demonstrationCounty()
	if err != nil {
		t.Fatal(err)
	}
	code := string(county.Place.Code)
	log, err := journal.OpenLog(ctx, d, code, "gazette.test/"+code, "")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, clock: clock, logs: &bytes.Buffer{}, users: map[string]account.Token{}}
	accounts := account.Open(d, code, account.Options{Demo: true})
	led := &ledger.Ledger{County: code, Office: county.Office, Government: county.Government, Rules: *county.Rules, Book: county.Book, Demo: true}
	ww, err := works.New(&county, led, calendar.DateOf(clock.Now()), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.works = ww
	s.srv, err = New(Config{
		DB: d, County: county, Log: log, Accounts: accounts, BaseURL: "http://gazette.test",
		Press: &publication.Press{DB: d, County: edition.County{Code: code, Name: county.Place.County}, Log: log,
			Directory: county.Directory, BaseURL: "http://gazette.test"},
		Ledger: led, Works: func() *works.Works { return ww }, Devices: device.NewRegistry(code),
		Logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]account.Role{"编辑甲": account.Editor, "签发乙": account.Publisher, "管理丙": account.Administrator} {
		_, _, err := accounts.Create(ctx, account.Operator("test"), account.NewUser{Name: name, Roles: []string{string(role)}, Demo: true, Password: testPassword, Secret: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		token, sess, err := accounts.LogIn(ctx, name, testPassword, account.Client{Addr: "127.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		if sess.Stage == account.NeedsCode {
			code, err := accounts.DemoCode(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			if token, _, err = accounts.CheckCode(ctx, sess, code); err != nil {
				t.Fatal(err)
			}
		}
		s.users[name] = token
	}
	return s
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	header   http.Header
	location string
}

// do asks as somebody; "" is the public.
func (s *site) do(as string, req *http.Request) answer {
	s.t.Helper()
	if as != "" {
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users[as])})
	}
	req.RemoteAddr = "127.0.0.1:40000"
	rec := httptest.NewRecorder()
	s.srv.ServeHTTP(rec, req)
	body, err := io.ReadAll(rec.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{rec.Code, string(body), rec.Header(), rec.Header().Get("Location")}
}

func (s *site) get(as, target string) answer {
	s.t.Helper()
	return s.do(as, httptest.NewRequest(http.MethodGet, target, nil))
}

func (s *site) post(as, target string, form url.Values) answer {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(as, req)
}

// upload sends a file as the browser would.
func (s *site) upload(as, target string, fields map[string]string, name string, content []byte) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write(content)
	w.Close()
	req := httptest.NewRequest(http.MethodPost, target, &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(as, req)
}

// publishText takes a manuscript the whole way through the pages and returns the draft's address.
func (s *site) publishText(text string) string {
	s.t.Helper()
	a := s.upload("编辑甲", "/desk/new", nil, "稿件.txt", []byte(text))
	draft, _, _ := strings.Cut(a.location, "?")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(draft, "/desk/") {
		s.t.Fatalf("upload: %d %s", a.status, a.body)
	}
	s.step("编辑甲", draft, "submit", nil)
	a = s.step("签发乙", draft, "publish", nil)
	if !strings.Contains(a.location, "done=published") {
		s.t.Fatalf("publish: %d %s %s", a.status, a.location, a.body)
	}
	return draft
}

// step does one thing on a draft at the revision that its page shows.
func (s *site) step(as, draft, what string, form url.Values) answer {
	s.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	page := s.get(as, draft)
	_, rest, ok := strings.Cut(page.body, `name="revision" value="`)
	if !ok {
		s.t.Fatalf("%s as %s: no form on the page: %d %s", draft, as, page.status, page.body)
	}
	form.Set("revision", rest[:strings.IndexByte(rest, '"')])
	a := s.post(as, draft+"/"+what, form)
	if a.status != http.StatusSeeOther {
		s.t.Fatalf("%s as %s: %d %s", what, as, a.status, a.body)
	}
	return a
}

// demoIssue is the newest issue of the demonstration county.
func (s *site) demoIssue() string {
	issues := s.srv.County.Issues
	return string(issues[len(issues)-1].Text)
}
