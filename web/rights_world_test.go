package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/notice"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/score"
)

// The units of the walk: of A, B and C, A is the one whose people walk; so is town T.
const (
	unitA, unitB, unitC = "县能源局", "县水务局", "县财政局"
	officeUnit          = "绛县人民政府办公室"
	governmentUnit      = "绛县人民政府"
)

// walker is who walks: an account, with what it is to the table of rights.
type walker struct {
	name string
	role string // of the table; empty where the account holds no post
	unit string
}

func (w walker) String() string { return w.name }

// thing is somebody's data: a duty, a letter, a unit … Its word stands in what it says and nowhere else.
type thing struct {
	what          string // for messages
	id            string // what stands in the address
	word          string
	lead, support string            // units; of a letter the lead is its addressee
	under         *thing            // the duty that a line was split from
	issued        bool              // of a letter: sent
	signer        string            // role, of a letter
	sha           string            // of its evidence
	form          map[string]string // what is sent about it
	key           score.Key         // of the mark
}

// world is a site with people in every kind of seat and data of several units.
type world struct {
	*site
	town, other string // the walkers' town and another
	walkers     []walker
	things      map[string]*thing // by word
	words       int
	draft       string // number of a manuscript on its way
}

// seated gives an actor of the ledger in a seat, for what the walk finds when it begins.
func seatedAs(account, unit, title string, role personnel.Role) ledger.Actor {
	return ledger.Actor{Account: account, Name: "示例" + account, Seats: []personnel.Seat{{Post: personnel.ID(unit, title), Unit: unit, Title: title, Role: role}}}
}

var officer, secondOfficer = seatedAs("督查二", officeUnit, "督查员", personnel.Office), seatedAs("督查三", officeUnit, "督查员", personnel.Office)

func headOf(unit string) ledger.Actor {
	return seatedAs("负责人"+unit, unit, "局长", personnel.Head)
}

// newWorld seats the walkers.
func newWorld(s *site) *world {
	s.t.Helper()
	w := &world{site: s, things: map[string]*thing{}}
	for _, u := range s.srv.County.Directory.Units() {
		if u.Kind == org.Town && strings.HasSuffix(u.Name, "镇") {
			if w.town == "" {
				w.town = u.Name
			} else if w.other == "" {
				w.other = u.Name
			}
		}
	}
	seats := []struct{ name, role, unit, title string }{
		{"督查", "office", officeUnit, "督查员"}, {"副县长", "leader", governmentUnit, "副县长"}, {"局长", "head", unitA, "局长"}, {"经办", "member", unitA, "经办人"},
		{"镇长", "head", w.town, "镇长"}, {"镇经办", "member", w.town, "经办人"}, {"审计", "auditor", "县审计局", "审计员"},
	}
	for i, p := range seats {
		s.login(p.name)
		w.walkers = append(w.walkers, walker{p.name, p.role, p.unit})
		w.write(func(ctx context.Context, tx *db.Tx) error {
			id, err := personnel.AddPerson(ctx, tx, s.srv.countyCode, "system", "示例"+p.name, "虚构")
			if err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, s.srv.countyCode, "system", id, p.name); err != nil {
				return err
			}
			_, err = personnel.Appoint(ctx, tx, s.srv.County.Book, s.srv.countyCode, "system", personnel.Move{Person: id, Post: personnel.ID(p.unit, p.title),
				On: calendar.Date{Year: 2031, Month: 1, Day: 1 + i}, Reason: "虚构"})
			return err
		})
	}
	s.publishText(secretIssue)
	w.draft = strings.TrimPrefix(s.draftOf(draftOnly), "/desk/")
	s.login("旁人")
	s.login("无职务")
	for _, name := range []string{"无职务", "编辑甲", "签发乙", "管理丙", ""} {
		w.walkers = append(w.walkers, walker{name: name})
	}
	return w
}

