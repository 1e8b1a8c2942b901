package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
)

func TestStageIsARule(t *testing.T) {
	once := time.Unix(1, 0)
	pub, ed := []Role{Publisher}, []Role{Editor}
	for _, c := range []struct {
		u     User
		via   string
		shown bool
		want  Stage
	}{
		{User{Roles: ed}, ByPassword, false, Ready},
		{User{Roles: ed, OneTimeUntil: once}, ByPassword, false, NeedsPassword},
		{User{Roles: ed, SecondFactor: true}, ByPassword, false, NeedsCode}, // chosen freely, and then it counts
		{User{Roles: ed, SecondFactor: true}, ByPassword, true, Ready},
		{User{Roles: ed, SecondFactor: true, OneTimeUntil: once}, ByPassword, false, NeedsCode},
		{User{Roles: ed, SecondFactor: true, OneTimeUntil: once}, ByPassword, true, NeedsPassword},
		{User{Roles: pub, OneTimeUntil: once}, ByPassword, false, NeedsPassword},
		{User{Roles: pub}, ByPassword, false, NeedsEnrolment},
		{User{Roles: []Role{Administrator}}, ByPassword, false, NeedsEnrolment},
		{User{Roles: pub, SecondFactor: true}, ByPassword, false, NeedsCode},
		{User{Roles: pub, SecondFactor: true}, ByPassword, true, Ready},
		{User{Roles: ed, OneTimeUntil: once}, ByOIDC, false, Ready}, // the password was not used
		{User{Roles: pub}, ByOIDC, false, NeedsEnrolment},
		{User{Roles: []Role{UnitMember}}, ByPassword, false, Ready},
	} {
		if got := StageOf(c.u, c.via, c.shown); got != c.want {
			t.Errorf("%v via %s, shown %v: %s, want %s", c.u, c.via, c.shown, got, c.want)
		}
	}
}

func TestFirstAdministratorComesInStepByStep(t *testing.T) {
	each(t, func(s *story) {
		u, once, err := s.FirstAdministrator(ctx)
		s.must(err)
		if u.Name != "admin" || len(once) != 19 {
			t.Fatal(u, once)
		}
		if _, again, err := s.FirstAdministrator(ctx); again != "" || err != nil {
			t.Error("a second first administrator:", again, err)
		}
		tok, sess := s.enter("ADMIN", once, NeedsPassword)
		if sess.Can(ManageUsers) || sess.Can(ReadJournal) {
			t.Error("rights with a one-time password")
		}
		_, _, err = s.ChangePassword(ctx, sess, "", "short")
		s.refused(err, ErrInvalid)
		_, _, err = s.ChangePassword(ctx, sess, "", once)
		s.refused(err, ErrInvalid)
		tok2, sess, err := s.ChangePassword(ctx, sess, "", good)
		s.must(err)
		if sess.Stage != NeedsEnrolment || sess.Can(ManageUsers) {
			t.Fatal(sess.Stage)
		}
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged) // the old token is worth nothing
		e, err := s.Enrolment(ctx, sess)
		s.must(err)
		again, err := s.Enrolment(ctx, sess)
		s.must(err)
		if e != again || !strings.Contains(e.URI, strings.ReplaceAll(e.Secret, " ", "")) {
			t.Error("the page loaded twice shows another secret")
		}
		_, _, _, err = s.Enrol(ctx, sess, "000000", "")
		s.refused(err, ErrInvalid)
		codes, tok3, sess, err := s.Enrol(ctx, sess, s.pendingCode("admin"), "")
		s.must(err)
		if sess.Stage != Ready || !sess.Can(ManageUsers) || !sess.Can(ReadJournal) || sess.Can(PublishDocuments) || len(codes) != 10 {
			t.Fatal(sess, codes)
		}
		_, err = s.SessionFrom(ctx, tok2)
		s.refused(err, ErrNotLogged)
		back, err := s.SessionFrom(ctx, tok3)
		s.must(err)
		if back.User.Name != "admin" || back.Stage != Ready {
			t.Error(back)
		}
		want := []string{
			"console:first-start account.create account/admin 管理员",
			"admin account.login account/admin 来自 192.0.2.7",
			"admin account.change_password account/admin 来自 192.0.2.7",
			"admin account.enrol account/admin 来自 192.0.2.7",
		}
		if got := s.history(); !slices.Equal(got, want) {
			t.Errorf("history:\n%s", strings.Join(got, "\n"))
		}
	})
}

