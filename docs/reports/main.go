// Command reports measures how fast a server takes reports when many people send them at once: it makes persons, accounts
// with sessions and issued duties in a fresh record of the demonstration county, starts zhixing on it, and lets each
// person send a form every two seconds, every fifth with a photo of 200 KB. A report that is late counts from the moment
// when it was to be sent, so a stall is not hidden. Afterwards it looks for every acknowledged report on record.
//
//	go build ./cmd/zhixing && go run ./docs/reports -people 200 -seconds 60
//
// With -pause 0 each person sends as soon as the last report was acknowledged, which shows the limit.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"zhixing/counties"
	"zhixing/db"
	"zhixing/policy"
)

// options are the flags.
type options struct {
	people, seconds, photo int
	pause                  time.Duration
	binary, address        string
}

func main() {
	var o options
	flag.IntVar(&o.people, "people", 200, "how many report")
	flag.IntVar(&o.seconds, "seconds", 60, "how long")
	flag.IntVar(&o.photo, "photo", 200<<10, "bytes of a photo")
	flag.DurationVar(&o.pause, "pause", 2*time.Second, "from one report of a person to his next; 0: none")
	flag.StringVar(&o.binary, "zhixing", "./zhixing", "the program to measure")
	flag.StringVar(&o.address, "listen", "127.0.0.1:8098", "where it shall listen")
	flag.Parse()
	if err := measure(o); err != nil {
		log.Fatal(err)
	}
}

func measure(o options) error {
	dir, err := os.MkdirTemp("", "zhixing-reports-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	county, err := policy.LoadCounty(counties.Demonstration())
	if err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "zhixing.db"), time.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	start := time.Now()
	people, err := prepare(ctx, d, county, o.people)
	if err != nil {
		return err
	}
	fmt.Printf("%d persons, each with an account and a duty, in %.0f s\n", len(people), time.Since(start).Seconds())
	sent, err := serve(dir, o, people)
	if err != nil {
		return err
	}
	tell(sent, o)
	return onRecord(ctx, d, county, people, sent)
}

// serve starts the program, lets the people report to it, and ends it.
func serve(dir string, o options, people []person) ([]sending, error) {
	server := exec.Command(o.binary, "serve", "--data", dir, "--listen", o.address, "--log-level", "error")
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	base := "http://" + o.address
	for range 100 {
		r, err := http.Get(base + "/healthz")
		if err == nil {
			r.Body.Close()
			return rush(base, o, people), nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, errors.New(o.binary + " does not answer")
}

// sending is one report that somebody sent.
type sending struct {
	once string
	took time.Duration
	err  error
}

// rush lets everybody report.
func rush(base string, o options, people []person) (all []sending) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(people)}, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now().Add(100 * time.Millisecond)
	end := start.Add(time.Duration(o.seconds) * time.Second)
	for i, p := range people {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(13, uint64(i)))
			due := start
			if o.pause > 0 {
				due = start.Add(time.Duration(r.Int64N(int64(o.pause))))
			}
			for n := 0; due.Before(end); n++ {
				s := sending{once: fmt.Sprintf("%d-%d", i, n)}
				size := 0
				if (n+i)%5 == 0 {
					size = o.photo
				}
				body, kind := form(r, s.once, size)
				time.Sleep(time.Until(due))
				s.err = post(client, base, p, body, kind)
				now := time.Now()
				s.took = now.Sub(due)
				mu.Lock()
				all = append(all, s)
				mu.Unlock()
				if due = due.Add(o.pause); o.pause == 0 {
					due = now
				}
			}
		})
	}
	wg.Wait()
	return all
}

// form is what a browser sends, with a photo of so many bytes that nobody else has; none for 0.
func form(r *rand.Rand, once string, size int) (body []byte, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"text", "已按计划推进，正在逐村核对。"}, {"progress", strconv.Itoa(r.IntN(100))}, {"once", once}} {
		_ = w.WriteField(f[0], f[1]) // a buffer takes everything
	}
	if size > 0 {
		part, _ := w.CreateFormFile("files", "现场.jpg")
		picture := append(make([]byte, 0, size+16), "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"...)
		for len(picture) < size {
			picture = binary.LittleEndian.AppendUint64(picture, r.Uint64())
		}
		_, _ = part.Write(picture)
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

func post(client *http.Client, base string, p person, body []byte, kind string) error {
	req, err := http.NewRequest(http.MethodPost, base+p.duty.Path()+"/report", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	req.AddCookie(&http.Cookie{Name: "zhixing", Value: string(p.token)})
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", resp.Status, said)
	}
	return err
}

func tell(sent []sending, o options) {
	var took []time.Duration
	for _, s := range sent {
		if s.err == nil {
			took = append(took, s.took)
		}
	}
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))].Round(100 * time.Microsecond) }
	fmt.Printf("%d CPUs, %d people, pause %v, %d s: %d acknowledged, %.0f a second; p50 %v  p90 %v  p99 %v  max %v\n", runtime.NumCPU(), o.people, o.pause,
		o.seconds, len(took), float64(len(took))/float64(o.seconds), at(.5), at(.9), at(.99), at(1))
}
