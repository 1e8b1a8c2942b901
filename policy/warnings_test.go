package policy

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zhixing/warning"

	"zhixing/policy/policytest"
)

func TestWarnings(t *testing.T) {
	c, problems, _ := Lint(policytest.Storm(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(c.Policies.Hazards) != 1 {
		t.Fatalf("%d hazards", len(c.Policies.Hazards))
	}
	h := c.Policies.Hazards[0]
	if h.Category != "Met" || h.Unit != "县应急局" || h.Night.Confirm != 9*60 || h.Quiet.Gather != 2*time.Minute || h.Quality.Accuracy != 85 || len(h.Sources) != 1 {
		t.Errorf("hazard %+v", h)
	}
	if len(h.Signals) != 2 || h.Signals[0].Level != "黄" {
		t.Fatalf("levels %+v", h.Signals)
	}
	orange, yellow := h.Signal("橙"), h.Signal("黄")
	if !strings.Contains(orange.Criteria, "3小时内降雨量将达50毫米") || orange.Severity != "Severe" || orange.Rules[0] != "rain-50" || orange.Forecast.Threshold.String() != "50" ||
		orange.Stops[0].Kind != warning.StopSchool || orange.Stops[0].Basis.Clause != "一" {
		t.Errorf("orange %+v", orange)
	}
	if yellow.Severity != "Moderate" || len(h.Approvers("黄")) != 1 || len(h.Approvers("橙")) != 2 {
		t.Errorf("yellow %+v", yellow)
	}
}

// What is wrong with a folder that warns is told with its line.
func TestBrokenWarnings(t *testing.T) {
	const file = "policies/storm-2031/warnings.yaml"
	for name, x := range map[string]struct{ file, from, to, want string }{
		"a unit that nobody knows":     {file, "unit: 县教体局,", "unit: 县教委,", file + ":27：没有哪个单位叫“县教委”"},
		"a post that nobody holds":     {file, "县应急局/值班长]", "县应急局/值班员]", file + ":7：posts.yaml 里没有“县应急局”的职务“值班员”"},
		"a post without a unit":        {file, "approve: [县应急局/副局长]", "approve: [副局长]", file + ":33：职务“副局长”应写作 单位/职务，如 县气象局/局长"},
		"nobody who publishes":         {file, "  approve: [县应急局/局长, 县应急局/副局长]\n", "", file + ":2：issuing 缺少“approve”：预警统一发布，要写明以谁的名义、谁拟稿、谁签发"},
		"a field that nobody knows":    {file, "        valid: 3小时\n", "        valid: 3小时\n        lasts: 3小时\n", file + ":21：不认识的字段“lasts”，这里可写：level、criteria、"},
		"a code of another hazard":     {file, "code: 11B03", "code: 11B04", file + ":15：代码“11B04”是暴雪，不是暴雨"},
		"a code that nobody knows":     {file, "code: 11B03", "code: 11B93", file + ":15：代码“11B93”不在 GB/T 35561 的代码表里"},
		"a colour that there is not":   {file, "- level: 橙", "- level: 紫", file + ":19：级别“紫”不在规定之内，可写：蓝、黄、橙、红"},
		"a level twice":                {file, "- level: 黄", "- level: 橙", file + ":29：预警“storm”的“橙”写了两次"},
		"criteria without a source":    {file, "        source: 乙政发〔2031〕11号\n", "", file + ":30：“黄”的标准没有 source"},
		"no criteria":                  {file, "    scope: 全国\n", "", file + ":18：“橙”没有写 criteria"},
		"a table without the level":    {file, "scope: 全国", "scope: 月球", file + ":19：月球的信号表里没有暴雨“橙”"},
		"a stop that there is not":     {file, "kind: 停课", "kind: 停电", file + ":27：kind“停电”不在规定之内，可写：停工、停课、停业、停运"},
		"a stop without a time":        {file, ", order: 停课, within: 2小时", ", order: 停课", file + ":27：stops 的每一项要写"},
		"a duty without a time":        {file, ", within: 1小时 }", " }", file + ":25：duties 的每一项要写"},
		"no time of validity":          {file, "        valid: 6小时\n", "", file + ":30：预警“storm”的“黄”没有写 valid"},
		"an hour that there is not":    {file, `confirm: "09:00"`, `confirm: "25点"`, file + ":7：“25点”不是钟点，应写作 08:30，加引号"},
		"a sender with a blank":        {file, "sender: yj@yixian.example", "sender: yj yixian", file + ":3：sender“yj yixian”里不能有空格"},
		"a response that there is not": {file, "[Prepare, Avoid]", "[Prepare, Run]", file + ":21：responses“Run”不在规定之内"},
		"a forecast without a unit":    {file, "least: 50, unit: mm", "least: 50", file + ":28：forecast 要写"},
		"a ladder that nobody wrote":   {file, "callup: rain", "callup: snow", file + ":23：callup.yaml 里没有叫应阶梯“snow”"},
		"a rule that warns of nothing": {"policies/storm-2031/rules.yaml", "hazard: storm", "hazard: flood", "policies/storm-2031/rules.yaml:9：没有预警“flood”"},
		"a rule of a level without":    {"policies/storm-2031/rules.yaml", "level: 橙", "level: 红", "policies/storm-2031/rules.yaml:9：预警“storm”没有“红”这一级"},
		"a second issuer of one thing": {file, "  - id: storm\n", "  - { id: rain, name: 暴雨, category: Met, levels: [ { level: 蓝, criteria: 大雨, source: 演示, valid: 1日 } ] }\n  - id: storm\n", file + ":13：暴雨预警已由县应急局发布（" + file + ":12）"},
		"an example without a town":    {"policies/storm-2031/examples/storm.yaml", "level: 橙, towns: [上坪镇], text: 预计", "level: 橙, text: 预计", "policies/storm-2031/examples/storm.yaml:11：“warn”要写 towns"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := policytest.Storm(t)
			data := bytes.Replace(fsys[x.file].Data, []byte(x.from), []byte(x.to), 1)
			if bytes.Equal(data, fsys[x.file].Data) {
				t.Fatal("nothing to edit")
			}
			fsys[x.file] = &fstest.MapFile{Data: data}
			_, problems, _ := Lint(fsys)
			var got []string
			for _, p := range problems {
				if got = append(got, p.Error()); strings.HasPrefix(p.Error(), x.want) {
					return
				}
			}
			t.Errorf("want %s\ngot  %s", x.want, strings.Join(got, "\n     "))
		})
	}
}
