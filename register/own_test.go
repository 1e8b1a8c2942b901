package register_test

import (
	"errors"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

// Where each town writes its own, no town writes another's, nor hands its own over; who keeps the register and a bureau that is named among
// the writers write all.
func TestOwn(t *testing.T) {
	stories(t, func(s *story) {
		zones, _ := s.reg.Schema("zones")
		zones.Writers, zones.Own = []string{"县交通局", "各乡镇"}, "乡镇"
		s.add(town, "zones", "名称=一区 乡镇=东镇")
		s.add(bureau, "zones", "名称=二区 乡镇=西镇")
		s.add(nobody, "zones", "名称=三区 乡镇=西镇")
		no := func(what string, do func(tx *db.Tx) error) {
			t.Helper()
			err := s.write(do)
			s.refused(err, register.NotAllowed, "《禁养区》", "“乡镇”是您的单位", "县生态环境局")
			var re *register.Error
			if !errors.As(err, &re) || re.Basis != zones.Basis {
				t.Errorf("%s is refused without its clause: %v", what, err)
			}
		}
		no("another's entry", func(tx *db.Tx) error {
			_, err := s.reg.Add(ctx, tx, town, "zones", register.Input{Fields: fields("名称=四区 乡镇=西镇")})
			return err
		})
		no("an entry of nobody", func(tx *db.Tx) error {
			_, err := s.reg.Add(ctx, tx, town, "zones", register.Input{Fields: fields("名称=四区")})
			return err
		})
		no("a change of another's", func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, town, "zones", "二区", register.Input{Fields: fields("名称=五区")})
			return err
		})
		no("a handing over", func(tx *db.Tx) error {
			_, err := s.reg.Amend(ctx, tx, town, "zones", "一区", register.Input{Fields: fields("乡镇=西镇")})
			return err
		})
		no("a move of another's", func(tx *db.Tx) error {
			_, err := s.reg.Move(ctx, tx, other, "zones", "一区", register.MoveTo{State: "撤销"})
			return err
		})
		no("taking another's out", func(tx *db.Tx) error {
			_, err := s.reg.Remove(ctx, tx, other, "zones", "一区", register.Leave{Why: "不要了"})
			return err
		})
		if err := s.move(town, "zones", "一区", "撤销"); err != nil {
			t.Error(err)
		}
		s.amend(nobody, "zones", "一区", "乡镇=西镇")
		s.amend(other, "zones", "一区", "名称=一区")
	})
}

// A town's table of entries that are not its own is refused row by row.
func TestOwnImport(t *testing.T) {
	stories(t, func(s *story) {
		zones, _ := s.reg.Schema("zones")
		zones.Writers, zones.Own = []string{"各乡镇"}, "乡镇"
		s.must(func(tx *db.Tx) error {
			_, report, err := s.reg.Offer(ctx, tx, town, "zones", register.Table{File: "区.csv", Content: []byte("名称,乡镇\n一区,东镇\n二区,西镇\n")})
			if err == nil && (report.New != 1 || report.Wrong != 1 || report.Rows[1].Wrong[0].Field != "乡镇") {
				t.Errorf("%+v", report)
			}
			return err
		})
	})
}
