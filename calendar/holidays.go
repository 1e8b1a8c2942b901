package calendar

import (
	"fmt"
	"strings"
)

// maxHolidays bounds a file of arrangements: a year has some forty rows.
const maxHolidays = 1 << 20

// ParseHolidays reads a file of arrangements: a heading and a line a day. A byte order mark, Windows line ends and empty
// lines are let pass, since such files come out of spreadsheets.
//
//	date,kind,name,source
//	2024-10-01,off,国庆节,国办发明电〔2023〕7号
//	2024-10-12,on,国庆节,国办发明电〔2023〕7号
func ParseHolidays(csv []byte) ([]Arrangement, error) {
	if len(csv) > maxHolidays {
		return nil, fmt.Errorf("放假安排文件过大：至多%d字节", maxHolidays)
	}
	text := strings.TrimPrefix(string(csv), "\ufeff")
	var out []Arrangement
	lines := map[Date]int{}
	heading := false
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if line = strings.TrimSpace(line); strings.Trim(line, ",") == "" {
			continue
		}
		fields := strings.Split(line, ",")
		if len(fields) != 4 {
			return nil, fmt.Errorf("第%d行：应有4列（date,kind,name,source），现有%d列", n, len(fields))
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if !heading {
			if strings.Join(fields, ",") != "date,kind,name,source" {
				return nil, fmt.Errorf("第%d行：表头应为date,kind,name,source", n)
			}
			heading = true
			continue
		}
		a := Arrangement{Name: fields[2], Source: fields[3]}
		d, err := ParseDate(fields[0])
		switch {
		case err != nil || d.IsZero():
			return nil, fmt.Errorf("第%d行：日期“%s”不对，应写作2024-10-01的形式", n, fields[0])
		case fields[1] != "off" && fields[1] != "on":
			return nil, fmt.Errorf("第%d行：类别“%s”不对，放假写off，上班写on", n, fields[1])
		case a.Name == "":
			return nil, fmt.Errorf("第%d行：没有写明是哪个节日", n)
		case a.Source == "":
			return nil, fmt.Errorf("第%d行：没有写明依据的文号", n)
		case lines[d] > 0:
			return nil, fmt.Errorf("第%d行：%s在第%d行已经写过", n, d, lines[d])
		}
		a.Date, a.Off, lines[d] = d, fields[1] == "off", n
		out = append(out, a)
	}
	if !heading {
		return nil, fmt.Errorf("第1行：没有表头date,kind,name,source")
	}
	return out, nil
}
