package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/register"
)

func page(t *testing.T, a answer, status int, has ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%d %s, want %d\n%.600s", a.status, a.location, status, around2(a.body, "<main"))
		return
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			t.Errorf("no %q in\n%.1500s", h, around2(a.body, "<main"))
		}
	}
}

// An entry is entered, seen by the offices and the public, changed, moved, taken out and restored; the page tells the whole story.
func TestListsStory(t *testing.T) {
	sites(t, func(s *site) {
		newWorld(s)
		const list = "/lists/task-force"
		page(t, s.get("督查", "/lists"), 200, "工程实施工作专班组成人员", `href="`+list+`"`)
		page(t, s.get("督查", list), 200, "台账上还没有条目", "登记")
		page(t, s.get("督查", list+"/new"), 200, `name="f.席位"`, `name="f.单位"`, "必填", "不公开")

		form := url.Values{"f.席位": {"组长"}, "f.职责": {"组长"}, "f.职务": {"县长"}, "f.单位": {"没有这个单位"}, "f.现任": {"示例金丝雀"}, "f.任期起": {"2031-06-01"}, "f.分工": {"全面"}, "why": {"首次登记"}}
		a := s.post("督查", list+"/new", form)
		page(t, a, 400, "没有叫“没有这个单位”的单位", `value="示例金丝雀"`, `class="error"`)
		form.Set("f.单位", unitA)
		if a = s.post("经办无", list+"/new", form); a.status != 401 {
			t.Error(a.status)
		}
		if a = s.post("副县长", list+"/new", form); a.status != 403 {
			t.Errorf("a leader enters: %d", a.status)
		}
		if a = s.post("经办", list+"/new", url.Values{"f.席位": {"成员1"}, "f.职责": {"成员"}, "f.职务": {"局长"}, "f.单位": {unitB}, "f.分工": {"治污"}}); a.status != 403 {
			t.Errorf("a clerk enters another unit's: %d", a.status)
		}
		a = s.post("督查", list+"/new", form)
		if a.status != 303 || !strings.HasSuffix(a.location, "?done=listed") {
			t.Fatalf("%d %s\n%.800s", a.status, a.location, around2(a.body, "<main"))
		}
		entry, _, _ := strings.Cut(a.location, "?")
		page(t, s.get("督查", a.location), 200, "已登记", "示例金丝雀", "首次登记", "席位明确到人", "入册", "收录证明", "/move?to=")
		page(t, s.get("督查", list+"?q=全面"), 200, ">组长<")
		page(t, s.get("督查", list+"?f.职责=成员"), 200, "没有符合条件的条目")
		page(t, s.get("督查", list+"?f.任期起.min=2031-05-01"), 200, ">组长<")
		page(t, s.get("督查", list+"?f.任期起.min=坏"), 400, "不是日期")
		page(t, s.get("督查", list+"?f.没有=1"), 400, "这一格")
		page(t, s.get("督查", list+"?on=2031-06-01"), 200, "这一天台账上还没有条目")
		if a := s.get("督查", entry+".json"); !strings.Contains(a.body, `"现任":"示例金丝雀"`) {
			t.Error(a.body)
		}
		page(t, s.get("督查", list+"/owed"), 200, "席位明确到人")

		// The public sees the entry, and nothing private of it, by no way.
		open := "/open" + entry
		page(t, s.get("", open), 200, "组长", "沿革")
		for _, to := range []string{open, open + ".json", "/open" + list, "/open" + list + ".csv", "/open" + list + ".json", "/open" + list + "/dump", open + "/proof?n=1", "/open" + list + "?q=示例金丝雀",
			"/open" + list + "?f.现任=示例金丝雀", "/open" + list + "?sort=现任", "/open" + list + "/map.json"} {
			a := s.get("", to)
			if strings.Contains(strings.ReplaceAll(a.body, "q=示例金丝雀", ""), "金丝雀") && !strings.Contains(to, "?") || strings.Contains(a.body, "首次登记") || a.status >= 500 {
				t.Errorf("%s: %d tells what is not public\n%.800s", to, a.status, around2(a.body, "<main"))
			}
		}
		if a := s.get("", "/open/lists/office-calls"); a.status != 404 {
			t.Errorf("a register that is not public: %d", a.status)
		}
		if a := s.get("", list); a.status != 303 {
			t.Errorf("the offices' page for the public: %d", a.status)
		}

		// Changed by who may; a form that is behind is refused with what was typed.
		page(t, s.get("督查", entry+"/amend"), 200, `name="saw" value="1"`, `value="示例金丝雀"`)
		a = s.post("督查", entry+"/amend", url.Values{"saw": {"1"}, "f.分工": {"总抓"}, "why": {"分工调整"}})
		if a.status != 303 {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		page(t, s.post("督查", entry+"/amend", url.Values{"saw": {"1"}, "f.分工": {"另写一句"}}), 409, "另写一句")
		page(t, s.post("督查", entry+"/correct", url.Values{"f.分工": {"全面负责"}}), 400, "请写明原因")
		page(t, s.get("督查", entry), 200, "<del>全面</del>", "<ins>总抓</ins>")
		page(t, s.get("督查", entry+"/move?to=撤销"), 200, "在设 → 撤销")
		if a = s.post("督查", entry+"/move", url.Values{"to": {"撤销"}, "saw": {"2"}}); a.status != 303 {
			t.Errorf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		page(t, s.get("督查", entry+"/move?to=撤销"), 409, "不能这样转变状态")
		if a = s.post("督查", entry+"/remove", url.Values{"why": {"机构撤销"}}); a.status != 303 {
			t.Errorf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		page(t, s.get("督查", entry), 200, "出册", "恢复在册")
		page(t, s.get("督查", entry+"/amend"), 409, "出册")
		if a = s.post("督查", entry+"/restore", url.Values{"why": {"误撤"}}); a.status != 303 {
			t.Errorf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		page(t, s.get("督查", list+"?sort=-更新日期"), 200, ">组长<")
		if logs := s.logs.String(); strings.Contains(logs, "level=ERROR") {
			_, errors, _ := strings.Cut(logs, "level=ERROR")
			t.Errorf("%.600s", errors)
		}
	})
}

// A table is held against the register, applied, and taken back; entries that may be one are merged and parted.
func TestListsImportAndTwins(t *testing.T) {
	sites(t, func(s *site) {
		newWorld(s)
		const list = "/lists/task-force"
		table := "席位,职责,职务,单位,分工\n组长,组长,县长," + unitA + ",全面\n组 长,组长,县长," + unitA + ",抓总\n坏行,没有的职责,x," + unitB + ",y\n"
		a := s.upload("督查", list+"/import", map[string]string{"why": "批量登记"}, "名单.csv", []byte(table))
		if a.status != 303 {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		batch := a.location
		page(t, s.get("督查", batch), 200, "行有误", "不在选项之内", "只导入无误的 2 行")
		if a := s.get("经办", batch); a.status != 403 {
			t.Errorf("a clerk of another unit sees an import: %d", a.status)
		}
		page(t, s.post("督查", batch+"/apply", nil), 400, "有1行有误，没有导入")
		if a = s.post("督查", batch+"/apply", url.Values{"only": {"1"}}); a.status != 303 {
			t.Fatalf("%d %.800s", a.status, around2(a.body, "<main"))
		}
		page(t, s.get("督查", batch), 200, "已导入", "撤销这次导入")
		page(t, s.get("督查", list+"/twins"), 200, "不同的各项", "抓总")
		page(t, s.post("督查", list+"/twins", url.Values{"what": {"into-a"}, "a": {"组长"}, "b": {"组 长"}, "take": {"分工"}, "why": {"同一席位"}}), 303)
		page(t, s.get("督查", list+"/e/"+url.PathEscape("组 长")), 200, "并入", "撤销合并")
		page(t, s.get("督查", list), 200, "1 条", ">组长<")
		body := s.get("督查", list+"/e/"+url.PathEscape("组 长")).body
		_, rest, _ := strings.Cut(body, `name="merging" value="`)
		id, _, _ := strings.Cut(rest, `"`)
		page(t, s.post("督查", list+"/twins", url.Values{"what": {"part"}, "merging": {id}, "why": {"是两个"}}), 303)
		page(t, s.get("督查", list), 200, "2 条")
		page(t, s.post("督查", list+"/twins", url.Values{"what": {"apart"}, "a": {"组长"}, "b": {"组 长"}, "why": {"是两个"}}), 303)
		page(t, s.get("督查", list+"/twins"), 200, "没有发现疑似重复")
		if a := s.upload("督查", list+"/import", nil, "空.csv", nil); a.status != 400 {
			t.Errorf("an empty file: %d", a.status)
		}
	})
}

// Maps have what the list has, each side its own.
func TestListsMap(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		var placed *register.Schema
		for _, schema := range s.works.Registers.Schemas {
			for _, f := range schema.Fields {
				if placed == nil && schema.Public && f.Type == register.Point && !f.Hidden() {
					placed = schema
				}
			}
		}
		if placed == nil {
			t.Fatal("the county has no public register with places, and this test looks at one")
		}
		values := map[string]string{}
		for _, f := range placed.Fields {
			switch f.Type {
			case register.Point:
				values[f.Name] = "111.57 35.49"
			case register.Text:
				values[f.Name] = "示例"
			case register.Number, register.Money:
				values[f.Name] = "1"
			case register.Choice:
				values[f.Name] = f.Options[0]
			case register.Unit:
				values[f.Name] = unitA
			case register.Day:
				values[f.Name] = "2031-06-01"
			case register.YesNo:
				values[f.Name] = "否"
			}
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.works.Registers.Add(ctx, tx, register.System, placed.Name, register.Input{Fields: values})
			return err
		})
		here := "/open/lists/" + string(placed.Name)
		page(t, s.get("", here+"/map.json?box=111,35,112,36&zoom=12"), 200, `"n":1`, "1115700000,354900000")
		page(t, s.get("", here+"/map.json?box=10,35,12,36"), 200, `"n":0`)
		page(t, s.get("", here+"/map.json?box=坏"), 400)
		page(t, s.get("", here+"/map.json?zoom=99"), 400)
		page(t, s.get("", here+"/map"), 200, "data-map=", "map.js")
		page(t, s.get("督查", "/lists/"+string(placed.Name)+"/map"), 200, "data-map=")
		page(t, s.get("", "/map"), 200, placed.Title)
		page(t, s.get("", "/map/places.json"), 200, `"town"`)
		if a := s.get("", here+"/e/%231"); a.status != 303 && a.status != 200 {
			t.Errorf("an entry by its number: %d", a.status)
		}
		page(t, s.get("", here+".geojson"), 200, "FeatureCollection", "111.57")
		page(t, s.get("", here), 200, "地图")
	})
}

// Whatever stands in an address is answered, or refused in words.
func FuzzListQuery(f *testing.F) {
	schema := &register.Schema{Name: "every", Title: "每种格", Public: true, Key: []string{"席位"}}
	for name, kind := range map[string]register.FieldType{"席位": register.Text, "面积": register.Number, "投资": register.Money, "任期起": register.Day, "类型": register.Choice,
		"公示": register.YesNo, "单位": register.Unit, "现任": register.Person, "照片": register.File, "位置": register.Point, "走向": register.Line, "范围": register.Polygon, "设施": register.Ref} {
		schema.Fields = append(schema.Fields, register.Field{Name: name, Type: kind, Options: []string{"甲", "乙"}, Private: name == "投资"})
	}
	for _, seed := range []string{"", "q=a&state=b", "box=1,2,3,4", "box=NaN,0,1,1", "f.席位=x&f.任期起.min=1", "f.=", "f..min=", "f.照片=有&f.现任=甲&f.投资.max=3&clear.范围=1", "saw=-1&holds=2031-02-30", "sort=-", "on=2031-01-01&stale=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		for _, v := range []register.Viewer{{}, register.Inside} {
			got, err := listQuery(schema, v, q)
			if err != nil {
				if asHTTPError(err).status != 400 {
					t.Fatalf("%q: %v", raw, err)
				}
				continue
			}
			for _, w := range got.Where {
				if x, ok := schema.Field(w.Field); !ok || !v.Inside && x.Hidden() {
					t.Fatalf("%q asks for %q", raw, w.Field)
				}
			}
			filterForm(schema, v, q, "")
		}
		in := entryFields(schema, q)
		for name := range in.Fields {
			if _, ok := schema.Field(name); !ok {
				t.Fatalf("%q writes %q", raw, name)
			}
		}
	})
}
