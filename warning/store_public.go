package warning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"zhixing/calendar"
	"zhixing/db"
)

// Documents, and what anybody may see.

// issuedAt counts the documents of a sender in one second, for the number at the end of an identifier.
func (w *Warnings) issuedAt(ctx context.Context, tx *db.Tx, h *Hazard, sent time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `/* warning.issuedAt */ SELECT count(*) FROM warning_document WHERE county = $1 AND sent_at = $2`, w.County, micros(sent)).Scan(&n)
	return n, err
}

func (w *Warnings) insertDocument(ctx context.Context, tx *db.Tx, v *Version, b []byte, sum string) error {
	_, err := tx.Exec(ctx, `/* warning.insertDocument */ INSERT INTO warning_document (county, identifier, sender, sent_at, event, n, drill, sha256, bytes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.County, v.Identifier, v.Sender, micros(v.Sent), int64(v.Event), v.N, v.Drill != "", sum, b)
	return err
}

// Document is the CAP document of a version, byte for byte as it was published; nil where it was not. Drills have theirs here too: this is not
// for the public, which asks PublicDocument.
func (w *Warnings) Document(ctx context.Context, tx *db.Tx, id EventID, n int) ([]byte, error) {
	return document(tx.QueryRow(ctx, `/* warning.Document */ SELECT bytes FROM warning_document WHERE county = $1 AND event = $2 AND n = $3`, w.County, int64(id), n))
}

// PublicDocument is the document of that identifier as anybody may have it; nil where there is none.
func PublicDocument(ctx context.Context, tx *db.Tx, county, identifier string) ([]byte, error) {
	return document(tx.QueryRow(ctx, `/* warning.PublicDocument */ SELECT document FROM warning_public WHERE county = $1 AND identifier = $2`, county, identifier))
}

func document(row *sql.Row) (b []byte, err error) {
	if err = row.Scan(&b); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return b, wrap("Document", err)
}

// Public is what anybody may see of a version.
type Public struct {
	Event       EventID
	N           int
	Identifier  string
	Hazard      string
	Name        string // of the hazard
	Issuer      string
	Source      string // whose warning is passed on
	Kind        Kind
	Stage       Stage
	Level       Level
	Headline    string
	Description string
	Instruction string
	Area        Area
	State       State // 已失效: its time ended, and nobody renewed or cancelled it
	Sent        time.Time
	Onset       time.Time
	Ends        time.Time
	Over        time.Time
}

const publicColumns = `event, n, identifier, hazard, name, issuer, source, kind, stage, level, headline, description, instruction, shape, state, sent_at, onset_at, ends_at, over_at`

func scanPublic(scan func(...any) error) (p Public, err error) {
	var sent, onset, ends, over int64
	var shape string
	err = scan(&p.Event, &p.N, &p.Identifier, &p.Hazard, &p.Name, &p.Issuer, &p.Source, &p.Kind, &p.Stage, &p.Level, &p.Headline, &p.Description, &p.Instruction, &shape,
		&p.State, &sent, &onset, &ends, &over)
	if err != nil {
		return p, err
	}
	p.Sent, p.Onset, p.Ends, p.Over = moment(sent).In(calendar.Zone), moment(onset), moment(ends).In(calendar.Zone), moment(over)
	return p, json.Unmarshal([]byte(shape), &p.Area)
}

func (w *Warnings) insertPublic(ctx context.Context, tx *db.Tx, h *Hazard, issuer string, v *Version, document []byte) error {
	source := ""
	if v.Source != nil {
		source = v.Source.Name
	}
	_, err := tx.Exec(ctx, `/* warning.insertPublic */ INSERT INTO warning_public (county, `+publicColumns+`, area, document)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		w.County, int64(v.Event), v.N, v.Identifier, v.Hazard, h.Name, issuer, source, string(v.Kind), string(v.Stage), string(v.Level), v.Headline, v.Description, v.Instruction,
		encode(v.Area), string(v.State), micros(v.Sent), micros(v.Onset), micros(v.Ends), micros(v.Over), v.Area.Words, document)
	return err
}

// publicOver follows a version that is no longer in force.
func (w *Warnings) publicOver(ctx context.Context, tx *db.Tx, v *Version) error {
	_, err := tx.Exec(ctx, `/* warning.publicOver */ UPDATE warning_public SET state = $4, over_at = $5 WHERE county = $1 AND event = $2 AND n = $3`,
		w.County, int64(v.Event), v.N, string(v.State), micros(v.Over))
	return err
}

// InForce are the public versions that stand at a time, the highest level first. One whose time has run out is not among them, also before the
// clock has noted it.
func InForce(ctx context.Context, tx *db.Tx, county string, now time.Time) ([]Public, error) {
	out, err := collect(ctx, tx, scanPublic, `/* warning.InForce */ SELECT `+publicColumns+` FROM warning_public
		WHERE county = $1 AND state = $2 AND kind <> $3 AND ends_at > $4
		ORDER BY CASE level WHEN '红' THEN 0 WHEN '橙' THEN 1 WHEN '黄' THEN 2 WHEN '蓝' THEN 3 ELSE 4 END, sent_at DESC, event`,
		county, string(Published), string(Cancel), micros(now))
	return out, wrap("InForce", err)
}

// PublicSince are the public versions sent from a time on, the newest first, at most limit; cancels too. Feeds are made of them.
func PublicSince(ctx context.Context, tx *db.Tx, county string, from time.Time, limit int) ([]Public, error) {
	out, err := collect(ctx, tx, scanPublic, `/* warning.PublicSince */ SELECT `+publicColumns+` FROM warning_public WHERE county = $1 AND sent_at >= $2
		ORDER BY sent_at DESC, event DESC, n DESC LIMIT $3`, county, micros(from), min(max(limit, 1), 1000))
	return out, wrap("PublicSince", err)
}

// PublicPast are the newest versions of the events that are over at a time, the newest first, from a place in that order on, with how many there are.
func PublicPast(ctx context.Context, tx *db.Tx, county string, now time.Time, from, limit int) (list []Public, total int, err error) {
	const over = ` FROM warning_public p WHERE county = $1 AND (state <> $2 OR kind = $3 OR ends_at <= $4)
		AND NOT EXISTS (SELECT 1 FROM warning_public q WHERE q.county = p.county AND q.event = p.event AND q.n > p.n)`
	args := []any{county, string(Published), string(Cancel), micros(now)}
	if err := tx.QueryRow(ctx, `/* warning.countPast */ SELECT count(*)`+over, args...).Scan(&total); err != nil {
		return nil, 0, wrap("PublicPast", err)
	}
	list, err = collect(ctx, tx, scanPublic, `/* warning.PublicPast */ SELECT `+publicColumns+over+` ORDER BY sent_at DESC, event DESC LIMIT $5 OFFSET $6`,
		append(args, min(max(limit, 1), 1000), max(from, 0))...)
	return list, total, wrap("PublicPast", err)
}

// PublicEvent are the public versions of an event, the first first.
func PublicEvent(ctx context.Context, tx *db.Tx, county string, id EventID) ([]Public, error) {
	out, err := collect(ctx, tx, scanPublic, `/* warning.PublicEvent */ SELECT `+publicColumns+` FROM warning_public WHERE county = $1 AND event = $2 ORDER BY n`, county, int64(id))
	return out, wrap("PublicEvent", err)
}
