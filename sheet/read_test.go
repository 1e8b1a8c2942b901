package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestReadCases reads testdata/read: titles, merges and sheets above, the rows or the refusal below. The sheets are
// written by excelize, so that the reader is held against another's files.
func TestReadCases(t *testing.T) {
	names, err := filepath.Glob("testdata/read/*.txt")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			above, want, ok := strings.Cut(string(text), "-- want --\n")
			if !ok {
				t.Fatal("no -- want --")
			}
			data, titles := build(t, above)
			tables, err := Read(bytes.NewReader(data), int64(len(data)), Limits{}, titles...)
			if got := dump(tables, titles, err); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func build(t *testing.T, text string) (data []byte, titles []string) {
	t.Helper()
	parts := strings.Split(text, "-- ")
	f := excelize.NewFile()
	defer f.Close()
	for i, part := range parts[1:] {
		name, body, _ := strings.Cut(part, " --\n")
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(body))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		must(t, err)
		line := 1
		for i, record := range records {
			if i > 0 && strings.Contains(body, "\n\n"+record[0]+",") { // csv skips the empty line
				line++
			}
			for j, v := range record {
				if v == "" {
					continue
				}
				cell, _ := excelize.CoordinatesToCellName(j+1, line)
				must(t, f.SetCellStr(name, cell, v))
			}
			line++
		}
	}
	first := f.GetSheetName(0)
	for _, line := range strings.Split(parts[0], "\n") {
		key, value, _ := strings.Cut(line, ": ")
		for _, v := range strings.Fields(value) {
			switch key {
			case "titles":
				titles = append(titles, v)
			case "merge":
				from, to, _ := strings.Cut(v, ":")
				must(t, f.MergeCell(first, from, to))
			case "hidden":
				must(t, f.SetSheetVisible(v, false))
			}
		}
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes(), titles
}

func dump(tables []Table, titles []string, err error) string {
	if err != nil {
		return Message(err) + "\n"
	}
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "%s 第%d行: %s\n", t.Name, t.Line, strings.Join(t.Header, " | "))
		order := slices.Clone(titles)
		for _, h := range t.Header {
			if !slices.Contains(order, h) {
				order = append(order, h)
			}
		}
		for _, r := range t.Rows {
			fmt.Fprintf(&b, "%d:", r.Line)
			n := 0
			for _, h := range order {
				if v, ok := r.Cells[h]; ok {
					fmt.Fprintf(&b, " %s=%s", h, v)
					n++
				}
			}
			if n != len(r.Cells) {
				fmt.Fprintf(&b, " and %d cells outside of the header", len(r.Cells)-n)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestEditedFile reads what another program saved: an exported ledger with a line put above it, a column added, rows
// typed in with other formats of date, and one unit merged over three rows.
func TestEditedFile(t *testing.T) {
	f, err := os.Open("testdata/edited.xlsx")
	must(t, err)
	defer f.Close()
	titles := []string{"序号", "任务", "牵头单位", "时限", "完成率", "状态"}
	tables, err := Read(f, -1, Limits{}, titles...)
	want, err2 := os.ReadFile("testdata/edited.txt")
	must(t, err2)
	if got := dump(tables, titles, err); got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if d, ok := tables[0].Rows[1].Date("时限"); !ok || d.String() != "2023-11-05" {
		t.Errorf("full-width date: %v %v", d, ok)
	}
}
