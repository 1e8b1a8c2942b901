package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

func TestInbox(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.holders["甲局"] = []Person{{"jia", "示例甲"}, {"yi", "示例乙"}}
		for i := range 7 {
			n := aNotice(fmt.Sprint("due/", i+1))
			n.About = fmt.Sprint("duty/", i%2)
			s.put(n)
		}
		s.pass() // nobody chose a channel: the inbox only
		s.inbox("jia", "due/7 due/6 due/5 due/4 due/3 due/2 due/1")
		s.write(func(tx *db.Tx) error {
			n, err := MarkRead(ctx, tx, county, "jia", 6, 2, 2, 99)
			if n != 2 {
				s.Errorf("%d marked, want 2", n)
			}
			return err
		})
		s.inbox("jia", "due/7 due/5 due/4 due/3 due/1 | due/6 due/2")
		s.inbox("yi", "due/7 due/6 due/5 due/4 due/3 due/2 due/1") // his own
		list := func(account string, q InboxQuery) (keys []string) {
			s.must(s.db.Read(ctx, func(tx *db.Tx) error {
				q.Limit = 3
				for {
					page, next, err := Inbox(ctx, tx, county, account, q)
					for _, m := range page {
						keys = append(keys, m.Key[4:])
					}
					if err != nil || next == "" {
						return err
					}
					q.Cursor = next
				}
			}))
			return keys
		}
		for _, c := range []struct {
			q    InboxQuery
			want string
		}{{InboxQuery{}, "7543162"}, {InboxQuery{Unread: true}, "75431"}, {InboxQuery{About: "duty/1"}, "462"}, {InboxQuery{About: "duty/1", Unread: true}, "4"}} {
			if got := strings.Join(list("jia", c.q), ""); got != c.want {
				s.Errorf("page by page %+v: %s, want %s", c.q, got, c.want)
			}
		}
		s.write(func(tx *db.Tx) error {
			n, err := MarkAllRead(ctx, tx, county, "jia", 4)
			if n != 3 {
				s.Errorf("%d marked, want 3", n)
			}
			unread, err2 := Unread(ctx, tx, county, "jia")
			if err2 != nil || unread != 2 {
				s.Errorf("%d unread, want 2; %v", unread, err2)
			}
			return err
		})
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			for _, q := range []InboxQuery{{Limit: MaxLimit + 1}, {Limit: -1}, {Cursor: "x"}, {Cursor: cursor(1)}, {Cursor: cursor(-1, 2)}} {
				if _, _, err := Inbox(ctx, tx, county, "jia", q); KindOf(err) != Invalid {
					s.Errorf("%+v: %v", q, err)
				}
			}
			return nil
		}))
	})
}

func TestPreferences(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		p := Preference{"name@example.cn", []Choice{{"", ByEmail, true}, {"late", ByEmail, false}, {"due", ByPush, true}}}
		s.write(func(tx *db.Tx) error {
			if err := SetPreference(ctx, tx, county, "jia", p); err != nil {
				return err
			}
			got, err := PreferenceOf(ctx, tx, county, "jia")
			for _, w := range []struct {
				ch   Channel
				kind string
				want bool
			}{{ByEmail, "due", true}, {ByEmail, "late", false}, {ByPush, "due", true}, {ByPush, "late", false}} {
				if got.Wants(w.ch, w.kind) != w.want {
					s.Errorf("%s by %s: want %v", w.kind, w.ch, w.want)
				}
			}
			return err
		})
		for _, bad := range []Preference{
			{Email: "示例甲 <a@example.cn>"}, {Email: "a@example.cn\r\nBcc: b@example.cn"}, {Email: "a b@example.cn"}, {Email: "甲@example.cn"},
			{Email: `"a>"@example.cn`}, {Email: "a"}, {Email: strings.Repeat("a", 300) + "@example.cn"},
			{Choices: []Choice{{"", "sms", true}}}, {Choices: []Choice{{"", ByHook, true}}}, {Choices: []Choice{{"due", ByEmail, true}, {"due", ByEmail, false}}},
			{Choices: make([]Choice, maxChoices+1)},
		} {
			err := s.db.Write(ctx, func(tx *db.Tx) error { return SetPreference(ctx, tx, county, "jia", bad) })
			if k := KindOf(err); k != Invalid && k != TooLarge {
				s.Errorf("%+v: %v", bad, err)
			}
		}
		s.write(func(tx *db.Tx) error { // what was refused has changed nothing; the journal tells no address
			got, err := PreferenceOf(ctx, tx, county, "jia")
			if got.Email != p.Email || len(got.Choices) != 3 {
				s.Errorf("%+v", got)
			}
			recs, _, err2 := journal.List(ctx, tx, county, journal.Query{Limit: 10})
			if err2 != nil || len(recs) != 1 || recs[0].What != deedPreference || strings.Contains(fmt.Sprint(recs), "example") {
				s.Errorf("journal: %+v, %v", recs, err2)
			}
			return err
		})
	})
}

