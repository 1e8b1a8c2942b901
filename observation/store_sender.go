package observation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// Sender is a program that may send readings over HTTP, or report matters, known by its token.
type Sender struct {
	ID      int64
	Name    string
	Series  []SeriesName // that it may send
	Reports bool         // it may report matters by Open311
	Since   time.Time
	Used    time.Time // when it was last heard of, to within usedWithin; zero: never
	Ended   time.Time // zero: runs
}

// Source is where its readings say they come from.
func (s *Sender) Source() Source { return Source("token/" + s.Name) }

// May says whether it may send a series.
func (s *Sender) May(name SeriesName) bool { return slices.Contains(s.Series, name) }

// AddSender makes a token for a sender of this name, that may do this. It is shown this once; the record holds its hash.
func (o *Observations) AddSender(ctx context.Context, tx *db.Tx, who string, s Sender) (token string, err error) {
	if s.Name == "" || len(s.Name) > 60 || !storable(s.Name) || len(s.Series) == 0 && !s.Reports {
		return "", refuse(Bad, "AddSender", "请写名称（20 个汉字以内），并选择可以报送的监测项目，或者勾选可以反映问题。")
	}
	names := make([]string, len(s.Series))
	for i, n := range s.Series {
		if o.byName[n] == nil {
			return "", refuse(NotFound, "AddSender", "没有名为“%s”的监测项目。", n)
		}
		names[i] = string(n)
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	_, err = tx.Exec(ctx, `/* observation.AddSender */ INSERT INTO observation_sender (county, id, name, token, series, reports, created_at, ended_at)
		SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, 0 FROM observation_sender WHERE county = $1`,
		o.County, s.Name, hashToken(token), strings.Join(names, " "), s.Reports, db.Micros(tx.Now()))
	if err != nil {
		return "", wrap("AddSender", err)
	}
	if s.Reports {
		names = append(names, "open311")
	}
	_, err = journal.Append(ctx, tx, o.County, journal.Entry{Who: who, What: "observation.sender", Subject: "senders/" + s.Name, Detail: strings.Join(names, " ")})
	return token, err
}

// usedWithin is how exactly the record says when a sender was last heard of: not every message is worth a write.
const usedWithin = 10 * time.Minute

// Heard notes that a sender was heard of.
func (o *Observations) Heard(ctx context.Context, d *db.DB, s *Sender) error {
	if d.Now().Sub(s.Used) < usedWithin {
		return nil
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `/* observation.Heard */ UPDATE observation_sender SET used_at = $3 WHERE county = $1 AND id = $2 AND used_at < $3`, o.County, s.ID, db.Micros(tx.Now()))
		return err
	})
	return wrap("Heard", err)
}

// EndSender makes a token worthless.
func (o *Observations) EndSender(ctx context.Context, tx *db.Tx, who string, id int64) error {
	var name string
	err := tx.QueryRow(ctx, `/* observation.EndSender */ UPDATE observation_sender SET ended_at = $3 WHERE county = $1 AND id = $2 AND ended_at = 0 RETURNING name`, o.County, id, db.Micros(tx.Now())).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return refuse(NotFound, "EndSender", "没有这个报送方，或者已经停用。")
	}
	if err != nil {
		return wrap("EndSender", err)
	}
	_, err = journal.Append(ctx, tx, o.County, journal.Entry{Who: who, What: "observation.endsender", Subject: "senders/" + name})
	return err
}

// SenderOf is whose token it is; nil: nobody's.
func (o *Observations) SenderOf(ctx context.Context, tx *db.Tx, token string) (*Sender, error) {
	if len(token) < 20 || len(token) > 100 {
		return nil, nil
	}
	list, err := o.senders(ctx, tx, `/* observation.SenderOf */ SELECT `+senderColumns+` FROM observation_sender WHERE county = $1 AND token = $2 AND ended_at = 0`, o.County, hashToken(token))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Senders lists all, newest first.
func (o *Observations) Senders(ctx context.Context, tx *db.Tx) ([]Sender, error) {
	return o.senders(ctx, tx, `/* observation.Senders */ SELECT `+senderColumns+` FROM observation_sender WHERE county = $1 ORDER BY id DESC`, o.County)
}

const senderColumns = `id, name, series, reports, created_at, used_at, ended_at`

func (o *Observations) senders(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Sender, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Sender
	for rows.Next() {
		var s Sender
		var series string
		var since, used, ended int64
		if err := rows.Scan(&s.ID, &s.Name, &series, &s.Reports, &since, &used, &ended); err != nil {
			return nil, err
		}
		for _, n := range strings.Fields(series) {
			s.Series = append(s.Series, SeriesName(n))
		}
		s.Since = db.FromMicros(since)
		if used > 0 {
			s.Used = db.FromMicros(used)
		}
		if ended > 0 {
			s.Ended = db.FromMicros(ended)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// hashToken needs no salt: the token is 32 random bytes.
func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// SenderNamed is a sender by its name, for ways in that know their senders otherwise, as a broker does; nil: there is none.
func (o *Observations) SenderNamed(ctx context.Context, tx *db.Tx, name string) (*Sender, error) {
	list, err := o.senders(ctx, tx, `/* observation.SenderNamed */ SELECT `+senderColumns+` FROM observation_sender WHERE county = $1 AND name = $2 AND ended_at = 0 ORDER BY id DESC`, o.County, name)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
