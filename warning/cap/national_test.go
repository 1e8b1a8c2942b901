package cap

import (
	"fmt"
	"strings"
	"testing"
)

const nationalForm = `<?xml version="1.0" encoding="UTF-8"?>
<alert>
  <identifier>14082641600000_20260805143000_0</identifier>
  <sender>示例县气象局</sender>
  <senderCode>14082641600000</senderCode>
  <sendTime>2026-08-05 14:30:00+08:00</sendTime>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <code><method><methodName>SMS</methodName><message>请注意防范。</message><audienceGrp/><audenceprt/></method><method><methodName>SPEAKER</methodName></method></code>
  <secClassification>None</secClassification>
  <note/>
  <references/>
  <info>
    <language>zh-CN</language>
    <eventType>11B03</eventType>
    <urgency>Unknown</urgency>
    <severity>Orange</severity>
    <certainty>Unknown</certainty>
    <effective>2026-08-05 14:30:00+08:00</effective>
    <onset/>
    <expires/>
    <senderName>示例值班员</senderName>
    <headline>示例县气象局发布暴雨橙色预警[II级/严重]</headline>
    <description>预计未来三小时降雨量将达五十毫米以上。</description>
    <instruction>请做好防范。</instruction>
    <web/>
    <area><areaDesc>示例县</areaDesc><polygon/><circle/><geocode>140826000000,140826100000</geocode></area>
  </info>
</alert>`

func TestFromNational(t *testing.T) {
	n, problems := FromNational([]byte(nationalForm), Rules{Domain: "12379.example.org"})
	if n == nil {
		t.Fatal(problems)
	}
	b, err := Write(n.Alert)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<sender>14082641600000@12379.example.org</sender>", "<sent>2026-08-05T14:30:00+08:00</sent>", "<category>Met</category>", "<event>暴雨</event>",
		"<severity>Severe</severity>", "<urgency>Unknown</urgency>", "<value>orange</value>", "<senderName>示例县气象局</senderName>", "<valueName>统计用区划代码</valueName>", "<value>140826100000</value>",
		"<valueName>GB/T 35561</valueName>"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("lacks %s\n%s", want, b)
		}
	}
	for _, never := range []string{"值班员", "SMS", "<onset>", "<expires>", "<web>", "<polygon>", "<note>"} {
		if strings.Contains(string(b), never) {
			t.Errorf("has %s\n%s", never, b)
		}
	}
	if lost := fmt.Sprint(n.Lost); lost != "[发布渠道指令不转：SMS、SPEAKER 值班人员姓名不转]" {
		t.Error(lost)
	}
}

