// Package photo knows of a picture what evidence needs: what it says of when and where it was taken, what it looks like, and how it
// is shown without saying either. JPEG and PNG; pure, bounded, and never trusting what a file says of itself.
//
//	info, err := photo.Read(b)          // size, time and place by its own word
//	look, ok := photo.Look(b)           // near pictures look near, whatever their size and compression
//	if ok && look.Like(other) { … }
//	open, err := photo.Strip(b)         // for the public: the same picture without place, time, camera and thumbnail
package photo

import (
	"encoding/binary"
	"errors"
	"time"
)

// Format is what sort of picture it is.
type Format string

// The formats.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
)

// Info is what a picture says of itself.
type Info struct {
	Format        Format
	Width, Height int
	Orientation   int       // 1 to 8 as EXIF has it; 1 where it does not say
	TakenAt       time.Time // zero where it does not say; China's time where it gives no zone
	HasPlace      bool
	Lon, Lat      float64
}

// ErrFormat says that the bytes are no JPEG and no PNG, or broken ones.
var ErrFormat = errors.New("photo: not a whole JPEG or PNG")

// Read reads what a picture says of itself. Broken metadata is as none; a broken picture is an error.
func Read(b []byte) (Info, error) {
	info := Info{Orientation: 1}
	switch {
	case isJPEG(b):
		info.Format = JPEG
		_, err := segments(b, func(marker byte, body []byte) {
			switch {
			case marker == 0xE1 && len(body) > 6 && string(body[:6]) == "Exif\x00\x00":
				info.exif(body[6:])
			case marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC && len(body) >= 5:
				info.Height, info.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			}
		})
		if err != nil || info.Width == 0 || info.Height == 0 {
			return info, ErrFormat
		}
	case isPNG(b):
		info.Format = PNG
		err := chunks(b, func(kind string, body, _ []byte) {
			switch {
			case kind == "IHDR" && len(body) >= 8:
				info.Width, info.Height = int(binary.BigEndian.Uint32(body)&0x7fffffff), int(binary.BigEndian.Uint32(body[4:])&0x7fffffff)
			case kind == "eXIf":
				info.exif(body)
			}
		})
		if err != nil || info.Width == 0 || info.Height == 0 {
			return info, ErrFormat
		}
	default:
		return info, ErrFormat
	}
	return info, nil
}

func isJPEG(b []byte) bool { return len(b) > 3 && b[0] == 0xFF && b[1] == 0xD8 && b[2] == 0xFF }

const pngHead = "\x89PNG\r\n\x1a\n"

func isPNG(b []byte) bool { return len(b) > 8 && string(b[:8]) == pngHead }

// segments tells the segments of a JPEG before its picture and gives where the picture's first scan begins.
func segments(b []byte, tell func(marker byte, body []byte)) (scan int, err error) {
	i := 2
	for i+4 <= len(b) {
		if b[i] != 0xFF {
			return 0, ErrFormat
		}
		marker := b[i+1]
		if marker == 0xFF { // fill bytes
			i++
			continue
		}
		if marker == 0x01 || marker >= 0xD0 && marker <= 0xD8 { // without a length
			i += 2
			continue
		}
		if marker == 0xD9 {
			return 0, ErrFormat
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return 0, ErrFormat
		}
		tell(marker, b[i+4:i+2+n])
		if marker == 0xDA {
			return i, nil
		}
		i += 2 + n
	}
	return 0, ErrFormat
}

// chunks tells the chunks of a PNG: kind, body, and the whole of it.
func chunks(b []byte, tell func(kind string, body, whole []byte)) error {
	for i := 8; i+12 <= len(b); {
		n := int(binary.BigEndian.Uint32(b[i:]))
		if n < 0 || n > len(b)-i-12 {
			return ErrFormat
		}
		kind := string(b[i+4 : i+8])
		tell(kind, b[i+8:i+8+n], b[i:i+12+n])
		if i += 12 + n; kind == "IEND" {
			return nil
		}
	}
	return ErrFormat
}
