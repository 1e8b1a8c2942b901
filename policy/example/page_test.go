package example_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/policy"
	"zhixing/policy/example"
)

// around is what the pieces of docs/policies.md speak of and do not show.
var around = map[string]string{
	"county.yaml": `code: "990101"
name: 甲县
city: 乙市
province: 丙省
government: 甲县人民政府
office: 甲县人民政府办公室
gazette: { title: 甲县人民政府公报 }
towns: [ { code: "990101100", name: 甲镇 }, { code: "990101200", name: 西乡 } ]
`,
	"units/a.yaml":                    "kind: government\nunits: [ { name: 甲县人民政府 }, { name: 甲县人民政府办公室 } ]\n",
	"units/b.yaml":                    "kind: branch\nunits: [ { name: 市生态环境局甲县分局 } ]\n",
	"units/c.yaml":                    "kind: set\nunits: [ { name: 各乡镇人民政府, of: [town] } ]\n",
	"units/d.yaml":                    "kind: department\nunits: [ { name: 县水务局 }, { name: 县气象局 }, { name: 县应急管理局 } ]\n",
	"posts.yaml":                      "posts: [ { unit: 甲县人民政府, title: 县长, role: leader, seats: 1 }, { unit: 甲县人民政府, title: 副县长, role: leader }, { unit: 县气象局, title: 局长, role: head, seats: 1 }, { unit: 县气象局, title: 副局长, role: head }, { unit: 县气象局, title: 值班首席, role: member } ]\n",
	"policies/water-2022/policy.yaml": "document: 甲政办发〔2022〕3号\ntitle: 水环境2022年行动计划\nfrom: 2022-01-01\nowner: 县水务局\n",
	"policies/base/policy.yaml":       "document: 甲政办发〔2021〕1号\ntitle: 别的台账\nfrom: 2021-01-01\nowner: 县水务局\n",
	"policies/base/ladders.yaml":      "ladders: [ { id: dust, name: 扬尘处置, limits: { 反馈: 不限期, 受理: 不限期, 整改: 3日, 核查: 不限期, 办结: 不限期 } } ]\n",
	"policies/base/rules.yaml":        "rules: [ { id: outlet-near, name: 接近限值, reading: [outlet-cod], when: 值 > 50, to: 县水务局 }, { id: section-over, name: 断面超标, reading: [section-cod], when: 值 > 20, to: 县水务局 } ]\n",
	"policies/base/series.yaml":       "series:\n  - { id: section-cod, name: 化学需氧量, of: sections, item: COD, unit: mg/L, kind: hour }\n  - { id: section-nh3, name: 氨氮, of: sections, item: 氨氮, unit: mg/L, kind: hour }\n  - { id: outlet-flow, name: 流量, of: outlets, unit: m3/h, kind: hour }\n  - { id: plant-cod, name: 污水厂化学需氧量, of: sites, unit: mg/L, kind: hour }\n  - { id: firm-power, name: 用电负荷, of: firms, unit: kW, kind: hour }\n",
	"policies/base/registers.yaml": `registers:
  - { id: sections, name: 断面, custodian: 县水务局, key: [名称], fields: [ { name: 名称, type: text, required: true }, { name: 级别, type: text }, { name: 目标类别, type: choice, options: [Ⅱ, Ⅲ, Ⅳ] } ] }
  - { id: firms, name: 企业, custodian: 县水务局, key: [名称], fields: [ { name: 名称, type: text, required: true } ] }
  - { id: reduction-lines, name: 减排措施, custodian: 县水务局, fields: [ { name: 企业, type: ref, register: firms, required: true }, { name: 预警级别, type: choice, options: [黄色, 橙色, 红色] }, { name: 措施, type: text }, { name: 用电限值, type: number, unit: kW }, { name: 责任单位, type: unit } ] }
  - { id: em-teams, name: 应急队伍, custodian: 县应急管理局, fields: [ { name: 名称, type: text } ] }
  - { id: waste, name: 固体废物, custodian: 县水务局, fields: [ { name: 去向, type: text } ] }
  - { id: sites, name: 工地, custodian: 县水务局, key: [名称], fields: [ { name: 名称, type: text, required: true }, { name: 施工单位, type: unit } ] }
  - { id: outlet-samples, name: 采样, custodian: 县水务局, fields: [ { name: 排污口, type: ref, register: outlets }, { name: 采样日期, type: date } ] }
`,
}

var fence = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// The pieces of docs/policies.md are taken as they stand there: together they load without a problem, and the example plays.
func TestPageOfTheFormat(t *testing.T) {
	page, err := os.ReadFile("../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, text := range around {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rest := string(page)
	n := 0
	for {
		at := strings.Index(rest, "\n## ")
		if at < 0 {
			break
		}
		rest = rest[at+1:]
		head, body, _ := strings.Cut(rest, "\n")
		if next := strings.Index(body, "\n## "); next >= 0 {
			body = body[:next]
		}
		m := fence.FindStringSubmatch(body)
		if m == nil {
			continue
		}
		text := strings.ReplaceAll(m[1], "plan: 水环境                 #", "#")
		for i, file := range regexp.MustCompile(`[a-z]+(?:/\*)?\.yaml`).FindAllString(head, -1) {
			switch {
			case file == "services.yaml", file == "callup.yaml":
				fsys[file] = &fstest.MapFile{Data: []byte(text)}
			case strings.Contains(head, "、"): // several files in one block
				keys := regexp.MustCompile(`(?m)^[a-z]+:.*(?:\n(?:[ #].*)?)*`).FindAllString(text, -1)
				fsys["policies/water-2023/"+file] = &fstest.MapFile{Data: []byte(keys[i])}
			default:
				fsys["policies/water-2023/"+strings.ReplaceAll(file, "/*", "/page")] = &fstest.MapFile{Data: []byte(text)}
			}
			n++
		}
	}
	if n < 13 {
		t.Fatalf("%d files on the page", n)
	}
	c, problems, _ := policy.Lint(fsys)
	if len(problems) > 0 {
		for _, p := range problems {
			t.Error(p)
		}
		return
	}
	err = example.Run(context.Background(), &c, c.Policies.Examples, func(r example.Result) {
		for _, f := range r.Failures {
			t.Error(f)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
