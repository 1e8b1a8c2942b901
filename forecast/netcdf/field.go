package netcdf

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"zhixing/forecast/grid"
)

// maxFields bounds what one file may hold; maxTotal, the values of all of them.
const (
	maxFields = 2000
	maxTotal  = 16 << 20
)

// Read gives the fields of every variable that is wanted and whose last two dimensions are a latitude and a longitude. A variable without
// such is passed over: it is a coordinate, or no field.
func Read(b []byte, want func(variable string) bool) (out []grid.Raw, others []string, err error) {
	f, err := open(b)
	if err != nil {
		return nil, nil, err
	}
	run, err := f.run()
	if err != nil {
		return nil, nil, err
	}
	total := 0
	for _, v := range f.vars {
		n := len(v.dims)
		if n < 2 || !f.is(v.dims[n-2], "lat") || !f.is(v.dims[n-1], "lon") {
			continue
		}
		if !want(v.name) {
			others = append(others, v.name)
			continue
		}
		fields, err := f.fields(v, run, &total)
		if err != nil {
			return nil, nil, fmt.Errorf("变量“%s”：%w", v.name, err)
		}
		out = append(out, fields...)
		if len(out) > maxFields {
			return nil, nil, fmt.Errorf("NetCDF 文件超过%d个要素场，请分开传送", maxFields)
		}
	}
	if len(out)+len(others) == 0 {
		return nil, nil, fmt.Errorf("NetCDF 文件里没有最后两维是纬度、经度的变量；经纬度坐标要有 units 属性（degrees_north、degrees_east）")
	}
	return out, others, nil
}

// coordinate is the variable that has the name of a dimension, and no other one.
func (f *file) coordinate(d int) *variable {
	v := f.find(f.dims[d].name)
	if v == nil || len(v.dims) != 1 || v.dims[0] != d {
		return nil
	}
	return v
}

// is tells a dimension by the unit of its coordinate (CF 4.1, 4.2, 4.4).
func (f *file) is(d int, what string) bool {
	v := f.coordinate(d)
	if v == nil {
		return false
	}
	unit := v.attributes["units"].text
	switch what {
	case "lat":
		return strings.HasPrefix(unit, "degree") && strings.HasSuffix(strings.ToLower(unit), "n") || unit == "degrees_north"
	case "lon":
		return strings.HasPrefix(unit, "degree") && strings.HasSuffix(strings.ToLower(unit), "e") || unit == "degrees_east"
	}
	return strings.Contains(unit, " since ")
}

// fields are those of one variable, time by time, and level by level where there are several.
func (f *file) fields(v *variable, run time.Time, total *int) ([]grid.Raw, error) {
	n, shape := len(v.dims), f.shape(v)
	g, turnLat, turnLon, err := f.grid(v.dims[n-2], v.dims[n-1])
	if err != nil {
		return nil, err
	}
	raw := grid.Raw{Element: v.name, Unit: v.attributes["units"].text, Run: run, Grid: g}
	// What stands before latitude and longitude: a time, a level, both, or nothing.
	times, levels := -1, -1
	for i := range n - 2 {
		switch {
		case f.is(v.dims[i], "time") && times < 0:
			times = i
		case levels < 0:
			levels = i
		default:
			return nil, fmt.Errorf("有%d维，读不了：纬度、经度之前至多一个时间和一个高度", n)
		}
	}
	if times > levels && levels >= 0 {
		return nil, fmt.Errorf("高度维在时间维之前，请把时间排在前面")
	}
	spans := []span{{}}
	if times >= 0 {
		if spans, err = f.spans(f.coordinate(v.dims[times])); err != nil {
			return nil, err
		}
	} else if t := f.find("time"); t != nil && len(t.dims) == 0 {
		if spans, err = f.spans(t); err != nil {
			return nil, err
		}
	}
	height := 1
	if levels >= 0 {
		height = shape[levels]
	}
	if *total += len(spans) * height * g.Cells(); *total > maxTotal {
		return nil, fmt.Errorf("文件超过%d个格点值，请按区域裁剪后再传", maxTotal)
	}
	process := process(v.attributes["cell_methods"].text)
	var out []grid.Raw
	for i, s := range spans {
		for l := range height {
			r := raw
			r.Start, r.End, r.Process = s.start, s.end, process
			if height > 1 {
				r.Level = strconv.Itoa(l)
			}
			values, err := f.read(v, (i*height+l)*g.Cells(), g.Cells())
			if err != nil {
				return nil, err
			}
			v.unpack(values)
			r.Values = turn(g, values, turnLat, turnLon)
			out = append(out, r)
		}
	}
	return out, nil
}

