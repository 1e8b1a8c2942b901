package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/sheet"
	"zhixing/warning"
)

// audienceRoutes are those who can be told of danger, for whoever warns. Numbers are masked on every page; that somebody looked is on the journal.
var audienceRoutes = []route{
	{"GET /audience", seated, false, false, (*Server).audience, "预警接收对象：人数，分类别、乡镇、角色、渠道；查询后列出，号码打码；拟稿单位可用"},
	{"POST /audience", seated, false, false, (*Server).audienceOf, "凭一个完整的手机号、邮箱查接收对象；号码不进地址"},
	{"POST /audience/export", seated, false, false, (*Server).audienceExport, "导出接收对象，写明用途；有签发职务的可用"},
	{"GET /audience/template.xlsx", seated, false, false, (*Server).audienceTemplate, "导入用的空表"},
	{"GET /audience/import", seated, false, false, (*Server).audienceImport, "导入名单；历次导入"},
	{"POST /audience/import", seated, false, true, (*Server).audienceOffer, "上传名单，先逐行核对，不写入"},
	{"GET /audience/imports/{id}", seated, false, false, (*Server).audienceBatch, "一批导入：逐行核对结果"},
	{"POST /audience/imports/{id}/{act}", seated, false, false, (*Server).audienceBatchAct, "办理一批导入：apply 导入、leave 放弃、undo 撤销"},
	{"GET /audience/new", seated, false, false, (*Server).recipientNew, "登记一个接收对象"},
	{"POST /audience/new", seated, false, false, (*Server).recipientEnter, "把一个接收对象记入名单，与导入同样核对"},
	{"GET /audience/{id}", seated, false, false, (*Server).recipient, "一个接收对象：修改、移出，和它的经过；号码打码"},
	{"POST /audience/{id}/{act}", seated, false, false, (*Server).recipientAct, "办理一个接收对象：correct 修改、remove 移出名单"},
	{"GET /warnings/subscribe", everybody, false, false, (*Server).subscribe, "订阅、退订预警短信"},
	{"POST /warnings/subscribe", everybody, false, false, (*Server).subscribeAsk, "订阅、退订、删除：发验证码到本人的手机或邮箱"},
	{"POST /warnings/subscribe/confirm", everybody, false, false, (*Server).subscribeConfirm, "填验证码，办成订阅、退订、删除"},
	{"GET /open/subscribe", everybody, false, false, (*Server).subscribeMoved, "订阅、退订预警短信的旧地址，转到 /warnings/subscribe"},
}

func init() {
	for act, says := range map[string]string{"applied": "已导入。", "left": "已放弃，没有写入任何内容。", "undone": "已撤销。", "entered": "已登记。", "corrected": "已保存。", "removed": "已移出名单。"} {
		flashes["audience-"+act] = says
	}
}

var audienceStatus = map[audience.ErrorKind]int{audience.Invalid: 400, audience.NotFound: 404, audience.Forbidden: 403, audience.Conflict: 409, audience.TooMany: 429, audience.TooLarge: 413}

// audienceActor is what an official may do with those who can be told, by his posts: who drafts some warning sees and keeps them, who publishes some
// warning may also take them out in a file. Nobody else sees any of them.
func audienceActor(by ledger.Actor, w *works.Works) audience.Actor {
	a := audience.Actor{Account: by.Account}
	a.Keeps = slices.ContainsFunc(w.Warnings.Hazards, func(h *warning.Hazard) bool { return h.MayDraft(by) })
	a.Sees = a.Keeps
	for _, seat := range by.Seats {
		a.Exports = a.Exports || slices.ContainsFunc(w.Warnings.Hazards, func(h *warning.Hazard) bool { return slices.Contains(h.Approve, seat.Post) })
	}
	return a
}

// audienceKeeper is an official who keeps them, or the refusal.
func (s *Server) audienceKeeper(r *http.Request) (audience.Actor, *works.Works, error) {
	by, w, err := s.drafter(r)
	if err != nil {
		return audience.Actor{}, nil, err
	}
	return audienceActor(by, w), w, nil
}

// recipientRow is a recipient as a page shows it.
type recipientRow struct {
	audience.Recipient
	Masked []string
	Wanted string
	From   string
	Now    string // of a post: who is told for it now, and why he
}

// toldNow is who is told for a post now, with his numbers masked; empty for what is no post.
func toldNow(ctx context.Context, tx *db.Tx, w *works.Works, r audience.Recipient) (string, error) {
	s, err := w.Standing(ctx, tx, r)
	if err != nil || s.Words == "" {
		return "", err
	}
	var to []string
	for _, a := range s.Addresses {
		to = append(to, a.Channel.Chinese()+" "+a.Masked())
	}
	switch {
	case len(to) == 0:
		return s.Words + "；现在发不到人", nil
	case slices.Equal(s.Addresses, r.Addresses):
		return s.Words, nil
	}
	return s.Words + "；现在发给" + strings.Join(to, "、"), nil
}

// audiencePageRows is how many stand on a page.
const audiencePageRows = 50

// sourceWord is what pages call a source.
func sourceWord(w *works.Works, source string) string {
	switch name, of, _ := strings.Cut(source, ":"); {
	case source == audience.SourceSelf:
		return "本人订阅"
	case source == audience.SourcePosts:
		return "职务"
	case name == "import":
		return "名单：" + of
	case name == "register":
		for _, x := range w.Registers.Schemas {
			if string(x.Name) == of {
				return "台账：" + x.Title
			}
		}
	}
	return source
}

