package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/warning"
	"zhixing/warning/cap"
)

// warningRoutes are the warnings as anybody may read them, people and programs. They are made of the public rows alone, which no drill is in.
var warningRoutes = []route{
	{"GET /warnings", everybody, false, false, (*Server).warnings, "预警：生效中的在前，其后是已解除、已失效的；?page= 翻页"},
	{"GET /warnings.json", everybody, false, false, (*Server).warnings, "预警，数据；?page= 翻页"},
	{"GET /warnings.csv", everybody, false, false, (*Server).warnings, "预警导出 CSV：生效中的和最近一千次已结束的"},
	{"GET /warnings/feed.xml", everybody, false, false, (*Server).warningFeed, "生效中的预警的 Atom 索引，每条指向一份 CAP 1.2 文件"},
	{"GET /warnings/verify", everybody, false, false, (*Server).warningVerify, "怎样核对预警文件的数字签名：各把密钥的证书和使用时间"},
	{"POST /warnings/verify", everybody, false, true, (*Server).warningCheck, "核对一份预警文件：是不是本县发布的、有没有改过、是哪一把密钥签的；不保存"},
	{"GET /warnings/certificate.pem", everybody, false, false, (*Server).warningCertificate, "预警文件签名的现用证书"},
	{"GET /warnings/certificates.pem", everybody, false, false, (*Server).warningCertificates, "预警文件签名用过的全部证书"},
	{"GET /warnings/media", everybody, false, false, (*Server).warningMedia, "转播预警的单位：约定的时限、覆盖人口，近一年转播几次、最近一次"},
	{"GET /warnings/media.json", everybody, false, false, (*Server).warningMedia, "转播预警的单位，数据"},
	{"GET /warnings/{id}", everybody, false, false, (*Server).warning, "一次预警：最新一版全文和历次各版；后缀 .json 得数据"},
	{"GET /warnings/{id}/{file}", everybody, false, false, (*Server).warningDocument, "一版预警的 CAP 1.2 文件，如 2.xml，逐字节照发布时的原样"},
}

// warningsListed is how many versions the feed goes back.
const warningsListed = 200

// publicWarning is a public version as pages and data show it at a time.
type publicWarning struct {
	warning.Public
	Now    time.Time
	Newest int            // number of the newest version of its event
	Reach  *warning.Reach // how far its messages were carried; nil: nothing was counted
}

// Standing says how the version stands at the time of the page, which may be before the clock has noted that its time ran out.
func (p publicWarning) Standing() string {
	switch {
	case p.Kind == warning.Cancel:
		return "解除通知"
	case p.State == warning.Replaced:
		return fmt.Sprintf("已由第 %d 版替代", p.N+1)
	case p.State == warning.Published && p.Ends.After(p.Now):
		return "生效中"
	case p.State == warning.Cancelled:
		return "已解除"
	}
	return "已失效"
}

// Standing of the event is that of its newest version: 生效中, 已解除 or 已失效.
func eventStanding(newest publicWarning) string {
	if newest.Kind == warning.Cancel {
		return "已解除"
	}
	return newest.Standing()
}

// Live reports whether the version is in force.
func (p publicWarning) Live() bool { return p.Standing() == "生效中" }

// Colour is the style of the level, none where there is no level.
func (p publicWarning) Colour() string { return warningColour(p.Level) }

// LevelWords are 橙色（Ⅱ级/严重）.
func (p publicWarning) LevelWords() string {
	if p.Level == "" {
		return ""
	}
	return warning.LevelChinese(p.Level)
}

// Towns are the towns that the area names.
func (p publicWarning) Towns() []string { return p.Area.TownNames() }

// Path is the address of the event; CAP that of the document of the version.
func (p publicWarning) Path() string { return warningPath(p.Event) }
func (p publicWarning) CAP() string  { return p.Path() + "/" + strconv.Itoa(p.N) + ".xml" }

func warningPath(id warning.EventID) string { return "/warnings/" + strconv.FormatInt(int64(id), 10) }

func warningColour(l warning.Level) string {
	c, _ := cap.ColourOf(string(l))
	return c.Code
}

// warningData is a public version as data gives it.
type warningData struct {
	Event       warning.EventID `json:"event"`
	N           int             `json:"n"`
	URL         string          `json:"url"`
	CAP         string          `json:"cap"`
	Identifier  string          `json:"identifier"`
	Hazard      string          `json:"hazard"`
	Issuer      string          `json:"issuer"`
	Source      string          `json:"source,omitempty"`
	Kind        warning.Kind    `json:"kind"`
	Stage       warning.Stage   `json:"stage"`
	Level       warning.Level   `json:"level,omitempty"`
	Standing    string          `json:"standing"`
	InForce     bool            `json:"in_force"`
	Headline    string          `json:"headline"`
	Description string          `json:"description"`
	Instruction string          `json:"instruction,omitempty"`
	Area        warning.Area    `json:"area"`
	Sent        time.Time       `json:"sent"`
	Onset       time.Time       `json:"onset,omitzero"`
	Ends        time.Time       `json:"ends"`
	Over        time.Time       `json:"over,omitzero"`
	Reach       *reachData      `json:"reach,omitempty"`
}