func TestSecondFactorAtLogIn(t *testing.T) {
	each(t, func(s *story) {
		s.settle("签发乙", Publisher)
		s.clock.Advance(time.Minute)
		tok, sess := s.enter("签发乙", good, NeedsCode)
		if sess.Can(PublishDocuments) {
			t.Fatal("may publish without the second factor")
		}
		_, _, err := s.ChangePassword(ctx, sess, good, good+"x")
		s.refused(err, ErrConflict) // and cannot go round it
		_, err = s.Enrolment(ctx, sess)
		s.refused(err, ErrConflict)
		code := s.code("签发乙")
		tok2, in, err := s.CheckCode(ctx, sess, code)
		s.must(err)
		if in.Stage != Ready || !in.Can(PublishDocuments) || in.ID != sess.ID || tok2 == tok {
			t.Fatal(in)
		}
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)

		_, other := s.enter("签发乙", good, NeedsCode)
		_, _, err = s.CheckCode(ctx, other, code)
		s.refused(err, ErrDenied) // looked over the shoulder
		s.clock.Advance(30 * time.Second)
		_, _, err = s.CheckCode(ctx, other, s.code("签发乙"))
		s.must(err)
		_, _, err = s.CheckCode(ctx, in, s.code("签发乙"))
		s.refused(err, ErrConflict)
	})
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	each(t, func(s *story) {
		_, sess := s.enter("签发乙", s.hire("签发乙", Publisher), NeedsPassword)
		_, sess, err := s.ChangePassword(ctx, sess, "", good)
		s.must(err)
		_, err = s.Enrolment(ctx, sess)
		s.must(err)
		codes, _, _, err := s.Enrol(ctx, sess, s.pendingCode("签发乙"), "")
		s.must(err)

		_, sess = s.enter("签发乙", good, NeedsCode)
		_, in, err := s.CheckCode(ctx, sess, " "+strings.ToUpper(codes[3]))
		s.must(err)
		if left, err := s.RecoveryLeft(ctx, in); left != 9 || err != nil {
			t.Error(left, err)
		}
		_, sess = s.enter("签发乙", good, NeedsCode)
		_, _, err = s.CheckCode(ctx, sess, codes[3])
		s.refused(err, ErrDenied)

		// A new phone: the old factor, or another recovery code, must be shown.
		_, err = s.Enrolment(ctx, in)
		s.must(err)
		_, _, _, err = s.Enrol(ctx, in, s.pendingCode("签发乙"), "000000")
		s.refused(err, ErrDenied)
		fresh, _, in, err := s.Enrol(ctx, in, s.pendingCode("签发乙"), codes[4])
		s.must(err)
		_, _, err = s.CheckCode(ctx, sess, codes[5])
		if err == nil {
			t.Error("a recovery code of the old factor opens the new one, or another session survived")
		}
		if left, _ := s.RecoveryLeft(ctx, in); left != 10 || slices.Contains(fresh, codes[5]) {
			t.Error(left)
		}
	})
}

// TestRefusalTellsNothing compares what a stranger sees for a user who exists, one who does not, one who is
// disabled and one who is locked: word for word the same.
func TestRefusalTellsNothing(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		s.hire("李四", Editor)
		s.must(s.SetActive(ctx, s.admin, "李四", false))
		var told [][]string
		for _, name := range []string{"张三", "李四", "没有这个人", "名字!不合规矩", strings.Repeat("长", 4000)} {
			var lines []string
			for range 7 {
				_, _, err := s.LogIn(ctx, name, "wrong-password", home)
				var r *Refusal
				if !errors.As(err, &r) {
					t.Fatal(name, err)
				}
				lines = append(lines, fmt.Sprint(r.Kind, r.Field, r.Message, r.Until))
			}
			told = append(told, lines)
		}
		for i, lines := range told {
			if !slices.Equal(lines, told[0]) {
				t.Errorf("case %d tells something:\n%q\n%q", i, lines, told[0])
			}
		}
		if !strings.Contains(told[0][5], "15 分钟") || strings.Contains(told[0][4], "15 分钟") {
			t.Error("locked after the fifth failure:", told[0])
		}
	})
}

