// Package grib reads GRIB edition 2, the form in which weather services hand gridded forecasts over: messages on a regular grid of
// longitudes and latitudes (template 3.0), at an instant or over a period (4.0, 4.8), packed simply (5.0) or in groups, with or
// without differences (5.2, 5.3), with or without a bitmap. What it does not read it refuses by name and says what to do.
//
//	fields, others, err := grib.Read(file, func(element, level string) bool { return element == "0/1/8" })
//
// gives []grid.Raw: element 0/1/8 at level 1, from 08:00 to 09:00, … A large file of everything is read for the sake of a few elements: how
// the others are packed does not matter.
//
// Numbers in comments are those of sections, octets and templates in WMO Manual on Codes, FM 92.
package grib

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"zhixing/forecast/grid"
)

// maxMessages bounds what one file may hold; maxTotal, the nodes of all of them.
const (
	maxMessages = 2000
	maxTotal    = 16 << 20
)

// Is reports whether a file begins as GRIB does, of any edition.
func Is(b []byte) bool { return bytes.HasPrefix(b, []byte("GRIB")) }

// Read gives the fields of a file that are wanted, in its order, and the elements of the others, each once, as 0/2/22@103/10.
func Read(b []byte, want func(element, level string) bool) (fields []grid.Raw, others []string, err error) {
	total := 0
	for no := 1; len(b) > 0; no++ {
		if no > maxMessages {
			return nil, nil, fmt.Errorf("GRIB 文件超过%d条报文，请分开传送", maxMessages)
		}
		m := message{want: want}
		rest, err := m.read(b)
		if err != nil {
			return nil, nil, fmt.Errorf("第%d条 GRIB 报文：%w", no, err)
		}
		for _, f := range m.out {
			total += len(f.Values)
		}
		if total > maxTotal {
			return nil, nil, fmt.Errorf("GRIB 文件超过%d个格点值，请按区域裁剪后再传", maxTotal)
		}
		fields = append(fields, m.out...)
		for _, name := range m.others {
			if !slices.Contains(others, name) {
				others = append(others, name)
			}
		}
		b = bytes.TrimLeft(rest, "\x00\r\n") // what carriers put between messages
	}
	if len(fields)+len(others) == 0 {
		return nil, nil, fmt.Errorf("不是 GRIB 文件：里面没有报文")
	}
	return fields, others, nil
}

// message is one message as far as it was read. Sections 2 to 7 may come round again: the later ones then say only what changes.
type message struct {
	want       func(element, level string) bool
	discipline byte
	run        time.Time
	geometry   *geometry
	product    *product
	packing    *packing
	bitmap     []byte   // of section 6; nil: every node has a value
	bad        [7]error // of sections 3 to 6: it matters when a field is wanted that stands on it
	out        []grid.Raw
	others     []string
}

func (m *message) read(b []byte) (rest []byte, err error) {
	if len(b) < 16 || !Is(b) {
		return nil, fmt.Errorf("开头不是“GRIB”，文件不完整或不是 GRIB 文件")
	}
	if b[7] != 2 {
		return nil, fmt.Errorf("是 GRIB 第%d版，只收第2版；请用 grib_set -s edition=2 转换", b[7])
	}
	m.discipline = b[6]
	length := binary.BigEndian.Uint64(b[8:])
	if length < 20 || length > uint64(len(b)) {
		return nil, fmt.Errorf("写明长%d字节，文件只剩%d字节，传送时可能被截断，请重传", length, len(b))
	}
	b, rest = b[16:length], b[length:]
	last := byte(0)
	for {
		if string(b) == "7777" {
			break
		}
		if len(b) < 5 {
			return nil, fmt.Errorf("结尾没有“7777”，文件不完整，请重传")
		}
		n, size := b[4], binary.BigEndian.Uint32(b)
		if size < 5 || uint64(size) > uint64(len(b)) {
			return nil, fmt.Errorf("第%d节写明长%d字节，报文只剩%d字节，文件不完整，请重传", n, size, len(b))
		}
		if n != last+1 && !(last == 1 && n == 3) && !(last == 7 && n >= 2 && n <= 4) {
			return nil, fmt.Errorf("第%d节之后是第%d节，次序不对，文件已损坏", last, n)
		}
		if err := m.section(n, b[:size]); err != nil {
			return nil, fmt.Errorf("第%d节：%w", n, err)
		}
		last, b = n, b[size:]
	}
	if last != 7 {
		return nil, fmt.Errorf("没有数据（第7节）")
	}
	return rest, nil
}

func (m *message) section(n byte, s []byte) (err error) {
	switch n {
	case 1:
		return m.identification(s)
	case 3:
		m.geometry, m.bad[3] = readGeometry(s)
		m.bitmap = nil
	case 4:
		if m.product, m.bad[4] = readProduct(s); m.product == nil {
			return m.bad[4]
		}
	case 5:
		m.packing, m.bad[5] = readPacking(s)
	case 6:
		m.bad[6] = m.readBitmap(s)
	case 7:
		return m.field(s[5:])
	}
	return nil
}