func TestFromNationalOdd(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		check    func(n *National) bool
		lost     string
	}{
		"no zone":     {"2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05 14:30:00</sendTime>", func(n *National) bool { return n.Alert.Sent.Equal(at(14, 30)) }, ""},
		"a T":         {"2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05T14:30:00+08:00</sendTime>", func(n *National) bool { return n.Alert.Sent.Equal(at(14, 30)) }, ""},
		"a Java time": {"2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05 14:30:00.0</sendTime>", func(n *National) bool { return n.Alert.Sent.Equal(at(14, 30)) }, ""},
		"UTC":         {"2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05T06:30:00+00:00</sendTime>", func(n *National) bool { return n.Alert.Sent.Equal(at(14, 30)) }, ""},
		"a secret":    {"<secClassification>None", "<secClassification>Secret", func(n *National) bool { return n.Alert.Scope == Restricted && n.Alert.Restriction != "" }, "密级"},
		"a code of nobody": {"11B03", "11B98", func(n *National) bool {
			return n.Alert.Infos[0].Event == "11B98" && n.Alert.Infos[0].Categories[0] == Met
		}, "不在表里"},
		"no code":     {"<eventType>11B03", "<eventType>", func(n *National) bool { return strings.Contains(n.Alert.Infos[0].Event, "暴雨橙色") }, "没有事件代码"},
		"forest fire": {"11B03", "11G01", func(n *National) bool { return n.Alert.Infos[0].Categories[0] == Fire }, "不在表里"},
		"no colour": {"Orange", "Unknown", func(n *National) bool {
			return n.Alert.Infos[0].Severity == SeverityUnknown && n.Alert.Infos[0].Parameters == nil
		}, ""},
		"purple":          {"Orange", "Purple", func(n *National) bool { return n.Alert.Infos[0].Severity == SeverityUnknown }, "四色"},
		"red in Chinese":  {"Orange", "红色", func(n *National) bool { return n.Alert.Infos[0].Severity == Extreme }, ""},
		"longitude first": {"<polygon/>", "<polygon>111.48,35.38 111.76,35.38 111.76,35.47 111.48,35.38</polygon>", func(n *National) bool { return n.Alert.Infos[0].Areas[0].Polygons == nil }, "写反"},
		"a polygon":       {"<polygon/>", "<polygon>35.38,111.48 35.38,111.76 35.47,111.76 35.38,111.48</polygon>", func(n *National) bool { return len(n.Alert.Infos[0].Areas[0].Polygons) == 1 }, ""},
		"a county's code": {"140826000000,140826100000", "140826", func(n *National) bool { return n.Alert.Infos[0].Areas[0].Geocodes[0] == Value{CountyCodes, "140826"} }, ""},
		"a relative web":  {"<web/>", "<web>www.example.org</web>", func(n *National) bool { return n.Alert.Infos[0].Web == "" }, "网址"},
	} {
		doc := strings.Replace(nationalForm, c.old, c.new, 1)
		n, problems := FromNational([]byte(doc), Rules{})
		if doc == nationalForm || n == nil || !c.check(n) || !strings.Contains(fmt.Sprint(n.Lost), c.lost) {
			t.Errorf("%s: %+v %v", name, n, problems)
			continue
		}
		if _, err := Write(n.Alert); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, doc := range map[string]string{
		"CAP":           expand.Replace("{head}</alert>"),
		"no sendTime":   strings.Replace(nationalForm, "2026-08-05 14:30:00+08:00</sendTime>", "</sendTime>", 1),
		"a day alone":   strings.Replace(nationalForm, "2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05</sendTime>", 1),
		"no senderCode": strings.Replace(nationalForm, "<senderCode>14082641600000", "<senderCode>", 1),
		"a status":      strings.Replace(nationalForm, "<status>Actual", "<status>实际", 1),
		"a blank":       strings.Replace(nationalForm, "<identifier>", "<identifier>a ", 1),
		"a wide blank":  strings.Replace(nationalForm, "<identifier>", "<identifier>a\u3000", 1),
		"half a second": strings.Replace(nationalForm, "2026-08-05 14:30:00+08:00</sendTime>", "2026-08-05 14:30:00.5</sendTime>", 1),
		"a far zone":    strings.Replace(nationalForm, "<onset/>", "<onset>2026-08-05 14:30:00+15:00</onset>", 1),
		"the year 0":    strings.Replace(nationalForm, "<expires/>", "<expires>0000-01-01 00:00:00</expires>", 1),
		"a DTD":         "<!DOCTYPE alert>" + strings.TrimPrefix(nationalForm, `<?xml version="1.0" encoding="UTF-8"?>`),
	} {
		if n, problems := FromNational([]byte(doc), Rules{}); n != nil || Valid(problems) {
			t.Errorf("%s: %+v", name, n)
		}
	}
}

// TestNationalLineage: a bare identifier becomes a triple where it was received before; else the message is held.
func TestNationalLineage(t *testing.T) {
	doc := strings.NewReplacer("<msgType>Alert", "<msgType>Cancel", "<references/>", "<references>old_1,old_2</references>").Replace(nationalForm)
	n, _ := FromNational([]byte(doc), Rules{Find: func(id string) (Triple, bool) { return Triple{"s", id, at(13, 0)}, id == "old_1" }})
	if len(n.Alert.References) != 1 || n.Alert.References[0].Identifier != "old_1" || fmt.Sprint(n.Unknown) != "[old_2]" || !strings.Contains(n.Alert.Note, "old_2") {
		t.Errorf("%+v", n)
	}
	n, _ = FromNational([]byte(doc), Rules{})
	if _, err := Write(n.Alert); err == nil || len(n.Unknown) != 2 {
		t.Error("a cancel of what nobody knows is no valid CAP", n.Unknown)
	}
}

func TestEventsTable(t *testing.T) {
	if len(NationalEvents) < 20 {
		t.Fatal(len(NationalEvents))
	}
	for code, want := range map[string]string{"11B03": "暴雨 [Met] true", "11E06": "海浪 [Met] true", "11A07": " [Met Safety] false", "11D01": " [Geo] false", "99": " [Other] false", "": " [Other] false"} {
		e, known := NationalEvents.Of(code)
		if got := fmt.Sprintf("%s %v %v", e.Name, e.Categories, known); got != want || e.Code != code {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
	}
	for name, table := range map[string]string{
		"columns": "a,b\n", "category": "code,name,categories,source,checked\n1,a,Weather,x,1\n", "twice": "code,name,categories,source,checked\n1,a,Met,x,1\n1,b,Met,x,1\n",
		"no source": "code,name,categories,source,checked\n1,a,Met,,1\n", "checked": "code,name,categories,source,checked\n1,a,Met,x,many\n", "nothing": "",
	} {
		if _, err := ParseEvents(strings.NewReader(table)); err == nil {
			t.Error(name)
		}
	}
	for s, want := range map[string]Severity{"Red": Extreme, "orange": Severe, "黄": Moderate, "蓝色": Minor} {
		if c, ok := ColourOf(s); !ok || c.Severity != want {
			t.Error(s, c)
		}
	}
	if _, ok := ColourOf("03"); ok {
		t.Error("codes of colours run both ways: never guess")
	}
}
