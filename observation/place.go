package observation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
)

// place is the row of a place as Record works on it.
type place struct {
	id     PlaceID
	heard  int64
	silent []SeriesID
	latest []latest
}

// latest is the newest value of a series of the place.
type latest struct {
	series SeriesID
	kind   int
	at     int64 // microseconds
	value  string
}

// kindLetters are the kinds in the text of latest values, by their codes.
const kindLetters = " rmhdos"

func (p *place) text() string {
	var b []byte
	for _, l := range p.latest {
		if len(b) > 0 {
			b = append(b, ';')
		}
		b = append(b, kindLetters[l.kind])
		b = strconv.AppendInt(b, int64(l.series), 10)
		b = append(b, '@')
		b = strconv.AppendInt(b, l.at, 10)
		b = append(b, '=')
		b = append(b, l.value...)
	}
	return string(b)
}

func parseLatest(s string) ([]latest, error) {
	if s == "" {
		return nil, nil
	}
	out := make([]latest, 0, strings.Count(s, ";")+1)
	for s != "" {
		part, rest, _ := strings.Cut(s, ";")
		name, value, ok := strings.Cut(part, "=")
		id, at, ok2 := strings.Cut(name, "@")
		if !ok || !ok2 || len(id) < 2 {
			return nil, fmt.Errorf("observation: a stored latest value reads %q", part)
		}
		series, err := strconv.ParseInt(id[1:], 10, 64)
		us, err2 := strconv.ParseInt(at, 10, 64)
		kind := strings.IndexByte(kindLetters, id[0])
		if err != nil || err2 != nil || kind < 1 {
			return nil, fmt.Errorf("observation: a stored latest value reads %q", part)
		}
		out = append(out, latest{SeriesID(series), kind, us, value})
		s = rest
	}
	return out, nil
}

func (p *place) of(id SeriesID) *latest {
	for i := range p.latest {
		if p.latest[i].series == id {
			return &p.latest[i]
		}
	}
	return nil
}

// newest is the newest instant of a kind at the place; nothing is stored after it.
func (p *place) newest(kind int) (at int64, ok bool) {
	for _, l := range p.latest {
		if l.kind == kind && (!ok || l.at > at) {
			at, ok = l.at, true
		}
	}
	return at, ok
}

// see takes a value that was recorded. One that was taken back stays as the latest, for newest says that nothing is stored
// after it; who asks for the latest value looks further then.
func (p *place) see(s Series, at int64, v Value) {
	l := p.of(s.ID)
	if l == nil {
		p.latest = append(p.latest, latest{series: s.ID, kind: s.Kind.code()})
		l = &p.latest[len(p.latest)-1]
	} else if at < l.at {
		return
	}
	l.at, l.value = at, v.String()
}

func (p *place) isSilent(id SeriesID) bool { return slices.Contains(p.silent, id) }

func (p *place) silentText() string {
	texts := make([]string, len(p.silent))
	for i, id := range p.silent {
		texts[i] = strconv.FormatInt(int64(id), 10)
	}
	return strings.Join(texts, " ")
}

func parseSilent(s string) (out []SeriesID, err error) {
	for _, word := range strings.Fields(s) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("observation: stored silent series read %q", s)
		}
		out = append(out, SeriesID(id))
	}
	return out, nil
}

// end is when the period of the latest value is over, or when it came, whichever is earlier: a device whose clock runs
// ahead is not heard any longer for that.
func (p *place) end(d *Definition, l *latest) time.Time {
	end := d.Kind.End(db.FromMicros(l.at), d.Interval)
	if heard := db.FromMicros(p.heard); heard.Before(end) {
		return heard
	}
	return end
}
