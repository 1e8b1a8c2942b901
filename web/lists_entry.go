package web

import (
	"context"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/observation"
	"zhixing/register"
)

// wayView is a move that the document knows from the entry's state, and whether it allows it today.
type wayView struct {
	*register.Move
	Why  string // why not; empty: it may be done
	Cite cited
}

// Verb is what stands on the button.
func (w wayView) Verb() string {
	if w.Name != "" {
		return w.Name
	}
	return "转为" + w.To
}

// stepView is a record of an entry with what it changed.
type stepView struct {
	register.Record
	Who     string
	Changes []fieldChange
	Image   bool
}

// fieldChange is one field before and after.
type fieldChange struct {
	Field, Unit string
	Was, Now    string
}

// linkGroup are the entries of another register that refer to this one.
type linkGroup struct {
	Schema  *register.Schema
	Field   string
	Entries []*register.Entry
	All     string // address of all of them
}

// seriesView is what is measured at an entry.
type seriesView struct {
	*observation.Definition
	URL    string
	Latest *observation.Latest
}

// mostLinked is how many entries are listed that refer to one.
const mostLinked = 20

// entryPageData is the page of an entry.
type entryPageData struct {
	listBase
	E         *register.Entry
	Cols      []register.Field
	Past      bool
	On        calendar.Date
	Today     calendar.Date
	Mine      bool // the reader may write it
	Ways      []wayView
	Owed      []owedGroup
	Steps     []stepView
	Links     []linkGroup
	Series    []seriesView
	Findings  []finding.Finding
	CaseOf    map[finding.ID]cases.ID
	Cases     []cases.Row
	Sketch    template.HTML
	Merged    string // address of what it was merged into
	MergeID   int64  // number of the merging that may be taken back
	RuleTitle func(string) string
}

// entryOf finds the entry that the address names, at ?on=; json reports whether it is asked for as data. A key may end in .json of its own.
func (s *Server) entryOf(ctx context.Context, tx *db.Tx, b listBase, key string, as register.AsOf) (e *register.Entry, json bool, err error) {
	e, err = b.works.Registers.Get(ctx, tx, b.viewer(), b.S.Name, key, as)
	if base, ok := strings.CutSuffix(key, ".json"); ok && register.KindOf(err) == register.NotFound {
		e, err = b.works.Registers.Get(ctx, tx, b.viewer(), b.S.Name, base, as)
		return e, true, err
	}
	return e, false, err
}

// entry is the page of an entry.
func (s *Server) entry(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	day, as, err := s.listDay(r)
	if err != nil {
		return err
	}
	d := &entryPageData{listBase: b, Cols: b.S.Columns(b.viewer()), On: day, Past: !as.Now(), Today: s.today()}
	json := false
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.docs, err = s.addresses(ctx, tx, b.works); err != nil {
			return err
		}
		if d.E, json, err = s.entryOf(ctx, tx, b, r.PathValue("key"), as); err != nil || json {
			return err
		}
		return s.fillEntry(ctx, tx, d)
	})
	if err != nil {
		return err
	}
	if json {
		return writeJSON(w, http.StatusOK, s.entryData(d.listBase, d.E))
	}
	if r.PathValue("key") != d.E.Key { // by its number, as maps name it
		return &redirectError{askedWith(d.EntryURL(d.E), r.URL.Query(), "after", "")}
	}
	p := s.listFrame(r, d.listBase, d.E.Label, Link{Text: d.E.Label})
	p.Alternates = []Alternate{{"application/json", "本条目数据", d.EntryURL(d.E) + ".json"}}
	p.Data = d
	return s.render(w, http.StatusOK, "entry.html", p)
}

