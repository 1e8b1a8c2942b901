package notice

import (
	"testing"

	"zhixing/db"
)

func TestAMessageIsItsOwners(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.holders["jia"] = []Person{{"jia", "示例甲"}}
		s.put(Notice{To: To{Account: "jia"}, Kind: "due", Subject: "到期", Path: "/ledger/1", Key: "k"})
		s.pass()
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			list, _, err := Inbox(ctx, tx, county, "jia", InboxQuery{})
			if err != nil || len(list) != 1 {
				s.Fatalf("%d messages, %v", len(list), err)
			}
			m, err := MessageBy(ctx, tx, county, "jia", list[0].ID)
			if err != nil || m.Path != "/ledger/1" || m.At.IsZero() || !m.Read.IsZero() {
				s.Errorf("%+v, %v", m, err)
			}
			if _, err := MessageBy(ctx, tx, county, "yi", list[0].ID); KindOf(err) != NotFound {
				s.Errorf("another's message: %v", err)
			}
			return nil
		}))
	})
}
