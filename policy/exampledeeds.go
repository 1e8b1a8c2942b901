package policy

import (
	"zhixing/emergency"
	"zhixing/warning"
)

// warnDeeds are what an example does with a warning, a unit with what it orders of it, and a re-broadcaster, which text names, with it.
var warnDeeds = []string{"发布", "更新", "解除", "签收", "执行", "转播"}

// warnFact reads a warning that is drafted and published in one.
func (t *scene) warnFact(f *Fact, s said, hazard text) {
	t.look(HazardItem, hazard)
	f.Do = oneOf(t.folder, t.file, "do", s.get("do").text, warnDeeds...)
	if f.Do == "" {
		f.Do = warnDeeds[0]
	}
	f.Level, f.Stage, f.Drill = string(t.colour(t.file, s.get("level").text)), string(oneOf(t.folder, t.file, "stage", s.get("stage").text, warning.Stages...)), s.get("drill").s
	f.Towns = t.units(t.file, s.get("towns").words())
	switch f.Do {
	case "发布":
		t.required(s, "text")
		t.required(s, "towns")
	case "签收":
		t.required(s, "by")
	case "执行":
		t.required(s, "by")
		t.required(s, "text")
	case "转播":
		t.required(s, "by")
		t.required(s, "text")
		f.Reach = -1
		if s.has("reach") {
			f.Reach = t.count(t.file, s.get("reach").text, 0, 1_000_000_000)
		}
	default:
		t.required(s, "text")
	}
}

// respondDeeds are what an example does with an emergency plan.
var respondDeeds = []string{"启动", "调级", "完成", "终止"}

// respondFact reads that a plan is started, its level changed, a task of it done, or that it is stood down.
func (t *scene) respondFact(f *Fact, s said, plan text) {
	t.look(PlanItem, plan)
	f.Do = oneOf(t.folder, t.file, "do", s.get("do").text, respondDeeds...)
	if f.Do == "" {
		f.Do = respondDeeds[0]
	}
	f.Drill = s.get("drill").s
	t.required(s, "text")
	switch f.Do {
	case "启动", "调级":
		t.required(s, "level")
		if f.Level = emergency.LevelName(responseLevels[s.get("level").s]); f.Level == "" && s.get("level").s != "" {
			t.bad(t.file, s.get("level").line, "响应级别“%s”应为 Ⅰ、Ⅱ、Ⅲ、Ⅳ 之一", s.get("level").s)
		}
	case "完成":
		t.required(s, "by")
	}
}
