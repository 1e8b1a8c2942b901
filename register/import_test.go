package register_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

func (s *story) offer(name register.Name, file, content string) (*register.Batch, *register.Report) {
	s.Helper()
	var b *register.Batch
	var rep *register.Report
	s.must(func(tx *db.Tx) (err error) {
		b, rep, err = s.reg.Offer(ctx, tx, bureau, name, register.Table{File: file, Content: []byte(content)})
		return err
	})
	return b, rep
}

// told is a report as text, a line a row.
func told(r *register.Report) string {
	var b strings.Builder
	for _, x := range r.Rows {
		fmt.Fprintf(&b, "%d %s %s", x.Line, x.Fate.Chinese(), x.Key)
		for _, w := range x.Wrong {
			b.WriteString(" " + w.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

const firstTable = "编号,名称,责任单位,类型,日排水量,位置,断面,状态,入册日期,看法\n" +
	"P1,一号排口,环保局,工业,\"1,200\",\"111.555,35.455\",甲桥,,2023-01-05,\n" +
	"P2,二号排口,东镇,生活,30,,,已测,,\n" +
	"P3,,东镇,农业,多,\"35.4,111.5\",乙桥,已溯源,2024-01-01,\n" +
	"P2,又一个,东镇,,,,,,,\n" +
	"\n" +
	"P4,四号排口,县水利局,,,,,,,\n"

func TestImport(t *testing.T) {
	stories(t, func(s *story) {
		s.add(bureau, "sections", "名称=甲桥 目标类别=Ⅲ")
		b, rep := s.offer("outlets", "台账.csv", firstTable)
		want := `2 新增 P1
3 新增 P2
4 有误 P3 第4行“位置”：纬度111.5超出范围：经度在前，纬度在后，请核对是否写反。 第4行“类型”：“农业”不在选项之内，可选：工业、生活。 第4行“日排水量”：“多”不是数，请只写数字，单位是m3/d。 第4行“名称”：请填写。
5 有误 P2 第5行：与第3行是同一个“P2”，请删去一行。
7 有误 P4 第7行“责任单位”：没有叫“县水利局”的单位，请写单位全称。
`
		got := told(rep)
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if len(rep.Unknown) != 1 || rep.Unknown[0] != "看法" || rep.New != 2 || rep.Wrong != 3 {
			t.Errorf("%+v", rep)
		}
		if k := s.keys(register.Inside, register.Query{Register: "outlets"}); k != "" {
			t.Errorf("an offer wrote %s", k)
		}
		err := s.write(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, b.ID, false); return err })
		s.refused(err, register.Invalid, "有3行有误", "第4行")
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, b.ID, true); return err })
		if k := s.keys(register.Inside, register.Query{Register: "outlets"}); k != "P1 P2" {
			t.Errorf("in the register: %s", k)
		}
		e := s.get(register.Inside, "outlets", "P1", register.AsOf{})
		if e.EnteredOn != date("2023-01-05") || e.Values["责任单位"] != "县生态环境局" || e.Town != "东镇" {
			t.Errorf("%+v", e)
		}
		if e := s.get(register.Inside, "outlets", "P2", register.AsOf{}); e.State != "已测" {
			t.Errorf("%+v", e)
		}
		s.refused(s.write(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, b.ID, true); return err }), register.WrongState, "已导入")

		// The second table changes, adds, and says the same.
		c, rep := s.offer("outlets", "二.csv", "编号,名称,责任单位,类型\nP1,一号排口,县生态环境局,工业\nP2,二号入河口,东镇,\nP5,五号,西镇,工业\n")
		if got := told(rep); got != "3 修改 P2\n4 新增 P5\n" || rep.Same != 1 {
			t.Errorf("%s %+v", got, rep)
		}
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, c.ID, false); return err })
		if e := s.get(register.Inside, "outlets", "P2", register.AsOf{}); e.Label != "二号入河口" || e.Values["类型"] != "" {
			t.Errorf("%+v", e)
		}
		s.amend(bureau, "outlets", "P5", "日排水量=5")
		var undone *register.Batch
		s.must(func(tx *db.Tx) (err error) { undone, err = s.reg.Undo(ctx, tx, bureau, c.ID, "传错了"); return err })
		if len(undone.Kept) != 1 || undone.Kept[0].Key != "P5" {
			t.Errorf("kept %v", undone.Kept)
		}
		if e := s.get(register.Inside, "outlets", "P2", register.AsOf{}); e.Label != "二号排口" || e.Values["类型"] != "生活" || e.N != 3 {
			t.Errorf("%+v", e)
		}
		s.must(func(tx *db.Tx) (err error) { _, err = s.reg.Undo(ctx, tx, bureau, b.ID, "全部重来"); return err })
		if k := s.keys(register.Inside, register.Query{Register: "outlets"}); k != "P2 P5" { // P2 was gone on from
			t.Errorf("after the undo: %s", k)
		}
		d, rep := s.offer("outlets", "三.csv", "编号,名称,责任单位\nP1,一号排口,东镇\n")
		if got := told(rep); got != "2 恢复 P1\n" {
			t.Errorf("%s", got)
		}
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, d.ID, false); return err })
		if e := s.get(register.Inside, "outlets", "P1", register.AsOf{}); e.Removed() || e.Values["责任单位"] != "东镇" {
			t.Errorf("%+v", e)
		}
		heads := s.dump(register.Inside, "outlets")
		if _, err := s.rebuilt(heads); err != nil {
			t.Error("what imports and undos wrote does not rebuild:", err)
		}
	})
}

