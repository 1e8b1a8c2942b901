package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/relay"
)

// What goes to an upper platform waits where it has no address, is tried again where the platform does not take it, and is given up by
// the office alone, with a reason; the rest then goes.
func TestSendsStory(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		var status atomic.Int64
		status.Store(http.StatusServiceUnavailable)
		platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(int(status.Load()))
			w.Write([]byte(`{"receipt":"收讫1号"}`))
		}))
		defer platform.Close()
		send, _ := s.works.Relay.Find("plant-online")
		def := s.works.Observations.Definition("plant-cod")
		schema, _ := s.works.Registers.Schema(register.Name(def.Register))
		fields := fieldsFor(schema, "示例污水厂")
		fields["在线监控安装"] = "2031-01-01"
		measure := func(value string) {
			t.Helper()
			v, err := quantity.ParseSample(value)
			if err != nil {
				t.Fatal(err)
			}
			w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := s.works.Observations.Record(ctx, tx, []observation.Reading{{Name: def.Name, Key: "示例污水厂", At: def.Kind.Start(s.clock.Now().Add(-time.Hour)), Value: observation.Measured(v), Source: "test"}})
				return err
			})
		}
		carry := func() {
			t.Helper()
			s.clock.Advance(2 * time.Minute)
			if _, err := s.works.Relay.Carry(t.Context(), s.srv.DB); err != nil {
				t.Fatal(err)
			}
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Registers.Add(ctx, tx, register.System, schema.Name, register.Input{Fields: fields, Holds: calendar.Date{Year: 2031, Month: 1, Day: 1}})
			return err
		})
		wants(t, "nothing yet", w.get("督查", "/sends/plant-online"), http.StatusOK, "没有配置平台地址", "还没有送过")
		measure("33.25")
		carry()
		wants(t, "it waits", w.get("督查", "/sends"), http.StatusOK, send.Title, "没有配置平台地址", "最早的")
		if a := w.get("督查", "/sends/plant-online"); !strings.Contains(a.body, "待送达 1") || strings.Contains(a.body, "收讫") {
			t.Errorf("%.600s", around2(a.body, "<main"))
		}

		s.works.Relay.Destinations = map[string]relay.Destination{send.To: {URL: platform.URL}}
		carry()
		wants(t, "for a file", w.get("督查", "/sends.csv"), http.StatusOK, "联网,送给,待送达", send.Title, send.Basis.String())
		wants(t, "not taken", w.get("督查", "/sends"), http.StatusOK, "503", "已试 1 次", "再试")
		carry()
		a := w.get("督查", "/sends/plant-online")
		wants(t, "tried again", a, http.StatusOK, "503", "不再送这一批", `data-is="试过" class="figure">2<`)
		if a := w.get("经办", "/sends/plant-online"); a.status != http.StatusOK || strings.Contains(a.body, "不再送这一批") {
			t.Errorf("who may not give up is offered to: %d", a.status)
		}
		drop := "/sends/plant-online/drop"
		wants(t, "by somebody of a unit", w.post("经办", drop, url.Values{"batch": {"1"}, "why": {"平台停用"}}), http.StatusForbidden)
		for what, form := range map[string]url.Values{"without a reason": {"batch": {"1"}, "why": {"  "}}, "without its number": {"why": {"平台停用"}}, "of a number that there is not": {"batch": {"9"}, "why": {"平台停用"}},
			"with a reason without end": {"batch": {"1"}, "why": {strings.Repeat("长", 201)}}} {
			wants(t, what, w.post("督查", drop, form), http.StatusBadRequest)
		}
		wants(t, "of a send that there is not", w.post("督查", "/sends/nothing/drop", url.Values{"batch": {"1"}, "why": {"平台停用"}}), http.StatusNotFound)
		wants(t, "a send that there is not", w.get("督查", "/sends/nothing"), http.StatusNotFound, "没有这一项联网")
		wants(t, "a page that there is not", w.get("督查", "/sends/plant-online?before=x"), http.StatusBadRequest)
		a = w.post("督查", drop, url.Values{"batch": {"1"}, "why": {"平台说重复了"}})
		if a.status != http.StatusSeeOther {
			t.Fatalf("given up: %d %s", a.status, a.body)
		}
		wants(t, "given up", w.get("督查", a.location), http.StatusOK, "平台说重复了", "这一批不再送")
		wants(t, "once", w.post("督查", drop, url.Values{"batch": {"1"}, "why": {"平台说重复了"}}), http.StatusBadRequest, "已经决定不再送")
		wants(t, "the journal", w.get("管理丙", "/journal"), http.StatusOK, "不再送达")

		status.Store(http.StatusOK)
		measure("34.5")
		carry()
		wants(t, "the next is taken", w.get("督查", "/sends/plant-online"), http.StatusOK, "收讫1号", "待送达 0", "已送达 1")
		wants(t, "in the list", w.get("督查", "/sends"), http.StatusOK, "收讫1号", "正常")
		if a := w.get("", "/sends"); a.status == http.StatusOK {
			t.Error("the public reads the offices' page")
		}
	})
}
