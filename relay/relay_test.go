package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// platform is an upper platform that answers as it is told and keeps what it took.
type platform struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	keys   []string
	took   []Item
	seen   map[string]bool
	auth   string
}

func newPlatform(t *testing.T) *platform {
	p := &platform{status: 200, seen: map[string]bool{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		key := r.Header.Get("Idempotency-Key")
		p.keys, p.auth = append(p.keys, key), r.Header.Get("Authorization")
		if p.status != 200 {
			w.WriteHeader(p.status)
			return
		}
		var parcel Parcel
		if err := json.Unmarshal(b, &parcel); err != nil {
			t.Error(err)
		}
		if !p.seen[key] {
			p.took = append(p.took, parcel.Items...)
		}
		p.seen[key] = true
		fmt.Fprintf(w, `{"receipt":"收讫 %d"}`, len(p.seen))
	}))
	t.Cleanup(p.Close)
	return p
}

func story(t *testing.T, tell func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform)) {
	clock := dbtest.At("2023-10-30T08:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2023-10-30T08:00:00+08:00")
		p := newPlatform(t)
		tell(t, d, clock, &Relay{County: "100000", Destinations: map[string]Destination{"甲市平台": {p.URL, "secret"}}, Sends: []*Send{
			{ID: "online", Title: "在线数据联网", Series: []observation.SeriesName{"cod"}, Registers: []register.Name{"plants"}, To: "甲市平台"},
			{ID: "nowhere", Title: "没有配置地址的", Series: []observation.SeriesName{"cod"}, To: "乙市平台"},
		}}, p)
	})
}

func record(t *testing.T, d *db.DB, r *Relay, n int) {
	t.Helper()
	var list []observation.Reading
	for i := range n {
		at := time.Date(2023, 10, 30, 0, 0, i, 0, time.UTC)
		list = append(list, observation.Reading{Name: "cod", Key: "P1", At: at, Value: observation.Measured(quantity.Sample{Decimal: quantity.MustParse("61.0")}), Version: 1},
			observation.Reading{Name: "ph", Key: "P1", At: at, Value: observation.Measured(quantity.Sample{Decimal: quantity.MustParse("7")}), Version: 1})
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		return r.Recorded(ctx, tx, list, func(observation.SeriesName) string { return "mg/L" })
	}); err != nil {
		t.Fatal(err)
	}
}

func carry(t *testing.T, d *db.DB, r *Relay, want int) {
	t.Helper()
	n, err := r.Carry(ctx, d)
	if err != nil || n != want {
		t.Fatalf("carried %d, %v; want %d", n, err, want)
	}
}

func stand(t *testing.T, d *db.DB, r *Relay, send int) (s Standing) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) error {
		all, err := r.Standings(ctx, tx)
		s = all[send]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// What the platform cannot take now it gets later, in order, each thing once, and the receipt is kept.
func TestOrderAndReceipts(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform) {
		carry(t, d, r, 0)
		p.status = 503
		record(t, d, r, 700)
		carry(t, d, r, 0)
		carry(t, d, r, 0) // its pause has not passed
		if len(p.keys) != 1 || p.auth != "Bearer secret" {
			t.Fatalf("asked %q with %q", p.keys, p.auth)
		}
		s := stand(t, d, r, 0)
		if s.Waiting != 700 || s.Delivered != 0 || s.Open == nil || s.Open.Reason != "平台答复 HTTP 503" || s.Open.Tries != 1 || !s.Configured {
			t.Fatalf("%+v %+v", s, s.Open)
		}
		record(t, d, r, 1)
		p.status = 200
		clock.Set("2023-10-30T08:00:10+08:00")
		carry(t, d, r, 1)
		carry(t, d, r, 1)
		carry(t, d, r, 0)
		s = stand(t, d, r, 0)
		if s.Waiting != 0 || s.Delivered != 701 || s.Open != nil || s.Last.Receipt != "收讫 2" || len(s.Last.Hash) != 64 {
			t.Fatalf("%+v %+v", s, s.Last)
		}
		for i, x := range p.took {
			if x.N != int64(i+1) || x.Subject != "cod/P1" {
				t.Fatalf("item %d: %+v", i, x)
			}
		}
		if len(p.took) != 701 || p.keys[0] != p.keys[1] || string(p.took[0].Body) != `{"value":"61.0","unit":"mg/L","flag":"N"}` || p.took[0].At != "2023-10-30T08:00:00+08:00" {
			t.Fatalf("%d items, keys %q, first %s %s", len(p.took), p.keys, p.took[0].Body, p.took[0].At)
		}
		if s := stand(t, d, r, 1); s.Waiting != 701 || s.Configured || s.Open != nil {
			t.Fatalf("without an address: %+v", s)
		}
		queued, delivered := int64(0), int64(0)
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			queued, delivered, err = r.ItemsOf(ctx, tx, "online", "cod/P1")
			return err
		}); err != nil || queued != 701 || delivered != 701 {
			t.Fatal(queued, delivered, err)
		}
	})
}

