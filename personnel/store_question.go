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
