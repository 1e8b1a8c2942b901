package policy

import (
	"strings"
	"testing"

	"zhixing/policy/policytest"
)

// rows of a list of systems of the other county.
const systems = `{"id":"A1","policy":"乙政办发〔2031〕7号 校园安全和防溺水2031年行动方案","name":"校车台账","clause":"乙政办发〔2031〕7号 二(一)1"}
{"id":"A2","policy":"乙政办发〔2031〕7号 校园安全和防溺水2031年行动方案","name":"先提醒,再发督办单","clause":"乙政办发〔2031〕7号 三(二)"}
{"id":"A3","policy":"乙政办发〔2031〕7号 校园安全和防溺水2031年行动方案","name":"“暑期巡查”","clause":"乙政办发〔2031〕7号 二（二）4"}

{"id":"B1","policy":"乙政发〔2031〕3号 乙县声环境2031年工作计划","name":"噪声监测点","clause":"乙政发〔2031〕3号 声环境质量 一1"}
{"id":"B2","policy":"乙政发〔2031〕3号 乙县饮水和屠宰2031年工作计划","name":"噪声监测点","clause":"乙政发〔2031〕3号 饮水和屠宰 一1"}
{"id":"B3","policy":"乙政发〔2031〕3号 乙县饮水和屠宰2031年工作计划","name":"五个环节","clause":"乙政发〔2031〕3号 饮水和屠宰 二3"}
{"id":"B4","policy":"乙政发〔2031〕3号 乙县饮水和屠宰2031年工作计划","name":"五个环节","clause":"乙政发〔2031〕3号 饮水和屠宰 二4"}
{"id":"D1","policy":"乙政办发〔2031〕9号 乙县电梯安全和维保补助办法","name":"“电梯困人热线”","clause":"乙政办发〔2031〕9号 六"}
{"id":"C1","policy":"乙政发〔2031〕4号 别的","name":"校车台账","clause":"乙政发〔2031〕4号 一"}
`

func TestCoverage(t *testing.T) {
	c, err := LoadCounty(policytest.County(t))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := ReadSystems(strings.NewReader(systems))
	if err != nil || len(rows) != 9 {
		t.Fatal(len(rows), err)
	}
	lines := func(passed func(*Example) bool) map[string]string {
		out := map[string]string{}
		for _, x := range c.Policies.Coverage(rows, passed) {
			out[x.System.ID] = x.String()
		}
		return out
	}
	all := lines(func(*Example) bool { return true })
	for id, want := range map[string]string{
		"A1": "A1  covered  台账 school-buses  campus-2031/examples/buses.yaml:",
		"A2": "A2  covered  处置阶梯 remind  campus-2031/examples/buses.yaml:3",   // full and half width, by the case of the first example
		"A3": "A3  covered  任务 二/(二)/4  campus-2031/examples/water.yaml:",     // quotes
		"B1": "B1  covered  台账 noise-points  noise-2031/examples/noise.yaml:", // the plan's words begin with its key
		"B2": "B2  missing  —  —",                                             // another plan
		"B3": "B3  missing  —  —",                                             // the same name twice: the clause decides
		"B4": "B4  covered  检查表 five  living-2031/examples/abattoirs.yaml:",
		"D1": "D1  covered  群众反映 lift-trapped  lifts-2031/examples/lifts.yaml:", // what citizens report, in services.yaml
		"C1": "C1  missing  —  —",                                               // another document
	} {
		if !strings.HasPrefix(all[id], want) {
			t.Errorf("%s: want %s, got %s", id, want, all[id])
		}
	}
	// What no passing example shows is not covered.
	none := lines(func(e *Example) bool { return e.Policy != "campus-2031" })
	if want := "A1  missing  台账 school-buses（没有通过的例子）  —"; none["A1"] != want {
		t.Errorf("want %s, got %s", want, none["A1"])
	}
}

// What is missing may stand in the folder under a name that is nearly the same.
func TestNearNames(t *testing.T) {
	c, err := LoadCounty(policytest.County(t))
	if err != nil {
		t.Fatal(err)
	}
	row := System{Policy: "乙政发〔2031〕3号 乙县声环境2031年工作计划", Clause: "乙政发〔2031〕3号 声环境 一1", Name: "噪声监测"}
	for name, want := range map[string]string{"噪声监测": "噪声监测点", "噪声监测点": "", "噪声地图": ""} {
		row.Name = name
		if got := strings.Join(c.Policies.Near(row), " "); got != want {
			t.Errorf("near %s: %q, want %q", name, got, want)
		}
	}
}
