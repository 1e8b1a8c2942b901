package ledger

import (
	"context"
	"slices"
	"strings"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/duty"
	"zhixing/personnel"
	"zhixing/publication"
)

// TakeIn brings the ledger up to the public record: duties of documents that came out are drafted, and where a
// document was corrected, withdrawn, amended or repealed, its duties are flagged for a person to decide. It takes in
// one version of one document, and says whether there was one. A version is taken in once.
func (l *Ledger) TakeIn(ctx context.Context, tx *db.Tx) (more bool, err error) {
	const op = "TakeIn"
	key, version, ok, err := nextSource(ctx, tx, l.County)
	if err != nil || !ok {
		return false, wrap(op, err)
	}
	doc, err := publication.DocumentVersion(ctx, tx, l.County, key, version)
	if err != nil {
		return false, wrap(op, err)
	}
	have, err := ofDoc(ctx, tx, l.County, string(key))
	if err != nil {
		return false, wrap(op, err)
	}
	n := 0
	if doc.Withdrawn {
		if err := unpublish(ctx, tx, l.County, string(key)); err != nil {
			return false, wrap(op, err)
		}
		err = l.flagAll(ctx, tx, have, Flag{Kind: Withdrawn, Doc: key, Version: version, Words: "依据的公文已撤回"})
	} else {
		n, err = l.reconcile(ctx, tx, doc, have)
	}
	if err != nil {
		return false, wrap(op, err)
	}
	if err := l.effects(ctx, tx, doc); err != nil {
		return false, wrap(op, err)
	}
	return true, wrap(op, markSource(ctx, tx, l.County, key, version, n))
}

// reading is a duty as a version of a document has it.
type reading struct {
	source Source
	fields Fields
}

// place tells a duty of a document from its others, in any version.
func (s Source) place() string {
	return strings.Join([]string{s.Plan, s.Section, s.No, itoa(int64(s.Part))}, "\x00")
}

// reconcile compares what a version says with what is on the ledger.
func (l *Ledger) reconcile(ctx context.Context, tx *db.Tx, doc publication.Document, have []*Duty) (int, error) {
	read, err := l.readings(ctx, tx, doc)
	if err != nil {
		return 0, err
	}
	have = slices.DeleteFunc(have, func(d *Duty) bool { return d.Source.N == 0 }) // entered by hand on the document: no reading can lose it
	first := len(have) == 0
	drafted := 0
	for _, r := range read {
		i := slices.IndexFunc(have, func(d *Duty) bool { return d.Source.place() == r.source.place() })
		if i < 0 {
			i = slices.IndexFunc(have, func(d *Duty) bool {
				return d.reading().Title == r.fields.Title && d.Source.Plan == r.source.Plan
			})
		}
		if i < 0 {
			d, err := l.draft(ctx, tx, System, Data{Source: &r.source, Fields: &r.fields})
			if err != nil {
				return drafted, err
			}
			drafted++
			if err := l.alreadyAffected(ctx, tx, doc, d); err != nil {
				return drafted, err
			}
			continue
		}
		d := have[i]
		have = slices.Delete(have, i, i+1)
		if err := l.compare(ctx, tx, doc, d, r); err != nil {
			return drafted, err
		}
	}
	if first {
		return drafted, nil
	}
	if err := l.hide(ctx, tx, have); err != nil {
		return drafted, err
	}
	return drafted, l.flagAll(ctx, tx, have, Flag{Kind: Gone, Doc: doc.Key, Version: doc.Version, Words: "更正后的公文里没有这项任务"})
}

