package web

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/emergency"
	"zhixing/observation"
	"zhixing/personnel"
	"zhixing/register"
	"zhixing/rule"
)

func init() { maps.Copy(rules, emergencyRules) }

// emergencyRules is what is expected of the routes of responses: every official reads them; who decides, orders and reports stands in the
// plan, and TestEmergencyPages walks it.
var emergencyRules = map[string]expected{
	"GET /emergencies":                         {right: "sit"},
	"GET /emergencies.csv":                     {right: "sit"},
	"POST /emergencies":                        {right: "sit", form: map[string]string{"plan": "construction", "level": "3", "title": "塌方", "area": "全县", "says": "有人被困", "drill": "0"}, idle: true},
	"POST /emergencies/dismiss":                {right: "sit", form: map[string]string{"proposal": "1", "why": "不必"}, idle: true},
	"GET /emergencies/plans/{id}":              {right: "sit", things: one("construction")},
	"GET /emergencies/{id}":                    {right: "sit", things: one("1"), idle: true},
	"GET /emergencies/{id}/files/{sha}":        {right: "sit", things: one("1"), idle: true},
	"GET /emergencies/{id}/tasks/{n}":          {right: "sit", things: one("1"), idle: true},
	"POST /emergencies/{id}/level":             {right: "sit", things: one("1"), form: map[string]string{"level": "4", "words": "减弱"}, idle: true},
	"POST /emergencies/{id}/order":             {right: "sit", things: one("1"), form: map[string]string{"units": unitB, "words": "送水", "minutes": "60"}, idle: true},
	"POST /emergencies/{id}/note":              {right: "sit", things: one("1"), form: map[string]string{"words": "雨停了"}, idle: true},
	"POST /emergencies/{id}/end":               {right: "sit", things: one("1"), form: map[string]string{"words": "处置完毕"}, idle: true},
	"POST /emergencies/{id}/review":            {right: "sit", things: one("1"), form: map[string]string{"losses": "无", "words": "做到了"}, idle: true},
	"POST /emergencies/{id}/tasks/{n}":         {right: "sit", things: one("1"), form: map[string]string{"words": "已到场", "state": "doing"}, idle: true},
	"POST /emergencies/{id}/tasks/{n}/receive": {right: "sit", things: one("1"), idle: true},
}

// seat gives somebody a post.
func (s *site) seat(name, unit, title string) {
	s.t.Helper()
	s.login(name)
	s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
		id, err := personnel.AddPerson(ctx, tx, s.srv.countyCode, "system", "示例"+name, "虚构")
		if err != nil {
			return err
		}
		if err := personnel.BindAccount(ctx, tx, s.srv.countyCode, "system", id, name); err != nil {
			return err
		}
		_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, s.srv.countyCode, "system", personnel.Move{Person: id, Post: personnel.ID(unit, title), On: calendar.Date{Year: 2031, Month: 2, Day: 1}, Reason: "虚构"})
		return err
	})
}

