package web

import (
	"context"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/device"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/quantity"
	"zhixing/register"
)

// A finding keeps where its facts came from as they were addressed: outlet-cod/P1 2023年9月20日12时 hj212/3/20230920120000000. Pages
// say that in people's words when they are shown, so that what is on record stays as it is and old records read like new ones.

// seenView is a fact with its unit, and where it came from in words.
type seenView struct {
	finding.Seen
	As        string // as the rule has it, where that is not said as well by the name and the value
	Unit      string
	From, URL string // what it is a reading or a field of
	When      string
	By        string // what sent the reading
	ByURL     string
}

// seer puts sources into words. It asks for each entry and each device once.
type seer struct {
	w       *works.Works
	devices *device.Registry
	labels  map[string]string // of entries, by address
	senders map[string]Link   // of readings
}

func (s *Server) seer(w *works.Works) *seer {
	return &seer{w, s.Devices, map[string]string{}, map[string]Link{}}
}

// seenAt divides a source into an address, the time, and what sent the reading.
var seenAt = regexp.MustCompile(`^(.+?) (自?\d{4}年\d{1,2}月\d{1,2}日(?:\d{1,2}时)?(?:\d{2}分)?(?:起没有数据|收到数据)?)(?: (.*))?$`)

// view is a fact that a rule saw. ind is the indicator that the rule looks at, if it looks at one.
func (s *seer) view(ctx context.Context, tx *db.Tx, f finding.Seen, ind *finding.Indicator) (seenView, error) {
	v := seenView{Seen: f, From: f.Source}
	address, sender := f.Source, ""
	if m := seenAt.FindStringSubmatch(f.Source); m != nil {
		address, v.When, sender = m[1], m[2], m[3]
	}
	var unit quantity.Unit
	name, key, _ := strings.Cut(address, "/")
	if def := s.definition(name); def != nil && key != "" {
		label, err := s.label(ctx, tx, register.Name(def.Register), key)
		if err != nil {
			return v, err
		}
		v.From, v.URL = label+" "+def.Title, caseSubject(s.w, address)
		if f.Name == "值" || f.Name == finding.LastReading || ofReadings(f.Name) {
			unit = def.Unit
		}
		if sender != "" {
			by, err := s.sender(ctx, tx, sender)
			if err != nil {
				return v, err
			}
			v.By, v.ByURL = by.Text, by.URL
		}
	} else if schema, ok := s.w.Registers.Schema(register.Name(name)); ok {
		v.From, v.URL = schema.Title, "/lists/"+name
		if key != "" {
			label, err := s.label(ctx, tx, schema.Name, key)
			if err != nil {
				return v, err
			}
			v.From, v.URL = label, caseSubject(s.w, address)
			unit = fieldUnit(schema, f.Name)
		}
	} else {
		v.From, v.When = f.Source, ""
		if ind != nil && (f.Name == "值" || f.Name == "目标") && strings.HasPrefix(f.Source, ind.Title) {
			v.URL, unit = "/indicators/"+ind.ID, ind.Unit
		}
	}
	v.Name = s.w.Judge.InWords(f.Name)
	if param, ok := strings.CutPrefix(f.Name, "参数."); ok {
		v.Name = param
		for _, x := range s.w.Set.Values {
			if x.Name == param {
				unit = x.Unit
			}
		}
	}
	if d, err := quantity.Parse(f.Value); err == nil {
		v.Unit = unitText(unit)
		switch call, _, _ := strings.Cut(f.Name, "("); call {
		case "均值":
			v.Value = shortened(d)
		case "次数":
			v.Name, v.Unit = strings.TrimSuffix(v.Name, "次数")+"读数", "个"
		}
	}
	if strings.Contains(f.Name, "(") {
		v.As = f.Name + " = " + f.Value
	}
	return v, nil
}

// shortened is a mean as people write it: two places, of what is below one three figures. What is measured has no more.
func shortened(d quantity.Decimal) string {
	places := 2
	if f := math.Abs(d.Float()); f > 0 && f < 1 {
		places = 2 - int(math.Floor(math.Log10(f)))
	}
	if d.Scale() <= places {
		return d.String()
	}
	return d.Round(places).String()
}

