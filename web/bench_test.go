package web

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/publication"
	"zhixing/publication/corpus"
)

// BenchmarkDocumentPage asks for document pages of about 8 KB of text: kept is what a server answers from its page
// cache, made is a page's first view after a publication.
func BenchmarkDocumentPage(b *testing.B) {
	s := newSite(b, dbtest.Open(b, dbtest.DSN(b, db.SQLite), time.Now), nil)
	if err := corpus.Fill(context.Background(), s.srv.Press, "甲县", 100, 8<<10, nil); err != nil {
		b.Fatal(err)
	}
	var paths []string
	err := s.srv.DB.Read(context.Background(), func(tx *db.Tx) error {
		page, err := publication.List(context.Background(), tx, s.srv.countyCode, publication.Filter{Limit: 100})
		for _, h := range page.Items {
			paths = append(paths, (&url.URL{Path: h.Key.Path()}).EscapedPath())
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	ask := func(b *testing.B, target string) {
		req := httptest.NewRequest("GET", target, nil)
		rec := httptest.NewRecorder()
		s.srv.ServeHTTP(rec, req)
		if rec.Code != 200 {
			b.Fatalf("%s: %d", target, rec.Code)
		}
		b.SetBytes(int64(rec.Body.Len()))
	}
	b.Run("kept", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			ask(b, paths[i%len(paths)])
		}
	})
	b.Run("made", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			ask(b, paths[i%len(paths)]+"?v=1&made="+strconv.Itoa(i))
		}
	})
}
