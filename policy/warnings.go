package policy

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/personnel"
	"zhixing/rule"
	"zhixing/standard"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// hazardIn is a hazard with what its file says of those who issue it.
type hazardIn struct {
	hazardFile
	issuing *issuingFile
}

// warns is a rule whose findings propose a warning.
type warns struct {
	file string
	v    warnsFile
	rule *Item
}

// declareWarnings enters the hazards of the policy into the catalogue.
func (k *pack) declareWarnings() {
	take(k, "warnings", HazardItem, func(f warningsFile) []hazardIn {
		var out []hazardIn
		for _, h := range f.Hazards {
			out = append(out, hazardIn{h, &f.Issuing})
		}
		return out
	}, func(h hazardIn) (text, text, orderFile) { return h.ID, h.Name, h.orderFile }, func(h in[hazardIn]) { k.hazards = append(k.hazards, h) })
}

var (
	senderForm   = regexp.MustCompile(`^[^\s,<&]+$`)
	unitCodeForm = regexp.MustCompile(`^\d{8}$`)

	categories = []cap.Category{cap.Geo, cap.Met, cap.Safety, cap.Security, cap.Rescue, cap.Fire, cap.Health, cap.Env, cap.Transport, cap.Infra, cap.CBRNE, cap.Other}
	responses  = []cap.Response{cap.Shelter, cap.Evacuate, cap.Prepare, cap.Execute, cap.Avoid, cap.Monitor, cap.Assess, cap.AllClear, cap.None}
	urgencies  = []cap.Urgency{cap.Immediate, cap.Expected, cap.Future, cap.Past, cap.UrgencyUnknown}
	severities = []cap.Severity{cap.Extreme, cap.Severe, cap.Moderate, cap.Minor, cap.SeverityUnknown}
	certainty  = []cap.Certainty{cap.Observed, cap.Likely, cap.Possible, cap.Unlikely, cap.CertaintyUnknown}
)

// hazard reads a kind of warning with its levels.
func (k *pack) hazard(h in[hazardIn]) *warning.Hazard {
	y := h.v
	out := &warning.Hazard{ID: h.item.ID, Name: h.item.Title, Code: y.Code.s, Category: y.Category.s, Policy: k.p.ID, Basis: h.item.Basis, Mechanisms: h.item.Mechanisms,
		Issuing: k.issuing(h), Scope: y.Scope.s, File: h.file, LineNo: h.item.Line}
	known, ok := cap.NationalEvents.Of(y.Code.s)
	if y.Code.s != "" && !ok {
		k.bad(h.file, y.Code.line, "代码“%s”不在 GB/T 35561 的代码表里；没有代码的不写", y.Code.s)
	} else if ok && known.Name != out.Name {
		k.bad(h.file, y.Code.line, "代码“%s”是%s，不是%s", y.Code.s, known.Name, out.Name)
	}
	oneOf(k.folder, h.file, "category", y.Category, categories...)
	if out.Category == "" && ok {
		out.Category = string(known.Categories[0])
	}
	if out.Category == "" {
		k.bad(h.file, h.item.Line, "预警“%s”没有写 category，可写：%s", h.item.ID, listed(categories))
	}
	for _, other := range k.set.Hazards {
		if other.Name == out.Name && other.ID != out.ID && k.meets(other, h.item) {
			k.bad(h.file, h.item.Line, "%s预警已由%s发布（%s:%d）：一种预警只由一个单位统一发布", out.Name, other.Unit, other.File, other.LineNo)
		}
	}
	if len(y.Levels) == 0 {
		k.bad(h.file, h.item.Line, "预警“%s”没有写 levels：有哪几级", h.item.ID)
	}
	for _, l := range y.Levels {
		s := k.level(h, out, l)
		if out.Signal(s.Level) != nil {
			k.bad(h.file, l.Level.line, "预警“%s”的“%s”写了两次", h.item.ID, s.Level)
			continue
		}
		out.Signals = append(out.Signals, s)
	}
	slices.SortStableFunc(out.Signals, func(a, b warning.Signal) int { return warning.Rank(a.Level) - warning.Rank(b.Level) })
	q := y.Quality
	out.Quality = warning.Quality{Lead: k.duration(h.file, q.Lead), Accuracy: k.count(h.file, q.Accuracy, 1, 100), Gap: k.duration(h.file, q.Gap), Least: k.colour(h.file, q.Least), Basis: k.clauseOf(h, q.Clause)}
	return out
}

