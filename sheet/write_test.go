package sheet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func ledger() Book {
	return Book{Sheets: []Sheet{{
		Name: "任务台账", Heading: "甲县重点任务台账", Note: "截至2023年10月31日",
		Columns: []Column{
			{Title: "序号", Kind: Number},
			{Title: "任务", Kind: Wrap},
			{Title: "牵头单位"},
			{Title: "时限", Kind: Date},
			{Title: "完成率", Kind: Number},
			{Title: "状态", Choices: []string{"未开始", "办理中", "已完成,待销号"}},
		},
		Rows: [][]string{
			{"1", "禁煤区散煤清零", "甲县示例局", "2023-10-31", "85.50", "办理中"},
			{"2", "=HYPERLINK(\"http://example.invalid\")", "甲县示例局", "长期", "", "未开始"},
			{"3", "两行\n文字", "0012", "2023-12-31", "约一半", ""},
		},
	}}}
}

// TestWrittenBook opens what was written with excelize: dates are dates, texts are no formulas, titles
// are frozen, filtered and printed on every page.
func TestWrittenBook(t *testing.T) {
	var b bytes.Buffer
	must(t, Write(&b, ledger()))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer f.Close()
	const tab = "任务台账"
	for cell, want := range map[string]string{"A1": "甲县重点任务台账", "A2": "截至2023年10月31日", "D3": "时限", "D4": "2023-10-31", "E4": "85.50", "D5": "长期", "C6": "0012"} {
		got, err := f.GetCellValue(tab, cell)
		if must(t, err); got != want {
			t.Errorf("%s: got %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]excelize.CellType{"D4": excelize.CellTypeUnset, "E4": excelize.CellTypeUnset, "B5": excelize.CellTypeInlineString, "C6": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType(tab, cell); err != nil || got != want {
			t.Errorf("%s: got type %v, want %v (%v)", cell, got, want, err)
		}
		if formula, err := f.GetCellFormula(tab, cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q (%v)", cell, formula, err)
		}
	}
	panes, err := f.GetPanes(tab)
	if must(t, err); !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("titles are not frozen: %+v", panes)
	}
	page, err := f.GetPageLayout(tab)
	if must(t, err); *page.Size != 9 || *page.Orientation != "landscape" || *page.FitToWidth != 1 || *page.FitToHeight != 0 {
		t.Errorf("page: %+v", page)
	}
	props, err := f.GetSheetProps(tab)
	if must(t, err); props.FitToPage == nil || !*props.FitToPage {
		t.Error("does not fit the width of the page")
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Name] = n.RefersTo
	}
	if names["_xlnm.Print_Titles"] != "'任务台账'!$3:$3" || names["_xlnm._FilterDatabase"] != "'任务台账'!$A$3:$F$6" {
		t.Errorf("names: %v", names)
	}
	lists, err := f.GetDataValidations(tab)
	if must(t, err); len(lists) != 1 || lists[0].Sqref != "F4:F1006" || lists[0].Formula1 != "'选项'!$A$1:$A$3" {
		t.Errorf("choices: %+v", lists)
	}
	for line, want := range map[int]float64{3: 19.5, 4: 19.5, 6: 34} { // titles, one line, two lines
		if got, err := f.GetRowHeight(tab, line); err != nil || got != want {
			t.Errorf("row %d is %v points high, want %v (%v)", line, got, want, err)
		}
	}
	if visible, err := f.GetSheetVisible("选项"); err != nil || visible {
		t.Errorf("the sheet of choices can be seen (%v)", err)
	}
	if got, _ := f.GetCellValue("选项", "A3"); got != "已完成,待销号" {
		t.Errorf("choice: %q", got)
	}
}