func TestLockGrowsAndEnds(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		fail := func() error {
			_, _, err := s.LogIn(ctx, "张三", "wrong-password", home)
			return err
		}
		for _, want := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour} {
			for range maxFailures {
				s.refused(fail(), ErrDenied)
			}
			s.refused(fail(), ErrLocked)
			_, _, err := s.LogIn(ctx, "张三", good, home)
			s.refused(err, ErrLocked) // the right password does not help
			u, err := s.Find(ctx, "张三")
			s.must(err)
			if got := u.LockedUntil.Sub(s.clock.Now()); got != want {
				t.Errorf("locked for %v, want %v", got, want)
			}
			s.clock.Advance(want - time.Second)
			s.refused(fail(), ErrLocked)
			s.clock.Advance(time.Second)
		}
		s.enter("张三", good, Ready) // and forgets the failures
		for range maxFailures - 1 {
			s.refused(fail(), ErrDenied)
		}
		s.enter("张三", good, Ready)
		for range maxFailures - 1 {
			s.refused(fail(), ErrDenied)
		}
		s.clock.Advance(25 * time.Hour)
		s.refused(fail(), ErrDenied) // yesterday's are forgotten
		s.enter("张三", good, Ready)

		for range maxFailures {
			s.refused(fail(), ErrDenied)
		}
		s.must(s.Unlock(ctx, s.admin, "张三"))
		s.enter("张三", good, Ready)
	})
}

// TestManyTriesAtOnce: a thousand guesses at the same moment are no more than five.
func TestManyTriesAtOnce(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		var wg sync.WaitGroup
		var mu sync.Mutex
		judged := 0
		for range 60 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, _, err := s.LogIn(ctx, "张三", "wrong-password", home)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, ErrDenied) {
					judged++
				} else if !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		if judged != maxFailures {
			t.Error(judged, "guesses were judged")
		}
	})
}

func TestCodeIsLockedToo(t *testing.T) {
	each(t, func(s *story) {
		s.settle("签发乙", Publisher)
		s.clock.Advance(time.Minute)
		tok, sess := s.enter("签发乙", good, NeedsCode)
		for range maxFailures {
			_, _, err := s.CheckCode(ctx, sess, "000000")
			s.refused(err, ErrDenied)
			if r := err.(*Refusal); r.Field != "code" {
				t.Error(r)
			}
		}
		_, err := s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged) // thrown out
		_, sess = s.enter("签发乙", good, NeedsCode)
		_, _, err = s.CheckCode(ctx, sess, s.code("签发乙"))
		s.refused(err, ErrLocked)
		s.must(s.Unlock(ctx, s.admin, "签发乙"))
		_, _, err = s.CheckCode(ctx, sess, s.code("签发乙"))
		s.must(err)
		failed := 0
		for _, l := range s.history() {
			if strings.HasPrefix(l, "system account.code_failed account/签发乙") {
				failed++
			}
		}
		if failed != maxFailures {
			t.Error(failed, "failures in the journal")
		}
	})
}

// TestJournalNeverHasASecret: neither passwords nor codes nor the names of strangers are written down.
func TestJournalNeverHasASecret(t *testing.T) {
	each(t, func(s *story) {
		s.settle("签发乙", Publisher)
		once := s.hire("张三", Editor)
		for range 3 {
			s.LogIn(ctx, "签发乙", "secret-in-the-wrong-1", home)
			s.LogIn(ctx, "secret-in-the-name-2", "x", home)
		}
		_, sess := s.enter("签发乙", good, NeedsCode)
		s.CheckCode(ctx, sess, "secret-as-code-3")
		reset, err := s.ResetPassword(ctx, s.admin, "张三")
		s.must(err)
		all := strings.Join(s.history(), "\n")
		secret := b32.EncodeToString(s.rec("签发乙").secret)
		for _, never := range []string{"secret-in", "secret-as", once, reset, good, secret, "argon2"} {
			if strings.Contains(all, never) {
				t.Errorf("the journal holds %q", never)
			}
		}
		if !strings.Contains(all, "system account.login_failed account/签发乙 密码不对；来自 192.0.2.7") ||
			!strings.Contains(all, "system account.login_failed account/ 没有这个用户；来自 192.0.2.7") {
			t.Error("failures are not in the journal:\n" + all)
		}
	})
}

