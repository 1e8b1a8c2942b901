package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
	"zhixing/warning"
)

// Why a warning is proposed is said in words with units, in few places; the expression and where each value came from are folded beneath, with the
// clause that ordered the look.
func TestReasonsOfAProposal(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T13:20:00+08:00")
		warningSeats(s)
		schema, _ := s.works.Registers.Schema("wx-stations")
		m := &measured{site: s, series: "wx-rain", of: s.works.Observations.Definition("wx-rain")}
		m.write(func(ctx context.Context, tx *db.Tx) error {
			fields := fieldsFor(schema, "示例沟口站")
			fields["测降水"] = "是"
			e, err := s.works.Registers.Add(ctx, tx, register.System, schema.Name, register.Input{Fields: fields, Holds: calendar.Date{Year: 2031, Month: 1, Day: 1}})
			m.key = e.Key
			return err
		})
		for h := range 6 {
			m.take(h, []string{"10", "8.5", "8", "8.5", "7", "8"}[h], observation.Normal) // 50 mm, a mean of 8.3333
		}
		for more := true; more; {
			m.write(func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = s.works.Judge.Tick(ctx, tx)
				return err
			})
		}
		a := s.get("气象副", "/warnings/desk")
		s.want(a, 200, "示例沟口站6小时雨量50.0毫米", "6小时均值 8.33 mm", "6小时读数 6 个", "暴雨黄色雨量 50 mm", "依据", "二(二)4",
			"算式和出处", "均值(&#34;6小时&#34;) = 8.3333", "小时雨量", "/findings/")
		open, _, _ := strings.Cut(a.body, "<summary>算式和出处")
		if strings.Contains(open, "均值(") || strings.Contains(open, "8.3333") {
			t.Error("an expression stands in the open")
		}

		// What a forecast shows names its product, not the number of its run.
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Warnings.Propose(ctx, tx, warning.Suggestion{Hazard: "rainstorm", Level: "橙", Origin: warning.ByForecast, Place: &warning.Place{Town: "古绛镇"},
				Reason: warning.Reason{Cause: "rain-6h/203106081300/古绛镇/橙", Says: "古绛镇：3小时内达到60毫米", At: tx.Now().Add(-time.Minute), Run: 7,
					Facts: []warning.Fact{{Name: "降水量", Value: "60.0 mm", Source: "rain-6h/203106081300"}, {Name: "格点", Value: "4", Source: "rain-6h/203106081300"}}}})
			return err
		})
		a = s.get("气象副", "/warnings/desk")
		s.want(a, 200, "降水量 60.0 mm", "达到的格点 4 个", `href="/forecasts/rain-6h?run=7"`, "0—6小时逐时降水预报")
		if strings.Contains(a.body, "203106081300") {
			t.Error("the name of a run stands on the page")
		}
	})
}

func TestShortened(t *testing.T) {
	for in, want := range map[string]string{"8.3333": "8.33", "50.0417": "50.04", "0.0123456": "0.0123", "0.5": "0.5", "0": "0", "-0.012345": "-0.0123", "12": "12"} {
		if got := shortened(quantity.MustParse(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