// views are facts as a page shows them.
func (s *seer) views(ctx context.Context, tx *db.Tx, list []finding.Seen, ind *finding.Indicator) ([]seenView, error) {
	var out []seenView
	for _, f := range list {
		v, err := s.view(ctx, tx, f, ind)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// timeView is one time that a finding was seen.
type timeView struct {
	finding.Occurrence
	Facts []seenView
}

// factsOf are the facts of a finding, the evidence of its end and its times, in words.
func (s *Server) factsOf(ctx context.Context, tx *db.Tx, w *works.Works, f *finding.Finding, times []finding.Occurrence) (facts, evidence []seenView, shown []timeView, err error) {
	in := s.seer(w)
	var ind *finding.Indicator
	if r := w.Judge.Rule(f.Rule); r != nil {
		ind = w.Judge.Indicator(r.Indicator)
	}
	if facts, err = in.views(ctx, tx, f.Facts, ind); err != nil {
		return
	}
	if evidence, err = in.views(ctx, tx, f.Evidence, ind); err != nil {
		return
	}
	for _, t := range times {
		list, err := in.views(ctx, tx, t.Facts, ind)
		if err != nil {
			return nil, nil, nil, err
		}
		shown = append(shown, timeView{t, list})
	}
	return facts, evidence, shown, nil
}

// ofReadings reports whether a name is a value made of readings of the series itself.
func ofReadings(name string) bool {
	call, _, ok := strings.Cut(name, "(")
	return ok && (call == "均值" || call == "最大" || call == "最小")
}

// fieldUnit is the unit of the field that a name ends in: 条目.日排水量.
func fieldUnit(schema *register.Schema, name string) quantity.Unit {
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, f := range schema.Fields {
		if f.Name == name {
			return f.Unit
		}
	}
	return ""
}

// definition is a kind of series, also one that is no longer in force.
func (s *seer) definition(name string) *observation.Definition {
	d, _, _ := (&seriesBase{Inside: true, works: s.w}).shownDefinition(name)
	return d
}

// about is what people call a rule's subject: an entry by its label, a series by its entry and its title.
func (s *seer) about(ctx context.Context, tx *db.Tx, subject string) (string, error) {
	name, key, ok := strings.Cut(subject, "/")
	if subject == "" {
		return "全县", nil
	}
	if _, known := s.w.Registers.Schema(register.Name(name)); ok && known {
		return s.label(ctx, tx, register.Name(name), key)
	}
	if def := s.definition(name); ok && def != nil {
		label, err := s.label(ctx, tx, register.Name(def.Register), key)
		return label + " " + def.Title, err
	}
	return subject, nil
}

func (s *seer) label(ctx context.Context, tx *db.Tx, name register.Name, key string) (string, error) {
	address := string(name) + "/" + key
	if l, ok := s.labels[address]; ok {
		return l, nil
	}
	l := key
	e, err := s.w.Registers.Get(ctx, tx, register.Inside, name, key, register.AsOf{})
	switch {
	case err == nil:
		l = e.Label
	case register.KindOf(err) != register.NotFound:
		return "", err
	}
	s.labels[address] = l
	return l, nil
}

// sender is what a reading's source names: hj212/3/20230920120000000 is a device, token/… a program, mean/… another series.
func (s *seer) sender(ctx context.Context, tx *db.Tx, source string) (Link, error) {
	if l, ok := s.senders[source]; ok {
		return l, nil
	}
	how, who, _ := strings.Cut(source, "/")
	l := Link{Text: source}
	switch how {
	case "hj212":
		who, _, _ = strings.Cut(who, "/")
		id, err := strconv.ParseInt(who, 10, 64)
		if err != nil || s.devices == nil {
			break
		}
		l = Link{Text: "设备" + who, URL: "/devices/" + who}
		st, err := s.devices.StatusOf(ctx, tx, device.ID(id))
		switch {
		case err == nil && st.Name != "":
			l.Text = st.Name
		case err == nil:
			l.Text = string(st.MN)
		case device.KindOf(err) != device.NotFound:
			return l, err
		default:
			l.URL = ""
		}
	case "token":
		l = Link{Text: "“" + who + "”报送", URL: "/devices"}
	case "import":
		l = Link{Text: "上传的表格", URL: "/samples/" + url.PathEscape(who)}
	case "example": // of the policy's folder, in a demonstration
		l.Text = "演示数据"
	case "mean":
		l.Text = "由分次读数平均"
		if def := s.definition(who); def != nil {
			l = Link{Text: "由" + def.Title + "平均", URL: "/series/" + url.PathEscape(who)}
		}
	}
	s.senders[source] = l
	return l, nil
}
