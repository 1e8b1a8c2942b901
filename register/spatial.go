package register

import (
	"context"
	"encoding/json"
	"math"

	"zhixing/db"
)

// inArea keeps the entries whose place, or its middle, lies in the surface.
func (r *Registers) inArea(ctx context.Context, tx *db.Tx, s *Schema, list []*Entry, area *Geometry) ([]*Entry, error) {
	return r.inPlace(ctx, tx, s, list, Query{Area: area})
}

// inPlace holds places against the rectangle and the surface of a query.
func (r *Registers) inPlace(ctx context.Context, tx *db.Tx, s *Schema, list []*Entry, q Query) ([]*Entry, error) {
	f, ok := s.place()
	if !ok {
		return nil, nil
	}
	out := list[:0]
	for _, e := range list {
		v := e.Values[f.Name]
		if v == "" {
			continue
		}
		g, err := shapeOf(ctx, tx, r.County, v)
		if err != nil {
			return nil, err
		}
		if q.Box != nil && !q.Box.Meets(g.Box()) || q.Area != nil && !q.Area.Contains(g.Middle()) {
			continue
		}
		out = append(out, e)
	}
	return out, nil
}

// Within reports whether a point lies in a surface of the register, its edge included; of entries in the state where one is
// given, never of those that left.
func (r *Registers) Within(ctx context.Context, tx *db.Tx, p XY, name Name, state string) (bool, error) {
	e, err := r.Around(ctx, tx, p, name, state)
	return e != nil, err
}

// Around is the first entry of the register in whose surface the point lies; nil where there is none.
func (r *Registers) Around(ctx context.Context, tx *db.Tx, p XY, name Name, state string) (*Entry, error) {
	const op = "Around"
	s, err := r.schema(op, name)
	if err != nil {
		return nil, err
	}
	f, ok := s.place()
	if !ok || f.Type != Polygon {
		return nil, refuse(Invalid, op, "《%s》没有面，谈不上落入。", s.Title)
	}
	h, err := loadHead(ctx, tx, r.County, name)
	if err != nil {
		return nil, wrap(op, err)
	}
	c := r.where(tx, s, Inside, Query{State: state, Box: &Box{p.X, p.Y, p.X, p.Y}}, nil, h.levels)
	list, _, err := r.listed(ctx, tx, s, Query{Size: MaxSize}, c)
	if err != nil {
		return nil, wrap(op, err)
	}
	for _, e := range list {
		g, err := shapeOf(ctx, tx, r.County, e.Values[f.Name])
		if err != nil {
			return nil, wrap(op, err)
		}
		if g.Contains(p) {
			return e, nil
		}
	}
	return nil, nil
}

// Geometry is the place of an entry, for who may see it; nil where it has none.
func (r *Registers) Geometry(ctx context.Context, tx *db.Tx, v Viewer, s *Schema, e *Entry) (*Geometry, error) {
	f, ok := s.place()
	if !ok || !v.Inside && (f.Hidden() || !s.Public) || e.Values[f.Name] == "" {
		return nil, nil
	}
	g, err := shapeOf(ctx, tx, r.County, e.Values[f.Name])
	return g, wrap("Geometry", err)
}

// MapQuery asks for a layer of a map.
type MapQuery struct {
	Query
	Zoom int // of the map, 0 to 22: what is smaller than a pixel is a point
}

// maxLayer bounds a layer; whoever needs more asks for a smaller rectangle.
const maxLayer = 200_000

// Map writes entries' places as JSON for a map, lines and surfaces no finer than the map's pixels:
//
//	{"n":2,"states":["待查"],"items":[[1,"一号排口",0,"p",[1115712345,354912345]],[2,"北地块",0,"s",[[…]]]]}
//
// An item is number, label, index of the state, kind, and coordinates in 1e-7 degree: of a line or a surface as lists of
// x, y, then steps from vertex to vertex; of a surface each ring. It refuses a layer of more than 200,000 places.
func (r *Registers) Map(ctx context.Context, tx *db.Tx, v Viewer, q MapQuery) (json.RawMessage, error) {
	const op = "Map"
	q.Size = 1
	s, where, err := r.check(op, v, q.Query, MaxSize)
	if err != nil {
		return nil, err
	}
	f, ok := s.place()
	if !ok || !v.Inside && f.Hidden() {
		return nil, refuse(NotFound, op, "《%s》没有可以上图的位置。", s.Title)
	}
	if q.Zoom < 0 || q.Zoom > 22 {
		return nil, refuse(Invalid, op, "缩放级别应在0至22之间。")
	}
	if !q.AsOf.Now() || q.Area != nil {
		return nil, refuse(Invalid, op, "地图只显示现在的台账。")
	}
	b, err := r.layer(ctx, tx, s, v, q, where)
	return b, wrap(op, err)
}

// pixel is how wide a pixel of a map of that zoom is, in 1e-7 degree.
func pixel(zoom int) int32 {
	return int32(max(float64(worldSize)/256/math.Exp2(float64(zoom)), 1))
}
