package ledger_test

import (
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/ledger"
	"zhixing/publication"
)

const key publication.Key = "青政办发/2023/12"

// correct publishes the document with some words put in another way.
func (s *story) correct(old, new string) {
	s.Helper()
	s.openPress()
	text := issueText[strings.Index(issueText, "青禾县人民政府办公室\n关于印发"):]
	drafter, publisher := publication.Actor{Name: "起草", MayDraft: true}, publication.Actor{Name: "签发", MayPublish: true}
	var d publication.Draft
	s.write(func(tx *db.Tx) (err error) {
		changed := strings.ReplaceAll(text, old, new)
		d, err = publication.Upload(ctx, tx, county, drafter, publication.Manuscript{Filename: "12.txt", Raw: []byte(changed), Source: changed,
			Corrects: key, Note: "内容有误", Basis: "县政府办公室"})
		if err != nil {
			return err
		}
		d, err = publication.Submit(ctx, tx, d.At(), drafter)
		return err
	})
	if _, err := s.press.Publish(ctx, d.At(), publisher); err != nil {
		s.Fatal(err)
	}
	s.tick()
}

func (s *story) decide(d *ledger.Duty, c ledger.Choice) *ledger.Duty {
	s.Helper()
	return s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
		return s.led.Decide(ctx, tx, by, d.ID, d.Flags[0].Step, c, "经研究。")
	})
}

// TestACorrectionIsDecidedOn corrects a document under way: what was issued is flagged with the difference and waits for a
// person; what nobody had confirmed follows by itself; what did not change keeps quiet.
func TestACorrectionIsDecidedOn(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		quiet := s.begun("调度通报", "生态分局")
		s.At("2023-10-09")
		s.correct("2023年10月底前完成。（县能源局牵头", "2023年11月15日前完成。（县住建局牵头")
		d = s.duty(d.ID)
		if len(d.Flags) != 1 || d.Flags[0].Kind != ledger.Changed || len(d.Flags[0].Diff) < 2 {
			t.Fatalf("flags: %+v", d.Flags)
		}
		if d.Due != day("2023-10-31") || d.Leads()[0] != "县能源局" {
			t.Errorf("the duty changed before anybody decided: %+v", d)
		}
		if q := s.duty(quiet.ID); len(q.Flags) != 0 || q.Source.Version != 2 {
			t.Errorf("an unchanged duty: %+v", q)
		}
		s.restart()
		s.tick()
		if len(s.duty(d.ID).Flags) != 1 {
			t.Error("the flag was put twice")
		}
		got := s.decide(d, ledger.Adopt)
		if got.Due != day("2023-11-15") || got.Leads()[0] != "县住建局" || got.State != ledger.Issued || len(got.Flags) != 0 {
			t.Errorf("after the decision: %+v", got)
		}
		_, err := s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Decide(ctx, tx, by, d.ID, d.Flags[0].Step, ledger.Keep, "再来一次。")
		})
		s.wantRefusal(err, ledger.Conflict, "已经处理")
		s.As("县住建局").sign(d.ID)
	})
}

// TestADraftFollowsTheText corrects a document before anybody has confirmed its duties.
func TestADraftFollowsTheText(t *testing.T) {
	stories(t, func(s *story) {
		s.correct("2023年10月底前完成", "2023年11月底前完成")
		d := s.theDuty("散煤清零")
		if d.Due != day("2023-11-30") || len(d.Flags) != 0 || d.State != ledger.Drafted {
			t.Errorf("the draft says %+v", d)
		}
		s.sound(d.ID)
	})
}

