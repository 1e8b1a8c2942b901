package sensorthings

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/observation"
)

// entity is one Thing, Datastream …: its properties as JSON has them, and where it leads to.
type entity struct {
	set   string // Things
	id    any    // int64 or string
	props map[string]any
	times map[string]any // what filters compare instead of a property's text
	links map[string]func() (*collection, error)
}

// collection is entities of one set; single: the one at the end of a link such as Thing.
type collection struct {
	set    string
	single bool
	list   func(options) (page, error)
	find   func(id string) (*entity, error)
}

// page is a part of a collection. total is how many there are; -1: nobody counted.
type page struct {
	entities []*entity
	total    int
	more     bool
}

// value is a property for filters and orders: name, properties/register, Thing/name.
func (e *entity) value(path []string) any {
	name := path[0]
	if name == "id" || name == "@iot.id" {
		return e.id
	}
	if t, ok := e.times[name]; ok && len(path) == 1 {
		return t
	}
	v, ok := e.props[name]
	if !ok {
		to := e.links[name]
		if to == nil || len(path) == 1 {
			return nil
		}
		c, err := to()
		if err != nil || !c.single {
			return nil
		}
		p, err := c.list(options{top: 1})
		if err != nil || len(p.entities) == 0 {
			return nil
		}
		return p.entities[0].value(path[1:])
	}
	for _, step := range path[1:] {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[step]
	}
	return v
}

func (e *entity) to(name string) (*collection, error) {
	link, ok := e.links[name]
	if !ok {
		return nil, notFound()
	}
	return link()
}

// world is what is public, read once a request.
type world struct {
	s           *Service
	ctx         context.Context
	tx          *db.Tx
	things      []*entity
	streams     []*entity
	definitions map[observation.SeriesName]*observation.Definition
	series      map[int64]observation.Series
	thingOf     map[int64]*entity // by place
	streamOf    map[int64]*entity // by series
}

// maxSeries bounds what one request looks through.
const maxSeries = 50_000

func (s *Service) world(ctx context.Context, tx *db.Tx) (*world, error) {
	w := &world{s: s, ctx: ctx, tx: tx, definitions: map[observation.SeriesName]*observation.Definition{}, series: map[int64]observation.Series{},
		thingOf: map[int64]*entity{}, streamOf: map[int64]*entity{}}
	for _, d := range s.Observations.Definitions {
		if !d.Public {
			continue
		}
		w.definitions[d.Name] = d
		list, err := s.Observations.Named(ctx, tx, d.Name)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			if len(w.series) >= maxSeries {
				break
			}
			thing, err := w.thing(x)
			if err != nil {
				return nil, err
			}
			if thing == nil {
				continue
			}
			w.series[int64(x.ID)] = x
			stream := w.stream(d, x)
			w.streams = append(w.streams, stream)
			w.streamOf[int64(x.ID)] = stream
		}
	}
	byID := func(a, b *entity) int { return int(a.id.(int64) - b.id.(int64)) }
	slices.SortFunc(w.streams, byID)
	slices.SortFunc(w.things, byID)
	return w, nil
}

// thing is the entry of a series; nil: the public may not know of it.
func (w *world) thing(x observation.Series) (*entity, error) {
	place := int64(x.Place)
	if t, seen := w.thingOf[place]; seen {
		return t, nil
	}
	entry, public := Entry{Name: x.Key}, true
	if w.s.Entry != nil {
		var err error
		if entry, public, err = w.s.Entry(w.ctx, w.tx, x.Register, x.Key); err != nil {
			return nil, err
		}
	}
	if !public {
		w.thingOf[place] = nil
		return nil, nil
	}
	t := &entity{set: "Things", id: place, props: map[string]any{"name": entry.Name, "description": entry.About, "properties": map[string]any{"register": x.Register, "key": x.Key}}}
	streams := func() (*collection, error) {
		return w.memory("Datastreams", w.streamsWhere(func(s observation.Series) bool { return int64(s.Place) == place })), nil
	}
	location := func() (*collection, error) { return w.memory("Locations", w.located("Locations", t, entry)), nil }
	t.links = map[string]func() (*collection, error){"Datastreams": streams, "Locations": location}
	t.times = map[string]any{}
	w.thingOf[place] = t
	w.things = append(w.things, t)
	t.links["FeaturesOfInterest"] = func() (*collection, error) {
		return w.memory("FeaturesOfInterest", w.located("FeaturesOfInterest", t, entry)), nil
	}
	return t, nil
}

// located is where a thing is, as Location or as FeatureOfInterest; none where it has no point.
func (w *world) located(set string, t *entity, entry Entry) []*entity {
	if entry.Point == nil {
		return nil
	}
	e := &entity{set: set, id: t.id, props: map[string]any{"name": entry.Name, "description": entry.About, "encodingType": "application/geo+json"}}
	property := "location"
	if set == "FeaturesOfInterest" {
		property = "feature"
	} else {
		e.links = map[string]func() (*collection, error){"Things": func() (*collection, error) { return w.memory("Things", []*entity{t}), nil }}
	}
	e.props[property] = map[string]any{"type": "Point", "coordinates": []float64{entry.Point.Lon, entry.Point.Lat}}
	return []*entity{e}
}

const measurement = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"

