package letter

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zhixing/calendar"
)

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestKinds(t *testing.T) {
	if len(Kinds) != len(kinds) {
		t.Errorf("%d kinds are listed, %d have words", len(Kinds), len(kinds))
	}
	for _, k := range Kinds {
		if w := kinds[k]; !k.Known() || k.Chinese() == string(k) || w.demand == "" || w.reply == "" {
			t.Errorf("%s: %+v", k, w)
		}
	}
	if k := Kind("表扬信"); k.Known() || k.Chinese() != "表扬信" {
		t.Error(k)
	}
}

func TestStanding(t *testing.T) {
	due := day("2024-02-29")
	for _, c := range []struct {
		state, on, want string
		due             calendar.Date
	}{
		{"逾期", "2024-03-01", "逾期1天", due},
		{"逾期", "2025-03-01", "逾期366天", due},
		{"逾期", "", "逾期", due},
		{"逾期", "2024-03-01", "逾期", calendar.Date{}},
		{"逾期", "2024-02-29", "逾期", due}, // the day itself is in time: nothing is counted that is not there
		{"逾期未报", "2024-03-02", "逾期未报（逾期2天）", due},
		{"临期", "2024-02-24", "临期，距时限5天", due},
		{"临期", "2024-02-29", "临期，当日到期", due},
		{"临期", "2024-03-01", "临期", due},
		{"滞后", "2024-03-01", "滞后", due},
		{"已办结", "2024-03-01", "已办结", due},
		{"", "2024-03-01", "", due},
	} {
		if got := (Item{State: c.state, Due: c.due}).standing(day(c.on)); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.state, c.on, got, c.want)
		}
	}
}

