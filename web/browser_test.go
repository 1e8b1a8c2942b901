package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
	"zhixing/internal/peertest"

	"github.com/chromedp/chromedp"
)

// visit is somebody at a page of the site in a real browser.
type visit struct {
	testing.TB
	as   string // the account by which the next page is asked for
	base string // address of the site
	tab  context.Context
}

// browse opens a tab of this size for an account that is logged in. All is shut with the test.
func (s *site) browse(as string, width, height int) *visit {
	var v *visit
	v = s.browseOver(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users[v.as])})
		s.srv.ServeHTTP(rw, r)
	}), width, height)
	v.as = as
	return v
}

// browseOver is browse over a line of its own. Pages do not scroll smoothly there: a page that is still scrolling is clicked beside the mark.
func (s *site) browseOver(line http.Handler, width, height int) *visit {
	chromium := peertest.Program(s.t, "chromium", "chromium")
	server := httptest.NewServer(line)
	s.t.Cleanup(server.Close) // last: it waits for what the page still listens to
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("force-prefers-reduced-motion", true), chromedp.WindowSize(width, height))...)
	tab, cancel2 := chromedp.NewContext(alloc)
	tab, cancel3 := context.WithTimeout(tab, 4*time.Minute)
	s.t.Cleanup(func() {
		s.srv.EndStreams()
		cancel3()
		cancel2()
		cancel()
	})
	return &visit{TB: s.t, base: server.URL, tab: tab}
}

func (v *visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := chromedp.Do(v.tab, steps...); err != nil {
		v.Fatal(err)
	}
}

// open goes to a page of the site.
func (v *visit) open(path string) {
	v.Helper()
	v.do(chromedp.Navigate(v.base + path))
}

// is asks the page.
func (v *visit) is(js string) bool {
	ok, err := chromedp.Run(v.tab, chromedp.Evaluate[bool]("!!("+js+")"))
	return err == nil && ok
}

// until waits for an expression to become true, as long as a busy machine may need.
func (v *visit) until(js string) {
	v.Helper()
	v.within(20*time.Second, js)
}

func (v *visit) within(most time.Duration, js string) {
	v.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if v.is(js) {
			return
		}
	}
	v.shot("failed")
	body, _ := chromedp.Run(v.tab, chromedp.Text("body"))
	v.Fatalf("in %v never came true: %s\n%s", most, js, body)
}

// text is what an expression gives.
func (v *visit) text(js string) string {
	v.Helper()
	out, err := chromedp.Run(v.tab, chromedp.Evaluate[string](js))
	if err != nil {
		v.Fatal(err)
	}
	return out
}

// shot keeps a picture where ZHIXING_SCREENSHOTS names a folder.
func (v *visit) shot(name string) { v.picture(name, chromedp.CaptureScreenshot()) }

func (v *visit) picture(name string, how chromedp.Action[[]byte]) {
	v.Helper()
	dir := os.Getenv("ZHIXING_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(v.tab, how)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		v.Fatal(err)
	}
}
