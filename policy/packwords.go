package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/finding"
	"zhixing/org"
	"zhixing/quantity"
	"zhixing/register"
)

// What single words of a policy's files mean.

// unit is the canonical name of one unit.
func (k *pack) unit(file string, t text) string {
	if t.s == "" || k.lost || k.county.Directory == nil {
		return t.s
	}
	u, ok := k.county.Directory.ResolveIn(k.p.Basis.Document, t.s)
	switch {
	case !ok:
		k.bad(file, t.line, "没有哪个单位叫“%s”%s", t.s, k.nearUnit(t.s))
	case u.Kind == org.Set:
		k.bad(file, t.line, "“%s”是统称，这里要写一个单位", t.s)
	}
	return u.Name
}

// units are canonical names of units or sets.
func (k *pack) units(file string, ts texts) []string {
	var out []string
	for _, t := range ts {
		if k.lost || k.county.Directory == nil {
			return nil
		}
		u, ok := k.county.Directory.ResolveIn(k.p.Basis.Document, t.s)
		if !ok {
			k.bad(file, t.line, "没有哪个单位叫“%s”%s", t.s, k.nearUnit(t.s))
			continue
		}
		out = append(out, u.Name)
	}
	return out
}

// members are the units that are named, sets written out.
func (k *pack) members(file string, ts texts) []string {
	var out []string
	for _, name := range k.units(file, ts) {
		for _, u := range k.county.Directory.Expand(name) {
			if !slices.Contains(out, u.Name) {
				out = append(out, u.Name)
			}
		}
	}
	return out
}

func (k *pack) nearUnit(s string) string {
	var names []string
	for _, u := range k.county.Directory.Units() {
		names = append(append(names, u.Name), u.Aliases...)
	}
	return nearest(s, names)
}

// whose is a unit, or 字段:责任单位, 字段:电梯.维保单位: the field must hold units, of the register or of one that it refers to. Where the
// field is empty it is otherwise, and without that the custodian.
func (k *pack) whose(file string, to, otherwise text, of *form, item *Item) register.Whose {
	field, ok := cutWord(to.s, "字段")
	if !ok {
		if otherwise.s != "" {
			k.bad(file, otherwise.line, "to 已经写明单位，不再写 else")
		}
		return register.Whose{Unit: k.unit(file, to)}
	}
	if of == nil {
		k.bad(file, to.line, "“%s”：这里没有条目，不能取字段，请写单位名称", to.s)
		return register.Whose{}
	}
	out := register.Whose{Field: field, Unit: of.schema.Custodian}
	if otherwise.s != "" {
		out.Unit = k.unit(file, otherwise)
	}
	sure := true
	path := strings.Split(field, ".")
	for i, name := range path {
		want := register.Ref
		if i == len(path)-1 {
			want = register.Unit
		}
		f, ok := k.field(file, text{name, to.line}, of, want)
		if !ok {
			return out
		}
		sure = sure && f.Required
		if want == register.Ref {
			if of = k.formAt(string(f.Register), item); of == nil {
				return out // which has been told
			}
			k.lean(item, of.item)
		}
	}
	if !sure && otherwise.s == "" {
		k.set.hints = append(k.set.hints, &Problem{file, to.line, fmt.Sprintf("“%s”可以空着；空着的给%s，要给别的单位写 else", field, out.Unit)})
	}
	return out
}

