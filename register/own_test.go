package register_test

import (
	"errors"
	"strings"
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

// Of a town's table its own rows are taken and the others refused row by row: another's, nobody's, one handed over, one taken over.
func TestOwnImport(t *testing.T) {
	stories(t, func(s *story) {
		zones, _ := s.reg.Schema("zones")
		zones.Writers, zones.Own = []string{"各乡镇"}, "乡镇"
		s.add(town, "zones", "名称=一区 乡镇=东镇")
		s.add(other, "zones", "名称=二区 乡镇=西镇")
		s.add(bureau, "zones", "名称=三区 乡镇=东镇")
		b, rep := s.bring(town, "zones", "名称,乡镇,状态\n一区,东镇,撤销\n二区,西镇,\n二区二,西镇,\n四区,东镇,\n五区,,\n三区,西镇,\n")
		refusal := func(line string) string {
			return "第" + line + "行“乡镇”：《禁养区》由县生态环境局管理，您只能导入“乡镇”是您的单位的条目。\n"
		}
		want := "2 修改 一区\n4 有误 二区二 " + refusal("4") + "5 新增 四区\n6 有误 五区 " + refusal("6") + "7 有误 三区 " + refusal("7")
		if got := told(rep); got != want || rep.Same != 1 {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if _, rep := s.bring(town, "zones", "名称,乡镇\n二区,东镇\n"); rep.Wrong != 1 {
			t.Errorf("another's entry is taken over: %s", told(rep))
		}
		s.refused(s.write(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, town, b.ID, false); return err }), register.Invalid, "有3行有误")
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, town, b.ID, true); return err })
		if k := s.keys(register.Inside, register.Query{Register: "zones"}); k != "一区 二区 三区 四区" {
			t.Errorf("in the register: %s", k)
		}
		if e := s.get(register.Inside, "zones", "二区", register.AsOf{}); e.Values["乡镇"] != "西镇" || e.N != 1 {
			t.Errorf("another's entry: %+v", e)
		}
	})
}

// A town takes back what it brought, but for what has been handed over since; what others brought it neither sees nor takes back.
func TestOwnUndo(t *testing.T) {
	stories(t, func(s *story) {
		zones, _ := s.reg.Schema("zones")
		zones.Writers, zones.Own = []string{"各乡镇"}, "乡镇"
		s.add(town, "zones", "名称=一区 乡镇=东镇")
		b, _ := s.bring(town, "zones", "名称,乡镇,状态\n一区,东镇,撤销\n二区,东镇,\n三区,东镇,\n")
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, town, b.ID, false); return err })
		all, _ := s.bring(bureau, "zones", "名称,乡镇\n四区,西镇\n五区,东镇\n")
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, all.ID, false); return err })

		sees := func(by register.Actor) (n int) {
			s.must(func(tx *db.Tx) error {
				list, err := s.reg.Batches(ctx, tx, by, "zones")
				n = len(list)
				return err
			})
			return n
		}
		colleague := register.Actor{Account: "dongzhen2", Name: "示例己", Units: []string{"东镇"}}
		for by, want := range map[*register.Actor]int{&town: 1, &colleague: 1, &other: 0, &bureau: 2, &office: 2} {
			if n := sees(*by); n != want {
				t.Errorf("%s sees %d imports, want %d", by.Account, n, want)
			}
		}
		undo := func(by register.Actor, id int64) (b *register.Batch, err error) {
			err = s.write(func(tx *db.Tx) error { b, err = s.reg.Undo(ctx, tx, by, id, "传错了"); return err })
			return b, err
		}
		for by, id := range map[*register.Actor]int64{&other: b.ID, &town: all.ID} {
			_, err := undo(*by, id)
			s.refused(err, register.NotAllowed, "本单位的导入", "县生态环境局")
			s.refused(s.write(func(tx *db.Tx) error { _, _, err := s.reg.BatchOf(ctx, tx, *by, id); return err }), register.NotAllowed, "本单位的导入")
		}
		s.amend(bureau, "zones", "三区", "乡镇=西镇")
		done, err := undo(colleague, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(done.Kept) != 1 || done.Kept[0].Key != "三区" {
			t.Errorf("kept %v", done.Kept)
		}
		if k := s.keys(register.Inside, register.Query{Register: "zones"}); k != "一区 三区 四区 五区" {
			t.Errorf("after the undo: %s", k)
		}
		if e := s.get(register.Inside, "zones", "一区", register.AsOf{}); e.State != "划定" {
			t.Errorf("after the undo: %+v", e)
		}
	})
}

// Who wrote the whole register when he imported, and now only his own, takes back his own.
func TestOwnUndoAfterChange(t *testing.T) {
	stories(t, func(s *story) {
		zones, _ := s.reg.Schema("zones")
		zones.Writers = []string{"各乡镇"}
		b, rep := s.bring(town, "zones", "名称,乡镇\n一区,东镇\n二区,西镇\n")
		if rep.New != 2 {
			t.Fatalf("%s", told(rep))
		}
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, town, b.ID, false); return err })
		zones.Own = "乡镇"
		var done *register.Batch
		s.must(func(tx *db.Tx) (err error) { done, err = s.reg.Undo(ctx, tx, town, b.ID, "传错了"); return err })
		if len(done.Kept) != 1 || done.Kept[0].Key != "二区" || !strings.Contains(done.Kept[0].Why, "不是您的单位的条目") {
			t.Errorf("kept %v", done.Kept)
		}
		if k := s.keys(register.Inside, register.Query{Register: "zones"}); k != "二区" {
			t.Errorf("after the undo: %s", k)
		}
	})
}

// bring offers a table for somebody.
func (s *story) bring(by register.Actor, name register.Name, content string) (b *register.Batch, rep *register.Report) {
	s.Helper()
	s.must(func(tx *db.Tx) (err error) {
		b, rep, err = s.reg.Offer(ctx, tx, by, name, register.Table{File: "表.csv", Content: []byte(content)})
		return err
	})
	return b, rep
}
