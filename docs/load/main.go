// Command load measures how many document pages a second a server answers, and how fast: it publishes an invented
// corpus into a fresh record, starts zhixing on it, and asks for random documents at a fixed rate from the same
// machine. A page that is late counts from the moment when it was due, so a stall is not hidden.
//
//	go build ./cmd/zhixing && go run ./docs/load -documents 5000 -rate 2000 -seconds 30
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zhixing/counties"
	"zhixing/db"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/policy"
	"zhixing/publication"
	"zhixing/publication/corpus"
)

func main() {
	documents := flag.Int("documents", 5000, "documents of about 8 KB to publish")
	rate := flag.Int("rate", 2000, "pages asked for a second")
	seconds := flag.Int("seconds", 30, "how long")
	binary := flag.String("zhixing", "./zhixing", "the program to measure")
	address := flag.String("listen", "127.0.0.1:8099", "where it shall listen")
	flag.Parse()
	if err := measure(*documents, *rate, *seconds, *binary, *address); err != nil {
		log.Fatal(err)
	}
}

func measure(documents, rate, seconds int, binary, address string) error {
	dir, err := os.MkdirTemp("", "zhixing-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	start := time.Now()
	paths, err := fill(dir, documents)
	if err != nil {
		return err
	}
	fmt.Printf("published %d documents in %.0f s\n", len(paths), time.Since(start).Seconds())

	server := exec.Command(binary, "serve", "--data", dir, "--listen", address, "--log-level", "error")
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	base := "http://" + address
	for range 100 {
		if r, err := http.Get(base + "/healthz"); err == nil {
			r.Body.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}, Timeout: 10 * time.Second}
	first, err := firstViews(client, base, paths)
	if err != nil {
		return err
	}
	fmt.Printf("first views after a publication: %.0f pages/s, one after the other\n", first)
	took, failed, bytes := ask(client, base, paths, rate, seconds)
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))].Round(10 * time.Microsecond) }
	fmt.Printf("%d CPUs, %d pages/s for %d s over %d documents: %d answered, %d failed, %.0f KB a page\n",
		runtime.NumCPU(), rate, seconds, len(paths), len(took), failed, float64(bytes)/float64(max(1, len(took)))/1024)
	fmt.Printf("p50 %v  p90 %v  p99 %v  p99.9 %v  max %v\n", at(.5), at(.9), at(.99), at(.999), took[len(took)-1].Round(10*time.Microsecond))
	return nil
}

// fill publishes the corpus and gives the documents' addresses.
func fill(dir string, documents int) ([]string, error) {
	ctx := context.Background()
	county, err := policy.LoadCounty(counties.Demonstration())
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "zhixing.db"), time.Now)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	code := string(county.Place.Code)
	lg, err := journal.OpenLog(ctx, d, code, "load/"+code, "")
	if err != nil {
		return nil, err
	}
	press := &publication.Press{DB: d, County: edition.County{Code: code, Name: county.Place.County}, Log: lg, Directory: county.Directory}
	if err := corpus.Fill(ctx, press, county.Place.County, documents, 8<<10, nil); err != nil {
		return nil, err
	}
	var paths []string
	err = d.Read(ctx, func(tx *db.Tx) error {
		f := publication.Filter{Limit: publication.MaxLimit}
		for {
			page, err := publication.List(ctx, tx, code, f)
			if err != nil {
				return err
			}
			for _, h := range page.Items {
				paths = append(paths, (&url.URL{Path: h.Key.Path()}).EscapedPath())
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				return nil
			}
		}
	})
	return paths, err
}

// firstViews asks for every document once, as a crawler does, and gives pages a second.
func firstViews(client *http.Client, base string, paths []string) (float64, error) {
	start := time.Now()
	for _, p := range paths {
		resp, err := client.Get(base + p)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("%s: %s", p, resp.Status)
		}
	}
	return float64(len(paths)) / time.Since(start).Seconds(), nil
}

// ask requests random documents at a fixed rate and gives how long each took from the moment it was due.
func ask(client *http.Client, base string, paths []string, rate, seconds int) (took []time.Duration, failed, bytes int64) {
	due := make(chan time.Time, rate*seconds)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for worker := range 32 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(7, uint64(worker)))
			var mine []time.Duration
			for t := range due {
				resp, err := client.Get(base + paths[r.IntN(len(paths))])
				if err != nil {
					atomic.AddInt64(&failed, 1)
					continue
				}
				n, err := io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if err != nil || resp.StatusCode != http.StatusOK {
					atomic.AddInt64(&failed, 1)
					continue
				}
				atomic.AddInt64(&bytes, n)
				mine = append(mine, time.Since(t))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		}()
	}
	start := time.Now()
	for i := range rate * seconds {
		t := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if wait := time.Until(t); wait > 0 {
			time.Sleep(wait)
		}
		due <- t
	}
	close(due)
	wg.Wait()
	return took, failed, bytes
}
