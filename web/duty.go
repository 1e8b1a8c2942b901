package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

func dutyID(r *http.Request) (ledger.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n < 1 {
		return 0, notFound("没有这项任务。")
	}
	return ledger.ID(n), nil
}

// refused is an act that was refused, for the page that offers it again.
type refused struct {
	Act   string
	Err   *ledger.Error
	Typed url.Values
}

// duty is one duty with its whole life.
func (s *Server) duty(w http.ResponseWriter, r *http.Request) error {
	id, err := dutyID(r)
	if err != nil {
		return err
	}
	return s.dutyPage(w, r, id, nil)
}

// dutyPage is all that the page of a duty shows.
type dutyPage struct {
	*ledger.Duty
	Status  ledger.Status
	Steps   []ledger.Step
	Coming  []ledger.Firing // rungs that will fire if nothing happens
	Kids    []ledger.Row
	Parent  *ledger.Duty
	Letters []ledger.Paper
	Acts    []offered
	Next    *calendar.Period // for which a report is owed
	NextDue string
	On      calendar.Date // zero: today
	Seats   []personnel.Seat
	Names   map[string]string // account → name
}

// Lived are the steps, newest first.
func (v dutyPage) Lived() []ledger.Step {
	out := slices.Clone(v.Steps)
	slices.Reverse(out)
	return out
}

// offered is one act as the page offers it.
type offered struct {
	Name, Title string
	Files       bool
	Open        bool // was refused just now
	Wrong       *ledger.Error
	Typed       url.Values
	Main        bool
}

func (s *Server) dutyPage(w http.ResponseWriter, r *http.Request, id ledger.ID, no *refused) error {
	by, err := s.member(r)
	if err != nil {
		return err
	}
	on := s.today()
	past := r.URL.Query().Get("on")
	if past != "" {
		if err := on.UnmarshalText([]byte(past)); err != nil || s.today().Before(on) {
			return badRequest("?on= 应为今天或以前的日期，写作 2023-09-07 的样子。")
		}
	}
	v := dutyPage{Seats: by.Seats}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Duty, err = s.Ledger.Of(ctx, tx, by, id); err != nil {
			return err
		}
		if past != "" {
			v.On = on
			if v.Duty, v.Steps, err = s.Ledger.On(ctx, tx, by, id, on); err != nil {
				return err
			}
			if v.Duty == nil {
				return notFound("这一天这项任务还没有列入台账。")
			}
		} else if v.Steps, err = s.Ledger.StepsOf(ctx, tx, id); err != nil {
			return err
		}
		kids, err := s.Ledger.KidsOf(ctx, tx, v.Duty)
		if err != nil {
			return err
		}
		for _, k := range kids {
			v.Kids = append(v.Kids, ledger.Row{Duty: k, Status: s.Ledger.Rules.Status(k, on)})
		}
		if v.Duty.Parent != 0 {
			if v.Parent, err = s.Ledger.Of(ctx, tx, by, v.Duty.Parent); ledger.KindOf(err) == ledger.NotAllowed {
				v.Parent, err = nil, nil
			}
			if err != nil {
				return err
			}
		}
		if v.Letters, err = s.Ledger.Letters(ctx, tx, by, "", id, 50); err != nil {
			return err
		}
		v.Names, err = s.namesOf(ctx, tx, v.Steps)
		return err
	})
	if err != nil {
		return err
	}
	v.Status = s.Ledger.Rules.Status(v.Duty, on)
	if past == "" {
		v.Coming = s.Ledger.Rules.Pending(v.Duty)
		slices.Reverse(v.Coming) // one line of time, the latest on top
		v.Acts = offers(by, v.Duty, no)
	}
	if p, ok := s.Ledger.Rules.NextPeriod(v.Duty); ok && v.State == ledger.Working {
		v.Next, v.NextDue = &p, s.Ledger.Rules.PeriodLabel(v.Duty, p)
	}
	p := s.office(r, v.Title, Link{Text: "任务台账", URL: "/ledger"}, Link{Text: id.Number()})
	status := http.StatusOK
	if no != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	p.Data = map[string]any{"D": v, "Rules": s.Ledger.Rules, "Kinds": letter.Kinds, "Units": s.unitNames(), "Today": s.today(), "Once": newOnce()}
	return s.render(w, status, "duty.html", p)
}

// offers are the acts that the person may do on the duty as it is now.
func offers(by ledger.Actor, d *ledger.Duty, no *refused) []offered {
	var out []offered
	for _, a := range dutyActs {
		if a.states != nil && !slices.Contains(a.states, d.State) || !by.MayOn(acts[a.access], d) {
			continue
		}
		switch a.name {
		case "sign":
			if !slices.ContainsFunc(d.Parties, func(p ledger.Party) bool {
				return p.SignedAt.IsZero() && slices.Contains(by.Units(ledger.ActSign), p.Unit)
			}) {
				continue
			}
		case "ask":
			if d.Asked != nil || d.Due.IsZero() {
				continue
			}
		case "extend":
			if d.Asked == nil {
				continue
			}
		case "decide":
			if len(d.Flags) == 0 {
				continue
			}
		case "split":
			if d.Parent != 0 {
				continue
			}
		case "check":
			if by.Account == d.ClaimedBy {
				continue
			}
		}
		o := offered{Name: a.name, Title: a.title, Files: a.files, Typed: url.Values{}, Main: slices.Contains(mainActs, a.name)}
		if no != nil && no.Act == a.name {
			o.Open, o.Wrong, o.Typed = true, no.Err, no.Typed
		}
		out = append(out, o)
	}
	return out
}

// mainActs move a duty on; the page shows them open, the others folded.
var mainActs = []string{"confirm", "issue", "sign", "report", "check", "close", "extend", "decide", "resume"}

// evidence is a file of a duty, for those who may see the duty.
func (s *Server) evidence(w http.ResponseWriter, r *http.Request) error {
	id, err := dutyID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	var f ledger.File
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, b, err = s.Ledger.FileOf(ctx, tx, by, id, r.PathValue("sha"))
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	disposition := "attachment"
	if strings.HasPrefix(f.MediaType, "image/") && f.MediaType != "image/heic" {
		disposition = "inline"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, err = w.Write(b)
	return err
}

// namesOf are the names of the accounts that have done something.
func (s *Server) namesOf(ctx context.Context, tx *db.Tx, steps []ledger.Step) (map[string]string, error) {
	out := map[string]string{ledger.System.Account: ledger.System.Name}
	people, err := personnel.Persons(ctx, tx, s.countyCode, "")
	for _, p := range people {
		if p.Account != "" {
			out[p.Account] = p.Name
		}
	}
	return out, err
}

// unitNames are the units that a form may offer.
func (s *Server) unitNames() []string {
	var out []string
	for _, u := range s.County.Directory.Units() {
		switch u.Kind.Chinese() {
		case "一类主体", "企业", "职务和角色", "上级机关":
		default:
			out = append(out, u.Name)
		}
	}
	return out
}
