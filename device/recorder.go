package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	"zhixing/db"
	"zhixing/device/hj212"
	"zhixing/device/inbox"
	"zhixing/observation"
)

// received is a frame in the inbox: the number of its device, when it came, and its data segment, with blanks between.
type received struct {
	device  ID
	at      time.Time
	segment string
}

func (r received) item() []byte {
	b := make([]byte, 0, 40+len(r.segment))
	b = append(strconv.AppendInt(b, int64(r.device), 10), ' ')
	b = append(strconv.AppendInt(b, db.Micros(r.at), 10), ' ')
	return append(b, r.segment...)
}

func parseReceived(item []byte) (received, error) {
	id, rest, ok := bytes.Cut(item, []byte(" "))
	at, segment, ok2 := bytes.Cut(rest, []byte(" "))
	device, err := strconv.ParseInt(string(id), 10, 64)
	us, err2 := strconv.ParseInt(string(at), 10, 64)
	if !ok || !ok2 || err != nil || err2 != nil {
		return received{}, fmt.Errorf("device: an item of the inbox reads %q", item[:min(len(item), 40)])
	}
	return received{ID(device), db.FromMicros(us), string(segment)}, nil
}

// recorder records what is in the inbox. Only its goroutine uses it.
type recorder struct {
	s     *Server
	plans map[ID]*plan
}

// atOnce is how many bytes of the inbox one transaction records: some 20,000 readings.
const atOnce = 1 << 20

// settling is how long a server that ends waits for what it has answered to be on record.
const settling = 10 * time.Second

// startRecording opens the inbox and records what comes into it, what an earlier server left first. The func it gives ends that.
func (s *Server) startRecording(ctx context.Context) (end func(), err error) {
	b, err := inbox.Open(s.Inbox, func(id string) (p inbox.Position, err error) {
		err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			p, err = s.Devices.recordedUpTo(ctx, tx, id)
			return err
		})
		return p, err
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.inbox = b
	s.mu.Unlock()
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&recorder{s: s, plans: map[ID]*plan{}}).run(run)
	}()
	return func() {
		wait, cancel := context.WithTimeout(run, settling)
		if s.inbox.Settled(wait) != nil {
			s.Log.Warn("device: not all that was answered is on record; it will be when the server runs again", "bytes", s.inbox.Unrecorded())
		}
		cancel()
		stop()
		<-done
		if err := s.inbox.Close(); err != nil {
			s.Log.Error("device: the inbox was not closed", "err", err)
		}
	}, nil
}

// Settled waits until all that was answered is on record.
func (s *Server) Settled(ctx context.Context) error {
	s.mu.Lock()
	b := s.inbox
	s.mu.Unlock()
	if b == nil {
		return errors.New("device: it does not serve yet")
	}
	return b.Settled(ctx)
}

func (k *recorder) run(ctx context.Context) {
	for {
		items, err := k.s.inbox.Next(ctx, atOnce)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			k.s.Log.Error("device: the inbox was not read", "err", err)
			pause(ctx, time.Second)
			continue
		}
		k.record(ctx, items)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Items none of which can be recorded are tried again for an hour, more coming to them, before it is laid to them and not to us.
const (
	aloneTimes = 80
	aloneMost  = 2000
)

// record records items, and tries until they are. Those that cannot be when others can are put aside, with the reason, among
// what has no place: one device must not keep the readings of all others out, and nothing is lost.
func (k *recorder) record(ctx context.Context, items []inbox.Item) {
	for times := 1; ; times++ {
		end := items[len(items)-1].End
		err := k.write(ctx, items, &end)
		if err == nil {
			k.s.inbox.Done(end)
			return
		}
		if ctx.Err() != nil {
			return
		}
		k.s.Log.Error("device: frames were not recorded", "frames", len(items), "err", err)
		bad := k.apart(ctx, items)
		if len(bad) < len(items) {
			bad = k.again(ctx, bad)
		}
		if ctx.Err() == nil && (len(bad) < len(items) || times >= aloneTimes) {
			if err = k.putAside(ctx, bad, end); err == nil {
				k.s.inbox.Done(end)
				return
			}
			k.s.Log.Error("device: frames were not put aside", "frames", len(bad), "err", err)
		}
		pause(ctx, min(time.Duration(times)*time.Second, time.Minute))
		if ctx.Err() != nil {
			return
		}
		if len(items) < aloneMost { // of others, so that it is seen whose fault it is
			items = append(items, k.soon(ctx)...)
		}
	}
}

// soon is what is in the inbox already.
func (k *recorder) soon(ctx context.Context) []inbox.Item {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	items, err := k.s.inbox.Next(ctx, atOnce)
	if err != nil { // nothing came, or what is wrong will be said by run
		return nil
	}
	return items
}

type failed struct {
	inbox.Item
	err error
}

// apart records what can be of items, and gives what cannot.
func (k *recorder) apart(ctx context.Context, items []inbox.Item) []failed {
	err := k.write(ctx, items, nil)
	if err == nil {
		return nil
	}
	if len(items) == 1 {
		return []failed{{items[0], err}}
	}
	half := len(items) / 2
	return append(k.apart(ctx, items[:half]), k.apart(ctx, items[half:])...)
}

// again tries those once more that failed while others did not: it may have been the moment.
func (k *recorder) again(ctx context.Context, list []failed) (bad []failed) {
	pause(ctx, time.Second)
	for _, f := range list {
		bad = append(bad, k.apart(ctx, []inbox.Item{f.Item})...)
	}
	return bad
}

// putAside keeps what cannot be recorded among what has no place.
func (k *recorder) putAside(ctx context.Context, list []failed, end inbox.Position) error {
	return k.s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, f := range list {
			r, err := parseReceived(f.Data)
			if err != nil {
				k.s.Log.Error("device: an item of the inbox is given up", "err", err)
				continue
			}
			frame, _ := hj212.OfSegment(r.segment)
			rest := []unplaced{{r.device, frame.CN, string(frame.QN), r.at, clip("没有记上："+f.err.Error(), 1000), clip(r.segment, maxText)}}
			if err := k.s.Devices.storeUnplaced(ctx, tx, rest); err != nil {
				return err
			}
		}
		return k.s.Devices.storeRecordedUpTo(ctx, tx, k.s.inbox.ID(), end)
	})
}

