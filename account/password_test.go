package account

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

func TestPasswordIsKeptAndKnown(t *testing.T) {
	h := hasher{slots: make(chan struct{}, 1), cost: today}
	stored, err := h.hash(ctx, "一二三四五 abc")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error("stored as", stored)
	}
	for password, want := range map[string]bool{
		"一二三四五 abc": true,
		"一二三四五 ａｂｃ": true, // the input method stood on full width
		"一二三四五 abd": false,
		"":          false,
	} {
		if ok, stale, err := h.verify(ctx, stored, password); ok != want || stale || err != nil {
			t.Errorf("%q: %v %v %v", password, ok, stale, err)
		}
	}
	again, _ := h.hash(ctx, "一二三四五 abc")
	if again == stored {
		t.Error("the same password was stored the same way twice: no salt")
	}
	if ok, _, _ := h.verify(ctx, "", ""); ok {
		t.Error("no record accepts the empty password")
	}
}

func TestArgon2Vector(t *testing.T) {
	// From the tests of the reference program: password, somesalt, t=2, m=65536, p=1.
	h := hasher{slots: make(chan struct{}, 1), cost: today}
	ok, stale, err := h.verify(ctx, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password")
	if !ok || !stale || err != nil {
		t.Error("a hash made elsewhere, at another cost:", ok, stale, err)
	}
}

func TestPHCRefused(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if _, err := parsePHC("$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"empty":           "",
		"other function":  "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + key,
		"other version":   "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + key,
		"order":           "$argon2id$v=19$t=2,m=19456,p=1$" + salt + "$" + key,
		"too much memory": "$argon2id$v=19$m=4194304,t=2,p=1$" + salt + "$" + key,
		"too many passes": "$argon2id$v=19$m=19456,t=999,p=1$" + salt + "$" + key,
		"no lanes":        "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + key,
		"lanes > memory":  "$argon2id$v=19$m=8,t=2,p=2$" + salt + "$" + key,
		"plus sign":       "$argon2id$v=19$m=+19456,t=2,p=1$" + salt + "$" + key,
		"leading zero":    "$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + key,
		"short salt":      "$argon2id$v=19$m=19456,t=2,p=1$c29t$" + key,
		"short key":       "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$CTFh",
		"padding":         "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "=$" + key,
		"line break":      "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "\n$" + key,
		"tail":            "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key + "$",
		"long":            "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + strings.Repeat("A", 600),
	} {
		if p, err := parsePHC(s); err == nil {
			t.Errorf("%s: accepted as %v", name, p)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Errorf("%q reads back as %q", s, p)
		}
		if p.memory > 256*1024 || p.time > 16 || p.lanes > 8 || len(p.salt) < 8 || len(p.key) < 16 {
			t.Errorf("out of limits: %q", s)
		}
	})
}

// TestPolicy reads testdata/passwords.txt: user name, password, and a word of the refusal or 可用.
func TestPolicy(t *testing.T) {
	f, err := os.Open("testdata/passwords.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") || lines.Text() == "" {
			continue
		}
		part := strings.Split(lines.Text(), " | ")
		if len(part) != 3 {
			t.Fatalf("want three parts: %q", lines.Text())
		}
		n++
		got := "可用"
		if err := checkPassword(Name(part[0]), part[1]); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, part[2]) {
			t.Errorf("%s: got %q", lines.Text(), got)
		}
	}
	if n < 20 {
		t.Error("only", n, "cases")
	}
	if err := checkPassword("张三", strings.Repeat("长", 100)); err == nil {
		t.Error("a password of 300 bytes is accepted")
	}
	if err := checkPassword("张三", "\xff\xfe34567890ab"); err == nil {
		t.Error("a password that is not text is accepted")
	}
}

func TestOneTimePasswordPassesThePolicy(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := oneTime()
		if err := checkPassword("张三", p); err != nil || len(p) != 19 || seen[p] {
			t.Fatal(p, err)
		}
		seen[p] = true
	}
}