func TestWriteReadCases(t *testing.T) {
	var b bytes.Buffer
	must(t, Write(&b, ledger()))
	tables, err := Read(&b, int64(b.Len()), Limits{}, "序号", "任务", "时限")
	want := `任务台账 第3行: 序号 | 任务 | 牵头单位 | 时限 | 完成率 | 状态
4: 序号=1 任务=禁煤区散煤清零 时限=2023-10-31 牵头单位=甲县示例局 完成率=85.50 状态=办理中
5: 序号=2 任务==HYPERLINK("http://example.invalid") 时限=长期 牵头单位=甲县示例局 状态=未开始
6: 序号=3 任务=两行
文字 时限=2023-12-31 牵头单位=0012 完成率=约一半
`
	if got := dump(tables, []string{"序号", "任务", "时限"}, err); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestRoundTrip writes and reads random books: every text comes back, whatever its column is.
func TestRoundTrip(t *testing.T) {
	words := []string{"", "甲局", "2023-10-31", "1900-01-01", "9999-12-31", "0", "-12.50", "1234567890.12345", "007", "=1+1", "+1", "@a", "'引", "_x000D_", "_x4E2D_国",
		"a\tb", "第一行\n第二行", `"引号"`, "<b>&amp;</b>", "85%", "1/2", "TRUE", "#REF!", "𠮷", "2023年10月31日", "e\u0301", "]]>", strings.Repeat("长", 2000)}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var book Book
		for range 1 + rnd.IntN(3) {
			s := Sheet{Name: []string{"表", "", "a/b", strings.Repeat("长名", 20), "History"}[rnd.IntN(5)], Heading: []string{"", "标题"}[rnd.IntN(2)], Note: []string{"", "说明"}[rnd.IntN(2)]}
			for i := range 2 + rnd.IntN(6) {
				s.Columns = append(s.Columns, Column{Title: fmt.Sprint("第", i, "列"), Kind: Kind(rnd.IntN(4))})
			}
			for range rnd.IntN(8) {
				var row []string
				for range rnd.IntN(len(s.Columns) + 1) {
					row = append(row, words[rnd.IntN(len(words))])
				}
				s.Rows = append(s.Rows, row)
			}
			book.Sheets = append(book.Sheets, s)
		}
		var b bytes.Buffer
		must(t, Write(&b, book))
		tables, err := Read(&b, -1, Limits{})
		must(t, err)
		if len(tables) != len(book.Sheets) {
			t.Fatalf("seed %d: %d sheets became %d", seed, len(book.Sheets), len(tables))
		}
		for i, s := range book.Sheets {
			var want []Row
			for j, texts := range s.Rows {
				cells := map[string]string{}
				for k, text := range texts {
					if text != "" {
						cells[s.Columns[k].Title] = text
					}
				}
				if len(cells) > 0 {
					want = append(want, Row{s.first() + j, cells})
				}
			}
			if !reflect.DeepEqual(tables[i].Rows, want) {
				t.Fatalf("seed %d, sheet %d:\ngot  %+v\nwant %+v", seed, i, tables[i].Rows, want)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := []Column{{Title: "任务"}}
	for _, c := range []struct {
		book Book
		want string
	}{
		{Book{}, "没有可以导出的表格。"},
		{Book{[]Sheet{{Name: "台账"}}}, "工作表“台账”：表格应有 1 至 16384 列，现有 0 列。"},
		{Book{[]Sheet{{Name: "台账", Columns: []Column{{Title: "任务"}, {Title: "任 务"}}}}}, "工作表“台账”：第 2 列的标题“任 务”为空或重复。"},
		{Book{[]Sheet{{Name: "台账", Columns: one, Rows: [][]string{{"a"}, {"a", "b"}}}}}, "工作表“台账”第 3 行：有 2 格，表头只有 1 列。"},
		{Book{[]Sheet{{Name: "台账", Heading: "台账", Columns: one, Rows: [][]string{{strings.Repeat("长", 32768)}}}}}, "工作表“台账”第 3 行：“任务”的文字超过一格的上限 32767 字。"},
	} {
		if err := Write(&bytes.Buffer{}, c.book); err == nil || Message(err) != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestTabs(t *testing.T) {
	var w writer
	for _, c := range [][2]string{
		{"台账", "台账"}, {"台账", "台账（2）"}, {"[一]/二?", "一二"}, {"", "表4"}, {"history", "表5"}, {"'引'", "引"},
		{strings.Repeat("长", 40), strings.Repeat("长", 31)}, {strings.Repeat("长", 40), strings.Repeat("长", 28) + "（2）"},
		{"Abc", "Abc"}, {"aBC", "aBC（2）"}, {strings.Repeat("𠮷", 20), strings.Repeat("𠮷", 15)},
	} {
		if got := w.tab(c[0]); got != c[1] {
			t.Errorf("%s: got %s, want %s", c[0], got, c[1])
		}
	}
}

func large(rows int) Book {
	s := Sheet{Name: "台账"}
	for i := range 12 {
		s.Columns = append(s.Columns, Column{Title: fmt.Sprint("第", i, "列"), Kind: Kind(i % 4)})
	}
	for i := range rows {
		row := make([]string, len(s.Columns))
		for j := range row {
			row[j] = []string{fmt.Sprint("文字", i, j), "2023-10-31", fmt.Sprint(i), "到月底前完成禁煤区散煤清零并建立台账"}[j%4]
		}
		s.Rows = append(s.Rows, row)
	}
	return Book{[]Sheet{s}}
}

// TestTenThousandRows keeps both ways within a bound: a server has other work.
func TestTenThousandRows(t *testing.T) {
	book := large(10_000)
	var b bytes.Buffer
	written := peak(t, func() { must(t, Write(&b, book)) })
	var tables []Table
	read := peak(t, func() {
		var err error
		tables, err = Read(bytes.NewReader(b.Bytes()), int64(b.Len()), Limits{})
		must(t, err)
	})
	if len(tables) != 1 || len(tables[0].Rows) != 10_000 {
		t.Fatal("rows were lost")
	}
	t.Logf("file %d KB; heap on top while writing %d MB, while reading %d MB", b.Len()>>10, written>>20, read>>20)
	if written > 150<<20 || read > 100<<20 {
		t.Errorf("heap on top while writing %d MB (bound 150), while reading %d MB (bound 100)", written>>20, read>>20)
	}
}

// peak is how far the heap grows beyond what it was, looked at every other millisecond.
func peak(t *testing.T, do func()) int64 {
	t.Helper()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done, most := make(chan struct{}), make(chan int64)
	go func() {
		var high int64
		for {
			runtime.ReadMemStats(&now)
			high = max(high, int64(now.HeapAlloc)-int64(before.HeapAlloc))
			select {
			case <-done:
				most <- high
				return
			default:
				time.Sleep(2 * time.Millisecond)
			}
		}
	}()
	do()
	close(done)
	return <-most
}

func BenchmarkWrite(b *testing.B) {
	book := large(10_000)
	for b.Loop() {
		var out bytes.Buffer
		must(b, Write(&out, book))
	}
}

func BenchmarkRead(b *testing.B) {
	var out bytes.Buffer
	must(b, Write(&out, large(10_000)))
	for b.Loop() {
		_, err := Read(bytes.NewReader(out.Bytes()), -1, Limits{})
		must(b, err)
	}
}
