package notice

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"zhixing/db"
	"zhixing/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

const county = "100000"

func aNotice(key string) Notice {
	return Notice{To: To{Unit: "甲局", Roles: []string{"head"}}, Kind: "due", Subject: "任务将到期", Text: "请于2023年10月31日前填报。",
		Path: "/duty/1", About: "duty/1", Basis: "甲政办发〔2023〕1号 一(1)", Key: key}
}

// A thousand clocks that say the same thing at once make one notice.
func TestOneKeyOneNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var fresh atomic.Int64
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				var first bool
				err := d.Write(ctx, func(tx *db.Tx) (err error) {
					first, err = Put(ctx, tx, county, aNotice("due/1"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if first {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if fresh.Load() != 1 {
			t.Errorf("%d of a thousand were fresh, want one", fresh.Load())
		}
	})
}
