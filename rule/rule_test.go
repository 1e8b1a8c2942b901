package rule

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/quantity"
)

var update = flag.Bool("update", false, "write the expected parts of testdata anew")

// county is the invented world of the tests: facts by name, sections behind 断面.
type county map[string]Value

func (c county) Fact(_ context.Context, name string) (Value, error) {
	if name == "坏" {
		return nil, errStore
	}
	if v, ok := c[name]; ok {
		return v, nil
	}
	return nil, &Missing{name}
}

var errStore = errors.New("the store is gone")

func (c county) Call(_ context.Context, call *Call, args []Value) (Value, error) {
	switch call.Name {
	case "落入":
		return Bool(args[0].(Shape).Geometry == "town centre"), nil
	case "条数":
		return Int(len(args)), nil
	case "参数于":
		return Int(args[1].(Day).Year), nil
	case "均值":
		return nil, &Missing{call.String()}
	case "指标":
		if len(args) == 2 {
			return Text(args[1].(*Entry).Key), nil
		}
		return Num(quantity.MustParse("92.5")), nil
	}
	return nil, &Missing{call.String()}
}

var scope = &Scope{
	Names: map[string]Type{
		"值": OfNumber, "上限": OfNumber, "空数": OfNumber, "零": OfNumber, "状态": OfText, "类别": OfText, "空字": OfText, "在线监测": OfBool, "空否": OfBool,
		"溯源日期": OfDay, "空日": OfDay, "入册日期": OfDay, "时间": OfInstant, "位置": OfShape, "断面": OfEntry("sections"), "空断面": OfEntry("sections"),
		"乡镇": OfEntry("towns"), "2小时值": OfNumber, "PM25": OfNumber, "坏": OfNumber, "无册": OfEntry("nowhere"), "文本": OfText, "开工": OfClock, "空点": OfClock, "夜间": OfPart,
	},
	Fields: func(register string) map[string]Type {
		return map[string]map[string]Type{
			"sections": {"目标类别": OfText, "目标": OfNumber, "乡镇": OfEntry("towns"), "空格": OfText},
			"towns":    {"名称": OfText},
		}[register]
	},
	Values: []string{"排口氨氮限值", "间隔"},
	World: func(c *Call) (Type, error) {
		if c.Name == "落入" && c.Text(1) != "zones" {
			return AnyType, fmt.Errorf("没有台账“%s”", c.Text(1))
		}
		if c.Name == "指标" && len(c.Args) == 2 {
			return OfText, nil
		}
		return OfNumber, nil
	},
}

func facts(t testing.TB) county {
	town := &Entry{"towns", "T1", func(_ context.Context, field string) (Value, error) { return Text("甲镇"), nil }}
	section := &Entry{"sections", "甲桥", nil}
	section.Get = func(_ context.Context, field string) (Value, error) {
		switch field {
		case "目标类别":
			return Text("Ⅲ"), nil
		case "目标":
			return Num(quantity.MustParse("1.0")), nil
		case "乡镇":
			return town, nil
		}
		return nil, &Missing{field}
	}
	day := func(s string) Day {
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return Day{d}
	}
	return county{
		"值": Num(quantity.MustParse("1.50")), "上限": Num(quantity.MustParse("0.1")), "零": Int(0), "状态": Text("在用"), "类别": Text("劣Ⅴ"), "文本": Text("一厂二厂"),
		"在线监测": Bool(true), "溯源日期": day("2023-08-31"), "入册日期": day("2023-01-31"), "今天": day("2023-10-31"), "位置": Shape{"town centre"},
		"时间": Instant{Time: time.Date(2023, 9, 20, 23, 30, 0, 0, time.UTC)}, "断面": section, "乡镇": town, "2小时值": Int(7), "开工": Clock{8*60 + 30}, "夜间": Part{calendar.DayPart{From: 22 * 60, To: 6 * 60}}, "PM25": Int(35),
		"参数.排口氨氮限值": Num(quantity.MustParse("1.5")),
	}
}

// TestCases runs testdata/*.txt: an expression a line, behind => what comes of it.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) < 3 {
		t.Fatal("cases are missing")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for i, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
			src, want, ok := strings.Cut(line, " => ")
			if !ok && (line == "" || line[0] == '#') {
				out = append(out, line)
				continue
			}
			if src = strings.TrimRight(src, " "); !ok {
				src = line
			}
			got := answer(t, src)
			out = append(out, src+" => "+got)
			if got != want && !*update {
				t.Errorf("%s:%d: %s\n got %s\nwant %s", name, i+1, src, got, want)
			}
		}
		if *update {
			if err := os.WriteFile(name, []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func answer(t *testing.T, src string) string {
	if text, ok := strings.CutPrefix(src, "句："); ok {
		tmpl, err := CompileTemplate(text, scope)
		if err != nil {
			return "× " + err.Error()
		}
		s, err := tmpl.Text(t.Context(), facts(t))
		if err != nil {
			return "! " + err.Error()
		}
		return s
	}
	e, err := Compile(src, scope, AnyType)
	if err != nil {
		return "× " + err.Error()
	}
	v, err := e.Eval(t.Context(), facts(t))
	if err != nil {
		return "? " + err.Error()
	}
	return Print(v)
}
