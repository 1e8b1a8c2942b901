package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/policy/works"
	"zhixing/warning"
)

// How a version got to people: whose document it passes on, whom it was told by which channel, what did not arrive and why, and who passed it on. Numbers
// only: nobody's name or telephone number stands here.

// spread is that of a version.
type spread struct {
	Foreigns  []warning.Foreign
	Tellings  warning.Tellings
	Reach     *warning.Reach
	Channels  []channel.Count // where they were asked for
	Why       []channel.Undelivered
	Counted   bool
	Passed    []passedOn
	Media     []works.Rebroadcaster
	May       bool // register a passing-on
	Published bool
	NoWay     string // nothing leaves the house
}

// passedOn is a passing-on with what it took.
type passedOn struct {
	warning.Rebroadcast
	After string
}

// channelWord is what pages call a channel.
func channelWord(name string) string {
	if word := audience.Channel(name).Chinese(); word != "" {
		return word
	}
	return name
}

// countedAtOnce is up to how many recipients the channels of a version are counted without being asked for: their messages take some hundredth
// of a second to walk through, those of a whole county most of one.
const countedAtOnce = 10_000

// spreadOf reads it; count asks the outbox however many messages there are.
func (s *Server) spreadOf(ctx context.Context, tx *db.Tx, w *works.Works, by ledger.Actor, v *warning.Version, count bool) (out spread, err error) {
	ww := w.Warnings
	if len(w.Ways()) == 0 {
		out.NoWay = noWay
	}
	if out.Foreigns, err = ww.ForeignsOf(ctx, tx, v.Event); err != nil || v.Identifier == "" {
		return out, err
	}
	out.Published = true
	if out.Tellings, err = ww.TellingsOf(ctx, tx, v.Event, v.N); err != nil {
		return out, err
	}
	reach, err := warning.PublicReach(ctx, tx, s.countyCode, v.Event)
	if err != nil {
		return out, err
	}
	if x, ok := reach[v.N]; ok && x.Put > 0 {
		out.Reach = &x
	}
	if n := out.Tellings.Told; (count || n > 0 && n <= countedAtOnce) && w.Outbox != nil {
		out.Counted = true
		var all []channel.Count
		for _, key := range out.Tellings.Keys {
			list, err := w.Outbox.Tally(ctx, tx, key)
			if err != nil {
				return out, err
			}
			why, err := w.Outbox.Undelivered(ctx, tx, key)
			if err != nil {
				return out, err
			}
			all, out.Why = append(all, list...), append(out.Why, why...)
		}
		out.Channels = channel.Sum(all, func(c channel.Count) (string, string) { return c.Channel, "" })
	}
	passed, err := ww.Rebroadcasts(ctx, tx, v.Event)
	if err != nil {
		return out, err
	}
	for _, p := range passed {
		if p.N == v.N {
			out.Passed = append(out.Passed, passedOn{p, leadWords(p.After(v).Truncate(time.Minute))})
		}
	}
	if v.Drill == "" {
		if out.Media, err = w.Rebroadcasters(ctx, tx); err != nil {
			return out, err
		}
		h := ww.Hazard(v.Hazard)
		out.May = h != nil && h.MayDraft(by) || by.Everywhere(ledger.ActEdit)
		for _, m := range out.Media {
			out.May = out.May || ofUnit(by, m.Name) || ofUnit(by, m.Unit)
		}
	}
	return out, nil
}

// passOn registers that somebody passed a version on.
func (s *Server) passOn(r *http.Request, tx *db.Tx, w *works.Works, by ledger.Actor, v *warning.Version, f *form) error {
	wrong := func(field, message string) error {
		return &ledger.Error{Kind: ledger.Invalid, Op: "pass", Field: field, Message: message}
	}
	at, err := time.ParseInLocation(inputTime, strings.TrimSpace(f.Get("at")), calendar.Zone)
	if err != nil {
		return wrong("at", "请填写传播时间，写作 2023-07-20 14:00 的样子。")
	}
	x := warning.Rebroadcast{Event: v.Event, N: v.N, At: at, Reach: -1, Words: strings.TrimSpace(f.Get("words"))}
	if at.Equal(v.Sent.Truncate(time.Minute)) {
		x.At = v.Sent // in the same minute, which is all that the form asks for
	}
	if t := strings.TrimSpace(f.Get("reach")); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 0 {
			return wrong("reach", "覆盖人数写作整数，不清楚的空着。")
		}
		x.Reach = n
	}
	media, err := w.Rebroadcasters(r.Context(), tx)
	if err != nil {
		return err
	}
	for _, m := range media {
		if m.Who() == f.Get("who") {
			x.Who, x.Name, x.Unit, x.Public = m.Who(), m.Name, m.Unit, m.Public
		}
	}
	return w.Warnings.Passed(r.Context(), tx, by, x)
}
