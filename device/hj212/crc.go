package hj212

// CRC is a way in which a device computes the check of its frames. The standard knows one; the field knows more.
type CRC uint8

const (
	CRCStandard      CRC = iota // annex A of HJ 212-2017, annex A.1 of HJ 212-2025
	CRCModbusSwapped            // the Modbus CRC with its bytes exchanged
	CRCARC                      // CRC-16/ARC
	CRCConstant                 // FFFF or 0000, whatever the segment says
	CRCNone                     // any four hex digits
)

// CRCNames are the words in which a device's folder or a flag names a CRC.
var CRCNames = map[string]CRC{
	"standard": CRCStandard, "modbus-swapped": CRCModbusSwapped, "arc": CRCARC, "constant": CRCConstant, "none": CRCNone,
}

// poly is the reflected CRC-16 polynomial that all three algorithms share.
const poly = 0xA001

// crcTable gives the register after eight shifts of its low byte.
//
// strides speeds the standard CRC up. Its register keeps only one byte from step to step, and a step is linear: the high
// byte h and a byte b give step(h^b). So n steps are the exclusive or of each byte's own n-th and later powers, and eight
// look-ups need not wait for one another: strides[k][x] is k+1 steps of x.
var crcTable, strides = func() (t [256]uint16, s [8][256]uint8) {
	for i := range t {
		r := uint16(i)
		for range 8 {
			low := r & 1
			r >>= 1
			if low != 0 {
				r ^= poly
			}
		}
		t[i] = r
		s[0][i] = uint8(r >> 8)
	}
	for k := 1; k < 8; k++ {
		for i := range t {
			s[k][i] = s[0][s[k-1][i]]
		}
	}
	return t, s
}()

// Sum is the standard's CRC of a data segment: 2F80 for "123456789".
func Sum(b []byte) uint16 {
	if len(b) == 0 {
		return 0xFFFF
	}
	last := b[len(b)-1]
	b = b[:len(b)-1]
	h := uint8(0xFF)
	for len(b) >= 8 {
		h = strides[7][h^b[0]] ^ strides[6][b[1]] ^ strides[5][b[2]] ^ strides[4][b[3]] ^
			strides[3][b[4]] ^ strides[2][b[5]] ^ strides[1][b[6]] ^ strides[0][b[7]]
		b = b[8:]
	}
	for _, c := range b {
		h = strides[0][h^c]
	}
	return crcTable[h^last]
}

// arc is CRC-16/ARC with a start value; Modbus is the same from FFFF.
func arc(b []byte, r uint16) uint16 {
	for _, c := range b {
		r = r>>8 ^ crcTable[uint8(r)^c]
	}
	return r
}

// Holds says whether got is the check of segment under c. The standard's own always holds: a device that is mended
// need not be told to us first.
func (c CRC) Holds(segment []byte, got uint16) bool {
	switch c {
	case CRCModbusSwapped:
		if r := arc(segment, 0xFFFF); r>>8|r<<8 == got {
			return true
		}
	case CRCARC:
		if arc(segment, 0) == got {
			return true
		}
	case CRCConstant:
		if got == 0xFFFF || got == 0 {
			return true
		}
	case CRCNone:
		return true
	}
	return Sum(segment) == got
}

// hex4 reads four hex digits of either case.
func hex4(b []byte) (uint16, bool) {
	var v uint16
	for _, c := range b[:4] {
		d := unhex[c]
		if d == 0xFF {
			return 0, false
		}
		v = v<<4 | uint16(d)
	}
	return v, true
}

var unhex = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xFF
	}
	for i := range 10 {
		t['0'+i] = uint8(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = uint8(10+i), uint8(10+i)
	}
	return t
}()
