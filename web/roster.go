package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy/works"
	"zhixing/register"
)

// rosterRoutes are who is on duty and who stands in for whom. Every official reads them; the county office writes for all, a town for its own.
var rosterRoutes = []route{
	{"GET /callups/roster", seated, false, false, (*Server).roster, "值班和请假：今后一天谁会被叫、哪里没有人，交接班；?town= 登记哪个乡镇的"},
	{"GET /callups/roster.csv", seated, false, false, (*Server).roster, "今后一个月的值班和请假，导出 CSV"},
	{"POST /callups/roster", seated, false, false, (*Server).rosterAct, "登记值班、请假，撤销值班，提前销假；县政府办公室办全县的，乡镇办本乡镇的"},
}

func init() {
	for name, says := range map[string]string{"shift": "值班已登记。", "drop": "值班已撤销。", "leave": "请假已登记。", "back": "已销假。"} {
		flashes["roster-"+name] = says
	}
}

// rosterAhead is how far ahead gaps are looked for.
const rosterAhead = 24 * time.Hour

// minuteForm is how a browser writes a local time.
const minuteForm = "2006-01-02T15:04"

// mayRoster reports whether somebody writes the roster of a town; empty: of the county.
func mayRoster(by ledger.Actor, town string) bool {
	return slices.ContainsFunc(by.Seats, func(x personnel.Seat) bool {
		return x.Role == personnel.Office || x.Role != personnel.Auditor && x.Town && town != "" && x.Unit == town
	})
}

func (s *Server) roster(w http.ResponseWriter, r *http.Request) error {
	return s.rosterPage(w, r, r.URL.Query().Get("town"), &refused{Typed: url.Values{}})
}

// rosterPlaces are the towns and villages of the county, and the grids in which somebody holds a post.
func rosterPlaces(works *works.Works, posts []audience.Recipient) (out []callup.Place) {
	add := func(p callup.Place) {
		if p.Town != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, u := range works.County.Directory.Units() {
		if u.Kind == org.Town {
			add(callup.Place{Town: u.Name})
		}
	}
	if places := works.Registers.Places; places != nil {
		for _, p := range places.List {
			if p.Kind != register.VillagePlace {
				continue
			}
			town := p.Town
			if u, ok := works.County.Directory.Resolve(town); ok {
				town = u.Name
			}
			add(callup.Place{Town: town, Village: p.Name})
		}
	}
	for _, r := range posts {
		add(callup.Place{Town: r.Place.Town, Village: r.Place.Village, Grid: r.Grid})
	}
	return out
}

// rosterSeats are the posts of ladders at the places of a town; of the county where town is empty.
func rosterSeats(works *works.Works, places []callup.Place, town string) (out []callup.Seat) {
	for _, l := range works.County.Callups {
		for _, step := range l.Steps {
			for _, p := range append([]callup.Place{{}}, places...) {
				fits := map[callup.Scope]bool{callup.County: p == callup.Place{}, callup.Town: p.Town != "" && p.Village == "", callup.Village: p.Village != "" && p.Grid == "", callup.Grid: p.Grid != ""}[step.Of]
				if !fits || p.Town != town {
					continue
				}
				for _, post := range step.Posts {
					if seat := (callup.Seat{Place: p, Post: post}); !slices.Contains(out, seat) {
						out = append(out, seat)
					}
				}
			}
		}
	}
	return out
}

func (s *Server) rosterPage(w http.ResponseWriter, r *http.Request, town string, no *refused) error {
	by, ww, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	if u, ok := s.County.Directory.Resolve(town); town != "" && (!ok || u.Kind != org.Town) {
		return notFound("没有这个乡镇。")
	}
	now := s.now()
	until := now.Add(rosterAhead)
	var gaps []callup.Gap
	var shifts []callup.Shift
	var leaves []callup.Leave
	var posts []audience.Recipient
	var bare []works.PostGap
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if posts, err = ww.Audience.Posts(ctx, tx, audience.Area{County: true}); err != nil {
			return err
		}
		if shifts, err = ww.Callup.Shifts(ctx, tx, now, now.AddDate(0, 0, 31)); err != nil {
			return err
		}
		if leaves, err = ww.Callup.Leaves(ctx, tx, now, now.AddDate(0, 0, 31)); err != nil {
			return err
		}
		if bare, err = ww.PostGaps(ctx, tx); err != nil {
			return err
		}
		gaps, err = ww.Callup.Gaps(ctx, tx, ww.County.Callups, rosterPlaces(ww, posts), now, until)
		return err
	})
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "值班和请假.csv", rosterTable(shifts, leaves))
	}
	var towns []string
	for _, u := range s.County.Directory.Units() {
		if u.Kind == org.Town {
			towns = append(towns, u.Name)
		}
	}
	grave := 0
	for _, g := range gaps {
		if g.Grave {
			grave++
		}
	}
	people := slices.DeleteFunc(slices.Clone(posts), func(p audience.Recipient) bool { return p.Place.Town != "" && p.Place.Town != town })
	p := s.office(r, "值班和请假", Link{Text: "叫应", URL: "/callups"}, Link{Text: "值班和请假"})
	p.Data = map[string]any{"Gaps": gaps, "Grave": grave, "Bare": bare, "Office": s.mayOffice(r), "Shifts": shifts, "Leaves": leaves, "Town": town, "Towns": towns, "Seats": rosterSeats(ww, rosterPlaces(ww, posts), town), "People": people,
		"May": mayRoster(by, town), "MayOf": func(t string) bool { return mayRoster(by, t) }, "No": no, "Typed": no.Typed, "Now": now, "Until": until, "At": func(t time.Time) string { return hourMinute(t, now) }}
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	return s.render(w, status, "roster.html", p)
}

