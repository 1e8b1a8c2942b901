package sheet

import (
	"testing"
	"testing/quick"
)

func TestNumberFormats(t *testing.T) {
	for _, c := range []struct{ code, raw, want string }{
		{"General", "1", "1"},
		{"General", "0.30000000000000004", "0.3"},
		{"General", "1E+3", "1000"},
		{"General", "1.5E-3", "0.0015"},
		{"General", "123456789012345678", "123456789012346000"}, // Excel keeps 15 digits: such numbers belong into text cells
		{"General", "-12.5", "-12.5"},
		{"General", "-0", "0"},
		{"0.00", "1.5", "1.50"},
		{"0.0", "0.853", "0.853"}, // shown as 0.9, but it is not
		{"#,##0.00_ ;[Red]-#,##0.00 ", "-1234.5", "-1234.50"},
		{`0.00"万元"`, "12", "12.00"},
		{"0%", "0.85", "85%"},
		{"0.0%", "0.07", "7.0%"},
		{"0%", "1", "100%"},
		{"yyyy-mm-dd", "45230", "2023-10-31"},
		{"yyyy-mm-dd", "45230.75", "2023-10-31"},
		{"yyyy/m/d h:mm", "45230.354166666664", "2023-10-31 08:30"},
		{"yyyy/m/d h:mm", "45230", "2023-10-31"},
		{`yyyy"年"m"月"d"日";@`, "45230", "2023-10-31"},
		{`[$-804]yyyy"年"m"月"`, "45200", "2023-10-01"},
		{`m"月"d"日"`, "45230", "2023-10-31"}, // the year is there though it is not shown
		{"mmm-yy", "45230", "2023-10-31"},
		{"h:mm", "0.354166666666667", "8:30"},
		{"[h]:mm:ss", "1.5", "36:00"},
		{`"day"0`, "7", "7"},
		{`\d0`, "7", "7"},
		{"yyyy-mm-dd", "-1", "-1"},
		{"yyyy-mm-dd", "60", "60"}, // 29 February 1900, which never was
		{"yyyy-mm-dd", "61", "1900-03-01"},
		{"yyyy-mm-dd", "2958465", "9999-12-31"},
		{"yyyy-mm-dd", "2958466", "2958466"},
		{"yyyy-mm-dd", "NaN", "NaN"},
		{`"open`, "1", "1"},
		{"[open", "1", "1"},
	} {
		if got := parseFormat(c.code).show(c.raw, false); got != c.want {
			t.Errorf("%s under %s: got %s, want %s", c.raw, c.code, got, c.want)
		}
	}
	if got := parseFormat("yyyy-mm-dd").show("43768", true); got != "2023-10-31" {
		t.Errorf("counted from 1904: got %s", got)
	}
	for id, want := range map[int]string{14: "2023-10-31", 31: "2023-10-31", 58: "2023-10-31", 22: "2023-10-31", 0: "45230", 49: "45230", 2: "45230.00"} {
		if got := builtIn(id).show("45230", false); got != want {
			t.Errorf("built-in format %d: got %s, want %s", id, got, want)
		}
	}
}

// TestNumbersComeBack: what is written as a number is read as it was.
func TestNumbersComeBack(t *testing.T) {
	check := func(whole int32, part uint16, n uint8) bool {
		text := decimal(float64(whole), -int(n%4), int(n%4))
		x, decimals, ok := number(text)
		if !ok {
			return false
		}
		return format{decimals: decimals}.show(decimal(x, 0, 0), false) == text
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"", "007", "-0", "-0.0", "+1", "1.", ".5", "1e3", "1,000", "１", "1234567890123456", "0.1234567", "12 "} {
		if _, _, ok := number(text); ok {
			t.Errorf("%q would not come back as it went in", text)
		}
	}
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"　":                   "",
		"2023-10-31":          "2023-10-31",
		"2023-1-5":            "2023-01-05",
		"2023/10/31":          "2023-10-31",
		"2023.10.31":          "2023-10-31",
		"20231031":            "2023-10-31",
		"2023年10月31日":         "2023-10-31",
		"２０２３年１０月３１日":         "2023-10-31",
		"2023年10月31":          "2023-10-31",
		" 2023-10-31 ":        "2023-10-31",
		"2023-10-31 08:30":    "2023-10-31",
		"2023-10-31T08:30:00": "2023-10-31",
		"2023-02-30":          "none",
		"2023年10月":            "none",
		"10月31日":              "none",
		"2023年10/31":          "none",
		"2023-10/31":          "none",
		"23-10-31":            "none",
		"2023--10-31":         "none",
		"2023-10-31-":         "none",
		"长期":                  "none",
		"2023年10月底前":          "none",
		"45230":               "none",
		"0000-10-31":          "none",
		"2023-10-31 左右":       "none",
		"2023-99999999999-31": "none",
	} {
		d, ok := ParseDate(text)
		got := d.String()
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
