package audience

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhixing/calendar"
	"zhixing/register"
)

// ID numbers the recipients of a county, from 1. It is never given again.
type ID int64

// Kind says what a recipient is.
type Kind string

// The kinds.
const (
	Person Kind = "person"
	Firm   Kind = "firm"
	Post   Kind = "post"
	Device Kind = "device"
	Media  Kind = "media"
)

// Kinds lists every kind in the order in which pages show them.
var Kinds = []Kind{Person, Firm, Post, Device, Media}

var kindChinese = map[Kind]string{Person: "居民", Firm: "经营主体", Post: "职务", Device: "喇叭和屏", Media: "媒体"}

// Chinese is what pages call the kind.
func (k Kind) Chinese() string { return kindChinese[k] }

// Channel is a way to tell somebody.
type Channel string

// The channels.
const (
	SMS     Channel = "sms"
	Voice   Channel = "voice"
	Speaker Channel = "speaker"
	Screen  Channel = "screen"
	Mail    Channel = "mail"
	Push    Channel = "push"
	Hook    Channel = "hook"
)

// Channels lists every channel in the order in which pages show them.
var Channels = []Channel{SMS, Voice, Speaker, Screen, Mail, Push, Hook}

var channelChinese = map[Channel]string{SMS: "短信", Voice: "电话", Speaker: "喇叭", Screen: "显示屏", Mail: "邮件", Push: "网页推送", Hook: "系统对接"}

// Chinese is what pages call the channel.
func (c Channel) Chinese() string { return channelChinese[c] }

// Level is how grave a warning is.
type Level int

// The levels, gravest first, as gateways count them.
const (
	Red Level = iota + 1
	Orange
	Yellow
	Blue
)

// Chinese is what pages call the level.
func (l Level) Chinese() string {
	return map[Level]string{Red: "红色", Orange: "橙色", Yellow: "黄色", Blue: "蓝色"}[l]
}

// Known reports whether it is one of the four.
func (l Level) Known() bool { return Red <= l && l <= Blue }

// Place is a village, or a town where Village is empty. The zero Place is none, or the whole county.
type Place struct {
	Town    string `json:"town,omitempty"`
	Village string `json:"village,omitempty"`
}

// Address is one way to tell a recipient: a telephone number, the id of a device, a mail address.
type Address struct {
	Channel Channel `json:"channel"`
	To      string  `json:"to"`
}

// Want is one thing that a recipient asked for: warnings of a hazard, from a level on; what concerns a crop; and, besides where he
// is, those of a place — that of his parents. What is empty does not narrow.
type Want struct {
	Hazard string `json:"hazard,omitempty"`
	Level  Level  `json:"level,omitempty"`
	Crop   string `json:"crop,omitempty"`
	Place  Place  `json:"place,omitzero"`
}

// Consent is what a resident agreed to, when, and how he said so. It stands until it is withdrawn.
type Consent struct {
	Given     time.Time `json:"given,omitzero"`
	How       string    `json:"how,omitempty"`
	Withdrawn time.Time `json:"withdrawn,omitzero"`
}

// Stands reports whether it was given and not withdrawn.
func (c Consent) Stands() bool { return !c.Given.IsZero() && c.Withdrawn.IsZero() }

// Recipient is somebody, or something, that can be told.
type Recipient struct {
	ID        ID
	Source    string // who brings it: import, self, posts, register:NAME
	Key       string // its name there; for an import what the file calls 编号, or the first address
	Kind      Kind
	Name      string
	Unit      string
	Place     Place
	Grid      string
	At        *register.XY // nil: not known better than Place
	Roles     []string     // what it is: 学校, 在建工地, 山洪危险区住户
	Addresses []Address    // in the order in which they are wanted
	Wants     []Want       // empty: everything where it is
	Consent   Consent      // asked of residents only
	Quiet     Quiet
	From      calendar.Date // it can be told from this day on; zero: since ever
	Until     calendar.Date // and up to this one; zero: for ever

	Rev   int64 // the county's number of its last change; what Put is given does not matter
	Batch int64 // the import that changed it last; 0: something else did
}

// Quiet is when a recipient does not want to be woken, in minutes of the day in China; From after To runs over midnight, both equal
// is never. Red and orange wake everybody.
type Quiet struct {
	From, To int
}

// Ends is when the quiet time that at lies in is over; false where it lies in none, or the level wakes everybody.
func (q Quiet) Ends(at time.Time, level Level) (time.Time, bool) {
	if q.From == q.To || level <= Orange {
		return time.Time{}, false
	}
	at = at.In(calendar.Zone)
	midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, calendar.Zone)
	minute := at.Hour()*60 + at.Minute()
	switch {
	case q.From < q.To && q.From <= minute && minute < q.To, q.From > q.To && minute < q.To:
		return midnight.Add(time.Duration(q.To) * time.Minute), true
	case q.From > q.To && minute >= q.From:
		return midnight.Add(time.Duration(q.To+24*60) * time.Minute), true
	}
	return time.Time{}, false
}

// terms is all of a recipient that decides what it is told, but for where it is. It is stored in one spelling, so that recipients
// of the same terms share them in memory.
type terms struct {
	Kind     Kind          `json:"kind"`
	Roles    []string      `json:"roles,omitempty"`
	Channels []Channel     `json:"channels,omitempty"`
	Wants    []Want        `json:"wants,omitempty"`
	Agreed   bool          `json:"agreed,omitempty"`
	From     calendar.Date `json:"from,omitzero"`
	Until    calendar.Date `json:"until,omitzero"`
}

