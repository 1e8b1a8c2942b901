package example

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhixing/calendar"
	"zhixing/cases"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/observation"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/policy/works"
	"zhixing/quantity"
	"zhixing/register"
)

// Player does what facts say, in a database whose clock it moves. It plays examples into a database of their own, and may play
// the facts of a demonstration into a living one.
type Player struct {
	DB     *db.DB
	County *policy.County
	Ledger *ledger.Ledger // nil: that of the county's rules
	Clock  Mover
	Works  *works.Works
	turns  []calendar.Date // days on which something comes into force or ends
	ids    map[string]cases.ID
	shots  int // pictures taken
	up     *platform
	out    *channel.Outbox // nil: nothing leaves the house
}

// Mover is the clock of a database, which can be moved.
type Mover interface {
	Now() time.Time
	Set(time.Time)
}

// NewPlayer wires the county as it is on the clock's day. A nil ledger is that of the county's rules.
func NewPlayer(d *db.DB, c *policy.County, l *ledger.Ledger, clock Mover) (*Player, error) {
	p := &Player{DB: d, County: c, Ledger: l, Clock: clock, ids: map[string]cases.ID{}}
	for _, i := range c.Policies.Items {
		p.turns = append(p.turns, i.From, i.To)
	}
	return p, p.wire()
}

// Reach lets warnings and calls go out by an outbox, which somebody else carries.
func (p *Player) Reach(out *channel.Outbox) {
	p.out = out
	p.Works.Connect(out)
}

// Close ends what the player has begun.
func (p *Player) Close() {
	if p.up != nil {
		p.up.close()
	}
}

// wire makes the works of the day.
func (p *Player) wire() error {
	l := p.Ledger
	if c := p.County; l == nil && c.Rules != nil {
		l = &ledger.Ledger{County: string(c.Place.Code), Office: c.Office, Government: c.Government, Rules: *c.Rules, Book: c.Book, Demo: true}
	}
	w, err := works.New(p.County, l, dayOf(p.Clock.Now()), p.destinations())
	if err != nil {
		return err
	}
	w.Connect(p.out)
	p.Works = w
	return nil
}

// Advance moves the clock to a time, if that is not past. On the way it looks each morning, when the offices open, and at the end. A
// server looks every few seconds; that nothing else comes of that is the business of the packages that it calls.
func (p *Player) Advance(ctx context.Context, to time.Time) error {
	from := p.Clock.Now()
	if !from.Before(to) {
		return nil
	}
	for day := dayOf(from); !dayOf(to).Before(day); day = day.AddDays(1) {
		if at := day.Time().Add(8*time.Hour + 30*time.Minute); at.After(from) && at.Before(to) {
			if err := p.at(ctx, at); err != nil {
				return err
			}
		}
	}
	return p.at(ctx, to)
}

// at moves the clock and looks.
func (p *Player) at(ctx context.Context, t time.Time) error {
	was := dayOf(p.Clock.Now())
	p.Clock.Set(t)
	if now := dayOf(t); slices.ContainsFunc(p.turns, func(d calendar.Date) bool { return was.Before(d) && !now.Before(d) }) {
		if err := p.wire(); err != nil {
			return err
		}
	}
	return p.Tick(ctx)
}

// Tick does what has come due by now.
func (p *Player) Tick(ctx context.Context) error { return p.Works.Tick(ctx, p.DB) }

// Do makes a fact happen: the clock goes on to its time, and what comes due on the way is done. What the county refuses is an error
// with its sentence.
func (p *Player) Do(ctx context.Context, f policy.Fact) error {
	if f.Kind != policy.ReadingFact && !f.At.IsZero() {
		if err := p.Advance(ctx, f.At); err != nil {
			return err
		}
	}
	switch f.Kind {
	case policy.ClockFact:
		return nil
	case policy.ReadingFact:
		return p.record(ctx, f)
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		switch f.Kind {
		case policy.EntryFact, policy.AmendFact, policy.MoveFact, policy.RemoveFact:
			return p.enter(ctx, tx, f)
		case policy.InspectFact:
			return p.inspect(ctx, tx, f)
		case policy.CaseFact:
			return p.carry(ctx, tx, f)
		case policy.ReportFact:
			return p.report(ctx, tx, f)
		case policy.WarnFact:
			return p.warn(ctx, tx, f)
		case policy.RespondFact:
			return p.respond(ctx, tx, f)
		}
		return fmt.Errorf("no such fact: %s", f.Kind)
	})
}

