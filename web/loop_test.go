package web

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/publication"
	"zhixing/quantity"
	"zhixing/register"
)

// tick lets the registers, the rules and the indicators do what the day brings.
func (m *measured) tick() {
	m.t.Helper()
	m.write(func(ctx context.Context, tx *db.Tx) error {
		for more := true; more; {
			var err error
			if _, more, err = m.works.Registers.Tick(ctx, tx, 500); err != nil {
				return err
			}
		}
		for more := true; more; {
			var err error
			if more, err = m.works.Judge.Tick(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

var tileOf = regexp.MustCompile(`<a href="([^"]+)" class="[a-z]*"><b>(\d+)</b>([^<]+)</a>`)

// tiles are the numbers of the loop on the page of the morning, with their lists.
func (s *site) tiles(as string) map[string]loopTile {
	s.t.Helper()
	a := s.get(as, "/work")
	if a.status != 200 {
		s.t.Fatalf("%s: %d", as, a.status)
	}
	out := map[string]loopTile{}
	_, section, ok := strings.Cut(a.body, `aria-label="发现和整改">`)
	if !ok {
		return out
	}
	section, _, _ = strings.Cut(section, "</section>")
	for _, t := range tileOf.FindAllStringSubmatch(section, -1) {
		n, _ := strconv.Atoi(t[2])
		out[t[3]] = loopTile{URL: html.UnescapeString(t[1]), N: n}
	}
	return out
}

// Each number of the loop on the page of the morning is the length of the list that it leads to; who may not see the county sees his
// unit's; where there is nothing, nothing is said.
func TestLoopTiles(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08") // the story before has moved it
		caseSeats(s)
		for _, who := range []string{"督查", "副县长", "局长", "旁局"} {
			if got := s.tiles(who); len(got) > 0 {
				t.Errorf("%s: %v where nothing is wrong", who, got)
			}
		}
		m := newMeasured(s)
		for h := 30; h > 2; h-- {
			m.take(h, "99", observation.Normal)
		}
		m.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.srv.Devices.Add(ctx, tx, s.works.Observations, "示例", device.Device{MN: "010000A8900016F000169DC0", Register: m.of.Register, Entry: m.key})
			return err
		})
		s.clock.Advance(60 * 24 * time.Hour)
		m.tick()
		for _, who := range []string{"督查", "副县长"} {
			s.freshLogin(who)
			got := s.tiles(who)
			for name, tile := range got {
				address, _, _ := strings.Cut(tile.URL, "#")
				list := s.get(who, strings.Replace(address, "/findings?", "/findings.csv?", 1)) // all of them, not a page
				main := around2(list.body, "<main")
				rows := 0
				switch {
				case strings.HasPrefix(tile.URL, "/findings"):
					rows = strings.Count(list.body, "\n") - 1
				case strings.HasPrefix(tile.URL, "/cases"):
					_, rest, _ := strings.Cut(main, "共 ")
					n, _, _ := strings.Cut(rest, " 件")
					rows, _ = strconv.Atoi(n)
				case strings.HasSuffix(tile.URL, "#silent"):
					_, rest, _ := strings.Cut(main, `id="silent"`)
					rest, _, _ = strings.Cut(rest, "</section>")
					rows = strings.Count(rest, "<li>")
				default:
					_, table, _ := strings.Cut(main, "<tbody>")
					if name == "离线设备" {
						table, _, _ = strings.Cut(table, "</tbody>")
					}
					rows = strings.Count(table, `data-is="题"`)
				}
				if list.status != 200 || rows != tile.N {
					t.Errorf("%s: %s says %d, %s has %d (%d)", who, name, tile.N, tile.URL, rows, list.status)
				}
			}
			for _, name := range []string{"未恢复问题", "严重问题", "逾期事项", "失联监测项目", "离线设备"} {
				if got[name].N == 0 {
					t.Errorf("%s: no %s: %v", who, name, got)
				}
			}
		}
		s.freshLogin("旁局") // of the unit that has to put it right
		s.freshLogin("局长")
		own := s.tiles("旁局")
		if n := strings.Count(s.get("旁局", own["未恢复问题"].URL).body, `data-is="题"`); n == 0 || own["未恢复问题"].N != n || own["严重问题"].N != 1 || own["逾期事项"].N == 0 {
			t.Errorf("its own: %v, the list has %d", own, n)
		}
		if len(own) != 3 {
			t.Errorf("a unit sees the county's: %v", own)
		}
		// Another unit may owe something by now, and sees nothing but that.
		for name, tile := range s.tiles("局长") {
			if address, ok := strings.CutPrefix(tile.URL, "/findings?"); ok {
				list := s.get("局长", "/findings.csv?"+address)
				if rows := strings.Count(list.body, "\n") - 1; rows != tile.N || strings.Count(list.body, "县能源局") < rows || strings.Contains(list.body, m.key) {
					t.Errorf("another unit: %s says %d of\n%s", name, tile.N, list.body)
				}
			} else if tile.N > 0 {
				t.Errorf("another unit: %s says %d", name, tile.N)
			}
		}
	})
}

// What a finding saw is said in people's words, with the unit and the way to where it came from.
func TestFindingSaysWhatItSaw(t *testing.T) {
	sites(t, func(s *site) {
		caseSeats(s)
		m := newMeasured(s)
		at := m.of.Kind.Start(s.clock.Now().Add(-3 * time.Hour))
		m.write(func(ctx context.Context, tx *db.Tx) error {
			id, err := s.srv.Devices.Add(ctx, tx, s.works.Observations, "示例", device.Device{MN: "010000A8900016F000169DC0", Name: "示例站房", Register: m.of.Register, Entry: m.key})
			if err != nil {
				return err
			}
			v, err := quantity.ParseSample("99")
			if err != nil {
				return err
			}
			_, err = s.works.Observations.Record(ctx, tx, []observation.Reading{{Name: m.series, Key: m.key, At: at, Value: observation.Measured(v),
				Source: observation.Source(fmt.Sprintf("hj212/%d/20310608060000000", id))}})
			return err
		})
		_, rest, _ := strings.Cut(s.get("督查", "/findings").body, `href="/findings/`)
		_, rest, _ = strings.Cut(rest, `<td data-is="题"><a href="`)
		page, _, _ := strings.Cut(rest, `"`)
		a := s.get("督查", page)
		s.want(a, 200, `<a href="/series/section-cod/`+escape(m.key)+`">`+m.key+" "+m.of.Title+`</a> 2031年6月8日06时`, "<b>99</b> mg/L", `<a href="/devices/1">示例站房</a>`, "断面化学需氧量限值")
		if strings.Contains(a.body, "hj212/") || strings.Contains(a.body, ">section-cod/") {
			t.Error("the page shows addresses of the inside")
		}
	})
}

// A daily obligation is one row with its turns behind it, all of which are a page of their own.
func TestEntryFoldsTurns(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		newWorld(s)
		m := newMeasured(s)
		s.clock.Advance(40 * 24 * time.Hour)
		m.tick()
		m.write(func(ctx context.Context, tx *db.Tx) error {
			for _, day := range []string{"2031-06-08", "2031-06-10"} {
				_, err := s.works.Registers.Add(ctx, tx, register.System, "daily-judgements", register.Input{Fields: map[string]string{"断面": m.key, "日期": day, "数据来源": "在线", "结论": "正常", "排查单位": unitB}})
				if err != nil {
					return err
				}
			}
			return nil
		})
		s.freshLogin("督查")
		entry := "/lists/" + m.of.Register + "/e/" + escape(m.key)
		a := s.get("督查", entry)
		s.want(a, 200, "每日，本期 2031-07-18", "历期 41 期：按期做 2，迟做 0，", "到期未做 38", "最久的是 2031-06-09 的一期", "全部各期")
		_, turns, _ := strings.Cut(a.body, `<ol class="turns">`)
		turns, rest, _ := strings.Cut(turns, "</ol>")
		if n := strings.Count(turns, "<li>"); n != turnsShown || !strings.HasPrefix(turns, "<li>2031-07-18") {
			t.Errorf("%d turns\n%s", n, turns)
		}
		_, rest, _ = strings.Cut(rest, `href="`)
		all, _, _ := strings.Cut(rest, `"`)
		if n := strings.Count(s.get("督查", html.UnescapeString(all)).body, "每日研判监测数据 <small>"); n != 41 {
			t.Errorf("%s: %d", all, n)
		}
		s.want(s.get("督查", "/lists/"+m.of.Register+"/owed?state=gone"), 400)
	})
}

