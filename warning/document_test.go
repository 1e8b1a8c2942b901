package warning

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/warning/cap"
)

// What a draft's check lets pass can be published: whatever people write, the document is valid and says what they wrote. Nobody learns at
// the moment of signing that his warning is none.
func TestWhatIsDraftedCanBePublished(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 2))
	h := rainstorm()
	h.Web = "https://qinghe.example/w/"
	bare := rainstorm() // of a county that knows no code for it
	bare.ID, bare.Name, bare.Code, bare.Category, bare.Contact, bare.Issuing.Code = "smoke", "浓烟 & <扬尘>", "", "Env", "", ""
	w := &Warnings{County: county, Place: "青禾县", Hazards: []*Hazard{h, bare}}
	written := map[cap.MsgType]int{}
	for n := range 300 {
		e := &Event{Hazard: h.ID, State: Drafted}
		hazard := h
		if n%4 == 0 {
			e.Hazard, hazard = bare.ID, bare
		}
		if n%3 == 0 {
			e.Drill = "秋季“防汛” <演练> & 拉练"
		}
		var before []cap.Triple
		var was *Version
		sent := day("29 09:00").Add(time.Duration(n) * time.Hour)
		for k := range 1 + r.IntN(4) {
			d := anyDraft(r)
			if was != nil {
				if d.Kind = Update; r.IntN(3) == 0 {
					d.Kind, d.Reason = Cancel, anyWords(r, 500)
				}
			}
			v := &Version{N: k + 1, Hazard: e.Hazard, Drill: e.Drill}
			if err := w.fill("Draft", hazard, e, was, v, d); err != nil {
				if !refused(err) {
					t.Fatal(err)
				}
				continue
			}
			sent = sent.Add(time.Duration(r.IntN(2)) * time.Second)
			v.Sender, v.Sent = hazard.Sender, sent
			v.Ends, v.Identifier = v.Sent.Add(time.Duration(v.Valid)).Truncate(time.Second), w.identifier(hazard, v.Sent, k)
			b, _, err := w.document(hazard, v, before)
			if err != nil {
				t.Fatalf("%d/%d: %v\n%+v", n, k, err, v)
			}
			holds(t, fmt.Sprint(n, "/", k), w, hazard, v, b)
			written[cap.MsgType(v.Kind)]++
			before, was = append(before, cap.Triple{Sender: v.Sender, Identifier: v.Identifier, Sent: v.Sent}), v
			if v.Kind == Cancel {
				break
			}
		}
	}
	if written[cap.MsgAlert] < 200 || written[cap.MsgUpdate] < 50 || written[cap.MsgCancel] < 50 {
		t.Errorf("written were %v", written)
	}
}

// holds holds a document against its version.
func holds(t *testing.T, name string, w *Warnings, h *Hazard, v *Version, b []byte) {
	t.Helper()
	a, problems := cap.Parse(b)
	if a == nil {
		t.Fatalf("%s: %v\n%s", name, problems, b)
	}
	for _, p := range problems {
		known := []string{"HTML", "没有面积", "早于预计发生时间", "只能看地名"}
		if !slices.ContainsFunc(known, func(s string) bool { return strings.Contains(p.Message, s) }) {
			t.Errorf("%s: %v", name, p)
		}
	}
	i := a.Infos[0]
	if a.Status == cap.Actual != (v.Drill == "") || a.Scope != cap.Public || !i.Expires.Equal(v.Ends) || i.Headline != v.Headline || i.Description != v.Description ||
		len(i.Areas[0].Polygons) != len(v.Area.Polygons) || len(i.Areas[0].Circles) != len(v.Area.Circles) || i.Web != "" && v.Drill != "" {
		t.Errorf("%s: %+v\nof %+v", name, a, v)
	}
	inside := cap.NewRegion(i.Areas...)
	for _, c := range v.Area.Circles {
		if !inside.Contains(cap.Point(c.Point)) {
			t.Errorf("%s: the middle of %v is outside", name, c)
		}
	}
}

func anyDraft(r *rand.Rand) Draft {
	d := Draft{Stage: Stages[2+r.IntN(2)], Level: []Level{yellow, orange}[r.IntN(2)]}
	d.Description, d.Instruction = anyWords(r, 1000), anyWords(r, 200)
	if r.IntN(2) == 0 {
		d.Headline = anyWords(r, 160)
	}
	if r.IntN(3) == 0 {
		d.Onset = day("29 09:00").Add(time.Duration(r.Int64N(int64(40 * 24 * time.Hour))))
	}
	if r.IntN(3) == 0 {
		d.Valid = Duration(1 + r.Int64N(int64(maxValid)))
	}
	if r.IntN(4) == 0 {
		d.Source = &Lineage{Name: "云台市 & <气象台>", Identifier: "14082641600000_20230729080000_0", Sender: "qxt@yuntai.example", Sent: day("29 08:00")}
	}
	d.Area = anyArea(r)
	return d
}

// anyWords are up to so many characters, among them those that XML and its readers stumble over.
func anyWords(r *rand.Rand, most int) string {
	pieces := []string{"降雨", "50毫米", "<b>", "&amp;", "&", "]]>", "<![CDATA[", "\"", "'", "\n", "\t", "　", "\u00a0", "😀", "\ufffd", "\ufeff", "\u0085", "<!--", "--", "<?xml?>", "𠮷", "，", " "}
	var b strings.Builder
	b.WriteString("雨")
	for n := r.IntN(12); n > 0; n-- {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	switch r.IntN(20) {
	case 0:
		return strings.Repeat("雨", most) // all that fits
	case 1:
		b.WriteString([]string{"\x01", "\r", "\xff", "\uffff", "\x00"}[r.IntN(5)]) // what no document holds
	}
	return b.String()
}

func anyArea(r *rand.Rand) Area {
	var a Area
	for n := r.IntN(3); n > 0; n-- {
		a.add([]Place{{County: true}, {Code: "990001100", Town: "河口镇"}, {Code: "990001100201", Town: "河口镇", Village: "滩头村"}, {Town: "无名 & 乡"}}[r.IntN(4)])
	}
	at := func() Point { return Point{Lat: 35 + r.Float64()/2, Lon: 111 + r.Float64()/2} }
	for n := r.IntN(3); n > 0; n-- {
		p, size := at(), r.Float64()/10
		ring := []Point{p, {p.Lat, p.Lon + size}, {p.Lat + size, p.Lon + size}, {p.Lat + size, p.Lon}, p}
		switch r.IntN(4) {
		case 0: // a hole: a way in, around and out again
			in := Point{p.Lat + size/3, p.Lon + size/3}
			ring = append(ring, in, Point{in.Lat + size/3, in.Lon}, Point{in.Lat + size/3, in.Lon + size/3}, Point{in.Lat, in.Lon + size/3}, in, p)
		case 1: // a road: there and back
			q, s := at(), at()
			ring = []Point{p, q, s, q, p}
		case 2: // whatever a hand draws
			ring = []Point{p, at(), at(), at(), p}
		}
		a.Polygons = append(a.Polygons, ring)
	}
	for n := r.IntN(3); n > 0; n-- {
		a.Circles = append(a.Circles, Circle{Point: []Point{at(), {0, 0}, {-90, 180}, {-0.00000001, -180}}[r.IntN(4)], Radius: []float64{0, 500, r.Float64() * 20, 1e-9}[r.IntN(4)]})
	}
	if r.IntN(3) == 0 {
		a.Words = anyWords(r, 300)
	}
	return a
}
