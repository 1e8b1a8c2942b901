package ledger_test

import (
	"strconv"
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/ledger"
)

// table is the ledger as it goes out, by the titles of its columns.
func (s *story) table() (lines []ledger.Line) {
	s.Helper()
	s.read(func(tx *db.Tx) error {
		rows, err := s.led.Rows(ctx, tx, s.As("督查甲").actor(tx), ledger.Query{}, day("2023-10-10"))
		for i, row := range ledger.Table(rows) {
			line := ledger.Line{N: i + 4, Cells: map[string]string{}}
			for j, text := range row {
				if text != "" {
					line.Cells[ledger.Titles()[j]] = text
				}
			}
			lines = append(lines, line)
		}
		return err
	})
	return lines
}

func (s *story) offer(lines ...ledger.Line) (*ledger.Batch, []ledger.Verdict) {
	s.Helper()
	var b *ledger.Batch
	var v []ledger.Verdict
	s.write(func(tx *db.Tx) (err error) {
		by := s.As("督查甲").actor(tx)
		if b, err = s.led.Offer(ctx, tx, by, ledger.Upload{File: "台账.xlsx", Columns: ledger.Titles(), Lines: lines}); err != nil {
			return err
		}
		b, v, err = s.led.BatchOf(ctx, tx, by, b.ID)
		return err
	})
	return b, v
}

func (s *story) batch(do func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error)) (b *ledger.Batch, err error) {
	s.Helper()
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b, err = do(tx, s.As("督查甲").actor(tx))
		return err
	})
	return b, err
}

// given is a duty that its lead has signed for.
func (s *story) given(title, lead string) *ledger.Duty {
	s.Helper()
	d := s.theDuty(title)
	s.As("督查甲").confirm(d.ID)
	s.As("督查甲").issue(d.ID)
	s.As(lead).sign(d.ID)
	return s.duty(d.ID)
}

func row(lines []ledger.Line, title string) ledger.Line {
	for _, l := range lines {
		if l.Cells["任务"] == title {
			return l
		}
	}
	panic("no line " + title)
}

func with(l ledger.Line, pairs ...string) ledger.Line {
	out := ledger.Line{N: l.N, Cells: map[string]string{}}
	for k, v := range l.Cells {
		out.Cells[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Cells[pairs[i]] = pairs[i+1]
	}
	return out
}

// What comes back as it went out asks for nothing, whatever state the duties are in.
func TestAnUneditedTableChangesNothing(t *testing.T) {
	stories(t, func(s *story) {
		s.given("散煤清零", "县能源局")
		b, v := s.offer(s.table()...)
		if len(v) != 0 || b.Same != len(s.table()) {
			s.Fatalf("same %d of %d, and %+v", b.Same, len(s.table()), v)
		}
		_, err := s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) {
			return s.led.ApplyBatch(ctx, tx, by, b.ID, true)
		})
		s.wantRefusal(err, ledger.Invalid, "没有可以导入的行")
	})
}

