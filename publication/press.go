package publication

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/duty"
	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/journal"
	"zhixing/org"
)

// Press is what it takes to publish besides a draft. It is safe for use by many goroutines.
type Press struct {
	DB        *db.DB
	County    edition.County
	Log       *journal.Log
	Directory *org.Directory // folds names of units; may be nil
	Font      []byte         // TrueType face for PDF; without it no PDF is made
	BaseURL   string         // of the site, for addresses inside editions, without a stroke at the end; may be empty
}

// Outcome is what a publication, correction or withdrawal has done. Whoever holds one may say that it is public:
// everything is committed, the transparency log included.
type Outcome struct {
	Issue     IssueNo
	Documents []Head
	LogSize   int64 // of the transparency log, these documents included
}

// Publish makes a submitted draft public, an issue or a correction, as one transaction. The one who publishes must not
// have uploaded, mended or chosen anything in it (NotAllowed).
func (p *Press) Publish(ctx context.Context, at At, by Actor) (Outcome, error) {
	const op = "Publish"
	if err := mayPublish(op, by); err != nil {
		return Outcome{}, err
	}
	if at.County != p.County.Code {
		return Outcome{}, refuse(NotFound, op, "没有编号为%d的稿件。", at.Draft)
	}
	b := batch{press: p, by: by, at: at}
	// Rendering takes seconds, so it is done before the one transaction that writes. That transaction moves the draft
	// on from the revision that was read here, or fails.
	if err := p.DB.Read(ctx, func(tx *db.Tx) error { return b.read(ctx, tx) }); err != nil {
		return Outcome{}, wrap(op, err)
	}
	if err := b.print(); err != nil {
		return Outcome{}, wrap(op, err)
	}
	var out Outcome
	err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = b.write(ctx, tx)
		return err
	})
	if err != nil {
		return Outcome{}, wrap(op, err)
	}
	return out, nil
}

// batch is what one Publish puts into the record.
type batch struct {
	press   *Press
	by      Actor
	at      At
	draft   Draft
	issue   Issue // of a correction: the issue that printed the document
	reading *gazette.Issue
	cands   []candidate
	bytes   map[string][]byte // of files, by SHA-256
	linked  map[Key]Head      // cited documents that are in the store
	head    Head              // of a correction: the document as it is
	earlier []Version         // of a correction
	entries []entry
}

// read loads the draft and checks all that can be checked before it is rendered.
func (b *batch) read(ctx context.Context, tx *db.Tx) (err error) {
	const op = "Publish"
	county := b.at.County
	if b.draft, err = inState(ctx, tx, op, b.at, Submitted); err != nil {
		return err
	}
	if slices.Contains(b.draft.Hands(), b.by.Name) {
		return refuse(NotAllowed, op, "您参与过这份稿件的起草或校改，不能由您签发。请换一位签发人。")
	}
	if b.reading, b.cands, err = b.draft.toPublish(); err != nil {
		return err
	}
	if err := checkFree(ctx, tx, op, b.draft, b.reading, b.cands); err != nil {
		return err
	}
	if b.draft.Corrects != "" {
		if err := b.readCorrected(ctx, tx); err != nil {
			return err
		}
	} else {
		b.issue = newIssue(b.reading, b.press.DB, len(b.cands))
	}
	b.bytes = map[string][]byte{}
	var keys []Key
	for _, c := range b.cands {
		for _, f := range c.files {
			if b.bytes[f.SHA256], err = draftBytes(ctx, tx, b.draft, f); err != nil {
				return err
			}
		}
		for _, cite := range c.pub.Cites {
			if k, ok := ParseKey(cite.No); ok {
				keys = append(keys, k)
			}
		}
	}
	b.linked, err = known(ctx, tx, county, keys)
	return err
}

func (b *batch) readCorrected(ctx context.Context, tx *db.Tx) (err error) {
	if b.head, err = documentHead(ctx, tx, b.at.County, b.draft.Corrects); err != nil {
		return err
	}
	if b.earlier, err = readVersions(ctx, tx, b.at.County, b.draft.Corrects); err != nil {
		return err
	}
	b.issue, err = readIssue(ctx, tx, b.at.County, b.head.Issue)
	return err
}

func newIssue(r *gazette.Issue, d *db.DB, count int) Issue {
	return Issue{IssueNo: IssueNo{r.Year, r.No}, Title: r.Title, TotalNo: r.TotalNo, PublishDate: r.PublishDate, Organiser: r.Organiser,
		Address: r.Address, Tel: r.Tel, Postcode: r.Postcode, Website: r.Website, RecordedAt: d.Now(), Count: count}
}

