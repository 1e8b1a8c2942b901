package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/letter"
	"zhixing/org"
	"zhixing/personnel"
)

// Story is what a demonstration of the county tells: its invented persons, and what they do, day by day.
type Story struct {
	On      time.Time // up to when it is told where nobody says otherwise
	Since   calendar.Date
	Persons []StoryPerson
	Words   []string // of reports that many units send, with $单位, $任务 and $进度
	Scenes  []Scene  // by At

	Recipients string // of warnings: a table as package audience reads it, which the act recipients brings in
	Devices    []StoryDevice
}

// StoryDevice is what a loudspeaker or a display says of itself at a time.
type StoryDevice struct {
	At     time.Time
	Way    audience.Channel
	Device string
	Off    bool
	Says   string // in its maker's words
}

// StoryPerson is an invented person. His account has his name; he can log in with it where LogsIn is set.
type StoryPerson struct {
	Name   string
	Posts  []personnel.PostID // from Since on; none of one whom a notice of the demonstration appoints
	Unit   string             // canonical name of the unit for which he acts
	Does   string             // what a visitor can do under his name; empty: not shown when the demonstration starts
	LogsIn bool
}

// Scene is one act, or the same act by many units, each at a time of its own between At and Until.
type Scene struct {
	Line           int
	At             time.Time
	Until          time.Time // zero: one act, by Who
	Who            string
	Act            string // one of StoryActs
	Year, No       int    // of the issue that is published
	Duties, Except []DutyRef
	Units, But     []string // only these units, or all but these
	Title          string
	Text           string
	Low, High      int // progress in percent: one value, or a range of which each duty has its own
	Photo          int // so many reports of a hundred carry a picture
	Due            calendar.Date
	Lead, Support  []string // canonical names
	Choice         string
	Letter         letter.Kind
	Answer         int // working days
	When, Where    string
}

// DutyRef names duties as people do: 甲政办发〔2023〕12号 空气 10 is the duty with number 10 of the plan 空气,
// 甲政办发〔2023〕12号 三/(一)/2 the one that stands in this clause, 甲政办发〔2023〕12号 alone all of the document. Behind @
// stand the units whose line under it is meant. A duty that was entered by hand is named by its title, as 《…》.
type DutyRef struct {
	Line  int
	Raw   string
	Doc   string
	Title string   // instead of Doc
	Words []string // each is the plan's, the number, or the clause
	Units []string // canonical names; sets written out
}

// StoryActs are the acts of a story with the fields that each needs.
var StoryActs = map[string][]string{
	"publish": {"issue"}, "confirm": {"who", "duties"}, "issue": {"who", "duties"}, "sign": {}, "report": {}, "support": {"who", "duties", "text"},
	"claim": {"duties", "text"}, "check": {"who", "duties", "text"}, "close": {"who", "duties", "text"}, "send_back": {"who", "duties", "text"},
	"ask": {"who", "duties", "due", "text"}, "extend": {"who", "duties", "text"}, "refuse": {"who", "duties", "text"},
	"transfer": {"who", "duties", "lead", "text"}, "suspend": {"who", "duties", "text"}, "resume": {"who", "duties", "text"},
	"reopen": {"who", "duties", "due", "text"}, "split": {"who", "duties", "units"}, "note": {"who", "duties", "text"},
	"decide": {"who", "duties", "choice", "text"}, "amend": {"who", "duties", "text"}, "cancel": {"who", "duties", "text"},
	"enter": {"who", "title", "lead", "text"}, "letter": {"who", "duties", "letter", "text"}, "sign_letter": {"who", "duties", "letter"},
	"drop_letter": {"who", "duties", "letter", "text"}, "answer": {"who", "duties", "letter", "text"},
	"appeal": {"who", "duties", "choice", "text"}, "decide_appeal": {"who", "duties", "choice", "text"}, "recipients": {"who", "text"},
}

