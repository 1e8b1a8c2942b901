package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"zhixing/db"
)

// What a field refers to is called by its name, with the key behind the link; so is an entry whose key refers to it. A register that
// says of which town an entry is has one column and one filter of towns.
func TestListsCallEntriesByName(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		add := func(list string, form url.Values) string {
			t.Helper()
			a := s.post("督查", "/lists/"+list+"/new", form)
			if a.status != 303 {
				t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
			}
			entry, _, _ := strings.Cut(a.location, "?")
			return entry
		}
		outlet := url.Values{"f.编号": {"P1"}, "f.名称": {"示例一号口"}, "f.类别": {"其他"}, "f.所在河流": {"示例河"}, "f.乡镇": {w.town}, "f.责任单位": {w.town}, "f.在线监测": {"否"}, "f.位置": {"111.66 35.556"}}
		at := add("outlets", outlet)
		outlet.Set("f.编号", "P2")
		outlet.Set("f.名称", "示例二号口")
		outlet.Set("f.乡镇", w.other)
		add("outlets", outlet)
		sample := add("outlet-samples", url.Values{"f.排污口": {"P1"}, "f.采样日期": {s.srv.today().String()}, "f.责任单位": {w.town}, "f.排水": {"否"}})
		day := s.srv.today().String()
		for _, who := range []struct{ name, root string }{{"督查", "/lists"}, {"", "/open/lists"}} {
			for _, path := range []string{"/outlet-samples", strings.TrimPrefix(sample, "/lists"), strings.TrimPrefix(at, "/lists"), "/outlet-samples?f.排污口=P1"} {
				a := s.get(who.name, who.root+path)
				page(t, a, 200, "示例一号口")
				if strings.Contains(a.body, "P1|") {
					t.Errorf("%s%s shows a key\n%.1500s", who.root, path, around2(a.body, "P1|"))
				}
			}
			page(t, s.get(who.name, who.root+"/outlet-samples"), 200, `">示例一号口 `+day+`</a>`, `/outlets/e/P1">示例一号口</a>`)
			page(t, s.get(who.name, who.root+strings.TrimPrefix(sample, "/lists")), 200, "<h1>示例一号口 "+day+"</h1>", "<ins>示例一号口</ins>")

			a := s.get(who.name, who.root+"/outlets?f.乡镇="+url.QueryEscape(w.town))
			page(t, a, 200, "示例一号口", `<option selected>`+w.town+`</option>`, `<th scope="col">村</th>`)
			if strings.Contains(a.body, "示例二号口") || strings.Count(a.body, ">乡镇</th>") != 1 || strings.Count(a.body, ">乡镇</label>") != 1 || strings.Contains(a.body, "<details class=\"morefilters\" open") {
				t.Errorf("towns twice, or not asked for\n%.3000s", around2(a.body, "<main"))
			}
		}
		if err := s.srv.DB.Read(context.Background(), func(tx *db.Tx) error {
			works, err := s.srv.works()
			if err != nil {
				return err
			}
			words := seer{works, nil, map[string]string{}, map[string]Link{}}
			for subject, want := range map[string]string{"outlets/P1": "示例一号口", "outlet-cod/P1": "示例一号口 化学需氧量", "": "全县", w.town: w.town} {
				if got, err := words.about(context.Background(), tx, subject); err != nil || got != want {
					t.Errorf("%s is called %q (%v), want %q", subject, got, err, want)
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		page(t, s.get("督查", at), 200, "<dt>所在</dt><dd>示例一村</dd>")
	})
}
