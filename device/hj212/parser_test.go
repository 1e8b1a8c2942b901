package hj212

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// decode runs a stream through a parser in reads of the given sizes; the last size is repeated.
func decode(t testing.TB, opt Options, stream []byte, sizes ...int) (frames []Frame, why []Reason) {
	t.Helper()
	p := NewParser(opt)
	drain := func() {
		for f, ok := p.Next(); ok; f, ok = p.Next() {
			frames = append(frames, f)
		}
		r, _ := p.Rejected()
		for _, r := range r {
			why = append(why, r.Reason)
		}
	}
	if len(sizes) == 0 {
		sizes = []int{4096}
	}
	for i := 0; len(stream) > 0; i++ {
		n := min(sizes[min(i, len(sizes)-1)], len(stream))
		if err := p.Feed(stream[:n]); err != nil {
			t.Fatal(err)
		}
		stream = stream[n:]
		drain()
	}
	for p.Expire() {
		drain()
	}
	return frames, why
}

// sample is one frame of testdata/samples.txt with what its comment says of it.
type sample struct {
	name, line string
	length     int
	crc        string
}

func samples(t testing.TB) []sample {
	t.Helper()
	f, err := os.Open("testdata/samples.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []sample
	var s sample
	for in := bufio.NewScanner(f); in.Scan(); {
		line := in.Text()
		switch {
		case strings.HasPrefix(line, "# ok-"), strings.HasPrefix(line, "# bad-"):
			s.name, _, _ = strings.Cut(line[2:], " ")
			at := strings.LastIndex(line, "len=")
			if _, err := fmt.Sscanf(line[at:], "len=%d crc=%s", &s.length, &s.crc); err != nil {
				t.Fatal(line, err)
			}
		case strings.HasPrefix(line, "##"):
			s.line = line
			out = append(out, s)
		}
	}
	return out
}

func TestSamples(t *testing.T) {
	all := samples(t)
	if len(all) != 24 {
		t.Fatalf("%d samples", len(all))
	}
	profiles := map[string]CRC{"bad-22": CRCModbusSwapped, "bad-23": CRCARC}
	for _, s := range all {
		frames, why := decode(t, Options{}, []byte(s.line+"\r\n"))
		if strings.HasPrefix(s.name, "bad-") {
			want := BadCRC
			if s.name == "bad-24" {
				want = BadLength
			}
			if len(frames) != 0 || !slices.Equal(why, []Reason{want}) {
				t.Errorf("%s: %d frames, rejected %v", s.name, len(frames), why)
			}
			if crc, ok := profiles[s.name]; ok {
				opt := Options{Profile: func(MN) Profile { return Profile{CRC: crc} }}
				if frames, why := decode(t, opt, []byte(s.line+"\r\n")); len(frames) != 1 || why != nil {
					t.Errorf("%s with its profile: %d frames, rejected %v", s.name, len(frames), why)
				}
			}
			continue
		}
		if len(frames) != 1 || why != nil {
			t.Errorf("%s: %d frames, rejected %v", s.name, len(frames), why)
			continue
		}
		f := frames[0]
		if f.Declared != s.length || fmt.Sprintf("%04X", f.CRC) != s.crc {
			t.Errorf("%s: length %d, CRC %04X; want %d %s", s.name, f.Declared, f.CRC, s.length, s.crc)
		}
		if f.Segment != s.line[6:len(s.line)-4] {
			t.Errorf("%s: another segment", s.name)
		}
	}
}

// TestEveryCut reads all samples as one stream, cut in two at every byte and into single bytes.
func TestEveryCut(t *testing.T) {
	var stream []byte
	for _, s := range samples(t) {
		stream = append(stream, s.line+"\r\n"...)
	}
	frames, why := decode(t, Options{}, stream)
	if len(frames) != 19 || len(why) != 5 {
		t.Fatalf("%d frames, rejected %v", len(frames), why)
	}
	want := fmt.Sprint(frames, why)
	step := 1
	if testing.Short() {
		step = 17
	}
	for cut := 1; cut < len(stream); cut += step {
		if frames, why := decode(t, Options{}, stream, cut, len(stream)); fmt.Sprint(frames, why) != want {
			t.Fatalf("cut at %d: another result", cut)
		}
	}
	for _, n := range []int{1, 2, 3, 7, 13} {
		if frames, why := decode(t, Options{}, stream, n); fmt.Sprint(frames, why) != want {
			t.Fatalf("in reads of %d bytes: another result", n)
		}
	}
}

// TestExpire: giving up on a half frame changes nothing for what comes later.
func TestExpire(t *testing.T) {
	whole := Seal("ST=32;CN=2011;MN=S1;CP=&&w01018-Rtd=2&&")
	for _, half := range []string{"#x", "##", "##00", "##0045ST=32;CN=", string(whole[:len(whole)-3])} {
		p := NewParser(Options{})
		if p.Expire() {
			t.Fatal("nothing has begun")
		}
		feed := func(b []byte, want int) {
			t.Helper()
			if err := p.Feed(b); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, ok := p.Next(); ok; _, ok = p.Next() {
				n++
			}
			if n != want {
				t.Fatalf("%q: %d frames, want %d", half, n, want)
			}
		}
		feed([]byte(half), 0)
		for p.Expire() {
			if _, ok := p.Next(); ok {
				t.Fatalf("%q gives a frame", half)
			}
		}
		feed(whole[:20], 0)
		feed(whole[20:], 1)
		if r, more := p.Rejected(); len(r) == 0 || more != 0 || r[0].At != 0 || r[0].Text == "" {
			t.Errorf("%q: %v", half, r)
		}
	}
}

// TestBounds: what is not taken out does not pile up, and neither do stretches that nobody asks for.
func TestBounds(t *testing.T) {
	p := NewParser(Options{})
	var err error
	for range 100 {
		if err = p.Feed(bytes.Repeat([]byte("##9999"), 1000)); err != nil {
			break
		}
	}
	if err != ErrFull || len(p.buf) > 64<<10 {
		t.Fatalf("%v, %d bytes held", err, len(p.buf))
	}
	p = NewParser(Options{})
	for range 1000 {
		p.Feed([]byte("##000x\x00"))
		p.Next()
	}
	r, more := p.Rejected()
	if len(r) != maxPending || more != 1000-maxPending || strings.Contains(r[0].Text, "\x00") {
		t.Errorf("%d and %d, %q", len(r), more, r[0].Text)
	}
}

const typical = "QN=20240601085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20240601085800;" +
	"w01018-Rtd=35.2,w01018-Flag=N;w21003-Rtd=1.83,w21003-Flag=N;w21011-Rtd=0.21,w21011-Flag=N;w01001-Rtd=7.2,w01001-Flag=N&&"

// BenchmarkDecode decodes real-time frames of four factors that came in reads of about a dozen.
func BenchmarkDecode(b *testing.B) {
	frame := Seal(typical)
	read := bytes.Repeat(frame, 12)
	p := NewParser(Options{})
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n == 0 {
			if err := p.Feed(read); err != nil {
				b.Fatal(err)
			}
			n = 12
		}
		f, ok := p.Next()
		if !ok || len(f.Items) != 9 {
			b.Fatal("no frame")
		}
		n--
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

// BenchmarkReceive is what a server does with a frame besides storing it: decode, read the data, make the answer.
func BenchmarkReceive(b *testing.B) {
	read := Seal(typical)
	p := NewParser(Options{})
	s := NewSession(Timers{}, nil)
	b.SetBytes(int64(len(read)))
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(read)
		f, _ := p.Next()
		if d, ev := f.Data(), s.Receive(&f, time.Time{}); len(d.Factors) != 4 || ev.Answer == nil {
			b.Fatal("not received")
		}
	}
}