// unpack turns packed numbers into values, and what is marked into NaN (CF 8.1, 2.5.1).
func (v *variable) unpack(values []float64) {
	number := func(name string, or float64) float64 {
		if a := v.attributes[name].numbers; len(a) > 0 {
			return a[0]
		}
		return or
	}
	// The fill values that the library writes where nobody chose one.
	fill := map[uint32]float64{3: -32767, 4: -2147483647, 5: 9.969209968386869e36, 6: 9.969209968386869e36, 8: 65535, 9: 4294967295}[v.kind]
	scale, offset := number("scale_factor", 1), number("add_offset", 0)
	marked, missing := number("_FillValue", fill), number("missing_value", math.NaN())
	low, high := number("valid_min", math.Inf(-1)), number("valid_max", math.Inf(1))
	if r := v.attributes["valid_range"].numbers; len(r) == 2 {
		low, high = r[0], r[1]
	}
	_, chosen := v.attributes["_FillValue"]
	for i, x := range values {
		switch {
		case x == marked && (chosen || marked != 0), x == missing, x < low, x > high, math.IsInf(x, 0):
			values[i] = math.NaN()
		default:
			values[i] = float64(x*scale) + offset
		}
	}
}

// grid is that of a latitude and a longitude, and which of them run against ours.
func (f *file) grid(lat, lon int) (g grid.Grid, turnLat, turnLon bool, err error) {
	var south, west int64
	if south, g.DY, g.NY, turnLat, err = f.axis(lat); err != nil {
		return g, false, false, fmt.Errorf("纬度%w", err)
	}
	if west, g.DX, g.NX, turnLon, err = f.axis(lon); err != nil {
		return g, false, false, fmt.Errorf("经度%w", err)
	}
	for west >= 180*grid.Degree {
		west -= 360 * grid.Degree
	}
	if west < -180*grid.Degree || south < -90*grid.Degree || south > 90*grid.Degree {
		return g, false, false, fmt.Errorf("经纬度超出范围")
	}
	g.South, g.West = int32(south), int32(west)
	return g, turnLat, turnLon, g.Check()
}

// axis reads a coordinate whose steps are even within a hundredth.
func (f *file) axis(d int) (first int64, step int32, n int, turned bool, err error) {
	v := f.coordinate(d)
	n = f.shape(v)[0]
	if n < 1 || n > grid.MaxCells {
		return 0, 0, 0, false, fmt.Errorf("坐标有%d个，不收", n)
	}
	at, err := f.read(v, 0, n)
	if err != nil {
		return 0, 0, 0, false, err
	}
	if at[0] > at[n-1] {
		turned = true
		for i := range n / 2 {
			at[i], at[n-1-i] = at[n-1-i], at[i]
		}
	}
	if n == 1 {
		return 0, 0, 0, false, fmt.Errorf("坐标只有一个，看不出格距")
	}
	by := (at[n-1] - at[0]) / float64(n-1)
	if !(by > 0 && by <= 10 && at[0] >= -360 && at[n-1] <= 720) {
		return 0, 0, 0, false, fmt.Errorf("坐标从%g到%g，不收", at[0], at[n-1])
	}
	start := at[0]
	// 111.1 as a 32-bit float is 111.0999985: where a metre's rounding explains what is odd, it is taken away.
	s, b := math.Round(start*1e5)/1e5, math.Round(by*1e5)/1e5
	if math.Abs(s-start) < 2e-5 && math.Abs(s+b*float64(n-1)-at[n-1]) < 2e-5 {
		start, by = s, b
	}
	for i, x := range at {
		if !(math.Abs(x-(start+by*float64(i))) <= by/100+2e-5) { // NaN is none either
			return 0, 0, 0, false, fmt.Errorf("坐标间距不等（第%d个是%g），只收等间距网格", i+1, x)
		}
	}
	return int64(math.Round(start * grid.Degree)), int32(math.Round(by * grid.Degree)), n, turned, nil
}

func turn(g grid.Grid, values []float64, lat, lon bool) []float64 {
	if !lat && !lon {
		return values
	}
	out := make([]float64, len(values))
	for i, x := range values {
		col, row := i%g.NX, i/g.NX
		if lat {
			row = g.NY - 1 - row
		}
		if lon {
			col = g.NX - 1 - col
		}
		out[g.Index(col, row)] = x
	}
	return out
}

// process is what cell_methods says of time (CF 7.3): "time: sum".
func process(methods string) string {
	words := strings.Fields(methods)
	for i := 0; i+1 < len(words); i++ {
		if words[i] == "time:" {
			return map[string]string{"sum": "sum", "mean": "mean", "maximum": "max", "minimum": "min"}[words[i+1]]
		}
	}
	return ""
}
