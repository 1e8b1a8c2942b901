package score_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/score"
)

// BenchmarkYear marks all units of a county with 10,000 duties of about 80,000 steps over a year. It is to take less than
// two seconds.
func BenchmarkYear(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(string(dialect), func(b *testing.B) {
			d := dbtest.Open(b, dbtest.DSN(b, dialect), dbtest.At("2024-01-05").Now)
			led := theLedger(b)
			steps := fill(b, d, 10_000)
			p := score.Period{From: day("2023-01-01"), To: day("2023-12-31")}
			hits := 0
			before := cpu(b)
			for b.Loop() {
				table := of(b, d, led, p, day("2024-01-05"))
				hits = 0
				for _, u := range table.Units {
					hits += len(u.Hits)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(steps), "steps")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

// cpu is the time that this process has worked, which others on the machine do not lengthen as they do the clock's.
func cpu(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fill puts n duties into the county, with the words that people write, straight into the tables.
func fill(t testing.TB, d *db.DB, n int) (steps int) {
	t.Helper()
	words := strings.Repeat("按照实施方案逐村排查，建立清单，落实责任人和完成时间，", 4)
	var b batch
	err := d.Write(ctx, func(tx *db.Tx) error {
		for id := 1; id <= n; id++ {
			issued := day("2023-01-03").AddDays(id % 300)
			lead, support := units[1+id%5].Name, units[1+(id+2)%5].Name
			f := ledger.Fields{Title: fmt.Sprintf("第%d项整治任务", id), Text: words, Lead: []string{lead}, Support: []string{support}, Due: issued.AddDays(60 + id%90)}
			s := ledger.Step{By: "zh-督查甲"}
			closed := ""
			do := func(what ledger.Deed, on calendar.Date, data ledger.Data) {
				s.N, s.What, s.At, data.Day = s.N+1, what, on.Time().Add(9*time.Hour), on
				b.step(t, id, s, data)
				steps++
			}
			do(ledger.DidDraft, issued.AddDays(-2), ledger.Data{Fields: &f, Source: &ledger.Source{DocNo: "青政办发〔2023〕12号", Clause: "三/(四)/18"}})
			do(ledger.DidConfirm, issued.AddDays(-1), ledger.Data{})
			do(ledger.DidIssue, issued, ledger.Data{Party: []ledger.Party{{Unit: lead, Role: ledger.Lead}, {Unit: support, Role: ledger.Support}}})
			do(ledger.DidSign, issued.AddDays(1+id%4), ledger.Data{Unit: lead})
			do(ledger.DidRung, issued.AddDays(7), ledger.Data{Rung: &ledger.RungRecord{Key: "sign " + support, Name: "签收提醒", Rule: rule("第1条", words)}})
			for m := range 3 {
				on := issued.AddDays(20 + 30*m)
				period := calendar.Date{Year: on.Year, Month: on.Month, Day: 1}
				do(ledger.DidReport, on, ledger.Data{Report: &ledger.Report{Text: words, Progress: 30 * m, Period: period, Label: "进展"}, Files: []ledger.File{
					{SHA256: strings.Repeat("a", 64), Name: "现场照片.jpg", MediaType: "image/jpeg", Size: 123456}}})
			}
			if id%3 > 0 {
				on := issued.AddDays(100 + id%20)
				do(ledger.DidClaim, on, ledger.Data{Report: &ledger.Report{Text: words, Progress: 100}})
				do(ledger.DidCheck, on.AddDays(1), ledger.Data{Reason: "属实。"})
				do(ledger.DidClose, on.AddDays(2), ledger.Data{Result: "已完成。"})
				closed = on.AddDays(2).String()
			}
			b.duty(id, s.N, f.Title, issued.String(), closed)
			if err := b.flush(tx, id == n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// batch gathers rows, so that a county is filled in seconds.
type batch struct {
	duties, steps []string
	dutyArgs      []any
	stepArgs      []any
}

func (b *batch) step(t testing.TB, id int, s ledger.Step, data ledger.Data) {
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	b.steps = append(b.steps, "("+strings.TrimSuffix(strings.TrimPrefix(db.In(len(b.stepArgs)+1, 7), "("), ")")+", '', '', '')")
	b.stepArgs = append(b.stepArgs, county, id, s.N, string(s.What), db.Micros(s.At), s.By, string(text))
}

func (b *batch) duty(id int, revision int64, title, issued, closed string) {
	k := len(b.dutyArgs)
	b.duties = append(b.duties, fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, 0, '', '', '', '', 1, 1, '', '', '', '', '', '', 0, false, false, false, 0, 0, 0, '{}')",
		k+1, k+2, k+3, k+4, k+5, k+6))
	b.dutyArgs = append(b.dutyArgs, county, id, revision, title, issued, closed)
}

func (b *batch) flush(tx *db.Tx, last bool) error {
	if len(b.duties) < 50 && !last {
		return nil
	}
	_, err := tx.Exec(context.Background(), `INSERT INTO ledger_step (county, duty, n, what, at, who, data, post, unit, once) VALUES `+strings.Join(b.steps, ", "), b.stepArgs...)
	if err == nil {
		_, err = tx.Exec(context.Background(), `INSERT INTO ledger_duty (county, id, revision, title, issued_on, closed_on, parent, state, doc, doc_no, clause, version, n,
			lead, due, near_on, lag_on, late_on, claimed_on, progress, asked, flagged, sent_back, batch, next_at, changed_at, data) VALUES `+strings.Join(b.duties, ", "), b.dutyArgs...)
	}
	*b = batch{}
	return err
}
