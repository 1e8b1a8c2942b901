// Package policytest gives tests counties that no code knows.
package policytest

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
)

// County is an invented county, whose files a test may change.
func County(t testing.TB) fstest.MapFS { return files(t, "othercounty") }

// Storm is the same with a folder that warns.
func Storm(t testing.TB) fstest.MapFS { return files(t, "othercounty", "storm") }

// files are those of folders in policy/testdata, the later over the earlier.
func files(t testing.TB, folders ...string) fstest.MapFS {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	out := fstest.MapFS{}
	for _, folder := range folders {
		root := os.DirFS(filepath.Join(filepath.Dir(here), "..", "testdata", folder))
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(root, name)
			out[name] = &fstest.MapFile{Data: b}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