// field reads the data of section 7, if it is wanted.
func (m *message) field(s []byte) error {
	if m.product == nil || len(m.out)+len(m.others) >= maxMessages {
		return fmt.Errorf("前面缺少第4节，或要素场太多")
	}
	element := fmt.Sprintf("%d/%d/%d", m.discipline, m.product.category, m.product.number)
	if !m.want(element, m.product.level) {
		m.others = append(m.others, element+"@"+m.product.level)
		return nil
	}
	for n, err := range m.bad {
		if err != nil {
			return fmt.Errorf("要素%s，第%d节：%w", element, n, err)
		}
	}
	return m.data(element, s)
}

func (m *message) identification(s []byte) error {
	if len(s) < 21 {
		return errShort
	}
	run, err := instant(s[12:19])
	m.run = run
	return err
}

var errShort = fmt.Errorf("太短，文件不完整，请重传")

// instant is year, month, day, hour, minute and second as seven octets hold them.
func instant(s []byte) (time.Time, error) {
	y, mo, d, h, mi, sec := int(binary.BigEndian.Uint16(s)), int(s[2]), int(s[3]), int(s[4]), int(s[5]), int(s[6])
	t := time.Date(y, time.Month(mo), d, h, mi, sec, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != mo || t.Day() != d || t.Hour() != h || t.Minute() != mi || t.Second() != sec || y < 1900 || y > 2200 {
		return time.Time{}, fmt.Errorf("时间%d-%d-%d %d:%d:%d不对", y, mo, d, h, mi, sec)
	}
	return t, nil
}

func (m *message) readBitmap(s []byte) error {
	if len(s) < 6 {
		return errShort
	}
	switch s[5] {
	case 255: // none
		m.bitmap = nil
	case 254: // as before
		if m.bitmap == nil {
			return fmt.Errorf("写明沿用前一个位图，前面却没有")
		}
	case 0:
		m.bitmap = s[6:]
	default:
		return fmt.Errorf("用的是发报中心自定的%d号位图，请换成随报文传送的位图", s[5])
	}
	return nil
}

// data unpacks section 7 and turns the nodes so that rows run north and columns east.
func (m *message) data(element string, s []byte) error {
	if m.geometry == nil || m.packing == nil || m.run.IsZero() {
		return fmt.Errorf("前面缺少第1、3或5节")
	}
	points, given := m.geometry.points, m.geometry.points
	if m.bitmap != nil {
		if len(m.bitmap) < (points+7)/8 {
			return fmt.Errorf("位图%w", errShort)
		}
		given = 0
		for i := range points {
			given += int(m.bitmap[i/8] >> (7 - i%8) & 1)
		}
	}
	if m.packing.count != given {
		return fmt.Errorf("写明有%d个值，按格点和位图应有%d个", m.packing.count, given)
	}
	values, err := m.packing.unpack(s)
	if err != nil {
		return err
	}
	if m.bitmap != nil {
		spread := make([]float64, points)
		for i := range spread {
			spread[i] = math.NaN()
			if m.bitmap[i/8]>>(7-i%8)&1 == 1 {
				spread[i], values = values[0], values[1:]
			}
		}
		values = spread
	}
	raw := grid.Raw{Element: element, Level: m.product.level, Unit: units[element],
		Run: m.run, Process: m.product.process, Grid: m.geometry.grid, Values: m.geometry.turn(values)}
	raw.Start, raw.End = m.product.period(m.run)
	m.out = append(m.out, raw)
	return nil
}

// units are those in which table 4.2 gives the elements that a county asks for.
var units = map[string]string{
	"0/0/0": "K", "0/0/4": "K", "0/0/5": "K", "0/0/6": "K", "0/0/17": "K", "0/0/18": "K",
	"0/1/1": "%", "0/1/7": "kg m-2 s-1", "0/1/8": "kg m-2", "0/1/11": "m", "0/1/13": "kg m-2", "0/1/29": "m", "0/1/52": "kg m-2 s-1",
	"0/1/53": "kg m-2 s-1", "0/1/60": "kg m-2", "0/2/0": "degree", "0/2/1": "m s-1", "0/2/2": "m s-1", "0/2/3": "m s-1", "0/2/22": "m s-1",
	"0/3/0": "Pa", "0/3/1": "Pa", "0/6/1": "%", "0/7/6": "J kg-1", "0/16/4": "dB", "0/16/5": "dB", "0/19/0": "m",
	"2/0/2": "K",
}

// signed reads a number whose first bit is its sign, as GRIB writes them.
func signed(s []byte) int {
	n := 0
	for i, c := range s {
		if i == 0 {
			c &= 0x7f
		}
		n = n<<8 | int(c)
	}
	if s[0]&0x80 != 0 {
		return -n
	}
	return n
}
