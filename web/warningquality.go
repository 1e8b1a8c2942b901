package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/warning"
)

// qualityRow is a tally with what is wanted of it.
type qualityRow struct {
	What string
	warning.Tally
	Wanted            warning.Quality
	Accurate, Early   bool
	Judged, HasLead   bool // there is something to hold against a wanted accuracy; a lead
	Lead              string
	Percent, AtTarget int // of the bar, in its hundred units
}

func qualityOf(what string, t warning.Tally, q warning.Quality) qualityRow {
	r := qualityRow{What: what, Tally: t, Wanted: q, AtTarget: q.Accuracy}
	r.Accurate, r.Early = t.Meets(q)
	if a := t.Accuracy(); a.Of > 0 {
		r.Judged, r.Percent = q.Accuracy > 0, a.Part*100/a.Of
	}
	if lead, ok := t.MeanLead(); ok {
		r.HasLead, r.Lead = true, leadWords(lead)
	}
	return r
}

// LeadWanted is the lead that is wanted, in words.
func (r qualityRow) LeadWanted() string { return leadWords(r.Wanted.Lead) }

// leadWords is 1小时5分钟.
func leadWords(d time.Duration) string {
	m := int(d / time.Minute)
	switch h := m / 60; {
	case h == 0:
		return fmt.Sprintf("%d分钟", m)
	case m%60 == 0:
		return fmt.Sprintf("%d小时", h)
	default:
		return fmt.Sprintf("%d小时%d分钟", h, m%60)
	}
}

// qualityPart are the rows of one hazard: all of it, then by month, level and town.
type qualityPart struct {
	Name string
	Cite cited
	Rows []qualityRow
}

// qualityTable are the rows of all hazards for a file.
func qualityTable(parts []qualityPart) [][]string {
	out := [][]string{{"灾种", "范围", "命中", "迟报", "空报", "漏报", "未到期", "命中率", "空报率", "TS评分", "准确率", "要求准确率", "平均提前", "要求提前", "依据"}}
	for _, p := range parts {
		for _, x := range p.Rows {
			line := []string{p.Name, x.What}
			for _, n := range []int{x.Hits, x.Tally.Late, x.False, x.Misses, x.Waiting} {
				line = append(line, strconv.Itoa(n))
			}
			line = append(line, x.POD().Percent(), x.FAR().Percent(), x.CSI().Percent(), x.Accuracy().Percent(), "", x.Lead, "", p.Cite.Text)
			if x.Wanted.Accuracy > 0 {
				line[11] = strconv.Itoa(x.Wanted.Accuracy) + "%"
			}
			if x.Wanted.Lead > 0 {
				line[13] = x.LeadWanted()
			}
			out = append(out, line)
		}
	}
	return out
}

// warningQuality shows how good the warnings of a stretch of days were; without a question those of this year.
func (s *Server) warningQuality(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.warner(r)
	if err != nil {
		return err
	}
	from, to := calendar.Date{Year: s.today().Year, Month: 1, Day: 1}, s.today()
	for _, d := range []struct {
		to   *calendar.Date
		name string
	}{{&from, "from"}, {&to, "to"}} {
		if t := r.URL.Query().Get(d.name); t != "" {
			if err := d.to.UnmarshalText([]byte(t)); err != nil {
				return badRequest("日期写作 2023-10-31 的样子。")
			}
		}
	}
	if to.Before(from) || from.AddDays(3*366).Before(to) {
		return badRequest("止日不能早于起日，一次最多看三年。")
	}
	var parts []qualityPart
	var nothing []string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		parts, nothing = nil, nil
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		for _, h := range works.Warnings.Hazards {
			v, err := works.Warnings.Verify(ctx, tx, h.ID, from.Time(), to.AddDays(1).Time())
			if err != nil {
				return err
			}
			if len(v.Verdicts) == 0 {
				nothing = append(nothing, h.Name)
				continue
			}
			p := qualityPart{h.Name, docs.cite(h.Quality.Basis), []qualityRow{qualityOf("全部", v.All, h.Quality)}}
			for _, x := range v.Months {
				p.Rows = append(p.Rows, qualityOf(x.Month, x.Tally, h.Quality))
			}
			for _, x := range v.Levels {
				p.Rows = append(p.Rows, qualityOf(string(x.Level)+"色", x.Tally, h.Quality))
			}
			for _, x := range v.Towns {
				p.Rows = append(p.Rows, qualityOf(x.Town, x.Tally, h.Quality))
			}
			parts = append(parts, p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, fmt.Sprintf("预警检验%s至%s.csv", from, to), qualityTable(parts))
	}
	p := s.office(r, "预警检验", Link{Text: "预警发布台", URL: "/warnings/desk"}, Link{Text: "预警检验"})
	p.Data = map[string]any{"Parts": parts, "Nothing": nothing, "From": from, "To": to}
	return s.render(w, http.StatusOK, "warningquality.html", p)
}
