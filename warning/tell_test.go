package warning

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/ledger"
)

func (s *story) told() (out []string) {
	for _, t := range s.sent {
		var to []string
		for _, r := range t.To {
			to = append(to, string(rune('0'+r)))
		}
		out = append(out, t.Key+" "+strings.Join(to, ","))
	}
	return out
}

// Several warnings of one hazard within two minutes are one message to whom both concern; who is in one area alone hears of that alone.
func TestGathered(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		s.inside = []Recipient{3, 5}
		first := s.warn(yellowDraft())
		s.at("28 13:01")
		s.inside = []Recipient{5, 8}
		other := yellowDraft()
		other.Area = Area{Places: []Place{{Town: "上岭乡"}}}
		other.Description = "预计未来6小时上岭乡降雨量将达50毫米以上。"
		s.warn(other)
		s.tick()
		if len(s.sent) != 0 {
			t.Fatalf("told before the time of gathering was over: %q", s.told())
		}
		if on := read(s, func(tx *db.Tx) ([]Public, error) { return InForce(ctx, tx, county, day("28 13:01")) }); len(on) != 2 {
			t.Errorf("the public page has %d, it does not wait", len(on))
		}
		s.at("28 13:02")
		s.tick()
		s.tick()
		s.want("tellings", s.told(), []string{"warning/1/1 3", "warning/2/1 8", "warning/1/1+warning/2/1 5"})
		both := s.sent[2]
		if !strings.Contains(both.Text, "河口镇") || !strings.Contains(both.Text, "上岭乡") || !strings.Contains(both.Title, "等2条预警") || both.Level != 3 {
			t.Errorf("together %+v", both)
		}
		// A higher level passes those that wait.
		s.at("28 13:10")
		s.inside = []Recipient{3}
		s.warn(yellowDraft())
		s.inside = []Recipient{3, 5}
		up := orangeDraft()
		up.Event, up.Kind = first.Event, Update
		s.warn(up)
		if got := s.told(); len(got) != 4 || got[3] != "warning/1/2 3,5" {
			t.Errorf("told %q", got)
		}
		if got := read(s, func(tx *db.Tx) ([]Recipient, error) { return s.w.Told(ctx, tx, 2) }); !slices.Equal(got, []Recipient{5, 8}) {
			t.Errorf("of the second %v were told", got)
		}
	})
}

// By night a low level waits for the morning and a high one does not; what ends before anybody was told of it is told to nobody.
func TestQuietHours(t *testing.T) {
	stories(t, "2023-07-28T23:00:00+08:00", func(s *story) {
		long := yellowDraft()
		long.Valid = Duration(12 * time.Hour)
		kept := s.warn(long)
		short := yellowDraft()
		short.Valid = Duration(2 * time.Hour)
		s.warn(short)
		gone := s.warn(long)
		s.warn(orangeDraft())
		s.want("tellings", s.told(), []string{"warning/4/1 3,5,8"})
		s.at("29 02:00")
		s.warn(Draft{Event: gone.Event, Kind: Cancel, Content: Content{Reason: "雨区北移"}})
		s.at("29 06:29")
		s.tick()
		if len(s.sent) != 1 {
			t.Fatalf("told by night: %q", s.told())
		}
		s.at("29 06:30")
		s.tick()
		s.want("tellings", s.told(), []string{"warning/4/1 3,5,8", "warning/1/1 3,5,8"})
		if got := read(s, func(tx *db.Tx) ([]Recipient, error) { return s.w.Told(ctx, tx, gone.Event) }); len(got) != 0 {
			t.Errorf("of what was over by the morning %v were told", got)
		}
		if e := s.event(2); e.State != Expired {
			t.Errorf("the short one is %s", e.State)
		}
		_ = kept
	})
}

// What the outbox still has of a version is withdrawn when it is replaced; whom it was withdrawn from has not been told, so a cancel does not
// reach him. Who was to hear of another event in the same message hears of that one anew.
func TestWithdrawn(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		s.inside = []Recipient{3, 5}
		s.warn(yellowDraft())
		s.inside = []Recipient{5, 8}
		s.warn(yellowDraft())
		s.at("28 13:02")
		s.tick()
		s.want("tellings", s.told(), []string{"warning/1/1 3", "warning/2/1 8", "warning/1/1+warning/2/1 5"})
		s.keep["warning/1/1+warning/2/1"] = []Recipient{5} // still in the outbox
		s.keep["warning/1/1"] = []Recipient{3}
		s.at("28 13:05")
		s.warn(Draft{Event: 1, Kind: Cancel, Content: Content{Reason: "误判"}})
		s.at("28 13:08")
		s.tick()
		// 3 and 5 never heard of the first event: nobody is told of its end. 5 hears of the second, once.
		s.want("tellings", s.told(), []string{"warning/1/1 3", "warning/2/1 8", "warning/1/1+warning/2/1 5", "warning/2/1/3 5"})
		if strings.Contains(s.sent[3].Text, "解除") {
			t.Errorf("text %q", s.sent[3].Text)
		}
		s.at("28 13:30")
		s.warn(Draft{Event: 2, Kind: Cancel, Content: Content{Reason: "雨停"}})
		s.at("28 13:32")
		s.tick()
		if got := s.told()[4:]; !slices.Equal(got, []string{"warning/2/2 5,8"}) {
			t.Errorf("of the end of the second: %q", got)
		}
	})
}

