package finding

import (
	"context"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/register"
	"zhixing/rule"
)

// recorder writes down what an expression asks for, with where it came from.
type recorder struct {
	rule.Facts
	a    *about
	at   time.Time // of the look
	from string    // of what the facts themselves say: a reading's time and source, an entry's address
	seen []Seen
}

func (r *recorder) note(name string, v rule.Value, source string) {
	for _, s := range r.seen {
		if s.Name == name {
			return
		}
	}
	if len(r.seen) < 40 {
		r.seen = append(r.seen, Seen{name, rule.Print(v), source})
	}
}

func (r *recorder) Fact(ctx context.Context, name string) (rule.Value, error) {
	v, err := r.Facts.Fact(ctx, name)
	if err != nil || v == nil {
		return v, err
	}
	if e, ok := v.(*rule.Entry); ok {
		return r.entry(name, e), nil
	}
	source := r.from
	if len(name) > len("参数.") && name[:len("参数.")] == "参数." {
		if d, ok := r.a.j.Value(name[len("参数."):], r.a.on); ok {
			source = d.Source
		}
	}
	if name == "今天" {
		source = ""
	}
	r.note(name, v, source)
	return v, nil
}

// entry writes down the fields that are asked of an entry.
func (r *recorder) entry(path string, e *rule.Entry) *rule.Entry {
	return &rule.Entry{Register: e.Register, Key: e.Key, Get: func(ctx context.Context, field string) (rule.Value, error) {
		v, err := e.Get(ctx, field)
		if err != nil || v == nil {
			return v, err
		}
		name := path + "." + field
		if other, ok := v.(*rule.Entry); ok {
			return r.entry(name, other), nil
		}
		r.note(name, v, e.Register+"/"+e.Key)
		return v, nil
	}}
}

func (r *recorder) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	v, err := r.Facts.Call(ctx, c, args)
	if err != nil || v == nil {
		return v, err
	}
	source := r.from
	switch _, past := c.Past(); {
	case c.Name == "参数于":
		d, _ := r.a.j.valueOf(c, args)
		source = d.Source
	case past && c.Text(1) != "":
		source = c.Text(1) + "/" + r.a.key + " " + timeWords(r.at)
	}
	r.note(c.String(), v, source)
	return v, nil
}

// sight is what a rule has before its eyes.
type sight struct {
	look
	facts rule.Facts
	a     *about
	from  string // source of the facts, for people
	also  []Seen // what is seen without being asked for: a silence has no value
}

// recorded evaluates an expression once more and gives what it asked for.
func (s *sight) recorded(ctx context.Context, exprs ...*rule.Expr) ([]Seen, error) {
	r := &recorder{Facts: s.facts, a: s.a, at: s.at, from: s.from, seen: slices.Clone(s.also)}
	for _, e := range exprs {
		if e == nil {
			continue
		}
		if _, err := e.Eval(ctx, r); err != nil {
			if _, ok := rule.Undecided(err); !ok {
				return nil, err
			}
		}
	}
	return r.seen, nil
}

// says is the rule's sentence about what it sees.
func (s *sight) says(ctx context.Context, r *Rule) (string, error) {
	if r.Says == nil {
		return r.Title, nil
	}
	return r.Says.Text(ctx, s.facts)
}

// describe is a new finding of the rule, about what it sees.
func (s *sight) describe(ctx context.Context, r *Rule, subject string) (Finding, error) {
	f := Finding{Rule: r.ID, Subject: subject, State: Open, Severity: r.Severity, Unit: r.To.Unit,
		Detail: Detail{Title: r.Title, Policy: r.Policy, Basis: r.Basis, Ladder: r.Ladder, Reading: len(r.Readings) > 0}}
	if f.Severity == "" {
		f.Severity = Minor
	}
	var err error
	if f.Says, err = s.says(ctx, r); err != nil {
		return f, err
	}
	if f.Facts, err = s.recorded(ctx, r.When); err != nil {
		return f, err
	}
	return f, s.a.place(ctx, &f, r.To)
}

// place fills in what is known of the entry that a finding is about, and whose the finding is.
func (a *about) place(ctx context.Context, f *Finding, to register.Whose) error {
	if a.name == "" || a.key == "" {
		return nil
	}
	f.Entry = string(a.name) + "/" + a.key
	e, err := a.subjectEntry(ctx)
	if err == nil && e == nil {
		e, err = a.entry(ctx, a.name, a.key, calendar.Date{})
	}
	if err != nil || e == nil {
		return err
	}
	f.Label, f.Town = e.Label, e.Town
	if to.Field != "" {
		if f.Unit, err = a.j.Registers.UnitOf(ctx, a.tx, to, e); err != nil {
			return err
		}
	}
	if s, ok := a.j.Registers.Schema(e.Register); ok {
		for i := range s.Fields {
			if s.Fields[i].Type == register.Point && e.Values[s.Fields[i].Name] != "" {
				f.Place = e.Values[s.Fields[i].Name]
				break
			}
		}
	}
	return nil
}

// lookAt is what the rule says of what it sees. Whether the facts clear it is asked where that matters.
func (r *Rule) lookAt(ctx context.Context, s *sight, open bool) error {
	holds, err := r.When.Holds(ctx, s.facts)
	if err == nil && !holds && open {
		s.clears = true
		if r.Clears != nil {
			s.clears, err = r.Clears.Holds(ctx, s.facts)
		}
	}
	if lacks, ok := rule.Undecided(err); ok {
		s.lacks, s.holds, s.clears = lacks, false, false
		return nil
	}
	s.holds = holds
	return err
}
