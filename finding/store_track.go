package finding

import (
	"context"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Where rules stand with subjects, and what they found in the order of the facts' own time.

type trackKey struct{ rule, subject string }

const trackColumns = `rule, subject, entry, finding, is_open, holds, clears, since, last_at, lacks, lacks_at`

type storedTrack struct {
	trackKey
	entry string
	track
}

func listTracks(ctx context.Context, tx *db.Tx, query string, args ...any) (out []storedTrack, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s storedTrack
		var since, last, lackAt int64
		if err := rows.Scan(&s.rule, &s.subject, &s.entry, &s.finding, &s.open, &s.holds, &s.clears, &since, &last, &s.lacks, &lackAt); err != nil {
			return nil, err
		}
		s.since, s.last, s.lackAt = moment(since), moment(last), moment(lackAt)
		out = append(out, s)
	}
	return out, rows.Err()
}

// maxWhole is how many tracks are read at once rather than one by one.
const maxWhole = 4000

// tracksOf are the tracks of some rules with some subjects.
func (j *Judge) tracksOf(ctx context.Context, tx *db.Tx, rules []string, subjects []string) (map[trackKey]track, error) {
	out := map[trackKey]track{}
	if len(rules) == 0 {
		return out, nil
	}
	args := []any{j.County}
	for _, r := range rules {
		args = append(args, r)
	}
	where := ` FROM finding_track WHERE county = $1 AND rule IN ` + db.In(2, len(rules))
	if len(subjects) > 200 { // mostly few tracks are on: all of them are fewer than the subjects
		list, err := listTracks(ctx, tx, `/* finding.tracks */ SELECT `+trackColumns+where+` LIMIT 4001`, args...)
		if err != nil {
			return nil, err
		}
		if len(list) <= maxWhole {
			for _, t := range list {
				out[t.trackKey] = t.track
			}
			return out, nil
		}
	}
	for len(subjects) > 0 {
		n := min(len(subjects), 400)
		some := args[:len(args):len(args)]
		for _, s := range subjects[:n] {
			some = append(some, s)
		}
		list, err := listTracks(ctx, tx, `/* finding.tracksOf */ SELECT `+trackColumns+where+` AND subject IN `+db.In(len(args)+1, n), some...)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			out[t.trackKey] = t.track
		}
		subjects = subjects[n:]
	}
	return out, nil
}

