package cases

import (
	"context"
	"math"
	"slices"

	"zhixing/calendar"
	"zhixing/cases/photo"
	"zhixing/db"
	"zhixing/ledger"
)

// Public is a case as anybody may see it: what it is about, in the words of an office, who has it, when it is due, and how it ended:
// why it was closed, who checked it, and what its reporter said. Nothing of what citizens wrote, and no name but those of offices.
type Public struct {
	ID        ID            `json:"id"`
	Title     string        `json:"title"`
	Summary   string        `json:"summary,omitempty"`
	Source    Source        `json:"source"`
	Service   string        `json:"service,omitempty"`
	Basis     string        `json:"basis,omitempty"`
	Owner     string        `json:"owner"`
	Units     string        `json:"units,omitempty"`
	Holders   string        `json:"holders,omitempty"`
	State     State         `json:"state"`
	Due       calendar.Date `json:"due,omitzero"`
	OpenedOn  calendar.Date `json:"opened_on"`
	ClosedOn  calendar.Date `json:"closed_on,omitzero"`
	Reason    string        `json:"reason,omitempty"`
	Result    string        `json:"result,omitempty"`
	Despite   string        `json:"despite,omitempty"`
	CheckedBy string        `json:"checked_by,omitempty"`
	ClosedBy  string        `json:"closed_by,omitempty"`
	Confirmed string        `json:"confirmed,omitempty"` // yes, no, waiting; empty: nobody was asked
	Into      ID            `json:"into,omitempty"`
	Town      string        `json:"town,omitempty"`
	Place     *Point        `json:"place,omitempty"`
	Exposed   bool          `json:"exposed,omitempty"`
	Exposure  string        `json:"exposure,omitempty"`
	Pictures  []string      `json:"pictures,omitempty"` // SHA-256
	ChangedAt int64         `json:"-"`
}

// shown is the case as anybody may see it.
func (c *Cases) shown(k *Case) Public {
	p := Public{ID: k.ID, Title: k.Title, Summary: k.Summary, Source: k.Source, Service: k.Service, Basis: k.Basis, Owner: k.Owner, Units: joined(k.Units()),
		Holders: joined(k.Holders()), State: k.State, Due: k.Due(), OpenedOn: calendar.DateOf(k.OpenedAt), ClosedOn: k.ClosedOn, Reason: k.Reason, Result: k.Result,
		Despite: k.Despite, CheckedBy: k.Checked.Unit, ClosedBy: k.CloseFor, Into: k.Into, Town: k.Town, ChangedAt: db.Micros(k.ChangedAt)}
	if s, ok := c.ServiceOf(k.Service); ok && k.Summary == "" {
		p.Title = s.Name + titleEnd(k.Town) // addresses that citizens write may be their own
	}
	switch {
	case k.Asked.No > 0 && k.Asked.No >= k.Asked.Yes:
		p.Confirmed = "no"
	case k.Asked.Yes > 0:
		p.Confirmed = "yes"
	case !k.Asked.Until.IsZero():
		p.Confirmed = "waiting"
	}
	if k.Place != nil {
		places := 5 // about a metre
		if s, ok := c.ServiceOf(k.Service); ok && s.Sensitive {
			places = 2 // about a kilometre
		}
		p.Place = &Point{roundTo(k.Place.Lon, places), roundTo(k.Place.Lat, places)}
	}
	if k.Sight != nil {
		p.Exposed, p.Exposure, p.Pictures = true, k.Sight.Words, k.Sight.Files
	}
	return p
}

func roundTo(x float64, places int) float64 {
	f := math.Pow10(places)
	return math.Round(x*f) / f
}

// open reports whether the public page tells of the case.
func (c *Cases) toldOf(k *Case) bool {
	if k.Sight != nil {
		return true
	}
	if s, ok := c.ServiceOf(k.Service); ok {
		return s.Public
	}
	return c.LadderOf(k.Ladder).Public
}

// Summarise writes what the public is told of a case: its title, and what it is about. Personal data stays out of it.
func (c *Cases) Summarise(ctx context.Context, tx *db.Tx, by Actor, id ID, title, summary string) (*Case, error) {
	const op = "Summarise"
	k, seat, err := c.begin(ctx, tx, op, by, ActPublish, id)
	if err != nil {
		return nil, err
	}
	if err := checkLength(op, "title", "名称", title, 100, true); err != nil {
		return nil, err
	}
	if err := checkWords(op, "summary", "情况（向社会公开）", summary, true); err != nil {
		return nil, err
	}
	return k, wrap(op, c.do(ctx, tx, by, seat, k, DidSummarise, "", Data{Title: title, Words: summary}))
}

