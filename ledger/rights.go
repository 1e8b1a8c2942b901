package ledger

import (
	"slices"

	"zhixing/personnel"
)

// Actor is who does something: an account with the seats that its person holds on the day.
type Actor struct {
	Account string
	Name    string // of the person, for people
	Seats   []personnel.Seat
}

// System is the author of what the clock and the public record do.
var System = Actor{Account: "system", Name: "系统"}

// Act is one thing that not everybody may do.
type Act string

// The acts.
const (
	ActSee        Act = "see"         // 查看任务、证明材料和全过程
	ActEdit       Act = "edit"        // 确认、修改、交办、撤销；导入
	ActSign       Act = "sign"        // 签收
	ActReport     Act = "report"      // 填报进展
	ActSupport    Act = "support"     // 填报配合情况
	ActClaim      Act = "claim"       // 申请销号、申请延期、反馈文书
	ActSplit      Act = "split"       // 分解到单位和乡镇
	ActCheck      Act = "check"       // 复核、退回、批延期、移交、中止、恢复、重新办理、处理后续文件
	ActClose      Act = "close"       // 销号
	ActNote       Act = "note"        // 批示
	ActSignLetter Act = "sign_letter" // 签发文书
	ActExport     Act = "export"      // 导出台账
	ActAppeal     Act = "appeal"      // 对扣分提出申诉
	ActDecide     Act = "decide"      // 裁定申诉
	ActPersonnel  Act = "personnel"   // 人员、职务、别名
)

// Acts lists every act with what it is, in the order of docs/rights.md.
var Acts = []struct {
	Act  Act
	What string
}{
	{ActSee, "查看任务、证明材料和全过程"}, {ActEdit, "确认、修改、交办、导入、撤销导入"}, {ActSign, "签收"}, {ActReport, "填报进展"}, {ActSupport, "填报配合情况"},
	{ActClaim, "申请销号、申请延期、反馈文书"}, {ActSplit, "分解到单位和乡镇"}, {ActCheck, "复核、退回、批延期、移交、中止、恢复、重新办理、处理后续文件"}, {ActClose, "销号"},
	{ActNote, "批示"}, {ActSignLetter, "签发文书"}, {ActExport, "导出"}, {ActAppeal, "对扣分申诉"}, {ActDecide, "裁定申诉"}, {ActPersonnel, "维护人员、职务、单位别名"},
}

// Scope is over which duties a role may do an act.
type Scope uint8

// The scopes.
const (
	None Scope = iota
	Own        // duties in which the unit of the seat has the part that the act asks for
	All
)

// Chinese is how docs/rights.md shows the scope.
func (s Scope) Chinese() string { return [...]string{"—", "本单位", "全县"}[s] }

// rights is who may do what. A role that is not named may not.
var rights = map[Act]map[personnel.Role]Scope{
	ActSee:        {personnel.Office: All, personnel.Leader: All, personnel.Auditor: All, personnel.Head: Own, personnel.Member: Own},
	ActEdit:       {personnel.Office: All},
	ActSign:       {personnel.Office: Own, personnel.Head: Own, personnel.Member: Own}, // the office has duties of its own too
	ActReport:     {personnel.Office: Own, personnel.Head: Own, personnel.Member: Own},
	ActSupport:    {personnel.Office: Own, personnel.Head: Own, personnel.Member: Own},
	ActClaim:      {personnel.Office: Own, personnel.Head: Own},
	ActSplit:      {personnel.Office: All, personnel.Head: Own},
	ActCheck:      {personnel.Office: All},
	ActClose:      {personnel.Office: All},
	ActNote:       {personnel.Leader: All},
	ActSignLetter: {personnel.Leader: All, personnel.Office: All}, // which of the two, the rung says
	ActExport:     {personnel.Office: All, personnel.Leader: All, personnel.Auditor: All, personnel.Head: Own, personnel.Member: Own},
	ActAppeal:     {personnel.Office: Own, personnel.Head: Own},
	ActDecide:     {personnel.Office: All},
	ActPersonnel:  {personnel.Office: All},
}

// RightOf is the scope of an act for a role.
func RightOf(a Act, r personnel.Role) Scope { return rights[a][r] }

// parts are the roles of a unit in a duty that give it an act; all of them where none is named.
var parts = map[Act][]Role{
	ActReport: {Lead}, ActClaim: {Lead}, ActSplit: {Lead}, ActSupport: {Support}, ActSign: {Lead, Support},
}

// May reports whether some seat of the actor allows the act on any duty at all.
func (a Actor) May(act Act) bool {
	return slices.ContainsFunc(a.Seats, func(s personnel.Seat) bool { return rights[act][s.Role] != None })
}

// Everywhere reports whether some seat allows the act on every duty of the county.
func (a Actor) Everywhere(act Act) bool {
	return slices.ContainsFunc(a.Seats, func(s personnel.Seat) bool { return rights[act][s.Role] == All })
}

// Units are the units for which the actor may do the act, where that is not everywhere.
func (a Actor) Units(act Act) []string {
	var out []string
	for _, s := range a.Seats {
		if rights[act][s.Role] != Own {
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

// seatFor is the seat in which the actor may do the act on the duty. unit narrows it to one of his units; empty: any.
func (a Actor) seatFor(act Act, d *Duty, unit string) (personnel.Seat, bool) {
	for _, s := range a.Seats {
		switch rights[act][s.Role] {
		case All:
			return s, true
		case Own:
			for _, u := range unitsOf(s) {
				role, in := d.RoleOf(u)
				if unit != "" && unit != u || !in {
					continue
				}
				if want := parts[act]; len(want) == 0 || slices.Contains(want, role) {
					s.Unit = u
					return s, true
				}
			}
		}
	}
	return personnel.Seat{}, false
}

// MayOn reports whether the actor may do the act on this duty, its state apart.
func (a Actor) MayOn(act Act, d *Duty) bool {
	if act != ActSee {
		_, ok := a.seatFor(act, d, "")
		return ok
	}
	if !d.State.Public() && !a.Everywhere(ActSee) {
		return false // what is not issued is the county's
	}
	_, ok := a.seatFor(act, d, "")
	return ok
}

var noRight = map[Act]string{
	ActSee: "这项任务与您所在单位无关，不能查看。", ActEdit: "只有县政府办公室可以确认、修改和交办任务。", ActSign: "只有牵头或配合单位的人员可以签收。",
	ActReport: "只有牵头单位的人员可以填报进展。", ActSupport: "只有配合单位的人员可以填报配合情况。", ActClaim: "只有牵头单位的负责人可以申请销号、申请延期和反馈文书。",
	ActSplit: "只有牵头单位的负责人和县政府办公室可以分解任务。", ActCheck: "只有县政府办公室可以办理这一项。", ActClose: "只有县政府办公室可以销号。",
	ActNote: "只有县领导可以批示。", ActSignLetter: "您不能签发这份文书。", ActExport: "您不能导出台账。",
	ActAppeal: "只有单位负责人可以申诉。", ActDecide: "只有县政府办公室可以裁定申诉。", ActPersonnel: "只有县政府办公室可以维护人员和职务。",
}

// must gives the seat for an act, or the refusal.
func (a Actor) must(op string, act Act, d *Duty) (personnel.Seat, error) {
	if !a.MayOn(act, d) {
		return personnel.Seat{}, refuse(NotAllowed, op, "%s", noRight[act])
	}
	s, _ := a.seatFor(act, d, "")
	return s, nil
}
