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

// A town brings a table through the page: its own rows are taken, others' are refused line by line, another town sees nothing of it, and the
// town takes back what it brought.
func TestTownImportsItsOwn(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		const list = "/lists/gw-farm-advice"
		wants(t, "the list offers it", w.get("镇经办", list), http.StatusOK, list+"/import")
		if strings.Contains(w.get("镇经办", list).body, list+"/twins") {
			t.Error("a town is offered to merge entries")
		}
		wants(t, "merging", w.get("镇经办", list+"/twins"), http.StatusForbidden, "不能合并")
		wants(t, "the form says whose", w.get("镇经办", list+"/import"), http.StatusOK, "您只能导入“乡镇”是您的单位的条目", "您的单位还没有导入过")
		table := "编号,日期,乡镇,方式,投入品,内容,户数\nA1,2031-06-01," + w.town + ",培训,肥料,演示,40\nA2,2031-06-01," + w.other + ",培训,肥料,演示,40\n"
		a := s.uploadAs("镇经办", list+"/import", nil, "file", "指导.csv", []byte(table))
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		batch := a.location
		wants(t, "the rows", w.get("镇经办", batch), http.StatusOK, "第 3 行", "<b>乡镇</b>：《", "您只能导入“乡镇”是您的单位的条目", "只导入无误的 1 行")
		if a = w.post("镇经办", batch+"/apply", url.Values{"only": {"1"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		wants(t, "its entry", w.get("镇经办", list+"/e/A1"), http.StatusOK, "演示")
		wants(t, "another's entry", w.get("镇经办", list+"/e/A2"), http.StatusNotFound)

		all := s.uploadAs("督查", list+"/import", nil, "file", "全县.csv", []byte(strings.NewReplacer("A1", "B1", "A2", "B2").Replace(table))).location
		wants(t, "the office's", w.get("镇经办", all), http.StatusForbidden, "别的单位办的")
		if a = w.post("镇经办", all+"/apply", nil); a.status != http.StatusForbidden {
			t.Errorf("a town applies the office's import: %d", a.status)
		}
		imports := w.get("镇经办", list+"/import")
		if !strings.Contains(imports.body, "指导.csv") || strings.Contains(imports.body, "全县.csv") {
			t.Errorf("imports of a town: %.1500s", around2(imports.body, "历次导入"))
		}
		if a = w.post("镇经办", batch+"/undo", url.Values{"why": {"传错了"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		wants(t, "undone", w.get("镇经办", batch), http.StatusOK, "已撤销", "全部撤销")
		wants(t, "its entry", w.get("镇经办", list+"/e/A1"), http.StatusOK, "出册")
	})
}
