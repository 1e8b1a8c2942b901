package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
)

// agenda is a unit's agenda in lines: key day words.
func (s *story) agenda(unit string, roles ...personnel.Role) []string {
	s.Helper()
	var out []string
	var units []string
	if unit != "" {
		units = []string{unit}
	}
	s.read(func(tx *db.Tx) error {
		list, err := s.led.Agenda(ctx, tx, units, roles, calendar.DateOf(tx.Now()))
		for _, x := range list {
			line := fmt.Sprintf("%s %s %s", x.Key, x.Day, x.Words)
			if x.Off {
				line += " 取消"
			}
			out = append(out, line)
		}
		return err
	})
	return out
}

// TestAgendaMovesWithTheDuty follows the dates of one duty from issue to its end.
func TestAgendaMovesWithTheDuty(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		n := fmt.Sprint(int64(d.ID))
		want := func(when, unit string, lines ...string) {
			t.Helper()
			for i := range lines {
				lines[i] = strings.Replace(lines[i], "#", n, 1)
			}
			if got := s.agenda(unit); !slices.Equal(got, lines) {
				t.Errorf("%s, %s:\n got %q\nwant %q", when, unit, got, lines)
			}
		}
		want("issued", "县能源局", "#-report-2023-10-01 2023-10-25 2023年10月进展填报", "#-due 2023-10-31 完成时限")
		want("issued", "县住建局", "#-due 2023-10-31 完成时限") // supports: owes no report
		want("issued", "河口镇")
		s.At("2023-10-20")
		s.As("县能源局").report(d.ID, 20)
		want("reported", "县能源局", "#-due 2023-10-31 完成时限", "#-report-2023-11-01 2023-11-25 2023年11月进展填报")
		s.As("县能源局").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.AskExtension(ctx, tx, by, d.ID, day("2023-11-15"), "需要延长")
		})
		if got := s.agenda("", personnel.Office); !slices.Equal(got, []string{n + "-ask 2023-10-25 延期申请待批"}) {
			t.Errorf("the office's agenda: %q", got)
		}
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.DecideExtension(ctx, tx, by, d.ID, true, day("2023-11-15"), "同意")
		})
		want("extended", "县能源局", "#-due 2023-11-15 完成时限", "#-report-2023-11-01 2023-11-25 2023年11月进展填报")
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			return s.led.Cancel(ctx, tx, by, d.ID, "任务取消")
		})
		want("cancelled", "县能源局", "#-due 2023-11-15 完成时限 取消")
		s.At("2023-11-25")
		want("cancelled long ago", "县能源局")
	})
}

// TestAgendaHasLettersAndInterviews: a letter's answer and an interview stand in the agenda of those whom they concern.
func TestAgendaHasLettersAndInterviews(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		s.At("2023-10-16")
		send := func(k letter.Kind, role personnel.Role, signer, when, where string) {
			t.Helper()
			var p ledger.Paper
			s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (_ *ledger.Duty, err error) {
				if p, err = s.led.DraftLetter(ctx, tx, by, d.ID, k, role, 3, "进度偏慢"); err != nil {
					return nil, err
				}
				return s.led.Of(ctx, tx, by, d.ID)
			})
			s.As(signer).must(func(tx *db.Tx, by ledger.Actor) (_ *ledger.Duty, err error) {
				if p, err = s.led.SignLetter(ctx, tx, by, p.ID, "", when, where); err != nil {
					return nil, err
				}
				return s.led.Of(ctx, tx, by, d.ID)
			})
		}
		send(letter.Supervise, personnel.Office, "督查乙", "", "")
		send(letter.Interview, personnel.Leader, "副县长", "2023年10月20日9时", "三楼会议室")
		send(letter.Interview, personnel.Leader, "副县长", "另行通知", "三楼会议室")
		mine := strings.Join(s.agenda("县能源局"), "\n")
		for _, w := range []string{"letter-1-answer 2023-10-19 反馈督办单青政督办〔2023〕1号", "letter-2-meeting 2023-10-20 约谈 2023年10月20日9时，三楼会议室", "letter-3-answer"} {
			if !strings.Contains(mine, w) {
				t.Errorf("no %q in\n%s", w, mine)
			}
		}
		if strings.Contains(mine, "letter-3-meeting") {
			t.Errorf("an interview without a day has one:\n%s", mine)
		}
		if got := s.agenda("河口镇"); len(got) != 0 {
			t.Errorf("letters to another unit: %q", got)
		}
		if got := s.agenda("青禾县人民政府", personnel.Leader); !slices.Equal(got, []string{"letter-2-meeting 2023-10-20 约谈 2023年10月20日9时，三楼会议室"}) {
			t.Errorf("the leader's agenda: %q", got)
		}
	})
}

// TestChangedSince tells each person of what he may see and of nothing else.
func TestChangedSince(t *testing.T) {
	stories(t, func(s *story) {
		d := s.begun("散煤清零", "县能源局", "县住建局")
		changed := func(as string, since string) (ids []ledger.ID) {
			t.Helper()
			s.read(func(tx *db.Tx) error {
				at, err := s.led.Newest(ctx, tx)
				if err == nil && since != "newest" {
					at = day(since).Time()
				}
				if err == nil {
					ids, err = s.led.ChangedSince(ctx, tx, s.As(as).actor(tx), at, 50)
				}
				return err
			})
			return ids
		}
		if got := changed("县能源局", "2023-01-01"); !slices.Equal(got, []ledger.ID{d.ID}) {
			t.Errorf("the lead is told of %v", got)
		}
		if got := changed("河口镇", "2023-01-01"); len(got) != 0 {
			t.Errorf("a town is told of %v", got)
		}
		if got := changed("督查甲", "2023-01-01"); len(got) < 2 {
			t.Errorf("the office is told of %v", got)
		}
		if got := changed("督查甲", "newest"); len(got) != 0 {
			t.Errorf("later than the newest: %v", got)
		}
	})
}
