package simulator

import (
	"fmt"
	"math/bits"
	"sync/atomic"
	"time"
)

// Report is how it went.
type Report struct {
	Devices   int
	Connected uint64 // connections made
	Sent      uint64 // frames, each counted once
	Readings  uint64 // values of factors in them
	Resent    uint64 // frames sent again
	Acked     uint64
	Unheard   uint64 // answers that the station was told to lose
	Refused   uint64 // frames answered with 9011 instead
	Commands  uint64 // orders of the centre
	Rejected  uint64 // what the centre sent and was no frame
	Waiting   uint64 // frames that were not acknowledged in the end
	Elapsed   time.Duration
	// How long acknowledgements took, from the frame's last sending.
	P50, P99, Max time.Duration
}

// String is the report in lines for the console.
func (r Report) String() string {
	perSecond := float64(r.Readings) / max(r.Elapsed.Seconds(), 0.001)
	return fmt.Sprintf("%d stations, %d connections, %.1f s\n"+
		"sent %d frames with %d readings (%.0f readings a second), %d again\n"+
		"acknowledged %d, refused %d, not heard %d, still waiting %d\n"+
		"acknowledged after p50 %v, p99 %v, at most %v\n"+
		"orders of the centre %d, no frames from it %d\n",
		r.Devices, r.Connected, r.Elapsed.Seconds(), r.Sent, r.Readings, perSecond, r.Resent,
		r.Acked, r.Refused, r.Unheard, r.Waiting, r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond), r.Max.Round(time.Microsecond),
		r.Commands, r.Rejected)
}

// counts are shared by all stations.
type counts struct {
	connected, sent, readings, resent, acked, unheard, refused, commands, rejected, waiting atomic.Uint64

	took      [buckets]atomic.Uint64
	longest   atomic.Int64
	lastError atomic.Value
}

// A bucket holds latencies of an eighth of a power of two microseconds, so a quantile is right to an eighth.
const buckets = 40 * 8

func bucketOf(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 8))
	n := bits.Len64(us) - 1 // at least 3
	return min(n*8+int(us>>(n-3)&7), buckets-1)
}

// upper is the end of a bucket.
func upper(bucket int) time.Duration {
	n := bucket / 8
	return time.Duration((uint64(8+bucket%8)+1)<<n>>3) * time.Microsecond
}

func (c *counts) ack(took time.Duration) {
	c.acked.Add(1)
	c.took[bucketOf(took)].Add(1)
	for {
		old := c.longest.Load()
		if int64(took) <= old || c.longest.CompareAndSwap(old, int64(took)) {
			return
		}
	}
}

func (c *counts) report(devices int, elapsed time.Duration) Report {
	r := Report{Devices: devices, Connected: c.connected.Load(), Sent: c.sent.Load(), Readings: c.readings.Load(), Resent: c.resent.Load(),
		Acked: c.acked.Load(), Unheard: c.unheard.Load(), Refused: c.refused.Load(), Commands: c.commands.Load(), Rejected: c.rejected.Load(),
		Waiting: c.waiting.Load(), Elapsed: elapsed, Max: time.Duration(c.longest.Load())}
	var seen uint64
	for i := range c.took {
		n := c.took[i].Load()
		if seen < (r.Acked+1)/2 && seen+n >= (r.Acked+1)/2 {
			r.P50 = min(upper(i), r.Max)
		}
		if want := r.Acked - r.Acked/100; seen < want && seen+n >= want {
			r.P99 = min(upper(i), r.Max)
		}
		seen += n
	}
	return r
}