func TestSmallWords(t *testing.T) {
	for _, c := range [][2]string{
		{tight("甲政办发〔2023〕12号 三（四）25"), "甲政办发〔2023〕12号三（四）25"},
		{tight("GB/T 9704 第7条"), "GB/T 9704第7条"},
		{tight(" "), ""},
		{sentence("尚余2村。；"), "尚余2村。"},
		{sentence(" "), ""},
		{sentence("为何未报？"), "为何未报？"},
		{line(" 甲\u202e\x00县\t\n能源局\ufeff "), "甲县 能源局"},
		{list([]string{"甲局", "乙局"}), "甲局、乙局"},
		{list([]string{"甲局、乙局", "丙局"}), "甲局、乙局，丙局"},
		{Item{Title: "清零“回头看”工作"}.quoted(), "“清零‘回头看’工作”"},
		{Item{DueRaw: "2023年10月31日", Due: day("2023-10-31")}.due(), "2023年10月31日"},
		{counts([]Item{{State: "逾期"}, {State: "滞后"}, {}, {State: "逾期"}}), "逾期2项、滞后1项"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

func TestHeading(t *testing.T) {
	for _, c := range []struct {
		l    Letter
		want string
	}{
		{Letter{Kind: Warn, Agency: "甲局", Items: []Item{{Title: "禁煤区散煤清零。"}}}, "甲局关于禁煤区散煤清零任务办理情况的预警函"},
		{Letter{Kind: Remind, Agency: "甲局", Items: []Item{{Title: "汛期巡查工作"}}}, "甲局关于汛期巡查工作办理情况的提醒函"},
		{Letter{Kind: Supervise, Agency: "甲局", Items: []Item{{Title: "清零"}, {Title: "立牌"}}}, "关于2项任务的督办单"},
		{Letter{Kind: Interview, Agency: "甲局", Items: []Item{{Title: "到10月底，清零；12月底，验收"}}}, "甲局关于就有关任务办理情况进行约谈的通知"},
		{Letter{Kind: Circular, Agency: "甲局", Title: "关于全县督办情况的通报"}, "关于全县督办情况的通报"},
	} {
		if got := c.l.Heading(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestCheckAndLacks(t *testing.T) {
	whole := Letter{Kind: Interview, No: "甲政督〔2023〕5号", Agency: "甲局", To: []string{"乙局"}, Items: []Item{{Title: "清零"}}, When: "9时", Where: "会议室", SignedOn: day("2023-11-01")}
	if err := whole.Check(); err != nil || whole.Lacks() != nil {
		t.Error(err, whole.Lacks())
	}
	for want, spoil := range map[string]func(*Letter){
		"没有“x”这一种文书": func(l *Letter) { l.Kind = "x" },
		"没有写明发文机关":   func(l *Letter) { l.Agency = " " },
		"没有写明所涉任务":   func(l *Letter) { l.Items = nil },
		"第2项任务没有名称":  func(l *Letter) { l.Items = append(l.Items, Item{Title: "。"}) },
	} {
		l := whole
		l.Items = slices.Clone(l.Items)
		spoil(&l)
		if err := l.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := l.DOCX(); err == nil {
			t.Error(want, "no error of DOCX")
		}
		if _, err := l.PDF(nil); err == nil {
			t.Error(want, "no error of PDF")
		}
		_ = l.Text() // a page shows what there is
	}
	got := Letter{Kind: Interview, Agency: "甲局", To: []string{""}, Items: whole.Items}.Lacks()
	if strings.Join(got, "、") != "发文字号、主送单位、成文日期、约谈时间、约谈地点" {
		t.Error(got)
	}
}

// TestNothingInvented: a letter of bare facts names no day, number or place; every fact that is given is told once at least.
func TestNothingInvented(t *testing.T) {
	for _, k := range Kinds {
		bare := Letter{Kind: k, Agency: "甲局", To: []string{"乙局"}, Items: []Item{{Title: "清零"}}}
		if text := bare.Text(); strings.ContainsAny(text, "0123456789") || strings.Contains(text, "依据《") {
			t.Errorf("%s says more than it was told:\n%s", k, text)
		}
		for n := 1; n < 7; n++ {
			full := Letter{Kind: k, Agency: "甲局", To: []string{"乙局"}, Rule: "规则第X条", ReplyBy: day("2023-11-10"), When: "九时正", Where: "会议室", SignedOn: day("2023-11-01"), Contact: "示例甲"}
			var facts []string
			for i := range n {
				full.Items = append(full.Items, Item{No: fmt.Sprint("编", i), Title: fmt.Sprint("事项", i), Unit: fmt.Sprint("单位", i), Basis: fmt.Sprint("文件", i), DueRaw: fmt.Sprint("时限", i), State: "滞后", Finding: fmt.Sprint("情况", i)})
				it := full.Items[i]
				facts = append(facts, it.No, it.Title, it.Unit, it.Basis, it.DueRaw, it.Finding)
			}
			facts = append(facts, "滞后", "规则第X条", "2023年11月10日", "2023年11月1日", "示例甲", "乙局")
			if k == Interview {
				facts = append(facts, "九时正", "会议室")
			}
			text := full.Text()
			for _, f := range facts {
				if !strings.Contains(text, f) {
					t.Errorf("%s of %d items does not tell %s:\n%s", k, n, f, text)
				}
			}
		}
	}
}

// TestPunctuation: whatever is missing, no two stops meet, no line begins with one, no bracket stays open.
func TestPunctuation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	date := func() calendar.Date { return day(pick("", "2023-10-31", "2023-11-20")) }
	for range 3000 {
		l := Letter{Kind: Kinds[r.IntN(len(Kinds))], Agency: "甲县人民政府办公室", No: pick("", "甲政督〔2023〕5号"), Urgency: pick("", "特急"), AsOf: date(), Rule: pick("", "《规则》第4条", "规则第4条。"),
			Demand: pick("", "请整改", "请整改。"), ReplyBy: date(), When: pick("", "9时"), Where: pick("", "会议室"), SignedOn: date(), Signer: pick("", "示例乙"), Contact: pick("", "联系人：示例甲"), Demo: r.IntN(2) == 0}
		for range r.IntN(4) {
			l.To = append(l.To, pick("乙局", "丙镇人民政府", ""))
			l.CopyTo = append(l.CopyTo, pick("丁局", "戊局"))
		}
		for range 1 + r.IntN(6) {
			l.Items = append(l.Items, Item{No: pick("", "A-1"), Title: pick("清零", "到10月，建成“样板”。", "巡查工作"), Unit: pick("", "乙局", "丙镇人民政府"), Basis: pick("", "甲政办发〔2023〕12号 三（四）25"),
				Due: date(), DueRaw: pick("", "10月底前"), State: pick("", "逾期", "临期", "滞后", "红灯"), Finding: pick("", "未填报", "未填报。")})
		}
		if r.IntN(3) == 0 {
			l.Annex = []Annex{{pick("", "附表"), [][]string{{"单位", "数"}, {"乙局", ""}}}}
		}
		text := l.Text()
		for _, bad := range []string{"。。", "，。", "；。", "，，", "；；", "、。", "：。", "，；", "。；", "。，", "“”", "（）", "：，", "任务任务", "工作任务", "书面书面", "%!"} {
			if strings.Contains(text, bad) {
				t.Fatalf("%q in\n%s", bad, text)
			}
		}
		for _, l := range strings.Split(text, "\n") {
			if s := strings.Trim(l, "　"); s != "" && strings.ContainsRune("。，；、：）", []rune(s)[0]) {
				t.Fatalf("a line begins %s in\n%s", s, text)
			}
			if strings.Count(l, "（") != strings.Count(l, "）") || strings.Count(l, "“") != strings.Count(l, "”") {
				t.Fatalf("an open bracket in %s", l)
			}
		}
	}
}

// TestAsJSON: a letter is kept as JSON and comes back whole.
func TestAsJSON(t *testing.T) {
	for name, l := range cases(t) {
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var again Letter
		if err := json.Unmarshal(b, &again); err != nil || again.Text() != l.Text() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzLetter: whatever stands in a letter, it can be shown and its file can be read, and the letter handed in stays as it was.
func FuzzLetter(f *testing.F) {
	for _, l := range cases(f) {
		b, err := json.Marshal(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"kind":"circular","agency":"甲","items":[{"title":"\u0000\u0001\ufffe<a&b>"}],"annex":[{"rows":[[],["\t"]]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var l Letter
		if len(b) > 1<<14 || json.Unmarshal(b, &l) != nil {
			return
		}
		before, err := json.Marshal(l)
		if err != nil {
			return // years beyond 9999 and their like
		}
		text := l.Text()
		if strings.ContainsAny(text, "\x00\x1b\u202e\ufeff") {
			t.Errorf("control characters in %q", text)
		}
		if l.Check() != nil {
			return
		}
		d, err := l.DOCX()
		if err != nil {
			t.Fatal(err)
		}
		for name, part := range unzip(t, d) {
			ordered(t, name, part)
		}
		if after, _ := json.Marshal(l); string(after) != string(before) {
			t.Errorf("the letter was changed:\n%s\n%s", before, after)
		}
	})
}
