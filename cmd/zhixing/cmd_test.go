package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// TestMain makes of the test binary the program itself where a test wants a process of its own, to kill it.
func TestMain(m *testing.M) {
	if os.Getenv("ZHIXING_TEST_AS_PROGRAM") != "" {
		main()
	}
	dbtest.Main(m)
}

// result is how a call ended.
type result struct {
	code     int
	out, err string
}

// zhixing calls the program as a shell would, in this process.
func zhixing(args ...string) result { return zhixingReading("", args...) }

func zhixingReading(in string, args ...string) result {
	var out, errs bytes.Buffer
	code := run(context.Background(), args, stdio{strings.NewReader(in), &out, &errs})
	return result{code, out.String(), errs.String()}
}

// must ends the test where a call fails.
func (r result) must(t *testing.T) string {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("ended with %d: %s", r.code, r.err)
	}
	return r.out
}

// refused wants a failure with a code, nothing on standard output, and all of says on standard error.
func (r result) refused(t *testing.T, code int, says ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("ended with %d, want %d: %s", r.code, code, r.err)
	}
	if r.out != "" {
		t.Errorf("refused, but printed %q", r.out)
	}
	for _, s := range says {
		if !strings.Contains(r.err, s) {
			t.Errorf("want %q in %q", s, r.err)
		}
	}
}

// record is a data folder with a new record.
func record(t *testing.T) string {
	t.Helper()
	return filepath.Dir(strings.TrimPrefix(dbtest.DSN(t, db.SQLite), "sqlite:"))
}

// eachRecord runs do with the flags that name a new record, on either database.
func eachRecord(t *testing.T, do func(t *testing.T, where []string)) {
	t.Helper()
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			if dialect == db.SQLite {
				do(t, []string{"--data", record(t)})
				return
			}
			do(t, []string{"--database", dbtest.DSN(t, dialect)})
		})
	}
}

// write writes a file of the test's own and gives its name.
func write(t *testing.T, name, content string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestHelp(t *testing.T) {
	list := zhixing("help").must(t)
	for _, how := range [][]string{nil, {"-h"}, {"--help"}} {
		if got := zhixing(how...).must(t); got != list {
			t.Errorf("%v prints %q", how, got)
		}
	}
	for _, c := range commands {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(list, "zhixing "+c.name+" ") || !strings.Contains(list, c.short) {
				t.Error("not in the list")
			}
			help := zhixing("help", c.name).must(t)
			for _, s := range []string{c.short, "usage: zhixing " + c.name, "example: " + c.example} {
				if !strings.Contains(help, s) {
					t.Errorf("no %q in %s", s, help)
				}
			}
			for _, how := range [][]string{{c.name, "-h"}, {c.name, "--help"}, {c.name, "somewhere", "-help"}} {
				if got := zhixing(how...).must(t); got != help {
					t.Errorf("%v prints %q", how, got)
				}
			}
		})
	}
	zhixing("help", "fly").refused(t, 2, `no command "fly"`, "zhixing help")
	zhixing("fly").refused(t, 2, `no command "fly"`, "zhixing help")
}

// TestExamplesParse runs every example of help as far as its flags: a copied line must be one that the program takes.
func TestExamplesParse(t *testing.T) {
	quoted := regexp.MustCompile(`'[^']*'|\S+`)
	for _, cmd := range commands {
		words := quoted.FindAllString(cmd.example, -1)
		for i, w := range words {
			words[i] = strings.Trim(w, "'")
		}
		if words[0] != "zhixing" || words[1] != cmd.name {
			t.Errorf("%s: the example calls %v", cmd.name, words[:2])
			continue
		}
		// -h last: the flags before it were read, and nothing is done.
		if r := zhixing(append(words[1:], "-h")...); r.code != 0 || !strings.HasPrefix(r.out, "zhixing "+cmd.name) {
			t.Errorf("%s: %d %s", cmd.example, r.code, r.err)
		}
		if r := zhixing(append(words[1:], "--wings", "-h")...); r.code != 2 || !strings.Contains(r.err, "-wings") || !strings.Contains(r.err, cmd.example) {
			t.Errorf("%s: an unknown flag: %d %s", cmd.name, r.code, r.err)
		}
	}
}

// TestEveryFlagIsDescribed: each has a sentence, and the name of its variable as help prints it.
func TestEveryFlagIsDescribed(t *testing.T) {
	for _, cmd := range commands {
		help := zhixing("help", cmd.name).must(t)
		var seen *call
		_ = (command{run: cmd.run, name: cmd.name}).run(context.Background(), spy(cmd, &seen))
		seen.flags.VisitAll(func(f *flag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s says nothing", cmd.name, f.Name)
			}
			if !strings.Contains(help, "--"+f.Name) || !strings.Contains(help, envName(f.Name)) {
				t.Errorf("%s --%s is not in help", cmd.name, f.Name)
			}
			if strings.Contains(f.Name, "secret") || strings.HasSuffix(f.Name, "-key") && f.Name != "key" {
				if !seen.secrets[f.Name] {
					t.Errorf("%s --%s: a secret must be one that a file may hold", cmd.name, f.Name)
				}
			}
		})
	}
}

// spy is a call for help, kept to look at its flags afterwards.
func spy(cmd command, seen **call) *call {
	*seen = newCall(cmd, []string{"-h"}, stdio{strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}})
	return *seen
}

