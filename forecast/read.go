package forecast

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"zhixing/forecast/grib"
	"zhixing/forecast/grid"
	"zhixing/forecast/netcdf"
)

// read turns a file into drafts. The error is a sentence.
func (p *Products) read(name string, b []byte) (drafts []*draft, ignored []string, err error) {
	var raws []grid.Raw
	wants := func(d *Definition, form, element, level string) bool {
		return d.named(name) && d.calls(form, element, level)
	}
	any := func(form, element, level string) bool {
		return slices.ContainsFunc(p.defs, func(d *Definition) bool { return wants(d, form, element, level) })
	}
	form := ""
	switch {
	case len(b) > MaxFile:
		return nil, nil, fmt.Errorf("文件有%d MB，最多%d MB，请按区域裁剪或分开传送", len(b)>>20, MaxFile>>20)
	case len(b) == 0:
		return nil, nil, fmt.Errorf("文件是空的，请重传")
	case grib.Is(b):
		form = "grib"
		raws, ignored, err = grib.Read(b, func(element, level string) bool { return any(form, element, level) })
	case netcdf.Is(b):
		form = "netcdf"
		raws, ignored, err = netcdf.Read(b, func(variable string) bool { return any(form, variable, anyLevel) })
	case grid.IsCSV(b):
		form = "csv"
		raws, err = grid.ReadCSV(b)
	default:
		err = fmt.Errorf("不是 GRIB2、NetCDF 或 CSV 网格文件（CSV 第一行应是 product,产品id）")
	}
	if err != nil {
		return nil, nil, err
	}
	wanted := map[*Definition][]grid.Raw{}
	for _, r := range raws {
		found := false
		for _, d := range p.defs {
			if wants(d, form, r.Element, r.Level) {
				wanted[d] = append(wanted[d], r)
				found = true
			}
		}
		if !found && !slices.Contains(ignored, r.Element) {
			ignored = append(ignored, r.Element)
		}
	}
	for _, d := range p.defs {
		if len(wanted[d]) == 0 {
			continue
		}
		list, err := d.drafts(wanted[d])
		if err != nil {
			return nil, nil, fmt.Errorf("产品“%s”：%w", d.Name, err)
		}
		drafts = append(drafts, list...)
	}
	if len(drafts) == 0 {
		return nil, nil, fmt.Errorf("里面没有登记过的产品；有的是：%s。请在 forecast.yaml 的 pick 中写明怎样认", cut(strings.Join(ignored, "、"), 400))
	}
	return drafts, ignored, nil
}

// named reports whether a file of that name may hold the product.
func (d *Definition) named(name string) bool {
	return len(d.Pick.Files) == 0 || slices.ContainsFunc(d.Pick.Files, func(pattern string) bool {
		ok, _ := path.Match(pattern, name) // checked when it was defined
		return ok
	})
}

// anyLevel asks for an element at whatever level.
const anyLevel = "*"

// calls reports whether the product is what a form of file calls so.
func (d *Definition) calls(form, element, level string) bool {
	switch form {
	case "grib":
		return element == d.Pick.GRIB && (d.Pick.Level == "" || d.Pick.Level == level)
	case "netcdf":
		name, at, some := strings.Cut(d.Pick.NetCDF, "@")
		return element == name && (!some || level == anyLevel || at == level)
	}
	return element == d.Pick.CSV && !d.made()
}

