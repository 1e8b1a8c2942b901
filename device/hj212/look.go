package hj212

import "bytes"

// verdict is what look makes of the bytes from a head on: a frame of some size, a reason to drop its first byte, or that
// it needs more bytes to tell. More bytes never change a verdict that was given.
type verdict struct {
	size int
	why  Reason
	need bool
}

// look reads one frame into f from the start of b, which begins with a head.
func (p *Parser) look(b []byte, f *Frame) verdict {
	n := 0
	for i := 2; i < headLen; i++ {
		if i >= len(b) {
			return verdict{need: true}
		}
		if b[i] < '0' || b[i] > '9' {
			return verdict{why: BadLength}
		}
		n = n*10 + int(b[i]-'0')
	}
	if n > p.opt.MaxSegment {
		return verdict{why: TooLong}
	}
	if n == bogusLength {
		return p.byItsEnd(b, f)
	}
	size := headLen + n + crcLen
	if len(b) < size {
		return verdict{need: true}
	}
	segment := b[headLen : headLen+n]
	crc, digits := hex4(b[headLen+n:])
	if digits {
		if why := p.check(segment, crc, f); why != BadCRC {
			f.Declared = n
			return verdict{size: size, why: why}
		}
	}
	if v, ok := p.printed(b, n, f); ok {
		return v
	}
	if digits && (n == 0 || bytes.HasSuffix(bytes.TrimRight(segment, " "), []byte(areaClose))) {
		return verdict{why: BadCRC}
	}
	return verdict{why: BadLength}
}

// check holds the CRC against the segment, as the standard or else the device's profile has it, and reads it into f.
func (p *Parser) check(segment []byte, crc uint16, f *Frame) Reason {
	encrypted := false
	if Sum(segment) != crc {
		if p.opt.Profile == nil {
			return BadCRC
		}
		profile := p.opt.Profile(rawMN(segment))
		if !profile.CRC.Holds(segment, crc) {
			plain, ok := decryptSegment(segment, profile.Key)
			if !ok || Sum(plain) != crc { // made before encrypting (annex A of 2025)
				return BadCRC
			}
			segment, encrypted = plain, true
		}
	}
	*f = Frame{CRC: crc, Encrypted: encrypted}
	if !f.read(segment) {
		return BadContent
	}
	return ""
}

// byItsEnd reads a frame whose length is the one that may say nothing: it ends where the length says, or else with the
// first && that has a CRC and a tail behind it.
func (p *Parser) byItsEnd(b []byte, f *Frame) verdict {
	most := headLen + p.opt.MaxSegment
	for i := headLen; i <= most; i++ { // i is where the segment ends
		n := bytes.Index(b[min(i-len(areaClose), len(b)):min(most, len(b))], []byte(areaClose))
		if n < 0 {
			break
		}
		i += n
		if len(b) < i+crcLen {
			return verdict{need: true}
		}
		crc, digits := hex4(b[i:])
		if !digits {
			continue
		}
		if i == headLen+bogusLength && p.check(b[headLen:i], crc, f) == "" {
			f.Declared = bogusLength
			return verdict{size: i + crcLen}
		}
		if len(b) == i+crcLen && !p.last {
			return verdict{need: true}
		}
		if len(b) > i+crcLen && bytes.IndexByte([]byte("\r\n*#"), b[i+crcLen]) < 0 {
			continue
		}
		why := p.check(b[headLen:i], crc, f)
		f.Declared = bogusLength
		return verdict{size: i + crcLen, why: why}
	}
	return verdict{need: len(b) <= most, why: BadLength}
}

// rawMN is the device number in a segment that is not read yet.
func rawMN(segment []byte) MN {
	i := bytes.Index(segment, []byte("MN="))
	if i < 0 {
		return ""
	}
	v := segment[i+3:]
	if end := bytes.IndexAny(v, ";,"); end >= 0 {
		v = v[:end]
	}
	return MN(bytes.TrimSpace(v))
}
