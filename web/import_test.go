package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"zhixing/ledger"
)

// ledgerFile is the exported ledger, open for editing as in Excel.
type ledgerFile struct {
	s    *site
	f    *excelize.File
	head int            // line of the titles
	cols map[string]int // from 1
	last int
}

func (s *site) exported(query string) *ledgerFile {
	s.t.Helper()
	a := s.get("督查丁", "/ledger.xlsx"+query)
	if a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Disposition"), ".xlsx") {
		s.t.Fatalf("export: %d %.300s", a.status, a.body)
	}
	f, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		s.t.Fatal(err)
	}
	rows, err := f.GetRows("台账")
	if err != nil {
		s.t.Fatal(err)
	}
	x := &ledgerFile{s: s, f: f, cols: map[string]int{}, last: len(rows)}
	for i, row := range rows {
		if len(row) > 3 && row[0] == "序号" {
			x.head = i + 1
			for j, title := range row {
				x.cols[title] = j + 1
			}
		}
	}
	return x
}

// line is where a duty stands.
func (x *ledgerFile) line(title string) int {
	x.s.t.Helper()
	for n := x.head + 1; n <= x.last; n++ {
		if x.cell(n, "任务") == title {
			return n
		}
	}
	x.s.t.Fatalf("the file does not hold %s", title)
	return 0
}

func (x *ledgerFile) cell(line int, column string) string {
	name, _ := excelize.CoordinatesToCellName(x.cols[column], line)
	v, _ := x.f.GetCellValue("台账", name)
	return v
}

func (x *ledgerFile) set(line int, pairs ...string) {
	x.s.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		name, err := excelize.CoordinatesToCellName(x.cols[pairs[i]], line)
		if err == nil {
			err = x.f.SetCellStr("台账", name, pairs[i+1])
		}
		if err != nil {
			x.s.t.Fatal(err)
		}
	}
}

// add writes a row below the table.
func (x *ledgerFile) add(pairs ...string) {
	x.last++
	x.set(x.last, pairs...)
}

// back uploads the file and gives the address of its preview.
func (x *ledgerFile) back() string {
	x.s.t.Helper()
	var b bytes.Buffer
	if err := x.f.Write(&b); err != nil {
		x.s.t.Fatal(err)
	}
	a := x.s.upload("督查丁", "/ledger/import", nil, "台账.xlsx", b.Bytes())
	if a.status != http.StatusSeeOther {
		x.s.t.Fatalf("import: %d %.900s", a.status, a.body)
	}
	return a.location
}

