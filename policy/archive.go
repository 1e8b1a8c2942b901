package policy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// maxArchive bounds a county's folder in memory.
const maxArchive = 256 << 20

// Overlay is a county's folder with other folders of policies laid over its own, each by its id: so a clerk tries a folder
// before it is moved in. All is read into memory.
func Overlay(county fs.FS, folders map[string]fs.FS) (fs.FS, error) {
	a := newArchive()
	if err := a.tree("", county, func(name string) bool {
		id, _, _ := strings.Cut(strings.TrimPrefix(name, policiesDir+"/"), "/")
		return strings.HasPrefix(name, policiesDir+"/") && folders[id] != nil
	}); err != nil {
		return nil, err
	}
	for id, folder := range folders {
		if err := a.tree(path.Join(policiesDir, id), folder, nil); err != nil {
			return nil, err
		}
	}
	b, err := a.close()
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b), int64(len(b)))
}

// archive is a zip file while it is written.
type archive struct {
	buffer *bytes.Buffer
	zip    *zip.Writer
	size   int64
	each   func(name string, b []byte) // sees every file; may be nil
}

func newArchive() *archive {
	b := &bytes.Buffer{}
	return &archive{buffer: b, zip: zip.NewWriter(b)}
}

// tree adds a folder's files under a path, in the order of their names; those that start with a point are left out.
func (a *archive) tree(under string, folder fs.FS, skip func(string) bool) error {
	return fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && (strings.HasPrefix(d.Name(), ".") || skip != nil && skip(name)):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		b, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		return a.add(path.Join(under, name), b)
	})
}

func (a *archive) add(name string, b []byte) error {
	if a.size += int64(len(b)); a.size > maxArchive {
		return fmt.Errorf("县文件夹超过 %d 字节", maxArchive)
	}
	if a.each != nil {
		a.each(name, b)
	}
	w, err := a.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func (a *archive) close() ([]byte, error) {
	err := a.zip.Close()
	return a.buffer.Bytes(), err
}