func TestFeeds(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		var tokens [2]string
		for i := range tokens {
			s.clock.Advance(time.Minute)
			s.write(func(tx *db.Tx) (err error) {
				tokens[i], err = MakeFeed(ctx, tx, county, OfUnit, "甲局", "jia")
				return err
			})
		}
		open := func(token string) (f Feed, err error) {
			err = s.db.Read(ctx, func(tx *db.Tx) (err error) { f, err = OpenFeed(ctx, tx, county, token); return err })
			return f, err
		}
		f, err := open(tokens[0])
		if err != nil || f.Name != "甲局" || f.Kind != OfUnit || f.By != "jia" || len(tokens[0]) != 43 || tokens[0] == tokens[1] {
			s.Fatalf("%+v %v", f, err)
		}
		s.write(func(tx *db.Tx) error {
			list, err := Feeds(ctx, tx, county, OfUnit, "甲局")
			if len(list) != 2 || list[1].ID != f.ID {
				s.Errorf("list %+v", list)
			}
			for _, l := range list { // a list opens nothing
				if _, err := OpenFeed(ctx, tx, county, l.ID[:43]); KindOf(err) != NotFound {
					s.Error(err)
				}
			}
			if err != nil {
				return err
			}
			return RevokeFeed(ctx, tx, county, f.ID, "yi")
		})
		s.write(func(tx *db.Tx) error { return RevokeFeed(ctx, tx, county, f.ID, "yi") }) // again: nothing
		if _, err := open(tokens[0]); KindOf(err) != NotFound {
			s.Error("a revoked feed opens:", err)
		}
		if _, err := open(tokens[1]); err != nil {
			s.Error(err)
		}
		for _, bad := range []string{"", "x", strings.Repeat("A", 43)} {
			if _, err := open(bad); KindOf(err) != NotFound {
				s.Errorf("%q: %v", bad, err)
			}
		}
		err = s.db.Write(ctx, func(tx *db.Tx) error { _, err := MakeFeed(ctx, tx, county, "person", "jia", "jia"); return err })
		if KindOf(err) != Invalid {
			s.Error(err)
		}
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			recs, _, err := journal.List(ctx, tx, county, journal.Query{Limit: 10})
			if len(recs) != 3 || recs[0].What != deedRevokeFeed || recs[0].Who != "yi" {
				s.Errorf("journal %+v", recs)
			}
			return err
		}))
	})
}

// The operator's lists lead from page to page, and no way round the county.
func TestDeliveriesPageByPage(t *testing.T) {
	stories(t, "2023-10-30", func(s *story) {
		s.mails("jia")
		for i := range 7 {
			s.put(aNotice(fmt.Sprint("due/", i+1)))
		}
		s.answer = func(p parcel) error {
			if p.Key == "due/3" || p.Key == "due/5" {
				return fail(never, "不收")
			}
			return nil
		}
		s.pass("jia due/1", "jia due/2", "jia due/4", "jia due/6", "jia due/7")
		for _, c := range []struct {
			q    DeliveryQuery
			want int
		}{{DeliveryQuery{}, 7}, {DeliveryQuery{State: Failed}, 2}, {DeliveryQuery{State: Handed, Channel: ByEmail, Account: "jia"}, 5},
			{DeliveryQuery{Account: "yi"}, 0}, {DeliveryQuery{Channel: ByHook}, 0}, {DeliveryQuery{Notice: 3}, 1}} {
			n, pages := 0, 0
			c.q.Limit = 2
			s.must(s.db.Read(ctx, func(tx *db.Tx) error {
				for {
					list, next, err := Deliveries(ctx, tx, county, c.q)
					n, pages = n+len(list), pages+1
					if err != nil || next == "" {
						return err
					}
					c.q.Cursor = next
				}
			}))
			if n != c.want || pages != max(1, (c.want+1)/2) {
				s.Errorf("%+v: %d in %d pages, want %d", c.q, n, pages, c.want)
			}
		}
		s.must(s.db.Read(ctx, func(tx *db.Tx) error {
			list, _, err := Deliveries(ctx, tx, "200000", DeliveryQuery{})
			if len(list) != 0 {
				s.Error("another county sees them")
			}
			return err
		}))
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor(0, 7))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseCursor("Inbox", text, 2)
		if err == nil && text != "" {
			if again, err := parseCursor("Inbox", cursor(at...), 2); err != nil || fmt.Sprint(again) != fmt.Sprint(at) {
				t.Errorf("%q is %v and comes back as %v, %v", text, at, again, err)
			}
		}
	})
}

func FuzzRedact(f *testing.F) {
	f.Add("550 <A@Example.org>: a@example.org unknown", "a@example.org")
	f.Fuzz(func(t *testing.T, said, address string) {
		if len(address) < 3 || strings.Contains("（地址）", address) {
			return
		}
		if got := redact(said, address); strings.Contains(strings.ToLower(got), strings.ToLower(address)) && strings.ToLower(said) == said {
			t.Errorf("%q still shows %q", got, address)
		}
	})
}
