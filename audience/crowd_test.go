package audience

import (
	"fmt"
	"sync"
	"testing"

	"zhixing/db"
)

// Many ask while somebody writes: nobody is told a number that was never true, and nobody is left behind.
func TestManyAskWhileSomebodyWrites(t *testing.T) {
	stories(t, func(s *story) {
		q := Query{Area: Area{Towns: []string{"东镇"}}, Level: Red}
		const rounds, each = 20, 7
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				last := 0
				for {
					select {
					case <-stop:
						return
					default:
					}
					n, err := s.a.Count(ctx, s.db, q)
					if err != nil || n.Told%each != 0 || n.Told < last {
						t.Errorf("%d are told after %d: %v", n.Told, last, err)
						return
					}
					last = n.Told
				}
			})
		}
		for i := range rounds {
			var list []Recipient
			for k := range each {
				list = append(list, phone(fmt.Sprint(i, "-", k), Post, east, fmt.Sprint(13_800_000_000+i*each+k)))
			}
			if err := s.db.Write(ctx, func(tx *db.Tx) error { _, err := s.a.Put(ctx, tx, office, "posts", list, false); return err }); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		wg.Wait()
		if got := len(s.told(q)); got != rounds*each {
			t.Error(got)
		}
	})
}
