package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhixing/audience"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/drill"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/org"
	"zhixing/policy/works"
)

// speakerRoutes are the loudspeakers of villages and the public displays: how they are, and a trial that can be nothing but a drill. Every official reads
// them; the county office tries all, a town its own.
var speakerRoutes = []route{
	{"GET /speakers", seated, false, false, (*Server).speakers, "喇叭和显示屏：在线、离线、最后一次播了什么、故障；?town= 只看一个乡镇，?off=1 只看要处置的"},
	{"GET /speakers.csv", seated, false, false, (*Server).speakers, "喇叭和显示屏导出 CSV；同样的参数"},
	{"POST /speakers", seated, false, false, (*Server).speakersTry, "试播喇叭、显示屏，只能是演练；县政府办公室办全县的，乡镇办本乡镇的"},
}

func init() {
	flashes["speakers-tried"] = "演练已送出，播完、显示后这里会有结果。"
	deeds["channel.try"] = "试播喇叭、显示屏"
}

const (
	speakerSilent = 24 * time.Hour   // after which a device that said it was there is not believed
	speakerTrial  = 10 * time.Minute // how long a trial may wait for its device
)

// speakerState says how a device is.
type speakerState string

const (
	speakerOn     speakerState = "在线"
	speakerOff    speakerState = "离线"
	speakerStale  speakerState = "很久没有消息"
	speakerUnseen speakerState = "从未上线"
)

// speakerRow is one device, whether it is registered, has spoken, or both.
type speakerRow struct {
	Channel, Device string
	Name            string // as registered; empty: it is not
	Place           audience.Place
	State           speakerState
	Since, Heard    time.Time
	Volume          string // as it says; empty: it does not
	Detail          string // in its own words, where we do not understand them
	Fault           string
	Last            *channel.Told
	May             bool // try it
}

// Attend reports whether somebody has to see to it.
func (r *speakerRow) Attend() bool {
	return r.Name == "" || r.Fault != "" || r.State != speakerOn || r.Last != nil && r.Last.State == channel.Failed
}

// Word is what pages call its kind.
func (r *speakerRow) Word() string { return callWay(r.Channel) }

// heard takes what a device says of itself: a word, or JSON in which makers call the same things much the same.
func (r *speakerRow) heard(d *channel.Device, now time.Time) {
	r.Since, r.Heard, r.State, r.Detail = d.Since, d.Heard, speakerOn, d.Detail
	switch {
	case !d.Online:
		r.State = speakerOff
	case now.Sub(d.Heard) > speakerSilent:
		r.State = speakerStale
	}
	if d.Detail == "online" || d.Detail == "offline" {
		r.Detail = "" // the state says it
	}
	var said map[string]any
	if json.Unmarshal([]byte(d.Detail), &said) != nil {
		return
	}
	r.Detail = ""
	for _, key := range []string{"volume", "vol"} {
		if v, ok := said[key]; ok && r.Volume == "" {
			r.Volume = fmt.Sprint(v)
		}
	}
	for _, key := range []string{"fault", "error", "err", "alarm"} {
		switch v := fmt.Sprint(said[key]); v {
		case "<nil>", "", "0", "false", "ok", "none":
		default:
			r.Fault = cmp.Or(r.Fault, v)
		}
	}
}

// speakerRows are all devices: those that are registered as recipients, and those that only speak. What needs somebody stands first.
func (s *Server) speakerRows(ctx context.Context, tx *db.Tx, works *works.Works, by ledger.Actor) (out []*speakerRow, err error) {
	now := s.now()
	at := map[[2]string]*speakerRow{}
	row := func(way, device string) *speakerRow {
		key := [2]string{way, device}
		if at[key] == nil {
			at[key] = &speakerRow{Channel: way, Device: device, State: speakerUnseen}
			out = append(out, at[key])
		}
		return at[key]
	}
	devices, err := works.Audience.Devices(ctx, tx, audience.Area{County: true})
	if err != nil {
		return nil, err
	}
	for _, r := range devices {
		for _, a := range r.Addresses {
			if a.Channel == audience.Speaker || a.Channel == audience.Screen {
				x := row(string(a.Channel), a.To)
				x.Name, x.Place = r.Name, r.Place
			}
		}
	}
	if works.Outbox != nil {
		gates := map[string]string{} // channel by gateway
		for _, c := range works.Outbox.Channels {
			for _, d := range c.Drivers {
				gates[d.Name] = c.Name
			}
		}
		spoken, err := works.Outbox.Devices(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, d := range spoken {
			if way := gates[d.Gateway]; way != "" { // a gateway that was taken out of the configuration has nothing more to say
				row(way, d.Name).heard(&d, now)
			}
		}
		told, err := works.Outbox.LastTold(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, t := range told {
			row(t.Channel, t.Device).Last = &t
		}
	}
	for _, x := range out {
		x.May = x.Name != "" && mayRoster(by, x.Place.Town)
	}
	slices.SortStableFunc(out, func(a, b *speakerRow) int {
		if a.Attend() != b.Attend() {
			if a.Attend() {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Place.Town, b.Place.Town), cmp.Compare(a.Place.Village, b.Place.Village), cmp.Compare(a.Device, b.Device))
	})
	return out, nil
}

func (s *Server) speakers(w http.ResponseWriter, r *http.Request) error {
	return s.speakersPage(w, r, r.URL.Query().Get("town"), &refused{Typed: url.Values{}})
}

func (s *Server) speakersPage(w http.ResponseWriter, r *http.Request, town string, no *refused) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	if u, ok := s.County.Directory.Resolve(town); town != "" && (!ok || u.Kind != org.Town) {
		return notFound("没有这个乡镇。")
	}
	var rows []*speakerRow
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = s.speakerRows(ctx, tx, works, by)
		return err
	})
	if err != nil {
		return err
	}
	var towns []string
	for _, u := range s.County.Directory.Units() {
		if u.Kind == org.Town {
			towns = append(towns, u.Name)
		}
	}
	rows = slices.DeleteFunc(rows, func(x *speakerRow) bool { return town != "" && x.Place.Town != town })
	count := map[string]int{"all": len(rows)}
	for _, x := range rows {
		count[string(x.State)]++
		if x.Attend() {
			count["attend"]++
		}
	}
	off := r.URL.Query().Get("off") != ""
	if off {
		rows = slices.DeleteFunc(rows, func(x *speakerRow) bool { return !x.Attend() })
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return writeCSV(w, "喇叭和显示屏.csv", speakersTable(rows))
	}
	now := s.now()
	status := http.StatusOK
	if no.Err != nil {
		status = ledgerStatus[no.Err.Kind]
	}
	p := s.office(r, "喇叭和显示屏", Link{Text: "叫应", URL: "/callups"}, Link{Text: "喇叭和显示屏"})
	p.Data = map[string]any{"Rows": rows, "Count": count, "Town": town, "Towns": towns, "Off": off, "May": mayRoster(by, town), "No": no, "Once": newOnce(), "Now": now,
		"At": func(t time.Time) string { return hourMinute(t, now) }}
	return s.render(w, status, "speakers.html", p)
}

