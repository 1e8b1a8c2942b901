package notice

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// A thousand clocks that say the same thing at once make one notice.
func TestOneKeyOneNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var fresh atomic.Int64
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				var first bool
				err := d.Write(ctx, func(tx *db.Tx) (err error) {
					first, err = Put(ctx, tx, county, aNotice("due/1"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if first {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if fresh.Load() != 1 {
			t.Errorf("%d of a thousand were fresh, want one", fresh.Load())
		}
	})
}

// The notice goes with the deed: what is rolled back tells nobody.
func TestNoDeedNoNotice(t *testing.T) {
	stories(t, "2023-10-27", func(s *story) {
		s.mails("jia")
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if _, err := Put(ctx, tx, county, aNotice("due/1")); err != nil {
				return err
			}
			return refuse(Conflict, "test", "不行")
		})
		if KindOf(err) != Conflict {
			s.Fatal(err)
		}
		s.pass()
		s.put(aNotice("due/1")) // and its key is free
		s.pass("jia due/1")
	})
}

func TestPutRefuses(t *testing.T) {
	for name, spoil := range map[string]func(n *Notice){
		"nobody":                 func(n *Notice) { n.To = To{} },
		"two at once":            func(n *Notice) { n.To.Post = "县长" },
		"roles of a post":        func(n *Notice) { n.To = To{Post: "县长", Roles: []string{"head"}} },
		"a role with a blank":    func(n *Notice) { n.To.Roles = []string{"head member"} },
		"no key":                 func(n *Notice) { n.Key = "" },
		"no kind":                func(n *Notice) { n.Kind = "" },
		"no subject":             func(n *Notice) { n.Subject = "" },
		"two lines of subject":   func(n *Notice) { n.Subject = "一\r\nBcc: a@example.org" },
		"a long subject":         func(n *Notice) { n.Subject = strings.Repeat("长", maxSubject+1) },
		"a long text":            func(n *Notice) { n.Text = strings.Repeat("长", maxText) },
		"a zero byte":            func(n *Notice) { n.Text = "a\x00b" },
		"not UTF-8":              func(n *Notice) { n.Subject = "\xff" },
		"another grade":          func(n *Notice) { n.Grade = "特急" },
		"a page elsewhere":       func(n *Notice) { n.Path = "https://example.org/" },
		"a page elsewhere again": func(n *Notice) { n.Path = "//example.org/" },
	} {
		t.Run(name, func(t *testing.T) {
			n := aNotice("k")
			spoil(&n)
			if k := KindOf(n.check()); k != Invalid && k != TooLarge {
				t.Errorf("got %v, want a refusal", n.check())
			}
		})
	}
	if err := aNotice("k").check(); err != nil {
		t.Error(err)
	}
}

func TestPause(t *testing.T) {
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360}
	for i, w := range want {
		if got := pause(i + 1); got != w*time.Minute {
			t.Errorf("after %d tries %s, want %s", i+1, got, w*time.Minute)
		}
	}
}
