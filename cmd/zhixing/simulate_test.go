package main

import (
	"net"
	"strings"
	"sync"
	"testing"

	"zhixing/device/hj212"
)

func TestSimulateHJ212(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var heard []string
	var lines sync.WaitGroup
	lines.Go(func() { // a centre for two stations
		for range 2 {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p := hj212.NewParser(hj212.Options{})
			buf := make([]byte, 4096)
			for {
				n, err := conn.Read(buf)
				if err != nil || p.Feed(buf[:n]) != nil {
					break
				}
				for f, ok := p.Next(); ok; f, ok = p.Next() {
					v, _ := f.Value("w01018-Avg")
					heard = append(heard, string(f.MN)+" "+f.DataTime()+" "+v)
					a, _ := hj212.Answer(&f)
					conn.Write(a.Encode())
				}
			}
			conn.Close()
		}
	})
	out := zhixing("simulate", "hj212", "--to", l.Addr().String(), "--mn", "A1,A2", "--kind", "hour", "--rate", "100", "--frames", "3",
		"--start", "2026-03-01T08:00", "--factors", "w01018,w21003", "--exceed", "A1:w01018:512.0@2026-03-01T09:00/2026-03-01T10:00").must(t)
	lines.Wait()
	if !strings.Contains(out, "sent 6 frames with 12 readings") || !strings.Contains(out, "acknowledged 6, refused 0, not heard 0, still waiting 0") {
		t.Error(out)
	}
	all := strings.Join(heard, "\n")
	if len(heard) != 6 || strings.Count(all, " 512.0") != 1 || !strings.Contains(all, "A1 20260301090000 512.0") {
		t.Error(all)
	}
}

func TestSimulateRefuses(t *testing.T) {
	zhixing("simulate").refused(t, 2, "hj212")
	zhixing("simulate", "hj212").refused(t, 2, "--to")
	zhixing("simulate", "mas", "hj212").refused(t, 2, "mas")
	for _, args := range [][]string{{"--edition", "2012"}, {"--kind", "year"}, {"--start", "soon"}, {"--exceed", "w01018:5"}, {"--exceed", "A:w01018:5@noon"}} {
		zhixing(append([]string{"simulate", "hj212", "--to", "127.0.0.1:1"}, args...)...).refused(t, 2, args[1])
	}
}
