package grib

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"zhixing/forecast/grid"
)

// geometry is section 3: the grid, and how the nodes follow each other.
type geometry struct {
	grid   grid.Grid
	points int
	scan   byte // table 3.4
}

// Flags of table 3.4.
const (
	westward   = 0x80
	northward  = 0x40
	byColumns  = 0x20
	ploughwise = 0x10 // every second row the other way round
)

// gridNames are those of table 3.1 that weather services send most, for the refusal.
var gridNames = map[uint16]string{1: "旋转经纬度", 10: "墨卡托投影", 20: "极射赤面投影", 30: "兰伯特投影", 40: "高斯", 90: "卫星视角", 101: "非结构"}

func readGeometry(s []byte) (*geometry, error) {
	if len(s) < 14 {
		return nil, errShort
	}
	if t := binary.BigEndian.Uint16(s[12:]); t != 0 {
		return nil, fmt.Errorf("格点是%s网格（模板3.%d），只收等经纬度网格（模板3.0）；请用 cdo remapbil 或 wgrib2 -new_grid latlon 转换", orNumber(gridNames[t], "其他"), t)
	}
	if len(s) < 72 {
		return nil, errShort
	}
	if s[10] != 0 {
		return nil, fmt.Errorf("各行格点数不等，只收规则网格")
	}
	u := func(octet int) int64 { return int64(binary.BigEndian.Uint32(s[octet-1:])) }
	nx, ny := u(31), u(35)
	if nx < 1 || ny < 1 || nx > grid.MaxCells || ny > grid.MaxCells || nx*ny > grid.MaxCells {
		return nil, fmt.Errorf("格点数%d×%d不收，总数不超过%d，请按区域裁剪后再传", nx, ny, grid.MaxCells)
	}
	if u(7) != nx*ny {
		return nil, fmt.Errorf("写明%d个格点，行列是%d×%d", u(7), nx, ny)
	}
	// Angles are in millionths of a degree, or in a fraction that the file gives.
	num, den := int64(1), int64(1_000_000)
	if a, d := u(39), u(43); a != 0 && a != 0xffffffff && d != 0 && d != 0xffffffff {
		num, den = a, d
	}
	angle := func(octet int) (int64, error) {
		v := int64(signed(s[octet-1 : octet+3]))
		if num > 1000 || den > 100_000_000 || v*num/den > 720 || v*num/den < -720 {
			return 0, fmt.Errorf("第%d字节的角度不对", octet)
		}
		x := v * num * (grid.Degree * 2) / den // rounded below, so that thirds of a degree do not drift
		if x < 0 {
			return (x - 1) / 2, nil
		}
		return (x + 1) / 2, nil
	}
	var at [4]int64
	for i, octet := range []int{47, 51, 56, 60} {
		var err error
		if at[i], err = angle(octet); err != nil {
			return nil, err
		}
	}
	g := &geometry{points: int(nx * ny), scan: s[71]}
	if g.scan&0x0f != 0 {
		return nil, fmt.Errorf("扫描方式0x%02x中有错行排列，不收", g.scan)
	}
	lat1, lon1, lat2, lon2 := at[0], at[1], at[2], at[3]
	if g.scan&northward == 0 {
		lat1, lat2 = lat2, lat1
	}
	if g.scan&westward != 0 {
		lon1, lon2 = lon2, lon1
	}
	const turn = 360 * grid.Degree
	for lon2 < lon1 {
		lon2 += turn
	}
	dx, err := step(lon1, lon2, nx, u(64)*num, den)
	if err != nil {
		return nil, fmt.Errorf("东西方向%w", err)
	}
	dy, err := step(lat1, lat2, ny, u(68)*num, den)
	if err != nil {
		return nil, fmt.Errorf("南北方向%w", err)
	}
	for lon1 >= turn/2 {
		lon1 -= turn
	}
	if lat1 < -90*grid.Degree || lat1 > 90*grid.Degree || lon1 < -turn/2 {
		return nil, fmt.Errorf("起点经纬度超出范围")
	}
	g.grid = grid.Grid{West: int32(lon1), South: int32(lat1), DX: dx, DY: dy, NX: int(nx), NY: int(ny)}
	return g, g.grid.Check()
}