// print makes all editions and all rows. It touches nothing but memory.
func (b *batch) print() error {
	now := b.press.DB.Now()
	for _, c := range b.cands {
		b.linked[c.key] = Head{Key: c.key}
	}
	for _, c := range b.cands {
		e := entry{head: Head{Key: c.key, Issue: b.issue.IssueNo, Seq: c.seq, Version: 1, RecordedAt: now, FirstAt: now}}
		e.v = Version{N: 1, Record: edition.Publish, RecordedAt: now,
			HoldsFrom: cmp.Or(c.pub.SignedOn, b.issue.PublishDate, calendar.DateOf(now))}
		if b.draft.Corrects != "" {
			e.head.Seq, e.head.FirstAt, e.head.Version = b.head.Seq, b.head.FirstAt, b.head.Version+1
			e.v = Version{N: e.head.Version, Record: edition.Correct, RecordedAt: now, HoldsFrom: calendar.DateOf(now),
				Note: b.draft.Note, Basis: b.draft.Basis}
		}
		pub, attached := b.dress(c, e)
		duties, rows, list, err := publicDuties(c.key, pub, duty.ReadDocument(b.reading, c.doc))
		if err != nil {
			return err
		}
		e.duties, pub.Duties = rows, list
		if err := b.press.print(&e, pub, attached); err != nil {
			return err
		}
		e.cites = b.press.citations(pub)
		e.mentions = b.press.mentions(pub, c.doc, duties)
		e.moves = publicMoves(c.key, pub, c.doc)
		b.entries = append(b.entries, e)
	}
	return nil
}

// dress fills in what a reading does not know of a publication.
func (b *batch) dress(c candidate, e entry) (edition.Publication, []Content) {
	p, pub := b.press, c.pub
	pub.Record, pub.County, pub.Key, pub.Version = e.v.Record, p.County, string(c.key), e.v.N
	pub.VersionNote, pub.Earlier, pub.PublishedAt = e.v.Note, earlier(b.earlier), e.v.RecordedAt
	pub.URL, pub.BaseURL = p.url(c.key.Path()), p.BaseURL
	pub.Issue = edition.Issue{Title: b.issue.Title, Year: b.issue.Year, No: b.issue.No, TotalNo: b.issue.TotalNo, PublishDate: b.issue.PublishDate}
	for i, cite := range pub.Cites {
		if k, ok := ParseKey(cite.No); ok {
			if _, in := b.linked[k]; in {
				pub.Cites[i].URL = p.url(k.Path())
			}
		}
	}
	next := 0
	for _, a := range pub.Attachments {
		next = max(next, a.No)
	}
	for _, f := range c.files {
		next = max(next, f.No)
	}
	var attached []Content
	for _, f := range c.files {
		no := f.No
		if no == 0 {
			next++
			no = next
		}
		i := slices.IndexFunc(pub.Attachments, func(a edition.Attachment) bool { return a.No == no })
		if i < 0 {
			i = len(pub.Attachments)
			pub.Attachments = append(pub.Attachments, edition.Attachment{No: no})
		}
		a := &pub.Attachments[i]
		// The name under which it was uploaded stays in the house.
		a.Title = cmp.Or(f.Title, a.Title, fmt.Sprintf("附件%d", no))
		a.SHA256 = f.SHA256
		name := publicName(no, f.MediaType)
		a.URL = p.url(c.key.Path() + "/files/" + name)
		attached = append(attached, Content{File{Name: name, Title: a.Title, No: no, MediaType: f.MediaType, Size: f.Size,
			SHA256: f.SHA256}, b.bytes[f.SHA256]})
	}
	return pub, attached
}

// print makes the editions and the manifest of a version, and takes its head from what they say.
func (p *Press) print(e *entry, pub edition.Publication, attached []Content) error {
	files, err := edition.All(pub, p.Font)
	if err != nil {
		return err
	}
	manifest, err := edition.Manifest(pub, files)
	if err != nil {
		return err
	}
	e.v.Manifest = string(manifest)
	for _, f := range files {
		e.files = append(e.files, Content{File{Name: f.Format, Format: f.Format, MediaType: f.MediaType, Size: int64(len(f.Bytes)),
			SHA256: f.SHA256}, f.Bytes})
	}
	e.files = append(e.files, attached...)
	h := &e.head
	h.No, h.Title, h.Issuer, h.Kind, h.SignedOn = pub.No, pub.Title, pub.Issuer, pub.Kind, pub.SignedOn
	h.HoldsFrom, h.RecordedAt = e.v.HoldsFrom, e.v.RecordedAt
	h.Withdrawn = e.v.Record == edition.Withdraw
	return nil
}

// url is an absolute address, empty where the site's own is not known.
func (p *Press) url(path string) string {
	if p.BaseURL == "" {
		return ""
	}
	return strings.TrimRight(p.BaseURL, "/") + escape(path)
}