// speakersTable are devices for a file.
func speakersTable(rows []*speakerRow) [][]string {
	out := [][]string{{"种类", "名称", "设备号", "乡镇", "村", "状态", "最后来信", "音量", "故障", "最后一次", "播出内容", "结果", "原因"}}
	for _, x := range rows {
		line := []string{x.Word(), x.Name, x.Device, x.Place.Town, x.Place.Village, string(x.State), minute(x.Heard), x.Volume, x.Fault, "", "", "", ""}
		if t := x.Last; t != nil {
			line[9], line[10], line[11], line[12] = minute(t.Made), cmp.Or(t.Title, t.Text), t.State.Chinese(), plainReason(t.Reason)
		}
		out = append(out, line)
	}
	return out
}

// speakersTry has one device, or those of a town, say that this is a drill. There is no other text: whoever wants to warn drafts a warning.
func (s *Server) speakersTry(w http.ResponseWriter, r *http.Request) error {
	by, works, err := s.emergencySeer(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, false)
	if err != nil {
		return err
	}
	town, way, device, once := f.Get("town"), f.Get("channel"), f.Get("device"), f.Get("once")
	refuse := func(format string, args ...any) error {
		return &ledger.Error{Kind: ledger.Invalid, Op: "try", Message: fmt.Sprintf(format, args...)}
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		if once == "" || len(once) > 100 {
			return refuse("表单不对，请刷新页面后重新提交。")
		}
		rows, err := s.speakerRows(r.Context(), tx, works, by)
		if err != nil {
			return err
		}
		if device != "" {
			rows = slices.DeleteFunc(rows, func(x *speakerRow) bool { return x.Device != device || x.Channel != way })
		} else {
			rows = slices.DeleteFunc(rows, func(x *speakerRow) bool { return x.Name == "" || town != "" && x.Place.Town != town })
		}
		if device == "" && !mayRoster(by, town) || slices.ContainsFunc(rows, func(x *speakerRow) bool { return !x.May }) {
			return forbidden("县政府办公室试播全县的，乡镇只试播本乡镇登记过的。")
		}
		list, err := trials(works, rows, once, tx.Now(), s.County.Place.County)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return refuse("这里没有登记过、已接通的喇叭和显示屏。")
		}
		fresh, err := works.Outbox.PutAll(r.Context(), tx, list)
		if err != nil || fresh == 0 { // sent twice
			return err
		}
		_, err = journal.Append(r.Context(), tx, s.countyCode, journal.Entry{Who: by.Account, What: "channel.try", Subject: list[0].Purpose, Detail: fmt.Sprintf("演练试播%d台", fresh)})
		return err
	})
	le := caseRefusal(err)
	var ce *channel.Error
	switch {
	case err == nil:
		works.Outbox.Wake()
		back := url.Values{"done": {"speakers-tried"}}
		if town != "" {
			back.Set("town", town)
		}
		return &redirectError{"/speakers?" + back.Encode()}
	case errors.As(err, &ce):
		le = &ledger.Error{Kind: ledger.Invalid, Op: ce.Op, Message: ce.Message}
	case le == nil:
		return err
	}
	return s.speakersPage(w, r, town, &refused{"try", le, f.Values})
}

// trials are the messages of a trial. They go as notices do, and so to nobody at night.
func trials(works *works.Works, rows []*speakerRow, once string, now time.Time, county string) (out []channel.Message, err error) {
	if works.Outbox == nil {
		return nil, nil
	}
	for _, x := range rows {
		if !slices.ContainsFunc(works.Outbox.Channels, func(c channel.Channel) bool { return c.Name == x.Channel && len(c.Drivers) > 0 }) {
			continue
		}
		if q := works.Outbox.Quiet; q != nil && q(channel.Notice, x.Channel, now).After(now) {
			return nil, &ledger.Error{Kind: ledger.Invalid, Op: "try", Message: "现在是夜间，试播会惊扰群众，请在白天试播。"}
		}
		out = append(out, channel.Message{Purpose: "try/" + once, Channel: x.Channel, To: x.Device, Place: strings.Trim(x.Place.Town+"/"+x.Place.Village, "/"), Urgency: channel.Notice,
			Title: drill.Marked("试播"), Text: drill.Marked(county + "预警设备试播，听到、看到的群众不用采取行动。"), Expires: now.Add(speakerTrial), Drill: true, Repeats: 1})
	}
	return out, nil
}
