package personnel_test

import (
	"strings"
	"testing"

	"zhixing/db"
	"zhixing/personnel"
	"zhixing/publication"
)

// A withdrawn notice undoes nothing by itself.
func TestWithdrawnNotice(t *testing.T) {
	stories(t, func(s *story) {
		s.seat("示例子", "县水务局/局长", "2020-01-01")
		s.seat("示例午", "县林业局/局长", "2020-01-01")
		s.clock.Set("2024-03-04")
		key := s.notice("任命：\n\n示例丑同志任县水务局局长；\n\n示例巳同志任县林业局局长。\n\n免去：\n\n示例子同志县水务局局长职务；\n\n示例未同志县统计局局长职务。")
		s.takeIn()
		s.Answer("示例巳任县林业局局长", personnel.Answer{Choice: personnel.Displace})
		s.Asked("查无此人：免去示例未的县统计局局长职务")
		s.clock.Set("2024-03-20")
		if _, err := s.press.Withdraw(ctx, key, publisher, publication.Withdrawal{Reason: "误发"}); err != nil {
			s.Fatal(err)
		}
		s.takeIn()
		question := "绛政任〔2024〕901号（第2版，撤回）"
		s.Asked("依据已撤回或更正：" + question) // and what it left open is settled
		s.Holders("县水务局/局长", "2024-03-20", "示例丑")
		s.takeIn()
		s.Asked("依据已撤回或更正：" + question)
		s.Answer(question, personnel.Answer{Choice: personnel.Undo, Reason: "误发"})
		s.Asked()
		s.Holders("县水务局/局长", "2024-03-20", "示例子")
		s.Holders("县水务局/局长", "2024-03-04", "示例子")
		s.Holders("县林业局/局长", "2024-03-20", "示例午")
		s.read(func(tx *db.Tx) error { // what was believed in between can still be shown
			was, err := personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Post: "县水务局/局长", On: day("2024-03-10")}, day("2024-03-15").Time())
			if len(was) != 1 || was[0].Name != "示例丑" {
				s.Errorf("believed on 15 March: %+v", was)
			}
			return err
		})

		s.clock.Set("2024-04-08")
		key = s.notice("任命：\n\n示例申同志任县统计局局长。")
		s.takeIn()
		if _, err := s.press.Withdraw(ctx, key, publisher, publication.Withdrawal{Reason: "误发"}); err != nil {
			s.Fatal(err)
		}
		s.takeIn()
		s.Answer("绛政任〔2024〕902号（第2版，撤回）", personnel.Answer{Choice: personnel.Dismiss, Reason: "任职有效，公文另发"})
		s.takeIn()
		s.Asked()
		s.Holders("县统计局/局长", "2024-04-08", "示例申")
	})
}

// correct publishes another text of a document.
func (s *story) correct(key publication.Key, text string) {
	s.Helper()
	var d publication.Draft
	s.write(func(tx *db.Tx) (err error) {
		d, err = publication.Upload(ctx, tx, s.county, editor, publication.Manuscript{Filename: "更正.txt", Raw: []byte(text), Source: text,
			Corrects: key, Note: "有误。"})
		if err == nil {
			d, err = publication.Submit(ctx, tx, d.At(), editor)
		}
		return err
	})
	if _, err := s.press.Publish(ctx, d.At(), publisher); err != nil {
		s.Fatal(err)
	}
}

// Who was told to make way was told so once: when the same move comes back and meets another holder, it is asked anew.
func TestMakingWayIsAskedAnew(t *testing.T) {
	stories(t, func(s *story) {
		old := s.seat("示例子", "县水务局/局长", "2020-01-01")
		s.clock.Set("2024-03-04")
		key := s.notice("任命：\n\n示例丑同志任县水务局局长。")
		s.takeIn()
		s.Answer("示例丑任县水务局局长", personnel.Answer{Choice: personnel.Displace})
		s.clock.Set("2024-03-05")
		if _, err := s.press.Withdraw(ctx, key, publisher, publication.Withdrawal{Reason: "误发"}); err != nil {
			s.Fatal(err)
		}
		s.takeIn()
		s.Answer("绛政任〔2024〕901号（第2版，撤回）", personnel.Answer{Choice: personnel.Undo, Reason: "误发"})
		s.Holders("县水务局/局长", "2024-03-05", "示例子")
		s.write(func(tx *db.Tx) error {
			_, err := personnel.Remove(ctx, tx, s.book, s.county, "办公室丁", personnel.Move{Person: old, Post: "县水务局/局长", On: day("2024-02-01"), Reason: "退休"})
			return err
		})
		s.seat("示例寅", "县水务局/局长", "2024-02-01")
		s.clock.Set("2024-03-06")
		s.correct(key, s.text)
		s.takeIn()
		s.takeIn()
		s.Asked("职务已有人：示例丑任县水务局局长（再次）")
		s.Holders("县水务局/局长", "2024-03-06", "示例寅")
		s.Answer("示例丑任县水务局局长（再次）", personnel.Answer{Choice: personnel.Displace})
		s.Holders("县水务局/局长", "2024-03-04", "示例丑")
		s.Asked()
	})
}

// A corrected notice that names another person: the old tenure is asked about, the new one waits for the answer.
func TestCorrectedNotice(t *testing.T) {
	stories(t, func(s *story) {
		s.clock.Set("2024-03-04")
		key := s.notice("任命：\n\n示例丑同志任县水务局局长；\n\n示例寅同志任县林业局局长。")
		s.takeIn()
		s.clock.Set("2024-03-10")
		text := strings.Replace(s.text, "示例丑", "示例酉", 1)
		s.correct(key, text)
		s.takeIn()
		question := "绛政任〔2024〕901号（第2版，更正）"
		s.Asked("依据已撤回或更正："+question, "职务已有人：示例酉任县水务局局长")
		s.Holders("县水务局/局长", "2024-03-10", "示例丑")
		s.Refuses(s.answer(question, personnel.Answer{Choice: personnel.Undo}), personnel.Invalid, "理由")
		s.Answer(question, personnel.Answer{Choice: personnel.Undo, Reason: "姓名误排"})
		s.Asked()
		s.Holders("县水务局/局长", "2024-03-04", "示例酉")
		s.Holders("县林业局/局长", "2024-03-04", "示例寅") // what the correction repeats was not touched
		if got := s.takeIn(); got != (personnel.Taken{}) {
			s.Errorf("again %+v", got)
		}
	})
}
