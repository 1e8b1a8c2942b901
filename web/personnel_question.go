package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/publication"
)

// questionView is an open question with what can be chosen from.
type questionView struct {
	personnel.Question
	No      string // of the document
	Posts   []personnel.Post
	Persons []personnel.Person
}

// maxAnswered is how many answered questions the page shows.
const maxAnswered = 50

func (s *Server) questions(w http.ResponseWriter, r *http.Request) error {
	return s.questionsPage(w, r, http.StatusOK, 0, "")
}

func (s *Server) questionsPage(w http.ResponseWriter, r *http.Request, status int, at personnel.QuestionID, wrong string) error {
	var open, answered []questionView
	var due []personnel.Reminder
	vacant := 0
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := personnel.Questions(ctx, tx, s.countyCode, false)
		if err != nil {
			return err
		}
		persons, err := personnel.Persons(ctx, tx, s.countyCode, "")
		if err != nil {
			return err
		}
		posts, err := personnel.AllPosts(ctx, tx, s.County.Book, s.countyCode)
		if err != nil {
			return err
		}
		for _, q := range all {
			v := questionView{Question: q, No: numberOf(q.Doc)}
			if q.Answer != nil {
				if len(answered) < maxAnswered {
					answered = append(answered, v)
				}
				continue
			}
			if q.Kind == personnel.UnknownPost {
				unit := personnel.PostID(q.Name).Unit()
				for _, p := range posts {
					if p.Unit == unit {
						v.Posts = append(v.Posts, p)
					}
				}
			}
			if q.Kind == personnel.Namesakes {
				for _, p := range persons {
					if strings.Contains(q.Name, p.Name) {
						v.Persons = append(v.Persons, p)
					}
				}
			}
			open = append(open, v)
		}
		reminders, err := personnel.Reminders(ctx, tx, s.County.Book, s.countyCode, s.today(), remindDays)
		for _, m := range reminders {
			if m.Vacancy() {
				vacant++
			} else {
				due = append(due, m)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(open, func(q questionView) bool { return q.ID == at }) {
		at = 0 // somebody else was faster: what is wrong stands above
	}
	var kinds []org.Kind
	for _, k := range org.Kinds {
		if k != org.Set && k != org.Group {
			kinds = append(kinds, k)
		}
	}
	p := s.office(r, "待确认事项", Link{Text: "职务和任职", URL: "/posts"}, Link{Text: "待确认事项"})
	p.Data = map[string]any{"Open": open, "Answered": answered, "Due": due, "Vacant": vacant, "Kinds": kinds, "Roles": personnel.Roles,
		"Units": s.County.Directory.Units(), "Wrong": wrong, "At": at, "Form": r.PostForm, "Days": remindDays}
	return s.render(w, status, "questions.html", p)
}

// numberOf is a document's number, or its key where it has none.
func numberOf(key publication.Key) string {
	if no := key.No(); no != "" {
		return no
	}
	return string(key)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return notFound("没有这个待确认事项。")
	}
	id := personnel.QuestionID(n)
	f := r.PostFormValue
	day, err := calendar.ParseDate(f("day"))
	if err != nil {
		return s.questionsPage(w, r, http.StatusBadRequest, id, "日期写作 2023-10-31 的形式。")
	}
	a := personnel.Answer{Choice: personnel.Choice(f("choice")), Unit: f("unit"), OnlyHere: f("only_here") != "", UnitKind: org.Kind(f("unit_kind")),
		Title: f("title"), Role: personnel.Role(f("role")), Day: day, Reason: f("reason")}
	if f("single") != "" {
		a.Seats = 1
	}
	a.Person, _ = strconv.ParseInt(f("person"), 10, 64)
	err = s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) error {
		return personnel.Settle(ctx, tx, s.County.Book, s.countyCode, actor(r).Name, id, a)
	})
	if wrong, status := personnelProblem(err); wrong != "" {
		return s.questionsPage(w, r, status, id, wrong)
	}
	if err != nil {
		return err
	}
	return &redirectError{"/questions?done=answered"}
}

func (s *Server) takeInNow(w http.ResponseWriter, r *http.Request) error {
	err := s.changePersonnel(r, func(ctx context.Context, tx *db.Tx) error {
		_, err := personnel.TakeIn(ctx, tx, s.County.Book, s.countyCode, actor(r).Name)
		return err
	})
	if err != nil {
		return err
	}
	return &redirectError{"/questions?done=takenin"}
}
