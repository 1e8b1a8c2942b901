package publication_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/org"
	"zhixing/publication"
	"zhixing/search"
)

func (s *story) find(text string) []string {
	s.Helper()
	var keys []string
	s.Read(func(tx *db.Tx) error {
		found, err := search.Find(ctx, tx, search.Query{County: county, Text: text, Limit: 20})
		for _, h := range found.Hits {
			keys = append(keys, h.Key)
		}
		return err
	})
	return keys
}

func TestADocumentWithAllThatStandsAroundIt(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		d := s.Document("青禾政发/2024/1", "")
		if d.No != "青禾政发〔2024〕1号" || d.HoldsFrom.String() != "2024-02-20" || d.RecordedAt != s.clock.Now().UTC() {
			s.Errorf("head %+v", d.Head)
		}
		var chain []org.Level
		for _, l := range d.Chain {
			chain = append(chain, l.Level)
		}
		if !slices.Equal(chain, []org.Level{org.Nation, org.City}) {
			s.Errorf("chain %v", d.Chain)
		}
		if len(d.Effects) != 1 || d.Effects[0].Effect != "废止" || d.Effects[0].Known || d.Effects[0].Key != "青禾政发/2021/7" {
			s.Errorf("effects %+v: want one, outstanding", d.Effects)
		}
		if len(d.CitedBy) != 1 || d.CitedBy[0].Key != "青禾政办发/2024/3" || !d.CitedBy[0].CarryOut {
			s.Errorf("cited by %+v", d.CitedBy)
		}
		if len(d.Duties) != 2 || d.Duties[0].Clause != "一/(一)" {
			s.Errorf("duties %+v", d.Duties)
		}
		if read, err := d.Duties[0].Read(); err != nil || !slices.Equal(read.Lead, []string{"县水务局"}) {
			s.Errorf("duty %+v, %v", read, err)
		}
		if i := slices.Index(d.Units, publication.Mention{Unit: "县自然资源局", Role: "support"}); i < 0 {
			s.Errorf("units %+v", d.Units)
		}
		if got := s.find("界桩"); !slices.Equal(got, []string{"青禾政发/2024/1"}) {
			s.Errorf("found %q", got)
		}
		// The proof that the page offers holds.
		s.Read(func(tx *db.Tx) error {
			proof, err := s.press.Log.Proof(ctx, tx, d.Shown.Leaf)
			if err != nil {
				return err
			}
			if b, err := publication.Bundle(ctx, tx, s.press.Log, d.Shown); err != nil || !bytes.HasSuffix(b, proof) {
				s.Errorf("bundle %q, %v", b, err)
			}
			return journal.VerifyProof([]byte(d.Shown.Manifest), proof, s.press.Log.Key())
		})
		for _, f := range d.Editions {
			if !strings.Contains(d.Shown.Manifest, f.SHA256) {
				s.Errorf("edition %s is not in the manifest", f.Format)
			}
		}
	})
}

// An effect on a document that is published later is applied from then on; nobody has to go back to it.
func TestAnEffectIsOutstandingUntilItsTargetIsInTheStore(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		s.Issue(old)
		if d := s.Document("青禾政发/2024/1", ""); !d.Effects[0].Known {
			s.Errorf("effects %+v: want applied", d.Effects)
		}
		d := s.Document("青禾政发/2021/7", "")
		if by := d.RepealedBy(); by == nil || by.Key != "青禾政发/2024/1" {
			s.Errorf("repealed by %+v", by)
		}
		if len(d.Affected) != 1 || d.Affected[0].Effect != "废止" || d.Affected[0].On.String() != "2024-02-20" {
			s.Errorf("affected by %+v", d.Affected)
		}
		if d := s.Document("青禾政发/2021/7", "2023-01-01"); len(d.Affected) != 0 {
			s.Errorf("in 2023 nothing had repealed it yet: %+v", d.Affected)
		}
		s.Read(func(tx *db.Tx) error {
			i, err := publication.IssueOf(ctx, tx, county, publication.IssueNo{Year: 2021, No: 4})
			if i.Next == nil || i.Next.String() != "2024-1" || i.Prev != nil || len(i.Documents) != 1 {
				s.Errorf("issue %+v", i)
			}
			return err
		})
	})
}

const old = `青禾县人民政府公报

2021年第4期（总第8期）

2021年12月31日出版

青禾县人民政府关于河道巡查的通知

青禾政发〔2021〕7号

各乡（镇）人民政府：

为保护河道，根据《巡河规则》（青禾政办发〔2020〕2号），作如下安排。

一、工作任务

（一）按月巡查。每月巡查一次，发现问题当日上报。（县水务局牵头，县巡河队配合）

青禾县人民政府

2021年11月3日

（此件公开发布）
`

