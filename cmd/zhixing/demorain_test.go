package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/counties"
	"zhixing/db"
	"zhixing/forecast"
	"zhixing/policy"
)

// The invented forecast is neither right nor useless: against the gauges of the story it hits, misses and cries wolf, and more so further ahead.
func TestDemonstrationForecastErrs(t *testing.T) {
	county, err := policy.LoadCounty(counties.Demonstration())
	if err != nil {
		t.Fatal(err)
	}
	told := rainTold(county.Policies.Story, &forecast.Definition{Gauges: "wx-rain"})
	if len(told) < 4 {
		t.Fatalf("%d gauges", len(told))
	}
	score := func(lead int) (hits, misses, falseAlarms int) {
		first := time.Date(2023, 10, 30, 0, 0, 0, 0, time.UTC)
		for run := first; run.Before(first.Add(36 * time.Hour)); run = run.Add(time.Hour) {
			start := run.Add(time.Duration(lead-1) * time.Hour)
			for key, values := range told {
				cast, came := demoCast(key, values, run, start, lead) >= .1, values[start.Unix()] >= .1
				switch {
				case cast && came:
					hits++
				case came:
					misses++
				case cast:
					falseAlarms++
				}
			}
		}
		return hits, misses, falseAlarms
	}
	csi := func(lead int) float64 {
		h, m, f := score(lead)
		if h == 0 || m == 0 || f == 0 {
			t.Errorf("%d hours ahead: %d hits, %d misses, %d false alarms: each should occur", lead, h, m, f)
		}
		return float64(h) / float64(h+m+f)
	}
	if near, far := csi(1), csi(6); near <= far || near > .97 || far < .4 {
		t.Errorf("one hour ahead %.2f, six %.2f", near, far)
	}
}

// On its day the demonstration's products are fresh, and they stay so while somebody looks on; of its loudspeakers and displays some are there, one has
// gone, and one has a fault.
func TestTheDemonstrationIsFresh(t *testing.T) {
	ctx := context.Background()
	s, err := shownOn(t, []string{"--data", demoFolder(t)}, storyDay)
	if err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	fresh := func(runs string) {
		t.Helper()
		var got []string
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			list, err := s.works().Forecasts.Status(ctx, tx)
			got = nil
			for _, x := range list {
				if x.Run == nil || x.Late || len(x.Problems) > 0 {
					t.Errorf("%s is late, or odd: %v", x.Product.Name, x.Problems)
					continue
				}
				got = append(got, x.Run.At.In(calendar.Zone).Format("15:04"))
			}
			return err
		})
		if want := []string{runs, runs, runs}; err != nil || !slices.Equal(got, want) {
			t.Errorf("the runs of %v, want %v; %v", got, want, err)
		}
	}
	fresh("08:00")
	for _, at := range []string{"09:01", "09:12", "10:01", "10:16", "11:01", "11:16"} { // it is looked every few seconds
		when, err := parseOn("2023-11-01T" + at + ":30+08:00")
		if err != nil {
			t.Fatal(err)
		}
		s.rain.t.clock.hold(when)
		if err := s.runGrids(ctx, &grids{}); err != nil {
			t.Fatal(err)
		}
		if at[3:] != "01" && at != "09:12" {
			fresh(at[:2] + ":00")
		}
	}

	o := &channel.Outbox{DB: s.db, County: string(s.county.Place.Code)}
	var on, off, fault int
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err := o.Devices(ctx, tx)
		on, off, fault = 0, 0, 0
		for _, d := range list {
			switch {
			case !d.Online:
				off++
			case slices.Contains([]string{"online", `{"volume": 80}`}, d.Detail):
				on++
			default:
				fault++
			}
		}
		return err
	})
	if err != nil || fmt.Sprint(on, off, fault) != "2 1 1" {
		t.Errorf("%d devices are there, %d are not, %d have a fault; %v", on, off, fault, err)
	}
}
