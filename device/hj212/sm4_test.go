package hj212

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

var demoKey = []byte("0000000000000000")

// TestSM4 holds the cipher against the two bytes that HJ 212-2025 prints, and against the example of GB/T 32907-2016.
func TestSM4(t *testing.T) {
	got, ok := ecb([]byte("DataTime=20240529101500;g=N"), demoKey, false)
	if !ok || !bytes.HasPrefix(got, []byte{0xE4, 0x3E}) || !bytes.HasSuffix(got, []byte("9101500;g=N")) {
		t.Errorf("% X", got)
	}
	key := []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10}
	got, _ = ecb(key, key, false)
	if fmt.Sprintf("%x", got) != "681edf34d206965e86b3e94f536e4246" {
		t.Errorf("%x", got)
	}
	if back, _ := ecb(got, key, true); !bytes.Equal(back, key) {
		t.Errorf("%x", back)
	}
	if _, ok := ecb(key, key[:15], false); ok {
		t.Error("a key of 15 bytes")
	}
}

// TestEncryptedFrames reads both forms in which an encrypted data area may come: raw, and printed as in the standard.
func TestEncryptedFrames(t *testing.T) {
	f := Frame{QN: "20260301080000001", ST: "32", CN: CNHour, PW: "123456", MN: "010000A8900016F000169DC0", Flag: FlagOf(Edition2025).WithAnswer(),
		Items: []Item{{"DataTime", "20260301070000", 0}, {"w01018-Avg", "21.5", 1}, {"w01018-Flag", "N", 1}, {"w21003-Avg", "1.05", 2}, {"w21003-Flag", "N", 2}}}
	plain := f.Encode()
	raw, ok := f.EncodeEncrypted(demoKey)
	if !ok || len(raw) != len(plain) || bytes.Equal(raw, plain) || !bytes.Equal(raw[len(raw)-8:], plain[len(plain)-8:]) {
		t.Fatalf("% X", raw)
	}
	from := bytes.Index(raw, []byte("CP=&&")) + 5
	area := raw[from : len(raw)-8]
	whole := len(area) / 16 * 16
	var hex []string
	for _, c := range area[:whole] {
		hex = append(hex, fmt.Sprintf("0x%02X", c))
	}
	printed := string(raw[:from]) + "{" + strings.Join(hex, ",") + "}" + string(raw[from+whole:])
	longer := strings.Replace(printed, string(printed[2:6]), fmt.Sprintf("%04d", len(printed)-12), 1) // the length of what is printed

	known := Options{Profile: func(mn MN) Profile {
		if mn != f.MN {
			return Profile{}
		}
		return Profile{Key: demoKey}
	}}
	two := string(Seal("ST=32;CN=2011;MN=S1;CP=&&w01018-Rtd=2&&"))
	for name, wire := range map[string]string{"raw": string(raw), "printed": printed, "printed, its own length": longer} {
		stream := []byte(wire + two)
		want := ""
		for _, cut := range []int{len(stream), 1, 7, from, from + 1, len(wire) - 4} {
			frames, why := decode(t, known, stream, cut)
			if len(frames) != 2 || why != nil {
				t.Fatalf("%s, cut at %d: %d frames, rejected %v", name, cut, len(frames), why)
			}
			g := frames[0]
			if !g.Encrypted || !slices.Equal(g.Items, f.Items) || g.QN != f.QN {
				t.Errorf("%s: %s", name, show(&g))
			}
			if got := show(&g); want != "" && got != want {
				t.Errorf("%s, cut at %d: %s", name, cut, got)
			} else {
				want = got
			}
		}
		if frames, why := decode(t, Options{}, stream); len(frames) != 1 || len(why) == 0 {
			t.Errorf("%s without a key: %d frames, rejected %v", name, len(frames), why)
		}
	}
	for _, length := range []string{"0040", "0120", "9999"} { // it cannot be what the printed bytes were
		wrong := printed[:2] + length + printed[6:]
		if frames, why := decode(t, known, []byte(wrong+two)); len(frames) != 1 || len(why) == 0 {
			t.Errorf("length %s: %d frames, rejected %v", length, len(frames), why)
		}
	}
	frames, _ := decode(t, known, plain)
	if len(frames) != 1 || frames[0].Encrypted {
		t.Error("what comes plain is read plain")
	}
}
