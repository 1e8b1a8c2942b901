package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/publication"
)

// maxTable is how many duties one exported table may hold.
const maxTable = 20_000

// dutyParameters are what a list of duties may be asked with.
var dutyParameters = []string{"unit", "role", "doc", "limit", "cursor"}

func (s *Server) dutyFilter(r *http.Request, limit int) (f publication.DutyFilter, err error) {
	q := r.URL.Query()
	f = publication.DutyFilter{Role: q.Get("role"), Cursor: q.Get("cursor")}
	if u := strings.TrimSpace(q.Get("unit")); u != "" {
		f.Unit = s.canonicalUnit(u)
	}
	if d := strings.TrimSpace(q.Get("doc")); d != "" {
		key, ok := publication.ParseKey(d)
		if !ok {
			return f, badRequest("文号写作 甲政发〔2023〕1号 或 甲政发/2023/1 的形式。")
		}
		f.Key = key
	}
	f.Limit, err = number(r, "limit", 1, publication.MaxLimit, limit)
	return f, err
}

// duties lists duties as read, of all documents, one document or one unit, as page, table or data.
func (s *Server) duties(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	form, limit := strings.TrimPrefix(r.URL.Path, "/duties"), pageLength
	if form != "" {
		limit = publication.MaxLimit
		if err := onlyKnown(r, dutyParameters...); err != nil {
			return err
		}
	}
	f, err := s.dutyFilter(r, limit)
	if err != nil {
		return err
	}
	var list publication.DutyPage
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Duties(ctx, tx, s.countyCode, f)
		for err == nil && form == ".csv" && list.Next != "" { // a table is whole, or refused
			if len(list.Items) >= maxTable {
				return badRequest(fmt.Sprintf("任务超过 %d 项，一张表放不下。请按单位或文号筛选，或用 /api/v1/duties 逐页读取。", maxTable))
			}
			var more publication.DutyPage
			f.Cursor = list.Next
			more, err = publication.Duties(ctx, tx, s.countyCode, f)
			list.Items, list.Next = append(list.Items, more.Items...), more.Next
		}
		return err
	})
	if err != nil {
		return err
	}
	if form == ".json" {
		list.Items = orEmpty(list.Items)
		return writeJSON(w, http.StatusOK, list)
	}
	views, err := dutyViews(list.Items)
	if err != nil {
		return err
	}
	if form == ".csv" {
		return writeCSV(w, "任务摘录.csv", dutyRows(views))
	}
	p := s.page(r, "任务摘录", home, Link{Text: "任务摘录"})
	asked := url.Values{"unit": {q.Get("unit")}, "role": {q.Get("role")}, "doc": {q.Get("doc")}}
	for k, v := range asked {
		if v[0] == "" {
			asked.Del(k)
		}
	}
	export, first, next := "", "", ""
	if len(asked) > 0 {
		export = "?" + asked.Encode()
	}
	if q.Get("cursor") != "" {
		first = "/duties" + export
	}
	if list.Next != "" {
		asked.Set("cursor", list.Next)
		next = "/duties?" + asked.Encode()
	}
	p.Data = map[string]any{"Duties": views, "Next": next, "First": first, "Unit": q.Get("unit"), "Role": q.Get("role"), "Doc": q.Get("doc"), "Export": export}
	return s.render(w, http.StatusOK, "duties.html", p)
}

func (s *Server) apiDuties(w http.ResponseWriter, r *http.Request) error {
	if err := onlyKnown(r, dutyParameters...); err != nil {
		return err
	}
	f, err := s.dutyFilter(r, publication.DefaultLimit)
	if err != nil {
		return err
	}
	var list publication.DutyPage
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = publication.Duties(ctx, tx, s.countyCode, f)
		return err
	})
	if err != nil {
		return err
	}
	list.Items = orEmpty(list.Items)
	return writeJSON(w, http.StatusOK, list)
}

// dutyView is a duty as pages and exports show it.
type dutyView struct {
	Key       publication.Key `json:"-"`
	Role      string          `json:"-"` // of the unit asked for
	Doc       string          `json:"doc"`
	Plan      string          `json:"plan"`
	Section   string          `json:"section"`
	No        string          `json:"no"`
	Part      int             `json:"part"`
	Title     string          `json:"title"`
	Lead      []string        `json:"lead"`
	Support   []string        `json:"support"`
	Implement []string        `json:"implement"`
	Inherited []string        `json:"inherited"`
	Deadlines []struct {
		Raw  string        `json:"raw"`
		Date calendar.Date `json:"date"`
	} `json:"deadlines"`
	Cadence []struct {
		Raw   string `json:"raw"`
		Every string `json:"every"`
	} `json:"cadence"`
	Targets []struct {
		Raw string `json:"raw"`
	} `json:"targets"`
	Registers      []string `json:"registers"`
	Responsibility string   `json:"responsibility"`
	Proposed       bool     `json:"proposed"`
	Path           string   `json:"-"` // of the clause inside its document
	N              int      `json:"-"` // in its document
	Became         *became  `json:"-"` // only on the document's page
}

// dutyViews reads the stored duties of a document or a unit.
func dutyViews(list []publication.Duty) ([]dutyView, error) {
	out := make([]dutyView, 0, len(list))
	for _, d := range list {
		v := dutyView{Key: d.Key, Role: d.Role, N: d.N, Path: clausePath(d.Clause)}
		if err := json.Unmarshal([]byte(d.JSON), &v); err != nil {
			return nil, fmt.Errorf("%w: %s duty %d: %w", errNoDuty, d.Key, d.N, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// clausePath is the part of a clause's address after the document, 空气/三/(四)/25 of 某发〔2023〕12号#空气/三/(四)/25.
func clausePath(address string) string {
	for i := 0; i < len(address); i++ {
		if address[i] == '#' {
			return address[i+1:]
		}
	}
	return address
}

// ClauseShort is the clause as a table shows it.
func (v dutyView) ClauseShort() string {
	if v.Path == "" {
		return "正文"
	}
	return v.Path
}

// RoleName is what the unit asked for does in the duty.
func (v dutyView) RoleName() string { return roleNames[v.Role] }

var roleNames = map[string]string{
	"lead": "牵头", "support": "配合", "implement": "落实", "inherited": "统一落实", "issuer": "发文", "interpreter": "解读",
	"recipient": "主送", "appointment": "任免", "text": "正文提到",
}
