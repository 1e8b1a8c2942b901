package letter

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"zhixing/calendar"
)

// word is what the item is called.
func (it Item) word() string { return cmp.Or(it.Word, "任务") }

// called puts the word behind the title, unless that ends in it: 禁煤区散煤清零任务.
func (it Item) called(title string) string {
	if strings.HasSuffix(it.Title, it.word()) || strings.HasSuffix(it.Title, "工作") {
		return title
	}
	return title + it.word()
}

// quoted is the title between quotation marks, with the word behind it: “禁煤区散煤清零”任务.
func (it Item) quoted() string {
	return it.called("“" + strings.NewReplacer("“", "‘", "”", "’").Replace(it.Title) + "”")
}

// owed says that somebody has to do it: a duty is borne, a case is handled.
func (it Item) owed() string {
	if it.Word == "" {
		return "承担"
	}
	return "负责办理"
}

// due is when it had to be done, in the document's words with the day they mean.
func (it Item) due() string {
	day := it.Due.Chinese()
	switch {
	case it.DueRaw == "" || it.DueRaw == day:
		return day
	case day == "":
		return it.DueRaw
	}
	return it.DueRaw + "（" + day + "）"
}

// standing says how the duty stands on a day: 逾期1天. Days are counted only where the state says that it is late or soon due.
func (it Item) standing(on calendar.Date) string {
	days := 0
	if counted := !on.IsZero() && !it.Due.IsZero(); counted {
		days = int(on.Time().Sub(it.Due.Time()).Hours() / 24)
	} else {
		return it.State
	}
	late, soon := strings.Contains(it.State, "逾期"), strings.Contains(it.State, "临期")
	switch {
	case late && days > 0 && it.State == "逾期":
		return fmt.Sprintf("逾期%d天", days)
	case late && days > 0:
		return fmt.Sprintf("%s（逾期%d天）", it.State, days)
	case soon && days == 0:
		return it.State + "，当日到期"
	case soon && days < 0:
		return fmt.Sprintf("%s，距时限%d天", it.State, -days)
	}
	return it.State
}

// record is what the record shows, as sentences: 截至2023年11月1日，该任务逾期1天。最近一次填报为…。
func (it Item) record(on calendar.Date, subject string) string {
	var out strings.Builder
	if s := it.standing(on); s != "" {
		if !strings.Contains(s, "期") && !strings.Contains(s, "滞后") && !strings.Contains(s, "正常") {
			s = "状态为" + s
		}
		if !on.IsZero() {
			out.WriteString("截至" + on.Chinese() + "，")
		}
		out.WriteString(subject + s + "。")
	}
	out.WriteString(sentence(it.Finding))
	return out.String()
}

// facts is one of several duties in running text.
func (it Item) facts(on calendar.Date, who string) string {
	var parts []string
	for _, p := range [][2]string{{"编号：", it.No}, {"责任单位：", who}, {"交办依据：", tight(it.Basis)}, {"办理时限：", it.due()}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	s := strings.Join(parts, "；")
	if s != "" {
		s += "。"
	}
	return s + it.record(on, "")
}

// columns of the table of items; those that are empty in all items are left out.
var columns = []struct {
	name string
	text func(it Item, on calendar.Date) string
}{
	{"任务编号", func(it Item, _ calendar.Date) string { return it.No }},
	{"任务", func(it Item, _ calendar.Date) string { return it.Title }},
	{"责任单位", func(it Item, _ calendar.Date) string { return it.Unit }},
	{"交办依据", func(it Item, _ calendar.Date) string { return tight(it.Basis) }},
	{"办理时限", func(it Item, _ calendar.Date) string {
		if it.Due.IsZero() {
			return it.DueRaw
		}
		return it.Due.String()
	}},
	{"状态", Item.standing},
	{"办理情况", func(it Item, _ calendar.Date) string { return it.Finding }},
}

// table is the list of items behind a letter.
func table(items []Item, on calendar.Date) [][]string {
	rows := make([][]string, len(items)+1)
	rows[0] = []string{"序号"}
	for i := range items {
		rows[i+1] = []string{strconv.Itoa(i + 1)}
	}
	for _, c := range columns {
		empty := true
		for _, it := range items {
			empty = empty && c.text(it, on) == ""
		}
		if empty {
			continue
		}
		rows[0] = append(rows[0], c.name)
		for i, it := range items {
			rows[i+1] = append(rows[i+1], c.text(it, on))
		}
	}
	return rows
}

// counts are the states of several items, in the order in which they come: 逾期3项、临期2项.
func counts(items []Item) string {
	var states []string
	n := map[string]int{}
	for _, it := range items {
		if it.State != "" && n[it.State] == 0 {
			states = append(states, it.State)
		}
		n[it.State]++
	}
	for i, s := range states {
		states[i] = fmt.Sprintf("%s%d项", s, n[s])
	}
	return strings.Join(states, "、")
}