// step is how far nodes are apart: by the first and the last, and where there is but one, as the file says.
func step(first, last, n, says, den int64) (int32, error) {
	d := (last - first) / max(n-1, 1)
	if n == 1 {
		d = says / max(den/grid.Degree, 1)
		if den < grid.Degree {
			d = says * (grid.Degree / den)
		}
		if says <= 0 || d <= 0 || d > 10*grid.Degree {
			d = grid.Degree / 20 // a single row or column says nothing of its width: 5 km
		}
	}
	if d < 1 || d > 10*grid.Degree {
		return 0, fmt.Errorf("起止经纬度与格点数不符")
	}
	return int32(d), nil
}

// turn puts nodes in rows from the south, each from the west.
func (g *geometry) turn(values []float64) []float64 {
	nx, ny := g.grid.NX, g.grid.NY
	out := make([]float64, len(values))
	for i, v := range values {
		col, row := i%nx, i/nx
		if g.scan&byColumns != 0 {
			col, row = i/ny, i%ny
		}
		if g.scan&ploughwise != 0 {
			if g.scan&byColumns != 0 && col%2 == 1 {
				row = ny - 1 - row
			} else if g.scan&byColumns == 0 && row%2 == 1 {
				col = nx - 1 - col
			}
		}
		if g.scan&westward != 0 {
			col = nx - 1 - col
		}
		if g.scan&northward == 0 {
			row = ny - 1 - row
		}
		out[row*nx+col] = v
	}
	return out
}

// product is section 4: what the values are, and of when.
type product struct {
	category, number byte
	level            string
	process          string
	unit             byte // of the forecast time, table 4.4
	after            int
	end              time.Time // zero: an instant
}

var processes = map[byte]string{0: "mean", 1: "sum", 2: "max", 3: "min"}

// readProduct gives what the values are, and an error where it cannot tell of when; no product where it tells nothing.
func readProduct(s []byte) (*product, error) {
	if len(s) < 34 {
		return nil, errShort
	}
	p := &product{category: s[9], number: s[10], unit: s[17], after: signed(s[18:22]), level: strconv.Itoa(int(s[22]))}
	t := binary.BigEndian.Uint16(s[7:])
	if t != 0 && t != 8 {
		return p, fmt.Errorf("产品定义模板4.%d不收，只收确定性预报的时刻场（4.0）和时段场（4.8）；集合预报请先取均值或分位", t)
	}
	if t == 8 && len(s) < 58 {
		return p, errShort
	}
	if s[23] != 0xff && binary.BigEndian.Uint32(s[24:]) != 0xffffffff && s[22] != 1 {
		p.level += "/" + scaled(signed(s[23:24]), signed(s[24:28]))
	}
	if _, err := p.from(time.Time{}); err != nil {
		return p, err
	}
	if t == 8 {
		var err error
		if p.end, err = instant(s[34:41]); err != nil {
			return p, err
		}
		if p.process = processes[s[46]]; p.process == "" {
			return p, fmt.Errorf("时段统计方式%d不收，只收平均、累计、最大、最小", s[46])
		}
	}
	return p, nil
}

// scaled is v·10^-factor in digits, as a level is written: 2, 0.1, 85000.
func scaled(factor, v int) string {
	if factor > 9 || factor < -9 {
		return strconv.Itoa(v) + "e" + strconv.Itoa(-factor)
	}
	x := float64(v)
	for range factor {
		x /= 10
	}
	for range -factor {
		x *= 10
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// from is the moment that the forecast time means.
func (p *product) from(run time.Time) (time.Time, error) {
	unit, ok := map[byte]time.Duration{0: time.Minute, 1: time.Hour, 2: 24 * time.Hour, 10: 3 * time.Hour, 11: 6 * time.Hour, 12: 12 * time.Hour, 13: time.Second}[p.unit]
	if !ok {
		return time.Time{}, fmt.Errorf("预报时效的单位（表4.4的%d）不收，请用分钟、小时或日", p.unit)
	}
	if p.after > 10_000_000 || p.after < -10_000_000 || time.Duration(abs(p.after)) > 10*365*24*time.Hour/unit {
		return time.Time{}, fmt.Errorf("预报时效%d超出范围", p.after)
	}
	return run.Add(time.Duration(p.after) * unit), nil
}

func (p *product) period(run time.Time) (start, end time.Time) {
	start, _ = p.from(run) // checked when it was read
	if p.end.IsZero() {
		return start, start
	}
	return start, p.end
}

func abs(n int) int { return max(n, -n) }

func orNumber(name, or string) string {
	if name == "" {
		return or
	}
	return name
}
