package policy

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/register"
)

// what may stand beside each kind of fact.
var factWords = map[FactKind][]string{
	EntryFact: {"fields", "by", "at"}, AmendFact: {"key", "fields", "by", "at"}, MoveFact: {"key", "to", "fields", "by", "at"},
	RemoveFact: {"key", "why", "by", "at"}, ReadingFact: {}, "readings": {}, InspectFact: {"of", "failed", "by", "at", "text", "photo", "place"},
	CaseFact:   {"of", "do", "by", "at", "text", "photo", "place", "to", "receipt", "despite"},
	ReportFact: {"text", "place", "photo", "at", "by"}, ClockFact: {},
	WarnFact: {"do", "level", "stage", "towns", "text", "drill", "reach", "by", "at"}, RespondFact: {"do", "level", "text", "drill", "by", "photo", "at"},
}

// what may stand beside each kind of want.
var wantWords = map[WantKind][]string{
	FindingWant: {"of", "to", "severity", "clause", "says", "times", "state", "none"},
	CaseWant:    {"of", "state", "due", "holder", "rung", "listed", "none"}, RefusedWant: {"clause"},
	EntryWant: {"key", "state", "fields", "stale", "none"}, CountWant: {"where", "is"}, OwesWant: {"key", "due", "done", "none"},
	MissingWant: {"units"}, IndicatorWant: {"of", "on", "value", "met", "target", "forecast", "trend", "lacks", "none"},
	SeriesWant: {"of", "state"}, DutyWant: {"lead", "support", "implement", "due", "every", "none"}, BulletinWant: {"period", "has"},
	SentWant: {"of", "times", "receipt"}, UnknownWant: {"of", "lacks", "none"},
	WarningWant: {"level", "stage", "state", "towns", "says", "none"}, OrderedWant: {"of", "kind", "state", "says", "none"},
	ResponseWant: {"state", "level", "says", "none"}, TaskedWant: {"of", "says", "state", "readings", "none"},
}

var caseDeeds = []string{"反馈", "受理", "整改", "核查", "办结", "退回", "上交", "下交", "移送", "不予受理", "曝光"}

// scene is one example while it is read.
type scene struct {
	*pack
	file  string
	e     *Example
	last  *Item // looked at last
	given *Item // what the last fact was about
	wants []*Item
	item  *Item // stands for the example where definitions are looked up: in force when it begins
	until time.Time
}

func (k *pack) examples() {
	if one := path.Join(k.dir, "examples.yaml"); k.has(one) {
		k.bad(one, 0, "例子放在 examples/ 文件夹里")
	}
	for _, file := range k.parts("examples") {
		var y examplesFile
		if !k.decode(file, &y) {
			continue
		}
		for _, x := range y.Examples {
			k.set.Examples = append(k.set.Examples, k.example(file, x))
		}
	}
}

// story reads demo.yaml: facts as examples have them, each with its time, that a demonstration of the county tells.
func (k *pack) story() {
	file := path.Join(k.dir, demoYAML)
	var y packDemoFile
	if !k.has(file) || !k.decode(file, &y) {
		return
	}
	t := &scene{pack: k, file: file, e: &Example{}, item: &Item{Policy: k.p.ID, Dates: k.p.Dates}}
	for _, g := range y.Given {
		f, ok := t.fact(g)
		if !ok {
			continue
		}
		if f.Kind == ReadingFact && len(f.Readings) > 0 {
			f.At = f.Readings[0].At
		}
		switch {
		case f.Kind == ClockFact:
			k.bad(file, f.Line, "演示的钟表自己走，不写 clock；每件事写 at")
		case f.At.IsZero():
			k.bad(file, f.Line, "演示里的每件事都要写 at：什么时候")
		case f.At.Before(k.p.From.Time()):
			k.bad(file, f.Line, "%s 早于政策包的施行日期 %s", f.At.Format("2006-01-02 15:04"), k.p.From)
		}
		f.File = file
		k.set.Story = append(k.set.Story, f)
	}
}

