package draft

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"zhixing/gazette"
	"zhixing/policy"
	"zhixing/policy/policytest"
)

var update = flag.Bool("update", false, "write what is drafted into the cases")

// planCounty is the county with warnings, and those who command in it.
func planCounty(t testing.TB) fstest.MapFS {
	t.Helper()
	out := policytest.Storm(t)
	out["posts.yaml"].Data = append(out["posts.yaml"].Data, []byte(`
  - { unit: 乙县人民政府, title: 县长, role: leader, seats: 1 }
  - { unit: 乙县人民政府, title: 副县长, role: leader }
  - { unit: 县水务局, title: 局长, role: head, seats: 1 }
  - { unit: 县住建局, title: 局长, role: head, seats: 1 }
`)...)
	return out
}

// TestPlanDrafts reads every file of testdata: the text of an emergency plan above, the drafted files below. Each draft loads.
func TestPlanDrafts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			above, want, ok := strings.Cut(string(b), "-- 读出 --\n")
			if !ok {
				t.Fatal("no line -- 读出 --")
			}
			fsys := planCounty(t)
			var issue *gazette.Issue
			number := ""
			for _, part := range strings.Split(above, "\n-- ")[1:] {
				head, body, _ := strings.Cut(part, " --\n")
				no, text := strings.CutPrefix(head, "原文 ")
				if !text {
					fsys[head] = &fstest.MapFile{Data: []byte(body)}
					continue
				}
				if number = no; body == "" {
					continue // its text is in the gazette
				}
				if issue, err = gazette.Read(body); err != nil {
					t.Fatal(err)
				}
			}
			c, err := policy.LoadForDraft(fsys)
			if err != nil {
				t.Fatal(err)
			}
			drafts, err := Of(&c, issue, number)
			if err != nil || len(drafts) != 1 {
				t.Fatal(len(drafts), err)
			}
			d := drafts[0]
			var got strings.Builder
			away := fstest.MapFS{}
			for _, name := range slices.Sorted(maps.Keys(d.Files)) {
				away[name] = &fstest.MapFile{Data: []byte(d.Files[name])}
				fmt.Fprintf(&got, "-- %s --\n%s", name, d.Files[name])
			}
			fmt.Fprintf(&got, "-- 待确认 --\n%s\n-- 没有起草 --\n%s\n", strings.Join(d.Ask, "\n"), strings.Join(d.Left, "\n"))
			got.WriteString("-- 逐条 --\n")
			for _, p := range d.Passages {
				fmt.Fprintf(&got, "%s %s\n", p.Clause, strings.ReplaceAll(p.Text, "\n", " ⏎ "))
				for _, x := range p.Read {
					fmt.Fprintf(&got, "    读出：%s\n", strings.Join(slices.DeleteFunc([]string{x.What, x.Level, x.Who, x.Says, x.Within}, func(s string) bool { return s == "" }), " | "))
				}
				for _, s := range p.Ask {
					fmt.Fprintf(&got, "    待确认：%s\n", s)
				}
				for _, s := range p.Left {
					fmt.Fprintf(&got, "    没有起草：%s\n", s)
				}
			}
			got.WriteString("-- 各级 --\n")
			for _, l := range d.Levels {
				fmt.Fprintf(&got, "%s %s | %s | %s | %d | %d\n", l.Level, l.Trigger, strings.Join(l.Approve, "、"), strings.Join(l.Starts, "、"), l.Tasks, l.Nobody)
			}
			over, err := policy.Overlay(fsys, map[string]fs.FS{d.ID: away})
			if err != nil {
				t.Fatal(err)
			}
			if _, problems, _ := policy.Lint(over); len(problems) > 0 {
				t.Errorf("the draft does not load: %v", problems)
			}
			if *update {
				if err := os.WriteFile(file, []byte(above+"-- 读出 --\n"+got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}

// What cannot become plans.yaml is said, and hinders no other file.
func TestNoPlanDrafts(t *testing.T) {
	text, err := os.ReadFile("testdata/flood.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, flood, _ := strings.Cut(string(text), " --\n")
	flood, _, _ = strings.Cut(flood, "-- 读出 --\n")
	before, _, _ := strings.Cut(flood, "4 应急响应")
	withoutPosts := policytest.County(t)
	for name, x := range map[string]struct {
		fsys fstest.MapFS
		text string
		want string
	}{
		"no levels":              {planCounty(t), before, "没有读出分几级响应"},
		"no posts in the county": {withoutPosts, flood, "posts.yaml 里还没有职务"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := policy.LoadForDraft(x.fsys)
			if err != nil {
				t.Fatal(err)
			}
			issue, err := gazette.Read(x.text)
			if err != nil {
				t.Fatal(err)
			}
			drafts, err := Of(&c, issue, "乙政办发〔2031〕21号")
			if err != nil || len(drafts) != 1 {
				t.Fatal(len(drafts), err)
			}
			if d := drafts[0]; d.Files["plans.yaml"] != "" || d.Files["duties.yaml"] == "" || !strings.Contains(strings.Join(d.Left, "\n"), x.want) {
				t.Errorf("%v\n%s", d.Left, d.Files["plans.yaml"])
			}
			if issue.Documents[0].No != "" {
				t.Error("what was handed in got a number")
			}
		})
	}
	c, err := policy.LoadForDraft(planCounty(t))
	if err != nil {
		t.Fatal(err)
	}
	issue, err := gazette.Read("乙县人民政府\n关于放假的通知\n乙政发〔2031〕30号\n\n各单位：\n放假一天。\n乙县人民政府\n2031年4月1日\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Of(&c, issue, "乙政办发〔2031〕21号"); err == nil || !strings.Contains(err.Error(), "公报里没有") {
		t.Errorf("a document of another number was taken: %v", err)
	}
}

// How long somebody has.
func TestLimits(t *testing.T) {
	for said, want := range map[string]string{
		"2小时内到场": "2小时", "在半小时内报告": "30分钟", "二十四小时以内核实": "24小时", "两个小时之内": "2小时", "十五分钟内": "15分钟", "5个工作日内完成": "5日 原文是工作日，这里按自然日",
		"每6小时报告一次": "6小时 原文是“每6小时”，时限按第一次写", "每天报告": "1天 原文是“每天”，时限按第一次写", "每隔半小时": "30分钟 原文是“每隔半小时”，时限按第一次写",
		"立即停课": "30分钟 原文只写“立即”", "及时处理": "1日 条款没有写时限", "0小时内": "1日 条款没有写时限",
	} {
		x := planTask{do: said}
		x.limit(false)
		if got := strings.TrimSpace(x.within + " " + x.raw); got != want {
			t.Errorf("%s: %s, want %s", said, got, want)
		}
	}
}

// Whatever a plan says, its draft loads.
func FuzzPlanDraft(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, text, _ := strings.Cut(string(b), "-- 原文 ")
		_, text, _ = strings.Cut(text, " --\n")
		text, _, _ = strings.Cut(text, "-- 读出 --\n")
		f.Add(text)
	}
	f.Add("乙县甲应急预案\n一、应急响应\n（一）一级响应\n县水务局\u2028: \"内\\")
	fsys := planCounty(f)
	c, err := policy.LoadForDraft(fsys)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		issue, err := gazette.Read(text)
		if err != nil {
			return
		}
		drafts, err := Of(&c, issue, "乙政办发〔2031〕21号")
		if err != nil {
			return
		}
		for _, d := range drafts {
			if d.Files["plans.yaml"] == "" {
				continue // what else is drafted is looked at where it is drafted
			}
			away := fstest.MapFS{"policy.yaml": {Data: []byte("document: 乙政办发〔2031〕21号\ntitle: 甲\nfrom: 2031-01-01\nowner: 县水务局\n")},
				"plans.yaml": {Data: []byte(d.Files["plans.yaml"])}}
			over, err := policy.Overlay(fsys, map[string]fs.FS{d.ID: away})
			if err != nil {
				t.Fatal(err)
			}
			if _, problems, _ := policy.Lint(over); len(problems) > 0 {
				t.Errorf("%v\n%s", problems, d.Files["plans.yaml"])
			}
		}
	})
}
