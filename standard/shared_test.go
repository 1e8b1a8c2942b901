package standard

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"zhixing/quantity"
)

// collected reads a table of the collected facts that ours were made from; without that folder there is nothing to compare.
func collected(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open("../../shared/standards/" + name)
	if err != nil {
		t.Skipf("SKIPPED: no shared/standards/%s above the package, so nothing was compared with it", name)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, l := range lines[1:] {
		m := map[string]string{}
		for i, cell := range l {
			m[lines[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}

func TestSurfaceWaterAgainstFacts(t *testing.T) {
	for i, row := range collected(t, "gb3838-2002.csv") {
		it := surfaceItems.items[i]
		if string(it.Code) != row["code"] || it.Counts != (row["counts_in_21"] == "yes") || it.Multiples != (row["exceed_multiple"] == "yes") {
			t.Errorf("row %d: %s", i+2, row["code"])
		}
		for j, col := range []string{"I", "II", "III", "IV", "V"} {
			sameLimit(t, it, limits[j], row[col], row["direction"])
		}
		if row["limit"] != "" && (it.Single == nil || it.Single.String() != row["limit"]) {
			t.Errorf("%s: %v, want %s", it.Name, it.Single, row["limit"])
		}
		if row["hj212_code"] != "" {
			if f, ok := SurfaceItem(row["hj212_code"], Body(strings.TrimPrefix(row["water_body"], "all"))); row["water_body"] != "drinking-source" && (!ok || f.Code != it.Code) {
				t.Errorf("%s finds %s, want %s", row["hj212_code"], f.Code, it.Code)
			}
		}
	}
}

func sameLimit(t *testing.T, it Item, c Class, cell, direction string) {
	t.Helper()
	l := it.Limits[c]
	want := map[string]string{"max": "≤" + cell, "min": "≥" + cell, "range": strings.Replace(cell, "-", "～", 1)}[direction]
	if cell == "" {
		want = ""
	}
	if direction == "text" {
		want = map[string]string{"none": "无"}[cell]
	}
	if cell == "not detected" {
		want = "未检出"
	}
	if l.String() != want {
		t.Errorf("%s %s: %s, want %s", it.Name, c, l, want)
	}
}

func TestGroundwaterAgainstFacts(t *testing.T) {
	for i, row := range collected(t, "gb14848-2017.csv") {
		it := groundItems.items[i]
		if string(it.Code) != row["code"] {
			t.Fatalf("row %d: %s, want %s", i+2, it.Code, row["code"])
		}
		if it.Code == "PH" || row["group"] == "radioactive" {
			continue // written out by hand: see TestGroundwaterByHand
		}
		for j, col := range []string{"I", "II", "III", "IV"} {
			sameLimit(t, it, limits[j], row[col], row["direction"])
		}
		if row["direction"] == "max" && row["V"] != ">"+row["IV"] {
			t.Errorf("%s: V is %s", it.Name, row["V"])
		}
	}
}

func TestAirAgainstFacts(t *testing.T) {
	rows := append(collected(t, "gb3095-2012.csv"), collected(t, "gb3095-2026.csv")...)
	for i, row := range rows {
		l := airLimits[i]
		if string(l.Pollutant) != row["pollutant"] || !l.Grade1.Equal(quantity.MustParse(row["grade1"])) || !l.Grade2.Equal(quantity.MustParse(row["grade2"])) ||
			string(l.Unit) != row["unit"] || l.Telemetry != row["hj212_code"] {
			t.Errorf("%v: %v", row, l)
		}
	}
}

func TestIndicesAgainstFacts(t *testing.T) {
	for i, row := range append(collected(t, "hj633-2012-iaqi.csv"), collected(t, "hj633-2026-iaqi.csv")...) {
		b := iaqiTable[i]
		var at []string
		for _, col := range []string{"iaqi0", "iaqi50", "iaqi100", "iaqi150", "iaqi200", "iaqi300", "iaqi400", "iaqi500"} {
			if row[col] != "" {
				at = append(at, row[col])
			}
		}
		for j := range at {
			if len(b.at) != len(at) || b.at[j].String() != at[j] || string(b.pollutant) != row["pollutant"] || string(b.average) != row["averaging"] {
				t.Fatalf("%v: %v", row, b.at)
			}
		}
	}
	for i, row := range collected(t, "hj663-composite-index.csv") {
		if c := compositeTable[i]; string(c.pollutant) != row["pollutant"] || c.denominator.String() != row["denominator"] || c.mass.String() != row["weight"] {
			t.Errorf("%v: %v", row, c)
		}
	}
	for i, row := range collected(t, "hj633-levels.csv") {
		if l := aqiLevels[i]; l.Class != row["class_zh"] || l.Colour != row["colour_zh"] {
			t.Errorf("%v: %v", row, l)
		}
	}
}

func TestOthersAgainstFacts(t *testing.T) {
	at := 0
	for _, row := range collected(t, "gb29620-2013.csv") {
		if strings.HasPrefix(row["rule_set"], "gazette") {
			continue
		}
		l := kilnTable[at]
		at++
		if l.Set != row["rule_set"] || l.Limit.String() != row["limit"] || !strings.HasPrefix(row["pollutant"], string(l.Pollutant)) || l.Verified() != (row["checked"] != "0") {
			t.Errorf("%v: %v", row, l)
		}
	}
	for i, row := range collected(t, "hj212-codes.csv") {
		f := factors[i]
		if f.Code != row["code"] || f.Name != row["zh"] || f.Format != row["data_type"] || f.OldCode != row["old_code"] || f.Name2025 != row["hj212_2025_zh"] {
			t.Errorf("%v: %v", row, f)
		}
	}
	for i, row := range collected(t, "rain-warning-signals.csv") {
		if s := signals[i]; s.Type != row["type_zh"] || string(s.Level) != row["level_zh"] || s.TypeCode != row["type_code"] || s.Checked == 0 != (row["checked"] == "0") {
			t.Errorf("%v: %v", row, s)
		}
	}
	for i, row := range collected(t, "heavy-pollution-levels.csv") {
		if h := heavyTable[i]; string(h.regime) != row["regime"] || !strings.HasPrefix(row["level_zh"], string(h.level)) {
			t.Errorf("%v: %v", row, h)
		}
	}
}
