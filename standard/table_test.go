package standard

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestTablesLoad(t *testing.T) {
	for name, got := range map[string][2]int{
		"surface water": {len(surfaceItems.items), 110}, "groundwater": {len(groundItems.items), 93}, "air": {len(airLimits), 76}, "iaqi": {len(iaqiTable), 20},
		"levels": {len(aqiLevels), 6}, "composite": {len(compositeTable), 12}, "kiln": {len(kilnTable), 17}, "signals": {len(signals), 57},
		"heavy": {len(heavyTable), 10}, "telemetry": {len(factors), 199}, "grades": {len(grades), 15}, "trophic": {len(trophicRows), 5}, "editions": {len(Editions), 10},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d rows, want %d", name, got[0], got[1])
		}
	}
}

// A number of a table changes only on purpose.
func TestTablesUnchanged(t *testing.T) {
	want, err := os.ReadFile("testdata/tables.sha256")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := files.ReadDir("tables")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, e := range entries {
		b, err := files.ReadFile("tables/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%x  %s\n", sha256.Sum256(b), e.Name())
	}
	if got.String() != string(want) {
		t.Errorf("a table was changed; if on purpose, (cd tables && sha256sum *.csv) > testdata/tables.sha256:\n%s", &got)
	}
}
