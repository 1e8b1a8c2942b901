package audience

import (
	"context"
	"fmt"
	"io"

	"zhixing/db"
	"zhixing/journal"
	"zhixing/sheet"
)

// maxExport bounds a file: who needs more takes it out town by town.
const maxExport = 100_000

// Export writes recipients as a table that Offer reads again. Whoever takes it says why; both are on the journal.
func (a *Audience) Export(ctx context.Context, tx *db.Tx, by Actor, f Filter, why string, to io.Writer) error {
	const op = "Export"
	if !by.Exports {
		return refuse(Forbidden, op, "您不能导出预警接收对象：名单里有个人信息。")
	}
	if why == "" || len(why) > 600 || !readable(why) {
		return refuse(Invalid, op, "请写明导出的用途。")
	}
	f.Size = maxExport + 1
	list, err := filtered(ctx, tx, a.County, f)
	if err != nil {
		return wrap(op, err)
	}
	if len(list) > maxExport {
		return refuse(TooLarge, op, "超过%d个，请按乡镇分别导出。", maxExport)
	}
	recipients, err := a.read(list)
	if err != nil {
		return wrap(op, err)
	}
	_, err = journal.Append(ctx, tx, a.County, journal.Entry{Who: by.Account, What: "audience.export", Subject: "audience", Basis: why,
		Detail: fmt.Sprintf("%s，共%d个", f.words(), len(recipients))})
	if err != nil {
		return wrap(op, err)
	}
	return wrap(op, sheet.Write(to, sheet.Book{Sheets: []sheet.Sheet{sheetOf("预警接收对象（含个人信息，不得外传）", recipients)}}))
}
