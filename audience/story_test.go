package audience

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// agreed is a resident who agreed to be told.
func agreed(r Recipient, wants ...Want) Recipient {
	r.Consent = Consent{Given: time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC), How: "书面"}
	r.Wants = wants
	return r
}

func TestWhoIsToldAndWhy(t *testing.T) {
	stories(t, func(s *story) {
		s.put("import:册", // numbers 1 to 9
			agreed(phone("赞成", Person, east, "13800000001")),
			phone("未表态", Person, east, "13800000002"),
			agreed(phone("只要红色", Person, east, "13800000003"), Want{Hazard: "暴雨", Level: Red}),
			agreed(phone("惦记东镇", Person, west, "13800000004"), Want{Hazard: "暴雨", Level: Yellow, Place: Place{Town: "东镇"}}),
			phone("工地", Firm, east, "13800000005"),
			phone("西边", Person, west, "13800000006"),
			Recipient{Key: "喇叭", Kind: Device, Name: "喇叭", Place: east, Addresses: []Address{{Speaker, "DL-01"}}},
			phone("报社", Media, Place{}, "13800000008"),
			agreed(phone("种樱桃的", Person, east, "13800000009"), Want{Hazard: "霜冻", Crop: "樱桃"}))
		s.put(SourcePosts, // 10 to 12
			phone("示例副县长", Post, Place{}, "13800000010"), phone("示例东镇镇长", Post, Place{Town: "东镇"}, "13800000011"),
			phone("示例西镇镇长", Post, Place{Town: "西镇"}, "13800000012"))

		rain := func(l Level, area Area) Query { return Query{Area: area, Hazard: "暴雨", Level: l} }
		village := Area{Drawn: []*register.Geometry{places(t).List[2].Shape}}
		town := Area{Towns: []string{"东镇"}}
		s.want(s.told(rain(Yellow, town)),
			"赞成 sms:13800000001 本人同意，在范围内", "惦记东镇 sms:13800000004 订阅", "工地 sms:13800000005 生产经营场所在范围内",
			"喇叭 speaker:DL-01 设备在范围内", "报社 sms:13800000008 媒体", "示例副县长 sms:13800000010 职务", "示例东镇镇长 sms:13800000011 职务")
		s.want(s.told(rain(Orange, town)), // the law tells whoever is inside
			"赞成 sms:13800000001 本人同意，在范围内", "未表态 sms:13800000002 在范围内，红色、橙色预警依法告知",
			"只要红色 sms:13800000003 在范围内，红色、橙色预警依法告知", "惦记东镇 sms:13800000004 订阅",
			"工地 sms:13800000005 生产经营场所在范围内", "喇叭 speaker:DL-01 设备在范围内", "报社 sms:13800000008 媒体",
			"种樱桃的 sms:13800000009 在范围内，红色、橙色预警依法告知", "示例副县长 sms:13800000010 职务", "示例东镇镇长 sms:13800000011 职务")
		// Whoever is known by his village is in an area that some of it is in; the head of a town answers for all of it.
		s.want(s.told(Query{Area: village, Hazard: "暴雨", Level: Blue, Kinds: []Kind{Person, Post}}),
			"赞成 sms:13800000001 本人同意，在范围内", "示例副县长 sms:13800000010 职务", "示例东镇镇长 sms:13800000011 职务")
		corner := Area{Circles: []Circle{{*at(111.55, 35.45), 30}}}
		s.want(s.told(Query{Area: corner, Hazard: "暴雨", Level: Blue, Kinds: []Kind{Person, Post}}),
			"赞成 sms:13800000001 本人同意，在范围内", "示例副县长 sms:13800000010 职务", "示例东镇镇长 sms:13800000011 职务")
		s.want(s.told(Query{Area: town, Hazard: "霜冻", Crop: "樱桃", Level: Blue, Kinds: []Kind{Person}}),
			"赞成 sms:13800000001 本人同意，在范围内", "种樱桃的 sms:13800000009 订阅")
		s.want(s.told(Query{Area: town, Hazard: "暴雨", Level: Red, By: []Channel{Speaker}}), "喇叭 speaker:DL-01 设备在范围内")

		// An update for the west tells whomever the warning for the east told.
		s.want(s.told(Query{Area: Area{Towns: []string{"西镇"}}, Hazard: "暴雨", Level: Blue, Kinds: []Kind{Post}, Also: []ID{1, 7}}),
			"赞成 sms:13800000001 前次已告知", "喇叭 speaker:DL-01 前次已告知", "示例副县长 sms:13800000010 职务", "示例西镇镇长 sms:13800000012 职务")

		n := s.count(rain(Orange, town))
		if n.Inside != 7 || n.Told != 10 || n.ByTown["东镇"] != (Tally{7, 7}) || n.ByTown["西镇"] != (Tally{0, 1}) || n.ByVillage[east] != (Tally{6, 6}) ||
			n.ByKind[Person] != (Tally{4, 5}) || n.ByChannel[Speaker] != (Tally{1, 1}) || n.ByWhy[WhyLaw] != 3 {
			t.Errorf("%+v", n)
		}
		if all := s.count(rain(Blue, Area{County: true})); all.Inside != 12 {
			t.Errorf("the county holds %d", all.Inside)
		}
		if none := s.count(rain(Blue, Area{})); none.Inside != 0 {
			t.Errorf("nowhere are %d", none.Inside)
		}
	})
}

