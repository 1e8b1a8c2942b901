package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// scene is a picture with things in it.
func scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	type blob struct{ x, y, size, grey float64 }
	var blobs []blob
	for range 14 {
		blobs = append(blobs, blob{r.Float64(), r.Float64(), 0.05 + r.Float64()/4, r.Float64()*2 - 1})
	}
	for y := range h {
		for x := range w {
			v := 128.0
			for _, b := range blobs {
				dx, dy := (float64(x)/float64(w)-b.x)/b.size, (float64(y)/float64(h)-b.y)/b.size
				if d := dx*dx + dy*dy; d < 1 {
					v += b.grey * 100 * (1 - d)
				}
			}
			g := uint8(max(0, min(255, v)))
			img.SetRGBA(x, y, color.RGBA{g, g / 2, 255 - g, 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifBody is metadata as a telephone writes it: place, time, camera, side.
func exifBody(order binary.AppendByteOrder, head string, orientation uint16) []byte {
	b := []byte(head)
	b = order.AppendUint32(b, 8)
	text := []byte("2023:10:31 14:05:06\x00")
	// main: orientation, exif, gps at 8 (2+3*12+4 = 42 → 50); exif at 50 (2+2*12+4 = 30 → 80); gps at 80 (2+4*12+4 = 54 → 134)
	put := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		if kind == 3 {
			b = order.AppendUint16(b, uint16(value))
			b = append(b, 0, 0)
			return
		}
		b = order.AppendUint32(b, value)
	}
	ref := func(tag uint16, s byte) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 2)
		b = order.AppendUint32(b, 2)
		b = append(b, s, 0, 0, 0)
	}
	b = order.AppendUint16(b, 3)
	put(tagOrientation, 3, 1, uint32(orientation))
	put(tagExif, 4, 1, 50)
	put(tagGPS, 4, 1, 80)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 2)
	put(tagOriginal, 2, uint32(len(text)), 134)
	put(tagOffset, 2, 7, 154)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 4)
	ref(gpsLatRef, 'N')
	put(gpsLat, 5, 3, 162)
	ref(gpsLonRef, 'E')
	put(gpsLon, 5, 3, 186)
	b = order.AppendUint32(b, 0)
	b = append(b, text...)             // 134
	b = append(b, "+08:00\x00\x00"...) // 154
	for _, v := range []uint32{35, 1, 29, 1, 2400, 100, 111, 1, 34, 1, 1200, 100} {
		b = order.AppendUint32(b, v)
	}
	return b
}

func withExif(b, exif []byte) []byte {
	out := append([]byte{}, b[:2]...)
	out = append(out, jpegSegment(0xE1, append([]byte("Exif\x00\x00"), exif...))...)
	out = append(out, jpegSegment(0xED, []byte("Photoshop 3.0 秘密"))...)
	out = append(out, jpegSegment(0xFE, []byte("秘密 comment"))...)
	out = append(out, b[2:]...)
	return append(out, "秘密 behind the end"...)
}

func pngWithExif(b, exif []byte) []byte {
	chunk := func(kind string, body []byte) []byte {
		c := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind...)
		c = append(c, body...)
		return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	}
	head := 8 + 12 + 13
	return slices.Concat(b[:head], chunk("eXIf", exif), chunk("tEXt", []byte("Author\x00秘密")), b[head:])
}

func TestRead(t *testing.T) {
	taken := time.Date(2023, 10, 31, 6, 5, 6, 0, time.UTC)
	img := scene(1, 90, 60)
	for name, b := range map[string][]byte{
		"jpeg, big endian":    withExif(jpegOf(t, img, 80), exifBody(binary.BigEndian, "MM\x00*", 6)),
		"jpeg, little endian": withExif(jpegOf(t, img, 80), exifBody(binary.LittleEndian, "II*\x00", 6)),
		"png":                 pngWithExif(pngOf(t, img), exifBody(binary.BigEndian, "MM\x00*", 6)),
	} {
		i, err := Read(b)
		if err != nil {
			t.Fatal(name, err)
		}
		lat, lon := 35+29.0/60+24.0/3600, 111+34.0/60+12.0/3600
		if i.Width != 90 || i.Height != 60 || i.Orientation != 6 || !i.TakenAt.Equal(taken) || !i.HasPlace || abs(i.Lat-lat) > 1e-9 || abs(i.Lon-lon) > 1e-9 {
			t.Errorf("%s: %+v", name, i)
		}
	}
	if i, err := Read(jpegOf(t, img, 80)); err != nil || i.HasPlace || !i.TakenAt.IsZero() || i.Orientation != 1 {
		t.Errorf("a picture that says nothing: %+v, %v", i, err)
	}
	for _, b := range [][]byte{nil, []byte("GIF89a"), jpegOf(t, img, 80)[:200], pngOf(t, img)[:50]} {
		if _, err := Read(b); err == nil {
			t.Errorf("%.10q is taken for a picture", b)
		}
	}
}

