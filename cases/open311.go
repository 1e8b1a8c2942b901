package cases

import (
	"context"
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
)

// Open311 GeoReport v2: what stands in its answers, and what its clients send. Routes and formats are web's; the fields are in the
// order and under the names of the standard for both JSON and XML.

// Service311 is a kind of request.
type Service311 struct {
	XMLName     xml.Name `json:"-" xml:"service"`
	Code        string   `json:"service_code" xml:"service_code"`
	Name        string   `json:"service_name" xml:"service_name"`
	Description string   `json:"description" xml:"description"`
	Metadata    bool     `json:"metadata" xml:"metadata"`
	Type        string   `json:"type" xml:"type"`
	Keywords    string   `json:"keywords" xml:"keywords"`
	Group       string   `json:"group" xml:"group"`
}

// Services311 are what can be reported. Sensitive ones are left out: others' servers would show who is where.
func (c *Cases) Services311() []Service311 {
	out := []Service311{}
	for _, s := range c.Services {
		if s.Public && !s.Sensitive {
			out = append(out, Service311{Code: s.Code, Name: s.Name, Description: s.Hint, Type: "realtime", Keywords: strings.Join(s.Keywords, ","), Group: s.Group})
		}
	}
	return out
}

// Request311 is a request as the standard shows it. Who reported is never in it.
type Request311 struct {
	XMLName     xml.Name `json:"-" xml:"request"`
	ID          string   `json:"service_request_id" xml:"service_request_id"`
	Status      string   `json:"status" xml:"status"` // open, closed
	StatusNotes string   `json:"status_notes" xml:"status_notes"`
	ServiceName string   `json:"service_name" xml:"service_name"`
	ServiceCode string   `json:"service_code" xml:"service_code"`
	Description string   `json:"description" xml:"description"`
	Agency      string   `json:"agency_responsible" xml:"agency_responsible"`
	Notice      string   `json:"service_notice" xml:"service_notice"`
	Requested   string   `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string   `json:"updated_datetime" xml:"updated_datetime"`
	Expected    string   `json:"expected_datetime" xml:"expected_datetime"`
	Address     string   `json:"address" xml:"address"`
	AddressID   string   `json:"address_id" xml:"address_id"`
	Zipcode     string   `json:"zipcode" xml:"zipcode"`
	Lat         Degrees  `json:"lat" xml:"lat"`
	Lon         Degrees  `json:"long" xml:"long"`
	MediaURL    string   `json:"media_url" xml:"media_url"`
}

// Degrees is a coordinate: a number in JSON, null where there is none. Some servers write text, which is read too.
type Degrees struct {
	Value float64
	Known bool
}

// MarshalJSON writes a number or null.
func (d Degrees) MarshalJSON() ([]byte, error) {
	if !d.Known {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, d.Value, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number, a number in quotes, "" and null. What is no coordinate is none: one bad request must not hide the others.
func (d *Degrees) UnmarshalJSON(b []byte) error { return d.read(strings.Trim(string(b), `"`)) }

// MarshalText and UnmarshalText are for XML.
func (d Degrees) MarshalText() ([]byte, error) {
	if !d.Known {
		return nil, nil
	}
	return strconv.AppendFloat(nil, d.Value, 'f', -1, 64), nil
}

// UnmarshalText reads a number or nothing.
func (d *Degrees) UnmarshalText(b []byte) error { return d.read(string(b)) }

func (d *Degrees) read(s string) error {
	*d = Degrees{}
	if s = strings.TrimSpace(s); s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && v >= -180 && v <= 180 {
		*d = Degrees{v, true}
	}
	return nil
}

// Error311 is an error as the standard shows it, with its HTTP status.
type Error311 struct {
	XMLName     xml.Name `json:"-" xml:"error"`
	Code        int      `json:"code" xml:"code"`
	Description string   `json:"description" xml:"description"`
}

// Errors311 is an error of this package for a client; false where it is the operator's.
func Errors311(err error) (Error311, bool) {
	code := map[ledger.Kind]int{ledger.Invalid: 400, ledger.NotFound: 404, ledger.NotAllowed: 403, ledger.Conflict: 400, ledger.WrongState: 400}[ledger.KindOf(err)]
	if code == 0 {
		return Error311{}, false
	}
	return Error311{Code: code, Description: message(err)}, true
}

// span311 is what a list is about where the client does not say: the last ninety days.
const span311 = 90

// Requests311 answers GET requests: by numbers, or by service, time and status. What it is asked for beyond ninety days or a thousand
// requests is refused with the range that is allowed, and not cut off silently.
func (c *Cases) Requests311(ctx context.Context, tx *db.Tx, v url.Values) ([]Request311, error) {
	const op = "Requests311"
	q := PublicQuery{Size: maxPage, Service: v.Get("service_code"), To: today(tx), From: today(tx).AddDays(-span311)}
	if ids := v.Get("service_request_id"); ids != "" {
		q = PublicQuery{Size: maxPage}
		for _, s := range strings.Split(ids, ",") {
			n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
			if err != nil || n <= 0 {
				return nil, wrong(op, "service_request_id", "service_request_id 应为数字，多个以逗号分开。")
			}
			q.IDs = append(q.IDs, ID(n))
		}
		if len(q.IDs) > maxPage {
			return nil, wrong(op, "service_request_id", "一次最多查询 %d 个。", maxPage)
		}
	} else if q.Service != "" {
		if _, ok := c.ServiceOf(q.Service); !ok {
			return nil, refuse(ledger.NotFound, op, "没有这个 service_code。")
		}
	}
	if len(q.IDs) == 0 {
		for _, f := range []struct {
			name string
			into *calendar.Date
		}{{"start_date", &q.From}, {"end_date", &q.To}} {
			if s := v.Get(f.name); s != "" {
				t, err := time.Parse(time.RFC3339, s)
				if err != nil {
					return nil, wrong(op, f.name, "%s 应写作 2006-01-02T15:04:05+08:00。", f.name)
				}
				*f.into = calendar.DateOf(t)
			}
		}
		if v.Get("start_date") == "" && v.Get("end_date") != "" {
			q.From = q.To.AddDays(-span311)
		}
		if q.From.AddDays(span311).Before(q.To) {
			return nil, wrong(op, "start_date", "一次最多查询 %d 天，请分段查询。", span311)
		}
	}
	status := v.Get("status")
	if status != "" && status != "open" && status != "closed" {
		return nil, wrong(op, "status", "status 应为 open 或 closed。")
	}
	list, next, err := c.PublicList(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	if next != 0 {
		return nil, wrong(op, "start_date", "这段时间超过 %d 件，请缩短时间段或加 service_code。", maxPage)
	}
	out := []Request311{}
	for _, p := range list {
		if r := c.request311(p); p.Service != "" && (status == "" || r.Status == status) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (c *Cases) request311(p Public) Request311 {
	r := Request311{ID: strconv.FormatInt(int64(p.ID), 10), Status: "open", StatusNotes: string(p.State), ServiceCode: p.Service, Description: firstOf(p.Summary, p.Title),
		Agency: firstOf(p.Units, p.Owner), Address: p.Town, Requested: p.OpenedOn.Time().Format(time.RFC3339), Updated: db.FromMicros(p.ChangedAt).In(calendar.Zone).Format(time.RFC3339)}
	if s, ok := c.ServiceOf(p.Service); ok {
		r.ServiceName = s.Name
	}
	if !p.ClosedOn.IsZero() {
		r.Status, r.StatusNotes = "closed", strings.TrimSpace(string(p.State)+" "+p.Reason+" "+p.Result)
	}
	if !p.Due.IsZero() {
		r.Expected = p.Due.AddDays(1).Time().Add(-time.Second).Format(time.RFC3339)
	}
	if p.Place != nil {
		r.Lat, r.Lon = Degrees{p.Place.Lat, true}, Degrees{p.Place.Lon, true}
	}
	return r
}

// Post311 reads what a client posts. A client that sends the same again is known by its once, which is not of the standard.
func Post311(v url.Values) (Report, error) {
	const op = "Post311"
	r := Report{Service: v.Get("service_code"), Text: v.Get("description"), Address: firstOf(v.Get("address_string"), v.Get("address_id")), Once: v.Get("once")}
	r.Contact = Contact{Name: strings.TrimSpace(v.Get("last_name") + v.Get("first_name")), Phone: v.Get("phone"), Email: v.Get("email")}
	if lat, lon := v.Get("lat"), v.Get("long"); lat != "" || lon != "" {
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		r.Place = &Point{x, y}
		if err1 != nil || err2 != nil || checkPlace(op, r.Place) != nil {
			return r, wrong(op, "lat", "lat、long 应为 WGS 84 经纬度。")
		}
	}
	return r, nil
}
