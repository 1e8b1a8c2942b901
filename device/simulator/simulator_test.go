package simulator

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/device/hj212"
)

// centre is a server that keeps every frame it acknowledges.
type centre struct {
	net.Listener
	lines  sync.WaitGroup
	mu     sync.Mutex
	frames []hj212.Frame
	copies map[string]int // by MN, CN and QN
	bad    int
	orders []hj212.Command // to each station when its first frame has come
	done   []hj212.Exchange
	forget int // how many frames to leave unanswered
}

func newCentre(t testing.TB) *centre {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &centre{Listener: l, copies: map[string]int{}}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.lines.Go(func() { c.serve(conn) })
		}
	}()
	return c
}

func (c *centre) serve(conn net.Conn) {
	defer conn.Close()
	p := hj212.NewParser(hj212.Options{})
	s := hj212.NewSession(hj212.Timers{}, nil)
	told := map[hj212.MN]bool{}
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if err != nil || p.Feed(buf[:n]) != nil {
			return
		}
		for f, ok := p.Next(); ok; f, ok = p.Next() {
			ev := s.Receive(&f, time.Now())
			c.mu.Lock()
			if ev.Exchange != nil && ev.Exchange.State.Over() {
				c.done = append(c.done, *ev.Exchange)
			}
			if ev.Act == hj212.Store {
				key := string(f.MN+" ") + string(f.CN) + string(f.QN) // the centre's numbers and the station's may meet
				if c.copies[key]++; c.copies[key] == 1 {
					c.frames = append(c.frames, f)
				}
				if c.forget > 0 {
					c.forget--
					ev.Answer = nil
				}
			}
			c.mu.Unlock()
			conn.Write(ev.Answer)
			if !told[f.MN] {
				told[f.MN] = true
				for i, cmd := range c.orders {
					s.Queue(int64(i), hj212.Address{MN: f.MN, PW: f.PW, ST: f.ST, Edition: f.Flag.Edition()}, cmd)
				}
			}
		}
		write, _ := s.Due(time.Now())
		for _, b := range write {
			conn.Write(b)
		}
		bad, _ := p.Rejected()
		c.mu.Lock()
		c.bad += len(bad)
		c.mu.Unlock()
	}
}

func run(t *testing.T, c *centre, opt Options) Report {
	t.Helper()
	opt.To = c.Addr().String()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	report, err := Run(ctx, opt)
	c.lines.Wait()
	if err != nil || ctx.Err() != nil || c.bad != 0 || report.Rejected != 0 {
		t.Fatalf("%v, %v, %d stretches rejected\n%v", err, ctx.Err(), c.bad, report)
	}
	return report
}

// TestEveryFrameOnce: whatever is lost on the way, every report comes, and comes once under its number.
func TestEveryFrameOnce(t *testing.T) {
	for _, e := range []hj212.Edition{hj212.Edition2005, hj212.Edition2017, hj212.Edition2025} {
		t.Run(fmt.Sprint(e), func(t *testing.T) {
			c := newCentre(t)
			c.forget = 30
			var mu sync.Mutex
			acked := map[string]int{}
			r := run(t, c, Options{Devices: 20, Rate: 200, Frames: 10, Edition: e, Seed: 7, LoseAck: 0.1, Timeout: 50 * time.Millisecond,
				Backfill: 2, Batch: 3, Acked: func(a Ack) {
					mu.Lock()
					acked[string(a.MN)+" "+string(a.QN)]++
					mu.Unlock()
				}})
			if len(c.frames) != 20*12 || r.Sent != 20*12 || r.Acked != 20*12 || len(acked) != 20*12 || r.Readings != 20*12*4 || r.Waiting != 0 {
				t.Errorf("%d frames, %d acknowledged\n%v", len(c.frames), len(acked), r)
			}
			if r.Resent < 30 || r.Unheard == 0 || r.P50 <= 0 || r.P99 < r.P50 || r.Max < r.P99 {
				t.Errorf("%v", r)
			}
			for _, n := range acked {
				if n != 1 {
					t.Error("acknowledged twice")
				}
			}
			first := c.frames[slices.IndexFunc(c.frames, func(f hj212.Frame) bool { return f.MN == MN(3, e) })]
			if first.Flag.Edition() != e || !first.Flag.Answer() || first.CN != hj212.CNHour || first.Resent != (e == hj212.Edition2025) {
				t.Errorf("%+v", first)
			}
			if old := first.Items[1].Name == "011-Cou"; old != (e == hj212.Edition2005) {
				t.Errorf("%s", first.Items[1].Name)
			}
		})
	}
}

