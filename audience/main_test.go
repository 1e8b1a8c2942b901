package audience

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/register"
)

const county = "990001"

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

const placesJSON = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"东镇","kind":"town"},"geometry":{"type":"Polygon","coordinates":[[[111.5,35.4],[111.6,35.4],[111.6,35.5],[111.5,35.5],[111.5,35.4]]]}},
{"type":"Feature","properties":{"name":"西镇","kind":"town"},"geometry":{"type":"Polygon","coordinates":[[[111.4,35.4],[111.5,35.4],[111.5,35.5],[111.4,35.5],[111.4,35.4]]]}},
{"type":"Feature","properties":{"name":"示例一村","kind":"village","town":"东镇"},"geometry":{"type":"Polygon","coordinates":[[[111.55,35.45],[111.56,35.45],[111.56,35.46],[111.55,35.46],[111.55,35.45]]]}},
{"type":"Feature","properties":{"name":"示例二村","kind":"village","town":"西镇"},"geometry":{"type":"Polygon","coordinates":[[[111.45,35.45],[111.46,35.45],[111.46,35.46],[111.45,35.46],[111.45,35.45]]]}}]}`

func places(t testing.TB) *register.Places {
	t.Helper()
	list, err := register.ParsePlaces([]byte(placesJSON))
	if err != nil {
		t.Fatal(err)
	}
	return &register.Places{List: list}
}

// story is a county with recipients, on a clock that the story sets.
type story struct {
	*testing.T
	db    *db.DB
	clock *dbtest.Clock
	a     *Audience
}

var (
	office   = Actor{Account: "bangong", Sees: true, Keeps: true}
	leader   = Actor{Account: "fuxianzhang", Sees: true, Exports: true}
	stranger = Actor{Account: "qita"}
)

// stories tells a story on both databases, from a night in July on.
func stories(t *testing.T, tell func(s *story)) {
	t.Helper()
	clock := dbtest.At("2023-07-10")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-07-10T20:00:00+08:00")
		tell(&story{t, d, clock, &Audience{County: county, Towns: []string{"东镇", "西镇"}, Places: places(t)}})
	})
}

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(ctx, do); err != nil {
		s.Fatal(err)
	}
}

// refused wants the write refused in that way, and nothing changed.
func (s *story) refused(kind ErrorKind, do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(ctx, do); KindOf(err) != kind {
		s.Fatalf("want kind %d, got %d: %v", kind, KindOf(err), err)
	}
}

func (s *story) put(source string, list ...Recipient) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		_, err := s.a.Put(ctx, tx, office, source, list, false)
		return err
	})
}

// told is whom Select tells, as "name channel:to why", in order; Count must say the same.
func (s *story) told(q Query) []string {
	s.Helper()
	var out []string
	names := map[ID]bool{}
	s.write(func(tx *db.Tx) error {
		for t, err := range s.a.Select(ctx, tx, q) {
			if err != nil {
				return err
			}
			names[t.Recipient] = true
			out = append(out, fmt.Sprintf("%s %s:%s %s", t.Name, t.Channel, t.To, t.Why))
		}
		return nil
	})
	n := s.count(q)
	if n.Told != len(names) {
		s.Errorf("Count says that %d are told, Select tells %d", n.Told, len(names))
	}
	return out
}

func (s *story) count(q Query) *Counts {
	s.Helper()
	n, err := s.a.Count(ctx, s.db, q)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *story) want(got []string, want ...string) {
	s.Helper()
	if !slices.Equal(got, want) {
		s.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// deeds are the deeds on the journal, oldest first.
func (s *story) deeds() (out []string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT who, what, subject, basis, detail FROM journal WHERE county = $1 ORDER BY seq`, county)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e journal.Entry
			if err := rows.Scan(&e.Who, &e.What, &e.Subject, &e.Basis, &e.Detail); err != nil {
				return err
			}
			out = append(out, strings.Join([]string{e.Who, e.What, e.Subject, e.Basis, e.Detail}, "|"))
		}
		return rows.Err()
	})
	return out
}

// phone is a recipient with a mobile.
func phone(key string, kind Kind, place Place, to string) Recipient {
	return Recipient{Key: key, Kind: kind, Name: key, Place: place, Addresses: []Address{{SMS, to}}}
}

func at(x, y float64) *XY { return &XY{X: int32(x * degree), Y: int32(y * degree)} }

var (
	east = Place{Town: "东镇", Village: "示例一村"}
	west = Place{Town: "西镇", Village: "示例二村"}
)
