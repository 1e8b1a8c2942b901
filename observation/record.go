package observation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/quantity"
)

// Result is what became of the readings that Record was given.
type Result struct {
	Changed []Reading // new, or a new version, by series and time
	Same    int       // known already
	Refused []Refusal
}

// Refusal is a reading that was not taken, by its place in what was given.
type Refusal struct {
	Index   int
	Message string
}

// maxAhead is how far in the future a reading may be: a logger's clock runs wrong, but what is further is no reading of
// anything, and would hide every right one behind it.
const maxAhead = 24 * time.Hour

// Record takes readings in, in any order. A reading that cannot be taken is refused by itself, the others are taken. In the
// same transaction o.Recorded judges what changed.
//
// Readings of a series whose name or entry is not known yet begin it. One that an entry is not to have, by the register as it
// stands, is refused and not kept unjudged: whoever sends it hears why, a device's page shows it, and when the register is put
// right the same readings can be sent again. Of a series that has ended, what was measured before is taken.
func (o *Observations) Record(ctx context.Context, tx *db.Tx, readings []Reading) (Result, error) {
	r, err := o.record(ctx, tx, readings, false)
	return r, wrap("Record", err)
}

func (o *Observations) record(ctx context.Context, tx *db.Tx, readings []Reading, means bool) (Result, error) {
	w := recording{o: o, tx: tx, now: tx.Now(), groups: map[groupKey]*group{}, places: map[PlaceID]*place{}, series: map[SeriesID]Series{}}
	readings = slices.Clone(readings) // each is filled in
	for i := range readings {
		if err := w.add(ctx, i, &readings[i], means); err != nil {
			return Result{}, err
		}
	}
	if err := w.refuseEnded(ctx); err != nil {
		return Result{}, err
	}
	if err := w.loadPlaces(ctx); err != nil {
		return Result{}, err
	}
	w.result.Changed = make([]Reading, 0, len(readings))
	for _, key := range w.order {
		if err := w.merge(ctx, w.groups[key]); err != nil {
			return Result{}, err
		}
	}
	if err := w.store(ctx); err != nil {
		return Result{}, err
	}
	byTime(w.result.Changed)
	if o.Recorded != nil && len(w.result.Changed) > 0 {
		if err := o.Recorded(ctx, tx, w.result.Changed); err != nil {
			return Result{}, err
		}
	}
	return w.result, nil
}

// recording is one Record on its way.
type recording struct {
	o      *Observations
	tx     *db.Tx
	now    time.Time
	groups map[groupKey]*group
	order  []groupKey
	places map[PlaceID]*place
	result Result

	sets   bulk
	days   map[dayKey]bool
	means  map[meanKey]bool
	series map[SeriesID]Series
}

// group is what is given for one place and kind; sets of an instant are numbered by version.
type group struct {
	key  groupKey
	list []given
}

type groupKey struct {
	place PlaceID
	kind  int
}

type given struct {
	*Reading
	at    int64
	index int
}

type dayKey struct {
	groupKey
	day int64
}

type meanKey struct {
	mean  *Definition
	entry string
	start int64
}

func (w *recording) refuse(i int, message string) {
	w.result.Refused = append(w.result.Refused, Refusal{i, message})
}

// add checks a reading and puts it to its group.
func (w *recording) add(ctx context.Context, i int, r *Reading, means bool) error {
	s, d, err := w.o.resolve(ctx, w.tx, r)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			w.refuse(i, e.Message)
			return nil
		}
		return err
	}
	if why := check(r, d, w.now, means); why != "" {
		w.refuse(i, why)
		return nil
	}
	r.Series, r.Name, r.Key, r.Recorded, r.Late, r.Version = s.ID, s.Name, s.Key, w.now, false, 0
	r.At = r.At.UTC().Truncate(time.Microsecond)
	if d != nil && r.Flag == Normal && !r.Empty && outside(r.Decimal, d) {
		r.Flag = Outside
	}
	if _, known := w.series[s.ID]; !known {
		w.series[s.ID] = s
	}
	key := groupKey{s.Place, s.Kind.code()}
	g := w.groups[key]
	if g == nil {
		g = &group{key: key}
		w.groups[key] = g
		w.order = append(w.order, key)
	}
	g.list = append(g.list, given{r, db.Micros(r.At), i})
	return nil
}

// refuseEnded refuses what was measured after its series had ended.
func (w *recording) refuseEnded(ctx context.Context) error {
	ends, err := w.o.endsOf(ctx, w.tx, w.series)
	if err != nil || len(ends) == 0 {
		return err
	}
	for _, g := range w.groups {
		g.list = slices.DeleteFunc(g.list, func(r given) bool {
			end, ended := ends[r.Series]
			if !ended || r.Reading.At.Before(end) {
				return false
			}
			s := w.series[r.Series]
			w.refuse(r.index, fmt.Sprintf("“%s”的“%s”自 %s 起停用，不再收数；要收，请先改台账“%s”里的这个条目。", s.Key, w.o.title(s.Name), end.In(calendar.Zone).Format("2006-01-02 15:04"), s.Register))
			return true
		})
	}
	slices.SortFunc(w.result.Refused, func(a, b Refusal) int { return cmp.Compare(a.Index, b.Index) })
	return nil
}

func (o *Observations) title(name SeriesName) string {
	if d := o.byName[name]; d != nil {
		return d.Title
	}
	return string(name)
}

// resolve finds the series that a reading is of, and its definition, which is nil where no policy in force has it any more.
func (o *Observations) resolve(ctx context.Context, tx *db.Tx, r *Reading) (Series, *Definition, error) {
	if r.Series != 0 {
		s, err := o.SeriesByID(ctx, tx, r.Series)
		return s, o.byName[s.Name], err
	}
	d := o.byName[r.Name]
	if d == nil {
		return Series{}, nil, refuse(NotFound, "Record", "没有名为“%s”的监测项目。", r.Name)
	}
	s, err := o.open(ctx, tx, d, r.Key)
	return s, d, err
}

var earliest = time.Date(1949, 10, 1, 0, 0, 0, 0, time.UTC)

// check says why a reading cannot be taken; empty: it can.
func check(r *Reading, d *Definition, now time.Time, means bool) string {
	switch {
	case r.At.Before(earliest):
		return "没有写时间，或者时间不对。"
	case r.At.After(now.Add(maxAhead)):
		return "时间 " + r.At.In(calendar.Zone).Format("2006-01-02 15:04") + " 在一天以后，不收；请核对设备的时钟。"
	case flagWords[r.Flag] == "":
		return "数据标志不认识。"
	case len(r.Source) > 120 || !storable(string(r.Source)):
		return "来源过长，或者不是文字。"
	case r.Decimal.Coef() == math.MinInt64:
		return "数值过大。"
	case !means && d != nil && d.MeanOf != "":
		return "“" + d.Title + "”由系统按“" + string(d.MeanOf) + "”计算，不另收数。"
	}
	return ""
}

func outside(v quantity.Decimal, d *Definition) bool {
	return d.Low != nil && v.Cmp(*d.Low) < 0 || d.High != nil && v.Cmp(*d.High) > 0
}
