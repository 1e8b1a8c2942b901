package notice

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
)

func deadlines() []Item {
	changed := time.Date(2023, 9, 7, 9, 30, 0, 0, calendar.Zone)
	return []Item{
		{UID: "duty-1-2023-12-31@gov.example.cn", Day: calendar.Date{Year: 2023, Month: 12, Day: 31}, Summary: "完成散煤清零；报送台账, 附件\\清单",
			Text: strings.Repeat("第一行，很长的要求。", 12) + "\n第二行", URL: "https://gov.example.cn/duty/1", Categories: []string{"牵头", "本周到期"}, Changed: changed},
		{UID: "duty-2-2024-02-28@gov.example.cn", Day: calendar.Date{Year: 2024, Month: 2, Day: 28}, Summary: "已转交", Changed: changed, Cancelled: true},
		{UID: "duty-3@gov.example.cn", Summary: "长期坚持"}, // without a day
	}
}

// What another program reads out of the calendar is what we put in.
func TestCalendarIsUnderstood(t *testing.T) {
	items := deadlines()
	ics := ICalendar("甲局 任务时限", items)
	cmd := exec.Command(python(t, "icalendar", "python3-icalendar"), "testdata/ical.py")
	cmd.Stdin = bytes.NewReader(ics)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	type event struct {
		UID        string   `json:"uid"`
		Stamp      string   `json:"stamp"`
		Start      string   `json:"start"`
		End        string   `json:"end"`
		Summary    string   `json:"summary"`
		Text       string   `json:"text"`
		URL        string   `json:"url"`
		Status     string   `json:"status"`
		Categories []string `json:"categories"`
		Inside     []string `json:"inside"`
	}
	type cal struct {
		Name, Method, Version string
		Events                []event
		Errors                []string
	}
	var got cal
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	const stamp = "2023-09-07T01:30:00+00:00"
	want := cal{"甲局 任务时限", "PUBLISH", "2.0", []event{
		{items[0].UID, stamp, "2023-12-31", "2024-01-01", items[0].Summary, items[0].Text, items[0].URL, "CONFIRMED", items[0].Categories, []string{}},
		{items[1].UID, stamp, "2024-02-28", "2024-02-29", "已转交", "", "", "CANCELLED", []string{}, []string{}},
	}, []string{}}
	a, _ := json.MarshalIndent(got, "", " ")
	b, _ := json.MarshalIndent(want, "", " ")
	if string(a) != string(b) {
		t.Errorf("got %s\nwant %s\n%s", a, b, ics)
	}
	if again := ICalendar("甲局 任务时限", deadlines()); !bytes.Equal(again, ics) {
		t.Error("two readings of the same facts differ")
	}
}

// Whatever is put in, each line has at most 75 octets and its CRLF, no letter is broken, and unfolding gives one line a property.
func FuzzCalendar(f *testing.F) {
	for _, i := range deadlines() {
		f.Add(i.UID, i.Summary, i.Text, i.URL)
	}
	f.Add("x\r\nBEGIN:VALARM", "\r\nATTENDEE:a", "\x00\x07\u2028", "https://x/\r\nX:1")
	f.Fuzz(func(t *testing.T, uid, summary, text, url string) {
		ics := string(ICalendar(summary, []Item{{UID: uid, Day: calendar.Date{Year: 2023, Month: 1, Day: 1}, Summary: summary, Text: text, URL: url}}))
		if !utf8.ValidString(ics) || !strings.HasSuffix(ics, "\r\n") {
			t.Fatalf("%q", ics)
		}
		for _, line := range strings.Split(strings.TrimSuffix(ics, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) || line == "" {
				t.Errorf("line %q of %d octets", line, len(line))
			}
		}
		want := 9 + 1 // the calendar's own lines
		if uid != "" {
			want += 10
			if text != "" {
				want++
			}
			if url != "" {
				want++
			}
		}
		if n := strings.Count(strings.ReplaceAll(ics, "\r\n ", ""), "\r\n"); n != want {
			t.Errorf("%d properties, want %d:\n%s", n, want, ics)
		}
	})
}
