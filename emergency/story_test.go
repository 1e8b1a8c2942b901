package emergency_test

import (
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/emergency"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/quantity"
	"zhixing/register"
)

// A warning proposes, a leader starts, units work, one is late, the level rises and the response ends with lessons.
func TestFlood(t *testing.T) {
	stories(t, func(s *story) {
		cause := emergency.Cause{Key: "warning/12", Says: "县气象局发布暴雨橙色预警"}
		propose := func(tx *db.Tx) error { return s.e.Propose(ctx, tx, "flood", 3, cause) }
		if heard := s.must(propose); heard != "note 建议启动《青禾县防汛应急预案》Ⅲ级响应：县气象局发布暴雨橙色预警" {
			t.Error(heard)
		}
		if heard := s.must(propose); heard != "" {
			t.Errorf("the same cause proposes again: %s", heard)
		}
		in := emergency.Opening{Plan: "flood", Level: 3, Title: "“7·11”强降雨", Area: "全县", Says: "河口镇1小时降雨52毫米。", Proposal: 1}
		activate := func(name string, in emergency.Opening) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := s.e.Activate(ctx, tx, as(name), in)
				return err
			}
		}
		s.refused("由青禾县人民政府副县长、青禾县人民政府县长决定", activate("水务局长", in))
		worse := in
		worse.Level = 2
		s.refused("由青禾县人民政府县长决定", activate("副县长", worse))
		worse.Level = 1
		s.refused("没有Ⅰ级响应", activate("县长", worse))
		worse = in
		worse.Title = ""
		s.refused("请填写事件名称", activate("副县长", worse))
		a := s.start("副县长", in)
		if got, want := strings.Join(s.heard, "；"), "order 县水务局 巡查堤防；order 县应急管理局 抢险队伍待命；call Ⅲ级 active"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		s.refused("已于2023年7月11日14时00分启动Ⅲ级响应", activate("副县长", emergency.Opening{Plan: "flood", Level: 3, Title: "又一次", Area: "全县", Says: "雨。"}))

		id := func(n int) emergency.TaskID { return emergency.TaskID{Activation: a.ID, N: n} }
		report := func(name string, n int, r emergency.Reporting) func(*db.Tx) error {
			return func(tx *db.Tx) error { return s.e.Report(ctx, tx, as(name), id(n), r) }
		}
		s.must(func(tx *db.Tx) error { return s.e.Receive(ctx, tx, as("水务局长"), id(1)) })
		s.refused("由县水务局承担", report("应急局长", 1, emergency.Reporting{Words: "好"}))
		s.refused("请填写办理情况", report("水务局长", 1, emergency.Reporting{}))
		s.Advance(31 * 60e9)
		tick := func(tx *db.Tx) error { _, err := s.e.Tick(ctx, tx, tx.Now()); return err }
		if heard := s.must(tick); !strings.Contains(heard, "县应急管理局的任务“抢险队伍待命”应于2023年7月11日14时30分完成") {
			t.Error(heard)
		}
		if heard := s.must(tick); heard != "" {
			t.Errorf("told twice: %s", heard)
		}
		x := s.situation(a.ID)
		if x.Counts != (emergency.Counts{All: 2, Received: 1, Late: 1}) || x.Units[0].Unit != rescue || len(x.Groups) != 1 || x.Groups[0].Lead != water {
			t.Errorf("%+v %+v %+v", x.Counts, x.Units, x.Groups)
		}
		s.must(report("水务局长", 1, emergency.Reporting{Words: "巡查28公里，无险情。", Done: true}))

		s.must(func(tx *db.Tx) error {
			return s.e.Propose(ctx, tx, "flood", 2, emergency.Cause{Key: "warning/12", Says: "县气象局发布暴雨红色预警"})
		})
		if list := s.proposals(); len(list) != 1 || list[0].Level != 2 {
			t.Errorf("%+v", list)
		}

		// The level rises: what both have goes on, what only the new one has is opened, the rest is not asked for.
		level := func(name string, to int) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := s.e.Relevel(ctx, tx, as(name), a.ID, to, "水位继续上涨。")
				return err
			}
		}
		s.refused("由青禾县人民政府县长决定", level("副县长", 2))
		s.refused("请选择与现在（Ⅲ级）不同的级别", level("县长", 3))
		if heard := s.must(level("县长", 2)); heard != "order 河口镇 转移危险区群众；call Ⅱ级 active" {
			t.Error(heard)
		}
		if list := s.proposals(); len(list) != 0 {
			t.Errorf("the level has risen, and it is still proposed: %+v", list)
		}
		if x = s.situation(a.ID); x.Counts != (emergency.Counts{All: 2, Received: 1, Done: 1, Lifted: 1}) {
			t.Errorf("%+v", x.Counts)
		}
		s.refused("已经取消（响应调整为Ⅱ级，不再要求）", report("应急局长", 2, emergency.Reporting{Words: "已到位。", Done: true}))
		s.refused("要求有照片", report("河口镇长", 3, emergency.Reporting{Words: "已转移32人。", Done: true}))
		picture := emergency.Reporting{Words: "已转移32人。", Done: true, Files: []ledger.Evidence{{Name: "安置点.png", Content: []byte("\x89PNG\r\n\x1a\n0000")}}}
		s.must(report("河口镇长", 3, picture))

		order := func(name string, c emergency.Command) func(*db.Tx) error {
			return func(tx *db.Tx) error { return s.e.Order(ctx, tx, as(name), a.ID, directory(t), c) }
		}
		s.refused("只有指挥机构成员", order("水务局长", emergency.Command{Units: []string{rescue}, Do: "增援", Within: 3600e9}))
		s.refused("没有哪个单位叫“县气像局”", order("副县长", emergency.Command{Units: []string{"县气像局"}, Do: "增援", Within: 3600e9}))
		if heard := s.must(order("副县长", emergency.Command{Units: []string{rescue, rescue}, Do: "增派冲锋舟2艘", Within: 3600e9})); heard != "order 县应急管理局 增派冲锋舟2艘" {
			t.Error(heard)
		}
		s.refused("只有指挥机构、工作组成员单位", func(tx *db.Tx) error { return s.e.Jot(ctx, tx, as("环境局长"), a.ID, "看到", nil) })
		s.must(func(tx *db.Tx) error {
			return s.e.Jot(ctx, tx, as("应急局长"), a.ID, "涑水河水位回落0.4米。", nil)
		})

		end := func(tx *db.Tx) error {
			_, err := s.e.StandDown(ctx, tx, as("县长"), a.ID, "降雨结束。")
			return err
		}
		review := emergency.Review{Losses: "无人员伤亡。", Words: "响应及时，抢险队伍集结偏慢。", Lessons: []emergency.Lesson{{Do: "修订抢险队伍集结办法", Unit: rescue, Due: emergency.DueOn(calendar.Date{Year: 2023, Month: 9, Day: 30})}}}
		give := func(r emergency.Review) func(*db.Tx) error {
			return func(tx *db.Tx) error { return s.e.Review(ctx, tx, as("副县长"), a.ID, directory(t), r) }
		}
		s.refused("还没有终止", give(review))
		if heard := s.must(end); heard != "order 县应急管理局 统计灾情；call Ⅱ级 ended" {
			t.Error(heard)
		}
		s.refused("已于2023年7月11日14时31分终止", end)
		if heard := s.must(give(review)); heard != "lesson 县应急管理局 修订抢险队伍集结办法" {
			t.Error(heard)
		}
		s.refused("已经评估过", give(review))
		s.must(report("应急局长", 5, emergency.Reporting{Words: "农作物受灾120亩。", Done: true}))
		if x = s.situation(a.ID); x.State != emergency.Settled || x.Settled.IsZero() {
			t.Errorf("%+v", x.Activation)
		}
		want := `启动 青禾县人民政府副县长 示例副县长 启动《青禾县防汛应急预案》Ⅲ级响应：“7·11”强降雨。河口镇1小时降雨52毫米。
任务下达 系统 向2个单位下达任务2项：县水务局、县应急管理局。
签收 县水务局局长 示例水务局长 签收：巡查堤防
超时 系统 县应急管理局的任务“抢险队伍待命”应于2023年7月11日14时30分完成，至今没有报完成。
反馈 县水务局局长 示例水务局长 完成：巡查28公里，无险情。
调级 青禾县人民政府县长 示例县长 响应提升为Ⅱ级。水位继续上涨。
任务下达 系统 向1个单位下达任务1项：河口镇。
反馈 河口镇镇长 示例河口镇长 完成：已转移32人。
任务下达 系统 向1个单位下达任务1项：县应急管理局。
任务下达 青禾县人民政府副县长 示例副县长 指令：增派冲锋舟2艘
记录 县应急管理局局长 示例应急局长 涑水河水位回落0.4米。
终止 青禾县人民政府县长 示例县长 终止响应。降雨结束。（未办完的1项任务不再要求）
任务下达 系统 向1个单位下达任务1项：县应急管理局。
评估 青禾县人民政府副县长 示例副县长 评估：响应及时，抢险队伍集结偏慢。（改进措施1条）
反馈 县应急管理局局长 示例应急局长 完成：农作物受灾120亩。`
		if got := s.log(a.ID); got != want {
			t.Errorf("the log:\n%s\nwant:\n%s", got, want)
		}
		s.refused("已于2023年7月11日14时31分办结", func(tx *db.Tx) error { return s.e.Jot(ctx, tx, as("应急局长"), a.ID, "补记", nil) })
	})
}

