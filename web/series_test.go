package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
)

// measured is a site at which something is measured: the sections of the demonstration county, with a few days of values.
type measured struct {
	*site
	series observation.SeriesName // public, hourly, with an item of water
	of     *observation.Definition
	key    string
}

func (m *measured) write(do func(ctx context.Context, tx *db.Tx) error) {
	m.t.Helper()
	ctx := context.Background()
	if err := m.srv.DB.Write(ctx, func(tx *db.Tx) error { return do(ctx, tx) }); err != nil {
		m.t.Fatal(err)
	}
}

// newMeasured enters a section and lets it measure.
func newMeasured(s *site) *measured {
	s.t.Helper()
	m := &measured{site: s, series: "section-cod"}
	m.of = s.works.Observations.Definition(m.series)
	if m.of == nil {
		s.t.Fatalf("the demonstration county does not measure %s", m.series)
	}
	m.key = m.add("刘家桥")
	return m
}

// add enters one more section, and gives its key.
func (m *measured) add(name string) (key string) {
	m.t.Helper()
	schema, _ := m.works.Registers.Schema(register.Name(m.of.Register))
	m.write(func(ctx context.Context, tx *db.Tx) error {
		e, err := m.works.Registers.Add(ctx, tx, register.System, schema.Name, register.Input{Fields: fieldsFor(schema, name), Holds: calendar.Date{Year: 2031, Month: 1, Day: 1}})
		if err != nil {
			return err
		}
		key = e.Key
		return nil
	})
	return key
}

// fieldsFor fills what a register requires with something that it takes.
func fieldsFor(schema *register.Schema, name string) map[string]string {
	out := map[string]string{}
	for _, f := range schema.Fields {
		keyed := false
		for _, k := range schema.Key {
			keyed = keyed || k == f.Name
		}
		if !f.Required && !keyed && f.Name != schema.Label {
			continue
		}
		switch f.Type {
		case register.Number, register.Money:
			out[f.Name] = "1"
		case register.Day:
			out[f.Name] = "2031-01-01"
		case register.Choice:
			out[f.Name] = f.Options[0]
		case register.YesNo:
			out[f.Name] = "是"
		case register.Unit:
			out[f.Name] = "县水务局"
		case register.Point:
			out[f.Name] = "111.5 35.5"
		default:
			out[f.Name] = name
		}
	}
	return out
}

// take records a value of the series at so many hours before the site's clock.
func (m *measured) take(hours int, value string, flag observation.Flag) {
	m.t.Helper()
	at := m.of.Kind.Start(m.clock.Now().Add(-time.Duration(hours) * time.Hour))
	r := observation.Reading{Name: m.series, Key: m.key, At: at, Source: "test"}
	if value == "" {
		r.Empty = true
	} else {
		v, err := quantity.ParseSample(value)
		if err != nil {
			m.t.Fatal(err)
		}
		r.Value = observation.Measured(v)
	}
	r.Flag = flag
	m.write(func(ctx context.Context, tx *db.Tx) error {
		got, err := m.works.Observations.Record(ctx, tx, []observation.Reading{r})
		if err == nil && len(got.Refused) > 0 {
			return fmt.Errorf("%v", got.Refused)
		}
		return err
	})
}

