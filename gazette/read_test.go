package gazette

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// shared finds a file of the folder "shared" that stands beside the repository or above it.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "shared", name)); err == nil {
			return b
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("SKIPPED: shared/%s is not there, so the real issue was not read", name)
		}
		dir = up
	}
}

// whole checks what holds for every reading: the pieces give the source back, each is owned by a node or a noise,
// and no node says what its pieces do not.
func whole(t testing.TB, is *Issue) {
	t.Helper()
	var b strings.Builder
	owned := map[*Node][]Span{}
	at := 0
	for _, p := range is.Pieces {
		if p.Start != at || p.End <= p.Start {
			t.Fatalf("piece %v does not join the one that ends at %d", p.Span, at)
		}
		at = p.End
		b.WriteString(is.Source[p.Start:p.End])
		if (p.Node == nil) == (p.Noise == NotNoise) {
			t.Fatalf("line %d: %q has not exactly one owner", Line(is.Source, p.Start), is.Source[p.Start:p.End])
		}
		if p.Noise == Blank && bare(is.Source[p.Start:p.End]) != "" {
			t.Fatalf("%q called blank", is.Source[p.Start:p.End])
		}
		if p.Node != nil {
			owned[p.Node] = append(owned[p.Node], p.Span)
		}
	}
	if b.String() != is.Source {
		t.Fatal("the pieces do not give the source back")
	}
	for _, d := range is.Documents {
		paths := map[string]bool{}
		d.Walk(func(n *Node) {
			if paths[n.Path] || n.Path == "" {
				t.Fatalf("%s: address %q empty or given twice", d.ID(), n.Path)
			}
			paths[n.Path] = true
			if !reflect.DeepEqual(owned[n], n.Spans) {
				t.Fatalf("%s: pieces %v but spans %v", n.Path, owned[n], n.Spans)
			}
			var raw strings.Builder
			for _, s := range n.Spans {
				raw.WriteString(is.Source[s.Start:s.End])
			}
			if bare(n.Text) != bare(raw.String()) {
				t.Fatalf("%s: text %q, source %q", n.Path, n.Text, raw.String())
			}
			delete(owned, n)
		})
	}
	if len(owned) > 0 {
		t.Fatalf("%d nodes own text but hang in no document", len(owned))
	}
}

func sameJSON(t *testing.T, got []byte, want []byte) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestRealIssue(t *testing.T) {
	source := string(shared(t, "gazette/jiangxian-2023-3.txt"))
	is, err := Read(source)
	if err != nil {
		t.Fatal(err)
	}
	whole(t, is)
	docs, err := is.DocumentsJSON()
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, docs, shared(t, "gold/documents.json"))
	moves, err := json.Marshal(is.Appointments())
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, moves, shared(t, "gold/appointments.json"))
}

func BenchmarkRead(b *testing.B) {
	source := string(shared(b, "gazette/jiangxian-2023-3.txt"))
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		if _, err := Read(source); err != nil {
			b.Fatal(err)
		}
	}
}
