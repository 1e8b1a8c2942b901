package audience

import (
	"encoding/json"
	"slices"
	"sync"

	"zhixing/calendar"
)

// Query asks who is to be told.
type Query struct {
	Area   Area
	Hazard string // 暴雨
	Level  Level
	Crop   string    // of a service for growers; empty: it concerns everybody
	Roles  []string  // residents and firms of one of these only; empty: all
	Kinds  []Kind    // these only; empty: all
	By     []Channel // these only; empty: all

	// Also are recipients to be told wherever they are and whatever they want: those that an earlier version of the warning reached.
	Also []ID
}

// Why is the reason for which somebody is told.
type Why string

// The reasons, the one that weighs most first.
const (
	WhyBefore Why = "前次已告知"
	WhyPost   Why = "职务"
	WhyMedia  Why = "媒体"
	WhyDevice Why = "设备在范围内"
	WhyWanted Why = "订阅"
	WhyRole   Why = "角色"
	WhyFirm   Why = "生产经营场所在范围内"
	WhyAgreed Why = "本人同意，在范围内"
	WhyLaw    Why = "在范围内，红色、橙色预警依法告知"
)

// question is a query, but for its area, on a day.
type question struct {
	Query
	today calendar.Date
}

// tells is why a recipient of these terms is told, empty where it is not. meets answers for the places of its wants; concerned says
// that some of what a post or a paper covers is in the area, as it is for all the county's.
func (q *question) tells(t *terms, in, concerned bool, meets func(Place) bool) Why {
	if !t.From.IsZero() && q.today.Before(t.From) || !t.Until.IsZero() && t.Until.Before(q.today) {
		return ""
	}
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, t.Kind) || !q.reaches(t) {
		return ""
	}
	role := len(q.Roles) > 0 && slices.ContainsFunc(t.Roles, func(r string) bool { return slices.Contains(q.Roles, r) })
	switch t.Kind {
	case Post:
		return when(in || concerned, WhyPost)
	case Media:
		return when(in || concerned, WhyMedia)
	case Device:
		return when(in, WhyDevice)
	}
	if len(q.Roles) > 0 && !role {
		return ""
	}
	agreed := t.Kind == Firm || t.Agreed
	switch {
	case agreed && slices.ContainsFunc(t.Wants, func(w Want) bool { return q.wanted(w, in, meets) }):
		return WhyWanted
	case !in:
		return ""
	case role && agreed && len(t.Wants) == 0:
		return WhyRole
	case t.Kind == Firm:
		return when(len(t.Wants) == 0 || q.Level <= Orange, WhyFirm)
	case t.Agreed && len(t.Wants) == 0:
		return WhyAgreed
	}
	return when(q.Level <= Orange, WhyLaw)
}

func when(yes bool, why Why) Why {
	if yes {
		return why
	}
	return ""
}

func (q *question) wanted(w Want, in bool, meets func(Place) bool) bool {
	if w.Hazard != "" && w.Hazard != q.Hazard || w.Crop != "" && w.Crop != q.Crop || w.Level != 0 && q.Level > w.Level {
		return false
	}
	return in || w.Place != (Place{}) && meets(w.Place)
}

// reaches reports whether one of the asked channels leads to somebody of these terms.
func (q *question) reaches(t *terms) bool {
	return len(t.Channels) > 0 && (len(q.By) == 0 || slices.ContainsFunc(t.Channels, func(c Channel) bool { return slices.Contains(q.By, c) }))
}

// wide reports whether somebody of these terms answers for a place, not for a point in it.
func (t *terms) wide() bool { return t.Kind == Post || t.Kind == Media }

// far reports whether somebody of these terms may be told of what happens where he is not. For all others that need not be asked.
func (t *terms) far() bool {
	return t.wide() || slices.ContainsFunc(t.Wants, func(w Want) bool { return w.Place != (Place{}) })
}

// dictionary numbers spellings: terms and places are few, recipients many. A number stays what it is.
type dictionary struct {
	mu     sync.Mutex
	number map[string]uint32
	terms  []*terms
	places []Place
	placed map[Place]uint32
}

func (d *dictionary) of(spelt string) (uint32, *terms, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.number[spelt]; ok {
		return n, d.terms[n], nil
	}
	t := &terms{}
	if err := json.Unmarshal([]byte(spelt), t); err != nil {
		return 0, nil, err
	}
	if d.number == nil {
		d.number = map[string]uint32{}
	}
	n := uint32(len(d.terms))
	d.number[spelt] = n
	d.terms = append(d.terms, t)
	return n, t, nil
}

// read are the terms of that spelling. They are shared: nobody may change them.
func (d *dictionary) read(spelt string) (*terms, error) {
	_, t, err := d.of(spelt)
	return t, err
}

func (d *dictionary) ofPlace(p Place) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.placed[p]; ok {
		return n
	}
	if d.placed == nil {
		d.placed = map[Place]uint32{}
	}
	n := uint32(len(d.places))
	d.placed[p] = n
	d.places = append(d.places, p)
	return n
}

// known are all terms and places so far.
func (d *dictionary) known() ([]*terms, []Place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.terms[:len(d.terms):len(d.terms)], d.places[:len(d.places):len(d.places)]
}