func TestTheIndexFollowsTheRecord(t *testing.T) {
	stories(t, func(s *story) {
		q := Query{Area: Area{Towns: []string{"东镇"}}, Hazard: "暴雨", Level: Red}
		s.put("posts", phone("甲", Post, east, "13800000001"), phone("乙", Post, east, "13800000002"))
		if n := s.count(q); n.Told != 2 {
			t.Fatal(n.Told)
		}
		// Select sees what its own transaction has changed, Count only what was committed.
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if _, err := s.a.Put(ctx, tx, office, "posts", []Recipient{phone("乙", Post, west, "13800000002"), phone("丙", Post, east, "13800000003")}, true); err != nil {
				return err
			}
			var got []string
			for x, err := range s.a.Select(ctx, tx, q) {
				if err != nil {
					return err
				}
				got = append(got, x.Name)
			}
			s.want(got, "丙")
			if n := s.count(q); n.Told != 2 {
				t.Error("uncommitted changes were counted:", n.Told)
			}
			return fmt.Errorf("never mind")
		})
		if err == nil || s.count(q).Told != 2 {
			t.Fatal("the change that was rolled back stayed:", err)
		}
		s.write(func(tx *db.Tx) error {
			done, err := s.a.Put(ctx, tx, office, "posts", []Recipient{phone("甲", Post, east, "13800000001"), phone("丙", Post, east, "13800000003")}, true)
			if done != (Done{New: 1, Same: 1, Gone: 1}) {
				t.Errorf("%+v", done)
			}
			return err
		})
		s.want(s.told(q), "甲 sms:13800000001 职务", "丙 sms:13800000003 职务")
		other := &Audience{County: county, Places: s.a.Places} // as another server
		if n, err := other.Count(ctx, s.db, q); err != nil || n.Told != 2 {
			t.Error(n, err)
		}
		s.refused(Forbidden, func(tx *db.Tx) error { _, err := s.a.Put(ctx, tx, leader, "posts", nil, true); return err })
		s.refused(Invalid, func(tx *db.Tx) error {
			_, err := s.a.Put(ctx, tx, office, "posts", []Recipient{phone("丁", Post, Place{Town: "北镇"}, "13800000004")}, false)
			return err
		})
		s.write(func(tx *db.Tx) error { _, err := s.a.Drop(ctx, tx, office, "posts", "甲", "没有"); return err })
		s.want(s.told(q), "丙 sms:13800000003 职务")
	})
}

func TestEachAddressOnceAndQuietTimes(t *testing.T) {
	stories(t, func(s *story) {
		home := agreed(phone("户主", Person, east, "138 0000 0001"))
		home.Addresses = append(home.Addresses, Address{Voice, "+8613800000001"}, Address{SMS, "13800000001"})
		home.Quiet = Quiet{22 * 60, 6*60 + 30}
		s.put("import:册", home, agreed(phone("同一部手机", Person, east, "13800000001")))
		q := Query{Area: Area{Villages: []Place{east}}, Hazard: "大风", Level: Yellow}
		s.clock.Set("2023-07-10T23:00:00+08:00")
		var got []Target
		s.write(func(tx *db.Tx) error {
			for x, err := range s.a.Select(ctx, tx, q) {
				if err != nil {
					return err
				}
				got = append(got, x)
			}
			return nil
		})
		if len(got) != 2 || got[0].To != got[1].To || got[0].Channel != SMS || got[1].Channel != Voice ||
			!got[0].NotBefore.Equal(time.Date(2023, 7, 10, 22, 30, 0, 0, time.UTC)) {
			t.Errorf("%+v", got)
		}
		s.write(func(tx *db.Tx) error {
			ids, err := s.a.Who(ctx, tx, q)
			if err != nil || !slices.Equal(ids, []ID{1, 2}) {
				t.Error(ids, err)
			}
			var later []Target
			for x, err := range s.a.Targets(ctx, tx, append(ids, 99), q.Level, Voice) {
				if err != nil {
					return err
				}
				later = append(later, x)
			}
			if len(later) != 1 || later[0].Channel != Voice || later[0].NotBefore != got[0].NotBefore {
				t.Errorf("%+v", later)
			}
			return nil
		})
		if u := Union(got[:1], got); len(u) != 2 || u[0] != got[0] || u[1] != got[1] {
			t.Errorf("%+v", u)
		}
	})
	for _, c := range []struct {
		q     Quiet
		at    string
		level Level
		want  string
	}{
		{Quiet{22 * 60, 6 * 60}, "21:59", Blue, ""}, {Quiet{22 * 60, 6 * 60}, "22:00", Blue, "11T06:00"}, {Quiet{22 * 60, 6 * 60}, "05:59", Blue, "10T06:00"},
		{Quiet{22 * 60, 6 * 60}, "06:00", Blue, ""}, {Quiet{12 * 60, 14 * 60}, "13:00", Yellow, "10T14:00"}, {Quiet{12 * 60, 14 * 60}, "14:00", Yellow, ""},
		{Quiet{22 * 60, 6 * 60}, "23:00", Orange, ""}, {Quiet{}, "00:00", Blue, ""},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", "2023-07-10 "+c.at, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if end, quiet := c.q.Ends(now, c.level); quiet {
			got = end.In(calendar.Zone).Format("02T15:04")
		}
		if got != c.want {
			t.Errorf("%v at %s: got %q, want %q", c.q, c.at, got, c.want)
		}
	}
}

