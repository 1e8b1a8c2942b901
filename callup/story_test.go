package callup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/journal"
)

// One night: all are called, some answer, for one a deputy is called, those above are urged, the county office gets the list.
func TestOneNight(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		r := w.open(w.opening(w.settle()))
		w.want("县长 sms", "河口镇长 sms", "上岭乡长 sms", "柳村主任 sms", "桥村主任 sms", "岭村主任 sms", "沟村主任 sms")
		again := w.open(w.opening(nil))
		if again.ID != r.ID || len(w.sent) > 0 {
			w.Fatalf("opened twice: %v, %d sent", again.ID, len(w.sent))
		}

		w.run(time.Minute)
		w.want()
		for _, name := range []string{"县长", "上岭乡长", "岭村主任"} {
			if got := w.says(name, w.call(r, name).Code); got.Heard != HeardAnswer || got.Call != w.call(r, name).N {
				w.Errorf("%s: %+v", name, got)
			}
		}
		w.run(time.Minute) // two minutes: by voice, those who have not answered
		w.want("河口镇长 voice", "柳村主任 voice", "桥村主任 voice", "沟村主任 voice")

		voice := w.call(r, "沟村主任")
		if got := w.in(Incoming{Channel: Voice, From: w.phone("沟村主任"), Text: "1", Ref: fmt.Sprintf("callup/%d/%d/rung/1/voice", r.ID, voice.N)}); got.Heard != HeardAnswer {
			w.Errorf("a key pressed: %+v", got)
		}
		w.run(3 * time.Minute) // five minutes
		w.want("河口镇长 sms", "河口镇长 voice", "柳村主任 sms", "柳村主任 voice", "桥村主任 sms", "桥村主任 voice")
		w.says("桥村主任", w.call(r, "桥村主任").Code+"办 已转移32人")

		w.run(3 * time.Minute) // eight: the deputies, who are called as anybody; for the other village there is none
		if !strings.Contains(w.last("柳村副主任"), "柳村村主任示例柳村主任于22:00起叫应未答") {
			w.Error(w.last("柳村副主任"))
		}
		w.want("河口副镇长 sms", "柳村副主任 sms")
		w.says("柳村副主任", "收到")
		if k := w.call(r, "柳村主任"); k.State != Calling {
			w.Error("another's answer silenced him:", k.State)
		}

		w.run(2 * time.Minute) // ten: those above; the head of the town, who has not answered himself, hears of his village
		if s := w.last("河口镇长"); !strings.Contains(s, "未应答：河口镇柳村村主任示例柳村主任。请立即联系") {
			w.Error(s)
		}
		if s := w.last("县长"); !strings.Contains(s, "河口镇镇长或乡长示例河口镇长") {
			w.Error(s)
		}
		w.want("县长 sms", "河口镇长 sms", "河口副镇长 voice")
		w.says("河口镇长", w.call(r, "河口镇长").Code) // the newest: that he sees to the village
		if n := len(w.board(r).Rows); n != 11 {
			w.Error(n, "rows")
		}
		w.run(5 * time.Minute)
		if want := []string{"河口镇河口镇长"}; len(w.listed) != 1 || !strings.Contains(w.listed[0][0], "河口镇长") || !strings.Contains(w.listed[0][1], "柳村主任") || len(w.listed[0]) != 2 {
			w.Errorf("listed %q, want %q and 柳村主任", w.listed, want)
		}
		if s := w.last("值班员"); !strings.HasPrefix(s, "叫应“暴雨红色预警”：至22:15仍未应答：") {
			w.Error(s)
		}
		w.sound(r)

		b := w.board(r)
		if b.All.Posts != 7 || b.All.Answered != 5 || b.All.Acted != 1 || b.All.Covered != 1 || b.All.Missing() != 2 {
			w.Errorf("%+v", b.All)
		}
		if first := b.Rows[0].Call; first.State != Calling {
			w.Errorf("first on the board: %+v", first)
		}
		for i := range b.Rows[1:] {
			if b.Rows[i].Call.rank() > b.Rows[i+1].Call.rank() {
				w.Error("those who have not answered are not first")
			}
		}
		if len(w.reports) != 1 || w.reports[0].Count != 32 || w.reports[0].Text != "已转移32人" && w.reports[0].Text != "转移32人" {
			w.Errorf("%+v", w.reports)
		}
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			if rev, err := w.c.Revision(ctx, tx, r.ID); err != nil || rev != b.Round.Revision {
				w.Error(rev, err)
			}
			return nil
		}))
		w.got()
		w.run(10 * time.Minute) // twenty-five: he is not forgotten
		if got := w.got(); !slices.Contains(got, "柳村主任 voice") || !slices.Contains(got, "柳村主任 sms") {
			w.Error(got)
		}
		head, err := journal.Verify(ctx, w.db, county)
		if err != nil || head.Seq < 10 {
			w.Error(head, err)
		}
		tab := b.Table()
		for _, line := range tab {
			if len(line) != len(tab[0]) || strings.Contains(strings.Join(line, ","), "138") {
				w.Error(line)
			}
		}
	})
}

