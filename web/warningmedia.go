package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/policy/works"
	"zhixing/warning"
)

// Who passes warnings on, as anybody may read it: those of public registers, and what they themselves or who is in charge of them confirmed.

// mediaRow is a re-broadcaster with what it did of late.
type mediaRow struct {
	works.Rebroadcaster
	Figures []string // by the columns of the page
	Times   int
	Last    *passedRow
}

// passedRow is a public passing-on with the version that was passed on.
type passedRow struct {
	warning.Rebroadcast
	After string // after it was published
	Path  string // of the warning
	Title string
}

// mediaFor is how far back the page counts.
const mediaFor = 365 * 24 * time.Hour

// passedRows are the public passings-on of an event; versions are its public versions.
func (s *Server) passedRows(ctx context.Context, tx *db.Tx, versions []publicWarning) ([]passedRow, error) {
	list, err := warning.PublicPassed(ctx, tx, s.countyCode, versions[0].Event)
	var out []passedRow
	for _, x := range list {
		for _, v := range versions {
			if v.N == x.N {
				out = append(out, passedRow{x, leadWords(x.At.Sub(v.Sent).Truncate(time.Minute)), v.Path(), v.Headline})
			}
		}
	}
	return out, err
}

// media reads the re-broadcasters, the columns of what is known of them, and what they did of late.
func (s *Server) media(ctx context.Context, tx *db.Tx, w *works.Works) (rows []mediaRow, columns []string, err error) {
	list, err := w.PublicRebroadcasters(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	done, err := warning.PublicPassedBy(ctx, tx, s.countyCode, s.now().Add(-mediaFor))
	if err != nil {
		return nil, nil, err
	}
	for _, m := range list {
		for _, f := range m.Figures {
			if title := figureTitle(f); !slices.Contains(columns, title) {
				columns = append(columns, title)
			}
		}
	}
	for _, m := range list {
		row := mediaRow{Rebroadcaster: m, Figures: make([]string, len(columns)), Times: done[m.Who()].Times}
		for _, f := range m.Figures {
			row.Figures[slices.Index(columns, figureTitle(f))] = f.Value
		}
		if row.Times > 0 {
			last := done[m.Who()].Last
			versions, err := warning.PublicEvent(ctx, tx, s.countyCode, last.Event)
			if err != nil {
				return nil, nil, err
			}
			for _, v := range versions {
				if v.N == last.N {
					row.Last = &passedRow{last, leadWords(last.At.Sub(v.Sent).Truncate(time.Minute)), warningPath(v.Event), v.Headline}
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, columns, nil
}

// figureTitle is the head of a column: 限时（分钟）.
func figureTitle(f works.Figure) string {
	if f.Unit == "" {
		return f.Name
	}
	unit := string(f.Unit)
	if unit == "min" {
		unit = "分钟"
	}
	return f.Name + "（" + unit + "）"
}

// mediaData is a re-broadcaster as data gives it, passedData what it passed on.
type mediaData struct {
	Name    string            `json:"name"`
	Unit    string            `json:"unit,omitempty"`
	Kind    string            `json:"kind,omitempty"`
	Figures map[string]string `json:"figures"`
	Times   int               `json:"times_in_a_year"`
	Last    *passedData       `json:"last,omitempty"`
}

type passedData struct {
	Warning string    `json:"warning"`
	N       int       `json:"n"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Reach   *int      `json:"reach,omitempty"` // people; absent: not known
}

func (s *Server) passedData(p passedRow) passedData {
	out := passedData{Warning: s.BaseURL + p.Path, N: p.N, By: p.Name, At: p.At}
	if p.Reach >= 0 {
		out.Reach = &p.Reach
	}
	return out
}

func (s *Server) warningMedia(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	var rows []mediaRow
	var columns []string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, columns, err = s.media(ctx, tx, works)
		return err
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".json") {
		out := []mediaData{}
		for _, m := range rows {
			x := mediaData{Name: m.Name, Unit: m.Unit, Kind: m.Role, Figures: map[string]string{}, Times: m.Times}
			for i, value := range m.Figures {
				if value != "" {
					x.Figures[columns[i]] = value
				}
			}
			if m.Last != nil {
				last := s.passedData(*m.Last)
				x.Last = &last
			}
			out = append(out, x)
		}
		w.Header().Set("Cache-Control", "public, max-age=60")
		return writeJSON(w, http.StatusOK, map[string]any{"rebroadcasters": out})
	}
	p := s.page(r, "转播预警的单位", home, Link{Text: "预警", URL: "/warnings"}, Link{Text: "转播单位"})
	p.Canonical = s.BaseURL + "/warnings/media"
	p.Alternates = []Alternate{{"application/json", "数据", "/warnings/media.json"}}
	p.Data = map[string]any{"Rows": rows, "Columns": columns}
	return s.render(w, http.StatusOK, "warningmedia.html", p)
}
