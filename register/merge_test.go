package register_test

import (
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

func TestMergeAndPart(t *testing.T) {
	stories(t, func(s *story) {
		for _, line := range []string{"编号=P-001 名称=一号排口 责任单位=东镇 位置=111.5001,35.4001", "编号=p1 名称=另名 责任单位=西镇 日排水量=7",
			"编号=Q1 名称=一号排口 责任单位=东镇 位置=111.5002,35.4002", "编号=Q2 名称=一号排口 责任单位=东镇 位置=111.6,35.5"} {
			s.add(bureau, "outlets", line)
		}
		s.add(bureau, "samples", "排口=p1 采样日期=2023-09-19")
		twins := func() string {
			var out []string
			err := s.db.Read(ctx, func(tx *db.Tx) error {
				list, err := s.reg.Twins(ctx, tx, "outlets")
				out = nil
				for _, p := range list {
					out = append(out, p.A.Key+"="+p.B.Key)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(out, " ")
		}
		if got := twins(); got != "P-001=p1 P-001=Q1" {
			t.Errorf("twins: %s", got)
		}
		s.must(func(tx *db.Tx) error {
			return s.reg.Apart(ctx, tx, bureau, "outlets", "Q1", "P-001", "两岸各一个")
		})
		if got := twins(); got != "P-001=p1" {
			t.Errorf("twins: %s", got)
		}
		var id int64
		s.must(func(tx *db.Tx) (err error) {
			id, err = s.reg.Merge(ctx, tx, bureau, "outlets", "p1", "P-001", []string{"日排水量"}, "同一个排口")
			return err
		})
		if got := s.keys(register.Inside, register.Query{Register: "outlets"}); got != "P-001 Q1 Q2" {
			t.Error(got)
		}
		if e := s.get(register.Inside, "outlets", "P-001", register.AsOf{}); e.Values["日排水量"] != "7" || e.Values["责任单位"] != "东镇" {
			t.Errorf("%+v", e)
		}
		if e := s.get(register.Inside, "samples", "1", register.AsOf{}); e.Values["排口"] != "P-001" {
			t.Errorf("%+v", e)
		}
		if e := s.get(register.Inside, "outlets", "p1", register.AsOf{}); e.Into != "P-001" || !e.Removed() {
			t.Errorf("%+v", e)
		}
		s.refused(s.write(func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, bureau, "outlets", "p1", register.Input{Fields: fields("名称=乙")})
			return err
		}), register.WrongState, "已并入“P-001”")

		// Renamed, the winner takes its references and its losers along.
		s.amend(bureau, "outlets", "P-001", "编号=P001")
		if e := s.get(register.Inside, "samples", "1", register.AsOf{}); e.Values["排口"] != "P001" {
			t.Errorf("%+v", e)
		}
		if e := s.get(register.Inside, "outlets", "p1", register.AsOf{}); e.Into != "P001" {
			t.Errorf("%+v", e)
		}
		s.must(func(tx *db.Tx) error { _, err := s.reg.Part(ctx, tx, bureau, id, "是两个"); return err })
		if got := s.keys(register.Inside, register.Query{Register: "outlets"}); got != "P001 p1 Q1 Q2" {
			t.Error(got)
		}
		if e := s.get(register.Inside, "samples", "1", register.AsOf{}); e.Values["排口"] != "p1" {
			t.Errorf("%+v", e)
		}
		if e := s.get(register.Inside, "outlets", "P001", register.AsOf{}); e.Values["日排水量"] != "" {
			t.Errorf("%+v", e)
		}
		s.refused(s.write(func(tx *db.Tx) error { _, err := s.reg.Part(ctx, tx, bureau, id, "再来"); return err }), register.WrongState, "已经撤销过")
		if _, err := s.rebuilt(s.dump(register.Inside, "outlets")); err != nil {
			t.Error(err)
		}
	})
}
