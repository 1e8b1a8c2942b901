package standard

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"zhixing/quantity"
)

// Whatever the line: one line of valid JSON with an id and either a result or an error, no panic.
func FuzzJudge(f *testing.F) {
	for _, name := range []string{"testdata/methods.jsonl", "testdata/published.jsonl"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range bytes.Split(b, []byte("\n")) {
			f.Add(line)
		}
	}
	f.Add([]byte(`{"id":7,"kind":"percentile","input":{"values":[NaN],"p":1}}`))
	local := countyLimits(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		out := Judge(line, local)
		var got map[string]json.RawMessage
		if err := json.Unmarshal(out, &got); err != nil || bytes.ContainsRune(out, '\n') {
			t.Fatalf("%q → %q: %v", line, out, err)
		}
		_, result := got["result"]
		_, failed := got["error"]
		if _, id := got["id"]; !id || result == failed || len(got) != 2 {
			t.Fatalf("%q → %q", line, out)
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{"a>=1 and b<2 or c==3", "run(150)>=2", "(a>1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := parseCondition(s); err == nil {
			c.met(Weather{}.value)
		}
	})
}

func FuzzNotice(f *testing.F) {
	f.Add("预计未来3小时内降雨量将达50～80毫米，局地可达一百毫米")
	f.Add("rain 50 mm in 6 h, 100 mm in 3 h")
	f.Add("解除暴雨红色预警，改发蓝色预警")
	f.Fuzz(func(t *testing.T, s string) {
		n := readNotice(s, Weather{})
		for key, d := range n.amounts {
			if !strings.HasPrefix(key, "rain_") || d.Sign() < 0 {
				t.Fatalf("%q: %v", s, n.amounts)
			}
		}
	})
}

// What is odd in the line itself.
func TestJudgeOddLines(t *testing.T) {
	for line, want := range map[string]string{
		"":                       `{"id":null,"error":"不是 JSON 对象"}`,
		"[]":                     `{"id":null,"error":"不是 JSON 对象"}`,
		`{"id":7,"kind":NaN}`:    `{"id":7,"error":"kind：不是 JSON 的值：invalid character 'N' looking for beginning of value"}`,
		`{"id":"a"} x`:           `{"id":null,"error":"JSON 对象后面还有别的内容"}`,
		`{"id":{"a":[1, 2]}}`:    `{"id":{"a":[1,2]},"error":"input：缺少输入"}`,
		`{"id":1,"id":2}`:        `{"id":1,"error":"id：给了两次"}`,
		`{"id":1,"input":[]}`:    `{"id":1,"error":"不是 JSON 对象"}`,
		"\xef\xbb\xbf{\"id\":1}": `{"id":1,"error":"input：缺少输入"}`,
		`{"id":1,"kind":"percentile","input":{"values":[1],"p":1},"date":"2026-02-30"}`: `{"id":1,"error":"date：“2026-02-30”不是日期，应写作 2006-01-02"}`,
		`{"id":1,"kind":"percentile","input":{"values":[1e9999],"p":1}}`:                `{"id":1,"error":"values：“1e9999”不是数，或超过 18 位"}`,
	} {
		got := string(Judge([]byte(line), nil))
		if line == `{"id":"a"} x` {
			want = strings.Replace(want, `null`, `"a"`, 1)
		}
		if got != want {
			t.Errorf("%s → %s, want %s", line, got, want)
		}
	}
	long := bytes.Repeat([]byte("x"), maxLine+1)
	if got := string(Judge(long, nil)); !strings.Contains(got, "一行最多") {
		t.Error(got)
	}
}

// One item is judged as each reading comes in, so it must be cheap.
func BenchmarkSurfaceWater(b *testing.B) {
	items := map[Code]Measured{"NH3N": Of(quantity.MustParse("1.8"))}
	for b.Loop() {
		if _, err := SurfaceWater(Site{}, items); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAirLimitOn(b *testing.B) {
	on := day("2023-07-01")
	for b.Loop() {
		if _, err := AirLimitOn("PM2.5", Day, on); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	local := countyLimits(b)
	for name, line := range map[string]string{
		"surface-water": `{"id":1,"standard":"GB 3838-2002","kind":"surface-water","input":{"body":"river","items":{"NH3N":"1.8","TP":"0.35","CODMN":"9","COD":"29","DO":"2.5","PH":"7"}}}`,
		"aqi-daily":     `{"id":1,"standard":"HJ 633-2012","kind":"aqi-daily","input":{"PM2.5":"75","PM10":150,"SO2":10,"NO2":"20","CO":"1.0","O3_8h":"100","O3_1h":"160"}}`,
		"tli":           `{"id":1,"kind":"tli","input":{"CHLA_mg_m3":"20","TP":"0.05","TN":"1.2","SD_m":"0.8","CODMN":"4.5"}}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Judge([]byte(line), local)
			}
		})
	}
}
