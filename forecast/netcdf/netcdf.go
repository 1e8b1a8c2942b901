// Package netcdf reads the classic forms of NetCDF (CDF-1, CDF-2 and CDF-5) and finds the gridded fields in them by the CF
// conventions: variables over time, latitude and longitude, with units, scale, offset and fill value. NetCDF-4, which is HDF5
// inside, is refused by name and says how to convert.
//
//	fields, others, err := netcdf.Read(file, func(variable string) bool { return variable == "tp" })
//
// gives []grid.Raw: element tp, from 08:00 to 09:00, …, and the names of the other gridded variables.
package netcdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// What a header may hold.
const (
	maxList   = 1024
	maxName   = 256
	maxText   = 1 << 16
	maxValues = 32 << 20 // of one variable
)

// Is reports whether a file begins as NetCDF does, of any form.
func Is(b []byte) bool { return bytes.HasPrefix(b, []byte("CDF")) || isHDF(b) }

func isHDF(b []byte) bool { return bytes.HasPrefix(b, []byte("\x89HDF\r\n\x1a\n")) }

// file is a file of which the header was read.
type file struct {
	b          []byte
	records    int
	dims       []dimension
	attributes map[string]attribute
	vars       []*variable
	recordSize int64 // bytes from one record to the next
}

type dimension struct {
	name   string
	length int // 0: the one that records are along
}

type attribute struct {
	text    string
	numbers []float64
}

type variable struct {
	name       string
	dims       []int
	attributes map[string]attribute
	kind       uint32
	begin      int64
	record     bool
}

// sizes of the external types, by their numbers from 1: byte, char, short, int, float, double, and of CDF-5 ubyte, ushort, uint,
// int64, uint64.
var sizes = [...]int64{0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8}

// open reads a header.
func open(b []byte) (*file, error) {
	if isHDF(b) {
		return nil, fmt.Errorf("是 NetCDF-4（HDF5）文件，只收经典格式；请用 nccopy -k classic 转换后再传")
	}
	if len(b) < 8 || !Is(b) {
		return nil, fmt.Errorf("不是 NetCDF 文件")
	}
	version := b[3]
	if version != 1 && version != 2 && version != 5 {
		return nil, fmt.Errorf("NetCDF 经典格式的版本%d不收，只收1、2、5", version)
	}
	r := &reader{b: b, at: 4, version: version}
	f := &file{b: b, attributes: map[string]attribute{}}
	records := r.count()
	for n := r.list(10); n > 0; n-- {
		d := dimension{name: r.name()}
		length := r.count()
		if length > maxValues {
			return nil, fmt.Errorf("维“%s”长%d，最多%d", d.name, length, maxValues)
		}
		d.length = int(length)
		f.dims = append(f.dims, d)
	}
	f.attributes = r.attributes()
	for n := r.list(11); n > 0 && r.err == nil; n-- {
		f.vars = append(f.vars, r.variable(f))
	}
	if r.err != nil {
		return nil, r.err
	}
	f.layOut()
	return f, f.countRecords(records, version)
}

// countRecords checks the number of records against the file; a writer that was streaming leaves it open.
func (f *file) countRecords(records int64, version byte) error {
	open := records == math.MaxUint32 && version != 5 || records == -1
	if !open {
		if records < 0 || records > maxValues {
			return fmt.Errorf("记录数%d超出范围", records)
		}
		f.records = int(records)
		return nil
	}
	first := int64(math.MaxInt64)
	for _, v := range f.vars {
		if v.record {
			first = min(first, v.begin)
		}
	}
	if f.recordSize > 0 && first < int64(len(f.b)) {
		f.records = int((int64(len(f.b)) - first) / f.recordSize)
	}
	return nil
}

// layOut works out how far records are apart: each variable's part is padded to four bytes, unless it is the only one.
func (f *file) layOut() {
	n, bare := 0, int64(0)
	for _, v := range f.vars {
		if v.record {
			n++
			bare = f.slab(v)
			f.recordSize += (bare + 3) / 4 * 4
		}
	}
	if n == 1 {
		f.recordSize = bare
	}
}

// slab is the size in bytes of a variable, or of its part of one record.
func (f *file) slab(v *variable) int64 {
	size := sizes[v.kind]
	for i, d := range v.dims {
		if !v.record || i > 0 {
			size *= int64(f.dims[d].length)
		}
	}
	return size
}

// shape is the lengths of a variable's dimensions.
func (f *file) shape(v *variable) []int {
	out := make([]int, len(v.dims))
	for i, d := range v.dims {
		out[i] = f.dims[d].length
		if v.record && i == 0 {
			out[i] = f.records
		}
	}
	return out
}

func (f *file) find(name string) *variable {
	for _, v := range f.vars {
		if v.name == name {
			return v
		}
	}
	return nil
}

