package gateway

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Files is the dry run: each message becomes a file in Dir, 7.json, instead of going out. One that is sent again is
// the same file. The folder is its owner's alone: it holds telephone numbers.
type Files struct{ Dir string }

// Send writes the files.
func (f Files) Send(ctx context.Context, list []Message) []Outcome {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return All(len(list), Busy, "建不了文件夹：%v", err)
	}
	out := make([]Outcome, len(list))
	for i, m := range list {
		if ctx.Err() != nil {
			out[i] = Outcome{State: Busy, Reason: "未及写出"}
			continue
		}
		out[i] = f.write(m)
	}
	return out
}

func (f Files) write(m Message) Outcome {
	name := fileName(m.ID)
	if name == "" {
		return Outcome{State: Refused, Reason: "信息没有编号"}
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Outcome{State: Refused, Reason: err.Error()}
	}
	// Beside and renamed, so that whoever watches the folder never reads half of one.
	path := filepath.Join(f.Dir, name+".json")
	if err := os.WriteFile(path+".part", append(b, '\n'), 0o600); err != nil {
		return Outcome{State: Busy, Reason: "写不了文件：" + err.Error()}
	}
	if err := os.Rename(path+".part", path); err != nil {
		return Outcome{State: Busy, Reason: "写不了文件：" + err.Error()}
	}
	return Outcome{State: Accepted, Ref: m.ID}
}

// fileName is an id with nothing in it that a path would be led away by.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, id)
}
