package publication

import (
	"context"
	"errors"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/gazette"
)

// BeginCorrection starts a draft that corrects a published document: its text as it went to print, with the mends,
// choices and public files that it has now. It is mended, submitted and published as any draft, and becomes a new
// version; earlier versions stay readable. note says to everybody what was corrected and why.
func BeginCorrection(ctx context.Context, tx *db.Tx, county string, by Actor, key Key, note, basis string) (Draft, error) {
	const op = "BeginCorrection"
	if err := mayDraft(op, by); err != nil {
		return Draft{}, err
	}
	h, err := documentHead(ctx, tx, county, key)
	if err != nil {
		return Draft{}, wrap(op, err)
	}
	if id, err := openCorrection(ctx, tx, county, key, 0); err != nil {
		return Draft{}, wrap(op, err)
	} else if id > 0 {
		return Draft{}, refuse(Conflict, op, "这份公文已有更正稿（稿件%d）在办。请在那一份上继续，或先作废它。", id)
	}
	from, err := correctedText(ctx, tx, county, h)
	if err != nil {
		return Draft{}, wrap(op, err)
	}
	d, err := Upload(ctx, tx, county, by, Manuscript{Filename: strings.ReplaceAll(string(key), "/", "-") + ".txt", Raw: []byte(from.source),
		Source: from.source, Corrects: key, Note: note, Basis: basis})
	if err != nil {
		return Draft{}, err
	}
	for _, m := range from.mends {
		if d, err = step(ctx, tx, op, d, by, stepMend, stepData{Mend: &m}); err != nil {
			return Draft{}, err
		}
	}
	for _, c := range from.choices {
		if d, err = step(ctx, tx, op, d, by, stepChoose, stepData{Choice: &c}); err != nil {
			return Draft{}, err
		}
	}
	return carryFiles(ctx, tx, op, d, by, h)
}

// carryFiles gives a correction the public files of the version that it corrects.
func carryFiles(ctx context.Context, tx *db.Tx, op string, d Draft, by Actor, h Head) (Draft, error) {
	files, err := readFiles(ctx, tx, d.County, h.Key, h.Version)
	if err != nil {
		return Draft{}, wrap(op, err)
	}
	at := firstDocument(d)
	for _, f := range files {
		if f.Format != "" {
			continue
		}
		c, err := readFile(ctx, tx, d.County, h.Key, h.Version, f.Name)
		if err != nil {
			return Draft{}, wrap(op, err)
		}
		df, err := inspect(DraftFile{Doc: at, No: f.No, Title: f.Title, Name: f.Name, Public: true}, c.Bytes)
		if err != nil {
			return Draft{}, err
		}
		if err := putDraftFile(ctx, tx, d, df, c.Bytes); err != nil {
			return Draft{}, wrap(op, err)
		}
		if d, err = step(ctx, tx, op, d, by, stepAttach, stepData{File: &df}); err != nil {
			return Draft{}, err
		}
	}
	return d, nil
}

func firstDocument(d Draft) int {
	issue, err := d.Reading()
	if err != nil || len(issue.Documents) == 0 {
		return 0
	}
	return issue.Documents[0].Span.Start
}

// startingText is what a correction begins with; offsets count from the start of source.
type startingText struct {
	source  string
	mends   []gazette.Mend
	choices []Choice
}

// correctedText is the part of the manuscript from which the document was published. Where the record came from a dump
// there is no manuscript, and the plain text edition takes its place.
func correctedText(ctx context.Context, tx *db.Tx, county string, h Head) (startingText, error) {
	id, err := publishedDraft(ctx, tx, county, h.Issue, h.Key)
	if err != nil {
		return startingText{}, err
	}
	if id > 0 {
		d, err := loadDraft(ctx, tx, county, id)
		if err != nil {
			return startingText{}, err
		}
		if from, ok := d.cut(h.Key); ok {
			if _, err := gazette.Read(from.source, from.mends...); err == nil { // a mend may mean nothing in the part alone
				return from, nil
			}
		}
	}
	c, err := readFile(ctx, tx, county, h.Key, h.Version, "txt")
	if KindOf(err) == NotFound || h.Withdrawn {
		return startingText{}, refuse(WrongState, "BeginCorrection", "这份公文的文字已撤下，稿件也不在本系统。请上传更正后的全文。")
	}
	return startingText{source: string(c.Bytes)}, err
}

