package counties_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"
)

// goldDuty is one duty as read by hand from the real issue.
type goldDuty struct {
	Doc, Plan, Section, No              string
	Part                                int
	Lead, Support, Implement, Inherited []string
	Deadlines                           []struct{ Date string }
	Cadence                             []struct{ Every string }
}

func goldDuties(t *testing.T, name string) []goldDuty {
	t.Helper()
	var out []goldDuty
	lines := bufio.NewScanner(bytes.NewReader(shared(t, name)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var g goldDuty
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}
