package works

import (
	"testing"
	"time"

	"zhixing/db"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// Readings propose a warning through a rule, and the same findings are what it is held against: rain over the criterion 50 minutes after it was
// published, in the town of the gauge.
func TestWarnedAndHeldAgainstReadings(t *testing.T) {
	stories(t, policytest.Storm(t), "2031-07-01T12:00:00+08:00", func(s *story) {
		s.gauges(map[string]string{"G1": "100.1,30.1"})
		s.clock.Set("2031-07-01T13:10:00+08:00")
		s.publish(storm("上坪镇"))
		s.clock.Set("2031-07-01T15:01:00+08:00")
		s.measure("G1", july(1, 13), "49")
		s.measure("G1", july(1, 14), "55")
		var open []warning.Proposal
		var score *warning.Verification
		s.write(func(tx *db.Tx) (err error) {
			if open, err = s.Warnings.Proposals(ctx, tx, warning.ProposalOpen, 10); err != nil {
				return err
			}
			month := july(1, 0)
			score, err = s.Warnings.Verify(ctx, tx, "storm", month, month.AddDate(0, 1, 0))
			return err
		})
		if len(open) != 0 {
			s.Errorf("proposed though it is warned of: %+v", open)
		}
		if lead, _ := score.All.MeanLead(); score.All.Hits != 1 || score.All.Misses != 0 || lead != 50*time.Minute || score.Verdicts[0].Places[0] != "G1" {
			s.Errorf("score %+v, lead %v, %+v", score.All, lead, score.Verdicts)
		}
		if len(score.Towns) != 1 || score.Towns[0].Town != "上坪镇" {
			s.Errorf("towns %+v", score.Towns)
		}
	})
}