// Who decides that a plan is not started is not asked again by each new version of the warning: only when it gets worse, or when what was over comes again.
func TestDismissedIsNotAskedAgain(t *testing.T) {
	stories(t, func(s *story) {
		cause := emergency.Cause{Key: "warning/12", Says: "县气象局发布暴雨橙色预警"}
		propose := func(level int) string {
			t.Helper()
			return s.must(func(tx *db.Tx) error { return s.e.Propose(ctx, tx, "flood", level, cause) })
		}
		dismiss := func(name, why string) func(*db.Tx) error {
			id := s.proposals()[0].ID
			return func(tx *db.Tx) error { return s.e.Dismiss(ctx, tx, as(name), id, why) }
		}
		propose(3)
		s.refused("由青禾县人民政府副县长、青禾县人民政府县长决定", dismiss("水务局长", "雨区不在本县"))
		s.refused("请填写不启动的理由", dismiss("副县长", ""))
		s.must(dismiss("副县长", "雨区不在本县"))
		if heard := propose(3); heard != "" || len(s.proposals()) != 0 {
			t.Errorf("the next version asks again: %s", heard)
		}
		if heard := propose(2); !strings.Contains(heard, "建议启动《青禾县防汛应急预案》Ⅱ级响应") {
			t.Errorf("it has become worse, and nobody hears of it: %q", heard)
		}
		s.must(dismiss("县长", "已有专班"))
		s.must(func(tx *db.Tx) error { return s.e.Withdraw(ctx, tx, cause.Key, "预警已解除") })
		if heard := propose(3); heard == "" || len(s.proposals()) != 1 {
			t.Error("what was over comes again, and nobody is asked")
		}
	})
}

