package cases_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/finding"
)

// cityServer speaks GeoReport v2 as a city's server does: by numbers, or by time, service and page; of a list it gives most at once.
type cityServer struct {
	*httptest.Server
	list  []cityRequest
	asked []string // queries
	most  int      // requests in one answer
	pages bool     // it gives the rest when asked for further pages
	says  func(w http.ResponseWriter) bool
}

type cityRequest struct {
	ID          int    `json:"service_request_id"` // a number, as some write it
	Status      string `json:"status"`
	StatusNotes string `json:"status_notes,omitempty"`
	ServiceCode string `json:"service_code"`
	ServiceName string `json:"service_name"`
	Description string `json:"description"`
	Address     string `json:"address,omitempty"`
	Lat         any    `json:"lat"`
	Lon         any    `json:"long"`
	Requested   string `json:"requested_datetime"`
	MediaURL    string `json:"media_url,omitempty"`
}

func newCityServer(t testing.TB) *cityServer {
	s := &cityServer{most: 1000}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.RawQuery)
		if r.URL.Path != "/georeport/v2/requests.json" || r.URL.Query().Get("jurisdiction_id") != "city.example" {
			http.Error(w, "no such jurisdiction", http.StatusNotFound)
			return
		}
		if s.says == nil || !s.says(w) {
			json.NewEncoder(w).Encode(s.answer(r))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *cityServer) answer(r *http.Request) []cityRequest {
	q := r.URL.Query()
	out := []cityRequest{}
	if ids := q.Get("service_request_id"); ids != "" {
		for _, x := range s.list {
			if slices.Contains(strings.Split(ids, ","), strconv.Itoa(x.ID)) {
				out = append(out, x)
			}
		}
		return out
	}
	stamp := func(name string) time.Time { t, _ := time.Parse(time.RFC3339, q.Get(name)); return t }
	for _, x := range s.list {
		at, _ := time.Parse(time.RFC3339, x.Requested)
		if !at.Before(stamp("start_date")) && (q.Get("end_date") == "" || at.Before(stamp("end_date"))) && slices.Contains(strings.Split(q.Get("service_code"), ","), x.ServiceCode) {
			out = append(out, x)
		}
	}
	if n, _ := strconv.Atoi(q.Get("page")); s.pages && n > 1 {
		out = out[min(len(out), (n-1)*s.most):]
	}
	return out[:min(len(out), s.most)]
}

func (s *cityServer) as(name string) cases.Server311 {
	return cases.Server311{Name: name, URL: s.URL + "/georeport/v2", Jurisdiction: "city.example", Services: map[string]string{"T1": "river-trash", "N": "noise"}}
}

