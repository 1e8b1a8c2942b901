package hj212

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// FuzzParser: whatever comes, in whatever reads, nothing breaks, memory is bounded, and the reads do not matter.
func FuzzParser(f *testing.F) {
	for _, s := range samples(f) {
		f.Add([]byte(s.line+"\r\n"), uint8(3), false)
	}
	one := string(Seal("ST=32;CN=2011;MN=S1;CP=&&w01018-Rtd=2&&"))
	f.Add([]byte("###"+one+"##"+one[:20]+one), uint8(1), false)
	f.Add([]byte("##0400"+one[6:]+"##0400"+one[6:len(one)-2]), uint8(5), false)
	f.Add([]byte("##0059"+one[6:31]+"{0xE4,0x3E,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00}g=N&&0000\r\n"), uint8(9), true)
	f.Fuzz(func(t *testing.T, stream []byte, size uint8, encrypted bool) {
		if len(stream) > 40_000 {
			return
		}
		opt := Options{MaxSegment: 1200, MaxBuffer: 48 << 10}
		if encrypted {
			opt.Profile = func(MN) Profile { return Profile{Key: demoKey, CRC: CRCARC} }
		}
		frames, why := decode(t, opt, stream, len(stream)+1)
		again, whyAgain := decode(t, opt, stream, int(size)+1)
		if !reflect.DeepEqual(frames, again) {
			t.Fatalf("in reads of %d bytes:\n%v\nat once:\n%v", size, again, frames)
		}
		if len(why) < maxPending && fmt.Sprint(why) != fmt.Sprint(whyAgain) {
			t.Fatalf("in reads of %d bytes %v, at once %v", size, whyAgain, why)
		}
		for i := range frames {
			check(t, &frames[i])
		}
	})
}

// check holds a frame against what every frame promises.
func check(t *testing.T, f *Frame) {
	t.Helper()
	f.Data()
	if a, ok := Answer(f); ok {
		if got, _ := decode(t, Options{}, a.Encode()); len(got) != 1 || got[0].MN != a.MN {
			t.Fatalf("answer %q", a.Encode())
		}
	}
	for i, it := range f.Items {
		if it.Name == "" || strings.TrimSpace(it.Name) != it.Name && strings.Trim(it.Name, " ") != it.Name {
			t.Fatalf("item %q", it.Name)
		}
		if i > 0 && (it.Group < f.Items[i-1].Group || it.Group > f.Items[i-1].Group+1) {
			t.Fatalf("groups %v", f.Items)
		}
	}
}

// FuzzEncode: what is encoded decodes to the same.
func FuzzEncode(f *testing.F) {
	f.Add("20260301080000001", "32", "2011", "123456", "S1", uint8(5), uint16(2), uint16(1), true, "w01018-Rtd", "2.5", "N")
	f.Fuzz(func(t *testing.T, qn, st, cn, pw, mn string, flag uint8, pnum, pno uint16, rf bool, name, v1, v2 string) {
		for _, s := range []string{qn, st, cn, pw, mn, name, v1, v2} {
			if s == "" || strings.ContainsAny(s, ",;=&/ \x00") || strings.ToValidUTF8(s, "") != s || len(s) > maxText {
				return
			}
		}
		if len(st) > maxName || len(cn) > maxName {
			return
		}
		in := Frame{QN: QN(qn), ST: ST(st), CN: CN(cn), PW: pw, MN: MN(mn), Flag: Flag(flag), PNUM: int(pnum) % 10_000, PNO: int(pno) % 10_000,
			Resent: rf, Items: []Item{{name, v1, 0}, {name, v2, 0}, {name, v1, 1}}}
		if in.PNUM == 0 {
			in.PNO = 0
		}
		frames, why := decode(t, Options{}, in.Encode())
		if len(frames) != 1 || len(why) != 0 {
			t.Fatalf("%q: %d frames, rejected %v", in.Encode(), len(frames), why)
		}
		out := frames[0]
		out.Segment, out.Declared, out.CRC, out.has = "", 0, 0, 0
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("%+v\nwant %+v", out, in)
		}
	})
}
