package web

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/policy/works"
)

// Open311 GeoReport v2: services and requests for other systems and for anybody's programs, in JSON and XML. Reading needs no key;
// the api_key of a POST is a token that the office gave to a program that may report. Who reported stands in no answer.

var open311Routes = []route{
	{"GET /open311/v2/discovery.json", everybody, false, false, open311Do((*Server).open311Discovery), "Open311：入口、格式、密钥"},
	{"GET /open311/v2/discovery.xml", everybody, false, false, open311Do((*Server).open311Discovery), "Open311：入口、格式、密钥"},
	{"GET /open311/v2/{what}", everybody, false, false, open311Do((*Server).open311Get), "Open311：services、requests 加后缀 .json .xml；service_request_id、service_code、start_date、end_date、status"},
	{"GET /open311/v2/{what}/{id}", everybody, false, false, open311Do((*Server).open311One), "Open311：services/类别、requests/编号、tokens/令牌，后缀 .json .xml"},
	{"POST /open311/v2/requests.json", everybody, false, true, open311Do((*Server).open311Post), "Open311：提交一件，要 api_key"},
	{"POST /open311/v2/requests.xml", everybody, false, true, open311Do((*Server).open311Post), "Open311：提交一件，要 api_key"},
}

// open311List is what an answer carries: a list whose JSON is plain and whose XML has a root.
type open311List struct {
	root  string
	items any // a slice
}

// open311Error answers with the standard's error.
type open311Error struct{ cases.Error311 }

func (e open311Error) Error() string { return e.Description }

func open311Refuse(code int, words string) error {
	return open311Error{cases.Error311{Code: code, Description: words}}
}

// open311Do answers in the format that the address ends in, else the one that is accepted; XML where neither says.
func open311Do(do func(*Server, http.ResponseWriter, *http.Request) (open311List, error)) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		list, err := do(s, w, r)
		status := http.StatusOK
		if err != nil {
			var oe open311Error
			x, ok := cases.Errors311(err)
			var he *httpError
			switch {
			case errors.As(err, &oe):
				x = oe.Error311
			case ok:
			case errors.As(err, &he):
				x = cases.Error311{Code: he.status, Description: he.message}
			default:
				s.Logger.Error("open311", "error", err)
				x = cases.Error311{Code: http.StatusInternalServerError, Description: "系统出错，请稍后再试。"}
			}
			status, list = x.Code, open311List{"errors", []cases.Error311{x}}
		}
		return open311Write(w, r, status, list)
	}
}

func open311Format(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, ".json"):
		return "json"
	case strings.HasSuffix(r.URL.Path, ".xml"):
		return "xml"
	case strings.Contains(r.Header.Get("Accept"), "json"):
		return "json"
	}
	return "xml"
}

func open311Write(w http.ResponseWriter, r *http.Request, status int, list open311List) error {
	var b []byte
	var err error
	if open311Format(r) == "json" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		b, err = json.Marshal(list.items)
	} else {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if list.root == "discovery" {
			b, err = xml.MarshalIndent(list.items, "", " ")
		} else {
			b, err = xml.MarshalIndent(struct {
				XMLName xml.Name
				Items   any
			}{xml.Name{Local: list.root}, list.items}, "", " ")
		}
		b = append([]byte(xml.Header), b...)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return err
}

// open311Works is the county's cases; jurisdiction_id, where it is given, must be this county's.
func (s *Server) open311Works(r *http.Request) (*works.Works, error) {
	if id := r.URL.Query().Get("jurisdiction_id"); id != "" && id != s.countyCode && id != s.open311Host() {
		return nil, open311Refuse(http.StatusNotFound, "jurisdiction_id 应为 "+s.countyCode+" 或不填。")
	}
	return s.works()
}

func (s *Server) open311Host() string {
	_, host, _ := strings.Cut(s.BaseURL, "://")
	return host
}

// open311Discovered is the standard's service discovery.
type open311Discovered struct {
	XMLName    xml.Name          `json:"-" xml:"discovery"`
	Changeset  string            `json:"changeset" xml:"changeset"`
	Contact    string            `json:"contact" xml:"contact"`
	KeyService string            `json:"key_service" xml:"key_service"`
	Endpoints  []open311Endpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

type open311Endpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

func (s *Server) open311Discovery(w http.ResponseWriter, r *http.Request) (open311List, error) {
	works, err := s.open311Works(r)
	if err != nil {
		return open311List{}, err
	}
	since := works.Day.Time().Format(time.RFC3339)
	return open311List{"discovery", open311Discovered{Changeset: since, Contact: s.countyName + "人民政府办公室", KeyService: "提交要 api_key，请向" + s.countyName + "人民政府办公室申请；查询不要。",
		Endpoints: []open311Endpoint{{"http://wiki.open311.org/GeoReport_v2", s.BaseURL + "/open311/v2", since, "production", []string{"text/xml", "application/json"}}}}}, nil
}

// open311Name is a part of an address without the ending that names the format.
func open311Name(part string) string {
	return strings.TrimSuffix(strings.TrimSuffix(part, ".json"), ".xml")
}

func (s *Server) open311Get(w http.ResponseWriter, r *http.Request) (open311List, error) {
	works, err := s.open311Works(r)
	if err != nil {
		return open311List{}, err
	}
	switch open311Name(r.PathValue("what")) {
	case "services":
		return open311List{"services", works.Cases.Services311()}, nil
	case "requests":
		var list []cases.Request311
		err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = works.Cases.Requests311(ctx, tx, r.URL.Query())
			return err
		})
		for i := range list {
			s.open311Media(&list[i])
		}
		return open311List{"service_requests", list}, err
	}
	return open311List{}, open311Refuse(http.StatusNotFound, "没有这个地址。")
}