// reachData is how far a version was carried, in messages.
type reachData struct {
	Messages  int       `json:"messages"`
	Within10s int       `json:"handed_within_10s"`
	Within60s int       `json:"handed_within_60s"`
	Handed    int       `json:"handed"`
	CountedAt time.Time `json:"counted_at"`
}

func (s *Server) warningData(list []publicWarning) []warningData {
	out := []warningData{}
	for _, p := range list {
		out = append(out, warningData{p.Event, p.N, s.BaseURL + p.Path(), s.BaseURL + p.CAP(), p.Identifier, p.Name, p.Issuer, p.Source, p.Kind, p.Stage, p.Level, p.Standing(), p.Live(),
			p.Headline, p.Description, p.Instruction, p.Area, p.Sent, p.Onset, p.Ends, p.Over, nil})
		if x := p.Reach; x != nil {
			out[len(out)-1].Reach = &reachData{x.Put, x.In10, x.In60, x.Handed, x.At}
		}
	}
	return out
}

// warningsPage is how many warnings that are over stand on a page.
const warningsPage = 30

// warnings lists what is in force, the highest level first, and then what is over, one row an event, by pages.
func (s *Server) warnings(w http.ResponseWriter, r *http.Request) error {
	now, page := s.now(), 1
	if asked := r.URL.Query().Get("page"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 || n > 1_000_000 {
			return badRequest("没有这一页。")
		}
		page = n
	}
	file, from, most := strings.HasSuffix(r.URL.Path, ".csv"), (page-1)*warningsPage, warningsPage
	if file {
		from, most = 0, 1000
	}
	var live, past []publicWarning
	var total int
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		live, past = nil, nil
		force, err := warning.InForce(ctx, tx, s.countyCode, now)
		if err != nil {
			return err
		}
		for _, p := range force {
			live = append(live, publicWarning{Public: p, Now: now, Newest: p.N})
		}
		list, n, err := warning.PublicPast(ctx, tx, s.countyCode, now, from, most)
		for _, p := range list {
			past = append(past, publicWarning{Public: p, Now: now, Newest: p.N})
		}
		total = n
		return err
	})
	if err != nil {
		return err
	}
	if file {
		w.Header().Set("Cache-Control", "public, max-age=60")
		return writeCSV(w, "预警.csv", s.warningsTable(append(live, past...)))
	}
	last := pages(total, warningsPage)
	if page > last {
		return notFound("没有这一页；一共 " + strconv.Itoa(last) + " 页。")
	}
	if strings.HasSuffix(r.URL.Path, ".json") {
		w.Header().Set("Cache-Control", "public, max-age=60")
		return writeJSON(w, http.StatusOK, map[string]any{"in_force": s.warningData(live), "past": s.warningData(past), "past_total": total, "page": page, "pages": last})
	}
	p := s.page(r, "预警", home, Link{Text: "预警"})
	p.Canonical = s.BaseURL + "/warnings"
	p.Alternates = []Alternate{{"application/atom+xml", s.countyName + "预警", "/warnings/feed.xml"}, {"application/json", "数据", "/warnings.json"}}
	if page > 1 {
		p.Canonical += "?page=" + strconv.Itoa(page)
	}
	p.Data = map[string]any{"Live": live, "Past": past, "Total": total, "Pager": pagerOf("/warnings", nil, page, last), "Now": now, "Members": s.maySit(r, seated) == nil, "Subscribes": s.subscribes()}
	return s.render(w, http.StatusOK, "warnings.html", p)
}

// warningsTable are warnings for a file, each by its newest version.
func (s *Server) warningsTable(list []publicWarning) [][]string {
	out := [][]string{{"编号", "标题", "灾种", "级别", "阶段", "区域", "发布单位", "最后一版发布", "有效至", "状态", "地址"}}
	for _, p := range list {
		ends := ""
		if p.Kind != warning.Cancel {
			ends = minute(p.Ends)
		}
		out = append(out, []string{p.Identifier, p.Headline, p.Name, p.LevelWords(), string(p.Stage), p.Area.Words, p.Issuer, minute(p.Sent), ends, eventStanding(p), s.BaseURL + p.Path()})
	}
	return out
}

// warningEvent are the public versions of the event of an address, the first first.
func (s *Server) warningEvent(r *http.Request, number string) ([]publicWarning, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 {
		return nil, notFound("没有这次预警。")
	}
	now := s.now()
	var list []publicWarning
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		versions, err := warning.PublicEvent(ctx, tx, s.countyCode, warning.EventID(id))
		for _, p := range versions {
			list = append(list, publicWarning{Public: p, Now: now, Newest: versions[len(versions)-1].N})
		}
		return err
	})
	if err == nil && len(list) == 0 {
		err = notFound("没有这次预警。")
	}
	return list, err
}

