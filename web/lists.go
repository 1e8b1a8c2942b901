package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/register"
	"zhixing/rule"
)

// The pages of registers are made of their definitions: what a field is, which moves there are and what is owed stand in the
// policies' folders, nothing of it here. A handler serves the offices under /lists and the public under /open/lists, by the Viewer
// with which it asks package register.

// listRoutes are the lists that documents order, their entries and all that is done to them.
var listRoutes = []route{
	{"GET /lists", seeLedger, false, false, (*Server).lists, "台账：各政策要求建的名录、清单、台账，条数、待复核、逾期、缺漏"},
	{"GET /lists/{register}", seeLedger, false, false, (*Server).list, "一本台账：查询、分页；?on= 看某天的情形；后缀 .csv .xlsx .geojson .json 导出，同样的参数"},
	{"GET /lists/{register}/e/{key}", seeLedger, false, false, (*Server).entry, "一个条目：各项内容、状态、应做事项、沿革、关联；?on= 看某天的情形；后缀 .json 得数据"},
	{"GET /lists/{register}/new", seeLedger, false, false, (*Server).entryNew, "登记一个条目"},
	{"POST /lists/{register}/new", seeLedger, false, true, (*Server).entryAdd, "登记一个条目"},
	{"GET /lists/{register}/e/{key}/{act}", seeLedger, false, false, (*Server).entryForm, "修改、更正、核实、转变状态、出册、恢复一个条目"},
	{"POST /lists/{register}/e/{key}/{act}", seeLedger, false, true, (*Server).entryAct, "修改、更正、核实、转变状态、出册、恢复一个条目"},
	{"GET /lists/{register}/e/{key}/files/{field}", seeLedger, false, false, (*Server).entryFile, "条目的附件"},
	{"GET /lists/{register}/e/{key}/proof", seeLedger, false, false, (*Server).entryProof, "条目一次变动的收录证明，?n= 第几次"},
	{"GET /lists/{register}/dump", seeLedger, false, false, (*Server).listDump, "台账转储：纯文本，可重建同样的台账和根"},
	{"GET /lists/{register}/owed", seeLedger, false, false, (*Server).listOwed, "一本台账的应做事项：到期日、是否逾期"},
	{"GET /lists/{register}/map", seeLedger, false, false, (*Server).listMap, "一本台账的地图"},
	{"GET /lists/{register}/map.json", seeLedger, false, false, (*Server).listLayer, "一本台账的图层数据"},
	{"GET /lists/{register}/import", seeLedger, false, false, (*Server).listImport, "批量导入和历次导入"},
	{"POST /lists/{register}/import", seeLedger, false, true, (*Server).listOffer, "上传表格，逐行核对"},
	{"GET /lists/{register}/imports/{id}", seeLedger, false, false, (*Server).listBatch, "一次导入的核对结果"},
	{"POST /lists/{register}/imports/{id}/{act}", seeLedger, false, false, (*Server).listBatchAct, "导入、放弃、撤销"},
	{"GET /lists/{register}/twins", seeLedger, false, false, (*Server).listTwins, "疑似重复的条目"},
	{"POST /lists/{register}/twins", seeLedger, false, false, (*Server).listMerge, "合并重复的条目，或确认不是同一个；撤销合并"},

	{"GET /open/lists", everybody, false, false, (*Server).lists, "公开的台账"},
	{"GET /open/lists/{register}", everybody, false, false, (*Server).list, "一本公开的台账；?on= 看某天的情形；后缀 .csv .xlsx .geojson .json 导出"},
	{"GET /open/lists/{register}/e/{key}", everybody, false, false, (*Server).entry, "公开台账的一个条目；后缀 .json 得数据"},
	{"GET /open/lists/{register}/e/{key}/files/{field}", everybody, false, false, (*Server).entryFile, "公开条目的附件"},
	{"GET /open/lists/{register}/e/{key}/proof", everybody, false, false, (*Server).entryProof, "条目一次变动的收录证明，公开部分"},
	{"GET /open/lists/{register}/dump", everybody, false, false, (*Server).listDump, "公开台账转储：纯文本，可重建同样的根"},
	{"GET /open/lists/{register}/map", everybody, false, false, (*Server).listMap, "一本公开台账的地图"},
	{"GET /open/lists/{register}/map.json", everybody, false, false, (*Server).listLayer, "一本公开台账的图层数据"},
	{"GET /map", everybody, false, false, (*Server).countyMap, "一张图：全部公开台账的图层"},
	{"GET /map/places.json", everybody, false, false, (*Server).placesLayer, "乡镇、村边界图层数据"},
}

