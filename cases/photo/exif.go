package photo

import (
	"encoding/binary"
	"strings"
	"time"
)

// The tags that are read. Everything else is passed over.
const (
	tagOrientation = 0x0112
	tagDateTime    = 0x0132
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagOriginal    = 0x9003
	tagOffset      = 0x9011 // of tagOriginal
	gpsLatRef      = 1
	gpsLat         = 2
	gpsLonRef      = 3
	gpsLon         = 4
)

// maxEntries bounds a directory: real ones have some dozens.
const maxEntries = 500

// tiff is the body of an EXIF segment.
type tiff struct {
	b     []byte
	order binary.ByteOrder
}

// exif fills what the metadata says. It follows each directory once and no chain of them, so it ends.
func (info *Info) exif(b []byte) {
	if len(b) < 8 {
		return
	}
	t := tiff{b: b}
	switch string(b[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return
	}
	main := t.directory(t.order.Uint32(b[4:]))
	if o := main[tagOrientation].number(t); o >= 1 && o <= 8 {
		info.Orientation = int(o)
	}
	sub := t.directory(main[tagExif].number(t))
	info.TakenAt = when(firstText(sub[tagOriginal].text(t), main[tagDateTime].text(t)), sub[tagOffset].text(t))
	gps := t.directory(main[tagGPS].number(t))
	lat, ok1 := gps[gpsLat].degrees(t)
	lon, ok2 := gps[gpsLon].degrees(t)
	if !ok1 || !ok2 || lat > 90 || lon > 180 || lat == 0 && lon == 0 {
		return
	}
	if strings.HasPrefix(gps[gpsLatRef].text(t), "S") {
		lat = -lat
	}
	if strings.HasPrefix(gps[gpsLonRef].text(t), "W") {
		lon = -lon
	}
	info.HasPlace, info.Lat, info.Lon = true, lat, lon
}

// entry is one value of a directory: its type, how many, and the four bytes that hold or point to it.
type entry struct {
	kind  uint16
	count uint32
	raw   []byte
}

func (t tiff) directory(at uint32) map[uint16]entry {
	out := map[uint16]entry{}
	if at < 8 || int64(at)+2 > int64(len(t.b)) {
		return out
	}
	n := int(t.order.Uint16(t.b[at:]))
	for i := 0; i < n && i < maxEntries; i++ {
		p := int(at) + 2 + 12*i
		if p+12 > len(t.b) {
			break
		}
		out[t.order.Uint16(t.b[p:])] = entry{t.order.Uint16(t.b[p+2:]), t.order.Uint32(t.b[p+4:]), t.b[p+8 : p+12]}
	}
	return out
}

// number is a short or a long; 0 for anything else.
func (e entry) number(t tiff) uint32 {
	switch {
	case e.raw == nil || e.count != 1:
		return 0
	case e.kind == 3:
		return uint32(t.order.Uint16(e.raw))
	case e.kind == 4:
		return t.order.Uint32(e.raw)
	}
	return 0
}

func (e entry) text(t tiff) string {
	if e.kind != 2 || e.count == 0 || e.count > 64 {
		return ""
	}
	b := e.raw
	if e.count > 4 {
		at := int64(t.order.Uint32(e.raw))
		if at+int64(e.count) > int64(len(t.b)) {
			return ""
		}
		b = t.b[at : at+int64(e.count)]
	} else {
		b = b[:e.count]
	}
	s, _, _ := strings.Cut(string(b), "\x00")
	return strings.TrimSpace(s)
}

// degrees is three rationals: degrees, minutes, seconds.
func (e entry) degrees(t tiff) (float64, bool) {
	if e.kind != 5 || e.count != 3 {
		return 0, false
	}
	at := int64(t.order.Uint32(e.raw))
	if at+24 > int64(len(t.b)) {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for i := int64(0); i < 3; i++ {
		n, d := t.order.Uint32(t.b[at+8*i:]), t.order.Uint32(t.b[at+8*i+4:])
		if d == 0 {
			if n == 0 {
				continue // an empty rational
			}
			return 0, false
		}
		sum += float64(n) / float64(d) / unit
		unit *= 60
	}
	return sum, true
}

var china = time.FixedZone("CST", 8*60*60)

func when(text, offset string) time.Time {
	zone := china
	if z, err := time.Parse("-07:00", offset); err == nil {
		_, seconds := z.Zone()
		zone = time.FixedZone("", seconds)
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", text, zone)
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

func firstText(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