func TestTimeOfRecipients(t *testing.T) {
	stories(t, func(s *story) {
		r := phone("汛期值守", Post, east, "13800000001")
		r.From, r.Until = calendar.Date{Year: 2023, Month: 7, Day: 11}, calendar.Date{Year: 2023, Month: 9, Day: 30}
		s.put("posts", r)
		q := Query{Area: Area{Towns: []string{"东镇"}}, Level: Red}
		for _, c := range []struct {
			day  string
			told int
		}{{"2023-07-10", 0}, {"2023-07-11", 1}, {"2023-09-30", 1}, {"2023-10-01", 0}} {
			s.clock.Set(c.day)
			if got := len(s.told(q)); got != c.told {
				t.Errorf("on %s %d are told, want %d", c.day, got, c.told)
			}
		}
		tick := func(day string, inside int) {
			t.Helper()
			s.clock.Set(day)
			s.write(func(tx *db.Tx) error { return s.a.Tick(ctx, tx, tx.Now()) })
			if n := s.count(q); n.Inside != inside {
				t.Errorf("after the tick of %s %d are kept, want %d", day, n.Inside, inside)
			}
		}
		tick("2023-12-29", 1)
		tick("2023-12-30", 0)
		s.nothingOf("13800000001")
	})
}

// nothingOf wants a number to stand in no table.
func (s *story) nothingOf(to string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		for _, from := range []string{`address FROM audience_address`, `key || data FROM audience`, `body FROM audience_before`, `address || body FROM audience_code`,
			`data FROM audience_batch`, `mark || words || how FROM audience_proof`, `subject || detail || basis FROM journal`} {
			rows, err := tx.Query(ctx, `SELECT `+from+` WHERE county = $1`, county)
			got, err := list(rows, err, func(r *sql.Rows) (v string, err error) { return v, r.Scan(&v) })
			if err != nil {
				return err
			}
			if strings.Contains(strings.Join(got, "\n"), to) {
				s.Errorf("%s still stands in %s", to, from)
			}
		}
		return nil
	})
}

func TestNamedAreasAndLines(t *testing.T) {
	stories(t, func(s *story) {
		far := phone("远", Person, Place{}, "13800000002")
		near := phone("近", Person, Place{}, "13800000001")
		near.At, far.At = at(111.52, 35.4509), at(111.52, 35.4521) // 100 m and 233 m from the river
		s.put("import:册", near, far)
		s.a.Line = func(_ context.Context, _ *db.Tx, name register.Name, key string) (*register.Geometry, error) {
			if name != "rivers" || key != "示例河" {
				return nil, refuse(NotFound, "Line", "没有。")
			}
			return &register.Geometry{Kind: register.Line, Parts: [][][]XY{{{*at(111.51, 35.45), *at(111.53, 35.45)}}}}, nil
		}
		along := Area{Along: []Along{{"rivers", "示例河", 150}}}
		s.write(func(tx *db.Tx) error { return s.a.Draw(ctx, tx, office, "示例河两岸", along) })
		s.refused(Forbidden, func(tx *db.Tx) error { return s.a.Draw(ctx, tx, stranger, "甲", along) })
		s.refused(NotFound, func(tx *db.Tx) error {
			return s.a.Draw(ctx, tx, office, "乙", Area{Along: []Along{{"rivers", "没有的河", 150}}})
		})
		q := Query{Area: Area{Named: []string{"示例河两岸"}}, Level: Red}
		s.want(s.told(q), "近 sms:13800000001 在范围内，红色、橙色预警依法告知")
		q.Area.Circles = []Circle{{*at(111.52, 35.4521), 50}}
		if got := s.told(q); len(got) != 2 {
			t.Error(got)
		}
		s.write(func(tx *db.Tx) error { return s.a.Undraw(ctx, tx, office, "示例河两岸") })
		if _, err := s.a.Count(ctx, s.db, q); KindOf(err) != NotFound {
			t.Error(err)
		}
		for name, bad := range map[string]Area{"radius": {Circles: []Circle{{*at(111, 35), -1}}}, "town": {Towns: []string{"无此镇"}}, "open": {Drawn: []*register.Geometry{{Kind: register.Polygon, Parts: [][][]XY{{{*at(1, 1), *at(1, 2), *at(2, 2), *at(2, 1)}}}}}}} {
			if _, err := s.a.Count(ctx, s.db, Query{Area: bad, Level: Red}); KindOf(err) != Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
