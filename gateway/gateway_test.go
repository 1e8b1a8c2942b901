package gateway

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var ctx = context.Background()

func TestFilesWriteEachMessageOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	f := Files{dir}
	list := []Message{{ID: "7", To: "13800000000", Text: "甲"}, {ID: "../8", To: "13800000001", Text: "乙"}, {To: "13800000002"}}
	for range 2 {
		out := f.Send(ctx, list)
		if out[0].State != Accepted || out[0].Ref != "7" || out[1].State != Accepted || out[2].State != Refused {
			t.Fatal(out)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "7.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m Message
	if err := json.Unmarshal(b, &m); err != nil || m.Text != "甲" {
		t.Error(m, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "7.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others may read it:", info.Mode(), err)
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if out := f.Send(over, list[:1]); out[0].State != Busy {
		t.Error("want busy after the end, got", out)
	}
	if out := (Files{filepath.Join(dir, "7.json")}).Send(ctx, list[:1]); out[0].State != Busy || out[0].Reason == "" {
		t.Error("want busy where there is no folder, got", out)
	}
}

func TestStubDoesAsItIsTold(t *testing.T) {
	var heard []string
	s := &Stub{Keep: 2, Answer: func(m Message) Outcome {
		if m.To == "坏" {
			return Outcome{State: Refused, Reason: "空号"}
		}
		return Outcome{State: Accepted}
	}, Later: func(list []Message) {
		for _, m := range list {
			heard = append(heard, m.ID)
		}
	}}
	out := s.Send(ctx, []Message{{ID: "1"}, {ID: "2", To: "坏"}, {ID: "3"}})
	s.Wait()
	if out[0].Ref != "stub-1" || out[1] != (Outcome{State: Refused, Reason: "空号"}) || len(heard) != 2 || s.Count(Accepted) != 2 || s.Count(Refused) != 1 {
		t.Error(out, heard)
	}
	if sent := s.Sent(); len(sent) != 2 || sent[0].ID != "2" {
		t.Error("want the newest two, got", sent)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if out := (&Stub{Pause: time.Minute}).Send(short, []Message{{ID: "4"}}); out[0].State != Unknown {
		t.Error("want unknown after the time, got", out)
	}
}