// cutWord reads 字段:责任单位 with a colon of either width.
func cutWord(s, word string) (string, bool) {
	rest, ok := strings.CutPrefix(s, word)
	if !ok {
		return "", false
	}
	for _, colon := range []string{":", "："} {
		if v, ok := strings.CutPrefix(strings.TrimSpace(rest), colon); ok {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

// span reads 10日, 5个工作日, 3个月, 1年, 0个工作日.
func (f *folder) span(file string, t text) calendar.Span {
	if t.s == "" {
		return calendar.Span{}
	}
	if strings.HasPrefix(t.s, "0") && strings.HasSuffix(t.s, "工作日") {
		return calendar.Span{Unit: calendar.WorkingDays}
	}
	span, err := calendar.ParseSpan(t.s)
	if err != nil {
		f.bad(file, t.line, "%v", err)
	}
	return span
}

var durationShape = regexp.MustCompile(`^(\d{1,4})\s*(分钟?|个?小时|日|天)$`)

// duration reads 30分钟, 4小时, 2日.
func (f *folder) duration(file string, t text) time.Duration {
	if t.s == "" {
		return 0
	}
	m := durationShape.FindStringSubmatch(t.s)
	if m == nil {
		f.bad(file, t.line, "时长“%s”应写作“30分钟”“4小时”“2日”的样子", t.s)
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	switch {
	case strings.HasPrefix(m[2], "分"):
		return time.Duration(n) * time.Minute
	case strings.HasSuffix(m[2], "小时"):
		return time.Duration(n) * time.Hour
	}
	return time.Duration(n) * 24 * time.Hour
}

// counted reports whether what comes again is written as a length of time, which counts from the last time, and not from the calendar.
func counted(every string) bool {
	_, err := calendar.ParseSpan(every)
	return err == nil
}

// everyWords is what can be written, for who wrote something else.
const everyWords = "每日、每个工作日、每10日、每周、每周五、每两周、每月、每月5日前、次月5日前、每季度、每季度首月10日前、每半年、每年、每年6月底前"

// recurrence reads 每月, 每季度, 每月5日前. All of what is written must be understood: the reader of documents takes 每日2次 for a
// day and 每学期 for half a year, which does for a duty that a person follows and not for one that runs out by itself. more is what else can
// be written where it stands.
func (f *folder) recurrence(file string, t text, more string) calendar.Recurrence {
	if t.s == "" {
		return calendar.Recurrence{}
	}
	terms := calendar.Terms(t.s, 0)
	var r calendar.Recurrence
	if len(terms) == 1 && terms[0].Kind == calendar.Recurring && terms[0].Start == 0 && terms[0].End == len(t.s) {
		r = terms[0].Recur
	}
	if r.Every == "" || r.Every == calendar.Always || r.Times > 1 || r.ToMinute > 0 || strings.Contains(t.s, "学") {
		f.bad(file, t.line, "周期“%s”数不出来，可写：%s%s", t.s, everyWords, more)
		return calendar.Recurrence{}
	}
	return r
}

func (f *folder) decimal(file string, t text) *quantity.Decimal {
	if t.s == "" {
		return nil
	}
	d, err := quantity.Parse(t.s)
	if err != nil {
		f.bad(file, t.line, "“%s”应当是一个数：%v", t.s, err)
		return nil
	}
	return &d
}

func (f *folder) measure(file string, t text) quantity.Unit {
	if t.s == "" {
		return ""
	}
	u, err := quantity.ParseUnit(t.s)
	if err != nil {
		f.bad(file, t.line, "%v", err)
	}
	return u
}

// count reads a small whole number; 0 where nothing is written.
func (f *folder) count(file string, t text, least, most int) int {
	if t.s == "" {
		return 0
	}
	n, err := strconv.Atoi(t.s)
	if err != nil || n < least || n > most {
		f.bad(file, t.line, "“%s”应为 %d 至 %d 的整数", t.s, least, most)
	}
	return n
}

// oneOf reads a word of a closed list.
func oneOf[T ~string](f *folder, file, what string, t text, all ...T) T {
	if t.s != "" && !slices.Contains(all, T(t.s)) {
		f.bad(file, t.line, "%s“%s”不在规定之内，可写：%s", what, t.s, listed(all))
	}
	return T(t.s)
}

func (f *folder) severity(file string, t text) finding.Severity {
	if t.s == "" {
		return finding.Minor
	}
	return oneOf(f, file, "severity", t, finding.Minor, finding.Serious, finding.Grave)
}

// every reads the period of an indicator.
func (f *folder) every(file string, t text) calendar.Every {
	return oneOf(f, file, "period", t, calendar.Day, calendar.Month, calendar.Quarter, calendar.Year)
}