func TestWhatIsPublishedIsNotPublishedAgain(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		e := s.As("编辑丁")
		d := e.Upload(issueText)
		_, err := e.try(e.submitting(d.At()))
		s.Refuses(err, publication.Conflict, "2024年第1期已经公布")
		d = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.SetFacts(ctx, tx, d.At(), e.Actor, publication.Facts{No: 2})
		})
		_, err = e.try(e.submitting(d.At()))
		s.Refuses(err, publication.Conflict, "青禾政发〔2024〕1号已在2024年第1期公布")
	})
}

// Two drafts of one issue: both are submitted, one is published, the other is refused and nothing of it stays.
func TestOfTwoDraftsOfOneIssueOneIsPublished(t *testing.T) {
	stories(t, func(s *story) {
		e, p := s.As("编辑甲"), s.As("签发乙")
		a, b := e.Submit(e.Upload(issueText)), e.Submit(e.Upload(issueText))
		errs := make(chan error, 2)
		for _, d := range []publication.Draft{a, b} {
			go func() {
				_, err := s.press.Publish(ctx, d.At(), p.Actor)
				errs <- err
			}()
		}
		first, second := <-errs, <-errs
		if first == nil {
			first, second = second, first
		}
		if second != nil {
			s.Fatal(second)
		}
		s.Refuses(first, publication.Conflict, "已经公布")
		s.Read(func(tx *db.Tx) error {
			size, err := s.press.Log.Size(ctx, tx)
			if size != 4 {
				s.Errorf("log has %d entries", size)
			}
			return err
		})
	})
}

func TestListsTurnPagesWithoutLossOrCut(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(old)
		s.Issue(issueText)
		list := func(f publication.Filter) (p publication.Page, err error) {
			s.Read(func(tx *db.Tx) error {
				p, err = publication.List(ctx, tx, county, f)
				return nil
			})
			return p, err
		}
		var got []publication.Key
		f := publication.Filter{Limit: 1}
		for {
			p, err := list(f)
			if err != nil {
				s.Fatal(err)
			}
			for _, h := range p.Items {
				got = append(got, h.Key)
			}
			if f.Cursor = p.Next; f.Cursor == "" {
				break
			}
			if len(got) == 2 { // what comes meanwhile moves nothing
				s.Issue(strings.NewReplacer("2021年第4期", "2022年第1期", "〔2021〕7号", "〔2022〕9号").Replace(old))
			}
		}
		if want := []publication.Key{"2024-1/3", "青禾政办发/2024/3", "青禾政发/2024/1", "青禾政发/2021/7"}; !slices.Equal(got, want) {
			s.Errorf("got %q", got)
		}
		for _, c := range []struct {
			f    publication.Filter
			want int
		}{
			{publication.Filter{Kind: "通知"}, 3}, {publication.Filter{Agency: "青禾政办发"}, 1}, {publication.Filter{Year: 2024}, 3},
			{publication.Filter{Unit: "县水务局"}, 5}, {publication.Filter{Unit: "河口镇人民政府"}, 4},
			{publication.Filter{From: day(s, "2024-03-05"), To: day(s, "2024-03-05")}, 1}, {publication.Filter{Issuer: "青禾县人民政府"}, 4},
		} {
			if p, err := list(c.f); err != nil || len(p.Items) != c.want {
				s.Errorf("%+v: want %d, got %d, %v", c.f, c.want, len(p.Items), err)
			}
		}
		one, _ := list(publication.Filter{Limit: 1})
		for _, c := range []struct {
			f    publication.Filter
			says string
		}{
			{publication.Filter{Limit: 101}, "1至100"}, {publication.Filter{Limit: -1}, "1至100"}, {publication.Filter{Year: 24}, "1949"},
			{publication.Filter{From: day(s, "2024-02-01"), To: day(s, "2024-01-01")}, "晚于"}, {publication.Filter{Cursor: "???"}, "翻页标记"},
			{publication.Filter{Cursor: one.Next, Kind: "通知"}, "与查询条件不符"}, {publication.Filter{Kind: strings.Repeat("通", 101)}, "100个字"},
		} {
			_, err := list(c.f)
			s.Refuses(err, publication.Invalid, c.says)
		}
	})
}

