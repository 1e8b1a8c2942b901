package cases

import (
	"slices"

	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
)

// Actor is who does something: the ledger's.
type Actor = ledger.Actor

// public is the author of what citizens do.
var public = Actor{Account: "public", Name: "群众"}

// Act is one thing that not everybody may do with cases.
type Act string

// The acts.
const (
	ActSee      Act = "see"
	ActReport   Act = "report"
	ActFeed     Act = "feed"
	ActAccept   Act = "accept"
	ActPutRight Act = "put_right"
	ActCheck    Act = "check"
	ActClose    Act = "close"
	ActHand     Act = "hand"
	ActHandOver Act = "hand_over"
	ActRefuse   Act = "refuse"
	ActJoin     Act = "join"
	ActAdd      Act = "add"
	ActDecide   Act = "decide"
	ActPublish  Act = "publish"
	ActExpose   Act = "expose"
	ActSilence  Act = "silence"
	ActInspect  Act = "inspect"
	ActPlan     Act = "plan"
	ActImport   Act = "import"
	ActExport   Act = "export"
	ActAnswer   Act = "answer"
	ActReopen   Act = "reopen"
)

// part is what a unit has to have to do with a case, where an act is its own unit's only.
type part uint8

const (
	anyPart part = iota // owner, a unit that puts right, or one that has held it
	holds               // has the clock now
	owns                // feeds back, checks and closes
	told                // was sent the letter; asked for each letter
	unbound             // no case is asked about
)

// Acts lists every act with what it is, who may do it, and with which part in the case. It is the whole table of rights: docs and
// pages are made from it. A role that is not named may not.
var Acts = []struct {
	Act   Act
	What  string
	Part  part
	Roles map[personnel.Role]ledger.Scope
	No    string // refusal
}{
	{ActSee, "查看事项、证据和全过程", anyPart, all(ledger.All, ledger.Own), "这个事项与您所在单位无关，不能查看。"},
	{ActReport, "上报发现的问题（网格、巡查）", unbound, units(ledger.All, ledger.All), "您不能上报问题。"},
	{ActFeed, "反馈给责任单位", holds, units(ledger.All, ledger.Own), "只有现在持有这个事项的单位和县政府办公室可以反馈。"},
	{ActAccept, "受理；退回非本单位职责的", holds, units(ledger.Own, ledger.Own), "只有责任单位可以受理或退回。"},
	{ActPutRight, "报告整改情况", holds, units(ledger.Own, ledger.Own), "只有责任单位可以报告整改情况。"},
	{ActCheck, "核查；退回整改", holds, units(ledger.All, ledger.Own), "只有核查单位和县政府办公室可以核查、退回。"},
	{ActClose, "办结", holds, heads(ledger.All, ledger.Own), "只有主管单位负责人和县政府办公室可以办结。"},
	{ActHand, "上交、下交", holds, units(ledger.All, ledger.Own), "只有现在持有这个事项的单位和县政府办公室可以上交、下交。"},
	{ActHandOver, "移送公安、检察机关，登记回执", owns, heads(ledger.All, ledger.Own), "只有主管单位负责人和县政府办公室可以移送。"},
	{ActRefuse, "不予受理", owns, heads(ledger.All, ledger.Own), "只有主管单位负责人和县政府办公室可以决定不予受理。"},
	{ActJoin, "并案、分案", owns, units(ledger.All, ledger.Own), "只有主管单位和县政府办公室可以并案、分案。"},
	{ActAdd, "补充材料", anyPart, units(ledger.All, ledger.Own), "这个事项与您所在单位无关，不能补充材料。"},
	{ActDecide, "对问责清单作出决定", unbound, map[personnel.Role]ledger.Scope{personnel.Leader: ledger.All}, "只有县领导可以对问责清单作出决定。"},
	{ActPublish, "拟定公开内容", owns, units(ledger.All, ledger.Own), "只有主管单位和县政府办公室可以拟定公开内容。"},
	{ActExpose, "批准曝光", unbound, map[personnel.Role]ledger.Scope{personnel.Leader: ledger.All}, "只有县领导可以批准曝光。"},
	{ActSilence, "静默规则", unbound, map[personnel.Role]ledger.Scope{personnel.Office: ledger.All}, "只有县政府办公室可以静默规则。"},
	{ActInspect, "提交检查表", unbound, units(ledger.All, ledger.All), "您不能提交检查表。"},
	{ActPlan, "安排检查、随机抽取", unbound, heads(ledger.All, ledger.All), "只有单位负责人和县政府办公室可以安排检查。"},
	{ActImport, "导入12345工单", unbound, map[personnel.Role]ledger.Scope{personnel.Office: ledger.All}, "只有县政府办公室可以导入工单。"},
	{ActExport, "导出事项", unbound, all(ledger.All, ledger.Own), "您不能导出事项。"},
	{ActAnswer, "反馈文书", told, heads(ledger.Own, ledger.Own), "文书由收文单位的负责人反馈。"},
	{ActReopen, "已办结的退回整改", unbound, map[personnel.Role]ledger.Scope{personnel.Office: ledger.All}, "已办结的事项只有县政府办公室可以退回整改。"},
}

