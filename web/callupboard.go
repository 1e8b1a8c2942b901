package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/callup"
	"zhixing/db"
	"zhixing/policy/works"
	"zhixing/register"
)

// callRow is a post on the board as its page shows it.
type callRow struct {
	callup.Row
	Next []string // what comes at which minute if he does not answer; two are enough
	Off  string   // when he goes off duty
}

// callTown is a town on the board with its posts.
type callTown struct {
	callup.Total
	Name     string
	Villages []callup.Total
	Missing  []callRow // have not answered; who cannot be reached first, then by village
	Rows     []callRow // all
}

// callStep is what comes next in a round, for how many.
type callStep struct {
	At   time.Time
	What string
	N    int
}

// callSeen is what somebody tells of what he sees.
type callSeen struct {
	callup.Seen
	Who   string
	Place string // where he stood
}

// callFact is one line of what happened.
type callFact struct {
	callup.Fact
	Who string // whose call; empty: of the round
}

const (
	callFacts    = 40 // of a round that its page shows
	callReports  = 500
	callUnfolded = 20 // of its reports
	callSteps    = 3
)

func (s *Server) callupBoard(w http.ResponseWriter, r *http.Request) error {
	return s.callupPage(w, r, http.StatusOK, &refused{Typed: url.Values{}})
}

func (s *Server) callupPage(w http.ResponseWriter, r *http.Request, status int, no *refused) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	name, form, _ := strings.Cut(r.PathValue("id"), ".")
	n, err := strconv.ParseInt(name, 10, 64)
	if err != nil || n < 1 || !slices.Contains([]string{"", "json", "csv"}, form) {
		return notFound("没有这次叫应。")
	}
	id := callup.ID(n)
	var b *callup.Board
	var revision int64
	var seen []callup.Seen
	var facts []callup.Fact
	var responses []Link
	var about Link
	var basis cited
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if form == "json" {
			revision, err = works.Callup.Revision(ctx, tx, id)
			return err
		}
		if b, err = works.Callup.BoardOf(ctx, tx, id); err != nil || form == "csv" {
			return err
		}
		if responses, err = responsesOf(ctx, tx, works, b.Round); err != nil {
			return err
		}
		docs, err := s.addresses(ctx, tx, works)
		if err != nil {
			return err
		}
		if about, basis, err = callCause(ctx, tx, works, docs, b.Round); err != nil {
			return err
		}
		if seen, err = works.Callup.Reports(ctx, tx, id, 0, callReports); err != nil {
			return err
		}
		facts, err = works.Callup.Facts(ctx, tx, id, 0, b.Round.Revision-callFacts, callFacts)
		return err
	})
	switch {
	case callup.KindOf(err) == callup.NotFound:
		return notFound("没有这次叫应。")
	case err != nil:
		return err
	case form == "json":
		return writeJSON(w, http.StatusOK, map[string]any{"revision": revision})
	case form == "csv":
		return writeCSV(w, b.Round.Title+"叫应.csv", callTable(b))
	}
	now := s.now()
	p := s.office(r, b.Round.Title, Link{Text: "叫应", URL: "/callups"}, Link{Text: b.Round.Title})
	p.Data = map[string]any{"B": b, "R": b.Round, "Towns": callTowns(b, now), "Steps": callNext(b), "Colour": callLevels[max(0, min(b.Round.Level, 4))], "About": about, "Cite": basis, "Responses": responses,
		"Seen": callReported(b, seen, works.Registers.Places), "Facts": callHappened(b, facts), "May": b.Round.State == callup.Open && maySayFor(by, b.Round), "No": no,
		"URL": "/callups/" + name, "Now": now, "Unfolded": callUnfolded, "Ladder": b.Round.Ladder.Steps[b.Round.Ladder.From:],
		"Post": func(x callup.Seat) string { return callup.Seat{Post: x.Post}.String() }, "At": func(t time.Time) string { return hourMinute(t, now) }, "Way": callWay, "Trouble": callTrouble}
	return s.render(w, status, "callup.html", p)
}

// hourMinute is a time of the day, with its day where that is another.
func hourMinute(t, now time.Time) string {
	t = t.In(calendar.Zone)
	if calendar.DateOf(t) == calendar.DateOf(now) {
		return t.Format("15:04")
	}
	return t.Format("1月2日 15:04")
}

// callWay is what pages call a way on which people are called or answer.
func callWay(channel string) string {
	switch channel {
	case callup.App:
		return "本站"
	case works.ByLink:
		return "信息里的链接"
	}
	return cmp.Or(audience.Channel(channel).Chinese(), channel)
}

// gatewayName stands before the reason that a gateway gave; it tells an official nothing.
var gatewayName = regexp.MustCompile(`(^|：)[a-z0-9][a-z0-9_.-]*：`)

// plainReason is why something did not arrive, without the names of gateways.
func plainReason(why string) string { return gatewayName.ReplaceAllString(why, "$1") }