// said is the refusal in err, in the county's words; nil where err is of the machinery.
func said(err error) error {
	var r *register.Error
	var l *ledger.Error
	var o *observation.Error
	var mine *refusal
	if errors.As(err, &r) || errors.As(err, &l) || errors.As(err, &o) || errors.As(err, &mine) {
		return &refusal{Words(err), clauseOf(err)}
	}
	return nil
}

// refusal is a fact that the county did not take.
type refusal struct{ words, clause string }

func (r *refusal) Error() string { return r.words }

// Words is a refusal as people are told it.
func Words(err error) string {
	var r *register.Error
	var l *ledger.Error
	var mine *refusal
	switch {
	case errors.As(err, &r):
		out := r.Message
		for _, f := range r.Fields {
			out += f.String()
		}
		return out
	case errors.As(err, &l):
		return l.Message
	case errors.As(err, &mine):
		return mine.words
	}
	return err.Error()
}

func clauseOf(err error) string {
	var r *register.Error
	if errors.As(err, &r) {
		return r.Basis.Clause
	}
	return ""
}

// writer is who writes an entry: the unit that is named, or an office that may write everything.
func (p *Player) writer(unit string) register.Actor {
	if unit == "" {
		return register.Actor{Account: "示例", Name: "示例", Office: true, Units: []string{p.County.Office}}
	}
	return register.Actor{Account: "示例" + unit, Name: "示例", Units: []string{unit}}
}

func (p *Player) enter(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	r, by, name := p.Works.Registers, p.writer(f.By), register.Name(f.ID)
	in := register.Input{Fields: map[string]string{}, Files: map[string]register.Upload{}, Why: f.Text}
	s, ok := r.Schema(name)
	if !ok {
		return &refusal{words: "没有台账“" + f.ID + "”"}
	}
	for _, x := range f.Fields {
		field, _ := s.Field(x.Name)
		if field != nil && field.Type == register.File && x.Value != "" {
			in.Files[x.Name] = register.Upload{Name: x.Value, MediaType: "application/octet-stream", Bytes: []byte(x.Value)}
			continue
		}
		if field != nil && field.Type == register.Ref {
			x.Value = p.key(string(field.Register), x.Value)
		}
		in.Fields[x.Name] = x.Value
	}
	f.Key = p.key(f.ID, f.Key)
	var err error
	switch f.Kind {
	case policy.EntryFact:
		_, err = r.Put(ctx, tx, by, name, in)
	case policy.AmendFact:
		_, err = r.Amend(ctx, tx, by, name, f.Key, in)
	case policy.MoveFact:
		_, err = r.Move(ctx, tx, by, name, f.Key, register.MoveTo{State: f.To, Input: in})
	case policy.RemoveFact:
		_, err = r.Remove(ctx, tx, by, name, f.Key, register.Leave{Why: f.Text})
	}
	return err
}

// key is the key of an entry as the register has it: where units make it, by any of their names.
func (p *Player) key(of, key string) string {
	s, ok := p.Works.Registers.Schema(register.Name(of))
	if !ok {
		return key
	}
	parts := strings.Split(key, "|")
	for i, name := range s.Key {
		if f, ok := s.Field(name); ok && f.Type == register.Unit && i < len(parts) {
			parts[i] = p.unit(parts[i])
		}
	}
	return strings.Join(parts, "|")
}

