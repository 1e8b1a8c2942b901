package sheet

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

func of[T any](v T) *T { return &v }

// setUp freezes the titles, puts filters on them, and sets up the print: A4 landscape, as wide as the page, titles on
// every page, pages numbered.
func (w *writer) setUp(s Sheet, last string) error {
	titles, bottom := strconv.Itoa(s.titles()), strconv.Itoa(s.titles()+len(s.Rows))
	quoted := "'" + strings.ReplaceAll(s.Name, "'", "''") + "'!"
	for _, step := range []func() error{
		func() error {
			return w.f.SetPanes(s.Name, &excelize.Panes{Freeze: true, YSplit: s.titles(), TopLeftCell: "A" + strconv.Itoa(s.first()), ActivePane: "bottomLeft"})
		},
		func() error { return w.f.AutoFilter(s.Name, "A"+titles+":"+last+bottom, nil) },
		func() error { // after AutoFilter, which forgets it
			return w.f.SetSheetProps(s.Name, &excelize.SheetPropsOptions{FitToPage: of(true)})
		},
		func() error {
			return w.f.SetPageLayout(s.Name, &excelize.PageLayoutOptions{Size: of(9), Orientation: of("landscape"), FitToWidth: of(1), FitToHeight: of(0)})
		},
		func() error { // inches: 15 mm left and right, 20 above and below
			return w.f.SetPageMargins(s.Name, &excelize.PageLayoutMarginsOptions{
				Left: of(0.59), Right: of(0.59), Top: of(0.79), Bottom: of(0.79), Header: of(0.4), Footer: of(0.4), Horizontally: of(true),
			})
		},
		func() error {
			return w.f.SetHeaderFooter(s.Name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"})
		},
		func() error {
			return w.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: s.Name, RefersTo: quoted + "$" + titles + ":$" + titles})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// choices hangs the lists of choices on their columns. A list stands in a hidden sheet, because one inside the
// validation may neither be longer than 255 characters nor hold a comma. The rows under the table offer it too.
func (w *writer) choices(s Sheet) error {
	for i, c := range s.Columns {
		if len(c.Choices) == 0 {
			continue
		}
		if w.hidden == "" {
			w.hidden = w.tab("选项")
		}
		all := strings.Join(c.Choices, "\n")
		at := slices.Index(w.lists, all)
		if at < 0 {
			at = len(w.lists)
			w.lists = append(w.lists, all)
		}
		list, err := excelize.ColumnNumberToName(at + 1)
		if err != nil {
			return err
		}
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(col + strconv.Itoa(s.first()) + ":" + col + strconv.Itoa(s.first()+len(s.Rows)+rowsForAdding-1))
		v.SetSqrefDropList("'" + w.hidden + "'!$" + list + "$1:$" + list + "$" + strconv.Itoa(len(c.Choices)))
		v.SetError(excelize.DataValidationErrorStyleStop, "填写有误", "请从下拉列表中选择。")
		if err := w.f.AddDataValidation(s.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// finish writes the hidden sheet of choices.
func (w *writer) finish() error {
	if w.hidden == "" {
		return nil
	}
	if _, err := w.f.NewSheet(w.hidden); err != nil {
		return err
	}
	for i, all := range w.lists {
		for j, text := range strings.Split(all, "\n") {
			cell, err := excelize.CoordinatesToCellName(i+1, j+1)
			if err != nil {
				return err
			}
			if err := w.f.SetCellStr(w.hidden, cell, clean(text)); err != nil {
				return err
			}
		}
	}
	return w.f.SetSheetVisible(w.hidden, false)
}
