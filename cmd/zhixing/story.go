package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"zhixing/calendar"
	"zhixing/channel"
	"zhixing/db"
	"zhixing/gateway"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/policy/example"
)

// teller lets the story of a county's demo.yaml happen in the record: each act in the name of its person, at its time,
// in one transaction with a journal record that says up to when the story is told. So it goes on after any interruption
// and after any day that was shown, and nothing happens twice. The ledger's clock runs as it would have run.
type teller struct {
	*site
	clock  *clock
	story  *policy.Story
	newest time.Time       // of the record when the telling began: nothing is recorded before it
	index  []listed        // what is on the ledger, for references
	facts  *example.Player // plays what policies tell; nil until the first
	out    *channel.Outbox // by which the county warns and calls, to people who answer
	people *people
	rings  time.Time // until then somebody may be called
}

// listed is what a reference is looked up by.
type listed struct {
	id, parent                          ledger.ID
	doc, plan, clause, no, title, first string
	part                                int
}

// moment is one scene at one time by one person.
type moment struct {
	at    time.Time
	scene *policy.Scene
	by    policy.StoryPerson
	unit  string        // of a scene that many units play; empty: all that the scene names
	facts []policy.Fact // what the policies' own stories tell, instead of a scene: one, or all readings of the hour
	grids bool          // gridded products are made and taken in, instead of a scene
	says  *policy.StoryDevice
}

// where names the line of the story.
func (m moment) where() string {
	if m.grids {
		return "forecast.yaml：演示的网格"
	}
	if m.says != nil {
		return "demo.yaml：设备" + m.says.Device
	}
	if len(m.facts) > 0 {
		return fmt.Sprintf("%s:%d: %s %s", m.facts[0].File, m.facts[0].Line, m.facts[0].Kind, m.facts[0].ID)
	}
	return fmt.Sprintf("demo.yaml:%d: %s", m.scene.Line, m.scene.Act)
}

const toldDeed = "demo.story"

// told is up to when the story has been told in the record; zero where not at all.
func told(ctx context.Context, tx *db.Tx, county string) (time.Time, error) {
	list, _, err := journal.List(ctx, tx, county, journal.Query{What: toldDeed, Limit: 1})
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, list[0].Detail)
}

// newestRecord is the time of the newest record in the journal; zero where there is none.
func newestRecord(ctx context.Context, tx *db.Tx, county string) (time.Time, error) {
	list, _, err := journal.List(ctx, tx, county, journal.Query{Limit: 1})
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].At, nil
}

// tell lets everything happen that the story has for the time after from, until until.
func (t *teller) tell(ctx context.Context, from, until time.Time) error {
	if err := t.cast(ctx); err != nil {
		return fmt.Errorf("persons of the demonstration: %w", err)
	}
	t.out, t.rings = t.outbox(), from.Add(ringing)
	t.people = rehearse(t.out, 0)
	t.running.live.Connect(t.out)
	for _, m := range t.moments() {
		if !m.at.After(from) {
			continue
		}
		if m.at.After(until) {
			break
		}
		if err := t.pass(ctx, from, m.at); err != nil {
			return err
		}
		if err := t.play(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m.where(), err)
		}
		from = m.at
	}
	return t.pass(ctx, from, until)
}

// stand lets the clock stand at a time of the story, but never before what is on record.
func (t *teller) stand(at time.Time) {
	if at.Before(t.newest) {
		at = t.newest
	}
	t.clock.hold(at)
}

// pass lets the ledger's clock run at each opening of the office after from, until to: nothing comes due in between but
// what an act brings with it.
func (t *teller) pass(ctx context.Context, from, to time.Time) error {
	hours, days := t.ledger.Rules.Hours, t.ledger.Rules.Workdays
	if from.IsZero() {
		from = to
	}
	day := calendar.DateOf(from)
	for {
		open := hours.Next(days, day.Time())
		day = calendar.DateOf(open).AddDays(1)
		if open.After(to) {
			return t.ring(ctx, from, to)
		}
		if !open.After(from) {
			continue
		}
		if err := t.ring(ctx, from, open); err != nil {
			return err
		}
		from = open
		t.stand(open)
		if err := t.tick(ctx); err != nil {
			return err
		}
	}
}

// ringing is how long after somebody was warned or called the story goes by minutes: longer than a ladder of the demonstration has rungs.
const ringing = 3 * time.Hour

// gathering is how long a warning may wait for others before people are told of it.
const gathering = 10 * time.Minute

