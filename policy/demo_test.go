package policy

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The story's checks are tried on the demonstration county: a story needs duties, posts and office hours to speak of.
const smallStory = `on: 2023-11-01 09:00
since: 2022-01-04
persons:
  - { name: 示例甲乙, posts: [县政府办公室/督查员], does: 督查 }
  - { name: 示例丙丁, posts: [县能源局/局长], login: true }
  - { name: 示例戊己, unit: 县水务局 }
words: [完成$进度%。]
acts:
  - { at: 2023-09-20 10:00, act: publish, issue: 2023-3 }
  - { at: 2023-09-21 09:00, who: 示例甲乙, act: confirm, duty: 绛政办发〔2023〕12号 空气 10, due: 2023-11-10, text: 改定。 }
  - { at: 2023-09-25 10:00, until: 2023-09-28 17:30, act: sign, but: [各乡镇人民政府] }
  - { at: 2023-10-18 08:30, until: 2023-10-24 17:30, act: report, progress: 30-60, photo: 8, except: [绛政办发〔2023〕12号 空气 16之2, 绛政办发〔2023〕12号 空气/二/(三)/10 @各乡镇人民政府] }
  - { at: 2023-10-26 09:00, who: 示例甲乙, act: sign_letter, duty: 《冬季排查》, letter: warn }
`

func storyOf(t testing.TB, c County, text string) (*Story, error) {
	t.Helper()
	f := &folder{fsys: fstest.MapFS{demoYAML: {Data: []byte(text)}}, placed: map[string]mark{}}
	s := f.story(&c)
	var all []error
	for _, p := range f.problems {
		all = append(all, p)
	}
	return s, errors.Join(all...)
}

func demonstrationCounty(t testing.TB) County {
	t.Helper()
	c, err := LoadCounty(os.DirFS("../counties/jiangxian"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStory(t *testing.T) {
	s, err := storyOf(t, demonstrationCounty(t), smallStory)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Persons) != 3 || !s.Persons[0].LogsIn || !s.Persons[1].LogsIn || s.Persons[2].LogsIn || s.Persons[2].Unit != "县水务局" {
		t.Errorf("persons %+v", s.Persons)
	}
	if at := s.On.UTC().Format("2006-01-02 15:04"); at != "2023-11-01 01:00" {
		t.Errorf("on %s: the time is meant in China", at)
	}
	publish, confirm, sign, report, letter := s.Scenes[0], s.Scenes[1], s.Scenes[2], s.Scenes[3], s.Scenes[4]
	if publish.Year != 2023 || publish.No != 3 || publish.Line != 9 {
		t.Errorf("publish %+v", publish)
	}
	if d := confirm.Duties[0]; d.Doc != "绛政办发〔2023〕12号" || strings.Join(d.Words, "|") != "空气|10" || confirm.Due.String() != "2023-11-10" {
		t.Errorf("confirm %+v", confirm)
	}
	if len(sign.But) != 10 || sign.Until.IsZero() {
		t.Errorf("sign %+v: a set is written out", sign)
	}
	if report.Low != 30 || report.High != 60 || len(report.Except) != 2 || len(report.Except[1].Units) != 10 {
		t.Errorf("report %+v", report)
	}
	if letter.Duties[0].Title != "冬季排查" || letter.Letter != "warn" {
		t.Errorf("letter %+v", letter)
	}
}

func TestBrokenStories(t *testing.T) {
	c := demonstrationCounty(t)
	for _, x := range []struct{ old, new, want string }{
		{"on: 2023-11-01 09:00", "on: 2023-11-01", "demo.yaml:1：时间“2023-11-01”应写作"},
		{"since: 2022-01-04", "since: 去年", "demo.yaml:2：日期“去年”"},
		{"name: 示例甲乙, p", "name: 王某, p", "demo.yaml:4：人名“王某”应以“示例”开头"},
		{"县能源局/局长", "县能源局/能源大王", "demo.yaml:5：“县能源局/能源大王”不是 posts.yaml 列出的职务"},
		{"unit: 县水务局 }", "does: 无 }", "demo.yaml:6：“示例戊己”要写明 posts"},
		{"act: publish, issue: 2023-3", "act: publish, issue: 2023-9", "demo.yaml:9：gazette/ 里没有 2023-9 这一期"},
		{"act: publish, issue: 2023-3", "act: publish", "demo.yaml:9：“publish”要写明 issue"},
		{"at: 2023-09-21 09:00", "at: 2023-09-23 09:00", "demo.yaml:10：“2023-09-23 09:00”不在办公时间"},
		{"at: 2023-09-21 09:00", "at: 2023-09-21 19:00", "demo.yaml:10：“2023-09-21 19:00”不在办公时间"},
		{"at: 2023-09-21 09:00", "at: 2023-09-19 09:00", "demo.yaml:10：时间“2023-09-19 09:00”早于上一条"},
		{"who: 示例甲乙, act: confirm", "who: 示例壬癸, act: confirm", "demo.yaml:10：persons 里没有“示例壬癸”"},
		{"who: 示例甲乙, act: confirm", "act: confirm", "demo.yaml:10：“confirm”要写明 who"},
		{"act: confirm", "act: confer", "demo.yaml:10：没有“confer”这种做法"},
		{"duty: 绛政办发〔2023〕12号 空气 10", "duty: 散煤", "demo.yaml:10：任务“散煤”应写作"},
		{"until: 2023-09-28 17:30", "until: 2023-09-22 17:30", "demo.yaml:11：until“2023-09-22 17:30”早于 at"},
		{"but: [各乡镇人民政府]", "but: [县能量局]", "demo.yaml:11：没有哪个单位叫“县能量局”"},
		{"progress: 30-60", "progress: 60-30", "demo.yaml:12：进度“60-30”"},
		{"letter: warn", "letter: love", "demo.yaml:13：没有“love”这种文书"},
		{"photo: 8", "foto: 8", "demo.yaml:12：不认识的字段“foto”，这里可写：at、until"},
	} {
		if strings.Count(smallStory, x.old) != 1 {
			t.Fatalf("%q is not once in the story", x.old)
		}
		_, err := storyOf(t, c, strings.Replace(smallStory, x.old, x.new, 1))
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+x.want) {
			t.Errorf("%s → %s\nwant %s\ngot  %v", x.old, x.new, x.want, err)
		}
	}
}

func FuzzStory(f *testing.F) {
	c := demonstrationCounty(f)
	f.Add(smallStory)
	f.Add("acts: [{at: 2023-09-20 10:00, act: sign, until: 2023-09-20 11:00}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := storyOf(t, c, text)
		if err != nil || s == nil {
			return
		}
		for i, x := range s.Scenes {
			if StoryActs[x.Act] == nil || x.High < x.Low || i > 0 && x.At.Before(s.Scenes[i-1].At) {
				t.Errorf("taken as good: %+v", x)
			}
		}
	})
}
