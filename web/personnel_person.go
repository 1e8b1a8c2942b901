package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/personnel"
)

// membership is a leading group and what the unit's post is in it.
type membership struct{ Group, As, Post string }

func (s *Server) unitPosts(w http.ResponseWriter, r *http.Request) error {
	return s.unitPostsPage(w, r, r.PathValue("unit"), http.StatusOK, "")
}

func (s *Server) unitPostsPage(w http.ResponseWriter, r *http.Request, name string, status int, wrong string) error {
	on, err := s.on(r)
	if err != nil {
		return err
	}
	var u org.Unit
	var rows []postRow
	var past []personnel.Tenure
	var posts []personnel.Post
	var persons []personnel.Person
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		var ok bool
		if u, ok, err = personnel.Resolve(ctx, tx, s.County.Book, s.countyCode, "", name); err != nil {
			return err
		} else if !ok {
			return notFound("没有查到这个单位。请到单位名录核对名称。")
		}
		all, err := s.postRows(ctx, tx, on)
		if err != nil {
			return err
		}
		for _, row := range all {
			if row.Unit == u.Name {
				rows = append(rows, row)
			}
		}
		if past, err = personnel.Tenures(ctx, tx, s.countyCode, personnel.TenureFilter{Unit: u.Name}, time.Time{}); err != nil {
			return err
		}
		if posts, err = personnel.AllPosts(ctx, tx, s.County.Book, s.countyCode); err != nil {
			return err
		}
		persons, err = personnel.Persons(ctx, tx, s.countyCode, "")
		return err
	})
	if err != nil {
		return err
	}
	if u.Name != name && r.Method == http.MethodGet {
		return &redirectError{postsURL(u.Name)}
	}
	posts = slices.DeleteFunc(slices.Clone(posts), func(p personnel.Post) bool { return p.Unit != u.Name })
	slices.Reverse(past)
	group, _ := s.County.Book.Group(u.Name)
	p := s.office(r, u.Name+"职务", Link{Text: "职务和任职", URL: "/posts"}, Link{Text: u.Name})
	p.Data = map[string]any{"Unit": u, "Rows": rows, "Past": past, "Posts": posts, "On": on, "Office": s.mayOffice(r), "Wrong": wrong,
		"Groups": s.memberships(posts, on), "Group": group, "Form": r.PostForm, "Persons": persons, "Today": s.today()}
	return s.render(w, status, "post.html", p)
}

func (s *Server) memberships(posts []personnel.Post, on calendar.Date) (out []membership) {
	for _, g := range s.County.Book.Groups() {
		for _, m := range g.Members {
			if g.Exists(on) && slices.ContainsFunc(posts, func(p personnel.Post) bool { return p.ID == m.Post }) {
				out = append(out, membership{g.Unit, m.As, m.Post.Title()})
			}
		}
	}
	return out
}

func (s *Server) person(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这个人员。")
	}
	return s.personPage(w, r, id, http.StatusOK, "")
}

// tenureView is a tenure with its earlier versions, and what may be done about it.
type tenureView struct {
	personnel.Tenure
	Earlier []personnel.Tenure
	Open    bool // not over, so it can be ended
	Trial   bool // a probation waits to be decided
	Groups  []string
}

