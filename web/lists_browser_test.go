package web

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/register"
)

// In a browser, a place is picked on the form's map, and an entry is found by a press on the map of its list.
func TestListsMapInABrowser(t *testing.T) {
	clock := dbtest.At("2031-06-08")
	s := newSite(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), clock.Now), clock)
	w := newWorld(s)
	w.write(func(ctx context.Context, tx *db.Tx) error { // in the middle of the county, where the map opens
		box := countyBox(s.works.Registers.Places)
		_, err := s.works.Registers.Add(ctx, tx, register.System, "plants", register.Input{Fields: map[string]string{"名称": "示例甲厂", "类型": "城镇", "责任单位": unitA, "设计能力": "10",
			"位置": written((box[0]+box[2])/2) + " " + written((box[1]+box[3])/2)}})
		return err
	})
	v := s.browse("督查", 1200, 900)
	v.do(chromedp.Navigate(v.base+"/lists/plants/new"), chromedp.Click(`button[data-pick="point"]`))
	v.until("document.querySelector('.mapsays').textContent.includes('定位置')")
	v.do(chromedp.Click(".mapbox canvas"))
	v.until(`document.querySelector('[name="f.位置"]').value !== ''`)
	value := v.text(`document.querySelector('[name="f.位置"]').value`)
	v.shot("map-pick")
	v.do(chromedp.Navigate(v.base + "/lists/plants/map"))
	v.until("document.querySelector('.mapsays').textContent.includes('有 1 处')")
	v.do(chromedp.Click(".mapbox canvas"))
	v.until("!document.querySelector('.mapcard').hidden")
	found := v.text("document.querySelector('.mapcard a').href")
	v.shot("map-card")
	if !strings.HasSuffix(found, "/lists/plants/e/%231") {
		t.Errorf("the press leads to %q", found)
	}
	if !strings.HasPrefix(value, "111.") {
		t.Errorf("picked %q", value)
	}
	page(t, s.get("督查", strings.TrimPrefix(found, v.base)), 303)
}

// written is a degree as people type it.
func written(degrees float64) string { return strconv.FormatFloat(degrees, 'f', 6, 64) }
