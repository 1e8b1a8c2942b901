package works

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/policy"
	"zhixing/register"

	"zhixing/policy/policytest"
)

const verifiedRegister = `  - id: proofs
    name: 预警检验台账
    custodian: 县应急局
    key: [编号]
    fields:
      - { name: 编号, type: text, required: true }
      - { name: 灾种, type: choice, options: [霜冻, 其他], required: true }
      - { name: 级别, type: choice, options: [蓝, 黄, 橙, 红] }
      - { name: 日期, type: date, required: true }
      - { name: 范围, type: text, required: true }
      - { name: 结果, type: choice, options: [命中, 空报, 漏报], required: true }
      - { name: 提前量, type: number, unit: min }
      - { name: 实况, type: text, required: true }
      - { name: 复盘, type: text }
    verified: { hazard: 灾种, level: 级别, day: 日期, area: 范围, outcome: 结果, lead: 提前量, measured: 实况 }
`

// Once a warning and its gap are over, what became of it is entered by itself: in time, too late, for nothing; and what nobody warned of.
// Each is entered once, and what somebody makes of the entry stays.
func TestVerdictsAreEntered(t *testing.T) {
	folder := policytest.Storm(t)
	folder[stormRegisters].Data = append(slices.Clone(folder[stormRegisters].Data), verifiedRegister...)
	stories(t, folder, "2031-07-01T08:00:00+08:00", func(s *story) {
		at := func(day, hour, minute int) {
			s.Helper()
			s.clock.Set(time.Date(2031, 7, day, hour, minute, 0, 0, calendar.Zone).Format(time.RFC3339))
			s.tick()
		}
		measure := func(day, hour int, value string) {
			s.Helper()
			at(day, hour, 1)
			s.measure("G1", july(day, hour), value)
		}
		publish := func() { s.Helper(); s.publish(storm("上坪镇")) }
		daily := func() { s.Helper(); s.write(func(tx *db.Tx) error { return s.Verified(ctx, tx) }) }
		want := func(when string, want ...string) {
			s.Helper()
			daily()
			var got []string
			s.write(func(tx *db.Tx) error {
				p, err := s.Registers.List(ctx, tx, register.Inside, register.Query{Register: "proofs", Size: 100, Sort: "日期"})
				for _, e := range p.Entries {
					got = append(got, strings.TrimSpace(fmt.Sprint(e.Values["日期"], " ", e.Values["灾种"], " ", e.Values["级别"], " ", e.Values["结果"], " ", e.Values["提前量"])))
				}
				return err
			})
			if g, x := strings.Join(got, "\n"), strings.Join(want, "\n"); g != x {
				s.Errorf("%s: entered\n%s\nwant\n%s", when, g, x)
			}
		}
		s.gauges(map[string]string{"G1": "100.1,30.1"})
		at(1, 13, 10)
		publish()
		measure(1, 14, "55")
		measure(1, 15, "0")
		at(1, 16, 0)
		want("it stands, or its gap is not over")
		at(2, 9, 0)
		want("the next day", "2031-07-01 其他 橙 命中 50")

		measure(3, 10, "60")
		at(3, 10, 30)
		publish() // it rains already, and goes on
		measure(3, 11, "60")
		measure(3, 12, "0")
		measure(5, 10, "60") // and nobody warned
		measure(5, 11, "0")
		at(5, 12, 0)
		want("the gap of the miss is not over", "2031-07-01 其他 橙 命中 50", "2031-07-03 其他 橙 命中 -30")
		at(7, 10, 0)
		publish() // and nothing came
		at(9, 9, 0)
		all := []string{"2031-07-01 其他 橙 命中 50", "2031-07-03 其他 橙 命中 -30", "2031-07-05 其他  漏报", "2031-07-07 其他 橙 空报"}
		want("all of them", all...)
		var key string
		s.write(func(tx *db.Tx) error {
			p, err := s.Registers.List(ctx, tx, register.Inside, register.Query{Register: "proofs", Size: 100, Sort: "日期"})
			if err != nil {
				return err
			}
			for _, e := range p.Entries {
				if strings.Contains(e.Values["实况"], "G1") {
					s.Errorf("a station is named: %s", e.Values["实况"])
				}
			}
			key = p.Entries[3].Key
			_, err = s.Registers.Amend(ctx, tx, register.System, "proofs", key, register.Input{Fields: map[string]string{"结果": "命中", "提前量": "45", "复盘": "雨下在站点之间"}})
			return err
		})
		all[3] = "2031-07-07 其他 橙 命中 45"
		at(10, 9, 0)
		want("what somebody amended stays", all...)
		s.write(func(tx *db.Tx) error {
			_, err := s.Registers.Remove(ctx, tx, register.System, "proofs", key, register.Leave{Why: "重复"})
			return err
		})
		want("what somebody took out stays out", all[:3]...)
	})
}

func TestVerifiedIsRead(t *testing.T) {
	for name, x := range map[string]struct{ was, is, want string }{
		"no field":       {", lead: 提前量", "", "verified 要写 lead：写到哪一格"},
		"another's":      {"area: 范围", "area: 地方", "没有字段“地方”"},
		"no such unit":   {"unit: min", "unit: h", "“提前量”的 unit 要写 min"},
		"no 其他":          {"[霜冻, 其他]", "[霜冻]", "“灾种”的 options 里要有“其他”"},
		"a key of a day": {"key: [编号]\n    fields:\n      - { name: 编号, type: text, required: true }\n      - { name: 灾种", "key: [日期]\n    fields:\n      - { name: 编号, type: text, required: true }\n      - { name: 灾种", "key 要是一格文字"},
	} {
		folder := policytest.Storm(t)
		text := string(folder[stormRegisters].Data) + verifiedRegister
		folder[stormRegisters].Data = []byte(strings.Replace(text, x.was, x.is, 1))
		if string(folder[stormRegisters].Data) == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		_, problems, _ := policy.Lint(folder)
		if !slices.ContainsFunc(problems, func(p *policy.Problem) bool { return strings.Contains(p.Error(), x.want) }) {
			t.Errorf("%s: %v, want %s", name, problems, x.want)
		}
	}
}
