package grib

import (
	"encoding/binary"
	"fmt"
	"math"

	"zhixing/forecast/grid"
)

// packing is section 5: a value is (reference + x·2^binary) / 10^decimal, where x stands in section 7.
type packing struct {
	count     int
	reference float64
	binary    int
	decimal   int
	bits      int

	groups *groups // nil: simple packing
}

// groups is what 5.2 and 5.3 add.
type groups struct {
	n                      int
	missing                byte // table 5.5: how missing values are written
	widthBase, widthBits   int
	lengthBase, lengthStep int
	lengthLast, lengthBits int
	order, octets          int // of 5.3: differences of the first or second order
}

// packingNames are those of table 5.0 that are refused.
var packingNames = map[uint16]string{40: "JPEG 2000", 41: "PNG", 42: "CCSDS", 4: "IEEE 浮点", 61: "对数", 200: "游程编码", 50: "谱系数", 51: "谱系数"}

func readPacking(s []byte) (*packing, error) {
	if len(s) < 11 {
		return nil, errShort
	}
	count, t := binary.BigEndian.Uint32(s[5:]), binary.BigEndian.Uint16(s[9:])
	size := map[uint16]int{0: 21, 2: 47, 3: 49}[t]
	if size == 0 {
		return nil, fmt.Errorf("数据用%s压缩（模板5.%d），不收；请用 grib_set -r -s packingType=grid_simple 转换后再传", orNumber(packingNames[t], "其他方式"), t)
	}
	if len(s) < size {
		return nil, errShort
	}
	if count > grid.MaxCells {
		return nil, fmt.Errorf("写明有%d个值，最多%d个", count, grid.MaxCells)
	}
	p := &packing{count: int(count), reference: float64(math.Float32frombits(binary.BigEndian.Uint32(s[11:]))),
		binary: signed(s[15:17]), decimal: signed(s[17:19]), bits: int(s[19])}
	if math.IsNaN(p.reference) || math.IsInf(p.reference, 0) || p.bits > 32 || abs(p.binary) > 127 || abs(p.decimal) > 127 {
		return nil, fmt.Errorf("打包参数不对（参考值%g，每值%d位，二进制因子%d，十进制因子%d）", p.reference, p.bits, p.binary, p.decimal)
	}
	if t == 0 {
		return p, nil
	}
	u := func(octet int) int { return int(binary.BigEndian.Uint32(s[octet-1:])) }
	g := &groups{missing: s[22], n: u(32), widthBase: int(s[35]), widthBits: int(s[36]), lengthBase: u(38), lengthStep: int(s[41]),
		lengthLast: u(43), lengthBits: int(s[46])}
	if t == 3 {
		g.order, g.octets = int(s[47]), int(s[48])
		if g.order > 2 || g.octets > 4 || g.order > 0 && g.octets < 1 {
			return nil, fmt.Errorf("空间差分为%d阶、附加值%d字节，只收至多2阶、1至4字节", g.order, g.octets)
		}
	}
	if g.n > p.count || g.n < 1 && p.count > 0 || g.missing > 2 || g.widthBits > 16 || g.lengthBits > 31 || g.lengthBase > grid.MaxCells || g.lengthLast > grid.MaxCells {
		return nil, fmt.Errorf("分组参数不对（%d组）", g.n)
	}
	p.groups = g
	return p, nil
}

func (p *packing) value(x int64) float64 {
	return float64(p.reference+float64(math.Ldexp(float64(x), p.binary))) / math.Pow10(p.decimal)
}

func (p *packing) unpack(s []byte) ([]float64, error) {
	out := make([]float64, p.count)
	if p.groups == nil {
		if need := (p.count*p.bits + 7) / 8; len(s) < need {
			return nil, fmt.Errorf("数据有%d字节，应有%d字节，文件不完整，请重传", len(s), need)
		}
		r := bitReader{s: s}
		for i := range out {
			out[i] = p.value(r.take(p.bits))
		}
		return out, nil
	}
	xs, missing, err := p.ungroup(s)
	if err != nil {
		return nil, err
	}
	for i, x := range xs {
		if out[i] = math.NaN(); !missing[i] {
			out[i] = p.value(x)
		}
	}
	return out, nil
}