// demoFile is demo.yaml.
type demoFile struct {
	On      text             `yaml:"on"`
	Since   text             `yaml:"since"` // day from which the persons hold their posts
	Persons []demoPersonFile `yaml:"persons"`
	Words   []text           `yaml:"words"`
	Acts    []demoActFile    `yaml:"acts"`

	Recipients text             `yaml:"recipients"` // .csv
	Devices    []demoDeviceFile `yaml:"devices"`
}

type demoDeviceFile struct {
	At     text `yaml:"at"`
	Way    text `yaml:"channel"` // speaker, screen
	Device text `yaml:"device"`
	Off    bool `yaml:"off"`
	Says   text `yaml:"says"`
}

type demoPersonFile struct {
	Name  text   `yaml:"name"`
	Posts []text `yaml:"posts"` // unit/title
	Unit  text   `yaml:"unit"`  // of one whose post a notice gives him
	Does  text   `yaml:"does"`
	Login bool   `yaml:"login"`
}

type demoActFile struct {
	At       text   `yaml:"at"`
	Until    text   `yaml:"until"`
	Who      text   `yaml:"who"`
	Act      text   `yaml:"act"`
	Issue    text   `yaml:"issue"` // 2023-3
	Duty     text   `yaml:"duty"`
	Duties   []text `yaml:"duties"`
	Except   []text `yaml:"except"` // duties
	Units    []text `yaml:"units"`
	But      []text `yaml:"but"` // units
	Title    text   `yaml:"title"`
	Text     text   `yaml:"text"`
	Progress text   `yaml:"progress"` // 40, 20-60
	Photo    text   `yaml:"photo"`
	Due      text   `yaml:"due"`
	Lead     []text `yaml:"lead"`
	Support  []text `yaml:"support"`
	Choice   text   `yaml:"choice"` // keep, adopt, drop; of an appeal the fact; of its decision upheld, refused
	Letter   text   `yaml:"letter"` // warn, supervise …
	Answer   text   `yaml:"answer"`
	When     text   `yaml:"when"`
	Where    text   `yaml:"where"`
}

const demoYAML = "demo.yaml"

// story reads demo.yaml; nil where there is none, or where what it speaks of could not be read.
func (f *folder) story(c *County) *Story {
	var file demoFile
	if !f.has(demoYAML) || f.lost || c.Directory == nil || c.Book == nil || !f.decode(demoYAML, &file) {
		return nil
	}
	if c.Rules == nil {
		f.bad(demoYAML, 0, "演示故事要有 supervision.yaml 才能讲")
		return nil
	}
	t := telling{folder: f, county: c, known: map[string]bool{}, table: file.Recipients.s}
	s := &Story{On: t.instant(file.On), Since: t.date(file.Since), Words: words(file.Words), Recipients: file.Recipients.s}
	if s.Since.IsZero() {
		f.bad(demoYAML, 0, "缺少字段“since”：人员自哪一天起任职")
	}
	for _, p := range file.Persons {
		s.Persons = append(s.Persons, t.person(p))
	}
	for _, a := range file.Acts {
		scene := t.scene(a)
		if n := len(s.Scenes); n > 0 && scene.At.Before(s.Scenes[n-1].At) {
			f.bad(demoYAML, a.At.line, "时间“%s”早于上一条，请按时间先后写", a.At.s)
		}
		s.Scenes = append(s.Scenes, scene)
	}
	if len(s.Scenes) == 0 {
		f.bad(demoYAML, 0, "缺少 acts")
	}
	for _, d := range file.Devices {
		s.Devices = append(s.Devices, t.device(d))
	}
	return s
}

// telling reads the parts of demo.yaml.
type telling struct {
	*folder
	county *County
	known  map[string]bool // persons
	table  string          // of recipients
}

// instant reads 2023-10-12 09:20, a time in office hours, so that nobody works at night.
func (t telling) instant(x text) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", x.s, calendar.Zone)
	switch {
	case err != nil:
		t.bad(demoYAML, x.line, "时间“%s”应写作“2023-10-12 09:20”", x.s)
	case !t.county.Rules.Hours.Open(t.county.Workdays, at):
		t.bad(demoYAML, x.line, "“%s”不在办公时间（%s）", x.s, t.county.Rules.Hours)
	}
	return at
}

