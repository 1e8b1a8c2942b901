package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
)

// Sign signs for a duty (签收), for each unit of the actor that has not. The duty is worked on as soon as one of its leads has.
func (l *Ledger) Sign(ctx context.Context, tx *db.Tx, by Actor, id ID, once string) (*Duty, error) {
	const op = "Sign"
	if d, done, err := l.again(ctx, tx, op, by, id, once); done || err != nil {
		return d, err
	}
	d, _, err := l.begin(ctx, tx, op, by, ActSign, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	signed := 0
	for _, u := range by.Units(ActSign) {
		i := slices.IndexFunc(d.Parties, func(p Party) bool { return p.Unit == u })
		if i < 0 || !d.Parties[i].SignedAt.IsZero() {
			continue
		}
		seat, _ := by.seatFor(ActSign, d, u)
		token := once
		if signed > 0 {
			token = ""
		}
		if err := l.do(ctx, tx, by, seat, d, DidSign, token, Data{Unit: u, Day: today(tx)}); err != nil {
			return nil, wrap(op, err)
		}
		signed++
	}
	if signed == 0 {
		return nil, refuse(WrongState, op, "贵单位已经签收过这项任务。")
	}
	return d, nil
}

// again finds a deed that the same person sent before with the same token: then the duty is given as it is now, and nothing done.
func (l *Ledger) again(ctx context.Context, tx *db.Tx, op string, by Actor, id ID, once string) (*Duty, bool, error) {
	if len(once) > 100 || !readable(once) {
		return nil, false, refuse(Invalid, op, "提交标识不合规定，请刷新页面后重新提交。")
	}
	on, who, done, err := doneOnce(ctx, tx, l.County, once)
	if err != nil || !done {
		return nil, false, wrap(op, err)
	}
	if who != by.Account {
		return nil, false, refuse(Conflict, op, "提交标识已被使用，请刷新页面后重新提交。")
	}
	if on != id {
		return nil, false, refuse(Conflict, op, "这份内容已经提交到第%s号任务，不能再提交到另一项。", on.Number())
	}
	d, err := load(ctx, tx, l.County, id)
	return d, true, wrap(op, err)
}

// Evidence is a file that comes with a report.
type Evidence struct {
	Name    string
	Content []byte
}

// Bounds of evidence.
const (
	MaxFile  = 20 << 20 // bytes of one file
	MaxFiles = 9        // files of one report
)

// mayAttach are the kinds of file that are taken as evidence, by what their content is, with what their names end on
// where the content alone does not tell.
var mayAttach = []struct{ sniffed, ext, media string }{
	{"image/jpeg", "", "image/jpeg"}, {"image/png", "", "image/png"}, {"image/webp", "", "image/webp"}, {"application/pdf", "", "application/pdf"},
	{"application/zip", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"application/zip", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"application/zip", ".zip", "application/zip"}, {"video/mp4", "", "video/mp4"}, {"text/plain; charset=utf-8", ".txt", "text/plain; charset=utf-8"},
	{"application/octet-stream", ".heic", "image/heic"}, {"application/octet-stream", ".ofd", "application/ofd"},
}

// keep checks and stores evidence, and gives what the step remembers of it.
func (l *Ledger) keep(ctx context.Context, tx *db.Tx, op string, files []Evidence) ([]File, error) {
	if len(files) > MaxFiles {
		return nil, wrong(op, "files", "一次最多附 %d 个文件。", MaxFiles)
	}
	var out []File
	for _, e := range files {
		name := path.Base(strings.ReplaceAll(cut(e.Name, 200), `\`, "/"))
		switch {
		case len(e.Content) == 0:
			return nil, wrong(op, "files", "文件“%s”是空的。", name)
		case len(e.Content) > MaxFile:
			return nil, wrong(op, "files", "文件“%s”超过 %d MB。", name, MaxFile>>20)
		}
		media := ""
		sniffed := http.DetectContentType(e.Content)
		for _, m := range mayAttach {
			if m.sniffed == sniffed && (m.ext == "" || strings.HasSuffix(strings.ToLower(name), m.ext)) {
				media = m.media
				break
			}
		}
		if media == "" {
			return nil, wrong(op, "files", "文件“%s”不是照片、PDF、Word、Excel、压缩包或视频，不能作为证明材料。", name)
		}
		sum := sha256.Sum256(e.Content)
		f := File{SHA256: hex.EncodeToString(sum[:]), Name: name, MediaType: media, Size: int64(len(e.Content))}
		if slices.ContainsFunc(out, func(o File) bool { return o.SHA256 == f.SHA256 }) {
			continue
		}
		if err := putFile(ctx, tx, l.County, f, e.Content); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Sending is what a unit sends: the report, its evidence, and the token by which a report that is sent twice is known.
type Sending struct {
	Report
	Evidence []Evidence
	Once     string
}

// Report records progress (填报) of the leads, on the earliest period that is not reported, or on a later one that has
// begun; what was passed over stays missing.
func (l *Ledger) Report(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Duty, error) {
	const op = "Report"
	if d, done, err := l.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return d, err
	}
	d, seat, err := l.begin(ctx, tx, op, by, ActReport, id, Working)
	if err != nil {
		return nil, err
	}
	r, files, err := l.checkReport(ctx, tx, op, d, s)
	if err != nil {
		return nil, err
	}
	l.place(d, &r, today(tx))
	return d, wrap(op, l.do(ctx, tx, by, seat, d, DidReport, s.Once, Data{Report: &r, Day: today(tx), Files: files}))
}

func (l *Ledger) checkReport(ctx context.Context, tx *db.Tx, op string, d *Duty, s Sending) (Report, []File, error) {
	r := s.Report
	if err := checkWords(op, "text", "进展情况", r.Text, true); err != nil {
		return r, nil, err
	}
	if err := checkWords(op, "trouble", "存在困难", r.Trouble, false); err != nil {
		return r, nil, err
	}
	if r.Progress < 0 || r.Progress > 100 {
		return r, nil, wrong(op, "progress", "完成进度应为 0 至 100 的整数。")
	}
	for i := range r.Measured {
		m := &r.Measured[i]
		if m.Target < 0 || m.Target >= len(d.Targets) {
			return r, nil, wrong(op, "measured", "没有这个指标。")
		}
		if _, ok := decimal(m.Value); !ok {
			return r, nil, wrong(op, "measured", "“%s”的实际值“%s”不是数字。", d.Targets[m.Target].Subject, cut(m.Value, 60))
		}
		if m.AsOf.IsZero() {
			m.AsOf = today(tx)
		}
		if today(tx).Before(m.AsOf) {
			return r, nil, wrong(op, "measured", "“%s”的截至日期 %s 还没有到。", d.Targets[m.Target].Subject, m.AsOf)
		}
	}
	files, err := l.keep(ctx, tx, op, s.Evidence)
	for i := range r.Measured {
		for _, f := range files {
			r.Measured[i].Files = append(r.Measured[i].Files, f.SHA256)
		}
	}
	return r, files, err
}

// place says which period a report is about: the earliest that is not reported; where several have passed, the newest of
// these, and those before it stay missing.
func (l *Ledger) place(d *Duty, r *Report, day calendar.Date) {
	p, ok := l.Rules.NextPeriod(d)
	if !ok || day.Before(p.From) {
		return // nothing is owed, or ahead of its period: a report, but not the one that is owed
	}
	rec := l.Rules.recurrence(d)
	for range 1000 {
		next := rec.After(p, l.Rules.Seasons, l.Rules.Workdays)
		if !l.graced(next).Before(day) || !p.From.Before(next.From) {
			break
		}
		r.Missed++
		p = next
	}
	r.Period, r.Label, r.Due = p.From, p.Label(rec.Every), l.graced(p)
	r.Late = r.Due.Before(day)
}

// graced is the last day on which a report on the period is in time.
func (l *Ledger) graced(p calendar.Period) calendar.Date {
	if l.Rules.Reporting.Grace == 0 {
		return p.Due
	}
	return l.Rules.Workdays.Add(p.Due, l.Rules.Reporting.Grace)
}

// Contribute records what a supporting unit has done (配合情况).
func (l *Ledger) Contribute(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Duty, error) {
	const op = "Contribute"
	if d, done, err := l.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return d, err
	}
	d, seat, err := l.begin(ctx, tx, op, by, ActSupport, id, Issued, Working)
	if err != nil {
		return nil, err
	}
	s.Progress, s.Measured = 0, nil
	r, files, err := l.checkReport(ctx, tx, op, d, s)
	if err != nil {
		return nil, err
	}
	if err := l.do(ctx, tx, by, seat, d, DidSupport, s.Once, Data{Report: &r, Day: today(tx), Files: files}); err != nil {
		return nil, wrap(op, err)
	}
	n := notice.Notice{Kind: "support", Subject: seat.Unit + "填报了配合情况", Text: cut(r.Text, 300)}
	return d, wrap(op, l.tellLeads(ctx, tx, d, n))
}

// Claim says that the duty is done (申请销号), with evidence.
func (l *Ledger) Claim(ctx context.Context, tx *db.Tx, by Actor, id ID, s Sending) (*Duty, error) {
	const op = "Claim"
	if d, done, err := l.again(ctx, tx, op, by, id, s.Once); done || err != nil {
		return d, err
	}
	d, seat, err := l.begin(ctx, tx, op, by, ActClaim, id, Working)
	if err != nil {
		return nil, err
	}
	s.Progress = 100
	r, files, err := l.checkReport(ctx, tx, op, d, s)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && l.Rules.Evidence.ID != "" {
		return nil, wrong(op, "files", "申请销号须附证明材料（%s）。", l.Rules.Evidence.Cite())
	}
	if err := l.noneOpen(ctx, tx, op, d); err != nil {
		return nil, err
	}
	l.place(d, &r, today(tx))
	if err := l.do(ctx, tx, by, seat, d, DidClaim, s.Once, Data{Report: &r, Day: today(tx), Files: files}); err != nil {
		return nil, wrap(op, err)
	}
	n := notice.Notice{Kind: "check", Subject: "请复核", Basis: l.Rules.Check.Rule.Cite(), Text: seat.Unit + "申请销号：" + cut(r.Text, 300)}
	return d, wrap(op, l.tellOffice(ctx, tx, d, n))
}

// noneOpen refuses while a line that was split off is not closed.
func (l *Ledger) noneOpen(ctx context.Context, tx *db.Tx, op string, d *Duty) error {
	kids, err := kidsOf(ctx, tx, l.County, d.ID)
	if err != nil {
		return wrap(op, err)
	}
	var open []string
	for _, k := range kids {
		if k.State != Closed && k.State != Cancelled {
			open = append(open, k.ID.Number()+strings.Join(k.Lead, "、"))
		}
	}
	if len(open) > 0 {
		return refuse(WrongState, op, "还有 %d 项分解任务没有销号（%s），本任务不能申请销号。", len(open), cut(strings.Join(open, "，"), 200))
	}
	return nil
}

// FileOf is the content of an evidence file of a duty that the actor may see.
func (l *Ledger) FileOf(ctx context.Context, tx *db.Tx, by Actor, id ID, sha string) (File, []byte, error) {
	const op = "FileOf"
	if _, err := l.Of(ctx, tx, by, id); err != nil {
		return File{}, nil, err
	}
	steps, err := l.StepsOf(ctx, tx, id)
	if err != nil {
		return File{}, nil, err
	}
	for _, s := range steps {
		for _, f := range s.Data.Files {
			if f.SHA256 == sha {
				b, err := fileBytes(ctx, tx, l.County, sha)
				return f, b, wrap(op, err)
			}
		}
	}
	return File{}, nil, refuse(NotFound, op, "这项任务没有这个文件。")
}

// office are the roles that a claim waits for.
var office = []personnel.Role{personnel.Office}
