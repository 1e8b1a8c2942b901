package register_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"zhixing/db"
	"zhixing/register"
)

// lamps is a list with a time of day and a part of the day in it.
func lamps() *register.Schema {
	return &register.Schema{Name: "lamps", Title: "夜间施工台账", Custodian: "县生态环境局", Whose: "责任单位", Key: []string{"编号"},
		Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "责任单位", Type: register.Unit, Required: true},
			{Name: "巡查钟点", Type: register.Clock}, {Name: "施工时段", Type: register.Part}}}
}

// Times of day and parts of the day come back from the workbook that was made of them, and also after somebody went into their cells
// with a spreadsheet program, which makes a fraction of a day of what looks like a time.
func TestHoursThroughAWorkbook(t *testing.T) {
	stories(t, func(s *story) {
		s.reg.Schemas = append(s.reg.Schemas, lamps())
		s.add(bureau, "lamps", "编号=L1 责任单位=东镇 巡查钟点=08:30 施工时段=22:00-06:00")
		s.add(bureau, "lamps", "编号=L2 责任单位=西镇 巡查钟点=24:00 施工时段=00:00-24:00")
		s.add(bureau, "lamps", "编号=L3 责任单位=西镇")
		out := s.export(register.Inside, "lamps", register.XLSX)
		if _, rep := s.offer("lamps", "回来.xlsx", out); rep.Same != 3 || rep.Does() > 0 || rep.Wrong > 0 {
			t.Errorf("%+v\n%s", rep, told(rep))
		}

		book, err := excelize.OpenReader(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		name := book.GetSheetName(0)
		for cell, x := range map[string]struct {
			value  any
			format int // built in: 20 is h:mm, 21 h:mm:ss
		}{
			"08:30":       {value: 8.5 / 24, format: 20}, // gone into and out of again
			"24:00":       {value: 0.25, format: 21},
			"22:00-06:00": {value: "22时至次日5时30分"},
			"00:00-24:00": {value: "全天"},
		} {
			at, err := book.SearchSheet(name, cell)
			if err != nil || len(at) != 1 {
				t.Fatalf("%s stands in %v: %v", cell, at, err)
			}
			if err := book.SetCellValue(name, at[0], x.value); err != nil {
				t.Fatal(err)
			}
			if x.format == 0 {
				continue
			}
			style, err := book.NewStyle(&excelize.Style{NumFmt: x.format})
			if err == nil {
				err = book.SetCellStyle(name, at[0], at[0], style)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var edited bytes.Buffer
		if err := book.Write(&edited); err != nil {
			t.Fatal(err)
		}
		b, rep := s.offer("lamps", "改过.xlsx", edited.String())
		if got := told(rep); rep.Same != 1 || rep.Wrong != 1 || !strings.Contains(got, "修改 L1") || !strings.Contains(got, "有误 L2") || !strings.Contains(got, "“全天”不是时段") {
			t.Fatalf("%+v\n%s", rep, got)
		}
		s.must(func(tx *db.Tx) error { _, _, err := s.reg.Apply(ctx, tx, bureau, b.ID, true); return err })
		e := s.get(register.Inside, "lamps", "L1", register.AsOf{})
		if e.Values["巡查钟点"] != "08:30" || e.Values["施工时段"] != "22:00-05:30" {
			t.Errorf("%v", e.Values)
		}
		if e := s.get(register.Inside, "lamps", "L2", register.AsOf{}); e.Values["巡查钟点"] != "24:00" || e.Values["施工时段"] != "00:00-24:00" {
			t.Errorf("%v", e.Values)
		}
	})
}
