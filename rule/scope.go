package rule

import (
	"maps"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
)

// Type is that of a value; entries are told apart by their register.
type Type struct {
	kind     byte // letter of its slots
	register string
}

// The types.
var (
	OfNumber  = Type{kind: 'n'}
	OfText    = Type{kind: 't'} // also choices, units, persons and files
	OfBool    = Type{kind: 'b'}
	OfDay     = Type{kind: 'd'}
	OfInstant = Type{kind: 'i'}
	OfClock   = Type{kind: 'c'} // time of day
	OfPart    = Type{kind: 'p'} // part of the day
	OfShape   = Type{kind: 's'} // point, line, polygon
	AnyType   = Type{}          // for Compile: whatever comes
)

// OfEntry is an entry of a register: what a ref field holds.
func OfEntry(register string) Type { return Type{'e', register} }

// Register is that of an entry's type.
func (t Type) Register() string { return t.register }

// IsEntry reports whether t is an entry's.
func (t Type) IsEntry() bool { return t.kind == 'e' }

func (t Type) String() string {
	switch t.kind {
	case 'n':
		return "数"
	case 't':
		return "文字"
	case 'b':
		return "“是/否”"
	case 'd':
		return "日期"
	case 'i':
		return "时刻"
	case 'c':
		return "钟点"
	case 'p':
		return "时段"
	case 's':
		return "图形"
	case 'e':
		return "条目"
	}
	return "任何值"
}

// Scope is what an expression may speak of.
type Scope struct {
	// Names are those that stand alone: fields, 值, 条目. 今天 is in every scope.
	Names map[string]Type
	// Fields are those behind the point, of the entries of a register; nil where the register does not exist.
	Fields func(register string) map[string]Type
	// Values are the names that may follow 参数 and a point.
	Values []string
	// World checks a call of a function that looks at the world, after its signature was found right, and says what it
	// gives where the signature leaves that open (指标). An error is a sentence for the author. nil: no such functions here.
	World func(*Call) (Type, error)
	// Constant says why what stands at the path can never be the word that it is compared with (==, !=, in), a sentence for the
	// author; empty where it can. nil: any word will do.
	Constant func(path []string, word string) string
	// Workdays count 加(日期, "5个工作日"); nil: the national ones.
	Workdays *calendar.Workdays
}

// Call is a function that looks at the world, as written in an expression: its arguments are names and constants alone,
// so that what it asks is known without evaluating anything.
type Call struct {
	Name string
	Args []Arg
}

// Arg is an argument: a name, or a constant.
type Arg struct {
	Path  []string // 断面, 条目.位置; nil: a constant
	Type  Type
	Value Value // of the constant
}

// Text is the constant text of argument i; empty where there is none.
func (c *Call) Text(i int) string {
	if i < len(c.Args) && c.Args[i].Path == nil {
		if t, ok := c.Args[i].Value.(Text); ok {
			return string(t)
		}
	}
	return ""
}

// String is the call as it would be written.
func (c *Call) String() string {
	var b strings.Builder
	b.WriteString(c.Name)
	b.WriteByte('(')
	for i, a := range c.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		switch t, ok := a.Value.(Text); {
		case a.Path != nil:
			b.WriteString(join(a.Path))
		case ok:
			b.WriteString(`"` + string(t) + `"`)
		default:
			b.WriteString(Print(a.Value))
		}
	}
	b.WriteByte(')')
	return b.String()
}

// world are the functions that look at the world: how they are written, letters of their arguments (upper case: a constant
// is wanted; after | optional), and what they give.
var world = map[string]struct {
	usage, args string
	gives       Type
}{
	"落入":  {`落入(位置, "台账id") 或 落入(位置, "台账id", "状态")`, "sT|T", OfBool},
	"指标":  {`指标("id") 或 指标("id", 断面)`, "T|e", AnyType},
	"条数":  {`条数("台账id", "字段") 或 条数("台账id", "字段", "状态")`, "TT|T", OfNumber},
	"最近":  {`最近("台账id", "字段", "日期字段")`, "TTT", OfDay},
	"均值":  {`均值("24小时") 或 均值("24小时", "监测项目id")`, "T|T", OfNumber},
	"最大":  {`最大("24小时") 或 最大("24小时", "监测项目id")`, "T|T", OfNumber},
	"最小":  {`最小("24小时") 或 最小("24小时", "监测项目id")`, "T|T", OfNumber},
	"次数":  {`次数("24小时") 或 次数("24小时", "监测项目id")`, "T|T", OfNumber},
	"参数于": {`参数于("名称", 日期)`, "Td", OfNumber},
}

// overPast are those of world whose first argument is a stretch of the past; a second names another series of the same place.
var overPast = []string{"均值", "最大", "最小", "次数"}

// Past is a stretch of time before the moment that a rule looks at: from Back before it, exclusive, to Until before it, inclusive.
type Past struct{ Back, Until time.Duration }

// Past is the stretch of the past that a call sums readings up over; false of every other function.
func (c *Call) Past() (Past, bool) {
	if !slices.Contains(overPast, c.Name) {
		return Past{}, false
	}
	return ParsePast(c.Text(0))
}

