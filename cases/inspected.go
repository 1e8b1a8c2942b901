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
