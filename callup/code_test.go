package callup

import (
	"strings"
	"testing"
)

// No code can be taken for another: not with one symbol wrong, not with any two exchanged, not one of a drill for one that is none.
func TestCodesAreFarApart(t *testing.T) {
	for i := range 400 {
		code := newCode(i%2 == 0)
		if !validCode(code) || (code[0] == drillSym) != (i%2 == 0) {
			t.Fatal(code)
		}
		b := []byte(code)
		for j := range b {
			for _, s := range symbols {
				if other := code[:j] + string(s) + code[j+1:]; other != code && validCode(other) {
					t.Fatalf("%s and %s are both codes", code, other)
				}
			}
			for k := range j {
				b[j], b[k] = b[k], b[j]
				if string(b) != code && validCode(string(b)) {
					t.Fatalf("%s and %s are both codes", code, b)
				}
				b[j], b[k] = b[k], b[j]
			}
		}
	}
	for _, pair := range []string{"0O", "1I", "2Z", "5S", "8B", "6G", "UV", "DO", "QO"} {
		if strings.Contains(symbols, pair[:1]) && strings.Contains(symbols, pair[1:]) {
			t.Errorf("%s look alike", pair)
		}
	}
}

func TestSpell(t *testing.T) {
	code := "K7M4"
	code += string(checkSymbol(code))
	wide := strings.Map(func(r rune) rune { return r + '！' - '!' }, code)
	for _, c := range []struct {
		text, codes string
		wrong       bool
		rest        string
	}{
		{code, code, false, ""},
		{strings.ToLower(code) + " 收到", code, false, "收到"},
		{"【" + wide + "】已转移32人", code, false, "【】已转移32人"},
		{code + "已转移32人", code, false, "已转移32人"},
		{code + "32人", "", true, "人"},
		{code[:4] + " 收到", "", true, "收到"},
		{"X" + code[1:], "", true, ""},
		{"收到 OK 1班 13800000001", "", false, "收到 OK 1班 13800000001"},
		{code + code, "", false, code + code},
		{code + "，" + code, code, false, "，"},
		{"HAPPY 34678", "", false, "HAPPY 34678"},
		{"", "", false, ""},
	} {
		s := spell(c.text)
		if strings.Join(s.codes, " ") != c.codes || s.wrong != c.wrong || s.rest != c.rest {
			t.Errorf("%q: %+v", c.text, s)
		}
	}
}

func FuzzSpell(f *testing.F) {
	f.Add("K7M4X 收到，已转移32人")
	f.Add("１２３")
	f.Fuzz(func(t *testing.T, text string) {
		s := spell(text)
		for _, code := range s.codes {
			if !validCode(code) {
				t.Errorf("%q gives %q", text, code)
			}
		}
		read(s.rest)
		count(s.rest)
	})
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		rest, text   string
		plain, acted bool
	}{
		{"", "", false, false}, {"收到", "", true, false}, {"收到。", "", true, false}, {"好的", "", true, false}, {"1", "", true, false}, {"OK", "", true, false},
		{"办", "", true, true}, {"办，已转移32人", "已转移32人", true, true}, {"已办好", "", true, true}, {"收到，已办好，无伤亡", "无伤亡", true, true},
		{"办公楼进水", "办公楼进水", false, false}, {"好几户进水", "好几户进水", false, false}, {"1人受伤", "1人受伤", false, false},
		{"已转移32人", "已转移32人", false, false}, {"您好，我在开会，稍后联系", "您好，我在开会，稍后联系", false, false}, {"收到河水上涨", "河水上涨", true, false},
		{"没有收到", "没有收到", false, false}, {"办已转移", "已转移", true, true},
	} {
		a, plain := read(c.rest)
		if a.text != c.text || plain != c.plain || a.acted != c.acted {
			t.Errorf("%q: %+v %v", c.rest, a, plain)
		}
	}
	for text, want := range map[string]int{"转移32人": 32, "转移 １２０ 多人": 120, "3户12口人": 12, "水深2米": 0, "": 0} {
		if got := count(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]string{"+86 138-0000-0001": "13800000001", "8613800000001": "13800000001", "008613800000001": "13800000001",
		"13800000001": "13800000001", "0359-6522222": "03596522222", "device 1": "device 1", "a@example.org": "a@example.org", "": "", "86": "86"} {
		if got := number(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if id, n, ok := parseKey("callup/12/34/rung/2/sms"); id != 12 || n != 34 || !ok {
		t.Error(id, n, ok)
	}
	for _, key := range []string{"", "callup/reply/1/true/sms", "callup/12/office/3/p/sms", "notice/1/2/3"} {
		if id, n, ok := parseKey(key); ok {
			t.Error(key, id, n)
		}
	}
}
