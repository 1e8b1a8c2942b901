package calendar

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGold holds dates and intervals against the gold answers, for the body of each duty as it stands in the gazette.
func TestGold(t *testing.T) {
	shared := findShared()
	if shared == "" {
		t.Skip("SKIPPED: ../shared is not here, so nothing was held against the gold answers")
	}
	source, err := os.ReadFile(filepath.Join(shared, "gazette", "jiangxian-2023-3.txt"))
	if err != nil {
		t.Fatal(err)
	}
	flat := flatten(string(source))
	var dates, every score
	at := 0
	for _, d := range goldDuties(t, shared) {
		body := bodyOf(flat, d, &at)
		if body == "" {
			t.Errorf("%s: body not found in the gazette", d.BodyHead)
			continue
		}
		var got, want []string
		for _, x := range Deadlines(body, 2023) {
			if !x.Date.IsZero() {
				got = append(got, x.Date.String())
			}
		}
		for _, x := range d.Deadlines {
			if x.Date != "" {
				want = append(want, x.Date)
			}
		}
		if !dates.add(got, want) {
			t.Logf("deadlines of %s: want %v, got %v", d.BodyHead, want, got)
		}
		got, want = nil, nil
		for _, x := range Cadences(body) {
			if x.Every != Always {
				got = append(got, string(x.Every))
			}
		}
		for _, x := range d.Cadence {
			if x.Every != "always" {
				want = append(want, x.Every)
			}
		}
		if !every.add(got, want) {
			t.Logf("cadence of %s: want %v, got %v", d.BodyHead, want, got)
		}
	}
	t.Logf("deadlines F1 %.3f %+v, cadence F1 %.3f %+v", dates.f1(), dates, every.f1(), every)
	if dates.f1() < 0.99 || every.f1() < 0.99 {
		t.Error("want F1 ≥ 0.99 for both")
	}
}

type goldDuty struct {
	BodyHead       string `json:"body_head"`
	Responsibility string `json:"responsibility"`
	Deadlines      []struct{ Date string }
	Cadence        []struct{ Every string }
}

func goldDuties(t *testing.T, shared string) []goldDuty {
	t.Helper()
	var out []goldDuty
	file, err := os.Open(filepath.Join(shared, "gold", "duties.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var d goldDuty
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// bodyOf is the text from the duty's body_head up to its responsibility, without white space.
func bodyOf(flat string, d goldDuty, at *int) string {
	head, resp := flatten(d.BodyHead), flatten(d.Responsibility)
	i := strings.Index(flat[*at:], head)
	if i < 0 {
		if i = strings.Index(flat, head); i < 0 {
			return ""
		}
		*at = 0
	}
	i += *at
	*at = i
	rest := flat[i:]
	if len(resp) > 45 {
		resp = strings.ToValidUTF8(resp[:45], "")
	}
	j := strings.Index(rest, "("+resp)
	if j < 0 {
		j = strings.Index(rest, resp) // a sentence, not a bracket
	}
	return rest[:max(j, len(head))]
}

// flatten takes out white space and page breaks and makes signs half-width.
func flatten(s string) string {
	f := fold(s)
	return strings.ReplaceAll(string(f.r), "\n", "")
}

type score struct{ right, given, wanted int }

func (s *score) add(got, want []string) bool {
	slices.Sort(got)
	slices.Sort(want)
	got, want = slices.Compact(got), slices.Compact(want)
	for _, g := range got {
		if slices.Contains(want, g) {
			s.right++
		}
	}
	s.given += len(got)
	s.wanted += len(want)
	return slices.Equal(got, want)
}

func (s *score) f1() float64 { return 2 * float64(s.right) / float64(s.given+s.wanted) }

// findShared looks upward from the package for the folder of gold answers.
func findShared() string {
	for dir := "../.."; len(dir) < 40; dir += "/.." {
		p := filepath.Join(dir, "shared")
		if _, err := os.Stat(filepath.Join(p, "gold")); err == nil {
			return p
		}
	}
	return ""
}
