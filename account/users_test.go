package account

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for in, want := range map[string]Name{
		"张三": "张三", " ZhangSan ": "zhangsan", "ｌｉｓｉ＠县.gov": "lisi@县.gov", "阿卜杜·热合曼": "阿卜杜·热合曼", "ed-1_x": "ed-1_x",
	} {
		if got, err := Canonical(in); got != want || err != nil {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "张", "a b", "a:b", "<script>", "张三/李四", "a\x00b", "张\n三", strings.Repeat("长", 33), strings.Repeat("长", 10000), "\xff\xfe\xfd", "ab\u202ecd", "пётр"} {
		if got, err := Canonical(bad); err == nil {
			t.Errorf("%q accepted as %q", bad, got)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(s *story) {
		s.hire("张三", Editor)
		for _, c := range []struct {
			n     NewUser
			field string
			kind  error
		}{
			{NewUser{Name: "王", Roles: []string{"editor"}}, "name", ErrInvalid},
			{NewUser{Name: "ＺＨＡＮＧ 三", Roles: []string{"editor"}}, "name", ErrInvalid},
			{NewUser{Name: "王五"}, "roles", ErrInvalid},
			{NewUser{Name: "王五", Roles: []string{"emperor"}}, "roles", ErrInvalid},
			{NewUser{Name: "王五", Roles: []string{"unit"}}, "unit", ErrInvalid},
			{NewUser{Name: "王五", Roles: []string{"unit"}, Unit: "两行\n单位"}, "unit", ErrInvalid},
			{NewUser{Name: "王五", FullName: strings.Repeat("长", 41), Roles: []string{"editor"}}, "full_name", ErrInvalid},
			{NewUser{Name: "张三", Roles: []string{"editor"}}, "name", ErrConflict},
		} {
			_, once, err := s.Create(ctx, s.admin, c.n)
			s.refused(err, c.kind)
			if r := err.(*Refusal); r.Field != c.field || once != "" {
				t.Errorf("%v: on field %q, want %q", c.n, r.Field, c.field)
			}
		}
	})
}

// TestOnlyAdministratorsManage tries every act as everybody who may not.
func TestOnlyAdministratorsManage(t *testing.T) {
	each(t, func(s *story) {
		s.hire("张三", Editor)
		_, editor := s.settle("李四", Editor)
		_, publisher := s.settle("签发乙", Publisher)
		_, gone := s.settle("前任", Administrator)
		s.must(s.SetActive(ctx, s.admin, "前任", false))
		_, stripped := s.settle("调离", Administrator)
		s.must(s.SetRoles(ctx, s.admin, "调离", []string{"editor"}, ""))
		before := len(s.history())
		for who, by := range map[string]Actor{
			"nobody": {}, "editor": editor.Actor(""), "publisher": publisher.Actor(""), "disabled": gone.Actor(""), "no longer": stripped.Actor(""),
			"pretender": {Name: "console:root"},
		} {
			_, _, err1 := s.Create(ctx, by, NewUser{Name: "王五", Roles: []string{"administrator"}})
			_, err2 := s.ResetPassword(ctx, by, "张三")
			_, err3 := s.AddDemo(by)
			for i, err := range []error{
				err1, err2, err3, s.SetRoles(ctx, by, "张三", []string{"administrator"}, ""), s.SetActive(ctx, by, "张三", false),
				s.ResetSecondFactor(ctx, by, "张三"), s.Unlock(ctx, by, "张三"), s.AllowSingleSignOn(ctx, by, "张三", true),
			} {
				if err == nil {
					t.Errorf("%s did act %d", who, i)
				} else {
					s.refused(err, ErrForbidden)
				}
			}
		}
		if len(s.history()) != before {
			t.Error("refused acts are in the journal as done")
		}
	})
}

// AddDemo is the one way to an account whose password is chosen by another.
func (s *story) AddDemo(by Actor) (User, error) {
	u, _, err := s.Create(ctx, by, NewUser{Name: "演示", Roles: []string{"editor"}, Demo: true, Password: "a public password"})
	return u, err
}

func TestAdministratorsActs(t *testing.T) {
	each(t, func(s *story) {
		_, boss := s.settle("主任", Administrator)
		by := boss.Actor("县政府办第5次例会")
		by.Addr = ""
		tok, _ := s.settle("张三", Editor)

		s.must(s.SetRoles(ctx, by, "张三", []string{"unit", "publisher"}, "县水利局"))
		_, err := s.SessionFrom(ctx, tok)
		s.refused(err, ErrNotLogged) // rights changed: log in anew
		u, err := s.Find(ctx, "张三")
		s.must(err)
		if u.RoleNames() != "签发、单位人员" || u.Unit != "县水利局" {
			t.Error(u)
		}
		_, sess := s.enter("张三", good, NeedsEnrolment) // the new role demands it
		_, err = s.Enrolment(ctx, sess)
		s.must(err)
		_, _, sess, err = s.Enrol(ctx, sess, s.pendingCode("张三"), "")
		s.must(err)

		s.must(s.ResetSecondFactor(ctx, by, "张三"))
		_, sess = s.enter("张三", good, NeedsEnrolment)
		s.must(s.SetActive(ctx, by, "张三", false))
		_, _, err = s.LogIn(ctx, "张三", good, home)
		s.refused(err, ErrDenied)
		s.must(s.SetActive(ctx, by, "张三", true))
		once, err := s.ResetPassword(ctx, by, "张三")
		s.must(err)
		_, _, err = s.LogIn(ctx, "张三", good, home)
		s.refused(err, ErrDenied)
		s.enter("张三", once, NeedsPassword)
		s.refused(s.SetActive(ctx, by, "没有这个人", false), ErrNotFound)

		var got []string
		for _, l := range s.history() {
			if strings.HasPrefix(l, "主任 ") && strings.Contains(l, "/张三") {
				got = append(got, strings.TrimPrefix(l, "主任 account."))
			}
		}
		want := []string{
			"roles account/张三 由“编辑”改为“签发、单位人员”，单位由“”改为“县水利局”",
			"reset_second_factor account/张三", "disable account/张三", "enable account/张三", "reset_password account/张三",
		}
		if !slices.Equal(got, want) {
			t.Errorf("journal:\n%s", strings.Join(got, "\n"))
		}
	})
}

func TestNobodyLocksHimselfOut(t *testing.T) {
	each(t, func(s *story) {
		_, boss := s.settle("主任", Administrator, Editor)
		by := boss.Actor("")
		s.refused(s.SetActive(ctx, by, "主任", false), ErrConflict)
		s.refused(s.SetRoles(ctx, by, "主任", []string{"editor"}, ""), ErrConflict)
		_, err := s.ResetPassword(ctx, by, "主任")
		s.refused(err, ErrConflict)
		s.refused(s.ResetSecondFactor(ctx, by, "主任"), ErrConflict)
		s.must(s.SetRoles(ctx, by, "主任", []string{"administrator"}, ""))
	})
}

func TestListAndFilter(t *testing.T) {
	each(t, func(s *story) {
		s.settle("张三", Editor)
		s.hire("李四", UnitMember)
		s.settle("签发乙", Publisher, Editor)
		s.settle("zhao", Editor)
		s.must(s.SetActive(ctx, s.admin, "zhao", false))
		for range maxFailures {
			s.LogIn(ctx, "张三", "wrong-password", home)
		}
		for want, f := range map[string]Filter{
			"zhao 张三 李四 签发乙": {},
			"李四":             {Text: "能源"},
			"zhao":           {Text: " ＺＨＡ "},
			"zhao 张三 签发乙":    {Role: Editor},
			"张三 李四 签发乙":      {Status: Active},
			"zhao ":          {Status: Disabled},
			"张三":             {Status: LockedUp},
			"李四 ":            {Status: Unready},
			"":               {Text: "%"},
		} {
			us, err := s.List(ctx, f)
			s.must(err)
			var names []string
			for _, u := range us {
				names = append(names, string(u.Name))
			}
			if got := strings.Join(names, " "); got != strings.TrimSpace(want) {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
	})
}