// A response through its pages: proposed, started by who decides, received and reported by its units, ordered, made lower, stood down,
// reviewed. What is refused is said beside what was typed; who has no part in it changes nothing.
func TestEmergencyPages(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		caseSeats(s)
		s.seat("住建", "县住房和城乡建设管理局", "经办人")
		plan := s.works.Emergencies.Plan("construction")
		if plan == nil || plan.Template == "" {
			t.Fatal("the demonstration county has no plan construction that is a template")
		}
		s.want(s.get("经办", "/emergencies"), 200, "现在没有启动任何预案", "没有待决定的启动建议", "还没有结束了的响应", plan.Title, "模板")
		s.want(s.get("", "/emergencies"), 303)
		s.want(s.get("经办", "/emergencies.csv"), 200, "编号,预案,级别,名称,演练,状态")
		s.want(s.get("副县长", "/emergencies/plans/construction"), 200, "谁决定", plan.Level(3).Trigger, plan.Level(3).Tasks[0].Do, "/lists/em-teams", plan.Template, `name="title"`)
		s.want(s.get("副县长", "/emergencies/plans/flood"), 200, "古绛镇、横水镇、陈村镇")
		if a := s.get("经办", "/emergencies/plans/construction"); strings.Contains(a.body, `name="title"`) {
			t.Error("the form to start is shown to who may not")
		}
		s.want(s.get("副县长", "/emergencies/plans/nothing"), 404)

		// Proposed: put aside with a reason, or taken up.
		propose := func(cause string) {
			s.caseWrite(func(ctx context.Context, tx *db.Tx) error {
				return s.works.Emergencies.Propose(ctx, tx, "construction", 3, emergency.Cause{Key: cause, Says: "工地边坡开裂"})
			})
		}
		propose("finding/7")
		s.want(s.get("副县长", "/emergencies"), 200, "工地边坡开裂", "/findings/7", "不启动")
		s.want(s.post("经办", "/emergencies/dismiss", url.Values{"proposal": {"1"}, "why": {"不必"}}), 403)
		s.want(s.post("副县长", "/emergencies/dismiss", url.Values{"proposal": {"1"}, "why": {""}}), 400, "请填写不启动的理由")
		s.want(s.post("副县长", "/emergencies/dismiss", url.Values{"proposal": {"1"}, "why": {"已加固"}}), 303)
		propose("finding/8")
		s.want(s.get("副县长", "/emergencies/plans/construction?proposal=2"), 200, "按建议启动", "工地边坡开裂</textarea>")

		// Started.
		form := url.Values{"plan": {"construction"}, "level": {"3"}, "title": {"示例工地塌方"}, "area": {"古绛镇"}, "says": {"三人被困"}, "drill": {"0"}, "proposal": {"2"}}
		with := func(k, v string) url.Values {
			out := maps.Clone(form)
			out[k] = []string{v}
			return out
		}
		s.want(s.post("经办", "/emergencies", form), 403)
		s.want(s.post("副县长", "/emergencies", with("drill", "")), 400, "请选择是实战还是演练", "三人被困")
		s.want(s.post("副县长", "/emergencies", with("title", "")), 400, "请填写事件名称", "三人被困")
		s.want(s.post("副县长", "/emergencies", with("towns", "没有这个镇")), 400, "没有叫")
		s.want(s.post("副县长", "/emergencies", form), 303)
		s.want(s.post("副县长", "/emergencies", with("proposal", "")), 409, "已于")
		at := "/emergencies/1"
		a := s.get("副县长", at)
		s.want(a, 200, "示例工地塌方", "三人被困", "/findings/8", "启动《", plan.Level(3).Tasks[0].Do, "还剩 ", "未签收", "模板", `data-revision="`, "调整级别", "下达指令")
		if drill.Has(a.body) {
			t.Error("the real thing carries the mark of a drill")
		}
		if a := s.get("旁局", at); a.status != 200 || strings.Contains(a.body, at+"/order") || strings.Contains(a.body, at+"/note") || strings.Contains(a.body, at+"/end") {
			t.Error("forms are offered to who has no part in it:", a.status)
		}
		s.want(s.get("经办", at+".json"), 200, `"revision":`, `"level":3`)
		s.want(s.get("经办", "/emergencies"), 200, "示例工地塌方", "Ⅲ级响应中")
		s.want(s.get("经办", "/emergencies/2"), 404)
		s.want(s.get("经办", at+".pdf"), 404)

		// The unit's own.
		s.want(s.get("住建", "/work"), 200, "应急任务", plan.Level(3).Tasks[0].Do, "正在进行的应急响应")
		if a := s.get("旁局", "/work"); strings.Contains(a.body, at+"/tasks/") {
			t.Error("another unit's tasks stand on the page of the morning")
		}
		s.want(s.get("住建", at+"/tasks/1"), 200, "签收", `id="report"`)
		s.want(s.get("住建", at+"/tasks/99"), 404)
		if a := s.get("旁局", at+"/tasks/1"); a.status != 200 || strings.Contains(a.body, `id="report"`) {
			t.Error("the form is offered to another unit:", a.status)
		}
		s.want(s.post("旁局", at+"/tasks/1/receive", nil), 403)
		s.want(s.post("旁局", at+"/tasks/1", url.Values{"words": {"假的"}}), 403)
		s.want(s.post("住建", at+"/tasks/1/receive", nil), 303)
		s.want(s.get("住建", at+"/tasks/1"), 200, "办理中", "示例住建")
		for range 2 { // a telephone sends again what it did not hear of
			s.want(s.asked("住建", at+"/tasks/1", url.Values{"words": {"已报总值班室"}, "state": {"done"}}), 200, `"task":1`)
		}
		if log := s.get("副县长", at+".log.csv"); strings.Count(log.body, "已报总值班室") != 1 {
			t.Errorf("what was sent twice: %s", log.body)
		}
		s.want(s.post("住建", at+"/tasks/2", url.Values{"words": {"到场了"}, "state": {"done"}}), 400, "要求有照片", "到场了")
		s.want((&world{site: s}).send("住建", at+"/tasks/2", url.Values{"words": {"队伍已到场"}, "state": {"done"}}, "files"), 303)
		a = s.get("副县长", at)
		s.want(a, 200, "队伍已到场", "已完成", "现场.jpg")
		_, rest, _ := strings.Cut(a.body, at+"/files/")
		s.want(s.get("旁局", at+"/files/"+rest[:64]), 200)
		s.want(s.get("旁局", at+"/files/"+strings.Repeat("0", 64)), 404)
		s.clock.Advance(10 * time.Hour)
		for _, who := range []string{"副县长", "旁局", "住建", "经办"} {
			s.freshLogin(who)
		}
		s.want(s.get("副县长", at), 200, "超时 ")

		// The command's own.
		s.want(s.post("旁局", at+"/order", url.Values{"units": {unitB}, "words": {"送水"}, "minutes": {"60"}}), 403)
		s.want(s.post("副县长", at+"/order", url.Values{"units": {"没有这个局"}, "words": {"送水"}, "minutes": {"60"}}), 400, "没有哪个单位叫", "送水")
		for range 2 { // the button is pressed twice
			s.want(s.post("副县长", at+"/order", url.Values{"units": {unitB}, "words": {"送水到现场"}, "minutes": {"60"}, "once": {"一张表单"}}), 303)
		}
		if sheet := s.get("副县长", at+".csv"); strings.Count(sheet.body, "送水到现场") != 1 {
			t.Errorf("an order that was pressed twice: %s", sheet.body)
		}
		s.want(s.get("旁局", "/work"), 200, "送水到现场")
		s.want(s.post("旁局", at+"/note", url.Values{"words": {"水车已出发"}}), 303)
		s.want(s.post("经办", at+"/note", url.Values{"words": {"无关的话"}}), 403)
		s.want(s.post("旁局", at+"/level", url.Values{"level": {"4"}, "words": {"减弱"}}), 403)
		s.want(s.post("副县长", at+"/level", url.Values{"level": {"3"}, "words": {"减弱"}}), 400, "请选择与现在", "减弱</textarea>")
		s.want(s.post("副县长", at+"/level", url.Values{"level": {"4"}, "words": {"险情减弱"}}), 303)
		s.want(s.get("副县长", at), 200, "险情减弱", "不再要求", "水车已出发")
		s.want(s.post("副县长", at+"/review", url.Values{"losses": {"无"}, "words": {"好"}}), 409, "还没有终止")
		s.want(s.post("旁局", at+"/end", url.Values{"words": {"好了"}}), 403)
		s.want(s.post("副县长", at+"/end", url.Values{"words": {"人员已全部救出"}}), 303)
		s.want(s.post("副县长", at+"/end", url.Values{"words": {"再来一次"}}), 409, "已于")
		review := url.Values{"losses": {"无"}, "words": {"到场及时"}, "do1": {"补充边坡监测设备"}, "unit1": {"没有这个局"}, "due1": {"2031-09-01"}}
		s.want(s.post("旁局", at+"/review", review), 403)
		s.want(s.post("副县长", at+"/review", review), 400, "没有哪个单位叫", "到场及时", "补充边坡监测设备")
		review.Set("unit1", unitB)
		s.want(s.post("副县长", at+"/review", review), 303)
		s.want(s.get("副县长", "/ledger?state=drafted"), 200, "补充边坡监测设备")
		s.want(s.get("副县长", at), 200, "到场及时", "补充边坡监测设备", "2031-09-")
		s.want(s.get("副县长", at+".csv"), 200, "送水到现场", "已报总值班室", plan.Basis.String())
		s.want(s.get("副县长", at+".log.csv"), 200, "人员已全部救出", "SHA-256")
		s.want(s.get("副县长", "/emergencies"), 200, "现在没有启动任何预案", "示例工地塌方")
	})
}

