package web

import (
	"context"
	"net/http"

	"zhixing/db"
	"zhixing/journal"
)

// logFile serves the transparency log as C2SP tlog-tiles: /checkpoint and /tile/….
func (s *Server) logFile(w http.ResponseWriter, r *http.Request) error {
	var f journal.File
	var found bool
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		f, found, err = s.Log.Serve(ctx, tx, r.URL.Path)
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return notFound("公开日志里没有这个文件。")
	}
	w.Header().Set("Content-Type", f.ContentType)
	if f.Immutable {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	_, err = w.Write(f.Body)
	return err
}

func (s *Server) proofPage(w http.ResponseWriter, r *http.Request) error {
	var size int64
	var checkpoint []byte
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if size, err = s.Log.Size(ctx, tx); err != nil {
			return err
		}
		checkpoint, err = s.Log.Checkpoint(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	p := s.page(r, "公开日志与验证", home, Link{Text: "公开日志与验证"})
	p.Data = map[string]any{"Size": size, "Checkpoint": string(checkpoint), "Key": s.Log.Key(), "Origin": s.Log.Origin()}
	return s.render(w, http.StatusOK, "proof.html", p)
}
