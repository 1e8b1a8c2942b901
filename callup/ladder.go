package callup

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is the level at which the posts of a step sit.
type Scope string

// The scopes, from the top.
const (
	County  Scope = "county"
	Town    Scope = "town"
	Village Scope = "village"
	Grid    Scope = "grid"
)

var scopes = []Scope{County, Town, Village, Grid}

// Ladder is who is called and what follows when they do not answer: data of a county or of a document.
//
//	name: 暴雨叫应
//	office: [某县人民政府办公室/值班员]      # gets the lists of those who did not answer
//	tell: [sms]                              # how people are told what asks no answer
//	steps:
//	  - name: 县领导
//	    of: county
//	    posts: [某县人民政府/县长]
//	    rungs:
//	      - { after: 0, by: [sms] }
//	      - { after: 2, by: [voice] }
//	      - { after: 10, do: office }
//	  - name: 乡镇主官
//	    of: town
//	    posts: [镇长|乡长]
//	    deputies: [副镇长|副乡长]
//	    superior: 县领导
//	    rungs:
//	      - { after: 0, by: [sms, app] }
//	      - { after: 2, by: [voice] }
//	      - { after: 5, by: [sms, voice] }
//	      - { after: 8, do: stand_in }
//	      - { after: 10, do: superior }
//	      - { after: 15, do: office }
//	    again: { every: 10, times: 6, by: [voice] }
type Ladder struct {
	Name   string   `yaml:"name" json:"name"`
	Office []string `yaml:"office" json:"office"`
	Tell   []string `yaml:"tell" json:"tell"`
	Steps  []Step   `yaml:"steps" json:"steps"`

	// From is the first of the steps that count in a round: those before it are of ladders that it had, whose calls are on record.
	From int `yaml:"-" json:"from,omitempty"`
}

// Step is one level of a ladder. All steps begin when the round does, or After so many minutes.
type Step struct {
	Name     string   `yaml:"name" json:"name"`
	Of       Scope    `yaml:"of" json:"of"`
	Posts    []string `yaml:"posts" json:"posts"`                           // each is called; words of one post are joined by |
	Deputies []string `yaml:"deputies,omitempty" json:"deputies,omitempty"` // who stands in, in this order
	Superior string   `yaml:"superior,omitempty" json:"superior,omitempty"` // name of the step above
	After    int      `yaml:"after,omitempty" json:"after,omitempty"`       // minutes
	Rungs    []Rung   `yaml:"rungs" json:"rungs"`
	Again    Again    `yaml:"again,omitempty" json:"again,omitzero"`
}

// Do is what happens at a rung.
type Do string

// What can happen at a rung.
const (
	DoCall     Do = "call"     // he is called, by each of the channels; it need not be written
	DoStandIn  Do = "stand_in" // the next of the deputies is called as well
	DoSuperior Do = "superior" // the step above is called to see to him
	DoOffice   Do = "office"   // he is put on the list for the county office
)

// Rung happens After so many minutes of a call without an answer.
type Rung struct {
	After int      `yaml:"after" json:"after"`
	Do    Do       `yaml:"do,omitempty" json:"do,omitempty"`
	By    []string `yaml:"by,omitempty" json:"by,omitempty"`
}

func (g Rung) what() Do {
	if g.Do == "" {
		return DoCall
	}
	return g.Do
}

// Again is how he is called after the last rung, so that he is not forgotten.
type Again struct {
	Every int      `yaml:"every" json:"every"` // minutes
	Times int      `yaml:"times" json:"times"`
	By    []string `yaml:"by" json:"by"`
}

const (
	maxSteps   = 20
	maxRungs   = 20
	maxMinutes = 24 * 60
	maxAgain   = 100
)

