package cap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrInvalid is what Write refuses with; the error says each reason.
var ErrInvalid = errors.New("不合 CAP 1.2")

// Write gives the document of a warning: UTF-8, the same bytes for the same warning. What Parse would not read back as it was is
// refused, and so is a polygon that crosses itself, which others refuse.
func Write(a Alert) ([]byte, error) {
	if a.Status == "" || a.MsgType == "" || a.Scope == "" {
		return nil, fmt.Errorf("%w：要写明 status、msgType 和 scope", ErrInvalid)
	}
	if err := a.times(); err != nil {
		return nil, err
	}
	b := encode(&a)
	back, c := parse(b)
	var reasons []string
	for _, p := range c.problems {
		if !p.Advice {
			reasons = append(reasons, p.String())
		}
	}
	if len(reasons) > 0 {
		return nil, fmt.Errorf("%w：%s", ErrInvalid, strings.Join(reasons, "；"))
	}
	for _, i := range a.Infos {
		for _, area := range i.Areas {
			for _, p := range area.Polygons {
				if p.Crosses() {
					return nil, fmt.Errorf("%w：“%s”的多边形的边互相交叉，请重画", ErrInvalid, short(area.Desc))
				}
			}
		}
	}
	if !bytes.Equal(encode(back), b) {
		return nil, fmt.Errorf("%w：有的值写下后读回来不同：网址、语言前后不留空白，列表里没有空的项、没有双引号", ErrInvalid)
	}
	return b, nil
}

// times refuses what the form cannot hold: a message is known by its time, so nothing is rounded in silence.
func (a *Alert) times() error {
	check := func(what string, t time.Time) error {
		if t.IsZero() || exact(t) && t.Year() >= 1 && t.Year() <= 9999 {
			return nil
		}
		return fmt.Errorf("%w：%s 的时间要是整秒，时区要是整分", ErrInvalid, what)
	}
	if a.Sent.IsZero() {
		return fmt.Errorf("%w：缺少 sent", ErrInvalid)
	}
	errs := []error{check("sent", a.Sent)}
	for _, r := range a.References {
		errs = append(errs, check("references", r.Sent))
	}
	for _, i := range a.Infos {
		errs = append(errs, check("effective", i.Effective), check("onset", i.Onset), check("expires", i.Expires))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// encoder writes elements with two spaces a level.
type encoder struct {
	bytes.Buffer
	depth int
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// must writes an element, also an empty one.
func (e *encoder) must(name, text string) {
	fmt.Fprintf(e, "%*s<%s>%s</%s>\n", 2*e.depth, "", name, escaper.Replace(text), name)
}

// may leaves an empty one out.
func (e *encoder) may(name, text string) {
	if text != "" {
		e.must(name, text)
	}
}

func (e *encoder) time(name string, t time.Time) {
	if !t.IsZero() {
		e.must(name, FormatTime(t))
	}
}

func (e *encoder) in(name string, content func()) {
	fmt.Fprintf(e, "%*s<%s>\n", 2*e.depth, "", name)
	e.depth++
	content()
	e.depth--
	fmt.Fprintf(e, "%*s</%s>\n", 2*e.depth, "", name)
}

func (e *encoder) values(name string, list []Value) {
	for _, v := range list {
		e.in(name, func() {
			e.must("valueName", v.Name)
			e.must("value", v.Value)
		})
	}
}

func list[T ~string](e *encoder, name string, all []T) {
	for _, s := range all {
		e.must(name, string(s))
	}
}

func encode(a *Alert) []byte {
	e := &encoder{depth: 1}
	e.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"" + Namespace + "\">\n")
	e.must("identifier", a.Identifier)
	e.must("sender", a.Sender)
	e.time("sent", a.Sent)
	e.must("status", string(a.Status))
	e.must("msgType", string(a.MsgType))
	e.may("source", a.Source)
	e.must("scope", string(a.Scope))
	e.may("restriction", a.Restriction)
	e.may("addresses", quote(a.Addresses))
	list(e, "code", a.Codes)
	e.may("note", a.Note)
	refs := make([]string, len(a.References))
	for k, r := range a.References {
		refs[k] = r.String()
	}
	e.may("references", strings.Join(refs, " "))
	e.may("incidents", quote(a.Incidents))
	for k := range a.Infos {
		e.in("info", func() { e.info(&a.Infos[k]) })
	}
	e.WriteString("</alert>\n")
	return e.Bytes()
}

func (e *encoder) info(i *Info) {
	e.may("language", i.Language)
	list(e, "category", i.Categories)
	e.must("event", i.Event)
	list(e, "responseType", i.Responses)
	e.must("urgency", string(i.Urgency))
	e.must("severity", string(i.Severity))
	e.must("certainty", string(i.Certainty))
	e.may("audience", i.Audience)
	e.values("eventCode", i.EventCodes)
	e.time("effective", i.Effective)
	e.time("onset", i.Onset)
	e.time("expires", i.Expires)
	e.may("senderName", i.SenderName)
	e.may("headline", i.Headline)
	e.may("description", i.Description)
	e.may("instruction", i.Instruction)
	e.may("web", i.Web)
	e.may("contact", i.Contact)
	e.values("parameter", i.Parameters)
	for _, r := range i.Resources {
		e.in("resource", func() {
			e.must("resourceDesc", r.Desc)
			e.must("mimeType", r.MimeType)
			if r.Size != 0 {
				e.must("size", strconv.FormatInt(r.Size, 10))
			}
			e.may("uri", r.URI)
			e.may("derefUri", base64.StdEncoding.EncodeToString(r.Deref))
			e.may("digest", r.Digest)
		})
	}
	for k := range i.Areas {
		e.in("area", func() { e.area(&i.Areas[k]) })
	}
}

func (e *encoder) area(a *Area) {
	e.must("areaDesc", a.Desc)
	for _, p := range a.Polygons {
		e.must("polygon", p.String())
	}
	for _, c := range a.Circles {
		e.must("circle", c.String())
	}
	e.values("geocode", a.Geocodes)
	if a.Altitude != nil {
		e.must("altitude", decimal(*a.Altitude))
	}
	if a.Ceiling != nil {
		e.must("ceiling", decimal(*a.Ceiling))
	}
}

// quote writes a list whose entries are parted by white space.
func quote(list []string) string {
	out := make([]string, len(list))
	for k, s := range list {
		if out[k] = s; s == "" || strings.ContainsFunc(s, xmlSpace) {
			out[k] = `"` + s + `"`
		}
	}
	return strings.Join(out, " ")
}
