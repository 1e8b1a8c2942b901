package warning

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/drill"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/warning/cap"
)

// The storm: gauges rise, a proposal comes of it, one drafts and another publishes; people are told, units ordered; it gets worse, and it
// passes; what was published is held against what fell.
func TestStorm(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		found := finding.Finding{ID: 17, Rule: "rain-6h", LastAt: day("28 13:00"), Detail: finding.Detail{Says: "河口站6小时降雨52.3毫米", Town: "河口镇",
			Facts: []finding.Seen{{Name: "值", Value: "52.3", Source: "rain/P1 2023-07-28 13:00"}}}}
		s.do(func(tx *db.Tx) error { return s.w.Found(ctx, tx, found) })
		s.do(func(tx *db.Tx) error { return s.w.Found(ctx, tx, finding.Finding{ID: 18, Rule: "cod-over"}) }) // warns of nothing
		open := read(s, func(tx *db.Tx) ([]Proposal, error) { return s.w.Proposals(ctx, tx, ProposalOpen, 10) })
		if len(open) != 1 || open[0].Level != yellow || open[0].Reasons[0].Facts[0].Value != "52.3" || open[0].Area.Places[0].Town != "河口镇" {
			t.Fatalf("proposals %+v", open)
		}
		// The higher criterion takes the place of the lower one, with its reason.
		found.ID, found.Rule, found.Says = 19, "rain-3h", "河口站3小时降雨50.8毫米"
		s.do(func(tx *db.Tx) error { return s.w.Found(ctx, tx, found) })
		open = read(s, func(tx *db.Tx) ([]Proposal, error) { return s.w.Proposals(ctx, tx, ProposalOpen, 10) })
		if len(open) != 1 || open[0].Level != orange || len(open[0].Reasons) != 2 {
			t.Fatalf("proposals %+v", open)
		}
		d := read(s, func(tx *db.Tx) (Draft, error) { return s.w.Prepare(ctx, tx, open[0].ID) })
		if d.Level != orange || d.Basis != "河口站6小时降雨52.3毫米；河口站3小时降雨50.8毫米" {
			t.Errorf("prepared %+v", d)
		}
		d.Description = "预计未来3小时河口镇降雨量将达50毫米以上，请注意防范山洪。"
		v := s.draft("预报员甲", d)
		if v.Headline != "青禾县气象局发布暴雨橙色预警[II级/严重]" || v.Instruction != "转移危险区群众，不涉水过河。" || v.Severity != "Severe" {
			t.Errorf("draft %+v", v)
		}
		s.submit("预报员甲", v)
		s.at("28 13:10")
		s.refused(ledger.NotAllowed, "拟稿的人不能签发", func(tx *db.Tx) error {
			by := as("局长")
			by.Account = as("预报员甲").Account
			_, err := s.w.Publish(ctx, tx, by, v.Event, v.N)
			return err
		})
		s.refused(ledger.NotAllowed, "统一由县气象局发布", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("住建局长"), v.Event, v.N); return err })
		v = s.publish("局长", v)
		if v.Identifier != "99000141600000_20230728131000_0" || v.Alone || !v.Ends.Equal(day("28 16:10")) {
			t.Errorf("published %+v", v)
		}
		if len(s.sent) != 1 || s.sent[0].Key != "warning/1/1" || s.sent[0].Level != 2 || !slices.Equal(s.sent[0].To, []Recipient{3, 5, 8}) {
			t.Fatalf("told %+v", s.sent)
		}
		if want := "青禾县气象局发布暴雨橙色预警[II级/严重]（28日13时10分）：预计未来3小时河口镇降雨量将达50毫米以上，请注意防范山洪。转移危险区群众，不涉水过河。有效至28日16时10分。"; s.sent[0].Text != want {
			t.Errorf("text %q", s.sent[0].Text)
		}
		s.want("calls", s.calls, []string{"warning/1/1Alert已发布橙"})
		s.want("orders", s.orders, []string{"联动/县水利局/巡查水库和淤地坝", "停工/县住建局/在建工地", "停课/县教体局/山区学校"})
		s.want("plans", s.plans, []string{"发布橙"})
		a := s.document(1, 1)
		if i := a.Infos[0]; a.Status != cap.Actual || a.MsgType != cap.MsgAlert || i.EventCode("GB/T 35561") != "11B03" || i.Parameter("warningColour") != "orange" || i.Areas[0].Geocodes[0].Value != "990001100000" {
			t.Errorf("document %+v", a)
		}

		// Units answer their orders.
		orders := read(s, func(tx *db.Tx) ([]Order, error) { return s.w.OrdersOf(ctx, tx, "") })
		work := orders[slices.IndexFunc(orders, func(o Order) bool { return o.Kind == StopWork })]
		if !work.Due.Equal(day("28 14:10")) || work.Area != "河口镇" {
			t.Errorf("stop of work %+v", work)
		}
		s.at("28 13:20")
		s.refused(ledger.NotAllowed, "由县住建局执行", func(tx *db.Tx) error { return s.w.See(ctx, tx, as("教体局长"), work.ID) })
		s.do(func(tx *db.Tx) error { return s.w.See(ctx, tx, as("住建局长"), work.ID) })
		s.do(func(tx *db.Tx) error {
			return s.w.Comply(ctx, tx, as("住建局长"), work.ID, "示例工地", true, "塔吊已降")
		})
		s.refused(ledger.Invalid, "说明", func(tx *db.Tx) error {
			return s.w.Comply(ctx, tx, as("住建局长"), work.ID, "示例二工地", false, "")
		})
		s.do(func(tx *db.Tx) error {
			return s.w.Comply(ctx, tx, as("住建局长"), work.ID, "示例二工地", false, "值守人员未到")
		})
		s.at("28 14:20")
		if o := read(s, func(tx *db.Tx) (*Order, error) { return s.w.orderOf(ctx, tx, "test", work.ID) }); !o.Overdue(day("28 14:20")) || !o.Seen.Equal(day("28 13:20")) {
			t.Errorf("stop of work %+v", o)
		}
		s.do(func(tx *db.Tx) error { return s.w.Do(ctx, tx, as("住建局长"), work.ID, "两处工地均已停工") })
		if list := read(s, func(tx *db.Tx) ([]Compliance, error) { return s.w.Compliances(ctx, tx, work.ID) }); len(list) != 2 || list[1].Complied {
			t.Errorf("compliance %+v", list)
		}

		// It spreads: an update reaches whom the first reached, too, though the audience is another now.
		s.inside = []Recipient{5, 9}
		s.at("28 15:00")
		wider := orangeDraft()
		wider.Event, wider.Kind, wider.Stage = 1, Update, Nowcast
		wider.Area = Area{Places: []Place{{Code: "990001100", Town: "河口镇"}, {Code: "990001200", Town: "上岭乡"}}}
		u := s.warn(wider)
		if got := s.sent[1]; got.Key != "warning/1/2" || !slices.Equal(got.To, []Recipient{3, 5, 8, 9}) {
			t.Errorf("told %+v", got)
		}
		s.refused(ledger.Invalid, "不能退回预警信号", func(tx *db.Tx) error {
			back := orangeDraft()
			back.Event, back.Kind, back.Stage = 1, Update, Signals
			_, err := s.w.Draft(ctx, tx, as("预报员甲"), back)
			return err
		})
		if len(s.orders) != 3 {
			t.Errorf("the same level orders again: %q", s.orders)
		}
		if v := s.version(1, 1); v.State != Replaced || !v.Over.Equal(u.Sent) {
			t.Errorf("first version %+v", v)
		}
		a = s.document(1, 2)
		if len(a.References) != 1 || !a.References[0].Same(s.document(1, 1).Triple()) || a.MsgType != cap.MsgUpdate {
			t.Errorf("references %v", a.References)
		}

		// It passes.
		s.inside = []Recipient{777}
		s.at("28 17:30")
		end := s.warn(Draft{Event: 1, Kind: Cancel, Content: Content{Reason: "降雨已经结束"}})
		if got := s.sent[2]; !slices.Equal(got.To, []Recipient{3, 5, 8, 9}) || !strings.HasPrefix(got.Text, "青禾县气象局解除暴雨橙色预警：降雨已经结束。") {
			t.Errorf("told %+v", got)
		}
		if e := s.event(1); e.State != Cancelled || !e.Ended.Equal(end.Sent) {
			t.Errorf("event %+v", e)
		}
		if a := s.document(1, 3); len(a.References) != 2 || a.Infos[0].Responses[0] != cap.AllClear {
			t.Errorf("cancel %+v", a)
		}
		if len(s.lifted) != 3 {
			t.Errorf("lifted %q", s.lifted)
		}
		if open := read(s, func(tx *db.Tx) ([]Order, error) { return s.w.OrdersOf(ctx, tx, "") }); len(open) != 0 {
			t.Errorf("open orders after the cancel: %+v", open)
		}
		if on := read(s, func(tx *db.Tx) ([]Public, error) { return InForce(ctx, tx, county, day("28 17:31")) }); len(on) != 0 {
			t.Errorf("in force after the cancel: %+v", on)
		}
		all := read(s, func(tx *db.Tx) ([]Public, error) { return PublicEvent(ctx, tx, county, 1) })
		var states []string
		for _, p := range all {
			states = append(states, string(p.State))
			b := read(s, func(tx *db.Tx) ([]byte, error) { return PublicDocument(ctx, tx, county, p.Identifier) })
			if kept := read(s, func(tx *db.Tx) ([]byte, error) { return s.w.Document(ctx, tx, 1, p.N) }); !bytes.Equal(b, kept) || len(b) == 0 {
				t.Errorf("the public document of version %d is another", p.N)
			}
		}
		s.want("states", states, []string{"已替代", "已解除", "已发布"})

		// Verification: orange fell at 14:05 in 河口镇, 55 minutes after it was said.
		s.reach = []Reached{{Level: orange, Subject: "rain/P1", Name: "河口站", Town: "河口镇", At: day("28 14:05"), To: day("28 15:30")}}
		score := read(s, func(tx *db.Tx) (*Verification, error) {
			return s.w.Verify(ctx, tx, "rainstorm", day("01 00:00"), day("31 00:00"))
		})
		if lead, _ := score.All.MeanLead(); score.All.Hits != 1 || score.All.Misses+score.All.False+score.All.Late != 0 || lead != 55*time.Minute {
			t.Errorf("score %+v", score)
		}
		if len(score.Months) != 1 || score.Months[0].Month != "2023-07" || fmt.Sprint(len(score.Towns)) != "2" || score.Towns[0].Town != "上岭乡" || score.Towns[0].False != 1 {
			t.Errorf("months %+v towns %+v", score.Months, score.Towns)
		}
	})
}

