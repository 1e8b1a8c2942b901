package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/register"
)

// In a browser, a place is picked on the form's map, and an entry is found by a press on the map of its list.
func TestListsMapInABrowser(t *testing.T) {
	chromium := findChromium(t)
	clock := dbtest.At("2031-06-08")
	did := false
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		if did {
			t.Skip("one database is enough for a browser")
		}
		did = true
		s := newSite(t, d, clock)
		w := newWorld(s)
		w.write(func(ctx context.Context, tx *db.Tx) error { // in the middle of the county, where the map opens
			box := countyBox(s.works.Registers.Places)
			_, err := s.works.Registers.Add(ctx, tx, register.System, "plants", register.Input{Fields: map[string]string{"名称": "示例甲厂", "类型": "城镇", "责任单位": unitA, "设计能力": "10",
				"位置": written((box[0]+box[2])/2) + " " + written((box[1]+box[3])/2)}})
			return err
		})
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			r.AddCookie(&http.Cookie{Name: sessionCookie, Value: string(s.users["督查"])})
			s.srv.ServeHTTP(rw, r)
		}))
		defer server.Close()
		tab, shut := openTab(chromium, 1200, 900, 2*time.Minute)
		defer shut()
		until := func(js string) {
			t.Helper()
			for range 400 {
				if ok, err := chromedp.Run(tab, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && ok {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Fatalf("never came true: %s", js)
		}
		text := func(js string) string {
			t.Helper()
			out, err := chromedp.Run(tab, chromedp.Evaluate[string](js))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		do := func(steps ...chromedp.Action[chromedp.Void]) {
			t.Helper()
			if err := chromedp.Do(tab, steps...); err != nil {
				t.Fatal(err)
			}
		}
		shot := func(name string) {
			if dir := os.Getenv("ZHIXING_SCREENSHOTS"); dir != "" {
				png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		do(chromedp.Navigate(server.URL+"/lists/plants/new"), chromedp.Click(`button[data-pick="point"]`))
		until("document.querySelector('.mapsays').textContent.includes('定位置')")
		do(chromedp.Click(".mapbox canvas"))
		until(`document.querySelector('[name="f.位置"]').value !== ''`)
		value := text(`document.querySelector('[name="f.位置"]').value`)
		shot("map-pick")
		do(chromedp.Navigate(server.URL + "/lists/plants/map"))
		until("document.querySelector('.mapsays').textContent.includes('有 1 处')")
		do(chromedp.Click(".mapbox canvas"))
		until("!document.querySelector('.mapcard').hidden")
		found := text("document.querySelector('.mapcard a').href")
		shot("map-card")
		if !strings.HasSuffix(found, "/lists/plants/e/%231") {
			t.Errorf("the press leads to %q", found)
		}
		if !strings.HasPrefix(value, "111.") {
			t.Errorf("picked %q", value)
		}
		page(t, s.get("督查", strings.TrimPrefix(found, server.URL)), 303)
	})
}

// written is a degree as people type it.
func written(degrees float64) string { return strconv.FormatFloat(degrees, 'f', 6, 64) }
