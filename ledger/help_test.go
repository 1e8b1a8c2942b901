package ledger_test

import (
	"zhixing/db"
	"zhixing/personnel"
)

// answer tells the office's answer to an unknown name.
func (s *story) answer(name, unit string) {
	s.Helper()
	s.write(func(tx *db.Tx) error {
		open, err := personnel.Questions(ctx, tx, county, true)
		if err != nil {
			return err
		}
		for _, q := range open {
			if q.Name == name {
				return personnel.Settle(ctx, tx, s.led.Book, county, "ducha-jia", q.ID, personnel.Answer{Choice: personnel.SameUnit, Unit: unit, Reason: "职责由该局承担"})
			}
		}
		s.Fatalf("nobody asked about %s: %+v", name, open)
		return nil
	})
}