// By night one may publish alone what he wrote; it is shown, and another has to confirm it in the morning.
func TestNight(t *testing.T) {
	stories(t, "2023-07-28T21:59:00+08:00", func(s *story) {
		v := s.draft("值班首席", orangeDraft())
		s.submit("值班首席", v)
		alone := func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("值班首席"), v.Event, v.N); return err }
		s.refused(ledger.NotAllowed, "只有县气象局局长、县气象局副局长可以签发", alone)
		s.at("28 22:00")
		s.do(alone)
		got := s.version(1, 1)
		if !got.Alone || !got.ConfirmBy.Equal(day("29 09:00")) || !got.Unconfirmed() {
			t.Errorf("published %+v", got)
		}
		if list := read(s, func(tx *db.Tx) ([]*Version, error) { return s.w.Unconfirmed(ctx, tx) }); len(list) != 1 || list[0].N != 1 {
			t.Errorf("unconfirmed %+v", list)
		}
		confirm := func(who string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := s.w.Confirm(ctx, tx, as(who), 1, 1); return err }
		}
		s.refused(ledger.NotAllowed, "可以复核", confirm("预报员乙"))
		s.at("29 08:59")
		s.tick()
		if slices.Contains(s.notes, string(NoteUnconfirmed)) {
			t.Error("told too early that nobody confirmed")
		}
		s.at("29 09:00")
		s.tick()
		s.tick()
		n := 0
		for _, k := range s.notes {
			if k == string(NoteUnconfirmed) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times that nobody confirmed", n)
		}
		s.do(confirm("副局长"))
		if list := read(s, func(tx *db.Tx) ([]*Version, error) { return s.w.Unconfirmed(ctx, tx) }); s.version(1, 1).Unconfirmed() || len(list) != 0 {
			t.Error("confirmed and not confirmed")
		}
		s.refused(ledger.WrongState, "已经复核", confirm("局长"))
		// By day the same person needs another again.
		s.at("29 10:00")
		w := s.draft("值班首席", orangeDraft())
		s.submit("值班首席", w)
		s.refused(ledger.NotAllowed, "可以签发", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("值班首席"), w.Event, w.N); return err })
	})
}

