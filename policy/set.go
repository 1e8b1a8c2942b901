package policy

import (
	"slices"

	"zhixing/audience"
	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/emergency"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/relay"
	"zhixing/rule"
	"zhixing/warning"
)

// Set is what the policies of a county order, in the types of the packages that run it. A Set is never changed after it is
// loaded; On takes from it what is in force on a day.
type Set struct {
	Policies   []Policy // by id
	Items      []*Item  // every definition, in the order of the folder
	Values     []finding.Value
	Registers  []*register.Schema
	Series     []*observation.Definition
	Indicators []finding.Indicator
	Rules      []finding.Rule
	Ladders    []cases.Ladder
	Checklists []cases.Checklist
	Duties     []Carried
	Bulletins  []*bulletin.Definition
	Sends      []*relay.Send
	Hazards    []*warning.Hazard
	Plans      []*emergency.Plan
	Services   []cases.Service // what citizens can report
	Examples   []Example
	Story      []Fact                              // what a demonstration tells of the policies (demo.yaml), by time
	Places     *register.Places                    // outlines of towns and villages; nil: none are drawn
	Views      map[*register.Schema]*audience.View // registers that name whom to tell of danger
	Verdicts   map[*register.Schema]*VerdictFields // registers that hold how good warnings were
	Passed     map[*register.Schema]*PassedFields  // registers that hold who passed warnings on

	speaks map[string][]string // policies that definitions of a policy refer to
	leans  map[*Item][]*Item   // definitions that a definition refers to
	hints  []*Problem          // of what is odd, told while the files were read
}

// Policy is one folder: what one published document (or one plan of it) orders.
type Policy struct {
	ID       string // name of the folder
	Title    string
	Basis    rule.Basis // document and plan
	Owner    string     // canonical name of the unit that answers for it
	Replaces string     // id of the policy that ends where this one begins
	About    string
	Dates

	published bool // the county's gazette has the document, so clauses were checked
}

// Dates is a stretch of time: from a day on, up to but not including another. A zero To is open.
type Dates struct{ From, To calendar.Date }

// Hold reports whether the day is in the stretch.
func (x Dates) Hold(d calendar.Date) bool {
	return !d.Before(x.From) && (x.To.IsZero() || d.Before(x.To))
}

// meet reports whether the two stretches share a day.
func (x Dates) meet(y Dates) bool {
	return (x.To.IsZero() || y.From.Before(x.To)) && (y.To.IsZero() || x.From.Before(y.To))
}

// ItemKind is what a definition defines.
type ItemKind string

// The kinds, by the word that pages and messages use.
const (
	ValueItem      ItemKind = "数值"
	RegisterItem   ItemKind = "台账"
	ObligationItem ItemKind = "应做事项" // outlets/plan
	CompleteItem   ItemKind = "应有条目" // outlets/all-towns
	SeriesItem     ItemKind = "监测项目"
	IndicatorItem  ItemKind = "指标"
	RuleItem       ItemKind = "规则"
	LadderItem     ItemKind = "处置阶梯"
	ChecklistItem  ItemKind = "检查表"
	DutyItem       ItemKind = "任务"
	BulletinItem   ItemKind = "通报"
	SendItem       ItemKind = "联网"
	HazardItem     ItemKind = "预警"
	PlanItem       ItemKind = "应急预案"
	ServiceItem    ItemKind = "群众反映" // in services.yaml, where a document orders it
)

// Item is one definition of a policy as a catalogue has it: what it is, what it stands on and where it is written.
type Item struct {
	Kind       ItemKind
	ID         string
	Title      string
	Policy     string
	Basis      rule.Basis
	Mechanisms []string // names that the document gives to what the definition carries out
	Dates
	File string
	Line int

	used bool // something refers to it
}

// Carried says that the mechanisms of a clause are carried out by the duties of the ledger.
type Carried struct {
	Basis      rule.Basis
	Mechanisms []string
	Policy     string
	File       string
	LineNo     int
}

// On is what is in force on the day. Registers, series and ladders that ended stay, for what is kept in them is read on; of
// several with one name the last that has begun. Values and targets are dated by themselves and stay whole.
func (s *Set) On(day calendar.Date) *Set {
	live, kept := map[string]bool{}, map[string]*Item{}
	id := func(kind ItemKind, policy, id string) string { return string(kind) + " " + policy + " " + id }
	out := &Set{Values: s.Values, Services: s.Services, Examples: s.Examples, Story: s.Story, Places: s.Places, speaks: s.speaks, leans: s.leans, Views: s.Views, Verdicts: s.Verdicts, Passed: s.Passed}
	out.Policies = keep(s.Policies, func(p Policy) bool { return p.Hold(day) })
	for _, i := range s.Items {
		if i.Hold(day) {
			out.Items = append(out.Items, i)
			live[id(i.Kind, i.Policy, i.ID)] = true
		}
		name := string(i.Kind) + " " + i.ID
		if have := kept[name]; !day.Before(i.From) && (have == nil || have.From.Before(i.From)) {
			kept[name] = i
		}
	}
	stays := func(kind ItemKind, policy, id string) bool {
		i := kept[string(kind)+" "+id]
		return i != nil && i.Policy == policy
	}
	out.Registers = keep(s.Registers, func(x *register.Schema) bool { return stays(RegisterItem, x.Policy, string(x.Name)) })
	out.Series = keep(s.Series, func(x *observation.Definition) bool { return stays(SeriesItem, x.Policy, string(x.Name)) })
	out.Ladders = keep(s.Ladders, func(x cases.Ladder) bool { return stays(LadderItem, x.Policy, x.ID) })
	out.Indicators = keep(s.Indicators, func(x finding.Indicator) bool { return live[id(IndicatorItem, x.Policy, x.ID)] })
	out.Rules = keep(s.Rules, func(x finding.Rule) bool { return live[id(RuleItem, x.Policy, x.ID)] })
	out.Checklists = keep(s.Checklists, func(x cases.Checklist) bool { return live[id(ChecklistItem, x.Policy, x.ID)] })
	out.Duties = keep(s.Duties, func(x Carried) bool { return live[id(DutyItem, x.Policy, x.Basis.Clause)] })
	out.Bulletins = keep(s.Bulletins, func(x *bulletin.Definition) bool { return live[id(BulletinItem, x.Policy, x.ID)] })
	out.Sends = keep(s.Sends, func(x *relay.Send) bool { return live[id(SendItem, x.Policy, x.ID)] })
	out.Hazards = keep(s.Hazards, func(x *warning.Hazard) bool { return live[id(HazardItem, x.Policy, x.ID)] })
	out.Plans = keep(s.Plans, func(x *emergency.Plan) bool { return live[id(PlanItem, x.Policy, x.ID)] })
	return out
}