func (s *Server) personPage(w http.ResponseWriter, r *http.Request, id int64, status int, wrong string) error {
	var who personnel.Person
	var views []tenureView
	var phone personnel.Phone // for the office only
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if who, err = personnel.PersonBy(ctx, tx, s.countyCode, id); err != nil {
			return err
		}
		if s.mayOffice(r) {
			if phone, err = personnel.PhoneOf(ctx, tx, s.countyCode, id); err != nil {
				return err
			}
		}
		list, err := personnel.Tenures(ctx, tx, s.countyCode, personnel.TenureFilter{Person: id, Cancelled: true}, time.Time{})
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b personnel.Tenure) int { return strings.Compare(b.From.String(), a.From.String()) })
		for _, t := range list {
			v := tenureView{Tenure: t, Open: t.Until.IsZero() && !t.Cancelled}
			v.Trial = v.Open && !t.ProbationUntil.IsZero() && t.Decision != personnel.Confirmed
			versions, err := personnel.Versions(ctx, tx, s.countyCode, t.ID)
			if err != nil {
				return err
			}
			v.Earlier = versions[:len(versions)-1]
			if post, ok := s.County.Book.Post(t.Post); ok && v.Open {
				for _, m := range s.memberships([]personnel.Post{post}, s.today()) {
					v.Groups = append(v.Groups, m.Group+"（"+m.As+"）")
				}
			}
			views = append(views, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := s.office(r, who.Name, Link{Text: "职务和任职", URL: "/posts"}, Link{Text: who.Name})
	p.Data = map[string]any{"P": who, "Tenures": views, "Office": s.mayOffice(r), "Wrong": wrong, "Phone": phone, "TypedPhone": typedPhone(r, phone, wrong != ""),
		"Base": personURL(id), "Today": s.today(), "Decisions": []personnel.Decision{personnel.Confirmed, personnel.Extended, personnel.Removed}}
	return s.render(w, status, "person.html", p)
}

// personnelProblem gives the sentence of an error that belongs on the form, and its status; "" for all others.
func personnelProblem(err error) (string, int) {
	var he *httpError
	if errors.As(err, &he) && he.status == http.StatusBadRequest {
		return he.message, he.status
	}
	if k := personnel.KindOf(err); k != 0 {
		return personnel.Message(err), personnelStatus[k]
	}
	return "", 0
}

func (s *Server) addPerson(w http.ResponseWriter, r *http.Request) error {
	var id int64
	err := s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		id, err = personnel.AddPerson(r.Context(), tx, s.countyCode, actor(r).Name, r.PostFormValue("name"), r.PostFormValue("note"))
		return err
	})
	if wrong, status := personnelProblem(err); wrong != "" {
		return s.postsPage(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{personURL(id) + "?done=person"}
}

func (s *Server) bindAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这个人员。")
	}
	person, done := id, "bound"
	if r.PostFormValue("act") == "unbind" {
		person, done = 0, "unbound"
	}
	name, err := account.Canonical(r.PostFormValue("account"))
	if err == nil && person != 0 {
		_, err = s.Accounts.Find(r.Context(), name)
	}
	if wrong, status := problemsOf(err); wrong != nil {
		return s.personPage(w, r, id, status, "没有这个账号，请核对用户名。")
	}
	if err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		who, err := personnel.PersonBy(r.Context(), tx, s.countyCode, id)
		if err == nil && person == 0 && who.Account != string(name) {
			return badRequest("这个账号不是此人的。")
		}
		if err != nil {
			return err
		}
		return personnel.BindAccount(r.Context(), tx, s.countyCode, actor(r).Name, person, string(name))
	})
	if wrong, status := personnelProblem(err); wrong != "" && personnel.KindOf(err) != personnel.NotFound {
		return s.personPage(w, r, id, status, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{personURL(id) + "?done=" + done}
}

// setPhone records under which number an official is called, as the office knows it.
func (s *Server) setPhone(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这个人员。")
	}
	err = s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) error {
		return personnel.SetPhone(ctx, tx, s.countyCode, string(actor(r).Name), id, r.PostFormValue("phone"))
	})
	if wrong, status := personnelProblem(err); wrong != "" && personnel.KindOf(err) != personnel.NotFound {
		return s.personPage(w, r, id, status, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{personURL(id) + "?done=phone"}
}

// setOwnPhone is the same of the person himself.
func (s *Server) setOwnPhone(w http.ResponseWriter, r *http.Request) error {
	who := string(sessionOf(r).User.Name)
	err := s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) error {
		id, err := personnel.PersonOf(ctx, tx, s.countyCode, who)
		if err == nil && id == 0 {
			err = badRequest("账号还没有绑定到人员，请联系县政府办公室。")
		}
		if err != nil {
			return err
		}
		return personnel.SetPhone(ctx, tx, s.countyCode, who, id, r.PostFormValue("phone"))
	})
	if wrong, status := personnelProblem(err); wrong != "" && personnel.KindOf(err) == personnel.Invalid {
		return s.noticeSettingsAgain(w, r, status, problems{"phone": wrong})
	}
	if err != nil {
		return err
	}
	return &redirectError{"/notices/settings?done=phone"}
}