// A warning whose time runs out says so, and stops that it ordered go on until somebody lifts them.
func TestEndWithoutRenewal(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		s.warn(orangeDraft())
		s.at("28 15:29")
		s.tick()
		if slices.Contains(s.notes, string(NoteEnding)) {
			t.Error("told too early of the end")
		}
		s.at("28 15:30")
		s.tick()
		s.at("28 15:59")
		s.tick()
		if !slices.Contains(s.notes, string(NoteEnding)) || slices.Contains(s.notes, string(NoteEnded)) || !s.event(1).Active() {
			t.Errorf("notes %q", s.notes)
		}
		s.at("28 16:00") // the clock has not noted it yet, the public page has
		if on := read(s, func(tx *db.Tx) ([]Public, error) { return InForce(ctx, tx, county, day("28 16:00")) }); len(on) != 0 {
			t.Errorf("in force: %+v", on)
		}
		s.at("28 16:07")
		s.tick()
		s.tick()
		if e := s.event(1); e.State != Expired || !e.Ended.Equal(day("28 16:00")) {
			t.Errorf("event %+v", e)
		}
		if p := read(s, func(tx *db.Tx) ([]Public, error) { return PublicEvent(ctx, tx, county, 1) }); p[0].State != Expired || !p[0].Over.Equal(day("28 16:00")) {
			t.Errorf("public %+v", p)
		}
		s.want("notes", s.notes, []string{"submitted", "ending", "ended"})
		s.want("calls", s.calls, []string{"warning/1/1Alert已发布橙", "warning/1/1Alert已失效橙"})
		open := read(s, func(tx *db.Tx) ([]Order, error) { return s.w.OrdersOf(ctx, tx, housing) })
		if len(open) != 1 {
			t.Fatalf("open %+v", open)
		}
		s.refused(ledger.NotAllowed, "可以解除", func(tx *db.Tx) error { return s.w.Lift(ctx, tx, as("住建局长"), open[0].ID, "雨停了") })
		s.do(func(tx *db.Tx) error { return s.w.Lift(ctx, tx, as("局长"), open[0].ID, "雨停了") })
		s.want("lifted", s.lifted, []string{"停工/县住建局/在建工地"})
		s.refused(ledger.WrongState, "不能再更新", func(tx *db.Tx) error {
			_, err := s.w.Draft(ctx, tx, as("预报员甲"), Draft{Event: 1, Kind: Cancel, Content: Content{Reason: "晚了"}})
			return err
		})
	})
}

