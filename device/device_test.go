package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/device/hj212"
	"zhixing/device/simulator"
	"zhixing/observation"
)

var ctx = context.Background()

func definitions() []*observation.Definition {
	var out []*observation.Definition
	for _, k := range []observation.Kind{observation.RealTime, observation.Minute, observation.Hour} {
		out = append(out,
			&observation.Definition{Name: observation.SeriesName("cod-" + k), Title: "化学需氧量", Register: "outlets", Factor: "w01018", Unit: "mg/L", Kind: k, Interval: 10 * time.Minute},
			&observation.Definition{Name: observation.SeriesName("nh3-" + k), Title: "氨氮", Register: "outlets", Factor: "w21003", Unit: "mg/L", Kind: k, Interval: 10 * time.Minute},
			&observation.Definition{Name: observation.SeriesName("dust-" + k), Title: "颗粒物", Register: "outlets", Factor: "a34013-Zs", Unit: "mg/m3", Kind: k, Interval: 10 * time.Minute})
	}
	return out
}

// station is a running server, its database and what it logs.
type station struct {
	*testing.T
	d    *db.DB
	o    *observation.Observations
	s    *Server
	w    *observation.Writer
	addr string
	log  bytes.Buffer
	mu   sync.Mutex
	end  func()
}

func (s *station) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

// serving tells a story to a running server on either database, with devices 1 … n of the simulator registered.
func serving(t *testing.T, devices int, limits Limits, tell func(s *station)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &station{T: t, d: d}
		var err error
		if s.o, err = observation.New("999999", definitions()); err != nil {
			t.Fatal(err)
		}
		if limits.Flush == 0 {
			limits.Flush = 20 * time.Millisecond
		}
		s.w = observation.NewWriter(d, func() *observation.Observations { return s.o }, observation.WriterOptions{})
		s.s = &Server{DB: d, Devices: NewRegistry("999999"), Observations: func() *observation.Observations { return s.o }, Inbox: t.TempDir(), Writer: s.w, Limits: limits,
			Log: slog.New(slog.NewTextHandler(s, nil)), Timers: hj212.Timers{Answer: 300 * time.Millisecond}}
		for i := range devices {
			s.add(Device{MN: simulator.MN(i, hj212.Edition2017), Password: "123456", Register: "outlets", Entry: fmt.Sprintf("P%d", i)})
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.addr = l.Addr().String()
		run, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- s.s.Serve(run, l) }()
		s.end = sync.OnceFunc(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			s.w.Close()
		})
		t.Cleanup(s.end)
		tell(s)
	})
}

func (s *station) add(d Device) (id ID) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		id, err = s.s.Devices.Add(ctx, tx, s.o, "示例甲", d)
		return err
	})
	if err := s.s.Devices.Load(ctx, s.d); err != nil {
		s.Fatal(err)
	}
	return id
}

func (s *station) write(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.d.Write(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *station) read(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.d.Read(ctx, do); err != nil {
		s.Fatal(err)
	}
}

// settled waits until what was answered is on record.
func (s *station) settled() {
	s.Helper()
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := s.s.Settled(wait); err != nil {
		s.Fatal(err, s.logged())
	}
}

// all is a series as text, when all is on record that was answered.
func (s *station) all(name observation.SeriesName, key string) string {
	s.Helper()
	s.settled()
	return s.now(name, key)
}

// now is a series as text.
func (s *station) now(name observation.SeriesName, key string) string {
	s.Helper()
	var out []string
	s.read(func(tx *db.Tx) error {
		series, ok, err := s.o.Find(ctx, tx, name, key)
		if err != nil || !ok {
			return err
		}
		return s.o.Each(ctx, tx, observation.Query{Series: series.ID}, func(r observation.Reading) error {
			out = append(out, fmt.Sprintf("%s %s", r.At.In(calendar.Zone).Format("15:04:05"), r.Value))
			return nil
		})
	})
	return strings.Join(out, ", ")
}

// line is a connection of a test that speaks for itself.
type line struct {
	*station
	net.Conn
	p *hj212.Parser
}

func (s *station) dial() *line {
	s.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { c.Close() })
	return &line{s, c, hj212.NewParser(hj212.Options{})}
}

func (l *line) send(b []byte) {
	l.Helper()
	if _, err := l.Conn.Write(b); err != nil {
		l.Fatal(err)
	}
}

// next is the next frame of the server; false where none comes in time.
func (l *line) next(wait time.Duration) (hj212.Frame, bool) {
	l.Helper()
	_ = l.SetReadDeadline(time.Now().Add(wait))
	buf := make([]byte, 4096)
	for {
		if f, ok := l.p.Next(); ok {
			return f, true
		}
		n, err := l.Conn.Read(buf)
		if err != nil {
			return hj212.Frame{}, false
		}
		if err := l.p.Feed(buf[:n]); err != nil {
			l.Fatal(err)
		}
	}
}