// asks lets the county ask, and says how many cases that opened.
func (s *story) asks(from cases.Server311) int {
	s.Helper()
	n, err := s.c.Poll311(ctx, s.db, from)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

func (s *story) standing(name string) (out cases.Standing311) {
	s.Helper()
	s.read(func(tx *db.Tx) error {
		list, err := s.c.Standings311(ctx, tx)
		for _, x := range list {
			if x.Name == name {
				out = x
			}
		}
		return err
	})
	return out
}

// What another city's server has of mapped services is opened here, each request once; what it says later is noted on the case; a server
// that is down is asked again after growing pauses, and nothing is lost.
func TestOtherServer(t *testing.T) {
	stories(t, func(s *story) {
		city := newCityServer(t)
		const name = "云台市平台"
		from := city.as(name)
		city.list = []cityRequest{
			{ID: 77, Status: "open", ServiceCode: "T1", ServiceName: "Trash", Description: "桥下堆了垃圾", Lat: "35.5", Lon: 111.4, Requested: "2023-09-19T08:00:00Z", MediaURL: "https://city.example/77.jpg"},
			{ID: 78, Status: "closed", ServiceCode: "T1", Description: "已经办完的", Address: "某街", Lat: nil, Lon: nil, Requested: "2023-09-18T08:00:00Z"},
			{ID: 79, Status: "open", ServiceCode: "N", Description: "夜里很吵", Address: "某街", Lat: "", Lon: "", Requested: "2023-09-19T20:00:00+08:00"},
			{ID: 80, Status: "open", ServiceCode: "POTHOLE", Description: "没有对应的类别", Address: "某街", Requested: "2023-09-19T08:00:00Z"},
			{ID: 81, Status: "open", ServiceCode: "N", Description: "不知道在哪里", Requested: "2023-09-19T08:00:00Z"},
			{ID: 82, Status: "open", ServiceCode: "N", Description: "太早的", Address: "某街", Requested: "2023-05-01T08:00:00Z"},
		}
		if n := s.asks(from); n != 2 {
			t.Fatalf("%d cases, want 77 and 79: %v", n, city.asked)
		}
		k := s.kase(1)
		if k.Source != cases.ByOpen311 || k.System != name || k.Ref != "77" || k.Service != "river-trash" || k.Town != hekou || !strings.Contains(k.Text, "https://city.example/77.jpg") {
			t.Errorf("%+v", k)
		}
		if got := k.Origin(); got != "外部系统（"+name+"，编号 77）" {
			t.Error(got)
		}
		at := s.standing(name)
		if at.Cases != 2 || at.Trouble != "" || !strings.Contains(at.Skipped, "81") || strings.Contains(at.Skipped, "80") || !at.UpTo.Equal(s.clock.Now()) {
			t.Errorf("%+v", at)
		}
		s.restart() // a new process goes on from there
		s.clock.Advance(time.Minute)
		city.asked = nil
		if n := s.asks(from); n != 0 || s.count(`SELECT count(*) FROM case_record`) != 2 {
			t.Errorf("%d cases of the same requests", n)
		}
		if !strings.Contains(city.asked[0], "start_date=2023-09-19T01%3A00%3A00Z") || !strings.Contains(city.asked[0], "service_code=N%2CT1") || strings.Contains(city.asked[0], "end_date") {
			t.Errorf("asked %v", city.asked)
		}
		steps := len(s.steps(1))
		city.list[0].Status, city.list[0].StatusNotes = "closed", "已派人清理"
		s.clock.Advance(time.Minute)
		s.asks(from)
		s.asks(from)
		if all := s.steps(1); len(all) != steps+1 || all[steps].What != cases.DidHear || all[steps].Data.Words != name+"（编号 77）现在是“已办结”，原来是“未办结”。已派人清理" {
			t.Errorf("%+v", all[steps:])
		}
		s.wantState(1, cases.Feedback) // that they think so closes nothing here
		s.sound(1)

		// A request that is too old for the list is asked for by its number.
		s.clock.Set("2023-10-20")
		s.asks(from)
		city.list[2].StatusNotes = "已转交环保"
		s.clock.Advance(time.Hour)
		city.asked = nil
		s.asks(from)
		if all := s.steps(2); all[len(all)-1].What != cases.DidHear || !strings.Contains(all[len(all)-1].Data.Words, "已转交环保") {
			t.Errorf("%v\n%+v", city.asked, all[len(all)-1])
		}
		if last := city.asked[len(city.asked)-1]; last != "jurisdiction_id=city.example&service_request_id=79" {
			t.Errorf("asked %s: 77 is closed there and is let be", last)
		}

		// Down, then nonsense, then up: nothing in between is lost.
		upto := s.standing(name).UpTo
		city.list = append(city.list, cityRequest{ID: 90, Status: "open", ServiceCode: "N", Description: "新的一件", Address: "某街", Requested: s.clock.Now().Add(time.Minute).Format(time.RFC3339)})
		for i, says := range []func(w http.ResponseWriter) bool{
			func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true },
			func(w http.ResponseWriter) bool { io.WriteString(w, `[{"service_request_id":`); return true },
			func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "http://elsewhere.example/")
				w.WriteHeader(302)
				return true
			},
		} {
			s.clock.Advance(2 * time.Hour)
			city.says = says
			s.asks(from)
			if at := s.standing(name); at.Fails != i+1 || at.Trouble == "" || strings.Contains(at.Trouble, city.URL) || !at.UpTo.Equal(upto) {
				t.Errorf("%+v", at)
			}
			city.asked = nil
			s.asks(from)
			if len(city.asked) != 0 {
				t.Error("asked again without a pause")
			}
		}
		city.says = nil
		s.clock.Advance(2 * time.Hour)
		if n := s.asks(from); n != 1 || s.standing(name).Fails != 0 || s.standing(name).Trouble != "" {
			t.Errorf("%d cases after the pause, %+v", n, s.standing(name))
		}
		city.Close()
		s.clock.Advance(time.Hour)
		s.asks(from)
		if at := s.standing(name); !strings.Contains(at.Trouble, "连接出错") || strings.Contains(at.Trouble, "georeport") {
			t.Errorf("%+v", at)
		}
	})
}

// A server gives its lists in pages, or breaks them off where the standard lets it: all of it is taken in either way, each once.
func TestOtherServerManyRequests(t *testing.T) {
	for _, pages := range []bool{true, false} {
		stories(t, func(s *story) {
			city := newCityServer(t)
			city.pages, city.most = pages, 1000
			if pages {
				city.most = 50
			}
			at := s.clock.Now()
			for i := range 1100 {
				status := "closed"
				if i%100 == 0 {
					status = "open"
				}
				at = at.Add(-time.Hour)
				city.list = append(city.list, cityRequest{ID: 1 + i, Status: status, ServiceCode: "N", Description: fmt.Sprint("第", i, "件"), Address: "某街", Requested: at.Format(time.RFC3339)})
			}
			if n := s.asks(city.as("云台市平台")); n != 11 {
				t.Errorf("pages %v: %d cases, want 11; asked %d times", pages, n, len(city.asked))
			}
			if n := s.count(`SELECT count(*) FROM case_foreign`); n != 11 {
				t.Errorf("%d numbers", n)
			}
		})
	}
}

// A case names the program that reported it, and the number in the other system that it has.
func TestReportFrom(t *testing.T) {
	stories(t, func(s *story) {
		in := cases.Report{Service: "river-trash", Text: "垃圾", Address: "桥头", Once: "0123456789-0123456789"}
		for range 2 {
			s.write(func(tx *db.Tx) error {
				got, err := s.c.ReportFrom(ctx, tx, "示例平台", in)
				if got.Code != "" {
					t.Error("a program is given a citizen's code")
				}
				return err
			})
		}
		k := s.kase(1)
		if s.count(`SELECT count(*) FROM case_record`) != 1 || k.Source != cases.ByOpen311 || k.Origin() != "外部系统（示例平台）" || k.Severity != finding.Minor || s.steps(1)[0].By != "token/示例平台" {
			t.Errorf("%+v", k)
		}
		s.sound(1)
	})
}
