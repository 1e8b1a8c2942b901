package cases

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/finding"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// Report is what somebody reports: a citizen, a grid worker, the hotline, another system.
type Report struct {
	Service string // code
	Text    string // at most 4,000 characters
	Place   *Point
	Address string
	Files   []Upload
	Contact Contact
	Once    string // token of the sender: what is sent twice with it is one report with one answer

	system, ref string // other system that it came from, and its number there
}

// Contact is who reported. It is asked for by nobody and shown to those alone who may see the case; it stands in no other table.
type Contact struct {
	Name, Phone, Email string
}

// Receipt is what the reporter is told.
type Receipt struct {
	ID   ID
	Code string        // by which he finds his report again and answers; nobody else has it
	Due  calendar.Date // of the step that comes next; zero: none is set
	Unit string        // that has it now
}

// maxReport bounds a report, in characters.
const maxReport = 4000

// minOnce is the least length of a sender's token: the reporter's code is made of it, and must not be guessed.
const minOnce = 20

// Report takes a citizen's report.
func (c *Cases) Report(ctx context.Context, tx *db.Tx, r Report) (Receipt, error) {
	return c.take(ctx, tx, "Report", public, personnel.Seat{}, ByCitizen, r)
}

// ReportBy takes a report of a grid worker, or of anybody who sits in an office.
func (c *Cases) ReportBy(ctx context.Context, tx *db.Tx, by Actor, r Report) (Receipt, error) {
	const op = "ReportBy"
	seat, err := can(op, by, ActReport)
	if err != nil {
		return Receipt{}, err
	}
	return c.take(ctx, tx, op, by, seat, ByGrid, r)
}

// ReportFrom takes a report that another system passes on; the case names that system.
func (c *Cases) ReportFrom(ctx context.Context, tx *db.Tx, system string, r Report) (Receipt, error) {
	r.system, r.ref = system, ""
	return c.take(ctx, tx, "ReportFrom", Actor{Account: "token/" + system, Name: system}, personnel.Seat{}, ByOpen311, r)
}

// take opens the case of a report.
func (c *Cases) take(ctx context.Context, tx *db.Tx, op string, by Actor, seat personnel.Seat, source Source, r Report) (Receipt, error) {
	if r.Once != "" && len(r.Once) < minOnce {
		return Receipt{}, refuse(ledger.Invalid, op, "提交标识不合规定，请刷新页面后重新提交。")
	}
	code, once := "", hashed(r.Once)
	if source == ByCitizen { // others are not asked by this county
		code = codeOf(r.Once)
	}
	if k, done, err := c.again(ctx, tx, op, by, 0, once); done || err != nil {
		if err != nil {
			return Receipt{}, err
		}
		return c.receipt(k, code), nil
	}
	s, err := c.checkReport(op, &r)
	if err != nil {
		return Receipt{}, err
	}
	o := Opening{Source: source, Ladder: s.ladder(), Service: s.Code, Text: r.Text, Severity: finding.Minor, Place: r.Place, Address: r.Address,
		System: r.system, Ref: r.ref}
	l := c.LadderOf(o.Ladder)
	o.Owner, o.Basis = c.owner(l), firstOf(s.Basis.String(), l.Basis.String())
	unit := s.Unit
	if r.Place != nil && c.TownOf != nil {
		o.Town, _ = c.TownOf(*r.Place)
	}
	if s.Town {
		unit = o.Town
	}
	if unit != "" {
		if u, ok := c.Ledger.Book.Directory().Resolve(unit); ok {
			unit = u.Name
		}
	}
	o.Title = s.Name + titleEnd(firstOf(r.Address, o.Town))
	files, err := c.keep(ctx, tx, op, by, seat, &Case{County: c.county(), ID: c.nextCase(ctx, tx), Place: r.Place}, Sending{Files: r.Files, Place: r.Place})
	if err != nil {
		return Receipt{}, wrap(op, err)
	}
	k, err := c.open(ctx, tx, by, seat, o, unit, Data{Files: files}, once)
	if err != nil {
		return Receipt{}, wrap(op, err)
	}
	if code == "" && source == ByCitizen {
		if code, err = randomCode(); err != nil {
			return Receipt{}, wrap(op, err)
		}
	}
	return c.receipt(k, code), wrap(op, insertReporter(ctx, tx, c.county(), k.ID, hashed(code), source, r.Contact))
}

func (c *Cases) receipt(k *Case, code string) Receipt {
	return Receipt{ID: k.ID, Code: code, Due: k.Due(), Unit: firstOf(joined(k.Holders()), k.Owner)}
}

// nextCase is the number that the next case gets; evidence of a report is kept before there is a case.
func (c *Cases) nextCase(ctx context.Context, tx *db.Tx) ID {
	n, _ := nextID(ctx, tx, "case_record", c.county()) // an error comes again when the case is opened
	return ID(n)
}

func titleEnd(place string) string {
	if place == "" {
		return ""
	}
	return "（" + cut(place, 30) + "）"
}

