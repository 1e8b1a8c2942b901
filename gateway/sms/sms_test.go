package sms

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/gateway"
)

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		units      []int // of each part, without its head
	}{
		{"one", "雨", []int{1}},
		{"the most in one", strings.Repeat("雨", 70), []int{70}},
		{"one more", strings.Repeat("雨", 71), []int{67, 4}},
		{"of the paper", strings.Repeat("雨", 78), []int{67, 11}},
		{"a pair is not torn", strings.Repeat("雨", 66) + "𠮷" + strings.Repeat("雨", 10), []int{66, 12}},
		{"a pair that just fits", strings.Repeat("雨", 65) + "𠮷" + strings.Repeat("雨", 10), []int{67, 10}},
		{"the longest", strings.Repeat("雨", 1340), slices.Repeat([]int{67}, 20)},
		{"too long", strings.Repeat("雨", 1341), nil},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var units []int
			var whole string
			for i, b := range Parts(c.text, 0xA7) {
				if len(c.units) > 1 {
					if want := []byte{5, 0, 3, 0xA7, byte(len(c.units)), byte(i + 1)}; !bytes.Equal(b[:6], want) {
						t.Errorf("head % x, want % x", b[:6], want)
					}
					b = b[6:]
				}
				if len(b) > 140 {
					t.Errorf("part %d has %d bytes", i+1, len(b))
				}
				units = append(units, len(b)/2)
				whole += FromUCS2(b)
			}
			if !slices.Equal(units, c.units) {
				t.Errorf("parts of %v, want %v", units, c.units)
			}
			if c.units != nil && whole != c.text {
				t.Errorf("joined: %q", whole)
			}
		})
	}
	if b := Parts("你好", 1); hex.EncodeToString(b[0]) != "4f60597d" {
		t.Errorf("% x", b)
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]string{
		"13800000000": "13800000000", "+8613800000000": "13800000000", "008613800000000": "13800000000", "8613800000000": "13800000000",
		" 13800000000 ": "13800000000", "10690000": "10690000", "8635900000000": "8635900000000",
		"": "", "1380000000a": "", "12": "", "1380000 0000": "", "123456789012345678901": "", "１３８０００００００": "",
	} {
		if got, ok := Number(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
	if Hide("13800000001") != "138****0001" || Hide("10086") != "****" || Hide("") != "****" {
		t.Error(Hide("13800000001"), Hide("10086"))
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 5, 9, 0, time.UTC)
	if got := Until(at); got != "260301080509032+" || Until(time.Time{}) != "" {
		t.Error(got)
	}
	if got := Minute("2603010805"); !got.Equal(time.Date(2026, 3, 1, 0, 5, 0, 0, time.UTC)) {
		t.Error(got)
	}
	if got := Minute("260301080509"); !got.Equal(at) {
		t.Error(got)
	}
	if !Minute("").IsZero() || !Minute("2613010805").IsZero() {
		t.Error("a time out of nothing")
	}
}

func TestDrillsAreMarkedAtBothEnds(t *testing.T) {
	for text, ok := range map[string]bool{
		"【演练】暴雨橙色预警【演练】":      true,
		"【示例县】【演练】暴雨橙色预警【演练】": true,
		"【演练】暴雨橙色预警【演练】【示例县】": true,
		"【演练】暴雨橙色预警":          false,
		"暴雨橙色预警【演练】":          false,
		"【示例县】暴雨橙色预警【演练】":     false,
		"请转移【演练】暴雨橙色预警【演练】":   false,
		"【演练】":     false,
		"【演练】【演练】": false,
		"【演练】暴雨橙色预警【演练】立即转移":      false,
		"【示例县】【演练】暴雨【演练】，立即转移【急】": false,
	} {
		if _, reason := Check(&gateway.Message{To: "13800000000", Text: text, Drill: true}); (reason == "") != ok {
			t.Errorf("%s: %q", text, reason)
		}
	}
	for text, ok := range map[string]bool{"暴雨橙色预警": true, "【演练】暴雨橙色预警【演练】": false, "暴雨橙色预警，这不是【演练】": false} {
		if _, reason := Check(&gateway.Message{To: "13800000000", Text: text}); (reason == "") != ok {
			t.Errorf("%s: %q", text, reason)
		}
	}
}

func TestText(t *testing.T) {
	gbk, _ := hex.DecodeString("cad5b5bd31")
	for _, c := range []struct {
		coding byte
		b      []byte
		want   string
	}{
		{ASCII, []byte("OK 1234\x00"), "OK 1234"},
		{UCS2, []byte{0x65, 0x36, 0x52, 0x30, 0x00}, "收到"},
		{GBK, gbk, "收到1"},
		{Latin1, []byte{'c', 'a', 'f', 0xE9}, "café"},
		{Binary, []byte{1, 2, 3}, ""},
		{99, []byte{0xFF, 'a'}, "�a"},
		{UCS2, nil, ""},
	} {
		if got := Text(c.coding, c.b); got != c.want {
			t.Errorf("coding %d, % x: %q, want %q", c.coding, c.b, got, c.want)
		}
	}
}

func TestHead(t *testing.T) {
	for _, c := range []struct {
		in                   string
		reference, total, no int
		body                 string
	}{
		{"0500030702014f60", 7, 2, 1, "4f60"},
		{"060804010703024f60", 0x107, 3, 2, "4f60"},
		{"0b050400000000000307020259", 7, 2, 2, "59"}, // behind a port
		{"0500030702034f60", 7, 1, 1, "4f60"},         // the third of two
		{"0500030700004f60", 7, 1, 1, "4f60"},
		{"0500", 0, 1, 1, "0500"}, // a head longer than the text
		{"", 0, 1, 1, ""},
		{"00aa", 0, 1, 1, "aa"},
		{"030009014f60", 0, 1, 1, "4f60"}, // an element longer than its head
	} {
		b, err := hex.DecodeString(c.in)
		if err != nil {
			t.Fatal(err)
		}
		p := Head(b)
		if p.Reference != c.reference || p.Total != c.total || p.No != c.no || hex.EncodeToString(p.Body) != c.body {
			t.Errorf("%s: %+v", c.in, p)
		}
	}
}

func TestJoiner(t *testing.T) {
	now := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	part := func(from string, total, no int, text string, after time.Duration) Part {
		return Part{Reference: 3, Total: total, No: no, Body: ucs2(nil, []uint16{uint16([]rune(text)[0])}), From: from, Coding: UCS2, ReceivedAt: now.Add(after)}
	}
	var j Joiner
	var got []string
	for _, p := range []Part{
		part("甲", 3, 3, "丙", 0), part("乙", 2, 1, "子", 0), part("甲", 3, 1, "甲", 0), part("甲", 3, 1, "甲", 0), part("丁", 1, 1, "短", 0),
		part("甲", 3, 2, "乙", 0), part("戊", 1, 1, "后", 3*time.Minute),
	} {
		for _, d := range j.Add(p) {
			got = append(got, d.From+":"+d.Text)
		}
	}
	if want := "丁:短 甲:甲乙丙 乙:子 戊:后"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	for i := range 2 * mostJoining { // never the second part
		p := part("己", 2, 1, "未", 3*time.Minute)
		p.Reference = i
		j.Add(p)
	}
	if len(j.waiting) != mostJoining {
		t.Errorf("%d wait", len(j.waiting))
	}
	if n := len(j.Expire(now.Add(time.Hour))); n != mostJoining || len(j.waiting) != 0 {
		t.Errorf("%d expired", n)
	}
}

func TestFold(t *testing.T) {
	yes := func(ref, to string) gateway.Receipt {
		return gateway.Receipt{Ref: ref, To: to, State: gateway.Delivered}
	}
	no := func(ref, to string) gateway.Receipt {
		return gateway.Receipt{Ref: ref, To: to, State: gateway.Failed}
	}
	var got []string
	say := func(list []gateway.Receipt) {
		for _, r := range list {
			got = append(got, r.Ref+" "+r.To+" "+string(r.State))
		}
	}
	var f Fold
	take := func(r gateway.Receipt) { list, _ := f.Take(r); say(list) }
	want := func(list ...string) {
		t.Helper()
		if !slices.Equal(got, list) {
			t.Errorf("%q, want %q", got, list)
		}
		got = nil
	}
	take(yes("x", "1"))
	want("x 1 delivered")

	l := f.Begin()
	take(yes("a2", "1")) // before the answer that names it
	take(yes("x2", "9")) // of a short text
	f.Took(l, "a1")
	take(yes("a1", "1"))
	f.Took(l, "a2")
	want()
	say(f.End(l, true))
	want("a1 1 delivered", "x2 9 delivered")
	take(yes("a2", "1"))
	want() // told before

	take(yes("a1", "2"))
	take(yes("a1", "2")) // twice is not both
	want()
	take(no("a2", "2"))
	want("a1 2 failed")
	take(yes("a2", "2"))
	want()

	// A receipt that fits nothing waits only for texts that had begun.
	first := f.Begin()
	take(yes("y", "1"))
	second := f.Begin()
	say(f.End(first, false))
	want("y 1 delivered")
	f.Took(second, "b1")
	say(f.End(second, false)) // given up after its first part
	take(yes("b1", "1"))
	want()

	for range mostLong + 1 {
		l := f.Begin()
		f.Took(l, "c")
		f.End(l, true)
	}
	if len(f.order) != mostLong {
		t.Error(len(f.order))
	}
	take(yes("a2", "3"))
	want("a2 3 delivered") // forgotten
}

func FuzzHead(f *testing.F) {
	f.Add([]byte{5, 0, 3, 7, 2, 1, 0x4f, 0x60}, byte(UCS2))
	f.Add([]byte{6, 8, 4, 1, 7, 3, 2, 'a'}, byte(GBK))
	f.Fuzz(func(t *testing.T, b []byte, coding byte) {
		p := Head(b)
		if p.Total < 1 || p.No < 1 || p.No > p.Total || p.Total > 255 || len(p.Body) > len(b) {
			t.Fatalf("%+v", p)
		}
		if s := Text(coding, p.Body); strings.ContainsRune(s, 0) {
			t.Fatalf("%q", s)
		}
	})
}

func BenchmarkParts(b *testing.B) {
	text := strings.Repeat("暴雨橙色预警", 30)
	b.ReportAllocs()
	for b.Loop() {
		Parts(text, 1)
	}
}
