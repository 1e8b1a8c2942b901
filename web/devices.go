package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/device"
	"zhixing/device/hj212"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/policy/works"
	"zhixing/quantity"
)

// deviceRoutes are the devices that send readings, what they are told to do, and the programs that send over HTTP.
var deviceRoutes = []route{
	{"GET /devices", seeLedger, false, false, (*Server).deviceList, "设备：连接、失联、故障；没有登记的设备；用接口报送读数、反映问题的程序"},
	{"POST /devices", editLedger, false, false, (*Server).deviceAdd, "登记一台设备"},
	{"GET /devices/{id}", seeLedger, false, false, (*Server).devicePage, "一台设备：连接、时钟、没有归处的因子、命令和状态"},
	{"POST /devices/{id}/change", editLedger, false, false, (*Server).deviceChange, "修改一台设备的登记"},
	{"POST /devices/{id}/order", editLedger, false, false, (*Server).deviceOrder, "给设备下命令：对时、补数、上报间隔"},
	{"POST /devices/{id}/cancel", editLedger, false, false, (*Server).deviceCancel, "撤回还没有发出的命令"},
	{"POST /devices/{id}/end", editLedger, false, false, (*Server).deviceEnd, "停用一台设备"},
	{"POST /senders", editLedger, false, false, (*Server).senderAdd, "给一个程序发令牌：报送读数、用 Open311 反映问题；令牌只显示这一次"},
	{"POST /senders/{id}/end", editLedger, false, false, (*Server).senderEnd, "停用一个程序的令牌"},
}

func init() {
	for word, says := range map[string]string{"device": "已登记设备。", "device-changed": "已修改设备的登记。", "device-order": "命令已下，设备连着的立即发出，没连的等它连上来。", "device-cancel": "命令已撤回。",
		"device-end": "设备已停用。", "sender-end": "令牌已停用。"} {
		flashes[word] = says
	}
}

// crcWords are the ways in which devices check their frames.
var crcWords = []struct {
	CRC  device.CRC
	Word string
}{{device.Strict, "按标准"}, {device.ModbusSwapped, "Modbus，高低字节互换"}, {device.ARC, "CRC-16/ARC"}, {device.Constant, "固定值"}, {device.None, "不校验"}}

// deviceRow is a device in the list.
type deviceRow struct {
	device.Status
	Title  string // of the register
	Label  string // of the entry
	State  string // 在线, 离线, 从未上线
	Faults []string
}

// Bad says that somebody should look at it.
func (r *deviceRow) Bad() bool { return r.Off() || len(r.Faults) > 0 }

// Off says that it is not connected.
func (r *deviceRow) Off() bool { return r.State != "在线" }

const (
	clockIsOff = 10 * time.Minute
	quietAfter = 30 * time.Minute
)

func (b *seriesBase) deviceRow(st device.Status, now time.Time) *deviceRow {
	row := &deviceRow{Status: st, Title: st.Register, Label: st.Entry, State: "离线"}
	if schema, ok := b.works.Registers.Schema(registerName(st.Register)); ok {
		row.Title = schema.Title
	}
	switch {
	case st.Seen.IsZero():
		row.State = "从未上线"
	case !st.Connected.IsZero():
		row.State = "在线"
		if now.Sub(st.Seen) > quietAfter {
			row.Faults = append(row.Faults, "连着，"+agoWords(now, st.Seen)+"起没有数据")
		}
	}
	if st.Offset > clockIsOff || st.Offset < -clockIsOff {
		row.Faults = append(row.Faults, "时钟"+offsetWords(st.Offset))
	}
	if st.Rejected*20 > st.Frames && st.Rejected > 10 {
		row.Faults = append(row.Faults, "坏帧 "+strconv.FormatInt(st.Rejected, 10))
	}
	if st.Incomplete > 0 {
		row.Faults = append(row.Faults, "分包不全 "+strconv.FormatInt(st.Incomplete, 10))
	}
	return row
}

// clockWords is how a device's clock goes.
func clockWords(d time.Duration) string {
	if d > -5*time.Second && d < 5*time.Second {
		return "准"
	}
	return offsetWords(d)
}

func offsetWords(d time.Duration) string {
	word := "快"
	if d < 0 {
		word, d = "慢", -d
	}
	if d < time.Minute {
		return word + strconv.Itoa(int(d.Seconds())) + "秒"
	}
	if d < 2*time.Hour {
		return word + strconv.Itoa(int(d.Minutes())) + "分钟"
	}
	return word + strconv.Itoa(int(d.Hours())) + "小时"
}

