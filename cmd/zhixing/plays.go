package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhixing/calendar"
	"zhixing/ledger"
	"zhixing/letter"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/score"
)

// plays are the acts that are done to one duty; policy.StoryActs says what each needs.
var plays = map[string]func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error){
	"confirm": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Confirm(p.ctx, p.tx, p.who, d.ID, 0, p.fields(s, d), s.Text)
	},
	"issue": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Issue(p.ctx, p.tx, p.who, d.ID)
	},
	"sign": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Sign(p.ctx, p.tx, p.who, d.ID, "")
	},
	"report": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		what, err := p.sending(s, d)
		if err != nil {
			return nil, err
		}
		return p.ledger.Report(p.ctx, p.tx, p.who, d.ID, what)
	},
	"support": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		what, err := p.sending(s, d)
		if err != nil {
			return nil, err
		}
		return p.ledger.Contribute(p.ctx, p.tx, p.who, d.ID, what)
	},
	"claim": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		what, err := p.sending(s, d)
		if err != nil {
			return nil, err
		}
		return p.ledger.Claim(p.ctx, p.tx, p.who, d.ID, what)
	},
	"check": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Check(p.ctx, p.tx, p.who, d.ID, s.Text)
	},
	"close": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Close(p.ctx, p.tx, p.who, d.ID, s.Text)
	},
	"send_back": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.SendBack(p.ctx, p.tx, p.who, d.ID, s.Text)
	},
	"ask": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.AskExtension(p.ctx, p.tx, p.who, d.ID, s.Due, s.Text)
	},
	"extend": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.DecideExtension(p.ctx, p.tx, p.who, d.ID, true, s.Due, s.Text)
	},
	"refuse": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.DecideExtension(p.ctx, p.tx, p.who, d.ID, false, calendar.Date{}, s.Text)
	},
	"transfer": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Transfer(p.ctx, p.tx, p.who, d.ID, s.Lead, s.Support, s.Text)
	},
	"suspend": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Suspend(p.ctx, p.tx, p.who, d.ID, s.Due, s.Text)
	},
	"resume": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Resume(p.ctx, p.tx, p.who, d.ID, false, s.Text)
	},
	"reopen": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Reopen(p.ctx, p.tx, p.who, d.ID, s.Due, s.Text)
	},
	"split": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Split(p.ctx, p.tx, p.who, d.ID, s.Units, s.Due, s.Text)
	},
	"note": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Note(p.ctx, p.tx, p.who, d.ID, s.Text)
	},
	"decide": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		if len(d.Flags) == 0 {
			return nil, errNoDuty
		}
		return p.ledger.Decide(p.ctx, p.tx, p.who, d.ID, d.Flags[0].Step, ledger.Choice(s.Choice), s.Text)
	},
	"amend": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Amend(p.ctx, p.tx, p.who, d.ID, 0, *p.fields(s, d), s.Text)
	},
	"cancel": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		return p.ledger.Cancel(p.ctx, p.tx, p.who, d.ID, s.Text)
	},
	"letter": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		_, err := p.ledger.DraftLetter(p.ctx, p.tx, p.who, d.ID, s.Letter, personnel.Office, s.Answer, s.Text)
		return d, err
	},
	"sign_letter": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		l, err := p.paper(d, s.Letter, ledger.LetterDrafted)
		if err == nil {
			_, err = p.ledger.SignLetter(p.ctx, p.tx, p.who, l, s.Text, s.When, s.Where)
		}
		return d, err
	},
	"drop_letter": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		l, err := p.paper(d, s.Letter, ledger.LetterDrafted)
		if err == nil {
			_, err = p.ledger.DropLetter(p.ctx, p.tx, p.who, l, s.Text)
		}
		return d, err
	},
	"answer": func(p *player, s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
		l, err := p.paper(d, s.Letter, ledger.LetterSent)
		if err != nil {
			return d, err
		}
		what, err := p.sending(s, d)
		if err == nil {
			_, err = p.ledger.AnswerLetter(p.ctx, p.tx, p.who, l, what.Text, what.Evidence)
		}
		return d, err
	},
}

func init() { // apart, because they are about marks and not about the duty itself
	plays["appeal"] = (*player).appeal
	plays["decide_appeal"] = (*player).decideAppeal
}

