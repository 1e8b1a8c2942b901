package web

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/edition/paper"
	"zhixing/ledger"
	"zhixing/letter"
)

// letterRoutes is the letters of supervision: who has to sign what, the letter as it reads, its answer.
var letterRoutes = []route{
	{"GET /letters", seeLedger, false, false, (*Server).letters, "督办文书：待签发、已发出、已反馈、不予发出；?kind= ?unit="},
	{"GET /letters.csv", exportLedger, false, false, (*Server).letters, "督办文书导出 CSV，同样的参数"},
	{"GET /letters/{id}", seeLedger, false, false, (*Server).letterPage, "一份文书：正文、依据、办理"},
	{"GET /letters/{id}/docx", seeLedger, false, false, letterFile("docx"), "签发的文书，Word"},
	{"GET /letters/{id}/pdf", seeLedger, false, false, letterFile("pdf"), "签发的文书，PDF"},
	{"POST /letters/{id}/sign", signLetters, false, false, letterAct("sign"), "签发文书"},
	{"POST /letters/{id}/drop", signLetters, false, false, letterAct("drop"), "不予发出，写明理由"},
	{"POST /letters/{id}/answer", claimLedger, false, true, letterAct("answer"), "反馈文书，可附证明材料"},
}

func init() {
	flashes["letter_sign"], flashes["letter_drop"], flashes["letter_answer"] = "文书已签发，并已送主送单位。", "已撤销，这份文书不予发出。", "已反馈。"
}

// letterQuery reads the question of the letters' address. Without a queue, whoever signs letters begins with those that
// wait for him.
func (s *Server) letterQuery(by ledger.Actor, q url.Values) (ledger.LetterQuery, string, error) {
	out := ledger.LetterQuery{Kind: letter.Kind(q.Get("kind")), Page: 1, Size: ledgerPageRows}
	if u := strings.TrimSpace(q.Get("unit")); u != "" {
		out.Unit = s.canonicalUnit(u)
	}
	queue := q.Get("queue")
	if queue == "" {
		queue = "all"
		if by.May(ledger.ActSignLetter) {
			queue = "mine"
		}
	}
	switch queue {
	case "all":
	case "mine":
		out.Mine = true
	default:
		out.State = ledger.LetterState(queue)
	}
	if p := q.Get("page"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 {
			return out, queue, badRequest("没有这一页。")
		}
		out.Page = n
	}
	return out, queue, nil
}

// letters is the docket as page or table.
func (s *Server) letters(w http.ResponseWriter, r *http.Request) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, queue, err := s.letterQuery(by, asked)
	if err != nil {
		return err
	}
	table := strings.HasSuffix(r.URL.Path, ".csv")
	if table {
		q.Page, q.Size = 1, ledger.MaxRows
	}
	var list ledger.Docket
	var names map[string]string
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = s.Ledger.LettersOf(ctx, tx, by, q); err != nil {
			return err
		}
		names, err = s.namesOf(ctx, tx, nil)
		return err
	})
	if err != nil {
		return err
	}
	if table {
		if list.Total > ledger.MaxRows {
			return badRequest("文书太多，一张表放不下。请按状态、种类或单位缩小范围。")
		}
		return writeCSV(w, "督办文书"+s.today().String()+".csv", letterTable(list.Papers, names))
	}
	asked.Del("page")
	asked.Del("done")
	p := s.office(r, "督办文书", Link{Text: "督办文书"})
	p.Data = map[string]any{"List": list, "Q": q, "Queue": queue, "Tabs": letterTabs(by, asked, list, queue), "Kinds": letter.Kinds, "Today": s.today(),
		"Units": s.unitNames(), "Names": names, "May": s.may(by), "Export": "?" + withQueue(asked, queue).Encode(),
		"Narrowed": q.Kind != "" || q.Unit != "", "Pager": pagerOf("/letters", asked, q.Page, pages(list.Total, q.Size))}
	return s.render(w, http.StatusOK, "letters.html", p)
}

func withQueue(q url.Values, queue string) url.Values {
	n := url.Values{}
	for k, vals := range q {
		n[k] = vals
	}
	n.Set("queue", queue)
	return n
}

// letterTabs are the queues above the list, with how many letters stand in each.
func letterTabs(by ledger.Actor, asked url.Values, list ledger.Docket, now string) []tab {
	all := 0
	for _, n := range list.States {
		all += n
	}
	var out []tab
	add := func(text, queue, colour string, n int) {
		out = append(out, tab{text, "/letters?" + withQueue(asked, queue).Encode(), colour, n, queue == now})
	}
	if by.May(ledger.ActSignLetter) {
		add("待我签发", "mine", "amber", list.Mine)
	}
	for _, st := range []ledger.LetterState{ledger.LetterDrafted, ledger.LetterSent, ledger.LetterAnswered, ledger.LetterDropped} {
		if by.Everywhere(ledger.ActSee) || st == ledger.LetterSent || st == ledger.LetterAnswered {
			colour := map[ledger.LetterState]string{ledger.LetterDrafted: "amber", ledger.LetterAnswered: "green"}[st]
			add(st.Chinese(), string(st), colour, list.States[st])
		}
	}
	add("全部", "all", "", all)
	return out
}

