package edition

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
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
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.open("akomaNtoso", "xmlns", aknNamespace, "xmlns:zx", pathNamespace)
	contains := "originalVersion"
	if len(w.p.Earlier) > 0 {
		contains = "singleVersion"
	}
	w.open("doc", "name", w.name, "contains", contains)
	w.meta()
	w.preface()
	w.open("mainBody")
	w.mainBody()
	w.close("mainBody")
	w.close("doc")
	w.close("akomaNtoso")
	w.WriteByte('\n')
	return []byte(w.String())
}

type aknWriter struct {
	markup
	p     Publication
	name  string
	ids   map[string]int // eIds given so far
	cites citations
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
	w.open("meta")
	w.open("identification", "source", "#publisher")

	w.open("FRBRWork")
	w.frbr(work+"/!main", work, "signed", signed, "#issuer", w.p.No)
	w.empty("FRBRcountry", "value", "cn")
	w.empty("FRBRsubtype", "value", w.name, "showAs", w.p.Kind)
	if w.p.Key != "" {
		w.empty("FRBRnumber", "value", w.p.Key, "showAs", w.p.No)
	}
	if w.p.Title != "" {
		w.empty("FRBRname", "value", w.p.Title)
	}
	w.empty("FRBRauthoritative", "value", "true")
	w.close("FRBRWork")

	w.open("FRBRExpression")
	w.frbr(expression+"/!main", expression, "published", published, "#publisher", "")
	w.empty("FRBRversionNumber", "value", strconv.Itoa(w.p.Version))
	w.empty("FRBRlanguage", "language", "zho")
	w.close("FRBRExpression")

	w.open("FRBRManifestation")
	w.frbr(expression+"/!main.akn", expression+".akn", "published", published, "#publisher", "")
	w.empty("FRBRformat", "value", "application/akn+xml")
	w.close("FRBRManifestation")
	w.close("identification")

	if i := w.p.Issue; i.Title != "" {
		w.empty("publication", "date", xsdDate(i.PublishDate, w.p.PublishedAt), "name", "gazette",
			"showAs", i.Title, "number", fmt.Sprintf("%d-%d", i.Year, i.No))
	}
	w.lifecycle(work)
	w.references(work, place)
	w.close("meta")
}

func (w *aknWriter) frbr(this, uri, dateName, date, author, alias string) {
	w.empty("FRBRthis", "value", this)
	w.empty("FRBRuri", "value", uri)
	if alias != "" {
		w.empty("FRBRalias", "value", alias, "name", "number")
	}
	w.empty("FRBRdate", "date", date, "name", dateName)
	w.empty("FRBRauthor", "href", author)
}

var aknEvents = map[Record]string{Publish: "generation", Correct: "amendment", Withdraw: "repeal"}

// lifecycle tells every version as an event; its source stands in references.
func (w *aknWriter) lifecycle(work string) {
	w.open("lifecycle", "source", "#publisher")
	for i, e := range w.versions() {
		source := "#original"
		if i > 0 {
			source = "#version_" + strconv.Itoa(i+1)
		}
		w.empty("eventRef", "eId", "eventRef_"+strconv.Itoa(i+1), "date", xsdDate(calendar.Date{}, e.PublishedAt),
			"source", source, "type", aknEvents[e.Record])
	}
	w.close("lifecycle")
}

// versions lists all versions, oldest first, this one last.
func (w *aknWriter) versions() []Earlier {
	this := Earlier{w.p.Version, w.p.Record, w.p.PublishedAt, w.p.VersionNote}
	return append(append([]Earlier{}, w.p.Earlier...), this)
}

func (w *aknWriter) references(work, place string) {
	w.open("references", "source", "#publisher")
	for i, e := range w.versions() {
		href := work + "/zho@" + xsdDate(calendar.Date{}, e.PublishedAt)
		if i == 0 {
			w.empty("original", "eId", "original", "href", href, "showAs", nonempty(w.p.Title, w.p.Key))
			continue
		}
		w.empty("passiveRef", "eId", "version_"+strconv.Itoa(i+1), "href", href,
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
		w.empty(name, append([]string{"eId", "cite_" + strconv.Itoa(i+1), "href", w.citeHref(c),
			"showAs", nonempty(c.Title, c.No), "shortForm", c.No}, extra...)...)
	}
	w.empty("TLCOrganization", "eId", "issuer", "href", "/akn/ontology/organization/"+place+"/"+url.PathEscape(nonempty(w.p.Issuer, "unknown")),
		"showAs", nonempty(w.p.Issuer, "未载明发文机关"))
	w.empty("TLCOrganization", "eId", "publisher", "href", "/akn/ontology/organization/"+place+"/gazette",
		"showAs", w.p.gazette())
	w.close("references")
}

func (w *aknWriter) citeHref(c Cite) string {
	if webAddress(c.URL) {
		return strings.ReplaceAll(c.URL, " ", "%20")
	}
	return "urn:zhixing:cite:" + url.PathEscape(nonempty(c.No, c.Title))
}

func (w *aknWriter) preface() {
	w.open("preface")
	if s := w.p.masthead(); s != "" {
		w.element("p", s, "class", "masthead")
	}
	w.open("p")
	w.element("docTitle", w.p.Title)
	w.close("p")
	if w.p.No != "" {
		w.open("p")
		w.element("docNumber", w.p.No)
		w.close("p")
	}
	w.close("preface")
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
