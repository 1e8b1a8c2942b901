package register

// Fate is what an import makes of a row.
type Fate string

// The fates.
const (
	FateNew    Fate = "new"
	FateChange Fate = "change"
	FateBack   Fate = "back" // of an entry that had left
	FateSame   Fate = "same"
	FateWrong  Fate = "wrong"
)

// Chinese is what pages call the fate.
func (f Fate) Chinese() string {
	return map[Fate]string{FateNew: "新增", FateChange: "修改", FateBack: "恢复", FateSame: "相同", FateWrong: "有误"}[f]
}

// RowReport says what an import makes of a row, and why.
type RowReport struct {
	Line  int
	Fate  Fate
	Key   string
	Set   Values       // what would change
	State string       // into which state it would come
	Wrong []FieldError // what is wrong, and what to do
}

// Report is what an import would do, or did. Rows are those that do something or are wrong, the first 5,000 of each.
type Report struct {
	New, Change, Back, Same, Wrong int
	Unknown                        []string // columns that nobody knows
	Rows                           []RowReport
}

// Total is how many rows the file has.
func (r *Report) Total() int { return r.New + r.Change + r.Back + r.Same + r.Wrong }

// Does is how many entries the import writes.
func (r *Report) Does() int { return r.New + r.Change + r.Back }

const maxReported = 5000

func (r *Report) add(x RowReport, n *[2]int) {
	count := map[Fate]*int{FateNew: &r.New, FateChange: &r.Change, FateBack: &r.Back, FateSame: &r.Same, FateWrong: &r.Wrong}[x.Fate]
	*count++
	which := 0
	if x.Fate == FateWrong {
		which = 1
	}
	if x.Fate == FateSame || n[which] >= maxReported {
		return
	}
	n[which]++
	r.Rows = append(r.Rows, x)
}
