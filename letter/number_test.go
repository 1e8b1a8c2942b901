package letter

import (
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]Number{
		"甲政督〔2023〕5号":        {"甲政督", 2023, 5},
		" 甲政督 [2023] 第005号 ": {"甲政督", 2023, 5},
		"甲政办函（２０２３）１２号":      {"甲政办函", 2023, 12},
		"甲政督〔2023〕999999号":   {"甲政督", 2023, 999999},
	} {
		got, err := ParseNumber(in)
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", in, got, err)
		}
	}
	for _, in := range []string{"", "5号", "〔2023〕5号", "甲政督〔23〕5号", "甲政督〔2023〕0号", "甲政督〔2023〕五号", "甲政督〔2023〕5", "甲1〔2023〕5号",
		"甲政督〔2023〕9999999号", strings.Repeat("甲", 41) + "〔2023〕5号", strings.Repeat("甲", 1000)} {
		if n, err := ParseNumber(in); err == nil {
			t.Errorf("%.60s: read as %v", in, n)
		} else if len(err.Error()) > 500 || !strings.Contains(err.Error(), "〔2023〕") {
			t.Errorf("%.60s: %v", in, err)
		}
	}
	if s := (Number{}).String(); s != "" {
		t.Error(s)
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"甲政督〔2023〕5号", "甲政督[2023]第05号", "甲（２０２３）１号", "", "\xff", "甲〔2023〕"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		again, err := ParseNumber(n.String())
		if err != nil || again != n || n.N < 1 || n.Code == "" {
			t.Errorf("%q: %+v, then %+v %v", s, n, again, err)
		}
	})
}
