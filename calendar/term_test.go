package calendar

import "testing"

func TestSpanAfter(t *testing.T) {
	for _, c := range []struct {
		from string
		span Span
		want string
	}{
		{"2023-01-31", Span{1, Months}, "2023-02-28"},
		{"2024-01-31", Span{1, Months}, "2024-02-29"},
		{"2024-02-29", Span{1, Years}, "2025-02-28"},
		{"2024-02-29", Span{4, Years}, "2028-02-29"},
		{"2023-12-31", Span{2, Months}, "2024-02-29"},
		{"2023-11-30", Span{14, Months}, "2025-01-30"},
		{"2023-03-31", Span{-1, Months}, "2023-02-28"},
		{"2023-01-15", Span{-13, Months}, "2021-12-15"},
		{"2023-09-28", Span{10, WorkingDays}, "2023-10-18"},
		{"2023-10-18", Span{-10, WorkingDays}, "2023-09-28"},
		{"2023-12-30", Span{15, Days}, "2024-01-14"},
		{"2023-12-30", Span{2, Weeks}, "2024-01-13"},
		{"2023-12-30", Span{0, Days}, "2023-12-30"},
		{"2023-12-30", Span{}, "2023-12-30"},
	} {
		if got := c.span.After(date(t, c.from), National()); got.String() != c.want {
			t.Errorf("%v after %s = %s, want %s", c.span, c.from, got, c.want)
		}
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		text, event, want string
	}{
		{"10月底前完成。", "", "2023-10-31"},
		{"收到通知后10个工作日内反馈。", "2023-09-28", "2023-10-18"},
		{"收到通知后10个工作日内反馈。", "", ""},
		{"自2023年7月1日起30日内完成。", "", "2023-07-31"},
		{"自2023年7月1日起30日内完成。", "2023-07-10", "2023-08-09"},
		{"发现问题立即报告。", "2023-10-01", "2023-10-01"},
		{"采暖季前完成检修。", "", "2023-11-14"},
		{"供暖季前完成检修。", "", "2023-11-14"}, // an alias
		{"2024年汛期前完成除险加固。", "2023-09-28", "2024-05-31"},
		{"雨季前完成。", "2023-09-28", ""}, // the county has defined none
		{"每月5日前报送。", "2023-09-28", ""},
		{"长期坚持。", "2023-09-28", ""},
		{"过渡期内保持稳定。", "2023-09-28", ""},
	} {
		terms := Terms(c.text, 2023)
		if len(terms) != 1 {
			t.Errorf("%s: %v", c.text, terms)
			continue
		}
		got, ok := terms[0].Due(date(t, c.event), testSeasons, National())
		if got.String() != c.want || ok != (c.want != "") {
			t.Errorf("%s: due %s %v, want %s", c.text, got, ok, c.want)
		}
	}
	// Without the plan's year the day on which the duty was given decides.
	season := Terms("采暖季前完成。", 0)[0]
	for event, want := range map[string]string{"2023-09-28": "2023-11-14", "2023-11-15": "2024-11-14", "2023-11-14": "2023-11-14", "": ""} {
		if got, _ := season.Due(date(t, event), testSeasons, nil); got.String() != want {
			t.Errorf("given on %s: due %s, want %s", event, got, want)
		}
	}
}

func TestSeason(t *testing.T) {
	heating, _ := testSeasons.Find("采暖期")
	if from, to := heating.In(2023); from.String() != "2023-11-15" || to.String() != "2024-03-15" {
		t.Error(from, to)
	}
	dry, _ := testSeasons.Find("枯水期")
	if _, to := dry.In(2023); to.String() != "2024-02-29" {
		t.Error(to)
	}
	if _, to := dry.In(2024); to.String() != "2025-02-28" {
		t.Error(to)
	}
	if _, ok := testSeasons.Find("雨季"); ok {
		t.Error("雨季 is not defined")
	}
	for after, want := range map[string]string{"2023-11-14": "2023-11-15", "2023-11-15": "2024-11-15"} {
		if got := heating.NextStart(date(t, after)); got.String() != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	if m, err := ParseMonthDay("11-15"); err != nil || m != heating.From || m.String() != "11-15" {
		t.Error(m, err)
	}
	for _, s := range []string{"", "11-31", "2-1", "13-01"} {
		if _, err := ParseMonthDay(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