// ungroup reads, each padded to whole octets: the first values and the least difference (5.3); the groups' references, widths and
// lengths; the values, each as the difference from its group's reference.
func (p *packing) ungroup(s []byte) (xs []int64, missing []bool, err error) {
	g := p.groups
	r := bitReader{s: s}
	var first [2]int64
	least := int64(0)
	for i := range g.order {
		first[i] = r.take(8 * g.octets)
	}
	if g.order > 0 {
		if least = r.take(8 * g.octets); least>>(8*g.octets-1) == 1 {
			least = -(least &^ (1 << (8*g.octets - 1)))
		}
	}
	refs, widths, lengths := make([]int64, g.n), make([]int, g.n), make([]int, g.n)
	for i := range refs {
		refs[i] = r.take(p.bits)
	}
	r.align()
	for i := range widths {
		if widths[i] = int(r.take(g.widthBits)) + g.widthBase; widths[i] > 32 {
			return nil, nil, fmt.Errorf("第%d组每值%d位，最多32位", i+1, widths[i])
		}
	}
	r.align()
	total := 0
	for i := range lengths {
		lengths[i] = int(r.take(g.lengthBits))*g.lengthStep + g.lengthBase
		if i == g.n-1 {
			lengths[i] = g.lengthLast
		}
		if total += lengths[i]; total > p.count {
			return nil, nil, fmt.Errorf("各组共有%d个以上的值，写明的是%d个", total, p.count)
		}
	}
	r.align()
	if r.short || total != p.count {
		return nil, nil, fmt.Errorf("各组共有%d个值，写明的是%d个，文件不完整，请重传", total, p.count)
	}
	xs, missing = make([]int64, 0, p.count), make([]bool, 0, p.count)
	for i, n := range lengths {
		for range n {
			x := r.take(widths[i])
			xs, missing = append(xs, refs[i]+x), append(missing, g.isMissing(x, widths[i], refs[i], p.bits))
		}
	}
	if r.short {
		return nil, nil, errShort
	}
	g.integrate(xs, missing, first, least)
	return xs, missing, nil
}

// isMissing: all bits set is missing, all but the last is missing for a second reason; in a group without bits of its own the
// reference says it.
func (g *groups) isMissing(x int64, width int, ref int64, bits int) bool {
	if g.missing == 0 {
		return false
	}
	if width == 0 {
		x, width = ref, bits
	}
	top := int64(1)<<width - 1
	return width > 0 && (x == top || g.missing == 2 && x == top-1)
}

// integrate turns differences into values; missing ones are passed over.
func (g *groups) integrate(xs []int64, missing []bool, first [2]int64, least int64) {
	if g.order == 0 {
		return
	}
	var one, two int64 // the value before, and the one before that
	n := 0
	for i := range xs {
		if missing[i] {
			continue
		}
		switch {
		case n < g.order:
			xs[i] = first[n]
		case g.order == 1:
			xs[i] += least + one
		default:
			xs[i] += least + 2*one - two
		}
		one, two = xs[i], one
		n++
	}
}

// bitReader takes numbers of some bits, the most significant first. Past the end it gives zeros and says so.
type bitReader struct {
	s     []byte
	at    int // in bits
	short bool
}

func (r *bitReader) take(bits int) int64 {
	if r.at+bits > 8*len(r.s) {
		r.at, r.short = 8*len(r.s), true
		return 0
	}
	n := int64(0)
	for bits > 0 {
		room := 8 - r.at%8
		k := min(room, bits)
		n = n<<k | int64(r.s[r.at/8]>>(room-k))&(1<<k-1)
		r.at += k
		bits -= k
	}
	return n
}

func (r *bitReader) align() { r.at = (r.at + 7) / 8 * 8 }
