package works

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/ledger"
	"zhixing/personnel"
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
	ctx := context.Background()
	folder := policytest.Storm(t)
	folder[stormRegisters].Data = append(slices.Clone(folder[stormRegisters].Data), passedRegisters...)
	c, problems, _ := policy.Lint(folder)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const start = "2031-07-01T08:00:00+08:00"
	clock := dbtest.At(start)
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		clock.Set(start)
		w, err := New(&c, nil, calendar.DateOf(clock.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		write := func(act func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		as := func(name, title string) ledger.Actor {
			return ledger.Actor{Account: name, Name: name, Seats: []personnel.Seat{{Unit: "县应急局", Title: title, Post: personnel.ID("县应急局", title), Role: personnel.Head}}}
		}
		var v *warning.Version
		write(func(tx *db.Tx) error {
			if _, err := w.Registers.Add(ctx, tx, register.System, "media", register.Input{Fields: map[string]string{"名称": "示例广播", "主管单位": "县应急局", "手机": "13800000001"}}); err != nil {
				return err
			}
			x := warning.Draft{Hazard: "storm", Level: "橙"}
			x.Description, x.Area.Places = "将有强降雨。", []warning.Place{{Town: "上坪镇"}}
			v, err = w.Warnings.Draft(ctx, tx, as("示例甲", "值班长"), x)
			if err == nil {
				_, err = w.Warnings.Submit(ctx, tx, as("示例甲", "值班长"), v.Event, v.N)
			}
			if err == nil {
				v, err = w.Warnings.Publish(ctx, tx, as("示例乙", "局长"), v.Event, v.N)
			}
			return err
		})
		published := clock.Now()
		pass := func(minutes, reach int) {
			t.Helper()
			write(func(tx *db.Tx) error {
				return w.Warnings.Passed(ctx, tx, as("示例甲", "值班长"), warning.Rebroadcast{Event: v.Event, N: v.N, Who: "media/示例广播", Name: "示例广播", At: published.Add(time.Duration(minutes) * time.Minute), Reach: reach})
			})
		}
		want := func(when, want string) {
			t.Helper()
			var got []string
			write(func(tx *db.Tx) error {
				p, err := w.Registers.List(ctx, tx, register.Inside, register.Query{Register: "passed", Size: 10})
				for _, e := range p.Entries {
					got = append(got, strings.Join([]string{e.Key, e.Values["单位"], e.Values["日期"], e.Values["用时"], e.Values["人次"]}, " "))
				}
				return err
			})
			if s := strings.Join(got, "; "); s != want {
				t.Errorf("%s: %s, want %s", when, s, want)
			}
		}
		clock.Advance(30 * time.Minute)
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
