package standard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhixing/quantity"
)

// countyLimits are values as a county would hand them in.
func countyLimits(t testing.TB) []KilnLimit {
	t.Helper()
	b, err := os.ReadFile("../counties/jiangxian/policies/air-2023/standards/brick-kiln.csv")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseKilnLimits(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A case is a line of testdata/*.jsonl: the question, and beside it what must stand in the answer ("expect", in part) or in the error ("error").
// "within" is how far a number may be off where a bulletin was printed from figures that were not rounded yet.
func TestCases(t *testing.T) {
	local := countyLimits(t)
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(bytes.TrimSpace(b), []byte("\n")) {
			var c struct {
				ID     string         `json:"id"`
				Expect map[string]any `json:"expect"`
				Error  string         `json:"error"`
				Within string         `json:"within"`
			}
			if err := decodeNumbers(line, &c); err != nil {
				t.Fatalf("%s:%d: %v", name, i+1, err)
			}
			var got struct {
				ID     string         `json:"id"`
				Result map[string]any `json:"result"`
				Error  string         `json:"error"`
			}
			answer := Judge(line, local)
			if err := decodeNumbers(answer, &got); err != nil {
				t.Fatalf("%s:%d: %v in %s", name, i+1, err, answer)
			}
			within := quantity.Decimal{}
			if c.Within != "" {
				within = quantity.MustParse(c.Within)
			}
			problem := ""
			switch {
			case got.ID != c.ID:
				problem = "id"
			case c.Error != "":
				if !strings.Contains(got.Error, c.Error) {
					problem = "want an error with " + c.Error
				}
			case c.Expect == nil:
				problem = "the case expects nothing"
			default:
				problem = differ("", c.Expect, got.Result, within)
			}
			if problem != "" {
				t.Errorf("%s:%d %s: %s\n\t%s", name, i+1, c.ID, problem, answer)
			}
		}
	}
}

func decodeNumbers(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	return dec.Decode(v)
}

// differ says where got lacks what want has.
func differ(path string, want, got any, within quantity.Decimal) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(w) == 0 && len(g) > 0 {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		for k, x := range w {
			y, has := g[k]
			if !has {
				return fmt.Sprintf("%s.%s is missing", path, k)
			}
			if p := differ(path+"."+k, x, y, within); p != "" {
				return p
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		for i := range w {
			if p := differ(fmt.Sprintf("%s[%d]", path, i), w[i], g[i], within); p != "" {
				return p
			}
		}
		return ""
	case json.Number:
		g, ok := got.(json.Number)
		if !ok {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		d := quantity.MustParse(g.String()).Rat()
		d.Sub(d, quantity.MustParse(w.String()).Rat())
		if d.Abs(d).Cmp(within.Rat()) > 0 {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		return ""
	}
	if want != got {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}
