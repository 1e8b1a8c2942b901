package register_test

import (
	"fmt"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/register"
	"zhixing/rule"
)

// An entry without a name of its own is called by its key, in which another entry stands by its name; one that is only numbered is called
// by its register. The public learns no name that it may not know.
func TestNames(t *testing.T) {
	stories(t, func(s *story) {
		s.many()
		label := func(v register.Viewer, name register.Name, key string) string {
			return s.get(v, name, key, register.AsOf{}).Label
		}
		want := func(got, want string) {
			s.Helper()
			if got != want {
				s.Errorf("called %q, want %q", got, want)
			}
		}
		samples, _ := s.reg.Schema("samples")
		s.add(bureau, "samples", "排口=P1 采样日期=2023-09-18")
		want(label(register.Inside, "samples", "1"), "采样记录1号")

		samples.Key, samples.Public = []string{"排口", "采样日期"}, true
		scope := samples.Scope(s.reg.Schema)
		samples.Obligations = []register.Obligation{{ID: "keep", Name: "留样", Within: calendar.Span{N: 3, Unit: calendar.Days}, Done: rule.MustCompile("缺(排口)", &scope, rule.OfBool), To: register.Whose{Unit: "县生态环境局"}}}
		s.add(bureau, "samples", "排口=P2 采样日期=2023-09-19")
		const key = "P2|2023-09-19"
		want(label(register.Inside, "samples", key), "涑水二号排口 2023-09-19")
		want(label(register.Viewer{}, "samples", key), "涑水二号排口 2023-09-19")

		outlets, _ := s.reg.Schema("outlets")
		name, _ := outlets.Field("名称")
		name.Private = true
		want(label(register.Viewer{}, "samples", key), "P2 2023-09-19")
		want(label(register.Viewer{}, "outlets", "P2"), "P2")
		number, _ := outlets.Field("编号")
		number.Private = true
		want(label(register.Viewer{}, "outlets", "#2"), "入河排污口台账2号")

		s.clock.Set("2023-10-09")
		s.must(func(tx *db.Tx) error {
			list, err := s.reg.List(ctx, tx, register.Inside, register.Query{Register: "samples", Size: 10})
			if err != nil {
				return err
			}
			want(list.Entries[len(list.Entries)-1].Label, "涑水二号排口 2023-09-19")
			late, _, err := s.reg.Tick(ctx, tx, 100)
			if err != nil {
				return err
			}
			var told []string
			for _, o := range late {
				if o.Register == "samples" {
					told = append(told, o.Label)
				}
			}
			want(fmt.Sprint(told), "[涑水二号排口 2023-09-19]")
			labels, err := s.reg.Labels(ctx, tx, register.Inside, "samples", []string{key, "P9|2023-01-01"})
			want(fmt.Sprint(labels), "map["+key+":涑水二号排口 2023-09-19]")
			if err != nil {
				return err
			}
			labels, err = s.reg.Labels(ctx, tx, register.Viewer{}, "outlets", []string{"P2"})
			want(fmt.Sprint(labels), "map[]")
			return err
		})
	})
}
