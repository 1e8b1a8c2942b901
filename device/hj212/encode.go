package hj212

import (
	"bytes"
	"strconv"
)

// Encode is the frame as it goes onto the wire, with length, CRC and CR LF. The head has the standard's order (table 3)
// and only the fields that are set; Flag is left out where Bare says so.
func (f *Frame) Encode() []byte { return f.AppendTo(make([]byte, 0, 256)) }

// AppendTo appends what Encode gives.
func (f *Frame) AppendTo(b []byte) []byte {
	start := len(b)
	b = append(b, "##0000"...)
	field := func(name, v string) {
		if v != "" {
			b = append(append(append(append(b, name...), '='), v...), ';')
		}
	}
	number := func(name string, n int) {
		b = strconv.AppendInt(append(append(b, name...), '='), int64(n), 10)
		b = append(b, ';')
	}
	field("QN", string(f.QN))
	field("ST", string(f.ST))
	field("CN", string(f.CN))
	if field("PW", f.PW); f.PW == "" && f.Has(FieldPW) {
		b = append(b, "PW=;"...)
	}
	field("MN", string(f.MN))
	if !f.Bare {
		number("Flag", int(f.Flag))
	}
	if f.PNUM > 0 {
		number("PNUM", f.PNUM)
		number("PNO", f.PNO)
	}
	if f.Resent {
		b = append(b, "RF=1;"...)
	}
	b = append(b, areaOpen...)
	for i := range f.Items {
		if i > 0 {
			sep := byte(',')
			if f.Items[i].Group != f.Items[i-1].Group {
				sep = ';'
			}
			b = append(b, sep)
		}
		b = append(append(append(b, f.Items[i].Name...), '='), f.Items[i].Value...)
	}
	b = append(b, areaClose...)
	return seal(b, start)
}

// EncodeEncrypted is the frame as Encode gives it, its data area encrypted with a key of 16 bytes (2025).
func (f *Frame) EncodeEncrypted(key []byte) ([]byte, bool) {
	b := f.Encode()
	end := len(b) - crcLen - 2 - len(areaClose)
	from := bytes.Index(b, []byte(areaOpen)) + len(areaOpen)
	cipher, ok := ecb(b[from:end], key, false)
	copy(b[from:end], cipher)
	return b, ok
}

// seal fills in the length of the segment that began at start with a head, and closes the frame.
func seal(b []byte, start int) []byte {
	segment := b[start+headLen:]
	for i, n := headLen-1, len(segment); i > 1; i, n = i-1, n/10 {
		b[start+i] = byte('0' + n%10)
	}
	return append(appendHex4(b, Sum(segment)), '\r', '\n')
}

func appendHex4(b []byte, v uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// Seal makes a frame of a data segment: head, length, the standard's CRC, tail. A segment longer than 9999 bytes has no frame.
func Seal(segment string) []byte {
	return seal(append([]byte("##0000"), segment...), 0)
}
