package account

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var rfcSecret = []byte("12345678901234567890")

// TestRFC4226 is appendix D of RFC 4226.
func TestRFC4226(t *testing.T) {
	for counter, want := range strings.Fields("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489") {
		if got := hotp(rfcSecret, int64(counter), 6); got != want {
			t.Errorf("counter %d: %s, want %s", counter, got, want)
		}
	}
}

// TestRFC6238 is appendix B of RFC 6238, the SHA-1 lines.
func TestRFC6238(t *testing.T) {
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := hotp(rfcSecret, step(time.Unix(at, 0)), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestCodeWithinOneStepAndOnlyOnce(t *testing.T) {
	now := time.Unix(1111111111, 0)
	s := step(now)
	for _, c := range []struct {
		what   string
		codeOf int64
		used   int64
		want   bool
	}{
		{"now", s, 0, true},
		{"the phone is slow", s - 1, 0, true},
		{"the phone is fast", s + 1, 0, true},
		{"a minute old", s - 2, 0, false},
		{"a minute early", s + 2, 0, false},
		{"the same again", s, s, false},
		{"an older one after a newer", s - 1, s, false},
		{"the next one", s + 1, s, true},
	} {
		at, ok := matchCode(rfcSecret, hotp(rfcSecret, c.codeOf, digits), now, c.used)
		if ok != c.want || ok && at != c.codeOf {
			t.Errorf("%s: %v at %d", c.what, ok, at)
		}
	}
	if _, ok := matchCode(nil, hotp(nil, s, digits), now, 0); ok {
		t.Error("an empty secret accepts its code")
	}
}

func TestCodeAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "１２３４５６": "123456", "123-456": "123456", "１２３　４５６": "123456",
		"12345": "", "1234567": "", "12345a": "", "": "", "一二三四五六": "", "-123456": "123456", "+12345": "", "12345六": "",
	} {
		got, ok := sixDigits(typed)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"123456", " 12 34 56", "１２３４５６", "abcd-efgh-jkmn-pqrs", "\xff", strings.Repeat("9", 70)} {
		f.Add(s)
	}
	now := time.Unix(1111111111, 0)
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := sixDigits(typed)
		if ok && (len(code) != 6 || strings.Trim(code, "0123456789") != "") {
			t.Errorf("%q became %q", typed, code)
		}
		rec, isRec := recoveryForm(typed)
		if isRec && (len(rec) != 16 || !utf8.ValidString(rec)) || ok && isRec {
			t.Errorf("%q became %q and %q", typed, code, rec)
		}
		if at, ok := matchCode(rfcSecret, typed, now, 0); ok && hotp(rfcSecret, at, 6) != code {
			t.Errorf("%q was accepted", typed)
		}
	})
}

func TestSecretAndAddress(t *testing.T) {
	got := otpauth("知行 绛县", "张三", rfcSecret)
	want := "otpauth://totp/%E7%9F%A5%E8%A1%8C%20%E7%BB%9B%E5%8E%BF:%E5%BC%A0%E4%B8%89?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E7%9F%A5%E8%A1%8C%20%E7%BB%9B%E5%8E%BF"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b, err := parseSecret("gezd gnbv gy3t qojq-GEZD GNBV GY3T QOJQ")
	if err != nil || string(b) != string(rfcSecret) {
		t.Error(b, err)
	}
	for _, bad := range []string{"", "GEZD", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", strings.Repeat("A", 400)} {
		if _, err := parseSecret(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
	svg, err := qrSVG(got)
	if err != nil || !strings.HasPrefix(svg, "<svg ") || strings.Count(svg, "M") < 200 {
		t.Error(err, svg)
	}
}

func TestRecoveryCodes(t *testing.T) {
	codes := newRecoveryCodes()
	if len(codes) != recoveryCodes {
		t.Fatal(codes)
	}
	for _, c := range codes {
		typed := strings.ToUpper(strings.ReplaceAll(c, "-", " "))
		got, ok := recoveryForm(typed)
		if !ok || got != strings.ReplaceAll(c, "-", "") || recoveryHash("张三", got) != recoveryHash("张三", c) {
			t.Error(c, got, ok)
		}
		if _, ok := sixDigits(c); ok {
			t.Error(c, "reads as a code")
		}
	}
	if recoveryHash("张三", codes[0]) == recoveryHash("李四", codes[0]) {
		t.Error("two users could share a code")
	}
}
