package cap

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

var zone = time.FixedZone("", 8*3600)

func at(hour, minute int) time.Time { return time.Date(2026, 8, 5, hour, minute, 0, 0, zone) }

func storm() Alert {
	low, high := 1500.5, 3000.0
	return Alert{
		Identifier: "14082641600000_20260805143000_0", Sender: "qxj@example.org", Sent: at(14, 30), Status: Actual, MsgType: MsgUpdate,
		Source: "会商", Scope: Restricted, Restriction: "各乡镇", Addresses: []string{"a@example.org", "绛县 防办"}, Codes: []string{"p", ""},
		Note: "升级 <&> \r\n \"引号\"", References: []Triple{{"qxj@example.org", "a0", at(13, 0)}, {"sx@example.org", "b", at(5, 0).UTC()}},
		Incidents: []string{"八五 暴雨"},
		Infos: []Info{{
			Language: "zh-CN", Categories: []Category{Met, Safety}, Event: "暴雨", Responses: []Response{Evacuate, Avoid},
			Urgency: Immediate, Severity: Extreme, Certainty: Observed, Audience: "沿河村", EventCodes: []Value{{EventList, "11B03"}},
			Effective: at(14, 30), Onset: at(15, 0), Expires: at(20, 30), SenderName: "示例气象局", Headline: "暴雨红色预警[I级/特别严重]",
			Description: "  前后有空白\n  换行 ", Instruction: "转移", Web: "https://example.org/w/1?a=1&b=2", Contact: "12379",
			Parameters: []Value{{"warningColour", "red"}, {"空", ""}},
			Resources:  []Resource{{Desc: "图", MimeType: "image/png", Size: 5, URI: "a.png", Deref: []byte("hello"), Digest: "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}},
			Areas: []Area{{Desc: "南部", Polygons: []Polygon{{{35.38, 111.48}, {35.38, 111.76}, {35.47, 111.76}, {35.38, 111.48}}},
				Circles: []Circle{{Point{35.44, 111.62}, 3}, {Point{-0.0000001, 0}, 0}}, Geocodes: []Value{{CountyCodes, "140826"}}, Altitude: &low, Ceiling: &high}},
		}, {Language: "en-US", Categories: []Category{Met}, Event: "Rainstorm", Urgency: UrgencyUnknown, Severity: SeverityUnknown, Certainty: CertaintyUnknown}},
	}
}

// TestWriteReadsBack: what is written is what was meant, to the last blank, and the same every time.
func TestWriteReadsBack(t *testing.T) {
	a := storm()
	b, err := Write(a)
	if err != nil {
		t.Fatal(err)
	}
	back, problems := Parse(b)
	if back == nil || !reflect.DeepEqual(*back, a) {
		t.Errorf("%v\n%s\ngot  %+v\nwant %+v", problems, b, back, a)
	}
	again, _ := Write(*back)
	if string(again) != string(b) {
		t.Errorf("%s\n%s", b, again)
	}
	if s := string(b); !strings.Contains(s, "2026-08-04T21:00:00-00:00") || !strings.Contains(s, `"绛县 防办"`) || strings.Contains(s, "\r") {
		t.Error(s)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Alert)
		words  string
	}{
		"no status":           {func(a *Alert) { a.Status = "" }, "status"},
		"a word of no list":   {func(a *Alert) { a.Infos[0].Severity = "Orange" }, "severity"},
		"no sent":             {func(a *Alert) { a.Sent = time.Time{} }, "sent"},
		"half a second":       {func(a *Alert) { a.Sent = a.Sent.Add(time.Second / 2) }, "整秒"},
		"an odd zone":         {func(a *Alert) { a.Infos[0].Expires = a.Sent.In(time.FixedZone("", 8*3600+343)) }, "整分"},
		"a blank identifier":  {func(a *Alert) { a.Identifier = "a b" }, "identifier"},
		"no lineage":          {func(a *Alert) { a.References = nil }, "references"},
		"a comma":             {func(a *Alert) { a.References[0].Sender = "a,b" }, "发送者,标识,发送时间"},
		"itself":              {func(a *Alert) { a.References[0] = a.Triple() }, "自己"},
		"a control character": {func(a *Alert) { a.Note = "a\x00b" }, "U+0000"},
		"not UTF-8":           {func(a *Alert) { a.Note = "a\xffb" }, "UTF-8"},
		"a quote":             {func(a *Alert) { a.Addresses = []string{`a "b" c`} }, "引号"},
		"an empty address":    {func(a *Alert) { a.Incidents = []string{""} }, "引号里是空的"},
		"a relative web":      {func(a *Alert) { a.Infos[0].Web = "/w/1" }, "绝对"},
		"a web with blanks":   {func(a *Alert) { a.Infos[0].Web = " https://example.org/ " }, "读回来不同"},
		"a bow tie":           {func(a *Alert) { a.Infos[0].Areas[0].Polygons[0] = Polygon{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}} }, "南部"},
		"an open polygon":     {func(a *Alert) { a.Infos[0].Areas[0].Polygons[0][3].Lat = 35 }, "闭合"},
		"latitude 111":        {func(a *Alert) { a.Infos[0].Areas[0].Circles[0].Center = Point{111.62, 35.44} }, "写反"},
		"no number":           {func(a *Alert) { a.Infos[0].Areas[0].Circles[0].Radius = nan() }, "半径"},
		"a false digest":      {func(a *Alert) { a.Infos[0].Resources[0].Deref = []byte("hullo") }, "SHA-1"},
		"private":             {func(a *Alert) { a.Scope, a.Restriction, a.Addresses = Private, "", nil }, "addresses"},
		"too large":           {func(a *Alert) { a.Note = strings.Repeat("雨", 400_000) }, "MiB"},
	} {
		a := storm()
		c.change(&a)
		if _, err := Write(a); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", name, err, c.words)
		}
	}
}

