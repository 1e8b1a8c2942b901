package calendar

import (
	"math/rand"
	"strings"
	"testing"
	"time"
)

// The properties hold for 10⁶ random cases a test over 2022–2028: years before the first arrangement that the program knows,
// years after the last, leap days, ends of years and days that make up for holidays among them.
const cases10e6 = 1_000_000

// randomCases gives the cases of a test; a failure can be run again with the seed that is printed.
func randomCases(t *testing.T) (r *rand.Rand, n int) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	if n = cases10e6; testing.Short() {
		n /= 20
	}
	return rand.New(rand.NewSource(seed)), n
}

var (
	firstDay = Date{2022, 1, 1}.number()
	lastDay  = Date{2028, 12, 31}.number()
)

func randomDay(r *rand.Rand) Date {
	d := numbered(firstDay + r.Intn(lastDay-firstDay+1))
	switch r.Intn(8) { // as often as not where it is hard
	case 0:
		d = LastOfMonth(d.Year, d.Month)
	case 1:
		d = clamped(d.Year, 2, 29)
	case 2:
		d = Date{d.Year, 12, 25}.AddDays(r.Intn(14))
	case 3:
		rows := National().rows
		d = rows[r.Intn(len(rows))].Date.AddDays(r.Intn(3) - 1)
	}
	return d
}

// later arrangements may come as data; half of the cases run with them.
func randomWorkdays(r *rand.Rand, extra *Workdays) *Workdays {
	if r.Intn(2) == 0 {
		return extra
	}
	return National()
}

