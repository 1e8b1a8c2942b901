package ledger_test

import (
	"archive/zip"
	"bytes"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// begun is a duty that is issued and signed for.
func (s *story) begun(title string, by ...string) *ledger.Duty {
	s.Helper()
	d := s.theDuty(title)
	s.As("督查甲").confirm(d.ID)
	s.As("督查甲").issue(d.ID)
	for _, who := range by {
		s.As(who).sign(d.ID)
	}
	return s.duty(d.ID)
}

func (s *story) letters(as string, state ledger.LetterState) []ledger.Paper {
	s.Helper()
	var out []ledger.Paper
	s.read(func(tx *db.Tx) (err error) {
		out, err = s.led.Letters(ctx, tx, s.As(as).actor(tx), state, 0, 100)
		return err
	})
	return out
}

// TestLettersAreSignedNumberedAnswered follows the letters of an overdue duty.
func TestLettersAreSignedNumberedAnswered(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		s.At("2023-10-20")
		s.As("能源经办").report(d.ID, 95)
		s.At("2023-11-06") // 31 October was the last day; three working days later
		drafts := s.letters("督查甲", ledger.LetterDrafted)
		if len(drafts) != 1 || drafts[0].Letter.Kind != letter.Warn || drafts[0].Letter.No != "" || drafts[0].Letter.To[0] != "县能源局" {
			t.Fatalf("drafts: %+v", drafts)
		}
		if got := s.letters("县能源局", ledger.LetterDrafted); len(got) != 0 {
			t.Errorf("the unit sees the draft of a letter to it: %+v", got)
		}
		sign := func(id int64, demand, when, where string) func(*db.Tx, ledger.Actor) (*ledger.Duty, error) {
			return func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				if _, err := s.led.SignLetter(ctx, tx, by, id, demand, when, where); err != nil {
					return nil, err
				}
				return s.led.Of(ctx, tx, by, d.ID)
			}
		}
		_, err := s.As("副县长").does(sign(drafts[0].ID, "", "", ""))
		s.wantRefusal(err, ledger.NotAllowed, "签发")
		_, err = s.As("县能源局").does(sign(drafts[0].ID, "", "", ""))
		s.wantRefusal(err, ledger.NotAllowed, "签发")
		s.restart()
		got := s.As("督查甲").must(sign(drafts[0].ID, "", "", ""))
		if len(got.Letters) != 1 || got.Letters[0].AnswerBy != day("2023-11-09") {
			t.Errorf("the duty remembers %+v", got.Letters)
		}
		_, err = s.As("督查乙").does(sign(drafts[0].ID, "", "", ""))
		s.wantRefusal(err, ledger.WrongState, "已发出")
		sent := s.letters("县能源局", ledger.LetterSent)
		if len(sent) != 1 || sent[0].Letter.No != "青政督警〔2023〕1号" {
			t.Fatalf("sent: %+v", sent)
		}
		s.read(func(tx *db.Tx) error {
			b, err := s.led.LetterFile(ctx, tx, s.As("县能源局").actor(tx), sent[0].ID, "docx")
			if err != nil {
				return err
			}
			_, err = zip.NewReader(bytes.NewReader(b), int64(len(b)))
			return err
		})
		s.As("县能源局").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			if _, err := s.led.AnswerLetter(ctx, tx, by, sent[0].ID, "已抽调人员逐户清零。", nil); err != nil {
				return nil, err
			}
			return s.led.Of(ctx, tx, by, d.ID)
		})
		if got := s.letters("督查甲", ledger.LetterAnswered); len(got) != 1 || got[0].Reply == "" {
			t.Errorf("answered: %+v", got)
		}

		s.At("2023-11-22") // fifteen working days: the interview, signed by a leader
		drafts = s.letters("副县长", ledger.LetterDrafted)
		var interview, other int64
		for _, p := range drafts {
			if p.Letter.Kind == letter.Interview {
				interview = p.ID
			} else {
				other = p.ID
			}
		}
		if interview == 0 || other == 0 {
			t.Fatalf("drafts on 22 November: %+v", drafts)
		}
		_, err = s.As("副县长").does(sign(interview, "", "", ""))
		s.wantRefusal(err, ledger.Invalid, "时间")
		s.As("副县长").must(sign(interview, "", "2023年11月24日9时", "县政府三楼会议室"))
		s.write(func(tx *db.Tx) error {
			_, err := s.led.DropLetter(ctx, tx, s.As("督查甲").actor(tx), other, "已当面督办。")
			return err
		})
		if got := s.letters("督查甲", ledger.LetterDropped); len(got) != 1 {
			t.Errorf("dropped: %+v", got)
		}
	})
}

// TestLetterOfADutyThatIsDone is not sent: its reason is gone.
func TestLetterOfADutyThatIsDone(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		s.At("2023-11-06")
		s.As("县能源局").claim(d.ID)
		for _, p := range s.letters("督查甲", ledger.LetterDrafted) {
			_, err := s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, err := s.led.SignLetter(ctx, tx, by, p.ID, "", "", "")
				return nil, err
			})
			s.wantRefusal(err, ledger.WrongState, "事由已经消失")
		}
	})
}

// TestLetterByHand is drafted by one and signed by another of the office; numbers run without a gap.
func TestLetterByHand(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局")
		for i, want := range []string{"青政督办〔2023〕1号", "青政督办〔2023〕2号"} {
			var p ledger.Paper
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (d2 *ledger.Duty, err error) {
				p, err = s.led.DraftLetter(ctx, tx, by, d.ID, letter.Supervise, personnel.Office, 8, "县领导批示督办。")
				if err != nil {
					return nil, err
				}
				return s.led.Of(ctx, tx, by, d.ID)
			})
			_, err := s.As("督查甲").does(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				_, err := s.led.SignLetter(ctx, tx, by, p.ID, "", "", "")
				return nil, err
			})
			s.wantRefusal(err, ledger.NotAllowed, "起草人本人")
			s.As("督查乙").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
				got, err := s.led.SignLetter(ctx, tx, by, p.ID, "三日内报送整改方案。", "", "")
				if err == nil && got.Letter.No != want {
					t.Errorf("letter %d has the number %s, want %s", i, got.Letter.No, want)
				}
				if err != nil {
					return nil, err
				}
				return s.led.Of(ctx, tx, by, d.ID)
			})
		}
		s.At("2023-10-08") // a Sunday that is worked: the eighth working day, since those of National Day do not count
		s.wantLight(d.ID, ledger.Normal)
		s.At("2023-10-09")
		s.wantLight(d.ID, ledger.Lagging)
		if st := s.led.Rules.Status(s.duty(d.ID), calendar.DateOf(s.clock.Now())); st.Cause.Kind != ledger.CauseAnswer {
			t.Errorf("it lags because of %+v", st.Cause)
		}
	})
}
