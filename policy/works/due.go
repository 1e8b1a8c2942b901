package works

import (
	"context"
	"fmt"
	"slices"

	"zhixing/bulletin"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/emergency"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/policy"
)

// What comes round is told to whoever has to see to it, once each: a bulletin of a period that is over and that nobody issued, and an emergency
// plan whose review is due.

// Remind tells what has come due by today. It is to be called once a day; told again, nothing is told twice.
func (w *Works) Remind(ctx context.Context, tx *db.Tx) error {
	today := calendar.DateOf(tx.Now())
	for _, d := range w.Bulletins.Definitions {
		if err := w.bulletinDue(ctx, tx, d, today); err != nil {
			return fmt.Errorf("works.Remind: %w", err)
		}
	}
	for _, p := range w.Emergencies.Plans {
		if p.Review.IsZero() || today.Before(p.Review) {
			continue
		}
		if err := w.reviewDue(ctx, tx, p); err != nil {
			return fmt.Errorf("works.Remind: %w", err)
		}
	}
	return nil
}

// bulletinDue tells the county office, which issues bulletins. What was to be told before the policy was in force is nobody's debt.
func (w *Works) bulletinDue(ctx context.Context, tx *db.Tx, d *bulletin.Definition, today calendar.Date) error {
	p, ok := w.Bulletins.Period(d, today)
	periods := []calendar.Period{p}
	if ok {
		if before, had := w.Bulletins.Period(d, p.From.AddDays(-1)); had {
			periods = append(periods, before)
		}
	} else if p, ok = w.Bulletins.Period(d, today.AddDays(-1)); ok { // a season has just ended
		periods = []calendar.Period{p}
	} else {
		return nil
	}
	for _, p := range periods {
		over := p.To.Before(today) || !p.Due.IsZero() && !today.Before(p.Due)
		if !over || p.From.Before(w.since(d.Policy)) {
			continue
		}
		kept, err := w.Bulletins.Kept(ctx, tx, d.ID, p.From, false)
		if err != nil || len(kept) > 0 {
			if err != nil {
				return err
			}
			continue
		}
		by := ""
		if !p.Due.IsZero() {
			by = "，应于" + p.Due.Chinese() + "前印发"
		}
		_, err = notice.Put(ctx, tx, string(w.County.Place.Code), notice.Notice{To: notice.To{Unit: w.County.Office, Roles: []string{string(personnel.Office)}}, Kind: "bulletin",
			Subject: subject(false, d.Title+"（"+p.Label(d.Every.Every)+"）可以印发了"), Text: d.Title + p.From.Chinese() + "至" + p.To.Chinese() + "一期还没有印发" + by + "。",
			Path: "/bulletins/" + d.ID + "?on=" + p.From.String(), About: "bulletins/" + d.ID, Basis: d.Basis.String(), Key: "bulletin-due/" + d.ID + "/" + p.From.String()})
		if err != nil {
			return err
		}
	}
	return nil
}

// reviewDue tells the unit that answers for the plan's document.
func (w *Works) reviewDue(ctx context.Context, tx *db.Tx, p *emergency.Plan) error {
	unit := w.County.Office
	if i := slices.IndexFunc(w.Set.Policies, func(x policy.Policy) bool { return x.ID == p.Policy }); i >= 0 && w.Set.Policies[i].Owner != "" {
		unit = w.Set.Policies[i].Owner
	}
	to := notice.To{Unit: unit, Roles: []string{string(personnel.Head), string(personnel.Member), string(personnel.Office)}}
	_, err := notice.Put(ctx, tx, string(w.County.Place.Code), notice.Notice{To: to, Kind: "emergency", Subject: subject(false, "《"+p.Title+"》该评估修订了"),
		Text: fmt.Sprintf("《%s》应于%s前评估。评估后修订预案，在政策包里写下一次的评估日期（review）。", p.Title, p.Review.Chinese()), Path: "/emergencies", About: "plan/" + p.ID, Basis: p.Basis.String(),
		Key: "plan-review/" + p.ID + "/" + p.Review.String()})
	return err
}

// since is the day on which a policy came into force.
func (w *Works) since(id string) calendar.Date {
	if i := slices.IndexFunc(w.Set.Policies, func(x policy.Policy) bool { return x.ID == id }); i >= 0 {
		return w.Set.Policies[i].From
	}
	return calendar.Date{}
}