// read gives n values of a variable from the first-th on, as they stand in the file.
func (f *file) read(v *variable, first, n int) ([]float64, error) {
	if v.kind == 2 {
		return nil, fmt.Errorf("变量“%s”是文字，不是数", v.name)
	}
	total, per := 1, 1
	for i, l := range f.shape(v) {
		total *= l
		if i > 0 {
			per *= l
		}
	}
	if first < 0 || n < 0 || first+n > total {
		return nil, fmt.Errorf("变量“%s”只有%d个值", v.name, total)
	}
	size := int(sizes[v.kind])
	out := make([]float64, n)
	for i := range out {
		at := v.begin + int64(first+i)*int64(size)
		if v.record {
			k := first + i
			at = v.begin + int64(k/per)*f.recordSize + int64(k%per)*int64(size)
		}
		if at < 0 || at+int64(size) > int64(len(f.b)) {
			return nil, fmt.Errorf("变量“%s”的数据超出文件末尾，传送时可能被截断，请重传", v.name)
		}
		out[i] = number(v.kind, f.b[at:at+int64(size)])
	}
	return out, nil
}

func number(kind uint32, s []byte) float64 {
	switch kind {
	case 1:
		return float64(int8(s[0]))
	case 3:
		return float64(int16(binary.BigEndian.Uint16(s)))
	case 4:
		return float64(int32(binary.BigEndian.Uint32(s)))
	case 5:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(s)))
	case 6:
		return math.Float64frombits(binary.BigEndian.Uint64(s))
	case 7:
		return float64(s[0])
	case 8:
		return float64(binary.BigEndian.Uint16(s))
	case 9:
		return float64(binary.BigEndian.Uint32(s))
	case 10:
		return float64(int64(binary.BigEndian.Uint64(s)))
	}
	return float64(binary.BigEndian.Uint64(s))
}

// reader takes the parts of a header; after the first error it gives zeros.
type reader struct {
	b       []byte
	at      int
	version byte
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("NetCDF 文件头"+format, args...)
	}
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b)-r.at {
		r.fail("不完整，传送时可能被截断，请重传")
		return make([]byte, min(max(n, 0), maxText))
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

func (r *reader) uint32() uint32 { return binary.BigEndian.Uint32(r.bytes(4)) }

// count is a number that CDF-5 writes with 64 bits.
func (r *reader) count() int64 {
	if r.version == 5 {
		return int64(binary.BigEndian.Uint64(r.bytes(8)))
	}
	return int64(r.uint32())
}

// list reads the tag and the length of a list; an absent one has neither.
func (r *reader) list(tag uint32) int {
	t, n := r.uint32(), r.count()
	if t == 0 && n == 0 {
		return 0
	}
	if t != tag || n < 0 || n > maxList {
		r.fail("中应是第%d类列表，实为第%d类、%d项", tag, t, n)
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	n := r.count()
	if n < 0 || n > maxName {
		r.fail("中的名称有%d字节，最多%d", n, maxName)
		return ""
	}
	return string(r.padded(int(n)))
}

func (r *reader) padded(n int) []byte { return r.bytes((n + 3) / 4 * 4)[:n] }

func (r *reader) kind() uint32 {
	k := r.uint32()
	most := uint32(6)
	if r.version == 5 {
		most = 11
	}
	if k < 1 || k > most {
		r.fail("中的数据类型%d不收", k)
		return 1
	}
	return k
}

func (r *reader) attributes() map[string]attribute {
	out := map[string]attribute{}
	for n := r.list(12); n > 0 && r.err == nil; n-- {
		name, kind, count := r.name(), r.kind(), r.count()
		if count < 0 || count*sizes[kind] > maxText {
			r.fail("中的属性“%s”太长，最多%d字节", name, maxText)
			return out
		}
		s := r.padded(int(count * sizes[kind]))
		if r.err != nil {
			return out
		}
		var a attribute
		if kind == 2 {
			a.text = string(bytes.TrimRight(s, "\x00"))
		}
		for i := int64(0); i < count && kind != 2; i++ {
			a.numbers = append(a.numbers, number(kind, s[i*sizes[kind]:(i+1)*sizes[kind]]))
		}
		out[name] = a
	}
	return out
}

func (r *reader) variable(f *file) *variable {
	v := &variable{name: r.name()}
	n := r.count()
	if n < 0 || n > 8 {
		r.fail("中的变量“%s”有%d维，最多8维", v.name, n)
		return v
	}
	values := int64(1)
	for i := range int(n) {
		d := r.count()
		if d < 0 || d >= int64(len(f.dims)) {
			r.fail("中的变量“%s”用了不存在的维", v.name)
			return v
		}
		v.dims = append(v.dims, int(d))
		length := int64(f.dims[d].length)
		switch {
		case length == 0 && i == 0:
			v.record = true
		case length == 0:
			r.fail("中的变量“%s”的记录维不在第一位", v.name)
		case values*length > maxValues:
			r.fail("中的变量“%s”超过%d个值，请按区域裁剪后再传", v.name, maxValues)
		default:
			values *= length
		}
	}
	v.attributes = r.attributes()
	v.kind = r.kind()
	r.count() // its size, which a large variable does not fit into: it is reckoned instead
	if r.version == 1 {
		v.begin = int64(r.uint32())
	} else {
		v.begin = int64(binary.BigEndian.Uint64(r.bytes(8)))
	}
	if v.begin < 0 || v.begin > int64(len(r.b)) {
		r.fail("写明变量“%s”从第%d字节起，文件只有%d字节，请重传", v.name, v.begin, len(r.b))
	}
	return v
}