// Each line is edited in one way; the table says what must come of it.
func TestEveryLineIsHeldAgainstTheLedger(t *testing.T) {
	stories(t, func(s *story) {
		s.given("散煤清零", "县能源局")
		s.As("督查甲").confirm(s.theDuty("调度通报").ID)
		out := s.table()
		issued, drafted, confirmed := row(out, "散煤清零"), row(out, "企业提级"), row(out, "调度通报")
		fresh := ledger.Line{N: 99, Cells: map[string]string{"任务": "新增任务", "牵头单位": "县财政局", "依据": "县政府第8次常务会议纪要"}}
		for _, c := range []struct {
			name   string
			line   ledger.Line
			fate   ledger.Fate
			column string
			says   string
		}{
			{"cadence of an issued duty", with(issued, "填报频次", "每季度"), ledger.FateChange, "", "填报频次"},
			{"title of an issued duty", with(issued, "任务", "散煤全部清零"), ledger.FateChange, "", "任务"},
			{"due of an issued duty", with(issued, "时限", "2023-12-31"), ledger.FateWrong, "时限", "已经交办"},
			{"lead of an issued duty", with(issued, "牵头单位", "县住建局"), ledger.FateWrong, "牵头单位", "已经交办"},
			{"progress", with(issued, "进度%", "80"), ledger.FateWrong, "进度%", "任务页面"},
			{"state", with(issued, "状态", "已销号"), ledger.FateWrong, "状态", "任务页面"},
			{"light is not read", with(issued, "灯", "逾期", "序号", "7"), ledger.FateSame, "", ""},
			{"due of a draft", with(drafted, "时限", "2023-11-30"), ledger.FateChange, "", "完成时限"},
			{"standing", with(drafted, "时限", "长期"), ledger.FateChange, "", "完成时限"},
			{"no date", with(drafted, "时限", "年底"), ledger.FateWrong, "时限", "2023-10-31"},
			{"short name of the lead", with(confirmed, "牵头单位", "县政府办"), ledger.FateChange, "", "牵头单位"},
			{"lead that there is not", with(confirmed, "牵头单位", "县无此局"), ledger.FateWrong, "牵头单位", "县无此局"},
			{"no lead", with(confirmed, "牵头单位", ""), ledger.FateWrong, "牵头单位", "没有牵头"},
			{"cadence that is none", with(confirmed, "填报频次", "看情况"), ledger.FateWrong, "填报频次", "每季度"},
			{"older version", with(confirmed, "任务", "改名", "版本", "1"), ledger.FateWrong, "版本", "此行导出后台账已有变动"},
			{"older version, nothing edited", with(confirmed, "版本", "1"), ledger.FateSame, "", ""},
			{"version taken away", with(confirmed, "任务", "改名", "版本", ""), ledger.FateWrong, "版本", "缺少版本"},
			{"number taken away", with(confirmed, "编号", ""), ledger.FateWrong, "编号", "编号被删去"},
			{"number that there is not", with(confirmed, "编号", "9999"), ledger.FateWrong, "编号", "没有这个编号"},
			{"number in words", with(confirmed, "编号", "甲"), ledger.FateWrong, "编号", "应是数字"},
			{"basis", with(confirmed, "依据", "口头"), ledger.FateWrong, "依据", "不能在表格里改"},
			{"new", fresh, ledger.FateNew, "", ""},
			{"new, of a document", with(fresh, "依据", "青政办发〔2023〕12号"), ledger.FateNew, "", ""},
			{"new, clause that there is not", with(fresh, "依据", "青政办发〔2023〕12号 空气/九/99"), ledger.FateWrong, "依据", "没有“空气/九/99”"},
			{"new without basis", with(fresh, "依据", ""), ledger.FateWrong, "依据", "依据"},
			{"new without lead", with(fresh, "牵头单位", ""), ledger.FateWrong, "牵头单位", "没有牵头"},
			{"new, in the middle of its way", with(fresh, "状态", "办理中"), ledger.FateWrong, "状态", "待交办"},
			{"new, and there already", with(fresh, "任务", "散煤清零", "牵头单位", "县能源局"), ledger.FateWrong, "任务", "已有同名"},
			{"only numbered", ledger.Line{N: 7, Cells: map[string]string{"序号": "7"}}, ledger.FateSame, "", ""},
		} {
			_, v := s.offer(c.line)
			if c.fate == ledger.FateSame {
				if len(v) != 0 {
					t.Errorf("%s: asks for %+v", c.name, v)
				}
				continue
			}
			if len(v) != 1 || v[0].Fate != c.fate {
				t.Errorf("%s: %+v, want %s", c.name, v, c.fate)
				continue
			}
			switch c.fate {
			case ledger.FateWrong:
				if m := v[0].Wrong[0]; m.Column != c.column || !strings.Contains(m.Message, c.says) {
					t.Errorf("%s: %+v", c.name, v[0].Wrong)
				}
			case ledger.FateChange:
				if len(v[0].Diff) != 1 || v[0].Diff[0].Field != c.says {
					t.Errorf("%s: %+v", c.name, v[0].Diff)
				}
			}
		}
		if _, v := s.offer(drafted, with(drafted, "任务", "改名"), with(drafted, "任务", "又改名")); len(v) != 2 || v[0].Fate != ledger.FateChange || v[1].Fate != ledger.FateWrong {
			t.Errorf("the same duty twice: %+v", v)
		}
		if _, v := s.offer(fresh, fresh); len(v) != 2 || v[1].Fate != ledger.FateWrong {
			t.Errorf("the same new duty twice: %+v", v)
		}
	})
}

