package emergency

import (
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/personnel"
	"zhixing/register"
	"zhixing/rule"
	"zhixing/standard"
)

// Plan is an emergency plan as data: who commands, what starts which level, who has to do what within how long, with what means.
type Plan struct {
	ID         string // one in the county
	Title      string // 甲县防汛抗旱应急预案
	Policy     string
	Basis      rule.Basis
	Mechanisms []string
	Template   string        // why it is not the county's own text yet; empty: it is
	Edition    string        // 2023年版
	Review     calendar.Date // by when it is to be looked through again; zero: not said
	Command    []Seat        // 指挥机构
	Groups     []Group       // 工作组
	Levels     []Level
	Means      []Means
	After      []Task // once it is stood down: 善后、总结评估
	File       string
	LineNo     int
}

// Seat is a role in the command and the posts that fill it.
type Seat struct {
	Role  string // 指挥长
	Posts []personnel.PostID
}

// Group is a working group: who leads it and who belongs to it.
type Group struct {
	Name    string // 抢险救援组
	Lead    string // unit
	Members []string
	Does    string
}

// Level is one level of response. 1 (Ⅰ级) is the highest.
type Level struct {
	N       int
	Trigger string   // in words
	Starts  []Start  // warnings that propose it
	Rules   []string // rules whose findings propose it
	Approve []personnel.PostID
	Ladder  string // of calls (叫应); empty: nobody is called
	Tasks   []Task
	Each    []Each
	LineNo  int
}

// Start is a warning at which a level is proposed.
type Start struct {
	Hazard string
	Level  standard.Level // this one and above
}

// Task is what a unit has to do.
type Task struct {
	Do     string
	Unit   string
	Group  string // empty: of no group
	Within time.Duration
	Basis  rule.Basis
	Proof  string // what has to be shown: 照片, or in words; empty: words will do
	LineNo int
}

// Each is a task for every entry of a list: each enterprise's own measure (一企一策), each shelter that opens.
type Each struct {
	Register register.Name
	Where    *rule.Expr     // which entries; nil: all
	Do       *rule.Template // what, from the fields of the entry
	Unit     register.Whose
	Group    string
	Within   time.Duration
	Basis    rule.Basis
	Proof    *Proof
	LineNo   int
}

// Proof is what readings must show for a measure to count as kept: from when it is due, none above the limit that stands in the entry.
type Proof struct {
	Series string
	At     string // field that refers to the entry at which the series is measured; empty: at the entry itself
	Limit  string // field of the entry
}

// Means is a list of what a plan can fall back on.
type Means struct {
	What     string // 队伍, 物资, 避难场所, 联系人
	Register register.Name
}

// Level finds a level; nil where the plan has no such one.
func (p *Plan) Level(n int) *Level {
	i := slices.IndexFunc(p.Levels, func(l Level) bool { return l.N == n })
	if i < 0 {
		return nil
	}
	return &p.Levels[i]
}

// Approvers are the posts that may start the plan at a level, and end it.
func (p *Plan) Approvers(n int) []personnel.PostID {
	if l := p.Level(n); l != nil {
		return l.Approve
	}
	return nil
}

// basis is what a task rests on: the plan's where it names nothing itself.
func (p *Plan) basis(b rule.Basis) rule.Basis {
	if b == (rule.Basis{}) {
		return p.Basis
	}
	return b
}

// LevelName is Ⅰ级 to Ⅳ级.
func LevelName(n int) string {
	if n < 1 || n > 4 {
		return ""
	}
	return []string{"Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级"}[n-1]
}

// Proposed is the highest level that a warning proposes; 0 where it proposes none.
func (p *Plan) Proposed(hazard string, level standard.Level) int {
	best := 0
	for _, l := range p.Levels {
		for _, s := range l.Starts {
			if s.Hazard == hazard && slices.Index(colours, level) >= slices.Index(colours, s.Level) && (best == 0 || l.N < best) {
				best = l.N
			}
		}
	}
	return best
}

var colours = []standard.Level{standard.Blue, standard.Yellow, standard.Orange, standard.Red}

// ByRule is the plan and the level that the findings of a rule propose.
func (e *Emergencies) ByRule(id string) (*Plan, *Level) {
	for _, p := range e.Plans {
		for i := range p.Levels {
			if slices.Contains(p.Levels[i].Rules, id) {
				return p, &p.Levels[i]
			}
		}
	}
	return nil, nil
}
