package notice

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	dbtest.Main(m)
}

var ctx = context.Background()

const county = "100000"

func aNotice(key string) Notice {
	return Notice{To: To{Unit: "甲局", Roles: []string{"head"}}, Kind: "due", Subject: "任务将到期", Text: "请于2023年10月31日前填报。",
		Path: "/duty/1", About: "duty/1", Basis: "甲政办发〔2023〕1号 一(1)", Key: key}
}

// story is a county with a clock, offices with their holders, and what was sent outside. Every step is taken by a courier of its
// own, as after a restart.
type story struct {
	*testing.T
	db      *db.DB
	clock   *dbtest.Clock
	config  Config
	mu      sync.Mutex
	holders map[string][]Person // by unit, post or account
	answer  func(parcel) error  // of the channels; nil: they take everything
	sent    []parcel
	log     bytes.Buffer
}

// stories tells a story on both databases.
func stories(t *testing.T, from string, tell func(s *story)) {
	t.Helper()
	clock := dbtest.At(from)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(from)
		tell(&story{T: t, db: d, clock: clock, holders: map[string][]Person{"甲局": {{"jia", "示例甲"}}},
			config: Config{Site: "https://gov.example.cn", Mail: &Mail{}}})
	})
}

func officeHours(t testing.TB) (open func(time.Time) bool, next func(time.Time) time.Time) {
	h, err := calendar.ParseHours("08:00-12:00 14:30-18:00")
	if err != nil {
		t.Fatal(err)
	}
	w := calendar.National()
	return func(at time.Time) bool { return h.Open(w, at) }, func(at time.Time) time.Time { return h.Next(w, at) }
}

func (s *story) courier() *Courier {
	open, next := officeHours(s)
	return &Courier{DB: s.db, County: county, Config: s.config, Open: open, Next: next, Logger: slog.New(slog.NewTextHandler(&s.log, nil)),
		Recipients: func(_ context.Context, _ *db.Tx, _ string, to To, _ calendar.Date) ([]Person, error) {
			if to.Unit == "坏局" {
				return nil, errors.New("the table of units is broken")
			}
			return slices.Clone(s.holders[to.Unit+to.Post+to.Account]), nil
		},
		send: func(_ context.Context, p parcel) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.answer != nil {
				if err := s.answer(p); err != nil {
					return err
				}
			}
			s.sent = append(s.sent, p)
			return nil
		}}
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	s.must(s.db.Write(ctx, do))
}

func (s *story) put(n Notice) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		fresh, err := Put(ctx, tx, county, n)
		if err == nil && !fresh {
			err = fmt.Errorf("%s was there already", n.Key)
		}
		return err
	})
}

// mails turns e-mail on for an account.
func (s *story) mails(account string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		return SetPreference(ctx, tx, county, account, Preference{account + "@example.org", []Choice{{"", ByEmail, true}}})
	})
}

// at sets the clock, lets a new courier make a pass, and wants these to have been sent in it, as "account key".
func (s *story) at(when string, want ...string) {
	s.Helper()
	s.clock.Set(when)
	s.pass(want...)
}

func (s *story) pass(want ...string) {
	s.Helper()
	s.sent = nil
	n, err := s.courier().Once(ctx, s.clock.Now())
	s.must(err)
	if strings.Contains(s.log.String(), "@") {
		s.Fatalf("the log shows an address: %s", &s.log)
	}
	var got []string
	for _, p := range s.sent {
		who, _, _ := strings.Cut(p.email, "@")
		got = append(got, strings.TrimSpace(who+p.target+" "+p.Key))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || n != len(want) {
		s.Fatalf("at %s: sent %q (%d), want %q", s.clock.Now().In(calendar.Zone).Format("2006-01-02 15:04"), got, n, want)
	}
}

// inbox wants the account's inbox to hold these keys, unread ones before "|", in order.
func (s *story) inbox(account string, want string) {
	s.Helper()
	var got []string
	read := false
	s.must(s.db.Read(ctx, func(tx *db.Tx) error {
		list, _, err := Inbox(ctx, tx, county, account, InboxQuery{})
		for _, m := range list {
			if !m.Read.IsZero() && !read {
				got, read = append(got, "|"), true
			}
			got = append(got, m.Key)
		}
		return err
	}))
	if strings.Join(got, " ") != want {
		s.Fatalf("inbox of %s: %q, want %q", account, got, want)
	}
}

func (s *story) deliveries(q DeliveryQuery) (list []Delivery) {
	s.Helper()
	s.must(s.db.Read(ctx, func(tx *db.Tx) (err error) {
		list, _, err = Deliveries(ctx, tx, county, q)
		return err
	}))
	return list
}

func (s *story) tally() (t Tally) {
	s.Helper()
	s.must(s.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = Count(ctx, tx, county)
		return err
	}))
	return t
}

type wordDecoder = mime.WordDecoder

func base64Lines(r io.Reader) io.Reader { return base64.NewDecoder(base64.StdEncoding, r) }