// deviceListData is what the list shows; Form is what was typed into the form at its end.
type deviceListData struct {
	Rows      []*deviceRow
	Off       bool // only those that are not connected are listed
	Online    int
	Offline   int
	Faulty    int
	Strangers []device.Stranger
	Senders   []observation.Sender
	Silent    []silentView
	Names     map[observation.SeriesName]string // of series, for people
	Works     *works.Works
	May       bool
	Listening bool
	Conns     int
	Turned    int64
	Form      url.Values
	Wrong     string
	Wrong2    string // of the senders' form
	Token     string // of Sender, shown once
	Sender    observation.Sender
	Now       time.Time
}

// Registered is how many there are, whichever are listed.
func (d *deviceListData) Registered() int { return d.Online + d.Offline }

// silentView is a series that is silent.
type silentView struct {
	Text, URL string
	Since     time.Time
}

// Registers are those at whose entries something is measured.
func (d *deviceListData) Registers() (out []Link) {
	seen := map[string]bool{}
	for _, def := range d.Works.Observations.Definitions {
		if schema, ok := d.Works.Registers.Schema(registerName(def.Register)); ok && !seen[def.Register] {
			seen[def.Register] = true
			out = append(out, Link{Text: schema.Title, URL: def.Register})
		}
	}
	return out
}

// Definitions are the kinds of series that programs may send.
func (d *deviceListData) Definitions() (out []Link) {
	for _, def := range d.Works.Observations.Definitions {
		if def.MeanOf != "" {
			continue
		}
		title := def.Title
		if schema, ok := d.Works.Registers.Schema(registerName(def.Register)); ok {
			title = schema.Title + " " + title
		}
		out = append(out, Link{Text: title, URL: string(def.Name)})
	}
	return out
}

func (s *Server) deviceList(w http.ResponseWriter, r *http.Request) error {
	return s.showDevices(w, r, http.StatusOK, &deviceListData{})
}

var password = regexp.MustCompile(`PW=[^;]*`)

func (s *Server) showDevices(w http.ResponseWriter, r *http.Request, status int, d *deviceListData) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	d.Off = r.URL.Query().Get("off") == "1"
	d.Works, d.May, d.Now, d.Listening = works, by.May(ledger.ActEdit), s.now(), s.Stations != nil
	if d.Form == nil {
		d.Form = url.Values{}
	}
	if s.Stations != nil {
		d.Conns, d.Turned = s.Stations.Connections()
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		b := &seriesBase{Inside: true, works: works}
		var err error
		if s.Devices != nil {
			list, err := s.Devices.Statuses(ctx, tx)
			if err != nil {
				return err
			}
			for _, st := range list {
				row := b.deviceRow(st, d.Now)
				if !d.Off || row.Off() {
					d.Rows = append(d.Rows, row)
				}
				if row.Off() {
					d.Offline++
				} else {
					d.Online++
				}
				if len(row.Faults) > 0 {
					d.Faulty++
				}
			}
			if d.Strangers, err = s.Devices.Strangers(ctx, tx); err != nil {
				return err
			}
			for i := range d.Strangers { // somebody's password, perhaps with one letter wrong
				d.Strangers[i].Frame = password.ReplaceAllString(d.Strangers[i].Frame, "PW=…")
			}
		}
		if d.Senders, err = works.Observations.Senders(ctx, tx); err != nil {
			return err
		}
		silent, err := works.Observations.SilentNow(ctx, tx)
		for _, x := range silent {
			v := silentView{Since: x.Since, URL: b.URL(x.Series.Name, x.Series.Key), Text: x.Series.Key}
			if def, schema, ok := b.shownDefinition(string(x.Series.Name)); ok {
				v.Text = schema.Title + " " + x.Series.Key + " " + def.Title
			}
			d.Silent = append(d.Silent, v)
		}
		d.Names = map[observation.SeriesName]string{}
		for _, l := range d.Definitions() {
			d.Names[observation.SeriesName(l.URL)] = l.Text
		}
		return err
	})
	if err != nil {
		return err
	}
	p := s.office(r, "设备", Link{Text: "监测", URL: "/series"}, Link{Text: "设备"})
	p.Data = d
	return s.render(w, status, "devices.html", p)
}

// factorsOf reads the factors of the form, one a line: 代码 单位 对应代码; 代码 不要.
func factorsOf(text string) (out []device.Factor, why string) {
	for line := range strings.Lines(text) {
		f := strings.Fields(strings.NewReplacer("，", " ", ",", " ", "\t", " ").Replace(line))
		if len(f) == 0 {
			continue
		}
		x := device.Factor{Code: f[0]}
		for _, word := range f[1:] {
			u, err := quantity.ParseUnit(word)
			switch {
			case word == "不要":
				x.Ignored = true
			case err == nil:
				x.Unit = u
			case hj212Code.MatchString(word):
				x.As = word
			default:
				return nil, "因子一栏的“" + strings.TrimSpace(line) + "”读不懂：“" + word + "”不是单位，也不是因子代码。"
			}
		}
		out = append(out, x)
	}
	return out, ""
}

