package cases

import (
	"context"

	"zhixing/db"
	"zhixing/ledger"
)

// InspectionOf is one inspection, planned or done, for those who may see cases.
func (c *Cases) InspectionOf(ctx context.Context, tx *db.Tx, by Actor, id int64) (Inspection, error) {
	const op = "InspectionOf"
	if !May(by, ActSee) {
		return Inspection{}, refuse(ledger.NotAllowed, op, "您不能查看检查记录。")
	}
	n, err := loadInspection(ctx, tx, c.county(), id)
	return n, wrap(op, err)
}

// InspectionFile is a file that an inspection keeps.
func (c *Cases) InspectionFile(ctx context.Context, tx *db.Tx, by Actor, id int64, sha string) (File, []byte, error) {
	const op = "InspectionFile"
	n, err := c.InspectionOf(ctx, tx, by, id)
	if err != nil {
		return File{}, nil, err
	}
	for _, f := range n.Files {
		if f.SHA256 == sha {
			b, err := c.Ledger.Bytes(ctx, tx, sha)
			return f, b, wrap(op, err)
		}
	}
	return File{}, nil, refuse(ledger.NotFound, op, "这次检查没有这个文件。")
}
