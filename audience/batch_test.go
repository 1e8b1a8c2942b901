package audience

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zhixing/db"
)

const csvHead = "编号,类别,名称,乡镇,村,经度,纬度,角色,手机,电话,喇叭,订阅,免打扰,同意日期,同意方式\n"

func (s *story) offer(table string) (*Batch, []RowReport) {
	s.Helper()
	var b *Batch
	var wrong []RowReport
	s.write(func(tx *db.Tx) (err error) {
		b, wrong, err = s.a.Offer(ctx, tx, office, Table{List: "危险区住户", File: "名单.csv", Content: []byte(table)})
		return err
	})
	return b, wrong
}

func (s *story) apply(id int64, skip bool) (b *Batch) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		b, err = s.a.Apply(ctx, tx, office, id, skip)
		return err
	})
	return b
}

func TestImportAndUndo(t *testing.T) {
	stories(t, func(s *story) {
		q := Query{Area: Area{Villages: []Place{east}}, Hazard: "暴雨", Level: Red}
		first := csvHead +
			"1,居民,示例甲,东镇,示例一村,,,危险区住户；学校,138-0000-0001,,,暴雨 黄色以上,22:00-06:30,2023-05-01,书面\n" +
			"2,喇叭和屏,村口喇叭,,,111.555,35.455,,,,DL-7,,,,\n" +
			"3,居民,示例丙,东镇,示例一村,,,,13800000003,,,,,,\n" +
			",,示例丁,西镇,,,,,13800000004,0359-6520000,,,,,\n"
		b, wrong := s.offer(first)
		if len(wrong) > 0 || b.Did != (Done{New: 4}) {
			t.Fatalf("%+v %+v", b, wrong)
		}
		if n := s.count(q); n.Inside != 0 {
			t.Error("an offer did something")
		}
		s.refused(Forbidden, func(tx *db.Tx) error { _, err := s.a.Apply(ctx, tx, leader, b.ID, false); return err })
		s.apply(b.ID, false)
		s.want(s.told(q), "示例甲 sms:13800000001 订阅", "村口喇叭 speaker:DL-7 设备在范围内", "示例丙 sms:13800000003 在范围内，红色、橙色预警依法告知")
		s.refused(Conflict, func(tx *db.Tx) error { _, err := s.a.Apply(ctx, tx, office, b.ID, false); return err })

		second := csvHead +
			"1,居民,示例甲,西镇,示例二村,,,,13800000001,,,,,,\n" + // moved
			"2,喇叭和屏,村口喇叭,,,111.555,35.455,,,,DL-7,,,,\n" + // the same
			"5,居民,示例戊,东镇,示例一村,,,,13800000005,,,,,,\n" +
			"6,居民,号码错,东镇,示例一村,,,,1380000,,,,,,\n" +
			"5,居民,又一个5,东镇,示例一村,,,,13800000006,,,,,,\n" +
			"7,居民,无此镇,北镇,,,,,13800000007,,,,,,\n" +
			"8,居民,半个点,东镇,,111.5,,,13800000008,,,,,,\n" +
			"9,居民,何时同意,东镇,,,,,13800000009,,,,,,书面\n" +
			"10,居民,没有号码,东镇,,,,,,,,,,,\n"
		b2, wrong := s.offer(second)
		if b2.Did != (Done{New: 1, Change: 1, Same: 1, Wrong: 6}) {
			t.Errorf("%+v", b2.Did)
		}
		var said []string
		for _, w := range wrong {
			said = append(said, w.Name+"："+w.Why)
		}
		s.want(said, "号码错：短信号码写得不对：手机是11位数字，座机带区号。", "又一个5：与第4行是同一个接收对象，请删去一行。",
			"无此镇：没有“北镇”这个乡镇：请写全称，如“东镇”。", "半个点：经度和纬度要么都填，要么都空着。", "何时同意：同意日期和同意方式（如“书面”）要一起填。",
			"没有号码：没有联系方式：手机、电话、邮箱、喇叭、显示屏至少填一个。")
		s.refused(Invalid, func(tx *db.Tx) error { _, err := s.a.Apply(ctx, tx, office, b2.ID, false); return err })
		s.apply(b2.ID, true)
		after := s.told(q)
		s.want(after, "村口喇叭 speaker:DL-7 设备在范围内", "示例丙 sms:13800000003 在范围内，红色、橙色预警依法告知", "示例戊 sms:13800000005 在范围内，红色、橙色预警依法告知")

		undo := func(id int64) (b *Batch) {
			t.Helper()
			s.write(func(tx *db.Tx) (err error) {
				b, err = s.a.Undo(ctx, tx, office, id, "传错了")
				return err
			})
			return b
		}
		// The first cannot be taken back where the second went on from it.
		s.write(func(tx *db.Tx) error { _, err := s.a.Drop(ctx, tx, office, "import:危险区住户", "3"); return err })
		if b := undo(b2.ID); b.Taken != 2 || len(b.Kept) != 0 {
			t.Errorf("%+v", b)
		}
		s.want(s.told(q), "示例甲 sms:13800000001 订阅", "村口喇叭 speaker:DL-7 设备在范围内")
		b1 := undo(b.ID)
		if b1.Taken != 2 || len(b1.Kept) != 2 {
			t.Errorf("%+v", b1)
		}
		s.want(s.told(q), "示例甲 sms:13800000001 订阅")
		s.refused(Conflict, func(tx *db.Tx) error { _, err := s.a.Undo(ctx, tx, office, b.ID, "再来"); return err })

		s.write(func(tx *db.Tx) error {
			list, err := s.a.Batches(ctx, tx, office, 10)
			if err == nil && (len(list) != 2 || list[0].ID != b2.ID || list[0].State != BatchUndone || list[0].Why != "传错了") {
				t.Errorf("%+v", list)
			}
			return err
		})
		for _, deed := range s.deeds() {
			if strings.Contains(deed, "1380000") {
				t.Error("the journal holds a number:", deed)
			}
		}
	})
}