// drafts sorts the fields of a product into runs, and packs them.
func (d *Definition) drafts(raws []grid.Raw) ([]*draft, error) {
	for i := range raws {
		r := &raws[i]
		if r.Start.IsZero() {
			if r.Start = r.End; d.Amount || r.Process != "" {
				r.Start = r.End.Add(-d.Step)
			}
		}
		if d.Horizon == 0 { // measured: it is of the time it ends at
			r.Run = r.End
		}
	}
	if d.Horizon != 0 {
		first := slices.MinFunc(raws, func(a, b grid.Raw) int { return a.Start.Compare(b.Start) }).Start
		for i := range raws {
			if raws[i].Run.IsZero() {
				raws[i].Run = first
			}
		}
	}
	slices.SortStableFunc(raws, func(a, b grid.Raw) int {
		if c := a.Run.Compare(b.Run); c != 0 {
			return c
		}
		return a.End.Compare(b.End)
	})
	var out []*draft
	for len(raws) > 0 {
		n := 1
		for n < len(raws) && raws[n].Run.Equal(raws[0].Run) {
			n++
		}
		r, err := d.draft(raws[:n:n])
		if err != nil {
			return nil, fmt.Errorf("%s起报：%w", said(raws[0].Run), err)
		}
		out = append(out, r)
		raws = raws[n:]
	}
	return out, nil
}

// draft packs the fields of one run, in the order of their ends.
func (d *Definition) draft(raws []grid.Raw) (*draft, error) {
	out := &draft{d: d, at: raws[0].Run, note: raws[0].Note}
	// A file may hold the rain of one hour, of three and of six, all ending alike: the product's own period is what counts.
	own := slices.DeleteFunc(slices.Clone(raws), func(r grid.Raw) bool { return r.End.Sub(r.Start) != d.Step })
	total := d.Amount && len(own) <= 1 && len(raws) > 1 && fromRun(raws)
	if !total && len(own) > 0 {
		raws = own
	}
	for i := range raws {
		r := &raws[i]
		if r.End.Before(out.at) || d.Horizon != 0 && r.End.Sub(out.at) > 366*24*time.Hour {
			return nil, fmt.Errorf("%s的场不在起报之后", said(r.End))
		}
		if i > 0 && r.End.Equal(raws[i-1].End) {
			return nil, fmt.Errorf("%s有两个场（%s@%s、%s@%s），请在 pick 中写明是哪一层，或者 files", said(r.End), raws[i-1].Element, raws[i-1].Level, r.Element, r.Level)
		}
		if r.Grid != raws[0].Grid {
			return nil, fmt.Errorf("%s的格点（%s）与前面的不同", said(r.End), r.Grid)
		}
		if err := r.Grid.Check(); err != nil {
			return nil, err
		}
		unit := r.Unit
		if unit == "" {
			unit = d.Pick.Unit
		}
		factor, offset, err := into(unit, d.Unit)
		if err != nil {
			return nil, err
		}
		f, err := r.Pack(d.Places, factor, offset)
		if err != nil {
			return nil, err
		}
		if b := d.Area; b.MinX != b.MaxX {
			if f = f.Crop(b.MinX, b.MinY, b.MaxX, b.MaxY); f == nil {
				return nil, fmt.Errorf("格点（%s）不在本产品的范围内", r.Grid)
			}
		}
		out.fields = append(out.fields, Field{Start: r.Start, End: r.End, Data: f})
	}
	if total {
		apart(out.fields)
		out.note += "文件为自起报起的累计值，已换算为逐时段值。"
	}
	return out, nil
}

// fromRun reports whether all fields begin together: totals since then.
func fromRun(raws []grid.Raw) bool {
	return !slices.ContainsFunc(raws, func(r grid.Raw) bool { return !r.Start.Equal(raws[0].Start) || r.End.Equal(r.Start) })
}

// apart turns totals since one moment into what fell in each period. A total that packing made a little smaller than the one before
// is nothing fallen.
func apart(fields []Field) {
	for i := len(fields) - 1; i > 0; i-- {
		f, before := fields[i].Data, fields[i-1].Data
		for k, v := range f.Values {
			switch b := before.Values[k]; {
			case v == grid.Missing || b == grid.Missing:
				f.Values[k] = grid.Missing
			default:
				f.Values[k] = max(0, v-b)
			}
		}
		fields[i].Start = fields[i-1].End
	}
}
