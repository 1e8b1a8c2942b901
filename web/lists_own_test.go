package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Of a list that each town writes for itself a town is offered its own entry alone, and refused another's.
func TestTownsOwnEntries(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		const list = "/lists/gw-farm-advice"
		wants(t, "the list says whose", w.get("镇经办", list), http.StatusOK, "各单位只登记“乡镇”是自己的", list+"/new")
		form := url.Values{"f.编号": {"A1"}, "f.日期": {"2031-06-01"}, "f.乡镇": {w.other}, "f.方式": {"培训"}, "f.投入品": {"肥料"}, "f.内容": {"演示"}, "f.户数": {"40"}}
		wants(t, "another's", w.post("镇经办", list+"/new", form), http.StatusForbidden, "“乡镇”是您的单位")
		form.Set("f.乡镇", w.town)
		if a := w.post("镇经办", list+"/new", form); a.status != http.StatusSeeOther {
			t.Errorf("its own: %d %.600s", a.status, around2(a.body, "alert"))
		}
		lacking := func(who string) int {
			a := w.get(who, "/lists/soil-town-plans")
			wants(t, "who lacks it", a, http.StatusOK, w.town, w.other)
			return strings.Count(a.body, "/lists/soil-town-plans/new?")
		}
		if own, all := lacking("镇经办"), lacking("督查"); own != 1 || all != 10 {
			t.Errorf("a town is offered %d entries, the office %d", own, all)
		}
	})
}
