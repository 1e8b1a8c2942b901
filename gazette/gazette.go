// Package gazette reads the text of an official gazette (政府公报): text in, Issue → Documents → Parts (the
// notice and the plans printed inside it) → headings → clauses out. It is pure: no file, no clock, no network.
//
// Every character of the source belongs to exactly one Piece. A Piece belongs either to a Node or to a named
// kind of noise (page break, running head, contents line …), so nothing is lost and nothing is invented:
// joining the pieces gives the source back, byte for byte.
//
// Every node has an address that stays the same when the text is read again:
//
//	甲政办发〔2023〕12号#空气/三/(四)/25
//
// that is the document's number (or its place in the issue where it has none), the part's short key where the
// notice carries several plans, and the numbers of the headings down to the clause, in folded form (half-width
// brackets, no stop). Paragraphs without a number are 段1, 段2 … below their heading; the head and the tail of a
// document are 标题, 文号, 主送, 落款, 日期, 附注; a number that comes again gets ~2.
//
// Read goes over the text in steps, each linear and each in a file of its name: lines; those that belong to no
// document (pages, contents, masthead, navigation); cuts and glued, for lines that hold several paragraphs;
// paragraphs; document by document the head, the body, signature and notes, plans and attachments, a tree of
// headings; then what is known of the document as a whole (citations, withheld, appointments), addresses, doubts,
// pieces. What reads words and nothing else stands apart: title, docno, dates, numbering, numerals, labels.
//
//	issue, err := gazette.Read(source)
//	document, clause := issue.Find("甲政办发〔2023〕12号#空气/三/(四)/25")
package gazette

import (
	"strings"

	"zhixing/calendar"
)

// Span is a range of byte offsets into the source text, End excluded.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Issue is one number of the gazette as read from one manuscript.
type Issue struct {
	Title       string        `json:"title"`        // 甲县人民政府公报
	Year        int           `json:"year"`         // 2023
	No          int           `json:"no"`           // number within the year
	TotalNo     int           `json:"total_no"`     // running number since the first issue
	PublishDate calendar.Date `json:"publish_date"` // 出版日期
	Organiser   string        `json:"organiser"`    // 主管主办
	Address     string        `json:"address"`
	Tel         string        `json:"tel"`
	Postcode    string        `json:"postcode"`
	Website     string        `json:"website"`

	Documents []*Document `json:"-"`
	Contents  []string    `json:"-"` // titles promised by the table of contents, in order, as printed
	Source    string      `json:"-"` // the text that the offsets point into
	Pieces    []Piece     `json:"-"` // tile Source without gap or overlap, in order
	Doubts    []Doubt     `json:"-"` // what a person should look at before it is published
}

// Doubt is a place where the reader was not sure, said in Chinese for the clerk.
type Doubt struct {
	At      int    // byte offset into the source
	Line    int    // line of the source, from 1
	Message string // what is odd and what to do about it
}

// Piece is a run of source characters with one owner.
type Piece struct {
	Span
	Node  *Node // nil where the piece is noise
	Noise Noise // NotNoise where Node is set
}

// Noise names what stands in a source without being part of any document.
type Noise uint8

// The kinds of noise. Blank is white space between nodes or a line break inside one.
const (
	NotNoise Noise = iota
	Blank
	PageBreak
	PageNumber
	RunningHead
	Cover      // title page and masthead of the issue
	Contents   // the table of contents
	Colophon   // what the gazette says about itself at the end
	Navigation // index tables, menus and footers of a web page
	Repeated   // the text of a document printed a second time
)

// NodeKind says what a node is.
type NodeKind uint8

// The kinds of node.
const (
	TitleNode      NodeKind = iota // title of a document
	NumberNode                     // 发文字号
	RecipientsNode                 // 主送
	SectionNode                    // group heading of the issue, such as 县政府文件
	HeadingNode                    // numbered or bare heading; its clauses are its children
	ClauseNode                     // one paragraph or numbered item
	SignatureNode                  // issuer under the text
	DateNode                       // 成文日期
	NoteNode                       // （此件公开发布）, 抄送, 印发 and other tail lines
	AttachListNode                 // 附件：1. …
	AttachmentNode                 // heading of an attachment printed with the document; its text is its children
	PlanTitleNode                  // title of a plan inside a notice
	TableNode                      // table rows as printed
)

var noiseNames = [...]string{"", "空白", "换页", "页码", "书眉", "封面", "目录", "版权页", "网页", "重复"}

// String is the Chinese word for the noise, for pages and messages.
func (n Noise) String() string { return noiseNames[n] }

var kindWords = [...]string{"标题", "文号", "主送", "栏目", "题", "条", "落款", "日期", "附注", "附件目录", "附件", "计划标题", "表"}

// String is the Chinese word for the kind of node.
func (k NodeKind) String() string { return kindWords[k] }