// A batch is applied as a whole or without its wrong lines, and taken back as far as nobody has gone on from it.
func TestABatchIsTakenBack(t *testing.T) {
	stories(t, func(s *story) {
		issued := s.given("散煤清零", "县能源局")
		draft, other := s.theDuty("企业提级"), s.theDuty("调度通报")
		out := s.table()
		lines := []ledger.Line{
			with(row(out, "散煤清零"), "填报频次", "每季度"), with(row(out, "企业提级"), "时限", "2023-11-30"), with(row(out, "调度通报"), "任务", "按月通报"),
			{N: 50, Cells: map[string]string{"任务": "新增一", "牵头单位": "县财政局", "依据": "会议纪要", "状态": "待交办", "时限": "2023-12-20"}},
			{N: 51, Cells: map[string]string{"任务": "新增二", "牵头单位": "县财政局", "依据": "领导批示"}},
			{N: 52, Cells: map[string]string{"任务": "新增三"}},
		}
		b, _ := s.offer(lines...)
		_, err := s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) {
			return s.led.ApplyBatch(ctx, tx, by, b.ID, false)
		})
		s.wantRefusal(err, ledger.Invalid, "有 1 行有误")
		if len(s.steps(draft.ID)) != int(draft.Revision) {
			s.Fatal("something was done all the same")
		}
		b, err = s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) {
			return s.led.ApplyBatch(ctx, tx, by, b.ID, true)
		})
		if err != nil || b.New() != 2 || b.Changed() != 3 || b.Skipped != 1 {
			s.Fatalf("%+v %v", b, err)
		}
		_, err = s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) {
			return s.led.ApplyBatch(ctx, tx, by, b.ID, true)
		})
		s.wantRefusal(err, ledger.WrongState, "已导入")
		fresh := b.Done[3].Duty
		s.wantState(fresh, ledger.Confirmed)
		s.wantState(b.Done[4].Duty, ledger.Drafted)
		if got := s.duty(fresh); got.Batch != b.ID || got.Due != day("2023-12-20") || got.Source.Words != "会议纪要" {
			s.Fatalf("new duty %+v", got)
		}
		steps := s.steps(draft.ID)
		if last := steps[len(steps)-1]; last.Data.Batch != b.ID || last.Data.Reason != "导入：台账.xlsx 第"+strconv.Itoa(lines[1].N)+"行" {
			s.Fatalf("step %+v", last.Data)
		}

		// Somebody goes on from one change and one new duty; a report on the issued one is no going on from its cadence.
		s.As("县能源局").report(issued.ID, 30)
		s.As("督查甲").must(func(tx *db.Tx, by ledger.Actor) (*ledger.Duty, error) {
			f := s.duty(other.ID).Fields
			f.Title = "每月通报"
			return s.led.Amend(ctx, tx, by, other.ID, 0, f, "改正")
		})
		s.As("督查甲").issue(fresh)
		b, err = s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) { return s.led.UndoBatch(ctx, tx, by, b.ID) })
		if err != nil {
			s.Fatal(err)
		}
		for i, kept := range []string{"", "", "又被修改过", "又有新的记录", ""} {
			if x := b.Done[i]; kept == "" != x.Back || !strings.Contains(x.Kept, kept) {
				t.Errorf("line %d: back %v, kept %q, want %q", x.Line, x.Back, x.Kept, kept)
			}
		}
		if got := s.duty(draft.ID); got.Due != draft.Due || got.Title != draft.Title {
			s.Fatalf("not what it was: %+v", got)
		}
		if got := s.duty(issued.ID); got.Recur != issued.Recur || got.Progress != 30 {
			s.Fatalf("issued: %+v", got)
		}
		s.wantState(b.Done[4].Duty, ledger.Cancelled)
		s.wantState(fresh, ledger.Issued)
		for _, x := range b.Done {
			s.sound(x.Duty)
		}
		_, err = s.batch(func(tx *db.Tx, by ledger.Actor) (*ledger.Batch, error) { return s.led.UndoBatch(ctx, tx, by, b.ID) })
		s.wantRefusal(err, ledger.WrongState, "已撤销")
		_, err = s.batch(func(tx *db.Tx, _ ledger.Actor) (*ledger.Batch, error) {
			b, _, err := s.led.BatchOf(ctx, tx, s.As("县能源局").actor(tx), b.ID)
			return b, err
		})
		s.wantRefusal(err, ledger.NotAllowed, "县政府办公室")
	})
}
