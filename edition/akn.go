package edition

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/edition/markup"
	"zhixing/edition/paper"
)

// Namespaces of the Akoma Ntoso edition. Ours carries one attribute, path: the block's address on our pages.
const (
	aknNamespace  = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
	pathNamespace = "urn:zhixing:publication"
)

// aknNames says in the file's own vocabulary what kind of document it is.
var aknNames = map[string]string{
	"通知": "notice", "通告": "announcement", "公告": "proclamation", "决定": "decision", "命令": "order", "令": "order",
	"意见": "opinion", "实施意见": "opinion", "指导意见": "opinion", "办法": "measures", "规定": "provisions", "细则": "rules",
	"方案": "plan", "任免": "appointment", "批复": "reply", "通报": "bulletin", "函": "letter", "纪要": "minutes", "决议": "resolution",
}

// AKN is the document as Akoma Ntoso 3.0 (OASIS LegalDocML 1.0, 2018), a <doc>: orders of a county government are
// official documents, not acts of a legislature. Work, expression and manifestation are named by the naming
// convention: /akn/cn-100000/doc/notice/2023-08-18/jzbf-2023-12, …/zho@2023-10-01, ….akn. Every version is an event
// of the lifecycle. Headings and clauses become sections, subsections, paragraphs, articles …, with eIds such as
// hcontainer_2__sec_3__subsec_4__para_25 and our own address in zx:path.
func AKN(p Publication) []byte {
	w := aknWriter{p: p.Clean(), ids: map[string]int{}}
	w.Grow(32 << 10)
	w.name = aknNames[w.p.Kind]
	if w.name == "" {
		w.name = "document"
	}
	w.WriteString(markup.Head)
	w.Open("akomaNtoso", "xmlns", aknNamespace, "xmlns:zx", pathNamespace)
	contains := "originalVersion"
	if len(w.p.Earlier) > 0 {
		contains = "singleVersion"
	}
	w.Open("doc", "name", w.name, "contains", contains)
	w.meta()
	w.preface()
	w.Open("mainBody")
	w.mainBody()
	w.Close("mainBody")
	w.Close("doc")
	w.Close("akomaNtoso")
	w.WriteByte('\n')
	return []byte(w.String())
}

type aknWriter struct {
	markup.Writer
	p     Publication
	name  string
	ids   map[string]int // eIds given so far
	cites paper.Citations
}

func (w *aknWriter) meta() {
	signed := xsdDate(w.p.SignedOn, w.p.PublishedAt)
	published := xsdDate(calendar.Date{}, w.p.PublishedAt)
	place := "cn"
	if w.p.County.Code != "" {
		place += "-" + url.PathEscape(w.p.County.Code)
	}
	work := "/akn/" + place + "/doc/" + w.name + "/" + signed + "/" + url.PathEscape(w.p.Key)
	expression := work + "/zho@" + published
	w.Open("meta")
	w.Open("identification", "source", "#publisher")

	w.Open("FRBRWork")
	w.frbr(work+"/!main", work, "signed", signed, "#issuer", w.p.No)
	w.Empty("FRBRcountry", "value", "cn")
	w.Empty("FRBRsubtype", "value", w.name, "showAs", w.p.Kind)
	if w.p.Key != "" {
		w.Empty("FRBRnumber", "value", w.p.Key, "showAs", w.p.No)
	}
	if w.p.Title != "" {
		w.Empty("FRBRname", "value", w.p.Title)
	}
	w.Empty("FRBRauthoritative", "value", "true")
	w.Close("FRBRWork")

	w.Open("FRBRExpression")
	w.frbr(expression+"/!main", expression, "published", published, "#publisher", "")
	w.Empty("FRBRversionNumber", "value", strconv.Itoa(w.p.Version))
	w.Empty("FRBRlanguage", "language", "zho")
	w.Close("FRBRExpression")

	w.Open("FRBRManifestation")
	w.frbr(expression+"/!main.akn", expression+".akn", "published", published, "#publisher", "")
	w.Empty("FRBRformat", "value", "application/akn+xml")
	w.Close("FRBRManifestation")
	w.Close("identification")

	if i := w.p.Issue; i.Title != "" {
		w.Empty("publication", "date", xsdDate(i.PublishDate, w.p.PublishedAt), "name", "gazette",
			"showAs", i.Title, "number", fmt.Sprintf("%d-%d", i.Year, i.No))
	}
	w.lifecycle(work)
	w.references(work, place)
	w.Close("meta")
}

