package web

import (
	"context"
	"net/http"
	"net/url"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/policy/works"
)

// loopTile is one number of the loop from finding to closing, on the page of the morning, with the list that it counts.
type loopTile struct {
	Text, URL, Colour string
	N                 int
}

// loopTiles are the numbers of the whole county for those who may see all of it, for others those of their units; none where there is
// nothing to say. They are counted in the database, and indicators by the results that are kept: nothing is computed for them.
func (s *Server) loopTiles(r *http.Request, by ledger.Actor) ([]loopTile, error) {
	w, err := s.works()
	if err != nil || !cases.May(by, cases.ActSee) {
		return nil, nil // a county without policies has no loop
	}
	var tiles []loopTile
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if cases.Everywhere(by, cases.ActSee) {
			tiles, err = s.countyTiles(ctx, tx, w, by)
		} else {
			tiles, err = s.unitTiles(ctx, tx, w, by)
		}
		if err != nil {
			return err
		}
		orders, err := s.ownOrders(ctx, tx, w, by)
		if err == nil && len(orders) > 0 {
			tiles = append([]loopTile{{"预警指令", "/warnings/desk#orders", "red", len(orders)}}, tiles...)
		}
		return err
	})
	for _, t := range tiles {
		if t.N > 0 {
			return tiles, err
		}
	}
	return nil, err
}

func (s *Server) countyTiles(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor) ([]loopTile, error) {
	tally, err := w.Judge.Tallies(ctx, tx)
	if err != nil {
		return nil, err
	}
	open := 0
	for _, n := range tally.Open {
		open += n
	}
	late, err := countCases(ctx, tx, w, by, cases.Query{Late: true})
	if err != nil {
		return nil, err
	}
	listed, err := countCases(ctx, tx, w, by, cases.Query{Listed: true})
	if err != nil {
		return nil, err
	}
	unmet := 0
	for i := range w.Set.Indicators {
		if tally.Kept[w.Set.Indicators[i].ID][finding.NotMet] > 0 {
			unmet++
		}
	}
	silent, err := w.Observations.SilentNow(ctx, tx)
	if err != nil {
		return nil, err
	}
	tiles := []loopTile{
		{"未恢复问题", findingsURL(""), "amber", open},
		{"严重问题", findingsURL("") + "&severity=" + url.QueryEscape(string(finding.Grave)), "red", tally.Grave},
		{"逾期事项", "/cases?late=1", "red", late},
		{"问责清单", "/cases?listed=1", "red", listed},
		{"未达标指标", "/indicators?met=" + url.QueryEscape(string(finding.NotMet)), "amber", unmet},
		{"失联监测项目", "/devices#silent", "amber", len(silent)},
	}
	if s.Devices == nil {
		return tiles, nil
	}
	list, err := s.Devices.Statuses(ctx, tx)
	b, off := &seriesBase{Inside: true, works: w}, 0
	for _, st := range list {
		if b.deviceRow(st, tx.Now()).Off() {
			off++
		}
	}
	return append(tiles, loopTile{"离线设备", "/devices?off=1", "amber", off}), err
}

// unitTiles are a unit's own: what it has to put right. That it leads the policy that found something is not its arrears.
func (s *Server) unitTiles(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor) ([]loopTile, error) {
	var tiles []loopTile
	units := cases.Units(by, cases.ActSee) // also the leading groups that he is in
	for _, u := range units {
		open, grave, err := w.Judge.OpenOf(ctx, tx, s.caseUnitNames(by, u))
		if err != nil {
			return nil, err
		}
		of := ""
		if len(units) > 1 {
			of = u + "："
		}
		if open > 0 {
			tiles = append(tiles, loopTile{of + "未恢复问题", findingsURL(u), "amber", open})
		}
		if grave > 0 {
			tiles = append(tiles, loopTile{of + "严重问题", findingsURL(u) + "&severity=" + url.QueryEscape(string(finding.Grave)), "red", grave})
		}
	}
	late, err := countCases(ctx, tx, w, by, cases.Query{Late: true})
	return append(tiles, loopTile{"逾期事项", "/cases?late=1", "red", late}), err
}

func findingsURL(unit string) string {
	u := "/findings?state=" + url.QueryEscape(string(finding.Open))
	if unit != "" {
		u += "&unit=" + url.QueryEscape(unit)
	}
	return u
}

func countCases(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor, q cases.Query) (int, error) {
	q.Size = 1
	page, err := w.Cases.List(ctx, tx, by, q)
	return page.Total, err
}