// appeal appeals against the first deduction for a fact that the person's unit has in this quarter.
func (p *player) appeal(s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
	day := calendar.DateOf(p.tx.Now())
	first := calendar.Date{Year: day.Year, Month: (day.Month-1)/3*3 + 1, Day: 1}
	quarter := score.Period{From: first, To: calendar.LastOfMonth(first.Year, first.Month+2)}
	t, err := score.Of(p.ctx, p.tx, p.ledger, p.county.Scores, quarter, day)
	if err != nil {
		return d, err
	}
	line, _ := t.Line(p.by.Unit)
	for _, h := range line.Hits {
		if h.Duty == d.ID && string(h.Fact) == s.Choice {
			_, err := score.MakeAppeal(p.ctx, p.tx, p.ledger, p.county.Scores, p.who, quarter, h.Key, s.Text)
			return d, err
		}
	}
	return d, fmt.Errorf("没有“%s”这项扣分：%w", s.Choice, errNoDuty)
}

// decideAppeal decides on the appeal about a duty that waits.
func (p *player) decideAppeal(s *policy.Scene, d *ledger.Duty) (*ledger.Duty, error) {
	list, err := score.Appeals(p.ctx, p.tx, p.ledger, p.who, true, 50)
	for _, a := range list {
		if a.Key.Duty == d.ID {
			_, err := score.DecideAppeal(p.ctx, p.tx, p.ledger, p.who, a.ID, s.Choice == string(score.Upheld), s.Text)
			return d, err
		}
	}
	if err == nil {
		err = fmt.Errorf("an appeal to decide: %w", errNoDuty)
	}
	return d, err
}

// fields is what a duty says with what the scene puts right in it; nil where that is nothing.
func (p *player) fields(s *policy.Scene, d *ledger.Duty) *ledger.Fields {
	if s.Title == "" && s.Due.IsZero() && len(s.Lead)+len(s.Support) == 0 {
		return nil
	}
	f := d.Fields
	if s.Title != "" {
		f.Title = s.Title
	}
	if !s.Due.IsZero() {
		f.Due, f.DueRaw, f.Standing = s.Due, "", false
	}
	if len(s.Lead) > 0 {
		f.Lead = s.Lead
	}
	if len(s.Support) > 0 {
		f.Support = s.Support
	}
	return &f
}

// sending is what is reported on a duty: the scene's words, or some of the story's.
func (p *player) sending(s *policy.Scene, d *ledger.Duty) (ledger.Sending, error) {
	n := chance(d.ID.Number(), s.Act, s.At.String())
	progress := s.Low
	if s.High > s.Low {
		progress += int(n%uint32(s.High-s.Low+1)) / 5 * 5
	}
	if progress < d.Progress && s.Act == "report" {
		progress = d.Progress
	}
	words := s.Text
	if words == "" && len(p.story.Words) > 0 {
		words = p.story.Words[int(n/7)%len(p.story.Words)]
	}
	words = strings.NewReplacer("$单位", p.by.Unit, "$任务", d.Title, "$进度", strconv.Itoa(progress)).Replace(words)
	out := ledger.Sending{Report: ledger.Report{Text: words, Progress: progress}}
	if s.Act != "claim" && int(n%100) >= s.Photo {
		return out, nil
	}
	if p.photo == nil { // one for all that is reported at once
		day := calendar.DateOf(p.tx.Now()).String()
		b, err := demoPhoto(d.ID.Number(), day, n)
		if err != nil {
			return out, err
		}
		p.photo = []ledger.Evidence{{Name: "演示照片-" + p.by.Unit + "-" + day + ".jpg", Content: b}}
	}
	out.Evidence = p.photo
	return out, nil
}

// paper is the oldest letter of a kind about a duty that stands so.
func (p *player) paper(d *ledger.Duty, k letter.Kind, state ledger.LetterState) (int64, error) {
	list, err := p.ledger.Letters(p.ctx, p.tx, everything, state, d.ID, 50)
	for _, l := range slices.Backward(list) {
		if l.Letter.Kind == k {
			return l.ID, err
		}
	}
	if err == nil {
		err = fmt.Errorf("a letter %s to be %s: %w", k, state, errNoDuty)
	}
	return 0, err
}
