package works

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/personnel"

	"zhixing/policy/policytest"
)

// Whoever holds a post that a ladder of calls names is called at his own number: from the day on which he takes it, at another number once
// he enters that, and no longer once he has left. What an imported list has for the post stands back, and what it has of somebody else is
// not called in his name.
func TestThePostFollowsItsHolder(t *testing.T) {
	folder := policytest.Storm(t)
	folder["posts.yaml"].Data = append(folder["posts.yaml"].Data, "  - { for: [town], ending: [镇], title: 镇长, role: head, seats: 1 }\n"...)
	stories(t, folder, "2031-07-01", func(s *story) {
		town := townNames(s.c)[0]
		post, ok := s.c.Book.Find(town, "镇长")
		if !ok {
			s.Fatal("the town has no 镇长")
		}
		appoint := func(name, on string) { s.Helper(); s.appoint(name, post.ID, on) }
		// want is who is called for the post, whom the audience has of source posts, and what the page of rosters says is missing.
		want := func(when, called, rows, gaps string) {
			s.Helper()
			s.tick()
			var a, b, g []string
			s.write(func(tx *db.Tx) error {
				list, err := s.seatHolders(ctx, tx, callup.Seat{Place: callup.Place{Town: town}, Post: "镇长"}, tx.Now())
				if err != nil {
					return err
				}
				for _, p := range list {
					a = append(a, p.Name+" "+p.Addresses["sms"])
				}
				posts, err := s.Audience.Posts(ctx, tx, audience.Area{Towns: []string{town}})
				if err != nil {
					return err
				}
				for _, r := range posts {
					if r.Source == audience.SourcePosts {
						b = append(b, r.Name+" "+r.Addresses[0].To)
					}
				}
				missing, err := s.PostGaps(ctx, tx)
				for _, x := range missing {
					if x.ID == post.ID {
						g = append(g, strings.TrimSpace(fmt.Sprint(x.Name, " ", x.Other)))
					}
				}
				return err
			})
			for _, x := range []struct {
				what, want string
				got        []string
			}{{"called", called, a}, {"rows", rows, b}, {"gaps", gaps, g}} {
				slices.Sort(x.got)
				for i := range x.got {
					x.got[i] = strings.TrimSpace(x.got[i])
				}
				if got := strings.Join(x.got, "；"); got != x.want || len(x.got) > 0 != (x.want != "") && x.what != "gaps" {
					s.Errorf("%s: %s: %q, want %q", when, x.what, got, x.want)
				}
			}
			if vacant := len(g) == 1 && g[0] == ""; strings.HasPrefix(when, "vacant") != vacant {
				s.Errorf("%s: gaps %q", when, g)
			}
		}
		want("vacant", "", "", "")
		appoint("示例甲", "2031-01-01")
		want("no number", "示例甲", "", "示例甲")
		s.write(func(tx *db.Tx) error {
			_, err := s.Audience.Put(ctx, tx, audience.System, "import:名单", []audience.Recipient{{Key: "1", Kind: audience.Post, Name: "示例甲", Place: audience.Place{Town: town}, Roles: []string{"镇长"},
				Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000009"}}}}, true)
			return err
		})
		want("the list has one under his name", "示例甲 13800000009", "", "")
		s.phone("示例甲", "138 0000 0001")
		want("his own", "示例甲 13800000001", "示例甲 13800000001", "")
		s.phone("示例甲", "13800000002")
		want("another", "示例甲 13800000002", "示例甲 13800000002", "")

		s.remove("示例甲", post.ID, "2031-07-03")
		appoint("示例乙", "2031-07-03")
		want("the day before", "示例甲 13800000002", "示例甲 13800000002", "")
		s.clock.Set("2031-07-03")
		want("the list has his predecessor", "示例乙", "", "示例乙 示例甲")
		s.phone("示例乙", "13800000003")
		want("the new one", "示例乙 13800000003", "示例乙 13800000003", "")
		s.phone("示例乙", "")
		want("no number any more", "示例乙", "", "示例乙 示例甲")
		s.phone("示例乙", "13800000003")
		s.write(func(tx *db.Tx) error { // the duty telephone of the post is his who holds it, until he has his own
			_, err := s.Audience.Put(ctx, tx, audience.System, "import:名单", []audience.Recipient{{Key: "1", Kind: audience.Post, Name: "镇长值班手机", Place: audience.Place{Town: town}, Roles: []string{"镇长"},
				Addresses: []audience.Address{{Channel: audience.SMS, To: "13800000008"}}}}, true)
			return err
		})
		want("before the post's own", "示例乙 13800000003", "示例乙 13800000003", "")
		s.phone("示例乙", "")
		want("the post's own", "示例乙 13800000008", "", "")
		s.write(func(tx *db.Tx) error {
			err := personnel.SetPhone(ctx, tx, s.code(), "test", s.persons["示例乙"], "12345")
			if personnel.KindOf(err) != personnel.Invalid {
				s.Errorf("a number that is none: %v", err)
			}
			return nil
		})
		var said string
		s.write(func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT min(detail) FROM journal WHERE what = 'personnel.phone' AND detail LIKE '%0001'`).Scan(&said)
		})
		if said != "登记叫应手机138****0001" {
			s.Errorf("the journal says %q", said)
		}
	})
}
