package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"zhixing/db"
	"zhixing/forecast"
)

// gridsEvery is how often the folder of gridded products is looked into; a file is taken at the second look that sees it unchanged.
const gridsEvery = 5 * time.Second

// lookEvery is how often forecasts are looked through for thresholds where nothing new has come: what was far ahead comes nearer.
const lookEvery = 10 * time.Minute

// keptFiles is how long what was taken stays in taken/; what it says is in the database.
const keptFiles = 7 * 24 * time.Hour

// grids takes in what is put into a folder, makes what the county makes itself, and proposes what they show.
type grids struct {
	folder *forecast.Folder // nil: nothing is put anywhere
	newest string           // runs that were looked through
	looked time.Time
	swept  time.Time
}

// gridFolder is the folder that is watched, if one is named. A county that takes products as files and names none is told so.
func (s *site) gridFolder() (*grids, error) {
	g := &grids{}
	if s.takes == nil {
		return g, nil
	}
	dir := *s.takes.grids
	if dir == "" {
		for _, d := range s.works().Forecasts.All() {
			if d.Extrapolate == "" && d.Gauges == "" {
				s.logger.Warn("no gridded forecasts are taken in: --grids names the folder into which they are put", "product", d.Name)
				break
			}
		}
		return g, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w: --grids %s: there is no such folder: make it, and let zhixing write there", errUsage, dir)
	}
	g.folder = &forecast.Folder{Dir: dir}
	s.logger.Info("gridded products", "folder", dir)
	return g, nil
}

// keepGrids runs until ctx ends. What fails is in the log and tried again.
func (s *site) keepGrids(ctx context.Context, g *grids) {
	for {
		if err := s.runGrids(ctx, g); err != nil && ctx.Err() == nil {
			s.logger.Error("gridded products", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(gridsEvery):
		}
	}
}

// runGrids is one turn: files, what is made of gauges and extrapolated, and what they show.
func (s *site) runGrids(ctx context.Context, g *grids) error {
	w := s.works()
	now := s.db.Now()
	if s.rain != nil {
		if err := s.rain.fall(ctx); err != nil {
			return err
		}
	}
	var failed error
	if g.folder != nil {
		_, _, failed = g.folder.Look(ctx, w.Forecasts, s.db) // one file that cannot be read must not hold up the rest
		if now.Sub(g.swept) > 24*time.Hour {
			if err := g.folder.Sweep(now.Add(-keptFiles)); err != nil {
				return err
			}
			g.swept = now
		}
	}
	if err := w.Forecasts.Tick(ctx, s.db); err != nil {
		return err
	}
	newest := ""
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		list, err := w.Forecasts.Status(ctx, tx)
		newest = ""
		for _, x := range list {
			if x.Run != nil {
				newest += fmt.Sprintf("%s %d %d %v\n", x.Product.Name, x.Run.ID, len(x.Run.Fields), x.Late)
			}
		}
		return err
	})
	if err != nil || newest == "" || newest == g.newest && now.Sub(g.looked) < lookEvery {
		return errors.Join(failed, err)
	}
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return w.Warnings.Look(ctx, tx) }); err != nil {
		return err
	}
	g.newest, g.looked = newest, now
	return failed
}
