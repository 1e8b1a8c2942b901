package works

import (
	"testing"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/personnel"
	"zhixing/policy/policytest"
	"zhixing/warning"
)

// A gauge that is known to be broken proposes no warning while its rule is silenced; what stands when the silence ends is proposed then, and nothing that
// the rule found is lost. The rule has no ladder: it proposes, and makes no case.
func TestSilencedRulesProposeNothing(t *testing.T) {
	stories(t, policytest.Storm(t), "2031-07-01T12:30:00+08:00", func(s *story) {
		s.gauges(map[string]string{"G1": "100.1,30.1", "G2": "100.2,30.2"})
		reasons := func() (n int) {
			s.Helper()
			s.tick()
			s.write(func(tx *db.Tx) error {
				open, err := s.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10)
				for _, p := range open {
					n += len(p.Reasons)
				}
				return err
			})
			return n
		}
		office := cases.Actor{Account: "示例督查", Name: "示例督查", Seats: []personnel.Seat{{Unit: s.c.Office, Role: personnel.Office}}}
		var silence cases.Silence
		s.write(func(tx *db.Tx) (err error) {
			silence, err = s.Cases.PutSilence(ctx, tx, office, cases.Silence{Rule: "rain-50", Subject: "gauges/G1", Until: s.clock.Now().Add(48 * time.Hour), Reason: "翻斗卡住，待修"})
			return err
		})
		s.clock.Set("2031-07-01T13:01:00+08:00")
		s.measure("G1", july(1, 13), "88")
		if n := reasons(); n != 0 {
			s.Errorf("a silenced gauge proposes: %d reasons", n)
		}
		s.measure("G2", july(1, 13), "55") // nobody silenced this one
		if n := reasons(); n != 1 {
			s.Errorf("%d reasons, want the other gauge's", n)
		}
		s.clock.Set("2031-07-01T15:00:00+08:00")
		s.write(func(tx *db.Tx) error { return s.Cases.EndSilence(ctx, tx, office, silence.ID) })
		if n := reasons(); n != 2 {
			s.Errorf("%d reasons after the silence, want what stands as well", n)
		}
		if n := reasons(); n != 2 {
			s.Errorf("%d reasons: it is proposed again at each tick", n)
		}
	})
}