// TestAWithdrawalAndARepeal flag what rests on the document.
func TestAWithdrawalAndARepeal(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局")
		e := s.begun("调度通报", "生态分局")
		s.publish(repealText)
		s.tick()
		d = s.duty(d.ID)
		if len(d.Flags) != 1 || d.Flags[0].Kind != ledger.Repealed || d.Flags[0].Doc != "青政办发/2023/20" {
			t.Fatalf("flags after the repeal: %+v", d.Flags)
		}
		got := s.decide(d, ledger.Drop)
		if got.State != ledger.Cancelled || got.Result != "经研究。" {
			t.Errorf("after the decision: %+v", got)
		}
		if got := s.decide(s.duty(e.ID), ledger.Keep); got.State != ledger.Working {
			t.Errorf("kept: %+v", got)
		}
		if _, err := s.press.Withdraw(ctx, key, publication.Actor{Name: "签发", MayPublish: true}, publication.Withdrawal{Reason: "公布有误", Basis: "县政府办公室"}); err != nil {
			t.Fatal(err)
		}
		s.tick()
		if f := s.duty(e.ID).Flags; len(f) != 1 || f[0].Kind != ledger.Withdrawn {
			t.Errorf("flags after the withdrawal: %+v", f)
		}
		s.read(func(tx *db.Tx) error {
			out, err := ledger.Outcomes(ctx, tx, county, string(key), day("2023-10-01"))
			if err != nil || len(out) != 0 {
				t.Errorf("the public sees what became of a withdrawn document: %+v, %v", out, err)
			}
			return nil
		})
	})
}

const repealText = `青禾县人民政府公报

2023年第4期（总第7期）

2023年10月20日出版

青禾县人民政府办公室 主管主办

青禾县人民政府办公室
关于废止部分文件的通知

青政办发〔2023〕20号

各乡（镇）人民政府，县直各有关单位：

经研究，决定废止《青禾县人民政府办公室关于印发青禾县2023年空气改善行动计划的通知》（青政办发〔2023〕12号）。

青禾县人民政府办公室

2023年9月20日

（此件公开发布）
`

// TestWhatIsGoneFromTheTextIsNotPublic: a duty that a correction has taken out is out of the public's sight at once, with its
// lines, whatever the office decides later; nothing is shown while the new text has not been compared.
func TestWhatIsGoneFromTheTextIsNotPublic(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("企业提级", "生态分局")
		s.begun("散煤清零", "县能源局")
		outcomes := func() (titles []string) {
			s.read(func(tx *db.Tx) error {
				out, err := ledger.Outcomes(ctx, tx, county, string(key), day("2023-10-01"))
				for _, o := range out {
					titles = append(titles, o.Title)
				}
				return err
			})
			return titles
		}
		if got := outcomes(); len(got) != 4 { // two, and the lines of two towns
			t.Fatalf("public before the correction: %q", got)
		}
		s.correct("2.企业提级。2023年底前新增3家B级企业。（县生态环境分局牵头，县能源局、县住建局配合，各乡（镇）人民政府落实）", "2.企业提级。略。")
		if got := outcomes(); len(got) != 1 || got[0] != "散煤清零" {
			t.Errorf("public after the correction: %q", got)
		}
		if f := s.duty(d.ID).Flags; len(f) != 1 || f[0].Kind != ledger.Gone {
			t.Errorf("flags: %+v", f)
		}
		s.decide(s.duty(d.ID), ledger.Keep)
		s.As("生态分局").report(d.ID, 10)
		if got := outcomes(); len(got) != 1 {
			t.Errorf("public after the decision: %q", got)
		}
	})
}

// TestWhatTheOfficeChangedIsNoDifference: a duty that was extended or amended is held against what the document said, not
// against what it has come to say; what was decided once is not asked again.
func TestWhatTheOfficeChangedIsNoDifference(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局")
		s.As("县能源局").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.AskExtension(ctx, tx, by, d.ID, day("2023-12-15"), "管网未通。")
		})
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.DecideExtension(ctx, tx, by, d.ID, true, day("2023-12-15"), "")
		})
		s.correct("每月通报一次", "每月通报两次")
		if f := s.duty(d.ID).Flags; len(f) != 0 {
			t.Errorf("an extended duty is flagged by a correction of another clause: %+v", f)
		}
		e := s.theDuty("企业提级")
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			f := e.Fields
			f.Title = "企业提级（三家）"
			return s.led.Confirm(ctx, tx, by, e.ID, 0, &f, "写明家数")
		})
		s.correct("2023年底前新增3家B级企业", "2023年底前新增4家B级企业")
		got := s.duty(e.ID)
		if len(got.Flags) != 1 || len(got.Flags[0].Diff) == 0 {
			t.Fatalf("flags after the second correction: %+v", got.Flags)
		}
		s.decide(got, ledger.Keep)
		s.sound(e.ID)
		s.correct("2023年底前新增3家B级企业", "2023年底前新增4家B级企业")
		if f := s.duty(e.ID).Flags; len(f) != 0 {
			t.Errorf("what was decided is asked again: %+v", f)
		}
	})
}