// meets reports whether a hazard is in force while another one is.
func (k *pack) meets(h *warning.Hazard, with *Item) bool {
	return slices.ContainsFunc(k.index[HazardItem][h.ID], func(i *Item) bool { return i.Policy == h.Policy && i.meet(with.Dates) })
}

func (k *pack) colour(file string, t text) warning.Level {
	return oneOf(k.folder, file, "级别", t, warning.Levels...)
}

// level reads one level. Criteria that the folder does not write are those of the nation's table, or of the variant that scope names.
func (k *pack) level(h in[hazardIn], of *warning.Hazard, y levelFile) warning.Signal {
	line := max(y.Level.line, y.Criteria.line, y.Valid.line)
	s := warning.Signal{Level: k.colour(h.file, y.Level), Criteria: y.Criteria.s, Source: y.Source.s,
		Urgency:   string(oneOf(k.folder, h.file, "urgency", y.Urgency, urgencies...)),
		Severity:  string(oneOf(k.folder, h.file, "severity", y.Severity, severities...)),
		Certainty: string(oneOf(k.folder, h.file, "certainty", y.Certainty, certainty...)),
		Responses: words(y.Responses), Instruction: y.Instruction.s, Valid: k.duration(h.file, y.Valid), Approve: k.posts(h.file, y.Approve),
		Ladder: k.callupOf(h.file, y.Callup), LineNo: line}
	for _, r := range y.Responses {
		oneOf(k.folder, h.file, "responses", r, responses...)
	}
	if y.Level.s == "" {
		k.bad(h.file, line, "预警“%s”有一级没有写 level：蓝、黄、橙、红", h.item.ID)
	}
	if y.Valid.s == "" {
		k.bad(h.file, line, "预警“%s”的“%s”没有写 valid：多长时间有效", h.item.ID, y.Level.s)
	}
	k.criteria(h, of, y, &s)
	defaults := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	if c, ok := cap.ColourOf(y.Level.s); ok {
		defaults(&s.Severity, string(c.Severity))
	}
	defaults(&s.Urgency, string(cap.Expected))
	defaults(&s.Certainty, string(cap.Likely))
	for _, d := range y.Duties {
		s.Duties = append(s.Duties, k.linked(h, d))
	}
	for _, x := range y.Stops {
		s.Stops = append(s.Stops, k.stop(h, x))
	}
	if y.Forecast != (forecastingFile{}) {
		s.Forecast = k.forecasting(h.file, line, y.Forecast)
	}
	return s
}

// criteria takes the words of a level from the table of signals where the folder has none of its own.
func (k *pack) criteria(h in[hazardIn], of *warning.Hazard, y levelFile, s *warning.Signal) {
	switch {
	case y.Criteria.s != "" && y.Source.s == "":
		k.bad(h.file, y.Criteria.line, "“%s”的标准没有 source：没有出处的标准不收", y.Level.s)
	case y.Criteria.s != "" || y.Level.s == "":
	case of.Scope == "":
		k.bad(h.file, y.Level.line, "“%s”没有写 criteria：什么情况发布；取国家信号表的写 scope: %s", y.Level.s, standard.National)
	default:
		rows := standard.Signals(of.Name, of.Scope, h.item.From)
		i := slices.IndexFunc(rows, func(r standard.Signal) bool { return r.Level == s.Level })
		if i < 0 {
			k.bad(h.file, y.Level.line, "%s的信号表里没有%s“%s”，请写 criteria 和 source", of.Scope, of.Name, y.Level.s)
			return
		}
		s.Criteria, s.Source = rows[i].Criteria, rows[i].Clause
	}
}

