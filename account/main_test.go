package account

import (
	"context"
	"errors"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

const county = "100000"

// cheap is a password hash that does not slow the tests down.
var cheap = cost{memory: 64, time: 1, lanes: 1}

// story is a county with a clock, told in steps that must succeed.
type story struct {
	*Accounts
	t     *testing.T
	clock *dbtest.Clock
	admin Actor
}

// each tells a story on both databases.
func each(t *testing.T, tell func(s *story)) {
	t.Helper()
	clock := dbtest.At("2024-03-05")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2024-03-05")
		tell(newStory(t, d, clock, Options{}))
	})
}

func newStory(t *testing.T, d *db.DB, clock *dbtest.Clock, o Options) *story {
	a := Open(d, county, o)
	a.hash.cost = cheap
	return &story{Accounts: a, t: t, clock: clock, admin: Operator("root")}
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) refused(err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) {
		s.t.Fatalf("got %v, want a refusal of kind %d", err, want.(*Refusal).Kind)
	}
}

const good = "春风又绿江南岸之夜" + "9"

var home = Client{Addr: "192.0.2.7", Agent: "Mozilla/5.0 (Windows NT 10.0) Chrome/93.0"}

// hire makes an account with the one-time password, and gives that.
func (s *story) hire(name string, roles ...Role) string {
	s.t.Helper()
	n := NewUser{Name: name}
	for _, r := range roles {
		n.Roles = append(n.Roles, string(r))
		if r == UnitMember {
			n.Unit = "县能源局"
		}
	}
	_, once, err := s.Create(ctx, s.admin, n)
	s.must(err)
	return once
}

// enter logs in and wants the stage.
func (s *story) enter(name, password string, want Stage) (Token, *Session) {
	s.t.Helper()
	tok, sess, err := s.LogIn(ctx, name, password, home)
	s.must(err)
	if sess.Stage != want {
		s.t.Fatalf("%s: stage %s, want %s", name, sess.Stage, want)
	}
	return tok, sess
}

// settle takes a new user all the way in with the password good, and gives the session.
func (s *story) settle(name string, roles ...Role) (Token, *Session) {
	s.t.Helper()
	tok, sess := s.enter(name, s.hire(name, roles...), NeedsPassword)
	tok, sess, err := s.ChangePassword(ctx, sess, "", good)
	s.must(err)
	if sess.Stage == NeedsEnrolment {
		_, err := s.Enrolment(ctx, sess)
		s.must(err)
		_, tok, sess, err = s.Enrol(ctx, sess, s.pendingCode(name), "")
		s.must(err)
	}
	if sess.Stage != Ready {
		s.t.Fatal("not ready:", sess.Stage)
	}
	return tok, sess
}

func (s *story) rec(name string) (r record) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = s.load(ctx, tx, Name(name))
		return err
	}))
	return r
}

// code is what the phone of the user shows now; pendingCode before it is confirmed.
func (s *story) code(name string) string {
	return hotp(s.rec(name).secret, step(s.clock.Now()), digits)
}

func (s *story) pendingCode(name string) string {
	return hotp(s.rec(name).pending, step(s.clock.Now()), digits)
}

// history is the journal in short lines, the oldest first, and must be whole.
func (s *story) history() (lines []string) {
	s.t.Helper()
	_, err := journal.Verify(ctx, s.db, county)
	s.must(err)
	s.must(s.db.Read(ctx, func(tx *db.Tx) error {
		recs, _, err := journal.List(ctx, tx, county, journal.Query{Limit: journal.MaxLimit})
		for _, r := range recs {
			lines = append([]string{strings.TrimSpace(r.Who + " " + r.What + " " + r.Subject + " " + r.Detail)}, lines...)
		}
		return err
	}))
	return lines
}
