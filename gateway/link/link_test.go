package link

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

var plainWire, statusWire = Wire{Name: "A", Max: 64}, Wire{Name: "B", Status: true, Max: 64}

func TestFramesAtEveryCut(t *testing.T) {
	for _, w := range []Wire{plainWire, statusWire} {
		want := []Frame{{ID: 8, Seq: 7}, {ID: 4, Seq: 8, Body: []byte("abc")}, {ID: 8 | Answer, Seq: 7, Body: []byte{0}}}
		var b []byte
		for _, f := range want {
			b = w.Append(b, f)
		}
		r := iotest.OneByteReader(bytes.NewReader(b))
		for i := range want {
			f, err := w.Read(r)
			if err != nil || f.ID != want[i].ID || f.Seq != want[i].Seq || !bytes.Equal(f.Body, want[i].Body) {
				t.Errorf("%s: frame %d: %+v %v", w.Name, i, f, err)
			}
		}
		if _, err := w.Read(r); err != io.EOF {
			t.Error(err)
		}
		for n := 1; n < w.head(); n++ {
			if _, err := w.Read(bytes.NewReader(b[:n])); err != io.ErrUnexpectedEOF {
				t.Errorf("%s: cut at %d: %v", w.Name, n, err)
			}
		}
		for _, length := range []string{"\x00\x00\x00\x00", "\x00\x00\x00\x0b", "\x00\x00\x00\x41", "\xff\xff\xff\xff"} {
			if _, err := w.Read(strings.NewReader(length + strings.Repeat("x", 100))); !errors.Is(err, ErrFrame) {
				t.Errorf("%s: length % x: %v", w.Name, length, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(plainWire.Append(nil, Frame{ID: 8, Seq: 7}), false)
	f.Add(statusWire.Append(nil, Frame{ID: 8, Seq: 7, Body: []byte("abc")}), true)
	f.Fuzz(func(t *testing.T, b []byte, status bool) {
		w := plainWire
		if status {
			w = statusWire
		}
		r := bytes.NewReader(b)
		for {
			at := len(b) - r.Len()
			fr, err := w.Read(r)
			if err != nil {
				return
			}
			if again := w.Append(nil, fr); !bytes.Equal(again, b[at:at+len(again)]) {
				t.Fatalf("% x became % x", b[at:], again)
			}
		}
	})
}

// peer is the far side of one connection of a test. It reads all the time, so that no writer waits for the test.
type peer struct {
	net.Conn
	frames chan Frame
}

func (p *peer) reading() {
	defer close(p.frames)
	for {
		f, err := statusWire.Read(p)
		if err != nil {
			return
		}
		p.frames <- f
	}
}

// read is the next frame, an empty one at the end of the connection.
func (p *peer) read() Frame { return <-p.frames }

func (p *peer) say(f Frame) { _, _ = p.Write(statusWire.Append(nil, f)) }

func (p *peer) answer(f Frame) { p.say(Frame{ID: f.ID | Answer, Seq: f.Seq}) }

// dial gives a link's end of a pipe, and the test the other.
func dial() (func(context.Context) (net.Conn, error), <-chan *peer) {
	peers := make(chan *peer, 8)
	return func(context.Context) (net.Conn, error) {
		a, b := net.Pipe()
		p := &peer{b, make(chan Frame, 64)}
		go p.reading()
		peers <- p
		return a, nil
	}, peers
}

func options(d func(context.Context) (net.Conn, error)) Options {
	return Options{Wire: statusWire, Dial: d, Test: 0x15, Bye: 6, Idle: 30 * time.Second, Wait: 10 * time.Second,
		Login: func(context.Context, func(context.Context, Frame) (Frame, error)) error { return nil },
		Serve: func(_ context.Context, list []Frame) []*Frame { return make([]*Frame, len(list)) }}
}

// run runs a link until the test's function returns.
func run(t *testing.T, opt Options, do func(l *Link)) {
	t.Helper()
	l := New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	var over sync.WaitGroup
	over.Go(func() {
		if err := l.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	do(l)
	cancel()
	over.Wait()
}

func TestAnswersFindTheirRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		opt := options(d)
		opt.Window = 2
		run(t, opt, func(l *Link) {
			p := <-peers
			answers := make([]string, 3)
			var asking sync.WaitGroup
			for i := range answers {
				asking.Go(func() {
					a, err := l.Ask(t.Context(), Frame{ID: 4, Body: []byte{'0' + byte(i)}}, nil)
					if err != nil {
						t.Error(err)
					}
					answers[i] = string(a.Body)
				})
				synctest.Wait()
			}
			one, two := p.read(), p.read()
			if one.Seq == two.Seq || one.Seq == 0 {
				t.Error(one.Seq, two.Seq)
			}
			p.say(Frame{ID: 4 | Answer, Seq: 99, Body: []byte("nobody's")})
			p.say(Frame{ID: 5 | Answer, Seq: one.Seq, Body: []byte("of another request")})
			p.say(Frame{ID: 4 | Answer, Seq: two.Seq, Body: append([]byte("to "), two.Body...)})
			three := p.read() // room in the window
			p.say(Frame{ID: Answer, Status: 3, Seq: three.Seq, Body: append([]byte("to "), three.Body...)})
			p.say(Frame{ID: 4 | Answer, Seq: one.Seq, Body: append([]byte("to "), one.Body...)})
			asking.Wait()
			if want := []string{"to 0", "to 1", "to 2"}; !slices.Equal(answers, want) {
				t.Errorf("%q", answers)
			}
			go func() { p.answer(p.read()) }() // the goodbye
		})
	})
}

func TestNothingSentOrPerhapsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		var away atomic.Bool
		opt := options(func(ctx context.Context) (net.Conn, error) {
			if away.Load() {
				return nil, errors.New("no route")
			}
			return d(ctx)
		})
		run(t, opt, func(l *Link) {
			p := <-peers
			ask := func(name string, sent bool, why string) {
				t.Helper()
				_, err := l.Ask(t.Context(), Frame{ID: 4}, nil)
				if err == nil || Sent(err) != sent || Why(err) != why {
					t.Errorf("%s: sent %v, %v (%s); want %v, %s", name, Sent(err), err, Why(err), sent, why)
				}
			}
			go p.read()
			ask("no answer", true, "超时没有答复")
			away.Store(true)
			go func() { p.read(); p.Close() }()
			ask("the connection breaks behind it", true, "对方断开了连接")
			ask("no connection", false, "no route")
			over, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := l.Ask(over, Frame{ID: 4}, nil); Sent(err) || Why(err) != "本次发送已中止" {
				t.Error(err)
			}
		})
	})
}

func TestASilentFarSideIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		began := time.Now()
		run(t, options(d), func(l *Link) {
			p := <-peers
			p.answer(p.read()) // the first test, at 30 s
			if at := time.Since(began); at != 30*time.Second {
				t.Error("tested at", at)
			}
			for range 3 { // and three without an answer
				if f := p.read(); f.ID != 0x15 {
					t.Errorf("%+v", f)
				}
			}
			if f := p.read(); f.ID != 0 {
				t.Errorf("one more: %+v", f)
			}
			if at := time.Since(began); at != 90*time.Second {
				t.Error("given up at", at)
			}
			p = <-peers // connected again
			go func() { p.answer(p.read()) }()
		})
	})
}

func TestTheFarSideAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		opt := options(d)
		served := make(chan struct{})
		var calls []int
		opt.Serve = func(_ context.Context, list []Frame) (answers []*Frame) {
			for _, f := range list {
				switch string(f.Body) {
				case "slow":
					<-served
				case "forget":
					answers = append(answers, nil)
					continue
				}
				answers = append(answers, &Frame{Status: 7, Body: f.Body})
			}
			calls = append(calls, len(list))
			return answers
		}
		run(t, opt, func(l *Link) {
			p := <-peers
			for i, body := range []string{"slow", "forget", "last"} {
				p.say(Frame{ID: 5, Seq: uint32(40 + i), Body: []byte(body)})
				synctest.Wait()
			}
			// Tests and answers do not wait behind what takes its time.
			go p.say(Frame{ID: 0x15, Seq: 50})
			if f := p.read(); f.ID != 0x15|Answer || f.Seq != 50 {
				t.Errorf("%+v", f)
			}
			close(served)
			for _, want := range []uint32{40, 42} {
				if f := p.read(); f.ID != 5|Answer || f.Seq != want || f.Status != 7 {
					t.Errorf("%+v, want the answer to %d", f, want)
				}
			}
			synctest.Wait()
			if !slices.Equal(calls, []int{1, 2}) { // what came behind the slow one was served at once
				t.Error(calls)
			}
			go p.say(Frame{ID: 6, Seq: 51})
			if f := p.read(); f.ID != 6|Answer || f.Seq != 51 {
				t.Errorf("%+v", f)
			}
			p = <-peers // and it connects again
			go func() { p.answer(p.read()) }()
		})
	})
}

func TestAnAnswerIsSeenBeforeWhatStandsBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		opt := options(d)
		var named atomic.Value
		var known []any
		opt.Serve = func(_ context.Context, list []Frame) []*Frame {
			known = append(known, named.Load())
			return make([]*Frame, len(list))
		}
		run(t, opt, func(l *Link) {
			p := <-peers
			go func() {
				f := p.read()
				p.say(Frame{ID: 4 | Answer, Seq: f.Seq, Body: []byte("M1")})
				p.say(Frame{ID: 5, Seq: 1, Body: []byte("of M1")})
			}()
			if _, err := l.Ask(t.Context(), Frame{ID: 4}, func(f Frame) { named.Store(string(f.Body)) }); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if len(known) != 1 || known[0] != "M1" {
				t.Errorf("served knowing %v", known)
			}
			go func() { p.answer(p.read()) }()
		})
	})
}

func TestGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, peers := dial()
		l := New(options(d))
		ctx, cancel := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { _ = l.Run(ctx) })
		p := <-peers
		over.Go(func() {
			if _, err := l.Ask(context.Background(), Frame{ID: 4}, nil); err != nil {
				t.Error("its answer came before the goodbye, and was not heard:", err)
			}
		})
		f := p.read()
		cancel()
		synctest.Wait()
		if _, err := l.Ask(context.Background(), Frame{ID: 4}, nil); Sent(err) {
			t.Error("asked behind the end:", err)
		}
		p.answer(f)
		if f := p.read(); f.ID != 6 {
			t.Errorf("no goodbye: %+v", f)
		} else {
			p.answer(f)
		}
		over.Wait()
	})
}

func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		opt := options(func(context.Context) (net.Conn, error) {
			at = append(at, time.Since(began).Round(time.Second))
			return nil, errors.New("no route")
		})
		run(t, opt, func(l *Link) {
			time.Sleep(4 * time.Minute)
			if up, err := l.Up(); up || err == nil || err.Error() != "no route" {
				t.Error(up, err)
			}
		})
		want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 123, 183}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(at, want) {
			t.Error(at)
		}
	})
}
