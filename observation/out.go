package observation

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// WriteCSV writes readings as a table, as they are read: a year of minutes never stands in memory.
func (o *Observations) WriteCSV(ctx context.Context, tx *db.Tx, q Query, w io.Writer) error {
	s, err := o.SeriesByID(ctx, tx, q.Series)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"时间", "值", "单位", "状态", "标志", "收到时间", "版本"}); err != nil {
		return err
	}
	err = o.Each(ctx, tx, q, func(r Reading) error {
		return out.Write([]string{r.At.In(calendar.Zone).Format("2006-01-02 15:04:05"), r.Text(), s.Unit, string(r.State()), r.Flag.Code(),
			r.Recorded.In(calendar.Zone).Format("2006-01-02 15:04:05"), strconv.Itoa(r.Version)})
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

// readingJSON is a reading as programs get it.
type readingJSON struct {
	At       time.Time `json:"at"`
	Value    *string   `json:"value"` // with its digits, 0.0003L below the detection limit; null: missing at source
	Flag     string    `json:"flag"`
	State    State     `json:"state"`
	Recorded time.Time `json:"recorded"`
	Version  int       `json:"version"`
}

// MarshalJSON is how a reading leaves.
func (r Reading) MarshalJSON() ([]byte, error) {
	out := readingJSON{At: r.At, Flag: r.Flag.Code(), State: r.State(), Recorded: r.Recorded, Version: r.Version}
	if !r.Empty {
		text := r.Text()
		out.Value = &text
	}
	return json.Marshal(out)
}

// Text is the value alone, without its flag: 61.0, 0.0003L, nothing.
func (v Value) Text() string {
	if v.Empty {
		return ""
	}
	return v.Sample.String()
}

// WriteJSON writes readings as {"series": …, "of": …, "unit": …, "readings": […]}, as they are read.
func (o *Observations) WriteJSON(ctx context.Context, tx *db.Tx, q Query, w io.Writer) error {
	s, err := o.SeriesByID(ctx, tx, q.Series)
	if err != nil {
		return err
	}
	head, err := json.Marshal(struct {
		Series SeriesName `json:"series"`
		Of     string     `json:"of"`
		Unit   string     `json:"unit"`
		Kind   Kind       `json:"kind"`
	}{s.Name, s.Key, s.Unit, s.Kind})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.Write(head[:len(head)-1])
	out.WriteString(`,"readings":[`)
	sep := "\n"
	err = o.Each(ctx, tx, q, func(r Reading) error {
		b, err := r.MarshalJSON()
		if err != nil {
			return err
		}
		out.WriteString(sep)
		sep = ",\n"
		_, err = out.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

// WriteMetrics writes the latest values of the public series of a register as Prometheus reads them: the value, its time, and
// whether the series is silent. What does not count is left out, so that a gap in the graph is a gap.
func (o *Observations) WriteMetrics(ctx context.Context, tx *db.Tx, register string, w io.Writer) error {
	list, err := o.LatestOf(ctx, tx, register)
	if err != nil {
		return err
	}
	var values, times, silent strings.Builder
	quiet, err := o.SilentNow(ctx, tx)
	if err != nil {
		return err
	}
	isQuiet := map[SeriesID]bool{}
	for _, s := range quiet {
		isQuiet[s.Series.ID] = true
	}
	for _, l := range list {
		s, err := o.SeriesByID(ctx, tx, l.Series)
		if err != nil {
			return err
		}
		d := o.byName[s.Name]
		if d == nil || !d.Public || d.Kind != s.Kind {
			continue
		}
		labels := `{register="` + escapeLabel(register) + `",series="` + escapeLabel(string(s.Name)) + `",of="` + escapeLabel(s.Key) + `",unit="` + escapeLabel(s.Unit) + `"} `
		if l.Counts() {
			values.WriteString("zhixing_reading" + labels + l.Decimal.String() + "\n")
			times.WriteString("zhixing_reading_time_seconds" + labels + strconv.Itoa(int(l.At.Unix())) + "\n")
		}
		is := "0"
		if isQuiet[s.ID] {
			is = "1"
		}
		silent.WriteString("zhixing_series_silent" + labels + is + "\n")
	}
	_, err = io.WriteString(w, "# TYPE zhixing_reading gauge\n"+values.String()+"# TYPE zhixing_reading_time_seconds gauge\n"+times.String()+
		"# TYPE zhixing_series_silent gauge\n"+silent.String())
	return err
}

func escapeLabel(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
}