// TestValues: they follow from the seed, an excess lasts as long as it says, and data times go on step by step.
func TestValues(t *testing.T) {
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, hj212.Zone)
	opt := Options{Devices: 2, Rate: 500, Frames: 6, Start: start, Step: time.Minute, Seed: 1, Codes: []string{"w01018", "a01013", "x9"},
		Exceed: []Exceed{{MN: MN(1, hj212.Edition2017), Code: "w01018", Value: "512.0", From: start.Add(2 * time.Minute), Until: start.Add(4 * time.Minute)}}}
	texts := func(opt Options) (out []string) {
		c := newCentre(t)
		run(t, c, opt)
		for _, f := range c.frames {
			v, _ := f.Value("w01018-Rtd")
			w, _ := f.Value("a01013-Rtd")
			x, _ := f.Value("x9-Rtd")
			out = append(out, string(f.MN)+" "+f.DataTime()[8:12]+" "+v+" "+w+" "+x)
		}
		slices.Sort(out)
		return out
	}
	first := texts(opt)
	if again := texts(opt); !slices.Equal(first, again) {
		t.Errorf("the same seed: %q\n%q", first, again)
	}
	opt.Seed = 2
	if slices.Equal(first, texts(opt)) {
		t.Error("another seed gives the same")
	}
	if len(first) != 12 || !strings.Contains(first[0], " 0800 ") || !strings.Contains(first[5], " 0805 ") {
		t.Errorf("%q", first)
	}
	for _, line := range first {
		high := strings.HasPrefix(line, string(opt.Exceed[0].MN)) && (strings.Contains(line, " 0802 ") || strings.Contains(line, " 0803 "))
		if strings.Contains(line, " 512.0 ") != high || !strings.Contains(line, " -0.0") {
			t.Error(line)
		}
	}
}

// TestOrders: a station answers as 6.2 has it, and what is fetched is what was measured.
func TestOrders(t *testing.T) {
	for _, e := range []hj212.Edition{hj212.Edition2005, hj212.Edition2017} {
		c := newCentre(t)
		at := time.Date(2026, 3, 1, 8, 0, 0, 0, hj212.Zone)
		fetch, _ := hj212.Backfill(hj212.Hour, at, at.Add(2*time.Hour))
		minute, _ := hj212.SetMinuteInterval(5)
		password, _ := hj212.SetPassword("654321")
		c.orders = []hj212.Command{hj212.SetTime(""), hj212.AskTime(""), minute, hj212.AskMinuteInterval(), fetch, hj212.StopState(), password, {CN: "3011"}}
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			for ctx.Err() == nil {
				c.mu.Lock()
				n := len(c.done)
				c.mu.Unlock()
				if n == len(c.orders) {
					stop()
				}
				time.Sleep(10 * time.Millisecond)
			}
		}()
		giveUp := time.AfterFunc(10*time.Second, stop)
		report, err := Run(ctx, Options{To: c.Addr().String(), Rate: 5, Edition: e, Start: at, Seed: 3})
		giveUp.Stop()
		c.lines.Wait()
		if err != nil || report.Commands != 8 || len(c.done) != 8 {
			t.Fatalf("%v, %d of %d exchanges over\n%v\n%+v", err, len(c.done), len(c.orders), report, c.done)
		}
		for i, x := range c.done {
			want := hj212.Finished
			if i == 7 { // it speaks with the old password still, and the order is not known
				want = hj212.Denied
			}
			if x.State != want || x.ID != int64(i) {
				t.Errorf("%d: %+v", i, x)
			}
		}
		if c.done[3].Reply[0].Value != "5" || c.done[1].Reply[0].Name != "SystemTime" || c.done[7].QnRtn != hj212.WrongPassword {
			t.Errorf("%+v", c.done)
		}
		hours := 0
		for _, f := range c.frames {
			if f.CN == hj212.CNHour {
				hours++
			}
		}
		if hours != 3 {
			t.Errorf("%d hours fetched, want 3", hours)
		}
	}
}

