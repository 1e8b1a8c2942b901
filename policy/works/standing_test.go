package works

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/personnel"
	"zhixing/policy"

	"zhixing/policy/policytest"
)

// A warning to a post goes to whoever holds it when it goes out, to his stand-in while he is on leave, and to the number of a list only
// where nobody is appointed; the page says which of it.
func TestAWarningFollowsThePost(t *testing.T) {
	ctx := context.Background()
	folder := policytest.Storm(t)
	folder["posts.yaml"].Data = append(folder["posts.yaml"].Data, "  - { for: [town], ending: [镇], title: 镇长, role: head, seats: 1 }\n  - { for: [town], ending: [镇], title: 副镇长, role: head, seats: 0 }\n"...)
	c, problems, _ := policy.Lint(folder)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	town := townNames(&c)[0]
	const start = "2031-07-01"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		code := string(c.Place.Code)
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		write := func(act func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		persons := map[string]int64{}
		appoint := func(name, title, on string) {
			t.Helper()
			write(func(tx *db.Tx) (err error) {
				if persons[name] == 0 {
					if persons[name], err = personnel.AddPerson(ctx, tx, code, "test", name, ""); err != nil {
						return err
					}
				}
				day, _ := calendar.ParseDate(on)
				_, err = personnel.Appoint(ctx, tx, c.Book, code, "test", personnel.Move{Person: persons[name], Post: personnel.ID(town, title), On: day, Reason: "虚构"})
				return err
			})
		}
		remove := func(name, title, on string) {
			t.Helper()
			write(func(tx *db.Tx) error {
				day, _ := calendar.ParseDate(on)
				_, err := personnel.Remove(ctx, tx, c.Book, code, "test", personnel.Move{Person: persons[name], Post: personnel.ID(town, title), On: day, Reason: "虚构"})
				return err
			})
		}
		phone := func(name, number string) {
			t.Helper()
			write(func(tx *db.Tx) error { return personnel.SetPhone(ctx, tx, code, "test", persons[name], number) })
		}
		row := func(key, name, title, village, number string) audience.Recipient {
			return audience.Recipient{Key: key, Kind: audience.Post, Name: name, Place: audience.Place{Town: town, Village: village}, Roles: []string{title},
				Addresses: []audience.Address{{Channel: audience.SMS, To: number}, {Channel: audience.Mail, To: key + "@example.org"}}}
		}
		write(func(tx *db.Tx) error {
			_, err := w.Audience.Put(ctx, tx, audience.System, "import:名册", []audience.Recipient{
				row("1", "示例甲", "镇长", "", "13800000001"), row("2", "示例村长", "村长", "示例村", "13800000002"), row("3", "示例丙", "副镇长", "", "13800000003")}, true)
			return err
		})
		var ids []audience.ID
		write(func(tx *db.Tx) (err error) {
			ids, err = w.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{Towns: []string{town}}, Level: audience.Red})
			return err
		})
		// want is where the posts of the list are told, and how the page says that was found.
		want := func(when, told string, words ...string) {
			t.Helper()
			var got []string
			write(func(tx *db.Tx) error {
				for x, err := range w.Audience.Targets(ctx, tx, ids, audience.Red) {
					if err != nil {
						return err
					}
					got = append(got, fmt.Sprint(x.Name, " ", x.To))
				}
				for i, id := range ids {
					r, err := w.Audience.ByID(ctx, tx, id)
					if err != nil {
						return err
					}
					s, err := w.Standing(ctx, tx, *r)
					if err != nil {
						return err
					}
					if i < len(words) && s.Words != words[i] {
						t.Errorf("%s: %q, want %q", when, s.Words, words[i])
					}
				}
				return nil
			})
			if x := strings.Join(got, "；"); x != told {
				t.Errorf("%s: %s, want %s", when, x, told)
			}
		}
		const village = "；示例村长 13800000002；示例村长 2@example.org"
		const deputy = "；示例丙 13800000003；示例丙 3@example.org"
		want("nobody is appointed", "示例甲 13800000001；示例甲 1@example.org"+village+deputy, "无人任职，用名单上的号码", "村级没有任免记录，用名单上的号码", "无人任职，用名单上的号码")
		appoint("示例甲", "镇长", "2031-01-01")
		want("he has no number of his own", "示例甲 13800000001；示例甲 1@example.org"+village+deputy, "现任示例甲，没有登记手机，用名单上的号码")
		phone("示例甲", "13800000011")
		want("he has", "示例甲 13800000011；示例甲 1@example.org"+village+deputy, "现任示例甲")

		remove("示例甲", "镇长", "2031-07-02")
		appoint("示例乙", "镇长", "2031-07-02")
		phone("示例乙", "13800000012")
		want("the day before", "示例甲 13800000011；示例甲 1@example.org"+village+deputy)
		clock.Set("2031-07-02")
		want("another holds the post", "示例乙 13800000012"+village+deputy, "现任示例乙")
		phone("示例乙", "")
		want("who has no number", strings.TrimPrefix(village+deputy, "；"), "现任示例乙，没有登记手机；名单上是示例甲的号码，不发")
		phone("示例乙", "13800000012")

		// Who is on leave is told by his stand-in, here a village head of the list; then he is told himself again.
		leave := func(person, standIn callup.PersonID) (id int64) {
			write(func(tx *db.Tx) (err error) {
				id, err = w.Callup.AddLeave(ctx, tx, "test", callup.Leave{Person: person, StandIn: standIn, From: clock.Now(), To: clock.Now().Add(48 * time.Hour), Reason: "学习"})
				return err
			})
			return id
		}
		b := callup.PersonID(fmt.Sprintf("person/%d", persons["示例乙"]))
		id := leave(b, callup.PersonID(fmt.Sprintf("recipient/%d", ids[1])))
		want("he is on leave", "示例村长 13800000002；示例村长 2@example.org"+deputy, "示例乙请假，示例村长代")
		write(func(tx *db.Tx) error { return w.Callup.EndLeave(ctx, tx, "test", id) })
		want("he is back", "示例乙 13800000012"+village+deputy)
		appoint("示例丁", "副镇长", "2031-07-01")
		phone("示例丁", "13800000014")
		id = leave(callup.PersonID(fmt.Sprintf("recipient/%d", ids[1])), callup.PersonID(fmt.Sprintf("person/%d", persons["示例丁"])))
		want("the village head is on leave", "示例乙 13800000012；示例丁 13800000014", "现任示例乙", "示例村长请假，示例丁代", "现任示例丁")
		write(func(tx *db.Tx) error { return w.Callup.EndLeave(ctx, tx, "test", id) })
		phone("示例丁", "")
		want("one of several, without a number", "示例乙 13800000012"+village+deputy, "现任示例乙", "村级没有任免记录，用名单上的号码", "现任示例丁，没有登记手机，用名单上的号码")
		phone("示例丁", "13800000014")
		want("one of several", "示例乙 13800000012"+village+"；示例丁 13800000014", "现任示例乙")

		// The row that follows the record is told once, though the list has the post too.
		write(func(tx *db.Tx) error { return w.FollowPosts(ctx, tx) })
		write(func(tx *db.Tx) (err error) {
			ids, err = w.Audience.Who(ctx, tx, audience.Query{Area: audience.Area{Towns: []string{town}}, Level: audience.Red})
			return err
		})
		want("both sources", "示例乙 13800000012"+village+"；示例丁 13800000014")
		if !slices.IsSorted(ids) || len(ids) != 4 {
			t.Errorf("%v", ids)
		}
	})
}
