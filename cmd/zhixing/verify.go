package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"zhixing/calendar"
	"zhixing/edition"
	"zhixing/journal"
)

var recordWords = map[edition.Record]string{edition.Publish: "公布", edition.Correct: "更正", edition.Withdraw: "撤回"}

// verify checks offline that a downloaded file is what was published: its hash stands in the manifest, and the manifest
// stands in the log that the key signs.
func verify(_ context.Context, c *call) error {
	key := c.flags.String("key", "", "public key of the log, as the site's proof page shows it")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.want(2, 2); err != nil {
		return err
	}
	if *key == "" {
		return fmt.Errorf("%w: --key is needed: without the log's public key nothing is proved", errUsage)
	}
	file, err := c.readInput(c.args[0])
	if err != nil {
		return err
	}
	bundle, err := c.readInput(c.args[1])
	if err != nil {
		return err
	}
	manifest, proof, err := edition.SplitBundle(bundle)
	if err != nil {
		return fmt.Errorf("%s 不是证明文件: %w", c.args[1], err)
	}
	if err := journal.VerifyProof(manifest, proof, *key); err != nil {
		return fmt.Errorf("不相符：证明文件不能由这个公钥的日志证实: %w", err)
	}
	leaf, err := edition.ParseManifest(manifest)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	found, ok := leaf.Find(hex.EncodeToString(sum[:]))
	if !ok && leaf.Record == edition.Withdraw {
		return fmt.Errorf("不相符：这份证明说的是《%s》（%s）已于 %s 撤回，它证明的不是这个文件；公布时的文件须用公布时的证明核对",
			leaf.Title, leaf.No, leaf.PublishedAt.In(calendar.Zone).Format("2006-01-02 15:04"))
	}
	if !ok {
		return errors.New("不相符：这个文件不是该公文公布时的任何一种格式，内容被改动过，或与证明文件不是同一版")
	}
	fmt.Fprintf(c.out, "相符。\n  %s\n  %s\n  %s人民政府公报 · %s格式 · 第 %d 版 · %s 于 %s\n", leaf.Title, leaf.No, leaf.County.Name, found.Format,
		leaf.Version, recordWords[leaf.Record], leaf.PublishedAt.In(calendar.Zone).Format("2006-01-02 15:04"))
	return nil
}
