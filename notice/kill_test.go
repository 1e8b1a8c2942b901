package notice

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
)

// What a child process needs to know to carry notices until it is killed.
const (
	childDSN   = "ZHIXING_TEST_KILL_DSN"
	childMail  = "ZHIXING_TEST_KILL_MAIL"  // port of the mail server
	childHook  = "ZHIXING_TEST_KILL_HOOK"  // address of the webhook
	childAhead = "ZHIXING_TEST_KILL_AHEAD" // by how many seconds its clock is ahead, so that leases need not be waited for
)

// child is the process that gets killed: it carries notices and says each time that it has handed some over.
func child() bool {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		return false
	}
	ahead, _ := strconv.Atoi(os.Getenv(childAhead))
	port, _ := strconv.Atoi(os.Getenv(childMail))
	d, err := db.Open(ctx, dsn, func() time.Time { return time.Now().Add(time.Duration(ahead) * time.Second) })
	for c := killCourier(d, port, os.Getenv(childHook)); err == nil; {
		fmt.Println("pass")
		if _, err = c.Once(ctx, d.Now()); err == nil {
			time.Sleep(time.Millisecond)
		}
	}
	fmt.Println("error", err)
	return true
}

func killCourier(d *db.DB, port int, hook string) *Courier {
	return &Courier{DB: d, County: county,
		Config: Config{Site: "https://gov.example.cn",
			Mail:  &Mail{Host: "127.0.0.1", Port: port, Security: PlainText, From: "notice@gov.example.cn"},
			Hooks: []Hook{{Name: "甲群", Style: PlainJSON, URL: hook, Secret: "0123456789abcdef"}}},
		Recipients: func(context.Context, *db.Tx, string, To, calendar.Date) ([]Person, error) {
			return []Person{{"jia", "示例甲"}}, nil
		},
		Open: func(time.Time) bool { return true }, Next: func(t time.Time) time.Time { return t }}
}

// Killed at any moment while it talks to a mail server and a webhook: every notice arrives at both, and what arrives twice bears the
// same Message-ID. ZHIXING_KILLS=200 makes it the long form.
func TestKillWhileCarrying(t *testing.T) {
	kills := 10
	if n, err := strconv.Atoi(os.Getenv("ZHIXING_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 3
	}
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			k := &killing{dsn: dbtest.DSN(t, dialect), ids: map[string]map[string]int{"mail": {}, "hook": {}}}
			hook := httptest.NewServer(http.HandlerFunc(k.hook))
			defer hook.Close()
			box := startMailbox(t, PlainText, "", "", "")
			go k.mail(box)
			d := dbtest.Open(t, k.dsn, time.Now)
			err := d.Write(ctx, func(tx *db.Tx) error {
				return SetPreference(ctx, tx, county, "jia", Preference{"jia@example.org", []Choice{{"", ByEmail, true}}})
			})
			if err != nil {
				t.Fatal(err)
			}
			const each = 25
			for i := range kills {
				err := d.Write(ctx, func(tx *db.Tx) error {
					for j := range each {
						n := aNotice(fmt.Sprintf("due/%d/%d", i, j))
						n.Subject = n.Key
						if _, err := Put(ctx, tx, county, n); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				k.one(t, box.Port, hook.URL, i*int(2*leaseFor/time.Second))
			}
			// The last start, which nobody kills.
			ahead := time.Duration(2*kills+2) * leaseFor
			last := killCourier(dbtest.Open(t, k.dsn, func() time.Time { return time.Now().Add(ahead) }), box.Port, hook.URL)
			for range 100 {
				if _, err := last.Once(ctx, last.DB.Now()); err != nil {
					t.Fatal(err)
				}
				var got Tally
				err := d.Read(ctx, func(tx *db.Tx) (err error) { got, err = Count(ctx, tx, county); return err })
				if err != nil {
					t.Fatal(err)
				}
				if got == (Tally{}) {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			k.inspect(t, kills*each, kills)
		})
	}
}

type killing struct {
	dsn string
	mu  sync.Mutex
	ids map[string]map[string]int // by peer: "Message-ID key" → how often it arrived
}

func (k *killing) count(peer, id, key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids[peer][id+" "+key]++
}

func (k *killing) hook(w http.ResponseWriter, r *http.Request) {
	var n struct{ ID, Subject string }
	b, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(b, &n) != nil || n.ID != r.Header.Get("Idempotency-Key") {
		http.Error(w, "cut off", http.StatusBadRequest)
		return
	}
	k.count("hook", n.ID, n.Subject)
	time.Sleep(rand.N(4 * time.Millisecond)) // it has it and has not said so
}

func (k *killing) mail(box *peer) {
	for box.lines.Scan() {
		var got taken
		if json.Unmarshal(box.lines.Bytes(), &got) == nil {
			k.count("mail", got.ID, got.Subject)
		}
	}
}

// one starts a child and kills it at a random moment after its first words.
func (k *killing) one(t *testing.T, port int, hook string, ahead int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDSN+"="+k.dsn, childMail+"="+strconv.Itoa(port), childHook+"="+hook, childAhead+"="+strconv.Itoa(ahead))
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
			time.AfterFunc(rand.N(400*time.Millisecond), func() { cmd.Process.Kill() })
			first = false
		}
	}
	cmd.Wait()
}

func (k *killing) inspect(t *testing.T, notices, kills int) {
	time.Sleep(200 * time.Millisecond) // the mail server's last lines
	k.mu.Lock()
	defer k.mu.Unlock()
	for peer, ids := range k.ids {
		keys, twice := map[string]bool{}, 0
		for id, n := range ids {
			var mid, key string
			fmt.Sscan(id, &mid, &key)
			if keys[key] {
				t.Errorf("%s: %s arrived under two Message-IDs", peer, key)
			}
			keys[key] = true
			twice += n - 1
		}
		if len(keys) != notices {
			t.Errorf("%s: %d of %d notices arrived", peer, len(keys), notices)
		}
		if twice > kills {
			t.Errorf("%s: %d arrivals too many after %d kills, want at most one a kill", peer, twice, kills)
		}
		t.Logf("%s: %d notices, %d kills, %d arrived a second time under the same Message-ID", peer, len(keys), kills, twice)
	}
}
