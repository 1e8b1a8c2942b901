package account

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIdleAndWholeLimits(t *testing.T) {
	each(t, func(s *story) {
		tok, _ := s.settle("张三", Editor)
		s.clock.Advance(IdleLimit)
		_, err := s.SessionFrom(ctx, tok)
		s.must(err) // to the second
		s.clock.Advance(IdleLimit + time.Second)
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		if !strings.Contains(err.Error(), "30 分钟") {
			t.Error("does not say why:", err)
		}
		s.clock.Advance(-time.Minute) // it is gone, not only hidden
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)

		tok, _ = s.enter("张三", good, Ready)
		for range 36 { // at work the whole day
			s.clock.Advance(20 * time.Minute)
			_, err := s.SessionFrom(ctx, tok)
			s.must(err)
		}
		s.clock.Advance(time.Second)
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		if !strings.Contains(err.Error(), "12 小时") {
			t.Error("does not say why:", err)
		}
	})
}

func TestSeenIsWrittenOnceAMinute(t *testing.T) {
	each(t, func(s *story) {
		tok, first := s.settle("张三", Editor)
		s.clock.Advance(59 * time.Second)
		now, err := s.SessionFrom(ctx, tok)
		s.must(err)
		if !now.Seen.Equal(first.Seen) {
			t.Error("written after", now.Seen.Sub(first.Seen))
		}
		s.clock.Advance(time.Second)
		_, err = s.SessionFrom(ctx, tok)
		s.must(err)
		now, err = s.SessionFrom(ctx, tok)
		s.must(err)
		if !now.Seen.Equal(s.clock.Now().UTC()) {
			t.Error("not written:", now.Seen)
		}
	})
}

func TestHalfOpenSessionIsShort(t *testing.T) {
	each(t, func(s *story) {
		s.settle("签发乙", Publisher)
		tok, _ := s.enter("签发乙", good, NeedsCode)
		s.clock.Advance(PendingLimit + time.Second)
		_, err := s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		// The limit is for the code only: a session that is in lives on.
		tok, sess := s.enter("签发乙", good, NeedsCode)
		tok, _, err = s.CheckCode(ctx, sess, s.code("签发乙"))
		s.must(err)
		s.clock.Advance(PendingLimit + time.Second)
		_, err = s.SessionFrom(ctx, tok)
		s.must(err)
	})
}

func TestListAndEndSessions(t *testing.T) {
	each(t, func(s *story) {
		tok, mine := s.settle("张三", Editor)
		s.settle("李四", Editor)
		_, stranger := s.enter("李四", good, Ready)
		s.clock.Advance(time.Minute)
		phone, _, err := s.LogIn(ctx, "张三", good, Client{Addr: "2001:db8::1", Agent: "Mozilla/5.0 (Linux; Android 12) Chrome/106\x00" + strings.Repeat("长", 500)})
		s.must(err)
		s.clock.Advance(time.Minute)
		third, _ := s.enter("张三", good, Ready)

		list, err := s.Sessions(ctx, mine)
		s.must(err)
		if len(list) != 3 || list[0].Current || !list[2].Current || list[1].Client.Addr != "2001:db8::1" || list[1].Client.Browser() != "Chrome（安卓）" || len(list[1].Client.Agent) > 256 {
			t.Fatalf("%+v", list)
		}
		s.refused(s.EndSession(ctx, mine, stranger.ID), ErrNotFound) // not his
		s.must(s.EndSession(ctx, mine, list[1].ID))
		_, err = s.SessionFrom(ctx, phone)
		s.refused(err, ErrNotLogged)
		s.must(s.EndOthers(ctx, mine))
		_, err = s.SessionFrom(ctx, third)
		s.refused(err, ErrNotLogged)
		mine, err = s.SessionFrom(ctx, tok)
		s.must(err)
		s.must(s.LogOut(ctx, mine))
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		s.refused(s.LogOut(ctx, mine), ErrNotFound)
		if all := strings.Join(s.history(), "\n"); strings.Contains(all, string(tok)) || !strings.Contains(all, "张三 account.logout account/张三 来自 192.0.2.7") {
			t.Error(all)
		}
	})
}

func TestTokens(t *testing.T) {
	each(t, func(s *story) {
		tok, _ := s.settle("张三", Editor)
		if len(tok) != 43 {
			t.Error(len(tok))
		}
		for _, bad := range []Token{"", "x", tok[:42], tok + "A", Token(strings.Repeat("A", 43)), Token(tok.hash()), Token(strings.Repeat("长", 14) + "A")} {
			_, err := s.SessionFrom(ctx, bad)
			s.refused(err, ErrNotLogged)
		}
	})
}

func TestNobodyCanNothing(t *testing.T) {
	var nobody *Session
	for _, p := range []Permission{DraftDocuments, PublishDocuments, ManageUsers, ReadJournal, ReportProgress} {
		if nobody.Can(p) || (&Session{}).Can(p) || (&Session{Stage: Ready}).Can(p) {
			t.Error("the public may", p)
		}
		for _, stage := range []Stage{NeedsCode, NeedsPassword, NeedsEnrolment, ""} {
			if (&Session{Stage: stage, User: User{Active: true, Roles: Roles}}).Can(p) {
				t.Error("a session at", stage, "may", p)
			}
		}
	}
	if nobody.Actor("x") != (Actor{}) || (&Session{Stage: NeedsCode, User: User{Name: "张三"}}).Actor("x") != (Actor{}) {
		t.Error("a half-open session acts")
	}
}

// TestWhoMayWhat is the whole table of rights.
func TestWhoMayWhat(t *testing.T) {
	all := []Permission{DraftDocuments, PublishDocuments, ManageUsers, ReadJournal, ReportProgress}
	for role, want := range map[Role][]Permission{
		Administrator: {ManageUsers, ReadJournal},
		Editor:        {DraftDocuments},
		Publisher:     {DraftDocuments, PublishDocuments},
		UnitMember:    {ReportProgress},
		"":            nil,
	} {
		var got []Permission
		for _, p := range all {
			if Can(User{Active: true, Roles: []Role{role}}, p) {
				got = append(got, p)
			}
			if Can(User{Active: false, Roles: []Role{role}}, p) {
				t.Errorf("a disabled %s may %s", role, p)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s may %v, want %v", role, got, want)
		}
	}
}

func TestBrowserNames(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/106.0.0.0 Safari/537.36":               "Chrome（Windows）",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0":         "Edge（Windows）",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/93.0 Safari/537.36 UOS":                          "统信浏览器（Linux）",
		"Mozilla/5.0 (Linux; Android 12; X) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107 Mobile MicroMessenger/8.0.33": "微信（安卓）",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) Version/16.0 Mobile/15E148 Safari/604.1":                                "Safari（iPhone）",
		"": "其他浏览器",
	} {
		if got := (Client{Agent: agent}).Browser(); got != want {
			t.Errorf("%s: %s, want %s", agent, got, want)
		}
	}
}
