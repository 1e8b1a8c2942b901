package manuscript

import "testing"

func TestPlainText(t *testing.T) {
	got, err := Decode("甲.txt", []byte("\xef\xbb\xbf第一行\r\n第二行\r第三行\n"))
	if err != nil || got != "第一行\n第二行\n第三行\n" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, s := range []string{"", " \n　", "a\x00b"} {
		if got, err := Decode("甲.txt", []byte(s)); err == nil {
			t.Errorf("%q: got %q, want an error", s, got)
		}
	}
}
