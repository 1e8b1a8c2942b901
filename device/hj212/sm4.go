package hj212

import (
	"bytes"

	"github.com/emmansun/gmsm/sm4"
)

// Encryption of the data area, HJ 212-2025: SM4 in ECB mode without padding. Whole blocks are encrypted, what is left
// behind the last of them stays plain; the length and the CRC are those of the plain segment.

// ecb runs whole blocks of b through the cipher and leaves the rest as it is; false where the key is none.
func ecb(b, key []byte, decrypt bool) ([]byte, bool) {
	c, err := sm4.NewCipher(key)
	if err != nil {
		return nil, false
	}
	out := bytes.Clone(b)
	for i := 0; i+sm4.BlockSize <= len(out); i += sm4.BlockSize {
		if block := out[i : i+sm4.BlockSize]; decrypt {
			c.Decrypt(block, block)
		} else {
			c.Encrypt(block, block)
		}
	}
	return out, true
}

// decryptSegment gives the segment with its data area in plain text. The area is raw bytes, or bytes printed as the
// standard prints them in its examples.
func decryptSegment(segment, key []byte) ([]byte, bool) {
	head, area, ok := cutRaw(segment)
	if !ok || len(key) != sm4.BlockSize {
		return nil, false
	}
	if cipher, rest, ok := readPrinted(area); ok {
		area = append(cipher, rest...)
	}
	plain, ok := ecb(area, key, true)
	if !ok {
		return nil, false
	}
	out := append(bytes.Clone(head), areaOpen...)
	return append(append(out, plain...), areaClose...), true
}

// cutRaw is cutArea for bytes that may be anything.
func cutRaw(segment []byte) (head, area []byte, ok bool) {
	i := bytes.Index(segment, []byte(areaOpen))
	if i < 0 {
		return nil, nil, false
	}
	area, ok = bytes.CutSuffix(segment[i+len(areaOpen):], []byte(areaClose))
	return segment[:i], area, ok
}

// readPrinted reads {0xE4,0x3E,…} at the start of an area.
func readPrinted(area []byte) (cipher, rest []byte, ok bool) {
	b, ok := bytes.CutPrefix(area, []byte("{"))
	for ok {
		if len(b) < 5 || b[0] != '0' || b[1] != 'x' && b[1] != 'X' {
			return nil, nil, false
		}
		high, low := unhex[b[2]], unhex[b[3]]
		if high == 0xFF || low == 0xFF {
			return nil, nil, false
		}
		cipher = append(cipher, high<<4|low)
		switch b[4] {
		case '}':
			return cipher, b[5:], len(cipher)%sm4.BlockSize == 0
		case ',':
			b = bytes.TrimLeft(b[5:], " ")
		default:
			return nil, nil, false
		}
	}
	return nil, nil, false
}

// maxPrinted bounds a printed data area; above 1024 bytes the standard wants frames split.
const maxPrinted = 16 << 10

// printed reads a frame whose cipher bytes are printed and whose length counts them as bytes all the same.
func (p *Parser) printed(b []byte, n int, f *Frame) (verdict, bool) {
	if p.opt.Profile == nil {
		return verdict{}, false
	}
	open := bytes.Index(b[headLen:headLen+n], []byte(areaOpen+"{0"))
	if open < 0 {
		return verdict{}, false
	}
	from := headLen + open + len(areaOpen)
	most := from + min(6*n+1, maxPrinted) // each byte is printed in five characters, or six
	brace := bytes.IndexByte(b[from:min(most, len(b))], '}')
	if brace < 0 {
		return verdict{need: len(b) < most}, len(b) < most
	}
	cipher, _, ok := readPrinted(b[from : from+brace+1])
	rest := n - open - len(areaOpen) - len(cipher) - len(areaClose)
	if !ok || rest < 0 || rest >= sm4.BlockSize {
		return verdict{}, false
	}
	end := from + brace + 1 + rest + len(areaClose)
	if len(b) < end+crcLen {
		return verdict{need: true}, true
	}
	crc, digits := hex4(b[end:])
	if !digits {
		return verdict{}, false
	}
	why := p.check(b[headLen:end], crc, f)
	f.Declared = n
	return verdict{size: end + crcLen, why: why}, why == ""
}