// saveTrack writes where a rule stands; what is idle is forgotten.
func (j *Judge) saveTrack(ctx context.Context, tx *db.Tx, k trackKey, entry string, t *track) error {
	if t.idle() {
		_, err := tx.Exec(ctx, `/* finding.dropTrack */ DELETE FROM finding_track WHERE county = $1 AND rule = $2 AND subject = $3`, j.County, k.rule, k.subject)
		return err
	}
	_, err := tx.Exec(ctx, `/* finding.saveTrack */ INSERT INTO finding_track (county, `+trackColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (county, rule, subject) DO UPDATE SET entry = excluded.entry, finding = excluded.finding, is_open = excluded.is_open, holds = excluded.holds, clears = excluded.clears,
		since = excluded.since, last_at = excluded.last_at, lacks = excluded.lacks, lacks_at = excluded.lacks_at`,
		j.County, k.rule, k.subject, entry, int64(t.finding), t.open, t.holds, t.clears, micros(t.since), micros(t.last), t.lacks, micros(t.lackAt))
	return err
}

// dropTracks forgets where all rules stand with an entry: it has left.
func (j *Judge) dropTracks(ctx context.Context, tx *db.Tx, entry string) error {
	_, err := tx.Exec(ctx, `/* finding.dropTracks */ DELETE FROM finding_track WHERE county = $1 AND entry = $2`, j.County, entry)
	return err
}

// Unknown lists what rules cannot tell, of one rule, or of all where it is empty.
func (j *Judge) Unknown(ctx context.Context, tx *db.Tx, rule string) (out []Unknown, err error) {
	list, err := listTracks(ctx, tx, `/* finding.Unknown */ SELECT `+trackColumns+` FROM finding_track WHERE county = $1 AND lacks <> '' AND ($2 = '' OR rule = $2)
		ORDER BY rule, subject`, j.County, rule)
	for _, t := range list {
		out = append(out, Unknown{t.rule, t.subject, t.entry, t.lackAt, t.lacks})
	}
	return out, err
}

// Episodes.

const episodeColumns = `since, finding, raise_at, last_at, over_at, times`

func (j *Judge) listEpisodes(ctx context.Context, tx *db.Tx, query string, args ...any) (out []episode, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e episode
		var since, raise, last, over int64
		if err := rows.Scan(&since, &e.finding, &raise, &last, &over, &e.times); err != nil {
			return nil, err
		}
		e.since, e.raiseAt, e.lastAt, e.overAt = moment(since), moment(raise), moment(last), moment(over)
		out = append(out, e)
	}
	return out, rows.Err()
}

// episodesFrom are the episodes that reach an instant or lie behind it.
func (j *Judge) episodesFrom(ctx context.Context, tx *db.Tx, k trackKey, from time.Time) ([]episode, error) {
	list, err := j.listEpisodes(ctx, tx, `/* finding.episodesFrom */ SELECT `+episodeColumns+` FROM finding_episode
		WHERE county = $1 AND rule = $2 AND subject = $3 AND (over_at = 0 OR over_at >= $4) ORDER BY since`, j.County, k.rule, k.subject, micros(from))
	if n := len(list); err == nil && n > 0 && list[n-1].overAt.IsZero() {
		err = j.countUp(ctx, tx, &list[n-1])
	}
	return list, err
}

// countUp takes what an open episode has come to from its finding, which counts it up.
func (j *Judge) countUp(ctx context.Context, tx *db.Tx, e *episode) error {
	f, err := j.byNumber(ctx, tx, e.finding)
	if err != nil || f == nil {
		return err
	}
	all, err := j.episodesOf(ctx, tx, e.finding)
	if err != nil {
		return err
	}
	e.times, e.lastAt = f.Times, f.LastAt
	for _, other := range all {
		if !other.since.Equal(e.since) {
			e.times -= other.times
		}
	}
	return nil
}

// episodesOf are those that make a finding.
func (j *Judge) episodesOf(ctx context.Context, tx *db.Tx, id ID) ([]episode, error) {
	return j.listEpisodes(ctx, tx, `/* finding.episodesOf */ SELECT `+episodeColumns+` FROM finding_episode WHERE county = $1 AND finding = $2 ORDER BY since`, j.County, int64(id))
}

// overBefore is when the last episode before an instant was over; zero where there was none.
func (j *Judge) overBefore(ctx context.Context, tx *db.Tx, k trackKey, at time.Time) (time.Time, error) {
	var us int64
	err := tx.QueryRow(ctx, `/* finding.overBefore */ SELECT over_at FROM finding_episode WHERE county = $1 AND rule = $2 AND subject = $3 AND since < $4 AND over_at > 0
		ORDER BY since DESC LIMIT 1`, j.County, k.rule, k.subject, micros(at)).Scan(&us)
	return moment(us), none(err)
}

func (j *Judge) saveEpisode(ctx context.Context, tx *db.Tx, k trackKey, e *episode) error {
	_, err := tx.Exec(ctx, `/* finding.saveEpisode */ INSERT INTO finding_episode (county, rule, subject, `+episodeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (county, rule, subject, since) DO UPDATE SET finding = excluded.finding, raise_at = excluded.raise_at, last_at = excluded.last_at,
		over_at = excluded.over_at, times = excluded.times`,
		j.County, k.rule, k.subject, micros(e.since), int64(e.finding), micros(e.raiseAt), micros(e.lastAt), micros(e.overAt), e.times)
	return err
}

func (j *Judge) dropEpisode(ctx context.Context, tx *db.Tx, k trackKey, since time.Time) error {
	_, err := tx.Exec(ctx, `/* finding.dropEpisode */ DELETE FROM finding_episode WHERE county = $1 AND rule = $2 AND subject = $3 AND since = $4`,
		j.County, k.rule, k.subject, micros(since))
	return err
}

// endEpisode ends the open episode of a finding.
func (j *Judge) endEpisode(ctx context.Context, tx *db.Tx, k trackKey, since, over time.Time, id ID) error {
	e := episode{since: since, finding: id}
	if err := j.countUp(ctx, tx, &e); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `/* finding.endEpisode */ UPDATE finding_episode SET over_at = $5, times = $6, last_at = $7 WHERE county = $1 AND rule = $2 AND subject = $3 AND since = $4`,
		j.County, k.rule, k.subject, micros(since), micros(over), e.times, micros(e.lastAt))
	return err
}

