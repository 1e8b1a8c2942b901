package duty

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTargetsGold holds targets and registers against the gold answers, for the text of each duty that is read.
func TestTargetsGold(t *testing.T) {
	dir := sharedGold()
	if dir == "" {
		t.Skip("SKIPPED: ../shared is not here, so no target was held against the gold answers")
	}
	source, err := os.ReadFile(filepath.Join(dir, "gazette", "jiangxian-2023-3.txt"))
	if err != nil {
		t.Fatal(err)
	}
	flat := newText(string(source)).squeeze().folded()
	flat = strings.ReplaceAll(flat, "\n", "")
	file, err := os.Open(filepath.Join(dir, "gold", "duties.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var right, given, wanted, rRight, rGiven, rWanted, at int
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var g struct {
			BodyHead       string `json:"body_head"`
			Responsibility string
			Targets        []Target
			Registers      []string
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		head := newText(g.BodyHead).squeeze().folded()
		i := strings.Index(flat[at:], head)
		if i < 0 {
			at, i = 0, strings.Index(flat, head)
		}
		if i < 0 {
			t.Errorf("%s: not in the gazette", g.BodyHead)
			continue
		}
		at += i
		resp := "(" + newText(g.Responsibility).squeeze().folded()
		body := flat[at:]
		if j := strings.Index(body, strings.ToValidUTF8(resp[:min(len(resp), 45)], "")); j >= 0 {
			body = body[:j]
		} else if j := strings.Index(body, resp[1:min(len(resp), 40)]); j >= 0 {
			body = body[:j]
		}
		got, want := targetSet(Targets(body)), targetSet(g.Targets)
		for k := range got {
			if want[k] {
				right++
			} else {
				t.Logf("%s: too much: %s", g.BodyHead, k)
			}
		}
		for k := range want {
			if !got[k] {
				t.Logf("%s: missing: %s", g.BodyHead, k)
			}
		}
		given += len(got)
		wanted += len(want)
		regs := Registers(body)
		rGiven += len(regs)
		rWanted += len(g.Registers)
		have := map[string]bool{}
		for _, x := range regs {
			have[newText(x).squeeze().folded()] = true
		}
		for _, x := range g.Registers {
			k := newText(x).squeeze().folded()
			if have[k] {
				rRight++
			} else {
				t.Logf("%s: missing register: %s", g.BodyHead, x)
			}
			delete(have, k)
		}
		for k := range have {
			t.Logf("%s: register too much: %s", g.BodyHead, k)
		}
	}
	t.Logf("targets F1 %.3f (%d right of %d given, %d wanted)", f1(right, given, wanted), right, given, wanted)
	t.Logf("registers F1 %.3f (%d right of %d given, %d wanted)", f1(rRight, rGiven, rWanted), rRight, rGiven, rWanted)
	if f1(right, given, wanted) < 0.88 || f1(rRight, rGiven, rWanted) < 0.77 {
		t.Error("worse than it was")
	}
}

func f1(right, given, wanted int) float64 { return 2 * float64(right) / float64(given+wanted) }

func targetSet(targets []Target) map[string]bool {
	m := map[string]bool{}
	for _, x := range targets {
		b, _ := x.Value.MarshalJSON()
		m[string(x.Op)+" "+string(b)+" "+x.Unit] = true
	}
	return m
}

func sharedGold() string {
	for dir := "../.."; len(dir) < 40; dir += "/.." {
		p := filepath.Join(dir, "shared")
		if _, err := os.Stat(filepath.Join(p, "gold")); err == nil {
			return p
		}
	}
	return ""
}
