package corpus

import (
	"context"
	"fmt"
	"slices"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
)

// The posts of every county, by their titles.
const (
	leaderTitle = "副县长"
	officeTitle = "督查专员"
	headTitle   = "主要负责人"
	memberTitle = "经办人"
)

// Members is how many persons of each unit report beside its head.
const Members = 3

func actor(account, unit, title string, role personnel.Role) ledger.Actor {
	return ledger.Actor{Account: account, Name: "示例" + account, Seats: []personnel.Seat{{Post: personnel.ID(unit, title), Unit: unit, Title: title, Role: role,
		Town: slices.Contains(towns, unit)}}}
}

// Office is somebody of the county office, from 0.
func Office(n int) ledger.Actor {
	return actor(fmt.Sprintf("ducha-%d", n), TheOffice, officeTitle, personnel.Office)
}

// Head is the head of a unit.
func Head(unit string) ledger.Actor {
	return actor(fmt.Sprintf("danwei-%02d", slices.Index(Units, unit)), unit, headTitle, personnel.Head)
}

// Member is one of the Members of a unit, from 0.
func Member(unit string, n int) ledger.Actor {
	return actor(fmt.Sprintf("danwei-%02d-%d", slices.Index(Units, unit), n), unit, memberTitle, personnel.Member)
}

// Reporters are all who may report, heads and members of every unit: 240 persons.
func Reporters() []ledger.Actor {
	var out []ledger.Actor
	for _, u := range Units {
		out = append(out, Head(u))
		for n := range Members {
			out = append(out, Member(u, n))
		}
	}
	return out
}

// People puts persons of a county on record, each in his post from the first day of 2023.
func People(ctx context.Context, d *db.DB, l *ledger.Ledger, persons ...ledger.Actor) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		for _, a := range persons {
			id, err := personnel.AddPerson(ctx, tx, l.County, "system", a.Name, "虚构")
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, l.County, "system", id, a.Account); err != nil {
				return err
			}
			move := personnel.Move{Person: id, Post: a.Seats[0].Post, On: first, Reason: "虚构"}
			if _, err := personnel.Appoint(ctx, tx, l.Book, l.County, "system", move); err != nil {
				return err
			}
		}
		return nil
	})
}
