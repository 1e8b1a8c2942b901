package edition

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// long is the sample with as much text as a document of 8 KB has.
func long() Publication {
	p := sample()
	plan := &p.Parts[1]
	clause := plan.Nodes[2].Children[0]
	for i := 0; len(Text(p)) < 8<<10; i++ {
		clause.Path = "河塘/二/" + strings.Repeat("一", i+1)
		plan.Nodes = append(plan.Nodes, clause)
	}
	return p
}

func BenchmarkPage(b *testing.B) { // what a page view of a new document costs
	p := long()
	b.SetBytes(int64(len(Text(p))))
	for b.Loop() {
		HTMLBody(p)
		Text(p)
		if _, err := JSON(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAll(b *testing.B) {
	p, font := long(), testFont(b)
	b.SetBytes(int64(utf8.RuneCount(Text(p))))
	for b.Loop() {
		if _, err := All(p, font); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	p, font := long(), testFont(b)
	for b.Loop() {
		if _, err := PDF(p, font); err != nil {
			b.Fatal(err)
		}
	}
}
