package bulletin_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition/paper"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/register"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// story runs on both databases with the county of the loader's tests, on 2031-04-08.
func story(t *testing.T, tell func(t *testing.T, d *db.DB, clock *dbtest.Clock, w *works.Works)) {
	c, err := policy.LoadCounty(os.DirFS("../policy/testdata/othercounty"))
	if err != nil {
		t.Fatal(err)
	}
	clock := dbtest.At("2031-04-08T08:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set("2031-04-08T08:00:00+08:00")
		w, err := works.New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		tell(t, d, clock, w)
	})
}

func add(t *testing.T, d *db.DB, w *works.Works, name register.Name, fields map[string]string) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := w.Registers.Add(ctx, tx, register.System, name, register.Input{Fields: fields})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, b bulletin.Bulletin, title string) bulletin.Part {
	t.Helper()
	for _, p := range b.Parts {
		if p.Title == title {
			return p
		}
	}
	t.Fatalf("no part %s in %+v", title, b.Parts)
	return bulletin.Part{}
}

// The month's report says what stands on record; issued, it stays as it was, and issued again, the newer one is in force.
func TestMonthOfBuses(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, w *works.Works) {
		add(t, d, w, "school-buses", map[string]string{"车号": "丁X00001", "学校": "示例小学", "检验有效期": "2031-04-10", "责任单位": "县教体局"})
		issue := func(no string) (b bulletin.Bulletin) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) (err error) {
				b, err = w.Bulletins.Issue(ctx, tx, "示例账号", "bus-month", calendar.DateOf(clock.Now()), no)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return b
		}
		var draft bulletin.Bulletin
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			draft, err = w.Bulletins.Make(ctx, tx, "bus-month", calendar.DateOf(clock.Now()))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if p := draft.Paper("县教体局", false); p.Form != paper.AsFile || p.Mark != "草稿" || p.Record.PrintedOn != "" {
			t.Errorf("a draft does not say so: %+v", p)
		}
		first := issue("丁教通〔2031〕1号")
		if p := find(t, first, "问题"); p.Says != "本期没有发现问题。" || len(p.Rows) != 0 {
			t.Errorf("%+v", p)
		}
		clock.Set("2031-04-12T08:00:00+08:00")
		if err := w.Tick(ctx, d); err != nil {
			t.Fatal(err)
		}
		second := issue("丁教通〔2031〕2号")
		if p := find(t, second, "问题"); len(p.Rows) != 1 || !strings.Contains(strings.Join(p.Rows[0], " "), "丁X00001") || p.Says != "本期涉及问题1个：未恢复1个，已恢复0个。" {
			t.Errorf("%+v", p)
		}
		if p := find(t, second, "指标"); p.Rows[0][3] != "不低于 100%" {
			t.Errorf("the target is not said in words: %+v", p)
		}
		if p := find(t, second, "台账"); p.Rows[0][1] != "1" {
			t.Errorf("%+v", p)
		}
		if second.Heading() != "校车安全月通报（2031年4月）" || second.Nth != 2 {
			t.Errorf("%s, %d", second.Heading(), second.Nth)
		}
		for _, form := range []string{"docx", "text"} {
			p := second.Paper("县教体局", false)
			if b, err := p.DOCX(); form == "docx" && (err != nil || len(b) == 0) {
				t.Error(err)
			}
			if p.No != "丁教通〔2031〕2号" || p.Mark != "" || p.Record.PrintedOn == "" {
				t.Errorf("%+v", p)
			}
		}
		if err := d.Read(ctx, func(tx *db.Tx) error {
			kept, err := w.Bulletins.Kept(ctx, tx, "bus-month", calendar.DateOf(clock.Now()), false)
			if err != nil {
				return err
			}
			if len(kept) != 2 || kept[0].No != "丁教通〔2031〕2号" || kept[1].Nth != 1 {
				t.Errorf("of the period: %+v", kept)
			}
			if kept, err = w.Bulletins.Kept(ctx, tx, "bus-month", calendar.DateOf(clock.Now()), true); err != nil || len(kept) > 0 {
				t.Errorf("for the public: %v %+v", err, kept)
			}
			list, err := w.Bulletins.Issued(ctx, tx, "", false, 10)
			if err == nil && (len(list) != 1 || list[0].Nth != 2) {
				t.Errorf("not only the one in force: %+v", list)
			}
			if err != nil {
				return err
			}
			var body string
			if err := tx.QueryRow(ctx, `SELECT body FROM bulletin WHERE id = 'bus-month' AND nth = 1`).Scan(&body); err != nil {
				return err
			}
			if strings.Contains(body, "丁X00001") {
				t.Errorf("the first is not as it was: %s", body)
			}
			list, err = w.Bulletins.Issued(ctx, tx, "", true, 10)
			if len(list) != 0 {
				t.Errorf("the public sees %+v", list)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// What does not exist, or has not begun, is refused in words.
func TestRefusals(t *testing.T) {
	story(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock, w *works.Works) {
		for id, on := range map[string]calendar.Date{"nothing": calendar.DateOf(clock.Now()), "bus-month": calendar.DateOf(clock.Now()).AddDays(60)} {
			err := d.Read(ctx, func(tx *db.Tx) error { _, err := w.Bulletins.Make(ctx, tx, id, on); return err })
			if _, ok := err.(*bulletin.Error); !ok {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}
