package publication

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"zhixing/db"
	"zhixing/edition"
	"zhixing/journal"
)

// Verify reads the whole public store of a county and holds every file against its hash, every version against its
// manifest, every manifest against the log. It changes nothing; the first thing that does not fit is the error. It does
// not look into the log's tree (journal.Log.Verify) nor the history (journal.Verify). told may be nil.
func Verify(ctx context.Context, d *db.DB, log *journal.Log, county string, told Progress) error {
	return wrap("Verify", d.Read(ctx, func(tx *db.Tx) error {
		total, err := countDocuments(ctx, tx, county)
		if err != nil {
			return err
		}
		done := int64(0)
		for after := int64(0); ; {
			heads, err := headsAfter(ctx, tx, county, after, 500)
			if err != nil || len(heads) == 0 {
				return err
			}
			for _, h := range heads {
				if err := verifyDocument(ctx, tx, log, county, h.Head); err != nil {
					return fmt.Errorf("%s: %w", h.Key, err)
				}
				after = h.Ordinal
				if done++; told != nil {
					told(done, total)
				}
			}
		}
	}))
}

func verifyDocument(ctx context.Context, tx *db.Tx, log *journal.Log, county string, h Head) error {
	if _, err := readIssue(ctx, tx, county, h.Issue); err != nil {
		return fmt.Errorf("issue %s is missing", h.Issue)
	}
	versions, err := readVersions(ctx, tx, county, h.Key)
	if err != nil {
		return err
	}
	if len(versions) != h.Version {
		return fmt.Errorf("%d versions of %d", len(versions), h.Version)
	}
	for i, v := range versions {
		if v.N != i+1 {
			return fmt.Errorf("version %d stands in the place of version %d", v.N, i+1)
		}
		e := entry{head: h, v: v}
		files, err := readFiles(ctx, tx, county, h.Key, v.N)
		if err != nil {
			return err
		}
		for _, f := range files {
			c, err := readFile(ctx, tx, county, h.Key, v.N, f.Name)
			if err != nil {
				return err
			}
			e.files = append(e.files, c)
		}
		if err := e.check(ctx, tx, log, county); err != nil {
			return fmt.Errorf("version %d: %w", v.N, err)
		}
	}
	return nil
}

// check holds a version against its own manifest and that against the log.
func (e *entry) check(ctx context.Context, tx *db.Tx, log *journal.Log, county string) error {
	leaf, err := edition.ParseManifest([]byte(e.v.Manifest))
	if err != nil {
		return err
	}
	if leaf.Key != string(e.head.Key) || leaf.County.Code != county || leaf.Version != e.v.N || leaf.Record != e.v.Record {
		return errors.New("the manifest is of another version")
	}
	at, err := log.Entries(ctx, tx, e.v.Leaf, 1)
	if err != nil {
		return err
	}
	if len(at) != 1 || string(at[0]) != e.v.Manifest {
		return fmt.Errorf("entry %d of the log is not its manifest", e.v.Leaf)
	}
	withdrawn := e.v.Record == edition.Withdraw
	if e.v.N == e.head.Version && withdrawn != e.head.Withdrawn || e.v.Removed && len(e.files) > 0 {
		return errors.New("a withdrawn version offers a text")
	}
	if !leaf.PublishedAt.Equal(e.v.RecordedAt) {
		return errors.New("the manifest says another time")
	}
	text := false
	for _, f := range e.files {
		sum := sha256.Sum256(f.Bytes)
		if hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(f.Bytes)) != f.Size {
			return fmt.Errorf("file %s is not what its hash says", f.Name)
		}
		named := cmp.Or(f.Format, fmt.Sprintf("attachment-%d", f.No))
		if !slices.ContainsFunc(leaf.Editions, func(h edition.Hash) bool { return h.Format == named && h.SHA256 == f.SHA256 }) {
			return fmt.Errorf("file %s is not in the manifest", f.Name)
		}
		if f.Name == "json" {
			text = true
			if err := e.checkHead(f.Bytes); err != nil {
				return err
			}
		}
	}
	if e.v.Removed {
		return nil
	}
	if !text {
		return errors.New("has no text")
	}
	if len(e.files) != len(leaf.Editions) {
		return fmt.Errorf("%d files, the manifest names %d", len(e.files), len(leaf.Editions))
	}
	return nil
}

// checkHead holds what lists show of a document against its newest text.
func (e *entry) checkHead(text []byte) error {
	pub, err := edition.ParseJSON(text)
	if err != nil {
		return err
	}
	h := e.head
	if e.v.N == h.Version && (pub.Title != h.Title || pub.No != h.No || pub.Issuer != h.Issuer || pub.Kind != h.Kind ||
		pub.SignedOn != h.SignedOn || pub.Issue.Year != h.Issue.Year || pub.Issue.No != h.Issue.No) {
		return errors.New("the head of the document is not that of its text")
	}
	return nil
}
