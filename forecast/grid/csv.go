package grid

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxRows bounds a CSV file, maxTotal the nodes of all its fields.
const (
	maxRows  = 4 << 20
	maxTotal = 16 << 20
	maxNote  = 200
)

// ReadCSV reads fields from a table, one line a node:
//
//	product,rain-1h
//	run,2023-07-20T08:00+08:00
//	unit,mm
//	note,how it was made
//	start,end,lon,lat,value
//	2023-07-20 08:00,2023-07-20 09:00,111.60,35.40,2.5
//
// The words may be Chinese: 产品 起报 单位 说明; 起 止 经度 纬度 值. The columns stand in any order; without start the file does not say since
// when. A time without a zone is that of China. Nodes must be evenly apart; one without a line, or with an empty value, is missing.
func ReadCSV(b []byte) ([]Raw, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, errors.New("CSV 文件不是 UTF-8 编码，请另存为“CSV UTF-8”")
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	head, columns, err := csvHead(r)
	if err != nil {
		return nil, err
	}
	table := table{axes: [2]map[int32]bool{{}, {}}}
	for {
		line, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("CSV 文件：%w", err)
		}
		at, _ := r.FieldPos(0)
		if err := table.add(columns, line); err != nil {
			return nil, fmt.Errorf("第%d行：%w", at, err)
		}
	}
	return table.fields(head)
}

// IsCSV reports whether a file begins as ReadCSV wants it.
func IsCSV(b []byte) bool {
	word, _, ok := strings.Cut(string(bytes.TrimPrefix(b[:min(len(b), 64)], []byte("\ufeff"))), ",")
	return ok && (csvWords[strings.TrimSpace(word)] == "product")
}

var csvWords = map[string]string{"product": "product", "产品": "product", "run": "run", "起报": "run", "起报时间": "run", "unit": "unit", "单位": "unit", "note": "note", "说明": "note",
	"start": "start", "起": "start", "end": "end", "止": "end", "time": "end", "时间": "end", "lon": "lon", "经度": "lon", "lat": "lat", "纬度": "lat", "value": "value", "值": "value"}

// csvHead reads the lines before the table, and where its columns stand.
func csvHead(r *csv.Reader) (head Raw, columns map[string]int, err error) {
	for {
		line, err := r.Read()
		if err == io.EOF {
			return head, nil, errors.New("没有表头：应有一行写 start,end,lon,lat,value")
		}
		if err != nil {
			return head, nil, fmt.Errorf("CSV 文件：%w", err)
		}
		for len(line) > 2 && strings.TrimSpace(line[len(line)-1]) == "" { // Excel fills short lines up
			line = line[:len(line)-1]
		}
		word := csvWords[strings.TrimSpace(line[0])]
		at, _ := r.FieldPos(0)
		if len(line) == 2 {
			text := strings.TrimSpace(line[1])
			switch word {
			case "product":
				head.Element = text
			case "unit":
				head.Unit = text
			case "note":
				if head.Note = text; len([]rune(text)) > maxNote {
					return head, nil, fmt.Errorf("第%d行：说明最多%d字", at, maxNote)
				}
			case "run":
				if head.Run, err = moment(text); err != nil {
					return head, nil, fmt.Errorf("第%d行：%w", at, err)
				}
			default:
				return head, nil, fmt.Errorf("第%d行：“%s”不认识，表头之前可写 product、run、unit、note", at, line[0])
			}
			continue
		}
		columns = map[string]int{}
		for i, w := range line {
			name := csvWords[strings.TrimSpace(w)]
			if _, twice := columns[name]; name == "" || twice {
				return head, nil, fmt.Errorf("第%d行：列名“%s”不认识或重复，应是 start,end,lon,lat,value", at, w)
			}
			columns[name] = i
		}
		for _, need := range []string{"end", "lon", "lat", "value"} {
			if _, ok := columns[need]; !ok {
				return head, nil, fmt.Errorf("第%d行：表头缺少 %s 列", at, need)
			}
		}
		if head.Element == "" {
			return head, nil, errors.New("表头之前没有写产品：product,产品id")
		}
		return head, columns, nil
	}
}

type period struct{ start, end int64 } // seconds; start is noStart where the file does not say

const noStart = math.MinInt64

type node struct {
	at   period
	x, y int32
	v    float64
}

type table struct {
	nodes   []node
	periods []period
	axes    [2]map[int32]bool // the longitudes and latitudes met with
}