// TestSplit: a report that is too long for a segment comes in parts that an Assembler puts together.
func TestSplit(t *testing.T) {
	c := newCentre(t)
	run(t, c, Options{Kind: hj212.Hour, Frames: 2, Rate: 100, Factors: len(factors)})
	a := hj212.NewAssembler(hj212.AssemblerOptions{})
	whole := 0
	for _, f := range c.frames {
		if f.Declared > 1024 {
			t.Errorf("%d bytes", f.Declared)
		}
		if w, ok := a.Add(f, time.Now()); ok {
			whole++
			if d := w.Data(); len(d.Factors) != len(factors) || d.Time.Minute() != 0 {
				t.Errorf("%d factors at %v", len(d.Factors), d.Time)
			}
		}
	}
	if len(c.frames) != 4 || whole != 2 {
		t.Errorf("%d frames, %d reports", len(c.frames), whole)
	}
}

// TestBrokenLine: a station connects anew and sends what was not acknowledged under the same numbers.
func TestBrokenLine(t *testing.T) {
	c := newCentre(t)
	var mu sync.Mutex
	var conns []net.Conn
	dial := func(ctx context.Context) (net.Conn, error) {
		conn, err := net.Dial("tcp", c.Addr().String())
		mu.Lock()
		conns = append(conns, conn)
		mu.Unlock()
		return conn, err
	}
	c.forget = 5
	time.AfterFunc(100*time.Millisecond, func() {
		mu.Lock()
		conns[0].Close()
		mu.Unlock()
	})
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	r, err := Run(ctx, Options{Dial: dial, Rate: 50, Frames: 20})
	c.lines.Wait()
	if err != nil || r.Connected != 2 || r.Acked != 20 || r.Sent != 20 || r.Resent < 5 || len(c.frames) != 20 {
		t.Errorf("%v, %d frames\n%v", err, len(c.frames), r)
	}
	if _, err := Run(ctx, Options{To: "127.0.0.1:1", Frames: 1, Devices: 1, Timeout: time.Millisecond, Dial: func(context.Context) (net.Conn, error) {
		stop()
		return nil, net.ErrClosed
	}}); err != nil {
		t.Error("ended by ctx:", err)
	}
}

func TestBuckets(t *testing.T) {
	for _, d := range []time.Duration{0, time.Microsecond, 8 * time.Microsecond, 100 * time.Microsecond, 12345 * time.Microsecond, time.Second, time.Minute, 24 * time.Hour} {
		b := bucketOf(d)
		if up := upper(b); up < d || d > 16*time.Microsecond && up > d+d/7 {
			t.Errorf("%v stands in the bucket that ends at %v", d, up)
		}
	}
}

// BenchmarkStations is what 1,000 stations at ten frames a second cost themselves, against a centre that keeps nothing.
func BenchmarkStations(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				p := hj212.NewParser(hj212.Options{})
				buf := make([]byte, 4096)
				var out []byte
				for {
					n, err := conn.Read(buf)
					if err != nil || p.Feed(buf[:n]) != nil {
						return
					}
					out = out[:0]
					for f, ok := p.Next(); ok; f, ok = p.Next() {
						if a, ok := hj212.Answer(&f); ok {
							out = a.AppendTo(out)
						}
					}
					conn.Write(out)
				}
			}()
		}
	}()
	for b.Loop() {
		r, err := Run(b.Context(), Options{To: l.Addr().String(), Devices: 1000, Rate: 10, Frames: 100, Factors: 5})
		if err != nil || r.Waiting != 0 {
			b.Fatal(err, r)
		}
		b.Log("\n" + r.String())
	}
}
