package publication_test

import (
	"bytes"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/journal"
	"zhixing/publication"
)

func TestCorrectionsAreNewDatedVersions(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		s.clock.Set("2024-05-06")
		e, p := s.As("编辑甲"), s.As("签发乙")
		begin := func(key publication.Key) deed {
			return func(tx *db.Tx) (publication.Draft, error) {
				return publication.BeginCorrection(ctx, tx, county, e.Actor, key, "界桩数量误排，更正为一百根。", "县政府办公室说明")
			}
		}
		_, err := e.try(begin("没有/2024/1"))
		s.Refuses(err, publication.NotFound, "没有查到")
		d := e.must(begin("青禾政发/2024/1"))
		_, err = e.try(begin("青禾政发/2024/1"))
		s.Refuses(err, publication.Conflict, "在办")
		d = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.Discard(ctx, tx, d.At(), e.Actor, "改用整稿")
		})

		text := strings.Replace(d.Source, "设立界桩", "设立界桩一百根", 1)
		d = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.Upload(ctx, tx, county, e.Actor, publication.Manuscript{Filename: "更正.txt", Raw: []byte(text), Source: text,
				Corrects: "青禾政发/2024/1", Note: "界桩数量误排，更正为一百根。", Basis: "县政府办公室说明"})
		})
		_, err = s.press.Publish(ctx, e.Submit(d).At(), e.Actor)
		s.Refuses(err, publication.NotAllowed, "签发人")
		d.Revision++
		out := p.Publish(d)
		if out.Documents[0].Version != 2 {
			s.Errorf("outcome %+v", out)
		}
		now := s.Document("青禾政发/2024/1", "")
		if now.Shown.N != 2 || now.Shown.Record != edition.Correct || now.Shown.Note != "界桩数量误排，更正为一百根。" || now.Issue.String() != "2024-1" ||
			now.Seq != 1 || now.Next != nil || !strings.Contains(string(edition.Text(now.Text)), "界桩一百根") || len(now.Text.Earlier) != 1 {
			s.Errorf("now %+v", now.Shown)
		}
		before := s.Document("青禾政发/2024/1", "2024-05-05")
		if before.Shown.N != 1 || before.Next == nil || strings.Contains(string(edition.Text(before.Text)), "一百根") {
			s.Errorf("before %+v", before.Shown)
		}
		if got := s.find("界桩一百根"); len(got) != 1 {
			s.Errorf("found %q", got)
		}
		s.Read(func(tx *db.Tx) error {
			_, err := publication.DocumentOn(ctx, tx, county, "青禾政发/2024/1", day(s, "2024-02-19"))
			s.Refuses(err, publication.NotFound, "自2024年2月20日起")
			v1, err := publication.DocumentVersion(ctx, tx, county, "青禾政发/2024/1", 1)
			if err != nil || v1.Shown.N != 1 {
				s.Errorf("version 1: %+v, %v", v1.Shown, err)
			}
			_, err = publication.DocumentVersion(ctx, tx, county, "青禾政发/2024/1", 3)
			s.Refuses(err, publication.NotFound, "没有第3版")
			return nil
		})
		if _, err := journal.Verify(ctx, s.db, county); err != nil {
			s.Error(err)
		}
		if _, err := s.press.Log.Verify(ctx, s.db); err != nil {
			s.Error(err)
		}
	})
}

// A correction begins where the printed text stands: with the mends and the withholdings that it was published with.
func TestACorrectionBeginsWithWhatWasPublished(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		d := e.Upload(issueText)
		plan := s.offset("青禾县人民政府办公室关于印发青禾县防汛准备工作方案的通知\n\n青禾政办发〔2024〕3号\n\n各乡")
		d = e.must(e.mending(d.At(), gazette.Mend{At: plan, What: gazette.SetTitle, Value: "青禾县人民政府办公室关于印发防汛准备工作方案的通知"}))
		d = e.must(e.choosing(d.At(), publication.Choice{Doc: plan, Attachment: 1, Withhold: true}))
		s.As("签发乙").Publish(e.Submit(d))
		d = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.BeginCorrection(ctx, tx, county, e.Actor, "青禾政办发/2024/3", "核对。", "")
		})
		if len(d.Mends) != 1 || len(d.Choices) != 1 || !strings.HasPrefix(d.Subject, "更正：") {
			s.Errorf("draft %+v", d)
		}
		s.As("签发乙").Publish(e.Submit(d))
		one, err := s.version("青禾政办发/2024/3", 1)
		two, err2 := s.version("青禾政办发/2024/3", 2)
		if err != nil || err2 != nil || two.Title != "青禾县人民政府办公室关于印发防汛准备工作方案的通知" || two.Text.Issue != one.Text.Issue ||
			!bytes.Equal(edition.HTMLBody(one.Text), edition.HTMLBody(two.Text)) {
			s.Errorf("corrected\n%s\ninto\n%s\n%v %v", edition.Text(one.Text), edition.Text(two.Text), err, err2)
		}
	})
}

