package personnel

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"zhixing/db"
	"zhixing/org"
	"zhixing/publication"
)

const questionColumns = `q.id, q.kind, q.name, q.doc, q.clause, q.context, q.asked_at,
	COALESCE(a.choice, ''), COALESCE(a.data, ''), COALESCE(a.reason, ''), COALESCE(a.answered_at, 0), COALESCE(a.answered_by, '')
	FROM question q LEFT JOIN question_answer a ON a.county = q.county AND a.question = q.id`

func scanQuestion(scan func(...any) error) (Question, error) {
	var q Question
	var a Answer
	var doc, data string
	var asked, answered int64
	err := scan(&q.ID, &q.Kind, &q.Name, &doc, &q.Clause, &q.Context, &asked, &a.Choice, &data, &a.Reason, &answered, &a.By)
	if err != nil {
		return q, err
	}
	q.Doc, q.AskedAt = publication.Key(doc), db.FromMicros(asked)
	if a.Choice != "" {
		a.At = db.FromMicros(answered)
		if err := json.Unmarshal([]byte(data), &a); err != nil {
			return q, err
		}
		q.Answer = &a
	}
	return q, nil
}

func readQuestions(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Question, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Question
	for rows.Next() {
		q, err := scanQuestion(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, rows.Err()
}

// questionLike is the question of the same kind, name and document.
func questionLike(ctx context.Context, tx *db.Tx, county string, q Question) (Question, bool, error) {
	old, err := scanQuestion(tx.QueryRow(ctx, `/* personnel.questionLike */ SELECT `+questionColumns+`
		WHERE q.county = $1 AND q.kind = $2 AND q.name_key = $3 AND q.doc = $4`,
		county, string(q.Kind), org.Fold(q.Name), string(q.Doc)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Question{}, false, nil
	}
	return old, err == nil, err
}

func insertQuestion(ctx context.Context, tx *db.Tx, county string, q Question) (Question, error) {
	q.AskedAt = tx.Now()
	err := tx.QueryRow(ctx, `/* personnel.lastQuestion */ SELECT COALESCE(max(id), 0) + 1 FROM question WHERE county = $1`,
		county).Scan(&q.ID)
	if err != nil {
		return q, err
	}
	_, err = tx.Exec(ctx, `/* personnel.insertQuestion */
		INSERT INTO question (county, id, kind, name_key, doc, name, clause, context, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, county, int64(q.ID), string(q.Kind), org.Fold(q.Name), string(q.Doc),
		q.Name, q.Clause, q.Context, db.Micros(q.AskedAt))
	return q, err
}

// Questions are the questions of a county, the newest first; those without an answer where open is set.
func Questions(ctx context.Context, tx *db.Tx, county string, open bool) ([]Question, error) {
	where := ``
	if open {
		where = ` AND a.question IS NULL`
	}
	out, err := readQuestions(ctx, tx, `/* personnel.Questions */ SELECT `+questionColumns+` WHERE q.county = $1`+where+` ORDER BY q.id DESC`, county)
	return out, wrap("Questions", err)
}

// QuestionBy is one question.
func QuestionBy(ctx context.Context, tx *db.Tx, county string, id QuestionID) (Question, error) {
	all, err := readQuestions(ctx, tx, `/* personnel.QuestionBy */ SELECT `+questionColumns+` WHERE q.county = $1 AND q.id = $2`, county, int64(id))
	if err != nil {
		return Question{}, wrap("QuestionBy", err)
	}
	if len(all) == 0 {
		return Question{}, refuse(NotFound, "QuestionBy", "没有编号为%d的待确认事项。", id)
	}
	return all[0], nil
}

func insertAnswer(ctx context.Context, tx *db.Tx, county string, id QuestionID, a Answer) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* personnel.insertAnswer */
		INSERT INTO question_answer (county, question, choice, data, reason, answered_at, answered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		county, int64(id), string(a.Choice), string(data), a.Reason, db.Micros(a.At), a.By)
	return err
}

func insertUnit(ctx context.Context, tx *db.Tx, county, by string, u org.Unit) error {
	_, err := tx.Exec(ctx, `/* personnel.insertUnit */
		INSERT INTO recorded_unit (county, name_key, name, kind, doc, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (county, name_key) DO NOTHING`, county, org.Fold(u.Name), u.Name, string(u.Kind), u.Source, db.Micros(tx.Now()), by)
	return err
}

func insertPost(ctx context.Context, tx *db.Tx, county, by string, p Post, sameAs string) error {
	_, err := tx.Exec(ctx, `/* personnel.insertPost */
		INSERT INTO recorded_post (county, unit, title, role, seats, same_as, doc, recorded_at, recorded_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (county, unit, title) DO NOTHING`,
		county, p.Unit, p.Title, string(p.Role), p.Seats, sameAs, p.Source, db.Micros(tx.Now()), by)
	return err
}

func insertAlias(ctx context.Context, tx *db.Tx, county, by string, a Alias) error {
	key := org.Fold(a.Name)
	var n int64
	err := tx.QueryRow(ctx, `/* personnel.lastAlias */ SELECT COALESCE(max(n), 0) + 1 FROM unit_alias
		WHERE county = $1 AND name_key = $2 AND doc = $3`, county, key, string(a.Doc)).Scan(&n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `/* personnel.insertAlias */
		INSERT INTO unit_alias (county, name_key, doc, n, name, unit, reason, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		county, key, string(a.Doc), n, a.Name, a.Unit, a.Reason, db.Micros(tx.Now()), by)
	return err
}
