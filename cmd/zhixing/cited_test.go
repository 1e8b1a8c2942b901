package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestEveryLightClockAndLetterNamesItsRule reads the officials' pages of the demonstration: each light carries the rule that
// lit it, each rung that has fired or will fire, each letter and each deduction the rule or clause that it comes from.
func TestEveryLightClockAndLetterNamesItsRule(t *testing.T) {
	base, _ := start(t, "demo", "--data", demoFolder(t), "--on", "2023-11-01")
	office := visit(t, base, "示例督查乙")
	get := func(path string) string { return string(office.get(path)) }
	pages := []string{"/work", "/ledger", "/ledger?light=overdue", "/ledger?light=lagging", "/ledger?light=near", "/letters", "/ledger/units/县能源局"}
	for _, light := range []string{"overdue", "lagging", "near"} {
		for _, m := range regexp.MustCompile(`href="(/ledger/\d+)"`).FindAllStringSubmatch(get("/ledger?light="+light), 15) {
			pages = append(pages, m[1])
		}
	}
	letters := regexp.MustCompile(`href="(/letters/\d+)"`).FindAllStringSubmatch(get("/letters")+get("/letters?state=sent")+get("/letters?state=answered"), -1)
	for _, m := range letters {
		pages = append(pages, m[1])
	}
	if len(pages) < 30 || len(letters) == 0 {
		t.Fatalf("the demonstration has little to show: %q", pages)
	}
	light := regexp.MustCompile(`<span class="light [^>]*>`)
	life := regexp.MustCompile(`(?s)<li class="(?:rung|coming)".*?</li>`)
	lights, clocks := 0, 0
	seen := map[string]bool{}
	for _, p := range pages {
		if seen[p] {
			continue
		}
		seen[p] = true
		body := get(p)
		for _, l := range light.FindAllString(body, -1) {
			lights++
			if !strings.Contains(l, "条") {
				t.Errorf("%s: a light without its rule: %s", p, l)
			}
		}
		for _, l := range life.FindAllString(body, -1) {
			clocks++
			if !strings.Contains(l, "依据") || !strings.Contains(l, "条") {
				t.Errorf("%s: a clock without its rule: %.300s", p, l)
			}
		}
		if strings.HasPrefix(p, "/letters/") && !strings.Contains(body, "条") {
			t.Errorf("%s: a letter without its rule", p)
		}
		if strings.HasPrefix(p, "/ledger/") && strings.Count(p, "/") == 2 && !strings.Contains(body, "/documents/") {
			t.Errorf("%s: a duty that does not lead to the clause that orders it", p)
		}
	}
	if lights < 40 || clocks < 40 {
		t.Errorf("only %d lights and %d clocks were seen: the test does not reach them", lights, clocks)
	}
	unit := get("/scores/units/%E5%8E%BF%E8%83%BD%E6%BA%90%E5%B1%80?period=2023")
	if n := strings.Count(unit, `href="/rules#`); n == 0 {
		t.Error("a mark without rules")
	}
	t.Logf("%d lights, %d clocks, %d letters", lights, clocks, len(letters))
}
