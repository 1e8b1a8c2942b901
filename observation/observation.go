// Package observation keeps what is measured: series (监测序列) and readings (读数), never edited, only superseded.
//
// A Definition is a quantity that a document orders to be measured at each entry of a register; a Series is one
// definition at one entry. Record takes readings in. The same value sent again is no change, another value for the same
// instant is a new version, and both versions stay:
//
//	o, err := observation.New("990101", definitions)
//	result, err := o.Record(ctx, tx, []observation.Reading{{Name: "outlet-cod", Key: "P1", At: at, Value: observation.Measured(sample)}})
//	result.Changed // what is new, also handed to o.Recorded in the same transaction, to be judged
//	result.Refused // what could not be taken, each with its sentence; the others are taken all the same
//
// Every period of a series is in one of these states, which are never mixed up: valid; invalid, a value came with a flag
// that says not to trust it; missing at source, the sender said that there is none; and a gap, nothing came to us.
// Only valid values count for means.
//
// Readings are stored by what came together: one row holds all that one place gave for one instant, as text that a
// person can read (decision 28). Latest values stand beside, one row a place. Writer commits the frames of a thousand
// devices in one transaction and tells each when its readings are on disk.
package observation

import (
	"context"
	"fmt"
	"time"

	"zhixing/db"
)

// Observations is the readings of one county under the definitions in force. It is safe for use by many goroutines; when
// the policies are loaded again it is replaced whole.
type Observations struct {
	County      string
	Definitions []*Definition

	// Recorded is called in the transaction of Record with what changed: new readings and new versions, by series and
	// time. An error undoes the whole transaction. nil: nobody judges.
	Recorded func(ctx context.Context, tx *db.Tx, changed []Reading) error
	// Known says whether the register has such an entry; nil: whatever is named exists.
	Known func(ctx context.Context, tx *db.Tx, register, key string) (bool, error)
	// Unwanted says in a sentence why an entry is to have no such series, the definition's When leaving it out. Empty: it is to
	// have one; nil: so has every entry.
	Unwanted func(ctx context.Context, tx *db.Tx, d *Definition, key string) (why string, err error)

	byName     map[SeriesName]*Definition
	byRegister map[string][]*Definition
	means      map[SeriesName][]*Definition // that are means of it
	cache      seriesCache
}

// New checks that the definitions fit together: names are used once, a mean is made of a series of the same register
// whose interval is known, and of shorter periods.
func New(county string, definitions []*Definition) (*Observations, error) {
	o := &Observations{County: county, Definitions: definitions, byName: map[SeriesName]*Definition{}, byRegister: map[string][]*Definition{},
		means: map[SeriesName][]*Definition{}}
	for _, d := range definitions {
		if other, ok := o.byName[d.Name]; ok {
			return nil, fmt.Errorf("%s:%d：监测项目“%s”已在 %s:%d 定义", d.File, d.LineNo, d.Name, other.File, other.LineNo)
		}
		if d.Kind.code() == 0 {
			return nil, fmt.Errorf("%s:%d：监测项目“%s”的 kind“%s”不认识，可写 realtime、minute、hour、day、month、sample", d.File, d.LineNo, d.Name, d.Kind)
		}
		o.byName[d.Name] = d
		o.byRegister[d.Register] = append(o.byRegister[d.Register], d)
	}
	for _, d := range definitions {
		if d.MeanOf == "" {
			continue
		}
		if err := o.checkMean(d); err != nil {
			return nil, err
		}
		o.means[d.MeanOf] = append(o.means[d.MeanOf], d)
	}
	return o, nil
}

// Definition finds a definition by its name; nil where there is none.
func (o *Observations) Definition(name SeriesName) *Definition { return o.byName[name] }

// DefinitionsOf are the definitions whose places are the entries of a register.
func (o *Observations) DefinitionsOf(register string) []*Definition { return o.byRegister[register] }

// ByFactor finds the definition of a register that devices send under an HJ 212 code, for one kind of data.
func (o *Observations) ByFactor(register, factor string, kind Kind) *Definition {
	for _, d := range o.byRegister[register] {
		if d.Factor == factor && d.Kind == kind {
			return d
		}
	}
	return nil
}

// SeriesID numbers a series in its county, PlaceID a place that has some.
type (
	SeriesID int64
	PlaceID  int64
)

// Series is one definition at one entry. A definition whose unit or kind is changed begins a new series; the old one stays
// with its readings.
type Series struct {
	ID       SeriesID
	Name     SeriesName
	Register string
	Key      string // of the entry
	Place    PlaceID
	Kind     Kind
	Unit     string
	Since    time.Time
	Ended    time.Time // the entry left, or no longer has such a series; zero: runs
}

// Address is what findings call the series: outlet-cod/P1.
func (s Series) Address() string { return string(s.Name) + "/" + s.Key }
