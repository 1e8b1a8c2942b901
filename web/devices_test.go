package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/device"
	"zhixing/observation"
)

// A device is registered with what was typed kept on errors, told what to do, and taken out of use.
func TestDevicesStory(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		m := newMeasured(s)
		wants(t, "no device yet", w.get("督查", "/devices"), http.StatusOK, "还没有登记设备")
		form := url.Values{"mn": {"010000A8900016F000169DC0"}, "name": {"示例设备"}, "register": {m.of.Register}, "entry": {m.key}, "password": {"123456"}, "key": {"0123456789abcdeffedcba987654321"}, "factors": {"w01018 斤"}}
		a := w.post("督查", "/devices", form)
		wants(t, "a unit that is none", a, http.StatusBadRequest, "斤", "示例设备", "role=\"alert\"")
		if strings.Contains(a.body, "123456") {
			t.Error("the page repeats the password or the key")
		}
		form.Set("factors", "w01018 ug/L\na34013 不要")
		wants(t, "a key that is cut off", w.post("督查", "/devices", form), http.StatusBadRequest, "密钥应为 32 个十六进制字符")
		form.Set("key", form.Get("key")+"0")
		if a := w.post("经办", "/devices", form); a.status != http.StatusForbidden {
			t.Errorf("somebody of a unit registers a device: %d", a.status)
		}
		a = w.post("督查", "/devices", form)
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, around2(a.body, "alert"))
		}
		page, _, _ := strings.Cut(a.location, "?")
		a = w.get("督查", page)
		wants(t, "its page", a, http.StatusOK, "从未上线", "w01018 ug/L", "a34013 不要", "密码已设", "有加密密钥", m.of.Title)
		if strings.Contains(a.body, form.Get("key")) || strings.Contains(a.body, "123456") {
			t.Error("the page shows the key or the password")
		}
		wants(t, "the list", w.get("经办", "/devices"), http.StatusOK, "示例设备", "从未上线")
		wants(t, "an order without its times", w.post("督查", page+"/order", url.Values{"what": {"backfill"}, "kind": {"hour"}}), http.StatusBadRequest, "起止时间")
		if a := w.post("督查", page+"/order", url.Values{"what": {"clock"}}); a.status != http.StatusSeeOther {
			t.Errorf("an order: %d %s", a.status, around2(a.body, "alert"))
		}
		wants(t, "the order waits", w.get("督查", page), http.StatusOK, device.SetClock.Words(), device.Waiting.Words(), "撤回")
		form.Set("name", "改了名")
		form.Del("password")
		form.Del("key")
		if a := w.post("督查", page+"/change", form); a.status != http.StatusSeeOther {
			t.Errorf("a change: %d %s", a.status, around2(a.body, "alert"))
		}
		wants(t, "changed, the password and the key kept", w.get("督查", page), http.StatusOK, "改了名", "密码已设", "有加密密钥")
		if a := w.post("督查", page+"/end", url.Values{"reason": {"报废"}}); a.status != http.StatusSeeOther {
			t.Errorf("out of use: %d", a.status)
		}
		wants(t, "out of use", w.get("督查", page), http.StatusOK, "已停用")
		wants(t, "no such device", w.get("督查", "/devices/99"), http.StatusNotFound)
	})
}

// A program sends with its token what its token is for; SensorThings and the metrics show what is public of it.
func TestReadingsStory(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		m := newMeasured(s)
		a := w.post("督查", "/senders", url.Values{"sender": {"示例平台"}, "series": {string(m.series)}})
		wants(t, "a token", a, http.StatusOK, "只显示这一次")
		_, rest, _ := strings.Cut(a.body, `<code class="secret">`)
		token, _, _ := strings.Cut(rest, "<")
		send := func(token, body string) answer {
			req := httptest.NewRequest(http.MethodPost, "/api/readings", strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			return w.do("", req)
		}
		at := m.of.Kind.Start(m.clock.Now().Add(-2 * 3600e9)).UTC().Format("2006-01-02T15:04:05Z")
		good := `{"readings": [{"series": "` + string(m.series) + `", "of": "` + m.key + `", "at": "` + at + `", "value": 17.25}]}`
		if a := send("wrong", good); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("a wrong token: %d", a.status)
		}
		wants(t, "taken", send(token, good), http.StatusOK, `"taken":1`, `"refused":[]`)
		wants(t, "again", send(token, good), http.StatusOK, `"taken":0`, `"known":1`)
		wants(t, "in part", send(token, `[{"series": "nothing", "of": "x", "at": "`+at+`", "value": 1}, `+good[len(`{"readings": [`):len(good)-2]+`]`), http.StatusOK, `"known":1`, `"index":0`)
		wants(t, "nothing of it", send(token, `{"series": "section-nh3", "of": "`+m.key+`", "at": "`+at+`", "value": 1}`), http.StatusUnprocessableEntity, "不可报送")
		wants(t, "no JSON", send(token, `{`), http.StatusBadRequest)

		wants(t, "the root", m.get("", "/sensorthings/v1.1"), http.StatusOK, `"Datastreams"`)
		wants(t, "things", m.get("", "/sensorthings/v1.1/Things?"+url.Values{"$expand": {"Datastreams"}, "$count": {"true"}}.Encode()), http.StatusOK, m.key, m.of.Title)
		a = m.get("", "/sensorthings/v1.1/Datastreams?"+url.Values{"$filter": {"name ne 'x'"}, "$top": {"1"}}.Encode())
		wants(t, "streams", a, http.StatusOK, "@iot.id")
		wants(t, "no such filter", m.get("", "/sensorthings/v1.1/Things?"+url.Values{"$filter": {"name eq"}}.Encode()), http.StatusBadRequest, `"code":400`)
		wants(t, "metrics", m.get("", "/open/metrics"), http.StatusOK, "zhixing_reading{", "17.25", m.key)
		if text := m.get("", "/open/metrics").body; strings.Count(text, "# TYPE zhixing_reading gauge") != 1 {
			t.Errorf("a metric is declared more than once:\n%s", text)
		}

		public := m.of.Public
		m.of.Public = false
		for _, target := range []string{"/sensorthings/v1.1/Things", "/sensorthings/v1.1/Datastreams", "/open/metrics", "/sensorthings/v1.1/Observations"} {
			if a := m.get("", target); strings.Contains(a.body, "17.25") || strings.Contains(a.body, `"`+m.of.Title+`"`) {
				t.Errorf("%s shows a series that is not public: %s", target, a.body)
			}
		}
		m.of.Public = public

		if a := w.post("督查", "/senders/1/end", nil); a.status != http.StatusSeeOther {
			t.Errorf("ending the token: %d", a.status)
		}
		if a := send(token, good); a.status != http.StatusUnauthorized {
			t.Errorf("an ended token: %d", a.status)
		}
	})
}

