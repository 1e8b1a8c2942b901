package warning

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/warning/cap"
)

// afterCancel is how long the document of a cancel stays in feeds.
const afterCancel = 2 * time.Hour

// document is the bytes of a version, signed where the county signs.
func (w *Warnings) document(h *Hazard, v *Version, before []cap.Triple) ([]byte, string, error) {
	b, err := cap.Write(w.alert(h, v, before))
	if err != nil {
		return nil, "", refuse(ledger.Invalid, "Publish", "这份预警写不成合乎标准的 CAP 文件：%v。请改正后再送签。", err)
	}
	if w.Sign != nil {
		if b, err = w.Sign(b); err != nil {
			return nil, "", fmt.Errorf("sign the document: %w", err)
		}
	}
	sum := sha256.Sum256(b)
	return b, hex.EncodeToString(sum[:]), nil
}

// alert is a version in the words of CAP 1.2.
func (w *Warnings) alert(h *Hazard, v *Version, before []cap.Triple) cap.Alert {
	a := cap.Alert{
		Identifier: v.Identifier, Sender: v.Sender, Sent: v.Sent, Status: cap.Actual, MsgType: cap.MsgType(v.Kind), Scope: cap.Public,
		References: before, Note: v.Reason,
	}
	if v.Drill != "" {
		a.Status, a.Note = cap.Exercise, marked(v.Drill, strings.TrimSpace(v.Drill+" "+v.Reason))
	}
	if v.Source != nil {
		a.Source = "据" + v.Source.Name + "发布的预警"
		if id := v.Source.Identifier; !strings.Contains(id, `"`) { // CAP has no way to quote it, and nobody here can change it
			a.Incidents = []string{id}
		}
	}
	i := cap.Info{
		Language: "zh-CN", Categories: []cap.Category{cap.Category(h.Category)}, Event: marked(v.Drill, h.Name),
		Urgency: cap.Urgency(v.Urgency), Severity: cap.Severity(v.Severity), Certainty: cap.Certainty(v.Certainty),
		Effective: v.Sent, Onset: second(v.Onset), Expires: v.Ends, SenderName: marked(v.Drill, w.issuer(h)), Headline: v.Headline,
		Description: v.Description, Instruction: v.Instruction, Contact: h.Contact, Areas: []cap.Area{v.Area.cap(w.County)},
	}
	i.Areas[0].Desc = marked(v.Drill, i.Areas[0].Desc)
	for _, r := range v.Responses {
		i.Responses = append(i.Responses, cap.Response(r))
	}
	if h.Code != "" {
		i.EventCodes = []cap.Value{{Name: cap.EventList, Value: h.Code}}
	}
	if h.Web != "" && v.Drill == "" {
		i.Web = h.Web + v.Identifier
	}
	if c, ok := colour(v.Level); ok {
		i.Parameters = append(i.Parameters, cap.Value{Name: "warningColour", Value: c.Code}, cap.Value{Name: "warningLevel", Value: c.Roman})
	}
	i.Parameters = append(i.Parameters, cap.Value{Name: "warningStage", Value: string(v.Stage)})
	a.Infos = []cap.Info{i}
	return a
}

// second is a time as documents write it.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(calendar.Zone).Truncate(time.Second)
}

// cap is the area in the words of CAP.
func (a Area) cap(county string) cap.Area {
	out := cap.Area{Desc: a.names()}
	for _, p := range a.Polygons {
		var q cap.Polygon
		for _, x := range p {
			q = append(q, cap.Point(x))
		}
		out.Polygons = append(out.Polygons, q)
	}
	for _, c := range a.Circles {
		out.Circles = append(out.Circles, cap.Circle{Center: cap.Point(c.Point), Radius: c.Radius})
	}
	for _, p := range a.Places {
		switch code := p.Code; {
		case p.County:
			out.Geocodes = append(out.Geocodes, cap.Value{Name: cap.CountyCodes, Value: county})
		case code != "":
			out.Geocodes = append(out.Geocodes, cap.Value{Name: cap.VillageCodes, Value: code + strings.Repeat("0", max(0, 12-len(code)))})
		}
	}
	return out
}

// identifier names a document: county, unit, local time to the second, and a number within the second.
func (w *Warnings) identifier(h *Hazard, sent time.Time, n int) string {
	return fmt.Sprintf("%s%s_%s_%d", w.County, h.Issuing.Code, sent.In(calendar.Zone).Format("20060102150405"), n)
}
