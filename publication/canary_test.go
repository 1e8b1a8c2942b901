package publication_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/gazette"
	"zhixing/publication"
)

// notPublic are the tables that no public read touches. Every other table is searched for canaries, so that a table which
// comes later is public until somebody has thought about it.
var notPublic = []string{"draft", "draft_step", "draft_file", "withdrawn_file", "journal", "log_key", "account", "account_recovery",
	"account_session", "account_failure", "person", "person_account", "tenure", "recorded_unit", "recorded_post", "unit_alias", "question",
	"question_answer", "appointment_taken", "notice", "inbox", "delivery", "notice_address", "notice_choice", "push_subscription", "push_key",
	"feed_token", "ledger_duty", "ledger_party", "ledger_step", "ledger_file", "ledger_source", "ledger_letter", "ledger_batch", "ledger_view",
	"ledger_clock", "score_appeal", "score_decision", "score_frozen", "policy_version",
	"register_record", "register_head", "register_node", "register_entry", "register_place", "register_link", "register_owed", "register_shape",
	"relay_item", "relay_batch", "bulletin", "register_file", "register_batch", "register_apart", "observation_place", "observation_series", "observation_reading", "observation_day",
	"observation_mean", "observation_clock", "observation_silence", "observation_import", "observation_sender",
	"case_record", "case_step", "case_party", "case_stay", "case_finding", "case_silence", "case_quiet", "case_reporter", "case_foreign", "case_server", "case_evidence",
	"case_band", "case_match", "case_inspection", "case_draw", "case_clock", "device", "device_state",
	"finding", "finding_occurrence", "finding_episode", "finding_track", "finding_rejudged", "finding_result", "finding_stale", "finding_clock",
	"channel_purpose", "channel_text", "channel_message", "channel_stray", "channel_reply", "channel_device", "audience_head", "audience", "audience_address",
	"audience_area", "audience_batch", "audience_before", "audience_code", "audience_proof", "callup_round", "callup_call", "callup_seat", "callup_address",
	"callup_fact", "callup_report", "callup_code", "callup_reply", "callup_shift", "callup_leave", "warning_proposal", "warning_cause", "warning_event", "warning_version",
	"warning_document", "warning_telling", "warning_order", "warning_compliance", "warning_foreign", "warning_foreign_end", "warning_rebroadcast", "forecast_run",
	"forecast_field", "forecast_file", "emergency_proposal", "emergency_activation", "emergency_task", "emergency_log", "emergency_lesson",
	"device_stranger", "device_unplaced", "device_order", "device_inbox", "person_phone", "goose_db_version", "sqlite_sequence"}

// arePublic are the tables that any read for the public may touch; package web looks for canaries of the ledger in them.
var arePublic = []string{"issue", "document", "document_version", "published_file", "citation", "published_duty", "mention", "published_appointment",
	"ledger_public", "case_public", "case_picture", "warning_public", "warning_reach", "warning_passed", "warning_key", "search_entry", "search_source", "search_unit", "search_gram", "log_entry", "log_hash", "log_checkpoint"}

// tables lists all tables of the database.
func (s *story) tables() (names []string) {
	s.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if s.db.Dialect == db.PostgreSQL {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	s.Read(func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		return rows.Err()
	})
	return names
}

// plainText is the bytes, and the text of the parts where they are a zip file such as a DOCX.
func plainText(b []byte) string {
	out := string(b)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return out
	}
	for _, f := range z.File {
		if r, err := f.Open(); err == nil {
			part, _ := io.ReadAll(r)
			out += string(part)
			r.Close()
		}
	}
	return out
}