func init() {
	for word, says := range map[string]string{"listed": "已登记。", "amended": "已修改。", "corrected": "已更正。", "confirmed-entry": "已记下核实。", "moved": "状态已转变。",
		"left": "已出册。条目和沿革都还在，可以恢复。", "restored": "已恢复。", "list-imported": "已导入。", "list-dropped": "已放弃，台账没有改动。", "list-undone": "已撤销。",
		"merged": "已合并。", "apart": "已记下：不是同一个。", "parted": "合并已撤销。"} {
		flashes[word] = says
	}
}

// registerStatus is the HTTP status of a register's error.
var registerStatus = map[register.Kind]int{register.Invalid: 400, register.NotAllowed: 403, register.NotFound: 404, register.Conflict: 409, register.WrongState: 409,
	register.TooLarge: 400}

// listBase is what every page of one register begins with.
type listBase struct {
	Inside bool
	S      *register.Schema
	works  *works.Works
	docs   addresses
	who    ledger.Actor
	by     register.Actor                      // the same person as registers know him
	called map[register.Name]map[string]string // entries that fields refer to, by key
}

// Root is where the lists of this reader are.
func (b listBase) Root() string {
	if b.Inside {
		return "/lists"
	}
	return "/open/lists"
}

// Here is the address of the list.
func (b listBase) Here() string { return b.Root() + "/" + string(b.S.Name) }

// EntryURL is the address of an entry's page.
func (b listBase) EntryURL(e *register.Entry) string { return b.At(e.Register, e.Key) }

// At is the address of an entry by its register and key.
func (b listBase) At(name register.Name, key string) string {
	return b.Root() + "/" + string(name) + "/e/" + url.PathEscape(key)
}

func (b listBase) viewer() register.Viewer { return register.Viewer{Inside: b.Inside} }

// learn asks what the entries are called that these values refer to, so that Shown can say it.
func (b *listBase) learn(ctx context.Context, tx *db.Tx, fields []register.Field, list ...register.Values) error {
	b.called = map[register.Name]map[string]string{}
	keys := map[register.Name][]string{}
	for _, f := range fields {
		if f.Type != register.Ref {
			continue
		}
		for _, v := range list {
			if key := v[f.Name]; key != "" && !slices.Contains(keys[f.Register], key) {
				keys[f.Register] = append(keys[f.Register], key)
			}
		}
	}
	for name, of := range keys {
		labels, err := b.works.Registers.Labels(ctx, tx, b.viewer(), name, of)
		if err != nil {
			return err
		}
		b.called[name] = labels
	}
	return nil
}

// TownField is the field in which the register itself says of which town an entry is; empty where only the map can tell.
func (b listBase) TownField() string {
	for _, f := range b.S.Columns(b.viewer()) {
		if f.Name == "乡镇" {
			return f.Name
		}
	}
	return ""
}

// MayWrite says whether the reader may write entries of the register.
func (b listBase) MayWrite() bool {
	may, _ := b.works.Registers.MayWrite(b.by, b.S)
	return b.Inside && may
}

// MayWriteOf says whether he may write the entry in whose field the unit stands.
func (b listBase) MayWriteOf(field, unit string) bool {
	return b.Inside && b.works.Registers.MayWriteEntry(b.by, b.S, register.Values{field: unit})
}

// MayAll says whether he may write all of them.
func (b listBase) MayAll() bool {
	may, own := b.works.Registers.MayWrite(b.by, b.S)
	return b.Inside && may && !own
}

// OwnBy is the field that makes an entry his, of one who writes only such; empty: he writes all, or none.
func (b listBase) OwnBy() string {
	if !b.MayWrite() || b.MayAll() {
		return ""
	}
	if b.S.Own != "" {
		return b.S.Own
	}
	return b.S.Whose
}

// PolicyTitle is the policy that orders the register.
func (b listBase) PolicyTitle() string {
	if p, ok := b.works.County.Policies.Find(b.S.Policy); ok {
		return p.Title
	}
	return b.S.Policy
}

// PolicyURL is its page.
func (b listBase) PolicyURL() string {
	return strings.TrimSuffix(b.Root(), "lists") + "policies/" + b.S.Policy
}

// Cite shows a basis.
func (b listBase) Cite(x rule.Basis) cited { return b.docs.cite(x) }

