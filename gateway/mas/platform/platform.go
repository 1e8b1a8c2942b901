// Package platform plays a 云MAS platform, for tests and demonstrations: it checks what clients post as the real one does, shows
// it, brings receipts to where a client wants them, and replies as persons would. It shares no line with the client that it is
// played against.
//
//	p := &platform.Platform{Account: platform.Account{ECName: "示例单位", APID: "apid", Secret: "secret", Sign: "SIGN"}, Push: "http://…/TOKEN"}
//	http.ListenAndServe("127.0.0.1:8099", p) // POST /sms/norsubmit, /sms/tmpsubmit
//
// Nothing that it is given goes any further.
package platform

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Account is what a client has registered.
type Account struct{ ECName, APID, Secret, Sign string }

// Platform takes submissions. What is zero has the value named beside it.
type Platform struct {
	Account
	Most int    // mobiles in a request, 1000
	Push string // address below which receipts and replies are brought; without one they are not

	Took    func(Taken)                     // is told of each accepted submission
	Refused func(code string)               // and of each that was not
	After   time.Duration                   // before receipts and replies are brought
	Status  func(mobile string) string      // of the receipt, CM:0000; "" is none
	Answer  func(t Taken, to string) string // what a person replies, "" nothing
	Refuse  func(mobiles []string) string   // a code with which to refuse, "" for none
	Lose    bool                            // take, and never answer

	mu   sync.Mutex
	n    int
	busy sync.WaitGroup
}

// Taken is one accepted submission.
type Taken struct {
	Group   string
	Mobiles []string
	Text    string
}

type submission struct {
	ECName     string `json:"ecName"`
	APID       string `json:"apId"`
	SecretKey  string `json:"secretKey"`
	Mobiles    string `json:"mobiles"`
	Content    string `json:"content"`
	TemplateID string `json:"templateId"`
	Params     string `json:"params"`
	Sign       string `json:"sign"`
	AddSerial  string `json:"addSerial"`
	MAC        string `json:"mac"`
}

// ServeHTTP takes a submission and answers 200 whatever it thinks of it.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	template := strings.HasSuffix(r.URL.Path, "/tmpsubmit")
	if r.Method != http.MethodPost || !template && !strings.HasSuffix(r.URL.Path, "submit") {
		http.NotFound(w, r)
		return
	}
	say := func(group, code string) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		_ = json.NewEncoder(w).Encode(map[string]any{"msgGroup": group, "rspcod": code, "success": code == "success"})
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return
	}
	t, code := p.check(raw, template)
	if code != "" {
		if p.Refused != nil {
			p.Refused(code)
		}
		say("", code)
		return
	}
	p.mu.Lock()
	p.n++
	t.Group = fmt.Sprintf("%s%06d", time.Now().In(zone).Format("0102150405"), p.n)
	p.mu.Unlock()
	if p.Took != nil {
		p.Took(t)
	}
	if p.Lose {
		<-r.Context().Done()
		return
	}
	say(t.Group, "success")
	if p.Push != "" {
		p.busy.Go(func() {
			time.Sleep(p.After)
			p.bring(t)
		})
	}
}

// check is what the platform looks at, in its order.
func (p *Platform) check(raw []byte, template bool) (t Taken, code string) {
	plain, err := base64.StdEncoding.DecodeString(string(raw))
	var s submission
	if err != nil || json.Unmarshal(plain, &s) != nil {
		return t, "InvalidMessage"
	}
	said := s.Content
	if template {
		said = s.TemplateID + s.Params
	}
	sum := md5.Sum([]byte(s.ECName + s.APID + p.Secret + s.Mobiles + said + s.Sign + s.AddSerial))
	mobiles := strings.Split(s.Mobiles, ",")
	most := p.Most
	if most == 0 {
		most = 1000
	}
	switch {
	case s.ECName != p.ECName || s.APID != p.APID || s.SecretKey != "" && s.SecretKey != p.Secret:
		return t, "InvalidUsrOrPwd"
	case fmt.Sprintf("%x", sum) != s.MAC:
		return t, "IllegalMac"
	case s.Sign == "":
		return t, "NoSignId"
	case s.Sign != p.Sign:
		return t, "IllegalSignId"
	case len(mobiles) > most:
		return t, "ToManyMobiles"
	case said == "" || s.Mobiles == "":
		return t, "InvalidMessage"
	}
	if p.Refuse != nil {
		if code := p.Refuse(mobiles); code != "" {
			return t, code
		}
	}
	t = Taken{Mobiles: mobiles, Text: s.Content}
	if template {
		var params []string
		if json.Unmarshal([]byte(s.Params), &params) != nil {
			return t, "InvalidMessage"
		}
		t.Text = strings.Join(params, "，")
	}
	return t, ""
}

// bring posts the receipts of a submission and what persons reply to it.
func (p *Platform) bring(t Taken) {
	now := time.Now().In(zone).Format("20060102150405")
	var receipts []map[string]string
	for _, m := range t.Mobiles {
		status := "CM:0000"
		if p.Status != nil {
			status = p.Status(m)
		}
		if status == "" {
			continue
		}
		code := "DELIVRD"
		if status != "CM:0000" {
			code = status
		}
		receipts = append(receipts, map[string]string{"reportStatus": status, "mobile": m, "submitDate": now, "receiveDate": now, "errorCode": code, "msgGroup": t.Group})
	}
	if len(receipts) > 0 {
		_ = p.post("/receipts", receipts)
	}
	for _, m := range t.Mobiles {
		if p.Answer != nil {
			if text := p.Answer(t, m); text != "" {
				_ = p.Say(m, text)
			}
		}
	}
}

// Say brings what a person sends.
func (p *Platform) Say(mobile, text string) error {
	return p.post("/replies", []map[string]string{{"mobile": mobile, "smsContent": text, "sendTime": time.Now().In(zone).Format(time.DateTime), "addSerial": ""}})
}

// post brings something, three times if need be, as platforms do.
func (p *Platform) post(path string, what any) error {
	b, err := json.Marshal(what)
	if err != nil {
		return err
	}
	for try := range 3 {
		time.Sleep(time.Duration(try) * 200 * time.Millisecond)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		var req *http.Request
		var resp *http.Response
		if req, err = http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.Push, "/")+path, bytes.NewReader(b)); err == nil {
			req.Header.Set("Content-Type", "application/json")
			resp, err = http.DefaultClient.Do(req)
		}
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				cancel()
				return nil
			}
			err = fmt.Errorf("platform: %s was answered %s", path, resp.Status)
		}
		cancel()
	}
	return err
}

// Wait waits for what is being brought.
func (p *Platform) Wait() { p.busy.Wait() }

var zone = time.FixedZone("", 8*60*60)