func (k *pack) linked(h in[hazardIn], y linkedFile) warning.Duty {
	if y.Unit.s == "" || y.Do.s == "" || y.Within.s == "" {
		k.bad(h.file, max(y.Unit.line, y.Do.line, y.Within.line), "duties 的每一项要写 unit、do、within：哪个单位、做什么、多久做到")
	}
	return warning.Duty{Unit: k.unit(h.file, y.Unit), Do: y.Do.s, Within: k.duration(h.file, y.Within), Basis: k.clauseOf(h, y.Clause)}
}

func (k *pack) stop(h in[hazardIn], y stopFile) warning.Stop {
	if y.Kind.s == "" || y.Sector.s == "" || y.Unit.s == "" || y.Order.s == "" || y.Within.s == "" {
		k.bad(h.file, max(y.Kind.line, y.Sector.line, y.Unit.line, y.Order.line), "stops 的每一项要写 kind、sector、unit、order、within：停什么、哪些对象、谁负责、怎样停、多久停下")
	}
	return warning.Stop{Kind: oneOf(k.folder, h.file, "kind", y.Kind, warning.OrderKinds[1:]...), Sector: y.Sector.s, Unit: k.unit(h.file, y.Unit), Order: y.Order.s,
		Within: k.duration(h.file, y.Within), Basis: k.clauseOf(h, y.Clause)}
}

// clauseOf is the clause of a part of a hazard; without its own, the hazard's.
func (k *pack) clauseOf(h in[hazardIn], clause text) rule.Basis {
	if clause.s == "" {
		return h.item.Basis
	}
	return k.basis(h.file, clause)
}

func (k *pack) forecasting(file string, line int, y forecastingFile) *warning.Foreseen {
	if y.Element.s == "" || (y.Least.s == "") == (y.Most.s == "") || y.Unit.s == "" || y.Window.s == "" {
		k.bad(file, max(line, y.Element.line), "forecast 要写 element、window、unit，以及 least、most 中的一个：什么要素、多长时段、单位、至少或至多多少")
		return nil
	}
	out := &warning.Foreseen{Element: y.Element.s, Window: k.duration(file, y.Window), Ahead: k.duration(file, y.Ahead), Unit: k.measure(file, y.Unit), Most: y.Most.s != ""}
	threshold := y.Least
	if out.Most {
		threshold = y.Most
	}
	if n := k.decimal(file, threshold); n != nil {
		out.Threshold = *n
		k.foretold(file, line, y.Element, out)
	}
	return out
}

// issuing reads who warns and how: one unit for a file.
func (k *pack) issuing(h in[hazardIn]) warning.Issuing {
	y, file := h.v.issuing, h.file
	if out, ok := k.issued[y]; ok {
		return out
	}
	out := warning.Issuing{Unit: k.unit(file, y.Unit), Sender: y.Sender.s, Code: y.Code.s, Contact: y.Contact.s, Web: y.Web.s, Draft: k.units(file, y.Draft),
		Approve: k.posts(file, y.Approve), Night: k.night(file, y.Night), Quiet: k.quiet(file, y.Quiet)}
	for _, need := range []struct {
		missing bool
		name    string
	}{{y.Unit.s == "", "unit"}, {y.Sender.s == "", "sender"}, {len(y.Draft) == 0, "draft"}, {len(y.Approve) == 0, "approve"}} {
		if need.missing {
			k.bad(file, max(y.Unit.line, 1), "issuing 缺少“%s”：预警统一发布，要写明以谁的名义、谁拟稿、谁签发", need.name)
		}
	}
	if y.Sender.s != "" && !senderForm.MatchString(y.Sender.s) {
		k.bad(file, y.Sender.line, "sender“%s”里不能有空格、逗号、< 和 &，如 qxj@example.gov.cn", y.Sender.s)
	}
	if y.Code.s != "" && !unitCodeForm.MatchString(y.Code.s) {
		k.bad(file, y.Code.line, "code“%s”应为八位数字：单位代码接在县代码后面", y.Code.s)
	}
	for _, s := range y.Sources {
		if s.Name.s == "" || !senderForm.MatchString(s.Sender.s) {
			k.bad(file, max(s.Name.line, s.Sender.line), "sources 的每一项要写 name 和 sender：哪家发布的、文件里的发送方")
		}
		if u, err := url.Parse(s.Feed.s); s.Feed.s != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil) {
			k.bad(file, s.Feed.line, "feed“%s”应是订阅源的网址，如 https://warnings.example.gov.cn/feed.xml，里面不能有用户名和密码", s.Feed.s)
		}
		out.Sources = append(out.Sources, warning.Source{Name: s.Name.s, Sender: s.Sender.s, Dialect: oneOf(k.folder, file, "dialect", s.Dialect, "cap", "national"), Feed: s.Feed.s})
	}
	if k.issued == nil {
		k.issued = map[*issuingFile]warning.Issuing{}
	}
	k.issued[y] = out
	return out
}

