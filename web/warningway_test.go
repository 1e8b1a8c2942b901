package web

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
)

// A warning that is published and reaches nobody is the worst that can be shown as done: who drafts and who publishes is told which channels lead
// nowhere, and what became of the messages stands beside the text.
func TestWarningWithoutAWayOut(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08T10:00:00+08:00")
		warningSeats(s)
		people(s)
		s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Audience.Put(ctx, tx, audience.System, "import:广播", []audience.Recipient{
				{Key: "1", Kind: audience.Device, Name: "示例村部喇叭", Place: audience.Place{Town: "古绛镇"}, Addresses: []audience.Address{{Channel: audience.Speaker, To: "GB-0001"}}},
			}, false)
			return err
		})
		form := url.Values{"hazard": {"rainstorm"}, "stage": {"预警信号"}, "level": {"橙"}, "text": {"预计有强降雨。"}, "towns": {"古绛镇"}}
		count := func() (n areaCount) {
			t.Helper()
			a := s.post("气象员", "/warnings/desk/inside.json", form)
			s.want(a, 200)
			if err := json.Unmarshal([]byte(a.body), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		const nothing = "本站没有接通任何对外渠道"
		if n := count(); !strings.HasPrefix(n.Deaf, nothing) {
			t.Errorf("%+v", n)
		}
		at, _, _ := strings.Cut(s.post("气象员", "/warnings/desk/new", form).location, "?")
		s.want(s.post("气象员", at+"/submit", nil), 303)
		s.want(s.get("气象正", at), 200, nothing, "签发，立即发布")

		out := &channel.Outbox{DB: s.srv.DB, County: s.srv.countyCode, Channels: []channel.Channel{{Name: "sms", Drivers: []channel.Driver{{Name: "stub", Gateway: &gateway.Stub{}}}}}}
		s.works.Connect(out)
		defer s.works.Connect(nil)
		if strings.Contains(s.get("气象正", at).body, nothing) {
			t.Error("a channel leads out, and the page says that none does")
		}
		// A resident and a post hear of it; the loudspeaker, for which there is no gateway, does not.
		if n := count(); n.Inside != 3 || n.Told != 2 || n.Deaf != "没有接通的渠道：喇叭 1 个。只登记了这些渠道的告知不到，不算在内。" {
			t.Errorf("%+v", n)
		}
		form.Set("count", "1")
		s.want(s.post("气象员", "/warnings/desk/new", form), 200, "没有接通的渠道：喇叭 1 个")

		s.want(s.post("气象正", at+"/publish", nil), 303)
		if _, err := out.Once(t.Context(), s.srv.DB.Now()); err != nil {
			t.Fatal(err)
		}
		s.want(s.get("气象正", at), 200, "<th scope=\"col\">已送达</th>", "data-is=\"已交网关\">2</td>")
	})
}
