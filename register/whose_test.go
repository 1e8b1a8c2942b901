package register_test

import (
	"testing"

	"zhixing/db"
	"zhixing/register"
)

// An obligation goes to the unit that stands behind a reference on the day, and where nothing stands there to the one that is named.
func TestUnitBehindReference(t *testing.T) {
	stories(t, func(s *story) { // 2023-09-20
		sections, _ := s.reg.Schema("sections")
		sections.Fields = append(sections.Fields, register.Field{Name: "管理单位", Type: register.Unit})
		outlets, _ := s.reg.Schema("outlets")
		outlets.Obligations = outlets.Obligations[:1]
		outlets.Obligations[0].To = register.Whose{Field: "断面.管理单位", Unit: "县交通局"}
		owes := func(key, want string) {
			t.Helper()
			err := s.db.Read(ctx, func(tx *db.Tx) error {
				list, _, err := s.reg.Owed(ctx, tx, register.OwedQuery{Register: "outlets", Key: key, Size: 10})
				if err == nil && (len(list) != 1 || list[0].Unit != want) {
					t.Errorf("%s: want %s to owe, got %+v", key, want, list)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		s.add(bureau, "sections", "名称=甲桥 管理单位=西镇")
		s.add(bureau, "sections", "名称=乙桥")
		s.add(town, "outlets", "编号=P1 名称=一号 类型=工业 责任单位=东镇 断面=甲桥")
		s.add(town, "outlets", "编号=P2 名称=二号 类型=工业 责任单位=东镇 断面=乙桥")
		s.add(town, "outlets", "编号=P3 名称=三号 类型=工业 责任单位=东镇")
		owes("P1", "西镇")
		owes("P2", "县交通局")
		owes("P3", "县交通局")
		s.amend(bureau, "sections", "甲桥", "管理单位=南乡")
		s.clock.Set("2023-12-21")
		if told := s.tick(); told != "outlets/P1#plan 2023-12-20 南乡; outlets/P2#plan 2023-12-20 县交通局; outlets/P3#plan 2023-12-20 县交通局" {
			t.Errorf("told %s", told)
		}
	})
}