// ParsePast reads a stretch of the past: 24小时 is the last 24 hours, 48小时前至24小时前 the 24 hours before those.
func ParsePast(s string) (Past, bool) {
	from, until, both := strings.Cut(s, "至")
	if !both {
		back, ok := ParseWindow(s)
		return Past{Back: back}, ok
	}
	from, began := strings.CutSuffix(strings.TrimSpace(from), "前")
	until, ended := strings.CutSuffix(strings.TrimSpace(until), "前")
	back, ok := ParseWindow(from)
	end, known := ParseWindow(until)
	return Past{back, end}, began && ended && ok && known && end < back
}

// ParseWindow reads a stretch of time that readings are looked at over: 30分钟, 24小时, 7日.
func ParseWindow(s string) (time.Duration, bool) {
	for _, u := range []struct {
		word string
		d    time.Duration
	}{{"个小时", time.Hour}, {"小时", time.Hour}, {"分钟", time.Minute}, {"日", 24 * time.Hour}, {"天", 24 * time.Hour}, {"周", 7 * 24 * time.Hour}} {
		if digits, ok := strings.CutSuffix(strings.TrimSpace(s), u.word); ok {
			n := 0
			for _, c := range strings.TrimSpace(digits) {
				if c < '0' || c > '9' || n > 10000 {
					return 0, false
				}
				n = 10*n + int(c-'0')
			}
			d := time.Duration(n) * u.d
			return d, n > 0 && d <= 10*366*24*time.Hour
		}
	}
	return 0, false
}

// lookup finds a path and its type. The sentence says what is wrong with it.
func (s *Scope) lookup(path []string) (Type, string) {
	if path[0] == "参数" && len(path) == 2 {
		if slices.Contains(s.Values, path[1]) {
			return OfNumber, ""
		}
		return Type{}, "values.yaml 里没有“" + path[1] + "”" + perhaps(path[1], s.Values)
	}
	t, ok := s.Names[path[0]]
	if path[0] == "今天" {
		t, ok = OfDay, true
	}
	if !ok {
		known := append(slices.Collect(maps.Keys(s.Names)), "今天")
		if c := path[0][0]; '0' <= c && c <= '9' {
			return Type{}, "“" + path[0] + "”：数后面不能直接跟文字；时间和期限要用引号"
		}
		if path[0] == "参数" {
			return Type{}, "“参数”后面要写一个点和名称：参数.名称"
		}
		why := "没有“" + path[0] + "”这个名字" + perhaps(path[0], known)
		if slices.Contains(s.Values, path[0]) {
			why += "；values.yaml 里的数值写作 参数." + path[0]
		}
		return Type{}, why
	}
	for i, name := range path[1:] {
		if t.kind != 'e' {
			return Type{}, "“" + join(path[:i+1]) + "”是" + t.String() + "，后面不能接“." + name + "”"
		}
		var fields map[string]Type
		if s.Fields != nil {
			fields = s.Fields(t.register)
		}
		if fields == nil {
			return Type{}, "“" + join(path[:i+1]) + "”指向的台账“" + t.register + "”不存在"
		}
		next, ok := fields[name]
		if !ok {
			return Type{}, "台账“" + t.register + "”没有“" + name + "”这一格" + perhaps(name, slices.Collect(maps.Keys(fields)))
		}
		t = next
	}
	return t, ""
}

// ask checks a call against its signature and the scope.
func (s *Scope) ask(c *Call) (Type, string) {
	f := world[c.Name]
	wrong := "“" + c.Name + "”写作 " + f.usage
	need, more, _ := strings.Cut(f.args, "|")
	if len(c.Args) < len(need) || len(c.Args) > len(need)+len(more) {
		return Type{}, wrong
	}
	for i, a := range c.Args {
		want := (need + more)[i]
		if want == 'T' && a.Path != nil {
			return Type{}, wrong + "，第" + itoa(i+1) + "个参数要用引号"
		}
		if a.Type.kind != want|0x20 {
			return Type{}, wrong + "，第" + itoa(i+1) + "个参数写成了" + a.Type.String()
		}
	}
	if slices.Contains(overPast, c.Name) {
		if _, ok := ParsePast(c.Text(0)); !ok {
			return Type{}, wrong + "，时间段写 30分钟、24小时、7日，或 48小时前至24小时前"
		}
	}
	if c.Name == "参数于" {
		if name := c.Text(0); !slices.Contains(s.Values, name) {
			return Type{}, "values.yaml 里没有“" + name + "”" + perhaps(name, s.Values)
		}
		return OfNumber, ""
	}
	if s.World == nil {
		return Type{}, "这里不能用“" + c.Name + "”"
	}
	t, err := s.World(c)
	if err != nil {
		return Type{}, err.Error()
	}
	if f.gives != AnyType {
		t = f.gives
	}
	if t == AnyType {
		return Type{}, "不知道 " + c.String() + " 是什么"
	}
	return t, ""
}

func join(path []string) string { return strings.Join(path, ".") }