// TestStrangersCannotFillTheJournal: it is kept for ever, so guessing names must not make it grow without end.
func TestStrangersCannotFillTheJournal(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		before := len(s.history())
		for i := range 60 {
			_, _, err := s.LogIn(ctx, fmt.Sprint("stranger", i), "wrong-password", home)
			s.refused(err, ErrDenied)
		}
		if grew := len(s.history()) - before; grew != 20 {
			t.Error("60 strangers made", grew, "records")
		}
	})
}

func TestHashIsRenewedAtLogIn(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		s.hash.cost = cost{memory: 128, time: 2, lanes: 1}
		s.enter("张三", good, Ready)
		stored := s.rec("张三").password
		if !strings.HasPrefix(stored, "$argon2id$v=19$m=128,t=2,p=1$") {
			t.Error("still stored as", stored)
		}
		s.enter("张三", good, Ready)
		if s.rec("张三").password != stored {
			t.Error("renewed again though nothing changed")
		}
	})
}

func TestOneTimePasswordEnds(t *testing.T) {
	each(t, func(s *story) {
		once := s.hire("张三", Editor)
		s.clock.Advance(OneTimeLife + time.Second)
		_, _, err := s.LogIn(ctx, "张三", once, home)
		s.refused(err, ErrDenied)
		if !strings.Contains(err.Error(), "过期") {
			t.Error(err)
		}
		once, err = s.ResetPassword(ctx, s.admin, "张三")
		s.must(err)
		s.enter("张三", once, NeedsPassword)
	})
}

func TestChangePasswordEndsOtherSessions(t *testing.T) {
	each(t, func(s *story) {
		tok, sess := s.settle("张三", Editor)
		elsewhere, _ := s.enter("张三", good, Ready)
		_, _, err := s.ChangePassword(ctx, sess, "not-the-old-one", "another good one")
		s.refused(err, ErrDenied)
		if r := err.(*Refusal); r.Field != "old" {
			t.Error(r)
		}
		_, _, err = s.ChangePassword(ctx, sess, good, good)
		s.refused(err, ErrInvalid)
		tok2, _, err := s.ChangePassword(ctx, sess, good, "another good one")
		s.must(err)
		for _, old := range []Token{tok, elsewhere} {
			_, err := s.SessionFrom(ctx, old)
			s.refused(err, ErrNotLogged)
		}
		_, err = s.SessionFrom(ctx, tok2)
		s.must(err)
		_, _, err = s.LogIn(ctx, "张三", good, home)
		s.refused(err, ErrDenied)
		s.enter("张三", "another good one", Ready)
	})
}

func TestDemoAccountsStayInTheDemo(t *testing.T) {
	each(t, func(s *story) {
		n := NewUser{Name: "演示签发", Roles: []string{"publisher"}, Demo: true, Password: "a public password", Secret: b32.EncodeToString(rfcSecret)}
		_, _, err := s.Create(ctx, s.admin, n)
		s.refused(err, ErrForbidden)
		demo := newStory(t, s.db, s.clock, Options{Demo: true})
		demo.hash.cost = cost{memory: 128, time: 2, lanes: 1}
		_, once, err := demo.Create(ctx, s.admin, n)
		s.must(err)
		if once != "" {
			t.Error("a demonstration account has a one-time password")
		}
		for range 2 { // twice in the same half minute, as people try things out
			_, sess := demo.enter("演示签发", "a public password", NeedsCode)
			code, err := demo.DemoCode(ctx, "演示签发")
			s.must(err)
			_, sess, err = demo.CheckCode(ctx, sess, code)
			s.must(err)
			if !sess.Can(PublishDocuments) {
				t.Error(sess)
			}
		}
		if stored := demo.rec("演示签发").password; !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Error("work is done to hide what everybody knows:", stored)
		}
		tok, _ := demo.enter("演示签发", "a public password", NeedsCode)
		// The same record opened as a county at work.
		_, _, err = s.LogIn(ctx, "演示签发", "a public password", home)
		s.refused(err, ErrDenied)
		_, err = s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		_, err = s.DemoCode(ctx, "演示签发")
		s.refused(err, ErrForbidden)
		demo.hire("张三", Editor)
		_, err = demo.DemoCode(ctx, "张三")
		s.refused(err, ErrForbidden)
	})
}

