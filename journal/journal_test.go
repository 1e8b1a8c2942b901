package journal_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/journal"
)

var ctx = context.Background()

const county = "100000"

func appendOne(d *db.DB, county string, e journal.Entry) (head journal.Head, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		head, err = journal.Append(ctx, tx, county, e)
		return err
	})
	return head, err
}

func deed(i int) journal.Entry {
	return journal.Entry{Who: "起草甲", What: "publication.draft", Subject: fmt.Sprint("issue/", i%3), Basis: "例会", Detail: fmt.Sprintf(`{"no":%d}`, i)}
}

// fill appends n deeds.
func fill(t *testing.T, d *db.DB, n int) (head journal.Head) {
	t.Helper()
	err := d.Write(ctx, func(tx *db.Tx) (err error) {
		for i := range n {
			if head, err = journal.Append(ctx, tx, county, deed(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func TestHistoryIsAChain(t *testing.T) {
	clock := dbtest.At("2023-09-07")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		if head, err := journal.Verify(ctx, d, county); err != nil || head != (journal.Head{}) {
			t.Fatal("an empty history:", head, err)
		}
		head := fill(t, d, 5)
		if _, err := appendOne(d, "200000", deed(9)); err != nil { // another county's history is another chain
			t.Fatal(err)
		}
		got, err := journal.Verify(ctx, d, county)
		if err != nil || got != head || head.Seq != 5 {
			t.Fatalf("want head %v, got %v, %v", head, got, err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			if at, err := journal.HeadAt(ctx, tx, county, 5); err != nil || at != head {
				t.Error("the head at 5 is", at, err)
			}
			if _, err := journal.HeadAt(ctx, tx, county, 6); err == nil {
				t.Error("there is a head at 6")
			}
			records, _, err := journal.List(ctx, tx, county, journal.Query{Limit: 10})
			if err != nil {
				return err
			}
			if r := records[0]; r.Entry != deed(4) || !r.At.Equal(clock.Now()) || r.Hash != head.Hash {
				t.Errorf("the newest record is %+v", r)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The hash is made anew here, by the words of the documentation and not by the code.
func TestHashIsAsDocumented(t *testing.T) {
	clock := dbtest.At("2023-09-07T01:02:03.000004Z")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		e := journal.Entry{Who: "签发乙", What: "publication.publish", Subject: "issue/2023/3", Basis: "第3次例会", Detail: "全文"}
		var prev [32]byte
		for seq := 1; seq <= 2; seq++ {
			head, err := appendOne(d, county, e)
			if err != nil {
				t.Fatal(err)
			}
			h := sha256.New()
			fmt.Fprint(h, "zhixing journal 1\n")
			for _, v := range []any{county, seq, 1694048523000004, e.Who, e.What, e.Subject, e.Basis, e.Detail, prev} {
				switch v := v.(type) {
				case int:
					binary.Write(h, binary.BigEndian, int64(v))
				case string:
					binary.Write(h, binary.BigEndian, int64(len(v)))
					fmt.Fprint(h, v)
				case [32]byte:
					h.Write(v[:])
				}
			}
			h.Sum(prev[:0])
			if head.Hash != prev || head.Seq != int64(seq) {
				t.Fatalf("record %d: head is %v, by the documentation %x", seq, head, prev)
			}
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for want, e := range map[string]journal.Entry{
			"who did it": {What: "a.b"},
			"the deed":   {Who: "甲"},
			"at most":    {Who: "甲", What: "a.b", Detail: strings.Repeat("长", 30000)},
			"zero byte":  {Who: "甲\x00", What: "a.b"},
			"not UTF-8":  {Who: "甲", What: "a.b", Basis: "\xff"},
		} {
			if _, err := appendOne(d, county, e); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want a refusal with %q, got %v", want, err)
			}
		}
	})
}

func TestRecordsCannotBeChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d, 3)
		for _, change := range []string{
			`UPDATE journal SET who = 'x' WHERE seq = 2`,
			`DELETE FROM journal WHERE seq = 3`,
			`INSERT OR REPLACE INTO journal SELECT county, seq, at, 'x', what, subject, basis, detail, prev_hash, hash FROM journal WHERE seq = 2`,
			`INSERT INTO journal SELECT * FROM journal WHERE true ON CONFLICT (county, seq) DO UPDATE SET who = 'x'`,
			`TRUNCATE journal`,
		} {
			if err := run(d, change); err == nil {
				t.Error("done:", change)
			}
		}
		if _, err := journal.Verify(ctx, d, county); err != nil {
			t.Error(err)
		}
	})
}

func run(d *db.DB, query string, args ...any) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

// unguard takes the triggers away, as somebody with the database's own rights could.
func unguard(t *testing.T, d *db.DB, table string) {
	t.Helper()
	drop := []string{`DROP TRIGGER ` + table + `_no_update`, `DROP TRIGGER ` + table + `_no_delete`}
	if d.Dialect == db.PostgreSQL {
		drop = []string{`ALTER TABLE ` + table + ` DISABLE TRIGGER ALL`}
	}
	for _, q := range drop {
		if err := run(d, q); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVerifyNamesTheFirstBrokenRecord(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		seq    int64
		why    string
	}{
		"another name":      {`UPDATE journal SET who = 'x' WHERE seq = 3`, 3, "not the one that was hashed"},
		"another time":      {`UPDATE journal SET at = at + 1 WHERE seq = 1`, 1, "not the one that was hashed"},
		"moved text":        {`UPDATE journal SET basis = subject, subject = basis WHERE seq = 2`, 2, "not the one that was hashed"},
		"taken out":         {`DELETE FROM journal WHERE seq = 2`, 2, "missing"},
		"beginning cut off": {`DELETE FROM journal WHERE seq <= 2`, 1, "missing"},
		"another chain":     {`UPDATE journal SET prev_hash = hash WHERE seq = 4`, 4, "does not carry"},
		"short hash":        {`UPDATE journal SET hash = prev_hash WHERE seq = 1`, 1, "not the one that was hashed"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				fill(t, d, 5)
				unguard(t, d, "journal")
				if err := run(d, c.change); err != nil {
					t.Fatal(err)
				}
				_, err := journal.Verify(ctx, d, county)
				var broken *journal.Broken
				if !errors.As(err, &broken) || broken.Seq != c.seq || !strings.Contains(broken.Why, c.why) {
					t.Errorf("want record %d, %s; got %v", c.seq, c.why, err)
				}
			})
		})
	}
}

func TestListByPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d, 20)
		err := d.Read(ctx, func(tx *db.Tx) error {
			for _, q := range []journal.Query{{Limit: 7}, {Limit: 1}, {Limit: 20}, {Limit: 3, Subject: "issue/1", Who: "起草甲", What: "publication.draft"}, {Limit: 3, Who: "nobody"}} {
				want := []int64{}
				for seq := int64(20); seq > 0; seq-- {
					if (q.Subject == "" || (seq-1)%3 == 1) && q.Who != "nobody" {
						want = append(want, seq)
					}
				}
				got := []int64{}
				for {
					records, next, err := journal.List(ctx, tx, county, q)
					if err != nil {
						return err
					}
					for _, r := range records {
						got = append(got, r.Seq)
					}
					if next == 0 {
						break
					}
					q.Before = next
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%+v: want %v, got %v", q, want, got)
				}
			}
			for _, limit := range []int{-1, 0, journal.MaxLimit + 1} {
				if _, _, err := journal.List(ctx, tx, county, journal.Query{Limit: limit}); err == nil || !strings.Contains(err.Error(), "1 to 200") {
					t.Errorf("limit %d: %v", limit, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Many at once, in two processes: one chain, without a gap.
func TestAppendFromManySides(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := dbtest.DSN(t, dialect)
			processes := []*db.DB{dbtest.Open(t, dsn, time.Now), dbtest.Open(t, dsn, time.Now)}
			const writers, times = 16, 15
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					for j := range times {
						if _, err := appendOne(processes[i%2], county, deed(j)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			head, err := journal.Verify(ctx, processes[0], county)
			if err != nil || head.Seq != writers*times {
				t.Errorf("want %d records, got %d, %v", writers*times, head.Seq, err)
			}
		})
	}
}