// about is the rest of it, as stored.
type about struct {
	Name    string  `json:"name,omitempty"`
	Unit    string  `json:"unit,omitempty"`
	Grid    string  `json:"grid,omitempty"`
	Consent Consent `json:"consent,omitzero"`
	Quiet   Quiet   `json:"quiet,omitzero"`
}

func (r *Recipient) terms() terms {
	t := terms{Kind: r.Kind, Roles: r.Roles, Wants: r.Wants, Agreed: r.Consent.Stands(), From: r.From, Until: r.Until}
	for _, c := range Channels {
		if slices.ContainsFunc(r.Addresses, func(a Address) bool { return a.Channel == c }) {
			t.Channels = append(t.Channels, c)
		}
	}
	return t
}

// spelling is the terms or the rest as stored. Neither holds anything that JSON cannot say.
func spelling(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

const (
	maxAddresses = 10
	maxRoles     = 20
	maxWants     = 50
)

// tidy brings a recipient into its one spelling and says what is wrong with it, in words for whoever typed it; nothing where it
// is right.
func (a *Audience) tidy(r *Recipient) string {
	_, why := a.fault(r)
	return why
}

// fault is tidy that also says in which column of a table the fault is.
func (a *Audience) fault(r *Recipient) (column, why string) {
	for _, f := range []struct {
		column string
		text   *string
	}{{"编号", &r.Key}, {"名称", &r.Name}, {"单位", &r.Unit}, {"网格", &r.Grid}, {"乡镇", &r.Place.Town}, {"村", &r.Place.Village}, {"同意方式", &r.Consent.How}} {
		*f.text = strings.TrimSpace(*f.text)
		if !readable(*f.text) || len(*f.text) > 300 {
			return f.column, "有一格太长，或有不能显示的字符。"
		}
	}
	if kindChinese[r.Kind] == "" {
		return "类别", fmt.Sprintf("没有“%s”这一类，可以是居民、经营主体、职务、喇叭和屏、媒体。", cut(string(r.Kind), 30))
	}
	if len(r.Addresses) > maxAddresses || len(r.Roles) > maxRoles || len(r.Wants) > maxWants {
		why := fmt.Sprintf("一个接收对象最多%d个联系方式、%d个角色、%d项订阅。", maxAddresses, maxRoles, maxWants)
		switch {
		case len(r.Roles) > maxRoles:
			return "角色", why
		case len(r.Wants) > maxWants:
			return "订阅", why
		}
		return "手机", why
	}
	for i := range r.Addresses {
		if why := r.Addresses[i].tidy(); why != "" {
			return columnOf[r.Addresses[i].Channel], why
		}
	}
	r.Addresses = once(r.Addresses)
	for i := range r.Roles {
		r.Roles[i] = strings.TrimSpace(r.Roles[i])
		if r.Roles[i] == "" || !readable(r.Roles[i]) || len(r.Roles[i]) > 60 {
			return "角色", "有一个角色是空的或太长。"
		}
	}
	slices.Sort(r.Roles)
	r.Roles = slices.Compact(r.Roles)
	for _, w := range r.Wants {
		if w.Level != 0 && !w.Level.Known() || len(w.Hazard)+len(w.Crop)+len(w.Place.Town)+len(w.Place.Village) > 300 ||
			!readable(w.Hazard+w.Crop+w.Place.Town+w.Place.Village) {
			return "订阅", "订阅写得不对：灾种、作物和地方各写名称，等级写红色、橙色、黄色或蓝色。"
		}
	}
	r.Wants = once(r.Wants)
	if q := r.Quiet; q.From < 0 || q.To < 0 || q.From >= 24*60 || q.To >= 24*60 {
		return "免打扰", "免打扰时间写成 22:00-06:30。"
	}
	if !r.Until.IsZero() && r.Until.Before(r.From) {
		return "有效期止", "有效期的止日早于起日。"
	}
	return a.settle(r)
}

// settle holds town, village and point against each other, and fills in what follows from what.
func (a *Audience) settle(r *Recipient) (column, why string) {
	if r.At != nil {
		if p := *r.At; p.Y > 80e7 || p.Y < -80e7 || p.X > 180e7 || p.X < -180e7 {
			return "经度", "经纬度超出范围：经度在前，纬度在后，请核对是否写反。"
		}
		if r.Place == (Place{}) {
			r.Place.Town, r.Place.Village = a.Places.Find(*r.At)
		}
	}
	if p, ok := a.village(r.Place); ok && r.Place.Town == "" {
		r.Place.Town = p.Town
	}
	if r.Place.Village != "" && r.Place.Town == "" {
		return "乡镇", fmt.Sprintf("“%s”属于哪个乡镇？请填写乡镇。", cut(r.Place.Village, 30))
	}
	if r.Place.Town != "" && !a.town(r.Place.Town) {
		return "乡镇", fmt.Sprintf("没有“%s”这个乡镇：请写全称，如“%s”。", cut(r.Place.Town, 30), a.Towns[0])
	}
	return "", ""
}

// village is the outline of a village; that of its town where the name is given twice in the county.
func (a *Audience) village(p Place) (*register.Place, bool) {
	if a.Places == nil || p.Village == "" {
		return nil, false
	}
	for i := range a.Places.List {
		x := &a.Places.List[i]
		if x.Kind == register.VillagePlace && x.Name == p.Village && (p.Town == "" || x.Town == p.Town) {
			return x, true
		}
	}
	return nil, false
}

// town reports whether there is a town of that name.
func (a *Audience) town(name string) bool { return len(a.Towns) == 0 || slices.Contains(a.Towns, name) }

// once is the list without repetitions, the first of each kept in its place.
func once[T comparable](list []T) []T {
	var out []T
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