func (w *aknWriter) frbr(this, uri, dateName, date, author, alias string) {
	w.Empty("FRBRthis", "value", this)
	w.Empty("FRBRuri", "value", uri)
	if alias != "" {
		w.Empty("FRBRalias", "value", alias, "name", "number")
	}
	w.Empty("FRBRdate", "date", date, "name", dateName)
	w.Empty("FRBRauthor", "href", author)
}

var aknEvents = map[Record]string{Publish: "generation", Correct: "amendment", Withdraw: "repeal"}

// lifecycle tells every version as an event; its source stands in references.
func (w *aknWriter) lifecycle(work string) {
	w.Open("lifecycle", "source", "#publisher")
	for i, e := range w.versions() {
		source := "#original"
		if i > 0 {
			source = "#version_" + strconv.Itoa(i+1)
		}
		w.Empty("eventRef", "eId", "eventRef_"+strconv.Itoa(i+1), "date", xsdDate(calendar.Date{}, e.PublishedAt),
			"source", source, "type", aknEvents[e.Record])
	}
	w.Close("lifecycle")
}

// versions lists all versions, oldest first, this one last.
func (w *aknWriter) versions() []Earlier {
	this := Earlier{w.p.Version, w.p.Record, w.p.PublishedAt, w.p.VersionNote}
	return append(append([]Earlier{}, w.p.Earlier...), this)
}

func (w *aknWriter) references(work, place string) {
	w.Open("references", "source", "#publisher")
	for i, e := range w.versions() {
		href := work + "/zho@" + xsdDate(calendar.Date{}, e.PublishedAt)
		if i == 0 {
			w.Empty("original", "eId", "original", "href", href, "showAs", nonempty(w.p.Title, w.p.Key))
			continue
		}
		w.Empty("passiveRef", "eId", "version_"+strconv.Itoa(i+1), "href", href,
			"showAs", nonempty(e.Note, fmt.Sprintf("第%d版", e.Version)))
	}
	for i, c := range w.p.Cites {
		name, extra := "TLCReference", []string{"name", "citation"}
		switch c.Effect {
		case "废止", "修改", "替代":
			name, extra = "activeRef", nil
		case "贯彻":
			extra = []string{"name", "implements"}
		}
		w.Empty(name, append([]string{"eId", "cite_" + strconv.Itoa(i+1), "href", w.citeHref(c),
			"showAs", nonempty(c.Title, c.No), "shortForm", c.No}, extra...)...)
	}
	w.Empty("TLCOrganization", "eId", "issuer", "href", "/akn/ontology/organization/"+place+"/"+url.PathEscape(nonempty(w.p.Issuer, "unknown")),
		"showAs", nonempty(w.p.Issuer, "未载明发文机关"))
	w.Empty("TLCOrganization", "eId", "publisher", "href", "/akn/ontology/organization/"+place+"/gazette",
		"showAs", w.p.gazette())
	w.Close("references")
}

func (w *aknWriter) citeHref(c Cite) string {
	if paper.WebAddress(c.URL) {
		return strings.ReplaceAll(c.URL, " ", "%20")
	}
	return "urn:zhixing:cite:" + url.PathEscape(nonempty(c.No, c.Title))
}

func (w *aknWriter) preface() {
	w.Open("preface")
	if s := w.p.masthead(); s != "" {
		w.Element("p", s, "class", "masthead")
	}
	w.Open("p")
	w.Element("docTitle", w.p.Title)
	w.Close("p")
	if w.p.No != "" {
		w.Open("p")
		w.Element("docNumber", w.p.No)
		w.Close("p")
	}
	w.Close("preface")
}

// xsdDate is the first of the two that is a day in the years 1 to 9999.
func xsdDate(d calendar.Date, t time.Time) string {
	if _, ok := calendar.NewDate(d.Year, d.Month, d.Day); ok && d.Year >= 1 && d.Year <= 9999 {
		return d.String()
	}
	if d = calendar.DateOf(t); d.Year >= 1 && d.Year <= 9999 {
		return d.String()
	}
	return "0001-01-01"
}

func nonempty(a, b string) string {
	if a != "" {
		return a
	}
	if b != "" {
		return b
	}
	return "—"
}