// ring lets warnings and calls go out after from, until to, minute by minute, as long as there are any: who is called answers, and who
// does not is called again.
func (t *teller) ring(ctx context.Context, from, to time.Time) error {
	for at := from; at.Before(t.rings) && at.Before(to); at = at.Add(time.Minute) {
		t.stand(at)
		works := t.works()
		err := t.db.Write(ctx, func(tx *db.Tx) error {
			_, err := works.Warnings.Tick(ctx, tx, tx.Now())
			if err == nil {
				_, err = works.Emergencies.Tick(ctx, tx, tx.Now())
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, err := works.Callup.Run(ctx, t.db); err != nil {
			return err
		}
		if _, err := t.out.Once(ctx, t.db.Now()); err != nil {
			return err
		}
		t.people.settle()
		if err := t.people.speak(ctx); err != nil {
			return err
		}
		err = t.db.Read(ctx, func(tx *db.Tx) error {
			open, err := works.Callup.Rounds(ctx, tx, true, 0, 1)
			if len(open) == 0 && at.Add(ringing-gathering).After(t.rings) {
				t.rings = at
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moments are all scenes with those that many units play taken apart, no two at one time.
func (t *teller) moments() []moment {
	byName := map[string]policy.StoryPerson{}
	for _, p := range t.story.Persons {
		byName[p.Name] = p
	}
	var out []moment
	for i := range t.story.Scenes {
		s := &t.story.Scenes[i]
		if s.Until.IsZero() {
			out = append(out, moment{at: s.At, scene: s, by: byName[s.Who]})
			continue
		}
		seen := map[string]bool{}
		for _, p := range t.story.Persons { // the first that is named for a unit acts for it
			if !seen[p.Unit] && t.worksFor(p) && (len(s.Units) == 0 || slices.Contains(s.Units, p.Unit)) && !slices.Contains(s.But, p.Unit) {
				out = append(out, moment{at: t.between(s, p.Unit), scene: s, by: p, unit: p.Unit})
			}
			seen[p.Unit] = seen[p.Unit] || t.worksFor(p)
		}
	}
	if t.county.Policies != nil {
		out = append(out, factMoments(t.county.Policies.Story)...)
	}
	out = append(out, t.gridMoments()...)
	for i := range t.story.Devices {
		out = append(out, moment{at: t.story.Devices[i].At, says: &t.story.Devices[i]})
	}
	slices.SortStableFunc(out, func(a, b moment) int { return a.at.Compare(b.at) })
	for i := 1; i < len(out); i++ {
		if !out[i].at.After(out[i-1].at) {
			out[i].at = out[i-1].at.Add(time.Second)
		}
	}
	return out
}

// factMoments puts readings that are of one time together, so that each comes when it was measured.
func factMoments(story []policy.Fact) (out []moment) {
	at := map[int64]int{}
	for _, f := range story {
		if f.Kind != policy.ReadingFact {
			out = append(out, moment{at: f.At, facts: []policy.Fact{f}})
			continue
		}
		for _, r := range f.Readings {
			one := f
			one.At, one.Readings = r.At, []policy.GivenReading{r}
			if i, ok := at[r.At.Unix()]; ok {
				out[i].facts = append(out[i].facts, one)
				continue
			}
			at[r.At.Unix()] = len(out)
			out = append(out, moment{at: r.At, facts: []policy.Fact{one}})
		}
	}
	return out
}

// worksFor reports whether a person signs and reports for his unit.
func (t *teller) worksFor(p policy.StoryPerson) bool {
	if len(p.Posts) == 0 {
		return true // a notice gives him his post
	}
	return slices.ContainsFunc(p.Posts, func(id personnel.PostID) bool {
		post, ok := t.county.Book.Post(id)
		return ok && (post.Role == personnel.Head || post.Role == personnel.Member)
	})
}

// between is when a unit plays a scene: always the same time, in office hours, another for each unit.
func (t *teller) between(s *policy.Scene, unit string) time.Time {
	n := chance(s.Act, s.At.String(), unit)
	at := s.At.Add(time.Duration(n%1000) * s.Until.Sub(s.At) / 1000).Truncate(time.Minute)
	if open := t.ledger.Rules.Hours.Next(t.ledger.Rules.Workdays, at); !open.Equal(at) {
		at = open.Add(time.Duration(n%150) * time.Minute)
	}
	if at.After(s.Until) {
		at = s.Until
	}
	return at
}

// chance is a number that looks like chance and is always the same.
func chance(words ...string) uint32 {
	h := fnv.New32a()
	for _, w := range words {
		_, _ = h.Write([]byte(w + "\x00"))
	}
	n := h.Sum32()
	return n ^ n>>15
}

// play lets one moment happen. What the ledger refuses is left out: a visitor may have closed what the story goes on with.
func (t *teller) play(ctx context.Context, m moment) error {
	t.stand(m.at)
	if m.grids {
		return t.tellGrids(ctx, m)
	}
	if d := m.says; d != nil {
		way := string(d.Way)
		if err := t.out.Hear(way, way+"-stub").Device(ctx, gateway.Health{Device: d.Device, Online: !d.Off, Detail: d.Says, At: m.at}); err != nil {
			return err
		}
		return t.db.Write(ctx, func(tx *db.Tx) error { return t.mark(ctx, tx, m) })
	}
	if len(m.facts) > 0 {
		return t.tellFacts(ctx, m)
	}
	err := t.act(ctx, m)
	if ledger.KindOf(err) != 0 || personnel.KindOf(err) != 0 || errors.Is(err, errNoDuty) {
		t.leave(m, err)
		err = t.db.Write(ctx, func(tx *db.Tx) error { return t.mark(ctx, tx, m) })
	}
	if err != nil {
		return err
	}
	if m.scene.Act == "publish" {
		t.index = nil
		return t.tick(ctx)
	}
	_, err = t.ledger.Tick(ctx, t.db)
	return err
}

// leave notes what the story leaves out.
func (t *teller) leave(m moment, err error) {
	why := example.Words(err)
	if personnel.KindOf(err) != 0 {
		why = personnel.Message(err)
	}
	t.leftOut = append(t.leftOut, m.where()+"："+why)
}

func (t *teller) act(ctx context.Context, m moment) error {
	if m.scene.Act == "publish" {
		if err := t.publishDemo(ctx, m.scene.Year, m.scene.No); err != nil {
			return err
		}
		return t.db.Write(ctx, func(tx *db.Tx) error { return t.mark(ctx, tx, m) })
	}
	return t.db.Write(ctx, func(tx *db.Tx) error {
		p := &player{ctx: ctx, tx: tx, teller: t, moment: m}
		if err := p.run(); err != nil {
			return err
		}
		return t.mark(ctx, tx, m)
	})
}

// tellFacts lets happen what a policy's demo.yaml tells. What is refused is left out, as in the rest of the story.
func (t *teller) tellFacts(ctx context.Context, m moment) error {
	if t.facts == nil {
		p, err := example.NewPlayer(t.db, &t.county, t.ledger, storyClock{t})
		if err != nil {
			return err
		}
		p.Reach(t.out)
		t.facts = p
	}
	for _, f := range m.facts {
		if err := t.facts.Do(ctx, f); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			t.leave(m, err)
		}
		if f.Kind == policy.WarnFact || f.Kind == policy.RespondFact {
			t.rings = m.at.Add(ringing)
		}
	}
	return t.db.Write(ctx, func(tx *db.Tx) error { return t.mark(ctx, tx, m) })
}

// storyClock lets the examples' player move the clock of the story.
type storyClock struct{ t *teller }

func (c storyClock) Now() time.Time   { return c.t.clock.now() }
func (c storyClock) Set(at time.Time) { c.t.stand(at) }

// mark records how far the story is told.
func (t *teller) mark(ctx context.Context, tx *db.Tx, m moment) error {
	_, err := journal.Append(ctx, tx, t.ledger.County, journal.Entry{Who: storyBy, What: toldDeed, Subject: "demo", Basis: "演示",
		Detail: m.at.UTC().Format(time.RFC3339)})
	return err
}

const storyBy = "console:demo"

// cast records the persons of the story with their posts and accounts, those that are not recorded yet.
func (t *teller) cast(ctx context.Context) error {
	code := t.ledger.County
	return t.db.Write(ctx, func(tx *db.Tx) error {
		for _, p := range t.story.Persons {
			have, err := personnel.Persons(ctx, tx, code, p.Name)
			if err != nil {
				return err
			}
			if len(have) > 0 && have[0].Account != "" {
				continue
			}
			var id int64
			if len(have) > 0 {
				id = have[0].ID
			} else if id, err = personnel.AddPerson(ctx, tx, code, storyBy, p.Name, "演示人物"); err != nil {
				return err
			}
			if err := personnel.BindAccount(ctx, tx, code, storyBy, id, p.Name); err != nil {
				return err
			}
			for _, post := range p.Posts {
				m := personnel.Move{Person: id, Post: post, On: t.story.Since, Reason: "演示"}
				if _, err := personnel.Appoint(ctx, tx, t.county.Book, code, storyBy, m); err != nil {
					return fmt.Errorf("%s, %s: %w", p.Name, post, err)
				}
			}
		}
		return nil
	})
}
