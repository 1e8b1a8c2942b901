package rule

import (
	"math/big"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"zhixing/calendar"
	"zhixing/quantity"
)

// function is one that only looks at its arguments.
type function struct {
	name  string // in CEL
	usage string
	args  []string // letters of the arguments, one entry an overload
	gives byte     // 0: as the first argument
	of    func(args ...ref.Val) ref.Val
	loose bool // is given missing facts too
}

// functions by the name that authors write. The third argument of 加, the county's workdays, is written by compile.
var functions = map[string]function{
	"有":  {"has_", "有(字段)", []string{"*"}, 'b', func(a ...ref.Val) ref.Val { return given(a[0], true) }, true},
	"缺":  {"lacks_", "缺(字段)", []string{"*"}, 'b', func(a ...ref.Val) ref.Val { return given(a[0], false) }, true},
	"日期": {"date_", `日期("2023-12-31") 或 日期(时间)`, []string{"t", "i", "d"}, 'd', date, false},
	"天数": {"days_", "天数(从哪天, 到哪天)", days2, 'n', days, false},
	"月数": {"months_", "月数(从哪天, 到哪天)", days2, 'n', months, false},
	"加":  {"plus_", `加(日期, "3个月")`, []string{"dtw", "itw"}, 0, plus, false},
	"年":  {"year_", "年(日期)", []string{"d", "i"}, 'n', func(a ...ref.Val) ref.Val { return Int(dayOf(a[0]).Year) }, false},
	"月":  {"month_", "月(日期)", []string{"d", "i"}, 'n', func(a ...ref.Val) ref.Val { return Int(int(dayOf(a[0]).Month)) }, false},
	"日":  {"day_", "日(日期)", []string{"d", "i"}, 'n', func(a ...ref.Val) ref.Val { return Int(dayOf(a[0]).Day) }, false},
	"时":  {"hour_", "时(时间)", []string{"i"}, 'n', func(a ...ref.Val) ref.Val { return Int(a[0].(Instant).In(calendar.Zone).Hour()) }, false},
	"钟点": {"clock_", `钟点("08:30") 或 钟点(时间)`, []string{"t", "i", "c"}, 'c', clock, false},
	"时段": {"part_", `时段("22:00-06:00")`, []string{"t", "p"}, 'p', dayPart, false},
	"在时段": {"within_", "在时段(钟点或时间, 时段)", []string{"cp", "ip"}, 'b', func(a ...ref.Val) ref.Val {
		return Bool(a[1].(Part).Holds(clockOf(a[0])))
	}, false},
	"小时数": {"hours_", "小时数(钟点) 或 小时数(时段)", []string{"c", "p"}, 'n', hours, false},
	"包含": {"contains_", `包含(文字, "片段")`, []string{"tt"}, 'b', func(a ...ref.Val) ref.Val {
		return Bool(strings.Contains(string(a[0].(Text)), string(a[1].(Text))))
	}, false},
	"保留": {"round_", "保留(数, 几位小数)", []string{"nn"}, 'n', round, false},
	"劣于": {"worse_", `劣于(类别, "Ⅲ")`, []string{"tt"}, 'b', func(a ...ref.Val) ref.Val { return classes(a, 1) }, false},
	"优于": {"better_", `优于(类别, "Ⅲ")`, []string{"tt"}, 'b', func(a ...ref.Val) ref.Val { return classes(a, -1) }, false},
}

var days2 = []string{"dd", "di", "id", "ii"}

// usageOf is how a function is written, and whether there is one of that name.
func usageOf(name string) (string, bool) {
	if f, ok := functions[name]; ok {
		return f.usage, true
	}
	f, ok := world[name]
	return f.usage, ok
}

func functionOptions() []cel.EnvOption {
	var out []cel.EnvOption
	for _, f := range functions {
		var overloads []cel.FunctionOpt
		for _, letters := range f.args {
			var args []*cel.Type
			for _, c := range []byte(letters) {
				if c == '*' {
					args = append(args, cel.TypeParamType("A"))
				} else {
					args = append(args, celTypes[c])
				}
			}
			gives := args[0]
			if f.gives != 0 {
				gives = celTypes[f.gives]
			}
			bind := []cel.OverloadOpt{cel.FunctionBinding(f.of)}
			switch len(args) { // CEL wants these by their number
			case 1:
				bind[0] = cel.UnaryBinding(func(v ref.Val) ref.Val { return f.of(v) })
			case 2:
				bind[0] = cel.BinaryBinding(func(v, w ref.Val) ref.Val { return f.of(v, w) })
			}
			if f.loose {
				bind = append(bind, cel.OverloadIsNonStrict())
			}
			overloads = append(overloads, cel.Overload(f.name+letters, args, gives, bind...))
		}
		out = append(out, cel.Function(f.name, overloads...))
	}
	return out
}