// audienceFilter is what the form of the page asks for.
func audienceFilter(q url.Values) (audience.Filter, error) {
	f := audience.Filter{Source: q.Get("source"), Kind: audience.Kind(q.Get("kind")), Size: audiencePageRows}
	f.Place.Town, f.Place.Village, _ = strings.Cut(q.Get("place"), "/")
	if f.Kind != "" && f.Kind.Chinese() == "" {
		return f, badRequest("没有这一类接收对象。")
	}
	return f, nil
}

func (s *Server) audience(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f, err := audienceFilter(q)
	if err != nil {
		return err
	}
	if a := q.Get("after"); a != "" {
		n, err := strconv.ParseInt(a, 10, 64)
		if err != nil || n < 0 {
			return badRequest("没有这一页。")
		}
		f.After = audience.ID(n)
	}
	return s.audiencePage(w, r, f, q.Has("list"), "")
}

// audienceOf looks for a number. It comes in the body: addresses are kept by browsers and shared.
func (s *Server) audienceOf(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	number := strings.TrimSpace(f.Get("address"))
	if number == "" {
		return badRequest("请填写完整的手机号或邮箱。")
	}
	return s.audiencePage(w, r, audience.Filter{Address: number, Size: audiencePageRows}, true, number)
}

func (s *Server) audiencePage(w http.ResponseWriter, r *http.Request, f audience.Filter, list bool, number string) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	counts, err := works.Audience.Count(r.Context(), s.DB, audience.Query{Area: audience.Area{County: true}, Level: audience.Red})
	if err != nil {
		return err
	}
	var rows []recipientRow
	var batches []*audience.Batch
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error { // that somebody looked is written down
		rows = nil
		if list {
			found, err := works.Audience.Find(r.Context(), tx, by, f)
			if err != nil {
				return err
			}
			for _, x := range found {
				row := recipientRow{Recipient: x, Wanted: audience.WantsText(x.Wants), From: sourceWord(works, x.Source)}
				for _, a := range x.Addresses {
					row.Masked = append(row.Masked, a.Channel.Chinese()+" "+a.Masked())
				}
				if row.Now, err = toldNow(r.Context(), tx, works, x); err != nil {
					return err
				}
				rows = append(rows, row)
			}
		}
		batches, err = works.Audience.Batches(r.Context(), tx, by, 200)
		return err
	})
	if err != nil {
		return err
	}
	q := r.URL.Query()
	q.Del("done")
	next := ""
	if len(rows) == audiencePageRows && number == "" {
		q.Set("after", strconv.FormatInt(int64(rows[len(rows)-1].ID), 10))
		next = "/audience?" + q.Encode()
	}
	p := s.office(r, "预警接收对象", Link{Text: "预警发布台", URL: "/warnings/desk"}, Link{Text: "接收对象"})
	p.Data = map[string]any{"Counts": counts, "Kinds": audience.Kinds, "Channels": audience.Channels, "Towns": s.areaTowns(works), "Roles": rolesOf(counts), "List": list, "Rows": rows, "Next": next,
		"Asked": r.URL.Query(), "Number": number, "Exports": by.Exports, "Sources": audienceSources(works, batches), "Source": func(name string) string { return sourceWord(works, name) }}
	return s.render(w, http.StatusOK, "audience.html", p)
}

// areaTowns are the towns with their villages.
func (s *Server) areaTowns(w *works.Works) (out []areaTown) {
	for _, t := range s.towns() {
		out = append(out, areaTown{Name: t, Villages: villagesOf(w, t)})
	}
	return out
}

// audienceSources are where recipients come from.
func audienceSources(w *works.Works, batches []*audience.Batch) []string {
	out := []string{audience.SourcePosts, audience.SourceSelf}
	for _, x := range w.Set.Registers {
		if w.TellsOf(x) {
			out = append(out, "register:"+string(x.Name))
		}
	}
	for _, b := range batches {
		if source := "import:" + b.List; b.State == audience.BatchDone && !slices.Contains(out, source) {
			out = append(out, source)
		}
	}
	return out
}

// rolesOf are the roles that somebody has, the most frequent first.
func rolesOf(c *audience.Counts) (out []string) {
	for role := range c.ByRole {
		out = append(out, role)
	}
	slices.SortFunc(out, func(a, b string) int {
		if d := c.ByRole[b].Inside - c.ByRole[a].Inside; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return out
}

// audienceExport takes recipients out in a file, as the filter of the page asks.
func (s *Server) audienceExport(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.audienceKeeper(r)
	if err != nil {
		return err
	}
	form, err := readForm(r, false)
	if err != nil {
		return err
	}
	f, err := audienceFilter(form.Values)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		b.Reset()
		return works.Audience.Export(r.Context(), tx, by, f, strings.TrimSpace(form.Get("why")), &b)
	})
	if err != nil {
		return err
	}
	return sendSheet(w, "预警接收对象"+s.today().String()+".xlsx", b.Bytes())
}

func (s *Server) audienceTemplate(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.audienceKeeper(r); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, audience.Template()); err != nil {
		return err
	}
	return sendSheet(w, "预警接收对象.xlsx", b.Bytes())
}

func sendSheet(w http.ResponseWriter, name string, b []byte) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(b)
	return err
}

// accountNames are the persons behind accounts.
func (s *Server) accountNames(r *http.Request) (names map[string]string, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	return names, err
}
