package cases

import (
	"context"
	"strconv"
	"strings"

	"zhixing/db"
	"zhixing/finding"
)

// Opened takes up what the judge finds; set it as finding.Judge.Opened. What stands behind another finding is that one's matter.
func (c *Cases) Opened(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	if f.Inhibited != "" {
		return nil
	}
	_, err := c.Open(ctx, tx, c.foundOf(f))
	return err
}

// Over notes that a finding is recovered; set it as finding.Judge.Over.
func (c *Cases) Over(ctx context.Context, tx *db.Tx, f finding.Finding, evidence string) error {
	return c.Recovered(ctx, tx, int64(f.ID), evidence)
}

// CaseOpen reports whether an open case carries the finding; set it as finding.Judge.CaseOpen.
func (c *Cases) CaseOpen(ctx context.Context, tx *db.Tx, id finding.ID) (bool, error) {
	at, err := caseOf(ctx, tx, c.county(), int64(id))
	if err != nil || at == 0 {
		return false, wrap("CaseOpen", err)
	}
	k, err := load(ctx, tx, c.county(), at)
	if err != nil {
		return false, wrap("CaseOpen", err)
	}
	return k.Open(), nil
}

func (c *Cases) foundOf(f finding.Finding) Found {
	out := Found{ID: int64(f.ID), Rule: f.Rule, Subject: f.Subject, Label: f.Label, Title: f.Title, Says: f.Says, Severity: f.Severity, Unit: f.Unit,
		Basis: f.Basis.String(), Town: f.Town, Ladder: f.Ladder, Reading: f.Reading, At: f.LastAt, Place: pointOf(f.Place)}
	if f.Entry != "" {
		out.Subject = firstOf(f.Entry, f.Subject) // what is measured at one entry is one matter
	}
	if list, _, ok := strings.Cut(f.Rule, "/"); ok {
		if _, ok := c.ChecklistOf(list); ok {
			out.Source = ByCheck
		}
	}
	return out
}

// pointOf reads "longitude latitude"; nil where it is none.
func pointOf(s string) *Point {
	lon, lat, ok := strings.Cut(s, " ")
	if !ok {
		return nil
	}
	x, err1 := strconv.ParseFloat(lon, 64)
	y, err2 := strconv.ParseFloat(lat, 64)
	p := &Point{x, y}
	if err1 != nil || err2 != nil || checkPlace("", p) != nil {
		return nil
	}
	return p
}
