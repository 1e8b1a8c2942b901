package draft

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/gazette"
	"zhixing/policy"
	"zhixing/policy/policytest"
)

// bare is a county's folder without policies.
func bare(t *testing.T, folder string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if name == "policies" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || name == "services.yaml" || name == "forecast.yaml" {
			return err
		}
		b, err := fs.ReadFile(root, name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const townIssue = `乙县人民政府公报

2031年第4期（总第10期）

乙县人民政府办公室主办

2031年9月10日出版

乙县人民政府办公室关于印发乙县水井房管护办法的通知

乙政办发〔2031〕19号

各乡（镇）人民政府，县直各有关单位：

《乙县水井房管护办法》已报县人民政府同意，请照此办理。

乙县人民政府办公室

2031年8月2日

（此件公开发布）

乙县水井房管护办法

一、目标

到2031年底，水井房完好率达到90%，群众满意度不低于80分。

二、任务

1.建立水井房台账。每个乡（镇）至少建成1处水井房，2031年9月30日前完成。（责任单位：县教体局牵头，各乡（镇）人民政府配合）

三、其他

本办法由县水务局负责解读。

乙县人民政府关于示例甲任职的通知

乙政人〔2031〕4号

各乡（镇）人民政府，县直各有关单位：

经研究，决定：

任命示例甲为县水务局局长。

乙县人民政府

2031年8月9日
`

// A draft of any document of the gazette loads, and shows what it found.
func TestDrafts(t *testing.T) {
	for _, folder := range []string{"../testdata/othercounty", "../../counties/jiangxian"} {
		base := bare(t, folder)
		c, err := policy.LoadCounty(base)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, i := range c.Issues {
			issue, err := gazette.Read(string(i.Text))
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range issue.Documents {
				if d.No == "" {
					continue
				}
				drafts, err := Of(&c, nil, d.No)
				if errors.Is(err, errNothing) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range drafts {
					away := fstest.MapFS{}
					for name, text := range x.Files {
						away[name] = &fstest.MapFile{Data: []byte(text)}
					}
					over, err := policy.Overlay(base, map[string]fs.FS{x.ID: away})
					if err != nil {
						t.Fatal(err)
					}
					if _, problems, _ := policy.Lint(over); len(problems) > 0 {
						t.Errorf("%s: %v", d.No, problems)
					}
					n++
				}
			}
		}
		if n < 3 {
			t.Errorf("%s: %d drafts", folder, n)
		}
	}
	c, _ := policy.LoadCounty(policytest.County(t))
	drafts, err := Of(&c, nil, "乙政办发〔2031〕7号")
	if err != nil {
		t.Fatal(err)
	}
	files := drafts[0].Files
	for file, want := range map[string]string{"registers.yaml": "防溺水点位清单", "duties.yaml": "二/(二)/4", "indicators.yaml": "<= 40", "policy.yaml": "from: 2031-03-20", "rules.yaml": "#  - { id: doc-2031-7-target-1-missed"} {
		if !strings.Contains(files[file], want) {
			t.Errorf("%s has no %s:\n%s", file, want, files[file])
		}
	}
	if left := strings.Join(drafts[0].Left, "\n"); !strings.Contains(left, "三/(一)：没有读出任务") || !strings.Contains(left, "二/(二)/4：写到记录，没有起草台账") {
		t.Errorf("left out:\n%s", left)
	}
	issue, err := gazette.Read(townIssue)
	if err != nil {
		t.Fatal(err)
	}
	drafts, err = Of(&c, issue, "乙政办发〔2031〕19号")
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"registers.yaml": `name: "建成1处水井房", field: 乡镇, of: "各乡（镇）人民政府", by: 2031-09-30, clause: "二/1"`, "policy.yaml": `owner: "县水务局"`} {
		if !strings.Contains(drafts[0].Files[file], want) {
			t.Errorf("%s has no %s:\n%s", file, want, drafts[0].Files[file])
		}
	}
	if drafts[0].Files["indicators.yaml"] != "" {
		t.Errorf("one for each town is no sum of all:\n%s", drafts[0].Files["indicators.yaml"])
	}
	if left := strings.Join(drafts[0].Left, "\n"); !strings.Contains(left, "一：目标“") || !strings.Contains(left, "达到90%") || !strings.Contains(left, "不低于80分") {
		t.Errorf("left out:\n%s", left)
	}
	if _, err := Of(&c, issue, "乙政人〔2031〕4号"); !errors.Is(err, errNothing) || !strings.Contains(err.Error(), "任免") {
		t.Errorf("appointments: %v", err)
	}
	if _, err := Of(&c, nil, "乙政办发〔2031〕8号"); err == nil || !strings.Contains(err.Error(), "公报里没有") {
		t.Errorf("a document that is not there: %v", err)
	}
}
