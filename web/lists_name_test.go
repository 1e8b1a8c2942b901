package web

import (
	"net/url"
	"strings"
	"testing"
)

// A condition on a reference is asked by what people call the entry, or by its key.
func TestReferencesAreAskedByName(t *testing.T) {
	sites(t, func(s *site) {
		newWorld(s)
		add := func(list string, fields ...string) {
			t.Helper()
			form := url.Values{"why": {"登记"}}
			for i := 0; i < len(fields); i += 2 {
				form.Set("f."+fields[i], fields[i+1])
			}
			if a := s.post("督查", "/lists/"+list+"/new", form); a.status != 303 {
				t.Fatalf("%s: %d %.800s", list, a.status, around2(a.body, "<main"))
			}
		}
		station := func(no, name string) {
			add("wx-stations", "站号", no, "名称", name, "类别", "国家站", "行业", "气象", "责任单位", "县气象局", "位置", "111.57 35.49")
		}
		station("G1", "示例东站")
		station("G2", "示例西站")
		station("G3", "示例西站二")
		add("wx-kits", "编号", "K1", "站", "G1", "用途", "主用")
		add("wx-kits", "编号", "K2", "站", "G2", "用途", "主用")
		const list = "/lists/wx-kits"
		for _, x := range []struct{ asked, has, lacks string }{{"示例东站", ">K1<", ">K2<"}, {"东站", ">K1<", ">K2<"}, {"示例西站", ">K2<", ">K1<"}, {"G2", ">K2<", ">K1<"}} {
			a := s.get("督查", list+"?f.站="+url.QueryEscape(x.asked))
			page(t, a, 200, x.has, `value="`+x.asked+`"`, "写名称或编号")
			if strings.Contains(a.body, x.lacks) {
				t.Errorf("%s: %s is there", x.asked, x.lacks)
			}
		}
		page(t, s.get("督查", list+"?f.站="+url.QueryEscape("示例")), 200, "没有符合条件的条目") // three are called so
		page(t, s.get("督查", list+".csv?f.站="+url.QueryEscape("示例东站")), 200, "K1")
	})
}
