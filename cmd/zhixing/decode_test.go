package main

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const hj212Official = "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"

func hexLines(reads ...string) string {
	var b strings.Builder
	for _, r := range reads {
		b.WriteString(hex.EncodeToString([]byte(r)) + "\n")
	}
	return b.String()
}

func TestDecodeHJ212(t *testing.T) {
	in := hexLines(hj212Official[:50], hj212Official[50:]) + "\n\n" + // two reads of one connection
		hexLines(strings.Replace(hj212Official, "30", "31", 1), "##01") + "zz\n\n" +
		"zz\n"
	r := zhixingReading(in, "decode", "hj212")
	var got []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(r.must(t)), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(line, err)
		}
		got = append(got, v)
	}
	var want []map[string]any
	if err := json.Unmarshal([]byte(`[
		{"frames": [{"declared_len": 101, "version": "2017", "qn": "20160801085857223", "st": "32", "cn": "1062", "pw": "100000",
			"mn": "010000A8900016F000169DC0", "flag": 5, "answer": true, "split": false, "pnum": null, "pno": null, "rf": false,
			"data_time": null, "groups": [[["RtdInterval", "30"]]], "crc": "1C80"}],
		 "acks": ["##0087QN=20160801085857223;ST=91;CN=9014;PW=100000;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&71C0"], "rejected": []},
		{"frames": [], "acks": [], "rejected": [{"reason": "crc"}, {"reason": "incomplete"}]},
		{"frames": [], "acks": [], "rejected": []}]`), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if strings.Count(r.err, "invalid byte") != 2 || !strings.Contains(r.err, " -:7:") {
		t.Errorf("bad lines are told as %q", r.err)
	}
	file := write(t, "reads.hex", hexLines(hj212Official))
	if out := zhixing("decode", "hj212", file, file).must(t); strings.Count(out, "\n") != 2 {
		t.Errorf("two files: %s", out)
	}
}

func TestDecodeProfiles(t *testing.T) {
	arc := hexLines("##0159ST=22;CN=2011;PW=123456;MN=8888888826462285;CP=&&DataTime=20211006030527;TEMP-Rtd=22.0;HUMI-Rtd=43.5;" +
		"PM25-Rtd=2.0;CO2-Rtd=405.0;CH2O-Rtd=0.008;VOC-Rtd=0.052;&&8ef7\r\n")
	if out := zhixingReading(arc, "decode", "hj212").must(t); !strings.Contains(out, `"frames":[]`) {
		t.Error(out)
	}
	if out := zhixingReading(arc, "decode", "--crc", "arc", "hj212").must(t); !strings.Contains(out, `"CO2-Rtd","405.0"`) {
		t.Error(out)
	}
	zhixing("decode").refused(t, 2, "hj212")
	zhixing("decode", "jt809").refused(t, 2, "hj212")
	zhixing("decode", "hj212", "--crc", "crc32").refused(t, 2, "crc32")
	zhixing("decode", "hj212", "--key", "0011").refused(t, 2, "32 hex digits")
}