func TestFoldedTurns(t *testing.T) {
	day := func(n int) calendar.Date { return calendar.Date{Year: 2031, Month: 6, Day: n} }
	o := &register.Obligation{ID: "x", Every: calendar.Recurrence{Every: calendar.Day}}
	var turns []owedView
	for n, x := range []register.Owed{{State: register.Done, DoneOn: day(1)}, {State: register.Open}, {State: register.Done, DoneOn: day(9)}, {State: register.Open}, {State: register.Open}} {
		x.Obligation, x.Period, x.Until, x.Due = o, day(n+1), day(n+1), day(n+1)
		turns = append(turns, owedView{Owed: x, Late: x.Overdue(day(5))})
	}
	g := folded(turns)
	if g.Every != "每日" || g.N != 5 || g.Done != 1 || g.Behind != 1 || g.Missed != 2 || g.Longest.Period != day(2) || g.Period != day(5) || g.Turns[0].Period != day(5) {
		t.Errorf("%+v", g)
	}
	o.Every, o.Again = calendar.Recurrence{}, calendar.Span{N: 15, Unit: calendar.Days}
	if g := folded(turns); g.Every != "上一次以后15日内" {
		t.Errorf("counted from the last time it comes %s", g.Every)
	}
}

var linkOf = regexp.MustCompile(`href="(/[^"]*)"`)

