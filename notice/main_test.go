package notice

import (
	"encoding/base64"
	"io"
	"mime"
)

type wordDecoder = mime.WordDecoder

func base64Lines(r io.Reader) io.Reader { return base64.NewDecoder(base64.StdEncoding, r) }