// callTrouble is why somebody cannot be reached, with channels in words.
func callTrouble(why string) string {
	why = plainReason(why)
	for _, c := range append([]audience.Channel{callup.App}, audience.Channels...) {
		why = strings.ReplaceAll(why, string(c)+"未送达", callWay(string(c))+"未送达")
		if strings.HasPrefix(why, "没有") {
			why = strings.ReplaceAll(why, string(c), callWay(string(c)))
		}
	}
	return why
}

// callTable is the board for a file, with channels in words.
func callTable(b *callup.Board) [][]string {
	out := b.Table()
	way, trouble := slices.Index(out[0], "应答方式"), slices.Index(out[0], "问题")
	for _, line := range out[1:] {
		line[way], line[trouble] = callWay(line[way]), callTrouble(line[trouble])
	}
	return out
}

// callWhat is what happens at a moment.
func callWhat(f callup.Firing) string {
	switch f.Do {
	case callup.DoCall:
		var ways []string
		for _, by := range f.By {
			ways = append(ways, callWay(by))
		}
		return strings.Join(ways, "、") + "再叫"
	case callup.DoStandIn:
		return "找人代"
	case callup.DoSuperior:
		return "报上一级"
	case callup.DoOffice:
		return "报县里"
	}
	return "交班"
}

// callNext is what comes next in a round.
func callNext(b *callup.Board) (out []callStep) {
	seen := map[int]bool{} // a call with several posts is one
	for _, r := range b.Rows {
		if seen[r.Call.N] || len(r.Next) == 0 {
			continue
		}
		seen[r.Call.N] = true
		f := r.Next[0]
		if what := callWhat(f); !slices.ContainsFunc(out, func(s callStep) bool { return s.At.Equal(f.At) && s.What == what }) {
			out = append(out, callStep{At: f.At, What: what})
		}
		for i := range out {
			if out[i].At.Equal(f.At) && out[i].What == callWhat(f) {
				out[i].N++
			}
		}
	}
	slices.SortStableFunc(out, func(a, b callStep) int { return cmp.Or(a.At.Compare(b.At), b.N-a.N) })
	return out[:min(len(out), callSteps)]
}

// callTowns sorts the rows of a board by town, in the order of its totals.
func callTowns(b *callup.Board, now time.Time) []callTown {
	out := make([]callTown, len(b.Towns))
	for i, t := range b.Towns {
		out[i] = callTown{Total: t, Name: cmp.Or(t.Place.Town, "县")}
		for _, v := range b.Villages {
			if v.Place.Town == t.Place.Town && v.Place.Village != "" {
				out[i].Villages = append(out[i].Villages, v)
			}
		}
		for _, r := range b.Rows {
			if r.Seat.Town != t.Place.Town {
				continue
			}
			row := callRow{Row: r}
			for _, f := range r.Next {
				if f.Do == "" {
					row.Off = hourMinute(f.At, now)
				} else if len(row.Next) < 2 {
					row.Next = append(row.Next, hourMinute(f.At, now)+" "+callWhat(f))
				}
			}
			out[i].Rows = append(out[i].Rows, row)
			if k := r.Call; k.State == callup.Calling || k.State == callup.Unanswered || k.State == callup.Dropped {
				out[i].Missing = append(out[i].Missing, row)
			}
		}
		slices.SortStableFunc(out[i].Missing, func(a, b callRow) int { return cmp.Compare(a.Seat.Village, b.Seat.Village) })
	}
	return out
}

// callReported are reports with who made them, and where.
func callReported(b *callup.Board, list []callup.Seen, places *register.Places) (out []callSeen) {
	for _, s := range list {
		v := callSeen{Seen: s, Who: callWho(b, s.Call)}
		if s.Spot != nil && places != nil {
			town, village := places.Find(audience.At(s.Spot.Lat, s.Spot.Lon))
			v.Place = town + village
		}
		out = append(out, v)
	}
	return out
}

// callHappened are facts, the newest first.
func callHappened(b *callup.Board, facts []callup.Fact) (out []callFact) {
	for _, f := range slices.Backward(facts) {
		switch f.What {
		case "answered", "acted", "delivered":
			f.Text = callWay(f.Text)
		case "failed":
			by, why, _ := strings.Cut(f.Text, "：")
			f.Text = callWay(by) + "：" + plainReason(why)
		}
		out = append(out, callFact{Fact: f, Who: callWho(b, f.Call)})
	}
	return out
}

// callWho is whose call it is, with his post.
func callWho(b *callup.Board, n int) string {
	for _, r := range b.Rows {
		if r.Call.N == n && n > 0 {
			return r.Seat.String() + r.Call.Name
		}
	}
	return ""
}

// callupPhoto is a photograph that came with a report.
func (s *Server) callupPhoto(w http.ResponseWriter, r *http.Request) error {
	_, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return notFound("没有这次叫应。")
	}
	var p callup.Photo
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = works.Callup.PhotoOf(ctx, tx, callup.ID(n), r.PathValue("sha")); err == nil {
			b, err = s.Ledger.Bytes(ctx, tx, p.SHA256)
		}
		return err
	})
	if callup.KindOf(err) == callup.NotFound {
		return notFound("这次叫应没有这张照片。")
	}
	if err != nil {
		return err
	}
	return caseSendFile(w, p.Name, p.MediaType, b)
}
