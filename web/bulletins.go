package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy/works"
)

// bulletinRoutes are the reports that documents order to come round.
var bulletinRoutes = []route{
	{"GET /bulletins", seeLedger, false, false, (*Server).bulletins, "通报：各种通报，本期和印发过的"},
	{"GET /bulletins/{id}", seeLedger, false, false, (*Server).bulletin, "一份通报；?on= 某天所在的一期，?nth= 第几次印发的，?as=now 按现在的记录；后缀 .docx .pdf 下载"},
	{"POST /bulletins/{id}/issue", editLedger, false, false, (*Server).issueBulletin, "印发一份通报"},
	{"GET /open/bulletins", everybody, false, false, (*Server).openBulletins, "印发的通报，公开"},
	{"GET /open/bulletins/{id}", everybody, false, false, (*Server).openBulletin, "一份印发的通报，公开；?on= 某天所在的一期，?nth= 第几次印发的；后缀 .docx .pdf 下载"},
}

func init() { flashes["bulletin"] = "已印发。" }

// bulletinRow is a kind of bulletin in the list.
type bulletinRow struct {
	*bulletin.Definition
	Label string // of the period that runs
	Last  *bulletin.Bulletin
}

func (s *Server) bulletins(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	var rows []bulletinRow
	var issued []bulletin.Bulletin
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range works.Bulletins.Definitions {
			row := bulletinRow{Definition: d}
			if p, ok := works.Bulletins.Period(d, s.today()); ok {
				row.Label = p.Label(d.Every.Every)
			}
			last, err := works.Bulletins.Issued(ctx, tx, d.ID, false, 1)
			if err != nil {
				return err
			}
			if len(last) > 0 {
				row.Last = &last[0]
			}
			rows = append(rows, row)
		}
		issued, err = works.Bulletins.Issued(ctx, tx, "", false, 100)
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "通报", Link{Text: "通报"})
	p.Data = map[string]any{"Rows": rows, "Issued": issued, "Inside": true}
	return s.render(w, http.StatusOK, "bulletins.html", p)
}

func (s *Server) openBulletins(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	var issued []bulletin.Bulletin
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		issued, err = works.Bulletins.Issued(ctx, tx, "", true, 200)
		return err
	})
	if err != nil {
		return err
	}
	p := s.page(r, "通报", home, Link{Text: "通报"})
	p.Data = map[string]any{"Rows": []bulletinRow(nil), "Issued": issued, "Inside": false}
	return s.render(w, http.StatusOK, "bulletins.html", p)
}

// bulletinAt is a bulletin with the days by which the periods beside it are asked for; zero: there is nothing to be seen there.
type bulletinAt struct {
	bulletin.Bulletin
	Kept          []bulletin.Bulletin // what was issued for its period, the one in force first
	Before, After calendar.Date
}

// ReplacedBy is the bulletin in force, of one that it replaced.
func (b bulletinAt) ReplacedBy() *bulletin.Bulletin {
	if b.Nth == 0 || b.Nth == b.Kept[0].Nth {
		return nil
	}
	return &b.Kept[0]
}

// Replaced are those that the one in force replaced.
func (b bulletinAt) Replaced() []bulletin.Bulletin {
	if b.Nth == 0 || b.ReplacedBy() != nil {
		return nil
	}
	return b.Kept[1:]
}

// bulletinOf is the bulletin that an address asks for: the one that was issued for the period, else, inside, as it would be now.
func (s *Server) bulletinOf(r *http.Request, works *works.Works, id string, inside bool) (b bulletinAt, err error) {
	on := s.today()
	if q := r.URL.Query().Get("on"); q != "" {
		if on, err = calendar.ParseDate(q); err != nil || on.IsZero() {
			return b, badRequest("日期写作 2023-10-31 的形式。")
		}
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if b.Kept, err = works.Bulletins.Kept(ctx, tx, id, on, !inside); err != nil {
			return err
		}
		if b.Bulletin, err = s.bulletinOn(ctx, tx, r, works, id, on, b.Kept, inside); err != nil {
			return err
		}
		if b.Before, err = s.bulletinBeside(ctx, tx, works, id, b.Period.From.AddDays(-1), inside); err != nil {
			return err
		}
		b.After, err = s.bulletinBeside(ctx, tx, works, id, b.Period.To.AddDays(1), inside)
		return err
	})
	return b, bulletinError(err)
}

// bulletinBeside is the day where it leads to a bulletin: to the public one that was issued, inside any of a period that has begun.
func (s *Server) bulletinBeside(ctx context.Context, tx *db.Tx, works *works.Works, id string, day calendar.Date, inside bool) (calendar.Date, error) {
	if d, ok := works.Bulletins.Find(id); ok && inside {
		if p, ok := works.Bulletins.Period(d, day); ok && !s.today().Before(p.From) {
			return day, nil
		}
		return calendar.Date{}, nil
	}
	if kept, err := works.Bulletins.Kept(ctx, tx, id, day, !inside); len(kept) == 0 || err != nil {
		return calendar.Date{}, err
	}
	return day, nil
}

