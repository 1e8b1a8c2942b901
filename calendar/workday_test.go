package calendar

import (
	"strings"
	"testing"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The longest and the oddest days of the four notices, each held against the notice and not against the file.
func TestNational(t *testing.T) {
	w := National()
	for _, c := range []struct{ day, why string }{
		{"2022-12-30", "工作日"},
		{"2022-12-31", "元旦放假"},
		{"2023-01-02", "元旦放假"},
		{"2023-01-03", "工作日"},
		{"2023-01-28", "春节调休上班"},
		{"2023-04-05", "清明节放假"},
		{"2023-04-23", "劳动节调休上班"},
		{"2023-09-29", "中秋节、国庆节放假"},
		{"2023-10-06", "中秋节、国庆节放假"},
		{"2023-10-07", "中秋节、国庆节调休上班"},
		{"2023-10-08", "中秋节、国庆节调休上班"},
		{"2023-10-14", "周末"},
		{"2024-02-09", "工作日"}, // 除夕, called in by no notice
		{"2024-02-17", "春节放假"},
		{"2024-02-18", "春节调休上班"},
		{"2024-02-29", "工作日"},
		{"2024-10-12", "国庆节调休上班"},
		{"2025-01-26", "春节调休上班"},
		{"2025-10-08", "国庆节、中秋节放假"},
		{"2025-10-11", "国庆节、中秋节调休上班"},
		{"2026-01-02", "元旦放假"},
		{"2026-01-04", "元旦调休上班"},
		{"2026-02-23", "春节放假"},
		{"2026-02-28", "春节调休上班"},
		{"2026-12-31", "工作日"},
		{"2027-10-01", "工作日"}, // not announced: a Friday
		{"2027-10-02", "周末"},
	} {
		d := date(t, c.day)
		if got := w.Why(d); got != c.why {
			t.Errorf("Why(%s) = %s, want %s", d, got, c.why)
		}
		if works := c.why == "工作日" || strings.HasSuffix(c.why, "上班"); w.Works(d) != works {
			t.Errorf("Works(%s) = %v", d, !works)
		}
	}
	// 2023: 260 plain weekdays, 18 of them freed, 7 weekend days called in.
	for year, want := range map[int]int{2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		if got := w.Count(Date{year - 1, 12, 31}, Date{year, 12, 31}); got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

func TestAdd(t *testing.T) {
	w := National()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2023-09-28", 1, "2023-10-07"},
		{"2023-09-28", 2, "2023-10-08"},
		{"2023-09-28", 10, "2023-10-18"},
		{"2023-10-09", -1, "2023-10-08"},
		{"2023-10-09", -3, "2023-09-28"},
		{"2023-10-03", 0, "2023-10-03"},
		{"2023-10-03", 1, "2023-10-07"},
		{"2023-10-03", -1, "2023-09-28"},
		{"2024-02-08", 2, "2024-02-18"},
		{"2026-12-31", 1, "2027-01-01"}, // not announced
	} {
		if got := w.Add(date(t, c.from), c.n); got != date(t, c.want) {
			t.Errorf("Add(%s, %d) = %s, want %s", c.from, c.n, got, c.want)
		}
	}
	if got := (*Workdays)(nil).Add(Date{2023, 9, 28}, 2); got != (Date{2023, 10, 2}) {
		t.Errorf("without arrangements: %s", got)
	}
}

func TestWarning(t *testing.T) {
	w := National()
	extra := withExtra(t)
	known, err := extra.With([]Arrangement{{Date{2027, 1, 1}, true, "元旦", "某号"}})
	if err != nil {
		t.Fatal(err)
	}
	const rest = "的放假调休安排尚未公布或者尚未录入，工作日暂按周一至周五计算，公布后可能变动。"
	for _, c := range []struct {
		w        *Workdays
		from, to string
		want     string
	}{
		{w, "2023-01-01", "2026-12-31", ""},
		{w, "2026-12-20", "2027-01-05", "2027年" + rest},
		{w, "2027-01-05", "2026-12-20", "2027年" + rest},
		{w, "2022-12-20", "2023-01-05", "2022年" + rest},
		{w, "2022-06-01", "2028-01-05", "2022年、2027年、2028年" + rest},
		{w, "2027-06-01", "2031-01-05", "2027年至2031年" + rest},
		{extra, "2027-01-01", "2027-12-31", "2027年" + rest}, // some days are no arrangement
		{known, "2027-01-01", "2027-12-31", ""},
		{nil, "2023-01-01", "2023-12-31", "2023年" + rest},
	} {
		if got := c.w.Warning(date(t, c.from), date(t, c.to)); got != c.want {
			t.Errorf("Warning(%s, %s) = %q, want %q", c.from, c.to, got, c.want)
		}
	}
	if w.Announced(2027) || !w.Announced(2024) || !known.Announced(2027) {
		t.Error("Announced")
	}
}

func TestWith(t *testing.T) {
	w := National()
	day := Date{2024, 10, 1}
	changed, err := w.With([]Arrangement{{day, false, "国庆节", "甲县防汛紧急通知"}})
	if err != nil {
		t.Fatal(err)
	}
	if !changed.Works(day) || w.Works(day) {
		t.Error("a later row takes the place of an earlier one, in the copy only")
	}
	if _, err := w.With([]Arrangement{{day, false, "甲", "乙"}, {day, true, "甲", "乙"}}); err == nil || err.Error() != "放假安排自相矛盾：2024年10月1日既放假又上班" {
		t.Error(err)
	}
	if _, err := w.With([]Arrangement{{Date{2023, 2, 29}, true, "甲", "乙"}}); err == nil {
		t.Error("29 February 2023 was taken")
	}
}

func TestParseHolidays(t *testing.T) {
	const head = "date,kind,name,source\n"
	for _, c := range []struct{ in, want string }{
		{"", "第1行：没有表头date,kind,name,source"},
		{"日期,类别,名称,依据\n", "第1行：表头应为date,kind,name,source"},
		{head + "2027-10-01,off,国庆节\n", "第2行：应有4列（date,kind,name,source），现有3列"},
		{head + "\n2027-10-1,off,国庆节,某号\n", "第3行：日期“2027-10-1”不对，应写作2024-10-01的形式"},
		{head + "2027-02-29,off,国庆节,某号\n", "第2行：日期“2027-02-29”不对，应写作2024-10-01的形式"},
		{head + ",off,国庆节,某号\n", "第2行：日期“”不对，应写作2024-10-01的形式"},
		{head + "2027-10-01,休,国庆节,某号\n", "第2行：类别“休”不对，放假写off，上班写on"},
		{head + "2027-10-01,off,,某号\n", "第2行：没有写明是哪个节日"},
		{head + "2027-10-01,off,国庆节,\n", "第2行：没有写明依据的文号"},
		{head + "2027-10-01,off,国庆节,某号\n2027-10-02,off,国庆节,某号\n2027-10-01,on,国庆节,某号\n", "第4行：2027-10-01在第2行已经写过"},
		{strings.Repeat(" ", maxHolidays+1), "放假安排文件过大：至多1048576字节"},
	} {
		if _, err := ParseHolidays([]byte(c.in)); err == nil || err.Error() != c.want {
			t.Errorf("%.40q: %v, want %s", c.in, err, c.want)
		}
	}
	rows, err := ParseHolidays([]byte("\ufeffdate,kind,name,source\r\n2027-10-01,off,国庆节,某号\r\n,,,\r\n2027-10-09,on,国庆节,某号"))
	want := []Arrangement{{Date{2027, 10, 1}, true, "国庆节", "某号"}, {Date{2027, 10, 9}, false, "国庆节", "某号"}}
	if err != nil || len(rows) != 2 || rows[0] != want[0] || rows[1] != want[1] {
		t.Error(rows, err)
	}
}