func withExtra(t *testing.T) *Workdays {
	t.Helper()
	rows, err := ParseHolidays([]byte("date,kind,name,source\n2027-10-01,off,国庆节,甲县假日安排\n2027-09-26,on,国庆节,甲县假日安排\n2024-06-12,off,县庆,甲县假日安排\n"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := National().With(rows)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWorkdaysHold(t *testing.T) {
	r, n := randomCases(t)
	extra := withExtra(t)
	for range n {
		d, k, w := randomDay(r), r.Intn(300)+1, randomWorkdays(r, extra)
		after, before := w.Add(d, k), w.Add(d, -k)
		switch {
		case !w.Works(after) || !w.Works(before):
			t.Fatalf("Add(%s, ±%d) = %s, %s: a day off", d, k, after, before)
		case w.Count(d, after) != k:
			t.Fatalf("Count(%s, Add(%s, %d) = %s) = %d", d, d, k, after, w.Count(d, after))
		case w.Count(before.AddDays(-1), d.AddDays(-1)) != k:
			t.Fatalf("%d working days from %s to the eve of %s, want %d", w.Count(before.AddDays(-1), d.AddDays(-1)), before, d, k)
		case w.Count(after, d) != -k:
			t.Fatalf("Count back from %s to %s = %d, want %d", after, d, w.Count(after, d), -k)
		case w.Add(d, 0) != d:
			t.Fatalf("Add(%s, 0) = %s", d, w.Add(d, 0))
		case w.Works(d) && w.Add(after, -k) != d:
			t.Fatalf("Add(Add(%s, %d), %d) = %s", d, k, -k, w.Add(after, -k))
		case !w.Add(d, k-1).Before(after):
			t.Fatalf("Add(%s, %d) = %s, not before %s", d, k-1, w.Add(d, k-1), after)
		}
		if e := d.AddDays(1); w.Add(e, k).Before(after) || w.Add(e, -k).Before(before) {
			t.Fatalf("Add(%s, ±%d) is before Add(%s, ±%d)", e, k, d, k)
		}
	}
}

// TestWorkdaysCountDayByDay holds the sums against the plain way of counting.
func TestWorkdaysCountDayByDay(t *testing.T) {
	w := withExtra(t)
	n := 0
	start := numbered(firstDay - 1)
	for day := firstDay; day <= lastDay; day++ {
		d := numbered(day)
		if w.Works(d) {
			n++
			if got := w.Add(start, n); got != d {
				t.Fatalf("Add(%s, %d) = %s, want %s", start, n, got, d)
			}
		}
		if got := w.Count(start, d); got != n {
			t.Fatalf("Count(%s, %s) = %d, want %d", start, d, got, n)
		}
	}
}

func TestHoursHold(t *testing.T) {
	r, n := randomCases(t)
	extra := withExtra(t)
	var all []Hours
	for _, s := range []string{"08:00-12:00 14:30-18:00", "09:00-17:00", "00:00-12:00 12:00-24:00", "23:59-24:00", "00:00-24:00", "00:00-00:01 23:00-24:00"} {
		h, err := ParseHours(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	for range n {
		h, w := all[r.Intn(len(all))], randomWorkdays(r, extra)
		at := randomDay(r).Time().Add(time.Duration(r.Int63n(int64(24 * time.Hour))))
		if r.Intn(4) == 0 {
			at = at.Truncate(time.Hour / 2) // where a part begins or ends
		}
		if r.Intn(2) == 0 {
			at = at.UTC()
		}
		next := h.Next(w, at)
		switch {
		case next.Before(at):
			t.Fatalf("%s: Next(%s) = %s, earlier", h, at, next)
		case !h.Open(w, next):
			t.Fatalf("%s: Next(%s) = %s, closed", h, at, next)
		case !h.Next(w, next).Equal(next):
			t.Fatalf("%s: Next(%s) = %s, and then %s", h, at, next, h.Next(w, next))
		case h.Open(w, at) && !next.Equal(at):
			t.Fatalf("%s: open at %s, but Next = %s", h, at, next)
		case next.After(at) && h.Open(w, next.Add(-1)):
			t.Fatalf("%s: Next(%s) = %s, but a moment earlier it was open", h, at, next)
		}
		if next.After(at) {
			between := at.Add(time.Duration(r.Int63n(int64(next.Sub(at)))))
			if h.Open(w, between) {
				t.Fatalf("%s: Next(%s) = %s, but open at %s", h, at, next, between)
			}
		}
	}
}

func TestSpansHold(t *testing.T) {
	r, n := randomCases(t)
	extra := withExtra(t)
	units := []SpanUnit{Days, WorkingDays, Weeks, Months, Years}
	for range n {
		s, w := Span{r.Intn(40), units[r.Intn(len(units))]}, randomWorkdays(r, extra)
		d := randomDay(r)
		e := s.After(d, w)
		if _, ok := NewDate(e.Year, e.Month, e.Day); !ok {
			t.Fatalf("%v after %s is %v: no such day", s, d, e)
		}
		if e.Before(d) || s.N > 0 && e == d {
			t.Fatalf("%v after %s is %s", s, d, e)
		}
		if later := s.After(d.AddDays(r.Intn(40)), w); later.Before(e) {
			t.Fatalf("%v after %s is %s, but of a later day %s", s, d, e, later)
		}
		if longer := (Span{s.N + 1, s.Unit}).After(d, w); !e.Before(longer) {
			t.Fatalf("%v after %s is %s, one more is %s", s, d, e, longer)
		}
		if s.Unit == Months || s.Unit == Years {
			if e.Day != d.Day && e != LastOfMonth(e.Year, e.Month) {
				t.Fatalf("%v after %s is %s: neither the same day nor the month's last", s, d, e)
			}
			months := s.N
			if s.Unit == Years {
				months *= 12
			}
			if got := (e.Year-d.Year)*12 + int(e.Month-d.Month); got != months {
				t.Fatalf("%v after %s is %s: %d months on", s, d, e, got)
			}
		}
	}
}

var testSeasons = Seasons{
	{Name: "采暖季", Aliases: []string{"采暖期", "供暖季"}, From: MonthDay{11, 15}, To: MonthDay{3, 15}},
	{Name: "汛期", From: MonthDay{6, 1}, To: MonthDay{9, 30}},
	{Name: "枯水期", From: MonthDay{12, 1}, To: MonthDay{2, 29}},
	{Name: "一日", From: MonthDay{2, 29}, To: MonthDay{2, 29}},
}

func randomRecurrence(r *rand.Rand) Recurrence {
	intervals := []Every{Day, Week, Month, Quarter, HalfYear, Year, Seasonal}
	rec := Recurrence{Every: intervals[r.Intn(len(intervals))], ByWorkdays: r.Intn(3) == 0, Next: r.Intn(3) == 0}
	if r.Intn(2) == 0 {
		rec.By = r.Intn(31) + 1
	}
	if r.Intn(4) == 0 {
		rec.Each = r.Intn(4) + 1
	}
	switch r.Intn(4) {
	case 0:
		rec.FromMonth, rec.ToMonth = time.Month(r.Intn(12)+1), time.Month(r.Intn(12)+1)
	case 1:
		rec.Season = testSeasons[r.Intn(len(testSeasons))].Name
	case 2:
		rec.ToMonth = time.Month(r.Intn(12) + 1)
	}
	if rec.Every == Seasonal && rec.Season == "" {
		rec.Season = "采暖季"
	}
	return rec
}

// comesRound says in the plain way whether the recurrence comes round on the day at all.
func comesRound(rec Recurrence, d Date, w *Workdays) bool {
	if rec.Every == Day && rec.ByWorkdays && rec.Each <= 1 && !w.Works(d) {
		return false
	}
	switch {
	case rec.Every == Year && rec.Season != "":
		return true
	case rec.Season != "":
		s, _ := testSeasons.Find(rec.Season)
		from, to := s.From.in(d.Year), s.To.in(d.Year)
		if to.Before(from) {
			return !d.Before(from) || !to.Before(d)
		}
		return !d.Before(from) && !to.Before(d)
	case rec.FromMonth > 0 && rec.FromMonth <= rec.ToMonth:
		return d.Month >= rec.FromMonth && d.Month <= rec.ToMonth
	case rec.FromMonth > 0:
		return d.Month >= rec.FromMonth || d.Month <= rec.ToMonth
	}
	return true
}

func TestPeriodsTileTime(t *testing.T) {
	r, n := randomCases(t)
	extra := withExtra(t)
	for i := 0; i < n; {
		rec, w, d := randomRecurrence(r), randomWorkdays(r, extra), randomDay(r)
		p, ok := rec.Period(d, testSeasons, w)
		i++
		if ok != comesRound(rec, d, w) {
			t.Fatalf("%+v: Period(%s) %v", rec, d, ok)
		}
		if !ok {
			if p = rec.After(Period{To: d}, testSeasons, w); p == (Period{}) {
				t.Fatalf("%+v: nothing after %s", rec, d)
			}
			gap(t, r, rec, d, p.From, w)
		} else if d.Before(p.From) || p.To.Before(d) {
			t.Fatalf("%+v: Period(%s) = %v", rec, d, p)
		}
		for k := 0; k < 20; k++ {
			i++
			if p.To.Before(p.From) || p.Due.Before(p.From) || p.Due.IsZero() || !rec.Next && p.To.Before(p.Due) {
				t.Fatalf("%+v: %v", rec, p)
			}
			if rec.Next && rec.Every != Year && !p.To.Before(p.Due) {
				t.Fatalf("%+v: %v is not due in the period after", rec, p)
			}
			if rec.ByWorkdays && rec.Every == Month && rec.Season == "" && rec.FromMonth == 0 && !w.Works(p.Due) && rec.By < 17 {
				t.Fatalf("%+v: %v is due on a day off", rec, p)
			}
			for _, day := range []Date{p.From, p.To, p.From.AddDays(r.Intn(p.To.number() - p.From.number() + 1))} {
				if q, ok := rec.Period(day, testSeasons, w); rec.Every != Day && (!ok || q != p) {
					t.Fatalf("%+v: Period(%s) = %v %v, within %v", rec, day, q, ok, p)
				}
			}
			next := rec.After(p, testSeasons, w)
			if q, ok := rec.Period(p.To.AddDays(1), testSeasons, w); ok && q != next {
				t.Fatalf("%+v: after %v: %v, but Period of the next day is %v", rec, p, next, q)
			}
			if !p.To.Before(next.From) || next.Due.Before(p.Due) {
				t.Fatalf("%+v: after %v comes %v", rec, p, next)
			}
			gap(t, r, rec, p.To, next.From, w)
			p = next
		}
	}
}

// TestTermsOfRandomWords reads words of time in any order, which comes upon more than a fuzzer that changes bytes.
func TestTermsOfRandomWords(t *testing.T) {
	r, n := randomCases(t)
	words := strings.Fields("每 每年 每月 每周 每日 每季度 每半年 按月 逐季 年度 季度 月度 半年 次 次月 次年 翌年 下季度 当月 当年 本月 第 第二年 一 二 三 五 六 日 天 十 百 3 5 12 30 2023年 2023 " +
		"- 至 — 、 和 ， 。 ； （ ） 《 》 月 月底 前 之前 内 以内 底 末 首月 最后一个 个 工作日 时 点 分 : 小时 周 年 汛期 采暖季 采暖 春节 入冬 来临 结束 后 起 自 在 于 的 之日 收到 发现 通知 " +
		"立即 第一时间 当日 次日 办结 即日起 逢 必 雨 常态化 长期 持续 不超过 至少 次/年 轮 5-9月 10-16时 10月至次年3月 上旬 初 “ 十四五 ” 期间 用 时间 近 完成 报送 对 较 2022年 今年 明年 今 每逢 旬 隔 双月 终了")
	var b strings.Builder
	for range n / 5 {
		b.Reset()
		for range 1 + r.Intn(12) {
			b.WriteString(words[r.Intn(len(words))])
			if r.Intn(20) == 0 {
				b.WriteByte(' ')
			}
		}
		checkTerms(t, b.String(), r.Intn(2)*2023, randomDay(r))
	}
}

// gap checks that the recurrence comes round on no day between the two: at its ends, and now and then on all of its days.
func gap(t *testing.T, r *rand.Rand, rec Recurrence, after, before Date, w *Workdays) {
	t.Helper()
	step := 1
	if r.Intn(16) > 0 {
		step = max(1, before.number()-after.number()-2)
	}
	for day := after.number() + 1; day < before.number(); day += step {
		if comesRound(rec, numbered(day), w) {
			t.Fatalf("%+v: %s is in no period", rec, numbered(day))
		}
	}
}