// letterTable is the docket as offices keep it.
func letterTable(list []ledger.Paper, names map[string]string) [][]string {
	out := [][]string{{"序号", "文号", "文书", "标题", "主送", "任务或事项编号", "任务或事项", "事由", "依据规则", "状态", "起草", "起草时间", "签发人", "签发日期", "反馈期限", "反馈日期", "反馈内容", "不予发出的理由"}}
	for i, p := range list {
		title := ""
		if len(p.Letter.Items) > 0 {
			title = p.Letter.Items[0].Title
		}
		out = append(out, []string{strconv.Itoa(i + 1), p.Letter.No, p.Letter.Kind.Chinese(), p.Letter.Heading(), strings.Join(p.Letter.To, "、"), letterAbout(p), title,
			p.Cause, p.Rule.Cite(), p.State.Chinese(), nameOf(names, p.DraftedBy), p.DraftedAt.In(calendar.Zone).Format("2006-01-02 15:04"), nameOf(names, p.SignedBy),
			p.Letter.SignedOn.String(), p.AnswerBy.String(), p.RepliedOn.String(), p.Reply, p.Dropped})
	}
	return out
}

// letterAbout is the number of the duty or the case that a letter is about.
func letterAbout(p ledger.Paper) string {
	if id := cases.OfPaper(p); id != 0 {
		return "闭环事项" + id.Number()
	}
	return p.Duty.Number()
}

func nameOf(names map[string]string, account string) string {
	if n := names[account]; n != "" {
		return n
	}
	return account
}

// letterView is all that the page of a letter shows.
type letterView struct {
	ledger.Paper
	Of      *ledger.Duty
	Sheet   paper.Paper // as it reads
	Lacks   []string    // what has to be filled in before it can be signed
	Files   []ledger.File
	Drafter string
	Signer  string
	Replier string
	Late    bool // the answer is
	// What the person may do now.
	MaySign, MayDrop, MayAnswer bool
	OwnDraft                    bool // he drafted it, and another signs
	Act                         string
	Wrong                       *ledger.Error
	Typed                       url.Values
}

// TitleParts are the title in pieces between which a line may end, so that no word is broken in two.
func (v letterView) TitleParts() []string {
	t := v.Sheet.Title
	for _, at := range []string{"关于", "办理情况的"} {
		t = strings.Replace(t, at, "\n"+at, 1)
	}
	return strings.Split(strings.TrimPrefix(t, "\n"), "\n")
}

// Stray is a refusal of something that the page does not offer any more: somebody was faster.
func (v letterView) Stray() *ledger.Error {
	if v.Act == "sign" && v.MaySign || v.Act == "drop" && v.MayDrop || v.Act == "answer" && v.MayAnswer {
		return nil
	}
	return v.Wrong
}

// IsFile reports whether the letter is set as a file (文件格式), not as a letter.
func (v letterView) IsFile() bool { return v.Sheet.Form == paper.AsFile }

// IsInterview reports whether the letter needs time and place.
func (v letterView) IsInterview() bool { return v.Letter.Kind == letter.Interview }

// letterNode is one paragraph, form or table of a letter as its page sets it.
type letterNode struct {
	Kind             paper.Kind
	Mark, Lead, Text string // Lead stands out: number and opening phrase of a paragraph, name of a table
	Fields           []paper.Field
	Rows             [][]string
}

// Nodes are the parts of the letter below its title.
func (v letterView) Nodes() []letterNode {
	var out []letterNode
	for _, part := range v.Sheet.Parts {
		for _, b := range part.Nodes {
			n := letterNode{Kind: b.Kind, Text: b.Text}
			switch b.Kind {
			case paper.Sheet:
				n.Fields = b.Fields()
			case paper.Heading:
				mark, title, rest := b.Split()
				n.Lead, n.Text = mark+title, rest
			case paper.AttachmentHead:
				n.Mark, n.Lead = b.Mark, b.Title
				for _, table := range b.Children {
					for _, row := range table.Children {
						n.Rows = append(n.Rows, strings.Split(row.Text, "\t"))
					}
				}
			}
			out = append(out, n)
		}
	}
	return out
}

func letterID(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这份文书。")
	}
	return n, nil
}

