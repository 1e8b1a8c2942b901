package publication

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/gazette"
)

// State is where a draft stands.
type State string

// The states. A draft that was sent back is being drafted again.
const (
	Drafting  State = "drafting"  // 起草中
	Submitted State = "submitted" // 待签发
	Published State = "published" // 已公布
	Discarded State = "discarded" // 已作废
)

// Chinese is what the pages call the state.
func (s State) Chinese() string {
	switch s {
	case Drafting:
		return "起草中"
	case Submitted:
		return "待签发"
	case Published:
		return "已公布"
	case Discarded:
		return "已作废"
	}
	return "未知状态"
}

// At says which draft is meant and in which state its reader saw it. A change made on an older revision than the
// newest is refused with Conflict, so that two editors do not overwrite each other.
type At struct {
	County   string
	Draft    int64
	Revision int64
}

// Manuscript is what a clerk uploads: the bytes as they came and the text that was read out of them.
type Manuscript struct {
	Filename string
	Raw      []byte
	Source   string // UTF-8; offsets of mends point into it
	// Corrects makes the draft a correction (更正) of this published document; Note says why, Basis on what authority.
	Corrects Key
	Note     string
	Basis    string
}

// Bounds of what a draft may hold.
const (
	MaxRaw        = 64 << 20 // bytes of a manuscript
	MaxSource     = 16 << 20 // bytes of its text
	MaxAttachment = 32 << 20 // bytes of one file
	MaxFiles      = 200      // files of one draft
	MaxSteps      = 5000     // things done to one draft
	maxNote       = 2000     // bytes of a reason, note or title
)

// Draft is a manuscript on its way, with all that was done to it.
type Draft struct {
	County    string
	ID        int64
	Revision  int64 // number of the newest step
	State     State
	Subject   string // what it is, for lists
	Filename  string
	RawSHA256 string // hexadecimal
	Author    string // who uploaded it
	CreatedAt time.Time
	ChangedAt time.Time
	Corrects  Key    // the document that it corrects, empty for a new issue
	Note      string // of a correction
	Basis     string // of a correction

	Source   string // empty in lists
	Steps    []Step // oldest first; empty in lists
	Mends    []gazette.Mend
	Facts    Facts
	Choices  []Choice
	Files    []DraftFile
	SentBack string // why, where the last decision was to send it back
	// PublishedAs is the issue (2024-1) or the document that the draft became; empty until it is published.
	PublishedAs string
}

// At is what the holder of d passes to change it.
func (d Draft) At() At { return At{d.County, d.ID, d.Revision} }

// Step is one thing done to a draft.
type Step struct {
	N    int64 // the draft's revision after it
	What string
	By   string
	At   time.Time
	Data stepData
}

// What a step does. All but the first two and the last four touch what will be published.
const (
	stepUpload   = "upload"
	stepSubmit   = "submit"
	stepMend     = "mend"
	stepUndo     = "undo"
	stepFacts    = "facts"
	stepChoose   = "choose"
	stepAttach   = "attach"
	stepDetach   = "detach"
	stepSendBack = "send_back"
	stepPublish  = "publish"
	stepDiscard  = "discard"
)

// Chinese is what the pages call the step.
func (s Step) Chinese() string {
	switch s.What {
	case stepUpload:
		return "上传稿件"
	case stepSubmit:
		return "提交签发"
	case stepMend:
		return "校改"
	case stepUndo:
		return fmt.Sprintf("撤销第%d步", s.Data.Undo)
	case stepFacts:
		return "填写期次信息"
	case stepChoose:
		if s.Data.Choice != nil {
			return s.Data.Choice.chinese()
		}
	case stepAttach:
		return "添加附件文件"
	case stepDetach:
		return "移除附件文件"
	case stepSendBack:
		return "退回修改"
	case stepPublish:
		return "签发公布"
	case stepDiscard:
		return "作废"
	}
	return s.What
}

// Mended is the mend that the step made, nil where it made none.
func (s Step) Mended() *gazette.Mend { return s.Data.Mend }

// Reason is why a draft was sent back or discarded.
func (s Step) Reason() string { return s.Data.Reason }