// 132 villages and ten towns are called within a minute of the opening; each later rung comes within five seconds of its minute.
func TestWholeCounty(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		var places []Place
		for i := range 132 {
			p := village(fmt.Sprintf("示例%d镇", i%10), fmt.Sprintf("示例%d村", i))
			places = append(places, p)
			w.hold(p.Village, Seat{p, "村主任"})
			if i < 10 {
				w.hold(p.Town, Seat{town(p.Town), "镇长|乡长"})
				w.hold(p.Town+"副", Seat{town(p.Town), "副镇长"})
			}
		}
		before := time.Now()
		r := w.open(w.opening(places))
		took := time.Since(before)
		if took > 60*time.Second {
			w.Error("the opening took", took)
		}
		w.Logf("the opening took %s", took)
		called := map[string]bool{}
		for _, m := range w.sent {
			called[m.Name] = true
		}
		if len(called) != 143 {
			w.Errorf("%d were called, want 132 of villages, 10 of towns and one of the county", len(called))
		}
		w.run(36 * time.Minute)
		w.sound(r)
		ladder := testLadder()
		for _, f := range w.facts(r) {
			if f.What != wasFired || f.Key == "" {
				continue
			}
			k := w.byN(r, f.Call)
			at := k.Began
			var i int
			step := ladder.Steps[k.Step]
			if _, err := fmt.Sscanf(f.Key, "rung/%d", &i); err == nil {
				at = at.Add(minutes(step.Rungs[i].After))
			} else if _, err := fmt.Sscanf(f.Key, "again/%d", &i); err == nil {
				at = at.Add(minutes(step.Rungs[len(step.Rungs)-1].After + i*step.Again.Every))
			}
			if late := f.At.Sub(at); late < 0 || late > 5*time.Second {
				w.Fatalf("%s of call %d came %s after its time", f.Key, f.Call, late)
			}
		}
		if all := w.board(r).All; all.Posts != 143 || all.Answered != 0 {
			w.Errorf("%+v", all)
		}
	})
}

var cache = map[*world]map[int]*Call{}

func (w *world) byN(r *Round, n int) *Call {
	if cache[w] == nil {
		cache[w] = map[int]*Call{}
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			k, err := w.c.load(ctx, tx, r.ID, tx.Now())
			for _, c := range k.calls {
				cache[w][c.N] = c
			}
			return err
		}))
	}
	return cache[w][n]
}

