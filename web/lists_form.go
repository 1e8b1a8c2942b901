package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
)

// entryDeed is something that a person does to an entry, with its own form.
type entryDeed struct {
	Act, Title, Button string
	fields             bool // the form has the entry's fields
	Why                bool // the reason must be given
	done               string
	gone               bool // of entries that left
	do                 func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error)
}

var entryDeeds = []entryDeed{
	{"amend", "修改", "保存修改", true, false, "amended", false, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Amend(ctx, tx, by, name, key, f.Input)
	}},
	{"correct", "更正", "保存更正", true, true, "corrected", false, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Correct(ctx, tx, by, name, key, f.Input)
	}},
	{"move", "转变状态", "确定", true, false, "moved", false, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Move(ctx, tx, by, name, key, register.MoveTo{State: f.to, Input: f.Input})
	}},
	{"confirm", "核实", "核实无误", false, false, "confirmed-entry", false, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Confirm(ctx, tx, by, name, key, f.Why)
	}},
	{"remove", "出册", "出册", false, true, "left", false, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Remove(ctx, tx, by, name, key, register.Leave{Why: f.Why, Basis: f.Basis, Holds: f.Holds, Saw: f.Saw})
	}},
	{"restore", "恢复", "恢复在册", false, true, "restored", true, func(ctx context.Context, tx *db.Tx, r *register.Registers, by register.Actor, name register.Name, key string, f entryInput) (*register.Entry, error) {
		return r.Restore(ctx, tx, by, name, key, register.Leave{Why: f.Why, Basis: f.Basis, Holds: f.Holds, Saw: f.Saw})
	}},
}

// entryInput is what a form about an entry sends.
type entryInput struct {
	register.Input
	to    string     // state
	typed url.Values // for the form, where something is wrong with it
	wrong map[string]string
}

// What the inputs of a form are called: f.NAME, file.NAME, clear.NAME.
const (
	fileWord  = "file."
	clearWord = "clear."
)

// readEntryForm reads a form about an entry. What is wrong with a field, package register says; a day that is none is said here.
func readEntryForm(r *http.Request, s *register.Schema) (in entryInput, err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(8 << 20)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return in, err
		}
		return in, badRequest("提交的内容不完整，请重新提交。")
	}
	in = entryFields(s, r.PostForm)
	if r.MultipartForm == nil {
		return in, nil
	}
	defer r.MultipartForm.RemoveAll()
	for i := range s.Fields {
		f := &s.Fields[i]
		heads := r.MultipartForm.File[fileWord+f.Name]
		if len(heads) == 0 || heads[0].Size == 0 {
			continue
		}
		file, err := heads[0].Open()
		if err != nil {
			return in, err
		}
		content, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return in, err
		}
		switch {
		case f.Type == register.File:
			in.Files[f.Name] = register.Upload{Name: filepath.Base(heads[0].Filename), MediaType: heads[0].Header.Get("Content-Type"), Bytes: content}
			delete(in.Fields, f.Name)
		case f.Geo():
			in.Fields[f.Name] = string(content)
		}
	}
	return in, nil
}

// entryFields reads the words of a form. A file or a shape for which nothing is sent stays as it is.
func entryFields(s *register.Schema, form url.Values) entryInput {
	in := entryInput{typed: form, wrong: map[string]string{}, to: form.Get("to")}
	in.Fields, in.Files = map[string]string{}, map[string]register.Upload{}
	for i := range s.Fields {
		f := &s.Fields[i]
		switch {
		case form.Get(clearWord+f.Name) == "1":
			in.Fields[f.Name] = ""
		case !form.Has(fieldWord + f.Name):
		case f.Type == register.File:
		case (f.Type == register.Line || f.Type == register.Polygon) && strings.TrimSpace(form.Get(fieldWord+f.Name)) == "":
		default:
			in.Fields[f.Name] = form.Get(fieldWord + f.Name)
		}
	}
	in.Why, in.Basis, in.Once = strings.TrimSpace(form.Get("why")), strings.TrimSpace(form.Get("basis")), form.Get("once")
	if err := in.Holds.UnmarshalText([]byte(strings.TrimSpace(form.Get("holds")))); err != nil {
		in.wrong["holds"], in.Holds = "日期写作 2023-10-31 的样子。", calendar.Date{}
	}
	if saw := form.Get("saw"); saw != "" {
		n, err := strconv.Atoi(saw)
		if err != nil || n < 0 {
			in.wrong[""] = "表单已经过期，请重新打开这一页。"
		}
		in.Saw = n
	}
	return in
}