// cut takes one document out of a draft, with what was done to it.
func (d Draft) cut(key Key) (startingText, bool) {
	issue, err := d.Reading()
	if err != nil {
		return startingText{}, false
	}
	for _, doc := range issue.Documents {
		if d.LeftOut(doc) || d.Corrects == "" && keyOf(doc.No, IssueNo{issue.Year, issue.No}, doc.Seq) != key {
			continue
		}
		from := startingText{source: d.Source[doc.Span.Start:doc.Span.End]}
		for _, m := range d.Mends {
			if holds(doc, m.At) && m.At != doc.Span.Start || m.At == doc.Span.Start && m.What != gazette.SplitDocument && m.What != gazette.JoinDocument {
				m.At -= doc.Span.Start
				from.mends = append(from.mends, m)
			}
		}
		for _, c := range d.Choices {
			if holds(doc, c.Doc) && c.Attachment > 0 {
				c.Doc -= doc.Span.Start
				from.choices = append(from.choices, c)
			}
		}
		return from, true
	}
	return startingText{}, false
}

// Withdrawal says why a document is taken back.
type Withdrawal struct {
	Reason string        // shown to everybody
	Basis  string        // on what authority; may be empty
	On     calendar.Date // day from which it is withdrawn; today where zero
}

// Withdraw takes a published document back, at once and by one publisher, since what must not be read cannot wait for a
// second pair of eyes. Its page says when and why, and still offers the proof; its text is offered nowhere any more.
func (p *Press) Withdraw(ctx context.Context, key Key, by Actor, w Withdrawal) (Outcome, error) {
	const op = "Withdraw"
	if err := mayPublish(op, by); err != nil {
		return Outcome{}, err
	}
	if err := wantReason(op, "撤回", w.Reason); err != nil {
		return Outcome{}, err
	}
	if len(w.Basis) > maxNote || !writable(w.Basis) {
		return Outcome{}, refuse(Invalid, op, "依据不能超过%d个字，也不能有控制字符。", maxNote/3)
	}
	var e entry
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		e, err = p.tombstone(ctx, tx, key, w)
		return err
	})
	if err != nil {
		return Outcome{}, wrap(op, err)
	}
	var out Outcome
	err = p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = p.withdraw(ctx, tx, by, e)
		return err
	})
	if err != nil {
		return Outcome{}, wrap(op, err)
	}
	return out, nil
}

// tombstone is the record of a withdrawal: head, number and reason.
func (p *Press) tombstone(ctx context.Context, tx *db.Tx, key Key, w Withdrawal) (entry, error) {
	const op = "Withdraw"
	h, err := documentHead(ctx, tx, p.County.Code, key)
	if err != nil {
		return entry{}, err
	}
	if h.Withdrawn {
		return entry{}, refuse(WrongState, op, "这份公文已经撤回。")
	}
	versions, err := readVersions(ctx, tx, p.County.Code, key)
	if err != nil {
		return entry{}, err
	}
	old, err := readText(ctx, tx, p.County.Code, key, h.Version)
	if err != nil {
		return entry{}, err
	}
	now := p.DB.Now()
	if w.On.IsZero() {
		w.On = calendar.DateOf(now)
	}
	h.Version++
	e := entry{head: h, v: Version{N: h.Version, Record: edition.Withdraw, HoldsFrom: w.On, RecordedAt: now, Note: w.Reason, Basis: w.Basis}}
	pub := edition.Publication{Record: edition.Withdraw, County: p.County, Key: string(key), Version: h.Version, VersionNote: w.Reason,
		Earlier: earlier(versions), PublishedAt: now, URL: p.url(key.Path()), BaseURL: p.BaseURL,
		No: old.No, Title: old.Title, Kind: old.Kind, Issuer: old.Issuer, SignedOn: old.SignedOn, Issue: old.Issue}
	return e, p.print(&e, pub, nil)
}

func (p *Press) withdraw(ctx context.Context, tx *db.Tx, by Actor, e entry) (Outcome, error) {
	county := p.County.Code
	if err := lockCounty(ctx, tx, county); err != nil {
		return Outcome{}, err
	}
	if ok, err := renewDocument(ctx, tx, county, e.head); err != nil {
		return Outcome{}, err
	} else if !ok {
		return Outcome{}, refuse(Conflict, "Withdraw", "这份公文刚有了新的版本。请刷新页面，看过后再撤回。")
	}
	if err := removeText(ctx, tx, county, e.head.Key); err != nil {
		return Outcome{}, err
	}
	entries := []entry{e}
	size, err := p.record(ctx, tx, by, entries)
	if err != nil {
		return Outcome{}, err
	}
	if err := insertVersion(ctx, tx, county, entries[0]); err != nil {
		return Outcome{}, err
	}
	if err := index(ctx, tx, county, entries[0]); err != nil {
		return Outcome{}, err
	}
	return Outcome{Issue: e.head.Issue, Documents: []Head{e.head}, LogSize: size}, nil
}

// readText is the public text of a version.
func readText(ctx context.Context, tx *db.Tx, county string, key Key, version int) (edition.Publication, error) {
	c, err := readFile(ctx, tx, county, key, version, "json")
	if KindOf(err) == NotFound {
		return edition.Publication{}, errNoText
	} else if err != nil {
		return edition.Publication{}, err
	}
	return edition.ParseJSON(c.Bytes)
}

var errNoText = errors.New("the version has no text any more")