// A drill says so first and last in every text; the public sees nothing of it.
func TestDrill(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		d := orangeDraft()
		d.Drill = "2023年防汛演练"
		s.warn(d)
		texts := []string{s.sent[0].Text, s.sent[0].Title}
		a := s.document(1, 1)
		i := a.Infos[0]
		texts = append(texts, a.Note, i.Event, i.Headline, i.Description, i.Instruction, i.SenderName, i.Areas[0].Desc)
		for _, o := range read(s, func(tx *db.Tx) ([]Order, error) { return s.w.Orders(ctx, tx, 1) }) {
			texts = append(texts, o.Says)
		}
		for _, x := range texts {
			if !drill.Is(x) || strings.Count(x, drill.Mark) != 2 {
				t.Errorf("a text of a drill: %q", x)
			}
		}
		if a.Status != cap.Exercise || !s.sent[0].Drill || !strings.Contains(a.Note, "防汛演练") {
			t.Errorf("document %+v", a)
		}
		if p := read(s, func(tx *db.Tx) ([]Public, error) { return PublicSince(ctx, tx, county, time.Time{}, 10) }); len(p) != 0 {
			t.Errorf("public: %+v", p)
		}
		if b := read(s, func(tx *db.Tx) ([]byte, error) { return PublicDocument(ctx, tx, county, a.Identifier) }); b != nil {
			t.Error("the document of a drill is public")
		}
		if score := read(s, func(tx *db.Tx) (*Verification, error) {
			return s.w.Verify(ctx, tx, "rainstorm", day("01 00:00"), day("31 00:00"))
		}); len(score.Verdicts) != 0 {
			t.Errorf("a drill is scored: %+v", score.Verdicts)
		}
		// A drill is no reason not to propose the real thing.
		s.do(func(tx *db.Tx) error {
			return s.w.Found(ctx, tx, finding.Finding{ID: 3, Rule: "rain-3h", Detail: finding.Detail{Says: "雨", Town: "河口镇"}})
		})
		if open := read(s, func(tx *db.Tx) ([]Proposal, error) { return s.w.Proposals(ctx, tx, ProposalOpen, 10) }); len(open) != 1 {
			t.Errorf("proposals %+v", open)
		}
	})
}

