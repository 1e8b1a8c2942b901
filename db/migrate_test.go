package db_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// columns lists every table's columns as "table.column type null/not null key", in the words of PostgreSQL.
func columns(t *testing.T, d *db.DB) (list []string) {
	t.Helper()
	query := `
		SELECT c.table_name, c.column_name, c.data_type, c.is_nullable = 'NO', coalesce(k.ordinal_position, 0)
		FROM information_schema.columns c
		LEFT JOIN (information_schema.table_constraints tc JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name))
			ON tc.constraint_type = 'PRIMARY KEY' AND tc.table_name = c.table_name AND k.column_name = c.column_name AND tc.table_schema = c.table_schema
		WHERE c.table_schema = 'public'`
	if d.Dialect == db.SQLite {
		query = `
			SELECT t.name, c.name, c.type, c."notnull" OR c.pk > 0, c.pk
			FROM pragma_table_list t JOIN pragma_table_info(t.name) c
			WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'`
	}
	err := d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var table, column, kind string
			var notNull bool
			var key int
			if err := rows.Scan(&table, &column, &kind, &notNull, &key); err != nil {
				return err
			}
			kind = strings.ToLower(kind)
			switch kind {
			case "blob":
				kind = "bytea"
			case "integer":
				kind = "bigint"
			}
			if table == "goose_db_version" || slices.Contains(fullText, table) {
				continue
			}
			list = append(list, fmt.Sprintf("%s.%s %s not null %v, key %d", table, column, kind, notNull, key))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// fullText are the tables in which each database keeps its own kind of full-text index.
var fullText = []string{"search_gram", "search_gram_data", "search_gram_idx", "search_gram_docsize", "search_gram_config", "search_gram_content"}

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	lite := columns(t, dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now))
	pg := columns(t, dbtest.Open(t, dbtest.DSN(t, db.PostgreSQL), time.Now))
	if len(lite) < 20 {
		t.Fatal("only these columns:", lite)
	}
	for _, c := range lite {
		if !slices.Contains(pg, c) {
			t.Error("on SQLite only:", c)
		}
	}
	for _, c := range pg {
		if !slices.Contains(lite, c) {
			t.Error("on PostgreSQL only:", c)
		}
	}
}

// The county code leads every key, so that counties can be spread over machines. A table that holds no county's
// records is named here.
func TestCountyLeadsEveryKey(t *testing.T) {
	without := map[string]bool{}
	first := map[string]string{}
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	for _, c := range columns(t, d) {
		name, rest, _ := strings.Cut(c, " ")
		table, column, _ := strings.Cut(name, ".")
		if _, ok := first[table]; !ok {
			first[table] = ""
		}
		if strings.HasSuffix(rest, "key 1") {
			first[table] = column
		}
	}
	for table, column := range first {
		if column != "county" && !without[table] {
			t.Errorf("the key of %s begins with %q, want county", table, column)
		}
	}
}

func TestTextSortsByItsBytes(t *testing.T) {
	words := []string{"一", "丁", "万", "乙", "B", "a", "Z", "三", "é"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i, w := range words {
			e := fmt.Sprintf(`INSERT INTO log_key (county, signer, verifier, made_at) VALUES ($1, '', '', %d)`, i)
			if err := try(d, e, w); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		err := d.Read(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT county FROM log_key ORDER BY county`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var w string
				if err := rows.Scan(&w); err != nil {
					return err
				}
				got = append(got, w)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(words))
		if !slices.Equal(got, want) {
			t.Errorf("want %v, got %v", want, got)
		}
	})
}

func TestMigrateByManyAtOnce(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			d := dbtest.Open(t, dsn, time.Now)
			if dialect == db.PostgreSQL {
				exec(t, d, `DROP SCHEMA public CASCADE`)
				exec(t, d, `CREATE SCHEMA public`)
			} else {
				dsn = "sqlite:" + t.TempDir() + "/new.db"
			}
			var wg sync.WaitGroup
			for range 4 {
				d := dbtest.Open(t, dsn, time.Now)
				wg.Go(func() {
					if err := d.Migrate(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := count(t, dbtest.Open(t, dsn, time.Now), `SELECT count(*) FROM journal`); n != 0 {
				t.Error(n, "records in a new journal")
			}
		})
	}
}

func TestMigrateRefusesANewerDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
		if err := d.Migrate(ctx); err == nil || !strings.Contains(err.Error(), "start the newer program") {
			t.Error("want a refusal, got", err)
		}
	})
}
