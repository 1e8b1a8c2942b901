package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/ledger"
)

// situationData is the situation for programs, and for sheets.
func (s *Server) situationData(w http.ResponseWriter, r *http.Request, id emergency.ID, form string) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	e := works.Emergencies
	var a *emergency.Activation
	var tasks []*emergency.Todo
	var lines []emergency.Line
	verdicts := map[int]string{}
	now := s.now()
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if a, err = e.Of(ctx, tx, by, id); err != nil || form == "json" {
			return err
		}
		if form == "log.csv" {
			lines, err = e.Log(ctx, tx, by, id, 1_000_000, 0)
			return err
		}
		if tasks, err = e.Tasks(ctx, tx, id); err != nil {
			return err
		}
		for _, t := range tasks {
			if t.Series != "" {
				v, err := e.Verify(ctx, tx, a, t)
				if err != nil {
					return err
				}
				verdicts[t.N] = v.String()
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case form == "json":
		return writeJSON(w, http.StatusOK, map[string]any{"id": a.ID, "revision": a.Revision, "plan": a.Plan, "title": a.Title, "level": a.Level, "drill": a.Drill, "state": a.State, "began": a.Began.In(calendar.Zone)})
	case form == "log.csv":
		rows := [][]string{{"序号", "时间", "类别", "人员", "内容", "任务", "附件"}}
		for _, l := range slices.Backward(lines) {
			var files []string
			for _, f := range l.Files {
				files = append(files, f.Name+" SHA-256 "+f.SHA256)
			}
			rows = append(rows, []string{strconv.Itoa(l.N), stamp(l.At), l.Kind.Chinese(), l.Name, l.Words, zeroless(l.Task), strings.Join(files, "；")})
		}
		return writeCSV(w, a.Title+"值守日志.csv", rows)
	}
	rows := [][]string{{"序号", "任务", "承担单位", "工作组", "依据", "状态", "下达", "时限", "签收", "签收人", "完成", "完成人", "超时", "办理情况", "读数", "说明"}}
	for _, t := range tasks {
		v := todo(t, by, nil, now)
		late := ""
		if d := t.Behind(now); d > 0 && t.Lifted.IsZero() {
			late = spanWords(d)
		}
		rows = append(rows, []string{strconv.Itoa(t.N), t.Do, t.Unit, t.Group, t.Basis.String(), v.State, stamp(t.Opened), stamp(t.Due), stamp(t.Received), t.ReceivedBy, stamp(t.Done), t.DoneBy, late, t.Words, verdicts[t.N], t.Why})
	}
	return writeCSV(w, a.Title+"任务.csv", rows)
}

// stamp is a time in a sheet; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(calendar.Zone).Format("2006-01-02 15:04")
}

func zeroless(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Server) emergencyFile(w http.ResponseWriter, r *http.Request) error {
	id, err := emergencyID(r)
	if err != nil {
		return err
	}
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	var f ledger.File
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = works.Emergencies.FileOf(ctx, tx, by, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	return caseSendFile(w, f.Name, f.MediaType, b)
}
