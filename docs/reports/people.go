package main

import (
	"context"
	"errors"
	"fmt"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy"
)

// person is one who reports: signed in, with a duty that his unit leads.
type person struct {
	token account.Token
	duty  ledger.ID
}

func ledgerOf(c policy.County) *ledger.Ledger {
	return &ledger.Ledger{County: string(c.Place.Code), Office: c.Office, Government: c.Government, Rules: *c.Rules, Book: c.Book, Demo: true}
}

// prepare puts so many persons into the posts of members that any number may hold, unit after unit, and gives each a
// session and a duty of his unit that is issued and signed for.
func prepare(ctx context.Context, d *db.DB, c policy.County, n int) ([]person, error) {
	var posts []personnel.Post
	var office personnel.Post
	for _, p := range c.Book.Posts() {
		switch {
		case p.Role == personnel.Member && p.Seats == 0:
			posts = append(posts, p)
		case p.Role == personnel.Office:
			office = p
		}
	}
	if len(posts) == 0 || office.ID == "" {
		return nil, errors.New("the county has no posts for this")
	}
	accounts := account.Open(d, string(c.Place.Code), account.Options{})
	by := ledger.Actor{Account: "ducha", Seats: []personnel.Seat{{Post: office.ID, Unit: office.Unit, Title: office.Title, Role: office.Role}}}
	var out []person
	for i := range n {
		name, post := fmt.Sprintf("yanshi-%03d", i), posts[i%len(posts)]
		console := account.Operator("load")
		u, _, err := accounts.Create(ctx, console, account.NewUser{Name: name, Unit: post.Unit, Roles: []string{string(account.UnitMember)}})
		if err == nil {
			err = accounts.AllowSingleSignOn(ctx, console, u.Name, true)
		}
		if err != nil {
			return nil, err
		}
		var p person
		id := account.Identity{Issuer: "https://load.example", Subject: name, Username: name}
		if p.token, _, err = accounts.LogInAs(ctx, id, account.Client{Addr: "127.0.0.1", Agent: "load"}); err != nil {
			return nil, err
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			if err := seat(ctx, tx, c, name, post.ID); err != nil {
				return err
			}
			p.duty, err = order(ctx, tx, c, by, name, post)
			return err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func seat(ctx context.Context, tx *db.Tx, c policy.County, name string, post personnel.PostID) error {
	code := string(c.Place.Code)
	id, err := personnel.AddPerson(ctx, tx, code, "ducha", "示例"+name, "虚构")
	if err != nil {
		return err
	}
	if err := personnel.BindAccount(ctx, tx, code, "ducha", id, name); err != nil {
		return err
	}
	_, err = personnel.Appoint(ctx, tx, c.Book, code, "ducha", personnel.Move{Person: id, Post: post, On: calendar.DateOf(tx.Now()).AddDays(-1), Reason: "虚构"})
	return err
}

// order enters, confirms and issues a duty of the unit, and signs for it.
func order(ctx context.Context, tx *db.Tx, c policy.County, by ledger.Actor, name string, post personnel.Post) (ledger.ID, error) {
	l := ledgerOf(c)
	f := ledger.Fields{Title: "逐村核对台账（虚构）", Lead: []string{post.Unit}, Due: calendar.DateOf(tx.Now()).AddDays(300)}
	d, err := l.Enter(ctx, tx, by, f, ledger.Source{Words: "压力测试（虚构）"})
	if err == nil {
		d, err = l.Confirm(ctx, tx, by, d.ID, 0, nil, "")
	}
	if err == nil {
		d, err = l.Issue(ctx, tx, by, d.ID)
	}
	if err == nil {
		who := ledger.Actor{Account: name, Seats: []personnel.Seat{{Post: post.ID, Unit: post.Unit, Title: post.Title, Role: post.Role}}}
		d, err = l.Sign(ctx, tx, who, d.ID, "")
	}
	if err != nil {
		return 0, err
	}
	return d.ID, nil
}

// onRecord looks for every report that was acknowledged.
func onRecord(ctx context.Context, d *db.DB, c policy.County, people []person, sent []sending) error {
	l := ledgerOf(c)
	have := map[string]int{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		for _, p := range people {
			steps, err := l.StepsOf(ctx, tx, p.duty)
			if err != nil {
				return err
			}
			for _, s := range steps {
				if s.What == ledger.DidReport {
					have[s.Once]++
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	refused, missing := 0, 0
	for _, s := range sent {
		switch {
		case s.err != nil:
			if refused++; refused <= 3 {
				fmt.Println("refused:", s.err)
			}
		case have[s.once] != 1:
			missing++
		}
	}
	fmt.Printf("%d refused, %d acknowledged and not on record exactly once\n", refused, missing)
	if refused+missing > 0 {
		return errors.New("reports were refused or lost")
	}
	return nil
}
