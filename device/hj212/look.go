package hj212

import "bytes"

// verdict is what look makes of the bytes from a head on: a frame of some size, a reason to drop its first byte, or that
// it needs more bytes to tell. More bytes never change a verdict that was given.
type verdict struct {
	frame Frame
	size  int
	why   Reason
	need  bool
}

// look reads one frame at the start of b, which begins with a head.
func (p *Parser) look(b []byte) verdict {
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
	size := headLen + n + crcLen
	if n == bogusLength {
		if v := p.byItsEnd(b, headLen, size-crcLen); v.size > 0 {
			return v
		}
	}
	if len(b) < size {
		return verdict{need: true}
	}
	segment := b[headLen : headLen+n]
	crc, digits := hex4(b[headLen+n:])
	if digits {
		if v := p.check(segment, crc); v.why != BadCRC {
			v.frame.Declared, v.size = n, size
			return v
		}
	}
	if v, ok := p.printed(b, n); ok {
		return v
	}
	if n == bogusLength {
		if v := p.byItsEnd(b, size-crcLen+1, headLen+p.opt.MaxSegment+1); v.size > 0 || v.need {
			return v
		}
	}
	if digits && (n == 0 || bytes.HasSuffix(bytes.TrimRight(segment, " "), []byte(areaClose))) {
		return verdict{why: BadCRC}
	}
	return verdict{why: BadLength}
}

// check holds the CRC against the segment, as the standard or else the device's profile has it.
func (p *Parser) check(segment []byte, crc uint16) verdict {
	encrypted := false
	if Sum(segment) != crc {
		if p.opt.Profile == nil {
			return verdict{why: BadCRC}
		}
		profile := p.opt.Profile(rawMN(segment))
		if !profile.CRC.Holds(segment, crc) {
			plain, ok := decryptSegment(segment, profile.Key)
			if !ok || Sum(plain) != crc { // made before encrypting (annex A of 2025)
				return verdict{why: BadCRC}
			}
			segment, encrypted = plain, true
		}
	}
	f, ok := readSegment(segment)
	if !ok {
		return verdict{why: BadContent}
	}
	f.CRC, f.Encrypted = crc, encrypted
	return verdict{frame: f}
}

// byItsEnd finds a frame whose length is the one that says nothing, by the first && with a CRC that holds and a tail.
// It looks for segments that end at or behind from and before to.
func (p *Parser) byItsEnd(b []byte, from, to int) verdict {
	ended := false
	for i := from; i < to; i++ { // i is where the segment ends
		n := bytes.Index(b[min(i-2, len(b)):], []byte(areaClose))
		if n < 0 {
			return verdict{need: !ended}
		}
		if i += n; i >= to {
			break
		}
		if i+crcLen > len(b) || i+crcLen == len(b) && !p.last {
			return verdict{need: !ended}
		}
		crc, digits := hex4(b[i:])
		if !digits {
			continue
		}
		if i+crcLen < len(b) {
			if c := b[i+crcLen]; c != '\r' && c != '\n' && c != '*' && c != '#' {
				continue
			}
		}
		ended = true
		if v := p.check(b[headLen:i], crc); v.why == "" {
			v.frame.Declared, v.size = bogusLength, i+crcLen
			return v
		}
	}
	return verdict{}
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
