package personnel

import (
	"context"
	"regexp"
	"strings"
	"time"

	"zhixing/db"
	"zhixing/journal"
)

// Phone is the mobile number under which an official is called, as he himself or his office entered it. It is not public.
type Phone struct {
	Number     string // eleven digits; empty: none
	RecordedAt time.Time
	RecordedBy string
}

var (
	mobileNoise = strings.NewReplacer(" ", "", "　", "", "-", "", "—", "")
	mobile      = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
)

// SetPhone records under which number a person is called; empty: under none any more. What it was before is not kept.
func SetPhone(ctx context.Context, tx *db.Tx, county, by string, person int64, number string) error {
	const op = "SetPhone"
	number = strings.TrimPrefix(strings.TrimPrefix(mobileNoise.Replace(strings.TrimSpace(number)), "+"), "86")
	if number != "" && !mobile.MatchString(number) {
		return refuse(Invalid, op, "手机号码是11位数字，请核对。")
	}
	if _, err := PersonBy(ctx, tx, county, person); err != nil {
		return err
	}
	was, err := PhoneOf(ctx, tx, county, person)
	if err != nil || was.Number == number {
		return wrap(op, err)
	}
	if err := keepPhone(ctx, tx, county, by, person, number); err != nil {
		return wrap(op, err)
	}
	detail := "不再登记叫应手机"
	if number != "" {
		detail = "登记叫应手机" + number[:3] + "****" + number[7:]
	}
	_, err = journal.Append(ctx, tx, county, journal.Entry{Who: by, What: "personnel.phone", Subject: personSubject(person), Detail: detail})
	return wrap(op, err)
}
