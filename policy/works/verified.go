package works

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/register"
	"zhixing/warning"
)

// Verdicts are looked at for so long after a warning or a miss, and signals for so long again before: what stands that long has met what
// it was about.
const verdictsKept = 31 * 24 * time.Hour

// Verified enters how good warnings were into the registers that are for it, once each, when the event is over and the gap after it: what
// people then make of the entry is theirs. It is to be called once a day.
func (w *Works) Verified(ctx context.Context, tx *db.Tx) error {
	for _, s := range w.Set.Registers {
		y := w.Set.Verdicts[s]
		if y == nil {
			continue
		}
		for _, h := range w.Warnings.Hazards {
			if err := w.verifiedOf(ctx, tx, s, y, h); err != nil {
				return fmt.Errorf("works.Verified: %s: %w", h.ID, err)
			}
		}
	}
	return nil
}

func (w *Works) verifiedOf(ctx context.Context, tx *db.Tx, s *register.Schema, y *policy.VerdictFields, h *warning.Hazard) error {
	now := tx.Now()
	since := now.Add(-verdictsKept)
	if from := w.since(s.Policy); since.Before(from.Time()) {
		since = from.Time()
	}
	v, err := w.Warnings.Verify(ctx, tx, h.ID, since.Add(-verdictsKept), now)
	if err != nil {
		return err
	}
	for _, x := range v.Verdicts {
		if cmp.Or(x.Issued, x.First).Before(since) || x.Outcome == warning.Waiting {
			continue
		}
		var version *warning.Version
		over := x.Until
		if x.Event != 0 {
			if version, over, err = w.issued(ctx, tx, x); err != nil {
				return err
			}
		}
		if over.IsZero() || now.Before(over.Add(h.Quality.Parted())) {
			continue
		}
		if err := w.enterVerdict(ctx, tx, s, entryOf(y, s, h, x, version)); err != nil {
			return err
		}
	}
	return nil
}

// issued is the version that first published a level of an event, and when the event was over; zero while it stands.
func (w *Works) issued(ctx context.Context, tx *db.Tx, x warning.Verdict) (first *warning.Version, over time.Time, err error) {
	list, err := w.Warnings.Versions(ctx, tx, x.Event)
	last := 0
	for _, v := range list {
		if v.Identifier == "" {
			continue
		}
		if v.Level == x.Level && v.Sent.Equal(x.Issued) {
			first = v
		}
		if v.N > last {
			if last, over = v.N, v.Over; v.Kind == warning.Cancel {
				over = v.Sent
			}
		}
	}
	if first == nil {
		return nil, time.Time{}, err
	}
	return first, over, nil
}

// entryOf is a verdict as its register has it. Who was late was right, with a lead below zero. Stations are counted and not named: the
// register may be public, where they stand may not.
func entryOf(y *policy.VerdictFields, s *register.Schema, h *warning.Hazard, x warning.Verdict, v *warning.Version) map[string]string {
	hazard := h.Name
	if f, ok := s.Field(y.Hazard); ok && !slices.Contains(f.Options, hazard) {
		hazard = policy.OtherHazard
	}
	measured := "没有站点达到标准"
	if !x.First.IsZero() {
		measured = fmt.Sprintf("%d个站点达到%s色标准，最早%s", len(x.Places), x.Level, x.First.In(calendar.Zone).Format("2006年1月2日15时04分"))
	}
	out := map[string]string{y.Hazard: hazard, y.Outcome: string(x.Outcome), y.Measured: measured}
	if v == nil {
		out[y.Key] = fmt.Sprintf("漏报-%s%s-%s", h.Name, x.Level, x.First.In(calendar.Zone).Format("20060102-1504"))
		out[y.Day] = calendar.DateOf(x.First).String()
		out[y.Area] = strings.Join(x.Towns, "、")
		if out[y.Area] == "" {
			out[y.Area] = "未标注乡镇"
		}
		return out
	}
	out[y.Key] = v.Identifier + "-" + string(x.Level)
	out[y.Level] = string(x.Level)
	out[y.Day] = calendar.DateOf(x.Issued).String()
	out[y.Area] = v.Area.Words
	switch x.Outcome {
	case warning.Late:
		out[y.Outcome] = string(warning.Hit)
		fallthrough
	case warning.Hit:
		out[y.Lead] = fmt.Sprint(int(x.Lead.Truncate(time.Minute).Minutes()))
	}
	return out
}

// enterVerdict enters what is not there yet. What the register's own checks refuse is told to whoever keeps it, and does not stop the clock.
func (w *Works) enterVerdict(ctx context.Context, tx *db.Tx, s *register.Schema, fields map[string]string) error {
	key := fields[s.Key[0]]
	if _, err := w.Registers.Get(ctx, tx, register.Inside, s.Name, key, register.AsOf{}); register.KindOf(err) != register.NotFound {
		return err
	}
	_, err := w.Registers.Add(ctx, tx, register.System, s.Name, register.Input{Fields: fields, Why: "预警检验"})
	return w.notEntered(ctx, tx, s, "verified", "有一次预警检验没有写进", key, err)
}

// notEntered tells whoever keeps a register what its checks refused of what was to be entered by itself. Other errors stay errors.
func (w *Works) notEntered(ctx context.Context, tx *db.Tx, s *register.Schema, of, says, key string, err error) error {
	if register.KindOf(err) == 0 {
		return err
	}
	_, err = notice.Put(ctx, tx, string(w.County.Place.Code), notice.Notice{To: notice.To{Unit: s.Custodian, Roles: []string{string(personnel.Head), string(personnel.Member)}}, Kind: "list",
		Subject: says + s.Title, Text: key + "：" + register.Message(err), Path: "/lists/" + string(s.Name), About: "lists/" + string(s.Name), Key: of + "/" + string(s.Name) + "/" + key})
	return err
}
