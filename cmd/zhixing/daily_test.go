package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/counties"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/register"
	"zhixing/warning"
)

// Each thing that the program does by itself with the day, or when a file comes, is done by the turns that serve runs: heads of registers go
// to the log, what is due is told, verdicts are entered, holders of posts are followed, numbers are forgotten, the night is kept, and what
// a forecast shows is proposed. Each check fails where its line is cut.
func TestTheDailyTurn(t *testing.T) {
	ctx := context.Background()
	taken, err := demonstrationCounty()
	if err != nil {
		t.Fatal(err)
	}
	county := taken.County
	const start = "2023-10-31T09:00:00+08:00"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		code := string(county.Place.Code)
		none := ""
		s := &site{db: d, county: county, ledger: newLedger(county, nil, false), logger: slog.New(slog.DiscardHandler), outside: &outside{channels: &none}}
		if s.log, err = journal.OpenLog(ctx, d, code, "gov.example.cn/"+code, ""); err != nil {
			t.Fatal(err)
		}
		live := &works.Live{DB: d, Folder: counties.Demonstration, First: taken, Ledger: s.ledger}
		if err := live.Start(ctx, "test"); err != nil {
			t.Fatal(err)
		}
		s.running = &running{live: live}
		night := time.Date(2023, 11, 1, 23, 0, 0, 0, calendar.Zone)
		file := filepath.Join(t.TempDir(), "channels.yaml")
		if err := os.WriteFile(file, []byte("quiet: {from: \"21:00\", to: \"05:00\"}\nchannels:\n  - name: sms\n    gateways:\n      - {name: dry, driver: files, options: {dir: "+t.TempDir()+"}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for channels, until := range map[string]int{"": 30, file: 0} { // minutes past: of the night that no file names, and of the file's
			s.outside.channels = &channels
			o, err := s.openOutbox(notice.Config{})
			if err != nil {
				t.Fatal(err)
			}
			if o.Quiet == nil || !o.Quiet(channel.Notice, "sms", night).After(night) || o.Quiet(channel.Notice, "sms", night).Minute() != until {
				t.Errorf("the night is not kept, channels %q", channels)
			}
		}
		s.outside.channels = &file
		out, err := s.openOutbox(notice.Config{})
		if err != nil {
			t.Fatal(err)
		}
		live.Connect(out)
		write := func(act func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		turn := func(at string) {
			t.Helper()
			clock.Set(at)
			if err := s.tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
		count := func(query string) (n int) {
			t.Helper()
			write(func(tx *db.Tx) error { return tx.QueryRow(ctx, query, code).Scan(&n) })
			return n
		}
		turn(start)

		write(func(tx *db.Tx) error {
			_, err := s.works().Registers.Add(ctx, tx, register.System, "wx-verified", register.Input{Fields: map[string]string{"编号": "示例", "灾种": "暴雨", "级别": "黄", "日期": "2023-10-30",
				"范围": "示例", "结果": "空报", "实况": "示例"}})
			if err != nil {
				return err
			}
			id, err := personnel.AddPerson(ctx, tx, code, "test", "示例庚", "虚构")
			if err == nil {
				_, err = personnel.Appoint(ctx, tx, county.Book, code, "test", personnel.Move{Person: id, Post: personnel.ID("古绛镇", "镇长"), On: calendar.Date{Year: 2023, Month: 11, Day: 1}, Reason: "虚构"})
			}
			if err == nil {
				err = personnel.SetPhone(ctx, tx, code, "test", id, "13800000001")
			}
			if err == nil {
				_, err = out.PutAll(ctx, tx, []channel.Message{{Purpose: "w", Channel: "sms", To: "13800000001", Urgency: channel.Warning, Text: "示例", Expires: tx.Now().Add(time.Hour)}})
			}
			return err
		})
		if _, err := out.Once(ctx, clock.Now()); err != nil {
			t.Fatal(err)
		}
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县气象局", Title: title, Post: personnel.ID("县气象局", title), Role: personnel.Head}}}
		}
		write(func(tx *db.Tx) error {
			x := warning.Draft{Hazard: "rainstorm", Level: "黄"}
			x.Description, x.Area.Places = "将有强降雨。", []warning.Place{{Town: "古绛镇"}}
			v, err := s.works().Warnings.Draft(ctx, tx, as("示例甲", "副局长"), x)
			if err == nil {
				_, err = s.works().Warnings.Submit(ctx, tx, as("示例甲", "副局长"), v.Event, v.N)
			}
			if err == nil {
				_, err = s.works().Warnings.Publish(ctx, tx, as("示例乙", "局长"), v.Event, v.N)
			}
			return err
		})
		turn("2023-11-01T09:00:00+08:00")
		turn("2023-11-03T09:00:00+08:00")
		if n := count(`SELECT count(*) FROM journal WHERE county = $1 AND what = 'register.heads'`); n == 0 {
			t.Error("heads of registers are not in the log")
		}
		if n := count(`SELECT count(*) FROM notice WHERE county = $1 AND about LIKE 'bulletins/%'`); n == 0 {
			t.Error("nobody was told of a bulletin that is due")
		}
		if n := count(`SELECT count(*) FROM register_entry WHERE county = $1 AND register = 'wx-verified'`); n != 2 {
			t.Errorf("%d verdicts, want one that was entered by hand and one by itself", n)
		}
		if n := count(`SELECT count(*) FROM audience WHERE county = $1 AND source = 'posts'`); n != 1 {
			t.Errorf("%d holders of posts can be told, want 1", n)
		}
		if n := count(`SELECT count(*) FROM channel_message WHERE county = $1 AND address = '13800000001'`); n == 0 {
			t.Error("a number was forgotten at once")
		}

		grids := t.TempDir()
		var rain strings.Builder
		rain.WriteString("product,rain-6h\nrun,2023-11-03 09:00\nunit,mm\nstart,end,lon,lat,value\n")
		for hour := range 6 {
			for lon := 0; lon <= 10; lon++ {
				for lat := 0; lat <= 7; lat++ {
					fmt.Fprintf(&rain, "2023-11-03 %02d:00,2023-11-03 %02d:00,%.2f,%.2f,30\n", 9+hour, 10+hour, 111.40+.05*float64(lon), 35.30+.05*float64(lat))
				}
			}
		}
		if err := os.WriteFile(filepath.Join(grids, "rain.csv"), []byte(rain.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		s.takes = &intake{grids: &grids}
		g, err := s.gridFolder()
		if err != nil {
			t.Fatal(err)
		}
		clock.Set("2023-11-03T09:10:00+08:00")
		for range 2 { // a file is taken at the second look
			if err := s.runGrids(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *db.Tx) error {
			list, err := s.works().Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10)
			if err == nil && len(list) == 0 {
				t.Error("nothing was looked for in a forecast that came")
			}
			return err
		})

		turn("2024-07-01T09:00:00+08:00")
		if n := count(`SELECT count(*) FROM channel_message WHERE county = $1 AND address = '13800000001'`); n != 0 {
			t.Error("numbers are not forgotten after half a year")
		}
	})
}
