package cap

import (
	"os"
	"strings"
	"testing"
)

var expand = strings.NewReplacer(
	"{ns}", Namespace,
	"{open}", `<alert xmlns="`+Namespace+`">`,
	"{ids}", testIDs,
	"{head}", `<alert xmlns="`+Namespace+`">`+testIDs+`<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>`,
	"{info}", testInfo,
	"{area}", `<alert xmlns="`+Namespace+`">`+testIDs+`<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>`+testInfo+`<area><areaDesc>南部</areaDesc>`,
)

const (
	testIDs  = `<identifier>a1</identifier><sender>s@example.org</sender><sent>2026-08-05T14:30:00+08:00</sent>`
	testInfo = `<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>`
)

type testCase struct {
	name, doc string
	valid     bool
	words     []string // "reason …" or "advice …"
}

func cases(t testing.TB) []testCase {
	b, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []testCase
	for _, part := range strings.Split(string(b), "\n=== ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		doc, want, ok := strings.Cut(rest, "\n---\n")
		lines := strings.Split(strings.TrimSpace(want), "\n")
		if !ok || lines[0] != "valid" && lines[0] != "invalid" {
			t.Fatalf("case %q: want a document, --- and a verdict", name)
		}
		out = append(out, testCase{name, expand.Replace(doc), lines[0] == "valid", lines[1:]})
	}
	return out
}

// TestCases holds every bullet of the standard in both directions.
func TestCases(t *testing.T) {
	list := cases(t)
	if len(list) < 250 {
		t.Fatalf("%d cases", len(list))
	}
	for _, c := range list {
		a, problems := Parse([]byte(c.doc))
		if got := Valid(problems); got != c.valid || (a != nil) != got {
			t.Errorf("%s: valid %v, want %v: %v", c.name, got, c.valid, problems)
		}
		for _, w := range c.words {
			kind, words, _ := strings.Cut(w, " ")
			found := false
			for _, p := range problems {
				found = found || p.Advice == (kind == "advice") && strings.Contains(p.String(), words)
			}
			if !found {
				t.Errorf("%s: no %s has %q: %v", c.name, kind, words, problems)
			}
		}
		if c.valid && len(c.words) == 0 && strings.Contains(c.doc, "<expires>") && strings.Contains(c.doc, "<polygon>") && len(problems) > 0 {
			t.Errorf("%s: %v", c.name, problems)
		}
	}
}

// TestPlaces: a person finds what is meant.
func TestPlaces(t *testing.T) {
	doc := expand.Replace("{head}\n{info}</info>\n{info}\n<area><areaDesc>x</areaDesc>\n<polygon>35,111</polygon>\n</area></info></alert>")
	_, problems := Parse([]byte(doc))
	for _, p := range problems {
		if !p.Advice {
			if p.String() != "alert/info[2]/area[1]/polygon[1]（第 5 行）：多边形只有 1 个点：至少四个，首尾相同" {
				t.Error(p)
			}
			return
		}
	}
	t.Error(problems)
}