// A table of samples is looked at line by line, taken in, and taken back; who does not measure there may not.
func TestSamplesStory(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		m := newMeasured(s)
		of := s.works.Observations.Definition("section-sample-cod")
		if of == nil {
			t.Fatal("the demonstration county takes no samples at sections")
		}
		wants(t, "the empty table", w.get("督查", "/samples.csv"), http.StatusOK, strings.Join(observation.SampleTitles, ","))
		table := "点位,项目,采样时间,结果,单位,方法,采样人\n" + m.key + "," + of.Title + ",2031-06-01 10:00,18.5,mg/L,,示例甲\n没有的点位," + of.Title + ",2031-06-01 10:00,1,mg/L,,示例甲\n"
		wants(t, "no file", w.post("督查", "/samples", url.Values{"of": {"sections"}}), http.StatusBadRequest, "请选择")
		wants(t, "no table", w.upload("督查", "/samples", nil, "a.csv", []byte("甲,乙\n1,2\n")), http.StatusBadRequest, "role=\"alert\"")
		if a := w.upload("局长", "/samples", nil, "a.csv", []byte(table)); a.status != http.StatusForbidden {
			t.Errorf("a unit that measures nothing hands in samples: %d", a.status)
		}
		a := w.upload("督查", "/samples", map[string]string{"of": ""}, "六月.csv", []byte(table))
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, around2(a.body, "alert"))
		}
		page := a.location
		wants(t, "line by line", w.get("督查", page), http.StatusOK, "18.5", "有误 1", "没有名为", "待记入")
		if a := w.post("局长", page+"/apply", nil); a.status != http.StatusForbidden {
			t.Errorf("another unit applies it: %d", a.status)
		}
		read := func() string { return m.get("", "/open/series/"+string(of.Name)+"/"+escape(m.key)+".json").body }
		if strings.Contains(read(), "18.5") {
			t.Error("recorded before it was applied")
		}
		if a := w.post("督查", page+"/apply", nil); a.status != http.StatusSeeOther {
			t.Fatalf("apply: %d", a.status)
		}
		if !strings.Contains(read(), "18.5") {
			t.Error("not recorded")
		}
		wants(t, "twice", w.post("督查", page+"/apply", nil), http.StatusConflict)
		if a := w.post("督查", page+"/undo", nil); a.status != http.StatusSeeOther {
			t.Fatalf("undo: %d", a.status)
		}
		if strings.Contains(read(), "18.5") {
			t.Error("still there after it was taken back")
		}
		wants(t, "taken back", w.get("督查", "/samples"), http.StatusOK, "六月.csv", "已撤销")
	})
}

// FuzzSensorThingsFilter holds that no filter breaks the answer: it is JSON with a status that a client understands.
func FuzzSensorThingsFilter(f *testing.F) {
	for _, seed := range []string{"name eq 'x'", "id gt 3 and not (name ne 'y')", "startswith(name,'刘')", "((((", "result gt 1e999", "name eq '", "a/b/c eq null or true"} {
		f.Add(seed)
	}
	clock := dbtest.At("2031-06-08")
	m := newMeasured(newSite(f, dbtest.Open(f, dbtest.DSN(f, db.SQLite), clock.Now), clock))
	m.take(5, "15.5", observation.Normal)
	f.Fuzz(func(t *testing.T, filter string) {
		at := *m.site
		at.t = t
		a := at.get("", "/sensorthings/v1.1/Datastreams?"+url.Values{"$filter": {filter}}.Encode())
		switch a.status {
		case http.StatusOK, http.StatusBadRequest, http.StatusNotImplemented, http.StatusRequestURITooLong:
		default:
			t.Errorf("%q: %d %s", filter, a.status, a.body)
		}
		if a.status != http.StatusRequestURITooLong && !strings.HasPrefix(a.body, "{") {
			t.Errorf("%q: no JSON: %s", filter, a.body)
		}
	})
}