// A process that dies between the post and the receipt posts the same batch again under the same key.
func TestCutOff(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform) {
		record(t, d, r, 3)
		if err := d.Write(ctx, func(tx *db.Tx) error { _, _, err := leaseBatch(ctx, tx, r.County, "online"); return err }); err != nil {
			t.Fatal(err) // and no word of how it went
		}
		carry(t, d, r, 0)
		clock.Set("2023-10-30T08:02:00+08:00")
		carry(t, d, r, 1)
		if len(p.took) != 3 || p.keys[0] != "100000/online/1" {
			t.Fatal(len(p.took), p.keys)
		}
	})
}

// A batch that the platform will never take is given up by a person with a reason; what follows goes on.
func TestDrop(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform) {
		p.status = 422
		record(t, d, r, 2)
		carry(t, d, r, 0)
		drop := func(why string) error {
			return d.Write(ctx, func(tx *db.Tx) error { return r.Drop(ctx, tx, "示例账号", "online", 1, why) })
		}
		if err := drop(""); err == nil || !strings.Contains(err.Error(), "写明") {
			t.Error(err)
		}
		if err := drop("平台来函说明不收历史数据"); err != nil {
			t.Error(err)
		}
		if err := drop("再来一次"); err == nil {
			t.Error("dropped twice")
		}
		p.status = 200
		record(t, d, r, 1)
		carry(t, d, r, 1)
		if len(p.took) != 1 || p.took[0].N != 3 {
			t.Error(p.took)
		}
	})
}

// Private fields do not leave, not even to a platform of the state.
func TestEntriesWithoutPrivateFields(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform) {
		schema := &register.Schema{Name: "plants", Fields: []register.Field{{Name: "名称", Type: register.Text}, {Name: "联系人", Type: register.Person}, {Name: "密级", Type: register.Text, Private: true}}}
		after := &register.Entry{Register: "plants", Key: "A", State: "在用", Values: register.Values{"名称": "甲厂", "联系人": "示例甲", "密级": "内部"}}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return r.Changed(ctx, tx, register.Change{Schema: schema, After: after, Record: register.Record{What: register.Added, At: tx.Now()}})
		}); err != nil {
			t.Fatal(err)
		}
		carry(t, d, r, 1)
		if b := string(p.took[0].Body); !strings.Contains(b, "甲厂") || strings.Contains(b, "示例甲") || strings.Contains(b, "内部") {
			t.Error(b)
		}
	})
}

// Two servers on one database post nothing twice under different keys.
func TestTwoCarriers(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, r *Relay, p *platform) {
		record(t, d, r, 1200)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 6 {
					if _, err := r.Carry(ctx, d); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if len(p.took) != 1200 || len(p.keys) != 3 {
			t.Errorf("%d items in %d posts", len(p.took), len(p.keys))
		}
	})
}