// acked waits for the acknowledgement of a request.
func (l *line) acked(qn hj212.QN) {
	l.Helper()
	for {
		f, ok := l.next(10 * time.Second)
		if !ok {
			l.Fatalf("%s is not acknowledged; the server says %s", qn, l.logged())
		}
		if f.CN == hj212.CNDataAnswer && f.QN == qn {
			return
		}
	}
}

func (s *station) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// closed waits for the server to hang up.
func (l *line) closedWithin(wait time.Duration) bool {
	_ = l.SetReadDeadline(time.Now().Add(wait))
	buf := make([]byte, 4096)
	for {
		if _, err := l.Conn.Read(buf); err != nil {
			var ne net.Error
			return !errors.As(err, &ne) || !ne.Timeout()
		}
	}
}

func realtime(i int, qn hj212.QN, area string) []byte {
	return hj212.Seal(fmt.Sprintf("QN=%s;ST=32;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&%s&&", qn, simulator.MN(i, hj212.Edition2017), area))
}

const qn1, qn2, qn3 hj212.QN = "20230920090001000", "20230920090002000", "20230920090003000"

func TestAcknowledgedAndRecordedOnce(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		l := s.dial()
		frame := realtime(0, qn1, "DataTime=20230920090000;w01018-Rtd=61.0,w01018-Flag=N;w21003-Rtd=,w21003-Flag=D")
		l.send(frame)
		l.acked(qn1)
		l.send(frame) // again, for the answer was lost
		l.acked(qn1)
		if got := s.all("cod-realtime", "P0"); got != "09:00:00 61.0" {
			t.Error(got)
		}
		if got := s.all("nh3-realtime", "P0"); got != "09:00:00 /D" {
			t.Error(got)
		}
	})
}

// What a frame breaks is that frame's alone: it is put aside with the reason, the others are recorded.
func TestFrameThatCannotBeRecorded(t *testing.T) {
	serving(t, 2, Limits{}, func(s *station) {
		s.o.Recorded = func(_ context.Context, _ *db.Tx, list []observation.Reading) error {
			for _, r := range list {
				if r.Value.String() == "66.6" {
					return errors.New("the judge broke")
				}
			}
			return nil
		}
		l := s.dial()
		for i, v := range []string{"1.0", "66.6", "2.0"} {
			qn := hj212.QN(fmt.Sprintf("2023092009000%d000", i))
			l.send(realtime(i%2, qn, fmt.Sprintf("DataTime=2023092009000%d;w01018-Rtd=%s", i, v)))
			l.acked(qn)
		}
		if got := s.all("cod-realtime", "P0") + " | " + s.all("cod-realtime", "P1"); got != "09:00:00 1.0, 09:00:02 2.0 | " {
			t.Error(got)
		}
		s.read(func(tx *db.Tx) error {
			list, err := s.s.Devices.UnplacedOf(ctx, tx, 2)
			if len(list) != 1 || !strings.Contains(list[0].Sample, "w01018-Rtd=66.6") || list[0].Why != "没有记上：observation.Record: the judge broke" {
				t.Errorf("put aside is %+v", list)
			}
			return err
		})
	})
}

// Where nothing can be recorded it is not the frames' fault: they wait, and are recorded when it can be done again.
func TestRecordingBreaks(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		var broken atomic.Bool
		broken.Store(true)
		s.o.Recorded = func(context.Context, *db.Tx, []observation.Reading) error {
			if broken.Load() {
				return errors.New("the judge broke")
			}
			return nil
		}
		l := s.dial()
		for i, qn := range []hj212.QN{qn1, qn2} {
			l.send(realtime(0, qn, fmt.Sprintf("DataTime=2023092009000%d;w01018-Rtd=61.0", i+1)))
			l.acked(qn)
		}
		for deadline := time.Now().Add(10 * time.Second); !strings.Contains(s.logged(), "frames=2") && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		broken.Store(false)
		if got := s.all("cod-realtime", "P0"); got != "09:00:01 61.0, 09:00:02 61.0" {
			t.Error(got)
		}
	})
}

func TestFramesCutAtEveryByte(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		one := realtime(0, qn1, "DataTime=20230920090001;w01018-Rtd=1.1;w21003-Rtd=1")
		two := realtime(0, qn2, "DataTime=20230920090002;w01018-Rtd=2.2;w21003-Rtd=2")
		both := append(append([]byte("noise###"), one...), two...)
		step := 1
		if s.d.Dialect == db.PostgreSQL {
			step = 7 // the cuts are the parser's, the database is only slower
		}
		for cut := 1; cut < len(both); cut += step {
			l := s.dial()
			l.send(both[:cut])
			time.Sleep(time.Millisecond)
			l.send(both[cut:])
			l.acked(qn1)
			l.acked(qn2)
			l.Close()
		}
		if got := s.all("cod-realtime", "P0"); got != "09:00:01 1.1, 09:00:02 2.2" {
			t.Error(got)
		}
	})
}

