package warning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/quantity"
	"zhixing/warning/cap"
)

// city is a document of the city's weather office.
func city(t testing.TB, id string, kind cap.MsgType, sent string, refs ...cap.Triple) []byte {
	t.Helper()
	at := day(sent)
	a := cap.Alert{Identifier: id, Sender: "qxt@yuntai.example", Sent: at, Status: cap.Actual, MsgType: kind, Scope: cap.Public, References: refs, Infos: []cap.Info{{
		Language: "zh-CN", Categories: []cap.Category{cap.Met}, Event: "暴雨", Urgency: cap.Expected, Severity: cap.Severe, Certainty: cap.Likely,
		EventCodes: []cap.Value{{Name: cap.EventList, Value: "11B03"}}, Expires: at.Add(3 * time.Hour), SenderName: "云台市气象台", Headline: "云台市气象台发布暴雨橙色预警",
		Description: "预计未来3小时青禾县等地降雨量将达50毫米以上。", Parameters: []cap.Value{{Name: "warningColour", Value: "orange"}},
		Areas: []cap.Area{{Desc: "青禾县", Geocodes: []cap.Value{{Name: cap.CountyCodes, Value: county}}}}}}}
	b, err := cap.Write(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func triple(id, sent string) cap.Triple {
	return cap.Triple{Sender: "qxt@yuntai.example", Identifier: id, Sent: day(sent)}
}

func (s *story) receive(b []byte) (f *Foreign, fresh bool) {
	s.Helper()
	from := s.w.Hazards[0].Sources[0]
	s.do(func(tx *db.Tx) (err error) { f, fresh, err = s.w.Receive(ctx, tx, from, b); return err })
	return f, fresh
}

func (s *story) open() []Proposal {
	s.Helper()
	return read(s, func(tx *db.Tx) ([]Proposal, error) { return s.w.Proposals(ctx, tx, ProposalOpen, 50) })
}

// A name with a quotation mark, which CAP cannot quote, hinders nobody from passing the warning on.
func TestPassedOnWithAnOddName(t *testing.T) {
	stories(t, "2023-07-28T13:05:00+08:00", func(s *story) {
		s.receive(city(t, `C"1`, cap.MsgAlert, "28 13:00"))
		d := read(s, func(tx *db.Tx) (Draft, error) { return s.w.Prepare(ctx, tx, s.open()[0].ID) })
		s.warn(d)
		if a := s.document(1, 1); a.Source != "据云台市气象台发布的预警" || len(a.Incidents) != 0 {
			t.Errorf("document %+v", a)
		}
	})
}

// The city warns, the county passes it on with its source named; the city's update and cancel come as proposals about the same event.
func TestPassedOn(t *testing.T) {
	stories(t, "2023-07-28T13:05:00+08:00", func(s *story) {
		b := city(t, "C1", cap.MsgAlert, "28 13:00")
		f, fresh := s.receive(b)
		if !fresh || f.State != ForeignNew || f.Level != orange || !f.Area.Covers("任何镇", "", nil) {
			t.Fatalf("received %+v", f)
		}
		if again, fresh := s.receive(b); fresh || again.N != f.N || len(s.open()) != 1 {
			t.Error("the same document again is something")
		}
		d := read(s, func(tx *db.Tx) (Draft, error) { return s.w.Prepare(ctx, tx, s.open()[0].ID) })
		v := s.warn(d)
		if v.Source == nil || v.Source.Name != "云台市气象台" || !strings.Contains(s.sent[0].Text, "据云台市气象台发布。") {
			t.Errorf("passed on %+v: %s", v, s.sent[0].Text)
		}
		if a := s.document(1, 1); a.Source != "据云台市气象台发布的预警" || a.Incidents[0] != "C1" || a.Sender != "qxj@qinghe.example" {
			t.Errorf("document %+v", a)
		}
		if p := read(s, func(tx *db.Tx) ([]Public, error) { return PublicEvent(ctx, tx, county, 1) }); p[0].Source != "云台市气象台" {
			t.Errorf("public %+v", p)
		}
		s.at("28 14:01")
		f, _ = s.receive(city(t, "C2", cap.MsgUpdate, "28 14:00", triple("C1", "28 13:00")))
		if f.Event != 1 || s.open()[0].Kind != Update || s.open()[0].Event != 1 {
			t.Errorf("update %+v, %+v", f, s.open())
		}
		s.at("28 15:01")
		f, _ = s.receive(city(t, "C3", cap.MsgCancel, "28 15:00", triple("C1", "28 13:00"), triple("C2", "28 14:00")))
		open := s.open()
		if f.Event != 1 || len(open) != 1 || open[0].Kind != Cancel { // the update is over by the cancel
			t.Fatalf("cancel %+v, %+v", f, open)
		}
		d = read(s, func(tx *db.Tx) (Draft, error) { return s.w.Prepare(ctx, tx, open[0].ID) })
		s.warn(d)
		if e := s.event(1); e.State != Cancelled {
			t.Errorf("event %+v", e)
		}
		// What we have ended already is not ended again.
		if f, _ := s.receive(city(t, "C4", cap.MsgCancel, "28 15:00", triple("C2", "28 14:00"))); f.State != ForeignHeld || len(s.open()) != 0 {
			t.Errorf("a second cancel %+v", f)
		}
	})
}

// What must not be passed on is kept and says why.
func TestHeldBack(t *testing.T) {
	stories(t, "2023-07-28T15:00:00+08:00", func(s *story) {
		replace := func(b []byte, from, to string) []byte {
			out := strings.Replace(string(b), from, to, 1)
			if out == string(b) {
				t.Fatalf("nothing to replace: %s", from)
			}
			return []byte(out)
		}
		alert := func(id string) []byte { return city(t, id, cap.MsgAlert, "28 14:00") }
		for _, x := range []struct {
			b    []byte
			want string
		}{
			{replace(alert("H1"), "<status>Actual</status>", "<status>Exercise</status>"), "不是实际预警（Exercise）"},
			{replace(alert("H2"), "qxt@yuntai.example", "nobody@else.example"), "不是登记的"},
			{replace(alert("H3"), "<value>11B03</value>", "<value>11B99</value>"), "没有对应的灾种"},
			{replace(alert("H5"), "<value>"+county+"</value>", "<value>990002</value>"), "不含本县"},
			{city(t, "H4", cap.MsgCancel, "28 14:00", triple("never", "28 13:00")), "没有转发"},
		} {
			f, fresh := s.receive(x.b)
			if !fresh || f.State != ForeignHeld || !strings.Contains(f.Why, x.want) {
				t.Errorf("%+v, want held: %s", f, x.want)
			}
		}
		if len(s.open()) != 0 {
			t.Errorf("proposals %+v", s.open())
		}
		s.refused(ledger.Invalid, "不是有效的 CAP 1.2", func(tx *db.Tx) error {
			_, _, err := s.w.Receive(ctx, tx, s.w.Hazards[0].Sources[0], []byte("<alert/>"))
			return err
		})
		// A code of a town of ours, or of the city, is ours.
		for i, code := range []string{county + "100000", "990000", "99"} {
			if f, _ := s.receive(replace(alert(fmt.Sprint("T", i)), "<value>"+county+"</value>", "<value>"+code+"</value>")); f.State != ForeignNew {
				t.Errorf("%s: %+v", code, f)
			}
		}
		for _, p := range s.open() {
			s.do(func(tx *db.Tx) error { return s.w.Dismiss(ctx, tx, as("预报员甲"), p.ID, "示例") })
		}
		// The later one comes first: the earlier one changes nothing any more.
		s.receive(city(t, "L2", cap.MsgUpdate, "28 14:30", triple("L1", "28 14:00")))
		if f, _ := s.receive(city(t, "L1", cap.MsgAlert, "28 14:00")); f.State != ForeignReplaced || len(s.open()) != 1 {
			t.Errorf("the earlier one is %+v, proposals %+v", f, s.open())
		}
		// A drill that names a real one as its reference does not end it.
		s.receive(alert("R1"))
		s.receive(replace(city(t, "R2", cap.MsgCancel, "28 14:40", triple("R1", "28 14:00")), "<status>Actual</status>", "<status>Exercise</status>"))
		list := read(s, func(tx *db.Tx) ([]Foreign, error) { return s.w.Foreigns(ctx, tx, 50) })
		for _, f := range list {
			if f.Identifier == "R1" && f.State != ForeignNew {
				t.Errorf("a drill ended %+v", f)
			}
		}
		id := s.open()[0].ID
		s.refused(ledger.NotAllowed, "您不在其中", func(tx *db.Tx) error { return s.w.Dismiss(ctx, tx, as("住建局长"), id, "不在本县") })
		s.do(func(tx *db.Tx) error { return s.w.Dismiss(ctx, tx, as("预报员甲"), id, "不在本县") })
		s.refused(ledger.WrongState, "不采纳", func(tx *db.Tx) error { return s.w.Dismiss(ctx, tx, as("预报员甲"), id, "再来") })
		if f := read(s, func(tx *db.Tx) (*Foreign, error) { return s.w.foreignOf(ctx, tx, triple("R1", "28 14:00")) }); f.State != ForeignDismissed {
			t.Errorf("dismissed %+v", f)
		}
	})
}

const national = `<?xml version="1.0" encoding="UTF-8"?>
<alert><identifier>99000041600000_20230728140000_0</identifier><sender>某省气象台</sender><senderCode>99000041600000</senderCode><sendTime>2023-07-28 14:00:00+08:00</sendTime>
<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><secClassification>None</secClassification><references/>
<info><language>zh-CN</language><eventType>11B03</eventType><urgency>Unknown</urgency><severity>Orange</severity><certainty>Unknown</certainty><effective>2023-07-28 14:00:00+08:00</effective>
<senderName>示例值班员</senderName><headline>某省气象台发布暴雨橙色预警[II级/严重]</headline><description>预计有暴雨。</description><instruction>请防范。</instruction>
<area><areaDesc>青禾县</areaDesc><polygon/><circle/><geocode>990001000000</geocode></area></info></alert>`

// The nation's form is read through its adapter; the person on duty is nowhere kept but in the bytes.
func TestNational(t *testing.T) {
	stories(t, "2023-07-28T14:05:00+08:00", func(s *story) {
		from := s.w.Hazards[0].Sources[1]
		receive := func(doc string) (f *Foreign) {
			s.do(func(tx *db.Tx) (err error) { f, _, err = s.w.Receive(ctx, tx, from, []byte(doc)); return err })
			return f
		}
		f := receive(national)
		if f.State != ForeignNew || f.Level != orange || f.Sender != "99000041600000@12379.example" || !f.Area.Covers("任何镇", "", nil) {
			t.Fatalf("received %+v", f)
		}
		if strings.Contains(encode(f.ForeignText), "示例值班员") || strings.Contains(encode(s.open()), "示例值班员") {
			t.Error("the person on duty is kept")
		}
		cancel := strings.NewReplacer("_20230728140000_0", "_20230728150000_0", "<msgType>Alert", "<msgType>Cancel", "<references/>", "<references>99000041600000_20230728140000_0</references>",
			"14:00:00+08:00</sendTime>", "14:05:00+08:00</sendTime>").Replace(national)
		s.warn(read(s, func(tx *db.Tx) (Draft, error) { return s.w.Prepare(ctx, tx, s.open()[0].ID) }))
		if f := receive(cancel); f.State != ForeignNew || f.Event != 1 || f.Kind != Cancel {
			t.Errorf("cancel %+v", f)
		}
	})
}

// Forecasts propose the highest level that they exceed; what is warned of already is not proposed.
func TestForecastProposes(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		asked, dry := 0, false
		s.w.Exceed = func(_ context.Context, _ *db.Tx, f *Foreseen) ([]Exceeded, bool, error) {
			asked++
			if dry {
				return nil, true, nil
			}
			return []Exceeded{{Product: "示例短临 28日12时", Run: 7, Place: Place{Town: "河口镇"}, From: day("28 14:00"), Worst: "62.5 mm", Cells: 4},
				{Product: "示例短临 28日12时", Place: Place{Town: "上岭乡"}, From: day("28 15:00"), Worst: "51.0 mm", Cells: 1}}, true, nil
		}
		var rests []int64
		s.w.Rests = func(_ context.Context, _ *db.Tx, _ *Version, run int64) error { rests = append(rests, run); return nil }
		s.w.Hazards[0].Signals[1].Forecast.Threshold = quantity.Int(50)
		s.do(func(tx *db.Tx) error { return s.w.Look(ctx, tx) })
		s.do(func(tx *db.Tx) error { return s.w.Look(ctx, tx) }) // the same run again
		open := s.open()
		if asked != 2 || len(open) != 1 || open[0].Origin != ByForecast || len(open[0].Reasons) != 2 || !open[0].Onset.Equal(day("28 14:00")) || len(open[0].Area.Places) != 2 {
			t.Fatalf("asked %d, proposals %+v", asked, open)
		}
		if want := "示例短临 28日12时：河口镇28日14时起降雨量最大62.5 mm，达到3小时内降雨量将达50毫米以上"; open[0].Reasons[0].Says != want {
			t.Errorf("says %q", open[0].Reasons[0].Says)
		}
		s.warn(read(s, func(tx *db.Tx) (Draft, error) {
			d, err := s.w.Prepare(ctx, tx, open[0].ID)
			d.Description = "预计有暴雨。"
			return d, err
		}))
		if !slices.Equal(rests, []int64{7}) {
			t.Errorf("the warning rests on %v", rests)
		}
		s.do(func(tx *db.Tx) error { return s.w.Look(ctx, tx) })
		if len(s.open()) != 0 {
			t.Errorf("proposed again: %+v", s.open())
		}
		dry = true
		s.do(func(tx *db.Tx) error { // what the newest forecast does not bear out is over
			_, err := s.w.Propose(ctx, tx, Suggestion{Hazard: s.w.Hazards[0].ID, Level: "橙", Origin: ByForecast, Reason: Reason{Cause: "old run", Says: "预报有暴雨"}})
			return err
		})
		if len(s.open()) != 1 {
			t.Fatalf("proposals %+v", s.open())
		}
		s.do(func(tx *db.Tx) error { return s.w.Look(ctx, tx) })
		if len(s.open()) != 0 {
			t.Errorf("still proposed: %+v", s.open())
		}
		s.refused(ledger.WrongState, "已拟稿", func(tx *db.Tx) error {
			d := orangeDraft()
			d.Proposal = open[0].ID
			_, err := s.w.Draft(ctx, tx, as("预报员甲"), d)
			return err
		})
	})
}

