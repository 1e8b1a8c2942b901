package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestParseHours(t *testing.T) {
	for in, want := range map[string]string{
		"08:00-12:00 14:30-18:00": "08:00-12:00 14:30-18:00",
		"8:00—12:00、14:30—18:00":  "08:00-12:00 14:30-18:00",
		"８：００至１２：００，１４：３０至１８：００":  "08:00-12:00 14:30-18:00",
		"09:00-17:00":                         "09:00-17:00",
		"00:00-24:00":                         "00:00-24:00",
		"":                                    "不对：应有上午、下午两段或者一段",
		"8-12":                                "不对：“8-12”不是一段时间",
		"08:00-12:0":                          "不是一段时间",
		"08:00-12:60":                         "不是一段时间",
		"08:00-24:01":                         "不是一段时间",
		"12:00-08:00":                         "的终点不在起点之后",
		"08:00-12:00 11:00-18:00":             "两段时间重叠或者次序颠倒",
		"08:00-12:00 13:00-14:00 15:00-16:00": "应有上午、下午两段或者一段",
	} {
		h, err := ParseHours(in)
		switch {
		case err != nil && !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want %s", in, err, want)
		case err == nil && h.String() != want:
			t.Errorf("%q: %s, want %s", in, h, want)
		}
	}
	if got := (Hours{}).String(); got != "00:00-24:00" {
		t.Errorf("the zero value is %s", got)
	}
}

func TestNextOpening(t *testing.T) {
	h, err := ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, want string }{
		{"2023-09-27 07:59:59", "2023-09-27 08:00:00"},
		{"2023-09-27 08:00:00", "2023-09-27 08:00:00"},
		{"2023-09-27 11:59:59", "2023-09-27 11:59:59"},
		{"2023-09-27 12:00:00", "2023-09-27 14:30:00"},
		{"2023-09-27 18:00:00", "2023-09-28 08:00:00"},
		{"2023-09-28 18:00:00", "2023-10-07 08:00:00"}, // the holiday; a Saturday that makes up for it
		{"2023-10-01 09:00:00", "2023-10-07 08:00:00"},
		{"2023-10-07 09:00:00", "2023-10-07 09:00:00"},
		{"2024-02-17 23:59:59", "2024-02-18 08:00:00"},
	} {
		at, err := time.ParseInLocation(time.DateTime, c.at, Zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{at, at.UTC()} {
			if got := h.Next(National(), at).In(Zone).Format(time.DateTime); got != c.want {
				t.Errorf("Next(%s) = %s, want %s", at, got, c.want)
			}
		}
	}
}
