package publication_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/gazette"
	"zhixing/publication"
)

func day(s *story, text string) calendar.Date {
	s.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		s.Fatal(err)
	}
	return d
}

// offset is where a line of the source begins.
func (s *story) offset(text string) int {
	s.Helper()
	i := strings.Index(issueText, text)
	if i < 0 {
		s.Fatalf("%q is not in the source", text)
	}
	return i
}

func TestWhoDraftsIsNotWhoPublishes(t *testing.T) {
	stories(t, func(s *story) {
		chief, deputy := s.As("签发乙"), s.As("签发丙") // both may draft too
		d := s.As("编辑甲").Upload(issueText)
		if d.State != publication.Drafting || d.Subject != "青禾县人民政府公报2024年第1期（3份文件）" {
			s.Fatalf("state %s, subject %q", d.State, d.Subject)
		}
		_, err := s.press.Publish(ctx, d.At(), chief.Actor)
		s.Refuses(err, publication.WrongState, "起草中")
		d = chief.must(chief.mending(d.At(), gazette.Mend{At: s.offset("青禾县人民政府关于开展河道清障的通告\n\n为保障"), What: gazette.SetKind, Value: "公告"}))
		d = s.As("编辑甲").Submit(d)
		_, err = s.press.Publish(ctx, d.At(), s.As("编辑甲").Actor)
		s.Refuses(err, publication.NotAllowed, "只有签发人")
		_, err = s.press.Publish(ctx, d.At(), chief.Actor)
		s.Refuses(err, publication.NotAllowed, "参与过这份稿件")
		out := deputy.Publish(d)
		if len(out.Documents) != 3 || out.LogSize != 4 || out.Issue.String() != "2024-1" {
			s.Errorf("outcome %+v", out)
		}
		if k := s.Document("2024-1/3", "").Kind; k != "公告" {
			s.Errorf("the mend is lost: kind %q", k)
		}
		_, err = s.press.Publish(ctx, d.At(), deputy.Actor)
		s.Refuses(err, publication.Conflict, "刚被别人改过")
	})
}

func TestVisitorsSeeNoDraft(t *testing.T) {
	stories(t, func(s *story) {
		d := s.As("编辑甲").Upload(issueText)
		visitor := s.As("路人")
		_, err := visitor.try(visitor.uploading(issueText))
		s.Refuses(err, publication.NotAllowed, "只有编辑")
		s.Read(func(tx *db.Tx) error {
			_, err := publication.DraftOf(ctx, tx, county, visitor.Actor, d.ID)
			s.Refuses(err, publication.NotAllowed, "尚未公布")
			_, err = publication.Original(ctx, tx, county, visitor.Actor, d.ID)
			s.Refuses(err, publication.NotAllowed, "尚未公布")
			_, err = publication.Drafts(ctx, tx, county, visitor.Actor)
			s.Refuses(err, publication.NotAllowed, "尚未公布")
			_, err = publication.DraftOf(ctx, tx, "990002", s.As("编辑甲").Actor, d.ID)
			s.Refuses(err, publication.NotFound, "没有编号")
			m, err := publication.Original(ctx, tx, county, s.As("编辑甲").Actor, d.ID)
			if err != nil || string(m.Raw) != issueText {
				s.Errorf("the manuscript is not what was uploaded: %v", err)
			}
			return nil
		})
	})
}

func TestTwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	stories(t, func(s *story) {
		a, b := s.As("编辑甲"), s.As("编辑丁")
		seen := a.Upload(issueText)
		at := s.offset("青禾县人民政府关于加强河道管护的实施意见\n\n青禾政发")
		now := a.must(a.mending(seen.At(), gazette.Mend{At: at, What: gazette.SetTitle, Value: "青禾县人民政府关于做好河道管护的实施意见"}))
		_, err := b.try(b.mending(seen.At(), gazette.Mend{At: at, What: gazette.SetTitle, Value: "另一个标题"}))
		s.Refuses(err, publication.Conflict, "刚被别人改过")

		_, err = b.try(b.mending(now.At(), gazette.Mend{At: at + 1, What: gazette.SetLevel, Value: "2"}))
		s.Refuses(err, publication.Invalid, "行")
		undo := func(at publication.At, n int64) deed {
			return func(tx *db.Tx) (publication.Draft, error) { return publication.Undo(ctx, tx, at, b.Actor, n) }
		}
		d := b.must(undo(now.At(), now.Revision))
		if len(d.Mends) != 0 || !d.Undone(now.Revision) || len(d.Steps) != 3 {
			s.Errorf("after undo: mends %v, steps %d", d.Mends, len(d.Steps))
		}
		_, err = b.try(undo(d.At(), now.Revision))
		s.Refuses(err, publication.Invalid, "已经撤销")
		_, err = b.try(undo(d.At(), 1))
		s.Refuses(err, publication.Invalid, "不能撤销")
		if want := []string{"编辑甲", "编辑丁"}; !slices.Equal(d.Hands(), want) {
			s.Errorf("hands %v", d.Hands())
		}
	})
}

