package publication_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"zhixing/publication"
)

func TestParseKeyReadsEveryWayOfTypingANumber(t *testing.T) {
	for _, c := range []struct{ typed, key, no string }{
		{"青禾政办发〔2024〕12号", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发[2024]12号", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发【2024】第 12 号", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发（２０２４）１２号", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发 (2024) 012", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发2024-12", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发 2024 年 12 号", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾政办发/2024/12", "青禾政办发/2024/12", "青禾政办发〔2024〕12号"},
		{"青禾县人民政府公告2024年第5号", "青禾县人民政府公告/2024/5", "青禾县人民政府公告〔2024〕5号"},
		{"青禾县人民政府令第5号", "青禾县人民政府令/5", "青禾县人民政府令第5号"},
		{"青禾县人民政府令/5", "青禾县人民政府令/5", "青禾县人民政府令第5号"},
		{"2024-3/1", "2024-3/1", ""},
		{"2024年第3期第1件", "2024-3/1", ""},
	} {
		k, ok := publication.ParseKey(c.typed)
		if !ok || string(k) != c.key || k.No() != c.no {
			t.Errorf("%s: got %q (%v), number %q; want %q, %q", c.typed, k, ok, k.No(), c.key, c.no)
		}
	}
	for _, typed := range []string{"", "河道", "2024", "abc/2024/1", "青禾/政/2024/1", "../2024/1", "青禾政办发〔2024〕号",
		"青禾政办发〔2024〕123456号", strings.Repeat("政", 41) + "〔2024〕1号", strings.Repeat("1", 400)} {
		if k, ok := publication.ParseKey(typed); ok {
			t.Errorf("%q: got %q", typed, k)
		}
	}
}

func TestIssueNumbers(t *testing.T) {
	for typed, want := range map[string]string{"2024-3": "2024-3", "2024年第3期": "2024-3", "２０２４－３": "2024-3"} {
		if n, err := publication.ParseIssueNo(typed); err != nil || n.String() != want {
			t.Errorf("%s: %v, %v", typed, n, err)
		}
	}
	for _, typed := range []string{"", "2024", "24-3", "2024-0", "2024-1000", "2024-3/1"} {
		if n, err := publication.ParseIssueNo(typed); err == nil {
			t.Errorf("%s: %v", typed, n)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"青禾政办发〔2024〕12号", "2024-3/1", "青禾县人民政府令第5号", "青禾政办发2024-12", "〔〕//号", "\xff政2024"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, ok := publication.ParseKey(s)
		if !ok {
			return
		}
		if again, ok := publication.ParseKey(string(k)); !ok || again != k {
			t.Errorf("%q gives %q, and that gives %q (%v)", s, k, again, ok)
		}
		if no := k.No(); no != "" {
			if again, ok := publication.ParseKey(no); !ok || again != k {
				t.Errorf("%q: its number %q gives %q (%v)", k, no, again, ok)
			}
		}
		if !utf8.ValidString(string(k)) {
			t.Errorf("%q is not UTF-8", k)
		}
	})
}
