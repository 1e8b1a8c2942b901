package sensorthings

import (
	"maps"
	"net/url"
	"strconv"
)

func (w *world) address(e *entity) string { return w.s.Base + "/" + e.set + "(" + idText(e.id) + ")" }

// one is an entity as JSON.
func (w *world) one(e *entity, o options) (any, error) {
	all := map[string]any{"@iot.id": e.id, "@iot.selfLink": w.address(e)}
	for name := range e.links {
		all[name+"@iot.navigationLink"] = w.address(e) + "/" + name
	}
	maps.Copy(all, e.props)
	if len(o.selected) > 0 {
		some := map[string]any{}
		for _, name := range o.selected {
			if name == "id" {
				name = "@iot.id"
			}
			if v, ok := all[name]; ok {
				some[name] = v
			} else if v, ok := all[name+"@iot.navigationLink"]; ok {
				some[name+"@iot.navigationLink"] = v
			}
		}
		all = some
	}
	for _, x := range o.expand {
		c, err := e.to(x.name)
		if err != nil {
			return nil, bad("%s has no %s to expand", e.set, x.name)
		}
		p, err := c.list(x.options)
		if err != nil {
			return nil, err
		}
		delete(all, x.name+"@iot.navigationLink")
		list := []any{}
		for _, inner := range p.entities {
			v, err := w.one(inner, x.options)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		switch {
		case c.single && len(list) > 0:
			all[x.name] = list[0]
		case c.single:
			all[x.name] = nil
		default:
			all[x.name] = list
			if x.count {
				all[x.name+"@iot.count"] = p.total
			}
			if p.more {
				all[x.name+"@iot.nextLink"] = w.address(e) + "/" + x.name + "?" + x.options.after(x.asked)
			}
		}
	}
	return all, nil
}

// many is a collection as JSON, with where to go on.
func (w *world) many(c *collection, o options, address string, query url.Values) (any, error) {
	p, err := c.list(o)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, e := range p.entities {
		v, err := w.one(e, o)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	out := map[string]any{"value": list}
	if o.count {
		out["@iot.count"] = p.total
	}
	if p.more && o.limit() > 0 {
		out["@iot.nextLink"] = address + "?" + o.after(query)
	}
	return out, nil
}

// after is the options of the next part: the same, but for $skip.
func (o *options) after(asked url.Values) string {
	next := maps.Clone(asked)
	if next == nil {
		next = url.Values{}
	}
	next.Set("$skip", strconv.Itoa(o.skip+o.limit()))
	return next.Encode()
}
