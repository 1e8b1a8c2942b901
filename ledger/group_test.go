package ledger_test

import (
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// TestAGroupsWorkFollowsThePost gives a duty to a leading group. Its member acts for it; when another takes over his post, the
// new holder finds the duty on his desk that day, and the old one has it no more.
func TestAGroupsWorkFollowsThePost(t *testing.T) {
	stories(t, func(s *story) {
		d := s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Enter(ctx, tx, by, ledger.Fields{Title: "联席会商", Lead: []string{"治气领导小组"}, Due: day("2023-12-20")}, ledger.Source{Words: "县政府常务会议"})
		})
		s.As("督查甲").confirm(d.ID)
		s.As("督查甲").issue(d.ID)
		s.As("县能源局").sign(d.ID)
		s.wantState(d.ID, ledger.Working)

		s.At("2023-10-16")
		s.write(func(tx *db.Tx) error {
			people, err := personnel.Persons(ctx, tx, county, "示例县能源局")
			if err != nil {
				return err
			}
			move := personnel.Move{Person: people[0].ID, Post: "县能源局/局长", On: day("2023-10-16"), Reason: "虚构"}
			if _, err := personnel.Remove(ctx, tx, s.led.Book, county, "ducha-jia", move); err != nil {
				return err
			}
			if move.Person, err = personnel.AddPerson(ctx, tx, county, "ducha-jia", "示例新局长", "虚构"); err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, county, "ducha-jia", move.Person, "xin"); err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, s.led.Book, county, "ducha-jia", move)
			return err
		})
		cast["新局长"] = [3]string{"xin", "县能源局", "局长"}
		defer delete(cast, "新局长")
		s.read(func(tx *db.Tx) error {
			desk, err := s.led.DeskOf(ctx, tx, s.As("新局长").actor(tx), calendar.DateOf(tx.Now()))
			if err != nil || desk.Working != 1 {
				t.Errorf("the new holder's desk: %+v, %v", desk, err)
			}
			return nil
		})
		s.As("新局长").report(d.ID, 20)
		_, err := s.As("县能源局").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) { return s.led.Of(ctx, tx, by, d.ID) })
		s.wantRefusal(err, ledger.NotAllowed, "")
	})
}
