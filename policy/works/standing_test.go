package works

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/personnel"

	"zhixing/policy/policytest"
)

// A warning to a post goes to whoever holds it when it goes out, to his stand-in while he is on leave, and to the number of a list only
// where nobody is appointed; the page says which of it.
func TestAWarningFollowsThePost(t *testing.T) {
	folder := policytest.Storm(t)
	folder["posts.yaml"].Data = append(folder["posts.yaml"].Data, "  - { for: [town], ending: [镇], title: 镇长, role: head, seats: 1 }\n  - { for: [town], ending: [镇], title: 副镇长, role: head, seats: 0 }\n"...)
	stories(t, folder, "2031-07-01", func(s *story) {
		town := townNames(s.c)[0]
		appoint := func(name, title, on string) { s.Helper(); s.appoint(name, personnel.ID(town, title), on) }
		row := func(key, name, title, village, number string) audience.Recipient {
			return audience.Recipient{Key: key, Kind: audience.Post, Name: name, Place: audience.Place{Town: town, Village: village}, Roles: []string{title},
				Addresses: []audience.Address{{Channel: audience.SMS, To: number}, {Channel: audience.Mail, To: key + "@example.org"}}}
		}
		s.write(func(tx *db.Tx) error {
			_, err := s.Audience.Put(ctx, tx, audience.System, "import:名册", []audience.Recipient{
				row("1", "示例甲", "镇长", "", "13800000001"), row("2", "示例村长", "村长", "示例村", "13800000002"), row("3", "示例丙", "副镇长", "", "13800000003")}, true)
			return err
		})
		var ids []audience.ID
		s.write(func(tx *db.Tx) (err error) {
			ids, err = s.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{Towns: []string{town}}, Level: audience.Red})
			return err
		})
		// want is where the posts of the list are told, and how the page says that was found.
		want := func(when, told string, words ...string) {
			s.Helper()
			var got []string
			s.write(func(tx *db.Tx) error {
				for x, err := range s.Audience.Targets(ctx, tx, ids, audience.Red) {
					if err != nil {
						return err
					}
					got = append(got, fmt.Sprint(x.Name, " ", x.To))
				}
				for i, id := range ids {
					r, err := s.Audience.ByID(ctx, tx, id)
					if err != nil {
						return err
					}
					x, err := s.Standing(ctx, tx, *r)
					if err != nil {
						return err
					}
					if i < len(words) && x.Words != words[i] {
						s.Errorf("%s: %q, want %q", when, x.Words, words[i])
					}
				}
				return nil
			})
			if x := strings.Join(got, "；"); x != told {
				s.Errorf("%s: %s, want %s", when, x, told)
			}
		}
		const village = "；示例村长 13800000002；示例村长 2@example.org"
		const deputy = "；示例丙 13800000003；示例丙 3@example.org"
		want("nobody is appointed", "示例甲 13800000001；示例甲 1@example.org"+village+deputy, "无人任职，用名单上的号码", "村级没有任免记录，用名单上的号码", "无人任职，用名单上的号码")
		appoint("示例甲", "镇长", "2031-01-01")
		want("he has no number of his own", "示例甲 13800000001；示例甲 1@example.org"+village+deputy, "现任示例甲，没有登记手机，用名单上的号码")
		s.phone("示例甲", "13800000011")
		want("he has", "示例甲 13800000011；示例甲 1@example.org"+village+deputy, "现任示例甲")

		s.remove("示例甲", personnel.ID(town, "镇长"), "2031-07-02")
		appoint("示例乙", "镇长", "2031-07-02")
		s.phone("示例乙", "13800000012")
		want("the day before", "示例甲 13800000011；示例甲 1@example.org"+village+deputy)
		s.clock.Set("2031-07-02")
		want("another holds the post", "示例乙 13800000012"+village+deputy, "现任示例乙")
		s.phone("示例乙", "")
		want("who has no number", strings.TrimPrefix(village+deputy, "；"), "现任示例乙，没有登记手机；名单上是示例甲的号码，不发")
		s.phone("示例乙", "13800000012")

		// Who is on leave is told by his stand-in, here a village head of the list; then he is told himself again.
		leave := func(person, standIn callup.PersonID) (id int64) {
			s.write(func(tx *db.Tx) (err error) {
				id, err = s.Callup.AddLeave(ctx, tx, "test", callup.Leave{Person: person, StandIn: standIn, From: s.clock.Now(), To: s.clock.Now().Add(48 * time.Hour), Reason: "学习"})
				return err
			})
			return id
		}
		b := callup.PersonID(fmt.Sprintf("person/%d", s.persons["示例乙"]))
		id := leave(b, callup.PersonID(fmt.Sprintf("recipient/%d", ids[1])))
		want("he is on leave", "示例村长 13800000002；示例村长 2@example.org"+deputy, "示例乙请假，示例村长代")
		s.write(func(tx *db.Tx) error { return s.Callup.EndLeave(ctx, tx, "test", id) })
		want("he is back", "示例乙 13800000012"+village+deputy)
		appoint("示例丁", "副镇长", "2031-07-01")
		s.phone("示例丁", "13800000014")
		id = leave(callup.PersonID(fmt.Sprintf("recipient/%d", ids[1])), callup.PersonID(fmt.Sprintf("person/%d", s.persons["示例丁"])))
		want("the village head is on leave", "示例乙 13800000012；示例丁 13800000014", "现任示例乙", "示例村长请假，示例丁代", "现任示例丁")
		s.write(func(tx *db.Tx) error { return s.Callup.EndLeave(ctx, tx, "test", id) })
		s.phone("示例丁", "")
		want("one of several, without a number", "示例乙 13800000012"+village+deputy, "现任示例乙", "村级没有任免记录，用名单上的号码", "现任示例丁，没有登记手机，用名单上的号码")
		s.phone("示例丁", "13800000014")
		want("one of several", "示例乙 13800000012"+village+"；示例丁 13800000014", "现任示例乙")

		// The row that follows the record is told once, though the list has the post too.
		s.write(func(tx *db.Tx) error { return s.FollowPosts(ctx, tx) })
		s.write(func(tx *db.Tx) (err error) {
			ids, err = s.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{Towns: []string{town}}, Level: audience.Red})
			return err
		})
		want("both sources", "示例乙 13800000012"+village+"；示例丁 13800000014")
		if !slices.IsSorted(ids) || len(ids) != 4 {
			s.Errorf("%v", ids)
		}
	})
}