// Node is one place in a document that can be addressed. Text is the node's own text without its children, line
// breaks of the printer removed. Spans say where it stands in the source: several where a page break cuts it.
type Node struct {
	Kind     NodeKind
	Mark     string // number as printed: 一、 （一） 1. 第一条; empty where there is none
	Level    int    // depth below the part, from 1; 0 for nodes outside the numbering
	Title    string // the opening phrase where it reads as a heading; empty otherwise
	Text     string // whole own text, mark and title included
	Path     string // address inside the document, such as 空气/三/(四)/25; unique in the document
	Spans    []Span
	Children []*Node

	key    string // of a numbered node: its number in folded form, as addresses have it
	mended bool   // its text is what a person wrote
}

// Body is the text after the number.
func (n *Node) Body() string {
	return strings.TrimLeft(strings.TrimPrefix(n.Text, n.Mark), " 　")
}

// Document is one 公文: a notice, opinion, decision … with the plans that it issues.
type Document struct {
	Seq           int           // place in the issue, from 1
	No            string        // 发文字号 in canonical form 甲政办发〔2023〕12号; empty where there is none
	Title         string        // on one line, printer's spaces removed
	Issuer        string        // 发文机关
	Kind          string        // 通知, 通告, 实施意见, 任免 …
	Recipients    []string      // 主送
	SignedOn      calendar.Date // 成文日期
	PublicNote    string        // 此件公开发布，附件3不公开 (without brackets); empty where there is none
	Withheld      []Withheld    // what the note withholds
	Attachments   []Attachment
	Availability  string        // where attachments, tables or text are to be found, in words; empty where nothing is said
	Cites         []Citation    // documents cited, in order of first mention
	InterpretedBy string        // 负责解读
	Appointments  []Appointment // of a 任免 notice
	Nodes         []*Node       // head, notice text and tail, in order, plans excluded
	Plans         []*Plan       // plans printed inside the notice
	Span          Span          // from the first to the last character of the document

	place string   // 2023-3/1: stands for a document without number
	again int      // which of the documents of the issue with this number it is, from 1
	where []string // notes on where attachments and tables are, in order
}

// Plan is a text that a notice issues: a scheme, a plan of action, rules.
type Plan struct {
	Key           string // short key in addresses: 空气; empty where the notice carries one plan only
	Title         string
	InterpretedBy string
	Nodes         []*Node
	Span          Span
}

// Withheld says what is not public: the whole document, or one attachment.
type Withheld struct {
	Whole      bool
	Attachment int // number of the attachment, from 1; 0 with Whole
	Phrase     string
}

// Attachment is one 附件 as listed.
type Attachment struct {
	No      int // 1 where the list has no number
	Title   string
	Printed bool // its text stands in this source
	Span    Span // of the list line; of its heading where no list names it
}

// Citation is a document that this one names.
type Citation struct {
	Title      string `json:"title"`
	No         string `json:"doc_no"` // canonical form, empty where the text gives none
	Implements bool   `json:"-"`      // named as what this document carries out (为贯彻落实…, 根据…)
	Effect     string `json:"-"`      // 废止, 修改, 替代 where this document says so of the cited one
	Path       string `json:"-"`      // node that cites it
}

// Appointment is one line of a 任免 notice.
type Appointment struct {
	Person          string        `json:"person"`
	Action          string        `json:"action"` // appoint or remove
	Unit            string        `json:"unit"`
	Post            string        `json:"post"`
	Rank            string        `json:"rank"`             // 正科级; empty where none is printed
	ProbationMonths int           `json:"probation_months"` // 0 where none is printed
	DecidedOn       calendar.Date `json:"decided_on"`
	Path            string        `json:"-"`
}

// Mend is one correction that a person made to a reading. Mends are kept beside the source and applied each time
// it is read, so a mended reading is as repeatable as any other. At is a byte offset into the source: the start
// of the node (or line) that is meant.
type Mend struct {
	At    int      `json:"at"`
	What  MendWhat `json:"what"`
	Value string   `json:"value,omitempty"`
}

// MendWhat says what a mend changes.
type MendWhat string

// The mends. Values: Level "0" (plain paragraph) to "5"; Field mends give the corrected text.
const (
	SplitDocument MendWhat = "split" // a new document starts at this line
	JoinDocument  MendWhat = "join"  // the document that starts here belongs to the one before
	SetLevel      MendWhat = "level" // this paragraph is a heading of level Value, or none
	SetText       MendWhat = "text"  // the node's text reads Value (a misprint of the manuscript)
	SetNo         MendWhat = "no"    // of the document that holds At
	SetTitle      MendWhat = "title"
	SetIssuer     MendWhat = "issuer"
	SetKind       MendWhat = "kind"
	SetSignedOn   MendWhat = "signed_on" // 2006-01-02
	SetPublicNote MendWhat = "public_note"
)