// Expose shows a case to the public (曝光), as a leader approves: in words written for it and with pictures from which time, place and
// camera are taken. Pictures of sensitive services are never shown.
func (c *Cases) Expose(ctx context.Context, tx *db.Tx, by Actor, id ID, words string, pictures []string) (*Case, error) {
	const op = "Expose"
	k, seat, err := c.begin(ctx, tx, op, by, ActExpose, id)
	if err != nil {
		return nil, err
	}
	if err := checkWords(op, "words", "曝光内容", words, true); err != nil {
		return nil, err
	}
	if s, ok := c.ServiceOf(k.Service); ok && s.Sensitive && len(pictures) > 0 {
		return nil, wrong(op, "files", "“%s”类事项的照片不能公开。", s.Name)
	}
	sight := &Sight{Words: words, By: by.Account, Post: string(seat.Post)}
	var shown []picture
	for _, sha := range pictures {
		f, err := c.evidence(ctx, tx, id, sha)
		if err != nil {
			return nil, err
		}
		b, err := c.Ledger.Bytes(ctx, tx, sha)
		if err != nil {
			return nil, wrap(op, err)
		}
		open, err := photo.Strip(b)
		if err != nil {
			return nil, wrong(op, "files", "“%s”不是照片（JPEG、PNG），不能公开。", f.Name)
		}
		p := picture{sha: sumOf(open), was: sha, media: f.MediaType, bytes: open}
		if !slices.Contains(sight.Files, p.sha) {
			sight.Files, shown = append(sight.Files, p.sha), append(shown, p)
		}
	}
	if err := c.do(ctx, tx, by, seat, k, DidExpose, "", Data{Sight: sight, Words: words}); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, putPictures(ctx, tx, k, shown))
}

// Conceal ends an exposure. The case goes on to be public where its ladder is.
func (c *Cases) Conceal(ctx context.Context, tx *db.Tx, by Actor, id ID, reason string) (*Case, error) {
	const op = "Conceal"
	k, seat, err := c.begin(ctx, tx, op, by, ActExpose, id)
	if err != nil {
		return nil, err
	}
	if k.Sight == nil {
		return nil, refuse(ledger.WrongState, op, "这个事项没有曝光。")
	}
	if err := checkWords(op, "reason", "理由", reason, true); err != nil {
		return nil, err
	}
	if err := c.do(ctx, tx, by, seat, k, DidConceal, "", Data{Words: reason}); err != nil {
		return nil, wrap(op, err)
	}
	return k, wrap(op, putPictures(ctx, tx, k, nil))
}

// PublicQuery narrows what the public sees. Zero fields do not.
type PublicQuery struct {
	Open     bool
	Exposed  bool
	Service  string
	Town     string
	Text     string
	From, To calendar.Date // opened
	IDs      []ID
	Before   ID // the last one of the page before; newest first
	Size     int
}

// maxPage is the most that one page holds.
const maxPage = 1000

// PublicList is a page of what the public sees, newest first, and the cursor of the next one; 0 where there is none.
func (c *Cases) PublicList(ctx context.Context, tx *db.Tx, q PublicQuery) ([]Public, ID, error) {
	const op = "PublicList"
	if q.Size == 0 {
		q.Size = 50
	}
	if q.Size < 1 || q.Size > maxPage {
		return nil, 0, wrong(op, "size", "一页 1 至 %d 条。", maxPage)
	}
	if len(q.IDs) > maxPage || !readable(q.Text) || len(q.Text) > 300 {
		return nil, 0, wrong(op, "q", "查询条件太长。")
	}
	list, err := publicList(ctx, tx, c.county(), q)
	if err != nil {
		return nil, 0, wrap(op, err)
	}
	next := ID(0)
	if len(list) > q.Size {
		list = list[:q.Size]
		next = list[q.Size-1].ID
	}
	return list, next, nil
}

// PublicOf is one case as the public sees it.
func (c *Cases) PublicOf(ctx context.Context, tx *db.Tx, id ID) (Public, error) {
	list, _, err := c.PublicList(ctx, tx, PublicQuery{IDs: []ID{id}})
	if err == nil && len(list) == 0 {
		err = refuse(ledger.NotFound, "PublicOf", "没有这个事项，或者它不公开。")
	}
	if err != nil {
		return Public{}, err
	}
	return list[0], nil
}

// Picture is a picture that is shown to the public.
func (c *Cases) Picture(ctx context.Context, tx *db.Tx, id ID, sha string) (media string, b []byte, err error) {
	media, b, err = pictureOf(ctx, tx, c.county(), id, sha)
	return media, b, wrap("Picture", err)
}