func (s *Server) warning(w http.ResponseWriter, r *http.Request) error {
	number, asJSON := strings.CutSuffix(r.PathValue("id"), ".json")
	list, err := s.warningEvent(r, number)
	if err != nil {
		return err
	}
	newest := list[len(list)-1]
	var reach map[int]warning.Reach
	var passed []passedRow
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if passed, err = s.passedRows(ctx, tx, list); err != nil {
			return err
		}
		reach, err = warning.PublicReach(ctx, tx, s.countyCode, newest.Event)
		return err
	})
	if err != nil {
		return err
	}
	for i, p := range list {
		if x, ok := reach[p.N]; ok && x.Put > 0 {
			list[i].Reach = &x
		}
	}
	newest = list[len(list)-1]
	if asJSON {
		w.Header().Set("Cache-Control", "public, max-age=60")
		by := []passedData{}
		for _, p := range passed {
			by = append(by, s.passedData(p))
		}
		return writeJSON(w, http.StatusOK, map[string]any{"standing": eventStanding(newest), "versions": s.warningData(list), "rebroadcasts": by})
	}
	standing, last := eventStanding(newest), newest
	for _, p := range slices.Backward(list) { // of a cancel, what it ended tells what to do no longer
		if p.Kind != warning.Cancel {
			last = p
			break
		}
	}
	p := s.page(r, newest.Headline, home, Link{Text: "预警", URL: "/warnings"}, Link{Text: newest.Name + "预警"})
	p.Canonical = s.BaseURL + newest.Path()
	p.Description = newest.Headline
	p.Alternates = []Alternate{{cap.MediaType, "CAP 1.2", newest.CAP()}, {"application/json", "数据", newest.Path() + ".json"}}
	slices.Reverse(list)
	towns := strings.Join(newest.Towns(), "、")
	if towns == newest.Area.Words {
		towns = ""
	}
	p.Data = map[string]any{"W": newest, "Last": last, "Standing": standing, "Versions": list, "Towns": towns, "Sketch": s.sketchOf(last.Area), "Passed": passed, "Members": s.maySit(r, seated) == nil}
	return s.render(w, http.StatusOK, "warning.html", p)
}

// warningDocument is the CAP document of a public version as it was published. Its address never changes its content.
func (s *Server) warningDocument(w http.ResponseWriter, r *http.Request) error {
	number, ok := strings.CutSuffix(r.PathValue("file"), ".xml")
	if !ok {
		return notFound("没有这个文件；CAP 文件的地址写作 /warnings/1/2.xml 的样子。")
	}
	list, err := s.warningEvent(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p publicWarning) bool { return strconv.Itoa(p.N) == number })
	if i < 0 {
		return notFound("这次预警没有这一版。")
	}
	var b []byte
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		b, err = warning.PublicDocument(ctx, tx, s.countyCode, list[i].Identifier)
		return err
	})
	if err != nil {
		return err
	}
	if b == nil {
		return notFound("这次预警没有这一版。")
	}
	return sendWarning(w, r, cap.MediaType, b)
}

// sendWarning sends what programs poll, the bytes as they are, or says that the reader has them.
func sendWarning(w http.ResponseWriter, r *http.Request, mediaType string, b []byte) error {
	sum := sha256.Sum256(b)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=60")
	if matches(r.Header.Get("If-None-Match"), tag) || r.Header.Get("If-None-Match") == "*" {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", mediaType)
	h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	_, err := w.Write(b)
	return err
}

// warningFeed is the index of what is active, cancels too as long as they are. It says nothing of the time of asking, so that a feed without
// news stays the same bytes.
func (s *Server) warningFeed(w http.ResponseWriter, r *http.Request) error {
	now := s.now()
	var f cap.Feed
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		f = cap.Feed{ID: s.BaseURL + "/warnings/feed.xml", Title: s.countyName + "预警", Self: s.BaseURL + "/warnings/feed.xml", Author: s.countyName}
		list, err := warning.PublicSince(ctx, tx, s.countyCode, time.Time{}, warningsListed)
		if err != nil {
			return err
		}
		for _, row := range list {
			p := publicWarning{Public: row}
			changed := []time.Time{p.Sent, p.Over}
			if !p.Ends.After(now) && p.Over.IsZero() {
				changed = append(changed, p.Ends)
			}
			for _, t := range changed {
				if t.After(f.Updated) {
					f.Updated = t
				}
			}
			if p.State != warning.Published || !p.Ends.After(now) {
				continue
			}
			b, err := warning.PublicDocument(ctx, tx, s.countyCode, p.Identifier)
			if err != nil {
				return err
			}
			a, problems := cap.Parse(b)
			if a == nil {
				return fmt.Errorf("the document of %s does not read: %v", p.Identifier, problems)
			}
			f.Entries = append(f.Entries, cap.Entry{URL: s.BaseURL + p.CAP(), Alert: a})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return sendWarning(w, r, "application/atom+xml; charset=utf-8", f.Atom())
}

// standingMark tells what the front page says of warnings from what it said before.
func standingMark(list []warning.Public) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "%d/%d ", p.Event, p.N)
	}
	return b.String()
}
