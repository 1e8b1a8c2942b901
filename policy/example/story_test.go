package example_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/finding"
	"zhixing/policy"
	"zhixing/policy/example"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const demo = `given:
  - { entry: school-buses, at: 2031-04-01 09:00, fields: { 车号: 丁1, 学校: 示例小学, 检验有效期: 2031-04-10, 责任单位: 县教体局 } }
  - { case: bus-expired, of: 丁1, do: 反馈, at: 2031-04-11 10:00 }
`

// The facts of a demonstration are played into a database that lives, with its clock, on either database.
func TestStory(t *testing.T) {
	base := os.DirFS("../testdata/othercounty")
	away := fstest.MapFS{"demo.yaml": {Data: []byte(demo)}}
	err := fs.WalkDir(base, "policies/campus-2031", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(base, name)
		away[strings.TrimPrefix(name, "policies/campus-2031/")] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	over, err := policy.Overlay(base, map[string]fs.FS{"campus-2031": away})
	if err != nil {
		t.Fatal(err)
	}
	c, err := policy.LoadCounty(over)
	if err != nil || len(c.Policies.Story) != 2 {
		t.Fatal(c.Policies, err)
	}
	clock := &example.Clock{}
	clock.Set(time.Date(2031, 3, 31, 9, 0, 0, 0, calendar.Zone))
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clock.Set(time.Date(2031, 3, 31, 9, 0, 0, 0, calendar.Zone))
		p, err := example.NewPlayer(d, &c, nil, clock)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for _, f := range c.Policies.Story {
			if err := p.Do(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			list, err := p.Works.Judge.Findings(ctx, tx, finding.Query{Rule: "bus-expired"})
			if err == nil && (len(list) != 1 || list[0].Unit != "县教体局" || calendar.DateOf(list[0].RaisedAt).String() != "2031-04-11") {
				t.Errorf("findings: %+v", list)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