// Whatever page of a drill is opened, it cannot be taken for the real thing; the real thing may be started beside it.
func TestEmergencyDrillPages(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		caseSeats(s)
		s.seat("住建", "县住房和城乡建设管理局", "经办人")
		form := url.Values{"plan": {"construction"}, "level": {"4"}, "title": {"塌方救援"}, "area": {"全县"}, "says": {"按年度计划"}, "drill": {"1"}}
		s.want(s.post("副县长", "/emergencies", form), 303)
		form.Set("drill", "0")
		s.want(s.post("副县长", "/emergencies", form), 303)
		task := s.works.Emergencies.Plan("construction").Level(4).Tasks[0].Do
		for page, says := range map[string]string{"/emergencies": "塌方救援", "/emergencies/1": task, "/emergencies/1/tasks/1": task, "/work": task, "/emergencies/1.csv": task, "/emergencies/1.log.csv": "启动《", "/emergencies/plans/construction": "塌方救援"} {
			a := s.get("住建", page)
			s.want(a, 200, drill.Mark+says, drill.Mark)
		}
		for _, page := range []string{"/emergencies/1", "/emergencies/1/tasks/1"} {
			if a := s.get("住建", page); strings.Count(a.body, `class="drillbar"`) != 2 || !strings.Contains(a.body, "<title>【演练】") {
				t.Error(page, "does not say at both ends that it is a drill")
			}
		}
		for _, page := range []string{"/emergencies/2", "/emergencies/2/tasks/1", "/emergencies/2.csv"} {
			if a := s.get("住建", page); a.status != 200 || strings.Contains(a.body, "演练") {
				t.Error(page, "says that the real thing is a drill, or is not there:", a.status)
			}
		}
	})
}

