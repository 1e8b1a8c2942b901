package cases

import (
	"context"
	"encoding/json"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
)

func (cs *Cases) stats(ctx context.Context, tx *db.Tx, by Actor, q Query, on calendar.Date) (Stats, error) {
	s := Stats{States: map[State]int{}, Units: map[string]int{}, Rules: map[string]int{}, Services: map[string]int{}}
	c := cs.where(by, q, on)
	rows, err := tx.Query(ctx, `/* cases.stats */ SELECT k.state, k.open, k.due, k.units, k.rule, k.service, k.opened_on, k.closed_on, k.backs, k.recurs
		FROM case_record k WHERE `+c.sql.String(), c.args...)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	var days []int
	for rows.Next() {
		var state, due, units, rule, service, opened, closed string
		var open bool
		var backs, recurs int
		if err := rows.Scan(&state, &open, &due, &units, &rule, &service, &opened, &closed, &backs, &recurs); err != nil {
			return s, err
		}
		s.Total++
		s.States[State(state)]++
		s.Rules[rule]++
		s.Services[service]++
		s.Backs += backs
		s.Recurs += recurs
		if !open {
			s.Closed++
		}
		if open {
			s.Open++
			if due != "" && due < on.String() {
				s.Late++
			}
			for _, u := range strings.FieldsFunc(units, func(r rune) bool { return r == '、' }) {
				s.Units[u]++
			}
		}
		if State(state) == Closed {
			from, err := calendar.ParseDate(opened)
			if err != nil {
				return s, err
			}
			to, err := calendar.ParseDate(closed)
			if err != nil {
				return s, err
			}
			days = append(days, daysBetween(from, to))
		}
	}
	if err := rows.Err(); err != nil {
		return s, err
	}
	rows.Close()
	s.Median = median(days)
	err = tx.QueryRow(ctx, `/* cases.stats */ SELECT count(*), COALESCE(sum(CASE WHEN s.due >= s.to_on THEN 1 ELSE 0 END), 0) FROM case_stay s
		WHERE s.county = $1 AND s.to_at > 0 AND s.due <> '' AND s.id IN (SELECT k.id FROM case_record k WHERE `+c.sql.String()+`)`, c.args...).Scan(&s.Steps, &s.OnTime)
	if err != nil {
		return s, err
	}
	err = tx.QueryRow(ctx, `/* cases.stats */ SELECT COALESCE(sum(CASE WHEN p.confirmed = 'yes' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN p.confirmed = 'no' THEN 1 ELSE 0 END), 0)
		FROM case_public p WHERE p.county = $1 AND p.id IN (SELECT k.id FROM case_record k WHERE `+c.sql.String()+`)`, c.args...).Scan(&s.SaidYes, &s.SaidNo)
	return s, err
}

// lateStays are the clocks that ran out in a period under the unit that had them. A clock that was handed on after it ran out has
// been held against who had it then, and is against nobody else.
func lateStays(ctx context.Context, tx *db.Tx, county string, from, to calendar.Date) ([]Hit, error) {
	rows, err := tx.Query(ctx, `/* cases.lateStays */ SELECT s.unit, s.id, s.began, s.late_on, s.state, s.due, s.to_on, o.data FROM case_stay s
		JOIN case_step o ON o.county = s.county AND o.id = s.id AND o.n = 1
		WHERE s.county = $1 AND s.late_on >= $2 AND s.late_on <= $3 AND s.late_on <> '' AND (s.to_at = 0 OR s.to_on >= s.late_on) ORDER BY s.late_on, s.id, s.n`,
		county, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Hit
	for rows.Next() {
		h := Hit{Kind: HitOverdue}
		var day, state, due, until, data string
		if err := rows.Scan(&h.Unit, &h.Case, &h.Step, &day, &state, &due, &until, &data); err != nil {
			return nil, err
		}
		var k struct{ Opening Opening }
		if err := json.Unmarshal([]byte(data), &k); err != nil {
			return nil, err
		}
		if h.Day, err = calendar.ParseDate(day); err != nil {
			return nil, err
		}
		last, err := calendar.ParseDate(due)
		if err != nil {
			return nil, err
		}
		h.Title, h.Basis, h.Words = k.Opening.Title, k.Opening.Basis, "“"+state+"”应于"+last.Chinese()+"前办理，未按时办理"
		out = append(out, h)
	}
	return out, rows.Err()
}

// heldSteps are the steps of a period that are held against units.
func heldSteps(ctx context.Context, tx *db.Tx, county string, from, to calendar.Date) ([]Hit, error) {
	rows, err := tx.Query(ctx, `/* cases.heldSteps */ SELECT `+prefixed("t.", stepColumns)+`, t.id, o.data FROM case_step t JOIN case_step o ON o.county = t.county AND o.id = t.id AND o.n = 1
		WHERE t.county = $1 AND t.held AND t.at >= $2 AND t.at < $3 ORDER BY t.at, t.id, t.n`, county, db.Micros(from.Time()), db.Micros(to.AddDays(1).Time()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Hit
	for rows.Next() {
		var id ID
		var data string
		s, err := scanStep(func(into ...any) error { return rows.Scan(append(into, &id, &data)...) })
		if err != nil {
			return nil, err
		}
		var k struct{ Opening Opening }
		if err := json.Unmarshal([]byte(data), &k); err != nil {
			return nil, err
		}
		kind, words := HitSentBack, "整改被退回："+cut(s.Data.Words, 60)
		switch s.What {
		case DidRecur:
			kind, words = HitRecurred, "报告整改后再次发生："+cut(s.Data.Words, 60)
		case DidOpen:
			kind, words = HitRecurred, "办结后再次发生"
		case DidReply:
			words = "反映人表示没有解决：" + cut(s.Data.Words, 60)
		}
		for _, u := range s.Data.Held {
			out = append(out, Hit{Unit: u, Kind: kind, Case: id, Step: s.N, Day: calendar.DateOf(s.At), Title: k.Opening.Title, Basis: k.Opening.Basis, Words: words})
		}
	}
	return out, rows.Err()
}

func prefixed(with, columns string) string {
	return with + strings.ReplaceAll(columns, ", ", ", "+with)
}