// insideOf reports on which side of the counter a page is.
func insideOf(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/lists") }

// listOf begins a page of the register that the address names. form is what follows the name behind a point: csv.
func (s *Server) listOf(r *http.Request) (b listBase, form string, err error) {
	if b.works, err = s.works(); err != nil {
		return b, "", err
	}
	b.Inside = insideOf(r)
	name, form, _ := strings.Cut(r.PathValue("register"), ".")
	schema, ok := b.works.Registers.Schema(register.Name(name))
	if !ok || !b.Inside && !schema.Public {
		return b, "", notFound("没有这本台账。")
	}
	b.S = schema
	if b.Inside {
		if b.who, err = s.member(r); err != nil {
			return b, "", err
		}
		b.by = clerkOf(b.who)
	}
	return b, form, nil
}

// listFrame begins a page about a register; more are the crumbs behind it.
func (s *Server) listFrame(r *http.Request, b listBase, title string, more ...Link) *Page {
	crumbs := []Link{{Text: "台账", URL: b.Root()}, {Text: b.S.Title, URL: b.Here()}}
	if len(more) == 0 {
		crumbs[1].URL = ""
	}
	crumbs = append(crumbs, more...)
	if b.Inside {
		return s.office(r, title, crumbs...)
	}
	p := s.page(r, title, append([]Link{home}, crumbs...)...)
	p.Canonical = s.BaseURL + r.URL.EscapedPath()
	return p
}

// listRow is a register in the list of all.
type listRow struct {
	listBase
	Count, Gone, Stale, Late, Lacking int
}

// listGroup is what one policy orders to be kept.
type listGroup struct {
	Policy policy.Policy
	Doc    cited
	Rows   []listRow
}

// lists is the list of all registers, by policy.
func (s *Server) lists(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	inside := insideOf(r)
	var groups []listGroup
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		late, lacking := map[register.Name]int{}, map[register.Name]int{}
		if inside {
			if late, lacking, err = dueCounts(ctx, tx, works); err != nil {
				return err
			}
		}
		for _, pol := range works.Set.Policies {
			g := listGroup{Policy: pol, Doc: docs.cite(pol.Basis)}
			for _, schema := range works.Registers.Schemas {
				if schema.Policy != pol.ID || !inside && !schema.Public {
					continue
				}
				row := listRow{listBase: listBase{Inside: inside, S: schema, works: works, docs: docs}, Late: late[schema.Name], Lacking: lacking[schema.Name]}
				counts, err := works.Registers.CountsOf(ctx, tx, row.viewer(), schema.Name)
				if err != nil {
					return err
				}
				row.Count, row.Gone = countsOf(counts)
				if row.Stale, err = works.Registers.StaleCount(ctx, tx, schema.Name); err != nil {
					return err
				}
				g.Rows = append(g.Rows, row)
			}
			if len(g.Rows) > 0 {
				groups = append(groups, g)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var p *Page
	if inside {
		p = s.office(r, "台账", Link{Text: "台账"})
	} else {
		p = s.page(r, "公开台账", home, Link{Text: "台账"})
		p.Canonical = s.BaseURL + "/open/lists"
	}
	p.Data = map[string]any{"Groups": groups, "Inside": inside, "Day": s.today()}
	return s.render(w, http.StatusOK, "lists.html", p)
}

// countsOf parts those in the register from those that left it.
func countsOf(counts map[string]int) (in, gone int) {
	for state, n := range counts {
		if state == "" {
			gone += n
		} else {
			in += n
		}
	}
	return in, gone
}

// dueCounts are what is late and what is missing, by register.
func dueCounts(ctx context.Context, tx *db.Tx, w *works.Works) (late, lacking map[register.Name]int, err error) {
	late, lacking = map[register.Name]int{}, map[register.Name]int{}
	counts, err := w.Registers.LateCounts(ctx, tx)
	if err != nil {
		return late, lacking, err
	}
	for id, n := range counts {
		name, _, _ := strings.Cut(id, "/")
		late[register.Name(name)] += n
	}
	list, err := w.Registers.Lacking(ctx, tx)
	for _, l := range list {
		lacking[l.Schema.Name] += len(l.Units)
	}
	return late, lacking, err
}

// asOf is the day that ?on= asks for.
func (s *Server) listDay(r *http.Request) (day calendar.Date, as register.AsOf, err error) {
	day, past, err := s.onDay(r)
	if past {
		as.On = day
	}
	return day, as, err
}

// Review is how often an entry is to be looked at, in words; empty: nobody says.
func (b listBase) Review() string { return reviewEvery(b.S.Review) }

// reviewEvery is a length of time as people say it.
func reviewEvery(s calendar.Span) string {
	if s.N == 0 {
		return ""
	}
	return strconv.Itoa(s.N) + map[calendar.SpanUnit]string{calendar.Days: "日", calendar.WorkingDays: "个工作日", calendar.Weeks: "周", calendar.Months: "个月", calendar.Years: "年"}[s.Unit]
}