var hj212Code = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{2,}$`)

func factorLines(list []device.Factor) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(f.Code)
		for _, word := range []string{string(f.Unit), f.As} {
			if word != "" {
				b.WriteString(" " + word)
			}
		}
		if f.Ignored {
			b.WriteString(" 不要")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// deviceForm reads what was typed about a device into it; an empty password or key leaves the one that is there.
func deviceForm(r *http.Request, d *device.Device) (why string) {
	f := r.PostForm
	d.Name, d.Register, d.Entry = strings.TrimSpace(f.Get("name")), f.Get("register"), strings.TrimSpace(f.Get("entry"))
	d.CRC, d.KeepClock = device.CRC(f.Get("crc")), f.Get("keepclock") != ""
	if v := strings.TrimSpace(f.Get("password")); v != "" {
		d.Password = v
	}
	if v := strings.TrimSpace(f.Get("key")); v != "" {
		d.Key = v
	}
	list, why := factorsOf(f.Get("factors"))
	for _, old := range d.Factors { // which definition a factor goes to is not written in the form
		for i := range list {
			if list[i].Code == old.Code && list[i].As == old.As {
				list[i].Series = old.Series
			}
		}
	}
	d.Factors = list
	return why
}

func (s *Server) deviceAdd(w http.ResponseWriter, r *http.Request) error {
	works, err := s.readyForDevices(r)
	if err != nil {
		return err
	}
	d := device.Device{MN: hj212.MN(strings.TrimSpace(r.PostForm.Get("mn")))}
	why := deviceForm(r, &d)
	var id device.ID
	if why == "" {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			id, err = s.Devices.Add(r.Context(), tx, works.Observations, string(sessionOf(r).User.Name), d)
			return err
		})
		if device.KindOf(err) != 0 {
			why = told(err).(*httpError).message
		} else if err != nil {
			return err
		}
	}
	if why != "" {
		form := r.PostForm
		form.Del("password")
		form.Del("key")
		return s.showDevices(w, r, http.StatusBadRequest, &deviceListData{Form: form, Wrong: why})
	}
	if err := s.Devices.Load(r.Context(), s.DB); err != nil {
		return err
	}
	return &redirectError{withDone(devicePath(id), "device")}
}

func devicePath(id device.ID) string { return "/devices/" + strconv.FormatInt(int64(id), 10) }

func (s *Server) readyForDevices(r *http.Request) (*works.Works, error) {
	if s.Devices == nil {
		return nil, notFound("本站没有接设备。")
	}
	if err := r.ParseForm(); err != nil {
		return nil, badRequest("表单不完整，请重新提交。")
	}
	return s.works()
}

// deviceData is what the page of a device shows.
type deviceData struct {
	*deviceListData
	Row      *deviceRow
	Unplaced []device.Unplaced
	Orders   []device.Order
	CRCs     any
	Factors  string
	Ended    bool
	CRCWord  string
	EntryURL string
	Series   []Link
}

func (s *Server) deviceID(r *http.Request) (device.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || s.Devices == nil {
		return 0, notFound("没有这台设备。")
	}
	return device.ID(n), nil
}

func (s *Server) devicePage(w http.ResponseWriter, r *http.Request) error {
	return s.showDevice(w, r, http.StatusOK, &deviceListData{})
}

func (s *Server) showDevice(w http.ResponseWriter, r *http.Request, status int, base *deviceListData) error {
	works, err := s.works()
	if err != nil {
		return err
	}
	id, err := s.deviceID(r)
	if err != nil {
		return err
	}
	by, err := s.member(r)
	if err != nil {
		return err
	}
	d := &deviceData{deviceListData: base, CRCs: crcWords}
	d.Works, d.Now, d.May = works, s.now(), by.May(ledger.ActEdit)
	if d.Form == nil {
		d.Form = url.Values{}
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		b := &seriesBase{Inside: true, works: works}
		dev, err := s.Devices.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		d.Ended = !dev.Ended.IsZero()
		st := device.Status{Device: dev}
		if !d.Ended {
			if st, err = s.Devices.StatusOf(ctx, tx, id); err != nil {
				return err
			}
		}
		d.Row = b.deviceRow(st, d.Now)
		d.EntryURL = b.EntryURL(dev.Register, dev.Entry)
		d.Factors = factorLines(dev.Factors)
		for _, c := range crcWords {
			if c.CRC == dev.CRC {
				d.CRCWord = c.Word
			}
		}
		if d.Unplaced, err = s.Devices.UnplacedOf(ctx, tx, id); err != nil {
			return err
		}
		if d.Orders, err = s.Devices.Orders(ctx, tx, id); err != nil {
			return err
		}
		list, err := works.Observations.Of(ctx, tx, dev.Register, dev.Entry)
		for _, x := range list {
			if def := works.Observations.Definition(x.Name); def != nil {
				d.Series = append(d.Series, b.seriesLink(def, x))
			}
		}
		return err
	})
	if err != nil {
		return told(err)
	}
	p := s.office(r, "设备 "+d.Row.Name, Link{Text: "监测", URL: "/series"}, Link{Text: "设备", URL: "/devices"}, Link{Text: string(d.Row.MN)})
	p.Data = d
	return s.render(w, status, "device.html", p)
}

func (s *Server) deviceChange(w http.ResponseWriter, r *http.Request) error {
	works, err := s.readyForDevices(r)
	if err != nil {
		return err
	}
	id, err := s.deviceID(r)
	if err != nil {
		return err
	}
	why := ""
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		d, err := s.Devices.Get(r.Context(), tx, id)
		if err != nil {
			return err
		}
		if why = deviceForm(r, &d); why != "" {
			return nil
		}
		return s.Devices.Change(r.Context(), tx, works.Observations, string(sessionOf(r).User.Name), d)
	})
	if k := device.KindOf(err); k == device.Bad || k == device.Conflict {
		why = told(err).(*httpError).message
	} else if err != nil {
		return told(err)
	}
	if why != "" {
		form := r.PostForm
		form.Del("password")
		form.Del("key")
		return s.showDevice(w, r, http.StatusBadRequest, &deviceListData{Form: form, Wrong: why})
	}
	if err := s.Devices.Load(r.Context(), s.DB); err != nil {
		return err
	}
	return &redirectError{withDone(devicePath(id), "device-changed")}
}

// orderOf reads an order from its form.
func orderOf(f url.Values) (o device.Order, why string) {
	o.What = device.What(f.Get("what"))
	switch o.What {
	case device.SetClock, device.AskClock, device.Start, device.Stop:
	case device.Backfill:
		o.Args.Kind = observation.Kind(f.Get("kind"))
		for name, to := range map[string]*time.Time{"from": &o.Args.From, "to": &o.Args.To} {
			t, err := time.ParseInLocation("2006-01-02T15:04", f.Get(name), calendar.Zone)
			if err != nil {
				return o, "补数请填起止时间。"
			}
			*to = t
		}
		if o.Args.To.Before(o.Args.From) {
			return o, "补数的止时间在起时间之前。"
		}
	case device.SetRealtime, device.SetMinute:
		n, err := strconv.Atoi(strings.TrimSpace(f.Get("n")))
		if err != nil || n < 1 || n > 3600 {
			return o, "间隔请填 1 至 3600 的整数。"
		}
		o.Args.N = n
	default:
		return o, "请选一种命令。"
	}
	return o, ""
}

func (s *Server) deviceOrder(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.readyForDevices(r); err != nil {
		return err
	}
	id, err := s.deviceID(r)
	if err != nil {
		return err
	}
	o, why := orderOf(r.PostForm)
	o.Device = id
	if why == "" {
		err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
			_, err := s.Devices.Give(r.Context(), tx, string(sessionOf(r).User.Name), o)
			return err
		})
		if k := device.KindOf(err); k == device.Bad || k == device.Conflict {
			why = told(err).(*httpError).message
		} else if err != nil {
			return told(err)
		}
	}
	if why != "" {
		return s.showDevice(w, r, http.StatusBadRequest, &deviceListData{Form: r.PostForm, Wrong2: why})
	}
	if s.Stations != nil {
		s.Stations.Wake(id)
	}
	return &redirectError{withDone(devicePath(id), "device-order")}
}

func (s *Server) deviceCancel(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.readyForDevices(r); err != nil {
		return err
	}
	id, err := s.deviceID(r)
	if err != nil {
		return err
	}
	order, err := strconv.ParseInt(r.PostForm.Get("order"), 10, 64)
	if err != nil {
		return badRequest("表单不完整，请重新提交。")
	}
	if err := s.DB.Write(r.Context(), func(tx *db.Tx) error { return s.Devices.Cancel(r.Context(), tx, order) }); err != nil {
		return told(err)
	}
	return &redirectError{withDone(devicePath(id), "device-cancel")}
}

func (s *Server) deviceEnd(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.readyForDevices(r); err != nil {
		return err
	}
	id, err := s.deviceID(r)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return badRequest("请写停用的原因。")
	}
	err = s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return s.Devices.End(r.Context(), tx, string(sessionOf(r).User.Name), reason, id)
	})
	if err != nil {
		return told(err)
	}
	if err := s.Devices.Load(r.Context(), s.DB); err != nil {
		return err
	}
	return &redirectError{withDone("/devices", "device-end")}
}