// fillEntry asks for all that the page of an entry shows.
func (s *Server) fillEntry(ctx context.Context, tx *db.Tx, d *entryPageData) (err error) {
	reg := d.works.Registers
	if err := s.entrySteps(ctx, tx, d); err != nil {
		return err
	}
	if err := s.entryLinks(ctx, tx, d); err != nil {
		return err
	}
	g, err := reg.Geometry(ctx, tx, d.viewer(), d.S, d.E)
	if err != nil {
		return err
	}
	if g != nil {
		d.Sketch = sketch(reg.Places, g)
	}
	for _, def := range d.works.Observations.DefinitionsOf(string(d.S.Name)) {
		if d.Inside || def.Public {
			d.Series = append(d.Series, seriesView{Definition: def, URL: strings.TrimSuffix(d.Root(), "lists") + "series/" + string(def.Name) + "/" + url.PathEscape(d.E.Key)})
		}
	}
	if len(d.Series) > 0 {
		if err := latestAt(ctx, tx, d); err != nil {
			return err
		}
	}
	if d.E.Into != "" {
		d.Merged = d.At(d.S.Name, d.E.Into)
		if d.MergeID, err = reg.MergingOf(ctx, tx, d.S.Name, d.E.ID); err != nil {
			return err
		}
	}
	if !d.Inside || d.Past {
		return nil
	}
	d.Mine = reg.MayWriteEntry(d.by, d.S, d.E.Values)
	if !d.E.Removed() {
		for _, m := range d.S.Ways(d.E) {
			why, err := reg.MayMove(ctx, tx, d.S, d.E, m)
			if err != nil {
				return err
			}
			d.Ways = append(d.Ways, wayView{m, why, d.Cite(m.Basis)})
		}
	}
	if d.Owed, err = entryOwed(ctx, tx, d.listBase, d.E.Key, d.Today); err != nil {
		return err
	}
	return s.entryTroubles(ctx, tx, d)
}

// latestAt is the newest reading of each series of the entry.
func latestAt(ctx context.Context, tx *db.Tx, d *entryPageData) error {
	list, err := d.works.Observations.LatestAt(ctx, tx, string(d.S.Name), d.E.Key)
	if err != nil {
		return err
	}
	series, err := d.works.Observations.Of(ctx, tx, string(d.S.Name), d.E.Key)
	if err != nil {
		return err
	}
	names := map[observation.SeriesID]observation.SeriesName{}
	for _, x := range series {
		names[x.ID] = x.Name
	}
	for i := range d.Series {
		for k := range list {
			if names[list[k].Series] == d.Series[i].Name {
				d.Series[i].Latest = &list[k]
			}
		}
	}
	return nil
}

// entryTroubles are the findings about an entry and the cases that carry them.
func (s *Server) entryTroubles(ctx context.Context, tx *db.Tx, d *entryPageData) (err error) {
	d.RuleTitle = func(id string) string {
		if rule := d.works.Judge.Rule(id); rule != nil {
			return rule.Title
		}
		for _, o := range d.S.Obligations {
			if string(d.S.Name)+"/"+o.ID == id {
				return "逾期：" + o.Name
			}
		}
		return id
	}
	if d.Findings, err = d.works.Judge.Findings(ctx, tx, finding.Query{Entry: d.E.Address(), Size: mostLinked}); err != nil {
		return err
	}
	d.CaseOf = map[finding.ID]cases.ID{}
	for _, f := range d.Findings {
		id, err := d.works.Cases.CaseOf(ctx, tx, int64(f.ID))
		if err != nil {
			return err
		}
		d.CaseOf[f.ID] = id
	}
	page, err := d.works.Cases.List(ctx, tx, d.who, cases.Query{Subject: d.E.Address(), Size: mostLinked})
	if err != nil {
		return err
	}
	d.Cases = page.Rows
	return nil
}

// said is a value in the history of an entry.
func (d *entryPageData) said(f register.Field, value string) string {
	if f.Type == register.File { // with its size only where it can be opened
		return f.Written(value)
	}
	return d.Shown(f, value).Text
}

// Whereabouts is where the entry lies by the map, as far as its fields do not say it.
func (d *entryPageData) Whereabouts() string {
	if f := d.TownField(); f != "" && d.E.Values[f] == d.E.Town {
		return d.E.Village
	}
	return strings.TrimSpace(d.E.Town + " " + d.E.Village)
}

