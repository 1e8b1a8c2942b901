package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	otherCounty = "../../policy/testdata/othercounty"
	jiangxian   = "../../counties/jiangxian"
)

// zhixing policy on a county that no code knows: what each command prints, and its exit code.
func TestPolicyCommands(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "noise-2031")
	if err := os.CopyFS(broken, os.DirFS(otherCounty+"/policies/noise-2031")); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(broken, "rules.yaml")
	b, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, []byte(strings.Replace(string(b), "参数.昼间噪声限值", "55", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "noise-2031")
	if err := os.CopyFS(wrong, os.DirFS(broken)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(wrong, "rules.yaml"), []byte(strings.Replace(string(b), "参数.昼间噪声限值", "56", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "systems.jsonl")
	if err := os.WriteFile(list, []byte(`{"id":"A1","policy":"乙政发〔2031〕3号 乙县声环境2031年工作计划","name":"噪声监测点","clause":"乙政发〔2031〕3号 声环境 一1"}
{"id":"A2","policy":"乙政发〔2031〕3号 乙县声环境2031年工作计划","name":"噪声地图","clause":"乙政发〔2031〕3号 声环境 一1"}
{"id":"B1","policy":"乙政发〔2031〕9号 别的","name":"噪声监测点","clause":"乙政发〔2031〕9号 一1"}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	slip := filepath.Join(t.TempDir(), "slip.jsonl")
	if err := os.WriteFile(slip, []byte(`{"id":"A1","policy":"乙政发〔2031〕3号 乙县声环境2031年工作计划","name":"噪声监测点"}
{"id":"A2","policy":"乙政发〔2031〕3号 乙县声环境2031年工作计划","nme":"噪声地图"}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	drafts := t.TempDir()
	plan := filepath.Join(t.TempDir(), "预案.txt")
	if err := os.WriteFile(plan, []byte(`绛县示例事故应急预案

1 应急响应
1.1 Ⅱ级响应
1.1.1 启动条件
发布暴雨红色预警。
1.1.2 启动程序
由县人民政府县长决定启动。
1.1.3 响应行动
（1）县水务局2小时内巡查堤防，并报送照片。
（2）县应急管理局立即集结队伍。
`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name string
		args []string
		code int
		want []string // on standard output, or, where the call fails, on either
	}{
		{"lint of a county", []string{"lint", otherCounty}, 0, []string{"4 个政策包没有问题，1 处提示", "提示：数值“浊度限值”没有谁用到"}},
		{"lint of a folder elsewhere", []string{"lint", "--county", otherCounty, broken}, 0, []string{broken + "/values.yaml:", "提示：数值“昼间噪声限值”没有谁用到"}},
		{"lint of what is no policy", []string{"lint", t.TempDir()}, 1, nil},
		{"test of one policy", []string{"test", otherCounty + "/policies/noise-2031"}, 0, []string{"通过  noise-2031  夜里十点起按四十五看", "4 个例子，0 个不符"}},
		{"test that fails", []string{"test", "--county", otherCounty, wrong}, 1,
			[]string{"不符  noise-2031  白天五十五不算，五十六才算", "policies/noise-2031/examples/noise.yaml:21：线索 noise-day N1：应当有，现在没有", "4 个例子，1 个不符"}},
		{"coverage", []string{"coverage", "--county", otherCounty, "--systems", list, "--of", "乙政发〔2031〕3号"}, 0,
			[]string{"A1  covered  台账 noise-points  noise-2031/examples/noise.yaml:", "A2  missing  —  —", "1 of 2 covered"}},
		{"coverage of a document that the list does not have", []string{"coverage", "--county", otherCounty, "--systems", list, "--of", "乙政发〔2031〕4号"}, 1, []string{"清单里没有 乙政发〔2031〕4号 的，有：乙政发〔2031〕3号、乙政发〔2031〕9号"}},
		{"coverage without a list", []string{"coverage", "--county", otherCounty}, 2, []string{"用 --systems 文件 指明清单", "docs/policies.md"}},
		{"coverage by a list with a slip", []string{"coverage", "--county", otherCounty, "--systems", slip}, 1, []string{"第 2 行没有写 name"}},
		{"draft", []string{"draft", "乙政发〔2031〕3号", "--county", otherCounty, "--out", drafts}, 0, []string{"doc-2031-3-1", "doc-2031-3-2", "已起草"}},
		{"draft again", []string{"draft", "乙政发〔2031〕3号", "--county", otherCounty, "--out", drafts}, 1, nil},
		{"draft of what is not there", []string{"draft", "乙政发〔2031〕99号", "--county", otherCounty, "--out", drafts}, 1, []string{"公报里没有"}},
		{"draft says what it left", []string{"draft", "乙政办发〔2031〕7号", "--county", otherCounty, "--out", drafts}, 0, []string{"没有起草  三/(一)：没有读出任务"}},
		{"draft, linted", []string{"lint", "--county", otherCounty, filepath.Join(drafts, "doc-2031-3-1"), filepath.Join(drafts, "doc-2031-3-2")}, 0, []string{"2 个政策包没有问题"}},
		{"draft of a plan's text", []string{"draft", "绛政办发〔2099〕1号", "--county", jiangxian, "--issue", plan, "--out", drafts}, 0, []string{"doc-2099-1\n", "待确认    1/1.1/1.1.3/(2)：“立即集结队伍”：原文只写“立即”"}},
		{"draft of a plan's text, linted", []string{"lint", "--county", jiangxian, filepath.Join(drafts, "doc-2099-1")}, 0, []string{"1 个政策包没有问题"}},
		{"draft of a plan's text, played", []string{"test", "--county", jiangxian, filepath.Join(drafts, "doc-2099-1")}, 0, []string{"1 个例子，0 个不符"}},
		{"no verb", nil, 2, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := zhixing(append([]string{"policy"}, x.args...)...)
			if r.code != x.code {
				t.Errorf("exit %d, want %d: %s%s", r.code, x.code, r.out, r.err)
			}
			for _, w := range x.want {
				if !strings.Contains(r.out, w) && (x.code == 0 || !strings.Contains(r.err, w)) {
					t.Errorf("want %s in\n%s%s", w, r.out, r.err)
				}
			}
		})
	}
}