// Around is the part of the set that is of the named policies and of those that they speak of.
func (s *Set) Around(ids ...string) *Set {
	in := map[string]bool{}
	for len(ids) > 0 {
		id := ids[0]
		ids = ids[1:]
		if !in[id] {
			in[id] = true
			ids = append(slices.Clone(ids), s.speaks[id]...)
		}
	}
	return &Set{Services: s.Services, Examples: s.Examples, Story: s.Story, Places: s.Places, speaks: s.speaks, leans: s.leans, Views: s.Views, Verdicts: s.Verdicts, Passed: s.Passed,
		Policies:   keep(s.Policies, func(x Policy) bool { return in[x.ID] }),
		Items:      keep(s.Items, func(x *Item) bool { return in[x.Policy] }),
		Values:     keep(s.Values, func(x finding.Value) bool { return in[x.Policy] }),
		Registers:  keep(s.Registers, func(x *register.Schema) bool { return in[x.Policy] }),
		Series:     keep(s.Series, func(x *observation.Definition) bool { return in[x.Policy] }),
		Indicators: keep(s.Indicators, func(x finding.Indicator) bool { return in[x.Policy] }),
		Rules:      keep(s.Rules, func(x finding.Rule) bool { return in[x.Policy] }),
		Ladders:    keep(s.Ladders, func(x cases.Ladder) bool { return in[x.Policy] }),
		Checklists: keep(s.Checklists, func(x cases.Checklist) bool { return in[x.Policy] }),
		Duties:     keep(s.Duties, func(x Carried) bool { return in[x.Policy] }),
		Bulletins:  keep(s.Bulletins, func(x *bulletin.Definition) bool { return in[x.Policy] }),
		Sends:      keep(s.Sends, func(x *relay.Send) bool { return in[x.Policy] }),
		Hazards:    keep(s.Hazards, func(x *warning.Hazard) bool { return in[x.Policy] }),
		Plans:      keep(s.Plans, func(x *emergency.Plan) bool { return in[x.Policy] }),
	}
}

// For is what an example is played with: its policy and those that it speaks of, so that a folder that is added changes no example of
// another. Of their indicators it has those alone that the example, a register or another rule asks for: each costs a look at every
// entry of every day.
func (s *Set) For(e *Example) *Set {
	ids := []string{e.Policy}
	for _, i := range e.Touches {
		ids = append(ids, i.Policy)
	}
	out := s.Around(ids...)
	todo := slices.Clone(e.Touches)
	onIndicator := map[string]bool{}
	for _, r := range out.Rules {
		onIndicator[r.ID] = r.Indicator != ""
	}
	for _, i := range out.Items {
		if i.Kind == RegisterItem || i.Kind == SeriesItem || i.Kind == RuleItem && !onIndicator[i.ID] {
			todo = append(todo, i)
		}
	}
	asked := map[*Item]bool{}
	for len(todo) > 0 {
		i := todo[0]
		if todo = todo[1:]; !asked[i] {
			asked[i] = true
			todo = append(todo, s.leans[i]...)
		}
	}
	in := map[string]bool{}
	for i := range asked {
		in[string(i.Kind)+" "+i.Policy+" "+i.ID] = true
	}
	out.Indicators = keep(out.Indicators, func(x finding.Indicator) bool { return in[string(IndicatorItem)+" "+x.Policy+" "+x.ID] })
	out.Rules = keep(out.Rules, func(x finding.Rule) bool { return x.Indicator == "" || in[string(RuleItem)+" "+x.Policy+" "+x.ID] })
	return out
}

func keep[T any](all []T, in func(T) bool) []T {
	var out []T
	for _, x := range all {
		if in(x) {
			out = append(out, x)
		}
	}
	return out
}

// Find is the policy of that id.
func (s *Set) Find(id string) (Policy, bool) {
	i := slices.IndexFunc(s.Policies, func(p Policy) bool { return p.ID == id })
	if i < 0 {
		return Policy{}, false
	}
	return s.Policies[i], true
}