// device reads what a device says; it keeps no office hours.
func (t telling) device(d demoDeviceFile) StoryDevice {
	out := StoryDevice{Way: audience.Channel(d.Way.s), Device: d.Device.s, Off: d.Off, Says: d.Says.s}
	var err error
	if out.At, err = time.ParseInLocation("2006-01-02 15:04", d.At.s, calendar.Zone); err != nil {
		t.bad(demoYAML, max(d.At.line, d.Device.line), "时间“%s”应写作“2023-10-12 09:20”", d.At.s)
	}
	if out.Way != audience.Speaker && out.Way != audience.Screen {
		t.bad(demoYAML, max(d.Way.line, d.Device.line), "channel 写 speaker 或 screen，不是“%s”", d.Way.s)
	}
	if out.Device == "" {
		t.bad(demoYAML, d.At.line, "缺少 device：哪一个设备")
	}
	return out
}

func (t telling) date(x text) calendar.Date {
	d, err := calendar.ParseDate(x.s)
	if err != nil {
		t.bad(demoYAML, x.line, "日期“%s”应写作 2023-10-31", x.s)
	}
	return d
}

func (t telling) person(p demoPersonFile) StoryPerson {
	out := StoryPerson{Name: p.Name.s, Does: p.Does.s, LogsIn: p.Login || p.Does.s != ""}
	if t.known[out.Name] || !strings.HasPrefix(out.Name, "示例") {
		t.bad(demoYAML, p.Name.line, "人名“%s”应以“示例”开头，且不重复", out.Name)
	}
	t.known[out.Name] = true
	for _, x := range p.Posts {
		id := personnel.PostID(x.s)
		post, ok := t.county.Book.Find(id.Unit(), id.Title())
		if !ok {
			t.bad(demoYAML, x.line, "“%s”不是 posts.yaml 列出的职务", x.s)
			continue
		}
		out.Posts = append(out.Posts, post.ID)
		out.Unit = post.Unit
	}
	if p.Unit.s != "" {
		out.Unit = t.unit(p.Unit)
	}
	if out.Unit == "" {
		t.bad(demoYAML, p.Name.line, "“%s”要写明 posts（单位/职务）或 unit", out.Name)
	}
	return out
}

// unit is the canonical name of a unit.
func (t telling) unit(x text) string {
	u, ok := t.county.Directory.Resolve(x.s)
	if !ok {
		t.bad(demoYAML, x.line, "没有哪个单位叫“%s”", x.s)
	}
	return u.Name
}

// units are canonical names, sets written out.
func (t telling) units(xs []text) []string {
	var out []string
	for _, x := range xs {
		u, ok := t.county.Directory.Resolve(x.s)
		if ok && u.Kind == org.Set {
			for _, m := range t.county.Directory.Expand(u.Name) {
				out = append(out, m.Name)
			}
			continue
		}
		out = append(out, t.unit(x))
	}
	return out
}

func (t telling) ref(x text) DutyRef {
	s, at, lines := strings.Cut(x.s, "@")
	out := DutyRef{Line: x.line, Raw: x.s}
	if lines {
		out.Units = t.units([]text{{strings.TrimSpace(at), x.line}})
	}
	if title, ok := strings.CutPrefix(strings.TrimSpace(s), "《"); ok {
		out.Title = strings.TrimSuffix(title, "》")
		return out
	}
	parts := strings.Fields(s)
	if len(parts) == 0 || !strings.HasSuffix(parts[0], "号") {
		t.bad(demoYAML, x.line, "任务“%s”应写作“文号 方案 编号”，如“甲政办发〔2023〕12号 空气 10”；手工列入的写作“《名称》”", x.s)
		return out
	}
	out.Doc, out.Words = parts[0], parts[1:]
	return out
}