func nan() float64 { z := 0.0; return z / z }

// TestWriteRandom: any warning is refused or reads back as it was.
func TestWriteRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		letters := []rune("雨a <>&\"'\n\t\r,;]]> é😀")
		s := make([]rune, r.IntN(6))
		for k := range s {
			s[k] = letters[r.IntN(len(letters))]
		}
		return string(s)
	}
	written := 0
	for range 1000 {
		a := storm()
		a.Note, a.Infos[0].Event, a.Infos[0].Description = text(), text(), text()
		a.Codes, a.Incidents = []string{text()}, nil
		if s := text(); s != "" {
			a.Incidents = []string{s}
		}
		a.Infos[0].Parameters = []Value{{text(), text()}}
		a.Infos[0].Areas[0].Desc = text()
		a.Infos[0].Areas[0].Circles = []Circle{{Point{r.Float64()*180 - 90, r.Float64()*360 - 180}, r.Float64() * 100}}
		b, err := Write(a)
		if err != nil {
			continue
		}
		written++
		if back, _ := Parse(b); !reflect.DeepEqual(*back, a) {
			t.Fatalf("%s\n%+v", b, back)
		}
	}
	if written < 200 {
		t.Errorf("only %d were written", written)
	}
}

func TestTimesOfInfos(t *testing.T) {
	a := storm()
	if end := a.Ends(24 * time.Hour); !end.Equal(a.Sent.Add(24 * time.Hour)) { // the second info says nothing
		t.Error(end)
	}
	a.Infos = a.Infos[:1]
	if end := a.Ends(time.Hour); !end.Equal(at(20, 30)) {
		t.Error(end)
	}
	if i := storm(); i.Info("en").Event != "Rainstorm" || i.Info("fr").Event != "暴雨" || i.Info("zh-CN").Parameter("warningColour") != "red" || (&Alert{}).Info("zh") != nil {
		t.Error("infos by language")
	}
	if u := (Triple{"a", "b", at(14, 0)}); !u.Same(Triple{"a", "b", at(14, 0).UTC()}) || u.Same(Triple{"a", "c", at(14, 0)}) {
		t.Error("a time is an instant")
	}
}
