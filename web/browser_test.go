package web

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// findChromium is the browser of the tests that look at pages; they are skipped, or fail under `make test`, where there is none.
func findChromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZHIXING_REQUIRE_BROWSER") != "" {
			t.Fatal("no chromium: install Debian's package chromium")
		}
		t.Skip("SKIPPED: no chromium on this machine; `make test` installs it")
	}
	return path
}

// openTab is one tab of a headless browser of this size. shut is called before the server is closed, which waits for what the
// page still listens to. Pages do not scroll smoothly there: a page that is still scrolling is clicked beside the mark.
func openTab(chromium string, width, height int, within time.Duration) (tab context.Context, shut func()) {
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("force-prefers-reduced-motion", true), chromedp.WindowSize(width, height))...)
	tab, cancel2 := chromedp.NewContext(alloc)
	tab, cancel3 := context.WithTimeout(tab, within)
	return tab, func() {
		cancel3()
		cancel2()
		cancel()
	}
}
