package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// In a browser the hours of a forecast lie under a slider: dragged by the mouse and moved by the keys it shows another hour on the map, in the words
// and in the tables, says so to whoever cannot see, and leaves an address that can be sent; what leads on is of that hour too.
func TestForecastSliderInABrowser(t *testing.T) {
	clock := dbtest.At("2031-06-08T22:10:00+08:00")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	caseSeats(s)
	if _, err := s.works.Forecasts.Take(context.Background(), s.srv.DB, "rain-1.csv", rainFile(clock.Now().Truncate(time.Hour), "25.5"), ""); err != nil {
		t.Fatal(err)
	}
	v := s.browse("督查", 390, 844)
	const slide = `document.getElementById('hour')`
	shows := func(n, says string) { // the hour, everywhere
		t.Helper()
		for _, js := range []string{
			slide + `.value === 'N'`,
			`document.querySelectorAll('.fieldmap g.hour:not(.off)').length === 2 && [...document.querySelectorAll('.fieldmap g.hour:not(.off)')].every(g => g.dataset.hour === 'N')`,
			`[...document.querySelectorAll('.fieldsays:not([hidden])')].map(p => p.dataset.hour).join() === 'N' && document.querySelector('.fieldsays:not([hidden])').textContent.startsWith('SAYS')`,
			slide + `.getAttribute('aria-valuetext').startsWith('SAYS')`,
			`document.querySelector('.hours a[aria-current]').dataset.hour === 'N' && document.querySelectorAll('.hours a[aria-current]').length === 1`,
			`[...document.querySelectorAll('.hourtable td.now')].length > 0 && [...document.querySelectorAll('.hourtable .now')].every(e => e.dataset.hour === 'N')`,
			`new URL(location.href).searchParams.get('hour') === 'N'`,
			`new URL(document.querySelector('a[data-ofhour]').href).searchParams.get('hour') === 'N' && document.querySelector('form [name=hour]').value === 'N'`,
		} {
			v.until(strings.NewReplacer("'N'", "'"+n+"'", "SAYS", says).Replace(js))
		}
	}
	v.open("/forecasts/rain-6h")
	v.until(slide + ` && !` + slide + `.closest('p').hidden && document.querySelector('.fieldsays:not([hidden])').textContent.startsWith('22时—23时')`)

	// Dragged from its first hour to the last, past midnight, which is another day.
	v.until(slide + `.scrollIntoView({block: 'center'}), true`)
	box, err := chromedp.Run(v.tab, chromedp.Evaluate[[]float64](`(r => [r.left, r.right, (r.top + r.bottom) / 2, r.height])(`+slide+`.getBoundingClientRect())`))
	if err != nil {
		t.Fatal(err)
	}
	if box[3] < 44 {
		t.Errorf("the slider is %.0f px high on a telephone: too little for a thumb", box[3])
	}
	v.do(chromedp.MouseEvent("mousePressed", box[0]+9, box[2], chromedp.ButtonLeft, chromedp.ClickCount(1)))
	for x := box[0] + 9; x < box[1]; x += 20 {
		v.do(chromedp.MouseEvent("mouseMoved", x, box[2], chromedp.ButtonLeft))
	}
	v.do(chromedp.MouseEvent("mouseReleased", box[1], box[2], chromedp.ButtonLeft, chromedp.ClickCount(1)))
	shows("6", "9日3时—4时")

	v.do(chromedp.KeyEvent("\u0302")) // left
	shows("5", "9日2时—3时")
	v.shot("forecast-slider")
	v.until(`document.querySelector('.hours a[data-hour="2"]').click(), true`)
	shows("2", "23时—0时")

	address := v.text(`location.href`)
	v.do(chromedp.Navigate("about:blank"), chromedp.Navigate(address)) // what was sent to a colleague
	v.until(slide + ` && ` + slide + `.value === '2' && document.querySelector('.fieldsays:not([hidden])').dataset.hour === '2'`)
	if v.is(`document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page is wider than the telephone")
	}
}