func (w *world) write(do func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.srv.DB.Write(ctx, func(tx *db.Tx) error { return do(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// newWord is a word that stands nowhere yet.
func (w *world) newWord() string {
	w.words++
	return fmt.Sprintf("暗语%04d号", w.words)
}

var wordForm = regexp.MustCompile(`暗语\d{4}号`)

// jpeg is a photograph to whoever looks at its first bytes.
func jpeg(word string) []byte { return []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + word) }

// duty makes a duty in a state. Its lines are split off with line.
func (w *world) duty(state ledger.State, lead, support string) *thing {
	w.t.Helper()
	th := &thing{what: fmt.Sprintf("duty %s of %s supported by %q", state, lead, support), word: w.newWord(), lead: lead, support: support}
	th.issued = state != ledger.Drafted && state != ledger.Confirmed
	f := ledger.Fields{Title: "任务" + th.word, Text: "内容" + th.word, Lead: []string{lead}, Due: calendar.Date{Year: 2031, Month: 12, Day: 31}}
	if support != "" {
		f.Support = []string{support}
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		d, err := w.srv.Ledger.Enter(ctx, tx, officer, f, ledger.Source{Words: "县政府会议纪要（虚构）"})
		if err != nil {
			return err
		}
		th.id = fmt.Sprint(d.ID)
		return w.bring(ctx, tx, th, d.ID, state)
	})
	w.things[th.word] = th
	return th
}

// line splits a line off a duty and brings it to a state.
func (w *world) line(state ledger.State, of *thing, unit string) *thing {
	w.t.Helper()
	th := &thing{what: fmt.Sprintf("line %s of %s under %s", state, unit, of.what), word: w.newWord(), lead: unit, under: of, issued: true}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		var parent ledger.ID
		fmt.Sscan(of.id, &parent)
		d, err := w.srv.Ledger.Split(ctx, tx, officer, parent, []string{unit}, calendar.Date{}, "落实"+th.word)
		if err != nil {
			return err
		}
		kids, err := w.srv.Ledger.KidsOf(ctx, tx, d)
		if err != nil {
			return err
		}
		k := kids[len(kids)-1]
		th.id = fmt.Sprint(k.ID)
		return w.bring(ctx, tx, th, k.ID, state)
	})
	w.things[th.word] = th
	return th
}

// bring takes a duty on its way up to a state.
func (w *world) bring(ctx context.Context, tx *db.Tx, th *thing, id ledger.ID, state ledger.State) error {
	l, head := w.srv.Ledger, headOf(th.lead)
	report := ledger.Sending{Report: ledger.Report{Text: "进展" + th.word, Progress: 30}, Evidence: []ledger.Evidence{{Name: "照片" + th.word + ".jpg", Content: jpeg(th.word)}}}
	for _, step := range []struct {
		to ledger.State // that it leads to
		do func() (*ledger.Duty, error)
	}{
		{ledger.Confirmed, func() (*ledger.Duty, error) { return l.Confirm(ctx, tx, officer, id, 0, nil, "") }},
		{ledger.Issued, func() (*ledger.Duty, error) { return l.Issue(ctx, tx, officer, id) }},
		{ledger.Working, func() (*ledger.Duty, error) {
			if _, err := l.Sign(ctx, tx, head, id, ""); err != nil {
				return nil, err
			}
			return l.Report(ctx, tx, head, id, report)
		}},
		{ledger.Suspended, func() (*ledger.Duty, error) { return l.Suspend(ctx, tx, officer, id, calendar.Date{}, "等待规划") }},
		{ledger.Claimed, func() (*ledger.Duty, error) { return l.Claim(ctx, tx, head, id, report) }},
		{ledger.Checked, func() (*ledger.Duty, error) { return l.Check(ctx, tx, officer, id, "属实") }},
		{ledger.Closed, func() (*ledger.Duty, error) { return l.Close(ctx, tx, secondOfficer, id, "已完成") }},
	} {
		d, err := l.Of(ctx, tx, officer, id)
		if err != nil || d.State == state {
			return err
		}
		at := slices.Index(ledger.States, d.State)
		if to := slices.Index(ledger.States, step.to); to <= at || step.to == ledger.Suspended && state != ledger.Suspended {
			continue
		}
		if d, err = step.do(); err != nil {
			return fmt.Errorf("to %s: %w", step.to, err)
		}
		if d.State == state && state == ledger.Working {
			steps, err := l.StepsOf(ctx, tx, id)
			if err != nil {
				return err
			}
			th.sha = steps[len(steps)-1].Data.Files[0].SHA256
			return nil
		}
	}
	return nil
}

