package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestUsers goes through an account's life at the console.
func TestUsers(t *testing.T) {
	eachRecord(t, func(t *testing.T, where []string) {
		user := func(args ...string) result { return zhixing(append(append([]string{"user"}, args...), where...)...) }
		list := func(want string) {
			t.Helper()
			if got := user("list").must(t); got != want {
				t.Errorf("list prints %q, want %q", got, want)
			}
		}
		list("")
		once := password.FindStringSubmatch(user("add", "张三", "--roles", "editor", "--full-name", "张三（虚构）").must(t))
		if once == nil || len(once[1]) < 12 {
			t.Fatal("no one-time password:", once)
		}
		list("张三\t编辑\t启用\t\n")
		user("add", "张三", "--roles", "editor").refused(t, 1, "张三")
		user("add", "李四", "--roles", "king").refused(t, 1, "add 李四", "角色")
		user("add", "李四", "--roles", "unit").refused(t, 1) // of which unit?
		user("add", "a b", "--roles", "editor").refused(t, 1)
		list("张三\t编辑\t启用\t\n")

		user("roles", "张三", "--roles", "publisher，administrator", "--unit", "县甲局").must(t)
		if got := user("list").must(t); !strings.Contains(got, "县甲局") || strings.Contains(got, "编辑") {
			t.Error(got)
		}
		user("disable", "张三").must(t)
		if got := user("list").must(t); !strings.Contains(got, "停用") {
			t.Error(got)
		}
		user("enable", "张三").must(t)
		user("unlock", "张三").must(t)
		again := password.FindStringSubmatch(user("reset", "张三").must(t))
		if again == nil || again[1] == once[1] {
			t.Error("reset gives", again)
		}
		user("reset-second-factor", "张三").must(t)
		user("code", "张三").refused(t, 1) // of demonstration accounts alone

		for _, verb := range []string{"reset", "roles", "disable", "enable", "unlock", "reset-second-factor", "code"} {
			if r := user(verb, "王五", "--roles", "editor"); r.code != 1 || r.out != "" {
				t.Errorf("%s of nobody: %d %q %q", verb, r.code, r.out, r.err)
			}
			user(verb).refused(t, 2, "whose account")
		}
		user("promote", "张三").refused(t, 2, `"promote"`)
		user().refused(t, 2, "usage")
		user("list", "all", "of", "them").refused(t, 2, "usage")
	})
}

func TestDemoCode(t *testing.T) {
	data, _ := startDemo(t, "--on", "2023-01-06")
	for _, a := range demoAccounts {
		r := zhixing("user", "code", a.name, "--data", data)
		switch {
		case a.secret == "":
			r.refused(t, 1)
		case !regexp.MustCompile(`^\d{6}\n$`).MatchString(r.must(t)):
			t.Errorf("%s: %q", a.name, r.out)
		}
	}
}

// TestAnotherCountysRecord: who forgets --county is told, and nothing is written for a county that is not there.
func TestAnotherCountysRecord(t *testing.T) {
	eachRecord(t, func(t *testing.T, where []string) {
		other := append([]string{"--county", "../../policy/testdata/othercounty"}, where...)
		zhixing(append([]string{"user", "add", "张三", "--roles", "editor"}, other...)...).must(t)
		for _, command := range [][]string{{"user", "list"}, {"user", "add", "李四", "--roles", "editor"}, {"check"}, {"dump", t.TempDir() + "/x"}, {"serve", "--listen", "127.0.0.1:0"}} {
			zhixing(append(command, where...)...).refused(t, 1, "--county", "绛县")
		}
		if got := zhixing(append([]string{"user", "list"}, other...)...).must(t); !strings.Contains(got, "张三") || strings.Contains(got, "李四") {
			t.Error(got)
		}
	})
}