// hide takes duties that the public text has no more, and their lines, out of what the public sees: the text may have been
// withheld.
func (l *Ledger) hide(ctx context.Context, tx *db.Tx, list []*Duty) error {
	for _, d := range list {
		kids, err := kidsOf(ctx, tx, l.County, d.ID)
		if err != nil {
			return err
		}
		for _, x := range append(kids, d) {
			if x.Hidden {
				continue
			}
			if err := l.do(ctx, tx, System, personnel.Seat{}, x, DidHide, "", Data{Day: today(tx)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare flags a duty that a new version says differently. One that no person has confirmed yet simply follows.
func (l *Ledger) compare(ctx context.Context, tx *db.Tx, doc publication.Document, d *Duty, r reading) error {
	diff := Differences(d.reading(), r.fields)
	switch {
	case d.State == Cancelled:
		return nil
	case len(diff) == 0:
		return l.do(ctx, tx, System, personnel.Seat{}, d, DidDecide, "", Data{Choice: Keep, Source: &r.source, Fields: &r.fields, Reason: "更正未改动这项任务"})
	case d.State == Drafted:
		return l.do(ctx, tx, System, personnel.Seat{}, d, DidDecide, "", Data{Choice: Adopt, Source: &r.source, Fields: &r.fields, Diff: diff, Reason: "公文已更正"})
	}
	return l.flag(ctx, tx, d, Flag{Kind: Changed, Doc: doc.Key, Version: doc.Version, Words: "公文更正后，这项任务的内容有变化", Diff: diff, To: &r.fields, Source: &r.source})
}

// readings are the duties of a document's newest version, with names folded to units; a name that fits none is asked
// about once.
func (l *Ledger) readings(ctx context.Context, tx *db.Tx, doc publication.Document) ([]reading, error) {
	var out []reading
	f := publication.DutyFilter{Key: doc.Key, Limit: publication.MaxLimit}
	for {
		page, err := publication.Duties(ctx, tx, l.County, f)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Items {
			read, err := p.Read()
			if err != nil {
				return nil, err
			}
			r := reading{
				source: Source{Doc: doc.Key, Version: doc.Version, N: p.N, DocNo: doc.No, Clause: clausePath(read.Clause), Plan: read.Plan,
					Section: read.Section, No: read.No, Part: read.Part},
				fields: fieldsOf(read, doc.SignedOn.Year),
			}
			for _, names := range []*[]string{&r.fields.Lead, &r.fields.Support, &r.fields.Implement} {
				canonical, unknown, err := l.canonical(ctx, tx, doc.No, *names)
				if err != nil {
					return nil, err
				}
				*names = canonical
				r.fields.Unknown = append(r.fields.Unknown, unknown...)
				for _, name := range unknown {
					q := personnel.Question{Kind: personnel.UnknownName, Name: name, Doc: doc.Key, Clause: r.source.Clause, Context: firstOf(read.Responsibility, read.Title)}
					if _, err := personnel.Ask(ctx, tx, l.County, q); err != nil {
						return nil, err
					}
				}
			}
			for _, u := range r.fields.Lead { // a unit that leads does not support or implement besides
				r.fields.Support = without(r.fields.Support, []string{u})
				r.fields.Implement = without(r.fields.Implement, []string{u})
			}
			out = append(out, r)
		}
		if page.Next == "" {
			return out, nil
		}
		f.Cursor = page.Next
	}
}

// clausePath is the part of a clause's address behind the document.
func clausePath(address string) string {
	if _, path, ok := strings.Cut(address, "#"); ok {
		return path
	}
	return address
}

// fieldsOf is what was read, in the form of the ledger. year completes 10月底前.
func fieldsOf(d duty.Duty, year int) Fields {
	f := Fields{Title: d.Title, Text: d.Responsibility, Lead: d.Lead, Support: append(slices.Clone(d.Support), d.Guide...),
		Implement: append(slices.Clone(d.Implement), d.Inherited...), Targets: d.Targets, Registers: d.Registers}
	var raws []string
	for _, x := range d.Deadlines {
		raws = append(raws, x.Raw)
		if f.Due.Before(x.Date) { // of several steps the last one ends the duty
			f.Due = x.Date
		}
	}
	f.DueRaw = strings.Join(raws, "；")
	for _, c := range d.Cadence {
		if c.Every == calendar.Always {
			f.Standing = f.Standing || len(d.Deadlines) == 0
			continue
		}
		if f.Recur.Every == "" {
			f.Recur = calendar.Recurrence{Every: c.Every, Raw: c.Raw}
			for _, t := range calendar.Terms(c.Raw, year) {
				if t.Kind == calendar.Recurring {
					f.Recur = t.Recur
				}
			}
		}
	}
	return f
}

// flag puts a flag on a duty and tells the office. A flag of the same kind by the same version is put once.
func (l *Ledger) flag(ctx context.Context, tx *db.Tx, d *Duty, f Flag) error {
	if slices.ContainsFunc(d.Flags, func(o Flag) bool { return o.Kind == f.Kind && o.Doc == f.Doc && o.Version == f.Version }) {
		return nil
	}
	if err := l.do(ctx, tx, System, personnel.Seat{}, d, DidFlag, "", Data{Flag: &f, Day: today(tx)}); err != nil {
		return err
	}
	return l.tellOffice(ctx, tx, d, flagNotice(f))
}

// flagAll flags the duties that are not over.
func (l *Ledger) flagAll(ctx context.Context, tx *db.Tx, list []*Duty, f Flag) error {
	for _, d := range list {
		if d.State == Cancelled || d.State == Closed {
			continue
		}
		if err := l.flag(ctx, tx, d, f); err != nil {
			return err
		}
	}
	return nil
}

var flagOf = map[string]FlagKind{"废止": Repealed, "修改": Amended, "替代": Replaced}

// effects flags the duties of the documents that this one repeals, amends or replaces.
func (l *Ledger) effects(ctx context.Context, tx *db.Tx, doc publication.Document) error {
	for _, e := range doc.Effects {
		kind, ok := flagOf[e.Effect]
		if !ok || e.Key == "" || doc.Withdrawn {
			continue
		}
		list, err := ofDoc(ctx, tx, l.County, string(e.Key))
		if err != nil {
			return err
		}
		f := Flag{Kind: kind, Doc: doc.Key, Version: doc.Version, Words: "《" + doc.Title + "》" + e.Effect + "了依据的公文"}
		if err := l.flagAll(ctx, tx, list, f); err != nil {
			return err
		}
	}
	return nil
}

// alreadyAffected flags a duty whose document another one had repealed or amended before its duties came onto the ledger.
func (l *Ledger) alreadyAffected(ctx context.Context, tx *db.Tx, doc publication.Document, d *Duty) error {
	for _, a := range doc.Affected {
		if kind, ok := flagOf[a.Effect]; ok && a.Known {
			f := Flag{Kind: kind, Doc: a.Key, Words: "《" + a.Title + "》" + a.Effect + "了依据的公文"}
			if err := l.flag(ctx, tx, d, f); err != nil {
				return err
			}
		}
	}
	return nil
}