func (s *Server) letterPage(w http.ResponseWriter, r *http.Request) error {
	id, err := letterID(r)
	if err != nil {
		return err
	}
	return s.showLetter(w, r, id, nil)
}

// showLetter is the page of a letter; after a refusal with what was typed, in the forms and in the letter itself.
func (s *Server) showLetter(w http.ResponseWriter, r *http.Request, id int64, no *refused) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	v := letterView{Typed: url.Values{}}
	if no != nil {
		v.Act, v.Wrong, v.Typed = no.Act, no.Err, no.Typed
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Paper, v.Of, err = s.Ledger.LetterOf(ctx, tx, by, id); err != nil {
			return err
		}
		names, err := s.namesOf(ctx, tx, nil)
		if err != nil {
			return err
		}
		v.Drafter, v.Signer, v.Replier = nameOf(names, v.DraftedBy), nameOf(names, v.SignedBy), nameOf(names, v.RepliedBy)
		if v.State != ledger.LetterAnswered {
			return nil
		}
		steps, err := s.Ledger.StepsOf(ctx, tx, v.Duty)
		for _, st := range steps {
			if st.What == ledger.DidAnswer && st.Data.Letter != nil && st.Data.Letter.ID == id {
				v.Files = st.Data.Files
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	v.see(by, s.today(), s.Ledger.Rules.Workdays)
	name := v.Letter.Kind.Chinese()
	if v.Letter.No != "" {
		name += " " + v.Letter.No
	}
	p := s.office(r, name, Link{Text: "督办文书", URL: "/letters"}, Link{Text: name})
	p.Data = v
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "letter.html", p)
}

// see fills in what follows from the letter and from who looks at it.
func (v *letterView) see(by ledger.Actor, today calendar.Date, days *calendar.Workdays) {
	l := v.Letter
	if v.State == ledger.LetterDrafted {
		if v.Act == "sign" {
			l.Demand, l.When, l.Where = v.Typed.Get("demand"), v.Typed.Get("when"), v.Typed.Get("where")
		}
		l.SignedOn = today // number, date and last day come with the signature
		if v.Answer > 0 {
			l.ReplyBy = days.Add(today, v.Answer)
		}
		whole := l
		whole.No = "待编"
		v.Lacks = whole.Lacks()
	}
	v.Sheet = l.Paper()
	v.MaySign = v.Paper.MaySign(by)
	v.MayDrop = v.State == ledger.LetterDrafted && by.Everywhere(ledger.ActSignLetter)
	v.OwnDraft = v.State == ledger.LetterDrafted && v.DraftedBy == by.Account
	v.MayAnswer = v.Paper.MayAnswer(by)
	v.Late = v.State == ledger.LetterSent && !v.AnswerBy.IsZero() && v.AnswerBy.Before(today)
}

// letterAct signs, drops or answers a letter and goes back to its page.
func letterAct(name string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id, err := letterID(r)
		if err != nil {
			return err
		}
		by, err := s.member(r)
		if err != nil {
			return err
		}
		f, err := readForm(r, name == "answer")
		if err != nil {
			return err
		}
		get := func(field string) string { return strings.TrimSpace(f.Get(field)) }
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			ctx := r.Context()
			switch name {
			case "sign":
				_, err = s.Ledger.SignLetter(ctx, tx, by, id, get("demand"), get("when"), get("where"))
			case "drop":
				_, err = s.Ledger.DropLetter(ctx, tx, by, id, get("reason"))
			case "answer":
				_, err = s.Ledger.AnswerLetter(ctx, tx, by, id, get("words"), f.evidence)
			}
			return err
		})
		if err == nil {
			s.changed()
			return &redirectError{"/letters/" + strconv.FormatInt(id, 10) + "?done=letter_" + name}
		}
		var le *ledger.Error
		if !errors.As(err, &le) || le.Kind == ledger.NotFound || le.Kind == ledger.NotAllowed || wantsJSON(r) {
			return err
		}
		return s.showLetter(w, r, id, &refused{name, le, f.Values})
	}
}

var letterMedia = map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf"}

// letterFile is a letter as it was signed, never made anew.
func letterFile(format string) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		id, err := letterID(r)
		if err != nil {
			return err
		}
		by, err := s.member(r)
		if err != nil {
			return err
		}
		var p ledger.Paper
		var b []byte
		err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			if p, _, err = s.Ledger.LetterOf(ctx, tx, by, id); err != nil {
				return err
			}
			b, err = s.Ledger.LetterFile(ctx, tx, by, id, format)
			return err
		})
		if err != nil {
			return err
		}
		name := p.Letter.Kind.Chinese() + p.Letter.No + "." + format
		h := w.Header()
		h.Set("Content-Type", letterMedia[format])
		h.Set("Content-Length", strconv.Itoa(len(b)))
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		_, err = w.Write(b)
		return err
	}
}