// Whatever an exercise says is marked; it runs beside the real thing and leaves no duty.
func TestDrill(t *testing.T) {
	stories(t, func(s *story) {
		s.must(func(tx *db.Tx) error {
			return s.e.Propose(ctx, tx, "flood", 3, emergency.Cause{Key: "warning/13", Says: "暴雨橙色预警", Drill: true})
		})
		for _, h := range s.heard {
			if !strings.HasPrefix(h, "note 【演练】") || !strings.HasSuffix(h, "【演练】") {
				t.Error(h)
			}
		}
		in := emergency.Opening{Plan: "flood", Level: 3, Title: "防汛桌面推演", Area: "全县", Says: "年度演练。", Proposal: 1}
		s.refused("只能启动演练", func(tx *db.Tx) error { _, err := s.e.Activate(ctx, tx, as("副县长"), in); return err })
		in.Drill = true
		a := s.start("副县长", in)
		real := s.start("副县长", emergency.Opening{Plan: "flood", Level: 3, Title: "强降雨", Area: "全县", Says: "雨。"})
		if strings.Contains(s.log(real.ID), "演练") {
			t.Error("the real thing speaks of an exercise")
		}
		for _, line := range strings.Split(s.log(a.ID), "\n") {
			if strings.Count(line, "【演练】") < 2 || !strings.HasSuffix(line, "【演练】") {
				t.Errorf("a line of an exercise could be taken for the real thing: %s", line)
			}
		}
		for _, x := range s.situation(a.ID).Groups[0].Tasks {
			if !strings.HasPrefix(x.Do, "【演练】") || !strings.HasSuffix(x.Do, "【演练】") {
				t.Error(x.Do)
			}
		}
		s.must(func(tx *db.Tx) error {
			_, err := s.e.StandDown(ctx, tx, as("副县长"), a.ID, "演练结束。")
			return err
		})
		heard := s.must(func(tx *db.Tx) error {
			return s.e.Review(ctx, tx, as("副县长"), a.ID, directory(t), emergency.Review{Losses: "无", Words: "顺利。",
				Lessons: []emergency.Lesson{{Do: "补充物资", Unit: water, Due: emergency.DueOn(calendar.Date{Year: 2023, Month: 9, Day: 1})}}})
		})
		if strings.Contains(heard, "lesson") {
			t.Error("an exercise gave a unit a duty")
		}
	})
}