// write puts the batch into the record: every table, the search index, the journal and the log, in one transaction.
func (b *batch) write(ctx context.Context, tx *db.Tx) (Outcome, error) {
	const op = "Publish"
	county := b.at.County
	if err := lockCounty(ctx, tx, county); err != nil {
		return Outcome{}, err
	}
	as := b.issue.IssueNo.String()
	if b.draft.Corrects != "" {
		as = string(b.draft.Corrects)
	}
	if _, err := step(ctx, tx, op, b.draft, b.by, stepPublish, stepData{As: as}); err != nil {
		return Outcome{}, err
	}
	ordinal, err := lastOrdinal(ctx, tx, county)
	if err != nil {
		return Outcome{}, err
	}
	if b.draft.Corrects == "" {
		if err := insertIssue(ctx, tx, county, b.issue); err != nil {
			return Outcome{}, duplicate(err, op, b.issue.IssueNo.Chinese())
		}
	}
	out := Outcome{Issue: b.issue.IssueNo}
	if out.LogSize, err = b.press.record(ctx, tx, b.by, b.entries); err != nil {
		return Outcome{}, err
	}
	for i, e := range b.entries {
		if b.draft.Corrects == "" {
			if err := insertDocument(ctx, tx, county, ordinal+int64(i)+1, e.head); err != nil {
				return Outcome{}, duplicate(err, op, "《"+shorten(e.head.Title, 60)+"》")
			}
		} else if ok, err := renewDocument(ctx, tx, county, e.head); err != nil {
			return Outcome{}, err
		} else if !ok {
			return Outcome{}, refuse(Conflict, op, "这份公文刚有了新的版本。请核对后重新提交。")
		}
		if err := insertVersion(ctx, tx, county, e); err != nil {
			return Outcome{}, err
		}
		if err := index(ctx, tx, county, e); err != nil {
			return Outcome{}, err
		}
		out.Documents = append(out.Documents, e.head)
	}
	return out, nil
}

func duplicate(err error, op, what string) error {
	if db.IsDuplicate(err) {
		return &Error{Conflict, "publication." + op, what + "已经公布，不能重复公布。内容有误请用“更正”。", err}
	}
	return err
}

// record writes what is done into the journal, and the manifests and the journal's new head into the log. It sets each
// entry's leaf and gives the log's size.
func (p *Press) record(ctx context.Context, tx *db.Tx, by Actor, entries []entry) (int64, error) {
	var leaves [][]byte
	var head journal.Head
	for _, e := range entries {
		var err error
		head, err = journal.Append(ctx, tx, p.County.Code, journal.Entry{Who: by.Name, What: "publication." + string(e.v.Record),
			Subject: "document/" + string(e.head.Key), Basis: cmp.Or(e.v.Basis, e.v.Note), Detail: e.v.Manifest})
		if err != nil {
			return 0, err
		}
		leaves = append(leaves, []byte(e.v.Manifest))
	}
	leaves = append(leaves, headLeaf(p.County.Code, head))
	first, err := p.Log.Add(ctx, tx, leaves...)
	if err != nil {
		return 0, err
	}
	for i := range entries {
		entries[i].v.Leaf = first + int64(i)
	}
	return first + int64(len(leaves)), nil
}

// headLeaf is how the journal's head stands in the log: it fixes the whole history without telling any of it.
func headLeaf(county string, h journal.Head) []byte {
	return fmt.Appendf(nil, "zhixing journal 1\ncounty: %s\nrecords: %d\nhead: %s\n", county, h.Seq, h.Hash)
}

// checkFree refuses what is published already.
func checkFree(ctx context.Context, tx *db.Tx, op string, d Draft, issue *gazette.Issue, cands []candidate) error {
	if d.Corrects != "" {
		id, err := openCorrection(ctx, tx, d.County, d.Corrects, d.ID)
		if err == nil && id > 0 {
			err = refuse(Conflict, op, "这份公文已有另一份更正稿（稿件%d）在办。请先办结或作废那一份。", id)
		}
		if err != nil {
			return err
		}
		h, err := documentHead(ctx, tx, d.County, d.Corrects)
		if err == nil && h.Withdrawn && h.RecordedAt.After(d.CreatedAt) {
			err = refuse(Conflict, op, "这份更正稿起草之后，公文已经撤回，签发会使它重新公开。请作废这份稿件；确需重新公布的，请重新上传更正后的全文。")
		}
		return err
	}
	n := IssueNo{issue.Year, issue.No}
	_, err := readIssue(ctx, tx, d.County, n)
	if err == nil {
		return refuse(Conflict, op, "%s已经公布，不能重复公布。内容有误请用“更正”；期号有误请在“期次信息”中改正。", n.Chinese())
	} else if KindOf(err) != NotFound {
		return err
	}
	for _, c := range cands {
		h, err := documentHead(ctx, tx, d.County, c.key)
		if err == nil {
			return refuse(Conflict, op, "%s已在%s公布，不能重复公布。内容有误请用“更正”；文号有误请先改正。", cmp.Or(c.doc.No, string(c.key)), h.Issue.Chinese())
		} else if KindOf(err) != NotFound {
			return err
		}
	}
	return nil
}