// letter drafts a letter about a duty, and sends it.
func (w *world) letter(about *thing, signer personnel.Role, send bool) *thing {
	w.t.Helper()
	th := &thing{what: fmt.Sprintf("letter to %s about %s, signed by %s, sent %v", about.lead, about.what, signer, send), word: w.newWord(), lead: about.lead,
		issued: send, signer: string(signer)}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		var id ledger.ID
		fmt.Sscan(about.id, &id)
		p, err := w.srv.Ledger.DraftLetter(ctx, tx, officer, id, letter.Warn, signer, 3, "事由"+th.word)
		if err != nil || !send {
			th.id = fmt.Sprint(p.ID)
			return err
		}
		th.id = fmt.Sprint(p.ID)
		by := secondOfficer
		if signer == personnel.Leader {
			by = seatedAs("县长", governmentUnit, "县长", personnel.Leader)
		}
		_, err = w.srv.Ledger.SignLetter(ctx, tx, by, p.ID, "", "", "")
		return err
	})
	w.things[th.word] = th
	return th
}

// duties are a duty of every relation to A and T in one state.
func (w *world) duties(state ledger.State) []*thing {
	w.t.Helper()
	out := []*thing{w.duty(state, unitA, unitC), w.duty(state, unitB, unitA), w.duty(state, unitB, unitC), w.duty(state, officeUnit, unitC)}
	if state == ledger.Drafted || state == ledger.Confirmed {
		return out
	}
	ofB, withA := w.duty(ledger.Issued, unitB, unitC), w.duty(ledger.Issued, unitB, unitA)
	for _, parent := range []*thing{ofB, withA} { // its lines have its title
		delete(w.things, parent.word)
	}
	return append(out, w.line(state, ofB, w.town), w.line(state, ofB, w.other), w.line(state, withA, w.other))
}

// batch offers a table with one new duty.
func (w *world) batch() *thing {
	w.t.Helper()
	th := &thing{what: "import", word: w.newWord()}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		b, err := w.srv.Ledger.Offer(ctx, tx, officer, ledger.Upload{File: th.word + ".xlsx", Columns: []string{"编号", "版本", "任务", "牵头单位", "依据", "时限"}, Lines: []ledger.Line{
			{N: 2, Cells: map[string]string{"任务": "导入" + th.word, "牵头单位": unitA, "依据": "县政府会议纪要（虚构）", "时限": "2031-12-31"}}}})
		if err == nil {
			th.id = fmt.Sprint(b.ID)
		}
		return err
	})
	w.things[th.word] = th
	return th
}

// marked are duties of A, B and T for which their unit was marked down: sent back once. What is sent names the mark.
func (w *world) marked() []*thing {
	w.t.Helper()
	parent := w.duty(ledger.Issued, unitB, unitC)
	delete(w.things, parent.word)
	out := []*thing{w.duty(ledger.Claimed, unitA, unitC), w.duty(ledger.Claimed, unitB, unitA), w.line(ledger.Claimed, parent, w.town), w.line(ledger.Claimed, parent, w.other)}
	for _, th := range out {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			var id ledger.ID
			fmt.Sscan(th.id, &id)
			if _, err := w.srv.Ledger.SendBack(ctx, tx, officer, id, "缺少材料"); err != nil {
				return err
			}
			t, err := score.Of(ctx, tx, w.srv.Ledger, w.srv.County.Scores, w.month(), w.srv.today())
			if err != nil {
				return err
			}
			for _, u := range t.Units {
				for _, h := range u.Hits {
					if h.Key.Unit == th.lead && h.Key.Duty == id {
						th.form = map[string]string{"unit": th.lead, "fact": string(h.Key.Fact), "duty": th.id, "step": fmt.Sprint(h.Key.Step), "day": h.Key.Day.String(),
							"from": w.month().From.String(), "to": w.month().To.String(), "reason": "理由" + th.word}
						th.key = h.Key
					}
				}
			}
			return nil
		})
		if th.form == nil {
			w.t.Fatalf("%s: nothing was marked down", th.what)
		}
	}
	return out
}

