package forecast

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"zhixing/forecast/grid"
	"zhixing/quantity"
	"zhixing/register"
)

// Classes of cells that have no line in the legend.
const (
	Below   = -1 // less than the first line: not drawn
	Unknown = -2 // no value
)

// ClassOf is the line of the legend that a value reaches, or Below.
func (d *Definition) ClassOf(v quantity.Decimal) int {
	for k := len(d.Legend) - 1; k >= 0; k-- {
		if v.Cmp(d.Legend[k].From) >= 0 {
			return k
		}
	}
	return Below
}

// Block is a rectangle of cells of one class, for a map.
type Block struct {
	Box   register.Box
	Class int // line of the legend, or Unknown
}

// unknownTitle and unknownColour are how cells without a value are drawn.
const (
	unknownTitle  = "无资料"
	unknownColour = "#d9d9d9"
)

// classes are those of all cells.
func (d *Definition) classes(f *grid.Field) ([]int, error) {
	limits := make([]*Limit, len(d.Legend))
	for i, c := range d.Legend {
		var err error
		if limits[i], err = d.limit(Threshold{Op: ">=", Value: c.From}, 1); err != nil {
			return nil, err
		}
	}
	out := make([]int, len(f.Values))
	for i, v := range f.Values {
		if out[i] = Below; v == grid.Missing {
			out[i] = Unknown
			continue
		}
		for k := len(limits) - 1; k >= 0; k-- {
			if limits[k].reached(int64(v)) {
				out[i] = k
				break
			}
		}
	}
	return out, nil
}

// Blocks are a field's cells by the legend, neighbours of one class put together: a map of some hundred rectangles instead of
// thousands. What is below the legend is left out.
func (d *Definition) Blocks(f *grid.Field) ([]Block, error) {
	classes, err := d.classes(f)
	if err != nil {
		return nil, err
	}
	done := make([]bool, len(classes))
	var out []Block
	for row := range f.NY {
		for col := 0; col < f.NX; col++ {
			i := f.Index(col, row)
			class := classes[i]
			if done[i] || class == Below {
				continue
			}
			same := func(col, row int) bool {
				k := f.Index(col, row)
				return classes[k] == class && !done[k]
			}
			wide, high := 1, 1
			for col+wide < f.NX && same(col+wide, row) {
				wide++
			}
			for row+high < f.NY && all(wide, func(k int) bool { return same(col+k, row+high) }) {
				high++
			}
			for r := range high {
				for c := range wide {
					done[f.Index(col+c, row+r)] = true
				}
			}
			out = append(out, Block{boxOf(f.Grid, col, row, wide, high), class})
		}
	}
	return out, nil
}

func all(n int, is func(int) bool) bool {
	for k := range n {
		if !is(k) {
			return false
		}
	}
	return true
}

// GeoJSON is Blocks as a FeatureCollection, each with class, title and colour, and beside the features what the map and its legend say.
func (d *Definition) GeoJSON(r *Run, f Field) ([]byte, error) {
	blocks, err := d.Blocks(f.Data)
	if err != nil {
		return nil, err
	}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	for i, x := range blocks {
		if i > 0 {
			b = append(b, ',')
		}
		title, colour := unknownTitle, unknownColour
		if x.Class >= 0 {
			title, colour = d.Legend[x.Class].Title, d.Legend[x.Class].Colour
		}
		shape := &register.Geometry{Kind: register.Polygon, Parts: [][][]register.XY{{corners(x.Box)}}}
		properties, err := json.Marshal(map[string]any{"class": x.Class, "title": title, "colour": colour})
		if err != nil {
			return nil, err
		}
		b = append(b, `{"type":"Feature","properties":`...)
		b = append(b, properties...)
		b = append(b, `,"geometry":`...)
		b = append(b, shape.GeoJSON()...)
		b = append(b, '}')
	}
	type line struct {
		From   quantity.Decimal `json:"from"`
		Colour string           `json:"colour"`
		Title  string           `json:"title"`
	}
	legend := []line{}
	for _, c := range d.Legend {
		legend = append(legend, line{c.From, c.Colour, c.Title})
	}
	rest, err := json.Marshal(map[string]any{"title": d.Title, "source": d.Source, "element": d.Element, "unit": d.Unit, "run": r.At, "start": f.Start, "end": f.End, "legend": legend})
	if err != nil {
		return nil, err
	}
	b = append(b, `],"product":`...)
	return append(append(b, rest...), '}'), nil
}

func corners(b register.Box) []register.XY {
	return []register.XY{{X: b.MinX, Y: b.MinY}, {X: b.MaxX, Y: b.MinY}, {X: b.MaxX, Y: b.MaxY}, {X: b.MinX, Y: b.MaxY}, {X: b.MinX, Y: b.MinY}}
}

// maxPixels bounds a picture.
const maxPixels = 16 << 20

// PNG is a field as a picture, north up, of so many pixels a cell; what is below the legend is transparent. Box tells where it lies.
func (d *Definition) PNG(f *grid.Field, pixels int) ([]byte, register.Box, error) {
	box := register.Box{}
	if pixels < 1 || f.NX*f.NY*pixels*pixels > maxPixels {
		return nil, box, refuse(Invalid, "PNG", "图太大：%d×%d个格点，每格%d个像素。", f.NX, f.NY, pixels)
	}
	classes, err := d.classes(f)
	if err != nil {
		return nil, box, err
	}
	palette := color.Palette{color.Transparent, paint(unknownColour)}
	for _, c := range d.Legend {
		palette = append(palette, paint(c.Colour))
	}
	img := image.NewPaletted(image.Rect(0, 0, f.NX*pixels, f.NY*pixels), palette)
	for y := range f.NY * pixels {
		row := f.NY - 1 - y/pixels
		for x := range f.NX * pixels {
			k := uint8(0)
			switch class := classes[f.Index(x/pixels, row)]; class {
			case Below:
			case Unknown:
				k = 1
			default:
				k = uint8(class + 2)
			}
			img.Pix[y*img.Stride+x] = k
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, box, fmt.Errorf("forecast.PNG: %w", err)
	}
	return out.Bytes(), boxOf(f.Grid, 0, 0, f.NX, f.NY), nil
}

// paint reads #rrggbb, which was checked when the product was defined.
func paint(s string) color.Color {
	n, _ := strconv.ParseUint(s[1:], 16, 32)
	return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

// boxOf is the rectangle of some cells, to their edges.
func boxOf(g grid.Grid, col, row, wide, high int) register.Box {
	x, y := g.Node(col, row)
	x, y = x-int64(g.DX)/2, y-int64(g.DY)/2
	east, north := x+int64(wide)*int64(g.DX), y+int64(high)*int64(g.DY)
	if x >= 180*grid.Degree {
		x, east = x-360*grid.Degree, east-360*grid.Degree
	}
	const most = 180 * grid.Degree
	return register.Box{MinX: int32(max(x, -most)), MinY: int32(max(y, -most/2)), MaxX: int32(min(east, most)), MaxY: int32(min(north, most/2))}
}