// typedPhone is the number for the form: the one on record, or what was typed where that was refused.
func typedPhone(r *http.Request, of personnel.Phone, refused bool) string {
	if refused && r.PostForm.Has("phone") {
		return r.PostForm.Get("phone")
	}
	return of.Number
}

// changePersonnel changes who holds what, or under which number he is called, and who is called for it.
func (s *Server) changePersonnel(r *http.Request, do func(context.Context, *db.Tx) error) error {
	return s.DB.Write(r.Context(), func(tx *db.Tx) error {
		err := do(r.Context(), tx)
		if err != nil || s.Config.Works == nil {
			return err
		}
		if w := s.Config.Works(); w != nil {
			err = w.FollowPosts(r.Context(), tx)
		}
		return err
	})
}

// moveOf reads who moves where, when and why.
func moveOf(r *http.Request) (personnel.Move, error) {
	on, err := calendar.ParseDate(r.PostFormValue("day"))
	if err != nil {
		return personnel.Move{}, badRequest("日期写作 2023-10-31 的形式。")
	}
	m := personnel.Move{Post: personnel.PostID(r.PostFormValue("post")), On: on, Rank: strings.TrimSpace(r.PostFormValue("rank"))}
	m.Person, _ = strconv.ParseInt(r.PostFormValue("person"), 10, 64)
	if text := r.PostFormValue("months"); text != "" {
		if m.Months, err = strconv.Atoi(text); err != nil {
			return m, badRequest("试用期写几个月，如 12；没有试用期不填。")
		}
	}
	m.Basis, m.Reason, err = basisOf(r)
	return m, err
}

func (s *Server) appoint(w http.ResponseWriter, r *http.Request) error {
	m, err := moveOf(r)
	if err == nil {
		err = s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := personnel.Appoint(ctx, tx, s.County.Book, s.countyCode, actor(r).Name, m)
			return err
		})
	}
	if wrong, status := personnelProblem(err); wrong != "" && m.Post.Unit() != "" {
		return s.unitPostsPage(w, r, m.Post.Unit(), status, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{postsURL(m.Post.Unit()) + "?done=appointed"}
}

// onTenure does something about a tenure and shows the page of its person again.
func (s *Server) onTenure(w http.ResponseWriter, r *http.Request, done string, do func(tx *db.Tx, t personnel.Tenure) error) error {
	id, _ := strconv.ParseInt(r.PostFormValue("tenure"), 10, 64)
	var t personnel.Tenure
	err := s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = personnel.TenureBy(ctx, tx, s.countyCode, personnel.TenureID(id)); err != nil {
			return err
		}
		return do(tx, t)
	})
	if wrong, status := personnelProblem(err); wrong != "" && t.Person != 0 {
		return s.personPage(w, r, t.Person, status, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{personURL(t.Person) + "?done=" + done}
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) error {
	return s.onTenure(w, r, "removed", func(tx *db.Tx, t personnel.Tenure) error {
		m, err := moveOf(r)
		if err != nil {
			return err
		}
		m.Person, m.Post = t.Person, t.Post
		_, err = personnel.Remove(r.Context(), tx, s.County.Book, s.countyCode, actor(r).Name, m)
		return err
	})
}

func (s *Server) probation(w http.ResponseWriter, r *http.Request) error {
	return s.onTenure(w, r, "probation", func(tx *db.Tx, t personnel.Tenure) error {
		m, err := moveOf(r)
		if err != nil {
			return err
		}
		return personnel.Decide(r.Context(), tx, s.countyCode, actor(r).Name, t.ID, personnel.Decision(r.PostFormValue("decision")), m.On, m.Basis, m.Reason)
	})
}

func (s *Server) correctTenure(w http.ResponseWriter, r *http.Request) error {
	return s.onTenure(w, r, "tenure", func(tx *db.Tx, t personnel.Tenure) error {
		from, err := calendar.ParseDate(r.PostFormValue("from"))
		until, err2 := calendar.ParseDate(r.PostFormValue("until"))
		if err != nil || err2 != nil {
			return badRequest("日期写作 2023-10-31 的形式。")
		}
		return personnel.Correct(r.Context(), tx, s.County.Book, s.countyCode, actor(r).Name, t.ID,
			personnel.Fix{Cancel: r.PostFormValue("cancel") != "", From: from, Until: until, Reason: r.PostFormValue("reason")})
	})
}
