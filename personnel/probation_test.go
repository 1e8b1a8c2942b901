package personnel

import (
	"testing"

	"zhixing/calendar"
)

func TestProbationEnd(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2023-09-08", 12, "2024-09-07"}, {"2024-02-29", 12, "2025-02-28"}, {"2023-03-01", 12, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"},
		{"2023-12-01", 1, "2023-12-31"}, {"2023-08-31", 6, "2024-02-29"}, {"2023-01-01", 12, "2023-12-31"}, {"2023-09-08", 0, ""}, {"", 12, ""},
	} {
		from, _ := calendar.ParseDate(c.from)
		if got := probationEnd(from, c.months); got.String() != c.want {
			t.Errorf("%d months from %s end with %s, want %s", c.months, c.from, got, c.want)
		}
	}
}
