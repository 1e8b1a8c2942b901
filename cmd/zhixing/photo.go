package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
)

// A picture of the demonstration shows hills, the words 演示照片, and numbers: it must look like no real place. The words
// are drawn from strokes of our own, so that no font is needed: points on a square of 100, one stroke a line.

type stroke [][2]int

var demoWords = [][]stroke{
	{ // 演
		{{12, 12}, {22, 22}}, {{6, 38}, {17, 48}}, {{8, 90}, {24, 58}}, {{60, 4}, {64, 14}}, {{34, 30}, {34, 18}, {92, 18}, {90, 30}},
		{{44, 31}, {82, 31}}, {{40, 42}, {40, 73}, {86, 73}, {86, 42}, {40, 42}}, {{40, 57}, {86, 57}}, {{63, 31}, {63, 73}},
		{{52, 78}, {36, 93}}, {{74, 78}, {90, 93}},
	},
	{ // 示
		{{26, 15}, {74, 15}}, {{10, 40}, {90, 40}}, {{50, 40}, {50, 91}, {38, 86}}, {{31, 56}, {14, 80}}, {{69, 56}, {87, 80}},
	},
	{ // 照
		{{12, 10}, {36, 10}, {36, 57}, {12, 57}, {12, 10}}, {{12, 33}, {36, 33}}, {{48, 11}, {88, 11}, {84, 35}, {75, 33}}, {{64, 11}, {60, 25}, {46, 37}},
		{{50, 44}, {86, 44}, {86, 60}, {50, 60}, {50, 44}}, {{14, 74}, {8, 91}}, {{36, 74}, {39, 89}}, {{58, 74}, {63, 89}}, {{81, 74}, {91, 91}},
	},
	{ // 片
		{{30, 10}, {30, 55}, {12, 91}}, {{30, 36}, {87, 36}}, {{60, 8}, {60, 36}}, {{30, 58}, {72, 58}, {72, 93}},
	},
}

// segments are the digits as on a counter: top, upper left, upper right, middle, lower left, lower right, bottom.
var segments = map[byte]string{
	'0': "1110111", '1': "0010010", '2': "1011101", '3': "1011011", '4': "0111010", '5': "1101011", '6': "1101111", '7': "1010010",
	'8': "1111111", '9': "1111011", '-': "0001000",
}

var segmentStrokes = [7]stroke{{{10, 5}, {50, 5}}, {{10, 5}, {10, 50}}, {{50, 5}, {50, 50}}, {{10, 50}, {50, 50}}, {{10, 50}, {10, 95}},
	{{50, 50}, {50, 95}}, {{10, 95}, {50, 95}}}

// demoPhoto is a picture for the demonstration, with a number and a day on it. The same give the same bytes.
func demoPhoto(number, day string, seed uint32) ([]byte, error) {
	const w, h = 480, 320
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	ground := []color.RGBA{{0x5d, 0x7a, 0x4f, 255}, {0x86, 0x6a, 0x45, 255}, {0x4f, 0x6d, 0x7a, 255}, {0x6b, 0x6b, 0x60, 255}}[seed%4]
	dark := color.RGBA{ground.R / 3 * 2, ground.G / 3 * 2, ground.B / 3 * 2, 255}
	for x := range w {
		far, near := 120+hill(x+int(seed%400), 170), 210+hill(x+int(seed%700), 90)/2
		for y := range h {
			c := color.RGBA{uint8(150 + y/6), uint8(180 + y/8), 214, 255}
			switch {
			case y > near:
				c = dark
			case y > far:
				c = ground
			}
			m.SetRGBA(x, y, c)
		}
	}
	white := color.RGBA{255, 255, 255, 255}
	for i, word := range demoWords {
		for _, s := range word {
			drawStroke(m, s, 40+i*105, 60, 95, 4, white)
		}
	}
	for i, line := range []string{number, day} {
		for j := range len(line) {
			for k, on := range []byte(segments[line[j]]) {
				if on == '1' {
					drawStroke(m, segmentStrokes[k], 40+j*22, 200+i*52, 36, 2, white)
				}
			}
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 70})
	return out.Bytes(), err
}

// hill is the height of a ridge at x: triangles of a width.
func hill(x, width int) int {
	x %= width
	return min(x, width-x) / 2
}

// drawStroke draws lines between points of a square that has its corner at x, y.
func drawStroke(m *image.RGBA, s stroke, x, y, size, pen int, c color.RGBA) {
	for i := 1; i < len(s); i++ {
		a, b := s[i-1], s[i]
		for t := range size * 2 {
			px := x + (a[0]*(size*2-t)+b[0]*t)/2/100
			py := y + (a[1]*(size*2-t)+b[1]*t)/2/100
			for dy := range pen {
				for dx := range pen {
					m.SetRGBA(px+dx, py+dy, c)
				}
			}
		}
	}
}