func abs(f float64) float64 { return max(f, -f) }

func TestStripTellsNothingAndChangesNothing(t *testing.T) {
	img := scene(2, 200, 120)
	for name, b := range map[string][]byte{
		"jpeg": withExif(jpegOf(t, img, 80), exifBody(binary.LittleEndian, "II*\x00", 6)),
		"png":  pngWithExif(pngOf(t, img), exifBody(binary.BigEndian, "MM\x00*", 6)),
	} {
		open, err := Strip(b)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, secret := range []string{"秘密", "2023:10:31", "+08:00"} {
			if !bytes.Contains(b, []byte(secret)) || bytes.Contains(open, []byte(secret)) {
				t.Errorf("%s: %q was in it: %v, is in it: %v", name, secret, bytes.Contains(b, []byte(secret)), bytes.Contains(open, []byte(secret)))
			}
		}
		info, err := Read(open)
		if err != nil || info.HasPlace || !info.TakenAt.IsZero() || info.Orientation != 6 {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		was, _, err1 := image.Decode(bytes.NewReader(b))
		is, _, err2 := image.Decode(bytes.NewReader(open))
		if err1 != nil || err2 != nil || was.Bounds() != is.Bounds() {
			t.Fatal(name, err1, err2)
		}
		for y := range was.Bounds().Dy() {
			for x := range was.Bounds().Dx() {
				if was.At(x, y) != is.At(x, y) {
					t.Fatalf("%s: the picture has changed at %d, %d", name, x, y)
				}
			}
		}
		again, err := Strip(open)
		if err != nil || !bytes.Equal(again, open) {
			t.Errorf("%s: stripping twice changes it: %v", name, err)
		}
	}
}

func TestLikePictures(t *testing.T) {
	var sights []Sight
	for seed := range uint64(30) {
		big := scene(seed, 480, 360)
		s, ok := Look(jpegOf(t, big, 92))
		if !ok {
			t.Fatal(seed)
		}
		sights = append(sights, s)
		for name, b := range map[string][]byte{
			"smaller": jpegOf(t, scene(seed, 320, 240), 92), "compressed": jpegOf(t, big, 25), "png": pngOf(t, scene(seed, 400, 300)),
			"with metadata": withExif(jpegOf(t, big, 80), exifBody(binary.BigEndian, "MM\x00*", 1)),
		} {
			o, ok := Look(b)
			if !ok || !s.Like(o) {
				t.Errorf("scene %d, %s: not known again", seed, name)
			}
			a, c := s.Bands(), o.Bands()
			if !slices.ContainsFunc(a[:], func(x int) bool { return slices.Contains(c[:], x) }) {
				t.Errorf("scene %d, %s: no band in common", seed, name)
			}
		}
	}
	for i := range sights {
		for j := range i {
			if sights[i].Like(sights[j]) {
				t.Errorf("scenes %d and %d are taken for one", i, j)
			}
		}
	}
	black := image.NewRGBA(image.Rect(0, 0, 100, 100))
	if _, ok := Look(pngOf(t, black)); ok {
		t.Error("a black picture is like every black picture")
	}
}

func TestHugePicturesAreNotDecoded(t *testing.T) {
	b := pngOf(t, image.NewGray(image.Rect(0, 0, 64, 64)))
	binary.BigEndian.PutUint32(b[16:], 1<<30)
	binary.BigEndian.PutUint32(b[20:], 1<<30)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	if _, ok := Look(b); ok {
		t.Error("decoded")
	}
}

func FuzzPhoto(f *testing.F) {
	img := scene(3, 64, 48)
	f.Add(withExif(jpegOf(f, img, 60), exifBody(binary.BigEndian, "MM\x00*", 3)))
	f.Add(withExif(jpegOf(f, img, 60), exifBody(binary.LittleEndian, "II*\x00", 3)))
	f.Add(pngWithExif(pngOf(f, img), exifBody(binary.BigEndian, "MM\x00*", 3)))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := Read(b)
		if err == nil && (info.Orientation < 1 || info.Orientation > 8 || info.HasPlace && (abs(info.Lat) > 90 || abs(info.Lon) > 180)) {
			t.Errorf("%+v", info)
		}
		open, err := Strip(b)
		if err == nil {
			info, err := Read(open)
			if err != nil || info.HasPlace || !info.TakenAt.IsZero() {
				t.Errorf("after stripping: %+v, %v", info, err)
			}
			if len(open) > len(b)+100 {
				t.Errorf("grew from %d to %d", len(b), len(open))
			}
		}
		if len(b) < 1<<16 {
			if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width*c.Height < 1<<22 {
				Look(b)
			}
		}
	})
}
