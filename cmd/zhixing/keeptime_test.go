package main

import (
	"context"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/notice"
	"zhixing/personnel"
)

// TestProbationsAreToldOnce lets a probation come near its end: the office is told once, however often the clock looks.
func TestProbationsAreToldOnce(t *testing.T) {
	taken, err := demonstrationCounty()
	if err != nil {
		t.Fatal(err)
	}
	county := taken.County
	clock := dbtest.At("2024-07-01")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clock.Set("2024-07-01")
		code := string(county.Place.Code)
		err := d.Write(ctx, func(tx *db.Tx) error {
			id, err := personnel.AddPerson(ctx, tx, code, "test", "示例庚", "虚构")
			if err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, county.Book, code, "test", personnel.Move{Person: id, Post: personnel.ID("县审计局", "局长"),
				On: calendar.Date{Year: 2023, Month: 9, Day: 8}, Months: 12, Reason: "虚构"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		told := func() (n int) {
			err := d.Read(ctx, func(tx *db.Tx) error {
				list, _, err := notice.Holding(ctx, tx, code, false, 50, "")
				for _, x := range list {
					if strings.Contains(x.Subject, "试用期") {
						n++
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, on := range []string{"2024-07-01", "2024-08-09", "2024-08-10", "2024-08-30"} {
			clock.Set(on)
			s := &site{db: d, county: county, ledger: newLedger(county, nil, true)} // each day a new process
			for range 2 {
				if err := s.remind(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := told(); n != 1 {
			t.Errorf("the office was told %d times", n)
		}
	})
}
