package sensorthings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhixing/observation"
)

// maxScan bounds how many readings one request looks at, and maxBack how many of them one by one from the newest.
const (
	maxScan = 200_000
	maxBack = 5_000
)

var errEnough = errors.New("enough")

// observations are the readings of a series. What was missing at source is a reading without a result.
func (w *world) observations(d *observation.Definition, x observation.Series) *collection {
	return &collection{set: "Observations", find: w.observation, list: func(o options) (page, error) {
		desc, err := o.byTime()
		if err != nil {
			return page{}, err
		}
		from, to := between(o.filter)
		if desc {
			return w.backward(d, x, o, from, to)
		}
		p := page{total: -1}
		top, seen, scanned := o.limit(), 0, 0
		err = w.s.Observations.Each(w.ctx, w.tx, observation.Query{Series: x.ID, From: from, To: to, Limit: scanHint(o, top)}, func(r observation.Reading) error {
			if scanned++; scanned > maxScan {
				return bad("more than %d observations: bound phenomenonTime in $filter", maxScan)
			}
			e := w.reading(d, x, r)
			if o.filter != nil && !o.filter.holds(e) {
				return nil
			}
			switch seen++; {
			case seen <= o.skip:
			case len(p.entities) < top:
				p.entities = append(p.entities, e)
			default:
				p.more = true
				if !o.count {
					return errEnough
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return page{}, err
		}
		if o.count {
			p.total = seen
		}
		return p, nil
	}}
}

func scanHint(o options, top int) int {
	if o.count || o.filter != nil {
		return 0
	}
	return o.skip + top + 1
}

// backward reads from the newest, one by one: clients ask so for the last few.
func (w *world) backward(d *observation.Definition, x observation.Series, o options, from, to time.Time) (page, error) {
	p := page{total: -1}
	if to.IsZero() {
		to = w.tx.Now().Add(48 * time.Hour)
	}
	top, seen := o.limit(), 0
	for scanned := 0; len(p.entities) <= top; scanned++ {
		if scanned > maxBack {
			return page{}, bad("more than %d observations from the newest: bound phenomenonTime in $filter", maxBack)
		}
		r, ok, err := w.s.Observations.Before(w.ctx, w.tx, x.ID, to)
		if err != nil {
			return page{}, err
		}
		if !ok || r.At.Before(from) {
			break
		}
		to = r.At
		e := w.reading(d, x, r)
		if o.filter != nil && !o.filter.holds(e) {
			continue
		}
		if seen++; seen > o.skip {
			p.entities = append(p.entities, e)
		}
	}
	if len(p.entities) > top {
		p.entities, p.more = p.entities[:top], true
	}
	if o.count {
		all := o
		all.order, all.top, all.skip = nil, -1, 0
		c, err := w.observations(d, x).list(all)
		if err != nil {
			return page{}, err
		}
		p.total = c.total
	}
	return p, nil
}

// stamp is a time as answers have it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

func (w *world) reading(d *observation.Definition, x observation.Series, r observation.Reading) *entity {
	when := stamp(r.At)
	if end := x.Kind.End(r.At, d.Interval); end.After(r.At) {
		when += "/" + stamp(end)
	}
	e := &entity{set: "Observations", id: fmt.Sprintf("%d-%d", x.ID, r.At.UnixMicro()), props: map[string]any{"phenomenonTime": when, "resultTime": stamp(r.Recorded), "result": nil,
		"resultQuality": map[string]any{"flag": r.Flag.Code(), "state": string(r.State()), "belowDetectionLimit": r.Below && !r.Empty}},
		times: map[string]any{"phenomenonTime": r.At, "resultTime": r.Recorded},
		links: map[string]func() (*collection, error){
			"Datastream":        func() (*collection, error) { return w.single("Datastreams", w.streamOf[int64(x.ID)]), nil },
			"FeatureOfInterest": func() (*collection, error) { return w.feature(x) }}}
	if !r.Empty {
		e.props["result"] = r.Decimal
	}
	return e
}

func (w *world) feature(x observation.Series) (*collection, error) {
	c, err := w.thingOf[int64(x.Place)].to("FeaturesOfInterest")
	if err == nil {
		c.single = true
	}
	return c, err
}

// observation finds a reading by its id, 17-1695171600000000.
func (w *world) observation(id string) (*entity, error) {
	series, at, ok := strings.Cut(id, "-")
	n, err1 := strconv.ParseInt(series, 10, 64)
	us, err2 := strconv.ParseInt(at, 10, 64)
	x, public := w.series[n]
	if !ok || err1 != nil || err2 != nil || !public {
		return nil, notFound()
	}
	t := time.UnixMicro(us).UTC()
	list, _, err := w.s.Observations.Range(w.ctx, w.tx, observation.Query{Series: x.ID, From: t, To: t.Add(time.Microsecond)})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound()
	}
	return w.reading(w.definitions[x.Name], x, list[0]), nil
}
