package personnel

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/org"
)

func directory(t testing.TB) *org.Directory {
	t.Helper()
	d := org.NewDirectory(org.Place{Code: "990101", County: "甲县", City: "乙市", Province: "丙省"})
	for _, u := range []org.Unit{
		{Name: "甲县人民政府", Kind: org.Government}, {Name: "甲县人民政府办公室", Kind: org.Government},
		{Name: "县水务局", Kind: org.Department, Aliases: []string{"水务局"}}, {Name: "县审计局", Kind: org.Department},
		{Name: "县工作办公室", Kind: org.Department}, {Name: "县疾控中心（县监督所）", Kind: org.Institution},
		{Name: "东镇", Kind: org.Town}, {Name: "西乡", Kind: org.Town},
		{Name: "治水领导小组", Kind: org.Group}, {Name: "分管治水的副县长", Kind: org.Role},
	} {
		if err := d.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func posts() []Post {
	return []Post{
		{Unit: "甲县人民政府", Title: "县长", Role: Leader, Seats: 1},
		{Unit: "甲县人民政府", Title: "副县长（治水）", Role: Leader, Seats: 1, Fills: []string{"分管治水的副县长"}},
		{Unit: "甲县人民政府办公室", Title: "督查员", Role: Office},
		{Unit: "县审计局", Title: "局长", Role: Auditor, Seats: 1, Source: "甲政发〔2020〕1号"},
		{For: []org.Kind{org.Department}, Ending: []string{"局"}, Title: "局长", Role: Head, Seats: 1},
		{For: []org.Kind{org.Department}, Ending: []string{"局"}, Title: "副局长", Role: Head},
		{For: []org.Kind{org.Department, org.Institution}, Ending: []string{"办公室", "中心"}, Title: "主任", Role: Head, Seats: 1},
		{For: []org.Kind{org.Department, org.Town}, Title: "经办人", Also: []string{"联络员"}, Role: Member},
		{For: []org.Kind{org.Town}, Ending: []string{"镇"}, Title: "镇长", Role: Head, Seats: 1},
	}
}

func groups() []Group {
	return []Group{{Unit: "治水领导小组", Members: []Membership{
		{Post: ID("甲县人民政府", "副县长（治水）"), As: "组长"}, {Of: "水务局", As: "副组长"}, {Of: "东镇", Titles: []string{"镇长", "乡长"}, As: "成员"}}}}
}

func book(t testing.TB) *Book {
	t.Helper()
	b, err := NewBook(directory(t), posts(), groups())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPatternsAreWrittenOut(t *testing.T) {
	b := book(t)
	var got []string
	for _, u := range []string{"县水务局", "县审计局", "县工作办公室", "县疾控中心（县监督所）", "东镇", "西乡"} {
		unit, _ := b.Directory().Resolve(u)
		for _, p := range b.PostsOf(unit) {
			got = append(got, string(p.ID)+" "+string(p.Role))
		}
	}
	want := []string{"县水务局/局长 head", "县水务局/副局长 head", "县水务局/经办人 member",
		"县审计局/局长 auditor", "县审计局/副局长 head", "县审计局/经办人 member", // what is named comes before what a pattern would say
		"县工作办公室/主任 head", "县工作办公室/经办人 member", "县疾控中心（县监督所）/主任 head", "东镇/镇长 head", "东镇/经办人 member",
		"西乡/经办人 member"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if p, ok := b.Find("水务局", "联络员"); !ok || p.ID != "县水务局/经办人" {
		t.Errorf("联络员 of 水务局 is %v", p.ID)
	}
	if p := b.PostsOf(org.Unit{Name: "县新设局", Kind: org.Department}); len(p) != 3 || p[0].ID != "县新设局/局长" {
		t.Errorf("a unit of the records has %v", p)
	}
}

func TestGroupsAreMadeOfPosts(t *testing.T) {
	b := book(t)
	head, _ := b.Post("县水务局/局长")
	if s := b.seat(head, calendar.Date{}); !slices.Equal(s.Groups, []string{"治水领导小组"}) || s.Town {
		t.Errorf("seat is %+v", s)
	}
	vice, _ := b.Post("甲县人民政府/副县长（治水）")
	if s := b.seat(vice, calendar.Date{}); !slices.Equal(s.Groups, []string{"治水领导小组", "分管治水的副县长"}) {
		t.Errorf("groups of the deputy are %v", s.Groups)
	}
	if got := b.Stands("分管治水的副县长", calendar.Date{}); !slices.Equal(got, []PostID{"甲县人民政府/副县长（治水）"}) {
		t.Errorf("the role is %v", got)
	}
	g := groups()
	g[0].From, g[0].Until = calendar.Date{Year: 2023, Month: 3, Day: 1}, calendar.Date{Year: 2024, Month: 1, Day: 1}
	b, err := NewBook(directory(t), posts(), g)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int{"2023-02-28": 0, "2023-03-01": 3, "2023-12-31": 3, "2024-01-01": 0} {
		on, _ := calendar.ParseDate(day)
		if got := b.Stands("治水领导小组", on); len(got) != want {
			t.Errorf("on %s the group has %v", day, got)
		}
	}
}

func TestUnsoundBooks(t *testing.T) {
	for _, c := range []struct {
		name   string
		posts  []Post
		groups []Group
		at     int
		says   string
	}{
		{"no title", []Post{{Unit: "县水务局", Role: Head}}, nil, 0, "没有名称"},
		{"stroke", []Post{{Unit: "县水务局", Title: "局长/书记", Role: Head}}, nil, 0, "斜线"},
		{"no role", []Post{{Unit: "县水务局", Title: "局长", Role: "boss"}}, nil, 0, "不在规定之内"},
		{"two seats", []Post{{Unit: "县水务局", Title: "局长", Role: Head, Seats: 2}}, nil, 0, "席位"},
		{"unknown unit", []Post{{Unit: "县水务局", Title: "副局长", Role: Head}, {Unit: "县无此局", Title: "局长", Role: Head}}, nil, 1, "县无此局"},
		{"unknown role unit", []Post{{Unit: "县水务局", Title: "局长", Role: Head, Fills: []string{"河神"}}}, nil, 0, "河神"},
		{"neither", []Post{{Title: "局长", Role: Head}}, nil, 0, "不能两样"},
		{"both", []Post{{Unit: "县水务局", For: []org.Kind{org.Town}, Title: "局长", Role: Head}}, nil, 0, "不能两样"},
		{"twice", []Post{{Unit: "县水务局", Title: "局长", Role: Head}, {Unit: "水务局", Title: "局长", Role: Head}}, nil, 1, "重复"},
		{"also twice", []Post{{Unit: "县水务局", Title: "局长", Role: Head}, {Unit: "水务局", Title: "书记", Also: []string{"局长"}, Role: Head}}, nil, 1, "已属于"},
		{"no group", posts(), []Group{{Unit: "县水务局"}}, 0, "不是议事协调机构"},
		{"no member", posts(), []Group{{Unit: "治水领导小组", Members: []Membership{{Post: "县水务局/河长"}}}}, 0, "不是已列出的职务"},
		{"no such title", posts(), []Group{{Unit: "治水领导小组", Members: []Membership{{Of: "西乡", Titles: []string{"乡长"}}}}}, 0, "“西乡”没有"},
		{"nobody", posts(), []Group{{Unit: "治水领导小组", Members: []Membership{{Of: "县无此局"}}}}, 0, "不是单位"},
		{"group twice", posts(), append(groups(), groups()...), 1, "两次"},
	} {
		_, err := NewBook(directory(t), c.posts, c.groups)
		var u *Unsound
		if !errors.As(err, &u) || u.N != c.at || u.Group != (c.groups != nil) || !strings.Contains(u.Message, c.says) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}