func TestDutiesOverAllDocuments(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(old)
		s.Issue(issueText)
		list := func(f publication.DutyFilter) (p publication.DutyPage, err error) {
			s.Read(func(tx *db.Tx) error {
				p, err = publication.Duties(ctx, tx, county, f)
				return nil
			})
			return p, err
		}
		whole, err := list(publication.DutyFilter{})
		if err != nil || len(whole.Items) < 4 || whole.Next != "" {
			s.Fatalf("duties %+v, %v", whole, err)
		}
		var turned []publication.Duty
		f := publication.DutyFilter{Limit: 1}
		for len(turned) <= len(whole.Items) {
			p, err := list(f)
			if err != nil {
				s.Fatal(err)
			}
			turned = append(turned, p.Items...)
			if f.Cursor = p.Next; f.Cursor == "" {
				break
			}
		}
		if fmt.Sprint(turned) != fmt.Sprint(whole.Items) {
			s.Errorf("page by page:\n%v\nat once:\n%v", turned, whole.Items)
		}
		led, err := list(publication.DutyFilter{Unit: "河口镇人民政府", Role: "lead"})
		if err != nil || len(led.Items) != 1 || led.Items[0].Title != "清理河道垃圾" {
			s.Errorf("led by the town: %+v, %v", led, err)
		}
		if p, err := list(publication.DutyFilter{Role: "support"}); err != nil || len(p.Items) == 0 || len(p.Items) >= len(whole.Items) {
			s.Errorf("with support: %+v, %v", p, err)
		}
		for _, f := range []publication.DutyFilter{{Limit: 101}, {Role: "chief"}, {Unit: "县水务局", Role: "chief"}, {Cursor: "1-2"},
			{Cursor: f.Cursor + "x"}} {
			_, err := list(f)
			s.Refuses(err, publication.Invalid, "")
		}
	})
}

func TestFrontUnitsSitemapFacets(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(old)
		s.Issue(issueText)
		s.Read(func(tx *db.Tx) error {
			f, err := publication.FrontOf(ctx, tx, county)
			if err != nil || f.Count != 4 || len(f.Issues) != 2 || f.Issues[0].Count != 3 || f.Freshness[0].Issuer != "青禾县人民政府" ||
				f.Freshness[0].LastSigned.String() != "2024-03-20" {
				s.Errorf("front %+v, %v", f, err)
			}
			units, err := publication.Units(ctx, tx, county)
			if err != nil || len(units) == 0 {
				s.Errorf("units %+v, %v", units, err)
			}
			u, err := publication.UnitOf(ctx, tx, county, "县水务局")
			if err != nil || u.Documents != 4 || u.Duties != len(u.Listed) || u.Duties < 2 || len(u.Naming) != 4 || u.Listed[0].Role != "lead" {
				s.Errorf("unit %+v, %v", u.UnitCount, err)
			}
			_, err = publication.UnitOf(ctx, tx, county, "县不存在局")
			s.Refuses(err, publication.NotFound, "没有提到")
			rows, err := publication.Sitemap(ctx, tx, county)
			if err != nil || len(rows) != 6 || rows[0].Path != "/issues/2024-1" || rows[2].Path != "/documents/2024-1/3" {
				s.Errorf("sitemap %+v, %v", rows, err)
			}
			fs, err := publication.FacetsOf(ctx, tx, county)
			if err != nil || fs.Years[0] != (publication.Facet{Value: "2024", Count: 3}) {
				s.Errorf("facets %+v, %v", fs, err)
			}
			with, err := publication.RecentWith(ctx, tx, county, "河道", 10)
			if err != nil || len(with) != 4 || with[0].Key != "2024-1/3" {
				s.Errorf("with 河道: %+v, %v", with, err)
			}
			_, err = publication.RecentWith(ctx, tx, county, "，", 10)
			s.Refuses(err, publication.Invalid, "检索词")
			recent, err := publication.Recent(ctx, tx, county, publication.Filter{Unit: "县水务局"}, 2)
			if err != nil || len(recent) != 2 || recent[0].Key != "青禾政发/2024/1" {
				s.Errorf("recent: %+v, %v", recent, err)
			}
			heads, err := publication.Heads(ctx, tx, county, []publication.Key{"2024-1/3", "没有/2024/1", "青禾政发/2024/1"})
			if err != nil || len(heads) != 2 || heads[0].Key != "2024-1/3" {
				s.Errorf("heads %+v, %v", heads, err)
			}
			_, err = publication.DocumentOn(context.Background(), tx, county, "没有/2024/1", day(s, ""))
			s.Refuses(err, publication.NotFound, "没有查到")
			return nil
		})
	})
}