func TestADraftGoesBackAndForth(t *testing.T) {
	stories(t, func(s *story) {
		e, p := s.As("编辑甲"), s.As("签发乙")
		d := e.Submit(e.Upload(issueText))
		_, err := e.try(e.mending(d.At(), gazette.Mend{At: 0, What: gazette.SetNo, Value: "x"}))
		s.Refuses(err, publication.WrongState, "待签发")
		back := func(reason string) deed {
			return func(tx *db.Tx) (publication.Draft, error) {
				return publication.SendBack(ctx, tx, d.At(), p.Actor, reason)
			}
		}
		_, err = p.try(back(" "))
		s.Refuses(err, publication.Invalid, "理由")
		d = p.must(back("附件2的公开属性请再核对"))
		if d.State != publication.Drafting || d.SentBack != "附件2的公开属性请再核对" {
			s.Errorf("state %s, sent back %q", d.State, d.SentBack)
		}
		d = e.Submit(d)
		if d.SentBack != "" {
			s.Errorf("still sent back: %q", d.SentBack)
		}
		p.Publish(d) // sending back is no hand in the draft
		s.Read(func(tx *db.Tx) error {
			list, err := publication.Drafts(ctx, tx, county, e.Actor, publication.Published)
			if len(list) != 1 || list[0].State != publication.Published {
				s.Errorf("drafts %+v", list)
			}
			return err
		})
		w := e.Upload(issueText)
		w = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.Discard(ctx, tx, w.At(), e.Actor, "重复上传")
		})
		_, err = e.try(e.submitting(w.At()))
		s.Refuses(err, publication.WrongState, "已作废")
	})
}

func TestWhatIsNotPublicIsRefusedUntilItIsLeftOut(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		text := strings.Replace(issueText, "2024年3月20日\n\n（此件公开发布）", "2024年3月20日\n\n（此件不公开）", 1)
		d := e.Upload(text)
		_, err := e.try(e.submitting(d.At()))
		s.Refuses(err, publication.Invalid, "注明不公开")
		issue, err := d.Reading()
		if err != nil {
			s.Fatal(err)
		}
		last := issue.Documents[2]
		d = e.must(e.choosing(d.At(), publication.Choice{Doc: last.Span.Start, Withhold: true}))
		if !d.LeftOut(last) || d.LeftOut(issue.Documents[0]) {
			s.Error("the wrong document is left out")
		}
		out := s.As("签发乙").Publish(e.Submit(d))
		if len(out.Documents) != 2 {
			s.Errorf("published %+v", out.Documents)
		}
	})
}

func TestFactsThatTheManuscriptDoesNotGive(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		_, body, _ := strings.Cut(issueText, "河道清障的通告 (4)\n")
		d := e.Upload(body)
		_, err := e.try(e.submitting(d.At()))
		s.Refuses(err, publication.Invalid, "期次信息")
		set := func(f publication.Facts) deed {
			return func(tx *db.Tx) (publication.Draft, error) { return publication.SetFacts(ctx, tx, d.At(), e.Actor, f) }
		}
		_, err = e.try(set(publication.Facts{Year: 24, No: 2}))
		s.Refuses(err, publication.Invalid, "1949")
		d = e.must(set(publication.Facts{Title: "青禾县人民政府公报", Year: 2024, No: 2, PublishDate: day(s, "2024-07-01")}))
		out := s.As("签发乙").Publish(e.Submit(d))
		if out.Issue != (publication.IssueNo{Year: 2024, No: 2}) {
			s.Errorf("issue %v", out.Issue)
		}
	})
}

func TestManuscriptsThatAreRefused(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		for name, c := range map[string]struct {
			text string
			kind publication.Kind
			says string
		}{
			"empty":     {" \n", publication.Invalid, "没有文字"},
			"binary":    {"\x00\x01\x02", publication.Invalid, "编码"},
			"not UTF-8": {"\xb9\xab\xb1\xa8", publication.Invalid, "编码"},
			"too large": {strings.Repeat("青", publication.MaxSource/3+1), publication.TooLarge, "过大"},
		} {
			_, err := e.try(e.uploading(c.text))
			s.Run(name, func(t *testing.T) {
				(&story{T: t}).Refuses(err, c.kind, c.says)
			})
		}
	})
}

