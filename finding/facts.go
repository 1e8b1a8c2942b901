package finding

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/observation"
	"zhixing/register"
	"zhixing/rule"
)

// world answers rules within one transaction. Entries are read once for a day.
type world struct {
	j       *Judge
	tx      *db.Tx
	entries map[entryOn]*register.Entry // nil: there is none
	results map[resultOn]Result
	depth   int // of indicators that ask for indicators

	statements map[string]*sql.Stmt // closed by the transaction
}

type entryOn struct {
	register register.Name
	key      string
	on       calendar.Date // zero: today
}

type resultOn struct {
	indicator, key string
	on             calendar.Date
}

func (j *Judge) world(tx *db.Tx) *world {
	j.ready()
	return &world{j: j, tx: tx, entries: map[entryOn]*register.Entry{}, results: map[resultOn]Result{}, statements: map[string]*sql.Stmt{}}
}

func (w *world) today() calendar.Date { return calendar.DateOf(w.tx.Now()) }

// entry is an entry as it stood on a day; nil where there was none.
func (w *world) entry(ctx context.Context, name register.Name, key string, on calendar.Date) (*register.Entry, error) {
	if !on.Before(w.today()) {
		on = calendar.Date{}
	}
	at := entryOn{name, key, on}
	if e, ok := w.entries[at]; ok {
		return e, nil
	}
	e, err := w.j.Registers.Get(ctx, w.tx, register.Inside, name, key, register.AsOf{On: on})
	if register.KindOf(err) == register.NotFound {
		e, err = nil, nil
	}
	if err == nil {
		w.entries[at] = e
	}
	return e, err
}

// about is what is known in every expression: the day, the values of the day, and the entry behind 条目.
type about struct {
	*world
	on    calendar.Date // 今天, and the day of 参数
	name  register.Name
	key   string
	known *register.Entry // where the caller has it already
}

func (a *about) subjectEntry(ctx context.Context) (*register.Entry, error) {
	if a.known != nil || a.name == "" {
		return a.known, nil
	}
	return a.entry(ctx, a.name, a.key, a.on)
}

// common answers the names that every scope has.
func (a *about) common(ctx context.Context, name string) (rule.Value, error) {
	if name == "今天" {
		return rule.Day{Date: a.on}, nil
	}
	if v, ok := strings.CutPrefix(name, "参数."); ok {
		d, ok := a.j.Value(v, a.on)
		if !ok {
			return nil, &rule.Missing{Name: name}
		}
		return rule.Num(d.Value), nil
	}
	if name == "条目" {
		e, err := a.subjectEntry(ctx)
		if err != nil || e == nil {
			return nil, missing(err, name)
		}
		return a.entryValue(e), nil
	}
	return nil, &rule.Missing{Name: name}
}

func missing(err error, name string) error {
	if err != nil {
		return err
	}
	return &rule.Missing{Name: name}
}

// entryValue is an entry as expressions see it.
func (a *about) entryValue(e *register.Entry) rule.Value {
	s, ok := a.j.Registers.Schema(e.Register)
	if !ok {
		return nil
	}
	return a.j.Registers.RuleEntry(a.tx, s, e, a.on)
}

// call answers the functions that look at registers, indicators and values.
func (a *about) call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	if c.Name == "参数于" {
		d, ok := a.j.valueOf(c, args)
		if !ok {
			return nil, &rule.Missing{Name: c.String()}
		}
		return rule.Num(d.Value), nil
	}
	if c.Name == "指标" {
		key := a.key
		if len(args) == 2 {
			key = args[1].(*rule.Entry).Key
		}
		return a.indicator(ctx, c, key)
	}
	e, err := a.subjectEntry(ctx)
	if err != nil {
		return nil, err
	}
	v, mine, err := a.j.Registers.Ask(ctx, a.tx, e, c, args, a.on)
	if !mine {
		return nil, &rule.Missing{Name: c.String()}
	}
	return v, err
}

// valueOf is what 参数于 asks for: a value as of the day that is given.
func (j *Judge) valueOf(c *rule.Call, args []rule.Value) (Dated, bool) {
	day, ok := args[1].(rule.Day)
	if !ok {
		return Dated{}, false
	}
	return j.Value(c.Text(0), day.Date)
}

// indicator answers 指标: its result in the period of the day.
func (a *about) indicator(ctx context.Context, c *rule.Call, key string) (rule.Value, error) {
	ind := a.j.indicators[c.Text(0)]
	if ind == nil {
		return nil, &rule.Missing{Name: c.String()}
	}
	if ind.Each == "" {
		key = ""
	}
	res, err := a.result(ctx, ind, key, a.on)
	if err != nil {
		return nil, err
	}
	if v := res.value(); v != nil {
		return v, nil
	}
	return nil, &rule.Missing{Name: c.String()}
}

// Beyond answers what an expression over an entry asks for that its register does not know: 参数 and 指标. Set it as
// register.Registers.Beyond.
func (j *Judge) Beyond(_ context.Context, tx *db.Tx, s *register.Schema, e *register.Entry, on calendar.Date) rule.Facts {
	return &beyond{about{j.world(tx), on, s.Name, e.Key, e}}
}

type beyond struct{ about }

