package calendar

import "fmt"

// Label is what people call the period: 2023年9月, 2023年第3季度, 2023年上半年, 2023年, 采暖季2023—2024, 2023-09-07; in all
// other cases, such as a week, its first and last day: 2023-09-04至2023-09-10.
func (p Period) Label(e Every) string {
	if p.From == p.To {
		return p.From.String()
	}
	y, m := p.From.Year, int(p.From.Month)
	oneMonth := p.To.Year == y && p.To.Month == p.From.Month
	switch {
	case e == Month && oneMonth:
		return fmt.Sprintf("%d年%d月", y, m)
	case e == Month && p.To.Year == y:
		return fmt.Sprintf("%d年%d月至%d月", y, m, p.To.Month)
	case e == Quarter && p.within(3):
		return fmt.Sprintf("%d年第%d季度", y, (m+2)/3)
	case e == HalfYear && p.within(6):
		return fmt.Sprintf("%d年%s半年", y, [2]string{"上", "下"}[(m-1)/6])
	case e == Year && p.within(12):
		return fmt.Sprintf("%d年", y)
	case e == Year && p.From == (Date{y, 1, 1}) && p.To == (Date{p.To.Year, 12, 31}):
		return fmt.Sprintf("%d年至%d年", y, p.To.Year)
	case e == Seasonal && p.Season != "" && p.To.Year == y:
		return fmt.Sprintf("%s%d", p.Season, y)
	case e == Seasonal && p.Season != "":
		return fmt.Sprintf("%s%d—%d", p.Season, y, p.To.Year)
	}
	return p.From.String() + "至" + p.To.String()
}

// within reports whether the period lies in one part of a year with that many months. It may be shorter: a quarter of which
// only some months count is still called by its name.
func (p Period) within(months int) bool {
	return p.From.Year == p.To.Year && (int(p.From.Month)-1)/months == (int(p.To.Month)-1)/months
}
