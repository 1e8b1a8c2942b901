package register

import (
	"slices"

	"zhixing/calendar"
)

// What comes again so long after it was done last (Obligation.Again) has a row for each time: it begins with the day on which the
// thing was done before, at first with the start of the obligation, and ends when it is done again.

// rounds are the rows of such an obligation. They follow from the days alone, so that a record that comes late, or is taken back, leaves
// the rows as they would have been.
func (a *assessing) rounds(o *Obligation, since calendar.Date, rows []Owed) ([]Owed, error) {
	days, err := a.doneDays(o, since, rows)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		known := slices.ContainsFunc(days, func(p pointer) bool { return p.day == rows[i].Period })
		if row := &rows[i]; !known && (row.State == Open || !row.Period.Before(days[0].day)) {
			row.State, row.DoneOn, row.DoneBy = Void, calendar.Date{}, ""
		}
	}
	for i, from := range days {
		k := slices.IndexFunc(rows, func(x Owed) bool { return x.Period == from.day })
		if k < 0 {
			k, rows = len(rows), append(rows, Owed{Period: from.day, State: Open})
		}
		row := &rows[k]
		row.Since, row.Due = from.day, o.Again.After(from.day, a.r.Workdays)
		row.Until = row.Due
		if i+1 < len(days) {
			row.State, row.DoneOn, row.DoneBy = Done, days[i+1].day, days[i+1].address
			continue
		}
		if row.State != Open { // it is owed again, and told again
			row.State, row.DoneOn, row.DoneBy, row.told = Open, calendar.Date{}, "", false
		}
	}
	return rows, nil
}

// doneDays are the days on which it was done, oldest first, after the one from which it is counted: those of the records, or those that
// the field has held. The newest are enough.
func (a *assessing) doneDays(o *Obligation, since calendar.Date, rows []Owed) ([]pointer, error) {
	days := []pointer{{day: since}}
	if o.Record == nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(x Owed) bool { return x.State == Void })
		if n := len(rows); n > 0 && a.what == Corrected && rows[n-1].Period != since {
			rows = rows[:n-1] // the day that stood there was a mistake: nothing was done on it
		}
		var held []pointer
		for _, row := range rows {
			if row.Period.Before(since) {
				held = append(held, pointer{day: row.Period})
			}
		}
		days = append(held, days...)
	} else if from, ok := a.r.Schema(o.Record.Register); ok && a.what != Added {
		list, err := a.r.pointing(a.ctx, a.tx, a.e, from, o.Record.Of, o.Record.On)
		if err != nil {
			return nil, err
		}
		for _, p := range slices.Backward(list) {
			if days[len(days)-1].day.Before(p.day) {
				days = append(days, p)
			}
		}
	}
	return days[max(0, len(days)-maxTurns):], nil
}
