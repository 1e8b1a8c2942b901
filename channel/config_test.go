package channel

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/gateway"
)

const goodConfig = `
channels:
  - name: sms
    gateways:
      - name: mas
        driver: test
        rate: 200
        batch: 500
        workers: 4
        timeout: 20s
        options:
          url: https://mas.example.cn
          secret: {file: SECRET}
      - {name: dry, driver: files, options: {dir: out}}
  - name: voice
    gateways: [{name: phone, driver: test, tries: 3, options: {secret: {env: ZHIXING_TEST_SECRET}}}]
`

type testOptions struct {
	URL    string
	Secret Secret
}

func open(t *testing.T, text string) ([]Channel, []testOptions, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("密钥甲\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZHIXING_TEST_SECRET", "密钥乙")
	c, err := ReadConfig(strings.NewReader(strings.ReplaceAll(text, "{file: SECRET}", "{file: "+file+"}")))
	if err != nil {
		return nil, nil, err
	}
	var got []testOptions
	list, err := c.Open(map[string]Build{"files": DryRun, "test": func(o Options, _ gateway.Hear) (Driver, error) {
		var v testOptions
		if err := o.Into(&v); err != nil {
			return Driver{}, err
		}
		if v.URL == "wrong" {
			return Driver{}, errors.New("that is no address")
		}
		got = append(got, v)
		return Driver{Gateway: &gateway.Stub{}, TellsDoubles: true}, nil
	}}, (&Outbox{}).Hear)
	return list, got, err
}

func TestConfig(t *testing.T) {
	list, got, err := open(t, goodConfig)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "sms" || len(list[0].Drivers) != 2 || list[1].Drivers[0].Tries != 3 {
		t.Fatalf("%+v", list)
	}
	d := list[0].Drivers[0]
	if d.Name != "mas" || d.Rate != 200 || d.Batch != 500 || d.Workers != 4 || d.Timeout != 20*time.Second || !d.TellsDoubles {
		t.Errorf("%+v", d)
	}
	if got[0].URL != "https://mas.example.cn" || string(got[0].Secret) != "密钥甲" || string(got[1].Secret) != "密钥乙" || got[0].Secret.String() != "（密）" {
		t.Errorf("%q", got)
	}
	if f, ok := list[0].Drivers[1].Gateway.(gateway.Files); !ok || f.Dir != "out" {
		t.Errorf("%+v", list[0].Drivers[1])
	}
	if c, err := ReadConfig(strings.NewReader("")); err != nil || len(c.Channels) != 0 {
		t.Error("an empty file is no channel:", c, err)
	}
}

func TestConfigMistakes(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"name: sms", "name: ''", "渠道须有名称"},
		{"name: voice", "name: sms", "不重复"},
		{"name: phone", "name: mas", "重复"},
		{"name: dry", "name: a/b", "第14行：网关须有名称"},
		{"rate: 200", "rate: -1", "不得为负"},
		{"timeout: 20s", "timeout: 20m", "不超过5分钟"},
		{"timeout: 20s", "timeout: soon", "line 10: cannot unmarshal"},
		{"batch: 500", "bach: 500", "line 5 and on: nothing is called bach"},
		{"url:", "uri:", "nothing is called uri"},
		{"url: https://mas.example.cn", "url: wrong", "gateway mas: that is no address"},
		{"driver: files", "driver: pigeon", "“pigeon”不认识"},
		{"{dir: out}", "{}", "dir: FOLDER"},
		{"secret: {file: SECRET}", "secret: 123456", "not the secret itself"},
		{"secret: {file: SECRET}", "secret: {file: /nowhere/at/all}", "no such file"},
		{"secret: {file: SECRET}", "secret: {}", "one of the two"},
		{"{env: ZHIXING_TEST_SECRET}", "{env: ZHIXING_TEST_NONE}", "ZHIXING_TEST_NONE"},
		{"gateways: [{name: phone, driver: test, tries: 3, options: {secret: {env: ZHIXING_TEST_SECRET}}}]", "gateways: []", "没有网关"},
	} {
		text := strings.Replace(goodConfig, c.old, c.new, 1)
		if text == goodConfig {
			t.Fatal("nothing changed:", c.old)
		}
		if _, _, err := open(t, text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
}
