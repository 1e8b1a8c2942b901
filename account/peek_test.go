package account

import (
	"testing"
	"time"
)

// A page that asks by itself must not keep its person logged in.
func TestPeekKeepsNobodyLoggedIn(t *testing.T) {
	each(t, func(s *story) {
		tok, _ := s.settle("张三", Editor)
		for range 3 {
			s.clock.Advance(10 * time.Minute)
			got, err := s.Peek(ctx, tok)
			s.must(err)
			if got.User.Name != "张三" || got.Stage != Ready {
				t.Errorf("%+v", got)
			}
		}
		s.clock.Advance(time.Second)
		_, err := s.Peek(ctx, tok)
		s.refused(err, ErrNotLogged)
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		_, err = s.Peek(ctx, Token("x"))
		s.refused(err, ErrNotLogged)
	})
}