// A proposal is over when all that it stands on is.
func TestProposalOver(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		at := func(id finding.ID, town string) finding.Finding {
			return finding.Finding{ID: id, Rule: "rain-6h", Detail: finding.Detail{Says: fmt.Sprint(town, "大雨"), Town: town}}
		}
		for i, town := range []string{"河口镇", "上岭乡"} {
			s.do(func(tx *db.Tx) error { return s.w.Found(ctx, tx, at(finding.ID(i+1), town)) })
		}
		if open := s.open(); len(open) != 1 || len(open[0].Reasons) != 2 {
			t.Fatalf("proposals %+v", open)
		}
		s.do(func(tx *db.Tx) error { return s.w.Over(ctx, tx, at(1, "河口镇")) })
		if open := s.open(); len(open) != 1 || !open[0].Reasons[0].Over {
			t.Errorf("proposals %+v", open)
		}
		s.do(func(tx *db.Tx) error { return s.w.Over(ctx, tx, at(2, "上岭乡")) })
		if open := s.open(); len(open) != 0 {
			t.Errorf("proposals %+v", open)
		}
	})
}

func TestRebroadcast(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		v := s.warn(orangeDraft())
		s.at("28 13:20")
		r := Rebroadcast{Event: v.Event, N: v.N, Who: "M1", Name: "示例融媒体中心", At: day("28 13:08"), Reach: 12000}
		bad := func(words string, kind ledger.Kind, who string, change func(*Rebroadcast)) {
			s.Helper()
			x := r
			change(&x)
			s.refused(kind, words, func(tx *db.Tx) error { return s.w.Passed(ctx, tx, as(who), x) })
		}
		bad("早于发布时间", ledger.Invalid, "督查", func(r *Rebroadcast) { r.At = day("28 12:59") })
		bad("还没有到", ledger.Invalid, "督查", func(r *Rebroadcast) { r.At = day("28 13:21") })
		bad("0 以上", ledger.Invalid, "督查", func(r *Rebroadcast) { r.Reach = -2 })
		bad("从名录里选择", ledger.Invalid, "督查", func(r *Rebroadcast) { r.Who = "" })
		bad("它的主管单位登记", ledger.NotAllowed, "住建局长", func(*Rebroadcast) {})
		bad("没有第 9 号预警", ledger.NotFound, "督查", func(r *Rebroadcast) { r.Event = 9 })
		s.do(func(tx *db.Tx) error { return s.w.Passed(ctx, tx, as("督查"), r) })
		r.Reach = 15000
		s.do(func(tx *db.Tx) error { return s.w.Passed(ctx, tx, as("预报员甲"), r) })
		list := read(s, func(tx *db.Tx) ([]Rebroadcast, error) { return s.w.Rebroadcasts(ctx, tx, v.Event) })
		if len(list) != 1 || list[0].Reach != 15000 || list[0].After(v) != 8*time.Minute {
			t.Errorf("passed on %+v", list)
		}
		if by := read(s, func(tx *db.Tx) ([]Rebroadcast, error) { return s.w.RebroadcastsBy(ctx, tx, "M1", day("01 00:00")) }); len(by) != 1 {
			t.Errorf("by M1: %+v", by)
		}
		// Who is in charge of it says so too; anybody reads of it only while its register is public.
		public := func() []Rebroadcast {
			return read(s, func(tx *db.Tx) ([]Rebroadcast, error) { return PublicPassed(ctx, tx, s.w.County, v.Event) })
		}
		if list := public(); len(list) != 0 {
			t.Errorf("public: %+v", list)
		}
		r.Unit, r.Public = "县住建局", true
		s.do(func(tx *db.Tx) error { return s.w.Passed(ctx, tx, as("住建局长"), r) })
		if list := public(); len(list) != 1 || list[0].Reach != 15000 || list[0].Words != "" {
			t.Errorf("public: %+v", list)
		}
		if by := read(s, func(tx *db.Tx) (map[string]PassedBy, error) {
			return PublicPassedBy(ctx, tx, s.w.County, day("01 00:00"))
		}); by["M1"].Times != 1 {
			t.Errorf("of late: %+v", by)
		}
		r.Public = false
		s.do(func(tx *db.Tx) error { return s.w.Passed(ctx, tx, as("督查"), r) })
		if list := public(); len(list) != 0 {
			t.Errorf("public after its register is not: %+v", list)
		}
		d := orangeDraft()
		d.Drill = "演练"
		x := s.warn(d)
		bad("演练的内容", ledger.WrongState, "督查", func(r *Rebroadcast) { r.Event, r.N = x.Event, x.N })
	})
}