// A town may bring its own entries and no others; a state that the document does not allow yet is refused with the clause.
func TestImportAsksRightsAndGuards(t *testing.T) {
	stories(t, func(s *story) {
		var rep *register.Report
		s.must(func(tx *db.Tx) (err error) {
			_, rep, err = s.reg.Offer(ctx, tx, town, "outlets", register.Table{File: "t.csv",
				Content: []byte("编号\t名称\t责任单位\t状态\t溯源日期\t日排水量\nP1\t甲\t东镇\t\t\t\nP2\t乙\t西镇\t\t\t\nP3\t丙\t东镇\t已溯源\t\t\nP4\t丁\t东镇\t已溯源\t2023.9.1\t\nP5\t戊\t东镇\t\t\t-1\n")})
			return err
		})
		got := told(rep)
		for _, want := range []string{"2 新增 P1\n", "3 有误 P2 第3行“责任单位”：《入河排污口台账》由县生态环境局管理", "4 有误 P3 第4行“状态”：没有溯源日期，不能转为已溯源（依据乙政办发〔2023〕5号 二(三)）", "5 新增 P4\n", "6 有误 P5 第6行：日排水量不能是负数"} {
			if !strings.Contains(got, want) {
				t.Errorf("want %q in\n%s", want, got)
			}
		}
		s.refused(s.write(func(tx *db.Tx) error {
			_, _, err := s.reg.Offer(ctx, tx, nobody, "sections", register.Table{Content: []byte("名称\n甲\n")})
			return err
		}), register.NotAllowed, "县生态环境局管理")
	})
}

func (s *story) export(v register.Viewer, name register.Name, f register.Format) string {
	s.Helper()
	var b bytes.Buffer
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		b.Reset()
		return s.reg.Export(ctx, tx, v, register.Query{Register: name}, f, &b)
	})
	if err != nil {
		s.Fatal(err)
	}
	return b.String()
}

// What is exported, in any format, is read back as the same: nothing would change.
func TestExportReadsBack(t *testing.T) {
	stories(t, func(s *story) {
		s.fill()
		s.amend(bureau, "outlets", "P2", "备注==1+1 投资=3.5")
		s.add(bureau, "samples", "排口=P1 采样日期=2023-09-19 化学需氧量=0.50")
		for _, name := range []register.Name{"outlets", "zones", "samples"} {
			for _, f := range []register.Format{register.CSV, register.XLSX, register.GeoJSON} {
				if name == "samples" && f == register.GeoJSON {
					continue
				}
				text := s.export(register.Inside, name, f)
				if got := register.FormatOf([]byte(text)); got != f {
					t.Errorf("%s taken for %s", f, got)
				}
				_, rep := s.offer(name, "回来."+string(f), text)
				if rep.Does() > 0 || rep.Wrong > 0 || rep.Same == 0 || len(rep.Unknown) > 0 {
					t.Errorf("%s of %s: %+v\n%s\n%s", f, name, rep, told(rep), text[:min(len(text), 600)])
				}
			}
		}
		public := s.export(register.Viewer{}, "outlets", register.CSV) + s.export(register.Viewer{}, "outlets", register.GeoJSON)
		for _, secret := range []string{"示例己", "内部意见", "联系人", "备注"} {
			if strings.Contains(public, secret) {
				t.Errorf("the public export holds %s", secret)
			}
		}
		if !strings.Contains(public, "P1排口") {
			t.Error("the public export lacks what is public")
		}
	})
}