// tableText is every value of a table as text.
func (s *story) tableText(table string) string {
	s.Helper()
	var b strings.Builder
	s.Read(func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT * FROM `+table)
		if err != nil {
			return err
		}
		defer rows.Close()
		cols, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			vals := make([]any, len(cols))
			for i := range vals {
				vals[i] = new(any)
			}
			if err := rows.Scan(vals...); err != nil {
				return err
			}
			for _, v := range vals {
				switch v := (*v.(*any)).(type) {
				case []byte:
					b.WriteString(plainText(v))
				default:
					fmt.Fprint(&b, v)
				}
				b.WriteByte('\n')
			}
		}
		return rows.Err()
	})
	return b.String()
}

// What is withheld never enters a public table, and what is withdrawn leaves all of them.
func TestPublicTablesHoldOnlyWhatIsPublic(t *testing.T) {
	stories(t, func(s *story) {
		s.history()
		public := 0
		for _, table := range s.tables() {
			if slices.Contains(notPublic, table) {
				continue
			}
			if !slices.Contains(arePublic, table) && !strings.HasPrefix(table, "search_") {
				s.Errorf("%s: nobody has said in this test whether it is public", table)
			}
			text := s.tableText(table)
			if len(text) > 0 {
				public++
			}
			// 金丝雀: withheld attachment, files that are not public, names of uploads, a draft. 上报。, 巡河: a withdrawn text.
			for _, canary := range []string{"金丝雀", "13800138000", "编辑甲", "签发乙", "上报。", "每月巡查", "县巡河队", "巡河规则", "青禾政办发/2020/2"} {
				if strings.Contains(text, canary) {
					s.Errorf("%s holds %q", table, canary)
				}
			}
		}
		if public < 10 {
			s.Errorf("only %d public tables with anything in them: the test would see nothing", public)
		}
		if text := s.tableText("withdrawn_file"); !strings.Contains(text, "每月巡查") {
			s.Error("the withdrawn text is not kept")
		}
		if text := s.tableText("draft"); !strings.Contains(text, "金丝雀") {
			s.Error("the canary is not even in the draft: the test would see nothing")
		}
	})
}

// What a visitor types into an address goes to the database on no way but one: it is found, or it is not there.
func TestStrangeQuestionsAreAnswered(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		for _, odd := range []string{"", "\x00", "\xff\xfe", "'; DROP TABLE issue; --", "%", strings.Repeat("县", 200), "a\nb", "\u202e"} {
			s.Read(func(tx *db.Tx) error {
				_, err := publication.DocumentOn(ctx, tx, county, publication.Key(odd), day(s, ""))
				s.Refuses(err, publication.NotFound, "")
				_, err = publication.FileOf(ctx, tx, county, "青禾政发/2024/1", 0, odd)
				s.Refuses(err, publication.NotFound, "")
				_, err = publication.UnitOf(ctx, tx, county, odd)
				s.Refuses(err, publication.NotFound, "")
				if heads, err := publication.Heads(ctx, tx, county, []publication.Key{publication.Key(odd)}); err != nil || len(heads) != 0 {
					s.Errorf("%q: %v, %v", odd, heads, err)
				}
				if _, err := publication.List(ctx, tx, county, publication.Filter{Kind: odd, Cursor: odd}); err != nil && publication.KindOf(err) != publication.Invalid {
					s.Errorf("%q: %v", odd, err)
				}
				if _, err := publication.Duties(ctx, tx, county, publication.DutyFilter{Unit: odd}); err != nil && publication.KindOf(err) != publication.Invalid {
					s.Errorf("%q: %v", odd, err)
				}
				return nil
			})
		}
		e := s.As("编辑甲")
		d := e.Upload(strings.ReplaceAll(strings.ReplaceAll(issueText, "2024年第1期", "2024年第2期"), "〔2024〕", "〔2025〕"))
		_, err := e.try(e.mending(d.At(), gazette.Mend{At: s.offset("青禾政发〔2024〕1号\n\n各"), What: gazette.SetTitle, Value: "标\x00题"}))
		s.Refuses(err, publication.Invalid, "")
		_, err = e.try(func(tx *db.Tx) (publication.Draft, error) {
			return publication.Discard(ctx, tx, d.At(), e.Actor, "坏\xff")
		})
		s.Refuses(err, publication.Invalid, "控制字符")
	})
}
