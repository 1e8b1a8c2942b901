package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/policy/works"
)

// One recipient, entered, corrected or taken out by hand. No page shows a number: those that there are stay or go by their places, and what is
// typed comes in addition.

// recipientInputs are the inputs of the form, by the columns of tables whose cells they fill. Two columns that make one input stand apart.
var recipientInputs = map[string]string{
	"key": "编号", "kind": "类别", "name": "名称", "unit": "单位", "grid": "网格", "roles": "角色", "sms": "手机", "voice": "电话", "mail": "邮箱", "speaker": "喇叭", "screen": "显示屏",
	"hook": "系统对接", "wants": "订阅", "quiet": "免打扰", "agreed": "同意日期", "how": "同意方式", "from": "有效期起", "until": "有效期止",
}

// recipientPage is one recipient with what was typed, and what is wrong with it.
type recipientPage struct {
	R       *audience.Recipient // nil: a new one
	List    string
	Masked  []string
	From    string // what brings it
	Now     string // of a post: who is told for it now
	Where   Link   // where it is changed, if not here
	Typed   url.Values
	Wrong   map[string]string // by inputs
	Problem string
	Leaving string // what is wrong with taking it out
	Past    []pastDeed
	Names   map[string]string

	Kinds []audience.Kind
	Towns []areaTown
	Lists []string
	Roles []string
	Units []string
	Pick  *mapView
}

// Keeps reports whether an address stays, as the form says.
func (p *recipientPage) Keeps(n int) bool { return slices.Contains(p.Typed["keep"], strconv.Itoa(n)) }

// OtherPlace is a place that is in no list of the form; it would be lost if it were not offered.
func (p *recipientPage) OtherPlace() string {
	at := p.Typed.Get("place")
	town, village, _ := strings.Cut(at, "/")
	for _, t := range p.Towns {
		if t.Name == town && (village == "" || slices.Contains(t.Villages, village)) {
			return ""
		}
	}
	return at
}

// recipientTyped is what the form sends, and which inputs cannot be cells.
func recipientTyped(v url.Values) (t audience.Typed, wrong map[string]string) {
	t = audience.Typed{List: v.Get("list"), Why: v.Get("why"), Cells: map[string]string{}}
	wrong = map[string]string{}
	for input, column := range recipientInputs {
		t.Cells[column] = v.Get(input)
	}
	t.Cells["乡镇"], t.Cells["村"], _ = strings.Cut(v.Get("place"), "/")
	switch at := strings.FieldsFunc(v.Get("at"), func(r rune) bool { return strings.ContainsRune(" 　,，\t", r) }); len(at) {
	case 0:
	case 2:
		t.Cells["经度"], t.Cells["纬度"] = at[0], at[1]
	default:
		wrong["at"] = "写经度、纬度两个数，中间空格，如 111.5712 35.4912。"
	}
	for _, s := range v["keep"] {
		if n, err := strconv.Atoi(s); err == nil {
			t.Keep = append(t.Keep, n)
		}
	}
	t.Saw, _ = strconv.ParseInt(v.Get("saw"), 10, 64) // what is none was seen by nobody
	return t, wrong
}

// typedOf is the form of a recipient as it stands.
func typedOf(r *audience.Recipient) url.Values {
	cells := audience.Cells(r)
	v := url.Values{"place": {r.Place.Town + "/" + r.Place.Village}, "saw": {strconv.FormatInt(r.Rev, 10)}}
	for input, column := range recipientInputs {
		v.Set(input, cells[column])
	}
	if r.Place.Village == "" {
		v.Set("place", r.Place.Town)
	}
	if r.At != nil {
		short := func(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
		v.Set("at", short(cells["经度"])+" "+short(cells["纬度"]))
	}
	for n := range r.Addresses {
		v.Add("keep", strconv.Itoa(n))
	}
	return v
}

// inputsOf are the faults of columns, by inputs.
func inputsOf(columns, wrong map[string]string) map[string]string {
	for input, column := range recipientInputs {
		if why := columns[column]; why != "" {
			wrong[input] = why
		}
	}
	for column, input := range map[string]string{"名单": "list", "说明": "why", "乡镇": "place", "村": "place", "经度": "at", "纬度": "at"} {
		if why := columns[column]; why != "" && wrong[input] == "" {
			wrong[input] = why
		}
	}
	return wrong
}

func (s *Server) recipientNew(w http.ResponseWriter, r *http.Request) error {
	list := strings.TrimSpace(r.URL.Query().Get("list"))
	return s.recipientPage(w, r, http.StatusOK, &recipientPage{Typed: url.Values{"list": {list}, "kind": {audience.Person.Chinese()}}})
}

func (s *Server) recipientEnter(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	t, wrong := recipientTyped(f.Values)
	var made *audience.Recipient
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		if made, err = works.Audience.Enter(r.Context(), tx, by, t); err == nil && len(wrong) > 0 {
			err = &audience.Error{Kind: audience.Invalid, Op: "form", Message: "有1处要改，见下面标红的格。"}
		}
		return err
	})
	if k := audience.KindOf(err); k == audience.Invalid {
		return s.recipientPage(w, r, audienceStatus[k], &recipientPage{Typed: f.Values, Wrong: inputsOf(audience.ColumnsOf(err), wrong), Problem: audience.Message(err)})
	}
	if err != nil {
		return err
	}
	return &redirectError{"/audience/" + strconv.FormatInt(int64(made.ID), 10) + "?done=audience-entered"}
}

