package main

import (
	"context"
	"fmt"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
)

// tickEvery is how often the clock looks whether something has come due; a rung comes at most so much late.
const tickEvery = 5 * time.Second

// keepTime runs the clock of the ledger and of the policies until ctx ends. What fails is tried again at the next turn and is in the log.
func (s *site) keepTime(ctx context.Context) {
	for {
		if err := s.tick(ctx); err != nil && ctx.Err() == nil {
			s.logger.Error("clock", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tickEvery):
		}
	}
}

// tick does what has come due: notices of appointment, probations, duties of new documents, rungs, and
// what the policies order.
func (s *site) tick(ctx context.Context) error {
	if s.ledger == nil {
		return s.runPolicies(ctx)
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := personnel.TakeIn(ctx, tx, s.county.Book, string(s.county.Place.Code), ledger.System.Account)
		return err
	})
	if err == nil {
		err = s.remind(ctx)
	}
	if err != nil {
		return err
	}
	if _, err = s.ledger.Tick(ctx, s.db); err != nil {
		return err
	}
	return s.runPolicies(ctx)
}

// remind tells the county office, once each, of probations that end soon and that nobody has decided.
func (s *site) remind(ctx context.Context) error {
	limit := s.ledger.Rules.Probation
	today := calendar.DateOf(s.db.Now())
	if limit.Span.N == 0 || s.reminded == today {
		return nil
	}
	county := string(s.county.Place.Code)
	within := int(limit.Span.After(today, s.ledger.Rules.Workdays).Time().Sub(today.Time()) / (24 * time.Hour))
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := personnel.Reminders(ctx, tx, s.county.Book, county, today, within)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.Vacancy() { // stands on the page of posts until it is filled
				continue
			}
			until := r.Tenure.ProbationUntil
			_, err := notice.Put(ctx, tx, county, notice.Notice{
				To: notice.To{Unit: s.county.Office, Roles: []string{string(personnel.Office)}}, Kind: "probation",
				Subject: fmt.Sprintf("%s%s的试用期到%s", r.Post.Unit, r.Post.Title, until.Chinese()),
				Text:    "请办理转正、延长或免职手续。" + limit.Rule.Cite(), Path: "/posts/" + r.Post.Unit, Basis: limit.Rule.Cite(),
				Key: fmt.Sprintf("probation/%d/%s", r.Tenure.ID, until),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.reminded = today
	}
	return err
}