func (c *Cases) checkReport(op string, r *Report) (Service, error) {
	s, ok := c.ServiceOf(r.Service)
	if !ok {
		return s, wrong(op, "service", "请选择反映的类别。")
	}
	r.Text = strings.TrimSpace(r.Text)
	if err := checkLength(op, "text", "反映的情况", r.Text, maxReport, true); err != nil {
		return s, err
	}
	if err := checkLength(op, "address", "地址", r.Address, 200, false); err != nil {
		return s, err
	}
	if err := checkPlace(op, r.Place); err != nil {
		return s, err
	}
	if r.Place == nil && strings.TrimSpace(r.Address) == "" {
		return s, wrong(op, "address", "请在地图上点出位置，或写明地址。")
	}
	for _, f := range []struct{ field, name, text string }{{"name", "姓名", r.Contact.Name}, {"phone", "电话", r.Contact.Phone}, {"email", "电子邮箱", r.Contact.Email}} {
		if err := checkLength(op, f.field, f.name, f.text, 100, false); err != nil {
			return s, err
		}
	}
	return s, nil
}

var alphabet = base32.NewEncoding("ABCDEFGHJKMNPQRSTVWXYZ0123456789").WithPadding(base32.NoPadding)

// codeOf is the reporter's code that belongs to a sender's token, so that what is sent again gets the same answer. Of both only
// hashes are kept.
func codeOf(once string) string {
	if once == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("zhixing report code 1\n" + once))
	return alphabet.EncodeToString(sum[:10])
}

func randomCode() (string, error) {
	b := make([]byte, 10)
	_, err := rand.Read(b)
	return alphabet.EncodeToString(b), err
}

// hashed is how a code is kept. What people type is forgiven its spaces, hyphens and small letters.
func hashed(code string) string {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "　", "").Replace(code))
	if code == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// askDays is how long a reporter may say that it is not put right (FixMyStreet asks for four weeks).
const askDays = 28

// askable reports whether somebody can be asked whether a case is really put right.
func (c *Cases) askable(ctx context.Context, tx *db.Tx, k *Case) (bool, error) {
	if !c.LadderOf(k.Ladder).Confirm {
		return false, nil
	}
	n, err := countReporters(ctx, tx, c.county(), k.ID)
	return n > 0, err
}

// Tracked is what a reporter sees of his report.
type Tracked struct {
	Case  Public // as the public would see it; cases that are not public too
	Asked bool   // whether it is put right: he may answer until
	Until calendar.Date
	Mine  ID // the case that he reported; Case is another where that was merged into it
}

// Track is a reporter's report, by his code.
func (c *Cases) Track(ctx context.Context, tx *db.Tx, code string) (Tracked, error) {
	const op = "Track"
	id, was, err := reporterOf(ctx, tx, c.county(), hashed(code))
	if err != nil {
		return Tracked{}, wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), id)
	if err != nil {
		return Tracked{}, wrap(op, err)
	}
	t := Tracked{Case: c.shown(k), Mine: was, Until: k.Asked.Until}
	t.Asked = k.State == Closed && !t.Until.IsZero() && !t.Until.Before(today(tx))
	return t, nil
}

// Answer is a reporter's answer to whether his matter is really put right. The first no within four weeks sends the case back to be
// put right; later ones stand in the record.
func (c *Cases) Answer(ctx context.Context, tx *db.Tx, code string, yes bool, words string) (Tracked, error) {
	const op = "Answer"
	t, err := c.Track(ctx, tx, code)
	if err != nil {
		return t, err
	}
	if !t.Asked {
		return t, refuse(ledger.WrongState, op, "这个事项现在不在征求意见的期限内。")
	}
	if err := checkWords(op, "words", "说明", words, !yes); err != nil {
		return t, err
	}
	id, _, err := reporterOf(ctx, tx, c.county(), hashed(code))
	if err != nil {
		return t, wrap(op, err)
	}
	k, err := load(ctx, tx, c.county(), id)
	if err != nil {
		return t, wrap(op, err)
	}
	data := Data{Yes: yes, Words: words}
	if !yes && !k.Asked.Again {
		if data, err = c.backData(op, k, nil, today(tx)); err != nil {
			return t, err
		}
		data.Words = words
	}
	if err := c.do(ctx, tx, public, personnel.Seat{}, k, DidReply, "", data); err != nil {
		return t, wrap(op, err)
	}
	if yes {
		return c.Track(ctx, tx, code)
	}
	if err := c.tellHolders(ctx, tx, k, "反映人表示没有解决，退回整改", words); err != nil {
		return t, wrap(op, err)
	}
	if err := c.tell(ctx, tx, k, k.Owner, notice.Notice{Kind: "reply", Subject: "反映人表示没有解决", Text: cut(words, 300)}); err != nil {
		return t, wrap(op, err)
	}
	return c.Track(ctx, tx, code)
}

// ReporterOf is who reported a case, for those who work on it.
func (c *Cases) ReporterOf(ctx context.Context, tx *db.Tx, by Actor, id ID) ([]Contact, error) {
	const op = "ReporterOf"
	k, _, err := c.begin(ctx, tx, op, by, ActAdd, id)
	if err != nil {
		return nil, err
	}
	if s, ok := c.ServiceOf(k.Service); ok && s.Sensitive { // nobody else is told who reports such things
		if _, err := c.must(op, by, ActPublish, k); err != nil {
			return nil, err
		}
	}
	list, err := reporters(ctx, tx, c.county(), id)
	return list, wrap(op, err)
}