func TestCountiesAreApart(t *testing.T) {
	each(t, func(s *story) {
		tok, _ := s.settle("张三", Editor)
		other := Open(s.db, "100001", Options{})
		other.hash.cost = cheap
		_, err := other.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged)
		_, _, err = other.LogIn(ctx, "张三", good, home)
		s.refused(err, ErrDenied)
		if us, err := other.List(ctx, Filter{}); len(us) != 0 || err != nil {
			t.Error(us, err)
		}
		if _, once, err := other.FirstAdministrator(ctx); once == "" || err != nil {
			t.Error("the other county has no administrator of its own:", err)
		}
	})
}

func TestNothingSecretIsStored(t *testing.T) {
	each(t, func(s *story) {
		tok, _ := s.settle("签发乙", Publisher)
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT token_hash FROM account_session UNION ALL SELECT password FROM account UNION ALL SELECT code_hash FROM account_recovery`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var v string
				if err := rows.Scan(&v); err != nil {
					return err
				}
				if strings.Contains(v, string(tok)) || strings.Contains(v, good) {
					t.Error("stored in the clear:", v)
				}
			}
			return rows.Err()
		}))
	})
}

// TestDisabledWhileHashing: what held when the password was read must still hold when the session begins.
func TestDisabledWhileHashing(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		for range cap(s.hash.slots) {
			s.hash.slots <- struct{}{} // all hashers are busy
		}
		done := make(chan error)
		go func() {
			_, _, err := s.LogIn(ctx, "张三", good, home)
			done <- err
		}()
		for s.failures("张三") == 0 { // until the attempt is under way
			time.Sleep(time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond)
		s.must(s.SetActive(ctx, s.admin, "张三", false))
		for range cap(s.hash.slots) {
			<-s.hash.slots
		}
		s.refused(<-done, ErrDenied)
	})
}

// TestHashingIsBounded: a log-in that waits for its turn gives up with its request.
func TestHashingIsBounded(t *testing.T) {
	each(t, func(s *story) {
		for range cap(s.hash.slots) {
			s.hash.slots <- struct{}{}
		}
		short, stop := context.WithTimeout(ctx, 30*time.Millisecond)
		defer stop()
		_, _, err := s.LogIn(short, "张三", good, home)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func (s *story) failures(name string) (n int64) {
	s.must(s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM account_failure WHERE county = $1 AND key = $2`, county, passwordKey(Name(name))).Scan(&n)
	}))
	return n
}

func TestRightPasswordOfADisabledAccount(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		s.must(s.SetActive(ctx, s.admin, "张三", false))
		_, _, err := s.LogIn(ctx, "张三", good, home)
		s.refused(err, ErrDenied)
		if h := s.history(); h[len(h)-1] != "system account.login_failed account/张三 账号已停用；来自 192.0.2.7" {
			t.Error(h[len(h)-1])
		}
	})
}

// TestSecondFactorStaysShown: a new token does not ask for the code again, and enrolling ends what is open elsewhere.
func TestSecondFactorStaysShown(t *testing.T) {
	each(t, func(s *story) {
		_, sess := s.settle("签发乙", Publisher)
		_, sess, err := s.ChangePassword(ctx, sess, good, "another good one")
		s.must(err)
		if sess.Stage != Ready {
			t.Error(sess.Stage)
		}
		s.clock.Advance(time.Minute)
		elsewhere, _ := s.enter("签发乙", "another good one", NeedsCode)
		_, err = s.Enrolment(ctx, sess)
		s.must(err)
		_, _, _, err = s.Enrol(ctx, sess, s.pendingCode("签发乙"), s.code("签发乙"))
		s.must(err)
		_, err = s.SessionFrom(ctx, elsewhere)
		s.refused(err, ErrNotLogged)
	})
}
