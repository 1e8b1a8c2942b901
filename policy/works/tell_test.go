package works

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/register"
	"zhixing/standard"
	"zhixing/warning"

	"zhixing/policy/policytest"
)

// A register whose document says so is an audience: what is entered is told of the next warning.
func TestARegisterIsTold(t *testing.T) {
	fsys := policytest.County(t)
	const lifts = "policies/lifts-2031/registers.yaml"
	fsys[lifts] = &fstest.MapFile{Data: bytes.Replace(fsys[lifts].Data, []byte("    states: [在用, 停用, 报废]\n"), []byte(`      - { name: 位置, type: point }
      - { name: 值班电话, type: text, private: true }
    audience: { kind: 经营主体, unit: 维保单位, roles: [电梯], states: [在用], sms: 值班电话 }
    states: [在用, 停用, 报废]
`), 1)}
	stories(t, fsys, "2031-06-01", func(s *story) {
		town := s.County.Policies.Places.List[0]
		middle := town.Shape.Middle()
		by := register.Actor{Account: "bangong", Name: "示例甲", Office: true}
		var told []warning.Recipient
		storm := &warning.Version{Hazard: "storm", Level: standard.Yellow, Content: warning.Content{Area: warning.Area{Circles: []warning.Circle{
			{Point: warning.Point{Lat: float64(middle.Y) / 1e7, Lon: float64(middle.X) / 1e7}, Radius: 0.1}}}}}
		ask := func(want int) {
			s.Helper()
			s.write(func(tx *db.Tx) (err error) {
				told, err = s.Warnings.Audience(ctx, tx, storm)
				return err
			})
			if len(told) != want {
				s.Errorf("%d are told, want %d", len(told), want)
			}
		}
		ask(0)
		s.write(func(tx *db.Tx) error {
			_, err := s.Registers.Add(ctx, tx, by, "lifts", register.Input{Fields: map[string]string{"编号": "1", "维保单位": "县住建局", "值班电话": "13800000001",
				"位置": fmtPoint(middle)}})
			return err
		})
		ask(1)
		s.write(func(tx *db.Tx) error { return s.refollow(ctx, tx) })
		s.write(func(tx *db.Tx) error {
			for x, err := range s.Audience.Targets(ctx, tx, []audience.ID{audience.ID(told[0])}, audience.Yellow) {
				if err != nil {
					return err
				}
				if x.To != "13800000001" || x.Channel != audience.SMS {
					s.Errorf("%+v", x)
				}
			}
			_, err := s.Registers.Move(ctx, tx, by, "lifts", "1", register.MoveTo{State: "停用"})
			return err
		})
		ask(0)
		// A place that is named, a level that is none yet.
		q := s.Question(&warning.Version{Content: warning.Content{Area: warning.Area{Places: []warning.Place{{Town: "东镇"}, {Town: "东镇", Village: "甲村"}, {County: true}}}}})
		if q.Level != audience.Blue || len(q.Area.Towns) != 1 || len(q.Area.Villages) != 1 || !q.Area.County {
			s.Errorf("%+v", q)
		}
		if q := s.Question(&warning.Version{Level: standard.Red}); q.Level != audience.Red {
			s.Errorf("%+v", q)
		}
		s.tick()
	})
}

// fmtPoint is a point as people write it.
func fmtPoint(p register.XY) string {
	return fmt.Sprintf("%.7f %.7f", float64(p.X)/1e7, float64(p.Y)/1e7)
}