func (b *beyond) Fact(ctx context.Context, name string) (rule.Value, error) {
	return b.common(ctx, name)
}

func (b *beyond) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	return b.call(ctx, c, args)
}

// entryFacts is a rule's view of an entry: its fields by their names.
type entryFacts struct {
	about
	rule.Facts // of the register
}

func (f *entryFacts) Fact(ctx context.Context, name string) (rule.Value, error) {
	if name == "今天" || strings.HasPrefix(name, "参数.") {
		return f.common(ctx, name)
	}
	return f.Facts.Fact(ctx, name)
}

func (f *entryFacts) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	return f.call(ctx, c, args)
}

// entryFacts is the view of an entry on a day.
func (w *world) entryFacts(ctx context.Context, e *register.Entry, on calendar.Date) (*entryFacts, bool) {
	s, ok := w.j.Registers.Schema(e.Register)
	if !ok {
		return nil, false
	}
	return &entryFacts{about{w, on, e.Register, e.Key, e}, w.j.Registers.Facts(ctx, w.tx, s, e, on)}, true
}

// readingFacts is a rule's view of a reading: what is known on its own day, so that it is judged alike whenever it comes.
type readingFacts struct {
	about
	d *observation.Definition
	r *observation.Reading
}

func (w *world) readingFacts(d *observation.Definition, r *observation.Reading) *readingFacts {
	return &readingFacts{about{w, calendar.DateOf(r.At), register.Name(d.Register), r.Key, nil}, d, r}
}

func (f *readingFacts) Fact(ctx context.Context, name string) (rule.Value, error) {
	switch name {
	case "值":
		if !f.r.Counts() {
			return nil, &rule.Missing{Name: name}
		}
		return rule.Num(f.r.Decimal), nil
	case "时间":
		return rule.Instant{Time: f.r.At}, nil
	case "标志":
		return rule.Text(f.r.Flag.Code()), nil
	case "名称":
		return rule.Text(f.d.Title), nil
	case "单位":
		if f.d.Unit == "1" { // nobody says “2.5 ones”
			return rule.Text(""), nil
		}
		return rule.Text(f.d.Unit), nil
	}
	return f.common(ctx, name)
}

func (f *readingFacts) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	past, ok := c.Past()
	if !ok {
		return f.call(ctx, c, args)
	}
	series := f.r.Series
	if other := observation.SeriesName(c.Text(1)); other != "" && other != f.r.Name {
		s, ok, err := f.j.Observations.Find(ctx, f.tx, other, f.r.Key)
		if err != nil {
			return nil, err
		}
		if !ok { // nothing was ever measured there
			return ofStats(c, observation.Stats{})
		}
		series = s.ID
	}
	s, err := f.j.Observations.Window(ctx, f.tx, observation.Query{Series: series,
		From: f.r.At.Add(-past.Back + time.Microsecond), To: f.r.At.Add(-past.Until + time.Microsecond)})
	if err != nil {
		return nil, err
	}
	return ofStats(c, s)
}

func ofStats(c *rule.Call, s observation.Stats) (rule.Value, error) {
	switch {
	case c.Name == "次数":
		return rule.Int(s.Valid), nil
	case s.Valid == 0:
		return nil, &rule.Missing{Name: c.String()}
	case c.Name == "均值":
		return rule.Fraction(s.Mean()), nil
	case c.Name == "最大":
		return rule.Num(s.Max.Decimal), nil
	}
	return rule.Num(s.Min.Decimal), nil
}

// windowOf is how far back a rule looks.
func windowOf(r *Rule) time.Duration {
	var longest time.Duration
	for past := range pasts(r) {
		longest = max(longest, past.Back)
	}
	return longest
}

// beside are the series that a rule asks about besides those that it looks at.
func beside(r *Rule) (out []observation.SeriesName) {
	for _, c := range pasts(r) {
		if s := observation.SeriesName(c.Text(1)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// pasts are what a rule asks of past readings.
func pasts(r *Rule) iter.Seq2[rule.Past, *rule.Call] {
	return func(yield func(rule.Past, *rule.Call) bool) {
		for _, e := range []*rule.Expr{r.When, r.Clears} {
			if e == nil {
				continue
			}
			for _, c := range e.Calls() {
				if past, ok := c.Past(); ok && !yield(past, c) {
					return
				}
			}
		}
	}
}

// resultFacts is a rule's view of an indicator's result.
type resultFacts struct {
	about
	ind *Indicator
	res *Result
}

func (f *resultFacts) Fact(ctx context.Context, name string) (rule.Value, error) {
	var v rule.Value
	switch name {
	case "值":
		v = f.res.value()
	case "目标":
		v = f.res.target()
	case "达标":
		if f.res.Met == IsMet || f.res.Met == NotMet {
			v = rule.Bool(f.res.Met == IsMet)
		}
	case "名称":
		v = rule.Text(f.ind.Title)
	default:
		return f.common(ctx, name)
	}
	if v == nil {
		return nil, &rule.Missing{Name: name}
	}
	return v, nil
}

func (f *resultFacts) Call(ctx context.Context, c *rule.Call, args []rule.Value) (rule.Value, error) {
	return f.call(ctx, c, args)
}
