package web

import (
	"fmt"
	"net/http"
	"strings"

	"zhixing/duty"
	"zhixing/ledger"
)

// menu is the left menu of the officials' pages, as the person's seats allow.
func (s *Server) menu(r *http.Request) []MenuGroup {
	by, err := s.member(r)
	if err != nil || len(by.Seats) == 0 {
		return nil
	}
	work := []Link{{Text: "待办", URL: "/work"}}
	var rest []Link
	add := func(may bool, to *[]Link, text, url string) {
		if may {
			*to = append(*to, Link{Text: text, URL: url})
		}
	}
	add(by.May(ledger.ActEdit), &work, "任务确认", "/intake")
	add(true, &work, "任务台账", "/ledger")
	add(true, &work, "督办文书", "/letters")
	add(true, &work, "考核", "/scores")
	add(by.Everywhere(ledger.ActSee), &work, "一屏总览", "/screen")
	inbox := "消息"
	if n := s.unread(r); n > 0 {
		inbox = fmt.Sprintf("消息（%d）", n)
	}
	add(true, &rest, inbox, "/notices")
	add(true, &rest, "日历订阅", "/feeds")
	add(true, &rest, "职务和任职", "/posts")
	add(by.May(ledger.ActPersonnel), &rest, "待确认事项", "/questions")
	add(true, &rest, "督办规则", "/rules")
	groups := []MenuGroup{{"任务", work}}
	if _, err := s.works(); err == nil {
		groups = append(groups, MenuGroup{"运行", []Link{{Text: "台账", URL: "/lists"}, {Text: "监测", URL: "/series"}, {Text: "设备", URL: "/devices"},
			{Text: "指标", URL: "/indicators"}, {Text: "问题", URL: "/findings"}, {Text: "闭环事项", URL: "/cases"}, {Text: "检查", URL: "/inspections"}, {Text: "应急响应", URL: "/emergencies"}, {Text: "叫应", URL: "/callups"},
			{Text: "通报", URL: "/bulletins"}, {Text: "联网", URL: "/sends"}, {Text: "政策包", URL: "/policies"}}})
	}
	if w, err := s.works(); err == nil && len(w.Set.Hazards) > 0 {
		run := &groups[len(groups)-1]
		run.Links = append(run.Links, Link{Text: "预警发布台", URL: "/warnings/desk"})
	}
	if w, err := s.works(); err == nil && len(w.Forecasts.All()) > 0 {
		run := &groups[len(groups)-1]
		run.Links = append(run.Links, Link{Text: "网格预报", URL: "/forecasts"})
	}
	groups = append(groups, MenuGroup{"协同", rest})
	for _, g := range groups {
		for i, l := range g.Links {
			g.Links[i].Current = l.URL == r.URL.Path || strings.HasPrefix(r.URL.Path, l.URL+"/")
		}
	}
	return groups
}

// office begins a page of the officials' side, with its menu.
func (s *Server) office(r *http.Request, title string, crumbs ...Link) *Page {
	p := s.page(r, title, append([]Link{{Text: "工作台", URL: "/work"}}, crumbs...)...)
	p.Menu, p.Seen = s.menu(r), seenMark(r)
	return p
}

// LightView is a light as pages show it: the word always, the colour beside it, the rule that lit it.
type LightView struct {
	Word, Colour, Days, Why, Rule string
}

// lightView shows how a duty stands.
func lightView(st ledger.Status) LightView {
	if st.Light == ledger.NoLight {
		return LightView{}
	}
	v := LightView{Word: st.Light.Chinese(), Colour: st.Colour, Days: st.DaysText(), Rule: st.Rule.Cite()}
	if st.Cause != nil {
		v.Why = st.Cause.Words
	}
	return v
}

// dict gives a template several values under names: dict "Row" . "Wrong" $.Wrong.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d values, want pairs", len(pairs))
	}
	out := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// metWord says whether a measured value meets its target; empty where only a person can tell.
func metWord(t duty.Target, value string) string {
	switch met, known := ledger.Met(t, value); {
	case !known:
		return ""
	case met:
		return "达到"
	}
	return "未达到"
}