// The ledger goes out as a spreadsheet, is edited, comes back with mistakes, is applied without them and taken back.
func TestTheLedgerOutAndInAgain(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		first, second, third := s.dutyNamed("清捞"), s.dutyNamed("建立巡查"), s.dutyNamed("治理排污口")
		s.post("督查丁", "/ledger/bulk/confirm", url.Values{"ids": {strconv.FormatInt(int64(first.ID), 10), strconv.FormatInt(int64(third.ID), 10)}})
		s.post("督查丁", "/ledger/bulk/issue", url.Values{"ids": {strconv.FormatInt(int64(first.ID), 10)}})

		x := s.exported("")
		if x.cell(x.line(first.Title), "状态") != "待签收" || x.cell(x.line(second.Title), "版本") != "1" {
			t.Fatalf("not as it stands: %q %q", x.cell(x.line(first.Title), "状态"), x.cell(x.line(second.Title), "版本"))
		}
		if rows, err := x.f.GetRows("说明"); err != nil || len(rows) < len(ledger.Columns) {
			t.Errorf("no explanation: %v %v", rows, err)
		}
		s.says(s.get("督查丁", x.back()), http.StatusOK, "表格与台账一致")

		x.set(x.line(first.Title), "时限", "2031-12-01", "填报频次", "每季度")
		x.set(x.line(second.Title), "时限", "2031年11月30日", "配合单位", "县农业农村局")
		x.set(x.line(third.Title), "版本", "1", "任务", "治理全部排污口")
		x.add("任务", "修建拦污网", "牵头单位", "县水务局", "依据", "县政府第12次常务会议纪要", "时限", "2031/11/30", "状态", "待交办")
		x.add("任务", "无人牵头", "牵头单位", "县无此局")
		at := x.back()
		s.says(s.get("督查丁", at), http.StatusOK, "已经交办", "此行导出后台账已有变动", "“县无此局”对不上任何单位", "新增任务必须写明依据",
			"<del>（空）</del> → <ins>县农业农村局</ins>", "2031-11-30", "修建拦污网", "台账还没有任何改动", "只导入无误的 2 行", "第 "+strconv.Itoa(x.line(first.Title))+" 行")
		s.says(s.post("水务戊", at+"/apply", url.Values{"only": {"1"}}), http.StatusForbidden)
		s.says(s.get("水务戊", at), http.StatusForbidden)
		s.says(s.post("督查丁", at+"/apply", nil), http.StatusBadRequest, "有 3 行有误，没有导入")
		if d := s.wantState("建立巡查", ledger.Drafted); d.Revision != 1 {
			t.Fatal("something was written all the same")
		}
		if a := s.post("督查丁", at+"/apply", url.Values{"only": {"1"}}); a.status != http.StatusSeeOther {
			t.Fatalf("apply: %d %.500s", a.status, a.body)
		}
		s.says(s.get("督查丁", at+"?done=imported"), http.StatusOK, "已导入", "新增 1 项，修改 1 项，跳过有误的 3 行", "撤销这次导入")
		if d := s.wantState("建立巡查", ledger.Drafted); d.Due.String() != "2031-11-30" || len(d.Support) != 1 {
			t.Errorf("not imported: %+v", d.Fields)
		}
		fresh := s.wantState("修建拦污网", ledger.Confirmed)
		s.says(s.get("督查丁", fresh.ID.Path()), http.StatusOK, "导入：台账.xlsx 第"+strconv.Itoa(x.last-1)+"行", "县政府第12次常务会议纪要")
		s.says(s.post("督查丁", at+"/apply", url.Values{"only": {"1"}}), http.StatusConflict, "已导入")

		s.post("督查丁", "/ledger/bulk/issue", url.Values{"ids": {strconv.FormatInt(int64(fresh.ID), 10)}})
		if a := s.post("督查丁", at+"/undo", nil); a.status != http.StatusSeeOther {
			t.Fatalf("undo: %d %.500s", a.status, a.body)
		}
		s.says(s.get("督查丁", at), http.StatusOK, "1 项没有撤销", "导入后又有新的记录", "已撤销")
		if d := s.dutyNamed("建立巡查"); d.Due != second.Due || len(d.Support) != 0 {
			t.Errorf("not taken back: %+v", d.Fields)
		}
		s.wantState("修建拦污网", ledger.Issued)
		s.says(s.get("督查丁", "/ledger/imports"), http.StatusOK, "台账.xlsx", "已撤销", "1 项未能撤销", "待导入")
		s.says(s.post("督查丁", at+"/undo", nil), http.StatusConflict, "已撤销")
		if a := s.post("督查丁", "/ledger/imports/1/drop", nil); a.status != http.StatusSeeOther {
			t.Errorf("drop: %d", a.status)
		}
		s.says(s.get("督查丁", "/ledger/imports/99"), http.StatusNotFound)

		lives := s.exported("?full=1")
		if rows, err := lives.f.GetRows("全过程"); err != nil || len(rows) < 8 {
			t.Errorf("the whole life: %v %v", rows, err)
		}
		// A unit's people get their own duties, which they cannot send back.
		if a := s.get("水务戊", "/ledger.xlsx"); a.status != http.StatusOK {
			t.Errorf("unit's export: %d", a.status)
		}
		s.says(s.upload("水务戊", "/ledger/import", nil, "台账.xlsx", []byte("x")), http.StatusForbidden)
	})
}

// What is no table of the ledger is refused in words.
func TestImportSaysWhatIsWrong(t *testing.T) {
	sites(t, func(s *site) {
		s.office()
		for name, c := range map[string]struct{ content, says string }{
			"空.xlsx":   {"", "请选择要导入的表格"},
			"坏.xlsx":   {"PK\x03\x04 no zip", ""},
			"稿.pdf":    {"%PDF-1.4", "文件是 PDF"},
			"别的.csv":   {"姓名,电话\n示例甲,1\n", "没有找到表头"},
			"无任务.csv":  {"编号,版本\n0001,1\n", "没有“任务”这一列"},
			"只有表头.csv": {"编号,任务,版本\n", "没有任务"},
		} {
			s.says(s.upload("督查丁", "/ledger/import", nil, name, []byte(c.content)), http.StatusBadRequest, `role="alert"`, c.says)
		}
		// A table saved as CSV by a Chinese Excel, with fewer columns, is taken.
		d := s.dutyNamed("建立巡查")
		a := s.upload("督查丁", "/ledger/import", nil, "台账.csv", []byte("编号,任务,时限,版本\n"+strconv.FormatInt(int64(d.ID), 10)+","+d.Title+",长期,1\n"))
		s.says(s.get("督查丁", a.location), http.StatusOK, "长期坚持", "导入这 1 行")
	})
}
