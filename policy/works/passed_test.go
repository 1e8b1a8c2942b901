package works

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/policy"
	"zhixing/policy/policytest"
	"zhixing/register"
	"zhixing/warning"
)

const passedRegisters = `  - id: media
    name: 传播单位名录
    custodian: 县应急局
    key: [名称]
    fields:
      - { name: 名称, type: text, required: true }
      - { name: 主管单位, type: unit, required: true }
      - { name: 手机, type: text }
    audience: { kind: 媒体, unit: 主管单位, roles: [广播], sms: 手机 }
  - id: passed
    name: 再传播记录
    custodian: 县应急局
    key: [编号]
    fields:
      - { name: 编号, type: text, required: true }
      - { name: 单位, type: ref, register: media, required: true }
      - { name: 内容, type: text, required: true }
      - { name: 日期, type: date, required: true }
      - { name: 用时, type: number, unit: min, required: true }
      - { name: 人次, type: number, unit: 人次 }
    passed: { who: 单位, what: 内容, day: 日期, after: 用时, reach: 人次 }
`

const stormRegisters = "policies/storm-2031/registers.yaml"

// Who passed a warning on stands in the register that a document orders, once, and is put right there when it is said again.
func TestPassingOnIsEntered(t *testing.T) {
	folder := policytest.Storm(t)
	folder[stormRegisters].Data = append(slices.Clone(folder[stormRegisters].Data), passedRegisters...)
	stories(t, folder, "2031-07-01T08:00:00+08:00", func(s *story) {
		s.write(func(tx *db.Tx) error {
			_, err := s.Registers.Add(ctx, tx, register.System, "media", register.Input{Fields: map[string]string{"名称": "示例广播", "主管单位": "县应急局", "手机": "13800000001"}})
			return err
		})
		v := s.publish(storm("上坪镇"))
		published := s.clock.Now()
		pass := func(minutes, reach int) {
			s.Helper()
			s.write(func(tx *db.Tx) error {
				return s.Warnings.Passed(ctx, tx, drafts, warning.Rebroadcast{Event: v.Event, N: v.N, Who: "media/示例广播", Name: "示例广播", At: published.Add(time.Duration(minutes) * time.Minute), Reach: reach})
			})
		}
		want := func(when, want string) {
			s.Helper()
			var got []string
			s.write(func(tx *db.Tx) error {
				p, err := s.Registers.List(ctx, tx, register.Inside, register.Query{Register: "passed", Size: 10})
				for _, e := range p.Entries {
					got = append(got, strings.Join([]string{e.Key, e.Values["单位"], e.Values["日期"], e.Values["用时"], e.Values["人次"]}, " "))
				}
				return err
			})
			if x := strings.Join(got, "; "); x != want {
				s.Errorf("%s: %s, want %s", when, x, want)
			}
		}
		s.clock.Advance(30 * time.Minute)
		pass(12, -1)
		want("passed on", v.Identifier+"-示例广播 示例广播 2031-07-01 12 ")
		pass(9, 8000)
		want("said again", v.Identifier+"-示例广播 示例广播 2031-07-01 9 8000")
		pass(9, 8000)
		want("the same again", v.Identifier+"-示例广播 示例广播 2031-07-01 9 8000")
	})
}

func TestPassingOnIsDeclaredWhole(t *testing.T) {
	for name, x := range map[string]struct{ was, is, want string }{
		"no field":        {", after: 用时", "", "passed 要写 after：写到哪一格"},
		"of another unit": {"unit: min", "unit: h", "“用时”的 unit 要写 min"},
		"reach required":  {"unit: 人次 }", "unit: 人次, required: true }", "“人次”不能是 required"},
		"not of media":    {"kind: 媒体", "kind: 经营主体", "passed 的 who 指向“传播单位名录”，它没有写 audience: { kind: 媒体 }"},
		"a key of a day":  {"key: [编号]", "key: [日期]", "key 要是一格文字"},
	} {
		folder := policytest.Storm(t)
		folder[stormRegisters].Data = []byte(string(folder[stormRegisters].Data) + strings.Replace(passedRegisters, x.was, x.is, 1))
		_, problems, _ := policy.Lint(folder)
		if !slices.ContainsFunc(problems, func(p *policy.Problem) bool { return strings.Contains(p.Error(), x.want) }) {
			t.Errorf("%s: %v, want %s", name, problems, x.want)
		}
	}
}