func (t *table) add(columns map[string]int, line []string) error {
	cell := func(name string) string {
		if i, ok := columns[name]; ok && i < len(line) {
			return strings.TrimSpace(line[i])
		}
		return ""
	}
	n := node{at: period{start: noStart}, v: math.NaN()}
	end, err := moment(cell("end"))
	if err != nil {
		return err
	}
	n.at.end = end.Unix()
	if s := cell("start"); s != "" {
		start, err := moment(s)
		if err != nil {
			return err
		}
		if n.at.start = start.Unix(); n.at.start > n.at.end {
			return fmt.Errorf("起%s在止%s之后", s, cell("end"))
		}
	}
	for i, name := range []string{"lon", "lat"} {
		x, err := strconv.ParseFloat(cell(name), 64)
		if err != nil || !(x >= -180 && x <= 180) || i == 1 && (x < -90 || x > 90) {
			return fmt.Errorf("经纬度“%s”应是以度为单位的数，经度-180至180，纬度-90至90", cell(name))
		}
		c := int32(math.RoundToEven(x * Degree))
		if i == 0 {
			n.x = c
		} else {
			n.y = c
		}
		t.axes[i][c] = true
	}
	if s := cell("value"); s != "" {
		if n.v, err = strconv.ParseFloat(s, 64); err != nil || math.IsNaN(n.v) || math.IsInf(n.v, 0) {
			return fmt.Errorf("值“%s”不是数；没有值的留空", s)
		}
	}
	if len(t.nodes) >= maxRows {
		return fmt.Errorf("超过%d行，请分开传送", maxRows)
	}
	if len(t.axes[0]) > MaxCells || len(t.axes[1]) > MaxCells {
		return errors.New("经纬度太多，不像规则网格")
	}
	t.nodes = append(t.nodes, n)
	if k := len(t.periods); k == 0 || t.periods[k-1] != n.at {
		t.periods = append(t.periods, n.at)
	}
	return nil
}

func (t *table) fields(head Raw) ([]Raw, error) {
	if len(t.nodes) == 0 {
		return nil, errors.New("表头之后没有数据")
	}
	var g Grid
	var err error
	if g.West, g.DX, g.NX, err = even(t.axes[0], "经度"); err != nil {
		return nil, err
	}
	if g.South, g.DY, g.NY, err = even(t.axes[1], "纬度"); err != nil {
		return nil, err
	}
	if err := g.Check(); err != nil {
		return nil, err
	}
	slices.SortFunc(t.periods, func(a, b period) int {
		return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start))
	})
	t.periods = slices.Compact(t.periods)
	if len(t.periods)*g.Cells() > maxTotal {
		return nil, fmt.Errorf("%d个时次、%d个格点，总数超过%d，请分开传送", len(t.periods), g.Cells(), maxTotal)
	}
	out, at := make([]Raw, len(t.periods)), map[period]int{}
	for i, p := range t.periods {
		out[i], at[p] = head, i
		out[i].Grid, out[i].End = g, time.Unix(p.end, 0).UTC()
		if p.start != noStart {
			out[i].Start = time.Unix(p.start, 0).UTC()
		}
		out[i].Values = make([]float64, g.Cells())
		for k := range out[i].Values {
			out[i].Values[k] = math.NaN()
		}
	}
	seen := make([]bool, len(out)*g.Cells())
	for _, n := range t.nodes {
		i := at[n.at]
		col, row, ok := g.Cell(n.x, n.y)
		k := g.Index(max(col, 0), max(row, 0))
		if !ok || seen[i*g.Cells()+k] {
			return nil, fmt.Errorf("%s的格点%s,%s写了两次", out[i].End.Format(time.RFC3339), degrees(int64(n.x)), degrees(int64(n.y)))
		}
		seen[i*g.Cells()+k] = true
		out[i].Values[k] = n.v
	}
	return out, nil
}

// even is an axis of coordinates that are evenly apart, within a hundredth of the step.
func even(axis map[int32]bool, name string) (first, step int32, n int, err error) {
	at := make([]int32, 0, len(axis))
	for c := range axis {
		at = append(at, c)
	}
	slices.Sort(at)
	n = len(at)
	if n == 1 {
		return 0, 0, 0, fmt.Errorf("%s只有一个，看不出格距", name)
	}
	by := (int64(at[n-1]) - int64(at[0])) / int64(n-1)
	for i, c := range at {
		if d := int64(c) - int64(at[0]) - by*int64(i); d > by/100+int64(n) || d < -by/100-int64(n) {
			return 0, 0, 0, fmt.Errorf("%s间距不等（%s附近），只收等间距网格", name, degrees(int64(c)))
		}
	}
	if by < 1 || by > math.MaxInt32 {
		return 0, 0, 0, fmt.Errorf("%s间距不收", name)
	}
	return at[0], int32(by), n, nil
}

var china = time.FixedZone("CST", 8*3600)

var moments = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006/1/2 15:04"}

func moment(s string) (time.Time, error) {
	for _, layout := range moments {
		if t, err := time.ParseInLocation(layout, s, china); err == nil && t.Year() >= 1900 && t.Year() <= 2200 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("时间“%s”读不懂，应如 2023-07-20 08:00 或 2023-07-20T08:00+08:00", s)
}