// A new version: who has not answered is called again and gains no time; who has is told; when the level rises he is called again. The
// end reaches all whom any version reached.
func TestVersions(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		places := w.settle()
		o := w.opening(places[:2])
		o.Level = 2
		r := w.open(o)
		w.says("县长", w.call(r, "县长").Code)
		w.says("柳村主任", w.call(r, "柳村主任").Code)
		w.run(3 * time.Minute)
		w.got()
		update := func(v Version) {
			w.Helper()
			w.must(w.write(func(tx *db.Tx) error { _, err := w.c.Update(ctx, tx, "示例值班", "warning/12", v); return err }))
		}
		v := Version{N: 2, Title: "暴雨橙色预警", Text: "雨带南移", Level: 2, Places: places[1:3], Until: w.db.Now().Add(3 * time.Hour)}
		update(v)
		if s := w.last("桥村主任"); !strings.Contains(s, "雨带南移") || !strings.Contains(s, w.call(r, "桥村主任").Code) {
			w.Error(s)
		}
		if s := w.last("柳村主任"); !strings.HasPrefix(s, "更新：暴雨橙色预警。雨带南移。") || strings.Contains(s, "请回复") {
			w.Error(s)
		}
		w.want("县长 sms", "柳村主任 sms", "河口镇长 sms", "河口镇长 voice", "桥村主任 sms", "桥村主任 voice", "上岭乡长 sms", "岭村主任 sms")
		update(v)
		w.want()
		w.run(2 * time.Minute) // his fifth minute, though the second version is two minutes old
		w.want("河口镇长 sms", "河口镇长 voice", "桥村主任 sms", "桥村主任 voice", "上岭乡长 voice", "岭村主任 voice")

		was := w.call(r, "柳村主任")
		update(Version{N: 3, Title: "暴雨红色预警", Text: "已达100毫米", Level: 1, Until: w.db.Now().Add(3 * time.Hour)})
		now := w.call(r, "柳村主任")
		if now.N == was.N || now.State != Calling || now.Code == was.Code || now.Of != was.N {
			w.Errorf("%+v after %+v", now, was)
		}
		if got := w.got(); !slices.Contains(got, "柳村主任 sms") || !slices.Contains(got, "县长 sms") {
			w.Error(got)
		}
		if got := w.says("柳村主任", was.Code); got.Heard != HeardLate { // the old version's code answers nothing new
			w.Errorf("%+v", got)
		}
		if w.call(r, "柳村主任").State != Calling || !strings.Contains(w.last("柳村主任"), now.Code) {
			w.Error(w.last("柳村主任"))
		}
		if all := w.board(r).All; all.Posts != 6 || all.Answered != 0 {
			w.Errorf("%+v", all)
		}
		w.sound(r)

		if err := w.write(func(tx *db.Tx) error { _, err := w.c.Update(ctx, tx, "示例值班", "warning/12", v); return err }); KindOf(err) != Conflict {
			w.Error("an old version:", err)
		}
		w.got()
		end := func() error {
			return w.write(func(tx *db.Tx) error {
				_, err := w.c.Cancel(ctx, tx, "示例值班", "warning/12", "暴雨红色预警", "降雨已停", "")
				return err
			})
		}
		w.must(end())
		w.want("县长 sms", "柳村主任 sms", "河口镇长 sms", "桥村主任 sms", "上岭乡长 sms", "岭村主任 sms")
		w.must(end())
		w.run(20 * time.Minute)
		w.want()
		w.sound(r)
		if k := w.call(r, "柳村主任"); k.State != Dropped {
			w.Error(k.State)
		}
		if err := w.write(func(tx *db.Tx) error { _, err := w.c.Update(ctx, tx, "示例值班", "warning/12", v); return err }); KindOf(err) != Conflict {
			w.Error("a cancelled one:", err)
		}
	})
}

