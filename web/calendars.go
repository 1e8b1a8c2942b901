package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// calendarRoutes are the feeds to which calendar programs subscribe. Such a program cannot log in: its address is the key.
var calendarRoutes = []route{
	{"GET /feeds", seated, false, false, (*Server).feedsPage, "日历订阅：本单位、本职务的订阅地址"},
	{"POST /feeds", seated, false, false, (*Server).makeFeed, "新建订阅地址，只显示一次"},
	{"POST /feeds/{id}/revoke", seated, false, false, (*Server).revokeFeed, "停用一个订阅地址"},
	{"GET /feeds/{token}", everybody, false, false, (*Server).calendarFeed, "持订阅地址者读取的日历（iCalendar）：时限、填报、反馈、约谈日期"},
}

const feedPath = "/feeds/"

// feedOwner is a unit or post whose calendar the person may hand out, with the feeds that it has.
type feedOwner struct {
	Kind  notice.FeedKind
	Name  string // as package notice keeps it
	Title string // for people
	Feeds []notice.Feed
}

// feedOwners are those of the person's seats. The calendar of the county office's unit, and of the government's, shows what
// waits in the whole county: it is for the seats that see the whole county, and not for others in the same unit.
func (s *Server) feedOwners(seats []personnel.Seat) []feedOwner {
	var out []feedOwner
	add := func(kind notice.FeedKind, name, title string) {
		if !slices.ContainsFunc(out, func(o feedOwner) bool { return o.Kind == kind && o.Name == name }) {
			out = append(out, feedOwner{Kind: kind, Name: name, Title: title})
		}
	}
	for _, seat := range seats {
		if seat.Role == personnel.Auditor {
			continue // has no dates of its own
		}
		add(notice.OfPost, string(seat.Post), seat.Unit+seat.Title)
		if _, roles := s.feedOf(notice.Feed{Kind: notice.OfUnit, Name: seat.Unit}); len(roles) == 0 || slices.Contains(roles, seat.Role) {
			add(notice.OfUnit, seat.Unit, seat.Unit)
		}
		for _, g := range seat.Groups {
			add(notice.OfUnit, g, g)
		}
	}
	return out
}

func (s *Server) ownFeeds(r *http.Request) ([]feedOwner, error) {
	seats, err := s.seatsOf(r)
	if err != nil {
		return nil, err
	}
	owners := s.feedOwners(seats)
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		for i := range owners {
			if owners[i].Feeds, err = notice.Feeds(ctx, tx, s.countyCode, owners[i].Kind, owners[i].Name); err != nil {
				return err
			}
		}
		return nil
	})
	return owners, err
}

func (s *Server) feedsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showFeeds(w, r, "", "")
}

// showFeeds shows the person's feeds, and the address of the one that was just made.
func (s *Server) showFeeds(w http.ResponseWriter, r *http.Request, token, title string) error {
	owners, err := s.ownFeeds(r)
	if err != nil {
		return err
	}
	p := s.office(r, "日历订阅", Link{Text: "日历订阅"})
	data := map[string]any{"Owners": owners, "Made": title}
	if token != "" {
		data["Address"] = s.BaseURL + feedPath + token + ".ics"
	}
	p.Data = data
	return s.render(w, http.StatusOK, "feeds.html", p)
}

func (s *Server) makeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	seats, err := s.seatsOf(r)
	if err != nil {
		return err
	}
	owners := s.feedOwners(seats)
	i := slices.IndexFunc(owners, func(o feedOwner) bool {
		return string(o.Kind) == r.PostForm.Get("kind") && o.Name == r.PostForm.Get("name")
	})
	if i < 0 {
		return forbidden("只能为本人的职务和所在单位新建日历订阅。")
	}
	token := ""
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		token, err = notice.MakeFeed(r.Context(), tx, s.countyCode, owners[i].Kind, owners[i].Name, string(sessionOf(r).User.Name))
		return err
	})
	if err != nil {
		return err
	}
	return s.showFeeds(w, r, token, owners[i].Title)
}