func TestPacking(t *testing.T) {
	for _, list := range [][]Recipient{nil, {0}, {1}, {1, 2, 3}, {7, 300, 1 << 40}} {
		got, err := unpack(pack(list))
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("%v came back as %v, %v", list, got, err)
		}
	}
	if got, _ := unpack(pack([]Recipient{9, 3, 9, 1})); !slices.Equal(got, []Recipient{1, 3, 9}) {
		t.Errorf("unsorted: %v", got)
	}
	if _, err := unpack([]byte{0x80}); err == nil {
		t.Error("a broken list was taken")
	}
	a, b := []Recipient{1, 3, 5}, []Recipient{3, 4}
	if !slices.Equal(union(a, b), []Recipient{1, 3, 4, 5}) || !slices.Equal(without(a, b), []Recipient{1, 5}) || !slices.Equal(both(a, b), []Recipient{3}) {
		t.Error("sets of recipients")
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := unpack(b)
		if err == nil && len(list) > len(b) {
			t.Errorf("%d recipients in %d bytes", len(list), len(b))
		}
	})
}

// A draft goes back and forth; what is published no more changes.
func TestDraftLife(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		s.refused(ledger.NotAllowed, "由县气象局拟稿", func(tx *db.Tx) error { _, err := s.w.Draft(ctx, tx, as("住建局长"), orangeDraft()); return err })
		s.refused(ledger.NotAllowed, "由县气象局拟稿", func(tx *db.Tx) error { _, err := s.w.Draft(ctx, tx, as("审计"), orangeDraft()); return err })
		bad := func(words string, change func(*Draft)) {
			s.Helper()
			d := orangeDraft()
			change(&d)
			s.refused(ledger.Invalid, words, func(tx *db.Tx) error { _, err := s.w.Draft(ctx, tx, as("预报员甲"), d); return err })
		}
		bad("请划定预警区域", func(d *Draft) { d.Area = Area{Words: "全县"} })
		bad("没有闭合", func(d *Draft) { d.Area.Polygons = [][]Point{{{35, 111}, {35, 112}, {36, 112}}} })
		bad("互相交叉", func(d *Draft) { d.Area.Polygons = [][]Point{{{35, 111}, {36, 112}, {36, 111}, {35, 112}, {35, 111}}} })
		bad("不在地球上", func(d *Draft) { d.Area.Circles = []Circle{{Point{111, 35}, 3}}; d.Area.Circles[0].Lat = 111 })
		bad("没有“红”这一级", func(d *Draft) { d.Level = red })
		bad("没有“”这一级", func(d *Draft) { d.Level = "" })
		bad("请填写预警内容", func(d *Draft) { d.Description = " " })
		bad("无法识别", func(d *Draft) { d.Description = "大雨\x00" })
		bad("7 天以内", func(d *Draft) { d.Valid = Duration(8 * 24 * time.Hour) })
		bad("没有“大概”这个阶段", func(d *Draft) { d.Stage = "大概" })
		bad("实际预警里不能有“【演练】”", func(d *Draft) { d.Description = "【演练】大雨" })
		bad("不必略去", func(d *Draft) { d.Skips = []Skip{{"停电/县住建局/全县", "不必"}} })
		bad("请填写不下达的理由", func(d *Draft) { d.Skips = []Skip{{"停课/县教体局/山区学校", ""}} })

		v := s.draft("预报员甲", orangeDraft())
		edit := orangeDraft()
		edit.Description = "改过的内容。"
		edit.Skips = []Skip{{"停课/县教体局/山区学校", "正值暑假"}}
		s.do(func(tx *db.Tx) error { _, err := s.w.Edit(ctx, tx, as("副局长"), v.Event, v.N, edit); return err })
		s.submit("预报员甲", v)
		s.refused(ledger.WrongState, "待签发", func(tx *db.Tx) error { _, err := s.w.Edit(ctx, tx, as("预报员甲"), v.Event, v.N, edit); return err })
		s.refused(ledger.NotAllowed, "拟稿的人不能签发", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("副局长"), v.Event, v.N); return err })
		s.refused(ledger.NotAllowed, "可以退回", func(tx *db.Tx) error {
			_, err := s.w.Return(ctx, tx, as("预报员乙"), v.Event, v.N, "再核")
			return err
		})
		s.do(func(tx *db.Tx) error {
			_, err := s.w.Return(ctx, tx, as("局长"), v.Event, v.N, "再核雨量")
			return err
		})
		s.submit("预报员甲", v)
		p := s.publish("局长", v)
		if p.Description != "改过的内容。" {
			t.Errorf("published %+v", p)
		}
		s.want("orders", s.orders, []string{"联动/县水利局/巡查水库和淤地坝", "停工/县住建局/在建工地"})
		s.refused(ledger.WrongState, "已发布", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("局长"), v.Event, v.N); return err })
		s.refused(ledger.WrongState, "已发布", func(tx *db.Tx) error { return s.w.Drop(ctx, tx, as("预报员甲"), v.Event, v.N, "不要了") })

		up := orangeDraft()
		up.Event, up.Kind = v.Event, Update
		u := s.draft("预报员甲", up)
		s.refused(ledger.Conflict, "第 2 稿还是草稿", func(tx *db.Tx) error { _, err := s.w.Draft(ctx, tx, as("预报员乙"), up); return err })
		s.do(func(tx *db.Tx) error { return s.w.Drop(ctx, tx, as("预报员甲"), u.Event, u.N, "重拟") })
		s.draft("预报员乙", up)
		if e := s.event(v.Event); !e.Active() || e.N != 1 || e.Last != 3 {
			t.Errorf("event %+v", e)
		}
		// A draft whose event has ended cannot be published any more.
		s.at("28 16:30")
		s.tick()
		s.submit("预报员乙", s.version(v.Event, 3))
		s.refused(ledger.WrongState, "请弃用后另拟", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("局长"), v.Event, 3); return err })
		s.refused(ledger.NotFound, "没有第 99 号预警", func(tx *db.Tx) error { _, err := s.w.Submit(ctx, tx, as("局长"), 99, 1); return err })
		// A new event that is dropped leaves nothing behind.
		x := s.draft("预报员甲", orangeDraft())
		s.do(func(tx *db.Tx) error { return s.w.Drop(ctx, tx, as("预报员甲"), x.Event, x.N, "不发了") })
		if e := s.event(x.Event); e.State != Dropped {
			t.Errorf("event %+v", e)
		}
	})
}

