// Package paper sets an official document on A4 by GB/T 9704-2012 (党政机关公文格式), as PDF and as DOCX: margins of 37, 26,
// 35 and 28 mm, 22 lines of 28 characters of size three, red masthead and rule, title in size two, plans and attachments on
// new pages, pages numbered — 1 —. What is handed in must be clean: no control characters but line feeds and tabs.
//
//	b, err := paper.Paper{Masthead: "某县人民政府公报", Title: "关于修桥的通知", Parts: parts}.PDF(font)
package paper

import (
	"strings"
	"time"
)

// Paper is a document with all that is printed of it.
type Paper struct {
	Form        Form   // the zero form is that of a gazette
	Masthead    string // 某县人民政府公报
	Issue       string // 2024年第1期（总第9期）
	No          string // 发文字号
	Title       string
	Standing    string // corrected or withdrawn, in words; empty for neither
	Parts       []Part
	Cites       []Cite
	Imprint     []string // lines at the foot of the last page
	Issuer      string
	URL         string // of the document's page
	BaseURL     string // that addresses beginning with a stroke belong to
	PublishedAt time.Time
	// What only an official paper has, see form.go.
	Urgency string // 特急, 加急
	Signer  string // 签发人
	Mark    string // small at the head of every page: that it is a draft or a demonstration
	Record  Record // 版记
}

// Part is a run of the text: the notice (no title) or a plan printed inside it.
type Part struct {
	Key           string  `json:"key,omitempty"`
	Title         string  `json:"title,omitempty"`
	InterpretedBy string  `json:"interpreted_by,omitempty"`
	Nodes         []Block `json:"nodes"`
}

// Block is a paragraph, a heading with what stands under it, or another piece of the text.
type Block struct {
	Kind     Kind    `json:"kind"`
	Level    int     `json:"level,omitempty"` // depth in the numbering, from 1; 0 outside it
	Mark     string  `json:"mark,omitempty"`  // 一、 （一） 1.
	Title    string  `json:"title,omitempty"` // the opening phrase where it reads as a heading
	Text     string  `json:"text"`            // whole own text, mark and title included; of a table or row the cells parted by tabs
	Path     string  `json:"path,omitempty"`  // address inside the document, unique in it, without spaces
	Children []Block `json:"children,omitempty"`
}

// Kind says what a block is.
type Kind string

// The kinds of block.
const (
	Recipients     Kind = "recipients"
	Heading        Kind = "heading"
	Clause         Kind = "clause"
	Signature      Kind = "signature"
	SignDate       Kind = "date"
	Note           Kind = "note"
	AttachmentList Kind = "attachment_list"
	AttachmentHead Kind = "attachment" // what was printed of it stands in Children
	Table          Kind = "table"      // rows in Text, one a line, or in Children
	Row            Kind = "row"        // of a table, with an address of its own
	Removed        Kind = "removed"    // 〔附件3不公开〕 in the place of what is withheld
	Sheet          Kind = "sheet"      // a form to fill in: rows in Children, label and text parted by a tab; see Fields
)

// Cite is a document that this one names.
type Cite struct {
	Title  string `json:"title"`
	No     string `json:"no,omitempty"`
	URL    string `json:"url,omitempty"`
	Effect string `json:"effect,omitempty"` // 废止, 修改, 替代, or 贯彻 where this document carries the other out
	Path   string `json:"path,omitempty"`   // of the block that names it
}

// Split parts a block's text into its number with the white space behind it, its opening phrase and the rest. The
// three joined are the text; mark and title are empty where it does not begin with them.
func (b Block) Split() (mark, title, rest string) {
	rest = b.Text
	if rest == "" {
		return b.Mark, b.Title, ""
	}
	if after, ok := strings.CutPrefix(rest, b.Mark); ok && b.Mark != "" {
		after = strings.TrimLeft(after, " 　\t")
		mark, rest = rest[:len(rest)-len(after)], after
	}
	if after, ok := strings.CutPrefix(rest, b.Title); ok && b.Title != "" {
		return mark, b.Title, after
	}
	return mark, "", rest
}
