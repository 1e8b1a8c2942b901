package publication

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhixing/edition"
	"zhixing/gazette"
)

// maxPublicFiles bounds the public files of one document, so that its manifest stays small.
const maxPublicFiles = 20

// Reading is what the draft says, with its mends, facts and choices: what would be published, before it is redacted,
// documents left out included (see LeftOut).
func (d Draft) Reading() (*gazette.Issue, error) {
	issue, err := gazette.Read(d.Source, d.Mends...)
	if err != nil {
		return nil, err
	}
	d.Facts.apply(issue)
	for _, c := range d.Choices {
		if doc := documentAt(issue, c.Doc); doc != nil && c.Attachment > 0 {
			c.apply(doc)
		}
	}
	return issue, nil
}

// LeftOut reports whether the draft's editors have left this document of the reading out of the issue.
func (d Draft) LeftOut(doc *gazette.Document) bool {
	out := false
	for _, c := range d.Choices {
		if c.Attachment == 0 && holds(doc, c.Doc) {
			out = c.Withhold
		}
	}
	return out
}

// FilesOf are the files given to this document of the reading.
func (d Draft) FilesOf(doc *gazette.Document) []DraftFile {
	var out []DraftFile
	for _, f := range d.Files {
		if holds(doc, f.Doc) {
			out = append(out, f)
		}
	}
	return out
}

// apply puts the facts over what was read.
func (f Facts) apply(i *gazette.Issue) {
	i.Title = cmp.Or(f.Title, i.Title)
	i.Year, i.No, i.TotalNo = cmp.Or(f.Year, i.Year), cmp.Or(f.No, i.No), cmp.Or(f.TotalNo, i.TotalNo)
	i.PublishDate = cmp.Or(f.PublishDate, i.PublishDate)
	i.Organiser, i.Address = cmp.Or(f.Organiser, i.Organiser), cmp.Or(f.Address, i.Address)
	i.Tel, i.Postcode, i.Website = cmp.Or(f.Tel, i.Tel), cmp.Or(f.Postcode, i.Postcode), cmp.Or(f.Website, i.Website)
}

// apply withholds an attachment, or takes back that it is withheld.
func (c Choice) apply(doc *gazette.Document) {
	doc.Withheld = slices.DeleteFunc(doc.Withheld, func(w gazette.Withheld) bool {
		return !w.Whole && w.Attachment == c.Attachment
	})
	if c.Withhold {
		doc.Withheld = append(doc.Withheld, gazette.Withheld{Attachment: c.Attachment, Phrase: c.chinese()})
	}
}

func holds(doc *gazette.Document, at int) bool { return doc.Span.Start <= at && at < doc.Span.End }

// documentAt is the document of the issue that holds the byte at, nil where none does.
func documentAt(issue *gazette.Issue, at int) *gazette.Document {
	for _, doc := range issue.Documents {
		if holds(doc, at) {
			return doc
		}
	}
	return nil
}

func (d Draft) documentAt(op string, at int) (*gazette.Document, error) {
	issue, err := d.Reading()
	if err != nil {
		return nil, wrap(op, err)
	}
	if doc := documentAt(issue, at); doc != nil {
		return doc, nil
	}
	return nil, refuse(NotFound, op, "稿件的这个位置没有公文。请刷新页面后再试。")
}

// candidate is a document that is about to be published.
type candidate struct {
	key   Key
	seq   int
	doc   *gazette.Document
	pub   edition.Publication // as FromReading has it
	files []DraftFile         // public ones
}