// A stretch of the day, over midnight and not.
func TestWithin(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	ten, six := calendar.Clock(22*60), calendar.Clock(6*60)
	for s, want := range map[string]bool{"21:59": false, "22:00": true, "23:59": true, "00:00": true, "05:59": true, "06:00": false, "12:00": false} {
		if within(at("2023-07-28 "+s), ten, six) != want {
			t.Errorf("%s is by night: %v", s, !want)
		}
		if within(at("2023-07-28 "+s), ten, ten) {
			t.Errorf("%s is in a night that there is not", s)
		}
	}
	if !within(at("2023-07-28 12:00"), six, ten) || within(at("2023-07-28 22:00"), six, ten) {
		t.Error("a stretch within a day")
	}
}

// An area that is drawn covers a gauge by its place.
func TestDrawnArea(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		d := orangeDraft()
		d.Area = Area{Words: "南部山区", Polygons: [][]Point{{{35.3, 111.4}, {35.3, 111.7}, {35.5, 111.7}, {35.5, 111.4}, {35.3, 111.4}}}, Circles: []Circle{{Point{35.6, 111.5}, 2}}}
		s.warn(d)
		if a := s.document(1, 1).Infos[0].Areas[0]; len(a.Polygons) != 1 || len(a.Circles) != 1 || a.Desc != "南部山区" {
			t.Errorf("area %+v", a)
		}
		for i, x := range []struct {
			place string
			want  int
		}{{"111.5 35.4", 0}, {"111.4 35.3", 0}, {"111.5 35.61", 0}, {"111.8 35.4", 1}} { // inside, on a corner, in the circle, outside
			s.do(func(tx *db.Tx) error {
				return s.w.Found(ctx, tx, finding.Finding{ID: finding.ID(i + 1), Rule: "rain-3h", Detail: finding.Detail{Says: "大雨", Place: x.place}})
			})
			if len(s.open()) != x.want {
				t.Errorf("%s: %d proposals", x.place, len(s.open()))
			}
		}
		signals := []Signalled{{Event: 1, Level: orange, Issued: day("28 13:00"), Ended: day("28 16:00"), Parts: []Part{{day("28 13:00"), day("28 16:00"), d.Area}}}}
		r := ReachedBy(finding.Finding{Subject: "rain/P1", Since: day("28 14:00"), LastAt: day("28 14:30"), Detail: finding.Detail{Place: "111.5 35.4"}}, orange)
		if v := Verify(signals, []Reached{r}, Quality{}, day("28 18:00")); len(v) != 1 || v[0].Outcome != Hit || v[0].Places[0] != "rain/P1" {
			t.Errorf("verdicts %+v", v)
		}
	})
}
