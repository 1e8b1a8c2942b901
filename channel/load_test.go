package channel

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/gateway"
)

// TestLoad puts a message to everybody in the county and hands it to a stub gateway. `make load-channel` makes it the whole county.
func TestLoad(t *testing.T) {
	n := 3000
	if k, err := strconv.Atoi(os.Getenv("ZHIXING_LOAD_CHANNEL")); err == nil {
		n = k
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			d := dbtest.Open(t, dbtest.DSN(t, dialect), time.Now)
			stub := &gateway.Stub{Keep: 1}
			o := &Outbox{DB: d, County: county, Channels: []Channel{{"sms", []Driver{{Name: "stub", Gateway: stub, Batch: 1000}}}}}
			list := make([]Message, n)
			for i := range list {
				list[i] = Message{Purpose: "warning/1/1", Channel: "sms", To: strconv.Itoa(13000000000 + i), Place: fmt.Sprintf("示例%d镇/示例%d村", i%10, i%132),
					Urgency: Warning, Text: "【示例县气象台】示例县气象台发布暴雨橙色预警信号：预计未来三小时部分乡镇降雨量将达五十毫米以上，请注意防范山洪和地质灾害。", Level: 2, Expires: time.Now().Add(6 * time.Hour)}
			}
			runtime.GC()
			start := time.Now()
			var fresh int
			if err := d.Write(ctx, func(tx *db.Tx) (err error) { fresh, err = o.PutAll(ctx, tx, list); return err }); err != nil {
				t.Fatal(err)
			}
			put := time.Since(start)
			if fresh != n {
				t.Errorf("%d of %d are new", fresh, n)
			}
			sent, err := o.Once(ctx, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			all := time.Since(start)
			if sent != n || stub.Count(gateway.Accepted) != n {
				t.Errorf("%d of %d were handed over, the gateway has %d", sent, n, stub.Count(gateway.Accepted))
			}
			start = time.Now()
			var counts []Count
			if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = o.Tally(ctx, tx, "warning/1/1"); return err }); err != nil {
				t.Fatal(err)
			}
			tallied := time.Since(start)
			sum := Sum(counts, func(Count) (string, string) { return "", "" })
			if len(counts) != min(n, 660) || sum[0].Handed != n {
				t.Errorf("%d lines, %+v", len(counts), sum)
			}
			t.Logf("%d messages: put in %v, handed over after %v (%.0f a second); within 10 s %.0f %%; tally of %d lines in %v",
				n, put.Round(time.Millisecond), all.Round(time.Millisecond), float64(n)/all.Seconds(), 100*float64(sum[0].In10)/float64(n), len(counts), tallied.Round(time.Millisecond))
		})
	}
}
