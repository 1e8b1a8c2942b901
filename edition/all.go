package edition

import (
	"crypto/sha256"
	"encoding/hex"
)

// File is one edition as it is kept and served.
type File struct {
	Format    string // html, txt, json …
	MediaType string
	Ext       string // with the dot
	Bytes     []byte
	SHA256    string // of Bytes, 64 hexadecimal digits
}

func newFile(format, mediaType, ext string, b []byte) File {
	sum := sha256.Sum256(b)
	return File{format, mediaType, ext, b, hex.EncodeToString(sum[:])}
}

// All makes every edition of a publication, always in the same order. Without a font there is no PDF among them.
func All(p Publication, font []byte) ([]File, error) {
	files := []File{newFile("html", "text/html; charset=utf-8", ".html", HTML(p))}
	if len(font) > 0 {
		b, err := PDF(p, font)
		if err != nil {
			return nil, err
		}
		files = append(files, newFile("pdf", "application/pdf", ".pdf", b))
	}
	docx, err := DOCX(p)
	if err != nil {
		return nil, err
	}
	canonical, err := JSON(p)
	if err != nil {
		return nil, err
	}
	return append(files,
		newFile("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", docx),
		newFile("txt", "text/plain; charset=utf-8", ".txt", Text(p)),
		newFile("json", "application/json", ".json", canonical),
		newFile("akn", "application/akn+xml", ".akn.xml", AKN(p)),
		newFile("jsonld", "application/ld+json", ".jsonld", JSONLD(p)),
	), nil
}