// write records items in one transaction, and where end is given that the inbox is on record up to there.
func (k *recorder) write(ctx context.Context, items []inbox.Item, end *inbox.Position) error {
	b, err := k.read(items)
	if err != nil {
		return err
	}
	err = k.s.DB.Write(ctx, func(tx *db.Tx) error {
		result, err := k.s.Observations().Record(ctx, tx, b.readings)
		if err != nil {
			return err
		}
		if err := k.s.Devices.storeUnplaced(ctx, tx, append(b.refused(result), b.rest...)); err != nil {
			return err
		}
		if end == nil {
			return nil
		}
		return k.s.Devices.storeRecordedUpTo(ctx, tx, k.s.inbox.ID(), *end)
	})
	if err != nil {
		return err
	}
	for i, f := range b.frames {
		if n := b.until(i) - f.first; n > 0 {
			k.s.states.with(f.device, func(c *counted) { c.readings += int64(n) })
		}
	}
	return nil
}

// batch is what frames say.
type batch struct {
	frames   []batchFrame
	readings []observation.Reading
	rest     []unplaced
}

type batchFrame struct {
	device ID
	cn     hj212.CN
	first  int // of its readings
}

// until is where the readings of a frame end.
func (b *batch) until(i int) int {
	if i+1 < len(b.frames) {
		return b.frames[i+1].first
	}
	return len(b.readings)
}

// refused are the readings that no series takes: the device has its answer, they are kept where one can look for them.
func (b *batch) refused(result observation.Result) (out []unplaced) {
	for _, no := range result.Refused {
		i := sort.Search(len(b.frames), func(i int) bool { return b.until(i) > no.Index })
		r := b.readings[no.Index]
		out = append(out, unplaced{b.frames[i].device, b.frames[i].cn, string(r.Name), r.At, clip(no.Message, 1000), r.Value.String()})
	}
	return out
}

// read reads items by what is registered of their devices now.
func (k *recorder) read(items []inbox.Item) (b batch, err error) {
	var wrong error
	for _, item := range items {
		r, err := parseReceived(item.Data)
		if err != nil {
			wrong = errors.Join(wrong, err)
			continue
		}
		f, ok := hj212.OfSegment(r.segment)
		if !ok {
			wrong = errors.Join(wrong, fmt.Errorf("device: a frame of the inbox reads %q", clip(r.segment, 100)))
			continue
		}
		p := k.plan(r.device)
		if p == nil {
			b.rest = append(b.rest, unplaced{r.device, f.CN, string(f.QN), r.at, "收到以后，设备停用了", clip(r.segment, maxText)})
			continue
		}
		list, rest := p.readings(&f, r.at)
		b.frames = append(b.frames, batchFrame{r.device, f.CN, len(b.readings)})
		b.readings = append(b.readings, list...)
		b.rest = append(b.rest, rest...)
	}
	return b, wrong
}

// plan is where a device's factors go; nil: it is no longer in use. It is made anew when the registry or the policies have
// changed.
func (k *recorder) plan(id ID) *plan {
	d, version := k.s.Devices.findID(id)
	if d == nil {
		delete(k.plans, id)
		return nil
	}
	o := k.s.Observations()
	p := k.plans[id]
	if p == nil || p.o != o || p.version != version {
		p = newPlan(o, d, version)
		k.plans[id] = p
	}
	return p
}