// stepData is what a step carries, kept as JSON.
type stepData struct {
	Mend   *gazette.Mend `json:"mend,omitempty"`
	Undo   int64         `json:"undo,omitempty"` // number of the step that is undone
	Facts  *Facts        `json:"facts,omitempty"`
	Choice *Choice       `json:"choice,omitempty"`
	File   *DraftFile    `json:"file,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Note   string        `json:"note,omitempty"`
	Basis  string        `json:"basis,omitempty"`
	As     string        `json:"as,omitempty"` // issue or key under which it was published
}

// Facts are what a person says of the issue where the manuscript does not, or says it wrongly. Zero fields leave what
// was read.
type Facts struct {
	Title       string        `json:"title,omitempty"`
	Year        int           `json:"year,omitempty"`
	No          int           `json:"no,omitempty"`
	TotalNo     int           `json:"total_no,omitempty"`
	PublishDate calendar.Date `json:"publish_date,omitzero"`
	Organiser   string        `json:"organiser,omitempty"`
	Address     string        `json:"address,omitempty"`
	Tel         string        `json:"tel,omitempty"`
	Postcode    string        `json:"postcode,omitempty"`
	Website     string        `json:"website,omitempty"`
}

// Choice is a decision on what goes out. Doc is any byte offset inside the document that is meant.
type Choice struct {
	Doc        int  `json:"doc"`
	Attachment int  `json:"attachment,omitempty"` // number of the attachment; 0: the whole document is left out of the issue
	Withhold   bool `json:"withhold"`             // false takes back an earlier withholding, also one of the text's own note
}

func (c Choice) chinese() string {
	switch {
	case c.Attachment == 0 && c.Withhold:
		return "本期不收录该文件"
	case c.Attachment == 0:
		return "恢复收录该文件"
	case c.Withhold:
		return fmt.Sprintf("附件%d不公开", c.Attachment)
	}
	return fmt.Sprintf("附件%d公开", c.Attachment)
}

// DraftFile is a file given to a document of a draft.
type DraftFile struct {
	N         int64  `json:"-"`               // number of the step that gave it; names it in Detach
	Doc       int    `json:"doc"`             // any byte offset inside the document
	No        int    `json:"no,omitempty"`    // of the attachment that it is; 0 for a file beside the listed ones
	Title     string `json:"title,omitempty"` // what the page calls it; the attachment's own title where empty
	Name      string `json:"name"`            // as uploaded
	MediaType string `json:"media_type"`      // found from the content
	Size      int64  `json:"size"`            //
	SHA256    string `json:"sha256"`          // hexadecimal
	Public    bool   `json:"public"`          // goes out with the document
	bytes     []byte `json:"-"`               //
}

// Upload starts a draft.
func Upload(ctx context.Context, tx *db.Tx, county string, by Actor, m Manuscript) (Draft, error) {
	const op = "Upload"
	if err := mayDraft(op, by); err != nil {
		return Draft{}, err
	}
	d, err := newDraft(tx.Now(), county, by, m)
	if err != nil {
		return Draft{}, err
	}
	if m.Corrects != "" {
		if _, err := documentHead(ctx, tx, county, m.Corrects); err != nil {
			return Draft{}, err
		}
	}
	if d.ID, err = insertDraft(ctx, tx, d, m.Raw); err != nil {
		return Draft{}, wrap(op, err)
	}
	return step(ctx, tx, op, d, by, stepUpload, stepData{Note: m.Note, Basis: m.Basis})
}

// Mend makes one correction to the reading.
func Mend(ctx context.Context, tx *db.Tx, at At, by Actor, m gazette.Mend) (Draft, error) {
	d, err := drafting(ctx, tx, "Mend", at, by)
	if err != nil {
		return Draft{}, err
	}
	if m.At < 0 || m.At > len(d.Source) || len(m.Value) > MaxSource/16 || !writable(m.Value) {
		return Draft{}, refuse(Invalid, "Mend", "校改的位置不在稿件之内，或改后的文字过长。请刷新页面后再改。")
	}
	if _, err := gazette.Read(d.Source, append(slices.Clone(d.Mends), m)...); err != nil {
		return Draft{}, unreadable("Mend", "不能这样改，未作改动：", err)
	}
	return step(ctx, tx, "Mend", d, by, stepMend, stepData{Mend: &m})
}

// Undo takes back a mend, a choice or a fact by the number of its step; the step itself stays in the record.
func Undo(ctx context.Context, tx *db.Tx, at At, by Actor, n int64) (Draft, error) {
	d, err := drafting(ctx, tx, "Undo", at, by)
	if err != nil {
		return Draft{}, err
	}
	if !d.CanUndo(n) {
		return Draft{}, refuse(Invalid, "Undo", "第%d步不能撤销，或已经撤销。", n)
	}
	return step(ctx, tx, "Undo", d, by, stepUndo, stepData{Undo: n})
}

// SetFacts says what the manuscript does not: the issue's number, its date.
func SetFacts(ctx context.Context, tx *db.Tx, at At, by Actor, f Facts) (Draft, error) {
	d, err := drafting(ctx, tx, "SetFacts", at, by)
	if err != nil {
		return Draft{}, err
	}
	if f.Year != 0 && (f.Year < 1949 || f.Year > 2999) || f.No < 0 || f.No > 999 || f.TotalNo < 0 || f.TotalNo > 99999 {
		return Draft{}, refuse(Invalid, "SetFacts", "年份应为1949至2999，期号应为1至999，总期号应为1至99999。")
	}
	for _, s := range []string{f.Title, f.Organiser, f.Address, f.Tel, f.Postcode, f.Website} {
		if len(s) > maxNote || !writable(s) {
			return Draft{}, refuse(Invalid, "SetFacts", "期次信息每项不能超过%d个字，也不能有控制字符。", maxNote/3)
		}
	}
	return step(ctx, tx, "SetFacts", d, by, stepFacts, stepData{Facts: &f})
}

// Choose decides what goes out: withholds an attachment or makes it public, leaves a document out of the issue or
// takes it in again.
func Choose(ctx context.Context, tx *db.Tx, at At, by Actor, c Choice) (Draft, error) {
	d, err := drafting(ctx, tx, "Choose", at, by)
	if err != nil {
		return Draft{}, err
	}
	if c.Attachment < 0 || c.Attachment > 999 {
		return Draft{}, refuse(Invalid, "Choose", "附件序号应为1至999。")
	}
	if _, err := d.documentAt("Choose", c.Doc); err != nil {
		return Draft{}, err
	}
	return step(ctx, tx, "Choose", d, by, stepChoose, stepData{Choice: &c})
}

// Attach gives a document a file. Its media type is found from the content; Doc, No, Title, Name and Public of f are
// taken, the rest is filled in.
func Attach(ctx context.Context, tx *db.Tx, at At, by Actor, f DraftFile, content []byte) (Draft, error) {
	d, err := drafting(ctx, tx, "Attach", at, by)
	if err != nil {
		return Draft{}, err
	}
	if _, err := d.documentAt("Attach", f.Doc); err != nil {
		return Draft{}, err
	}
	if len(d.Files) >= MaxFiles {
		return Draft{}, refuse(TooLarge, "Attach", "一份稿件最多带%d个文件。", MaxFiles)
	}
	if f, err = inspect(f, content); err != nil {
		return Draft{}, err
	}
	if err := putDraftFile(ctx, tx, d, f, content); err != nil {
		return Draft{}, wrap("Attach", err)
	}
	return step(ctx, tx, "Attach", d, by, stepAttach, stepData{File: &f})
}

// Detach takes a file back by the number of the step that gave it (DraftFile.N).
func Detach(ctx context.Context, tx *db.Tx, at At, by Actor, n int64) (Draft, error) {
	d, err := drafting(ctx, tx, "Detach", at, by)
	if err != nil {
		return Draft{}, err
	}
	for _, f := range d.Files {
		if f.N == n {
			return step(ctx, tx, "Detach", d, by, stepDetach, stepData{Undo: n})
		}
	}
	return Draft{}, refuse(NotFound, "Detach", "没有这个附件文件，或已经移除。")
}

// Submit hands the draft to a publisher. What could not be published anyway is refused here already.
func Submit(ctx context.Context, tx *db.Tx, at At, by Actor) (Draft, error) {
	d, err := drafting(ctx, tx, "Submit", at, by)
	if err != nil {
		return Draft{}, err
	}
	issue, cands, err := d.toPublish()
	if err != nil {
		return Draft{}, err
	}
	if err := checkFree(ctx, tx, "Submit", d, issue, cands); err != nil {
		return Draft{}, err
	}
	return step(ctx, tx, "Submit", d, by, stepSubmit, stepData{})
}

// SendBack returns a submitted draft to its editors, with the reason.
func SendBack(ctx context.Context, tx *db.Tx, at At, by Actor, reason string) (Draft, error) {
	if err := mayPublish("SendBack", by); err != nil {
		return Draft{}, err
	}
	d, err := inState(ctx, tx, "SendBack", at, Submitted)
	if err != nil {
		return Draft{}, err
	}
	if err := wantReason("SendBack", "退回", reason); err != nil {
		return Draft{}, err
	}
	return step(ctx, tx, "SendBack", d, by, stepSendBack, stepData{Reason: reason})
}

// Discard ends a draft that will not be published. It stays in the record.
func Discard(ctx context.Context, tx *db.Tx, at At, by Actor, reason string) (Draft, error) {
	if err := mayDraft("Discard", by); err != nil {
		return Draft{}, err
	}
	d, err := inState(ctx, tx, "Discard", at, Drafting, Submitted)
	if err != nil {
		return Draft{}, err
	}
	if err := wantReason("Discard", "作废", reason); err != nil {
		return Draft{}, err
	}
	return step(ctx, tx, "Discard", d, by, stepDiscard, stepData{Reason: reason})
}
