package calendar

import "testing"

func TestParseSpan(t *testing.T) {
	for in, want := range map[string]Span{
		"10日": {10, Days}, "5个工作日": {5, WorkingDays}, "3个月": {3, Months}, "1年": {1, Years}, "半年": {6, Months}, "两周": {2, Weeks}, "0个工作日": {0, WorkingDays},
	} {
		if got, err := ParseSpan(in); err != nil || got != want {
			t.Errorf("ParseSpan(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "3月", "4小时", "10", "10日内", "自印发之日起10日", "日"} {
		if got, err := ParseSpan(in); err == nil {
			t.Errorf("ParseSpan(%q) = %v, want an error", in, got)
		}
	}
}
