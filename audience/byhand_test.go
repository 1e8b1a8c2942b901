package audience

import (
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/journal"
)

func (s *story) enter(t Typed) (r *Recipient) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		r, err = s.a.Enter(ctx, tx, office, t)
		return err
	})
	return r
}

func (s *story) one(id ID) (r *Recipient) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		r, err = s.a.ByID(ctx, tx, id)
		return err
	})
	return r
}

// columns are what is wrong with what was typed, and that nothing was written.
func (s *story) columns(do func(tx *db.Tx) error) map[string]string {
	s.Helper()
	err := s.db.Write(ctx, do)
	if KindOf(err) != Invalid || len(ColumnsOf(err)) == 0 {
		s.Fatalf("want columns that are wrong, got %v", err)
	}
	return ColumnsOf(err)
}

func (s *story) journal(subject string) (out []string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		list, _, err := journal.List(ctx, tx, county, journal.Query{Subject: subject, Limit: 50})
		for _, r := range list {
			out = append([]string{r.Who + " " + r.What + " " + r.Basis + " " + r.Detail}, out...)
		}
		return err
	})
	return out
}

// One recipient is entered, corrected and taken out by hand, with the checks of a table.
func TestByHand(t *testing.T) {
	stories(t, func(s *story) {
		cells := map[string]string{"名称": "示例甲", "乡镇": "东镇", "村": "示例一村", "角色": "学校；危险区住户", "手机": "138-0000-0001", "同意日期": "2023-07-01", "同意方式": "书面"}
		r := s.enter(Typed{List: "手工登记", Cells: cells, Why: "村里报来"})
		q := Query{Area: Area{Villages: []Place{east}}, Hazard: "暴雨", Level: Yellow}
		s.want(s.told(q), "示例甲 sms:13800000001 本人同意，在范围内")
		if got := s.one(r.ID); got.ListOf() != "手工登记" || got.Number() != "" || got.Rev == 0 {
			t.Errorf("%+v", got)
		}
		// Each fault by its column, and several at once.
		wrong := s.columns(func(tx *db.Tx) error {
			_, err := s.a.Enter(ctx, tx, office, Typed{Cells: map[string]string{"手机": "138", "邮箱": "无", "同意日期": "昨天", "免打扰": "夜里"}})
			return err
		})
		for _, column := range []string{"名单", "手机", "邮箱", "同意日期", "免打扰"} {
			if wrong[column] == "" {
				t.Errorf("nothing is said of %s: %v", column, wrong)
			}
		}
		for column, cells := range map[string]map[string]string{
			"手机":   {"名称": "示例乙"},
			"同意日期": {"手机": "13800000002", "同意方式": "书面"},
			"同意方式": {"手机": "13800000002", "同意日期": "2023-07-01"},
			"经度":   {"手机": "13800000002", "纬度": "35.4"},
			"乡镇":   {"手机": "13800000002", "乡镇": "北镇"},
			"角色":   {"手机": "13800000002", "角色": strings.Repeat("长", 30)},
			"类别":   {"手机": "13800000002", "类别": "鸟"},
		} {
			wrong := s.columns(func(tx *db.Tx) error {
				_, err := s.a.Enter(ctx, tx, office, Typed{List: "手工登记", Cells: cells})
				return err
			})
			if wrong[column] == "" || len(wrong) != 1 {
				t.Errorf("of %s is said %v", column, wrong)
			}
		}
		// The same number twice in a list is the same recipient.
		if wrong := s.columns(func(tx *db.Tx) error {
			_, err := s.a.Enter(ctx, tx, office, Typed{List: "手工登记", Cells: cells})
			return err
		}); !strings.Contains(wrong["手机"], "已经有了") {
			t.Error(wrong)
		}
		s.refused(Forbidden, func(tx *db.Tx) error { _, err := s.a.Enter(ctx, tx, leader, Typed{}); return err })

		// A correction: another number beside the one that stays, which the form does not show. What was read before is refused.
		was := s.one(r.ID)
		change := Cells(was)
		if change["手机"] != "" || change["同意方式"] != "书面" || change["村"] != "示例一村" {
			t.Errorf("the form shows %v", change)
		}
		change["电话"], change["角色"] = "0359-6520000", "学校"
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: change, Keep: []int{0}, Saw: was.Rev, Why: "换人"})
			return err
		})
		s.want(s.told(q), "示例甲 sms:13800000001 本人同意，在范围内", "示例甲 voice:03596520000 本人同意，在范围内")
		s.refused(Conflict, func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: change, Keep: []int{0}, Saw: was.Rev})
			return err
		})
		// Without its address it has none; with another one the key follows, and the next table knows it by that.
		now := s.one(r.ID)
		if wrong := s.columns(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: Cells(now), Saw: now.Rev})
			return err
		}); wrong["手机"] == "" {
			t.Error(wrong)
		}
		change = Cells(now)
		change["手机"] = "13800000003"
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: change, Saw: now.Rev})
			return err
		})
		if got := s.one(r.ID); got.Key != "sms:13800000003" || len(got.Addresses) != 1 {
			t.Errorf("%+v", got)
		}
		// Nothing changed is nothing written.
		now = s.one(r.ID)
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: Cells(now), Keep: []int{0}, Saw: now.Rev})
			return err
		})
		if got := s.one(r.ID); got.Rev != now.Rev {
			t.Error("nothing was changed, and it was written")
		}
		s.refused(Invalid, func(tx *db.Tx) error { return s.a.Remove(ctx, tx, office, r.ID, now.Rev, " ") })
		s.write(func(tx *db.Tx) error { return s.a.Remove(ctx, tx, office, r.ID, now.Rev, "搬走了") })
		s.want(s.told(q))
		s.refused(NotFound, func(tx *db.Tx) error { _, err := s.a.Look(ctx, tx, office, r.ID); return err })
		s.want(s.journal("audience/1"), "bangong audience.enter 村里报来 名单：手工登记", "bangong audience.correct 换人 改了角色、电话",
			"bangong audience.correct  改了手机、电话", "bangong audience.remove 搬走了 名单：手工登记")
	})
}

