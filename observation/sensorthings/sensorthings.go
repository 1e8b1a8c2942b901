// Package sensorthings answers as an OGC SensorThings API 1.1 service does, reading only: dashboards and telephones that speak it
// see the county's public series without being told anything of us.
//
// A Thing is an entry of a register at which something public is measured, a Datastream one of its series, an ObservedProperty and
// a Sensor are its definition, a FeatureOfInterest is the entry again, and an Observation is a reading: its result the value,
// its resultQuality the flag and the state, its phenomenonTime the instant, or for hour, day and month data the interval.
//
//	s := &sensorthings.Service{Base: "https://gov.example.cn/sta/v1.1", Observations: o, Entry: entryOf}
//	status, body := s.Get(ctx, tx, "/Datastreams(17)/Observations", url.Values{"$top": {"1"}, "$orderby": {"phenomenonTime desc"}})
//
// What clients use is there: collections and single entities, navigation, $top, $skip, $count, $orderby, $select, $filter, nested
// $expand, and nextLinks that keep all options. Observations are asked for by their Datastream. What is asked beyond that is
// refused with 501 and a sentence, never answered in part.
package sensorthings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/observation"
)

// Service is the county's public series as SensorThings shows them.
type Service struct {
	Base         string // address of the root, without a slash at its end
	Observations *observation.Observations
	// Entry is what is public of an entry; false: nothing is, and then nothing is told of its series. nil: its key alone.
	Entry func(ctx context.Context, tx *db.Tx, register, key string) (Entry, bool, error)
}

// Entry is what the public may know of a place.
type Entry struct {
	Name, About string
	Point       *Point // nil: has none
}

// Point is in degrees, WGS 84.
type Point struct{ Lon, Lat float64 }

// fault is an error with its status.
type fault struct {
	status  int
	message string
}

func (f *fault) Error() string { return f.message }

func bad(format string, args ...any) error {
	return &fault{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func notFound() error { return &fault{http.StatusNotFound, "Nothing found."} }

func notDone(format string, args ...any) error {
	return &fault{http.StatusNotImplemented, fmt.Sprintf(format, args...)}
}

// Get answers a request: path is what stands behind the root. The body is JSON.
func (s *Service) Get(ctx context.Context, tx *db.Tx, path string, query url.Values) (status int, body []byte) {
	answer, err := s.get(ctx, tx, path, query)
	if err != nil {
		f := &fault{http.StatusInternalServerError, "Something went wrong here."}
		errors.As(err, &f)
		status = f.status
		answer = map[string]any{"code": f.status, "type": "error", "message": f.message}
	} else {
		status = http.StatusOK
	}
	body, err = json.Marshal(answer)
	if err != nil {
		return http.StatusInternalServerError, []byte(`{"code":500,"type":"error"}`)
	}
	return status, append(body, '\n')
}

func (s *Service) get(ctx context.Context, tx *db.Tx, path string, query url.Values) (any, error) {
	path = strings.Trim(path, "/")
	if path == "" {
		return s.root(), nil
	}
	opt, err := readQuery(query)
	if err != nil {
		return nil, err
	}
	w, err := s.world(ctx, tx)
	if err != nil {
		return nil, err
	}
	segments, err := splitPath(path)
	if err != nil {
		return nil, err
	}
	// From the first collection along the navigation.
	c, err := w.collection(segments[0].name)
	if err != nil {
		return nil, err
	}
	for i, seg := range segments {
		var e *entity
		if c.single {
			if seg.id != "" {
				return nil, notFound()
			}
			list, err := c.list(options{top: 1})
			if err != nil {
				return nil, err
			}
			if len(list.entities) == 0 {
				return nil, notFound()
			}
			e = list.entities[0]
		} else if seg.id != "" {
			if e, err = c.find(seg.id); err != nil {
				return nil, err
			}
		}
		last := i == len(segments)-1
		switch {
		case last && e != nil:
			return w.one(e, opt)
		case last:
			return w.many(c, opt, s.Base+"/"+path, query)
		case e == nil:
			return nil, bad("%s needs an id before /%s", seg.name, segments[i+1].name)
		}
		if c, err = e.to(segments[i+1].name); err != nil {
			return nil, err
		}
	}
	return nil, notFound()
}

var collections = []string{"Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "FeaturesOfInterest", "Observations"}

func (s *Service) root() any {
	type link struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	var list []link
	for _, c := range collections {
		list = append(list, link{c, s.Base + "/" + c})
	}
	return map[string]any{"value": list, "serverSettings": map[string]any{"conformance": []string{
		"http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel", "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
		"http://www.opengis.net/spec/iot_sensing/1.1/req/request-data"}}}
}

// segment is Things(1).
type segment struct{ name, id string }

func splitPath(path string) ([]segment, error) {
	var out []segment
	for part := range strings.SplitSeq(path, "/") {
		name, rest, has := strings.Cut(part, "(")
		seg := segment{name: name}
		if has {
			id, ok := strings.CutSuffix(rest, ")")
			if !ok || id == "" {
				return nil, bad("an id is written in brackets: %s(1)", name)
			}
			if text, quoted := strings.CutPrefix(id, "'"); quoted {
				id = strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
			}
			seg.id = id
		}
		if strings.HasPrefix(name, "$") {
			return nil, notDone("%s is not answered here", name)
		}
		out = append(out, seg)
	}
	if len(out) > 6 {
		return nil, bad("the path is too long")
	}
	return out, nil
}

// idText is an id as it stands in addresses: numbers plain, texts in quotes.
func idText(id any) string {
	switch v := id.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return "'" + url.PathEscape(strings.ReplaceAll(v, "'", "''")) + "'"
	}
	return fmt.Sprint(id)
}