// noteRejudged adds to what the day's late facts of a subject changed.
func (j *Judge) noteRejudged(ctx context.Context, tx *db.Tx, r Rejudged) error {
	words := ""
	for _, w := range r.Changed {
		words += w + "\n"
	}
	_, err := tx.Exec(ctx, `/* finding.noteRejudged */ INSERT INTO finding_rejudged (county, rule, subject, on_day, from_at, to_at, facts, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (county, rule, subject, on_day) DO UPDATE SET facts = finding_rejudged.facts + excluded.facts,
		from_at = CASE WHEN excluded.from_at < finding_rejudged.from_at THEN excluded.from_at ELSE finding_rejudged.from_at END,
		to_at = CASE WHEN excluded.to_at > finding_rejudged.to_at THEN excluded.to_at ELSE finding_rejudged.to_at END,
		changed = CASE WHEN length(finding_rejudged.changed) > 4000 THEN finding_rejudged.changed ELSE finding_rejudged.changed || excluded.changed END`,
		j.County, r.Rule, r.Subject, calendar.DateOf(tx.Now()).String(), micros(r.From), micros(r.To), r.Facts, words)
	return err
}

// Rejudged lists what late facts changed, newest first, at most 500 days of subjects; rule and subject empty: of all.
func (j *Judge) Rejudged(ctx context.Context, tx *db.Tx, rule, subject string) (out []Rejudged, err error) {
	rows, err := tx.Query(ctx, `/* finding.Rejudged */ SELECT rule, subject, on_day, from_at, to_at, facts, changed FROM finding_rejudged
		WHERE county = $1 AND ($2 = '' OR rule = $2) AND ($3 = '' OR subject = $3) ORDER BY on_day DESC, rule, subject LIMIT 500`, j.County, rule, subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Rejudged
		var day, words string
		var from, to int64
		if err := rows.Scan(&r.Rule, &r.Subject, &day, &from, &to, &r.Facts, &words); err != nil {
			return nil, err
		}
		if r.On, err = calendar.ParseDate(day); err != nil {
			return nil, err
		}
		r.From, r.To, r.Changed = moment(from), moment(to), lines(words)
		out = append(out, r)
	}
	return out, rows.Err()
}

// clock is how far daily work of a name has come: through which day, and through what of the next.
func (j *Judge) clock(ctx context.Context, tx *db.Tx, name string) (day calendar.Date, cursor string, err error) {
	var text string
	err = none(tx.QueryRow(ctx, `/* finding.clock */ SELECT day, cursor FROM finding_clock WHERE county = $1 AND name = $2`, j.County, name).Scan(&text, &cursor))
	if err != nil {
		return day, "", err
	}
	day, err = calendar.ParseDate(text)
	return day, cursor, err
}

func (j *Judge) setClock(ctx context.Context, tx *db.Tx, name string, day calendar.Date, cursor string) error {
	_, err := tx.Exec(ctx, `/* finding.setClock */ INSERT INTO finding_clock (county, name, day, cursor) VALUES ($1, $2, $3, $4)
		ON CONFLICT (county, name) DO UPDATE SET day = excluded.day, cursor = excluded.cursor`, j.County, name, day.String(), cursor)
	return err
}