// From an outlook to a nowcast, each a version of one event; an outlook has no level and orders nothing.
func TestStages(t *testing.T) {
	stories(t, "2023-07-28T08:00:00+08:00", func(s *story) {
		d := Draft{Hazard: "rainstorm", Stage: Outlook, Content: Content{Area: hekou(), Description: "明天有大到暴雨。", Valid: Duration(36 * time.Hour)}}
		v := s.warn(d)
		if v.Headline != "青禾县气象局发布暴雨天气展望" || len(s.orders) != 0 || v.Severity != "Unknown" {
			t.Errorf("outlook %+v, orders %q", v, s.orders)
		}
		for i, x := range []struct {
			stage Stage
			level Level
		}{{Forecast, ""}, {Signals, yellow}, {Signals, orange}, {Nowcast, orange}} {
			d := yellowDraft()
			d.Event, d.Kind, d.Stage, d.Level = v.Event, Update, x.stage, x.level
			if x.level == "" {
				d.Valid = Duration(24 * time.Hour)
			}
			s.clock.Advance(time.Hour)
			u := s.warn(d)
			if len(s.document(v.Event, u.N).References) != i+1 {
				t.Errorf("version %d refers to %d", u.N, len(s.document(v.Event, u.N).References))
			}
		}
		if e := s.event(v.Event); e.Stage != Nowcast || e.Level != orange || e.N != 5 {
			t.Errorf("event %+v", e)
		}
		list := read(s, func(tx *db.Tx) ([]*Version, error) { return s.w.Versions(ctx, tx, v.Event) })
		got := SignalsOf(list)
		if len(got) != 2 || got[0].Level != yellow || got[1].Level != orange || !got[0].Issued.Equal(day("28 10:00")) {
			t.Errorf("signals %+v", got)
		}
	})
}

// A text ends once, whatever it ends with.
func TestATextEndsOnce(t *testing.T) {
	for in, want := range map[string]string{
		"有强降雨": "有强降雨。", "有强降雨。": "有强降雨。", "有强降雨。（演示）": "有强降雨。（演示）", "雨量达50毫米（以上）": "雨量达50毫米（以上）。", "（演示）": "（演示）。",
	} {
		if got := ended(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