func TestWhatHasNoPlaceIsKept(t *testing.T) {
	serving(t, 1, Limits{}, func(s *station) {
		l := s.dial()
		l.send(realtime(0, qn1, "DataTime=20230920090000;w01018-Rtd=1;w99999-Rtd=3.3,w99999-Flag=N;a34013-Rtd=8;w21003-Rtd=viel"))
		l.acked(qn1)
		l.send(realtime(0, qn2, "DataTime=20990920090000;w01018-Rtd=1")) // a clock that is far off
		l.acked(qn2)
		l.send(hj212.Seal("QN=20230920090003000;ST=32;CN=3020;PW=123456;MN=" + string(simulator.MN(0, hj212.Edition2017)) + ";Flag=5;CP=&&DataTime=20230920090000;PolId=w01018,i11001-Info=//\xce\xac\xbb\xa4//&&"))
		l.acked(qn3)
		s.settled()
		s.read(func(tx *db.Tx) error {
			list, err := s.s.Devices.UnplacedOf(ctx, tx, 1)
			var out []string
			for _, u := range list {
				out = append(out, fmt.Sprintf("%s %s %d %s %s", u.CN, u.Factor, u.Count, u.Sample, u.Why))
			}
			want := `2011 a34013 1 Rtd=8 没有监测项目要的数，或者不是数
2011 cod-realtime 1 1 时间 2099-09-20 09:00 在一天以后，不收；请核对设备的时钟。
2011 w21003 1 Rtd=viel 没有监测项目要的数，或者不是数
2011 w99999 1 Rtd=3.3,Flag=N 没有监测项目收这个因子
3020 i11001 1 Info=//维护// 没有监测项目收这个因子`
			if got := strings.Join(out, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			return err
		})
	})
}

func TestDeviceDepartsFromDefinitions(t *testing.T) {
	serving(t, 0, Limits{}, func(s *station) {
		s.add(Device{MN: "OLD1", Password: "", CRC: ModbusSwapped, Register: "outlets", Entry: "P9", Factors: []Factor{
			{Code: "011", Unit: "ug/L"}, {Code: "X7", As: "w21003"}, {Code: "TEMP", Ignored: true}, {Code: "ea30", Series: "dust-realtime", Unit: "ug/m3"}}})
		l := s.dial()
		seg := "ST=32;CN=2011;PW=;MN=OLD1;CP=&&DataTime=20230920090000;011-Rtd=61500,011-Flag=N;X7-Rtd=0.30;TEMP-Rtd=20;ea30-Rtd=30&&"
		l.send([]byte(fmt.Sprintf("##%04d%s%s\r\n", len(seg), seg, swappedModbus(seg))))
		deadline := time.Now().Add(5 * time.Second)
		for s.now("dust-realtime", "P9") == "" && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		got := s.all("cod-realtime", "P9") + " | " + s.all("nh3-realtime", "P9") + " | " + s.all("dust-realtime", "P9")
		if got != "09:00:00 61.500 | 09:00:00 0.30 | 09:00:00 0.030" {
			t.Error(got)
		}
		s.read(func(tx *db.Tx) error {
			list, err := s.s.Devices.UnplacedOf(ctx, tx, 1)
			if len(list) != 0 {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}

// swappedModbus is CRC-16/Modbus with its bytes exchanged.
func swappedModbus(s string) string {
	r := uint16(0xFFFF)
	for i := range len(s) {
		r ^= uint16(s[i])
		for range 8 {
			bit := r & 1
			if r >>= 1; bit == 1 {
				r ^= 0xA001
			}
		}
	}
	return fmt.Sprintf("%02X%02X", r&0xFF, r>>8)
}

func TestStrangersAreCountedAndShown(t *testing.T) {
	serving(t, 1, Limits{First: 400 * time.Millisecond}, func(s *station) {
		l := s.dial()
		l.send(hj212.Seal("QN=20230920090001000;ST=32;CN=2011;PW=123456;MN=NOBODY1;Flag=5;CP=&&DataTime=20230920090000;w01018-Rtd=1&&"))
		if f, ok := l.next(5 * time.Second); !ok || f.CN != hj212.CNRequestAnswer {
			t.Errorf("answered with %+v %v", f, ok)
		}
		l.send(hj212.Seal("QN=20230920090001000;ST=32;CN=2011;PW=000000;MN=" + string(simulator.MN(0, hj212.Edition2017)) + ";Flag=5;CP=&&DataTime=20230920090000;w01018-Rtd=1&&"))
		l.next(5 * time.Second)
		if !l.closedWithin(5 * time.Second) {
			t.Error("a connection of strangers stays open")
		}
		time.Sleep(100 * time.Millisecond)
		s.read(func(tx *db.Tx) error {
			list, err := s.s.Devices.Strangers(ctx, tx)
			if len(list) != 2 || list[0].Frames != 1 || !strings.Contains(list[0].Frame+list[1].Frame, "MN=NOBODY1") || list[0].Why == list[1].Why {
				t.Errorf("%+v", list)
			}
			return err
		})
		if got := s.all("cod-realtime", "P0"); got != "" {
			t.Error("taken with a wrong password:", got)
		}
		s.add(Device{MN: "NOBODY1", Register: "outlets", Entry: "P5"})
		s.read(func(tx *db.Tx) error {
			list, err := s.s.Devices.Strangers(ctx, tx)
			if len(list) != 1 {
				t.Errorf("a device that was registered is still a stranger: %+v", list)
			}
			return err
		})
	})
}

func TestBoundsOfAConnection(t *testing.T) {
	serving(t, 1, Limits{First: 500 * time.Millisecond, Idle: 500 * time.Millisecond, Half: 100 * time.Millisecond, PerHost: 3}, func(s *station) {
		slow := s.dial() // a byte now and then
		go func() {
			for _, b := range realtime(0, qn1, "DataTime=20230920090000;w01018-Rtd=1") {
				if _, err := slow.Conn.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(30 * time.Millisecond)
			}
		}()
		if !slow.closedWithin(5 * time.Second) {
			t.Error("slow loris")
		}
		half := s.dial() // half a frame, and then a whole one
		frame := realtime(0, qn2, "DataTime=20230920090000;w01018-Rtd=2")
		half.send(frame[:50])
		time.Sleep(200 * time.Millisecond)
		half.send(frame)
		half.acked(qn2)
		if !half.closedWithin(5 * time.Second) {
			t.Error("idle")
		}
		for n, _ := s.s.Connections(); n > 0; n, _ = s.s.Connections() {
			time.Sleep(5 * time.Millisecond)
		}
		var open []*line
		for range 5 {
			open = append(open, s.dial())
		}
		closed := 0
		for _, l := range open {
			if l.closedWithin(100 * time.Millisecond) {
				closed++
			}
		}
		if _, turned := s.s.Connections(); closed != 2 || turned != 2 {
			t.Errorf("%d of 5 connections were closed, want 2; %d turned away", closed, turned)
		}
	})
}

// Garbage ends a connection long before its patience does.
func TestFloodOfGarbage(t *testing.T) {
	serving(t, 1, Limits{First: 10 * time.Minute, Idle: 10 * time.Minute, Garbage: 20000}, func(s *station) {
		flood := s.dial()
		go func() {
			junk := bytes.Repeat([]byte("##9999junk"), 1000)
			for range 1000 {
				if _, err := flood.Conn.Write(junk); err != nil {
					return
				}
			}
		}()
		if !flood.closedWithin(20 * time.Second) {
			t.Error("flood of garbage")
		}
	})
}

// A thousand frames of stations that lose half their answers: all are there once.
func TestSimulatedStations(t *testing.T) {
	serving(t, 20, Limits{}, func(s *station) {
		short, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		report, err := simulator.Run(short, simulator.Options{To: s.addr, Devices: 20, Rate: 100, Frames: 50, Codes: []string{"w01018", "w21003"}, LoseAck: 0.3, Timeout: 200 * time.Millisecond,
			Edition: hj212.Edition2017, Start: time.Now().Add(-time.Hour).Truncate(time.Second), Step: time.Second})
		if err != nil || report.Waiting != 0 || report.Sent != 1000 || report.Unheard == 0 {
			t.Fatalf("%v\n%s\n%s", err, report, s.logged())
		}
		s.end()
		s.read(func(tx *db.Tx) error {
			var sets, later int
			if err := tx.QueryRow(ctx, `SELECT COUNT(*), MAX(n) FROM observation_reading`).Scan(&sets, &later); err != nil {
				return err
			}
			if sets != 1000 || later != 1 {
				t.Errorf("%d sets on record, the latest version is %d; want 1000 and 1", sets, later)
			}
			list, err := s.s.Devices.Statuses(ctx, tx)
			for _, x := range list {
				if x.Frames < 50 || x.Readings < 100 || x.Edition != hj212.Edition2017 || !x.Connected.IsZero() || x.Seen.IsZero() {
					t.Errorf("%+v", x)
				}
			}
			return err
		})
	})
}
