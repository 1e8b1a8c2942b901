package counties_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"zhixing/counties"
	"zhixing/org"
	"zhixing/policy"
)

// shared finds a file of the folder that holds the real gazette and the answers read from it by hand; that folder
// is no part of the repository, and without it the test is skipped.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	for dir := ".."; ; dir = filepath.Join(dir, "..") {
		if b, err := os.ReadFile(filepath.Join(dir, "shared", name)); err == nil {
			return b
		}
		if abs, err := filepath.Abs(dir); err != nil || abs == "/" {
			t.Skipf("SKIPPED: shared/%s is not here, so nothing was compared with it", name)
		}
	}
}

func demonstration(t *testing.T) policy.County {
	t.Helper()
	c, err := policy.LoadCounty(counties.Demonstration())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDemonstrationCountyIsSound(t *testing.T) {
	c := demonstration(t)
	if bad := c.Directory.Check(); bad != nil {
		t.Error(bad)
	}
	if towns := c.Directory.Expand("各乡（镇）人民政府"); len(towns) != 10 {
		t.Errorf("%d towns, want 10", len(towns))
	}
	for _, u := range c.Directory.Units() {
		if u.Source == "" {
			t.Errorf("%s has no source", u.Name)
		}
	}
	for _, docNo := range []string{"国发〔2022〕11号", "晋政发〔2022〕27号", "运政发〔2023〕13号", "绛政发〔2023〕15号"} {
		a, ok := c.Directory.AgencyOf(docNo)
		t.Logf("%s: %s %v", docNo, a.Level.Chinese(), a.Issuers)
		if !ok {
			t.Errorf("nobody issues %s", docNo)
		}
	}
}

// Every party that a careful reader found in the real issue is a unit, under every name that he found it by.
func TestUnitsAreThoseOfTheGazette(t *testing.T) {
	var parties []struct {
		Canonical string
		Aliases   []string
		Kind      string
	}
	if err := json.Unmarshal(shared(t, "gold/parties.json"), &parties); err != nil {
		t.Fatal(err)
	}
	d := demonstration(t).Directory
	if len(d.Units()) < len(parties) {
		t.Errorf("%d units, %d parties", len(d.Units()), len(parties))
	}
	docs := map[string]bool{"": true}
	for _, u := range d.Units() {
		for doc := range u.Within {
			docs[doc] = true
		}
	}
	for _, p := range parties {
		unit, ok := d.Resolve(p.Canonical)
		if !ok || unit.Name != p.Canonical && org.Fold(unit.Name) != org.Fold(p.Canonical) {
			t.Errorf("%s is %q", p.Canonical, unit.Name)
			continue
		}
		for _, alias := range p.Aliases {
			found := false
			for doc := range docs {
				u, ok := d.ResolveIn(doc, alias)
				found = found || ok && u.Name == unit.Name
			}
			if !found {
				u, _ := d.Resolve(alias)
				t.Errorf("%s, an alias of %s, is %q", alias, p.Canonical, u.Name)
			}
		}
		if p.Kind == "town" != (unit.Kind == org.Town) {
			t.Errorf("%s: is it a town?", p.Canonical)
		}
	}
}

// The units of every duty in the real issue are found as they are printed, misprints included.
func TestUnitsOfDutiesAreFound(t *testing.T) {
	d := demonstration(t).Directory
	for _, g := range goldDuties(t, "gold/duties.jsonl") {
		for _, names := range [][]string{g.Lead, g.Support, g.Implement, g.Inherited} {
			for _, name := range names {
				if _, ok := d.ResolveIn(g.Doc, name); !ok {
					t.Errorf("%s %s %s: nobody is called %s", g.Doc, g.Plan, g.No, name)
				}
			}
		}
	}
}
