package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"zhixing/db"
	"zhixing/register"
)

// listRows is how many entries stand on one page.
const listRows = 50

// What the words of a list's question are called besides those of fields, which are f.NAME, f.NAME.min and f.NAME.max.
const (
	fieldWord = "f."
	minWord   = ".min"
	maxWord   = ".max"
	holdsWord = "有" // of a field that only is there or not
	lacksWord = "无"
)

// listQuery reads the question of a list's address. Whether it may be asked, package register says.
func listQuery(s *register.Schema, v register.Viewer, q url.Values) (register.Query, error) {
	out := register.Query{Register: s.Name, Text: strings.TrimSpace(q.Get("q")), State: q.Get("state"), Unit: strings.TrimSpace(q.Get("unit")), Town: strings.TrimSpace(q.Get("town")),
		Village: strings.TrimSpace(q.Get("village")), Stale: q.Get("stale") == "1", Removed: q.Get("removed") == "1", Sort: q.Get("sort"), After: q.Get("after"), Size: listRows}
	if box := q.Get("box"); box != "" {
		b, ok := register.ParseBox(box)
		if !ok {
			return out, badRequest("范围应写作“西,南,东,北”，单位为度。")
		}
		out.Box = &b
	}
	columns := s.Columns(v)
	for name := range q {
		if rest, ok := strings.CutPrefix(name, fieldWord); ok {
			field := strings.TrimSuffix(strings.TrimSuffix(rest, minWord), maxWord)
			if !slices.ContainsFunc(columns, func(f register.Field) bool { return f.Name == field }) {
				return out, badRequest("《" + s.Title + "》没有“" + shorten(field, 20) + "”这一格。")
			}
		}
	}
	for i := range columns {
		out.Where = append(out.Where, filtersOf(&columns[i], q)...)
	}
	return out, nil
}

// filtersOf are the conditions that a question puts on one field.
func filtersOf(f *register.Field, q url.Values) (out []register.Filter) {
	add := func(op register.Op, value string) {
		if value = strings.TrimSpace(value); value != "" {
			out = append(out, register.Filter{Field: f.Name, Op: op, Value: value})
		}
	}
	value := q.Get(fieldWord + f.Name)
	switch {
	case value == "" || f.Type != register.File && !f.Geo():
	case value == holdsWord:
		out = append(out, register.Filter{Field: f.Name, Op: register.Holds})
	case value == lacksWord:
		out = append(out, register.Filter{Field: f.Name, Op: register.Lacks})
	}
	switch f.Type {
	case register.Text, register.Person, register.Part:
		add(register.InText, value)
	case register.Choice, register.YesNo, register.Unit, register.Ref:
		add(register.Is, value)
	case register.Number, register.Money, register.Day, register.Clock:
		add(register.Is, value)
		add(register.Least, q.Get(fieldWord+f.Name+minWord))
		add(register.Most, q.Get(fieldWord+f.Name+maxWord))
	}
	return out
}

// byName lets a condition on a reference be asked by what people call the entry: where no entry has such a key, and one alone such a
// name, that one is meant. What the reader may not see is not found.
func (b *listBase) byName(ctx context.Context, tx *db.Tx, q *register.Query) error {
	for i := range q.Where {
		w := &q.Where[i]
		f, ok := b.S.Field(w.Field)
		if !ok || f.Type != register.Ref || w.Op != register.Is {
			continue
		}
		_, err := b.works.Registers.Get(ctx, tx, b.viewer(), f.Register, w.Value, register.AsOf{})
		if err == nil {
			continue
		}
		if register.KindOf(err) == 0 {
			return err
		}
		page, err := b.works.Registers.List(ctx, tx, b.viewer(), register.Query{Register: f.Register, Text: w.Value, Size: register.MaxSize})
		if register.KindOf(err) != 0 { // a register that he may not see, or a text without words
			continue
		}
		if err != nil {
			return err
		}
		found := slices.DeleteFunc(page.Entries, func(e *register.Entry) bool { return len(page.Entries) > 1 && e.Label != w.Value })
		if len(found) == 1 {
			w.Value = found[0].Key
		}
	}
	return nil
}

// filterView is a condition as the form offers it.
type filterView struct {
	register.Field
	Name            string // of the input
	Kind            string // text, choice, range, unit, ref
	Value, Min, Max string
	Choices         []string
}

// filterForm offers a condition for every field that the reader may see, but for the one that is asked elsewhere; open reports whether one
// is in use.
func filterForm(s *register.Schema, v register.Viewer, q url.Values, elsewhere string) (out []filterView, open bool) {
	for _, f := range s.Columns(v) {
		if f.Name == elsewhere {
			continue
		}
		x := filterView{Field: f, Name: fieldWord + f.Name, Kind: "text", Value: q.Get(fieldWord + f.Name)}
		switch f.Type {
		case register.Choice:
			x.Kind, x.Choices = "choice", f.Options
		case register.YesNo:
			x.Kind, x.Choices = "choice", []string{"是", "否"}
		case register.Number, register.Money, register.Day, register.Clock:
			x.Kind, x.Min, x.Max = "range", q.Get(x.Name+minWord), q.Get(x.Name+maxWord)
		case register.File, register.Point, register.Line, register.Polygon:
			x.Kind, x.Choices = "choice", []string{holdsWord, lacksWord}
		case register.Unit:
			x.Kind = "unit"
		case register.Ref:
			x.Kind = "ref"
		}
		open = open || x.Value != "" || x.Min != "" || x.Max != ""
		out = append(out, x)
	}
	return out, open
}

// most columns are more than a table holds: shownColumns are those that tell most, in their order.
const shownColumns = 7

// listColumns are the columns of a list's page: those that name an entry, then what is short and said of all. The entry's own name
// stands before them.
func listColumns(s *register.Schema, v register.Viewer, all bool) (out []register.Field, more int) {
	rank := func(f register.Field) int {
		switch {
		case slices.Contains(s.Key, f.Name):
			return 0
		case f.Geo() || f.Type == register.File:
			return 9
		case f.Required && f.Type != register.Text:
			return 1
		case f.Required, f.Type == register.Unit:
			return 2
		case f.Type == register.Text:
			return 4
		}
		return 3
	}
	label := s.Label
	if label == "" && len(s.Key) == 1 {
		label = s.Key[0]
	}
	columns := slices.DeleteFunc(slices.Clone(s.Columns(v)), func(f register.Field) bool { return f.Name == label })
	if all || len(columns) <= shownColumns {
		return columns, 0
	}
	byRank := slices.Clone(columns)
	slices.SortStableFunc(byRank, func(a, b register.Field) int { return rank(a) - rank(b) })
	keep := byRank[:shownColumns]
	for _, f := range columns {
		if slices.ContainsFunc(keep, func(k register.Field) bool { return k.Name == f.Name }) {
			out = append(out, f)
		}
	}
	return out, len(columns) - len(out)
}

// sortsOf are what a list may be sorted by.
func sortsOf(s *register.Schema, v register.Viewer) (out []Link) {
	out = []Link{{Text: "按登记顺序"}, {Text: "按编号", URL: register.SortKey}, {Text: "最近更新的在前", URL: "-" + register.SortChanged}}
	for _, f := range s.Columns(v) {
		if f.Geo() || f.Type == register.File {
			continue
		}
		out = append(out, Link{Text: f.Name + " 从小到大", URL: f.Name})
		if f.Type == register.Number || f.Type == register.Money || f.Type == register.Day || f.Type == register.Clock {
			out = append(out, Link{Text: f.Name + " 从大到小", URL: "-" + f.Name})
		}
	}
	return out
}
