package edition

import (
	"crypto/sha256"
	"encoding/hex"

	"zhixing/edition/paper"
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

// ErrNoFont says that there is no font to print Chinese with, and how to get one.
var ErrNoFont = paper.ErrNoFont

// FindFont returns the first usable font and its path: of the places named, or where none is named, of those where
// systems keep fonts. read is os.ReadFile.
func FindFont(read func(name string) ([]byte, error), places ...string) (font []byte, path string, err error) {
	return paper.FindFont(read, places...)
}

// PDF prints the document on A4 by GB/T 9704-2012. font is a .ttf or .ttc; without one the error is ErrNoFont. The text
// can be searched, copied and read aloud.
func PDF(p Publication, font []byte) ([]byte, error) { return p.paper().PDF(font) }

// DOCX is the document for Word and WPS by GB/T 9704-2012.
func DOCX(p Publication) ([]byte, error) { return p.paper().DOCX() }

// paper is what is printed of a publication.
func (p Publication) paper() paper.Paper {
	p = p.Clean()
	return paper.Paper{Masthead: p.gazette(), Issue: p.issueNo(), No: p.No, Title: p.Title, Standing: p.standing(), Parts: p.Parts,
		Cites: p.Cites, Imprint: p.provenance(), Issuer: p.Issuer, URL: p.URL, BaseURL: p.BaseURL, PublishedAt: p.PublishedAt}
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