// A document says by which of its clauses something runs: only what everybody may see, and with the policies that are in force now.
func TestDocumentTellsWhatRuns(t *testing.T) {
	sites(t, func(s *site) {
		s.publishDemo()
		no, _ := publication.ParseKey(s.works.Set.Policies[0].Basis.Document)
		page := documentURL(no)
		a := s.get("", page)
		_, runs, _ := strings.Cut(a.body, `id="runs"`)
		runs, _, ok := strings.Cut(runs, "</section>")
		if !ok || !strings.Contains(runs, `href="#`) || !strings.Contains(runs, "<summary>其余") {
			t.Fatalf("%d %.600s", a.status, runs)
		}
		for _, l := range linkOf.FindAllStringSubmatch(runs, -1) {
			if x := s.get("", html.UnescapeString(l[1])); x.status != 200 {
				t.Errorf("%s: %d", l[1], x.status)
			}
		}
		_, duties, _ := strings.Cut(a.body, `<a href="/duties?doc=`)
		duties, _, _ = strings.Cut(duties, `"`)
		if list := s.get("", "/duties?doc="+html.UnescapeString(duties)); !strings.Contains(list.body, strings.ToLower(page)) {
			t.Errorf("the list of its duties has none: %s", duties)
		}
		for _, schema := range s.works.Registers.Schemas {
			if !schema.Public && strings.Contains(runs, "/"+string(schema.Name)+`"`) {
				t.Errorf("%s is not public", schema.Title)
			}
		}
		later, err := works.New(&s.srv.County, s.srv.Ledger, calendar.Date{Year: 2001, Month: 1, Day: 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.srv.Works = func() *works.Works { return later }
		if a := s.get("", page); a.status != 200 || strings.Contains(a.body, `id="runs"`) {
			t.Errorf("%d: the page tells of policies that are not in force", a.status)
		}
	})
}

// Reporting and what becomes of reports are a step from every page, where the county takes reports.
func TestReportingIsInTheNavigation(t *testing.T) {
	sites(t, func(s *site) {
		s.want(s.get("", "/about"), 200, `href="/open/report"`, `href="/open/cases"`)
		s.srv.Works = nil
		if a := s.get("", "/about"); strings.Contains(a.body, "/open/report") || strings.Contains(a.body, "/open/cases") {
			t.Error("a county without policies takes reports")
		}
	})
}