// The newest value stands with its time and its state in words; a series has its chart, its table and its past; what replaced a
// value is shown with what it replaced.
func TestSeriesPages(t *testing.T) {
	sites(t, func(s *site) {
		m := newMeasured(s)
		for h := 30; h > 3; h-- {
			m.take(h, fmt.Sprintf("%d.5", 12+h%5), observation.Normal)
		}
		m.take(3, "99.9", observation.Fault)
		m.take(4, "41.25", observation.Normal) // takes the place of another
		page := "/open/series/" + string(m.series) + "/" + escape(m.key)
		a := m.get("", "/open/series")
		wants(t, "the list", a, http.StatusOK, m.key, m.of.Title, "无效 1")
		wants(t, "a state that nothing is in", m.get("", "/open/series?state=停用"), http.StatusOK, "没有这种状态的点位", "无效 1")
		a = m.get("", "/open/series/"+string(m.series))
		wants(t, "one definition", a, http.StatusOK, m.key, m.of.Basis.String(), "99.9")
		a = m.get("", page+"?span=day")
		wants(t, "a day", a, http.StatusOK, "<svg", "41.25", "<s>", "已被更正", "无效", "第 2 版")
		if strings.Contains(a.body, "来源") {
			t.Error("the public page says where readings come from")
		}
		wants(t, "a month", m.get("", page+"?span=month"), http.StatusOK, "<svg", "日历", "逐日")
		wants(t, "a year", m.get("", page+"?span=year&on=2031-01-05"), http.StatusOK, "2031年", "逐月", "2031年6月")
		wants(t, "an empty year", m.get("", page+"?span=year&on=2029-01-05"), http.StatusOK, "没有可以画的数值")
		wants(t, "no such span", m.get("", page+"?span=week"), http.StatusBadRequest, "span")
		wants(t, "no such place", m.get("", "/open/series/"+string(m.series)+"/"+escape("没有的")), http.StatusNotFound, "没有这个点位")
		wants(t, "no such series", m.get("", "/open/series/nothing"), http.StatusNotFound, "没有这个监测项目")

		file := "/open/series/" + string(m.series) + "/" + escape(m.key)
		today := calendar.DateOf(m.clock.Now())
		a = m.get("", file+".csv?from="+today.AddDays(-1).String()+"&to="+today.String())
		wants(t, "CSV", a, http.StatusOK, "时间,值,单位", "41.25", "99.9")
		wants(t, "JSON", m.get("", file+".json"), http.StatusOK, `"41.25"`, `"unit":"mg/L"`)
		wants(t, "as it was known", m.get("", file+".json?known=2031-01-01"), http.StatusOK, `"readings":[`+"\n]")
		wants(t, "a misspelt parameter", m.get("", file+".csv?form=2031-01-01"), http.StatusBadRequest)
		wants(t, "JSON of all places", m.get("", "/open/series/"+string(m.series)+".json"), http.StatusOK, `"state":"无效"`)
		if a := m.get("", "/series"); a.status == http.StatusOK {
			t.Error("the public reads the offices' page")
		}
	})
}

// Where an entry has left, its series stand as 停用 with what was measured, and fall silent no more; when the entry comes back they run on.
func TestSeriesThatEnded(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		m := newMeasured(s)
		m.take(2, "99.5", observation.Normal)
		page := "/series/" + string(m.series) + "/" + escape(m.key)
		device := w.post("督查", "/devices", url.Values{"mn": {"010000A8900016F000169DC0"}, "name": {"示例设备"}, "register": {m.of.Register}, "entry": {m.key}})
		silent := func() (open, state string) {
			t.Helper()
			s.clock.Advance(30 * 24 * time.Hour)
			if err := s.works.Tick(t.Context(), s.srv.DB); err != nil {
				t.Fatal(err)
			}
			s.enter("督查")
			return m.get("督查", "/findings?rule=section-silent").body, m.get("督查", page).body
		}
		leave, day := register.Leave{Why: "断面撤销"}, calendar.DateOf(s.clock.Now()).String()
		m.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Registers.Remove(ctx, tx, register.System, register.Name(m.of.Register), m.key, leave)
			return err
		})
		if open, body := silent(); strings.Contains(open, m.key) || !strings.Contains(body, "<b>停用</b>") || !strings.Contains(body, "自 "+day+" 起不再测") || !strings.Contains(body, "99.5") || strings.Contains(body, "空</a>") {
			t.Errorf("%.3000s\n%.3000s", around2(open, "没有符合"), around2(body, "<main"))
		}
		wants(t, "the list where it is asked for", m.get("督查", "/series?state=停用"), http.StatusOK, m.key, `<span class="badge">停用</span>`, "99.5")
		a := m.get("督查", "/series")
		wants(t, "the list of what runs", a, http.StatusOK, "停用 8")
		if strings.Contains(a.body, "99.5") {
			t.Error("the list of what runs has what ended")
		}
		wants(t, "one definition", m.get("督查", "/series/"+string(m.series)), http.StatusOK, m.key, "停用")
		wants(t, "its data", m.get("督查", "/series/"+string(m.series)+".json"), http.StatusOK, `"state":"停用"`)
		wants(t, "the device", m.get("督查", device.location), http.StatusOK, m.of.Title+"（停用）")
		m.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Registers.Restore(ctx, tx, register.System, register.Name(m.of.Register), m.key, leave)
			return err
		})
		if open, body := silent(); !strings.Contains(open, m.key) || !strings.Contains(body, "<b>失联</b>") {
			t.Errorf("back: %.3000s\n%.3000s", around2(open, "没有符合"), around2(body, "<main"))
		}
	})
}

