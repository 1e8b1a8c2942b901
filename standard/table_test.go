package standard

import (
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
