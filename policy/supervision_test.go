package policy

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestBrokenSupervision makes one slip of a clerk in the demonstration's rules and wants to be told of it, on its line.
func TestBrokenSupervision(t *testing.T) {
	for _, c := range []struct{ old, slip, want string }{
		{"near:      { within: 10日, rule: 第三条 }", "near:      { within: 10日, rule: 第九九条 }", "rules 里没有“第九九条”"},
		{"sign:      { within: 3个工作日, rule: 第一条 }", "sign:      { within: 3, rule: 第一条 }", "时限 sign “3”应写作"},
		{"sign:      { within: 3个工作日, rule: 第一条 }", "sign:      { within: 3个工作日 }", "“sign”没有写明依据哪一条规则"},
		{"{ id: 第二条, text:", "{ id: 第一条, text:", "规则“第一条”写了两次，第一次在第 8 行"},
		{"  near:    { colour: blue", "  nearly:  { colour: blue", "灯“nearly”应为"},
		{"on: near, after: 0", "on: nearly, after: 0", "灯“nearly”应为"},
		{"letter: warn, sign: office, answer: 3", "letter: warn, answer: 3", "“预警函”起草文书，sign 应为"},
		{"letter: warn, sign: office, answer: 3", "letter: warm, sign: office, answer: 3", "没有“warm”这种文书"},
		{"causes: [sign]", "causes: [signed]", "没有“signed”这种原因，可写：near、due、sign"},
		{"after: 8, letter", "after: 八, letter", "“八”应为 0 至 400 的整数"},
		{"from: 11-15", "from: 11月15日", "季节要有名称"},
		{"behind: { points: 30, rule:", "behind: { points: 30, rules:", "不认识的字段“rules”，这里可写：points、rule"},
		{"limits:\n  sign:      {", "limits:\n  signs:     {", "不认识的字段“signs”，这里可写：sign、check"},
		{"fact: overdue, name", "fact: overdone, name", "没有“overdone”这种扣分事实，可写：overdue、late"},
		{"name: 良好, from: \"85\"", "name: 良好, from: \"99\"", "等次应由高到低写"},
	} {
		t.Run(c.slip, func(t *testing.T) {
			fsys := fstest.MapFS{}
			demo := os.DirFS("../counties/jiangxian")
			err := fs.WalkDir(demo, ".", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || name == demoYAML {
					return err
				}
				b, err := fs.ReadFile(demo, name)
				fsys[name] = &fstest.MapFile{Data: b}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			text := string(fsys[supervisionYAML].Data)
			before, after, ok := strings.Cut(text, c.old)
			if !ok {
				t.Fatal("the demonstration does not say so any more")
			}
			fsys[supervisionYAML].Data = []byte(before + c.slip + after)
			line := strings.Count(before+c.slip, "\n") + 1
			want := fmt.Sprintf("supervision.yaml:%d：%s", line, c.want)
			if _, err = LoadCounty(fsys); err == nil || !strings.Contains("\n"+err.Error(), "\n"+want) {
				t.Errorf("want %s\ngot  %v", want, err)
			}
		})
	}
}

// TestReadmeExamples loads the supervision.yaml and the holidays.csv that counties/README.md shows: a clerk begins by copying them.
func TestReadmeExamples(t *testing.T) {
	b, err := os.ReadFile("../counties/README.md")
	if err != nil {
		t.Fatal(err)
	}
	fsys, _ := broken(t, "testdata/broken/file-stray.txt")
	delete(fsys, "towns.yaml")
	for _, name := range []string{supervisionYAML, holidaysCSV} {
		_, section, ok := strings.Cut(string(b), "\n### "+name+"\n")
		section, _, _ = strings.Cut(section, "\n### ")
		var example strings.Builder
		for line := range strings.SplitSeq(section, "\n") {
			if rest, is := strings.CutPrefix(line, "    "); is {
				example.WriteString(rest + "\n")
			}
		}
		if !ok || example.Len() == 0 {
			t.Fatalf("no example of %s", name)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(example.String())}
	}
	c, err := LoadCounty(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if c.Rules.Near.Span.N != 5 || len(c.Rules.Ladders[0].Rungs) != 3 || !c.Workdays.Announced(2030) {
		t.Errorf("rules %+v", c.Rules)
	}
}