// Each enterprise has a measure of its own, and its meter shows whether it is kept.
func TestEachEnterprise(t *testing.T) {
	stories(t, func(s *story) {
		add := func(key, name, measure, limit, unit string) {
			s.must(func(tx *db.Tx) error {
				_, err := s.e.Registers.Add(ctx, tx, register.System, "works", register.Input{Fields: map[string]string{"编号": key, "名称": name, "橙色措施": measure, "橙色限值": limit, "监管单位": unit}})
				return err
			})
		}
		add("W1", "示例砖厂", "停产", "20", "")
		add("W2", "示例铸造厂", "限产一半", "150.5", bureau)
		add("W3", "示例食品厂", "自主减排", "", "")
		add("W4", "示例水泥厂", "", "", "") // nobody has written what it has to do
		add("W5", "示例焦化厂", "限产三成", "", "")
		a := s.start("副县长", emergency.Opening{Plan: "smog", Level: 2, Title: "重污染天气", Area: "全县", Says: "预测AQI连续超过200。"})
		if log := s.log(a.ID); !strings.Contains(log, "“应急减排清单”有1条缺少内容") {
			t.Error(log)
		}
		verdicts := func() string {
			x := s.situation(a.ID)
			var out []string
			for _, u := range x.Groups[0].Tasks {
				out = append(out, u.Do+" "+x.Verdicts[u.N].String())
			}
			return strings.Join(out, "\n")
		}
		read := func(key, at, value string) {
			s.must(func(tx *db.Tx) error {
				r := observation.Reading{Name: "power", Key: key, At: dbtest.At(at).Now(), Source: "test"}
				r.Decimal, r.Flag = quantity.MustParse(value), observation.Normal
				got, err := s.e.Observations.Record(ctx, tx, []observation.Reading{r})
				if len(got.Refused) > 0 {
					t.Fatal(got.Refused)
				}
				return err
			})
		}
		// Their limits hold from two hours after the start.
		read("W2", "2023-07-11T15:00:00+08:00", "300")
		if got := verdicts(); strings.Contains(got, "超过") || strings.Count(got, "时限未到") != 2 {
			t.Error(got)
		}
		s.Set("2023-07-11T20:00:00+08:00")
		read("W2", "2023-07-11T17:00:00+08:00", "150.5")
		read("W2", "2023-07-11T18:00:00+08:00", "140")
		want := "示例砖厂：停产 没有读数\n示例铸造厂：限产一半 读数证明已落实（2个读数，最大150.5）\n示例焦化厂：限产三成 清单没有填限值"
		if got := verdicts(); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		read("W2", "2023-07-11T19:00:00+08:00", "151")
		if got := verdicts(); !strings.Contains(got, "读数超过限值（3个读数中1个超过，最大151，2023年7月11日19时00分）") {
			t.Error(got)
		}
		// What is read after the end proves nothing against it.
		s.must(func(tx *db.Tx) error {
			_, err := s.e.StandDown(ctx, tx, as("副县长"), a.ID, "空气质量好转。")
			return err
		})
		s.Set("2023-07-11T23:00:00+08:00")
		read("W2", "2023-07-11T21:00:00+08:00", "300")
		if got := verdicts(); !strings.Contains(got, "3个读数中1个超过") {
			t.Error(got)
		}
	})
}