// A level that rises may bring another ladder: the county's leaders are called now as well, and all others anew, by its minutes.
func TestAnotherLadder(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		o := w.opening(w.settle()[:2])
		o.Level, o.Ladder.Name = 2, "橙色"
		o.Ladder.Steps = slices.Clone(o.Ladder.Steps[1:])
		for i := range o.Ladder.Steps {
			o.Ladder.Steps[i].Superior, o.Ladder.Steps[i].Rungs = "", []Rung{{After: 0, By: []string{"sms"}}, {After: 30, By: []string{Voice}}, {After: 60, Do: DoOffice}}
		}
		r := w.open(o)
		w.want("河口镇长 sms", "柳村主任 sms", "桥村主任 sms")
		w.says("柳村主任", "收到")
		w.run(10 * time.Minute)
		w.got()
		was, red := w.call(r, "桥村主任"), testLadder()
		update := func(n, level int, l *Ladder) error {
			return w.write(func(tx *db.Tx) error {
				_, err := w.c.Update(ctx, tx, "示例值班", "warning/12", Version{N: n, Title: "暴雨预警", Text: "更新", Level: level, Until: o.Until, Ladder: l})
				return err
			})
		}
		w.must(update(2, 1, &red))
		w.want("县长 sms", "河口镇长 sms", "柳村主任 sms", "桥村主任 sms")
		if k := w.byN(r, was.N); k.State != Renewed || k.Current {
			w.Errorf("%+v", k)
		}
		if got := w.says("桥村主任", was.Code); got.Heard != HeardLate {
			w.Errorf("%+v", got)
		}
		w.got()
		w.run(2 * time.Minute)
		w.want("县长 voice", "河口镇长 voice", "柳村主任 voice", "桥村主任 voice")
		w.must(update(3, 2, &o.Ladder)) // a lower level changes no ladder
		w.got()
		w.run(8 * time.Minute) // ten minutes of the red one: those above are urged
		if s := w.last("县长"); !strings.Contains(s, "河口镇镇长或乡长示例河口镇长") {
			w.Error(s)
		}
		if all := w.board(r).All; all.Posts != 4 || all.Answered != 0 {
			w.Errorf("%+v", all)
		}
		for _, row := range w.board(r).Rows {
			if row.Step == "" {
				w.Errorf("%+v", row)
			}
		}
		w.sound(r)
		red.Steps = nil
		red.Name = "坏的"
		if err := update(4, 1, &red); KindOf(err) != Invalid {
			w.Error(err)
		}
	})
}

// A step may begin later than the round: until then its people hear nothing, whatever comes, and then what is true by now.
func TestStepsThatBeginLater(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		o := w.opening(w.settle()[:1])
		o.Level = 3
		o.Ladder.Steps[2].After = 10
		r := w.open(o)
		w.want("县长 sms", "河口镇长 sms")
		for _, name := range []string{"县长", "河口镇长"} {
			w.says(name, "收到")
		}
		if got := w.says("柳村主任", "收到"); got.Heard != HeardStranger {
			w.Errorf("%+v", got)
		}
		w.run(5 * time.Minute)
		red := testLadder()
		red.Name, red.Steps[2].After = "红色", 3
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Update(ctx, tx, "示例值班", "warning/12", Version{N: 2, Title: "暴雨", Text: "第二版", Level: 3, Until: o.Until})
			return err
		}))
		w.want("县长 sms", "河口镇长 sms")
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Update(ctx, tx, "示例值班", "warning/12", Version{N: 3, Title: "暴雨", Text: "第三版", Level: 2, Until: o.Until, Ladder: &red})
			return err
		}))
		w.want("县长 sms", "河口镇长 sms")
		w.run(5*time.Minute - 2*time.Second)
		if got := w.got(); slices.Contains(got, "柳村主任 sms") {
			w.Error(got)
		}
		w.run(2 * time.Second)
		if s := w.last("柳村主任"); !strings.Contains(s, "第三版") {
			w.Error(s)
		}
		w.sound(r)
	})
}

