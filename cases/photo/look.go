package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"math/bits"
)

// Sight is what a picture looks like: of a tiny grey copy, where it grows brighter to the right, and where downwards. Scaling and
// compressing change few bits of it; other pictures have about half of them different.
type Sight struct {
	Across, Down uint64
}

// Like reports whether two pictures are the same to the eye.
func (s Sight) Like(o Sight) bool {
	return bits.OnesCount64(s.Across^o.Across) <= near && bits.OnesCount64(s.Down^o.Down) <= near
}

// near is how many of 64 bits may differ. Bands relies on its being less than 8.
const near = 7

// step is by how much of 255 a field must be brighter than its neighbour to count: sky and road are no pattern.
const step = 2

// Bands are eight keys of a picture. Two that are Like have at least one in common, since seven bits cannot spoil eight bytes.
func (s Sight) Bands() [8]int {
	var out [8]int
	for i := range out {
		out[i] = i<<8 | int(s.Across>>(8*i)&0xFF)
	}
	return out
}

// maxPixels bounds what is decoded: telephones take up to some 50 million.
const maxPixels = 60_000_000

// Look looks at a picture. It is false for what cannot be decoded, is too large, or shows nothing: a black or white picture is
// like every other.
func Look(b []byte) (Sight, bool) {
	var img image.Image
	var conf image.Config
	var err error
	switch {
	case isJPEG(b):
		conf, err = jpeg.DecodeConfig(bytes.NewReader(b))
	case isPNG(b):
		conf, err = png.DecodeConfig(bytes.NewReader(b))
	default:
		return Sight{}, false
	}
	if err != nil || conf.Width < 16 || conf.Height < 16 || conf.Width > maxPixels/conf.Height {
		return Sight{}, false
	}
	if isJPEG(b) {
		img, err = jpeg.Decode(bytes.NewReader(b))
	} else {
		img, err = png.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return Sight{}, false
	}
	return sight(img)
}

// flat is the least difference, of 255, between the brightest and the darkest part of a picture that shows something.
const flat = 12

func sight(img image.Image) (Sight, bool) {
	grid := shrink(img)
	low, high := grid[0][0], grid[0][0]
	for _, row := range grid {
		for _, v := range row {
			low, high = min(low, v), max(high, v)
		}
	}
	if high-low < flat {
		return Sight{}, false
	}
	var s Sight
	for y := range 8 {
		for x := range 8 {
			if grid[y][x+1] > grid[y][x]+step {
				s.Across |= 1 << (8*y + x)
			}
			if grid[y+1][x] > grid[y][x]+step {
				s.Down |= 1 << (8*y + x)
			}
		}
	}
	return s, true
}

// shrink is the mean grey of nine by nine fields. It looks at no more than some hundred thousand points of a large picture.
func shrink(img image.Image) (out [9][9]int) {
	b := img.Bounds()
	grey := func(x, y int) int {
		r, g, bl, _ := img.At(x, y).RGBA()
		return int((299*r + 587*g + 114*bl) / 1000 >> 8)
	}
	if p, ok := img.(*image.YCbCr); ok {
		grey = func(x, y int) int { return int(p.Y[p.YOffset(x, y)]) }
	}
	every := max(1, min(b.Dx(), b.Dy())/360)
	for y := range 9 {
		for x := range 9 {
			x0, x1 := b.Min.X+x*b.Dx()/9, b.Min.X+(x+1)*b.Dx()/9
			y0, y1 := b.Min.Y+y*b.Dy()/9, b.Min.Y+(y+1)*b.Dy()/9
			sum, n := 0, 0
			for j := y0; j < y1; j += every {
				for i := x0; i < x1; i += every {
					sum += grey(i, j)
					n++
				}
			}
			if n > 0 {
				out[y][x] = sum / n
			}
		}
	}
	return out
}
