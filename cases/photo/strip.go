package photo

import (
	"encoding/binary"
	"hash/crc32"
)

// Strip gives the picture without what it says of itself: no place, time, camera, owner, thumbnail, comment, nor anything that
// hangs behind its end. What it looks like does not change by a bit; which side is up stays.
func Strip(b []byte) ([]byte, error) {
	info, err := Read(b)
	if err != nil {
		return nil, err
	}
	if info.Format == PNG {
		return stripPNG(b, info.Orientation)
	}
	return stripJPEG(b, info.Orientation)
}

func stripJPEG(b []byte, orientation int) ([]byte, error) {
	out := append(make([]byte, 0, len(b)), 0xFF, 0xD8)
	turned := orientation == 1
	scan, err := segments(b, func(marker byte, body []byte) {
		if marker == 0xDA {
			return
		}
		// Of what applications write, JFIF's head and Adobe's colours are the picture's, all else, comments too, is about it.
		keep := marker < 0xE0 || marker == 0xE0 && len(body) >= 14 && string(body[:5]) == "JFIF\x00" ||
			marker == 0xEE && len(body) == 12 && string(body[:5]) == "Adobe"
		if !turned && marker != 0xE0 {
			out = append(out, jpegSegment(0xE1, append([]byte("Exif\x00\x00"), upright(orientation)...))...)
			turned = true
		}
		if !keep {
			return
		}
		if marker == 0xE0 { // without its thumbnail
			body = append(append([]byte{}, body[:12]...), 0, 0)
		}
		out = append(out, jpegSegment(marker, body)...)
	})
	if err != nil {
		return nil, err
	}
	return scans(b, scan, out)
}

// scans appends the picture itself, from its first scan to its end, with the tables between scans; what hides between them goes.
func scans(b []byte, at int, out []byte) ([]byte, error) {
	for i := at; i+2 <= len(b); {
		if b[i] != 0xFF {
			return nil, ErrFormat
		}
		marker := b[i+1]
		switch {
		case marker == 0xFF:
			i++
			continue
		case marker == 0xD9:
			return append(out, 0xFF, 0xD9), nil
		case marker == 0xD8 || marker == 0x00 || marker == 0x01:
			return nil, ErrFormat
		}
		if i+4 > len(b) {
			return nil, ErrFormat
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return nil, ErrFormat
		}
		if marker < 0xE0 {
			out = append(out, b[i:i+2+n]...)
		}
		i += 2 + n
		if marker != 0xDA {
			continue
		}
		from := i
		for i+1 < len(b) && !(b[i] == 0xFF && b[i+1] != 0 && !(b[i+1] >= 0xD0 && b[i+1] <= 0xD7)) {
			i++
		}
		if i+1 >= len(b) {
			return nil, ErrFormat
		}
		out = append(out, b[from:i]...)
	}
	return nil, ErrFormat
}

func jpegSegment(marker byte, body []byte) []byte {
	out := []byte{0xFF, marker, 0, 0}
	binary.BigEndian.PutUint16(out[2:], uint16(len(body)+2))
	return append(out, body...)
}

// upright is metadata that says which side is up, and nothing else.
func upright(orientation int) []byte {
	return []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0, 0, 0, 0, 0}
}

// pngKept are the chunks that a picture is made of.
var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true, "bKGD": true}

func stripPNG(b []byte, orientation int) ([]byte, error) {
	out := append(make([]byte, 0, len(b)), pngHead...)
	err := chunks(b, func(kind string, _, whole []byte) {
		if !pngKept[kind] {
			return
		}
		out = append(out, whole...)
		if kind == "IHDR" && orientation != 1 {
			body := upright(orientation)
			c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
			c = append(append(c, "eXIf"...), body...)
			out = append(out, binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))...)
		}
	})
	return out, err
}
