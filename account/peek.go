package account

import (
	"context"
	"errors"

	"zhixing/db"
)

// Peek finds the session of a token without noting that it was seen: what a page asks by itself, while nobody touches it,
// must not keep its person logged in.
func (a *Accounts) Peek(ctx context.Context, t Token) (*Session, error) {
	if len(t) != 43 {
		return nil, errNoSession
	}
	var s *Session
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = a.findSession(ctx, tx, t.hash())
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, errNoSession
	case err != nil:
		return nil, wrap("Peek", err)
	case !a.usable(s.User):
		return nil, errNoSession
	case s.overdue(a.db.Now()) != "":
		return nil, &Refusal{Kind: NotLogged, Message: s.overdue(a.db.Now())}
	}
	return s, nil
}