func TestExportIsReadAgain(t *testing.T) {
	stories(t, func(s *story) {
		table := csvHead +
			"1,居民,=示例甲,东镇,示例一村,111.5512345,35.45,学校；危险区住户,13800000001,,,全部 红色以上 西镇/示例二村；霜冻 樱桃,22:00-06:30,2023-05-01,书面\n" +
			"2,经营主体,示例工地,西镇,,,,在建工地,13800000002；13800000003,03596520000,,,,,\n"
		b, wrong := s.offer(table)
		if len(wrong) > 0 {
			t.Fatalf("%+v", wrong)
		}
		s.apply(b.ID, false)
		var file bytes.Buffer
		export := func(by Actor, why string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return s.a.Export(ctx, tx, by, Filter{}, why, &file) }
		}
		s.refused(Forbidden, export(office, "看看"))
		s.refused(Invalid, export(leader, ""))
		s.write(export(leader, "与电信核对号码"))
		if deeds := s.deeds(); !strings.Contains(deeds[len(deeds)-1], "fuxianzhang|audience.export|audience|与电信核对号码|") {
			t.Error(deeds)
		}
		again, wrong := s.offer(file.String())
		if len(wrong) > 0 || again.Did != (Done{Same: 2}) {
			t.Errorf("%+v %+v", again.Did, wrong)
		}
		s.write(func(tx *db.Tx) error {
			got, err := s.a.Find(ctx, tx, office, Filter{Address: "+86 138 0000 0003", Size: 10})
			if err == nil && (len(got) != 1 || got[0].Name != "示例工地" || got[0].Addresses[2] != (Address{Voice, "03596520000"})) {
				t.Errorf("%+v", got)
			}
			return err
		})
		if last := s.deeds(); !strings.Contains(last[len(last)-1], "bangong|audience.find") || strings.Contains(last[len(last)-1], "13800000003") {
			t.Error(last[len(last)-1])
		}
		s.refused(Forbidden, func(tx *db.Tx) error { _, err := s.a.Find(ctx, tx, stranger, Filter{}); return err })
		// Nobody changes what recipients share in memory by changing one that he was given.
		s.write(func(tx *db.Tx) error {
			r, ok, err := s.a.Of(ctx, tx, "import:危险区住户", "1")
			if err != nil || !ok {
				return err
			}
			r.Roles[0], r.Wants[0].Hazard = "另一种", "大风"
			r, _, err = s.a.Of(ctx, tx, "import:危险区住户", "1")
			if r.Roles[0] == "另一种" || r.Wants[0].Hazard == "大风" {
				t.Error("recipients share what they should not")
			}
			return err
		})
	})
}