// given answers 有 and 缺: a missing fact is what they ask about, any other error stands.
func given(v ref.Val, want bool) ref.Val {
	err, ok := v.(*types.Err)
	if !ok {
		return Bool(want)
	}
	if _, missing := err.Unwrap().(*Missing); missing {
		return Bool(!want)
	}
	return err
}

func dayOf(v ref.Val) calendar.Date {
	if i, ok := v.(Instant); ok {
		return calendar.DateOf(i.Time)
	}
	return v.(Day).Date
}

func date(a ...ref.Val) ref.Val {
	t, ok := a[0].(Text)
	if !ok {
		return Day{dayOf(a[0])}
	}
	d, err := calendar.ParseDate(string(t))
	if err != nil || d.IsZero() {
		return fault("“" + string(t) + "”不是日期，日期写 2023-12-31")
	}
	return Day{d}
}

func clock(a ...ref.Val) ref.Val {
	t, ok := a[0].(Text)
	if !ok {
		return Clock{clockOf(a[0])}
	}
	c, err := calendar.ParseClock(string(t))
	if err != nil {
		return fault(err.Error())
	}
	return Clock{c}
}

func clockOf(v ref.Val) calendar.Clock {
	if i, ok := v.(Instant); ok {
		return calendar.ClockOf(i.Time)
	}
	return v.(Clock).Clock
}

func dayPart(a ...ref.Val) ref.Val {
	t, ok := a[0].(Text)
	if !ok {
		return a[0]
	}
	p, err := calendar.ParseDayPart(string(t))
	if err != nil {
		return fault(err.Error())
	}
	return Part{p}
}

// hours is a time of day as hours from midnight, or how long a part of the day is: 8:30 is 8.5.
func hours(a ...ref.Val) ref.Val {
	minutes := int64(0)
	switch v := a[0].(type) {
	case Clock:
		minutes = int64(v.Clock)
	case Part:
		minutes = int64(v.Length().Minutes())
	}
	return Fraction(big.NewRat(minutes, 60))
}

func days(a ...ref.Val) ref.Val {
	return Int(int(dayOf(a[1]).Time().Sub(dayOf(a[0]).Time()).Hours() / 24)) // no daylight saving in calendar.Zone
}

// months counts whole months: from 31 January to 28 February of a common year it is one, as a term of one month ends there.
func months(a ...ref.Val) ref.Val {
	from, to, sign := dayOf(a[0]), dayOf(a[1]), 1
	if to.Before(from) {
		from, to, sign = to, from, -1
	}
	n := 12*(to.Year-from.Year) + int(to.Month) - int(from.Month)
	if to.Before((calendar.Span{N: n, Unit: calendar.Months}).After(from, nil)) {
		n--
	}
	return Int(sign * n)
}

func round(a ...ref.Val) ref.Val {
	places, ok := a[1].(Number).Decimal()
	if !ok || places.Scale() > 0 || places.Coef() < 0 || places.Coef() > 9 {
		return fault("保留的小数位数写 0 到 9")
	}
	d, err := quantity.Round(a[0].(Number).Rat(), int(places.Coef()))
	if err != nil {
		return fault("数太大")
	}
	return Num(d)
}

// plus moves a day or an instant by a span as authors write it.
func plus(a ...ref.Val) ref.Val {
	text, w := string(a[1].(Text)), a[2].(workdays).Workdays
	i, instant := a[0].(Instant)
	if window, ok := ParseWindow(text); ok && instant {
		return Instant{Time: i.Time.Add(window)}
	}
	s, err := calendar.ParseSpan(text)
	if err != nil {
		return fault(err.Error())
	}
	d := dayOf(a[0])
	if d.Year < 1900 || d.Year > 2200 {
		return fault("年份不合理：" + d.String())
	}
	moved := s.After(d, w)
	if instant {
		return Instant{Time: moved.Time().Add(i.Time.Sub(d.Time()))}
	}
	return Day{moved}
}

// classNames are water's classes from the best; other ways of writing them follow.
var classNames = map[string]int{"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "劣Ⅴ": 6, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "劣V": 6}

// CompareClasses orders classes of water from the best, Ⅰ, to the worst, 劣Ⅴ; 类 may follow. False: one is no class.
func CompareClasses(a, b string) (int, bool) {
	i, j := classNames[strings.TrimSuffix(a, "类")], classNames[strings.TrimSuffix(b, "类")]
	return max(-1, min(1, i-j)), i > 0 && j > 0
}

func classes(a []ref.Val, want int) ref.Val {
	c, ok := CompareClasses(string(a[0].(Text)), string(a[1].(Text)))
	if !ok {
		return fault("“" + string(a[0].(Text)) + "”和“" + string(a[1].(Text)) + "”不都是水质类别，写 Ⅰ 到 Ⅴ、劣Ⅴ")
	}
	return Bool(c == want)
}
