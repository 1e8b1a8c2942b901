// Package counties carries the folders of counties inside the binary. A folder is data: package policy says how it is
// read, README.md how a neighbouring county makes its own.
//
//	c, err := policy.LoadCounty(counties.Demonstration())
package counties

import (
	"embed"
	"io/fs"
)

//go:embed jiangxian
var files embed.FS

// Demonstration is the folder of the demonstration county.
func Demonstration() fs.FS {
	sub, err := fs.Sub(files, "jiangxian")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}
