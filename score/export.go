package score

import "strconv"

// Summary is the table for XLSX and CSV, headings first: a line a unit.
func (t Table) Summary() [][]string {
	head := []string{"单位", "类别", "名次", "得分", "等次", "牵头任务", "配合任务", "按时完成", "逾期完成", "逾期未完成", "被退回", "延期", "未填报", "迟报",
		"未附证明材料", "未按时签收", "文书", "闭环事项逾期", "闭环事项退回", "闭环事项再次发生", "基准分"}
	for _, d := range t.Rules.Deduct {
		head = append(head, "扣分："+d.Name)
	}
	out := [][]string{head}
	for _, u := range t.Units {
		row := []string{u.Unit, u.Class(), u.RankText(), u.Points.String(), u.Grade}
		for _, n := range []int{u.Owed, u.Supports, u.Done, u.Late, u.Overdue, u.SentBack, u.Extended, u.Unreported, u.ReportedLate, u.NoEvidence, u.Unsigned, u.Letters, u.CaseOverdue, u.CaseSentBack, u.CaseRecurred} {
			row = append(row, strconv.Itoa(n))
		}
		row = append(row, u.Base.String())
		for _, d := range u.Deducted {
			row = append(row, d.Points.String())
		}
		out = append(out, row)
	}
	return out
}

// Details is the table for XLSX and CSV, headings first: a line a deduction.
func (t Table) Details() [][]string {
	out := [][]string{{"单位", "扣分事项", "任务（事项）编号", "任务（事项）", "依据", "步骤", "日期", "事实", "扣分依据", "应扣", "实扣", "说明", "申诉", "申诉理由", "裁定意见"}}
	for _, u := range t.Units {
		for _, h := range u.Hits {
			step := ""
			if h.Step > 0 {
				step = strconv.FormatInt(h.Step, 10)
			}
			row := []string{u.Unit, h.Name, h.Number(), h.Title, h.Basis, step, h.Day.String(), h.Words, h.Rule.Cite(), h.Each.String(), h.Points.String(), h.Why()}
			if a := h.Appeal; a != nil {
				row = append(row, a.State().Chinese(), a.Reason)
				if a.Decision != nil {
					row = append(row, a.Decision.Reason)
				}
			}
			for len(row) < len(out[0]) {
				row = append(row, "")
			}
			out = append(out, row)
		}
	}
	return out
}

// Class is what pages call those with which the unit is ranked.
func (u Unit) Class() string {
	if u.Town {
		return "乡镇"
	}
	return "部门"
}

// RankText is 3/12; a dash for a unit that led nothing.
func (u Unit) RankText() string {
	if u.Rank == 0 {
		return "—"
	}
	return strconv.Itoa(u.Rank) + "/" + strconv.Itoa(u.Of)
}

// Why says why the hit took other points than the rule says; empty where it did not.
func (h Hit) Why() string {
	switch {
	case h.Waived():
		return "申诉成立，不扣"
	case h.Capped:
		return "已达扣分上限"
	}
	return ""
}