// Check says what is wrong with a ladder, in words for whoever writes it.
func (l *Ladder) Check() error {
	bad := func(format string, args ...any) error {
		return refuse(Invalid, "Check", "叫应阶梯“%s”：%s", l.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case strings.TrimSpace(l.Name) == "":
		return refuse(Invalid, "Check", "叫应阶梯没有名称，请写 name。")
	case len(l.Office) == 0:
		return bad("没有写未应答名单报给谁，请写 office。")
	case len(l.Tell) == 0:
		return bad("没有写用什么渠道告知，请写 tell，如 [sms]。")
	case len(l.Steps) == 0 || len(l.Steps) > maxSteps:
		return bad("应有1至%d级（steps），现有%d级。", maxSteps, len(l.Steps))
	}
	for _, p := range l.Office {
		if !strings.Contains(p, "/") {
			return bad("office 里的职务“%s”请写成“单位/职务”。", p)
		}
	}
	names := map[string]Scope{}
	for i := range l.Steps {
		s := &l.Steps[i]
		if _, twice := names[s.Name]; twice || s.Name == "" {
			return bad("第%d级的名称“%s”为空或重复。", i+1, s.Name)
		}
		names[s.Name] = s.Of
	}
	for i := range l.Steps {
		if why := l.Steps[i].check(names); why != "" {
			return bad("“%s”：%s", l.Steps[i].Name, why)
		}
	}
	return nil
}

func (s *Step) check(names map[string]Scope) string {
	switch {
	case !slices.Contains(scopes, s.Of):
		return fmt.Sprintf("of 应为 county、town、village、grid 之一，现为“%s”。", s.Of)
	case len(s.Posts) == 0:
		return "没有写叫谁，请写 posts。"
	case s.After < 0 || s.After > maxMinutes:
		return fmt.Sprintf("after 应在0至%d分钟之间。", maxMinutes)
	case len(s.Rungs) == 0 || len(s.Rungs) > maxRungs:
		return fmt.Sprintf("应有1至%d个时刻（rungs）。", maxRungs)
	case s.Rungs[0].what() != DoCall || s.Rungs[0].After != 0:
		return "第一个时刻应是 after: 0 的叫应。"
	case s.Rungs[len(s.Rungs)-1].what() != DoOffice:
		return "最后一个时刻应把未应答的人报县里，请写 do: office。"
	case s.Again.Times < 0 || s.Again.Times > maxAgain || s.Again.Times > 0 && (s.Again.Every < 1 || s.Again.Every > maxMinutes || len(s.Again.By) == 0):
		return fmt.Sprintf("again 应写每几分钟（every）、最多几次（times，不超过%d）、用什么渠道（by）。", maxAgain)
	}
	for _, p := range slices.Concat(s.Posts, s.Deputies) {
		if strings.TrimSpace(p) == "" || (s.Of == County) != strings.Contains(p, "/") {
			return fmt.Sprintf("职务“%s”写法不对：县级写“单位/职务”，乡镇以下只写职务。", p)
		}
	}
	if s.Superior != "" {
		of, ok := names[s.Superior]
		if !ok || slices.Index(scopes, of) >= slices.Index(scopes, s.Of) {
			return fmt.Sprintf("superior“%s”应是更高一级的名称。", s.Superior)
		}
	}
	for i, g := range s.Rungs {
		switch {
		case g.After < 0 || g.After > maxMinutes || i > 0 && g.After <= s.Rungs[i-1].After:
			return fmt.Sprintf("第%d个时刻（%d分钟）应晚于前一个，且不超过%d分钟。", i+1, g.After, maxMinutes)
		case !slices.Contains([]Do{DoCall, DoStandIn, DoSuperior, DoOffice}, g.what()):
			return fmt.Sprintf("第%d个时刻的 do“%s”不认识，应为 stand_in、superior、office，叫本人时不写。", i+1, g.Do)
		case g.what() == DoCall && len(g.By) == 0:
			return fmt.Sprintf("第%d个时刻没有写渠道，请写 by，如 [sms, voice]。", i+1)
		case g.what() == DoStandIn && len(s.Deputies) == 0:
			return fmt.Sprintf("第%d个时刻要找代的人，请写 deputies。", i+1)
		case g.what() == DoSuperior && s.Superior == "":
			return fmt.Sprintf("第%d个时刻要找上级，请写 superior。", i+1)
		}
	}
	return ""
}

// step finds a step by its name, among those that count.
func (l *Ladder) step(name string) (int, bool) {
	i := slices.IndexFunc(l.Steps[l.From:], func(s Step) bool { return s.Name == name })
	return l.From + i, i >= 0
}

// followedBy is the ladder of a round that goes on with another.
func (l *Ladder) followedBy(next Ladder) Ladder {
	next.From = len(l.Steps)
	next.Steps = slices.Concat(l.Steps, next.Steps)
	return next
}