func (w *world) stream(d *observation.Definition, x observation.Series) *entity {
	place := int64(x.Place)
	return &entity{set: "Datastreams", id: int64(x.ID),
		props: map[string]any{"name": d.Title, "description": d.Basis.String(), "observationType": measurement,
			"unitOfMeasurement": map[string]any{"name": x.Unit, "symbol": x.Unit, "definition": nil},
			"properties":        map[string]any{"series": string(x.Name), "kind": string(x.Kind), "address": x.Address()}},
		links: map[string]func() (*collection, error){
			"Thing":            func() (*collection, error) { return w.single("Things", w.thingOf[place]), nil },
			"Sensor":           func() (*collection, error) { return w.single("Sensors", w.sensor(d)), nil },
			"ObservedProperty": func() (*collection, error) { return w.single("ObservedProperties", w.property(d)), nil },
			"Observations":     func() (*collection, error) { return w.observations(d, x), nil },
		}}
}

func (w *world) sensor(d *observation.Definition) *entity {
	return &entity{set: "Sensors", id: string(d.Name), props: map[string]any{"name": d.Title, "description": d.Method, "encodingType": "text/plain", "metadata": d.Method},
		links: w.streamsOf(d)}
}

func (w *world) property(d *observation.Definition) *entity {
	definition := d.Item
	if definition == "" {
		definition = d.Factor
	}
	return &entity{set: "ObservedProperties", id: string(d.Name), props: map[string]any{"name": d.Title, "definition": definition, "description": ""}, links: w.streamsOf(d)}
}

func (w *world) streamsOf(d *observation.Definition) map[string]func() (*collection, error) {
	return map[string]func() (*collection, error){"Datastreams": func() (*collection, error) {
		return w.memory("Datastreams", w.streamsWhere(func(s observation.Series) bool { return s.Name == d.Name })), nil
	}}
}

func (w *world) streamsWhere(is func(observation.Series) bool) (out []*entity) {
	for _, e := range w.streams {
		if is(w.series[e.id.(int64)]) {
			out = append(out, e)
		}
	}
	return out
}

// collection is one of the root.
func (w *world) collection(name string) (*collection, error) {
	var list []*entity
	switch name {
	case "Things":
		list = w.things
	case "Datastreams":
		list = w.streams
	case "Locations", "FeaturesOfInterest":
		for _, t := range w.things {
			c, err := t.to(name)
			if err != nil {
				return nil, err
			}
			p, err := c.list(options{top: 1})
			if err != nil {
				return nil, err
			}
			list = append(list, p.entities...)
		}
	case "Sensors", "ObservedProperties":
		for _, d := range w.s.Observations.Definitions {
			if w.definitions[d.Name] == nil {
				continue
			}
			if name == "Sensors" {
				list = append(list, w.sensor(d))
			} else {
				list = append(list, w.property(d))
			}
		}
	case "Observations":
		return &collection{set: name, find: w.observation, list: func(options) (page, error) {
			return page{}, notDone("Ask for the observations of a datastream: /Datastreams(1)/Observations")
		}}, nil
	default:
		return nil, notFound()
	}
	return w.memory(name, list), nil
}

// memory is a collection of entities that are all there.
func (w *world) memory(set string, list []*entity) *collection {
	return &collection{set: set,
		list: func(o options) (page, error) {
			found := list
			if o.filter != nil {
				found = slices.DeleteFunc(slices.Clone(list), func(e *entity) bool { return !o.filter.holds(e) })
			}
			if len(o.order) > 0 {
				found = slices.Clone(found)
				slices.SortStableFunc(found, func(a, b *entity) int { return compareBy(o.order, a, b) })
			}
			p := page{total: len(found)}
			top := o.limit()
			from := min(o.skip, len(found))
			to := min(from+top, len(found))
			p.entities, p.more = found[from:to], to < len(found)
			return p, nil
		},
		find: func(id string) (*entity, error) {
			for _, e := range list {
				if text, ok := e.id.(string); ok && text == id || !ok && strconv.FormatInt(e.id.(int64), 10) == id {
					return e, nil
				}
			}
			return nil, notFound()
		}}
}

func (w *world) single(set string, e *entity) *collection {
	c := w.memory(set, []*entity{e})
	if e == nil {
		c = w.memory(set, nil)
	}
	c.single = true
	return c
}

func compareBy(by []order, a, b *entity) int {
	for _, o := range by {
		c, ok := order2(a.value(o.path), b.value(o.path))
		if !ok || c == 0 {
			continue
		}
		if o.desc {
			c = -c
		}
		return c
	}
	return 0
}

// limit is how many entities are wanted.
func (o *options) limit() int {
	switch {
	case o.top < 0:
		return 0
	case o.top == 0:
		return usualTop
	}
	return min(o.top, mostTop)
}

// isPhenomenonTime says that readings are wanted in the order of their time, and in which.
func (o *options) byTime() (desc bool, err error) {
	switch {
	case len(o.order) == 0:
		return false, nil
	case len(o.order) > 1 || strings.Join(o.order[0].path, "/") != "phenomenonTime" && strings.Join(o.order[0].path, "/") != "resultTime":
		return false, notDone("Observations are ordered by phenomenonTime only")
	}
	return o.order[0].desc, nil
}