// On leave, on duty over midnight, in no post, without a number.
func TestWhoIsThere(t *testing.T) {
	stories(t, "2023-07-20 23:51", func(w *world) {
		places := w.settle()
		delete(w.posts, Seat{places[3], "村主任"}.key())
		delete(w.posts, Seat{town("上岭乡"), "镇长|乡长"}.key())
		w.hold("上岭副乡长", Seat{town("上岭乡"), "副镇长"})
		p := w.people["p-岭村主任"]
		p.Addresses = nil
		w.people["p-岭村主任"] = p
		jia, yi, bing := w.hold("值班领导甲"), w.hold("值班领导乙"), w.hold("代班人")
		midnight := w.db.Now().Add(9 * time.Minute)
		w.must(w.write(func(tx *db.Tx) error {
			if _, err := w.c.AddShift(ctx, tx, "示例办公室", Shift{Seat: Seat{Post: leader}, Person: jia, From: midnight.Add(-24 * time.Hour), To: midnight}); err != nil {
				return err
			}
			if _, err := w.c.AddShift(ctx, tx, "示例办公室", Shift{Seat: Seat{Post: leader}, Person: yi, From: midnight, To: midnight.Add(24 * time.Hour)}); err != nil {
				return err
			}
			_, err := w.c.AddLeave(ctx, tx, "示例办公室", Leave{Person: "p-柳村主任", StandIn: bing, From: midnight.Add(-time.Hour), To: midnight.Add(time.Hour), Reason: "住院"})
			return err
		}))
		if err := w.write(func(tx *db.Tx) error {
			_, err := w.c.AddLeave(ctx, tx, "示例办公室", Leave{Person: "p-柳村主任", StandIn: jia, From: midnight, To: midnight.Add(time.Hour), Reason: "住院"})
			return err
		}); KindOf(err) != Conflict {
			w.Error(err)
		}
		r := w.open(w.opening(places))
		if s := w.last("代班人"); !strings.HasPrefix(s, "示例柳村主任休假，由您代为应答。") {
			w.Error(s)
		}
		if k := w.call(r, "代班人"); k.For != "p-柳村主任" || k.seat().Village != "柳村" {
			w.Errorf("%+v", k)
		}
		if s := w.last("上岭副乡长"); !strings.HasPrefix(s, "上岭乡镇长或乡长空缺，由您应答。") {
			w.Error(s)
		}
		if s := w.last("值班员"); !strings.Contains(s, "上岭乡岭村村主任示例岭村主任") || !strings.Contains(s, "上岭乡沟村村主任（无人任职）") {
			w.Error(s)
		}
		w.want("值班领导甲 sms", "代班人 sms", "桥村主任 sms", "河口镇长 sms", "上岭副乡长 sms", "值班员 sms")
		b := w.board(r)
		if b.All.Vacant != 1 || b.All.Trouble != 1 || b.All.Posts != 7 {
			w.Errorf("%+v", b.All)
		}
		w.run(8*time.Minute + 30*time.Second)
		w.got()
		w.run(30 * time.Second) // midnight
		if s := w.last("值班领导乙"); !strings.HasPrefix(s, "接班。前班示例值班领导甲自7月20日23:51起叫了3次未应答。暴雨红色预警。") {
			w.Error(s)
		}
		if s := w.last("值班领导甲"); s != "您的值班已于00:00结束，叫应“暴雨红色预警”转由示例值班领导乙应答。" {
			w.Error(s)
		}
		if k := w.call(r, "值班领导甲"); k.State != HandedOver || k.Current {
			w.Errorf("%+v", k)
		}
		if k := w.call(r, "值班领导乙"); k.State != Calling || k.Began != midnight {
			w.Errorf("%+v", k)
		}
		w.got()
		w.run(2 * time.Minute)
		if got := w.got(); !slices.Contains(got, "值班领导乙 voice") || slices.Contains(got, "值班领导甲 voice") {
			w.Error(got)
		}
		w.sound(r)
	})
}

