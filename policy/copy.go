package policy

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

// Copy is a county's folder as it was at one moment: the county that it makes, and what is kept of it.
type Copy struct {
	County County
	Digest string // of Files
	Files  []byte // what is kept: see Archive
}

// Take reads and checks a folder as LoadCounty does, once for whoever serves the county and for Live.
func Take(folder fs.FS) (*Copy, error) {
	digest, files, err := Archive(folder)
	if err != nil {
		if _, bad := LoadCounty(folder); bad != nil {
			err = bad // says where
		}
		return nil, err
	}
	c, err := LoadCounty(taken{archived(files), folder})
	if err != nil {
		return nil, err
	}
	return &Copy{c, digest, files}, nil
}

// Archive is what is kept of a county's folder: a zip of all but the gazette, the demonstration and what is only for people, and a
// digest over the names and contents of its files.
func Archive(county fs.FS) (digest string, files []byte, err error) {
	a := newArchive()
	sum := sha256.New()
	a.each = func(name string, b []byte) {
		one := sha256.Sum256(b)
		fmt.Fprintf(sum, "%s %x\n", name, one)
	}
	err = a.tree("", county, func(name string) bool {
		return name == "gazette" || name == demoYAML || strings.HasPrefix(name, "gazette/") || strings.EqualFold(name, "README.md")
	})
	if err != nil {
		return "", nil, err
	}
	files, err = a.close()
	return hex.EncodeToString(sum.Sum(nil)), files, err
}

func archived(files []byte) fs.FS {
	r, err := zip.NewReader(bytes.NewReader(files), int64(len(files)))
	if err != nil {
		panic(err) // we have just written it
	}
	return r
}

// taken is an archive with the rest of the folder that it was taken from, so that what is loaded is what is kept, also where
// somebody writes into the folder meanwhile.
type taken struct{ archive, rest fs.FS }

func (t taken) Open(name string) (fs.File, error) {
	if name != "." {
		if f, err := t.archive.Open(name); err == nil {
			return f, nil
		}
		if top, _, _ := strings.Cut(name, "/"); top == "gazette" || top == demoYAML {
			return t.rest.Open(name)
		}
	}
	return t.archive.Open(name)
}

// CodeOf is a county's code as county.yaml has it, also where the rest of the folder cannot be loaded.
func CodeOf(folderOf fs.FS) (string, bool) {
	f := &folder{fsys: folderOf, placed: map[string]mark{}}
	c := f.county()
	return string(c.Place.Code), c.Place.Code.Valid()
}
