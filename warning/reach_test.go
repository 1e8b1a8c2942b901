package warning

import (
	"testing"

	"zhixing/db"
)

// A version is counted after a quarter of a minute, again at three later times, and then no more; a drill never.
func TestReachIsCountedAFewTimes(t *testing.T) {
	stories(t, "2023-07-20T14:00:00+08:00", func(s *story) {
		s.warn(Draft{Hazard: "rainstorm", Level: "橙", Content: Content{Description: "预计有强降雨。", Area: Area{Places: []Place{{Town: "河口镇"}}}}})
		s.warn(Draft{Hazard: "rainstorm", Level: "橙", Drill: "示例演练", Content: Content{Description: "预计有强降雨。", Area: Area{Places: []Place{{Town: "河口镇"}}}}})
		counted := 0
		for _, step := range []struct {
			at  string
			due int
		}{{"14:00:10", 0}, {"14:00:16", 1}, {"14:00:40", 0}, {"14:01:10", 1}, {"14:09:00", 0}, {"14:30:00", 1}, {"14:59:00", 0}, {"15:30:00", 1}, {"16:00:00", 0}} {
			s.clock.Set("2023-07-20T" + step.at + "+08:00")
			s.do(func(tx *db.Tx) error {
				list, err := s.w.ToCount(ctx, tx)
				if err != nil {
					return err
				}
				if len(list) != step.due {
					t.Errorf("%s: %d are due, want %d: %+v", step.at, len(list), step.due, list)
				}
				for _, c := range list {
					if c.Event != 1 || c.N != 1 || len(c.Keys) != 1 || c.Keys[0] != "warning/1/1" {
						t.Errorf("%+v", c)
					}
					counted++
					if err := s.w.Counted(ctx, tx, c, Reach{Put: 3, In10: 2, In60: 3, Handed: 3, At: tx.Now()}); err != nil {
						return err
					}
				}
				reach, err := PublicReach(ctx, tx, county, 1)
				if err == nil && counted > 0 && (len(reach) != 1 || reach[1].Percent10() != 66 || reach[1].Percent() != 100) {
					t.Errorf("%+v", reach)
				}
				return err
			})
		}
		s.do(func(tx *db.Tx) error {
			x, err := s.w.TellingsOf(ctx, tx, 1, 1)
			if err == nil && (x.Told != 3 || x.Waiting != 0 || len(x.Keys) != 1) {
				t.Errorf("%+v", x)
			}
			return err
		})
	})
}