func recipientID(r *http.Request) (audience.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这个接收对象。")
	}
	return audience.ID(n), nil
}

func (s *Server) recipient(w http.ResponseWriter, r *http.Request) error {
	return s.recipientPage(w, r, http.StatusOK, &recipientPage{})
}

func (s *Server) recipientAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	id, err := recipientID(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	here := "/audience/" + strconv.FormatInt(int64(id), 10)
	t, wrong := recipientTyped(f.Values)
	switch r.PathValue("act") {
	case "correct":
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := works.Audience.Correct(r.Context(), tx, by, id, t)
			if err == nil && len(wrong) > 0 {
				err = &audience.Error{Kind: audience.Invalid, Op: "form", Message: "有1处要改，见下面标红的格。"}
			}
			return err
		})
		switch k := audience.KindOf(err); k {
		case audience.Conflict: // shown as it is now: what was typed stood beside numbers that may be others
			return s.recipientPage(w, r, audienceStatus[k], &recipientPage{Problem: audience.Message(err)})
		case audience.Invalid:
			return s.recipientPage(w, r, audienceStatus[k], &recipientPage{Typed: f.Values, Wrong: inputsOf(audience.ColumnsOf(err), wrong), Problem: audience.Message(err)})
		}
		here += "?done=audience-corrected"
	case "remove":
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error { return works.Audience.Remove(r.Context(), tx, by, id, t.Saw, t.Why) })
		if k := audience.KindOf(err); k == audience.Invalid || k == audience.Conflict {
			return s.recipientPage(w, r, audienceStatus[k], &recipientPage{Leaving: audience.Message(err)})
		}
		here = "/audience?done=audience-removed"
	default:
		return notFound("没有这样的办理。")
	}
	if err != nil {
		return err
	}
	return &redirectError{here}
}

// recipientPage writes the page of the recipient in the address, or of a new one.
func (s *Server) recipientPage(w http.ResponseWriter, r *http.Request, status int, p *recipientPage) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	if p.Names, err = s.accountNames(r); err != nil {
		return err
	}
	counts, err := works.Audience.Count(r.Context(), s.DB, audience.Query{Area: audience.Area{County: true}, Level: audience.Red})
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { // that somebody looked is written down
		p.Lists, p.Past = nil, nil
		batches, err := works.Audience.Batches(r.Context(), tx, by, 200)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.State == audience.BatchDone && !slices.Contains(p.Lists, b.List) {
				p.Lists = append(p.Lists, b.List)
			}
		}
		if r.PathValue("id") == "" {
			return nil
		}
		id, err := recipientID(r)
		if err != nil {
			return err
		}
		if p.R, err = works.Audience.Look(r.Context(), tx, by, id); err != nil {
			return err
		}
		if p.Now, err = toldNow(r.Context(), tx, works, *p.R); err != nil {
			return err
		}
		past, _, err := journal.List(r.Context(), tx, s.countyCode, journal.Query{Subject: "audience/" + strconv.FormatInt(int64(id), 10), Limit: 100})
		for _, x := range past {
			p.Past = append(p.Past, pastDeedOf(x, false))
		}
		return err
	})
	if err != nil {
		return err
	}
	title := "登记接收对象"
	if p.R != nil {
		title = "接收对象"
		p.List, p.From, p.Where = p.R.ListOf(), sourceWord(works, p.R.Source), sourceLink(works, p.R)
		for _, a := range p.R.Addresses {
			p.Masked = append(p.Masked, a.Channel.Chinese()+" "+a.Masked())
		}
		if p.Typed == nil {
			p.Typed = typedOf(p.R)
		}
	}
	p.Kinds, p.Towns, p.Roles, p.Units = audience.Kinds, s.areaTowns(works), rolesOf(counts), s.unitNames()
	p.Pick = &mapView{Layers: []mapLayer{}, Box: countyBox(works.Registers.Places), Places: "/map/places.json"}
	page := s.office(r, title, Link{Text: "接收对象", URL: "/audience"}, Link{Text: title})
	page.Data = p
	return s.render(w, status, "audienceone.html", page)
}

// sourceLink is where a recipient that is in no list is changed.
func sourceLink(w *works.Works, r *audience.Recipient) Link {
	switch name, of, _ := strings.Cut(r.Source, ":"); {
	case r.Source == audience.SourcePosts:
		return Link{Text: "人员页上登记的手机和任职", URL: "/persons/" + r.Key[strings.LastIndex(r.Key, "/")+1:]}
	case r.Source == audience.SourceSelf:
		return Link{Text: "本人在订阅页面办理，或回复短信 TD 退订", URL: "/warnings/subscribe"}
	case name == "register":
		return Link{Text: "《" + strings.TrimPrefix(sourceWord(w, r.Source), "台账：") + "》里的条目", URL: "/lists/" + url.PathEscape(of)}
	}
	return Link{}
}
