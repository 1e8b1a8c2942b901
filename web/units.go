package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/publication"
)

func (s *Server) units(w http.ResponseWriter, r *http.Request) error {
	var list []publication.UnitCount
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Units(ctx, tx, s.countyCode)
		return err
	})
	if err != nil {
		return err
	}
	if q := strings.TrimSpace(r.URL.Query().Get("q")); q != "" {
		kept := list[:0]
		for _, u := range list {
			if strings.Contains(u.Unit, q) {
				kept = append(kept, u)
			}
		}
		list = kept
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		rows := [][]string{{"单位", "提到它的公文", "任务", "其中牵头"}}
		for _, u := range list {
			rows = append(rows, []string{u.Unit, strconv.Itoa(u.Documents), strconv.Itoa(u.Duties), strconv.Itoa(u.Leads)})
		}
		return writeCSV(w, "单位名录.csv", rows)
	}
	p := s.page(r, "单位名录", home, Link{Text: "单位名录"})
	p.Data = map[string]any{"Units": list, "Q": r.URL.Query().Get("q")}
	return s.render(w, http.StatusOK, "units.html", p)
}

// unit is all that names one unit, as page, data, table or feed.
func (s *Server) unit(w http.ResponseWriter, r *http.Request) error {
	name, form := r.PathValue("name"), ""
	for _, ext := range []string{".json", ".csv", ".atom"} {
		if base, ok := strings.CutSuffix(name, ext); ok {
			name, form = base, ext
		}
	}
	u, err := s.unitOf(r, name)
	if err != nil {
		return err
	}
	if u.Unit != name && form == "" {
		return &redirectError{unitURL(u.Unit)}
	}
	duties, err := dutyViews(u.Listed)
	if err != nil {
		return err
	}
	switch form {
	case ".json":
		return writeJSON(w, http.StatusOK, u)
	case ".csv":
		return writeCSV(w, u.Unit+"任务.csv", dutyRows(duties))
	case ".atom":
		heads, err := s.recent(r, publication.Filter{Unit: u.Unit})
		if err != nil {
			return err
		}
		return s.writeFeed(w, r, "提到“"+u.Unit+"”的公文", unitURL(u.Unit), heads)
	}
	p := s.page(r, u.Unit, home, Link{Text: "单位名录", URL: "/units"}, Link{Text: u.Unit})
	p.Canonical = s.BaseURL + unitURL(u.Unit)
	p.Alternates = []Alternate{{"application/atom+xml", "关注" + u.Unit, unitURL(u.Unit) + ".atom"}}
	p.Data = map[string]any{"Unit": u, "Duties": duties, "URL": unitURL(u.Unit), "Aliases": s.aliases(u.Unit)}
	return s.render(w, http.StatusOK, "unit.html", p)
}

// unitOf is all that names a unit, by any of its names.
func (s *Server) unitOf(r *http.Request, name string) (u publication.UnitPage, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		u, err = publication.UnitOf(ctx, tx, s.countyCode, s.canonicalUnit(name))
		return err
	})
	u.Naming, u.Listed = orEmpty(u.Naming), orEmpty(u.Listed)
	return u, err
}

// canonicalUnit is the unit that a name means, the name itself where the county's folder does not know it.
func (s *Server) canonicalUnit(name string) string {
	if u, ok := s.County.Directory.Resolve(name); ok {
		return u.Name
	}
	return name
}

func (s *Server) aliases(name string) []string {
	if u, ok := s.County.Directory.Resolve(name); ok {
		return u.Aliases
	}
	return nil
}

func unitURL(name string) string { return "/units/" + url.PathEscape(name) }

// dutyRows is a table of duties as offices keep their 台账.
func dutyRows(duties []dutyView) [][]string {
	rows := [][]string{{"序号", "文号", "方案", "章节", "任务编号", "任务", "牵头单位", "配合单位", "落实单位", "统一落实单位", "时限", "频次", "目标", "清单", "依据条款", "状态"}}
	for i, d := range duties {
		var dates, often, targets []string
		for _, x := range d.Deadlines {
			if x.Date.IsZero() {
				dates = append(dates, x.Raw)
			} else {
				dates = append(dates, x.Date.String())
			}
		}
		for _, x := range d.Cadence {
			often = append(often, x.Raw)
		}
		for _, x := range d.Targets {
			targets = append(targets, x.Raw)
		}
		state := "机器读出"
		if d.Proposed {
			state = "待确认"
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), d.Doc, d.Plan, d.Section, d.No, d.Title,
			strings.Join(d.Lead, "、"), strings.Join(d.Support, "、"), strings.Join(d.Implement, "、"), strings.Join(d.Inherited, "、"),
			strings.Join(dates, "；"), strings.Join(often, "；"), strings.Join(targets, "；"), strings.Join(d.Registers, "、"), d.Path, state})
	}
	return rows
}

// writeCSV writes a table that spreadsheets open as UTF-8. A cell that a spreadsheet would run as a formula is quoted.
func writeCSV(w http.ResponseWriter, name string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	cw := csv.NewWriter(w)
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := cw.Write(row); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