func (k *pack) example(file string, y exampleFile) Example {
	e := Example{Name: y.Name.s, Policy: k.p.ID, File: file, Line: max(y.Name.line, y.On.line), On: k.instant(file, y.On)}
	for _, other := range k.set.Examples {
		if other.Policy == e.Policy && other.Name == e.Name {
			k.bad(file, e.Line, "例子“%s”写了两次，第一次在 %s:%d", e.Name, other.File, other.Line)
		}
	}
	if y.Name.s == "" || y.On.s == "" {
		k.bad(file, e.Line, "例子要写 name（说的是什么事）和 on（从什么时刻开始）")
		return e
	}
	t := &scene{pack: k, file: file, e: &e, item: &Item{Policy: k.p.ID, Dates: Dates{From: calendar.DateOf(e.On)}}}
	wants := 0
	for _, s := range append([]thenFile{{y.Given, y.Want}}, y.Then...) {
		var step Step
		for _, g := range s.Given {
			t.last = nil
			if f, ok := t.fact(g); ok {
				step.Given = append(step.Given, f)
			}
			t.given = t.last
		}
		for _, w := range s.Want {
			step.Want = append(step.Want, t.want(w))
			wants++
		}
		e.Steps = append(e.Steps, step)
	}
	e.Shows = t.shows()
	if wants == 0 {
		k.bad(file, e.Line, "例子“%s”没有写 want：应当得到什么", e.Name)
	}
	return e
}

// shows are the definitions without which the example would fail: what it wants, and of what it has touched, that from which this
// is made. A ladder is shown only by a case.
func (t *scene) shows() []*Item {
	var out []*Item
	todo := slices.Clone(t.wants)
	seen := map[*Item]bool{}
	for len(todo) > 0 {
		i := todo[0]
		todo = todo[1:]
		if i == nil || seen[i] {
			continue
		}
		seen[i] = true
		if slices.Contains(t.e.Touches, i) {
			out = append(out, i)
		}
		for _, on := range t.leans[i] {
			if on.Kind != LadderItem {
				todo = append(todo, on)
			}
		}
	}
	return out
}

// touch notes that the example makes use of a definition.
func (t *scene) touch(i *Item) {
	t.last = i
	if i != nil && !slices.Contains(t.e.Touches, i) {
		t.e.Touches = append(t.e.Touches, i)
	}
}

// look finds a definition and notes it.
func (t *scene) look(kind ItemKind, x text) *Item {
	i := t.find(kind, t.file, x, t.item)
	t.touch(i)
	return i
}

// source finds what a finding or a case comes from.
func (t *scene) source(x text) {
	if len(t.index[RuleItem][x.s]) == 0 && slices.ContainsFunc(t.set.Services, func(s cases.Service) bool { return s.Code == x.s }) {
		t.touch(t.reported(x.s))
		return
	}
	i := t.findingOf(t.file, x, t.item)
	t.touch(i)
}

// reported is a category of what citizens report, where a document orders it; nil: none does.
func (t *scene) reported(code string) *Item {
	for _, i := range t.index[ServiceItem][code] {
		if i.meet(t.item.Dates) {
			return i
		}
	}
	return nil
}

// allowed tells names that mean nothing here.
func (t *scene) allowed(s said, kind string, names []string) {
	for _, n := range s.named[1:] {
		if !slices.Contains(names, n.name.s) {
			t.bad(t.file, n.name.line, "“%s”旁边不能写“%s”%s，可写：%s", kind, n.name.s, nearest(n.name.s, names), strings.Join(names, "、"))
		}
	}
}

func sortedKinds[K ~string, V any](m map[K]V) []string {
	var out []string
	for k := range m {
		out = append(out, string(k))
	}
	slices.Sort(out)
	return out
}

