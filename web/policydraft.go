package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhixing/gazette"
	"zhixing/manuscript"
	"zhixing/policy"
	"zhixing/policy/draft"
)

// policyDraftRoutes read a document's text, that of an emergency plan above all, into a first folder of policies. Nothing is kept: the
// text goes back and forth in the form, and what is drafted is downloaded for the county's folder.
var policyDraftRoutes = []route{
	{"GET /policies/draft", editLedger, false, false, (*Server).policyDraftForm, "从正文起草政策包：应急预案读成 plans.yaml"},
	{"POST /policies/draft", editLedger, false, true, (*Server).policyDraft, "从正文起草：逐条对照读出了什么；下载草稿，不保存，不启动"},
}

// policyDraftPage is what the page shows; without Drafts it asks for a text.
type policyDraftPage struct {
	Problem, Number, Text string
	Drafts                []policyDraftView
	Title                 string          // of a text that was not read as an emergency plan
	Doubts                []gazette.Doubt // where the reader of manuscripts was unsure
}

type policyDraftView struct {
	draft.Folder
	Names  []string // of its files
	Said   []string // what has to be confirmed of no clause in particular
	Unread int      // clauses with something not drafted
}

func (s *Server) policyDraftForm(w http.ResponseWriter, r *http.Request) error {
	return s.renderPolicyDraft(w, r, http.StatusOK, policyDraftPage{})
}

func (s *Server) renderPolicyDraft(w http.ResponseWriter, r *http.Request, status int, x policyDraftPage) error {
	if _, err := s.works(); err != nil {
		return err
	}
	p := s.office(r, "从正文起草", Link{Text: "政策包", URL: "/policies"}, Link{Text: "从正文起草"})
	p.Data = x
	return s.render(w, status, "policydraft.html", p)
}

// policyDraft reads the text and shows the draft, or sends the file of it that is asked for.
func (s *Server) policyDraft(w http.ResponseWriter, r *http.Request) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	name, raw, err := formFile(r, "file")
	if err != nil {
		return err
	}
	x := policyDraftPage{Number: strings.TrimSpace(r.PostFormValue("number")), Text: r.PostFormValue("text")}
	if len(raw) > 0 {
		if x.Text, err = manuscript.Decode(name, raw); err != nil {
			x.Problem = err.Error()
			return s.renderPolicyDraft(w, r, http.StatusBadRequest, x)
		}
	}
	drafts, doubts, problem := draftsOf(works.County, &x)
	if problem != nil {
		x.Problem = problem.Error()
		return s.renderPolicyDraft(w, r, http.StatusBadRequest, x)
	}
	if take := r.PostFormValue("take"); take != "" {
		return sendPolicyDraft(w, drafts, r.PostFormValue("draft"), take)
	}
	x.Doubts = doubts
	if x.Text != "" && !slices.ContainsFunc(drafts, func(d draft.Folder) bool {
		return d.Files["plans.yaml"] != "" || len(d.Left) > 0 && strings.HasPrefix(d.Left[0], "应急预案：")
	}) {
		x.Title = drafts[0].Title
	}
	for _, d := range drafts {
		v := policyDraftView{Folder: d, Said: slices.Clone(d.Ask)}
		for name := range d.Files {
			v.Names = append(v.Names, name)
		}
		slices.Sort(v.Names)
		for _, p := range d.Passages {
			if len(p.Left) > 0 {
				v.Unread++
			}
			v.Said = slices.DeleteFunc(v.Said, func(s string) bool { return slices.Contains(p.Ask, strings.TrimPrefix(s, p.Clause+"：")) })
		}
		x.Drafts = append(x.Drafts, v)
	}
	return s.renderPolicyDraft(w, r, http.StatusOK, x)
}

// draftsOf drafts from the text of the form, or from the county's gazette where there is only a number. A text that has its own number
// needs none.
func draftsOf(c *policy.County, x *policyDraftPage) ([]draft.Folder, []gazette.Doubt, error) {
	var issue *gazette.Issue
	var doubts []gazette.Doubt
	if strings.TrimSpace(x.Text) != "" {
		read, err := gazette.Read(x.Text)
		if err != nil {
			return nil, nil, badRequest(strings.TrimPrefix(err.Error(), "gazette.Read: ") + "。")
		}
		issue, doubts = read, read.Doubts
		if x.Number == "" && len(read.Documents) == 1 {
			x.Number = read.Documents[0].No
		}
	}
	switch {
	case issue == nil && x.Number == "":
		return nil, nil, badRequest("请选择一个文件，或把正文粘贴到下面；正文已经刊印在公报里的，只写文号。")
	case x.Number == "":
		return nil, nil, badRequest("正文里没有读到文号：请写印发它的通知的文号。")
	}
	drafts, err := draft.Of(c, issue, x.Number)
	if err != nil && issue == nil {
		return nil, nil, badRequest("县文件夹的公报里没有 " + x.Number + "，或者没有可以起草的内容：请选择正文的文件，或粘贴正文。")
	}
	return drafts, doubts, err
}

// sendPolicyDraft sends one file of a draft, or all of them.
func sendPolicyDraft(w http.ResponseWriter, drafts []draft.Folder, id, take string) error {
	at := slices.IndexFunc(drafts, func(d draft.Folder) bool { return d.ID == id })
	if at < 0 {
		return notFound("没有这份草稿，请重新起草。")
	}
	media, body := "application/zip", []byte(nil)
	if take == "zip" {
		var err error
		if body, err = drafts[at].Zip(); err != nil {
			return err
		}
		take = id + ".zip"
	} else {
		text, ok := drafts[at].Files[take]
		if !ok {
			return notFound("草稿里没有这个文件。")
		}
		media, body = "application/yaml; charset=utf-8", []byte(text)
		take = take[strings.LastIndexByte(take, '/')+1:]
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(take))
	_, err := w.Write(body)
	return err
}