func (t telling) refs(xs []text) []DutyRef {
	var out []DutyRef
	for _, x := range xs {
		out = append(out, t.ref(x))
	}
	return out
}

// scene reads one act.
func (t telling) scene(a demoActFile) Scene {
	s := Scene{Line: a.At.line, At: t.instant(a.At), Who: a.Who.s, Act: a.Act.s, Title: a.Title.s, Text: a.Text.s, Choice: a.Choice.s,
		Letter: letter.Kind(a.Letter.s), When: a.When.s, Where: a.Where.s, Due: t.date(a.Due),
		Units: t.units(a.Units), But: t.units(a.But), Lead: t.units(a.Lead), Support: t.units(a.Support),
		Photo: t.count(a.Photo, 100), Answer: t.count(a.Answer, 60), Except: t.refs(a.Except)}
	if a.Duty.s != "" {
		a.Duties = append(a.Duties, a.Duty)
	}
	s.Duties = t.refs(a.Duties)
	if a.Until.s != "" {
		if s.Until = t.instant(a.Until); s.Until.Before(s.At) {
			t.bad(demoYAML, a.Until.line, "until“%s”早于 at", a.Until.s)
		}
	}
	if s.Letter != "" && !s.Letter.Known() {
		t.bad(demoYAML, a.Letter.line, "没有“%s”这种文书", a.Letter.s)
	}
	if low, high, ranged := strings.Cut(a.Progress.s, "-"); a.Progress.s != "" {
		s.Low = t.count(text{low, a.Progress.line}, 100)
		if s.High = s.Low; ranged {
			s.High = t.count(text{high, a.Progress.line}, 100)
		}
		if s.High < s.Low {
			t.bad(demoYAML, a.Progress.line, "进度“%s”应由小到大写", a.Progress.s)
		}
	}
	if a.Issue.s != "" {
		year, no, _ := strings.Cut(a.Issue.s, "-")
		s.Year, s.No = t.count(text{year, a.Issue.line}, 9999), t.count(text{no, a.Issue.line}, 999)
		if !slices.ContainsFunc(t.county.Issues, func(i Issue) bool { return i.Year == s.Year && i.No == s.No }) {
			t.bad(demoYAML, a.Issue.line, "gazette/ 里没有 %s 这一期", a.Issue.s)
		}
	}
	t.complete(s, a)
	return s
}

// complete checks that an act has what it needs.
func (t telling) complete(s Scene, a demoActFile) {
	needs, ok := StoryActs[s.Act]
	if !ok {
		t.bad(demoYAML, a.At.line, "没有“%s”这种做法", s.Act)
		return
	}
	if s.Who != "" && !t.known[s.Who] {
		t.bad(demoYAML, a.Who.line, "persons 里没有“%s”", s.Who)
	}
	if s.Act == "recipients" && t.table == "" {
		t.bad(demoYAML, a.At.line, "“recipients”导入的表格写在文件开头的 recipients 里")
	}
	has := map[string]bool{"issue": s.Year > 0, "who": s.Who != "", "duties": len(s.Duties) > 0, "text": s.Text != "", "due": !s.Due.IsZero(),
		"lead": len(s.Lead) > 0, "units": len(s.Units) > 0, "title": s.Title != "", "choice": s.Choice != "", "letter": s.Letter != ""}
	if s.Until.IsZero() && s.Act != "publish" {
		needs = append([]string{"who"}, needs...)
	}
	for _, n := range needs {
		if !has[n] {
			t.bad(demoYAML, a.At.line, "“%s”要写明 %s", s.Act, n)
			return
		}
	}
}

func (t telling) count(x text, most int) int {
	if x.s == "" {
		return 0
	}
	n, err := strconv.Atoi(x.s)
	if err != nil || n < 0 || n > most {
		t.bad(demoYAML, x.line, "“%s”应为 0 至 %d 的整数", x.s, most)
	}
	return n
}