func (k *pack) night(file string, y nightFile) warning.Night {
	out := warning.Night{From: k.clock(file, y.From), To: k.clock(file, y.To), Alone: k.posts(file, y.Alone), Confirm: k.clock(file, y.Confirm)}
	if y.Clause.s != "" {
		out.Basis = k.basis(file, y.Clause)
	}
	if len(y.Alone) > 0 && (y.From.s == "" || y.To.s == "" || y.Confirm.s == "") {
		k.bad(file, y.Alone[0].line, "night 要写 from、to、confirm：哪段时间可以一人先行签发，次日几点前复核")
	}
	return out
}

func (k *pack) quiet(file string, y quietFile) warning.Quiet {
	return warning.Quiet{From: k.clock(file, y.From), To: k.clock(file, y.To), Passes: k.colour(file, y.Passes), Gather: k.duration(file, y.Gather)}
}

// clock reads 22:00; nothing is midnight.
func (f *folder) clock(file string, t text) calendar.Clock {
	if t.s == "" {
		return 0
	}
	c, err := calendar.ParseClock(t.s)
	if err != nil {
		f.bad(file, t.line, "%v，加引号", err)
	}
	return c
}

// posts are posts of the county, written 县气象局/局长.
func (k *pack) posts(file string, ts texts) []personnel.PostID {
	var out []personnel.PostID
	for _, t := range ts {
		unit, title, ok := strings.Cut(t.s, "/")
		if !ok {
			k.bad(file, t.line, "职务“%s”应写作 单位/职务，如 县气象局/局长", t.s)
			continue
		}
		if k.lost || k.county.Book == nil || k.county.Directory == nil {
			continue
		}
		name := k.unit(file, text{unit, t.line})
		p, ok := k.county.Book.Find(name, title)
		if !ok {
			if _, known := k.county.Directory.Resolve(name); known {
				k.bad(file, t.line, "posts.yaml 里没有“%s”的职务“%s”", name, title)
			}
			continue
		}
		out = append(out, p.ID)
	}
	return out
}

// propose ties rules to the warnings that their findings propose.
func (ps *packs) propose() {
	for _, k := range ps.all {
		for _, x := range k.warns {
			item := k.find(HazardItem, x.file, x.v.Hazard, x.rule)
			level := k.colour(x.file, x.v.Level)
			if item == nil || level == "" {
				if x.v.Hazard.s == "" || x.v.Level.s == "" {
					k.bad(x.file, max(x.v.Hazard.line, x.v.Level.line), "warns 要写 hazard 和 level：建议发布哪种预警、哪一级")
				}
				continue
			}
			for _, h := range ps.set.Hazards {
				if h.ID != item.ID || h.Policy != item.Policy {
					continue
				}
				if s := h.Signal(level); s != nil {
					s.Rules = append(s.Rules, x.rule.ID)
					k.lean(item, x.rule)
				} else {
					k.bad(x.file, x.v.Level.line, "预警“%s”没有“%s”这一级", h.ID, level)
				}
			}
		}
	}
}