func (s *Server) bulletinOn(ctx context.Context, tx *db.Tx, r *http.Request, works *works.Works, id string, on calendar.Date, kept []bulletin.Bulletin, inside bool) (bulletin.Bulletin, error) {
	asked := r.URL.Query()
	if nth := asked.Get("nth"); nth != "" {
		i := slices.IndexFunc(kept, func(b bulletin.Bulletin) bool { return strconv.Itoa(b.Nth) == nth })
		if i < 0 {
			return bulletin.Bulletin{}, notFound(fmt.Sprintf("这一期通报没有这一次印发的，能看的有%d次。请从通报的目录里打开。", len(kept)))
		}
		return kept[i], nil
	}
	if len(kept) > 0 && (!inside || asked.Get("as") != "now") {
		return kept[0], nil
	}
	if !inside {
		return bulletin.Bulletin{}, notFound("没有印发过这一期通报。")
	}
	return works.Bulletins.Make(ctx, tx, id, on)
}

func bulletinError(err error) error {
	var said *bulletin.Error
	if errors.As(err, &said) {
		return notFound(said.Sentence)
	}
	return err
}

func (s *Server) bulletin(w http.ResponseWriter, r *http.Request) error {
	return s.oneBulletin(w, r, true)
}

func (s *Server) openBulletin(w http.ResponseWriter, r *http.Request) error {
	return s.oneBulletin(w, r, false)
}

func (s *Server) oneBulletin(w http.ResponseWriter, r *http.Request, inside bool) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id, form := r.PathValue("id"), ""
	for _, ext := range []string{".docx", ".pdf"} {
		if base, ok := strings.CutSuffix(id, ext); ok {
			id, form = base, ext
		}
	}
	b, err := s.bulletinOf(r, works, id, inside)
	if err != nil {
		return err
	}
	d, _ := works.Bulletins.Find(id)
	if form != "" {
		return s.sendBulletin(w, b, s.agencyOf(works, d), form)
	}
	base := "/bulletins/"
	p := s.office(r, b.Heading(), Link{Text: "通报", URL: "/bulletins"}, Link{Text: b.Label})
	if !inside {
		base = "/open/bulletins/"
		p = s.page(r, b.Heading(), home, Link{Text: "通报", URL: "/open/bulletins"}, Link{Text: b.Label})
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	p.Data = map[string]any{"Bulletin": b, "Inside": inside, "Base": base + url.PathEscape(id), "On": b.Period.From, "MayIssue": inside && d != nil && b.ReplacedBy() == nil && by.May(ledger.ActEdit), "Agency": s.agencyOf(works, d), "PDF": len(s.Font) > 0}
	return s.render(w, http.StatusOK, "bulletin.html", p)
}

// agencyOf issues a bulletin: who answers for the policy.
func (s *Server) agencyOf(works *works.Works, d *bulletin.Definition) string {
	if d != nil {
		if p, ok := works.Set.Find(d.Policy); ok && p.Owner != "" {
			return p.Owner
		}
	}
	return s.County.Office
}

func (s *Server) sendBulletin(w http.ResponseWriter, b bulletinAt, agency, form string) error {
	sheet, media := b.Paper(agency, s.Demo), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	if by := b.ReplacedBy(); by != nil { // a file goes round without its page
		sheet.Mark = strings.TrimSpace(sheet.Mark + " 已由" + calendar.DateOf(by.Issued).Chinese() + "印发的代替")
	}
	out, err := []byte(nil), error(nil)
	if form == ".pdf" {
		if len(s.Font) == 0 {
			return notFound("服务器上没有中文字体，不能生成 PDF。请下载 Word 格式。")
		}
		media = "application/pdf"
		out, err = sheet.PDF(s.Font)
	} else {
		out, err = sheet.DOCX()
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(b.Heading()+form))
	_, err = w.Write(out)
	return err
}

func (s *Server) issueBulletin(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	on, err := calendar.ParseDate(r.FormValue("on"))
	if err != nil || on.IsZero() {
		return badRequest("没有写明是哪一期。")
	}
	no := strings.Join(strings.Fields(r.FormValue("no")), " ")
	if len([]rune(no)) > 60 {
		return badRequest("文号太长。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		ctx := r.Context()
		_, err := works.Bulletins.Issue(ctx, tx, string(sessionOf(r).User.Name), id, on, no)
		return err
	})
	var said *bulletin.Error
	if _, known := works.Bulletins.Find(id); known && errors.As(err, &said) {
		return &httpError{http.StatusConflict, said.Sentence, err}
	}
	if err != nil {
		return bulletinError(err)
	}
	http.Redirect(w, r, fmt.Sprintf("/bulletins/%s?on=%s&done=bulletin", url.PathEscape(id), on), http.StatusSeeOther)
	return nil
}