func TestFlags(t *testing.T) {
	secret := write(t, "secret", "from-file\n")
	type env map[string]string
	for name, c := range map[string]struct {
		args              []string
		env               env
		data, secret, err string
		rest              string
	}{
		"default":                     {data: "data"},
		"flag":                        {args: []string{"--data", "a"}, data: "a"},
		"one dash, equals sign":       {args: []string{"-data=a"}, data: "a"},
		"between arguments":           {args: []string{"x", "--data", "a", "y"}, data: "a", rest: "x y"},
		"behind arguments":            {args: []string{"x", "y", "--data=a"}, data: "a", rest: "x y"},
		"a lone dash is an argument":  {args: []string{"-", "--data", "a"}, data: "a", rest: "-"},
		"no flags behind two dashes":  {args: []string{"--data", "a", "--", "x", "--data", "b"}, data: "a", rest: "x --data b"},
		"two dashes behind arguments": {args: []string{"x", "--", "-y"}, data: "data", rest: "x -y"},
		"environment":                 {env: env{"ZHIXING_DATA": "e"}, data: "e"},
		"flag before environment":     {args: []string{"--data", "a"}, env: env{"ZHIXING_DATA": "e"}, data: "a"},
		"empty environment":           {env: env{"ZHIXING_DATA": ""}, data: ""},
		"hyphen becomes underscore":   {env: env{"ZHIXING_OIDC_SECRET": "s"}, data: "data", secret: "s"},
		"secret from a file":          {env: env{"ZHIXING_OIDC_SECRET_FILE": secret}, data: "data", secret: "from-file"},
		"file before environment":     {env: env{"ZHIXING_OIDC_SECRET": "s", "ZHIXING_OIDC_SECRET_FILE": secret}, data: "data", secret: "from-file"},
		"flag before file":            {args: []string{"--oidc-secret", "f"}, env: env{"ZHIXING_OIDC_SECRET_FILE": secret}, data: "data", secret: "f"},
		"a file that is not there":    {env: env{"ZHIXING_OIDC_SECRET_FILE": "/nowhere"}, err: "ZHIXING_OIDC_SECRET_FILE: open /nowhere"},
		"a file for what is public":   {env: env{"ZHIXING_DATA_FILE": secret}, data: "data"},
		"unknown flag":                {args: []string{"--wings"}, err: "-wings"},
		"flag without its value":      {args: []string{"--data"}, err: "-data"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			cl := newCall(commands[0], c.args, stdio{})
			s := cl.site()
			err := cl.parse()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("says %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if *cl.common.data != c.data || *s.oidcSecret != c.secret || strings.Join(cl.args, " ") != c.rest {
				t.Errorf("data %q, secret %q, arguments %q", *cl.common.data, *s.oidcSecret, cl.args)
			}
		})
	}
}

func TestABadValueInTheEnvironmentIsNamed(t *testing.T) {
	t.Setenv("ZHIXING_LEGS", "many")
	c := newCall(commands[0], nil, stdio{})
	c.flags.Int("legs", 2, "")
	if err := c.parse(); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "ZHIXING_LEGS") {
		t.Error(err)
	}
}

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no argument":           {[]string{"read"}, 2, "wants FILE"},
		"two arguments":         {[]string{"read", "a", "b"}, 2, "wants FILE"},
		"serve has none":        {[]string{"serve", "now"}, 2, "usage: zhixing serve"},
		"version has none":      {[]string{"version", "now"}, 2, "usage: zhixing version"},
		"unknown way to read":   {[]string{"read", "/dev/null", "--as", "poem"}, 2, `--as "poem"`},
		"verify without a key":  {[]string{"verify", "a", "b"}, 2, "--key"},
		"publish without names": {[]string{"publish", "a"}, 2, "--drafter"},
		"no file":               {[]string{"read", "/nowhere.txt"}, 1, "/nowhere.txt"},
		"bad log level":         {[]string{"serve", "--log-level", "loud", "--listen", "127.0.0.1:0"}, 2, "log-level"},
		"no such county folder": {[]string{"serve", "--county", "/nowhere", "--listen", "127.0.0.1:0"}, 1, "county folder"},
		"a folder as database":  {[]string{"dump", "--data", "/dev/null"}, 1, "/dev/null"},
		"not an address":        {[]string{"dump", "--database", "mysql://u:geheim@h/d"}, 1, "postgres://"},
	} {
		t.Run(name, func(t *testing.T) {
			r := zhixing(c.args...)
			r.refused(t, c.code, "zhixing "+c.args[0]+": ", c.says)
			if strings.Contains(r.err, "geheim") {
				t.Error("a password is printed:", r.err)
			}
		})
	}
}

// TestNothingIsMadeByLooking: a misspelt folder is an error, not a new and empty record.
func TestNothingIsMadeByLooking(t *testing.T) {
	file := write(t, "issue.txt", manuscriptText)
	for _, args := range [][]string{
		{"dump"}, {"backup", file + ".db"}, {"check"}, {"user", "list"}, {"user", "add", "编辑甲", "--roles", "editor"},
		{"publish", file, "--drafter", "编辑甲", "--publisher", "签发乙"},
	} {
		data := filepath.Join(t.TempDir(), "misspelt")
		zhixing(append(args, "--data", data)...).refused(t, 1, data, "--data", "zhixing serve")
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%v made %s", args, data)
		}
	}
}

func TestVersion(t *testing.T) {
	if got := zhixing("version").must(t); !regexp.MustCompile(`^zhixing \S+ go1\.\S+\n$`).MatchString(got) {
		t.Errorf("%q", got)
	}
}