func TestFilesOfADraft(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		d := e.Upload(issueText)
		plan := s.offset("青禾县防汛准备工作方案\n\n为做好")
		attach := func(f publication.DraftFile, content string) deed {
			return func(tx *db.Tx) (publication.Draft, error) {
				return publication.Attach(ctx, tx, d.At(), e.Actor, f, []byte(content))
			}
		}
		_, err := e.try(attach(publication.DraftFile{Doc: plan, No: 1, Name: "a.html"}, "<!DOCTYPE html><script>alert(1)</script>"))
		s.Refuses(err, publication.Invalid, "不能识别")
		_, err = e.try(attach(publication.DraftFile{Doc: len(issueText) + 5, No: 1, Name: "a.txt"}, "清单"))
		s.Refuses(err, publication.NotFound, "没有公文")
		d = e.must(attach(publication.DraftFile{Doc: plan, No: 1, Name: `C:\桌面\物资 终稿.txt`, Public: true}, "沙袋一万条"))
		if f := d.Files[0]; f.Name != "物资 终稿.txt" || f.MediaType != "text/plain; charset=utf-8" || f.Size != 15 {
			s.Errorf("file %+v", f)
		}
		d = e.must(attach(publication.DraftFile{Doc: plan, No: 2, Name: "联系表.csv", Public: true}, "值守员,金丝雀乙"))
		_, err = e.try(e.submitting(d.At()))
		s.Refuses(err, publication.Invalid, "附件2不公开，却添加了公开文件")
		second := d.Files[1].N
		d = e.must(func(tx *db.Tx) (publication.Draft, error) {
			return publication.Detach(ctx, tx, d.At(), e.Actor, second)
		})
		d = e.must(attach(publication.DraftFile{Doc: plan, No: 2, Name: "联系表.csv"}, "值守员,金丝雀乙"))
		d = e.must(attach(publication.DraftFile{Doc: plan, Name: "图.png", Public: true}, "\x89PNG\r\n\x1a\n图"))
		s.As("签发乙").Publish(e.Submit(d))

		doc := s.Document("青禾政办发/2024/3", "")
		var names []string
		for _, f := range doc.Attached {
			names = append(names, f.Name+" "+f.Title)
		}
		if want := []string{"attachment-1.txt 防汛物资清单", "attachment-3.png 附件3"}; !slices.Equal(names, want) {
			s.Errorf("attached %q", names)
		}
		s.Read(func(tx *db.Tx) error {
			f, err := publication.FileOf(ctx, tx, county, doc.Key, 0, "attachment-1.txt")
			if !bytes.Equal(f.Bytes, []byte("沙袋一万条")) {
				s.Errorf("file %q", f.Bytes)
			}
			_, missing := publication.FileOf(ctx, tx, county, doc.Key, 0, "attachment-2.csv")
			s.Refuses(missing, publication.NotFound, "没有这个文件")
			return err
		})
	})
}

func TestWarningsOfPersonalData(t *testing.T) {
	for _, c := range []struct{ text, found string }{
		{"身份证号11010519491231002X，", "110105********002X"},
		{"身份证号110105194912310021，", ""}, // wrong check digit
		{"电话13800138000。", "138****8000"},
		{"编号138001380001", ""},
		{"0.13800138000", ""},
		{"电话0359-6512345", ""},
	} {
		w := publication.Warnings(publication.Draft{Source: "第一行\n" + c.text})
		if c.found == "" && len(w) != 0 || c.found != "" && (len(w) != 1 || w[0].Found != c.found || w[0].Line != 2) {
			t.Errorf("%s: %+v", c.text, w)
		}
	}
}

// What editors withhold is withheld as if the text itself said so.
func TestAnAttachmentWithheldByChoice(t *testing.T) {
	stories(t, func(s *story) {
		e := s.As("编辑甲")
		d := e.Upload(issueText)
		_, err := e.try(e.choosing(d.At(), publication.Choice{Doc: 3, Attachment: 1, Withhold: true}))
		s.Refuses(err, publication.NotFound, "没有公文") // the title page belongs to none
		plan := s.offset("青禾县防汛准备工作方案\n\n为做好")
		d = e.must(e.choosing(d.At(), publication.Choice{Doc: plan, Attachment: 1, Withhold: true}))
		out := s.As("签发乙").Publish(e.Submit(d))
		if len(out.Documents) != 3 {
			s.Errorf("published %+v", out.Documents)
		}
		doc := s.Document("青禾政办发/2024/3", "")
		if strings.Contains(string(edition.Text(doc.Text)), "沙袋一万条") {
			s.Error("the withheld attachment went out")
		}
		if got := s.find("沙袋一万条"); len(got) != 0 {
			s.Errorf("found %q", got)
		}
	})
}