// An answered call of somebody on duty goes on to the next as well: what one knows another does not. Who stays on duty is not called again.
func TestHandOverOfWhatWasAnswered(t *testing.T) {
	stories(t, "2023-07-20 23:50", func(w *world) {
		jia, yi := w.hold("甲"), w.hold("乙")
		midnight := w.db.Now().Add(10 * time.Minute)
		w.must(w.write(func(tx *db.Tx) error {
			for _, s := range []Shift{{Person: jia, From: midnight.Add(-time.Hour), To: midnight}, {Person: jia, From: midnight, To: midnight.Add(time.Hour)},
				{Person: yi, From: midnight.Add(time.Hour), To: midnight.Add(2 * time.Hour)}} {
				s.Seat.Post = leader
				if _, err := w.c.AddShift(ctx, tx, "示例办公室", s); err != nil {
					return err
				}
			}
			return nil
		}))
		r := w.open(w.opening(nil))
		w.says("甲", w.call(r, "甲").Code)
		w.got()
		w.leap(11 * time.Minute)
		w.want()
		w.leap(time.Hour)
		if s := w.last("乙"); !strings.HasPrefix(s, "接班。前班示例甲已于7月20日23:50应答。") {
			w.Error(s)
		}
		w.want("甲 sms", "乙 sms")
		if k := w.call(r, "甲"); k.State != Answered || k.Current {
			w.Errorf("%+v", k)
		}
		w.says("乙", w.call(r, "乙").Code)
		w.got()
		w.leap(time.Hour) // nobody is on the roster: he who holds the post takes over
		w.want("乙 sms", "县长 sms")
		w.sound(r)
	})
}

// After a time in which nobody looked each person gets one message a channel, and the list is not late because of it. What expired calls
// nobody.
func TestLateClockCallsOnce(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		o := w.opening(w.settle()[:1])
		for i := range o.Ladder.Steps {
			o.Ladder.Steps[i].Rungs[2].By = []string{"sms"}
		}
		r := w.open(o)
		w.got()
		w.leap(7 * time.Minute)
		w.want("县长 sms", "县长 voice", "河口镇长 sms", "河口镇长 voice", "柳村主任 sms", "柳村主任 voice")
		w.leap(6 * time.Hour)
		w.want("值班员 sms")
		if r := w.board(r).Round; r.State != Over {
			w.Error(r.State)
		}
		if k := w.call(r, "柳村主任"); k.State != Unanswered {
			w.Error(k.State)
		}
		w.sound(r)
	})
}

// A drill is one in every text, and its codes are other codes.
func TestDrill(t *testing.T) {
	stories(t, "2023-07-20 22:00", func(w *world) {
		o := w.opening(w.settle())
		o.Drill, o.Title = true, "【演练】暴雨红色预警"
		r := w.open(o)
		if s := w.last("柳村主任"); !strings.HasPrefix(s, "【演练】暴雨红色预警。") || strings.Count(s, drill.Mark) != 2 {
			w.Error(s)
		}
		k := w.call(r, "柳村主任")
		if len(k.Code) != codeLen+1 || k.Code[0] != drillSym {
			w.Error(k.Code)
		}
		real := w.opening(w.settle()[:1])
		real.Purpose = "warning/13"
		w.open(real)
		w.says("柳村主任", "收到") // two calls: both are asked for, apart
		var asked []string
		for _, m := range w.sent[len(w.sent)-2:] {
			asked = append(asked, m.Text)
		}
		if !strings.Contains(asked[1], k.Code) || strings.Contains(asked[0], k.Code) {
			w.Errorf("%q", asked)
		}
		w.says("柳村主任", k.Code+" 办，已撤32人")
		if len(w.reports) != 1 || !w.reports[0].Drill {
			w.Errorf("%+v", w.reports)
		}
		w.run(40 * time.Minute) // all texts of the ladder; what Send gets is checked
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Update(ctx, tx, "示例值班", o.Purpose, Version{N: 2, Title: "暴雨红色预警", Text: "升级", Level: 1, Until: o.Until})
			return err
		}))
		w.must(w.write(func(tx *db.Tx) error {
			_, err := w.c.Cancel(ctx, tx, "示例值班", o.Purpose, "暴雨红色预警", "结束", "")
			return err
		}))
		w.sound(r)
		for _, line := range w.board(r).Table() {
			if !strings.HasPrefix(line[0], drill.Mark) {
				w.Error(line)
			}
		}
	})
}