// What was put right by hand is left alone where the table that brought it is taken back.
func TestByHandStaysAfterUndo(t *testing.T) {
	stories(t, func(s *story) {
		b, _ := s.offer(csvHead + "1,居民,示例甲,东镇,,,,,13800000001,,,,,,\n2,居民,示例乙,东镇,,,,,13800000002,,,,,,\n")
		s.apply(b.ID, false)
		now := s.one(1)
		if now.Batch != b.ID || now.Number() != "1" {
			t.Errorf("%+v", now)
		}
		cells := Cells(now)
		cells["名称"] = "示例甲一"
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, 1, Typed{Cells: cells, Keep: []int{0}, Saw: now.Rev})
			return err
		})
		s.write(func(tx *db.Tx) (err error) {
			b, err = s.a.Undo(ctx, tx, office, b.ID, "传错了")
			return err
		})
		if b.Taken != 1 || len(b.Kept) != 1 || s.one(1) == nil || s.one(1).Name != "示例甲一" || s.one(2) != nil {
			t.Errorf("%+v", b)
		}
	})
}

// What he asked for himself stands above what is typed, and what others bring is not changed by hand.
func TestByHandMinds(t *testing.T) {
	stories(t, func(s *story) {
		r := s.enter(Typed{List: "住户", Cells: map[string]string{"手机": "13800000001", "乡镇": "东镇", "同意日期": "2023-07-01", "同意方式": "书面"}})
		s.write(func(tx *db.Tx) error { _, err := s.a.WithdrawFrom(ctx, tx, "13800000001", "短信"); return err })
		now := s.one(r.ID)
		cells := Cells(now)
		if cells["同意日期"] != "" || cells["同意方式"] != "" {
			t.Errorf("who left is shown as one who agrees: %v", cells)
		}
		cells["名称"] = "示例甲"
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: cells, Keep: []int{0}, Saw: now.Rev})
			return err
		})
		if got := s.one(r.ID); got.Consent.Stands() || got.Consent.Withdrawn.IsZero() {
			t.Errorf("a change of the name ended his leaving: %+v", got.Consent)
		}
		s.clock.Set("2023-07-12T09:00:00+08:00")
		now = s.one(r.ID)
		cells["同意日期"], cells["同意方式"] = "2023-07-12", "窗口"
		s.write(func(tx *db.Tx) error {
			_, err := s.a.Correct(ctx, tx, office, r.ID, Typed{Cells: cells, Keep: []int{0}, Saw: now.Rev})
			return err
		})
		if !s.one(r.ID).Consent.Stands() {
			t.Error("he agreed anew and it does not stand")
		}
		s.write(func(tx *db.Tx) error { _, err := s.a.EraseAll(ctx, tx, office, "13800000001", "窗口"); return err })
		if wrong := s.columns(func(tx *db.Tx) error {
			_, err := s.a.Enter(ctx, tx, office, Typed{List: "住户", Cells: map[string]string{"手机": "13800000001", "乡镇": "东镇"}})
			return err
		}); !strings.Contains(wrong["手机"], "本人要求删除") {
			t.Error(wrong)
		}
		s.put(SourcePosts, Recipient{Key: "县/县长/1", Kind: Post, Name: "示例县长", Addresses: []Address{{SMS, "13800000009"}}})
		s.refused(Conflict, func(tx *db.Tx) error { return s.a.Remove(ctx, tx, office, 2, 1, "错了") })
	})
}
