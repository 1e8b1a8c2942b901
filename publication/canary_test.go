package publication_test

import (
	"fmt"
	"strings"
	"testing"

	"zhixing/db"
)

// publicTables are all that a public read may touch. Their text is searched whole.
var publicTables = []string{"issue", "document", "document_version", "published_file", "citation", "published_duty", "mention",
	"search_entry", "search_source", "search_unit", "log_entry", "log_checkpoint"}

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
					b.Write(v)
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
		for _, table := range publicTables {
			text := s.tableText(table)
			if text == "" {
				s.Errorf("%s is empty: the test would see nothing", table)
			}
			// 金丝雀: withheld attachment, files that are not public, names of uploads, a draft. 上报。: a withdrawn text.
			for _, canary := range []string{"金丝雀", "13800138000", "编辑甲", "签发乙", "上报。", "每月巡查"} {
				if strings.Contains(text, canary) {
					s.Errorf("%s holds %q", table, canary)
				}
			}
		}
		if text := s.tableText("withdrawn_file"); !strings.Contains(text, "每月巡查") {
			s.Error("the withdrawn text is not kept")
		}
		if text := s.tableText("draft"); !strings.Contains(text, "金丝雀") {
			s.Error("the canary is not even in the draft: the test would see nothing")
		}
	})
}