// month is the one in which the walk is.
func (w *world) month() score.Period {
	d := w.srv.today()
	return score.Period{From: calendar.Date{Year: d.Year, Month: d.Month, Day: 1}, To: calendar.LastOfMonth(d.Year, d.Month)}
}

func hits(w *world) []*thing { return w.marked() }

// appeals are appeals against marks.
func appeals(w *world) []*thing {
	var out []*thing
	for _, of := range w.marked() {
		th := &thing{what: "appeal of " + of.lead, word: w.newWord(), lead: of.lead, issued: true}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			a, err := score.MakeAppeal(ctx, tx, w.srv.Ledger, w.srv.County.Scores, headOf(of.lead), w.month(), of.key, "理由"+th.word)
			th.id = fmt.Sprint(a.ID)
			return err
		})
		w.things[th.word] = th
		out = append(out, th)
	}
	return out
}

// messages are one in the inboxes of the people of A and of T.
func messages(w *world) []*thing {
	w.t.Helper()
	parent := w.duty(ledger.Issued, unitB, unitC)
	w.duty(ledger.Issued, unitA, unitC)
	w.line(ledger.Issued, parent, w.town)
	delete(w.things, parent.word)
	w.carry()
	var out []*thing
	for _, to := range []struct{ name, unit string }{{"局长", unitA}, {"镇长", w.town}} {
		w.reading(func(ctx context.Context, tx *db.Tx) error {
			list, _, err := notice.Inbox(ctx, tx, w.srv.countyCode, to.name, notice.InboxQuery{})
			if err == nil && len(list) == 0 {
				w.t.Fatalf("%s has no message", to.name)
			}
			out = append(out, &thing{what: "message to " + to.unit, id: fmt.Sprint(list[0].ID), lead: to.unit, issued: true})
			return err
		})
	}
	return out
}

// feeds are calendars of units.
func feeds(w *world) []*thing {
	w.t.Helper()
	out := unitsOfCounty(w)
	for _, th := range out {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := notice.MakeFeed(ctx, tx, w.srv.countyCode, notice.OfUnit, th.lead, "测试"); err != nil {
				return err
			}
			list, err := notice.Feeds(ctx, tx, w.srv.countyCode, notice.OfUnit, th.lead)
			for _, f := range list {
				if f.By == "测试" {
					th.id = f.ID
				}
			}
			return err
		})
	}
	return out
}

// record tells one state of all records from another.
func (w *world) record() string {
	w.t.Helper()
	var seq, steps, views, drafts int64
	w.reading(func(ctx context.Context, tx *db.Tx) error {
		for q, to := range map[string]*int64{"SELECT COALESCE(max(seq), 0) FROM journal": &seq, "SELECT count(*) FROM ledger_step": &steps,
			"SELECT count(*) FROM ledger_view": &views, "SELECT count(*) FROM draft": &drafts} {
			if err := tx.QueryRow(ctx, q).Scan(to); err != nil {
				return err
			}
		}
		return nil
	})
	return fmt.Sprint(seq, steps, views, drafts)
}

// send sends a form, in parts where it carries a file.
func (w *world) send(as, target string, form url.Values, file string) answer {
	w.t.Helper()
	if file == "" {
		return w.post(as, target, form)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, vals := range form {
		for _, v := range vals {
			m.WriteField(k, v)
		}
	}
	part, err := m.CreateFormFile(file, "现场.jpg")
	if err != nil {
		w.t.Fatal(err)
	}
	part.Write(jpeg("现场"))
	m.Close()
	req := httptest.NewRequest(http.MethodPost, target, &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return w.do(as, req)
}

// text is all that an answer says, parts of a zip file and escaped JSON included.
func (a answer) text() string {
	out := a.body + strings.Join(headerValues(a.header), " ")
	var v any
	if json.Unmarshal([]byte(a.body), &v) == nil {
		out += fmt.Sprint(v)
	}
	if z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body))); err == nil {
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				part, _ := io.ReadAll(r)
				out += string(part)
				r.Close()
			}
		}
	}
	if u, err := url.QueryUnescape(out); err == nil {
		out += u
	}
	return out
}
