package web

import (
	"net/url"
	"regexp"
	"testing"
)

// TestEveryRuleHasOnePlace: where a light or a letter cites a rule, the link finds it, and finds one.
func TestEveryRuleHasOnePlace(t *testing.T) {
	winters(t, func(w *winter) {
		page := w.seesAs("督查", "/rules", 200, "条文").body
		ids := map[string]int{}
		for _, m := range regexp.MustCompile(`\bid="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			ids[m[1]]++
		}
		links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1)
		for _, m := range links {
			id, err := url.PathUnescape(m[1])
			if err != nil || ids[id] != 1 {
				t.Errorf("#%s stands %d times (%v)", id, ids[id], err)
			}
		}
		if len(links) < 10 {
			t.Errorf("only %d rules are cited", len(links))
		}
	})
}

// TestNewCountyIsToldHowToBegin: until somebody sits in the county office, the administrator is shown where to begin.
func TestNewCountyIsToldHowToBegin(t *testing.T) {
	sites(t, func(s *site) {
		s.seesAs("管理丙", "/users", 200, "登记第一批人员", `href="/posts"`)
		s.seesAs("管理丙", "/posts", 200, "登记")
		s.sits("督查丁", s.srv.County.Office, "督查员")
		s.seesAs("管理丙", "/users", 200, "!登记第一批人员")
		s.seesAs("管理丙", "/posts", 403)
	})
}
