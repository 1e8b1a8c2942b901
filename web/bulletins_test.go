package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/bulletin"
	"zhixing/observation"
)

// A bulletin is looked at as it stands, issued by the office alone, kept as it was while the record goes on, replaced when it is issued
// again; the public sees what was issued for it and nothing else.
func TestBulletinsStory(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		m := newMeasured(s)
		month := s.clock.Now().Format("2006-01")
		on, page, open := month+"-01", "/bulletins/section-month", "/open/bulletins/section-month"
		wants(t, "the list", w.get("督查", "/bulletins"), http.StatusOK, "断面水质情况月通报", "没有印发过", "内部", "还没有印发过通报")
		wants(t, "nothing public yet", w.get("", "/open/bulletins"), http.StatusOK, "还没有印发过通报")
		wants(t, "not issued, for the public", w.get("", open), http.StatusNotFound, "没有印发过这一期")
		a := w.get("督查", page)
		wants(t, "as it stands", a, http.StatusOK, "还没有印发", m.key, "印发本期", "上一期", "绛政办发〔2023〕10号 三(四)")
		if strings.Contains(a.body, "下一期") {
			t.Error("it leads to a month that has not begun")
		}
		if a := w.get("经办", page); a.status != http.StatusOK || strings.Contains(a.body, "印发本期") {
			t.Errorf("who may not issue is offered to: %d", a.status)
		}
		wants(t, "by somebody of a unit", w.post("经办", page+"/issue", url.Values{"on": {on}}), http.StatusForbidden)
		for what, form := range map[string]url.Values{"without its day": {"on": {""}}, "on no day": {"on": {"6月"}}, "with a number without end": {"on": {on}, "no": {strings.Repeat("号", 61)}}} {
			wants(t, what, w.post("督查", page+"/issue", form), http.StatusBadRequest)
		}
		next := s.clock.Now().AddDate(0, 1, 0).Format("2006-01-02")
		wants(t, "of a month that has not begun", w.post("督查", page+"/issue", url.Values{"on": {next}}), http.StatusConflict, "还没有开始")
		wants(t, "of a kind that there is not", w.post("督查", "/bulletins/nothing/issue", url.Values{"on": {on}}), http.StatusNotFound, "没有这一种通报")

		a = w.post("督查", page+"/issue", url.Values{"on": {on}, "no": {"水质通报\n〔2031〕6号"}})
		if a.status != http.StatusSeeOther {
			t.Fatalf("issued: %d %.500s", a.status, a.body)
		}
		wants(t, "issued", w.get("督查", a.location), http.StatusOK, "已印发", "水质通报 〔2031〕6号", "按现在的记录看", "印发本期")
		a = w.get("", open+"?on="+on)
		wants(t, "for the public", a, http.StatusOK, "水质通报 〔2031〕6号", m.key)
		for _, word := range []string{"印发本期", "主送", "上一期", "按现在的记录看"} {
			if strings.Contains(a.body, word) {
				t.Errorf("the public page has %s", word)
			}
		}
		wants(t, "the public list", w.get("", "/open/bulletins"), http.StatusOK, open+"?on="+on, "水质通报 〔2031〕6号")
		wants(t, "no way to it as it would be now", w.get("", open+"?as=now"), http.StatusOK, "水质通报 〔2031〕6号")
		wants(t, "a day that is none", w.get("", open+"?on=6月"), http.StatusBadRequest, "2023-10-31")
		a = w.get("", open+".docx?on="+on)
		if a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") || !strings.Contains(a.header.Get("Content-Disposition"), ".docx") {
			t.Errorf("Word: %d %v", a.status, a.header)
		}
		wants(t, "the journal", w.get("管理丙", "/journal"), http.StatusOK, "印发通报")

		// What the record holds now is not what was issued, until it is issued again.
		m.take(2, "77.25", observation.Normal)
		issued := w.get("督查", page+"?on="+on)
		m.add("新断面")
		if now := w.get("督查", page+"?as=now"); !strings.Contains(now.body, "新断面") || strings.Contains(issued.body, "新断面") || strings.Contains(w.get("督查", page).body, "新断面") {
			t.Error("what was issued goes with the record, or what there is now does not")
		}
		s.clock.Advance(time.Minute)
		w.post("督查", page+"/issue", url.Values{"on": {on}, "no": {"水质通报〔2031〕7号"}})
		wants(t, "replaced", w.get("", open), http.StatusOK, "水质通报〔2031〕7号", "第 2 次", "新断面")
		for _, list := range []string{"/bulletins", "/open/bulletins"} {
			who := map[string]string{"/bulletins": "督查"}[list]
			if a := w.get(who, list); strings.Contains(a.body, "〔2031〕6号") || !strings.Contains(a.body, "〔2031〕7号") {
				t.Errorf("%s has what was replaced", list)
			}
		}

		// What was replaced says by which, and is read as it was, as a page and as a file.
		for who, at := range map[string]string{"督查": page, "": open} {
			wants(t, "in force", w.get(who, at), http.StatusOK, "代替", `?on=`+on+`&amp;nth=1">水质通报 〔2031〕6号`)
			a = w.get(who, at+"?on="+on+"&nth=1")
			wants(t, "what was replaced", a, http.StatusOK, "水质通报 〔2031〕6号", "已由水质通报〔2031〕7号", "看现行的一份", ".docx?on="+on+"&amp;nth=1")
			if strings.Contains(a.body, "新断面") || strings.Contains(a.body, "印发本期") || strings.Contains(a.body, "按现在的记录看") {
				t.Errorf("what was replaced is not as it was, or is offered to be issued: %.900s", around2(a.body, "<main"))
			}
			wants(t, "the newest by its number", w.get(who, at+"?on="+on+"&nth=2"), http.StatusOK, "水质通报〔2031〕7号", "新断面")
			wants(t, "one that never was", w.get(who, at+"?on="+on+"&nth=3"), http.StatusNotFound, "没有这一次")
			if a = w.get(who, at+".docx?on="+on+"&nth=1"); !strings.Contains(a.text(), "印发的代替") {
				t.Error("the file of what was replaced does not say so")
			}
			if a = w.get(who, at+".docx?on="+on); strings.Contains(a.text(), "印发的代替") {
				t.Error("the file of the one in force says that it was replaced")
			}
		}

		// One for inside stays inside.
		inner := "/bulletins/accountability-list"
		if a := w.post("督查", inner+"/issue", url.Values{"on": {on}, "no": {"内部1号"}}); a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		wants(t, "inside", w.get("督查", inner), http.StatusOK, "内部1号")
		wants(t, "not outside", w.get("", "/open"+inner+"?on="+on), http.StatusNotFound)
		wants(t, "nor as a file", w.get("", "/open"+inner+".docx?on="+on), http.StatusNotFound)
		if a := w.get("", "/open/bulletins"); strings.Contains(a.body, "内部1号") || strings.Contains(a.body, "accountability-list") {
			t.Error("the public list has one that is not public")
		}

		// Where the one in force is for inside, those that it replaced go in with it.
		d, _ := s.works.Bulletins.Find("accountability-list")
		d.Public = true
		w.post("督查", inner+"/issue", url.Values{"on": {on}, "no": {"内部2号"}})
		wants(t, "public now", w.get("", "/open"+inner+"?on="+on), http.StatusOK, "内部2号")
		wants(t, "but not the one before", w.get("", "/open"+inner+"?on="+on+"&nth=1"), http.StatusNotFound)
		if a := w.get("", "/open"+inner); strings.Contains(a.body, "内部1号") {
			t.Error("the public page names one that was not public")
		}
		d.Public = false
		w.post("督查", inner+"/issue", url.Values{"on": {on}, "no": {"内部3号"}})
		for _, nth := range []string{"", "&nth=1", "&nth=2", "&nth=3"} {
			wants(t, "inside again", w.get("", "/open"+inner+"?on="+on+nth), http.StatusNotFound)
		}

		// What no policy orders any more is still there to be read.
		kinds := s.works.Bulletins.Definitions
		s.works.Bulletins.Definitions = slices.DeleteFunc(slices.Clone(kinds), func(d *bulletin.Definition) bool { return d.ID == "section-month" })
		defer func() { s.works.Bulletins.Definitions = kinds }()
		a = w.get("督查", page+"?on="+on)
		wants(t, "no longer ordered", a, http.StatusOK, "水质通报〔2031〕7号")
		if strings.Contains(a.body, "印发本期") {
			t.Error("one that is no longer ordered is offered to be issued")
		}
		wants(t, "nor for the public", w.get("", open+"?on="+on), http.StatusOK, "水质通报〔2031〕7号")
		wants(t, "nor made", w.post("督查", page+"/issue", url.Values{"on": {on}}), http.StatusNotFound)
	})
}