func heads(office, unit ledger.Scope) map[personnel.Role]ledger.Scope {
	return map[personnel.Role]ledger.Scope{personnel.Office: office, personnel.Head: unit}
}

func units(office, unit ledger.Scope) map[personnel.Role]ledger.Scope {
	return map[personnel.Role]ledger.Scope{personnel.Office: office, personnel.Head: unit, personnel.Member: unit}
}

func all(county, unit ledger.Scope) map[personnel.Role]ledger.Scope {
	return map[personnel.Role]ledger.Scope{personnel.Office: county, personnel.Leader: county, personnel.Auditor: county, personnel.Head: unit, personnel.Member: unit}
}

// RightOf is the scope of an act for a role.
func RightOf(a Act, r personnel.Role) ledger.Scope {
	i := actIndex(a)
	return Acts[i].Roles[r]
}

func actIndex(a Act) int {
	for i := range Acts {
		if Acts[i].Act == a {
			return i
		}
	}
	panic("cases: no such act: " + string(a))
}

// May reports whether some seat of the actor allows the act on any case at all.
func May(by Actor, a Act) bool {
	return slices.ContainsFunc(by.Seats, func(s personnel.Seat) bool { return RightOf(a, s.Role) != ledger.None })
}

// Everywhere reports whether some seat allows the act on every case.
func Everywhere(by Actor, a Act) bool {
	return slices.ContainsFunc(by.Seats, func(s personnel.Seat) bool { return RightOf(a, s.Role) == ledger.All })
}

// Units are the units for which the actor may do the act, where that is not everywhere.
func Units(by Actor, a Act) []string {
	var out []string
	for _, s := range by.Seats {
		if RightOf(a, s.Role) != ledger.Own {
			continue
		}
		for _, u := range unitsOf(s) {
			if !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// unitsOf are the units for which a seat speaks: its own, and the leading groups that it is a member of.
func unitsOf(s personnel.Seat) []string { return append([]string{s.Unit}, s.Groups...) }

// speaks reports whether a seat speaks for a unit in a case: its own, or one for which it acts.
func (c *Cases) speaks(s personnel.Seat, k *Case, unit string) bool {
	mine := unitsOf(s)
	return unit != "" && (slices.Contains(mine, unit) || slices.Contains(mine, c.speaker(k, unit)))
}

// seatFor is the seat in which the actor may do the act on the case.
func (c *Cases) seatFor(by Actor, a Act, k *Case) (personnel.Seat, bool) {
	row := Acts[actIndex(a)]
	for _, s := range by.Seats {
		switch row.Roles[s.Role] {
		case ledger.All:
			return s, true
		case ledger.Own:
			for _, u := range c.partners(k, row.Part) {
				if c.speaks(s, k, u) {
					s.Unit = u
					return s, true
				}
			}
		}
	}
	return personnel.Seat{}, false
}

// partners are the units that have a part in the case.
func (c *Cases) partners(k *Case, p part) []string {
	switch p {
	case holds:
		return k.Holders()
	case owns:
		return []string{k.Owner}
	case anyPart:
		out := append([]string{k.Owner}, k.Units()...)
		out = append(out, k.Holders()...)
		for _, s := range k.Stays {
			out = append(out, s.Unit)
		}
		return out
	}
	return nil
}

// MayOn reports whether the actor may do the act on this case, its state apart.
func (c *Cases) MayOn(by Actor, a Act, k *Case) bool {
	_, ok := c.seatFor(by, a, k)
	return ok
}

// must gives the seat for an act, or the refusal.
func (c *Cases) must(op string, by Actor, a Act, k *Case) (personnel.Seat, error) {
	s, ok := c.seatFor(by, a, k)
	if !ok {
		return s, refuse(ledger.NotAllowed, op, "%s", Acts[actIndex(a)].No)
	}
	return s, nil
}

// can is must for acts that are about no one case.
func can(op string, by Actor, a Act) (personnel.Seat, error) {
	for _, s := range by.Seats {
		if RightOf(a, s.Role) != ledger.None {
			return s, nil
		}
	}
	return personnel.Seat{}, refuse(ledger.NotAllowed, op, "%s", Acts[actIndex(a)].No)
}

func levelOfUnit(u org.Unit) Level {
	switch {
	case u.Kind == org.Town || u.Level == org.Township:
		return Township
	case u.Kind == org.Superior, u.Level == org.City, u.Level == org.Province, u.Level == org.Nation:
		return City
	}
	return County
}