// entrySteps are the records of an entry, the newest first, each with what it changed.
func (s *Server) entrySteps(ctx context.Context, tx *db.Tx, d *entryPageData) error {
	records, err := d.works.Registers.History(ctx, tx, d.viewer(), d.S.Name, d.E.Key)
	if err != nil {
		return err
	}
	names := map[string]string{}
	if d.Inside {
		if names, err = s.namesOf(ctx, tx, nil); err != nil {
			return err
		}
	}
	values := []register.Values{d.E.Values}
	for _, rec := range records {
		values = append(values, rec.Set)
	}
	if err := d.learn(ctx, tx, d.Cols, values...); err != nil {
		return err
	}
	was := register.Values{}
	for _, rec := range records {
		st := stepView{Record: rec}
		if d.Inside {
			if st.Who = names[rec.By]; st.Who == "" {
				st.Who = rec.By
			}
		}
		for _, f := range d.Cols {
			now, ok := rec.Set[f.Name]
			if !ok {
				continue
			}
			st.Changes = append(st.Changes, fieldChange{f.Name, d.UnitOf(f), d.said(f, was[f.Name]), d.said(f, now)})
			was[f.Name] = now
		}
		d.Steps = append(d.Steps, st)
	}
	slices.Reverse(d.Steps)
	return nil
}

// entryLinks are the entries of other registers that refer to this one.
func (s *Server) entryLinks(ctx context.Context, tx *db.Tx, d *entryPageData) error {
	for _, to := range d.works.Registers.FieldsTo(d.S.Name) {
		if !d.Inside && (!to.Schema.Public || to.Field.Hidden()) {
			continue
		}
		list, err := d.works.Registers.Pointing(ctx, tx, d.viewer(), d.E, to.Schema.Name, to.Field.Name, mostLinked)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			d.Links = append(d.Links, linkGroup{to.Schema, to.Field.Name, list, d.Root() + "/" + string(to.Schema.Name) + "?" + url.Values{fieldWord + to.Field.Name: {d.E.Key}}.Encode()})
		}
	}
	return nil
}

// entryFile is the content of a file field.
func (s *Server) entryFile(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	var ref register.FileRef
	var content []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		ref, content, err = b.works.Registers.File(ctx, tx, b.viewer(), b.S.Name, r.PathValue("key"), r.PathValue("field"))
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	how := "attachment"
	if strings.HasPrefix(ref.MediaType, "image/") && ref.MediaType != "image/svg+xml" {
		how = "inline"
	} else if ref.MediaType != "application/pdf" {
		ref.MediaType = "application/octet-stream"
	}
	h.Set("Content-Type", ref.MediaType)
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(ref.Name))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, err = w.Write(content)
	return err
}

// entryProof proves a record of an entry to whoever has the head of the register.
func (s *Server) entryProof(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	n := 1
	if v := r.URL.Query().Get("n"); v != "" {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return badRequest("?n= 应为第几次变动，从 1 起。")
		}
	}
	var proof register.Proof
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		proof, err = b.works.Registers.Prove(ctx, tx, b.viewer(), b.S.Name, r.PathValue("key"), n)
		return err
	})
	if err != nil {
		return err
	}
	if err := proof.Verify(); err != nil { // never a proof that does not prove
		return err
	}
	hashes := make([]string, 0, len(proof.Hashes))
	for _, h := range proof.Hashes {
		hashes = append(hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	open := map[string]map[string]string{}
	for part, o := range proof.Open {
		open[part] = map[string]string{"salt": o.Salt, "value": o.Value}
	}
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(b.S.Title+"-"+r.PathValue("key")+"-"+strconv.Itoa(n)+".proof.json"))
	return writeJSON(w, http.StatusOK, map[string]any{"register": b.S.Name, "size": proof.Head.Size, "root": base64.StdEncoding.EncodeToString(proof.Head.Root[:]), "head": proof.Head.Text(),
		"seq": proof.Seq, "leaf": proof.Leaf, "open": open, "hashes": hashes, "how": "叶、根、兄弟哈希按 RFC 6962 计算；open 各部分的盐和值哈希后应与 leaf 中该部分一致。"})
}

// listDump is the register as text from which it can be made again.
func (s *Server) listDump(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.listOf(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(string(b.S.Name)+"-"+s.today().String()+".txt"))
	return s.read(r, func(ctx context.Context, tx *db.Tx) error {
		return b.works.Registers.Dump(ctx, tx, b.viewer(), b.S.Name, w)
	})
}
