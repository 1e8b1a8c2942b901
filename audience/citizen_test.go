package audience

import (
	"context"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/org"
	"zhixing/register"
	"zhixing/rule"
)

func (s *story) ask(q Request) (c Code) {
	s.Helper()
	q.How = "网页"
	s.write(func(tx *db.Tx) (err error) {
		c, err = s.a.Ask(ctx, tx, q)
		return err
	})
	return c
}

func (s *story) confirm(c Code, digits string) (r Result) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		r, err = s.a.Confirm(ctx, tx, c.ID, digits)
		return err
	})
	return r
}

func joining(to string) Request {
	return Request{Deed: Join, Address: Address{SMS, to}, Place: east, Wants: []Want{{Hazard: "暴雨", Level: Yellow}}, Words: "预警订阅须知（2023年版）"}
}

func TestSubscribeWithdrawErase(t *testing.T) {
	stories(t, func(s *story) {
		q := Query{Area: Area{Towns: []string{"东镇"}}, Hazard: "暴雨", Level: Yellow}
		c := s.ask(joining("138 0000 0001"))
		if len(c.Digits) != 6 || len(c.ID) != 32 {
			t.Fatalf("%+v", c)
		}
		s.want(s.told(q)) // nobody before the number is shown to be his
		if r := s.confirm(c, "x"+c.Digits[1:]); r.Done || r.Left != 4 {
			t.Errorf("%+v", r)
		}
		if r := s.confirm(c, c.Digits); !r.Done || r.Deed != Join {
			t.Errorf("%+v", r)
		}
		s.want(s.told(q), " sms:13800000001 订阅")
		s.refused(NotFound, func(tx *db.Tx) error { _, err := s.a.Confirm(ctx, tx, c.ID, c.Digits); return err }) // once

		// He wants something else: the same recipient.
		other := joining("13800000001")
		other.Wants = []Want{{Hazard: "大风"}}
		c = s.ask(other)
		s.confirm(c, c.Digits)
		s.want(s.told(q))
		q.Hazard = "大风"
		s.want(s.told(q), " sms:13800000001 订阅")

		// A list of the township has him too, and his consent.
		b, _ := s.offer(csvHead + "1,居民,示例甲,东镇,示例一村,,,,13800000001,,,,,2023-05-01,书面\n2,经营主体,示例店,东镇,示例一村,,,,13800000001,,,,,,\n")
		s.apply(b.ID, false)
		s.clock.Set("2023-07-11T08:00:00+08:00")
		c = s.ask(Request{Deed: Withdraw, Address: Address{SMS, "13800000001"}})
		if r := s.confirm(c, c.Digits); !r.Done {
			t.Errorf("%+v", r)
		}
		q.Kinds = []Kind{Person}
		s.want(s.told(q)) // yellow needs consent
		q.Level = Red
		s.want(s.told(q), "示例甲 sms:13800000001 在范围内，红色、橙色预警依法告知")
		// The same list again brings no consent back; a newer one does.
		b, _ = s.offer(csvHead + "1,居民,示例甲,东镇,示例一村,,,学校,13800000001,,,,,2023-05-01,书面\n")
		s.apply(b.ID, false)
		q.Level = Yellow
		s.want(s.told(q))

		c = s.ask(Request{Deed: Erase, Address: Address{SMS, "13800000001"}})
		r := s.confirm(c, c.Digits)
		if !r.Done || len(r.More) != 1 || r.More[0].Source != "import:危险区住户" { // the shop's number is the shop's
			t.Errorf("%+v", r)
		}
		q.Level = Red
		s.want(s.told(q))
		s.write(func(tx *db.Tx) error { _, err := s.a.Drop(ctx, tx, office, "import:危险区住户", "2"); return err })
		s.write(func(tx *db.Tx) error { // the shop's image in the batch goes with the batch's time
			s.clock.Set("2023-09-01")
			return nil
		})
		s.write(func(tx *db.Tx) error { return s.a.Tick(ctx, tx, tx.Now()) })
		s.nothingOf("13800000001")
		_, wrong := s.offer(csvHead + "1,居民,示例甲,东镇,示例一村,,,,13800000001,,,,,2023-05-01,书面\n")
		if len(wrong) != 1 || wrong[0].Why != "有一个联系方式已按本人要求删除，不能再导入。" {
			t.Errorf("%+v", wrong)
		}
		s.refused(Forbidden, func(tx *db.Tx) error { _, err := s.a.Proofs(ctx, tx, stranger, "13800000001"); return err })
		s.write(func(tx *db.Tx) error {
			list, err := s.a.Proofs(ctx, tx, office, "138-0000-0001")
			if err != nil {
				return err
			}
			var got []string
			for _, p := range list {
				got = append(got, p.Deed.Chinese()+" "+p.How+" "+p.Words)
			}
			s.want(got, "订阅 网页 预警订阅须知（2023年版）", "订阅 网页 预警订阅须知（2023年版）", "退订 网页 ", "删除 网页 ")
			return nil
		})
		// He changes his mind.
		c = s.ask(joining("13800000001"))
		s.confirm(c, c.Digits)
		if _, wrong := s.offer(csvHead + "1,居民,示例甲,东镇,示例一村,,,,13800000001,,,,,2023-05-01,书面\n"); len(wrong) != 0 {
			t.Errorf("%+v", wrong)
		}
	})
}