// Orders follow the level; what a person has lifted does not come back by itself while the level is no higher.
func TestOrdersFollowTheLevel(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		update := func(l Level) {
			d := orangeDraft()
			d.Event, d.Kind, d.Level = 1, Update, l
			s.clock.Advance(10 * time.Minute)
			s.warn(d)
		}
		s.warn(yellowDraft())
		s.want("orders", s.orders, []string{"联动/县水利局/巡查水库和淤地坝"})
		update(orange)
		s.want("orders", s.orders[1:], []string{"停工/县住建局/在建工地", "停课/县教体局/山区学校"})
		open := read(s, func(tx *db.Tx) ([]Order, error) { return s.w.OrdersOf(ctx, tx, schools) })
		s.do(func(tx *db.Tx) error { return s.w.Lift(ctx, tx, as("局长"), open[0].ID, "学校已放假") })
		s.refused(ledger.WrongState, "学校已放假", func(tx *db.Tx) error { return s.w.Do(ctx, tx, as("教体局长"), open[0].ID, "已停课") })
		update(orange)
		if len(s.orders) != 3 {
			t.Errorf("what was lifted is ordered again: %q", s.orders)
		}
		update(yellow)
		s.want("lifted", s.lifted, []string{"停课/县教体局/山区学校", "停工/县住建局/在建工地"})
		update(orange)
		s.want("orders", s.orders[3:], []string{"停工/县住建局/在建工地"}) // the level lifted it, the level brings it back
	})
}

// Whoever may publish only the lower level does not end the higher one by lowering it.
func TestLoweringIsForTheHigher(t *testing.T) {
	stories(t, "2023-07-28T13:00:00+08:00", func(s *story) {
		s.w.Hazards[0].Signals[1].Approve = []personnel.PostID{personnel.ID(weather, "局长")}
		s.warn(orangeDraft())
		d := yellowDraft()
		d.Event, d.Kind, d.From = 1, Update, blue // what the form says of it counts for nothing
		v := s.draft("预报员甲", d)
		s.submit("预报员甲", v)
		s.refused(ledger.NotAllowed, "只有县气象局局长可以签发", func(tx *db.Tx) error { _, err := s.w.Publish(ctx, tx, as("副局长"), v.Event, v.N); return err })
		s.publish("局长", v)
		v = s.draft("预报员甲", d) // from yellow to yellow
		s.submit("预报员甲", v)
		s.publish("副局长", v)
	})
}