// formField is one input.
type formField struct {
	register.Field
	ID, Name    string
	Value       string // as typed, or as it stands
	Stands      string // of a file or shape that is there
	Wrong       string
	Choices     []register.Entry // entries that a reference may name
	RefTitle    string
	RefURL      string
	Folded      bool // a move's form offers it, and it may be left alone
	Accept      string
	Typed       bool
	UnitMeasure string
}

// entryFormData is the page of a form.
type entryFormData struct {
	listBase
	E           *register.Entry // nil: a new one
	Deed        entryDeed
	Fields      []formField
	Way         *wayView
	Problem     string
	ProblemCite cited
	Wrong       map[string]string
	Typed       url.Values
	Once        string
	Units       []string
	Today       calendar.Date
	Action      string
}

// Pick is the map on which places are picked; nil where the form asks for none.
func (d *entryFormData) Pick() *mapView {
	if !slices.ContainsFunc(d.Fields, func(f formField) bool { return f.Geo() }) {
		return nil
	}
	return &mapView{Layers: []mapLayer{}, Box: countyBox(d.works.Registers.Places), Places: "/map/places.json"}
}

// mostChoices is how many entries a form offers for a reference; of a longer list the key is typed.
const mostChoices = 200

// formPage writes the form with what was typed and what is wrong with it.
func (s *Server) formPage(w http.ResponseWriter, r *http.Request, status int, d *entryFormData) error {
	title := "登记"
	crumbs := []Link{{Text: "登记"}}
	d.Action = d.Here() + "/new"
	if d.E != nil {
		title = d.Deed.Title
		crumbs = []Link{{Text: d.E.Label, URL: d.EntryURL(d.E)}, {Text: d.Deed.Title}}
		d.Action = d.EntryURL(d.E) + "/" + d.Deed.Act
	}
	d.Units, d.Today = s.unitNames(), s.today()
	if d.Once = d.Typed.Get("once"); d.Once == "" {
		d.Once = newOnce()
	}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.docs, err = s.addresses(ctx, tx, d.works); err != nil {
			return err
		}
		if d.Deed.Act == "move" {
			if err := d.findWay(ctx, tx); err != nil {
				return err
			}
		}
		if d.Deed.fields {
			return d.inputs(ctx, tx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := s.listFrame(r, d.listBase, title+"："+d.S.Title, crumbs...)
	p.Data = d
	return s.render(w, status, "entryform.html", p)
}

// findWay is the move that the form asks for.
func (d *entryFormData) findWay(ctx context.Context, tx *db.Tx) error {
	to := d.Typed.Get("to")
	for _, m := range d.S.Ways(d.E) {
		if m.To != to {
			continue
		}
		why, err := d.works.Registers.MayMove(ctx, tx, d.S, d.E, m)
		if err != nil {
			return err
		}
		d.Way = &wayView{m, why, d.Cite(m.Basis)}
		return nil
	}
	return &httpError{status: http.StatusConflict, message: "《" + d.S.Title + "》现在不能这样转变状态：条目的状态是“" + d.E.State + "”。"}
}

// inputs makes an input of every field.
func (d *entryFormData) inputs(ctx context.Context, tx *db.Tx) error {
	for i, f := range d.S.Fields {
		x := formField{Field: f, ID: "f" + strconv.Itoa(i), Name: fieldWord + f.Name, Wrong: d.Wrong[f.Name], UnitMeasure: d.UnitOf(f), Folded: d.Way != nil && !d.Way.asks(f.Name)}
		stands := ""
		if d.E != nil {
			stands = d.E.Values[f.Name]
		}
		switch {
		case d.Typed.Has(x.Name):
			x.Value, x.Typed = d.Typed.Get(x.Name), true
		case f.Type != register.File && f.Type != register.Line && f.Type != register.Polygon:
			x.Value = f.Written(stands)
		}
		if stands != "" {
			x.Stands = f.Written(stands)
		}
		if f.Type == register.Ref {
			if err := d.offer(ctx, tx, &x); err != nil {
				return err
			}
		}
		if x.Wrong != "" {
			x.Folded = false
		}
		d.Fields = append(d.Fields, x)
	}
	return nil
}

// asks reports whether a move's guard speaks of a field.
func (w *wayView) asks(field string) bool {
	return w.When != nil && strings.Contains(w.When.String(), field)
}

// offer gives a reference its choices, where they are few.
func (d *entryFormData) offer(ctx context.Context, tx *db.Tx, x *formField) error {
	of, ok := d.works.Registers.Schema(x.Register)
	if !ok {
		return nil
	}
	x.RefTitle, x.RefURL = of.Title, d.Root()+"/"+string(of.Name)
	page, err := d.works.Registers.List(ctx, tx, d.viewer(), register.Query{Register: of.Name, Size: mostChoices})
	if err != nil || page.Next != "" {
		return err
	}
	for _, e := range page.Entries {
		x.Choices = append(x.Choices, *e)
	}
	return nil
}

// writer begins a form's page and keeps out who may not write.
func (s *Server) writer(r *http.Request) (listBase, error) {
	b, form, err := s.listOf(r)
	switch {
	case err != nil:
		return b, err
	case form != "":
		return b, notFound("没有这本台账。")
	case !b.MayWrite():
		return b, forbidden("《" + b.S.Title + "》由" + b.S.Custodian + "登记，您的职务不能登记。")
	}
	return b, nil
}

func (s *Server) entryNew(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	return s.formPage(w, r, http.StatusOK, &entryFormData{listBase: b, Deed: entryDeed{fields: true, Button: "登记"}, Typed: r.URL.Query()})
}

func (s *Server) entryAdd(w http.ResponseWriter, r *http.Request) error {
	b, err := s.writer(r)
	if err != nil {
		return err
	}
	in, err := readEntryForm(r, b.S)
	if err != nil {
		return err
	}
	d := &entryFormData{listBase: b, Deed: entryDeed{fields: true, Button: "登记"}, Typed: in.typed, Wrong: in.wrong}
	var e *register.Entry
	if len(in.wrong) == 0 {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			e, err = b.works.Registers.Add(r.Context(), tx, b.by, b.S.Name, in.Input)
			return err
		})
	}
	return s.afterForm(w, r, d, e, err, "listed")
}