func (s *Server) revokeFeed(w http.ResponseWriter, r *http.Request) error {
	owners, err := s.ownFeeds(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	mine := slices.ContainsFunc(owners, func(o feedOwner) bool {
		return slices.ContainsFunc(o.Feeds, func(f notice.Feed) bool { return f.ID == id })
	})
	if !mine {
		return notFound("您的职务和单位没有这个日历订阅。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return notice.RevokeFeed(r.Context(), tx, s.countyCode, id, string(sessionOf(r).User.Name))
	})
	if err != nil {
		return err
	}
	return &redirectError{"/feeds?done=revoked"}
}

// calendarFeed is a calendar for whoever has its address.
func (s *Server) calendarFeed(w http.ResponseWriter, r *http.Request) error {
	if !s.limits.allow("calendar", clientAddress(r), 2, 60) {
		return &httpError{status: http.StatusTooManyRequests, message: "读取太频繁，请稍后再试。"}
	}
	if s.Ledger == nil {
		return notFound("没有这个日历订阅，或它已停用。")
	}
	var f notice.Feed
	var dates []ledger.Dated
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if f, err = notice.OpenFeed(ctx, tx, s.countyCode, strings.TrimSuffix(r.PathValue("token"), ".ics")); err != nil {
			return err
		}
		units, roles := s.feedOf(f)
		dates, err = s.Ledger.Agenda(ctx, tx, units, roles, s.today())
		return err
	})
	if err != nil {
		return err
	}
	host := s.countyCode
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	name := strings.ReplaceAll(f.Name, "/", "")
	body := notice.ICalendar(name+"任务日程", feedItems(dates, s.BaseURL, host))
	sum := fnv.New64a()
	_, _ = sum.Write(body)
	h := w.Header()
	tag := fmt.Sprintf(`W/"%x"`, sum.Sum64())
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name + ".ics"}))
	_, err = w.Write(body)
	return err
}

// feedOf says whose dates a feed shows: those of the unit, or of the post as it stands today, whoever holds it.
func (s *Server) feedOf(f notice.Feed) (units []string, roles []personnel.Role) {
	if f.Kind == notice.OfUnit {
		switch f.Name {
		case s.Ledger.Office:
			roles = []personnel.Role{personnel.Office}
		case s.Ledger.Government:
			roles = []personnel.Role{personnel.Leader}
		}
		return []string{f.Name}, roles
	}
	id := personnel.PostID(f.Name)
	units = []string{id.Unit()}
	post, ok := s.County.Book.Post(id)
	if !ok {
		return units, nil
	}
	units = append(units, post.Fills...)
	for _, g := range s.County.Book.Groups() {
		if g.Exists(s.today()) && slices.ContainsFunc(g.Members, func(m personnel.Membership) bool { return m.Post == id }) {
			units = append(units, g.Unit)
		}
	}
	return units, []personnel.Role{post.Role}
}

// feedItems puts an agenda into words for a calendar. What a calendar tells passes through a foreign program: titles and
// dates, and nothing of what was reported.
func feedItems(dates []ledger.Dated, base, host string) []notice.Item {
	var out []notice.Item
	for _, d := range dates {
		name := d.Kind.Chinese()
		if d.Role == ledger.Support {
			name = "配合任务" + name
		}
		text := []string{d.Words, d.Duty.Title}
		if b := d.Duty.Source.Basis(); b != "" {
			text = append(text, "依据："+b)
		}
		if len(d.Duty.Lead) > 0 {
			text = append(text, "牵头："+strings.Join(d.Duty.Lead, "、"))
		}
		out = append(out, notice.Item{UID: d.Key + "@" + host, Day: d.Day, Summary: "【" + name + "】" + cutRunes(d.Duty.Title, 60), Text: strings.Join(text, "\n"),
			URL: base + d.Path, Categories: []string{name}, Changed: d.Changed.In(calendar.Zone), Cancelled: d.Off})
	}
	return out
}

func init() { flashes["revoked"] = "订阅地址已停用。" }