// fact reads one thing that happens.
func (t *scene) fact(s said) (Fact, bool) {
	if len(s.named) == 0 {
		t.bad(t.file, s.line, "这里应是一件事实，如“entry: 台账”")
		return Fact{}, false
	}
	head := s.named[0]
	words, ok := factWords[FactKind(head.name.s)]
	if !ok {
		kinds := sortedKinds(factWords)
		t.bad(t.file, head.name.line, "没有“%s”这种事实%s，可写：%s", head.name.s, nearest(head.name.s, kinds), strings.Join(kinds, "、"))
		return Fact{}, false
	}
	t.allowed(s, head.name.s, words)
	f := Fact{Kind: FactKind(head.name.s), ID: head.v.s, Line: head.name.line, At: t.instant(t.file, s.get("at").text), By: t.pack.unit(t.file, s.get("by").text),
		Text: s.get("text").s, Photo: s.get("photo").s == "true" || s.get("photo").s == "是", Key: s.key(), Place: t.place(s.get("place"))}
	switch f.Kind {
	case EntryFact, AmendFact, MoveFact, RemoveFact:
		t.entryFact(&f, s, head.v.text)
	case ReadingFact, "readings":
		t.readings(&f, head.v)
	case InspectFact:
		t.inspection(&f, s, head.v.text)
	case CaseFact:
		t.source(head.v.text)
		f.Do, f.To, f.Receipt, f.Despite = s.get("do").s, s.get("to").s, s.get("receipt").s, s.get("despite").s
		oneOf(t.folder, t.file, "do", s.get("do").text, caseDeeds...)
		t.required(s, "do")
	case ReportFact:
		f.ID = t.service(t.file, head.v.text)
		for _, s := range t.set.Services {
			if s.Code == f.ID {
				t.touchLadder(s.Ladder)
			}
		}
		t.touch(t.reported(f.ID))
	case WarnFact:
		t.warnFact(&f, s, head.v.text)
	case RespondFact:
		t.respondFact(&f, s, head.v.text)
	case ClockFact:
		if f.At = t.instant(t.file, head.v.text); f.At.Before(t.e.On) {
			t.bad(t.file, head.v.line, "钟表不能往回拨：例子从 %s 开始", t.e.On.Format("2006-01-02 15:04"))
		}
		if f.At.Before(t.until) {
			t.bad(t.file, head.v.line, "钟表不能往回拨：前面已经走到 %s", t.until.Format("2006-01-02 15:04"))
		}
		t.until = f.At
	}
	return f, true
}

func (t *scene) required(s said, names ...string) {
	for _, n := range names {
		if !s.has(n) {
			t.bad(t.file, s.named[0].name.line, "“%s”要写 %s", s.named[0].name.s, n)
		}
	}
}

func (t *scene) entryFact(f *Fact, s said, name text) {
	x := t.forms[t.look(RegisterItem, name)]
	f.Fields = t.pairs(s.get("fields"), x)
	switch f.Kind {
	case EntryFact:
		t.required(s, "fields")
	case AmendFact:
		t.required(s, "key", "fields")
	case MoveFact:
		t.required(s, "key", "to")
		f.To = t.state(t.file, s.get("to").text, x)
	case RemoveFact:
		t.required(s, "key", "why")
		f.Text = s.get("why").s
	}
}

// pairs reads fields of an entry; their values are typed by people, so that a wrong one can be an example too.
func (t *scene) pairs(s said, x *form) []Pair {
	var out []Pair
	for _, n := range s.named {
		f, ok := t.field(t.file, n.name, x)
		if !ok {
			continue
		}
		out = append(out, Pair{n.name.s, t.typed(n.v, f)})
	}
	return out
}

// typed is a value as a person types it: [111.45, 35.36] is a point, a list of points a line or a surface.
func (t *scene) typed(s said, f register.Field) string {
	if s.list == nil && s.named == nil {
		return s.s
	}
	var v any = s.json()
	kind := map[register.FieldType]string{register.Line: "LineString", register.Polygon: "Polygon", register.Point: "Point"}[f.Type]
	switch {
	case f.Type == register.Point && len(s.list) == 2:
		return s.list[0].s + "," + s.list[1].s
	case kind == "":
		t.bad(t.file, s.line, "字段“%s”这里应是一个词", f.Name)
		return ""
	case s.named != nil: // GeoJSON itself
	case f.Type == register.Polygon && s.depth() == 2:
		ring := s.list
		if first, last := ring[0], ring[len(ring)-1]; len(first.list) == 2 && len(last.list) == 2 && (first.list[0].s != last.list[0].s || first.list[1].s != last.list[1].s) {
			ring = append(slices.Clone(ring), first)
		}
		v = map[string]any{"type": kind, "coordinates": []any{said{list: ring}.json()}}
	case f.Type == register.Polygon && s.depth() == 4:
		v = map[string]any{"type": "MultiPolygon", "coordinates": v}
	default:
		v = map[string]any{"type": kind, "coordinates": v}
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.bad(t.file, s.line, "字段“%s”的图形写错了：%v", f.Name, err)
	}
	return string(b)
}

// place reads [longitude, latitude].
func (t *scene) place(s said) *[2]float64 {
	if s.line == 0 {
		return nil
	}
	var out [2]float64
	ok := len(s.list) == 2
	for i := range s.list {
		if ok {
			var err error
			out[i], err = strconv.ParseFloat(s.list[i].s, 64)
			ok = err == nil
		}
	}
	if !ok || out[0] < -180 || out[0] > 180 || out[1] < -90 || out[1] > 90 {
		t.bad(t.file, s.line, "place 写作 [经度, 纬度]，如 [111.57, 35.49]")
		return nil
	}
	return &out
}