func (s *Server) open311Media(q *cases.Request311) {
	if q.MediaURL != "" && strings.HasPrefix(q.MediaURL, "/") {
		q.MediaURL = s.BaseURL + q.MediaURL
	}
}

func (s *Server) open311One(w http.ResponseWriter, r *http.Request) (open311List, error) {
	works, err := s.open311Works(r)
	if err != nil {
		return open311List{}, err
	}
	id := open311Name(r.PathValue("id"))
	switch r.PathValue("what") {
	case "services": // no service has attributes, so that none has a definition
		if !slices.ContainsFunc(works.Cases.Services311(), func(x cases.Service311) bool { return x.Code == id }) {
			return open311List{}, open311Refuse(http.StatusNotFound, "没有这个 service_code。")
		}
		return open311List{}, open311Refuse(http.StatusNotFound, "这个类别没有附加属性（metadata=false）。")
	case "tokens": // every service is realtime: the answer to a POST has the number already
		return open311List{}, open311Refuse(http.StatusNotFound, "本县类别都即时给出 service_request_id，没有令牌。")
	case "requests":
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n < 1 {
			return open311List{}, open311Refuse(http.StatusNotFound, "没有这个 service_request_id。")
		}
		var list []cases.Request311
		err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = works.Cases.Requests311(ctx, tx, map[string][]string{"service_request_id": {id}})
			return err
		})
		if err == nil && len(list) == 0 {
			err = open311Refuse(http.StatusNotFound, "没有这个 service_request_id，或者它不公开。")
		}
		for i := range list {
			s.open311Media(&list[i])
		}
		return open311List{"service_requests", list}, err
	}
	return open311List{}, open311Refuse(http.StatusNotFound, "没有这个地址。")
}

// open311Answer is what a client is told of what it posted.
type open311Answer struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id" xml:"service_request_id"`
	Notice  string   `json:"service_notice" xml:"service_notice"`
	Account string   `json:"account_id" xml:"account_id"`
}

// open311Post takes a request in. What it sends again with the same once, which is
// not of the standard, is one request.
func (s *Server) open311Post(w http.ResponseWriter, r *http.Request) (open311List, error) {
	works, err := s.open311Works(r)
	if err != nil {
		return open311List{}, err
	}
	if !s.limits.allow("open311", clientAddress(r), 5, 100) {
		return open311List{}, open311Refuse(http.StatusTooManyRequests, "提交太频繁，请稍后再试。")
	}
	f, err := readCaseForm(r, true)
	if err != nil {
		he := asHTTPError(err)
		return open311List{}, open311Refuse(he.status, he.message)
	}
	key := f.Get("api_key")
	if key == "" {
		key = r.URL.Query().Get("api_key")
	}
	client, err := s.open311Client(r, works, key)
	if err != nil {
		return open311List{}, err
	}
	if j := f.Get("jurisdiction_id"); j != "" && j != s.countyCode && j != s.open311Host() {
		return open311List{}, open311Refuse(http.StatusNotFound, "jurisdiction_id 应为 "+s.countyCode+" 或不填。")
	}
	code := f.Get("service_code")
	if code == "" {
		return open311List{}, open311Refuse(http.StatusBadRequest, "请填写 service_code。")
	}
	if !slices.ContainsFunc(works.Cases.Services311(), func(x cases.Service311) bool { return x.Code == code }) {
		return open311List{}, open311Refuse(http.StatusNotFound, "没有这个 service_code。")
	}
	in, err := cases.Post311(f.Values)
	if err != nil {
		return open311List{}, err
	}
	in.Files = f.uploads
	var got cases.Receipt
	err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		got, err = works.Cases.ReportFrom(r.Context(), tx, client.Name, in)
		return err
	})
	if err != nil {
		return open311List{}, err
	}
	notice := got.Unit + "办理"
	if !got.Due.IsZero() {
		notice += "，下一步应在" + got.Due.Chinese() + "前完成"
	}
	return open311List{"service_requests", []open311Answer{{ID: strconv.FormatInt(int64(got.ID), 10), Notice: notice}}}, nil
}

// open311Client is the program whose key it is, if it may report.
func (s *Server) open311Client(r *http.Request, works *works.Works, key string) (client *observation.Sender, err error) {
	if key == "" {
		return nil, open311Refuse(http.StatusForbidden, "提交要 api_key。")
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		client, err = works.Observations.SenderOf(ctx, tx, key)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case client == nil:
		return nil, open311Refuse(http.StatusForbidden, "api_key 不对，或者已经停用。")
	case !client.Reports:
		return nil, open311Refuse(http.StatusForbidden, "这个 api_key 只能报送读数，不能反映问题。")
	}
	return client, works.Observations.Heard(r.Context(), s.DB, client)
}
