package callup

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
)

// What a child process needs to know to call people until it is killed.
const (
	childDSN   = "ZHIXING_TEST_KILL_DSN"
	childEpoch = "ZHIXING_TEST_KILL_EPOCH" // from which its clock runs
)

// killSpeed is how much faster its clock runs, so that a round is over in seconds.
const killSpeed = 600

func killClock() func() time.Time {
	us, _ := strconv.ParseInt(os.Getenv(childEpoch), 10, 64)
	epoch := time.UnixMicro(us)
	return func() time.Time { return epoch.Add(time.Since(epoch) * killSpeed) }
}

// killPeople is a county in which every post has a holder, whose messages go into a table in the transaction, as they go to the outbox.
func killPeople() *Callup {
	person := func(id PersonID) Person {
		return Person{id, "示例" + string(id), map[string]string{"sms": "sms " + string(id), Voice: "voice " + string(id)}}
	}
	return &Callup{County: county,
		Send: func(ctx context.Context, tx *db.Tx, list []Message) error {
			for _, m := range list {
				if _, err := tx.Exec(ctx, `INSERT INTO kill_sent (county, n, key) SELECT $1, coalesce(max(n), 0) + 1, $2 FROM kill_sent`, county, m.Key); err != nil {
					return err
				}
			}
			return nil
		},
		Holders: func(_ context.Context, _ *db.Tx, s Seat, _ time.Time) ([]Person, error) {
			return []Person{person(PersonID(s.String()))}, nil
		},
		Person: func(_ context.Context, _ *db.Tx, id PersonID) (Person, bool, error) { return person(id), true, nil }}
}

func killOpening(n int, now time.Time) Opening {
	var places []Place
	for i := range 12 {
		places = append(places, village(fmt.Sprintf("示例%d镇", i%3), fmt.Sprintf("示例%d村", i)))
	}
	return Opening{Purpose: fmt.Sprintf("warning/%d", n), Version: 1, Title: "暴雨红色预警", Text: "请转移", Level: 1, Ladder: testLadder(), Places: places,
		Until: now.Add(50 * time.Minute)}
}

// child is the process that gets killed: it opens rounds, lets the clock tick and now and then somebody answers.
func child(dsn string) error {
	d, err := db.Open(ctx, dsn, killClock())
	if err != nil {
		return err
	}
	c := killPeople()
	for n := 0; ; n++ {
		if _, err := c.Run(ctx, d); err != nil {
			return err
		}
		fmt.Println("pass")
		if n%40 == 0 {
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := c.Open(ctx, tx, "示例值班", killOpening(int(tx.Now().UnixMicro()), tx.Now()))
				return err
			}); err != nil {
				return err
			}
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			rounds, err := c.Rounds(ctx, tx, true, 0, 3)
			if err != nil || len(rounds) == 0 {
				return err
			}
			r := rounds[rand.IntN(len(rounds))]
			w, err := c.load(ctx, tx, r.ID, tx.Now())
			if err != nil {
				return err
			}
			k := w.calls[rand.IntN(len(w.calls))]
			_, err = c.Reply(ctx, tx, Incoming{Channel: "sms", From: k.Addresses["sms"], Text: k.Code, At: tx.Now()})
			return err
		})
		if err != nil {
			return err
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// Killed at any moment while rounds are opened and rungs fire: nobody is lost, and nobody is called twice for one rung.
// ZHIXING_KILLS=100 makes it the long form.
func TestKillWhileCalling(t *testing.T) {
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 2
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			epoch := time.Now()
			t.Setenv(childEpoch, strconv.FormatInt(epoch.UnixMicro(), 10))
			dsn := dbtest.DSN(t, dialect)
			d := dbtest.Open(t, dsn, killClock())
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `CREATE TABLE kill_sent (county text NOT NULL, n bigint NOT NULL, key text NOT NULL)`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for range kills {
				killOne(t, dsn)
			}
			// The last start, which nobody kills, on a clock that stands still while it is looked at.
			at := d.Now()
			last, c := dbtest.Open(t, dsn, func() time.Time { return at }), killPeople()
			if _, err := c.Run(ctx, last); err != nil {
				t.Fatal(err)
			}
			inspect(t, last, c, kills)
		})
	}
}

func killOne(t *testing.T, dsn string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, first := bufio.NewScanner(out), true
	for lines.Scan() {
		if lines.Text() != "pass" {
			cmd.Process.Kill()
			t.Fatal("the child says:", lines.Text())
		}
		if first {
			time.AfterFunc(rand.N(500*time.Millisecond), func() { cmd.Process.Kill() })
			first = false
		}
	}
	cmd.Wait()
}

func inspect(t *testing.T, d *db.DB, c *Callup, kills int) {
	t.Helper()
	w := &world{TB: t, db: d, c: c}
	sent, calls, fired := map[string]int{}, 0, 0
	var rounds []*Round
	w.must(d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT key FROM kill_sent`)
		if _, err = list(rows, err, func(r *sql.Rows) (key string, err error) { err = r.Scan(&key); sent[key]++; return key, err }); err != nil {
			return err
		}
		rounds, err = c.Rounds(ctx, tx, false, 0, 100000)
		return err
	}))
	for key, n := range sent {
		if n > 1 {
			t.Errorf("%s was sent %d times", key, n)
		}
	}
	for _, r := range rounds {
		w.sound(r)
		called := map[int]bool{}
		for _, f := range w.facts(r) {
			if f.What == wasFired && strings.HasPrefix(f.Key, "rung/") {
				fired++
				called[f.Call] = true
			}
		}
		w.must(d.Read(ctx, func(tx *db.Tx) error {
			k, err := c.load(ctx, tx, r.ID, tx.Now())
			for _, one := range k.calls {
				calls++
				if !called[one.N] || sent[one.ref()+"/rung/0/sms"] != 1 && sent[one.ref()+"/rung/1/sms"]+sent[one.ref()+"/rung/2/sms"] == 0 {
					t.Errorf("round %d: %s was never called", r.ID, one.who())
				}
			}
			return err
		}))
		if r.Calls < 16 { // 12 villages, 3 towns, the county
			t.Errorf("round %d has %d calls", r.ID, r.Calls)
		}
	}
	if len(rounds) < kills/2 || fired < calls {
		t.Errorf("only %d rounds and %d rungs: the test sees little", len(rounds), fired)
	}
	t.Logf("%d kills: %d rounds, %d calls, %d rungs, %d messages, none twice", kills, len(rounds), calls, fired, len(sent))
}