// rosterTable is the roster for a file; nobody's number stands in it.
func rosterTable(shifts []callup.Shift, leaves []callup.Leave) [][]string {
	out := [][]string{{"类别", "岗位", "姓名", "代班人", "开始", "结束", "事由"}}
	for _, x := range shifts {
		out = append(out, []string{"值班", x.Seat.String(), x.Name, "", minute(x.From), minute(x.To), ""})
	}
	for _, x := range leaves {
		out = append(out, []string{"请假", "", x.Name, x.StandInName, minute(x.From), minute(x.To), x.Reason})
	}
	return out
}

// rosterAct writes the roster.
func (s *Server) rosterAct(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	act, town := f.Get("act"), f.Get("town")
	if !slices.Contains([]string{"shift", "drop", "leave", "back"}, act) {
		return badRequest("请选择要办的事。")
	}
	moment := func(name string) time.Time {
		t, err := time.ParseInLocation(minuteForm, f.Get(name), calendar.Zone)
		if err != nil {
			f.wrong(name, "请填写开始和结束的时间。")
		}
		return t
	}
	var from, to time.Time
	if act == "shift" || act == "leave" {
		from, to = moment("from"), moment("to")
	}
	c := works.Callup
	if err = f.bad; err == nil {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			ctx := r.Context()
			if act == "drop" || act == "back" {
				at, err := rosterTown(ctx, tx, works, act, int64(f.number("id")), s.now())
				if err != nil {
					return err
				}
				if !mayRoster(by, at) {
					return forbidden("县政府办公室登记全县的，乡镇只登记本乡镇的。")
				}
			}
			switch {
			case !mayRoster(by, town) && (act == "shift" || act == "leave"):
				return forbidden("县政府办公室登记全县的，乡镇只登记本乡镇的。")
			case act == "drop":
				return c.DropShift(ctx, tx, by.Account, int64(f.number("id")))
			case act == "back":
				return c.EndLeave(ctx, tx, by.Account, int64(f.number("id")))
			}
			posts, err := works.Audience.Posts(ctx, tx, audience.Area{County: true})
			if err != nil {
				return err
			}
			person := callup.PersonID(f.Get("person"))
			if at, err := rosterPerson(ctx, tx, works, person); err != nil {
				return err
			} else if !mayRoster(by, at) {
				return forbidden("乡镇只登记本乡镇的人员。")
			}
			if act == "leave" {
				_, err = c.AddLeave(ctx, tx, by.Account, callup.Leave{Person: person, StandIn: callup.PersonID(f.Get("standin")), From: from, To: to, Reason: strings.TrimSpace(f.Get("reason"))})
				return err
			}
			seats := rosterSeats(works, rosterPlaces(works, posts), town)
			n, err := strconv.Atoi(f.Get("seat"))
			if err != nil || n < 0 || n >= len(seats) || seats[n].String() != f.Get("seat"+f.Get("seat")) {
				return &callup.Error{Kind: callup.Invalid, Op: "roster", Message: "请选择哪个岗位的值班。"}
			}
			_, err = c.AddShift(ctx, tx, by.Account, callup.Shift{Seat: seats[n], Person: person, From: from, To: to})
			return err
		})
	}
	back := "/callups/roster?done=roster-" + act
	if town != "" {
		back = "/callups/roster?town=" + url.QueryEscape(town) + "&done=roster-" + act
	}
	var no *callup.Error
	le := caseRefusal(err)
	switch {
	case err == nil:
		return &redirectError{back}
	case errors.As(err, &no):
		le = &ledger.Error{Kind: ledger.Invalid, Op: no.Op, Message: no.Message}
	case le == nil:
		return err
	}
	return s.rosterPage(w, r, town, &refused{act, le, f.Values})
}

// rosterTown is the town of a shift or of who is on leave; the county's own is empty.
func rosterTown(ctx context.Context, tx *db.Tx, works *works.Works, act string, id int64, now time.Time) (string, error) {
	if act == "drop" {
		list, err := works.Callup.Shifts(ctx, tx, now, now.AddDate(2, 0, 0))
		for _, x := range list {
			if x.ID == id {
				return x.Seat.Town, nil
			}
		}
		if err == nil {
			err = notFound("没有这一班，或者已经撤销。")
		}
		return "", err
	}
	list, err := works.Callup.Leaves(ctx, tx, now, now.AddDate(2, 0, 0))
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.ID == id {
			return rosterPerson(ctx, tx, works, x.Person)
		}
	}
	return "", notFound("没有这一条请假，或者已经结束。")
}

// rosterPerson is the town of a person who can be called.
func rosterPerson(ctx context.Context, tx *db.Tx, works *works.Works, id callup.PersonID) (string, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(id), "recipient/"), 10, 64)
	if err != nil {
		return "", nil
	}
	r, err := works.Audience.ByID(ctx, tx, audience.ID(n))
	if err != nil || r == nil {
		return "", err
	}
	return r.Place.Town, nil
}
