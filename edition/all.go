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

// All makes every edition of a publication, always in the same order.
func All(p Publication, font []byte) ([]File, error) {
	j, err := JSON(p)
	if err != nil {
		return nil, err
	}
	docx, err := DOCX(p)
	if err != nil {
		return nil, err
	}
	return []File{
		newFile("html", "text/html; charset=utf-8", ".html", HTML(p)),
		newFile("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", docx),
		newFile("txt", "text/plain; charset=utf-8", ".txt", Text(p)),
		newFile("json", "application/json", ".json", j),
		newFile("akn", "application/akn+xml", ".akn.xml", AKN(p)),
		newFile("jsonld", "application/ld+json", ".jsonld", JSONLD(p)),
	}, nil
}