// afterForm goes to the entry, or back to the form with what is wrong.
func (s *Server) afterForm(w http.ResponseWriter, r *http.Request, d *entryFormData, e *register.Entry, err error, done string) error {
	var re *register.Error
	switch {
	case errors.As(err, &re) && re.Kind != register.NotFound && re.Kind != register.NotAllowed:
		d.Problem, d.ProblemCite = re.Message, cited{Text: re.Basis.String()}
		if re.Basis.Document == "" {
			d.ProblemCite = cited{}
		}
		for _, f := range re.Fields {
			if d.Wrong[f.Field] == "" {
				d.Wrong[f.Field] = f.Message
			}
		}
		return s.formPage(w, r, registerStatus[re.Kind], d)
	case err != nil:
		return err
	case e == nil:
		if d.Problem = d.Wrong[""]; d.Problem == "" {
			d.Problem = "有填写不对的地方，请改正后再提交。"
		}
		return s.formPage(w, r, http.StatusBadRequest, d)
	}
	s.changed()
	return &redirectError{d.EntryURL(e) + "?done=" + done}
}

// deedOf finds the entry and the deed that an address names.
func (s *Server) deedOf(r *http.Request) (*entryFormData, error) {
	b, err := s.writer(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(entryDeeds, func(d entryDeed) bool { return d.Act == r.PathValue("act") })
	if i < 0 {
		return nil, notFound("没有这个页面。地址可能打错了，或者页面已经移走。")
	}
	d := &entryFormData{listBase: b, Deed: entryDeeds[i], Typed: url.Values{}}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		d.E, err = b.works.Registers.Get(ctx, tx, register.Inside, b.S.Name, r.PathValue("key"), register.AsOf{})
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !b.works.Registers.MayWriteEntry(b.by, b.S, d.E.Values):
		return nil, forbidden("这一条目不是您单位的，您的职务不能办理。")
	case d.E.Removed() != d.Deed.gone:
		word := "没有出册"
		if d.E.Removed() {
			word = "已于" + d.E.RemovedOn.Chinese() + "出册"
		}
		return nil, &httpError{status: http.StatusConflict, message: "“" + d.E.Label + "”" + word + "，不能" + d.Deed.Title + "。"}
	}
	return d, nil
}

func (s *Server) entryForm(w http.ResponseWriter, r *http.Request) error {
	d, err := s.deedOf(r)
	if err != nil {
		return err
	}
	d.Typed = r.URL.Query()
	return s.formPage(w, r, http.StatusOK, d)
}

func (s *Server) entryAct(w http.ResponseWriter, r *http.Request) error {
	d, err := s.deedOf(r)
	if err != nil {
		return err
	}
	in, err := readEntryForm(r, d.S)
	if err != nil {
		return err
	}
	d.Typed, d.Wrong = in.typed, in.wrong
	if d.Deed.Why && in.Why == "" {
		d.Wrong["why"] = "请写明原因。"
	}
	var e *register.Entry
	if len(d.Wrong) == 0 {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			e, err = d.Deed.do(r.Context(), tx, d.works.Registers, d.by, d.S.Name, d.E.Key, in)
			return err
		})
	}
	return s.afterForm(w, r, d, e, err, d.Deed.done)
}
