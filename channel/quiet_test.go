package channel

import (
	"strings"
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse("2006-01-02 15:04 -0700", "2023-07-"+s+" +0800")
		if err != nil {
			t.Fatal(err)
		}
		return x.UTC()
	}
	for _, x := range []struct {
		h        Hours
		u        Urgency
		now, out string
	}{
		{Night, Notice, "20 21:59", "20 21:59"}, {Night, Notice, "20 22:00", "21 06:30"}, {Night, Notice, "31 23:59", "32 06:30"}, {Night, Notice, "21 00:00", "21 06:30"},
		{Night, Notice, "21 06:29", "21 06:30"}, {Night, Notice, "21 06:30", "21 06:30"}, {Hours{}, Notice, "20 23:00", "21 06:30"},
		{Night, Warning, "20 23:00", "20 23:00"}, {Night, Call, "20 23:00", "20 23:00"},
		{Hours{"12:00", "14:00"}, Notice, "20 13:00", "20 14:00"}, {Hours{"12:00", "14:00"}, Notice, "20 23:00", "20 23:00"},
	} {
		want := at(strings.Replace(x.out, "32", "31", 1))
		if strings.HasPrefix(x.out, "32") {
			want = want.Add(24 * time.Hour)
		}
		if got := x.h.Keep(x.u, "sms", at(x.now)); !got.Equal(want) {
			t.Errorf("%v %d at %s: leaves at %s, want %s", x.h, x.u, x.now, got, want)
		}
	}
	for _, bad := range []string{`quiet: {from: "22", to: "06:30"}`, `quiet: {from: "22:00"}`, `quiet: {from: "22:00", to: "22:00"}`} {
		if _, err := ReadConfig(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "quiet 写作") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// By the hours of the house an ordinary message does not go at night, and a warning does.
func TestNightOfTheHouse(t *testing.T) {
	stories(t, "2023-07-20T23:00:00+08:00", func(s *story) {
		s.quiet = Night.Keep
		notice := s.text("n", 1)
		notice.Urgency, notice.Expires = Notice, s.clock.Now().Add(24*time.Hour)
		s.put(notice, s.text("w", 3))
		s.wantPass("短信甲:3")
		s.clock.Advance(7*time.Hour + 31*time.Minute)
		s.wantPass("短信甲:1")
	})
}
