package web

import (
	"time"

	"fmt"
	"zhixing/calendar"
	"zhixing/observation"
	"zhixing/register"
)

// seriesState is how a series stands, in the words of pages.
type seriesState string

const (
	stateFine    seriesState = "正常"
	stateSilent  seriesState = "失联"
	stateInvalid seriesState = "无效"
	stateMissing seriesState = "缺测"
	stateNone    seriesState = "没有数据"
	stateEnded   seriesState = "停用" // the entry has left, or no longer has such a series
)

// newest is the newest value of a series as a page shows it.
type newest struct {
	URL      string
	Value    string
	Unit     string
	At       time.Time
	Has      bool
	State    seriesState
	Flag     string // what the flag means, where it is not normal
	Over     string // 超过限值
	Limit    string // 不超过 50 mg/L（排口化学需氧量限值）
	Since    time.Time
	Findings int
	Title    string
	Key      string
	Label    string
	Entry    string // address
	Name     observation.SeriesName
}

// Bad says that somebody should look.
func (n newest) Bad() bool {
	return n.Over != "" || n.Findings > 0 || n.State != stateFine && n.State != stateEnded
}

func (b *seriesBase) newest(d *observation.Definition, schema *register.Schema, e *register.Entry, x observation.Series, l *observation.Latest, on calendar.Date) newest {
	n := newest{URL: b.URL(d.Name, e.Key), Unit: string(d.Unit), State: stateNone, Title: d.Title, Key: e.Key, Label: e.Label, Entry: b.EntryURL(d.Register, e.Key), Name: d.Name}
	if d.Unit == "1" {
		n.Unit = ""
	}
	if l != nil {
		n.Has, n.Value, n.At = true, l.Text(), l.At
		switch l.State() {
		case observation.Valid:
			n.State = stateFine
		case observation.Missing:
			n.State, n.Value = stateMissing, "—"
		default:
			n.State, n.Flag = stateInvalid, l.Flag.String()
		}
		if over := overOf(limitsOf(b.works, d, schema, e, b.Inside, on), l.Value); over != nil && x.Ended.IsZero() {
			n.Over, n.Limit = overWords(over), over.Words()+"（"+over.Title+"）"
		}
	}
	if !x.Ended.IsZero() {
		n.State = stateEnded
	} else if gone, silent := b.silent[x.ID]; silent {
		n.State, n.Since = stateSilent, gone.Since
	}
	n.Findings = len(b.open[string(d.Name)+"/"+e.Key])
	return n
}

func (n newest) atText() string {
	if !n.Has {
		return ""
	}
	return n.At.In(calendar.Zone).Format("2006-01-02 15:04")
}

// words are how it stands, in one sentence.
func (n newest) words() string {
	if n.Over != "" {
		return string(n.State) + "，" + n.Over
	}
	return string(n.State)
}

// newestData is the newest values as programs get them.
func newestData(d *observation.Definition, rows []newest) any {
	type item struct {
		Of    string  `json:"of"`
		Name  string  `json:"name"`
		Value *string `json:"value"`
		At    *string `json:"at"`
		State string  `json:"state"`
		Over  string  `json:"over,omitempty"`
		Limit string  `json:"limit,omitempty"`
	}
	items := []item{}
	for _, n := range rows {
		it := item{Of: n.Key, Name: n.Label, State: string(n.State), Over: n.Over, Limit: n.Limit}
		if n.Has && n.State != stateMissing {
			v := n.Value
			it.Value = &v
		}
		if n.Has {
			t := n.At.In(calendar.Zone).Format(time.RFC3339)
			it.At = &t
		}
		items = append(items, it)
	}
	return map[string]any{"series": d.Name, "title": d.Title, "unit": d.Unit, "kind": d.Kind, "basis": d.Basis.String(), "items": items}
}

// agoWords says how fresh something is.
func agoWords(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d < 0:
		return ""
	case d < time.Minute:
		return "刚才"
	case d < time.Hour:
		return fmt.Sprintf("%d分钟前", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d小时前", int(d.Hours()))
	}
	return fmt.Sprintf("%d天前", int(d.Hours()/24))
}
