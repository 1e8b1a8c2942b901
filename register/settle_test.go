package register_test

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// A definition that changed is reckoned with once; what would not fit one is counted.
func TestDefinitionsChange(t *testing.T) {
	stories(t, func(s *story) {
		s.many()
		if err := s.move(bureau, "outlets", "P1", "已测"); err != nil {
			t.Fatal(err)
		}
		settled := func() (names []register.Name) {
			s.must(func(tx *db.Tx) (err error) { names, err = s.reg.Settle(ctx, tx); return err })
			return names
		}
		if got := settled(); len(got) != 0 {
			t.Errorf("settled %v without a change", got)
		}
		next := schemas()
		next[1].Obligations = []register.Obligation{next[1].Obligations[0], {ID: "sign", Name: "立标志牌", Within: calendar.Span{N: 10, Unit: calendar.Days},
			To: register.Whose{Field: "责任单位"}}}
		s.reg = &register.Registers{County: county, Schemas: next, Directory: s.reg.Directory, Workdays: s.reg.Workdays}
		if got := settled(); len(got) != 1 || got[0] != "outlets" {
			t.Errorf("settled %v", got)
		}
		if got := settled(); len(got) != 0 {
			t.Errorf("settled %v again", got)
		}
		s.wantOwed("P1", "sign  2023-09-30 未完成 ", "plan  2023-12-20 未完成 ")
		s.clock.Set("2023-10-01")
		if told := s.tick(); strings.Count(told, "#sign") != 4 || strings.Contains(told, "monthly") {
			t.Errorf("told %s", told)
		}

		other := *next[1]
		other.States = []string{"待查", "已溯源", "已治理"}
		other.Fields = append([]register.Field(nil), other.Fields...)
		for i := range other.Fields {
			switch f := &other.Fields[i]; f.Name {
			case "日排水量":
				f.Unit = "m3/h"
			case "类型":
				f.Options = []string{"工业", "其他"}
			case "备注":
				f.Name = "附注"
			case "投资":
				f.Type = register.Text
			}
		}
		var got strings.Builder
		s.must(func(tx *db.Tx) error {
			got.Reset()
			list, err := s.reg.Misfits(ctx, tx, "outlets", &other)
			for _, m := range list {
				fmt.Fprintf(&got, "%d %s\n", m.Count, m.Why)
			}
			return err
		})
		want := "1 处于“已测”，新的定义里没有这种状态\n1 “类型”选了新的定义里没有的选项\n1 填了“备注”，新的定义里没有这一格\n3 填了“日排水量”，单位由m3/d改成了m3/h\n"
		if got.String() != want {
			t.Errorf("got\n%swant\n%s", &got, want)
		}
		s.must(func(tx *db.Tx) error {
			list, err := s.reg.Misfits(ctx, tx, "samples", nil)
			if len(list) != 0 {
				t.Errorf("an empty register may go: %v", list)
			}
			return err
		})
	})
}
