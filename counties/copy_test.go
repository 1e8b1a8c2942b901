package counties_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// longestRun is how many Chinese characters in a row the demonstration may share with the real issue.
const longestRun = 12

// The demonstration is written in our own words: beyond titles, unit names, statements of who is responsible and
// notes on what is public, no thirteen characters in a row stand in the real issue too.
func TestNoSentenceIsCopied(t *testing.T) {
	real := []rune(han(string(shared(t, "gazette/jiangxian-2023-3.txt"))))
	grams := map[string]bool{}
	for i := 0; i+longestRun < len(real); i++ {
		grams[string(real[i:i+longestRun+1])] = true
	}
	facts := exempt(t)
	for _, issue := range demonstration(t).Issues {
		for no, line := range strings.Split(string(issue.Text), "\n") {
			for _, part := range strings.Split(facts(line), "#") {
				if run := copied([]rune(han(part)), grams); run != "" {
					t.Errorf("%s:%d: copied: %s", issue.File, no+1, run)
				}
			}
		}
	}
}

func copied(text []rune, grams map[string]bool) string {
	for i := 0; i+longestRun < len(text); i++ {
		if !grams[string(text[i:i+longestRun+1])] {
			continue
		}
		end := i + longestRun + 1
		for end < len(text) && grams[string(text[end-longestRun:end+1])] {
			end++
		}
		return string(text[i:end])
	}
	return ""
}

// han leaves only Chinese characters, so that neither punctuation nor a digit hides a copy.
func han(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return r
		}
		return -1
	}, s)
}

var (
	cited      = regexp.MustCompile(`《[^》]*》`)
	whoIsToAct = regexp.MustCompile(`（[^（）]*(?:（[^（）]*）[^（）]*)*(?:责任单位|牵头|负责|配合)[^（）]*(?:（[^（）]*）[^（）]*)*）`)
)

// exempt returns a function that puts # for what may stand in both texts because it is a fact and no sentence.
func exempt(t *testing.T) func(string) string {
	var gold struct {
		Documents []struct {
			Title       string
			PublicNote  string `json:"public_note"`
			Attachments []string
			Contains    []string
		}
	}
	if err := json.Unmarshal(shared(t, "gold/documents.json"), &gold); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range gold.Documents {
		names = append(names, d.Title, d.PublicNote)
		names = append(append(names, d.Attachments...), d.Contains...)
	}
	for _, u := range demonstration(t).Directory.Units() {
		for _, list := range [][]string{{u.Name}, u.Aliases, u.Misprints} {
			for _, name := range list {
				if len([]rune(name)) >= 4 {
					names = append(names, name)
				}
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, name := range names {
		if name != "" {
			pairs = append(pairs, name, "#")
		}
	}
	// NewReplacer prefers what stands first in the list: the longer name.
	replace := strings.NewReplacer(pairs...).Replace
	return func(line string) string {
		line = cited.ReplaceAllString(line, "#")
		line = whoIsToAct.ReplaceAllString(line, "#")
		return replace(line)
	}
}

// Nobody real is named: every person of the demonstration is called 示例 and something.
func TestPersonsAreInvented(t *testing.T) {
	var moves []struct{ Person string }
	if err := json.Unmarshal(shared(t, "gold/appointments.json"), &moves); err != nil {
		t.Fatal(err)
	}
	for _, issue := range demonstration(t).Issues {
		for _, m := range moves {
			if strings.Contains(string(issue.Text), m.Person) {
				t.Errorf("%s names a real person, %c…", issue.File, []rune(m.Person)[0])
			}
		}
	}
}

var (
	someone  = regexp.MustCompile(`(?m)^(\p{Han}{2,6})同志`)
	notReal  = "演示摘编，非官方文本"
	invented = "虚构演示"
)

// Each issue says in its first line what it is, and each invented document says so in its title.
func TestDemonstrationSaysWhatItIs(t *testing.T) {
	for _, issue := range demonstration(t).Issues {
		first, _, _ := strings.Cut(string(issue.Text), "\n")
		if !strings.HasPrefix(first, notReal) && !strings.HasPrefix(first, invented) {
			t.Errorf("%s begins %q: want a line that says that this is no official text", issue.File, first)
		}
		for _, m := range someone.FindAllStringSubmatch(string(issue.Text), -1) {
			if !strings.HasPrefix(m[1], "示例") {
				t.Errorf("%s: %s: want an invented name that begins 示例", issue.File, m[0])
			}
		}
	}
}