// A series that is not public is on no public page.
func TestSeriesThatAreNotPublic(t *testing.T) {
	sites(t, func(s *site) {
		m := newMeasured(s)
		m.take(5, "15.5", observation.Normal)
		public := m.of.Public
		m.of.Public = false
		defer func() { m.of.Public = public }()
		for _, target := range []string{"/open/series/" + string(m.series), "/open/series/" + string(m.series) + ".json", "/open/series/" + string(m.series) + "/" + escape(m.key),
			"/open/series/" + string(m.series) + "/" + escape(m.key) + ".csv"} {
			if a := m.get("", target); a.status != http.StatusNotFound || strings.Contains(a.body, "15.5") {
				t.Errorf("%s: %d", target, a.status)
			}
		}
		if a := m.get("", "/open/series"); strings.Contains(a.body, "15.5") {
			t.Error("the list shows it")
		}
	})
}

func wants(t *testing.T, what string, a answer, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: %d, want %d\n%.500s", what, a.status, status, around2(a.body, "<main"))
		return
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			t.Errorf("%s: no %q in it\n%.1500s", what, w, around2(a.body, "<main"))
		}
	}
}

// Indicators say in words whether they are met, what they were computed from, and nothing of what is not public.
func TestIndicatorPages(t *testing.T) {
	sites(t, func(s *site) {
		m := newMeasured(s)
		for h := 24 * 69; h > 24*8; h -= 6 { // April and May
			m.take(h, "55.5", observation.Normal)
		}
		for more := true; more; {
			m.write(func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = m.works.Judge.Tick(ctx, tx)
				return err
			})
		}
		const id = "section-class"
		wants(t, "the list", m.get("", "/open/indicators"), http.StatusOK, s.works.Judge.Indicator(id).Title, "未达标")
		wants(t, "the table", m.get("", "/open/indicators.csv"), http.StatusOK, "指标,依据")
		a := m.get("", "/open/indicators/"+id)
		wants(t, "an indicator", a, http.StatusOK, m.key, "怎样算", "GB 3838", "劣Ⅴ")
		a = m.get("", "/open/indicators/"+id+"?of="+escape(m.key))
		wants(t, "an entry", a, http.StatusOK, "由什么算出", "<svg", "目标 不劣于 Ⅲ", "/open/series/section-cod/"+escape(m.key), "历期")
		wants(t, "an entry's table", m.get("", "/open/indicators/"+id+".csv?of="+escape(m.key)), http.StatusOK, "劣Ⅴ", "2031年5月")
		wants(t, "an entry's data", m.get("", "/open/indicators/"+id+".json?of="+escape(m.key)), http.StatusOK, `"class":"劣Ⅴ"`)
		wants(t, "an entry that is not there", m.get("", "/open/indicators/"+id+"?of=x"), http.StatusNotFound)
		wants(t, "the month that runs", m.get("", "/open/indicators/"+id+"?on=2031-06-08"), http.StatusOK, "至今", "不能判定")
		for i := range s.works.Set.Indicators {
			ind := &s.works.Set.Indicators[i]
			a := m.get("", "/open/indicators/"+ind.ID)
			if ind.Public != (a.status == http.StatusOK) && ind.Each == "" {
				t.Errorf("%s: public %v, answered %d", ind.ID, ind.Public, a.status)
			}
			if a.status >= 500 {
				t.Errorf("%s: %d", ind.ID, a.status)
			}
		}
	})
}
