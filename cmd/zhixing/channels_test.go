package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/audience"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/notice"
)

const allChannels = `
channels:
  - name: sms
    gateways:
      - name: mas
        driver: mas
        rate: 200
        options: {url: "https://mas.example.cn/sms/norsubmit", firm: 示例县政府, account: apid, sign: SIGN, secret: {env: ZHIXING_TEST_CHANNEL}, token: {env: ZHIXING_TEST_CHANNEL}}
      - name: cmpp
        driver: cmpp
        options: {address: "cmpp.example.cn:7890", version: "3.0", account: "901234", source: "106900", secret: {env: ZHIXING_TEST_CHANNEL}}
      - name: smpp
        driver: smpp
        options: {address: "smpp.example.cn:2775", tls: true, names: decimal, system: zhixing, source: "106900", password: {env: ZHIXING_TEST_CHANNEL}}
  - name: speaker
    gateways:
      - name: loud
        driver: speaker
        options: {broker: "ssl://mqtt.example.cn:8883", command: "speaker/{id}/cmd", ack: "speaker/{id}/ack", status: "speaker/{id}/status", body: '{"seq":"{seq}","tts":"{text}"}'}
  - name: voice
    gateways:
      - {name: phone, driver: voice, options: {url: "https://voice.example.cn", secret: {env: ZHIXING_TEST_CHANNEL}}}
  - name: screen
    gateways:
      - {name: display, driver: screen, options: {secret: {env: ZHIXING_TEST_CHANNEL}}}
  - name: others
    gateways:
      - {name: letters, driver: mail}
      - {name: system, driver: hook, options: {hosts: [other.example.cn], secret: {env: ZHIXING_TEST_CHANNEL}}}
      - {name: dry, driver: files, options: {dir: out}}
`

func TestChannels(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	file := filepath.Join(t.TempDir(), "channels.yaml")
	s := &site{db: d, logger: slog.New(slog.DiscardHandler), outside: &outside{channels: &file}}
	t.Setenv("ZHIXING_TEST_CHANNEL", "0123456789abcdef")
	notices := notice.Config{Site: "https://gov.example.cn", Mail: &notice.Mail{Host: "mail.example.cn"}}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(allChannels)
	o, err := s.openOutbox(notices)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range o.Channels {
		for _, g := range c.Drivers {
			said := c.Name + "/" + g.Name
			if g.TellsDoubles {
				said += " tells"
			}
			if g.Run != nil {
				said += " runs"
			}
			if g.Handler != nil {
				said += " is called"
			}
			got = append(got, said)
		}
	}
	want := "sms/mas is called, sms/cmpp runs, sms/smpp runs, speaker/loud tells runs, voice/phone tells is called, screen/display tells runs is called, others/letters tells, others/system tells, others/dry tells"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	none := ""
	if o, err := (&site{db: d, outside: &outside{channels: &none}}).openOutbox(notices); err != nil || len(o.Channels) != 0 {
		t.Error("channels without a file:", o.Channels, err)
	}
	if o, err := (&site{db: d}).openOutbox(notices); err != nil || len(o.Channels) != len(audience.Channels) {
		t.Error("a demonstration's:", o.Channels, err)
	}
	// A gateway that calls reaches its driver and nobody else does.
	people := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for path, want := range map[string]int{"/gateways/phone/": http.StatusUnauthorized, "/gateways/phone": http.StatusUnauthorized, "/gateways/mas/wrong/receipts": http.StatusNotFound,
		"/gateways/mas/0123456789abcdef/receipts": http.StatusBadRequest, "/gateways/display/": http.StatusForbidden, "/gateways/cmpp/": http.StatusNotFound, "/gateways/": http.StatusNotFound, "/gatewaysx": http.StatusTeapot, "/": http.StatusTeapot} {
		w := httptest.NewRecorder()
		withGateways(people, o).ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader("?")))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	for old, change := range map[string]string{`version: "3.0"`: `version: "4.0"`, "secret: {env: ZHIXING_TEST_CHANNEL}}}": "secret: {env: ZHIXING_TEST_NONE}}}", "speaker/{id}/cmd": "speaker/cmd", `body: '{"seq"`: `again: -5m, body: '{"seq"`, "driver: mail": "driver: push", "hosts: [other.example.cn], ": ""} {
		write(strings.Replace(allChannels, old, change, 1))
		if _, err := s.openOutbox(notices); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", change, err)
		}
	}
}
