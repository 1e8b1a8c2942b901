package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/score"
)

// publicTables are those that reads for the public touch; package publication holds the list of the others.
var publicTables = []string{"issue", "document", "document_version", "published_file", "citation", "published_duty", "mention", "published_appointment",
	"ledger_public", "case_public", "case_picture", "warning_public", "warning_reach", "warning_passed", "warning_key", "search_entry", "search_source", "search_unit", "log_entry"}

// rowsOf is every value of a table as text.
func (s *site) rowsOf(table string) string {
	s.t.Helper()
	var b strings.Builder
	s.reading(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT * FROM `+table)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			vals := make([]any, len(columns))
			for i := range vals {
				vals[i] = new(any)
			}
			if err := rows.Scan(vals...); err != nil {
				return err
			}
			for _, v := range vals {
				if raw, ok := (*v.(*any)).([]byte); ok {
					b.Write(raw)
				} else {
					fmt.Fprint(&b, *v.(*any))
				}
				b.WriteByte('\n')
			}
		}
		return rows.Err()
	})
	return b.String()
}

// TestPublicTablesHoldNothingOfTheLedgerButWhatIsPublic writes words that only officials may read wherever they write, and
// looks for them in every table that the public's reads touch, in the dump, and after the document was withdrawn for what
// was told of its duties.
func TestPublicTablesHoldNothingOfTheLedgerButWhatIsPublic(t *testing.T) {
	winters(t, func(w *winter) {
		w.act("督查", w.rounds, "amend", url.Values{"title": {"巡查烟囱"}, "lead": {"县能源局"}, "recur": {"每月25日前"}, "reason": {"金丝雀修改理由"}})
		w.act("能源局长", w.late, "report", url.Values{"text": {"金丝雀填报"}, "progress": {"40"}, "trouble": {"金丝雀困难"}})
		w.act("县长", w.late, "note", url.Values{"words": {"金丝雀批示"}})
		w.act("督查", w.pipes, "split", url.Values{"units": {"县财政局"}, "words": {"金丝雀分解要求"}})
		w.act("督查", w.pipes, "transfer", url.Values{"lead": {"县能源局"}, "reason": {"金丝雀移交"}})
		w.claim("能源局长", w.late, "金丝雀完成情况", "金丝雀照片.jpg")
		w.act("督查", w.late, "sendback", url.Values{"reason": {"金丝雀退回"}})
		w.act("督查", w.late, "letter", url.Values{"kind": {"warn"}, "sign": {"office"}, "answer": {"3"}, "finding": {"金丝雀事由"}})
		if a := w.post("主任", w.letterOf(letter.Warn, ledger.LetterDrafted).Path()+"/drop", url.Values{"reason": {"金丝雀不发"}}); a.status != http.StatusSeeOther {
			t.Fatalf("drop: %d", a.status)
		}
		if a := w.post("督查", "/ledger/views", url.Values{"name": {"金丝雀查询"}, "query": {"q=金丝雀"}}); a.status != http.StatusSeeOther {
			t.Fatalf("view: %d", a.status)
		}
		w.appeal("能源局长", "县能源局", "金丝雀申诉")
		w.carry()
		private := 0
		for _, table := range []string{"ledger_step", "ledger_duty", "ledger_letter", "ledger_view", "notice", "inbox", "journal", "score_appeal"} {
			if strings.Contains(w.rowsOf(table), "金丝雀") {
				private++
			}
		}
		if private < 6 {
			t.Errorf("the canaries are in %d private tables: the test would see nothing", private)
		}
		check := func() {
			t.Helper()
			for _, table := range publicTables {
				text := w.rowsOf(table)
				for _, canary := range []string{"金丝雀", "示例能源局长", "能源经办", "督查员"} {
					if strings.Contains(text, canary) {
						t.Errorf("%s holds %s", table, canary)
					}
				}
			}
			for _, target := range []string{"/api/v1/dump", "/feed.atom", "/outcomes", "/outcomes/" + coalKey + ".json", "/duties.json", "/sitemap.xml"} {
				if a := w.get("", target); strings.Contains(a.text(), "金丝雀") {
					t.Errorf("%s: %s", target, around(a.text()))
				}
			}
		}
		check()
		if !strings.Contains(w.rowsOf("ledger_public"), "散煤清零") {
			t.Error("what is public of the duty is not there: the test would see nothing")
		}

		if a := w.post("签发乙", "/desk/withdraw", url.Values{"key": {coalKey}, "note": {"公布有误"}}); a.status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.status, a.body)
		}
		w.tick()
		w.act("督查", w.late, "cancel", url.Values{"result": {"依据已撤回"}})
		check()
		if text := w.rowsOf("ledger_public"); strings.Contains(text, "散煤清零") || strings.Contains(text, coalKey) {
			t.Errorf("what was ordered by a withdrawn document is still told:\n%s", text)
		}
	})
}

// appeal appeals against the first mark of a unit this month.
func (w *winter) appeal(as, unit, reason string) {
	w.t.Helper()
	today := w.srv.today()
	p := score.Period{From: calendar.Date{Year: today.Year, Month: today.Month, Day: 1}, To: calendar.LastOfMonth(today.Year, today.Month)}
	var form url.Values
	w.reading(func(ctx context.Context, tx *db.Tx) error {
		table, err := score.Of(ctx, tx, w.srv.Ledger, w.srv.County.Scores, p, today)
		for _, u := range table.Units {
			for _, h := range u.Hits {
				if h.Key.Unit == unit && form == nil {
					form = url.Values{"unit": {unit}, "fact": {string(h.Fact)}, "duty": {fmt.Sprint(h.Duty)}, "step": {fmt.Sprint(h.Step)}, "day": {h.Day.String()},
						"from": {p.From.String()}, "to": {p.To.String()}, "reason": {reason}}
				}
			}
		}
		return err
	})
	if a := w.post(as, "/scores/appeals", form); form == nil || a.status != http.StatusSeeOther {
		w.t.Fatalf("appeal: %v %d %s", form, a.status, around2(a.body, "alert"))
	}
}