func TestAddressesHaveOneSpelling(t *testing.T) {
	for in, want := range map[Address]string{
		{SMS, "+86 138-0000-0001"}: "13800000001", {SMS, "８６１３８００００００１１"}: "13800000011", {SMS, "１３８００００００１１"}: "13800000011",
		{SMS, "03596520000"}: "", {Voice, "0359-6520000"}: "03596520000", {Voice, "86 13800000001"}: "13800000001", {Voice, "110"}: "",
		{Mail, "a@Example.CN"}: "a@example.cn", {Mail, "甲 <a@example.cn>"}: "", {Speaker, "a/b"}: "", {Speaker, "a+"}: "", {Speaker, "DL-1"}: "DL-1",
		{Hook, "http://example.cn/"}: "", {Hook, "https://example.cn/x"}: "https://example.cn/x", {"telex", "1"}: "",
	} {
		a := in
		why := a.tidy()
		if want == "" && why == "" || want != "" && (why != "" || a.To != want) {
			t.Errorf("%v: %q %s", in, a.To, why)
		}
	}
	if got := (Address{SMS, "13800000001"}).Masked(); got != "138****0001" {
		t.Error(got)
	}
	if got := Spelt("+86 138 0000 0001"); got != "13800000001" {
		t.Error(got)
	}
}

func TestWishesInWords(t *testing.T) {
	for in, want := range map[string][]Want{
		"暴雨 黄色以上；霜冻 樱桃": {{Hazard: "暴雨", Level: Yellow}, {Hazard: "霜冻", Crop: "樱桃"}},
		"全部 红色 东镇/示例一村": {{Level: Red, Place: east}},
		"大风 西镇/ 橙色, 高温": {{Hazard: "大风", Level: Orange, Place: Place{Town: "西镇"}}, {Hazard: "高温"}},
		"":              nil,
	} {
		got, why := ParseWants(in)
		if why != "" || !slices.Equal(got, want) {
			t.Errorf("%q: %+v %s", in, got, why)
		}
	}
	for _, bad := range []string{"红色", "暴雨 红色 黄色", "暴雨 樱桃 玉米", "暴雨 /村", "东镇/示例一村", "暴雨 a/b/c"} {
		if got, why := ParseWants(bad); why == "" {
			t.Errorf("%q: %+v", bad, got)
		}
	}
	for in, want := range map[string]string{"22:00-06:30": "22:00-06:30", "22：00 至 6:30": "22:00-06:30", "": "", "08:00-08:00": ""} {
		if q, why := ParseQuiet(in); why != "" || q.Text() != want {
			t.Errorf("%q: %q %s", in, q.Text(), why)
		}
	}
	for _, bad := range []string{"22:00", "25:00-06:00", "夜里", "22:00-06:00-07:00"} {
		if _, why := ParseQuiet(bad); why == "" {
			t.Error(bad)
		}
	}
}

// Whatever is typed, what is read of it is written so that it is read the same.
func FuzzWants(f *testing.F) {
	for _, s := range []string{"暴雨 黄色以上；霜冻 樱桃", "全部 红色 东镇/示例一村", "大风 西镇/", "全部", "a/b c/d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, why := ParseWants(s)
		if why != "" {
			return
		}
		again, why := ParseWants(WantsText(list))
		if why != "" || !slices.Equal(list, again) {
			t.Errorf("%q: %+v, then %+v %s", s, list, again, why)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"+86 138-0000-0001", "a@Example.CN", "https://example.cn/x", "DL-01", "0359-6520000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range Channels {
			a := Address{c, s}
			if a.tidy() != "" {
				continue
			}
			b := a
			if why := b.tidy(); why != "" || a != b {
				t.Errorf("%v %q is spelt %q, and that %q %s", c, s, a.To, b.To, why)
			}
			_ = a.Masked()
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add([]byte(csvHead + "1,居民,示例甲,东镇,示例一村,111.55,35.45,学校,13800000001,,,暴雨 黄色以上,22:00-06:30,2023-05-01,书面\n"))
	f.Add([]byte("PK\x03\x04"))
	a := &Audience{Towns: []string{"东镇", "西镇"}, Places: places(f)}
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := a.readTable(b, "import:甲")
		if err != nil {
			if Message(err) == "" {
				t.Error(err)
			}
			return
		}
		for i := range rows {
			if rows[i].why != "" {
				continue
			}
			if why := a.tidy(&rows[i].r); why != "" {
				t.Errorf("a tidy row is refused: %s", why)
			}
			if len(rows[i].r.Addresses) == 0 || rows[i].r.Key == "" {
				t.Errorf("%+v", rows[i].r)
			}
		}
	})
}
