package register

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"zhixing/db"
)

func (r *Registers) layer(ctx context.Context, tx *db.Tx, s *Schema, v Viewer, q MapQuery, where []filter) (json.RawMessage, error) {
	h, err := loadHead(ctx, tx, r.County, s.Name)
	if err != nil {
		return nil, err
	}
	box := q.Query.box()
	q.Box = nil
	c := r.where(tx, s, v, q.Query, where, h.levels)
	if box != nil {
		c.and("%s", c.inBox(*box, h.levels))
	}
	rows, err := tx.Query(ctx, `/* register.layer */ SELECT e.id, e.key, e.label, e.state, p.min_x, p.min_y, p.max_x, p.max_y, p.sketch FROM register_place p
		JOIN register_entry e ON e.county = p.county AND e.register = p.register AND e.id = p.id
		WHERE p.county = $1 AND p.register = $2 AND `+c.sql.String()+` LIMIT `+c.arg(maxLayer+1), c.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	w := &layerWriter{pixel: pixel(q.Zoom), hidden: !v.Inside, schema: s}
	var large []ID
	for rows.Next() {
		var id int64
		var b struct{ minX, minY, maxX, maxY int64 }
		var sketch []byte
		e := Entry{Register: s.Name}
		if err := rows.Scan(&id, &e.Key, &e.Label, &e.State, &b.minX, &b.minY, &b.maxX, &b.maxY, &sketch); err != nil {
			return nil, err
		}
		e.ID = ID(id)
		if w.n == maxLayer {
			return nil, refuse(TooLarge, "Map", "这个范围里有%d处以上，请放大地图或加上条件。", maxLayer)
		}
		if size := max(b.maxX-b.minX, b.maxY-b.minY); size > 1500*int64(w.pixel) {
			large = append(large, e.ID) // the outline is too coarse for it
			continue
		}
		g, err := decodeGeometry(sketch)
		if err != nil {
			return nil, err
		}
		w.item(&e, g)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	f, _ := s.place()
	for ; len(large) > 0; large = large[min(100, len(large)):] {
		for _, id := range large[:min(100, len(large))] {
			e, err := byID(ctx, tx, r.County, s.Name, id)
			if err != nil {
				return nil, err
			}
			g, err := shapeOf(ctx, tx, r.County, e.Values[f.Name])
			if err != nil {
				return nil, err
			}
			w.item(e, g)
		}
	}
	return w.finish(), nil
}

// layerWriter writes the JSON of Map.
type layerWriter struct {
	pixel  int32
	hidden bool // the viewer is the public
	schema *Schema
	n      int
	states []string
	items  []byte
}

func (w *layerWriter) item(e *Entry, g *Geometry) {
	if w.hidden {
		e.Values = Values{}
		e, _ = w.schema.Show(Viewer{}, e)
	}
	state := slices.Index(w.states, e.State)
	if state < 0 {
		state = len(w.states)
		w.states = append(w.states, e.State)
	}
	b := w.items
	if w.n > 0 {
		b = append(b, ',')
	}
	w.n++
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(e.ID), 10)
	b = append(b, ',')
	b = appendQuoted(b, e.Label)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(state), 10)
	box := g.Box()
	if g.Kind != Point && max(int64(box.MaxX)-int64(box.MinX), int64(box.MaxY)-int64(box.MinY)) < int64(w.pixel) {
		g = At(XY{int32((int64(box.MinX) + int64(box.MaxX)) / 2), int32((int64(box.MinY) + int64(box.MaxY)) / 2)})
	}
	g = g.Simplify(w.pixel)
	switch g.Kind {
	case Point:
		b = append(b, `,"p",[`...)
		b = appendXY(b, g.Parts[0][0][0])
		b = append(b, ']')
	case Line:
		b = append(b, `,"l",[`...)
		for i, part := range g.Parts {
			b = appendRing(b, i, part[0])
		}
		b = append(b, ']')
	case Polygon:
		b = append(b, `,"s",[`...)
		i := 0
		for _, part := range g.Parts {
			for _, ring := range part {
				b = appendRing(b, i, ring)
				i++
			}
		}
		b = append(b, ']')
	}
	w.items = append(b, ']')
}

func appendXY(b []byte, p XY) []byte {
	b = strconv.AppendInt(b, int64(p.X), 10)
	return strconv.AppendInt(append(b, ','), int64(p.Y), 10)
}

func appendRing(b []byte, i int, ring []XY) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '[')
	last := XY{}
	for k, p := range ring {
		if k > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(p.X)-int64(last.X), 10)
		b = strconv.AppendInt(append(b, ','), int64(p.Y)-int64(last.Y), 10)
		last = p
	}
	return append(b, ']')
}

func (w *layerWriter) finish() json.RawMessage {
	b := make([]byte, 0, len(w.items)+200)
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, int64(w.n), 10)
	b = append(b, `,"states":[`...)
	for i, s := range w.states {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, s)
	}
	b = append(b, `],"items":[`...)
	b = append(b, w.items...)
	return append(b, "]}"...)
}