func (s *story) version(key publication.Key, n int) (d publication.Document, err error) {
	s.Read(func(tx *db.Tx) error {
		d, err = publication.DocumentVersion(ctx, tx, county, key, n)
		return nil
	})
	return d, err
}

func TestAWithdrawnDocumentLeavesATombstone(t *testing.T) {
	stories(t, func(s *story) {
		s.Issue(issueText)
		s.clock.Set("2024-06-01")
		p := s.As("签发乙")
		_, err := s.press.Withdraw(ctx, "青禾政发/2024/1", s.As("编辑甲").Actor, publication.Withdrawal{Reason: "误发"})
		s.Refuses(err, publication.NotAllowed, "签发人")
		_, err = s.press.Withdraw(ctx, "青禾政发/2024/1", p.Actor, publication.Withdrawal{})
		s.Refuses(err, publication.Invalid, "理由")
		if _, err = s.press.Withdraw(ctx, "青禾政发/2024/1", p.Actor, publication.Withdrawal{Reason: "误发，以重新印发的为准。", Basis: "县政府办公室通知"}); err != nil {
			s.Fatal(err)
		}
		_, err = s.press.Withdraw(ctx, "青禾政发/2024/1", p.Actor, publication.Withdrawal{Reason: "误发"})
		s.Refuses(err, publication.WrongState, "已经撤回")

		for _, on := range []string{"", "2024-03-01"} {
			d := s.Document("青禾政发/2024/1", on)
			if !d.Withdrawn || d.Shown.Record != edition.Withdraw || d.Shown.Note != "误发，以重新印发的为准。" || len(d.Text.Parts) != 0 || len(d.Duties)+len(d.Cites)+len(d.Units) != 0 {
				s.Errorf("on %q: %+v", on, d)
			}
			if !d.Versions[0].Removed || d.Versions[1].Removed || d.Title == "" {
				s.Errorf("versions %+v", d.Versions)
			}
		}
		s.Read(func(tx *db.Tx) error {
			_, err := publication.FileOf(ctx, tx, county, "青禾政发/2024/1", 1, "docx")
			s.Refuses(err, publication.NotFound, "撤回")
			stone, err := publication.FileOf(ctx, tx, county, "青禾政发/2024/1", 0, "txt")
			if err != nil || strings.Contains(string(stone.Bytes), "界桩") {
				s.Errorf("tombstone %q, %v", stone.Bytes, err)
			}
			i, err := publication.IssueOf(ctx, tx, county, publication.IssueNo{Year: 2024, No: 1})
			if len(i.Documents) != 3 || !i.Documents[0].Withdrawn {
				s.Errorf("the issue shows that it was there: %+v", i.Documents)
			}
			return err
		})
		if got := s.find("界桩"); len(got) != 0 {
			s.Errorf("found %q", got)
		}
		if d := s.Document("青禾政办发/2024/3", ""); d.Cites[0].Known || d.Cites[0].Key != "青禾政发/2024/1" {
			s.Errorf("cites %+v", d.Cites)
		}

		// It may come back as a new version.
		e := s.As("编辑甲")
		d := e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.BeginCorrection(ctx, tx, county, e.Actor, "青禾政发/2024/1", "重新公布。", "")
		})
		p.Publish(e.Submit(d))
		if d := s.Document("青禾政发/2024/1", ""); d.Withdrawn || d.Version != 3 || len(d.Text.Parts) == 0 {
			s.Errorf("came back as %+v", d.Head)
		}
		if d := s.Document("青禾政发/2024/1", "2024-03-01"); !d.Shown.Removed || len(d.Text.Parts) != 0 {
			s.Errorf("the first version stays removed: %+v", d.Shown)
		}
	})
}
