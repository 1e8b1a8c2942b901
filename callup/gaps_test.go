package callup

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zhixing/db"
)

// What lacks on the roster is found beforehand, for the stretch of time in which it lacks, with what to do about it; what contradicts itself too.
func TestGaps(t *testing.T) {
	stories(t, "2023-07-20 18:00", func(w *world) {
		places := w.settle()
		now := w.db.Now()
		hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
		gaps := func() (out []string) {
			w.Helper()
			w.must(w.db.Read(ctx, func(tx *db.Tx) error {
				list, err := w.c.Gaps(ctx, tx, []Ladder{testLadder(), testLadder()}, append([]Place{town("河口镇"), town("上岭乡")}, places...), now, hour(24))
				for _, g := range list {
					if g.Do == "" {
						t.Errorf("%+v: nothing to do about it", g)
					}
					out = append(out, fmt.Sprintf("%s %d-%d %v %s", g.Seat, int(g.From.Sub(now).Hours()), int(g.To.Sub(now).Hours()), g.Grave, g.Wrong))
				}
				return err
			}))
			return out
		}
		want := func(want ...string) {
			w.Helper()
			if got := gaps(); !slices.Equal(got, want) {
				t.Errorf("%q\nwant %q", got, want)
			}
		}
		want()
		// The head of a village goes, and a deputy is there; of another whose head goes there is none; a third has no number.
		delete(w.posts, Seat{village("河口镇", "柳村"), "村主任"}.key())
		delete(w.posts, Seat{village("上岭乡", "沟村"), "村主任"}.key())
		w.people["p-岭村主任"] = Person{ID: "p-岭村主任", Name: "示例岭村主任"}
		want("上岭乡岭村村主任 0-24 true 示例岭村主任没有可用的联系方式", "上岭乡沟村村主任 0-24 true 没有人可叫", "河口镇柳村村主任 0-24 false 无人任职，由副主任示例柳村副主任应答")

		// Somebody on duty fills the gap for as long as he is.
		gou := Seat{village("上岭乡", "沟村"), "村主任"}
		shift := func(seat Seat, who PersonID, from, to int) {
			w.Helper()
			w.must(w.write(func(tx *db.Tx) error {
				_, err := w.c.AddShift(ctx, tx, "示例办公室", Shift{Seat: seat, Person: who, From: hour(from), To: hour(to)})
				return err
			}))
		}
		leave := func(who, by PersonID, from, to int) {
			w.Helper()
			w.must(w.write(func(tx *db.Tx) error {
				_, err := w.c.AddLeave(ctx, tx, "示例办公室", Leave{Person: who, StandIn: by, From: hour(from), To: hour(to), Reason: "虚构"})
				return err
			}))
		}
		shift(gou, "p-桥村主任", 2, 6)
		lacks := []string{"上岭乡岭村村主任 0-24 true 示例岭村主任没有可用的联系方式", "上岭乡沟村村主任 0-2 true 没有人可叫", "上岭乡沟村村主任 6-24 true 没有人可叫", "河口镇柳村村主任 0-24 false 无人任职，由副主任示例柳村副主任应答"}
		want(lacks...)

		// On duty in two places at once; away while on duty; whoever stands in is away himself.
		shift(Seat{village("河口镇", "柳村"), "村主任"}, "p-桥村主任", 4, 8)
		leave("p-桥村主任", "p-河口镇长", 5, 7)
		leave("p-河口镇长", "p-河口副镇长", 6, 9)
		got := gaps()
		for _, s := range []string{"上岭乡沟村村主任 4-6 false 示例桥村主任同时在河口镇柳村村主任值班", "上岭乡沟村村主任 5-6 false 示例桥村主任值班时请假，改叫示例河口镇长", " 6-7 false 示例桥村主任请假由示例河口镇长代，而示例河口镇长也请假"} {
			if !slices.Contains(got, s) {
				t.Errorf("not found: %q in %q", s, got)
			}
		}
	})
}