// toPublish is the reading as it would go out, or an error that says what has to be done first.
func (d Draft) toPublish() (*gazette.Issue, []candidate, error) {
	const op = "Submit"
	issue, err := d.Reading()
	if err != nil {
		return nil, nil, unreadable(op, "稿件读不出来：", err)
	}
	if d.Corrects == "" {
		if issue.Year == 0 || issue.No == 0 {
			return nil, nil, refuse(Invalid, op, "没有读到公报的年份或期号。请在“期次信息”中填写。")
		}
		if issue.Year < 1949 || issue.Year > 2999 || issue.No < 0 || issue.No > 999 {
			return nil, nil, refuse(Invalid, op, "公报年份或期号不对：%d年第%d期。请在“期次信息”中改正。", issue.Year, issue.No)
		}
	}
	if err := d.checkPlaces(op, issue); err != nil {
		return nil, nil, err
	}
	var out []candidate
	seen := map[Key]bool{}
	for _, doc := range issue.Documents {
		if d.LeftOut(doc) {
			continue
		}
		c, err := d.candidate(op, issue, doc)
		if err != nil {
			return nil, nil, err
		}
		if seen[c.key] {
			return nil, nil, refuse(Invalid, op, "稿件里有两份文件的文号都是%s。请改正文号，或合并这两份文件。", cmp.Or(doc.No, string(c.key)))
		}
		seen[c.key] = true
		out = append(out, c)
	}
	switch {
	case len(out) == 0:
		return nil, nil, refuse(Invalid, op, "稿件里没有可以公布的公文。请检查标题、文号是否已识别。")
	case d.Corrects != "" && len(out) != 1:
		return nil, nil, refuse(Invalid, op, "更正稿应当只有一份公文，现读出%d份。请合并，或不收录多余的文件。", len(out))
	case d.Corrects != "":
		out[0].key = d.Corrects
	}
	return issue, out, nil
}

// checkPlaces refuses a draft in which a choice or a file belongs to no document any more: what was withheld must not
// go out because a later mend has moved the document away from under it.
func (d Draft) checkPlaces(op string, issue *gazette.Issue) error {
	for _, c := range d.Choices {
		if documentAt(issue, c.Doc) == nil {
			return refuse(Invalid, op, "“%s”这一步所指的公文已不在原处。请撤销这一步，对照现在的公文重新选择。", c.chinese())
		}
	}
	for _, f := range d.Files {
		if documentAt(issue, f.Doc) == nil {
			return refuse(Invalid, op, "附件文件“%s”所属的公文已不在原处。请移除后重新添加。", f.Name)
		}
	}
	return nil
}

// candidate checks one document of the reading.
func (d Draft) candidate(op string, issue *gazette.Issue, doc *gazette.Document) (candidate, error) {
	name := "《" + shorten(cmp.Or(doc.Title, doc.No), 60) + "》"
	if doc.Title == "" {
		return candidate{}, refuse(Invalid, op, "第%d份文件没有标题。请在校改中标出标题。", doc.Seq)
	}
	pub, err := edition.FromReading(issue, doc)
	if errors.Is(err, edition.ErrWithheld) || withheldNote(doc.PublicNote) {
		return candidate{}, refuse(Invalid, op, "%s注明不公开，不能公布。请选择“本期不收录该文件”；如注明有误，先改正公开属性。", name)
	}
	if err != nil {
		return candidate{}, wrap(op, err)
	}
	c := candidate{key: keyOf(doc.No, IssueNo{issue.Year, issue.No}, doc.Seq), seq: doc.Seq, doc: doc, pub: pub}
	taken := map[int]bool{}
	for _, f := range d.FilesOf(doc) {
		if !f.Public {
			continue
		}
		if f.No > 0 && slices.ContainsFunc(doc.Withheld, func(w gazette.Withheld) bool { return w.Attachment == f.No }) {
			return candidate{}, refuse(Invalid, op, "%s的附件%d不公开，却添加了公开文件“%s”。请移除该文件，或公开该附件。", name, f.No, f.Name)
		}
		if f.No > 0 && taken[f.No] {
			return candidate{}, refuse(Invalid, op, "%s的附件%d有两个公开文件。请移除一个，或合并成一个文件。", name, f.No)
		}
		taken[f.No] = true
		c.files = append(c.files, f)
	}
	if len(c.files) > maxPublicFiles {
		return candidate{}, refuse(TooLarge, op, "%s的公开文件超过%d个。请合并后再添加。", name, maxPublicFiles)
	}
	return c, nil
}

// withheldNote is a second look at the publicity note itself, in case the reading has missed what it says.
func withheldNote(note string) bool {
	note = strings.Join(strings.Fields(note), "")
	for _, s := range []string{"此件不公开", "此件不予公开", "此件依申请公开", "本文不公开", "本件不公开"} {
		if strings.Contains(note, s) {
			return true
		}
	}
	return false
}

// subject is what lists call the draft.
func subject(issue *gazette.Issue, filename string) string {
	switch {
	case issue.Year > 0 && issue.No > 0:
		return fmt.Sprintf("%s%s（%d份文件）", issue.Title, IssueNo{issue.Year, issue.No}.Chinese(), len(issue.Documents))
	case len(issue.Documents) > 0 && issue.Documents[0].Title != "":
		return issue.Documents[0].Title
	}
	return filename
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