// A measure for each entry of a list (一企一策) shows what its readings prove, and where they and the entry stand.
func TestEmergencyVerdictPages(t *testing.T) {
	sites(t, func(s *site) {
		s.clock.Set("2031-06-08")
		caseSeats(s)
		m := newMeasured(s)
		schema, _ := s.works.Registers.Schema("sections")
		fields := fieldsFor(schema, "示例断面")
		fields["目标浓度"], fields["责任单位"] = "20", unitB
		var key string
		m.write(func(ctx context.Context, tx *db.Tx) error {
			e, err := s.works.Registers.Add(ctx, tx, register.System, "sections", register.Input{Fields: fields, Holds: calendar.Date{Year: 2031, Month: 1, Day: 1}})
			if err == nil {
				key = e.Key
			}
			return err
		})
		scope := schema.Scope(nil)
		do, err := rule.CompileTemplate("{名称}：上游限排", &scope)
		if err != nil {
			t.Fatal(err)
		}
		s.works.Emergencies.Plans = slices.Concat(s.works.Emergencies.Plans, []*emergency.Plan{{ID: "river", Title: "示例河流污染应急预案", Edition: "2031年版", Levels: []emergency.Level{{N: 2, Trigger: "断面超标",
			Approve: []personnel.PostID{governmentUnit + "/副县长"}, Each: []emergency.Each{{Register: "sections", Do: do, Unit: register.Whose{Field: "责任单位", Unit: unitA}, Within: time.Hour,
				Proof: &emergency.Proof{Series: "section-cod", Limit: "目标浓度"}}}}}}})
		s.want(s.get("副县长", "/emergencies/plans/river"), 200, "一条一项", "/lists/sections", "条目里的“责任单位”", "读数不超过“目标浓度”", "{名称}：上游限排")
		s.want(s.post("副县长", "/emergencies", url.Values{"plan": {"river"}, "level": {"2"}, "title": {"示例超标"}, "area": {"全县"}, "says": {"氨氮升高"}, "drill": {"0"}}), 303)
		s.want(s.get("副县长", "/emergencies/1"), 200, "示例断面：上游限排", "时限未到", "清单没有填限值", "/lists/sections/e/")
		s.clock.Advance(4 * time.Hour)
		s.freshLogin("副县长")
		s.freshLogin("旁局")
		m.key = key
		m.take(2, "18", observation.Normal)
		m.take(1, "31", observation.Normal)
		s.want(s.get("副县长", "/emergencies/1"), 200, "读数超过限值（2个读数中1个超过，最大31")
		s.want(s.get("旁局", "/emergencies/1/tasks/2"), 200, "读数超过限值")
		s.want(s.get("副县长", "/emergencies/1.csv"), 200, "读数超过限值", "清单没有填限值")
		s.want(s.get("副县长", "/series/section-cod/"+url.PathEscape(key)), 200, "示例断面")
	})
}

// What time is left is said as people say it.
func TestSpanWords(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "不到1分钟", 59 * time.Minute: "59分钟", time.Hour: "1小时", 90 * time.Minute: "1小时30分钟", 24 * time.Hour: "1天", 49 * time.Hour: "2天1小时"} {
		if got := spanWords(d); got != want {
			t.Error(fmt.Sprint(d), got, want)
		}
	}
}