// record takes readings in, in the order in which they are written. The clock goes on to each that is not late; what lies within
// an hour of the one before comes with it.
func (p *Player) record(ctx context.Context, f policy.Fact) error {
	d := p.Works.Observations.Definition(observation.SeriesName(f.ID))
	if d == nil {
		return &refusal{words: "没有监测项目“" + f.ID + "”"}
	}
	gap := time.Hour
	if d.Silence > 0 && d.Silence < gap {
		gap = d.Silence
	}
	for i := 0; i < len(f.Readings); {
		n := i + 1
		for n < len(f.Readings) && dayOf(f.Readings[n].At) == dayOf(f.Readings[n-1].At) && f.Readings[n].At.Sub(f.Readings[n-1].At) <= gap {
			n++
		}
		last := f.Readings[i].At
		for _, r := range f.Readings[i:n] {
			if last.Before(r.At) {
				last = r.At
			}
		}
		if first := f.Readings[i].At; first.Sub(p.Clock.Now()) > 30*time.Minute {
			if err := p.Advance(ctx, first); err != nil {
				return err
			}
		}
		if p.Clock.Now().Before(last) {
			p.Clock.Set(last)
		}
		if err := p.take(ctx, f, f.Readings[i:n]); err != nil {
			return err
		}
		i = n
	}
	return nil
}

func (p *Player) take(ctx context.Context, f policy.Fact, given []policy.GivenReading) error {
	var list []observation.Reading
	for _, g := range given {
		flag, err := observation.ParseFlag(g.Flag)
		if err != nil {
			return &refusal{words: err.Error()}
		}
		v := observation.Value{Empty: g.Value == "" || g.Value == "-", Flag: flag}
		if !v.Empty {
			if v.Sample, err = quantity.ParseSample(g.Value); err != nil {
				return &refusal{words: err.Error()}
			}
		}
		list = append(list, observation.Reading{Name: observation.SeriesName(f.ID), Key: f.Key, At: g.At, Value: v, Source: "example"})
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := p.Works.Observations.Record(ctx, tx, list)
		if err == nil && len(res.Refused) > 0 {
			return &refusal{words: res.Refused[0].Message}
		}
		return err
	})
}

// actor is somebody of a unit who may do everything that is for its unit to do.
func (p *Player) actor(unit, deed string) cases.Actor {
	c := p.County
	if unit == "" {
		unit = c.Office
	}
	role := personnel.Head
	switch unit {
	case c.Office:
		role = personnel.Office
	case c.Government:
		role = personnel.Leader
	}
	u, _ := c.Directory.Resolve(unit)
	return cases.Actor{Account: "示例" + unit + deed, Name: "示例",
		Seats: []personnel.Seat{{Post: personnel.PostID(unit + "/示例"), Unit: unit, Title: "示例", Role: role, Town: u.Kind == org.Town}}}
}

func (p *Player) inspect(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	l, ok := p.Works.Cases.ChecklistOf(f.ID)
	if !ok {
		return &refusal{words: "没有检查表“" + f.ID + "”"}
	}
	in := cases.Inspecting{Checklist: f.ID, Entry: f.Key, Words: f.Text, Place: point(f.Place)}
	for _, item := range l.Items {
		r := cases.Result{Item: item.Name, Pass: !slices.Contains(f.Failed, item.Name)}
		if !r.Pass {
			r.Words = "例子：不合格"
		}
		in.Results = append(in.Results, r)
	}
	if f.Photo {
		in.Files = []cases.Upload{p.shot()}
	}
	_, err := p.Works.Cases.Inspect(ctx, tx, p.actor(f.By, "检查"), in)
	return err
}

func (p *Player) report(ctx context.Context, tx *db.Tx, f policy.Fact) error {
	p.shots++
	r := cases.Report{Service: f.ID, Text: f.Text, Place: point(f.Place), Once: fmt.Sprintf("example-%s-%d", strings.Repeat("0", 20), p.shots)}
	if f.Photo {
		r.Files = []cases.Upload{p.shot()}
	}
	var got cases.Receipt
	var err error
	if f.By != "" {
		got, err = p.Works.Cases.ReportBy(ctx, tx, p.actor(f.By, "上报"), r)
	} else {
		got, err = p.Works.Cases.Report(ctx, tx, r)
	}
	if err == nil {
		p.ids[f.ID] = got.ID
	}
	return err
}

func point(at *[2]float64) *cases.Point {
	if at == nil {
		return nil
	}
	return &cases.Point{Lon: at[0], Lat: at[1]}
}