func TestCodesAreBounded(t *testing.T) {
	stories(t, func(s *story) {
		c := s.ask(joining("13800000001"))
		for i := range codeTries {
			if r := s.confirm(c, "none"); r.Done || r.Left != codeTries-1-i {
				t.Errorf("%d: %+v", i, r)
			}
		}
		s.refused(NotFound, func(tx *db.Tx) error { _, err := s.a.Confirm(ctx, tx, c.ID, c.Digits); return err })
		c = s.ask(joining("13800000001"))
		s.clock.Advance(codeLasts)
		s.refused(NotFound, func(tx *db.Tx) error { _, err := s.a.Confirm(ctx, tx, c.ID, c.Digits); return err })
		s.ask(joining("13800000001"))
		again := func(tx *db.Tx) error { _, err := s.a.Ask(ctx, tx, joining("+8613800000001")); return err }
		s.refused(TooMany, again)
		s.ask(joining("13800000002")) // somebody else may
		s.clock.Set("2023-07-10T21:10:01+08:00")
		s.write(again)
		for _, bad := range []Request{{Deed: "other", Address: Address{SMS, "13800000003"}}, {Deed: Erase, Address: Address{Voice, "13800000003"}},
			{Deed: Erase, Address: Address{SMS, "110"}}, {Deed: Join, Address: Address{SMS, "13800000003"}, Words: "须知"}, {Deed: Join, Address: Address{SMS, "13800000003"}, Place: east}} {
			s.refused(Invalid, func(tx *db.Tx) error { _, err := s.a.Ask(ctx, tx, bad); return err })
		}
	})
}

func TestARegisterIsAnAudience(t *testing.T) {
	stories(t, func(s *story) {
		dir := org.NewDirectory(org.Place{Code: county, County: "乙县"})
		if err := dir.Add(org.Unit{Name: "县住建局", Kind: org.Department}); err != nil {
			t.Fatal(err)
		}
		sites := &register.Schema{Name: "sites", Title: "在建工地台账", Basis: rule.Basis{Document: "乙政办发〔2023〕5号", Clause: "一"}, Custodian: "县住建局", Key: []string{"编号"}, Label: "名称",
			States: []string{"在建", "停工"}, Moves: []register.Move{{Name: "停工", From: []string{"在建"}, To: "停工"}},
			Fields: []register.Field{{Name: "编号", Type: register.Text, Required: true}, {Name: "名称", Type: register.Text, Required: true}, {Name: "位置", Type: register.Point},
				{Name: "值班电话", Type: register.Text, Private: true}, {Name: "类型", Type: register.Text}}}
		view := &View{Register: "sites", Kind: Firm, Role: "类型", Roles: []string{"在建工地"}, Addresses: []ViewAddress{{SMS, "值班电话"}}, States: []string{"在建"}}
		regs := &register.Registers{County: county, Schemas: []*register.Schema{sites}, Directory: dir, Places: s.a.Places, Workdays: calendar.National()}
		by := register.Actor{Account: "bangong", Name: "示例甲", Office: true}
		add := func(fields map[string]string) {
			t.Helper()
			s.write(func(tx *db.Tx) error {
				_, err := regs.Add(ctx, tx, by, "sites", register.Input{Fields: fields})
				return err
			})
		}
		add(map[string]string{"编号": "1", "名称": "示例一标段", "位置": "111.555 35.455", "值班电话": "138-0000-0001", "类型": "房建"})
		q := Query{Area: Area{Circles: []Circle{{*at(111.555, 35.455), 300}}}, Hazard: "大风", Level: Yellow, Roles: []string{"房建"}}
		s.want(s.told(q))
		s.write(func(tx *db.Tx) error { _, err := s.a.Rebuild(ctx, tx, view, regs); return err })
		s.want(s.told(q), "示例一标段 sms:13800000001 角色")

		regs.Changed = func(_ context.Context, tx *db.Tx, c register.Change) error { return s.a.Follow(ctx, tx, view, regs, c) }
		add(map[string]string{"编号": "2", "名称": "示例二标段", "位置": "111.555 35.455", "值班电话": "13800000002；打门卫", "类型": "房建"})
		add(map[string]string{"编号": "3", "名称": "没有电话的", "位置": "111.555 35.455"})
		s.want(s.told(q), "示例一标段 sms:13800000001 角色", "示例二标段 sms:13800000002 角色")
		s.write(func(tx *db.Tx) error {
			_, err := regs.Move(ctx, tx, by, "sites", "1", register.MoveTo{State: "停工"})
			return err
		})
		s.want(s.told(q), "示例二标段 sms:13800000002 角色")
		// Everything made anew says the same.
		s.write(func(tx *db.Tx) error {
			done, err := s.a.Rebuild(ctx, tx, view, regs)
			if done != (Done{Same: 1}) {
				t.Errorf("%+v", done)
			}
			return err
		})
		s.write(func(tx *db.Tx) error {
			held, err := s.a.EraseAll(ctx, tx, office, "13800000002", "窗口")
			if len(held) != 1 || held[0].Source != "register:sites" {
				t.Errorf("%+v", held)
			}
			return err
		})
		s.want(s.told(q), "示例二标段 sms:13800000002 角色")
		s.put("import:册", phone("他人", Firm, Place{}, "13800000009"))
		for _, c := range []struct {
			names []register.Name
			left  int
		}{{[]register.Name{"sites"}, 2}, {nil, 1}} {
			s.write(func(tx *db.Tx) error { return s.a.OnlyViews(ctx, tx, c.names) })
			if n := s.count(Query{Area: Area{County: true}, Level: Red}); n.Inside != c.left {
				t.Errorf("with %v there are %d, want %d", c.names, n.Inside, c.left)
			}
		}
	})
}
